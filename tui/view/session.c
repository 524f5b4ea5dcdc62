/* A session as one conversation, turn by turn; a turn is a trace. The other tab beside it is session_tabs.c's.
 *
 * Laid out are the turns around those on the screen, so that a session of any size opens at once; what is laid out is made anew
 * when other turns come near, or something else is read of them. The place in it, the cursor and folds are kept by turn.
 * Left to others: which turns there are and what they say (explorer_session.h), their text (session_lay.c). */
#include "view/session.h"

#include "base/mem.h"
#include "draw/format.h"
#include "widget/search.h"

#define AROUND 16u /* turns before and behind those that a screen may show, that are laid out */

static uint32_t turns_of(const struct session_view *s)
{
	return session_chat_turns(s->chat);
}

static uint32_t current_trace(const struct session_view *s)
{
	return s->current < turns_of(s) ? session_chat_trace(s->chat, s->current) : MODEL_NONE;
}

/* ---- what is laid out --------------------------------------------------------------------------------------------- */

/* As few as one row a turn. */
static bool is_near(const struct session_view *s, uint32_t turn)
{
	uint32_t n = turns_of(s), rows = (uint32_t)s->height;

	return (s->first == 0 || turn >= s->first + AROUND / 2) &&
	       (s->end == n || turn + rows + AROUND / 2 <= s->end) && turn < s->end;
}

static void choose_turns(struct session_view *s)
{
	uint32_t n = turns_of(s), rows = (uint32_t)s->height;

	if (n == 0)
		s->top = (struct session_place){0};
	else if (s->at_end || s->top.turn >= n)
		s->top = (struct session_place){.turn = n - 1};
	if (s->end > 0 && s->end <= n && is_near(s, s->top.turn))
		return;
	s->first = s->top.turn > rows + AROUND ? s->top.turn - rows - AROUND : 0;
	s->end = n - s->top.turn > 2 * rows + AROUND ? s->top.turn + 2 * rows + AROUND : n;
}

/* Also before a key acts on it: what is laid out borrows its texts. */
static void update(struct session_view *s)
{
	uint32_t n = turns_of(s);
	int64_t again;

	session_remember(s);
	session_chat_freeze(s->chat, !s->view.world->follow);
	choose_turns(s);
	again = session_chat_show(s->chat, s->first, s->end, s->top.turn,
	                          s->top.turn + (uint32_t)s->height);
	if (turns_of(s) != n) {
		s->laid = 0;
		choose_turns(s);
		again = session_chat_show(s->chat, s->first, s->end, s->top.turn,
		                          s->top.turn + (uint32_t)s->height);
	}
	s->view.draw_again_us = again;
	if (s->laid == session_chat_version(s->chat))
		return;
	session_lay(s);
	if (s->at_end)
		reader_act(&s->reader, ACTION_LAST);
}

/* To its head line. */
static void go_to_turn(struct session_view *s, uint32_t turn)
{
	session_remember(s);
	s->top = (struct session_place){.turn = turn, .piece = turn > 0};
	s->current = turn;
	s->current_piece = turn > 0;
	s->laid = 0;
	update(s);
}

/* ---- finding ------------------------------------------------------------------------------------------------------ */

static bool are_read(const struct session_view *s, uint32_t from, uint32_t to)
{
	uint32_t low = from < to ? from : to, high = from < to ? to : from;

	for (uint32_t i = low; i <= high; i++)
		if (session_chat_turn(s->chat, i) == NULL)
			return false;
	return true;
}

/* In what is laid out, unless something that is not may come first. */
static bool find_near(struct session_view *s, struct str needle, int direction, uint32_t from)
{
	struct reader *r = &s->reader;
	bool whole = s->first == 0 && s->end == turns_of(s) && are_read(s, 0, s->end - 1);
	struct reader_place top = r->top;
	uint32_t current = r->current;

	if (reader_find(r, needle, direction) && r->has_hit &&
	    (whole || (!r->wrapped && are_read(s, from, session_turn_of(s, r->hit.piece)))))
		return true;
	if (whole)
		return reader_busy(r) || r->has_hit;
	r->top = top;
	r->current = current;
	r->has_hit = false;
	return false;
}

