/* A trace's tree on a surface: names with folds, numbers, bars on the time line. Costs what is seen: everything that needs all
 * nodes stands ready in the waterfall. */
#include "widget/waterfall.h"

#include "base/clean.h"
#include "base/utf8.h"
#include "draw/format.h"
#include "draw/width.h"
#include "widget/waterfall_internal.h"

#include <stdio.h>
#include <string.h>

#define BARS_FROM     50 /* columns */
#define COST_FROM     36
#define DURATION_FROM 26
#define TOKENS_FROM   90  /* of the pane, */
#define TOKENS_SCREEN 150 /* and of the screen */
#define NAME_WIDE     40
#define LABEL_MAX     4096 /* bytes of a label that are looked at, besides those scrolled over */

static struct waterfall_layout lay_out(const struct surface *s, struct area a)
{
	bool tokens = s->cols >= TOKENS_SCREEN && a.cols >= TOKENS_FROM;
	struct waterfall_layout l = {
		.duration = a.cols >= DURATION_FROM ? 8 : 0,
		.cost = a.cols >= COST_FROM ? 9 : 0,
		.input = tokens ? 7 : 0,
		.share = tokens ? 6 : 0,
	};
	/* The last column is the scroll bar's. */
	int rest = a.cols - 1 - l.duration - l.cost - l.input - l.share;

	l.name = rest;
	if (a.cols >= BARS_FROM) {
		l.name = rest / 2 < NAME_WIDE ? rest / 2 : NAME_WIDE + (rest - 2 * NAME_WIDE) / 4;
		l.bars = rest - l.name - 1;
	}
	l.first_bar = a.cols - 1 - l.bars;
	return l;
}

/* ---- numbers ---------------------------------------------------------------------------------------- */

static int number_column(const struct waterfall_drawing *d, const int *width)
{
	const struct waterfall_layout *l = &d->at;
	int column = l->name;

	column += width == &l->duration ? 0 : l->duration;
	column += width == &l->duration || width == &l->cost ? 0 : l->cost;
	return column + (width == &l->share ? l->input : 0);
}

static void put_number(struct waterfall_drawing *d, int row, const int *width, enum role role,
                       struct str text)
{
	if (*width > 0)
		surface_put_right(d->s, d->a, row, number_column(d, width) + 1, *width - 1, role,
		                  text);
}

static void put_value(struct waterfall_drawing *d, int row, const int *width, struct value v)
{
	enum role role;

	if (*width == 0)
		return;
	buf_clear(&d->text);
	role = format_value(&d->text, &v, *width - 1, 0);
	put_number(d, row, width, role, buf_str(&d->text));
}

/* What runs is told with a + behind what has passed so far, what took unusually long with a ^. */
static void put_duration(struct waterfall_drawing *d, int row, int64_t latency, char behind)
{
	struct value v = {.type = VALUE_SECONDS, .number = latency};
	enum role role;

	if (d->at.duration == 0)
		return;
	buf_clear(&d->text);
	if (latency == EVENT_UNKNOWN)
		v.type = VALUE_UNKNOWN;
	role = format_value(&d->text, &v, d->at.duration - 1 - (behind != '\0'), 0);
	if (behind != '\0')
		buf_add(&d->text, behind);
	if (behind == '^')
		role = ROLE_WARNING;
	put_number(d, row, &d->at.duration, role, buf_str(&d->text));
}

static int64_t elapsed(const struct waterfall_drawing *d, uint32_t event)
{
	int64_t start = events_start(d->events, event), passed;

	if (start == TIME_NONE || d->w->end == TIME_NONE ||
	    __builtin_sub_overflow(d->w->end, start, &passed) || passed < 0)
		return EVENT_UNKNOWN;
	return passed;
}

static void put_cache_share(struct waterfall_drawing *d, int row, uint32_t event)
{
	int64_t all = events_prompt(d->events, event), cached = events_cache_read(d->events, event);
	bool lost = d->call != INSIGHT_NONE && insight_lost(&d->w->insight, d->events, d->call) > 0;

	if (all < 0 || cached < 0)
		return;
	buf_clear(&d->text);
	buf_printf(&d->text, "%.0f%%%s", all > 0 ? (double)cached * 100 / (double)all : 0.0,
	           lost ? "!" : "");
	put_number(d, row, &d->at.share, lost ? ROLE_WARNING : ROLE_TOKENS, buf_str(&d->text));
}

