/* The PostHog source's middle: the project, what was asked for, and the way from an answer into the
 * journal. Lists, traces and the tail are in files of their own (posthog_list.c, posthog_trace.c,
 * posthog_tail.c); each thing asked for is an `ask`, which sends one question after the other.
 *
 * Invariants: an ask stands in `asks` from ask_new to ask_end; answers are read only once the folder is
 * there, because the API sends no query before the project is known. */
#include "collect/posthog_internal.h"

#include "base/mem.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 60 /* of a project's name: more is cut where it is shown */
#define LINES_MAX  ((size_t)256 << 20)
#define AMONG_MAX  ((size_t)64 << 10)
#define HOLD_MS    5

/* ---- lines ---- */

/* The uuid of an event's line, as posthog_rows.c begins it; empty of any other line. */
static struct str line_uuid(struct str line)
{
	struct str begin = STR("{\"uuid\":\"");
	const char *end;

	if (!str_starts(line, begin))
		return STR_EMPTY;
	line = str_sub(line, begin.n, SIZE_MAX);
	end = memchr(line.p, '"', line.n);
	return end ? (struct str){line.p, (size_t)(end - line.p)} : STR_EMPTY;
}

/* The stream and the query may bring the same event within a moment. Of many lines that is not looked
 * for: they are one query's. */
static bool is_among(const struct buf *lines, struct str uuid)
{
	return lines->n < AMONG_MAX && str_find(buf_str(lines), uuid, 0, false) != SIZE_MAX;
}

static void keep_new(const struct posthog *p, struct str lines, struct buf *out)
{
	while (lines.n > 0) {
		const char *end = memchr(lines.p, '\n', lines.n);
		size_t n = end ? (size_t)(end - lines.p) + 1 : lines.n;
		struct str line = {lines.p, n}, uuid = line_uuid(line);

		if (uuid.n == 0 ||
		    !(p->reader.has_event(p->reader.ctx, uuid) || is_among(out, uuid)))
			buf_append(out, line);
		lines = str_sub(lines, n, SIZE_MAX);
	}
}

static void tell_written(struct posthog *p)
{
	posthog_cache_tick(p);
	p->reader.written(p->reader.ctx);
}

/* What the reader has not read yet it cannot know: until then new lines are held. */
static void write_held(void *ctx)
{
	struct posthog *p = ctx;
	struct buf fresh = {.max = LINES_MAX};
	struct errinfo e = {0};

	if (p->held.n == 0)
		return;
	if (p->reader.is_behind(p->reader.ctx)) {
		p->reader.written(p->reader.ctx);
		loop_timer_start(p->hold, HOLD_MS, 0);
		return;
	}
	keep_new(p, buf_str(&p->held), &fresh);
	buf_free(&p->held);
	if (journal_writer_append(p->writer, buf_str(&fresh), &e) == ERR_OK) {
		tell_written(p);
	} else {
		p->trouble = POSTHOG_AWAY;
		p->why = e;
	}
	buf_free(&fresh);
	posthog_changed(p);
}

void posthog_write_new(struct posthog *p, const struct buf *lines)
{
	p->held.max = LINES_MAX;
	buf_append(&p->held, buf_str(lines));
	if (p->held.n > 0)
		loop_timer_start(p->hold, 0, 0);
}

void posthog_changed(struct posthog *p)
{
	p->reader.changed(p->reader.ctx);
}

/* ---- asks ---- */

struct ask *ask_new(struct posthog *p, int kind, enum err (*read)(struct ask *a, struct errinfo *e),
                    void (*use)(struct ask *a))
{
	struct ask *a = mem_zero(1, sizeof(*a));

	a->posthog = p;
	a->kind = kind;
	a->read = read;
	a->use = use;
	a->known = true;
	a->since = a->until = TIME_NONE;
	a->next = p->asks;
	p->asks = a;
	return a;
}

static void ask_free(struct ask *a)
{
	buf_free(&a->answer);
	buf_free(&a->lines);
	posthog_rows_free(&a->rows);
	buf_free(&a->id);
	buf_free(&a->uuid);
	posthog_found_free(&a->page);
	buf_free(&a->folded);
	mem_free(a);
}

static void tell_stopped(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	void (*stopped)(struct ask *, enum posthog_trouble, const struct errinfo *) = a->stopped;

	a->stopped = NULL;
	if (stopped)
		stopped(a, trouble, why);
}

