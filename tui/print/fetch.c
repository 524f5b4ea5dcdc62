/* A command's questions to PostHog, one kind for each: lists from listings, an id from its trace, all else from
 * the events of the time asked for. What the cache has is not asked for again. */
#include "print/fetch.h"

#include "base/time.h"
#include "collect/posthog_pushed.h"
#include "collect/posthog_query.h"
#include "explorer_pushed.h"
#include "explorer_users.h"
#include "print/filter.h"
#include "print/output.h"
#include "print/stats_server.h"

#include <string.h>

#define LIMIT_MS   95000 /* CLI.md: 100 s whatever the other side does */
#define FIND_SINCE (POSTHOG_BODY_DAYS * POSTHOG_DAY) /* where an id is looked for */

struct fetch {
	struct explorer *explorer;
	const struct options *options;
	bool late;
};

void fetch_bound(struct options *o, char *const *words, int n)
{
	struct source_choice choice;
	bool all = n > 0 && o->since == TIME_NONE;

	for (int i = 0; all && i < n; i++)
		all = source_choose(&choice, o, words[i], NULL) == ERR_OK &&
		      choice.kind == SOURCE_POSTHOG;
	if (all)
		o->since = time_now() - POSTHOG_DAY;
}

/* ---- waiting ---- */

static void on_late(void *ctx)
{
	struct fetch *f = ctx;

	struct posthog *p;

	f->late = true;
	for (uint32_t i = 0; (p = explorer_project(f->explorer, i)) != NULL; i++)
		posthog_cancel(p);
}

static bool is_waiting(const struct fetch *f)
{
	struct posthog_status status;
	struct posthog *p;

	for (uint32_t i = 0; !f->late && (p = explorer_project(f->explorer, i)) != NULL; i++) {
		posthog_read_status(p, &status);
		if (status.waiting > 0)
			return true;
	}
	return false;
}