static void put_input(struct waterfall_drawing *d, int row, const struct tree_sum *sum)
{
	struct value input = {.type = VALUE_TOKENS, .number = sum->input};
	bool jumped = d->call != INSIGHT_NONE && insight_jumped(&d->w->insight, d->events, d->call);

	if (!sum->input_known)
		return;
	if (!jumped) {
		put_value(d, row, &d->at.input, input);
		return;
	}
	buf_clear(&d->text);
	format_value(&d->text, &input, d->at.input - 2, 0);
	buf_add(&d->text, '!');
	put_number(d, row, &d->at.input, ROLE_WARNING, buf_str(&d->text));
}

static void draw_node_numbers(struct waterfall_drawing *d, int row, const struct tree_node *node)
{
	const struct event *e = events_get(d->events, node->event);
	const struct alike_repeat *r = waterfall_repeat(d->w, (uint32_t)(node - d->w->tree.nodes));
	const struct tree_sum *sum = r != NULL ? &r->sum : &node->sum;
	bool running = e->flags & EVENT_RUNNING;
	struct value cost = value_of_sum_cost(sum);
	int64_t latency;
	bool slow = r == NULL && d->w->slow != NULL && slow_event(d->w->slow, node->event);

	if (r != NULL && sum->latency_known)
		latency = sum->latency;
	else
		latency = running ? elapsed(d, node->event)
		                  : events_latency(d->events, node->event);
	put_duration(d, row, latency, running ? '+' : slow ? '^' : '\0');
	/* A tool has no cost; a call without one has an unknown cost. */
	if (sum->cost_known || sum->unpriced > 0)
		put_value(d, row, &d->at.cost, cost);
	if (d->at.input > 0)
		put_input(d, row, sum);
	if (d->at.share > 0)
		put_cache_share(d, row, node->event);
}

/* ---- names ------------------------------------------------------------------------------------------ */

/* Text from column `scroll` of its own, with marks where it is cut. Gives the columns used. */
static int put_clipped(struct waterfall_drawing *d, int row, int column, int width, enum role role,
                       struct str text, int scroll)
{
	struct str clean;
	int used, columns, mark = 0;
	size_t from, fits;

	if (width < 1)
		return 0;
	buf_clear(&d->clean);
	clean_append(&d->clean, text, 0);
	clean = buf_str(&d->clean);
	/* The mark takes the place of a column that was not scrolled away. */
	from = scroll > 0 ? width_fit(clean, scroll + 1, &used) : 0;
	if (from > 0)
		mark = surface_puts(d->s, d->a, row, column++, ROLE_DIM, glyph(GLYPH_CLIP));
	width -= mark;
	clean = str_sub(clean, from, clean.n - from);
	fits = width_fit(clean, width, &columns);
	surface_put(d->s, d->a, row, column, width, role, str_sub(clean, 0, fits));
	if (fits < clean.n) {
		surface_puts(d->s, d->a, row, column + width - 1, ROLE_DIM, glyph(GLYPH_CLIP));
		return mark + width;
	}
	return mark + columns;
}

/* What stands behind a name and is never cut off: an error, or an answer in spite of one; what a fold hides. */
struct tail {
	char error[24], hidden[64];
	char brief[40]; /* for hidden where the name would be cut off; "": the same */
	enum role error_role, hidden_role;
};

static int tail_width(const struct tail *t)
{
	size_t error = strlen(t->error), hidden = strlen(t->hidden);

	return (int)(error + (error > 0) + hidden + (hidden > 0));
}

static void hidden_tail(struct tail *t, uint32_t nodes, uint32_t errors)
{
	t->hidden_role = errors > 0 ? ROLE_ERROR : ROLE_DIM;
	if (errors > 0)
		snprintf(t->hidden, sizeof(t->hidden), "+%u %u err", nodes, errors);
	else
		snprintf(t->hidden, sizeof(t->hidden), "+%u", nodes);
}

static void repeat_tail(const struct waterfall_drawing *d, struct tail *t, uint32_t at)
{
	const struct alike_repeat *r = waterfall_repeat(d->w, at);
	uint32_t flags = events_get(d->events, d->w->tree.nodes[at].event)->flags;
	uint32_t calls = flags & EVENT_TOOL ? waterfall_repeats(d->w, at) : 0;
	uint32_t errors = r != NULL ? r->errors - ((flags & EVENT_ERROR) != 0) : 0;
	char more[24] = "", folded[sizeof(t->hidden)];

	if (calls == 0)
		return;
	if (errors > 0)
		snprintf(more, sizeof(more), " %u err", errors);
	/* What stands folded under it says its own errors. */
	if (t->hidden[0] != '\0' && t->hidden_role == ROLE_ERROR) {
		memcpy(folded, t->hidden, sizeof(folded));
		snprintf(t->hidden, sizeof(t->hidden), "%.24s x%u%s", folded, calls, more);
		return;
	}
	snprintf(t->hidden, sizeof(t->hidden), "x%u same args%s", calls, more);
	snprintf(t->brief, sizeof(t->brief), "x%u%s", calls, more);
	t->hidden_role = errors > 0 ? ROLE_ERROR : ROLE_WARNING;
}

