/* The filter: a line that is judged with every key, the filters that were used before, saved views, and taking steps back. One
 * filter holds for all lists, as the time range does. The list shows at once what a line lets through that can be read; what
 * cannot leaves it as it is. The breakpoint is another one, typed in the same way, which is used when it is done. */
#include "command/app_internal.h"

#include "base/clean.h"
#include "base/time.h"
#include "draw/width.h"
#include "term/input.h"
#include "view/view_breaks.h"

#include <string.h>

#define HINT       "Tab completes  Up before  Ctrl-R finds there  Enter keeps  Esc goes back"
#define HINT_SHORT "Tab  Up  Ctrl-R  Enter  Esc"

static bool is_break(const struct app *a)
{
	return a->prompt == &a->prompts[PROMPT_BREAK];
}

bool app_is_filtering(const struct app *a)
{
	return a->prompting && (is_break(a) || a->prompt == &a->prompts[PROMPT_FILTER]);
}

/* ---- judging --------------------------------------------------------------------------------------------------------- */

/* While it is typed, of the row that the cursor was on when that began: the list is another with every key. */
static bool same(void *ctx, const struct field *field, struct str name, struct buf *out)
{
	struct app *a = ctx;
	const struct term *term = terms_find(&a->terms, field->number);

	(void)name;
	if (term != NULL)
		buf_append(out, term->value);
	return term != NULL;
}

static void look_at_row(struct app *a)
{
	struct view *v = app_top(a);

	terms_free(&a->terms);
	if (v->class->terms != NULL)
		v->class->terms(v, &a->terms);
}

/* The filter that the text is, appended to out; what same: stands for is of the row under the cursor now. */
static enum filter_state read(struct app *a, struct str text, struct buf *out, struct errinfo *e)
{
	const struct filter_reading how = {
		.now = a->clock != 0 ? a->clock : time_now(),
		.same = a->terms.n > 0 ? same : NULL, /* an empty list has no row */
		.ctx = a};
	struct filter *f;
	enum filter_state state = filter_parse(&f, text, &how, e);

	if (state == FILTER_VALID && str_find(text, STR("same:"), 0, false) != SIZE_MAX)
		filter_print(f, out);
	else if (state == FILTER_VALID)
		buf_append(out, str_trim(text));
	filter_free(f);
	return state;
}

static void use(struct app *a, struct str text)
{
	buf_clear(&a->world.filter);
	buf_append(&a->world.filter, text);
}

static void judge(struct app *a)
{
	struct buf text = {0};

	a->bar.error = (struct errinfo){0};
	a->bar.state = read(a, buf_str(&a->prompt->text), &text, &a->bar.error);
	if (is_break(a) && a->bar.state == FILTER_VALID &&
	    !app_break_is_right(a, buf_str(&text), &a->bar.error))
		a->bar.state = FILTER_WRONG;
	if (!is_break(a) && (a->bar.state == FILTER_VALID || a->bar.state == FILTER_EMPTY))
		use(a, buf_str(&text));
	buf_free(&text);
}

/* ---- steps ----------------------------------------------------------------------------------------------------------- */

static void remember_step(struct app *a, const struct buf *before)
{
	struct undo step = {.what = UNDO_FILTER};

	if (str_eq(buf_str(before), buf_str(&a->world.filter)))
		return;
	buf_append(&step.text, buf_str(before));
	undo_push(&a->world.undos, step);
}

bool app_set_filter(struct app *a, struct str text)
{
	struct errinfo e = {0};
	struct buf read_text = {0}, before = {0};
	enum filter_state state;
	bool good;

	look_at_row(a);
	state = read(a, text, &read_text, &e);
	good = state == FILTER_VALID || state == FILTER_EMPTY;
	if (good) {
		buf_append(&before, buf_str(&a->world.filter));
		use(a, buf_str(&read_text));
		remember_step(a, &before);
	} else {
		buf_printf(&a->world.message, "filter: %s", e.msg);
	}
	buf_free(&read_text);
	buf_free(&before);
	return good;
}

static void set_break(struct app *a, struct str text)
{
	struct errinfo e = {0};
	struct buf read_text = {0};
	enum filter_state state = read(a, text, &read_text, &e);

	if (state == FILTER_VALID || state == FILTER_EMPTY)
		app_use_break(a, buf_str(&read_text));
	else
		buf_printf(&a->world.message, "break: %s", e.msg);
	buf_free(&read_text);
}

