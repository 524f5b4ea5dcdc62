/* Every question that tracehog asks PostHog, a body a line, for hogql_grammar.sh. */
#include "collect/posthog_query.h"

#include <stdio.h>

static void print(struct buf *body)
{
	printf("%s\n", buf_text(body));
	buf_free(body);
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
	posthog_query_events(&body, POSTHOG_EVENTS, &events, id);
	print(&body);
	posthog_query_trace_event(&body, POSTHOG_AI_EVENTS, ids[0], 0, TIME_SECOND, id);
	print(&body);
	posthog_query_trace_event(&body, POSTHOG_EVENTS, ids[0], 0, TIME_SECOND, id);
	print(&body);
	posthog_query_body(&body, ids[0], ids[1], 0, TIME_SECOND, id);
	print(&body);
	posthog_query_find(&body, ids[0], false, 0, TIME_SECOND, id);
	print(&body);
	posthog_query_find(&body, ids[0], true, 0, TIME_SECOND, id);
	print(&body);
	return 0;
}
