/* A session on a screen of its own, in tabs: its conversation, and its traces as a list. Each tab is a view that knows of no other
 * and stays as it was left; what it cannot do, such as being filtered, the screen cannot do while it is shown. */
#include "base/mem.h"
#include "view/session.h"
#include "widget/tabs.h"

enum session_tab { TAB_CHAT, TAB_TRACES, SESSION_TABS };

static const char *const names[SESSION_TABS] = {"Chat", "Traces"};

struct session_tabs {
	struct view view; /* its class goes with the tab */
	struct view *tabs[SESSION_TABS];
	enum session_tab shown;
	struct buf title; /* the session's id, short */
};

static struct view *inner(struct view *v)
{
	struct session_tabs *s = (struct session_tabs *)v;

	return s->tabs[s->shown];
}

static const struct view_class classes[SESSION_TABS];

static void turn_to(struct session_tabs *s, enum session_tab tab)
{
	s->shown = tab;
	s->view.class = &classes[tab];
}

static void tabs_view_draw(struct view *v, struct surface *s, struct area a)
{
	struct session_tabs *t = (struct session_tabs *)v;
	struct area below = {a.row + 1, a.col, a.rows - 1, a.cols};

	if (a.rows > 0)
		tabs_draw(s, a, names, SESSION_TABS, (int)t->shown, false);
	inner(v)->class->draw(inner(v), s, below);
	v->draw_again_us = inner(v)->draw_again_us;
}

/* What a tab leaves to the screen that turns to the other one. */
static bool turns(const struct session_tabs *s, enum action action)
{
	switch (action) {
	case ACTION_NEXT_TAB:
	case ACTION_PREVIOUS_TAB:
		return true;
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
	case ACTION_OPEN:
		return s->shown == TAB_CHAT;
	case ACTION_LEFT:
		return s->shown == TAB_TRACES;
	default:
		return false;
	}
}

static bool tabs_act(struct view *v, enum action action, int argument)
{
	struct session_tabs *s = (struct session_tabs *)v;
	bool right = s->shown == TAB_CHAT && action == ACTION_OPEN && argument == 'l';

	if (!right && inner(v)->class->act(inner(v), action, argument))
		return true;
	if (!turns(s, action))
		return false;
	turn_to(s, s->shown == TAB_CHAT ? TAB_TRACES : TAB_CHAT);
	return true;
}

static bool tabs_find(struct view *v, struct str needle, int direction)
{
	return inner(v)->class->find(inner(v), needle, direction);
}

static void tabs_head(struct view *v, struct buf *out)
{
	inner(v)->head_cols = v->head_cols;
	inner(v)->class->head(inner(v), out);
}

static void tabs_status(struct view *v, struct buf *out)
{
	inner(v)->class->status(inner(v), out);
}

static void tabs_command(struct view *v, struct buf *out)
{
	inner(v)->class->command(inner(v), out);
}

static void tabs_go(struct view *v, uint64_t number, bool percent)
{
	inner(v)->class->go(inner(v), number, percent);
}

static bool tabs_copy(struct view *v, enum copy_what what, struct buf *out)
{
	return inner(v)->class->copy(inner(v), what, out);
}

static void tabs_typed(struct view *v, struct str text)
{
	inner(v)->class->typed(inner(v), text);
}

static void tabs_terms(struct view *v, struct terms *out)
{
	inner(v)->class->terms(inner(v), out);
}

static bool tabs_passed(struct view *v, struct buf *out, struct errinfo *e)
{
	return inner(v)->class->passed(inner(v), out, e);
}

static void tabs_free(struct view *v)
{
	struct session_tabs *s = (struct session_tabs *)v;

	for (int i = 0; i < SESSION_TABS; i++)
		s->tabs[i]->class->free(s->tabs[i]);
	buf_free(&s->title);
	mem_free(s);
}

static const struct view_class classes[SESSION_TABS] = {
	[TAB_CHAT] =
		{
			.title = "Session",
			.free = tabs_free,
			.draw = tabs_view_draw,
			.act = tabs_act,
			.find = tabs_find,
			.head = tabs_head,
			.status = tabs_status,
			.command = tabs_command,
			.go = tabs_go,
			.copy = tabs_copy,
			.terms = tabs_terms,
		},
	[TAB_TRACES] =
		{
			.title = "Session",
			.free = tabs_free,
			.draw = tabs_view_draw,
			.act = tabs_act,
			.find = tabs_find,
			.head = tabs_head,
			.status = tabs_status,
			.command = tabs_command,
			.go = tabs_go,
			.copy = tabs_copy,
			.terms = tabs_terms,
			.typed = tabs_typed,
			.passed = tabs_passed,
		},
};

struct view *view_session_new(struct world *w, uint32_t session, bool traces)
{
	struct session_tabs *s = mem_zero(1, sizeof(*s));
	struct query q;

	query_init(&q, ROWS_TRACES);
	q.session = session;
	s->view.world = w;
	s->tabs[TAB_CHAT] = session_conversation_new(w, session);
	s->tabs[TAB_TRACES] = view_table_new(w, &q);
	turn_to(s, traces ? TAB_TRACES : TAB_CHAT);
	view_short_id(&s->title, &explorer_events(w->explorer)->ids,
	              model_session(explorer_model(w->explorer), session)->id);
	s->view.title = buf_text(&s->title);
	return &s->view;
}
