/* The explorer over files that grow, shrink, are replaced, deleted and come back while they are followed. */
#include "base/time.h"
#include "explorer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE (20 * TIME_SECOND)

struct bench {
	struct loop *loop;
	struct loop_timer *tick; /* so that waiting for something that never comes ends */
	struct explorer *explorer;
	char folder[64], path[80], other[80];
	unsigned said;  /* what became of sources */
	char last[256]; /* with which error */
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static void count_said(void *ctx, uint32_t source)
{
	struct bench *b = ctx;

	assert_true(source < explorer_source_count(b->explorer));
	snprintf(b->last, sizeof(b->last), "%s", explorer_source(b->explorer, source)->error.msg);
	b->said++;
}

static int enter(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	snprintf(b->folder, sizeof(b->folder), "/tmp/following-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/a.ndjson", b->folder);
	snprintf(b->other, sizeof(b->other), "%s/b.ndjson", b->folder);
	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, nothing, NULL);
	loop_timer_start(b->tick, 20, 20);
	b->explorer = explorer_new(b->loop);
	explorer_on_source(b->explorer, count_said, b);
	*state = b;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;

	explorer_free(b->explorer);
	loop_timer_free(b->tick);
	loop_free(b->loop);
	unlink(b->path);
	unlink(b->other);
	rmdir(b->folder);
	free(b);
	return 0;
}

static void put(const char *path, const char *mode, int from, int to)
{
	FILE *f = fopen(path, mode);

	assert_non_null(f);
	for (int i = from; i <= to; i++)
		fprintf(f, "{\"event\":\"$ai_span\",\"uuid\":\"00000000-0000-4000-8000-%012d\"}\n",
		        i);
	assert_int_equal(fclose(f), 0);
}

/* Waits until so many events were added, counting those that were there before. */
static void wait_events(struct bench *b, uint32_t n)
{
	int64_t end = time_monotonic() + PATIENCE;

	while (explorer_events(b->explorer)->n < n || explorer_loading(b->explorer)) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
	assert_int_equal(explorer_events(b->explorer)->n, n);
}

static void wait_state(struct bench *b, uint32_t source, enum loader_state state)
{
	int64_t end = time_monotonic() + PATIENCE;

	while (explorer_source(b->explorer, source)->state != state) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

static void follow(struct bench *b)
{
	struct errinfo e;

	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, true);
	explorer_load(b->explorer);
}

static uint32_t distinct(const struct bench *b)
{
	return explorer_events(b->explorer)->n -
	       (uint32_t)model_duplicates(explorer_model(b->explorer));
}

static bool can_be_read(const struct bench *b, uint32_t event)
{
	struct buf text = {0};
	bool can = events_read(explorer_events(b->explorer), event, &text, NULL) == ERR_OK;

	buf_free(&text);
	return can;
}

static void reads_a_truncated_file_again(void **state)
{
	struct bench *b = *state;
	struct errinfo e = {0};
	struct buf text = {0};

	put(b->path, "w", 1, 5);
	follow(b);
	put(b->path, "w", 5, 7);
	wait_events(b, 8);
	assert_int_equal(explorer_source_count(b->explorer), 2);
	assert_int_equal(explorer_source(b->explorer, 0)->state, LOADER_SHRUNK);
	assert_true(explorer_source(b->explorer, 0)->succeeded);
	assert_true(explorer_source(b->explorer, 0)->since != TIME_NONE);
	assert_string_equal(explorer_source_path(b->explorer, 1), b->path);
	assert_int_equal(b->said, 1);
	assert_int_equal(distinct(b), 7);
	assert_int_equal(events_read(explorer_events(b->explorer), 0, &text, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "the file has changed"));
	assert_true(can_be_read(b, 5));
	put(b->path, "a", 8, 9);
	wait_events(b, 10);
	assert_int_equal(distinct(b), 9);
	buf_free(&text);
}

/* Truncated and longer than before when it is looked at. */
static void notices_a_file_written_anew(void **state)
{
	struct bench *b = *state;

	put(b->path, "w", 1, 2);
	follow(b);
	put(b->path, "w", 11, 19);
	wait_events(b, 11);
	assert_int_equal(explorer_source(b->explorer, 0)->state, LOADER_SHRUNK);
	assert_int_equal(distinct(b), 11);
}

static void append_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void wait_pending(struct bench *b, uint64_t bytes)
{
	int64_t end = time_monotonic() + PATIENCE;

	while (explorer_source(b->explorer, 0)->pending != bytes) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
}

