/* Private to message/: documents that stand in strings. */
#ifndef MESSAGE_DECODE_H
#define MESSAGE_DECODE_H

#include "message/place.h"

struct decoded {
	struct buf text;
	struct json_tree tree;
	struct buf rest; /* of a document that was cut off: what could not be read */
	bool cut;
};

/* The list or object that a string holds, also in a string in it: JSON, as much of it as is there
 * if it was cut off, or what Python prints of such. NULL if it holds none. Any thread. */
struct decoded *decoded_new(struct place at);
void decoded_free(struct decoded *d); /* NULL is allowed */

#endif
