/* Keys out of bytes, and their names. */
#include "term/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS     INT64_C(1000)
#define SECOND (1000 * MS)

static void drain(struct input *in, int64_t now, struct buf *out)
{
	uint32_t key;

	while ((key = input_next(in, now)) != 0) {
		if (out->n)
			buf_add(out, ' ');
		key_name(key, out);
		if (key == KEY_PASTE) {
			buf_add(out, '(');
			buf_append(out, input_paste(in));
			buf_add(out, ')');
		}
	}
}

/* Feeds the bytes; '|' in the pattern is a pause of a second, "||" of twenty. */
static void assert_keys_of(struct str pattern, const char *want)
{
	struct input *in = input_new();
	struct buf got = {0};
	int64_t now = 1000 * SECOND;

	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] != '|') {
			input_feed(in, str_sub(pattern, i, 1), now);
			now += MS;
			continue;
		}
		now += i > 0 && pattern.p[i - 1] == '|' ? 19 * SECOND : SECOND;
		drain(in, now, &got);
	}
	drain(in, now, &got);
	assert_string_equal(buf_text(&got), want);
	buf_free(&got);
	input_free(in);
}

static void assert_keys(const char *pattern, const char *want)
{
	assert_keys_of(str_of(pattern), want);
}

static void plain_keys(void **state)
{
	(void)state;
	assert_keys("jK:~ ", "j K : ~ Space");
	assert_keys("\r\n\t\b\177\004\003\032\037",
	            "Enter Enter Tab Backspace Backspace Ctrl-D Ctrl-C "
	            "Ctrl-Z Ctrl-_");
	assert_keys_of((struct str){"\0", 1}, "Ctrl-@");
	assert_keys("\xC3\xA9\xE7\xBF\xBB\xF0\x9F\x98\x80",
	            "\xC3\xA9 \xE7\xBF\xBB \xF0\x9F\x98\x80");
}

static void invalid_utf8_is_dropped(void **state)
{
	(void)state;
	assert_keys("\x80\xFF\xC0\xAFj", "j");
	assert_keys("\xC3j", "j");
	assert_keys("\xE0\x80\x80j", "j");
	assert_keys("\xED\xA0\x80j", "j");
	assert_keys("\xF4\x90\x80\x80j", "j");
	assert_keys("\xC2\x9Bj", "j");
	assert_keys("\xE7\xBF\xC3\xA9", "\xC3\xA9");
	assert_keys("\xE7|\xBF|\xBB", "\xE7\xBF\xBB");
}

static void sequences(void **state)
{
	(void)state;
	assert_keys("\033[A\033[B\033[C\033[D\033[H\033[F", "Up Down Right Left Home End");
	assert_keys("\033OA\033OB\033OC\033OD\033OH\033OF\033OM",
	            "Up Down Right Left Home End Enter");
	assert_keys("\033[1;5A\033[1;2D\033O5B\033[a\033Od", "Up Left Down Up Left");
	assert_keys("\033[1~\033[2~\033[3~\033[4~\033[5~\033[6~\033[7~\033[8~",
	            "Home Insert Delete End PgUp PgDn Home End");
	assert_keys("\033[5;3~\033[7$\033[8^\033[6@\033[Z", "PgUp Home End PgDn Shift-Tab");
	assert_keys(
		"\033OP\033OQ\033OR\033OS\033[15~\033[17~\033[18~\033[19~\033[20~\033[21~\033[23~"
		"\033[24~",
		"F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12");
	assert_keys("\033[[A\033[[E\033[P\033[R\033[11~\033[14~\033[1;2P", "F1 F5 F1 F3 F1 F4 F1");
	assert_keys("\033[16~\033[22~\033[99~\033[0~\033[999999999999999999999~j", "j");
}

static void kitty_and_xterm_keys(void **state)
{
	(void)state;
	assert_keys("\033[106u\033[106;2u\033[100;5u\033[233u", "j J Ctrl-D \xC3\xA9");
	assert_keys("\033[27u\033[13u\033[9u\033[9;2u\033[127u",
	            "Esc Enter Tab Shift-Tab Backspace");
	assert_keys("\033[106;3u\033[57358u\033[106;1:3u\033[1;1:3A\033[49;2u\033[49;5u", "");
	assert_keys("\033[49:33;2u\033[27;2;33~\033[27;5;100~", "! ! Ctrl-D");
}

static void escape_alone(void **state)
{
	(void)state;
	assert_keys("\033", "");
	assert_keys("\033|", "Esc");
	assert_keys("\033|j", "Esc j");
	assert_keys("\033\033|", "Esc Esc");
	assert_keys("\033\033[A", "Esc Up");
}

