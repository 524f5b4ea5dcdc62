/* Keys to actions to views. Every number key has a stack of views of its own, so that `-` comes back to what was open.
 * It leaves terminals to terminal.c, the head and status lines to frame.c, what is typed to app_prompt.c, and what is on a
 * screen to the views. */
#include "command/app_internal.h"

#include "base/mem.h"
#include "base/time.h"
#include "command/table.h"
#include "config/own_file.h"
#include "query/slow.h"
#include "term/input.h"
#include "view/view_breaks.h"

#define CTRL_C_TWICE (2 * TIME_SECOND)

/* ---- views --------------------------------------------------------------------------------------------------------- */

struct view *app_top(struct app *a)
{
	struct stack *s = &a->stacks[a->current];

	return s->n > 0 ? s->views[s->n - 1] : NULL;
}

int64_t app_now(const struct app *a)
{
	return a->clock != 0 ? a->clock : time_now();
}

static void pop(struct stack *s)
{
	struct view *v = s->views[--s->n];

	v->class->free(v);
}

void app_push(struct app *a, struct view *v)
{
	struct stack *s = &a->stacks[a->current];

	if (s->n == APP_DEPTH)
		pop(s);
	s->views[s->n++] = v;
}

static struct view *root_view(struct app *a, int number)
{
	static const int kinds[10] = {
		[1] = ROWS_TRACES, [2] = ROWS_SESSIONS, [3] = ROWS_GENERATIONS, [4] = ROWS_USERS,
		[5] = ROWS_ERRORS, [8] = ROWS_MODELS,   [9] = ROWS_TOOLS,
	};
	struct query q;

	if (number == 0)
		return view_sources_new(&a->world);
	if (number == APP_STATS)
		return view_stats_new(&a->world);
	if (number == APP_LIVE)
		return view_live_new(&a->world);
	query_init(&q, (enum rows_kind)kinds[number]);
	return view_table_new(&a->world, &q);
}

static void show_view(struct app *a, int number)
{
	if (number != a->current)
		a->last = a->current;
	a->current = number;
	if (a->stacks[number].n == 0)
		app_push(a, root_view(a, number));
}

static void close_view(struct app *a)
{
	struct stack *s = &a->stacks[a->current];

	if (s->n > 1)
		pop(s);
	else
		a->need = APP_QUIT;
}

static void open_rows(struct app *a, enum rows_kind kind, const struct wish *w)
{
	struct query q;

	query_init(&q, kind);
	if (w->kind == WISH_USER)
		q.user = w->number;
	else if (w->kind == WISH_TOOL)
		q.tool = w->number;
	else if (w->kind == WISH_GROUP)
		q.group = w->number;
	else if (w->kind == WISH_ERROR)
		q.error = w->number;
	else
		q.model_pair = w->number;
	q.memberships = w->kind == WISH_GROUP ? explorer_memberships(a->world.explorer) : NULL;
	q.errors = w->kind == WISH_ERROR ? explorer_errors(a->world.explorer) : NULL;
	q.anonymous = w->kind == WISH_USER && w->number == 0;
	app_push(a, view_table_new(&a->world, &q));
}

static void open_session(struct app *a, uint32_t session, bool traces)
{
	app_push(a, view_session_new(&a->world, session, traces));
	explorer_want_session(a->world.explorer, session);
}

/* What belongs to something: rows, of a session its conversation too. */
static void grant_rows(struct app *a, const struct wish *w)
{
	if (w->kind == WISH_SESSION || w->kind == WISH_TURNS)
		open_session(a, w->number, w->kind == WISH_TURNS);
	else if (w->kind == WISH_TOOL)
		open_rows(a, ROWS_SPANS, w);
	else if (w->kind == WISH_MODEL && w->number == 0)
		buf_puts(&a->world.message, "these events name no model to open");
	else
		open_rows(a, ROWS_GENERATIONS, w);
}

static void keep_and_open(struct app *a, enum rows_kind kind)
{
	struct query q;

	if (a->world.term.n > 0 && !app_add_term(a, buf_str(&a->world.term)))
		return;
	query_init(&q, kind);
	app_push(a, view_table_new(&a->world, &q));
}

static void edit(struct app *a)
{
	if (a->take == NULL)
		app_say(a, "there is no terminal here");
	else
		a->take(a->take_ctx, APP_CHANGE, buf_str(&a->world.text), "request.json");
}

