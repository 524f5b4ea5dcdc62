/* Private to core/explorer*.c: what the explorer is made of. */
#ifndef EXPLORER_INTERNAL_H
#define EXPLORER_INTERNAL_H

#include "explorer.h"

/* Where an event's JSON stands: what a worker may know of an event, since the event table is the
 * loop's. */
struct place_of_event {
	const struct journal *journal;
	uint64_t offset;
	uint32_t length;
};
struct place_of_event explorer_place(const struct events *events, uint32_t event);

/* Reads and parses the event at a place. Any thread. */
void detail_fill(struct detail *d, struct place_of_event place);
void detail_fill_line(struct detail *d, struct str line); /* of one that stands nowhere; copied */
void detail_fini(struct detail *d);

/* A cache each, and the jobs that fill it. changed is called when something has become ready. */
struct detail_cache;
struct detail_cache *detail_cache_new(struct loop *loop, const struct events *events,
                                      loop_fn *changed, void *ctx);
void detail_cache_free(struct detail_cache *c);

struct preview_cache;
struct preview_cache *preview_cache_new(struct loop *loop, const struct model *model,
                                        loop_fn *changed, void *ctx);
void preview_cache_free(struct preview_cache *c);

struct bytes_cache;
struct bytes_cache *bytes_cache_new(struct loop *loop, loop_fn *changed, void *ctx);
void bytes_cache_free(struct bytes_cache *c);

struct previous_cache;
struct previous_cache *previous_cache_new(struct loop *loop, const struct model *model,
                                          loop_fn *changed, void *ctx);
void previous_cache_free(struct previous_cache *c);

struct repeats_cache;
struct repeats_cache *repeats_cache_new(struct loop *loop, struct model *model, loop_fn *changed,
                                        void *ctx);
void repeats_cache_free(struct repeats_cache *c);

struct text_cache;
struct text_cache *text_cache_new(struct loop *loop, struct model *model, loop_fn *changed,
                                  void *ctx);
void text_cache_free(struct text_cache *c);

struct compares;
struct compares *compares_new(struct loop *loop, const struct events *events, loop_fn *changed,
                              void *ctx);
void compares_free(struct compares *c);

struct prepares;
struct prepares *prepares_new(struct loop *loop, const struct events *events, loop_fn *changed,
                              void *ctx);
void prepares_free(struct prepares *p);

struct session_chats; /* the jobs that read sessions (explorer_session.c) */
struct session_chats *session_chats_new(struct loop *loop);
void session_chats_free(struct session_chats *chats);

struct caches {
	struct detail_cache *details;
	struct preview_cache *previews;
	struct bytes_cache *bytes;
	struct previous_cache *previous;
	struct repeats_cache *repeats;
	struct compares *compares;
	struct prepares *prepares;
	struct text_cache *texts;
	struct session_chats *chats;
	struct memberships *memberships;
	struct properties *properties; /* NULL until somebody asks */
	struct persons *persons;       /* with them */
	struct errors *errors;         /* likewise */
	loop_fn *changed;
	void *ctx;
};
struct caches *explorer_caches(struct explorer *x);
void caches_open(struct caches *c, struct loop *loop, struct model *model, loop_fn *changed,
                 void *ctx);
void caches_close(struct caches *c);  /* waits for their jobs */
void caches_stop(struct caches *c);   /* before PostHog's projects go */
void caches_update(struct caches *c); /* whenever something changed */

/* Whether the end of the last source is loaded ahead, and which numbers it got. */
struct arrival {
	struct loader *last; /* NULL: numbers are in the order of arrival */
	bool end_loaded, all_loaded;
	struct explorer_counts early, late;
};
void arrival_begin(struct arrival *a, struct loader *last);
void arrival_update(struct arrival *a, const struct model *m); /* whenever something changed */
bool arrival_is_waiting(const struct arrival *a);              /* nothing else may be loaded yet */
void arrival_read(const struct arrival *a, const struct model *m, struct explorer_counts *early,
                  struct explorer_counts *late);

/* What a person named (explorer_origins.c). */
struct remote;
struct origin {
	struct explorer *explorer;
	uint32_t number;
	char *name;
	struct buf folder; /* NULL-terminated path; empty: none */
	struct buf newest; /* name of the newest segment taken */
	struct loop_watch *watch;
	uint32_t sources, newest_source; /* how many there are; valid if there are any */
	uint32_t events;
	struct remote *remote; /* NULL: no project */
};
struct origins {
	struct explorer *explorer;
	struct origin *list[EVENTS_ORIGINS];
	uint32_t n;
	uint32_t begun;   /* takes the sources that are added, and 1; 0: each has one of its own */
	uint32_t entered; /* goes before, and 1; 0: none */
	uint32_t chosen;  /* whose project is asked what no other can be told for */
};
struct origins *explorer_origins(const struct explorer *x);
uint32_t origins_take(struct origins *o, uint32_t source); /* which one a new source is of */
/* Until origins_leave what is added is of that one. */
void origins_enter(struct origins *o, uint32_t origin);
void origins_leave(struct origins *o);
/* The one that a new project is. ERR_LIMIT: it has a folder or a project already. */
enum err origins_of_project(struct origin **origin, struct origins *o, struct errinfo *e) MUST_USE;
struct remote *origins_project(const struct origins *o,
                               uint32_t from);         /* the first; NULL: no more */
void origins_added(struct origins *o, uint32_t event); /* an event was added */
void origins_watch(struct origins *o);                 /* their folders */
void origins_close(struct origins *o);                 /* nothing comes from outside any more */
void origins_free(struct origins *o);
/* Again after it failed: the same path. */
enum err origin_add_folder(struct origin *o, const char *path, struct errinfo *e) MUST_USE;
void origin_check(struct origin *o); /* looks at its folder and its newest source */

/* A PostHog project (explorer_posthog.c). */
void remote_added(struct remote *r, uint32_t event);
void remote_free(struct remote *r); /* NULL is allowed */
/* In the order of their origins; NULL: none, or no more. */
struct remote *explorer_remote(const struct explorer *x);
struct ids *explorer_ids(struct explorer *x); /* of the event table, to be added to */
struct remote *remote_next(const struct remote *r);
void explorer_changed(struct explorer *x); /* tells whoever asked to be told */
bool explorer_started(const struct explorer *x);
bool explorer_follows(const struct explorer *x);
void explorer_start_sources(struct explorer *x); /* those whose turn it is */
void explorer_check_source(struct explorer *x, uint32_t source);

#endif
