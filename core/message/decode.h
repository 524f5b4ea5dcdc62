/* Private to message/: documents that stand in strings. */
#ifndef MESSAGE_DECODE_H
#define MESSAGE_DECODE_H

#include "message/place.h"

struct decoded {
	struct buf text;
	struct json_tree tree;
};

/* The list or object that a string holds; NULL if it holds none. Any thread. */
struct decoded *decoded_new(struct place at);
void decoded_free(struct decoded *d); /* NULL is allowed */

#endif
