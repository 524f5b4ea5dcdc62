/* The event table: what goes in comes out, merged or not. */
#include "index/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 10000u /* more than two chunks */

static const struct event blank = {.time = TIME_NONE,
                                   .cost = EVENT_NO_COST,
                                   .latency = EVENT_ABSENT32,
                                   .input = EVENT_ABSENT32,
                                   .output = EVENT_ABSENT32,
                                   .cache_read = EVENT_ABSENT32};

static uint32_t id(struct events *t, const char *prefix, uint32_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%u", prefix, number);
	return ids_add(&t->ids, str_of(text));
}

static uint32_t string(struct events *t, const char *prefix, uint32_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%u", prefix, number);
	return strings_add(&t->strings, str_of(text));
}

/* Extras are set in any order; some values need more than 32 bits. */
static void add_numbered(struct events *t, uint32_t i)
{
	struct event e = blank;

	e.time = i;
	e.place = (uint64_t)i << 20;
	e.span = id(t, "a span that is long ", i);
	e.trace = id(t, "trace-", i / 100);
	e.user = id(t, "u", i % 7);
	e.name = string(t, "name-", i % 11);
	e.model = events_add_model(
		t, (struct model_pair){string(t, "model-", i % 3), string(t, "provider-", i % 2)});
	events_add(t, &e, id(t, "uuid-", i), id(t, "s", i / 1000));
	if (i % 3 == 0)
		events_set_extra(t, EVENT_WIDE_INPUT, INT64_MAX - i);
	if (i % 2 == 0)
		events_set_extra(t, EVENT_FIRST_TOKEN, i);
	if (i % 5 == 0)
		events_set_extra(t, EVENT_LIBRARY, string(t, "library-", i % 4));
	if (i % 7 == 0)
		events_set_extra(t, EVENT_WIDE_LATENCY, -(int64_t)i);
}

static void check_id(const struct events *t, uint32_t number, const char *prefix, uint32_t i)
{
	char text[64];
	struct buf out = {0};

	snprintf(text, sizeof(text), "%s%u", prefix, i);
	ids_text(&t->ids, number, &out);
	assert_string_equal(buf_text(&out), text);
	buf_free(&out);
}

static void check_string(struct str got, const char *prefix, uint32_t i)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%u", prefix, i);
	assert_true(str_eq(got, str_of(text)));
}

static void check_extras(const struct events *t, uint32_t i)
{
	int64_t value = 0;

	assert_int_equal(events_extra(t, i, EVENT_WIDE_INPUT, &value), i % 3 == 0);
	if (i % 3 == 0)
		assert_true(value == INT64_MAX - i);
	assert_int_equal(events_extra(t, i, EVENT_FIRST_TOKEN, &value), i % 2 == 0);
	if (i % 2 == 0)
		assert_int_equal(value, i);
	assert_int_equal(events_extra(t, i, EVENT_WIDE_LATENCY, &value), i % 7 == 0);
	if (i % 7 == 0)
		assert_true(value == -(int64_t)i);
	assert_int_equal(events_extra(t, i, EVENT_LIBRARY, &value), i % 5 == 0);
	if (i % 5 == 0)
		check_string(strings_get(&t->strings, (uint32_t)value), "library-", i % 4);
	assert_false(events_extra(t, i, EVENT_SUSPECT_WHY, &value));
}

static void check_numbered(const struct events *t, uint32_t i)
{
	const struct event *e = events_get(t, i);

	assert_int_equal(e->time, i);
	assert_int_equal(event_offset(e), (uint64_t)i << 20);
	check_id(t, e->span, "a span that is long ", i);
	check_id(t, e->trace, "trace-", i / 100);
	check_id(t, e->user, "u", i % 7);
	check_id(t, events_uuid(t, i), "uuid-", i);
	check_id(t, events_session(t, i), "s", i / 1000);
	check_string(events_name(t, i), "name-", i % 11);
	check_string(events_model(t, i), "model-", i % 3);
	check_string(events_provider(t, i), "provider-", i % 2);
	assert_int_equal(e->parent, 0);
	check_extras(t, i);
}

