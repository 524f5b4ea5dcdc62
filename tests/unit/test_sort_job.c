/* Rows sorted by workers: any values, against a plain insertion of each behind those that do not come after it. */
#include "base/mem.h"
#include "query/sort_job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed = 1;

static uint64_t random_below(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 20) % n;
}

enum word {
	WORD,
	ALIKE_THEN_WORD,
	WORD_THEN_ALIKE,
	WORD_OF_LENGTH, /* one begins the other */
	WORD_OF_BYTES,
};
struct shape {
	const char *what;
	uint32_t n;
	unsigned texts, unknown; /* in a hundred */
	uint64_t numbers;        /* how many different ones */
	money step, low;         /* from one to the next; the least */
	uint64_t words;          /* how many different ones */
	enum word word;
};

#define BEYOND ((money)1 << 100)
static const struct shape shapes[] = {
	{"none", 0, 0, 0, 1, 1, 0, 1, WORD},
	{"one", 1, 0, 0, 1, 1, 0, 1, WORD},
	{"all unknown", 900, 0, 100, 1, 1, 0, 1, WORD},
	{"few numbers", 900, 0, 10, 50, 1, -20, 1, WORD},
	{"amounts", 5000, 0, 10, 100000, 1000003, 0, 1, WORD},
	{"negative", 5000, 0, 10, 100000, 3, -200000, 1, WORD},
	{"all alike", 5000, 0, 0, 1, 1, 7, 1, WORD},
	{"only high digits differ", 3000, 0, 5, 900, (money)1 << 50, 0, 1, WORD},
	{"just within digits", 3000, 0, 5, 2, UINT64_MAX - 1, INT64_MIN, 1, WORD},
	{"just beyond digits", 3000, 0, 5, 2, UINT64_MAX, INT64_MIN, 1, WORD},
	{"far apart", 3000, 0, 5, 100, BEYOND, -BEYOND * 50, 1, WORD},
	{"few words", 5000, 100, 10, 1, 1, 0, 7, ALIKE_THEN_WORD},
	{"one word", 3000, 100, 10, 1, 1, 0, 1, ALIKE_THEN_WORD},
	{"many words with one beginning", 3000, 100, 0, 1, 1, 0, 100000, ALIKE_THEN_WORD},
	{"words that differ late", 3000, 100, 0, 1, 1, 0, 2000, WORD_THEN_ALIKE},
	{"words of which one begins another", 3000, 100, 1, 1, 1, 0, 300, WORD_OF_LENGTH},
	{"bytes above 127", 3000, 100, 1, 1, 1, 0, 300, WORD_OF_BYTES},
	{"both", 5000, 50, 10, 300, 1, -100, 300, WORD},
	{"both, far apart", 3000, 50, 10, 30, BEYOND, -BEYOND, 30, WORD},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

struct given {
	struct value *values;
	char (*texts)[40];
	uint32_t n;
};

static void make_text(const struct shape *s, char text[40])
{
	unsigned long number = (unsigned long)random_below(s->words);

	switch (s->word) {
	case WORD:
		snprintf(text, 40, "%lu", number);
		break;
	case ALIKE_THEN_WORD:
		snprintf(text, 40, "a long beginning %lu", number);
		break;
	case WORD_THEN_ALIKE:
		snprintf(text, 40, "%lu in the beginning", number);
		break;
	case WORD_OF_LENGTH:
		memset(text, '0', number % 30);
		break;
	case WORD_OF_BYTES:
		text[0] = (char)0xC3;
		text[1] = (char)(number % 200 + 50);
		break;
	}
}

static struct given make(const struct shape *s)
{
	struct given g = {mem_zero(s->n + 1, sizeof(*g.values)),
	                  mem_zero(s->n + 1, sizeof(*g.texts)), s->n};

	for (uint32_t i = 0; i < s->n; i++) {
		struct value *v = &g.values[i];

		if (random_below(100) < s->unknown)
			continue;
		if (random_below(100) < s->texts) {
			make_text(s, g.texts[i]);
			*v = (struct value){.type = VALUE_TEXT, .text = str_of(g.texts[i])};
		} else {
			*v = (struct value){.type = VALUE_MONEY,
			                    .number = s->low +
			                              s->step * (money)random_below(s->numbers)};
		}
	}
	return g;
}

static void give_up(struct given *g)
{
	mem_free(g->values);
	mem_free(g->texts);
}

static struct sort_job *job_of(const struct given *g, bool falling)
{
	struct sort_job *j = sort_job_new(g->n, falling);

	for (uint32_t i = 0; i < g->n; i++) {
		char copy[40]; /* which is another's when it is sorted */
		struct value v = g->values[i];

		memcpy(copy, g->texts[i], sizeof(copy));
		if (v.type == VALUE_TEXT)
			v.text.p = copy;
		sort_job_add(j, i, &v);
	}
	return j;
}

/* Of known values, rising. */
static int compare(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return a->type == VALUE_TEXT ? 1 : -1;
	if (a->type == VALUE_TEXT)
		return str_cmp(a->text, b->text);
	return (a->number > b->number) - (a->number < b->number);
}

/* Whether a stands before b in a stable order. */
static bool is_before(const struct given *g, uint32_t a, uint32_t b, bool falling)
{
	const struct value *left = &g->values[a], *right = &g->values[b];
	bool known = left->type != VALUE_UNKNOWN;
	int order = 0;

	if (known != (right->type != VALUE_UNKNOWN))
		return known;
	if (known)
		order = falling ? compare(right, left) : compare(left, right);
	return order != 0 ? order < 0 : a < b;
}

static void count_done(void *ctx)
{
	++*(unsigned *)ctx;
}

static void check(const struct shape *s, bool falling, struct loop *loop)
{
	struct given g = make(s);
	struct sort_job *j = job_of(&g, falling);
	uint8_t *seen = mem_zero(s->n + 1, 1);
	unsigned done = 0;
	uint32_t *order;

	sort_job_start(j, loop, count_done, &done);
	while (!sort_job_is_done(j)) {
		assert_true(sort_job_percent(j) <= 100);
		loop_step(loop, true);
	}
	assert_int_equal(done, loop != NULL && s->n > 2048);
	order = sort_job_take(j);
	sort_job_free(j);
	for (uint32_t i = 0; i < s->n; i++) {
		if (order[i] >= s->n || seen[order[i]])
			fail_msg("%s: row %u is there twice, or was not given", s->what, order[i]);
		seen[order[i]] = 1;
		if (i > 0 && !is_before(&g, order[i - 1], order[i], falling))
			fail_msg("%s, %s: wrong order at %u", s->what,
			         falling ? "falling" : "rising", i);
	}
	mem_free(order);
	mem_free(seen);
	give_up(&g);
}

static void any_values(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		check(&shapes[i], false, loop);
		check(&shapes[i], true, loop);
		check(&shapes[i], true, NULL);
	}
	loop_free(loop);
}

/* Nobody waits for it, nobody hears of it; also where the loop goes first. */
static void freed_at_any_time(void **state)
{
	(void)state;
	sort_job_free(NULL);
	for (unsigned turns = 0; turns < 6; turns++) {
		struct given g = make(&shapes[13]);
		struct sort_job *j = job_of(&g, false), *waiting = job_of(&g, true);
		struct loop *loop = loop_new();
		unsigned done = 0;

		give_up(&g);
		if (turns > 0) {
			sort_job_start(j, loop, count_done, &done);
			sort_job_start(waiting, loop, count_done, &done);
		}
		if (turns % 2 == 0)
			sort_job_free(j);
		for (unsigned i = 2; i < turns && done == 0; i++)
			loop_step(loop, true);
		if (turns > 3)
			sort_job_free(waiting);
		loop_free(loop);
		if (turns % 2 != 0)
			sort_job_free(j);
		if (turns <= 3)
			sort_job_free(waiting);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_values),
		cmocka_unit_test(freed_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
