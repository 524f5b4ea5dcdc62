/* Two traces: their counts, which tools were called how often, their generations paired by name and order, and the final answers.
 * Of the payloads two are in memory at a time. */
#include "base/clean.h"
#include "base/mem.h"
#include "draw/format.h"
#include "print/diff.h"
#include "print/output.h"
#include "widget/diff.h"

#include <stdlib.h>

#define TOOLS_MAX 1000 /* names that are counted; more are told as such */
#define LABEL     16   /* columns */

struct tool_calls {
	struct str name;
	uint32_t calls[2];
};

struct call_pair {
	uint32_t events[2]; /* EVENT_NONE: the other trace has more */
	enum change change;
	struct buf said;
};

struct trace_diff {
	struct explorer *x;
	uint32_t traces[2];
	uint32_t *events[2]; /* generations by start */
	uint32_t n[2];
	struct call_pair *pairs;
	uint32_t n_pairs;
	struct tool_calls *tools;
	uint32_t n_tools;
	bool more_tools;
	struct buf answers[2];
	struct arena arena;
	bool differs;
	int code;
};

/* ---- gathering ------------------------------------------------------------------------------- */

static int by_start(const void *a, const void *b, void *ctx)
{
	return events_compare_start(ctx, *(const uint32_t *)a, *(const uint32_t *)b);
}

static void find_calls(struct trace_diff *d, int side)
{
	struct model *m = explorer_model(d->x);
	const struct events *t = model_events(m);
	const struct trace *trace = model_trace(m, d->traces[side]);
	uint32_t at = trace->first_event;

	d->events[side] = mem_alloc(trace->totals.events + (size_t)1, sizeof(uint32_t));
	for (; at != EVENT_NONE; at = model_next_event(m, at))
		if (event_kind(events_get(t, at)) == EVENT_GENERATION &&
		    d->n[side] < trace->totals.events)
			d->events[side][d->n[side]++] = at;
	qsort_r(d->events[side], d->n[side], sizeof(uint32_t), by_start, (void *)t);
}

static void count_call(struct trace_diff *d, int side, struct str name)
{
	for (uint32_t i = 0; i < d->n_tools; i++) {
		if (str_eq(d->tools[i].name, name)) {
			d->tools[i].calls[side]++;
			return;
		}
	}
	if (d->n_tools == TOOLS_MAX) {
		d->more_tools = true;
		return;
	}
	d->tools[d->n_tools] = (struct tool_calls){.name = arena_copy(&d->arena, name)};
	d->tools[d->n_tools++].calls[side] = 1;
}

static void read_side(struct trace_diff *d, int side, const struct detail *detail)
{
	const struct messages *m = &detail->messages;
	struct str answer = messages_answered(m);

	for (uint32_t i = 0; i < m->n; i++)
		if (m->parts[i].side == SIDE_OUTPUT && m->parts[i].type == PART_TOOL_CALL)
			count_call(d, side, m->parts[i].name);
	if (answer.n == 0)
		return;
	buf_clear(&d->answers[side]);
	buf_append(&d->answers[side], answer);
}

static void say_counts(struct buf *out, const char *label, const struct message_change *list,
                       uint32_t n)
{
	uint32_t same = comparison_count(list, n, CHANGE_NONE);

	if (same == n)
		return;
	buf_printf(out, "%s%s ", out->n > 0 ? "; " : "", label);
	diff_count(out, 0, comparison_count(list, n, CHANGE_ADDED),
	           comparison_count(list, n, CHANGE_REMOVED),
	           comparison_count(list, n, CHANGE_CHANGED));
}

static void say_number(struct buf *out, uint32_t n, const char *what)
{
	if (n > 0)
		buf_printf(out, "%s%u %s%s", out->n > 0 ? "; " : "", n, what,
		           n == 1 ? " differs" : "s differ");
}

static void say_pair(struct call_pair *pair, const struct comparison *c)
{
	uint32_t tools = 0;

	for (uint32_t i = 0; i < c->n_tools; i++)
		tools += c->tools[i].change != CHANGE_NONE || c->tools[i].moved;
	say_counts(&pair->said, "messages", c->inputs, c->n_inputs);
	say_counts(&pair->said, "output", c->outputs, c->n_outputs);
	say_number(&pair->said, tools, "tool");
	say_number(&pair->said, c->parameters.n, "parameter");
	pair->change = pair->said.n > 0 ? CHANGE_CHANGED : CHANGE_NONE;
}

