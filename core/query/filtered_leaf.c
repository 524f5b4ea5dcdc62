/* Terms of events that are not in the record: properties, as far as their columns are read; texts, which are looked for only
 * where everything else leaves it open; what is slow, and what whoever made the filter knows. */
#include "base/mem.h"
#include "query/filtered_internal.h"

/* ---- properties ---- */

/* What a text of a column is to the values of a term. */
enum property_fit {
	FIT_JUDGED = 1,
	FIT_TEXT = 2,    /* one of them holds of it as a text */
	FIT_PATTERN = 4, /* one of the wildcards and expressions does */
	FIT_WHOLE = 8,   /* it is one of them */
};

struct property_column {
	struct property *column;
	uint8_t *fits; /* by text: enum property_fit */
	uint32_t n;
};

struct property_term {
	struct property_column columns[PROPERTY_NAMES];
	uint32_t n, n_tests, known;
	struct text_test *tests;
	bool as_text; /* numbers, too */
};

static void add_column(struct filtered *d, struct property_term *t, enum property_of of,
                       struct str name)
{
	t->columns[t->n++].column = properties_column(d->with.properties, of, name);
}

static void add_columns(struct filtered *d, const struct plan *p)
{
	const char *names[PROPERTY_NAMES];
	unsigned field = p->node->field->number;
	uint32_t n;

	if (field == FIELD_PROPERTY) {
		add_column(d, p->property, PROPERTY_OF_EVENT, p->node->name);
		return;
	}
	if (field == FIELD_PERSON) {
		add_column(d, p->property, PROPERTY_OF_PERSON, p->node->name);
		return;
	}
	n = property_names_of(field, names);
	for (uint32_t i = 0; i < n; i++)
		add_column(d, p->property, PROPERTY_OF_EVENT, str_of(names[i]));
}

enum err property_term_new(struct filtered *d, struct plan *p, struct errinfo *e)
{
	struct property_term *t = arena_alloc(&d->arena, sizeof(*t));
	enum field_type type = p->node->field->type;

	p->property = t;
	t->as_text = type == FIELD_TEXT || type == FIELD_WORD || type == FIELD_ID;
	t->tests = arena_alloc(&d->arena, (size_t)p->node->n_values * sizeof(*t->tests) + 1);
	for (uint32_t i = 0; i < p->node->n_values; i++, t->n_tests++) {
		enum err err = text_test_init(&t->tests[i], d, &p->node->values[i], e);

		if (err)
			return err;
	}
	add_columns(d, p);
	return ERR_OK;
}

static unsigned fit_of(struct property_term *t, struct str text)
{
	unsigned fit = FIT_JUDGED;

	for (uint32_t i = 0; i < t->n_tests; i++) {
		struct text_test *test = &t->tests[i];

		if (!text_test_holds(test, text, false))
			continue;
		fit |= FIT_TEXT;
		fit |= test->value->test != TEST_VALUE ? FIT_PATTERN : 0;
		fit |= text_test_holds(test, text, true) ? FIT_WHOLE : 0;
	}
	return fit;
}

static unsigned fit(struct property_term *t, struct property_column *c, uint32_t text)
{
	if (text >= c->n) {
		uint32_t n = property_texts(c->column) + 1;

		n = text >= n ? text + 1 : n;
		n += n / 4 + 64;
		c->fits = mem_resize(c->fits, n, 1);
		memset(c->fits + c->n, 0, n - c->n);
		c->n = n;
	}
	if (c->fits[text] == 0)
		c->fits[text] = (uint8_t)fit_of(t, property_text(c->column, text));
	return c->fits[text];
}

static bool number_holds(const struct filter_value *v, money number)
{
	if (v->test != TEST_RANGE)
		return v->test == TEST_VALUE && v->is_number && number == v->low;
	if (v->has_low && (number < v->low || (number == v->low && v->without_low)))
		return false;
	return !v->has_high || number < v->high || (number == v->high && !v->without_high);
}

/* true and false are words, but where what counts is a number: a score. */
static bool counts_as_number(const struct plan *p, const struct property_value *value)
{
	return value->has_number &&
	       (value->type != PROPERTY_BOOL || p->node->field->type != FIELD_VALUE);
}

