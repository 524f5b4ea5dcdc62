/* Compressed bodies into JSON: gzip, deflate, zstd and lz64, by any name, broken, and as bombs. */
#include "support/payload_bench.h"

#include "collect/payload_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

static void test_gzip_by_header(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->body, STR(PAYLOAD_EVENT));
	r = bench_post("/batch/", buf_str(&b->body));
	r.content_encoding = STR("GZIP");
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void test_gzip_by_hint(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->body, STR(PAYLOAD_EVENT));
	r = bench_post("/e/", buf_str(&b->body));
	r.query = STR("ip=1&compression=gzip-js&ver=1");
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

/* Trap 3. */
static void test_gzip_by_magic_bytes(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->body, STR(PAYLOAD_EVENT));
	r = bench_post("/e/", buf_str(&b->body));
	r.content_type = STR("text/plain");
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

static void test_gzip_members_and_garbage(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->body, STR("[" PAYLOAD_EVENT));
	bench_gzip(&b->body, STR("]"));
	buf_puts(&b->body, "\n\n garbage");
	r = bench_post("/e/", buf_str(&b->body));
	payload_gives(b, &r, STR("[" PAYLOAD_EVENT "]"));
}

static void test_gzip_cut_short(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->body, STR(PAYLOAD_EVENT));
	for (size_t n = 3; n < b->body.n; n++) {
		r = bench_post("/e/", str_sub(buf_str(&b->body), 0, n));
		payload_refused(b, &r, 400, "failed to decode request: invalid GZIP data");
	}
}

static void test_gzip_damaged(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->body, STR(PAYLOAD_EVENT));
	b->body.p[b->body.n - 6] ^= 1; /* the checksum */
	r = bench_post("/e/", buf_str(&b->body));
	payload_refused(b, &r, 400, "invalid GZIP data");
	r = bench_post("/e/", STR("no gzip, at all!"));
	r.content_encoding = STR("gzip");
	payload_refused(b, &r, 400, "invalid GZIP data");
}

/* A proxy may have inflated it and left the header. */
static void test_gzip_header_on_plain(void **state)
{
	struct capture_request r = bench_post("/e/", STR(PAYLOAD_EVENT));

	r.content_encoding = STR("gzip");
	payload_gives(*state, &r, STR(PAYLOAD_EVENT));
}

/* Trap 7: a bomb is refused without ever being whole in memory. */
static void test_gzip_bomb(void **state)
{
	struct payload_bench *b = *state;
	struct buf zeros = {0};
	struct capture_request r;

	buf_pad(&zeros, ' ', CAPTURE_MAX_INFLATED + 1);
	bench_gzip(&b->body, buf_str(&zeros));
	assert_true(b->body.n < 1 << 20);
	r = bench_post("/e/", buf_str(&b->body));
	payload_refused(b, &r, 413, "maximum event size exceeded");
	assert_true(b->out.cap < CAPTURE_MAX_INFLATED * 2);
	buf_free(&zeros);
}

static void test_gzip_of_the_largest_size(void **state)
{
	struct payload_bench *b = *state;
	struct buf zeros = {0};
	struct capture_request r;
	struct str json;

	buf_add(&zeros, '[');
	buf_pad(&zeros, ' ', CAPTURE_MAX_INFLATED - 1);
	bench_gzip(&b->body, buf_str(&zeros));
	r = bench_post("/e/", buf_str(&b->body));
	assert_int_equal(capture_decode(&r, &b->out, &json, &b->e), 0);
	assert_int_equal(json.n, CAPTURE_MAX_INFLATED);
	buf_free(&zeros);
}

/* ---- other compressions: data/encodings, by Python's zlib and the zstd program ---- */

