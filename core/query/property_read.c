/* What a worker does for columns of properties: it reads a range of events and takes the values of some names out of each.
 *
 * How it works. Events that stand close to each other are read together, a piece at a time. An event is skimmed once for the
 * members that any of the names begins with; what is left of a name is then looked for in that member's object, level by
 * level. At each level the whole of what is left comes first, as a property's own name may have dots; else its part before
 * the first dot.
 *
 * Left to others: which events and when (property.c). */
#include "query/property_internal.h"

#include "base/mem.h"
#include "json/lexer.h"

#include <assert.h>

#define PIECE       (512u << 10)      /* bytes read together */
#define GAP         (4u << 10)        /* between two events of a piece */
#define KEEP_BUFFER ((size_t)4 << 20) /* a larger one is not kept for the next piece */
#define LEVELS_MAX  8u                /* of a path; what is left then is one name */
#define ROUTES_MAX  4u                /* ways to a value */
#define FIRSTS_MAX  (2 * PROPERTY_WANTED_MAX + 3)

/* ---- sets of values -------------------------------------------------------------------------- */

void property_set_init(struct property_set *s)
{
	*s = (struct property_set){.entries.size = PROPERTY_SET_CHUNK *
	                                           sizeof(struct property_entry)};
}

void property_set_fini(struct property_set *s)
{
	chunks_free(&s->entries);
	hash_index_free(&s->index);
	arena_free(&s->texts);
}

const struct property_entry *property_set_get(const struct property_set *s, uint32_t number)
{
	const struct property_entry *chunk = s->entries.list[(number - 1) / PROPERTY_SET_CHUNK];

	return &chunk[(number - 1) % PROPERTY_SET_CHUNK];
}

static bool same_entry(const void *ctx, uint32_t number, const void *key)
{
	const struct property_entry *a = property_set_get(ctx, number), *b = key;

	return a->value.type == b->value.type && a->value.composite == b->value.composite &&
	       a->value.cut == b->value.cut && str_eq(a->text, b->text);
}

