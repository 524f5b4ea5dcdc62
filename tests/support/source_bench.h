/* A PostHog source on a loop, against a server that answers when the test says so. Its reader knows what
 * the test says it knows. Whatever does not come within 20 s fails the test. */
#ifndef SUPPORT_SOURCE_BENCH_H
#define SUPPORT_SOURCE_BENCH_H

#include "collect/posthog.h"
#include "support/manual_server.h"

#define SOURCE_BENCH_KEY     "phx_secret_0123456789"
#define SOURCE_BENCH_PROJECT 7
#define SOURCE_BENCH_SINCE   INT64_C(1790000000000000)
#define SOURCE_BENCH_UNTIL   (SOURCE_BENCH_SINCE + POSTHOG_DAY)

struct source_bench {
	struct loop *loop;
	struct loop_timer *pulse; /* no step of the loop takes longer */
	struct manual_server *server;
	struct posthog *posthog;
	unsigned written, changed; /* calls */
	struct str known[8];       /* uuids of events that are there */
	unsigned known_count;
	bool totals_known; /* of every trace and session */
	struct buf lines;  /* what source_bench_lines gave last */
	char cache[32];
};

/* Setup and teardown of cmocka. The second closes the source if it is open, and checks that every
 * request bore the key, in its header alone. */
int source_bench_enter(void **state);
int source_bench_leave(void **state);

/* host, key and cache are filled in (cache "": none); a wait is a millisecond. */
void source_bench_open(struct source_bench *test, struct posthog_options options);
/* With the project known; patient. The project's own request is answered. */
void source_bench_open_ready(struct source_bench *test);
void source_bench_close(struct source_bench *test);

/* Turns until a request stands there unanswered whose text holds this; gives its number. */
unsigned source_bench_wait(struct source_bench *test, const char *text);
void source_bench_settle(struct source_bench *test); /* what is on its way arrives */
/* Whether any request that holds this stands there unanswered, once what is on its way has arrived. */
bool source_bench_is_asked(struct source_bench *test, const char *text);
/* Waits for a request and answers it. */
void source_bench_answer(struct source_bench *test, const char *text, int status, const char *body);
void source_bench_until_idle(
	struct source_bench *test); /* nothing that a person asked for is left */
struct posthog_status source_bench_status(const struct source_bench *test);
/* What is in the folder; until the next call. */
const char *source_bench_lines(struct source_bench *test);

#endif
