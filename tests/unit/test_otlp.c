/* OpenTelemetry's requests: routes and answers, both readers and what they refuse, ids and times, what
 * is sent twice, log records, and a request of a real exporter. */
#include "support/capture_bench.h"
#include "support/otlp_sample.h"

#include "collect/otlp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TRACE "0102030405060708090a0b0c0d0e0f10"
#define IDS   "\"traceId\":\"" TRACE "\",\"spanId\":\"1112131415161718\""
#define TIMES \
	"\"startTimeUnixNano\":\"1795304624338000000\",\"endTimeUnixNano\":\"1795304625838000000\""
#define AI           "\"attributes\":[{\"key\":\"gen_ai.x\",\"value\":{\"stringValue\":\"y\"}}]"
#define ONE          "{" IDS "," TIMES "," AI "}"
#define SPANS(spans) "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" spans "]}]}]}"
#define JSON         "application/json"
#define PROTOBUF     "application/x-protobuf"

/* ---- batches ---- */

struct made {
	int status;
	struct errinfo e;
	struct otlp_counts counts;
	struct buf text;
	cJSON *json;
};

static struct made make_as(struct str body, const char *type, enum capture_dialect dialect)
{
	struct capture_request r = {.content_type = str_of(type)};
	struct made m = {0};

	/* cJSON takes no lone surrogate; then there is no json. */
	m.status = otlp_batch(&r, body, dialect, &m.text, &m.counts, &m.e);
	if (m.status == 0)
		m.json = cJSON_ParseWithOpts(buf_text(&m.text), NULL, 1);
	return m;
}

static struct made make(const char *json)
{
	return make_as(str_of(json), JSON, CAPTURE_OTEL);
}

static void drop(struct made *m)
{
	cJSON_Delete(m->json);
	buf_free(&m->text);
}

static const char *text_at(const struct made *m, int event, const char *name)
{
	const cJSON *item = cJSON_GetArrayItem(cJSON_GetObjectItem(m->json, "batch"), event);
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(item, name);

	if (!found)
		found = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItem(item, "properties"),
		                                         name);
	return cJSON_IsString(found) ? found->valuestring : found ? "no string" : "absent";
}

static void gives(const char *json, const char *name, const char *expected)
{
	struct made m = make(json);

	if (m.status != 0)
		fail_msg("%s: %s", json, m.e.msg);
	assert_string_equal(text_at(&m, 0, name), expected);
	drop(&m);
}

/* The same in protobuf has the same events. */
static struct buf protobuf_of(const char *json)
{
	cJSON *request = cJSON_Parse(json);
	struct buf out = {0};

	assert_non_null(request);
	otlp_sample_protobuf(&out, request);
	cJSON_Delete(request);
	return out;
}

/* ---- JSON ---- */

static void test_json_names(void **state)
{
	(void)state;
	gives("{\"resource_spans\":[{\"scope_spans\":[{\"spans\":[{\"trace_id\":\"" TRACE
	      "\",\"span_id\":\"AAAAAAAAAAE\",\"parent_span_id\":\"\",\"start_time_unix_nano\":1,"
	      "\"attributes\":[{\"key\":\"gen_ai.x\",\"value\":{\"string_value\":\"y\"}}]}]}]}]}",
	      "gen_ai.x", "y");
}

static void test_json_ids(void **state)
{
	static const char *const ids[][2] = {
		{"0102030405060708090A0B0C0D0E0F10", TRACE},    /* hex in capitals */
		{"AQIDBAUGBwgJCgsMDQ4PEA==", TRACE},            /* protobuf's own JSON */
		{"00000000000000000000000000000000", "absent"}, /* that there is none */
		{"", "absent"},
		{"trace-1", "trace-1"}, /* made by hand */
		{"a\\\"b", "absent"},
	};
	char json[512];

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		snprintf(json, sizeof(json), SPANS("{\"traceId\":\"%s\"," AI "}"), ids[i][0]);
		gives(json, "$ai_trace_id", ids[i][1]);
	}
}

/* What others depend on may come after them. */
static void test_json_order(void **state)
{
	const char *json = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" ONE
			   "],\"scope\":{\"version\":\"2\"}}],\"resource\":{\"attributes\":["
			   "{\"key\":\"user.id\",\"value\":{\"stringValue\":\"ann\"}}]}}]}";

	(void)state;
	gives(json, "$lib_version", "2");
	gives(json, "distinct_id", "ann");
}