uint32_t property_set_add(struct property_set *s, const struct property_entry *v)
{
	uint64_t hash = hash64(v->text) ^ v->value.type;
	uint32_t number = hash_index_find(&s->index, hash, same_entry, s, v);
	struct property_entry *chunk;

	if (number != HASH_NONE)
		return number;
	chunk = s->n % PROPERTY_SET_CHUNK == 0 ? chunks_add(&s->entries)
	                                       : s->entries.list[s->n / PROPERTY_SET_CHUNK];
	chunk[s->n % PROPERTY_SET_CHUNK] = (struct property_entry){
		.value = v->value, .text = arena_copy(&s->texts, v->text)};
	number = ++s->n;
	hash_index_add(&s->index, hash, number);
	return number;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Members of the event itself. */
enum { OUTER_PROPERTIES, OUTER_SET, OUTER_SET_ONCE, OUTERS };
static const struct str outer_names[OUTERS] = {{"properties", 10}, {"$set", 4}, {"$set_once", 9}};

/* A member where a value may be, of the event itself or of its properties, and whether the rest of the name is to be looked
 * for in it. */
struct route {
	bool outer, goes_on;
	uint32_t member;
};
/* What is left of a name: all of it, and what stands before its first dot. */
enum { LEFT_WHOLE, LEFT_FIRST, LEFTS };
struct level {
	struct json_keys *keys;
	bool has_first;
};
struct path {
	struct route routes[ROUTES_MAX];
	struct level levels[LEVELS_MAX];
	uint32_t n_routes, n_levels;
};

struct property_reader {
	struct path *paths;
	uint32_t n;
	struct str firsts[FIRSTS_MAX]; /* members of the properties that any path begins with */
	uint32_t n_firsts;
	struct json_keys *outer, *inner;

	struct str event, properties; /* whose slices these are */
	struct json_slice outer_found[OUTERS], inner_found[FIRSTS_MAX];
	struct buf decoded;    /* properties that came as a JSON string */
	struct buf objects[2]; /* objects that did, taking turns */
	struct buf text;
};

static uint32_t add_first(struct property_reader *r, struct str name)
{
	for (uint32_t i = 0; i < r->n_firsts; i++)
		if (str_eq(r->firsts[i], name))
			return i;
	assert(r->n_firsts < FIRSTS_MAX);
	r->firsts[r->n_firsts] = name;
	return r->n_firsts++;
}

static void add_route(struct path *p, bool outer, uint32_t member, bool goes_on)
{
	p->routes[p->n_routes++] = (struct route){
		.outer = outer, .member = member, .goes_on = goes_on};
}

static void add_levels(struct path *p, struct str rest)
{
	while (p->n_levels < LEVELS_MAX) {
		struct level *level = &p->levels[p->n_levels++];
		size_t dot = str_find(rest, STR("."), 0, false);
		struct str names[LEFTS] = {rest, str_sub(rest, 0, dot)};

		level->has_first = dot != SIZE_MAX && p->n_levels < LEVELS_MAX;
		level->keys = json_keys_new(names, level->has_first ? 2 : 1);
		if (!level->has_first)
			return;
		rest = str_sub(rest, dot + 1, SIZE_MAX);
	}
}

static void add_event_path(struct property_reader *r, struct path *p, struct str name)
{
	size_t dot = str_find(name, STR("."), 0, false);

	add_route(p, false, add_first(r, name), false);
	if (dot == SIZE_MAX)
		return;
	add_route(p, false, add_first(r, str_sub(name, 0, dot)), true);
	add_levels(p, str_sub(name, dot + 1, SIZE_MAX));
}

static void add_path(struct property_reader *r, struct path *p, const struct property_wanted *w)
{
	switch (w->of) {
	case PROPERTY_OF_EVENT:
		add_event_path(r, p, w->name);
		return;
	case PROPERTY_OF_PERSON:
		add_route(p, false, add_first(r, outer_names[OUTER_SET]), true);
		add_route(p, true, OUTER_SET, true);
		add_route(p, false, add_first(r, outer_names[OUTER_SET_ONCE]), true);
		add_route(p, true, OUTER_SET_ONCE, true);
		break;
	case PROPERTY_OF_GROUPS:
		add_route(p, false, add_first(r, STR("$groups")), true);
		break;
	}
	add_levels(p, w->name);
}

struct property_reader *property_reader_new(const struct property_wanted *wanted, uint32_t n)
{
	struct property_reader *r = mem_zero(1, sizeof(*r));

	assert(n <= PROPERTY_WANTED_MAX);
	r->n = n;
	r->paths = mem_zero(n, sizeof(*r->paths));
	for (uint32_t i = 0; i < n; i++)
		add_path(r, &r->paths[i], &wanted[i]);
	r->outer = json_keys_new(outer_names, OUTERS);
	r->inner = json_keys_new(r->firsts, r->n_firsts);
	return r;
}

void property_reader_free(struct property_reader *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		for (uint32_t level = 0; level < r->paths[i].n_levels; level++)
			json_keys_free(r->paths[i].levels[level].keys);
	mem_free(r->paths);
	json_keys_free(r->outer);
	json_keys_free(r->inner);
	buf_free(&r->decoded);
	buf_free(&r->objects[0]);
	buf_free(&r->objects[1]);
	buf_free(&r->text);
	mem_free(r);
}

/* ---- one event ------------------------------------------------------------------------------- */

static struct str decode(struct buf *room, struct str doc, struct json_slice v)
{
	buf_clear(room);
	json_unescape(room, json_slice_str(doc, v));
	return buf_str(room);
}

bool property_reader_open(struct property_reader *r, struct str event)
{
	struct json_want want = {
		.outer = r->outer, .inner = r->inner, .inner_at = OUTER_PROPERTIES};
	struct json_want encoded = {.outer = r->inner};
	struct json_report report;
	enum json_type top;

	r->event = r->properties = event;
	if (json_skim(event, &want, r->outer_found, r->inner_found, &top, &report) != JSON_OK ||
	    top != JSON_OBJECT)
		return false;
	if (r->outer_found[OUTER_PROPERTIES].type != JSON_STRING)
		return true;
	r->properties = decode(&r->decoded, event, r->outer_found[OUTER_PROPERTIES]);
	if (json_skim(r->properties, &encoded, r->inner_found, NULL, &top, &report) != JSON_OK)
		memset(r->inner_found, 0, sizeof(r->inner_found));
	return true;
}

/* The value that the levels lead to from v, which becomes a slice of *doc. */
static struct json_slice descend(struct property_reader *r, const struct path *p, struct str *doc,
                                 struct json_slice v)
{
	for (uint32_t i = 0; i < p->n_levels; i++) {
		const struct level *level = &p->levels[i];
		struct json_want want = {.outer = level->keys};
		struct json_slice found[LEFTS] = {{0}};
		struct json_report report;
		enum json_type top;

		*doc = v.type == JSON_STRING ? decode(&r->objects[i % 2], *doc, v)
		                             : json_slice_str(*doc, v);
		if (v.type <= JSON_NULL ||
		    json_skim(*doc, &want, found, NULL, &top, &report) != JSON_OK)
			break;
		if (found[LEFT_WHOLE].type != JSON_ABSENT)
			return found[LEFT_WHOLE];
		v = found[LEFT_FIRST];
	}
	return (struct json_slice){0};
}

static struct json_slice find(struct property_reader *r, uint32_t which, struct str *doc)
{
	const struct path *p = &r->paths[which];
	struct json_slice v = {0};

	for (uint32_t i = 0; i < p->n_routes && v.type == JSON_ABSENT; i++) {
		const struct route *route = &p->routes[i];

		*doc = route->outer ? r->event : r->properties;
		v = route->outer ? r->outer_found[route->member] : r->inner_found[route->member];
		if (route->goes_on)
			v = descend(r, p, doc, v);
	}
	return v;
}

struct str property_reader_json(struct property_reader *r, uint32_t which)
{
	struct str doc;
	struct json_slice v = find(r, which, &doc);

	if (v.type == JSON_STRING) {
		v.off--;
		v.len += 2;
	}
	return v.type == JSON_ABSENT ? STR_EMPTY : json_slice_str(doc, v);
}

/* ---- values ---------------------------------------------------------------------------------- */

/* What does not fit 64 bits with twelve digits behind the point is kept with fewer. */
static bool read_number(struct str text, money *out)
{
	static const struct {
		int scale;
		int64_t factor;
	} ways[] = {{MONEY_SCALE, 1}, {6, INT64_C(1000000)}, {0, INT64_C(1000000000000)}};
	enum err err = ERR_RANGE;
	int64_t n = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && err == ERR_RANGE; i++) {
		err = decimal_parse(text, ways[i].scale, &n);
		*out = (money)n * ways[i].factor;
	}
	return err == ERR_OK;
}

