/* Payloads into journal lines. */
#include "support/capture_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UUID_A "01a2007e-8918-72fa-aeb9-59e3e8745cd6"
#define UUID_B "01a2007e-8918-72fa-aeb9-59e3e8745cd7"
#define NOW    "\"2026-11-21T23:43:42.360000Z\""

struct bench {
	struct flattener *flattener;
	struct capture_request r;
	struct capture_taken taken;
	struct buf text, made, lines, results;
	struct errinfo e;
};

static int enter(void **state)
{
	static struct bench bench;

	bench = (struct bench){.flattener = flattener_new(), .r = bench_post("/batch/", STR_EMPTY)};
	*state = &bench;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;

	flattener_free(b->flattener);
	buf_free(&b->text);
	buf_free(&b->made);
	buf_free(&b->lines);
	buf_free(&b->results);
	return 0;
}

static int flatten(struct bench *b, enum capture_dialect dialect, struct str json)
{
	buf_clear(&b->lines);
	buf_clear(&b->results);
	b->taken = (struct capture_taken){0};
	b->e = (struct errinfo){0};
	return capture_flatten(b->flattener, json, &b->r, dialect, &b->lines, &b->taken,
	                       &b->results, &b->e);
}

/* The one line that comes of it. */
static struct str one(struct bench *b, const char *json)
{
	int status = flatten(b, CAPTURE_V0, str_of(json));

	if (status != 0)
		fail_msg("%d %s", status, b->e.msg);
	assert_int_equal(bench_lines(buf_str(&b->lines)), 1);
	return bench_nth(buf_str(&b->lines), 0);
}

static void is(struct str value, const char *expected)
{
	if (!str_eq(value, str_of(expected)))
		fail_msg("%.*s is not %s", STR_ARG(value), expected);
}

static void refused(struct bench *b, const char *json, const char *text)
{
	assert_int_equal(flatten(b, CAPTURE_V0, str_of(json)), 400);
	if (!strstr(b->e.msg, text))
		fail_msg("%s is not %s", b->e.msg, text);
}

/* ---- shapes ---- */

static void test_single(void **state)
{
	struct str line = one(*state, "{\"api_key\":\"k\",\"event\":\"$ai_span\",\"uuid\":\"" UUID_A
	                              "\",\"distinct_id\":\"u\",\"timestamp\":\"2026-01-01\","
	                              "\"properties\":{\"a\":1}}");

	is(line, "{\"uuid\":\"" UUID_A "\",\"event\":\"$ai_span\",\"distinct_id\":\"u\","
	         "\"timestamp\":\"2026-01-01\",\"properties\":{\"a\":1},\"received_at\":" NOW
	         ",\"api_key\":\"***\"}");
}

static void test_batch_and_array(void **state)
{
	struct bench *b = *state;

	assert_int_equal(flatten(b, CAPTURE_V0,
	                         STR("{\"api_key\":\"k\",\"sent_at\":\"x\",\"batch\":[\n{\"event\":"
	                             "\"$ai_span\"} , {\"event\":\"$identify\"}]}")),
	                 0);
	assert_int_equal(b->taken.events, 2);
	assert_int_equal(b->taken.ai_events, 1);
	is(bench_member(bench_nth(buf_str(&b->lines), 1), "event"), "$identify");
	is(bench_member(bench_nth(buf_str(&b->lines), 1), "sent_at"), "");
	assert_int_equal(flatten(b, CAPTURE_V0, STR(" [{\"event\":\"a\"},{\"event\":\"b\"}] ")), 0);
	assert_int_equal(b->taken.events, 2);
}

