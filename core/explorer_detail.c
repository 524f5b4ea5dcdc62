/* The payloads of single events: read and parsed by workers, a few of them kept.
 *
 * An entry is queued, being read, or done. At most JOBS_MAX are being read at a time, the one asked
 * for last goes first, so that a person who scrolls waits for what is on the screen and for nothing
 * that has left it. A worker fills a detail of its own, which moves into the entry on the loop's
 * thread, if the entry is still there.
 *
 * An entry that is held stays. Of the others so many stay as are small: what a person looks at is
 * held, and a large one that is done with should cost nothing.
 *
 * Left to others: what a person sees of it (tui), messages (message/). */
#include "explorer_internal.h"

#include "base/mem.h"

#include <assert.h>

#define ENTRIES    8 /* that nobody holds */
#define JOBS_MAX   2
#define BYTES_MAX  ((size_t)8 << 20) /* in them; the one asked for last may be larger */
#define LARGE      ((size_t)4 << 20) /* bytes whose memory the system gets back at once */
#define ROOM_TIMES 3                 /* memory that a line takes when it has been read, in lines */

/* ---- reading ---- */

static void fail(struct detail *d)
{
	struct errinfo error = d->error;
	uint32_t event = d->event;

	detail_fini(d);
	*d = (struct detail){.event = event, .state = DETAIL_FAILED, .properties = JSON_NO_NODE};
	d->error = error;
}

/* Lines of 256 MiB exist. What is asked for here and given back is there a moment later for
 * those who cannot fail. */
static bool has_room(struct detail *d, size_t length)
{
	void *room = mem_try(length * ROOM_TIMES);

	mem_free(room);
	if (room)
		d->line.p = mem_try(length + 1);
	if (d->line.p) {
		d->line.cap = length + 1;
		return true;
	}
	err_set(&d->error, ERR_LIMIT, "not enough memory to open an event of %zu bytes", length);
	return false;
}

/* journal NULL: it was never in one. */
static enum err parse_line(struct detail *d, const struct journal *journal)
{
	struct json_report report;
	enum err err = json_tree_parse(&d->tree, buf_str(&d->line), &report);

	if (!err)
		return ERR_OK;
	if (err == ERR_LIMIT && report.fault == JSON_OK)
		return err_set(&d->error, err, "not enough memory to open an event of %zu bytes",
		               d->line.n);
	if (journal)
		journal_changed(journal, json_fault_text(report.fault), err, &d->error);
	else
		err_set(&d->error, err, "no JSON: %s", json_fault_text(report.fault));
	d->error.pos = report.pos;
	return err;
}

/* Properties may be an object, or one in a string. */
static void find_properties(struct detail *d)
{
	uint32_t at = json_member(&d->tree, 0, STR("properties"));
	struct json_report report;

	d->properties = JSON_NO_NODE;
	if (json_type_of(&d->tree, at) == JSON_OBJECT)
		d->properties = at;
	if (json_type_of(&d->tree, at) != JSON_STRING)
		return;
	json_text(&d->tree, at, &d->properties_text);
	if (json_tree_parse(&d->properties_tree, buf_str(&d->properties_text), &report) == ERR_OK &&
	    json_type_of(&d->properties_tree, 0) == JSON_OBJECT)
		d->properties = 0;
	else
		json_tree_free(&d->properties_tree);
}

static bool is_embedding(const struct detail *d)
{
	return str_eq(json_raw(&d->tree, json_member(&d->tree, 0, STR("event"))),
	              event_kind_name(EVENT_EMBEDDING));
}

struct place_of_event explorer_place(const struct events *events, uint32_t event)
{
	const struct event *e = events_get(events, event);

	return (struct place_of_event){.journal = events->journals[event_journal(e)],
	                               .offset = event_offset(e),
	                               .length = e->length};
}

static void read_parts(struct detail *d)
{
	find_properties(d);
	messages_read(&d->messages, detail_properties(d), d->properties);
	/* SDKs send null for an embedding's output: there is none to withhold. */
	if (is_embedding(d))
		d->messages.output_withheld = false;
	tools_read(&d->tools, detail_properties(d), d->properties);
	d->state = DETAIL_READY;
}

