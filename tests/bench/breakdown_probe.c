/* How long figures of the events of a file take, split by a field.
 *
 *   breakdown_probe FILE [ROUNDS]   reads what to split by from its standard input, one a line: model, @release; time:60 is
 *                                   60 slices of time
 *
 * Loads FILE into an explorer, then answers every line ROUNDS times (1) with
 *   PARTS EVENTS WALL_MS CPU_MS LOOP_MS LONGEST_MS
 * from breakdown_new until it is done, with the loop running; processor time of all threads, of the loop's steps, and of the
 * longest of them (other programs do not count in these three). A column of properties is read before. Built and driven by
 * breakdown.sh. */
#include "base/mem.h"
#include "explorer.h"
#include "query/breakdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEP_US 3000

static double clock_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct explorer *load(struct loop *loop, const char *path)
{
	struct explorer *x = explorer_new(loop);
	struct errinfo e = {0};

	if (explorer_add_file(x, path, &e)) {
		fprintf(stderr, "breakdown_probe: %s\n", e.msg);
		exit(2);
	}
	explorer_start(x, false);
	explorer_load(x);
	return x;
}

static struct split *split_of(struct explorer *x, struct loop *loop, const char *by)
{
	struct model *m = explorer_model(x);
	struct errinfo e = {0};
	struct split *s;

	if (strncmp(by, "time:", 5) == 0)
		return split_by_time(m, model_first_time(m), model_last_time(m) + 1,
		                     (uint32_t)strtoul(by + 5, NULL, 10));
	if (split_new(&s, str_of(by), m, explorer_properties(x), &e)) {
		fprintf(stderr, "breakdown_probe: %s\n", e.msg);
		exit(2);
	}
	while (!split_ready(s))
		loop_step(loop, true);
	return s;
}

struct timing {
	double wall, cpu, loop, longest; /* milliseconds */
};

/* Of a step that began then. */
static void add_step(struct timing *c, double began)
{
	double step = clock_ms(CLOCK_THREAD_CPUTIME_ID) - began;

	c->loop += step;
	c->longest = step > c->longest ? step : c->longest;
}

static struct breakdown *work_out(struct loop *loop, const struct breakdown_query *q,
                                  struct timing *c)
{
	double step = clock_ms(CLOCK_THREAD_CPUTIME_ID);
	struct breakdown *b = breakdown_new(loop, q, NULL, NULL);

	add_step(c, step);
	while (!breakdown_done(b)) {
		bool waits;

		step = clock_ms(CLOCK_THREAD_CPUTIME_ID);
		waits = breakdown_step(b, time_monotonic() + STEP_US);
		add_step(c, step);
		step = clock_ms(CLOCK_THREAD_CPUTIME_ID);
		if (waits && !breakdown_done(b))
			loop_step(loop, true);
		add_step(c, step);
	}
	return b;
}

static void run(struct loop *loop, const struct breakdown_query *q)
{
	struct timing c = {.wall = clock_ms(CLOCK_MONOTONIC),
	                   .cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID)};
	struct breakdown *b = work_out(loop, q, &c);

	c.wall = clock_ms(CLOCK_MONOTONIC) - c.wall;
	c.cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - c.cpu;
	printf("%u %u %.2f %.2f %.2f %.2f\n", breakdown_count(b), model_events(q->model)->n, c.wall,
	       c.cpu, c.loop, c.longest);
	fflush(stdout);
	breakdown_free(b);
}

int main(int argc, char **argv)
{
	struct loop *loop;
	struct explorer *x;
	char line[256];

	if (argc < 2) {
		fprintf(stderr, "usage: breakdown_probe FILE [ROUNDS]\n");
		return 2;
	}
	mem_start();
	loop = loop_new();
	x = load(loop, argv[1]);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct breakdown_query q = {
			.model = explorer_model(x), .since = TIME_NONE, .until = TIME_NONE};

		line[strcspn(line, "\n")] = '\0';
		q.split = split_of(x, loop, line);
		for (long i = argc > 2 ? strtol(argv[2], NULL, 10) : 1; i > 0; i--)
			run(loop, &q);
		split_free(q.split);
	}
	explorer_free(x);
	loop_free(loop);
	return 0;
}
