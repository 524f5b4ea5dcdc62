/* What every screen of the program is: a class of functions and what screens share. A view never includes another view; what it
 * wants of the program it leaves as a wish. Loop thread only. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "collect/replay.h"
#include "draw/surface.h"
#include "explorer.h"
#include "model/bookmarks.h"
#include "query/terms.h"
#include "view/view_choices.h"
#include "view/view_marks.h"
#include "widget/action.h"
#include "widget/undo.h"

/* What of a thing is copied. The thing is what the cursor is on, or what the pane shows that has the focus. */
enum copy_what {
	COPY_NOTHING,
	/* The text of the thing, as it was sent and whole. Of a call its last user text and what was answered, with the
	 * error if there is one; of a span its output; of a trace the same of its latest call that was answered; of
	 * a session, user or model, and of what has no text, its values; of text on the screen that text. */
	COPY_SMART,
	COPY_ID,
	COPY_TRANSCRIPT, /* the conversation as plain text; of a trace or session what is sent again once */
	COPY_MARKDOWN, /* the same */
	COPY_JSON, /* the event as it was sent; of a trace or session all of them, a line each */
	COPY_ARGUMENTS, /* of the tools that it calls */
	COPY_RESULT,    /* of tools, the last */
	COPY_SYSTEM,    /* the system prompt */
	COPY_CURL,      /* a command that repeats the request */
	COPY_LINK,      /* where PostHog shows it */
	COPY_HOGQL,     /* what PostHog was asked, in HogQL */
	COPY_COMMAND,   /* the command line that prints what is shown; never asked of a view */
	COPY_FILTER,    /* the filter that lets this thing alone through; never asked of a view */
	COPY_VALUE,     /* of JSON: what the cursor is on */
	COPY_KEY,
	COPY_PATH,  /* where it stands */
	COPY_JQ,    /* the same as a filter of jq */
	COPY_TABLE, /* the rows of a result as CSV */
	COPY_SHOWN, /* for an editor: what the pane shows that has the focus, else the transcript */
	COPY_OFFERED, /* nothing: world.offered says of which kinds there are any here */
};

enum wish_kind {
	WISH_NONE,
	WISH_TRACE,   /* open a trace; event: the node to stand on, or EVENT_NONE */
	WISH_EVENT,   /* open one event full screen */
	WISH_COST,    /* the same, with what it costs */
	WISH_SESSION, /* a session as one conversation */
	WISH_TURNS,   /* the same, on the tab of its traces */
	WISH_USER,  /* the generations of a user (number: id; 0: those without a person profile) */
	WISH_MODEL, /* the generations of a model (number: of the pair) */
	WISH_TOOL,  /* the spans of a tool (number: of its name) */
	WISH_GROUP, /* the generations in a group (its number) */
	WISH_ERROR, /* the events with an error (its number) */
	WISH_DIFF, /* what changed from call `number` (EVENT_NONE: the one before it) to call `event` */
	WISH_COMPARE, /* trace `event` beside trace `number` */
	WISH_REPLAY,  /* the request of call `event`, to be sent again */
	WISH_DIFF_ANSWER, /* what changed from call `event` to world.text, an event that stands in no source */
	WISH_EDIT,  /* world.text in the editor: what it leaves goes to the view's `edited` */
	WISH_ID,    /* opens what world.term, an id, is of, as :open does */
	WISH_HOGQL, /* asks for a query in HogQL: the line begins with world.term */
	WISH_NOTE,  /* asks for the note of a bookmark: see struct noted */
	WISH_KEEP,  /* adds world.term to the filter */
	WISH_ROWS, /* the same, and the rows of a kind (number: enum rows_kind); the term may be empty */
	WISH_BY,       /* asks what figures are split by: the answer goes to the view's `typed` */
	WISH_QUESTION, /* asks world.question: the answer goes to the view's `typed` */
	WISH_CLOSE,    /* back to the view before */
};

