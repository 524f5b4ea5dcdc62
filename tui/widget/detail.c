/* The pane that shows one event or one trace: which tab, when its text is made anew, and its tab line. The texts are those of
 * detail_facts.c, detail_chat.c and detail_tabs.c.
 *
 * Invariants: what is shown borrows the texts of the payload, which is held until something else is shown; a payload that was
 * shown is not asked for again until then, so a pane keeps its text even when the journal has gone. */
#include "widget/detail.h"

#include "base/clean.h"
#include "base/mem.h"
#include "draw/format.h"
#include "draw/width.h"
#include "widget/detail_internal.h"
#include "widget/tabs.h"
#include "widget/waterfall.h"

#include <stdio.h>

#define CHAT_LABELS 9
#define CHAT_GUTTER 12 /* "~100% 1.2kx " */
#define CHAT_SHARES 6  /* "~100% " */
#define PATH_BYTES  40 /* of a path that are shown */
#define RULE_BEHIND 4  /* columns of it behind the name of what is shown */

static void add_chat(struct detail_pane *d, struct explorer *x)
{
	if (d->event != EVENT_NONE || d->payload->messages.n > 0)
		detail_add_chat(&d->reader, x, d->payload,
		                (struct chat_how){d->preset, d->as_sent, d->gutter});
}

static void add_input(struct detail_pane *d, struct explorer *x)
{
	(void)x;
	detail_add_side(&d->reader, d->payload, SIDE_INPUT);
}

static void add_output(struct detail_pane *d, struct explorer *x)
{
	(void)x;
	detail_add_side(&d->reader, d->payload, SIDE_OUTPUT);
}

static void add_tools(struct detail_pane *d, struct explorer *x)
{
	(void)x;
	detail_add_tools(&d->reader, d->payload);
}

static void add_properties(struct detail_pane *d, struct explorer *x)
{
	(void)x;
	detail_add_properties(&d->reader, d->payload);
}

/* A tree of its own; the reader stays empty. */
static void add_json(struct detail_pane *d, struct explorer *x)
{
	(void)x;
	json_view_show(&d->json, &d->payload->tree);
}

static void add_cost(struct detail_pane *d, struct explorer *x)
{
	detail_add_cost(&d->reader, x, d->payload);
	detail_add_miss(&d->reader, &d->miss, d->payload);
}

static void add_raw(struct detail_pane *d, struct explorer *x)
{
	(void)x;
	detail_add_raw(&d->reader, d->payload);
}

static const struct {
	const char *name;
	void (*add)(struct detail_pane *d, struct explorer *x); /* its text; the payload is ready */
} tabs[DETAIL_TABS] = {
	[DETAIL_CHAT] = {"Chat", add_chat}, [DETAIL_IN] = {"In", add_input},
	[DETAIL_OUT] = {"Out", add_output}, [DETAIL_TOOLS] = {"Tools", add_tools},
	[DETAIL_JSON] = {"JSON", add_json}, [DETAIL_PROPERTIES] = {"Props", add_properties},
	[DETAIL_COST] = {"Cost", add_cost}, [DETAIL_RAW] = {"Raw", add_raw},
};

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

void detail_pane_init(struct detail_pane *d)
{
	*d = (struct detail_pane){.event = EVENT_NONE, .trace = MODEL_NONE, .stale = true};
	reader_init(&d->reader);
	json_view_init(&d->json);
	cache_miss_init(&d->miss);
}

bool detail_pane_is_tree(const struct detail_pane *d)
{
	return d->tab == DETAIL_JSON && d->json.n_docs > 0;
}

/* Nothing may borrow of it any more. */
static void release(struct detail_pane *d)
{
	if (d->payload != NULL)
		explorer_detail_release(d->explorer, d->payload->event);
	d->payload = NULL;
}

void detail_pane_fini(struct detail_pane *d)
{
	reader_fini(&d->reader);
	json_view_fini(&d->json);
	detail_sum_drop(d);
	cache_miss_end(&d->miss);
	release(d);
}

static void renew(struct detail_pane *d)
{
	reader_clear(&d->reader);
	json_view_show(&d->json, NULL);
	d->stale = true;
}

