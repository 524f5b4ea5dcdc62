/* What detail_chat.c and the files of its pieces share. Nobody else includes it. */
#ifndef WIDGET_DETAIL_CHAT_H
#define WIDGET_DETAIL_CHAT_H

#include "message/fingerprint.h"
#include "message/shares.h"
#include "widget/detail_internal.h"

/* What stands before the messages where that is wanted. */
struct chat_gutter {
	struct shares shares;
	struct fingerprints prints;    /* of the messages of a generation */
	const struct repeats *repeats; /* NULL: not known yet */
	uint32_t part, number;         /* a part, and which message of the input it is of */
	bool shown, counts;            /* counts: calls of the session are counted */
};

struct chat {
	struct reader *r;
	const struct detail *d;
	const struct events *events;
	const struct previous *previous; /* NULL: none, or not known */
	enum chat_preset preset;
	bool as_sent;
	struct chat_gutter gutter;
	bool states;        /* a span's input and output: said by nobody */
	uint32_t last_user; /* message; UINT32_MAX: none */
	uint32_t shared;    /* parts from the first that the call before had, too */
	uint32_t group;     /* that pieces are added to, as struct reader_piece has it */
	uint32_t message;   /* of the part before; UINT32_MAX: none */
	struct str label;   /* of the part before */
	struct buf text;
};

/* What the input costs, as a title of the gutter; after it the gutter is shown. chat_gutter_end frees what it took. */
void chat_gutter_begin(struct chat *c, struct explorer *x);
void chat_gutter_end(struct chat *c);
/* For the reader's piece of what begins at a part of the input: of parts up to end, and, if they are one message, how often
 * that was sent; of the tools. Empty where there is no gutter. */
struct str chat_gutter_message(struct chat *c, uint32_t at, uint32_t end);
struct str chat_gutter_group(struct chat *c, uint32_t at, uint32_t end);
struct str chat_gutter_tools(struct chat *c);
/* From a part on, those that are shown or hidden with it: of its message, or of its kind. */
uint32_t chat_run_end(const struct chat *c, uint32_t at);

/* A part as a piece or two. */
void chat_say(struct chat *c, const struct part *p);
/* Stop reason, speed and cache: a line, if any is known. */
void chat_say_end(struct chat *c);
/* $ai_error as what it is, if there is one. */
void chat_say_error(struct chat *c);

#endif
