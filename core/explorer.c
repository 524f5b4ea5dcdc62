/* The explorer: sources with their loaders, the event table, the model, and whom to tell about
 * changes.
 *
 * A source is a journal and a loader of the same number. Loaders add to the event table on the
 * loop's thread and say so event by event; the model hears of each before anybody else.
 *
 * A file that is truncated or replaced while it is followed ends its source, and what stands at its
 * path then becomes the last one: the numbers of journals decide which duplicate wins, and the new
 * content is what is true now.
 *
 * Left to others: payloads (explorer_detail.c, explorer_preview.c), everything that is derived
 * from the model. */
#include "explorer_internal.h"

#include "base/mem.h"
#include "collect/stream.h"
#include "config/config.h"
#include "cost/prices_files.h"
#include "index/loader.h"

#include <assert.h>
#include <unistd.h>

#define SOURCES_MAX (1u << 16) /* an event's place has 16 bits for its journal */
#define ENDED_OPEN  8u         /* files that stood at a path before, and are still open */

struct source {
	struct journal *journal;
	struct loader *loader;
	struct stream
		*stream;   /* has the journal and feeds it; NULL: the journal is the file itself */
	bool fed;          /* the stream has ended, and the loader was told */
	uint32_t before;   /* the source that stood at its path, and 1; 0: none */
	uint32_t nameless; /* events without a uuid */
};

struct explorer {
	struct loop *loop;
	struct events events;
	struct model *model;
	struct prices *prices;
	struct errinfo prices_error; /* code ERR_OK if there was none */
	struct source *sources;
	uint32_t n_sources;
	uint32_t n_started; /* of them, in their order */
	bool started, follow;
	struct arrival arrival;
	struct origins origins;
	struct loader_events notify;
	struct caches caches;
	loop_fn *on_change;
	void *on_change_ctx;
	void (*on_event)(void *ctx, uint32_t event);
	void *on_event_ctx;
	void (*on_source)(void *ctx, uint32_t source);
	void *on_source_ctx;
};

static void on_stream(void *ctx);

/* One that may go on for ever is waited for only by who wants its end. */
static bool is_streaming(const struct explorer *x, const struct source *source)
{
	return source->stream && !source->fed && (stream_is_finite(source->stream) || !x->follow);
}

static bool is_first_load(const struct explorer *x, uint32_t i)
{
	const struct loader_status *status = loader_status(x->sources[i].loader);

	return (status->state == LOADER_LOADING && !status->loaded_once) ||
	       (is_streaming(x, &x->sources[i]) && stream_is_finite(x->sources[i].stream));
}

static void start_source(struct explorer *x, struct source *source)
{
	if (source->stream)
		loader_feed(source->loader);
	loader_start(source->loader, x->follow && !source->stream);
	if (source->stream)
		stream_start(source->stream, x->loop, on_stream, x);
}

/* Sources are loaded one after the other: all at once they would need memory, and time in a turn of
 * the loop, for each. */
void explorer_start_sources(struct explorer *x)
{
	while (x->started && !arrival_is_waiting(&x->arrival) && x->n_started < x->n_sources &&
	       (x->n_started == 0 || !is_first_load(x, x->n_started - 1)))
		start_source(x, &x->sources[x->n_started++]);
}

static void changed(void *ctx)
{
	struct explorer *x = ctx;

	arrival_update(&x->arrival, x->model);
	caches_update(&x->caches);
	explorer_start_sources(x);
	if (x->on_change)
		x->on_change(x->on_change_ctx);
}

static void feed(struct source *source)
{
	struct loader *loader = source->loader;
	struct stream *stream = source->stream;

	source->fed = stream_ended(stream);
	if (source->fed)
		loader_end(loader, stream_error(stream));
	else
		loader_check(loader);
}

static void on_stream(void *ctx)
{
	struct explorer *x = ctx;

	for (uint32_t i = 0; i < x->n_started; i++)
		if (x->sources[i].stream && !x->sources[i].fed)
			feed(&x->sources[i]);
	changed(x);
}

