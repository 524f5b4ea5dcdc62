/* What ids, prefixes and `last` name. */
#include "query/lookup.h"
#include "support/events_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect_event(struct fixture *f, const char *text, uint32_t event)
{
	struct errinfo e;
	struct lookup found;

	assert_int_equal(lookup_find(&found, f->model, str_of(text), &e), ERR_OK);
	assert_int_equal(found.kind, LOOKUP_EVENT);
	assert_int_equal(found.number, event);
}

static void expect_trace(struct fixture *f, const char *text, const char *trace)
{
	uint32_t id = ids_find(&f->events.ids, str_of(trace));
	struct lookup found;

	assert_int_equal(lookup_find(&found, f->model, str_of(text), NULL), ERR_OK);
	assert_int_equal(found.kind, LOOKUP_TRACE);
	assert_int_equal(model_trace(f->model, found.number)->id, id);
}

static void expect_session(struct fixture *f, const char *text, const char *session)
{
	uint32_t id = ids_find(&f->events.ids, str_of(session));
	struct lookup found;

	assert_int_equal(lookup_find(&found, f->model, str_of(text), NULL), ERR_OK);
	assert_int_equal(found.kind, LOOKUP_SESSION);
	assert_int_equal(model_session(f->model, found.number)->id, id);
}

static void expect_failure(struct fixture *f, const char *text, enum err err, const char *part)
{
	struct errinfo e = {ERR_OK, 0, ""};
	struct lookup found;

	assert_int_equal(lookup_find(&found, f->model, str_of(text), &e), err);
	assert_int_equal(e.code, err);
	if (!strstr(e.msg, part))
		fail_msg("\"%s\" is not in \"%s\"", part, e.msg);
	assert_int_equal(lookup_find(&found, f->model, str_of(text), NULL), err);
}

static void every_id_names_its_thing(void **state)
{
	struct fixture f;
	uint32_t event;

	(void)state;
	fixture_init(&f);
	event = FIXTURE_ADD(&f, .uuid = "0190aaaa-1111-7111-8111-111111111111", .trace = "trace-1",
	                    .session = "session-1", .span = "b7ad6b7169203331",
	                    .parent = "parent-1", .user = "user-1");
	expect_trace(&f, "trace-1", "trace-1");
	expect_session(&f, "session-1", "session-1");
	expect_event(&f, "b7ad6b7169203331", event);
	expect_event(&f, "0190aaaa-1111-7111-8111-111111111111", event);
	expect_trace(&f, "t", "trace-1");
	expect_session(&f, "sess", "session-1");
	expect_event(&f, "b7ad", event);
	expect_event(&f, "0190aaaa-1", event);
	expect_failure(&f, "user-1", ERR_NOT_FOUND, "user-1");
	expect_failure(&f, "parent-1", ERR_NOT_FOUND, "parent-1");
	expect_failure(&f, "trace-12", ERR_NOT_FOUND, "trace-12");
	expect_failure(&f, "race", ERR_NOT_FOUND, "race");
	expect_failure(&f, "", ERR_NOT_FOUND, "");
	fixture_fini(&f);
}

static void an_exact_id_beats_a_prefix(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "t1");
	FIXTURE_ADD(&f, .trace = "t10");
	FIXTURE_ADD(&f, .trace = "x", .user = "t100");
	FIXTURE_ADD(&f, .trace = "t1000-and-more-than-fifteen-bytes");
	expect_trace(&f, "t1", "t1");
	expect_trace(&f, "t10", "t10");
	/* The id of a user names nothing here. */
	expect_trace(&f, "t100", "t1000-and-more-than-fifteen-bytes");
	fixture_fini(&f);
}

static void precedence_of_one_id(void **state)
{
	struct fixture f;
	uint32_t span;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "t", .span = "all", .session = "all");
	FIXTURE_ADD(&f, .trace = "all", .uuid = "all");
	span = FIXTURE_ADD(&f, .trace = "t", .span = "two", .session = "two");
	FIXTURE_ADD(&f, .trace = "u", .session = "two");
	expect_trace(&f, "all", "all");
	expect_event(&f, "two", span);
	/* The prefix of one id that names several things is not ambiguous. */
	expect_trace(&f, "al", "all");
	expect_event(&f, "tw", span);
	fixture_fini(&f);
}

static void the_earliest_of_several_spans(void **state)
{
	struct fixture f;
	uint32_t first;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .kind = EVENT_FEEDBACK, .trace = "t", .span = "s", .time = 1);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .trace = "t", .span = "s", .time = 30);
	first = FIXTURE_ADD(&f, .trace = "t", .span = "s", .time = 31, .latency = 9);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN, .trace = "t", .span = "s", .time = 25);
	FIXTURE_ADD(&f, .kind = EVENT_TRACE, .trace = "t", .span = "s", .time = 2);
	expect_event(&f, "s", first);
	fixture_fini(&f);
}

