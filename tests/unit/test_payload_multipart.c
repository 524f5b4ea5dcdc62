/* POST /i/v0/ai: parts into one event, the answer that names them, and each refusal. */
#include "support/payload_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define UUID       "\"uuid\":\"01a2007e-8918-72fa-aeb9-59e3e8745cd6\""
#define WHO        "\"distinct_id\":\"u\"," UUID
#define SPAN       "{\"event\":\"$ai_span\"," WHO "}"
#define CALL       "{\"event\":\"$ai_generation\"," WHO "}"
#define MODEL      "{\"$ai_model\":\"m\"}"
#define JSON       "application/json"
#define PROPERTIES "event.properties"
#define BLOB       PROPERTIES ".blob"

/* ---- forms ---- */

/* type and encoding may be NULL. */
static void add(struct payload_bench *b, const char *name, const char *type, const char *encoding,
                struct str bytes)
{
	buf_printf(&b->body, "--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n", name);
	if (type)
		buf_printf(&b->body, "Content-Type: %s\r\n", type);
	if (encoding)
		buf_printf(&b->body, "Content-Encoding: %s\r\n", encoding);
	buf_puts(&b->body, "\r\n");
	buf_append(&b->body, bytes);
	buf_puts(&b->body, "\r\n");
}

static struct capture_request request(struct payload_bench *b)
{
	struct capture_request r = bench_post("/i/v0/ai", buf_str(&b->body));

	r.content_type = STR("multipart/form-data; boundary=\"b\"");
	r.authorization = STR("Bearer phc_0123456789");
	return r;
}

static int take(struct payload_bench *b, const struct capture_request *r, struct str *json)
{
	buf_clear(&b->answer);
	b->e = (struct errinfo){0};
	return capture_multipart(r, &b->out, json, &b->answer, &b->e);
}

/* Ends the form; the next begins. */
static void gives(struct payload_bench *b, const char *expected)
{
	struct capture_request r;
	struct str json;
	int status;

	buf_puts(&b->body, "--b--\r\n");
	r = request(b);
	status = take(b, &r, &json);
	if (status != 0)
		fail_msg("%d %s", status, b->e.msg);
	if (!str_eq(json, str_of(expected)))
		fail_msg("got %.*s", STR_ARG(json));
	buf_clear(&b->body);
}

static void refused(struct payload_bench *b, int status, const char *text)
{
	struct capture_request r;
	struct str json;
	int got;

	buf_puts(&b->body, "--b--\r\n");
	r = request(b);
	got = take(b, &r, &json);
	if (got != status || !strstr(b->e.msg, text))
		fail_msg("%d %s, not %d %s", got, b->e.msg, status, text);
	assert_int_equal(json.n, 0);
	assert_int_equal(b->answer.n, 0);
	buf_clear(&b->body);
}

/* ---- what is taken ---- */

static void test_event_alone(void **state)
{
	add(*state, "event", NULL, NULL, STR(SPAN));
	gives(*state, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{}}");
	add(*state, "event", JSON, NULL,
	    STR(" {\"properties\" : {\"a\" : NaN, \"\":1}, \"event\":\"$ai_metric\"," WHO "} "));
	gives(*state, "{\"event\":\"$ai_metric\"," WHO ",\"properties\":{\"a\":null,\"\":1}}");
}

static void test_properties(void **state)
{
	add(*state, "event", JSON, NULL, STR(CALL));
	add(*state, PROPERTIES, JSON, NULL, STR(MODEL));
	gives(*state, "{\"event\":\"$ai_generation\"," WHO ",\"properties\":" MODEL "}");
}