/* What the file holds, sent under that name, is the event of event.json. */
static void holds_event(struct payload_bench *b, const char *name, const char *encoding)
{
	struct capture_request r;
	struct str bytes;

	payload_read("event.json", &b->spare);
	payload_read(name, &b->body);
	r = bench_post("/i/v1/analytics/events", buf_str(&b->body));
	r.content_encoding = str_of(encoding);
	payload_gives(b, &r, buf_str(&b->spare));
	assert_int_equal(capture_inflate(&r, &b->out, &bytes, &b->e), 0);
	assert_true(str_eq(bytes, buf_str(&b->spare)));
}

/* Trap 6: HTTP's deflate is zlib's; some send it bare all the same. */
static void test_deflate(void **state)
{
	holds_event(*state, "event.zlib", "deflate");
	holds_event(*state, "event.deflate", "Deflate");
	holds_event(*state, "event.stored", "deflate");
	holds_event(*state, "event.json", "deflate");
}

static void test_zstd(void **state)
{
	holds_event(*state, "event.zst", "zstd");
	holds_event(*state, "event.zst_frames", "zstd");
	holds_event(*state, "event.json", "zstd");
}

/* ---- lz64: data/encodings, by lz-string 1.4.4, which posthog-js had ---- */

static void lz64_gives(struct payload_bench *b, const char *name, const char *expected)
{
	struct capture_request r;

	payload_read(expected, &b->spare);
	payload_read(name, &b->body);
	r = bench_post("/e/", buf_str(&b->body));
	r.query = STR("compression=lz64");
	payload_gives(b, &r, buf_str(&b->spare));
	r.query = STR_EMPTY;
	r.content_encoding = STR("lz-string");
	payload_gives(b, &r, buf_str(&b->spare));
}

static void test_lz64(void **state)
{
	lz64_gives(*state, "event.lz64", "event.json");
	lz64_gives(*state, "phrases.lz64", "phrases.json");
	lz64_gives(*state, "lone.lz64", "lone.json"); /* half of a pair is U+FFFD */
	lz64_gives(*state, "event.json", "event.json");
}

static void test_lz64_in_a_form(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	payload_read("phrases.json", &b->spare);
	payload_read("phrases.lz64", &b->query);
	assert_non_null(strchr(buf_text(&b->query), '+'));
	buf_puts(&b->body, "data=");
	buf_append(&b->body, buf_str(&b->query)); /* '+' as it is: read as a blank */
	buf_puts(&b->body, "&compression=lz-string");
	r = bench_post("/e/", buf_str(&b->body));
	payload_gives(b, &r, buf_str(&b->spare));
	buf_clear(&b->body);
	buf_puts(&b->body, "compression=lz64&data=");
	bench_percent(&b->body, buf_str(&b->query));
	r = bench_post("/e/", STR_EMPTY);
	r.query = buf_str(&b->body);
	payload_gives(b, &r, buf_str(&b->spare));
}

static void test_broken_lz64(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r = bench_post("/e/", STR_EMPTY);

	payload_read("event.lz64", &b->body);
	r.query = STR("compression=lz64");
	for (size_t n = 1; n < b->body.n - 5; n++) { /* lz-string fills up to 16 bits */
		r.body = str_sub(buf_str(&b->body), 0, n);
		payload_refused(b, &r, 400, "invalid LZ64 data in the body");
	}
	b->body.p[40] = '*';
	r.body = buf_str(&b->body);
	payload_refused(b, &r, 400, "invalid LZ64 data");
	r.body = STR("////"); /* a phrase before there is any */
	payload_refused(b, &r, 400, "invalid LZ64 data");
	r.body = STR("Q==="); /* nothing */
	payload_refused(b, &r, 400, "request holds no event");
}

/* The limit is exact: of the event's one pair, each half counts 3 bytes. */
static void test_lz64_limit(void **state)
{
	struct payload_bench *b = *state;

	payload_read("event.json", &b->spare);
	payload_read("event.lz64", &b->body);
	assert_int_equal(payload_inflate_lz64(buf_str(&b->body), b->spare.n + 2, &b->out), ERR_OK);
	assert_int_equal(b->out.n, b->spare.n);
	buf_clear(&b->out);
	assert_int_equal(payload_inflate_lz64(buf_str(&b->body), b->spare.n + 1, &b->out),
	                 ERR_LIMIT);
}