static void late_tails(void **state)
{
	(void)state;
	assert_keys("\033|[A", "Esc Up");
	assert_keys("\033|OA", "Esc Up");
	assert_keys("\033|[1;5C", "Esc Right");
	assert_keys("\033|||[5~j", "Esc PgUp j");
	assert_keys("\033|[1;|5A", "Esc Up");
	assert_keys("\033[|A\033O|B\033[1|~", "Up Down Home");
	assert_keys("\033|]11;rgb:0000/0000/0000\007j", "Esc j");
	assert_keys("\033|P1$r0m\033\\j", "Esc j");
	assert_keys("\033|P>|tmux 3.3\033\\j", "Esc j");
	assert_keys("\033|[?62;c\033|[<0;1;1Mj", "Esc Esc j");
	assert_keys("\033|[200~qqq\033[201~", "Esc Paste(qqq)");
}

static void keys_after_escape(void **state)
{
	(void)state;
	assert_keys("\033|[", "Esc");
	assert_keys("\033|[|", "Esc [");
	assert_keys("\033|[|[|A", "Esc [ [ A");
	assert_keys("\033|O|A", "Esc O A");
	assert_keys("\033|]|1", "Esc ] 1");
	assert_keys("\033|]1|", "Esc ] 1");
	assert_keys("\033|P|", "Esc P");
	assert_keys("\033|[jOk]P|", "Esc [ j O k ] P");
	assert_keys("\033|[\033[B", "Esc [ Down");
}

static void alt_gives_nothing(void **state)
{
	(void)state;
	assert_keys("\033xj", "j");
	assert_keys("\033\xC3\xA9j\xC3\xA9", "j \xC3\xA9");
	assert_keys("\033\rj", "j");
	assert_keys("\033O|||j", "j");
	assert_keys("\033]|jj", "j j");
	assert_keys("\033X|jj", "j j");
	assert_keys("\033P|\033|jj", "Esc j j");
}

static void reports_are_swallowed(void **state)
{
	(void)state;
	assert_keys("\033[?62;1;6c\033[>41;370;0c\033[0n\033[24;80R\033[?2026;2$y\033[4;1$yj", "j");
	assert_keys("\033[I\033[O\033[8;24;80t\033[?1u\033[?1;0;256Sj", "j");
	assert_keys("\033[M !!\033[<0;10;10M\033[<0;10;10m\033[32;10;10Mj", "j");
	assert_keys("\033]11;rgb:ffff/ffff/ffff\033\\\033]52;c;cXF\007j", "j");
	assert_keys("\033P1+r524742=38\033\\\033_Gi=1;OK\033\\\033^qq\033\\\033Xqq\033\\j", "j");
	assert_keys("\033]0;\007q\033P\007q\033\\j", "q j");
}

static void ways_out(void **state)
{
	(void)state;
	assert_keys("\033]0;qq\030j", "j");
	assert_keys("\033P0;qq\032j", "j");
	assert_keys("\033]0;qq|||j", "j");
	assert_keys("\033[1;|||j", "j");
	assert_keys("\033[1;\033[A", "Up");
	assert_keys("\033[1;\rj", "Enter j");
	assert_keys("\033]0;qq\033[A", "Up");
	assert_keys("\033]0;qq\033|jj", "Esc j j");
	assert_keys("\033]0;qq\033|\\j", "j");
	assert_keys("\033[M|||j", "j");
}

static void pastes(void **state)
{
	(void)state;
	assert_keys("\033[200~q\nQ\033[201~j", "Paste(q\nQ) j");
	assert_keys("\033[200~\033[201~\033[200~x\033[201~", "Paste() Paste(x)");
	assert_keys("\033[200~\033[A\033\033[20\033[201~", "Paste(\033[A\033\033[20)");
	assert_keys("\033[200~q|q\033|[20|1~j", "Paste(qq) j");
	assert_keys("\033[200~qq\033[||", "Paste(qq\033[)");
	assert_keys("\033[201~j", "j");
}

static void paste_is_capped(void **state)
{
	struct input *in = input_new();
	struct buf text = {0};

	(void)state;
	buf_puts(&text, "\033[200~");
	buf_pad(&text, 'q', 100000);
	buf_puts(&text, "\033[201~j");
	input_feed(in, buf_str(&text), 0);
	assert_int_equal(input_next(in, 0), KEY_PASTE);
	assert_int_equal(input_paste(in).n, 65536);
	assert_int_equal(input_next(in, 0), 'j');
	assert_int_equal(input_paste(in).n, 65536);
	assert_int_equal(input_next(in, 0), 0);
	buf_free(&text);
	input_free(in);
}

