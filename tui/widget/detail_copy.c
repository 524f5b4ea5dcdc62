/* The text of an event as it was sent, for the clipboard: nothing is cut, folded or cleaned here, unlike what a reader shows. */
#include "widget/detail.h"

#include "draw/cost_text.h"
#include "explorer_text.h"
#include "message/transcript.h"

#define ERROR_BYTES (1u << 20) /* an error's text that is read while a key waits */

/* ---- an exchange ---------------------------------------------------------------------------------------------------- */

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
	if (event_is_call(events_get(events, event)))
		asked = messages_asked(&d->messages);
	transcript_side(&answered, &d->messages, SIDE_OUTPUT);
	append_error(&failed, events, event);
	if (asked.n + answered.n + failed.n == 0)
		transcript_side(&answered, &d->messages, SIDE_INPUT);
	append_exchange(out, asked, buf_str(&answered), buf_str(&failed));
	buf_free(&answered);
	buf_free(&failed);
	return DETAIL_READY;
}

/* ---- a tab ---------------------------------------------------------------------------------------------------------- */

/* In memory already. */
static enum detail_state append_line(struct explorer *x, uint32_t event, struct buf *out)
{
	const struct detail *d = explorer_detail(x, event);

	if (d->state == DETAIL_FAILED)
		buf_puts(out, d->error.msg);
	if (d->state == DETAIL_READY)
		buf_append(out, buf_str(&d->line));
	return d->state;
}

static enum detail_state append_cost(struct explorer *x, uint32_t event, struct buf *out)
{
	const struct detail *d = explorer_detail(x, event);

	if (d->state == DETAIL_FAILED)
		buf_puts(out, d->error.msg);
	if (d->has_cost)
		cost_text_plain(out, explorer_prices(x), &d->cost);
	return d->state;
}

/* Facts of a trace are not in one event, nor are sums: they are as the pane has them. */
enum detail_state detail_copy_tab(const struct detail_pane *p, struct explorer *x, struct buf *out)
{
	static const enum text_form forms[] = {
		[DETAIL_CHAT] = TEXT_TRANSCRIPT, [DETAIL_IN] = TEXT_INPUT,
		[DETAIL_OUT] = TEXT_OUTPUT,      [DETAIL_TOOLS] = TEXT_TOOLS,
		[DETAIL_JSON] = TEXT_JSON,       [DETAIL_PROPERTIES] = TEXT_PROPERTIES,
	};
	struct text_wish wish = {.of = TEXT_OF_EVENT, .number = p->event};
	const struct explorer_text *text;

	if (p->event == EVENT_NONE ||
	    (p->tab == DETAIL_COST && !event_is_call(events_get(explorer_events(x), p->event)))) {
		reader_copy(&p->reader, out);
		return DETAIL_READY;
	}
	if (p->tab == DETAIL_RAW)
		return append_line(x, p->event, out);
	if (p->tab == DETAIL_COST)
		return append_cost(x, p->event, out);
	wish.form = forms[p->tab];
	text = explorer_text(x, &wish);
	buf_append(out,
	           text->state == DETAIL_FAILED ? str_of(text->error.msg) : buf_str(&text->text));
	return text->state;
}