void detail_fill(struct detail *d, struct place_of_event place)
{
	d->properties = JSON_NO_NODE;
	d->error.pos = ERR_NO_POS;
	if (!has_room(d, place.length) ||
	    journal_read_exact(place.journal, place.offset, place.length, &d->line, &d->error) ||
	    parse_line(d, place.journal))
		fail(d);
	else
		read_parts(d);
}

void detail_fill_line(struct detail *d, struct str line)
{
	d->properties = JSON_NO_NODE;
	d->error.pos = ERR_NO_POS;
	if (has_room(d, line.n))
		buf_append(&d->line, line);
	if (d->line.p == NULL || parse_line(d, NULL))
		fail(d);
	else
		read_parts(d);
}

void detail_fini(struct detail *d)
{
	cost_working_free(&d->cost);
	messages_free(&d->messages);
	tools_free(&d->tools);
	json_tree_free(&d->properties_tree);
	buf_free(&d->properties_text);
	json_tree_free(&d->tree);
	buf_free(&d->line);
}

const struct json_tree *detail_properties(const struct detail *d)
{
	return d->properties_tree.n > 0 ? &d->properties_tree : &d->tree;
}

static void property_text(const struct detail *d, const char *name, struct buf *out)
{
	const struct json_tree *t = detail_properties(d);
	uint32_t at = json_member(t, d->properties, str_of(name));

	if (at != JSON_NO_NODE && json_type_of(t, at) != JSON_NULL)
		json_text(t, at, out);
}

void detail_note(const struct detail *d, enum event_kind kind, struct buf *out)
{
	if (kind == EVENT_METRIC) {
		property_text(d, "$ai_metric_name", out);
		buf_puts(out, " = ");
		property_text(d, "$ai_metric_value", out);
	} else if (kind == EVENT_FEEDBACK) {
		property_text(d, "$ai_feedback_text", out);
	} else if (kind == EVENT_EVALUATION) {
		property_text(d, "$ai_evaluation_name", out);
		buf_add(out, ' ');
		property_text(d, "$ai_evaluation_result", out);
		buf_puts(out, "  ");
		property_text(d, "$ai_evaluation_reasoning", out);
	}
}

struct detail *detail_read(const struct events *events, uint32_t event)
{
	struct detail *d = mem_zero(1, sizeof(*d));

	d->event = event;
	detail_fill(d, explorer_place(events, event));
	return d;
}

void detail_free(struct detail *d)
{
	if (!d)
		return;
	detail_fini(d);
	mem_free(d);
}

static size_t detail_bytes(const struct detail *d)
{
	return d->line.cap + d->properties_text.cap + d->messages.arena.bytes +
	       (size_t)(d->tree.n + d->properties_tree.n) * sizeof(struct json_node) +
	       d->messages.n * sizeof(struct part);
}

/* ---- the cache ---- */

struct entry {
	struct detail detail;
	bool running;
	unsigned holders;
	uint64_t asked; /* when, in questions */
};

struct detail_cache {
	struct loop *loop;
	const struct events *events;
	loop_fn *changed;
	void *ctx;
	struct entry **entries; /* each stays where it is: others point to its detail */
	unsigned n, cap;
	uint64_t questions;
	unsigned jobs;
	bool closing;
};

struct detail_job {
	struct detail_cache *cache;
	struct place_of_event place;
	const struct prices *prices;
	struct detail detail;
};

static struct entry *find(const struct detail_cache *c, uint32_t event)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->entries[i]->detail.event == event)
			return c->entries[i];
	}
	return NULL;
}

static struct entry *add(struct detail_cache *c, uint32_t event)
{
	struct entry *e = mem_zero(1, sizeof(*e));

	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : ENTRIES + 1;
		c->entries = mem_resize(c->entries, c->cap, sizeof(struct entry *));
	}
	e->detail = (struct detail){.event = event, .properties = JSON_NO_NODE};
	e->detail.state = DETAIL_LOADING;
	c->entries[c->n++] = e;
	return e;
}

