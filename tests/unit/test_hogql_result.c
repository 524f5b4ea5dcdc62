/* Results of queries that a person wrote: columns and values of every kind, what is hostile or cut, many rows, order. */
#include "collect/hogql_result.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
	struct hogql_result *result;
	struct errinfo e;
	struct buf text;
};

static int enter(void **state)
{
	static struct bench bench;

	bench = (struct bench){0};
	*state = &bench;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;

	hogql_result_drop(b->result, NULL);
	buf_free(&b->text);
	return 0;
}

static enum err read_text(struct bench *b, struct str sent)
{
	struct buf text = {0};
	enum err err;

	buf_append(&text, sent);
	hogql_result_drop(b->result, NULL);
	err = hogql_result_read(&b->result, &text, buf_str(&text), &b->e);
	assert_null(text.p);
	if (err != ERR_OK)
		assert_null(b->result);
	return err;
}

static void read_good(struct bench *b, const char *sent)
{
	if (read_text(b, str_of(sent)) != ERR_OK)
		fail_msg("%s", b->e.msg);
}

static void is_cell(struct bench *b, uint32_t row, uint32_t column, const char *text)
{
	buf_clear(&b->text);
	hogql_text(b->result, row, column, &b->text);
	assert_string_equal(buf_text(&b->text), text);
}

static void is_str(struct str s, const char *text)
{
	assert_true(str_eq(s, str_of(text)));
}

/* ---- what comes ---- */

static void test_every_kind(void **state)
{
	struct bench *b = *state;
	const struct hogql_result *r;

	read_good(
		b,
		"{\"columns\":[\"n\",\"f\",\"t\",\"yes\",\"nothing\",\"list\",\"object\"],"
		"\"types\":[[\"n\",\"UInt64\"],[\"f\",\"Nullable(Float64)\"],[\"t\",\"String\"],"
		"[\"yes\",\"Bool\"],[\"nothing\",\"Nullable(Nothing)\"],[\"list\",\"Array(UInt8)\"],"
		"[\"object\",\"LowCardinality(Nullable(Decimal(9, 2)))\"]],"
		"\"results\":[[9007199254740993,1.10,\"a\\n\\u00e4\",true,null,[1, [\"x\"]],{\"a\":1}]],"
		"\"hasMore\":true}");
	r = b->result;
	assert_int_equal(r->n_columns, 7);
	assert_int_equal(r->rows, 1);
	assert_true(r->more);
	is_cell(b, 0, 0, "9007199254740993");
	is_cell(b, 0, 1, "1.10");
	is_cell(b, 0, 2, "a\n\xc3\xa4");
	is_cell(b, 0, 3, "true");
	is_cell(b, 0, 4, "");
	is_cell(b, 0, 5, "[1, [\"x\"]]");
	is_cell(b, 0, 6, "{\"a\":1}");
	is_str(hogql_json(r, 0, 2), "\"a\\n\\u00e4\"");
	assert_int_equal(hogql_type(r, 0, 4), JSON_NULL);
	assert_true(r->columns[0].numeric && r->columns[1].numeric && r->columns[6].numeric);
	assert_false(r->columns[2].numeric || r->columns[3].numeric || r->columns[5].numeric);
	assert_int_equal(r->columns[0].longest, 16);
	is_str(r->columns[6].type, "LowCardinality(Nullable(Decimal(9, 2)))");
}

static void test_without_types(void **state)
{
	struct bench *b = *state;

	read_good(b,
	          "{\"columns\":[\"a\",\"b\",\"c\"],\"results\":[[1,1,null],[null,\"x\",null]]}");
	assert_true(b->result->columns[0].numeric);
	assert_false(b->result->columns[1].numeric || b->result->columns[2].numeric);
	assert_false(b->result->more);
	/* A list of names alone. */
	read_good(b, "{\"columns\":[\"a\"],\"types\":[\"Int8\"],\"results\":[]}");
	is_str(b->result->columns[0].type, "Int8");
	assert_int_equal(b->result->rows, 0);
}

static void test_names_alike(void **state)
{
	struct bench *b = *state;

	read_good(
		b,
		"{\"columns\":[\"a\",\"a\",\"a_2\",\"a\",\"\",\"\"],\"results\":[[1,2,3,4,5,6]]}");
	is_str(b->result->columns[0].key, "a");
	is_str(b->result->columns[1].key, "a_2");
	is_str(b->result->columns[2].key, "a_2_2");
	is_str(b->result->columns[3].key, "a_3");
	is_str(b->result->columns[4].key, "");
	is_str(b->result->columns[5].key, "_2");
	is_str(b->result->columns[3].name, "a");
}

