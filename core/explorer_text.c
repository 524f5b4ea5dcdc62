/* Texts of calls, traces and sessions for the world outside. What is in them is settled on the loop's thread, a list of places and
 * titles; a worker then reads one event after the other and adds what it says, so that no more than one payload is in
 * memory. One job runs at a time; when its text is not wanted any more it ends early, and the next one starts. */
#include "explorer_text.h"

#include "base/mem.h"
#include "explorer_internal.h"
#include "message/request.h"
#include "message/transcript.h"
#include "json/pretty.h"

#include <stdatomic.h>
#include <stdlib.h>

/* One event that the text is made of. */
struct item {
	struct place_of_event place;
	size_t title, title_length; /* in titles */
	bool call; /* else a span or a trace, of which a conversation of several has the error alone */
	bool tool;
};

struct text_job {
	struct text_cache *cache;
	struct text_wish wish;
	struct item *items;
	size_t n, cap;
	struct buf titles;
	struct explorer_text result;
	atomic_bool unwanted;
};

/* ---- what is in it --------------------------------------------------------------------------------------------------- */

static void append_title(struct buf *out, const struct events *t, uint32_t event)
{
	struct str name = events_name(t, event), model = events_model(t, event);
	int64_t start = events_start(t, event);

	buf_append(out, name.n > 0 ? name : model);
	if (name.n > 0 && model.n > 0) {
		buf_puts(out, "  ");
		buf_append(out, model);
	}
	if (start == TIME_NONE)
		return;
	buf_puts(out, "  ");
	time_append_rfc3339(out, start);
}

static void add_item(struct text_job *job, const struct events *t, uint32_t event)
{
	const struct event *e = events_get(t, event);
	struct item *item;

	if (job->n == job->cap) {
		job->cap = job->cap ? job->cap * 2 : 16;
		job->items = mem_resize(job->items, job->cap, sizeof(*job->items));
	}
	item = &job->items[job->n++];
	*item = (struct item){.place = explorer_place(t, event),
	                      .title = job->titles.n,
	                      .call = event_is_call(e),
	                      .tool = (e->flags & EVENT_TOOL) != 0};
	if (job->wish.of != TEXT_OF_EVENT)
		append_title(&job->titles, t, event);
	item->title_length = job->titles.n - item->title;
}

/* Events of traces that were asked for. */
struct chosen {
	uint32_t *events;
	size_t n, cap;
};

static int by_start(const void *a, const void *b, void *ctx)
{
	return events_compare_start(ctx, *(const uint32_t *)a, *(const uint32_t *)b);
}

static void choose_trace(struct chosen *c, const struct model *m, uint32_t trace)
{
	uint32_t at = model_trace(m, trace)->first_event;

	for (; at != EVENT_NONE; at = model_next_event(m, at)) {
		if (c->n == c->cap) {
			c->cap = c->cap ? c->cap * 2 : 64;
			c->events = mem_resize(c->events, c->cap, sizeof(*c->events));
		}
		c->events[c->n++] = at;
	}
}

static void choose(struct chosen *c, struct model *m, const struct text_wish *wish)
{
	if (wish->of == TEXT_OF_TRACE) {
		choose_trace(c, m, wish->number);
	} else {
		uint32_t trace = model_session(m, wish->number)->first_trace;

		for (; trace != MODEL_NONE; trace = model_next_trace(m, trace))
			choose_trace(c, m, trace);
	}
	if (c->n > 0)
		qsort_r(c->events, c->n, sizeof(*c->events), by_start, (void *)model_events(m));
}

static bool has_call(const struct events *t, const struct chosen *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (event_kind(events_get(t, c->events[i])) <= EVENT_EMBEDDING)
			return true;
	return false;
}

/* Of traces without any call the spans are the conversation. */
static bool belongs(const struct events *t, uint32_t event, enum text_form form, bool calls)
{
	const struct event *e = events_get(t, event);
	enum event_kind kind = event_kind(e);

	if (form == TEXT_EVENTS)
		return true;
	return kind <= EVENT_EMBEDDING || (e->flags & EVENT_ERROR) ||
	       (!calls && (kind == EVENT_SPAN || kind == EVENT_TRACE));
}

