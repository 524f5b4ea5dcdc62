/* The one cleaner: what leaves here cannot act on a terminal, cannot hide, and stacks at most
 * MARKS_MAX marks on one cell. It works by what is allowed, never by a list of what is bad: a
 * character stays if Unicode says that it is visible, everything else is spelled out.
 * Invariants: the output is valid UTF-8 without controls (but the newlines and tabs asked for);
 * cleaning it again changes nothing; nothing is dropped but joiners, variation selectors and skin
 * tones at the places where an emoji sequence has them (anywhere else they could carry a hidden
 * message). How wide a character is, is for whoever draws it. */
#include "base/clean.h"
#include "base/utf8.h"

#include <stdatomic.h>
#include <utf8proc.h>

#define MARKS_MAX 4
#define RUN       32 /* bytes looked at together */

#define ZERO_WIDTH_JOINER 0x200D
#define TEXT_STYLE        0xFE0E
#define EMOJI_STYLE       0xFE0F
#define KEYCAP            0x20E3

/* Process-wide by nature: there is one output locale. */
static atomic_bool ascii_only;

struct cleaner {
	struct buf *out;
	struct str text;
	size_t at; /* of the next character */
	unsigned flags;
	bool ascii;
	int32_t last;     /* the character that marks may follow, or -1 */
	int marks;        /* on it so far */
	bool emoji;       /* last belongs to an emoji that may still be continued */
	bool style, tone; /* seen on this emoji */
};

void clean_set_ascii(bool ascii)
{
	atomic_store_explicit(&ascii_only, ascii, memory_order_relaxed);
}

bool clean_ascii(void)
{
	return atomic_load_explicit(&ascii_only, memory_order_relaxed);
}

static bool is_skin_tone(int32_t code)
{
	return code >= 0x1F3FB && code <= 0x1F3FF;
}

/* Visible by itself or on a base. */
static bool is_visible(int32_t code)
{
	const utf8proc_property_t *property = utf8proc_get_property(code);

	switch (property->category) {
	case UTF8PROC_CATEGORY_CN: /* noncharacters too */
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return false;
	default:
		return !property->ignorable && !is_skin_tone(code);
	}
}

static bool is_emoji_base(int32_t code)
{
	return utf8proc_get_property(code)->boundclass ==
	               UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC &&
	       is_visible(code);
}

static void start_base(struct cleaner *c, int32_t code)
{
	c->last = code;
	c->marks = 0;
	c->emoji = c->style = c->tone = false;
}

/* What is spelled out is no base: a mark after it would change the last letter of the spelling.
 * Done by hand, since printf made binary data six times slower. */
static void escape(struct cleaner *c, struct str before, uint32_t code, int least, struct str after)
{
	char text[16];
	size_t n = 0;
	int digits = 8;

	while (digits > least && code >> (digits - 1) * 4 == 0)
		digits--;
	for (size_t i = 0; i < before.n; i++)
		text[n++] = before.p[i];
	while (digits-- > 0)
		text[n++] = "0123456789ABCDEF"[code >> digits * 4 & 15];
	for (size_t i = 0; i < after.n; i++)
		text[n++] = after.p[i];
	buf_append(c->out, (struct str){text, n});
	start_base(c, -1);
}

static void escape_byte(struct cleaner *c, unsigned char byte)
{
	escape(c, STR("\\x"), byte, 2, STR_EMPTY);
}

static void escape_code(struct cleaner *c, int32_t code)
{
	escape(c, STR("\\u{"), (uint32_t)code, 1, STR("}"));
}

static void clean_control(struct cleaner *c, unsigned char byte)
{
	bool stays = (byte == '\n' && (c->flags & CLEAN_LINES)) ||
	             (byte == '\t' && (c->flags & CLEAN_TABS));

	start_base(c, -1);
	if (stays)
		buf_add(c->out, (char)byte);
	else if (byte == '\n')
		buf_puts(c->out, "\\n");
	else if (byte == '\r')
		buf_puts(c->out, "\\r");
	else if (byte == '\t')
		buf_puts(c->out, "\\t");
	else
		escape_byte(c, byte);
}

