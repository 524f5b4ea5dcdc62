/* How the ranges that T offers look: the list at the left; at the right what was counted, a bar for each slice, where in them errors
 * are, and times below. */
#include "command/app_internal.h"

#include "base/clean.h"
#include "base/time.h"
#include "draw/format.h"
#include "draw/width.h"

#include <string.h>

#define LIST_COLS  12
#define ROWS_MOST  11 /* with the rule above them */
#define ROWS_ROUND 4  /* of these the rule, the sum, the line of errors and the times */
#define BAR_COLS   6  /* at most */

/* ---- the list -------------------------------------------------------------------------------------------------------- */

static const char *label(int number)
{
	const char *text = app_ranges_text(number);

	if (text == NULL || text[0] == '\0')
		return text == NULL ? NULL : "as shown";
	return strcmp(text, "yesterday..today") == 0 ? "yesterday" : text;
}

static void draw_list(const struct app *a, struct surface *s, struct area list)
{
	bool typed = a->prompt->text.n > 0;
	int chosen = a->ranges.chosen, top = chosen >= list.rows ? chosen - list.rows + 1 : 0;

	for (int row = 0; row < list.rows && label(top + row) != NULL; row++) {
		bool here = !typed && top + row == chosen;

		if (here)
			surface_puts(s, list, row, 0, ROLE_MARKER, ">");
		surface_puts(s, list, row, 2, typed ? ROLE_DIM : ROLE_TEXT, label(top + row));
		if (here)
			surface_paint(s, list, row, 1, list.cols - 1, ROLE_CURSOR);
	}
}

/* ---- what was counted ------------------------------------------------------------------------------------------------ */

/* The slices that are taken with Enter; all where none is chosen. */
static void taken(const struct ranges *r, int *first, int *last)
{
	int other = r->mark < 0 ? r->slice : r->mark;

	*first = r->slice < other ? r->slice : other;
	*last = r->slice < other ? other : r->slice;
	if (r->slice < 0) {
		*first = 0;
		*last = r->slots.n - 1;
	}
}

static void append_counts(const struct ranges *r, int first, int last, struct buf *out)
{
	int64_t events = 0, errors = 0;

	for (int i = first; i <= last; i++) {
		events += r->slices[i].events;
		errors += r->slices[i].errors;
	}
	format_count(out, events);
	buf_puts(out, events == 1 ? " event" : " events");
	if (errors > 0) {
		buf_puts(out, ", ");
		format_count(out, errors);
		buf_puts(out, errors == 1 ? " error" : " errors");
	}
}

/* Where the counts are from, if they are not from all that there is. */
static void append_from(const struct ranges *r, struct buf *out)
{
	struct figures_status status;

	figures_read_status(r->figures, &status);
	if (status.from == FIGURES_SERVER && status.took >= 0)
		buf_printf(out, " (server %lld ms)", (long long)(status.took / 1000));
	else if (status.from == FIGURES_PARTLY)
		buf_printf(out, " of what was fetched%s%s", status.why.code != ERR_OK ? ": " : "",
		           status.why.code != ERR_OK ? status.why.msg : "");
}

/* "11-21 22:10:00"; only the time of day where the day is that of `beside`. */
static void append_moment(struct buf *out, int64_t t, int64_t beside)
{
	struct buf text = {0}, other = {0};
	size_t from = 5;

	time_append_local(&text, t);
	time_append_local(&other, beside);
	if (t != beside && other.n >= 11 &&
	    str_starts(buf_str(&text), str_sub(buf_str(&other), 0, 11)))
		from = 11;
	buf_append(out, str_sub(buf_str(&text), from, SIZE_MAX));
	buf_free(&text);
	buf_free(&other);
}

static void append_span(const struct ranges *r, int first, int last, struct buf *out)
{
	int64_t since = plot_slot_time(&r->slots, first),
		until = plot_slot_time(&r->slots, last + 1);

	append_moment(out, since, since);
	buf_puts(out, " to ");
	append_moment(out, until, since);
	buf_puts(out, "  ");
}

static void append_sum(const struct app *a, struct buf *out)
{
	const struct ranges *r = &a->ranges;
	struct figures_status status = {0};
	int first, last;

	taken(r, &first, &last);
	if (r->slots.n == 0) {
		buf_puts(out, a->prompt->text.n > 0 ? "no range yet: " APP_RANGE_HINT
		                                    : "no event has a time yet");
		return;
	}
	if (r->slice >= 0)
		append_span(r, first, last, out);
	if (r->counted) {
		append_counts(r, first, last, out);
		append_from(r, out);
		return;
	}
	if (r->figures != NULL)
		figures_read_status(r->figures, &status);
	buf_printf(out, "counting %u %%", status.percent);
}

