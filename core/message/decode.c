/* JSON in strings. */
#include "message/decode.h"

#include "base/mem.h"

#define STRINGS_MAX 3 /* strings in strings */

static bool has_ends(struct str s, const char *open, const char *close)
{
	return str_starts(s, str_of(open)) && str_ends(s, str_of(close));
}

/* Before anything is unescaped: prompts are long, and few are JSON. */
static bool may_be_json(struct str raw)
{
	raw = str_trim(raw);
	return raw.n > 1 && (has_ends(raw, "[", "]") || has_ends(raw, "{", "}") ||
	                     has_ends(raw, "\\\"", "\\\""));
}

static struct decoded *decode_once(struct place at)
{
	struct json_report report;
	struct decoded *d;

	if (place_type(at) != JSON_STRING || !may_be_json(json_raw(at.tree, at.at)))
		return NULL;
	d = mem_zero(1, sizeof(*d));
	json_text(at.tree, at.at, &d->text);
	if (json_tree_parse(&d->tree, buf_str(&d->text), &report) == ERR_OK)
		return d;
	decoded_free(d);
	return NULL;
}

struct decoded *decoded_new(struct place at)
{
	struct decoded *d = decode_once(at);

	for (int i = 1; d && json_type_of(&d->tree, 0) == JSON_STRING; i++) {
		struct decoded *outer = d;

		d = i < STRINGS_MAX ? decode_once((struct place){&outer->tree, 0}) : NULL;
		decoded_free(outer);
	}
	return d;
}

void decoded_free(struct decoded *d)
{
	if (!d)
		return;
	json_tree_free(&d->tree);
	buf_free(&d->text);
	mem_free(d);
}