/* Bits of lz64, which never needs padding here. */
struct bits {
	struct buf text;
	unsigned digit, count;
};

static void put_bits(struct bits *bits, uint32_t value, unsigned width)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (unsigned i = 0; i < width; i++) {
		bits->digit = bits->digit << 1 | (value >> i & 1);
		if (++bits->count < 6)
			continue;
		buf_add(&bits->text, digits[bits->digit]);
		bits->digit = bits->count = 0;
	}
}

/* Each code is the one that does not exist yet: a phrase that is longer by one. */
static void test_lz64_bomb(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;
	struct bits bits = {0};
	unsigned width = 3;

	put_bits(&bits, 0, 2);
	put_bits(&bits, '0', 8);
	for (uint32_t code = 4; (uint64_t)code * code < UINT64_C(2) << 30; code++) {
		put_bits(&bits, code, width);
		if (code + 1 == 1u << width)
			width++;
	}
	put_bits(&bits, 0, 16);
	assert_in_range(bits.text.n, 1, 200000);
	r = bench_post("/e/", buf_str(&bits.text));
	r.query = STR("compression=lz64");
	payload_refused(b, &r, 413,
	                "maximum event size exceeded: the body is too large when inflated");
	assert_in_range(b->out.cap, CAPTURE_MAX_INFLATED / 2, CAPTURE_MAX_INFLATED + (1 << 20));
	buf_free(&bits.text);
}

/* ---- what holds for all of them ---- */

static void test_gzip_under_another_name(void **state)
{
	static const char *const names[] = {"deflate", "zstd", ""};
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_gzip(&b->body, STR(PAYLOAD_EVENT));
	r = bench_post("/e/", buf_str(&b->body));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r.content_encoding = str_of(names[i]);
		payload_gives(b, &r, STR(PAYLOAD_EVENT));
	}
}

/* Cut anywhere, or with a bit turned, it is refused or whole. */
static void breaks(struct payload_bench *b, const char *name, const char *encoding,
                   const char *text)
{
	struct capture_request r;

	payload_read(name, &b->body);
	r = bench_post("/e/", STR_EMPTY);
	r.content_encoding = str_of(encoding);
	for (size_t n = 1; n < b->body.n; n++) {
		r.body = str_sub(buf_str(&b->body), 0, n);
		payload_refused(b, &r, 400, text);
	}
	b->body.p[b->body.n / 2] ^= 0x55;
	r.body = buf_str(&b->body);
	payload_refused(b, &r, 400, text);
}

static void test_broken_compression(void **state)
{
	breaks(*state, "event.zlib", "deflate", "invalid DEFLATE data in the body");
	breaks(*state, "event.zst", "zstd", "invalid ZSTD data in the body");
}

/* RFC 9659: nobody needs to give a request more than 8 MiB for its window. */
static void test_zstd_window(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	payload_read("window.zst", &b->body);
	r = bench_post("/e/", buf_str(&b->body));
	r.content_encoding = STR("zstd");
	payload_refused(b, &r, 400, "invalid ZSTD data");
}

/* A form may be compressed, too: the label is the body's, the hint the field's. */
static void test_compressed_form(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;

	bench_base64(&b->query, STR(PAYLOAD_EVENT));
	buf_puts(&b->spare, "data=");
	bench_percent(&b->spare, buf_str(&b->query));
	bench_gzip(&b->body, buf_str(&b->spare));
	r = bench_post("/e/", buf_str(&b->body));
	r.content_type = STR("application/x-www-form-urlencoded");
	r.content_encoding = STR("gzip");
	payload_gives(b, &r, STR(PAYLOAD_EVENT));
}