void detail_pane_event(struct detail_pane *d, uint32_t event)
{
	if (d->event == event && (event != EVENT_NONE || d->trace == MODEL_NONE))
		return;
	d->event = event;
	d->trace = MODEL_NONE;
	detail_sum_drop(d);
	cache_miss_end(&d->miss);
	renew(d);
	release(d);
}

void detail_pane_trace(struct detail_pane *d, uint32_t trace)
{
	if (d->event == EVENT_NONE && d->trace == trace)
		return;
	d->event = EVENT_NONE;
	d->trace = trace;
	detail_sum_drop(d);
	cache_miss_end(&d->miss);
	renew(d);
	release(d);
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

static void add_payload(struct detail_pane *d, struct explorer *x)
{
	struct reader *r = &d->reader;

	if (d->payload->state == DETAIL_LOADING)
		reader_add_across(r, ROLE_DIM, STR("loading ..."));
	else if (d->payload->state == DETAIL_FAILED)
		reader_add_across(r, ROLE_ERROR, str_of(d->payload->error.msg));
	else
		tabs[d->tab].add(d, x);
}

static void fill(struct detail_pane *d, struct explorer *x)
{
	struct model *m = explorer_model(x);
	struct reader *r = &d->reader;

	r->label_width = d->tab == DETAIL_CHAT ? CHAT_LABELS : 0;
	r->gutter_width = d->tab == DETAIL_CHAT && d->gutter ? CHAT_GUTTER : 0;
	r->gutter_least = CHAT_SHARES;
	r->marks = false;
	if (d->tab == DETAIL_CHAT && d->event != EVENT_NONE)
		detail_add_facts(r, model_events(m), d->event);
	else if (d->tab == DETAIL_CHAT)
		detail_add_trace(r, m, d->trace);
	d->facts = r->n;
	if (d->payload != NULL)
		add_payload(d, x);
	else if (d->tab != DETAIL_CHAT)
		reader_add_across(r, ROLE_DIM, detail_no_event(model_trace(m, d->trace)));
}

/* Of a trace that goes on, facts come and go before a payload that stays: what is unfolded of that, and where one reads it. */
static void fill_again(struct detail_pane *d, struct explorer *x)
{
	struct reader *r = &d->reader;
	struct reader_place top = r->top;
	uint32_t before = d->facts, current = r->current, n = r->n - before;
	bool *open = mem_zero(n + (size_t)1, sizeof(*open));

	for (uint32_t i = 0; i < n; i++)
		open[i] = r->pieces[before + i].open;
	reader_clear(r);
	fill(d, x);
	for (uint32_t i = 0; i < n && d->facts + i < r->n; i++)
		r->pieces[d->facts + i].open = open[i];
	r->top = top;
	r->top.piece += top.piece < before ? 0 : d->facts - before;
	r->current = current + (current < before ? 0 : d->facts - before);
	mem_free(open);
}

/* The payload of the event that is shown. The own event of a trace may come late. */
static void hold(struct detail_pane *d, struct explorer *x, uint32_t event)
{
	if (d->payload != NULL && d->payload->event == event)
		return;
	renew(d);
	release(d);
	d->explorer = x;
	if (event != EVENT_NONE)
		d->payload = explorer_detail_hold(x, event);
}

/* What the conversation says of the call before comes when that is found. */
static bool previous_known(const struct detail_pane *d, struct explorer *x)
{
	const struct events *t = explorer_events(x);

	if (d->tab != DETAIL_CHAT || d->event == EVENT_NONE ||
	    event_kind(events_get(t, d->event)) != EVENT_GENERATION)
		return false;
	return explorer_previous(x, d->event) != NULL;
}

static uint32_t repeats_known(const struct detail_pane *d, struct explorer *x)
{
	if (d->tab != DETAIL_CHAT || d->event == EVENT_NONE || !d->gutter)
		return 0;
	return repeats_version(explorer_repeats(x, d->event));
}

/* Two calls are read for it: only where it is shown. */
static enum miss_state miss_known(struct detail_pane *d, struct explorer *x)
{
	if (d->tab != DETAIL_COST || d->event == EVENT_NONE)
		return MISS_NONE;
	cache_miss_ask(&d->miss, x, d->event);
	return d->miss.state;
}

static bool shows_sum(const struct detail_pane *d, const struct events *events)
{
	return d->tab == DETAIL_COST && detail_has_sum(d, events);
}

/* It needs no payload. The cursor stays on its call. */
static void update_sum(struct detail_pane *d, struct model *m)
{
	struct reader_place top = d->reader.top;
	uint32_t call = detail_pane_call(d);
	bool counted = detail_sum_step(d, m);

	if (!counted && !d->stale)
		return;
	reader_clear(&d->reader);
	d->reader.gutter_width = 0;
	detail_add_sum(d, m);
	d->reader.top = top;
	detail_sum_go(d, call);
	d->stale = false;
}

static void update(struct detail_pane *d, struct explorer *x)
{
	struct model *m = explorer_model(x);
	uint32_t version = version_of(d, m), repeats = repeats_known(d, x);
	struct reader_place top = d->reader.top;
	enum detail_state state;
	enum miss_state miss = miss_known(d, x);
	bool known = previous_known(d, x), same;

	if (shows_sum(d, model_events(m))) {
		update_sum(d, m);
		return;
	}
	hold(d, x, subject(d, m));
	state = d->payload != NULL ? d->payload->state : DETAIL_READY;
	same = !d->stale && state == d->shown && known == d->previous_known &&
	       miss == d->miss_shown;
	if (same && version == d->trace_version && repeats == d->repeats)
		return;
	if (same) {
		fill_again(d, x);
	} else {
		reader_clear(&d->reader);
		fill(d, x);
		d->reader.top = top;
	}
	d->shown = state;
	d->trace_version = version;
	d->previous_known = known;
	d->miss_shown = miss;
	d->repeats = repeats;
	d->stale = false;
}

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

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
	int room = a.cols - from - RULE_BEHIND;
	struct value name;

	label_of(d, m, &label);
	name = (struct value){.type = VALUE_TEXT, .text = buf_str(&label)};
	if (room > 3) {
		buf_add(&clean, ' ');
		format_value(&clean, &name, room - 1, 0);
		if (width_text(buf_str(&clean)) < room)
			buf_add(&clean, ' ');
		room = width_text(buf_str(&clean));
		surface_put(s, a, 0, a.cols - RULE_BEHIND - room, room, ROLE_NAME, buf_str(&clean));
	}
	buf_free(&label);
	buf_free(&clean);
}

