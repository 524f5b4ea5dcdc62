/* What the terms of a filter stand for: which value of an event, a trace or a session is compared with what. */
#include "message/message.h"
#include "query/filtered_build.h"

static const struct filter_value something = {.test = TEST_REGEX, .text = {".", 1}};
static const struct range whatever = {INT64_MIN + 1, INT64_MAX};

/* ---- of the record ---- */

static struct plan *speed(struct building *b, const struct filter_node *node, record_fill *fill)
{
	struct plan *p = build_number(b, node, fill, FILTER_SCALE);

	p->test.rank = RECORD_EXTRA;
	return p;
}

static struct plan *provider(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_record(b, record_model, RECORD_TABLE);
	struct table *t = build_table(b, TABLE_PROVIDERS, node);

	t->whole = true;
	p->test.table = t;
	return p;
}

static struct plan *source(struct building *b, const struct filter_node *node)
{
	if (b->d->with.source != NULL)
		return build_text_of(b, node, record_source, TABLE_JOURNALS);
	build_fail(b, node, "source: cannot be asked here");
	return build_nothing(b);
}

static struct plan *cache_share(struct building *b, const struct filter_node *node)
{
	return speed(b, node, record_cache_share);
}

/* The session that an event names, else that of its trace. */
static struct plan *session(struct building *b, const struct filter_node *node)
{
	struct plan *named = build_text_of(b, node, record_session_id, TABLE_SESSIONS);
	struct plan *none = build_record(b, record_no_session, RECORD_PLAIN);
	struct plan *trace = build_look(b, PLAN_OF_TRACE, FILTERED_TRACES, node, build_row_term);

	return build_both(b, PLAN_OR, named, build_both(b, PLAN_AND, none, trace));
}

/* ---- texts of payloads ---- */

/* field:* of a text. */
static struct plan *present(struct building *b, const struct filter_node *node, unsigned places)
{
	struct text_wanted what = {.value = &something, .places = places, .role = node->role};

	switch (node->field->number) {
	case FIELD_TOOL:
		return build_both(b, PLAN_OR, build_flag(b, EVENT_TOOL, EVENT_TOOL),
		                  build_parts(b, node, PART_TOOL_CALL));
	case FIELD_TOOL_ARGS:
		return build_parts(b, node, PART_TOOL_CALL);
	case FIELD_TOOL_RESULT:
		return build_parts(b, node, PART_TOOL_RESULT);
	case FIELD_THINK:
		return build_parts(b, node, PART_REASONING);
	default:
		return build_search(b, node, &what);
	}
}

static struct plan *text_value(struct building *b, const struct filter_node *node, uint32_t at,
                               unsigned places)
{
	struct text_wanted what = {
		.value = &node->values[at], .places = places, .role = node->role};

	if (node->role != FIELD_ROLE_ANY)
		what.places &= TEXT_INPUT | TEXT_OUTPUT;
	if (node->values[at].test == TEST_PRESENT)
		return present(b, node, what.places);
	return build_search(b, node, &what);
}

static struct plan *texts(struct building *b, const struct filter_node *node, unsigned places)
{
	struct plan *p = build_node(b, PLAN_OR);

	for (uint32_t i = 0; i < node->n_values; i++)
		build_add(p, text_value(b, node, i, places));
	return build_end(b, p);
}

/* Of in: and out:, which are tokens before a number and text otherwise, the texts. */
static struct plan *side_texts(struct building *b, const struct filter_node *node)
{
	unsigned places = node->field->number == FIELD_IN ? TEXT_INPUT : TEXT_OUTPUT;
	struct plan *p = build_node(b, PLAN_OR);

	for (uint32_t i = 0; i < node->n_values; i++)
		if (!value_is_number(&node->values[i]))
			build_add(p, text_value(b, node, i, places));
	return build_end(b, p);
}

static struct plan *side(struct building *b, const struct filter_node *node)
{
	record_fill *fill = node->field->number == FIELD_IN ? record_input : record_output;

	return build_both(b, PLAN_OR, build_number(b, node, fill, 1), side_texts(b, node));
}

static struct plan *error(struct building *b, const struct filter_node *node)
{
	struct plan *there = build_within(b, record_extra, EVENT_ERROR_TEXT, &whatever);

	if (node->n_values == 1 && node->values[0].test == TEST_PRESENT)
		return there;
	return build_both(b, PLAN_AND, there, texts(b, node, TEXT_ERROR));
}

/* The name of a span that is the call tells it without its payload. */
static struct plan *tool(struct building *b, const struct filter_node *node)
{
	struct plan *span = build_both(b, PLAN_AND, build_flag(b, EVENT_TOOL, EVENT_TOOL),
	                               build_text_of(b, node, record_name, TABLE_STRINGS));

