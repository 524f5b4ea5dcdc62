#include "support/source_bench.h"

#include "base/time.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GIVE_UP (20 * TIME_SECOND)

static void nothing(void *ctx)
{
	(void)ctx;
}

int source_bench_enter(void **state)
{
	struct source_bench *test = calloc(1, sizeof(*test));

	test->loop = loop_new();
	test->pulse = loop_timer_new(test->loop, nothing, NULL);
	loop_timer_start(test->pulse, 5, 5);
	test->server = manual_server_new(test->loop);
	strcpy(test->cache, "/tmp/tracehog-test-XXXXXX");
	assert_non_null(mkdtemp(test->cache));
	*state = test;
	return 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about, (void)kind, (void)where;
	return remove(path);
}

int source_bench_leave(void **state)
{
	struct source_bench *test = *state;
	struct str bearer = STR("\r\nAuthorization: Bearer " SOURCE_BENCH_KEY "\r\n");

	for (unsigned i = 0; i < manual_server_count(test->server); i++) {
		struct str request = manual_server_request(test->server, i);

		assert_int_equal(str_find(request, STR(SOURCE_BENCH_KEY), 0, false),
		                 str_find(request, bearer, 0, false) +
		                         strlen("\r\nAuthorization: Bearer "));
	}
	source_bench_close(test);
	manual_server_free(test->server);
	loop_free(test->loop);
	nftw(test->cache, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	buf_free(&test->lines);
	free(test);
	return 0;
}

/* ---- the reader ---- */

static void on_written(void *ctx)
{
	((struct source_bench *)ctx)->written++;
}

static void on_changed(void *ctx)
{
	((struct source_bench *)ctx)->changed++;
}

static bool is_behind(void *ctx)
{
	(void)ctx;
	return false;
}

static bool has_event(void *ctx, struct str uuid)
{
	const struct source_bench *test = ctx;

	for (unsigned i = 0; i < test->known_count; i++)
		if (str_eq(test->known[i], uuid))
			return true;
	return false;
}

static bool has_totals(void *ctx, enum posthog_list list, struct str id, int64_t last)
{
	(void)list, (void)id, (void)last;
	return ((const struct source_bench *)ctx)->totals_known;
}

/* ---- the source ---- */

void source_bench_open(struct source_bench *test, struct posthog_options options)
{
	struct posthog_reader reader = {on_written, on_changed, is_behind,
	                                has_event,  has_totals, test};
	struct errinfo e = {0};

	options.host = manual_server_url(test->server);
	options.key = STR(SOURCE_BENCH_KEY);
	options.cache = options.cache ? NULL : test->cache;
	options.pace_ms = options.pace_ms ? options.pace_ms : 1;
	assert_int_equal(posthog_open(&test->posthog, test->loop, &options, &reader, &e), ERR_OK);
}

void source_bench_open_ready(struct source_bench *test)
{
	source_bench_open(
		test, (struct posthog_options){.project = SOURCE_BENCH_PROJECT, .patient = true});
	source_bench_answer(test, "GET /api/projects/7/", 200, "{\"id\":7,\"name\":\"Hogs\"}");
	source_bench_until_idle(test);
}

void source_bench_close(struct source_bench *test)
{
	posthog_close(test->posthog);
	test->posthog = NULL;
}

static void turn(struct source_bench *test, int64_t from)
{
	assert_true(time_monotonic() - from < GIVE_UP);
	loop_step(test->loop, true);
}

static unsigned find(const struct source_bench *test, const char *text)
{
	for (unsigned i = 0; i < manual_server_count(test->server); i++)
		if (manual_server_waits(test->server, i) &&
		    str_find(manual_server_request(test->server, i), str_of(text), 0, false) !=
		            SIZE_MAX)
			return i;
	return UINT_MAX;
}

unsigned source_bench_wait(struct source_bench *test, const char *text)
{
	unsigned i;

	for (int64_t from = time_monotonic(); (i = find(test, text)) == UINT_MAX;)
		turn(test, from);
	return i;
}

void source_bench_settle(struct source_bench *test)
{
	for (int i = 0; i < 20; i++)
		loop_step(test->loop, true);
}

bool source_bench_is_asked(struct source_bench *test, const char *text)
{
	source_bench_settle(test);
	return find(test, text) != UINT_MAX;
}

void source_bench_answer(struct source_bench *test, const char *text, int status, const char *body)
{
	manual_server_answer(test->server, source_bench_wait(test, text), status, "", body);
}

struct posthog_status source_bench_status(const struct source_bench *test)
{
	struct posthog_status status;

	posthog_read_status(test->posthog, &status);
	return status;
}

void source_bench_until_idle(struct source_bench *test)
{
	for (int64_t from = time_monotonic(); source_bench_status(test).waiting > 0;)
		turn(test, from);
}

/* ---- the folder ---- */

static void add_file(struct buf *out, const char *folder, const char *name)
{
	char path[600], bytes[4096];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buf_append(out, (struct str){bytes, n});
	fclose(file);
}

const char *source_bench_lines(struct source_bench *test)
{
	const char *folder = posthog_folder(test->posthog);
	struct dirent **list = NULL;
	int n = scandir(folder, &list, NULL, alphasort);

	assert_true(n >= 0);
	buf_clear(&test->lines);
	for (int i = 0; i < n; i++) {
		if (str_ends(str_of(list[i]->d_name), STR(".ndjson")))
			add_file(&test->lines, folder, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return buf_text(&test->lines);
}