static void drop(struct detail_cache *c, unsigned at)
{
	struct entry *e = c->entries[at];
	bool large = detail_bytes(&e->detail) > LARGE;

	detail_fini(&e->detail);
	mem_free(e);
	c->entries[at] = c->entries[--c->n];
	if (large)
		mem_give_back();
}

/* Drops what nobody holds, longest not asked for first, until the rest is few and small. The one asked
 * for last is being looked at, unless that is over. */
static void limit(struct detail_cache *c, bool over)
{
	for (;;) {
		unsigned oldest = c->n, unheld = 0;
		size_t bytes = 0;

		for (unsigned i = 0; i < c->n; i++) {
			const struct entry *e = c->entries[i];

			if (e->holders > 0)
				continue;
			unheld++;
			bytes += detail_bytes(&e->detail);
			if (oldest == c->n || e->asked < c->entries[oldest]->asked)
				oldest = i;
		}
		if (unheld <= ENTRIES && bytes <= BYTES_MAX)
			return;
		if (!over && c->entries[oldest]->asked == c->questions)
			return;
		drop(c, oldest);
	}
}

static void start_next(struct detail_cache *c);

static void job_work(void *ctx)
{
	struct detail_job *job = ctx;
	struct detail *d = &job->detail;

	detail_fill(d, job->place);
	if (d->state == DETAIL_READY && job->prices != NULL)
		d->has_cost = cost_working_read(&d->cost, job->prices, buf_str(&d->line));
}

static void job_done(void *ctx)
{
	struct detail_job *job = ctx;
	struct detail_cache *c = job->cache;
	struct entry *e = c->closing ? NULL : find(c, job->detail.event);

	c->jobs--;
	if (e && e->detail.state == DETAIL_LOADING) {
		e->running = false;
		e->detail = job->detail;
	} else {
		detail_fini(&job->detail);
	}
	mem_free(job);
	if (c->closing)
		return;
	limit(c, false);
	start_next(c);
	if (e)
		c->changed(c->ctx);
}

static void start(struct detail_cache *c, struct entry *e)
{
	struct detail_job *job = mem_zero(1, sizeof(*job));

	job->cache = c;
	job->place = explorer_place(c->events, e->detail.event);
	job->prices = c->events->prices;
	job->detail.event = e->detail.event;
	e->running = true;
	c->jobs++;
	loop_work(c->loop, job_work, job_done, job);
}

static void start_next(struct detail_cache *c)
{
	while (c->jobs < JOBS_MAX) {
		struct entry *next = NULL;

		for (unsigned i = 0; i < c->n; i++) {
			struct entry *e = c->entries[i];

			if (!e->running && e->detail.state == DETAIL_LOADING &&
			    (!next || e->asked > next->asked))
				next = e;
		}
		if (!next)
			return;
		start(c, next);
	}
}

static struct entry *ask(struct detail_cache *c, uint32_t event)
{
	struct entry *e = find(c, event);

	if (!e)
		e = add(c, event);
	e->asked = ++c->questions;
	limit(c, false);
	start_next(c);
	return e;
}

const struct detail *explorer_detail(struct explorer *x, uint32_t event)
{
	return &ask(explorer_caches(x)->details, event)->detail;
}

const struct detail *explorer_detail_hold(struct explorer *x, uint32_t event)
{
	struct entry *e = ask(explorer_caches(x)->details, event);

	e->holders++;
	return &e->detail;
}

void explorer_detail_release(struct explorer *x, uint32_t event)
{
	struct entry *e = find(explorer_caches(x)->details, event);

	assert(e && e->holders > 0);
	e->holders--;
	limit(explorer_caches(x)->details, true);
}

struct detail_cache *detail_cache_new(struct loop *loop, const struct events *events,
                                      loop_fn *changed, void *ctx)
{
	struct detail_cache *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->events = events;
	c->changed = changed;
	c->ctx = ctx;
	return c;
}

void detail_cache_free(struct detail_cache *c)
{
	c->closing = true;
	while (c->jobs > 0)
		loop_step(c->loop, true);
	while (c->n > 0)
		drop(c, c->n - 1);
	mem_free(c->entries);
	mem_free(c);
}