static struct tail tail_of(const struct waterfall_drawing *d, uint32_t at)
{
	const struct tree_node *node = &d->w->tree.nodes[at];
	bool error = events_get(d->events, node->event)->flags & EVENT_ERROR;
	struct tail t = {.error = "", .error_role = ROLE_ERROR};
	int64_t status;

	if (error && events_extra(d->events, node->event, EVENT_HTTP_STATUS, &status))
		snprintf(t.error, sizeof(t.error), "!%lld", (long long)status);
	else if (error)
		snprintf(t.error, sizeof(t.error), "!");
	if (d->call != INSIGHT_NONE && d->w->insight.calls[d->call].failed != EVENT_NONE) {
		snprintf(t.error, sizeof(t.error), "!after");
		t.error_role = ROLE_WARNING;
	}
	if (waterfall_hides(d->w, at))
		hidden_tail(&t, node->subtree - 1, node->errors - error);
	repeat_tail(d, &t, at);
	return t;
}

static void draw_label(struct waterfall_drawing *d, int row, int column, enum role role,
                       struct str label, struct tail *t)
{
	int room = d->at.name - column - tail_width(t), used;

	if (t->brief[0] != '\0' && (room < 1 || width_fit(label, room, &used) < label.n)) {
		memcpy(t->hidden, t->brief, sizeof(t->brief));
		room = d->at.name - column - tail_width(t);
	}

	label = str_sub(label, 0, LABEL_MAX + (size_t)d->w->name_scroll * 4);
	column += put_clipped(d, row, column, room, role, label, d->w->name_scroll);
	if (t->error[0] != '\0')
		column += 1 + put_clipped(d, row, column + 1, d->at.name - column - 1,
		                          t->error_role, str_of(t->error), 0);
	if (t->hidden[0] != '\0')
		put_clipped(d, row, column + 1, d->at.name - column - 1, t->hidden_role,
		            str_of(t->hidden), 0);
}

/* Two columns a level, as long as half the room is left for the name; then the level in figures. */
static int draw_indent(struct waterfall_drawing *d, int row, uint32_t depth)
{
	int limit = d->at.name / 2, used;

	if (d->w->flat)
		return 3;
	if (depth < (uint32_t)limit / 2)
		return 3 + 2 * (int)depth;
	used = surface_printf(d->s, d->a, row, 1, ROLE_DIM, "..%u", depth + 1);
	return (limit / 2 * 2 > used ? limit / 2 * 2 : used) + 2;
}

static bool is_on_path(const struct waterfall *w, uint32_t node)
{
	return w->shows_path && bits_get(&w->path.nodes, node);
}

static int draw_marks(struct waterfall_drawing *d, int row, int column, uint32_t at)
{
	const struct tree_node *node = &d->w->tree.nodes[at];
	const struct event *e = events_get(d->events, node->event);
	bool repeats = waterfall_repeat(d->w, at) != NULL;
	bool folds = (node->subtree > 1 || repeats) && !d->w->flat;
	char mark = format_event_mark(e);

	if (is_on_path(d->w, at))
		surface_puts(d->s, d->a, row, column - 1, ROLE_MARKER, "#");
	if (node->mark != TREE_LINKED) {
		surface_puts(d->s, d->a, row, column, ROLE_WARNING,
		             node->mark == TREE_ORPHAN ? "?" : "@");
		column += 2;
	}
	if (folds) {
		surface_puts(
			d->s, d->a, row, column, ROLE_MARKER,
			glyph(waterfall_hides(d->w, at) || repeats ? GLYPH_CLOSED : GLYPH_OPEN));
		column += 2;
	}
	if (mark == 'v') {
		/* The letter would read as an open fold. */
		if (folds)
			return column;
		mark = '-';
	}
	surface_printf(d->s, d->a, row, column, format_event_role(e), "%c", mark);
	return column + 2;
}

/* ---- rows ------------------------------------------------------------------------------------------- */

