/* Requests into answers: routes, methods, status codes, counters, and what SDKs insist on. */
#include "support/capture_bench.h"

#include "collect/capture.h"
#include "journal/writer.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENT  "{\"event\":\"$ai_span\",\"api_key\":\"phc_0123456789\"}"
#define UUID_A "01a2007e-8918-72fa-aeb9-59e3e8745cd6"

struct bench {
	char folder[64];
	struct journal_writer *writer;
	struct capture *capture;
	struct capture_answer answer;
	unsigned taken;
};

static void taken(void *ctx)
{
	struct bench *b = ctx;

	b->taken++;
}

static int enter(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct errinfo e;

	snprintf(b->folder, sizeof(b->folder), "/tmp/capture-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	assert_int_equal(
		journal_writer_open(&b->writer, b->folder, &(struct journal_writer_options){0}, &e),
		ERR_OK);
	b->capture = capture_new(b->writer, taken, b);
	*state = b;
	return 0;
}

static void remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}

static int leave(void **state)
{
	struct bench *b = *state;

	capture_free(b->capture);
	journal_writer_close(b->writer);
	remove_folder(b->folder);
	buf_free(&b->answer.body);
	free(b);
	return 0;
}

static void handle(struct bench *b, const struct capture_request *r)
{
	buf_free(&b->answer.body);
	b->answer = (struct capture_answer){0};
	capture_handle(b->capture, r, &b->answer);
}

static void answers(struct bench *b, const struct capture_request *r, int status, const char *body)
{
	handle(b, r);
	if (b->answer.status != status || strcmp(buf_text(&b->answer.body), body) != 0)
		fail_msg("%.*s: %d %s", STR_ARG(r->path), b->answer.status,
		         buf_text(&b->answer.body));
}

static void starts(struct bench *b, const struct capture_request *r, int status, const char *body)
{
	handle(b, r);
	if (b->answer.status != status || !str_starts(buf_str(&b->answer.body), str_of(body)))
		fail_msg("%.*s: %d %s", STR_ARG(r->path), b->answer.status,
		         buf_text(&b->answer.body));
}

static struct capture_counts counts(struct bench *b)
{
	struct capture_counts now;

	capture_counts(b->capture, &now);
	return now;
}

/* What stands in the open segment. */
static size_t journal_lines(struct bench *b)
{
	FILE *f = fopen(journal_writer_path(b->writer), "r");
	size_t n = 0;
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

/* ---- capture ---- */

/* Traps 1, 2 and 30. */
static void test_every_capture_route(void **state)
{
	static const char *const paths[] = {"/batch", "/i/v0/ai/batch", "/i/v0/ai", "/i/v0/e",
	                                    "/e",     "/capture",       "/track",   "/engage",
	                                    "/s"};
	static const char *const around[][2] = {
		{"", ""}, {"", "/"}, {"/ingest", "/"}, {"/a/b", ""}, {"/", "//"}};
	struct bench *b = *state;
	uint64_t events = 0;
	char path[64];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		for (size_t j = 0; j < sizeof(around) / sizeof(around[0]); j++) {
			struct capture_request r;

			snprintf(path, sizeof(path), "%s%s%s", around[j][0], paths[i],
			         around[j][1]);
			r = bench_post(path, STR(EVENT));
			answers(b, &r, 200, "{\"status\":1}");
			assert_string_equal(b->answer.content_type, "application/json");
			events++;
		}
	}
	assert_int_equal(counts(b).events, events);
	assert_int_equal(counts(b).ai_events, events);
	assert_int_equal(journal_lines(b), events);
	assert_int_equal(b->taken, events);
}

static void test_engage_names_itself(void **state)
{
	struct capture_request r = bench_post("/engage/", STR("{\"distinct_id\":\"u\"}"));

	answers(*state, &r, 200, "{\"status\":1}");
	r.path = STR("/e/");
	answers(*state, &r, 400, "event submitted with an empty event name");
}

