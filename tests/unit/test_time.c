/* Points in time: reading, printing, what a person types. */
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

/* Reads text and compares with what RFC 3339 prints for it; NULL: must be refused. */
static void assert_reads(const char *text, const char *want)
{
	struct buf b = {0};
	int64_t t = time_parse(str_of(text));

	time_append_rfc3339(&b, t);
	if (strcmp(buf_text(&b), want ? want : "?") != 0)
		fail_msg("\"%s\" reads as %s", text, buf_text(&b));
	buf_free(&b);
}

static void reads_rfc3339(void **state)
{
	(void)state;
	assert_reads("2026-11-21T22:14:01Z", "2026-11-21T22:14:01.000000Z");
	assert_reads("2026-11-21t22:14:01.5z", "2026-11-21T22:14:01.500000Z");
	assert_reads("2026-11-21T22:14:01.1234569+00:00", "2026-11-21T22:14:01.123456Z");
	assert_reads("2026-11-21T22:14:01.123456789012345678901234567890Z",
	             "2026-11-21T22:14:01.123456Z");
	assert_reads("2026-11-21T22:14:01+05:30", "2026-11-21T16:44:01.000000Z");
	assert_reads("2026-01-01T00:00:00+0200", "2025-12-31T22:00:00.000000Z");
	assert_reads("2026-11-21T22:14:01-23:59", "2026-11-22T22:13:01.000000Z");
	assert_reads("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z");
	assert_reads("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
	assert_reads("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z");
	assert_reads("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
	assert_int_equal(time_parse(STR("1970-01-01T00:00:00Z")), 0);
	assert_int_equal(time_parse(STR("2001-09-09T01:46:40Z")), 1000000000 * TIME_SECOND);
}

static void reads_its_relatives(void **state)
{
	(void)state;
	assert_reads("2026-11-21 22:14:01", "2026-11-21T22:14:01.000000Z");
	assert_reads(" 2026-11-21T22:14:01.25 ", "2026-11-21T22:14:01.250000Z");
	assert_reads("2026-11-21 22:14:01 +0100", "2026-11-21T21:14:01.000000Z");
	assert_reads("2026-11-21 22:14:01 UTC", "2026-11-21T22:14:01.000000Z");
	assert_reads("2026-11-21", "2026-11-21T00:00:00.000000Z");
	assert_reads("2026/11/21", "2026-11-21T00:00:00.000000Z");
	assert_reads("2026/11/21 22:14", "2026-11-21T22:14:00.000000Z");
}

static void reads_mail_dates(void **state)
{
	(void)state;
	assert_reads("Sat, 21 Nov 2026 22:14:01 +0100", "2026-11-21T21:14:01.000000Z");
	assert_reads("Sat, 21 Nov 2026 22:14:01 GMT", "2026-11-21T22:14:01.000000Z");
	assert_reads("21 Nov 2026 22:14 EST", "2026-11-22T03:14:00.000000Z");
	assert_reads("sat, 21 NOV 2026 22:14:01 +0000 (UTC)", "2026-11-21T22:14:01.000000Z");
	assert_reads("1 Jan 70 00:00:00 Z", "1970-01-01T00:00:00.000000Z");
	assert_reads("Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59.000000Z");
	assert_reads("Sun, 21 Nov 2026 22:14:01 GMT", NULL); /* was a Saturday */
	assert_reads("31 Nov 2026 22:14:01 GMT", NULL);
	assert_reads("21 Nov 2026", NULL);
	assert_reads("21 Nov 2026 22:14:01 XYZ", NULL);
	assert_reads("Sat 21 Nov 2026 22:14:01 GMT", NULL);
}

static void reads_epochs(void **state)
{
	(void)state;
	assert_reads("0", "1970-01-01T00:00:00.000000Z");
	assert_reads("1700000000", "2023-11-14T22:13:20.000000Z");
	assert_reads("1700000000.25", "2023-11-14T22:13:20.250000Z");
	assert_reads("1700000000123", "2023-11-14T22:13:20.123000Z");
	assert_reads("1700000000123.5", "2023-11-14T22:13:20.123500Z");
	assert_reads("1700000000123456", "2023-11-14T22:13:20.123456Z");
	assert_reads("1.7e9", "2023-11-14T22:13:20.000000Z");
	assert_reads("-1", "1969-12-31T23:59:59.000000Z");
	assert_reads("99999999999", "5138-11-16T09:46:39.000000Z");  /* 11 digits: s */
	assert_reads("100000000000", "1973-03-03T09:46:40.000000Z"); /* 12 digits: ms */
	assert_reads("100000000000000", "1973-03-03T09:46:40.000000Z");
	assert_reads("999999999999999999", NULL);
	assert_reads("-99999999999", NULL); /* before the year 0 */
	assert_reads("1e999999999", NULL);
}

static void refuses_the_rest(void **state)
{
	static const char *const bad[] = {"",
	                                  " ",
	                                  "now",
	                                  "2026",
	                                  "x",
	                                  "2026-13-01",
	                                  "2026-00-10",
	                                  "2026-02-29",
	                                  "2100-02-29",
	                                  "2026-04-31",
	                                  "2026-1-1",
	                                  "26-01-01",
	                                  "02026-01-01",
	                                  "2026-01-01T",
	                                  "2026-01-01T24:00:00Z",
	                                  "2026-01-01T23:60:00Z",
	                                  "2026-01-01T23:59:61Z",
	                                  "2026-01-01T12:00:00.Z",
	                                  "2026-01-01T12:00:00+24:00",
	                                  "2026-01-01T12:00:00+01:60",
	                                  "2026-01-01T12:00:00+1",
	                                  "2026-01-01T12:00:00Zx",
	                                  "2026-01-01x12:00:00Z",
	                                  "2026-01/01",
	                                  "2026-01-01T1:00:00Z",
	                                  "0000-01-01T00:00:00+00:01",
	                                  "9999-12-31T23:59:59-00:01",
	                                  "-2026-01-01",
	                                  "10000-01-01",
	                                  "2026-01-01T12:00:00:00",
	                                  "12:00",
	                                  "2026-01-01T12:00:00\t\t+01:00"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (strcmp(bad[i], "2026") != 0) /* a number: seconds */
			assert_reads(bad[i], NULL);
	assert_int_equal(time_parse(STR("2026-01-01T00:00:00Z\0")), TIME_NONE);
	assert_int_equal(time_parse((struct str){NULL, 0}), TIME_NONE);
}

static void leap_seconds_are_held_back(void **state)
{
	(void)state;
	assert_reads("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z");
	assert_reads("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999999Z");
	assert_reads("2017-01-01T05:29:60+05:30", "2016-12-31T23:59:59.999999Z");
	assert_reads("2016-12-31T12:00:60Z", NULL);
	assert_reads("2016-12-31T23:59:60+01:00", NULL);
}

/* Every day of 0 to 9999, forth and back, against a calendar that counts. */
static void every_day_agrees(void **state)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct buf text = {0}, back = {0};
	int64_t t = -62167219200 * TIME_SECOND;

	(void)state;
	for (int year = 0; year <= 9999; year += year == 2100 ? 7800 : 1)
		for (int month = 1; month <= 12; month++) {
			bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
			int length = lengths[month - 1] + (month == 2 && leap);

			if (year == 9900 && month == 1)
				t = time_parse(STR("9900-01-01"));
			for (int day = 1; day <= length; day++, t += 86400 * TIME_SECOND) {
				buf_clear(&text);
				buf_clear(&back);
				buf_printf(&text, "%04d-%02d-%02dT00:00:00.000000Z", year, month,
				           day);
				time_append_rfc3339(&back, t);
				if (!str_eq(buf_str(&text), buf_str(&back)) ||
				    time_parse(buf_str(&text)) != t)
					fail_msg("%s is not %s", buf_text(&text), buf_text(&back));
			}
		}
	buf_free(&text);
	buf_free(&back);
}

static void zone_of_the_process_does_not_matter(void **state)
{
	int64_t t;

	(void)state;
	set_zone("UTC");
	t = time_parse(STR("2026-07-01 12:00:00"));
	set_zone("America/New_York");
	assert_int_equal(time_parse(STR("2026-07-01 12:00:00")), t);
	assert_int_equal(time_parse(STR("Wed, 01 Jul 2026 12:00:00 GMT")), t);
	set_zone("UTC");
}

static void prints_local_time(void **state)
{
	struct buf b = {0};
	int64_t t = time_parse(STR("2026-11-21T22:14:01.9Z"));

	(void)state;
	set_zone("XXX-01:30");
	time_append_clock(&b, t);
	buf_add(&b, '|');
	time_append_local(&b, t);
	buf_add(&b, '|');
	time_append_local(&b, -1);
	buf_add(&b, '|');
	time_append_local(&b, TIME_NONE);
	time_append_clock(&b, TIME_NONE);
	time_append_rfc3339(&b, TIME_NONE);
	time_append_rfc3339(&b, INT64_MAX);
	assert_string_equal(buf_text(&b), "23:44:01|2026-11-21 23:44:01|1970-01-01 01:29:59|????");
	buf_free(&b);
	set_zone("UTC");
}

/* Now is 2026-11-21 22:14 in UTC, the 22nd already where the clock is two hours ahead. */
static void assert_range(const char *text, const char *want)
{
	int64_t now = time_parse(STR("2026-11-21T22:14:00Z"));
	int64_t t = time_parse_range(str_of(text), now);
	struct buf b = {0};

	time_append_rfc3339(&b, t);
	b.n = b.n > 17 ? 16 : b.n; /* to the minute */
	b.p[b.n] = '\0';
	if (strcmp(buf_text(&b), want ? want : "?") != 0)
		fail_msg("\"%s\" is %s", text, buf_text(&b));
	buf_free(&b);
}

static void reads_what_people_type(void **state)
{
	static const char *const bad[] = {"",
	                                  "m",
	                                  "15",
	                                  "15x",
	                                  "-3m",
	                                  "1.5h",
	                                  "25:00",
	                                  "14:60",
	                                  "14",
	                                  "Today",
	                                  "tomorrow",
	                                  "15 m",
	                                  "3dd",
	                                  "2026-02-30",
	                                  "99999999999999999999d",
	                                  "9999999999999d",
	                                  "14:00x",
	                                  "2026-11-21T"};

	(void)state;
	set_zone("XXX-02");
	assert_range("15m", "2026-11-21T21:59");
	assert_range("2h", "2026-11-21T20:14");
	assert_range(" 3d ", "2026-11-18T22:14");
	assert_range("60s", "2026-11-21T22:13");
	assert_range("1w", "2026-11-14T22:14");
	assert_range("today", "2026-11-21T22:00");
	assert_range("yesterday", "2026-11-20T22:00");
	assert_range("14:00", "2026-11-22T12:00");
	assert_range("9:05", "2026-11-22T07:05");
	assert_range("2026-11-20", "2026-11-19T22:00");
	assert_range("2026-11-20T10:00", "2026-11-20T08:00");
	assert_range("2026-11-20 10:00:30", "2026-11-20T08:00");
	assert_range("2026-11-20T10:00:00Z", "2026-11-20T10:00");
	assert_range("2026-11-20T10:00+01:00", "2026-11-20T09:00");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_range(bad[i], NULL);
	set_zone("UTC");
}

static void yesterday_knows_summer_time(void **state)
{
	/* The clocks went back on the 25th, which had 25 hours. */
	int64_t now = time_parse(STR("2026-10-26T11:00:00Z"));

	(void)state;
	set_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	assert_int_equal(time_parse_range(STR("yesterday"), now),
	                 time_parse(STR("2026-10-24T22:00:00Z")));
	assert_int_equal(time_parse_range(STR("today"), now),
	                 time_parse(STR("2026-10-25T23:00:00Z")));
	set_zone("UTC");
}

static void sums_stay_in_the_years_there_are(void **state)
{
	int64_t first = time_parse(STR("0000-01-01T00:00:00Z"));
	int64_t last = time_parse(STR("9999-12-31T23:59:59.999999Z"));

	(void)state;
	assert_int_equal(time_add(5, -7), -2);
	assert_int_equal(time_add(first, last - first), last);
	assert_true(time_add(first, -1) == TIME_NONE);
	assert_true(time_add(last, 1) == TIME_NONE);
	assert_true(time_add(last, INT64_MAX) == TIME_NONE);
	assert_true(time_add(-1, -INT64_MAX) == TIME_NONE);
	assert_true(time_add(TIME_NONE, 1) == TIME_NONE);
	assert_true(time_add(1, TIME_NONE) == TIME_NONE);
}

static void clocks_run(void **state)
{
	int64_t start = time_monotonic();

	(void)state;
	assert_true(time_now() > time_parse(STR("2020-01-01")));
	assert_true(time_monotonic() >= start);
}

/* A blank in front of a time makes no difference but to how it is read. */
static void the_usual_form_is_as_any(void **state)
{
	static const char *const texts[] = {
		"2026-01-31T14:00:00Z",        "2026-01-31T14:00:00.1Z",
		"2026-01-31T14:00:00.123456Z", "2026-01-31T14:00:00.1234567Z",
		"2026-01-31T14:00:00.Z",       "2026-01-31T14:00:00,5Z",
		"2026-02-29T14:00:00Z",        "2024-02-29T14:00:00Z",
		"1900-02-29T00:00:00Z",        "2000-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",        "2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",        "2026-01-00T00:00:00Z",
		"2026-01-31T24:00:00Z",        "2026-01-31T23:60:00Z",
		"2026-01-31T23:59:60Z",        "2026-01-31T23:58:60.5Z",
		"0000-01-01T00:00:00Z",        "9999-12-31T23:59:59.999999Z",
		"2026-01-31T14:00:00z",        "2026-01-31t14:00:00Z",
		"2026/01/31T14:00:00Z",        "2026-01-31T14:00:0xZ",
		"20a6-01-31T14:00:00Z",        "2026-01-31T14:00:00.12x4Z",
		"2026-01-31T14:00:00+01:00Z",  "2026-01-31T14:00:00ZZ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char blank[40];

		snprintf(blank, sizeof(blank), " %s", texts[i]);
		if (time_parse(str_of(texts[i])) != time_parse(str_of(blank)))
			fail_msg("%s", texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rfc3339),
		cmocka_unit_test(reads_its_relatives),
		cmocka_unit_test(the_usual_form_is_as_any),
		cmocka_unit_test(reads_mail_dates),
		cmocka_unit_test(reads_epochs),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(leap_seconds_are_held_back),
		cmocka_unit_test(every_day_agrees),
		cmocka_unit_test(zone_of_the_process_does_not_matter),
		cmocka_unit_test(prints_local_time),
		cmocka_unit_test(reads_what_people_type),
		cmocka_unit_test(yesterday_knows_summer_time),
		cmocka_unit_test(sums_stay_in_the_years_there_are),
		cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
