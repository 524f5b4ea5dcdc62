/* How fast a filter is worked out over the events of a file.
 *
 *   filter_probe FILE [KIND]      reads filters from its standard input, one a line; KIND is events (or traces, sessions)
 *
 * A line with sort:COLUMN is about the generations in that order (a column's name as in --fields), from their own order.
 * Loads FILE, then answers every line with
 *   PASSED EVENTS WALL_MS CPU_MS LOOP_MS LONGEST_MS PASS_MS
 * passed, of how many events; until all was known; processor time of all threads, of the loop, of its longest step (other
 * programs do not count in these three); and of a plain pass over the records, for comparison: a byte of each cache line is
 * looked at. Built and driven by filter.sh. */
#include "base/mem.h"
#include "index/loader.h"
#include "query/filtered.h"
#include "query/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEP_US 3000

struct probe {
	struct loop *loop;
	struct events events;
	struct model *model;
	struct properties *properties;
	struct loader *loader;
	enum filtered_of of;
	struct rows generations; /* in their own order */
};

static void die(const struct errinfo *e)
{
	fprintf(stderr, "filter_probe: %s\n", e->msg);
	exit(2);
}

static void on_added(void *ctx, uint32_t event)
{
	struct probe *p = ctx;

	model_add(p->model, event);
}

static void load(struct probe *p, const char *path)
{
	struct loader_events notify = {.added = on_added, .ctx = p};
	struct errinfo e = {0};
	struct journal *journal;
	uint32_t number;

	if (journal_open(&journal, path, &e))
		die(&e);
	events_init(&p->events);
	p->model = model_new(&p->events);
	p->properties = properties_new(p->loop, &p->events);
	number = events_add_journal(&p->events, journal);
	p->loader = loader_new(p->loop, &p->events, journal, number, &notify);
	loader_start(p->loader, false);
	while (loader_status(p->loader)->state == LOADER_LOADING)
		loop_step(p->loop, true);
}

static double clock_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double pass(const struct probe *p)
{
	double began = clock_ms(CLOCK_THREAD_CPUTIME_ID);
	uint64_t sum = 0;

	for (uint32_t at = 0; at < p->events.n; at += EVENTS_CHUNK) {
		const struct event_chunk *chunk = events_chunk(&p->events, at);
		const char *bytes = (const char *)chunk->events;

		for (size_t i = 0; i < sizeof(chunk->events); i += 64)
			sum += (unsigned char)bytes[i];
	}
	return clock_ms(CLOCK_THREAD_CPUTIME_ID) - began + (sum == 1 ? 1e-9 : 0);
}

struct cost {
	double wall, cpu, loop, longest; /* milliseconds; of the loop, of its longest step */
};

static void begin(struct cost *c)
{
	*c = (struct cost){.wall = clock_ms(CLOCK_MONOTONIC),
	                   .cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID)};
}

static void end(struct cost *c)
{
	c->wall = clock_ms(CLOCK_MONOTONIC) - c->wall;
	c->cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - c->cpu;
}

/* Of a step that began then. */
static void add_step(struct cost *c, double began)
{
	double step = clock_ms(CLOCK_THREAD_CPUTIME_ID) - began;

	c->loop += step;
	c->longest = step > c->longest ? step : c->longest;
}

static void print(const struct probe *p, uint32_t passed, const struct cost *c, double plain)
{
	printf("%u %u %.2f %.2f %.2f %.2f %.2f\n", passed, p->events.n, c->wall, c->cpu, c->loop,
	       c->longest, plain);
	fflush(stdout);
}

static void on_sorted(void *ctx)
{
	(void)ctx;
}

static void run_sort(struct probe *p, const struct filter *f)
{
	double plain = pass(p), step;
	struct rows_build *b;
	struct cost cost;
	struct query q;
	struct rows r;
	bool done;

	query_init(&q, ROWS_GENERATIONS);
	if (p->generations.at == NULL)
		rows_build(&p->generations, p->model, &q);
	q.sort = rows_column(ROWS_GENERATIONS, f->sort);
	q.ascending = !f->descending;
	begin(&cost);
	b = rows_start(p->model, &q, &p->generations);
	rows_on_workers(b, p->loop, on_sorted, NULL);
	do {
		step = clock_ms(CLOCK_THREAD_CPUTIME_ID);
		done = rows_step(b, time_monotonic() + STEP_US);
		add_step(&cost, step);
		while (rows_waits(b))
			loop_step(p->loop, true);
	} while (!done);
	step = clock_ms(CLOCK_THREAD_CPUTIME_ID);
	rows_take(b, &r);
	add_step(&cost, step);
	end(&cost);
	print(p, r.n, &cost, plain);
	rows_free(&r);
}

static void run(struct probe *p, struct str text)
{
	struct filter_reading how = {.now = time_now()};
	struct filtered_context with = {
		.loop = p->loop, .model = p->model, .properties = p->properties};
	double plain = pass(p), step;
	struct errinfo e = {0};
	struct filter *f;
	struct filtered *d;
	struct cost cost;

	if (filter_parse(&f, text, &how, &e) > FILTER_VALID)
		die(&e);
	if (f != NULL && f->sort.n > 0) {
		run_sort(p, f);
		filter_free(f);
		return;
	}
	begin(&cost);
	step = clock_ms(CLOCK_THREAD_CPUTIME_ID);
	if (filtered_new(&d, f, p->of, &with, &e))
		die(&e);
	add_step(&cost, step);
	do {
		bool waits;

		step = clock_ms(CLOCK_THREAD_CPUTIME_ID);
		waits = filtered_step(d, time_monotonic() + STEP_US);
		add_step(&cost, step);
		if (waits && !filtered_done(d))
			loop_step(p->loop, true);
	} while (!filtered_done(d));
	end(&cost);
	print(p, filtered_count(d), &cost, plain);
	filtered_free(d);
	filter_free(f);
}

int main(int argc, char **argv)
{
	struct probe p = {.of = FILTERED_EVENTS};
	char line[4096];

	if (argc < 2) {
		fprintf(stderr, "usage: filter_probe FILE [events|traces|sessions]\n");
		return 2;
	}
	if (argc > 2 && strcmp(argv[2], "events") != 0)
		p.of = strcmp(argv[2], "traces") == 0 ? FILTERED_TRACES : FILTERED_SESSIONS;
	mem_start();
	p.loop = loop_new();
	load(&p, argv[1]);
	while (fgets(line, sizeof(line), stdin) != NULL)
		run(&p, str_sub(str_of(line), 0, strcspn(line, "\n")));
	rows_free(&p.generations);
	loader_free(p.loader);
	properties_free(p.properties);
	model_free(p.model);
	loop_free(p.loop);
	return 0;
}