static void test_v1(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post(
		"/x/i/v1/analytics/events/",
		STR("{\"batch\":[{\"event\":\"a\",\"uuid\":\"" UUID_A "\"}]}"));

	r.request_id = STR("rid-1");
	r.query = STR("beacon=1");
	answers(b, &r, 200, "{\"results\":{\"" UUID_A "\":{\"result\":\"ok\"}}}");
	assert_true(str_eq(b->answer.request_id, STR("rid-1")));
	r.body = STR("{\"batch\":[]}");
	answers(b, &r, 400,
	        "{\"error\":\"empty_batch\",\"error_description\":\"request holds no event\","
	        "\"error_uri\":\"https://posthog.com/docs/api\"}");
	assert_true(str_eq(b->answer.request_id, STR("rid-1")));
	r.body = STR("x\xff");
	starts(b, &r, 400, "{\"error\":\"request_parsing_error\"");
	r.content_encoding = STR("br");
	starts(b, &r, 415, "{\"error\":\"unsupported_encoding\"");
}

/* Trap 1. */
static void test_beacon(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post("/e/", STR(EVENT));

	r.query = STR("ip=1&beacon=1");
	answers(b, &r, 204, "");
	r.query = STR("beacon=0");
	answers(b, &r, 200, "{\"status\":1}");
	r.query = STR("beacon=1");
	r.body = STR("x");
	starts(b, &r, 400, "failed to parse request");
	assert_int_equal(journal_lines(b), 2);
}

/* Trap 32. */
static void test_get(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post("/e/", STR_EMPTY);

	r.method = STR("GET");
	answers(b, &r, 200, "{\"status\":1}");
	assert_int_equal(counts(b).events, 0);
	r.query = STR("data=%7B%22event%22%3A%22a%22%7D");
	answers(b, &r, 200, "{\"status\":1}");
	assert_int_equal(counts(b).events, 1);
	r.method = STR("HEAD"); /* never changes anything */
	answers(b, &r, 200, "{\"status\":1}");
	assert_true(b->answer.drop_body);
	assert_int_equal(counts(b).events, 1);
}

static void test_errors(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post("/batch/", STR_EMPTY);

	answers(b, &r, 400, "request missing data payload");
	assert_string_equal(b->answer.content_type, "text/plain; charset=utf-8");
	r.body = STR("{\"batch\":[]}");
	answers(b, &r, 400, "request holds no event");
	r.content_encoding = STR("br");
	answers(b, &r, 415, "unsupported content encoding: br");
	assert_int_equal(counts(b).refused, 3);
	assert_int_equal(counts(b).events, 0);
	assert_int_equal(journal_lines(b), 0);
	assert_int_equal(b->taken, 0);
}

static void test_methods(void **state)
{
	static const char *const methods[] = {"PUT", "DELETE", "", "POS", "ET", "GET, HEAD", "get"};
	struct bench *b = *state;
	struct capture_request r = bench_post("/batch/", STR(EVENT));

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		r.method = str_of(methods[i]);
		starts(b, &r, 405, "{");
		assert_string_equal(b->answer.allow, "GET, HEAD, POST, OPTIONS");
	}
	r.method = STR("OPTIONS");
	answers(b, &r, 200, "{\"status\":1}");
	assert_int_equal(counts(b).events, 0);
}

static void test_counts(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post(
		"/batch/", STR("[{\"event\":\"$ai_span\"},{\"event\":\"b\"},7]"));

	answers(b, &r, 200, "{\"status\":1}");
	assert_int_equal(counts(b).requests, 1);
	assert_int_equal(counts(b).events, 2);
	assert_int_equal(counts(b).ai_events, 1);
	assert_int_equal(counts(b).skipped, 1);
	assert_int_equal(counts(b).refused, 0);
	assert_int_equal(counts(b).bytes, r.body.n);
}

/* P31: no 200 without a journal. */
static void test_no_journal(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post("/batch/", STR(EVENT));
	struct errinfo e;

	capture_free(b->capture);
	b->capture = capture_new(NULL, taken, b);
	assert_false(capture_failing(b->capture, &e));
	answers(b, &r, 503, "transient error, please retry");
	assert_int_equal(b->answer.retry_after, 5);
	assert_true(capture_failing(b->capture, &e));
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(counts(b).events, 0);
	assert_int_equal(counts(b).refused, 1);
	assert_int_equal(b->taken, 1);
	r.path = STR("/i/v1/analytics/events");
	starts(b, &r, 503, "{\"error\":\"service_unavailable\"");
	r.path = STR("/flags/"); /* does not need one */
	starts(b, &r, 200, "{\"flags\":{}");
}

