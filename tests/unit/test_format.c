/* Numbers and times in few columns. */
#include "draw/format.h"
#include "draw/surface.h"
#include "draw/width.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define ASSERT_FORMAT(call, want)                          \
	do {                                               \
		struct buf out = {0};                      \
		call;                                      \
		assert_string_equal(buf_text(&out), want); \
		buf_free(&out);                            \
	} while (0)

static void counts(void **state)
{
	(void)state;
	ASSERT_FORMAT(format_count(&out, 0), "0");
	ASSERT_FORMAT(format_count(&out, 999), "999");
	ASSERT_FORMAT(format_count(&out, 1000), "1,000");
	ASSERT_FORMAT(format_count(&out, 1234567), "1,234,567");
	ASSERT_FORMAT(format_count(&out, -4812), "-4,812");
	ASSERT_FORMAT(format_count(&out, INT64_MIN), "-9,223,372,036,854,775,808");
}

static void tokens(void **state)
{
	(void)state;
	ASSERT_FORMAT(format_tokens(&out, 0), "0");
	ASSERT_FORMAT(format_tokens(&out, 999), "999");
	ASSERT_FORMAT(format_tokens(&out, 1000), "1.0k");
	ASSERT_FORMAT(format_tokens(&out, 6449), "6.4k");
	ASSERT_FORMAT(format_tokens(&out, 6450), "6.5k");
	ASSERT_FORMAT(format_tokens(&out, 9949), "9.9k");
	ASSERT_FORMAT(format_tokens(&out, 9950), "10k");
	ASSERT_FORMAT(format_tokens(&out, 9999), "10k");
	ASSERT_FORMAT(format_tokens(&out, 41200), "41k");
	ASSERT_FORMAT(format_tokens(&out, 999499), "999k");
	ASSERT_FORMAT(format_tokens(&out, 999500), "1.0M");
	ASSERT_FORMAT(format_tokens(&out, 999950), "1.0M");
	ASSERT_FORMAT(format_tokens(&out, 1200000), "1.2M");
	ASSERT_FORMAT(format_tokens(&out, INT64_MAX), "9.2E");
	ASSERT_FORMAT(format_tokens(&out, -6449), "-6.4k");
}

static void bytes(void **state)
{
	(void)state;
	ASSERT_FORMAT(format_bytes(&out, 0), "0 B");
	ASSERT_FORMAT(format_bytes(&out, 412), "412 B");
	ASSERT_FORMAT(format_bytes(&out, 4096), "4.1 kB");
	ASSERT_FORMAT(format_bytes(&out, 1200000000), "1.2 GB");
	ASSERT_FORMAT(format_bytes(&out, UINT64_MAX), "18 EB");
}

static void exact_amounts(void **state)
{
	(void)state;
	ASSERT_FORMAT(format_amount(&out, 0), "$0.00");
	ASSERT_FORMAT(format_amount(&out, INT64_C(112040000000)), "$0.11204");
	ASSERT_FORMAT(format_amount(&out, INT64_C(1500000000000)), "$1.50");
	ASSERT_FORMAT(format_amount(&out, 1), "$0.000000000001");
	ASSERT_FORMAT(format_amount(&out, -INT64_C(20000000000)), "-$0.02");
}

static void prices(void **state)
{
	(void)state;
	ASSERT_FORMAT(format_price(&out, PRICE_PROMPT, INT64_C(1250000000000)), "$1.25/M");
	ASSERT_FORMAT(format_price(&out, PRICE_COMPLETION, INT64_C(10000000000000)), "$10.00/M");
	ASSERT_FORMAT(format_price(&out, PRICE_CACHE_READ, INT64_C(75000000000)), "$0.075/M");
	ASSERT_FORMAT(format_price(&out, PRICE_PROMPT, 1), "$0.000000000001/M");
	ASSERT_FORMAT(format_price(&out, PRICE_PROMPT, 0), "$0.00/M");
	ASSERT_FORMAT(format_price(&out, PRICE_WEB_SEARCH, INT64_C(10000000000000000)), "$0.01");
	ASSERT_FORMAT(format_price(&out, PRICE_REQUEST, INT64_C(5000000000000000)), "$0.005");
	ASSERT_FORMAT(format_price(&out, PRICE_PROMPT, PRICE_NONE), "$?");
}

