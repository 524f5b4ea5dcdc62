/* What terms of filters say of events, as their JSON has it. */
#include "support/filter_plain.h"
#include "base/utf8.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const cJSON *property(const struct plain *p, uint32_t event, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(p->properties[event], name);

	return value == NULL || cJSON_IsNull(value) ? NULL : value;
}

static const char *text_of(const struct plain *p, uint32_t event, const char *name)
{
	const cJSON *value = property(p, event, name);

	return cJSON_IsString(value) ? value->valuestring : "";
}

static const char *top(const struct plain *p, uint32_t event, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(p->json[event], name);

	return cJSON_IsString(value) ? value->valuestring : "";
}

bool plain_is_kind(const struct plain *p, uint32_t event, const char *kind)
{
	return strcmp(top(p, event, "event") + 4, kind) == 0;
}

bool plain_is_call(const struct plain *p, uint32_t event)
{
	return plain_is_kind(p, event, "generation") || plain_is_kind(p, event, "embedding");
}

static bool is_node(const struct plain *p, uint32_t event)
{
	return plain_is_call(p, event) || plain_is_kind(p, event, "span");
}

static bool is_tool(const struct plain *p, uint32_t event)
{
	return plain_is_kind(p, event, "span") &&
	       strcmp(text_of(p, event, "$ai_span_type"), "tool") == 0;
}

/* The last of a uuid counts. */
void plain_find_lost(struct plain *p)
{
	p->n = p->b->events.n;
	for (uint32_t i = 0; i < p->n; i++) {
		p->lost[i] = false;
		for (uint32_t k = i + 1; k < p->n && !p->lost[i]; k++)
			p->lost[i] = strcmp(top(p, k, "uuid"), top(p, i, "uuid")) == 0;
		p->trace[i] = p->lost[i] ? MODEL_NONE : model_trace_of(p->b->model, i);
	}
}

bool plain_is_error(const struct plain *p, uint32_t event)
{
	return cJSON_IsTrue(property(p, event, "$ai_is_error"));
}

bool plain_is_running(const struct plain *p, uint32_t event)
{
	static const char *const ends[] = {"$ai_latency", "$ai_output_choices", "$ai_stop_reason",
	                                   "$ai_http_status"};

	if (!is_node(p, event) || plain_is_error(p, event))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (property(p, event, ends[i]) != NULL)
			return false;
	return true;
}

/* NAN is absent. */
double plain_number_of(const struct plain *p, uint32_t event, const char *name)
{
	const cJSON *value = property(p, event, name);

	return cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
}

double plain_sum_of(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) ? b : a;
	return a + b;
}

/* ---- traces and sessions: which there are, and their times, is the model's matter ---- */

uint32_t plain_trace_of(const struct plain *p, uint32_t event)
{
	return p->trace[event];
}

bool plain_is_in(const struct plain *p, enum filtered_of of, uint32_t row, uint32_t event)
{
	uint32_t trace = plain_trace_of(p, event);

	if (trace == MODEL_NONE)
		return false;
	return of == FILTERED_TRACES ? trace == row
	                             : model_trace(p->b->model, trace)->session == row;
}

static uint32_t node_of(const struct plain *p, uint32_t event, const char *id)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (plain_trace_of(p, i) == plain_trace_of(p, event) && is_node(p, i) &&
		    strcmp(text_of(p, i, "$ai_span_id"), id) == 0)
			return i;
	return EVENT_NONE;
}

static bool is_alias(const struct plain *p, uint32_t event, const char *id)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (plain_trace_of(p, i) == plain_trace_of(p, event) &&
		    plain_is_kind(p, i, "trace") && strcmp(text_of(p, i, "$ai_span_id"), id) == 0)
			return true;
	return false;
}

uint32_t plain_parent_of(const struct plain *p, uint32_t event, bool *orphan)
{
	const char *id = text_of(p, event, "$ai_parent_id");
	uint32_t trace = plain_trace_of(p, event), node;

	*orphan = false;
	if (trace == MODEL_NONE || !is_node(p, event))
		return EVENT_NONE;
	node = id[0] != 0 ? node_of(p, event, id) : EVENT_NONE;
	if (node != EVENT_NONE)
		return node;
	*orphan = id[0] != 0 && strcmp(id, text_of(p, event, "$ai_trace_id")) != 0 &&
	          !is_alias(p, event, id);
	return *orphan ? EVENT_NONE : model_trace(p->b->model, trace)->explicit_event;
}

bool plain_is_below(const struct plain *p, uint32_t event, uint32_t above)
{
	uint32_t trace = plain_trace_of(p, above);
	bool orphan;

	if (trace == MODEL_NONE || plain_trace_of(p, event) != trace || !is_node(p, event))
		return false;
	if (above == model_trace(p->b->model, trace)->explicit_event ||
	    plain_is_kind(p, above, "trace"))
		return true;
	for (event = plain_parent_of(p, event, &orphan); event != EVENT_NONE;
	     event = plain_parent_of(p, event, &orphan))
		if (event == above)
			return true;
	return false;
}

