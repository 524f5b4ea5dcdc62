/* Lines or documents: which of them the input is, and what comes between its values.
 *
 * Invariants: nothing is decided before a line has ended or DOCUMENT_BEGINNING bytes of it are there, so
 * that the cut of the pieces cannot be seen; what is looked at again after a fault is part of one line,
 * and a fault in its own first line takes the rest of that line along, so that no line is gone through
 * more than twice.
 *
 * Left to others: the inside of a value (document_value.c), its events (document_event.c), what is
 * written (document_out.c). */
#include "collect/document.h"

#include "base/mem.h"
#include "collect/document_internal.h"
#include "collect/raw.h"

#include <string.h>

#define BYTE_ORDER_MARK STR("\xEF\xBB\xBF")

enum decision { DECIDED_NOTHING, DECIDED_LINES, DECIDED_DOCUMENT };

/* Where a line stops. */
enum line_end {
	LINE_ENDED,   /* its line end is there, or that of the input with all of a value */
	LINE_INPUT,   /* the input ends here */
	LINE_GOES_ON, /* too long to be looked at whole */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str skip_blanks(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = str_sub(s, 1, SIZE_MAX);
	return s;
}

/* ---- deciding ---- */

/* What has been seen of the members of an object, up to an `event`. */
struct sight {
	bool event, batch, results, answer, member;
	bool element; /* one of an array has ended */
};

static void look_at_member(struct sight *sight, struct str key, char first)
{
	sight->member = true;
	if (sight->event)
		return;
	sight->event = first == '"' && raw_key_is(key, STR("event"));
	if (first == '[') {
		sight->batch |= raw_key_is(key, STR("batch"));
		sight->results |= raw_key_is(key, STR("results"));
	}
	sight->answer |= raw_key_is(key, STR("columns")) || raw_key_is(key, STR("hogql")) ||
	                 raw_key_is(key, STR("clickhouse")) || raw_key_is(key, STR("cache_key")) ||
	                 raw_key_is(key, STR("is_cached"));
}

/* Goes through the value that the text begins with. Gives the last mark; *rest is what is behind. */
static enum scanner_mark look(struct sight *sight, struct str text, struct str *rest)
{
	struct json_scanner scanner = {.watch = 1};
	struct str key = STR_EMPTY;
	enum scanner_mark mark;
	bool ended;

	*sight = (struct sight){0};
	*rest = text;
	do {
		const char *start = rest->p;
		size_t n = json_scan(&scanner, *rest, &mark);

		*rest = str_sub(*rest, n, SIZE_MAX);
		if (mark == SCANNER_KEY_END)
			key = (struct str){start + 1, n - 2};
		else if (mark == SCANNER_BEGIN && scanner.level == 1)
			look_at_member(sight, key, rest->p[0]);
		sight->element |= mark == SCANNER_END && scanner.level == 1 && text.p[0] == '[';
		ended = mark == SCANNER_END && scanner.level == 0;
	} while (mark != SCANNER_MORE && mark != SCANNER_FAULT && !ended);
	return mark;
}

static enum decision decide(struct str line, enum line_end end, bool recovering)
{
	struct str text = skip_blanks(line), rest;
	bool object = str_starts(text, STR("{"));
	struct sight sight;
	enum scanner_mark mark;