static void ask_question(struct app *a)
{
	const struct question *q = &a->world.question;

	app_open_prompt(a, PROMPT_VIEW);
	prompt_ask(a->prompt, q->mark, q->label, q->hint);
}

/* What a person is to type first; false: it is no such wish. */
static bool grant_asking(struct app *a, enum wish_kind kind)
{
	switch (kind) {
	case WISH_EDIT:
		edit(a);
		break;
	case WISH_QUESTION:
		ask_question(a);
		break;
	case WISH_BY:
		app_ask_by(a);
		break;
	case WISH_HOGQL:
		app_ask_hogql(a, buf_str(&a->world.term));
		break;
	case WISH_NOTE:
		app_open_prompt(a, PROMPT_NOTE);
		prompt_type(a->prompt, buf_str(&a->world.noted.note));
		break;
	default:
		return false;
	}
	return true;
}

static void grant_difference(struct app *a, const struct wish *w)
{
	if (w->kind == WISH_COMPARE) {
		app_push(a, view_compare_new(&a->world, w->number, w->event));
	} else if (w->kind == WISH_DIFF_ANSWER) {
		app_push(a, view_diff_answer_new(&a->world, w->event, buf_str(&a->world.text)));
	} else {
		app_push(a, view_diff_new(&a->world, w->number, w->event));
		explorer_want_body(a->world.explorer, w->event);
	}
}

void app_grant(struct app *a)
{
	struct wish w = a->world.wish;

	a->world.wish = (struct wish){0};
	switch (w.kind) {
	case WISH_NONE:
		break;
	case WISH_TRACE:
		app_push(a, view_trace_new(&a->world, w.number, w.event));
		explorer_want_trace(a->world.explorer, w.number, false);
		break;
	case WISH_EVENT:
	case WISH_COST:
		app_push(a, w.kind == WISH_COST ? view_cost_new(&a->world, w.event)
		                                : view_event_new(&a->world, w.event));
		explorer_want_body(a->world.explorer, w.event);
		break;
	case WISH_DIFF:
	case WISH_COMPARE:
	case WISH_DIFF_ANSWER:
		grant_difference(a, &w);
		break;
	case WISH_REPLAY:
		app_push(a, view_replay_new(&a->world, w.event));
		explorer_want_body(a->world.explorer, w.event);
		break;
	case WISH_KEEP:
		app_add_term(a, buf_str(&a->world.term));
		break;
	case WISH_ROWS:
		keep_and_open(a, (enum rows_kind)w.number);
		break;
	case WISH_ID:
		app_open_id(a, buf_str(&a->world.term));
		app_grant(a);
		break;
	case WISH_CLOSE:
		if (a->stacks[a->current].n > 1)
			pop(&a->stacks[a->current]);
		break;
	default:
		if (!grant_asking(a, w.kind))
			grant_rows(a, &w);
	}
}

/* ---- actions ------------------------------------------------------------------------------------------------------- */

static bool act_on_program(struct app *a, enum action action)
{
	switch (action) {
	case ACTION_CLOSE:
		close_view(a);
		return true;
	case ACTION_QUIT:
		a->need = APP_QUIT;
		return true;
	case ACTION_SUSPEND:
		a->need = APP_SUSPEND;
		return true;
	case ACTION_REDRAW:
		a->need = APP_REDRAW;
		return true;
	case ACTION_FOLLOW:
		a->world.follow = !a->world.follow;
		return true;
	default:
		return false;
	}
}

static bool act_on_copies(struct app *a, enum action action, int argument)
{
	switch (action) {
	case ACTION_COPY:
		app_copy(a, (enum copy_what)argument, TO_CLIPBOARD);
		break;
	case ACTION_PRINT:
		app_copy(a, (enum copy_what)argument, TO_TERMINAL);
		break;
	case ACTION_EDITOR:
		app_copy(a, COPY_SHOWN, TO_EDITOR);
		break;
	case ACTION_PIPE:
		app_open_prompt(a, PROMPT_PIPE);
		break;
	case ACTION_WRITE:
		app_ask_file(a);
		break;
	default:
		return false;
	}
	return true;
}

static bool cancel_requests(const struct explorer *x)
{
	struct posthog *p;
	bool any = false;

	for (uint32_t i = 0; (p = explorer_project(x, i)) != NULL; i++)
		any |= posthog_cancel(p);
	return any;
}

