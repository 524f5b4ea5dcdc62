/* Child processes: their environment, exit codes, signals, standard error; programs that cannot be started. */
#include "base/buf.h"
#include "base/loop.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct watched {
	struct loop *loop;
	struct loop_child *child;
	struct loop_reader *reader;
	int pipe[2];
	struct buf said; /* on its standard error */
	int signal_on_word;
	bool ended, silent;
	int status, signum;
};

static void stop_when_over(struct watched *w)
{
	if (w->ended && w->silent)
		loop_stop(w->loop);
}

static void on_ended(void *ctx, int status, int signum)
{
	struct watched *w = ctx;

	assert_false(w->ended);
	w->ended = true;
	w->status = status;
	w->signum = signum;
	loop_child_signal(w->child, SIGTERM); /* to nobody */
	stop_when_over(w);
}

static void on_word(void *ctx)
{
	struct watched *w = ctx;
	char bytes[256];
	ssize_t n = read(w->pipe[0], bytes, sizeof(bytes));

	assert_true(n >= 0);
	if (n == 0) {
		loop_reader_free(w->reader);
		w->reader = NULL;
		w->silent = true;
		stop_when_over(w);
		return;
	}
	buf_append(&w->said, (struct str){bytes, (size_t)n});
	if (w->signal_on_word != 0)
		loop_child_signal(w->child, w->signal_on_word);
}

static enum err start(struct watched *w, char *const *argv, struct errinfo *e)
{
	static const char *const env[] = {"POSTHOG_HOST=http://127.0.0.1:1", "PATH_LIKE=x", NULL};
	enum err err;

	assert_int_equal(pipe2(w->pipe, O_CLOEXEC), 0);
	w->loop = loop_new();
	err = loop_child_new(&w->child, w->loop, argv, env, w->pipe[1], on_ended, w, e);
	close(w->pipe[1]);
	return err;
}

static void end(struct watched *w)
{
	loop_child_free(w->child);
	loop_free(w->loop);
	close(w->pipe[0]);
	buf_free(&w->said);
}

static void run(struct watched *w, const char *script)
{
	char text[256];
	char sh[] = "sh", c[] = "-c", *argv[] = {sh, c, text, NULL};

	assert_true(strlen(script) < sizeof(text));
	memcpy(text, script, strlen(script) + 1);
	assert_int_equal(start(w, argv, NULL), ERR_OK);
	w->reader = loop_reader_new(w->loop, w->pipe[0], on_word, w);
	loop_run(w->loop);
	assert_true(w->ended);
}

static void its_exit_code_and_words_come_back(void **state)
{
	struct watched w = {0};

	(void)state;
	setenv("POSTHOG_HOST", "somewhere else", 1);
	setenv("KEPT", "kept", 1);
	run(&w,
	    "printf '%s ' \"$POSTHOG_HOST\" \"$PATH_LIKE\" \"$KEPT\" >&2; env | grep -c ^POSTHOG_HOST= >&2; exit 41");
	assert_int_equal(w.status, 41);
	assert_int_equal(w.signum, 0);
	assert_string_equal(buf_text(&w.said), "http://127.0.0.1:1 x kept 1\n");
	end(&w);
}

static void a_signal_is_passed_on(void **state)
{
	struct watched w = {.signal_on_word = SIGTERM};

	(void)state;
	run(&w, "echo ready >&2; exec sleep 60 2>&-");
	assert_int_equal(w.signum, SIGTERM);
	end(&w);
}

static void a_signal_may_be_caught(void **state)
{
	struct watched w = {.signal_on_word = SIGINT};

	(void)state;
	run(&w, "trap 'exit 3' INT; echo ready >&2; exec 2>&-; while :; do sleep 0.05; done");
	assert_int_equal(w.status, 3);
	assert_int_equal(w.signum, 0);
	end(&w);
}

static void what_is_not_there_is_told(void **state)
{
	char name[] = "/nonexistent/program", *argv[] = {name, NULL};
	struct watched w = {0};
	struct errinfo e = {0};

	(void)state;
	assert_int_equal(start(&w, argv, &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.msg, name));
	assert_false(loop_step(w.loop, false));
	end(&w);
}

static void what_cannot_run_is_told(void **state)
{
	char path[] = "/tmp/tracehog-child-XXXXXX", *argv[] = {path, NULL};
	struct watched w = {0};
	struct errinfo e = {0};

	(void)state;
	close(mkstemp(path));
	assert_int_equal(start(&w, argv, &e), ERR_IO);
	unlink(path);
	end(&w);
}

static void it_may_outlive_its_object(void **state)
{
	char sh[] = "sh", c[] = "-c", text[] = "sleep 0.05", *argv[] = {sh, c, text, NULL};
	struct watched w = {0};

	(void)state;
	assert_int_equal(start(&w, argv, NULL), ERR_OK);
	end(&w);
	assert_false(w.ended);
}

