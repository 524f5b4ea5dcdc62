/* See loader_bench.h. */
#include "support/loader_bench.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void on_added(void *ctx, uint32_t event)
{
	struct loader_bench *b = ctx;

	assert_int_equal(event, b->added);
	b->added++;
}

static void on_changed(void *ctx)
{
	struct loader_bench *b = ctx;

	b->changes++;
	if (b->wanted && b->added >= b->wanted)
		loop_stop(b->loop);
}

int loader_bench_enter(void **state)
{
	struct loader_bench *b = calloc(1, sizeof(*b));
	int file;

	b->loop = loop_new();
	snprintf(b->path, sizeof(b->path), "/tmp/loader-XXXXXX");
	file = mkstemp(b->path);
	assert_true(file >= 0);
	close(file);
	*state = b;
	return 0;
}

int loader_bench_leave(void **state)
{
	struct loader_bench *b = *state;

	unlink(b->path);
	loop_free(b->loop);
	free(b);
	return 0;
}

void loader_bench_write(const struct loader_bench *b, int flags, struct str bytes)
{
	int file = open(b->path, O_WRONLY | O_CREAT | flags, 0600);

	assert_true(file >= 0);
	assert_int_equal(write(file, bytes.p, bytes.n), bytes.n);
	close(file);
}

void loader_bench_append(const struct loader_bench *b, const char *text)
{
	loader_bench_write(b, O_APPEND, str_of(text));
}

void loader_bench_open(struct loader_bench *b)
{
	struct loader_events notify = {.added = on_added, .changed = on_changed, .ctx = b};

	b->added = b->changes = b->wanted = 0;
	assert_int_equal(journal_open(&b->journal, b->path, NULL), ERR_OK);
	events_init(&b->table);
	events_add_journal(&b->table, b->journal);
	b->loader = loader_new(b->loop, &b->table, b->journal, 0, &notify);
}

void loader_bench_close(struct loader_bench *b)
{
	loader_free(b->loader);
	events_fini(&b->table);
	journal_close(b->journal);
}

void loader_bench_wait(struct loader_bench *b)
{
	while (loader_status(b->loader)->state == LOADER_LOADING && loop_step(b->loop, true))
		continue;
	assert_int_not_equal(loader_status(b->loader)->state, LOADER_LOADING);
	assert_true(b->changes > 0);
}

void loader_bench_load(struct loader_bench *b, uint64_t piece)
{
	loader_bench_open(b);
	if (piece)
		loader_set_piece(b->loader, piece);
	loader_start(b->loader, false);
	loader_bench_wait(b);
}
