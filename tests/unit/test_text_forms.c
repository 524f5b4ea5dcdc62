/* query/text_forms.h: whatever encodes a text, and however often, a part of it is told; most of what is not there is not. */
#include "query/text_forms.h"

#include "base/utf8.h"
#include "support/encoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t random_state = 1;

static uint32_t below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

#define HALF "\xed\xa0\xbd" /* of a surrogate pair */

static const char *const characters[] = {
	"a",
	"i",
	"k",
	"s",
	"Z",
	"7",
	" ",
	"-",
	"_",
	".",
	"?",
	"/",
	"<",
	">",
	"&",
	"+",
	"=",
	"'",
	"`",
	"\"",
	"\\",
	"\t",
	"\r",
	"\x01",
	"\x7f",
	"\xc2\xa0",
	"\xc3\xa9",
	"\xc3\x89",
	"\xc4\xb0",
	"\xc5\xbf",
	"\xe2\x84\xaa",
	"\xd0\xbf",
	"\xd0\xa0",
	"\xcf\x83",
	"\xcf\x82",
	"\xe9\x80\x80",
	"\xe6\xac\xbe",
	"\xe2\x80\xa8",
	"\xf0\x9f\xa6\x94",
	"\xf0\x9f\xaa\xa8",
	"\xff",
	HALF,
	"u00e9",
	"n",
	"x41",
	"{",
	":",
};
#define CHARACTERS (sizeof(characters) / sizeof(characters[0]))

/* Half a surrogate pair is decoded as it is written. */
static void add_decoded(struct buf *text, const char *character)
{
	buf_puts(text, strcmp(character, HALF) == 0 ? "\\ud83d" : character);
}

/* Encoded once or several times, each time by another. */
static void encode(struct buf *text)
{
	for (uint32_t times = 1 + below(3); times > 0; times--) {
		struct buf encoded = {0};

		if (below(4) == 0)
			encoder_repr(&encoded, buf_str(text));
		else
			encoder_string(&encoded, buf_str(text), (enum encoder)below(ENCODERS));
		buf_free(text);
		*text = encoded;
	}
}

static void swap_case(struct buf *text)
{
	for (size_t i = 0; i < text->n; i++) {
		char c = (char)(text->p[i] | 0x20);

		if (c >= 'a' && c <= 'z' && below(2))
			text->p[i] ^= 0x20;
	}
}

static bool told(struct str needle, bool fold, struct str raw)
{
	struct text_forms f;
	struct text_hits hits = {.forms = &f, .raw = raw};
	bool found = true;

	if (!text_forms_init(&f, needle, fold))
		return true;
	found = text_hits_next(&hits, 0) != SIZE_MAX;
	text_forms_fini(&f);
	return found;
}

static void every_part_of_an_encoded_text_is_told(void **state)
{
	(void)state;
	for (int round = 0; round < 10000; round++) {
		struct buf needle = {0}, raw = {0};
		bool fold = below(2);
		uint32_t n = 1 + below(12), from = below(n), end = from + below(n - from) + 1;

		for (uint32_t i = 0; i < n; i++) {
			const char *character = characters[below(CHARACTERS)];

			buf_puts(&raw, character);
			if (i >= from && i < end)
				add_decoded(&needle, character);
		}
		if (fold)
			swap_case(&needle);
		encode(&raw);
		if (!told(buf_str(&needle), fold, buf_str(&raw)))
			fail_msg("round %d: \"%s\" is not told in %s", round, buf_text(&needle),
			         buf_text(&raw));
		buf_free(&needle);
		buf_free(&raw);
	}
}

