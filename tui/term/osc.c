/* See osc.h. What is passed through a multiplexer is wrapped as it wants it. */
#include "term/osc.h"

#include "base/clean.h"

#include <stdlib.h>
#include <string.h>

#define SCREEN_CHUNK 252 /* bytes of a sequence that every GNU screen passes on */

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

static bool variable_is(const char *name, const char *text)
{
	const char *value = getenv(name);

	return value != NULL && strcmp(value, text) == 0;
}

bool osc_is_refused(void)
{
	const char *term = getenv("TERM");
	bool vt = term != NULL && strncmp(term, "vt", 2) == 0 && term[2] >= '0' && term[2] <= '9';

	if (is_set("TMUX"))
		return false;
	return vt || variable_is("TERM", "linux") || variable_is("TERM_PROGRAM", "Apple_Terminal");
}

enum osc_way osc_way(void)
{
	if (is_set("TMUX"))
		return OSC_TMUX;
	return is_set("STY") ? OSC_SCREEN : OSC_PLAIN;
}

/* Each piece in a DCS of its own: screen joins what it passes on. */
static void wrap_for_screen(struct buf *out, struct str sequence)
{
	for (size_t at = 0; at < sequence.n; at += SCREEN_CHUNK) {
		buf_puts(out, "\033P");
		buf_append(out, str_sub(sequence, at, SCREEN_CHUNK));
		buf_puts(out, "\033\\");
	}
}

void osc_append(struct buf *out, enum osc_way way, struct str body)
{
	struct buf sequence = {0};

	switch (way) {
	case OSC_PLAIN:
		buf_puts(out, "\033]");
		buf_append(out, body);
		buf_puts(out, "\033\\");
		break;
	case OSC_TMUX:
		/* What is passed through has its ESCs doubled. */
		buf_puts(out, "\033Ptmux;\033\033]");
		buf_append(out, body);
		buf_puts(out, "\033\033\\\033\\");
		break;
	case OSC_SCREEN:
		buf_puts(&sequence, "\033]");
		buf_append(&sequence, body);
		buf_add(&sequence, '\a');
		wrap_for_screen(out, buf_str(&sequence));
		break;
	}
	buf_free(&sequence);
}

/* Not within a character. */
static struct str cut(struct str text)
{
	size_t n = OSC_NOTICE_MAX;

	if (text.n <= n)
		return text;
	while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(text, 0, n);
}

void osc_append_notice(struct buf *out, struct str text)
{
	struct buf body = {0}, clean = {0};

	if (osc_is_refused())
		return;
	clean_append(&clean, text, 0);
	buf_puts(&body, "9;");
	buf_append(&body, cut(buf_str(&clean)));
	osc_append(out, osc_way(), buf_str(&body));
	buf_free(&body);
	buf_free(&clean);
}
