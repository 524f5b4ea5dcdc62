/* Masking: a token's first four characters stay, so that a person can tell what was there.
 *
 * A remembered token is replaced wherever its bytes stand, inside longer strings too (addresses,
 * stack traces). That is safe because only tokens with PostHog's prefix are remembered: a project
 * "token" such as `test` must not cut holes into prompts. */
#include "collect/mask.h"

#include <string.h>

#define SHOWN      4  /* characters */
#define COMMON_MAX 32 /* so that looking for them never costs much a match */
#define LONGEST    64 /* characters; PostHog's capture service refuses longer tokens */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

static void note_kind(struct mask *m, struct str token)
{
	struct str begin;

	token = str_trim(token);
	begin = str_sub(token, 0, SHOWN);
	m->project |= str_eq(begin, STR("phc_")) && !str_eq(token, STR("phc_local"));
	m->personal |= str_eq(begin, STR("phx_")) ||
	               (begin.n > 0 && memchr(begin.p, '\\', begin.n));
}

void mask_add(struct mask *m, struct str token)
{
	note_kind(m, token);
	if (m->n == MASK_TOKENS || token.n <= SHOWN || token.n > LONGEST ||
	    memchr(token.p, '\\', token.n) || memchr(token.p, '"', token.n))
		return; /* what would take a quote of the line's with it is no token */
	if (!str_starts(token, STR("phc_")) && !str_starts(token, STR("phx_")))
		return;
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->tokens[i], token))
			return;
	if (m->n == 0)
		m->common = token.n < COMMON_MAX ? token.n : COMMON_MAX;
	m->tokens[m->n++] = token;
	while (!str_starts(token, str_sub(m->tokens[0], 0, m->common)))
		m->common--;
}

void mask_append_token(struct buf *out, struct str token)
{
	bool plain = token.n > SHOWN;

	for (size_t i = 0; plain && i < SHOWN; i++)
		plain = is_word(token.p[i]);
	if (plain)
		buf_append(out, str_sub(token, 0, SHOWN));
	buf_puts(out, "***");
}

/* The length of the remembered token that text begins with, or 0. */
static size_t token_at(const struct mask *m, struct str text)
{
	for (size_t i = 0; i < m->n; i++) {
		struct str token = m->tokens[i];

		if (token.n <= text.n && (token.n == text.n || !is_word(text.p[token.n])) &&
		    str_starts(text, token))
			return token.n;
	}
	return 0;
}

void mask_append(const struct mask *m, struct buf *out, struct str text)
{
	const char *p = text.p, *end = text.p + text.n, *copied = text.p;

	while (m->n > 0 && p < end &&
	       (p = memmem(p, (size_t)(end - p), m->tokens[0].p, m->common)) != NULL) {
		size_t n = token_at(m, (struct str){p, (size_t)(end - p)});

		if (n == 0) {
			p++;
			continue;
		}
		buf_append(out, (struct str){copied, (size_t)(p - copied)});
		mask_append_token(out, (struct str){p, n});
		p += n;
		copied = p;
	}
	buf_append(out, (struct str){copied, (size_t)(end - copied)});
}
