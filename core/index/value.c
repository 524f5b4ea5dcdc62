/* Values of any JSON type read as text, number, count or truth, and arrays taken apart. Nothing here knows a property's
 * name; what a wrong value means is record.c's. */
#include "index/value.h"

#include "base/decimal.h"
#include "base/time.h"

#include <string.h>

#define FAST_DIGITS 18 /* any number of so many digits fits 64 bits */

enum { STREAM_STREAM, STREAM_STREAMING, STREAM_KEYS };
static const struct str stream_names[STREAM_KEYS] = {{"stream", 6}, {"streaming", 9}};
static const struct str total_name = {"total", 5};

void value_reader_init(struct value_reader *r)
{
	*r = (struct value_reader){.day_start = TIME_NONE};
	r->total = json_keys_new(&total_name, 1);
	r->stream = json_keys_new(stream_names, STREAM_KEYS);
}

void value_reader_fini(struct value_reader *r)
{
	json_keys_free(r->total);
	json_keys_free(r->stream);
	buf_free(&r->text);
	buf_free(&r->digits);
}

bool value_empty(struct str doc, struct json_slice v)
{
	if (v.type != JSON_OBJECT && v.type != JSON_ARRAY)
		return value_absent(v) || v.type == JSON_FALSE;
	return str_trim(str_sub(doc, v.off + 1u, v.len - 2u)).n == 0;
}

bool value_true(struct str doc, struct json_slice v)
{
	if (v.type == JSON_STRING)
		return str_eq(json_slice_str(doc, v), STR("true"));
	return v.type == JSON_TRUE;
}

bool value_false(struct str doc, struct json_slice v)
{
	if (v.type == JSON_STRING)
		return str_eq(json_slice_str(doc, v), STR("false"));
	return v.type == JSON_FALSE;
}

static struct str plain_text(struct buf *room, struct str doc, struct json_slice v)
{
	struct str raw = json_slice_str(doc, v);

	if (!v.escaped)
		return raw;
	buf_clear(room);
	json_unescape(room, raw);
	return buf_str(room);
}

struct str value_unescaped(struct value_reader *r, struct str doc, struct json_slice v)
{
	return plain_text(&r->text, doc, v);
}

struct json_slice value_raw(struct json_slice v)
{
	if (v.type == JSON_STRING) {
		v.off -= 1;
		v.len += 2;
	}
	return v;
}

/* ---- numbers ---- */

/* Behind the digits at p, which become the end of *value. */
static inline const char *past_digits(const char *p, const char *end, uint64_t *value)
{
	uint64_t all = *value;

	for (; p < end && (unsigned)(*p - '0') <= 9; p++)
		all = all * 10 + (unsigned)(*p - '0');
	*value = all;
	return p;
}

/* What most numbers are: a few digits, and maybe a point between them. False for any other text. */
static bool few_digits(struct str text, int scale, int64_t *out)
{
	static const int64_t tens[MONEY_SCALE + 1] = {
		1,        10,        100,        1000,        10000,        100000,       1000000,
		10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000};
	const char *end = text.p + text.n, *point;
	uint64_t value = 0;
	int64_t below = 0;

	if (text.n == 0 || text.n > FAST_DIGITS)
		return false;
	point = past_digits(text.p, end, &value);
	if (point == text.p || (*text.p == '0' && point - text.p > 1))
		return false;
	if (point < end) {
		below = end - point - 1;
		if (*point != '.' || below == 0 || past_digits(point + 1, end, &value) != end)
			return false;
	}
	if (below > scale || point - text.p + scale > FAST_DIGITS)
		return false;
	*out = (int64_t)value * tens[scale - below];
	return true;
}

/* The text of a number or of a string; empty for anything else. */
static struct str number_text(struct value_reader *r, struct str doc, struct json_slice v)
{
	if (v.type != JSON_NUMBER && v.type != JSON_STRING)
		return STR_EMPTY;
	return plain_text(&r->digits, doc, v);
}

enum value_verdict value_decimal(struct value_reader *r, struct str doc, struct json_slice v,
                                 int scale, int64_t *out)
{
	if (value_absent(v))
		return VALUE_ABSENT;
	if (few_digits(json_slice_str(doc, v), scale, out))
		return VALUE_OK;
	if (decimal_parse(number_text(r, doc, v), scale, out) != ERR_OK)
		return VALUE_WRONG;
	return VALUE_OK;
}

/* Whether a number has no digit other than 0 below the point, its exponent included: 12.0 and
 * 1.25e2 have none, 1.25e1 has. */
static bool is_whole(struct str number)
{
	int64_t exponent = 0, below = 0, zeros = 0;
	bool point = false, any = false;
	size_t i = 0;

	for (; i < number.n && (number.p[i] | 0x20) != 'e'; i++) {
		char c = number.p[i];

		if (c == '.') {
			point = true;
		} else if (c >= '0' && c <= '9') {
			zeros = c == '0' ? zeros + 1 : 0;
			below += point;
			any |= c != '0';
		}
	}
	if (!any)
		return true;
	if (i < number.n && number.p[++i] == '+')
		i++;
	/* An exponent beyond 64 bits that did not fail the range check is deeply negative. */
	if (i < number.n && !str_to_i64(str_sub(number, i, SIZE_MAX), &exponent))
		return false;
	return below - zeros <= exponent;
}

