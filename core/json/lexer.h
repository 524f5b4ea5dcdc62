/* JSON text as RFC 8259 has it, over raw bytes. One lexer, used twice: json_skim finds named
 * members in one pass and builds nothing; json/tree.h builds a flat tree of slices for what a
 * person opens. Both check every byte.
 *
 * Irregular but kept: raw control bytes and invalid UTF-8 inside strings, lone surrogate escapes.
 * Refused: everything else that RFC 8259 forbids (NaN, 01, 1., trailing commas, text after the
 * value) and nesting over JSON_MAX_DEPTH. Duplicate keys: the last one wins. Any thread; no state
 * is kept. */
#ifndef JSON_LEXER_H
#define JSON_LEXER_H

#include "base/buf.h"

#define JSON_MAX_DEPTH 1024

enum json_type {
	JSON_ABSENT = 0,
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

enum json_fault {
	JSON_OK = 0,
	JSON_EMPTY,      /* nothing but white space */
	JSON_NOT_JSON,   /* no value starts here */
	JSON_UNEXPECTED, /* a byte that cannot stand here */
	JSON_ENDS_EARLY, /* the text ends inside a value */
	JSON_BAD_NUMBER,
	JSON_BAD_LITERAL, /* something like true, false, null, but not it */
	JSON_BAD_ESCAPE,
	JSON_TOO_DEEP,
	JSON_TRAILING, /* text after the value */
};
const char *json_fault_text(enum json_fault fault); /* "ends inside a value", for people */

enum json_irregular {
	JSON_RAW_CONTROL = 1,
	JSON_BAD_UTF8 = 2,
	JSON_LONE_SURROGATE = 4,
};

struct json_report {
	enum json_fault fault;
	uint32_t irregular; /* enum json_irregular bits */
	size_t pos;         /* byte where the fault, else the first irregularity, stands */
};

/* A value's raw text. Strings: without the quotes, escapes as they stand. */
struct json_slice {
	uint32_t off; /* from the start of the document; documents are under 4 GiB */
	uint32_t len;
	uint16_t type;    /* enum json_type */
	uint16_t escaped; /* strings: holds a backslash */
};

/* A fixed set of member names, made for fast look-up. It remembers the order in which a document had
 * them, for speed alone: one thread at a time. */
struct json_keys;
/* At most 255 names, all different; their bytes must stay alive. */
struct json_keys *json_keys_new(const struct str *names, size_t count);
void json_keys_free(struct json_keys *k);

/* What json_skim looks for: members of the outermost object, and members of one of them (if `inner`
 * is not NULL and the value of outer name number `inner_at` is an object, its members are looked
 * for too). */
struct json_want {
	struct json_keys *outer, *inner;
	size_t inner_at;
	/* NULL, or for sets of up to 64 names: becomes which members of the inner set (of the outer, if
	 * there is none) were found, a bit each. Then only those are written. */
	uint64_t *found;
};

/* Checks the whole document and fills outer_out[i] and inner_out[j], one per name, JSON_ABSENT
 * where there is none. On a fault the outputs hold nothing that can be used. *top says what the
 * document is (a document that is no object fills no member). Keys written with escapes are found
 * too. White space around the value is allowed. */
enum json_fault json_skim(struct str doc, const struct json_want *want,
                          struct json_slice *outer_out, struct json_slice *inner_out,
                          enum json_type *top, struct json_report *report);

/* As json_skim, of a text's first line, whose end nobody has looked for. *n becomes its length, without
 * the newline. False if it is not a whole document with a newline behind it: then json_skim has to tell
 * what it is. */
bool json_skim_line(struct str text, const struct json_want *want, struct json_slice *outer_out,
                    struct json_slice *inner_out, size_t *n, struct json_report *report);

static inline struct str json_slice_str(struct str doc, struct json_slice s)
{
	return str_sub(doc, s.off, s.len);
}

/* Appends the text of a string's raw slice with its escapes undone, as UTF-8. Surrogate pairs join;
 * a lone surrogate stays as its six characters \uXXXX; invalid bytes stay as they are (the cleaner
 * shows them); \u0000 is a NUL byte. */
void json_unescape(struct buf *out, struct str raw);

/* Text of any scalar or composite: strings unescaped, everything else as it stands. */
void json_slice_text(struct buf *out, struct str doc, struct json_slice s);

#endif
