/* A list, and a file of it: a JSON array of objects {kind, id, name, note, time}. The file is what counts: every change reads it,
 * changes the list, and writes it, under a lock.
 *
 * Invariants: list is by time, the newest first; known is by key, and holds those that have a number. */
#include "model/bookmarks.h"
#include "base/mem.h"
#include "base/time.h"
#include "config/own_file.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

struct known {
	uint64_t key; /* kind and number */
	uint32_t at;  /* in list */
};

struct bookmarks {
	char *path; /* NULL: none */
	struct bookmark *list;
	uint32_t n, cap;
	struct known *known;
	uint32_t n_known;
	uint32_t n_ids; /* there were when they were looked up */
	bool stale;     /* the list has changed since */
};

static const char *const names[BOOKMARK_KINDS] = {"trace", "session", "event", "user"};

const char *bookmark_of_name(enum bookmark_of of)
{
	return names[of];
}

/* ---- the list ---------------------------------------------------------------------------------- */

static struct str copy(struct str text)
{
	return (struct str){mem_copy_text(text.p, text.n), text.n};
}

static void drop_text(struct str text)
{
	mem_free((void *)(uintptr_t)text.p);
}

static void drop(const struct bookmark *b)
{
	drop_text(b->id);
	drop_text(b->name);
	drop_text(b->note);
}

static void clear(struct bookmarks *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		drop(&b->list[i]);
	b->n = 0;
	b->n_known = 0;
	b->stale = true;
}

static struct bookmark *find_text(const struct bookmarks *b, enum bookmark_of of, struct str id)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (b->list[i].of == of && str_eq(b->list[i].id, id))
			return &b->list[i];
	return NULL;
}

/* Takes its texts over. */
static void add(struct bookmarks *b, const struct bookmark *new)
{
	uint32_t at;

	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 16;
		b->list = mem_resize(b->list, b->cap, sizeof(*b->list));
	}
	for (at = b->n++; at > 0 && b->list[at - 1].time < new->time; at--)
		b->list[at] = b->list[at - 1];
	b->list[at] = *new;
	b->stale = true;
}

static struct bookmark copied(const struct bookmark *b)
{
	return (struct bookmark){.of = b->of,
	                         .id = copy(b->id),
	                         .name = copy(b->name),
	                         .note = copy(b->note),
	                         .time = b->time};
}

static void take_out(struct bookmarks *b, struct bookmark *old)
{
	drop(old);
	b->n--;
	for (; old < b->list + b->n; old++)
		old[0] = old[1];
	b->stale = true;
}

/* ---- the file ---------------------------------------------------------------------------------- */

static struct str text_of(const cJSON *item, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, name));

	return text != NULL ? str_of(text) : STR_EMPTY;
}

/* What is no bookmark that we know is passed over. */
static void take_item(struct bookmarks *b, const cJSON *item)
{
	struct bookmark new = {.id = text_of(item, "id"),
	                       .name = text_of(item, "name"),
	                       .note = text_of(item, "note"),
	                       .time = time_parse(text_of(item, "time"))};
	struct str kind = text_of(item, "kind");

	while (new.of < BOOKMARK_KINDS && !str_eq(kind, str_of(names[new.of])))
		new.of++;
	if (new.of<BOOKMARK_KINDS &&new.id.n> 0 && b->n < BOOKMARKS_MAX &&
	    find_text(b, new.of, new.id) == NULL) {
		new = copied(&new);
		add(b, &new);
	}
}

static enum err take_text(struct bookmarks *b, struct str text, struct errinfo *e)
{
	cJSON *all, *item;

	clear(b);
	if (str_trim(text).n == 0)
		return ERR_OK;
	all = cJSON_ParseWithLength(text.p, text.n);
	if (!cJSON_IsArray(all)) {
		cJSON_Delete(all);
		return err_set(e, ERR_PARSE, "no list of bookmarks: %.150s", b->path);
	}
	cJSON_ArrayForEach(item, all) take_item(b, item);
	cJSON_Delete(all);
	return ERR_OK;
}

static enum err load(struct bookmarks *b, struct errinfo *e)
{
	struct buf text = {0};
	enum err err = own_file_read(&text, b->path, e);

	if (err == ERR_OK)
		err = take_text(b, buf_str(&text), e);
	buf_free(&text);
	return err;
}

static void add_item(cJSON *all, const struct bookmark *b)
{
	cJSON *item = cJSON_CreateObject();
	struct buf time = {0};

	time_append_rfc3339(&time, b->time);
	cJSON_AddStringToObject(item, "kind", names[b->of]);
	cJSON_AddStringToObject(item, "id", b->id.p);
	cJSON_AddStringToObject(item, "name", b->name.p);
	cJSON_AddStringToObject(item, "note", b->note.p);
	cJSON_AddStringToObject(item, "time", buf_text(&time));
	cJSON_AddItemToArray(all, item);
	buf_free(&time);
}

static enum err save(const struct bookmarks *b, struct errinfo *e)
{
	cJSON *all = cJSON_CreateArray();
	char *text;
	enum err err;

	for (uint32_t i = 0; i < b->n; i++)
		add_item(all, &b->list[i]);
	text = cJSON_Print(all);
	cJSON_Delete(all);
	if (text == NULL)
		return err_set(e, ERR_IO, "no memory for the list of bookmarks");
	err = own_file_write(b->path, str_of(text), e);
	cJSON_free(text);
	return err;
}

