/* Chunks: none ever moves, and all that were added are there, also where several share memory. */
#include "base/chunks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MANY 40u

static void fill(struct chunks *c, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		memset(chunks_add(c), (int)i, c->size);
}

static void check(const struct chunks *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		const uint8_t *bytes = c->list[i];

		assert_int_equal(bytes[0], i);
		assert_int_equal(bytes[c->size - 1], i);
	}
}

static void none_moves(void **state)
{
	struct chunks c = {.size = (size_t)300 << 10}; /* six are a large page's */
	void *first, *last;

	(void)state;
	assert_int_equal(chunks_bytes(&c), 0);
	fill(&c, 0, MANY);
	first = c.list[0];
	last = c.list[MANY - 1];
	fill(&c, MANY, 2 * MANY);
	assert_ptr_equal(c.list[0], first);
	assert_ptr_equal(c.list[MANY - 1], last);
	check(&c);
	assert_true(chunks_bytes(&c) >= 2 * MANY * c.size);
	chunks_free(&c);
	assert_int_equal(c.n, 0);
}

static void cut_and_filled_again(void **state)
{
	struct chunks c = {.size = (size_t)600 << 10}; /* three */

	(void)state;
	fill(&c, 0, MANY);
	for (uint32_t n = MANY; n-- > 0;) {
		chunks_cut(&c, n);
		assert_in_range(c.n, n, n + 2);
		check(&c);
		fill(&c, c.n, n + 5);
		check(&c);
	}
	chunks_cut(&c, 0);
	assert_int_equal(c.n, 0);
	fill(&c, 0, 2);
	check(&c);
	chunks_free(&c);
}

static void one_a_page(void **state)
{
	struct chunks c = {.size = CHUNKS_LARGE};

	(void)state;
	fill(&c, 0, 3);
	check(&c);
	chunks_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_moves),
		cmocka_unit_test(cut_and_filled_again),
		cmocka_unit_test(one_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
