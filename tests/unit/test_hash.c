/* Seeded hashing and the index. */
#include "base/hash.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 100000u

/* The hash that a fresh process gives to "x". */
static uint64_t hash_in_child(const uint64_t *seed)
{
	uint64_t hash = 0;
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (seed)
			hash_set_seed(*seed);
		hash = hash64(STR("x"));
		_exit(write(ends[1], &hash, sizeof(hash)) != sizeof(hash));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &hash, sizeof(hash)), sizeof(hash));
	close(ends[0]);
	waitpid(child, NULL, 0);
	return hash;
}

/* Runs first: this process has not decided its seed yet. */
static void seed_differs_by_process(void **state)
{
	uint64_t one = 1, two = 2;

	(void)state;
	assert_true(hash_in_child(NULL) != hash_in_child(NULL));
	assert_true(hash_in_child(&one) == hash_in_child(&one));
	assert_true(hash_in_child(&one) != hash_in_child(&two));
}

static void *hash_in_thread(void *out)
{
	*(uint64_t *)out = hash64(STR("x"));
	return NULL;
}

static void threads_agree(void **state)
{
	pthread_t threads[8];
	uint64_t hashes[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_in_thread, &hashes[i]), 0);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 8; i++)
		assert_true(hashes[i] == hash64(STR("x")));
}

static void hashes_whole_bytes(void **state)
{
	uint8_t a[16], b[16];

	(void)state;
	assert_true(hash64(STR("a\0b")) != hash64(STR("a\0c")));
	assert_true(hash64((struct str){NULL, 0}) == hash64(STR_EMPTY));
	hash128(STR("a\0b"), a);
	hash128(STR("a\0b"), b);
	assert_memory_equal(a, b, 16);
	hash128(STR("a\0c"), b);
	assert_memory_not_equal(a, b, 16);
}

static void pairs_are_hashed(void **state)
{
	struct hash_pair_seed seed = hash_pair_seed();
	uint32_t any = 0, all = UINT32_MAX;

	(void)state;
	assert_true(seed.a == hash_pair_seed().a && seed.b == hash_pair_seed().b);
	assert_true(hash_pair(seed, 1, 2) != hash_pair(seed, 2, 1));
	/* Every bit of what few keys differ by takes part. */
	for (uint64_t i = 1; i < 256; i++) {
		any |= hash_pair(seed, i, 0) ^ hash_pair(seed, 0, i);
		all &= hash_pair(seed, i, 0) ^ hash_pair(seed, 0, i);
	}
	assert_true(any == UINT32_MAX);
	assert_true(all == 0);
}

static bool same_number(const void *ctx, uint32_t number, const void *key)
{
	const uint32_t *keys = ctx;

	return keys[number] == *(const uint32_t *)key;
}

static uint64_t hash_of(uint32_t key)
{
	return hash64((struct str){(const char *)&key, sizeof(key)});
}

static void index_finds_what_was_added(void **state)
{
	static uint32_t keys[MANY];
	struct hash_index h = {0};
	uint32_t missing;

	(void)state;
	assert_int_equal(hash_index_find(&h, 1, same_number, keys, keys), HASH_NONE);
	assert_int_equal(hash_index_bytes(&h), 0);
	for (uint32_t i = 0; i < MANY; i++) {
		keys[i] = i * 7;
		hash_index_add(&h, hash_of(keys[i]), i);
		assert_true((size_t)h.used * 4 <= ((size_t)h.mask + 1) * 3);
	}
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(hash_index_find(&h, hash_of(keys[i]), same_number, keys, &keys[i]),
		                 i);
	for (missing = 1; missing < 7000; missing += 7)
		assert_int_equal(hash_index_find(&h, hash_of(missing), same_number, keys, &missing),
		                 HASH_NONE);
	assert_in_range(hash_index_bytes(&h), 262144 * 8, 262144 * 12); /* the old ones too */
	hash_index_free(&h);
	assert_int_equal(hash_index_bytes(&h), 0);
}

/* What the index holds is found in every step of its growth, and no step moves much. */
static void growing_loses_nothing(void **state)
{
	static uint32_t keys[2000];
	struct hash_index h = {0};

	(void)state;
	for (uint32_t i = 0; i < 2000; i++) {
		uint32_t before = h.old ? h.moved : 0, missing = UINT32_MAX;

		keys[i] = i;
		hash_index_add(&h, hash_of(i), i);
		assert_true(!h.old || h.moved <= before + 8);
		for (uint32_t k = 0; k <= i; k++)
			assert_int_equal(hash_index_find(&h, hash_of(k), same_number, keys, &k), k);
		assert_int_equal(hash_index_find(&h, hash_of(missing), same_number, keys, &missing),
		                 HASH_NONE);
	}
	hash_index_clear(&h);
	assert_int_equal(hash_index_find(&h, hash_of(0), same_number, keys, &keys[0]), HASH_NONE);
	hash_index_add(&h, hash_of(0), 0);
	assert_int_equal(hash_index_find(&h, hash_of(0), same_number, keys, &keys[0]), 0);
	hash_index_free(&h);
}

static void equal_hashes_are_told_apart(void **state)
{
	static uint32_t keys[200];
	struct hash_index h = {0};
	uint32_t missing = 9999;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		keys[i] = i + 1;
		hash_index_add(&h, UINT64_MAX, i);
	}
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(hash_index_find(&h, UINT64_MAX, same_number, keys, &keys[i]), i);
	assert_int_equal(hash_index_find(&h, UINT64_MAX, same_number, keys, &missing), HASH_NONE);
	hash_index_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_differs_by_process),
		cmocka_unit_test(threads_agree),
		cmocka_unit_test(hashes_whole_bytes),
		cmocka_unit_test(pairs_are_hashed),
		cmocka_unit_test(index_finds_what_was_added),
		cmocka_unit_test(growing_loses_nothing),
		cmocka_unit_test(equal_hashes_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
