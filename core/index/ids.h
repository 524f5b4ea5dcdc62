/* Ids as small numbers. Two ids are the same if and only if their texts are the same bytes (a 126-bit collision aside; see
 * id.h). Number 0 is "absent" (the empty text). Numbers rise in the order of adding. */
#ifndef INDEX_IDS_H
#define INDEX_IDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/chunks.h"
#include "base/hash.h"
#include "index/ids_index.h"

struct ids {
	struct chunks chunks; /* number 0 is the absent one */
	uint32_t n;
	struct ids_index index;
	struct hash_pair_seed seed;
	uint32_t *recent;      /* of a loose table, instead of the index */
	struct id_text *texts; /* of hashed ids, by rising number */
	uint32_t n_texts, cap_texts;
	struct arena arena;
};

void ids_init(struct ids *t);
/* A loose table, for what is merged into another: it knows only the ids that it met lately, so that one id may have several
 * numbers, and finds none. */
void ids_init_loose(struct ids *t);
void ids_fini(struct ids *t);
void ids_clear(struct ids *t);                    /* empty again; some memory is kept */
uint32_t ids_add(struct ids *t, struct str text); /* finds or adds */
/* The same, and says whether it is a canonical UUID or 16 lower-case hex digits. */
uint32_t ids_add_sent(struct ids *t, struct str text, bool *digits);
/* As ids_add, for one that is hardly ever there already: a loose table does not look for it. */
uint32_t ids_append(struct ids *t, struct str text);
/* Finds or adds n ids of another table, from number first on; out is for their numbers in t. */
void ids_add_from(struct ids *t, const struct ids *from, uint32_t first, uint32_t n, uint32_t *out);
/* The ids from number first on came with `done` bytes, and `left` bytes are to come: with as many ids, as far as is known, so
 * that room for them is made in fewer and larger steps. */
void ids_expect(struct ids *t, uint32_t first, uint64_t done, uint64_t left);
uint32_t ids_find(const struct ids *t, struct str text);              /* 0 if it is not there */
void ids_text(const struct ids *t, uint32_t number, struct buf *out); /* appends the text as sent */
/* By the bytes of their texts; absent last. */
int ids_compare(const struct ids *t, uint32_t a, uint32_t b);
size_t ids_bytes(const struct ids *t); /* memory held */

#endif
