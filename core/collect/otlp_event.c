/* An event's properties while it is made of a span: a list that is looked through from its end. Lists
 * are short, and nothing is kept from one span to the next, so there is no index.
 *
 * Invariant: a value that says it is JSON is JSON: the readers checked it, or it was made here. */
#include "collect/otlp_internal.h"

#include "base/mem.h"
#include "json/writer.h"

#include <string.h>

/* ---- lists ---- */

void otlp_list_add(struct otlp_list *list, struct str key, struct otlp_value value)
{
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 64;
		list->at = mem_resize(list->at, list->cap, sizeof(*list->at));
	}
	list->at[list->n++] = (struct otlp_attribute){key, value};
}

/* Whether the key is this name, or begins with it where it ends with '.'. The last byte is looked at
 * first: names of one length mostly begin alike. Nothing is named "". */
static inline bool is_named(struct str key, const char *name, size_t n)
{
	if (n == 0 || key.n < n || key.p[n - 1] != name[n - 1])
		return false;
	return (key.n == n) != (name[n - 1] == '.') && memcmp(key.p, name, n) == 0;
}

/* The last of that name before position `end`. */
static struct otlp_attribute *find_before(const struct otlp_list *list, const char *name,
                                          size_t end)
{
	size_t n = strlen(name);

	while (end-- > 0)
		if (is_named(list->at[end].key, name, n))
			return &list->at[end];
	return NULL;
}

static struct otlp_attribute *find(const struct otlp_list *list, const char *name)
{
	return find_before(list, name, list->n);
}

const struct otlp_value *otlp_list_get(const struct otlp_list *list, const char *name)
{
	const struct otlp_attribute *a = find(list, name);

	return a ? &a->value : NULL;
}

bool otlp_list_has_any(const struct otlp_list *list, const char *const *names)
{
	for (; *names; names++)
		if (find(list, *names))
			return true;
	return false;
}

/* ---- properties ---- */

const struct otlp_value *otlp_get(const struct otlp_event *e, const char *name)
{
	return otlp_list_get(e->properties, name);
}

void otlp_set(struct otlp_event *e, const char *name, struct otlp_value value)
{
	struct otlp_attribute *a = find(e->properties, name);

	if (a)
		a->value = value;
	else
		otlp_list_add(e->properties, str_of(name), value);
}

void otlp_set_json(struct otlp_event *e, const char *name, const char *json)
{
	otlp_set(e, name, otlp_json(str_of(json)));
}

void otlp_default(struct otlp_event *e, const char *name, struct otlp_value value)
{
	if (!find(e->properties, name))
		otlp_list_add(e->properties, str_of(name), value);
}

void otlp_remove(struct otlp_event *e, const char *name)
{
	struct otlp_attribute *a = find(e->properties, name);

	for (; a; a = find_before(e->properties, name, (size_t)(a - e->properties->at)))
		a->key = STR_EMPTY;
}

void otlp_strip(struct otlp_event *e, const char *const *names)
{
	for (; *names; names++)
		otlp_remove(e, *names);
}

static void rename_one(struct otlp_event *e, const struct otlp_rename *pair, bool overwrite)
{
	const struct otlp_attribute *a = find(e->properties, pair->from);
	struct otlp_value value;

	if (!a)
		return;
	value = a->value;
	otlp_remove(e, pair->from);
	if (overwrite)
		otlp_set(e, pair->to, value);
	else
		otlp_default(e, pair->to, value);
}

void otlp_rename(struct otlp_event *e, const struct otlp_rename *list)
{
	for (; list->from; list++)
		rename_one(e, list, true);
}

void otlp_rename_absent(struct otlp_event *e, const struct otlp_rename *list)
{
	for (; list->from; list++)
		rename_one(e, list, false);
}

/* ---- values ---- */

char otlp_begin(struct otlp_value value)
{
	if (!value.json)
		return '"';
	return value.text.n > 0 ? value.text.p[0] : '\0';
}

