/* How long the insight of a trace takes, and how long it holds the loop.
 *
 *   insight_probe FILE [ROUNDS]
 *
 * Loads FILE into an explorer; then ROUNDS times (1) for its first trace, a line each,
 *   WHAT SPANS CPU_MS LONGEST_MS
 * of the tree, what is alike in it, its insight and its critical path, in steps as the trace's screen makes them: processor
 * time of all, and of the longest (other programs do not count). To begin, to take what is done, and to free it are steps,
 * too. Built and driven by insight.sh. */
#include "base/mem.h"
#include "explorer.h"
#include "model/insight.h"
#include "model/insight_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STEP_US 3000 /* as widget/waterfall.h */

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int64_t end_of_step(void)
{
	return time_monotonic() + STEP_US;
}

struct timing {
	double began, sum, longest; /* milliseconds */
};

static void begin(struct timing *t)
{
	t->began = now_ms();
}

static void end(struct timing *t)
{
	double step = now_ms() - t->began;

	t->sum += step;
	t->longest = step > t->longest ? step : t->longest;
}

/* Each of the statements is a step. */
#define STEP(t, statement) (begin(t), (statement), end(t))

static void say(const char *what, uint32_t spans, struct timing *t)
{
	printf("%s %u %.3f %.3f\n", what, spans, t->sum, t->longest);
	fflush(stdout);
	*t = (struct timing){0};
}

static void make_tree(const struct model *m, struct tree *tree)
{
	struct timing t = {0};
	struct tree_build *b;
	bool done = false;

	STEP(&t, b = tree_start(m, 0));
	while (!done)
		STEP(&t, done = tree_step(b, end_of_step()));
	STEP(&t, tree_take(b, tree));
	say("tree", tree->n, &t);
}

static void make_alike(const struct model *m, const struct tree *tree, struct alike *alike)
{
	struct timing t = {0};
	struct alike_build *b;
	bool done = false;

	STEP(&t, b = alike_start(tree, model_events(m)));
	while (!done)
		STEP(&t, done = alike_step(b, end_of_step()));
	STEP(&t, alike_take(b, alike));
	say("alike", tree->n, &t);
}

static void make_insight(const struct model *m, const struct tree *tree, const struct alike *alike)
{
	struct timing t = {0};
	struct insight_build *b;
	struct insight found;
	bool done = false;

	STEP(&t, b = insight_start(m, 0, tree, alike));
	while (!done)
		STEP(&t, done = insight_step(b, end_of_step()));
	STEP(&t, insight_take(b, &found));
	STEP(&t, insight_free(&found));
	say("insight", tree->n, &t);
}

static void make_path(const struct model *m, const struct tree *tree)
{
	struct timing t = {0};
	struct insight_path_build *b;
	struct insight_path path;
	bool done = false;

	STEP(&t, b = insight_path_start(model_events(m), tree));
	while (!done)
		STEP(&t, done = insight_path_step(b, end_of_step()));
	STEP(&t, insight_path_take(b, &path));
	STEP(&t, insight_path_free(&path));
	say("path", tree->n, &t);
}

int main(int argc, char **argv)
{
	struct errinfo e = {0};
	struct loop *loop;
	struct explorer *x;

	if (argc < 2) {
		fprintf(stderr, "usage: insight_probe FILE [ROUNDS]\n");
		return 2;
	}
	mem_start();
	loop = loop_new();
	x = explorer_new(loop);
	if (explorer_add_file(x, argv[1], &e)) {
		fprintf(stderr, "insight_probe: %s\n", e.msg);
		return 2;
	}
	explorer_start(x, false);
	explorer_load(x);
	for (long i = argc > 2 ? strtol(argv[2], NULL, 10) : 1; i > 0; i--) {
		struct tree tree;
		struct alike alike;

		make_tree(explorer_model(x), &tree);
		make_alike(explorer_model(x), &tree, &alike);
		make_insight(explorer_model(x), &tree, &alike);
		make_path(explorer_model(x), &tree);
		alike_free(&alike);
		tree_free(&tree);
	}
	explorer_free(x);
	loop_free(loop);
	return 0;
}
