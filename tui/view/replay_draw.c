/* What is seen of a call that is sent again: the request and where it goes, then two panes. */
#include "view/replay_internal.h"

#include <stdlib.h>

#define SIDE_BY_SIDE_COLUMNS 100
#define PARTLY               8 /* of a long text, an eighth more is laid out at a time */
#define SHORT                ((size_t)1 << 16) /* bytes that are laid out with every frame */

static void say(struct surface *s, struct area a, enum role role, const char *text)
{
	struct reader r;

	reader_init(&r);
	reader_add(&r, role, 0, ROLE_TEXT, STR_EMPTY, str_of(text));
	reader_draw(&r, s, a);
	reader_fini(&r);
}

/* ---- the request ----------------------------------------------------------------------------- */

/* Once, when it is made. */
static void settle(struct replay_view *r)
{
	const struct replay_settings *settings = r->view.world->replays;
	const struct provider_request *request = &r->prepared->request;
	const char *base = settings != NULL ? settings->base_url : NULL;

	if (r->settled || r->prepared->state != DETAIL_READY)
		return;
	r->settled = true;
	if (base == NULL && settings != NULL)
		base = replay_base_url(settings->config,
		                       request->provider != NULL ? request->provider : "other");
	if (replay_address(&r->address, request, buf_str(&r->prepared->named), base, &r->error) !=
	    ERR_OK)
		replay_address_free(&r->address);
	else
		r->error.code = ERR_OK;
	buf_append(&r->body, buf_str(&request->body));
}

static void add_key(struct replay_view *r)
{
	const char *variable = r->prepared->request.key_variable, *value = getenv(variable);
	bool is_set = value != NULL && value[0] != '\0';

	reader_addf(&r->request, is_set || r->address.loopback ? ROLE_DIM : ROLE_ERROR, 0,
	            "key: $%s%s", variable,
	            is_set                ? ""
	            : r->address.loopback ? ", which is not set: none is sent"
	                                  : ", which is not set: nothing can be sent");
}

static void lay_request(struct replay_view *r)
{
	if (r->request_laid)
		return;
	r->request_laid = true;
	reader_clear(&r->request);
	if (r->error.code != ERR_OK) {
		reader_addf(&r->request, ROLE_ERROR, 0, "%s", r->error.msg);
	} else {
		reader_addf(&r->request, ROLE_STRONG, 0, "to %s", r->address.url.p);
		add_key(r);
	}
	reader_add(&r->request, ROLE_DIM, 0, ROLE_TEXT, STR_EMPTY,
	           buf_str(&r->prepared->request.notes));
	reader_add(&r->request, ROLE_TEXT, 0, ROLE_TEXT, STR_EMPTY, buf_str(&r->body));
}

static void draw_request(struct replay_view *r, struct surface *s, struct area a)
{
	if (r->prepared->state == DETAIL_LOADING)
		say(s, a, ROLE_DIM, "Making the request ...");
	else if (r->prepared->state == DETAIL_FAILED)
		say(s, a, ROLE_ERROR, r->prepared->error.msg);
	else
		reader_draw(&r->request, s, a);
}

/* ---- original and answer --------------------------------------------------------------------- */

static void add_part(struct reader *r, const struct part *p)
{
	if (p->type == PART_TOOL_CALL) {
		reader_add(r, ROLE_TOOL, 0, ROLE_TEXT, STR_EMPTY, p->name);
		reader_add(r, ROLE_TEXT, 2, ROLE_TEXT, STR_EMPTY, p->arguments);
	} else {
		reader_add(r, p->type == PART_REASONING ? ROLE_REASONING : ROLE_TEXT, 0, ROLE_TEXT,
		           STR_EMPTY, p->text);
	}
}

static void add_output(struct reader *r, const struct messages *m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n; i++)
		if (m->parts[i].side == SIDE_OUTPUT) {
			add_part(r, &m->parts[i]);
			n++;
		}
	if (n == 0)
		reader_addf(r, ROLE_DIM, 0, "%s",
		            m->output_withheld ? "(withheld: privacy mode)" : "(no output)");
}

