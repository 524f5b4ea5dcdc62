/* The live screen at a breakpoint: its rows stand still with the cursor on what hit, and a pane says what that was. What comes
 * meanwhile is counted. */
#include "view/live.h"

#include "base/clean.h"
#include "draw/format.h"
#include "draw/width.h"
#include "view/view_breaks.h"

#define LABEL      8    /* columns */
#define CLOCK_FROM 60   /* columns of the pane */
#define ERROR_MOST 4096 /* bytes of an error's JSON that are read for a line of it */

static const struct breaks *held(const struct live_view *l)
{
	const struct breaks *b = l->view.world->breaks;

	return b != NULL && b->held ? b : NULL;
}

/* ---- standing still -------------------------------------------------------------------------------------------------- */

static struct live_block *block_of(struct live_view *l, uint32_t trace)
{
	for (uint32_t i = l->n_blocks; i-- > 0;)
		if (l->blocks[i].logs == 0 && l->blocks[i].waterfall.trace == trace)
			return &l->blocks[i];
	return NULL;
}

/* In a large tree that is still being built it is not there yet: false. */
static bool go(struct live_view *l)
{
	struct model *m = live_model(l);
	struct live_place to = {model_trace_of(m, l->stood), l->stood, LIVE_NO_LOG};
	struct live_block *b = block_of(l, to.trace);
	bool found = b != NULL && waterfall_go(&b->waterfall, m, l->stood);
	uint64_t row;

	if (!found)
		to.event = EVENT_NONE;
	l->list.count = live_number_rows(l);
	row = live_row_of(l, to);
	l->rowless = row == UINT64_MAX;
	if (!l->rowless)
		list_go(&l->list, row);
	return found || b == NULL || b->waterfall.build == NULL;
}

void live_break_follow(struct live_view *l)
{
	const struct breaks *b = held(l);
	uint32_t event = b != NULL ? breaks_hit(b).event : EVENT_NONE;

	if (l->stood != event) {
		l->stood = event;
		l->going = event != EVENT_NONE;
		l->stood_at = live_arrived(l);
		if (l->going)
			live_take_in(l, model_trace_of(live_model(l), event));
		else
			live_resume(l);
	}
	if (l->going)
		l->going = !go(l);
}

/* ---- saying it ------------------------------------------------------------------------------------------------------- */

void live_break_head(const struct live_view *l, struct buf *out)
{
	const struct breaks *b = l->view.world->breaks;
	struct value text = {.type = VALUE_TEXT};

	if (b == NULL)
		return;
	text.text = buf_str(&b->filter.text);
	buf_puts(out, l->view.world->filter.n > 0 ? "  break: " : "break: ");
	format_value(out, &text, l->view.head_cols / 3, 0);
}

bool live_break_status(const struct live_view *l, struct buf *out)
{
	const struct breaks *b = held(l);
	uint64_t came;

	if (b == NULL)
		return false;
	came = live_arrived(l) - l->stood_at;
	buf_puts(out, "Space goes on  ");
	if (breaks_waiting(b) > 0)
		buf_printf(out, "%u more hit%s  ", breaks_waiting(b),
		           breaks_waiting(b) == 1 ? "" : "s");
	if (came > 0)
		buf_printf(out, "+%llu new  ", (unsigned long long)came);
	return true;
}

bool live_break_act(struct live_view *l, enum action action)
{
	struct world *w = l->view.world;
	uint32_t left;

	if (held(l) == NULL || (action != ACTION_MARK && action != ACTION_FOLLOW))
		return false;
	if (action == ACTION_MARK) {
		breaks_go_on(w->breaks);
		return true;
	}
	left = breaks_waiting(w->breaks);
	breaks_let_go(w->breaks);
	w->follow = true;
	if (left > 0)
		buf_printf(&w->message, "following; %u hit%s not looked at", left,
		           left == 1 ? "" : "s");
	return true;
}

/* ---- the pane -------------------------------------------------------------------------------------------------------- */

static void draw_title(struct live_view *l, const struct breaks *b, struct surface *s,
                       struct area a)
{
	struct breakpoint_hit hit = breaks_hit(b);
	struct buf text = {0}, count = {0};
	int col, room;

	clean_append(&text, breakpoint_alternative(b->point, hit.alternative), 0);
	buf_add(&text, ' ');
	buf_printf(&count, "hit %u of %u ", b->seen, breakpoint_count(b->point));
	if (a.cols >= CLOCK_FROM) {
		buf_add(&count, ' ');
		time_append_clock(&count, events_start(model_events(live_model(l)), hit.event));
		buf_add(&count, ' ');
	}
	surface_rule(s, a, 0, 0, a.cols, ROLE_RULE);
	col = 1 + surface_puts(s, a, 0, 1, ROLE_ERROR, " break: ");
	room = a.cols - col - 1 - (int)count.n;
	view_put_clipped(s, a, 0, col, room, ROLE_STRONG, buf_str(&text));
	col += width_text(buf_str(&text)) < room ? width_text(buf_str(&text)) : room;
	surface_put(s, a, 0, col, a.cols - col - 1, ROLE_DIM, buf_str(&count));
	buf_free(&text);
	buf_free(&count);
}

