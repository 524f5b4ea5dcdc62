/* Bodies into JSON: every encoding that an SDK is known to send, and every way to be broken. */
#include "support/payload_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_plain(void **state)
{
	struct capture_request r = bench_post("/batch/", STR(PAYLOAD_EVENT));

	r.content_type = STR("application/json");
	payload_gives(*state, &r, STR(PAYLOAD_EVENT));
	r.body = STR("\xEF\xBB\xBF" PAYLOAD_EVENT);
	payload_gives(*state, &r, STR(PAYLOAD_EVENT));
}

static void test_wire_limit(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	buf_pad(&b->body, ' ', CAPTURE_MAX_WIRE + 1);
	r = bench_post("/e/", buf_str(&b->body));
	payload_refused(b, &r, 413, "maximum event size exceeded");
}

static void test_base64_body(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_base64(&b->body, STR(PAYLOAD_EVENT));
	assert_non_null(strpbrk(buf_text(&b->body), "+/"));
	r = bench_post("/e/", buf_str(&b->body));
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
	buf_add(&b->body, '\n');
	r.body = buf_str(&b->body);
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void form_of(struct payload_bench *b, struct capture_request *r)
{
	buf_puts(&b->body, "ip=1&data=");
	bench_percent(&b->body, buf_str(&b->spare));
	buf_puts(&b->body, "&compression=base64");
	*r = bench_post("/e/", buf_str(&b->body));
	r->content_type = STR("application/x-www-form-urlencoded; charset=UTF-8");
}

/* Trap 4. */
static void test_form_with_base64(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_base64(&b->spare, STR(PAYLOAD_EVENT));
	form_of(b, &r);
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void test_form_with_lost_plus(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	buf_puts(&b->body, "data=");
	bench_base64(&b->body, STR(PAYLOAD_EVENT)); /* '+' as it is: read as a blank */
	assert_non_null(strchr(buf_text(&b->body), '+'));
	r = bench_post("/e/", buf_str(&b->body));
	r.content_type = STR("application/x-www-form-urlencoded");
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
	r.content_type = STR("text/plain"); /* sendBeacon */
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void test_form_with_base64_twice(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_base64(&b->query, STR(PAYLOAD_EVENT));
	bench_base64(&b->spare, buf_str(&b->query));
	form_of(b, &r);
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void test_form_with_gzip_in_base64(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->query, STR(PAYLOAD_EVENT));
	bench_base64(&b->spare, buf_str(&b->query));
	form_of(b, &r);
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void test_form_with_json(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	buf_puts(&b->spare, PAYLOAD_EVENT);
	form_of(b, &r);
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

/* curl -d without a header. */
static void test_form_that_is_json(void **state)
{
	struct capture_request r = bench_post("/e/", STR("{\"event\":\"a&data=b\"}"));

	r.content_type = STR("application/x-www-form-urlencoded");
	payload_gives(*state, &r, r.body);
}

/* Trap 32. */
static void test_query(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r = bench_post("/e/", STR_EMPTY);

	bench_base64(&b->spare, STR(PAYLOAD_EVENT));
	buf_puts(&b->query, "_=1795304622360&data=");
	bench_percent(&b->query, buf_str(&b->spare));
	r.method = STR("GET");
	r.query = buf_str(&b->query);
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
	buf_clear(&b->query);
	buf_puts(&b->query, "data=");
	bench_percent(&b->query, STR(PAYLOAD_EVENT));
	r.query = buf_str(&b->query);
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void test_nothing(void **state)
{
	struct capture_request r = bench_post("/e/", STR_EMPTY);

	payload_refused(*state, &r, 400, "request missing data payload");
	r.body = STR(" \r\n ");
	payload_refused(*state, &r, 400, "request missing data payload");
	r.query = STR("data=");
	payload_refused(*state, &r, 400, "request missing data payload");
}

/* Trap 6: 415 ends it; 500 would be tried again. */
static void test_encodings_of_others(void **state)
{
	static const char *const names[] = {"br", "gzip, br", "pigeon"};
	struct capture_request r = bench_post("/i/v1/analytics/events", STR("\x78\x9c..."));

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r.content_encoding = str_of(names[i]);
		payload_refused(*state, &r, 415, names[i]);
	}
	r.content_encoding = STR_EMPTY;
	r.query = STR("compression=pigeon");
	r.body = STR(PAYLOAD_EVENT);
	payload_gives(*state, &r, STR(PAYLOAD_EVENT));
}

static void test_fields(void **state)
{
	struct payload_bench *b = *state;

	assert_true(capture_field(STR("ab=1&b=%41%4+c%"), STR("b"), &b->out));
	assert_string_equal(buf_text(&b->out), "A%4 c%");
	assert_false(capture_field(STR("ab=1&bc=2&b"), STR("b"), &b->out));
	assert_false(capture_field(STR_EMPTY, STR("b"), &b->out));
}

#define PAYLOAD_TEST(name) cmocka_unit_test_setup_teardown(name, payload_enter, payload_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAYLOAD_TEST(test_plain),
		PAYLOAD_TEST(test_wire_limit),
		PAYLOAD_TEST(test_base64_body),
		PAYLOAD_TEST(test_form_with_base64),
		PAYLOAD_TEST(test_form_with_lost_plus),
		PAYLOAD_TEST(test_form_with_base64_twice),
		PAYLOAD_TEST(test_form_with_gzip_in_base64),
		PAYLOAD_TEST(test_form_with_json),
		PAYLOAD_TEST(test_form_that_is_json),
		PAYLOAD_TEST(test_query),
		PAYLOAD_TEST(test_nothing),
		PAYLOAD_TEST(test_encodings_of_others),
		PAYLOAD_TEST(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
