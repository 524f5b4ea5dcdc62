/* What a document gives on: lines without blanks, lines as they came, and log lines.
 *
 * Invariant: `out` is flushed before anything goes past it. */
#include "collect/document_internal.h"

#include "base/time.h"
#include "journal/journal.h"
#include "json/lexer.h"

#include <string.h>

#define FLUSH ((size_t)64 << 10)
#define KEPT  ((size_t)1 << 20) /* bytes of a buffer that are worth keeping */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void document_flush(struct document *d)
{
	if (d->out.n > 0)
		d->options.write(d->options.ctx, buf_str(&d->out));
	buf_clear(&d->out);
}

void document_write(struct document *d, struct str bytes)
{
	if (d->out.n + bytes.n > FLUSH)
		document_flush(d);
	if (bytes.n > FLUSH)
		d->options.write(d->options.ctx, bytes);
	else
		buf_append(&d->out, bytes);
}

/* ---- lines without blanks ---- */

/* Inside a string, without quotes and backslashes. */
static void append_plain(struct buf *out, struct str text)
{
	while (text.n > 0) {
		const char *feed = memchr(text.p, '\n', text.n);
		size_t n = feed ? (size_t)(feed - text.p) : text.n;
		const char *turn = memchr(text.p, '\r', n);

		n = turn ? (size_t)(turn - text.p) : n;
		buf_append(out, str_sub(text, 0, n));
		if (n == text.n)
			return;
		buf_puts(out, text.p[n] == '\n' ? "\\n" : "\\r");
		text = str_sub(text, n + 1, SIZE_MAX);
	}
}

/* Inside a string, to behind its end or the end of the piece. */
static const char *compact_string(struct document_compact *c, struct buf *out, const char *p,
                                  const char *end)
{
	const char *quote = NULL;

	while (p < end) {
		const char *slash;

		if (c->escaped) {
			buf_add(out, *p++);
			c->escaped = false;
			continue;
		}
		if (!quote || quote < p)
			quote = memchr(p, '"', (size_t)(end - p));
		if (!quote)
			quote = end;
		slash = memchr(p, '\\', (size_t)(quote - p));
		append_plain(out, (struct str){p, (size_t)((slash ? slash : quote) - p)});
		p = slash ? slash : quote;
		if (p == end)
			break;
		buf_add(out, *p++);
		c->escaped = slash != NULL;
		c->in_string = slash != NULL;
		if (!slash)
			break;
	}
	return p;
}

void document_compact(struct document_compact *c, struct buf *out, struct str text)
{
	const char *p = text.p, *end = text.p + text.n;

	while (p < end) {
		const char *start = p;

		if (c->in_string) {
			p = compact_string(c, out, p, end);
			continue;
		}
		while (p < end && !is_blank(*p) && *p != '"')
			p++;
		c->in_string = p < end && *p == '"';
		p += c->in_string;
		buf_append(out, (struct str){start, (size_t)(p - start)});
		while (!c->in_string && p < end && is_blank(*p))
			p++;
	}
}

void document_write_part(struct document *d, struct document_compact *c, struct str text)
{
	while (text.n > 0) {
		if (d->out.n >= FLUSH)
			document_flush(d);
		document_compact(c, &d->out, str_sub(text, 0, FLUSH));
		text = str_sub(text, FLUSH, SIZE_MAX);
	}
}

void document_write_line(struct document *d, struct str text)
{
	struct document_compact c = {0};

	document_write_part(d, &c, text);
	document_write(d, STR("\n"));
}

/* ---- logs ---- */

static void append_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = (uint8_t)text.p[i];

		if (c == '"' || c == '\\') {
			buf_add(out, '\\');
			buf_add(out, text.p[i]);
		} else if (c < ' ') {
			buf_printf(out, "\\u%04x", c);
		} else {
			buf_add(out, text.p[i]);
		}
	}
}