bool otlp_string(const struct otlp_event *e, const struct otlp_value *value, struct str *text)
{
	struct buf plain = {0};

	if (!value || otlp_begin(*value) != '"')
		return false;
	*text = value->json ? str_sub(value->text, 1, value->text.n - 2) : value->text;
	if (!value->json || !memchr(text->p, '\\', text->n))
		return true;
	json_unescape(&plain, *text);
	*text = arena_copy(&e->o->made, buf_str(&plain));
	buf_free(&plain);
	return true;
}

bool otlp_string_of(const struct otlp_event *e, const char *name, struct str *text)
{
	return otlp_string(e, otlp_get(e, name), text) && text->n > 0;
}

bool otlp_is(const struct otlp_event *e, const char *name, const char *text)
{
	struct str have;

	return otlp_string(e, otlp_get(e, name), &have) && str_eq(have, str_of(text));
}

bool otlp_was_sent(const struct otlp_event *e, const char *name, const char *text)
{
	struct str have;

	return otlp_string(e, otlp_list_get(&e->o->span.attributes, name), &have) &&
	       str_eq(have, str_of(text));
}

bool otlp_integer_of(const struct otlp_event *e, const char *name, int64_t *out)
{
	const struct otlp_value *value = otlp_get(e, name);
	struct str text;

	if (!value)
		return false;
	return str_to_i64(otlp_string(e, value, &text) ? text : value->text, out);
}

bool otlp_is_json(const struct otlp *o, struct str text, enum json_type *type)
{
	struct json_want want = {.outer = o->none};
	struct json_slice unused;
	struct json_report report;

	return json_skim(text, &want, &unused, NULL, type, &report) == JSON_OK;
}

struct otlp_value otlp_parsed(const struct otlp_event *e, struct otlp_value value)
{
	enum json_type type;
	struct str text;

	if (otlp_string(e, &value, &text) && otlp_is_json(e->o, text, &type))
		return otlp_json(str_trim(text));
	return value;
}

void otlp_take_state(struct otlp_event *e, const char *from, const char *to)
{
	const struct otlp_value *found = otlp_get(e, from);
	struct otlp_value value;

	if (!found)
		return;
	value = otlp_parsed(e, *found);
	otlp_remove(e, from);
	otlp_set(e, to, value);
}

/* ---- output ---- */

void otlp_separate(struct buf *out)
{
	char last = out->n > 0 ? out->p[out->n - 1] : '[';

	if (last != '[' && last != '{')
		buf_add(out, ',');
}

void otlp_put_hex(struct buf *out, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";

	buf_add(out, '"');
	for (size_t i = 0; i < bytes.n; i++) {
		buf_add(out, digits[(unsigned char)bytes.p[i] >> 4]);
		buf_add(out, digits[(unsigned char)bytes.p[i] & 0x0F]);
	}
	buf_add(out, '"');
}

void otlp_put(struct buf *out, struct otlp_value value)
{
	struct json_writer w = {.out = out};

	if (value.json) {
		buf_append(out, value.text);
		return;
	}
	json_write_text(&w, value.text);
	json_writer_end(&w);
}

void otlp_put_member(struct buf *out, const char *name, struct str json)
{
	if (json.n == 0)
		return;
	otlp_separate(out);
	otlp_put(out, otlp_text(str_of(name)));
	buf_add(out, ':');
	buf_append(out, json);
}

void otlp_put_message(struct buf *out, const char *role, struct otlp_value content)
{
	buf_puts(out, "{\"role\":\"");
	buf_puts(out, role);
	buf_puts(out, "\",\"content\":");
	otlp_put(out, content);
	buf_add(out, '}');
}

struct otlp_value otlp_made(struct otlp_event *e)
{
	struct otlp_value value = otlp_json(arena_copy(&e->o->made, buf_str(&e->o->scratch)));

	buf_clear(&e->o->scratch);
	return value;
}
