/* Messages as JSON text: one of a list looked for, one put before the others, lists made of what
 * Logfire has in one attribute. Nothing is built: text is taken apart by its brackets, which the
 * lexer has checked, and copied.
 *
 * Left to others: what a message means to a reader (core/message). */
#include "collect/otlp_internal.h"

#include "base/mem.h"
#include "collect/raw.h"

#include <stdlib.h>
#include <string.h>

/* Finish reasons are short; a longer text is none. As in PostHog (stop-reason.ts). */
#define LONGEST_REASON 128

/* ---- objects ---- */

struct str otlp_member(struct str object, const char *name)
{
	struct str key, value, found = STR_EMPTY;
	struct raw_walk walk;

	if (!raw_open(&walk, object) || !walk.object)
		return found;
	while (raw_next(&walk, &key, &value))
		if (raw_key_is(key, str_of(name)))
			found = value;
	return found;
}

bool otlp_member_is(struct str object, const char *name, const char *text)
{
	struct str value = otlp_member(object, name);

	return value.n > 0 && value.p[0] == '"' && str_eq(raw_inside(value), str_of(text));
}

static bool is_picked(struct str message, enum otlp_pick pick)
{
	bool user = otlp_member_is(message, "role", "user");

	switch (pick) {
	case OTLP_FIRST_USER:
	case OTLP_LAST_USER:
		return user;
	case OTLP_LAST_ANSWER:
		return message.p[0] == '{' && !user && !otlp_member_is(message, "role", "system");
	case OTLP_LAST:
		break;
	}
	return true;
}

struct str otlp_pick_message(struct otlp_value array, enum otlp_pick pick)
{
	struct str key, message, found = STR_EMPTY;
	struct raw_walk walk;

	if (otlp_begin(array) != '[' || !raw_open(&walk, array.text))
		return found;
	while (raw_next(&walk, &key, &message)) {
		if (!is_picked(message, pick))
			continue;
		found = message;
		if (pick == OTLP_FIRST_USER)
			break;
	}
	return found;
}

/* ---- lists ---- */

/* Behind the bracket that opens it: "" of an empty list, else its elements and what closes it. */
static struct str elements(struct otlp_value list)
{
	struct str rest = str_trim(str_sub(str_trim(list.text), 1, SIZE_MAX));

	return rest.n > 0 && rest.p[0] == ']' ? STR_EMPTY : rest;
}

void otlp_lead_with_system(struct otlp_event *e, struct str text)
{
	const struct otlp_value *input = otlp_get(e, "$ai_input");
	struct buf *out = &e->o->scratch;
	struct str rest = STR_EMPTY;

	if (text.n == 0 || (input && otlp_begin(*input) != '['))
		return;
	if (input)
		rest = elements(*input);
	if (otlp_member_is(rest, "role", "system"))
		return;
	buf_add(out, '[');
	otlp_put_message(out, "system", otlp_text(text));
	buf_puts(out, rest.n > 0 ? "," : "]");
	buf_append(out, rest);
	otlp_set(e, "$ai_input", otlp_made(e));
}

void otlp_lift_stop_reason(struct otlp_event *e)
{
	const struct otlp_value *answers = otlp_get(e, "$ai_output_choices");
	struct raw_walk walk;
	struct str key, message;

	if (otlp_get(e, "$ai_stop_reason") || !answers || otlp_begin(*answers) != '[' ||
	    !raw_open(&walk, answers->text))
		return;
	while (raw_next(&walk, &key, &message)) {
		struct str reason = otlp_member(message, "finish_reason");
		size_t n = raw_inside(reason).n;

		if (n == 0 || n > LONGEST_REASON)
			continue;
		otlp_set(e, "$ai_stop_reason", otlp_json(reason));
		return;
	}
}

struct otlp_value otlp_parsed_list(struct otlp_event *e, struct otlp_value list)
{
	struct buf made = {0};
	struct raw_walk walk;
	struct str key, element;

	list = otlp_parsed(e, list);
	if (otlp_begin(list) != '[' || !raw_open(&walk, list.text))
		return list;
	buf_add(&made, '[');
	while (raw_next(&walk, &key, &element)) {
		otlp_separate(&made);
		otlp_put(&made, otlp_parsed(e, otlp_json(element)));
	}
	buf_add(&made, ']');
	list.text = arena_copy(&e->o->made, buf_str(&made));
	buf_free(&made);
	return list;
}

