/* Names of keys, as help shows them and the key file spells them. One name a key: what a terminal cannot
 * tell apart (Ctrl-I and Tab) is read under either name and shown under one. */
#include "base/utf8.h"
#include "term/input.h"

static const struct {
	uint32_t key;
	const char *name;
} names[] = {
	{KEY_ENTER_, "Enter"},
	{KEY_TAB_, "Tab"},
	{KEY_BACK_TAB, "Shift-Tab"},
	{KEY_ESCAPE, "Esc"},
	{KEY_BACK_SPACE, "Backspace"},
	{KEY_UP_, "Up"},
	{KEY_DOWN_, "Down"},
	{KEY_LEFT_, "Left"},
	{KEY_RIGHT_, "Right"},
	{KEY_PAGE_UP, "PgUp"},
	{KEY_PAGE_DOWN, "PgDn"},
	{KEY_HOME_, "Home"},
	{KEY_END_, "End"},
	{KEY_INSERT_, "Insert"},
	{KEY_DELETE_, "Delete"},
	{KEY_PASTE, "Paste"},
	{' ', "Space"},
	/* Names that are only read. */
	{KEY_ENTER_, "Ctrl-M"},
	{KEY_ENTER_, "Ctrl-J"},
	{KEY_TAB_, "Ctrl-I"},
	{KEY_BACK_SPACE, "Ctrl-H"},
	{KEY_ESCAPE, "Ctrl-["},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

void key_name(uint32_t key, struct buf *out)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (names[i].key == key) {
			buf_puts(out, names[i].name);
			return;
		}
	}
	if (key > KEY_FUNCTION && key <= KEY_FUNCTION + 12)
		buf_printf(out, "F%u", (unsigned)(key - KEY_FUNCTION));
	else if (key >= KEY_CTRL_BASE && key < KEY_CTRL_BASE + 32)
		buf_printf(out, "Ctrl-%c", (int)(key - KEY_CTRL_BASE + '@'));
	else if (key > ' ' && key < KEY_BASE)
		utf8_append(out, key);
}

static bool same_name(struct str a, const char *name)
{
	struct str b = str_of(name);

	return a.n == b.n && str_find(a, b, 0, true) == 0;
}

static uint32_t function_key(struct str name)
{
	int64_t number;

	if (name.n < 2 || (name.p[0] | 0x20) != 'f' || name.p[1] < '1' || name.p[1] > '9')
		return 0;
	if (!str_to_i64(str_sub(name, 1, name.n), &number) || number > 12)
		return 0;
	return (uint32_t)(KEY_FUNCTION + number);
}

static uint32_t control_key(struct str name)
{
	struct str prefix = str_sub(name, 0, 5);
	char c;

	if (name.n != 6 || !same_name(prefix, "Ctrl-"))
		return 0;
	c = name.p[5];
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 0x20);
	return c >= '@' && c <= '_' ? (uint32_t)KEY_CTRL(c) : 0;
}

uint32_t key_named(struct str name)
{
	size_t at = 0;
	int32_t code;
	uint32_t key;

	for (size_t i = 0; i < NAMES; i++)
		if (same_name(name, names[i].name))
			return names[i].key;
	key = function_key(name);
	if (!key)
		key = control_key(name);
	if (key || name.n == 0)
		return key;
	code = utf8_next(name, &at);
	return at == name.n && code >= ' ' && code != 0x7F ? (uint32_t)code : 0;
}
