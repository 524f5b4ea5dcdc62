/* Requests that real SDKs sent (data/requests.jsonl, recorded off the wire), replayed into a real
 * journal: every event that they hold (data/real_events.ndjson) stands there once, equal in every
 * value. */
#include "support/capture_bench.h"

#include "base/time.h"
#include "journal/writer.h"
#include "json/tree.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

enum { MAX_LINES = 1000 };

struct line {
	struct str text;
	struct json_tree tree;
	bool used;
};

struct bench {
	char folder[64], path[256];
	struct journal_writer *writer;
	struct capture *capture;
	struct buf expected_text, journal_text;
	struct line expected[MAX_LINES], got[MAX_LINES];
	size_t n_expected, n_got;
};

/* ---- reading ---- */

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char piece[4096];
	size_t n;

	if (!f)
		fail_msg("%s cannot be opened", path);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_append(out, (struct str){piece, n});
	fclose(f);
}

static size_t read_lines(struct str text, struct line *lines)
{
	size_t count = bench_lines(text);

	assert_true(count < MAX_LINES);
	for (size_t i = 0; i < count; i++) {
		size_t end = str_find(text, STR("\n"), 0, false);
		struct json_report report;

		lines[i].text = str_sub(text, 0, end);
		lines[i].used = false;
		if (json_tree_parse(&lines[i].tree, lines[i].text, &report) != ERR_OK)
			fail_msg("no JSON: %.*s", STR_ARG(lines[i].text));
		text = str_sub(text, end + 1, SIZE_MAX);
	}
	assert_int_equal(text.n, 0);
	return count;
}

static void free_lines(struct line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_tree_free(&lines[i].tree);
}

/* ---- replaying ---- */

static struct str header(const cJSON *request, const char *name)
{
	const cJSON *pair;

	cJSON_ArrayForEach(pair, cJSON_GetObjectItemCaseSensitive(request, "headers"))
	{
		struct str have = str_of(cJSON_GetArrayItem(pair, 0)->valuestring);

		if (have.n == strlen(name) && str_find(have, str_of(name), 0, true) == 0)
			return str_of(cJSON_GetArrayItem(pair, 1)->valuestring);
	}
	return STR_EMPTY;
}

static struct str text_of(const cJSON *request, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(request, name);

	return cJSON_IsString(item) ? str_of(item->valuestring) : STR_EMPTY;
}

static void unbase64(struct buf *out, struct str text)
{
	uint32_t bits = 0;
	int count = 0;

	for (size_t i = 0; i < text.n && text.p[i] != '='; i++) {
		static const char digits[] =
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

		bits = bits << 6 | (uint32_t)(strchr(digits, text.p[i]) - digits);
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_add(out, (char)(bits >> count & 0xFF));
		}
	}
}

/* The bytes of the body: those recorded, or the decoded ones encoded again. */
static void body_of(const cJSON *request, struct str line, struct buf *out)
{
	struct str raw = text_of(request, "raw_b64");

	if (raw.n > 0)
		unbase64(out, raw);
	else if (str_eq(header(request, "Content-Encoding"), STR("gzip")))
		bench_gzip(out, bench_member(line, "body"));
	else
		buf_append(out, bench_member(line, "body"));
}

/* With `plain`, as a browser labels it: not at all. */
static void replay(struct bench *b, struct str line, bool plain)
{
	cJSON *request = cJSON_ParseWithLength(line.p, line.n);
	struct capture_answer answer = {0};
	struct capture_request r;
	struct buf body = {0};

	assert_non_null(request);
	body_of(request, line, &body);
	r = (struct capture_request){
		.method = text_of(request, "method"),
		.path = text_of(request, "path"),
		.query = text_of(request, "query"),
		.content_type = plain ? STR("text/plain") : header(request, "Content-Type"),
		.content_encoding = plain ? STR_EMPTY : header(request, "Content-Encoding"),
		.authorization = header(request, "Authorization"),
		.sdk_info = header(request, "PostHog-Sdk-Info"),
		.request_id = header(request, "PostHog-Request-Id"),
		.body = buf_str(&body),
		.now = time_parse(text_of(request, "received_at")),
	};
	/* OTLP has a route of its own. */
	if (str_eq(r.method, STR("POST")) && !str_ends(r.path, STR("/otel"))) {
		capture_handle(b->capture, &r, &answer);
		if (answer.status != 200)
			fail_msg("%.*s: %d %s", STR_ARG(r.path), answer.status,
			         buf_text(&answer.body));
		assert_true(str_eq(answer.request_id, r.request_id));
	}
	buf_free(&answer.body);
	buf_free(&body);
	cJSON_Delete(request);
}

