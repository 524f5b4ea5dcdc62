/* What sequences of terminals mean as keys: xterm, VT220, the Linux console, rxvt, kitty. Modifiers of
 * keys that have a name of their own are ignored. Reports look like keys at times; where one could be
 * either, it is a report. */
#include "term/sequence.h"

#include <stddef.h>

#define ESC 0x1B

uint32_t sequence_control(unsigned char byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		return KEY_ENTER_;
	case '\t':
		return KEY_TAB_;
	case '\b':
	case 0x7F:
		return KEY_BACK_SPACE;
	case ESC:
		return KEY_ESCAPE;
	default:
		return KEY_CTRL_BASE + byte;
	}
}

uint32_t sequence_letter(unsigned char final)
{
	switch (final) {
	case 'A':
	case 'a':
		return KEY_UP_;
	case 'B':
	case 'b':
		return KEY_DOWN_;
	case 'C':
	case 'c':
		return KEY_RIGHT_;
	case 'D':
	case 'd':
		return KEY_LEFT_;
	case 'H':
		return KEY_HOME_;
	case 'F':
		return KEY_END_;
	case 'P':
	case 'Q':
	case 'R':
	case 'S':
		return (uint32_t)(KEY_FUNCTION + 1 + final - 'P');
	default:
		return 0;
	}
}

static uint32_t number_key(uint32_t number)
{
	static const uint16_t editing[] = {
		[1] = KEY_HOME_ - KEY_BASE,   [2] = KEY_INSERT_ - KEY_BASE,
		[3] = KEY_DELETE_ - KEY_BASE, [4] = KEY_END_ - KEY_BASE,
		[5] = KEY_PAGE_UP - KEY_BASE, [6] = KEY_PAGE_DOWN - KEY_BASE,
		[7] = KEY_HOME_ - KEY_BASE,   [8] = KEY_END_ - KEY_BASE,
	};
	/* 16 and 22 are missing on the keyboard that these come from. */
	static const char functions[] = {1, 2, 3, 4, 5, 0, 6, 7, 8, 9, 10, 0, 11, 12};

	if (number >= 1 && number <= 8)
		return KEY_BASE + editing[number];
	if (number >= 11 && number < 11 + sizeof(functions) && functions[number - 11])
		return (uint32_t)(KEY_FUNCTION + functions[number - 11]);
	return 0;
}

static bool is_letter(uint32_t code)
{
	return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
}

/* Kitty gives keys without a character the numbers of private use. */
static bool is_character(uint32_t code)
{
	return (code >= ' ' && code <= 0x7E) || (code >= 0xA0 && code < 0xD800) ||
	       (code > 0xF8FF && code <= 0x10FFFF);
}

/* A key told by its character: kitty's CSI u, xterm's modifyOtherKeys. Modifiers as sent: 1 is none, then
 * bits for shift, alt, ctrl. shifted is what shift makes of it, or 0. */
static uint32_t character_key(uint32_t code, uint32_t shifted, uint32_t modifiers)
{
	uint32_t bits = modifiers ? modifiers - 1 : 0;
	bool shift = bits & 1, control = bits & 4;

	if (bits & (2 | 8 | 16 | 32))
		return 0;
	if (code == '\t' && shift)
		return KEY_BACK_TAB;
	if (code == '\r' || code == '\t' || code == ESC || code == 0x7F || code == '\b')
		return sequence_control((unsigned char)code);
	if (!is_character(code))
		return 0;
	if (control)
		return is_letter(code) || code == '@' || (code >= '\\' && code <= '_')
		               ? sequence_control((unsigned char)(code & 0x1F))
		               : 0;
	if (!shift)
		return code;
	if (is_letter(code))
		return code & ~0x20u;
	/* Which character it is depends on the keyboard. */
	return is_character(shifted) ? shifted : 0;
}

uint32_t sequence_csi(const struct csi *c, unsigned char final)
{
	/* The third event type is a release. */
	if (c->private || c->numbers[1][1] == 3)
		return 0;
	switch (final) {
	case 'Z':
		return KEY_BACK_TAB;
	case 'R': /* with parameters it tells where the cursor is */
		return c->any ? 0 : sequence_letter(final);
	case 'c': /* and this what the terminal is */
		return c->any ? 0 : KEY_RIGHT_;
	case 'd':
		return c->any ? 0 : KEY_LEFT_;
	case '~':
		if (c->numbers[0][0] == 27)
			return character_key(c->numbers[2][0], c->numbers[2][0], c->numbers[1][0]);
		return number_key(c->numbers[0][0]);
	case '^': /* rxvt's modifiers */
	case '@':
	case '$':
		return number_key(c->numbers[0][0]);
	case 'u':
		return character_key(c->numbers[0][0], c->numbers[0][1], c->numbers[1][0]);
	default:
		return sequence_letter(final);
	}
}
