/* The time line of a trace: a scale of round ticks, and bars at their true start and length. */
#include "base/time.h"
#include "draw/format.h"
#include "widget/waterfall_internal.h"

#define TICKS_MAX 5
#define DAYS      (UINT64_C(5) * 86400 * TIME_SECOND) /* from here on days tell more than hours */
#define DATE      10                                  /* bytes of 2026-03-01 */
#define YEAR      (UINT64_C(31556952) * TIME_SECOND)  /* the calendar's mean */

uint64_t waterfall_span(const struct waterfall *w)
{
	return w->end > w->start ? (uint64_t)w->end - (uint64_t)w->start : 0;
}

/* Cells of the time line before a moment; up: a cell that is begun counts. */
static int cell_of(const struct waterfall_drawing *d, int64_t time, bool up)
{
	uint64_t span = waterfall_span(d->w);
	unsigned __int128 cells;

	if (time <= d->w->start || span == 0)
		return 0;
	if (time >= d->w->end)
		return d->at.bars;
	cells = (unsigned __int128)((uint64_t)time - (uint64_t)d->w->start) * (unsigned)d->at.bars;
	return (int)((cells + (up ? span - 1 : 0)) / span);
}

/* Distance of ticks in microseconds: the smallest round one that needs at most so many. */
static uint64_t tick_step(uint64_t span, unsigned ticks, bool clock)
{
	static const uint32_t seconds[] = {
		1,     2,     5,      10,     20,     30,      60,      120,
		300,   600,   900,    1800,   3600,   7200,    14400,   21600,
		43200, 86400, 172800, 432000, 864000, 1728000, 2592000, 7776000,
	};
	static const uint32_t years[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};
	static const unsigned round[] = {1, 2, 5};

	for (uint64_t unit = 1; unit < (uint64_t)TIME_SECOND && !clock; unit *= 10)
		for (int i = 0; i < 3; i++)
			if (span / (unit * round[i]) < ticks)
				return unit * round[i];
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (span / ((uint64_t)seconds[i] * TIME_SECOND) < ticks)
			return (uint64_t)seconds[i] * TIME_SECOND;
	for (size_t i = 0; i < sizeof(years) / sizeof(years[0]); i++)
		if (span / (years[i] * YEAR) < ticks)
			return years[i] * YEAR;
	return span;
}

/* Of many days the day, else the time of day. */
static void append_moment(const struct waterfall_drawing *d, int64_t time, struct buf *out)
{
	size_t from = out->n;

	if (waterfall_span(d->w) < DAYS) {
		time_append_clock(out, time);
		return;
	}
	time_append_local(out, time);
	out->n = from + (size_t)DATE < out->n ? from + DATE : out->n;
	out->p[out->n] = '\0';
}

static void tick_text(const struct waterfall_drawing *d, uint64_t offset, uint64_t step,
                      struct buf *out)
{
	unsigned long long n = offset;

	if (d->w->clock)
		append_moment(d, d->w->start + (int64_t)offset, out);
	else if (step >= YEAR && offset > 0)
		buf_printf(out, "%lluy", n / YEAR);
	else if (offset >= 60 * (uint64_t)TIME_SECOND)
		format_seconds(out, (int64_t)offset);
	else if (offset == 0 || step % TIME_SECOND == 0)
		buf_printf(out, "%llus", n / TIME_SECOND);
	else if (step % 100000 == 0)
		buf_printf(out, "%llu.%llus", n / TIME_SECOND, n / 100000 % 10);
	else if (step % 1000 == 0)
		buf_printf(out, "%llums", n / 1000);
	else
		buf_printf(out, "%lluus", n);
}

static void end_text(const struct waterfall_drawing *d, struct buf *out)
{
	if (d->w->clock)
		append_moment(d, d->w->end, out);
	else if (waterfall_span(d->w) >= YEAR)
		buf_printf(out, "%lluy", (unsigned long long)(waterfall_span(d->w) / YEAR));
	else
		format_seconds(out, (int64_t)waterfall_span(d->w));
}

