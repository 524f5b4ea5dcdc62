/* Any text as an error's: its form is one line of valid UTF-8, bounded, and its own form. */
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "query/error_text.h"

#include <stdlib.h>

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool is_plain(struct str form)
{
	for (size_t i = 0; i < form.n; i++)
		if ((unsigned char)form.p[i] < ' ' || form.p[i] == 0x7f)
			return false;
	return str_eq(form, str_trim(form));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct buf once = {0}, twice = {0};
	unsigned status;

	error_form(text, &once, &status);
	check(once.n <= ERROR_FORM_MAX && utf8_valid(buf_str(&once)) && is_plain(buf_str(&once)));
	check(status == 0 || (status >= 400 && status <= 599));
	error_form(buf_str(&once), &twice, NULL);
	check(str_eq(buf_str(&once), buf_str(&twice)));
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
