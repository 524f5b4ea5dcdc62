/* Every question that tracehog asks PostHog, a body a line, for hogql_grammar.sh; with each filter of a file, too. */
#include "collect/posthog_figures.h"
#include "collect/posthog_filter.h"
#include "collect/posthog_person.h"
#include "collect/posthog_query.h"

#include <stdio.h>
#include <string.h>

#define FILTERS "data/posthog/filters.txt" /* see there */

static void print(struct buf *body)
{
	printf("%s\n", buf_text(body));
	buf_free(body);
}

static void print_filtered(const struct filter *f, enum filtered_of of)
{
	const char *id = "00000000-0000-4000-8000-000000000000";
	struct posthog_filter p = {0};
	const struct posthog_page page = {.until = TIME_SECOND, .limit = 1, .filter = &p};
	struct buf body = {0};

	posthog_filter_make(&p, f, of);
	if (of == FILTERED_EVENTS)
		posthog_query_generations(&body, &page, id);
	else if (of == FILTERED_TRACES)
		posthog_query_traces(&body, &page, id);
	else
		posthog_query_sessions(&body, &page, id);
	if (p.where.n > 0)
		print(&body);
	buf_free(&body);
	posthog_filter_free(&p);
}

static int print_filters(void)
{
	const struct filter_reading how = {0};
	FILE *file = fopen(FILTERS, "r");
	char line[512];
	struct filter *f;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (filter_parse(&f, str_of(line + 4), &how, NULL) != FILTER_VALID)
			return 1;
		print_filtered(f, FILTERED_EVENTS);
		print_filtered(f, FILTERED_TRACES);
		print_filtered(f, FILTERED_SESSIONS);
		filter_free(f);
	}
	return file == NULL || fclose(file) != 0;
}

/* By a column, a property, a path and time. */
static int print_figures(void)
{
	static const char *const by[] = {"model",  "user",         "name",  "tool",
	                                 "status", "version",      "@it's", "$groups.company",
	                                 "kind",   "person.it's.b"};
	const char *id = "00000000-0000-4000-8000-000000000000";
	struct events events;
	struct posthog_figures f = {.until = TIME_SECOND, .limit = 10};
	struct model *m;
	struct buf body = {0};
	bool told = true;

	events_init(&events);
	m = model_new(&events);
	told = posthog_query_figures(&body, &f, id);
	print(&body);
	for (size_t i = 0; i <= sizeof(by) / sizeof(by[0]); i++) {
		struct split *s;

		if (i == sizeof(by) / sizeof(by[0])) {
			f.slices = 60;
			s = split_by_time(m, 0, TIME_SECOND, f.slices);
		} else if (split_told(&s, str_of(by[i]), m, NULL) != ERR_OK) {
			return 1;
		}
		f.split = s;
		told = told && posthog_query_figures(&body, &f, id);
		print(&body);
		split_free(s);
	}
	f.split = NULL;
	f.slices = 0;
	f.each_group = true;
	told = told && posthog_query_figures(&body, &f, id);
	print(&body);
	f.by_value = true;
	f.after = STR("7:companyit's {b}");
	told = told && posthog_query_figures(&body, &f, id);
	print(&body);
	f.each_group = f.by_value = false;
	told = told && posthog_query_figures_parts(&body, &f, id);
	print(&body);
	posthog_query_figures_events(&body, &f, id);
	print(&body);
	model_free(m);
	events_fini(&events);
	return told ? 0 : 1;
}

int main(void)
{
	static const enum posthog_table tables[] = {POSTHOG_AI_EVENTS, POSTHOG_AI_EVENTS_LIGHT,
	                                            POSTHOG_EVENTS};
	const char *id = "00000000-0000-4000-8000-000000000000";
	struct str ids[] = {STR("a"), STR("it's {b}")};
	struct posthog_page page = {.until = TIME_SECOND, .limit = POSTHOG_MAX_ROWS};
	struct posthog_events_page events = {.trace = ids[0], .until = TIME_SECOND, .limit = 1};
	struct buf body = {0};

	posthog_query_traces(&body, &page, id);
	print(&body);
	page.session = ids[1];
	posthog_query_traces(&body, &page, id);
	print(&body);
	posthog_query_sessions(&body, &page, id);
	print(&body);
	posthog_query_trace_totals(&body, ids, 2, 0, TIME_SECOND, id);
	print(&body);
	posthog_query_session_totals(&body, ids, 2, 0, TIME_SECOND, id);
	print(&body);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		posthog_query_events(&body, tables[i], &events, id);
		print(&body);
	}
	events.trace = STR_EMPTY;
	events.traces = ids;
	events.n_traces = 2;
	posthog_query_events(&body, POSTHOG_AI_EVENTS, &events, id);
	print(&body);
	events.n_traces = 0;
	posthog_query_generations(&body, &page, id);
	print(&body);
	posthog_query_trace_event(&body, POSTHOG_AI_EVENTS, ids[0], 0, TIME_SECOND, id);
	print(&body);
	posthog_query_trace_event(&body, POSTHOG_EVENTS, ids[0], 0, TIME_SECOND, id);
	print(&body);
	posthog_query_body(&body, ids[0], ids[1], 0, TIME_SECOND, id);
	print(&body);
	posthog_query_people(&body, ids, 2, 0, TIME_SECOND, id);
	print(&body);
	posthog_query_person(&body, ids[1], ids, 2, 0, TIME_SECOND, id);
	print(&body);
	posthog_query_person(&body, STR("it's.a.path"), ids, 2, 0, TIME_SECOND, id);
	print(&body);
	posthog_query_find(&body, ids[0], false, 0, TIME_SECOND, id);
	print(&body);
	posthog_query_find(&body, ids[0], true, 0, TIME_SECOND, id);
	print(&body);
	return print_figures() | print_filters();
}
