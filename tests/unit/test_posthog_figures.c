/* Figures that PostHog adds up: over random events the little ClickHouse of the stand-in gives what a breakdown gives here, by
 * every field and under every filter that is judged there. Nothing that was typed is part of the HogQL. */
#include "collect/posthog_figures.h"

#include "base/utf8.h"
#include "collect/posthog_query.h"
#include "query/memberships.h"
#include "query/rows.h"
#include "query/stats.h"
#include "support/figures_both.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILTERS "data/posthog/filters.txt" /* see there */
#define NOWHERE "00000000-0000-4000-8000-000000000000"
#define MINUTE  (60 * TIME_SECOND)
#define BEGIN   (INT64_C(1795341600) * TIME_SECOND) /* 2026-11-22T10:00Z */

/* The part of that value; NULL: there is none. */
static const struct breakdown_part *find(const struct breakdown *b, const struct split *s,
                                         struct str value, bool none)
{
	struct buf text = {0};
	const struct breakdown_part *found = NULL;

	for (uint32_t i = 0; i < breakdown_count(b) && found == NULL; i++) {
		const struct breakdown_part *p = breakdown_part(b, i);

		buf_clear(&text);
		if (s != NULL)
			split_text(s, p->key, &text);
		if (s == NULL || ((p->key == SPLIT_NONE) == none && str_eq(buf_str(&text), value)))
			found = p;
	}
	buf_free(&text);
	return found;
}

/* What PostHog cannot know is left out of it: what runs, what is suspect. Its money is in doubles. */
static void expect_part(const char *what, struct breakdown_part here, struct breakdown_part there)
{
	money off = here.totals.cost_reported - there.totals.cost_reported;

	if (off > 1000 || off < -1000)
		fail_msg("%s: cost is off by %lld", what, (long long)off);
	here.key = there.key;
	here.totals.cost_reported = there.totals.cost_reported;
	here.totals.running = here.totals.suspect = here.suspect_calls = here.suspect_spans = 0;
	for (size_t at = 0; at < sizeof(here); at++)
		if (((char *)&here)[at] != ((char *)&there)[at])
			fail_msg("%s: differs at byte %zu (calls %u and %u, prompt %lld and %lld)",
			         what, at, here.calls, there.calls, (long long)here.prompt,
			         (long long)there.prompt);
}

struct case_of {
	const char *by, *filter; /* NULL: not split; no filter */
	uint32_t slices;
};

static struct split *split_of(const struct figures_both *b, const struct case_of *c, bool told)
{
	struct split *s = NULL;
	struct errinfo e;

	if (c->slices > 0)
		return split_by_time(b->here.model, BEGIN + 5 * MINUTE, BEGIN + 50 * MINUTE,
		                     c->slices);
	if (c->by == NULL)
		return NULL;
	assert_int_equal(told ? split_told(&s, str_of(c->by), b->here.model, &e)
	                      : split_new(&s, str_of(c->by), b->here.model, b->here.properties, &e),
	                 ERR_OK);
	while (!told && !split_ready(s) && loop_step(b->here.loop, true))
		;
	return s;
}

static void compare_parts(const struct case_of *c, const struct breakdown *here,
                          const struct split *s, const struct hogql_result *r, struct split *told)
{
	struct buf value = {0}, what = {0};

	if (r->rows != breakdown_count(here))
		fail_msg("by %s, %s: %u parts here, %u there", c->by, c->filter,
		         breakdown_count(here), r->rows);
	for (uint32_t row = 0; row < r->rows; row++) {
		const struct breakdown_part *part;
		struct breakdown_part there;

		assert_true(posthog_read_figures(r, row, told, &there));
		buf_clear(&value);
		buf_clear(&what);
		if (told != NULL)
			split_text(told, there.key, &value);
		buf_printf(&what, "by %s, %s, %s", c->by, c->filter, buf_text(&value));
		part = find(here, s, buf_str(&value), there.key == SPLIT_NONE);
		if (part == NULL)
			fail_msg("%s: is not here", buf_text(&what));
		else
			expect_part(buf_text(&what), *part, there);
	}
	buf_free(&value);
	buf_free(&what);
}