static bool act_on_views(struct app *a, enum action action, int argument)
{
	switch (action) {
	case ACTION_VIEW:
		show_view(a, argument);
		break;
	case ACTION_LAST_VIEW:
		show_view(a, a->last);
		break;
	case ACTION_BOOKMARKS:
		app_push(a, view_bookmarks_new(&a->world));
		break;
	case ACTION_HELP:
		app_push(a, view_help_new(&a->world, command_help));
		break;
	case ACTION_FIND:
		app_open_prompt(a, PROMPT_FIND);
		break;
	case ACTION_COMMAND_LINE:
		app_open_prompt(a, PROMPT_COMMAND);
		break;
	case ACTION_RANGE:
		app_ranges_open(a);
		break;
	case ACTION_RANGE_EARLIER:
		app_shift_range(a, -1);
		break;
	case ACTION_RANGE_LATER:
		app_shift_range(a, 1);
		break;
	case ACTION_FIND_NEXT:
		app_find(a, 1);
		break;
	case ACTION_FIND_PREVIOUS:
		app_find(a, -1);
		break;
	case ACTION_LEFT:
		a->world.wish.kind = WISH_CLOSE;
		break;
	case ACTION_CANCEL:
		if (cancel_requests(a->world.explorer))
			buf_puts(&a->world.message, "cancelled: R fetches again");
		break;
	default:
		return false;
	}
	return true;
}

static void act(struct app *a, const struct command *c)
{
	struct view *v = app_top(a);

	if (v->class->act(v, c->action, c->argument))
		return;
	/* Where there are no rows to mark, Space turns the page. */
	if (c->action == ACTION_MARK && v->class->act(v, ACTION_PAGE_DOWN, 0))
		return;
	if (!act_on_program(a, c->action) && !app_act_on_filter(a, c->action, c->argument) &&
	    !act_on_copies(a, c->action, c->argument) && !act_on_views(a, c->action, c->argument))
		buf_printf(&a->world.message, "%s: nothing to do here (? lists the keys)", c->name);
}

void app_say_unbound(struct app *a, uint32_t prefix, uint32_t key)
{
	if (key == KEY_ESCAPE)
		return;
	buf_puts(&a->world.message, "no key ");
	if (prefix != 0)
		key_name(prefix, &a->world.message);
	key_name(key, &a->world.message);
	buf_puts(&a->world.message, " (? lists the keys)");
}

static bool ctrl_c(struct app *a, uint32_t key)
{
	int64_t now = time_monotonic();

	if (key != KEY_CTRL('C'))
		return false;
	if (a->ctrl_c != 0 && now - a->ctrl_c < CTRL_C_TWICE)
		a->need = APP_QUIT;
	a->ctrl_c = now;
	if (app_is_filtering(a))
		app_filter_leave(a);
	app_prompt_close(a);
	a->picking = 0;
	buf_puts(&a->world.message, "Ctrl-C again quits at once");
	return true;
}

static void forget_troubles(const struct explorer *x)
{
	struct posthog *p;

	for (uint32_t i = 0; (p = explorer_project(x, i)) != NULL; i++)
		posthog_forget(p);
}

void app_key(struct app *a, uint32_t key, struct str pasted)
{
	const struct command *c;
	uint32_t prefix = a->prefix;
	bool is_prefix;

	buf_clear(&a->world.message);
	forget_troubles(a->world.explorer);
	a->prefix = 0;
	a->copying = COPY_NOTHING;
	buf_clear(&a->opening);
	if (ctrl_c(a, key))
		return;
	if (app_is_filtering(a)) {
		app_filter_input(a, key, pasted);
	} else if (a->prompting) {
		app_prompt_input(a, key, pasted);
	} else if (a->picking != 0) {
		app_picked(a, key);
	} else if (key != KEY_PASTE) {
		c = command_of_key(prefix, key, &is_prefix);
		if (is_prefix)
			a->prefix = key;
		else if (c != NULL)
			act(a, c);
		else
			app_say_unbound(a, prefix, key);
	}
	app_grant(a);
}

/* ---- the rest ------------------------------------------------------------------------------------------------------ */

void app_resize(struct app *a, int rows, int cols)
{
	surface_resize(&a->surface, rows, cols);
}