static void settle(struct text_job *job, struct model *m)
{
	const struct events *t = model_events(m);
	struct chosen c = {0};
	bool calls;

	if (job->wish.of == TEXT_OF_EVENT) {
		add_item(job, t, job->wish.number);
		return;
	}
	choose(&c, m, &job->wish);
	calls = has_call(t, &c);
	for (size_t i = 0; i < c.n; i++)
		if (belongs(t, c.events[i], job->wish.form, calls))
			add_item(job, t, c.events[i]);
	mem_free(c.events);
}

/* ---- making it (any thread) ------------------------------------------------------------------------------------------ */

/* As the event table has it: the text of a string, else JSON. */
static void append_error(struct buf *out, const struct detail *d)
{
	const struct json_tree *t = detail_properties(d);
	uint32_t at = json_member(t, d->properties, STR("$ai_error"));

	if (json_type_of(t, at) > JSON_NULL)
		json_text(t, at, out);
}

static void tell(struct text_job *job, struct transcript *t, const struct item *item,
                 const struct detail *d)
{
	static const struct messages nothing;
	struct str title = str_sub(buf_str(&job->titles), item->title, item->title_length);
	bool alone = job->wish.of == TEXT_OF_EVENT;
	struct buf error = {0};

	append_error(&error, d);
	t->states = !item->call;
	if (!item->call && !alone && error.n > 0)
		transcript_call(t, title, &nothing, buf_str(&error));
	else
		transcript_call(t, title, &d->messages, buf_str(&error));
	buf_free(&error);
}

static enum err make_request(const struct detail *d, struct buf *out, struct errinfo *e)
{
	struct request_event from = {
		.tree = detail_properties(d),
		.properties = d->properties,
		.messages = &d->messages,
		.tools = &d->tools,
	};

	return request_curl(out, &from, e);
}

/* As they were sent; of what is no event all of it. */
static struct str properties_of(const struct detail *d)
{
	if (d->properties == JSON_NO_NODE)
		return buf_str(&d->line);
	return json_raw(detail_properties(d), d->properties);
}

static enum err add_text(struct text_job *job, struct transcript *t, const struct item *item,
                         const struct detail *d)
{
	struct buf *out = &job->result.text;

	switch (job->wish.form) {
	case TEXT_TRANSCRIPT:
	case TEXT_MARKDOWN:
		tell(job, t, item, d);
		break;
	case TEXT_EVENTS:
		buf_append(out, buf_str(&d->line));
		buf_add(out, '\n');
		break;
	case TEXT_INPUT:
		transcript_side(out, &d->messages, SIDE_INPUT);
		break;
	case TEXT_OUTPUT:
		transcript_side(out, &d->messages, SIDE_OUTPUT);
		break;
	case TEXT_TOOLS:
		transcript_tools(t, &d->tools);
		break;
	case TEXT_ARGUMENTS:
		transcript_arguments(out, &d->messages);
		if (out->n == 0 && item->tool)
			transcript_side(out, &d->messages, SIDE_INPUT);
		break;
	case TEXT_RESULTS:
		transcript_results(out, &d->messages);
		if (out->n == 0 && item->tool)
			transcript_side(out, &d->messages, SIDE_OUTPUT);
		break;
	case TEXT_SYSTEM:
		transcript_system(out, &d->messages);
		break;
	case TEXT_REQUEST:
		return make_request(d, out, &job->result.error);
	case TEXT_JSON:
		json_pretty(out, buf_str(&d->line));
		break;
	case TEXT_PROPERTIES:
		json_pretty(out, properties_of(d));
		break;
	}
	return ERR_OK;
}

static enum err add_event(struct text_job *job, struct transcript *t, const struct item *item)
{
	struct detail d = {0};
	enum err err = ERR_OK;

	detail_fill(&d, item->place);
	if (d.state == DETAIL_READY) {
		err = add_text(job, t, item, &d);
	} else {
		job->result.error = d.error;
		err = d.error.code;
	}
	detail_fini(&d);
	return err;
}

