/* What the end-to-end scripts ask about a terminal, on standard input. Deliberately shares no code with the program.
 *
 *   terminal bytes           what a terminal was sent: text, and of the sequences only those that a screen is drawn with
 *   terminal columns COLS    a screen: no line is over COLS columns wide, and where line 2 has a line between two panes, all
 *                            below it but the last have it in the same column, down to a rule from the left edge on
 *
 * Exit 1 and a sentence when it is not so. */
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ESCAPE     0x1B
#define SHIFT_IN   0x0F
#define SIDE_MAX   1000
#define PARAMETERS 32

_Noreturn static void fail(const char *why, size_t at)
{
	printf("at byte %zu: %s\n", at, why);
	exit(1);
}

/* The character at `at`, which moves behind it. */
static uint32_t next(const char *text, size_t n, size_t *at)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[*at];
	size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : 4;
	uint32_t code = length == 1 ? first : first & (0xFFu >> (length + 1));

	if (*at + length > n || (length == 4 && first >> 3 != 30))
		fail("invalid UTF-8", *at);
	for (size_t i = 1; i < length; i++) {
		if (((unsigned char)text[*at + i] & 0xC0) != 0x80)
			fail("invalid UTF-8", *at);
		code = code << 6 | ((unsigned char)text[*at + i] & 0x3F);
	}
	if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		fail("invalid UTF-8", *at);
	*at += length;
	return code;
}

/* ---- bytes ----------------------------------------------------------------------------------------------------------- */

