/* How often each value of a column stands in the rows that are shown. Counted in slices, while which the rows stay as they are; then
 * sorted. Values are told apart as they are, not as they are written; more than DIFFERENT of them are one. */
#include "view/table.h"

#include "draw/format.h"
#include "query/filter.h"
#include "query/sort.h"

#define DIFFERENT  65536u
#define COUNT_COLS 9
#define SHARE_COLS 6
#define BAR_COLS   20
#define BAR_FROM   60 /* columns from which there is a bar */
#define HUNDRED    (INT64_C(100) * 1000000000000)

struct frequency_value {
	struct value value; /* its text is in keys */
	uint64_t count;
};

struct table_frequency {
	const struct column *column;
	struct strings keys;            /* of the values: numbers as their bytes */
	struct frequency_value *values; /* by number of the key, from 1 */
	uint32_t cap;
	uint64_t counted, absent, others; /* rows */
	struct sort_key *order;           /* once all are counted and sorted */
	struct sorting sorting;
	bool begun_sorting, done;
};

/* ---- counting ------------------------------------------------------------------------------------------------------ */

static uint32_t number_of(struct table_frequency *f, const struct value *v)
{
	struct str key = {(const char *)&v->number, sizeof(v->number)};

	if (v->type == VALUE_TEXT)
		key = v->text;
	if (f->keys.n > DIFFERENT)
		return strings_find(&f->keys, key);
	return strings_add(&f->keys, key);
}

static void add_value(struct table_frequency *f, const struct value *v)
{
	uint32_t number = number_of(f, v);

	if (number == 0) {
		f->others++;
		return;
	}
	if (number >= f->cap) {
		uint32_t cap = f->cap ? f->cap * 2 : 64;

		f->values = mem_resize(f->values, cap, sizeof(*f->values));
		memset(f->values + f->cap, 0, (cap - f->cap) * sizeof(*f->values));
		f->cap = cap;
	}
	if (f->values[number].count++ > 0)
		return;
	f->values[number].value = *v;
	if (v->type == VALUE_TEXT)
		f->values[number].value.text = strings_get(&f->keys, number);
}

static bool count_rows(struct table *t, struct slice *slice)
{
	struct table_frequency *f = t->frequency;
	struct buf scratch = {0};

	for (; f->counted < t->rows.n; f->counted++) {
		struct value v = {0};

		if (slice_over(slice))
			break;
		rows_value(&t->rows, f->column, (uint32_t)f->counted, &v, &scratch);
		if (v.type == VALUE_UNKNOWN)
			f->absent++;
		else
			add_value(f, &v);
	}
	buf_free(&scratch);
	return f->counted == t->rows.n;
}

/* The most frequent first; of as many the one that was met first. */
static void begin_sorting(struct table_frequency *f)
{
	uint32_t n = f->keys.n - 1;
	struct sort_key *keys = mem_zero((size_t)n + 1, sizeof(*keys));

	for (uint32_t i = 0; i < n; i++) {
		keys[i].row = i + 1;
		keys[i].known = true;
		keys[i].number = -(money)f->values[i + 1].count;
	}
	sorting_start(&f->sorting, keys, n, sort_by_number, NULL);
	f->begun_sorting = true;
}

bool table_frequency_more(struct table *t)
{
	struct table_frequency *f = t->frequency;
	struct slice slice = {.until = time_monotonic() + t->slice};

	if (f == NULL || f->done)
		return false;
	if (!f->begun_sorting && !count_rows(t, &slice))
		return true;
	if (!f->begun_sorting)
		begin_sorting(f);
	if (!sorting_step(&f->sorting, &slice))
		return true;
	f->order = f->sorting.keys;
	f->done = true;
	return false;
}

/* ---- drawing ------------------------------------------------------------------------------------------------------- */

static void draw_title(const struct table *t, struct surface *s, struct area a)
{
	const struct table_frequency *f = t->frequency;
	struct buf text = {0};

	buf_puts(&text, f->column->name);
	if (!f->done) {
		buf_printf(&text, ": counting %u %%",
		           t->rows.n ? (unsigned)(f->counted * 100 / t->rows.n) : 0);
	} else {
		buf_puts(&text, ": ");
		format_count(&text, f->keys.n - 1);
		buf_puts(&text, f->keys.n == 2 ? " value in " : " values in ");
		format_count(&text, (int64_t)f->counted);
		buf_puts(&text, f->counted == 1 ? " row" : " rows");
		buf_puts(&text, "  (Enter keeps one, Esc leaves)");
	}
	surface_fill(s, a, 0, 0, a.cols, ROLE_PROMPT, ' ');
	view_put_clipped(s, a, 0, 1, a.cols - 2, ROLE_PROMPT, buf_str(&text));
	buf_free(&text);
}

