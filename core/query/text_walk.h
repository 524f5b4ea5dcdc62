/* Walks through the raw JSON of an event and tells what a byte stands in, without a tree, as far as that is plain. Any
 * thread. */
#ifndef QUERY_TEXT_WALK_H
#define QUERY_TEXT_WALK_H

#include "base/find_bytes.h"

enum text_stands {
	TEXT_STANDS_UNKNOWN, /* elsewhere: only a tree, and messages_read, can tell */
	TEXT_STANDS_NOWHERE, /* in none of the event's texts and names */
	TEXT_STANDS_NAME,    /* in one of its names or ids */
	TEXT_STANDS_INPUT,   /* in a text of a message, which becomes a part as it stands */
	TEXT_STANDS_OUTPUT,
};

#define TEXT_WALK_DEPTH 12

struct text_walk {
	/* private */
	struct str json;
	size_t at;
	size_t start, end; /* the string that was passed last, without its quotes */
	bool is_name;      /* it is a member's */
	bool lost, output;
	unsigned depth;
	struct text_walk_level {
		uint8_t step;  /* what leads to it */
		uint8_t value; /* and to the value of its last name */
		bool object, name_next;
	} levels[TEXT_WALK_DEPTH];
	/* Of input and output: the name of what is read before the state, and whether it is there. */
	struct find_bytes messages[2];
	uint8_t messages_known[2];
};

/* Once; then text_walk_begin for each event. */
void text_walk_init(struct text_walk *w);
/* json: an object, borrowed. Of a member that is there twice, both count. */
void text_walk_begin(struct text_walk *w, struct str json);
/* What the byte stands in; byte never falls from call to call. Unless that is unknown, *text gets the string around it: raw,
 * without quotes. */
enum text_stands text_walk_to(struct text_walk *w, size_t byte, struct str *text);

#endif
