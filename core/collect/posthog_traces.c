/* Opening several traces, as a session and a comparison do: pages of posthog.ai_events for all of them. What is not found there, or
 * not to be had so (an older server, old traces, an answer too big), is asked for trace by trace (posthog_trace.c).
 *
 * Of the ask, id has all ids and folded those of which events came, a NUL behind each. */
#include "collect/posthog_internal.h"

#include <string.h>

#define SHRUNK_MAX 7u /* then a page is one event */

/* The id at *at, which is moved behind it; false: there is none any more. */
static bool next_id(const struct buf *ids, size_t *at, struct str *id)
{
	if (*at >= ids->n)
		return false;
	*id = str_of(ids->p + *at);
	*at += id->n + 1;
	return true;
}

static bool has_id(const struct buf *ids, struct str id)
{
	struct str each;
	size_t at = 0;

	while (next_id(ids, &at, &each))
		if (str_eq(each, id))
			return true;
	return false;
}

static void add_id(struct buf *ids, struct str id)
{
	if (has_id(ids, id))
		return;
	buf_append(ids, id);
	buf_add(ids, '\0');
}

bool ask_finds_traces(const struct posthog *p, struct str trace)
{
	for (const struct ask *a = p->asks; a; a = a->next)
		if (a->kind == ASK_TRACES && has_id(&a->id, trace))
			return true;
	return false;
}

static void send_page(struct ask *a)
{
	struct str ids[POSTHOG_MAX_TRACES];
	struct posthog_events_page page = {.traces = ids,
	                                   .since = a->since,
	                                   .until = a->until,
	                                   .after_time = a->time,
	                                   .after_uuid = buf_str(&a->uuid)};
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};
	size_t at = 0;

	while (page.n_traces < POSTHOG_MAX_TRACES && next_id(&a->id, &at, &ids[page.n_traces]))
		page.n_traces++;
	page.limit = a->limit = POSTHOG_PAGE_BODY >> a->shrunk;
	posthog_query_id(query_id);
	posthog_query_events(&body, POSTHOG_AI_EVENTS, &page, query_id);
	ask_send(a, &body, query_id);
}

static enum err read_page(struct ask *a, struct errinfo *e)
{
	size_t at = 0;
	struct str id;
	enum err err;

	posthog_found_free(&a->page);
	err = posthog_read_events(buf_str(&a->answer), a->limit, a->now, &a->lines, &a->page, e);
	if (err != ERR_OK)
		return err;
	while (next_id(&a->page.traces, &at, &id))
		if (has_id(&a->id, id))
			add_id(&a->folded, id);
	for (at = 0; !a->page.more && next_id(&a->folded, &at, &id);)
		posthog_write_opened(id, NULL, POSTHOG_UNCOUNTED, a->now, &a->lines);
	return ERR_OK;
}

/* Those of which nothing came, alone; this one ends. */
static void ask_each(struct ask *a)
{
	int64_t since = a->since + POSTHOG_SOONER, until = a->until - POSTHOG_LATER;
	struct posthog *p = a->posthog;
	struct buf ids = {0};
	struct str id;

	for (size_t at = 0; next_id(&a->id, &at, &id);)
		if (!has_id(&a->folded, id))
			add_id(&ids, id);
	ask_end(a);
	for (size_t at = 0; next_id(&ids, &at, &id);)
		posthog_trace(p, id, since, until);
	buf_free(&ids);
}

static void use_page(struct ask *a)
{
	if (!a->page.more)
		ask_each(a);
	else if (ask_goes_on(a))
		send_page(a);
}

static void refuse_page(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	if (trouble == POSTHOG_TOO_BIG && a->shrunk < SHRUNK_MAX) {
		a->shrunk++;
		send_page(a);
	} else if (trouble == POSTHOG_TOO_BIG || trouble == POSTHOG_BAD_QUERY) {
		buf_clear(&a->folded); /* none of them is whole */
		ask_each(a);
	} else {
		ask_fail(a, trouble, why);
	}
}

/* It is under way, or goes its own way. */
static bool is_alone(struct posthog *p, struct str trace)
{
	return trace.n == 0 || memchr(trace.p, '\0', trace.n) != NULL ||
	       ask_find(p, ASK_TRACE, trace) || ask_finds_traces(p, trace);
}

void posthog_traces(struct posthog *p, const struct str *traces, size_t n, int64_t since,
                    int64_t until)
{
	bool alone = p->old || since == TIME_NONE || until == TIME_NONE ||
	             since < time_now() - POSTHOG_BODY_DAYS * POSTHOG_DAY;
	struct buf ids = {0};
	size_t several = 0;
	struct ask *a;

	for (size_t i = 0; i < n; i++) {
		if (alone || several == POSTHOG_MAX_TRACES || is_alone(p, traces[i])) {
			posthog_trace(p, traces[i], since, until);
			continue;
		}
		add_id(&ids, traces[i]);
		several++;
	}
	if (several == 1) {
		posthog_trace(p, str_of(ids.p), since, until);
	} else if (several > 1) {
		a = ask_new(p, ASK_TRACES, read_page, use_page);
		a->refused = refuse_page;
		a->urgent = true;
		a->since = since - POSTHOG_SOONER;
		a->until = until + POSTHOG_LATER;
		buf_append(&a->id, buf_str(&ids));
		send_page(a);
	}
	buf_free(&ids);
}