static void lay_before(struct replay_view *r)
{
	const struct detail *d;

	if (r->before_laid)
		return;
	d = explorer_detail(r->view.world->explorer, r->event);
	if (d->state == DETAIL_LOADING)
		return;
	r->before_laid = true;
	if (d->state == DETAIL_READY)
		add_output(&r->before, &d->messages);
	else
		reader_addf(&r->before, ROLE_ERROR, 0, "%s", d->error.msg);
}

/* Laid out again as it grows, of a long one less and less often, and its end is shown. */
static void lay_coming(struct replay_view *r)
{
	const struct replay_state *state = replay_state(r->replay);
	size_t n = state->text.n + state->reasoning.n;

	if (n == r->laid || (n > SHORT && n - r->laid < r->laid / PARTLY))
		return;
	r->laid = n;
	reader_clear(&r->after);
	if (state->reasoning.n > 0)
		reader_add(&r->after, ROLE_REASONING, 0, ROLE_TEXT, STR_EMPTY,
		           buf_str(&state->reasoning));
	reader_add(&r->after, ROLE_TEXT, 0, ROLE_TEXT, STR_EMPTY, buf_str(&state->text));
	reader_act(&r->after, ACTION_LAST);
}

static void lay_after(struct replay_view *r)
{
	const struct replay_state *state = replay_state(r->replay);

	if (replay_view_is_coming(r))
		lay_coming(r);
	if (r->after_laid || r->compared == NULL || r->compared->state == DETAIL_LOADING)
		return;
	r->after_laid = true;
	reader_clear(&r->after);
	if (state->says.n > 0)
		reader_add(&r->after, ROLE_ERROR, 0, ROLE_TEXT, STR_EMPTY, buf_str(&state->says));
	if (r->compared->state == DETAIL_READY)
		add_output(&r->after, &r->compared->after.messages);
	else
		reader_addf(&r->after, ROLE_ERROR, 0, "%s", r->compared->error.msg);
}

static void draw_pane(struct surface *s, struct area a, const char *title, bool focused,
                      const struct measures *m, struct reader *r)
{
	struct area text = {a.row + 1, a.col, a.rows - 1, a.cols};
	struct buf line = {0};

	if (a.rows < 1)
		return;
	buf_printf(&line, " %s  ", title);
	if (m != NULL)
		measures_append(&line, m);
	buf_add(&line, ' ');
	surface_rule(s, a, 0, 0, a.cols, focused ? ROLE_MARKER : ROLE_RULE);
	view_put_clipped(s, a, 0, 1, a.cols - 2, focused ? ROLE_STRONG : ROLE_DIM, buf_str(&line));
	reader_draw(r, s, text);
	buf_free(&line);
}

static void draw_panes(struct replay_view *r, struct surface *s, struct area a)
{
	bool beside = a.cols >= SIDE_BY_SIDE_COLUMNS;
	struct area first = a, second = a;
	struct measures before, after;

	if (beside) {
		first.cols = a.cols / 2 - 1;
		second.col += first.cols + 1;
		second.cols = a.cols - first.cols - 1;
		for (int row = 0; row < a.rows; row++)
			surface_puts(s, a, row, first.cols, ROLE_RULE, glyph(GLYPH_VLINE));
	} else {
		first.rows = a.rows / 2;
		second.row += first.rows;
		second.rows = a.rows - first.rows;
	}
	replay_view_measure(r, &before, &after);
	draw_pane(s, first, "original", !r->after_focused, &before, &r->before);
	draw_pane(s, second, "answer", r->after_focused, replay_view_is_coming(r) ? NULL : &after,
	          &r->after);
}

void replay_view_draw(struct view *v, struct surface *s, struct area a)
{
	struct replay_view *r = (struct replay_view *)v;

	settle(r);
	v->draw_again_us = 0;
	if (r->settled)
		lay_request(r);
	if (r->replay == NULL) {
		draw_request(r, s, a);
	} else {
		lay_before(r);
		lay_after(r);
		draw_panes(r, s, a);
	}
	if (reader_busy(&r->request) || reader_busy(&r->before) || reader_busy(&r->after))
		v->draw_again_us = VIEW_AT_ONCE;
}
