/* The personal API key: where it is looked for, what is refused, and that it stays nowhere. */
#include "collect/posthog_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST  "TRACEHOG_POSTHOG_KEY"
#define SECOND "POSTHOG_PERSONAL_API_KEY"

struct place {
	char folder[64], path[96], link[96];
};

static int enter(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	unsetenv(FIRST);
	unsetenv(SECOND);
	snprintf(p->folder, sizeof(p->folder), "/tmp/key-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/key", p->folder);
	snprintf(p->link, sizeof(p->link), "%s/link", p->folder);
	*state = p;
	return 0;
}

static int leave(void **state)
{
	struct place *p = *state;

	unlink(p->link);
	unlink(p->path);
	rmdir(p->folder);
	free(p);
	return 0;
}

static void write_file(const struct place *p, struct str text, mode_t mode)
{
	FILE *f = fopen(p->path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(p->path, mode), 0);
}

static void expect_key(const struct posthog_key_options *options, const char *wanted)
{
	struct buf key = {0};
	struct errinfo e = {0};

	if (posthog_key_read(&key, options, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	assert_string_equal(buf_text(&key), wanted);
	posthog_key_wipe(&key);
	assert_null(key.p);
	assert_int_equal(key.n, 0);
}

/* Nothing of a key called SECRET is in what is said. */
static void expect_refused(const struct posthog_key_options *options, enum err wanted,
                           const char *word)
{
	struct buf key = {0};
	struct errinfo e = {0};
	enum err err = posthog_key_read(&key, options, &e);

	if (err != wanted || strstr(e.msg, word) == NULL || strstr(e.msg, "SECRET") != NULL)
		fail_msg("%d: %s", err, e.msg);
	assert_int_equal(key.n, 0);
	posthog_key_wipe(&key);
}

static void none_is_told(void **state)
{
	const struct posthog_key_options none = {0};

	(void)state;
	expect_refused(&none, ERR_NOT_FOUND, FIRST);
	setenv(FIRST, "", 1);
	expect_refused(&none, ERR_NOT_FOUND, FIRST);
	assert_null(getenv(FIRST));
}

static void the_environment_comes_first(void **state)
{
	struct place *p = *state;
	const struct posthog_key_options all = {.file = p->path, .command = "echo phx_command"};
	const struct posthog_key_options file = {.file = p->path};

	write_file(p, STR("\t phx_file \r\n"), 0600);
	setenv(FIRST, " phx_first\n", 1);
	setenv(SECOND, "phx_second", 1);
	expect_key(&all, "phx_first");
	assert_null(getenv(FIRST));
	assert_null(getenv(SECOND));
	setenv(SECOND, "phx_second", 1);
	expect_key(&all, "phx_second");
	expect_key(&all, "phx_command");
	expect_key(&file, "phx_file");
}

static void variables_are_overwritten(void **state)
{
	static char first[] = FIRST "=phx_SECRET", second[] = SECOND "=phc_SECRET";
	const struct posthog_key_options none = {0};

	(void)state;
	assert_int_equal(putenv(first), 0);
	assert_int_equal(putenv(second), 0);
	expect_key(&none, "phx_SECRET");
	assert_string_equal(first, FIRST "=");
	assert_string_equal(second, SECOND "=");
	assert_int_equal(first[sizeof(first) - 2], 0);
	assert_int_equal(second[sizeof(second) - 2], 0);
}

static void what_is_no_key(void **state)
{
	static const struct {
		const char *text, *word;
	} bad[] = {
		{"phc_SECRET", "project's key"}, {"phx_SECRET x", "alone"},
		{"phx_SECRET\nx", "alone"},      {"phx_SECRET\x7f", "alone"},
		{"phx_SECRET\xc3\xa9", "alone"}, {" \n", "no key"},
	};
	const struct posthog_key_options none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv(FIRST, bad[i].text, 1);
		expect_refused(&none, ERR_USAGE, bad[i].word);
		assert_null(getenv(FIRST));
	}
}

static void a_file_is_ours_alone(void **state)
{
	struct place *p = *state;
	const struct posthog_key_options file = {.file = p->path}, link = {.file = p->link};
	const struct posthog_key_options folder = {.file = p->folder};

	expect_refused(&file, ERR_IO, p->path);
	expect_refused(&folder, ERR_IO, "no regular file");
	for (mode_t bit = 1; bit <= 040; bit <<= 1) {
		write_file(p, STR("phx_SECRET"), 0600 | bit);
		expect_refused(&file, ERR_IO, "chmod 600");
	}
	write_file(p, STR("phx_a"), 0400);
	expect_key(&file, "phx_a");
	assert_int_equal(symlink(p->path, p->link), 0);
	expect_key(&link, "phx_a");
	unlink(p->path);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	expect_refused(&file, ERR_IO, "no regular file");
}

static void a_file_has_a_key_alone(void **state)
{
	struct place *p = *state;
	const struct posthog_key_options file = {.file = p->path};
	struct buf text = {0};

	write_file(p, STR(""), 0600);
	expect_refused(&file, ERR_USAGE, "key_file: no key");
	write_file(p, STR("phx_SE\0CRET"), 0600);
	expect_refused(&file, ERR_USAGE, "alone");
	write_file(p, STR("phx_SECRET\nphx_SECRET\n"), 0600);
	expect_refused(&file, ERR_USAGE, "alone");
	buf_pad(&text, 'x', 4096);
	write_file(p, buf_str(&text), 0600);
	expect_key(&file, buf_text(&text));
	buf_add(&text, '\n');
	write_file(p, buf_str(&text), 0600);
	expect_refused(&file, ERR_USAGE, "4 kB");
	buf_free(&text);
}

static void a_command_prints_it(void **state)
{
	static const char *const good[] = {
		"echo phx_a",
		"printf ' phx_a'",
		"echo phx_a; echo more; echo \"$HOME\" >&2",
		"exec 2>/dev/null; cat; echo phx_a",
		"(exec sleep 30) & echo phx_a; kill $! || true",
		"printf phx_; sleep 0.05; echo a; exec >&-; sleep 0.05",
	};
	static const struct {
		const char *text, *word;
	} bad[] = {
		{"echo phx_SECRET; exit 3", "status 3"},
		{"true", "no key"},
		{"echo; echo phx_SECRET", "no key"},
		{"kill -9 $$", "signal 9"},
		{"echo phc_SECRET", "project's key"},
		{"no_such_program_here 2>/dev/null", "status 127"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		expect_key(&(struct posthog_key_options){.command = good[i]}, "phx_a");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refused(&(struct posthog_key_options){.command = bad[i].text},
		               bad[i].word[0] == 's' ? ERR_IO : ERR_USAGE, bad[i].word);
}

/* Else the limit would come first, and refuse it. Who runs the tests would wait for its stderr. */
static void what_stays_behind_is_not_waited_for(void **state)
{
	const struct posthog_key_options stays = {.command = "sleep 30 2>&- & echo phx_a"};

	(void)state;
	expect_key(&stays, "phx_a");
}

/* Killed, it takes a moment to go, and may be a zombie until its new parent looks. */
static bool is_gone(int pid)
{
	char path[64], c;
	bool there = true;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	for (int i = 0; i < 2000 && there; i++) {
		FILE *f = fopen(path, "r");

		there = f != NULL && fread(&c, 1, 1, f) == 1;
		if (f != NULL)
			fclose(f);
		usleep(there ? 5000 : 0);
	}
	return !there;
}

/* Its children go with it: this would not come to an end if one of them kept the pipe. */
static void a_command_has_its_limits(void **state)
{
	struct place *p = *state;
	const struct posthog_key_options slow = {.command = "sleep 300 | sleep 300",
	                                         .limit_ms = 50};
	const struct posthog_key_options endless = {.command = "yes phx_SECRET"};
	struct buf text = {0};
	struct posthog_key_options group = {.limit_ms = 300};
	int64_t pid = 0;
	char line[32] = "";
	FILE *f;

	expect_refused(&slow, ERR_IO, "no end after 1 s");
	expect_refused(&endless, ERR_IO, "4 kB");
	buf_printf(&text, "sleep 300 & echo $! >%s; wait", p->path);
	group.command = buf_text(&text);
	expect_refused(&group, ERR_IO, "no end");
	f = fopen(p->path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_true(str_to_i64(str_trim(str_of(line)), &pid) && pid > 1);
	assert_true(is_gone((int)pid));
	buf_free(&text);
}

static void no_child_inherits_it(void **state)
{
	const struct posthog_key_options command = {.command = "test -z \"$" FIRST "$" SECOND
	                                                       "\" && echo phx_a"};

	(void)state;
	setenv(FIRST, "", 1);
	setenv(SECOND, "", 1);
	expect_key(&command, "phx_a");
	setenv(FIRST, "phx_first", 1);
	expect_key(&command, "phx_first");
	expect_key(&command, "phx_a");
}

static void nothing_is_dumped(void **state)
{
	pid_t child = fork();
	int status = 0;

	(void)state;
	if (child == 0) {
		struct rlimit limit = {1, 1};
		posthog_key_protect();
		getrlimit(RLIMIT_CORE, &limit);
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || limit.rlim_cur != 0 ||
		      limit.rlim_max != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(none_is_told, enter, leave),
		cmocka_unit_test_setup_teardown(the_environment_comes_first, enter, leave),
		cmocka_unit_test_setup_teardown(variables_are_overwritten, enter, leave),
		cmocka_unit_test_setup_teardown(what_is_no_key, enter, leave),
		cmocka_unit_test_setup_teardown(a_file_is_ours_alone, enter, leave),
		cmocka_unit_test_setup_teardown(a_file_has_a_key_alone, enter, leave),
		cmocka_unit_test_setup_teardown(a_command_prints_it, enter, leave),
		cmocka_unit_test_setup_teardown(what_stays_behind_is_not_waited_for, enter, leave),
		cmocka_unit_test_setup_teardown(a_command_has_its_limits, enter, leave),
		cmocka_unit_test_setup_teardown(no_child_inherits_it, enter, leave),
		cmocka_unit_test(nothing_is_dumped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
