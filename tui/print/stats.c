/* Totals as text or as the JSON document that scripts rely on. */
#include "print/stats.h"

#include "base/utf8.h"
#include "draw/format.h"
#include "draw/source_text.h"
#include "print/fetch.h"
#include "print/filter.h"
#include "print/output.h"
#include "print/price_tables.h"
#include "print/stats_by.h"
#include "print/stats_server.h"

#define UNPRICED_SHOWN 5 /* models */

/* ---- sources --------------------------------------------------------------------------------------------------------- */

struct source_sum {
	uint64_t files, bytes, pending;
	struct record_counts counts;
};

static struct source_sum sum_sources(const struct explorer *x)
{
	struct source_sum sum = {.files = explorer_source_count(x)};

	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);
		sum.bytes += s->bytes;
		sum.pending += s->pending;
		sum.counts.lines += s->counts.lines;
		sum.counts.bad_lines += s->counts.bad_lines;
		sum.counts.irregular += s->counts.irregular;
		sum.counts.other_events += s->counts.other_events;
		sum.counts.suspect += s->counts.suspect;
	}
	return sum;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------------- */

static void json_source(struct json_writer *w, const struct source_sum *sum, const struct stats *s)
{
	json_write_key(w, "source");
	json_begin_object(w);
	output_key_int(w, "files", (int64_t)sum->files);
	output_key_int(w, "bytes", (int64_t)sum->bytes);
	output_key_int(w, "lines", (int64_t)sum->counts.lines);
	output_key_int(w, "bad_lines", (int64_t)sum->counts.bad_lines);
	output_key_int(w, "other_events", (int64_t)sum->counts.other_events);
	output_key_int(w, "duplicates", (int64_t)s->duplicates);
	output_key_int(w, "irregular", (int64_t)sum->counts.irregular);
	output_key_int(w, "suspect", (int64_t)sum->counts.suspect);
	json_end_object(w);
}

static void json_events(struct json_writer *w, const struct totals *t)
{
	static const char *const names[EVENT_KINDS] = {"generation", "embedding", "span",
	                                               "trace",      "metric",    "feedback",
	                                               "evaluation", "other_ai"};

	json_write_key(w, "events");
	json_begin_object(w);
	for (int i = 0; i < EVENT_KINDS; i++)
		output_key_int(w, names[i], t->kinds[i]);
	json_end_object(w);
}

/* The percentiles that are printed, in their order. */
#define LATENCY_POINTS 5
struct latency_point {
	const char *name;
	int64_t value; /* microseconds; EVENT_UNKNOWN */
};

static void latency_points(const struct stats_latency *l,
                           struct latency_point points[LATENCY_POINTS])
{
	points[0] = (struct latency_point){"p50", l->p50};
	points[1] = (struct latency_point){"p90", l->p90};
	points[2] = (struct latency_point){"p95", l->p95};
	points[3] = (struct latency_point){"p99", l->p99};
	points[4] = (struct latency_point){"max", l->max};
}

/* Absent means unknown. */
static void json_latency(struct json_writer *w, const char *key, const struct stats_latency *l)
{
	struct latency_point points[LATENCY_POINTS];

	latency_points(l, points);
	json_write_key(w, key);
	json_begin_object(w);
	for (size_t i = 0; i < LATENCY_POINTS; i++) {
		if (points[i].value == EVENT_UNKNOWN)
			continue;
		json_write_key(w, points[i].name);
		json_write_decimal(w, points[i].value, 6);
	}
	json_end_object(w);
}

static void json_models(struct json_writer *w, const struct stats *s)
{
	json_write_key(w, "per_model");
	json_begin_object(w);
	for (uint32_t i = 0; i < s->n_models; i++) {
		const struct stats_model *m = &s->models[i];
		money cost;
		json_write_key_text(w, m->name);
		json_begin_object(w);
		output_key_int(w, "events", m->events);
		output_key_int(w, "input", m->totals.input);
		output_key_int(w, "output", m->totals.output);
		if (totals_cost(&m->totals, &cost))
			output_key_money(w, "cost_usd", cost);
		if (m->totals.unpriced > 0)
			output_key_int(w, "unpriced_events", m->totals.unpriced);
		json_end_object(w);
	}
	json_end_object(w);
}