/* ---- values ---- */

bool plain_number_fits(const struct filter_value *v, double number, double unit)
{
	double low = (double)v->low, high = (double)v->high;

	number *= unit;
	if (isnan(number) || v->test == TEST_PRESENT)
		return !isnan(number);
	if (v->test != TEST_RANGE && !v->is_number)
		return false;
	if (v->has_low && (number < low || (number == low && v->without_low)))
		return false;
	return !v->has_high || number < high || (number == high && !v->without_high);
}

static double unit_of(const struct filter_node *n)
{
	switch (n->field->type) {
	case FIELD_SECONDS:
		return 1e6;
	case FIELD_MONEY:
	case FIELD_NUMBER:
	case FIELD_PERCENT:
	case FIELD_VALUE:
		return 1e12;
	default:
		return 1;
	}
}

bool plain_any_number(const struct filter_node *n, double number)
{
	for (uint32_t i = 0; i < n->n_values; i++)
		if (plain_number_fits(&n->values[i], number, unit_of(n)))
			return true;
	return false;
}

bool plain_any_whole(const struct filter_node *n, const char *text)
{
	for (uint32_t i = 0; i < n->n_values; i++)
		if (n->values[i].test == TEST_PRESENT ? text[0] != 0
		                                      : str_eq(n->values[i].text, str_of(text)))
			return true;
	return false;
}

static double time_of(const struct plain *p, uint32_t event)
{
	int64_t time = time_parse(str_of(top(p, event, "timestamp")));

	return time == TIME_NONE ? (double)NAN : (double)time;
}

static double speed_of(const struct plain *p, uint32_t event)
{
	double latency = plain_number_of(p, event, "$ai_latency");
	double first = plain_number_of(p, event, "$ai_time_to_first_token");

	if (!(latency > 0))
		return (double)NAN;
	if (first < latency)
		latency -= first;
	return plain_number_of(p, event, "$ai_output_tokens") / latency;
}

static double cache_share_of(const struct plain *p, uint32_t event)
{
	double cached = plain_number_of(p, event, "$ai_cache_read_input_tokens");
	double all = plain_number_of(p, event, "$ai_input_tokens");

	if (isnan(all) || isnan(cached))
		return (double)NAN;
	if (cached > all || strcmp(text_of(p, event, "$ai_provider"), "anthropic") == 0 ||
	    strncmp(text_of(p, event, "$ai_model"), "Claude", 6) == 0)
		all += cached;
	return all > 0 ? cached * 100 / all : 0;
}

/* In either side of it. */
static bool messages_fit(const struct plain *p, const struct filter_node *n, uint32_t event,
                         unsigned places)
{
	return plain_messages_fit(p, n, event, "$ai_input", places) ||
	       plain_messages_fit(p, n, event, "$ai_output_choices", places);
}

static bool anywhere(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	static const char *const names[] = {"$ai_span_name",  "$ai_model",   "$ai_provider",
	                                    "$ai_trace_id",   "$ai_span_id", "$ai_parent_id",
	                                    "$ai_session_id", "$ai_error"};

	if (messages_fit(p, n, event, PLAIN_TEXTS))
		return true;
	if (n->role != FIELD_ROLE_ANY)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (plain_any_text(n, text_of(p, event, names[i])))
			return true;
	return plain_any_text(n, top(p, event, "uuid")) ||
	       plain_any_text(n, top(p, event, "distinct_id"));
}

/* Tokens before a number, else texts. */
static bool side_fits(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	bool in = n->field->number == FIELD_IN;
	const char *tokens = in ? "$ai_input_tokens" : "$ai_output_tokens";
	bool is_text = n->values[0].test != TEST_PRESENT && n->values[0].test != TEST_RANGE &&
	               !n->values[0].is_number;

	if (!is_text)
		return plain_any_number(n, plain_number_of(p, event, tokens));
	return plain_messages_fit(p, n, event, in ? "$ai_input" : "$ai_output_choices",
	                          PLAIN_TEXTS);
}

static bool tool_fits(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	return (is_tool(p, event) && plain_any_text(n, text_of(p, event, "$ai_span_name"))) ||
	       messages_fit(p, n, event, PLAIN_TOOLS);
}

/* ---- what is slow ---- */

static bool has_same_name(const struct plain *p, uint32_t a, uint32_t b)
{
	static const char *const names[] = {"$ai_span_name", "$ai_model", "$ai_provider"};
	bool named = text_of(p, a, names[0])[0] != 0;

	if (strcmp(top(p, a, "event"), top(p, b, "event")) != 0)
		return false;
	for (size_t i = 0; i < (named ? 1 : 3); i++)
		if (strcmp(text_of(p, a, names[i]), text_of(p, b, names[i])) != 0)
			return false;
	return true;
}

