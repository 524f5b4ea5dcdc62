/* Points in time as text. The calendar is computed here (proleptic Gregorian), so that reading an
 * event never depends on TZ; only what is shown to or typed by a person goes through the C
 * library's local time. A leap second (23:59:60 UTC) reads as 23:59:59.999999. */
#include "base/time.h"
#include "base/decimal.h"

#include <time.h>

#define DAY_SECONDS       86400
#define YEAR_MAX          9999
#define TIME_MAX          (INT64_C(253402300800) * TIME_SECOND - 1) /* the end of 9999-12-31 */
#define MILLISECONDS_FROM INT64_C(100000000000)                     /* 12 digits */
#define MICROSECONDS_FROM INT64_C(100000000000000)                  /* 15 digits */

struct moment {
	int year, month, day, hour, minute, second, micro;
	int offset; /* seconds east of UTC */
	bool zoned; /* offset was given */
};

/* Days since 1970-01-01. Counts years from March, so that the leap day comes last. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static void date_of(int64_t days, struct moment *m)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	                       day_of_era / 146096) /
	                      365;
	int64_t day_of_year = day_of_era -
	                      (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153; /* March is 0 */

	m->day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	m->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	m->year = (int)(year_of_era + era * 400 + (m->month <= 2));
}

static bool valid_date(const struct moment *m)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = m->year % 4 == 0 && (m->year % 100 != 0 || m->year % 400 == 0);

	if (m->year < 0 || m->year > YEAR_MAX || m->month < 1 || m->month > 12 || m->day < 1)
		return false;
	return m->day <= days[m->month - 1] && (m->month != 2 || leap || m->day < 29);
}

static bool valid_clock(const struct moment *m)
{
	return m->hour <= 23 && m->minute <= 59 && m->second <= 60;
}

static int64_t in_range(int64_t t)
{
	return t >= TIME_EARLIEST && t <= TIME_MAX ? t : TIME_NONE;
}

static int64_t utc_of(const struct moment *m)
{
	bool leap = m->second == 60;
	int64_t seconds = days_of(m->year, m->month, m->day) * DAY_SECONDS + m->hour * 3600 +
	                  m->minute * 60 + (leap ? 59 : m->second) - m->offset;

	if (!leap)
		return in_range(seconds * TIME_SECOND + m->micro);
	if ((seconds + 1) % DAY_SECONDS != 0)
		return TIME_NONE;
	return in_range(seconds * TIME_SECOND + TIME_SECOND - 1);
}

/* Readers take what they know off the front of *s and say whether it was there. */

static bool take(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, SIZE_MAX);
	return true;
}

static bool take_word(struct str *s, struct str word)
{
	struct str head = str_sub(*s, 0, word.n);

	if (head.n != word.n || str_find(head, word, 0, true) != 0)
		return false;
	*s = str_sub(*s, word.n, SIZE_MAX);
	return true;
}

static void skip_blanks(struct str *s)
{
	while (take(s, ' '))
		;
}

/* Between least and most digits, no more following. */
static bool take_number(struct str *s, size_t least, size_t most, int *out)
{
	size_t n = 0;
	int value = 0;

	while (n < s->n && n <= most && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (n < least || n > most)
		return false;
	for (size_t i = 0; i < n; i++)
		value = value * 10 + (s->p[i] - '0');
	*s = str_sub(*s, n, SIZE_MAX);
	*out = value;
	return true;
}

/* Any number of digits after the point; those beyond microseconds are cut. */
static bool take_fraction(struct str *s, int *micro)
{
	int place = 100000;
	size_t n = 0;

	for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++) {
		*micro += (s->p[n] - '0') * place;
		place /= 10;
	}
	*s = str_sub(*s, n, SIZE_MAX);
	return n > 0;
}

