/* Any request: one of the statuses, a body where one belongs, and lines of which each is one JSON
 * object with what every event has, or is too deep.
 *
 * Input: one byte of choices, one line each for path, query and content encoding, then the body. */
#include "collect/capture.h"
#include "fuzz/fuzz.h"
#include "json/tree.h"

#include <stdlib.h>
#include <string.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

static struct str take_line(struct str *rest)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n = end ? (size_t)(end - rest->p) : rest->n;
	struct str line = str_sub(*rest, 0, n);

	*rest = str_sub(*rest, n + 1, SIZE_MAX);
	return line;
}

static void check_line(struct str line)
{
	static const char *const members[] = {"uuid", "event", "timestamp", "properties",
	                                      "received_at"};
	struct json_report report;
	struct json_tree tree;
	enum err rc = json_tree_parse(&tree, line, &report);

	check(rc == ERR_OK || report.fault == JSON_TOO_DEEP);
	check(line.n == 0 || !memchr(line.p, '\r', line.n));
	for (size_t i = 0; rc == ERR_OK && i < sizeof(members) / sizeof(members[0]); i++)
		check(json_member(&tree, 0, str_of(members[i])) != JSON_NO_NODE);
	json_tree_free(&tree);
}

static void check_lines(struct str lines, uint64_t count)
{
	while (lines.n > 0) {
		check(lines.p[lines.n - 1] == '\n');
		check_line(take_line(&lines));
		count--;
	}
	check(count == 0);
}

static void flatten(struct str json, const struct capture_request *r, enum capture_dialect dialect)
{
	struct buf lines = {.max = CAPTURE_MAX_LINES}, results = {0};
	struct capture_taken taken = {0};
	struct errinfo e = {0};
	struct flattener *f = flattener_new();
	int status = capture_flatten(f, json, r, dialect, &lines, &taken, &results, &e);

	check(status == 0 || status == 400 || status == 413);
	check((status == 0) == (e.msg[0] == '\0'));
	if (status == 0) {
		struct json_report report;
		struct json_tree tree;

		check_lines(buf_str(&lines), taken.events);
		check(json_tree_parse(&tree, buf_str(&results), &report) == ERR_OK);
		json_tree_free(&tree);
	}
	flattener_free(f);
	buf_free(&lines);
	buf_free(&results);
}

static void handle(const struct capture_request *r)
{
	struct capture *capture = capture_new(NULL, NULL, NULL);
	struct capture_answer answer = {0};

	capture_handle(capture, r, &answer);
	check(answer.status == 200 || answer.status == 400 || answer.status == 404 ||
	      answer.status == 413 || answer.status == 415 || answer.status == 503);
	check(answer.content_type != NULL);
	buf_free(&answer.body);
	capture_free(capture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = {(const char *)data + 1, size - 1}, json;
	struct capture_request r = {.method = STR("POST"), .now = INT64_C(1795304622360000)};
	struct buf out = {0};
	struct errinfo e = {0};
	int status;

	if (size == 0)
		return 0;
	if (data[0] & 1)
		r.content_type = STR("application/x-www-form-urlencoded");
	r.path = take_line(&rest);
	r.query = take_line(&rest);
	r.content_encoding = take_line(&rest);
	r.authorization = r.query;
	r.sdk_info = r.content_encoding;
	r.body = rest;
	handle(&r);
	status = capture_decode(&r, &out, &json, &e);
	check(status == 0 || status == 400 || status == 413 || status == 415);
	if (status == 0)
		flatten(json, &r, (enum capture_dialect)((data[0] >> 1) % 3));
	buf_free(&out);
	return 0;
}
