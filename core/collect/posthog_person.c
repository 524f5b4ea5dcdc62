/* The answer is put together there as the text of an event, so that who reads what events set reads it as well, paths included. */
#include "collect/posthog_person.h"

#include "collect/posthog_filter.h"
#include "collect/posthog_query.h"
#include "json/writer.h"

#define RAW(name)   "ifNull(JSONExtractRaw(person.properties, " name "), '')"
#define VALUE(name) "if(" RAW(name) " = '', 'null', " RAW(name) ")"
#define START(told)                                                          \
	"SELECT toString(uuid) AS id,\n"                                     \
	"  argMax(concat({v1}, " told "), timestamp) AS told\n"              \
	"FROM events\nWHERE event LIKE '$ai_%' AND toString(uuid) IN {v0}\n" \
	"  AND timestamp >= toDateTime({since}) AND timestamp < toDateTime({until})\n"

/* Under the name; of one with dots what its path begins with, and then the name, if it is there. */
static const char one[] = START(VALUE("{v2}") ", {v3}");
static const char path[] = START(
	VALUE("{v2}") ",\n    if(" RAW("{v4}") " = '', '', concat({v5}, " RAW("{v4}") ")), {v3}");

enum { UUIDS, BEGIN, FIRST, END, WHOLE, NEXT, VALUES };

static void put_name(struct buf *out, const char *before, struct str name)
{
	struct json_writer w = {.out = out};

	buf_puts(out, before);
	json_write_text(&w, name);
	json_writer_end(&w);
	buf_add(out, ':');
}

static void put_uuids(struct buf *out, const struct str *uuids, size_t n)
{
	struct json_writer w = {.out = out};

	json_begin_array(&w);
	for (size_t i = 0; i < n; i++)
		json_write_text(&w, uuids[i]);
	json_end_array(&w);
	json_writer_end(&w);
}

void posthog_query_person(struct buf *body, struct str name, const struct str *uuids, size_t n,
                          int64_t since, int64_t until, const char *query_id)
{
	size_t dot = str_find(name, STR("."), 0, false);
	bool has_path = dot != SIZE_MAX;
	struct posthog_value values[VALUES] = {[UUIDS].is_number = true};
	struct posthog_question q = {.name = "tracehog:person",
	                             .start = has_path ? path : one,
	                             .end = "GROUP BY id\n",
	                             .since = since,
	                             .until = until,
	                             .values = values,
	                             .n_values = has_path ? VALUES : WHOLE,
	                             .limit = n + 1};

	put_uuids(&values[UUIDS].text, uuids, n);
	put_name(&values[BEGIN].text, "{\"$set\":{", str_sub(name, 0, dot));
	buf_append(&values[FIRST].text, str_sub(name, 0, dot));
	buf_puts(&values[END].text, "}}");
	buf_append(&values[WHOLE].text, name);
	put_name(&values[NEXT].text, ",", name);
	posthog_query_question(body, &q, query_id);
	for (int i = 0; i < VALUES; i++)
		buf_free(&values[i].text);
}

bool posthog_read_person(const struct hogql_result *answer, uint32_t row,
                         struct posthog_person *out)
{
	if (answer->n_columns != 2)
		return false;
	buf_clear(&out->uuid);
	buf_clear(&out->told);
	hogql_text(answer, row, 0, &out->uuid);
	hogql_text(answer, row, 1, &out->told);
	return out->uuid.n > 0;
}
