/* What the files of posthog.h share. Nobody else includes it. */
#ifndef COLLECT_POSTHOG_INTERNAL_H
#define COLLECT_POSTHOG_INTERNAL_H

#include "collect/posthog_pushed.h"
#include "collect/posthog_query.h"
#include "collect/posthog_rows.h"
#include "collect/posthog_stream.h"
#include "index/ids.h"
#include "journal/writer.h"

/* Something that was asked for: one question after the other until it is answered or fails. An answer
 * is read by a worker, because it may have many megabytes, and then used on the loop. */
struct ask {
	struct posthog *posthog;
	struct ask *next;
	/* On a worker, which has nothing but the ask and the writer: reads `answer` into lines, rows
	 * and page. */
	enum err (*read)(struct ask *a, struct errinfo *e);
	/* With what was read, after its lines were written: sends the next question with ask_send, or ends
	 * with ask_end or ask_fail. */
	void (*use)(struct ask *a);
	/* Instead of ask_fail, if it is set. */
	void (*refused)(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why);
	/* When it ends by other hands than its maker's, who clears this before; POSTHOG_FINE: it was called off. */
	void (*stopped)(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why);
	void *owner; /* the maker's */
	struct posthog_call *call;
	bool reading, ended; /* a worker has it; it is freed when that is done */
	enum err err;
	struct errinfo e;
	int64_t now;       /* when the answer came */
	struct buf answer; /* a copy */
	struct buf lines;
	bool known; /* lines of events that are there are written, too */
	struct posthog_rows rows;
	bool for_tail; /* not a person's: nobody waits for it */
	bool urgent;

	/* What is asked for; not every kind has all of it. */
	int kind; /* of the file that made it */
	int step;
	enum posthog_list list;
	struct buf id;   /* of a trace, session or event */
	struct buf uuid; /* of the last row of the page before */
	int64_t time;    /* its time, of a page of events */
	int64_t since, until;
	uint32_t rows_left; /* of a list */
	uint32_t limit;     /* of the page under way */
	uint32_t shrunk;    /* how often a page was too big for one answer: each is half as long */
	uint32_t events;    /* lines written so far */
	struct posthog_found page;
	struct buf folded; /* see posthog_rows.h */
	bool bodies;       /* some event had some */
};

struct list_state {
	bool asked; /* posthog_list was called: since and until are its */
	int64_t since, until;
	int64_t frontier; /* of the last row fetched */
	struct buf last;  /* its id */
	bool more;
};

/* The filter of a list, and what came of it. */
struct pushed {
	struct posthog_filter filter;
	bool refused;
	struct buf body; /* that was asked last */
	struct ids said; /* traces or sessions */
	uint32_t rows;   /* so many came */
	bool more;
	int64_t asked, took; /* microseconds; took -1: no answer yet */
	uint32_t pages;
};

struct posthog {
	struct loop *loop;
	struct posthog_reader reader;
	struct posthog_api *api;
	struct buf host, cache, folder;
	bool temporary;                /* the folder is */
	struct journal_writer *writer; /* from ready on */
	int64_t ticked;                /* monotonic */
	bool patient;
	bool ready, offline;
	bool named;  /* the project is what the options say */
	bool known;  /* the API was told the project: questions are sent */
	bool cached; /* project and folder are what the cache remembered */
	bool old;    /* the server knows neither TraceQuery nor posthog.ai_events */
	uint32_t project;
	struct buf name;
	struct list_state lists[POSTHOG_LISTS];
	struct pushed pushed[POSTHOG_LISTS];
	int64_t listed_at;
	bool all; /* the last posthog_events came to its end */
	struct ask *asks;
	struct buf held; /* lines for posthog_write_new */
	struct loop_timer *hold;
	uint32_t reading; /* jobs of workers */
	enum posthog_trouble trouble;
	struct errinfo why;

	/* the tail */
	bool tailing;
	struct buf live_host, token;
	struct http *http; /* of the stream */
	struct posthog_stream *stream;
	struct loop_timer *timer;
	int64_t seen; /* what came before this wall clock time is here */
	uint32_t pace_ms;
};