/* False: its filter is not judged there. */
static bool compare(struct figures_both *b, const struct case_of *c)
{
	struct filter *f = filter_bench_parse(c->filter != NULL ? c->filter : "");
	struct filtered *d = filter_bench_new(&b->here, f, FILTERED_EVENTS);
	struct split *s = split_of(b, c, false), *told = split_of(b, c, true);
	struct breakdown_query q = {b->here.model, s, d, BEGIN + 5 * MINUTE, BEGIN + 50 * MINUTE};
	struct breakdown *here;
	struct posthog_filter p = {0};
	struct posthog_figures figures = {.split = told,
	                                  .slices = c->slices,
	                                  .since = q.since,
	                                  .until = q.until,
	                                  .filter = &p,
	                                  .limit = 500};
	struct buf body = {0};
	bool judged;

	filtered_wait(d);
	here = breakdown_new(b->here.loop, &q, NULL, NULL);
	breakdown_wait(here);
	posthog_filter_make(&p, f, FILTERED_EVENTS);
	judged = p.here.n == 0;
	if (judged) {
		struct hogql_result *r;

		assert_true(posthog_query_figures(&body, &figures, NOWHERE));
		r = figures_both_answer(b, &body);
		compare_parts(c, here, s, r, told);
		hogql_result_drop(r, NULL);
	}
	buf_free(&body);
	posthog_filter_free(&p);
	breakdown_free(here);
	split_free(s);
	split_free(told);
	filtered_free(d);
	filter_free(f);
	return judged;
}

static const char *const by[] = {NULL,
                                 "model",
                                 "provider",
                                 "user",
                                 "session",
                                 "trace",
                                 "name",
                                 "tool",
                                 "status",
                                 "finish",
                                 "code",
                                 "lib",
                                 "env",
                                 "version",
                                 "@release",
                                 "@odd key's {v0}",
                                 "$groups.company",
                                 "kind",
                                 "person.plan",
                                 "person.it's.deep"};
#define BY (sizeof(by) / sizeof(by[0]))

static void by_every_field(void **state)
{
	struct figures_both b;

	(void)state;
	for (uint64_t seed = 1; seed < 3; seed++) {
		figures_both_open(&b, seed);
		for (size_t i = 0; i < BY; i++)
			compare(&b, &(struct case_of){by[i], NULL, 0});
		compare(&b, &(struct case_of){NULL, NULL, 7});
		figures_both_close(&b);
	}
}

static void under_every_filter(void **state)
{
	FILE *file = fopen(FILTERS, "r");
	char line[512];
	size_t judged = 0;
	struct figures_both b;

	(void)state;
	assert_non_null(file);
	figures_both_open(&b, 7);
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != 'x' || judged >= 60)
			continue;
		judged += compare(
			&b, &(struct case_of){by[judged % BY], line + 4, judged % 9 == 0 ? 5 : 0});
	}
	assert_true(judged > 20);
	fclose(file);
	figures_both_close(&b);
}

/* ---- what is left out ---- */

static void the_dearest_and_how_many(void **state)
{
	struct figures_both b;
	struct split *told;
	struct posthog_figures f = {.until = BEGIN + 60 * MINUTE, .limit = 2};
	struct breakdown_part first, second;
	struct hogql_result *r;
	struct buf body = {0};
	uint32_t n;

	(void)state;
	figures_both_open(&b, 3);
	told = split_of(&b, &(struct case_of){"trace", NULL, 0}, true);
	f.split = told;
	assert_true(posthog_query_figures(&body, &f, NOWHERE));
	r = figures_both_answer(&b, &body);
	assert_int_equal(r->rows, 3);
	assert_true(posthog_read_figures(r, 0, told, &first));
	assert_true(posthog_read_figures(r, 1, told, &second));
	assert_true(first.totals.cost_reported >= second.totals.cost_reported);
	hogql_result_drop(r, NULL);
	buf_clear(&body);
	assert_true(posthog_query_figures_parts(&body, &f, NOWHERE));
	r = figures_both_answer(&b, &body);
	assert_true(posthog_read_figures_count(r, &n));
	assert_int_equal(n, 12);
	hogql_result_drop(r, NULL);
	buf_free(&body);
	split_free(told);
	figures_both_close(&b);
}