static void test_blobs(void **state)
{
	add(*state, "event", JSON, NULL, STR(SPAN));
	add(*state, PROPERTIES ".json", "Application/JSON; charset=utf-8", NULL,
	    STR("\r\n[ 1e400 , -Infinity,{\"a\":\"\\ud800\"}]\n"));
	add(*state, PROPERTIES ".text", "text/plain;charset=utf-8", NULL,
	    STR("\"\\\n\xE4\xBD\xA0"));
	add(*state, PROPERTIES ".a\"", "application/octet-stream", NULL,
	    STR("\0\xFF\r\n\x1f\x8b\x08"));
	add(*state, PROPERTIES, JSON, NULL, STR("{\"b\":2}")); /* in any place but the first */
	gives(*state, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{\"b\":2,"
	              "\"json\":[ 1e400 , null,{\"a\":\"\\ud800\"}],"
	              "\"text\":\"\\\"\\\\\\n\xE4\xBD\xA0\",\"a\":\"AP8NCh+LCA==\"}}");
}

static void test_compressed_parts(void **state)
{
	struct payload_bench *b = *state;

	bench_gzip(&b->spare, STR(CALL));
	add(b, "event", JSON, "gzip", buf_str(&b->spare));
	buf_clear(&b->spare);
	bench_gzip(&b->spare, STR(MODEL));
	add(b, PROPERTIES, JSON, "GZIP", buf_str(&b->spare));
	buf_clear(&b->spare);
	bench_gzip(&b->spare, STR("[1]"));
	add(b, PROPERTIES ".json", JSON, "gzip", buf_str(&b->spare));
	add(b, PROPERTIES ".text", "text/plain", "gzip", buf_str(&b->spare));
	add(b, PROPERTIES ".plain", "text/plain", "identity", STR("[1]"));
	gives(b, "{\"event\":\"$ai_generation\"," WHO ",\"properties\":{\"$ai_model\":\"m\","
	         "\"json\":[1],\"text\":\"[1]\",\"plain\":\"[1]\"}}");
}

/* A blob that is an archive stays one: only its header says that it was compressed for the way. */
static void test_archive(void **state)
{
	struct payload_bench *b = *state;
	struct buf base64 = {0};

	bench_gzip(&b->spare, STR("[1]"));
	bench_base64(&base64, buf_str(&b->spare));
	add(b, "event", JSON, NULL, STR(SPAN));
	add(b, BLOB, "application/octet-stream", NULL, buf_str(&b->spare));
	buf_clear(&b->spare);
	buf_printf(&b->spare, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{\"blob\":\"%s\"}}",
	           buf_text(&base64));
	gives(b, buf_text(&b->spare));
	buf_free(&base64);
}

static void test_compressed_whole(void **state)
{
	struct payload_bench *b = *state;

	add(b, "event", JSON, NULL, STR(SPAN));
	buf_puts(&b->body, "--b--");
	bench_gzip(&b->spare, buf_str(&b->body));
	buf_clear(&b->body);
	buf_append(&b->body, buf_str(&b->spare)); /* what gives() puts behind it is ignored */
	gives(b, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{}}");
}

static void test_every_event(void **state)
{
	static const char *const names[] = {"$ai_generation", "$ai_embedding", "$ai_span",
	                                    "$ai_trace",      "$ai_metric",    "$ai_feedback"};
	struct payload_bench *b = *state;
	char expected[200];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_clear(&b->spare);
		buf_printf(&b->spare, "{\"event\":\"%s\"," WHO "}", names[i]);
		add(b, "event", JSON, NULL, buf_str(&b->spare));
		add(b, PROPERTIES, JSON, NULL, STR(MODEL));
		snprintf(expected, sizeof(expected),
		         "{\"event\":\"%s\"," WHO ",\"properties\":" MODEL "}", names[i]);
		gives(b, expected);
	}
}

static void test_answer(void **state)
{
	struct payload_bench *b = *state;

	add(b, "event", NULL, NULL, STR(SPAN));
	bench_gzip(&b->spare, STR("[1]"));
	add(b, BLOB, JSON, "gzip", buf_str(&b->spare));
	gives(b, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{\"blob\":[1]}}");
	assert_int_equal(b->spare.n, 23);
	assert_string_equal(buf_text(&b->answer),
	                    "{\"accepted_parts\":["
	                    "{\"name\":\"event\",\"length\":84,\"content-type\":null,"
	                    "\"content-encoding\":null},"
	                    "{\"name\":\"" BLOB "\",\"length\":23,\"content-type\":\"" JSON
	                    "\",\"content-encoding\":\"gzip\"}]}");
}

/* Made by Node 20's FormData. */
static void test_form_of_node(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;
	struct str json;

	payload_read("node_form", &b->body);
	payload_read("node_form.type", &b->spare);
	r = request(b);
	r.content_type = buf_str(&b->spare);
	assert_int_equal(take(b, &r, &json), 0);
	assert_string_equal(json.p, "{\"event\":\"$ai_generation\"," WHO ",\"properties\":{"
	                            "\"$ai_model\":\"m\",\"$ai_trace_id\":\"t\","
	                            "\"$ai_input\":[{\"role\":\"user\",\"content\":\"hi\"}],"
	                            "\"note\":\"a \\\"b\\\"\\n\xF0\x9F\xA6\x94\","
	                            "\"image\":\"AP8NCi0tDQo=\"}}");
}

/* ---- what is refused ---- */

static void test_part_names(void **state)
{
	add(*state, PROPERTIES, JSON, NULL, STR("{}"));
	refused(*state, 400, "the part 'event.properties' is the first one, which must be 'event'");
	add(*state, "event", JSON, NULL, STR(SPAN));
	add(*state, "file", JSON, NULL, STR("{}"));
	refused(*state, 400, "the part 'file' is neither 'event' nor 'event.properties'");
	add(*state, "event", JSON, NULL, STR(SPAN));
	add(*state, "event", JSON, NULL, STR(SPAN));
	refused(*state, 400, "the part 'event' stands twice");
	add(*state, "event", JSON, NULL, STR(SPAN));
	add(*state, BLOB, JSON, NULL, STR("1"));
	add(*state, BLOB, JSON, NULL, STR("2"));
	refused(*state, 400, "the part 'event.properties.blob' stands twice");
	add(*state, "event", JSON, NULL, STR(SPAN));
	add(*state, BLOB ".x", JSON, NULL, STR("1"));
	refused(*state, 400, "names no property of the event itself");
	add(*state, "event", JSON, NULL, STR(SPAN));
	add(*state, PROPERTIES ".", JSON, NULL, STR("1"));
	refused(*state, 400, "names no property of the event itself");
	refused(*state, 400, "multipart: no part");
}

static void test_blobs_refused(void **state)
{
	static const struct {
		const char *type, *encoding, *bytes;
		int status;
		const char *text;
	} blobs[] = {
		{JSON, NULL, "", 400, "'event.properties.blob' is empty"},
		{NULL, NULL, "1", 400,
	         "'event.properties.blob' needs a Content-Type of application/json"},
		{"image/png", NULL, "1", 400, "needs a Content-Type"},
		{"text/plainer", NULL, "1", 400, "needs a Content-Type"},
		{JSON, NULL, "1,\"x\":2", 400, "'event.properties.blob' has text after the value"},
		{JSON, NULL, "1}", 400, "has text after the value"},
		{JSON, NULL, "[1", 400, "ends inside a value"},
		{JSON, NULL, "NaN,1", 400, "has text after the value"},
		{JSON, "gzip", "\x1f\x8b\x08", 400,
	         "invalid GZIP data in the part 'event.properties.blob'"},
		{"text/plain", "br", "1", 415, "unsupported content encoding: br"},
	};

	for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++) {
		add(*state, "event", JSON, NULL, STR(SPAN));
		add(*state, BLOB, blobs[i].type, blobs[i].encoding, str_of(blobs[i].bytes));
		refused(*state, blobs[i].status, blobs[i].text);
	}
}

static void test_events_refused(void **state)
{
	static const char *const events[][2] = {
		{"", "the part 'event' is empty"},
		{"{", "the part 'event' ends inside a value"},
		{"[]", "the part 'event' is not an object"},
		{"{" WHO "}", "the event must be $ai_generation"},
		{"{\"event\":\"\"," WHO "}", "the event must be $ai_generation"},
		{"{\"event\":\"$ai_evaluation\"," WHO "}", "the event must be $ai_generation"},
		{"{\"event\":\"$ai_span\"," UUID "}", "the event has no distinct_id"},
		{"{\"event\":\"$ai_span\",\"distinct_id\":\"\"," UUID "}", "no distinct_id"},
		{"{\"event\":\"$ai_span\",\"distinct_id\":7," UUID "}", "no distinct_id"},
		{"{\"event\":\"$ai_span\",\"distinct_id\":\"u\"}", "the event has no uuid"},
		{"{\"event\":\"$ai_span\",\"distinct_id\":\"u\",\"uuid\":\"x\"}", "has no uuid"},
		{CALL, "the event has no $ai_model"},
		{"{\"event\":\"$ai_embedding\"," WHO ",\"properties\":{\"$ai_model\":\"\"}}",
	         "the event has no $ai_model"},
		{"{\"event\":\"$ai_span\"," WHO ",\"properties\":null}", "are not an object"},
		{"{\"event\":\"$ai_span\"," WHO ",\"properties\":[]}", "are not an object"},
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		add(*state, "event", JSON, NULL, str_of(events[i][0]));
		refused(*state, 400, events[i][1]);
	}
	add(*state, "event", JSON, NULL, STR(SPAN));
	add(*state, PROPERTIES, JSON, NULL, STR("[]"));
	refused(*state, 400, "the event's properties are not an object");
	add(*state, "event", JSON, NULL, STR("{\"event\":\"$ai_span\"," WHO ",\"properties\":{}}"));
	add(*state, PROPERTIES, JSON, NULL, STR("{}"));
	refused(*state, 400, "the event has properties, and so has 'event.properties'");
}

static void test_who_may(void **state)
{
	static const char *const authorizations[] = {
		"", "Bearer", "Bearer  ", "Basic phc_0123456789", "Bearerphc_0123456789"};
	struct payload_bench *b = *state;
	struct capture_request r;
	struct str json;

	add(b, "event", JSON, NULL, STR(SPAN));
	buf_puts(&b->body, "--b--");
	r = request(b);
	for (size_t i = 0; i < sizeof(authorizations) / sizeof(authorizations[0]); i++) {
		r.authorization = str_of(authorizations[i]);
		assert_int_equal(take(b, &r, &json), 401);
		assert_string_equal(b->e.msg, "event submitted without an api_key");
	}
	r.authorization = STR("bearer x");
	assert_int_equal(take(b, &r, &json), 0);
	r.content_type = STR("multipart/form-data");
	assert_int_equal(take(b, &r, &json), 400);
	assert_string_equal(b->e.msg,
	                    "failed to decode request: multipart: its Content-Type names no "
	                    "boundary");
	r.content_encoding = STR("br");
	assert_int_equal(take(b, &r, &json), 415);
}

/* A part of that many bytes behind the event. */
static void add_large(struct payload_bench *b, const char *event, const char *name,
                      const char *type, size_t n)
{
	add(b, "event", JSON, NULL, str_of(event));
	buf_clear(&b->spare);
	buf_puts(&b->spare, "{}");
	buf_pad(&b->spare, ' ', n - 2);
	add(b, name, type, NULL, buf_str(&b->spare));
}

static void test_limits(void **state)
{
	struct payload_bench *b = *state;

	buf_puts(&b->spare, SPAN);
	buf_pad(&b->spare, ' ', (32 << 10) - b->spare.n);
	add(b, "event", JSON, NULL, buf_str(&b->spare));
	gives(b, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{}}");
	buf_add(&b->spare, ' ');
	add(b, "event", JSON, NULL, buf_str(&b->spare));
	refused(b, 413, "maximum event size exceeded: the part 'event' is over 32 KiB");
	add_large(b, SPAN, PROPERTIES, JSON, (960 << 10) - sizeof(SPAN) + 1);
	gives(b, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{}}");
	add_large(b, SPAN, PROPERTIES, JSON, (960 << 10) - sizeof(SPAN) + 2);
	refused(b, 413, "'event.properties' are over 960 KiB");
	add_large(b, SPAN, BLOB, JSON, (25 << 20) - sizeof(SPAN) + 1);
	gives(b, "{\"event\":\"$ai_span\"," WHO ",\"properties\":{\"blob\":{}}}");
	add_large(b, SPAN, BLOB, JSON, (25 << 20) - sizeof(SPAN) + 2);
	refused(b, 413, "all parts are over 25 MiB");
}

static void test_many_parts(void **state)
{
	char name[64];

	for (int over = 0; over < 2; over++) {
		add(*state, "event", JSON, NULL, STR("{}"));
		for (int i = 1; i < 256 + over; i++) {
			snprintf(name, sizeof(name), PROPERTIES ".%d", i);
			add(*state, name, JSON, NULL, STR("1"));
		}
		refused(*state, 400, over ? "over 256 parts" : "the event must be");
	}
}

/* Trap 7, for parts: alone and together. */
static void test_bombs(void **state)
{
	struct payload_bench *b = *state;
	struct buf zeros = {0};
	char name[64];

	buf_pad(&zeros, ' ', CAPTURE_MAX_INFLATED + 1);
	bench_gzip(&b->spare, buf_str(&zeros));
	add(b, "event", JSON, NULL, STR(SPAN));
	add(b, BLOB, "text/plain", "gzip", buf_str(&b->spare));
	refused(b, 413, "the part 'event.properties.blob' is too large when inflated");
	add(b, "event", JSON, "gzip", buf_str(&b->spare));
	refused(b, 413, "'event' is over 32 KiB");
	zeros.n = 40 << 20;
	buf_clear(&b->spare);
	bench_gzip(&b->spare, buf_str(&zeros));
	add(b, "event", JSON, NULL, STR(SPAN));
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), PROPERTIES ".%d", i);
		add(b, name, "text/plain", "gzip", buf_str(&b->spare));
	}
	refused(b, 413, "the parts are too large together");
	assert_in_range(b->out.cap, 0, CAPTURE_MAX_INFLATED + 1);
	buf_free(&zeros);
}

