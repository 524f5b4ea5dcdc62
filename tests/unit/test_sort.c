/* Sorting in steps: any keys, against a plain insertion of each behind those that are not greater. */
#include "base/mem.h"
#include "query/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed = 1;

static uint64_t random_below(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 20) % n;
}

struct shape {
	const char *what;
	size_t n;
	uint64_t values; /* how many different ones */
	money step;      /* from one to the next */
	money low;
	unsigned unknown; /* in a hundred */
	unsigned order;   /* in a hundred stand in it */
};

#define BEYOND ((money)1 << 100)
static const struct shape shapes[] = {
	{"none", 0, 1, 1, 0, 0, 0},
	{"one", 1, 1, 1, 0, 0, 0},
	{"few", 100, 1000, 1, 0, 10, 0},
	{"just too few for digits", 4095, 1000, 1, -500, 10, 0},
	{"just enough", 4096, 1000, 1, -500, 10, 0},
	{"all alike", 5000, 1, 1, 7, 0, 0},
	{"all unknown", 5000, 10, 1, 0, 100, 0},
	{"two values", 5000, 2, 1, 0, 0, 0},
	{"groups about as large as are merged", 30000, 460, 1, 0, 1, 0},
	{"amounts", 30000, 1000000, 1000001, 0, 20, 0},
	{"negative", 30000, 1000000, 3, -2000000, 5, 0},
	{"only high digits differ", 20000, 900, (money)1 << 50, 0, 5, 0},
	{"all of 64 bits", 20000, (uint64_t)1 << 40, (money)1 << 23, -((money)1 << 62), 5, 0},
	{"beyond 64 bits", 20000, 1000, BEYOND, -BEYOND * 500, 5, 0},
	{"nearly in order", 30000, 1000000, 1, 0, 0, 99},
	{"falling", 10000, 0, -1, 0, 0, 0},
};

static struct sort_key *make_keys(const struct shape *s)
{
	struct sort_key *keys = mem_zero(s->n + 1, sizeof(*keys));

	for (size_t i = 0; i < s->n; i++) {
		bool in_order = s->values == 0 || random_below(100) < s->order;

		keys[i].row = (uint32_t)i;
		keys[i].known = random_below(100) >= s->unknown;
		keys[i].number = s->low + s->step * (money)(in_order ? i : random_below(s->values));
	}
	return keys;
}

/* Rising, unknown last, ties by row: what a stable sort of rows in their order gives. */
static bool is_before(const struct sort_key *a, const struct sort_key *b)
{
	int order = sort_by_number(NULL, a, b);

	return order != 0 ? order < 0 : a->row < b->row;
}

/* By number, then the highest row first: a total order. */
static int number_then_row(const void *ctx, const struct sort_key *a, const struct sort_key *b)
{
	int order = sort_by_number(ctx, a, b);

	return order != 0 ? order : (a->row < b->row) - (a->row > b->row);
}

static void check_total(const struct shape *s)
{
	struct slice slice = {.until = SLICE_WHOLE};
	struct sorting sorting;

	sorting_start_numbers(&sorting, make_keys(s), s->n, number_then_row, NULL);
	assert_true(sorting_step(&sorting, &slice));
	for (size_t i = 1; i < s->n; i++)
		if (number_then_row(NULL, &sorting.keys[i - 1], &sorting.keys[i]) >= 0)
			fail_msg("%s: wrong total order at %zu", s->what, i);
	sorting_free(&sorting);
}

static void check(const struct shape *s, bool in_steps)
{
	struct sort_key *keys = make_keys(s), *before = mem_alloc(s->n + 1, sizeof(*before));
	uint8_t *seen = mem_zero(s->n + 1, 1);
	struct sorting sorting;

	memcpy(before, keys, s->n * sizeof(*before));
	sorting_start(&sorting, keys, s->n, sort_by_number, NULL);
	for (;;) {
		struct slice slice = {.until = in_steps ? 0 : SLICE_WHOLE};

		if (sorting_step(&sorting, &slice))
			break;
		assert_true(in_steps);
		if (sorting_percent(&sorting) > 100)
			fail_msg("%s: %u %%", s->what, sorting_percent(&sorting));
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct sort_key *key = &sorting.keys[i];

		if (i > 0 && !is_before(key - 1, key))
			fail_msg("%s: wrong order at %zu", s->what, i);
		assert_true(key->row < s->n && !seen[key->row]);
		seen[key->row] = 1;
		assert_true(key->number == before[key->row].number &&
		            key->known == before[key->row].known);
	}
	sorting_free(&sorting);
	mem_free(before);
	mem_free(seen);
}

static void test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		check(&shapes[i], false);
		check(&shapes[i], true);
		check_total(&shapes[i]);
	}
}

static void test_left_in_the_middle(void **state)
{
	(void)state;
	for (unsigned steps = 0; steps < 2000; steps += 97) {
		struct sorting sorting;

		sorting_start(&sorting, make_keys(&shapes[9]), shapes[9].n, sort_by_number, NULL);
		for (unsigned i = 0; i < steps; i++) {
			struct slice slice = {.until = 0};

			if (sorting_step(&sorting, &slice))
				break;
		}
		sorting_free(&sorting);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_left_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