static void test_json_values(void **state)
{
	const char *json = SPANS(
		"{\"attributes\":["
		"{\"key\":\"gen_ai.n\",\"value\":{}},{\"key\":\"gen_ai.o\",\"value\":null},"
		"{\"key\":\"gen_ai.p\"},{\"value\":{\"stringValue\":\"x\"}},7,"
		"{\"key\":\"i\",\"value\":{\"intValue\":\"42\"}},{\"key\":\"j\",\"value\":{\"intValue\":43}},"
		"{\"key\":\"d\",\"value\":{\"doubleValue\":\"NaN\"}},"
		"{\"key\":\"big\",\"value\":{\"intValue\":\"9007199254740993\"}},"
		"{\"key\":\"by\",\"value\":{\"bytesValue\":\"q80=\"}},"
		"{\"key\":\"l\",\"value\":{\"arrayValue\":{\"values\":[{},{\"boolValue\":true},"
		"{\"kvlistValue\":{\"values\":[{\"key\":\"a\",\"value\":{\"arrayValue\":{}}},"
		"{\"key\":\"b\",\"value\":{}}]}}]}}},"
		"{\"key\":\"gen_ai.\\u0078\",\"value\":{\"stringValue\":\"\\ud83d \\n\"}}]}");
	struct made m = make(json);

	(void)state;
	assert_int_equal(m.counts.events, 1);
	for (const char *const *part =
	             (const char *const[]){"\"i\":42,", "\"j\":43,", "\"d\":null,",
	                                   "\"big\":9007199254740993,", "\"by\":\"abcd\",",
	                                   "\"l\":[true,{\"a\":[]}],",
	                                   "\"gen_ai.x\":\"\\ud83d \\n\"", NULL};
	     *part; part++)
		if (!strstr(buf_text(&m.text), *part))
			fail_msg("no %s in %s", *part, buf_text(&m.text));
	assert_null(strstr(buf_text(&m.text), "gen_ai.n"));
	drop(&m);
}

static void refused(struct str body, const char *type, int status, const char *why)
{
	struct made m = make_as(body, type, CAPTURE_OTEL);

	if (m.status != status || !strstr(m.e.msg, why))
		fail_msg("%.*s: %d %s", (int)body.n, body.p, m.status, m.e.msg);
	drop(&m);
}

static void test_refused(void **state)
{
	(void)state;
	refused(STR("{}"), "text/plain", 415, "neither");
	refused(STR("{}"), "", 415, "neither");
	refused(STR(""), JSON, 400, "is empty");
	refused(STR("[]"), JSON, 400, "no JSON object");
	refused(STR("{\"resourceSpans\":["), JSON, 400, "at byte 18");
	refused(STR("\xff\xff\xff"), PROTOBUF, 400, "broken at byte 0");
	refused(STR("\x0a\x05\x0a\x7f"), PROTOBUF, 400, "broken at byte 1");
}

/* A value in arrays in a value. */
static void nested(struct buf *json, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_puts(json, "{\"arrayValue\":{\"values\":[");
	buf_puts(json, "{\"boolValue\":true}");
	for (unsigned i = 0; i < depth; i++)
		buf_puts(json, "]}}");
}

static void test_depth(void **state)
{
	(void)state;
	for (unsigned depth = OTLP_MAX_DEPTH - 1; depth <= OTLP_MAX_DEPTH; depth++) {
		int status = depth < OTLP_MAX_DEPTH ? 0 : 400;
		struct buf json = {0}, protobuf;
		struct made m;

		buf_puts(&json, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"attributes\":["
		                "{\"key\":\"gen_ai.x\",\"value\":");
		nested(&json, depth);
		buf_puts(&json, "}]}]}]}]}");
		protobuf = protobuf_of(buf_text(&json));
		m = make(buf_text(&json));
		assert_int_equal(m.status, status);
		drop(&m);
		m = make_as(buf_str(&protobuf), PROTOBUF, CAPTURE_OTEL);
		assert_int_equal(m.status, status);
		assert_true(status == 0 || strstr(m.e.msg, "too deep"));
		drop(&m);
		buf_free(&json);
		buf_free(&protobuf);
	}
}

