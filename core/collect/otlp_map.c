/* What a span is, and the mapping that holds for every instrumentation. The names are those of
 * OpenTelemetry's GenAI conventions and of PostHog's mapping (attribute-mapping.ts, providers.rs,
 * identity.rs), whose order is kept: dialect's first part, the general mapping, dialect's second
 * part, then what is filled in where nobody said anything. */
#include "collect/otlp_internal.h"

#include "base/decimal.h"
#include "base/hash.h"
#include "collect/raw.h"
#include "collect/uuid.h"

#include <string.h>

/* ---- what it is ---- */

/* The attributes of a convention, and the one that says what a span is. The first that has one
 * counts: Vercel's spans have the general ones as well, and say in those nothing about their kind. */
static const struct {
	const char *begins[3], *tells, *else_tells;
} conventions[] = {
	{{"ai.", "eve."}, "ai.operationId", "gen_ai.operation.name"},
	{{"pydantic_ai."}, "llm.request.type", NULL},
	{{"traceloop.", "llm.request.type"}, "llm.request.type", NULL},
	{{"openinference."}, "openinference.span.kind", NULL},
	{{"langwatch."}, "gen_ai.operation.name", NULL},
	{{"gen_ai."}, "gen_ai.operation.name", NULL},
	{{"anthropic."}, "gen_ai.operation.name", NULL},
};
#define CONVENTIONS (sizeof(conventions) / sizeof(conventions[0]))

static size_t convention_of(const struct otlp_list *attributes)
{
	for (size_t i = 0; i < CONVENTIONS; i++)
		if (otlp_list_has_any(attributes, conventions[i].begins))
			return i;
	return CONVENTIONS;
}

bool otlp_is_ai(const struct otlp_list *attributes)
{
	return convention_of(attributes) < CONVENTIONS;
}

static const struct {
	const char *tells, *value;
	enum otlp_kind kind;
} kinds[] = {
	{"gen_ai.operation.name", "chat", OTLP_GENERATION},
	{"gen_ai.operation.name", "embeddings", OTLP_EMBEDDING},
	{"ai.operationId", ".doGenerate", OTLP_GENERATION}, /* what it ends with */
	{"ai.operationId", ".doStream", OTLP_GENERATION},
	{"ai.operationId", "ai.embed.doEmbed", OTLP_EMBEDDING},
	{"ai.operationId", "ai.embedMany.doEmbed", OTLP_EMBEDDING},
	{"llm.request.type", "chat", OTLP_GENERATION},
	{"llm.request.type", "completion", OTLP_GENERATION},
	{"llm.request.type", "embedding", OTLP_EMBEDDING},
	{"llm.request.type", "embeddings", OTLP_EMBEDDING},
	{"openinference.span.kind", "LLM", OTLP_GENERATION},
	{"openinference.span.kind", "EMBEDDING", OTLP_EMBEDDING},
};

static enum otlp_kind kind_by(const struct otlp_event *e, const char *tells)
{
	struct str said;

	if (!otlp_string(e, otlp_list_get(&e->o->span.attributes, tells), &said))
		return OTLP_SPAN;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct str value = str_of(kinds[i].value);

		if (strcmp(kinds[i].tells, tells) == 0 &&
		    (value.p[0] == '.' ? str_ends(said, value) : str_eq(said, value)))
			return kinds[i].kind;
	}
	return OTLP_SPAN;
}

static enum otlp_kind kind_of(const struct otlp_event *e)
{
	size_t i = convention_of(&e->o->span.attributes);
	const char *tells = conventions[i].tells;
	enum otlp_kind kind;

	if (conventions[i].else_tells && !otlp_list_get(&e->o->span.attributes, tells))
		tells = conventions[i].else_tells;
	kind = kind_by(e, tells);
	return kind == OTLP_SPAN ? kind_by(e, "llm.request.type") : kind;
}

/* ---- whose it is ---- */