	if (!object && !str_starts(text, STR("[")))
		return DECIDED_NOTHING;
	mark = look(&sight, text, &rest);
	if (mark == SCANNER_FAULT || (mark == SCANNER_MORE && end == LINE_INPUT))
		return DECIDED_NOTHING;
	if (mark == SCANNER_MORE && end == LINE_ENDED)
		return DECIDED_DOCUMENT;
	if (mark == SCANNER_MORE)
		return !object || sight.batch || sight.results || sight.answer ? DECIDED_DOCUMENT
		                                                               : DECIDED_LINES;
	rest = skip_blanks(rest);
	if (recovering && rest.n > 0 && rest.p[0] == ',' &&
	    skip_blanks(str_sub(rest, 1, SIZE_MAX)).n == 0)
		return DECIDED_DOCUMENT;
	if (rest.n > 0 || !sight.member)
		return DECIDED_NOTHING;
	return object && sight.results && !sight.event ? DECIDED_DOCUMENT : DECIDED_LINES;
}

static struct str skip_mark(struct str beginning)
{
	return str_starts(beginning, BYTE_ORDER_MARK)
	               ? str_sub(beginning, BYTE_ORDER_MARK.n, SIZE_MAX)
	               : beginning;
}

static size_t line_length(struct str s)
{
	const char *feed = memchr(s.p, '\n', s.n);

	return feed ? (size_t)(feed - s.p) + 1 : s.n;
}

/* From the line with the byte at `at` on; if that is the first one, from the next. */
static struct str line_around(struct str s, size_t at)
{
	const char *feed = memrchr(s.p, '\n', at);

	return str_sub(s, feed ? (size_t)(feed - s.p) + 1 : line_length(s), SIZE_MAX);
}

bool document_is_lines(struct str beginning)
{
	bool whole = beginning.n < DOCUMENT_BEGINNING, recovering = false;
	struct str rest = skip_mark(beginning), behind;

	while (rest.n > 0) {
		size_t n = line_length(rest);
		enum line_end end = rest.p[n - 1] == '\n' ? LINE_ENDED
		                    : whole               ? LINE_INPUT
		                                          : LINE_GOES_ON;
		struct sight sight;

		switch (decide(str_sub(rest, 0, n), end, recovering)) {
		case DECIDED_LINES:
			return true;
		case DECIDED_DOCUMENT:
			if (look(&sight, skip_blanks(rest), &behind) != SCANNER_FAULT ||
			    sight.element || sight.batch || sight.results)
				return false;
			recovering = true;
			rest = line_around(rest, (size_t)(behind.p - rest.p));
			break;
		default:
			rest = str_sub(rest, n, SIZE_MAX);
		}
	}
	return true;
}

/* ---- what comes ---- */

struct document *document_new(const struct document_options *options)
{
	struct document *d = mem_zero(1, sizeof(*d));

