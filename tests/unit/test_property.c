/* Columns of properties: values of every kind, paths, events that vanish or cannot be read, and who leaves early. */
#include "query/field.h"
#include "query/property.h"
#include "support/loader_bench.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ONE          INT64_C(1000000000000)

static void wait_column(struct loader_bench *b, const struct property *c)
{
	while (!property_done(c))
		assert_true(loop_step(b->loop, true) || property_done(c));
}

static void write_event(struct buf *out, const char *properties)
{
	buf_printf(out, "{\"event\":\"$ai_span\",\"properties\":%s}\n", properties);
}

/* ---- single events ---- */

struct single {
	struct loader_bench *b;
	struct properties *p;
};

static struct single open_lines(void **state, const char *lines)
{
	struct single s = {.b = *state};

	loader_bench_write(s.b, O_TRUNC, str_of(lines));
	loader_bench_load(s.b, 0);
	s.p = properties_new(s.b->loop, &s.b->table);
	return s;
}

static struct single open_one(void **state, const char *properties)
{
	struct buf line = {0};
	struct single s;

	write_event(&line, properties);
	s = open_lines(state, buf_text(&line));
	buf_free(&line);
	return s;
}

static void close_single(struct single *s)
{
	properties_free(s->p);
	loader_bench_close(s->b);
}

static struct property *column_of(struct single *s, enum property_of of, const char *name)
{
	struct property *c = properties_column(s->p, of, str_of(name));

	wait_column(s->b, c);
	return c;
}

/* text NULL: absent. */
static void expect(struct single *s, enum property_of of, const char *name, enum property_type type,
                   const char *text)
{
	struct property *c = column_of(s, of, name);
	struct property_value v = property_get(c, 0);

	assert_int_equal(v.type, type);
	assert_int_equal(v.text != 0, text != NULL);
	if (text == NULL)
		return;
	if (!str_eq(property_text(c, v.text), str_of(text)))
		fail_msg("%s is %.*s, not %s", name, STR_ARG(property_text(c, v.text)), text);
}

static void expect_number(struct single *s, const char *name, enum property_type type, money number)
{
	struct property_value v = property_get(column_of(s, PROPERTY_OF_EVENT, name), 0);

	assert_int_equal(v.type, type);
	assert_true(v.has_number);
	assert_true(v.number == number);
}

static void values_of_every_kind(void **state)
{
	struct single s = open_one(
		state,
		"{\"a\":null,\"b\":true,\"c\":false,\"d\":-1.50,\"e\":\"x\\n\\u00e9\",\"f\":\"\","
		"\"g\":{\"h\":[1, 2]},\"i\":[],\"j\":\"0.9\",\"k\":\" 7 \",\"l\":1795304622360123,"
		"\"m\":1e40,\"n\":\"seven\",\"o\":\"true\",\"p\":9000000.000001}");

	expect(&s, PROPERTY_OF_EVENT, "a", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_EVENT, "b", PROPERTY_BOOL, "true");
	expect_number(&s, "b", PROPERTY_BOOL, ONE);
	expect(&s, PROPERTY_OF_EVENT, "c", PROPERTY_BOOL, "false");
	expect_number(&s, "c", PROPERTY_BOOL, 0);
	expect(&s, PROPERTY_OF_EVENT, "d", PROPERTY_NUMBER, "-1.50");
	expect_number(&s, "d", PROPERTY_NUMBER, -(money)ONE * 3 / 2);
	expect(&s, PROPERTY_OF_EVENT, "e", PROPERTY_TEXT, "x\n\xc3\xa9");
	expect(&s, PROPERTY_OF_EVENT, "f", PROPERTY_TEXT, "");
	expect(&s, PROPERTY_OF_EVENT, "g", PROPERTY_TEXT, "{\"h\":[1, 2]}");
	assert_true(property_get(column_of(&s, PROPERTY_OF_EVENT, "g"), 0).composite);
	expect(&s, PROPERTY_OF_EVENT, "i", PROPERTY_TEXT, "[]");
	expect_number(&s, "j", PROPERTY_TEXT, (money)ONE * 9 / 10);
	expect_number(&s, "k", PROPERTY_TEXT, (money)ONE * 7);
	expect_number(&s, "l", PROPERTY_NUMBER, (money)INT64_C(1795304622360123) * ONE);
	expect(&s, PROPERTY_OF_EVENT, "m", PROPERTY_TEXT, "1e40");
	assert_false(property_get(column_of(&s, PROPERTY_OF_EVENT, "n"), 0).has_number);
	assert_false(property_get(column_of(&s, PROPERTY_OF_EVENT, "o"), 0).has_number);
	expect_number(&s, "p", PROPERTY_NUMBER, (money)INT64_C(9000000000001) * 1000000);
	expect(&s, PROPERTY_OF_EVENT, "zzz", PROPERTY_ABSENT, NULL);
	close_single(&s);
}