static void write_log(struct document *d, struct str line)
{
	struct buf event = {0};

	buf_puts(&event, "{\"event\":\"$log\",\"timestamp\":\"");
	time_append_rfc3339(&event, d->now);
	buf_puts(&event, "\",\"properties\":{\"text\":\"");
	append_escaped(&event, line);
	buf_puts(&event, "\"}}\n");
	document_write(d, buf_str(&event));
	buf_free(&event);
}

static bool is_json(struct str text)
{
	struct json_keys *none = json_keys_new(NULL, 0);
	struct json_want want = {.outer = none};
	struct json_report report;
	struct json_slice out[1];
	enum json_type top;
	enum json_fault fault = json_skim(text, &want, out, NULL, &top, &report);

	json_keys_free(none);
	return fault == JSON_OK || fault == JSON_TOO_DEEP;
}

static void empty_log(struct document *d)
{
	if (d->log.cap > KEPT)
		buf_free(&d->log);
	else
		buf_clear(&d->log);
}

static bool is_blank_text(struct str text)
{
	while (text.n > 0 && is_blank(text.p[0]))
		text = str_sub(text, 1, SIZE_MAX);
	return text.n == 0;
}

/* The line in `log`; ended: with its line end. */
static void end_log(struct document *d, bool ended)
{
	struct str line = buf_str(&d->log), text = line;

	if (!d->log_begun && str_starts(line, STR("\xEF\xBB\xBF")))
		text = str_sub(line, 3, SIZE_MAX);
	d->log_begun = true;
	if (!d->log_split && (is_blank_text(text) || is_json(text))) {
		document_write(d, line);
		if (ended)
			document_write(d, STR("\n"));
	} else {
		if (ended && str_ends(text, STR("\r")))
			text.n--;
		write_log(d, text);
	}
	d->log_split = false;
	empty_log(d);
}

/* As much as fits into a log line of a longer one. */
static void split_log(struct document *d)
{
	write_log(d, buf_str(&d->log));
	d->log_begun = true;
	d->log_split = true;
	empty_log(d);
}

/* How long the line in `log` may become. */
static size_t log_limit(const struct document *d)
{
	struct str text = str_sub(buf_str(&d->log), 0, DOCUMENT_LOG_LINE);

	if (text.n < DOCUMENT_LOG_LINE)
		return DOCUMENT_LOG_LINE;
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_sub(text, 3, SIZE_MAX);
	text = d->log_split ? STR_EMPTY : str_trim(text);
	return text.n > 0 && (text.p[0] == '{' || text.p[0] == '[') ? JOURNAL_MAX_LINE
	                                                            : DOCUMENT_LOG_LINE;
}

/* The line has reached its limit and goes on. */
static void over_limit(struct document *d)
{
	if (d->log.n < JOURNAL_MAX_LINE) {
		split_log(d);
		return;
	}
	document_write(d, buf_str(&d->log));
	empty_log(d);
	d->log_begun = true;
	d->log_through = true;
}

/* Takes some of a line. Gives how many bytes. */
static size_t log_some(struct document *d, struct str bytes)
{
	const char *feed = memchr(bytes.p, '\n', bytes.n);
	size_t n = feed ? (size_t)(feed - bytes.p) : bytes.n, room;

	if (d->log_through) {
		n += feed != NULL;
		document_write(d, str_sub(bytes, 0, n));
		d->log_through = feed == NULL;
		return n;
	}
	room = log_limit(d) - d->log.n;
	if (room == 0 && n > 0) {
		over_limit(d);
		return 0;
	}
	if (n > room) {
		buf_append(&d->log, str_sub(bytes, 0, room));
		return room;
	}
	buf_append(&d->log, str_sub(bytes, 0, n));
	if (!feed)
		return n;
	end_log(d, true);
	return n + 1;
}

static void log_lines(struct document *d, struct str bytes)
{
	while (bytes.n > 0)
		bytes = str_sub(bytes, log_some(d, bytes), SIZE_MAX);
}

void document_end_logs(struct document *d)
{
	if (d->log.n > 0)
		end_log(d, false);
}

void document_as_it_stands(struct document *d, struct str bytes)
{
	if (d->options.logs)
		log_lines(d, bytes);
	else
		document_write(d, bytes);
}
