/* PostHog's answers, taken apart into rows and cells.
 *
 * Everything stays the bytes that were sent: raw.c walks over the text by its brackets and quotes,
 * also where the lexer refuses it for its depth, so that one bomb in a trace costs no other event. As
 * in flatten.c, what is accepted as a whole is not looked at again; what is too deep is checked piece
 * by piece.
 *
 * Cells are found by the names in `columns`, never by their place. Keys that are not known here are
 * passed over, so that newer servers may send more.
 *
 * Left to others: listed lines (posthog_rows_list.c), events (posthog_rows_events.c). */
#include "collect/posthog_rows_internal.h"

#include "base/mem.h"
#include "base/time.h"

#include <inttypes.h>

enum json_fault posthog_rows_fault(struct str json)
{
	struct json_keys *none = json_keys_new(NULL, 0);
	struct json_want want = {.outer = none};
	struct json_report report;
	struct json_slice out[1];
	enum json_type top;
	enum json_fault fault = json_skim(json, &want, out, NULL, &top, &report);

	json_keys_free(none);
	return fault;
}

static bool is_absent(struct str value)
{
	return value.n == 0 || str_eq(value, STR("null"));
}

struct str posthog_rows_member(struct str object, struct str name)
{
	struct str found = STR_EMPTY, key, value;
	struct raw_walk walk;

	if (!raw_open(&walk, object) || !walk.object)
		return STR_EMPTY;
	while (raw_next(&walk, &key, &value))
		if (raw_key_is(key, name))
			found = value;
	return is_absent(found) ? STR_EMPTY : found;
}

/* ---- the answer ---- */

static void read_columns(struct posthog_answer_rows *a, struct str columns)
{
	struct raw_walk walk;
	struct str key, value;

	if (!raw_open(&walk, columns) || walk.object)
		return;
	while (a->n_columns < POSTHOG_COLUMNS && raw_next(&walk, &key, &value))
		a->columns[a->n_columns++] = raw_inside(value);
}

/* `[]`, with or without blanks in it. */
static bool is_empty(struct str array)
{
	return array.n >= 2 && str_trim(str_sub(array, 1, array.n - 2)).n == 0;
}

enum err posthog_rows_open(struct posthog_answer_rows *a, struct str answer, bool with_columns,
                           struct errinfo *e)
{
	enum json_fault fault = posthog_rows_fault(answer);

	*a = (struct posthog_answer_rows){0};
	if (fault != JSON_OK && fault != JSON_TOO_DEEP && raw_repair(&a->repaired, answer)) {
		answer = buf_str(&a->repaired);
		fault = posthog_rows_fault(answer);
	}
	if (fault != JSON_OK && fault != JSON_TOO_DEEP)
		return err_set(e, ERR_PARSE, "PostHog's answer makes no sense: its JSON %s",
		               json_fault_text(fault));
	a->checked = fault == JSON_OK;
	a->answer = answer;
	a->results = posthog_rows_member(answer, STR("results"));
	if (with_columns)
		read_columns(a, posthog_rows_member(answer, STR("columns")));
	if (a->results.n == 0 || a->results.p[0] != '[')
		return err_set(e, ERR_PARSE, "PostHog's answer makes no sense: no results in it");
	/* Of no rows nobody needs to say what they hold. */
	if (with_columns && a->n_columns == 0 && !is_empty(a->results))
		return err_set(e, ERR_PARSE, "PostHog's answer makes no sense: no columns in it");
	raw_open(&a->walk, a->results);
	return ERR_OK;
}

void posthog_rows_close(struct posthog_answer_rows *a, struct errinfo *e)
{
	if (a->bad > 0)
		err_set(e, ERR_OK, "%" PRIu64 " of the rows from PostHog made no sense: left out",
		        a->bad);
	buf_free(&a->repaired);
}

bool posthog_rows_next(struct posthog_answer_rows *a, struct str *row)
{
	struct str key;

	return raw_next(&a->walk, &key, row);
}

bool posthog_rows_cells(const struct posthog_answer_rows *a, struct str row, bool deep,
                        struct str cells[POSTHOG_COLUMNS])
{
	struct raw_walk walk;
	struct str key;
	size_t n = 0;

	if (!a->checked) {
		enum json_fault fault = posthog_rows_fault(row);

		if (fault != JSON_OK && !(deep && fault == JSON_TOO_DEEP))
			return false;
	}
	if (!raw_open(&walk, row) || walk.object)
		return false;
	while (n < a->n_columns && raw_next(&walk, &key, &cells[n]))
		n++;
	return n == a->n_columns;
}

struct str posthog_rows_cell(const struct posthog_answer_rows *a, const struct str *cells,
                             struct str column)
{
	for (size_t i = 0; i < a->n_columns; i++)
		if (raw_key_is(a->columns[i], column))
			return is_absent(cells[i]) ? STR_EMPTY : cells[i];
	return STR_EMPTY;
}

/* ---- lines ---- */

void posthog_rows_put(struct buf *out, struct str key, struct str value)
{
	if (out->n > 0 && out->p[out->n - 1] != '{')
		buf_add(out, ',');
	buf_add(out, '"');
	buf_append(out, key);
	buf_append(out, STR("\":"));
	buf_append(out, value);
}

void posthog_rows_put_time(struct buf *out, struct str key, int64_t time)
{
	posthog_rows_put(out, key, STR("\""));
	time_append_rfc3339(out, time);
	buf_add(out, '"');
}

void posthog_rows_end_line(struct buf *lines, struct str line)
{
	raw_append(lines, line);
	buf_add(lines, '\n');
}

void posthog_rows_free(struct posthog_rows *r)
{
	mem_free(r->rows);
	buf_free(&r->ids);
	*r = (struct posthog_rows){0};
}
