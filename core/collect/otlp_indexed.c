/* OpenTelemetry's attributes have no objects, so some instrumentations make one attribute of every
 * member: gen_ai.prompt.0.role, llm.input_messages.0.message.tool_calls.1.tool_call.function.name.
 * Here they become lists again. They are sorted and then written in order: what a position is does
 * not matter, only which one comes first.
 *
 * A name with dots in a call is a path: function.name becomes {"function":{"name":...}}. */
#include "collect/otlp_internal.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Where a member stands: in the object, in a part of its content, in a call. In this order. */
enum place { OWN, PART, CALL };

/* One attribute, taken apart. */
struct entry {
	int64_t index;
	enum place place;
	int64_t inner; /* of the part or call */
	struct str member;
	size_t order;
	struct otlp_attribute *attribute;
};

/* Cuts "12." off the front. */
static bool take_number(struct str *rest, int64_t *number)
{
	size_t dot = str_find(*rest, STR("."), 0, false);

	if (dot == SIZE_MAX || !str_to_i64(str_sub(*rest, 0, dot), number) || *number < 0)
		return false;
	*rest = str_sub(*rest, dot + 1, SIZE_MAX);
	return true;
}

/* False where there is no prefix to take. */
static bool take_prefix(struct str *rest, const char *prefix)
{
	if (!prefix || !str_starts(*rest, str_of(prefix)))
		return false;
	*rest = str_sub(*rest, strlen(prefix), SIZE_MAX);
	return true;
}

static bool is_member(const struct otlp_indexed *form, struct str name)
{
	for (size_t i = 0; form->members[i]; i++)
		if (str_eq(name, str_of(form->members[i])))
			return true;
	return false;
}

/* "0.tool_call.id" of a call. */
static bool take_inner(struct str rest, enum place place, const char *prefix, struct entry *read)
{
	read->place = place;
	if (!take_number(&rest, &read->inner))
		return false;
	take_prefix(&rest, prefix);
	read->member = rest;
	return rest.n > 0;
}

static bool take_apart(struct otlp_attribute *a, const struct otlp_indexed *form,
                       struct entry *read)
{
	struct str rest = a->key;

	if (!take_prefix(&rest, form->prefix) || !take_number(&rest, &read->index))
		return false;
	if (form->inner && !take_prefix(&rest, form->inner))
		return false;
	read->attribute = a;
	if (take_prefix(&rest, form->calls))
		return take_inner(rest, CALL, form->call, read);
	if (take_prefix(&rest, form->parts))
		return take_inner(rest, PART, form->part, read);
	read->member = rest;
	return is_member(form, rest);
}

static int by_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->inner != y->inner)
		return x->inner < y->inner ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void put_name(struct buf *out, struct str name)
{
	otlp_separate(out);
	otlp_put(out, otlp_text(name));
	buf_add(out, ':');
}

static void put_members(struct buf *out, const struct entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_name(out, entries[i].member);
		otlp_put(out, entries[i].attribute->value);
	}
}

/* A part or a call; those of a call's members that are named function.* stand in one object. */
static void put_call(struct buf *out, const struct entry *entries, size_t n)
{
	static const char function[] = "function.";
	bool inside = false;

	otlp_separate(out);
	buf_add(out, '{');
	for (size_t i = 0; i < n; i++)
		if (!str_starts(entries[i].member, STR(function)))
			put_members(out, &entries[i], 1);
	for (size_t i = 0; i < n; i++) {
		struct entry member = entries[i];

		if (!take_prefix(&member.member, function))
			continue;
		if (!inside) {
			put_name(out, STR("type"));
			buf_puts(out, "\"function\",\"function\":{");
		}
		inside = true;
		put_members(out, &member, 1);
	}
	buf_puts(out, inside ? "}}" : "}");
}

/* How many of the entries belong to the first one's object; to the same place in it; to the same part
 * or call there. */
enum together { OBJECT, PLACE, INNER };

static size_t together(const struct entry *entries, size_t n, enum together what)
{
	size_t count = 1;

	while (count < n && entries[count].index == entries[0].index &&
	       (what < PLACE || entries[count].place == entries[0].place) &&
	       (what < INNER || entries[count].inner == entries[0].inner))
		count++;
	return count;
}

/* All parts, or all calls. */
static void put_inner(struct buf *out, const struct entry *entries, size_t n)
{
	put_name(out, entries[0].place == CALL ? STR("tool_calls") : STR("content"));
	buf_add(out, '[');
	for (size_t at = 0, count; at < n; at += count) {
		count = together(entries + at, n - at, INNER);
		put_call(out, entries + at, count);
	}
	buf_add(out, ']');
}

static void put_object(struct buf *out, const struct otlp_indexed *form,
                       const struct entry *entries, size_t n)
{
	otlp_separate(out);
	if (form->bare) {
		otlp_put(out, entries[0].attribute->value);
		return;
	}
	buf_add(out, '{');
	for (size_t at = 0, count; at < n; at += count) {
		count = together(entries + at, n - at, PLACE);
		if (entries[at].place == OWN)
			put_members(out, entries + at, count);
		else
			put_inner(out, entries + at, count);
	}
	buf_add(out, '}');
}

static size_t take_all(struct otlp_event *e, const struct otlp_indexed *form, struct entry *entries)
{
	size_t n = 0;

	for (size_t i = 0; i < e->properties->n; i++) {
		struct entry read = {.order = i};

		if (take_apart(&e->properties->at[i], form, &read))
			entries[n++] = read;
	}
	return n;
}

static bool has_prefix(const struct otlp_event *e, const char *prefix)
{
	const char *const names[] = {prefix, NULL};

	return otlp_list_has_any(e->properties, names);
}

bool otlp_gather(struct otlp_event *e, const char *name, const struct otlp_indexed *form)
{
	struct entry *entries;
	struct buf *out = &e->o->scratch;
	size_t n;

	if (otlp_get(e, name) || !has_prefix(e, form->prefix))
		return false;
	entries = mem_alloc(e->properties->n, sizeof(*entries));
	n = take_all(e, form, entries);
	if (n > 0)
		qsort(entries, n, sizeof(*entries), by_place);
	buf_add(out, '[');
	for (size_t at = 0, count; at < n; at += count) {
		count = together(entries + at, n - at, OBJECT);
		put_object(out, form, entries + at, count);
	}
	buf_add(out, ']');
	for (size_t i = 0; i < n; i++)
		entries[i].attribute->key = STR_EMPTY;
	mem_free(entries);
	if (n > 0)
		otlp_set(e, name, otlp_made(e));
	buf_clear(out);
	return n > 0;
}