static enum value_verdict count_of(struct str text, int64_t *out)
{
	text = str_trim(text);
	if (decimal_parse(text, 0, out) != ERR_OK || *out < 0 || !is_whole(text))
		return VALUE_WRONG;
	return VALUE_OK;
}

static __attribute__((noinline)) enum value_verdict odd_count(struct value_reader *r,
                                                              struct str doc, struct json_slice v,
                                                              int64_t *out)
{
	struct json_want want = {.outer = r->total};
	struct json_slice total;
	struct json_report report;
	enum json_type top;

	if (v.type != JSON_OBJECT)
		return count_of(number_text(r, doc, v), out);
	doc = json_slice_str(doc, v);
	if (json_skim(doc, &want, &total, NULL, &top, &report) != JSON_OK)
		return VALUE_WRONG;
	if (total.type == JSON_NULL)
		return VALUE_ABSENT;
	return count_of(number_text(r, doc, total), out);
}

enum value_verdict value_count(struct value_reader *r, struct str doc, struct json_slice v,
                               int64_t *out)
{
	if (value_absent(v))
		return VALUE_ABSENT;
	if (few_digits(json_slice_str(doc, v), 0, out))
		return VALUE_OK;
	return odd_count(r, doc, v, out);
}

bool value_streams(struct value_reader *r, struct str doc, struct json_slice parameters)
{
	struct json_want want = {.outer = r->stream};
	struct json_slice found[STREAM_KEYS];
	struct json_report report;
	enum json_type top;

	if (parameters.type != JSON_OBJECT)
		return false;
	doc = json_slice_str(doc, parameters);
	if (json_skim(doc, &want, found, NULL, &top, &report) != JSON_OK)
		return false;
	return value_true(doc, found[STREAM_STREAM]) || value_true(doc, found[STREAM_STREAMING]);
}

/* ---- times ---- */

/* Two digits; anything else makes *bad true. */
static unsigned pair(const char *p, bool *bad)
{
	unsigned tens = (unsigned)(p[0] - '0'), ones = (unsigned)(p[1] - '0');

	*bad |= tens > 9 || ones > 9;
	return tens * 10 + ones;
}

/* Of 14:00:00.123Z, with six digits below the point or three: the time of day, or TIME_NONE. */
static int64_t clock_of(struct str text)
{
	const char *p = text.p;
	bool bad = text.n != 13 && text.n != 16;
	unsigned hour, minute, second, micro;

	if (bad || p[2] != ':' || p[5] != ':' || p[8] != '.' || p[text.n - 1] != 'Z')
		return TIME_NONE;
	hour = pair(p, &bad);
	minute = pair(p + 3, &bad);
	second = pair(p + 6, &bad);
	micro = pair(p + 9, &bad) * 10000;
	if (text.n == 13)
		micro += pair(p + 10, &bad) % 10 * 1000;
	else
		micro += pair(p + 11, &bad) * 100 + pair(p + 13, &bad);
	if (bad || hour > 23 || minute > 59 || second > 59)
		return TIME_NONE;
	return ((hour * 60 + minute) * 60 + second) * TIME_SECOND + micro;
}

/* Whatever time_parse takes: only its days are remembered, so that nothing else says what a date is. */
int64_t value_time(struct value_reader *r, struct str text)
{
	int64_t clock, time;

	if (text.n <= DAY_TEXT)
		return time_parse(text);
	clock = clock_of(str_sub(text, DAY_TEXT, SIZE_MAX));
	if (clock == TIME_NONE)
		return time_parse(text);
	if (r->day_start != TIME_NONE && memcmp(r->day, text.p, DAY_TEXT) == 0)
		return r->day_start + clock;
	time = time_parse(text);
	memcpy(r->day, text.p, DAY_TEXT);
	r->day_start = time == TIME_NONE ? TIME_NONE : time - clock;
	return time;
}

/* ---- arrays ---- */

/* Behind the value that starts at `at` of an array that the lexer has passed. */
static size_t value_end(struct str array, size_t at)
{
	size_t depth = 0;

	for (; at < array.n; at++) {
		char c = array.p[at];

		if (c == '"') {
			for (at++; at < array.n && array.p[at] != '"'; at++)
				at += array.p[at] == '\\';
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (depth == 0 && (c == ',' || c == ']' || value_is_blank(c))) {
			break;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return at < array.n ? at : array.n;
}

struct str value_next_element(struct str array, size_t *at)
{
	size_t start = *at;

	while (start < array.n && (value_is_blank(array.p[start]) || array.p[start] == ','))
		start++;
	if (start >= array.n || array.p[start] == ']')
		return STR_EMPTY;
	*at = value_end(array, start);
	return str_sub(array, start, *at - start);
}