static void says_when_to_ask(void **state)
{
	struct input *in = input_new();

	(void)state;
	assert_int_equal(input_wait(in, 0), -1);
	input_feed(in, STR("j"), 10);
	assert_int_equal(input_wait(in, 10), 0);
	assert_int_equal(input_next(in, 10), 'j');
	assert_int_equal(input_wait(in, 10), -1);
	input_feed(in, STR("\033"), 20);
	assert_int_equal(input_next(in, 20), 0);
	assert_int_equal(input_wait(in, 20), 50 * MS);
	assert_int_equal(input_wait(in, 20 + 49 * MS), 1 * MS);
	assert_int_equal(input_wait(in, 20 + 90 * MS), 0);
	assert_int_equal(input_next(in, 20 + 49 * MS), 0);
	assert_int_equal(input_next(in, 20 + 50 * MS), KEY_ESCAPE);
	assert_int_equal(input_wait(in, 20 + 50 * MS), -1);
	input_feed(in, STR("["), SECOND);
	assert_int_equal(input_wait(in, SECOND), 50 * MS);
	input_free(in);
}

static void piece(struct buf *out, unsigned r)
{
	static const char *const pieces[] = {
		"\033",    "[",         "\033[A", "O",       "\033]0;x",  "\007",     "\033\\",
		"\033P",   "\033[200~", "q",      "\033[20", "\033[201~", "\xC3\xA9", "\xE7\xBF",
		"\x80",    "1;5",       "~",      "\033[M",  "\033[[",    "\030",     "\r",
		"\033[<0", "u",         "\033_G", "$",       "?",
	};

	buf_puts(out, pieces[r % (sizeof(pieces) / sizeof(pieces[0]))]);
}

static void fed_in_pieces(struct str bytes, unsigned *seed, bool whole, struct buf *out)
{
	struct input *in = input_new();
	int64_t now = SECOND;

	for (size_t at = 0; at < bytes.n;) {
		size_t n = whole ? bytes.n : 1 + (size_t)rand_r(seed) % 5;

		input_feed(in, str_sub(bytes, at, n), now);
		if (rand_r(seed) % 2)
			drain(in, now, out);
		at += n;
		now += rand_r(seed) % (50 * MS);
	}
	drain(in, now, out);
	drain(in, now + 60 * SECOND, out);
	input_free(in);
}

static void splits_make_no_difference(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct buf bytes = {0}, whole = {0}, split = {0};

		for (int n = rand_r(&seed) % 12; n >= 0; n--)
			piece(&bytes, (unsigned)rand_r(&seed));
		fed_in_pieces(buf_str(&bytes), &seed, true, &whole);
		fed_in_pieces(buf_str(&bytes), &seed, false, &split);
		assert_string_equal(buf_text(&split), buf_text(&whole));
		buf_free(&bytes);
		buf_free(&whole);
		buf_free(&split);
	}
}

static void names_and_back(void **state)
{
	struct buf name = {0};

	(void)state;
	for (uint32_t key = 1; key <= KEY_PASTE; key++) {
		uint32_t back;

		buf_clear(&name);
		key_name(key, &name);
		if (name.n == 0 || key < ' ' || (key >= 0x7F && key < 0xA0))
			continue;
		if (key >= 0xD800 && key < 0xE000)
			continue;
		back = key_named(buf_str(&name));
		if (back != key && (key < KEY_CTRL('H') || key > KEY_CTRL('[')))
			fail_msg("%s: %u, not %u", buf_text(&name), back, key);
	}
	assert_int_equal(key_named(STR("Space")), ' ');
	assert_int_equal(key_named(STR("ctrl-d")), KEY_CTRL('D'));
	assert_int_equal(key_named(STR("Ctrl-M")), KEY_ENTER_);
	assert_int_equal(key_named(STR("PGDN")), KEY_PAGE_DOWN);
	assert_int_equal(key_named(STR("F12")), KEY_FUNCTION + 12);
	assert_int_equal(key_named(STR("F")), 'F');
	assert_int_equal(key_named(STR("F13")), 0);
	assert_int_equal(key_named(STR("F99999999999999999999")), 0);
	assert_int_equal(key_named(STR("Ctrl-")), 0);
	assert_int_equal(key_named(STR("Ctrl-1")), 0);
	assert_int_equal(key_named(STR("jj")), 0);
	assert_int_equal(key_named(STR("\xFF")), 0);
	assert_int_equal(key_named(STR_EMPTY), 0);
	buf_free(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_keys),
		cmocka_unit_test(invalid_utf8_is_dropped),
		cmocka_unit_test(sequences),
		cmocka_unit_test(kitty_and_xterm_keys),
		cmocka_unit_test(escape_alone),
		cmocka_unit_test(late_tails),
		cmocka_unit_test(keys_after_escape),
		cmocka_unit_test(alt_gives_nothing),
		cmocka_unit_test(reports_are_swallowed),
		cmocka_unit_test(ways_out),
		cmocka_unit_test(pastes),
		cmocka_unit_test(paste_is_capped),
		cmocka_unit_test(says_when_to_ask),
		cmocka_unit_test(splits_make_no_difference),
		cmocka_unit_test(names_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
