/* json/scan.h: every way stops where a reader that goes character by character does, wherever the
 * bytes stand and however few are left, and reads nothing around them. */
#include "json/scan.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Pages that can be read, between two that cannot. */
struct room {
	size_t page, size;
	uint8_t *pages, *first, *end;
};

static int enter(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	room->page = (size_t)sysconf(_SC_PAGESIZE);
	room->size = 2 * room->page;
	room->pages = mmap(NULL, room->size + 2 * room->page, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(room->pages, MAP_FAILED);
	room->first = room->pages + room->page;
	room->end = room->first + room->size;
	assert_int_equal(mprotect(room->pages, room->page, PROT_NONE), 0);
	assert_int_equal(mprotect(room->end, room->page, PROT_NONE), 0);
	*state = room;
	return 0;
}

static int leave(void **state)
{
	struct room *room = *state;

	munmap(room->pages, room->size + 2 * room->page);
	free(room);
	return 0;
}

/* ---- the slow way ---- */

static size_t escape_length(struct str s, size_t at)
{
	struct str rest = str_sub(s, at, SIZE_MAX);
	char *end;
	char digits[5] = {0};
	unsigned long code;

	if (rest.n < 2)
		return 0;
	if (str_find(STR("\"\\/bfnrt"), str_sub(rest, 1, 1), 0, false) != SIZE_MAX)
		return 2;
	if (rest.p[1] != 'u' || rest.n < 6)
		return 0;
	memcpy(digits, rest.p + 2, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return 0;
	code = strtoul(digits, &end, 16);
	return code >= 0xD800 && code <= 0xDFFF ? 0 : 6;
}

/* Where scan_far has to stop. */
static size_t slow_scan(struct str s, bool *escaped)
{
	size_t at = 0;

	while (at < s.n && s.p[at] != '"' && (uint8_t)s.p[at] >= 0x20) {
		size_t next = at;

		if (s.p[at] == '\\') {
			size_t length = escape_length(s, at);

			if (length == 0)
				break;
			*escaped = true;
			at += length;
		} else if (utf8_next(s, &next) < 0) {
			break;
		} else {
			at = next;
		}
	}
	return at;
}

/* ---- comparing ---- */

static void expect_same(const uint8_t *p, size_t n)
{
	bool escaped = false;
	struct str text = {(const char *)p, n};
	size_t stop = slow_scan(text, &escaped);
	const uint8_t *near = scan_near(p, p + n);

	for (enum scan_kernel kernel = SCAN_PLAIN; kernel < SCAN_KERNELS; kernel++) {
		bool found = false;
		const uint8_t *at;

		if (!scan_use(kernel))
			continue;
		at = scan_far(p, p + n, &found);
		if ((size_t)(at - p) != stop)
			fail_msg("way %d stops at %zu, not %zu: %.*s", (int)kernel,
			         (size_t)(at - p), stop, STR_ARG(text));
		/* What is passed is known for sure only where a string ends. */
		if (stop < n && *at == '"')
			assert_int_equal(found, escaped);
	}
	assert_true(near <= p + stop);
	for (const uint8_t *byte = p; byte < near; byte++)
		assert_true(*byte >= 0x20 && *byte < 0x80 && *byte != '"' && *byte != '\\');
}

/* At the first and at the last place of the room, so that it is seen from both sides. */
static void check(struct room *room, struct str text)
{
	assert_true(text.n <= room->size);
	memcpy(room->first, text.p, text.n);
	expect_same(room->first, text.n);
	memcpy(room->end - text.n, text.p, text.n);
	expect_same(room->end - text.n, text.n);
}

/* ---- tests ---- */

/* Every one at every place in a block, and at every distance from the end. */
static void stops_at_every_place(void **state)
{
	static const struct str pieces[] = {
		STR("\""),
		STR("\"\\n"),
		STR("\\\""),
		STR("\\\\"),
		STR("\\n"),
		STR("\\u00e9"),
		STR("\\uD83E"),
		STR("\\uDE00"),
		STR("\\ud7ff"),
		STR("\\x"),
		STR("\\u12G4"),
		STR("\\u12"),
		STR("\\"),
		STR("\x1F"),
		STR("\0"),
		STR("\x7F"),
		STR("\xC3\xA9"),
		STR("\xE4\xBD\xA0"),
		STR("\xF0\x9F\xA6\x94"),
		STR("\xE4\xBD"),
		STR("\xF0\x9F\xA6"),
		STR("\xC3"),
		STR("\x80"),
		STR("\xFF"),
		STR("\xED\xA0\x80"),
		STR("\\\\\\\\\\\\\\"),
		STR("\\\\\\\\\\\\\\\\"),
	};
	struct buf text = {0};

	for (size_t piece = 0; piece < COUNT(pieces); piece++)
		for (size_t before = 0; before < 140; before++)
			for (size_t behind = 0; behind < 140; behind += behind < 8 ? 1 : 33) {
				buf_clear(&text);
				for (size_t i = 0; i < before; i++)
					buf_add(&text, 'x');
				buf_append(&text, pieces[piece]);
				for (size_t i = 0; i < behind; i++)
					buf_add(&text, i % 40 == 39 ? '"' : 'y');
				check(*state, buf_str(&text));
			}
	buf_free(&text);
}

/* All first and second bytes that are not ASCII, with third and fourth ones of every kind. */
static void judges_characters(void **state)
{
	static const uint8_t ends[] = {'z', 0x80, 0x8F, 0x9F, 0xBF, 0xC3, 0xF1};
	static const size_t places[] = {0, 1, 29, 30, 31, 60, 61, 62, 63};
	struct room *room = *state;
	uint8_t text[160];

	for (unsigned lead = 0x80; lead < 0x100; lead++)
		for (unsigned second = 0x70; second < 0x100; second += second < 0x80 ? 8 : 1)
			for (size_t i = 0; i < COUNT(ends) * COUNT(ends); i++) {
				size_t place = places[(lead + second + i) % COUNT(places)];

				memset(text, 'a', sizeof(text));
				text[place] = (uint8_t)lead;
				text[place + 1] = (uint8_t)second;
				text[place + 2] = ends[i / COUNT(ends)];
				text[place + 3] = ends[i % COUNT(ends)];
				check(room, (struct str){(const char *)text, sizeof(text)});
			}
}

/* An escape begins at every other backslash of a row, however long it is and wherever. */
static void counts_backslashes(void **state)
{
	struct buf text = {0};

	for (size_t before = 0; before < 70; before++)
		for (size_t row = 1; row < 200; row += row < 70 ? 1 : 13) {
			buf_clear(&text);
			for (size_t i = 0; i < before; i++)
				buf_add(&text, 'x');
			for (size_t i = 0; i < row; i++)
				buf_add(&text, '\\');
			buf_puts(&text, "\"behind it\\\"");
			check(*state, buf_str(&text));
		}
	buf_free(&text);
}

static uint32_t below(uint64_t *seed, size_t limit)
{
	uint64_t z = *seed += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t)((z ^ z >> 31) % limit);
}

/* Text as it is written in many languages, whole or with a byte changed. */
static void reads_any_text(void **state)
{
	static const struct str pieces[] = {
		STR("plain text goes on for a while, "),
		STR("a"),
		STR("\\n"),
		STR("\\\""),
		STR("\\\\"),
		STR("\\u00e9"),
		STR("\\u4F60"),
		STR("\xC3\xA9"),
		STR("\xE4\xBD\xA0\xE5\xA5\xBD"),
		STR("\xF0\x9F\xA6\x94"),
		STR("\xD0\x9F\xD1\x80\xD0\xB8"),
	};
	uint64_t seed = 1;
	struct buf text = {0};

	for (int round = 0; round < 20000; round++) {
		buf_clear(&text);
		for (uint32_t left = below(&seed, 60); left > 0; left--)
			buf_append(&text, pieces[below(&seed, COUNT(pieces))]);
		if (text.n > 0 && round % 2)
			text.p[below(&seed, text.n)] = (char)below(&seed, 256);
		buf_append(&text, str_sub(STR("\"behind"), 0, below(&seed, 8)));
		check(*state, str_sub(buf_str(&text), 0, text.n - below(&seed, 2) * (text.n > 0)));
	}
	buf_free(&text);
}

static void every_machine_has_the_plain_way(void **state)
{
	(void)state;
	assert_true(scan_use(SCAN_PLAIN));
	assert_true(scan_use(SCAN_SHORT));
	assert_false(scan_use(SCAN_KERNELS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_at_every_place),
		cmocka_unit_test(judges_characters),
		cmocka_unit_test(counts_backslashes),
		cmocka_unit_test(reads_any_text),
		cmocka_unit_test(every_machine_has_the_plain_way),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
