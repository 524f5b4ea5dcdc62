/* The demo's own journal, and the player that writes exactly the demo into it. */
#include "base/loop.h"
#include "base/mem.h"
#include "base/time.h"
#include "collect/demo.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW INT64_C(1795311000123456)

struct stage {
	struct loop *loop;
	struct demo *demo;
	char path[4096];
	int fd;
};

static int stage_up(void **state)
{
	struct stage *stage = mem_zero(1, sizeof *stage);
	struct errinfo e;
	stage->loop = loop_new();
	stage->demo = demo_new(NOW, 1);
	assert_int_equal(demo_file(stage->path, sizeof stage->path, &stage->fd, &e), ERR_OK);
	*state = stage;
	return 0;
}

static int stage_down(void **state)
{
	struct stage *stage = *state;
	close(stage->fd);
	demo_file_remove(stage->path);
	assert_int_equal(access(stage->path, F_OK), -1);
	demo_free(stage->demo);
	loop_free(stage->loop);
	mem_free(stage);
	return 0;
}

/* The file holds exactly the first events, whole. Returns how many. */
static size_t events_in_file(const struct stage *stage)
{
	struct buf want = {0}, have = {0};
	struct stat st;
	size_t n = 0;
	int fd = open(stage->path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	buf_pad(&have, ' ', (size_t)st.st_size);
	assert_int_equal(pread(fd, have.p, have.n, 0), st.st_size);
	close(fd);
	while (want.n < have.n && n < demo_count(stage->demo)) {
		buf_append(&want, demo_event(stage->demo, n++)->line);
		buf_add(&want, '\n');
	}
	assert_int_equal(want.n, have.n);
	assert_true(str_eq(buf_str(&want), buf_str(&have)));
	buf_free(&want);
	buf_free(&have);
	return n;
}

static size_t there_from_the_start(const struct demo *d)
{
	size_t n = 0;
	while (n < demo_count(d) && demo_event(d, n)->after_us == 0)
		n++;
	return n;
}

static void test_player_rushes(void **state)
{
	struct stage *stage = *state;
	struct demo_player *p = demo_player_new(stage->loop, stage->demo, stage->fd);
	assert_int_equal(events_in_file(stage), there_from_the_start(stage->demo));
	assert_false(demo_player_done(p));
	demo_player_rush(p);
	assert_true(demo_player_done(p));
	assert_int_equal(events_in_file(stage), demo_count(stage->demo));
	demo_player_rush(p);
	assert_int_equal(events_in_file(stage), demo_count(stage->demo));
	assert_int_equal(demo_player_error(p, NULL), ERR_OK);
	demo_player_free(p);
}

static void test_player_waits_for_what_is_due(void **state)
{
	struct stage *stage = *state;
	size_t first = there_from_the_start(stage->demo), now = first;
	int64_t start = time_monotonic();
	struct demo_player *p = demo_player_new(stage->loop, stage->demo, stage->fd);
	while (now == first) {
		assert_true(loop_step(stage->loop, true));
		now = events_in_file(stage);
	}
	assert_true(time_monotonic() - start >= demo_event(stage->demo, first)->after_us);
	assert_true(now > first && now < demo_count(stage->demo));
	demo_player_free(p);
}

static void test_player_stops_at_a_failed_write(void **state)
{
	struct stage *stage = *state;
	struct errinfo e = {0};
	int full = open("/dev/full", O_WRONLY);
	struct demo_player *p;
	assert_true(full >= 0);
	p = demo_player_new(stage->loop, stage->demo, full);
	assert_true(demo_player_done(p));
	assert_int_equal(demo_player_error(p, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "space"));
	demo_player_rush(p);
	assert_int_equal(demo_player_error(p, NULL), ERR_IO);
	demo_player_free(p);
	close(full);
}

static void test_the_journal_is_private(void **state)
{
	struct stage *stage = *state;
	struct stat st;
	char *slash = strrchr(stage->path, '/');
	assert_int_equal(stat(stage->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 0);
	assert_true(fcntl(stage->fd, F_GETFL) & O_APPEND);
	assert_true(fcntl(stage->fd, F_GETFD) & FD_CLOEXEC);
	*slash = '\0';
	assert_int_equal(stat(stage->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	*slash = '/';
}

static void test_the_journal_lives_in_tmpdir(void **state)
{
	struct stage *stage = *state;
	char path[4096], folder[4096];
	struct errinfo e;
	int fd = -1;
	size_t n = (size_t)(strrchr(stage->path, '/') - stage->path);
	memcpy(folder, stage->path, n);
	folder[n] = '\0';
	setenv("TMPDIR", folder, 1);
	assert_int_equal(demo_file(path, sizeof path, &fd, &e), ERR_OK);
	assert_memory_equal(path, folder, n);
	close(fd);
	demo_file_remove(path);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(demo_file(path, n + 10, &fd, &e), ERR_RANGE);
	setenv("TMPDIR", "/nonexistent/folder", 1);
	assert_int_equal(demo_file(path, sizeof path, &fd, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "/nonexistent/folder"));
	unsetenv("TMPDIR");
}

static void test_remove_leaves_other_files_alone(void **state)
{
	struct stage *stage = *state;
	char path[] = "/tmp/tracehog-other-XXXXXX";
	int fd = mkstemp(path);
	(void)stage;
	assert_true(fd >= 0);
	demo_file_remove(path);
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest stage[] = {
		cmocka_unit_test_setup_teardown(test_player_rushes, stage_up, stage_down),
		cmocka_unit_test_setup_teardown(test_player_waits_for_what_is_due, stage_up,
	                                        stage_down),
		cmocka_unit_test_setup_teardown(test_player_stops_at_a_failed_write, stage_up,
	                                        stage_down),
		cmocka_unit_test_setup_teardown(test_the_journal_is_private, stage_up, stage_down),
		cmocka_unit_test_setup_teardown(test_the_journal_lives_in_tmpdir, stage_up,
	                                        stage_down),
		cmocka_unit_test_setup_teardown(test_remove_leaves_other_files_alone, stage_up,
	                                        stage_down),
	};
	return cmocka_run_group_tests(stage, NULL, NULL);
}
