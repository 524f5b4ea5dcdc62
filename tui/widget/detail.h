/* What a pane shows of one event: a header of facts, then by tab the conversation, one side of it, the tools, the JSON, the
 * properties, what it costs, or the raw line. */
#ifndef WIDGET_DETAIL_H
#define WIDGET_DETAIL_H

#include "explorer.h"
#include "explorer_miss.h"
#include "model/calls.h"
#include "widget/json_view.h"
#include "widget/reader.h"

enum detail_tab {
	DETAIL_CHAT,  /* messages with their roles, input then output; states of spans */
	DETAIL_IN,    /* what went in, all of it as it was sent */
	DETAIL_OUT,   /* what came out */
	DETAIL_TOOLS, /* what was offered, and how often it was called */
	DETAIL_JSON,  /* the event as a tree that folds */
	DETAIL_PROPERTIES,
	DETAIL_COST, /* the sum of a call line by line; of a trace or span its calls' */
	DETAIL_RAW,  /* the event's line as it stands in the journal */
	DETAIL_TABS,
};

/* What of a conversation is shown at once; the rest stands in groups that unfold. */
enum chat_preset {
	CHAT_LAST_TURN, /* from the last user message on, the output, and whatever failed */
	CHAT_ALL,
	CHAT_USER_AND_ANSWER, /* what users said, and the output's texts */
	CHAT_PRESETS,
};

/* What the calls of a trace or span cost together. */
struct detail_sum {
	struct calls_build *build; /* NULL: none is under way */
	struct calls calls;
	uint32_t begun,
		version; /* of the trace, when the build began, and when the calls were counted */
	uint32_t first;  /* piece of the dearest */
	bool known;
};

struct detail_pane {
	uint32_t event; /* EVENT_NONE: the trace below */
	uint32_t
		trace; /* MODEL_NONE: none; shown when event is EVENT_NONE: its totals, scores, feedback */
	enum detail_tab tab;
	enum chat_preset preset;
	bool as_sent;         /* the conversation's texts are neither rendered nor laid out */
	bool gutter;          /* each message's share of the input's cost stands before it */
	struct reader reader; /* every tab's but the JSON */
	struct json_view json;
	enum detail_state shown; /* state that the text was made from */
	/* private */
	struct explorer *explorer;    /* that the payload is held in */
	const struct detail *payload; /* held while it is shown: its texts are borrowed */
	struct detail_sum sum;
	uint32_t trace_version;
	uint32_t facts; /* pieces of the text before those of the payload */
	/* When the conversation was laid out: the call before was known, which counts of the session stood there. */
	bool previous_known;
	uint32_t repeats;
	struct cache_miss miss;
	enum miss_state miss_shown;
	bool stale;
};

void detail_pane_init(struct detail_pane *d);
void detail_pane_fini(struct detail_pane *d); /* before the explorer goes */
/* What to show; the position is kept if it is the same thing. */
void detail_pane_event(struct detail_pane *d, uint32_t event);
void detail_pane_trace(struct detail_pane *d, uint32_t trace);
/* Brings the text up to date (asks the explorer for the payload), then draws tabs and text. focused: the tab line is marked. */
void detail_pane_draw(struct detail_pane *d, struct explorer *x, struct surface *s, struct area a,
                      bool focused);
/* NEXT_TAB PREVIOUS_TAB; of the conversation PRESET AS_SENT SHARES LAST_USER OUTPUT; else as what the tab shows it in. */
bool detail_pane_act(struct detail_pane *d, enum action action, int argument);
void detail_pane_turn(struct detail_pane *d, enum detail_tab tab);
/* The call that the cursor is on, where the tab lists the dearest; EVENT_NONE. */
uint32_t detail_pane_call(const struct detail_pane *d);
bool detail_pane_is_tree(const struct detail_pane *d); /* its JSON is what is shown */
/* As the reader's: reader_find, reader_busy, reader_go. */
bool detail_pane_find(struct detail_pane *d, struct str typed, int direction);
bool detail_pane_busy(const struct detail_pane *d);
void detail_pane_go(struct detail_pane *d, uint64_t number, bool percent);
/* "3 lines found (n N)  44%", and where the cursor is if there is one. */
void detail_pane_status(struct detail_pane *d, struct buf *out);
/* For the head line: how the text is shown, "last turn  as sent  "; nothing where it is as usual. */
void detail_pane_mode(const struct detail_pane *d, struct buf *out);
/* What was looked for is none: why, else empty. */
struct str detail_pane_find_error(const struct detail_pane *d);
/* For the clipboard: text as it was sent, neither cut nor clean, appended to out. DETAIL_LOADING: it is being read, ask again
 * when the explorer says that something has changed; DETAIL_FAILED: out has the reason (clean it).
 * exchange: the last user text and what was answered, with the error if there is one; of an event that is no call its output,
 * else its input. tab: what the tab is about, the conversation, the properties as JSON, the line. */
enum detail_state detail_copy_exchange(struct explorer *x, uint32_t event, struct buf *out);
enum detail_state detail_copy_tab(const struct detail_pane *d, struct explorer *x, struct buf *out);

/* Parts [from, end) of a conversation as its tab shows them, for other readers. The pieces borrow their texts. */
struct parts_how {
	uint32_t group; /* as struct reader_piece has it */
	bool as_sent, open;
};
void detail_add_parts(struct reader *r, const struct messages *m, uint32_t from, uint32_t end,
                      struct parts_how how);

#endif
