/* What a worker makes of one piece of a journal: the lines that start in its range. Private to core/index. */
#ifndef INDEX_PIECE_H
#define INDEX_PIECE_H

#include "index/loader.h"

#include <pthread.h>
#include <stdatomic.h>

/* What pieces are read into, as many at a time as workers read. What was given back last is taken first: the core that
 * gave it back has it in its cache. */
struct piece_rooms {
	pthread_mutex_t lock;
	struct piece_room *spare;
};

void piece_rooms_init(struct piece_rooms *rooms);
void piece_rooms_clear(struct piece_rooms *rooms); /* no piece is being read */
void piece_rooms_fini(struct piece_rooms *rooms);

struct piece {
	/* asked for */
	struct piece_rooms *rooms; /* borrowed */
	const struct journal *journal;
	const atomic_bool *cancelled; /* the worker gives up between two lines */
	uint32_t number;              /* of the journal */
	uint64_t from, to;            /* bytes */
	uint64_t limit;               /* where the journal ends, as far as this load goes */
	uint64_t unfinished;          /* bytes from `from` on that are known to hold no newline */
	bool line_start;              /* a line starts at `from`, whatever stands before it */
	bool logs;                    /* a line that is no JSON is a log line */

	/* found; valid until the next piece_read */
	struct events batch;
	struct record_counts counts;
	uint64_t newlines;    /* in from..to */
	uint64_t known_start; /* a line starts here, behind those that were read; PIECE_NO_START */
	uint64_t too_long;
	struct bad_line *bad; /* line numbers count from `from`, at 0 */
	uint32_t n_bad, cap_bad;
	struct errinfo error; /* code ERR_OK if there was none */

	/* scratch */
	struct record_reader *reader;
	struct piece_room *room; /* while it is read */
	char *data;              /* bytes base..base + n of the journal */
	size_t n;
	uint64_t base;
};

#define PIECE_NO_START UINT64_MAX

void piece_init(struct piece *p);
void piece_fini(struct piece *p);
/* Reads what was asked for. Any thread, one at a time for one piece. */
void piece_read(struct piece *p);

#endif
