/* stats of a PostHog range that is too large to be fetched: PostHog adds it up (explorer_figures.h). */
#ifndef PRINT_STATS_SERVER_H
#define PRINT_STATS_SERVER_H

#include "base/arena.h"
#include "explorer_figures.h"

#define STATS_FETCHED 50000u /* events that are fetched, and counted here */

/* How large it is is asked first; false also where PostHog does not say: then all is fetched. */
bool stats_is_large(struct explorer *x, const struct figures_query *query);

struct stats_server { /* zeroed before first use */
	struct figures *whole, *models;
	struct arena names;
};
/* Asks, waits, and fills s, whose `generation` is the latency of all calls; of traces PostHog tells none. Names last until
 * stats_server_free. The exit code; what went wrong was said. */
int stats_server_build(struct stats_server *server, struct stats *s, struct explorer *x,
                       const struct figures_query *query);
void stats_server_free(struct stats_server *server);
/* Says what went wrong with figures that PostHog was to add up, and what they leave out: EXIT_OK if it did. */
int stats_server_tell(const struct figures *f);
/* Which parts ("users") PostHog gave, and how many it left out, on stderr, if any. */
void stats_server_left_out(const struct figures *f, const char *what);

#endif
