/* JSON as it is laid out, and on one line. */
#include "base/clean.h"
#include "widget/json_text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf shown;

static const char *lay(reader_lay *layout, struct str text, int columns)
{
	struct reader_lines lines = {0};

	buf_clear(&shown);
	layout(&lines, text, ROLE_TEXT, columns);
	for (uint32_t i = 0; i < lines.n; i++) {
		buf_puts(&shown, i > 0 ? "\n" : "");
		buf_pad(&shown, ' ', lines.at[i].indent);
		if (lines.at[i].clean)
			buf_append(&shown, lines.at[i].text);
		else
			clean_append(&shown, lines.at[i].text, 0);
	}
	reader_lines_free(&lines);
	return buf_text(&shown);
}

static void expect(const char *text, const char *lines)
{
	assert_string_equal(lay(json_text_lay, str_of(text), 80), lines);
}

static void expect_brief(const char *text, const char *line)
{
	assert_string_equal(lay(json_text_brief, str_of(text), 80), line);
}

static void values_are_laid_out(void **state)
{
	(void)state;
	expect("{\"a\":[1, 2.50,{}],\"b\" : {\"c\":null} ,\"d\":[ ]}",
	       "{\n  \"a\": [\n    1,\n    2.50,\n    {}\n  ],\n  \"b\": {\n    \"c\": null\n  },\n"
	       "  \"d\": []\n}");
	expect(" true ", "true");
	expect("\"a\\\"}b\"", "\"a\\\"}b\"");
	expect("{\"a\": oops\n}", "{\"a\": oops\n}");
	expect("{\"a\":\"\033[31m\"}", "{\n  \"a\": \"\\x1B[31m\"\n}");
	expect("", "");
}

static void strings_are_taken_apart(void **state)
{
	(void)state;
	expect("{\"t\":\"one\\ntwo\\n  three\\n\"}",
	       "{\n  \"t\": \"one\\n\n    two\\n\n      three\\n\"\n}");
	expect("[\"{\\\"a\\\":1}\",\"{no}\"]", "[\n  <json> {\n    \"a\": 1\n  },\n  \"{no}\"\n]");
	expect("[\"[\\\"{\\\\\\\"a\\\\\\\":1}\\\"]\"]",
	       "[\n  <json> [\n    <json> {\n      \"a\": 1\n    }\n  ]\n]");
}

static void names_have_a_role(void **state)
{
	struct reader_lines lines = {0};

	(void)state;
	json_text_lay(&lines, STR("{\"a\":\"b\"}"), ROLE_ERROR, 80);
	assert_int_equal(lines.n, 3);
	assert_int_equal(lines.at[1].spans[0].role, ROLE_LABEL);
	assert_int_equal(lines.at[1].spans[2].role, ROLE_ERROR);
	reader_lines_free(&lines);
}

static void one_line_says_what_it_leaves_out(void **state)
{
	(void)state;
	expect_brief("{\"error\":\"timeout\",\"retry_after\":30}",
	             "{ error: \"timeout\", retry_after: 30 }");
	expect_brief("[1, [2,3], {\"a\":{\"b\":[1,2,3,4,5,6,7,8]}}]", "[ 1, [2,3], {..} +29 B ]");
	expect_brief("{\"no name\":\"0123456789 0123456789 0123456789 0123456789 0123456789\"}",
	             "{ \"no name\": \"0123456789 0123456789 012345678..\" +23 B }");
	expect_brief(
		"{\"aaaaaaaaaaaaaaaaaaaaaaa\":1,\"bbbbbbbbbbbbbbbbbbbbbbb\":2,\"c\":\"0123456789 0123456789\",\"d\":4}",
		"{ aaaaaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbb: 2, .. +34 B }");
	expect_brief("{}", "{  }");
	expect_brief("[1,2", "[ 1, 2 ]");
	expect_brief("{\"a\":\"cut \\u00", "{ a: \"cut \\u00 }");
	expect_brief("[,,:]}", "[ , ,  ]");
}

static void large_ones_are_cheap(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "{\"a\":\"");
	buf_pad(&text, 'x', 8u << 20);
	buf_puts(&text, "\",\"b\":[1]}");
	assert_non_null(strstr(lay(json_text_brief, buf_str(&text), 80), "..\" +"));
	assert_int_equal(strlen(lay(json_text_lay, buf_str(&text), 80)) > (8u << 20), true);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_laid_out),
		cmocka_unit_test(strings_are_taken_apart),
		cmocka_unit_test(names_have_a_role),
		cmocka_unit_test(one_line_says_what_it_leaves_out),
		cmocka_unit_test(large_ones_are_cheap),
	};
	int failed;

	setlocale(LC_ALL, "C.UTF-8");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_free(&shown);
	return failed;
}
