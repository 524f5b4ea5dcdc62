/* The lexer as json_skim and json_tree_parse drive it. Private to core/json. */
#ifndef JSON_LEXER_INTERNAL_H
#define JSON_LEXER_INTERNAL_H

#include "json/lexer.h"

enum json_event {
	JSON_EVENT_SCALAR,
	JSON_EVENT_OPEN,  /* an object or array begins */
	JSON_EVENT_CLOSE, /* the innermost open one has ended */
	JSON_EVENT_END,   /* the document is whole */
	JSON_EVENT_FAULT, /* see report */
};

enum json_place {
	JSON_BEFORE_VALUE, /* nothing was read yet */
	JSON_AFTER_OPEN,   /* behind { or [, where a closing bracket may stand too */
	JSON_AFTER_VALUE,
};

/* A key or a value where it stands; strings without their quotes. */
struct json_token {
	struct str text;
	uint8_t type; /* enum json_type */
	bool escaped;
};

struct json_lexer {
	const uint8_t *start, *at, *end;
	unsigned depth; /* objects and arrays that are open */
	unsigned
		watch; /* values with more than this many around them are checked but not reported */
	enum json_place place;
	uint8_t closer; /* the bracket that closes the innermost open one; 0 if none is open */
	struct json_token key;   /* of the value, if that stands in an object */
	struct json_token value; /* of a scalar; for OPEN the length is not known yet */
	struct json_report report;
	uint64_t objects[JSON_MAX_DEPTH / 64]; /* bit d: level d is an object */
};

/* doc must be under 4 GiB and outlive the lexer. */
void json_lexer_start(struct json_lexer *lexer, struct str doc, unsigned watch);
/* Reads on to the next event that is to be reported. After END and FAULT it must not be called
 * again. */
enum json_event json_lexer_next(struct json_lexer *lexer);

/* Where the lexer stands: behind the scalar or the bracket that it reported last. */
static inline uint32_t json_lexer_offset(const struct json_lexer *lexer)
{
	return (uint32_t)(lexer->at - lexer->start);
}

static inline struct json_slice json_lexer_slice(const struct json_lexer *lexer,
                                                 const struct json_token *token)
{
	return (struct json_slice){.off = (uint32_t)(token->text.p - (const char *)lexer->start),
	                           .len = (uint32_t)token->text.n,
	                           .type = token->type,
	                           .escaped = token->escaped};
}

#define JSON_NO_KEY SIZE_MAX
/* The number of the name that the raw key stands for, or JSON_NO_KEY. */
size_t json_keys_find(const struct json_keys *keys, struct str raw, bool escaped);
size_t json_keys_count(const struct json_keys *keys);

#endif
