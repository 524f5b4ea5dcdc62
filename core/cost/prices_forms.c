/* The forms of names, and the index over those of a table: forms that begin with the same bytes are in one chain, so that what
 * stands at a place of a name is found without asking every row; and all forms, one behind the other, are a book in which a
 * part of a name is looked for at once. Which row counts is left to prices_match.c. */
#include "base/mem.h"
#include "cost/prices_internal.h"

#define BOOK_MARK '\n' /* stands in no name of a table */

/* ---- forms ------------------------------------------------------------------ */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

struct str prices_lower(struct arena *a, struct str text)
{
	char *p = arena_alloc(a, text.n + 1);

	for (size_t i = 0; i < text.n; i++)
		p[i] = lower(text.p[i]);
	return (struct str){p, text.n};
}

static struct str dashed(struct arena *a, struct str text)
{
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (is_alphanumeric(text.p[i]))
			p[n++] = text.p[i];
		else if (n > 0 && p[n - 1] != '-')
			p[n++] = '-';
	if (n > 0 && p[n - 1] == '-')
		n--;
	return (struct str){p, n};
}

static struct str after_slash(struct str text)
{
	for (size_t i = text.n; i > 0; i--)
		if (text.p[i - 1] == '/')
			return str_sub(text, i, SIZE_MAX);
	return text;
}

void prices_forms(struct arena *a, struct str name, struct str forms[PRICE_FORMS])
{
	forms[FORM_NAME] = name;
	forms[FORM_DASHED] = dashed(a, name);
	forms[FORM_AFTER_SLASH] = after_slash(name);
	forms[FORM_BARE] = forms[FORM_AFTER_SLASH].n == name.n ? forms[FORM_DASHED]
	                                                       : dashed(a, forms[FORM_AFTER_SLASH]);
}

/* ---- chains ----------------------------------------------------------------- */

static uint32_t chain_of(struct str text)
{
	uint32_t anchor;

	if (text.n < PRICE_ANCHOR)
		return PRICE_CHAINS;
	memcpy(&anchor, text.p, PRICE_ANCHOR);
	return anchor * 2654435769u >> 22; /* Knuth's factor; 10 bits */
}

const struct price_form *price_list_next(const struct price_list *list, struct str text,
                                         uint32_t *at)
{
	uint32_t chain = chain_of(text), next;

	if (*at == 0)
		next = list->chains[chain];
	else
		next = list->forms[*at - 1].next;
	/* Short forms follow behind those of the text's own chain. */
	if (next == 0 && chain != PRICE_CHAINS &&
	    (*at == 0 || list->forms[*at - 1].text.n >= PRICE_ANCHOR))
		next = list->chains[PRICE_CHAINS];
	*at = next;
	return next > 0 ? &list->forms[next - 1] : NULL;
}

static void add_form(struct price_list *list, uint32_t entry, struct str text, uint8_t is)
{
	uint32_t first = list->n_forms;

	if (text.n == 0)
		return;
	while (first > 0 && list->forms[first - 1].entry == entry)
		if (str_eq(list->forms[--first].text, text)) {
			list->forms[first].is |= is;
			return;
		}
	if (list->n_forms == list->forms_cap) {
		list->forms_cap = list->forms_cap ? list->forms_cap * 2 : 1024;
		list->forms = mem_resize(list->forms, list->forms_cap, sizeof(*list->forms));
	}
	list->forms[list->n_forms++] = (struct price_form){.text = text, .entry = entry, .is = is};
}

/* From the end, so that chains are in the order of the file. */
static void chain_forms(struct price_list *list)
{
	for (uint32_t i = list->n_forms; i > 0; i--) {
		uint32_t *chain = &list->chains[chain_of(list->forms[i - 1].text)];

		list->forms[i - 1].next = *chain;
		*chain = i;
	}
}

/* ---- the book --------------------------------------------------------------- */

static void write_book(struct price_list *list)
{
	size_t n = 0, at = 0;
	char *p;

	for (uint32_t i = 0; i < list->n_forms; i++)
		n += list->forms[i].text.n + 1;
	p = arena_alloc(&list->arena, n + 1);
	for (uint32_t i = 0; i < list->n_forms; i++) {
		struct str text = list->forms[i].text;

		memcpy(p + at, text.p, text.n);
		at += text.n;
		p[at++] = BOOK_MARK;
		list->entries[list->forms[i].entry].book_end = (uint32_t)at;
	}
	list->book = (struct str){p, at};
}

/* Whose forms stand there. */
static uint32_t entry_at(const struct price_list *list, size_t place)
{
	uint32_t low = 0, high = list->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (list->entries[middle].book_end <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t price_list_around(const struct price_list *list, struct str text, uint32_t entry)
{
	size_t from = entry > 0 ? list->entries[entry - 1].book_end : 0, place;

	if (entry >= list->n || text.n == 0 || memchr(text.p, BOOK_MARK, text.n) != NULL)
		return list->n;
	place = str_find(list->book, text, from, false);
	return place == SIZE_MAX ? list->n : entry_at(list, place);
}

/* ---- all of it ---------------------------------------------------------------- */

void price_list_index(struct price_list *list)
{
	for (uint32_t entry = 0; entry < list->n; entry++) {
		struct str forms[PRICE_FORMS];

		prices_forms(&list->arena, list->entries[entry].row->model, forms);
		for (int form = 0; form < PRICE_FORMS; form++)
			add_form(list, entry, forms[form], (uint8_t)(1 << form));
	}
	chain_forms(list);
	write_book(list);
}
