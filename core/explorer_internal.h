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
	loop_fn *changed;
	void *ctx;
};
struct caches *explorer_caches(struct explorer *x);
void caches_open(struct caches *c, struct loop *loop, struct model *model, loop_fn *changed,
                 void *ctx);
void caches_close(struct caches *c);  /* waits for their jobs */
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

/* The PostHog source (explorer_posthog.c). */
struct remote;
void remote_added(struct remote *r, uint32_t event); /* an event was added */
void remote_free(struct remote *r);                  /* NULL is allowed */
struct remote *explorer_remote(const struct explorer *x);
void explorer_set_remote(struct explorer *x, struct remote *r);
void explorer_changed(struct explorer *x); /* tells whoever asked to be told */

#endif
