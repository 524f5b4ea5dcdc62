/* Keeping and excluding what is like the thing under the cursor: `.` and `,` open a menu of its values, a key picks one, and
 * the filter has a further term. */
#include "command/app_internal.h"

#include "term/input.h"

#define ENTRY_COLS     38
#define ENTRY_COLS_MIN 12

static void append_term(struct buf *out, const struct term *term, bool exclude)
{
	if (exclude)
		buf_add(out, '-');
	filter_append_term(out, term->field, STR_EMPTY, term->value);
}

void app_pick(struct app *a, char key)
{
	struct view *v = app_top(a);

	terms_free(&a->terms);
	if (v->class->terms != NULL)
		v->class->terms(v, &a->terms);
	if (a->terms.n == 0)
		buf_puts(&a->world.message, "nothing here to filter by");
	else
		a->picking = key;
}

static bool says(struct str text, const struct filter_reading *how, const struct filter *term)
{
	struct filter *f;
	bool same = filter_parse(&f, text, how, NULL) == FILTER_VALID && filter_equal(f, term);

	filter_free(f);
	return same;
}

/* Whether it is the whole filter, or one of the terms that must all hold. */
static bool has_term(const struct app *a, struct str wanted)
{
	const struct filter_reading how = {.now = a->world.now};
	struct filter *f = NULL, *term;
	bool has = false;

	if (filter_parse(&term, wanted, &how, NULL) != FILTER_VALID)
		return false;
	if (filter_parse(&f, buf_str(&a->world.filter), &how, NULL) == FILTER_VALID &&
	    f->root != NULL) {
		const struct filter_node *at = f->root->kind == FILTER_AND ? f->root->first
		                                                           : f->root;

		for (; at != NULL && !has; at = at->next)
			has = says(str_sub(f->text, at->at, at->length), &how, term);
	}
	filter_free(f);
	filter_free(term);
	return has;
}

bool app_add_term(struct app *a, struct str term)
{
	struct buf text = {0};
	bool good;

	if (has_term(a, term)) {
		buf_printf(&a->world.message, "the filter says so already: %.*s", STR_ARG(term));
		return true;
	}
	view_append_filter(&a->world, &text);
	if (text.n > 0)
		buf_add(&text, ' ');
	buf_append(&text, term);
	good = app_set_filter(a, buf_str(&text));
	app_keep_in_history(a, PROMPT_FILTER, buf_str(&a->world.filter));
	if (good && app_top(a)->class->passed == NULL)
		buf_printf(&a->world.message, "lists show: %s", buf_text(&a->world.filter));
	buf_free(&text);
	return good;
}

void app_picked(struct app *a, uint32_t key)
{
	struct buf term = {0};
	bool found = false;

	for (unsigned i = 0; i < a->terms.n && !found; i++) {
		found = key == (uint32_t)a->terms.list[i].key;
		if (found)
			append_term(&term, &a->terms.list[i], a->picking == ',');
	}
	if (!found && (key == '.' || key == ',')) {
		a->picking = (char)key;
		return;
	}
	if (found)
		app_add_term(a, buf_str(&term));
	else if (key != KEY_ESCAPE)
		app_say_unbound(a, (uint32_t)a->picking, key);
	a->picking = 0;
	terms_free(&a->terms);
	buf_free(&term);
}

static int rows_of(const struct app *a, int per_row)
{
	return 1 + ((int)a->terms.n + per_row - 1) / per_row;
}

void app_draw_picker(struct app *a, struct surface *s, struct area body)
{
	int per_row = body.cols / ENTRY_COLS > 0 ? body.cols / ENTRY_COLS : 1, rows, width;
	struct area menu;

	/* Keys that nobody sees would be taken as choices: rather all of them, clipped. */
	while (rows_of(a, per_row) > body.rows && body.cols / (per_row + 1) >= ENTRY_COLS_MIN)
		per_row++;
	rows = rows_of(a, per_row);
	width = body.cols / per_row;
	menu = (struct area){body.row + body.rows - rows, body.col, rows, body.cols};
	if (a->picking == 0 || rows > body.rows)
		return;
	surface_rule(s, menu, 0, 0, menu.cols, ROLE_RULE);
	surface_puts(s, menu, 0, 1, ROLE_STRONG, a->picking == '.' ? " keep " : " exclude ");
	surface_put_right(s, menu, 0, 0, menu.cols - 1, ROLE_RULE, STR(" Esc closes "));
	for (int row = 1; row < rows; row++)
		surface_fill(s, menu, row, 0, menu.cols, ROLE_TEXT, ' ');
	for (unsigned i = 0; i < a->terms.n; i++) {
		struct buf text = {0};
		int row = 1 + (int)i / per_row, col = (int)i % per_row * width;

		append_term(&text, &a->terms.list[i], false);
		surface_printf(s, menu, row, col + 1, ROLE_KEY, "%c", a->terms.list[i].key);
		view_put_clipped(s, menu, row, col + 3, width - 4, ROLE_TEXT, buf_str(&text));
		buf_free(&text);
	}
}
