/* What the files of filtered*.c share. Nobody else includes it.
 *
 * A filter becomes a plan: nodes that each say something about the items of one domain (events, traces or sessions), as two
 * bitmaps: what holds, and of what that is known already. What is not known is neither true nor false, and goes through AND,
 * OR and NOT as such. A part is the nodes of one domain below each other; a node at its edge looks at the top of a part of
 * another domain, or at other events of a trace. */
#ifndef QUERY_FILTERED_INTERNAL_H
#define QUERY_FILTERED_INTERNAL_H

#include "base/arena.h"
#include "base/bits.h"
#include "base/slice.h"
#include "model/tree.h"
#include "query/filtered.h"
#include "query/slow.h"
#include "query/text_rule.h"
#include "query/text_search.h"

#define FILTERED_DOMAINS 3
#define CHUNK_WORDS      (EVENTS_CHUNK / WORD_BITS)

struct verdicts {
	struct bits yes, known; /* yes is 0 where known is */
};
enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_OPEN };
static inline enum verdict verdict_of(const struct verdicts *v, uint32_t at)
{
	if (!bits_get(&v->known, at))
		return VERDICT_OPEN;
	return bits_get(&v->yes, at) ? VERDICT_YES : VERDICT_NO;
}

/* ---- values (filtered_value.c) ---- */

struct text_test {
	const struct filter_value *value;
	struct text_rule *rule;
	struct filtered *d;
};
/* ERR_USAGE: no regular expression. */
enum err text_test_init(struct text_test *t, struct filtered *d, const struct filter_value *value,
                        struct errinfo *e) MUST_USE;
void text_test_fini(struct text_test *t);
/* An empty text is absent: nothing holds of it. whole: the value is all of the text. An expression that gives up does not
 * hold, and d has failed. */
/* Of a source by its number, and a path, which may be empty: a value that is a name of a source is that one alone, any other is
 * looked for in the name and the path. */
bool source_passes(struct text_test *tests, uint32_t n, uint32_t origin, struct str path);
bool text_test_holds(struct text_test *t, struct str text, bool whole);

/* Both ends are in it. Absent values are INT64_MIN, which is in none. */
struct range {
	int64_t low, high;
};
struct ranges {
	struct range *list;
	uint32_t n;
};
/* The values of a node that are numbers, times `scale` (1 or FILTER_SCALE) as whoever asks has them. */
#define FILTER_SCALE INT64_C(1000000000000)
struct ranges ranges_of(struct arena *a, const struct filter_node *node, int64_t scale);
static inline bool ranges_have(const struct ranges *r, int64_t value)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (value >= r->list[i].low && value <= r->list[i].high)
			return true;
	return false;
}
/* Whether anything of low..high is in one. */
static inline bool ranges_meet(const struct ranges *r, int64_t low, int64_t high)
{
	for (uint32_t i = 0; low != INT64_MIN && i < r->n; i++)
		if (high >= r->list[i].low && low <= r->list[i].high)
			return true;
	return false;
}
bool value_is_number(const struct filter_value *v); /* or present, or a range */

/* ---- what is judged once for all events (filtered_known.c) ---- */

enum table_of {
	TABLE_STRINGS,
	TABLE_MODELS,    /* names of models, by model pair */
	TABLE_PROVIDERS, /* by model pair */
	TABLE_JOURNALS,  /* what they are from, and paths, by number */
	TABLE_USERS,     /* ids of users */
	TABLE_TRACES,    /* ids */
	TABLE_SESSIONS,
	TABLE_THINGS, /* uuids, spans */
};
/* Whether a text holds, by its number. Grown on the loop while no job runs. */
struct table {
	enum table_of of;
	const struct filter_node *node;
	struct text_test *tests;
	uint32_t n_tests;
	bool whole;
	uint8_t *holds; /* 1 no, 2 yes, 0 not judged */
	uint32_t n, cap, at;
	struct table *next;
	/* Of ids, from TABLE_TRACES on: a value that is one of them is that one alone, else all that begin with it. */
	bool *is_id;              /* by value */
	uint32_t n_ids, seen_ids; /* values that are; that were when the others were judged */
	uint32_t row, settled;    /* where it stands */
};
static inline bool table_has(const struct table *t, uint32_t number)
{
	return number < t->n && t->holds[number] == 2;
}

/* ---- the record (filtered_record.c) ---- */

/* Some events that stand together. */
struct block {
	const struct event *events;
	const uint32_t *uuids, *sessions, *extras_at;
	const uint8_t *extras;
};
#define BLOCK_WORDS 4u /* so that the records stay in the nearest cache from one term to the next */

