/* Parts of two traces paired: held against the plain table of a longest common subsequence; and in what two events differ. */
#include "model/alike_pairs.h"

#include "base/mem.h"
#include "support/model_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MOST 40

static uint32_t longest(const uint64_t *a, uint32_t n, const uint64_t *b, uint32_t m)
{
	uint32_t table[MOST + 1][MOST + 1] = {{0}};

	for (uint32_t i = 1; i <= n; i++)
		for (uint32_t j = 1; j <= m; j++) {
			uint32_t best = table[i - 1][j] > table[i][j - 1] ? table[i - 1][j]
			                                                  : table[i][j - 1];

			table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : best;
		}
	return table[n][m];
}

/* Everything is there once and in order; what is paired is the same, and as much as can be. */
static void check(uint64_t *a, uint32_t n, uint64_t *b, uint32_t m)
{
	struct alike_sequence sides[2] = {{a, n}, {b, m}};
	struct alike_pairs pairs;
	uint32_t next[2] = {0, 0}, paired = 0;

	alike_pair_up(&pairs, sides);
	for (uint32_t i = 0; i < pairs.n; i++) {
		const struct alike_pair *p = &pairs.list[i];

		for (int side = 0; side < 2; side++)
			if (p->at[side] != ALIKE_NONE)
				assert_int_equal(p->at[side], next[side]++);
		if (p->at[0] == ALIKE_NONE || p->at[1] == ALIKE_NONE) {
			assert_true(p->at[0] != p->at[1]);
			continue;
		}
		assert_true(a[p->at[0]] == b[p->at[1]]);
		paired++;
	}
	assert_int_equal(next[0], n);
	assert_int_equal(next[1], m);
	assert_int_equal(paired, longest(a, n, b, m));
	alike_pairs_free(&pairs);
}

static void random_sequences(void **state)
{
	uint64_t a[MOST], b[MOST];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint32_t kinds = (uint32_t)round % 7 + 1, n = (uint32_t)round % MOST;
		uint32_t m = (uint32_t)round / 40 % MOST;

		for (uint32_t i = 0; i < MOST; i++) {
			a[i] = ((seed = seed * 1664525 + 1013904223) >> 8) % kinds;
			b[i] = ((seed = seed * 1664525 + 1013904223) >> 8) % kinds;
		}
		check(a, n, b, m);
	}
}

/* 10,000 on each side that share little end in any case. */
static void large_ones_end(void **state)
{
	enum { LARGE = 10000 };
	uint64_t *keys[2] = {mem_alloc(LARGE, 8), mem_alloc(LARGE, 8)};
	struct alike_sequence sides[2] = {{keys[0], LARGE}, {keys[1], LARGE}};
	struct alike_pairs pairs;

	(void)state;
	for (uint32_t i = 0; i < LARGE; i++) {
		keys[0][i] = i % 97;
		keys[1][i] = (uint64_t)i * 31 % 89;
	}
	alike_pair_up(&pairs, sides);
	assert_in_range(pairs.n, LARGE, 2 * LARGE);
	alike_pairs_free(&pairs);
	mem_free(keys[0]);
	mem_free(keys[1]);
}

/* ---- differences ---- */

static unsigned differ(struct sample a, struct sample b)
{
	struct events t;
	unsigned differences;

	events_init(&t);
	sample_add(&t, &a);
	sample_add(&t, &b);
	differences = alike_differences(&t, 0, 1);
	assert_int_equal(differences, alike_differences(&t, 1, 0));
	events_fini(&t);
	return differences;
}

#define TOOK(seconds)                                     \
	(struct sample)                                   \
	{                                                 \
		.has_latency = true, .latency = (seconds) \
	}

static void what_differs(void **state)
{
	(void)state;
	assert_int_equal(differ((struct sample){0}, (struct sample){0}), 0);
	assert_int_equal(differ(TOOK(1), TOOK(1.4)), 0);
	assert_int_equal(differ(TOOK(1), TOOK(1.5)), ALIKE_LATENCY);
	assert_int_equal(differ(TOOK(0.01), TOOK(0.1)), 0);
	assert_int_equal(differ(TOOK(1), (struct sample){0}), ALIKE_LATENCY);
	assert_int_equal(differ((struct sample){.has_input = true, .input = 5},
	                        (struct sample){.has_input = true, .input = 6}),
	                 ALIKE_TOKENS);
	assert_int_equal(differ((struct sample){.has_cost = true}, (struct sample){0}), ALIKE_COST);
	assert_int_equal(differ((struct sample){.flags = EVENT_ERROR}, (struct sample){0}),
	                 ALIKE_ERROR);
}

static void keys(void **state)
{
	struct events t;
	const struct sample samples[] = {
		{.kind = EVENT_SPAN, .name = "a"},
		{.kind = EVENT_SPAN, .name = "a", .flags = EVENT_ERROR},
		{.kind = EVENT_SPAN, .name = "a", .flags = EVENT_TOOL},
		{.kind = EVENT_GENERATION, .name = "a"},
		{.kind = EVENT_SPAN, .name = "b"},
	};

	(void)state;
	events_init(&t);
	for (size_t i = 0; i < 5; i++)
		sample_add(&t, &samples[i]);
	assert_true(alike_key(&t, 0) == alike_key(&t, 1));
	for (uint32_t i = 2; i < 5; i++)
		assert_true(alike_key(&t, 0) != alike_key(&t, i));
	events_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_sequences),
		cmocka_unit_test(large_ones_end),
		cmocka_unit_test(what_differs),
		cmocka_unit_test(keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