/* What capture_inflate leaves to others. */
static void test_inflate_alone(void **state)
{
	struct payload_bench *b = *state;
	struct capture_request r;
	struct str bytes;

	bench_base64(&b->body, STR(PAYLOAD_EVENT));
	r = bench_post("/i/v0/ai/otel", buf_str(&b->body));
	assert_int_equal(capture_inflate(&r, &b->out, &bytes, &b->e), 0);
	assert_ptr_equal(bytes.p, b->body.p);
	assert_int_equal(bytes.n, b->body.n);
	r.body = STR_EMPTY;
	r.content_encoding = STR("gzip");
	assert_int_equal(capture_inflate(&r, &b->out, &bytes, &b->e), 0);
	assert_int_equal(bytes.n, 0);
	r.content_encoding = STR("br");
	assert_int_equal(capture_inflate(&r, &b->out, &bytes, &b->e), 415);
}

/* 1 GiB of zeros, in members or frames one after the other. */
static void repeat_to_gigabyte(struct buf *body, size_t piece)
{
	size_t n = body->n;

	for (size_t i = piece; i < (size_t)1 << 30; i += piece) {
		assert_true(buf_reserve(body, n));
		memcpy(body->p + body->n, body->p, n);
		body->n += n;
	}
}

static void is_bomb(struct payload_bench *b, const char *encoding)
{
	struct capture_request r = bench_post("/e/", buf_str(&b->body));

	r.content_encoding = str_of(encoding);
	payload_refused(b, &r, 413,
	                "maximum event size exceeded: the body is too large when inflated");
	assert_in_range(b->out.cap, CAPTURE_MAX_INFLATED, CAPTURE_MAX_INFLATED + (1 << 20));
}

static void test_bombs(void **state)
{
	struct payload_bench *b = *state;
	struct buf zeros = {0};
	uLongf n;

	buf_pad(&zeros, '\0', CAPTURE_MAX_INFLATED + 1);
	n = compressBound(zeros.n);
	assert_true(buf_reserve(&b->body, n));
	assert_int_equal(compress((Bytef *)b->body.p, &n, (const Bytef *)zeros.p, zeros.n), Z_OK);
	b->body.n = n;
	is_bomb(b, "deflate");
	zeros.n = 1 << 26;
	b->body.n = ZSTD_compress(b->body.p, b->body.cap, zeros.p, zeros.n, 1);
	repeat_to_gigabyte(&b->body, zeros.n);
	is_bomb(b, "zstd");
	buf_clear(&b->body);
	bench_gzip(&b->body, buf_str(&zeros));
	repeat_to_gigabyte(&b->body, zeros.n);
	is_bomb(b, "");
	buf_free(&zeros);
}

#define PAYLOAD_TEST(name) cmocka_unit_test_setup_teardown(name, payload_enter, payload_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAYLOAD_TEST(test_gzip_by_header),
		PAYLOAD_TEST(test_gzip_by_hint),
		PAYLOAD_TEST(test_gzip_by_magic_bytes),
		PAYLOAD_TEST(test_gzip_members_and_garbage),
		PAYLOAD_TEST(test_gzip_cut_short),
		PAYLOAD_TEST(test_gzip_damaged),
		PAYLOAD_TEST(test_gzip_header_on_plain),
		PAYLOAD_TEST(test_gzip_bomb),
		PAYLOAD_TEST(test_gzip_of_the_largest_size),
		PAYLOAD_TEST(test_deflate),
		PAYLOAD_TEST(test_zstd),
		PAYLOAD_TEST(test_lz64),
		PAYLOAD_TEST(test_lz64_in_a_form),
		PAYLOAD_TEST(test_broken_lz64),
		PAYLOAD_TEST(test_lz64_limit),
		PAYLOAD_TEST(test_lz64_bomb),
		PAYLOAD_TEST(test_gzip_under_another_name),
		PAYLOAD_TEST(test_broken_compression),
		PAYLOAD_TEST(test_zstd_window),
		PAYLOAD_TEST(test_compressed_form),
		PAYLOAD_TEST(test_inflate_alone),
		PAYLOAD_TEST(test_bombs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
