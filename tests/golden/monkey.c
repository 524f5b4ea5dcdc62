/* Keys without sense, sizes that jump, a file that grows meanwhile: nothing may crash, and no cell may hold what acts on a
 * terminal. The same seed presses the same keys; SEED=N and KEYS=N change them. */
#include "command/app_internal.h"
#include "command/table.h"
#include "support/stage.h"
#include "term/input.h"
#include "view/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEYS_PRESSED 10000 /* for each of the two files */
#define KEYS_MAX     256

/* All is played in there: keys may write files. */
static char folder[64] = "/tmp/tracehog-monkey-XXXXXX";
static char hostile_path[PATH_MAX];

struct monkey {
	struct stage stage;
	uint64_t random;
	uint32_t keys[KEYS_MAX]; /* every key and first key of a sequence that a command has */
	uint32_t n_keys;
	int fd;            /* of the file that grows */
	struct buf events; /* lines to let it grow by */
	size_t at;
	unsigned quits;
};

static uint32_t below(struct monkey *m, uint32_t n)
{
	/* xorshift64* */
	m->random ^= m->random >> 12;
	m->random ^= m->random << 25;
	m->random ^= m->random >> 27;
	return (uint32_t)((m->random * UINT64_C(2685821657736338717)) >> 33) % n;
}

/* ---- keys ------------------------------------------------------------------------------------------------------------ */

static void add_key(struct monkey *m, struct str word)
{
	uint32_t key = key_named(word);

	assert_true(m->n_keys + 2 < KEYS_MAX);
	if (key != 0) {
		m->keys[m->n_keys++] = key;
		return;
	}
	for (size_t i = 0; i < word.n; i++)
		m->keys[m->n_keys++] = (unsigned char)word.p[i];
}

static void collect_keys(struct monkey *m)
{
	for (size_t i = 0; i < commands_count; i++) {
		const char *word = commands[i].keys;

		while (*word != '\0') {
			size_t n = strcspn(word, " ");

			add_key(m, (struct str){word, n});
			word += n + (word[n] == ' ');
		}
	}
}

static uint32_t any_key(struct monkey *m)
{
	static const uint32_t others[] = {
		KEY_ENTER_, KEY_ESCAPE, KEY_BACK_SPACE, KEY_CTRL('W'),     KEY_DELETE_,
		0x7ffb,     0x1f994,    0x301,          KEY_FUNCTION + 12, ' '};
	uint32_t dice = below(m, 10), key;

	if (dice < 6) {
		key = m->keys[below(m, m->n_keys)];
		/* Whoever quits at once sees little. */
		return (key != 'Q' && key != KEY_FUNCTION + 10) || below(m, 20) == 0 ? key : 'j';
	}
	if (dice < 8)
		return ' ' + below(m, 95);
	return others[below(m, sizeof(others) / sizeof(others[0]))];
}

static void press(struct monkey *m)
{
	static const char paste[] = "q\nQ\x1b[A \xff :quit\n\xe2\x80\xae";

	if (below(m, 100) == 0)
		app_key(m->stage.app, KEY_PASTE, STR(paste));
	else
		app_key(m->stage.app, any_key(m), STR_EMPTY);
}

/* ---- what happens besides ------------------------------------------------------------------------------------------------ */

static void resize(struct monkey *m)
{
	static const int rows[] = {1, 2, 7, 8, 10, 24, 24, 48, 200},
			 cols[] = {1, 2, 39, 40, 61, 80, 80, 160, 500};

	app_resize(m->stage.app, rows[below(m, 9)], cols[below(m, 9)]);
}

/* Some bytes more: whole lines and torn ones. */
static void grow(struct monkey *m)
{
	size_t n = below(m, 4000);

	if (n > m->events.n - m->at)
		n = m->events.n - m->at;
	assert_int_equal(write(m->fd, m->events.p + m->at, n), n);
	m->at += n;
}

