/* A call sent again: its request, which can be edited; then the answer as it comes, beside the original. Nothing is sent before a
 * person says so, and nothing of it is kept: the answer goes with the view.
 *
 * Left to others: what is drawn (replay_draw.c), what differs (diff.c, by a wish), the editor (the program). */
#include "view/replay_internal.h"

#include "base/mem.h"
#include "collect/posthog_key.h"

static void redraw(struct replay_view *r)
{
	struct world *w = r->view.world;

	if (w->redraw != NULL)
		w->redraw(w->redraw_ctx);
}

bool replay_view_is_coming(const struct replay_view *r)
{
	return r->replay != NULL && replay_state(r->replay)->end == REPLAY_UNDER_WAY;
}

void replay_view_measure(const struct replay_view *r, struct measures *before,
                         struct measures *after)
{
	const struct compared *c = r->compared;
	bool has_cost = c != NULL && c->state == DETAIL_READY && c->after.has_cost;

	measures_of_event(before, explorer_events(r->view.world->explorer), r->event);
	measures_of_answer(after, replay_state(r->replay), has_cost ? &c->after.cost : NULL);
}

/* ---- sending it ---------------------------------------------------------------------------------- */

static void take_answer(struct replay_view *r)
{
	buf_clear(&r->line);
	replay_event(r->replay, &r->line);
	r->compared = explorer_compare_answer(r->view.world->explorer, r->event, buf_str(&r->line));
	redraw(r);
}

static void on_came(void *ctx)
{
	redraw(ctx);
}

static void on_done(void *ctx)
{
	take_answer(ctx);
}

/* What was sent before goes. */
static void forget(struct replay_view *r)
{
	explorer_compare_end(r->view.world->explorer, r->compared);
	r->compared = NULL;
	replay_free(r->replay);
	r->replay = NULL;
	reader_clear(&r->after);
	r->after_laid = false;
	r->laid = 0;
}

static void send_again(struct replay_view *r)
{
	struct world *w = r->view.world;
	struct replay_order order = {.request = &r->prepared->request,
	                             .address = &r->address,
	                             .body = buf_str(&r->body),
	                             .clock = w->replays != NULL ? w->replays->clock : NULL,
	                             .came = on_came,
	                             .done = on_done,
	                             .ctx = r};
	struct buf key = {0};
	struct errinfo e;

	if (replay_check_body(order.body, &e) != ERR_OK ||
	    replay_key(&key, r->prepared->request.key_variable, &r->address, &e) != ERR_OK) {
		buf_puts(&w->message, e.msg);
		return;
	}
	forget(r);
	if (r->http == NULL)
		r->http = http_new(explorer_loop(w->explorer));
	order.key = buf_str(&key);
	r->replay = replay_send(r->http, &order);
	posthog_key_wipe(&key);
}