/* Trap 26, and what is no event costs only itself. */
static void test_bad_events_of_a_batch(void **state)
{
	struct bench *b = *state;

	assert_int_equal(flatten(b, CAPTURE_V0,
	                         STR("[{\"event\":\"a\"},1,null,[],{\"event\":\"\"},{\"event\":7},"
	                             "{\"properties\":{}},{\"event\":\"$ai_span\"}]")),
	                 0);
	assert_int_equal(b->taken.events, 2);
	assert_int_equal(b->taken.ai_events, 1);
	assert_int_equal(b->taken.skipped, 6);
	assert_int_equal(bench_lines(buf_str(&b->lines)), 2);
}

static void test_no_event(void **state)
{
	refused(*state, "[]", "request holds no event");
	refused(*state, "{\"batch\":[]}", "request holds no event");
	refused(*state, "{}", "event submitted with an empty event name");
	refused(*state, "17", "not a JSON object");
	refused(*state, "[1]", "not a JSON object");
}

static void test_no_json(void **state)
{
	refused(*state, "hello", "failed to parse request: the body is not JSON");
	refused(*state, "", "failed to parse request");
	refused(*state, "[{\"event\":\"a\"}", "ends inside a value");
	refused(*state, "[{\"event\":\"a\"}]]", "text after the value");
	refused(*state, "[{\"event\":\"a\"},{\"event\":\"b\" 1}]", "failed to parse");
	refused(*state, "{\"event\":\"a\",\"x\":01}", "malformed number");
}

static void test_engage(void **state)
{
	struct bench *b = *state;

	assert_int_equal(flatten(b, CAPTURE_ENGAGE, STR("{\"distinct_id\":1,\"$set\":{}}")), 0);
	is(bench_member(bench_nth(buf_str(&b->lines), 0), "event"), "$identify");
	assert_int_equal(flatten(b, CAPTURE_ENGAGE, STR("{\"event\":\"x\"}")), 0);
	is(bench_member(bench_nth(buf_str(&b->lines), 0), "event"), "x");
}

/* ---- values ---- */

/* Trap 14: nothing passes through a double. */
static void test_numbers_as_sent(void **state)
{
	struct str line = one(*state,
	                      "{\"event\":\"a\",\"x\":9007199254740993,\"properties\":"
	                      "{\"a\":1.50,\"b\":1e999,\"c\":123456789012345678901234567890,"
	                      "\"d\":-0.0}}");

	is(bench_member(line, "x"), "9007199254740993");
	is(bench_property(line, "a"), "1.50");
	is(bench_property(line, "b"), "1e999");
	is(bench_property(line, "c"), "123456789012345678901234567890");
	is(bench_property(line, "d"), "-0.0");
}

/* Trap 23. */
static void test_surrogates_and_nul_as_sent(void **state)
{
	struct str line = one(*state, "{\"event\":\"a\",\"properties\":{\"a\":\"\\ud83d x\","
	                              "\"b\":\"x\\u0000y\",\"\\ud83d\":\"\\u00e9\"}}");

	is(bench_property(line, "a"), "\\ud83d x");
	is(bench_property(line, "b"), "x\\u0000y");
	assert_true(str_find(line, STR("\"\\ud83d\":\"\\u00e9\""), 0, false) != SIZE_MAX);
}

/* Trap 23. */
static void test_no_numbers_become_null(void **state)
{
	struct str line = one(*state, "{\"event\":\"a\",\"properties\":{\"a\":NaN,\"b\":[Infinity,"
	                              "-Infinity, NaN],\"c\":\"NaN \\\" -Infinity\",\"NaN\":1}}");

	is(bench_property(line, "a"), "null");
	is(bench_property(line, "b"), "[null,null, null]");
	is(bench_property(line, "c"), "NaN \\\" -Infinity");
	is(bench_property(line, "NaN"), "1");
	refused(*state, "{\"event\":\"a\",\"x\":1NaN}", "failed to parse");
	refused(*state, "{\"event\":\"a\",\"x\":Nan}", "failed to parse");
}

static void test_raw_bytes_stay(void **state)
{
	struct str line = one(*state,
	                      "{\"event\":\"a\",\"properties\":{\"a\":\"\x01\x1b[31m\xff\"}}");

	is(bench_property(line, "a"), "\x01\x1b[31m\xff");
}

