/* The text of an event as it was sent, for the clipboard: nothing is cut, folded or cleaned here, unlike what a reader shows. */
#include "widget/detail.h"

#include "widget/json_text.h"

#define ERROR_BYTES (1u << 20) /* an error's text that is read while a key waits */

static bool is_call(const struct events *events, uint32_t event)
{
	enum event_kind kind = event_kind(events_get(events, event));

	return kind == EVENT_GENERATION || kind == EVENT_EMBEDDING;
}

/* ---- an exchange ---------------------------------------------------------------------------------------------------- */

static void append_call(struct buf *out, const struct part *p)
{
	buf_append(out, p->name.n > 0 ? p->name : STR("?"));
	buf_add(out, '(');
	buf_append(out, p->arguments);
	buf_add(out, ')');
}

static void new_line(struct buf *out, size_t from)
{
	if (out->n > from)
		buf_add(out, '\n');
}

/* What was said or asked for; not what was thought. */
static void append_side(struct buf *out, const struct messages *m, enum part_side side)
{
	size_t from = out->n;

	for (uint32_t i = 0; i < m->n; i++) {
		const struct part *p = &m->parts[i];

		if (p->side != side || p->type == PART_REASONING)
			continue;
		new_line(out, from);
		if (p->type == PART_TOOL_CALL)
			append_call(out, p);
		else
			buf_append(out, p->type == PART_TOOL_RESULT ? p->result : p->text);
	}
}

static void append_error(struct buf *out, const struct events *events, uint32_t event)
{
	int64_t place;

	if (events_extra(events, event, EVENT_ERROR_TEXT, &place) && (uint32_t)place <= ERROR_BYTES)
		events_error_text(events, event, out);
}

static void append_section(struct buf *out, const char *who, struct str text)
{
	if (text.n == 0)
		return;
	if (out->n > 0)
		buf_puts(out, "\n\n");
	buf_puts(out, who);
	buf_append(out, text);
}

/* Who said it stands before it where it is not one text alone. */
static void append_exchange(struct buf *out, struct str asked, struct str answered,
                            struct str failed)
{
	bool one = (asked.n > 0) + (answered.n > 0) + (failed.n > 0) == 1;

	append_section(out, one ? "" : "user: ", asked);
	append_section(out, one ? "" : "assistant: ", answered);
	append_section(out, one ? "" : "error: ", failed);
}

enum detail_state detail_copy_exchange(struct explorer *x, uint32_t event, struct buf *out)
{
	const struct events *events = explorer_events(x);
	const struct detail *d = explorer_detail(x, event);
	struct buf answered = {0}, failed = {0};
	struct str asked = STR_EMPTY;

	if (d->state == DETAIL_FAILED)
		buf_puts(out, d->error.msg);
	if (d->state != DETAIL_READY)
		return d->state;
	if (is_call(events, event))
		asked = messages_asked(&d->messages);
	append_side(&answered, &d->messages, SIDE_OUTPUT);
	append_error(&failed, events, event);
	if (asked.n + answered.n + failed.n == 0)
		append_side(&answered, &d->messages, SIDE_INPUT);
	append_exchange(out, asked, buf_str(&answered), buf_str(&failed));
	buf_free(&answered);
	buf_free(&failed);
	return DETAIL_READY;
}

/* ---- a tab ---------------------------------------------------------------------------------------------------------- */

/* A state is said by nobody. */
static void append_voice(struct buf *out, const struct part *p, bool call)
{
	if (!call && (p->type == PART_TEXT || p->type == PART_UNKNOWN))
		return;
	if (p->type == PART_REASONING)
		buf_puts(out, "reasoning");
	else if (p->type == PART_TOOL_CALL)
		buf_puts(out, "call");
	else if (p->type == PART_TOOL_RESULT)
		buf_puts(out, p->failed ? "tool (failed)" : "tool");
	else
		buf_append(out, p->role);
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		buf_puts(out, ": ");
}

static void append_part(struct buf *out, const struct part *p, bool call)
{
	append_voice(out, p, call);
	if (p->type == PART_TOOL_CALL) {
		append_call(out, p);
	} else if (p->type == PART_TOOL_RESULT) {
		buf_append(out, p->name.n > 0 ? p->name : p->id);
		buf_puts(out, " -> ");
		buf_append(out, p->result);
	} else {
		bool plain = p->type == PART_TEXT || p->type == PART_REASONING ||
		             p->type == PART_REFUSAL || p->type == PART_UNKNOWN;

		if (!plain)
			buf_printf(out, "[%s] ", part_type_name(p->type));
		buf_append(out, p->name);
		buf_puts(out, p->name.n > 0 && p->text.n > 0 ? " " : "");
		buf_append(out, p->text);
	}
	buf_add(out, '\n');
}

static void append_conversation(struct buf *out, const struct messages *m, enum part_side side,
                                bool call)
{
	bool withheld = side == SIDE_INPUT ? m->input_withheld : m->output_withheld;

	buf_puts(out, side == SIDE_INPUT ? "---- input ----\n" : "---- output ----\n");
	for (uint32_t i = 0; i < m->n; i++)
		if (m->parts[i].side == side)
			append_part(out, &m->parts[i], call);
	if (withheld)
		buf_puts(out, "withheld: privacy mode\n");
}

static void append_payload(struct buf *out, enum detail_tab tab, const struct detail *d, bool call)
{
	if (tab == DETAIL_RAW) {
		buf_append(out, buf_str(&d->line));
	} else if (tab == DETAIL_CHAT) {
		append_conversation(out, &d->messages, SIDE_INPUT, call);
		append_conversation(out, &d->messages, SIDE_OUTPUT, call);
	} else if (d->properties != JSON_NO_NODE) {
		struct str raw = json_raw(detail_properties(d), d->properties);

		if (!json_text_pretty(out, raw))
			buf_append(out, raw);
	}
}

/* Facts of a trace are not in one event: they are as the pane has them. */
enum detail_state detail_copy_tab(const struct detail_pane *p, struct explorer *x, struct buf *out)
{
	const struct detail *d;

	if (p->event == EVENT_NONE) {
		reader_copy(&p->reader, out);
		return DETAIL_READY;
	}
	d = explorer_detail(x, p->event);
	if (d->state == DETAIL_FAILED)
		buf_puts(out, d->error.msg);
	if (d->state == DETAIL_READY)
		append_payload(out, p->tab, d, is_call(explorer_events(x), p->event));
	return d->state;
}
