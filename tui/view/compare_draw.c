/* How two traces are drawn: what both came to, then a row a pair, with what it was and what it is; side by side each side has its
 * own columns. Costs what is seen. */
#include "view/compare.h"

#include "base/clean.h"
#include "draw/format.h"
#include "draw/width.h"
#include "widget/diff.h"
#include "widget/waterfall.h"

#include <stdio.h>
#include <string.h>

#define SIGN 3 /* columns of the cursor, the sign, a blank */
#define HEAD 3 /* rows: both traces, the titles */
/* Columns of a pair of values, of one, and from how many the name has to have. */
#define LATENCY_PAIR 15
#define TOKENS_PAIR  14
#define COST_PAIR    20
#define LATENCY_ONE  7
#define TOKENS_ONE   7
#define COST_ONE     10
#define NAME_LEAST   16
#define OUTPUT       5
#define LABEL_MAX    4096 /* bytes of a name that are looked at */

enum figure { FIGURE_LATENCY, FIGURE_TOKENS, FIGURE_COST, FIGURES };

struct layout {
	int name, width[FIGURES], output; /* columns; 0: not there */
};

char compare_sign(const struct compare_row *r)
{
	if (r->nodes[0] == ALIKE_NONE)
		return '+';
	if (r->nodes[1] == ALIKE_NONE)
		return '-';
	return compare_is_change(r) ? '~' : ' ';
}

static enum role role_of_sign(char sign)
{
	return sign == '+' ? ROLE_GOOD : sign == '-' ? ROLE_ERROR : ROLE_WARNING;
}

/* ---- what is said of a node ---- */

static const struct tree_node *node_at(const struct compare_view *c, uint64_t row, int side)
{
	uint32_t node = compare_at(c, row)->nodes[side];

	return node == ALIKE_NONE ? NULL : &c->shown.trees[side].nodes[node];
}

static const struct events *events_of(const struct compare_view *c)
{
	return explorer_events(c->view.world->explorer);
}

/* As the tree shows it; nothing where there is nothing to know. */
static void add_figure(const struct compare_view *c, const struct tree_node *node, enum figure what,
                       struct buf *out)
{
	const struct tree_sum *sum = &node->sum;
	struct value v = {.type = VALUE_UNKNOWN};

	if (what == FIGURE_LATENCY) {
		int64_t latency = events_latency(events_of(c), node->event);

		if (latency != EVENT_UNKNOWN)
			v = (struct value){.type = VALUE_SECONDS, .number = latency};
	} else if (what == FIGURE_TOKENS) {
		if (!sum->input_known && !sum->output_known)
			return;
		v = (struct value){.type = VALUE_TOKENS, .number = (money)sum->input + sum->output};
	} else {
		if (!sum->cost_known && sum->unpriced == 0)
			return;
		v = (struct value){.type = sum->cost_known ? VALUE_MONEY : VALUE_UNKNOWN,
		                   .number = sum->cost,
		                   .estimate = sum->cost_estimated,
		                   .partial = sum->unpriced > 0};
	}
	format_value(out, &v, what == FIGURE_COST ? COST_ONE - 1 : LATENCY_ONE - 1, 0);
}

/* "1.0s > 2.4s", or what both are. */
static void add_figures(const struct compare_view *c, uint64_t row, enum figure what,
                        struct buf *out)
{
	struct buf one[2] = {{0}, {0}};

	for (int side = 0; side < 2; side++)
		if (node_at(c, row, side) != NULL)
			add_figure(c, node_at(c, row, side), what, &one[side]);
	if (node_at(c, row, 0) == NULL || node_at(c, row, 1) == NULL ||
	    str_eq(buf_str(&one[0]), buf_str(&one[1])))
		buf_append(out, buf_str(&one[node_at(c, row, 0) == NULL]));
	else
		buf_printf(out, "%s > %s", one[0].n > 0 ? buf_text(&one[0]) : "-",
		           one[1].n > 0 ? buf_text(&one[1]) : "-");
	buf_free(&one[0]);
	buf_free(&one[1]);
}