static void pair_both(struct trace_diff *d, struct call_pair *pair, struct json_writer *w)
{
	struct compared *c = compared_read(explorer_events(d->x), pair->events[0], pair->events[1]);

	if (c->state == DETAIL_FAILED) {
		output_error(c->error.msg);
		d->code = EXIT_UNREADABLE;
		pair->change = CHANGE_CHANGED;
		buf_puts(&pair->said, "cannot be read");
	} else {
		read_side(d, 0, &c->before);
		read_side(d, 1, &c->after);
		say_pair(pair, &c->comparison);
		if (w)
			print_diff_json_counts(w, &c->comparison);
	}
	compared_free(c);
}

static void pair_one(struct trace_diff *d, struct call_pair *pair, int side)
{
	struct detail *detail = detail_read(explorer_events(d->x), pair->events[side]);

	pair->change = side == 0 ? CHANGE_REMOVED : CHANGE_ADDED;
	if (detail->state == DETAIL_FAILED) {
		output_error(detail->error.msg);
		d->code = EXIT_UNREADABLE;
	}
	read_side(d, side, detail);
	detail_free(detail);
}

static void write_id(struct json_writer *w, struct explorer *x, const char *key, uint32_t event)
{
	const struct events *t = explorer_events(x);
	struct buf id = {0};

	json_write_key(w, key);
	if (event != EVENT_NONE)
		ids_text(&t->ids,
		         events_uuid(t, event) != 0 ? events_uuid(t, event)
		                                    : events_node_id(t, event),
		         &id);
	if (id.n > 0)
		json_write_text(w, buf_str(&id));
	else
		json_write_null(w);
	buf_free(&id);
}

/* By name and order, as the explorer has them. */
static void pair_calls(struct trace_diff *d)
{
	struct alike_sequence sides[2];
	struct alike_pairs pairs;

	for (int side = 0; side < 2; side++) {
		sides[side] = (struct alike_sequence){
			mem_alloc(d->n[side] + (size_t)1, sizeof(uint64_t)), d->n[side]};
		for (uint32_t i = 0; i < d->n[side]; i++)
			sides[side].keys[i] = alike_key(explorer_events(d->x), d->events[side][i]);
	}
	alike_pair_up(&pairs, sides);
	d->n_pairs = pairs.n;
	d->pairs = mem_zero(pairs.n + (size_t)1, sizeof(*d->pairs));
	for (uint32_t i = 0; i < pairs.n; i++)
		for (int side = 0; side < 2; side++) {
			uint32_t at = pairs.list[i].at[side];

			d->pairs[i].events[side] = at == ALIKE_NONE ? EVENT_NONE
			                                            : d->events[side][at];
		}
	alike_pairs_free(&pairs);
	mem_free(sides[0].keys);
	mem_free(sides[1].keys);
}

static void compare_pair(struct trace_diff *d, struct call_pair *pair, struct json_writer *w)
{
	if (w) {
		json_begin_object(w);
		write_id(w, d->x, "before", pair->events[0]);
		write_id(w, d->x, "after", pair->events[1]);
	}
	if (pair->events[0] != EVENT_NONE && pair->events[1] != EVENT_NONE)
		pair_both(d, pair, w);
	else
		pair_one(d, pair, pair->events[0] == EVENT_NONE);
	if (w) {
		json_write_key(w, "change");
		json_write_text(w, str_of(change_name(pair->change)));
		json_end_object(w);
	}
	d->differs = d->differs || pair->change != CHANGE_NONE;
}

/* w: each as it is compared; NULL: none wanted. */
static void compare_calls(struct trace_diff *d, struct json_writer *w)
{
	pair_calls(d);
	for (uint32_t i = 0; i < d->n_pairs; i++)
		compare_pair(d, &d->pairs[i], w);
	d->differs = d->differs || !str_eq(buf_str(&d->answers[0]), buf_str(&d->answers[1]));
}

/* ---- counts ---------------------------------------------------------------------------------- */

static const char *const counted[] = {"generations",   "events",   "errors",   "input_tokens",
                                      "output_tokens", "cost_usd", "latency_s"};