static bool property_holds(const struct plan *p, struct property_column *c,
                           const struct property_value *value)
{
	const struct filter_node *node = p->node;
	unsigned fits = fit(p->property, c, value->text);
	bool is_number = counts_as_number(p, value);

	for (uint32_t i = 0; i < node->n_values; i++)
		if (node->values[i].test == TEST_PRESENT)
			return true;
	for (uint32_t i = 0; is_number && i < node->n_values; i++)
		if (number_holds(&node->values[i], value->number))
			return true;
	if (node->field->type == FIELD_NUMBER)
		return false;
	if (value->type == PROPERTY_TEXT || p->property->as_text)
		return fits & FIT_TEXT;
	return fits & (value->type == PROPERTY_BOOL ? FIT_PATTERN | FIT_WHOLE : FIT_PATTERN);
}

/* The first name that the event has a value of counts. */
static bool event_holds(const struct plan *p, uint32_t event)
{
	struct property_term *t = p->property;

	for (uint32_t i = 0; i < t->n; i++) {
		struct property_value value = property_get(t->columns[i].column, event);

		if (value.type != PROPERTY_ABSENT)
			return property_holds(p, &t->columns[i], &value);
	}
	return false;
}

static uint32_t known_of(const struct filtered *d, const struct plan *p)
{
	uint32_t known = d->n[FILTERED_EVENTS];

	for (uint32_t i = 0; i < p->property->n; i++) {
		uint32_t read = property_known(p->property->columns[i].column);

		known = read < known ? read : known;
	}
	return known;
}

bool property_has_more(const struct filtered *d, const struct plan *p)
{
	return known_of(d, p) > p->at;
}

void property_progress_of(const struct plan *p, uint64_t *done, uint64_t *bytes)
{
	uint64_t some, of;

	*done = *bytes = 0;
	for (uint32_t i = 0; i < p->property->n; i++) {
		property_progress(p->property->columns[i].column, &some, &of);
		*done += some;
		*bytes += of;
	}
}

bool property_update(struct filtered *d, struct plan *p, struct slice *slice)
{
	uint32_t known = known_of(d, p);

	for (; p->at < known; p->at++) {
		if (slice_over(slice))
			return false;
		filtered_set(p, p->at, event_holds(p, p->at) ? VERDICT_YES : VERDICT_NO);
	}
	return true;
}

/* Columns that are read of the same events mostly fail with the same ones. */
uint32_t property_term_failed(const struct plan *p, struct errinfo *e)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < p->property->n; i++) {
		const struct property *c = p->property->columns[i].column;

		if (property_failed(c) <= most)
			continue;
		most = property_failed(c);
		*e = *property_failure(c);
	}
	return most;
}

void property_term_free(struct plan *p)
{
	struct property_term *t = p->property;

	for (uint32_t i = 0; t != NULL && i < t->n; i++)
		mem_free(t->columns[i].fits);
	for (uint32_t i = 0; t != NULL && i < t->n_tests; i++)
		text_test_fini(&t->tests[i]);
}

/* ---- texts ---- */

struct text_term {
	struct text_wanted wanted;
	struct text_search *search; /* that was not taken yet, or NULL */
	struct bits asked;          /* events that are looked through */
	uint32_t first, end;        /* words of them */
	uint32_t found;             /* as it was taken last */
	bool ended;                 /* likewise */
};

static enum err new_search(struct filtered *d, struct text_term *t, struct errinfo *e)
{
	return text_search_new(&t->search, d->with.loop, d->events, &t->wanted, filtered_changed, d,
	                       e);
}

/* Made once for the errors of its expression; it is not started. */
enum err text_term_new(struct filtered *d, struct plan *p, const struct text_wanted *wanted,
                       struct errinfo *e)
{
	enum err err;

	p->text = arena_alloc(&d->arena, sizeof(*p->text));
	p->text->wanted = *wanted;
	err = new_search(d, p->text, e);
	if (err)
		return err;
	text_search_free(p->text->search);
	p->text->search = NULL;
	return ERR_OK;
}

static void take_word(struct plan *p, uint32_t word, bool done)
{
	struct text_term *t = p->text;
	uint64_t open = t->asked.words[word] & ~p->v.known.words[word], yes = 0;

	for (uint64_t left = open; left != 0; left &= left - 1) {
		uint32_t bit = (uint32_t)__builtin_ctzll(left);

		if (text_search_has(t->search, word * WORD_BITS + bit))
			yes |= UINT64_C(1) << bit;
	}
	p->v.yes.words[word] |= yes;
	p->v.known.words[word] |= done ? open : yes;
	p->version += yes != 0 || done;
}

