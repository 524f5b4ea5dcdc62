/* multipart/form-data to parts.
 *
 * A line of two dashes and the boundary stands before each part, and with two more dashes behind the
 * last one; what stands before the first and behind the last counts for nothing. A line that goes on
 * otherwise is a part's own. Line ends are CRLF, as every sender has them.
 *
 * Left to others: what the parts mean, what they may be (payload_multipart.c). */
#include "collect/multipart.h"

#include <string.h>

static bool same_word(struct str a, struct str b)
{
	return a.n == b.n && str_find(a, b, 0, true) == 0;
}

/* ---- headers ---- */

/* What stands before the first of the marks, or all of it; *rest is what stands behind that. */
static struct str cut(struct str *rest, struct str mark)
{
	size_t at = str_find(*rest, mark, 0, false);
	struct str before = str_sub(*rest, 0, at);

	*rest = at == SIZE_MAX ? STR_EMPTY : str_sub(*rest, at + mark.n, SIZE_MAX);
	return before;
}

/* The text in quotes that rest begins with; *rest is what stands behind them. */
static struct str cut_quoted(struct str *rest)
{
	struct str text = str_sub(*rest, 1, SIZE_MAX), inside;
	size_t n = 0;

	while (n < text.n && text.p[n] != '"')
		n += text.p[n] == '\\' && n + 1 < text.n ? 2 : 1;
	inside = str_sub(text, 0, n);
	*rest = str_sub(text, n + 1, SIZE_MAX);
	return inside;
}

/* The value of a parameter, `form-data; name="event"`; p is NULL if there is none. */
static struct str parameter(struct str header, struct str wanted)
{
	cut(&header, STR(";"));
	while (header.n > 0) {
		size_t end = 0;
		struct str name, value;

		while (end < header.n && header.p[end] != '=' && header.p[end] != ';')
			end++;
		name = str_trim(str_sub(header, 0, end));
		header = str_sub(header, end, SIZE_MAX);
		if (str_starts(header, STR("=\""))) {
			header = str_sub(header, 1, SIZE_MAX);
			value = cut_quoted(&header);
			cut(&header, STR(";"));
		} else {
			value = str_trim(str_sub(cut(&header, STR(";")), 1, SIZE_MAX));
		}
		if (same_word(name, wanted))
			return value;
	}
	return (struct str){0};
}

static void read_header(struct str line, struct multipart_part *part)
{
	struct str name = str_trim(cut(&line, STR(":"))), value = str_trim(line);

	if (same_word(name, STR("Content-Disposition")))
		part->name = parameter(value, STR("name"));
	else if (same_word(name, STR("Content-Type")))
		part->type = value;
	else if (same_word(name, STR("Content-Encoding")))
		part->encoding = value;
}

/* ---- parts ---- */

bool multipart_is(struct str content_type)
{
	return same_word(str_trim(cut(&content_type, STR(";"))), STR("multipart/form-data"));
}

static bool fail(struct multipart *m, const char *fault)
{
	m->fault = fault;
	m->rest = STR_EMPTY;
	return false;
}

/* Whether what stands behind a mark makes it one; then its line is passed. */
static bool pass_line(struct multipart *m)
{
	struct str rest = m->rest;

	m->last = str_starts(rest, STR("--"));
	while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'))
		rest = str_sub(rest, 1, SIZE_MAX);
	if (!m->last && !str_starts(rest, STR("\r\n")))
		return false;
	m->rest = str_sub(rest, 2, SIZE_MAX);
	return true;
}

/* What stands before the next mark, which is passed. False if there is none. */
static bool cut_part(struct multipart *m, struct str *part)
{
	struct str mark = {m->mark, m->n_mark}, text = m->rest;

	for (size_t at = 0; (at = str_find(text, mark, at, false)) != SIZE_MAX; at++) {
		*part = str_sub(text, 0, at);
		m->rest = str_sub(text, at + mark.n, SIZE_MAX);
		if (pass_line(m))
			return true;
	}
	return false;
}

/* The first mark may stand at the very beginning, without a line end before it. */
static bool pass_preamble(struct multipart *m)
{
	struct str body = m->rest, mark = {m->mark + 2, m->n_mark - 2}, preamble;

	if (str_starts(body, mark)) {
		m->rest = str_sub(body, mark.n, SIZE_MAX);
		if (pass_line(m))
			return true;
		m->rest = body;
	}
	return cut_part(m, &preamble);
}

bool multipart_open(struct multipart *m, struct str content_type, struct str body)
{
	struct str boundary = parameter(content_type, STR("boundary"));

	*m = (struct multipart){.rest = body};
	if (boundary.n == 0 || boundary.n > MULTIPART_BOUNDARY_MAX)
		return fail(m, "its Content-Type names no boundary");
	memcpy(m->mark, "\r\n--", 4);
	memcpy(m->mark + 4, boundary.p, boundary.n);
	m->n_mark = 4 + boundary.n;
	return pass_preamble(m) || fail(m, "its boundary does not stand in it");
}

bool multipart_next(struct multipart *m, struct multipart_part *part)
{
	struct str text, header;
	size_t end;

	*part = (struct multipart_part){.body = STR_EMPTY};
	if (m->last || m->fault)
		return false;
	if (!cut_part(m, &text))
		return fail(m, "a part has no end");
	if (str_starts(text, STR("\r\n"))) {
		part->body = str_sub(text, 2, SIZE_MAX);
		return true;
	}
	end = str_find(str_sub(text, 0, MULTIPART_HEADER_MAX), STR("\r\n\r\n"), 0, false);
	if (end == SIZE_MAX)
		return fail(m, "a part's header has no end");
	part->body = str_sub(text, end + 4, SIZE_MAX);
	for (header = str_sub(text, 0, end); header.n > 0;)
		read_header(cut(&header, STR("\r\n")), part);
	return true;
}
