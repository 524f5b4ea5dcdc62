/* Facts about an event or a trace that stand in memory, in few dense lines; and what is attached to a trace. */
#include "base/time.h"
#include "draw/format.h"
#include "widget/detail_internal.h"

#include <string.h>

#define ATTACHED_READ  20        /* events that are read for a trace */
#define ATTACHED_BYTES (1 << 20) /* larger ones are only named */

void detail_gap(struct buf *line)
{
	if (line->n > 0)
		buf_puts(line, "  ");
}

void detail_add_line(struct reader *r, enum role role, struct buf *line)
{
	if (line->n > 0)
		reader_add_across(r, role, buf_str(line));
	buf_clear(line);
}

static void add_text(struct buf *line, const char *name, struct str text)
{
	if (text.n == 0)
		return;
	detail_gap(line);
	buf_puts(line, name);
	buf_append(line, text);
}

static void add_id(struct buf *line, const char *name, const struct events *events, uint32_t id)
{
	if (id == 0)
		return;
	detail_gap(line);
	buf_puts(line, name);
	ids_text(&events->ids, id, line);
}

static void add_extra_text(struct buf *line, const char *name, const struct events *events,
                           uint32_t event, enum event_field field)
{
	int64_t string;

	if (events_extra(events, event, field, &string))
		add_text(line, name, strings_get(&events->strings, (uint32_t)string));
}

static void add_time(struct buf *line, const char *before, int64_t duration, const char *after)
{
	detail_gap(line);
	buf_puts(line, before);
	format_seconds(line, duration);
	buf_puts(line, after);
}

/* ---- one event -------------------------------------------------------------------------------------- */

static void add_kind(struct buf *line, const struct events *events, uint32_t event)
{
	static const char *const kinds[EVENT_KINDS] = {
		"generation", "embedding", "span",       "trace",
		"metric",     "feedback",  "evaluation", "event",
	};
	const struct event *e = events_get(events, event);

	buf_puts(line, e->flags & EVENT_TOOL && event_kind(e) == EVENT_SPAN ? "tool"
	                                                                    : kinds[event_kind(e)]);
	add_extra_text(line, "", events, event, EVENT_NAME);
	add_text(line, "", events_name(events, event));
	add_text(line, "", events_model(events, event));
	if (events_provider(events, event).n > 0) {
		buf_puts(line, " (");
		buf_append(line, events_provider(events, event));
		buf_add(line, ')');
	}
}

static void add_status(struct buf *line, const struct events *events, uint32_t event)
{
	const struct event *e = events_get(events, event);
	int64_t status;

	detail_gap(line);
	buf_puts(line, e->flags & EVENT_ERROR     ? "! error"
	               : e->flags & EVENT_RUNNING ? "running"
	                                          : "ok");
	if (events_extra(events, event, EVENT_HTTP_STATUS, &status))
		buf_printf(line, " HTTP %lld", (long long)status);
}

static void add_times(struct buf *line, const struct events *events, uint32_t event)
{
	int64_t start = events_start(events, event), latency = events_latency(events, event);
	int64_t first;

	detail_gap(line);
	time_append_local(line, start);
	if (latency != EVENT_UNKNOWN)
		add_time(line, "", latency, "");
	if (events_extra(events, event, EVENT_FIRST_TOKEN, &first))
		add_time(line, "first token ", first, "");
	if (events_get(events, event)->flags & EVENT_STREAM)
		add_text(line, "", STR("stream"));
}

struct aside { /* facts in brackets behind another */
	struct buf *line;
	int n;
};

static void aside_begin(struct aside *a)
{
	buf_puts(a->line, a->n++ == 0 ? " (" : ", ");
}

static void aside_end(struct aside *a)
{
	if (a->n > 0)
		buf_add(a->line, ')');
}

static void aside_count(struct aside *a, const char *before, int64_t n, const char *after)
{
	if (n == EVENT_UNKNOWN)
		return;
	aside_begin(a);
	buf_puts(a->line, before);
	format_count(a->line, n);
	buf_puts(a->line, after);
}

static int64_t extra_or_unknown(const struct events *events, uint32_t event, enum event_field field)
{
	int64_t value;

	return events_extra(events, event, field, &value) ? value : EVENT_UNKNOWN;
}

static void add_tokens(struct buf *line, const struct events *events, uint32_t event)
{
	int64_t input = events_input(events, event), output = events_output(events, event);
	int64_t cached = events_cache_read(events, event);
	int64_t written = extra_or_unknown(events, event, EVENT_CACHE_WRITE);
	int64_t reasoning = extra_or_unknown(events, event, EVENT_REASONING);
	struct aside in = {line, 0}, out = {line, 0};

	if (input == EVENT_UNKNOWN && output == EVENT_UNKNOWN && cached == EVENT_UNKNOWN)
		return;
	detail_gap(line);
	if (input == EVENT_UNKNOWN)
		buf_add(line, '?');
	else
		format_count(line, input);
	buf_puts(line, " in");
	aside_count(&in, "cache ", cached, " read");
	aside_count(&in, "cache ", written, " write");
	aside_end(&in);
	buf_puts(line, " -> ");
	if (output == EVENT_UNKNOWN)
		buf_add(line, '?');
	else
		format_count(line, output);
	buf_puts(line, " out");
	aside_count(&out, "", reasoning, " reasoning");
	aside_end(&out);
	if ((cached > 0 || written > 0) &&
	    (events_get(events, event)->flags & EVENT_CACHE_EXCLUSIVE))
		buf_puts(line, ", cache not counted in");
}