/* From the first call to the end of the last. */
static void draw_repeat_bar(struct waterfall_drawing *d, int row, const struct alike_repeat *r)
{
	const struct tree_node *nodes = d->w->tree.nodes;
	struct waterfall_bar b = {.role = r->errors > 0 ? ROLE_BAR_ERROR : ROLE_BAR_TOOL,
	                          .mark = GLYPH_TOOL,
	                          .start = events_start(d->events, nodes[r->first].event),
	                          .latency = EVENT_UNKNOWN,
	                          .first_token = EVENT_UNKNOWN};
	int64_t end = events_end(d->events, nodes[r->last].event), latency;

	if (b.start != TIME_NONE && end != TIME_NONE &&
	    !__builtin_sub_overflow(end, b.start, &latency))
		b.latency = latency;
	waterfall_draw_bar(d, row, &b);
}

static void draw_node(struct waterfall_drawing *d, int row, uint32_t at)
{
	const struct tree_node *node = &d->w->tree.nodes[at];
	struct area name = {d->a.row, d->a.col, d->a.rows, d->at.name};
	struct area whole = d->a;
	enum role role = format_event_role(events_get(d->events, node->event));
	struct tail tail;
	int column;

	d->call = insight_call_of(&d->w->insight, d->events, node->event);
	tail = tail_of(d, at);
	if (d->w->shows_path && d->w->path_found && !is_on_path(d->w, at))
		role = ROLE_DIM;
	d->a = name; /* what is too long for it stays out of the numbers */
	column = draw_marks(d, row, draw_indent(d, row, node->depth), at);
	buf_clear(&d->text);
	waterfall_label(d->events, node->event, &d->text);
	draw_label(d, row, column, role, buf_str(&d->text), &tail);
	d->a = whole;
	draw_node_numbers(d, row, node);
	if (waterfall_repeat(d->w, at) == NULL)
		waterfall_draw_event_bar(d, row, node->event);
	else
		draw_repeat_bar(d, row, waterfall_repeat(d->w, at));
}

static void draw_trace_numbers(struct waterfall_drawing *d, int row)
{
	const struct totals *t = &d->trace->totals;
	struct value input = {.type = VALUE_TOKENS, .number = t->input};

	put_duration(d, row, d->trace->latency, t->running > 0 ? '+' : '\0');
	if (totals_has_calls(t))
		put_value(d, row, &d->at.cost, value_of_cost(t));
	if (t->input_known > 0)
		put_value(d, row, &d->at.input, input);
}

static void draw_trace(struct waterfall_drawing *d, int row)
{
	uint32_t event = d->trace->explicit_event;
	struct str name = strings_get(&d->events->strings, d->trace->name);
	struct tail tail = {.error = "", .error_role = ROLE_ERROR};
	struct waterfall_bar b = {ROLE_BAR,      GLYPH_BAR,
	                          d->w->start,   (int64_t)waterfall_span(d->w),
	                          EVENT_UNKNOWN, d->trace->totals.running > 0};

	if (event != EVENT_NONE && events_get(d->events, event)->flags & EVENT_ERROR) {
		snprintf(tail.error, sizeof(tail.error), "!");
		b.role = ROLE_BAR_ERROR;
	}
	if (waterfall_hides(d->w, WATERFALL_ROOT))
		hidden_tail(&tail, d->w->tree.n, d->trace->totals.errors);
	surface_puts(d->s, d->a, row, 1, ROLE_MARKER,
	             glyph(waterfall_hides(d->w, WATERFALL_ROOT) ? GLYPH_CLOSED : GLYPH_OPEN));
	draw_label(d, row, 3, ROLE_STRONG, name.n > 0 ? name : STR("Trace"), &tail);
	draw_trace_numbers(d, row);
	waterfall_draw_bar(d, row, &b);
}

static void draw_titles(struct waterfall_drawing *d, struct area title)
{
	struct area rows = d->a;

	surface_fill(d->s, title, 0, 0, title.cols, ROLE_COLUMN, ' ');
	surface_puts(d->s, title, 0, 1, ROLE_COLUMN, d->w->flat ? "SPAN (by start)" : "SPAN");
	d->a = title;
	put_number(d, 0, &d->at.duration, ROLE_COLUMN, STR("DUR"));
	put_number(d, 0, &d->at.cost, ROLE_COLUMN, STR("COST"));
	put_number(d, 0, &d->at.input, ROLE_COLUMN, STR("IN"));
	put_number(d, 0, &d->at.share, ROLE_COLUMN, STR("C%"));
	d->a = rows;
	waterfall_draw_scale(d, title);
}

/* The node from which a row stands for what there is, folded or not; as a place by start in a flat list. */
static uint32_t first_of_row(const struct waterfall *w, uint64_t row)
{
	if (row >= w->n_rows)
		return w->tree.n;
	return w->flat ? (uint32_t)row - 1 : w->rows[row];
}