/* Behind each page all of them have come, each once. */
static void every_part_by_value(void **state)
{
	struct figures_both b;
	struct posthog_figures f = {.until = BEGIN + 60 * MINUTE, .limit = 5, .by_value = true};
	struct buf body = {0}, after = {0}, before = {0};
	struct hogql_result *r;
	uint32_t n = 0;
	bool more;

	(void)state;
	figures_both_open(&b, 3);
	f.split = split_of(&b, &(struct case_of){"trace", NULL, 0}, true);
	do {
		buf_clear(&body);
		assert_true(posthog_query_figures(&body, &f, NOWHERE));
		r = figures_both_answer(&b, &body);
		more = r->rows > f.limit;
		n += more ? f.limit : r->rows;
		buf_clear(&before);
		buf_append(&before, buf_str(&after));
		buf_clear(&after);
		if (more) {
			hogql_text(r, f.limit - 1, 0, &after);
			assert_true(str_cmp(buf_str(&after), buf_str(&before)) > 0);
		}
		f.after = buf_str(&after);
		if (!more)
			assert_int_equal(hogql_type(r, r->rows - 1, 0), JSON_NULL);
		hogql_result_drop(r, NULL);
	} while (more);
	assert_int_equal(n, 12);
	buf_free(&body);
	buf_free(&after);
	buf_free(&before);
	split_free((struct split *)(uintptr_t)f.split);
	figures_both_close(&b);
}

/* ---- each group ---- */

/* The row of that group; NULL: there is none. */
static const struct group *group_of(const struct rows *rows, struct memberships *m, struct str type,
                                    struct str key)
{
	uint32_t number = memberships_add(m, type, key);

	for (uint32_t i = 0; i < rows->n_groups; i++)
		if (rows->groups[i].key == number)
			return &rows->groups[i];
	return NULL;
}

static void expect_groups(struct figures_both *b, const struct rows *rows, struct memberships *m)
{
	struct split *told = split_of(b, &(struct case_of){"@$groups", NULL, 0}, true);
	struct posthog_figures f = {
		.split = told, .until = BEGIN + 60 * MINUTE, .limit = 500, .each_group = true};
	struct buf body = {0}, text = {0};
	struct hogql_result *r;

	assert_true(posthog_query_figures(&body, &f, NOWHERE));
	r = figures_both_answer(b, &body);
	assert_int_equal(r->rows, rows->n_groups);
	for (uint32_t row = 0; row < r->rows; row++) {
		struct breakdown_part part;
		const struct group *here;
		struct str type, key;

		assert_true(posthog_read_figures(r, row, told, &part));
		buf_clear(&text);
		split_text(told, part.key, &text);
		assert_true(posthog_read_group(buf_str(&text), &type, &key));
		here = group_of(rows, m, type, key);
		if (here == NULL)
			fail_msg("%s is not here", buf_text(&text));
		assert_int_equal(here->traces, part.traces);
		assert_int_equal(here->sessions, part.sessions);
		assert_int_equal(here->totals.events, part.totals.events);
		assert_int_equal(here->totals.errors, part.totals.errors);
		assert_int_equal(here->totals.input, part.totals.input);
		assert_int_equal(here->last_time, part.last);
	}
	hogql_result_drop(r, NULL);
	buf_free(&body);
	buf_free(&text);
	split_free(told);
}

static void by_each_group(void **state)
{
	struct figures_both b;

	(void)state;
	for (uint64_t seed = 11; seed < 14; seed++) {
		struct memberships *m;
		struct rows rows = {0};
		struct query q;

		figures_both_open(&b, seed);
		m = memberships_new(b.here.properties);
		while (!property_done(memberships_property(m)) && loop_step(b.here.loop, true))
			;
		query_init(&q, ROWS_GROUPS);
		q.memberships = m;
		rows_build(&rows, b.here.model, &q);
		assert_true(rows.n_groups > 8);
		expect_groups(&b, &rows, m);
		rows_free(&rows);
		memberships_free(m);
		figures_both_close(&b);
	}
}

static void what_is_no_group(void **state)
{
	static const char *const none[] = {
		"", ":", "x", "1:", "1:a", "-1:ab", "99:ab", "1.5:ab", "99999999999999999999:a"};
	struct str type, key;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(posthog_read_group(str_of(none[i]), &type, &key));
	assert_true(posthog_read_group(STR("0:a"), &type, &key));
	assert_true(posthog_read_group(STR("3:a:bc:d"), &type, &key));
	assert_true(str_eq(type, STR("a:b")) && str_eq(key, STR("c:d")));
}

