/* Private to core/cost: what the files of prices*.c share. */
#ifndef COST_PRICES_INTERNAL_H
#define COST_PRICES_INTERNAL_H

#include "base/arena.h"
#include "cost/prices.h"

#include <assert.h>

/* A name in the forms that are looked for in one another: lower case; the same with a dash for all that is no letter or digit,
 * but none at its ends; and both of what stands after its last slash. They may be equal, or empty. */
enum {
	FORM_NAME,
	FORM_DASHED,
	FORM_AFTER_SLASH,
	FORM_BARE,
	PRICE_FORMS,
};
void prices_forms(struct arena *a, struct str lower, struct str forms[PRICE_FORMS]);
struct str prices_lower(struct arena *a, struct str text);

/* One of the forms of a row's name, in a chain of those that begin alike. */
struct price_form {
	struct str text;
	uint32_t entry, next; /* its row; of the next one in the chain, plus one */
	uint8_t is;           /* a bit for each form of which it is the text */
};
struct price_entry {
	struct price_row *row;
	uint32_t book_end; /* where its forms end in the book */
};

#define PRICE_ANCHOR \
	4 /* bytes by which forms are told apart; shorter ones have a chain of their own */
#define PRICE_CHAINS 1024
struct price_list {
	struct price_entry *entries; /* in the order of the file */
	uint32_t n, cap;
	struct price_form *forms; /* in that order, too */
	uint32_t n_forms, forms_cap;
	uint32_t chains[PRICE_CHAINS + 1]; /* the last one is of short forms; numbers plus one */
	struct str book;                   /* all forms, each with a newline behind it */
	struct str date;
	struct arena arena;
};
#define PRICE_TABLES (PRICES_OWN + 1)
struct prices {
	struct price_list lists[PRICE_TABLES];
};

static inline bool prices_is_flex(struct str service_tier)
{
	return str_eq(service_tier, STR("flex"));
}

extern const struct str prices_builtin; /* made from model-prices.tsv */

/* Once all entries are there. */
void price_list_index(struct price_list *list);
/* Walks the forms that may stand at the beginning of text, short ones included: *at is 0 before the first. NULL at the end. */
const struct price_form *price_list_next(const struct price_list *list, struct str text,
                                         uint32_t *at);
/* The first row at or after `entry` in whose forms text stands; list->n if there is none. */
uint32_t price_list_around(const struct price_list *list, struct str text, uint32_t entry);

#endif
