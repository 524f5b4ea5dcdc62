/* The event table. Records, uuids and sessions stand in chunks of EVENTS_CHUNK that never move; so
 * do not the extras of a chunk that is full. The extras of the last chunk move while it fills: only
 * the thread that adds may read those.
 *
 * Invariants: every chunk but the last is full; the first byte of a chunk's extras is that of no
 * extras, where events that have none lead to; models[0] is {0, 0}.
 *
 * Left to others: what the fields mean (record.c), how extras are written (extras.c), links and
 * totals (model). */
#include "index/events.h"

#include "base/mem.h"
#include "json/lexer.h"

#include <assert.h>
#include <string.h>

#define FIRST_EXTRAS 1024u /* bytes */
#define FIRST_MODELS 16u
#define IDS_AT_ONCE  256u /* of a batch, that are merged together */

_Static_assert(sizeof(struct event) == 72, "the hot record");

static const uint8_t *extras_of(const struct events *t, uint32_t at)
{
	const struct event_chunk *chunk = events_chunk(t, at);

	return chunk->extras + chunk->extras_at[at % EVENTS_CHUNK];
}

void events_init(struct events *t)
{
	*t = (struct events){.n_models = 1,
	                     .cap_models = FIRST_MODELS,
	                     .chunks.size = sizeof(struct event_chunk)};
	ids_init(&t->ids);
	strings_init(&t->strings);
	t->models = mem_alloc(t->cap_models, sizeof(*t->models));
	t->models[0] = (struct model_pair){0};
}

void events_init_batch(struct events *batch)
{
	events_init(batch);
	ids_fini(&batch->ids);
	ids_init_loose(&batch->ids);
}

static void clear_extras(struct event_chunk *chunk)
{
	chunk->extras[0] = 0;
	chunk->n_extras = 1;
}

static struct event_chunk *chunk_at(struct events *t, uint32_t chunk)
{
	return t->chunks.list[chunk];
}

static void free_extras(struct events *t, uint32_t from)
{
	for (uint32_t i = from; i < t->chunks.n; i++)
		mem_free(chunk_at(t, i)->extras);
}

void events_fini(struct events *t)
{
	free_extras(t, 0);
	chunks_free(&t->chunks);
	mem_free(t->models);
	mem_free(t->logs);
	mem_free(t->listings);
	mem_free(t->journals);
	mem_free(t->journal_origins);
	hash_index_free(&t->model_index);
	strings_fini(&t->strings);
	ids_fini(&t->ids);
	*t = (struct events){0};
}

void events_clear(struct events *batch)
{
	free_extras(batch, 1);
	chunks_cut(&batch->chunks, 1);
	if (batch->chunks.n > 0)
		clear_extras(chunk_at(batch, 0));
	batch->n = batch->n_logs = batch->n_listings = 0;
	batch->n_models = 1;
	memset(batch->models_met, 0, sizeof(batch->models_met));
	hash_index_clear(&batch->model_index);
	ids_clear(&batch->ids);
	strings_clear(&batch->strings);
}

uint32_t events_add_journal(struct events *t, struct journal *j)
{
	t->journals = mem_resize(t->journals, (size_t)t->n_journals + 1, sizeof(*t->journals));
	t->journals[t->n_journals] = j;
	t->journal_origins = mem_resize(t->journal_origins, (size_t)t->n_journals + 1,
	                                sizeof(*t->journal_origins));
	t->journal_origins[t->n_journals] = 0;
	return t->n_journals++;
}

void events_set_origin(struct events *t, uint32_t journal, uint32_t origin)
{
	t->journal_origins[journal] = (uint8_t)origin;
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
	                       &raw, NULL) != ERR_OK)
		;
	else if (l->plain)
		buf_append(out, buf_str(&raw));
	else
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
	chunk->extras = mem_resize(chunk->extras, cap, 1);
	chunk->cap_extras = cap;
}