/* ---- what was typed ---- */

static const char *const hostile[] = {
	"'",    "\\",  "' OR 1=1 --", "{v0}", "{since}", "}",    "/* */",
	"-- x", "`x`", "\"",          "%",    "\n",      "a.b'", "a.'); DROP TABLE events; --"};

/* The HogQL is the same whatever the name: it stands among the values. */
static void names_are_values(void **state)
{
	struct filter_bench b;
	char *plain[2] = {NULL, NULL};
	struct errinfo e;

	(void)state;
	filter_bench_open(&b, STR("{\"event\":\"$ai_span\"}\n"));
	for (size_t i = 0; i < 2 * sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct buf name = {0}, body = {0};
		struct posthog_figures f = {.until = MINUTE, .limit = 1};
		struct split *s;
		cJSON *json, *query;
		char *sql;
		bool path;

		buf_puts(&name, i % 2 ? "$groups." : "@");
		buf_puts(&name, hostile[i / 2]);
		path = str_find(buf_str(&name), STR("."), i % 2 ? 8 : 0, false) != SIZE_MAX;
		assert_int_equal(split_told(&s, buf_str(&name), b.model, &e), ERR_OK);
		f.split = s;
		assert_true(posthog_query_figures(&body, &f, NOWHERE));
		json = cJSON_ParseWithLength(body.p, body.n);
		query = cJSON_GetObjectItemCaseSensitive(json, "query");
		sql = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(query, "query"));
		if (!path && plain[i % 2] == NULL)
			plain[i % 2] = strdup(sql);
		else if (!path)
			assert_string_equal(sql, plain[i % 2]);
		assert_null(strstr(sql, "DROP"));
		cJSON_Delete(json);
		split_free(s);
		buf_free(&body);
		buf_free(&name);
	}
	free(plain[0]);
	free(plain[1]);
	filter_bench_close(&b);
}

/* Nor is what a page begins behind. */
static void pages_are_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct posthog_figures f = {.until = MINUTE,
		                            .limit = 1,
		                            .each_group = i % 2,
		                            .by_value = true,
		                            .after = str_of(hostile[i])};
		struct buf body = {0}, plain = {0};
		cJSON *query[2];

		assert_true(posthog_query_figures(&body, &f, NOWHERE));
		f.after = STR("x");
		assert_true(posthog_query_figures(&plain, &f, NOWHERE));
		query[0] = cJSON_ParseWithLength(body.p, body.n);
		query[1] = cJSON_ParseWithLength(plain.p, plain.n);
		for (int k = 0; k < 2; k++) {
			cJSON *q = cJSON_GetObjectItemCaseSensitive(query[k], "query");
			cJSON *v = cJSON_GetObjectItemCaseSensitive(q, "values");

			assert_string_equal(
				cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(v, "v0")),
				k == 0 ? hostile[i] : "x");
			cJSON_DeleteItemFromObjectCaseSensitive(q, "values");
		}
		assert_true(cJSON_Compare(query[0], query[1], true));
		cJSON_Delete(query[0]);
		cJSON_Delete(query[1]);
		buf_free(&body);
		buf_free(&plain);
	}
}

static void what_it_cannot_split_by(void **state)
{
	static const char *const words[] = {"@\xff", "person.\xc0"};
	struct filter_bench b;
	struct errinfo e;

	(void)state;
	filter_bench_open(&b, STR("{\"event\":\"$ai_span\"}\n"));
	for (size_t i = 0; i < 2; i++) {
		struct posthog_figures f = {.until = MINUTE, .limit = 1};
		struct buf body = {0};
		struct split *s;

		assert_int_equal(split_told(&s, str_of(words[i]), b.model, &e), ERR_OK);
		f.split = s;
		assert_false(posthog_query_figures(&body, &f, NOWHERE));
		assert_int_equal(body.n, 0);
		split_free(s);
	}
	filter_bench_close(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_every_field),
		cmocka_unit_test(under_every_filter),
		cmocka_unit_test(the_dearest_and_how_many),
		cmocka_unit_test(names_are_values),
		cmocka_unit_test(what_it_cannot_split_by),
		cmocka_unit_test(every_part_by_value),
		cmocka_unit_test(by_each_group),
		cmocka_unit_test(what_is_no_group),
		cmocka_unit_test(pages_are_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
