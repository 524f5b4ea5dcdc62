/* Any bytes as a document: what comes out does not depend on where the pieces are cut; where the input
 * is lines, it comes out as it went in; and lines that came of a document are lines again.
 *
 * Input: one byte that starts the choice of pieces (odd: as a log), then the document. */
#include "base/buf.h"
#include "collect/document.h"
#include "fuzz/fuzz.h"
#include "json/lexer.h"

#include <stdlib.h>
#include <string.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void collect(void *ctx, struct str bytes)
{
	buf_append(ctx, bytes);
}

static struct document *start(struct buf *out, bool logs)
{
	struct document_options options = {.write = collect, .ctx = out, .logs = logs};

	return document_new(&options);
}

static void feed_whole(struct str bytes, bool logs, struct buf *out)
{
	struct document *d = start(out, logs);

	document_feed(d, bytes, 0);
	document_end(d, 0);
	document_free(d);
}

static void feed_cut(struct str bytes, bool logs, uint32_t seed, struct buf *out)
{
	struct document *d = start(out, logs);

	while (bytes.n > 0) {
		/* On the heap and as long as it is, so that a read past its end is seen. */
		size_t n = (seed >> 16) % 24 + 1 < bytes.n ? (seed >> 16) % 24 + 1 : bytes.n;
		char *piece = malloc(n);

		check(piece != NULL);
		memcpy(piece, bytes.p, n);
		document_feed(d, (struct str){piece, n}, 0);
		free(piece);
		bytes = str_sub(bytes, n, SIZE_MAX);
		seed = seed * 1103515245 + 12345;
	}
	document_end(d, 0);
	document_free(d);
}

/* *event: whether it is an object with a text of that name. */
static enum json_fault read_json(struct str text, bool *event)
{
	static const struct str name = {"event", 5};
	struct json_keys *keys = json_keys_new(&name, 1);
	struct json_want want = {.outer = keys};
	struct json_report report;
	struct json_slice out[1];
	enum json_type top;
	enum json_fault fault = json_skim(text, &want, out, NULL, &top, &report);

	json_keys_free(keys);
	*event = fault == JSON_OK && out[0].type == JSON_STRING;
	return fault;
}

static bool is_json(struct str text)
{
	bool event;
	enum json_fault fault = read_json(text, &event);

	return fault == JSON_OK || fault == JSON_TOO_DEEP || fault == JSON_EMPTY;
}

static struct str first_line(struct str bytes)
{
	const char *feed = memchr(bytes.p, '\n', bytes.n);

	return str_sub(bytes, 0, feed ? (size_t)(feed - bytes.p) : bytes.n);
}

/* By a second way of looking: its first line is an event, or no line begins as a document does. */
static bool is_lines(struct str bytes)
{
	bool event;

	if (str_starts(bytes, STR("\xEF\xBB\xBF")))
		bytes = str_sub(bytes, 3, SIZE_MAX);
	read_json(first_line(bytes), &event);
	while (!event && bytes.n > 0) {
		struct str line = first_line(bytes), text = str_trim(line);

		if (str_starts(text, STR("{")) || str_starts(text, STR("[")))
			return false;
		bytes = str_sub(bytes, line.n + 1, SIZE_MAX);
	}
	return true;
}

static bool is_log(struct str line)
{
	return str_starts(line, STR("{\"event\":\"$log\","));
}

/* Every line of a log is JSON, or came out of a document as its wrong numbers and words were. */
static void check_log(struct str out, bool lines)
{
	while (out.n > 0) {
		struct str line = first_line(out), text = line;

		if (str_starts(text, STR("\xEF\xBB\xBF")))
			text = str_sub(text, 3, SIZE_MAX);
		check(!(lines || is_log(text)) || is_json(text));
		out = str_sub(out, line.n + 1, SIZE_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = {0}, cut = {0};
	struct str bytes;
	bool logs, lines;

	if (size < 2)
		return 0;
	logs = data[0] % 2 != 0;
	bytes = (struct str){(const char *)data + 1, size - 1};
	feed_whole(bytes, logs, &whole);
	feed_cut(bytes, logs, data[0] * UINT32_C(2654435761), &cut);
	check(str_eq(buf_str(&whole), buf_str(&cut)));
	lines = is_lines(bytes);
	check(!lines || document_is_lines(str_sub(bytes, 0, DOCUMENT_BEGINNING)));
	if (!logs && lines)
		check(str_eq(buf_str(&whole), bytes));
	if (logs)
		check_log(buf_str(&whole), lines);
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
