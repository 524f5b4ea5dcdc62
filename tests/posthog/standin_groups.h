/* Events of the stand-in, one by one and added up to traces and sessions. Sums are doubles, as PostHog's
 * are. */
#ifndef STANDIN_GROUPS_H
#define STANDIN_GROUPS_H

#include "standin.h"

#include "base/time.h"

/* ---- events ---- */

enum { GENERATION, EMBEDDING, SPAN, METRIC, FEEDBACK, TRACE, KINDS };

static inline const cJSON *get(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static inline const cJSON *property(const cJSON *event, const char *name)
{
	return get(get(event, "properties"), name);
}

static inline const char *text(const cJSON *value)
{
	const char *s = cJSON_GetStringValue(value);

	return s != NULL ? s : "";
}

static inline const char *property_text(const cJSON *event, const char *name)
{
	return text(property(event, name));
}

static inline int64_t parse(const char *s)
{
	return time_parse(str_of(s));
}

static inline int64_t when(const cJSON *event)
{
	return parse(text(get(event, "timestamp")));
}

int kind_of(const cJSON *event); /* KINDS if it is none of them */
bool is_ai(const cJSON *event);

/* ---- grouping ---- */

struct sum {
	double value;
	int known;
};

struct group {
	const char *id, *name, *session, *user;
	int64_t first, last, named, explicit_at, in_session;
	int counts[KINDS], errors, unpriced, members, other_latencies;
	struct sum input, output, reads, writes, reasoning, cost, latency;
	struct sum trace_latency, generation_latency, top_latency;
};

struct groups {
	struct group *at;
	size_t n;
	size_t *slots, n_slots; /* by hash of the id: its place and 1, or 0 */
};
void traces_free(struct groups *all);

/* Made where there is none. */
struct group *group_of(struct groups *all, const char *id);
/* Of since <= t < until; to be freed. */
struct groups traces_of(const struct standin *s, int64_t since, int64_t until);
struct groups sessions_of(const struct groups *traces);
/* For qsort: the latest first, then by id descending. */
int by_first(const void *left, const void *right);
int by_last(const void *left, const void *right);

#endif