static void end_search(struct filtered *d, struct text_term *t)
{
	struct errinfo why = {0};
	uint32_t failed = text_search_failed(t->search, &why);

	if (failed > 0 && d->failed == 0)
		d->failure = why;
	d->failed += failed;
	text_search_free(t->search);
	t->search = NULL;
}

bool text_update(struct filtered *d, struct plan *p, struct slice *slice)
{
	struct text_term *t = p->text;

	if (t->search == NULL)
		return true;
	if (!p->busy) {
		t->ended = text_search_done(t->search);
		if (!t->ended && text_search_found(t->search) == t->found)
			return true;
		t->found = text_search_found(t->search);
		p->at = t->first;
		p->busy = true;
	}
	for (; p->at < t->end; p->at++) {
		if (slice_over(slice))
			return false;
		take_word(p, p->at, t->ended);
	}
	p->busy = false;
	if (t->ended)
		end_search(d, t);
	return true;
}

/* Those that matter, of which nothing is known. */
bool text_ask(struct filtered *d, struct plan *p)
{
	struct text_term *t = p->text;
	uint32_t words = bits_words(d->n[FILTERED_EVENTS]), first = UINT32_MAX, end = 0;

	if (t->search != NULL)
		return true;
	bits_reach(&t->asked, d->n[FILTERED_EVENTS]);
	bits_reach(&p->v.yes, d->n[FILTERED_EVENTS]);
	bits_reach(&p->v.known, d->n[FILTERED_EVENTS]);
	for (uint32_t i = 0; i < words; i++) {
		uint64_t word = i < p->in->want.n ? p->in->want.words[i] : 0;

		t->asked.words[i] = word & bits_below(i, d->n[FILTERED_EVENTS]) &
		                    ~p->v.known.words[i] & ~d->lost.words[i];
		if (t->asked.words[i] == 0)
			continue;
		first = first == UINT32_MAX ? i : first;
		end = i + 1;
	}
	if (end == 0)
		return false;
	if (new_search(d, t, NULL) != ERR_OK)
		return false;
	t->first = first;
	t->end = end;
	t->found = 0;
	end *= WORD_BITS;
	text_search_add(t->search, first * WORD_BITS,
	                (end < d->n[FILTERED_EVENTS] ? end : d->n[FILTERED_EVENTS]) -
	                        first * WORD_BITS,
	                t->asked.words + first);
	return true;
}

void text_progress(const struct plan *p, uint64_t *done, uint64_t *bytes)
{
	*done = *bytes = 0;
	if (p->text->search != NULL)
		text_search_progress(p->text->search, done, bytes);
}

bool text_has_more(const struct plan *p)
{
	const struct text_term *t = p->text;

	return t->search != NULL &&
	       (text_search_done(t->search) || text_search_found(t->search) != t->found);
}

void text_term_free(struct plan *p)
{
	if (p->text == NULL)
		return;
	text_search_free(p->text->search);
	mem_free(p->text->asked.words);
}

/* ---- what is known elsewhere ---- */

static bool is_asked(struct filtered *d, const struct plan *p, uint32_t at)
{
	const enum field_is word = p->asked;

	if (word == ASKED_NOTE)
		return d->with.has_note(d->with.ctx, p->of, at);
	if (word > ASKED_NOTE)
		return d->with.judged(d->with.ctx, p->of, at) ==
		       (word == ASKED_YES ? FILTERED_YES : FILTERED_LOOK);
	return d->with.is(d->with.ctx, p->asked, p->of, at);
}

bool asked_update(struct filtered *d, struct plan *p, struct slice *slice)
{
	for (; p->at < d->n[p->of]; p->at++) {
		if (slice_over(slice))
			return false;
		filtered_set(p, p->at, is_asked(d, p, p->at) ? VERDICT_YES : VERDICT_NO);
	}
	return true;
}

static bool is_slow(struct filtered *d, const struct plan *p, uint32_t at)
{
	return p->of == FILTERED_TRACES ? slow_trace(d->slow, at) : slow_event(d->slow, at);
}

/* More events may make one that was slow a usual one. */
bool slow_update(struct filtered *d, struct plan *p, struct slice *slice)
{
	if (!p->busy && p->seen_model == d->model_version)
		return true;
	if (!p->busy) {
		p->busy = true;
		p->seen_model = d->model_version;
		p->at = 0;
	}
	for (; p->at < d->n[p->of]; p->at++) {
		if (slice_over(slice))
			return false;
		filtered_set(p, p->at, is_slow(d, p, p->at) ? VERDICT_YES : VERDICT_NO);
	}
	p->busy = false;
	return true;
}