/* ---- Logfire's events ---- */

struct old_event {
	int64_t index; /* gen_ai.message.index; -1: none */
	size_t order;
	const char *role; /* with quotes; NULL: it is none that was sent */
	struct str object;
};

static const struct {
	const char *name, *role;
} old_names[] = {
	{"gen_ai.system.message", "\"system\""},
	{"gen_ai.user.message", "\"user\""},
	{"gen_ai.assistant.message", "\"assistant\""},
	{"gen_ai.tool.message", "\"tool\""},
};

/* Sorted by index if all have one, else they stay in their order. */
static int by_index(const void *a, const void *b)
{
	const struct old_event *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void put_members(struct buf *out, struct str object)
{
	static const char *const copied[] = {"content", "tool_calls", "tool_call_id"};

	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		otlp_put_member(out, copied[i], otlp_member(object, copied[i]));
}

static void put_old_message(struct buf *out, struct str object, const char *role)
{
	struct str sent = otlp_member(object, "role");

	otlp_separate(out);
	buf_add(out, '{');
	otlp_put_member(out, "role", sent.n > 0 && sent.p[0] == '"' ? sent : str_of(role));
	put_members(out, object);
	buf_add(out, '}');
}

/* An answer: the message in it, or itself. */
static void put_choice(struct buf *out, struct str object)
{
	struct str message = otlp_member(object, "message");

	if (message.n > 0 && message.p[0] == '{') {
		otlp_separate(out);
		buf_append(out, message);
	} else if (otlp_member(object, "role").n > 0 || otlp_member(object, "content").n > 0 ||
	           otlp_member(object, "tool_calls").n > 0) {
		put_old_message(out, object, "");
	}
}

/* Whether it is a message that was sent; how, in *read. */
static bool read_old(struct str object, size_t order, struct old_event *read)
{
	struct str index = otlp_member(object, "gen_ai.message.index");

	*read = (struct old_event){.index = -1, .order = order, .object = object};
	if (!str_to_i64(index, &read->index))
		read->index = -1;
	for (size_t i = 0; i < sizeof(old_names) / sizeof(old_names[0]); i++)
		if (otlp_member_is(object, "event.name", old_names[i].name))
			read->role = old_names[i].role;
	return read->role != NULL;
}

static void set_made_list(struct otlp_event *e, const char *name, struct buf *list)
{
	buf_add(list, ']');
	if (list->n > 2)
		otlp_default(e, name, otlp_json(arena_copy(&e->o->made, buf_str(list))));
	buf_free(list);
}

static size_t count_elements(struct str array)
{
	struct raw_walk walk;
	struct str key, element;
	size_t n = 0;

	for (raw_open(&walk, array); raw_next(&walk, &key, &element);)
		n++;
	return n;
}

static void convert_list(struct otlp_event *e, struct str array)
{
	struct old_event *sent = mem_alloc(count_elements(array) + 1, sizeof(*sent));
	struct buf input = {0}, output = {0};
	struct raw_walk walk;
	struct str key, object;
	size_t n = 0;
	bool indexed = true;

	buf_add(&input, '[');
	buf_add(&output, '[');
	for (raw_open(&walk, array); raw_next(&walk, &key, &object);) {
		if (read_old(object, n, &sent[n]))
			indexed &= sent[n++].index >= 0;
		else if (otlp_member_is(object, "event.name", "gen_ai.choice"))
			put_choice(&output, object);
	}
	if (indexed)
		qsort(sent, n, sizeof(*sent), by_index);
	for (size_t i = 0; i < n; i++)
		put_old_message(&input, sent[i].object, sent[i].role);
	mem_free(sent);
	set_made_list(e, "$ai_input", &input);
	set_made_list(e, "$ai_output_choices", &output);
}

void otlp_convert_events(struct otlp_event *e)
{
	const struct otlp_value *value = otlp_get(e, "events");
	struct otlp_value events;

	if (!value)
		return;
	events = otlp_parsed(e, *value);
	if (otlp_begin(events) == '[')
		convert_list(e, events.text);
	otlp_remove(e, "events");
}
