/* Any form in parts: no part reaches out of the body, what is taken is one JSON object with its properties, and the answer is JSON
 * that names each part.
 *
 * Input: a line with the boundary, then the body. */
#include "collect/capture.h"
#include "collect/multipart.h"
#include "fuzz/fuzz.h"
#include "json/tree.h"

#include <stdlib.h>
#include <string.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_slice(struct str slice, struct str body)
{
	if (slice.n > 0)
		check(slice.p >= body.p && slice.n <= body.n &&
		      (size_t)(slice.p - body.p) <= body.n - slice.n);
}

static size_t walk(struct str type, struct str body)
{
	struct multipart_part part;
	struct multipart m;
	size_t parts = 0, bytes = 0;

	for (multipart_open(&m, type, body); multipart_next(&m, &part); parts++) {
		check_slice(part.name, body);
		check_slice(part.type, body);
		check_slice(part.encoding, body);
		check_slice(part.body, body);
		bytes += part.body.n;
	}
	check(bytes <= body.n);
	return parts;
}

/* The members of one that is there; 0 if the JSON is too deep to be read. */
static size_t members_of(struct str json, const char *name)
{
	struct json_report report;
	struct json_tree tree;
	uint32_t node, member;
	size_t count = 0;

	check(json_tree_parse(&tree, json, &report) == ERR_OK || report.fault == JSON_TOO_DEEP);
	if (report.fault == JSON_OK) {
		node = json_member(&tree, 0, str_of(name));
		check(node != JSON_NO_NODE);
		for (member = json_first(&tree, node); member != JSON_NO_NODE; count++)
			member = json_next(&tree, node, member);
	}
	json_tree_free(&tree);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	struct capture_request r = {.method = STR("POST"), .authorization = STR("Bearer x")};
	struct buf type = {0}, out = {0}, answer = {0};
	struct errinfo e = {0};
	struct str json;
	size_t parts;
	int status;

	if (!end)
		return 0;
	buf_puts(&type, "multipart/form-data; boundary=");
	buf_append(&type, (struct str){(const char *)data, (size_t)(end - data)});
	r.content_type = buf_str(&type);
	r.body = (struct str){(const char *)end + 1, size - (size_t)(end - data) - 1};
	parts = walk(r.content_type, r.body);
	status = capture_multipart(&r, &out, &json, &answer, &e);
	check(status == 0 || status == 400 || status == 413 || status == 415);
	check((status == 0) == (e.msg[0] == '\0'));
	if (status == 0) {
		members_of(json, "properties");
		/* A body that is gzip as a whole has other parts. */
		check(members_of(buf_str(&answer), "accepted_parts") == parts ||
		      str_starts(r.body, STR("\x1f\x8b")));
	}
	buf_free(&type);
	buf_free(&out);
	buf_free(&answer);
	return 0;
}
