/* The screen of figures, but for its parts and its panel: all there is at the top, the plot of one figure over time, the others as
 * sparklines. What has no room gives way: the panel first, then the sparklines, at last all but what has the focus. */
#include "view/stats.h"

#include "base/time.h"
#include "draw/format.h"
#include "draw/width.h"

#include <string.h>

#define SMALL       13 /* rows under which one pane stands alone */
#define TALL        34 /* rows from which all are seen, where there are */
#define WIDE        100
#define PANEL_ROWS  9
#define PANEL_MOST  (BREAKDOWN_BINS + 1)
#define PANEL_LEAST 6 /* rows that parts leave to it */
#define NAME_COLS   13
#define MOST_COLS   26
#define FIELD_GAP   3

const struct stats_figure stats_figures[STATS_FIGURES] = {
	{"cost", "cost_usd", ROLE_COST, true},
	{"tokens", "total_tokens", ROLE_TOKENS, true},
	{"calls", "calls", ROLE_BAR_GENERATION, true},
	{"errors", "error_percent", ROLE_ERROR, false},
	{"latency p95", "p95_s", ROLE_LATENCY, false},
	{"ttft p50", "ttft_p50_s", ROLE_LATENCY, false},
	{"cache read", "cache_percent", ROLE_GOOD, false},
};

/* ---- all there is ------------------------------------------------------------------------------------------------------ */

static const struct field_of {
	const char *label, *column;
} fields_of[2][9] = {
	{{"cost", "cost_usd"},
         {"calls", "calls"},
         {"err", "error_percent"},
         {"traces", "traces"},
         {"sessions", "sessions"},
         {"users", "users"},
         {"cache read", "cache_percent"},
         {"in", "input_tokens"},
         {"out", "output_tokens"}},
	{{"lat p50", "p50_s"},
         {"p90", "p90_s"},
         {"p95", "p95_s"},
         {"p99", "p99_s"},
         {"max", "max_s"},
         {"ttft p50", "ttft_p50_s"},
         {"p95", "ttft_p95_s"},
         {"$/call", "cost_per_call_usd"},
         {"events", "events"}},
};

/* Gives the column behind it; half a number would be a wrong one: where it has no room it gives col. */
static int put_field(struct surface *s, struct area a, int col, const struct field_of *f,
                     const struct breakdown *b)
{
	struct value value = stats_value(b, 0, f->column);
	struct buf text = {0};
	enum role role = format_value(&text, &value, 0, 0);
	int label = (int)strlen(f->label) + 1, width = label + width_text(buf_str(&text));

	if (col + width <= a.cols) {
		surface_puts(s, a, 0, col, ROLE_DIM, f->label);
		surface_put(s, a, 0, col + label, a.cols, role, buf_str(&text));
		col += width + FIELD_GAP;
	}
	buf_free(&text);
	return col;
}

static void draw_heads(const struct stats_view *v, struct surface *s, struct area a, int rows)
{
	const struct breakdown *b = stats_breakdown(v, STATS_TOTAL);

	for (int row = 0; row < rows; row++) {
		struct area line = {a.row + row, a.col, 1, a.cols};
		int col = 1;

		for (size_t i = 0; i < sizeof(fields_of[0]) / sizeof(fields_of[0][0]); i++)
			col = put_field(s, line, col, &fields_of[row][i], b);
	}
}

/* ---- over time --------------------------------------------------------------------------------------------------------- */

/* "15:20", of another day "11-20 15:20". */
static void append_moment(const struct stats_view *v, int64_t t, struct buf *out)
{
	struct value value = {.type = VALUE_TIME, .number = t};

	format_value(out, &value, (int)strlen("11-20 15:20"), v->view.world->now);
	if (str_ends(buf_str(out), STR(":00")) && t % (60 * TIME_SECOND) == 0 &&
	    out->n >= strlen("15:20:00") && out->p[out->n - strlen(":20:00")] == ':')
		out->p[out->n -= strlen(":00")] = '\0';
}

/* "30 min", "1 h". */
static void append_length(int64_t length, struct buf *out)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {{"y", 31536000}, {"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (length % (units[i].seconds * TIME_SECOND) != 0)
			continue;
		buf_printf(out, "%lld %s", (long long)(length / units[i].seconds / TIME_SECOND),
		           units[i].name);
		return;
	}
	format_seconds(out, length);
}

static void append_value(const struct value *value, struct buf *out)
{
	format_value(out, value, 0, 0);
}

void stats_slot_text(const struct stats_view *v, struct buf *out)
{
	const struct plot_slots *slots = &v->shown.slots;

	append_moment(v, plot_slot_time(slots, v->slot), out);
	buf_puts(out, " to ");
	append_moment(v, plot_slot_time(slots, v->slot + 1), out);
	buf_puts(out, "  ");
	append_value(&v->values[v->figure][v->slot], out);
	if (strcmp(stats_figures[v->figure].column, "calls") != 0) {
		buf_puts(out, " in ");
		append_value(&v->values[2][v->slot], out);
		buf_puts(out, " calls");
	}
}

/* The largest; -1: nothing is known. */
static int largest(const struct value *values, int n)
{
	int at = -1;

	for (int i = 0; i < n; i++)
		if (values[i].type != VALUE_UNKNOWN &&
		    (at < 0 || values[i].number > values[at].number))
			at = i;
	return at;
}

