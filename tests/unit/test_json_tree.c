/* json/tree.h: shape, links, look-ups and limits. */
#include "json/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json_tree parse(struct str doc)
{
	struct json_tree tree;
	struct json_report report;

	assert_int_equal(json_tree_parse(&tree, doc, &report), ERR_OK);
	assert_int_equal(report.fault, JSON_OK);
	return tree;
}

static void expect_text(const struct json_tree *tree, uint32_t at, const char *text)
{
	struct buf out = {0};

	json_text(tree, at, &out);
	assert_string_equal(buf_text(&out), text);
	buf_free(&out);
}

static void expect_key(const struct json_tree *tree, uint32_t at, const char *key)
{
	struct buf out = {0};

	json_key(tree, at, &out);
	assert_string_equal(buf_text(&out), key);
	buf_free(&out);
}

static void keeps_the_order_and_the_shape(void **state)
{
	struct json_tree t = parse(
		STR(" {\"a\":[1,[],{\"x\":\"y\"}],\"\":{},\"c\\n\" : \"d\\te\" } "));
	uint32_t a, list, last, empty, c;

	(void)state;
	assert_int_equal(t.n, 8);
	assert_int_equal(json_type_of(&t, 0), JSON_OBJECT);
	assert_int_equal(t.nodes[0].count, 3);
	assert_int_equal(t.nodes[0].next, 8);
	assert_int_equal(t.nodes[0].key_off, 0);
	a = json_first(&t, 0);
	expect_key(&t, a, "a");
	expect_text(&t, a, "[1,[],{\"x\":\"y\"}]");
	assert_int_equal(t.nodes[a].count, 3);
	list = json_next(&t, a, json_first(&t, a));
	expect_text(&t, list, "[]");
	expect_key(&t, list, "");
	assert_int_equal(t.nodes[list].key_off, 0);
	assert_int_equal(json_first(&t, list), JSON_NO_NODE);
	last = json_next(&t, a, list);
	expect_text(&t, last, "{\"x\":\"y\"}");
	assert_int_equal(json_next(&t, a, last), JSON_NO_NODE);
	empty = json_next(&t, 0, a);
	expect_key(&t, empty, "");
	assert_int_not_equal(t.nodes[empty].key_off, 0);
	expect_text(&t, empty, "{}");
	c = json_next(&t, 0, empty);
	expect_key(&t, c, "c\n");
	expect_text(&t, c, "d\te");
	assert_true(str_eq(json_raw(&t, c), STR("d\\te")));
	assert_int_equal(json_next(&t, 0, c), JSON_NO_NODE);
	json_tree_free(&t);
}

static void a_scalar_is_a_tree_of_one(void **state)
{
	struct json_tree t = parse(STR("\n-1.50e3 "));

	(void)state;
	assert_int_equal(t.n, 1);
	assert_int_equal(json_type_of(&t, 0), JSON_NUMBER);
	expect_text(&t, 0, "-1.50e3");
	assert_int_equal(json_first(&t, 0), JSON_NO_NODE);
	assert_int_equal(json_member(&t, 0, STR("a")), JSON_NO_NODE);
	json_tree_free(&t);
}

static void finds_the_last_member_of_a_name(void **state)
{
	struct json_tree t = parse(
		STR("{\"a\":1,\"b\":{\"a\":2},\"\\u0061\":3,\"A\":4,\"a\\u0000\":5,"
	            "\"\":6,\"\\ud800\":7}"));

	(void)state;
	expect_text(&t, json_member(&t, 0, STR("a")), "3");
	expect_text(&t, json_member(&t, json_member(&t, 0, STR("b")), STR("a")), "2");
	expect_text(&t, json_member(&t, 0, STR("A")), "4");
	expect_text(&t, json_member(&t, 0, STR("a\0")), "5");
	expect_text(&t, json_member(&t, 0, STR("")), "6");
	expect_text(&t, json_member(&t, 0, STR("\\ud800")), "7");
	assert_int_equal(json_member(&t, 0, STR("x")), JSON_NO_NODE);
	json_tree_free(&t);
}

static void look_ups_can_be_chained_through_nothing(void **state)
{
	struct json_tree t = parse(STR("{}"));
	uint32_t none = json_member(&t, json_member(&t, 0, STR("a")), STR("b"));

	(void)state;
	assert_int_equal(none, JSON_NO_NODE);
	assert_int_equal(json_first(&t, none), JSON_NO_NODE);
	assert_int_equal(json_next(&t, none, none), JSON_NO_NODE);
	assert_int_equal(json_next(&t, 0, none), JSON_NO_NODE);
	assert_int_equal(json_type_of(&t, none), JSON_ABSENT);
	assert_int_equal(json_raw(&t, none).n, 0);
	expect_text(&t, none, "");
	expect_key(&t, none, "");
	json_tree_free(&t);
}

static void a_fault_leaves_an_empty_tree(void **state)
{
	struct json_tree t;
	struct json_report report;

	(void)state;
	assert_int_equal(json_tree_parse(&t, STR("{\"a\":[1,2"), &report), ERR_PARSE);
	assert_int_equal(report.fault, JSON_ENDS_EARLY);
	assert_int_equal(report.pos, 9);
	assert_int_equal(t.n, 0);
	assert_null(t.nodes);
	json_tree_free(&t);
}

static void deep_and_wide_documents(void **state)
{
	struct json_tree t;
	struct json_report report;
	struct buf doc = {0};

	(void)state;
	for (size_t i = 0; i < 1025; i++)
		buf_add(&doc, '[');
	buf_pad(&doc, ']', 1025);
	assert_int_equal(json_tree_parse(&t, buf_str(&doc), &report), ERR_LIMIT);
	assert_int_equal(report.fault, JSON_TOO_DEEP);
	json_tree_free(&t);
	t = parse(str_sub(buf_str(&doc), 1, 2048));
	assert_int_equal(t.n, 1024);
	for (uint32_t i = 0; i < 1024; i++) {
		assert_int_equal(t.nodes[i].next, 1024);
		assert_int_equal(t.nodes[i].value.len, 2048 - 2 * i);
	}
	json_tree_free(&t);
	buf_clear(&doc);
	buf_add(&doc, '[');
	for (size_t i = 0; i < 300000; i++)
		buf_puts(&doc, "0,");
	buf_puts(&doc, "0]");
	t = parse(buf_str(&doc));
	assert_int_equal(t.nodes[0].count, 300001);
	assert_int_equal(t.n, 300002);
	json_tree_free(&t);
	buf_free(&doc);
}

static void reports_what_is_irregular(void **state)
{
	struct json_tree t;
	struct json_report report;

	(void)state;
	assert_int_equal(json_tree_parse(&t, STR("[\"\\ud800\",\"\xFF\"]"), &report), ERR_OK);
	assert_int_equal(report.irregular, JSON_LONE_SURROGATE | JSON_BAD_UTF8);
	assert_int_equal(report.pos, 2);
	json_tree_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_order_and_the_shape),
		cmocka_unit_test(a_scalar_is_a_tree_of_one),
		cmocka_unit_test(finds_the_last_member_of_a_name),
		cmocka_unit_test(look_ups_can_be_chained_through_nothing),
		cmocka_unit_test(a_fault_leaves_an_empty_tree),
		cmocka_unit_test(deep_and_wide_documents),
		cmocka_unit_test(reports_what_is_irregular),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