static void trace_row(struct rows *r, struct explorer *x, uint32_t trace)
{
	*r = (struct rows){.model = explorer_model(x), .n = 1, .total = 1};
	query_init(&r->query, ROWS_TRACES);
	r->at = mem_alloc(1, sizeof(*r->at));
	r->at[0] = trace;
}

static void column_value(struct rows *r, const char *name, struct value *v, struct buf *scratch)
{
	size_t n;
	const struct column *columns = rows_columns(ROWS_TRACES, &n);

	*v = (struct value){.type = VALUE_UNKNOWN};
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(columns[i].name), str_of(name)))
			columns[i].get(r, 0, v, scratch);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_trace_line(struct trace_diff *d, int side)
{
	const struct events *t = explorer_events(d->x);
	const struct trace *trace = model_trace(explorer_model(d->x), d->traces[side]);
	struct buf id = {0}, out = {0};

	buf_puts(&out, side == 0 ? "before  trace " : "after   trace ");
	ids_text(&t->ids, trace->id, &id);
	clean_append(&out, buf_str(&id), 0);
	buf_puts(&out, trace->name != 0 ? "  " : "");
	clean_append(&out, strings_get(&t->strings, trace->name), 0);
	buf_add(&out, '\n');
	output_write(buf_str(&out));
	buf_free(&id);
	buf_free(&out);
}

static void print_counts(struct trace_diff *d)
{
	struct rows rows[2];
	struct buf out = {0}, scratch = {0};

	trace_row(&rows[0], d->x, d->traces[0]);
	trace_row(&rows[1], d->x, d->traces[1]);
	buf_add(&out, '\n');
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		struct buf said[2] = {{0}, {0}};
		struct value v;

		for (int side = 0; side < 2; side++) {
			column_value(&rows[side], counted[i], &v, &scratch);
			format_value(&said[side], &v, 0, 0);
		}
		diff_begin_line(&out,
		                str_eq(buf_str(&said[0]), buf_str(&said[1])) ? CHANGE_NONE
		                                                             : CHANGE_CHANGED,
		                str_of(counted[i]), LABEL);
		buf_printf(&out, "%s -> %s\n", buf_text(&said[0]), buf_text(&said[1]));
		buf_free(&said[0]);
		buf_free(&said[1]);
	}
	output_write(buf_str(&out));
	buf_free(&out);
	buf_free(&scratch);
	rows_free(&rows[0]);
	rows_free(&rows[1]);
}

static void print_tools(struct trace_diff *d)
{
	struct buf out = {0};

	buf_puts(&out, d->n_tools > 0 ? "\nTool calls\n" : "");
	for (uint32_t i = 0; i < d->n_tools; i++) {
		const struct tool_calls *t = &d->tools[i];
		enum change change = t->calls[0] == t->calls[1] ? CHANGE_NONE
		                     : t->calls[0] == 0         ? CHANGE_ADDED
		                     : t->calls[1] == 0         ? CHANGE_REMOVED
		                                                : CHANGE_CHANGED;

		diff_begin_line(&out, change, t->name, LABEL);
		buf_printf(&out, "%u -> %u\n", t->calls[0], t->calls[1]);
	}
	if (d->more_tools)
		buf_printf(&out, "  ... calls of more than %d names are not counted\n", TOOLS_MAX);
	output_write(buf_str(&out));
	buf_free(&out);
}

static void print_pairs(struct trace_diff *d)
{
	output_write(STR("\nCalls\n"));
	for (uint32_t i = 0; i < d->n_pairs; i++) {
		const struct call_pair *pair = &d->pairs[i];
		struct buf out = {0}, name = {0};
		uint32_t event = pair->events[1] != EVENT_NONE ? pair->events[1] : pair->events[0];

		buf_add(&out, " +-~"[pair->change]);
		buf_add(&out, ' ');
		print_diff_call(d->x, event, &name);
		clean_append(&out, buf_str(&name), 0);
		buf_puts(&out, pair->said.n > 0 ? "  " : "");
		buf_append(&out, buf_str(&pair->said));
		buf_add(&out, '\n');
		output_write(buf_str(&out));
		buf_free(&name);
		buf_free(&out);
	}
}

