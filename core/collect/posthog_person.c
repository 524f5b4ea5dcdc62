/* The answer is put together there as the text of an event, so that who reads what events set reads it as well, paths included. */
#include "collect/posthog_person.h"

#include "base/utf8.h"
#include "collect/posthog_filter.h"
#include "collect/posthog_query.h"
#include "json/writer.h"

#define RAW(name)   "ifNull(JSONExtractRaw(person.properties, " name "), '')"
#define VALUE(name) "if(" RAW(name) " = '', 'null', " RAW(name) ")"
#define START(told)                                                        \
	"SELECT distinct_id AS user,\n  concat({v1}, " told ") AS told,\n" \
	"  min(timestamp) AS first_time,\n  max(timestamp) AS last_time\n" \
	"FROM events\nWHERE event LIKE '$ai_%' AND distinct_id IN {v0}\n"  \
	"  AND timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})\n"

/* Under the name; of one with dots what its path begins with, and then the name, if it is there. */
static const char one[] = START(VALUE("{v2}") ", {v3}");
static const char path[] = START(
	VALUE("{v2}") ",\n    if(" RAW("{v4}") " = '', '', concat({v5}, " RAW("{v4}") ")), {v3}");

enum { USERS, BEGIN, FIRST, END, WHOLE, NEXT, VALUES };

static void put_name(struct buf *out, const char *before, struct str name)
{
	struct json_writer w = {.out = out};

	buf_puts(out, before);
	json_write_text(&w, name);
	json_writer_end(&w);
	buf_add(out, ':');
}

static void put_users(struct buf *out, const struct str *ids, size_t n)
{
	struct json_writer w = {.out = out};

	json_begin_array(&w);
	for (size_t i = 0; i < n; i++)
		json_write_text(&w, ids[i]);
	json_end_array(&w);
	json_writer_end(&w);
}

bool posthog_query_person(struct buf *body, struct str name, const struct str *ids, size_t n,
                          int64_t since, int64_t until, const char *query_id)
{
	size_t dot = str_find(name, STR("."), 0, false);
	bool has_path = dot != SIZE_MAX;
	struct posthog_value values[VALUES] = {[USERS].is_number = true};
	struct posthog_question q = {.name = "tracehog:person",
	                             .start = has_path ? path : one,
	                             .end = "GROUP BY user, told\nORDER BY user, first_time\n",
	                             .since = since,
	                             .until = until,
	                             .values = values,
	                             .n_values = has_path ? VALUES : WHOLE,
	                             .limit = POSTHOG_MAX_ROWS + 1};

	if (!utf8_valid(name))
		return false;
	put_users(&values[USERS].text, ids, n);
	put_name(&values[BEGIN].text, "{\"$set\":{", str_sub(name, 0, dot));
	buf_append(&values[FIRST].text, str_sub(name, 0, dot));
	buf_puts(&values[END].text, "}}");
	buf_append(&values[WHOLE].text, name);
	put_name(&values[NEXT].text, ",", name);
	posthog_query_question(body, &q, query_id);
	for (int i = 0; i < VALUES; i++)
		buf_free(&values[i].text);
	return true;
}

static int64_t time_at(const struct hogql_result *r, uint32_t row, uint32_t column)
{
	struct buf text = {0};
	int64_t time;

	hogql_text(r, row, column, &text);
	time = time_parse(buf_str(&text));
	buf_free(&text);
	return time;
}

bool posthog_read_person(const struct hogql_result *answer, uint32_t row,
                         struct posthog_person *out)
{
	if (answer->n_columns != 4)
		return false;
	buf_clear(&out->user);
	buf_clear(&out->told);
	hogql_text(answer, row, 0, &out->user);
	hogql_text(answer, row, 1, &out->told);
	out->first = time_at(answer, row, 2);
	out->last = time_at(answer, row, 3);
	return out->user.n > 0 && out->first != TIME_NONE && out->last != TIME_NONE;
}
