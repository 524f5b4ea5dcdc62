/* The pen that the demo's story is written with, private to the demo_* files. A call is a
 * sentence: a user says, a model replies, a tool answers. The pen keeps the clock, the
 * conversation (so that every call repeats the history, as real agents do), the nesting, ids,
 * tokens and costs, and writes each event when its operation ends. All texts are borrowed for as
 * long as the story is being written. */
#ifndef COLLECT_DEMO_STORY_H
#define COLLECT_DEMO_STORY_H

#include "base/arena.h"
#include "base/buf.h"

/* JSON without backslashes: JSON({"order": 8841}). */
#define JSON(...) #__VA_ARGS__

enum story_dialect { DIALECT_OPENAI, DIALECT_ANTHROPIC, DIALECT_GEMINI };

/* Prices are USD * 1e-12 a token; `output` 0 with `input` 0: nobody knows the price, no cost is
 * sent. */
struct story_model {
	const char *name, *provider, *base_url;
	enum story_dialect dialect;
	int64_t input, cache_read, output;
};

struct story_sdk {
	const char *library, *version; /* $lib, $lib_version */
	const char *ai_library;        /* $ai_lib, or NULL */
	const char *framework;         /* $ai_framework, or NULL */
	bool nodes;               /* has span ids, parents and spans; else a bare client wrapper */
	bool langchain;           /* tool messages without call ids; the trace is itself a node */
	bool pays_cache_as_fresh; /* its costs are wrong, as those of some are */
};

struct story_user {
	const char *id, *company, *plan; /* company and plan may be NULL */
};

/* What an agent is before anybody has talked to it. */
struct story_role {
	const char *name; /* $ai_span_name of its generations */
	const struct story_model *model;
	const char *system;
	const char *tools; /* JSON as the provider takes it, or NULL */
	int temperature;   /* hundredths; 0: not sent */
	bool streams, caches, private;
};

struct story;
struct story_agent; /* a role with a conversation; lives as long as the story */

/* ---- time and place ---- */

void story_past(struct story *s, int minutes); /* go to so many minutes before the demo's start */
void story_live(struct story *s, int ms);      /* go to so many milliseconds after it */
void story_wait(struct story *s, int ms);
/* Who the following traces belong to; session may be NULL. */
void story_session(struct story *s, const struct story_user *user, const char *session);

/* Traces and spans nest: what begins ends. States are JSON if they start with { or [, else text;
 * NULL: none. */
void story_trace_begin(struct story *s, const struct story_sdk *sdk, const char *name);
void story_trace_end(
	struct story *s,
	const struct story_agent *agent); /* whose question and answer it was, or NULL */
void story_trace_leave(struct story *s);  /* ends without a $ai_trace event */
void story_span_begin(struct story *s, const char *name, const char *type, const char *input);
void story_span_end(struct story *s, const char *output);
/* A span without anything in it. */
void story_span(struct story *s, const char *name, const char *input, const char *output, int ms);
/* The same under a parent that nobody ever sends. */
void story_orphan(struct story *s, const char *name, const char *input, int ms);
/* Branches start together; the join is when the slowest is done. Not nested within one span. */
void story_parallel(struct story *s);
void story_branch(struct story *s);
void story_join(struct story *s);

/* ---- talk ---- */

struct story_agent *story_agent(struct story *s, const struct story_role *role);
void story_says(struct story_agent *agent, const char *text);
void story_shows(struct story_agent *agent, const char *text);   /* the same with a picture */
void story_retool(struct story_agent *agent, const char *tools); /* other tools from now on */

#define STORY_CALLS 4
struct story_call {
	const char *tool, *arguments;
};
struct story_reply {
	const char *thinks, *says;
	struct story_call calls[STORY_CALLS];
	const char
		*error; /* the call failed with this; nothing else then counts but status and ms */
	int status;     /* HTTP; 0: 200 */
	int ms;         /* 0: as long as so much text takes */
	int first_token_ms;
};
void story_model(struct story_agent *agent, const struct story_reply *reply);
#define story_replies(agent, ...) story_model(agent, &(struct story_reply){__VA_ARGS__})

/* Answers the first open call of the tool in the model's last reply. */
struct story_result {
	const char *tool, *result;
	const char *error; /* what went wrong; result is what the model is told all the same */
	int status;        /* HTTP, of an error */
	int ms;
};
void story_tool(struct story_agent *agent, const struct story_result *result);
#define story_answers(agent, ...) story_tool(agent, &(struct story_result){__VA_ARGS__})
/* For tools that are agents or do more inside: begin, what happens there, end. */
void story_tool_begin(struct story_agent *agent, const char *tool, const char *type);
void story_tool_end(struct story_agent *agent, const char *result);
/* The tool has started and nothing more is heard. */
void story_tool_runs(struct story_agent *agent, const char *tool);

/* input is text, or JSON (an array of texts). */
void story_embedding(struct story *s, const struct story_model *model, const char *name,
                     const char *input, int ms);

/* ---- afterwards: about the trace that ended last ---- */

void story_feedback(struct story *s, const char *text);
void story_metric(struct story *s, const char *name, const char *value);
/* A judge's verdict on the trace's last generation; score in hundredths. */
void story_evaluation(struct story *s, const char *name, int score, const char *reasoning);

/* A text of the story's own making, kept for it. */
const char *story_keep(struct story *s, const struct buf *text);

/* ---- between the demo_* files ---- */

struct demo;
void demo_day(struct story *s);
void demo_evening(struct story *s);
void demo_crew(struct story *s);
/* Tells the whole story. */
void story_tell(struct demo *d, int64_t now, uint64_t seed);
/* Takes a line (copied) that arrives after_us from the start, or was there if that is negative. */
void demo_add(struct demo *d, int64_t arrival_us, struct str line);

#endif