static void test_one_line_an_event(void **state)
{
	struct str line = one(*state,
	                      "{\r\n \"event\" : \"a\",\n \"ke\ny\": \"\\\"\n\\\\\",\n"
	                      "\"properties\":{\r\n\t\"a\":\"x\r\ny\\\\\",\n\"b\":[1,\n2]}}");

	assert_null(memchr(line.p, '\r', line.n));
	is(bench_property(line, "a"), "x\\r\\ny\\\\");
	is(bench_property(line, "b"), "[1, 2]");
	is(bench_member(line, "ke\ny"), "\\\"\\n\\\\");
}

static void test_duplicate_keys(void **state)
{
	struct str line = one(*state, "{\"event\":\"a\",\"event\":\"b\",\"x\":1,\"x\":2,"
	                              "\"properties\":{\"p\":1},\"properties\":{\"p\":2}}");

	is(bench_member(line, "event"), "b");
	is(bench_member(line, "x"), "2");
	is(bench_property(line, "p"), "2");
}

static void test_escaped_keys(void **state)
{
	struct str line = one(*state, "{\"\\u0065vent\":\"a\",\"properties\":{\"t\\u006fken\":"
	                              "\"phc_0123456789\"}}");

	is(bench_member(line, "event"), "a");
	is(bench_property(line, "token"), "phc_***");
}

static void test_properties_of_other_types(void **state)
{
	is(bench_member(one(*state, "{\"event\":\"a\"}"), "properties"), "{}");
	is(bench_member(one(*state, "{\"event\":\"a\",\"properties\":null}"), "properties"), "{}");
	is(bench_member(one(*state, "{\"event\":\"a\",\"properties\":\"{\"}"), "properties"), "{");
	is(bench_member(one(*state, "{\"event\":\"a\",\"properties\":[1]}"), "properties"), "[1]");
}

static void test_other_keys_stay(void **state)
{
	struct str line = one(*state, "{\"event\":\"a\",\"$set\":{\"n\":1},\"library\":\"x\","
	                              "\"offset\":5,\"received_at\":\"then\",\"type\":null}");

	is(bench_member(line, "$set"), "{\"n\":1}");
	is(bench_member(line, "library"), "x");
	is(bench_member(line, "offset"), "5");
	is(bench_member(line, "type"), "null");
	is(bench_member(line, "received_at"), "2026-11-21T23:43:42.360000Z");
	assert_true(str_find(line, STR("then"), 0, false) == SIZE_MAX);
}

/* ---- ids and times ---- */

/* Trap 9. */
static void test_distinct_id(void **state)
{
	is(bench_member(one(*state, "{\"event\":\"a\",\"distinct_id\":7}"), "distinct_id"), "7");
	is(bench_member(one(*state, "{\"event\":\"a\",\"$distinct_id\":\"d\"}"), "distinct_id"),
	   "d");
	is(bench_member(one(*state, "{\"event\":\"a\",\"distinct_id\":null,\"properties\":"
	                            "{\"distinct_id\":{\"x\":1}}}"),
	                "distinct_id"),
	   "{\"x\":1}");
	is(bench_member(one(*state, "{\"event\":\"a\"}"), "distinct_id"), "");
}

static void made_uuid(struct str uuid)
{
	assert_int_equal(uuid.n, 36);
	/* 1795304622360 ms */
	if (!str_starts(uuid, STR("01a2007e-8918-7")))
		fail_msg("%.*s", STR_ARG(uuid));
	assert_non_null(memchr("89ab", uuid.p[19], 4));
}