/* ---- protobuf ---- */

/* Fields of other versions, groups among them, are passed over, in a span and around it. */
static void test_protobuf_unknown(void **state)
{
	static const char unknown[] = "\xfb\x3e\x0b\x10\x05\x0c\xfc\x3e" /* a group in a group */
				      "\x98\x3f\x96\x01\x95\x3f\x01\x02\x03\x04\x9a\x3f\x01z";
	struct str extra = {unknown, sizeof(unknown) - 1};
	struct buf attribute = {0}, span = {0}, scope = {0}, resource = {0}, request = {0};
	struct made m;

	(void)state;
	buf_puts(&attribute, "\x0a\x08gen_ai.x\x12\x03\x0a\x01y");
	buf_append(&span, extra);
	otlp_sample_bytes(&span, 9, buf_str(&attribute));
	buf_append(&span, extra);
	buf_append(&scope, extra);
	otlp_sample_bytes(&scope, 2, buf_str(&span));
	otlp_sample_bytes(&resource, 2, buf_str(&scope));
	buf_append(&resource, extra);
	buf_append(&request, extra);
	otlp_sample_bytes(&request, 1, buf_str(&resource));
	m = make_as(buf_str(&request), PROTOBUF, CAPTURE_OTEL);
	assert_int_equal(m.status, 0);
	assert_string_equal(text_at(&m, 0, "gen_ai.x"), "y");
	drop(&m);
	/* A group that does not end, and an end without a beginning. */
	refused(STR("\x0b\x10\x05"), PROTOBUF, 400, "at byte 3");
	refused(STR("\x0c"), PROTOBUF, 400, "at byte 0");
	buf_free(&attribute);
	buf_free(&span);
	buf_free(&scope);
	buf_free(&resource);
	buf_free(&request);
}

/* Cut anywhere, it is refused or has fewer spans; nothing is read behind the end. */
static void test_protobuf_cut(void **state)
{
	struct buf whole = protobuf_of(SPANS(ONE "," ONE));
	unsigned refusals = 0;

	(void)state;
	for (size_t n = 0; n < whole.n; n++) {
		char *copy = malloc(n ? n : 1);
		struct made m;

		memcpy(copy, whole.p, n);
		m = make_as((struct str){copy, n}, PROTOBUF, CAPTURE_OTEL);
		refusals += m.status != 0;
		assert_true(m.status == 400 || m.counts.events == 0);
		drop(&m);
		free(copy);
	}
	assert_int_equal(refusals, whole.n - 1); /* but for nothing at all */
	buf_free(&whole);
}

static void test_protobuf_bad_text(void **state)
{
	struct buf body = protobuf_of(SPANS(ONE));
	char *found = memchr(body.p, 'y', body.n);
	struct made m;

	(void)state;
	assert_non_null(found);
	*found = '\xff';
	m = make_as(buf_str(&body), PROTOBUF, CAPTURE_OTEL);
	assert_string_equal(text_at(&m, 0, "gen_ai.x"), "\xef\xbf\xbd");
	drop(&m);
	buf_free(&body);
}

/* ---- ids and times ---- */

/* An exporter that got no answer sends all of it again. */
static void test_twice_is_once(void **state)
{
	struct buf protobuf = protobuf_of(SPANS(ONE));
	struct made a = make(SPANS(ONE)), b = make(SPANS(ONE)),
		    c = make_as(buf_str(&protobuf), PROTOBUF, CAPTURE_OTEL);
	struct made other = make(
		SPANS("{\"traceId\":\"" TRACE "\",\"spanId\":\"5112131415161718\"," AI "}"));
	struct made without = make(SPANS("{" TIMES "," AI "},{\"name\":\"b\"," TIMES "," AI "}"));

	(void)state;
	assert_string_equal(text_at(&a, 0, "uuid"), text_at(&b, 0, "uuid"));
	assert_string_equal(text_at(&a, 0, "uuid"), text_at(&c, 0, "uuid"));
	/* The same in every process, and for good: journals hold it. */
	assert_string_equal(text_at(&a, 0, "uuid"), "b7d61fec-e9c8-87c9-a4b0-f6e61885f2de");
	assert_string_not_equal(text_at(&a, 0, "uuid"), text_at(&other, 0, "uuid"));
	assert_string_not_equal(text_at(&without, 0, "uuid"), text_at(&without, 1, "uuid"));
	drop(&a);
	drop(&b);
	drop(&c);
	drop(&other);
	drop(&without);
	buf_free(&protobuf);
}

