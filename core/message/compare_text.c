/* What changed from one text to another: lines, and in a line that is much the same its words.
 *
 * What is equal at both ends is passed at the speed of memcmp, so that the rest alone costs something. */
#include "message/compare.h"

#include "base/hash.h"
#include "base/mem.h"
#include "message/sequence.h"

#define WORDS_MAX \
	((size_t)64 << 10) /* bytes of a line, without equal ends, whose words are compared */
#define ALIKE 3 /* a line is the same one, changed, if a part of that of its words stayed */

/* ---- what is found ---- */

static void add_word(struct comparison *c, uint32_t from, enum change change, struct str text)
{
	struct word_change *last = c->n_words > from ? &c->words[c->n_words - 1] : NULL;

	if (text.n == 0)
		return;
	if (last && last->change == change && last->text.p + last->text.n == text.p) {
		last->text.n += text.n;
		return;
	}
	if (c->n_words == c->cap_words) {
		c->cap_words = c->cap_words ? c->cap_words * 2 : 64;
		c->words = mem_resize(c->words, c->cap_words, sizeof(*c->words));
	}
	c->words[c->n_words++] = (struct word_change){.change = change, .text = text};
}

static void add_line(struct comparison *c, const struct line_change *line)
{
	if (line->before.n == 0 && line->after.n == 0)
		return;
	if (c->n_lines == c->cap_lines) {
		c->cap_lines = c->cap_lines ? c->cap_lines * 2 : 64;
		c->lines = mem_resize(c->lines, c->cap_lines, sizeof(*c->lines));
	}
	c->lines[c->n_lines++] = *line;
}

/* ---- pieces of a text ---- */

/* A text cut into lines or words. */
struct cut {
	struct str text;
	uint64_t *hashes;
	size_t *ends;
	bool *in;
	uint32_t n, cap;
};

static void cut_add(struct cut *c, size_t from, size_t end)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->hashes = mem_resize(c->hashes, c->cap, sizeof(*c->hashes));
		c->ends = mem_resize(c->ends, c->cap, sizeof(*c->ends));
	}
	/* The last line of a text may have no end, and be the same line. */
	c->hashes[c->n] = hash64(str_sub(c->text, from, end - from - (c->text.p[end - 1] == '\n')));
	c->ends[c->n++] = end;
}

static struct str cut_get(const struct cut *c, uint32_t from, uint32_t end)
{
	size_t start = from > 0 ? c->ends[from - 1] : 0;

	return from < end ? str_sub(c->text, start, c->ends[end - 1] - start) : STR_EMPTY;
}

static void cut_free(struct cut *c)
{
	mem_free(c->hashes);
	mem_free(c->ends);
	mem_free(c->in);
}

static size_t line_end(struct str text, size_t from)
{
	const char *end = memchr(text.p + from, '\n', text.n - from);

	return end ? (size_t)(end - text.p) + 1 : text.n;
}

