/* Two questions: all of it, and by model. */
#include "print/stats_server.h"

#include "base/mem.h"
#include "draw/format.h"
#include "print/output.h"

#include <stdlib.h>

bool stats_is_large(struct explorer *x, const struct figures_query *query)
{
	uint64_t events;

	return figures_count_events(x, query, &events) && events > STATS_FETCHED;
}

void stats_server_left_out(const struct figures *f, const char *what)
{
	struct figures_status status;
	struct buf text = {0};

	figures_read_status(f, &status);
	if (status.left_out == 0)
		return;
	buf_puts(&text, status.by_value ? "the first " : "the ");
	format_count(&text, breakdown_count(figures_breakdown(f)));
	buf_printf(&text, status.by_value ? " %s by name: " : " dearest %s: ", what);
	if (!status.at_least) {
		format_count(&text, status.left_out);
		buf_add(&text, ' ');
	}
	buf_puts(&text, "more were left out: --since and -f ask for less");
	output_error(buf_text(&text));
	buf_free(&text);
}

int stats_server_tell(const struct figures *f)
{
	struct figures_status status;
	struct buf text = {0};
	int code;

	figures_read_status(f, &status);
	if (status.from == FIGURES_SERVER) {
		stats_server_left_out(f, "values");
		return EXIT_OK;
	}
	buf_printf(&text, "stats: too much to fetch, and PostHog does not add it up: %s",
	           status.why.msg);
	output_error(buf_text(&text));
	buf_free(&text);
	code = output_trouble_code(status.trouble);
	return code != EXIT_OK ? code : EXIT_BAD_USAGE;
}

static struct figures *ask(struct explorer *x, const struct figures_query *query, struct str by)
{
	struct figures_query q = *query;
	struct figures *f;

	q.by = by;
	f = figures_new(x, &q, NULL, NULL, NULL);
	if (f != NULL)
		figures_wait(f);
	return f;
}

static int compare_models(const void *a, const void *b)
{
	return str_cmp(((const struct stats_model *)a)->name,
	               ((const struct stats_model *)b)->name);
}

static void fill_models(struct stats_server *server, struct stats *s)
{
	const struct breakdown *b = figures_breakdown(server->models);
	struct buf name = {0};

	s->models = mem_alloc((size_t)breakdown_count(b) + 1, sizeof(*s->models));
	for (uint32_t i = 0; i < breakdown_count(b); i++) {
		const struct breakdown_part *p = breakdown_part(b, i);

		if (p->key == SPLIT_NONE)
			continue;
		buf_clear(&name);
		split_text(figures_split(server->models), p->key, &name);
		s->models[s->n_models++] = (struct stats_model){
			arena_copy(&server->names, buf_str(&name)), p->totals.events, p->totals};
	}
	if (s->n_models > 0)
		qsort(s->models, s->n_models, sizeof(*s->models), compare_models);
	buf_free(&name);
}

static void fill(struct stats *s, const struct breakdown_part *p)
{
	s->totals = p->totals;
	s->traces = p->traces;
	s->sessions = p->sessions;
	s->users = p->users;
	s->generation = p->latency;
	s->first = p->first;
	s->last = p->last;
}

int stats_server_build(struct stats_server *server, struct stats *s, struct explorer *x,
                       const struct figures_query *query)
{
	static const struct stats_latency unknown = {EVENT_UNKNOWN, EVENT_UNKNOWN, EVENT_UNKNOWN,
	                                             EVENT_UNKNOWN, EVENT_UNKNOWN};
	int code;

	*s = (struct stats){
		.generation = unknown, .trace = unknown, .first = TIME_NONE, .last = TIME_NONE};
	server->whole = ask(x, query, STR_EMPTY);
	code = stats_server_tell(server->whole);
	if (code != EXIT_OK)
		return code;
	server->models = ask(x, query, STR("model"));
	code = stats_server_tell(server->models);
	if (code != EXIT_OK)
		return code;
	if (breakdown_count(figures_breakdown(server->whole)) > 0)
		fill(s, breakdown_part(figures_breakdown(server->whole), 0));
	fill_models(server, s);
	return EXIT_OK;
}

void stats_server_free(struct stats_server *server)
{
	figures_free(server->whole);
	figures_free(server->models);
	arena_free(&server->names);
}
