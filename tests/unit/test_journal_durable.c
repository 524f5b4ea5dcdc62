/* What the journal's writer has taken is there: beside a reader, after kill -9 at any moment, on a
 * disk that is really full. Every line's bytes follow from its number. */
#include "journal/writer.h"
#include "support/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE_MOST 200000u

/* 100 to 200,000 bytes, most lines are short. */
static uint32_t line_length(uint32_t n)
{
	uint32_t random = n * 2654435761u;

	random ^= random >> 15;
	return 100 + (n % 8 ? random % 3000 : random % (LINE_MOST - 100));
}

static void make_line(uint32_t n, struct buf *out)
{
	size_t start = out->n;

	buf_printf(out, "{\"n\":%u,\"text\":\"", n);
	buf_pad(out, (char)('a' + n % 26), start + line_length(n) - 3 - out->n);
	buf_puts(out, "\"}\n");
}

/* Takes lines from the front of *all while they are line n, n + 1, ..., and gives the next n. */
static uint32_t check_lines(struct str *all, uint32_t n)
{
	struct buf right = {0};

	make_line(n, &right);
	while (str_starts(*all, buf_str(&right))) {
		*all = str_sub(*all, right.n, all->n);
		buf_clear(&right);
		make_line(++n, &right);
	}
	buf_free(&right);
	return n;
}

static struct journal_writer *open_writer(const struct place *place, uint64_t segment)
{
	struct journal_writer_options options = {.segment = segment};
	struct journal_writer *w;
	struct errinfo e = {0};

