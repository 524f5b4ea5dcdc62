/* Server-sent events as WHATWG HTML, section 9.2.6 has them: lines end in CR, LF or both, wherever the
 * pieces are cut. Only `data` says anything here; event, id, retry and comments are read over.
 *
 * Invariants: `line` is the line that has not ended yet, or is empty while a line that is too long is
 * skipped; `data` holds the data lines of one message, each with a newline behind it, and data.full
 * says that the message has lost a part and is not to be given. Left out: what a message means. */
#include "collect/posthog_stream.h"

#include <string.h>

#define KEPT ((size_t)1 << 20) /* bytes of a buffer that are worth keeping for the next line */

#define BYTE_ORDER_MARK STR("\xEF\xBB\xBF")
#define DATA            STR("data")
#define TELLING         8 /* bytes of a line, a mark before it included, that say whether it is data */

static void empty(struct buf *b)
{
	if (b->cap > KEPT)
		buf_free(b);
	else
		buf_clear(b);
}

static bool is_data(struct str line)
{
	return str_starts(line, DATA) && (line.n == DATA.n || line.p[DATA.n] == ':');
}

static void end_message(struct posthog_sse *s)
{
	if (s->data.n > 0 && !s->data.full)
		s->message(s->ctx, (struct str){s->data.p, s->data.n - 1});
	empty(&s->data);
}

static void lose_message(struct posthog_sse *s)
{
	empty(&s->data);
	s->data.full = true;
	s->skipped++;
}

static void take_data(struct posthog_sse *s, struct str line)
{
	struct str value = str_sub(line, DATA.n + 1, SIZE_MAX);

	if (str_starts(value, STR(" ")))
		value = str_sub(value, 1, SIZE_MAX);
	if (s->data.full)
		return;
	s->data.max = POSTHOG_STREAM_LINE + 1;
	buf_append(&s->data, value);
	buf_add(&s->data, '\n');
	if (s->data.full)
		lose_message(s);
}

static struct str cut_mark(struct posthog_sse *s, struct str line)
{
	bool marked = !s->started && str_starts(line, BYTE_ORDER_MARK);

	s->started = true;
	return marked ? str_sub(line, BYTE_ORDER_MARK.n, SIZE_MAX) : line;
}

static void end_line(struct posthog_sse *s, struct str line)
{
	line = cut_mark(s, line);
	if (line.n == 0)
		end_message(s);
	else if (is_data(line))
		take_data(s, line);
}

/* The line that has gathered and these bytes are too long together. */
static void skip_line(struct posthog_sse *s, struct str bytes)
{
	char start[TELLING];
	size_t had = s->line.n < TELLING ? s->line.n : TELLING;

	if (had > 0)
		memcpy(start, s->line.p, had);
	memcpy(start + had, bytes.p, TELLING - had);
	s->skipping = true;
	if (is_data(cut_mark(s, (struct str){start, TELLING})) && !s->data.full)
		lose_message(s);
	else
		s->skipped++;
	empty(&s->line);
}

static void gather(struct posthog_sse *s, struct str bytes)
{
	if (s->skipping)
		return;
	s->line.max = POSTHOG_STREAM_LINE;
	buf_append(&s->line, bytes);
	if (s->line.full)
		skip_line(s, bytes);
}

/* How many bytes stand before the line's end; all of them if it does not end here. */
static size_t line_length(struct str bytes)
{
	const char *lf = memchr(bytes.p, '\n', bytes.n);
	size_t n = lf ? (size_t)(lf - bytes.p) : bytes.n;
	const char *cr = memchr(bytes.p, '\r', n);

	return cr ? (size_t)(cr - bytes.p) : n;
}

void posthog_sse_feed(struct posthog_sse *s, struct str bytes)
{
	while (bytes.n > 0) {
		size_t n = line_length(bytes);

		if (s->after_cr && bytes.p[0] == '\n') {
			s->after_cr = false;
			bytes = str_sub(bytes, 1, SIZE_MAX);
			continue;
		}
		s->after_cr = false;
		gather(s, str_sub(bytes, 0, n));
		if (n == bytes.n)
			return;
		s->after_cr = bytes.p[n] == '\r';
		bytes = str_sub(bytes, n + 1, SIZE_MAX);
		if (!s->skipping)
			end_line(s, buf_str(&s->line));
		s->skipping = false;
		empty(&s->line);
	}
}

void posthog_sse_free(struct posthog_sse *s)
{
	buf_free(&s->line);
	buf_free(&s->data);
	s->skipping = s->after_cr = s->started = false;
}
