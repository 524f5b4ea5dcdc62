/* query/text_search.h: where texts are found, and what becomes of events that cannot be read, of expressions that take too
 * long, and of a search that is no longer wanted. */
#include "base/utf8.h"
#include "message/message.h"
#include "support/text_bench.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The events that are found, as a text of 0 and 1. */
static const char *found(struct loader_bench *b, const char *text, enum filter_test test,
                         unsigned places)
{
	static char bits[65];
	struct filter_value value = {.test = test, .text = str_of(text)};
	struct text_bench s;
	uint32_t n = b->table.n < 64 ? b->table.n : 64;

	value.fold = !utf8_has_capital(value.text);
	text_bench_begin(&s, b, &value, (struct text_wanted){.places = places});
	text_search_add(s.search, 0, b->table.n, NULL);
	text_bench_finish(&s);
	assert_int_equal(text_search_failed(s.search, NULL), 0);
	for (uint32_t i = 0; i < n; i++)
		bits[i] = text_search_has(s.search, i) ? '1' : '0';
	bits[n] = '\0';
	text_search_free(s.search);
	return bits;
}

/* ---- places ---- */

static const char *const placed =
	/* 0: all the places of messages */
	"{\"event\":\"$ai_generation\",\"properties\":{\"$ai_input\":["
	"{\"role\":\"system\",\"content\":\"alpha\"},{\"role\":\"user\",\"content\":\"beta\"}],"
	"\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":["
	"{\"type\":\"thinking\",\"thinking\":\"gamma\"},"
	"{\"type\":\"tool_use\",\"id\":\"toolu_9\",\"name\":\"delta\",\"input\":{\"a\":\"epsilon\"}},"
	"{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_9\",\"content\":\"zeta\"}]}]}}\n"
	/* 1: a span that is a tool call */
	"{\"event\":\"$ai_span\",\"properties\":{\"$ai_span_type\":\"tool\",\"$ai_span_name\":"
	"\"delta\",\"$ai_input_state\":{\"q\":\"eta\"},\"$ai_output_state\":[\"theta\"],"
	"\"$ai_error\":{\"message\":\"iota \\u00e9\"}}}\n"
	/* 2: names, and what is not looked at */
	"{\"event\":\"$ai_other\",\"uuid\":\"kappa-1\",\"distinct_id\":7001,\"properties\":{"
	"\"$ai_model\":\"lambda-4\",\"$ai_trace_id\":\"mu\",\"unseen\":\"nu\",\"$ai_tools\":["
	"{\"name\":\"xi\"}]}}\n"
	/* 3: media and JSON */
	"{\"event\":\"$ai_generation\",\"properties\":{\"$ai_input\":[{\"role\":\"user\","
	"\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://pi/omicron.png\"}}]}],"
	"\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"{\\\"rho\\\": 1}\"}]}}\n";

static void texts_are_found_in_their_places(void **state)
{
	static const struct {
		const char *text, *bits;
		unsigned places;
	} cases[] = {
		{"alpha", "1000", TEXT_INPUT},
		{"alpha", "0000", TEXT_OUTPUT},
		{"alpha", "1000", TEXT_SYSTEM},
		{"beta", "0000", TEXT_SYSTEM},
		{"gamma", "1000", TEXT_THINKING},
		{"alpha", "0000", TEXT_THINKING},
		{"delta", "1100", TEXT_TOOL},
		{"delta", "0000", TEXT_ARGUMENTS | TEXT_RESULT},
		{"epsilon", "1000", TEXT_ARGUMENTS},
		{"zeta", "1000", TEXT_RESULT},
		{"zeta", "0000", TEXT_ARGUMENTS},
		{"eta", "1100", TEXT_INPUT},
		{"eta", "0100", TEXT_ARGUMENTS},
		{"theta", "0100", TEXT_RESULT},
		{"iota", "0100", TEXT_ERROR},
		{"iota \xc3\xa9", "0100", TEXT_ERROR},
		{"kappa", "0010", TEXT_NAMES},
		{"7001", "0010", TEXT_NAMES},
		{"lambda", "0010", TEXT_ANYWHERE},
		{"ai_other", "0010", TEXT_NAMES},
		{"ai_span", "0000", TEXT_NAMES},
		{"toolu_9", "1000", TEXT_ANYWHERE},
		{"nu", "0000", TEXT_ANYWHERE},
		{"xi", "0000", TEXT_ANYWHERE},
		{"omicron", "0001", TEXT_ANYWHERE},
		{"properties", "0000", TEXT_ANYWHERE},
		{"user", "0000", TEXT_ANYWHERE},
	};
	struct loader_bench *b = *state;

	loader_bench_append(b, placed);
	loader_bench_load(b, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *bits = found(b, cases[i].text, TEST_VALUE, cases[i].places);

		if (strcmp(bits, cases[i].bits) != 0)
			fail_msg("%s at %x: %s, not %s", cases[i].text, cases[i].places, bits,
			         cases[i].bits);
	}
	loader_bench_close(b);
}

static void other_tests_than_texts_are_made(void **state)
{
	struct loader_bench *b = *state;

	loader_bench_append(b, placed);
	loader_bench_load(b, 0);
	assert_string_equal(found(b, "al*a", TEST_WILDCARD, TEXT_INPUT), "1000");
	assert_string_equal(found(b, "al*", TEST_WILDCARD, TEXT_INPUT), "1000");
	assert_string_equal(found(b, "lpha*", TEST_WILDCARD, TEXT_INPUT), "0000");
	assert_string_equal(found(b, "*ph*a", TEST_WILDCARD, TEXT_INPUT), "1000");
	assert_string_equal(found(b, "b[a-f]ta", TEST_REGEX, TEXT_INPUT), "1000");
	assert_string_equal(found(b, "^(be|the)ta$", TEST_REGEX, TEXT_ANYWHERE), "1000");
	assert_string_equal(found(b, "\"q\":\"ETA", TEST_REGEX, TEXT_INPUT), "0000");
	assert_string_equal(found(b, "\"q\":\"e.a", TEST_REGEX, TEXT_INPUT), "0100");
	assert_string_equal(found(b, "apa", TEST_FUZZY, TEXT_SYSTEM), "1000");
	assert_string_equal(found(b, "aph x", TEST_FUZZY, TEXT_SYSTEM), "0000");
	loader_bench_close(b);
}

static uint32_t count(struct loader_bench *b, struct text_wanted wanted)
{
	struct text_bench s;
	uint32_t n;

	text_bench_begin(&s, b, wanted.value, wanted);
	text_search_add(s.search, 0, b->table.n, NULL);
	text_bench_finish(&s);
	n = text_search_found(s.search);
	text_search_free(s.search);
	return n;
}

static void roles_and_kinds_of_parts_are_told_apart(void **state)
{
	struct filter_value beta = {.test = TEST_VALUE, .text = STR("beta"), .fold = true};
	struct text_wanted media = {.places = TEXT_MEDIA};
	struct text_wanted role = {.value = &beta, .places = TEXT_INPUT};
	struct loader_bench *b = *state;

	loader_bench_append(b, placed);
	loader_bench_load(b, 0);
	role.role = FIELD_ROLE_USER;
	assert_int_equal(count(b, role), 1);
	role.role = FIELD_ROLE_SYSTEM;
	assert_int_equal(count(b, role), 0);
	media.parts = 1u << PART_IMAGE;
	assert_int_equal(count(b, media), 1);
	media.parts = 1u << PART_AUDIO;
	assert_int_equal(count(b, media), 0);
	media.parts |= 1u << PART_TOOL_CALL | 1u << PART_IMAGE;
	assert_int_equal(count(b, media), 2);
	media = (struct text_wanted){.places = TEXT_MEDIA, .json = true};
	assert_int_equal(count(b, media), 1);
	loader_bench_close(b);
}

/* ---- what goes wrong ---- */

static void ignore(void *ctx)
{
	(void)ctx;
}

static void an_expression_that_is_none_is_an_error(void **state)
{
	struct filter_value value = {.test = TEST_REGEX, .text = STR("a(b")};
	struct text_wanted wanted = {.value = &value, .places = TEXT_INPUT};
	struct loader_bench *b = *state;
	struct text_search *s;
	struct errinfo e = {0};

	loader_bench_load(b, 0);
	assert_int_equal(text_search_new(&s, b->loop, &b->table, &wanted, ignore, NULL, &e),
	                 ERR_USAGE);
	assert_null(s);
	assert_int_equal(e.pos, 3);
	loader_bench_close(b);
}

static void one_that_takes_too_long_is_counted(void **state)
{
	struct filter_value value = {.test = TEST_REGEX, .text = STR("(a+)+$"), .fold = true};
	struct loader_bench *b = *state;
	struct errinfo e = {0};
	struct text_bench s;

	loader_bench_append(b, "{\"event\":\"$ai_generation\",\"properties\":{\"$ai_input\":"
	                       "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}}\n"
	                       "{\"event\":\"$ai_generation\",\"properties\":{\"$ai_input\":"
	                       "\"aaa\"}}\n"
	                       "{\"event\":\"$ai_generation\",\"properties\":{\"$ai_input\":"
	                       "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}}\n");
	loader_bench_load(b, 0);
	text_bench_begin(&s, b, &value, (struct text_wanted){.places = TEXT_INPUT});
	text_search_add(s.search, 0, 3, NULL);
	text_bench_finish(&s);
	assert_int_equal(text_search_found(s.search), 1);
	assert_int_equal(text_search_failed(s.search, &e), 2);
	assert_int_equal(e.code, ERR_LIMIT);
	text_search_free(s.search);
	loader_bench_close(b);
}

static void what_cannot_be_read_is_counted(void **state)
{
	struct filter_value value = {.test = TEST_VALUE, .text = STR("word"), .fold = true};
	struct loader_bench *b = *state;
	struct errinfo e = {0};
	struct text_bench s;
	off_t whole;

	for (int i = 0; i < 4; i++)
		loader_bench_append(b, "{\"event\":\"$ai_generation\",\"properties\":"
		                       "{\"$ai_input\":\"word\"}}\n");
	loader_bench_load(b, 0);
	whole = (off_t)journal_size(b->journal);
	assert_int_equal(truncate(b->path, whole / 4 * 2 + 3), 0);
	text_bench_begin(&s, b, &value, (struct text_wanted){.places = TEXT_ANYWHERE});
	text_search_add(s.search, 0, 4, NULL);
	text_bench_finish(&s);
	assert_int_equal(text_search_found(s.search), 2);
	assert_int_equal(text_search_failed(s.search, &e), 2);
	assert_int_equal(e.code, ERR_IO);
	text_search_free(s.search);
	/* Other bytes than those that were loaded. */
	loader_bench_write(b, O_TRUNC,
	                   STR("{\"event\":\"$ai_generation\",\"properties\":"
	                       "{\"$ai_input\":\"word\"}]\n"));
	text_bench_begin(&s, b, &value, (struct text_wanted){.places = TEXT_ANYWHERE});
	text_search_add(s.search, 0, 1, NULL);
	text_bench_finish(&s);
	assert_int_equal(text_search_failed(s.search, &e), 1);
	assert_non_null(
		strstr(e.msg, "the file has changed since it was loaded (the event's JSON "));
	assert_true(str_ends(str_of(e.msg), str_of(b->path)));
	text_search_free(s.search);
	loader_bench_close(b);
}

/* ---- much, and not to its end ---- */

/* Events of some hundred bytes, one of some MiB; every tenth has the word. */
static void write_many(const struct loader_bench *b, uint32_t n)
{
	struct buf lines = {0};

	for (uint32_t i = 0; i < n; i++) {
		buf_puts(&lines, "{\"event\":\"$ai_generation\",\"properties\":{\"$ai_input\":\"");
		buf_pad(&lines, 'x', i == n / 2 ? 6u << 20 : 700 + i % 100);
		buf_printf(&lines, "%s\"}}\n", i % 10 == 0 ? " word" : "");
	}
	loader_bench_write(b, O_TRUNC, buf_str(&lines));
	buf_free(&lines);
}

static void pieces_and_jobs_leave_nothing_out(void **state)
{
	struct filter_value value = {.test = TEST_VALUE, .text = STR("word"), .fold = true};
	struct filter_value slow = {.test = TEST_REGEX, .text = STR("[w]o"), .fold = true};
	struct loader_bench *b = *state;
	struct text_bench s;
	uint32_t n = 30000;

	write_many(b, n);
	loader_bench_load(b, 0);
	assert_int_equal(b->table.n, n);
	text_bench_begin(&s, b, &value, (struct text_wanted){.places = TEXT_ANYWHERE});
	for (uint32_t at = 0; at < n; at += 1000)
		text_search_add(s.search, at, 1000, NULL);
	text_bench_finish(&s);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(text_search_has(s.search, i), i % 10 == 0);
	assert_int_equal(text_search_found(s.search), n / 10);
	assert_true(s.changes > 0);
	assert_false(text_search_has(s.search, n + 1000000));
	/* And on. */
	text_search_add(s.search, 0, 1, NULL);
	assert_false(text_search_done(s.search));
	text_bench_finish(&s);
	assert_int_equal(text_search_found(s.search), n / 10);
	text_search_free(s.search);
	text_bench_begin(&s, b, &slow, (struct text_wanted){.places = TEXT_ANYWHERE});
	text_search_add(s.search, 0, n, NULL);
	text_bench_finish(&s);
	assert_int_equal(text_search_found(s.search), n / 10);
	text_search_free(s.search);
	loader_bench_close(b);
}

static void a_search_may_be_freed_at_any_time(void **state)
{
	struct filter_value value = {.test = TEST_REGEX, .text = STR("[w]o.d"), .fold = true};
	struct loader_bench *b = *state;
	struct text_bench s;

	write_many(b, 5000);
	loader_bench_load(b, 0);
	for (int turns = 0; turns < 4; turns++) {
		text_bench_begin(&s, b, &value, (struct text_wanted){.places = TEXT_ANYWHERE});
		text_search_add(s.search, 0, b->table.n, NULL);
		for (int i = 0; i < turns && !text_search_done(s.search); i++)
			loop_step(b->loop, true);
		text_search_free(s.search);
	}
	text_bench_begin(&s, b, &value, (struct text_wanted){.places = TEXT_ANYWHERE});
	text_search_add(s.search, 0, b->table.n, NULL);
	text_search_free(s.search);
	/* The journal goes, and the loop, while workers are not back yet. */
	loader_bench_close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, loader_bench_enter, loader_bench_leave)
		TEST(texts_are_found_in_their_places),
		TEST(other_tests_than_texts_are_made),
		TEST(roles_and_kinds_of_parts_are_told_apart),
		TEST(an_expression_that_is_none_is_an_error),
		TEST(one_that_takes_too_long_is_counted),
		TEST(what_cannot_be_read_is_counted),
		TEST(pieces_and_jobs_leave_nothing_out),
		TEST(a_search_may_be_freed_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
