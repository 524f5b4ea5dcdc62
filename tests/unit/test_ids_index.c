/* The index of ids: whatever the hashes, what was added is found, in every step of its growth. */
#include "index/ids_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define FEW  1500u
#define MEET 400u /* that are looked at one after the other */
#define MANY 200000u

struct keys {
	uint32_t *hashes; /* by number, which is the key, too */
};

static uint32_t hash_at(const void *ctx, uint32_t number)
{
	return ((const struct keys *)ctx)->hashes[number];
}

static bool same(const void *ctx, uint32_t number, const void *key)
{
	(void)ctx;
	return number == *(const uint32_t *)key;
}

static uint32_t find(const struct ids_index *x, const struct keys *k, uint32_t key)
{
	const struct ids_index_keys keys = {same, hash_at, k};

	return ids_index_find(x, &keys, k->hashes[key], &key);
}

/* Gives the key's number. */
static uint32_t add(struct ids_index *x, const struct keys *k, uint32_t key)
{
	const struct ids_index_keys keys = {same, hash_at, k};

	ids_index_fetch(x, k->hashes[key]);
	return ids_index_add(x, &keys, k->hashes[key], &key, x->used + 1);
}

typedef uint32_t hash_maker(uint32_t number);

static void fill(struct keys *k, uint32_t n, hash_maker *make)
{
	k->hashes = calloc(n + 2, sizeof(*k->hashes));
	for (uint32_t i = 1; i < n + 2; i++)
		k->hashes[i] = make(i);
}

/* Looks for all after every addition. */
static void add_and_find(hash_maker *make, uint32_t n, uint32_t expected)
{
	struct ids_index x = {0};
	struct keys k;

	fill(&k, n, make);
	ids_index_expect(&x, expected);
	assert_int_equal(find(&x, &k, 1), 0);
	for (uint32_t i = 1; i <= n; i++) {
		uint32_t moved = x.old ? x.moved : 0;

		assert_int_equal(add(&x, &k, i), i);
		assert_true(!x.old || x.moved <= moved + 1);
		for (uint32_t key = 1; key <= i; key++)
			assert_int_equal(find(&x, &k, key), key);
		assert_int_equal(add(&x, &k, i / 2 + 1), i / 2 + 1);
		assert_int_equal(x.used, i);
		assert_int_equal(find(&x, &k, i + 1), 0);
	}
	ids_index_free(&x);
	assert_int_equal(ids_index_bytes(&x), 0);
	free(k.hashes);
}

static uint32_t good_hash(uint32_t number)
{
	return (uint32_t)(number * UINT64_C(0x9E3779B97F4A7C15) >> 20);
}

static uint32_t all_bits(uint32_t number)
{
	(void)number;
	return UINT32_MAX;
}

static uint32_t no_bits(uint32_t number)
{
	(void)number;
	return 0;
}

static uint32_t high_bits(uint32_t number)
{
	return number << 20;
}

static uint32_t two_places(uint32_t number)
{
	return number & 1 ? UINT32_C(0x3FF) : 0;
}

static void finds_in_every_step(void **state)
{
	(void)state;
	add_and_find(good_hash, FEW, 0);
}

/* It may be right, too many or too few. */
static void expecting_changes_no_answer(void **state)
{
	(void)state;
	add_and_find(good_hash, FEW, FEW);
	add_and_find(good_hash, FEW, FEW / 5);
	add_and_find(good_hash, FEW, UINT32_MAX);
}

/* Hashes that meet fill bucket after bucket, around the table's end too. */
static void collisions_are_told_apart(void **state)
{
	(void)state;
	add_and_find(all_bits, MEET, 0);
	add_and_find(no_bits, MEET, 0);
	add_and_find(high_bits, MEET, 0);
	add_and_find(two_places, MEET, 0);
}

static void many_take_little(void **state)
{
	struct ids_index x = {0};
	struct keys k;

	(void)state;
	fill(&k, MANY, good_hash);
	for (uint32_t i = 1; i <= MANY; i++) {
		add(&x, &k, i);
		if (i > 1000 && !x.old)
			assert_in_range(ids_index_bytes(&x), i * UINT64_C(5), i * UINT64_C(11));
	}
	for (uint32_t i = 1; i <= MANY; i++)
		assert_int_equal(find(&x, &k, i), i);
	assert_int_equal(find(&x, &k, MANY + 1), 0);
	ids_index_free(&x);
	free(k.hashes);
}

/* How often it grows while as many are added as are asked for; *most becomes the most bytes that an id took. */
static unsigned count_growths(uint32_t expected, uint64_t *most)
{
	struct ids_index x = {0};
	unsigned growths = 0, bits = 0;
	struct keys k;

	fill(&k, MANY, good_hash);
	*most = 0;
	for (uint32_t i = 1; i <= MANY; i++) {
		if (i == FEW)
			ids_index_expect(&x, expected);
		add(&x, &k, i);
		growths += x.bits != bits;
		bits = x.bits;
		if (i >= FEW && ids_index_bytes(&x) / i > *most)
			*most = ids_index_bytes(&x) / i;
	}
	for (uint32_t i = 1; i <= MANY; i++)
		assert_int_equal(find(&x, &k, i), i);
	ids_index_free(&x);
	free(k.hashes);
	return growths;
}

static void expecting_saves_steps(void **state)
{
	uint64_t most;
	unsigned unexpected;

	(void)state;
	unexpected = count_growths(0, &most);
	assert_in_range(most, 5, 17);
	assert_true(count_growths(MANY, &most) <= unexpected - 5);
	/* What does not come takes no more room than this. */
	assert_true(count_growths(UINT32_MAX, &most) < unexpected);
	assert_in_range(most, 17, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_in_every_step),
		cmocka_unit_test(collisions_are_told_apart),
		cmocka_unit_test(expecting_changes_no_answer),
		cmocka_unit_test(expecting_saves_steps),
		cmocka_unit_test(many_take_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
