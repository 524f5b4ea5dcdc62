/* Any text as lz-string's base64: what comes out is valid UTF-8 and never more than is let out; the same in a form, where pluses
 * are blanks. */
#include "base/utf8.h"
#include "collect/payload_internal.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>

#define MOST ((size_t)1 << 16) /* bytes let out */

static void check(bool holds)
{
	if (!holds)
		abort();
}

static enum err inflate(struct str text, struct buf *out)
{
	enum err rc;

	out->max = MOST + (64 << 10);
	rc = payload_inflate_lz64(text, MOST, out);
	check(rc == ERR_OK || rc == ERR_PARSE || rc == ERR_LIMIT);
	if (rc == ERR_OK)
		check(out->n <= MOST && !out->full && utf8_valid(buf_str(out)));
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct buf out = {0}, again = {0}, blanks = {0};
	enum err rc = inflate(text, &out);

	buf_append(&blanks, text);
	for (size_t i = 0; i < blanks.n; i++)
		if (blanks.p[i] == '+')
			blanks.p[i] = ' ';
	check(inflate(buf_str(&blanks), &again) == rc);
	if (rc == ERR_OK)
		check(str_eq(buf_str(&out), buf_str(&again)));
	buf_free(&out);
	buf_free(&again);
	buf_free(&blanks);
	return 0;
}