/* Cut anywhere, it is refused, and nothing is read behind its end. */
static void test_cut(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;
	struct str json;

	payload_read("node_form", &b->body);
	payload_read("node_form.type", &b->spare);
	for (size_t n = 0; n + 3 < b->body.n; n++) {
		struct buf piece = {0};

		buf_append(&piece, str_sub(buf_str(&b->body), 0, n));
		r = request(b);
		r.content_type = buf_str(&b->spare);
		r.body = buf_str(&piece);
		assert_int_equal(take(b, &r, &json), 400);
		buf_free(&piece);
	}
}

/* ---- as a request ---- */

static void handle(struct capture *c, const struct capture_request *r, int status, const char *body)
{
	struct capture_answer answer = {0};

	capture_handle(c, r, &answer);
	if (answer.status != status || !str_starts(buf_str(&answer.body), str_of(body)))
		fail_msg("%d %s", answer.status, buf_text(&answer.body));
	buf_free(&answer.body);
}

/* There is no journal: what would be written is refused with 503, whatever the answer was. */
static void test_request(void **state)
{
	struct payload_bench *b = *state;
	struct capture *c = capture_new(NULL, NULL, NULL);
	struct capture_answer answer = {0};
	struct capture_request r;

	add(b, "event", JSON, NULL, STR(SPAN));
	buf_puts(&b->body, "--b--");
	r = request(b);
	handle(c, &r, 503, "transient error, please retry");
	assert_true(capture_take(c, &r, &answer));
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.content_type, "application/json");
	assert_true(
		str_starts(buf_str(&answer.body), STR("{\"accepted_parts\":[{\"name\":\"event\"")));
	buf_free(&answer.body);
	r.authorization = STR_EMPTY;
	handle(c, &r, 401, "event submitted without an api_key");
	r.body = STR("{\"event\":\"$ai_span\",\"api_key\":\"phc_0123456789\"}");
	r.content_type = STR(JSON);
	handle(c, &r, 503, "transient error"); /* an ordinary event */
	capture_free(c);
}

#define FORM_TEST(name) cmocka_unit_test_setup_teardown(name, payload_enter, payload_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORM_TEST(test_event_alone),   FORM_TEST(test_properties),
		FORM_TEST(test_blobs),         FORM_TEST(test_compressed_parts),
		FORM_TEST(test_archive),       FORM_TEST(test_compressed_whole),
		FORM_TEST(test_every_event),   FORM_TEST(test_answer),
		FORM_TEST(test_form_of_node),  FORM_TEST(test_part_names),
		FORM_TEST(test_blobs_refused), FORM_TEST(test_events_refused),
		FORM_TEST(test_who_may),       FORM_TEST(test_limits),
		FORM_TEST(test_many_parts),    FORM_TEST(test_bombs),
		FORM_TEST(test_cut),           FORM_TEST(test_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
