/* Private to the screen of a session: what session_tabs.c, session.c and session_lay.c share. */
#ifndef VIEW_SESSION_H
#define VIEW_SESSION_H

#include "base/bits.h"
#include "explorer_session.h"
#include "view/view.h"
#include "widget/reader.h"

/* A place in the conversation that outlives what is laid out of it: a piece of a turn, counted from its head line. */
struct session_place {
	uint32_t turn, piece, line, row;
};

/* A fold that is not as it is of itself. */
struct session_fold {
	uint32_t turn, piece;
	bool open;
};

enum session_folds { SESSION_FOLDS_OWN, SESSION_FOLDS_OPEN, SESSION_FOLDS_CLOSED };

struct session_view {
	struct view view;
	uint32_t session;
	struct session_chat *chat;
	struct reader reader;            /* of some turns: */
	uint32_t first, end;             /* these */
	uint32_t *heads;                 /* the piece that each begins with, and behind the last */
	uint32_t laid;                   /* version of the chat that they are of; 0: none are */
	struct session_place top;        /* first row seen */
	uint32_t current, current_piece; /* of a turn: where the cursor is */
	struct bits open;                /* pieces that are open by themselves */
	struct session_fold *folds;
	size_t n_folds, cap_folds;
	enum session_folds all; /* of the others */
	bool as_sent;
	bool at_end;   /* it stays there, whatever comes */
	int height;    /* of the last drawing */
	int direction; /* of a search in all of the session */
};

/* Its conversation as a view without a title of its own; freed by its class. */
struct view *session_conversation_new(struct world *w, uint32_t session);

/* The pieces of turns [first, end). The cursor and the first row seen stay on what they were on. */
void session_lay(struct session_view *s);
/* Takes over where the reader is, and what was folded and unfolded in it. */
void session_remember(struct session_view *s);
void session_forget_folds(struct session_view *s, enum session_folds all);
uint32_t session_turn_of(const struct session_view *s, uint32_t piece);

#endif
