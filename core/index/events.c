/* The event table. Records, uuids and sessions stand in chunks of CHUNK_EVENTS that never move; so
 * do not the extras of a chunk that is full. The extras of the last chunk move while it fills: only
 * the thread that adds may read those.
 *
 * Extras are many and mostly small numbers, so a chunk has 32 bits for each; a value beyond that is
 * in `wide`, the low bit of its key says so, and its 32 bits are the place in there.
 *
 * Invariants: every chunk but the last is full; extra_keys of a chunk rise strictly (row, then
 * field), which is what lets a look-up be a binary search; models[0] is {0, 0}.
 *
 * Left to others: what the fields mean (record.c), links and totals (model). */
#include "index/events.h"

#include "base/mem.h"
#include "json/lexer.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define CHUNK_EVENTS 4096u
#define FIRST_EXTRAS 64u
#define FIRST_CHUNKS 4u
#define FIRST_MODELS 16u

_Static_assert(sizeof(struct event) == 72, "the hot record");
_Static_assert(EVENT_FIELDS <= 128, "a field is seven bits of an extra's key");

struct event_chunk {
	struct event events[CHUNK_EVENTS];
	uint32_t uuids[CHUNK_EVENTS], sessions[CHUNK_EVENTS];
	uint32_t *extra_keys, *extra_values; /* key: row << 8 | field << 1 | KEY_WIDE */
	uint32_t n_extras, cap_extras;
	int64_t *wide;
	uint32_t n_wide, cap_wide;
};
#define KEY_WIDE 1u

void events_init(struct events *t)
{
	*t = (struct events){.n_models = 1, .cap_models = FIRST_MODELS};
	ids_init(&t->ids);
	strings_init(&t->strings);
	t->models = mem_alloc(t->cap_models, sizeof(*t->models));
	t->models[0] = (struct model_pair){0};
}

static void free_chunk(struct event_chunk *chunk)
{
	mem_free(chunk->extra_keys);
	mem_free(chunk->extra_values);
	mem_free(chunk->wide);
	mem_free(chunk);
}

void events_fini(struct events *t)
{
	for (uint32_t i = 0; i < t->n_chunks; i++)
		free_chunk(t->chunks[i]);
	mem_free(t->chunks);
	mem_free(t->models);
	mem_free(t->logs);
	mem_free(t->listings);
	mem_free(t->journals);
	hash_index_free(&t->model_index);
	strings_fini(&t->strings);
	ids_fini(&t->ids);
	*t = (struct events){0};
}

void events_clear(struct events *batch)
{
	while (batch->n_chunks > 1)
		free_chunk(batch->chunks[--batch->n_chunks]);
	if (batch->n_chunks > 0)
		batch->chunks[0]->n_extras = batch->chunks[0]->n_wide = 0;
	batch->n = batch->n_logs = batch->n_listings = 0;
	batch->n_models = 1;
	hash_index_clear(&batch->model_index);
	ids_clear(&batch->ids);
	strings_clear(&batch->strings);
}

uint32_t events_add_journal(struct events *t, struct journal *j)
{
	t->journals = mem_resize(t->journals, (size_t)t->n_journals + 1, sizeof(*t->journals));
	t->journals[t->n_journals] = j;
	return t->n_journals++;
}

/* ---- log lines and listings ---- */

void events_add_log(struct events *t, const struct event_log *log)
{
	if (t->n_logs == t->cap_logs) {
		t->cap_logs = t->cap_logs ? t->cap_logs * 2 : 64;
		t->logs = mem_resize(t->logs, t->cap_logs, sizeof(*t->logs));
	}
	t->logs[t->n_logs] = *log;
	t->logs[t->n_logs++].before = t->n;
}

void events_log_text(const struct events *t, uint32_t log, struct buf *out)
{
	const struct event_log *l = &t->logs[log];
	uint64_t offset = l->place & ((UINT64_C(1) << 48) - 1);
	struct buf raw = {0};

	if (journal_read_exact(t->journals[l->place >> 48], offset + l->text_at, l->text_length,
	                       &raw, NULL) == ERR_OK)
		json_unescape(out, buf_str(&raw));
	buf_free(&raw);
}

