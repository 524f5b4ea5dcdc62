/* Glyphs that are no letters: lines, folds, bars. A Unicode form is taken only where the locale gives
 * it exactly one column, so that a glyph never shifts what stands after it. */
#include "base/clean.h"
#include "draw/surface.h"
#include "draw/width.h"

#include <stdatomic.h>

/* Process-wide by nature: there is one terminal. */
static atomic_bool ascii_glyphs;

static const struct {
	const char *ascii, *unicode;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_VLINE] = {"|", "\u2502"},
	[GLYPH_HLINE] = {"-", "\u2500"},
	[GLYPH_OPEN] = {"v", "\u25BE"},
	[GLYPH_CLOSED] = {">", "\u25B8"},
	[GLYPH_BRANCH] = {"+", "\u251C"},
	[GLYPH_LAST] = {"`", "\u2514"},
	[GLYPH_BAR] = {"=", "\u2501"},
	[GLYPH_WAIT] = {"-", "\u2500"},
	[GLYPH_TOOL] = {"#", "\u2592"},
	[GLYPH_THUMB] = {"#", "\u2588"},
	[GLYPH_CLIP] = {"~", "\u2026"},
	[GLYPH_LEVEL] = {".", "\u2581"},
	{":", "\u2582"},
	{"-", "\u2583"},
	{"=", "\u2584"},
	{"+", "\u2585"},
	{"*", "\u2586"},
	{"#", "\u2587"},
	{"#", "\u2588"},
	[GLYPH_PART] = {"-", "\u258F"},
	{"-", "\u258E"},
	{"-", "\u258D"},
	{"=", "\u258C"},
	{"=", "\u258B"},
	{"=", "\u258A"},
	{"=", "\u2589"},
	{"#", "\u2588"},
};

const char *glyph(enum glyph g)
{
	if (clean_ascii() || atomic_load_explicit(&ascii_glyphs, memory_order_relaxed) ||
	    width_cluster(str_of(glyphs[g].unicode)) != 1)
		return glyphs[g].ascii;
	return glyphs[g].unicode;
}

void glyph_set_ascii(bool ascii)
{
	atomic_store_explicit(&ascii_glyphs, ascii, memory_order_relaxed);
}