static bool session_find(struct view *v, struct str needle, int direction)
{
	struct session_view *s = (struct session_view *)v;
	struct reader *r = &s->reader;
	uint32_t from, n = turns_of(s);

	update(s);
	if (n == 0)
		return false;
	from = session_turn_of(s, r->has_hit ? r->hit.piece : r->top.piece);
	if (find_near(s, needle, direction, from))
		return true;
	if (r->error.code != ERR_OK) {
		buf_puts(&v->world->message, r->error.msg);
		return true;
	}
	if (s->first == 0 && s->end == n && are_read(s, 0, n - 1))
		return false;
	s->direction = direction;
	if (direction > 0)
		session_chat_find(s->chat, needle, from + 1, 1);
	else
		session_chat_find(s->chat, needle, from > 0 ? from - 1 : UINT32_MAX, -1);
	return true;
}

/* A search in what was not read yet has found a turn, which may have to be read again before it is shown. */
static void follow_search(struct session_view *s)
{
	struct session_found found = *session_chat_found(s->chat);
	struct world *w = s->view.world;
	const char *wrapped = s->direction > 0 ? "wrapped to the top" : "wrapped to the bottom";

	if (found.state == SESSION_FIND_NOWHERE) {
		session_chat_find_end(s->chat);
		buf_puts(&w->message, "not found");
	}
	if (found.state != SESSION_FIND_FOUND)
		return;
	if (s->top.turn != found.turn)
		go_to_turn(s, found.turn);
	if (session_chat_turn(s->chat, found.turn) == NULL)
		return;
	session_chat_find_end(s->chat);
	s->reader.has_hit = false;
	if (!reader_find(&s->reader, buf_str(&s->reader.typed), 1) || !s->reader.has_hit ||
	    session_turn_of(s, s->reader.hit.piece) != found.turn)
		go_to_turn(s, found.turn);
	if (found.wrapped)
		buf_puts(&w->message, wrapped);
}

/* ---- drawing ------------------------------------------------------------------------------------------------------ */

static void session_draw(struct view *v, struct surface *s, struct area a)
{
	struct session_view *c = (struct session_view *)v;
	uint32_t n, top;

	c->height = a.rows > 0 ? a.rows : 1;
	update(c);
	follow_search(c);
	n = turns_of(c);
	if (n == 0 && a.rows > 0)
		surface_puts(s, a, 0, 0, ROLE_DIM,
		             session_chat_is_listed(c->chat) ? "  no turn of it is here"
		                                             : "  counting its turns ...");
	reader_draw(&c->reader, s, a);
	session_remember(c);
	if (reader_busy(&c->reader))
		v->draw_again_us = VIEW_AT_ONCE;
	/* Of what is not laid out no rows are known: the bar goes by turns. */
	if (n == 0 || (c->first == 0 && c->end == n))
		return;
	top = session_turn_of(c, c->reader.top.piece);
	surface_scrollbar(s, a, a.cols - 1, top, n);
}

/* ---- acting ------------------------------------------------------------------------------------------------------- */

static void open_trace(struct session_view *s)
{
	uint32_t trace = current_trace(s);

	if (trace != MODEL_NONE)
		s->view.world->wish = (struct wish){WISH_TRACE, trace, EVENT_NONE};
}

static void go_to_error(struct session_view *s, int direction)
{
	const struct model *m = explorer_model(s->view.world->explorer);
	uint32_t n = turns_of(s), turn = s->current;

	for (uint32_t i = 0; i < n; i++) {
		turn = direction > 0 ? (turn + 1 < n ? turn + 1 : 0) : turn > 0 ? turn - 1 : n - 1;
		if (model_trace(m, session_chat_trace(s->chat, turn))->totals.errors == 0)
			continue;
		if (direction > 0 ? turn < s->current : turn > s->current)
			buf_puts(&s->view.world->message,
			         direction > 0 ? "wrapped to the top" : "wrapped to the bottom");
		go_to_turn(s, turn);
		return;
	}
	buf_puts(&s->view.world->message, "no error in this session");
}

/* The first (1) or last (-1) call of a trace; where there are any, of those of a name and model. */
static uint32_t call_of(const struct model *m, uint32_t trace, int direction, uint32_t like)
{
	const struct events *t = model_events(m);
	uint32_t at = model_trace(m, trace)->first_event, best = EVENT_NONE;
	bool best_like = false;

	for (; at != EVENT_NONE; at = model_next_event(m, at)) {
		const struct event *e = events_get(t, at);
		bool is_like = like != EVENT_NONE && e->name == events_get(t, like)->name &&
		               e->model == events_get(t, like)->model;

		if (event_kind(e) != EVENT_GENERATION || is_like < best_like)
			continue;
		if (best != EVENT_NONE && is_like == best_like &&
		    events_compare_start(t, at, best) * direction > 0)
			continue;
		best = at;
		best_like = is_like;
	}
	return best;
}

