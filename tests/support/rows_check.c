/* Asserts about rows and what their columns give. */
#include "support/rows_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void rows_expect_text(const struct rows *r, uint32_t row, const char *name, const char *expected)
{
	const struct column *c = rows_column(r->query.kind, str_of(name));
	struct buf scratch = {0};
	struct value v;

	assert_non_null(c);
	assert_true(row < r->n);
	c->get(r, row, &v, &scratch);
	if (!expected) {
		assert_int_equal(v.type, VALUE_UNKNOWN);
	} else {
		assert_int_equal(v.type, VALUE_TEXT);
		assert_int_equal(v.text.n, strlen(expected));
		assert_memory_equal(v.text.p, expected, v.text.n);
	}
	buf_free(&scratch);
}

struct value rows_value_of(const struct rows *r, uint32_t row, const char *name)
{
	const struct column *c = rows_column(r->query.kind, str_of(name));
	struct buf scratch = {0};
	struct value v;

	assert_non_null(c);
	assert_true(row < r->n);
	c->get(r, row, &v, &scratch);
	assert_true(v.type == VALUE_UNKNOWN || v.type == c->type);
	assert_int_not_equal(v.type, VALUE_TEXT);
	buf_free(&scratch);
	return v;
}

void rows_expect_number(const struct rows *r, uint32_t row, const char *name, int64_t expected)
{
	struct value v = rows_value_of(r, row, name);

	if (expected == ROWS_UNKNOWN) {
		assert_int_equal(v.type, VALUE_UNKNOWN);
		return;
	}
	assert_int_not_equal(v.type, VALUE_UNKNOWN);
	assert_true(v.number == expected);
}

void rows_build_all(struct rows *r, struct fixture *f, enum rows_kind kind)
{
	struct query q;

	query_init(&q, kind);
	rows_build(r, f->model, &q);
}

/* The texts of a column, row by row, with blanks between. */
void rows_expect_column(const struct rows *r, const char *name, const char *expected)
{
	const struct column *c = rows_column(r->query.kind, str_of(name));
	struct buf all = {0}, scratch = {0};

	assert_non_null(c);
	for (uint32_t row = 0; row < r->n; row++) {
		struct value v;

		c->get(r, row, &v, &scratch);
		buf_puts(&all, row ? " " : "");
		buf_append(&all, v.type == VALUE_TEXT ? v.text : STR("-"));
	}
	assert_string_equal(buf_text(&all), expected);
	buf_free(&all);
	buf_free(&scratch);
}
