#include "support/capture_bench.h"

#include "json/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

struct capture_request bench_post(const char *path, struct str body)
{
	return (struct capture_request){
		.method = STR("POST"), .path = str_of(path), .body = body, .now = BENCH_NOW};
}

void bench_gzip(struct buf *out, struct str bytes)
{
	z_stream stream = {0};
	uLong room;

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
	room = deflateBound(&stream, bytes.n);
	assert_true(buf_reserve(out, room));
	stream.next_in = (z_const Bytef *)(uintptr_t)bytes.p;
	stream.avail_in = (uInt)bytes.n;
	stream.next_out = (Bytef *)out->p + out->n;
	stream.avail_out = (uInt)room;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	out->n += room - stream.avail_out;
	deflateEnd(&stream);
}

void bench_base64(struct buf *out, struct str bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
		uint32_t bits = 0;

		for (size_t j = 0; j < 3; j++)
			bits = bits << 8 | (j < n ? (uint8_t)bytes.p[i + j] : 0u);
		for (size_t j = 0; j < 4; j++)
			buf_add(out, j <= n ? digits[bits >> (18 - 6 * j) & 63] : '=');
	}
}

void bench_percent(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		unsigned char c = (unsigned char)bytes.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		             (c >= 'A' && c <= 'Z');

		if (plain)
			buf_add(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static struct str inside(struct str line, const char *name, bool property)
{
	struct json_report report;
	struct json_tree tree;
	struct str value;
	uint32_t at = 0;

	if (json_tree_parse(&tree, line, &report) != ERR_OK)
		fail_msg("no JSON at %zu: %.*s", report.pos, STR_ARG(line));
	if (property)
		at = json_member(&tree, at, STR("properties"));
	at = json_member(&tree, at, str_of(name));
	value = json_raw(&tree, at);
	json_tree_free(&tree);
	return value;
}

struct str bench_member(struct str line, const char *name)
{
	return inside(line, name, false);
}

struct str bench_property(struct str line, const char *name)
{
	return inside(line, name, true);
}

struct str bench_nth(struct str lines, size_t at)
{
	for (;; at--) {
		size_t end = str_find(lines, STR("\n"), 0, false);

		assert_true(end != SIZE_MAX);
		if (at == 0)
			return str_sub(lines, 0, end);
		lines = str_sub(lines, end + 1, SIZE_MAX);
	}
}

size_t bench_lines(struct str lines)
{
	size_t n = 0;

	for (size_t i = 0; i < lines.n; i++)
		n += lines.p[i] == '\n';
	return n;
}