void events_add_listing(struct events *t, const struct event_listing *listing)
{
	if (t->n_listings == t->cap_listings) {
		t->cap_listings = t->cap_listings ? t->cap_listings * 2 : 64;
		t->listings = mem_resize(t->listings, t->cap_listings, sizeof(*t->listings));
	}
	t->listings[t->n_listings++] = *listing;
}

/* ---- adding ---- */

static void resize_extras(struct event_chunk *chunk, uint32_t cap)
{
	chunk->extra_keys = mem_resize(chunk->extra_keys, cap, sizeof(*chunk->extra_keys));
	chunk->extra_values = mem_resize(chunk->extra_values, cap, sizeof(*chunk->extra_values));
	chunk->cap_extras = cap;
}

static void resize_wide(struct event_chunk *chunk, uint32_t cap)
{
	chunk->wide = mem_resize(chunk->wide, cap, sizeof(*chunk->wide));
	chunk->cap_wide = cap;
}

/* A full chunk gets no more extras. */
static void trim_extras(struct event_chunk *full)
{
	if (full->cap_extras > full->n_extras)
		resize_extras(full, full->n_extras);
	if (full->cap_wide > full->n_wide)
		resize_wide(full, full->n_wide);
}

static void add_chunk(struct events *t)
{
	struct event_chunk *chunk = mem_alloc(1, sizeof(*chunk));

	/* The records stay untouched, so that a small table has few pages. */
	memset(&chunk->extra_keys, 0, sizeof(*chunk) - offsetof(struct event_chunk, extra_keys));
	if (t->n_chunks > 0)
		trim_extras(t->chunks[t->n_chunks - 1]);
	if (t->n_chunks == t->cap_chunks) {
		t->cap_chunks = t->cap_chunks ? t->cap_chunks * 2 : FIRST_CHUNKS;
		t->chunks = mem_resize(t->chunks, t->cap_chunks, sizeof(struct event_chunk *));
	}
	t->chunks[t->n_chunks++] = chunk;
}

uint32_t events_add(struct events *t, const struct event *e, uint32_t uuid, uint32_t session)
{
	uint32_t row = t->n % CHUNK_EVENTS;
	struct event_chunk *chunk;

	if (t->n == t->n_chunks * CHUNK_EVENTS) /* a cleared batch has a chunk already */
		add_chunk(t);
	chunk = t->chunks[t->n_chunks - 1];
	chunk->events[row] = *e;
	chunk->uuids[row] = uuid;
	chunk->sessions[row] = session;
	return t->n++;
}

static uint32_t add_wide(struct event_chunk *chunk, int64_t value)
{
	if (chunk->n_wide == chunk->cap_wide)
		resize_wide(chunk, chunk->n_wide ? chunk->n_wide * 2 : FIRST_EXTRAS);
	chunk->wide[chunk->n_wide] = value;
	return chunk->n_wide++;
}

static uint32_t extra_key(uint32_t at, enum event_field field)
{
	return at % CHUNK_EVENTS << 8 | (uint32_t)field << 1;
}

void events_set_extra(struct events *t, enum event_field field, int64_t value)
{
	struct event_chunk *chunk = t->chunks[t->n_chunks - 1];
	bool wide = value < 0 || value > UINT32_MAX;
	uint32_t key = extra_key(t->n - 1, field) | (wide ? KEY_WIDE : 0);
	uint32_t at = chunk->n_extras;

	if (at == chunk->cap_extras)
		resize_extras(chunk, at ? at + at / 2 : FIRST_EXTRAS);
	for (; at > 0 && chunk->extra_keys[at - 1] > key; at--) {
		chunk->extra_keys[at] = chunk->extra_keys[at - 1];
		chunk->extra_values[at] = chunk->extra_values[at - 1];
	}
	assert(at == 0 || (chunk->extra_keys[at - 1] ^ key) > KEY_WIDE);
	chunk->extra_keys[at] = key;
	chunk->extra_values[at] = wide ? add_wide(chunk, value) : (uint32_t)value;
	chunk->n_extras++;
}

