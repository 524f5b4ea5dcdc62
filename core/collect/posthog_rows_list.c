/* Lists and totals: $listed_trace and $listed_session lines.
 *
 * A table says which column becomes which property. Numbers are copied as they were sent; what is no
 * number where one belongs is left out, as unknown.
 *
 * Latency of a trace (PostHog's newest rule): the longest that a $ai_trace event says; else, if only
 * generations say one, their sum; else the sum over what stands at the top of the trace. The query
 * gives all three, so that nothing has to be added here. */
#include "collect/posthog_rows_internal.h"

#include "base/mem.h"
#include "base/time.h"
#include "collect/posthog_query.h"
#include "json/writer.h"

#include <inttypes.h>

/* What a column is, and the property that it becomes. Of sessions the query gives other names, since
 * ClickHouse would take a sum's name for the summed column. */
static const struct {
	struct str column, session_column, property;
} numbers[] = {
	{{"generations", 11}, {"generation_count", 16}, {"generations", 11}},
	{{"embeddings", 10}, {"embedding_count", 15}, {"embeddings", 10}},
	{{"spans", 5}, {"span_count", 10}, {"spans", 5}},
	{{"metrics", 7}, {"metric_count", 12}, {"metrics", 7}},
	{{"feedbacks", 9}, {"feedback_count", 14}, {"feedbacks", 9}},
	{{"traces", 6}, {"trace_count", 11}, {"traces", 6}},
	{{"errors", 6}, {"error_count", 11}, {"errors", 6}},
	{{"unpriced", 8}, {"unpriced_count", 14}, {"unpriced", 8}},
	{{"input_tokens", 12}, {"input_sum", 9}, {"$ai_input_tokens", 16}},
	{{"output_tokens", 13}, {"output_sum", 10}, {"$ai_output_tokens", 17}},
	{{"cache_read_tokens", 17}, {"cache_read_sum", 14}, {"$ai_cache_read_input_tokens", 27}},
	{{"cache_write_tokens", 18},
         {"cache_write_sum", 15},
         {"$ai_cache_creation_input_tokens", 31}},
	{{"reasoning_tokens", 16}, {"reasoning_sum", 13}, {"$ai_reasoning_tokens", 20}},
	{{"cost_usd", 8}, {"cost_sum", 8}, {"$ai_total_cost_usd", 18}},
};

struct listing {
	struct posthog_answer_rows answer;
	struct str cells[POSTHOG_COLUMNS]; /* of the row at hand */
	bool session, totals;
	int64_t now;
	struct buf *lines;
	struct buf line, text;
};

static struct str cell(const struct listing *l, struct str column)
{
	return posthog_rows_cell(&l->answer, l->cells, column);
}

/* Strings that are not empty, and numbers. */
static struct str scalar(const struct listing *l, struct str column)
{
	struct str value = cell(l, column);
	bool good = value.n > 0 && (value.p[0] == '"' ? value.n > 2
	                                              : value.p[0] == '-' || (value.p[0] >= '0' &&
	                                                                      value.p[0] <= '9'));

	return good ? value : STR_EMPTY;
}

static struct str number(const struct listing *l, struct str column)
{
	struct str value = scalar(l, column);

	return value.n > 0 && value.p[0] != '"' ? value : STR_EMPTY;
}

/* More than 0, whatever its size. */
static bool is_positive(struct str value)
{
	if (value.n == 0 || value.p[0] == '-')
		return false;
	for (size_t i = 0; i < value.n && value.p[i] != 'e' && value.p[i] != 'E'; i++)
		if (value.p[i] >= '1' && value.p[i] <= '9')
			return true;
	return false;
}

static struct str latency(const struct listing *l)
{
	struct str whole = number(l, STR("trace_latency"));
	struct str calls = number(l, STR("generation_latency"));
	struct str others = number(l, STR("other_latencies"));

	if (l->session)
		return number(l, STR("latency_sum"));
	if (is_positive(whole))
		return whole;
	if (is_positive(calls) && others.n > 0 && !is_positive(others))
		return calls;
	return number(l, STR("top_latency"));
}

/* A string's text, or a number as it stands; good until the next call. */
static struct str plain(struct listing *l, struct str value)
{
	if (value.n == 0 || value.p[0] != '"')
		return value;
	buf_clear(&l->text);
	json_unescape(&l->text, raw_inside(value));
	return buf_str(&l->text);
}

static int64_t time_of(struct listing *l, struct str column)
{
	return time_parse(plain(l, scalar(l, column)));
}

static void put_if(struct listing *l, struct str key, struct str value)
{
	if (value.n > 0)
		posthog_rows_put(&l->line, key, value);
}

static void put_time_if(struct listing *l, struct str key, struct str column)
{
	int64_t time = time_of(l, column);

	if (time != TIME_NONE)
		posthog_rows_put_time(&l->line, key, time);
}

/* ---- lines ---- */

static void begin_line(struct buf *line, bool session, struct str user, int64_t now)
{
	buf_clear(line);
	buf_add(line, '{');
	posthog_rows_put(line, STR("event"),
	                 session ? STR("\"$listed_session\"") : STR("\"$listed_trace\""));
	if (user.n > 0)
		posthog_rows_put(line, STR("distinct_id"), user);
	posthog_rows_put_time(line, STR("timestamp"), now);
	posthog_rows_put(line, STR("properties"), STR("{"));
}

static void end_line(struct buf *line, int64_t now, struct buf *lines)
{
	buf_add(line, '}');
	posthog_rows_put_time(line, STR("received_at"), now);
	buf_add(line, '}');
	posthog_rows_end_line(lines, buf_str(line));
}

static void put_totals(struct listing *l)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		put_if(l, numbers[i].property,
		       number(l, l->session ? numbers[i].session_column : numbers[i].column));
	put_if(l, STR("$ai_latency"), latency(l));
}

