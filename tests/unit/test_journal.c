/* Journals: what can be opened, what is read, what changes are noticed. */
#include "journal/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char folder[64], path[96], other[96];
};

static int enter(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->folder, sizeof(place->folder), "/tmp/journal-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->path, sizeof(place->path), "%s/a.ndjson", place->folder);
	snprintf(place->other, sizeof(place->other), "%s/b.ndjson", place->folder);
	*state = place;
	return 0;
}

static int leave(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	unlink(place->other);
	rmdir(place->folder);
	free(place);
	return 0;
}

static void write_file(const char *path, const char *mode, const char *text)
{
	FILE *f = fopen(path, mode);

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct journal *open_journal(const char *path)
{
	struct errinfo e;
	struct journal *j;

	assert_int_equal(journal_open(&j, path, &e), ERR_OK);
	return j;
}

static void test_reads_ranges(void **state)
{
	struct place *place = *state;
	struct buf out = {0};
	struct errinfo e;
	struct journal *j;
	char some[8];

	write_file(place->path, "w", "0123456789");
	j = open_journal(place->path);
	assert_int_equal(journal_size(j), 10);
	assert_string_equal(journal_path(j), place->path);
	assert_int_equal(journal_read(j, 7, some, sizeof(some)), 3);
	assert_memory_equal(some, "789", 3);
	assert_int_equal(journal_read(j, 10, some, sizeof(some)), 0);
	assert_int_equal(journal_read(j, UINT64_MAX, some, sizeof(some)), 0);
	buf_puts(&out, "x");
	assert_int_equal(journal_read_exact(j, 2, 3, &out, &e), ERR_OK);
	assert_int_equal(journal_read_exact(j, 2, 0, &out, &e), ERR_OK);
	assert_string_equal(buf_text(&out), "x234");
	assert_int_equal(journal_read_exact(j, 8, 3, &out, &e), ERR_IO);
	assert_non_null(strstr(e.msg, place->path));
	assert_string_equal(buf_text(&out), "x234");
	assert_int_equal(journal_read_exact(j, 0, SIZE_MAX / 2, &out, &e), ERR_IO);
	buf_free(&out);
	journal_close(j);
}

static void refuse(const char *path, const char *reason)
{
	struct errinfo e = {0};
	struct journal *j;

	assert_int_equal(journal_open(&j, path, &e), ERR_IO);
	assert_null(j);
	assert_non_null(strstr(e.msg, reason));
	assert_non_null(strstr(e.msg, path));
}

/* Which cannot be opened either, as a socket cannot. */
static void test_refuses_a_terminal_that_it_has_not(void **state)
{
	struct errinfo e = {0};
	struct journal *j;
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		setsid();
		_exit(journal_open(&j, "/dev/tty", &e) == ERR_IO && strstr(e.msg, "a device") ? 0
		                                                                              : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_refuses_what_is_no_file(void **state)
{
	struct place *place = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	refuse(place->path, "no such file");
	refuse(place->folder, "a folder");
	refuse("/dev/null", "a device");
	assert_int_equal(mkfifo(place->path, 0600), 0);
	refuse(place->path, "a pipe");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", place->other);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	refuse(place->other, "a socket");
	close(listener);
	unlink(place->path);
	assert_int_equal(symlink("a.ndjson", place->path), 0);
	refuse(place->path, "cannot be opened");
	if (geteuid() != 0) {
		unlink(place->other);
		write_file(place->other, "w", "x");
		chmod(place->other, 0);
		refuse(place->other, "no permission");
	}
}

static void test_notices_changes(void **state)
{
	struct place *place = *state;
	struct journal *j;

	write_file(place->path, "w", "0123456789");
	j = open_journal(place->path);
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_SAME);
	write_file(place->path, "a", "ab");
	assert_int_equal(journal_size(j), 10);
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_GROWN);
	assert_int_equal(journal_size(j), 12);
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_SAME);
	write_file(place->other, "w", "another file");
	assert_int_equal(rename(place->other, place->path), 0);
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_REPLACED);
	unlink(place->path);
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_GONE);
	journal_close(j);
	journal_close(NULL);
}

