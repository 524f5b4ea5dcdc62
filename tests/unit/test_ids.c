/* Ids: every text comes back as it was, and two numbers are the same if and only if the texts are. */
#include "index/ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 20000

static void same_text(const struct ids *t, uint32_t number, struct str text)
{
	struct buf out = {0};

	ids_text(t, number, &out);
	assert_int_equal(out.n, text.n);
	assert_true(str_eq(buf_str(&out), text));
	buf_free(&out);
}

static void test_absent(void **state)
{
	struct ids t;

	(void)state;
	ids_init(&t);
	assert_int_equal(ids_add(&t, STR_EMPTY), 0);
	assert_int_equal(ids_find(&t, STR_EMPTY), 0);
	same_text(&t, 0, STR_EMPTY);
	assert_int_not_equal(ids_add(&t, (struct str){"\0", 1}), 0);
	ids_fini(&t);
}

/* One of the forms, or nearly. */
static size_t random_text(char *into)
{
	static const char uuid[] = "01a2007e-9846-7308-b48f-c477a78f19f9";
	static const char hex[] = "0123456789abcdef0123456789abcdef";
	static const char letters[] = "0123456789abcdefABCDEF-\0 gx";
	size_t n = (size_t)(rand() % 40);

	switch (rand() % 5) {
	case 0: /* a UUID with something changed */
		memcpy(into, uuid, 36);
		into[rand() % 36] = letters[(size_t)rand() % (sizeof(letters) - 1)];
		into[14] = "0123456789a"[rand() % 11];
		into[19] = "0123456789abcdef"[rand() % 16];
		return (size_t)(rand() % 8 ? 36 : 35);
	case 1:
		n = (size_t)(14 + rand() % 4);
		memcpy(into, hex + rand() % 8, n);
		into[rand() % 14] = letters[(size_t)rand() % (sizeof(letters) - 1)];
		return n;
	case 2:
		memcpy(into, hex, 32);
		into[rand() % 32] = letters[(size_t)rand() % (sizeof(letters) - 1)];
		return 32;
	case 3: /* few texts, so that many are the same */
		memset(into, rand() % 2, 4);
		return (size_t)(rand() % 4);
	default:
		for (size_t i = 0; i < n; i++)
			into[i] = (char)rand();
		return n;
	}
}

static void test_any_text(void **state)
{
	static char texts[ROUNDS][40];
	static size_t sizes[ROUNDS];
	static uint32_t numbers[ROUNDS];
	struct ids t;

	(void)state;
	srand(7);
	ids_init(&t);
	for (size_t i = 0; i < ROUNDS; i++) {
		sizes[i] = random_text(texts[i]);
		numbers[i] = ids_add(&t, (struct str){texts[i], sizes[i]});
	}
	for (size_t i = 0; i < ROUNDS; i++) {
		struct str text = {texts[i], sizes[i]};
		size_t other = (size_t)rand() % ROUNDS;

		same_text(&t, numbers[i], text);
		assert_int_equal(ids_find(&t, text), numbers[i]);
		assert_int_equal(numbers[i] == numbers[other],
		                 str_eq(text, (struct str){texts[other], sizes[other]}));
	}
	ids_fini(&t);
}

static void test_forms(void **state)
{
	static const char *const texts[] = {
		"01a2007e-9846-7308-b48f-c477a78f19f9",
		"01A2007E-9846-7308-B48F-C477A78F19F9", /* upper case is another id */
		"01a2007e-9846-0308-b48f-c477a78f19f9", /* no version */
		"01a2007e-9846-7308-c48f-c477a78f19f9", /* no variant */
		"437ca255f45a30d0",
		"437CA255F45A30D0",
		"437ca255f45a30dg",
		"477fddce238dd1e8b6dc41a4df723094",
		"fifteen bytes !",
		"sixteen bytes !!",
	};
	struct ids t;

	(void)state;
	ids_init(&t);
	for (uint32_t i = 0; i < 10; i++) {
		assert_int_equal(ids_add(&t, str_of(texts[i])), i + 1);
		assert_int_equal(ids_is_uuid(&t, i + 1), i == 0);
	}
	assert_int_equal(t.n_texts, 7); /* only those that fit no other form */
	for (uint32_t i = 0; i < 10; i++)
		same_text(&t, i + 1, str_of(texts[i]));
	assert_true(ids_bytes(&t) > 11 * sizeof(struct id));
	ids_fini(&t);
}

static void test_order_and_copies(void **state)
{
	struct ids a, b;
	uint32_t uuid, word, long_text;

	(void)state;
	ids_init(&a);
	ids_init(&b);
	ids_add(&b, STR("so that numbers differ"));
	uuid = ids_add(&a, STR("01a2007e-9846-7308-b48f-c477a78f19f9"));
	word = ids_add(&a, STR("01b"));
	long_text = ids_add(&a, STR("a text that is too long to be packed"));
	assert_true(ids_compare(&a, uuid, word) < 0);
	assert_true(ids_compare(&a, long_text, word) > 0);
	assert_true(ids_compare(&a, long_text, 0) < 0);
	assert_true(ids_compare(&a, 0, uuid) > 0);
	assert_int_equal(ids_compare(&a, word, word), 0);
	assert_int_equal(ids_compare(&a, 0, 0), 0);
	for (uint32_t i = 0; i < a.n; i++) {
		struct buf text = {0};

		ids_text(&a, i, &text);
		same_text(&b, ids_add_from(&b, &a, i), buf_str(&text));
		assert_int_equal(ids_add_from(&b, &a, i), ids_find(&b, buf_str(&text)));
		buf_free(&text);
	}
	ids_fini(&a);
	ids_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_order_and_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
