/* The menus of y and p: what they offer of each thing. golden/copy_menu_NAME_COLSxROWS.txt holds the rows that the menu covers and
 * the status line, since what is above them is for others; UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define REAL    "data/real_events.ndjson"
#define HOSTILE "data/hostile.ndjson"

struct scene {
	const char *name, *file, *sizes, *keys;
};

static const struct scene scenes[] = {
	{"trace", REAL, "SMT", "y"},
	{"trace_print", REAL, "SMT", "p"},
	{"session", REAL, "S", "2 y"},
	{"generation", REAL, "SMT", "3 j y"},
	{"tools", REAL, "SMT", "3 j j j j j y"},
	{"json", REAL, "SMT", "3 j Enter Enter ] ] ] ] y"},
	{"embedding", REAL, "S", "3 y"},
	{"span", REAL, "S", "3 Enter g j y"},
	{"user", REAL, "S", "4 y"},
	{"live", REAL, "S", "7 y"},
	{"source", REAL, "S", "0 y"},
	{"hostile", HOSTILE, "SMT", "3 j j y"},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

/* By letter. */
static const struct {
	int rows, cols;
} sizes[] = {['S'] = {24, 80}, ['M'] = {40, 120}, ['T'] = {10, 40}};

struct take {
	const struct scene *scene;
	char letter, name[80];
};

/* From the rule above the menu on. */
static struct str menu_of(struct str screen)
{
	size_t at = str_find(screen, STR(" Esc closes "), 0, false);

	if (at == SIZE_MAX)
		return STR("no menu\n");
	while (at > 0 && screen.p[at - 1] != '\n')
		at--;
	return str_sub(screen, at, SIZE_MAX);
}

static void play(void **state)
{
	const struct take *t = *state;
	struct buf screen = {0};
	struct stage s;

	stage_open(&s, t->scene->file, t->scene->file, sizes[(unsigned char)t->letter].rows,
	           sizes[(unsigned char)t->letter].cols);
	stage_keys(&s, t->scene->keys);
	surface_dump(s.surface, false, &screen);
	golden_compare(t->name, menu_of(buf_str(&screen)));
	buf_free(&screen);
	stage_close(&s);
}

static bool shows_menu(struct stage *s)
{
	struct buf screen = {0};
	bool shows;

	surface_dump(s->surface, false, &screen);
	shows = str_find(buf_str(&screen), STR(" Esc closes "), 0, false) != SIZE_MAX;
	buf_free(&screen);
	return shows;
}

/* Nothing that is typed is left over. */
static void esc_closes_it(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, REAL, REAL, 24, 80);
	stage_keys(&s, "y");
	assert_true(shows_menu(&s));
	stage_keys(&s, "Esc");
	assert_false(shows_menu(&s));
	stage_keys(&s, "p x");
	assert_false(shows_menu(&s));
	stage_keys(&s, "z");
	assert_false(shows_menu(&s));
	stage_keys(&s, "Esc ? y");
	assert_false(shows_menu(&s));
	stage_close(&s);
}

/* Typed at once, no frame shows it: a key is answered when all that were sent have been taken. */
static void a_sequence_needs_no_menu(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, REAL, REAL, 24, 80);
	app_key(s.app, 'y', STR_EMPTY);
	app_key(s.app, 'i', STR_EMPTY);
	stage_draw(&s);
	assert_false(shows_menu(&s));
	stage_close(&s);
}

int main(void)
{
	static struct take takes[SCENES * 3];
	static struct CMUnitTest tests[SCENES * 3 + 2];
	size_t n = 0;

	for (size_t i = 0; i < SCENES; i++) {
		for (const char *letter = scenes[i].sizes; *letter != '\0'; letter++) {
			struct take *t = &takes[n];

			t->scene = &scenes[i];
			t->letter = *letter;
			snprintf(t->name, sizeof(t->name), "copy_menu_%s_%dx%d", scenes[i].name,
			         sizes[(unsigned char)*letter].cols,
			         sizes[(unsigned char)*letter].rows);
			tests[n++] = (struct CMUnitTest){t->name, play, NULL, NULL, t};
		}
	}
	tests[n++] = (struct CMUnitTest){"esc_closes_it", esc_closes_it, NULL, NULL, NULL};
	tests[n++] = (struct CMUnitTest){"a_sequence_needs_no_menu", a_sequence_needs_no_menu, NULL,
	                                 NULL, NULL};
	return _cmocka_run_group_tests("copy_menu", tests, n, NULL, NULL);
}