/* Over what 95 of 100 of its name take, where there are 20: so many are below the one that is just that. */
static bool is_slow(const struct plain *p, uint32_t event)
{
	double latency = plain_number_of(p, event, "$ai_latency");
	uint32_t all = 0, below = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		double other = plain_number_of(p, i, "$ai_latency");

		if (p->lost[i] || isnan(other) || !has_same_name(p, event, i))
			continue;
		all++;
		below += other < latency;
	}
	return all >= 20 && !isnan(latency) && below * 100 >= all * 95;
}

/* ---- terms of events ---- */

static bool is_word(const struct plain *p, const struct filter_node *n, int word, uint32_t event)
{
	uint32_t trace = plain_trace_of(p, event);
	bool orphan;

	(void)n;
	switch ((enum field_is)word) {
	case IS_ERROR:
		return plain_is_error(p, event);
	case IS_RUNNING:
		return plain_is_running(p, event);
	case IS_DONE:
		return !plain_is_running(p, event);
	case IS_CACHED:
		return plain_number_of(p, event, "$ai_cache_read_input_tokens") > 0;
	case IS_UNCACHED:
		return plain_is_kind(p, event, "generation") &&
		       !(plain_number_of(p, event, "$ai_cache_read_input_tokens") > 0);
	case IS_TRUNCATED:
		return strcmp(text_of(p, event, "$ai_stop_reason"), "length") == 0;
	case IS_PRICED:
		return !isnan(plain_number_of(p, event, "$ai_total_cost_usd"));
	case IS_UNPRICED:
		return plain_is_call(p, event) &&
		       isnan(plain_number_of(p, event, "$ai_total_cost_usd"));
	case IS_SLOW:
		return is_slow(p, event);
	case IS_STREAMED:
		return cJSON_IsTrue(property(p, event, "$ai_stream")) ||
		       property(p, event, "$ai_time_to_first_token") != NULL;
	case IS_ORPHAN:
		plain_parent_of(p, event, &orphan);
		return orphan;
	default:
		return trace != MODEL_NONE &&
		       model_trace(p->b->model, trace)->explicit_event == EVENT_NONE;
	}
}

static uint32_t depth_of(const struct plain *p, uint32_t event)
{
	uint32_t depth = 0;
	bool orphan;

	for (event = plain_parent_of(p, event, &orphan); event != EVENT_NONE && is_node(p, event);
	     event = plain_parent_of(p, event, &orphan))
		depth++;
	return depth;
}

bool plain_counts(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	switch (n->field->number) {
	case FIELD_GENS:
		return plain_is_kind(p, event, "generation");
	case FIELD_TOOLS:
		return is_tool(p, event);
	default:
		return plain_is_error(p, event);
	}
}

static double count_of(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < p->n; i++)
		count += plain_is_below(p, i, event) && plain_counts(p, n, i);
	return count;
}

void plain_id_text(const struct plain *p, uint32_t id, struct buf *out)
{
	buf_clear(out);
	ids_text(&p->b->events.ids, id, out);
}

static bool session_fits(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	uint32_t trace = plain_trace_of(p, event), session;
	struct buf id = {0};
	bool fits;

	if (text_of(p, event, "$ai_session_id")[0] != 0)
		return plain_id_fits(p, n, FIELD_SESSION, text_of(p, event, "$ai_session_id"));
	session = trace == MODEL_NONE ? MODEL_NONE : model_trace(p->b->model, trace)->session;
	if (session == MODEL_NONE)
		return false;
	plain_id_text(p, model_session(p->b->model, session)->id, &id);
	fits = plain_id_fits(p, n, FIELD_SESSION, buf_text(&id));
	buf_free(&id);
	return fits;
}

static bool has_word(const struct plain *p, int word, uint32_t event)
{
	switch ((enum field_has)word) {
	case HAS_TOOL:
		return is_tool(p, event) || plain_calls_tools(p, event);
	case HAS_REASONING:
		return plain_number_of(p, event, "$ai_reasoning_tokens") > 0;
	case HAS_EVAL:
		return plain_is_kind(p, event, "evaluation");
	case HAS_EMBEDDING:
		return plain_is_kind(p, event, "embedding");
	default:
		return plain_is_kind(p, event, "feedback");
	}
}