void ask_end(struct ask *a)
{
	struct ask **at = &a->posthog->asks;

	tell_stopped(a, POSTHOG_FINE, NULL);
	if (a->call)
		posthog_api_cancel(a->call);
	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	a->ended = true;
	if (!a->reading)
		ask_free(a);
}

/* Views want a list's next page in each frame: one that did not come is not asked for by itself. */
static void ask_no_more(struct ask *a)
{
	if (a->kind == ASK_LIST && a->id.n == 0)
		a->posthog->lists[a->list].more = false;
}

void ask_fail(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	struct posthog *p = a->posthog;

	ask_no_more(a);
	if (!a->for_tail) {
		p->trouble = trouble;
		p->why = *why;
		p->offline |= trouble == POSTHOG_AWAY || trouble == POSTHOG_NOT_ALLOWED;
	}
	tell_stopped(a, trouble, why);
	ask_end(a);
}

void ask_fail_in_circles(struct ask *a)
{
	struct errinfo e = {0};

	err_set(&e, ERR_PARSE, "PostHog's pages do not go on: not all is here");
	ask_fail(a, POSTHOG_AWAY, &e);
}

static void refuse(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	if (a->refused)
		a->refused(a, trouble, why);
	else
		ask_fail(a, trouble, why);
}

/* Also writes: there may be many megabytes. Only the loop knows which events are there. */
static void read_answer(void *ctx)
{
	struct ask *a = ctx;

	a->err = a->read(a, &a->e);
	if (a->err == ERR_OK && a->lines.full)
		a->err = err_set(&a->e, ERR_LIMIT, "an answer is too big to be kept");
	if (a->err == ERR_OK && a->known)
		a->err = journal_writer_append(a->posthog->writer, buf_str(&a->lines), &a->e);
}

static void on_read(void *ctx)
{
	struct ask *a = ctx;
	struct posthog *p = a->posthog;

	a->reading = false;
	p->reading--;
	if (a->ended) {
		ask_free(a);
		return;
	}
	buf_free(&a->answer);
	if (a->err == ERR_OK && a->known)
		tell_written(p);
	else if (a->err == ERR_OK)
		posthog_write_new(p, &a->lines);
	buf_free(&a->lines);
	if (a->err == ERR_OK)
		a->use(a);
	else
		refuse(a, POSTHOG_AWAY, &a->e);
	posthog_changed(p);
}

static void on_answer(void *ctx, const struct posthog_answer *answer)
{
	struct ask *a = ctx;
	struct posthog *p = a->posthog;

	a->call = NULL;
	if (answer->trouble != POSTHOG_FINE) {
		refuse(a, answer->trouble, &answer->why);
		posthog_changed(p);
		return;
	}
	p->offline = false;
	/* A command tells of every failure at its end. */
	if (!a->for_tail && p->patient)
		p->trouble = POSTHOG_FINE;
	a->answer.max = a->lines.max = LINES_MAX;
	buf_append(&a->answer, answer->body);
	a->now = time_now();
	a->reading = true;
	p->reading++;
	loop_work(p->loop, read_answer, on_read, a);
}

void ask_send(struct ask *a, struct buf *body, const char *query_id)
{
	posthog_rows_free(&a->rows);
	a->call = posthog_api_query(a->posthog->api, buf_str(body), query_id, a->urgent, on_answer,
	                            a);
	buf_free(body);
	posthog_want_project(a->posthog);
}

struct ask *ask_find(struct posthog *p, int kind, struct str id)
{
	for (struct ask *a = p->asks; a; a = a->next)
		if (a->kind == kind && str_eq(buf_str(&a->id), id))
			return a;
	return NULL;
}

/* ---- the project ---- */

static void be_ready(struct posthog *p, uint32_t project, struct errinfo *e)
{
	if (p->ready)
		return;
	p->project = project;
	p->ready = posthog_cache_open(p, e) == ERR_OK;
	if (p->ready)
		p->reader.written(p->reader.ctx);
	else
		p->project = 0;
}

static void copy_text(const cJSON *object, const char *name, struct buf *out, size_t max)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	struct str text;

	buf_clear(out);
	if (!cJSON_IsString(item))
		return;
	text = str_of(item->valuestring);
	buf_append(out, str_sub(text, 0, max));
}