struct wish {
	enum wish_kind kind;
	uint32_t number; /* of the trace, session, id, pair */
	uint32_t event;
};

/* The capture endpoint, as far as a screen shows it. */
struct intake {
	char name[48];   /* what the head line begins with: "local:8765" */
	char url[96];    /* where to send events; empty while another process has the journal */
	uint32_t origin; /* that its journal is */
	bool exposed;    /* other machines can reach it */
	struct errinfo failing;         /* why the journal cannot be written now; ERR_OK: it can */
	char forward[80];               /* "forward 12 waiting"; empty: nothing is forwarded */
	struct errinfo forward_trouble; /* ERR_OK: none */
};

/* What is to be bookmarked, and the note that it has. */
struct noted {
	enum bookmark_of of;
	struct buf id, name, note;
};

/* What a view asks for in the last row; all static, of printable ASCII. See prompt_ask. */
struct question {
	char mark;
	const char *label, *hint;
};

/* What views share with the program. */
struct world {
	struct explorer *explorer;
	const char *source;          /* the source as a person wrote it; clean before showing */
	const struct intake *intake; /* NULL: nothing is taken in */
	struct marks marks;
	struct slow *slow;           /* see view_slow; NULL until it is first asked for */
	struct breaks *breaks;       /* view/view_breaks.h; NULL: nothing is waited for */
	struct bookmarks *bookmarks; /* NULL: none can be set */
	struct noted noted;
	struct choices choices; /* of columns */
	struct question question;
	struct buf text;                       /* of WISH_DIFF_ANSWER and WISH_EDIT */
	const struct replay_settings *replays; /* NULL: nothing is known of any */
	struct buf term; /* of WISH_KEEP, as it is typed into a filter; of WISH_ID and WISH_HOGQL */
	struct wish wish;   /* set by a view, carried out and cleared after the call */
	struct buf message; /* one line for the status; set by a view, shown until the next key */
	/* Of a copy that was asked of a view: what it is if it is no plain "text" ("advice"), static; and that it is
	 * being read: asked again when something has changed. Cleared before the call. */
	const char *copied;
	bool reading;
	uint32_t offered; /* bits 1 << enum copy_what, added to for COPY_OFFERED */
	bool follow;      /* rows may arrive */
	/* What lists let through, of all of them as the range is: every list takes it over with its next draw. typing: it may
	 * be taken back with the next key, so that what held before is kept. */
	struct buf filter;
	bool typing;
	struct undos undos;
	loop_fn *
		redraw; /* something that a view worked out in the background is there; NULL: nobody draws */
	void *redraw_ctx;
	int64_t since, until; /* lists show since <= t < until, microseconds; TIME_NONE: no bound */
	int64_t now;          /* wall clock of this frame, microseconds */
	int64_t opened;       /* when the program was */
};

struct view;
struct view_class {
	const char *title; /* "Traces" */
	void (*free)(struct view *v);
	/* Draws into a; the head and status lines are not in it. */
	void (*draw)(struct view *v, struct surface *s, struct area a);
	/* False if the action is not for it (the program then tries its own). */
	bool (*act)(struct view *v, enum action action, int argument);
	/* Next (1) or previous (-1) place that holds the needle; false if there is none. NULL: nothing to find in. */
	bool (*find)(struct view *v, struct str needle, int direction);
	/* The right part of the head line: what this is and its sums. */
	void (*head)(struct view *v, struct buf *out);
	/* The left part of the status line: position and counts. */
	void (*status)(struct view *v, struct buf *out);
	/* The command line that prints the same, without the source; shell-quoted. Nothing if there is none. */
	void (*command)(struct view *v, struct buf *out);
	/* `:123` and `:50%`: the row, or a hundredth part. NULL: cannot. */
	void (*go)(struct view *v, uint64_t number, bool percent);
	/* Appends what is to be copied. False: there is nothing of that kind here (or not yet: world.reading), or
	 * world.message says why not. NULL: never anything. */
	bool (*copy)(struct view *v, enum copy_what what, struct buf *out);
	/* The answer to WISH_QUESTION and WISH_BY. NULL: never asks. */
	void (*typed)(struct view *v, struct str text);
	/* What the editor left of WISH_EDIT. NULL: never asks. */
	void (*edited)(struct view *v, struct str text);
	/* What a filter can say of what the cursor is on. NULL: nothing. */
	void (*terms)(struct view *v, struct terms *out);
	/* Of a list as last drawn: how many the world's filter lets through ("123 of 4,812 traces"). False: it cannot be used
	 * here, and e says why, pos is a byte of it. NULL: no list. */
	bool (*passed)(struct view *v, struct buf *out, struct errinfo *e);
	/* Takes a step of its own back; NULL: it has none. */
	void (*undo)(struct view *v, const struct undo *step);
};

