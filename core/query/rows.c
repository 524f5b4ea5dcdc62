/* The kinds of rows, with the columns that each has, and queries for them. What a row shows is left to the
 * tables in columns_*.c, which rows there are to build.c. */
#include "query/rows.h"
#include "base/mem.h"
#include "query/columns.h"

static const struct {
	const char *name;
	const struct columns *columns;
} kinds[ROWS_KINDS] = {
	[ROWS_TRACES] = {"traces", &columns_trace},
	[ROWS_SESSIONS] = {"sessions", &columns_session},
	[ROWS_GENERATIONS] = {"generations", &columns_event},
	[ROWS_SPANS] = {"spans", &columns_event},
	[ROWS_USERS] = {"users", &columns_user},
	[ROWS_MODELS] = {"models", &columns_model},
	[ROWS_TOOLS] = {"tools", &columns_tool},
	[ROWS_GROUPS] = {"groups", &columns_membership},
	[ROWS_ERRORS] = {"errors", &columns_error},
	[ROWS_PARTS] = {"parts", &columns_part},
};

const struct column *rows_columns(enum rows_kind kind, size_t *count)
{
	*count = kinds[kind].columns->n;
	return kinds[kind].columns->list;
}

const struct column *rows_column(enum rows_kind kind, struct str name)
{
	const struct columns *c = kinds[kind].columns;

	for (size_t i = 0; i < c->n; i++)
		if (str_eq(str_of(c->list[i].name), name))
			return &c->list[i];
	return NULL;
}

bool rows_is_source(const struct column *c)
{
	return c->get == columns_source;
}

bool rows_have(const struct model *m, const struct column *c)
{
	return !rows_is_source(c) || model_events(m)->n_origins > 1;
}

const struct column *rows_source_column(const struct model *m, enum rows_kind kind)
{
	const struct column *c = rows_column(kind, STR("source"));

	return c != NULL && rows_have(m, c) ? c : NULL;
}

uint32_t rows_origins(const struct rows *r, uint32_t row)
{
	const struct events *events = model_events(r->model);

	switch (r->query.kind) {
	case ROWS_TRACES:
		return model_trace(r->model, r->at[row])->origins;
	case ROWS_SESSIONS:
		return model_session(r->model, r->at[row])->origins;
	case ROWS_GENERATIONS:
	case ROWS_SPANS:
		return 1u << events_origin(events, events_get(events, r->at[row])->place);
	default:
		return 0;
	}
}

const struct column *rows_column_at(enum rows_kind kind, unsigned place)
{
	const struct columns *c = kinds[kind].columns;

	for (size_t i = 0; i < c->n; i++)
		if (place != 0 && c->list[i].place == place)
			return &c->list[i];
	return NULL;
}

const struct column *rows_own_column(enum rows_kind kind)
{
	switch (kind) {
	case ROWS_TRACES:
		return rows_column(kind, STR("start_time"));
	case ROWS_SESSIONS:
		return rows_column(kind, STR("last_time"));
	case ROWS_USERS:
	case ROWS_MODELS:
	case ROWS_GROUPS:
	case ROWS_PARTS:
		return rows_column(kind, STR("cost_usd"));
	case ROWS_TOOLS:
		return rows_column(kind, STR("total_s"));
	case ROWS_ERRORS:
		return rows_column(kind, STR("count"));
	default:
		return rows_column(kind, STR("time"));
	}
}

bool rows_add_up(enum rows_kind kind)
{
	return kind == ROWS_USERS || kind == ROWS_MODELS || kind == ROWS_TOOLS ||
	       kind == ROWS_GROUPS || kind == ROWS_ERRORS;
}

const char *rows_kind_name(enum rows_kind kind)
{
	return kinds[kind].name;
}

bool rows_kind_of(struct str name, enum rows_kind *out)
{
	for (int kind = 0; kind < ROWS_KINDS; kind++)
		if (str_eq(str_of(kinds[kind].name), name)) {
			*out = (enum rows_kind)kind;
			return true;
		}
	return false;
}

void query_init(struct query *q, enum rows_kind kind)
{
	*q = (struct query){.kind = kind,
	                    .since = TIME_NONE,
	                    .until = TIME_NONE,
	                    .session = MODEL_NONE,
	                    .trace = MODEL_NONE,
	                    .tool = MODEL_NONE};
}

void rows_free(struct rows *r)
{
	if (r->own != r->at)
		mem_free(r->own);
	mem_free(r->at);
	mem_free(r->groups);
	r->at = r->own = NULL;
	r->groups = NULL;
	r->n = r->total = r->n_groups = 0;
}
