/* Any answer to a query that a person wrote: it is refused, or it became a table of which every cell is whole JSON, and every order
 * has each row once.
 *
 * Input: the answer. */
#include "base/mem.h"
#include "collect/hogql_result.h"
#include "fuzz/fuzz.h"
#include "json/tree.h"

#include <stdlib.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_cell(const struct hogql_result *r, uint32_t row, uint32_t column)
{
	struct json_report report;
	struct json_tree tree;
	struct buf whole = {0}, start = {0};

	check(json_tree_parse(&tree, hogql_json(r, row, column), &report) == ERR_OK);
	check(json_type_of(&tree, 0) == hogql_type(r, row, column));
	json_tree_free(&tree);
	hogql_text(r, row, column, &whole);
	hogql_text_start(r, row, column, 5, &start);
	check(str_starts(buf_str(&whole), buf_str(&start)));
	buf_free(&whole);
	buf_free(&start);
}

static void check_order(const struct hogql_result *r, uint32_t column, bool falling)
{
	uint32_t *order = hogql_order(r, column, falling);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < r->rows; i++) {
		check(order[i] < r->rows);
		sum += order[i];
	}
	check(r->rows == 0 || sum == (uint64_t)r->rows * (r->rows - 1) / 2);
	mem_free(order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hogql_result *r = NULL;
	struct errinfo e = {0};
	struct buf text = {0};

	buf_append(&text, (struct str){(const char *)data, size});
	if (hogql_result_read(&r, &text, buf_str(&text), &e) != ERR_OK) {
		check(r == NULL && e.msg[0] != '\0');
		return 0;
	}
	for (uint32_t row = 0; row < r->rows; row++)
		for (uint32_t column = 0; column < r->n_columns; column++)
			check_cell(r, row, column);
	for (uint32_t column = 0; column < r->n_columns && column < 8; column++) {
		check_order(r, column, false);
		check_order(r, column, true);
	}
	hogql_result_drop(r, NULL);
	return 0;
}
