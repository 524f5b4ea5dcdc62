/* Numbers and times in few columns. All of it is whole numbers, so that what is shown is rounded once
 * and half away from zero. A number is never cut: where it does not fit, it is told with less
 * precision, and at last as ###. */
#include "draw/format.h"
#include "base/clean.h"
#include "draw/surface.h"
#include "draw/width.h"

#include <string.h>

#define MICROS_A_MILLI 1000
#define MONEY_ONE      INT64_C(1000000000000) /* a dollar */
#define MONEY_DIGITS   4                      /* significant, below a dollar */
#define A_MILLION      6                      /* zeros */
#define BYTES_A_COLUMN 32                     /* as in surface.c */

typedef unsigned __int128 magnitude;

static magnitude magnitude_of(money n)
{
	return n < 0 ? -(magnitude)n : (magnitude)n;
}

static magnitude divide(magnitude n, magnitude by)
{
	return n / by + (n % by >= by - n % by);
}

static void put_grouped(struct buf *out, magnitude n)
{
	char text[64];
	size_t at = sizeof(text);

	for (int digits = 0; n > 0 || digits == 0; digits++) {
		if (digits > 0 && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = (char)('0' + (int)(n % 10));
		n /= 10;
	}
	buf_append(out, (struct str){text + at, sizeof(text) - at});
}

/* 6.4k, 41k: two digits or more, the unit behind. */
static void put_scaled(struct buf *out, magnitude n, const char *const *units, int count)
{
	magnitude unit = 1;
	int at = 0;

	if (n < 1000) {
		buf_printf(out, "%u%s", (unsigned)n, units[0]);
		return;
	}
	while (at + 1 < count && divide(n, unit) >= 1000) {
		unit *= 1000;
		at++;
	}
	if (divide(n * 10, unit) < 100)
		decimal_append_fixed(out, (money)divide(n * 10, unit), 1, 1);
	else
		decimal_append(out, (money)divide(n, unit), 0);
	buf_puts(out, units[at]);
}

static void put_short(struct buf *out, magnitude n)
{
	static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};

	put_scaled(out, n, units, 7);
}

void format_count(struct buf *out, int64_t n)
{
	if (n < 0)
		buf_add(out, '-');
	put_grouped(out, magnitude_of(n));
}

void format_tokens(struct buf *out, int64_t n)
{
	if (n < 0)
		buf_add(out, '-');
	put_short(out, magnitude_of(n));
}

void format_bytes(struct buf *out, uint64_t n)
{
	static const char *const units[] = {" B", " kB", " MB", " GB", " TB", " PB", " EB"};

	put_scaled(out, n, units, 7);
}

/* What is at least so much is not told with more than it is. */
static magnitude rounded_down(magnitude amount, int places)
{
	magnitude unit = 1;

	for (int place = MONEY_SCALE; place > places; place--)
		unit *= 10;
	return amount - amount % unit;
}

/* Below a dollar: so many significant digits, but cents at least. */
static void put_cents(struct buf *out, magnitude amount, int digits, bool down)
{
	magnitude step = 1;
	int places = MONEY_SCALE;
	size_t start = out->n;

	while (step * 10 <= MONEY_ONE && amount / step >= 10) {
		step *= 10;
		places--;
	}
	places += digits - 1;
	places = places < 2 ? 2 : places > MONEY_SCALE ? MONEY_SCALE : places;
	if (down)
		amount = rounded_down(amount, places);
	decimal_append_fixed(out, (money)amount, MONEY_SCALE, places);
	while (out->n - start > strlen("0.00") && out->p[out->n - 1] == '0')
		out->p[--out->n] = '\0';
}

static void put_money(struct buf *out, money amount, int digits, bool down)
{
	magnitude n = magnitude_of(amount);

	if (down && n >= MONEY_ONE)
		n = rounded_down(n, 2);

	buf_puts(out, amount < 0 ? "-$" : "$");
	if (n == 0)
		buf_add(out, '0');
	else if (n < MONEY_ONE)
		put_cents(out, n, digits, down);
	else if (divide(n, MONEY_ONE / 100) < 100000)
		decimal_append_fixed(out, (money)n, MONEY_SCALE, 2);
	else
		put_grouped(out, down ? n / MONEY_ONE : divide(n, MONEY_ONE));
}