static void what_is_not_there_is_not_told(void **state)
{
	static const struct {
		const char *needle, *raw;
		bool fold;
	} cases[] = {
		{"needle", "\"neddle nee dle\"", true},
		{"Needle", "\"needle\"", false},
		{"ne\xc3\xa9", "\"nee ne\\u00e8 ne\xc3\xa8\"", true},
		{"\xe9\x80\x80\xe6\xac\xbe", "\"\\u9000x \xe6\xac\xbe\"", true},
		{"\xf0\x9f\xa6\x94", "\"\\ud83d\\udd94 \\ud83e\\udd95\"", true},
		{"a<b", "\"a\\u003cc a>b a<<b\"", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_false(told(str_of(cases[i].needle), cases[i].fold, str_of(cases[i].raw)));
}

static void nothing_is_certain_of_what_may_stand_apart(void **state)
{
	static const char *const needles[] = {"", "\n", "\\", "\": {", "\x01", ",", "\\\\"};
	struct text_forms f;

	(void)state;
	for (size_t i = 0; i < sizeof(needles) / sizeof(needles[0]); i++) {
		assert_false(text_forms_init(&f, str_of(needles[i]), true));
		assert_null(f.codes);
	}
	/* The blank behind a colon is put there by some and not by others. */
	assert_true(told(STR("\"key\": value"), true, STR("{'key':value}")));
	assert_true(told(STR("one\ntwo"), true, STR("two")));
}

/* What rows in ASCII, and the ways of a character, depend on. */
static void characters_fold_where_they_are_looked_for(void **state)
{
	static const uint32_t ranges[][2] = {
		{0x80, 0x3000},     {0xA000, 0xAC00},   {0xF900, 0x12000},
		{0x16000, 0x17000}, {0x1E000, 0x1F000},
	};

	(void)state;
	for (uint32_t code = 0x80; code < 0x110000; code++) {
		uint32_t folded = utf8_fold(code);
		bool inside = false;

		for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
			inside = inside || (code >= ranges[i][0] && code < ranges[i][1]);
		assert_true(inside || folded == code);
		assert_true(folded >= 0x80 || folded == 'i' || folded == 'k' || folded == 's');
	}
}

static void hits_go_on_from_a_place(void **state)
{
	struct text_forms f;
	struct text_hits hits = {.forms = &f, .raw = STR("\"\xc3\xa9 \\u00e9 x \xc3\xa9\"")};

	(void)state;
	assert_true(text_forms_init(&f, STR("\xc3\xa9"), false));
	assert_int_equal(text_hits_next(&hits, 0), 1);
	assert_int_equal(text_hits_next(&hits, 1), 1);
	assert_int_equal(text_hits_next(&hits, 2), 5);
	assert_int_equal(text_hits_next(&hits, 6), 13);
	assert_int_equal(text_hits_next(&hits, 14), SIZE_MAX);
	text_forms_fini(&f);
}

/* It stands there as it was said: nothing has to be undone to know that it holds. */
static void a_text_is_literal_unless_an_escape_is_in_it_or_runs_into_it(void **state)
{
	static const struct {
		const char *needle, *raw; /* a string from its second byte on */
		bool literal;
	} cases[] = {
		{"the", "\"the\"", true},
		{"The", "\"\\n\\nThe\"", true},
		{"The", "\"\\u000aThe\"", true},
		{"The", "\"\\\\The\"", true},
		{"nThe", "\"\\nThe\"", false},
		{"nThe", "\"\\\\nThe\"", true},
		{"nThe", "\"\\\\\\nThe\"", false},
		{"aThe", "\"\\u000aThe\"", false},
		{"aThe", "\"\\\\u000aThe\"", true},
		{"0aThe", "\"_u000aThe\"", true},
		{"\xc3\xa9", "\"\xc3\xa9\"", true},
		{"\xc3\xa9", "\"\\u00e9\"", false},
		{"\xc3\xa9", "\"u00e9\"", false},
		{"\xc3\xa9", "\"\\\\u00e9\"", false},
		{"a\xc3\xa9", "\"a\\u00e9\"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text_forms f;
		struct text_hits hits = {.forms = &f, .raw = str_of(cases[i].raw)};

		assert_true(text_forms_init(&f, str_of(cases[i].needle), false));
		assert_int_not_equal(text_hits_next(&hits, 0), SIZE_MAX);
		if (text_hits_is_literal(&hits, 1) != cases[i].literal)
			fail_msg("%s in %s", cases[i].needle, cases[i].raw);
		text_forms_fini(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_of_an_encoded_text_is_told),
		cmocka_unit_test(what_is_not_there_is_not_told),
		cmocka_unit_test(nothing_is_certain_of_what_may_stand_apart),
		cmocka_unit_test(characters_fold_where_they_are_looked_for),
		cmocka_unit_test(hits_go_on_from_a_place),
		cmocka_unit_test(a_text_is_literal_unless_an_escape_is_in_it_or_runs_into_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