static void key_time(struct json_writer *w, const char *key, int64_t time)
{
	struct buf text = {0};

	if (time == TIME_NONE)
		return;
	time_append_rfc3339(&text, time);
	json_write_key(w, key);
	json_write_text(w, buf_str(&text));
	buf_free(&text);
}

static void print_json(struct explorer *x, const struct stats *s, const struct stats_by *by,
                       bool server, bool pretty)
{
	struct source_sum sum = sum_sources(x);
	struct json_writer w;
	struct buf out = {0};

	output_json(&w, &out, pretty);
	json_begin_object(&w);
	if (server) {
		json_write_key(&w, "from");
		json_write_text(&w, STR("server"));
	}
	if (!server)
		json_source(&w, &sum, s);
	json_events(&w, &s->totals);
	output_key_int(&w, "traces", s->traces);
	output_key_int(&w, "sessions", s->sessions);
	output_key_int(&w, "users", s->users);
	output_key_int(&w, "errors", s->totals.errors);
	output_totals(&w, &s->totals);
	json_write_key(&w, "latency_s");
	json_begin_object(&w);
	json_latency(&w, server ? "call" : "generation", &s->generation);
	if (!server)
		json_latency(&w, "trace", &s->trace);
	json_end_object(&w);
	json_models(&w, s);
	if (by != NULL)
		stats_by_json(by, &w);
	json_write_key(&w, "time");
	json_begin_object(&w);
	key_time(&w, "first", s->first);
	key_time(&w, "last", s->last);
	json_end_object(&w);
	json_end_object(&w);
	json_writer_end(&w);
	output_write(STR("\n"));
	buf_free(&out);
}

/* ---- text ---------------------------------------------------------------------------------------------------------------- */

static void count(struct buf *out, const char *label, int64_t n)
{
	buf_printf(out, "   %s ", label);
	format_count(out, n);
}

static void text_source(struct buf *out, const struct source_sum *sum, const struct stats *s)
{
	buf_puts(out, "source   ");
	format_bytes(out, sum->bytes);
	count(out, "files", (int64_t)sum->files);
	count(out, "lines", (int64_t)sum->counts.lines);
	count(out, "bad", (int64_t)sum->counts.bad_lines);
	count(out, "irregular", (int64_t)sum->counts.irregular);
	count(out, "other events", (int64_t)sum->counts.other_events);
	count(out, "duplicates", (int64_t)s->duplicates);
	if (sum->pending > 0)
		buf_printf(out, "   unfinished last line %llu bytes",
		           (unsigned long long)sum->pending);
	buf_add(out, '\n');
}

static void text_events(struct buf *out, const struct stats *s)
{
	static const char *const names[EVENT_KINDS] = {"generations",  "embeddings", "spans",
	                                               "trace events", "metrics",    "feedback",
	                                               "evaluations",  "other"};

	buf_puts(out, "events   ");
	format_count(out, s->totals.events);
	for (int i = 0; i < EVENT_KINDS; i++)
		if (s->totals.kinds[i] > 0)
			count(out, names[i], s->totals.kinds[i]);
	buf_puts(out, "\ntraces   ");
	format_count(out, s->traces);
	count(out, "sessions", s->sessions);
	count(out, "users", s->users);
	count(out, "errors", s->totals.errors);
	buf_add(out, '\n');
}

static void known_tokens(struct buf *out, const char *label, int64_t n, uint32_t known)
{
	buf_printf(out, "   %s ", label);
	if (known > 0)
		format_count(out, n);
	else
		buf_add(out, '-');
}