#define POSTHOG_AHEAD      (60 * TIME_SECOND) /* the tail's queries: clocks differ */
#define POSTHOG_PAGE       100u               /* rows that a screen asks for at a time */
#define POSTHOG_PAGE_ALL   1000u              /* rows of a page when all are wanted */
#define POSTHOG_PAGE_EVENT 1000u              /* events without bodies */
#define POSTHOG_PAGE_BODY  200u               /* events with bodies */

/* posthog.c */
struct ask *ask_new(struct posthog *p, int kind, enum err (*read)(struct ask *a, struct errinfo *e),
                    void (*use)(struct ask *a));
/* Sends a body and frees it. */
void ask_send(struct ask *a, struct buf *body, const char *query_id);
/* Frees it; a question under way is taken back. */
void ask_end(struct ask *a);
/* Of pages: what came does not end behind what came before. Else it would be asked for ever. */
void ask_fail_in_circles(struct ask *a);
void ask_fail(struct ask *a, enum posthog_trouble trouble, const struct errinfo *why);
/* The ask of that kind for that id; NULL. */
struct ask *ask_find(struct posthog *p, int kind, struct str id);
/* Hands the lines of events that are not there to the journal, once the reader has read all, and tells it. */
void posthog_write_new(struct posthog *p, const struct buf *lines);
void posthog_changed(struct posthog *p);
/* What is asked waits for it. */
void posthog_want_project(struct posthog *p);

/* Of struct ask. */
enum ask_kind {
	ASK_PROJECT,
	ASK_LIST,
	ASK_TOTALS,
	ASK_TRACE,
	ASK_TRACES,
	ASK_BODY,
	ASK_EVENTS,
	ASK_FIND,
	ASK_HOGQL,
};

/* A trace may have more events than are known of it, since it may have come by the tail or gone on. */
#define POSTHOG_SOONER POSTHOG_DAY /* before the first event known */
#define POSTHOG_LATER  POSTHOG_DAY /* after the last */

/* posthog_trace.c */
/* Notes where the page behind the one that came begins. False: the ask failed, since nothing came that it could begin behind. */
bool ask_goes_on(struct ask *a);
void posthog_ask_events(struct posthog *p, int64_t since, int64_t until, bool for_tail);

/* posthog_traces.c: whether that trace is among several that are asked for */
bool ask_finds_traces(const struct posthog *p, struct str trace);

/* posthog_list.c: until it is listed anew, no page of it comes any more */
void posthog_list_stop(struct posthog *p, enum posthog_list list);

/* posthog_pushed.c */
void pushed_init(struct posthog *p);
void pushed_fini(struct posthog *p);
void pushed_begin(struct posthog *p, enum posthog_list list); /* what was said counts no more */
/* A question of the list goes out: with which filter; NULL: none. */
const struct posthog_filter *pushed_ask(struct posthog *p, enum posthog_list list);
void pushed_keep(struct posthog *p, enum posthog_list list, const struct buf *body);
/* A page of n rows; ids of them, where it is of traces or sessions. */
void pushed_answer(struct posthog *p, enum posthog_list list, const struct posthog_rows *ids,
                   uint32_t n, bool more);
/* Whether it makes sense to ask once more, without the filter. */
bool pushed_refuse(struct posthog *p, enum posthog_list list, enum posthog_trouble trouble);

/* posthog_cache.c */
/* The folder of a project; a temporary one where there is no cache or another process writes it. */
enum err posthog_cache_open(struct posthog *p, struct errinfo *e);
void posthog_cache_close(struct posthog *p);
void posthog_cache_tick(struct posthog *p); /* after lines were written: keeps the limits */
void posthog_cache_remember(const struct posthog *p);       /* which project the key was for */
uint32_t posthog_cache_remembered(const struct posthog *p); /* 0: none */

/* posthog_tail.c */
void posthog_tail_start(struct posthog *p); /* with the project known */
void posthog_tail_stop(struct posthog *p);
enum posthog_tail posthog_tail_now(const struct posthog *p);

#endif