/* A text that is the same for the same session or, where there is none, trace. */
static struct otlp_value derived_id(struct otlp_event *e)
{
	static const char *const sessions[] = {"$ai_session_id",
	                                       "ai.telemetry.metadata.$ai_session_id",
	                                       "ai.settings.context.$ai_session_id",
	                                       "eve.session.id",
	                                       "anthropic.session.id",
	                                       "gen_ai.conversation.id",
	                                       NULL};
	struct str id = e->o->span.trace_id.n > 0 ? e->o->span.trace_id : e->o->span.bytes;
	struct buf uuid = {0};
	uint8_t bytes[UUID_BYTES];

	for (size_t i = 0; sessions[i]; i++)
		if (otlp_string_of(e, sessions[i], &id))
			break;
	hash128_lasting(id, bytes);
	bytes[6] = (uint8_t)(0x80 | (bytes[6] & 0x0F));
	bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3F));
	uuid_append(&uuid, bytes);
	id = arena_copy(&e->o->made, buf_str(&uuid));
	buf_free(&uuid);
	return otlp_text(id);
}

/* The first of these that is a string and not empty. */
static bool identify_by(struct otlp_event *e, const struct otlp_list *list,
                        const char *const *names)
{
	for (; *names; names++) {
		const struct otlp_value *value = otlp_list_get(list, *names);
		struct str text;

		if (otlp_string(e, value, &text) && text.n > 0) {
			e->distinct_id = *value;
			return true;
		}
	}
	return false;
}

void otlp_identify(struct otlp_event *e)
{
	static const char *const of_span[] = {"ai.telemetry.metadata.posthog_distinct_id",
	                                      "ai.settings.context.posthog_distinct_id",
	                                      "posthog.distinct_id", "user.id", NULL};

	if (!identify_by(e, &e->o->span.attributes, of_span) &&
	    !identify_by(e, &e->o->resource, of_span + 2))
		e->distinct_id = derived_id(e);
}

/* ---- the general mapping ---- */

static const struct otlp_rename first_choice[] = {
	{"gen_ai.input.messages", "$ai_input"},
	{"gen_ai.output.messages", "$ai_output_choices"},
	{"gen_ai.usage.input_tokens", "$ai_input_tokens"},
	{"gen_ai.usage.output_tokens", "$ai_output_tokens"},
	{"gen_ai.usage.cache_read.input_tokens", "$ai_cache_read_input_tokens"},
	{"gen_ai.usage.cache_creation.input_tokens", "$ai_cache_creation_input_tokens"},
	{"gen_ai.response.model", "$ai_model"},
	{"gen_ai.provider.name", "$ai_provider"},
	{"server.address", "$ai_base_url"},
	{"telemetry.sdk.name", "$ai_lib"},
	{"telemetry.sdk.version", "$ai_lib_version"},
	{NULL, NULL},
};
static const struct otlp_rename second_choice[] = {
	{"gen_ai.system", "$ai_provider"},
	{"gen_ai.request.model", "$ai_model"},
	{"gen_ai.usage.prompt_tokens", "$ai_input_tokens"},
	{"gen_ai.usage.completion_tokens", "$ai_output_tokens"},
	{NULL, NULL},
};
static const struct otlp_rename geoip[] = {
	{"posthog.geoip_disable", "$geoip_disable"},
	{NULL, NULL},
};
static const char *const stripped[] = {
	"telemetry.sdk.language",
	"gen_ai.operation.name",
	"posthog.ai.debug",
	"user.id",
	"posthog.distinct_id",
	"llm.request.type",
	NULL,
};

static void set_id(struct otlp_event *e, const char *name, struct str id)
{
	if (id.n > 0)
		otlp_set(e, name, otlp_text(id));
}

static void set_latency(struct otlp_event *e)
{
	const struct otlp_span *span = &e->o->span;

	if (span->end <= span->start)
		return;
	decimal_append(&e->o->scratch, (money)(span->end - span->start), 9);
	otlp_set(e, "$ai_latency", otlp_made(e));
}