/* False, with a message, while nothing can be sent. */
static bool can_send(struct replay_view *r)
{
	struct buf *message = &r->view.world->message;

	if (r->prepared->state == DETAIL_FAILED)
		buf_puts(message, r->prepared->error.msg);
	else if (r->settled && r->error.code != ERR_OK)
		buf_puts(message, r->error.msg);
	else if (!r->settled)
		buf_puts(message, "the request is not made yet");
	else if (replay_view_is_coming(r))
		buf_puts(message, "the answer is still coming: Esc stops it");
	return message->n == 0;
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static void ask_for_edit(struct replay_view *r)
{
	struct world *w = r->view.world;

	buf_clear(&w->text);
	buf_append(&w->text, buf_str(&r->body));
	w->wish.kind = WISH_EDIT;
}

static void replay_edited(struct view *v, struct str text)
{
	struct replay_view *r = (struct replay_view *)v;
	struct world *w = v->world;

	if (str_trim(text).n == 0) {
		buf_puts(&w->message, "nothing is sent: the request is empty");
		return;
	}
	if (str_eq(text, buf_str(&r->body))) {
		w->question = (struct question){'x', "the request is as it was: send it", "y or n"};
		w->wish.kind = WISH_QUESTION;
		return;
	}
	buf_clear(&r->body);
	buf_append(&r->body, text);
	r->request_laid = false;
	send_again(r);
}

static void replay_typed(struct view *v, struct str text)
{
	struct replay_view *r = (struct replay_view *)v;

	text = str_trim(text);
	if (text.n > 0 && (text.p[0] == 'y' || text.p[0] == 'Y') && can_send(r))
		send_again(r);
	else if (v->world->message.n == 0)
		buf_puts(&v->world->message, "nothing is sent");
}

static bool stop(struct replay_view *r)
{
	if (!replay_view_is_coming(r))
		return false;
	replay_stop(r->replay);
	take_answer(r);
	buf_puts(&r->view.world->message, "stopped: the call was taken back");
	return true;
}

static bool compare(struct replay_view *r)
{
	struct world *w = r->view.world;

	if (r->compared == NULL) {
		buf_puts(&w->message, "there is no answer to compare yet: s sends the request");
		return true;
	}
	buf_clear(&w->text);
	buf_append(&w->text, buf_str(&r->line));
	w->wish = (struct wish){WISH_DIFF_ANSWER, MODEL_NONE, r->event};
	return true;
}

static struct reader *focused(struct replay_view *r)
{
	if (r->replay == NULL)
		return &r->request;
	return r->after_focused ? &r->after : &r->before;
}

static bool replay_act(struct view *v, enum action action, int argument)
{
	struct replay_view *r = (struct replay_view *)v;
	struct reader *other = r->after_focused ? &r->before : &r->after;

	(void)argument;
	switch (action) {
	case ACTION_SORT:
		if (can_send(r))
			send_again(r);
		return true;
	case ACTION_NEXT_ERROR:
		if (can_send(r))
			ask_for_edit(r);
		return true;
	case ACTION_DIFF:
	case ACTION_DIFF_MARK:
		return compare(r);
	case ACTION_CANCEL:
		return stop(r);
	case ACTION_NEXT_PANE:
	case ACTION_PREVIOUS_PANE:
		r->after_focused = !r->after_focused;
		return true;
	case ACTION_PREVIEW_DOWN:
	case ACTION_PREVIEW_UP:
		return r->replay != NULL && reader_act(other, view_scrolls(action));
	case ACTION_LEFT:
		if (!reader_act(focused(r), action))
			v->world->wish.kind = WISH_CLOSE;
		return true;
	default:
		return reader_act(focused(r), action);
	}
}

static bool replay_find(struct view *v, struct str needle, int direction)
{
	struct reader *in = focused((struct replay_view *)v);
	bool found = reader_find(in, needle, direction);

	buf_puts(&v->world->message, in->error.msg);
	return found || v->world->message.n > 0;
}

/* ---- around it ----------------------------------------------------------------------------------- */

static void replay_head(struct view *v, struct buf *out)
{
	struct replay_view *r = (struct replay_view *)v;
	struct measures before, after;

	if (r->replay == NULL) {
		buf_append(out, buf_str(&r->prepared->request.model));
	} else if (replay_view_is_coming(r)) {
		buf_puts(out, "the answer is coming");
	} else {
		replay_view_measure(r, &before, &after);
		measures_append_change(out, &before, &after);
	}
}

static void replay_status(struct view *v, struct buf *out)
{
	struct replay_view *r = (struct replay_view *)v;

	reader_find_status(focused(r), out);
	buf_puts(out, out->n > 0 ? "  " : "");
	if (replay_view_is_coming(r))
		buf_puts(out, "Esc stops it");
	else
		buf_printf(out, "s send%s  e edit%s", r->replay != NULL ? " again" : "",
		           r->compared != NULL ? "  D what differs" : "");
	buf_printf(out, "  %d%%", reader_percent(focused(r)));
}

static void replay_command(struct view *v, struct buf *out)
{
	struct replay_view *r = (struct replay_view *)v;
	const struct events *t = explorer_events(v->world->explorer);
	uint32_t id = events_uuid(t, r->event);
	struct buf text = {0};

	ids_text(&t->ids, id != 0 ? id : events_node_id(t, r->event), &text);
	if (text.n > 0) {
		buf_puts(out, "tracehog replay ");
		view_quote_id(out, buf_str(&text));
	}
	buf_free(&text);
}

static bool replay_copy(struct view *v, enum copy_what what, struct buf *out)
{
	struct replay_view *r = (struct replay_view *)v;

	if (what != COPY_SMART && what != COPY_SHOWN)
		return view_copy_event(v->world, r->event, what, out);
	v->world->copied = r->replay != NULL ? "answer" : "request";
	buf_append(out,
	           r->replay != NULL ? buf_str(&replay_state(r->replay)->text) : buf_str(&r->body));
	return out->n > 0;
}

static void replay_go(struct view *v, uint64_t number, bool percent)
{
	reader_go(focused((struct replay_view *)v), number, percent);
}

static void replay_view_free(struct view *v)
{
	struct replay_view *r = (struct replay_view *)v;

	forget(r);
	http_free(r->http);
	explorer_prepare_end(r->prepared);
	replay_address_free(&r->address);
	reader_fini(&r->request);
	reader_fini(&r->before);
	reader_fini(&r->after);
	buf_free(&r->body);
	buf_free(&r->line);
	mem_free(r);
}

static const struct view_class replay_class = {
	.title = "Replay",
	.free = replay_view_free,
	.draw = replay_view_draw,
	.act = replay_act,
	.find = replay_find,
	.head = replay_head,
	.status = replay_status,
	.command = replay_command,
	.go = replay_go,
	.copy = replay_copy,
	.typed = replay_typed,
	.edited = replay_edited,
};

struct view *view_replay_new(struct world *w, uint32_t event)
{
	struct replay_view *r = mem_zero(1, sizeof(*r));

	r->view = (struct view){.class = &replay_class, .world = w, .title = replay_class.title};
	r->event = event;
	r->after_focused = true;
	r->prepared = explorer_prepare(w->explorer, event);
	reader_init(&r->request);
	reader_init(&r->before);
	reader_init(&r->after);
	return &r->view;
}