void app_set_break(struct app *a, struct str text)
{
	look_at_row(a);
	set_break(a, text);
}

static void undo_range(struct app *a, const struct undo *step)
{
	a->world.since = step->since;
	a->world.until = step->until;
	explorer_set_window(a->world.explorer, step->since, step->until);
	buf_clear(&a->range);
	buf_append(&a->range, buf_str(&step->text));
	buf_puts(&a->world.message, "the time range is as it was before");
}

static void undo(struct app *a)
{
	struct undo step;

	if (!undo_pop(&a->world.undos, &step)) {
		buf_puts(&a->world.message,
		         "nothing to undo: u takes back a filter, range, order, fold or bookmark");
		return;
	}
	switch (step.what) {
	case UNDO_FILTER:
		use(a, buf_str(&step.text));
		buf_printf(&a->world.message, "filter: %s",
		           step.text.n > 0 ? buf_text(&step.text) : "(none)");
		break;
	case UNDO_RANGE:
		undo_range(a, &step);
		break;
	case UNDO_SORT:
		step.view->class->undo(step.view, &step);
		buf_printf(&a->world.message, "the order of %s is as it was before",
		           step.view->title);
		break;
	case UNDO_FOLDS:
		step.view->class->undo(step.view, &step);
		buf_printf(&a->world.message, "the folds of %s are as they were before",
		           step.view->title);
		break;
	case UNDO_BOOKMARK:
		view_undo_bookmark(&a->world, &step);
		break;
	}
	undo_free(&step);
}

/* ---- the line -------------------------------------------------------------------------------------------------------- */

static void open_line(struct app *a, enum prompt_of which, struct str text)
{
	look_at_row(a);
	app_read_history(a, which);
	app_open_prompt(a, which);
	prompt_type(a->prompt, text);
	judge(a);
}

static void open_filter(struct app *a)
{
	a->world.typing = true;
	buf_clear(&a->bar.before);
	buf_append(&a->bar.before, buf_str(&a->world.filter));
	open_line(a, PROMPT_FILTER, buf_str(&a->bar.before));
}

static void open_break(struct app *a)
{
	const struct breaks *b = a->world.breaks;

	open_line(a, PROMPT_BREAK, b != NULL ? buf_str(&b->filter.text) : STR_EMPTY);
}

bool app_act_on_filter(struct app *a, enum action action, int argument)
{
	switch (action) {
	case ACTION_FILTER:
		open_filter(a);
		return true;
	case ACTION_BREAK:
		open_break(a);
		return true;
	case ACTION_PICK:
		app_pick(a, (char)argument);
		return true;
	case ACTION_UNDO:
		undo(a);
		return true;
	default:
		return false;
	}
}

static void close(struct app *a)
{
	app_close_offers(a);
	terms_free(&a->terms);
	a->world.typing = false;
	a->prompting = false;
}

void app_filter_leave(struct app *a)
{
	if (!is_break(a))
		use(a, buf_str(&a->bar.before));
	close(a);
}

/* What no list can be filtered by stays in the line, with what is wrong with it below. */
static bool can_keep(struct app *a)
{
	struct view *v = app_top(a);
	struct errinfo e = {0};
	struct buf unused = {0};
	bool can = a->bar.state == FILTER_VALID || a->bar.state == FILTER_EMPTY;

	if (can && !is_break(a) && v->class->passed != NULL)
		can = v->class->passed(v, &unused, &e);
	buf_free(&unused);
	return can;
}

static void keep_break(struct app *a)
{
	set_break(a, buf_str(&a->prompt->text));
	if (a->world.breaks != NULL)
		app_keep_in_history(a, PROMPT_BREAK, buf_str(&a->world.breaks->filter.text));
	close(a);
}

static void keep(struct app *a)
{
	remember_step(a, &a->bar.before);
	app_keep_in_history(a, PROMPT_FILTER, buf_str(&a->world.filter));
	close(a);
	if (app_top(a)->class->passed == NULL)
		buf_printf(&a->world.message, "lists show: %s",
		           a->world.filter.n > 0 ? buf_text(&a->world.filter) : "everything");
}

void app_filter_input(struct app *a, uint32_t key, struct str pasted)
{
	if (app_offers_input(a, key)) {
		judge(a);
		return;
	}
	if (key == KEY_ENTER_ && !can_keep(a))
		return;
	switch (prompt_key(a->prompt, key, pasted)) {
	case PROMPT_EDITING:
		judge(a);
		break;
	case PROMPT_CANCELLED:
		app_filter_leave(a);
		break;
	case PROMPT_DONE:
		if (is_break(a))
			keep_break(a);
		else
			keep(a);
		break;
	}
}

