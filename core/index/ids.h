/* Ids as small numbers. A canonical UUID is its 16 bytes; 16 lower-case hex digits and texts of up to 15 bytes are packed into 16
 * bytes too; only longer texts are hashed (128 bits, seeded) and their text kept. Two ids are the same if and only if
 * their texts are the same bytes (a 126-bit collision aside). Number 0 is "absent" (the empty text). */
#ifndef INDEX_IDS_H
#define INDEX_IDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"

struct id {
	uint8_t bytes[16];
};

struct ids {
	struct id *list; /* [0] is the absent one */
	uint32_t n, cap;
	struct hash_index index;
	struct id_text *texts; /* of hashed ids, by rising number */
	uint32_t n_texts, cap_texts;
	struct arena arena;
};

void ids_init(struct ids *t);
void ids_fini(struct ids *t);
void ids_clear(struct ids *t);                    /* empty again, memory kept */
uint32_t ids_add(struct ids *t, struct str text); /* finds or adds */
uint32_t ids_add_from(struct ids *t, const struct ids *from,
                      uint32_t number);                  /* the same id in another table */
uint32_t ids_find(const struct ids *t, struct str text); /* 0 if it is not there */
bool ids_is_uuid(const struct ids *t, uint32_t number);  /* a canonical one */
void ids_text(const struct ids *t, uint32_t number, struct buf *out); /* appends the text as sent */
/* By the bytes of their texts; absent last. */
int ids_compare(const struct ids *t, uint32_t a, uint32_t b);
size_t ids_bytes(const struct ids *t); /* memory held */

#endif
