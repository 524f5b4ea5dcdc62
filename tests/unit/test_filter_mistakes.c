/* Filters that cannot be read: every mistake with its place, what is not complete yet, and the limits. */
#include "query/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-22 10:00:00 UTC */
#define NOW (INT64_C(1795341600) * TIME_SECOND)

/* The row has a user alone. */
static bool same_user(void *ctx, const struct field *field, struct str name, struct buf *out)
{
	(void)ctx;
	(void)name;
	if (field->number == FIELD_USER)
		buf_puts(out, "u_anna");
	return out->n > 0;
}

static const struct filter_reading how = {.now = NOW, .same = same_user};

/* ---- mistakes -------------------------------------------------------------------------------- */

struct mistake {
	const char *typed;
	unsigned at; /* of the caret */
	const char *message;
};

static void check_mistake(const struct mistake *m, enum filter_state state)
{
	struct filter *f;
	struct errinfo e = {0};
	enum filter_state is = filter_parse(&f, str_of(m->typed), &how, &e);

	if (is != state || e.pos != m->at || strcmp(e.msg, m->message) != 0 || f != NULL)
		fail_msg("%s: state %d, at %u: %s", m->typed, is, (unsigned)e.pos, e.msg);
	assert_int_equal(filter_parse(&f, str_of(m->typed), &how, NULL), state);
}