/* Only transcripts wrap what they are told of. */
static void make(struct text_job *job)
{
	struct transcript t = {.out = &job->result.text,
	                       .form = job->wish.form == TEXT_MARKDOWN ? TRANSCRIPT_MARKDOWN
	                                                               : TRANSCRIPT_PLAIN};
	enum err err = ERR_OK;

	for (size_t i = 0; i < job->n && err == ERR_OK && !atomic_load(&job->unwanted); i++)
		err = add_event(job, &t, &job->items[i]);
	if (err == ERR_OK && job->result.text.full)
		err = err_set(&job->result.error, ERR_LIMIT, "too much text: take less at a time");
	job->result.state = err == ERR_OK ? DETAIL_READY : DETAIL_FAILED;
	transcript_free(&t);
}

static struct text_job *job_new(struct model *m, const struct text_wish *wish)
{
	struct text_job *job = mem_zero(1, sizeof(*job));

	job->wish = *wish;
	atomic_init(&job->unwanted, false);
	settle(job, m);
	return job;
}

static void job_free(struct text_job *job)
{
	buf_free(&job->result.text);
	buf_free(&job->titles);
	mem_free(job->items);
	mem_free(job);
}

/* ---- the cache ------------------------------------------------------------------------------------------------------- */

struct text_cache {
	struct loop *loop;
	struct model *model;
	loop_fn *changed;
	void *ctx;
	struct text_wish wanted;
	struct explorer_text text; /* of wanted, once it is ready */
	struct text_job *job;      /* runs; NULL: none does */
	bool asked;                /* something is wanted */
	bool given; /* it was asked for when it was ready: another question makes it anew */
	bool closing;
};

static bool same_wish(const struct text_wish *a, const struct text_wish *b)
{
	return a->of == b->of && a->form == b->form && a->number == b->number;
}

static void job_work(void *ctx)
{
	make(ctx);
}

static void start(struct text_cache *c);

static void job_done(void *ctx)
{
	struct text_job *job = ctx;
	struct text_cache *c = job->cache;
	bool wanted = !atomic_load(&job->unwanted);

	c->job = NULL;
	if (wanted) {
		c->text = job->result;
		job->result.text = (struct buf){0};
	}
	job_free(job);
	if (c->closing)
		return;
	if (wanted)
		c->changed(c->ctx);
	else
		start(c);
}

static void start(struct text_cache *c)
{
	c->job = job_new(c->model, &c->wanted);
	c->job->cache = c;
	loop_work(c->loop, job_work, job_done, c->job);
}

static const struct explorer_text *ask(struct text_cache *c, const struct text_wish *wish)
{
	if (c->asked && same_wish(wish, &c->wanted) && !c->given) {
		c->given = c->text.state != DETAIL_LOADING;
		return &c->text;
	}
	buf_free(&c->text.text);
	c->text = (struct explorer_text){.state = DETAIL_LOADING};
	c->wanted = *wish;
	c->asked = true;
	c->given = false;
	if (c->job == NULL)
		start(c);
	else
		atomic_store(&c->job->unwanted, true);
	return &c->text;
}

const struct explorer_text *explorer_text(struct explorer *x, const struct text_wish *wish)
{
	return ask(explorer_caches(x)->texts, wish);
}

struct text_cache *text_cache_new(struct loop *loop, struct model *model, loop_fn *changed,
                                  void *ctx)
{
	struct text_cache *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->model = model;
	c->changed = changed;
	c->ctx = ctx;
	return c;
}

void text_cache_free(struct text_cache *c)
{
	c->closing = true;
	if (c->job != NULL)
		atomic_store(&c->job->unwanted, true);
	while (c->job != NULL)
		loop_step(c->loop, true);
	buf_free(&c->text.text);
	mem_free(c);
}

/* ---- at once --------------------------------------------------------------------------------------------------------- */

struct explorer_text *explorer_text_read(struct explorer *x, const struct text_wish *wish)
{
	struct text_job *job = job_new(explorer_model(x), wish);
	struct explorer_text *text = mem_alloc(1, sizeof(*text));

	make(job);
	*text = job->result;
	job->result.text = (struct buf){0};
	job_free(job);
	return text;
}

void explorer_text_free(struct explorer_text *t)
{
	buf_free(&t->text);
	mem_free(t);
}
