/* Reads a result in two steps: the lexer checks the whole answer (posthog_rows.c), then raw.c walks over rows and cells, of which
 * only the places are kept. Sorting is query/sort_job.c's.
 *
 * Invariants: every cell is a whole JSON value that the lexer has accepted; cells has rows * n_columns places.
 *
 * Left to others: asking (posthog_hogql.c), cleaning for the screen. */
#include "collect/hogql_result.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "collect/posthog_rows_internal.h"
#include "query/sort_job.h"

#include <stdlib.h>
#include <string.h>

/* ---- columns ---- */

static bool is_numeric_type(struct str type)
{
	static const struct str around[] = {{"Nullable(", 9}, {"LowCardinality(", 15}};
	static const struct str numbers[] = {{"Int", 3}, {"UInt", 4}, {"Float", 5}, {"Decimal", 7}};

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 2; k++)
			if (str_starts(type, around[k]))
				type = str_sub(type, around[k].n, SIZE_MAX);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (str_starts(type, numbers[i]))
			return true;
	return false;
}

static struct str unescaped(struct hogql_result *r, struct str value)
{
	struct buf text = {0};
	struct str kept;

	json_unescape(&text, raw_inside(value));
	kept = arena_copy(&r->names, buf_str(&text));
	buf_free(&text);
	return kept;
}

static bool has_key(const struct hogql_result *r, uint32_t n, struct str key)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(r->columns[i].key, key))
			return true;
	return false;
}

/* The first of name, name_2, name_3 that no column before has. */
static struct str free_key(struct hogql_result *r, uint32_t column)
{
	struct str name = r->columns[column].name, key = name;
	struct buf text = {0};
	unsigned number = 1;

	for (uint32_t i = 0; i < column; i++)
		number += str_eq(r->columns[i].name, name);
	while (has_key(r, column, key)) {
		buf_clear(&text);
		buf_append(&text, name);
		buf_printf(&text, "_%u", number > 1 ? number : 2);
		number = (number > 1 ? number : 2) + 1;
		key = buf_str(&text);
	}
	key = text.n > 0 ? arena_copy(&r->names, key) : key;
	buf_free(&text);
	return key;
}

static enum err read_names(struct hogql_result *r, struct str names, struct errinfo *e)
{
	struct raw_walk walk;
	struct str key, value;

	if (!raw_open(&walk, names) || walk.object)
		return ERR_OK;
	while (raw_next(&walk, &key, &value)) {
		if (r->n_columns == HOGQL_COLUMNS_MAX)
			return err_set(e, ERR_LIMIT, "more than %d columns: ask for fewer",
			               HOGQL_COLUMNS_MAX);
		r->columns[r->n_columns] = (struct hogql_column){.name = unescaped(r, value)};
		r->columns[r->n_columns].key = free_key(r, r->n_columns);
		r->n_columns++;
	}
	return ERR_OK;
}

/* [["name","UInt64"], ...], or the types alone. */
static void read_types(struct hogql_result *r, struct str types)
{
	struct raw_walk walk, pair;
	struct str key, value;

	if (!raw_open(&walk, types) || walk.object)
		return;
	for (uint32_t i = 0; i < r->n_columns && raw_next(&walk, &key, &value); i++) {
		struct str type = value;

		if (raw_open(&pair, value) && !pair.object)
			while (raw_next(&pair, &key, &value))
				type = value;
		r->columns[i].type = unescaped(r, type);
		r->columns[i].numeric = is_numeric_type(r->columns[i].type);
	}
}

/* ---- rows ---- */

struct reading {
	struct hogql_result *result;
	struct posthog_answer_rows rows;
	uint32_t cap; /* rows that there is room for */
};

static const char *begin_of(const struct hogql_result *r)
{
	return r->text.p;
}

static void make_room(struct reading *reading)
{
	struct hogql_result *r = reading->result;

	if (r->rows < reading->cap)
		return;
	reading->cap = reading->cap > 0 ? reading->cap * 2 : 128;
	r->cells = mem_resize(r->cells, (size_t)reading->cap * r->n_columns, sizeof(*r->cells));
}

/* False, with nothing added, if it is no row of these columns. */
static bool add_row(struct reading *reading, struct str row)
{
	struct hogql_result *r = reading->result;
	struct hogql_cell *cells;
	struct raw_walk walk;
	struct str key, value;
	uint32_t n = 0;

	if (!reading->rows.checked && posthog_rows_fault(row) != JSON_OK)
		return false;
	if (!raw_open(&walk, row) || walk.object)
		return false;
	make_room(reading);
	cells = r->cells + (size_t)r->rows * r->n_columns;
	while (raw_next(&walk, &key, &value)) {
		if (n == r->n_columns)
			return false;
		cells[n++] = (struct hogql_cell){(uint32_t)(value.p - begin_of(r)),
		                                 (uint32_t)value.n};
	}
	r->rows += n == r->n_columns;
	return n == r->n_columns;
}

