/* What views give away for the clipboard of an event, a trace, a model pair. It leaves choosing the thing to the views, and the
 * texts of an event to the detail pane. */
#include "view/view.h"

#include "base/clean.h"
#include "base/decimal.h"
#include "base/time.h"
#include "explorer_text.h"
#include "widget/detail.h"

static bool copy_id(const struct ids *ids, uint32_t id, struct buf *out)
{
	if (id != 0)
		ids_text(ids, id, out);
	return id != 0;
}

bool view_copy_id(struct world *w, uint32_t id, struct buf *out)
{
	return copy_id(&explorer_events(w->explorer)->ids, id, out);
}

/* The id that `tracehog show` is given in the status line: only a uuid is of one event alone. */
static bool copy_event_id(struct world *w, uint32_t event, struct buf *out)
{
	const struct events *t = explorer_events(w->explorer);
	uint32_t uuid = events_uuid(t, event);

	return copy_id(&t->ids, uuid != 0 ? uuid : events_node_id(t, event), out);
}

bool view_copied(struct world *w, enum detail_state state, struct buf *out)
{
	if (state == DETAIL_LOADING)
		w->reading = true;
	if (state == DETAIL_FAILED) {
		buf_clear(&w->message);
		clean_append(&w->message, buf_str(out), 0);
		buf_clear(out);
	}
	return state == DETAIL_READY && out->n > 0;
}

/* ---- values ---------------------------------------------------------------------------------------------------------- */

/* Exact where a screen rounds. */
static void append_number(struct buf *out, const struct value *v, const char *before, int scale,
                          const char *after)
{
	buf_puts(out, v->partial ? ">=" : v->estimate ? "~" : "");
	buf_puts(out, before);
	decimal_append(out, v->number, scale);
	buf_puts(out, after);
}

static void append_value(struct buf *out, const struct value *v)
{
	switch (v->type) {
	case VALUE_UNKNOWN:
		break;
	case VALUE_TEXT:
		buf_append(out, v->text);
		break;
	case VALUE_TIME:
		time_append_rfc3339(out, (int64_t)v->number);
		break;
	case VALUE_COUNT:
	case VALUE_TOKENS:
		append_number(out, v, "", 0, "");
		break;
	case VALUE_MONEY:
		append_number(out, v, "$", MONEY_SCALE, "");
		break;
	case VALUE_PERCENT:
		append_number(out, v, "", MONEY_SCALE, "%");
		break;
	case VALUE_SECONDS:
		append_number(out, v, "", 6, "s");
		break;
	case VALUE_BOOL:
		buf_puts(out, v->number != 0 ? "true" : "false");
		break;
	}
}

bool view_copy_values(struct world *w, const struct rows *r, uint32_t row, struct buf *out)
{
	size_t n;
	const struct column *c = rows_columns(r->query.kind, &n);
	struct buf scratch = {0};

	for (size_t i = 0; i < n; i++) {
		struct value v = {0};

		buf_clear(&scratch);
		c[i].get(r, row, &v, &scratch);
		if (v.type == VALUE_UNKNOWN || !rows_have(r->model, &c[i]))
			continue;
		buf_printf(out, "%s: ", c[i].name);
		append_value(out, &v);
		buf_add(out, '\n');
	}
	buf_free(&scratch);
	w->copied = "row";
	return out->n > 0;
}

/* Of a trace or an event outside of any list. */
static bool copy_values_of(struct world *w, enum rows_kind kind, uint32_t number, struct buf *out)
{
	struct rows r = {.model = explorer_model(w->explorer), .at = &number, .n = 1, .total = 1};

	query_init(&r.query, kind);
	return view_copy_values(w, &r, 0, out);
}

/* ---- texts ----------------------------------------------------------------------------------------------------------- */

/* Nothing was said and nothing is being read. */
static bool has_none(const struct world *w)
{
	return !w->reading && w->message.n == 0;
}

static bool copy_link(struct world *w, uint32_t trace, struct buf *out)
{
	const struct posthog *posthog = trace != MODEL_NONE
	                                        ? explorer_trace_project(w->explorer, trace)
	                                        : NULL;
	struct model *m = explorer_model(w->explorer);
	struct buf id = {0};

	if (posthog == NULL) {
		buf_puts(&w->message, "only what is in PostHog has a link there");
		return false;
	}
	ids_text(&model_events(m)->ids, model_trace(m, trace)->id, &id);
	posthog_trace_url(posthog, buf_str(&id), out);
	buf_free(&id);
	w->copied = "link";
	return out->n > 0;
}

