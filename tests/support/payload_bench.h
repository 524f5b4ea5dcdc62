/* What tests of bodies share: one bench a test, and what capture_decode should make of a request. */
#ifndef SUPPORT_PAYLOAD_BENCH_H
#define SUPPORT_PAYLOAD_BENCH_H

#include "support/capture_bench.h"

/* An event whose base64 has + and /. */
#define PAYLOAD_EVENT "{\"event\":\"\xC3\xBF>>>>>>?????\",\"distinct_id\":\"u~~\"}"

struct payload_bench {
	struct buf body, spare, query, out, answer;
	struct errinfo e;
};

/* As cmocka's setup and teardown: *state is an empty bench. */
int payload_enter(void **state);
int payload_leave(void **state);

/* The request decodes to that JSON, or is refused with that status and a text that holds the one given. */
void payload_gives(struct payload_bench *b, const struct capture_request *r, struct str expected);
void payload_refused(struct payload_bench *b, const struct capture_request *r, int status,
                     const char *text);
/* The file data/encodings/NAME; out holds nothing else. */
void payload_read(const char *name, struct buf *out);

#endif