void format_money(struct buf *out, money amount)
{
	if (amount == EVENT_NO_COST)
		buf_puts(out, "$?");
	else
		put_money(out, amount, MONEY_DIGITS, false);
}

static void put_exact(struct buf *out, money amount, int scale)
{
	int places = scale;

	buf_puts(out, amount < 0 ? "-$" : "$");
	decimal_append_fixed(out, (money)magnitude_of(amount), scale, places);
	for (; places > 2 && out->n > 0 && out->p[out->n - 1] == '0'; places--)
		out->p[--out->n] = '\0';
}

void format_amount(struct buf *out, money amount)
{
	put_exact(out, amount, MONEY_SCALE);
}

void format_price(struct buf *out, enum price_of of, int64_t price)
{
	bool of_tokens = of != PRICE_REQUEST && of != PRICE_WEB_SEARCH;

	if (price == PRICE_NONE) {
		buf_puts(out, "$?");
		return;
	}
	put_exact(out, price, of_tokens ? PRICE_SCALE - A_MILLION : PRICE_SCALE);
	buf_puts(out, of_tokens ? "/M" : "");
}

/* From a minute on. Each unit is rounded from the microseconds, so that 59.96 s is 1m00. */
static void put_long(struct buf *out, uint64_t n)
{
	uint64_t seconds = (uint64_t)divide(n, TIME_SECOND);
	uint64_t minutes = (uint64_t)divide(n, 60 * TIME_SECOND);
	uint64_t hours = (uint64_t)divide(n, 3600 * TIME_SECOND);

	if (seconds < 3600)
		buf_printf(out, "%um%02u", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
	else if (minutes < 24 * 60)
		buf_printf(out, "%uh%02u", (unsigned)(minutes / 60), (unsigned)(minutes % 60));
	else
		buf_printf(out, "%ud%02uh", (unsigned)(hours / 24), (unsigned)(hours % 24));
}

void format_seconds(struct buf *out, int64_t microseconds)
{
	uint64_t n = (uint64_t)magnitude_of(microseconds);
	uint64_t millis = (uint64_t)divide(n, MICROS_A_MILLI);
	uint64_t tenths = (uint64_t)divide(n, TIME_SECOND / 10);

	if (microseconds == EVENT_UNKNOWN) {
		buf_add(out, '-');
		return;
	}
	if (microseconds < 0)
		buf_add(out, '-');
	if (n > 0 && n < MICROS_A_MILLI)
		buf_puts(out, "<1ms");
	else if (millis < 100)
		buf_printf(out, "%ums", (unsigned)millis);
	else if (tenths < 600)
		buf_printf(out, "%u.%us", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
	else
		put_long(out, n);
}

/* ---- values in a width ---------------------------------------------------------------------- */

static bool fits(const struct buf *out, size_t start, int width)
{
	return width <= 0 || out->n - start <= (size_t)width;
}

static void take_back(struct buf *out, size_t start)
{
	out->n = start;
	if (out->p)
		out->p[start] = '\0';
}

static void put_text(struct buf *out, struct str text, int width)
{
	size_t start = out->n, kept;
	int used;

	if (width > 0)
		text = str_sub(text, 0, ((size_t)width + 2) * BYTES_A_COLUMN);
	clean_append(out, text, 0);
	if (width <= 0)
		return;
	kept = width_fit(str_sub(buf_str(out), start, out->n), width, &used);
	if (start + kept == out->n)
		return;
	kept = width_fit(str_sub(buf_str(out), start, out->n), width - 1, &used);
	take_back(out, start + kept);
	buf_puts(out, glyph(GLYPH_CLIP));
}

/* "<$0.001", as small as there is room for: what is not nothing never reads $0. */
static void put_under(struct buf *out, int width)
{
	int zeros = width - (int)strlen("<$0.1");

	buf_puts(out, zeros < 0 ? "<$1" : "<$0.");
	if (zeros < 0)
		return;
	buf_pad(out, '0', (size_t)zeros);
	buf_add(out, '1');
}

static void put_value_money(struct buf *out, money amount, bool down, int width)
{
	size_t start = out->n;
	magnitude n;

	for (int digits = MONEY_DIGITS; digits > 0; digits--) {
		take_back(out, start);
		put_money(out, amount, digits, down);
		if (fits(out, start, width))
			return;
	}
	if (amount > -MONEY_ONE && amount <= 0)
		return;
	take_back(out, start);
	if (amount > 0 && amount < MONEY_ONE) {
		put_under(out, width);
		return;
	}
	buf_puts(out, amount < 0 ? "-$" : "$");
	n = magnitude_of(amount);
	put_short(out, down ? n / MONEY_ONE : divide(n, MONEY_ONE));
}

static void put_value_count(struct buf *out, int64_t n, int width)
{
	size_t start = out->n;

	format_count(out, n);
	if (fits(out, start, width))
		return;
	take_back(out, start);
	format_tokens(out, n);
}

/* "Nov 21" of this year, "2025-11" of others; date is "2026-11-21". */
static void put_short_date(struct buf *out, struct str date, bool this_year, int width)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int month = (date.p[5] - '0') * 10 + date.p[6] - '0';

	if (width < (int)strlen("Nov 21"))
		buf_append(out, str_sub(date, strlen("2026-"), strlen("11-21")));
	else if (this_year || width < (int)strlen("2025-11"))
		buf_printf(out, "%.3s %.2s", months + (ptrdiff_t)3 * (month - 1), date.p + 8);
	else
		buf_append(out, str_sub(date, 0, strlen("2025-11")));
}

static void put_clock(struct buf *out, struct str clock, int width)
{
	bool whole = width <= 0 || width >= (int)clock.n;

	buf_append(out, str_sub(clock, 0, whole ? clock.n : strlen("22:14")));
}

static void put_time(struct buf *out, int64_t t, int width, int64_t now)
{
	struct buf text = {0}, today = {0};
	struct str date, other;
	bool this_year;

	time_append_local(&text, t);
	time_append_local(&today, now);
	date = str_sub(buf_str(&text), 0, strlen("2026-11-21"));
	other = str_sub(buf_str(&today), 0, date.n);
	this_year = str_starts(other, str_sub(date, 0, strlen("2026")));
	if (text.n != strlen("2026-11-21 22:14:01"))
		buf_append(out, buf_str(&text));
	else if (str_eq(date, other))
		put_clock(out, str_sub(buf_str(&text), date.n + 1, text.n), width);
	else if (width <= 0 || width >= (int)text.n)
		buf_append(out, buf_str(&text));
	else if (width > (int)date.n && this_year)
		buf_append(out, str_sub(buf_str(&text), strlen("2026-"), strlen("11-21 22:14")));
	else if (width >= (int)date.n)
		buf_append(out, date);
	else
		put_short_date(out, date, this_year, width);
	buf_free(&text);
	buf_free(&today);
}

static int64_t whole(money n)
{
	return n > INT64_MAX ? INT64_MAX : n < INT64_MIN ? INT64_MIN : (int64_t)n;
}

/* "11%", "0.4%": a digit more where there is but one. */
static void put_percent(struct buf *out, money percent)
{
	money tenths = (percent * 10 + MONEY_ONE / 2) / MONEY_ONE;

	if (tenths >= 100 || tenths <= 0)
		buf_printf(out, "%lld%%", (long long)((tenths + 5) / 10));
	else
		buf_printf(out, "%lld.%lld%%", (long long)(tenths / 10), (long long)(tenths % 10));
}

static enum role put_number(struct buf *out, const struct value *v, int width, int64_t now)
{
	switch (v->type) {
	case VALUE_COUNT:
		put_value_count(out, whole(v->number), width);
		return ROLE_TEXT;
	case VALUE_TOKENS:
		format_tokens(out, whole(v->number));
		return ROLE_TOKENS;
	case VALUE_MONEY:
		put_value_money(out, v->number, v->partial, width);
		return ROLE_COST;
	case VALUE_SECONDS:
		format_seconds(out, whole(v->number));
		return ROLE_LATENCY;
	case VALUE_TIME:
		put_time(out, whole(v->number), width, now);
		return ROLE_TIME;
	case VALUE_PERCENT:
		put_percent(out, v->number);
		return ROLE_TEXT;
	case VALUE_BOOL:
		buf_puts(out, v->number ? "yes" : "no");
		return ROLE_TEXT;
	case VALUE_UNKNOWN:
	case VALUE_TEXT:
		break;
	}
	return ROLE_TEXT;
}

static bool is_unknown(const struct value *v)
{
	return v->type == VALUE_UNKNOWN || (v->type != VALUE_TEXT && v->number == EVENT_UNKNOWN);
}

static const char *mark_of(const struct value *v)
{
	if (v->partial)
		return v->estimate ? ">=~" : ">=";
	return v->estimate ? "~" : "";
}

/* At least an amount that there is no room for: more than nothing, where ">=<$0.01" would say nothing. */
static bool is_more_than_nothing(const struct value *v, struct str told)
{
	return v->partial && v->type == VALUE_MONEY && str_starts(told, STR("<"));
}

enum role format_value(struct buf *out, const struct value *v, int width, int64_t now)
{
	size_t start = out->n;
	enum role role = ROLE_TEXT;
	const char *mark = mark_of(v);
	int room = width > 0 ? width - (int)strlen(mark) : 0;

	if (is_unknown(v)) {
		buf_puts(out, (v->type == VALUE_MONEY || v->partial) && width != 1 ? "$?" : "-");
		return ROLE_UNKNOWN;
	}
	if (v->type == VALUE_TEXT) {
		put_text(out, v->text, width);
		return v->error ? ROLE_ERROR : ROLE_TEXT;
	}
	buf_puts(out, mark);
	role = put_number(out, v, width > 0 && room < 1 ? 1 : room, now);
	if (is_more_than_nothing(v, str_sub(buf_str(out), start + strlen(mark), out->n))) {
		take_back(out, start);
		buf_puts(out, v->estimate ? "~>$0" : ">$0");
	}
	if (!fits(out, start, width)) {
		take_back(out, start);
		buf_pad(out, '#', (size_t)width);
	}
	if (v->error)
		return ROLE_ERROR;
	return v->estimate ? ROLE_ESTIMATE : role;
}

enum role format_cost(struct buf *out, const struct totals *t, int width)
{
	struct value v = value_of_cost(t);
	bool known = v.type != VALUE_UNKNOWN;
	size_t start = out->n;
	enum role role;

	if (!v.partial)
		return format_value(out, &v, width, 0);
	v.partial = !known; /* in words instead */
	role = format_value(out, &v, 0, 0);
	buf_puts(out, known ? " + " : " (");
	format_count(out, t->unpriced);
	buf_puts(out, known ? " unpriced" : " unpriced)");
	if (fits(out, start, width))
		return role;
	take_back(out, start);
	v.partial = true;
	return format_value(out, &v, width, 0);
}

enum role format_event_cost(struct buf *out, const struct event *e)
{
	struct value v = value_of_event_cost(e);

	return format_value(out, &v, 0, 0);
}

enum role format_event_role(const struct event *e)
{
	switch (event_kind(e)) {
	case EVENT_GENERATION:
		return ROLE_GENERATION;
	case EVENT_EMBEDDING:
		return ROLE_EMBEDDING;
	default:
		return e->flags & EVENT_TOOL ? ROLE_TOOL : ROLE_SPAN;
	}
}

char format_event_mark(const struct event *e)
{
	switch (format_event_role(e)) {
	case ROLE_GENERATION:
		return '*';
	case ROLE_EMBEDDING:
		return 'E';
	case ROLE_TOOL:
		return 'T';
	default:
		return 'v';
	}
}
