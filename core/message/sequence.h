/* What two lists have in common, in order: the ground of every comparison. */
#ifndef MESSAGE_SEQUENCE_H
#define MESSAGE_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Sets in_a[i], in_b[j] (both all false before) for a subsequence that both have: as many are set in one as in the other, and
 * the k-th of both are equal. It is the longest one unless the lists are large and differ in very many places; time is
 * at most the sum of their lengths times a constant. Numbers are taken as equal things. Any thread. */
void sequence_common(const uint64_t *a, uint32_t n, const uint64_t *b, uint32_t m, bool *in_a,
                     bool *in_b);

#endif
