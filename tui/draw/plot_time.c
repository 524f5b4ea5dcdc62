/* Slots of time, and times below a plot. Moments are local: a day begins at midnight here. The slots of a plot have one length, so
 * that of a day with 23 hours some begin an hour off; what stands below them is true. */
#include "base/time.h"
#include "draw/plot.h"

#include <time.h>

#define MINUTE   60
#define HOUR     3600
#define DAY      86400
#define YEAR     (INT64_C(365) * DAY)
#define GAP      2 /* blanks between times, or more */
#define TEXT_MAX 12

static bool local(int64_t t, struct tm *out)
{
	time_t seconds = (time_t)(t / TIME_SECOND - (t % TIME_SECOND < 0));

	return localtime_r(&seconds, out) != NULL;
}

static int64_t moment(struct tm *at)
{
	at->tm_isdst = -1;
	return (int64_t)mktime(at) * TIME_SECOND;
}

/* ---- slots ---- */

/* Seconds: the shortest of which so many hold the span. */
static int64_t slot_length(int64_t span, int most)
{
	static const int32_t seconds[] = {
		1,      2,          5,          10,          15,          20,          30,
		MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE,
		HOUR,   2 * HOUR,   3 * HOUR,   4 * HOUR,    6 * HOUR,    8 * HOUR,    12 * HOUR,
		DAY,    2 * DAY,    4 * DAY,    7 * DAY,     14 * DAY,    28 * DAY,    91 * DAY,
	};
	int64_t length = YEAR;

	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (span / TIME_SECOND / seconds[i] < most)
			return seconds[i];
	while (span / TIME_SECOND / length >= most)
		length *= 2;
	return length;
}

/* The last round local time at or before t, for slots of so many seconds. */
static int64_t slot_start(int64_t t, int64_t length)
{
	struct tm at;
	int of_day;

	if (!local(t, &at))
		return t;
	of_day = at.tm_hour * HOUR + at.tm_min * MINUTE + at.tm_sec;
	of_day = length < DAY ? of_day / (int)length * (int)length : 0;
	at.tm_hour = of_day / HOUR;
	at.tm_min = of_day / MINUTE % MINUTE;
	at.tm_sec = of_day % MINUTE;
	return moment(&at);
}

void plot_slots(struct plot_slots *out, int64_t since, int64_t until, int most)
{
	int64_t length = TIME_SECOND, first = since, n = 1;
	int fewer = most;

	until = until > since ? until : since + 1;
	/* A round beginning may take a slot more. */
	for (; fewer > 0; fewer--) {
		length = slot_length(until - since, fewer) * TIME_SECOND;
		first = slot_start(since, length / TIME_SECOND);
		first = first > since ? since : first;
		n = (until - first + length - 1) / length;
		if (n <= most)
			break;
	}
	if (n > most) {
		n = 1;
		length = until - first;
	}
	*out = (struct plot_slots){first, first + n * length, (int)n};
}

int64_t plot_slot_time(const struct plot_slots *slots, int slot)
{
	return slots->since + (slots->until - slots->since) / slots->n * slot;
}

/* ---- times ---- */

enum unit { SECONDS, DAYS, MONTHS };
struct tick {
	enum unit unit;
	int by, cols; /* columns of its text */
};

/* Mean seconds between two. */
static int64_t distance(const struct tick *t)
{
	static const int64_t units[] = {[SECONDS] = 1, [DAYS] = DAY, [MONTHS] = YEAR / 12};

	return units[t->unit] * t->by;
}