static bool word_fits(const struct plain *p, const struct filter_node *n, int word, uint32_t event)
{
	static const char *const kinds[] = {"trace",     "generation", "span",
	                                    "embedding", "tool",       "retrieval",
	                                    "metric",    "feedback",   "evaluation"};

	switch (n->field->number) {
	case FIELD_IS:
		return is_word(p, n, word, event);
	case FIELD_HAS:
		return has_word(p, word, event);
	case FIELD_STATUS:
		return word == 1   ? plain_is_error(p, event)
		       : word == 2 ? !plain_is_error(p, event) && plain_is_running(p, event)
		                   : !plain_is_error(p, event) && !plain_is_running(p, event);
	default:
		return word == KIND_TOOL ? is_tool(p, event) : plain_is_kind(p, event, kinds[word]);
	}
}

static double event_number(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	switch (n->field->number) {
	case FIELD_LATENCY:
		return plain_number_of(p, event, "$ai_latency");
	case FIELD_TOKENS:
		return plain_sum_of(plain_number_of(p, event, "$ai_input_tokens"),
		                    plain_number_of(p, event, "$ai_output_tokens"));
	case FIELD_COST:
		return plain_number_of(p, event, "$ai_total_cost_usd");
	case FIELD_COST_IN:
		return plain_number_of(p, event, "$ai_input_cost_usd");
	case FIELD_COST_OUT:
		return plain_number_of(p, event, "$ai_output_cost_usd");
	case FIELD_CACHE:
		return plain_number_of(p, event, "$ai_cache_read_input_tokens");
	case FIELD_CACHE_SHARE:
		return cache_share_of(p, event);
	case FIELD_TPS:
		return speed_of(p, event);
	case FIELD_REASONING:
		return plain_number_of(p, event, "$ai_reasoning_tokens");
	case FIELD_TTFT:
		return plain_number_of(p, event, "$ai_time_to_first_token");
	case FIELD_CODE:
		return plain_number_of(p, event, "$ai_http_status");
	case FIELD_DEPTH:
		return is_node(p, event) && plain_trace_of(p, event) != MODEL_NONE
		               ? depth_of(p, event)
		               : (double)NAN;
	case FIELD_SINCE:
	case FIELD_UNTIL:
		return time_of(p, event);
	default:
		return count_of(p, n, event);
	}
}

/* It went on from its latency before its time until then. */
static bool is_at(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	const struct filter_value *v = n->values;
	double end = time_of(p, event), latency = plain_number_of(p, event, "$ai_latency");
	double start = isnan(latency) ? end : end - latency * 1e6;

	return !isnan(end) && end >= (double)v->low && start < (double)v->high;
}

bool plain_term_of_event(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	switch (n->field->number) {
	case FIELD_IS:
	case FIELD_HAS:
	case FIELD_STATUS:
	case FIELD_KIND:
		for (uint32_t i = 0; i < n->n_values; i++)
			if (word_fits(p, n, field_word(n->field, n->values[i].text), event))
				return true;
		return false;
	case FIELD_MODEL:
		return plain_any_text(n, text_of(p, event, "$ai_model"));
	case FIELD_PROVIDER:
		return plain_any_whole(n, text_of(p, event, "$ai_provider"));
	case FIELD_NAME:
		return plain_any_text(n, text_of(p, event, "$ai_span_name"));
	case FIELD_USER:
		return plain_any_text(n, top(p, event, "distinct_id"));
	case FIELD_FINISH:
		return plain_any_text(n, text_of(p, event, "$ai_stop_reason"));
	case FIELD_LIB:
		return plain_any_text(n, text_of(p, event, "$ai_lib"));
	case FIELD_ERROR:
		return plain_any_text(n, text_of(p, event, "$ai_error"));
	case FIELD_TRACE:
		return plain_id_fits(p, n, FIELD_TRACE, text_of(p, event, "$ai_trace_id"));
	case FIELD_SESSION:
		return session_fits(p, n, event);
	case FIELD_THING_ID:
		return plain_id_fits(p, n, FIELD_THING_ID, top(p, event, "uuid")) ||
		       plain_id_fits(p, n, FIELD_THING_ID, text_of(p, event, "$ai_span_id"));
	case FIELD_ANYTHING:
		return anywhere(p, n, event);
	case FIELD_IN:
	case FIELD_OUT:
		return side_fits(p, n, event);
	case FIELD_SYSTEM:
		return messages_fit(p, n, event, PLAIN_SYSTEM);
	case FIELD_TOOL:
		return tool_fits(p, n, event);
	case FIELD_TOOL_ARGS:
		return messages_fit(p, n, event, PLAIN_ARGUMENTS);
	case FIELD_TOOL_RESULT:
		return messages_fit(p, n, event, PLAIN_RESULTS);
	case FIELD_AT:
		return is_at(p, n, event);
	case FIELD_PROPERTY:
	case FIELD_PERSON:
	case FIELD_ENV:
	case FIELD_VERSION:
	case FIELD_TEMP:
	case FIELD_EVAL:
	case FIELD_SCORE:
	case FIELD_FEEDBACK:
		return plain_property_fits(p, n, event);
	default:
		return plain_any_number(n, event_number(p, n, event));
	}
}
