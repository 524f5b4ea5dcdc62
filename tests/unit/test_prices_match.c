/* Which row is for a model: ids as they are seen in the wild, in tests/data/cost/models.tsv, and names that mean harm. */
#include "support/cost_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MODELS     "data/cost/models.tsv"
#define MODELS_MIN 100

static const char *match_name(enum price_match match)
{
	static const char *const names[] = {
		[MATCH_NONE] = "none",     [MATCH_OWN] = "own",       [MATCH_MANUAL] = "manual",
		[MATCH_EXACT] = "exact",   [MATCH_FREE] = "free",     [MATCH_DATED] = "dated",
		[MATCH_INSIDE] = "inside", [MATCH_AROUND] = "around",
	};

	return names[match];
}

/* As the last columns of the file. */
static void append_choice(struct buf *out, const struct price_choice *c)
{
	const struct price_row *row = c->row, *posthog = c->posthog;

	if (row == NULL)
		buf_puts(out, "-\t-");
	else
		buf_printf(out, "%.*s\t%.*s", STR_ARG(row->model), STR_ARG(row->provider));
	buf_printf(out, "\t%s\t", match_name(c->match));
	if (posthog == row)
		buf_add(out, '=');
	else if (posthog == NULL)
		buf_add(out, '-');
	else
		buf_printf(out, "%.*s, %.*s", STR_ARG(posthog->model), STR_ARG(posthog->provider));
}

static void check_model(const struct prices *p, struct str line)
{
	struct str model = cost_words_field(&line, '\t'), provider = cost_words_field(&line, '\t');
	struct price_choice choice;
	struct buf got = {0};

	prices_find(p, model, provider, STR_EMPTY, 0, &choice);
	append_choice(&got, &choice);
	if (!str_eq(buf_str(&got), line))
		fail_msg("%.*s of %.*s: %s, not %.*s", STR_ARG(model), STR_ARG(provider),
		         buf_text(&got), STR_ARG(line));
	buf_free(&got);
}

static void test_models(void **state)
{
	struct prices *p = prices_new();
	struct buf text = {0};
	struct str rest = cost_words_file(MODELS, &text);
	unsigned n = 0;

	(void)state;
	while (rest.n > 0) {
		struct str line = cost_words_field(&rest, '\n');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		check_model(p, line);
		n++;
	}
	assert_true(n >= MODELS_MIN);
	buf_free(&text);
	prices_free(p);
}

/* ---- parts of names ----------------------------------------------------- */

static struct price_choice find(const struct prices *p, struct str model)
{
	struct price_choice c;

	prices_find(p, model, STR("openrouter"), STR_EMPTY, 0, &c);
	return c;
}

/* Rows of one table, each with a vendor, so that no form but the whole name can fit twice. */
static const char rows[] = "model\tprovider\tprompt\n"
			   "v/o1\topenrouter\t0.000001\n"
			   "v/abc\topenrouter\t0.000002\n"
			   "v/abcd\topenrouter\t0.000003\n"
			   "v/abcd-e\topenrouter\t0.000004\n"
			   "v/bcd.e\topenrouter\t0.000005\n"
			   "v/x-abcd-e-y\topenrouter\t0.000006\n";
static const struct {
	const char *name, *row; /* NULL: none */
} inside[] = {
	{"abc", "v/abc"},
	{"zabcz", "v/abc"},
	{"zabcdz", "v/abcd"},
	{"z-abcd.e-z", "v/abcd-e"},
	{"z-xbcd-e-z", "v/bcd.e"},
	{"zo1z", "v/o1"},
	{"o1abcd", "v/abcd"},
	{"abco1", "v/abc"},
	{"-abcd-", "v/abcd"},
	{"w/abcd", "v/abcd"},
	{"x-abcd-e", "v/abcd-e"},
	{"e-y", "v/x-abcd-e-y"},
	{"cd", "v/abcd"},
	{"q", NULL},
	{"o", "v/o1"},
	{"/", "v/o1"},
	{"x\ny", NULL},
};

static void test_parts_of_names(void **state)
{
	struct prices *p = prices_new();

	(void)state;
	assert_int_equal(prices_add(p, PRICES_BUILTIN, str_of(rows), NULL), ERR_OK);
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		struct price_choice c = find(p, str_of(inside[i].name));
		struct str row = c.row != NULL ? c.row->model : STR("-");

		if (!str_eq(row, str_of(inside[i].row != NULL ? inside[i].row : "-")))
			fail_msg("%s: %.*s", inside[i].name, STR_ARG(row));
	}
	prices_free(p);
}

static void test_names_that_mean_harm(void **state)
{
	static const struct str names[] = {
		{"\0\0\0\0", 4}, {"\xff\xfe", 2},  {"////", 4},      {"-", 1},
		{":free", 5},    {"-20250101", 9}, {"@20250101", 9}, {"us.", 3},
	};
	struct prices *p = prices_new();
	char longest[PRICES_MODEL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		find(p, names[i]);
	memset(longest, 'o', sizeof(longest));
	assert_non_null(find(p, (struct str){longest, 1}).row);
	assert_null(find(p, (struct str){longest, PRICES_MODEL_MAX}).row);
	assert_null(find(p, (struct str){longest, PRICES_MODEL_MAX + 1}).row);
	prices_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_parts_of_names),
		cmocka_unit_test(test_names_that_mean_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
