/* A command's questions to PostHog, one kind for each: lists from listings, an id from its trace, all else from
 * the events of the time asked for. What the cache has is not asked for again. */
#include "print/fetch.h"

#include "base/time.h"
#include "collect/posthog_pushed.h"
#include "collect/posthog_query.h"
#include "print/filter.h"
#include "print/output.h"

#include <string.h>

#define LIMIT_MS   95000 /* CLI.md: 100 s whatever the other side does */
#define FIND_SINCE (POSTHOG_BODY_DAYS * POSTHOG_DAY) /* where an id is looked for */

struct fetch {
	struct explorer *explorer;
	struct posthog *posthog;
	const struct options *options;
	bool late;
};

void fetch_bound(struct options *o, char *const *words, int n)
{
	struct source_choice choice;

	if (o->since == TIME_NONE && n == 1 &&
	    source_choose(&choice, o, words[0], NULL) == ERR_OK && choice.kind == SOURCE_POSTHOG)
		o->since = time_now() - POSTHOG_DAY;
}

/* ---- waiting ---- */

static void on_late(void *ctx)
{
	struct fetch *f = ctx;

	f->late = true;
	posthog_cancel(f->posthog);
}

static bool is_waiting(const struct fetch *f)
{
	struct posthog_status status;

	posthog_read_status(f->posthog, &status);
	return !f->late && status.waiting > 0;
}

/* Whether the cache is not there yet: it may have all that is wanted. */
static bool is_opening(const struct fetch *f)
{
	struct posthog_status status;

	posthog_read_status(f->posthog, &status);
	return !status.ready && is_waiting(f);
}

static void wait_while(struct fetch *f, bool (*pending)(const struct fetch *f))
{
	struct loop *loop = explorer_loop(f->explorer);
	struct loop_timer *timer = loop_timer_new(loop, on_late, f);

	loop_timer_start(timer, LIMIT_MS, 0);
	while (pending(f) && loop_step(loop, true))
		;
	loop_timer_free(timer);
	/* What is written while earlier lines are loaded is seen only by looking again. */
	do {
		explorer_load(f->explorer);
		explorer_check(f->explorer);
	} while (explorer_loading(f->explorer));
}

static void wait(struct fetch *f)
{
	wait_while(f, is_waiting);
}

/* The exit code. */
static int tell(const struct fetch *f)
{
	struct errinfo why;
	enum posthog_trouble trouble = posthog_last_trouble(f->posthog, &why);

	if (f->late) {
		output_error("PostHog took too long: not all is here: ask for less with --since or "
		             "--limit");
		return EXIT_NETWORK;
	}
	if (trouble == POSTHOG_FINE)
		return EXIT_OK;
	output_error(why.msg);
	return output_trouble_code(trouble);
}

/* ---- ids ---- */

/* `last`, `last~N`, `last:error`: the newest of the list. */
static bool is_last(const char *id)
{
	return strncmp(id, "last", 4) == 0 &&
	       (id[4] == '\0' || id[4] == '~' || strcmp(id + 4, ":error") == 0);
}

static uint32_t rows_for(const char *id)
{
	int64_t n = 0;

	if (id[4] == '~')
		(void)str_to_i64(str_of(id + 5), &n);
	return id[4] == ':' || n < 0 || n > POSTHOG_MAX_ROWS ? POSTHOG_MAX_ROWS : (uint32_t)n + 1;
}

static uint32_t found_trace(struct explorer *x, const char *id)
{
	struct lookup found;

	if (lookup_find(&found, explorer_model(x), str_of(id), NULL) != ERR_OK)
		return MODEL_NONE;
	if (found.kind == LOOKUP_EVENT)
		return model_trace_of(explorer_model(x), found.number);
	return found.kind == LOOKUP_TRACE ? found.number : MODEL_NONE;
}

/* Whether it was fetched whole and nothing can have come since. */
static bool is_here(struct explorer *x, const char *id)
{
	uint32_t number = found_trace(x, id);
	const struct trace *t;

	if (number == MODEL_NONE)
		return false;
	t = model_trace(explorer_model(x), number);
	return t->opened != TIME_NONE && t->last_time != TIME_NONE &&
	       t->opened - t->last_time > POSTHOG_SETTLED;
}

/* What is shown may be less than PostHog had, or has now. */
static void tell_of(const struct fetch *f, uint32_t number, bool offline)
{
	const struct trace *t = model_trace(explorer_model(f->explorer), number);
	struct buf line = {0};

	if (offline) {
		buf_puts(&line, "PostHog is out of reach: this is what was fetched before");
		if (t->opened != TIME_NONE) {
			buf_puts(&line, ", at ");
			time_append_local(&line, t->opened);
		}
		output_error(buf_text(&line));
	}
	if (t->bodies == BODIES_GONE)
		output_error("inputs and outputs are gone: PostHog keeps them for 30 days");
	buf_free(&line);
}

static void fetch_last(struct fetch *f, int64_t since, int64_t until)
{
	const char *id = f->options->words[0];
	uint32_t trace;

	posthog_list(f->posthog, POSTHOG_TRACES, since, until, rows_for(id));
	wait(f);
	trace = found_trace(f->explorer, id);
	if (trace != MODEL_NONE)
		explorer_want_trace(f->explorer, trace, false);
	wait(f);
}

