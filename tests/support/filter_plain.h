/* Filters the plain way: every event's JSON is looked at for every term. Which traces and sessions there are, their times,
 * latencies, names and users is asked of the model. For the tests of filters. */
#ifndef SUPPORT_FILTER_PLAIN_H
#define SUPPORT_FILTER_PLAIN_H

#include "support/filter_bench.h"

#include <cjson/cJSON.h>

#define PLAIN_EVENTS 120

struct plain {
	struct filter_bench *b;
	cJSON *json[PLAIN_EVENTS];
	const cJSON *properties[PLAIN_EVENTS];
	uint32_t trace[PLAIN_EVENTS]; /* MODEL_NONE also for what lost against a duplicate */
	bool lost[PLAIN_EVENTS];
	uint32_t n;
};

void plain_find_lost(struct plain *p); /* after the last event was fed */
bool plain_of_event(const struct plain *p, const struct filter_node *n, uint32_t event);
bool plain_of_row(const struct plain *p, const struct filter_node *n, enum filtered_of of,
                  uint32_t row);

/* Terms, for filter_plain_rows.c. Numbers that are absent are NAN. */
uint32_t plain_trace_of(const struct plain *p, uint32_t event);
bool plain_is_in(const struct plain *p, enum filtered_of of, uint32_t row, uint32_t event);
bool plain_is_kind(const struct plain *p, uint32_t event, const char *kind);
bool plain_is_call(const struct plain *p, uint32_t event);
bool plain_is_error(const struct plain *p, uint32_t event);
bool plain_is_running(const struct plain *p, uint32_t event);
double plain_number_of(const struct plain *p, uint32_t event, const char *name);
double plain_sum_of(double a, double b);
uint32_t plain_parent_of(const struct plain *p, uint32_t event, bool *orphan); /* EVENT_NONE */
bool plain_is_below(const struct plain *p, uint32_t event, uint32_t above);
bool plain_number_fits(const struct filter_value *v, double number, double unit);
bool plain_any_number(const struct filter_node *n, double number);
bool plain_any_whole(const struct filter_node *n, const char *text);
bool plain_counts(const struct plain *p, const struct filter_node *n, uint32_t event);
void plain_id_text(const struct plain *p, uint32_t id, struct buf *out);
bool plain_term_of_event(const struct plain *p, const struct filter_node *n, uint32_t event);

/* Texts, filter_plain_text.c. */
bool plain_text_fits(const struct filter_value *v, const char *text); /* anywhere in it */
bool plain_any_text(const struct filter_node *n, const char *text);
/* of: FIELD_TRACE, FIELD_SESSION or FIELD_THING_ID, among whose ids it is one. */
bool plain_id_fits(const struct plain *p, const struct filter_node *n, enum field_number of,
                   const char *id);
bool plain_property_fits(const struct plain *p, const struct filter_node *n, uint32_t event);
enum plain_place {
	PLAIN_TEXTS = 1 << 0, /* all of them */
	PLAIN_SYSTEM = 1 << 1,
	PLAIN_TOOLS = 1 << 2, /* names that are called */
	PLAIN_ARGUMENTS = 1 << 3,
	PLAIN_RESULTS = 1 << 4,
};
bool plain_messages_fit(const struct plain *p, const struct filter_node *n, uint32_t event,
                        const char *side, unsigned places);
bool plain_calls_tools(const struct plain *p, uint32_t event);

#endif
