/* Private to the live screen: its rows, which live_rows.c keeps. */
#ifndef VIEW_LIVE_H
#define VIEW_LIVE_H

#include "view/view_filter.h"
#include "widget/detail.h"
#include "widget/list.h"
#include "widget/search.h"
#include "widget/waterfall.h"

#define LIVE_NO_LOG UINT32_MAX

/* A trace, or lines of a log that came one after the other. */
struct live_block {
	struct waterfall waterfall; /* not used by a log */
	uint32_t log, logs;         /* a log's first line and how many; logs == 0: a trace */
	uint64_t first;             /* number of its first row */
	bool left_out;              /* by the filter: it has no rows */
};

struct live_view {
	struct view view;
	struct live_block *blocks; /* by arrival */
	uint32_t n_blocks, cap_blocks;
	uint32_t next_trace, next_log; /* the first that stand in no block yet */
	uint32_t next_event;           /* the first that was not looked at for a dropped trace */
	struct list list;              /* over the rows of all blocks */
	uint64_t waiting;              /* rows that came below the cursor and were not looked at */
	uint32_t version, n_logs;      /* of the model and the log that the blocks show */
	int64_t refresh_after;
	int64_t unfinished;   /* microseconds until a large tree wants its next slice, or 0 */
	struct search search; /* over the rows */
	struct buf needle;    /* what it looks for; empty: an error */
	struct view_filter filter;
	struct buf refused; /* the world's filter, which cannot be used here: */
	struct errinfo filter_error;
	uint32_t filter_version; /* that rows were numbered by */
	bool filter_renewed;     /* it is another one since */
	uint32_t stood; /* the hit that its rows stand still at, an event; EVENT_NONE: they go on */
	bool going;     /* to it: its row is not there yet */
	bool rowless;   /* it has none: the filter leaves its trace out, or it is in no trace */
	uint64_t stood_at; /* what had arrived then, as live_arrived counts */
	struct detail_pane detail;
	bool detail_focused, zoomed, detail_visible;
};

struct live_place {
	uint32_t trace,
		event; /* MODEL_NONE: a log line, or nowhere; EVENT_NONE: the trace's own row */
	uint32_t log;  /* LIVE_NO_LOG: no log line */
};

struct model *live_model(struct live_view *l);
/* The block of a row; NULL if there is none at all. */
struct live_block *live_block_at(const struct live_view *l, uint64_t row);
struct live_place live_place_at(const struct live_view *l, uint64_t row);
uint64_t live_row_of(struct live_view *l, struct live_place p); /* UINT64_MAX: not shown */
uint64_t live_block_rows(const struct live_block *b);
/* Numbers the rows of the trees as they stand: gives how many there are. */
uint64_t live_number_rows(struct live_view *l);
/* Takes in what came (unless follow is false: then trees that were begun are finished) and brings the trees up to date; the cursor stays on what it was on, or on the last row if it was there. */
void live_rebuild(struct live_view *l, bool follow);
/* The same after the filter has let others through. */
void live_refilter(struct live_view *l);
/* What is there now, and a trace (MODEL_NONE: none) that had been dropped or never shown. */
void live_take_in(struct live_view *l, uint32_t trace);
/* On the last row, and it follows from there. */
void live_resume(struct live_view *l);
uint64_t live_arrived(const struct live_view *l); /* events and log lines */
void live_rows_free(struct live_view *l);

void live_filter_follow(struct live_view *l); /* the world's */
bool live_filter_step(struct live_view *l);   /* a slice of it; true: others pass than before */
bool live_passes(const struct live_view *l, const struct live_block *b);
bool live_passed(struct view *v, struct buf *out, struct errinfo *e); /* of its class */
/* "f: is:error  3 of 40 traces"; nothing without a filter. */
void live_filter_head(const struct live_view *l, struct buf *out);

/* Before the rows are brought up to date: goes to what the breakpoint hit, or on from there. */
void live_break_follow(struct live_view *l);
bool live_break_act(struct live_view *l, enum action action);
/* "  break: is:error"; nothing if nothing is waited for. */
void live_break_head(const struct live_view *l, struct buf *out);
/* "Space goes on  2 more hits  +12 new  ", and true, while it stands still. */
bool live_break_status(const struct live_view *l, struct buf *out);
/* At the top of a, while it stands still: what hit; whole: what it was asked for and the next keys, too. Gives what is left. */
struct area live_break_draw(struct live_view *l, struct surface *s, struct area a, bool whole);

#endif
