/* The conversation of an event: which of its messages are shown, and which stand in a group's line; rules, tools, and what ended
 * it. Left to others: the parts (detail_parts.c), how it ended (detail_end.c), errors (detail_error.c). */
#include "widget/detail_chat.h"

#include "draw/format.h"

#define TOOLS_SHOWN 60 /* bytes of the tools' names that are shown unfolded */

/* ---- what is shown ---------------------------------------------------------------------------------- */

static bool by_user(const struct part *p)
{
	return p->side == SIDE_INPUT && p->type != PART_TOOL_RESULT && str_eq(p->role, STR("user"));
}

static bool by_system(const struct part *p)
{
	return str_eq(p->role, STR("system")) || str_eq(p->role, STR("developer"));
}

static uint32_t find_last_user(const struct messages *m)
{
	for (uint32_t i = m->n; i-- > 0;)
		if (by_user(&m->parts[i]))
			return m->parts[i].message;
	return UINT32_MAX;
}

/* Parts of the input's first messages. */
static uint32_t parts_of(const struct messages *m, uint32_t messages)
{
	uint32_t i = 0;

	for (; i < m->n && m->parts[i].side == SIDE_INPUT; i++) {
		bool begins = i == 0 || m->parts[i].message != m->parts[i - 1].message;

		if (begins && messages-- == 0)
			break;
	}
	return i;
}

/* What is shown or hidden as a whole: a message, or one of its parts. */
static uint32_t unit_end(const struct chat *c, uint32_t at)
{
	const struct messages *m = &c->d->messages;
	uint32_t end = at + 1;

	while (c->preset != CHAT_USER_AND_ANSWER && end < m->n &&
	       m->parts[end].side == m->parts[at].side &&
	       m->parts[end].message == m->parts[at].message)
		end++;
	return end;
}

static bool has_failed(const struct chat *c, uint32_t at, uint32_t end)
{
	for (; at < end; at++)
		if (c->d->messages.parts[at].failed)
			return true;
	return false;
}

static bool is_hidden(const struct chat *c, uint32_t at)
{
	const struct part *p = &c->d->messages.parts[at];

	if (c->preset == CHAT_ALL || c->states)
		return false;
	if (c->preset == CHAT_USER_AND_ANSWER)
		return p->side == SIDE_INPUT ? !by_user(p)
		                             : p->type != PART_TEXT && p->type != PART_REFUSAL;
	if (p->side == SIDE_OUTPUT || c->last_user == UINT32_MAX || by_system(p))
		return false;
	return (p->message < c->last_user || (at < c->shared && p->message != c->last_user)) &&
	       !has_failed(c, at, unit_end(c, at));
}

uint32_t chat_run_end(const struct chat *c, uint32_t at)
{
	const struct messages *m = &c->d->messages;
	uint32_t end = unit_end(c, at);

	while (end < m->n && m->parts[end].side == m->parts[at].side &&
	       m->parts[end].message == m->parts[at].message &&
	       is_hidden(c, end) == is_hidden(c, at))
		end++;
	return end;
}

/* ---- groups ----------------------------------------------------------------------------------------- */

/* A line for what is hidden from here on, and what it hides is in its group. Gives the end of that. */
static uint32_t begin_group(struct chat *c, uint32_t at)
{
	const struct messages *m = &c->d->messages;
	bool shared = at < c->shared;
	uint32_t end = at, units = 0;

	while (end < m->n && m->parts[end].side == m->parts[at].side && is_hidden(c, end) &&
	       (end < c->shared) == shared) {
		end = unit_end(c, end);
		units++;
	}
	buf_clear(&c->text);
	buf_printf(&c->text, "%u %s%s folded", units,
	           c->preset == CHAT_USER_AND_ANSWER ? "part" : "message", units == 1 ? "" : "s");
	if (shared)
		buf_printf(&c->text, ", same as in #%u", c->previous->number);
	buf_puts(&c->text, " (za, V)");
	c->group = 0;
	c->group = 1 + reader_add_piece(c->r, &(struct reader_piece){
						      .text = reader_keep(c->r, buf_str(&c->text)),
						      .gutter = chat_gutter_group(c, at, end),
						      .label = STR("......"),
						      .label_role = ROLE_DIM,
						      .role = ROLE_DIM,
						      .fold = READER_GROUP,
						      .begins = true});
	c->message = UINT32_MAX;
	return end;
}

static void say_tools(struct chat *c)
{
	const struct tools *t = &c->d->tools;
	struct reader_piece piece = {.label = STR("tools"),
	                             .label_role = ROLE_TOOL,
	                             .begins = true,
	                             .fold = READER_FIXED};

	if (t->n == 0)
		return;
	buf_clear(&c->text);
	buf_printf(&c->text, "%u definition%s", t->n, t->n == 1 ? "" : "s");
	piece.summary = reader_keep(c->r, buf_str(&c->text));
	piece.gutter = chat_gutter_tools(c);
	for (uint32_t i = 0; i < t->n; i++) {
		buf_puts(&c->text, i == 0 ? ": " : ", ");
		buf_append(&c->text, t->list[i].name.n > 0 ? t->list[i].name : STR("?"));
	}
	if (c->text.n > TOOLS_SHOWN)
		piece.fold = READER_SELF;
	piece.text = reader_keep(c->r, buf_str(&c->text));
	reader_add_piece(c->r, &piece);
	c->message = UINT32_MAX;
}