static void text_sums(struct buf *out, const struct totals *t)
{
	buf_puts(out, "tokens");
	known_tokens(out, "in", t->input, t->input_known);
	known_tokens(out, "out", t->output, t->output_known);
	known_tokens(out, "cache read", t->cache_read, t->cache_read_known);
	known_tokens(out, "cache write", t->cache_write, t->cache_write_known);
	known_tokens(out, "reasoning", t->reasoning, t->reasoning_known);
	buf_puts(out, "\ncost     ");
	format_cost(out, t, 0);
	if (t->estimated > 0)
		count(out, "estimated", t->estimated);
	buf_add(out, '\n');
}

/* The model that has most of what is not priced, of those after which `after` comes; NULL: no other has any. */
static const struct stats_model *next_unpriced(const struct stats *s,
                                               const struct stats_model *after)
{
	const struct stats_model *best = NULL;

	for (uint32_t i = 0; i < s->n_models; i++) {
		const struct stats_model *m = &s->models[i];
		uint32_t unpriced = m->totals.unpriced;
		bool later = after == NULL || unpriced < after->totals.unpriced ||
		             (unpriced == after->totals.unpriced && m > after);

		if (later && unpriced > 0 && (best == NULL || unpriced > best->totals.unpriced))
			best = m;
	}
	return best;
}

/* Which models a person has to find prices for. */
static void text_unpriced(struct buf *out, const struct stats *s)
{
	const struct stats_model *m = NULL;
	uint32_t rest = s->totals.unpriced;

	if (rest == 0)
		return;
	buf_puts(out, "unpriced ");
	format_count(out, rest);
	for (int i = 0; i < UNPRICED_SHOWN && (m = next_unpriced(s, m)) != NULL; i++) {
		buf_puts(out, "   ");
		clean_append(out, m->name, 0);
		buf_add(out, ' ');
		format_count(out, m->totals.unpriced);
		rest -= m->totals.unpriced;
	}
	if (rest > 0)
		count(out, "of others", rest);
	buf_puts(out, "   (no tokens sent, or no price: `tracehog prices MODEL`)\n");
}

static void text_latency(struct buf *out, const char *label, const struct stats_latency *l)
{
	struct latency_point points[LATENCY_POINTS];

	if (l->max == EVENT_UNKNOWN)
		return;
	latency_points(l, points);
	buf_printf(out, "latency  %s", label);
	for (size_t i = 0; i < LATENCY_POINTS; i++) {
		buf_printf(out, "   %s ", points[i].name);
		format_seconds(out, points[i].value);
	}
	buf_add(out, '\n');
}

static void text_models(struct buf *out, const struct stats *s)
{
	for (uint32_t i = 0; i < s->n_models; i++) {
		const struct stats_model *m = &s->models[i];
		buf_puts(out, "model    ");
		clean_append(out, m->name, 0);
		count(out, "events", m->events);
		known_tokens(out, "in", m->totals.input, m->totals.input_known);
		known_tokens(out, "out", m->totals.output, m->totals.output_known);
		buf_puts(out, "   ");
		format_cost(out, &m->totals, 0);
		buf_add(out, '\n');
	}
}

static void print_text(struct explorer *x, const struct stats *s, bool server, bool all)
{
	struct source_sum sum = sum_sources(x);
	struct buf out = {0};

	if (server)
		buf_puts(&out, "from     server: PostHog added up what was not fetched\n");
	else
		text_source(&out, &sum, s);
	text_events(&out, s);
	text_sums(&out, &s->totals);
	text_unpriced(&out, s);
	if (all || s->totals.estimated > 0 || s->totals.unpriced > 0)
		price_tables_text(&out, explorer_prices(x), time_now(), all);
	text_latency(&out, server ? "call" : "generation", &s->generation);
	text_latency(&out, "trace", &s->trace);
	text_models(&out, s);
	if (s->first != TIME_NONE) {
		buf_puts(&out, "time     ");
		time_append_rfc3339(&out, s->first);
		buf_puts(&out, " to ");
		time_append_rfc3339(&out, s->last);
		buf_add(&out, '\n');
	}
	output_write(buf_str(&out));
	buf_free(&out);
}

