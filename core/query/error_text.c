/* The form of an error's text: its lines without the stack, what documents in it say, its words folded. As a step may make room
 * for another (a message holds a document in turn), all are done again until nothing changes.
 *
 * Invariant: what is given is a fixed point of the steps, so that forms can be compared with forms. What does not come to rest,
 * which no program has been seen to send, loses all but its short words, with which no step does anything. */
#include "query/error_text.h"

#include "base/utf8.h"

#define ROUNDS_MAX     6
#define SHORT_WORD_MAX 7u

/* ---- lines ---- */

/* The next line of *rest, without its end. False: there is none. */
static bool next_line(struct str *rest, struct str *line)
{
	size_t end = str_find(*rest, STR("\n"), 0, false);

	if (rest->n == 0)
		return false;
	*line = str_sub(*rest, 0, end);
	*rest = end == SIZE_MAX ? STR_EMPTY : str_sub(*rest, end + 1, SIZE_MAX);
	return true;
}

/* From the exception behind the last traceback on. */
static struct str after_traceback(struct str text)
{
	const struct str head = STR("Traceback (most recent call last):");
	struct str rest = text, line, from = text;
	bool inside = false;

	while (next_line(&rest, &line)) {
		if (str_find(line, head, 0, false) != SIZE_MAX) {
			inside = true;
		} else if (inside && line.n > 0 && (unsigned char)line.p[0] > ' ') {
			from = str_sub(text, (size_t)(line.p - text.p), SIZE_MAX);
			inside = false;
		}
	}
	return from;
}

/* A frame of a stack as Node and Java print them. */
static bool is_frame(struct str line)
{
	line = str_trim(line);
	if (str_starts(line, STR("... ")) && str_ends(line, STR(" more")))
		return true;
	return str_starts(line, STR("at ")) && (str_find(line, STR("("), 0, false) != SIZE_MAX ||
	                                        str_find(line, STR(":"), 0, false) != SIZE_MAX);
}

static bool begins_stack(struct str line)
{
	static const char *const heads[] = {"goroutine ",
	                                    "stack backtrace:", "Stack trace:", "Call stack:"};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (str_starts(line, str_of(heads[i])))
			return true;
	return false;
}

/* Between two characters. */
static struct str cut(struct str text, size_t most)
{
	size_t n = text.n < most ? text.n : most;

	while (n < text.n && n > 0 && most - n < 3 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(text, 0, n);
}

void error_lines(struct str text, struct buf *out)
{
	struct str rest = cut(after_traceback(text), ERROR_TEXT_MAX), line;

	for (bool first = true; next_line(&rest, &line); first = false) {
		if (!first && begins_stack(line))
			return;
		if (!first && is_frame(line))
			continue;
		buf_append(out, line);
		buf_add(out, '\n');
	}
}

/* ---- all of it ---- */

static void take_steps(struct str text, struct buf *out, unsigned *status)
{
	struct buf lines = {0}, said = {0};

	error_lines(text, &lines);
	error_said(buf_str(&lines), &said);
	error_fold(buf_str(&said), out, status);
	buf_free(&lines);
	buf_free(&said);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void keep_short_words(struct str text, struct buf *out)
{
	size_t at = 0, end;

	for (; at < text.n; at = end) {
		for (end = at; end < text.n && is_letter(text.p[end]);)
			end++;
		if (end > at && end - at <= SHORT_WORD_MAX) {
			buf_puts(out, out->n > 0 ? " " : "");
			buf_append(out, str_sub(text, at, end - at));
		}
		end += end == at;
	}
}

void error_form(struct str text, struct buf *out, unsigned *status)
{
	struct buf forms[2] = {{0}, {0}};
	unsigned found = 0, ignored;
	int round = 0;

	take_steps(text, &forms[0], &found);
	for (; round < ROUNDS_MAX; round++) {
		struct buf *now = &forms[round % 2], *next = &forms[(round + 1) % 2];

		buf_clear(next);
		take_steps(buf_str(now), next, found == 0 ? &found : &ignored);
		if (str_eq(buf_str(now), buf_str(next)))
			break;
	}
	if (round < ROUNDS_MAX)
		buf_append(out, buf_str(&forms[0]));
	else
		keep_short_words(buf_str(&forms[0]), out);
	if (status != NULL)
		*status = found;
	buf_free(&forms[0]);
	buf_free(&forms[1]);
}