static void put_line(struct listing *l)
{
	struct str user = scalar(l, STR("user"));

	begin_line(&l->line, l->session, user.n > 0 ? user : scalar(l, STR("person")), l->now);
	put_if(l, STR("$ai_trace_id"), scalar(l, STR("trace_id")));
	put_if(l, STR("$ai_session_id"), scalar(l, STR("session_id")));
	put_if(l, STR("$ai_span_name"), scalar(l, STR("name")));
	put_time_if(l, STR("first_time"),
	            l->session && l->totals ? STR("start_time") : STR("first_time"));
	put_time_if(l, STR("last_time"),
	            l->session && l->totals ? STR("end_time") : STR("last_time"));
	if (l->totals)
		put_totals(l);
	end_line(&l->line, l->now, l->lines);
}

/* ---- rows ---- */

static struct str id_column(const struct listing *l)
{
	return l->session ? STR("session_id") : STR("trace_id");
}

/* In ids, which never moves. */
static struct str keep(struct listing *l, struct posthog_rows *rows, struct str value)
{
	size_t at = rows->ids.n;

	buf_append(&rows->ids, plain(l, value));
	return str_sub(buf_str(&rows->ids), at, SIZE_MAX);
}

/* False if the row at hand names nothing, or, in a list, has no place in its order. */
static bool take_row(struct listing *l, struct posthog_rows *rows)
{
	struct str id = scalar(l, id_column(l));
	struct posthog_row *row;
	int64_t time;

	if (id.n == 0)
		return false;
	if (!rows)
		return true;
	time = time_of(l, l->session ? STR("last_time") : STR("first_time"));
	if (time == TIME_NONE)
		return false;
	row = &rows->rows[rows->n++];
	*row = (struct posthog_row){.id = keep(l, rows, id), .time = time};
	row->last = time_of(l, STR("last_time"));
	if (!l->session)
		row->session = keep(l, rows, scalar(l, STR("session_id")));
	return true;
}

static void read_rows(struct listing *l, uint32_t limit, struct posthog_rows *rows)
{
	struct posthog_answer_rows *a = &l->answer;
	uint32_t seen = 0;
	struct str row;

	while (posthog_rows_next(a, &row)) {
		if (rows && seen++ == limit) {
			rows->more = true;
			return;
		}
		if (!posthog_rows_cells(a, row, false, l->cells) || !take_row(l, rows))
			a->bad++;
		else if (l->lines)
			put_line(l);
	}
	a->bad += a->walk.broken;
}

/* rows is NULL for totals, lines when there are none to be written. */
static enum err read_answer(struct str answer, bool session, uint32_t limit, int64_t now,
                            struct buf *lines, struct posthog_rows *rows, struct errinfo *e)
{
	struct listing l = {.session = session, .totals = !rows, .now = now, .lines = lines};
	enum err rc = posthog_rows_open(&l.answer, answer, true, e);
	size_t before = lines ? lines->n : 0;

	if (rows) {
		*rows = (struct posthog_rows){0};
		rows->rows = mem_zero(limit ? limit : 1, sizeof(*rows->rows));
		/* Ids take no more bytes than they were sent in: the slices into ids stay good. */
		buf_reserve(&rows->ids, l.answer.results.n);
	}
	if (rc == ERR_OK)
		read_rows(&l, limit, rows);
	posthog_rows_close(&l.answer, e);
	if (rc == ERR_OK && ((lines && lines->full) || l.line.full || (rows && rows->ids.full))) {
		if (lines)
			lines->n = before;
		rc = err_set(e, ERR_PARSE, "PostHog's answer is too big");
	}
	if (rc != ERR_OK && rows)
		posthog_rows_free(rows);
	buf_free(&l.line);
	buf_free(&l.text);
	return rc;
}

enum err posthog_read_traces(struct str answer, uint32_t limit, int64_t now, struct buf *lines,
                             struct posthog_rows *rows, struct errinfo *e)
{
	return read_answer(answer, false, limit, now, lines, rows, e);
}

enum err posthog_read_sessions(struct str answer, uint32_t limit, int64_t now, struct buf *lines,
                               struct posthog_rows *rows, struct errinfo *e)
{
	return read_answer(answer, true, limit, now, lines, rows, e);
}

enum err posthog_read_find(struct str answer, struct posthog_rows *rows, struct errinfo *e)
{
	return read_answer(answer, false, POSTHOG_MAX_FOUND, 0, NULL, rows, e);
}

enum err posthog_read_trace_totals(struct str answer, int64_t now, struct buf *lines,
                                   struct errinfo *e)
{
	return read_answer(answer, false, 0, now, lines, NULL, e);
}

enum err posthog_read_session_totals(struct str answer, int64_t now, struct buf *lines,
                                     struct errinfo *e)
{
	return read_answer(answer, true, 0, now, lines, NULL, e);
}

void posthog_write_opened(struct str trace, const char *bodies, uint32_t events, int64_t now,
                          struct buf *lines)
{
	struct buf line = {0}, id = {0};
	struct json_writer writer = {.out = &id};

	json_write_text(&writer, trace);
	json_writer_end(&writer);
	begin_line(&line, false, STR_EMPTY, now);
	posthog_rows_put(&line, STR("$ai_trace_id"), buf_str(&id));
	posthog_rows_put(&line, STR("opened"), STR("true"));
	if (events != POSTHOG_UNCOUNTED)
		buf_printf(&line, ",\"events\":%" PRIu32, events);
	if (bodies)
		buf_printf(&line, ",\"bodies\":\"%s\"", bodies);
	end_line(&line, now, lines);
	buf_free(&line);
	buf_free(&id);
}
