/* A line of tabs: how much of it has room. */
#include "widget/tabs.h"

#include <string.h>

#define BRACKETS 2 /* columns around the one that is shown */

struct spacing {
	int edge;  /* columns before the first */
	int blank; /* around a name */
	int gap;   /* between two */
};
static const struct spacing wide = {1, 1, 2}, narrow = {0, 0, 1};

static int width_of(const char *const *names, int n, struct spacing space)
{
	int width = 1 + BRACKETS - space.gap;

	for (int i = 0; i < n; i++)
		width += (int)strlen(names[i]) + 2 * space.blank + space.gap;
	return width;
}

int tabs_width(const char *const *names, int n)
{
	return width_of(names, n, narrow);
}

static int draw_tab(struct surface *s, struct area a, int column, const char *name, bool shown,
                    struct spacing space, enum role role)
{
	const char *blank = space.blank > 0 ? " " : "";

	return surface_printf(s, a, 0, column, role, "%s%s%s%s%s", shown ? "[" : "", blank, name,
	                      blank, shown ? "]" : "");
}

int tabs_draw(struct surface *s, struct area a, const char *const *names, int n, int shown,
              bool focused)
{
	struct spacing space = width_of(names, n, wide) <= a.cols ? wide : narrow;
	enum role role = focused ? ROLE_MARKER : ROLE_STRONG;
	int first = 0, column = space.edge;

	while (first < shown && width_of(names + first, n - first, space) > a.cols)
		first++;
	surface_rule(s, a, 0, 0, a.cols, focused ? ROLE_MARKER : ROLE_RULE);
	for (int i = first; i < n; i++) {
		column += draw_tab(s, a, column, names[i], i == shown, space,
		                   i == shown ? role : ROLE_DIM);
		if (space.gap == 1 && i + 1 < n)
			surface_puts(s, a, 0, column, ROLE_DIM, " ");
		column += space.gap;
	}
	return column - space.gap;
}