/* "!409", "!", "ok". */
static void add_error(const struct events *t, uint32_t event, const char *none, struct buf *out)
{
	int64_t status;

	if (!(events_get(t, event)->flags & EVENT_ERROR)) {
		buf_puts(out, none);
		return;
	}
	buf_add(out, '!');
	if (events_extra(t, event, EVENT_HTTP_STATUS, &status))
		buf_printf(out, "%lld", (long long)status);
}

/* Behind the name: that it failed, or how that is another now. */
static void add_errors(const struct compare_view *c, uint64_t row, struct buf *out)
{
	const struct events *t = events_of(c);
	uint32_t a = compare_event(c, row, 0), b = compare_event(c, row, 1);

	if (compare_at(c, row)->differences & ALIKE_ERROR) {
		add_error(t, a, "ok", out);
		buf_puts(out, " > ");
		add_error(t, b, "ok", out);
	} else {
		add_error(t, b != EVENT_NONE ? b : a, "", out);
	}
}

static void add_label(const struct compare_view *c, uint64_t row, int side, struct buf *out)
{
	struct buf label = {0};
	uint32_t event = compare_event(c, row, side);

	waterfall_label(events_of(c), event, &label);
	clean_append(out, str_sub(buf_str(&label), 0, LABEL_MAX), 0);
	if (compare_at(c, row)->differences & ALIKE_MODEL && side == 0 && !c->side_by_side) {
		buf_clear(&label);
		waterfall_label(events_of(c), compare_event(c, row, 1), &label);
		buf_puts(out, " > ");
		clean_append(out, str_sub(buf_str(&label), 0, LABEL_MAX), 0);
	}
	buf_free(&label);
}

/* Of both sides the first that is there; the name says so itself where the models differ. */
static int side_of(const struct compare_view *c, uint64_t row)
{
	return compare_at(c, row)->nodes[0] == ALIKE_NONE;
}

static const char *output_word(const struct compare_row *r)
{
	static const char *const words[] = {[OUTPUT_UNKNOWN] = "",
	                                    [OUTPUT_SAME] = "same",
	                                    [OUTPUT_DIFFERS] = "diff",
	                                    [OUTPUT_UNREADABLE] = "?"};

	return words[r->output];
}

/* ---- drawing ---- */

static struct layout lay_out(const struct compare_view *c, int columns)
{
	static const int pairs[FIGURES] = {LATENCY_PAIR, TOKENS_PAIR, COST_PAIR};
	static const int ones[FIGURES] = {LATENCY_ONE, TOKENS_ONE, COST_ONE};
	static const enum figure order[FIGURES] = {FIGURE_LATENCY, FIGURE_COST, FIGURE_TOKENS};
	struct layout l = {.name = columns, .output = c->side_by_side ? 0 : OUTPUT};

	l.name -= l.output;
	for (int i = 0; i < FIGURES; i++) {
		int width = (c->side_by_side ? ones : pairs)[order[i]];

		if (l.name - width < NAME_LEAST)
			break;
		l.width[order[i]] = width;
		l.name -= width;
	}
	return l;
}

static void put_right(struct surface *s, struct area a, int row, int *column, int width,
                      enum role role, struct str text)
{
	if (width > 1)
		surface_put_right(s, a, row, *column + 1, width - 1, role, text);
	*column += width;
}

static void draw_name(const struct compare_view *c, struct surface *s, struct area a, int row,
                      int column, int width, uint64_t at, int side)
{
	const struct tree_node *node = node_at(c, at, side);
	struct buf label = {0}, errors = {0};
	int indent = node->depth * 2 < (uint32_t)width / 3 ? (int)node->depth * 2 : width / 3;
	int room;

	add_label(c, at, side, &label);
	if (c->side_by_side)
		add_error(events_of(c), node->event, "", &errors);
	else
		add_errors(c, at, &errors);
	room = width - indent - (errors.n > 0 ? (int)errors.n + 1 : 0);
	view_put_clipped(s, a, row, column + indent, room > 0 ? room : 0,
	                 format_event_role(events_get(events_of(c), node->event)), buf_str(&label));
	if (errors.n > 0)
		surface_put_right(s, a, row, column, width, ROLE_ERROR, buf_str(&errors));
	buf_free(&label);
	buf_free(&errors);
}

