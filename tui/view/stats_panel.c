/* What stands beside the parts: how long the calls of the one under the cursor took, which tools are used, and what is odd about
 * costs. Every line of it is a number that can be opened. */
#include "view/stats.h"

#include "base/clean.h"
#include "draw/format.h"

#include <stdio.h>
#include <string.h>

#define WIDE        100 /* columns from which three stand side by side */
#define MEDIUM      60  /* and two */
#define GAP         2
#define LOOPS_TITLE 50 /* columns that it has room in, beside what its columns are */
#define BINS        BREAKDOWN_BINS

#define COUNT_COLS 7 /* "999,999", "1.2M" */
#define COST_COLS  9 /* "~$0.00123" */

/* ---- latencies --------------------------------------------------------------------------------------------------------- */

/* The range of bins that are not empty, the lower ones together where there are too many. */
static int choose_bins(const struct breakdown_part *p, int rows, struct stats_line *out)
{
	uint32_t first = 0, end = BINS;
	int n = 0;

	while (first < BINS && p->bins[first] == 0)
		first++;
	while (end > first && p->bins[end - 1] == 0)
		end--;
	if (rows < 1 || first == end)
		return 0;
	for (uint32_t at = first; at < end; at = out[n++].end) {
		uint32_t together = at == first && end - first > (uint32_t)rows
		                            ? end - first - (uint32_t)rows + 1
		                            : 1;

		out[n] = (struct stats_line){STATS_BIN, at, at + together};
	}
	return n;
}

static unsigned in_unit(int64_t edge)
{
	return (unsigned)(edge < TIME_SECOND ? edge / 1000 : edge / TIME_SECOND);
}

static const char *unit(int64_t edge)
{
	return edge < TIME_SECOND ? "ms" : "s";
}

/* "<10ms", "500ms-1s", "1-2s", ">2000s". */
static void bin_label(const struct stats_line *line, char *out, size_t size)
{
	int64_t low = line->number > 0 ? breakdown_edges[line->number - 1] : 0;
	int64_t high = line->end < BINS ? breakdown_edges[line->end - 1] : 0;

	if (high == 0)
		snprintf(out, size, ">%u%s", in_unit(low), unit(low));
	else if (low == 0)
		snprintf(out, size, "<%u%s", in_unit(high), unit(high));
	else if (strcmp(unit(low), unit(high)) == 0)
		snprintf(out, size, "%u-%u%s", in_unit(low), in_unit(high), unit(high));
	else
		snprintf(out, size, "%ums-%us", in_unit(low), in_unit(high));
}

static void append_edge(struct buf *out, const char *test, int64_t edge)
{
	buf_printf(out, " latency:%s", test);
	decimal_append(out, edge, 6);
	buf_add(out, 's');
}

static void append_bin_term(const struct stats_line *line, struct buf *out)
{
	if (line->number > 0)
		append_edge(out, ">=", breakdown_edges[line->number - 1]);
	if (line->end < BINS)
		append_edge(out, "<", breakdown_edges[line->end - 1]);
}

/* ---- drawing ----------------------------------------------------------------------------------------------------------- */

static void add_line(struct stats_view *v, struct surface *s, struct area a, int row,
                     struct stats_line line)
{
	if (v->panel.count == STATS_LINES)
		return;
	if (v->focus == STATS_PANEL && v->panel.cursor == v->panel.count) {
		surface_puts(s, a, row, 0, ROLE_MARKER, ">");
		surface_paint(s, a, row, 0, a.cols, ROLE_CURSOR);
	}
	v->lines[v->panel.count++] = line;
}

static struct area put_title(struct surface *s, struct area a, struct str title)
{
	surface_fill(s, a, 0, 0, a.cols, ROLE_COLUMN, ' ');
	view_put_clipped(s, a, 0, 1, a.cols - 1, ROLE_COLUMN, title);
	return (struct area){a.row + 1, a.col, a.rows - 1, a.cols};
}

