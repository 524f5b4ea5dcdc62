/* json/writer.h: layout, escapes, raw values, flushing. */
#include "json/writer.h"

#include "json/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(struct buf *out, struct str text)
{
	if (out->n != text.n || memcmp(out->p, text.p, text.n) != 0)
		fail_msg("wrote %s, not %.*s", buf_text(out), STR_ARG(text));
	buf_free(out);
}

static void write_sample(struct json_writer *w)
{
	json_begin_object(w);
	json_write_key(w, "rows");
	json_begin_array(w);
	json_write_int(w, INT64_MIN);
	json_write_decimal(w, 18107206, 8);
	json_begin_object(w);
	json_end_object(w);
	json_begin_array(w);
	json_end_array(w);
	json_end_array(w);
	json_write_key(w, "a\"b");
	json_write_bool(w, true);
	json_write_key(w, "c");
	json_begin_object(w);
	json_write_key(w, "d");
	json_write_null(w);
	json_write_key(w, "e");
	json_write_bool(w, false);
	json_end_object(w);
	json_end_object(w);
	json_writer_end(w);
}

static void writes_one_line(void **state)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};

	(void)state;
	write_sample(&w);
	expect(&out, STR("{\"rows\":[-9223372036854775808,0.18107206,{},[]],\"a\\\"b\":true,"
	                 "\"c\":{\"d\":null,\"e\":false}}"));
}

/* Else a chain of 100,000 spans would be 80 GB of blanks. */
static void deep_levels_are_not_indented_more(void **state)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out, .pretty = true};

	(void)state;
	for (int i = 0; i < 10000; i++)
		json_begin_array(&w);
	for (int i = 0; i < 10000; i++)
		json_end_array(&w);
	json_writer_end(&w);
	assert_in_range(out.n, 2 * 10000, 2 * 10000 * 66);
	buf_free(&out);
}

static void writes_indented(void **state)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out, .pretty = true};

	(void)state;
	write_sample(&w);
	expect(&out, STR("{\n"
	                 "  \"rows\": [\n"
	                 "    -9223372036854775808,\n"
	                 "    0.18107206,\n"
	                 "    {},\n"
	                 "    []\n"
	                 "  ],\n"
	                 "  \"a\\\"b\": true,\n"
	                 "  \"c\": {\n"
	                 "    \"d\": null,\n"
	                 "    \"e\": false\n"
	                 "  }\n"
	                 "}"));
}

static void values_at_the_top_stand_alone(void **state)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};

	(void)state;
	json_write_int(&w, 1);
	buf_add(&out, '\n');
	json_begin_array(&w);
	json_end_array(&w);
	buf_add(&out, '\n');
	json_writer_end(&w);
	expect(&out, STR("1\n[]\n"));
}

static void expect_text(struct str text, struct str json)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};

	json_write_text(&w, text);
	json_writer_end(&w);
	expect(&out, json);
}

static void escapes_what_acts_on_a_terminal(void **state)
{
	(void)state;
	expect_text(STR(""), STR("\"\""));
	expect_text(STR("a\"b\\c/d"), STR("\"a\\\"b\\\\c/d\""));
	expect_text(STR("\b\f\n\r\t\0\x1B[31m"), STR("\"\\b\\f\\n\\r\\t\\u0000\\u001b[31m\""));
	expect_text(STR("\x7F\xC2\x80\xC2\x9F\xC2\xA0"), STR("\"\\u007f\\u0080\\u009f\xC2\xA0\""));
	expect_text(STR("\xE2\x80\xAE\xE2\x81\xA6\xD8\x9C"), STR("\"\\u202e\\u2066\\u061c\""));
	expect_text(STR("\xE2\x80\x8B\xEF\xBB\xBF\xC2\xAD"), STR("\"\\u200b\\ufeff\\u00ad\""));
	expect_text(STR("\xE2\x80\xA8\xE2\x80\xA9"), STR("\"\\u2028\\u2029\""));
	expect_text(STR("\xF3\xA0\x81\x81"), STR("\"\\udb40\\udc41\"")); /* U+E0041, a tag */
	expect_text(STR("\xE4\xBD\xA0 \xF0\x9F\xA6\x94"), STR("\"\xE4\xBD\xA0 \xF0\x9F\xA6\x94\""));
	expect_text(STR("\xE2\x80\x8A\xE2\x80\x90"),
	            STR("\"\xE2\x80\x8A\xE2\x80\x90\"")); /* beside */
}