/* What was truncated is told from what grew, and read no more. */
static void test_notices_other_content(void **state)
{
	struct place *place = *state;
	struct errinfo e;
	struct buf out = {0};
	struct journal *j, *again;

	write_file(place->path, "w", "0123456789");
	j = open_journal(place->path);
	write_file(place->path, "w", "0123456789 and more");
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_GROWN);
	write_file(place->path, "w", "something else that is longer");
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_SHRUNK);
	assert_int_equal(journal_read_exact(j, 0, 3, &out, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "the file has changed"));
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_SHRUNK);
	assert_int_equal(journal_open_again(&again, j, &e), ERR_OK);
	journal_close(j);
	assert_int_equal(journal_read_exact(again, 0, 9, &out, &e), ERR_OK);
	assert_string_equal(buf_text(&out), "something");
	assert_int_equal(truncate(place->path, 5), 0);
	assert_int_equal(journal_check(again, journal_size(again)), JOURNAL_SHRUNK);
	journal_close(again);
	buf_free(&out);
}

/* A torn line is taken back by its writer: what was taken in stands. */
static void test_tells_a_cut_from_a_truncation(void **state)
{
	struct place *place = *state;
	struct journal *j;

	write_file(place->path, "w", "0123456789");
	j = open_journal(place->path);
	assert_int_equal(truncate(place->path, 4), 0);
	assert_int_equal(journal_check(j, 4), JOURNAL_SAME);
	assert_int_equal(journal_size(j), 4);
	write_file(place->path, "a", "other");
	assert_int_equal(journal_check(j, 4), JOURNAL_GROWN);
	write_file(place->path, "w", "012x");
	assert_int_equal(journal_check(j, 4), JOURNAL_SHRUNK);
	journal_close(j);
	j = open_journal(place->path);
	assert_int_equal(truncate(place->path, 3), 0);
	assert_int_equal(journal_check(j, 4), JOURNAL_SHRUNK);
	journal_close(j);
}

static void test_lets_go(void **state)
{
	struct place *place = *state;
	struct buf out = {0};
	struct errinfo e = {0};
	struct journal *j;
	char byte;

	write_file(place->path, "w", "0123456789");
	j = open_journal(place->path);
	assert_true(journal_let_go(j));
	assert_false(journal_is_awaited(j));
	write_file(place->path, "a", "0123456789");
	assert_int_equal(journal_check(j, 10), JOURNAL_SAME);
	assert_int_equal(journal_size(j), 10);
	assert_int_equal(journal_read(j, 0, &byte, 1), 0);
	assert_int_equal(journal_read_exact(j, 0, 3, &out, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "rotated away"));
	assert_non_null(strstr(e.msg, place->path));
	assert_true(journal_let_go(j));
	journal_close(j);
	buf_free(&out);
}

static void test_awaits(void **state)
{
	struct place *place = *state;
	struct journal *j;
	char byte;

	unlink(place->path);
	j = journal_await(place->path);
	assert_true(journal_is_awaited(j));
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_GONE);
	assert_int_equal(journal_read(j, 0, &byte, 1), 0);
	assert_int_equal(journal_why_awaited(j)->code, ERR_OK);
	assert_int_equal(mkdir(place->path, 0700), 0);
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_GONE);
	assert_non_null(strstr(journal_why_awaited(j)->msg, "not a regular file"));
	assert_int_equal(rmdir(place->path), 0);
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_GONE);
	assert_int_equal(journal_why_awaited(j)->code, ERR_OK);
	write_file(place->path, "w", "");
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_SAME);
	assert_false(journal_is_awaited(j));
	write_file(place->path, "a", "0");
	assert_int_equal(journal_check(j, journal_size(j)), JOURNAL_GROWN);
	assert_int_equal(journal_read(j, 0, &byte, 1), 1);
	journal_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reads_ranges, enter, leave),
		cmocka_unit_test_setup_teardown(test_refuses_what_is_no_file, enter, leave),
		cmocka_unit_test(test_refuses_a_terminal_that_it_has_not),
		cmocka_unit_test_setup_teardown(test_notices_changes, enter, leave),
		cmocka_unit_test_setup_teardown(test_notices_other_content, enter, leave),
		cmocka_unit_test_setup_teardown(test_tells_a_cut_from_a_truncation, enter, leave),
		cmocka_unit_test_setup_teardown(test_lets_go, enter, leave),
		cmocka_unit_test_setup_teardown(test_awaits, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
