/* The Cost tab of a call: the working of its cost, from draw/cost_text.c, in a reader. */
#include "draw/cost_text.h"
#include "draw/width.h"
#include "widget/detail_internal.h"

/* A sum that is too long for the row goes on with what it comes to. */
static void lay_sum(struct reader_lines *out, struct str text, enum role role, int columns)
{
	size_t at = width_text(text) > columns ? str_find(text, STR(" = "), 0, false) : SIZE_MAX;

	reader_lines_add(out, role, 0, str_sub(text, 0, at));
	if (at != SIZE_MAX)
		reader_lines_add(out, role, 2, str_sub(text, at + 1, SIZE_MAX));
}

static void add_line(void *ctx, const char *label, enum role role, struct str text)
{
	struct reader *r = ctx;

	if (label == NULL) {
		reader_add_across(r, role, text);
		return;
	}
	reader_add_piece(r, &(struct reader_piece){.text = reader_keep(r, text),
	                                           .label = str_of(label),
	                                           .label_role = ROLE_LABEL,
	                                           .role = (uint8_t)role,
	                                           .lay = role == ROLE_COST ? lay_sum : NULL});
}

void detail_add_cost(struct reader *r, struct explorer *x, const struct detail *d)
{
	struct cost_text t = {.line = add_line, .ctx = r, .prices = explorer_prices(x)};

	r->label_width = COST_TEXT_LABELS;
	if (d->has_cost)
		cost_text(&t, &d->cost);
	else
		reader_add_across(r, ROLE_DIM, STR("no call: it costs nothing of its own"));
}
