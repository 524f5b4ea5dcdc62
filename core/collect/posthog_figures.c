/* Figures in three SELECTs, one in the other: an event a row with what counts of it; a part a row, with its latencies in
 * order; and of these the percentiles. One table has the columns of a part, for the question and for the answer.
 *
 * HogQL has no exact quantiles, so latencies are gathered and sorted there: eight bytes an event. What the inner SELECTs name is
 * used by the outer ones alone. */
#include "collect/posthog_figures.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "collect/posthog_filter_internal.h"
#include "collect/posthog_query.h"

#include <stddef.h>

#define IN_RANGE                     \
	"WHERE event LIKE '$ai_%'\n" \
	"  AND timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})\n"

/* ---- an event a row ---- */

/* A text that was sent: decoded, or the JSON of what is none; NULL where it is empty. */
#define TEXT(name)                                                                                \
	"nullIf(coalesce(nullIf(JSONExtractString(properties, '" name "'), ''), properties." name \
	"), '')"
#define COUNT(name)  "if(is_call = 1, " PUSH_COUNT(name) ", NULL)"
#define NUMBER(name) "toFloat(properties." name ")"
#define SECONDS(number) \
	"if(timed = 1 AND " number " >= 0 AND " number " <= 9000000000, " number ", NULL)"

#define TRACE       TEXT("$ai_trace_id")
#define SESSION     TEXT("$ai_session_id")
#define SPAN_NAME   TEXT("$ai_span_name")
#define TRACE_NAME  TEXT("$ai_trace_name")
#define MODEL       TEXT("$ai_model")
#define PROVIDER    TEXT("$ai_provider")
#define FRAMEWORK   TEXT("$ai_framework")
#define STOP_REASON TEXT("$ai_stop_reason")
#define HTTP_STATUS TEXT("$ai_http_status")
#define STATUS_CODE PUSH_COUNT("$ai_http_status")
#define LIBRARY     TEXT("$ai_lib")
#define LIB         TEXT("$lib")
#define EXCLUSIVE   "JSONExtractRaw(properties, '$ai_cache_reporting_exclusive')"
#define USER \
	"if(ifNull(properties.$process_person_profile = 'false', 0), NULL, nullIf(distinct_id, ''))"

#define INPUT       COUNT("$ai_input_tokens")
#define OUTPUT      COUNT("$ai_output_tokens")
#define READS       COUNT("$ai_cache_read_input_tokens")
#define WRITES      COUNT("$ai_cache_creation_input_tokens")
#define REASONING   COUNT("$ai_reasoning_tokens")
#define COST        NUMBER("$ai_total_cost_usd")
#define IS_COST     PUSH_IS_AMOUNT("$ai_total_cost_usd")
#define SENT        NUMBER("$ai_latency")
#define LATENCY     SECONDS(SENT)
#define SENT_FIRST  NUMBER("$ai_time_to_first_token")
#define FIRST_TOKEN SECONDS(SENT_FIRST)

/* Cache tokens stand beside the input, not in it: as cost/cost.c has it. */
#define ANTHROPIC                                            \
	"(ifNull(lower(" PROVIDER ") = 'anthropic', 0)"      \
	" OR ifNull(lower(" MODEL ") LIKE '%anthropic%', 0)" \
	" OR ifNull(lower(" MODEL ") LIKE 'claude%', 0))"
#define VERCEL_GATEWAY                                \
	"(ifNull(lower(" FRAMEWORK ") = 'vercel', 0)" \
	" AND ifNull(lower(" PROVIDER ") = 'gateway', 0))"
#define BESIDE                                                              \
	"(" EXCLUSIVE " = 'true' OR ifNull(reads > input, 0)\n"             \
	"      OR (" EXCLUSIVE " != 'false' AND (\n"                        \
	"        ifNull(input < ifNull(reads, 0) + ifNull(writes, 0), 0)\n" \
	"        OR (" ANTHROPIC "\n          AND NOT " VERCEL_GATEWAY "))))"

/* Behind what it is split by and whether it is timed. A name is used behind the place where it is given, and none of them is
 * that of a column or table of PostHog's. */
