/* Documents into lines: every shape, over any cut of the bytes. */
#include "collect/document.h"

#include "base/buf.h"
#include "collect/posthog_rows.h"
#include "journal/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UUID_A "01890a5d-ac96-774b-bcce-b302099a8057"
#define UUID_B "01890a5d-ac96-774b-bcce-b302099a8058"
#define NOW    INT64_C(1700000000000000)
#define AT     "2023-11-14T22:13:20.000000Z"
#define EVENT \
	"{\"event\":\"$ai_span\",\"properties\":{\"t\":\"say \\\"hi\\\" [{ \\\\\",\"n\":1.50e3}}"

static void collect(void *ctx, struct str bytes)
{
	buf_append(ctx, bytes);
}

static struct document *start(struct buf *out, bool logs)
{
	struct document_options options = {.write = collect, .ctx = out, .logs = logs};

	return document_new(&options);
}

static void read_cut(struct str bytes, bool logs, size_t first, size_t second, struct buf *out)
{
	struct document *d = start(out, logs);

	document_feed(d, str_sub(bytes, 0, first), NOW);
	document_feed(d, str_sub(bytes, first, second - first), NOW);
	document_feed(d, str_sub(bytes, second, SIZE_MAX), NOW);
	document_end(d, NOW);
	document_free(d);
}

static void expect_cut(struct str bytes, bool logs, size_t first, size_t second,
                       const char *expected)
{
	struct buf out = {0};

	read_cut(bytes, logs, first, second, &out);
	if (!str_eq(buf_str(&out), str_of(expected)))
		fail_msg("cut at %zu and %zu: got\n%s\nnot\n%s", first, second, buf_text(&out),
		         expected);
	buf_free(&out);
}

