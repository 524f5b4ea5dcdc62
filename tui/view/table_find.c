/* Finding in a list: text in what a row shows, rows with an error, rows that took unusually long, the dearest, those of the same
 * name. Goes on in drawings until it has come round. */
#include "view/table.h"

/* ---- what is looked for -------------------------------------------------------------------------------------------- */

/* The text of an event's error would have to be read from the journal for every row. */
static bool is_read(const struct table *t, const struct column *c)
{
	return strcmp(c->name, t->query.kind == ROWS_ERRORS ? "example" : "error") == 0;
}

static bool holds_text(struct table *t, uint64_t row, struct str needle)
{
	size_t n, matched;
	const struct column *c = rows_columns(t->query.kind, &n);
	struct str asked, answered;
	struct buf scratch = {0};
	bool holds = false;

	for (size_t i = 0; i < n && !holds; i++) {
		struct value v = {0};
		if (c[i].type != VALUE_TEXT || is_read(t, &c[i]))
			continue;
		buf_clear(&scratch);
		c[i].get(&t->rows, (uint32_t)row, &v, &scratch);
		holds = v.type == VALUE_TEXT && utf8_find(v.text, needle, 0, &matched) != SIZE_MAX;
	}
	if (!holds && table_has_preview(t) && table_preview(t, row, &asked, &answered))
		holds = utf8_find(asked, needle, 0, &matched) != SIZE_MAX ||
		        utf8_find(answered, needle, 0, &matched) != SIZE_MAX;
	buf_free(&scratch);
	return holds;
}

static bool is_slow(const struct table *t, uint64_t row)
{
	const struct slow *slow = view_slow(t->view.world);

	return t->query.kind == ROWS_TRACES ? slow_trace(slow, t->rows.at[row])
	                                    : slow_event(slow, t->rows.at[row]);
}

/* Appends what the row is called: its name, of a call without one its model, of a session its user. */
static bool append_name(const struct table *t, uint64_t row, struct buf *out)
{
	static const char *const columns[ROWS_KINDS][2] = {
		[ROWS_TRACES] = {"name"},
		[ROWS_SESSIONS] = {"user"},
		[ROWS_GENERATIONS] = {"name", "model"},
		[ROWS_SPANS] = {"name"},
		[ROWS_USERS] = {"user"},
		[ROWS_MODELS] = {"model"},
		[ROWS_TOOLS] = {"tool"},
		[ROWS_GROUPS] = {"group"},
		[ROWS_ERRORS] = {"error"},
	};
	struct buf scratch = {0};
	size_t start = out->n;

	for (size_t i = 0; i < 2 && columns[t->query.kind][i] != NULL && out->n == start; i++) {
		struct value v = {0};

		rows_column(t->query.kind, str_of(columns[t->query.kind][i]))
			->get(&t->rows, (uint32_t)row, &v, &scratch);
		if (v.type == VALUE_TEXT)
			buf_append(out, v.text);
	}
	buf_free(&scratch);
	return out->n > start;
}

static bool is_namesake(const struct table *t, uint64_t row)
{
	struct buf name = {0};
	bool same;

	if (table_id_at(t, row) == t->sought.from)
		return false;
	append_name(t, row, &name);
	same = str_eq(buf_str(&name), buf_str(&t->sought.needle));
	buf_free(&name);
	return same;
}

/* Dearer, or as dear and of a lower number. */
static bool before(const struct table_priced *a, const struct table_priced *b)
{
	return b->id == MODEL_NONE || (a->cost != b->cost ? a->cost > b->cost : a->id < b->id);
}

/* False if its price is not known. */
static bool price(const struct table *t, uint64_t row, struct table_priced *out)
{
	const struct column *c = rows_column(t->query.kind, STR("cost_usd"));
	struct buf scratch = {0};
	struct value v = {0};

	if (c != NULL)
		c->get(&t->rows, (uint32_t)row, &v, &scratch);
	buf_free(&scratch);
	*out = (struct table_priced){table_id_at(t, row), v.number};
	return v.type == VALUE_MONEY;
}

static void weigh(struct table *t, uint64_t row)
{
	struct table_sought *sought = &t->sought;
	struct table_priced at;

	if (!price(t, row, &at))
		return;
	if (before(&at, &sought->first))
		sought->first = at;
	if (sought->last.id != MODEL_NONE && before(&sought->last, &at) &&
	    before(&at, &sought->next))
		sought->next = at;
}

/* ---- looking ------------------------------------------------------------------------------------------------------- */

static bool is_wanted(void *ctx, uint64_t row)
{
	struct table *t = ctx;

	if (row >= t->rows.n)
		return false;
	switch (t->sought.what) {
	case TABLE_TEXT:
		return holds_text(t, row, buf_str(&t->sought.needle));
	case TABLE_ERROR:
		return table_row_has_error(t, row);
	case TABLE_SLOW:
		return is_slow(t, row);
	case TABLE_NAMESAKE:
		return is_namesake(t, row);
	case TABLE_DEAREST:
		weigh(t, row);
		break;
	}
	return false;
}