void waterfall_draw_scale(struct waterfall_drawing *d, struct area title)
{
	uint64_t span = waterfall_span(d->w), step;
	int used = 0, end, room = d->at.bars / 10;

	if (d->at.bars == 0 || d->w->start == TIME_NONE || d->w->end == TIME_NONE)
		return;
	buf_clear(&d->text);
	end_text(d, &d->text);
	surface_put_right(d->s, title, 0, d->at.first_bar, d->at.bars, ROLE_COLUMN,
	                  buf_str(&d->text));
	end = d->at.bars - (int)d->text.n;
	step = tick_step(span,
	                 (unsigned)(room < 1           ? 1
	                            : room > TICKS_MAX ? TICKS_MAX
	                                               : room),
	                 d->w->clock);
	for (uint64_t at = 0; at < span || at == 0; at += step ? step : 1) {
		int cell = cell_of(d, d->w->start + (int64_t)at, false);

		buf_clear(&d->text);
		tick_text(d, at, step, &d->text);
		if (cell < used || cell + (int)d->text.n >= end)
			break;
		surface_put(d->s, title, 0, d->at.first_bar + cell, d->at.bars - cell, ROLE_COLUMN,
		            buf_str(&d->text));
		used = cell + (int)d->text.n + 1;
	}
}

static void draw_cells(struct waterfall_drawing *d, int row, int from, int end, const char *mark,
                       enum role role)
{
	buf_clear(&d->text);
	for (int i = from; i < end; i++)
		buf_puts(&d->text, mark);
	if (end > from)
		surface_put(d->s, d->a, row, d->at.first_bar + from, end - from, role,
		            buf_str(&d->text));
}

static int64_t add_time(int64_t time, int64_t more)
{
	int64_t sum;

	return __builtin_add_overflow(time, more, &sum) ? INT64_MAX : sum;
}

void waterfall_draw_bar(struct waterfall_drawing *d, int row, const struct waterfall_bar *b)
{
	bool known = b->latency != EVENT_UNKNOWN && b->latency >= 0;
	int from, end, wait;

	if (d->at.bars < 1)
		return;
	if (b->start == TIME_NONE || d->w->start == TIME_NONE) {
		draw_cells(d, row, 0, 1, "-", ROLE_UNKNOWN);
		return;
	}
	from = cell_of(d, b->start, false);
	from = from < d->at.bars ? from : d->at.bars - 1;
	end = known ? cell_of(d, add_time(b->start, b->latency), true) : from + 1;
	end = b->running ? d->at.bars : end > from ? end : from + 1;
	if (!known && !b->running) {
		draw_cells(d, row, from, end, glyph(GLYPH_VLINE), b->role);
		return;
	}
	draw_cells(d, row, from, end, glyph(b->mark), b->role);
	if (b->first_token != EVENT_UNKNOWN && b->first_token > 0) {
		wait = cell_of(d, add_time(b->start, b->first_token), false);
		draw_cells(d, row, from, wait < end ? wait : end - 1, glyph(GLYPH_WAIT),
		           ROLE_BAR_WAIT);
	}
	if (b->running)
		draw_cells(d, row, d->at.bars - 1, d->at.bars, ">", b->role);
}

void waterfall_draw_event_bar(struct waterfall_drawing *d, int row, uint32_t event)
{
	const struct event *e = events_get(d->events, event);
	struct waterfall_bar b = {ROLE_BAR,
	                          GLYPH_BAR,
	                          events_start(d->events, event),
	                          events_latency(d->events, event),
	                          EVENT_UNKNOWN,
	                          (e->flags & EVENT_RUNNING) != 0};

	if (event_kind(e) <= EVENT_EMBEDDING) {
		b.role = ROLE_BAR_GENERATION;
		if (!events_extra(d->events, event, EVENT_FIRST_TOKEN, &b.first_token))
			b.first_token = EVENT_UNKNOWN;
	} else if (e->flags & EVENT_TOOL) {
		b.role = ROLE_BAR_TOOL;
		b.mark = GLYPH_TOOL;
	}
	if (e->flags & EVENT_ERROR)
		b.role = ROLE_BAR_ERROR;
	waterfall_draw_bar(d, row, &b);
}
