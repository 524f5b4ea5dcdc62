/* Links to folders are not gone into: they may lead in circles, and out of what was named. The depth is bounded by the length
 * that the system allows a path. */
#include "print/walk.h"

#include "base/buf.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct walk {
	const struct walk_events *events;
	struct buf path;
};

static void trouble(const struct walk *w, const char *what, const char *path)
{
	struct buf text = {0};

	buf_printf(&text, "%s: %s", what, path);
	w->events->trouble(w->events->ctx, buf_text(&text));
	buf_free(&text);
}

static bool is_link(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

static bool is_named_so(struct str name)
{
	if (str_ends(name, STR(".gz")))
		name = str_sub(name, 0, name.n - 3);
	else if (str_ends(name, STR(".zst")))
		name = str_sub(name, 0, name.n - 4);
	return str_ends(name, STR(".ndjson")) || str_ends(name, STR(".jsonl")) ||
	       str_ends(name, STR(".json"));
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The same in every locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void look_into(struct walk *w);

static void look_at(struct walk *w, const char *name)
{
	size_t before = w->path.n;
	struct stat status;
	bool named, there;

	buf_printf(&w->path, "%s%s", before > 0 && w->path.p[before - 1] == '/' ? "" : "/", name);
	named = is_named_so(str_of(name));
	there = stat(w->path.p, &status) == 0;
	if (there && S_ISDIR(status.st_mode)) {
		if (!is_link(w->path.p))
			look_into(w);
	} else if (there && named && S_ISREG(status.st_mode)) {
		w->events->file(w->events->ctx, w->path.p);
	} else if (named) {
		trouble(w, there ? "not a regular file" : strerror(errno), w->path.p);
	}
	w->path.n = before;
	w->path.p[before] = '\0';
}

static void look_into(struct walk *w)
{
	struct dirent **list = NULL;
	int n = scandir(w->path.p, &list, is_shown, by_name);

	if (n < 0 && errno != ENOENT)
		trouble(w, strerror(errno), w->path.p);
	for (int i = 0; i < n; i++) {
		look_at(w, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

void walk_folder(const char *folder, const struct walk_events *events)
{
	struct walk w = {.events = events};

	buf_puts(&w.path, folder);
	if (w.path.n > 0)
		look_into(&w);
	buf_free(&w.path);
}
