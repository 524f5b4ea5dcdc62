/* What terms of the filter language say of an event, in HogQL. What no PostHog knows, or knows of other events alone, is not
 * here: bodies, costs that we work out, what is slow or marked. */
#include "collect/posthog_filter_internal.h"

#include "index/event.h"

/* A text that was sent: decoded, or the JSON of what is none. */
#define TEXT(name) \
	"coalesce(nullIf(JSONExtractString(properties, '" name "'), ''), properties." name ")"
#define SPAN_NAME    "nullIf(" TEXT("$ai_span_name") ", '')"
#define TRACE_NAME   TEXT("$ai_trace_name")
#define NUMBER(name) "toFloat(properties." name ")"

static const struct measure count = {.positive = true};
static const struct measure seconds = {.scale = 6, .rounds = true, .positive = true};
static const struct measure amount = {.scale = 12, .rounds = true};

/* ---- words ---- */

static enum pushed constant(struct buf *to, const char *condition)
{
	buf_puts(to, condition);
	return PUSHED_EXACTLY;
}

static enum pushed status_word(struct buf *to, int word)
{
	bool error = str_eq(str_of(fields[FIELD_STATUS].words[word]), STR("error"));

	return error ? constant(to, PUSH_ERROR) : PUSHED_NOT;
}

static enum pushed is_word(struct buf *to, int word)
{
#define CACHED "ifNull(" PUSH_COUNT("$ai_cache_read_input_tokens") " >= 1, 0)"
	switch ((enum field_is)word) {
	case IS_ERROR:
		return constant(to, PUSH_ERROR);
	case IS_CACHED:
		return constant(to, CACHED);
	case IS_UNCACHED:
		return constant(to, "(event = '$ai_generation' AND NOT " CACHED ")");
	case IS_TRUNCATED:
		return constant(
			to, "ifNull(lower(" TEXT(
				    "$ai_stop_reason") ") IN ('length', 'max_tokens',"
						       " 'max_output_tokens', 'incomplete'), 0)");
	case IS_STREAMED:
		return constant(
			to, "(ifNull(properties.$ai_stream = 'true', 0)"
			    " OR JSONExtractRaw(properties, '$ai_model_parameters', 'stream')"
			    " IN ('true', '\"true\"')"
			    " OR JSONExtractRaw(properties, '$ai_model_parameters', 'streaming')"
			    " IN ('true', '\"true\"')"
			    " OR ifNull(" NUMBER("$ai_time_to_first_token") " >= 0 AND " NUMBER(
				    "$ai_time_to_first_token") " <= 9000000000000, 0))");
	default:
		return PUSHED_NOT;
	}
#undef CACHED
}

static enum pushed has_word(struct buf *to, int word)
{
	switch ((enum field_has)word) {
	case HAS_FEEDBACK:
		return constant(to, "event = '$ai_feedback'");
	case HAS_EVAL:
		return constant(to, "event = '$ai_evaluation'");
	case HAS_EMBEDDING:
		return constant(to, "event = '$ai_embedding'");
	default:
		return PUSHED_NOT;
	}
}

static enum pushed kind_word(struct buf *to, int word)
{
	static const char *const conditions[KIND_WORDS] = {
		[KIND_TRACE] = "event = '$ai_trace'",
		[KIND_GENERATION] = "event = '$ai_generation'",
		[KIND_SPAN] = "event = '$ai_span'",
		[KIND_EMBEDDING] = "event = '$ai_embedding'",
		[KIND_TOOL] = PUSH_TOOL,
		[KIND_RETRIEVAL] = "ifNull(lower(" TEXT("$ai_span_type") ") IN ('retrieval',"
									 " 'retriever'), 0)",
		[KIND_METRIC] = "event = '$ai_metric'",
		[KIND_FEEDBACK] = "event = '$ai_feedback'",
		[KIND_EVALUATION] = "event = '$ai_evaluation'",
	};

	return constant(to, conditions[word]);
}

static enum pushed words(struct buf *to, const struct filter_node *n,
                         enum pushed (*each)(struct buf *to, int word))
{
	buf_add(to, '(');
	for (uint32_t i = 0; i < n->n_values; i++) {
		int word = field_word(n->field, n->values[i].text);

		buf_puts(to, i > 0 ? " OR " : "");
		if (n->values[i].test != TEST_VALUE || word < 0 || each(to, word) == PUSHED_NOT)
			return PUSHED_NOT;
	}
	buf_add(to, ')');
	return PUSHED_EXACTLY;
}

/* ---- texts and ids ---- */

static enum pushed error_text(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	enum pushed got;

	buf_puts(to, "(" PUSH_HAS_ERROR " AND ");
	got = push_texts(w, to, n, TEXT("$ai_error"), false);
	buf_add(to, ')');
	return got;
}