static const struct {
	enum text_form form;
	const char *name; /* what is said to have been copied */
} forms[] = {
	[COPY_TRANSCRIPT] = {TEXT_TRANSCRIPT, "transcript"},
	[COPY_MARKDOWN] = {TEXT_MARKDOWN, "Markdown"},
	[COPY_JSON] = {TEXT_EVENTS, "JSON"},
	[COPY_ARGUMENTS] = {TEXT_ARGUMENTS, "arguments"},
	[COPY_RESULT] = {TEXT_RESULTS, "tool result"},
	[COPY_SYSTEM] = {TEXT_SYSTEM, "system prompt"},
	[COPY_CURL] = {TEXT_REQUEST, "curl command"},
};

static bool copy_text(struct world *w, enum text_of of, uint32_t number, enum copy_what what,
                      struct buf *out)
{
	struct text_wish wish = {.of = of, .form = TEXT_TRANSCRIPT, .number = number};
	const struct explorer_text *text;

	if (what != COPY_SHOWN && (what < COPY_TRANSCRIPT || what > COPY_CURL))
		return false;
	if (what > COPY_JSON && what <= COPY_CURL && of != TEXT_OF_EVENT)
		return false;
	if (what != COPY_SHOWN)
		wish.form = forms[what].form;
	text = explorer_text(w->explorer, &wish);
	buf_append(out,
	           text->state == DETAIL_FAILED ? str_of(text->error.msg) : buf_str(&text->text));
	w->copied = what == COPY_SHOWN ? "transcript" : forms[what].name;
	return view_copied(w, text->state, out);
}

/* ---- what there is --------------------------------------------------------------------------------------------------- */

#define BIT(what) (1u << (what))
#define ALWAYS    (BIT(COPY_SMART) | BIT(COPY_ID) | BIT(COPY_JSON))
#define TALK      (BIT(COPY_TRANSCRIPT) | BIT(COPY_MARKDOWN))

static uint32_t offer_of_part(const struct part *p)
{
	if (p->type == PART_TOOL_CALL)
		return BIT(COPY_ARGUMENTS);
	if (p->type == PART_TOOL_RESULT)
		return BIT(COPY_RESULT);
	return str_eq(p->role, STR("system")) || str_eq(p->role, STR("developer"))
	               ? BIT(COPY_SYSTEM)
	               : 0;
}

/* Before the payload is there it is known that it may hold them. */
static uint32_t offer_of_payload(const struct detail *d)
{
	uint32_t offered = 0;

	if (d->state == DETAIL_LOADING)
		return BIT(COPY_ARGUMENTS) | BIT(COPY_RESULT) | BIT(COPY_SYSTEM);
	for (uint32_t i = 0; i < d->messages.n; i++)
		offered |= offer_of_part(&d->messages.parts[i]);
	return offered;
}

static bool has_link(const struct world *w, uint32_t trace)
{
	return trace != MODEL_NONE && explorer_trace_project(w->explorer, trace) != NULL;
}

static bool offer_event(struct world *w, uint32_t event)
{
	const struct event *e = events_get(explorer_events(w->explorer), event);
	uint32_t talks = EVENT_HAS_INPUT | EVENT_HAS_OUTPUT;

	w->offered |= ALWAYS;
	if (e->flags & (talks | EVENT_ERROR | EVENT_PRIVATE))
		w->offered |= TALK;
	if (e->flags & talks)
		w->offered |= offer_of_payload(explorer_detail(w->explorer, event));
	if ((e->flags & EVENT_TOOL) && (e->flags & EVENT_HAS_INPUT))
		w->offered |= BIT(COPY_ARGUMENTS);
	if ((e->flags & EVENT_TOOL) && (e->flags & EVENT_HAS_OUTPUT))
		w->offered |= BIT(COPY_RESULT);
	if (event_kind(e) == EVENT_GENERATION && (e->flags & EVENT_HAS_INPUT))
		w->offered |= BIT(COPY_CURL);
	if (has_link(w, model_trace_of(explorer_model(w->explorer), event)))
		w->offered |= BIT(COPY_LINK);
	return true;
}

