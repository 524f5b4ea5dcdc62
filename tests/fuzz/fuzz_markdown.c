/* Markdown of any text at any width: no letter is left out, and lines are what their contracts say. */
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "widget/markdown.h"

#include <assert.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void count(size_t counts[256], struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		counts[(unsigned char)text.p[i]] += is_letter(text.p[i]);
}

static void check_line(const struct reader_line *l)
{
	uint32_t end = 0;

	assert(!l->clean || utf8_valid(l->text));
	for (uint32_t i = 0; i < l->n_spans; i++) {
		assert(l->spans[i].end >= end && l->spans[i].end <= l->text.n);
		assert(l->spans[i].role < ROLE_COUNT);
		end = l->spans[i].end;
	}
	assert(l->margin == NULL || l->margin->rest.n <= l->indent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct reader_lines lines = {0};
	size_t sent[256] = {0}, laid[256] = {0};
	int columns = size > 0 ? 1 + data[0] % 120 : 80;
	bool links;

	markdown_lay(&lines, text, ROLE_TEXT, columns);
	for (uint32_t i = 0; i < lines.n; i++) {
		check_line(&lines.at[i]);
		count(laid, lines.at[i].text);
		if (lines.at[i].margin != NULL)
			count(laid, lines.at[i].margin->first);
	}
	count(sent, text);
	/* The address of a link that is its own text is told once: then half of the letters are enough. */
	links = str_find(text, STR("]("), 0, false) != SIZE_MAX ||
	        str_find(text, STR("]:"), 0, false) != SIZE_MAX;
	for (int c = 0; c < 256; c++)
		assert((links ? 2 : 1) * laid[c] >= sent[c]);
	reader_lines_free(&lines);
	return 0;
}
