/* What demo_story.c (clock, nesting, events) and demo_talk.c (conversations, generations) share. */
#ifndef COLLECT_DEMO_STORY_INTERNAL_H
#define COLLECT_DEMO_STORY_INTERNAL_H

#include "collect/demo_story.h"
#include "json/writer.h"

#define STORY_DEPTH 8
#define STORY_ID    40 /* bytes of an id with its NUL */

struct story_frame {
	char id[STORY_ID];
	const char *name, *type, *input;
	int64_t start;
	int64_t fork, join; /* where branches start, and the latest end of one */
};

/* Times are microseconds since 1970, whole milliseconds. frames[0] is the trace. */
struct story {
	struct demo *demo;
	struct arena arena;
	uint64_t random;
	int64_t now, clock;
	const struct story_user *user;
	const char *session;
	const struct story_sdk *sdk;
	struct story_frame frames[STORY_DEPTH];
	int depth;                      /* frames in use; 0: between traces */
	char last_generation[STORY_ID]; /* the event's uuid */
	struct buf line;
	struct json_writer writer;
};

uint64_t story_random(struct story *s);
void story_uuid(struct story *s, int64_t time, char out[STORY_ID]);
void story_hex(struct story *s, const char *prefix, int digits, char out[STORY_ID]);

/* Between begin and end the event's properties are written. end_time is its timestamp. uuid gets
 * its id, or is NULL. */
void story_event_begin(struct story *s, const char *event, int64_t end_time, char *uuid);
void story_event_end(struct story *s, int64_t end_time);
/* $ai_span_id and $ai_parent_id of a new node in the frame that is open, if the SDK has nodes. */
void story_write_node(struct story *s);
void story_write_parent(struct story *s, int frame);
void story_write_text(struct story *s, const char *key, const char *text); /* NULL: left out */
void story_write_int(struct story *s, const char *key, int64_t value);
void story_write_ms(struct story *s, const char *key, int64_t ms);          /* as seconds */
void story_write_state(struct story *s, const char *key, const char *text); /* NULL: left out */
/* JSON as it is, anything else as a string. */
void story_write_value(struct story *s, const char *text);
void story_write_costs(struct story *s, const struct story_model *model, int64_t input,
                       int64_t cache_read, int64_t output);
void story_write_tool(struct story *s, const char *arguments, const struct story_result *result);
void story_write_running_tool(struct story *s, const char *tool, const char *arguments);
int64_t story_tokens(const char *text); /* about what a tokenizer would say */

const char *story_question(const struct story_agent *agent); /* the last of each, or NULL */
const char *story_answer(const struct story_agent *agent);

#endif