static void replay_all(struct bench *b, bool plain)
{
	struct buf requests = {0};
	struct str text;

	read_file("data/requests.jsonl", &requests);
	text = buf_str(&requests);
	for (size_t i = 0; i < bench_lines(text); i++)
		replay(b, bench_nth(text, i), plain);
	read_file(journal_writer_path(b->writer), &b->journal_text);
	b->n_got = read_lines(buf_str(&b->journal_text), b->got);
	buf_free(&requests);
}

/* ---- comparing ---- */

static struct buf text_at(const struct json_tree *t, uint32_t at)
{
	struct buf text = {0};

	json_text(t, at, &text);
	return text;
}

/* Texts equal, or the same token masked. */
static bool same_text(const struct json_tree *a, uint32_t i, const struct json_tree *b, uint32_t j)
{
	struct buf expected = text_at(a, i), got = text_at(b, j);
	bool same = str_eq(buf_str(&expected), buf_str(&got)) ||
	            (str_starts(buf_str(&expected), STR("phc_")) &&
	             str_eq(buf_str(&got), STR("phc_***")));

	buf_free(&expected);
	buf_free(&got);
	return same;
}

/* Test data is shallow: recursion is fine here. Numbers are compared as sent. */
static bool same(const struct json_tree *a, uint32_t i, const struct json_tree *b, uint32_t j)
{
	uint32_t d = json_first(b, j);

	if (json_type_of(a, i) != json_type_of(b, j))
		return false;
	if (json_type_of(a, i) != JSON_OBJECT && json_type_of(a, i) != JSON_ARRAY)
		return same_text(a, i, b, j);
	if (a->nodes[i].count != b->nodes[j].count)
		return false;
	for (uint32_t c = json_first(a, i); c != JSON_NO_NODE; c = json_next(a, i, c)) {
		struct buf key = {0};
		uint32_t other = d;

		json_key(a, c, &key);
		if (json_type_of(a, i) == JSON_OBJECT)
			other = json_member(b, j, buf_str(&key));
		buf_free(&key);
		if (!same(a, c, b, other))
			return false;
		d = json_next(b, j, d);
	}
	return true;
}

static bool same_time(const struct json_tree *a, uint32_t i, const struct json_tree *b, uint32_t j)
{
	struct buf expected = text_at(a, i), got = text_at(b, j);
	bool equal = str_eq(buf_str(&expected), buf_str(&got)) ||
	             time_parse(buf_str(&expected)) == time_parse(buf_str(&got));

	buf_free(&expected);
	buf_free(&got);
	return equal;
}

/* Every property of `a` in `b`, and nothing else but what capture v1 puts into a header. */
static bool same_properties(const struct line *a, uint32_t i, const struct line *b, uint32_t j)
{
	static const char *const from_header[] = {"$lib", "$lib_version"};
	uint32_t more = 0;

	for (size_t k = 0; k < 2; k++) {
		struct str name = str_of(from_header[k]);

		more += json_member(&a->tree, i, name) == JSON_NO_NODE &&
		        json_member(&b->tree, j, name) != JSON_NO_NODE;
	}
	if (b->tree.nodes[j].count != a->tree.nodes[i].count + more)
		return false;
	for (uint32_t c = json_first(&a->tree, i); c != JSON_NO_NODE;
	     c = json_next(&a->tree, i, c)) {
		struct buf key = {0};
		uint32_t other;

		json_key(&a->tree, c, &key);
		other = json_member(&b->tree, j, buf_str(&key));
		buf_free(&key);
		if (!same(&a->tree, c, &b->tree, other))
			return false;
	}
	return true;
}