static void measure_row(struct hogql_result *r, uint32_t row)
{
	for (uint32_t i = 0; i < r->n_columns; i++) {
		struct hogql_column *c = &r->columns[i];
		enum json_type type = hogql_type(r, row, i);
		uint32_t n = (uint32_t)hogql_json(r, row, i).n - (type == JSON_STRING ? 2 : 0);

		c->longest = n > c->longest ? n : c->longest;
		c->numbers += type == JSON_NUMBER;
		c->others += type != JSON_NUMBER && type != JSON_NULL;
	}
}

static void read_rows(struct reading *reading)
{
	struct hogql_result *r = reading->result;
	struct str row;

	while (posthog_rows_next(&reading->rows, &row)) {
		if (add_row(reading, row))
			measure_row(r, r->rows - 1);
		else
			r->left_out++;
	}
	for (uint32_t i = 0; i < r->n_columns; i++)
		if (r->columns[i].type.n == 0)
			r->columns[i].numeric = r->columns[i].numbers > 0 &&
			                        r->columns[i].others == 0;
}

/* ---- the answer ---- */

static enum err read_answer(struct reading *reading, struct str answer, struct errinfo *e)
{
	struct posthog_answer_rows *rows = &reading->rows;
	struct hogql_result *r = reading->result;
	enum err err = posthog_rows_open(rows, answer, true, e);

	if (err != ERR_OK)
		return err;
	r->columns = mem_zero(HOGQL_COLUMNS_MAX, sizeof(*r->columns));
	err = read_names(r, posthog_rows_member(rows->answer, STR("columns")), e);
	if (err != ERR_OK)
		return err;
	read_types(r, posthog_rows_member(rows->answer, STR("types")));
	r->more = str_eq(posthog_rows_member(rows->answer, STR("hasMore")), STR("true"));
	/* What was repaired stands in a text of its own, which takes the place of the other. */
	if (rows->repaired.n > 0) {
		buf_free(&r->text);
		r->text = rows->repaired;
		rows->repaired = (struct buf){0};
	}
	read_rows(reading);
	return ERR_OK;
}

static void empty(void *ctx)
{
	struct hogql_result *r = ctx;

	buf_free(&r->text);
	mem_free(r->cells);
	r->cells = NULL;
}

static void free_result(void *ctx)
{
	struct hogql_result *r = ctx;

	empty(r);
	mem_free(r->columns);
	arena_free(&r->names);
	mem_free(r);
}

struct hogql_result *hogql_result_share(struct hogql_result *r)
{
	r->users++;
	return r;
}

void hogql_result_drop(struct hogql_result *r, struct loop *loop)
{
	if (!r || --r->users > 0)
		return;
	if (loop)
		loop_work_alone(loop, empty, free_result, free_result, r);
	else
		free_result(r);
}

enum err hogql_result_read(struct hogql_result **out, struct buf *text, struct str answer,
                           struct errinfo *e)
{
	struct reading reading = {.result = mem_zero(1, sizeof(*reading.result))};
	enum err err = ERR_OK;

	reading.result->users = 1;
	reading.result->text = *text;
	*text = (struct buf){0};
	if (reading.result->text.n >= UINT32_MAX)
		err = err_set(e, ERR_LIMIT, "an answer is too big to be shown");
	else
		err = read_answer(&reading, answer, e);
	posthog_rows_close(&reading.rows, e);
	*out = err == ERR_OK ? reading.result : NULL;
	if (err != ERR_OK)
		free_result(reading.result);
	return err;
}

/* ---- cells ---- */

struct str hogql_json(const struct hogql_result *r, uint32_t row, uint32_t column)
{
	struct hogql_cell cell = r->cells[(size_t)row * r->n_columns + column];

	return (struct str){begin_of(r) + cell.at, cell.n};
}