static void test_rows_of_another_length(void **state)
{
	struct bench *b = *state;

	read_good(b, "{\"columns\":[\"a\",\"b\"],"
	             "\"results\":[[1,2],[1],[1,2,3],{\"a\":1},null,[],[3,4]]}");
	assert_int_equal(b->result->rows, 2);
	assert_int_equal(b->result->left_out, 5);
	is_cell(b, 1, 1, "4");
}

static void test_repaired(void **state)
{
	struct bench *b = *state;

	read_good(b, "{\"columns\":[\"a\",\"b\"],\"results\":[[NaN,\"x\"],[2,-Infinity]]}");
	is_cell(b, 0, 0, "");
	is_cell(b, 0, 1, "x");
	is_cell(b, 1, 0, "2");
}

static void test_senseless(void **state)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"results\":null}",
		"{\"results\":{\"a\":1}}",
		"{\"results\":[[1]]}",
		"{\"columns\":[\"a\"],\"results\":[[1]",
		"<html>",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(read_text(*state, str_of(texts[i])), ERR_PARSE);
}

/* Cut anywhere it is refused, and read nowhere beyond its end. */
static void test_cut(void **state)
{
	static const char whole[] =
		"{\"columns\":[\"a\",\"b\"],\"types\":[[\"a\",\"String\"],[\"b\",\"Int8\"]],"
		"\"results\":[[\"x\\\"y\",[1,{\"c\":null}]],[\"z\",-1e3]],\"hasMore\":false}";

	for (size_t n = 0; n + 1 < sizeof(whole) - 1; n++)
		assert_int_equal(read_text(*state, (struct str){whole, n}), ERR_PARSE);
	read_good(*state, whole);
}

/* What is too deep costs its own row. */
static void test_deep(void **state)
{
	struct bench *b = *state;
	struct buf sent = {0};

	buf_puts(&sent, "{\"columns\":[\"a\"],\"results\":[[1],[");
	buf_pad(&sent, '[', 5000);
	buf_pad(&sent, ']', 5000);
	buf_puts(&sent, "],[3]]}");
	read_good(b, buf_text(&sent));
	buf_free(&sent);
	assert_int_equal(b->result->rows, 2);
	assert_int_equal(b->result->left_out, 1);
	is_cell(b, 1, 0, "3");
}

static void test_many_columns(void **state)
{
	struct bench *b = *state;

	for (unsigned n = HOGQL_COLUMNS_MAX; n <= HOGQL_COLUMNS_MAX + 1; n++) {
		struct buf sent = {0};

		buf_puts(&sent, "{\"columns\":[\"a\"");
		for (unsigned i = 1; i < n; i++)
			buf_puts(&sent, ",\"a\"");
		buf_puts(&sent, "],\"results\":[]}");
		assert_int_equal(read_text(b, buf_str(&sent)),
		                 n > HOGQL_COLUMNS_MAX ? ERR_LIMIT : ERR_OK);
		buf_free(&sent);
	}
}

static void test_many_rows(void **state)
{
	struct bench *b = *state;
	struct buf sent = {0};
	uint32_t *order;

	buf_puts(&sent, "{\"columns\":[\"n\",\"t\"],\"results\":[");
	for (unsigned i = 0; i < 50000; i++)
		buf_printf(&sent, "%s[%u,\"row %u\"]", i > 0 ? "," : "", i * 7919 % 50000, i);
	buf_puts(&sent, "]}");
	read_good(b, buf_text(&sent));
	buf_free(&sent);
	assert_int_equal(b->result->rows, 50000);
	is_cell(b, 49999, 1, "row 49999");
	order = hogql_order(b->result, 0, false);
	for (uint32_t i = 0; i < 50000; i++) {
		char wanted[16];

		snprintf(wanted, sizeof(wanted), "%u", i);
		is_cell(b, order[i], 0, wanted);
	}
	mem_free(order);
}

