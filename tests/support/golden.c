#include "support/golden.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_all(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "r");
	int c;

	while (file != NULL && (c = fgetc(file)) != EOF)
		buf_add(out, (char)c);
	if (file != NULL)
		fclose(file);
}

static struct str take_line(struct str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	size_t n = end != NULL ? (size_t)(end - rest->p) : rest->n;
	struct str line = str_sub(*rest, 0, n);

	*rest = str_sub(*rest, n + (end != NULL), SIZE_MAX);
	return line;
}

#define LINES_SHOWN 6

/* The first lines that differ, as diff -u has them. */
static void print_difference(const char *path, struct str expected, struct str got)
{
	int line = 1, shown = 0;

	print_message("--- %s\n+++ the screen now (UPDATE=1 accepts it)\n", path);
	while ((expected.n > 0 || got.n > 0) && shown < LINES_SHOWN) {
		struct str a = take_line(&expected), b = take_line(&got);

		if (!str_eq(a, b)) {
			print_message("@@ line %d @@\n-%.*s\n+%.*s\n", line, (int)a.n, a.p,
			              (int)b.n, b.p);
			shown++;
		}
		line++;
	}
}

void golden_compare(const char *name, struct str screen)
{
	char path[160];
	struct buf expected = {0};
	bool same;
	FILE *file;

	snprintf(path, sizeof(path), "golden/%s.txt", name);
	if (getenv("UPDATE") != NULL) {
		file = fopen(path, "w");
		assert_non_null(file);
		fwrite(screen.p, 1, screen.n, file);
		fclose(file);
		return;
	}
	read_all(path, &expected);
	same = str_eq(buf_str(&expected), screen);
	if (!same)
		print_difference(path, buf_str(&expected), screen);
	buf_free(&expected);
	assert_true(same);
}