static void seconds(void **state)
{
	(void)state;
	ASSERT_FORMAT(format_seconds(&out, 0), "0ms");
	ASSERT_FORMAT(format_seconds(&out, 1), "<1ms");
	ASSERT_FORMAT(format_seconds(&out, 400), "<1ms");
	ASSERT_FORMAT(format_seconds(&out, 1000), "1ms");
	ASSERT_FORMAT(format_seconds(&out, 24000), "24ms");
	ASSERT_FORMAT(format_seconds(&out, 99499), "99ms");
	ASSERT_FORMAT(format_seconds(&out, 99500), "0.1s");
	ASSERT_FORMAT(format_seconds(&out, 400000), "0.4s");
	ASSERT_FORMAT(format_seconds(&out, 999600), "1.0s");
	ASSERT_FORMAT(format_seconds(&out, 12400000), "12.4s");
	ASSERT_FORMAT(format_seconds(&out, 59949999), "59.9s");
	ASSERT_FORMAT(format_seconds(&out, 59960000), "1m00");
	ASSERT_FORMAT(format_seconds(&out, 72000000), "1m12");
	ASSERT_FORMAT(format_seconds(&out, 3599499999), "59m59");
	ASSERT_FORMAT(format_seconds(&out, 3599500000), "1h00");
	ASSERT_FORMAT(format_seconds(&out, 7500000000), "2h05");
	ASSERT_FORMAT(format_seconds(&out, 86369999999), "23h59");
	ASSERT_FORMAT(format_seconds(&out, 86370000000), "1d00h");
	ASSERT_FORMAT(format_seconds(&out, 273600000000), "3d04h");
	ASSERT_FORMAT(format_seconds(&out, -12400000), "-12.4s");
	ASSERT_FORMAT(format_seconds(&out, INT64_MAX), "106751991d04h");
	ASSERT_FORMAT(format_seconds(&out, EVENT_UNKNOWN), "-");
}

static money dollars(const char *text)
{
	int64_t amount = 0;

	assert_int_equal(decimal_parse(str_of(text), MONEY_SCALE, &amount), ERR_OK);
	return amount;
}

static void assert_money(const char *amount, const char *want)
{
	ASSERT_FORMAT(format_money(&out, dollars(amount)), want);
}

static void amounts(void **state)
{
	(void)state;
	assert_money("0", "$0");
	assert_money("0.000000000001", "$0.000000000001");
	assert_money("0.00000006", "$0.00000006");
	assert_money("0.000012", "$0.000012");
	assert_money("0.184", "$0.184");
	assert_money("0.18407206", "$0.1841");
	assert_money("0.05", "$0.05");
	assert_money("0.1", "$0.10");
	assert_money("0.99994", "$0.9999");
	assert_money("0.99996", "$1.00");
	assert_money("1", "$1.00");
	assert_money("1.64", "$1.64");
	assert_money("12.4", "$12.40");
	assert_money("999.994", "$999.99");
	assert_money("999.995", "$1,000");
	assert_money("1234.4", "$1,234");
	assert_money("-0.5", "-$0.50");
	ASSERT_FORMAT(format_money(&out, (money)INT64_MAX * 1000), "$9,223,372,037");
	ASSERT_FORMAT(format_money(&out, EVENT_NO_COST), "$?");
}

static void assert_value(struct value v, int width, const char *want, enum role role)
{
	struct buf out = {0};

	assert_int_equal(format_value(&out, &v, width, 0), role);
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
}

static struct value cost(const char *amount)
{
	return (struct value){.type = VALUE_MONEY, .number = dollars(amount)};
}

