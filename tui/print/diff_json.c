/* The JSON of what changed between two calls. Numbers of messages count from 1, tools from 0, as in a break's path. */
#include "base/mem.h"
#include "print/diff.h"
#include "print/output.h"

#define NOTHING UINT32_MAX

static void key_change(struct json_writer *w, enum change change)
{
	json_write_key(w, "change");
	json_write_text(w, str_of(change_name(change)));
}

static void key_text(struct json_writer *w, const char *key, struct str text)
{
	json_write_key(w, key);
	json_write_text(w, text);
}

static void key_number(struct json_writer *w, const char *key, uint32_t number, uint32_t base)
{
	json_write_key(w, key);
	if (number == NOTHING)
		json_write_null(w);
	else
		json_write_int(w, (int64_t)number + base);
}

static void key_known(struct json_writer *w, const char *key, int64_t n)
{
	json_write_key(w, key);
	if (n == EVENT_UNKNOWN)
		json_write_null(w);
	else
		json_write_int(w, n);
}

/* As sent, if it is JSON at all. */
static void key_json(struct json_writer *w, const char *key, struct str json)
{
	struct json_tree tree = {0};
	struct json_report report;

	json_write_key(w, key);
	if (json.n == 0)
		json_write_null(w);
	else if (json_tree_parse(&tree, json, &report) == ERR_OK)
		json_write_raw(w, json);
	else
		json_write_text(w, json);
	json_tree_free(&tree);
}

/* ---- the two calls --------------------------------------------------------------------------- */

static void key_call(struct json_writer *w, const char *key, struct explorer *x, uint32_t event)
{
	uint32_t number = explorer_call_number(x, event);
	struct rows row;

	output_event_rows(&row, explorer_model(x), event);
	json_write_key(w, key);
	json_begin_object(w);
	output_row(w, &row, 0);
	key_number(w, "call", number > 0 ? number : NOTHING, 0);
	json_end_object(w);
	rows_free(&row);
}

static void key_pair(struct json_writer *w, const char *key, int64_t before, int64_t after)
{
	json_write_key(w, key);
	json_begin_object(w);
	key_known(w, "before", before);
	key_known(w, "after", after);
	json_end_object(w);
}

static void key_tokens(struct json_writer *w, const struct events *t, uint32_t a, uint32_t b)
{
	json_write_key(w, "tokens");
	json_begin_object(w);
	key_pair(w, "input", events_input(t, a), events_input(t, b));
	key_pair(w, "output", events_output(t, a), events_output(t, b));
	key_pair(w, "cache_read", events_cache_read(t, a), events_cache_read(t, b));
	json_end_object(w);
}

static void key_break(struct json_writer *w, const struct break_place *cache)
{
	static const char *const names[] = {
		[BREAK_MODEL] = "model",
		[BREAK_TOOLS] = "tools",
		[BREAK_SYSTEM] = "system",
		[BREAK_MESSAGE] = "message",
	};

	json_write_key(w, "cache_break");
	if (cache->at == BREAK_NONE) {
		json_write_null(w);
		return;
	}
	json_begin_object(w);
	key_text(w, "at", str_of(names[cache->at]));
	key_text(w, "path", cache->path);
	json_write_key(w, "byte");
	if (cache->at == BREAK_MODEL)
		json_write_null(w);
	else
		json_write_int(w, (int64_t)cache->byte);
	json_end_object(w);
}

/* ---- what changed ---------------------------------------------------------------------------- */