enum record_rank { RECORD_PLAIN, RECORD_TABLE, RECORD_EXTRA };
struct record_test;
/* Of the events in `among`, those of which it holds. */
typedef void record_fill(const struct record_test *t, const struct block *b, const uint64_t *among,
                         uint64_t *out);
struct record_test {
	record_fill *fill;
	enum record_rank rank;
	uint32_t mask, flags; /* of the event's flags those in mask are `flags` */
	unsigned field;       /* enum event_field */
	struct ranges ranges;
	const struct table *table;
};
record_fill record_flags, record_time, record_span_of_time, record_cost, record_latency,
	record_input, record_output, record_cache, record_tokens, record_cache_share, record_speed,
	record_extra, record_extra_text, record_name, record_model, record_source, record_user,
	record_trace_id, record_session_id, record_thing_id, record_no_session;

/* ---- the plan ---- */

enum plan_kind {
	PLAN_AND,
	PLAN_OR,
	PLAN_NOT,
	PLAN_RECORD,   /* of events */
	PLAN_PROPERTY, /* of events */
	PLAN_TEXT,     /* of events */
	PLAN_LIKE,     /* of events: error.like */
	PLAN_ASKED,    /* whoever made the filter knows it */
	PLAN_SLOW,     /* of events and traces */
	PLAN_OWN,      /* the row's own value: of traces and sessions */
	/* Those that look at another part. */
	PLAN_OF_TRACE,   /* of events: what is said of its trace */
	PLAN_OF_SESSION, /* of traces: what is said of its session */
	PLAN_ANY,        /* of traces: of an event in it; of sessions: of a trace in it */
	PLAN_COUNT,      /* likewise, how many; of sessions the sum */
	PLAN_PARENT,     /* of events: of its parent */
	PLAN_ANCESTOR,
	PLAN_BELOW, /* of events: how many descendants */
	/* By the tree alone. */
	PLAN_DEPTH,
	PLAN_ORPHAN,
	PLAN_LOOP,
};
static inline bool plan_is_tree(enum plan_kind kind)
{
	return kind >= PLAN_PARENT;
}

#define WALK_FRESH (UINT32_MAX - 1) /* no event, trace or session */

/* Of PLAN_ASKED, beside the words of is: */
#define ASKED_NOTE IS_WORDS
#define ASKED_YES  (IS_WORDS + 1) /* a server's word is yes */
#define ASKED_LOOK (IS_WORDS + 2) /* there is none */

struct plan_part;
struct plan {
	enum plan_kind kind;
	enum filtered_of of;
	bool record; /* all of it is of the record: workers judge it as one */
	struct plan *first, *next, *made;
	const struct filter_node *node;
	struct verdicts v;
	uint32_t version; /* another whenever v is */
	uint32_t flips;   /* another whenever something that was known is not so any more */
	struct plan_part *in, *looks; /* the part it is in, and the one it looks at */
	struct record_test test;
	struct ranges ranges;
	enum field_is asked; /* IS_WORDS and what follows: see ASKED_NOTE */
	/* Of PLAN_OWN, but for ids, which are in the table of its test. */
	uint32_t n_tests;
	struct text_test *tests;
	/* Of PLAN_PROPERTY, and of PLAN_TEXT. */
	struct property_term *property;
	struct text_term *text;
	struct like_term *like; /* of PLAN_LIKE */
	/* Where an update stands, and what it has seen. */
	uint32_t at, item, walking, low, open;
	uint32_t seen_model, seen_version, seen_flips;
	bool busy;
	/* By trace or session. */
	uint32_t *final; /* as of which version all is known (see rows and trees); 0: not */
	uint32_t n_final;
	uint32_t *lows, *opens; /* of PLAN_COUNT */
};

struct plan_part {
	enum filtered_of of;
	struct plan *top;
	struct plan *user; /* the node that looks at it; NULL: the whole filter */
	struct bits want;  /* items that matter and are not known */
	bool costly;       /* it or what it looks at has texts or trees */
	uint32_t at, item;
	bool wanted;
};

enum stage {
	STAGE_IDLE,
	STAGE_LOST,    /* which events lost against duplicates */
	STAGE_KNOWN,   /* tables, ids, thresholds */
	STAGE_RECORDS, /* what the record says */
	STAGE_COMBINE,
	STAGE_WANT,
	STAGE_TREES,
	STAGE_TEXTS,
	STAGE_RESULT,
};