static void draw_line(struct surface *s, struct area a, int row, const char *label, enum role role,
                      struct str text)
{
	surface_puts(s, a, row, 1, ROLE_LABEL, label);
	view_put_clipped(s, a, row, LABEL, a.cols - LABEL - 1, role, text);
}

static void append_error(const struct events *e, uint32_t event, struct buf *out)
{
	int64_t status, place;

	if (events_extra(e, event, EVENT_HTTP_STATUS, &status))
		buf_printf(out, "  %lld", (long long)status);
	if (!events_extra(e, event, EVENT_ERROR_TEXT, &place) ||
	    (uint64_t)place % (UINT64_C(1) << 32) > ERROR_MOST)
		return;
	buf_puts(out, "  ");
	events_error_text(e, event, out);
}

static void draw_hit(struct live_view *l, struct surface *s, struct area a, int row)
{
	const struct events *e = model_events(live_model(l));
	bool failed = events_get(e, l->stood)->flags & EVENT_ERROR;
	struct buf text = {0};

	waterfall_label(e, l->stood, &text);
	append_error(e, l->stood, &text);
	buf_puts(&text, l->rowless ? "  (in no row here)" : "");
	draw_line(s, a, row, "hit", failed ? ROLE_ERROR : ROLE_TEXT, buf_str(&text));
	buf_free(&text);
}

/* Of a call what it asks a tool for, of a tool what it was given. */
static const struct part *asked(const struct messages *m, bool is_tool)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (is_tool ? m->parts[i].side == SIDE_INPUT
		            : m->parts[i].side == SIDE_OUTPUT && m->parts[i].type == PART_TOOL_CALL)
			return &m->parts[i];
	return NULL;
}

/* Says of a call that goes on with a repeat how many before it were the same; gives what is left of the row. */
static struct area draw_same(struct live_view *l, struct surface *s, struct area a, int row)
{
	const struct model *m = live_model(l);
	const struct live_block *b = block_of(l, model_trace_of(m, l->stood));
	uint32_t before = b != NULL ? waterfall_same_before(&b->waterfall, m, l->stood) : 0;
	struct buf text = {0};

	if (before == 0)
		return a;
	if (a.cols < CLOCK_FROM)
		buf_printf(&text, "x%u", before + 1);
	else
		buf_printf(&text, "same as %u before", before);
	surface_put_right(s, a, row, 0, a.cols - 1, ROLE_WARNING, buf_str(&text));
	a.cols -= (int)text.n + 1;
	buf_free(&text);
	return a;
}

/* No more of it than fits is looked at. */
static bool draw_arguments(struct live_view *l, struct surface *s, struct area a, int row)
{
	const struct events *e = model_events(live_model(l));
	const struct detail *d = explorer_detail(l->view.world->explorer, l->stood);
	bool is_tool = events_get(e, l->stood)->flags & EVENT_TOOL;
	size_t most = (size_t)a.cols * 4;
	const struct part *part;
	struct buf text = {0};

	part = d->state == DETAIL_READY ? asked(&d->messages, is_tool) : NULL;
	if (part == NULL)
		return false;
	if (!is_tool)
		buf_append(&text, str_sub(part->name, 0, most));
	buf_puts(&text, is_tool ? "" : " ");
	buf_append(&text, str_sub(part->arguments.n > 0 ? part->arguments : part->text, 0, most));
	draw_line(s, draw_same(l, s, a, row), row, "args", ROLE_TEXT, buf_str(&text));
	buf_free(&text);
	return true;
}

static void draw_keys(struct live_view *l, struct surface *s, struct area a, int row)
{
	const struct events *e = model_events(live_model(l));
	bool is_call = event_kind(events_get(e, l->stood)) == EVENT_GENERATION;

	draw_line(s, a, row, "next", ROLE_DIM,
	          is_call ? STR("Space goes on  D what changed  yj copy JSON  F follow  B breaks")
	                  : STR("Space goes on  yj copy JSON  F follow  B breaks"));
}

struct area live_break_draw(struct live_view *l, struct surface *s, struct area a, bool whole)
{
	const struct breaks *b = held(l);
	int row = 0;

	if (b == NULL || l->stood == EVENT_NONE || a.rows < 3)
		return a;
	draw_title(l, b, s, a);
	draw_hit(l, s, a, ++row);
	if (whole && draw_arguments(l, s, a, row + 1))
		row++;
	if (whole)
		draw_keys(l, s, a, ++row);
	row++;
	return (struct area){a.row + row, a.col, a.rows - row, a.cols};
}
