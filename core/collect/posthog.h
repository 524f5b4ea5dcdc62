/* A PostHog project as a source: what its API is asked for lands as lines in a journal folder (the
 * cache), which is read as any other journal. Loop thread; nothing here blocks.
 *
 * Lists come in two steps: which traces or sessions there are (rows stand after one round trip), then
 * their totals. A trace is opened by TraceQuery, else from posthog.ai_events, else from events. The tail
 * is PostHog's live stream with a catch-up query beside it, or the query alone. */
#ifndef COLLECT_POSTHOG_H
#define COLLECT_POSTHOG_H

#include "base/time.h"
#include "collect/posthog_api.h"

#define POSTHOG_SETTLED \
	(600 * TIME_SECOND)  /* after its last event nothing more is expected of a trace */
#define POSTHOG_BODY_DAYS 30 /* PostHog keeps inputs and outputs so long */
#define POSTHOG_DAY       (24 * 3600 * TIME_SECOND)

struct posthog_options {
	const char *host;      /* "https://us.posthog.com" */
	const char *live_host; /* NULL: posthog_live_host(host), if it has one */
	struct str key;        /* copied, wiped */
	uint32_t project;      /* 0: the one that the key belongs to */
	/* Where caches are; the project's is CACHE/HOST/PROJECT. NULL: nothing is kept (a temporary folder,
	 * removed by posthog_close). */
	const char *cache;
	bool patient;     /* the explorer and tail: see posthog_api.h */
	uint32_t pace_ms; /* for tests; 0: 1000 */
};

enum posthog_list {
	POSTHOG_TRACES,
	POSTHOG_SESSIONS,
	POSTHOG_GENERATIONS, /* also embeddings; the events themselves, without inputs and outputs */
	POSTHOG_SPANS,       /* likewise */
	POSTHOG_LISTS,
};

/* What the reader of the journal knows already, so that only what is new is asked for and written. */
struct posthog_reader {
	/* The folder is there, or lines were written: time to read. */
	void (*written)(void *ctx);
	/* The status changed, or something that was asked for ended. Not from within the functions that
	 * ask: views call those while they draw. */
	void (*changed)(void *ctx);
	/* Whether lines that were written are still to be read: has_event does not know them yet. */
	bool (*is_behind)(void *ctx);
	/* Whether an event of that uuid is there. */
	bool (*has_event)(void *ctx, struct str uuid);
	/* Whether the totals of that trace or session are there, and are as of `last` or newer. */
	bool (*has_totals)(void *ctx, enum posthog_list list, struct str id, int64_t last);
	void *ctx;
};

enum posthog_tail {
	POSTHOG_TAIL_OFF,
	POSTHOG_TAIL_STREAM, /* the live stream is open */
	POSTHOG_TAIL_POLLING, /* a query now and then: no token, no live host, or the stream is down */
};

struct posthog_status {
	struct posthog_api_status api;
	bool ready;       /* the project is known and the folder is there */
	uint32_t project; /* 0: not known yet */
	char name[64];    /* of the project; not clean; empty: not known */
	bool offline;     /* what is shown is the cache's: PostHog could not be reached or asked */
	enum posthog_tail tail;
	bool listing[POSTHOG_LISTS];     /* a page is under way */
	bool more[POSTHOG_LISTS];        /* there are more rows behind `frontier` */
	int64_t frontier[POSTHOG_LISTS]; /* time of the last row fetched; TIME_NONE: none yet */
	int64_t listed_at;               /* when the newest page came, wall clock; TIME_NONE */
	uint32_t opening;                /* traces under way */
	bool all;                        /* the last posthog_events came to its end */
	uint32_t waiting;                /* requests under way or waiting, but for the tail's */
};

struct posthog;

/* Begins to connect. ERR_USAGE for a bad host; ERR_IO if the cache cannot be made. reader is copied. */
enum err posthog_open(struct posthog **out, struct loop *l, const struct posthog_options *options,
                      const struct posthog_reader *reader, struct errinfo *e) MUST_USE;
void posthog_close(struct posthog *p); /* not from a callback; NULL is allowed */
/* The journal's folder; NULL until the project is known. */
const char *posthog_folder(const struct posthog *p);
/* Whether it is that project, as far as it is known which one it is. */
bool posthog_is(const struct posthog *p, const char *host, uint32_t project);
void posthog_read_status(const struct posthog *p, struct posthog_status *out);

/* Each of these may be called at any time; what cannot be asked yet waits for the project. Asking for
 * what is under way asks nothing. */

/* The first page of a list over since <= t < until, in place of what was listed before. rows: 0 for a
 * page, else all there are, but at most so many (UINT32_MAX: all). */
void posthog_list(struct posthog *p, enum posthog_list list, int64_t since, int64_t until,
                  uint32_t rows);
void posthog_more(struct posthog *p, enum posthog_list list);
/* The traces of a session, all of them. */
void posthog_list_session(struct posthog *p, struct str session, int64_t since, int64_t until);
/* Totals anew, for traces of which events came by the tail. */
void posthog_totals(struct posthog *p, const struct str *traces, size_t n, int64_t since,
                    int64_t until);
/* All events of a trace. since and until are those of its events as far as they are known, TIME_NONE
 * if not. */
void posthog_trace(struct posthog *p, struct str trace, int64_t since, int64_t until);
/* The same of several traces, with one question where PostHog can answer it. */
void posthog_traces(struct posthog *p, const struct str *traces, size_t n, int64_t since,
                    int64_t until);
/* The input and output of one event, where a trace was too big for one answer. */
void posthog_body(struct posthog *p, struct str trace, struct str uuid, int64_t time);
/* Every AI event of a time, whatever the filters of lists, without inputs and outputs; in place of what was asked so before. */
void posthog_events(struct posthog *p, int64_t since, int64_t until);
/* The trace or session that anything of this id belongs to (a prefix too), then its events. */
void posthog_find(struct posthog *p, struct str id, int64_t since, int64_t until);
/* Cancels all that was asked for but the tail, also on the server; false if there was nothing. */
bool posthog_cancel(struct posthog *p);
void posthog_set_tail(struct posthog *p, bool on);

/* Where PostHog shows a trace, for people: .../ai-observability/traces/ID, or the path of before on servers
 * that turned out to be older. Appends nothing while the project is not known. */
void posthog_trace_url(const struct posthog *p, struct str trace, struct buf *out);
/* Forgets a trouble that was one question's own (nothing found, a query refused): it was seen. */
void posthog_forget(struct posthog *p);
/* Why the last thing that a person asked for failed; cleared by the next success if it is patient,
 * while a command is told of it at its end. */
enum posthog_trouble posthog_last_trouble(const struct posthog *p, struct errinfo *why);

#endif
