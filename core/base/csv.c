/* See csv.h. */
#include "base/csv.h"

#include "base/clean.h"
#include "base/decimal.h"

static bool is_number(struct str text)
{
	int64_t n;

	return decimal_parse(text, 0, &n) != ERR_PARSE;
}

void csv_guarded(struct buf *out, struct str text, bool escaped)
{
	struct buf doubled = {0};

	if (text.n > 0 && memchr("=+-@\t\r", text.p[0], 6) != NULL && !is_number(text))
		buf_add(out, '\'');
	for (size_t i = 0; escaped && i < text.n; i++) {
		if (text.p[i] == '\\')
			buf_add(&doubled, '\\');
		buf_add(&doubled, text.p[i]);
	}
	clean_append(out, escaped ? buf_str(&doubled) : text, 0);
	buf_free(&doubled);
}

void csv_field(struct buf *out, struct str clean)
{
	bool quoted = clean.n > 0 && (memchr(clean.p, ',', clean.n) != NULL ||
	                              memchr(clean.p, '"', clean.n) != NULL);

	if (!quoted) {
		buf_append(out, clean);
		return;
	}
	buf_add(out, '"');
	for (size_t i = 0; i < clean.n; i++) {
		if (clean.p[i] == '"')
			buf_add(out, '"');
		buf_add(out, clean.p[i]);
	}
	buf_add(out, '"');
}