/* Whether an error stands in rows from..end. */
static bool error_between(const struct waterfall_drawing *d, uint64_t from, uint64_t end)
{
	const struct waterfall *w = d->w;
	const struct waterfall_places *p = w->flat ? &w->flat_errors : &w->errors;
	uint32_t low = 0, high = p->n, first;

	if (from == end)
		return false;
	if (from == 0 && (waterfall_hides(w, WATERFALL_ROOT) ? d->trace->totals.errors > 0
	                                                     : waterfall_own_error(w, d->m)))
		return true;
	first = from == 0 ? 0 : first_of_row(w, from);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (p->at[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->n && p->at[low] < first_of_row(w, end);
}

/* The bar stands for all rows, so errors that are not in sight are marked too. */
static void draw_scrollbar(struct waterfall_drawing *d)
{
	uint64_t rows = (uint64_t)d->a.rows, all = d->w->n_rows;
	int column = d->a.cols - 1;

	surface_scrollbar(d->s, d->a, column, d->w->list.top, all);
	if (all < rows)
		all = rows;
	for (uint64_t row = 0; row < rows; row++)
		if (error_between(d, row * all / rows, (row + 1) * all / rows))
			surface_puts(d->s, d->a, (int)row, column, ROLE_ERROR, "!");
}

static void begin(struct waterfall_drawing *d, struct model *m, struct area a)
{
	d->m = m;
	d->events = model_events(m);
	d->trace = model_trace(m, d->w->trace);
	d->at = lay_out(d->s, a);
}

static void end(struct waterfall_drawing *d)
{
	buf_free(&d->text);
	buf_free(&d->clean);
}

static void draw_rows(struct waterfall_drawing *d, uint64_t from)
{
	const struct waterfall *w = d->w;

	for (int row = 0; row < d->a.rows && from + (uint64_t)row < w->n_rows; row++) {
		uint32_t node = w->rows[from + (uint64_t)row];

		if (node == WATERFALL_ROOT)
			draw_trace(d, row);
		else
			draw_node(d, row, node);
	}
}

void waterfall_draw_rows(const struct waterfall *w, struct model *m, struct surface *s,
                         struct area a, uint64_t from)
{
	struct waterfall_drawing d = {.w = w, .s = s, .a = a};

	if (!w->rows || a.rows < 1 || a.cols < 4)
		return;
	begin(&d, m, a);
	draw_rows(&d, from);
	end(&d);
}

void waterfall_draw_titles(struct surface *s, struct area a)
{
	struct waterfall w = {.trace = MODEL_NONE, .start = TIME_NONE, .end = TIME_NONE};
	struct waterfall_drawing d = {.w = &w, .s = s, .a = a};

	if (a.rows < 1 || a.cols < 4)
		return;
	d.at = lay_out(s, a);
	draw_titles(&d, a);
	end(&d);
}

/* In place of the title of the names. */
static void draw_search(struct waterfall_drawing *d, struct area a)
{
	const struct waterfall_sought *sought = &d->w->sought;

	if (!search_goes_on(&sought->search) && !sought->missed)
		return;
	buf_clear(&d->text);
	search_status(&sought->search, &d->text);
	if (sought->missed)
		buf_puts(&d->text, "nothing found");
	surface_fill(d->s, a, 0, 0, d->at.name, ROLE_COLUMN, ' ');
	surface_put(d->s, a, 0, 1, d->at.name - 1, ROLE_WARNING, buf_str(&d->text));
}

void waterfall_draw(struct waterfall *w, struct model *m, struct surface *s, struct area a,
                    bool with_cursor)
{
	struct area rows = {a.row + 1, a.col, a.rows - 1, a.cols};
	struct waterfall_drawing d = {.w = w, .s = s, .a = rows};
	uint64_t row;

	if (a.rows < 1 || a.cols < 4)
		return;
	if (!w->rows) {
		surface_printf(s, a, 0, 1, ROLE_DIM, "building the tree: %u%%",
		               waterfall_percent(w));
		return;
	}
	begin(&d, m, a);
	list_set(&w->list, w->n_rows, rows.rows);
	draw_titles(&d, a);
	draw_search(&d, a);
	draw_rows(&d, w->list.top);
	row = w->list.cursor - w->list.top;
	if (with_cursor && row < (uint64_t)(rows.rows > 0 ? rows.rows : 0)) {
		surface_puts(s, rows, (int)row, 0, ROLE_MARKER, ">");
		surface_paint(s, rows, (int)row, 0, a.cols - 1, ROLE_CURSOR);
	}
	if (rows.rows > 0)
		draw_scrollbar(&d);
	end(&d);
}
