/* Private to tui/view/replay*.c: a call that is to be sent again, and its answer. */
#ifndef VIEW_REPLAY_INTERNAL_H
#define VIEW_REPLAY_INTERNAL_H

#include "draw/measures.h"
#include "explorer_replay.h"
#include "view/view.h"
#include "widget/reader.h"

struct replay_view {
	struct view view;
	uint32_t event;
	const struct prepared *prepared;
	struct replay_address address; /* empty if the request can go nowhere: see error */
	struct errinfo error;
	struct buf body; /* what is sent: the request's, or edited */
	bool settled;    /* where it would go */
	struct http *http;
	struct replay *replay;           /* NULL: not sent yet */
	const struct compared *compared; /* original and answer; NULL until it has come */
	struct buf line;                 /* the answer as an event */
	struct reader request, before, after;
	bool request_laid, before_laid, after_laid;
	size_t laid; /* bytes of the answer that are laid out while it comes */
	bool after_focused;
};

bool replay_view_is_coming(const struct replay_view *r);
void replay_view_draw(struct view *v, struct surface *s, struct area a);
/* What the original took, and the answer as far as it has come. */
void replay_view_measure(const struct replay_view *r, struct measures *before,
                         struct measures *after);

#endif