static void draw_latencies(struct stats_view *v, struct surface *s, struct area a)
{
	const struct breakdown_part *p = stats_part(v);
	struct stats_line lines[BINS];
	struct plot_bin bins[BINS];
	struct buf title = {0}, name = {0};
	int n = p != NULL ? choose_bins(p, a.rows - 1, lines) : 0;

	buf_puts(&title, "LATENCY ");
	if (p != NULL)
		stats_part_text(v, v->list.cursor, &name);
	clean_append(&title, p != NULL && name.n == 0 ? STR("(none)") : buf_str(&name), 0);
	a = put_title(s, a, buf_str(&title));
	buf_free(&title);
	buf_free(&name);
	for (int i = 0; i < n; i++) {
		bins[i] = (struct plot_bin){0};
		bin_label(&lines[i], bins[i].label, sizeof(bins[i].label));
		for (uint32_t at = lines[i].number; at < lines[i].end; at++)
			bins[i].count += p->bins[at];
	}
	plot_histogram(s, (struct area){a.row, a.col + 2, a.rows, a.cols - 2}, ROLE_LATENCY, bins,
	               n);
	for (int i = 0; i < n; i++)
		add_line(v, s, a, i, lines[i]);
	if (n == 0)
		surface_puts(s, a, 0, 2, ROLE_DIM, "no latency is known");
}

static int put_value(struct surface *s, struct area a, int row, int end, int width,
                     const struct breakdown *b, uint32_t place, const char *column)
{
	struct value value = stats_value(b, place, column);
	struct buf text = {0};
	enum role role = format_value(&text, &value, width, 0);

	surface_put_right(s, a, row, end - width, width, role, buf_str(&text));
	buf_free(&text);
	return end - width - 1;
}

static uint32_t calls_of_all(const struct stats_view *v)
{
	const struct breakdown *b = stats_breakdown(v, STATS_TOTAL);

	return b != NULL && breakdown_count(b) > 0 ? breakdown_part(b, 0)->calls : 0;
}

/* What stands in the place of lines; waiting: until it is known that there are none. Without calls that is nothing. */
static void put_instead(const struct stats_view *v, struct surface *s, struct area a, int row,
                        const struct breakdown *b, const char *waiting, const char *none)
{
	struct figures_status status = {0};

	if (calls_of_all(v) == 0)
		return;
	figures_read_status(v->shown.of[STATS_TOTAL], &status);
	if (b == NULL && status.from == FIGURES_SERVER)
		surface_puts(s, a, row, 2, ROLE_DIM, "not known from the server");
	else if (b == NULL)
		surface_puts(s, a, row, 2, ROLE_DIM, waiting);
	else
		surface_puts(s, a, row, 2, ROLE_DIM, none);
}

static void draw_tools(struct stats_view *v, struct surface *s, struct area a)
{
	const struct breakdown *b = stats_breakdown(v, STATS_TOOLS);
	struct buf text = {0};
	uint32_t n = b != NULL ? breakdown_count(b) : 0;

	a = put_title(s, a, STR("TOP TOOLS"));
	surface_put_right(s, (struct area){a.row - 1, a.col, 1, a.cols}, 0, 0, a.cols, ROLE_COLUMN,
	                  STR("CALLS    P95  ER%"));
	for (uint32_t i = 0; i < n && (int)i < a.rows; i++) {
		uint32_t key = breakdown_part(b, i)->key;
		int end = a.cols;

		buf_clear(&text);
		split_text(figures_split(v->shown.of[STATS_TOOLS]), key, &text);
		end = put_value(s, a, (int)i, end, 4, b, i, "error_percent");
		end = put_value(s, a, (int)i, end, 6, b, i, "p95_s");
		end = put_value(s, a, (int)i, end, 6, b, i, "calls");
		view_put_clipped(s, a, (int)i, 2, end - 2, ROLE_NAME,
		                 text.n > 0 ? buf_str(&text) : STR("(none)"));
		add_line(v, s, a, (int)i, (struct stats_line){STATS_TOOL, i, 0});
	}
	buf_free(&text);
	if (n == 0)
		put_instead(v, s, a, 0, b, "...", "no tool spans here");
}

/* ---- what is odd --------------------------------------------------------------------------------------------------------- */

/* Each counts what the list has that it opens: events of other kinds stand in none. */
enum check_of { CHECK_MISMATCH, CHECK_UNPRICED, CHECK_CALLS, CHECK_SPANS, CHECK_FAILED, CHECKS };
static const struct check {
	const char *term, *one, *many;
} checks[CHECKS] = {
	[CHECK_MISMATCH] = {"is:mismatch", "call costs other than reported",
                            "calls cost other than reported"},
	[CHECK_UNPRICED] = {"is:unpriced", "call has no price", "calls have no price"},
	[CHECK_CALLS] = {"is:suspect", "call has impossible values",
                         "calls have impossible values"},
	[CHECK_SPANS] = {"is:suspect", "span has impossible values",
                         "spans have impossible values"},
	[CHECK_FAILED] = {"is:error", "call failed", "calls failed"},
};