	return build_both(b, PLAN_OR, span, texts(b, node, TEXT_TOOL));
}

static struct plan *role(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_node(b, PLAN_OR);
	struct text_wanted what = {.value = &something, .places = TEXT_INPUT | TEXT_OUTPUT};

	for (uint32_t i = 0; i < node->n_values; i++) {
		int word = field_word(node->field, node->values[i].text);

		what.role = (enum field_role)(word + 1);
		build_add(p, build_search(b, node, &what));
	}
	return build_end(b, p);
}

static struct plan *property(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_node(b, PLAN_PROPERTY);
	struct errinfo why;

	p->node = node;
	p->ranges = ranges_of(&b->d->arena, node, FILTER_SCALE);
	if (b->d->with.properties == NULL)
		build_fail(b, node, "properties cannot be asked here");
	else if (property_term_new(b->d, p, &why) != ERR_OK)
		build_fail(b, node, why.msg);
	return p;
}

static struct plan *like(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_node(b, PLAN_LIKE);
	struct errinfo why;

	p->node = node;
	if (b->d->with.errors == NULL)
		build_fail(b, node, "errors cannot be compared here");
	else if (like_term_new(b->d, p, &why) != ERR_OK)
		build_fail(b, node, why.msg);
	return p;
}

/* ---- events ---- */

static struct plan *count_kind(struct building *b, const struct filter_node *node)
{
	switch (node->field->number) {
	case FIELD_GENS:
		return build_kind(b, EVENT_GENERATION);
	case FIELD_TOOLS:
		return build_flag(b, EVENT_TOOL, EVENT_TOOL);
	default:
		return build_flag(b, EVENT_ERROR, EVENT_ERROR);
	}
}

static struct plan *depth(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_node(b, PLAN_DEPTH);

	p->ranges = ranges_of(&b->d->arena, node, 1);
	return p;
}

/* A field that no record holds. */
static struct plan *unrecorded(struct building *b, const struct filter_node *node)
{
	const char *names[PROPERTY_NAMES];

	if (property_names_of(node->field->number, names) > 0)
		return property(b, node);
	if (node->field->number == FIELD_LIB)
		return build_extra_text(b, node, EVENT_LIBRARY, false);
	return build_nothing(b);
}

static struct plan *number_term(struct building *b, const struct filter_node *node)
{
	switch (node->field->number) {
	case FIELD_CODE:
		return build_extra(b, node, EVENT_HTTP_STATUS);
	case FIELD_COST:
		return build_number(b, node, record_cost, 1);
	case FIELD_COST_IN:
		return build_extra(b, node, EVENT_COST_INPUT);
	case FIELD_COST_OUT:
		return build_extra(b, node, EVENT_COST_OUTPUT);
	case FIELD_COST_CACHE:
		return build_extra(b, node, EVENT_COST_CACHE);
	case FIELD_TOKENS:
		return build_number(b, node, record_tokens, 1);
	case FIELD_CACHE:
		return build_number(b, node, record_cache, 1);
	case FIELD_CACHE_SHARE:
		return cache_share(b, node);
	case FIELD_REASONING:
		return build_extra(b, node, EVENT_REASONING);
	case FIELD_LATENCY:
		return build_number(b, node, record_latency, 1);
	case FIELD_TTFT:
		return build_extra(b, node, EVENT_FIRST_TOKEN);
	case FIELD_TPS:
		return speed(b, node, record_speed);
	case FIELD_DEPTH:
		return depth(b, node);
	case FIELD_GENS:
	case FIELD_TOOLS:
	case FIELD_ERRORS:
		return build_count(b, node, count_kind);
	case FIELD_AT:
		return build_number(b, node, record_span_of_time, 1);
	default:
		return build_number(b, node, record_time, 1);
	}
}

static struct plan *text_term(struct building *b, const struct filter_node *node)
{
	switch (node->field->number) {
	case FIELD_ANYTHING:
		return texts(b, node, TEXT_ANYWHERE);
	case FIELD_IN:
	case FIELD_OUT:
		return side(b, node);
	case FIELD_SYSTEM:
		return texts(b, node, TEXT_SYSTEM);
	case FIELD_TOOL_ARGS:
		return texts(b, node, TEXT_ARGUMENTS);
	case FIELD_TOOL_RESULT:
		return texts(b, node, TEXT_RESULT);
	case FIELD_THINK:
		return texts(b, node, TEXT_THINKING);
	case FIELD_TOOL:
		return tool(b, node);
	case FIELD_ERROR:
		return error(b, node);
	default:
		return role(b, node);
	}
}

static struct plan *id_term(struct building *b, const struct filter_node *node)
{
	switch (node->field->number) {
	case FIELD_THING_ID:
		return build_text_of(b, node, record_thing_id, TABLE_THINGS);
	case FIELD_TRACE:
		return build_text_of(b, node, record_trace_id, TABLE_TRACES);
	default:
		return session(b, node);
	}
}