/* What the span says by itself. */
static void set_own(struct otlp_event *e)
{
	const struct otlp_span *span = &e->o->span;

	otlp_rename_absent(e, geoip);
	otlp_default(e, "$geoip_disable", otlp_json(STR("true")));
	set_id(e, "$ai_trace_id", span->trace_id);
	set_id(e, "$ai_span_id", span->span_id);
	set_id(e, "$ai_parent_id", span->parent_id);
	otlp_set_json(e, "$ai_ingestion_source", "\"otel\"");
	otlp_default(e, "$lib", otlp_json(STR("\"posthog-otel\"")));
	if (e->o->version.text.n > 0)
		otlp_default(e, "$lib_version", e->o->version);
	if (span->name.text.n > 0)
		otlp_set(e, "$ai_span_name", span->name);
	set_latency(e);
}

static void parse(struct otlp_event *e, const char *name)
{
	const struct otlp_value *value = otlp_get(e, name);

	if (value)
		otlp_set(e, name, otlp_parsed(e, *value));
}

/* Text, or parts of which those of text are joined; "" if there is nothing. */
static struct str instructions(struct otlp_event *e, struct otlp_value value)
{
	struct raw_walk walk;
	struct str key, part, text = STR_EMPTY;
	struct buf joined = {0};

	value = otlp_parsed(e, value);
	if (otlp_string(e, &value, &text))
		return text;
	if (otlp_begin(value) != '[' || !raw_open(&walk, value.text))
		return value.text;
	while (raw_next(&walk, &key, &part)) {
		struct otlp_value content = otlp_json(otlp_member(part, "content"));

		if (!otlp_member_is(part, "type", "text") || !otlp_string(e, &content, &text) ||
		    text.n == 0)
			continue;
		if (joined.n > 0)
			buf_puts(&joined, "\n\n");
		buf_append(&joined, text);
	}
	text = arena_copy(&e->o->made, buf_str(&joined));
	buf_free(&joined);
	return text;
}

static void convert_instructions(struct otlp_event *e)
{
	const struct otlp_value *value = otlp_get(e, "gen_ai.system_instructions");

	if (!value)
		return;
	otlp_lead_with_system(e, instructions(e, *value));
	otlp_remove(e, "gen_ai.system_instructions");
}

static void parse_groups(struct otlp_event *e)
{
	const struct otlp_value *value = otlp_get(e, "$groups");
	struct otlp_value groups;

	if (!value)
		return;
	groups = otlp_parsed(e, *value);
	if (otlp_begin(groups) == '{')
		otlp_set(e, "$groups", groups);
}

static void map_general(struct otlp_event *e)
{
	otlp_rename(e, first_choice);
	parse(e, "$ai_input");
	parse(e, "$ai_output_choices");
	otlp_rename_absent(e, second_choice);
	otlp_convert_events(e);
	convert_instructions(e);
	parse_groups(e);
	if (e->kind == OTLP_SPAN && !otlp_get(e, "$ai_parent_id"))
		e->kind = OTLP_TRACE;
	otlp_strip(e, stripped);
}

/* ---- all of it ---- */

/* In PostHog's order. */
static const struct otlp_dialect *const dialects[] = {
	&otlp_pydantic,  &otlp_traceloop,     &otlp_vercel,
	&otlp_langwatch, &otlp_openinference, &otlp_anthropic,
};

static const struct otlp_dialect *dialect_of(const struct otlp_event *e)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		if (otlp_list_has_any(e->properties, dialects[i]->marks))
			return dialects[i];
	return NULL;
}

void otlp_map_span(struct otlp_event *e)
{
	const struct otlp_dialect *dialect = dialect_of(e);
	struct str conversation;

	e->kind = kind_of(e);
	otlp_identify(e);
	set_own(e);
	otlp_map_failure(e);
	if (dialect && dialect->before)
		dialect->before(e);
	map_general(e);
	if (dialect) {
		dialect->after(e);
		otlp_set_json(e, "$ai_lib", dialect->library);
	}
	if (otlp_string_of(e, "gen_ai.conversation.id", &conversation))
		otlp_default(e, "$ai_session_id", *otlp_get(e, "gen_ai.conversation.id"));
}
