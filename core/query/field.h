/* The fields of the filter language: one table for reading, completion, help and the man page. */
#ifndef QUERY_FIELD_H
#define QUERY_FIELD_H

#include "base/str.h"

/* What its values are, and their unit as numbers. */
enum field_type {
	FIELD_TEXT,    /* contains */
	FIELD_ID,      /* whole; else all that begin so */
	FIELD_WORD,    /* equal; one of `words` where there are any */
	FIELD_MONEY,   /* USD * 1e12; $0.05 */
	FIELD_COUNT,   /* tokens, calls; k, M */
	FIELD_SECONDS, /* microseconds; ms s m h */
	FIELD_PERCENT, /* 1e-12 parts of a hundred: 61 % is 61e12; a bare 61 is the same */
	FIELD_NUMBER,  /* any number * 1e12 */
	FIELD_TIME,    /* microseconds since 1970 */
	/* Of a property: a number * 1e12 is equal, a boolean is the word, a text equal or containing. Numbers take all units but
	 * the share: $, k, M, kB, MB; ms s m h are seconds, or milliseconds where the name ends in ms (latency_ms, tookMs). */
	FIELD_VALUE,
};

enum field_number {
	FIELD_ANYTHING, /* a bare word: no name */
	FIELD_THING_ID,
	FIELD_TRACE,
	FIELD_SESSION,
	FIELD_USER,
	FIELD_NAME,
	FIELD_MODEL,
	FIELD_PROVIDER,
	FIELD_STATUS,
	FIELD_ERROR,
	FIELD_ERROR_LIKE,
	FIELD_CODE,
	FIELD_FINISH,
	FIELD_COST,
	FIELD_COST_IN,
	FIELD_COST_OUT,
	FIELD_COST_CACHE,
	FIELD_TOKENS,
	FIELD_IN, /* a value that is a number is of tokens, any other of the text of the input */
	FIELD_OUT,
	FIELD_CACHE,
	FIELD_CACHE_SHARE,
	FIELD_REASONING,
	FIELD_LATENCY,
	FIELD_TTFT,
	FIELD_TPS,
	FIELD_DEPTH,
	FIELD_GENS,
	FIELD_TOOLS,
	FIELD_ERRORS,
	FIELD_TOOL,
	FIELD_EVAL,
	FIELD_SCORE,
	FIELD_FEEDBACK,
	FIELD_ENV,
	FIELD_VERSION,
	FIELD_LIB,
	FIELD_SOURCE,
	FIELD_URL,
	FIELD_TEMP,
	FIELD_MAX,
	FIELD_SYSTEM, /* texts of messages, by where they stand */
	FIELD_TOOL_ARGS,
	FIELD_TOOL_RESULT,
	FIELD_THINK,
	FIELD_ROLE,
	FIELD_IS,
	FIELD_HAS,
	FIELD_KIND,
	FIELD_SINCE,
	FIELD_UNTIL,
	FIELD_AT,       /* it went on at that time, or at some time of that range */
	FIELD_PROPERTY, /* @name */
	FIELD_PERSON,   /* person.name */
	FIELDS,
};

/* What is: and has: know, in the order of their fields' words. */
enum field_is {
	IS_ERROR,
	IS_SLOW,
	IS_RUNNING,
	IS_DONE,
	IS_CACHED,
	IS_UNCACHED,
	IS_LOOP,
	IS_ORPHAN,
	IS_TRUNCATED,
	IS_STARRED,
	IS_MARKED,
	IS_NEW,
	IS_PRICED,
	IS_UNPRICED,
	IS_STREAMED,
	IS_PSEUDO,
	IS_PRIVATE,
	IS_SUSPECT,
	IS_MISMATCH,
	IS_WORDS,
};
enum field_has {
	HAS_TOOL,
	HAS_IMAGE,
	HAS_AUDIO,
	HAS_REASONING,
	HAS_FEEDBACK,
	HAS_EVAL,
	HAS_NOTE,
	HAS_EMBEDDING,
	HAS_JSON,
	HAS_WORDS,
};
/* kind:, likewise. */
enum field_kind {
	KIND_TRACE,
	KIND_GENERATION,
	KIND_SPAN,
	KIND_EMBEDDING,
	KIND_TOOL,
	KIND_RETRIEVAL,
	KIND_METRIC,
	KIND_FEEDBACK,
	KIND_EVALUATION,
	KIND_WORDS,
};
/* role:, likewise: the number of the word and 1. */
enum field_role {
	FIELD_ROLE_ANY,
	FIELD_ROLE_USER,
	FIELD_ROLE_ASSISTANT,
	FIELD_ROLE_SYSTEM,
	FIELD_ROLE_TOOL,
	FIELD_ROLES,
};

struct field {
	enum field_number number;
	const char *
		name; /* as it is typed before the colon; "" of FIELD_ANYTHING, "@" and "person." before a name */
	enum field_type type;
	const char *const *words; /* of FIELD_WORD, NULL-terminated; NULL: any */
	const char *help;         /* one line */
};
extern const struct field fields[FIELDS];         /* by number */
const struct field *field_named(struct str name); /* NULL if there is none */
/* What was probably meant: a name that begins so, else one of few other letters; NULL if none is near. */
const struct field *field_nearest(struct str name);
/* The number of a word of the field, from 0; -1 if it has none of that name. */
int field_word(const struct field *f, struct str word);

/* What the word says, one line; NULL if the field has none of that name. */
const char *field_word_help(const struct field *f, struct str word);

/* How far typed is from name: 0 if name begins so, else letters that differ; SIZE_MAX if that is not near. */
size_t field_distance(struct str typed, const char *name);

#endif
