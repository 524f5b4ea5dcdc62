/* Rows: what a list shows, chosen and sorted; and the columns that say what a row holds. One table
 * of columns serves the lists on the screen, ls in every format, --fields and --sort. */
#ifndef QUERY_ROWS_H
#define QUERY_ROWS_H

#include "base/loop.h"
#include "model/model.h"

enum rows_kind {
	ROWS_TRACES,
	ROWS_SESSIONS,
	ROWS_GENERATIONS, /* generations and embeddings */
	ROWS_SPANS,       /* spans alone */
	ROWS_USERS,
	ROWS_MODELS,
	ROWS_TOOLS, /* by name: spans that are tool calls. What a generation asks for but no span tells is not counted */
	ROWS_GROUPS, /* $groups: a row for each type and key that an event has; an event may be in several */
	ROWS_ERRORS, /* by what they say: events that have an error, see errors.h */
	ROWS_PARTS,  /* what a breakdown has split events into: a row for each value */
	ROWS_KINDS,
};

enum value_type {
	VALUE_UNKNOWN, /* null, "-" or "?" */
	VALUE_TEXT,
	VALUE_COUNT, /* whole number */
	VALUE_TOKENS,
	VALUE_MONEY,   /* USD * 1e12 */
	VALUE_SECONDS, /* microseconds */
	VALUE_TIME,    /* microseconds since 1970 */
	VALUE_PERCENT, /* * 1e12 */
	VALUE_BOOL,
};

struct value {
	enum value_type type;
	bool estimate; /* shown with ~ */
	bool partial; /* a sum that leaves something out: shown with >=; of VALUE_UNKNOWN: a missing
	                  price, shown as $? */
	bool error;   /* drawn as an error */
	money number;
	struct str text; /* borrowed from the model, or in the scratch given until its next use */
};

/* What a call cost, or calls cost together: an estimate if any part is one, partial where something is left out. Unknown
 * and partial: there are calls, and none has a price. Unknown alone: there is nothing that costs. */
struct value value_of_cost(const struct totals *t);
/* Of a trace or session, of which not all may be counted (model.h): partial then, too. */
struct value value_of_known_cost(const struct totals *t, bool counted);
struct value value_of_event_cost(const struct event *e);
struct tree_sum;
struct value value_of_sum_cost(const struct tree_sum *s); /* likewise */

struct rows;
struct property;
struct column {
	const char *name;     /* as in --json, --fields and --sort: "cost_usd" */
	const char *title;    /* "COST" */
	const char *help;     /* one line */
	enum value_type type; /* what it holds when known */
	uint8_t width;        /* preferred columns on a screen */
	uint8_t priority;     /* 1 stays longest when the screen is narrow; 0 never on a screen */
	uint8_t place;        /* order on a screen, from 1 without gaps; 0 if priority is */
	/* row is a position in r->at. Sets all of *out. scratch may be overwritten. The error text
	 * of an event is read from its journal. */
	void (*get)(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch);
};
/* The column of a property ("@release"). Of an event it is what was sent; of a trace what its $ai_trace event has, else its
 * earliest event that has it, of a session likewise; unknown for rows that add up. What is not read yet is unknown. It is
 * sorted by numbers, then by texts. */
struct property_column {
	struct column column; /* its get gives nothing: see rows_value */
	const struct property *property;
};
/* name and p are borrowed. */
void property_column_init(struct property_column *c, const char *name, const struct property *p);
/* NULL: it is no column of a property. */
const struct property *column_property(const struct column *c);
/* The value of a row in any column, as its get gives it. */
void rows_value(const struct rows *r, const struct column *c, uint32_t row, struct value *out,
                struct buf *scratch);
/* The columns of a kind, in their order. */
const struct column *rows_columns(enum rows_kind kind, size_t *count);
const struct column *rows_column(enum rows_kind kind, struct str name); /* NULL if there is none */
bool rows_is_source(const struct column *c);                            /* the column of sources */
/* False of that column while there is one alone: it says nothing, and is there for who asks for it. */
bool rows_have(const struct model *m, const struct column *c);
/* What tells sources apart; NULL: there is one alone, or the kind adds up what is of several. */
const struct column *rows_source_column(const struct model *m, enum rows_kind kind);
/* What a trace, session or event is from: bits as in struct trace; 0: it is of another kind. */
uint32_t rows_origins(const struct rows *r, uint32_t row);
/* The same by what people type, who say of it what filters do, too: "cost" is cost_usd. */
const struct column *rows_column_of(enum rows_kind kind, struct str key);
/* What was probably meant by a key that is none; NULL if none is near. */
const char *rows_key_nearest(enum rows_kind kind, struct str key);
/* The column at that place of a screen, from 1; NULL after the last. */
const struct column *rows_column_at(enum rows_kind kind, unsigned place);
/* The column that the kind's own order goes by. */
const struct column *rows_own_column(enum rows_kind kind);
/* Users, models, tools, groups and errors: what events add up to. */
bool rows_add_up(enum rows_kind kind);
const char *rows_kind_name(enum rows_kind kind); /* "traces" */
bool rows_kind_of(struct str name, enum rows_kind *out);