static void test_times(void **state)
{
	(void)state;
	gives(SPANS("{\"startTimeUnixNano\":\"1795304624338123999\"," AI "}"), "timestamp",
	      "2026-11-21T23:43:44.338123Z");
	gives(SPANS("{" AI "}"), "timestamp", "absent");
	gives(SPANS("{\"startTimeUnixNano\":\"yesterday\"," AI "}"), "timestamp", "absent");
	/* A latency only where the end lies behind the start. */
	gives(SPANS("{\"startTimeUnixNano\":5,\"endTimeUnixNano\":5," AI "}"), "$ai_latency",
	      "absent");
	gives(SPANS("{\"startTimeUnixNano\":5,\"endTimeUnixNano\":6," AI "}"), "$ai_latency",
	      "no string");
}

#define ATTRIBUTE(key, text) "{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" text "\"}}"
#define IDENTIFIED(of_resource, of_span)                                                           \
	"{\"resourceSpans\":[{\"resource\":{\"attributes\":[" of_resource "]},"                    \
	"\"scopeSpans\":[{\"spans\":[{" IDS ",\"attributes\":[" ATTRIBUTE("gen_ai.x", "y") of_span \
		"]}]}]}]}"

static void test_distinct_id(void **state)
{
	struct made a, b;

	(void)state;
	gives(IDENTIFIED(ATTRIBUTE("user.id", "r"),
	                 "," ATTRIBUTE("user.id", "s") "," ATTRIBUTE("posthog.distinct_id", "d")),
	      "distinct_id", "d");
	gives(IDENTIFIED(
		      ATTRIBUTE("posthog.distinct_id", "r"),
		      "," ATTRIBUTE("ai.settings.context.posthog_distinct_id", "c") "," ATTRIBUTE(
			      "ai.telemetry.metadata.posthog_distinct_id", "m")),
	      "distinct_id", "m");
	gives(IDENTIFIED(ATTRIBUTE("user.id", "u") "," ATTRIBUTE("posthog.distinct_id", "r"),
	                 "," ATTRIBUTE("user.id", "")),
	      "distinct_id", "r");
	a = make(IDENTIFIED("", ""));
	b = make(IDENTIFIED("", "," ATTRIBUTE("gen_ai.conversation.id", "c")));
	assert_int_equal(strlen(text_at(&a, 0, "distinct_id")), 36);
	assert_string_not_equal(text_at(&a, 0, "distinct_id"), text_at(&b, 0, "distinct_id"));
	drop(&a);
	drop(&b);
}

static void test_others_are_skipped(void **state)
{
	struct made m = make(SPANS("{" IDS ",\"name\":\"GET /\"}," ONE
	                           ",{\"attributes\":[" ATTRIBUTE("http.route", "/") "]}"));

	(void)state;
	assert_int_equal(m.counts.events, 1);
	assert_int_equal(m.counts.skipped, 2);
	drop(&m);
	m = make("{\"resourceSpans\":[]}");
	assert_int_equal(m.status, 0);
	assert_int_equal(m.counts.events, 0);
	drop(&m);
	m = make_as(STR(""), PROTOBUF, CAPTURE_OTEL);
	assert_int_equal(m.status, 0);
	drop(&m);
}

/* ---- log records ---- */

#define RECORD(name, attributes)                                                                 \
	"{\"eventName\":\"" name "\",\"traceId\":\"" TRACE "\",\"spanId\":\"1112131415161718\"," \
	"\"timeUnixNano\":\"0\",\"observedTimeUnixNano\":\"1795304624338000000\","               \
	"\"body\":{\"stringValue\":\"said\"},\"attributes\":[" attributes "]}"
#define EVALUATION "gen_ai.evaluation."

