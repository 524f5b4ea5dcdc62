/* Values to cells. A height is worked out once, in eighths of a cell, and rounded up: so what is more than 0 is seen. Slots, and the
 * times below them, are plot_time.c's. */
#include "draw/plot.h"

#include "base/time.h"
#include "draw/format.h"
#include "draw/width.h"

#include <string.h>

#define EIGHTHS    8
#define SCALE_COLS 7 /* of a tick's text */
#define TICK_ROWS  3 /* a tick has so many rows, or more */
#define ROWS_MIN   3 /* a row of values, the line, the times */
#define COUNT_COLS 9 /* "1,234,567", "12M" */
#define ONE        INT64_C(1000000000000)
#define HUNDRED    (100 * ONE)
#define SAFE       ((money)1 << 96) /* of this and less products stay in range */

static bool is_known(const struct value *v)
{
	return v->type != VALUE_UNKNOWN;
}

static money largest_of(const struct value *values, int n)
{
	money most = 0;

	for (int i = 0; i < n; i++)
		if (is_known(&values[i]) && values[i].number > most)
			most = values[i].number;
	return most;
}

/* The part of whole in `steps` equal ones, rounded up. */
static int steps_of(money part, money whole, int steps)
{
	if (part <= 0 || whole <= 0)
		return 0;
	if (part >= whole)
		return steps;
	for (; whole > SAFE; whole /= 2)
		part /= 2;
	part = (part * steps + whole - 1) / whole;
	return part < 1 ? 1 : part > steps ? steps : (int)part;
}

static void put_level(struct surface *s, struct area a, int row, int col, enum role role,
                      int eighths)
{
	if (eighths > 0)
		surface_puts(s, a, row, col, role, glyph((enum glyph)(GLYPH_LEVEL + eighths - 1)));
}

/* The lowest of the eight is for 0 alone. */
void plot_spark(struct surface *s, struct area a, int row, int col, enum role role,
                const struct value *values, int n)
{
	money most = largest_of(values, n);

	for (int i = 0; i < n; i++) {
		int step;

		if (!is_known(&values[i]))
			continue;
		step = steps_of(values[i].number, most, EIGHTHS - 1);
		put_level(s, a, row, col + i, step > 0 ? role : ROLE_DIM, step + 1);
	}
}

void plot_bar(struct surface *s, struct area a, int row, int col, int width, enum role role,
              money part, money whole)
{
	int eighths = width > 0 ? steps_of(part, whole, width * EIGHTHS) : 0;

	for (int i = 0; i * EIGHTHS < eighths; i++) {
		int rest = eighths - i * EIGHTHS;
		int filled = rest < EIGHTHS ? rest : EIGHTHS;

		surface_puts(s, a, row, col + i, role,
		             glyph((enum glyph)(GLYPH_PART + filled - 1)));
	}
}

/* ---- the scale ---- */

/* Distance of ticks: the smallest round one of which so many reach the largest value. */
static money round_step(money most, int ticks)
{
	static const int round[] = {1, 2, 5};

	for (money unit = 1; unit <= SAFE; unit *= 10)
		for (size_t i = 0; i < sizeof(round) / sizeof(round[0]); i++)
			if (unit * round[i] * ticks >= most)
				return unit * round[i];
	return most / ticks + 1;
}

/* A minute has sixty seconds. */
static money round_time(money most, int ticks)
{
	static const int32_t seconds[] = {60,   120,  300,   600,   900,   1800,
	                                  3600, 7200, 10800, 21600, 43200, 86400};

	if (most <= 50 * TIME_SECOND * ticks)
		return round_step(most, ticks);
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (seconds[i] * TIME_SECOND * ticks >= most)
			return seconds[i] * TIME_SECOND;
	return round_step((most - 1) / (86400 * TIME_SECOND) + 1, ticks) * 86400 * TIME_SECOND;
}

/* What a scale reaches to when all there is is 0. */
static money least_top(enum value_type type)
{
	switch (type) {
	case VALUE_MONEY:
		return ONE;
	case VALUE_PERCENT:
		return HUNDRED;
	case VALUE_SECONDS:
		return TIME_SECOND;
	default:
		return 1;
	}
}

static money step_of(const struct plot *p, int ticks)
{
	money most = largest_of(p->values, p->slots.n);

	if (most == 0)
		return least_top(p->type);
	return p->type == VALUE_SECONDS ? round_time(most, ticks) : round_step(most, ticks);
}