static bool is_hidden(uint32_t code)
{
	static const uint32_t ranges[][2] = {
		{0xAD, 0xAD},     {0x34F, 0x34F},     {0x61C, 0x61C},      {0x115F, 0x1160},
		{0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},    {0x2028, 0x202E},
		{0x2060, 0x206F}, {0x3164, 0x3164},   {0xE000, 0xF8FF},    {0xFDD0, 0xFDEF},
		{0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},    {0xFFF0, 0xFFFB},
		{0xFFFE, 0xFFFF}, {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

static void check_text(uint32_t code, size_t at)
{
	if (code < 0x20 && strchr("\b\t\n\r", (int)code) == NULL && code != SHIFT_IN)
		fail("a control character", at);
	if (code == 0 || (code >= 0x7F && code <= 0x9F))
		fail("a control character", at);
	if (is_hidden(code))
		fail("a character that hides", at);
}

struct sequence {
	bool private; /* begins with ? */
	int numbers[PARAMETERS];
	size_t n;
	char final;
};

static bool is_one_of(int number, const int *allowed)
{
	for (; *allowed >= 0; allowed++)
		if (number == *allowed)
			return true;
	return false;
}

/* Neither blinking (5) nor concealed (8); but after 38 or 48 come colours. */
static bool is_style(const struct sequence *s)
{
	for (size_t i = 0; i < s->n; i++) {
		int number = s->numbers[i];

		if ((number == 38 || number == 48) && i + 2 < s->n && s->numbers[i + 1] == 5)
			i += 2;
		else if (number == 5 || number == 6 || number == 8 || number > 107)
			return false;
	}
	return true;
}

/* What moves, erases, scrolls, styles, and what a screen begins and ends with. */
static bool is_allowed(const struct sequence *s)
{
	static const int modes[] = {4, 34, -1}, private_modes[] = {1, 7, 12, 25, 1049, 2004, -1};

	if (s->final == 'h' || s->final == 'l')
		return s->n == 1 && is_one_of(s->numbers[0], s->private ? private_modes : modes);
	if (s->private)
		return false;
	if (s->final == 'm')
		return is_style(s);
	/* The title that xterm keeps and gives back. */
	if (s->final == 't')
		return s->n == 3 && (s->numbers[0] == 22 || s->numbers[0] == 23);
	for (size_t i = 0; i < s->n; i++)
		if (s->numbers[i] > SIDE_MAX)
			return false;
	return strchr("ABCDGHJKLMPSTXZ@bdr", s->final) != NULL;
}

/* Behind ESC [; gives where it ends. */
static size_t check_sequence(const char *text, size_t n, size_t at)
{
	struct sequence s = {.n = 1};
	size_t start = at;

	s.private = at < n && text[at] == '?';
	for (at += s.private; at < n; at++) {
		int *number = &s.numbers[s.n - 1];

		if (text[at] >= '0' && text[at] <= '9' && *number <= SIDE_MAX * 10)
			*number = *number * 10 + (text[at] - '0');
		else if (text[at] == ';' && s.n < PARAMETERS)
			s.n++;
		else
			break;
	}
	s.final = at < n ? text[at] : '\0';
	if (s.final == '\0' || !is_allowed(&s))
		fail("a sequence that no screen is drawn with", start);
	return at + 1;
}

static size_t check_escape(const char *text, size_t n, size_t at)
{
	if (at < n && text[at] == '[')
		return check_sequence(text, n, at + 1);
	/* Characters are ASCII, others on demand; keys of the keypad; a line up. */
	if (n - at >= 2 && (memcmp(text + at, "(B", 2) == 0 || memcmp(text + at, ")0", 2) == 0))
		return at + 2;
	if (at >= n || strchr("=>M", text[at]) == NULL)
		fail("an escape that no screen is drawn with", at);
	return at + 1;
}

static void check_bytes(const char *text, size_t n)
{
	for (size_t at = 0; at < n;) {
		size_t start = at;
		uint32_t code = next(text, n, &at);

		if (code == ESCAPE)
			at = check_escape(text, n, at);
		else
			check_text(code, start);
	}
}

/* ---- columns --------------------------------------------------------------------------------------------------------- */

#define DIVIDER 0x2502
#define THUMB   0x2588 /* of a scroll bar, which may stand there too */

struct line {
	int width;
	bool divided[SIDE_MAX]; /* by column */
};

static struct line measure(const char *text, size_t n, size_t *at)
{
	struct line line = {0};

	while (*at < n && text[*at] != '\n') {
		size_t start = *at;
		uint32_t code = next(text, n, at);
		int width = wcwidth((wchar_t)code);

		if (width < 0 || line.width + width >= SIDE_MAX)
			fail("a character without a width", start);
		if (code == DIVIDER || code == THUMB)
			line.divided[line.width] = true;
		line.width += width;
	}
	*at += *at < n;
	return line;
}

static void check_columns(const char *text, size_t n, int cols)
{
	int number = 0, divider = -1;

	for (size_t at = 0; at < n; number++) {
		size_t start = at;
		struct line line = measure(text, n, &at);

		if (line.width > cols)
			fail("a line is too wide", start);
		/* A rule from the left edge on ends the panes: what is below it has all of the width. */
		if (number > 1 && (text[start] == '-' || strncmp(text + start, "\u2500", 3) == 0))
			divider = -1;
		for (int col = 0; number == 1 && col < line.width; col++)
			if (line.divided[col])
				divider = col;
		if (number > 1 && at < n && divider >= 0 && !line.divided[divider])
			fail("the line between the panes is not where it was", start);
	}
}

/* ---- */

static char *read_all(size_t *n)
{
	size_t cap = 1 << 16, got;
	char *text = malloc(cap);

	*n = 0;
	while (text != NULL && (got = fread(text + *n, 1, cap - *n, stdin)) > 0) {
		*n += got;
		if (*n == cap) {
			cap *= 2;
			text = realloc(text, cap);
		}
	}
	if (text == NULL)
		fail("not enough memory", 0);
	return text;
}

int main(int argc, char **argv)
{
	size_t n;
	char *text = read_all(&n);

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		fail("there is no locale C.UTF-8", 0);
	if (argc == 2 && strcmp(argv[1], "bytes") == 0)
		check_bytes(text, n);
	else if (argc == 3 && strcmp(argv[1], "columns") == 0)
		check_columns(text, n, (int)strtol(argv[2], NULL, 10));
	else
		fail("usage: terminal bytes|columns COLS", 0);
	free(text);
	return 0;
}
