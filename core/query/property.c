/* Columns of properties: which events are read for which of them, by jobs, and what the jobs found put together.
 *
 * How it works. A column knows of a row of events from the first one on. A job reads a range of events for every column that
 * is due to begin there, so columns that were asked for together are read together, and one that comes later catches up
 * with the others and goes on with them. Jobs read (property_read.c) into sets of values of their own; they are merged on
 * the loop's thread in the order in which they were started, a column at a time, and the next ones are started then. Of persons
 * somebody else may know more, who is asked then: the columns behind wait with it.
 *
 * Invariants: for every column known <= asked <= events in the table, and between them lie jobs in the queue; a job's events
 * lie in one chunk of numbers; nothing but `turn` changes a column. */
#include "query/property_internal.h"

#include "base/mem.h"
#include "base/slice.h"
#include "query/field.h"

#include <string.h>

#define JOB_BYTES  (UINT64_C(4) << 20) /* of JSON: some milliseconds */
#define QUEUE_MAX  16u                 /* jobs, while the first of them reads something large */
#define SLICE_TIME 3000                /* microseconds; a column of a job may come on top */

struct property {
	struct properties *owner;
	enum property_of of;
	char *name;
	size_t name_length;
	struct property_set set;
	struct chunks numbers; /* of values, by event: EVENTS_CHUNK of them each */
	uint32_t asked, known; /* events */
	uint64_t bytes;        /* of those that are known */
	uint32_t failed;
	struct errinfo failure; /* of the first of them */
	/* What was told of persons, as numbers of values and 1, by its own number; 0: not met yet. */
	uint32_t *told, n_told;
};

struct job {
	struct properties *owner;
	struct job *next; /* started after it */
	struct property_range range;
	struct property_source *sources;
	struct property_wanted *wanted;
	struct property **columns; /* as many as are wanted */
	uint32_t from;             /* event */
	uint32_t merged;           /* columns */
	bool placed;               /* of the next one: what events set is in it, */
	uint32_t told;             /* and what was told of the persons of so many events */
	uint64_t bytes;
	bool read;
};

struct properties {
	struct loop *loop;
	const struct events *table;
	struct property **columns; /* they stay where they are */
	uint32_t n, cap;
	struct job *first, *last; /* under way, or read and not merged */
	uint32_t queued;          /* so many */
	uint32_t jobs;            /* of them, those that are not read yet */
	struct loop_idle *idle;
	const struct property_persons *persons; /* NULL: nobody knows more of them */
	atomic_bool cancelled;
	loop_fn *changed;
	void *ctx;
};

/* ---- columns --------------------------------------------------------------------------------- */

struct str property_name(const struct property *c)
{
	return (struct str){c->name, c->name_length};
}

uint32_t property_known(const struct property *c)
{
	return c->known;
}

bool property_done(const struct property *c)
{
	return c->known == c->owner->table->n;
}

/* What lies in a file beside its events is not told apart before the end. */
void property_progress(const struct property *c, uint64_t *done, uint64_t *bytes)
{
	const struct events *t = c->owner->table;

	*done = *bytes = c->bytes;
	if (property_done(c))
		return;
	*bytes = 0;
	for (uint32_t i = 0; i < t->n_journals; i++)
		*bytes += journal_size(t->journals[i]);
	if (*bytes <= *done)
		*bytes = *done + 1;
}

static uint32_t *number_of(const struct property *c, uint32_t event)
{
	uint32_t *chunk = c->numbers.list[event / EVENTS_CHUNK];

	return &chunk[event % EVENTS_CHUNK];
}

struct property_value property_get(const struct property *c, uint32_t event)
{
	uint32_t number = event < c->known ? *number_of(c, event) : 0;
	struct property_value value = {.type = PROPERTY_ABSENT};

	if (number == 0)
		return value;
	value = property_set_get(&c->set, number)->value;
	value.text = number;
	return value;
}

struct str property_text(const struct property *c, uint32_t text)
{
	return property_set_get(&c->set, text)->text;
}

uint32_t property_texts(const struct property *c)
{
	return c->set.n;
}

uint32_t property_failed(const struct property *c)
{
	return c->failed;
}

const struct errinfo *property_failure(const struct property *c)
{
	return &c->failure;
}

/* Appends the value that the event in line has; false if it is no event any more. */
static bool append_value(const struct property *c, struct str line, struct buf *out)
{
	struct property_wanted wanted = {c->of, property_name(c)};
	struct property_reader *r = property_reader_new(&wanted, 1);
	struct str json = STR_EMPTY;
	bool is_event = property_reader_open(r, line);

	if (is_event)
		json = property_reader_json(r, 0);
	buf_append(out, json.n > 0 ? json : STR("null"));
	property_reader_free(r);
	return is_event;
}

