/* What detail_chat.c and the files of its pieces share. Nobody else includes it. */
#ifndef WIDGET_DETAIL_CHAT_H
#define WIDGET_DETAIL_CHAT_H

#include "widget/detail_internal.h"

struct chat {
	struct reader *r;
	const struct detail *d;
	const struct events *events;
	const struct previous *previous; /* NULL: none, or not known */
	enum chat_preset preset;
	bool as_sent;
	bool states;        /* a span's input and output: said by nobody */
	uint32_t last_user; /* message; UINT32_MAX: none */
	uint32_t shared;    /* parts from the first that the call before had, too */
	uint32_t group;     /* that pieces are added to, as struct reader_piece has it */
	uint32_t message;   /* of the part before; UINT32_MAX: none */
	struct str label;   /* of the part before */
	struct buf text;
};

/* A part as a piece or two. */
void chat_say(struct chat *c, const struct part *p);
/* Stop reason, speed and cache: a line, if any is known. */
void chat_say_end(struct chat *c);
/* $ai_error as what it is, if there is one. */
void chat_say_error(struct chat *c);

#endif
