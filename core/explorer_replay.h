/* Calls that are sent again, as far as the explorer has a part in it: the request, made from an event, and the answer beside the
 * original. What sends it is collect/replay.h. Part of explorer.h's interface, loop thread only. */
#ifndef EXPLORER_REPLAY_H
#define EXPLORER_REPLAY_H

#include "collect/replay.h"
#include "explorer.h"

/* The request of a call for a stream of its answer, made by a worker: from DETAIL_LOADING to what it stays. Owned by who asked,
 * until explorer_prepare_end, which comes before explorer_free and explorer_forget. */
struct prepared {
	enum detail_state state;
	struct errinfo error; /* why there is none: request_make's, or what cannot be read */
	struct provider_request request; /* once it is ready */
	struct buf named; /* $ai_base_url, else $ai_request_url, as sent; empty: neither */
};
const struct prepared *explorer_prepare(struct explorer *x, uint32_t event);
void explorer_prepare_end(const struct prepared *p); /* NULL is allowed */
/* At once, for commands that print. Free with prepared_free. */
struct prepared *prepared_read(const struct events *events, uint32_t event);
void prepared_free(struct prepared *p);

/* As explorer_compare and compared_read, but the second call is an event that stands in no source (replay_event), copied. Its
 * cost is worked out, too (has_cost). Its number is EVENT_NONE. */
const struct compared *explorer_compare_answer(struct explorer *x, uint32_t before,
                                               struct str answer);
struct compared *compared_read_answer(const struct events *events, uint32_t before,
                                      struct str answer);

#endif
