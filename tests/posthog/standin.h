/* What the files of the stand-in share: a PostHog for tests that answers from a file of events and
 * checks what it is asked. */
#ifndef STANDIN_H
#define STANDIN_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum server_age {
	SERVER_NEW,   /* knows everything; inputs and outputs for 30 days */
	SERVER_OLD,   /* no TraceQuery */
	SERVER_OLDER, /* no posthog.ai_events either: inputs and outputs stand in events */
};

struct standin {
	const char *key;   /* the personal API key that is let in */
	const char *fault; /* see standin.c */
	const char
		*taken;   /* file for bodies that are captured, a line each; NULL: none are taken */
	const char *live; /* file whose new lines go to the live stream; NULL: no token is given */
	int project;
	int port;       /* 0: a free one */
	int latency_ms; /* before each answer */
	int many; /* so many events it says that there are, if it is only asked how many; 0: as it is */
	enum server_age age;
	cJSON **events; /* read once */
	size_t n_events;
};

/* ---- standin_check.c: why a query is not one that every PostHog takes and a person can read ---- */

/* NULL, or static text. body is the request's whole JSON. */
const char *check_query(const cJSON *body);

/* ---- standin_answer.c ---- */

/* The answer to a query, to be freed; *status is set. */
char *answer_query(const struct standin *s, const cJSON *body, int *status);
/* The same for what a person wrote (standin_hogql.c); sql may be anything. */
char *answer_hogql(const struct standin *s, const char *sql, int *status);
/* Rows that a query asks for at most; 0: it does not say. */
size_t answer_limit(const cJSON *body);
/* {"type","code","detail","attr"} */
char *answer_error(const char *type, const char *code, const char *detail);

#endif