/* After the last of them comes the first again. */
static enum search_state take_dearest(struct table *t)
{
	const struct table_sought *sought = &t->sought;
	uint32_t id = sought->next.id != MODEL_NONE ? sought->next.id : sought->first.id;
	uint64_t row = id != MODEL_NONE ? table_row_of(t, id) : UINT64_MAX;

	if (row == UINT64_MAX)
		return SEARCH_NONE;
	if (sought->last.id != MODEL_NONE && sought->next.id == MODEL_NONE)
		buf_puts(&t->view.world->message, id == sought->last.id
		                                          ? "no other row here has a price"
		                                          : "the dearest again");
	list_go(&t->list, row);
	t->sought.dearest = id;
	return SEARCH_FOUND;
}

static enum search_state look(struct table *t)
{
	struct slice slice = {.until = time_monotonic() + t->slice};
	enum search_state state;
	const char *wrapped;

	if (t->sought.what == TABLE_SLOW && !slow_step(view_slow(t->view.world), &slice))
		return SEARCH_GOES_ON;
	state = search_more(&t->search, t->slice, is_wanted, t);
	wrapped = search_wrapped(&t->search);
	if (state == SEARCH_FOUND)
		list_go(&t->list, t->search.at);
	if (state == SEARCH_FOUND && wrapped != NULL)
		buf_puts(&t->view.world->message, wrapped);
	if (state == SEARCH_NONE && t->sought.what == TABLE_DEAREST)
		state = take_dearest(t);
	return state;
}

static void say_none(struct table *t)
{
	struct buf *message = &t->view.world->message;

	switch (t->sought.what) {
	case TABLE_TEXT:
		buf_printf(message, "not found: %s", buf_text(&t->sought.needle));
		break;
	case TABLE_ERROR:
		buf_puts(message, "no row here has an error");
		break;
	case TABLE_SLOW:
		buf_printf(message, "no row here took longer than 95 %% of its name, of %u or more",
		           SLOW_MIN);
		break;
	case TABLE_NAMESAKE:
		buf_printf(message, "no other row here has this name: %s",
		           buf_text(&t->sought.needle));
		break;
	case TABLE_DEAREST:
		buf_puts(message, "no row here has a price");
		break;
	}
}

static void begin(struct table *t, enum table_sought_kind what, int direction)
{
	static const struct table_priced none = {.id = MODEL_NONE};
	struct table_sought *sought = &t->sought;

	sought->what = what;
	sought->from = table_current(t);
	sought->last = sought->next = sought->first = none;
	/* Another key since, and the dearest is wanted again. */
	if (table_current(t) != MODEL_NONE && table_current(t) == sought->dearest &&
	    !price(t, t->list.cursor, &sought->last))
		sought->last = none;
	search_begin(&t->search, t->list.cursor, t->rows.n, direction);
}

bool table_find(struct view *v, struct str needle, int direction)
{
	struct table *t = (struct table *)v;

	buf_clear(&t->sought.needle);
	buf_append(&t->sought.needle, needle);
	begin(t, TABLE_TEXT, direction);
	return needle.n > 0 && look(t) != SEARCH_NONE;
}

bool table_find_more(struct table *t)
{
	if (search_goes_on(&t->search) && look(t) == SEARCH_NONE)
		say_none(t);
	return search_goes_on(&t->search);
}

/* ---- jumps --------------------------------------------------------------------------------------------------------- */

static void jump(struct table *t, enum table_sought_kind what, int direction)
{
	begin(t, what, direction);
	if (look(t) == SEARCH_NONE)
		say_none(t);
}

static void jump_to_slow(struct table *t, int direction)
{
	if (t->query.kind != ROWS_TRACES && !table_is_of_events(t)) {
		buf_puts(&t->view.world->message,
		         "only traces, generations and spans are held against their name");
		return;
	}
	slow_begin(view_slow(t->view.world));
	jump(t, TABLE_SLOW, direction);
}

static void jump_to_namesake(struct table *t, int direction)
{
	buf_clear(&t->sought.needle);
	if (t->rows.n > 0 && append_name(t, t->list.cursor, &t->sought.needle))
		jump(t, TABLE_NAMESAKE, direction);
	else
		buf_puts(&t->view.world->message, "no row with a name is under the cursor");
}

bool table_jump(struct table *t, enum action action)
{
	switch (action) {
	case ACTION_NEXT_ERROR:
	case ACTION_PREVIOUS_ERROR:
		jump(t, TABLE_ERROR, action == ACTION_NEXT_ERROR ? 1 : -1);
		return true;
	case ACTION_NEXT_SLOW:
	case ACTION_PREVIOUS_SLOW:
		jump_to_slow(t, action == ACTION_NEXT_SLOW ? 1 : -1);
		return true;
	case ACTION_NEXT_SAME_NAME:
	case ACTION_PREVIOUS_SAME_NAME:
		jump_to_namesake(t, action == ACTION_NEXT_SAME_NAME ? 1 : -1);
		return true;
	case ACTION_DEAREST:
		jump(t, TABLE_DEAREST, 1);
		return true;
	default:
		return false;
	}
}