struct bookmarks *bookmarks_open(const char *path, struct errinfo *e)
{
	struct bookmarks *b = mem_zero(1, sizeof(*b));

	if (path == NULL)
		return b;
	b->path = mem_copy_text(path, strlen(path));
	if (load(b, e) != ERR_OK)
		clear(b);
	return b;
}

void bookmarks_free(struct bookmarks *b)
{
	if (b == NULL)
		return;
	clear(b);
	mem_free(b->list);
	mem_free(b->known);
	mem_free(b->path);
	mem_free(b);
}

/* ---- changing ---------------------------------------------------------------------------------- */

static bool holds_nul(struct str text)
{
	return text.n > 0 && memchr(text.p, '\0', text.n) != NULL;
}

static enum err check(const struct bookmarks *b, const struct bookmark *new, struct errinfo *e)
{
	if (new->note.n > BOOKMARK_NOTE_MAX)
		return err_set(e, ERR_LIMIT, "a note has at most %u bytes", BOOKMARK_NOTE_MAX);
	if (holds_nul(new->id) || holds_nul(new->note) || new->id.n == 0)
		return err_set(e, ERR_LIMIT, "an id like this cannot be kept");
	if (b->n >= BOOKMARKS_MAX && find_text(b, new->of, new->id) == NULL)
		return err_set(e, ERR_LIMIT, "there are %u bookmarks: ' lists them, X removes one",
		               BOOKMARKS_MAX);
	return ERR_OK;
}

/* Begins a change: the file is ours, and the list is as it says. */
static enum err begin(struct bookmarks *b, int *lock, struct errinfo *e)
{
	enum err err;

	*lock = -1;
	if (b->path == NULL)
		return ERR_OK;
	err = own_file_lock(lock, b->path, e);
	if (err == ERR_OK)
		err = load(b, e);
	if (err != ERR_OK && *lock >= 0) {
		own_file_unlock(*lock);
		*lock = -1;
	}
	return err;
}

static enum err end(struct bookmarks *b, int lock, struct errinfo *e)
{
	enum err err = b->path != NULL ? save(b, e) : ERR_OK;

	own_file_unlock(lock);
	return err;
}

/* Takes the texts over. */
static void put(struct bookmarks *b, const struct bookmark *new)
{
	struct bookmark *old = find_text(b, new->of, new->id);

	if (old == NULL) {
		add(b, new);
		return;
	}
	drop_text(old->note);
	drop_text(new->id);
	drop_text(new->name);
	old->note = new->note;
}

enum err bookmarks_set(struct bookmarks *b, const struct bookmark *new, struct errinfo *e)
{
	struct bookmark kept = copied(new); /* its texts may be those of the list */
	enum err err;
	int lock;

	kept.name.n = strlen(kept.name.p); /* it is only shown: a NUL ends it */
	err = begin(b, &lock, e);
	if (err == ERR_OK)
		err = check(b, &kept, e);
	if (err != ERR_OK) {
		own_file_unlock(lock);
		drop(&kept);
		return err;
	}
	put(b, &kept);
	return end(b, lock, e);
}

enum err bookmarks_remove(struct bookmarks *b, enum bookmark_of of, struct str id,
                          struct errinfo *e)
{
	struct buf wanted = {0};
	struct bookmark *old;
	enum err err;
	int lock;

	buf_append(&wanted, id); /* it may be one of the list's own */
	err = begin(b, &lock, e);
	if (err != ERR_OK) {
		buf_free(&wanted);
		return err;
	}
	old = find_text(b, of, buf_str(&wanted));
	buf_free(&wanted);
	if (old == NULL) {
		own_file_unlock(lock);
		return err_set(e, ERR_NOT_FOUND, "it is no bookmark any more");
	}
	take_out(b, old);
	return end(b, lock, e);
}

/* ---- looking up -------------------------------------------------------------------------------- */

uint32_t bookmarks_count(const struct bookmarks *b)
{
	return b->n;
}

const struct bookmark *bookmarks_at(const struct bookmarks *b, uint32_t at)
{
	return &b->list[at];
}

static uint64_t key_of(enum bookmark_of of, uint32_t number)
{
	return (uint64_t)of << 32 | number;
}

static int compare_known(const void *left, const void *right)
{
	const struct known *a = left, *b = right;

	return (a->key > b->key) - (a->key < b->key);
}

void bookmarks_resolve(struct bookmarks *b, const struct ids *ids)
{
	if (!b->stale && b->n_ids == ids->n)
		return;
	b->known = mem_resize(b->known, (size_t)b->n + 1, sizeof(*b->known));
	b->n_known = 0;
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->list[i].number == 0)
			b->list[i].number = ids_find(ids, b->list[i].id);
		if (b->list[i].number != 0)
			b->known[b->n_known++] = (struct known){
				key_of(b->list[i].of, b->list[i].number), i};
	}
	qsort(b->known, b->n_known, sizeof(*b->known), compare_known);
	b->n_ids = ids->n;
	b->stale = false;
}

const struct bookmark *bookmarks_find(const struct bookmarks *b, enum bookmark_of of,
                                      uint32_t number)
{
	struct known wanted = {.key = key_of(of, number)};
	const struct known *found;

	if (b->n_known == 0 || number == 0)
		return NULL;
	found = bsearch(&wanted, b->known, b->n_known, sizeof(wanted), compare_known);
	return found != NULL ? &b->list[found->at] : NULL;
}