static void add_chunk(struct events *t)
{
	struct event_chunk *chunk = chunks_add(&t->chunks), *full;

	/* The records stay untouched, so that a small table has few pages. */
	chunk->extras = NULL;
	resize_extras(chunk, FIRST_EXTRAS);
	clear_extras(chunk);
	if (t->chunks.n > 1) {
		full = chunk_at(t, t->chunks.n - 2);
		resize_extras(full, full->n_extras);
	}
}

static struct event *add_row(struct events *t, uint32_t uuid, uint32_t session)
{
	uint32_t row = t->n % EVENTS_CHUNK;
	struct event_chunk *chunk;

	if (t->n == t->chunks.n * EVENTS_CHUNK) /* a cleared batch has a chunk already */
		add_chunk(t);
	chunk = chunk_at(t, t->n / EVENTS_CHUNK);
	chunk->uuids[row] = uuid;
	chunk->sessions[row] = session;
	chunk->extras_at[row] = 0;
	t->n++;
	return &chunk->events[row];
}

uint32_t events_add(struct events *t, const struct event *e, uint32_t uuid, uint32_t session)
{
	*add_row(t, uuid, session) = *e;
	return t->n - 1;
}

#define TOKEN_FIELDS (UINT32_C(1) << EVENT_CACHE_WRITE | UINT32_C(1) << EVENT_REASONING)

/* Gives where EXTRAS_MAX bytes of extras of the event added last may be written, which end_extras ends. */
static uint8_t *begin_extras(struct events *t, uint32_t has)
{
	struct event_chunk *chunk = chunk_at(t, (t->n - 1) / EVENTS_CHUNK);
	uint32_t row = (t->n - 1) % EVENTS_CHUNK, *at = &chunk->extras_at[row];

	if (has & TOKEN_FIELDS)
		chunk->events[row].flags |= EVENT_MORE_TOKENS;
	if (*at == 0)
		*at = chunk->n_extras;
	if (chunk->cap_extras - *at < EXTRAS_MAX)
		resize_extras(chunk, chunk->cap_extras + chunk->cap_extras / 2);
	return chunk->extras + *at;
}

static void end_extras(struct events *t, const uint8_t *end)
{
	struct event_chunk *chunk = chunk_at(t, (t->n - 1) / EVENTS_CHUNK);

	chunk->n_extras = (uint32_t)(end - chunk->extras);
}

void events_set_extras(struct events *t, const struct event_extras *x)
{
	uint8_t *into;

	if (x->has == 0)
		return;
	into = begin_extras(t, x->has);
	end_extras(t, into + extras_write(x, into));
}

void events_set_extra(struct events *t, enum event_field field, int64_t value)
{
	struct event_extras x;

	extras_read(&x, extras_of(t, t->n - 1));
	extras_set(&x, field, value);
	events_set_extras(t, &x);
}

static bool same_model(const void *ctx, uint32_t number, const void *key)
{
	const struct events *t = ctx;

	return memcmp(&t->models[number], key, sizeof(struct model_pair)) == 0;
}

