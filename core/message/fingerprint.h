/* A number for every message of a call's input, so that two calls can be compared without their texts. */
#ifndef MESSAGE_FINGERPRINT_H
#define MESSAGE_FINGERPRINT_H

#include "message/message.h"

struct fingerprints {
	uint64_t *list; /* a message each, in their order */
	uint64_t *ends; /* bytes of all texts up to the end of that message */
	uint32_t n;
};

/* Of role, types, texts, names, ids, arguments and results, as messages_read made them: what providers and SDKs add
 * around them (cache_control, times) is not in it. Seeded: good within this process. Any thread. */
void fingerprints_read(struct fingerprints *f, const struct messages *m);
void fingerprints_free(struct fingerprints *f);
/* Messages from the first one on that both have. */
uint32_t fingerprints_shared(const struct fingerprints *a, const struct fingerprints *b);

/* What a part adds to the fingerprint of its message, which is 0 before the first one. */
uint64_t fingerprint_part(uint64_t before, const struct part *p);

#endif