static void print_answer_line(enum change change, struct str line)
{
	struct buf out = {0};

	buf_add(&out, " +-~"[change]);
	buf_add(&out, ' ');
	clean_append(&out, line, CLEAN_TABS);
	buf_add(&out, '\n');
	output_write(buf_str(&out));
	buf_free(&out);
}

static void print_answer_lines(enum change change, struct str text)
{
	while (text.n > 0) {
		size_t end = str_find(text, STR("\n"), 0, false);

		print_answer_line(change, str_sub(text, 0, end));
		text = end < text.n ? str_sub(text, end + 1, SIZE_MAX) : STR_EMPTY;
	}
}

static void print_answers(struct trace_diff *d)
{
	struct comparison c = {0};
	struct range_of lines;

	output_write(STR("\nFinal answer\n"));
	lines = compare_texts(&c, buf_str(&d->answers[0]), buf_str(&d->answers[1]));
	for (uint32_t i = 0; i < lines.n; i++) {
		const struct line_change *l = &c.lines[i];

		if (l->change == CHANGE_NONE || l->change == CHANGE_ADDED) {
			print_answer_lines(l->change, l->after);
			continue;
		}
		print_answer_lines(CHANGE_REMOVED, l->before);
		print_answer_lines(CHANGE_ADDED, l->after);
	}
	comparison_free(&c);
}

static void print_text(struct trace_diff *d)
{
	print_trace_line(d, 0);
	print_trace_line(d, 1);
	compare_calls(d, NULL);
	print_counts(d);
	print_tools(d);
	print_pairs(d);
	print_answers(d);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void write_trace(struct json_writer *w, struct trace_diff *d, const char *key, int side)
{
	struct rows row;

	json_write_key(w, key);
	json_begin_object(w);
	trace_row(&row, d->x, d->traces[side]);
	output_row(w, &row, 0);
	rows_free(&row);
	json_end_object(w);
}

static void write_tools(struct json_writer *w, const struct trace_diff *d)
{
	json_write_key(w, "tool_calls");
	json_begin_array(w);
	for (uint32_t i = 0; i < d->n_tools; i++) {
		json_begin_object(w);
		json_write_key(w, "name");
		json_write_text(w, d->tools[i].name);
		json_write_key(w, "before");
		json_write_int(w, d->tools[i].calls[0]);
		json_write_key(w, "after");
		json_write_int(w, d->tools[i].calls[1]);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_answer(struct json_writer *w, const struct trace_diff *d)
{
	static const char *const keys[] = {"before", "after"};

	json_write_key(w, "answer");
	json_begin_object(w);
	for (int side = 0; side < 2; side++) {
		json_write_key(w, keys[side]);
		if (d->answers[side].n > 0)
			json_write_text(w, buf_str(&d->answers[side]));
		else
			json_write_null(w);
	}
	json_end_object(w);
}

static void print_json(struct trace_diff *d, bool pretty)
{
	struct json_writer w;
	struct buf text = {0};

	output_json(&w, &text, pretty);
	json_begin_object(&w);
	write_trace(&w, d, "before", 0);
	write_trace(&w, d, "after", 1);
	json_write_key(&w, "calls");
	json_begin_array(&w);
	compare_calls(d, &w);
	json_end_array(&w);
	write_tools(&w, d);
	write_answer(&w, d);
	json_end_object(&w);
	json_writer_end(&w);
	output_write(STR("\n"));
	buf_free(&text);
}

/* ---- all of it ------------------------------------------------------------------------------- */

bool print_diff_traces(struct explorer *x, uint32_t before, uint32_t after,
                       enum output_format format, int *code)
{
	struct trace_diff d = {.x = x, .traces = {before, after}, .code = *code};

	d.tools = mem_zero(TOOLS_MAX, sizeof(*d.tools));
	find_calls(&d, 0);
	find_calls(&d, 1);
	if (format == FORMAT_TEXT)
		print_text(&d);
	else
		print_json(&d, format == FORMAT_JSON);
	for (uint32_t i = 0; i < d.n_pairs; i++)
		buf_free(&d.pairs[i].said);
	mem_free(d.pairs);
	mem_free(d.tools);
	for (int side = 0; side < 2; side++) {
		mem_free(d.events[side]);
		buf_free(&d.answers[side]);
	}
	arena_free(&d.arena);
	*code = d.code;
	return d.differs;
}