static void test_many(void **state)
{
	struct events t;

	(void)state;
	events_init(&t);
	for (uint32_t i = 0; i < MANY; i++)
		add_numbered(&t, i);
	assert_int_equal(t.n, MANY);
	assert_int_equal(t.n_models, 7);
	for (uint32_t i = 0; i < MANY; i++)
		check_numbered(&t, i);
	assert_true(events_bytes(&t) > MANY * sizeof(struct event));
	events_fini(&t);
}

static void test_merge_in_slices(void **state)
{
	struct events t, batch;
	struct events_map map = {0};
	uint32_t slices = 1;

	(void)state;
	events_init(&t);
	/* So that no number is the same in both. */
	ids_add(&t.ids, STR("first"));
	strings_add(&t.strings, STR("first"));
	events_add_model(&t, (struct model_pair){1, 1});
	events_init(&batch);
	for (uint32_t part = 0; part < 2; part++) {
		for (uint32_t i = 0; i < MANY / 2; i++)
			add_numbered(&batch, i + part * (MANY / 2));
		while (!events_merge(&t, &batch, &map, 7))
			slices++;
		assert_null(map.ids);
		events_clear(&batch);
		assert_int_equal(batch.n + ids_find(&batch.ids, STR("uuid-1")), 0);
	}
	assert_true(slices > MANY / 8);
	assert_int_equal(t.n, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		check_numbered(&t, i);
	assert_true(events_merge(&t, &batch, &map, 1));
	assert_int_equal(t.n, MANY);
	events_fini(&batch);
	events_fini(&t);
}

/* Many pairs, so that they meet in whatever remembers those met lately. */
static void test_models(void **state)
{
	struct events t;

	(void)state;
	events_init(&t);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 1; i <= MANY; i++) {
			struct model_pair pair = {i, i % 3};
			uint32_t number = events_add_model(&t, pair);

			assert_int_equal(number, i);
			assert_memory_equal(&t.models[number], &pair, sizeof(pair));
			assert_int_equal(events_add_model(&t, pair), number);
			assert_int_equal(events_add_model(&t, (struct model_pair){0}), 0);
		}
	}
	assert_int_equal(t.n_models, MANY + 1);
	events_clear(&t);
	assert_int_equal(events_add_model(&t, (struct model_pair){MANY, 2}), 1);
	events_fini(&t);
}

static void test_values(void **state)
{
	struct event e = blank;
	struct events t;

	(void)state;
	events_init(&t);
	events_add(&t, &e, 0, 0);
	assert_true(events_latency(&t, 0) == EVENT_UNKNOWN);
	assert_true(events_input(&t, 0) == EVENT_UNKNOWN);
	assert_true(events_start(&t, 0) == TIME_NONE);
	assert_true(events_end(&t, 0) == TIME_NONE);
	assert_int_equal(events_node_id(&t, 0), 0);
	e.time = 100;
	events_add(&t, &e, ids_add(&t.ids, STR("uuid")), 0);
	assert_int_equal(events_start(&t, 1), 100);
	assert_int_equal(events_end(&t, 1), 100);
	assert_int_equal(events_node_id(&t, 1), events_uuid(&t, 1));
	e.latency = 30;
	e.output = EVENT_WIDE32;
	e.cache_read = 0;
	e.span = ids_add(&t.ids, STR("span"));
	events_add(&t, &e, 0, 0);
	events_set_extra(&t, EVENT_WIDE_OUTPUT, INT64_C(1) << 40);
	assert_int_equal(events_start(&t, 2), 70);
	assert_int_equal(events_end(&t, 2), 100);
	assert_int_equal(events_output(&t, 2), INT64_C(1) << 40);
	assert_int_equal(events_cache_read(&t, 2), 0);
	assert_int_equal(events_node_id(&t, 2), e.span);
	e.flags = EVENT_OTEL;
	events_add(&t, &e, 0, 0);
	assert_int_equal(events_start(&t, 3), 100);
	assert_int_equal(events_end(&t, 3), 130);
	e.flags = 0;
	e.time = -100;
	e.latency = EVENT_WIDE32;
	events_add(&t, &e, 0, 0);
	events_set_extra(&t, EVENT_WIDE_LATENCY, INT64_MAX);
	assert_true(events_start(&t, 4) == TIME_EARLIEST); /* not before the year 0 */
	assert_int_equal(events_end(&t, 4), -100);
	assert_true(events_compare_start(&t, 4, 2) < 0);
	events_fini(&t);
}

