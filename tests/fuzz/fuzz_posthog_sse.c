/* Any bytes as a live stream: the messages do not depend on where the pieces are cut, and are those that
 * a second, simple reading of the whole finds.
 *
 * Input: one byte that says how long the pieces are, then the stream. */
#include "collect/posthog_stream.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void collect(void *ctx, struct str data)
{
	buf_append(ctx, data);
	buf_add(ctx, '\0');
}

static void feed_in_pieces(struct str stream, size_t piece, struct buf *out)
{
	struct posthog_sse s = {.message = collect, .ctx = out};

	for (size_t at = 0; at < stream.n; at += piece)
		posthog_sse_feed(&s, str_sub(stream, at, piece));
	check(s.skipped == 0);
	posthog_sse_free(&s);
	check(s.line.p == NULL && s.data.p == NULL && !s.started && !s.after_cr);
}

/* Takes the first line off; false if none ends any more. */
static bool take_line(struct str *rest, struct str *line)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '\r' && rest->p[n] != '\n')
		n++;
	if (n == rest->n)
		return false;
	*line = str_sub(*rest, 0, n);
	n += str_starts(str_sub(*rest, n, SIZE_MAX), STR("\r\n")) ? 2 : 1;
	*rest = str_sub(*rest, n, SIZE_MAX);
	return true;
}

static void read_whole(struct str stream, struct buf *out)
{
	struct buf data = {0};
	struct str line;

	if (str_starts(stream, STR("\xEF\xBB\xBF")))
		stream = str_sub(stream, 3, SIZE_MAX);
	while (take_line(&stream, &line)) {
		if (line.n == 0 && data.n > 0) {
			collect(out, str_sub(buf_str(&data), 1, SIZE_MAX));
			buf_clear(&data);
		} else if (str_starts(line, STR("data: "))) {
			buf_add(&data, '\n');
			buf_append(&data, str_sub(line, 6, SIZE_MAX));
		} else if (str_starts(line, STR("data:"))) {
			buf_add(&data, '\n');
			buf_append(&data, str_sub(line, 5, SIZE_MAX));
		} else if (str_eq(line, STR("data"))) {
			buf_add(&data, '\n');
		}
	}
	buf_free(&data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = {0}, pieces = {0}, expected = {0};
	struct str stream;

	if (size < 2)
		return 0;
	stream = (struct str){(const char *)data + 1, size - 1};
	feed_in_pieces(stream, stream.n, &once);
	feed_in_pieces(stream, (size_t)data[0] % 16 + 1, &pieces);
	read_whole(stream, &expected);
	check(str_eq(buf_str(&once), buf_str(&expected)));
	check(str_eq(buf_str(&pieces), buf_str(&expected)));
	buf_free(&once);
	buf_free(&pieces);
	buf_free(&expected);
	return 0;
}
