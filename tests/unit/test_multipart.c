/* Forms into parts: what counts as a mark, what headers say, and every way to be broken. */
#include "collect/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FORM        "multipart/form-data; boundary=b"
#define PART(name)  "Content-Disposition: form-data; name=\"" name "\"\r\n"
#define ONE(header) "--b\r\n" header "\r\nbody\r\n--b--\r\n"

static struct multipart_part only_part(const char *type, const char *body)
{
	struct multipart_part part, none;
	struct multipart m;

	assert_true(multipart_open(&m, str_of(type), str_of(body)));
	if (!multipart_next(&m, &part))
		fail_msg("no part: %s", m.fault);
	assert_false(multipart_next(&m, &none));
	assert_null(m.fault);
	return part;
}

static void is_text(struct str got, const char *expected)
{
	if (!str_eq(got, str_of(expected)))
		fail_msg("<%.*s> is not <%s>", STR_ARG(got), expected);
}

/* Gives the fault that ends it. */
static const char *fault_of(const char *type, struct str body, size_t parts)
{
	struct multipart_part part;
	struct multipart m;

	multipart_open(&m, str_of(type), body);
	while (multipart_next(&m, &part))
		parts--;
	assert_int_equal(parts, 0);
	assert_false(multipart_next(&m, &part));
	return m.fault ? m.fault : "none";
}

static void test_part(void **state)
{
	struct multipart_part part = only_part(
		FORM, ONE(PART("event") "content-TYPE:  text/plain \r\nContent-Encoding:gzip\r\n"));

	(void)state;
	is_text(part.name, "event");
	is_text(part.type, "text/plain");
	is_text(part.encoding, "gzip");
	is_text(part.body, "body");
	part = only_part(FORM, ONE(""));
	assert_null(part.name.p);
	assert_null(part.type.p);
	assert_null(part.encoding.p);
	is_text(part.body, "body");
}

/* Trap 33. */
static void test_boundary(void **state)
{
	static const char *const types[] = {
		"multipart/form-data;boundary=b",
		"Multipart/Form-Data; boundary=\"b\"",
		"multipart/form-data; charset=utf-8; Boundary=b",
		"multipart/form-data; x=\"; boundary=c\"; boundary=\"b\" ; y",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_true(multipart_is(str_of(types[i])));
		is_text(only_part(types[i], ONE(PART("a"))).body, "body");
	}
	assert_false(multipart_is(STR("application/json")));
	assert_false(multipart_is(STR("multipart/mixed; boundary=b")));
	assert_false(multipart_is(STR_EMPTY));
}

static void test_name(void **state)
{
	static const char *const headers[][2] = {
		{"Content-Disposition: form-data; filename=\"a;name=b\"; name=\"c\"\r\n", "c"},
		{"Content-Disposition: form-data; filename=\"\\\";name=b\"; name=c \r\n", "c"},
		{"Content-Disposition: form-data; filename*=x; name*=y; name=\"\"\r\n", ""},
		{"Content-Disposition: form-data; name=\"a\\\"b\"\r\n", "a\\\"b"},
		{"Content-Disposition: form-data; name=\"open\r\n", "open"},
		{"X: 1\r\nno colon\r\n\tfolded\r\nContent-Disposition: form-data;;name=d\r\n", "d"},
	};
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		strcpy(body, "--b\r\n");
		strcat(body, headers[i][0]);
		strcat(body, "\r\nbody\r\n--b--");
		is_text(only_part(FORM, body).name, headers[i][1]);
	}
	is_text(only_part(FORM, ONE("Content-Disposition: form-data\r\n")).body, "body");
}

/* Only a line of its own is a mark. */
static void test_bodies(void **state)
{
	static const char *const bodies[] = {
		"",           "\r\n",     "x--b--\r\n--c", "\r\n--",        "\r\n--c\r\n",
		"\r",         "\r\n\r\n", "\r\n--bb\r\n",  "\r\n--b x\r\n", "\n--b\r\n--c",
		"\r\n--b\t-", "\r\n--b-", "--b-",
	};
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		strcpy(body, "--b\r\n" PART("a") "\r\n");
		strcat(body, bodies[i]);
		strcat(body, "\r\n--b-- \r\nepilogue\r\n--b\r\n");
		is_text(only_part(FORM, body).body, bodies[i]);
	}
}

static void test_around(void **state)
{
	static const char *const bodies[] = {
		"preamble\r\n--bx\r\n" ONE(PART("a")),
		"\r\n" ONE(PART("a")),
		"--bx\r\n" ONE(PART("a")),
		"--b \t\r\n" PART("a") "\r\nbody\r\n--b--",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		is_text(only_part(FORM, bodies[i]).body, "body");
}

static void test_faults(void **state)
{
	char type[200] = "multipart/form-data; boundary=";

	(void)state;
	assert_string_equal(fault_of("multipart/form-data", STR(ONE("")), 0),
	                    "its Content-Type names no boundary");
	assert_string_equal(fault_of("multipart/form-data; boundary=\"\"", STR("--\r\n"), 0),
	                    "its Content-Type names no boundary");
	memset(type + strlen(type), 'b', MULTIPART_BOUNDARY_MAX + 1);
	assert_string_equal(fault_of(type, STR(ONE("")), 0), "its Content-Type names no boundary");
	assert_string_equal(fault_of("multipart/form-data; boundary=c", STR(ONE("")), 0),
	                    "its boundary does not stand in it");
	assert_string_equal(fault_of(FORM, STR_EMPTY, 0), "its boundary does not stand in it");
	assert_string_equal(fault_of(FORM, STR("--b\r\n" PART("a") "\r\nbody\r\n--"), 0),
	                    "a part has no end");
	assert_string_equal(fault_of(FORM, STR("--b\r\n" PART("a") "\r\nbody\r\n--b\r\n"), 1),
	                    "a part has no end");
	assert_string_equal(fault_of(FORM, STR("--b\r\n" PART("a") "body\r\n--b--"), 0),
	                    "a part's header has no end");
	assert_string_equal(fault_of(FORM, STR("--b--"), 0), "none");
}

static void test_long_header(void **state)
{
	static char body[2 * MULTIPART_HEADER_MAX] = "--b\r\nX: ";
	char *end = body + strlen("--b\r\n") + MULTIPART_HEADER_MAX - strlen("\r\n\r\n") + 1;

	(void)state;
	memset(body + strlen(body), 'x', (size_t)(end - body) - strlen(body));
	strcpy(end, "\r\n\r\nbody\r\n--b--");
	assert_string_equal(fault_of(FORM, str_of(body), 0), "a part's header has no end");
	memmove(end - 1, end, strlen(end) + 1);
	assert_string_equal(fault_of(FORM, str_of(body), 1), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_part),        cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_name),        cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_around),      cmocka_unit_test(test_faults),
		cmocka_unit_test(test_long_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
