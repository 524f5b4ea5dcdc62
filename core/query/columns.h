/* What the tables of columns share: the tables themselves, values, and the columns over totals. */
#ifndef QUERY_COLUMNS_H
#define QUERY_COLUMNS_H

#include "query/rows.h"

struct columns {
	const struct column *list;
	size_t n;
};
extern const struct columns columns_trace, columns_session, columns_event, columns_user;
extern const struct columns columns_model, columns_tool, columns_membership, columns_part,
	columns_error;
#define COLUMNS(list)                                    \
	{                                                \
		(list), sizeof(list) / sizeof((list)[0]) \
	}

/* Also of the model, of money and of times: TIME_NONE and EVENT_NO_COST are the same number. */
#define COLUMNS_UNKNOWN EVENT_UNKNOWN
struct value columns_value(enum value_type type, int64_t number); /* unknown if COLUMNS_UNKNOWN */
struct value columns_count(int64_t number);
struct value columns_text(struct str text); /* empty is unknown */
struct value columns_id(const struct rows *r, uint32_t id, struct buf *scratch);

/* What a row of traces, sessions, users or models adds up to. */
const struct totals *columns_totals(const struct rows *r, uint32_t row);
/* False: a listing names the trace or session, and its totals are not known yet. */
bool columns_counted(const struct rows *r, uint32_t row);
/* What a row sorts by: as rows_value, but the number of a property where it has one. */
void columns_sorted(const struct rows *r, const struct column *c, uint32_t row, struct value *out,
                    struct buf *scratch);
const struct group *columns_group(const struct rows *r, uint32_t row);

typedef void columns_get(const struct rows *r, uint32_t row, struct value *out,
                         struct buf *scratch);
columns_get columns_generations, columns_embeddings, columns_spans, columns_events, columns_errors;
columns_get columns_input, columns_output, columns_cache_read, columns_tokens, columns_cost;
columns_get columns_cost_source, columns_unpriced, columns_source;

#endif