/* What the cache has of an id tells when its trace was; what it does not have is looked for. */
static void fetch_id(struct fetch *f, int64_t until)
{
	const char *id = f->options->words[0];
	uint32_t trace = found_trace(f->explorer, id);

	if (trace != MODEL_NONE)
		explorer_want_trace(f->explorer, trace, true);
	else
		posthog_find(f->posthog, str_of(id), time_now() - FIND_SINCE, until);
	wait(f);
}

static int fetch_trace(struct fetch *f, int64_t since, int64_t until)
{
	const char *id = f->options->words[0];
	struct posthog_status status;
	uint32_t trace;
	int code = EXIT_OK;

	wait_while(f, is_opening);
	if (is_last(id)) {
		fetch_last(f, since, until);
		code = tell(f);
	} else if (!is_here(f->explorer, id)) {
		fetch_id(f, until);
		code = tell(f);
	}
	trace = found_trace(f->explorer, id);
	if (trace == MODEL_NONE || (code != EXIT_OK && code != EXIT_NETWORK))
		return code;
	posthog_read_status(f->posthog, &status);
	tell_of(f, trace, code == EXIT_NETWORK || status.offline);
	return EXIT_OK;
}

/* Of `diff`: --previous is in the trace of the first. */
static int fetch_both(struct fetch *f, int64_t since, int64_t until)
{
	struct options second = *f->options;
	int code = fetch_trace(f, since, until);

	if (second.previous || (code != EXIT_OK && code != EXIT_NETWORK))
		return code;
	second.words++;
	f->options = &second;
	return fetch_trace(f, since, until);
}

/* ---- the command ---- */

static bool names_property(const char *names)
{
	return names != NULL && (strchr(names, '@') != NULL || strstr(names, "person.") != NULL);
}

/* Columns of properties are not known of what is only listed. */
static bool asks_about_events(const struct options *o)
{
	return names_property(o->fields) || names_property(o->sort);
}

/* The filter of a list of traces or sessions goes to PostHog, unless some of it needs their events here; then it is of all of
 * them. rows: what is listed at most, which is more where something of it is judged here. */
static bool push_filter(struct fetch *f, enum rows_kind kind, uint32_t *rows)
{
	struct posthog_filter p = {0};
	struct filter *filter;
	bool pushed = false;

	if (kind != ROWS_TRACES && kind != ROWS_SESSIONS)
		return false;
	if (filter_of_options(&filter, f->options) != EXIT_OK || filter == NULL)
		return false;
	posthog_filter_make(&p, filter, filter_rows(kind));
	if (!p.needs_events && p.where.n > 0) {
		*rows = p.here.n > 0 || filter->sort.n > 0 ? UINT32_MAX : *rows;
		pushed = true;
		(void)posthog_push(f->posthog, &p);
	}
	posthog_filter_free(&p);
	filter_free(filter);
	return pushed;
}

static void ask_for_list(struct fetch *f, int64_t since, int64_t until)
{
	const struct options *o = f->options;
	enum rows_kind kind = ROWS_GENERATIONS;
	uint32_t rows = o->limit != 0 && o->sort == NULL ? o->limit : UINT32_MAX;

	(void)rows_kind_of(str_of(o->words[0]), &kind);
	if (asks_about_events(o) || (o->filters[0] != NULL && !push_filter(f, kind, &rows)))
		posthog_events(f->posthog, since, until);
	else if (kind == ROWS_TRACES)
		posthog_list(f->posthog, POSTHOG_TRACES, since, until, rows);
	else if (kind == ROWS_SESSIONS)
		posthog_list(f->posthog, POSTHOG_SESSIONS, since, until, rows);
	else
		posthog_events(f->posthog, since, until);
}

/* What a server cannot judge is judged here, with all events. */
static void fetch_refused(struct fetch *f, int64_t since, int64_t until)
{
	if (!posthog_has_refused(f->posthog, FILTERED_TRACES) &&
	    !posthog_has_refused(f->posthog, FILTERED_SESSIONS))
		return;
	output_error("PostHog refused the filter: all events of the time were fetched instead");
	posthog_events(f->posthog, since, until);
	wait(f);
}

int fetch_all(struct explorer *x, const struct options *o)
{
	struct fetch f = {.explorer = x, .posthog = explorer_posthog(x), .options = o};
	int64_t now = time_now(), until = o->until != TIME_NONE ? o->until : now + TIME_SECOND;
	int64_t since = o->since != TIME_NONE ? o->since : now - POSTHOG_DAY;

	if (o->command == COMMAND_SHOW || o->command == COMMAND_TREE ||
	    o->command == COMMAND_REPLAY)
		return fetch_trace(&f, since, until);
	if (o->command == COMMAND_DIFF)
		return fetch_both(&f, since, until);
	if (o->command == COMMAND_LS)
		ask_for_list(&f, since, until);
	else
		posthog_events(f.posthog, since, until);
	wait(&f);
	fetch_refused(&f, since, until);
	return tell(&f);
}