static void values(void **state)
{
	struct value v = cost("0.184072");

	(void)state;
	assert_value(v, 0, "$0.1841", ROLE_COST);
	v.estimate = true;
	assert_value(v, 0, "~$0.1841", ROLE_ESTIMATE);
	v.partial = true;
	assert_value(v, 0, ">=~$0.184", ROLE_ESTIMATE);
	v.error = true;
	assert_value(v, 0, ">=~$0.184", ROLE_ERROR);
	v.estimate = false;
	assert_value(v, 0, ">=$0.184", ROLE_ERROR);
	v = (struct value){.type = VALUE_COUNT, .number = 1234567};
	assert_value(v, 0, "1,234,567", ROLE_TEXT);
	assert_value(v, 8, "1.2M", ROLE_TEXT);
	assert_value(v, 3, "###", ROLE_TEXT);
	v.partial = true;
	assert_value(v, 8, ">=1.2M", ROLE_TEXT);
	assert_value((struct value){.type = VALUE_TOKENS, .number = 41200}, 5, "41k", ROLE_TOKENS);
	assert_value((struct value){.type = VALUE_SECONDS, .number = 12400000}, 5, "12.4s",
	             ROLE_LATENCY);
	assert_value((struct value){.type = VALUE_BOOL, .number = 1}, 3, "yes", ROLE_TEXT);
	assert_value((struct value){.type = VALUE_PERCENT, .number = 0}, 4, "0%", ROLE_TEXT);
	assert_value((struct value){.type = VALUE_PERCENT, .number = 400000000000}, 4, "0.4%",
	             ROLE_TEXT);
	assert_value((struct value){.type = VALUE_PERCENT, .number = 9960000000000}, 4, "10%",
	             ROLE_TEXT);
	assert_value((struct value){.type = VALUE_PERCENT, .number = 100000000000000}, 4, "100%",
	             ROLE_TEXT);
}

static void unknown_is_never_nothing(void **state)
{
	(void)state;
	assert_value((struct value){.type = VALUE_UNKNOWN}, 7, "-", ROLE_UNKNOWN);
	assert_value((struct value){.type = VALUE_UNKNOWN, .partial = true}, 7, "$?", ROLE_UNKNOWN);
	assert_value((struct value){.type = VALUE_UNKNOWN, .partial = true}, 1, "-", ROLE_UNKNOWN);
	assert_value((struct value){.type = VALUE_MONEY, .number = EVENT_NO_COST}, 7, "$?",
	             ROLE_UNKNOWN);
	assert_value((struct value){.type = VALUE_TOKENS, .number = EVENT_UNKNOWN}, 7, "-",
	             ROLE_UNKNOWN);
}

static void money_in_a_width(void **state)
{
	(void)state;
	assert_value(cost("0.184072"), 6, "$0.184", ROLE_COST);
	assert_value(cost("0.184072"), 5, "$0.18", ROLE_COST);
	assert_value(cost("0.00000012"), 8, "<$0.0001", ROLE_COST);
	assert_value(cost("0.00000012"), 6, "<$0.01", ROLE_COST);
	assert_value(cost("0.00000012"), 3, "<$1", ROLE_COST);
	assert_value(cost("0.00000012"), 2, "##", ROLE_COST);
	assert_value(cost("-0.00000012"), 6, "######", ROLE_COST);
	assert_value(cost("1234.5"), 5, "$1.2k", ROLE_COST);
	assert_value(cost("1.64"), 3, "$2", ROLE_COST);
	assert_value(cost("0"), 2, "$0", ROLE_COST);
}

