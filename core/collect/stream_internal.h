/* Private to core/collect/stream*.c: the first step that the bytes of a stream take. Bytes in, in any split; bytes out. No
 * descriptors: one thread at a time. */
#ifndef COLLECT_STREAM_INTERNAL_H
#define COLLECT_STREAM_INTERNAL_H

#include "base/buf.h"

#include <stdbool.h>
#include <zlib.h>
#include <zstd.h>

/* Takes bytes; what it gives but ERR_OK ends the stream, with e filled. */
typedef enum err stream_take_fn(void *ctx, struct str bytes, struct errinfo *e);

enum stream_format {
	STREAM_UNDECIDED, /* too few bytes yet */
	STREAM_PLAIN,
	STREAM_GZIP, /* RFC 1952: members one after the other; NULs may follow */
	STREAM_ZSTD, /* RFC 8878: frames one after the other, skippable ones too */
};
#define STREAM_MAGIC_BYTES 4

/* What begins with these bytes; UNDECIDED only for fewer than STREAM_MAGIC_BYTES. */
enum stream_format stream_format_of(struct str beginning);

/* Zero but for take and ctx. */
struct stream_inflate {
	stream_take_fn *take;
	void *ctx;
	enum stream_format format;
	char head[STREAM_MAGIC_BYTES]; /* while it is undecided */
	size_t n_head;
	uint64_t taken; /* bytes of the input: where it stands */
	bool between;   /* no member or frame has begun */
	z_stream z;
	ZSTD_DStream *zstd;
	char *out;
};
/* ERR_PARSE with a reason where the bytes make no sense; what came before has been handed on. */
enum err stream_inflate_feed(struct stream_inflate *in, struct str bytes,
                             struct errinfo *e) MUST_USE;
/* No more comes. ERR_PARSE if it ends in the middle. */
enum err stream_inflate_end(struct stream_inflate *in, struct errinfo *e) MUST_USE;
void stream_inflate_free(struct stream_inflate *in);

#endif
