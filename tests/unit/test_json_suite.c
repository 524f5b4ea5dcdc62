/* The cases of JSONTestSuite (data/json_suite), by skimmer and tree: y_ must be accepted, n_
 * refused, i_ may be either. */
#include "json/tree.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "data/json_suite"

/* Raw control bytes in a string: RFC 8259 forbids them; here they are irregular and kept. */
static const char *const kept[] = {
	"n_string_unescaped_ctrl_char.json",
	"n_string_unescaped_newline.json",
	"n_string_unescaped_tab.json",
};

static struct buf read_case(const char *name)
{
	struct buf path = {0}, doc = {0};
	char piece[4096];
	size_t n;
	FILE *file;

	buf_printf(&path, FOLDER "/%s", name);
	file = fopen(buf_text(&path), "rb");
	assert_non_null(file);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_append(&doc, (struct str){piece, n});
	fclose(file);
	buf_free(&path);
	return doc;
}

static struct json_report skim_and_parse(struct str doc)
{
	const struct str names[] = {STR("a")};
	struct json_keys *keys = json_keys_new(names, 1);
	struct json_want want = {.outer = keys};
	struct json_report skimmed, parsed;
	struct json_slice slice;
	struct json_tree tree;
	enum json_type top;
	enum err err;

	json_skim(doc, &want, &slice, NULL, &top, &skimmed);
	err = json_tree_parse(&tree, doc, &parsed);
	assert_int_equal(err == ERR_OK, skimmed.fault == JSON_OK);
	assert_int_equal(skimmed.fault, parsed.fault);
	assert_int_equal(skimmed.pos, parsed.pos);
	assert_int_equal(skimmed.irregular, parsed.irregular);
	assert_true(skimmed.pos <= doc.n);
	json_tree_free(&tree);
	json_keys_free(keys);
	return skimmed;
}

static bool is_kept(const char *name)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strcmp(name, kept[i]) == 0)
			return true;
	return false;
}

static void judge(const char *name)
{
	struct buf doc = read_case(name);
	struct json_report report = skim_and_parse(buf_str(&doc));

	if (name[0] == 'y' && (report.fault != JSON_OK || report.irregular != 0))
		fail_msg("%s: fault %d, irregular %u", name, (int)report.fault, report.irregular);
	if (is_kept(name)) {
		assert_int_equal(report.fault, JSON_OK);
		assert_int_equal(report.irregular, JSON_RAW_CONTROL);
	} else if (name[0] == 'n' && report.fault == JSON_OK) {
		fail_msg("%s: accepted", name);
	}
	buf_free(&doc);
}

static void judges_every_case(void **state)
{
	static const char kinds[] = "yni";
	DIR *folder = opendir(FOLDER);
	size_t count[3] = {0};
	struct dirent *entry;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		const char *kind = memchr(kinds, entry->d_name[0], 3);

		if (!kind || entry->d_name[1] != '_')
			continue;
		count[kind - kinds]++;
		judge(entry->d_name);
	}
	closedir(folder);
	assert_int_equal(count[0], 95);
	assert_int_equal(count[1], 188);
	assert_int_equal(count[2], 35);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_every_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