static void test_order(void **state)
{
	struct event e = blank;
	struct events t;

	(void)state;
	events_init(&t);
	events_add(&t, &e, 0, 0); /* 0: no time */
	e.time = 10;
	events_add(&t, &e, ids_add(&t.ids, STR("b")), 0); /* 1 */
	events_add(&t, &e, ids_add(&t.ids, STR("a")), 0); /* 2 */
	events_add(&t, &e, 0, 0);                         /* 3: no uuid */
	e.place = 1;
	events_add(&t, &e, 0, 0); /* 4 */
	e.latency = 1;
	events_add(&t, &e, 0, 0); /* 5: starts earlier */
	for (uint32_t i = 0; i < 6; i++) {
		static const uint32_t rank[] = {5, 2, 1, 3, 4, 0};

		for (uint32_t k = 0; k < 6; k++) {
			int order = events_compare_start(&t, i, k);

			assert_int_equal((order > 0) - (order < 0),
			                 (rank[i] > rank[k]) - (rank[i] < rank[k]));
		}
	}
	events_fini(&t);
}

static void test_reads_journal(void **state)
{
	static const char line[] = "xx{\"$ai_error\":\"a\\nb\",\"e\":{\"c\":1}}";
	char path[] = "/tmp/events-XXXXXX";
	int file = mkstemp(path);
	struct event e = blank;
	struct events t;
	struct journal *j;
	struct buf out = {0};

	(void)state;
	assert_int_equal(write(file, line, sizeof(line) - 1), sizeof(line) - 1);
	close(file);
	assert_int_equal(journal_open(&j, path, NULL), ERR_OK);
	events_init(&t);
	e.place = (uint64_t)events_add_journal(&t, j) << 48 | 2;
	e.length = sizeof(line) - 3;
	events_add(&t, &e, 0, 0);
	events_set_extra(&t, EVENT_ERROR_TEXT, INT64_C(13) << 32 | 6);
	assert_int_equal(events_read(&t, 0, &out, NULL), ERR_OK);
	assert_string_equal(buf_text(&out), line + 2);
	buf_clear(&out);
	events_error_text(&t, 0, &out);
	assert_string_equal(buf_text(&out), "a\nb");
	assert_int_equal(events_read_part(&t, 0, e.length, 1, &out, NULL), ERR_RANGE);
	assert_int_equal(events_read_part(&t, 0, UINT32_MAX, 2, &out, NULL), ERR_RANGE);
	events_add(&t, &e, 0, 0);
	buf_clear(&out);
	events_error_text(&t, 1, &out);
	assert_int_equal(out.n, 0);
	assert_int_equal(truncate(path, 20), 0);
	events_error_text(&t, 0, &out); /* what is gone leaves nothing */
	assert_int_equal(events_read(&t, 0, &out, NULL), ERR_IO);
	e.place = (uint64_t)9 << 48;
	events_add(&t, &e, 0, 0);
	assert_int_equal(events_read(&t, 2, &out, NULL), ERR_IO);
	buf_free(&out);
	events_fini(&t);
	journal_close(j);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),   cmocka_unit_test(test_merge_in_slices),
		cmocka_unit_test(test_models), cmocka_unit_test(test_values),
		cmocka_unit_test(test_order),  cmocka_unit_test(test_reads_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
