/* Drawing a list: which columns fit, their titles and values, the cursor, marks. It leaves
 * which rows there are to table.c. */
#include "view/table.h"

#include "draw/format.h"
#include "draw/source_text.h"

#define GUTTER      3 /* cursor mark, error mark, blank */
#define PREVIEW_MIN 14
#define WANTED      4u                   /* columns of this priority and below stay longest */
#define RANKS       (TABLE_COLUMNS + 1u) /* to a priority */
#define NARROW      60 /* columns under which times of other days are dates only */
#define OTHER_DAY   11 /* columns of "11-21 22:14" */

/* ---- columns ------------------------------------------------------------------------------------------------------- */

bool table_has_preview(const struct table *t)
{
	return t->query.kind == ROWS_TRACES || t->query.kind == ROWS_SESSIONS;
}

static bool shows_asked(const struct table *t)
{
	size_t at;

	return table_column_at(t, NULL, &at);
}

struct layout {
	const struct column *columns[TABLE_COLUMNS];
	int widths[TABLE_COLUMNS];
	size_t n;
	size_t preview_at; /* index of the column that the preview stands before; SIZE_MAX: none */
	int preview;       /* its columns, 0: none */
};

static int time_width(const struct table *t, int64_t time)
{
	struct value v = {.type = VALUE_TIME, .number = time};
	struct buf text = {0};
	int width;

	if (time == TIME_NONE)
		return 0;
	format_value(&text, &v, OTHER_DAY, t->view.world->now);
	width = (int)text.n;
	buf_free(&text);
	return width;
}

/* Clock times of today need fewer columns than times of other days. */
static int times_width(const struct table *t)
{
	struct model *m = explorer_model(t->view.world->explorer);
	int first = time_width(t, model_first_time(m)), last = time_width(t, model_last_time(m));

	return first > last ? first : last;
}

/* times: the columns that times need, or 0 if they make do with their own. */
static int column_width(const struct column *c, int times)
{
	return c->type == VALUE_TIME && times > c->width ? times : c->width;
}

/* By which columns give way: the largest goes first. What a person added to a kind's own stays longer than all but those that are
 * always wanted. */
static unsigned rank_of(const struct table *t, size_t i)
{
	const struct column *c = t->columns.list[i];

	if (c->priority != 0)
		return c->priority * RANKS;
	if (rows_is_source(c))
		return RANKS + 1;
	return WANTED * RANKS + 1 + (unsigned)i;
}

static int columns_total(const struct table *t, unsigned rank, int times)
{
	int total = -1; /* no blank after the last */

	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.list[i] != NULL && rank_of(t, i) <= rank)
			total += column_width(t->columns.list[i], times) + 1;
	return total;
}

/* The largest rank up to which all columns fit. */
static unsigned lowest_rank(const struct table *t, int room, int times)
{
	unsigned rank = 0;

	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.list[i] != NULL && rank_of(t, i) > rank)
			rank = rank_of(t, i);
	while (rank > 1 && columns_total(t, rank, times) > room)
		rank--;
	return rank;
}

/* What was asked gives way before the columns that are always wanted. */
static unsigned chosen_rank(const struct table *t, int room, int times)
{
	unsigned beside = lowest_rank(t, room - PREVIEW_MIN - 1, times);
	unsigned alone = lowest_rank(t, room, times);

	if (!shows_asked(t))
		return alone;
	if (beside >= WANTED * RANKS)
		return beside;
	return alone < WANTED * RANKS ? alone : WANTED * RANKS;
}

/* What an error says takes the room that is left. */
static void widen_error(const struct table *t, struct layout *l, int room)
{
	for (size_t i = 0; t->query.kind == ROWS_ERRORS && i < l->n && room > 0; i++)
		if (strcmp(l->columns[i]->name, "error") == 0)
			l->widths[i] += room;
}

