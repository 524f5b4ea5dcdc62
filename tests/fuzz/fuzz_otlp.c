/* Any request as OpenTelemetry's: refused with a place that lies in it, or a batch that is JSON and from
 * which flattening makes as many lines as there are events.
 *
 * Input: one byte of choices, then the body. */
#include "collect/otlp.h"
#include "fuzz/fuzz.h"
#include "json/tree.h"

#include <stdlib.h>
#include <string.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* The number behind the last "byte ", if one is told. */
static void check_place(const char *text, size_t n)
{
	const char *byte = strstr(text, "byte ");

	if (byte)
		check(strtoull(byte + strlen("byte "), NULL, 10) <= n);
}

static void check_batch(struct str batch, uint64_t events, const struct capture_request *r)
{
	struct buf lines = {.max = CAPTURE_MAX_LINES};
	struct capture_taken taken = {0};
	struct json_report report;
	struct json_tree tree;
	struct errinfo e = {0};
	struct flattener *f = flattener_new();

	check(json_tree_parse(&tree, batch, &report) == ERR_OK || report.fault == JSON_TOO_DEEP);
	json_tree_free(&tree);
	if (events > 0) {
		check(capture_flatten(f, batch, r, CAPTURE_OTEL, &lines, &taken, NULL, &e) == 0);
		check(taken.events == events && taken.ai_events == events && taken.skipped == 0);
	}
	flattener_free(f);
	buf_free(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capture_request r = {.now = INT64_C(1795304622360000)};
	struct otlp_counts counts = {0};
	struct errinfo e = {0};
	struct buf batch = {0};
	struct str body;
	int status;

	if (size == 0)
		return 0;
	body = (struct str){(const char *)data + 1, size - 1};
	r.content_type = data[0] & 1 ? STR("application/json") : STR("application/x-protobuf");
	status = otlp_batch(&r, body, data[0] & 2 ? CAPTURE_OTEL_LOGS : CAPTURE_OTEL, &batch,
	                    &counts, &e);
	check(status == 0 || status == 400 || status == 413);
	check((status == 0) == (e.msg[0] == '\0'));
	if (status == 0)
		check_batch(buf_str(&batch), counts.events, &r);
	else
		check_place(e.msg, body.n);
	buf_free(&batch);
	return 0;
}
