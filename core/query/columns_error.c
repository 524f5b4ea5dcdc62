/* The columns of the list of errors. */
#include "query/columns.h"
#include "query/errors.h"

static const struct group_error *error_at(const struct rows *r, uint32_t row)
{
	return &columns_group(r, row)->error;
}

static void get_error(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	struct str text = errors_text(r->query.errors, columns_group(r, row)->key);

	(void)scratch;
	*out = columns_text(text.n > 0 ? text : STR("(no text)"));
	out->error = true;
}

static void get_count(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(columns_totals(r, row)->events);
}

static void get_first(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, error_at(r, row)->first_time);
}

static void get_last(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_value(VALUE_TIME, columns_group(r, row)->last_time);
}

static void get_models(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	const struct group_error *e = error_at(r, row);
	const struct events *t = model_events(r->model);
	struct str model = strings_get(&t->strings, t->models[e->model].model);

	buf_clear(scratch);
	if (model.n == 0)
		model = strings_get(&t->strings, t->models[e->model].provider);
	buf_append(scratch, model);
	if (e->models > 1)
		buf_printf(scratch, " +%u", e->models - 1);
	*out = columns_text(buf_str(scratch));
}

static void get_users(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(error_at(r, row)->users);
}

static void get_traces(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(columns_group(r, row)->traces);
}

static void get_sessions(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)scratch;
	*out = columns_count(columns_group(r, row)->sessions);
}

static void get_status(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	uint32_t status = error_at(r, row)->status;

	(void)scratch;
	*out = columns_value(VALUE_COUNT, status != 0 ? status : COLUMNS_UNKNOWN);
}

static void get_example(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	buf_clear(scratch);
	events_error_text(model_events(r->model), error_at(r, row)->newest, scratch);
	*out = columns_text(buf_str(scratch));
}

static const struct column list[] = {
	{"error", "ERROR", "what they say, but for numbers, ids, addresses and times", VALUE_TEXT,
         28, 1, 8, get_error},
	{"count", "COUNT", "events with it", VALUE_COUNT, 5, 2, 1, get_count},
	{"first_time", "FIRST", "timestamp of the first of them", VALUE_TIME, 8, 6, 3, get_first},
	{"last_time", "LAST", "timestamp of the last of them", VALUE_TIME, 8, 3, 2, get_last},
	{"models", "MODELS", "the model that most of them were of, and how many others", VALUE_TEXT,
         14, 7, 6, get_models},
	{"users", "USERS", "different users it happened to", VALUE_COUNT, 5, 4, 5, get_users},
	{"traces", "TRN", "traces that have it", VALUE_COUNT, 5, 5, 4, get_traces},
	{"example", "EXAMPLE", "text of the last of them, as sent", VALUE_TEXT, 32, 0, 0,
         get_example},
	{"sessions", "SES", "sessions of those traces", VALUE_COUNT, 5, 0, 0, get_sessions},
	{"status_code", "HTTP", "HTTP status that most of them had", VALUE_COUNT, 4, 8, 7,
         get_status},
	{"generations", "GEN", "of them, generations", VALUE_COUNT, 5, 0, 0, columns_generations},
	{"spans", "SPANS", "of them, spans", VALUE_COUNT, 5, 0, 0, columns_spans},
	{"cost_usd", "COST", "what the calls that failed cost", VALUE_MONEY, 9, 0, 0, columns_cost},
};
const struct columns columns_error = COLUMNS(list);