static void the_span_of_a_trace_event_is_the_trace(void **state)
{
	struct fixture f;
	uint32_t event;

	(void)state;
	fixture_init(&f);
	event = FIXTURE_ADD(&f, .kind = EVENT_TRACE, .uuid = "e-1", .trace = "t-1", .span = "s-1");
	FIXTURE_ADD(&f, .kind = EVENT_TRACE, .trace = "t-2", .span = "t-22");
	FIXTURE_ADD(&f, .kind = EVENT_TRACE, .trace = "t-2", .span = "t-23");
	expect_trace(&f, "s-1", "t-1");
	expect_event(&f, "e-1", event);
	/* Three ids that fit, one thing. */
	expect_trace(&f, "t-2", "t-2");
	expect_trace(&f, "t-23", "t-2");
	fixture_fini(&f);
}

static void a_thing_with_two_ids_is_one(void **state)
{
	struct fixture f;
	uint32_t event;

	(void)state;
	fixture_init(&f);
	event = FIXTURE_ADD(&f, .uuid = "ab1", .span = "ab2");
	expect_event(&f, "ab", event);
	FIXTURE_ADD(&f, .uuid = "ab3", .span = "ac");
	expect_failure(&f, "ab", ERR_AMBIGUOUS, "event ab2, event ab3");
	fixture_fini(&f);
}

static void an_ambiguous_prefix_names_some(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = "x1", .session = "x2", .span = "x3");
	expect_failure(&f, "x", ERR_AMBIGUOUS, "trace x1, event x3, session x2");
	for (int i = 0; i < 100; i++) {
		char span[] = {'x', 'y', (char)('0' + i / 10), (char)('0' + i % 10), 0};

		FIXTURE_ADD(&f, .trace = "other", .span = span);
	}
	expect_failure(&f, "x", ERR_AMBIGUOUS, "trace x1, event x3, event xy00, ...");
	fixture_fini(&f);
}

static void long_ids_fit_the_message(void **state)
{
	char one[401], two[401];
	struct fixture f;

	(void)state;
	memset(one, 'a', 400);
	memset(two, 'a', 400);
	one[400] = two[400] = '\0';
	two[399] = 'b';
	fixture_init(&f);
	FIXTURE_ADD(&f, .trace = one);
	FIXTURE_ADD(&f, .trace = two);
	expect_trace(&f, two, two);
	two[399] = '\0';
	expect_failure(&f, two, ERR_AMBIGUOUS, "aaaa");
	fixture_fini(&f);
}

static void superseded_events_are_not_found(void **state)
{
	struct fixture f;
	uint32_t kept;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .uuid = "dup", .trace = "gone-t", .session = "gone-s", .span = "gone-x");
	kept = FIXTURE_ADD(&f, .uuid = "dup", .trace = "kept", .span = "kept-x");
	expect_event(&f, "dup", kept);
	expect_failure(&f, "gone", ERR_NOT_FOUND, "gone");
	expect_failure(&f, "gone-t", ERR_NOT_FOUND, "gone-t");
	expect_failure(&f, "gone-s", ERR_NOT_FOUND, "gone-s");
	expect_failure(&f, "gone-x", ERR_NOT_FOUND, "gone-x");
	expect_trace(&f, "last", "kept");
	expect_failure(&f, "last~1", ERR_NOT_FOUND, "1");
	fixture_fini(&f);
}

static void last(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	expect_failure(&f, "last", ERR_NOT_FOUND, "");
	FIXTURE_ADD(&f, .trace = "b", .time = 20);
	expect_failure(&f, "last:error", ERR_NOT_FOUND, "error");
	FIXTURE_ADD(&f, .trace = "a", .time = 10, .flags = EVENT_ERROR);
	FIXTURE_ADD(&f, .trace = "c", .time = 20);
	FIXTURE_ADD(&f, .trace = "a", .time = 99);
	FIXTURE_ADD(&f, .trace = "d");
	expect_trace(&f, "last", "c");
	expect_trace(&f, "last~0", "c");
	expect_trace(&f, "last~1", "b");
	expect_trace(&f, "last~2", "a");
	expect_trace(&f, "last~3", "d");
	expect_trace(&f, "last:error", "a");
	expect_failure(&f, "last~4", ERR_NOT_FOUND, "4");
	expect_failure(&f, "last~4294967296", ERR_NOT_FOUND, "4");
	expect_failure(&f, "last~-1", ERR_NOT_FOUND, "last~-1");
	expect_failure(&f, "last~", ERR_NOT_FOUND, "last~");
	expect_failure(&f, "last~x", ERR_NOT_FOUND, "last~x");
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_id_names_its_thing),
		cmocka_unit_test(an_exact_id_beats_a_prefix),
		cmocka_unit_test(precedence_of_one_id),
		cmocka_unit_test(the_earliest_of_several_spans),
		cmocka_unit_test(the_span_of_a_trace_event_is_the_trace),
		cmocka_unit_test(a_thing_with_two_ids_is_one),
		cmocka_unit_test(an_ambiguous_prefix_names_some),
		cmocka_unit_test(long_ids_fit_the_message),
		cmocka_unit_test(superseded_events_are_not_found),
		cmocka_unit_test(last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