/* Values, then rows without one, then values that were not told apart. */
static uint64_t count_lines(const struct table_frequency *f)
{
	return f->keys.n - 1 + (f->absent > 0) + (f->others > 0);
}

struct line {
	const struct value *value; /* NULL: words */
	const char *words;
	uint64_t count;
};

static struct line line_at(const struct table_frequency *f, uint64_t at)
{
	uint32_t n = f->keys.n - 1;
	const struct frequency_value *v;

	if (at >= n)
		return at == n && f->absent > 0
		               ? (struct line){NULL, "(none)", f->absent}
		               : (struct line){NULL, "(other values, not told apart)", f->others};
	v = &f->values[f->order[at].row];
	return (struct line){&v->value, NULL, v->count};
}

static void draw_numbers(const struct table_frequency *f, struct surface *s, struct area a, int row,
                         uint64_t count)
{
	struct value share = {.type = VALUE_PERCENT,
	                      .number = (money)count * HUNDRED / (money)f->counted};
	int col = a.cols - COUNT_COLS - SHARE_COLS - 2, bar;
	struct buf text = {0};

	if (a.cols >= BAR_FROM)
		col -= BAR_COLS + 1;
	format_count(&text, (int64_t)count);
	surface_put_right(s, a, row, col, COUNT_COLS, ROLE_TEXT, buf_str(&text));
	buf_clear(&text);
	format_value(&text, &share, SHARE_COLS, 0);
	surface_put_right(s, a, row, col + COUNT_COLS + 1, SHARE_COLS, ROLE_TEXT, buf_str(&text));
	buf_free(&text);
	if (a.cols < BAR_FROM)
		return;
	/* What is there is seen. */
	bar = (int)((count * BAR_COLS + f->counted - 1) / f->counted);
	for (int i = 0; i < bar; i++)
		surface_puts(s, a, row, col + COUNT_COLS + SHARE_COLS + 3 + i, ROLE_BAR,
		             glyph(GLYPH_BAR));
}

static void draw_line(const struct table *t, struct surface *s, struct area a, int row, uint64_t at)
{
	struct line line = line_at(t->frequency, at);
	int width = a.cols - COUNT_COLS - SHARE_COLS - 6 - (a.cols >= BAR_FROM ? BAR_COLS + 1 : 0);
	struct buf text = {0};

	if (line.value != NULL)
		format_value(&text, line.value, width, t->view.world->now);
	else
		buf_puts(&text, line.words);
	view_put_clipped(s, a, row, 3, width, line.value != NULL ? ROLE_NAME : ROLE_DIM,
	                 buf_str(&text));
	buf_free(&text);
	draw_numbers(t->frequency, s, a, row, line.count);
}

void table_frequency_draw(struct table *t, struct surface *s, struct area a)
{
	struct area box = {a.row + 1, a.col, a.rows - 1, a.cols - 1};
	struct area body = {box.row + 1, box.col, box.rows - 1, box.cols};
	uint64_t n = t->frequency->done ? count_lines(t->frequency) : 0;

	draw_title(t, s, box);
	list_set(&t->menu_list, n, body.rows);
	for (int i = 0; i < body.rows; i++) {
		uint64_t at = t->menu_list.top + (uint64_t)i;

		surface_fill(s, body, i, 0, body.cols + 1, ROLE_TEXT, ' ');
		if (at >= n)
			continue;
		draw_line(t, s, body, i, at);
		if (at != t->menu_list.cursor)
			continue;
		surface_puts(s, body, i, 1, ROLE_MARKER, ">");
		surface_paint(s, body, i, 0, body.cols, ROLE_CURSOR);
	}
	surface_scrollbar(s, (struct area){body.row, body.col, body.rows, body.cols + 1}, body.cols,
	                  t->menu_list.top, n);
}

/* ---- keeping ------------------------------------------------------------------------------------------------------- */

/* The field of the filter language that says the same as a column; NULL: none does. */
static const struct field *field_of(const struct column *c)
{
	static const struct {
		const char *column;
		enum field_number field;
	} same[] = {
		{"trace_id", FIELD_TRACE},
		{"session_id", FIELD_SESSION},
		{"uuid", FIELD_THING_ID},
		{"span_id", FIELD_THING_ID},
		{"user", FIELD_USER},
		{"name", FIELD_NAME},
		{"model", FIELD_MODEL},
		{"provider", FIELD_PROVIDER},
		{"status", FIELD_STATUS},
		{"error", FIELD_ERROR},
		{"cost_usd", FIELD_COST},
		{"input_cost_usd", FIELD_COST_IN},
		{"output_cost_usd", FIELD_COST_OUT},
		{"cache_cost_usd", FIELD_COST_CACHE},
		{"total_tokens", FIELD_TOKENS},
		{"input_tokens", FIELD_IN},
		{"output_tokens", FIELD_OUT},
		{"cache_read_tokens", FIELD_CACHE},
		{"reasoning_tokens", FIELD_REASONING},
		{"latency_s", FIELD_LATENCY},
		{"ttft_s", FIELD_TTFT},
		{"generations", FIELD_GENS},
		{"errors", FIELD_ERRORS},
		{"tool", FIELD_TOOL},
	};

	if (c->name[0] == '@')
		return &fields[FIELD_PROPERTY];
	if (strncmp(c->name, "person.", strlen("person.")) == 0)
		return &fields[FIELD_PERSON];
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcmp(c->name, same[i].column) == 0)
			return &fields[same[i].field];
	return NULL;
}