static const char event_rows[] =
	" AS timed,\n"
	"  if(" PUSH_CALL ", 1, 0) AS is_call,\n"
	"  event AS kind,\n"
	"  timestamp AS time,\n"
	"  if(" PUSH_ERROR ", 1, 0) AS failed,\n"
	"  " TRACE " AS trace_id,\n"
	"  " SESSION " AS session_id,\n"
	"  " USER " AS user,\n"
	"  " INPUT " AS input,\n"
	"  " OUTPUT " AS output,\n"
	"  " READS " AS reads,\n"
	"  " WRITES " AS writes,\n"
	"  " REASONING " AS reasoning,\n"
	"  if(is_call = 1 AND " IS_COST ",\n    " COST ", NULL) AS cost,\n"
	"  if(is_call = 1 AND isNotNull(input) AND isNotNull(reads),\n"
	"    if(" BESIDE ",\n"
	"      input + ifNull(reads, 0) + ifNull(writes, 0), input), NULL) AS prompt,\n"
	"  " LATENCY " AS latency,\n"
	"  " FIRST_TOKEN " AS first_token\n"
	"FROM events\n" IN_RANGE;

/* ---- what it is split by ---- */

struct splitting {
	enum field_number field;
	const char *part;      /* NULL: a property */
	const char *condition; /* events that have a part in it; NULL: all */
	const char *of;        /* whose property */
};

#define NOT_DONE                                                                    \
	"event IN ('$ai_generation', '$ai_embedding', '$ai_span') AND isNull(" SENT \
	") AND isNull(" STOP_REASON ") AND isNull(" HTTP_STATUS ")"

#define KIND_NAME                                                                   \
	"if(event IN ('$ai_generation', '$ai_embedding', '$ai_span', '$ai_trace', " \
	"'$ai_metric', '$ai_feedback', '$ai_evaluation'), substring(event, 5, 20), 'other')"

static const struct splitting table[] = {
	{FIELD_MODEL, MODEL, PUSH_CALL, NULL},
	{FIELD_PROVIDER, PROVIDER, PUSH_CALL, NULL},
	{FIELD_USER, USER, NULL, NULL},
	{FIELD_SESSION, SESSION, NULL, NULL},
	{FIELD_TRACE, TRACE, NULL, NULL},
	{FIELD_NAME, "coalesce(" SPAN_NAME ", if(event = '$ai_trace', " TRACE_NAME ", NULL))", NULL,
         NULL},
	{FIELD_TOOL, SPAN_NAME, PUSH_TOOL, NULL},
	{FIELD_KIND, KIND_NAME, NULL, NULL},
	{FIELD_STATUS, "if(" PUSH_ERROR ", 'error', if(" NOT_DONE ", 'running', 'ok'))", NULL,
         NULL},
	{FIELD_FINISH, STOP_REASON, PUSH_CALL, NULL},
	{FIELD_CODE, "if(" STATUS_CODE " <= 999, " HTTP_STATUS ", NULL)", PUSH_CALL, NULL},
	{FIELD_LIB, "coalesce(" LIBRARY ", " LIB ")", NULL, NULL},
	{FIELD_ENV, NULL, NULL, "properties"},
	{FIELD_VERSION, NULL, NULL, "properties"},
	{FIELD_URL, NULL, NULL, "properties"},
	{FIELD_EVAL, NULL, NULL, "properties"},
	{FIELD_FEEDBACK, NULL, NULL, "properties"},
	{FIELD_PROPERTY, NULL, NULL, "properties"},
	{FIELD_PERSON, NULL, NULL, "person.properties"},
};

static const struct splitting *splitting_of(const struct field *field)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].field == field->number)
			return &table[i];
	return NULL;
}

/* A group is its type and its key, as query/memberships.h has them; how long the type is tells them apart. The name of a
 * type may be anything, so that the members are taken as pairs. */
#define GROUP_TYPE  "tupleElement(member, 1)"
#define GROUP_VALUE "tupleElement(member, 2)"
static const char each_group[] =
	"arrayJoin(JSONExtractKeysAndValuesRaw(properties, '$groups')) AS member,\n"
	"  if(" GROUP_VALUE " IN ('', '\"\"', 'null') OR startsWith(" GROUP_VALUE ", '{')\n"
	"    OR startsWith(" GROUP_VALUE ", '['), NULL,\n"
	"    concat(toString(length(" GROUP_TYPE ")), ':', " GROUP_TYPE ",\n"
	"      coalesce(nullIf(JSONExtractString(" GROUP_VALUE "), ''), " GROUP_VALUE ")))";