static void test_evaluations(void **state)
{
	static const char json[] =
		"{\"resourceLogs\":[{\"resource\":{\"attributes\":[" ATTRIBUTE("posthog.distinct_id", "ann") "]},\"scopeLogs\":[{\"logRecords\":[" RECORD(
			EVALUATION "result",
			ATTRIBUTE(EVALUATION "name", "correct") "," ATTRIBUTE(
				EVALUATION "score.label",
				" pass ") ",{\"key\":\"" EVALUATION
					  "score.value\",\"value\":{\"doubleValue\":0.9}}," ATTRIBUTE(
						  EVALUATION "explanation",
						  "grounded")) "," RECORD(EVALUATION "result",
	                                                                  ATTRIBUTE(
										  EVALUATION "name",
										  "bare")) "," RECORD("exception",
	                                                                                              ATTRIBUTE(
													      EVALUATION
													      "name",
													      "x")) "]}]}]}";
	struct buf protobuf = protobuf_of(json);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct made m = i == 0 ? make_as(str_of(json), JSON, CAPTURE_OTEL_LOGS)
		                       : make_as(buf_str(&protobuf), PROTOBUF, CAPTURE_OTEL_LOGS);

		assert_int_equal(m.counts.events, 1);
		assert_int_equal(m.counts.skipped, 2);
		assert_string_equal(text_at(&m, 0, "event"), "$ai_evaluation");
		assert_string_equal(text_at(&m, 0, "timestamp"), "2026-11-21T23:43:44.338000Z");
		assert_string_equal(text_at(&m, 0, "distinct_id"), "ann");
		assert_string_equal(text_at(&m, 0, "$ai_evaluation_name"), "correct");
		assert_string_equal(text_at(&m, 0, "$ai_evaluation_result"), "pass");
		assert_string_equal(text_at(&m, 0, "$ai_evaluation_result_type"), "label");
		assert_string_equal(text_at(&m, 0, "$ai_evaluation_score_label"), "pass");
		assert_string_equal(text_at(&m, 0, "$ai_evaluation_reasoning"), "grounded");
		assert_string_equal(text_at(&m, 0, "$ai_evaluation_runtime"), "otel");
		assert_string_equal(text_at(&m, 0, "$ai_trace_id"), TRACE);
		assert_string_equal(text_at(&m, 0, "$ai_target_span_id"), "1112131415161718");
		assert_string_equal(text_at(&m, 0, "$otel_log_body"), "said");
		assert_string_equal(text_at(&m, 0, "$ai_evaluation_id"), text_at(&m, 0, "uuid"));
		assert_non_null(strstr(buf_text(&m.text), "\"$ai_evaluation_score_value\":0.9"));
		drop(&m);
	}
	buf_free(&protobuf);
}

/* ---- requests ---- */

static struct capture_answer answer_to(struct capture *c, const char *path, const char *type,
                                       struct str body)
{
	struct capture_request r = {.method = STR("POST"),
	                            .path = str_of(path),
	                            .content_type = str_of(type),
	                            .authorization = STR("Bearer phc_0123456789"),
	                            .body = body,
	                            .now = INT64_C(1795304624338000)};
	struct capture_answer answer = {0};

	capture_handle(c, &r, &answer);
	return answer;
}

/* What is final is answered at once: nobody waits for lines that are not there. */
static bool waits(struct capture *c, const char *path, struct str body)
{
	struct capture_request r = {.method = STR("POST"),
	                            .path = str_of(path),
	                            .content_type = STR(PROTOBUF),
	                            .body = body};
	struct capture_answer answer = {0};
	bool waits = capture_take(c, &r, &answer);

	assert_int_equal(answer.status, 200);
	buf_free(&answer.body);
	return waits;
}

static void answers(struct capture *c, const char *path, const char *type, struct str body,
                    int status, const char *answered_type, const char *text)
{
	struct capture_answer answer = answer_to(c, path, type, body);

	assert_int_equal(answer.status, status);
	assert_string_equal(answer.content_type, answered_type);
	assert_string_equal(buf_text(&answer.body), text);
	buf_free(&answer.body);
}

