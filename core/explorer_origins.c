/* What a person named: each a file, a folder that is followed, or a PostHog project with its cache's folder. Sources are of the
 * origin that was begun last, segments and files that stand where another one stood of that one's. */
#include "explorer_internal.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct origin *begin(struct origins *o, const char *name)
{
	struct events *events = (struct events *)(uintptr_t)explorer_events(o->explorer);
	struct origin *origin;

	if (o->n == EVENTS_ORIGINS)
		return o->list[o->n - 1];
	origin = o->list[o->n] = mem_zero(1, sizeof(*origin));
	*origin = (struct origin){.explorer = o->explorer, .number = o->n++};
	if (o->n == EVENTS_ORIGINS)
		name = "others";
	origin->name = mem_copy_text(name, strlen(name));
	events->origins[events->n_origins++] = origin->name;
	return origin;
}

uint32_t explorer_begin_origin(struct explorer *x, const char *name)
{
	struct origins *o = explorer_origins(x);

	o->begun = begin(o, name)->number + 1;
	return o->begun - 1;
}

uint32_t origins_take(struct origins *o, uint32_t source)
{
	uint32_t number = o->entered > 0 ? o->entered : o->begun;
	struct origin *origin = number > 0 ? o->list[number - 1]
	                                   : begin(o, explorer_source_path(o->explorer, source));

	origin->sources++;
	origin->newest_source = source;
	return origin->number;
}

void origins_enter(struct origins *o, uint32_t origin)
{
	o->entered = origin + 1;
}

void origins_leave(struct origins *o)
{
	o->entered = 0;
}

/* Of a folder and a project there is one an origin: what they are read on by is kept there. */
static enum err take_alone(struct origin **origin, struct origins *o, const char *name,
                           struct errinfo *e)
{
	*origin = o->begun > 0 ? o->list[o->begun - 1] : begin(o, name);
	if ((*origin)->folder.n == 0 && (*origin)->remote == NULL)
		return ERR_OK;
	return err_set(e, ERR_LIMIT, "%.200s: too many sources: leave one out (at most %u)", name,
	               EVENTS_ORIGINS);
}

enum err origins_of_project(struct origin **origin, struct origins *o, struct errinfo *e)
{
	return take_alone(origin, o, "posthog:", e);
}

struct remote *origins_project(const struct origins *o, uint32_t from)
{
	while (from < o->n && o->list[from]->remote == NULL)
		from++;
	return from < o->n ? o->list[from]->remote : NULL;
}

uint32_t explorer_origin_count(const struct explorer *x)
{
	return explorer_origins(x)->n;
}

const char *explorer_origin_name(const struct explorer *x, uint32_t origin)
{
	return explorer_origins(x)->list[origin]->name;
}

uint32_t explorer_origin_of(const struct explorer *x, uint32_t source)
{
	return events_origin(explorer_events(x), (uint64_t)source << 48);
}

uint32_t explorer_origin_events(const struct explorer *x, uint32_t origin)
{
	return explorer_origins(x)->list[origin]->events;
}

void origins_added(struct origins *o, uint32_t event)
{
	const struct events *events = explorer_events(o->explorer);
	struct origin *origin = o->list[events_origin(events, events_get(events, event)->place)];

	origin->events++;
	if (origin->remote != NULL)
		remote_added(origin->remote, event);
}

/* ---- folders -------------------------------------------------------------------------------- */

static int is_segment(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);

	return name.p[0] != '.' &&
	       (str_ends(name, STR(".ndjson")) || str_ends(name, STR(".ndjson.gz")) ||
	        str_ends(name, STR(".ndjson.zst")));
}

static enum err add_segment(struct origin *o, const char *name, struct errinfo *e)
{
	struct buf path = {0};
	enum err err;

	buf_printf(&path, "%s/%s", buf_text(&o->folder), name);
	origins_enter(explorer_origins(o->explorer), o->number);
	err = explorer_add_file(o->explorer, buf_text(&path), e);
	origins_leave(explorer_origins(o->explorer));
	buf_free(&path);
	if (err)
		return err;
	buf_clear(&o->newest);
	buf_puts(&o->newest, name);
	explorer_start_sources(o->explorer);
	return ERR_OK;
}

/* Segments sort by age, so what comes after the newest is new. What cannot be opened holds up nothing behind it. */
static enum err scan_folder(struct origin *o, struct errinfo *e)
{
	struct dirent **list = NULL;
	enum err err = ERR_OK;
	int n = scandir(buf_text(&o->folder), &list, is_segment, alphasort);

	if (n < 0 && errno != ENOENT)
		return err_set(e, ERR_IO, "%s: %s", buf_text(&o->folder), strerror(errno));
	for (int i = 0; i < n; i++) {
		enum err failed = ERR_OK;

		if (strcmp(list[i]->d_name, buf_text(&o->newest)) > 0)
			failed = add_segment(o, list[i]->d_name, err == ERR_OK ? e : NULL);
		if (err == ERR_OK)
			err = failed;
		free(list[i]);
	}
	free(list);
	return err;
}

/* A segment that cannot be opened now may be later: the watch asks again. */
static void on_folder(void *ctx)
{
	struct origin *o = ctx;
	uint32_t before = o->sources;

	(void)scan_folder(o, NULL);
	if (o->sources > before)
		explorer_changed(o->explorer);
}

static void watch_folder(struct origin *o)
{
	if (explorer_follows(o->explorer) && o->folder.n > 0 && !o->watch)
		o->watch = loop_watch_new(explorer_loop(o->explorer), buf_text(&o->folder),
		                          on_folder, o);
}

void origins_watch(struct origins *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		watch_folder(o->list[i]);
}

enum err origin_add_folder(struct origin *o, const char *path, struct errinfo *e)
{
	buf_clear(&o->folder);
	buf_puts(&o->folder, path);
	watch_folder(o);
	return scan_folder(o, e);
}

enum err explorer_add_folder(struct explorer *x, const char *path, struct errinfo *e)
{
	struct origin *origin;
	enum err err = take_alone(&origin, explorer_origins(x), path, e);

	return err == ERR_OK ? origin_add_folder(origin, path, e) : err;
}

void origin_check(struct origin *o)
{
	if (o->folder.n > 0)
		on_folder(o);
	if (o->sources > 0)
		explorer_check_source(o->explorer, o->newest_source);
}

void explorer_check(struct explorer *x)
{
	const struct origins *o = explorer_origins(x);

	for (uint32_t i = 0; i < o->n; i++)
		origin_check(o->list[i]);
}

/* ---- the end -------------------------------------------------------------------------------- */

void origins_close(struct origins *o)
{
	for (uint32_t i = 0; i < o->n; i++) {
		remote_free(o->list[i]->remote);
		o->list[i]->remote = NULL;
		loop_watch_free(o->list[i]->watch);
		o->list[i]->watch = NULL;
	}
}

static void origin_free(struct origin *o)
{
	mem_free(o->name);
	buf_free(&o->folder);
	buf_free(&o->newest);
	mem_free(o);
}

void explorer_drop_origin(struct explorer *x)
{
	struct origins *o = explorer_origins(x);
	struct events *events = (struct events *)(uintptr_t)explorer_events(x);
	struct origin *last = o->n > 0 ? o->list[o->n - 1] : NULL;

	if (last == NULL || o->begun != o->n || last->sources > 0 || last->remote != NULL)
		return;
	loop_watch_free(last->watch);
	origin_free(last);
	o->n--;
	events->n_origins--;
	o->begun = o->n;
}

void origins_free(struct origins *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		origin_free(o->list[i]);
}