static void expect_byte_by_byte(struct str bytes, bool logs, const char *expected)
{
	struct buf out = {0};
	struct document *d = start(&out, logs);

	for (size_t i = 0; i < bytes.n; i++)
		document_feed(d, str_sub(bytes, i, 1), NOW);
	document_end(d, NOW);
	document_free(d);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static void expect(const char *text, bool logs, const char *expected)
{
	struct str bytes = str_of(text);

	for (size_t first = 0; first <= bytes.n; first++) {
		expect_cut(bytes, logs, first, first, expected);
		expect_cut(bytes, logs, first, first + (bytes.n - first) / 3, expected);
	}
	expect_byte_by_byte(bytes, logs, expected);
}

/* Read in place, the file says the same. */
static void same(const char *text)
{
	expect(text, false, text);
	assert_true(document_is_lines(str_of(text)));
}

static void gives(const char *text, const char *expected)
{
	expect(text, false, expected);
	assert_false(document_is_lines(str_of(text)));
}

static void logs(const char *text, const char *expected)
{
	expect(text, true, expected);
}

static void test_lines_stay(void **state)
{
	(void)state;
	same("");
	same("\n \r\n\n");
	same(EVENT "\n" EVENT "\n");
	same("  " EVENT " \r\n\r\n\xEF\xBB\xBF" EVENT);
	same("\xEF\xBB\xBF" EVENT "\n");
	same(EVENT "\nno json\n{\"a\":\n[\n{\n\"event\":\"a\"}\n\xff\xfe\n");
	same("no json\n12\n\"a\n" EVENT "\n{\n");
	same("{\"a\":1} x\n{\"a\":NaN}\n{]\n");
	same("[" EVENT "," EVENT "]\n" EVENT "\n");
	same("{\"batch\":[" EVENT "]}\n{\n");
	same("{\"event\":\"a\",\"results\":[[1]]}\n{\n");
	same("{\"event\":\"torn");
	same("[1,");
}

static void test_objects(void **state)
{
	(void)state;
	gives("{\n  \"event\" : \"a b\",\r\n\t\"n\": [ 1, -2.50e+3 , null ]\n}\n",
	      "{\"event\":\"a b\",\"n\":[1,-2.50e+3,null]}\n");
	gives("\xEF\xBB\xBF\n\n{\n\"event\":\"a\"}\n{\n\"event\":\"b\"\n}{\"event\":\"c\"}",
	      "\xEF\xBB\xBF\n\n{\"event\":\"a\"}\n{\"event\":\"b\"}\n{\"event\":\"c\"}\n");
	gives("{}\n[]\n{\n}\n{\n\"event\":\"b\"\n}\n", "{}\n[]\n{}\n{\"event\":\"b\"}\n");
	gives("Here it is:\n{\n\"event\":\"b\"\n}\nBye\n", "Here it is:\n{\"event\":\"b\"}\nBye\n");
	gives("{\n\"\\u0065vent\":\"b\\n \\\" \\\\\", \"t\":\" \\\\\"\n}",
	      "{\"\\u0065vent\":\"b\\n \\\" \\\\\",\"t\":\" \\\\\"}\n");
}

static void test_line_ends_in_strings(void **state)
{
	(void)state;
	gives("[{\"event\":\"a\n b\r\nc\"},\n" EVENT "]",
	      "{\"event\":\"a\\n b\\r\\nc\"}\n" EVENT "\n");
	gives("{\"event\":\"a\nb\x01\xff\"}\n" EVENT "\n",
	      "{\"event\":\"a\\nb\x01\xff\"}\n" EVENT "\n");
}

static void test_arrays(void **state)
{
	(void)state;
	gives("[\n" EVENT ",\n" EVENT "\n]\n", EVENT "\n" EVENT "\n");
	gives("[ \n" EVENT ",{ \"a\" : { } }, [ 1 ,2 ],7 , \"x y\",null]",
	      EVENT "\n{\"a\":{}}\n[1,2]\n7\n\"x y\"\nnull\n");
	gives("[\n]\n[\n" EVENT "]", EVENT "\n");
}

static void test_batches(void **state)
{
	(void)state;
	gives("{\n\"api_key\": \"phc_x\", \"batch\": [ " EVENT ",\n" EVENT
	      "], \"sent_at\": \"2026\", \"x\":[{\"event\":\"no\"}]\n}\n",
	      EVENT "\n" EVENT "\n");
	gives("{\n\"b\\u0061tch\":[" EVENT "]}", EVENT "\n");
	gives("{\n\"event\":\"a\",\"batch\":[" EVENT "]}",
	      "{\"event\":\"a\",\"batch\":[" EVENT "]}\n");
	gives("{\n\"batch\":{\"a\":[1]}}", "{\"batch\":{\"a\":[1]}}\n");
	gives("{\n\"x\":{\"batch\":[1]}}", "{\"x\":{\"batch\":[1]}}\n");
}

#define COLUMNS \
	"\"columns\":[\"uuid\",\"event\",\"timestamp\",\"distinct_id\",\"properties\",\"model\"]"
#define ROW(uuid) \
	"[\"" uuid "\", \"$ai_generation\",\"2026-01-01T00:00:00Z\",\"u\",\"{\\\"a\\\": 1}\",\"m\"]"
#define ROW_LINE(uuid)                                                                             \
	"{\"uuid\":\"" uuid "\",\"event\":\"$ai_generation\",\"distinct_id\":\"u\",\"timestamp\":" \
	"\"2026-01-01T00:00:00Z\",\"properties\":{\"a\":1,\"$ai_model\":\"m\"},"                   \
	"\"received_at\":\"" AT "\"}\n"

static void test_rows(void **state)
{
	(void)state;
	gives("{" COLUMNS ",\"results\":[" ROW(UUID_A) "," ROW(UUID_B) "],\"hogql\":\"x\"}",
	      ROW_LINE(UUID_A) ROW_LINE(UUID_B));
	gives("{\n\"results\" : [\n" ROW(UUID_A) ",\n" ROW(UUID_B) "\n],\n" COLUMNS "\n}\n",
	      ROW_LINE(UUID_A) ROW_LINE(UUID_B));
	gives("{\"results\":[" ROW(UUID_A) ",[1, 2],7]," COLUMNS "}",
	      "7\n" ROW_LINE(UUID_A) "[1,2]\n");
	gives("{\"results\":[" ROW(UUID_A) ",[ 1 ]]}",
	      "[\"" UUID_A "\",\"$ai_generation\",\"2026-01-01T00:00:00Z\",\"u\","
	      "\"{\\\"a\\\": 1}\",\"m\"]\n[1]\n");
	gives("{\"results\":[]," COLUMNS "}", "");
	gives("{\"results\":[{ \"event\":\"a\" }],\"next\":null}", "{\"event\":\"a\"}\n");
}

#define SPAN(uuid) "{\"id\":\"" uuid "\",\"event\":\"$ai_span\",\"properties\":{\"a\":1}}"
#define TRACE                                                               \
	"{\"id\":\"t\",\"events\":[" SPAN(UUID_A) ",{\"id\":\"no\"}," SPAN( \
		UUID_B) "],"                                                \
			"\"distinctId\":\"u\"}"

static void test_traces(void **state)
{
	struct posthog_found found;
	struct errinfo e = {0};
	struct buf lines = {0};
	struct str answer = STR("{\"results\":[" TRACE "]}");

	(void)state;
	assert_int_equal(posthog_read_trace(answer, STR("t"), NOW, &lines, &found, &e), ERR_OK);
	assert_int_equal(found.events, 2);
	buf_free(&found.last_uuid);
	buf_puts(&lines, "{\"id\":\"no\"}\n");
	gives(answer.p, buf_text(&lines));
	gives("[\n" TRACE "\n]", buf_text(&lines));
	gives("{\"results\":[{\"id\":\"t\", \"events\":[]},{\"events\":[1]}]}",
	      "{\"id\":\"t\",\"events\":[]}\n{\"events\":[1]}\n");
	buf_free(&lines);
}

/* What is broken costs itself alone. */
static void test_broken(void **state)
{
	(void)state;
	expect("{\"event\":\"cut\n" EVENT "\n" EVENT "\n{\n", false,
	       "{\"event\":\"cut\n" EVENT "\n" EVENT "\n{\n");
	assert_true(document_is_lines(STR("{\"event\":\"cut\n" EVENT "\n" EVENT "\n")));
	expect("{\"event\":\"a\",\n" EVENT "\n{\n", false, "{\"event\":\"a\",\n" EVENT "\n{\n");
	expect("{\"event\":\"a\\\n" EVENT "\n{\n", false, "{\"event\":\"a\\\n" EVENT "\n{\n");
	gives("[\n" EVENT ",\n{\"event\":\"cut\n" EVENT ",\n" EVENT "\n]\n",
	      EVENT "\n{\"event\":\"cut\n" EVENT "\n" EVENT "\n]\n");
	gives("[\n" EVENT ",\n{\"event\":\"cut\n" EVENT "\n]\n",
	      EVENT "\n{\"event\":\"cut\n" EVENT "\n]\n");
	gives("[\n" EVENT "\n" EVENT "\n", EVENT "\n" EVENT "\n");
	gives("[" EVENT ",\n{\"a\":01},{\"a\":NULL},{\"a\":nul}," EVENT "]",
	      EVENT "\n{\"a\":01}\n{\"a\":NULL},{\"a\":nul}," EVENT "]\n");
	gives("{\n\"event\":\"a\",\n\"x\":}\n}\n{\n\"event\":\"b\"}",
	      "{\n\"event\":\"a\",\n\"x\":}\n}\n{\"event\":\"b\"}\n");
	gives("[\n" EVENT ",\n{\"a\":\"\\u123x\"},\n{\"a\":\"\\x\"},\n" EVENT "\n]\n",
	      EVENT "\n{\"a\":\"\\u123x\"},\n{\"a\":\"\\x\"},\n" EVENT "\n]\n");
	gives("[\n" EVENT ",{\"event\":", EVENT "\n{\"event\":\n");
	gives("{\n\"results\":[[ 1 ],[2]", "[1]\n[2]\n");
}

static void test_logs(void **state)
{
	(void)state;
#define LOG(text) \
	"{\"event\":\"$log\",\"timestamp\":\"" AT "\",\"properties\":{\"text\":\"" text "\"}}\n"
	logs("up\r\n\r\n" EVENT "\r\nmore \"x\" \\ \t\xff\n",
	     LOG("up") "\r\n" EVENT "\r\n" LOG("more \\\"x\\\" \\\\ \\u0009\xff"));
	logs("[INFO] a\n{x\n42\n{\"a\":01}\n \nlast",
	     LOG("[INFO] a") LOG("{x") "42\n" LOG("{\\\"a\\\":01}") " \n" LOG("last"));
	logs("\xEF\xBB\xBF" EVENT "\nx\n", "\xEF\xBB\xBF" EVENT "\n" LOG("x"));
	logs("x\n{\n\"event\":\"a\"\n}\ny\n", LOG("x") "{\"event\":\"a\"}\n" LOG("y"));
	logs("list: {\n{\n  a: 1\n}\n" EVENT "\n",
	     LOG("list: {") LOG("{") LOG("  a: 1") LOG("}") EVENT "\n");
	logs("{\"event\":\"a\"}", "{\"event\":\"a\"}");
}

static void read_all(struct buf *in, bool as_logs, struct buf *out)
{
	struct document *d = start(out, as_logs);

	for (size_t at = 0; at < in->n; at += 65521)
		document_feed(d, str_sub(buf_str(in), at, 65521), NOW);
	document_end(d, NOW);
	document_free(d);
	buf_free(in);
}

static void test_long_log_lines(void **state)
{
	struct buf in = {0}, out = {0}, expected = {0};

	(void)state;
	buf_pad(&in, 'x', DOCUMENT_LOG_LINE);
	buf_puts(&in, "42\n");
	buf_pad(&in, 'y', DOCUMENT_LOG_LINE);
	buf_puts(&in, "\n{\"event\":\"");
	buf_pad(&in, 'z', 3 * DOCUMENT_LOG_LINE);
	buf_puts(&in, "\"}\n");
	buf_puts(&expected,
	         "{\"event\":\"$log\",\"timestamp\":\"" AT "\",\"properties\":{\"text\":\"");
	buf_pad(&expected, 'x', DOCUMENT_LOG_LINE);
	buf_puts(&expected, "\"}}\n" LOG("42"));
	buf_puts(&expected,
	         "{\"event\":\"$log\",\"timestamp\":\"" AT "\",\"properties\":{\"text\":\"");
	buf_pad(&expected, 'y', DOCUMENT_LOG_LINE);
	buf_puts(&expected, "\"}}\n{\"event\":\"");
	buf_pad(&expected, 'z', 3 * DOCUMENT_LOG_LINE);
	buf_puts(&expected, "\"}\n");
	read_all(&in, true, &out);
	assert_true(str_eq(buf_str(&out), buf_str(&expected)));
	buf_free(&out);
	buf_free(&expected);
}

/* The first DOCUMENT_BEGINNING bytes decide. */
static void test_long_first_line(void **state)
{
	static const struct {
		const char *before, *after;
		bool lines;
	} cases[] = {
		{"{\"x\":\"", "\",\"event\" : \"a\"}\n{\n", true},
		{"{\"event\":\"a\",\"batch\":[{\"x\":\"", "\" }]}\n", true},
		{"{\"batch\":[ {\"x\":\"", "\" }]}\n", false},
		{"{\"columns\":[],\"x\":\"", "\",\"results\":[ {\"event\":\"a\"}]}\n", false},
		{"[ {\"x\":\"", "\" }]\n", false},
		{"no json ", "\n{\"a\":1}\n", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf in = {0}, out = {0}, copy = {0};

		buf_puts(&in, cases[i].before);
		buf_pad(&in, 'x', 2 * DOCUMENT_BEGINNING);
		buf_puts(&in, cases[i].after);
		buf_append(&copy, buf_str(&in));
		assert_int_equal(document_is_lines(str_sub(buf_str(&in), 0, DOCUMENT_BEGINNING)),
		                 cases[i].lines);
		read_all(&in, false, &out);
		assert_int_equal(str_eq(buf_str(&out), buf_str(&copy)), cases[i].lines);
		buf_free(&out);
		buf_free(&copy);
	}
}

/* A bomb is one line, and ends. */
static void test_depth(void **state)
{
	struct buf in = {0}, out = {0}, expected = {0};

	(void)state;
	buf_puts(&in, "[\n");
	for (int i = 0; i < 5000; i++)
		buf_puts(&expected, i % 2 ? "[" : "{\"a\":");
	buf_puts(&expected, "\"}]\\\"\"");
	for (int i = 5000; i-- > 0;)
		buf_add(&expected, i % 2 ? ']' : '}');
	buf_append(&in, buf_str(&expected));
	buf_puts(&in, ",\n" EVENT "]");
	buf_puts(&expected, "\n" EVENT "\n");
	read_all(&in, false, &out);
	assert_true(str_eq(buf_str(&out), buf_str(&expected)));
	buf_free(&out);
	buf_free(&expected);
}

/* An event over JOURNAL_MAX_LINE flows through as one line; the next is itself again. */
struct tally {
	uint64_t bytes, lines;
	struct buf last; /* the last bytes */
};

static void count(void *ctx, struct str bytes)
{
	struct tally *t = ctx;

	t->bytes += bytes.n;
	for (size_t i = 0; i < bytes.n; i++)
		t->lines += bytes.p[i] == '\n';
	buf_clear(&t->last);
	buf_append(&t->last, str_sub(bytes, bytes.n > 64 ? bytes.n - 64 : 0, SIZE_MAX));
}

static void test_too_long(void **state)
{
	struct tally t = {0};
	struct document_options options = {.write = count, .ctx = &t};
	struct document *d = document_new(&options);
	struct buf piece = {0};
	uint64_t sent = 0;

	(void)state;
	buf_pad(&piece, 'x', (size_t)1 << 20);
	document_feed(d, STR("[\n{\"event\":\""), NOW);
	for (; sent <= JOURNAL_MAX_LINE; sent += piece.n)
		document_feed(d, buf_str(&piece), NOW);
	assert_true(t.bytes > JOURNAL_MAX_LINE);
	document_feed(d, STR("\" , \"a\":[ ] },\n{ \"event\":\"b\"}]"), NOW);
	document_end(d, NOW);
	document_free(d);
	assert_int_equal(t.lines, 2);
	assert_int_equal(t.bytes, sent + strlen("{\"event\":\"\",\"a\":[]}\n{\"event\":\"b\"}\n"));
	assert_true(str_ends(buf_str(&t.last), STR("\",\"a\":[]}\n{\"event\":\"b\"}\n")));
	buf_free(&piece);
	buf_free(&t.last);
}

/* Rows without end before their columns are not kept without end. */
static void test_late_rows(void **state)
{
	struct tally t = {0};
	struct document_options options = {.write = count, .ctx = &t};
	struct document *d = document_new(&options);
	struct buf row = {0};
	uint64_t rows = 0;

	(void)state;
	buf_puts(&row, "[\"");
	buf_pad(&row, 'x', (size_t)1 << 20);
	buf_puts(&row, "\"],");
	document_feed(d, STR("{\"results\":[\n"), NOW);
	while (rows * (row.n + 1) < DOCUMENT_ROWS) {
		assert_int_equal(t.lines, 0);
		document_feed(d, buf_str(&row), NOW);
		rows++;
	}
	assert_true(t.lines > 0);
	document_feed(d, STR(ROW(UUID_A) "]," COLUMNS "}"), NOW);
	document_end(d, NOW);
	document_free(d);
	assert_int_equal(t.lines, rows + 1);
	buf_free(&row);
	buf_free(&t.last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_stay),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_line_ends_in_strings),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_traces),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_logs),
		cmocka_unit_test(test_long_log_lines),
		cmocka_unit_test(test_long_first_line),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_late_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
