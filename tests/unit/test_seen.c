/* Values that events have, counted in the smallest slices there are. */
#include "explorer.h"
#include "query/seen.h"

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
	struct explorer *x;
};

#define EVENTS 300u

/* Of three users and names, every fifth a tool; env and a property of every second. */
static void write_events(FILE *file)
{
	for (unsigned i = 0; i < EVENTS; i++)
		fprintf(file,
		        "{\"uuid\":\"u%u\",\"event\":\"%s\",\"distinct_id\":\"user %u\",\"timestamp\":%u,"
		        "\"properties\":{\"$ai_trace_id\":\"t%u\",\"$ai_model\":\"Model-%u\",%s"
		        "\"$ai_span_name\":\"n%u\",\"$ai_span_type\":\"%s\"}}\n",
		        i, i % 5 ? "$ai_generation" : "$ai_span", i % 3, 1700000000 + i, i,
		        i % 100 / 40, i % 2 ? "\"release\":\"1.2\"," : "", i % 4,
		        i % 5 ? "x" : "tool");
}

static int open_bench(void **state)
{
	static struct bench b;
	struct errinfo e;
	FILE *file;

	b = (struct bench){.path = "/tmp/tracehog-seen-XXXXXX", .loop = loop_new()};
	file = fdopen(mkstemp(b.path), "w");
	write_events(file);
	fclose(file);
	b.x = explorer_new(b.loop);
	assert_int_equal(explorer_add_file(b.x, b.path, &e), ERR_OK);
	explorer_load(b.x);
	*state = &b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	explorer_free(b->x);
	loop_free(b->loop);
	unlink(b->path);
	return 0;
}

static struct seen *begin(struct bench *b, enum field_number field, const char *name)
{
	return seen_new(explorer_model(b->x), explorer_properties(b->x), &fields[field],
	                str_of(name));
}

/* To the end, and compared with "text 12, text 3". */
static void expect(struct bench *b, struct seen *s, const char *begins, const char *expected)
{
	const struct seen_value *values;
	struct buf text = {0};
	uint32_t n;

	seen_look(s, str_of(begins));
	while (!seen_step(s, 0) || seen_percent(s) < 100)
		loop_step(b->loop, false);
	values = seen_values(s, &n);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&text, "%s%.*s %u", i > 0 ? ", " : "", STR_ARG(values[i].text),
		           values[i].events);
	assert_string_equal(buf_text(&text), expected);
	buf_free(&text);
}

static void the_most_frequent_come_first(void **state)
{
	struct bench *b = *state;
	struct seen *s = begin(b, FIELD_MODEL, "");

	expect(b, s, "", "Model-0 120, Model-1 120, Model-2 60");
	expect(b, s, "model-2", "Model-2 60");
	expect(b, s, "none", "");
	seen_free(s);
	s = begin(b, FIELD_USER, "");
	expect(b, s, "USER", "user 0 100, user 1 100, user 2 100");
	seen_free(s);
}

static void tools_are_spans_alone(void **state)
{
	struct bench *b = *state;
	struct seen *s = begin(b, FIELD_TOOL, "");

	expect(b, s, "", "n0 15, n1 15, n2 15, n3 15");
	seen_free(s);
}

static void properties_are_read(void **state)
{
	struct bench *b = *state;
	struct seen *s = begin(b, FIELD_PROPERTY, "release");

	expect(b, s, "", "1.2 150");
	seen_free(s);
}

/* Of the last 200 events, of which every second has a release; in some the properties are a string, and persons are set. */
static void names_are_those_of_the_last_events(void **state)
{
	struct bench *b = *state;
	struct seen *s = begin(b, FIELD_PROPERTY, "");

	expect(b, s, "",
	       "$ai_trace_id 200, $ai_model 200, $ai_span_name 200, $ai_span_type 200, release 100");
	assert_int_equal(seen_sample(s), SEEN_SAMPLE);
	expect(b, s, "REL", "release 100");
	seen_free(s);
	s = begin(b, FIELD_PERSON, "");
	expect(b, s, "", "");
	seen_free(s);
}

static void names_may_be_of_a_person(void **state)
{
	struct bench b = {.path = "/tmp/tracehog-seen-XXXXXX", .loop = loop_new()};
	FILE *file = fdopen(mkstemp(b.path), "w");
	struct errinfo e;
	struct seen *s;

	(void)state;
	fputs("{\"uuid\":\"1\",\"event\":\"$ai_generation\",\"distinct_id\":\"u\",\"$set\":{\"plan\":1},"
	      "\"properties\":{\"$ai_trace_id\":\"t\",\"$set\":{\"plan\":2,\"a b\":3}}}\n"
	      "{\"uuid\":\"2\",\"event\":\"$ai_generation\",\"distinct_id\":\"u\","
	      "\"properties\":\"{\\\"$ai_trace_id\\\":\\\"t\\\",\\\"$set_once\\\":{\\\"plan\\\":2}}\"}\n",
	      file);
	fclose(file);
	b.x = explorer_new(b.loop);
	assert_int_equal(explorer_add_file(b.x, b.path, &e), ERR_OK);
	explorer_load(b.x);
	s = begin(&b, FIELD_PERSON, "");
	expect(&b, s, "", "plan 2, a b 1");
	seen_free(s);
	s = begin(&b, FIELD_PROPERTY, "");
	expect(&b, s, "", "$ai_trace_id 2, $set 1, $set_once 1");
	seen_free(s);
	explorer_free(b.x);
	loop_free(b.loop);
	unlink(b.path);
}

static void other_fields_have_no_values(void **state)
{
	struct bench *b = *state;

	assert_null(begin(b, FIELD_LATENCY, ""));
	assert_null(begin(b, FIELD_IS, ""));
	assert_null(begin(b, FIELD_SYSTEM, ""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
	const struct CMUnitTest tests[] = {
		TEST(the_most_frequent_come_first),
		TEST(tools_are_spans_alone),
		TEST(properties_are_read),
		TEST(names_are_those_of_the_last_events),
		cmocka_unit_test(names_may_be_of_a_person),
		TEST(other_fields_have_no_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