/* From the last call of a turn before to the first of this one. */
static void diff_turn(struct session_view *s)
{
	const struct model *m = explorer_model(s->view.world->explorer);
	uint32_t trace = current_trace(s), call, before = EVENT_NONE;

	if (trace == MODEL_NONE)
		return;
	call = call_of(m, trace, 1, EVENT_NONE);
	for (uint32_t i = s->current; call != EVENT_NONE && before == EVENT_NONE && i > 0; i--)
		before = call_of(m, session_chat_trace(s->chat, i - 1), -1, call);
	if (call == EVENT_NONE)
		buf_puts(&s->view.world->message, "no call in this turn");
	else if (before == EVENT_NONE)
		buf_puts(&s->view.world->message, "no call before this turn");
	else
		s->view.world->wish = (struct wish){WISH_DIFF, before, call};
}

static void go_to_end(struct session_view *s, enum action action)
{
	uint32_t n = turns_of(s);

	if (n == 0)
		return;
	go_to_turn(s, action == ACTION_LAST ? n - 1 : 0);
	s->at_end = action == ACTION_LAST;
	reader_act(&s->reader, action);
}

static void step_turn(struct session_view *s, int direction)
{
	if (direction > 0 ? s->current + 1 < turns_of(s) : s->current > 0)
		go_to_turn(s, direction > 0 ? s->current + 1 : s->current - 1);
	else
		buf_puts(&s->view.world->message, "no turn on that side");
}

static void fold_all(struct session_view *s, enum session_folds all)
{
	session_forget_folds(s, all);
	session_lay(s);
}

static void reload(struct session_view *s)
{
	struct explorer *x = s->view.world->explorer;

	explorer_want_session(x, s->session);
	if (current_trace(s) != MODEL_NONE)
		explorer_want_trace(x, current_trace(s), true);
}

static bool act_on_turns(struct session_view *s, enum action action)
{
	switch (action) {
	case ACTION_NEXT_ERROR:
	case ACTION_PREVIOUS_ERROR:
		go_to_error(s, action == ACTION_NEXT_ERROR ? 1 : -1);
		return true;
	case ACTION_SORT_LEFT:
	case ACTION_SORT_RIGHT:
		step_turn(s, action == ACTION_SORT_RIGHT ? 1 : -1);
		return true;
	case ACTION_DIFF:
		diff_turn(s);
		return true;
	case ACTION_BOOKMARK:
	case ACTION_REMOVE:
		return view_bookmark(s->view.world, action, BOOKMARK_SESSION, s->session);
	case ACTION_RELOAD:
		reload(s);
		return true;
	default:
		return false;
	}
}

static bool act_on_text(struct session_view *s, enum action action)
{
	switch (action) {
	case ACTION_FIRST:
	case ACTION_LAST:
		go_to_end(s, action);
		return true;
	case ACTION_FOLD_NONE:
	case ACTION_FOLD_ALL:
		fold_all(s, action == ACTION_FOLD_NONE ? SESSION_FOLDS_OPEN : SESSION_FOLDS_CLOSED);
		return true;
	case ACTION_AS_SENT:
		s->as_sent = !s->as_sent;
		session_lay(s);
		return true;
	default:
		return reader_act(&s->reader, view_scrolls(action));
	}
}

static bool session_act(struct view *v, enum action action, int argument)
{
	struct session_view *s = (struct session_view *)v;
	bool searching = session_chat_found(s->chat)->state == SESSION_FIND_GOES_ON;

	(void)argument;
	s->at_end = false;
	session_chat_find_end(s->chat);
	if (searching && action == ACTION_CANCEL)
		return true;
	update(s);
	if (act_on_turns(s, action) || act_on_text(s, action)) {
		session_remember(s);
		return true;
	}
	if (action == ACTION_OPEN)
		open_trace(s);
	return action == ACTION_OPEN;
}

/* ---- the class ---------------------------------------------------------------------------------------------------- */

