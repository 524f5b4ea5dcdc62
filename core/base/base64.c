/* Base64, as RFC 4648 has it, and what forms, mails and URLs make of it. */
#include "base/base64.h"

int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	switch (c) {
	case '+':
	case '-':
	case ' ': /* what forms make of '+' */
		return 62;
	case '/':
	case '_':
		return 63;
	case '=':
		return BASE64_PADDING;
	case '\r':
	case '\n':
	case '\t':
		return BASE64_BLANK;
	default:
		return -1;
	}
}

bool base64_is(struct str text)
{
	size_t digits = 0, padding = 0;

	if (str_trim(text).n == 0) /* blanks could be pluses */
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int value = base64_digit(text.p[i]);

		if (value < 0 || (value < BASE64_PADDING && padding > 0))
			return false;
		digits += value < BASE64_PADDING;
		padding += value == BASE64_PADDING;
	}
	return digits > 1 && digits % 4 != 1 && padding <= 2 &&
	       (padding == 0 || (digits + padding) % 4 == 0);
}

void base64_decode(struct buf *out, struct str text)
{
	uint32_t bits = 0;
	int count = 0;

	buf_reserve(out, text.n / 4 * 3 + 3);
	for (size_t i = 0; i < text.n; i++) {
		int value = base64_digit(text.p[i]);

		if (value < 0 || value >= BASE64_PADDING)
			continue;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		buf_add(out, (char)(bits >> count & 0xFF));
	}
}

void base64_encode(struct buf *out, struct str bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	if (!buf_reserve(out, (bytes.n + 2) / 3 * 4))
		return;
	for (size_t i = 0; i < bytes.n; i += 3) {
		unsigned bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < bytes.n ? (unsigned char)bytes.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_add(out, i + k > bytes.n ? '=' : digits[bits >> (18 - 6 * k) & 63]);
	}
}