static void added(void *ctx, uint32_t event)
{
	struct explorer *x = ctx;
	const struct event *e = events_get(&x->events, event);

	if ((e->flags & EVENT_NO_UUID) != 0)
		x->sources[event_journal(e)].nameless++;
	model_add(x->model, event);
	origins_added(&x->origins, event);
	if (x->on_event)
		x->on_event(x->on_event_ctx, event);
}

static void listed(void *ctx, uint32_t listing)
{
	model_add_listing(((struct explorer *)ctx)->model, listing);
}

static void happened(void *ctx, uint32_t number)
{
	struct explorer *x = ctx;

	if (x->on_source)
		x->on_source(x->on_source_ctx, number);
}

static enum err add_source(struct explorer *x, struct journal *journal, struct errinfo *e)
{
	struct source *source;
	uint32_t number;

	if (x->n_sources == SOURCES_MAX)
		return err_set(e, ERR_LIMIT, "more than %u sources: %s", SOURCES_MAX,
		               journal_path(journal));
	x->sources = mem_resize(x->sources, x->n_sources + 1, sizeof(*x->sources));
	source = &x->sources[x->n_sources++];
	*source = (struct source){.journal = journal};
	number = events_add_journal(&x->events, journal);
	events_set_origin(&x->events, number, origins_take(&x->origins, number));
	source->loader = loader_new(x->loop, &x->events, journal, number, &x->notify);
	return ERR_OK;
}

/* Closes what cannot be a source. */
static enum err take_journal(struct explorer *x, struct journal *journal, struct errinfo *e)
{
	enum err err = add_source(x, journal, e);

	if (err)
		journal_close(journal);
	return err;
}

/* Of what stood at a source's path before, the newest few can be read on: the others would hold a descriptor each, and
 * what was deleted its space on the disk. What was truncated is gone in any case. One that is being read just now
 * has its turn the next time. */
static void let_go_of_old(struct explorer *x, uint32_t number)
{
	uint32_t n = 0;

	for (uint32_t at = x->sources[number].before; at > 0; at = x->sources[at - 1].before) {
		struct source *source = &x->sources[at - 1];

		if (loader_status(source->loader)->state == LOADER_SHRUNK || ++n > ENDED_OPEN)
			(void)journal_let_go(source->journal);
	}
}

static bool succeed(void *ctx, uint32_t number, struct errinfo *e)
{
	struct explorer *x = ctx;
	struct journal *journal;
	enum err err;

	if (journal_open_again(&journal, x->sources[number].journal, e) != ERR_OK)
		return false;
	origins_enter(&x->origins, explorer_origin_of(x, number));
	err = take_journal(x, journal, e);
	origins_leave(&x->origins);
	if (err != ERR_OK)
		return false;
	x->sources[x->n_sources - 1].before = number + 1;
	loader_succeed(x->sources[x->n_sources - 1].loader, x->sources[number].loader);
	let_go_of_old(x, x->n_sources - 1);
	explorer_start_sources(x);
	return true;
}

struct explorer *explorer_new(struct loop *loop)
{
	struct explorer *x = mem_zero(1, sizeof(*x));

	x->loop = loop;
	x->origins.explorer = x;
	events_init(&x->events);
	x->prices_error.code = prices_open(&x->prices, &x->prices_error);
	x->events.prices = x->prices;
	x->model = model_new(&x->events);
	x->notify = (struct loader_events){
		.added = added,
		.listed = listed,
		.changed = changed,
		.happened = happened,
		.succeed = succeed,
		.ctx = x,
	};
	caches_open(&x->caches, x->loop, x->model, changed, x);
	return x;
}