static void draw_inline(const struct compare_view *c, struct surface *s, struct area a, int row,
                        uint64_t at)
{
	struct layout l = lay_out(c, a.cols - 1 - SIGN);
	const struct compare_row *r = compare_at(c, at);
	static const unsigned bits[FIGURES] = {ALIKE_LATENCY, ALIKE_TOKENS, ALIKE_COST};
	static const enum role roles[FIGURES] = {ROLE_LATENCY, ROLE_TOKENS, ROLE_COST};
	int column = SIGN + l.name;
	struct buf text = {0};

	draw_name(c, s, a, row, SIGN, l.name, at, side_of(c, at));
	for (int i = 0; i < FIGURES; i++) {
		buf_clear(&text);
		if (l.width[i] > 0)
			add_figures(c, at, (enum figure)i, &text);
		put_right(s, a, row, &column, l.width[i],
		          r->differences & bits[i] ? ROLE_WARNING : roles[i], buf_str(&text));
	}
	put_right(s, a, row, &column, l.output,
	          r->output == OUTPUT_DIFFERS ? ROLE_WARNING : ROLE_DIM, str_of(output_word(r)));
	buf_free(&text);
}

static void draw_side(const struct compare_view *c, struct surface *s, struct area a, int row,
                      uint64_t at, int side)
{
	struct layout l = lay_out(c, a.cols);
	static const enum role roles[FIGURES] = {ROLE_LATENCY, ROLE_TOKENS, ROLE_COST};
	static const unsigned bits[FIGURES] = {ALIKE_LATENCY, ALIKE_TOKENS, ALIKE_COST};
	int column = l.name;
	struct buf text = {0};

	if (node_at(c, at, side) == NULL)
		return;
	draw_name(c, s, a, row, 0, l.name, at, side);
	for (int i = 0; i < FIGURES; i++) {
		buf_clear(&text);
		if (l.width[i] > 0)
			add_figure(c, node_at(c, at, side), (enum figure)i, &text);
		put_right(s, a, row, &column, l.width[i],
		          compare_at(c, at)->differences & bits[i] ? ROLE_WARNING : roles[i],
		          buf_str(&text));
	}
	buf_free(&text);
}

/* Columns of one side; between them stands the sign, at the end the scroll bar. */
static struct area side_area(struct area a, int side)
{
	int width = (a.cols - 1 - 2 - SIGN) / 2;

	return (struct area){a.row, a.col + (side == 0 ? 2 : 2 + width + SIGN), a.rows, width};
}

static void draw_row(const struct compare_view *c, struct surface *s, struct area a, int row,
                     uint64_t at)
{
	char sign = compare_sign(compare_at(c, at));
	char text[] = {sign, '\0'};
	int column = 1;

	if (c->side_by_side) {
		column = 2 + side_area(a, 0).cols + 1;
		draw_side(c, s, side_area(a, 0), row, at, 0);
		draw_side(c, s, side_area(a, 1), row, at, 1);
	} else {
		draw_inline(c, s, a, row, at);
	}
	surface_puts(s, a, row, column, role_of_sign(sign), text);
}

static void draw_titles_of(const struct compare_view *c, struct surface *s, struct area a, int row,
                           int column, struct layout l, const char *name)
{
	static const char *const titles[FIGURES] = {"LAT", "TOK", "COST"};
	(void)c;

	surface_puts(s, a, row, column, ROLE_COLUMN, name);
	column += l.name;
	for (int i = 0; i < FIGURES; i++)
		put_right(s, a, row, &column, l.width[i], ROLE_COLUMN, str_of(titles[i]));
	put_right(s, a, row, &column, l.output, ROLE_COLUMN, STR("OUT"));
}

static void draw_titles(const struct compare_view *c, struct surface *s, struct area a, int row)
{
	surface_fill(s, a, row, 0, a.cols, ROLE_COLUMN, ' ');
	if (!c->side_by_side) {
		draw_titles_of(c, s, a, row, SIGN, lay_out(c, a.cols - 1 - SIGN), "SPAN");
		return;
	}
	for (int side = 0; side < 2; side++) {
		struct area half = side_area(a, side);

		draw_titles_of(c, s, half, row, 0, lay_out(c, half.cols),
		               side == 0 ? "BEFORE" : "AFTER");
	}
}

