/* What views have in common: how two panes share the screen, and how a word is quoted for a shell.
 * It leaves everything that one screen shows to that screen's own file. */
#include "view/view.h"

#include "base/clean.h"
#include "draw/format.h"
#include "query/slow.h"
#include "widget/waterfall.h"

#include <string.h>

#define SIDE_BY_SIDE_COLUMNS 120
#define ONE_PANE_COLUMNS     60
#define SHORT_ID             16 /* bytes of an id shown whole */
#define ONE_PANE_ROWS        10

static struct panes one_pane(struct area a, bool second)
{
	struct panes p = {0};

	if (second)
		p.second = a;
	else
		p.first = a;
	return p;
}

struct panes view_panes(struct surface *s, struct area a, int stacked_share, int side_share,
                        bool zoomed, bool second_focused)
{
	struct panes p = {.first = a, .second = a};

	if (zoomed || a.cols < ONE_PANE_COLUMNS || a.rows < ONE_PANE_ROWS)
		return one_pane(a, second_focused);
	if (a.cols >= SIDE_BY_SIDE_COLUMNS) {
		p.side_by_side = true;
		p.first.cols = a.cols * side_share / 100;
		p.second.col = a.col + p.first.cols + 2;
		p.second.cols = a.cols - p.first.cols - 2;
		for (int row = 0; row < a.rows; row++)
			surface_puts(s, a, row, p.first.cols, ROLE_RULE, glyph(GLYPH_VLINE));
		return p;
	}
	p.first.rows = a.rows * stacked_share / 100;
	p.second.row = a.row + p.first.rows;
	p.second.rows = a.rows - p.first.rows;
	return p;
}

bool view_has_pane(struct world *w, bool visible, bool zoomed)
{
	if (!visible)
		buf_puts(&w->message, zoomed ? "the other pane is hidden: Z brings it back"
		                             : "no room for the other pane: Tab shows it alone");
	return visible;
}

enum action view_scrolls(enum action action)
{
	if (action == ACTION_PREVIEW_DOWN)
		return ACTION_DOWN;
	return action == ACTION_PREVIEW_UP ? ACTION_UP : action;
}

bool view_act_on_tree(struct view *v, struct waterfall *w, enum action action, int argument)
{
	struct model *m = explorer_model(v->world->explorer);
	struct undo step = {.what = UNDO_FOLDS, .view = v};
	struct buf after = {0};
	bool done;

	if (!waterfall_can_fold(action))
		return waterfall_act(w, m, action, argument);
	waterfall_folds(w, &step.text);
	done = waterfall_act(w, m, action, argument);
	waterfall_folds(w, &after);
	if (str_eq(buf_str(&after), buf_str(&step.text)))
		undo_free(&step);
	else
		undo_push(&v->world->undos, step);
	buf_free(&after);
	return done;
}

void view_short_id(struct buf *out, const struct ids *ids, uint32_t id)
{
	struct buf text = {0};

	ids_text(ids, id, &text);
	if (text.n <= SHORT_ID) {
		buf_append(out, buf_str(&text));
	} else {
		buf_append(out, str_sub(buf_str(&text), 0, 8));
		buf_puts(out, "..");
		buf_append(out, str_sub(buf_str(&text), text.n - 4, 4));
	}
	buf_free(&text);
}

struct slow *view_slow(struct world *w)
{
	if (w->slow == NULL)
		w->slow = slow_new(explorer_model(w->explorer));
	return w->slow;
}

static bool is_call(const struct world *w, uint32_t event)
{
	return event != EVENT_NONE &&
	       event_kind(events_get(explorer_events(w->explorer), event)) == EVENT_GENERATION;
}

/* The first two of the calls that are marked; how many there are. */
static uint32_t marked_calls(const struct world *w, uint32_t calls[2])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->marks.n; i++) {
		const struct mark *mark = &w->marks.list[i];

		if (mark->kind != ROWS_GENERATIONS || !is_call(w, mark->id))
			continue;
		if (n < 2)
			calls[n] = mark->id;
		n++;
	}
	return n;
}

