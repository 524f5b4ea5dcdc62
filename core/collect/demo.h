/* The sample that `tracehog demo` shows: a day of a small company's agents, and the player that
 * has its last seconds arrive live. The story itself is in demo_day.c, demo_evening.c and
 * demo_crew.c; how its sentences become events is in demo_story.h. */
#ifndef COLLECT_DEMO_H
#define COLLECT_DEMO_H

#include "base/err.h"
#include "base/str.h"

struct loop;
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

/* Creates an empty journal for a demo: a 0600 file in a fresh 0700 folder under $TMPDIR or /tmp.
 * path gets its name, *fd a descriptor that appends, which the caller closes. ERR_IO; ERR_RANGE
 * if path is too small. */
enum err demo_file(char *path, size_t size, int *fd, struct errinfo *e) MUST_USE;
void demo_file_remove(const char *path); /* the file and its folder */

/* Plays a demo into fd, whole lines only, one write(2) for all that is due together. What is
 * there from the start is written before demo_player_new returns. Demo, loop and fd are borrowed
 * and outlive the player. Loop thread. */
struct demo_player;
struct demo_player *demo_player_new(struct loop *l, const struct demo *d, int fd);
void demo_player_free(
	struct demo_player *p); /* NULL is allowed; what was not due yet is not written */
void demo_player_rush(struct demo_player *p);       /* everything left, now */
bool demo_player_done(const struct demo_player *p); /* all is written, or writing failed */
/* ERR_OK, or why writing stopped. */
enum err demo_player_error(const struct demo_player *p, struct errinfo *e);

#endif