static void lay_out(struct table *t, int width, struct layout *l)
{
	int room = width - GUTTER;
	int times = width < NARROW ? 0 : times_width(t);
	unsigned rank = chosen_rank(t, room, times);

	*l = (struct layout){.preview_at = SIZE_MAX};
	t->columns.no_room = 0;
	for (size_t i = 0; i < t->columns.n; i++) {
		const struct column *c = t->columns.list[i];

		if (c == NULL) {
			l->preview_at = l->n;
		} else if (rank_of(t, i) > rank) {
			t->columns.no_room |= 1u << i;
		} else {
			l->columns[l->n] = c;
			l->widths[l->n] = column_width(c, times);
			room -= l->widths[l->n++] + 1;
		}
	}
	if (l->preview_at != SIZE_MAX && room >= PREVIEW_MIN)
		l->preview = room;
	widen_error(t, l, room);
}

static bool is_number(const struct column *c)
{
	return c->type != VALUE_TEXT && c->type != VALUE_TIME && c->type != VALUE_BOOL;
}

static const char *preview_title(const struct table *t, int width)
{
	if (t->query.kind == ROWS_TRACES)
		return width < (int)strlen("USER ASKED -> ANSWER") ? "ASKED"
		                                                   : "USER ASKED -> ANSWER";
	return width < (int)strlen("LAST USER MESSAGE") ? "LAST MESSAGE" : "LAST USER MESSAGE";
}

/* Calls put for every column in order, the preview (column NULL) among them. */
typedef void put_cell(struct table *t, struct surface *s, struct area a, int row, int col,
                      int width, const struct column *c, uint64_t at);

static void each_cell(struct table *t, struct surface *s, struct area a, int row,
                      const struct layout *l, uint64_t at, put_cell *put)
{
	int col = GUTTER;

	for (size_t i = 0; i <= l->n; i++) {
		if (i == l->preview_at && l->preview > 0) {
			put(t, s, a, row, col, l->preview, NULL, at);
			col += l->preview + 1;
		}
		if (i == l->n)
			break;
		put(t, s, a, row, col, l->widths[i], l->columns[i], at);
		col += l->widths[i] + 1;
	}
}

static void put_title(struct table *t, struct surface *s, struct area a, int row, int col,
                      int width, const struct column *c, uint64_t at)
{
	struct buf title = {0};
	bool sorted = c != NULL && t->query.sort == c;

	(void)at;
	buf_puts(&title, c == NULL ? preview_title(t, width) : c->title);
	if (sorted)
		buf_add(&title, t->query.ascending ? '^' : 'v');
	/* Where the mark of the order has no room it takes the blank before the column. */
	if (sorted && (int)title.n > width) {
		title.n--;
		surface_put(s, a, row, col - 1, 1, ROLE_COLUMN,
		            t->query.ascending ? STR("^") : STR("v"));
	}
	if (c != NULL && is_number(c))
		surface_put_right(s, a, row, col, width, ROLE_COLUMN, buf_str(&title));
	else
		view_put_clipped(s, a, row, col, width, ROLE_COLUMN, buf_str(&title));
	buf_free(&title);
}

static void put_preview(struct table *t, struct surface *s, struct area a, int row, int col,
                        int width, uint64_t at)
{
	struct str asked, answered;
	struct buf line = {0};

	if (table_preview(t, at, &asked, &answered)) {
		buf_append(&line, asked);
		if (answered.n > 0 && t->query.kind == ROWS_TRACES) {
			if (asked.n > 0)
				buf_puts(&line, " -> ");
			buf_append(&line, answered);
		}
	}
	view_put_clipped(s, a, row, col, width, ROLE_TEXT, buf_str(&line));
	buf_free(&line);
}

static void put_value(struct table *t, struct surface *s, struct area a, int row, int col,
                      int width, const struct column *c, uint64_t at)
{
	struct value v = {0};
	struct buf scratch = {0}, text = {0};
	enum role role;

	if (c == NULL) {
		put_preview(t, s, a, row, col, width, at);
		return;
	}
	rows_value(&t->rows, c, (uint32_t)at, &v, &scratch);
	role = format_value(&text, &v, width, t->view.world->now);
	if (c->type == VALUE_TEXT && v.type != VALUE_UNKNOWN && !v.error)
		role = col == GUTTER ? ROLE_TIME : ROLE_NAME;
	if (rows_is_source(c) && v.type == VALUE_TEXT)
		role = source_role((uint32_t)__builtin_ctz(rows_origins(&t->rows, (uint32_t)at)));
	if (is_number(c))
		surface_put_right(s, a, row, col, width, role, buf_str(&text));
	else
		surface_put(s, a, row, col, width, role, buf_str(&text));
	buf_free(&scratch);
	buf_free(&text);
}

