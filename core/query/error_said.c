/* Reads documents within an error's text by what they say, however they were printed: JSON, Python's dictionaries, Node's
 * objects, cut or not. It goes by brackets, quotes and colons alone, so that nothing has to be whole.
 *
 * Of all objects of a document the one decides in which a message stands first: its own code or type goes with it. */
#include "query/error_text.h"

#include "base/utf8.h"

#define DEPTH_MAX     16u
#define DOCUMENTS_MAX 16u /* that are tried in a text */

enum member {
	MEMBER_OTHER,
	MEMBER_MESSAGE,
	MEMBER_ERROR, /* the message where there is no other, else what kind it is */
	MEMBER_CODE,
	MEMBER_STATUS,
	MEMBER_TYPE,
	MEMBER_NAME,
};
static const struct {
	const char *key;
	enum member member;
} members[] = {
	{"message", MEMBER_MESSAGE},
	{"msg", MEMBER_MESSAGE},
	{"error_message", MEMBER_MESSAGE},
	{"errorMessage", MEMBER_MESSAGE},
	{"detail", MEMBER_MESSAGE},
	{"error_description", MEMBER_MESSAGE},
	{"Message", MEMBER_MESSAGE},
	{"error_msg", MEMBER_MESSAGE},
	{"error", MEMBER_ERROR},
	{"errors", MEMBER_ERROR},
	{"title", MEMBER_ERROR},
	{"code", MEMBER_CODE},
	{"error_code", MEMBER_CODE},
	{"status", MEMBER_STATUS},
	{"status_code", MEMBER_STATUS},
	{"statusCode", MEMBER_STATUS},
	{"type", MEMBER_TYPE},
	{"__type", MEMBER_TYPE},
	{"error_type", MEMBER_TYPE},
	{"errorType", MEMBER_TYPE},
	{"name", MEMBER_NAME},
};

struct said {
	struct str message, error, kind; /* slices of the document, with their escapes */
	enum member kind_from;
	unsigned status;
};
struct frame {
	struct said said;
	struct str key; /* of the member that is being read; of a list its own */
	bool is_list;
};

struct reading {
	struct str text;
	size_t at;
	struct frame frames[DEPTH_MAX];
	unsigned depth;
	struct str last; /* text that may become a key */
	struct said best;
	bool named; /* any member was */
};

/* ---- members ---- */

static enum member member_of(struct str key)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (str_eq(key, str_of(members[i].key)))
			return members[i].member;
	return MEMBER_OTHER;
}

/* A code says more than a type. */
static void take_kind(struct said *s, enum member from, struct str text)
{
	if (text.n == 0 || text.n > 80 || (s->kind.n > 0 && s->kind_from <= from))
		return;
	s->kind = text;
	s->kind_from = from;
}

static void take_text(struct said *s, enum member member, struct str text)
{
	switch (member) {
	case MEMBER_MESSAGE:
		if (s->message.n == 0)
			s->message = text;
		break;
	case MEMBER_ERROR:
		if (s->error.n == 0)
			s->error = text;
		break;
	case MEMBER_OTHER:
		break;
	default:
		take_kind(s, member, text);
		break;
	}
}

/* False: it is no number, or none that means anything here. */
static bool take_number(struct said *s, enum member member, struct str text)
{
	int64_t number;

	if ((member != MEMBER_CODE && member != MEMBER_STATUS) || !str_to_i64(text, &number))
		return false;
	if (number >= 400 && number <= 599)
		s->status = (unsigned)number;
	return true;
}

static bool says_more(const struct said *a, const struct said *b)
{
	if (b->message.n > 0)
		return a->message.n > 0 && a->message.p < b->message.p;
	return a->message.n > 0 || (a->error.n > 0 && b->error.n == 0);
}

static void end_frame(struct reading *r)
{
	const struct said *s = &r->frames[--r->depth].said;

	if (says_more(s, &r->best))
		r->best = *s;
}

/* ---- what a document is made of ---- */

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$' || c == '@' || c == '.' || c == '-';
}

/* One that stands in a string itself begins and ends with \". */
static struct str read_string(struct reading *r)
{
	size_t from = r->at + 1, end = from;
	char quote = r->text.p[r->at];
	bool inner = r->at > 0 && r->text.p[r->at - 1] == '\\';

	for (; end < r->text.n && r->text.p[end] != quote; end++) {
		if (r->text.p[end] != '\\')
			continue;
		if (inner && end + 1 < r->text.n && r->text.p[end + 1] == quote)
			break;
		end++;
	}
	end = end < r->text.n ? end : r->text.n;
	r->at = end + 1 + (end < r->text.n && r->text.p[end] == '\\');
	return str_sub(r->text, from, end - from);
}

static struct str read_word(struct reading *r)
{
	size_t from = r->at;

	while (r->at < r->text.n && is_word(r->text.p[r->at]))
		r->at++;
	return str_sub(r->text, from, r->at - from);
}

static void take_value(struct reading *r, struct str text, bool quoted)
{
	struct frame *f = &r->frames[r->depth - 1];
	enum member member = member_of(f->key);

	r->last = text;
	if (f->key.n == 0)
		return;
	if (!take_number(&f->said, member, text) && quoted)
		take_text(&f->said, member, text);
	if (!f->is_list)
		f->key = STR_EMPTY;
}

