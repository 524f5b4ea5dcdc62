/* The sample that `tracehog demo` shows: a day of a small company's agents, and the player that
 * sends it, its last seconds live. The story itself is in demo_day.c, demo_evening.c and
 * demo_crew.c; how its sentences become events is in demo_story.h. */
#ifndef COLLECT_DEMO_H
#define COLLECT_DEMO_H

#include "base/str.h"

struct loop;
struct sender;
struct demo;

/* One event as PostHog's SDKs send it: {"uuid","event","distinct_id","timestamp","properties"},
 * without newline. */
struct demo_event {
	int64_t after_us; /* after the demo's start; 0: it is there from the start */
	struct str line;  /* lives as long as the demo */
};

/* The day that ends at now_us (microseconds since 1970; cut to milliseconds). The same now and
 * seed give the same bytes. */
struct demo *demo_new(int64_t now_us, uint64_t seed);
void demo_free(struct demo *d); /* NULL is allowed */
size_t demo_count(const struct demo *d);
/* In order of arrival: children before their parents, a trace's own event last. */
const struct demo_event *demo_event(const struct demo *d, size_t at);

/* Plays a demo into a sender. What is there from the start is added before demo_player_new returns,
 * the rest when it is due. Demo, loop and sender are borrowed and outlive the player. Loop thread. */
struct demo_player;
struct demo_player *demo_player_new(struct loop *l, const struct demo *d, struct sender *to);
void demo_player_free(
	struct demo_player *p); /* NULL is allowed; what was not due yet is not sent */
void demo_player_rush(struct demo_player *p);       /* everything left, now */
bool demo_player_done(const struct demo_player *p); /* all is with the sender */

#endif
