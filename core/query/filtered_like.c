/* error.like: of an event that it has an error which says the same as a text. Errors are known as far as they are read (errors.h);
 * each is held against the values once. */
#include "base/mem.h"
#include "query/error_text.h"
#include "query/errors.h"
#include "query/filtered_internal.h"

enum like { LIKE_OPEN, LIKE_NO, LIKE_YES };

struct like_term {
	struct str *forms; /* of the values that are texts */
	struct text_test *tests;
	uint32_t n_tests;
	uint8_t *judged; /* enum like, by error */
	uint32_t n;
};

enum err like_term_new(struct filtered *d, struct plan *p, struct errinfo *e)
{
	const struct filter_node *node = p->node;
	struct like_term *t = arena_alloc(&d->arena, sizeof(*t));
	struct buf form = {0};
	enum err err = ERR_OK;

	p->like = t;
	t->forms = arena_alloc(&d->arena, (size_t)node->n_values * sizeof(*t->forms) + 1);
	t->tests = arena_alloc(&d->arena, (size_t)node->n_values * sizeof(*t->tests) + 1);
	for (uint32_t i = 0; i < node->n_values && err == ERR_OK; i++) {
		err = text_test_init(&t->tests[i], d, &node->values[i], e);
		t->n_tests += err == ERR_OK;
		buf_clear(&form);
		error_form(node->values[i].text, &form, NULL);
		t->forms[i] = arena_copy(&d->arena, buf_str(&form));
	}
	buf_free(&form);
	errors_begin(d->with.errors);
	return err;
}

void like_term_free(struct plan *p)
{
	if (p->like == NULL)
		return;
	for (uint32_t i = 0; i < p->like->n_tests; i++)
		text_test_fini(&p->like->tests[i]);
	mem_free(p->like->judged);
}

uint32_t like_term_failed(const struct filtered *d, struct errinfo *e)
{
	*e = *errors_failure(d->with.errors);
	return errors_failed(d->with.errors);
}

static enum like judge(struct like_term *t, struct str text)
{
	for (uint32_t i = 0; i < t->n_tests; i++)
		if (t->tests[i].value->test == TEST_VALUE
		            ? text.n > 0 && str_eq(text, t->forms[i])
		            : text_test_holds(&t->tests[i], text, false))
			return LIKE_YES;
	return LIKE_NO;
}

static bool is_like(struct filtered *d, struct like_term *t, uint32_t error)
{
	if (error >= t->n) {
		uint32_t n = errors_count(d->with.errors) + 64;

		t->judged = mem_resize(t->judged, n, 1);
		memset(t->judged + t->n, LIKE_OPEN, n - t->n);
		t->n = n;
	}
	if (t->judged[error] == LIKE_OPEN)
		t->judged[error] = (uint8_t)judge(t, errors_text(d->with.errors, error));
	return t->judged[error] == LIKE_YES;
}

static uint32_t known_of(const struct filtered *d)
{
	uint32_t known = errors_known(d->with.errors);

	return known < d->n[FILTERED_EVENTS] ? known : d->n[FILTERED_EVENTS];
}

bool like_has_more(const struct filtered *d, const struct plan *p)
{
	return known_of(d) > p->at;
}

bool like_update(struct filtered *d, struct plan *p, struct slice *slice)
{
	for (uint32_t known = known_of(d); p->at < known; p->at++) {
		uint32_t error = errors_of(d->with.errors, p->at);

		if (slice_over(slice))
			return false;
		filtered_set(p, p->at,
		             error != 0 && is_like(d, p->like, error) ? VERDICT_YES : VERDICT_NO);
	}
	return true;
}
