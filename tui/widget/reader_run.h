/* A line of text in several roles, while it is put together. */
#ifndef WIDGET_READER_RUN_H
#define WIDGET_READER_RUN_H

#include "widget/reader.h"

/* Zero-initialise to start. */
struct reader_run {
	struct buf text; /* clean */
	struct reader_span *spans;
	uint32_t n, cap;
};
void reader_run_add(struct reader_run *r, enum role role, struct str text); /* any bytes */
void reader_run_clear(struct reader_run *r);                                /* memory kept */
void reader_run_free(struct reader_run *r);

#endif
