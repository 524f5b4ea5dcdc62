/* UUIDs as they stand in events. */
#ifndef COLLECT_UUID_H
#define COLLECT_UUID_H

#include "base/buf.h"

#define UUID_BYTES 16

/* With dashes in their places, or 32 digits; either case. */
bool uuid_parse(struct str text, uint8_t out[UUID_BYTES]);
/* A new one, version 7: now (microseconds) and randomness. Any thread. */
void uuid_make(int64_t now, uint8_t out[UUID_BYTES]);
/* Lower case, with dashes. */
void uuid_append(struct buf *out, const uint8_t uuid[UUID_BYTES]);

#endif