/* False if it tells of no project. Of another one than is shown here only the id is taken. */
static bool read_project(struct posthog *p, struct str body, uint32_t *id)
{
	cJSON *root = cJSON_ParseWithLength(body.p, body.n);
	const cJSON *number = cJSON_GetObjectItemCaseSensitive(root, "id");
	bool good = cJSON_IsNumber(number) && number->valuedouble >= 1 &&
	            number->valuedouble <= UINT32_MAX;

	if (good)
		*id = (uint32_t)number->valuedouble;
	if (good && (p->project == 0 || p->project == *id)) {
		copy_text(root, "name", &p->name, NAME_BYTES);
		copy_text(root, "live_events_token", &p->token, SIZE_MAX);
	}
	cJSON_Delete(root);
	return good;
}

/* What waits for a project that is not known would wait for ever. */
static void fail_all(struct posthog *p, enum posthog_trouble trouble, const struct errinfo *why)
{
	while (p->asks)
		ask_fail(p->asks, trouble, why);
}

static void no_project(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why)
{
	struct posthog *p = a->posthog;

	/* With the project named, the rest works without this. */
	if (!p->known)
		fail_all(p, trouble, why);
	else if (p->offline)
		ask_fail(a, trouble, why);
	else
		ask_end(a);
}

static void other_project(struct ask *a, uint32_t id)
{
	struct posthog *p = a->posthog;
	struct errinfo e = {0};

	if (p->named) {
		err_set(&e, ERR_PARSE, "%.100s was asked for project %u and answered with %u",
		        buf_text(&p->host), p->project, id);
		ask_fail(a, POSTHOG_AWAY, &e);
		return;
	}
	/* The note in the cache was another key's. */
	err_set(&e, ERR_USAGE, "the key is for project %u, and the cache shows %u: start again", id,
	        p->project);
	fail_all(p, POSTHOG_BAD_QUERY, &e);
}

static void use_project(struct ask *a, uint32_t id)
{
	struct posthog *p = a->posthog;
	struct errinfo e = {0};

	if (p->ready && p->project != id) {
		other_project(a, id);
		return;
	}
	be_ready(p, id, &e);
	if (!p->ready) {
		fail_all(p, POSTHOG_AWAY, &e);
		return;
	}
	/* One that was named says nothing of the key. */
	if (!p->named)
		posthog_cache_remember(p);
	p->known = true;
	posthog_api_set_project(p->api, id);
	ask_end(a);
	if (p->tailing)
		posthog_tail_start(p);
}

static void on_project(void *ctx, const struct posthog_answer *answer)
{
	struct ask *a = ctx;
	struct posthog *p = a->posthog;
	struct errinfo e = {0};
	uint32_t id;

	a->call = NULL;
	if (answer->trouble != POSTHOG_FINE) {
		no_project(a, answer->trouble, &answer->why);
	} else if (read_project(p, answer->body, &id)) {
		p->offline = false;
		use_project(a, id);
	} else {
		err_set(&e, ERR_PARSE, "%s answered, but not with a project: is it PostHog?",
		        buf_text(&p->host));
		no_project(a, POSTHOG_AWAY, &e);
	}
	posthog_changed(p);
}

/* Its answer is small, and what waits for it is everything: no worker. */
static void ask_project(struct posthog *p)
{
	struct ask *a = ask_new(p, ASK_PROJECT, NULL, NULL);
	char path[64] = "/api/projects/@current/";

	if (p->named)
		snprintf(path, sizeof(path), "/api/projects/%u/", p->project);
	a->call = posthog_api_get(p->api, path, on_project, a);
}

void posthog_want_project(struct posthog *p)
{
	if (!p->known && !ask_find(p, ASK_PROJECT, STR_EMPTY))
		ask_project(p);
}

/* PostHog does not answer: what the cache has is better than nothing. */
static void use_cache(struct posthog *p)
{
	struct posthog_api_status status;
	uint32_t project;

	posthog_api_status(p->api, &status);
	if (p->ready || (status.trouble != POSTHOG_AWAY && status.trouble != POSTHOG_LIMITED))
		return;
	project = posthog_cache_remembered(p);
	if (project == 0)
		return;
	be_ready(p, project, NULL);
	p->offline = p->cached = true;
}

static void on_api(void *ctx)
{
	struct posthog *p = ctx;

	use_cache(p);
	posthog_changed(p);
}

/* ---- beginning and end ---- */

static void copy_options(struct posthog *p, const struct posthog_options *o)
{
	const char *live = o->live_host ? o->live_host : posthog_live_host(o->host);

	buf_puts(&p->host, o->host);
	if (o->cache)
		buf_puts(&p->cache, o->cache);
	if (live)
		buf_puts(&p->live_host, live);
	p->project = o->project;
	p->named = p->known = o->project != 0;
	p->patient = o->patient;
	p->pace_ms = o->pace_ms ? o->pace_ms : 1000;
	p->listed_at = TIME_NONE;
	for (int i = 0; i < POSTHOG_LISTS; i++)
		p->lists[i].frontier = TIME_NONE;
}