static uint32_t find_or_add_model(struct events *t, struct model_pair pair)
{
	uint64_t hash = hash64((struct str){(const char *)&pair, sizeof(pair)});
	uint32_t number = hash_index_find(&t->model_index, hash, same_model, t, &pair);

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

uint32_t events_add_model(struct events *t, struct model_pair pair)
{
	uint32_t *met = &t->models_met[(pair.model + pair.provider * 5) % EVENTS_MODELS_MET];

	if (pair.model == 0 && pair.provider == 0)
		return 0;
	if (!same_model(t, *met, &pair))
		*met = find_or_add_model(t, pair);
	return *met;
}

/* ---- reading ---- */

bool events_extra(const struct events *t, uint32_t at, enum event_field field, int64_t *out)
{
	return extras_find(extras_of(t, at), field, out);
}

int64_t events_wide(const struct events *t, uint32_t at, uint32_t value, enum event_field wide)
{
	int64_t number;

	return value == EVENT_WIDE32 && events_extra(t, at, wide, &number) ? number : EVENT_UNKNOWN;
}

static int64_t or_nothing(int64_t tokens)
{
	return tokens > 0 ? tokens : 0;
}

int64_t events_prompt(const struct events *t, uint32_t at)
{
	int64_t input = events_input(t, at), read = or_nothing(events_cache_read(t, at));
	int64_t written;

	if (input == EVENT_UNKNOWN)
		return EVENT_UNKNOWN;
	if (!(events_get(t, at)->flags & EVENT_CACHE_EXCLUSIVE) && read <= input)
		return input;
	if (!events_extra(t, at, EVENT_CACHE_WRITE, &written))
		written = 0;
	return input + read + or_nothing(written);
}

uint32_t events_span_sent(const struct events *t, uint32_t at)
{
	int64_t sent;

	return events_extra(t, at, EVENT_SPAN_SENT, &sent) ? (uint32_t)sent
	                                                   : events_get(t, at)->span;
}

int64_t events_start(const struct events *t, uint32_t at)
{
	const struct event *e = events_get(t, at);
	int64_t latency, start;

	if (e->flags & EVENT_OTEL || e->time == TIME_NONE)
		return e->time;
	latency = events_latency(t, at);
	if (latency == EVENT_UNKNOWN)
		return e->time;
	start = time_add(e->time, -latency);
	return start == TIME_NONE ? TIME_EARLIEST : start;
}

int64_t events_end(const struct events *t, uint32_t at)
{
	const struct event *e = events_get(t, at);
	int64_t latency;

	if (!(e->flags & EVENT_OTEL) || e->time == TIME_NONE)
		return e->time;
	latency = events_latency(t, at);
	return latency == EVENT_UNKNOWN ? e->time : time_add(e->time, latency);
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
	while (number >= map->n_ids) {
		uint32_t left = batch->ids.n - map->n_ids;
		uint32_t n = left < IDS_AT_ONCE ? left : IDS_AT_ONCE;

		ids_add_from(&t->ids, &batch->ids, map->n_ids, n, map->ids + map->n_ids);
		map->n_ids += n;
	}
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

#define STRING_FIELDS                                                        \
	(UINT32_C(1) << EVENT_STOP_REASON | UINT32_C(1) << EVENT_SPAN_TYPE | \
	 UINT32_C(1) << EVENT_FRAMEWORK | UINT32_C(1) << EVENT_LIBRARY |     \
	 UINT32_C(1) << EVENT_NAME)

static void merge_extras(struct events *t, const struct events *batch, struct events_map *map)
{
	uint64_t has, value;
	const uint8_t *from = extras_read_number(extras_of(batch, map->next), &has);
	uint8_t *into;

	if (has == 0)
		return;
	into = extras_write_number(begin_extras(t, (uint32_t)has), has);
	for (uint32_t left = (uint32_t)has; left; left &= left - 1) {
		int field = __builtin_ctz(left);

		from = extras_read_number(from, &value);
		if (STRING_FIELDS >> field & 1)
			value = map_string(t, batch, map, (uint32_t)value);
		else if (field == EVENT_SPAN_SENT)
			value = map_id(t, batch, map, (uint32_t)value);
		into = extras_write_number(into, value);
	}
	end_extras(t, into);
}

static void merge_one(struct events *t, const struct events *batch, struct events_map *map)
{
	uint32_t uuid = map_id(t, batch, map, events_uuid(batch, map->next));
	uint32_t session = map_id(t, batch, map, events_session(batch, map->next));
	struct event *e = add_row(t, uuid, session);

	*e = *events_get(batch, map->next);
	e->trace = map_id(t, batch, map, e->trace);
	e->span = map_id(t, batch, map, e->span);
	e->parent = map_id(t, batch, map, e->parent);
	e->user = map_id(t, batch, map, e->user);
	e->name = map_string(t, batch, map, e->name);
	e->model = map_model(t, batch, map, e->model);
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
		map->ids = mem_alloc(batch->ids.n, sizeof(*map->ids));
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
	               chunks_bytes(&t->chunks) + t->cap_logs * sizeof(*t->logs) +
	               t->cap_listings * sizeof(*t->listings);

	for (uint32_t at = 0; at < t->n; at += EVENTS_CHUNK)
		bytes += events_chunk(t, at)->cap_extras;
	return bytes;
}