static enum pushed text_term(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	static const char *const things[] = {"toString(uuid)", "properties.$ai_span_id",
	                                     "properties.$ai_generation_id", NULL};
	static const char *const traces[] = {"properties.$ai_trace_id", NULL};

	switch (n->field->number) {
	case FIELD_THING_ID:
		return push_ids(w, to, n, things);
	case FIELD_TRACE:
		return push_ids(w, to, n, traces);
	case FIELD_USER:
		return push_texts(w, to, n, "distinct_id", false);
	case FIELD_NAME:
		return push_texts(w, to, n,
		                  "coalesce(" SPAN_NAME ", if(event = '$ai_trace', " TRACE_NAME
		                  ", NULL))",
		                  false);
	case FIELD_MODEL:
		return push_texts(w, to, n, TEXT("$ai_model"), false);
	case FIELD_PROVIDER:
		return push_texts(w, to, n, TEXT("$ai_provider"), true);
	case FIELD_FINISH:
		return push_texts(w, to, n, TEXT("$ai_stop_reason"), false);
	case FIELD_LIB:
		return push_texts(w, to, n, "coalesce(" TEXT("$ai_lib") ", " TEXT("$lib") ")",
		                  false);
	case FIELD_ERROR:
		return error_text(w, to, n);
	default:
		return push_property(w, to, n);
	}
}

enum pushed push_listed_name(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	return push_texts(w, to, n, "coalesce(" SPAN_NAME ", " TRACE_NAME ")", false);
}

/* ---- numbers ---- */

/* What was not sent of a call is worked out here. */
static enum pushed cost_term(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	enum pushed got;

	buf_puts(to, "(NOT " PUSH_IS_AMOUNT("$ai_total_cost_usd") " OR ");
	got = push_numbers(w, to, n, NUMBER("$ai_total_cost_usd"), &amount);
	buf_add(to, ')');
	return got == PUSHED_NOT ? PUSHED_NOT : PUSHED_MORE;
}

/* The number of text and tokens: in: and out: of a text are of bodies. */
static bool is_of_numbers(const struct filter_node *n)
{
	for (uint32_t i = 0; i < n->n_values; i++)
		if (n->values[i].test != TEST_PRESENT && !n->values[i].is_number)
			return false;
	return true;
}

static enum pushed tokens_term(struct pushing *w, struct buf *to, const struct filter_node *n)
{
#define INPUT  PUSH_COUNT("$ai_input_tokens")
#define OUTPUT PUSH_COUNT("$ai_output_tokens")
	return push_numbers(w, to, n, "coalesce(" INPUT " + " OUTPUT ", " INPUT ", " OUTPUT ")",
	                    &count);
#undef INPUT
#undef OUTPUT
}

/* A timestamp against a range of times. */
static enum pushed time_term(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	const struct filter_value *v = n->values;
	struct buf moment = {0};

	if (n->n_values != 1 || v->has_low == v->has_high)
		return PUSHED_NOT;
	time_append_rfc3339(&moment, (int64_t)(v->has_low ? v->low : v->high));
	buf_printf(to, "timestamp %s toDateTime(", v->has_low ? ">=" : "<");
	push_text(w, to, buf_str(&moment));
	buf_add(to, ')');
	buf_free(&moment);
	return PUSHED_EXACTLY;
}

static enum pushed number_term(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	if (!is_of_numbers(n))
		return PUSHED_NOT;
	switch (n->field->number) {
	case FIELD_CODE:
		return push_numbers(w, to, n, PUSH_COUNT("$ai_http_status"), &count);
	case FIELD_COST:
		return cost_term(w, to, n);
	case FIELD_TOKENS:
		return tokens_term(w, to, n);
	case FIELD_IN:
		return push_numbers(w, to, n, PUSH_COUNT("$ai_input_tokens"), &count);
	case FIELD_OUT:
		return push_numbers(w, to, n, PUSH_COUNT("$ai_output_tokens"), &count);
	case FIELD_CACHE:
		return push_numbers(w, to, n, PUSH_COUNT("$ai_cache_read_input_tokens"), &count);
	case FIELD_REASONING:
		return push_numbers(w, to, n, PUSH_COUNT("$ai_reasoning_tokens"), &count);
	case FIELD_LATENCY:
		return push_numbers(w, to, n, NUMBER("$ai_latency"), &seconds);
	case FIELD_TTFT:
		return push_numbers(w, to, n, NUMBER("$ai_time_to_first_token"), &seconds);
	default:
		return time_term(w, to, n);
	}
}

/* ---- any term ---- */

enum pushed push_event_term(struct pushing *w, struct buf *to, const struct filter_node *n)
{
	switch (n->field->number) {
	case FIELD_STATUS:
		return words(to, n, status_word);
	case FIELD_IS:
		return words(to, n, is_word);
	case FIELD_HAS:
		return words(to, n, has_word);
	case FIELD_KIND:
		return words(to, n, kind_word);
	case FIELD_THING_ID:
	case FIELD_TRACE:
	case FIELD_USER:
	case FIELD_NAME:
	case FIELD_MODEL:
	case FIELD_PROVIDER:
	case FIELD_FINISH:
	case FIELD_LIB:
	case FIELD_ERROR:
	case FIELD_EVAL:
	case FIELD_SCORE:
	case FIELD_FEEDBACK:
	case FIELD_ENV:
	case FIELD_VERSION:
	case FIELD_URL:
	case FIELD_TEMP:
	case FIELD_MAX:
	case FIELD_PROPERTY:
	case FIELD_PERSON:
		return text_term(w, to, n);
	case FIELD_CODE:
	case FIELD_COST:
	case FIELD_TOKENS:
	case FIELD_IN:
	case FIELD_OUT:
	case FIELD_CACHE:
	case FIELD_REASONING:
	case FIELD_LATENCY:
	case FIELD_TTFT:
	case FIELD_SINCE:
	case FIELD_UNTIL:
		return number_term(w, to, n);
	default:
		return PUSHED_NOT;
	}
}
