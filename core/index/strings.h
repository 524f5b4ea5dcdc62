/* Interned texts (names, models, providers...). Number 0 is the empty text, which stands for "absent". */
#ifndef INDEX_STRINGS_H
#define INDEX_STRINGS_H

#include "base/arena.h"
#include "base/hash.h"

/* What a text that was added lately is known by: its length, and its first and last eight bytes. */
struct recent_string {
	uint64_t first, last;
	size_t n;
	uint32_t number; /* 0: none */
};
#define RECENT_STRINGS 64u

struct strings {
	struct str *list; /* texts never move; [0] is empty */
	uint32_t n, cap;
	struct hash_index index;
	struct arena arena;
	struct recent_string recent[RECENT_STRINGS];
};

void strings_init(struct strings *t);
void strings_fini(struct strings *t);
void strings_clear(struct strings *t); /* empty again, memory kept */
uint32_t strings_add(struct strings *t, struct str text);
uint32_t strings_find(const struct strings *t, struct str text); /* 0 if it is not there */
struct str strings_get(const struct strings *t, uint32_t number);
size_t strings_bytes(const struct strings *t); /* memory held */

#endif