struct filtered;
struct memberships;
struct errors;
struct breakdown;
struct split;
struct group;
struct query {
	enum rows_kind kind;
	const struct column *sort; /* NULL: the kind's own order, see rows_build */
	bool ascending;
	/* since <= t < until; TIME_NONE: no bound. t is an event's timestamp, a trace's first, a
	 * session's last; what is added up are the events in range. What has no time is in no
	 * range. */
	int64_t since, until;
	uint32_t limit;      /* 0: none */
	uint32_t session;    /* only this session's traces, events; MODEL_NONE: all */
	uint32_t trace;      /* only this trace's events; MODEL_NONE: all */
	uint32_t user;       /* only this user's (id number); 0: all */
	bool anonymous;      /* only those that the row of users without a name is made of */
	uint32_t model_pair; /* only this pair's (number in the event table); 0: all */
	uint32_t
		tool; /* only this tool's spans (string number, 0: without a name); MODEL_NONE: all */
	struct memberships
		*memberships;        /* of ROWS_GROUPS, and where group is asked for; borrowed */
	uint32_t group;              /* only events in this group (its number); 0: all */
	const struct errors *errors; /* of ROWS_ERRORS, and where error is asked for; borrowed */
	uint32_t error; /* only events with this error (its number), of any kind; 0: all */
	/* Of ROWS_PARTS: done (NULL: no rows), and what it is split by; borrowed as long as there are such rows. */
	const struct breakdown *breakdown;
	const struct split *split;
	/* Of what is added up: the rows, as somebody else added them up, in place of what the events here do. Copied when
	 * rows are begun. NULL: the events' */
	const struct group *given;
	uint32_t n_given;
	bool errors_only;
	const struct filtered
		*filter; /* borrowed: rows that it lets through, see filtered.h; NULL: all */
};
void query_init(struct query *q, enum rows_kind kind);

/* What there is to say of an error's events alone. */
struct group_error {
	int64_t first_time;     /* TIME_NONE */
	uint32_t newest;        /* event; EVENT_NONE */
	uint32_t users, models; /* different ones; personless events have none */
	uint32_t model, status; /* the most frequent pair and HTTP status; 0: none is known */
	uint32_t model_count, status_count; /* how often those are there */
};
/* A user, a model, a tool, a group or an error with what belongs to it. */
struct group {
	/* id number of the user (0: anonymous), number of the model pair, string number of the tool's name, number of
	 * the group among memberships, of the error */
	uint32_t key;
	uint32_t
		person; /* of a user that is given: number of the id that says who it is; 0: not known */
	uint32_t traces, sessions;
	struct totals totals;
	int64_t last_time;
	int64_t latency;                   /* sum of microseconds; EVENT_UNKNOWN */
	int64_t p50, p95, first_token_p50; /* microseconds, nearest rank; EVENT_UNKNOWN */
	struct group_error error;
};

struct rows {
	struct query query;
	struct model *model;
	uint32_t *
		at; /* numbers of traces, sessions or events; of groups[] for what is added up; places of parts */
	uint32_t n;
	uint32_t total; /* before the limit */
	uint32_t *
		own; /* all of them in the kind's own order; the same as `at` where no column was asked for */
	struct group *groups;
	uint32_t n_groups;
	uint32_t events;         /* there were when they were chosen */
	uint32_t version;        /* of the model, likewise */
	uint64_t duplicates;     /* in the model, likewise */
	uint32_t filter_version; /* of query.filter, likewise */
	struct totals
		sum; /* over the traces of a query with a range of time or a filter, before the limit */
	uint32_t watched_id, watched; /* see rows_watch */
};

/* A kind's own order: events and traces newest first (a trace by its first timestamp), sessions by
 * their last timestamp, newest first; then by id (an event's uuid, then its place) descending.
 * Parts as the breakdown has them. Users, models and groups dearest first, tools by the time that they took in all, the longest first, errors the most frequent first, then the latest;
 * then by name. Sorting by a column descends unless `ascending`;
 * ties keep the own order, and values that are unknown stand last in either direction. Events that
 * lost against a duplicate never show, nor count. r's former content is not freed. */
void rows_build(struct rows *r, struct model *m, const struct query *q);
void rows_free(struct rows *r);

/* The same in steps, between which the model may change. What comes while they are built may be missing,
 * or be seen in parts: where the model's version is another at the end they are built again.
 * former: NULL, or rows built before, which are kept up if that is possible; borrowed until
 * rows_take or rows_drop. */
struct rows_build;
struct rows_build *rows_start(struct model *m, const struct query *q, const struct rows *former);
/* Many rows are sorted by a worker, whatever becomes of the model meanwhile. changed(ctx) on the loop's thread when that is
 * done, unless they are dropped before. Before the first step; else all is done by rows_step. */
void rows_on_workers(struct rows_build *b, struct loop *loop, loop_fn *changed, void *ctx);
/* Goes on until that time_monotonic, or a little beyond; INT64_MAX: to the end. True: done. */
bool rows_step(struct rows_build *b, int64_t until);
bool rows_waits(const struct rows_build *b); /* for a worker: there is nothing to step */
/* The row that a trace, session, event or group of that key comes to stand in is noted, so that nobody has to look for it:
 * watched of the rows, UINT32_MAX if it is not there. Between steps, before rows are put in their last order; later it has no
 * effect, and watched_id is another. */
void rows_watch(struct rows_build *b, uint32_t id);
unsigned rows_percent(const struct rows_build *b);    /* about how much is done; never falls */
void rows_take(struct rows_build *b, struct rows *r); /* after the last step; frees b */
void rows_drop(struct rows_build *b);                 /* NULL is allowed */

/* Nearest-rank percentile of sorted values: the smallest with at least p percent at or below it.
 * n > 0. */
int64_t percentile(const int64_t *sorted, size_t n, unsigned percent);

#endif