void explorer_free(struct explorer *x)
{
	if (!x)
		return;
	x->started = false;
	x->on_change = NULL;
	x->on_event = NULL;
	x->on_source = NULL;
	caches_stop(&x->caches);
	origins_close(&x->origins);
	for (uint32_t i = 0; i < x->n_sources; i++)
		if (x->sources[i].stream)
			stream_stop(x->sources[i].stream);
	for (uint32_t i = 0; i < x->n_sources; i++)
		loader_free(x->sources[i].loader);
	caches_close(&x->caches);
	for (uint32_t i = 0; i < x->n_sources; i++) {
		if (x->sources[i].stream)
			stream_free(x->sources[i].stream);
		else
			journal_close(x->sources[i].journal);
	}
	mem_free(x->sources);
	origins_free(&x->origins);
	model_free(x->model);
	events_fini(&x->events);
	prices_free(x->prices);
	mem_free(x);
}

static enum err add_stream(struct explorer *x, int fd, const char *name, bool logs,
                           struct errinfo *e)
{
	struct stream_options options = {.name = name, .logs = logs};
	struct stream *stream = NULL;
	struct buf folder = {0};
	enum err err = config_folder(&folder, CONFIG_CACHE, e);

	options.folder = buf_text(&folder);
	if (err == ERR_OK)
		err = stream_new(&stream, fd, &options, e);
	else
		close(fd);
	buf_free(&folder);
	if (err == ERR_OK)
		err = add_source(x, stream_journal(stream), e);
	if (err == ERR_OK)
		x->sources[x->n_sources - 1].stream = stream;
	else
		stream_free(stream);
	explorer_start_sources(x);
	return err;
}

enum err explorer_add_file(struct explorer *x, const char *path, struct errinfo *e)
{
	int streamed = stream_open_file(path);
	struct journal *journal;
	enum err err;

	if (streamed >= 0)
		return add_stream(x, streamed, path, false, e);
	err = journal_open(&journal, path, e);
	if (err == ERR_OK)
		err = take_journal(x, journal, e);
	explorer_start_sources(x);
	return err;
}

enum err explorer_await_file(struct explorer *x, const char *path, struct errinfo *e)
{
	enum err err = take_journal(x, journal_await(path), e);

	explorer_start_sources(x);
	return err;
}

enum err explorer_add_stdin(struct explorer *x, int fd, struct errinfo *e)
{
	struct journal *journal;
	enum err err;

	if (stream_is_needed(fd))
		return add_stream(x, fd, "-", true, e);
	err = journal_open_file(&journal, fd, "-", e);
	if (err == ERR_OK)
		err = take_journal(x, journal, e);
	if (err == ERR_OK)
		loader_take_logs(x->sources[x->n_sources - 1].loader);
	return err;
}

void explorer_skip(struct explorer *x)
{
	for (uint32_t i = 0; i < x->n_sources; i++)
		loader_skip(x->sources[i].loader);
}

void explorer_forget(struct explorer *x)
{
	assert(!explorer_loading(x));
	caches_close(&x->caches);
	model_free(x->model);
	events_clear(&x->events);
	x->model = model_new(&x->events);
	caches_open(&x->caches, x->loop, x->model, changed, x);
}

/* ---- loading -------------------------------------------------------------------------------- */

/* What comes from PostHog is shown by its time, and its cache is not in that order. */
void explorer_load_end_first(struct explorer *x)
{
	struct source *last = x->n_sources > 0 ? &x->sources[x->n_sources - 1] : NULL;

	if (last != NULL && last->stream == NULL && explorer_remote(x) == NULL)
		arrival_begin(&x->arrival, last->loader);
}

void explorer_start(struct explorer *x, bool follow)
{
	x->started = true;
	x->follow = follow;
	explorer_start_sources(x);
	origins_watch(&x->origins);
}

void explorer_load(struct explorer *x)
{
	if (!x->started)
		explorer_start(x, false);
	while (explorer_loading(x) && loop_step(x->loop, true))
		;
}

