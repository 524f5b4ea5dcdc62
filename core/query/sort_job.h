/* Rows in the order of values that the loop gathers and a worker sorts. What is gathered is copied: nothing has to stand still
 * meanwhile, and nobody waits for the worker. Loop thread. */
#ifndef QUERY_SORT_JOB_H
#define QUERY_SORT_JOB_H

#include "base/loop.h"
#include "query/rows.h"

/* Numbers before texts, the other way round if falling; what is unknown is last in either, and what is alike stays as it was
 * added. n: how many rows will be. */
struct sort_job;
struct sort_job *sort_job_new(uint32_t n, bool falling);
/* Also while it is sorted: then the worker stops soon, and frees it. NULL is allowed. */
void sort_job_free(struct sort_job *j);
void sort_job_add(struct sort_job *j, uint32_t row, const struct value *v);

/* Once all are added. done(ctx) on the loop's thread, unless it is freed before. Few rows are sorted at once, and all where
 * there is no loop; then done is not called. */
void sort_job_start(struct sort_job *j, struct loop *loop, loop_fn *done, void *ctx);
bool sort_job_is_done(const struct sort_job *j);
unsigned sort_job_percent(const struct sort_job *j); /* about how much is sorted; never falls */
/* The rows in their order, once it is done; the caller's, to be freed with mem_free. */
uint32_t *sort_job_take(struct sort_job *j);

#endif
