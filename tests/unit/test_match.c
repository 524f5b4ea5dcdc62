/* Texts and regular expressions: what they find, what they refuse, and that none of them takes for ever. */
#include "base/buf.h"
#include "base/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Where typed is found in text, the length in *length; SIZE_MAX if not. */
static size_t found(const char *typed, const char *text, size_t *length)
{
	struct match *m;
	size_t at;

	assert_int_equal(match_new(&m, str_of(typed), NULL), ERR_OK);
	at = match_find(m, str_of(text), 0, length);
	assert_false(match_gave_up(m));
	match_free(m);
	return at;
}

static void texts_are_found_with_smart_case(void **state)
{
	size_t length;

	(void)state;
	assert_int_equal(found("two", "one Two", &length), 4);
	assert_int_equal(length, 3);
	assert_int_equal(found("Two", "one two", &length), SIZE_MAX);
	assert_int_equal(found("a.c", "abc a.c", &length), 4);
	assert_int_equal(found("/a", "x/a", &length), 1); /* one slash makes no expression */
	assert_int_equal(found("//", "a//b", &length), 1);
	assert_int_equal(found("", "abc", &length), SIZE_MAX);
}

static void expressions_are_found_with_smart_case(void **state)
{
	size_t length;

	(void)state;
	assert_int_equal(found("/o.e/", "two ONE", &length), 4);
	assert_int_equal(length, 3);
	assert_int_equal(found("/O.E/", "two one", &length), SIZE_MAX);
	assert_int_equal(found("/O.E/i", "two one", &length), 4);
	assert_int_equal(found("/\\Sb/", "a B ab", &length), 4);   /* \S is no capital */
	assert_int_equal(found("/x*/", "abc", &length), SIZE_MAX); /* nothing is not found */
	assert_int_equal(found("/x*/", "abxx", &length), 2);
	assert_int_equal(found("/a\\Kb?/", "ac", &length), SIZE_MAX);
	assert_int_equal(found("/\xc3\x9c./", "\xc3\xbcx \xc3\x9cx", &length), 4);
	assert_int_equal(length, 3);
}

static void the_search_goes_on_from_a_place(void **state)
{
	struct match *m;
	size_t length;

	(void)state;
	assert_int_equal(match_new(&m, STR("/^a|b/"), NULL), ERR_OK);
	assert_int_equal(match_find(m, STR("abab"), 0, &length), 0);
	assert_int_equal(match_find(m, STR("abab"), 1, &length), 1);
	assert_int_equal(match_find(m, STR("abab"), 2, &length), 3); /* ^ is the text's start */
	assert_int_equal(match_find(m, STR("abab"), 4, &length), SIZE_MAX);
	assert_int_equal(match_find(m, STR("abab"), 9, &length), SIZE_MAX);
	assert_int_equal(match_find(m, STR_EMPTY, 0, &length), SIZE_MAX);
	match_free(m);
	match_free(NULL);
}

static void what_is_no_expression_is_said_with_its_place(void **state)
{
	struct match *m;
	struct errinfo e;
	struct buf large = {0};

	(void)state;
	assert_int_equal(match_new(&m, STR("/a(b/"), &e), ERR_USAGE);
	assert_null(m);
	assert_int_equal(e.pos, 4); /* behind what was typed before the second slash */
	assert_non_null(str_find(str_of(e.msg), STR("not a regular expression"), 0, false) == 0
	                        ? e.msg
	                        : NULL);
	assert_int_equal(match_new(&m, STR("/\\C/"), NULL), ERR_USAGE);
	buf_pad(&large, '/', 1);
	buf_pad(&large, 'a', 5000);
	buf_pad(&large, '/', 1);
	assert_int_equal(match_new(&m, buf_str(&large), &e), ERR_USAGE);
	buf_free(&large);
}

/* This one takes 2^30 steps on thirty letters without limits. */
static void an_expression_that_explodes_gives_up(void **state)
{
	struct match *m;
	struct buf text = {0};
	size_t length;

	(void)state;
	buf_pad(&text, 'a', 40);
	buf_add(&text, '!');
	assert_int_equal(match_new(&m, STR("/^(a|a|aa)*$/"), NULL), ERR_OK);
	assert_int_equal(match_find(m, buf_str(&text), 0, &length), SIZE_MAX);
	assert_true(match_gave_up(m));
	match_free(m);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_found_with_smart_case),
		cmocka_unit_test(expressions_are_found_with_smart_case),
		cmocka_unit_test(the_search_goes_on_from_a_place),
		cmocka_unit_test(what_is_no_expression_is_said_with_its_place),
		cmocka_unit_test(an_expression_that_explodes_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