/* "$20", "10s": a round value needs no places. */
static void tick_text(const struct plot *p, money number, struct buf *out)
{
	struct value v = {.type = p->type, .number = number};
	size_t point, from;
	char unit = '\0';

	format_value(out, &v, SCALE_COLS, 0);
	point = str_find(buf_str(out), STR("."), 0, false);
	if (point == SIZE_MAX)
		return;
	from = point + 1;
	while (from < out->n && out->p[from] == '0')
		from++;
	if (from < out->n)
		unit = out->p[from++];
	if (from < out->n || (unit >= '1' && unit <= '9'))
		return;
	out->n = point;
	out->p[point] = '\0';
	if (unit != '\0')
		buf_add(out, unit);
}

/* The row of which a value's height is the upper edge. */
static int row_of(money number, money top, int rows)
{
	return rows - steps_of(number, top, rows);
}

static money draw_scale(struct surface *s, struct area a, const struct plot *p, int rows)
{
	int ticks = rows / TICK_ROWS > 0 ? rows / TICK_ROWS : 1;
	money step = step_of(p, ticks), most = largest_of(p->values, p->slots.n);
	money top = most > 0 ? (most + step - 1) / step * step : step;
	struct buf text = {0};

	for (money at = top; at > 0; at -= step) {
		buf_clear(&text);
		tick_text(p, at, &text);
		surface_put_right(s, a, row_of(at, top, rows), 0, SCALE_COLS, ROLE_DIM,
		                  buf_str(&text));
	}
	buf_free(&text);
	for (int row = 0; row < rows; row++)
		surface_puts(s, a, row, SCALE_COLS, ROLE_RULE, glyph(GLYPH_VLINE));
	return top;
}

/* ---- the values ---- */

static void draw_slot(struct surface *s, struct area a, const struct plot *p, int slot, int col,
                      int width, int rows, money top)
{
	const struct value *v = &p->values[slot];
	int eighths = is_known(v) ? steps_of(v->number, top, rows * EIGHTHS) : 0;

	for (int i = 0; i < width; i++) {
		for (int row = rows - 1, rest = eighths; rest > 0; row--, rest -= EIGHTHS)
			put_level(s, a, row, col + i, p->role, rest < EIGHTHS ? rest : EIGHTHS);
		if (is_known(v))
			surface_puts(s, a, rows, col + i, ROLE_RULE, glyph(GLYPH_HLINE));
	}
	if (slot == p->cursor)
		for (int row = 0; row <= rows; row++)
			surface_paint(s, a, row, col, width, ROLE_CURSOR);
}

int plot_room(int cols)
{
	return cols > SCALE_COLS + 1 ? cols - SCALE_COLS - 1 : 0;
}

void plot_draw(struct surface *s, struct area a, const struct plot *p)
{
	int rows = a.rows - (ROWS_MIN - 1), width = plot_room(a.cols) / p->slots.n;
	money top;

	if (rows < 1 || width < 1)
		return;
	top = draw_scale(s, a, p, rows);
	for (int i = 0; i < p->slots.n; i++)
		draw_slot(s, a, p, i, SCALE_COLS + 1 + i * width, width, rows, top);
	plot_times(s, a, rows + 1, SCALE_COLS + 1, &p->slots, width);
}

/* ---- histograms ---- */

void plot_histogram(struct surface *s, struct area a, enum role role, const struct plot_bin *bins,
                    int n)
{
	uint64_t most = 0;
	int labels = 0, bar;
	struct value count = {.type = VALUE_COUNT};
	struct buf text = {0};

	for (int i = 0; i < n; i++) {
		most = bins[i].count > most ? bins[i].count : most;
		labels = (int)strlen(bins[i].label) > labels ? (int)strlen(bins[i].label) : labels;
	}
	bar = a.cols - labels - COUNT_COLS - 2;
	for (int i = 0; i < n && i < a.rows; i++) {
		surface_put_right(s, a, i, 0, labels, ROLE_DIM, str_of(bins[i].label));
		plot_bar(s, a, i, labels + 1, bar, role, (money)bins[i].count, (money)most);
		buf_clear(&text);
		count.number = (money)bins[i].count;
		format_value(&text, &count, COUNT_COLS, 0);
		surface_put_right(s, a, i, a.cols - COUNT_COLS, COUNT_COLS, ROLE_TEXT,
		                  buf_str(&text));
	}
	buf_free(&text);
}