static void test_uuid(void **state)
{
	struct bench *b = *state;
	struct str first, second;

	is(bench_member(one(b, "{\"event\":\"a\",\"uuid\":\"" UUID_A "\"}"), "uuid"), UUID_A);
	is(bench_member(one(b, "{\"event\":\"a\",\"uuid\":\"01A2007E891872FAAEB959E3E8745CD6\"}"),
	                "uuid"),
	   "01A2007E891872FAAEB959E3E8745CD6");
	made_uuid(bench_member(one(b, "{\"event\":\"a\",\"uuid\":\"\"}"), "uuid"));
	made_uuid(bench_member(one(b, "{\"event\":\"a\",\"uuid\":5}"), "uuid"));
	made_uuid(bench_member(one(b, "{\"event\":\"a\",\"uuid\":\"01a2007e-8918-72fa-aeb9-"
	                              "59e3e8745cdg\"}"),
	                       "uuid"));
	assert_int_equal(flatten(b, CAPTURE_V0, STR("[{\"event\":\"a\"},{\"event\":\"a\"}]")), 0);
	first = bench_member(bench_nth(buf_str(&b->lines), 0), "uuid");
	second = bench_member(bench_nth(buf_str(&b->lines), 1), "uuid");
	made_uuid(first);
	assert_false(str_eq(first, second));
}

static void test_timestamp(void **state)
{
	const char *now = "2026-11-21T23:43:42.360000Z";

	is(bench_member(one(*state, "{\"event\":\"a\",\"timestamp\":\"soon\"}"), "timestamp"),
	   "soon");
	is(bench_member(one(*state, "{\"event\":\"a\",\"timestamp\":17,\"offset\":5}"),
	                "timestamp"),
	   "17");
	is(bench_member(one(*state, "{\"event\":\"a\"}"), "timestamp"), now);
	is(bench_member(one(*state, "{\"event\":\"a\",\"timestamp\":\"\"}"), "timestamp"), now);
	is(bench_member(one(*state, "{\"event\":\"a\",\"timestamp\":null,\"offset\":2360}"),
	                "timestamp"),
	   "2026-11-21T23:43:40.000000Z");
	is(bench_member(one(*state, "{\"event\":\"a\",\"offset\":9223372036854775807}"),
	                "timestamp"),
	   now);
	is(bench_member(one(*state, "{\"event\":\"a\",\"offset\":\"x\"}"), "timestamp"), now);
}

/* ---- tokens ---- */

#define TOKEN "phc_AbCdEfGh0123456789"

static void nowhere(struct bench *b, struct str line)
{
	assert_true(str_find(line, STR("AbCdEfGh"), 0, false) == SIZE_MAX);
	assert_true(str_find(line, STR("phc_***"), 0, false) != SIZE_MAX);
	assert_int_equal(bench_lines(buf_str(&b->lines)), 1);
}