void app_remember(struct app *a)
{
	struct buf path = {0};
	struct errinfo e = {0};

	a->remembers = true;
	bookmarks_free(a->world.bookmarks);
	if (own_file_path(&path, CONFIG_STATE, "bookmarks", &e) == ERR_OK)
		a->world.bookmarks = bookmarks_open(buf_text(&path), &e);
	else
		a->world.bookmarks = bookmarks_open(NULL, NULL);
	buf_clear(&path);
	if (own_file_path(&path, CONFIG_CONFIG, "columns", &e) != ERR_OK ||
	    choices_open(&a->world.choices, buf_text(&path), &e) != ERR_OK)
		buf_clear(&a->world.choices.path);
	if (e.code != ERR_OK)
		app_say(a, e.msg);
	buf_free(&path);
}

void app_set_clock(struct app *a, int64_t now)
{
	a->clock = now;
}

void app_set_intake(struct app *a, const struct intake *intake)
{
	a->intake = *intake;
	a->world.intake = &a->intake;
	if (a->on_change != NULL)
		a->on_change(a->on_change_ctx);
}

void app_set_options(struct app *a, struct str options)
{
	buf_clear(&a->options);
	buf_append(&a->options, options);
}

void app_on_change(struct app *a, loop_fn *changed, void *ctx)
{
	a->on_change = changed;
	a->on_change_ctx = ctx;
}

void app_say(struct app *a, const char *text)
{
	buf_clear(&a->world.message);
	buf_puts(&a->world.message, text);
}

void app_on_take(struct app *a, app_take_fn *take, void *ctx)
{
	a->take = take;
	a->take_ctx = ctx;
}

void app_edited(struct app *a, struct str text)
{
	struct view *v = app_top(a);

	buf_clear(&a->world.message);
	if (v->class->edited != NULL)
		v->class->edited(v, text);
	app_grant(a);
}

void app_set_replays(struct app *a, const struct replay_settings *settings)
{
	a->world.replays = settings;
}

void app_on_alert(struct app *a, app_alert_fn *alert, void *ctx)
{
	a->alert = alert;
	a->alert_ctx = ctx;
}

void app_on_copy(struct app *a, app_copy_fn *copy, void *ctx)
{
	a->copy = copy;
	a->copy_ctx = ctx;
}

enum app_need app_need(struct app *a)
{
	enum app_need need = a->need;

	if (need != APP_QUIT)
		a->need = APP_NOTHING;
	return need;
}

int64_t app_draw_again(const struct app *a)
{
	return a->draw_again_us;
}

static void redraw(void *ctx)
{
	struct app *a = ctx;

	if (a->on_change != NULL)
		a->on_change(a->on_change_ctx);
}

struct app *app_new(struct explorer *x, const char *source)
{
	struct app *a = mem_zero(1, sizeof(*a));

	a->world = (struct world){.explorer = x, .source = source, .follow = true};
	a->world.bookmarks = bookmarks_open(NULL, NULL);
	explorer_window(x, &a->world.since, &a->world.until);
	a->world.opened = time_now();
	a->world.redraw = redraw;
	a->world.redraw_ctx = a;
	surface_init(&a->surface, 0, 0);
	a->last = 2;
	show_view(a, 1);
	a->last = 2;
	return a;
}

void app_free(struct app *a)
{
	app_stop_writing(a);
	app_ranges_close(a);
	for (int i = 0; i < 10; i++)
		while (a->stacks[i].n > 0)
			pop(&a->stacks[i]);
	breaks_free(a->world.breaks);
	surface_fini(&a->surface);
	bookmarks_free(a->world.bookmarks);
	buf_free(&a->world.noted.id);
	buf_free(&a->world.noted.name);
	buf_free(&a->world.noted.note);
	choices_fini(&a->world.choices);
	buf_free(&a->world.term);
	buf_free(&a->world.text);
	marks_fini(&a->world.marks);
	slow_free(a->world.slow);
	for (int i = 0; i < PROMPTS; i++)
		prompt_fini(&a->prompts[i]);
	buf_free(&a->world.message);
	buf_free(&a->needle);
	buf_free(&a->opening);
	buf_free(&a->range);
	buf_free(&a->options);
	buf_free(&a->argument);
	buf_free(&a->world.filter);
	buf_free(&a->bar.before);
	undos_fini(&a->world.undos);
	app_close_offers(a);
	terms_free(&a->terms);
	app_stop_keeping(a);
	mem_free(a);
}
