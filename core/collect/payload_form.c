/* Fields of queries and forms, as application/x-www-form-urlencoded has them. */
#include "collect/capture.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at the beginning stands for; -1: there is no escape. */
static int escaped(struct str text)
{
	int high, low;

	if (text.n < 3 || text.p[0] != '%')
		return -1;
	high = hex(text.p[1]);
	low = hex(text.p[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* A '%' that begins no escape stands for itself. */
static void percent_append(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		int byte = escaped(str_sub(text, i, 3));

		if (byte >= 0) {
			buf_add(out, (char)byte);
			i += 2;
		} else {
			buf_add(out, text.p[i] == '+' ? ' ' : text.p[i]);
		}
	}
}

bool capture_field(struct str form, struct str name, struct buf *out)
{
	while (form.n > 0) {
		size_t end = str_find(form, STR("&"), 0, false);
		struct str pair = str_sub(form, 0, end);
		bool here = str_starts(pair, name) && pair.n > name.n && pair.p[name.n] == '=';

		if (here) {
			percent_append(out, str_sub(pair, name.n + 1, SIZE_MAX));
			return true;
		}
		form = end == SIZE_MAX ? STR_EMPTY : str_sub(form, end + 1, SIZE_MAX);
	}
	return false;
}
