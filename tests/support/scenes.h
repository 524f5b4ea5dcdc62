/* Screens that keys lead to, at several sizes: a test each, to be compared with golden/NAME.txt. */
#ifndef SUPPORT_SCENES_H
#define SUPPORT_SCENES_H

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct scene {
	const char *name;
	const char
		*sizes; /* a letter each: T 40x10, S 80x24, M 120x40, L 160x48, A 120x40 in ASCII */
	const char *keys;
};

/* A scene at one size: the state of its test. */
struct scene_take {
	const struct scene *scene;
	char letter;
	char name[80]; /* of the golden: PREFIX_NAME_COLSxROWS */
};

#define SCENE_TAKES 128 /* of all scenes of one program */

/* Adds a test a take, and gives how many. They are alive as long as the program. */
size_t scenes_add(const struct scene *scenes, size_t n, const char *prefix, CMUnitTestFunction play,
                  struct CMUnitTest *tests);
/* The size, and whether it is ASCII, of what is drawn from now on. */
void scene_size(const struct scene_take *t, int *rows, int *cols);
/* Plays it from the journal at path, which a person is said to have called source: `before`, then the scene's keys. The screen is
 * appended to out. */
void scene_play(const struct scene_take *t, const char *path, const char *source,
                const char *before, bool roles, struct buf *out);

#endif
