/* The pane that shows one event or one trace: which tab, when its text is made anew, and its tab line. The texts are
 * detail_facts.c's and detail_text.c's.
 *
 * Invariant: once a payload has been shown it is not asked for again until something else is to be shown, so a pane holds its
 * text even when the explorer has let the payload go. */
#include "widget/detail.h"

#include "base/clean.h"
#include "draw/width.h"
#include "widget/detail_internal.h"
#include "widget/waterfall.h"

#define CHAT_LABELS 9
#define TAB_GAP     2

static const char *const tab_names[DETAIL_TABS] = {"Chat", "Properties", "Raw"};

void detail_pane_init(struct detail_pane *d)
{
	*d = (struct detail_pane){.event = EVENT_NONE, .trace = MODEL_NONE, .stale = true};
	reader_init(&d->reader);
}

void detail_pane_fini(struct detail_pane *d)
{
	reader_fini(&d->reader);
}

static void renew(struct detail_pane *d)
{
	reader_clear(&d->reader);
	d->stale = true;
}

void detail_pane_event(struct detail_pane *d, uint32_t event)
{
	if (d->event == event && (event != EVENT_NONE || d->trace == MODEL_NONE))
		return;
	d->event = event;
	d->trace = MODEL_NONE;
	renew(d);
}

void detail_pane_trace(struct detail_pane *d, uint32_t trace)
{
	if (d->event == EVENT_NONE && d->trace == trace)
		return;
	d->event = EVENT_NONE;
	d->trace = trace;
	renew(d);
}

/* The event whose payload is shown: a trace's is that of its own event. */
static uint32_t subject(const struct detail_pane *d, const struct model *m)
{
	if (d->event != EVENT_NONE || d->trace == MODEL_NONE)
		return d->event;
	return model_trace(m, d->trace)->explicit_event;
}

static uint32_t version_of(const struct detail_pane *d, const struct model *m)
{
	return d->event == EVENT_NONE && d->trace != MODEL_NONE ? model_trace(m, d->trace)->version
	                                                        : 0;
}

static void add_payload(struct detail_pane *d, struct explorer *x, const struct detail *p)
{
	struct reader *r = &d->reader;

	if (p->state == DETAIL_LOADING) {
		reader_add_across(r, ROLE_DIM, STR("loading ..."));
		return;
	}
	if (p->state == DETAIL_FAILED) {
		reader_add_across(r, ROLE_ERROR, str_of(p->error.msg));
		return;
	}
	if (d->tab == DETAIL_RAW)
		reader_add(r, ROLE_CODE, 0, ROLE_TEXT, STR_EMPTY, buf_str(&p->line));
	else if (d->tab == DETAIL_PROPERTIES)
		detail_add_properties(r, p);
	else if (d->event != EVENT_NONE || p->messages.n > 0)
		detail_add_chat(r, x, p, CHAT_LAST_TURN, false);
}

static void fill(struct detail_pane *d, struct explorer *x, const struct detail *p)
{
	struct model *m = explorer_model(x);
	struct reader *r = &d->reader;

	r->label_width = d->tab == DETAIL_CHAT ? CHAT_LABELS : 0;
	if (d->tab == DETAIL_CHAT && d->event != EVENT_NONE)
		detail_add_facts(r, model_events(m), d->event);
	else if (d->tab == DETAIL_CHAT)
		detail_add_trace(r, m, d->trace);
	if (p)
		add_payload(d, x, p);
	else if (d->tab != DETAIL_CHAT)
		reader_add_across(r, ROLE_DIM, detail_no_event(model_trace(m, d->trace)));
}

static void update(struct detail_pane *d, struct explorer *x)
{
	struct model *m = explorer_model(x);
	uint32_t event = subject(d, m), version = version_of(d, m);
	struct reader_place top = d->reader.top;
	const struct detail *p = NULL;
	enum detail_state state;

	if (!d->stale && d->shown != DETAIL_LOADING && version == d->trace_version)
		return;
	if (event != EVENT_NONE)
		p = explorer_detail(x, event);
	state = p ? p->state : DETAIL_READY;
	if (!d->stale && state == d->shown && version == d->trace_version)
		return;
	reader_clear(&d->reader);
	fill(d, x, p);
	d->reader.top = top;
	d->shown = state;
	d->trace_version = version;
	d->stale = false;
}

static void label_of(const struct detail_pane *d, const struct model *m, struct buf *out)
{
	const struct events *events = model_events(m);
	struct str name;

	if (d->event != EVENT_NONE) {
		waterfall_label(events, d->event, out);
		return;
	}
	name = strings_get(&events->strings, model_trace(m, d->trace)->name);
	buf_append(out, name.n > 0 ? name : STR("Trace"));
}

static void draw_label(const struct detail_pane *d, const struct model *m, struct surface *s,
                       struct area a, int from)
{
	struct buf label = {0}, clean = {0};
	int room = a.cols - from - 4, used;

	buf_add(&label, ' ');
	label_of(d, m, &label);
	clean_append(&clean, str_sub(buf_str(&label), 0, 4096), 0);
	buf_add(&clean, ' ');
	if (room > 3) {
		size_t fits = width_fit(buf_str(&clean), room, &used);

		surface_put(s, a, 0, a.cols - 4 - used, used, ROLE_NAME,
		            str_sub(buf_str(&clean), 0, fits));
	}
	buf_free(&label);
	buf_free(&clean);
}

static void draw_tabs(const struct detail_pane *d, const struct model *m, struct surface *s,
                      struct area a, bool focused)
{
	int column = 1;

	surface_rule(s, a, 0, 0, a.cols, focused ? ROLE_MARKER : ROLE_RULE);
	for (int tab = 0; tab < DETAIL_TABS; tab++) {
		bool here = tab == (int)d->tab;

		column += surface_printf(s, a, 0, column,
		                         !here     ? ROLE_DIM
		                         : focused ? ROLE_MARKER
		                                   : ROLE_STRONG,
		                         here ? "[ %s ]" : " %s ", tab_names[tab]);
		column += TAB_GAP;
	}
	draw_label(d, m, s, a, column);
}

void detail_pane_draw(struct detail_pane *d, struct explorer *x, struct surface *s, struct area a,
                      bool focused)
{
	struct area text = {a.row + 1, a.col, a.rows - 1, a.cols};

	if (a.rows < 1 || (d->event == EVENT_NONE && d->trace == MODEL_NONE))
		return;
	update(d, x);
	draw_tabs(d, explorer_model(x), s, a, focused);
	reader_draw(&d->reader, s, text);
}

bool detail_pane_act(struct detail_pane *d, enum action action)
{
	unsigned step;

	if (action != ACTION_NEXT_TAB && action != ACTION_PREVIOUS_TAB)
		return reader_act(&d->reader, action);
	step = action == ACTION_NEXT_TAB ? 1 : DETAIL_TABS - 1;
	d->tab = (enum detail_tab)(((unsigned)d->tab + step) % DETAIL_TABS);
	renew(d);
	return true;
}