	if (journal_writer_open(&w, place->folder, &options, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	return w;
}

static int enter(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place_make(place);
	*state = place;
	return 0;
}

static int leave(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

/* ---- beside a reader ---- */

#define READER_LINES 3000u

struct shared {
	struct journal_writer *writer;
	atomic_bool done;
};

static void *append_lines(void *ctx)
{
	struct shared *shared = ctx;
	struct buf line = {0};
	bool good = true;

	for (uint32_t n = 0; n < READER_LINES && good; n++) {
		buf_clear(&line);
		make_line(n, &line);
		good = journal_writer_append(shared->writer, buf_str(&line), NULL) == ERR_OK;
	}
	buf_free(&line);
	shared->done = true;
	return good ? shared : NULL;
}

static void *tick_always(void *ctx)
{
	struct shared *shared = ctx;

	while (!shared->done) {
		journal_writer_tick(shared->writer);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return NULL;
}

static void test_reader_sees_lines_in_order(void **state)
{
	struct place *place = *state;
	struct shared shared = {.writer = open_writer(place, UINT64_MAX)};
	struct buf text = {0};
	struct str rest;
	pthread_t appender, ticker;
	uint32_t n = 0;
	void *result;
	ssize_t more;
	bool last;
	int fd = open(journal_writer_path(shared.writer), O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(pthread_create(&appender, NULL, append_lines, &shared), 0);
	assert_int_equal(pthread_create(&ticker, NULL, tick_always, &shared), 0);
	do {
		last = shared.done;
		do {
			assert_true(buf_reserve(&text, 1 << 16));
			more = read(fd, text.p + text.n, 1 << 16);
			text.n += more > 0 ? (size_t)more : 0;
		} while (more > 0);
		rest = buf_str(&text);
		n = check_lines(&rest, n);
		/* What is not whole yet must be the start of a line. */
		assert_true(str_find(rest, STR("\n"), 0, false) == SIZE_MAX);
		memmove(text.p, rest.p, rest.n);
		text.n = rest.n;
	} while (!last);
	pthread_join(appender, &result);
	pthread_join(ticker, NULL);
	assert_non_null(result);
	assert_int_equal(n, READER_LINES);
	assert_int_equal(text.n, 0);
	close(fd);
	journal_writer_close(shared.writer);
	buf_free(&text);
}

/* ---- kill -9 ---- */

#define KILLS 60

/* Appends as fast as it can; *taken is how many lines were answered for. */
static void append_until_killed(const struct place *place, atomic_uint *taken)
{
	struct journal_writer_options options = {.segment = 4 << 20};
	struct journal_writer *w;
	struct buf line = {0};

	alarm(20);
	if (journal_writer_open(&w, place->folder, &options, NULL) != ERR_OK)
		_exit(1);
	for (uint32_t n = 0;; n++) {
		buf_clear(&line);
		make_line(n, &line);
		if (journal_writer_append(w, buf_str(&line), NULL) != ERR_OK)
			_exit(1);
		*taken = n + 1;
		if (n % 50 == 0)
			journal_writer_tick(w);
	}
}

static void kill_after(pid_t child, long microseconds)
{
	int status;

	nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* Gives whether the last line was torn. */
static bool check_after_kill(const struct place *place, uint32_t taken)
{
	struct buf all = {0}, line = {0};
	struct journal_writer *w;
	struct str rest;
	uint32_t n;
	bool torn;

	place_read_journal(place->folder, &all);
	rest = buf_str(&all);
	n = check_lines(&rest, 0);
	assert_true(n == taken || n == taken + 1);
	torn = rest.n > 0;
	make_line(n, &line);
	assert_true(rest.n < line.n && memcmp(line.p, rest.p, rest.n) == 0);
	/* A new writer goes on in a line of its own. */
	w = open_writer(place, UINT64_MAX);
	assert_int_equal(journal_writer_append(w, STR("{}\n"), NULL), ERR_OK);
	journal_writer_close(w);
	if (torn)
		buf_add(&all, '\n');
	buf_puts(&all, "{}\n");
	buf_clear(&line);
	place_read_journal(place->folder, &line);
	assert_true(str_eq(buf_str(&all), buf_str(&line)));
	buf_free(&all);
	buf_free(&line);
	return torn;
}

static void test_kill_at_any_moment(void **state)
{
	struct place *place = *state;
	atomic_uint *taken = mmap(NULL, sizeof(*taken), PROT_READ | PROT_WRITE,
	                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned torn = 0, lines = 0, random = 7;
	pid_t child;

	assert_ptr_not_equal(taken, MAP_FAILED);
	for (int i = 0; i < KILLS; i++) {
		*taken = 0;
		child = fork();
		if (child == 0)
			append_until_killed(place, taken);
		random = random * 1664525 + 1013904223;
		kill_after(child, random % 20000);
		lines += *taken;
		torn += check_after_kill(place, *taken);
		place_remove_folder(place->folder);
	}
	print_message("%d kills: %u lines, %u torn\n", KILLS, lines, torn);
	assert_true(lines > 0);
	munmap(taken, sizeof(*taken));
}

/* ---- a disk that is full ---- */

static void test_small_disk(void **state)
{
	struct place *place = *state;
	struct buf all = {0}, line = {0};
	struct journal_writer *w;
	struct str rest;
	struct errinfo e;
	uint32_t n = 0;

	assert_int_equal(mkdir(place->folder, 0700), 0);
	if (mount("none", place->folder, "tmpfs", 0, "size=1m,mode=0700") != 0)
		skip();
	w = open_writer(place, 0);
	for (make_line(n, &line); journal_writer_append(w, buf_str(&line), &e) == ERR_OK;) {
		buf_clear(&line);
		make_line(++n, &line);
	}
	assert_true(n > 10);
	assert_non_null(strstr(e.msg, "the disk is full"));
	place_read_journal(place->folder, &all);
	rest = buf_str(&all);
	assert_int_equal(check_lines(&rest, 0), n);
	assert_int_equal(rest.n, 0);
	journal_writer_close(w);
	assert_int_equal(umount(place->folder), 0);
	buf_free(&all);
	buf_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reader_sees_lines_in_order, enter, leave),
		cmocka_unit_test_setup_teardown(test_kill_at_any_moment, enter, leave),
		cmocka_unit_test_setup_teardown(test_small_disk, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