enum err posthog_open(struct posthog **out, struct loop *l, const struct posthog_options *options,
                      const struct posthog_reader *reader, struct errinfo *e)
{
	struct posthog *p = mem_zero(1, sizeof(*p));
	struct posthog_api_options api = {.host = options->host,
	                                  .key = options->key,
	                                  .project = options->project,
	                                  .patient = options->patient,
	                                  .pace_ms = options->pace_ms};
	enum err err;

	*out = NULL;
	p->loop = l;
	pushed_init(p);
	p->reader = *reader;
	copy_options(p, options);
	p->hold = loop_timer_new(l, write_held, p);
	err = posthog_api_new(&p->api, l, &api, on_api, p, e);
	if (err == ERR_OK && p->project != 0) {
		err = posthog_cache_open(p, e);
		p->ready = err == ERR_OK;
	}
	if (err != ERR_OK) {
		posthog_close(p);
		return err;
	}
	ask_project(p);
	*out = p;
	return ERR_OK;
}

void posthog_close(struct posthog *p)
{
	if (!p)
		return;
	posthog_tail_stop(p);
	while (p->asks)
		ask_end(p->asks);
	/* First, so that nothing is asked anew while workers end. */
	posthog_api_free(p->api);
	p->api = NULL;
	while (p->reading > 0)
		loop_step(p->loop, true);
	http_free(p->http);
	loop_timer_free(p->hold);
	buf_free(&p->held);
	posthog_cache_close(p);
	for (int i = 0; i < POSTHOG_LISTS; i++)
		buf_free(&p->lists[i].last);
	pushed_fini(p);
	if (p->token.n)
		explicit_bzero(p->token.p, p->token.n);
	buf_free(&p->token);
	buf_free(&p->live_host);
	buf_free(&p->host);
	buf_free(&p->cache);
	buf_free(&p->folder);
	buf_free(&p->name);
	mem_free(p);
}

const char *posthog_folder(const struct posthog *p)
{
	return p->ready ? p->folder.p : NULL;
}

bool posthog_is(const struct posthog *p, const char *host, uint32_t project)
{
	return p->project != 0 && p->project == project && str_eq(buf_str(&p->host), str_of(host));
}

bool posthog_cancel(struct posthog *p)
{
	struct ask *next;
	bool any = false;

	for (struct ask *a = p->asks; a; a = next) {
		next = a->next;
		if (a->for_tail || a->kind == ASK_PROJECT)
			continue;
		ask_no_more(a);
		ask_end(a);
		any = true;
	}
	if (any)
		posthog_changed(p);
	return any;
}

static void read_asks(const struct posthog *p, struct posthog_status *out)
{
	out->waiting += p->held.n > 0;
	for (const struct ask *a = p->asks; a; a = a->next) {
		if (!a->for_tail)
			out->waiting++;
		if (a->kind == ASK_TRACE || a->kind == ASK_TRACES || a->kind == ASK_BODY)
			out->opening++;
		if (a->kind == ASK_LIST)
			out->listing[a->list] = true;
	}
}

void posthog_read_status(const struct posthog *p, struct posthog_status *out)
{
	*out = (struct posthog_status){.ready = p->ready,
	                               .project = p->project,
	                               .offline = p->offline,
	                               .all = p->all,
	                               .tail = posthog_tail_now(p),
	                               .listed_at = p->listed_at};
	posthog_api_status(p->api, &out->api);
	snprintf(out->name, sizeof(out->name), "%s", p->name.n ? p->name.p : "");
	for (int i = 0; i < POSTHOG_LISTS; i++) {
		out->more[i] = p->lists[i].more;
		out->frontier[i] = p->lists[i].frontier;
	}
	read_asks(p, out);
}

void posthog_forget(struct posthog *p)
{
	if (p->trouble == POSTHOG_BAD_QUERY || p->trouble == POSTHOG_NOT_FOUND ||
	    p->trouble == POSTHOG_TOO_BIG)
		p->trouble = POSTHOG_FINE;
}

enum posthog_trouble posthog_last_trouble(const struct posthog *p, struct errinfo *why)
{
	if (why)
		*why = p->why;
	return p->trouble;
}