/* Whether the cache is not there yet: it may have all that is wanted. */
static bool is_opening(const struct fetch *f)
{
	struct posthog_status status;
	struct posthog *p;

	for (uint32_t i = 0; !f->late && (p = explorer_project(f->explorer, i)) != NULL; i++) {
		posthog_read_status(p, &status);
		if (!status.ready && status.waiting > 0)
			return true;
	}
	return false;
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

/* What went wrong with one: among several that one is named. */
static int tell_of_project(const struct fetch *f, uint32_t origin)
{
	struct posthog *p = explorer_origin_posthog(f->explorer, origin);
	struct errinfo why;
	enum posthog_trouble trouble = p != NULL ? posthog_last_trouble(p, &why) : POSTHOG_FINE;
	struct buf text = {0};

	if (trouble == POSTHOG_FINE)
		return EXIT_OK;
	if (explorer_project(f->explorer, 1) != NULL)
		buf_printf(&text, "%s: ", explorer_origin_name(f->explorer, origin));
	buf_puts(&text, why.msg);
	output_error(buf_text(&text));
	buf_free(&text);
	return output_trouble_code(trouble);
}

/* The exit code: that of the first that went wrong. */
static int tell(const struct fetch *f)
{
	int code = EXIT_OK;

	if (f->late) {
		output_error("PostHog took too long: not all is here: ask for less with --since or "
		             "--limit");
		return EXIT_NETWORK;
	}
	for (uint32_t i = 0; i < explorer_origin_count(f->explorer); i++) {
		int other = tell_of_project(f, i);

		code = code != EXIT_OK ? code : other;
	}
	return code;
}

/* ---- asking all ---- */

static void list_all(struct fetch *f, enum posthog_list list, int64_t since, int64_t until,
                     uint32_t rows)
{
	struct posthog *p;

	for (uint32_t i = 0; (p = explorer_project(f->explorer, i)) != NULL; i++)
		posthog_list(p, list, since, until, rows);
}

static void ask_for_events(struct fetch *f, int64_t since, int64_t until)
{
	struct posthog *p;

	for (uint32_t i = 0; (p = explorer_project(f->explorer, i)) != NULL; i++)
		posthog_events(p, since, until);
}

static void find_in_all(struct fetch *f, struct str id, int64_t until)
{
	struct posthog *p;

	for (uint32_t i = 0; (p = explorer_project(f->explorer, i)) != NULL; i++)
		posthog_find(p, id, time_now() - FIND_SINCE, until);
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

	list_all(f, POSTHOG_TRACES, since, until, rows_for(id));
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

	if (trace != MODEL_NONE && explorer_trace_project(f->explorer, trace) != NULL)
		explorer_want_trace(f->explorer, trace, true);
	else
		find_in_all(f, str_of(id), until);
	wait(f);
}

/* Of a trace that was found its own project's answer counts; that of another was told. code: of all. */
static int code_of_trace(const struct fetch *f, uint32_t trace, int code)
{
	const struct posthog *p = explorer_trace_project(f->explorer, trace);
	struct posthog_status status;

	if (p == NULL)
		return code;
	if (!f->late)
		code = output_trouble_code(posthog_last_trouble(p, NULL));
	if (code != EXIT_OK && code != EXIT_NETWORK)
		return code;
	posthog_read_status(p, &status);
	tell_of(f, trace, code == EXIT_NETWORK || status.offline);
	return EXIT_OK;
}

static int fetch_trace(struct fetch *f, int64_t since, int64_t until)
{
	const char *id = f->options->words[0];
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
	return trace != MODEL_NONE ? code_of_trace(f, trace, code) : code;
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

/* The filter of a list goes to PostHog, unless some of it needs events here that may not pass; then it is of all of
 * them. rows: what is listed at most, which is more where something of it is judged here. */
static bool push_filter(struct fetch *f, enum posthog_list list, uint32_t *rows)
{
	struct posthog *project;
	struct filter *filter;
	bool pushed = false;

	if (filter_of_options(&filter, f->options) != EXIT_OK || filter == NULL)
		return false;
	for (uint32_t i = 0; (project = explorer_project(f->explorer, i)) != NULL; i++) {
		struct posthog_filter p = {0};

		posthog_filter_make(&p, filter, posthog_list_of(list));
		if ((posthog_list_of(list) == FILTERED_EVENTS || !p.needs_events) &&
		    p.where.n > 0) {
			*rows = p.here.n > 0 || filter->sort.n > 0 ? UINT32_MAX : *rows;
			pushed = true;
			(void)posthog_push(project, list, &p);
		}
		posthog_filter_free(&p);
	}
	filter_free(filter);
	return pushed;
}

/* What PostHog adds up by itself, print_ls asks. */
static bool is_added_up(const struct fetch *f, enum rows_kind kind)
{
	return explorer_adds_up(kind) && explorer_origin_count(f->explorer) == 1;
}

static void ask_for_list(struct fetch *f, int64_t since, int64_t until)
{
	const struct options *o = f->options;
	enum rows_kind kind = ROWS_GENERATIONS;
	enum posthog_list list;
	uint32_t rows = o->limit != 0 && o->sort == NULL ? o->limit : UINT32_MAX;
	bool filtered = o->filters[0] != NULL;

	(void)rows_kind_of(str_of(o->words[0]), &kind);
	if (is_added_up(f, kind))
		return;
	if (!explorer_list_of(kind, &list))
		ask_for_events(f, since, until);
	else if (posthog_list_of(list) == FILTERED_EVENTS
	                 ? !filtered || !push_filter(f, list, &rows)
	                 : asks_about_events(o) || (filtered && !push_filter(f, list, &rows)))
		ask_for_events(f, since, until);
	else
		list_all(f, list, since, until, rows);
}

static bool has_refused(const struct posthog *p)
{
	for (int list = 0; list < POSTHOG_LISTS; list++)
		if (posthog_has_refused(p, (enum posthog_list)list))
			return true;
	return false;
}

/* What a server cannot judge is judged here, with all events. */
static void fetch_refused(struct fetch *f, int64_t since, int64_t until)
{
	struct posthog *p;
	bool refused = false;

	for (uint32_t i = 0; (p = explorer_project(f->explorer, i)) != NULL; i++) {
		if (!has_refused(p))
			continue;
		refused = true;
		posthog_events(p, since, until);
	}
	if (!refused)
		return;
	output_error("PostHog refused the filter: all events of the time were fetched instead");
	wait(f);
}

/* What it cannot judge is fetched, however much there is. */
static bool is_large(const struct fetch *f, int64_t since, int64_t until)
{
	struct figures_query q = {.since = since, .until = until};
	struct filter *filter = NULL;
	bool large;

	if (filter_of_options(&filter, f->options) != EXIT_OK)
		return false;
	q.filter = filter;
	large = stats_is_large(f->explorer, &q);
	filter_free(filter);
	return large;
}

bool fetch_left_out(const struct explorer *x)
{
	struct posthog_status status;

	if (explorer_origin_count(x) != 1 || explorer_project(x, 0) == NULL)
		return false;
	posthog_read_status(explorer_project(x, 0), &status);
	return !status.all;
}

static int64_t since_of(const struct options *o)
{
	return o->since != TIME_NONE ? o->since : time_now() - POSTHOG_DAY;
}

static int64_t until_of(const struct options *o)
{
	return o->until != TIME_NONE ? o->until : time_now() + TIME_SECOND;
}

static int fetch(struct fetch *f)
{
	const struct options *o = f->options;
	int64_t since = since_of(o), until = until_of(o);

	if (o->command == COMMAND_SHOW || o->command == COMMAND_TREE ||
	    o->command == COMMAND_REPLAY)
		return fetch_trace(f, since, until);
	if (o->command == COMMAND_DIFF)
		return fetch_both(f, since, until);
	if (o->command == COMMAND_LS)
		ask_for_list(f, since, until);
	else if (o->command != COMMAND_STATS || !is_large(f, since, until))
		ask_for_events(f, since, until);
	wait(f);
	fetch_refused(f, since, until);
	return tell(f);
}

int fetch_events(struct explorer *x, const struct options *o)
{
	struct fetch f = {.explorer = x, .options = o};

	ask_for_events(&f, since_of(o), until_of(o));
	wait(&f);
	return tell(&f);
}

int fetch_all(struct explorer *x, const struct options *o, int code)
{
	struct fetch f = {.explorer = x, .options = o};
	int fetched = explorer_posthog(x) != NULL ? fetch(&f) : EXIT_OK;

	return code != EXIT_OK ? code : fetched;
}