/* One row for each kind of sum, in the widths at which its text changes. */
static const struct {
	const char *reported, *estimated; /* NULL: no call of that kind */
	uint32_t unpriced;
	int width;
	const char *want;
	enum role role;
} costs[] = {
	{NULL, NULL, 0, 0, "-", ROLE_UNKNOWN},
	{"0", NULL, 0, 0, "$0", ROLE_COST},
	{"2.89", NULL, 0, 0, "$2.89", ROLE_COST},
	{"2.89", NULL, 0, 4, "$3", ROLE_COST},
	{NULL, "0.0123", 0, 0, "~$0.0123", ROLE_ESTIMATE},
	{NULL, "0.0123", 0, 6, "~$0.01", ROLE_ESTIMATE},
	{NULL, "0", 0, 0, "~$0", ROLE_ESTIMATE},
	{"2", "0.89", 0, 0, "~$2.89", ROLE_ESTIMATE},
	{"2.89", NULL, 3, 0, "$2.89 + 3 unpriced", ROLE_COST},
	{"2.89", NULL, 3, 18, "$2.89 + 3 unpriced", ROLE_COST},
	{"2.89", NULL, 3, 17, ">=$2.89", ROLE_COST},
	{"2.89", NULL, 3, 4, ">=$2", ROLE_COST}, /* at least $3 it is not */
	{"2.897", NULL, 3, 17, ">=$2.89", ROLE_COST},
	{"2.897", NULL, 3, 18, "$2.90 + 3 unpriced", ROLE_COST},
	{"0.129999", NULL, 3, 9, ">=$0.1299", ROLE_COST},
	{"0.129999", NULL, 3, 7, ">=$0.12", ROLE_COST},
	{"12999.9", NULL, 3, 9, ">=$12,999", ROLE_COST},
	{"2.89", NULL, 3, 3, "###", ROLE_COST},
	{"0.00129", NULL, 3, 9, ">=$0.0012", ROLE_COST},
	{"0.00129", NULL, 3, 6, ">$0", ROLE_COST}, /* and not ">=<$0.1" */
	{"0.001", "0.0002", 3, 8, "~>$0", ROLE_ESTIMATE},
	{"2", "0.89", 4812, 0, "~$2.89 + 4,812 unpriced", ROLE_ESTIMATE},
	{"2", "0.89", 3, 18, ">=~$2.89", ROLE_ESTIMATE},
	{"2", "0.89", 3, 7, ">=~$2", ROLE_ESTIMATE},
	{"0", NULL, 1, 0, "$0 + 1 unpriced", ROLE_COST},
	{"0", NULL, 1, 9, ">=$0", ROLE_COST},
	{NULL, NULL, 3, 0, "$? (3 unpriced)", ROLE_UNKNOWN},
	{NULL, NULL, 3, 14, "$?", ROLE_UNKNOWN},
	{NULL, NULL, 3, 1, "-", ROLE_UNKNOWN},
};

static void sums_say_what_they_leave_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		struct totals t = {.unpriced = costs[i].unpriced};
		struct buf out = {0};

		t.reported = costs[i].reported != NULL;
		t.estimated = costs[i].estimated != NULL;
		t.cost_reported = t.reported ? dollars(costs[i].reported) : 0;
		t.cost_estimated = t.estimated ? dollars(costs[i].estimated) : 0;
		buf_puts(&out, "cost ");
		assert_int_equal(format_cost(&out, &t, costs[i].width), costs[i].role);
		assert_string_equal(buf_text(&out) + strlen("cost "), costs[i].want);
		buf_free(&out);
	}
}

static void assert_event_cost(uint32_t flags, int64_t amount, const char *want)
{
	struct event e = {.flags = flags, .cost = amount};

	ASSERT_FORMAT(format_event_cost(&out, &e), want);
}

static void costs_of_events(void **state)
{
	(void)state;
	assert_event_cost(EVENT_GENERATION, (int64_t)dollars("0.05"), "$0.05");
	assert_event_cost(EVENT_EMBEDDING | EVENT_COST_ESTIMATED, (int64_t)dollars("0.05"),
	                  "~$0.05");
	assert_event_cost(EVENT_GENERATION, 0, "$0");
	assert_event_cost(EVENT_GENERATION, EVENT_NO_COST, "$?");
	assert_event_cost(EVENT_EMBEDDING, EVENT_NO_COST, "$?");
	assert_event_cost(EVENT_SPAN, EVENT_NO_COST, "-");
}

static void text_is_cleaned_and_cut(void **state)
{
	struct value v = {.type = VALUE_TEXT, .text = STR("hello world")};

	(void)state;
	assert_value(v, 0, "hello world", ROLE_TEXT);
	assert_value(v, 11, "hello world", ROLE_TEXT);
	assert_value(v, 8, "hello w~", ROLE_TEXT);
	assert_value(v, 1, "~", ROLE_TEXT);
	v.text = STR("\u7FFB\u8A33\u3057");
	assert_value(v, 4, "\u7FFB~", ROLE_TEXT);
	v.text = STR("a\033[31mb");
	assert_value(v, 0, "a\\x1B[31mb", ROLE_TEXT);
	v.error = true;
	assert_value(v, 4, "a\\x~", ROLE_ERROR);
}