struct view {
	const struct view_class *class;
	struct world *world;
	const char *title;     /* crumb: the class's, or its own */
	int head_cols;         /* of the head line, that what `head` gives may take */
	int64_t draw_again_us; /* after a draw: wants another one in so many microseconds; 0: no */
#define VIEW_AT_ONCE 1         /* as soon as keys had their turn: work is left that was cut short */
#define VIEW_LOOK    50000     /* until what is worked out in the background is looked at again */
};

/* Each owned by who made it, freed by its class. */
struct view *view_table_new(struct world *w, const struct query *q); /* any kind of rows */
struct view *view_session_new(struct world *w, uint32_t session, bool traces); /* on which tab */
struct view *view_trace_new(struct world *w, uint32_t trace, uint32_t event);
struct view *view_event_new(struct world *w, uint32_t event);
struct view *view_cost_new(struct world *w, uint32_t event); /* of an event what it costs */
struct view *view_diff_new(struct world *w, uint32_t before, uint32_t after);    /* as WISH_DIFF */
struct view *view_compare_new(struct world *w, uint32_t before, uint32_t after); /* two traces */
/* Of WISH_DIFF_ANSWER; answer is copied. */
struct view *view_diff_answer_new(struct world *w, uint32_t event, struct str answer);
struct view *view_replay_new(struct world *w, uint32_t event);
struct view *view_live_new(struct world *w);
struct view *view_stats_new(struct world *w);
/* Asks PostHog, which there has to be. */
struct view *view_hogql_new(struct world *w, struct str query);
/* The next query of such a view; false: it is none. */
bool view_hogql_ask(struct view *v, struct str query);
struct view *view_bookmarks_new(struct world *w);
struct view *view_sources_new(struct world *w);
/* fill writes the text; called again by nobody. */
struct reader;
struct view *view_help_new(struct world *w, void (*fill)(struct reader *r));

/* The two panes of a view: over one another under 120 columns, side by side from there; one only when small or zoomed. */
struct panes {
	struct area first, second; /* rows == 0: not shown */
	bool side_by_side;
};
/* share: percent of the height (stacked) or width (side by side) for the first. */
struct panes view_panes(struct surface *s, struct area a, int stacked_share, int side_share,
                        bool zoomed, bool second_focused);
/* Whether the other pane can be scrolled; where it is not shown a message says why. */
bool view_has_pane(struct world *w, bool visible, bool zoomed);
/* DOWN of PREVIEW_DOWN, UP of PREVIEW_UP, else the action itself. */
enum action view_scrolls(enum action action);
/* waterfall_act; what it folds or unfolds is a step that the view can take back. */
struct waterfall;
bool view_act_on_tree(struct view *v, struct waterfall *w, enum action action, int argument);
/* The world's filter, so that a further term can stand beside it: with an OR outside of parentheses it would be of its last
 * alternative alone. */