static const struct mistake wrong_ones[] = {
	{"a lat:5", 2, "no field \"lat\": did you mean latency? (quote a text with a colon)"},
	{"usr:x", 0, "no field \"usr\": did you mean user? (quote a text with a colon)"},
	{"modle:x", 0, "no field \"modle\": did you mean model? (quote a text with a colon)"},
	{"limt:5", 0, "no field \"limt\": did you mean limit? (quote a text with a colon)"},
	{"http://x", 0, "no field \"http\": quote a text with a colon"},
	{"(same:lat)", 6, "no field \"lat\": did you mean latency? (quote a text with a colon)"},
	{"is:zzz", 3,
         "is: knows no \"zzz\": it is error, slow, running, done, cached, uncached, "
         "loop, orphan, truncated, starred, marked, new, priced, unpriced, streamed, "
         "pseudo, private, suspect, mismatch"},
	{"is:eror x", 3, "is: knows no \"eror\": did you mean error?"},
	{"is:err x", 3, "is: knows no \"err\": did you mean error?"},
	{"has:pic", 4,
         "has: knows no \"pic\": it is tool, image, audio, reasoning, feedback, eval, "
         "note, embedding, json"},
	{"kind:(tool OR gen)", 14, "kind: knows no \"gen\": did you mean generation?"},
	{"is:*", 3,
         "is: knows no \"*\": it is error, slow, running, done, cached, uncached, "
         "loop, orphan, truncated, starred, marked, new, priced, unpriced, streamed, "
         "pseudo, private, suspect, mismatch"},
	{"a ()", 3, "nothing stands between the parentheses"},
	{"trace()", 6, "nothing stands between the parentheses"},
	{"- a", 1, "what must not be has to follow"},
	{"(a -)", 4, "what must not be has to follow"},
	{"a NOT OR b", 6, "what must not be has to follow"},
	{"--a", 1, "not is said twice; quote a text that begins with - or !"},
	{"a)", 1, "a ) without its ("},
	{"OR a", 0, "nothing stands before OR; quote a text that is OR"},
	{"sort:x OR a", 7, "nothing stands before OR; quote a text that is OR"},
	{"a OR OR b", 5, "nothing stands before OR; quote a text that is OR"},
	{"(a OR )", 6, "an alternative has to follow OR"},
	{"NOT NOT a", 4, "NOT stands behind another; quote a text that is NOT"},
	{"-NOT a", 1, "NOT stands behind another; quote a text that is NOT"},
	{"NOT AND", 4, "AND stands behind another; quote a text that is AND"},
	{"a AND AND b", 6, "AND stands behind another; quote a text that is AND"},
	{"AND a", 0, "nothing stands before AND; quote a text that is AND"},
	{"(a AND )", 7, "something has to follow AND"},
	{"a > b", 2, "> stands within span(...) alone; quote a text with > in it"},
	{"span(> b)", 5, "nothing stands before >"},
	{"span(a > )", 9, "what is below has to follow >"},
	{"span(any(a > b))", 11, "> stands within span(...) alone; quote a text with > in it"},
	{"foo(bar)", 0,
         "no scope \"foo\": trace, session, span, any, all, none and count are; "
         "quote a text with a parenthesis in it"},
	{"count(a) b", 8, "a number has to follow count(...), as in count(...):>5"},
	{"count(a):x", 9, "\"x\" is not a count such as 1200, 12k or 1.5M"},
	{":x", 0, "the name of a field stands before a colon"},
	{"name: x", 5, "name: wants a value"},
	{"(name:)", 6, "name: wants a value"},
	{"name:a,,b", 7, "name: wants a value"},
	{"name:(a b)", 8, "OR or ) has to follow a value"},
	{"name:(a OR )", 11, "name: wants a value"},
	{"name:foo(x)", 8, "a blank has to stand behind a value; quote one that holds ("},
	{"name:\"a\"b", 8, "a blank has to stand behind a value; quote one that holds b"},
	{"say\"x\"", 3, "quotes stand around the whole text; one within it is \\\""},
	{"\"a\"b", 3, "a blank has to stand behind a quote"},
	{"(a)b", 3, "a blank has to stand behind a )"},
	{"\"\" a", 0, "nothing stands between the quotes"},
	{"// a", 0, "nothing stands between the slashes"},
	{"/a/x", 3, "a blank has to stand behind a text"},
	{"/a\nb/", 2, "a regular expression ends with a slash; quote a text that begins with one"},
	{"~ a", 1, "a text has to follow ~"},
	{"~name:x", 5, "~ stands before the value: name:~text"},
	{"@ x", 1, "@ wants a name, a colon and a value"},
	{"@:x", 0, "@ wants the name of a property"},
	{"@x y", 2, "@ wants a name, a colon and a value"},
	{"person.:x", 0, "person. wants the name of a property"},
	{"role:user is:error", 10, "a text has to follow the role"},
	{"role:user (a b)", 10, "a text has to follow the role"},
	{"role:user role:tool a", 10, "a text has to follow the role before"},
	{"(role:user)", 10, "a text has to follow the role"},
	{"span(role:user > a)", 15, "a text has to follow the role"},
	{"role:user OR a", 10, "a text has to follow the role"},
	{"role:user,tool a", 5, "one role a text: (role:user a OR role:tool a)"},
	{"role:usr a", 5, "role: knows no \"usr\": did you mean user?"},
	{"latency:2x", 8, "\"2x\" is not a time such as 350ms, 2s, 1.5m or 1h"},
	{"latency:>2d", 9, "\"2d\" is not a time such as 350ms, 2s, 1.5m or 1h"},
	{"latency:1..2q", 11, "\"2q\" is not a time such as 350ms, 2s, 1.5m or 1h"},
	{"latency:[1 TO 2q]", 14, "\"2q\" is not a time such as 350ms, 2s, 1.5m or 1h"},
	{"latency:1,x", 10, "\"x\" is not a time such as 350ms, 2s, 1.5m or 1h"},
	{"cost:5s", 5, "\"5s\" is not an amount such as 0.05 or $0.05"},
	{"cost:EUR5", 5, "\"EUR5\" is not an amount such as 0.05 or $0.05"},
	{"tokens:1.5", 7, "\"1.5\" is not a count such as 1200, 12k or 1.5M"},
	{"tokens:10kB", 7, "\"10kB\" is not a count such as 1200, 12k or 1.5M"},
	{"tokens:>99999999999999999999", 8,
         "\"99999999999999999999\" is not a count such as 1200, 12k or 1.5M"},
	{"cache%:61x", 7, "\"61x\" is not a share such as 61 or 61%"},
	{"temp:hot", 5, "\"hot\" is not a number"},
	{"@n:>x", 4, "\"x\" is not a number such as 3, 12k, $0.05, 350ms, 2s, 1.5m or 1h"},
	{"@n:>61%", 4, "\"61%\" is not a number such as 3, 12k, $0.05, 350ms, 2s, 1.5m or 1h"},
	{"@n:>$2s", 4, "\"$2s\" is not a number such as 3, 12k, $0.05, 350ms, 2s, 1.5m or 1h"},
	{"@n:[1 TO 2d]", 9, "\"2d\" is not a number such as 3, 12k, $0.05, 350ms, 2s, 1.5m or 1h"},
	{"score:>2s", 7, "\"2s\" is not a number"},
	{"/(a/", 3, "not a regular expression: missing closing parenthesis"},
	{"is:error -/a[/ b", 13,
         "not a regular expression: missing terminating ] for character class"},
	{"name:x,/a{2,1}b/i", 13,
         "not a regular expression: numbers out of order in {} quantifier"},
	{"@n:/+/", 4, "not a regular expression: quantifier does not follow a repeatable item"},
	{"in:>x", 4, "\"x\" is not a count such as 1200, 12k or 1.5M"},
	{"name:>5", 5, "name: is not compared by size; quote a text that begins so"},
	{"name:[a TO b]", 5, "name: is not compared by size; quote a text that begins so"},
	{"cost:5..1", 5, "the range ends before it begins"},
	{"cost:..", 5, "a range wants a beginning or an end"},
	{"cost:[* TO *]", 6, "a range wants a beginning or an end"},
	{"cost:[1 2]", 8, "a range is [a TO b]"},
	{"since:soon", 6,
         "\"soon\" is no time: 2h, 14:00, today, yesterday, 2026-11-20 and "
         "2026-11-20T10:00 are"},
	{"since:2026-02-30 x", 6,
         "\"2026-02-30\" is no time: 2h, 14:00, today, yesterday, 2026-11-20 "
         "and 2026-11-20T10:00 are"},
	{"at:25:00", 3,
         "\"25:00\" is no time: 2h, 14:00, today, yesterday, 2026-11-20 and "
         "2026-11-20T10:00 are"},
	{"since:1h,2h", 6, "since: takes one time"},
	{"since:>2h", 6, "since: takes a time as it is"},
	{"until:[1h TO 2h]", 6, "until: takes a time as it is"},
	{"same:model", 5, "the row has no model"},
	{"(sort:x)", 6, "sort: stands outside of parentheses"},
	{"-sort:x", 0, "sort:, by: and limit: have no opposite"},
	{"sort:x sort:y", 12, "sort: stands there twice"},
	{"by:x by:y", 8, "by: stands there twice"},
	{"sort:-desc", 5, "sort: wants a name before -desc"},
	{"sort: x", 5, "sort: wants a name"},
	{"any(limit:5)", 10, "limit: stands outside of parentheses"},
	{"limit:0", 6, "limit: wants one whole number from 1 on"},
	{"limit:1 limit:2", 14, "limit: stands there twice"},
	{"limit:1..5", 6, "limit: wants one whole number from 1 on"},
};