/* How many tools were offered stands behind the name where there is room. */
static void draw_tabs(const struct detail_pane *d, const struct model *m, struct surface *s,
                      struct area a, bool focused)
{
	const char *names[DETAIL_TABS];
	char tools[24];

	for (int tab = 0; tab < DETAIL_TABS; tab++)
		names[tab] = tabs[tab].name;
	if (d->payload != NULL && d->payload->tools.n > 0) {
		snprintf(tools, sizeof(tools), "%s(%u)", names[DETAIL_TOOLS], d->payload->tools.n);
		names[DETAIL_TOOLS] = tools;
	}
	if (tabs_width(names, DETAIL_TABS) > a.cols)
		names[DETAIL_TOOLS] = tabs[DETAIL_TOOLS].name;
	draw_label(d, m, s, a, tabs_draw(s, a, names, DETAIL_TABS, (int)d->tab, focused));
}

void detail_pane_draw(struct detail_pane *d, struct explorer *x, struct surface *s, struct area a,
                      bool focused)
{
	struct area text = {a.row + 1, a.col, a.rows - 1, a.cols};

	if (a.rows < 1 || (d->event == EVENT_NONE && d->trace == MODEL_NONE))
		return;
	update(d, x);
	draw_tabs(d, explorer_model(x), s, a, focused);
	if (detail_pane_is_tree(d))
		json_view_draw(&d->json, s, text);
	else
		reader_draw(&d->reader, s, text);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static bool act_on_chat(struct detail_pane *d, enum action action)
{
	switch (action) {
	case ACTION_PRESET:
		d->preset = (enum chat_preset)((d->preset + 1u) % CHAT_PRESETS);
		break;
	case ACTION_AS_SENT:
		d->as_sent = !d->as_sent;
		break;
	case ACTION_SHARES:
		d->gutter = !d->gutter;
		break;
	case ACTION_LAST_USER:
		return reader_go_tag(&d->reader, DETAIL_TAG_USER, true);
	case ACTION_NEXT_SAME_NAME:
		return reader_go_tag(&d->reader, DETAIL_TAG_OUTPUT, false);
	default:
		return false;
	}
	renew(d);
	return true;
}

void detail_pane_turn(struct detail_pane *d, enum detail_tab tab)
{
	d->tab = tab;
	detail_sum_drop(d);
	renew(d);
}

static void turn_by(struct detail_pane *d, unsigned count)
{
	detail_pane_turn(d, (enum detail_tab)((d->tab + count) % DETAIL_TABS));
}

bool detail_pane_act(struct detail_pane *d, enum action action, int argument)
{
	if (action == ACTION_NEXT_TAB || action == ACTION_PREVIOUS_TAB) {
		turn_by(d, action == ACTION_NEXT_TAB ? 1 : DETAIL_TABS - 1u);
		return true;
	}
	if (detail_sum_act(d, action))
		return true;
	if (d->tab == DETAIL_CHAT && act_on_chat(d, action))
		return true;
	return detail_pane_is_tree(d) ? json_view_act(&d->json, action, argument)
	                              : reader_act(&d->reader, action);
}

bool detail_pane_find(struct detail_pane *d, struct str typed, int direction)
{
	if (detail_pane_is_tree(d))
		return json_view_find(&d->json, typed, direction);
	return reader_find(&d->reader, typed, direction);
}

struct str detail_pane_find_error(const struct detail_pane *d)
{
	const struct errinfo *e = detail_pane_is_tree(d) ? &d->json.error : &d->reader.error;

	return str_of(e->code != ERR_OK ? e->msg : NULL);
}

bool detail_pane_busy(const struct detail_pane *d)
{
	if (d->sum.build != NULL)
		return true;
	return detail_pane_is_tree(d) ? json_view_busy(&d->json) : reader_busy(&d->reader);
}

void detail_pane_go(struct detail_pane *d, uint64_t number, bool percent)
{
	if (detail_pane_is_tree(d))
		json_view_go(&d->json, number, percent);
	else
		reader_go(&d->reader, number, percent);
}

/* The end of a path says more than its start. */
static void append_path(struct detail_pane *d, struct buf *out)
{
	struct buf path = {0};
	size_t from = 0;

	if (json_view_copy(&d->json, JSON_COPY_PATH, &path)) {
		from = path.n > PATH_BYTES ? path.n - PATH_BYTES : 0;
		while (from < path.n && ((unsigned char)path.p[from] & 0xC0) == 0x80)
			from++;
		buf_puts(out, from > 0 ? glyph(GLYPH_CLIP) : "");
		clean_append(out, str_sub(buf_str(&path), from, path.n), 0);
		buf_puts(out, "  ");
	}
	buf_free(&path);
}

void detail_pane_status(struct detail_pane *d, struct buf *out)
{
	size_t from = out->n;

	if (!detail_pane_is_tree(d))
		reader_find_status(&d->reader, out);
	else
		json_view_find_status(&d->json, out);
	buf_puts(out, out->n > from ? "  " : "");
	if (detail_pane_is_tree(d))
		append_path(d, out);
	buf_printf(out, "%d%%",
	           detail_pane_is_tree(d) ? json_view_percent(&d->json)
	                                  : reader_percent(&d->reader));
}

void detail_pane_mode(const struct detail_pane *d, struct buf *out)
{
	static const char *const presets[CHAT_PRESETS] = {"last turn", "everything",
	                                                  "user and answer"};

	if (d->tab == DETAIL_CHAT)
		buf_printf(out, "%s  ", presets[d->preset]);
	if (d->tab == DETAIL_CHAT && d->as_sent)
		buf_puts(out, "as sent  ");
	if (d->tab != DETAIL_JSON && !d->reader.wrap)
		buf_puts(out, "unwrapped (H L)  ");
}