/* Without a journal 503 says that the lines would have been written. */
static void test_routes(void **state)
{
	struct capture *c = capture_new(NULL, NULL, NULL);
	struct buf protobuf = protobuf_of(SPANS(ONE)), zipped = {0};
	struct str nothing = STR("{\"resourceSpans\":[]}");
	const char *plain = "text/plain; charset=utf-8", *later = "transient error, please retry";
	struct capture_counts counts;

	(void)state;
	bench_gzip(&zipped, buf_str(&protobuf));
	answers(c, "/v1/traces", PROTOBUF, buf_str(&protobuf), 503, plain, later);
	answers(c, "/v1/traces", PROTOBUF, buf_str(&zipped), 503, plain, later);
	answers(c, "/i/v0/ai/otel", JSON, STR(SPANS(ONE)), 503, plain, later);
	answers(c, "/i/v0/ai/otel/v1/traces", "application/json; charset=utf-8", STR(SPANS(ONE)),
	        503, plain, later);
	answers(c, "/i/v0/ai/otel/", JSON, nothing, 200, JSON, "{}");
	answers(c, "/v1/traces", PROTOBUF, STR(""), 200, PROTOBUF, "");
	answers(c, "/v1/logs", JSON,
	        STR("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]}]}]}"), 200, JSON,
	        "{}");
	assert_false(waits(c, "/v1/traces", STR("")));
	assert_false(waits(c, "/v1/metrics", STR("z")));
	assert_int_equal(capture_waiting(c), 0);
	assert_true(waits(c, "/v1/traces", buf_str(&protobuf)));
	assert_false(capture_flush(c));
	answers(c, "/v1/metrics", PROTOBUF, STR("\x0a\x01z"), 200, PROTOBUF, "");
	answers(c, "/i/v1/logs", JSON, STR("{"), 200, JSON, "{}");
	capture_counts(c, &counts);
	assert_int_equal(counts.skipped, 3); /* a record, and two requests of metrics */
	assert_int_equal(counts.refused, 4);
	buf_free(&protobuf);
	buf_free(&zipped);
	capture_free(c);
}

/* ---- a real exporter ---- */

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_append(out, (struct str){piece, n});
	fclose(f);
}

/* The recorded request of a path, its body. */
static struct str recorded(const struct buf *requests, const char *path)
{
	struct str text = buf_str(requests);

	for (size_t i = 0; i < bench_lines(text); i++) {
		struct str line = bench_nth(text, i);

		if (str_eq(bench_member(line, "path"), str_of(path)))
			return bench_member(line, "body");
	}
	return STR_EMPTY;
}

/* Vercel's AI SDK 6 by OTLP/HTTP's exporter for JavaScript; in protobuf it comes to the same. */
static void test_recorded(void **state)
{
	struct buf requests = {0}, protobuf = {0};
	cJSON *request;
	struct str body;
	struct made m, n;

	(void)state;
	read_file("data/requests.jsonl", &requests);
	body = recorded(&requests, "/i/v0/ai/otel");
	assert_true(body.n > 0);
	request = cJSON_ParseWithLength(body.p, body.n);
	otlp_sample_protobuf(&protobuf, request);
	m = make_as(body, JSON, CAPTURE_OTEL);
	n = make_as(buf_str(&protobuf), PROTOBUF, CAPTURE_OTEL);
	assert_int_equal(m.status, 0);
	assert_int_equal(m.counts.events, 6);
	assert_string_equal(text_at(&m, 0, "event"), "$ai_generation");
	assert_string_equal(text_at(&m, 0, "distinct_id"), "user_otel_vercel");
	assert_string_equal(text_at(&m, 1, "$ai_span_name"), "get_weather");
	assert_string_equal(text_at(&m, 3, "event"), "$ai_trace");
	if (!cJSON_Compare(m.json, n.json, true))
		fail_msg("%s\n%s", buf_text(&m.text), buf_text(&n.text));
	drop(&m);
	drop(&n);
	cJSON_Delete(request);
	buf_free(&requests);
	buf_free(&protobuf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_names),
		cmocka_unit_test(test_json_ids),
		cmocka_unit_test(test_json_order),
		cmocka_unit_test(test_json_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_protobuf_unknown),
		cmocka_unit_test(test_protobuf_cut),
		cmocka_unit_test(test_protobuf_bad_text),
		cmocka_unit_test(test_twice_is_once),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_distinct_id),
		cmocka_unit_test(test_others_are_skipped),
		cmocka_unit_test(test_evaluations),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
