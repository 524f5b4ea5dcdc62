/* One id in 16 bytes. A canonical UUID is its 16 bytes; 16 lower-case hex digits and texts of up to 15 bytes are packed
 * too; only longer texts are hashed (126 bits, seeded), and their text has to be kept elsewhere. Packed ids are good for
 * one run. Private to core/index. */
#ifndef INDEX_ID_H
#define INDEX_ID_H

#include "base/str.h"

struct id {
	uint8_t bytes[16];
};

enum id_form { ID_SHORT = 0x00, ID_HEX = 0x40, ID_UUID = 0x80, ID_HASH = 0xC0 };
#define ID_TAG 8 /* the byte whose two highest bits tell the form */

static inline enum id_form id_form(const struct id *id)
{
	return (enum id_form)(id->bytes[ID_TAG] & 0xC0);
}

void id_pack(struct id *id, struct str text); /* not empty */

#define ID_ROOM 36
/* The text, written into room; not that of ID_HASH, which is gone. */
struct str id_text(const struct id *id, char room[ID_ROOM]);

#endif
