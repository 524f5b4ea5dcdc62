/* Work cut into numbered units, which all workers take from, one after the other. */
#ifndef BASE_PARALLEL_H
#define BASE_PARALLEL_H

#include "base/loop.h"

struct parallel;
typedef void parallel_fn(void *ctx, uint32_t unit);

/* Calls unit(ctx, 0), unit(ctx, 1)... unit(ctx, n - 1) in workers, each once and in no order, then done(ctx) on the loop's thread; with
 * n == 0 done alone. What they have written is to be seen in done. Loop thread. */
struct parallel *parallel_start(struct loop *l, uint32_t n, parallel_fn *unit, loop_fn *done,
                                void *ctx);
/* Calls off what has not begun, waits for the units that have (keep them short), and frees it; done is not called any more. To be
 * called in the end in any case, also from done, and after the loop is gone. Loop thread. NULL is allowed. */
void parallel_stop(struct parallel *p);

#endif
