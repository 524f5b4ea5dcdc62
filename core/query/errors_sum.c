/* Pairs of a group and a user, a model or a status, each counted once it is met: how many different ones there are, and which is
 * there most often; of those that are there as often the one that was met first. */
#include "query/errors_sum.h"

#include "base/chunks.h"
#include "base/mem.h"

#define CHUNK 1024u /* pairs */

enum kind { KIND_USER, KIND_MODEL, KIND_STATUS };

struct pair {
	uint32_t group, value;
	enum kind kind;
	uint32_t count;
};

struct errors_sum {
	struct hash_index index;
	struct hash_pair_seed seed;
	struct chunks pairs;
	uint32_t n;
};

struct errors_sum *errors_sum_new(void)
{
	struct errors_sum *s = mem_zero(1, sizeof(*s));

	s->seed = hash_pair_seed();
	s->pairs.size = CHUNK * sizeof(struct pair);
	return s;
}

void errors_sum_free(struct errors_sum *s)
{
	if (s == NULL)
		return;
	hash_index_free(&s->index);
	chunks_free(&s->pairs);
	mem_free(s);
}

static struct pair *pair_at(const struct errors_sum *s, uint32_t number)
{
	struct pair *chunk = s->pairs.list[number / CHUNK];

	return &chunk[number % CHUNK];
}

static bool same_pair(const void *ctx, uint32_t number, const void *key)
{
	const struct pair *a = pair_at(ctx, number), *b = key;

	return a->group == b->group && a->value == b->value && a->kind == b->kind;
}

/* How often it was met, now included. */
static uint32_t meet(struct errors_sum *s, const struct pair *key)
{
	uint64_t hash = hash_pair(s->seed, (uint64_t)key->group << 32 | key->value, key->kind);
	uint32_t number = hash_index_find(&s->index, hash, same_pair, s, key);

	if (number == HASH_NONE) {
		number = s->n++;
		if (number % CHUNK == 0)
			chunks_add(&s->pairs);
		*pair_at(s, number) = *key;
		hash_index_add(&s->index, hash, number);
	}
	return ++pair_at(s, number)->count;
}

static void meet_value(struct errors_sum *s, struct group_error *e, uint32_t number, enum kind kind,
                       uint32_t value)
{
	struct pair key = {number, value, kind, 0};
	uint32_t count = meet(s, &key);

	if (kind == KIND_USER) {
		e->users += count == 1;
	} else if (kind == KIND_MODEL) {
		e->models += count == 1;
		if (count > e->model_count) {
			e->model_count = count;
			e->model = value;
		}
	} else if (count > e->status_count) {
		e->status_count = count;
		e->status = value;
	}
}

static uint32_t status_of(const struct rows *r, uint32_t event)
{
	int64_t status;

	if (events_extra(model_events(r->model), event, EVENT_HTTP_STATUS, &status) &&
	    status >= 400 && status <= 599)
		return (uint32_t)status;
	return errors_status(r->query.errors, errors_of(r->query.errors, event));
}

void errors_sum_add(struct errors_sum *s, struct group *group, uint32_t number,
                    const struct rows *r, uint32_t event)
{
	const struct event *record = events_get(model_events(r->model), event);
	struct group_error *e = &group->error;
	uint32_t status = status_of(r, event);

	if (record->time != TIME_NONE &&
	    (e->first_time == TIME_NONE || record->time < e->first_time))
		e->first_time = record->time;
	if (e->newest == EVENT_NONE ||
	    record->time > events_get(model_events(r->model), e->newest)->time)
		e->newest = event;
	if (record->user != 0 && !(record->flags & EVENT_PERSONLESS))
		meet_value(s, e, number, KIND_USER, record->user);
	if (record->model != 0)
		meet_value(s, e, number, KIND_MODEL, record->model);
	if (status != 0)
		meet_value(s, e, number, KIND_STATUS, status);
}