static void test_start(void **state)
{
	struct bench *b = *state;
	char *const whole = "ab\xc3\xa4\n\"cd";

	read_good(b, "{\"columns\":[\"t\"],\"results\":[[\"ab\\u00e4\\n\\\"cd\"]]}");
	for (size_t max = 0; max < 20; max++) {
		buf_clear(&b->text);
		hogql_text_start(b->result, 0, 0, max, &b->text);
		assert_true(str_starts(str_of(whole), buf_str(&b->text)));
		/* Escapes are whole or not there. */
		assert_int_equal(b->text.n, max < 2    ? max
		                            : max < 8  ? 2
		                            : max < 10 ? 4
		                            : max < 12 ? 5
		                            : max < 14 ? max - 6
		                                       : 8);
	}
}

/* ---- order ---- */

static void is_order(struct bench *b, uint32_t column, bool falling, const char *rows)
{
	uint32_t *order = hogql_order(b->result, column, falling);
	struct buf found = {0};

	for (uint32_t i = 0; i < b->result->rows; i++)
		buf_printf(&found, "%s%u", i > 0 ? " " : "", order[i]);
	assert_string_equal(buf_text(&found), rows);
	buf_free(&found);
	mem_free(order);
}

static void test_numbers(void **state)
{
	struct bench *b = *state;

	read_good(b, "{\"columns\":[\"n\"],\"results\":[[10],[9],[null],[-1.5],[1e300],[0.5],[-0],"
	             "[0],[-1e300],[-10]]}");
	is_order(b, 0, false, "8 9 3 6 7 5 1 0 4 2");
	is_order(b, 0, true, "4 0 1 5 6 7 3 9 8 2");
	/* Hashes differ in digits that a double has not. */
	read_good(
		b,
		"{\"columns\":[\"n\"],\"results\":[[18446744073709551615],[18446744073709551614],"
		"[-9223372036854775807],[-9223372036854775808],[9007199254740993],[9007199254740992]]}");
	is_order(b, 0, false, "3 2 5 4 1 0");
}

static void test_decimals_in_texts(void **state)
{
	struct bench *b = *state;

	read_good(b, "{\"columns\":[\"n\"],\"types\":[[\"n\",\"Nullable(Decimal(18, 2))\"]],"
	             "\"results\":[[\"10.00\"],[\"9.50\"],[null],[\"-1.00\"]]}");
	is_order(b, 0, false, "3 1 0 2");
}

static void test_texts_and_ties(void **state)
{
	struct bench *b = *state;

	read_good(
		b,
		"{\"columns\":[\"t\"],\"results\":[[\"b\"],[null],[\"a\"],[7],[\"b\"],[\"10\"],[\"9\"],[true]]}");
	is_order(b, 0, false, "3 5 6 2 0 4 7 1");
	is_order(b, 0, true, "7 0 4 2 6 5 3 1");
}

/* ---- where a query is wrong ---- */

static void test_place(void **state)
{
	static const struct {
		const char *query, *said;
		uint64_t start, place;
	} cases[] = {
		{"SELECT FORM x", "Syntax error at line 1, column 7: mismatched input", ERR_NO_POS,
	         7},
		{"SELECT\n a,\n b FORM x", "line 3, column 3: no", ERR_NO_POS, 14},
		{"SELECT '\xc3\xa4' FORM", "line 1, column 11: no", ERR_NO_POS, 12},
		{"SELECT 1", "line 9, column 1", ERR_NO_POS, 8},
		{"SELECT 1", "line 1, column 999999999999", ERR_NO_POS, 8},
		{"SELECT 1", "line 0, column 3", ERR_NO_POS, 3},
		{"SELECT nothing", "Unable to resolve field: nothing", 7, 7},
		{"SELECT \xc3\xa4 nothing", "", 9, 10},
		{"SELECT 1", "", 900, 8},
		{"SELECT 1", "Unable to resolve field", ERR_NO_POS, ERR_NO_POS},
		{"SELECT 1", "in line with column and more", ERR_NO_POS, ERR_NO_POS},
		{"", "line 1, column 8", ERR_NO_POS, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			hogql_place(str_of(cases[i].query), str_of(cases[i].said), cases[i].start),
			cases[i].place);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_kind),
		TEST(test_without_types),
		TEST(test_names_alike),
		TEST(test_rows_of_another_length),
		TEST(test_repaired),
		TEST(test_senseless),
		TEST(test_cut),
		TEST(test_deep),
		TEST(test_many_columns),
		TEST(test_many_rows),
		TEST(test_start),
		TEST(test_numbers),
		TEST(test_decimals_in_texts),
		TEST(test_texts_and_ties),
		TEST(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