/* Trap 8. */
static void test_token_in_every_place(void **state)
{
	static const char *const bodies[] = {
		"{\"api_key\":\"" TOKEN "\",\"event\":\"a\",\"properties\":{\"x\":\"" TOKEN "\"}}",
		"{\"token\":\"" TOKEN "\",\"event\":\"a\"}",
		"{\"$token\":\"" TOKEN "\",\"event\":\"a\"}",
		"{\"event\":\"a\",\"properties\":{\"token\":\"" TOKEN
		"\",\"$url\":\"http://x/?t=" TOKEN "\"}}",
		"{\"event\":\"a\",\"properties\":{\"api_key\":\"" TOKEN
		"\",\"l\":[{\"d\":\"\\n" TOKEN "\"}]}}",
		"[{\"event\":\"a\",\"api_key\":\"" TOKEN "\",\"" TOKEN "\":\"" TOKEN "\"}]",
		"{\"batch\":[{\"event\":\"a\",\"x\":\"" TOKEN "\"}],\"api_key\":\"" TOKEN "\"}",
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		nowhere(b, one(b, bodies[i]));
}

static void test_token_of_request(void **state)
{
	struct bench *b = *state;

	b->r.authorization = STR("bearer  " TOKEN " ");
	nowhere(b, one(b, "{\"event\":\"a\",\"properties\":{\"x\":\"is " TOKEN ".\"}}"));
	b->r.authorization = STR_EMPTY;
	b->r.query = STR("token=phc%5FAbCdEfGh0123456789");
	nowhere(b, one(b, "{\"event\":\"a\",\"properties\":{\"x\":\"is " TOKEN ".\"}}"));
}

/* A project "token" that is a word, and a longer token that begins the same, stay in texts. */
static void test_other_text_is_not_masked(void **state)
{
	struct str line = one(*state, "{\"api_key\":\"test\",\"event\":\"test\",\"properties\":"
	                              "{\"token\":\"test\",\"x\":\"test\"}}");

	is(bench_member(line, "event"), "test");
	is(bench_property(line, "x"), "test");
	is(bench_property(line, "token"), "***");
	line = one(*state,
	           "{\"api_key\":\"phc_a\",\"event\":\"phc_ab\",\"distinct_id\":\"phc_a\"}");
	is(bench_member(line, "event"), "phc_ab");
	is(bench_member(line, "distinct_id"), "phc_***");
}

/* A token could begin at every fourth byte, and one is as long as the text: no reason to look at it all each time. */
static void test_tokens_without_end(void **state)
{
	struct bench *b = *state;
	struct str line;

	for (size_t i = 0; i < ((size_t)1 << 20) / 4; i++)
		buf_puts(&b->text, "phc_");
	buf_printf(&b->made,
	           "{\"event\":\"a\",\"api_key\":\"phc_phc_phc_\",\"token\":\"%s\",\"properties\":"
	           "{\"x\":\"%s.\",\"y\":\"%sphc_\",\"z\":\"phc_phc_phc_\"}}",
	           b->text.p, b->text.p, b->text.p);
	line = one(b, buf_text(&b->made));
	is(bench_member(line, "token"), "phc_***");
	assert_int_equal(bench_property(line, "x").n, b->text.n - 12 + 7 + 1);
	assert_int_equal(bench_property(line, "y").n, b->text.n + 4 - 12 + 7);
	is(bench_property(line, "z"), "phc_***");
}

static void test_personal_key(void **state)
{
	struct str line = one(*state, "{\"api_key\":\"phx_secret0\",\"event\":\"a\"}");

	is(bench_member(line, "api_key"), "phx_***");
}

/* ---- capture v1 ---- */

#define ENVELOPE(events) "{\"created_at\":\"2026-01-01T00:00:00Z\",\"batch\":[" events "]}"

static void test_v1_undoes_the_transform(void **state)
{
	struct bench *b = *state;
	struct str line;

	b->r.sdk_info = STR("posthog-python/7.42.0");
	assert_int_equal(
		flatten(b, CAPTURE_V1,
	                STR(ENVELOPE(
				"{\"event\":\"$ai_span\",\"uuid\":\"" UUID_A
				"\",\"distinct_id\":\"u\",\"timestamp\":\"2026-01-01T00:00:00Z\","
				"\"session_id\":\"s\",\"window_id\":\"w\",\"options\":"
				"{\"cookieless_mode\":false,\"disable_skew_correction\":true,"
				"\"process_person_profile\":false,\"product_tour_id\":\"t\","
				"\"later\":1},\"properties\":{\"x\":1}}"))),
		0);
	line = bench_nth(buf_str(&b->lines), 0);
	is(bench_member(line, "properties"),
	   "{\"x\":1,\"$session_id\":\"s\",\"$window_id\":\"w\",\"$cookieless_mode\":false,"
	   "\"$ignore_sent_at\":true,\"$process_person_profile\":false,\"$product_tour_id\":\"t\","
	   "\"$later\":1,\"$lib\":\"posthog-python\",\"$lib_version\":\"7.42.0\"}");
	is(bench_member(line, "session_id"), "");
	is(bench_member(line, "options"), "");
	is(buf_str(&b->results), "{\"results\":{\"" UUID_A "\":{\"result\":\"ok\"}}}");
}

static void test_v1_library(void **state)
{
	struct bench *b = *state;
	struct str line;

	b->r.sdk_info = STR("a\"b/1");
	assert_int_equal(flatten(b, CAPTURE_V1, STR(ENVELOPE("{\"event\":\"a\"}"))), 0);
	line = bench_nth(buf_str(&b->lines), 0);
	is(bench_member(line, "properties"), "{\"$lib\":\"a\"}");
	assert_int_equal(
		flatten(b, CAPTURE_V1,
	                STR(ENVELOPE("{\"event\":\"a\",\"properties\":{\"$lib\":\"own\"}}"))),
		0);
	line = bench_nth(buf_str(&b->lines), 0);
	is(bench_member(line, "properties"), "{\"$lib\":\"own\"}");
}

static void test_v1_results(void **state)
{
	struct bench *b = *state;

	assert_int_equal(flatten(b, CAPTURE_V1,
	                         STR(ENVELOPE("{\"event\":\"a\",\"uuid\":\"" UUID_A "\"},"
	                                      "{\"event\":\"\",\"uuid\":\"" UUID_B "\"},"
	                                      "{\"event\":\"b\",\"uuid\":\"" UUID_A "\"}"))),
	                 0);
	is(buf_str(&b->results), "{\"results\":{\"" UUID_A "\":{\"result\":\"warning\",\"details\":"
	                         "\"duplicate_event_uuid\"},\"" UUID_B
	                         "\":{\"result\":\"drop\",\"details\":\"invalid_event\"}}}");
	assert_int_equal(b->taken.events, 2); /* readers count a uuid once */
	assert_int_equal(b->taken.skipped, 1);
}

static void test_v0_keeps_session_id(void **state)
{
	is(bench_member(one(*state, "{\"event\":\"a\",\"session_id\":\"s\",\"options\":{}}"),
	                "session_id"),
	   "s");
}

/* ---- depth and size ---- */

static void nested(struct buf *out, const char *before, int levels, const char *behind)
{
	buf_puts(out, before);
	buf_pad(out, '[', (size_t)levels);
	buf_pad(out, ']', (size_t)levels);
	buf_puts(out, behind);
}

/* Trap 24: a bomb is kept as it was sent, and costs no other event. */
static void test_too_deep(void **state)
{
	struct bench *b = *state;
	struct str lines;

	nested(&b->text,
	       "{\"api_key\":\"" TOKEN "\",\"batch\":[{\"event\":\"a\"},{\"event\":\"$ai_deep\",\n"
	       "\"k\":\"" TOKEN "\",\"x\":",
	       100000, "},{\"event\":\"b\"},{\"x\":");
	nested(&b->text, "", 5000, "}]}");
	assert_int_equal(flatten(b, CAPTURE_V0, buf_str(&b->text)), 0);
	assert_int_equal(b->taken.events, 3);
	assert_int_equal(b->taken.ai_events, 1);
	assert_int_equal(b->taken.skipped, 1);
	lines = buf_str(&b->lines);
	assert_int_equal(bench_lines(lines), 3);
	is(bench_member(bench_nth(lines, 0), "event"), "a");
	assert_true(bench_nth(lines, 1).n > 200000);
	assert_true(
		str_starts(bench_nth(lines, 1), STR("{\"event\":\"$ai_deep\", \"k\":\"phc_***")));
	is(bench_member(bench_nth(lines, 2), "event"), "b");
}

/* The wrapper's levels are not the event's. */
static void test_as_deep_as_allowed(void **state)
{
	struct bench *b = *state;

	nested(&b->text, "{\"batch\":[{\"event\":\"a\",\"x\":", 1023, "}]}");
	assert_int_equal(flatten(b, CAPTURE_V0, buf_str(&b->text)), 0);
	is(bench_member(bench_nth(buf_str(&b->lines), 0), "received_at"),
	   "2026-11-21T23:43:42.360000Z");
}

static void test_deep_and_broken(void **state)
{
	struct bench *b = *state;

	buf_pad(&b->text, '[', 100000);
	refused(b, buf_text(&b->text), "nested too deep");
	buf_clear(&b->text);
	nested(&b->text, "[{\"event\":\"a\"},", 2000, "");
	refused(b, buf_text(&b->text), "nested too deep");
	buf_puts(&b->text, "}");
	refused(b, buf_text(&b->text), "nested too deep");
	buf_clear(&b->text);
	nested(&b->text, "", 2000, "");
	refused(b, buf_text(&b->text), "not a JSON object");
}

/* What is broken behind a bomb costs neither its neighbours nor the masks. */
static void test_broken_behind_a_bomb(void **state)
{
	struct bench *b = *state;
	struct str lines;

	nested(&b->text, "[{\"event\":\"a\",\"x\":", 2000,
	       ",\"properties\":{\"x\" 1},\"token\":\"" TOKEN "\"},"
	       "{\"event\" 1},{\"event\":\"b\",\"properties\":{\"k\":1}}]");
	assert_int_equal(flatten(b, CAPTURE_V0, buf_str(&b->text)), 0);
	assert_int_equal(b->taken.events, 2);
	assert_int_equal(b->taken.skipped, 1);
	lines = buf_str(&b->lines);
	assert_int_equal(bench_lines(lines), 2);
	assert_true(str_find(lines, STR(TOKEN), 0, false) == SIZE_MAX);
	is(bench_property(bench_nth(lines, 1), "k"), "1");
}

static void test_too_many_lines(void **state)
{
	struct bench *b = *state;

	b->lines.max = 300;
	assert_int_equal(flatten(b, CAPTURE_V0, STR("[{\"event\":\"a\"},{\"event\":\"a\"}]")), 413);
	assert_non_null(strstr(b->e.msg, "maximum event size exceeded"));
}

#define FLATTEN_TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLATTEN_TEST(test_single),
		FLATTEN_TEST(test_batch_and_array),
		FLATTEN_TEST(test_bad_events_of_a_batch),
		FLATTEN_TEST(test_no_event),
		FLATTEN_TEST(test_no_json),
		FLATTEN_TEST(test_engage),
		FLATTEN_TEST(test_numbers_as_sent),
		FLATTEN_TEST(test_surrogates_and_nul_as_sent),
		FLATTEN_TEST(test_no_numbers_become_null),
		FLATTEN_TEST(test_raw_bytes_stay),
		FLATTEN_TEST(test_one_line_an_event),
		FLATTEN_TEST(test_duplicate_keys),
		FLATTEN_TEST(test_escaped_keys),
		FLATTEN_TEST(test_properties_of_other_types),
		FLATTEN_TEST(test_other_keys_stay),
		FLATTEN_TEST(test_distinct_id),
		FLATTEN_TEST(test_uuid),
		FLATTEN_TEST(test_timestamp),
		FLATTEN_TEST(test_token_in_every_place),
		FLATTEN_TEST(test_token_of_request),
		FLATTEN_TEST(test_other_text_is_not_masked),
		FLATTEN_TEST(test_tokens_without_end),
		FLATTEN_TEST(test_personal_key),
		FLATTEN_TEST(test_v1_undoes_the_transform),
		FLATTEN_TEST(test_v1_library),
		FLATTEN_TEST(test_v1_results),
		FLATTEN_TEST(test_v0_keeps_session_id),
		FLATTEN_TEST(test_too_deep),
		FLATTEN_TEST(test_as_deep_as_allowed),
		FLATTEN_TEST(test_deep_and_broken),
		FLATTEN_TEST(test_broken_behind_a_bomb),
		FLATTEN_TEST(test_too_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