/* Between two characters. */
static struct str cut_text(struct str text)
{
	size_t n = PROPERTY_MAX;

	while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80 && PROPERTY_MAX - n < 4)
		n--;
	return str_sub(text, 0, n);
}

static enum property_type type_of(const struct json_slice *v, bool has_number)
{
	switch ((enum json_type)v->type) {
	case JSON_ABSENT:
	case JSON_NULL:
		return PROPERTY_ABSENT;
	case JSON_FALSE:
	case JSON_TRUE:
		return PROPERTY_BOOL;
	case JSON_NUMBER:
		return has_number ? PROPERTY_NUMBER : PROPERTY_TEXT;
	default:
		return PROPERTY_TEXT;
	}
}

void property_reader_value(struct property_reader *r, uint32_t which, struct property_entry *out)
{
	struct str doc = STR_EMPTY;
	struct json_slice v = find(r, which, &doc);
	money number = v.type == JSON_TRUE ? (money)INT64_C(1000000000000) : 0;
	bool has_number = v.type == JSON_TRUE || v.type == JSON_FALSE;
	struct str text = v.escaped ? decode(&r->text, doc, v) : json_slice_str(doc, v);

	if (v.type == JSON_NUMBER || v.type == JSON_STRING)
		has_number = read_number(text, &number);
	*out = (struct property_entry){
		.value = {.type = type_of(&v, has_number),
	                  .has_number = has_number,
	                  .composite = v.type == JSON_OBJECT || v.type == JSON_ARRAY,
	                  .cut = text.n > PROPERTY_MAX,
	                  .number = has_number ? number : 0},
		.text = text.n > PROPERTY_MAX ? cut_text(text) : text,
	};
}