struct sweep;
struct tree_walk;
struct filtered {
	const struct filter *filter;
	enum filtered_of of;
	struct filtered_context with;
	struct model *model;
	const struct events *events;
	struct arena arena;
	struct plan *made;   /* all nodes */
	struct plan **order; /* that have verdicts, below before above */
	uint32_t n_order, cap_order;
	struct plan_part **parts; /* above before below */
	uint32_t n_parts, cap_parts;
	bool has_records, has_trees, has_texts;
	struct slice *slice; /* of the step that is being done */
	/* The round. */
	enum stage stage;
	uint32_t index; /* of what the stage goes through */
	uint32_t n[FILTERED_DOMAINS];
	uint32_t model_version;
	uint32_t n_origins;
	bool again; /* something came that the round may not have seen */
	bool moved; /* a tree told something new */
	struct bits lost;
	uint32_t lost_at;
	uint64_t duplicates;
	uint32_t n_records; /* events whose records were judged */
	struct sweep *sweep;
	struct table *tables;
	struct slow *slow; /* NULL: nobody asks */
	struct tree_walk *trees;
	struct buf scratch;
	/* What comes of it. */
	struct bits result;
	uint32_t count, version, unknown, first_change;
	uint32_t changed[64]; /* by version: the lowest number of which the answer changed */
	bool done;
	bool judged; /* see filtered_judged */
	uint32_t failed;
	struct errinfo failure;
};

void filtered_set(struct plan *p, uint32_t at, enum verdict verdict);
void filtered_changed(void *d); /* to be called by jobs on the loop's thread */

/* Room for verdicts of a trace or session. */
void filtered_reach_rows(struct plan *p, uint32_t count);
/* filtered_plan.c. ERR_USAGE */
enum err filtered_compile(struct filtered *d, struct errinfo *e) MUST_USE;

/* filtered_known.c: true: done. */
bool known_step(struct filtered *d, struct slice *slice);
void known_fini(struct filtered *d);
/* There are other names of sources: a value that has become one means that source alone. There are few of them. */
void known_name_sources(struct filtered *d);

/* filtered_record.c */
void record_judge(const struct plan *p, const struct block *b, const uint64_t *among,
                  uint64_t *out);
/* filtered_sweep.c: true: no job runs, and records up to n are judged. */
bool sweep_step(struct filtered *d, struct slice *slice);
void sweep_free(struct filtered *d);

/* filtered_rows.c, filtered_own.c, filtered_trees.c, filtered_leaf.c: true: done. */
bool rows_update(struct filtered *d, struct plan *p, struct slice *slice);
bool own_update(struct filtered *d, struct plan *p, struct slice *slice);
bool rows_spread(struct filtered *d, struct plan_part *part, struct slice *slice);
bool own_holds(struct filtered *d, struct plan *p, uint32_t at);
bool trees_update(struct filtered *d, struct plan *p, struct slice *slice);
/* What was told of traces that have changed is not known any more. */
bool trees_forget(struct filtered *d, struct plan *p, struct slice *slice);
void trees_drop(struct filtered *d);
enum err property_term_new(struct filtered *d, struct plan *p, struct errinfo *e) MUST_USE;
bool property_update(struct filtered *d, struct plan *p, struct slice *slice);
bool property_has_more(const struct filtered *d, const struct plan *p);
void property_progress_of(const struct plan *p, uint64_t *done, uint64_t *bytes);
uint32_t property_term_failed(const struct plan *p, struct errinfo *e); /* events */
void property_term_free(struct plan *p);
enum err text_term_new(struct filtered *d, struct plan *p, const struct text_wanted *wanted,
                       struct errinfo *e) MUST_USE;
bool text_update(struct filtered *d, struct plan *p, struct slice *slice);
bool text_ask(struct filtered *d, struct plan *p); /* true: a search goes on */
void text_progress(const struct plan *p, uint64_t *done, uint64_t *bytes);
bool text_has_more(const struct plan *p); /* an update would bring something */
void text_term_free(struct plan *p);
/* filtered_like.c */
enum err like_term_new(struct filtered *d, struct plan *p, struct errinfo *e) MUST_USE;
bool like_update(struct filtered *d, struct plan *p, struct slice *slice);
bool like_has_more(const struct filtered *d, const struct plan *p);
uint32_t like_term_failed(const struct filtered *d, struct errinfo *e); /* events */
void like_term_free(struct plan *p);
bool asked_update(struct filtered *d, struct plan *p, struct slice *slice);
bool slow_update(struct filtered *d, struct plan *p, struct slice *slice);

#endif