static bool same_model(const void *ctx, uint32_t number, const void *key)
{
	const struct events *t = ctx;

	return memcmp(&t->models[number], key, sizeof(struct model_pair)) == 0;
}

uint32_t events_add_model(struct events *t, struct model_pair pair)
{
	uint64_t hash;
	uint32_t number;

	if (pair.model == 0 && pair.provider == 0)
		return 0;
	hash = hash64((struct str){(const char *)&pair, sizeof(pair)});
	number = hash_index_find(&t->model_index, hash, same_model, t, &pair);
	if (number != HASH_NONE)
		return number;
	if (t->n_models == t->cap_models) {
		t->cap_models *= 2;
		t->models = mem_resize(t->models, t->cap_models, sizeof(*t->models));
	}
	number = t->n_models++;
	t->models[number] = pair;
	hash_index_add(&t->model_index, hash, number);
	return number;
}

/* ---- reading ---- */

static const struct event_chunk *chunk_of(const struct events *t, uint32_t at)
{
	assert(at < t->n);
	return t->chunks[at / CHUNK_EVENTS];
}

const struct event *events_get(const struct events *t, uint32_t at)
{
	return &chunk_of(t, at)->events[at % CHUNK_EVENTS];
}

uint32_t events_uuid(const struct events *t, uint32_t at)
{
	return chunk_of(t, at)->uuids[at % CHUNK_EVENTS];
}

uint32_t events_session(const struct events *t, uint32_t at)
{
	return chunk_of(t, at)->sessions[at % CHUNK_EVENTS];
}

