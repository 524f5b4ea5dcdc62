/* Groups of $groups: which events are in which, and the list that they add up to. */
#include "explorer.h"
#include "query/memberships.h"
#include "support/rows_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
	char path[64];
	struct loop *loop;
	struct explorer *explorer;
	struct memberships *groups;
};

static void open_bench(struct bench *b, const char *const *groups, size_t n)
{
	struct errinfo e = {0};
	FILE *f;

	*b = (struct bench){.path = "/tmp/tracehog-groups-XXXXXX", .loop = loop_new()};
	f = fdopen(mkstemp(b->path), "w");
	for (size_t i = 0; i < n; i++)
		fprintf(f,
		        "{\"uuid\":\"%zu\",\"event\":\"$ai_generation\",\"timestamp\":%zu,"
		        "\"properties\":{\"$ai_trace_id\":\"t%zu\",\"$ai_session_id\":\"s\","
		        "\"$ai_total_cost_usd\":%zu,\"$groups\":%s}}\n",
		        i, 1000 + i, i / 2, i + 1, groups[i]);
	fclose(f);
	b->explorer = explorer_new(b->loop);
	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, false);
	explorer_load(b->explorer);
	b->groups = explorer_memberships(b->explorer);
}

static void read_groups(struct bench *b)
{
	while (!property_done(memberships_property(b->groups)))
		loop_step(b->loop, true);
}

static void close_bench(struct bench *b)
{
	explorer_free(b->explorer);
	loop_free(b->loop);
	unlink(b->path);
}

static void expect_groups(struct bench *b, uint32_t event, const char *expected)
{
	struct buf all = {0};
	uint32_t n;
	const uint32_t *groups = memberships_of(b->groups, event, &n);

	for (uint32_t i = 0; i < n; i++) {
		buf_puts(&all, i ? " " : "");
		buf_append(&all, memberships_type(b->groups, groups[i]));
		buf_add(&all, '=');
		buf_append(&all, memberships_key(b->groups, groups[i]));
		assert_true(memberships_has(b->groups, event, groups[i]));
	}
	assert_string_equal(buf_text(&all), expected);
	buf_free(&all);
}

static void what_an_event_is_in(void **state)
{
	static const char *const groups[] = {
		"{\"company\":\"acme\",\"team\":7}",
		"{\"company\":\"ac\\u006de\",\"company\":\"acme\",\"x\":true}",
		"{\"a:b\":\"c\",\"a\":\"b:c\"}",
		"null",
		"[1]",
		"\"company\"",
		"{\"company\":null,\"list\":[1],\"empty\":\"\",\"n\\u0000l\":1}",
		"{}",
	};
	struct bench b;

	(void)state;
	open_bench(&b, groups, sizeof(groups) / sizeof(groups[0]));
	read_groups(&b);
	expect_groups(&b, 0, "company=acme team=7");
	expect_groups(&b, 1, "company=acme x=true");
	expect_groups(&b, 2, "a:b=c a=b:c");
	for (uint32_t event = 3; event < 8; event++)
		expect_groups(&b, event, "");
	assert_int_equal(memberships_count(b.groups), 5);
	close_bench(&b);
}

static void build(struct bench *b, struct rows *r, enum rows_kind kind, uint32_t group)
{
	struct query q;

	query_init(&q, kind);
	q.memberships = b->groups;
	q.group = group;
	rows_build(r, explorer_model(b->explorer), &q);
}

static void groups_add_up(void **state)
{
	static const char *const groups[] = {
		"{\"company\":\"acme\",\"team\":\"red\"}",
		"{\"company\":\"acme\"}",
		"{\"company\":\"acme\",\"team\":\"red\"}",
		"{\"company\":\"other\"}",
		"null",
	};
	struct bench b;
	struct rows r;

	(void)state;
	open_bench(&b, groups, sizeof(groups) / sizeof(groups[0]));
	read_groups(&b);
	build(&b, &r, ROWS_GROUPS, 0);
	rows_expect_column(&r, "group", "company:acme company:other team:red");
	rows_expect_column(&r, "type", "company company team");
	rows_expect_column(&r, "key", "acme other red");
	rows_expect_number(&r, 0, "generations", 3);
	rows_expect_number(&r, 0, "traces", 2);
	rows_expect_number(&r, 0, "sessions", 1);
	rows_expect_number(&r, 0, "cost_usd", 6 * INT64_C(1000000000000));
	rows_expect_number(&r, 2, "generations", 2);
	rows_expect_number(&r, 2, "cost_usd", 4 * INT64_C(1000000000000));
	rows_free(&r);
	build(&b, &r, ROWS_GENERATIONS, *memberships_of(b.groups, 3, &(uint32_t){0}));
	rows_expect_column(&r, "uuid", "3");
	rows_free(&r);
	close_bench(&b);
}

/* Rows that were built before say nothing of who is in a group: the model is the same, and what is known of them is not. */
static void learnt_later(void **state)
{
	static const char *const groups[] = {"{\"company\":\"acme\"}", "null",
	                                     "{\"company\":\"acme\"}"};
	struct rows_build *again;
	struct bench b;
	struct rows before, r;

	(void)state;
	open_bench(&b, groups, sizeof(groups) / sizeof(groups[0]));
	build(&b, &before, ROWS_GENERATIONS, 1);
	assert_int_equal(before.n, 0);
	read_groups(&b);
	again = rows_start(explorer_model(b.explorer), &before.query, &before);
	assert_true(rows_step(again, INT64_MAX));
	rows_take(again, &r);
	rows_expect_column(&r, "uuid", "2 0");
	rows_free(&before);
	rows_free(&r);
	close_bench(&b);
}

static void none_without_memberships(void **state)
{
	static const char *const groups[] = {"{\"company\":\"acme\"}"};
	struct bench b;
	struct rows r;

	(void)state;
	open_bench(&b, groups, 1);
	b.groups = NULL;
	build(&b, &r, ROWS_GROUPS, 0);
	assert_int_equal(r.n, 0);
	rows_free(&r);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_event_is_in),
		cmocka_unit_test(groups_add_up),
		cmocka_unit_test(learnt_later),
		cmocka_unit_test(none_without_memberships),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