static const struct tick *choose_tick(int64_t span, int cols)
{
	static const struct tick ticks[] = {
		{SECONDS, 1, 8},
		{SECONDS, 2, 8},
		{SECONDS, 5, 8},
		{SECONDS, 10, 8},
		{SECONDS, 30, 8},
		{SECONDS, MINUTE, 6},
		{SECONDS, 2 * MINUTE, 6},
		{SECONDS, 5 * MINUTE, 6},
		{SECONDS, 10 * MINUTE, 6},
		{SECONDS, 15 * MINUTE, 6},
		{SECONDS, 30 * MINUTE, 6},
		{SECONDS, HOUR, 6},
		{SECONDS, 2 * HOUR, 6},
		{SECONDS, 3 * HOUR, 6},
		{SECONDS, 6 * HOUR, 6},
		{SECONDS, 12 * HOUR, 6},
		{DAYS, 1, 6},
		{DAYS, 2, 6},
		{DAYS, 7, 6},
		{DAYS, 14, 6},
		{MONTHS, 1, 7},
		{MONTHS, 2, 7},
		{MONTHS, 3, 7},
		{MONTHS, 6, 7},
		{MONTHS, 12, 7},
		{MONTHS, 24, 7},
		{MONTHS, 60, 7},
		{MONTHS, 120, 7},
		{MONTHS, 600, 7},
		{MONTHS, 1200, 7},
		{MONTHS, 12000, 7},
	};
	size_t last = sizeof(ticks) / sizeof(ticks[0]) - 1, i = 0;

	while (i < last && (__int128)span * (ticks[i].cols + GAP) >
	                           (__int128)cols * distance(&ticks[i]) * TIME_SECOND)
		i++;
	return &ticks[i];
}

/* The last round time of that kind at or before at. */
static void round_down(struct tm *at, const struct tick *t)
{
	int of_day = at->tm_hour * HOUR + at->tm_min * MINUTE + at->tm_sec;

	of_day = t->unit == SECONDS ? of_day / t->by * t->by : 0;
	at->tm_hour = 0;
	at->tm_min = 0;
	at->tm_sec = of_day;
	if (t->unit == MONTHS) {
		at->tm_mday = 1;
		at->tm_mon = at->tm_mon / t->by * t->by;
	}
}

static void go_on(struct tm *at, const struct tick *t)
{
	if (t->unit == MONTHS)
		at->tm_mon += t->by;
	else if (t->unit == DAYS)
		at->tm_mday += t->by;
	else
		at->tm_sec += t->by;
}

static void tick_text(const struct tm *at, const struct tick *t, int64_t span, struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	bool midnight = at->tm_hour == 0 && at->tm_min == 0 && at->tm_sec == 0;

	if (t->unit == MONTHS)
		buf_printf(out, "%04d-%02d", at->tm_year + 1900, at->tm_mon + 1);
	else if (t->unit == DAYS && span <= 8 * DAY * TIME_SECOND)
		buf_printf(out, "%.3s", days + (ptrdiff_t)3 * at->tm_wday);
	else if (t->unit == DAYS || (midnight && span > DAY / 2 * TIME_SECOND))
		buf_printf(out, "%.3s %02d", months + (ptrdiff_t)3 * at->tm_mon, at->tm_mday);
	else if (t->by < MINUTE)
		buf_printf(out, "%02d:%02d:%02d", at->tm_hour, at->tm_min, at->tm_sec);
	else
		buf_printf(out, "%02d:%02d", at->tm_hour, at->tm_min);
}

/* The column where a moment stands. */
static int64_t column_of(const struct plot_slots *slots, int64_t t, int cols)
{
	return (int64_t)((__int128)(t - slots->since) * cols / (slots->until - slots->since));
}

void plot_times(struct surface *s, struct area a, int row, int col, const struct plot_slots *slots,
                int cols_a_slot)
{
	int cols = slots->n * cols_a_slot, used = 0;
	int64_t span = slots->until - slots->since, before = INT64_MIN;
	const struct tick *tick = choose_tick(span, cols);
	struct buf text = {0};
	struct tm at;

	if (!local(slots->since, &at))
		return;
	round_down(&at, tick);
	for (int64_t t = moment(&at); t < slots->until && t > before; t = moment(&at)) {
		int64_t place = t < slots->since ? -1 : column_of(slots, t, cols);

		buf_clear(&text);
		tick_text(&at, tick, span, &text);
		if (place >= used && place + (int)text.n <= a.cols - col) {
			surface_put(s, a, row, col + (int)place, (int)text.n, ROLE_DIM,
			            buf_str(&text));
			used = (int)place + (int)text.n + GAP;
		}
		before = t;
		go_on(&at, tick);
	}
	buf_free(&text);
}