static void names_with_dots(void **state)
{
	struct single s = open_one(
		state,
		"{\"a.b\":1,\"a\":{\"b\":2,\"c\":3,\"d.e\":4,\"d\":{\"e\":5,\"f\":{\"g\":6}}},"
		"\"n.l\":null,\"n\":{\"l\":7},\"s\":\"{\\\"t\\\":\\\"\\u00e9\\\",\\\"u\\\":\\\"{\\\\\\\"v\\\\\\\":8}\\\"}\","
		"\"\\u0061x\":9,\"\":10,\".x\":11,\"l\":[{\"x\":1}],\"w\":\"no object\","
		"\"p1\":{\"p2\":{\"p3\":{\"p4\":{\"p5\":{\"p6\":{\"p7\":{\"p8\":{\"p9\":1}}}}}}}}}");

	expect(&s, PROPERTY_OF_EVENT, "a.b", PROPERTY_NUMBER, "1");
	expect(&s, PROPERTY_OF_EVENT, "a.c", PROPERTY_NUMBER, "3");
	expect(&s, PROPERTY_OF_EVENT, "a.d.e", PROPERTY_NUMBER, "4");
	expect(&s, PROPERTY_OF_EVENT, "a.d.f.g", PROPERTY_NUMBER, "6");
	expect(&s, PROPERTY_OF_EVENT, "a.x.y", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_EVENT, "a.", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_EVENT, "n.l", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_EVENT, "s.t", PROPERTY_TEXT, "\xc3\xa9");
	expect(&s, PROPERTY_OF_EVENT, "s.u.v", PROPERTY_NUMBER, "8");
	expect(&s, PROPERTY_OF_EVENT, "ax", PROPERTY_NUMBER, "9");
	expect(&s, PROPERTY_OF_EVENT, "", PROPERTY_NUMBER, "10");
	expect(&s, PROPERTY_OF_EVENT, ".x", PROPERTY_NUMBER, "11");
	expect(&s, PROPERTY_OF_EVENT, "l.x", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_EVENT, "w.x", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_EVENT, "p1.p2.p3.p4.p5.p6.p7.p8", PROPERTY_TEXT, "{\"p9\":1}");
	/* Deeper than paths go: the rest is one name, and there is none of that. */
	expect(&s, PROPERTY_OF_EVENT, "p1.p2.p3.p4.p5.p6.p7.p8.p9.p10", PROPERTY_ABSENT, NULL);
	close_single(&s);
}

static void the_last_of_several_wins(void **state)
{
	struct single s = open_one(state, "{\"a\":1,\"b\":{\"c\":1},\"a\":2,\"b\":{\"d\":3},"
	                                  "\"e\":{\"f\":1,\"f\":2}},\"properties\":{\"a\":4,"
	                                  "\"b\":{\"d\":5},\"e\":{\"f\":1,\"f\":6}}");

	expect(&s, PROPERTY_OF_EVENT, "a", PROPERTY_NUMBER, "4");
	expect(&s, PROPERTY_OF_EVENT, "b.c", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_EVENT, "b.d", PROPERTY_NUMBER, "5");
	expect(&s, PROPERTY_OF_EVENT, "e.f", PROPERTY_NUMBER, "6");
	close_single(&s);
}

