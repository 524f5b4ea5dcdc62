#include "support/scenes.h"

#include "base/clean.h"
#include "support/stage.h"

#include <stdio.h>

static const struct {
	int rows, cols;
} sizes[] = {
	['T'] = {10, 40}, ['S'] = {24, 80}, ['M'] = {40, 120}, ['L'] = {48, 160}, ['A'] = {40, 120},
};

size_t scenes_add(const struct scene *scenes, size_t n, const char *prefix, CMUnitTestFunction play,
                  struct CMUnitTest *tests)
{
	static struct scene_take takes[SCENE_TAKES];
	static size_t all;
	size_t added = 0;

	for (size_t i = 0; i < n; i++) {
		for (const char *c = scenes[i].sizes; *c != '\0'; c++) {
			struct scene_take *t = &takes[all++];

			assert_true(all <= SCENE_TAKES);
			t->scene = &scenes[i];
			t->letter = *c;
			snprintf(t->name, sizeof(t->name), "%s_%s_%dx%d", prefix, scenes[i].name,
			         sizes[(unsigned char)*c].cols, sizes[(unsigned char)*c].rows);
			tests[added++] = (struct CMUnitTest){t->name, play, NULL, NULL, t};
		}
	}
	return added;
}

void scene_size(const struct scene_take *t, int *rows, int *cols)
{
	clean_set_ascii(t->letter == 'A');
	*rows = sizes[(unsigned char)t->letter].rows;
	*cols = sizes[(unsigned char)t->letter].cols;
}

void scene_play(const struct scene_take *t, const char *path, const char *source,
                const char *before, bool roles, struct buf *out)
{
	struct stage s;
	int rows, cols;

	scene_size(t, &rows, &cols);
	stage_open(&s, path, source, rows, cols);
	stage_keys(&s, before);
	stage_keys(&s, t->scene->keys);
	surface_dump(s.surface, roles, out);
	stage_close(&s);
	clean_set_ascii(false);
}