static void key_lines(struct json_writer *w, const struct comparison *c, struct range_of lines)
{
	json_write_key(w, "lines");
	json_begin_array(w);
	for (uint32_t i = 0; i < lines.n; i++) {
		const struct line_change *l = &c->lines[lines.first + i];

		json_begin_object(w);
		key_change(w, l->change);
		if (l->change == CHANGE_CHANGED) {
			key_text(w, "before", l->before);
			key_text(w, "after", l->after);
		} else {
			key_text(w, "text", l->change == CHANGE_REMOVED ? l->before : l->after);
		}
		if (l->words.n > 0) {
			json_write_key(w, "words");
			json_begin_array(w);
		}
		for (uint32_t k = 0; k < l->words.n; k++) {
			const struct word_change *word = &c->words[l->words.first + k];

			json_begin_object(w);
			key_change(w, word->change);
			key_text(w, "text", word->text);
			json_end_object(w);
		}
		if (l->words.n > 0)
			json_end_array(w);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_values(struct json_writer *w, const struct comparison *c, struct range_of values)
{
	json_begin_array(w);
	for (uint32_t i = 0; i < values.n; i++) {
		const struct value_change *v = &c->values[values.first + i];

		json_begin_object(w);
		key_change(w, v->change);
		key_text(w, "path", v->path);
		key_json(w, "before", v->before);
		key_json(w, "after", v->after);
		json_end_object(w);
	}
	json_end_array(w);
}

static void key_tools(struct json_writer *w, const struct compared *d)
{
	const struct comparison *c = &d->comparison;

	json_write_key(w, "tools");
	json_begin_array(w);
	for (uint32_t i = 0; i < c->n_tools; i++) {
		const struct tool_change *t = &c->tools[i];
		const struct tool *tool = t->change == CHANGE_REMOVED
		                                  ? &d->before.tools.list[t->before]
		                                  : &d->after.tools.list[t->after];

		json_begin_object(w);
		key_change(w, t->change);
		key_text(w, "name", tool->name);
		key_number(w, "before", t->before, 0);
		key_number(w, "after", t->after, 0);
		json_write_key(w, "moved");
		json_write_bool(w, t->moved);
		json_write_key(w, "values");
		write_values(w, c, t->values);
		json_end_object(w);
	}
	json_end_array(w);
}

struct side {
	const struct message_change *list;
	uint32_t n;
	const struct compared_message *before, *after;
};

static void write_message(struct json_writer *w, const struct compared *d, const struct side *side,
                          const struct message_change *m)
{
	bool gone = m->change == CHANGE_REMOVED;
	const struct messages *from = gone ? &d->before.messages : &d->after.messages;
	const struct compared_message *message = gone ? &side->before[m->before]
	                                              : &side->after[m->after];
	struct arena arena = {0};

	json_begin_object(w);
	key_change(w, m->change);
	key_number(w, "before", m->before, 1);
	key_number(w, "after", m->after, 1);
	key_text(w, "role", from->parts[message->part].role);
	if (m->change == CHANGE_CHANGED)
		key_lines(w, &d->comparison, m->lines);
	else if (m->change != CHANGE_NONE)
		key_text(w, "text", comparison_text(&arena, from, message));
	json_end_object(w);
	arena_free(&arena);
}

static void key_messages(struct json_writer *w, const char *key, const struct compared *d,
                         const struct side *side)
{
	json_write_key(w, key);
	json_begin_array(w);
	for (uint32_t i = 0; i < side->n; i++)
		write_message(w, d, side, &side->list[i]);
	json_end_array(w);
}

void print_diff_json(struct explorer *x, const struct compared *d, bool pretty)
{
	const struct comparison *c = &d->comparison;
	const struct side in = {c->inputs, c->n_inputs, c->inputs_before, c->inputs_after};
	const struct side out = {c->outputs, c->n_outputs, c->outputs_before, c->outputs_after};
	struct json_writer w;
	struct buf text = {0};

	output_json(&w, &text, pretty);
	json_begin_object(&w);
	key_call(&w, "before", x, d->before.event);
	key_call(&w, "after", x, d->after.event);
	key_tokens(&w, explorer_events(x), d->before.event, d->after.event);
	key_break(&w, &c->cache);
	json_write_key(&w, "parameters");
	write_values(&w, c, c->parameters);
	key_tools(&w, d);
	key_messages(&w, "messages", d, &in);
	key_messages(&w, "output", d, &out);
	json_end_object(&w);
	json_writer_end(&w);
	output_write(STR("\n"));
	buf_free(&text);
}

/* ---- counts ---------------------------------------------------------------------------------- */

static void key_counts(struct json_writer *w, const char *key, const uint32_t counts[4])
{
	json_write_key(w, key);
	json_begin_object(w);
	for (int i = 0; i < 4; i++) {
		json_write_key(w, change_name((enum change)i));
		json_write_int(w, counts[i]);
	}
	json_end_object(w);
}

static void key_message_counts(struct json_writer *w, const char *key,
                               const struct message_change *list, uint32_t n)
{
	uint32_t counts[4];

	for (int i = 0; i < 4; i++)
		counts[i] = comparison_count(list, n, (enum change)i);
	key_counts(w, key, counts);
}

void print_diff_json_counts(struct json_writer *w, const struct comparison *c)
{
	uint32_t tools[4] = {0};

	for (uint32_t i = 0; i < c->n_tools; i++)
		tools[c->tools[i].change]++;
	key_break(w, &c->cache);
	json_write_key(w, "parameters");
	json_write_int(w, c->parameters.n);
	key_counts(w, "tools", tools);
	key_message_counts(w, "messages", c->inputs, c->n_inputs);
	key_message_counts(w, "output", c->outputs, c->n_outputs);
}
