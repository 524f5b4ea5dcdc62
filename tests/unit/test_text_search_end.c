/* A text search that ends while a worker reads: nobody waits for the read, and what it reads from stays until it is over. The
 * call itself is below. */
#include "support/loader_bench.h"
#include "support/text_bench.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define EVENTS 20

/* ---- a disk that does not answer ---------------------------------------------- */

static struct disk {
	atomic_bool silent;
	sem_t asked, answers;
	atomic_int done;
} disk;

ssize_t pread(int fd, void *into, size_t n, off_t at)
{
	ssize_t (*real)(int, void *, size_t,
	                off_t) = (ssize_t(*)(int, void *, size_t, off_t))dlsym(RTLD_NEXT, "pread");
	bool silent = atomic_load(&disk.silent);
	ssize_t got;

	if (silent) {
		sem_post(&disk.asked);
		sem_wait(&disk.answers);
	}
	got = real(fd, into, n, at);
	atomic_fetch_add(&disk.done, silent && got == (ssize_t)n);
	return got;
}

/* ---- searches ------------------------------------------------------------------ */

static void load(struct loader_bench *b)
{
	struct buf lines = {0};

	for (uint32_t i = 0; i < EVENTS; i++)
		buf_puts(&lines, "{\"event\":\"$ai_generation\",\"properties\":"
		                 "{\"$ai_input\":\"a word\"}}\n");
	loader_bench_write(b, O_TRUNC, buf_str(&lines));
	loader_bench_load(b, 0);
	buf_free(&lines);
}

static void begin(struct text_bench *s, struct loader_bench *b)
{
	struct filter_value value = {.test = TEST_VALUE, .text = STR("word"), .fold = true};

	text_bench_begin(s, b, &value, (struct text_wanted){.places = TEXT_ANYWHERE});
	atomic_store(&disk.done, 0);
	atomic_store(&disk.silent, true);
	text_search_add(s->search, 0, EVENTS, NULL);
	sem_wait(&disk.asked); /* it is reading */
}

static void answer(void)
{
	atomic_store(&disk.silent, false);
	sem_post(&disk.answers);
}

static void nobody_waits_for_a_read(void **state)
{
	struct loader_bench *b = *state;
	struct text_bench s;

	load(b);
	begin(&s, b);
	text_search_free(s.search);
	assert_int_equal(disk.done, 0);
	answer();
	while (loop_step(b->loop, true))
		;
	assert_int_equal(s.changes, 0);
	loader_bench_close(b);
}

/* The file that it reads from is closed for others meanwhile; then its read still finds it. */
static void a_journal_outlives_its_owner(void **state)
{
	struct loader_bench *b = *state;
	struct text_bench s;

	load(b);
	begin(&s, b);
	text_search_free(s.search);
	loader_free(b->loader);
	b->loader = NULL;
	journal_close(b->journal);
	b->journal = NULL;
	assert_int_equal(disk.done, 0);
	answer();
	while (loop_step(b->loop, true))
		;
	loader_bench_close(b);
}

/* The loop ends before the job has told it. */
static void the_loop_ends_first(void **state)
{
	struct loader_bench *b = *state;
	struct text_bench s;

	load(b);
	begin(&s, b);
	text_search_free(s.search);
	answer();
	loader_bench_close(b);
}

static int enter(void **state)
{
	sem_init(&disk.asked, 0, 0);
	sem_init(&disk.answers, 0, 0);
	return loader_bench_enter(state);
}

static int leave(void **state)
{
	loader_bench_leave(state);
	assert_int_equal(disk.done, 1);
	sem_destroy(&disk.asked);
	sem_destroy(&disk.answers);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
		TEST(nobody_waits_for_a_read),
		TEST(a_journal_outlives_its_owner),
		TEST(the_loop_ends_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
