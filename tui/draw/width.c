/* Columns of text. Text is taken cluster by cluster; printable ASCII, which is most of it, without asking
 * wcwidth. What wcwidth and curses would not draw as one cell of one or two columns is refused here, so
 * that columns never drift apart from the terminal's. */
#include "draw/width.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdio.h>
#include <wchar.h>

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

int width_cluster(struct str cluster)
{
	size_t at = 0;
	int32_t code;
	int width;

	if (cluster.n == 1)
		return is_plain(cluster.p[0]);
	if (cluster.n == 0)
		return 0;
	code = utf8_next(cluster, &at);
	width = code < 0 ? -1 : wcwidth((wchar_t)code);
	if (width < 1 || width > 2)
		return 0;
	while (at < cluster.n) {
		code = utf8_next(cluster, &at);
		if (code < 0 || wcwidth((wchar_t)code) != 0)
			return 0;
	}
	return width;
}

int width_spell(struct str cluster, char out[WIDTH_SPELLED])
{
	int n = 0;

	out[0] = '\0';
	for (size_t at = 0; at < cluster.n;) {
		char one[16];
		size_t start = at;
		int32_t code = utf8_next(cluster, &at);
		int length;

		if (code < 0)
			length = snprintf(one, sizeof(one), "\\x%02X",
			                  (unsigned char)cluster.p[start]);
		else
			length = snprintf(one, sizeof(one), "\\u{%X}", (uint32_t)code);
		if (n + length >= WIDTH_SPELLED)
			break;
		n += snprintf(out + n, (size_t)(WIDTH_SPELLED - n), "%s", one);
	}
	return n;
}

/* The columns of the cluster at *at as drawn; moves *at past it. */
static int next_width(struct str clean, size_t *at)
{
	char spelled[WIDTH_SPELLED];
	struct str cluster;
	int width;

	if (is_plain(clean.p[*at]) && (*at + 1 == clean.n || is_plain(clean.p[*at + 1]))) {
		++*at;
		return 1;
	}
	cluster = utf8_cluster(clean, at);
	width = width_cluster(cluster);
	return width ? width : width_spell(cluster, spelled);
}

int width_text(struct str clean)
{
	int width = 0;

	for (size_t at = 0; at < clean.n && width < INT_MAX - WIDTH_SPELLED;)
		width += next_width(clean, &at);
	return width;
}

size_t width_fit(struct str clean, int width, int *used)
{
	size_t at = 0;

	*used = 0;
	while (at < clean.n) {
		size_t next = at;
		int columns = next_width(clean, &next);

		if (columns > width - *used)
			break;
		*used += columns;
		at = next;
	}
	return at;
}

/* The end of the line, without the blanks at its end, if a blank stands at or before `fits`; 0 if none
 * does behind some text: breaking in an indent would leave an empty line. */
static size_t last_word(struct str clean, size_t fits)
{
	size_t end = fits;

	while (end > 0 && clean.p[end] != ' ')
		end--;
	while (end > 0 && clean.p[end - 1] == ' ')
		end--;
	return end;
}

size_t width_wrap(struct str clean, int width, size_t *next)
{
	int used;
	size_t end = width_fit(clean, width, &used);

	if (end < clean.n) {
		size_t word = last_word(clean, end);

		if (word > 0)
			end = word;
		else if (end == 0)
			next_width(clean, &end);
	}
	*next = end;
	while (end < clean.n && *next < clean.n && clean.p[*next] == ' ')
		++*next;
	return end;
}
