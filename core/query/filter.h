/* The filter language: text to a tree and back. It knows what can be said, not whether it is so: that is filtered.h's.
 * One implementation for the filter bar, -f, saved lines and breakpoints. Any thread. */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "base/arena.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/time.h"
#include "query/field.h"

#define FILTER_MAX_BYTES 65536u
#define FILTER_MAX_DEPTH 64u   /* of parentheses and scopes */
#define FILTER_MAX_TERMS 4096u /* values in all */

enum filter_kind {
	FILTER_AND, /* children */
	FILTER_OR,
	FILTER_NOT,   /* one child */
	FILTER_SCOPE, /* one child, which holds in `scope` */
	FILTER_CHILD, /* A > B: what B says of something whose parent A holds of; two children */
	FILTER_DESCENDANT, /* A >> B: likewise of any ancestor */
	FILTER_COUNT, /* count(X):>5: how many descendants its child holds of, against the values */
	FILTER_TERM,
};

enum filter_scope {
	SCOPE_TRACE, /* trace(X): of the trace; X without any, all or none is any(X) */
	SCOPE_SESSION,
	SCOPE_SPAN, /* span(X): X may hold > and >> */
	SCOPE_ANY,
	SCOPE_ALL,
	SCOPE_NONE,
};

/* How a term's value is compared. */
enum filter_test {
	TEST_VALUE,    /* by the field's type: equal, contains, or of ids whole or prefix */
	TEST_WILDCARD, /* text with *: the whole value, by the same rule of case */
	TEST_REGEX,
	TEST_FUZZY,   /* its letters in their order, anywhere */
	TEST_RANGE,   /* low..high; of one side where the other is not there */
	TEST_PRESENT, /* field:* */
};

struct filter_value {
	enum filter_test test;
	/* Unescaped; of a regular expression what stands between the slashes, of a range how it is typed ("1..5", ">2s"). */
	struct str text;
	bool fold; /* ignores case: no capital in it, or /re/i */
	/* Of TEST_RANGE, and of TEST_VALUE where the text is a number of the field's type: at least one bound, in the field's
	 * unit (field.h). A plain number is low == high, both included; of since:, until: and a plain at: it is the time from
	 * low up to high. without: the bound itself is out. */
	bool is_number, has_low, has_high, without_low, without_high;
	money low, high;
};

struct filter_node {
	enum filter_kind kind;
	enum filter_scope scope;
	uint32_t at, length;                    /* bytes of the text that it was read from */
	const struct filter_node *first, *next; /* its children; the sibling after it */
	/* Of a term, which holds if any of its values does; of a count its values. */
	const struct field *field;
	struct str name; /* of @name and person.name, unescaped */
	const struct filter_value *values;
	uint32_t n_values;
	enum field_role
		role; /* role:user binds the text term after it: in messages of that role only; FIELD_ROLE_ANY */
};

struct filter {
	const struct filter_node *root; /* NULL: everything passes */
	struct str sort,
		by; /* sort:latency-desc, by:model; empty: not said. Whether there is such a key is not known here */
	uint32_t sort_at, by_at, limit_at; /* bytes of the text where they stand, for messages */
	bool descending;
	uint32_t limit; /* 0: not said */
	struct arena arena;
	struct str text; /* as it was read */
};

enum filter_state {
	FILTER_EMPTY,
	FILTER_VALID,
	FILTER_INCOMPLETE, /* what is there is right, but something has to follow: an open quote, "latency:" */
	FILTER_WRONG,
};

/* What same:FIELD stands for, appended as plain text; name: of same:@name. False: nothing is under the cursor, or it has no
 * such value. */
typedef bool filter_same_fn(void *ctx, const struct field *field, struct str name, struct buf *out);
struct filter_reading {
	int64_t now; /* microseconds: for since:2h and the like; local time where a time has no zone */
	filter_same_fn *same; /* NULL: same: is an error that says it needs a row */
	void *ctx;
};

/* Reads text. FILTER_EMPTY and FILTER_VALID give *out (free with filter_free); the others set it to NULL and e to one
 * sentence and the byte where it goes wrong, which of a regular expression may be within it; an unknown field names the
 * nearest one. Depth of nesting, number of terms and
 * length are bounded (ERR_LIMIT). Never reads past text.n; any bytes are allowed. */
enum filter_state filter_parse(struct filter **out, struct str text,
                               const struct filter_reading *how, struct errinfo *e) MUST_USE;
void filter_free(struct filter *f); /* NULL is allowed */
/* Whether they say the same; where in their texts it stands does not count. */
bool filter_equal(const struct filter *a, const struct filter *b);
/* Appends the text in its plainest form. Reading that gives an equal tree, and prints the same again. */
void filter_print(const struct filter *f, struct buf *out);
/* Appends field:value as it has to be typed, quoted if need be; for keep and exclude (a leading "-"). name: of @name and
 * person.name. Of a FIELD_TIME, FIELD_WORD with words or number value is one that can be read. */
void filter_append_term(struct buf *out, const struct field *field, struct str name,
                        struct str value);

/* What stands at the cursor, for Tab. */
struct filter_completion {
	uint32_t from, to; /* bytes that a completion replaces */
	const struct field
		*field; /* whose values are wanted; NULL: names of fields, scopes and so on */
	struct str
		name; /* of @name; where field is NULL "sort" or "by", whose keys are wanted; borrowed from text */
};
/* False: nothing that is known can stand there (within quotes without a field, after an unknown name). */
bool filter_at(struct filter_completion *out, struct str text, size_t cursor);
/* What can stand before a colon or a parenthesis and is no field: "sort", "trace("; NULL past the last. */
const char *filter_word(size_t i);

#endif