static void wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong_ones) / sizeof(wrong_ones[0]); i++)
		check_mistake(&wrong_ones[i], FILTER_WRONG);
}

static void incomplete(void **state)
{
	static const struct mistake mistakes[] = {
		{"a -", 3, "what must not be has to follow"},
		{"NOT ", 4, "what must not be has to follow"},
		{"(a", 2, "a ) has to follow"},
		{"(", 1, "a ) has to follow"},
		{"trace(any(a)", 12, "a ) has to follow"},
		{"a OR ", 5, "an alternative has to follow OR"},
		{"a AND", 5, "something has to follow AND"},
		{"span(a >>", 9, "what is below has to follow >"},
		{"\"a", 2, "a quote has to be closed"},
		{"\"a\\\"", 4, "a quote has to be closed"},
		{"/a", 2,
	         "a regular expression ends with a slash; quote a text that begins with one"},
		{"~", 1, "a text has to follow ~"},
		{"name:", 5, "name: wants a value"},
		{"name:a,", 7, "name: wants a value"},
		{"name:(a OR", 10, "name: wants a value"},
		{"name:(a", 7, "OR or ) has to follow a value"},
		{"latency:>", 9, "a time such as 350ms, 2s, 1.5m or 1h has to follow"},
		{"@n:>", 4, "a number such as 3, 12k, $0.05, 350ms, 2s, 1.5m or 1h has to follow"},
		{"@cost:>$", 7,
	         "\"$\" is not a number such as 3, 12k, $0.05, 350ms, 2s, 1.5m or 1h"},
		{"/(a", 3,
	         "a regular expression ends with a slash; quote a text that begins with one"},
		{"cost:$", 5, "\"$\" is not an amount such as 0.05 or $0.05"},
		{"cost:1.", 5, "\"1.\" is not an amount such as 0.05 or $0.05"},
		{"since:14:", 6,
	         "\"14:\" is no time: 2h, 14:00, today, yesterday, 2026-11-20 and "
	         "2026-11-20T10:00 are"},
		{"cost:[1 TO ", 11, "a range is [a TO b]"},
		{"is:err", 3, "is: knows no \"err\": did you mean error?"},
		{"@rel", 4, "@ wants a name, a colon and a value"},
		{"@rel:", 5, "@ wants a value"},
		{"role:user ", 10, "a text has to follow the role"},
		{"count(a)", 8, "a number has to follow count(...), as in count(...):>5"},
		{"count(a):", 9, "count(...): wants a value"},
		{"sort:", 5, "sort: wants a name"},
		{"same:", 5, "same: wants a field"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		check_mistake(&mistakes[i], FILTER_INCOMPLETE);
}

static void a_row_is_needed_for_same(void **state)
{
	const struct filter_reading without = {.now = NOW};
	struct errinfo e;
	struct filter *f;

	(void)state;
	assert_int_equal(filter_parse(&f, STR("same:user"), &without, &e), FILTER_WRONG);
	assert_string_equal(e.msg, "same: is of the row under a cursor, and here is none");
}

/* ---- limits ---------------------------------------------------------------------------------- */

static enum filter_state state_of(struct buf *text, struct errinfo *e)
{
	struct filter *f;
	enum filter_state state = filter_parse(&f, buf_str(text), &how, e);

	filter_free(f);
	buf_free(text);
	return state;
}

static void nest(struct buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_puts(out, i % 2 ? "(" : "span(");
	buf_puts(out, "x");
	buf_pad(out, ')', depth);
}

static void depth_is_bounded(void **state)
{
	struct buf text = {0};
	struct errinfo e;

	(void)state;
	nest(&text, FILTER_MAX_DEPTH);
	assert_int_equal(state_of(&text, NULL), FILTER_VALID);
	nest(&text, FILTER_MAX_DEPTH + 1);
	assert_int_equal(state_of(&text, &e), FILTER_WRONG);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.msg, "parentheses too deep in each other");
}

static void terms_are_bounded(void **state)
{
	struct buf text = {0};
	struct errinfo e;

	(void)state;
	buf_puts(&text, "id:a");
	for (unsigned i = 1; i < FILTER_MAX_TERMS; i++)
		buf_puts(&text, ",a");
	assert_int_equal(state_of(&text, NULL), FILTER_VALID);
	for (unsigned i = 0; i <= FILTER_MAX_TERMS; i++)
		buf_puts(&text, "a ");
	assert_int_equal(state_of(&text, &e), FILTER_WRONG);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(e.pos, 2 * FILTER_MAX_TERMS + 1);
}

static void length_is_bounded(void **state)
{
	struct buf text = {0};
	struct errinfo e;

	(void)state;
	buf_pad(&text, 'a', FILTER_MAX_BYTES);
	assert_int_equal(state_of(&text, NULL), FILTER_VALID);
	buf_pad(&text, 'a', FILTER_MAX_BYTES + 1);
	assert_int_equal(state_of(&text, &e), FILTER_WRONG);
	assert_int_equal(e.code, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong),
		cmocka_unit_test(incomplete),
		cmocka_unit_test(a_row_is_needed_for_same),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(terms_are_bounded),
		cmocka_unit_test(length_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