/* The first extra whose key is not below this one. */
static uint32_t find_extra(const struct event_chunk *chunk, uint32_t key)
{
	uint32_t low = 0, high = chunk->n_extras;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (chunk->extra_keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int64_t extra_value(const struct event_chunk *chunk, uint32_t at)
{
	uint32_t value = chunk->extra_values[at];

	return chunk->extra_keys[at] & KEY_WIDE ? chunk->wide[value] : value;
}

bool events_extra(const struct events *t, uint32_t at, enum event_field field, int64_t *out)
{
	const struct event_chunk *chunk = chunk_of(t, at);
	uint32_t key = extra_key(at, field);
	uint32_t found = find_extra(chunk, key);

	if (found == chunk->n_extras || (chunk->extra_keys[found] | KEY_WIDE) != (key | KEY_WIDE))
		return false;
	*out = extra_value(chunk, found);
	return true;
}

static int64_t widened(const struct events *t, uint32_t at, uint32_t value, enum event_field wide)
{
	int64_t number;

	if (value == EVENT_ABSENT32)
		return EVENT_UNKNOWN;
	if (value == EVENT_WIDE32)
		return events_extra(t, at, wide, &number) ? number : EVENT_UNKNOWN;
	return value;
}

uint32_t events_span_sent(const struct events *t, uint32_t at)
{
	int64_t sent;

	return events_extra(t, at, EVENT_SPAN_SENT, &sent) ? (uint32_t)sent
	                                                   : events_get(t, at)->span;
}

int64_t events_latency(const struct events *t, uint32_t at)
{
	return widened(t, at, events_get(t, at)->latency, EVENT_WIDE_LATENCY);
}

int64_t events_input(const struct events *t, uint32_t at)
{
	return widened(t, at, events_get(t, at)->input, EVENT_WIDE_INPUT);
}

int64_t events_output(const struct events *t, uint32_t at)
{
	return widened(t, at, events_get(t, at)->output, EVENT_WIDE_OUTPUT);
}

int64_t events_cache_read(const struct events *t, uint32_t at)
{
	return widened(t, at, events_get(t, at)->cache_read, EVENT_WIDE_CACHE_READ);
}

int64_t events_start(const struct events *t, uint32_t at)
{
	const struct event *e = events_get(t, at);
	int64_t latency;

	if (e->flags & EVENT_OTEL)
		return e->time;
	latency = events_latency(t, at);
	return latency == EVENT_UNKNOWN ? e->time : time_add(e->time, -latency);
}

int64_t events_end(const struct events *t, uint32_t at)
{
	int64_t start = events_start(t, at), latency = events_latency(t, at);

	return latency == EVENT_UNKNOWN ? start : time_add(start, latency);
}

uint32_t events_node_id(const struct events *t, uint32_t at)
{
	uint32_t span = events_get(t, at)->span;

	return span ? span : events_uuid(t, at);
}

struct str events_model(const struct events *t, uint32_t at)
{
	return strings_get(&t->strings, t->models[events_get(t, at)->model].model);
}

struct str events_provider(const struct events *t, uint32_t at)
{
	return strings_get(&t->strings, t->models[events_get(t, at)->model].provider);
}

struct str events_name(const struct events *t, uint32_t at)
{
	return strings_get(&t->strings, events_get(t, at)->name);
}

int events_compare_start(const struct events *t, uint32_t a, uint32_t b)
{
	int64_t start_a = events_start(t, a), start_b = events_start(t, b);
	uint64_t place_a, place_b;
	int order;

	if (start_a != start_b) {
		if (start_a == TIME_NONE || start_b == TIME_NONE)
			return start_a == TIME_NONE ? 1 : -1;
		return start_a < start_b ? -1 : 1;
	}
	order = ids_compare(&t->ids, events_uuid(t, a), events_uuid(t, b));
	if (order)
		return order;
	place_a = events_get(t, a)->place;
	place_b = events_get(t, b)->place;
	return (place_a > place_b) - (place_a < place_b);
}

/* ---- the journal behind it ---- */

enum err events_read_part(const struct events *t, uint32_t at, uint32_t offset, uint32_t length,
                          struct buf *out, struct errinfo *e)
{
	const struct event *event = events_get(t, at);

	if (offset > event->length || length > event->length - offset)
		return err_set(e, ERR_RANGE, "a part beyond the event's end");
	if (event_journal(event) >= t->n_journals)
		return err_set(e, ERR_IO, "the event's journal is not open");
	return journal_read_exact(t->journals[event_journal(event)], event_offset(event) + offset,
	                          length, out, e);
}

enum err events_read(const struct events *t, uint32_t at, struct buf *out, struct errinfo *e)
{
	return events_read_part(t, at, 0, events_get(t, at)->length, out, e);
}

void events_error_text(const struct events *t, uint32_t at, struct buf *out)
{
	struct buf raw = {0};
	int64_t place;

	if (!events_extra(t, at, EVENT_ERROR_TEXT, &place))
		return;
	if (events_read_part(t, at, (uint32_t)((uint64_t)place >> 32), (uint32_t)place, &raw,
	                     NULL) == ERR_OK) {
		struct str text = buf_str(&raw);

		if (text.n >= 2 && text.p[0] == '"')
			json_unescape(out, str_sub(text, 1, text.n - 2));
		else
			buf_append(out, text);
	}
	buf_free(&raw);
}

/* ---- merging ---- */

/* Numbers are translated when they are first met, so that a slice costs what its events cost. */
static uint32_t map_id(struct events *t, const struct events *batch, struct events_map *map,
                       uint32_t number)
{
	if (number && !map->ids[number])
		map->ids[number] = ids_add_from(&t->ids, &batch->ids, number);
	return map->ids[number];
}

static uint32_t map_string(struct events *t, const struct events *batch, struct events_map *map,
                           uint32_t number)
{
	if (number && !map->strings[number])
		map->strings[number] = strings_add(&t->strings,
		                                   strings_get(&batch->strings, number));
	return map->strings[number];
}

static uint32_t map_model(struct events *t, const struct events *batch, struct events_map *map,
                          uint32_t number)
{
	if (number && !map->models[number]) {
		struct model_pair pair = batch->models[number];

		pair.model = map_string(t, batch, map, pair.model);
		pair.provider = map_string(t, batch, map, pair.provider);
		map->models[number] = events_add_model(t, pair);
	}
	return map->models[number];
}

static bool is_string_field(enum event_field field)
{
	return field == EVENT_STOP_REASON || field == EVENT_SPAN_TYPE || field == EVENT_FRAMEWORK ||
	       field == EVENT_LIBRARY || field == EVENT_NAME;
}

static void merge_extras(struct events *t, const struct events *batch, struct events_map *map)
{
	const struct event_chunk *chunk = chunk_of(batch, map->next);
	uint32_t row = map->next % CHUNK_EVENTS;

	for (uint32_t i = map->next_extra; i < chunk->n_extras; i++) {
		enum event_field field = (enum event_field)(chunk->extra_keys[i] >> 1 & 0x7f);
		int64_t value = extra_value(chunk, i);

		if (chunk->extra_keys[i] >> 8 != row)
			break;
		if (is_string_field(field))
			value = map_string(t, batch, map, (uint32_t)value);
		else if (field == EVENT_SPAN_SENT)
			value = map_id(t, batch, map, (uint32_t)value);
		events_set_extra(t, field, value);
		map->next_extra++;
	}
}

static void merge_one(struct events *t, const struct events *batch, struct events_map *map)
{
	struct event e = *events_get(batch, map->next);
	uint32_t uuid = map_id(t, batch, map, events_uuid(batch, map->next));
	uint32_t session = map_id(t, batch, map, events_session(batch, map->next));

	e.trace = map_id(t, batch, map, e.trace);
	e.span = map_id(t, batch, map, e.span);
	e.parent = map_id(t, batch, map, e.parent);
	e.user = map_id(t, batch, map, e.user);
	e.name = map_string(t, batch, map, e.name);
	e.model = map_model(t, batch, map, e.model);
	events_add(t, &e, uuid, session);
	if (map->next % CHUNK_EVENTS == 0)
		map->next_extra = 0;
	merge_extras(t, batch, map);
	map->next++;
}

static void merge_listing(struct events *t, const struct events *batch, struct events_map *map)
{
	struct event_listing l = batch->listings[map->next_listing++];

	l.trace = map_id(t, batch, map, l.trace);
	l.session = map_id(t, batch, map, l.session);
	l.user = map_id(t, batch, map, l.user);
	l.name = map_string(t, batch, map, l.name);
	events_add_listing(t, &l);
}

/* All at once when their batch is in: they are few, and stand between events by number. */
static void merge_logs(struct events *t, const struct events *batch)
{
	uint32_t start = t->n - batch->n;

	for (uint32_t i = 0; i < batch->n_logs; i++) {
		events_add_log(t, &batch->logs[i]);
		t->logs[t->n_logs - 1].before = start + batch->logs[i].before;
	}
}

bool events_merge(struct events *t, const struct events *batch, struct events_map *map,
                  uint32_t budget)
{
	if (!map->ids) {
		map->ids = mem_zero(batch->ids.n, sizeof(*map->ids));
		map->strings = mem_zero(batch->strings.n, sizeof(*map->strings));
		map->models = mem_zero(batch->n_models, sizeof(*map->models));
	}
	for (; budget > 0 && map->next < batch->n; budget--)
		merge_one(t, batch, map);
	for (; budget > 0 && map->next_listing < batch->n_listings; budget--)
		merge_listing(t, batch, map);
	if (map->next < batch->n || map->next_listing < batch->n_listings)
		return false;
	merge_logs(t, batch);
	events_map_free(map);
	return true;
}

void events_map_free(struct events_map *map)
{
	mem_free(map->ids);
	mem_free(map->strings);
	mem_free(map->models);
	*map = (struct events_map){0};
}

size_t events_bytes(const struct events *t)
{
	size_t bytes = ids_bytes(&t->ids) + strings_bytes(&t->strings) +
	               hash_index_bytes(&t->model_index) + t->cap_models * sizeof(*t->models) +
	               t->cap_chunks * sizeof(struct event_chunk *) +
	               t->cap_logs * sizeof(*t->logs) + t->cap_listings * sizeof(*t->listings);

	for (uint32_t i = 0; i < t->n_chunks; i++)
		bytes += sizeof(*t->chunks[i]) + t->chunks[i]->cap_extras * 2 * sizeof(uint32_t) +
		         t->chunks[i]->cap_wide * sizeof(int64_t);
	return bytes;
}