/* A question that is being written; what a person typed goes into values. */
struct asking {
	const struct posthog_figures *f;
	const struct splitting *how; /* NULL: by time, or not split */
	struct buf start;
	struct posthog_value *values; /* {v0}, {v1}... */
	uint32_t n_values;
};

static void put_text(struct asking *a, struct buf *to, struct str text)
{
	a->values = mem_resize(a->values, a->n_values + 1u, sizeof(*a->values));
	a->values[a->n_values] = (struct posthog_value){0};
	buf_append(&a->values[a->n_values].text, text);
	buf_printf(to, "{v%u}", a->n_values++);
}

static void put_key(struct asking *a, struct buf *keys, struct str name)
{
	buf_puts(keys, ", ");
	put_text(a, keys, name);
}

/* The text of what stands there; of what is none its JSON. */
static void put_value(struct asking *a, const char *of, struct buf *keys)
{
	buf_printf(&a->start,
	           "%s\n    nullIf(JSONExtractString(%s%s), ''),\n"
	           "    nullIf(nullIf(nullIf(JSONExtractRaw(%s%s), '\"\"'), 'null'), '')",
	           str_ends(buf_str(&a->start), STR("(")) ? "" : ",", of, buf_text(keys), of,
	           buf_text(keys));
}

/* A property of that name; else what is there by its path. */
static void put_named(struct asking *a, const char *of, struct str name)
{
	struct buf keys = {0};
	size_t dot = str_find(name, STR("."), 0, false);

	put_key(a, &keys, name);
	put_value(a, of, &keys);
	if (dot != SIZE_MAX) {
		buf_clear(&keys);
		for (size_t from = 0; from <= name.n; from = dot + 1) {
			dot = str_find(name, STR("."), from, false);
			dot = dot == SIZE_MAX ? name.n : dot;
			put_key(a, &keys, str_sub(name, from, dot - from));
		}
		put_value(a, of, &keys);
	}
	buf_free(&keys);
}

static void put_property(struct asking *a, const struct field *field, struct str name)
{
	const char *names[PROPERTY_NAMES];
	uint32_t n = property_names_of(field->number, names);

	buf_puts(&a->start, "coalesce(");
	if (n == 0)
		put_named(a, a->how->of, name);
	for (uint32_t i = 0; i < n; i++)
		put_named(a, a->how->of, str_of(names[i]));
	buf_add(&a->start, ')');
}

/* False: it is not split by anything that PostHog knows. */
static bool put_part(struct asking *a)
{
	const struct posthog_figures *f = a->f;
	const struct field *field;
	struct str name;

	if (f->split == NULL || f->each_group) {
		buf_puts(&a->start, f->each_group ? each_group : "1");
		return true;
	}
	field = split_field(f->split, &name);
	if (field == NULL) {
		buf_printf(&a->start,
		           "intDiv(dateDiff('microsecond', toDateTime({since}), timestamp) * %u, "
		           "%lld) + 1",
		           f->slices, (long long)(f->until - f->since));
		return true;
	}
	a->how = splitting_of(field);
	if (a->how == NULL || !utf8_valid(name))
		return false;
	if (a->how->part != NULL)
		buf_puts(&a->start, a->how->part);
	else
		put_property(a, field, name);
	return true;
}

static bool put_events(struct asking *a)
{
	bool all = a->f->split != NULL && split_times_all(a->f->split);

	buf_puts(&a->start, "SELECT ");
	if (!put_part(a))
		return false;
	buf_puts(&a->start, " AS part,\n  ");
	buf_puts(&a->start, all ? "1" : "if(" PUSH_CALL ", 1, 0)");
	buf_puts(&a->start, event_rows);
	if (a->how != NULL && a->how->condition != NULL)
		buf_printf(&a->start, "  AND %s\n", a->how->condition);
	return true;
}

/* ---- a part a row ---- */

enum figure { FIGURE_COUNT, FIGURE_TOKENS, FIGURE_MONEY, FIGURE_SECONDS, FIGURE_TIME };