/* Why the two lines are not the same event, or NULL. */
static const char *difference(const struct line *a, const struct line *b, bool ids)
{
	static const char *const compared[] = {"uuid", "event", "distinct_id", "timestamp",
	                                       "properties"};

	for (size_t k = ids ? 0 : 1; k < sizeof(compared) / sizeof(compared[0]); k++) {
		uint32_t i = json_member(&a->tree, 0, str_of(compared[k]));
		uint32_t j = json_member(&b->tree, 0, str_of(compared[k]));
		bool equal = k == 4   ? same_properties(a, i, b, j)
		             : k == 3 ? same_time(&a->tree, i, &b->tree, j)
		                      : same(&a->tree, i, &b->tree, j);

		if (!equal)
			return compared[k];
	}
	return NULL;
}

static struct line *line_of_uuid(struct bench *b, const struct line *expected)
{
	struct str uuid = bench_member(expected->text, "uuid");

	for (size_t i = 0; i < b->n_got; i++)
		if (str_eq(bench_member(b->got[i].text, "uuid"), uuid))
			return &b->got[i];
	return NULL;
}

/* For events that came without a uuid. */
static struct line *line_like(struct bench *b, const struct line *expected)
{
	for (size_t i = 0; i < b->n_got; i++)
		if (!b->got[i].used && !difference(expected, &b->got[i], false))
			return &b->got[i];
	return NULL;
}

/* Each expected event stands in the journal once, and nothing else does. */
static void compare(struct bench *b)
{
	size_t without_uuid = 0;

	assert_int_equal(b->n_expected, 137);
	assert_int_equal(b->n_got, 137);
	for (size_t i = 0; i < b->n_expected; i++) {
		const struct line *expected = &b->expected[i];
		struct line *got = line_of_uuid(b, expected);
		const char *why = NULL;

		if (got) {
			why = difference(expected, got, true);
		} else {
			got = line_like(b, expected);
			without_uuid++;
		}
		if (!got || why || got->used)
			fail_msg("%s of %.*s\n%.*s", why ? why : "missing or twice",
			         STR_ARG(expected->text), STR_ARG(got ? got->text : STR_EMPTY));
		got->used = true;
	}
	assert_int_equal(without_uuid, 3);
}

static void no_token_stands_there(struct bench *b)
{
	struct str text = buf_str(&b->journal_text);

	for (size_t at = 0; (at = str_find(text, STR("phc_"), at, false)) != SIZE_MAX; at++)
		if (!str_starts(str_sub(text, at, SIZE_MAX), STR("phc_***")))
			fail_msg("%.*s", STR_ARG(str_sub(text, at, 40)));
}

/* ---- tests ---- */

static int enter(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct errinfo e;

	snprintf(b->folder, sizeof(b->folder), "/tmp/corpus-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	assert_int_equal(
		journal_writer_open(&b->writer, b->folder, &(struct journal_writer_options){0}, &e),
		ERR_OK);
	b->capture = capture_new(b->writer, NULL, NULL);
	read_file("data/real_events.ndjson", &b->expected_text);
	b->n_expected = read_lines(buf_str(&b->expected_text), b->expected);
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
	free_lines(b->expected, b->n_expected);
	free_lines(b->got, b->n_got);
	buf_free(&b->expected_text);
	buf_free(&b->journal_text);
	free(b);
	return 0;
}

static void test_every_recorded_event(void **state)
{
	struct bench *b = *state;
	struct capture_counts counts;

	replay_all(b, false);
	compare(b);
	no_token_stands_there(b);
	capture_counts(b->capture, &counts);
	assert_int_equal(counts.events, 137);
	assert_int_equal(counts.ai_events, 133);
	assert_int_equal(counts.refused + counts.skipped, 0);
}

static void test_every_recorded_event_without_labels(void **state)
{
	struct bench *b = *state;

	replay_all(b, true);
	compare(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_recorded_event, enter, leave),
		cmocka_unit_test_setup_teardown(test_every_recorded_event_without_labels, enter,
	                                        leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