static void session_head(struct view *v, struct buf *out)
{
	struct session_view *s = (struct session_view *)v;
	struct model *m = explorer_model(v->world->explorer);
	const struct session *session = model_session(m, s->session);
	const struct ids *ids = &model_events(m)->ids;
	struct value cost = value_of_known_cost(&session->totals, session->counted);
	uint32_t n = turns_of(s);

	if (s->as_sent)
		buf_puts(out, "as sent  ");
	if (session->user != 0) {
		view_short_id(out, ids, session->user);
		buf_puts(out, "  ");
	}
	format_count(out, n);
	buf_puts(out, n == 1 ? " turn" : " turns");
	if (session->listed && session->counted && session->traces > n)
		buf_printf(out, " of %u", session->traces);
	if (session->first_time != TIME_NONE && session->last_time > session->first_time) {
		buf_puts(out, "  ");
		format_seconds(out, session->last_time - session->first_time);
	}
	if (totals_has_calls(&session->totals)) {
		buf_puts(out, "  ");
		format_value(out, &cost, 0, 0);
	}
	if (session->totals.errors > 0)
		buf_printf(out, "  %s%u err", session->counted ? "" : ">=", session->totals.errors);
}

static void session_status(struct view *v, struct buf *out)
{
	struct session_view *s = (struct session_view *)v;
	const struct session_found *found = session_chat_found(s->chat);
	uint32_t n = turns_of(s);

	buf_printf(out, "turn %u/%u  ", n > 0 ? s->current + 1 : 0, n);
	if (found->state == SESSION_FIND_GOES_ON)
		buf_printf(out, "searching %u of %u turns  ", found->looked, n);
	else if (s->first > 0 || s->end < n)
		buf_puts(out, reader_hits(&s->reader) > 0 ? "found (n N)  " : "");
	else if (s->reader.typed.n > 0) {
		reader_find_status(&s->reader, out);
		buf_puts(out, "  ");
	}
	view_bookmark_status(v->world, BOOKMARK_SESSION, s->session, out);
	buf_puts(out, "Enter open  e error  < > turn  D diff  l traces");
}

static void session_command(struct view *v, struct buf *out)
{
	struct session_view *s = (struct session_view *)v;
	struct model *m = explorer_model(v->world->explorer);
	uint32_t number = model_session(m, s->session)->id;
	struct buf id = {0};

	if (model_find_trace(m, number) != MODEL_NONE)
		return; /* show takes the id for the trace's */
	ids_text(&model_events(m)->ids, number, &id);
	buf_puts(out, "tracehog show ");
	view_quote_id(out, buf_str(&id));
	buf_free(&id);
}

static void session_go(struct view *v, uint64_t number, bool percent)
{
	struct session_view *s = (struct session_view *)v;
	uint64_t turn = view_place(number, percent, turns_of(s));

	update(s);
	if (turns_of(s) > 0)
		go_to_turn(s, turn < turns_of(s) ? (uint32_t)turn : turns_of(s) - 1);
}

/* The thing is the session; of single texts the turn. */
static bool session_copy(struct view *v, enum copy_what what, struct buf *out)
{
	struct session_view *s = (struct session_view *)v;
	uint32_t trace = current_trace(s);

	switch (what) {
	case COPY_SHOWN:
		return view_copy_session(v->world, s->session, COPY_TRANSCRIPT, out);
	case COPY_OFFERED:
	case COPY_ID:
	case COPY_TRANSCRIPT:
	case COPY_MARKDOWN:
	case COPY_JSON:
		return view_copy_session(v->world, s->session, what, out);
	default:
		return trace != MODEL_NONE && view_copy_trace(v->world, trace, what, out);
	}
}

static void session_terms(struct view *v, struct terms *out)
{
	struct session_view *s = (struct session_view *)v;

	if (current_trace(s) != MODEL_NONE)
		terms_of_trace(out, explorer_model(v->world->explorer), current_trace(s));
}

static void session_free(struct view *v)
{
	struct session_view *s = (struct session_view *)v;

	reader_fini(&s->reader);
	session_chat_end(s->chat);
	mem_free(s->heads);
	mem_free(s->open.words);
	mem_free(s->folds);
	mem_free(s);
}

static const struct view_class session_class = {
	.title = "Session",
	.free = session_free,
	.draw = session_draw,
	.act = session_act,
	.find = session_find,
	.head = session_head,
	.status = session_status,
	.command = session_command,
	.go = session_go,
	.copy = session_copy,
	.terms = session_terms,
};

struct view *session_conversation_new(struct world *w, uint32_t session)
{
	struct session_view *s = mem_zero(1, sizeof(*s));

	s->view = (struct view){.class = &session_class, .world = w};
	s->session = session;
	s->height = 24;
	s->chat = explorer_session_chat(w->explorer, session);
	reader_init(&s->reader);
	return &s->view;
}