static void persons_and_groups(void **state)
{
	struct single s = open_lines(
		state,
		"{\"event\":\"$ai_span\",\"$set\":{\"plan\":\"outer\",\"own\":1},\"$set_once\":{\"last\":2},"
		"\"properties\":{\"plan\":\"no\",\"$set\":{\"plan\":\"pro\",\"address\":{\"city\":\"Bonn\"},\"no\":null},"
		"\"$set_once\":{\"plan\":\"once\",\"first\":\"f\",\"no\":1},"
		"\"$groups\":{\"company\":\"acme\",\"a.b\":\"dot\"}}}\n");

	expect(&s, PROPERTY_OF_PERSON, "plan", PROPERTY_TEXT, "pro");
	expect(&s, PROPERTY_OF_PERSON, "own", PROPERTY_NUMBER, "1");
	expect(&s, PROPERTY_OF_PERSON, "first", PROPERTY_TEXT, "f");
	expect(&s, PROPERTY_OF_PERSON, "last", PROPERTY_NUMBER, "2");
	expect(&s, PROPERTY_OF_PERSON, "no", PROPERTY_ABSENT, NULL);
	expect(&s, PROPERTY_OF_PERSON, "address.city", PROPERTY_TEXT, "Bonn");
	expect(&s, PROPERTY_OF_GROUPS, "company", PROPERTY_TEXT, "acme");
	expect(&s, PROPERTY_OF_GROUPS, "a.b", PROPERTY_TEXT, "dot");
	expect(&s, PROPERTY_OF_EVENT, "$groups.company", PROPERTY_TEXT, "acme");
	expect(&s, PROPERTY_OF_EVENT, "$set.address.city", PROPERTY_TEXT, "Bonn");
	expect(&s, PROPERTY_OF_EVENT, "plan", PROPERTY_TEXT, "no");
	close_single(&s);
}

static void encoded_properties(void **state)
{
	struct single s = open_one(
		state,
		"\"{\\\"a\\\":\\\"x\\\\ny\\\",\\\"$set\\\":{\\\"b\\\":true},\\\"c\\\":{\\\"d\\\":1}}\"");

	expect(&s, PROPERTY_OF_EVENT, "a", PROPERTY_TEXT, "x\ny");
	expect(&s, PROPERTY_OF_EVENT, "c.d", PROPERTY_NUMBER, "1");
	expect(&s, PROPERTY_OF_PERSON, "b", PROPERTY_BOOL, "true");
	close_single(&s);
	s = open_one(state, "\"{\\\"a\\\":1\"");
	expect(&s, PROPERTY_OF_EVENT, "a", PROPERTY_ABSENT, NULL);
	assert_int_equal(property_failed(column_of(&s, PROPERTY_OF_EVENT, "a")), 0);
	close_single(&s);
}

/* Cut between characters; read again it is whole. */
static void gigantic_values(void **state)
{
	struct buf json = {0}, whole = {0};
	struct errinfo e;
	struct property_value v;
	struct property *c;
	struct single s;

	buf_puts(&json, "{\"a\":\"x");
	for (int i = 0; i < 3000000; i++)
		buf_puts(&json, "\xc3\xa9");
	buf_puts(&json, "\",\"b\":2}");
	s = open_one(state, buf_text(&json));
	c = column_of(&s, PROPERTY_OF_EVENT, "a");
	v = property_get(c, 0);
	assert_true(v.cut);
	assert_int_equal(property_text(c, v.text).n, PROPERTY_MAX - 1);
	assert_int_equal(property_read(c, 0, &whole, &e), ERR_OK);
	assert_int_equal(whole.n, 6000000 + 3);
	assert_true(whole.p[0] == '"' && whole.p[whole.n - 1] == '"');
	expect(&s, PROPERTY_OF_EVENT, "b", PROPERTY_NUMBER, "2");
	buf_clear(&whole);
	assert_int_equal(property_read(column_of(&s, PROPERTY_OF_EVENT, "c"), 0, &whole, &e),
	                 ERR_OK);
	assert_string_equal(buf_text(&whole), "null");
	close_single(&s);
	buf_free(&json);
	buf_free(&whole);
}

/* ---- files that change, and who leaves ---- */

static void a_file_that_was_cut(void **state)
{
	struct loader_bench *b = *state;
	struct buf lines = {0};
	struct properties *p;
	struct property *c;
	struct errinfo e;
	struct buf whole = {0};

	for (unsigned i = 0; i < 100; i++)
		write_event(&lines, "{\"a\":1}");
	loader_bench_write(b, O_TRUNC, buf_str(&lines));
	loader_bench_load(b, 0);
	assert_int_equal(truncate(b->path, (off_t)(lines.n / 2 + 5)), 0);
	p = properties_new(b->loop, &b->table);
	c = properties_column(p, PROPERTY_OF_EVENT, STR("a"));
	wait_column(b, c);
	assert_int_equal(property_failed(c), 50);
	assert_int_equal(property_get(c, 49).type, PROPERTY_NUMBER);
	assert_int_equal(property_get(c, 50).type, PROPERTY_ABSENT);
	assert_int_equal(property_read(c, 99, &whole, &e), ERR_IO);
	/* Other bytes of the same length. */
	loader_bench_write(b, 0, STR("{\"event\" \"$ai_span\"}"));
	c = properties_column(p, PROPERTY_OF_EVENT, STR("b"));
	wait_column(b, c);
	assert_int_equal(property_failed(c), 51);
	assert_non_null(
		strstr(property_failure(c)->msg, "the file has changed since it was loaded"));
	assert_true(str_ends(str_of(property_failure(c)->msg), str_of(b->path)));
	assert_int_equal(property_read(c, 0, &whole, &e), ERR_IO);
	assert_true(str_starts(str_of(e.msg), STR("the file has changed since it was loaded: ")));
	assert_true(str_ends(str_of(e.msg), str_of(b->path)));
	properties_free(p);
	loader_bench_close(b);
	buf_free(&lines);
	buf_free(&whole);
}

