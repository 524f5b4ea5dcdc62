/* Values of the filter language against short texts and numbers. */
#include "base/mem.h"
#include "base/utf8.h"
#include "query/filtered_internal.h"

/* ---- texts ---- */

enum err text_test_init(struct text_test *t, struct filtered *d, const struct filter_value *value,
                        struct errinfo *e)
{
	*t = (struct text_test){.value = value, .d = d};
	if (value->test == TEST_PRESENT || value->test == TEST_RANGE)
		return ERR_OK;
	return text_rule_new(&t->rule, value, e);
}

void text_test_fini(struct text_test *t)
{
	text_rule_free(t->rule);
}

static uint32_t next_code(struct str s, size_t *at, bool fold)
{
	size_t start = *at;
	int32_t code = utf8_next(s, at);

	if (code < 0)
		return 0x110000u + (unsigned char)s.p[start];
	return fold ? utf8_fold((uint32_t)code) : (uint32_t)code;
}

static bool is_equal(struct str a, struct str b, bool fold)
{
	size_t i = 0, k = 0;

	while (i < a.n && k < b.n)
		if (next_code(a, &i, fold) != next_code(b, &k, fold))
			return false;
	return i == a.n && k == b.n;
}

static void gave_up(struct filtered *d)
{
	if (d->failed++ == 0)
		err_set(&d->failure, ERR_LIMIT, "the regular expression takes too long");
	slice_was_large(d->slice);
}

static bool rule_holds(struct text_test *t, struct str text)
{
	enum text_verdict verdict = text_rule_holds(t->rule, text);

	if (verdict == TEXT_GIVEN_UP)
		gave_up(t->d);
	return verdict == TEXT_IS;
}

bool text_test_holds(struct text_test *t, struct str text, bool whole)
{
	const struct filter_value *v = t->value;

	if (text.n == 0 || v->test == TEST_RANGE)
		return false;
	if (v->test == TEST_PRESENT)
		return true;
	if (whole && v->test == TEST_VALUE)
		return is_equal(text, v->text, v->fold);
	return rule_holds(t, text);
}

static bool is_name_of_source(const struct events *t, struct str text)
{
	for (uint32_t i = 0; i < t->n_origins; i++)
		if (str_eq(text, str_of(t->origins[i])))
			return true;
	return false;
}

bool source_passes(struct text_test *tests, uint32_t n, uint32_t origin, struct str path)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct filter_value *v = tests[i].value;
		const struct events *t = tests[i].d->events;
		struct str name = origin < t->n_origins ? str_of(t->origins[origin]) : STR_EMPTY;

		if (v->test == TEST_VALUE && is_name_of_source(t, v->text)) {
			if (str_eq(name, v->text))
				return true;
		} else if (text_test_holds(&tests[i], name, false) ||
		           text_test_holds(&tests[i], path, false)) {
			return true;
		}
	}
	return false;
}

/* ---- numbers ---- */

bool value_is_number(const struct filter_value *v)
{
	return v->test == TEST_PRESENT || v->test == TEST_RANGE ||
	       (v->test == TEST_VALUE && v->is_number);
}

static money divide_down(money value, int64_t by)
{
	return value / by - (value % by < 0);
}

static money divide_up(money value, int64_t by)
{
	return value / by + (value % by > 0);
}

/* INT64_MIN stands for what is absent. */
static int64_t clamped(money value)
{
	if (value <= INT64_MIN)
		return INT64_MIN + 1;
	return value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

static struct range range_of(const struct filter_value *v, int64_t from, int64_t to)
{
	money low = v->low, high = v->high;

	if (from > to) {
		low = v->without_low ? divide_down(low, from) : divide_up(low, from);
		high = v->without_high ? divide_up(high, from) : divide_down(high, from);
	} else if (from < to) {
		low *= to;
		high *= to;
	}
	if (v->test == TEST_PRESENT || !v->has_low)
		low = INT64_MIN;
	else
		low += v->without_low;
	if (v->test == TEST_PRESENT || !v->has_high)
		high = INT64_MAX;
	else
		high -= v->without_high;
	if (low > INT64_MAX || high <= INT64_MIN)
		return (struct range){INT64_MAX, INT64_MIN + 1};
	return (struct range){clamped(low), clamped(high)};
}

struct ranges ranges_of(struct arena *a, const struct filter_node *node, int64_t scale)
{
	enum field_type type = node->field != NULL ? node->field->type : FIELD_COUNT;
	int64_t own = type == FIELD_NUMBER || type == FIELD_PERCENT || type == FIELD_VALUE
	                      ? FILTER_SCALE
	                      : 1;
	struct ranges r = {
		.list = arena_alloc(a, (size_t)node->n_values * sizeof(struct range) + 1)};

	for (uint32_t i = 0; i < node->n_values; i++)
		if (value_is_number(&node->values[i]))
			r.list[r.n++] = range_of(&node->values[i], own, scale);
	return r;
}