	d->options = *options;
	return d;
}

void document_free(struct document *d)
{
	if (!d)
		return;
	document_value_free(d);
	buf_free(&d->line);
	buf_free(&d->again);
	buf_free(&d->out);
	buf_free(&d->log);
	mem_free(d);
}

static size_t gather(struct document *d, struct str bytes)
{
	struct str most = str_sub(bytes, 0, DOCUMENT_BEGINNING - d->line.n);
	size_t n = line_length(most);

	buf_append(&d->line, str_sub(most, 0, n));
	d->undecided = most.p[n - 1] == '\n' || d->line.n == DOCUMENT_BEGINNING;
	return n;
}

static size_t pass_rest(struct document *d, struct str bytes)
{
	size_t n = line_length(bytes);

	document_as_it_stands(d, str_sub(bytes, 0, n));
	if (bytes.p[n - 1] == '\n')
		d->mode = MODE_GATHER;
	return n;
}

static size_t pass_value(struct document *d, struct str bytes)
{
	enum document_verdict verdict;
	size_t n = document_value_feed(d, bytes, &verdict);

	if (verdict == VALUE_DONE)
		d->mode = MODE_BETWEEN;
	if (verdict == VALUE_BROKEN)
		d->mode = MODE_BROKEN;
	return n;
}

static void begin_value(struct document *d)
{
	document_value_start(d);
	d->mode = MODE_VALUE;
}

static size_t pass_between(struct document *d, struct str bytes)
{
	char c = bytes.p[0];

	if (c == '{' || c == '[') {
		begin_value(d);
		return 0;
	}
	/* What follows a broken document may be lines. */
	if (c == '\n' && d->recovering)
		d->mode = MODE_GATHER;
	if (is_blank(c) || (c == ',' && d->recovering))
		return 1;
	d->mode = MODE_REST;
	return 0;
}

/* Passes some of the bytes, or changes the mode. */
static size_t step(struct document *d, struct str bytes)
{
	switch (d->mode) {
	case MODE_GATHER:
		return gather(d, bytes);
	case MODE_REST:
		return pass_rest(d, bytes);
	case MODE_VALUE:
		return pass_value(d, bytes);
	case MODE_BETWEEN:
		return pass_between(d, bytes);
	default:
		document_as_it_stands(d, bytes);
		return bytes.n;
	}
}

/* To be passed before anything else. */
static void push_back(struct document *d, struct str text)
{
	struct buf joined = {0};

	/* It was just taken from there: copying all that follows, each time, would cost the square. */
	if (text.n > 0 && text.n <= d->again_at &&
	    memcmp(d->again.p + d->again_at - text.n, text.p, text.n) == 0) {
		d->again_at -= text.n;
		return;
	}
	buf_append(&joined, text);
	buf_append(&joined, str_sub(buf_str(&d->again), d->again_at, SIZE_MAX));
	buf_free(&d->again);
	d->again = joined;
	d->again_at = 0;
}

/* What `line` is, and what follows from it. */
static void settle(struct document *d, enum line_end end)
{
	struct str line = buf_str(&d->line), text = d->begun ? line : skip_mark(line);
	enum decision decision = decide(text, end, d->recovering);

	d->undecided = false;
	d->begun = true;
	if (decision == DECIDED_DOCUMENT) {
		push_back(d, skip_blanks(text));
		begin_value(d);
	} else {
		document_as_it_stands(d, line);
		if (decision == DECIDED_LINES)
			d->mode = MODE_LINES;
		else
			d->mode = end == LINE_GOES_ON ? MODE_REST : MODE_GATHER;
	}
	buf_clear(&d->line);
}

static void pass_again(struct document *d)
{
	d->again_at += step(d, str_sub(buf_str(&d->again), d->again_at, SIZE_MAX));
	if (d->again_at < d->again.n || d->undecided)
		return;
	buf_free(&d->again);
	d->again_at = 0;
}

/* What comes after a broken value: the line that broke it, from its beginning if that is held. */
static void mend(struct document *d)
{
	struct str held = document_value_held(d), last;
	const char *feed = held.n > 0 ? memrchr(held.p, '\n', held.n) : NULL;

	d->recovering = true;
	d->mode = MODE_GATHER;
	if (feed) {
		last = str_sub(held, (size_t)(feed - held.p) + 1, SIZE_MAX);
		push_back(d, last);
		document_value_break(d, last.n);
		return;
	}
	if (d->value.holding)
		d->mode = MODE_REST;
	document_value_break(d, 0);
}

static void run(struct document *d, struct str bytes)
{
	for (;;) {
		if (d->mode == MODE_BROKEN) {
			mend(d);
		} else if (d->undecided) {
			settle(d,
			       str_ends(buf_str(&d->line), STR("\n")) ? LINE_ENDED : LINE_GOES_ON);
		} else if (d->again_at < d->again.n) {
			pass_again(d);
		} else if (bytes.n > 0) {
			bytes = str_sub(bytes, step(d, bytes), SIZE_MAX);
		} else {
			return;
		}
	}
}

void document_feed(struct document *d, struct str bytes, int64_t now)
{
	d->now = now;
	run(d, bytes);
	document_flush(d);
}

void document_end(struct document *d, int64_t now)
{
	d->now = now;
	/* A line that ended a value may be left behind it. */
	while (d->line.n > 0) {
		settle(d, LINE_INPUT);
		run(d, STR_EMPTY);
	}
	if (d->mode == MODE_VALUE) {
		bool held = document_value_held(d).n > 0;

		document_value_break(d, 0);
		if (held)
			document_as_it_stands(d, STR("\n"));
	}
	if (d->mode == MODE_REST && d->recovering)
		document_as_it_stands(d, STR("\n"));
	document_end_logs(d);
	document_flush(d);
}