/* HH:MM, HH:MM:SS or HH:MM:SS.fraction. */
static bool take_clock(struct str *s, size_t hour_digits, struct moment *m)
{
	if (!take_number(s, hour_digits, 2, &m->hour) || !take(s, ':') ||
	    !take_number(s, 2, 2, &m->minute))
		return false;
	if (!take(s, ':'))
		return valid_clock(m);
	if (!take_number(s, 2, 2, &m->second))
		return false;
	if ((take(s, '.') || take(s, ',')) && !take_fraction(s, &m->micro))
		return false;
	return valid_clock(m);
}

/* +HH:MM, +HHMM or +HH. */
static bool take_offset(struct str *s, struct moment *m)
{
	bool west = s->n && s->p[0] == '-';
	int hours, minutes = 0;

	if (!take(s, '+') && !take(s, '-'))
		return false;
	if (s->n >= 4 && s->p[2] != ':') {
		if (!take_number(s, 4, 4, &hours))
			return false;
		minutes = hours % 100;
		hours /= 100;
	} else if (!take_number(s, 2, 2, &hours) ||
	           (take(s, ':') && !take_number(s, 2, 2, &minutes))) {
		return false;
	}
	if (hours > 23 || minutes > 59)
		return false;
	m->offset = (hours * 60 + minutes) * (west ? -60 : 60);
	m->zoned = true;
	return true;
}