static void append_largest(const struct stats_view *v, unsigned figure, struct buf *out)
{
	int at = largest(v->values[figure], v->shown.slots.n);

	if (at < 0 || v->values[figure][at].number <= 0)
		return;
	buf_puts(out, "max ");
	append_value(&v->values[figure][at], out);
	buf_puts(out, " at ");
	append_moment(v, plot_slot_time(&v->shown.slots, at), out);
}

static void draw_plot_title(const struct stats_view *v, struct surface *s, struct area a)
{
	const struct plot_slots *slots = &v->shown.slots;
	struct buf text = {0};

	surface_fill(s, a, 0, 0, a.cols, ROLE_COLUMN, ' ');
	buf_printf(&text, "%s", stats_figures[v->figure].name);
	if (slots->n > 0) {
		buf_puts(&text, " per ");
		append_length(plot_slot_time(slots, 1) - slots->since, &text);
		buf_puts(&text, "   ");
		append_largest(v, v->figure, &text);
	}
	view_put_clipped(s, a, 0, 1, a.cols - 1, ROLE_COLUMN, buf_str(&text));
	if (width_text(buf_str(&text)) + 24 < a.cols)
		surface_put_right(s, a, 0, 0, a.cols - 1, ROLE_COLUMN, STR("[ ] other figures"));
	buf_free(&text);
}

static void draw_plot(const struct stats_view *v, struct surface *s, struct area a)
{
	struct plot p = {v->values[v->figure],
	                 rows_column(ROWS_PARTS, str_of(stats_figures[v->figure].column))->type,
	                 v->shown.slots, v->focus == STATS_PLOT ? v->slot : -1,
	                 stats_figures[v->figure].role};

	draw_plot_title(v, s, a);
	a.row++;
	a.rows--;
	if (p.slots.n > 0)
		plot_draw(s, a, &p);
	else
		surface_puts(s, a, 0, 3, ROLE_DIM, v->has_shown ? "no times are known" : "...");
}

/* Of all others a line each. */
static void draw_sparks(const struct stats_view *v, struct surface *s, struct area a)
{
	struct buf text = {0};
	int row = 0;

	for (unsigned i = 0; i < STATS_FIGURES; i++) {
		if (i == v->figure)
			continue;
		buf_clear(&text);
		append_largest(v, i, &text);
		surface_puts(s, a, row, 1, ROLE_DIM, stats_figures[i].name);
		plot_spark(s, a, row, NAME_COLS, stats_figures[i].role, v->values[i],
		           v->shown.slots.n);
		surface_put(s, a, row, NAME_COLS + v->shown.slots.n + 2, MOST_COLS, ROLE_DIM,
		            buf_str(&text));
		row++;
	}
	buf_free(&text);
}

/* ---- layout ------------------------------------------------------------------------------------------------------------ */

/* The rows of each; 0: it has none. */
struct layout {
	int heads, plot, sparks, table, panel;
};

static struct layout one_alone(const struct stats_view *v, int rows)
{
	struct layout l = {.heads = rows >= 5 ? 1 : 0};
	int rest = rows - l.heads;

	if (v->focus == STATS_PLOT)
		l.plot = rest;
	else if (v->focus == STATS_PANEL)
		l.panel = rest;
	else
		l.table = rest;
	return l;
}

static struct layout lay_out(const struct stats_view *v, struct area a)
{
	struct layout l = {.heads = 2};
	bool tall = a.rows >= TALL && a.cols >= WIDE;
	int parts = v->rows.n < (uint32_t)a.rows ? (int)v->rows.n + 2 : a.rows, rest;

	if (v->zoomed || a.rows < SMALL || a.cols < 60)
		return one_alone(v, a.rows);
	l.plot = tall ? a.rows / 4 : a.rows / 3;
	l.sparks = tall ? STATS_FIGURES - 1 : 0;
	rest = a.rows - l.heads - l.plot - l.sparks;
	l.panel = tall ? PANEL_ROWS : 0;
	if (rest - parts >= PANEL_LEAST && rest - parts > l.panel)
		l.panel = rest - parts < PANEL_MOST ? rest - parts : PANEL_MOST;
	if (l.panel == 0 && v->focus == STATS_PANEL) {
		l.panel = l.plot;
		rest += l.plot;
		l.plot = 0;
	}
	l.table = rest - l.panel;
	return l;
}

/* So many that a sparkline has its name and the largest value beside it. */
static int slots_for(int cols, bool sparks)
{
	int n = sparks ? cols - NAME_COLS - MOST_COLS - 2 : plot_room(cols);

	return n < 1 ? 1 : n < STATS_SLOTS ? n : STATS_SLOTS;
}

static struct area take(struct area *a, int rows)
{
	struct area top = {a->row, a->col, rows, a->cols};

	a->row += rows;
	a->rows -= rows;
	return top;
}

void stats_measure(struct stats_view *v, struct area a)
{
	struct layout l = lay_out(v, a);

	v->panel_visible = l.panel > 0;
	v->wanted.slots = slots_for(a.cols, l.sparks > 0);
	v->wanted.extras = l.panel > 0 || l.heads > 1;
}

void stats_draw(struct stats_view *v, struct surface *s, struct area a)
{
	struct layout l = lay_out(v, a);

	draw_heads(v, s, take(&a, l.heads), l.heads);
	if (l.plot > 0)
		draw_plot(v, s, take(&a, l.plot));
	if (l.sparks > 0)
		draw_sparks(v, s, take(&a, l.sparks));
	if (l.table > 0)
		stats_draw_table(v, s, take(&a, l.table));
	if (l.panel > 0)
		stats_draw_panel(v, s, take(&a, l.panel));
}