static void assert_time(const char *t, const char *now, int width, const char *want)
{
	struct value v = {.type = VALUE_TIME, .number = time_parse(str_of(t))};
	struct buf out = {0};

	assert_int_equal(format_value(&out, &v, width, time_parse(str_of(now))), ROLE_TIME);
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
}

static void times(void **state)
{
	(void)state;
	assert_time("2026-11-21T22:14:01Z", "2026-11-21T23:59:59Z", 8, "22:14:01");
	assert_time("2026-11-21T22:14:01Z", "2026-11-21T00:00:00Z", 0, "22:14:01");
	assert_time("2026-11-21T22:14:01Z", "2026-11-21T00:00:00Z", 5, "22:14");
	assert_time("2026-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 0, "2026-11-21 22:14:01");
	assert_time("2026-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 18, "11-21 22:14");
	assert_time("2026-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 11, "11-21 22:14");
	assert_time("2025-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 11, "2025-11-21");
	assert_time("2026-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 10, "2026-11-21");
	assert_time("2026-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 8, "Nov 21");
	assert_time("2025-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 8, "2025-11");
	assert_time("2025-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 5, "11-21");
	assert_time("2025-11-21T22:14:01Z", "2026-11-22T00:00:00Z", 4, "####");
	assert_value((struct value){.type = VALUE_TIME, .number = TIME_NONE}, 8, "-", ROLE_UNKNOWN);
}

static void never_wider(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct buf out = {0};
		int width = 1 + rand_r(&seed) % 16;
		money number = (money)((uint64_t)rand_r(&seed) << 33 ^ (uint64_t)rand_r(&seed)
		                                                               << 2);
		struct value v = {.type = (enum value_type)(rand_r(&seed) % (VALUE_BOOL + 1)),
		                  .estimate = rand_r(&seed) % 2,
		                  .partial = rand_r(&seed) % 2,
		                  .number = (number >> rand_r(&seed) % 64) *
		                            (rand_r(&seed) % 2 ? 1 : -1),
		                  .text = STR("a\u7FFBe\u0301\n b")};

		format_value(&out, &v, width, 0);
		assert_true(out.n > 0);
		assert_true(width_text(buf_str(&out)) <= width);
		buf_free(&out);
	}
}

static void nodes(void **state)
{
	struct event e = {.flags = EVENT_GENERATION};

	(void)state;
	assert_int_equal(format_event_mark(&e), '*');
	assert_int_equal(format_event_role(&e), ROLE_GENERATION);
	e.flags = EVENT_EMBEDDING;
	assert_int_equal(format_event_mark(&e), 'E');
	e.flags = EVENT_SPAN | EVENT_TOOL;
	assert_int_equal(format_event_mark(&e), 'T');
	assert_int_equal(format_event_role(&e), ROLE_TOOL);
	e.flags = EVENT_SPAN | EVENT_ERROR;
	assert_int_equal(format_event_mark(&e), 'v');
	assert_int_equal(format_event_role(&e), ROLE_SPAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(tokens),
		cmocka_unit_test(bytes),
		cmocka_unit_test(exact_amounts),
		cmocka_unit_test(prices),
		cmocka_unit_test(seconds),
		cmocka_unit_test(amounts),
		cmocka_unit_test(values),
		cmocka_unit_test(unknown_is_never_nothing),
		cmocka_unit_test(money_in_a_width),
		cmocka_unit_test(sums_say_what_they_leave_out),
		cmocka_unit_test(costs_of_events),
		cmocka_unit_test(text_is_cleaned_and_cut),
		cmocka_unit_test(times),
		cmocka_unit_test(never_wider),
		cmocka_unit_test(nodes),
	};

	setlocale(LC_ALL, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
	glyph_set_ascii(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