/* As a writer does on a full disk: what was taken in is still there, and goes on. */
static void a_torn_line_may_be_taken_back(void **state)
{
	struct bench *b = *state;
	struct stat status;

	put(b->path, "w", 1, 3);
	assert_int_equal(stat(b->path, &status), 0);
	follow(b);
	append_text(b->path, "{\"event\":\"$ai_sp");
	wait_pending(b, 16);
	assert_int_equal(truncate(b->path, status.st_size), 0);
	wait_pending(b, 0);
	assert_int_equal(explorer_source(b->explorer, 0)->loaded, status.st_size);
	put(b->path, "a", 4, 4);
	wait_events(b, 4);
	/* Another line in the place of a torn one, no longer than that. */
	append_text(b->path, "{\"event\":\"$ai_span\",\"uuid\":"
	                     "\"00000000-0000-4000-8000-0000000000000000000000000000");
	wait_pending(b, 80);
	assert_int_equal(truncate(b->path, status.st_size / 3 * 4), 0);
	put(b->path, "a", 5, 5);
	wait_events(b, 5);
	assert_int_equal(distinct(b), 5);
	assert_int_equal(explorer_source(b->explorer, 0)->counts.bad_lines, 0);
	assert_int_equal(explorer_source_count(b->explorer), 1);
	assert_int_equal(b->said, 0);
}