/* ---- drawing --------------------------------------------------------------------------------------------------------- */

static const char *mark_of(enum filter_state state)
{
	switch (state) {
	case FILTER_EMPTY:
	case FILTER_VALID:
		return "ok";
	case FILTER_INCOMPLETE:
		return "..";
	default:
		return "x";
	}
}

static enum role role_of(enum filter_state state)
{
	switch (state) {
	case FILTER_EMPTY:
		return ROLE_PROMPT;
	case FILTER_VALID:
		return ROLE_PROMPT_VALID;
	case FILTER_INCOMPLETE:
		return ROLE_PROMPT_INCOMPLETE;
	default:
		return ROLE_PROMPT_WRONG;
	}
}

/* The mark, and as much of the count as leaves the larger part to the line. Where nothing is counted a good line needs neither. */
static int draw_count(struct surface *s, struct area bar, enum role role, enum filter_state state,
                      const struct buf *count)
{
	struct buf text = {0};
	int width;

	if (count->n == 0 && (state == FILTER_VALID || state == FILTER_EMPTY))
		return 0;
	buf_printf(&text, " %s %s", mark_of(state), buf_text((struct buf *)(uintptr_t)count));
	if ((int)text.n > bar.cols / 3)
		text.n = 1 + strlen(mark_of(state)) + 1 +
		         str_find(buf_str(count), STR(" "),
		                  strcspn(count->n > 0 ? count->p : "", ",0123456789"), false);
	width = (int)text.n + 1;
	surface_fill(s, bar, 0, bar.cols - width, width, role, ' ');
	surface_put(s, bar, 0, bar.cols - width, width, role, buf_str(&text));
	buf_free(&text);
	return width;
}

/* Where it goes wrong, and why: behind the caret, or before it; a sentence that has room in neither place has the row. */
static void draw_mistake(struct surface *s, struct area row, int col, const char *why)
{
	struct buf text = {0};
	int width;

	clean_append(&text, str_of(why), 0);
	width = width_text(buf_str(&text));
	surface_fill(s, row, 0, 0, row.cols, ROLE_WARNING, ' ');
	if (col + 2 + width <= row.cols) {
		surface_puts(s, row, 0, col, ROLE_WARNING, "^");
		surface_put(s, row, 0, col + 2, width, ROLE_WARNING, buf_str(&text));
	} else if (width + 1 <= col) {
		surface_puts(s, row, 0, col, ROLE_WARNING, "^");
		surface_put(s, row, 0, col - 1 - width, width, ROLE_WARNING, buf_str(&text));
	} else {
		view_put_clipped(s, row, 0, 0, row.cols, ROLE_WARNING, buf_str(&text));
	}
	buf_free(&text);
}

static void draw_hint(struct surface *s, struct area row)
{
	surface_fill(s, row, 0, 0, row.cols, ROLE_STATUS, ' ');
	surface_puts(s, row, 0, 1, ROLE_STATUS, (int)sizeof(HINT) < row.cols ? HINT : HINT_SHORT);
}

static size_t mistake_at(const struct prompt *p, const struct errinfo *e)
{
	return e->pos < p->text.n ? (size_t)e->pos : p->text.n;
}

int app_draw_filter(struct app *a, struct surface *s, struct area bar, struct area below)
{
	struct view *v = app_top(a);
	struct errinfo e = a->bar.error;
	enum filter_state state = a->bar.state;
	struct buf count = {0};
	int width, cursor;

	if (!is_break(a) && v->class->passed != NULL && !v->class->passed(v, &count, &e) &&
	    state == FILTER_VALID)
		state = FILTER_WRONG;
	else if (state == FILTER_VALID || state == FILTER_EMPTY)
		e.code = ERR_OK;
	else
		e = a->bar.error;
	a->prompt->role = role_of(state);
	width = draw_count(s, bar, a->prompt->role, state, &count);
	bar.cols -= width;
	cursor = prompt_draw(a->prompt, s, bar);
	if (e.code == ERR_OK) {
		draw_hint(s, below);
	} else {
		int col = prompt_column(a->prompt, mistake_at(a->prompt, &e), bar.cols);

		surface_paint(s, bar, 0, col, 1, ROLE_CURSOR);
		draw_mistake(s, below, col, e.msg);
	}
	buf_free(&count);
	return cursor;
}