/* The character after the current one, or -1. */
static int32_t peek(const struct cleaner *c)
{
	size_t at = c->at;

	return at < c->text.n ? utf8_next(c->text, &at) : -1;
}

/* Whether code is a part of an emoji sequence that is left out. Each part counts once an emoji,
 * and a joiner only between two emoji. */
static bool is_emoji_part(struct cleaner *c, int32_t code)
{
	if (code == EMOJI_STYLE && c->marks == 0 && peek(c) == KEYCAP)
		if ((c->last >= '0' && c->last <= '9') || c->last == '#' || c->last == '*')
			return true;
	if (!c->emoji)
		return false;
	if (code == ZERO_WIDTH_JOINER)
		return is_emoji_base(peek(c));
	if ((code == EMOJI_STYLE || code == TEXT_STYLE) && !c->style) {
		c->style = true;
		return true;
	}
	if (is_skin_tone(code) && !c->tone) {
		c->tone = true;
		return true;
	}
	return false;
}

/* Whether a mark or a Hangul vowel or final may stay on what was last put out. */
static bool may_join(const struct cleaner *c, int32_t code, utf8proc_category_t category)
{
	if (c->last < 0 || utf8proc_category(c->last) == UTF8PROC_CATEGORY_ZS)
		return false;
	/* A spacing mark has a cell of its own, so it does not count against the limit. */
	if (category == UTF8PROC_CATEGORY_MC)
		return true;
	if (c->marks >= MARKS_MAX)
		return false;
	/* Marks join everything, Hangul only its like. */
	return !utf8proc_grapheme_break(c->last, code);
}

static void clean_code(struct cleaner *c, int32_t code, struct str bytes)
{
	utf8proc_category_t category = utf8proc_category(code);
	bool stacks = utf8_stacks((uint32_t)code);
	bool joins = stacks || category == UTF8PROC_CATEGORY_MC;

	if (code < 0xA0) { /* C1 */
		escape_byte(c, (unsigned char)code);
		return;
	}
	if (!c->ascii && is_emoji_part(c, code))
		return;
	if (c->ascii || !is_visible(code) || (joins && !may_join(c, code, category))) {
		escape_code(c, code);
		return;
	}
	buf_append(c->out, bytes);
	if (!stacks) {
		start_base(c, code);
		c->emoji = is_emoji_base(code);
		return;
	}
	c->last = code;
	c->marks++;
	c->emoji = false;
}

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

/* The end of the printable ASCII from `at` on. */
static size_t plain_end(struct str s, size_t at)
{
	while (s.n - at >= RUN) {
		unsigned bad = 0;

		/* Without a branch, so that the compiler takes it all at once. */
		for (size_t i = 0; i < RUN; i++)
			bad |= (unsigned char)(s.p[at + i] - ' ') > '~' - ' ';
		if (bad)
			break;
		at += RUN;
	}
	while (at < s.n && is_plain(s.p[at]))
		at++;
	return at;
}

/* As much of it as there is room for: the pieces of a run are its characters. */
static void append_plain(struct buf *out, struct str run)
{
	size_t max = out->max ? out->max : BUF_MAX;
	size_t room = out->n < max ? max - out->n : 0;

	buf_append(out, str_sub(run, 0, room));
	if (room < run.n)
		out->full = true;
}

static void clean_next(struct cleaner *c)
{
	size_t start = c->at;
	unsigned char byte = (unsigned char)c->text.p[start];
	int32_t code;

	if (is_plain((char)byte)) {
		c->at = plain_end(c->text, start);
		append_plain(c->out, str_sub(c->text, start, c->at - start));
		start_base(c, (unsigned char)c->text.p[c->at - 1]);
		return;
	}
	code = utf8_next(c->text, &c->at);
	if (code < 0)
		escape_byte(c, byte);
	else if (code < 0x80)
		clean_control(c, byte);
	else
		clean_code(c, code, str_sub(c->text, start, c->at - start));
}

void clean_append(struct buf *out, struct str text, unsigned flags)
{
	struct cleaner c = {
		.out = out, .text = text, .flags = flags, .ascii = clean_ascii(), .last = -1};

	/* What follows something that was left out would stand at the wrong place. */
	while (c.at < text.n && !out->full)
		clean_next(&c);
}