static void freed_while_jobs_run(void **state)
{
	struct loader_bench *b = *state;
	struct buf lines = {0};

	for (unsigned i = 0; i < 40000; i++)
		write_event(&lines, i % 2 ? "{\"a\":\"x\"}" : "{\"a\":{\"b\":[1]}}");
	loader_bench_write(b, O_TRUNC, buf_str(&lines));
	loader_bench_load(b, 0);
	for (int turns = 0; turns < 8; turns++) {
		struct properties *p = properties_new(b->loop, &b->table);

		(void)properties_column(p, PROPERTY_OF_EVENT, STR("a"));
		(void)properties_column(p, PROPERTY_OF_EVENT, STR("a.b"));
		for (int i = 0; i < turns; i++)
			loop_step(b->loop, true);
		properties_free(p);
	}
	properties_free(NULL);
	loader_bench_close(b);
	buf_free(&lines);
}

static void more_columns_than_a_job_takes(void **state)
{
	struct single s = open_one(state, "{\"p7\":7,\"p150\":150}");
	struct property *columns[200];
	char name[8];

	for (unsigned i = 0; i < COUNT(columns); i++) {
		snprintf(name, sizeof(name), "p%u", i);
		columns[i] = properties_column(s.p, PROPERTY_OF_EVENT, str_of(name));
	}
	for (unsigned i = 0; i < COUNT(columns); i++) {
		wait_column(s.b, columns[i]);
		assert_int_equal(property_get(columns[i], 0).type != PROPERTY_ABSENT,
		                 i == 7 || i == 150);
	}
	close_single(&s);
}

static void count_changes(void *ctx)
{
	++*(unsigned *)ctx;
}

static void values_are_numbered(void **state)
{
	struct buf lines = {0};
	unsigned changes = 0;
	struct property *c;
	struct single s;

	for (unsigned i = 0; i < 9000; i++) {
		write_event(&lines, i % 3 == 0 ? "{\"a\":\"2\"}" : i % 3 == 1 ? "{\"a\":2}" : "{}");
	}
	s = open_lines(state, buf_text(&lines));
	properties_on_change(s.p, count_changes, &changes);
	c = column_of(&s, PROPERTY_OF_EVENT, "a");
	assert_true(changes > 0);
	assert_int_equal(property_texts(c), 2);
	assert_int_equal(property_get(c, 0).text, property_get(c, 8997).text);
	assert_int_not_equal(property_get(c, 0).text, property_get(c, 1).text);
	assert_int_equal(property_get(c, 2).text, 0);
	assert_true(str_eq(property_name(c), STR("a")));
	close_single(&s);
	buf_free(&lines);
}

static void fields_have_properties(void **state)
{
	const char *names[PROPERTY_NAMES];

	(void)state;
	assert_int_equal(property_names_of(FIELD_URL, names), 2);
	assert_string_equal(names[0], "$ai_base_url");
	assert_int_equal(property_names_of(FIELD_MAX, names), 4);
	assert_int_equal(property_names_of(FIELD_FEEDBACK, names), 1);
	assert_int_equal(property_names_of(FIELD_COST, names), 0);
}

/* ---- persons ---- */

struct asked_persons {
	bool ready;
	uint32_t asked;
};

static bool persons_ready(void *ctx, struct str name, uint32_t from, uint32_t n)
{
	struct asked_persons *a = ctx;

	(void)name;
	assert_int_equal(from, 0);
	assert_int_equal(n, 4);
	a->asked++;
	return a->ready;
}

/* Of the first two: pro, and nothing; of the third nobody knows, of the fourth it is not said. */
static uint32_t persons_told(void *ctx, uint32_t event, struct errinfo *why)
{
	(void)ctx;
	if (event == 3)
		err_set(why, ERR_IO, "nobody there");
	return event == 3 ? PROPERTY_NOT_TOLD : event < 2 ? event + 1 : 0;
}

