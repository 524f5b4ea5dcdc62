/* query/error_text.h: what errors are taken for one. data/error_texts.txt has texts as SDKs and servers write them, each below its HTTP
 * status and its form. */
#include "query/error_text.h"

#include "base/utf8.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static void expect_form(struct str text, const char *form, unsigned status)
{
	struct buf once = {0}, twice = {0};
	unsigned found;

	error_form(text, &once, &found);
	assert_string_equal(buf_text(&once), form);
	assert_int_equal(found, status);
	error_form(buf_str(&once), &twice, NULL);
	assert_string_equal(buf_text(&twice), form);
	buf_free(&once);
	buf_free(&twice);
}

static struct str take_until(struct str *rest, struct str end)
{
	size_t at = str_find(*rest, end, 0, false);
	struct str taken = str_sub(*rest, 0, at);

	*rest = at == SIZE_MAX ? STR_EMPTY : str_sub(*rest, at + end.n, SIZE_MAX);
	return taken;
}

/* "=== 429", the form, "---", the text. */
static void texts_have_their_forms(void **state)
{
	char *file = read_file("data/error_texts.txt");
	struct str rest = str_sub(str_of(file), strlen("=== "), SIZE_MAX);
	unsigned n = 0;

	(void)state;
	for (; rest.n > 0; n++) {
		struct str text = take_until(&rest, STR("\n=== "));
		struct str status = take_until(&text, STR("\n"));
		struct str form = take_until(&text, STR("\n---\n"));
		char expected[ERROR_FORM_MAX + 1] = {0};
		int64_t number;

		assert_true(str_to_i64(status, &number) && form.n < sizeof(expected));
		memcpy(expected, form.p, form.n);
		expect_form(text, expected, (unsigned)number);
	}
	assert_in_range(n, 100, 1000);
	free(file);
}

static void a_locale_changes_nothing(void **state)
{
	(void)state;
	setlocale(LC_ALL, "C");
	texts_have_their_forms(NULL);
	setlocale(LC_ALL, "tr_TR.UTF-8");
	texts_have_their_forms(NULL);
	setlocale(LC_ALL, "C.UTF-8");
}

static bool same_form(const char *a, const char *b)
{
	struct buf x = {0}, y = {0};
	bool same;

	error_form(str_of(a), &x, NULL);
	error_form(str_of(b), &y, NULL);
	same = str_eq(buf_str(&x), buf_str(&y));
	buf_free(&x);
	buf_free(&y);
	return same;
}

/* What differs from one request to the next is no difference; what went wrong is. */
static void some_texts_are_one_error(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
		{"try again in 340ms", "try again in 7m12s", true},
		{"try again in 20s", "try again in 1.337s", true},
		{"Limit 30,000", "Limit 500", true},
		{"req_011CSHoEeqs5C35K2UUqR7Fy failed", "req_9f3kd02jf failed", true},
		{"at 0x7f8b1c2d3e50", "at 0x1", true},
		{"to 10.0.0.1:80", "to [fe80::1]:8080", true},
		{"a\n  b", "a b", true},
		{"{\"error\":{\"message\":\"m\",\"code\":\"c\"},\"request_id\":\"req_1\"}",
	         "{'error': {'code': 'c', 'message': 'm', 'param': None}}", true},
		{"Error code: 429 - x", "Error code: 500 - x", false},
		{"HTTP 502", "HTTP 503", false},
		{"no access to gpt-4o", "no access to gpt-4o-mini", false},
		{"claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20240620", false},
		{"unknown tool 'search'", "unknown tool 'refund'", false},
		{"{\"code\":\"a\",\"message\":\"m\"}", "{\"code\":\"b\",\"message\":\"m\"}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(same_form(pairs[i].a, pairs[i].b), pairs[i].same);
}

static void long_texts_are_bounded(void **state)
{
	struct buf text = {0}, longer = {0}, form = {0}, form_of_longer = {0};

	(void)state;
	for (unsigned i = 0; i < 4000; i++)
		buf_printf(&text, "word%c\xc3\xa9 ", 'a' + (int)(i % 26));
	buf_append(&longer, buf_str(&text));
	buf_puts(&longer, "end");
	error_form(buf_str(&text), &form, NULL);
	error_form(buf_str(&longer), &form_of_longer, NULL);
	assert_in_range(form.n, ERROR_FORM_MAX - 10, ERROR_FORM_MAX);
	assert_string_equal(buf_text(&form), buf_text(&form_of_longer));
	assert_true(utf8_valid(buf_str(&form)));
	buf_free(&text);
	buf_free(&longer);
	buf_free(&form);
	buf_free(&form_of_longer);
}

/* Its last exception stands behind all of its frames. */
static void long_tracebacks_say_what_they_end_with(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "Traceback (most recent call last):\n");
	for (unsigned i = 0; i < 500; i++)
		buf_printf(&text, "  File \"/app/a.py\", line %u, in f\n    f(%u)\n", i, i);
	buf_puts(&text, "RecursionError: maximum recursion depth exceeded");
	expect_form(buf_str(&text), "RecursionError: maximum recursion depth exceeded", 0);
	buf_free(&text);
}

static void bytes_that_are_no_text(void **state)
{
	(void)state;
	expect_form(STR("bad \xff\xc3 byte\0s"), "bad \xef\xbf\xbd\xef\xbf\xbd byte s", 0);
	expect_form(STR("\x1b[31mred\x1b[0m"), "red", 0);
	expect_form(STR(""), "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_have_their_forms),
		cmocka_unit_test(a_locale_changes_nothing),
		cmocka_unit_test(some_texts_are_one_error),
		cmocka_unit_test(long_texts_are_bounded),
		cmocka_unit_test(long_tracebacks_say_what_they_end_with),
		cmocka_unit_test(bytes_that_are_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
