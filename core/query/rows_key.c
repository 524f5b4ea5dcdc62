/* Columns by the words that people type: a column's own name, or the field of the filter language that says the same. */
#include "query/field.h"
#include "query/rows.h"

/* Of several columns the first that the kind has. */
#define SAME_MAX 3
static const struct {
	const char *key, *columns[SAME_MAX];
} same[] = {
	{"cost", {"cost_usd"}},
	{"cost.in", {"input_cost_usd"}},
	{"cost.out", {"output_cost_usd"}},
	{"cost.cache", {"cache_cost_usd"}},
	{"tokens", {"total_tokens"}},
	{"in", {"input_tokens"}},
	{"out", {"output_tokens"}},
	{"cache", {"cache_read_tokens"}},
	{"reasoning", {"reasoning_tokens"}},
	{"latency", {"latency_s", "p50_s"}},
	{"ttft", {"ttft_s", "ttft_p50_s"}},
	{"gens", {"generations"}},
	{"code", {"status_code"}},
	{"errors", {"count"}},
	{"trace", {"trace_id"}},
	{"session", {"session_id"}},
	{"id", {"uuid", "trace_id", "session_id"}},
	{"name", {"tool"}},
	{"time", {"start_time", "last_time"}},
	{"since", {"start_time", "last_time"}},
};
#define SAMES (sizeof(same) / sizeof(same[0]))

const struct column *rows_column_of(enum rows_kind kind, struct str key)
{
	const struct column *c = rows_column(kind, key);

	for (size_t i = 0; i < SAMES && c == NULL; i++)
		for (size_t k = 0; k < SAME_MAX && c == NULL; k++)
			if (same[i].columns[k] != NULL && str_eq(key, str_of(same[i].key)))
				c = rows_column(kind, str_of(same[i].columns[k]));
	return c;
}

const char *rows_key_nearest(enum rows_kind kind, struct str key)
{
	const char *best = NULL;
	size_t least = SIZE_MAX, n;
	const struct column *columns = rows_columns(kind, &n);

	for (size_t i = 0; i < n + SAMES; i++) {
		const char *name = i < n ? columns[i].name : same[i - n].key;
		size_t distance = field_distance(key, name);

		if (distance < least && rows_column_of(kind, str_of(name)) != NULL) {
			best = name;
			least = distance;
		}
	}
	return best;
}