static void draw_sum(const struct app *a, struct surface *s, struct area plot)
{
	struct buf text = {0}, clean = {0};

	append_sum(a, &text);
	clean_append(&clean, buf_str(&text), 0);
	view_put_clipped(s, plot, 0, 0, plot.cols, ROLE_STRONG, buf_str(&clean));
	buf_free(&text);
	buf_free(&clean);
}

/* ---- bars ------------------------------------------------------------------------------------------------------------ */

/* Eighths of a bar of so many rows; what is not 0 can be seen. */
static unsigned height_of(uint32_t count, uint32_t most, int rows)
{
	uint64_t full = (uint64_t)rows * 8;

	if (count == 0)
		return 0;
	return (unsigned)((count * full + most - 1) / most);
}

static void draw_bar(struct surface *s, struct area bar, const struct range_slice *slice,
                     uint32_t most)
{
	unsigned height = height_of(slice->events, most, bar.rows);
	unsigned errors = height_of(slice->errors, most, bar.rows);

	for (int up = 0; up < bar.rows; up++) {
		unsigned below = (unsigned)up * 8;
		unsigned eighths = height <= below ? 0 : height - below > 8 ? 8 : height - below;
		enum role role = errors > below ? ROLE_BAR_ERROR : ROLE_BAR;

		for (int col = 0; col < bar.cols && eighths > 0; col++)
			surface_puts(s, bar, bar.rows - 1 - up, col, role,
			             glyph((enum glyph)(GLYPH_LEVEL + eighths - 1)));
	}
}

static uint32_t most_events(const struct ranges *r)
{
	uint32_t most = 1;

	for (int i = 0; i < r->slots.n; i++)
		if (r->slices[i].events > most)
			most = r->slices[i].events;
	return most;
}

static void draw_bars(const struct ranges *r, struct surface *s, struct area bars, int width)
{
	uint32_t most = most_events(r);

	for (int i = 0; i < r->slots.n && r->counted; i++)
		draw_bar(s,
		         (struct area){bars.row, bars.col + i * width, bars.rows,
		                       width > 2 ? width - 1 : width},
		         &r->slices[i], most);
}

static void draw_errors(const struct ranges *r, struct surface *s, struct area line, int width)
{
	surface_rule(s, line, 0, 0, r->slots.n * width, ROLE_RULE);
	for (int i = 0; i < r->slots.n && r->counted; i++)
		if (r->slices[i].errors > 0)
			surface_puts(s, line, 0, i * width, ROLE_ERROR, "!");
}

static void draw_plot(const struct app *a, struct surface *s, struct area plot)
{
	const struct ranges *r = &a->ranges;
	struct area bars = plot, line = plot;
	int width = r->slots.n > 0 ? plot.cols / r->slots.n : 0, first, last;

	draw_sum(a, s, plot);
	if (r->slots.n == 0 || width == 0)
		return;
	if (width > BAR_COLS)
		width = BAR_COLS;
	bars.row++;
	bars.rows -= 3;
	line.rows = 1;
	line.row = bars.row + bars.rows;
	draw_bars(r, s, bars, width);
	draw_errors(r, s, line, width);
	plot_times(s, plot, 2 + bars.rows, 0, &r->slots, width);
	taken(r, &first, &last);
	for (int row = 1; r->slice >= 0 && row <= bars.rows + 1; row++)
		surface_paint(s, plot, row, first * width, (last - first + 1) * width, ROLE_CURSOR);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------- */

static const char *keys_of(const struct ranges *r, int cols)
{
	if (cols < 60)
		return r->slice >= 0 ? " h l m Enter Esc " : " j k Tab Enter ";
	return r->slice >= 0 ? " h l e moves  m marks the other end  Enter takes it  Esc "
	                     : " j k chooses  Tab h l e goes into it  Enter takes it ";
}

void app_ranges_draw(struct app *a, struct surface *s, struct area body)
{
	int rows = body.rows < ROWS_MOST ? body.rows : ROWS_MOST;
	struct area menu = {body.row + body.rows - rows, body.col, rows, body.cols};
	struct area list = {menu.row + 1, menu.col, rows - 1, LIST_COLS};
	struct area plot = {menu.row + 1, menu.col + LIST_COLS + 1, rows - 1,
	                    menu.cols - LIST_COLS - 2};

	if (a->ranges.now == 0 || rows <= ROWS_ROUND)
		return;
	app_look_again(a, app_ranges_look(a, plot.cols));
	surface_rule(s, menu, 0, 0, menu.cols, ROLE_RULE);
	surface_puts(s, menu, 0, 1, ROLE_STRONG, " time range ");
	surface_put_right(s, menu, 0, 0, menu.cols - 1, ROLE_RULE,
	                  str_of(keys_of(&a->ranges, menu.cols)));
	for (int row = 1; row < rows; row++)
		surface_fill(s, menu, row, 0, menu.cols, ROLE_TEXT, ' ');
	draw_list(a, s, list);
	draw_plot(a, s, plot);
}