/* What is not there is what breakdown_part has for unknown. */
struct column {
	const char *name, *aggregate; /* NULL: as the outermost SELECT has it */
	enum figure figure;
	size_t at; /* in struct breakdown_part */
};

#define AT(member)    offsetof(struct breakdown_part, member)
#define TOTAL(member) offsetof(struct breakdown_part, totals.member)
#define KIND(name, kind)                                                                     \
	{                                                                                    \
		name "s", "countIf(kind = '$ai_" name "')", FIGURE_COUNT, TOTAL(kinds[kind]) \
	}
#define TOKENS(name, member)                                                         \
	{#member "_sum", "sum(" name ")", FIGURE_TOKENS, TOTAL(member)},             \
	{                                                                            \
#member "_n", "count(" name ")", FIGURE_COUNT, TOTAL(member##_known) \
	}
#define RANK(values, percent)                                                             \
	"if(length(" values ") = 0, NULL, arrayElement(" values ", intDiv(length(" values \
	") * " #percent " + 99, 100)))"

static const struct column columns[] = {
	{"events", "count()", FIGURE_COUNT, TOTAL(events)},
	KIND("generation", EVENT_GENERATION),
	KIND("embedding", EVENT_EMBEDDING),
	KIND("span", EVENT_SPAN),
	KIND("trace", EVENT_TRACE),
	KIND("metric", EVENT_METRIC),
	KIND("feedback", EVENT_FEEDBACK),
	KIND("evaluation", EVENT_EVALUATION),
	{"errors", "sum(failed)", FIGURE_COUNT, TOTAL(errors)},
	{"calls", "sum(timed)", FIGURE_COUNT, AT(calls)},
	{"failures", "countIf(timed = 1 AND failed = 1)", FIGURE_COUNT, AT(failed)},
	{"trace_n", "uniqExact(trace_id)", FIGURE_COUNT, AT(traces)},
	{"session_n", "uniqExact(session_id)", FIGURE_COUNT, AT(sessions)},
	{"user_n", "uniqExact(user)", FIGURE_COUNT, AT(users)},
	TOKENS("input", input),
	TOKENS("output", output),
	TOKENS("reads", cache_read),
	TOKENS("writes", cache_write),
	TOKENS("reasoning", reasoning),
	{"cost_sum", "sum(cost)", FIGURE_MONEY, TOTAL(cost_reported)},
	{"priced", "count(cost)", FIGURE_COUNT, TOTAL(reported)},
	{"unpriced", "countIf(is_call = 1 AND isNull(cost))", FIGURE_COUNT, TOTAL(unpriced)},
	{"prompts", "sum(prompt)", FIGURE_MONEY, AT(prompt)},
	{"cached", "sumIf(reads, isNotNull(prompt))", FIGURE_MONEY, AT(cached)},
	{"first_time", "min(time)", FIGURE_TIME, AT(first)},
	{"last_time", "max(time)", FIGURE_TIME, AT(last)},
	{RANK("latencies", 50), NULL, FIGURE_SECONDS, AT(latency.p50)},
	{RANK("latencies", 90), NULL, FIGURE_SECONDS, AT(latency.p90)},
	{RANK("latencies", 95), NULL, FIGURE_SECONDS, AT(latency.p95)},
	{RANK("latencies", 99), NULL, FIGURE_SECONDS, AT(latency.p99)},
	{RANK("latencies", 100), NULL, FIGURE_SECONDS, AT(latency.max)},
	{RANK("first_tokens", 50), NULL, FIGURE_SECONDS, AT(first_token_p50)},
	{RANK("first_tokens", 95), NULL, FIGURE_SECONDS, AT(first_token_p95)},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* In the answer the part stands first, and the bins last. */
#define FIRST_COLUMN 1u
#define FIRST_BIN    (FIRST_COLUMN + (uint32_t)COLUMNS)

static void put_outermost(struct buf *out)
{
	buf_puts(out, "SELECT part");
	for (size_t i = 0; i < COLUMNS; i++)
		buf_printf(out, ",\n  %s", columns[i].name);
	for (unsigned i = 0; i < BREAKDOWN_BINS; i++)
		buf_printf(out, "%sbin%u", i == 0 ? ",\n  " : ", ", i);
	buf_puts(out, "\nFROM (\n");
}

static void put_edge(struct buf *out, const char *sign, unsigned edge)
{
	buf_printf(out, "latency %s ", sign);
	decimal_append(out, breakdown_edges[edge], 6);
}

/* Bin i has what is from edge i - 1 on and below edge i. */
static void put_bin(struct buf *out, unsigned bin)
{
	buf_puts(out, ",\n  countIf(");
	if (bin > 0)
		put_edge(out, ">=", bin - 1);
	buf_puts(out, bin > 0 && bin < BREAKDOWN_BINS - 1 ? " AND " : "");
	if (bin < BREAKDOWN_BINS - 1)
		put_edge(out, "<", bin);
	buf_printf(out, ") AS bin%u", bin);
}

static void put_parts(struct buf *out)
{
	buf_puts(out, "SELECT part");
	for (size_t i = 0; i < COLUMNS; i++)
		if (columns[i].aggregate != NULL)
			buf_printf(out, ",\n  %s AS %s", columns[i].aggregate, columns[i].name);
	buf_puts(out, ",\n  arraySort(groupArray(latency)) AS latencies");
	buf_puts(out, ",\n  arraySort(groupArray(first_token)) AS first_tokens");
	for (unsigned i = 0; i < BREAKDOWN_BINS; i++)
		put_bin(out, i);
	buf_puts(out, "\nFROM (\n");
}

/* ---- questions ---- */

static void ask(struct asking *a, struct buf *body, const char *name, const char *end, size_t limit,
                const char *query_id)
{
	const struct posthog_question q = {.name = name,
	                                   .start = buf_text(&a->start),
	                                   .end = end,
	                                   .since = a->f->since,
	                                   .until = a->f->until,
	                                   .filter = a->f->filter,
	                                   .values = a->values,
	                                   .n_values = a->n_values,
	                                   .limit = limit};

	posthog_query_question(body, &q, query_id);
}

static void asking_free(struct asking *a)
{
	for (uint32_t i = 0; i < a->n_values; i++)
		buf_free(&a->values[i].text);
	mem_free(a->values);
	buf_free(&a->start);
}

void posthog_query_figures_events(struct buf *body, const struct posthog_figures *f,
                                  const char *query_id)
{
	struct asking a = {.f = f};

	buf_puts(&a.start, "SELECT count() AS events\nFROM events\n" IN_RANGE);
	ask(&a, body, "tracehog:figures-events", "", 1, query_id);
	asking_free(&a);
}

/* Behind the events: which of them are of a part, and the parts of those. */
static void put_grouping(struct asking *a, struct buf *end)
{
	const struct posthog_figures *f = a->f;

	buf_puts(end, ")\n");
	if (f->each_group)
		buf_puts(end, "WHERE isNotNull(part)\n");
	if (f->by_value && f->after.n > 0) {
		buf_puts(end, f->each_group ? "  AND " : "WHERE ");
		buf_puts(end, "(isNull(part) OR part > ");
		put_text(a, end, f->after);
		buf_puts(end, ")\n");
	}
	buf_puts(end, "GROUP BY part\n)\n");
}

bool posthog_query_figures(struct buf *body, const struct posthog_figures *f, const char *query_id)
{
	struct asking a = {.f = f};
	struct buf end = {0};
	bool can;

	put_outermost(&a.start);
	put_parts(&a.start);
	can = put_events(&a);
	put_grouping(&a, &end);
	buf_puts(&end,
	         f->by_value
	                 ? "ORDER BY part\n"
	                 : "ORDER BY ifNull(cost_sum, -1) DESC, calls DESC, first_time, part\n");
	if (can)
		ask(&a, body, "tracehog:figures", buf_text(&end), f->limit + 1u, query_id);
	asking_free(&a);
	buf_free(&end);
	return can;
}

bool posthog_query_figures_parts(struct buf *body, const struct posthog_figures *f,
                                 const char *query_id)
{
	struct asking a = {.f = f};
	struct buf end = {0};
	bool can;

	buf_puts(&a.start, "SELECT count() AS parts\nFROM (\nSELECT part\nFROM (\n");
	can = put_events(&a);
	put_grouping(&a, &end);
	if (can)
		ask(&a, body, "tracehog:figures-parts", buf_text(&end), 1, query_id);
	asking_free(&a);
	buf_free(&end);
	return can;
}

/* ---- the answer ---- */

/* Numbers may come as texts. */
static bool number_at(const struct hogql_result *r, uint32_t row, uint32_t column, int scale,
                      int64_t *out)
{
	return hogql_type(r, row, column) != JSON_NULL &&
	       decimal_parse(hogql_json(r, row, column), scale, out) == ERR_OK;
}

static void read_time(const struct hogql_result *r, uint32_t row, uint32_t column, int64_t *out)
{
	struct buf text = {0};

	hogql_text(r, row, column, &text);
	*out = time_parse(buf_str(&text));
	buf_free(&text);
}

static void read_figure(const struct hogql_result *r, uint32_t row, uint32_t column,
                        struct breakdown_part *out)
{
	const struct column *c = &columns[column - FIRST_COLUMN];
	void *to = (char *)out + c->at;
	int64_t value;

	if (c->figure == FIGURE_TIME) {
		read_time(r, row, column, to);
		return;
	}
	if (c->figure == FIGURE_MONEY && c->at == TOTAL(cost_reported)) {
		if (hogql_type(r, row, column) == JSON_NULL ||
		    money_parse(hogql_json(r, row, column), to) != ERR_OK)
			*(money *)to = 0;
		return;
	}
	if (!number_at(r, row, column, c->figure == FIGURE_SECONDS ? 6 : 0, &value) || value < 0)
		value = c->figure == FIGURE_SECONDS ? EVENT_UNKNOWN : 0;
	if (c->figure == FIGURE_COUNT)
		*(uint32_t *)to = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	else if (c->figure == FIGURE_MONEY)
		*(money *)to = value;
	else
		*(int64_t *)to = value;
}

/* Of time its number is the key; of what has no value there is none. */
static bool read_key(const struct hogql_result *r, uint32_t row, struct split *split, uint32_t *out)
{
	struct buf text = {0};
	struct str name;
	int64_t number;

	*out = SPLIT_NONE;
	if (split == NULL || hogql_type(r, row, 0) == JSON_NULL)
		return true;
	if (split_field(split, &name) == NULL) {
		if (!number_at(r, row, 0, 0, &number) || number < 1 || number >= SPLIT_OUT)
			return false;
		*out = (uint32_t)number;
		return true;
	}
	hogql_text(r, row, 0, &text);
	*out = split_tell(split, buf_str(&text));
	buf_free(&text);
	return true;
}

static void count_others(struct totals *t)
{
	uint32_t known = 0;

	for (int i = 0; i < EVENT_OTHER_AI; i++)
		known += t->kinds[i];
	t->kinds[EVENT_OTHER_AI] = t->events > known ? t->events - known : 0;
}

bool posthog_read_figures(const struct hogql_result *answer, uint32_t row, struct split *split,
                          struct breakdown_part *out)
{
	*out = (struct breakdown_part){0};
	if (answer->n_columns < FIRST_BIN + BREAKDOWN_BINS ||
	    !read_key(answer, row, split, &out->key))
		return false;
	for (uint32_t i = 0; i < COLUMNS; i++)
		read_figure(answer, row, FIRST_COLUMN + i, out);
	for (uint32_t i = 0; i < BREAKDOWN_BINS; i++) {
		int64_t n;

		if (number_at(answer, row, FIRST_BIN + i, 0, &n) && n > 0 && n <= UINT32_MAX)
			out->bins[i] = (uint32_t)n;
	}
	count_others(&out->totals);
	return true;
}

bool posthog_read_group(struct str told, struct str *type, struct str *key)
{
	size_t colon = str_find(told, STR(":"), 0, false);
	int64_t n;

	if (colon == SIZE_MAX || decimal_parse(str_sub(told, 0, colon), 0, &n) != ERR_OK || n < 0 ||
	    (uint64_t)n >= told.n - colon - 1)
		return false;
	*type = str_sub(told, colon + 1, (size_t)n);
	*key = str_sub(told, colon + 1 + (size_t)n, SIZE_MAX);
	return true;
}

bool posthog_read_figures_count(const struct hogql_result *answer, uint32_t *out)
{
	int64_t n;

	if (answer->n_columns < 1 || answer->rows < 1 || !number_at(answer, 0, 0, 0, &n) || n < 0 ||
	    n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}