static void add_cost(struct buf *line, const struct events *events, uint32_t event)
{
	static const struct {
		enum event_field field;
		const char *name;
	} parts[] = {
		{EVENT_COST_INPUT, "in "},      {EVENT_COST_CACHE, "of it cache "},
		{EVENT_COST_OUTPUT, "out "},    {EVENT_COST_REQUEST, "request "},
		{EVENT_COST_SEARCH, "search "},
	};
	const struct event *e = events_get(events, event);
	struct aside a = {line, 0};
	int64_t cost;

	if (e->cost == EVENT_NO_COST && event_kind(e) > EVENT_EMBEDDING)
		return;
	detail_gap(line);
	format_event_cost(line, e);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!events_extra(events, event, parts[i].field, &cost))
			continue;
		aside_begin(&a);
		buf_puts(line, parts[i].name);
		buf_puts(line, event_cost_computed(e, parts[i].field) ? "~" : "");
		format_money(line, cost);
	}
	aside_end(&a);
}

static void add_suspect(struct reader *r, struct buf *line, const struct events *events,
                        uint32_t event)
{
	static const struct {
		int64_t bit;
		const char *why;
	} reasons[] = {
		{SUSPECT_LATENCY, "latency negative or over an hour: kept as sent"},
		{SUSPECT_FIRST_TOKEN,
	         "time to first token negative or far over the latency: kept as sent"},
		{SUSPECT_TOKENS, "a token count that is no count: left out"},
		{SUSPECT_COST, "a cost that is negative or no number"},
		{SUSPECT_ID, "an id with characters that PostHog refuses, or over 200 bytes"},
		{SUSPECT_TIME, "timestamp missing or unreadable"},
	};
	int64_t why = extra_or_unknown(events, event, EVENT_SUSPECT_WHY);

	for (size_t i = 0; why != EVENT_UNKNOWN && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (why & reasons[i].bit)
			add_text(line, line->n == 0 ? "suspect: " : "", str_of(reasons[i].why));
	if (events_get(events, event)->flags & EVENT_IRREGULAR)
		add_text(line, line->n == 0 ? "suspect: " : "",
		         STR("the line holds bytes that JSON forbids or lone surrogates"));
	detail_add_line(r, ROLE_WARNING, line);
}

void detail_add_facts(struct reader *r, const struct events *events, uint32_t event)
{
	const struct event *e = events_get(events, event);
	struct buf line = {0};

	add_kind(&line, events, event);
	add_status(&line, events, event);
	detail_add_line(r, e->flags & EVENT_ERROR ? ROLE_ERROR : ROLE_STRONG, &line);
	add_times(&line, events, event);
	add_tokens(&line, events, event);
	add_cost(&line, events, event);
	add_extra_text(&line, "stop ", events, event, EVENT_STOP_REASON);
	detail_add_line(r, ROLE_TEXT, &line);
	add_id(&line, "span ", events, e->span);
	add_id(&line, "parent ", events, e->parent);
	add_id(&line, "uuid ", events, events_uuid(events, event));
	add_extra_text(&line, "type ", events, event, EVENT_SPAN_TYPE);
	add_extra_text(&line, "framework ", events, event, EVENT_FRAMEWORK);
	add_extra_text(&line, "library ", events, event, EVENT_LIBRARY);
	detail_add_line(r, ROLE_DIM, &line);
	add_suspect(r, &line, events, event);
	buf_free(&line);
}

/* ---- a trace ---------------------------------------------------------------------------------------- */

static void add_trace_times(struct buf *line, const struct trace *t)
{
	detail_gap(line);
	time_append_local(line, t->start != TIME_NONE ? t->start : t->first_time);
	if (t->latency != EVENT_UNKNOWN)
		add_time(line, "latency ", t->latency, "");
	if (t->start != TIME_NONE && t->end > t->start && !t->listed) {
		uint64_t wall = (uint64_t)t->end - (uint64_t)t->start;

		add_time(line, "wall ", wall > INT64_MAX ? INT64_MAX : (int64_t)wall, "");
	}
}

/* What no part of the trace told is not 0. */
static void add_known(struct buf *line, uint32_t known, int64_t sum)
{
	if (known > 0)
		format_count(line, sum);
	else
		buf_add(line, '?');
}

static void add_trace_sums(struct buf *line, const struct totals *t)
{
	struct aside in = {line, 0}, out = {line, 0};

	if (totals_has_calls(t)) {
		detail_gap(line);
		format_cost(line, t, 0);
	}
	if (t->input_known + t->output_known == 0)
		return;
	detail_gap(line);
	add_known(line, t->input_known, t->input);
	buf_puts(line, " in");
	aside_count(&in, "cache ", t->cache_read_known ? t->cache_read : EVENT_UNKNOWN, " read");
	aside_count(&in, "cache ", t->cache_write_known ? t->cache_write : EVENT_UNKNOWN, " write");
	aside_end(&in);
	buf_puts(line, " -> ");
	add_known(line, t->output_known, t->output);
	buf_puts(line, " out");
	aside_count(&out, "", t->reasoning_known ? t->reasoning : EVENT_UNKNOWN, " reasoning");
	aside_end(&out);
}

static void add_trace_counts(struct buf *line, const struct totals *t)
{
	static const char *const kinds[EVENT_KINDS] = {
		"generation", "embedding",     "span",       "trace event",
		"metric",     "feedback text", "evaluation", "other event",
	};

	for (int kind = 0; kind < EVENT_KINDS; kind++) {
		if (t->kinds[kind] == 0)
			continue;
		detail_gap(line);
		buf_printf(line, "%u %s%s", t->kinds[kind], kinds[kind],
		           t->kinds[kind] == 1 ? "" : "s");
	}
	if (t->running > 0) {
		detail_gap(line);
		buf_printf(line, "%u running", t->running);
	}
	if (t->suspect > 0) {
		detail_gap(line);
		buf_printf(line, "%u suspect", t->suspect);
	}
}

static void add_attached(struct reader *r, const struct events *events, uint32_t event)
{
	static const char *const labels[EVENT_KINDS] = {
		[EVENT_METRIC] = "metric",
		[EVENT_FEEDBACK] = "feedback",
		[EVENT_EVALUATION] = "score",
		[EVENT_OTHER_AI] = "event",
	};
	const struct event *e = events_get(events, event);
	const char *label = labels[event_kind(e)];
	struct buf line = {0};

	if (e->length > ATTACHED_BYTES) {
		format_bytes(&line, e->length);
		buf_puts(&line, ", too long to be shown here");
	} else {
		struct detail *d = detail_read(events, event);

		if (d->state != DETAIL_READY)
			buf_puts(&line, d->error.msg);
		else if (event_kind(e) == EVENT_OTHER_AI)
			add_extra_text(&line, "", events, event, EVENT_NAME);
		else
			detail_note(d, event_kind(e), &line);
		detail_free(d);
	}
	reader_add(r, ROLE_TEXT, 0, ROLE_LABEL, str_of(label), buf_str(&line));
	buf_free(&line);
}

static void add_all_attached(struct reader *r, struct model *m, const struct trace *t)
{
	const struct events *events = model_events(m);
	uint32_t read = 0, more = 0;

	for (uint32_t event = t->first_event; event != EVENT_NONE;
	     event = model_next_event(m, event)) {
		if (event_kind(events_get(events, event)) < EVENT_METRIC)
			continue;
		if (read < ATTACHED_READ) {
			add_attached(r, events, event);
			read++;
		} else {
			more++;
		}
	}
	if (more > 0)
		reader_addf(r, ROLE_DIM, 0, "... +%u more metrics, feedback and scores", more);
}

struct str detail_no_event(const struct trace *t)
{
	return t->listed ? STR("listed: not all of its events are here")
	                 : STR("no $ai_trace event: made from its parts");
}

void detail_add_trace(struct reader *r, struct model *m, uint32_t trace)
{
	const struct events *events = model_events(m);
	const struct trace *t = model_trace(m, trace);
	struct buf line = {0};

	buf_puts(&line, "trace");
	add_text(&line, "", strings_get(&events->strings, t->name));
	if (t->totals.errors > 0)
		buf_printf(&line, "  ! %u error%s", t->totals.errors,
		           t->totals.errors == 1 ? "" : "s");
	detail_add_line(r, t->totals.errors > 0 ? ROLE_ERROR : ROLE_STRONG, &line);
	add_trace_times(&line, t);
	add_trace_sums(&line, &t->totals);
	detail_add_line(r, ROLE_TEXT, &line);
	add_trace_counts(&line, &t->totals);
	detail_add_line(r, ROLE_TEXT, &line);
	add_id(&line, "id ", events, t->id);
	if (t->session != MODEL_NONE)
		add_id(&line, "session ", events, model_session(m, t->session)->id);
	add_id(&line, "user ", events, t->user);
	add_text(&line, "", t->personless ? STR("(no person profile)") : STR_EMPTY);
	add_text(&line, "", t->explicit_event == EVENT_NONE ? detail_no_event(t) : STR_EMPTY);
	detail_add_line(r, ROLE_DIM, &line);
	buf_free(&line);
	add_all_attached(r, m, t);
}