static bool is_word(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t word_end(struct str text, size_t from)
{
	size_t end = from + 1;

	while (is_word(text.p[from]) && end < text.n && is_word(text.p[end]))
		end++;
	return end;
}

static void cut_text(struct cut *c, struct str text, size_t (*end_of)(struct str text, size_t from))
{
	*c = (struct cut){.text = text};
	for (size_t from = 0; from < text.n; from = c->ends[c->n - 1])
		cut_add(c, from, end_of(text, from));
	c->in = mem_zero(c->n + (size_t)1, sizeof(*c->in));
}

/* ---- equal ends ---- */

static size_t same_start(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n, at = 0;

	while (at + 256 <= n && memcmp(a.p + at, b.p + at, 256) == 0)
		at += 256;
	while (at < n && a.p[at] == b.p[at])
		at++;
	return at;
}

static size_t same_end(struct str a, struct str b, size_t from)
{
	size_t n = (a.n < b.n ? a.n : b.n) - from, at = 0;

	while (at + 256 <= n && memcmp(a.p + a.n - at - 256, b.p + b.n - at - 256, 256) == 0)
		at += 256;
	while (at < n && a.p[a.n - at - 1] == b.p[b.n - at - 1])
		at++;
	return at;
}

static bool parts_lines(struct str text, size_t at)
{
	return at == 0 || at == text.n || text.p[at - 1] == '\n';
}

static bool parts_words(struct str text, size_t at)
{
	return at == 0 || at == text.n || !is_word(text.p[at - 1]) || !is_word(text.p[at]);
}

/* Bytes at both ends that are the same, no line or word being cut: start and end are counted from the ends. */
static void find_ends(struct str a, struct str b, bool (*parts)(struct str text, size_t at),
                      size_t *start, size_t *end)
{
	*start = same_start(a, b);
	while (*start > 0 && !(parts(a, *start) && parts(b, *start)))
		(*start)--;
	*end = same_end(a, b, *start);
	while (*end > 0 && !(parts(a, a.n - *end) && parts(b, b.n - *end)))
		(*end)--;
}

/* ---- words ---- */

static void compare_cut_words(struct comparison *c, uint32_t from, struct str before,
                              struct str after)
{
	struct cut a, b;

	cut_text(&a, before, word_end);
	cut_text(&b, after, word_end);
	sequence_common(a.hashes, a.n, b.hashes, b.n, a.in, b.in);
	for (uint32_t i = 0, j = 0; i < a.n || j < b.n;) {
		if (i < a.n && !a.in[i]) {
			add_word(c, from, CHANGE_REMOVED, cut_get(&a, i, i + 1));
			i++;
		} else if (j < b.n && !b.in[j]) {
			add_word(c, from, CHANGE_ADDED, cut_get(&b, j, j + 1));
			j++;
		} else {
			add_word(c, from, CHANGE_NONE, cut_get(&b, j, j + 1));
			i++;
			j++;
		}
	}
	cut_free(&a);
	cut_free(&b);
}

static size_t words_same(const struct comparison *c, uint32_t from)
{
	size_t same = 0;

	for (uint32_t i = from; i < c->n_words; i++) {
		struct str text = c->words[i].text;

		for (size_t at = 0; c->words[i].change == CHANGE_NONE && at < text.n; at++)
			same += is_word(text.p[at]);
	}
	return same;
}

static size_t word_bytes(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += is_word(text.p[i]);
	return n;
}

/* Adds the line as a changed one; false, and nothing, if too little of it stayed. */
static bool compare_line(struct comparison *c, struct str before, struct str after)
{
	uint32_t from = c->n_words;
	size_t start, end, most = word_bytes(before), other = word_bytes(after);
	struct str a, b;

	if (other > most)
		most = other;
	find_ends(before, after, parts_words, &start, &end);
	a = str_sub(before, start, before.n - start - end);
	b = str_sub(after, start, after.n - start - end);
	if (a.n + b.n > WORDS_MAX)
		return false;
	add_word(c, from, CHANGE_NONE, str_sub(after, 0, start));
	compare_cut_words(c, from, a, b);
	add_word(c, from, CHANGE_NONE, str_sub(after, after.n - end, end));
	if (words_same(c, from) * ALIKE < most || most == 0) {
		c->n_words = from;
		return false;
	}
	add_line(c, &(struct line_change){.change = CHANGE_CHANGED,
	                                  .before = before,
	                                  .after = after,
	                                  .words = {from, c->n_words - from}});
	return true;
}

/* ---- lines ---- */

static void add_replaced(struct comparison *c, struct str before, struct str after)
{
	add_line(c, &(struct line_change){.change = CHANGE_REMOVED, .before = before});
	add_line(c, &(struct line_change){.change = CHANGE_ADDED, .after = after});
}

/* Lines i..i_end were replaced by j..j_end: the k-th of one by the k-th of the other, if they are alike. */
static void compare_gap(struct comparison *c, const struct cut *a, uint32_t i, uint32_t i_end,
                        const struct cut *b, uint32_t j, uint32_t j_end)
{
	uint32_t i0 = i, j0 = j;

	for (; i < i_end && j < j_end; i++, j++) {
		uint32_t lines = c->n_lines;

		if (!compare_line(c, cut_get(a, i, i + 1), cut_get(b, j, j + 1)))
			continue;
		if (i > i0) {
			struct line_change changed = c->lines[lines];

			c->n_lines = lines;
			add_replaced(c, cut_get(a, i0, i), cut_get(b, j0, j));
			add_line(c, &changed);
		}
		i0 = i + 1;
		j0 = j + 1;
	}
	add_replaced(c, cut_get(a, i0, i_end), cut_get(b, j0, j_end));
}

static void compare_cut_lines(struct comparison *c, const struct cut *a, const struct cut *b)
{
	uint32_t i = 0, j = 0;

	while (i < a->n || j < b->n) {
		uint32_t i0 = i, j0 = j;

		while (i < a->n && j < b->n && a->in[i] && b->in[j]) {
			i++;
			j++;
		}
		add_line(c, &(struct line_change){.before = cut_get(a, i0, i),
		                                  .after = cut_get(b, j0, j)});
		i0 = i;
		j0 = j;
		while (i < a->n && !a->in[i])
			i++;
		while (j < b->n && !b->in[j])
			j++;
		compare_gap(c, a, i0, i, b, j0, j);
	}
}

struct range_of compare_texts(struct comparison *c, struct str before, struct str after)
{
	struct range_of lines = {.first = c->n_lines};
	size_t start, end;
	struct cut a, b;

	find_ends(before, after, parts_lines, &start, &end);
	add_line(c, &(struct line_change){.before = str_sub(before, 0, start),
	                                  .after = str_sub(after, 0, start)});
	cut_text(&a, str_sub(before, start, before.n - start - end), line_end);
	cut_text(&b, str_sub(after, start, after.n - start - end), line_end);
	sequence_common(a.hashes, a.n, b.hashes, b.n, a.in, b.in);
	compare_cut_lines(c, &a, &b);
	add_line(c, &(struct line_change){.before = str_sub(before, before.n - end, end),
	                                  .after = str_sub(after, after.n - end, end)});
	cut_free(&a);
	cut_free(&b);
	lines.n = c->n_lines - lines.first;
	return lines;
}
