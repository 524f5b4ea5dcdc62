/* What is asked for by name: a thing by its id, which PostHog is asked for where it is not here, and a query in HogQL. */
#include "command/app_internal.h"

#include "base/time.h"

#include <string.h>

/* ---- ids ------------------------------------------------------------------------------------------------------------- */

/* As a wish. */
static enum err open_here(struct app *a, struct str id, struct errinfo *e)
{
	struct model *m = explorer_model(a->world.explorer);
	struct lookup found;
	enum err err = lookup_find(&found, m, id, e);

	if (err != ERR_OK)
		return err;
	a->world.wish = (struct wish){WISH_SESSION, found.number, EVENT_NONE};
	if (found.kind == LOOKUP_TRACE)
		a->world.wish.kind = WISH_TRACE;
	if (found.kind == LOOKUP_EVENT)
		a->world.wish = (struct wish){WISH_TRACE, model_trace_of(m, found.number),
		                              found.number};
	if (found.kind == LOOKUP_EVENT && a->world.wish.number == MODEL_NONE)
		a->world.wish.kind = WISH_EVENT;
	return ERR_OK;
}

void app_open_id(struct app *a, struct str id)
{
	const struct explorer *x = a->world.explorer;
	int64_t now = time_now();
	struct posthog *p;
	struct errinfo e = {0};
	enum err err;

	if (id.n == 0) {
		buf_puts(&a->world.message, ":open wants an id");
		return;
	}
	err = open_here(a, id, &e);
	if (err == ERR_NOT_FOUND && explorer_posthog(x) != NULL) {
		buf_clear(&a->opening);
		buf_append(&a->opening, id);
		for (uint32_t i = 0; (p = explorer_project(x, i)) != NULL; i++)
			posthog_find(p, id, now - POSTHOG_BODY_DAYS * POSTHOG_DAY,
			             now + TIME_SECOND);
		buf_puts(&a->world.message, "not here: PostHog is asked for it ...");
	} else if (err != ERR_OK) {
		buf_puts(&a->world.message, e.msg);
	}
}

/* What came is read from the source's journal. */
static bool is_coming(const struct explorer *x)
{
	struct posthog_status status;
	struct posthog *p;

	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);

		if (s->state == LOADER_LOADING || (s->state == LOADER_DONE && s->loaded < s->bytes))
			return true;
	}
	for (uint32_t i = 0; (p = explorer_project(x, i)) != NULL; i++) {
		posthog_read_status(p, &status);
		if (status.waiting > 0)
			return true;
	}
	return false;
}

static bool has_trouble(const struct explorer *x)
{
	struct posthog *p;

	for (uint32_t i = 0; (p = explorer_project(x, i)) != NULL; i++)
		if (posthog_last_trouble(p, NULL) != POSTHOG_FINE)
			return true;
	return false;
}

void app_open_found(struct app *a)
{
	struct explorer *x = a->world.explorer;
	struct errinfo e = {0};

	if (a->opening.n == 0)
		return;
	if (open_here(a, buf_str(&a->opening), &e) == ERR_OK) {
		buf_clear(&a->opening);
		buf_clear(&a->world.message);
		app_grant(a);
	} else if (!is_coming(x)) {
		buf_clear(&a->opening);
		buf_clear(&a->world.message);
		/* Else the trouble is told by itself. */
		if (!has_trouble(x))
			buf_printf(&a->world.message,
			           "PostHog has nothing of the last %d days with that id",
			           POSTHOG_BODY_DAYS);
	}
}

/* ---- HogQL ----------------------------------------------------------------------------------------------------------- */

/* A prompt and a history have lines. */
static void put_in_one_line(struct buf *out, struct str query)
{
	size_t start = out->n;

	buf_append(out, query);
	for (size_t i = start; i < out->n; i++)
		if (out->p[i] == '\n' || out->p[i] == '\r' || out->p[i] == '\t')
			out->p[i] = ' ';
}

void app_ask_hogql(struct app *a, struct str begin)
{
	struct buf line = {0};

	app_read_history(a, PROMPT_HOGQL);
	app_open_prompt(a, PROMPT_HOGQL);
	put_in_one_line(&line, begin);
	prompt_type(a->prompt, buf_str(&line));
	buf_free(&line);
}

void app_hogql(struct app *a, struct str query)
{
	struct buf line = {0};

	query = str_trim(query);
	if (explorer_posthog(a->world.explorer) == NULL) {
		buf_puts(&a->world.message,
		         "HogQL is asked of PostHog, and no PostHog source is open: start with "
		         "`tracehog posthog:`");
		return;
	}
	if (query.n == 0) {
		app_ask_hogql(a, STR_EMPTY);
		return;
	}
	put_in_one_line(&line, query);
	app_keep_in_history(a, PROMPT_HOGQL, buf_str(&line));
	if (!view_hogql_ask(app_top(a), query))
		app_push(a, view_hogql_new(&a->world, query));
	buf_free(&line);
}