static uint32_t count_of(const struct stats_view *v, enum check_of check)
{
	const struct breakdown *b = stats_breakdown(v, check == CHECK_MISMATCH ? STATS_MISMATCH
	                                                                       : STATS_TOTAL);
	const struct breakdown_part *p;

	if (b == NULL || breakdown_count(b) == 0)
		return 0;
	p = breakdown_part(b, 0);
	switch (check) {
	case CHECK_MISMATCH:
		return p->calls;
	case CHECK_UNPRICED:
		return p->totals.unpriced;
	case CHECK_CALLS:
		return p->suspect_calls;
	case CHECK_SPANS:
		return p->suspect_spans;
	case CHECK_FAILED:
		return p->failed;
	case CHECKS:
		break;
	}
	return 0;
}

/* Gives how many rows it took. */
static int draw_checks(struct stats_view *v, struct surface *s, struct area a)
{
	struct value count = {.type = VALUE_COUNT};
	struct buf text = {0};
	int row = 0;

	a = put_title(s, a,
	              a.cols < MEDIUM - GAP ? STR("COST CHECK")
	                                    : STR("COST CHECK  (reported against recomputed)"));
	for (enum check_of i = 0; i < CHECKS; i++) {
		uint32_t n = count_of(v, i);

		if (n == 0 || row >= a.rows)
			continue;
		buf_clear(&text);
		count.number = n;
		format_value(&text, &count, COUNT_COLS, 0);
		surface_put_right(s, a, row, 2, COUNT_COLS,
		                  i == CHECK_FAILED ? ROLE_ERROR : ROLE_WARNING, buf_str(&text));
		view_put_clipped(s, a, row, 10, a.cols - 10, ROLE_TEXT,
		                 str_of(n == 1 ? checks[i].one : checks[i].many));
		add_line(v, s, a, row++, (struct stats_line){STATS_CHECK, (uint32_t)i, 0});
	}
	buf_free(&text);
	if (row == 0 || stats_breakdown(v, STATS_MISMATCH) == NULL)
		put_instead(v, s, a, row++, stats_breakdown(v, STATS_MISMATCH),
		            "costs are being recomputed ...", "all costs are as reported");
	return row + 1;
}

/* ---- loops ------------------------------------------------------------------------------------------------------------------ */

/* Of one whose calls nobody led to, and that have none below, nothing costs. */
static int put_loop_cost(const struct stats_view *v, struct surface *s, struct area a, int row,
                         uint32_t tool)
{
	const struct tree_sum *sum = loop_costs_of(v->shown.loops, tool);
	struct value cost = {0};
	struct buf text = {0};
	enum role role;

	if (v->shown.loops_known && sum != NULL)
		cost = value_of_sum_cost(sum);
	role = format_value(&text, &cost, COST_COLS, 0);
	if (!v->shown.loops_known)
		surface_put_right(s, a, row, a.cols - COST_COLS, COST_COLS, ROLE_DIM, STR("..."));
	else
		surface_put_right(s, a, row, a.cols - COST_COLS, COST_COLS, role, buf_str(&text));
	buf_free(&text);
	return a.cols - COST_COLS - 1;
}

static void draw_loop_tools(struct stats_view *v, struct surface *s, struct area a)
{
	const struct breakdown *b = stats_breakdown(v, STATS_LOOP_TOOLS);
	uint32_t n = b != NULL ? breakdown_count(b) : 0;
	struct buf text = {0};

	for (uint32_t i = 0; i < n && (int)i + 1 < a.rows; i++) {
		int row = (int)i + 1, end;

		buf_clear(&text);
		split_text(figures_split(v->shown.of[STATS_LOOP_TOOLS]), breakdown_part(b, i)->key,
		           &text);
		end = put_loop_cost(v, s, a, row, breakdown_part(b, i)->key);
		end = put_value(s, a, row, end, 6, b, i, "traces");
		end = put_value(s, a, row, end, 5, b, i, "calls");
		view_put_clipped(s, a, row, 3, end - 3, ROLE_NAME,
		                 text.n > 0 ? buf_str(&text) : STR("(none)"));
		add_line(v, s, a, row, (struct stats_line){STATS_LOOP_TOOL, i, 0});
	}
	buf_free(&text);
}