struct plan *build_term(struct building *b, const struct filter_node *node)
{
	switch (node->field->number) {
	case FIELD_THING_ID:
	case FIELD_TRACE:
	case FIELD_SESSION:
		return id_term(b, node);
	case FIELD_USER:
		return build_text_of(b, node, record_user, TABLE_USERS);
	case FIELD_NAME:
		return build_text_of(b, node, record_name, TABLE_STRINGS);
	case FIELD_MODEL:
		return build_text_of(b, node, record_model, TABLE_MODELS);
	case FIELD_PROVIDER:
		return provider(b, node);
	case FIELD_FINISH:
		return build_extra_text(b, node, EVENT_STOP_REASON, false);
	case FIELD_SOURCE:
		return source(b, node);
	case FIELD_STATUS:
	case FIELD_IS:
	case FIELD_HAS:
	case FIELD_KIND:
		return build_words(b, node);
	case FIELD_PROPERTY:
	case FIELD_PERSON:
		return property(b, node);
	case FIELD_ERROR_LIKE:
		return like(b, node);
	case FIELD_ANYTHING:
	case FIELD_ERROR:
	case FIELD_IN:
	case FIELD_OUT:
	case FIELD_TOOL:
	case FIELD_SYSTEM:
	case FIELD_TOOL_ARGS:
	case FIELD_TOOL_RESULT:
	case FIELD_THINK:
	case FIELD_ROLE:
		return text_term(b, node);
	case FIELD_EVAL:
	case FIELD_SCORE:
	case FIELD_FEEDBACK:
	case FIELD_ENV:
	case FIELD_VERSION:
	case FIELD_LIB:
	case FIELD_URL:
	case FIELD_TEMP:
	case FIELD_MAX:
		return unrecorded(b, node);
	default:
		return number_term(b, node);
	}
}

/* ---- traces and sessions ---- */

static void add_own_tests(struct building *b, struct plan *p)
{
	const struct filter_node *node = p->node;
	struct errinfo why;

	p->tests = arena_alloc(&b->d->arena, (size_t)node->n_values * sizeof(*p->tests) + 1);
	for (uint32_t i = 0; i < node->n_values && b->err == ERR_OK; i++) {
		if (text_test_init(&p->tests[p->n_tests], b->d, &node->values[i], &why) != ERR_OK)
			build_fail(b, node, why.msg);
		else
			p->n_tests++;
	}
}

static struct plan *own_value(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_own(b, node);
	bool of_session = b->part->of == FILTERED_SESSIONS;

	switch (node->field->number) {
	case FIELD_SESSION:
		of_session = true; /* fallthrough */
	case FIELD_THING_ID:
	case FIELD_TRACE:
		p->test.table = build_table(b, of_session ? TABLE_SESSIONS : TABLE_TRACES, node);
		break;
	case FIELD_NAME:
	case FIELD_USER:
	case FIELD_SOURCE:
		add_own_tests(b, p);
		break;
	default:
		p->ranges = ranges_of(&b->d->arena, node, 1);
	}
	return p;
}

static struct plan *row_side(struct building *b, const struct filter_node *node)
{
	struct plan *tokens = own_value(b, node);
	bool numbers_only = true;

	for (uint32_t i = 0; i < node->n_values; i++)
		numbers_only &= value_is_number(&node->values[i]);
	if (numbers_only)
		return tokens;
	return build_both(b, PLAN_OR, tokens, build_any(b, node, side_texts));
}

struct plan *build_row_term(struct building *b, const struct filter_node *node)
{
	bool of_trace = b->part->of == FILTERED_TRACES;

	switch (node->field->number) {
	case FIELD_IN:
	case FIELD_OUT:
		return row_side(b, node);
	case FIELD_NAME:
	case FIELD_TRACE:
		return of_trace ? own_value(b, node) : build_any(b, node, build_event);
	case FIELD_THING_ID:
	case FIELD_SESSION:
	case FIELD_USER:
	case FIELD_COST:
	case FIELD_TOKENS:
	case FIELD_CACHE:
	case FIELD_REASONING:
	case FIELD_LATENCY:
	case FIELD_GENS:
	case FIELD_ERRORS:
	case FIELD_SINCE:
	case FIELD_UNTIL:
	case FIELD_AT:
		return own_value(b, node);
	case FIELD_SOURCE: /* of a name, or of a file among those of one */
		return build_both(b, PLAN_OR, own_value(b, node), build_any(b, node, build_event));
	case FIELD_TOOLS:
		return build_count(b, node, count_kind);
	case FIELD_STATUS:
	case FIELD_IS:
	case FIELD_HAS:
		return build_row_words(b, node);
	default:
		return build_any(b, node, build_event);
	}
}