static bool take_zone(struct str *s, struct moment *m)
{
	static const struct {
		struct str name;
		int hours;
	} zones[] = {
		{{"Z", 1}, 0},    {{"UTC", 3}, 0},  {{"GMT", 3}, 0},  {{"UT", 2}, 0},
		{{"EST", 3}, -5}, {{"EDT", 3}, -4}, {{"CST", 3}, -6}, {{"CDT", 3}, -5},
		{{"MST", 3}, -7}, {{"MDT", 3}, -6}, {{"PST", 3}, -8}, {{"PDT", 3}, -7},
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (take_word(s, zones[i].name)) {
			m->offset = zones[i].hours * 3600;
			m->zoned = true;
			return true;
		}
	return take_offset(s, m);
}

/* 2026-01-31, 2026/01/31, either followed by a clock and a zone; the whole slice. */
static bool read_iso(struct str s, struct moment *m)
{
	char dash = s.n > 4 && s.p[4] == '/' ? '/' : '-';

	*m = (struct moment){0};
	if (!take_number(&s, 4, 4, &m->year) || !take(&s, dash) ||
	    !take_number(&s, 2, 2, &m->month) || !take(&s, dash) ||
	    !take_number(&s, 2, 2, &m->day) || !valid_date(m))
		return false;
	if (s.n == 0)
		return true;
	if (!take(&s, 'T') && !take(&s, 't') && !take(&s, ' '))
		return false;
	if (!take_clock(&s, 2, m))
		return false;
	take(&s, ' ');
	return s.n == 0 || (take_zone(&s, m) && s.n == 0);
}

/* 1..count of the name at the front, or 0. */
static int take_name(struct str *s, const char *names, int count)
{
	for (int i = 0; i < count; i++)
		if (take_word(s, (struct str){names + i * 3, 3}))
			return i + 1;
	return 0;
}

/* "Sat, 21 Nov 2026 14:00:00 +0100 (CET)"; the day's name, the seconds, the zone and the comment
 * may be missing. */
static bool read_mail(struct str s, struct moment *m)
{
	size_t digits;
	int weekday;

	*m = (struct moment){0};
	weekday = take_name(&s, "ThuFriSatSunMonTueWed", 7); /* 1970-01-01 was a Thursday */
	if (weekday && !take(&s, ','))
		return false;
	skip_blanks(&s);
	if (!take_number(&s, 1, 2, &m->day) || !take(&s, ' '))
		return false;
	m->month = take_name(&s, "JanFebMarAprMayJunJulAugSepOctNovDec", 12);
	if (!m->month || !take(&s, ' '))
		return false;
	digits = s.n;
	if (!take_number(&s, 2, 4, &m->year))
		return false;
	digits -= s.n;
	if (digits < 4) /* RFC 2822, 4.3 */
		m->year += digits == 2 && m->year < 50 ? 2000 : 1900;
	if (!valid_date(m))
		return false;
	if (weekday && ((days_of(m->year, m->month, m->day) % 7 + 7) % 7) != weekday - 1)
		return false;
	if (!take(&s, ' ') || !take_clock(&s, 2, m))
		return false;
	skip_blanks(&s);
	if (s.n && s.p[0] != '(' && !take_zone(&s, m))
		return false;
	skip_blanks(&s);
	return s.n == 0 || (s.p[0] == '(' && s.p[s.n - 1] == ')');
}

static int64_t read_epoch(struct str s)
{
	int64_t whole, t;
	uint64_t magnitude;
	int scale = 6;

	if (decimal_parse(s, 0, &whole) != ERR_OK)
		return TIME_NONE;
	magnitude = whole < 0 ? 0 - (uint64_t)whole : (uint64_t)whole;
	if (magnitude >= MICROSECONDS_FROM)
		scale = 0;
	else if (magnitude >= MILLISECONDS_FROM)
		scale = 3;
	if (decimal_parse(s, scale, &t) != ERR_OK)
		return TIME_NONE;
	return in_range(t);
}

int64_t time_add(int64_t t, int64_t span)
{
	int64_t sum;

	if (t == TIME_NONE || span == TIME_NONE || __builtin_add_overflow(t, span, &sum))
		return TIME_NONE;
	return in_range(sum);
}

/* Two digits; anything else makes *bad not 0. */
static int pair(const char *p, unsigned *bad)
{
	unsigned tens = (unsigned)(p[0] - '0'), ones = (unsigned)(p[1] - '0');

	*bad |= (unsigned)(tens > 9) | (unsigned)(ones > 9);
	return (int)(tens * 10 + ones);
}

/* What senders send: 2026-01-31T14:00:00.123Z, with one to six digits below the point, or none. */
static bool read_utc(struct str s, struct moment *m)
{
	const char *p = s.p;
	int place = 1000000;
	unsigned bad = 0;
	size_t i;

	if (s.n < 20 || s.n > 27 || s.p[s.n - 1] != 'Z')
		return false;
	if (p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':')
		return false;
	*m = (struct moment){.year = pair(p, &bad) * 100 + pair(p + 2, &bad),
	                     .month = pair(p + 5, &bad),
	                     .day = pair(p + 8, &bad),
	                     .hour = pair(p + 11, &bad),
	                     .minute = pair(p + 14, &bad),
	                     .second = pair(p + 17, &bad),
	                     .zoned = true};
	if (s.n > 20)
		bad |= p[19] != '.' || s.n == 21;
	for (i = 20; i + 1 < s.n; i++) {
		unsigned digit = (unsigned)(p[i] - '0');

		bad |= digit > 9;
		place /= 10;
		m->micro += (int)digit * place;
	}
	return !bad && valid_date(m) && valid_clock(m);
}

int64_t time_parse(struct str text)
{
	struct str s = text;
	struct moment m;

	if (read_utc(s, &m))
		return utc_of(&m);
	s = str_trim(text);
	/* The most frequent form first. */
	if (read_iso(s, &m) || read_mail(s, &m))
		return utc_of(&m);
	return read_epoch(s);
}

static int64_t local_of(const struct moment *m)
{
	struct tm tm = {.tm_year = m->year - 1900,
	                .tm_mon = m->month - 1,
	                .tm_mday = m->day,
	                .tm_hour = m->hour,
	                .tm_min = m->minute,
	                .tm_sec = m->second,
	                .tm_isdst = -1};

	if (m->second == 60)
		return TIME_NONE;
	return in_range((int64_t)mktime(&tm) * TIME_SECOND + m->micro);
}

/* Whole seconds before t, also for times before 1970. */
static time_t seconds_of(int64_t t)
{
	return (time_t)(t >= 0 ? t / TIME_SECOND : -((TIME_SECOND - 1 - t) / TIME_SECOND));
}

static bool local_fields(int64_t t, struct tm *tm)
{
	time_t seconds;

	if (in_range(t) == TIME_NONE)
		return false;
	seconds = seconds_of(t);
	return localtime_r(&seconds, tm) != NULL;
}

static bool read_age(struct str s, int64_t now, int64_t *out)
{
	static const struct {
		char unit;
		int32_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', DAY_SECONDS}, {'w', 7 * DAY_SECONDS}};
	int64_t count;

	if (s.n < 2 || s.p[0] == '-' || !str_to_i64(str_sub(s, 0, s.n - 1), &count))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (s.p[s.n - 1] != units[i].unit)
			continue;
		if (__builtin_mul_overflow(count, units[i].seconds * TIME_SECOND, &count) ||
		    __builtin_sub_overflow(now, count, out))
			*out = TIME_NONE;
		return true;
	}
	return false;
}

/* today, yesterday, 14:00: m gets the day of now (local) and the clock. */
static bool read_day(struct str s, int64_t now, struct moment *m)
{
	struct tm tm;

	if (!local_fields(now, &tm))
		return false;
	*m = (struct moment){.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday};
	if (str_eq(s, STR("today")))
		return true;
	if (str_eq(s, STR("yesterday"))) {
		date_of(days_of(m->year, m->month, m->day) - 1, m);
		return true;
	}
	return take_clock(&s, 1, m) && s.n == 0;
}

int64_t time_parse_range(struct str text, int64_t now)
{
	struct str s = str_trim(text);
	struct moment m;
	int64_t t;

	if (read_age(s, now, &t))
		return in_range(t);
	if (read_iso(s, &m))
		return m.zoned ? utc_of(&m) : local_of(&m);
	if (read_day(s, now, &m))
		return local_of(&m);
	return TIME_NONE;
}

/* n in so many digits, and what follows them ('\0': nothing): printf would be most of the cost of an event. */
static void add_digits(struct buf *out, int n, int digits, char behind)
{
	char text[8];

	for (int i = digits; i-- > 0; n /= 10)
		text[i] = (char)('0' + n % 10);
	text[digits] = behind;
	buf_append(out, (struct str){text, (size_t)digits + (behind != '\0')});
}

void time_append_rfc3339(struct buf *out, int64_t t)
{
	struct moment m;
	int64_t seconds, days;
	int rest;

	if (in_range(t) == TIME_NONE) {
		buf_add(out, '?');
		return;
	}
	seconds = seconds_of(t);
	days = (seconds >= 0 ? seconds : seconds - (DAY_SECONDS - 1)) / DAY_SECONDS;
	rest = (int)(seconds - days * DAY_SECONDS);
	date_of(days, &m);
	add_digits(out, m.year, 4, '-');
	add_digits(out, m.month, 2, '-');
	add_digits(out, m.day, 2, 'T');
	add_digits(out, rest / 3600, 2, ':');
	add_digits(out, rest / 60 % 60, 2, ':');
	add_digits(out, rest % 60, 2, '.');
	add_digits(out, (int)(t - seconds * TIME_SECOND), 6, 'Z');
}

static void add_clock(struct buf *out, const struct tm *tm)
{
	add_digits(out, tm->tm_hour, 2, ':');
	add_digits(out, tm->tm_min, 2, ':');
	add_digits(out, tm->tm_sec, 2, '\0');
}

void time_append_clock(struct buf *out, int64_t t)
{
	struct tm tm;

	if (local_fields(t, &tm))
		add_clock(out, &tm);
	else
		buf_add(out, '?');
}

void time_append_local(struct buf *out, int64_t t)
{
	struct tm tm;

	if (!local_fields(t, &tm)) {
		buf_add(out, '?');
		return;
	}
	add_digits(out, tm.tm_year + 1900, 4, '-');
	add_digits(out, tm.tm_mon + 1, 2, '-');
	add_digits(out, tm.tm_mday, 2, ' ');
	add_clock(out, &tm);
}

static int64_t clock_now(clockid_t clock)
{
	struct timespec ts = {0};

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * TIME_SECOND + ts.tv_nsec / 1000;
}

int64_t time_now(void)
{
	return clock_now(CLOCK_REALTIME);
}

int64_t time_monotonic(void)
{
	return clock_now(CLOCK_MONOTONIC);
}
