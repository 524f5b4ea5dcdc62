/* A table of events and its model, filled by hand. */
#ifndef SUPPORT_EVENTS_FIXTURE_H
#define SUPPORT_EVENTS_FIXTURE_H

#include "model/model.h"

struct fixture {
	struct events events;
	struct model *model;
};

/* What is left out (NULL) is absent. Zeros: see the comments. */
struct fixture_event {
	enum event_kind kind;
	const char *uuid, *trace, *session, *span, *parent, *user, *name, *model, *provider;
	int64_t time;    /* microseconds; 0 is unknown */
	int64_t latency; /* microseconds, as are those below; 0 is absent, as for the others */
	int64_t first_token;
	int64_t input, output, cache_read; /* tokens; -1 is 0 */
	int64_t cost;                      /* USD * 1e12; -1 is 0 */
	uint32_t flags;
	uint64_t place; /* 0: behind the event before */
};

void fixture_init(struct fixture *f);
void fixture_fini(struct fixture *f);
/* Gives the event's number. The model knows it already. */
uint32_t fixture_add(struct fixture *f, const struct fixture_event *event);
#define FIXTURE_ADD(f, ...) fixture_add((f), &(struct fixture_event){__VA_ARGS__})

#endif
