/* PostHog's API on a loop, against a server that answers when the test says so. Whatever does not come
 * within 20 s fails the test. */
#ifndef SUPPORT_API_BENCH_H
#define SUPPORT_API_BENCH_H

#include "collect/posthog_api.h"
#include "support/manual_server.h"

#define API_BENCH_KEY     "phx_secret_0123456789"
#define API_BENCH_PROJECT 7
#define API_BENCH_ASKS    64
#define API_BENCH_FOREVER UINT32_MAX /* a pace at which no wait ends, a time that is not over */

struct api_ask {
	struct api_bench *test;
	char query_id[POSTHOG_QUERY_ID];
	struct posthog_call *call;
	unsigned answers;
	enum posthog_trouble trouble;
	struct buf body;
	char why[256];
	void (*then)(struct api_ask *asked); /* within done; NULL: nothing */
};

struct api_bench {
	struct loop *loop;
	struct loop_timer *pulse; /* no step of the loop takes longer */
	struct manual_server *server;
	struct posthog_api *api;
	struct api_ask asks[API_BENCH_ASKS];
	unsigned count, changes; /* asks; changed */
	bool within;             /* a function of the API runs */
};

/* Setup and teardown of cmocka. The second checks that at most two requests were ever in flight, and
 * that every request bears the key, in its header alone. */
int api_bench_enter(void **state);
int api_bench_leave(void **state);

/* host and key are filled in. */
void api_bench_open(struct api_bench *test, struct posthog_api_options options);
void api_bench_open_patient(struct api_bench *test, uint32_t pace_ms);
void api_bench_open_once(struct api_bench *test, uint32_t pace_ms);

struct api_ask *api_bench_ask(struct api_bench *test, bool urgent);
struct api_ask *api_bench_ask_path(struct api_bench *test, const char *path);
void api_bench_cancel(struct api_bench *test, struct api_ask *a);

/* One turn of the loop; fails if from was too long ago. */
void api_bench_turn(struct api_bench *test, int64_t from);
/* Turns until so many requests have come, and no more. */
void api_bench_until_requests(struct api_bench *test, unsigned count);
void api_bench_until_answered(struct api_bench *test, const struct api_ask *a);
void api_bench_settle(struct api_bench *test); /* what is on its way arrives */
struct posthog_api_status api_bench_status(const struct api_bench *test);

/* Whether request i asks this, or cancels it. */
bool api_bench_is_of(struct api_bench *test, unsigned i, const struct api_ask *a);
bool api_bench_is_cancel_of(struct api_bench *test, unsigned i, const struct api_ask *a);
void api_bench_answer(struct api_bench *test, unsigned i, int status, const char *body);

#endif