void print_stats_text(struct explorer *x, const struct stats *s, bool all)
{
	print_text(x, s, false, all);
}

static void text_bad_lines(struct buf *out, const char *path, const struct loader_status *s)
{
	uint64_t all = s->counts.bad_lines + s->counts.irregular;
	struct buf line = {0};

	for (uint32_t i = 0; i < s->n_bad; i++) {
		buf_clear(&line);
		source_bad_line_text(&line, path, &s->bad[i]);
		clean_append(out, buf_str(&line), 0);
		buf_add(out, '\n');
	}
	if (all > s->n_bad)
		buf_printf(out, "... +%llu more: only the first %d of a source are kept\n",
		           (unsigned long long)(all - s->n_bad), LOADER_BAD_LINES_KEPT);
	buf_free(&line);
}

static void print_sources(const struct explorer *x)
{
	struct buf out = {0}, state = {0};
	struct stream_status stream;

	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);
		const char *path = explorer_source_path(x, i);

		clean_append(&out, str_of(path), 0);
		buf_puts(&out, ": ");
		buf_clear(&state);
		source_state_text(&state, s, explorer_source_nameless(x, i));
		clean_append(&out, buf_str(&state), 0);
		buf_puts(&out, "   ");
		format_bytes(&out, s->bytes);
		if (explorer_source_stream(x, i, &stream)) {
			buf_puts(&out, " in a temporary journal, made of ");
			format_bytes(&out, stream.taken);
		}
		count(&out, "lines", (int64_t)s->counts.lines);
		count(&out, "bad", (int64_t)s->counts.bad_lines);
		count(&out, "irregular", (int64_t)s->counts.irregular);
		if (s->too_long > 0)
			count(&out, "of them too long", (int64_t)s->too_long);
		buf_add(&out, '\n');
		text_bad_lines(&out, path, s);
	}
	output_write(buf_str(&out));
	buf_free(&out);
	buf_free(&state);
}

/* ---- the command ------------------------------------------------------------------------------------------------------- */

/* What is asked for. */
struct asked {
	struct filter *filter; /* NULL: none */
	struct stats_by *by;   /* likewise */
	struct condition condition;
};

static struct value known_count(int64_t n, uint32_t known)
{
	return (struct value){.type = known > 0 ? VALUE_TOKENS : VALUE_UNKNOWN, .number = n};
}

/* False: there is no such total. The latency is that of the longest call. */
static bool total_of(const struct stats *s, enum field_number field, struct value *out)
{
	const struct totals *t = &s->totals;

	*out = (struct value){.type = VALUE_COUNT};
	switch (field) {
	case FIELD_COST:
		out->type = totals_cost(t, &out->number) ? VALUE_MONEY : VALUE_UNKNOWN;
		return true;
	case FIELD_ERRORS:
		out->number = t->errors;
		return true;
	case FIELD_GENS:
		out->number = t->kinds[EVENT_GENERATION];
		return true;
	case FIELD_LATENCY:
		out->number = s->generation.max;
		out->type = s->generation.max == EVENT_UNKNOWN ? VALUE_UNKNOWN : VALUE_SECONDS;
		return true;
	case FIELD_TOKENS:
		*out = known_count(t->input + t->output, t->input_known | t->output_known);
		return true;
	case FIELD_IN:
		*out = known_count(t->input, t->input_known);
		return true;
	case FIELD_OUT:
		*out = known_count(t->output, t->output_known);
		return true;
	case FIELD_CACHE:
		*out = known_count(t->cache_read, t->cache_read_known);
		return true;
	case FIELD_REASONING:
		*out = known_count(t->reasoning, t->reasoning_known);
		return true;
	default:
		return false;
	}
}

static bool condition_holds_total(const struct condition *c, const struct stats *s)
{
	struct value v;

	return c->field != NULL && total_of(s, c->field->number, &v) && condition_holds(c, &v);
}