/* ---- several requests, one write ---- */

static bool take(struct bench *b, const struct capture_request *r, struct capture_answer *answer)
{
	*answer = (struct capture_answer){0};
	return capture_take(b->capture, r, answer);
}

/* Nothing is said to be there before it is; what is refused leaves nothing behind. */
static void test_group(void **state)
{
	struct bench *b = *state;
	struct capture_request plain = bench_post("/batch/", STR(EVENT));
	struct capture_request broken = plain;
	struct capture_answer answers[3];
	struct buf deep = {0};

	/* Its first event is a line before it shows that the rest is none. */
	buf_puts(&deep, "[{\"event\":\"a\"},");
	buf_pad(&deep, '[', 5000);
	broken.body = buf_str(&deep);
	assert_true(take(b, &plain, &answers[0]));
	assert_false(take(b, &broken, &answers[1]));
	assert_int_equal(answers[1].status, 400);
	assert_true(take(b, &plain, &answers[2]));
	assert_true(capture_waiting(b->capture) > 0);
	assert_int_equal(counts(b).events, 0);
	assert_int_equal(journal_lines(b), 0);
	assert_int_equal(b->taken, 0);
	assert_true(capture_flush(b->capture));
	assert_int_equal(answers[0].status, 200);
	assert_int_equal(capture_waiting(b->capture), 0);
	assert_int_equal(counts(b).requests, 3);
	assert_int_equal(counts(b).events, 2);
	assert_int_equal(counts(b).refused, 1);
	assert_int_equal(journal_lines(b), 2);
	assert_int_equal(b->taken, 1);
	assert_true(capture_flush(b->capture)); /* of nothing */
	assert_int_equal(b->taken, 1);
	for (size_t i = 0; i < 3; i++)
		buf_free(&answers[i].body);
	buf_free(&deep);
}

/* All of them hear of it, and what could not be written is not written later. */
static void test_group_unwritten(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post("/batch/", STR(EVENT));
	struct capture_answer plain, v1;

	capture_free(b->capture);
	b->capture = capture_new(NULL, taken, b);
	assert_true(take(b, &r, &plain));
	r.path = STR("/i/v1/analytics/events");
	r.request_id = STR("id");
	assert_true(take(b, &r, &v1));
	assert_false(capture_flush(b->capture));
	assert_int_equal(capture_waiting(b->capture), 0);
	capture_take_back(b->capture, &plain);
	capture_take_back(b->capture, &v1);
	assert_int_equal(plain.status, 503);
	assert_int_equal(plain.retry_after, 5);
	assert_string_equal(buf_text(&plain.body), "transient error, please retry");
	assert_int_equal(v1.status, 503);
	assert_true(str_starts(buf_str(&v1.body), STR("{\"error\":\"service_unavailable\"")));
	assert_true(str_eq(v1.request_id, STR("id")));
	assert_int_equal(counts(b).events, 0);
	assert_int_equal(counts(b).refused, 2);
	buf_free(&plain.body);
	buf_free(&v1.body);
}

/* ---- harmless answers ---- */

static void test_flags(void **state)
{
	static const char *const paths[] = {"/flags/", "/flags", "/decide/", "/x/flags/"};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct capture_request r = bench_post(paths[i], STR("{\"token\":\"t\"}"));
		struct str id;

		r.query = STR("v=2&config=true");
		starts(b, &r, 200,
		       "{\"flags\":{},\"featureFlags\":{},\"featureFlagPayloads\":{},"
		       "\"errorsWhileComputingFlags\":false,\"requestId\":\"01a2007e-8918-7");
		id = bench_member(buf_str(&b->answer.body), "requestId");
		assert_int_equal(id.n, 36);
		assert_true(str_find(buf_str(&b->answer.body), STR("quotaLimited"), 0, true) ==
		            SIZE_MAX);
	}
	assert_int_equal(counts(b).events, 0);
}

static void asks(struct bench *b, struct capture_request r, const char *none_match, int status)
{
	r.none_match = str_of(none_match);
	answers(b, &r, status,
	        status == 304 ? "" : "{\"flags\":[],\"group_type_mapping\":{},\"cohorts\":{}}");
	assert_int_equal(b->answer.content_type == NULL, status == 304);
	assert_non_null(b->answer.etag);
}