static bool offer_trace(struct world *w, uint32_t trace)
{
	w->offered |= BIT(COPY_SMART) | BIT(COPY_ID);
	if (model_trace(explorer_model(w->explorer), trace)->first_event != EVENT_NONE)
		w->offered |= BIT(COPY_JSON) | TALK;
	if (has_link(w, trace))
		w->offered |= BIT(COPY_LINK);
	return true;
}

bool view_copy_value(struct world *w, struct detail_pane *d, enum copy_what what, struct buf *out)
{
	static const enum json_copy of[] = {JSON_COPY_VALUE, JSON_COPY_KEY, JSON_COPY_PATH,
	                                    JSON_COPY_JQ};

	if (!detail_pane_is_tree(d))
		return false;
	if (what == COPY_OFFERED)
		w->offered |= BIT(COPY_VALUE) | BIT(COPY_KEY) | BIT(COPY_PATH) | BIT(COPY_JQ);
	return what >= COPY_VALUE && what <= COPY_JQ &&
	       json_view_copy(&d->json, of[what - COPY_VALUE], out);
}

/* ---- things ---------------------------------------------------------------------------------------------------------- */

bool view_copy_event(struct world *w, uint32_t event, enum copy_what what, struct buf *out)
{
	switch (what) {
	case COPY_OFFERED:
		return offer_event(w, event);
	case COPY_ID:
		return copy_event_id(w, event, out);
	case COPY_LINK:
		return copy_link(w, model_trace_of(explorer_model(w->explorer), event), out);
	case COPY_SMART:
		if (view_copied(w, detail_copy_exchange(w->explorer, event, out), out))
			return true;
		return has_none(w) && copy_values_of(w, ROWS_GENERATIONS, event, out);
	default:
		return copy_text(w, TEXT_OF_EVENT, event, what, out);
	}
}

bool view_copy_session(struct world *w, uint32_t session, enum copy_what what, struct buf *out)
{
	struct model *m = explorer_model(w->explorer);

	if (what == COPY_ID)
		return view_copy_id(w, model_session(m, session)->id, out);
	if (what != COPY_OFFERED)
		return copy_text(w, TEXT_OF_SESSION, session, what, out);
	w->offered |= BIT(COPY_SMART) | BIT(COPY_ID);
	if (model_session(m, session)->first_trace != MODEL_NONE)
		w->offered |= BIT(COPY_JSON) | TALK;
	return true;
}

/* What answered the whole trace: its latest call with an answer, else its own event, else its latest call. */
static uint32_t last_word(const struct model *m, uint32_t trace)
{
	const struct events *t = model_events(m);
	uint32_t at = model_trace(m, trace)->first_event, answer = EVENT_NONE, call = EVENT_NONE;

	for (; at != EVENT_NONE; at = model_next_event(m, at)) {
		if (event_kind(events_get(t, at)) != EVENT_GENERATION)
			continue;
		if (call == EVENT_NONE || events_compare_start(t, at, call) > 0)
			call = at;
		if ((events_get(t, at)->flags & EVENT_HAS_OUTPUT) &&
		    (answer == EVENT_NONE || events_compare_start(t, at, answer) > 0))
			answer = at;
	}
	if (answer != EVENT_NONE)
		return answer;
	at = model_trace(m, trace)->explicit_event;
	return at != EVENT_NONE ? at : call;
}

bool view_copy_trace(struct world *w, uint32_t trace, enum copy_what what, struct buf *out)
{
	struct model *m = explorer_model(w->explorer);
	uint32_t event;

	if (what == COPY_OFFERED)
		return offer_trace(w, trace);
	if (what == COPY_ID)
		return copy_id(&model_events(m)->ids, model_trace(m, trace)->id, out);
	if (what == COPY_LINK)
		return copy_link(w, trace, out);
	if (what != COPY_SMART)
		return copy_text(w, TEXT_OF_TRACE, trace, what, out);
	event = last_word(m, trace);
	if (event != EVENT_NONE &&
	    view_copied(w, detail_copy_exchange(w->explorer, event, out), out))
		return true;
	return has_none(w) && copy_values_of(w, ROWS_TRACES, trace, out);
}