/* ---- both sides ------------------------------------------------------------------------------------- */

void detail_add_none(struct reader *r, const char *side, bool withheld)
{
	struct buf line = {0};

	buf_puts(&line, withheld ? side : "no ");
	buf_puts(&line, withheld ? " withheld: privacy mode" : side);
	reader_add_across(r, withheld ? ROLE_WARNING : ROLE_DIM, buf_str(&line));
	buf_free(&line);
}

/* Gives the end of the side's parts. */
static uint32_t say_side(struct chat *c, enum part_side side, uint32_t at)
{
	const struct messages *m = &c->d->messages;
	bool tools_said = side == SIDE_OUTPUT;
	uint32_t group_end = at;

	c->message = UINT32_MAX;
	for (; at < m->n && m->parts[at].side == side; at++) {
		if (!tools_said && !by_system(&m->parts[at])) {
			say_tools(c);
			tools_said = true;
		}
		if (at >= group_end) {
			c->group = 0;
			group_end = is_hidden(c, at) ? begin_group(c, at) : unit_end(c, at);
		}
		chat_say(c, &m->parts[at]);
	}
	c->group = 0;
	if (!tools_said)
		say_tools(c);
	return at;
}

static void say_input(struct chat *c, struct explorer *x, bool gutter, uint32_t *end)
{
	const struct messages *m = &c->d->messages;

	reader_add_across(c->r, ROLE_RULE, STR("---- input ----"));
	if (gutter)
		chat_gutter_begin(c, x);
	*end = say_side(c, SIDE_INPUT, 0);
	if (*end == 0 || m->input_withheld)
		detail_add_none(c->r, "input", m->input_withheld);
}

/* The last of the results before the output failed, and yet there is an answer. */
static void say_after_failure(struct chat *c, uint32_t output)
{
	const struct messages *m = &c->d->messages;
	uint32_t at = output;

	while (at > 0 && m->parts[at - 1].type != PART_TOOL_RESULT)
		at--;
	if (at == 0 || !m->parts[at - 1].failed || messages_answered(m).n == 0)
		return;
	buf_clear(&c->text);
	buf_puts(&c->text, "! answered after ");
	buf_append(&c->text, m->parts[at - 1].name.n > 0 ? m->parts[at - 1].name : STR("a tool"));
	buf_puts(&c->text, " failed");
	reader_add(c->r, ROLE_WARNING, 0, ROLE_TEXT, STR_EMPTY, buf_str(&c->text));
}

static void say_output(struct chat *c, uint32_t from, enum event_kind kind)
{
	const struct messages *m = &c->d->messages;
	/* SDKs send null for an embedding's output: there is none to withhold. */
	bool withheld = m->output_withheld && kind != EVENT_EMBEDDING;
	int64_t tokens = events_output(c->events, c->d->event);
	uint32_t end;

	if (kind == EVENT_EMBEDDING && from == m->n)
		return;
	buf_clear(&c->text);
	buf_puts(&c->text, "---- output ----");
	if (tokens != EVENT_UNKNOWN) {
		buf_add(&c->text, ' ');
		format_count(&c->text, tokens);
		buf_puts(&c->text, " tok ----");
	}
	reader_add_across(c->r, ROLE_RULE, buf_str(&c->text));
	c->r->pieces[c->r->n - 1].tag = DETAIL_TAG_OUTPUT;
	end = say_side(c, SIDE_OUTPUT, from);
	if (end == from || withheld)
		detail_add_none(c->r, "output", withheld);
	say_after_failure(c, from);
}

/* What stands for a state: one part a side, of the side's own role. */
static bool are_states(const struct messages *m)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (i > 0 && m->parts[i].side == m->parts[i - 1].side)
			return false;
	return true;
}

void detail_add_chat(struct reader *r, struct explorer *x, const struct detail *d,
                     struct chat_how how)
{
	const struct messages *m = &d->messages;
	struct chat c = {.r = r, .d = d, .events = explorer_events(x), .preset = how.preset};
	enum event_kind kind = event_kind(events_get(c.events, d->event));
	bool call = event_is_call(events_get(c.events, d->event));
	uint32_t output;

	c.as_sent = how.as_sent;
	c.states = !call && are_states(m);
	/* The inputs of an embedding are no turns. */
	c.last_user = kind == EVENT_EMBEDDING ? UINT32_MAX : find_last_user(m);
	c.previous = kind == EVENT_GENERATION ? explorer_previous(x, d->event) : NULL;
	if (c.previous != NULL && c.previous->event == EVENT_NONE)
		c.previous = NULL;
	c.shared = c.previous != NULL ? parts_of(m, c.previous->shared) : 0;
	r->marks = true;
	chat_say_error(&c);
	say_input(&c, x, call && how.gutter, &output);
	say_output(&c, output, kind);
	if (kind == EVENT_GENERATION)
		chat_say_end(&c);
	chat_gutter_end(&c);
	buf_free(&c.text);
}