void view_append_filter(const struct world *w, struct buf *out);
/* What takes unusually long; made when it is first asked for. */
struct slow *view_slow(struct world *w);
/* DIFF and DIFF_MARK on a call: the wish, or a message. True. */
bool view_diff(struct world *w, enum action action, uint32_t event);
/* DIFF_MARK on a trace, likewise. */
bool view_compare(struct world *w, uint32_t trace);
/* REPLAY on a call: the wish, or a message. True. */
bool view_replay(struct world *w, uint32_t event);
/* BOOKMARK and REMOVE on a trace, session or event (number, or MODEL_NONE) or a user (number of the id, 0 if there is none): the wish,
 * or a message. True. */
bool view_bookmark(struct world *w, enum action action, enum bookmark_of of, uint32_t number);
/* As it was before; with a message. */
void view_undo_bookmark(struct world *w, const struct undo *step);
/* What was typed for WISH_NOTE. */
void view_bookmark_note(struct world *w, struct str note);
/* The parts of it: asks for another note; removes it, with a message (NULL: there is none). */
void view_ask_note(struct world *w, const struct bookmark *b);
void view_unbookmark(struct world *w, const struct bookmark *b);
/* NULL: it has none. Good until one is set or removed. */
const struct bookmark *view_bookmarked(struct world *w, enum bookmark_of of, uint32_t number);
/* "  bookmarked: its note", if it has one. */
void view_bookmark_status(struct world *w, enum bookmark_of of, uint32_t number, struct buf *out);
/* Text in width columns; where it is cut the mark for that stands. */
void view_put_clipped(struct surface *s, struct area a, int row, int col, int width, enum role role,
                      struct str text);
/* A turn of a session: "  #3  support_agent  9 gen  $0.18  12.4s  ! refund_tool 500". failed: what did, if it is known. */
void view_turn(const struct model *m, uint32_t trace, uint32_t number, struct str failed,
               struct buf *out);
/* How long ago PostHog was asked for it: "fetched 3m00 ago". */
void view_age(const struct world *w, int64_t fetched, struct buf *out);
/* Events can come and none has. */
bool view_is_waiting(const struct world *w);
/* How to send events here, for while there are none. */
void view_welcome_draw(struct surface *s, struct area a, const struct intake *intake);
/* The same for pasting: a line a command or comment. COPY_ID: the address alone. */
bool view_welcome_copy(struct world *w, enum copy_what what, struct buf *out);
/* What is copied of an event, a trace, a session, and of an id by its number (false if it is absent). */
bool view_copy_event(struct world *w, uint32_t event, enum copy_what what, struct buf *out);
bool view_copy_trace(struct world *w, uint32_t trace, enum copy_what what, struct buf *out);
bool view_copy_session(struct world *w, uint32_t session, enum copy_what what, struct buf *out);
bool view_copy_id(struct world *w, uint32_t id, struct buf *out);
/* Every column of a row that is known, a line each. */
bool view_copy_values(struct world *w, const struct rows *r, uint32_t row, struct buf *out);
/* What stands at the cursor of a pane that shows JSON. False if what is no such kind, or it shows none. */
struct detail_pane;
bool view_copy_value(struct world *w, struct detail_pane *d, enum copy_what what, struct buf *out);
/* What a view's copy gives after one of the detail pane's. */
bool view_copied(struct world *w, enum detail_state state, struct buf *out);
/* An id as head lines have it: whole if short, else its first 8 and last 4 characters. */
void view_short_id(struct buf *out, const struct ids *ids, uint32_t id);
/* The row that `:123` or `:50%` (percent) means, of count rows; count itself where it is beyond. */
uint64_t view_place(uint64_t number, bool percent, uint64_t count);
/* 'text' for a shell if it needs quotes; $'te\170t' (bash, zsh, POSIX of 2024) if the cleaner would change it. */
void view_quote(struct buf *out, struct str text);
/* The same for an id, which must not be taken for an option. */
void view_quote_id(struct buf *out, struct str id);

#endif