static int read_asked(struct asked *a, const struct options *o)
{
	static const struct stats none;
	struct errinfo e;
	struct value unused;
	int code = filter_of_options(&a->filter, o);

	if (code == EXIT_OK)
		code = stats_by_of_options(&a->by, o, a->filter);
	if (code == EXIT_OK)
		code = condition_of_options(&a->condition, o);
	if (code != EXIT_OK || a->condition.field == NULL ||
	    total_of(&none, a->condition.field->number, &unused))
		return code;
	err_set(&e, ERR_USAGE,
	        "stats has no such total: use cost, errors, gens, latency, tokens, in, out, cache "
	        "or reasoning");
	e.pos = 0;
	filter_tell("fail-if", str_of(o->condition), &e);
	return EXIT_BAD_USAGE;
}

static int print_sums(const struct asked *a, struct explorer *x, const struct options *o,
                      const struct stats *s, bool server, int code)
{
	if (o->format == FORMAT_JSON || o->format == FORMAT_JSON_LINES)
		print_json(x, s, a->by, server, o->format == FORMAT_JSON);
	else if (a->by != NULL)
		stats_by_print(a->by, o->format);
	else
		print_text(x, s, server, o->verbose);
	if (server && a->by != NULL && o->format == FORMAT_TEXT)
		output_write(STR("from server: PostHog added up what was not fetched\n"));
	if (o->verbose && o->format == FORMAT_TEXT)
		print_sources(x);
	return output_exit(o, s->totals.events, condition_holds_total(&a->condition, s), code);
}

static int print_here(const struct asked *a, struct explorer *x, const struct options *o,
                      struct filtered *passing, int code)
{
	const struct figures_query q = {
		.filtered = passing, .since = o->since, .until = o->until, .here = true};
	struct stats s = {0};

	stats_build(&s, explorer_model(x), o->since, o->until, passing);
	if (a->by != NULL)
		stats_by_build(a->by, x, &q);
	code = print_sums(a, x, o, &s, false, code);
	stats_by_clear(a->by);
	stats_free(&s);
	return code;
}

static int print_server(const struct asked *a, struct explorer *x, const struct options *o)
{
	const struct figures_query q = {.filter = a->filter, .since = o->since, .until = o->until};
	struct stats_server server = {0};
	struct stats s = {0};
	int code = stats_server_build(&server, &s, x, &q);

	if (code == EXIT_OK && a->by != NULL) {
		stats_by_build(a->by, x, &q);
		code = stats_server_tell(stats_by_figures(a->by));
	}
	if (code == EXIT_OK)
		code = print_sums(a, x, o, &s, true, code);
	stats_by_clear(a->by);
	stats_free(&s);
	stats_server_free(&server);
	return code;
}

static int print_loaded(const struct asked *a, struct explorer *x, const struct options *o,
                        int code)
{
	struct filtered *d;

	if (code == EXIT_OK && fetch_left_out(x))
		return print_server(a, x, o);
	if (a->filter == NULL)
		return print_here(a, x, o, NULL, code);
	d = filter_start(x, a->filter, FILTERED_EVENTS, NULL, NULL);
	if (d == NULL)
		return EXIT_BAD_USAGE;
	filtered_wait(d);
	code = print_here(a, x, o, d, filter_code(d, code));
	filtered_free(d);
	return code;
}

static int load_and_print(const struct asked *a, struct options *o)
{
	struct loop *loop = loop_new();
	struct explorer *x;
	int code;

	fetch_bound(o, o->words, o->n_words);
	x = output_load(loop, o, o->words, o->n_words, &code);
	if (x != NULL)
		code = print_loaded(a, x, o, code);
	explorer_free(x);
	loop_free(loop);
	return code;
}

int print_stats(struct options *o)
{
	struct asked asked = {0};
	int code = read_asked(&asked, o);

	if (code == EXIT_OK)
		code = load_and_print(&asked, o);
	stats_by_free(asked.by);
	filter_free(asked.filter);
	condition_free(&asked.condition);
	return output_end(code);
}
