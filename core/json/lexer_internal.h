/* The lexer as json_skim and json_tree_parse drive it. Private to core/json. */
#ifndef JSON_LEXER_INTERNAL_H
#define JSON_LEXER_INTERNAL_H

#include "json/lexer.h"

#include <string.h>

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

/* ---- key sets ---- */

#define JSON_KEYS_MAX    255
#define JSON_KEY_GUESSED 32 /* bytes of the longest name that is guessed */

/* A name as it stands in a document, to be compared at once whatever its length. */
struct json_key_bytes {
	uint64_t words[JSON_KEY_GUESSED / 8], masks[JSON_KEY_GUESSED / 8];
	size_t n; /* 0: too long */
};

/* What a member stood behind: JSON_KEYS_START, or the number + 1 of the last member that the set
 * has; JSON_KEYS_OTHERS more if others came after it. */
#define JSON_KEYS_START  0u
#define JSON_KEYS_OTHERS 256u

struct json_keys {
	size_t count, longest;
	unsigned shift; /* 64 - log2(number of slots) */
	size_t mask;    /* number of slots - 1 */
	struct json_key *names;
	uint8_t *slots;
	struct json_key_bytes *bytes; /* by number + 1; the first is no name */
	uint8_t next[JSON_KEYS_OTHERS + JSON_KEYS_MAX +
	             1]; /* number + 1 of the name that came there last; 0 */
};

/* The number of the name that the raw key stands for, or JSON_NO_KEY. */
size_t json_keys_find(const struct json_keys *keys, struct str raw, bool escaped);

static inline size_t json_keys_count(const struct json_keys *keys)
{
	return keys->count;
}

static inline uint64_t json_key_differs(const struct json_key_bytes *b, const uint8_t *p, int word)
{
	uint64_t bytes;

	memcpy(&bytes, p + (size_t)word * 8, sizeof(bytes));
	return (bytes & b->masks[word]) ^ b->words[word];
}

/* Whether the name that came there last stands at p, with a quote and a colon behind it: its length and
 * *number, or 0. JSON_KEY_GUESSED + 2 bytes must be there. */
static inline size_t json_keys_guess(const struct json_keys *keys, unsigned behind,
                                     const uint8_t *p, size_t *number)
{
	uint8_t next = keys->next[behind];
	const struct json_key_bytes *b = &keys->bytes[next];
	uint64_t differs = json_key_differs(b, p, 0) | json_key_differs(b, p, 1) |
	                   json_key_differs(b, p, 2) | json_key_differs(b, p, 3);

	if (differs != 0 || b->n == 0 || p[b->n] != '"' || p[b->n + 1] != ':')
		return 0;
	*number = next - 1u;
	return b->n;
}

static inline void json_keys_learn(struct json_keys *keys, unsigned behind, size_t number)
{
	keys->next[behind] = number == JSON_NO_KEY ? 0 : (uint8_t)(number + 1);
}

static inline unsigned json_keys_behind(unsigned behind, size_t number)
{
	return number == JSON_NO_KEY ? behind | JSON_KEYS_OTHERS : (unsigned)number + 1;
}

#endif