static void mark_call(struct world *w, uint32_t event)
{
	uint32_t number = explorer_call_number(w->explorer, event);

	if (!marks_turn(&w->marks, ROWS_GENERATIONS, event)) {
		buf_puts(&w->message, "no longer marked");
		return;
	}
	buf_puts(&w->message, "marked ");
	if (number > 0)
		buf_printf(&w->message, "#%u", number);
	else
		buf_puts(&w->message, "this call");
	buf_puts(&w->message, "; d on another one compares");
}

/* Two that are marked, or the marked one and this one. */
static void diff_marked(struct world *w, uint32_t event)
{
	uint32_t calls[2] = {EVENT_NONE, event}, n = marked_calls(w, calls);

	if (n > 2) {
		buf_printf(&w->message, "%u calls are marked: two can be compared (Esc clears)", n);
	} else if (n < 2 && !is_call(w, event)) {
		buf_puts(&w->message, "not a generation: there is no call to compare");
	} else if (n == 2 || (n == 1 && calls[0] != event)) {
		w->wish = (struct wish){WISH_DIFF, calls[0], calls[1]};
		marks_clear(&w->marks, ROWS_GENERATIONS);
	} else {
		mark_call(w, event);
	}
}

bool view_diff(struct world *w, enum action action, uint32_t event)
{
	if (action == ACTION_DIFF_MARK)
		diff_marked(w, event);
	else if (is_call(w, event))
		w->wish = (struct wish){WISH_DIFF, EVENT_NONE, event};
	else
		buf_puts(&w->message, "not a generation: there is no call to compare");
	return true;
}

bool view_replay(struct world *w, uint32_t event)
{
	if (event != EVENT_NONE && is_call(w, event))
		w->wish = (struct wish){WISH_REPLAY, MODEL_NONE, event};
	else
		buf_puts(&w->message, "not a generation: there is no call to send again");
	return true;
}

void view_put_clipped(struct surface *s, struct area a, int row, int col, int width, enum role role,
                      struct str text)
{
	struct value v = {.type = VALUE_TEXT, .text = text};
	struct buf clipped = {0};

	if (width <= 0)
		return;
	format_value(&clipped, &v, width, 0);
	surface_put(s, a, row, col, width, role, buf_str(&clipped));
	buf_free(&clipped);
}

void view_age(const struct world *w, int64_t fetched, struct buf *out)
{
	if (fetched == TIME_NONE)
		return;
	buf_puts(out, "fetched ");
	if (w->now - fetched < TIME_SECOND) {
		buf_puts(out, "now  ");
		return;
	}
	format_seconds(out, w->now - fetched);
	buf_puts(out, " ago  ");
}

uint64_t view_place(uint64_t number, bool percent, uint64_t count)
{
	if (percent)
		number = count * number / 100;
	else if (number > 0)
		number--;
	return number < count ? number : count;
}

static bool needs_quotes(struct str text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-_./:=@%+,";

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\0' || memchr(safe, text.p[i], sizeof(safe) - 1) == NULL)
			return true;
	return text.n == 0;
}

static bool is_clean(struct str text)
{
	struct buf clean = {0};
	bool same;

	clean_append(&clean, text, 0);
	same = str_eq(buf_str(&clean), text);
	buf_free(&clean);
	return same;
}

/* In octal, of which no digit after it becomes a part. */
static void spell_for_shell(struct buf *out, struct str text)
{
	buf_puts(out, "$'");
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\'' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			buf_add(out, c);
		else
			buf_printf(out, "\\%03o", (unsigned char)c);
	}
	buf_add(out, '\'');
}

void view_quote(struct buf *out, struct str text)
{
	if (!needs_quotes(text)) {
		buf_append(out, text);
		return;
	}
	/* Where it is pasted a control byte is a key, even between quotes. */
	if (!is_clean(text)) {
		spell_for_shell(out, text);
		return;
	}
	buf_add(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buf_puts(out, "'\\''");
		else
			buf_add(out, text.p[i]);
	}
	buf_add(out, '\'');
}

void view_quote_id(struct buf *out, struct str id)
{
	if (str_starts(id, STR("-")))
		buf_puts(out, "-- ");
	view_quote(out, id);
}