static unsigned open_files(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Of what was rotated away the newest few stay open; of what was truncated nothing can be read any more. */
static void few_ended_files_stay_open(void **state)
{
	enum { ROTATIONS = 12, TRUNCATIONS = 6 };
	struct bench *b = *state;
	struct errinfo e = {0};
	struct buf text = {0};
	unsigned before;

	put(b->path, "w", 1, 2);
	follow(b);
	before = open_files();
	for (uint32_t i = 1; i <= ROTATIONS; i++) {
		unlink(b->path);
		put(b->path, "w", (int)i * 2 + 1, (int)i * 2 + 2);
		wait_events(b, i * 2 + 2);
	}
	assert_true(open_files() <= before + 8);
	assert_int_equal(distinct(b), (ROTATIONS + 1) * 2);
	for (uint32_t i = 5 * 2; i < (ROTATIONS + 1) * 2; i++)
		assert_true(can_be_read(b, i));
	assert_int_equal(events_read(explorer_events(b->explorer), 0, &text, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "rotated away"));
	assert_non_null(strstr(e.msg, b->path));
	before = open_files();
	for (uint32_t i = 1; i <= TRUNCATIONS; i++) {
		put(b->path, "w", 100 - (int)i, 100 - (int)i);
		wait_events(b, (ROTATIONS + 1) * 2 + i);
	}
	assert_true(open_files() <= before + 1);
	buf_free(&text);
}

/* As log rotation does it: the writer goes on with the old file for a while. */
static void follows_a_rotated_file(void **state)
{
	struct bench *b = *state;

	put(b->path, "w", 1, 3);
	follow(b);
	assert_int_equal(rename(b->path, b->other), 0);
	put(b->other, "a", 4, 5);
	put(b->path, "w", 6, 7);
	wait_events(b, 7);
	assert_int_equal(distinct(b), 7);
	assert_int_equal(explorer_source_count(b->explorer), 2);
	assert_int_equal(explorer_source(b->explorer, 0)->state, LOADER_REPLACED);
	for (uint32_t i = 0; i < 7; i++)
		assert_true(can_be_read(b, i));
	put(b->other, "a", 8, 8);
	put(b->path, "a", 9, 9);
	wait_events(b, 9);
	assert_int_equal(distinct(b), 9);
	assert_int_equal(explorer_source_count(b->explorer), 2);
}

static void follows_a_file_that_comes_back(void **state)
{
	struct bench *b = *state;

	put(b->path, "w", 1, 3);
	follow(b);
	unlink(b->path);
	wait_state(b, 0, LOADER_GONE);
	assert_int_equal(b->said, 1);
	assert_true(can_be_read(b, 2));
	put(b->path, "w", 4, 4);
	wait_events(b, 4);
	assert_int_equal(explorer_source(b->explorer, 0)->state, LOADER_REPLACED);
	assert_int_equal(explorer_source_count(b->explorer), 2);
	assert_int_equal(b->said, 2);
	unlink(b->path);
	wait_state(b, 1, LOADER_GONE);
	assert_int_equal(explorer_source(b->explorer, 0)->state, LOADER_REPLACED);
	assert_int_equal(b->said, 3);
}

static void waits_for_a_file(void **state)
{
	struct bench *b = *state;
	struct errinfo e;

	assert_int_equal(explorer_await_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, true);
	explorer_load(b->explorer);
	assert_int_equal(explorer_source(b->explorer, 0)->state, LOADER_AWAITED);
	put(b->path, "w", 1, 3);
	wait_events(b, 3);
	put(b->path, "a", 4, 4);
	wait_events(b, 4);
	assert_int_equal(explorer_source_count(b->explorer), 1);
	assert_int_equal(b->said, 1);
}

/* Said once, and asked for again when it changes. */
static void says_what_cannot_be_read(void **state)
{
	struct bench *b = *state;

	put(b->path, "w", 1, 3);
	follow(b);
	unlink(b->path);
	assert_int_equal(mkfifo(b->path, 0600), 0);
	wait_state(b, 0, LOADER_REPLACED);
	assert_false(explorer_source(b->explorer, 0)->succeeded);
	assert_non_null(strstr(explorer_source(b->explorer, 0)->error.msg, "a pipe"));
	assert_int_equal(explorer_source_count(b->explorer), 1);
	assert_int_equal(b->said, 1);
	assert_non_null(strstr(b->last, "a pipe"));
	assert_int_equal(rename(b->path, b->other), 0);
	put(b->path, "w", 4, 4);
	wait_events(b, 4);
	assert_true(explorer_source(b->explorer, 0)->succeeded);
	assert_string_equal(b->last, "");
}

/* A worker reads them; of what was truncated there is nothing to be read. */
static void shows_bytes_of_a_source(void **state)
{
	struct bench *b = *state;
	const struct source_bytes *bytes;

	put(b->path, "w", 1, 3);
	follow(b);
	assert_int_equal(explorer_source_bytes(b->explorer, 0, 1, 7)->state, DETAIL_LOADING);
	/* What is asked for last counts. */
	assert_int_equal(explorer_source_bytes(b->explorer, 0, 2, 5)->state, DETAIL_LOADING);
	do {
		loop_step(b->loop, true);
		bytes = explorer_source_bytes(b->explorer, 0, 2, 5);
	} while (bytes->state == DETAIL_LOADING);
	assert_int_equal(bytes->state, DETAIL_READY);
	assert_int_equal(bytes->bytes.n, 5);
	assert_memory_equal(bytes->bytes.p, "event", 5);
	put(b->path, "w", 4, 4);
	wait_state(b, 0, LOADER_SHRUNK);
	do {
		bytes = explorer_source_bytes(b->explorer, 0, 1, 7);
		loop_step(b->loop, true);
	} while (bytes->state == DETAIL_LOADING);
	assert_int_equal(bytes->state, DETAIL_FAILED);
	assert_non_null(strstr(bytes->error.msg, "the file has changed"));
	(void)explorer_source_bytes(b->explorer, 0, 1, 8); /* left under way */
}

/* Nobody can tell which of them is in it again. */
static void counts_events_without_uuid(void **state)
{
	struct bench *b = *state;

	put(b->path, "w", 1, 2);
	append_text(b->path, "{\"event\":\"$ai_span\"}\n");
	follow(b);
	assert_int_equal(explorer_source_nameless(b->explorer, 0), 1);
	put(b->path, "w", 1, 2);
	wait_events(b, 5);
	assert_int_equal(explorer_source_nameless(b->explorer, 0), 1);
	assert_int_equal(explorer_source_nameless(b->explorer, 1), 0);
	assert_int_equal(distinct(b), 3);
}

/* What cannot be opened in a folder of segments holds up nothing behind it. */
static void passes_over_a_bad_segment(void **state)
{
	struct bench *b = *state;
	struct errinfo e = {0};
	char later[80];

	assert_int_equal(mkdir(b->path, 0700), 0);
	put(b->other, "w", 1, 2);
	assert_int_equal(explorer_add_folder(b->explorer, b->folder, &e), ERR_IO);
	assert_non_null(strstr(e.msg, b->path));
	explorer_start(b->explorer, true);
	wait_events(b, 2);
	snprintf(later, sizeof(later), "%s/c.ndjson", b->folder);
	put(later, "w", 3, 3);
	wait_events(b, 3);
	rmdir(b->path);
	unlink(later);
}

/* However often it changes while pieces of it are being read. */
static void stays_true_while_it_is_truncated(void **state)
{
	struct bench *b = *state;
	int64_t end = time_monotonic() + PATIENCE;

	put(b->path, "w", 1, 40000);
	assert_int_equal(explorer_add_file(b->explorer, b->path, NULL), ERR_OK);
	explorer_start(b->explorer, true);
	for (int i = 0; i < 3; i++) {
		loop_step(b->loop, true);
		put(b->path, "w", 100000, 100000 + i);
	}
	while (distinct(b) == 0 || explorer_loading(b->explorer) ||
	       explorer_source_count(b->explorer) < 2 ||
	       ids_find(&explorer_events(b->explorer)->ids,
	                STR("00000000-0000-4000-8000-000000100002")) == 0) {
		assert_true(time_monotonic() < end);
		loop_step(b->loop, true);
	}
	assert_true(distinct(b) <= 40003);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(reads_a_truncated_file_again),
		TEST(notices_a_file_written_anew),
		TEST(a_torn_line_may_be_taken_back),
		TEST(few_ended_files_stay_open),
		TEST(follows_a_rotated_file),
		TEST(follows_a_file_that_comes_back),
		TEST(waits_for_a_file),
		TEST(says_what_cannot_be_read),
		TEST(shows_bytes_of_a_source),
		TEST(counts_events_without_uuid),
		TEST(passes_over_a_bad_segment),
		TEST(stays_true_while_it_is_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
