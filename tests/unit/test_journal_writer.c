/* The journal's writer: whole lines whatever fails (short writes, a full disk, kill -9), who may
 * write, names, limits. The system calls that have to fail on demand are replaced below. */
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

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct {
	size_t most;    /* bytes that one write takes; 0: all */
	bool interrupt; /* every other write is interrupted by a signal */
	bool full;      /* the disk takes room bytes more */
	size_t room;
	bool no_truncate;
	unsigned writes, syncs;
} faults;

ssize_t write(int fd, const void *p, size_t n)
{
	if (faults.interrupt && faults.writes++ % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	if (faults.full && faults.room == 0) {
		errno = ENOSPC;
		return -1;
	}
	if (faults.most && n > faults.most)
		n = faults.most;
	if (faults.full && n > faults.room)
		n = faults.room;
	if (faults.full)
		faults.room -= n;
	return syscall(SYS_write, fd, p, n);
}

int ftruncate(int fd, off_t size)
{
	if (faults.no_truncate) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_ftruncate, fd, size);
}

int fdatasync(int fd)
{
	faults.syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

/* ---- a place for a journal ---- */

struct test {
	struct place place;
	struct journal_writer_options options;
};

static int enter(void **state)
{
	struct test *test = calloc(1, sizeof(*test));

	memset(&faults, 0, sizeof(faults));
	place_make(&test->place);
	*state = test;
	return 0;
}

static int leave(void **state)
{
	struct test *test = *state;

	place_remove(&test->place);
	free(test);
	return 0;
}

static struct journal_writer *open_writer(struct test *test)
{
	struct journal_writer *w;
	struct errinfo e = {0};

	if (journal_writer_open(&w, test->place.folder, &test->options, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	return w;
}

static void refuse(const char *folder, const char *reason)
{
	struct journal_writer_options options = {.segment = 8};
	struct journal_writer *w;
	struct errinfo e = {0};

	assert_int_equal(journal_writer_open(&w, folder, &options, &e), ERR_IO);
	assert_null(w);
	assert_non_null(strstr(e.msg, reason));
}

static void append(struct journal_writer *w, const char *lines)
{
	struct errinfo e = {0};

	if (journal_writer_append(w, str_of(lines), &e) != ERR_OK)
		fail_msg("%s", e.msg);
}

static void append_fails(struct journal_writer *w, const char *lines, const char *reason)
{
	struct errinfo e = {0};

	assert_int_equal(journal_writer_append(w, str_of(lines), &e), ERR_IO);
	assert_non_null(strstr(e.msg, reason));
}

static void assert_holds(const struct journal_writer *w, const char *text)
{
	struct buf b = {0};

	place_read(journal_writer_path(w), &b);
	assert_string_equal(buf_text(&b), text);
	buf_free(&b);
}

/* ---- tests ---- */

static void test_makes_a_private_place(void **state)
{
	struct test *test = *state;
	struct journal_writer *w;
	struct stat about;
	struct tm tm = {0};
	const char *rest;

	umask(0);
	snprintf(test->place.folder, sizeof(test->place.folder), "%s/a/b//journal/",
	         test->place.top);
	w = open_writer(test);
	append(w, "{}\n");
	assert_holds(w, "{}\n");
	assert_int_equal(stat(journal_writer_path(w), &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	rest = strptime(strrchr(journal_writer_path(w), '/') + 1, "%Y%m%dT%H%M%SZ", &tm);
	assert_string_equal(rest, "-0001.ndjson");
	assert_true(llabs((long long)(timegm(&tm) - time(NULL))) < 60);
	for (int i = 0; i < 3; i++) {
		*strrchr(test->place.folder, '/') = '\0';
		assert_int_equal(stat(test->place.folder, &about), 0);
		assert_int_equal(about.st_mode & 07777, 0700);
	}
	journal_writer_close(w);
	journal_writer_close(NULL);
	umask(022);
}

static void test_refuses_unsafe_folders(void **state)
{
	struct test *test = *state;
	char link[128], slash[136];

	assert_int_equal(mkdir(test->place.folder, 0755), 0);
	assert_int_equal(chmod(test->place.folder, 0770), 0);
	refuse(test->place.folder, "chmod go-w");
	assert_int_equal(chmod(test->place.folder, 0702), 0);
	refuse(test->place.folder, "chmod go-w");
	assert_false(place_has(test->place.folder, ".lock"));
	assert_int_equal(chmod(test->place.folder, 0755), 0);
	journal_writer_close(open_writer(test));
	snprintf(link, sizeof(link), "%s/link", test->place.top);
	snprintf(slash, sizeof(slash), "%s//", link);
	assert_int_equal(symlink("journal", link), 0);
	refuse(link, "symbolic link");
	refuse(slash, "symbolic link");
	place_write(test->place.top, "file", "");
	snprintf(link, sizeof(link), "%s/file", test->place.top);
	refuse(link, "Not a directory");
	refuse("/proc/nothing/journal", "opening the journal /proc/nothing/journal");
	refuse("", "opening the journal");
	if (geteuid() == 0) {
		assert_int_equal(chown(test->place.folder, 65534, 65534), 0);
		refuse(test->place.folder, "belongs to another user");
	}
}

static void test_refuses_unsafe_segments(void **state)
{
	struct test *test = *state;
	char path[160], target[160];
	struct buf b = {0};

	journal_writer_close(open_writer(test));
	snprintf(target, sizeof(target), "%s/target", test->place.top);
	place_write(test->place.top, "target", "mine");
	snprintf(path, sizeof(path), "%s/20991231T000000Z-0001.ndjson", test->place.folder);
	assert_int_equal(symlink(target, path), 0);
	refuse(test->place.folder, "symbolic link");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	refuse(test->place.folder, "no regular file");
	unlink(path);
	snprintf(path, sizeof(path), "%s/.lock", test->place.folder);
	unlink(path);
	assert_int_equal(symlink(target, path), 0);
	refuse(test->place.folder, ".lock");
	place_read(target, &b);
	assert_string_equal(buf_text(&b), "mine");
	buf_free(&b);
}

static void test_continues_and_ends_a_torn_line(void **state)
{
	struct test *test = *state;
	struct journal_writer *w;
	char path[160];

	assert_int_equal(mkdir(test->place.folder, 0700), 0);
	place_write(test->place.folder, "20200101T000000Z-0001.ndjson", "{\"old\":1}\n{\"tor");
	snprintf(path, sizeof(path), "%s/20200101T000000Z-0001.ndjson", test->place.folder);
	w = open_writer(test);
	assert_string_equal(journal_writer_path(w), path);
	assert_holds(w, "{\"old\":1}\n{\"tor\n");
	append(w, "{\"new\":1}\n");
	assert_holds(w, "{\"old\":1}\n{\"tor\n{\"new\":1}\n");
	journal_writer_close(w);
	/* Not torn: nothing is added. Full: another one is begun. */
	w = open_writer(test);
	assert_holds(w, "{\"old\":1}\n{\"tor\n{\"new\":1}\n");
	journal_writer_close(w);
	test->options.segment = 26;
	w = open_writer(test);
	assert_string_not_equal(journal_writer_path(w), path);
	assert_holds(w, "");
	journal_writer_close(w);
}

static void test_names_sort_by_age(void **state)
{
	struct test *test = *state;
	struct journal_writer *w;
	struct buf all = {0};
	char line[16], before[160] = "";

	test->options.segment = 8;
	w = open_writer(test);
	for (int i = 0; i < 20; i++) {
		snprintf(line, sizeof(line), "%03d\n", i);
		append(w, line);
		assert_true(i % 2 ? !strcmp(journal_writer_path(w), before)
		                  : strcmp(journal_writer_path(w), before) > 0);
		snprintf(before, sizeof(before), "%s", journal_writer_path(w));
	}
	assert_int_equal(place_read_journal(test->place.folder, &all), 10);
	assert_true(str_starts(buf_str(&all), STR("000\n001\n002\n")));
	assert_int_equal(all.n, 80);
	/* One append is never split, however large. */
	append(w, "0123456789\n0123456789\n");
	assert_holds(w, "0123456789\n0123456789\n");
	journal_writer_close(w);
	/* From when the clock was wrong; numbers run out. */
	place_write(test->place.folder, "20991231T235959Z-9999.ndjson", "12345678");
	place_write(test->place.folder, "20991331T235959Z-0001.ndjson", "no date");
	w = open_writer(test);
	assert_non_null(strstr(journal_writer_path(w), "/21000101T000000Z-0001.ndjson"));
	append(w, "12345678\n");
	append(w, "1\n");
	assert_non_null(strstr(journal_writer_path(w), "/21000101T000000Z-0002.ndjson"));
	journal_writer_close(w);
	place_write(test->place.folder, "99991231T235959Z-9999.ndjson", "12345678");
	refuse(test->place.folder, "move it out");
	buf_free(&all);
}

static void test_short_and_interrupted_writes(void **state)
{
	struct test *test = *state;
	struct journal_writer *w = open_writer(test);

	faults.most = 3;
	faults.interrupt = true;
	append(w, "{\"a\":1}\n{\"b\":2}\n");
	append(w, "{}\n");
	append(w, "");
	assert_holds(w, "{\"a\":1}\n{\"b\":2}\n{}\n");
	journal_writer_close(w);
}

static void test_full_disk(void **state)
{
	struct test *test = *state;
	struct journal_writer *w = open_writer(test);

	append(w, "{\"a\":1}\n");
	faults.full = true;
	for (size_t room = 0; room < 16; room++) {
		faults.room = room;
		append_fails(w, "{\"b\":2}\n{\"c\":3}\n", "the disk is full");
		assert_holds(w, "{\"a\":1}\n");
	}
	faults.full = false;
	append(w, "{\"d\":4}\n");
	assert_holds(w, "{\"a\":1}\n{\"d\":4}\n");
	journal_writer_close(w);
}

static void test_full_disk_without_truncate(void **state)
{
	struct test *test = *state;
	struct journal_writer *w = open_writer(test);

	append(w, "{\"a\":1}\n");
	faults.full = faults.no_truncate = true;
	faults.room = 3;
	append_fails(w, "{\"b\":2}\n", "the disk is full");
	append_fails(w, "{\"b\":2}\n", "the disk is full");
	assert_holds(w, "{\"a\":1}\n{\"b");
	/* Another start does not mend it while there is no room, and does not fail either. */
	journal_writer_close(w);
	w = open_writer(test);
	assert_holds(w, "{\"a\":1}\n{\"b");
	faults.room = 1;
	append_fails(w, "{\"b\":2}\n", "the disk is full");
	assert_holds(w, "{\"a\":1}\n{\"b\n");
	faults.full = false;
	append(w, "{\"c\":3}\n");
	assert_holds(w, "{\"a\":1}\n{\"b\n{\"c\":3}\n");
	/* The same without a new start. */
	faults.full = true;
	faults.room = 4;
	append_fails(w, "{\"d\":4}\n", "the disk is full");
	faults.full = false;
	append(w, "{\"e\":5}\n");
	append(w, "{\"f\":6}\n");
	assert_holds(w, "{\"a\":1}\n{\"b\n{\"c\":3}\n{\"d\"\n{\"e\":5}\n{\"f\":6}\n");
	journal_writer_close(w);
}

static void test_file_size_limit(void **state)
{
	struct test *test = *state;
	struct journal_writer *w = open_writer(test);
	struct rlimit before, small;
	struct buf big = {0};

	signal(SIGXFSZ, SIG_IGN);
	append(w, "{\"a\":1}\n");
	buf_pad(&big, 'x', 200);
	buf_add(&big, '\n');
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){.rlim_cur = 100, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	append_fails(w, buf_text(&big), "no file may grow larger");
	assert_holds(w, "{\"a\":1}\n");
	append(w, "{\"b\":2}\n");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_holds(w, "{\"a\":1}\n{\"b\":2}\n");
	journal_writer_close(w);
	buf_free(&big);
}

/* A segment cannot be begun: the old one takes the lines, unless nobody could find them there. */
static void test_no_new_segment(void **state)
{
	struct test *test = *state;
	struct journal_writer *w;
	struct rlimit before, none;
	char path[160];

	test->options.segment = 10;
	w = open_writer(test);
	append(w, "{\"a\":1}\n");
	snprintf(path, sizeof(path), "%s", journal_writer_path(w));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	append(w, "{\"b\":2}\n");
	journal_writer_tick(w);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_string_equal(journal_writer_path(w), path);
	assert_holds(w, "{\"a\":1}\n{\"b\":2}\n");
	/* Somebody deletes the open segment, then the folder. */
	unlink(path);
	append(w, "{\"c\":3}\n");
	assert_holds(w, "{\"c\":3}\n");
	place_remove_folder(test->place.folder);
	append_fails(w, "{\"d\":4}\n", "is gone");
	journal_writer_close(w);
}

static void test_one_writer(void **state)
{
	struct test *test = *state;
	struct journal_writer_options options = {0};
	struct journal_writer *w;
	struct errinfo e;
	int ready[2];
	char c;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		alarm(20); /* it must not outlive a test that failed */
		w = open_writer(test);
		append(w, "{\"a\":1}\n");
		_exit(write(ready[1], "x", 1) == 1 ? pause() : 1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(journal_writer_open(&w, test->place.folder, &options, &e),
		                 ERR_BUSY);
		assert_non_null(strstr(e.msg, test->place.folder));
		assert_null(w);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	w = open_writer(test);
	assert_holds(w, "{\"a\":1}\n");
	journal_writer_close(w);
	journal_writer_close(open_writer(test));
	close(ready[0]);
	close(ready[1]);
}

static void test_syncs_what_was_written(void **state)
{
	struct test *test = *state;
	struct journal_writer *w = open_writer(test);

	journal_writer_tick(w);
	assert_int_equal(faults.syncs, 0);
	append(w, "{}\n");
	append(w, "{}\n");
	assert_int_equal(faults.syncs, 0);
	journal_writer_tick(w);
	journal_writer_tick(w);
	assert_int_equal(faults.syncs, 1);
	append(w, "{}\n");
	journal_writer_close(w);
	assert_int_equal(faults.syncs, 2);
}

#define HUNDRED                                              \
	"123456789 123456789 123456789 123456789 123456789 " \
	"123456789 123456789 123456789 123456789 123456789\n"

static void test_keeps_so_many_bytes(void **state)
{
	struct test *test = *state;
	const char *folder = test->place.folder;
	struct journal_writer *w;

	assert_int_equal(mkdir(folder, 0700), 0);
	place_write(folder, "20200101T000000Z-0001.ndjson", HUNDRED);
	place_write(folder, "20200101T000000Z-0002.ndjson", HUNDRED);
	place_write(folder, "20200102T000000Z-0001.ndjson", HUNDRED);
	/* Not ours, however old it looks. */
	place_write(folder, "20200101T000000Z-0001.ndjson.gz", HUNDRED);
	place_write(folder, "20200101T000000Z-001.ndjson", HUNDRED);
	place_write(folder, "20200231T000000Z-0001.ndjson", HUNDRED);
	place_write(folder, "notes.ndjson", HUNDRED);
	test->options = (struct journal_writer_options){.segment = 100, .keep_bytes = 300};
	w = open_writer(test);
	journal_writer_tick(w);
	assert_true(place_has(folder, "20200101T000000Z-0001.ndjson"));
	append(w, HUNDRED);
	journal_writer_tick(w);
	assert_false(place_has(folder, "20200101T000000Z-0001.ndjson"));
	assert_true(place_has(folder, "20200101T000000Z-0002.ndjson"));
	append(w, HUNDRED HUNDRED HUNDRED HUNDRED);
	journal_writer_tick(w);
	/* The open one stays, though it is over the limit by itself. */
	assert_false(place_has(folder, "20200102T000000Z-0001.ndjson"));
	assert_holds(w, HUNDRED HUNDRED HUNDRED HUNDRED);
	journal_writer_close(w);
	assert_true(place_has(folder, "20200101T000000Z-0001.ndjson.gz"));
	assert_true(place_has(folder, "20200101T000000Z-001.ndjson"));
	assert_true(place_has(folder, "20200231T000000Z-0001.ndjson"));
	assert_true(place_has(folder, "notes.ndjson"));
}

static void set_age(const char *folder, const char *name, time_t seconds)
{
	struct timespec times[2] = {{.tv_sec = time(NULL) - seconds}};
	char path[192];

	times[1] = times[0];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_keeps_so_many_seconds(void **state)
{
	struct test *test = *state;
	const char *folder = test->place.folder;
	struct journal_writer *w;

	assert_int_equal(mkdir(folder, 0700), 0);
	place_write(folder, "20200101T000000Z-0001.ndjson", HUNDRED);
	place_write(folder, "20200101T000000Z-0002.ndjson", HUNDRED);
	place_write(folder, "20200101T000000Z-0003.ndjson", HUNDRED);
	place_write(folder, "20200101T000000Z-0004.ndjson", HUNDRED);
	set_age(folder, "20200101T000000Z-0001.ndjson", 3500);
	set_age(folder, "20200101T000000Z-0002.ndjson", 3700);
	set_age(folder, "20200101T000000Z-0003.ndjson", -3600); /* the clock was set back */
	set_age(folder, "20200101T000000Z-0004.ndjson", 3700);  /* continued */
	test->options = (struct journal_writer_options){.segment = 1000, .keep_seconds = 3600};
	w = open_writer(test);
	journal_writer_tick(w);
	journal_writer_close(w);
	assert_true(place_has(folder, "20200101T000000Z-0001.ndjson"));
	assert_false(place_has(folder, "20200101T000000Z-0002.ndjson"));
	assert_true(place_has(folder, "20200101T000000Z-0003.ndjson"));
	assert_true(place_has(folder, "20200101T000000Z-0004.ndjson"));
}

static void test_journal_folder(void **state)
{
	struct buf out = {0};
	struct errinfo e;

	(void)state;
	setenv("XDG_STATE_HOME", "/x/state", 1);
	assert_int_equal(journal_folder(&out, &e), ERR_OK);
	assert_string_equal(buf_text(&out), "/x/state/tracehog/journal");
	buf_clear(&out);
	setenv("XDG_STATE_HOME", "relative", 1);
	setenv("HOME", "/home/me", 1);
	assert_int_equal(journal_folder(&out, &e), ERR_OK);
	assert_string_equal(buf_text(&out), "/home/me/.local/state/tracehog/journal");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_int_equal(journal_folder(&out, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "--journal"));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_makes_a_private_place, enter, leave),
		cmocka_unit_test_setup_teardown(test_refuses_unsafe_folders, enter, leave),
		cmocka_unit_test_setup_teardown(test_refuses_unsafe_segments, enter, leave),
		cmocka_unit_test_setup_teardown(test_continues_and_ends_a_torn_line, enter, leave),
		cmocka_unit_test_setup_teardown(test_names_sort_by_age, enter, leave),
		cmocka_unit_test_setup_teardown(test_short_and_interrupted_writes, enter, leave),
		cmocka_unit_test_setup_teardown(test_full_disk, enter, leave),
		cmocka_unit_test_setup_teardown(test_full_disk_without_truncate, enter, leave),
		cmocka_unit_test_setup_teardown(test_file_size_limit, enter, leave),
		cmocka_unit_test_setup_teardown(test_no_new_segment, enter, leave),
		cmocka_unit_test_setup_teardown(test_one_writer, enter, leave),
		cmocka_unit_test_setup_teardown(test_syncs_what_was_written, enter, leave),
		cmocka_unit_test_setup_teardown(test_keeps_so_many_bytes, enter, leave),
		cmocka_unit_test_setup_teardown(test_keeps_so_many_seconds, enter, leave),
		cmocka_unit_test_setup_teardown(test_journal_folder, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