enum json_type hogql_type(const struct hogql_result *r, uint32_t row, uint32_t column)
{
	switch (hogql_json(r, row, column).p[0]) {
	case '"':
		return JSON_STRING;
	case '[':
		return JSON_ARRAY;
	case '{':
		return JSON_OBJECT;
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

/* The beginning of what stands in a string, in which no escape is cut. */
static struct str start_of(struct str raw, size_t max)
{
	size_t at = 0, next = 0;

	while (next <= max && next < raw.n) {
		at = next;
		next += raw.p[at] != '\\' ? 1 : raw.p[at + 1] == 'u' ? 6 : 2;
	}
	return str_sub(raw, 0, next <= max ? raw.n : at);
}

void hogql_text_start(const struct hogql_result *r, uint32_t row, uint32_t column, size_t max,
                      struct buf *out)
{
	struct str json = hogql_json(r, row, column);

	switch (hogql_type(r, row, column)) {
	case JSON_NULL:
		break;
	case JSON_STRING:
		json = raw_inside(json);
		json_unescape(out, json.n > max ? start_of(json, max) : json);
		break;
	default:
		buf_append(out, str_sub(json, 0, max));
		break;
	}
}

void hogql_text(const struct hogql_result *r, uint32_t row, uint32_t column, struct buf *out)
{
	hogql_text_start(r, row, column, SIZE_MAX, out);
}

/* ---- order ---- */

/* Whole numbers that a double may round. */
static uint64_t last_digits(const char *text, double number)
{
	static const double exact = 9007199254740992.0;
	uint64_t digits;

	if (number > -exact && number < exact)
		return 0;
	digits = strtoull(text + (text[0] == '-'), NULL, 10);
	return text[0] == '-' ? ~digits : digits;
}

/* Rises with the number: as a double above, the digits that a double has no room for below. False: it is none. */
static bool number_key(const char *text, money *out)
{
	char *end;
	double number = strtod(text, &end) + 0.0; /* no negative zero */
	uint64_t bits;
	int64_t high;

	memcpy(&bits, &number, sizeof(bits));
	memcpy(&high, &bits, sizeof(high));
	if (high < 0)
		high = (int64_t)(~bits ^ (UINT64_C(1) << 63));
	*out = (money)high * ((money)1 << 64) + (money)last_digits(text, number);
	return end > text && *end == '\0';
}

static struct value sort_value(const struct hogql_result *r, uint32_t row, uint32_t column,
                               struct buf *scratch)
{
	enum json_type type = hogql_type(r, row, column);
	struct value v = {.type = VALUE_TEXT};

	if (type == JSON_NULL)
		return (struct value){.type = VALUE_UNKNOWN};
	buf_clear(scratch);
	hogql_text(r, row, column, scratch);
	/* Decimals come as texts. */
	if ((type == JSON_NUMBER || (type == JSON_STRING && r->columns[column].numeric)) &&
	    number_key(buf_text(scratch), &v.number))
		v.type = VALUE_COUNT;
	v.text = buf_str(scratch);
	return v;
}

uint32_t *hogql_order(const struct hogql_result *r, uint32_t column, bool falling)
{
	struct sort_job *job = sort_job_new(r->rows, falling);
	struct buf scratch = {0};
	uint32_t *order;

	for (uint32_t row = 0; row < r->rows; row++) {
		struct value v = sort_value(r, row, column, &scratch);

		sort_job_add(job, row, &v);
	}
	buf_free(&scratch);
	sort_job_start(job, NULL, NULL, NULL);
	order = sort_job_take(job);
	sort_job_free(job);
	return order;
}

/* ---- where a query is wrong ---- */

/* The number behind word, from *at on, which goes behind it; false if there is none. */
static bool number_behind(struct str text, struct str word, size_t *at, uint64_t *out)
{
	size_t from = str_find(text, word, *at, true), end;
	int64_t number;

	if (from == SIZE_MAX)
		return false;
	from += word.n;
	end = from;
	while (end < text.n && text.p[end] >= '0' && text.p[end] <= '9')
		end++;
	*at = end;
	if (!str_to_i64(str_sub(text, from, end - from), &number) || number < 0)
		return false;
	*out = (uint64_t)number;
	return true;
}

/* So many characters on, no further than the end. */
static uint64_t byte_of(struct str query, size_t from, uint64_t characters)
{
	size_t at = from;

	while (characters > 0 && at < query.n) {
		utf8_next(query, &at);
		characters--;
	}
	return at;
}

static size_t line_start(struct str query, uint64_t line)
{
	size_t at = 0;

	for (uint64_t i = 1; i < line && at < query.n; i++) {
		at = str_find(query, STR("\n"), at, false);
		at = at == SIZE_MAX ? query.n : at + 1;
	}
	return at;
}

uint64_t hogql_place(struct str query, struct str said, uint64_t start)
{
	uint64_t line, column;
	size_t at = 0;

	if (number_behind(said, STR("line "), &at, &line) &&
	    number_behind(said, STR("column "), &at, &column))
		return byte_of(query, line_start(query, line), column);
	return start == ERR_NO_POS ? ERR_NO_POS : byte_of(query, 0, start);
}