static void replaces_invalid_utf8(void **state)
{
	(void)state;
	expect_text(STR("a\xFF\xE4\xBD"), STR("\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""));
	expect_text(STR("\xED\xA0\x80"), STR("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""));
}

static void expect_raw(struct str json, struct str written)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};

	json_begin_array(&w);
	json_write_raw(&w, json);
	json_write_raw(&w, STR("0"));
	json_end_array(&w);
	json_writer_end(&w);
	expect(&out, written);
}

static void copies_raw_values(void **state)
{
	(void)state;
	expect_raw(STR("9007199254740993"), STR("[9007199254740993,0]"));
	expect_raw(STR("{\"a\": [1e999, 1.50]}"), STR("[{\"a\": [1e999, 1.50]},0]"));
	expect_raw(STR("\"\\u0041\\\"\\\\\""), STR("[\"\\u0041\\\"\\\\\",0]"));
	expect_raw(STR("{\r\n\t\"a\\\\\":\n\t1\n}"), STR("[{\"a\\\\\":1},0]"));
	expect_raw(STR("\"\x1B\n\xFF\xC2\x9B\xE2\x80\xAE\""),
	           STR("[\"\\u001b\\n\xEF\xBF\xBD\\u009b\\u202e\",0]"));
	expect_raw(STR("\"\\ud800\""), STR("[\"\\ud800\",0]"));
}

struct sink {
	struct buf all;
	size_t calls, largest;
};

static void collect(void *ctx, struct str bytes)
{
	struct sink *sink = ctx;

	sink->calls++;
	if (bytes.n > sink->largest)
		sink->largest = bytes.n;
	buf_append(&sink->all, bytes);
}

static void flushes_as_it_goes(void **state)
{
	struct buf out = {0}, plain = {0};
	struct sink sink = {0};
	struct json_writer streamed = {.out = &out, .flush = collect, .ctx = &sink};
	struct json_writer whole = {.out = &plain};
	struct json_writer *both[] = {&streamed, &whole};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_begin_array(both[i]);
		for (int64_t row = 0; row < 100000; row++) {
			json_begin_object(both[i]);
			json_write_key(both[i], "row");
			json_write_int(both[i], row);
			json_end_object(both[i]);
		}
		json_end_array(both[i]);
		json_writer_end(both[i]);
	}
	assert_int_equal(out.n, 0);
	assert_true(sink.calls > 10);
	assert_true(sink.largest < 65536 + 100);
	assert_true(str_eq(buf_str(&sink.all), buf_str(&plain)));
	buf_free(&sink.all);
	buf_free(&out);
	buf_free(&plain);
}

static void nests_ten_thousand_levels(void **state)
{
	struct buf out = {0};
	struct json_writer w = {.out = &out};

	(void)state;
	for (int i = 0; i < 10000; i++)
		json_begin_array(&w);
	for (int i = 0; i < 10000; i++)
		json_end_array(&w);
	json_writer_end(&w);
	assert_int_equal(out.n, 20000);
	buf_free(&out);
}

/* Every byte pair and every character: what is written is regular JSON and has nothing that is not
 * printable. */
static void output_is_always_regular(void **state)
{
	const struct str names[] = {STR("a")};
	struct json_keys *keys = json_keys_new(names, 1);
	struct json_want want = {.outer = keys};
	struct json_slice slice;
	struct json_report report;
	enum json_type top;

	(void)state;
	for (unsigned i = 0; i < 65536; i++) {
		char pair[2] = {(char)(i >> 8), (char)i};
		struct buf out = {0};
		struct json_writer w = {.out = &out};

		json_write_text(&w, (struct str){pair, 2});
		json_writer_end(&w);
		assert_int_equal(json_skim(buf_str(&out), &want, &slice, NULL, &top, &report),
		                 JSON_OK);
		assert_int_equal(report.irregular, 0);
		for (size_t at = 0; at < out.n; at++)
			assert_true((unsigned char)out.p[at] >= 0x20 && out.p[at] != 0x7F);
		buf_free(&out);
	}
	json_keys_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_one_line),
		cmocka_unit_test(writes_indented),
		cmocka_unit_test(deep_levels_are_not_indented_more),
		cmocka_unit_test(values_at_the_top_stand_alone),
		cmocka_unit_test(escapes_what_acts_on_a_terminal),
		cmocka_unit_test(replaces_invalid_utf8),
		cmocka_unit_test(copies_raw_values),
		cmocka_unit_test(flushes_as_it_goes),
		cmocka_unit_test(nests_ten_thousand_levels),
		cmocka_unit_test(output_is_always_regular),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