/* ---- a range of events ----------------------------------------------------------------------- */

/* Behind the last event that is read together with the one at `from`. */
static uint32_t piece_end(const struct property_range *range, uint32_t from)
{
	const struct property_source *first = &range->sources[from];
	uint64_t end = first->offset + first->length;
	uint32_t to = from + 1;

	for (; to < range->n; to++) {
		const struct property_source *s = &range->sources[to];

		if (s->journal != first->journal || s->offset < end || s->offset - end > GAP ||
		    s->offset + s->length - first->offset > PIECE)
			break;
		end = s->offset + s->length;
	}
	return to;
}

/* Events of 256 MiB exist: one that there is no memory for counts as unreadable. */
static bool has_room(struct buf *room, size_t n)
{
	if (n < PIECE)
		n = PIECE;
	buf_clear(room);
	if (room->cap > n && (room->cap <= KEEP_BUFFER || n > KEEP_BUFFER))
		return true;
	buf_free(room);
	room->p = mem_try(n + 1);
	room->cap = room->p ? n + 1 : 0;
	return room->p != NULL;
}

static void fail(struct property_range *range, const struct errinfo *e)
{
	if (range->failed++ == 0)
		range->error = *e;
}

static void take_event(struct property_range *range, struct property_reader *r, uint32_t at,
                       struct str event)
{
	struct property_entry value;
	struct errinfo e;

	if (!property_reader_open(r, event)) {
		journal_changed(range->sources[at].journal, NULL, ERR_IO, &e);
		fail(range, &e);
		return;
	}
	for (uint32_t i = 0; i < range->n_wanted; i++) {
		property_reader_value(r, i, &value);
		if (value.value.type != PROPERTY_ABSENT)
			range->numbers[(size_t)i * range->n + at] = property_set_add(
				&range->sets[i], &value);
	}
}

/* False: not all of it can be read. */
static bool read_piece(struct property_range *range, struct property_reader *r, struct buf *room,
                       uint32_t from, uint32_t to, struct errinfo *e)
{
	const struct property_source *first = &range->sources[from],
				     *last = &range->sources[to - 1];
	size_t n = (size_t)(last->offset + last->length - first->offset);

	if (!has_room(room, n)) {
		err_set(e, ERR_LIMIT, "not enough memory to open an event of %zu bytes", n);
		return false;
	}
	if (journal_read_exact(first->journal, first->offset, n, room, e) != ERR_OK)
		return false;
	for (uint32_t at = from; at < to; at++) {
		const struct property_source *s = &range->sources[at];

		take_event(range, r, at,
		           str_sub(buf_str(room), (size_t)(s->offset - first->offset), s->length));
	}
	return true;
}

void property_range_read(struct property_range *range)
{
	struct property_reader *r = property_reader_new(range->wanted, range->n_wanted);
	struct buf room = {0};
	struct errinfo e;
	uint32_t at = 0, to;

	for (; at < range->n && !atomic_load(range->cancelled); at = to) {
		to = piece_end(range, at);
		if (read_piece(range, r, &room, at, to, &e))
			continue;
		/* Of a file that was cut, what stands before can be read. */
		for (uint32_t one = at; one < to; one++)
			if (to - at == 1 || !read_piece(range, r, &room, one, one + 1, &e))
				fail(range, &e);
	}
	buf_free(&room);
	property_reader_free(r);
}