static void draw_totals(const struct compare_view *c, struct surface *s, struct area a, int row,
                        int side)
{
	struct buf text = {0};

	compare_tell_totals(c, side, &text);
	view_put_clipped(s, a, row, 1, a.cols - 2, side == 0 ? ROLE_DIM : ROLE_TEXT,
	                 str_sub(buf_str(&text), 0, text.n - 1));
	buf_free(&text);
}

void compare_draw(struct compare_view *c, struct surface *s, struct area a)
{
	struct area body = {a.row + HEAD, a.col, a.rows - HEAD, a.cols};

	draw_totals(c, s, a, 0, 0);
	draw_totals(c, s, a, 1, 1);
	if (!c->shown.ready) {
		surface_puts(s, a, 2, 1, ROLE_DIM, "comparing the traces ...");
		return;
	}
	draw_titles(c, s, a, 2);
	list_set(&c->list, c->shown.n, body.rows);
	if (c->shown.n == 0)
		surface_puts(s, body, 0, 1, ROLE_DIM, "neither has a span or a call");
	for (int i = 0; i < body.rows && c->list.top + (uint64_t)i < c->shown.n; i++) {
		draw_row(c, s, body, i, c->list.top + (uint64_t)i);
		if (c->list.top + (uint64_t)i != c->list.cursor)
			continue;
		surface_puts(s, body, i, 0, ROLE_MARKER, ">");
		surface_paint(s, body, i, 0, body.cols - 1, ROLE_CURSOR);
	}
	if (body.rows > 0)
		surface_scrollbar(s, body, body.cols - 1, c->list.top, c->shown.n);
}

/* ---- telling ---- */

void compare_tell(const struct compare_view *c, uint64_t row, struct buf *out)
{
	const struct compare_row *r = compare_at(c, row);
	int side = side_of(c, row);
	size_t from;

	buf_add(out, compare_sign(r));
	buf_pad(out, ' ', 1 + 2 * (size_t)node_at(c, row, side)->depth);
	add_label(c, row, side, out);
	from = out->n;
	buf_add(out, ' ');
	add_errors(c, row, out);
	out->n -= out->n == from + 1;
	for (int i = 0; i < FIGURES; i++) {
		buf_puts(out, "  ");
		from = out->n;
		add_figures(c, row, (enum figure)i, out);
		out->n -= out->n == from ? 2 : 0;
	}
	if (r->output == OUTPUT_DIFFERS)
		buf_puts(out, "  output differs");
	buf_add(out, '\n');
}

void compare_tell_totals(const struct compare_view *c, int side, struct buf *out)
{
	const struct events *e = events_of(c);
	const struct trace *t = model_trace(explorer_model(c->view.world->explorer),
	                                    c->traces[side]);
	const struct totals *sums = &t->totals;
	struct buf text = {0};

	buf_puts(out, side == 0 ? "before  " : "after   ");
	view_short_id(&text, &e->ids, t->id);
	clean_append(out, buf_str(&text), 0);
	if (t->latency != EVENT_UNKNOWN) {
		buf_puts(out, "  ");
		format_seconds(out, t->latency);
	}
	if (sums->input_known + sums->output_known > 0) {
		buf_puts(out, "  ");
		format_tokens(out, sums->input + sums->output);
		buf_puts(out, " tok");
	}
	if (totals_has_calls(sums)) {
		buf_puts(out, "  ");
		format_cost(out, sums, 0);
	}
	if (sums->errors > 0)
		buf_printf(out, "  %u err", sums->errors);
	if (t->name != 0) {
		buf_puts(out, "  ");
		clean_append(out, str_sub(strings_get(&e->strings, t->name), 0, LABEL_MAX), 0);
	}
	buf_add(out, '\n');
	buf_free(&text);
}

static void add_count(struct buf *out, uint32_t n, const char *what)
{
	if (n == 0)
		return;
	buf_puts(out, out->n > 0 && out->p[out->n - 1] != ' ' ? ", " : "");
	format_count(out, n);
	buf_printf(out, " %s", what);
}

void compare_tell_counts(const struct compare_view *c, struct buf *out)
{
	const struct compare_state *s = &c->shown;

	add_count(out, s->same - s->unread, "same");
	add_count(out, s->unread, "not read");
	add_count(out, s->n - s->same - s->only[0] - s->only[1], "changed");
	add_count(out, s->only[0], "only before");
	add_count(out, s->only[1], "only after");
}