bool explorer_loading(const struct explorer *x)
{
	for (uint32_t i = 0; i < x->n_sources; i++) {
		if (loader_status(x->sources[i].loader)->state == LOADER_LOADING ||
		    is_streaming(x, &x->sources[i]))
			return true;
	}
	return false;
}

void explorer_on_change(struct explorer *x, loop_fn *fn, void *ctx)
{
	x->on_change = fn;
	x->on_change_ctx = ctx;
}

void explorer_on_event(struct explorer *x, void (*fn)(void *ctx, uint32_t event), void *ctx)
{
	x->on_event = fn;
	x->on_event_ctx = ctx;
}

void explorer_on_source(struct explorer *x, void (*fn)(void *ctx, uint32_t source), void *ctx)
{
	x->on_source = fn;
	x->on_source_ctx = ctx;
}

struct origins *explorer_origins(const struct explorer *x)
{
	return (struct origins *)&x->origins;
}

bool explorer_started(const struct explorer *x)
{
	return x->started;
}

bool explorer_follows(const struct explorer *x)
{
	return x->started && x->follow;
}

void explorer_check_source(struct explorer *x, uint32_t source)
{
	if (source < x->n_started)
		loader_check(x->sources[source].loader);
}

void explorer_changed(struct explorer *x)
{
	changed(x);
}

struct loop *explorer_loop(struct explorer *x)
{
	return x->loop;
}

const struct prices *explorer_prices(const struct explorer *x)
{
	return x->prices;
}

const char *explorer_prices_notice(const struct explorer *x)
{
	return x->prices_error.code != ERR_OK ? x->prices_error.msg : NULL;
}

struct model *explorer_model(struct explorer *x)
{
	return x->model;
}

const struct events *explorer_events(const struct explorer *x)
{
	return &x->events;
}

struct ids *explorer_ids(struct explorer *x)
{
	return &x->events.ids;
}

uint32_t explorer_source_count(const struct explorer *x)
{
	return x->n_sources;
}

const char *explorer_source_path(const struct explorer *x, uint32_t source)
{
	return journal_path(x->sources[source].journal);
}

const char *explorer_source_notice(const struct explorer *x, uint32_t source)
{
	const struct stream *stream = x->sources[source].stream;

	return stream ? stream_notice(stream) : NULL;
}

bool explorer_source_arrives(const struct explorer *x, uint32_t source)
{
	const struct stream *stream = x->sources[source].stream;

	return stream && !stream_is_finite(stream);
}

bool explorer_ended(const struct explorer *x)
{
	bool ended = x->n_sources > 0;

	for (uint32_t i = 0; i < x->n_sources; i++)
		ended = ended && x->sources[i].fed &&
		        loader_status(x->sources[i].loader)->state != LOADER_LOADING;
	return ended;
}

const struct loader_status *explorer_source(const struct explorer *x, uint32_t source)
{
	return loader_status(x->sources[source].loader);
}

bool explorer_source_stream(const struct explorer *x, uint32_t source, struct stream_status *out)
{
	const struct stream *stream = x->sources[source].stream;

	if (stream)
		stream_read_status(stream, out);
	return stream != NULL;
}

uint32_t explorer_source_nameless(const struct explorer *x, uint32_t source)
{
	return x->sources[source].nameless;
}

void explorer_progress(const struct explorer *x, uint64_t *loaded, uint64_t *bytes)
{
	*loaded = *bytes = 0;
	for (uint32_t i = 0; i < x->n_sources; i++) {
		const struct loader_status *status = explorer_source(x, i);
		struct stream_status stream;
		bool streamed = explorer_source_stream(x, i, &stream) && stream.size > 0;

		*loaded += streamed ? stream.taken : status->loaded;
		*bytes += streamed ? stream.size : status->bytes;
	}
}

void explorer_arrival(const struct explorer *x, struct explorer_counts *early,
                      struct explorer_counts *late)
{
	arrival_read(&x->arrival, x->model, early, late);
}

struct caches *explorer_caches(struct explorer *x)
{
	return &x->caches;
}
