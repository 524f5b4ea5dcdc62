/* What the tests of the loader share: a file, a table, a loader, and turns of the loop until it is done. */
#ifndef SUPPORT_LOADER_BENCH_H
#define SUPPORT_LOADER_BENCH_H

#include "index/loader.h"

struct loader_bench {
	struct loop *loop;
	char path[64];
	struct events table;
	struct journal *journal;
	struct loader *loader;
	uint32_t added, changes; /* what the loader told */
	uint32_t wanted;         /* events after which the loop stops; 0: never */
	bool late;
};

/* Setup and teardown of a test; *state is the bench, its file is empty. */
int loader_bench_enter(void **state);
int loader_bench_leave(void **state);

/* flags of open(2): O_TRUNC or O_APPEND. */
void loader_bench_write(const struct loader_bench *b, int flags, struct str bytes);
void loader_bench_append(const struct loader_bench *b, const char *text);

void loader_bench_open(struct loader_bench *b);
void loader_bench_close(struct loader_bench *b);
/* Opens and loads all of it, in pieces of that many bytes (0: the loader's own). */
void loader_bench_load(struct loader_bench *b, uint64_t piece);
void loader_bench_wait(struct loader_bench *b); /* until nothing is being loaded */

#endif