/* ---- drawing ------------------------------------------------------------------------------------------------------- */

bool table_row_has_error(const struct table *t, uint64_t row)
{
	struct model *m = explorer_model(t->view.world->explorer);
	uint32_t at = t->rows.at[row];

	switch (t->query.kind) {
	case ROWS_TRACES:
		return model_trace(m, at)->totals.errors > 0;
	case ROWS_SESSIONS:
		return model_session(m, at)->totals.errors > 0;
	case ROWS_GENERATIONS:
	case ROWS_SPANS:
		return (events_get(model_events(m), at)->flags & EVENT_ERROR) != 0;
	default:
		return t->rows.groups[at].totals.errors > 0;
	}
}

/* Of what was not fetched nobody knows that there is none. Gives false where there is none. */
static bool say_unfetched(const struct table *t, struct buf *out)
{
	const struct explorer *x = t->view.world->explorer;
	const char *name = rows_kind_name(t->query.kind);
	const struct posthog *p;
	struct posthog_status status;
	bool waits = false, failed = false;

	for (uint32_t i = 0; (p = explorer_project(x, i)) != NULL; i++) {
		posthog_read_status(p, &status);
		if (posthog_last_trouble(p, NULL) != POSTHOG_FINE || status.offline)
			failed = true;
		else
			waits |= status.waiting > 0;
	}
	if (waits)
		buf_puts(out, "fetching ...");
	else if (failed)
		buf_printf(out, "no %s were fetched yet", name);
	else if (t->query.kind != ROWS_TRACES && t->query.kind != ROWS_SESSIONS &&
	         explorer_is_partial(x))
		buf_printf(out, "no %s here yet: R fetches", name);
	return out->n > 0;
}

static void draw_empty(struct table *t, struct surface *s, struct area a)
{
	struct buf text = {0};
	unsigned percent;

	if (table_counting(t, &percent))
		buf_printf(&text, "counting %u %%", percent);
	else if (explorer_loading(t->view.world->explorer))
		buf_puts(&text, "loading ...");
	else if (t->view.world->filter.n > 0 && t->refused.n == 0)
		buf_printf(&text, "no %s pass the filter: f changes it, u takes it back",
		           rows_kind_name(t->query.kind));
	else if (!say_unfetched(t, &text) && t->query.kind == ROWS_TOOLS)
		buf_puts(&text, "no tool spans here; what calls ask for is in their Tools tab");
	else if (text.n == 0)
		buf_printf(&text, "no %s here", rows_kind_name(t->query.kind));
	surface_puts(s, a, 2, 3, ROLE_DIM, buf_text(&text));
	buf_free(&text);
}

void table_draw_list(struct table *t, struct surface *s, struct area a)
{
	struct layout l;
	struct area body = {a.row + 1, a.col, a.rows - 1, a.cols};

	lay_out(t, a.cols - 1, &l);
	surface_fill(s, a, 0, 0, a.cols, ROLE_COLUMN, ' ');
	each_cell(t, s, a, 0, &l, 0, put_title);
	list_set(&t->list, t->rows.n, body.rows);
	if (t->rows.n == 0)
		draw_empty(t, s, a);
	for (int i = 0; i < body.rows && t->list.top + (uint64_t)i < t->rows.n; i++) {
		uint64_t row = t->list.top + (uint64_t)i;
		if (table_row_has_error(t, row))
			surface_puts(s, body, i, 1, ROLE_ERROR, "!");
		if (marks_has(&t->view.world->marks, t->query.kind, table_id_at(t, row)))
			surface_puts(s, body, i, 2, ROLE_MARKER, "+");
		if (table_is_bookmarked(t, row))
			surface_puts(s, body, i, 0, ROLE_MARKER, "*");
		each_cell(t, s, body, i, &l, row, put_value);
		if (row != t->list.cursor)
			continue;
		surface_puts(s, body, i, 0, ROLE_MARKER, ">");
		surface_paint(s, body, i, 0, body.cols - 1, ROLE_CURSOR);
	}
	surface_scrollbar(s, body, body.cols - 1, t->list.top, t->rows.n);
}