/* ---- fed with a text ---------------------------------------------------------------------------- */

static void on_fed_ended(void *ctx, int status, int signum)
{
	struct watched *w = ctx;

	w->ended = true;
	w->status = status;
	w->signum = signum;
	loop_stop(w->loop);
}

static void feed(struct watched *w, const char *script, struct str input)
{
	char text[256];
	char sh[] = "sh", c[] = "-c", *argv[] = {sh, c, text, NULL};

	assert_true(strlen(script) < sizeof(text));
	memcpy(text, script, strlen(script) + 1);
	signal(SIGPIPE, SIG_IGN);
	w->loop = loop_new();
	assert_int_equal(loop_child_feed(&w->child, w->loop, argv, input, on_fed_ended, w, NULL),
	                 ERR_OK);
	loop_run(w->loop);
	assert_true(w->ended);
	loop_child_free(w->child);
	loop_free(w->loop);
}

static void it_reads_what_it_is_fed(void **state)
{
	char path[] = "/tmp/tracehog-child-XXXXXX", script[128];
	struct buf input = {0}, read_back = {0};
	struct watched w = {0};
	int fd = mkstemp(path);

	(void)state;
	/* More than a pipe holds, with every byte. */
	for (int i = 0; i < 300000; i++)
		buf_add(&input, (char)(i % 256));
	snprintf(script, sizeof(script), "echo lost; echo lost >&2; cat >%s; exit 5", path);
	feed(&w, script, buf_str(&input));
	assert_int_equal(w.status, 5);
	assert_true(buf_reserve(&read_back, input.n + 1));
	read_back.n = (size_t)read(fd, read_back.p, input.n + 1);
	assert_true(str_eq(buf_str(&read_back), buf_str(&input)));
	close(fd);
	unlink(path);
	buf_free(&read_back);
	buf_free(&input);
}

static void it_may_be_fed_nothing(void **state)
{
	struct watched w = {0};

	(void)state;
	feed(&w, "test -z \"$(cat)\"", STR_EMPTY);
	assert_int_equal(w.status, 0);
}

static void it_need_not_read(void **state)
{
	struct buf input = {0};
	struct watched w = {0};

	(void)state;
	buf_pad(&input, 'x', 1000000);
	feed(&w, "exit 3", buf_str(&input));
	assert_int_equal(w.status, 3);
	buf_free(&input);
}

static void what_is_not_there_is_fed_nothing(void **state)
{
	char name[] = "tracehog-no-such-program", *argv[] = {name, NULL};
	struct watched w = {.loop = loop_new()};

	(void)state;
	assert_int_equal(
		loop_child_feed(&w.child, w.loop, argv, STR("text"), on_fed_ended, &w, NULL),
		ERR_NOT_FOUND);
	loop_free(w.loop);
	assert_false(w.ended);
}

/* It speaks where it is told to, and is told of no variable that was taken away. */
static void it_is_listened_to(void **state)
{
	static const char *const env[] = {"TRACEHOG_TEST_KEY", "TRACEHOG_TEST_WORD=new", NULL};
	static char script[] =
		"cat; printf ' %s %s' \"${TRACEHOG_TEST_KEY-none}\" \"$TRACEHOG_TEST_WORD\"";
	char sh[] = "sh", c[] = "-c", *argv[] = {sh, c, script, NULL};
	struct watched w = {.loop = loop_new()};
	char said[64] = "";

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	setenv("TRACEHOG_TEST_KEY", "secret", 1);
	setenv("TRACEHOG_TEST_WORD", "old", 1);
	assert_int_equal(pipe2(w.pipe, O_CLOEXEC), 0);
	assert_int_equal(loop_child_give(&w.child, w.loop, argv, env, STR("text"), w.pipe[1],
	                                 on_fed_ended, &w, NULL),
	                 ERR_OK);
	loop_run(w.loop);
	assert_true(w.ended);
	assert_true(read(w.pipe[0], said, sizeof(said) - 1) > 0);
	assert_string_equal(said, "text none new");
	close(w.pipe[1]);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_exit_code_and_words_come_back),
		cmocka_unit_test(a_signal_is_passed_on),
		cmocka_unit_test(a_signal_may_be_caught),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(what_cannot_run_is_told),
		cmocka_unit_test(it_may_outlive_its_object),
		cmocka_unit_test(it_reads_what_it_is_fed),
		cmocka_unit_test(it_may_be_fed_nothing),
		cmocka_unit_test(it_need_not_read),
		cmocka_unit_test(what_is_not_there_is_fed_nothing),
		cmocka_unit_test(it_is_listened_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