/* False: it is too deep. */
static bool begin_frame(struct reading *r, bool is_list)
{
	struct str key = r->depth > 0 ? r->frames[r->depth - 1].key : STR_EMPTY;

	if (r->depth == DEPTH_MAX)
		return false;
	r->frames[r->depth++] = (struct frame){.is_list = is_list,
	                                       .key = is_list ? key : STR_EMPTY};
	r->last = STR_EMPTY;
	return true;
}

static void name_member(struct reading *r)
{
	struct frame *f = &r->frames[r->depth - 1];

	if (f->is_list || r->last.n == 0)
		return;
	f->key = r->last;
	r->last = STR_EMPTY;
	r->named = true;
}

/* One step; false: it is over. */
static bool read_on(struct reading *r)
{
	char c = r->text.p[r->at];

	if (is_quote(c)) {
		take_value(r, read_string(r), true);
		return true;
	}
	if (is_word(c)) {
		take_value(r, read_word(r), false);
		return true;
	}
	r->at++;
	switch (c) {
	case '{':
	case '[':
		return begin_frame(r, c == '[');
	case '}':
	case ']':
		end_frame(r);
		return r->depth > 0;
	case ':':
		name_member(r);
		break;
	case ',':
		r->last = STR_EMPTY;
		if (!r->frames[r->depth - 1].is_list)
			r->frames[r->depth - 1].key = STR_EMPTY;
		break;
	default:
		break;
	}
	return true;
}

/* From a { on. *closed: it came to its end. */
static void read_document(struct reading *r, struct str text, size_t at, bool *closed)
{
	*r = (struct reading){.text = text, .at = at};
	while (r->at < text.n && read_on(r))
		;
	*closed = r->depth == 0;
	while (r->depth > 0)
		end_frame(r);
}

/* ---- what it says ---- */

static bool read_hex(struct str text, size_t n, uint32_t *code)
{
	*code = 0;
	for (size_t i = 0; i < n; i++) {
		char c = i < text.n ? text.p[i] : 'x';
		bool digit = c >= '0' && c <= '9', letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';

		if (!digit && !letter)
			return false;
		*code = *code * 16 + (uint32_t)(digit ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return true;
}

/* \n, \u00e9, \xe9: *at is behind the backslash. */
static void unescape(struct str text, size_t *at, struct buf *out)
{
	char c = text.p[(*at)++];
	size_t digits = c == 'u' ? 4 : 2;
	uint32_t code;

	if (c == 'n' || c == 'r' || c == 't') {
		buf_add(out, ' ');
	} else if ((c == 'u' || c == 'x') &&
	           read_hex(str_sub(text, *at, SIZE_MAX), digits, &code)) {
		*at += digits;
		utf8_append(out, code >= 0xd800 && code <= 0xdfff ? 0xfffd : code);
	} else {
		buf_add(out, c);
	}
}

static void append_unescaped(struct buf *out, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		char c = text.p[at++];

		if (c == '\\' && at < text.n)
			unescape(text, &at, out);
		else
			buf_add(out, c);
	}
}

static void append_said(struct buf *out, const struct said *s)
{
	char number[8] = {0};
	struct str kind = s->kind, message = s->message;

	if (message.n == 0)
		message = s->error;
	else if (kind.n == 0 && s->error.n <= 80)
		kind = s->error;
	for (unsigned i = 3, rest = s->status; rest > 0 && i-- > 0; rest /= 10)
		number[i] = (char)('0' + rest % 10);
	if (s->status != 0 && str_find(buf_str(out), str_of(number), 0, false) == SIZE_MAX)
		buf_printf(out, "HTTP %s ", number);
	if (kind.n > 0 && str_find(buf_str(out), kind, 0, false) == SIZE_MAX) {
		append_unescaped(out, kind);
		buf_puts(out, ": ");
	}
	append_unescaped(out, message);
}

/* b'{...}' and "{...}": the quotes around a document go with it. */
static void take_quotes(struct str text, size_t at, size_t *end, struct buf *out)
{
	char quote = at > 0 ? text.p[at - 1] : ' ';

	if (!is_quote(quote) || *end >= text.n || text.p[*end] != quote || out->n == 0)
		return;
	++*end;
	out->n--;
	if (out->n > 0 && out->p[out->n - 1] == 'b' && (at < 3 || !is_word(text.p[at - 3])))
		out->n--;
}

/* The document at `at`, if it is one; gives where the text goes on. */
static size_t take_document(struct str text, size_t at, struct buf *out)
{
	struct reading r;
	bool closed;
	size_t end;

	read_document(&r, text, at, &closed);
	end = r.at < text.n ? r.at : text.n;
	if (r.best.message.n == 0 && r.best.error.n == 0) {
		if (!closed || !r.named)
			end = at + 1;
		buf_append(out, closed && r.named ? STR("{...}") : STR("{"));
		return end;
	}
	if (closed)
		take_quotes(text, at, &end, out);
	append_said(out, &r.best);
	return end;
}

void error_said(struct str text, struct buf *out)
{
	unsigned tried = 0;

	for (size_t at = 0; at < text.n;) {
		if (text.p[at] == '{' && tried++ < DOCUMENTS_MAX)
			at = take_document(text, at, out);
		else
			buf_add(out, text.p[at++]);
	}
}