static struct str name_of_property(const struct column *c)
{
	struct str name = str_of(c->name);
	const struct str person = STR("person.");

	return str_sub(name, str_starts(name, person) ? person.n : 1, SIZE_MAX);
}

static void append_value(const struct value *v, struct buf *out)
{
	if (v->type == VALUE_TEXT)
		buf_append(out, v->text);
	else if (v->type == VALUE_SECONDS)
		decimal_append(out, v->number, 6);
	else
		decimal_append(out, v->number,
		               v->type == VALUE_MONEY || v->type == VALUE_PERCENT ? MONEY_SCALE
		                                                                  : 0);
}

bool table_term(const struct column *c, const struct value *v, struct buf *out)
{
	const struct field *field = field_of(c);
	bool property = field == &fields[FIELD_PROPERTY] || field == &fields[FIELD_PERSON];
	struct buf value = {0};

	if (field == NULL)
		return false;
	append_value(v, &value);
	filter_append_term(out, field, property ? name_of_property(c) : STR_EMPTY, buf_str(&value));
	buf_free(&value);
	return true;
}

static void keep(struct table *t, const struct line *line)
{
	struct world *w = t->view.world;

	buf_clear(&w->term);
	if (line->value == NULL) {
		buf_puts(&w->message, "this is no value that can be kept");
		return;
	}
	t->menu = TABLE_NO_MENU;
	if (table_term(t->frequency->column, line->value, &w->term))
		w->wish.kind = WISH_KEEP;
	else
		buf_printf(&w->message, "no filter speaks of %s", t->frequency->column->name);
}

/* ---- opening ------------------------------------------------------------------------------------------------------- */

void table_frequency_close(struct table *t)
{
	struct table_frequency *f = t->frequency;

	t->frequency = NULL;
	if (f == NULL)
		return;
	sorting_free(&f->sorting);
	strings_fini(&f->keys);
	mem_free(f->values);
	mem_free(f);
}

/* Of the column that rows are sorted by if it is one that was chosen, else of the first text. */
static const struct column *wanted_column(const struct table *t)
{
	if (t->query.sort != NULL)
		return t->query.sort;
	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.list[i] != NULL && t->columns.list[i]->type == VALUE_TEXT)
			return t->columns.list[i];
	return table_sorted_by(t);
}

static void open_of(struct table *t, const struct column *c)
{
	table_frequency_close(t);
	t->frequency = mem_zero(1, sizeof(*t->frequency));
	t->frequency->column = c;
	strings_init(&t->frequency->keys);
	t->menu = TABLE_FREQUENCY;
	t->menu_list = (struct list){.height = t->list.height};
}

void table_frequency_open(struct table *t)
{
	if (t->built != 0)
		open_of(t, wanted_column(t));
}

/* Of the column beside it, in the order of the menu that sorts. */
static void turn_column(struct table *t, int direction)
{
	const struct column *all[TABLE_ALL];
	size_t n = table_columns_all(t, all), at = 0;

	while (at + 1 < n && all[at] != t->frequency->column)
		at++;
	if (direction > 0)
		at = at + 1 < n ? at + 1 : 0;
	else
		at = at > 0 ? at - 1 : n - 1;
	open_of(t, all[at]);
}

bool table_frequency_act(struct table *t, enum action action)
{
	struct line line;

	if (list_act(&t->menu_list, action == ACTION_MARK ? ACTION_PAGE_DOWN : action))
		return true;
	if (action == ACTION_SORT_LEFT || action == ACTION_SORT_RIGHT) {
		turn_column(t, action == ACTION_SORT_RIGHT ? 1 : -1);
		return true;
	}
	if (action != ACTION_OPEN)
		return false;
	if (t->menu_list.cursor < t->menu_list.count) {
		line = line_at(t->frequency, t->menu_list.cursor);
		keep(t, &line);
	}
	if (t->menu == TABLE_NO_MENU)
		table_frequency_close(t);
	return true;
}