static void reopen(struct monkey *m, const char *path)
{
	stage_close(&m->stage);
	stage_open_live(&m->stage, path, "evil\x1b]0;x\x07.ndjson", 24, 80);
	m->quits++;
}

/* The lists at the bottom of every number's views, whether seen now or not. */
static void check_lists(const struct app *a)
{
	static const int numbers[] = {1, 2, 3, 4, 8};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct stack *stack = &a->stacks[numbers[i]];
		const struct table *t = stack->n > 0 ? (const struct table *)stack->views[0] : NULL;

		if (t == NULL)
			continue;
		assert_true(t->list.count == t->rows.n);
		assert_true(t->list.top <= t->list.cursor);
		assert_true(t->list.cursor < t->list.count || t->list.cursor == 0);
		if (t->list.height > 0)
			assert_true(t->list.cursor - t->list.top < (uint64_t)t->list.height);
		assert_true(t->rows.n == 0 || table_current(t) != MODEL_NONE);
	}
}

static void play(struct monkey *m, const char *path, unsigned keys)
{
	for (unsigned i = 0; i < keys; i++) {
		press(m);
		if (app_need(m->stage.app) == APP_QUIT)
			reopen(m, path);
		check_lists(m->stage.app);
		if (below(m, 40) == 0)
			resize(m);
		if (below(m, 20) == 0)
			grow(m);
		if (below(m, 4) == 0)
			loop_step(m->stage.loop, false);
		/* Keys come in bursts: not every one is drawn. */
		if (below(m, 3) != 0)
			stage_draw(&m->stage);
	}
}

/* ---- the two files ----------------------------------------------------------------------------------------------------------- */

static unsigned number_of(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);
	int64_t number;

	return text != NULL && str_to_i64(str_of(text), &number) ? (unsigned)number : otherwise;
}

static void read_events(struct buf *out, const char *path)
{
	FILE *file = fopen(path, "r");
	int c;

	assert_non_null(file);
	while ((c = fgetc(file)) != EOF)
		buf_add(out, (char)c);
	fclose(file);
}

/* The first half is there, the rest comes while keys are pressed. */
static void let_loose(const char *events)
{
	struct monkey *m = calloc(1, sizeof(*m));
	char path[96];
	size_t half;

	assert_non_null(m);
	m->random = number_of("SEED", 1) + UINT64_C(0x9E3779B97F4A7C15);
	collect_keys(m);
	read_events(&m->events, events);
	snprintf(path, sizeof(path), "%s/growing.ndjson", folder);
	m->fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
	assert_true(m->fd >= 0);
	half = m->events.n / 2;
	assert_int_equal(write(m->fd, m->events.p, half), half);
	m->at = half;
	stage_open_live(&m->stage, path, "evil\x1b]0;x\x07.ndjson", 24, 80);
	play(m, path, number_of("KEYS", KEYS_PRESSED));
	print_message("%u keys of commands, quitted %u times, %zu of %zu bytes came\n", m->n_keys,
	              m->quits, m->at, m->events.n);
	stage_close(&m->stage);
	close(m->fd);
	unlink(path);
	buf_free(&m->events);
	free(m);
}

static void demo(void **state)
{
	char path[96];

	(void)state;
	snprintf(path, sizeof(path), "%s/demo.ndjson", folder);
	stage_write_demo(path);
	let_loose(path);
	unlink(path);
}

static void hostile(void **state)
{
	(void)state;
	let_loose(hostile_path);
}

static int enter(void **state)
{
	(void)state;
	return realpath("data/hostile.ndjson", hostile_path) == NULL || mkdtemp(folder) == NULL ||
	       chdir(folder) != 0;
}

static int leave(void **state)
{
	DIR *list = opendir(folder);
	struct dirent *file;

	(void)state;
	while (list != NULL && (file = readdir(list)) != NULL)
		unlink(file->d_name);
	if (list != NULL)
		closedir(list);
	return rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(demo),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