/* What local evaluation asks for does not change, and is not sent to who has it. */
static void test_etag(void **state)
{
	static const char *const paths[] = {"/flags/definitions",
	                                    "/api/feature_flag/local_evaluation/"};
	static const char *const others[] = {"", "\"\"", "no-flags-1", "\"x\", W/\"y\"", ",", "**"};
	struct bench *b = *state;
	char list[128];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct capture_request r = bench_post(paths[i], STR_EMPTY);

		asks(b, r, "*", 200);
		r.method = STR("GET");
		for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++)
			asks(b, r, others[k], 200);
		asks(b, r, b->answer.etag, 304);
		snprintf(list, sizeof(list), "\"x\" , W/%s,\"y\"", b->answer.etag);
		asks(b, r, list, 304);
		asks(b, r, "*", 304);
		r.method = STR("HEAD");
		asks(b, r, "*", 304);
	}
	assert_int_equal(counts(b).refused, 0);
}

static void test_harmless_answers(void **state)
{
	static const struct {
		const char *path;
		int status;
		const char *body;
	} table[] = {
		{"/flags/definitions", 200, "{\"flags\":[]"},
		{"/api/feature_flag/local_evaluation/", 200, "{\"flags\":[]"},
		{"/api/surveys/", 200, "{\"surveys\":[]}"},
		{"/api/product_tours/", 200, "{\"product_tours\":[]}"},
		{"/api/web_experiments/", 200, "{\"experiments\":[]}"},
		{"/api/early_access_features/", 200, "{\"earlyAccessFeatures\":[]}"},
		{"/api/environments/@current/llm_prompts/name/a/", 404, "{\"detail\":"},
		{"/api/projects/@current/feature_flags/f/remote_config", 404, "{\"detail\":"},
		{"/array/phc_x/config", 200, "{\"token\":\"phc_x\",\"supportedCompression\":[]"},
		{"/array/phc_x/config.js", 200, ""},
		{"/static/array.js", 404, "not found"},
		{"/static/1.2.3/recorder.js", 404, "not found"},
		{"/i/v1/logs", 200, "{}"},
		{"/i/v1/metrics", 200, "{}"},
		{"/test/black_hole", 200, "{\"status\":1}"},
		{"/", 200, "capture"},
		{"", 200, "capture"},
		{"/_liveness", 200, "{\"status\":\"ok\"}"},
		{"/_readiness/", 200, "{\"status\":\"ok\"}"},
		{"/nothing", 404, "{\"detail\":"},
		{"/ebatch", 404, "{\"detail\":"},
		{"/array//config", 404, "{\"detail\":"},
		{"/batch/x", 404, "{\"detail\":"},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct capture_request r = bench_post(table[i].path, STR_EMPTY);

		r.method = STR("GET");
		starts(b, &r, table[i].status, table[i].body);
		assert_non_null(b->answer.content_type);
	}
}

static void test_config_echoes_no_junk(void **state)
{
	struct bench *b = *state;
	struct capture_request r = bench_post("/array/a\"b\xff<\x1b/config", STR_EMPTY);

	r.method = STR("GET");
	handle(b, &r);
	assert_true(bench_member(buf_str(&b->answer.body), "hasFeatureFlags").n > 0);
	assert_null(strchr(buf_text(&b->answer.body), '\x1b'));
}

#define CAPTURE_TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURE_TEST(test_every_capture_route),
		CAPTURE_TEST(test_engage_names_itself),
		CAPTURE_TEST(test_v1),
		CAPTURE_TEST(test_beacon),
		CAPTURE_TEST(test_get),
		CAPTURE_TEST(test_errors),
		CAPTURE_TEST(test_methods),
		CAPTURE_TEST(test_counts),
		CAPTURE_TEST(test_no_journal),
		CAPTURE_TEST(test_group),
		CAPTURE_TEST(test_group_unwritten),
		CAPTURE_TEST(test_flags),
		CAPTURE_TEST(test_etag),
		CAPTURE_TEST(test_harmless_answers),
		CAPTURE_TEST(test_config_echoes_no_junk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