static struct str persons_text(void *ctx, uint32_t told)
{
	(void)ctx;
	return told == 1 ? STR("{\"$set\":{\"plan\":\"pro\"}}") : STR("{\"$set\":{\"plan\":null}}");
}

/* Who knows more of persons is waited for, and goes before what events set; events' own properties are as they are. */
static void somebody_knows_persons(void **state)
{
	static const char event[] =
		"{\"event\":\"$ai_span\",\"properties\":{\"plan\":\"own\",\"$set\":{\"plan\":\"set\"}}}\n";
	struct asked_persons a = {0};
	const struct property_persons persons = {persons_ready, persons_told, persons_text, &a};
	struct buf lines = {0};
	struct property *person, *own;
	struct single s;

	for (int i = 0; i < 4; i++)
		buf_puts(&lines, event);
	s = open_lines(state, buf_text(&lines));
	properties_ask_persons(s.p, &persons);
	own = column_of(&s, PROPERTY_OF_EVENT, "plan");
	person = properties_column(s.p, PROPERTY_OF_PERSON, STR("plan"));
	while (a.asked == 0)
		loop_step(s.b->loop, true);
	assert_false(property_done(person));
	a.ready = true;
	properties_resume(s.p);
	wait_column(s.b, person);
	assert_true(str_eq(property_text(person, property_get(person, 0).text), STR("pro")));
	assert_int_equal(property_get(person, 1).type, PROPERTY_ABSENT);
	assert_true(str_eq(property_text(person, property_get(person, 2).text), STR("set")));
	assert_int_equal(property_get(person, 3).type, PROPERTY_ABSENT);
	assert_int_equal(property_failed(person), 1);
	assert_string_equal(property_failure(person)->msg, "nobody there");
	assert_int_equal(property_failed(own), 0);
	assert_true(str_eq(property_text(own, property_get(own, 0).text), STR("own")));
	buf_free(&lines);
	close_single(&s);
}

#define MANY_PERSONS 1000

struct slow_persons {
	uint32_t told;
};

static bool slow_ready(void *ctx, struct str name, uint32_t from, uint32_t n)
{
	(void)ctx;
	(void)name;
	(void)from;
	(void)n;
	return true;
}

/* The first one takes as long as a turn may. */
static uint32_t slow_told(void *ctx, uint32_t event, struct errinfo *why)
{
	struct slow_persons *s = ctx;
	int64_t end = time_monotonic() + TIME_SECOND / 250;

	(void)why;
	assert_int_equal(event, s->told);
	while (s->told == 0 && time_monotonic() < end)
		;
	s->told++;
	return event % 2 + 1;
}

/* Persons of many events are taken in several turns; nothing is known before the last. */
static void persons_in_turns(void **state)
{
	struct slow_persons slow = {0};
	const struct property_persons persons = {slow_ready, slow_told, persons_text, &slow};
	struct buf lines = {0};
	struct property *c;
	struct single s;

	for (int i = 0; i < MANY_PERSONS; i++)
		buf_puts(&lines, "{\"event\":\"$ai_span\",\"$set\":{\"plan\":\"set\"}}\n");
	s = open_lines(state, buf_text(&lines));
	properties_ask_persons(s.p, &persons);
	c = properties_column(s.p, PROPERTY_OF_PERSON, STR("plan"));
	while (slow.told == 0)
		loop_step(s.b->loop, true);
	assert_true(slow.told < MANY_PERSONS);
	assert_int_equal(property_known(c), 0);
	wait_column(s.b, c);
	assert_int_equal(slow.told, MANY_PERSONS);
	for (uint32_t i = 0; i < MANY_PERSONS; i += 2) {
		assert_true(str_eq(property_text(c, property_get(c, i).text), STR("pro")));
		assert_int_equal(property_get(c, i + 1).type, PROPERTY_ABSENT);
	}
	buf_free(&lines);
	close_single(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LOADED(test) cmocka_unit_test_setup_teardown(test, loader_bench_enter, loader_bench_leave)
		LOADED(values_of_every_kind),
		LOADED(names_with_dots),
		LOADED(the_last_of_several_wins),
		LOADED(persons_and_groups),
		LOADED(encoded_properties),
		LOADED(gigantic_values),
		LOADED(a_file_that_was_cut),
		LOADED(freed_while_jobs_run),
		LOADED(more_columns_than_a_job_takes),
		LOADED(values_are_numbered),
		LOADED(somebody_knows_persons),
		LOADED(persons_in_turns),
		cmocka_unit_test(fields_have_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