/* Where there are any: which tools are called again and again, how often, in how many traces, and what that cost. */
static void draw_loops(struct stats_view *v, struct surface *s, struct area a)
{
	const struct breakdown *b = stats_breakdown(v, STATS_LOOPS);
	struct buf text = {0};
	uint32_t n;

	if (b == NULL || breakdown_count(b) == 0 || a.rows < 2)
		return;
	n = breakdown_count(b);
	a = put_title(s, a, a.cols < LOOPS_TITLE ? STR("LOOPS") : STR("LOOPS  same call 3+ times"));
	surface_put_right(s, (struct area){a.row - 1, a.col, 1, a.cols}, 0, 0, a.cols, ROLE_COLUMN,
	                  STR("CALLS TRACES      COST"));
	format_count(&text, n);
	surface_put_right(s, a, 0, 2, 7, ROLE_WARNING, buf_str(&text));
	view_put_clipped(s, a, 0, 10, a.cols - 10, ROLE_TEXT,
	                 n == 1 ? STR("trace calls a tool in a loop")
	                        : STR("traces call a tool in a loop"));
	buf_free(&text);
	add_line(v, s, a, 0, (struct stats_line){STATS_LOOP, 0, 0});
	draw_loop_tools(v, s, a);
}

static void draw_odd(struct stats_view *v, struct surface *s, struct area a)
{
	int taken = draw_checks(v, s, a) + 1;

	draw_loops(v, s, (struct area){a.row + taken, a.col, a.rows - taken, a.cols});
}

/* ---- all of it ----------------------------------------------------------------------------------------------------------- */

static struct area part_of(struct area a, int at, int of)
{
	int width = a.cols / of;

	return (struct area){a.row, a.col + at * width, a.rows,
	                     at + 1 < of ? width - GAP : a.cols - at * width};
}

void stats_draw_panel(struct stats_view *v, struct surface *s, struct area a)
{
	struct area right;

	v->panel.count = 0;
	v->panel.height = a.rows;
	if (a.cols >= WIDE) {
		draw_latencies(v, s, part_of(a, 0, 3));
		draw_tools(v, s, part_of(a, 1, 3));
		draw_odd(v, s, part_of(a, 2, 3));
	} else if (a.cols >= MEDIUM) {
		right = part_of(a, 1, 2);
		draw_latencies(v, s, part_of(a, 0, 2));
		right.rows = a.rows / 2;
		draw_tools(v, s, right);
		right.row += right.rows;
		right.rows = a.rows - right.rows;
		draw_odd(v, s, right);
	} else {
		draw_latencies(v, s, a);
	}
	if (v->panel.cursor >= v->panel.count)
		v->panel.cursor = v->panel.count > 0 ? v->panel.count - 1 : 0;
}

bool stats_panel_is_of_spans(const struct stats_view *v)
{
	const struct stats_line *line = &v->lines[v->panel.cursor];

	return line->kind == STATS_TOOL || line->kind == STATS_LOOP ||
	       line->kind == STATS_LOOP_TOOL ||
	       (line->kind == STATS_CHECK && line->number == CHECK_SPANS);
}

bool stats_panel_term(const struct stats_view *v, struct buf *out)
{
	const struct stats_line *line = &v->lines[v->panel.cursor];
	enum stats_of of = line->kind == STATS_LOOP_TOOL ? STATS_LOOP_TOOLS : STATS_TOOLS;
	const struct breakdown *tools = stats_breakdown(v, of);

	if (v->panel.cursor >= v->panel.count)
		return false;
	if (line->kind == STATS_LOOP || line->kind == STATS_LOOP_TOOL)
		buf_puts(out, "is:loop");
	switch (line->kind) {
	case STATS_BIN:
		if (stats_part(v) != NULL)
			figures_append_term(v->shown.of[STATS_PARTS], stats_part(v), out);
		append_bin_term(line, out);
		return true;
	case STATS_LOOP:
		return true;
	case STATS_LOOP_TOOL:
		buf_puts(out, " ");
		/* fall through */
	case STATS_TOOL:
		return tools != NULL && line->number < breakdown_count(tools) &&
		       figures_append_term(v->shown.of[of], breakdown_part(tools, line->number),
		                           out);
	case STATS_CHECK:
		buf_puts(out, checks[line->number].term);
		return true;
	}
	return false;
}