enum err property_read(const struct property *c, uint32_t event, struct buf *out, struct errinfo *e)
{
	const struct events *t = c->owner->table;
	struct buf line = {0};
	enum err err = events_read(t, event, &line, e);

	if (err == ERR_OK && !append_value(c, buf_str(&line), out))
		err = journal_changed(t->journals[event_journal(events_get(t, event))], NULL,
		                      ERR_IO, e);
	buf_free(&line);
	return err;
}

static struct property *find(const struct properties *p, enum property_of of, struct str name)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (p->columns[i]->of == of && str_eq(property_name(p->columns[i]), name))
			return p->columns[i];
	return NULL;
}

struct property *properties_column(struct properties *p, enum property_of of, struct str name)
{
	struct property *c = find(p, of, name);

	if (c != NULL)
		return c;
	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 8;
		p->columns = mem_resize(p->columns, p->cap, sizeof(struct property *));
	}
	c = p->columns[p->n++] = mem_zero(1, sizeof(*c));
	c->owner = p;
	c->of = of;
	c->name = mem_copy_text(name.p, name.n);
	c->name_length = name.n;
	property_set_init(&c->set);
	c->numbers.size = EVENTS_CHUNK * sizeof(uint32_t);
	properties_refresh(p);
	return c;
}

static void free_column(struct property *c)
{
	mem_free(c->told);
	property_set_fini(&c->set);
	chunks_free(&c->numbers);
	mem_free(c->name);
	mem_free(c);
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static void free_job(struct job *job)
{
	for (uint32_t i = 0; i < job->range.n_wanted; i++)
		property_set_fini(&job->range.sets[i]);
	mem_free(job->range.sets);
	mem_free(job->range.numbers);
	mem_free(job->sources);
	mem_free(job->wanted);
	mem_free(job->columns);
	mem_free(job);
}

static void job_work(void *ctx)
{
	struct job *job = ctx;

	property_range_read(&job->range);
}

static void job_done(void *ctx)
{
	struct job *job = ctx;

	job->read = true;
	job->owner->jobs--;
	if (job->owner->idle != NULL)
		loop_idle_start(job->owner->idle);
}

/* The first event that any column has not asked for yet; where all have asked for all, the end. */
static uint32_t next_event(const struct properties *p)
{
	uint32_t next = p->table->n;

	for (uint32_t i = 0; i < p->n; i++)
		if (p->columns[i]->asked < next)
			next = p->columns[i]->asked;
	return next;
}

/* Where the columns that begin at `from` stop at the latest: at the end of its chunk of numbers, and where others wait for
 * them. */
static uint32_t range_end(const struct properties *p, uint32_t from)
{
	uint32_t end = (from / EVENTS_CHUNK + 1) * EVENTS_CHUNK;

	if (end > p->table->n)
		end = p->table->n;
	for (uint32_t i = 0; i < p->n; i++)
		if (p->columns[i]->asked > from && p->columns[i]->asked < end)
			end = p->columns[i]->asked;
	return end;
}

/* At least one, whatever its length. */
static void list_sources(struct job *job, const struct events *t, uint32_t end)
{
	uint32_t at = job->from;

	job->sources = mem_alloc(end - job->from, sizeof(*job->sources));
	for (; at < end && (at == job->from || job->bytes < JOB_BYTES); at++) {
		const struct event *e = events_get(t, at);

		job->sources[at - job->from] = (struct property_source){
			t->journals[event_journal(e)], event_offset(e), e->length};
		job->bytes += e->length;
	}
	job->range.n = at - job->from;
}

static void list_columns(struct job *job)
{
	const struct properties *p = job->owner;
	uint32_t n = 0;

	job->columns = mem_alloc(PROPERTY_WANTED_MAX, sizeof(struct property *));
	job->wanted = mem_alloc(PROPERTY_WANTED_MAX, sizeof(*job->wanted));
	for (uint32_t i = 0; i < p->n && n < PROPERTY_WANTED_MAX; i++) {
		struct property *c = p->columns[i];

		if (c->asked != job->from)
			continue;
		job->wanted[n] = (struct property_wanted){c->of, property_name(c)};
		job->columns[n++] = c;
		c->asked += job->range.n;
	}
	job->range.n_wanted = n;
}

static void start_job(struct properties *p, uint32_t from)
{
	struct job *job = mem_zero(1, sizeof(*job));
	struct property_range *range = &job->range;

	job->owner = p;
	job->from = from;
	list_sources(job, p->table, range_end(p, from));
	list_columns(job);
	range->sources = job->sources;
	range->wanted = job->wanted;
	range->cancelled = &p->cancelled;
	range->sets = mem_alloc(range->n_wanted, sizeof(*range->sets));
	for (uint32_t i = 0; i < range->n_wanted; i++)
		property_set_init(&range->sets[i]);
	range->numbers = mem_zero((size_t)range->n_wanted * range->n, sizeof(*range->numbers));
	if (p->last != NULL)
		p->last->next = job;
	else
		p->first = job;
	p->last = job;
	p->queued++;
	p->jobs++;
	loop_work(p->loop, job_work, job_done, job);
}

/* A worker is left for who opens an event meanwhile. */
static void start_jobs(struct properties *p)
{
	uint32_t most = loop_workers() > 1 ? loop_workers() - 1 : 1, from;

	while (p->jobs < most && p->queued < QUEUE_MAX && (from = next_event(p)) < p->table->n)
		start_job(p, from);
}

/* ---- persons --------------------------------------------------------------------------------- */

/* The number of the value that is in what was told; 0: it has none. */
static uint32_t read_told(struct property *c, struct property_reader *r, uint32_t told)
{
	const struct property_persons *persons = c->owner->persons;
	struct property_entry value = {.value.type = PROPERTY_ABSENT};

	if (property_reader_open(r, persons->text(persons->ctx, told)))
		property_reader_value(r, 0, &value);
	return value.value.type != PROPERTY_ABSENT ? property_set_add(&c->set, &value) : 0;
}

/* Makes *r for the first text that was not met. */
static uint32_t number_told(struct property *c, struct property_reader **r, uint32_t told)
{
	struct property_wanted wanted = {c->of, property_name(c)};

	if (told >= c->n_told) {
		uint32_t n = told >= c->n_told * 2 ? told + 1 : c->n_told * 2;

		c->told = mem_resize(c->told, n, sizeof(*c->told));
		memset(c->told + c->n_told, 0, (n - c->n_told) * sizeof(*c->told));
		c->n_told = n;
	}
	if (c->told[told] == 0) {
		if (*r == NULL)
			*r = property_reader_new(&wanted, 1);
		c->told[told] = read_told(c, *r, told) + 1;
	}
	return c->told[told] - 1;
}

static void not_told(struct property *c, uint32_t event, const struct errinfo *why)
{
	*number_of(c, event) = 0;
	if (c->failed++ == 0)
		c->failure = *why;
}

/* In place of what events set. False: the slice was over before. */
static bool take_told(struct job *job, struct property *c, struct slice *slice)
{
	const struct property_persons *persons = c->owner->persons;
	struct property_reader *r = NULL;

	if (persons == NULL || c->of != PROPERTY_OF_PERSON)
		return true;
	for (; job->told < job->range.n && !slice_over(slice); job->told++) {
		uint32_t event = job->from + job->told;
		struct errinfo why;
		uint32_t told = persons->told(persons->ctx, event, &why);

		if (told == PROPERTY_NOT_TOLD)
			not_told(c, event, &why);
		else if (told != 0)
			*number_of(c, event) = number_told(c, &r, told);
	}
	if (r != NULL)
		property_reader_free(r);
	return job->told == job->range.n;
}

/* Whether the next column of the job may be merged. */
static bool is_ready(const struct job *job)
{
	const struct property_persons *persons = job->owner->persons;
	const struct property *c = job->merged < job->range.n_wanted ? job->columns[job->merged]
	                                                             : NULL;

	return persons == NULL || c == NULL || c->of != PROPERTY_OF_PERSON ||
	       persons->ready(persons->ctx, property_name(c), job->from, job->range.n);
}

void properties_ask_persons(struct properties *p, const struct property_persons *persons)
{
	p->persons = persons;
}

void properties_resume(struct properties *p)
{
	if (p->idle != NULL && p->first != NULL && p->first->read)
		loop_idle_start(p->idle);
}

/* ---- merging --------------------------------------------------------------------------------- */

/* What events set. */
static void place_found(struct job *job, struct property *c)
{
	const struct property_range *range = &job->range;
	const struct property_set *found = &range->sets[job->merged];
	const uint32_t *numbers = range->numbers + (size_t)job->merged * range->n;
	uint32_t *map = mem_alloc(found->n + 1, sizeof(*map));
	uint32_t *to;

	map[0] = 0;
	for (uint32_t i = 1; i <= found->n; i++)
		map[i] = property_set_add(&c->set, property_set_get(found, i));
	if (job->from % EVENTS_CHUNK == 0)
		chunks_add(&c->numbers);
	to = number_of(c, job->from);
	for (uint32_t i = 0; i < range->n; i++)
		to[i] = map[numbers[i]];
	mem_free(map);
	job->placed = true;
}

/* The next one, unless the slice is over before. */
static void merge_column(struct job *job, struct slice *slice)
{
	struct property *c = job->columns[job->merged];

	if (!job->placed)
		place_found(job, c);
	if (!take_told(job, c, slice))
		return;
	c->known += job->range.n;
	c->bytes += job->bytes;
	if (c->failed == 0)
		c->failure = job->range.error;
	c->failed += job->range.failed;
	job->merged++;
	job->placed = false;
	job->told = 0;
}

static void merge_some(struct properties *p, struct slice *slice)
{
	struct job *job = p->first;

	if (job->merged < job->range.n_wanted)
		merge_column(job, slice);
	if (job->merged < job->range.n_wanted)
		return;
	p->first = job->next;
	if (p->first == NULL)
		p->last = NULL;
	p->queued--;
	free_job(job);
}

static void turn(void *ctx)
{
	struct properties *p = ctx;
	struct slice slice = {.until = time_monotonic() + SLICE_TIME};
	bool merged = false, ready = true;

	while (p->first != NULL && p->first->read && time_monotonic() < slice.until) {
		ready = is_ready(p->first);
		if (!ready)
			break;
		merge_some(p, &slice);
		merged = true;
	}
	start_jobs(p);
	if (p->first == NULL || !p->first->read || !ready)
		loop_idle_stop(p->idle);
	if (merged && p->changed != NULL)
		p->changed(p->ctx);
}

/* ---- all of them ----------------------------------------------------------------------------- */

struct properties *properties_new(struct loop *loop, const struct events *t)
{
	struct properties *p = mem_zero(1, sizeof(*p));

	p->loop = loop;
	p->table = t;
	p->idle = loop_idle_new(loop, turn, p);
	return p;
}

void properties_free(struct properties *p)
{
	if (p == NULL)
		return;
	atomic_store(&p->cancelled, true);
	loop_idle_free(p->idle);
	p->idle = NULL;
	while (p->jobs > 0)
		loop_step(p->loop, true);
	for (struct job *job = p->first, *next; job != NULL; job = next) {
		next = job->next;
		free_job(job);
	}
	for (uint32_t i = 0; i < p->n; i++)
		free_column(p->columns[i]);
	mem_free(p->columns);
	mem_free(p);
}

void properties_on_change(struct properties *p, loop_fn *changed, void *ctx)
{
	p->changed = changed;
	p->ctx = ctx;
}

void properties_refresh(struct properties *p)
{
	if (p->idle != NULL && next_event(p) < p->table->n)
		loop_idle_start(p->idle);
}

/* ---- fields ---------------------------------------------------------------------------------- */

/* What SDKs and people send for them; of evaluations the judge's score goes before its verdict. */
static const struct {
	enum field_number field;
	const char *names[PROPERTY_NAMES];
} field_names[] = {
	{FIELD_ENV,
         {"environment", "env", "deployment.environment.name", "deployment.environment"}},
	{FIELD_VERSION, {"release", "version", "$app_version", "service.version"}},
	{FIELD_URL, {"$ai_base_url", "$ai_request_url"}},
	{FIELD_TEMP, {"$ai_temperature", "$ai_model_parameters.temperature"}},
	{FIELD_MAX,
         {"$ai_max_tokens", "$ai_model_parameters.max_tokens",
          "$ai_model_parameters.max_completion_tokens", "$ai_model_parameters.max_output_tokens"}},
	{FIELD_EVAL, {"$ai_evaluation_name", "$ai_metric_name"}},
	{FIELD_SCORE,
         {"$ai_evaluation_score_value", "$ai_evaluation_result", "$ai_metric_value",
          "$ai_sentiment_score"}},
	{FIELD_FEEDBACK, {"$ai_feedback_text"}},
};

uint32_t property_names_of(unsigned field, const char *names[PROPERTY_NAMES])
{
	uint32_t n = 0;

	for (size_t i = 0; i < sizeof(field_names) / sizeof(field_names[0]); i++) {
		if (field_names[i].field != field)
			continue;
		while (n < PROPERTY_NAMES && field_names[i].names[n] != NULL) {
			names[n] = field_names[i].names[n];
			n++;
		}
	}
	return n;
}
