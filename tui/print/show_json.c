/* The JSON of one session, trace or event: keys as in ls, a trace with its nested children, an event with its messages, tools
 * and properties as sent. Nesting has no depth limit and no recursion: the tree is walked in drawing order. */
#include "base/mem.h"
#include "base/utf8.h"
#include "print/output.h"
#include "print/show.h"
#include "widget/insight_text.h"

#define PRETTY_DEPTH 100 /* levels of a tree up to which it is indented */

static void key_value(struct json_writer *w, const char *key, struct value v)
{
	json_write_key(w, key);
	output_value(w, &v);
}

static void key_id(struct json_writer *w, const char *key, const struct events *e, uint32_t id)
{
	struct buf text = {0};

	ids_text(&e->ids, id, &text);
	key_value(w, key,
	          (struct value){.type = id != 0 ? VALUE_TEXT : VALUE_UNKNOWN,
	                         .text = buf_str(&text)});
	buf_free(&text);
}

static void key_time(struct json_writer *w, const char *key, int64_t time)
{
	key_value(w, key,
	          (struct value){.type = time == TIME_NONE ? VALUE_UNKNOWN : VALUE_TIME,
	                         .number = time});
}

static void key_seconds(struct json_writer *w, const char *key, int64_t microseconds)
{
	enum value_type type = microseconds == EVENT_UNKNOWN ? VALUE_UNKNOWN : VALUE_SECONDS;

	key_value(w, key, (struct value){.type = type, .number = microseconds});
}

/* ---- traces ---------------------------------------------------------------------------------------------------------- */

static void unknown_totals(struct json_writer *w)
{
	static const char *const keys[] = {"explicit", "tokens", "cost", "errors"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		json_write_key(w, keys[i]);
		json_write_null(w);
	}
}

/* Where PostHog shows it: only of what came from there. */
static void trace_link(struct json_writer *w, struct explorer *x, uint32_t trace)
{
	struct buf url = {0};

	print_trace_link(x, trace, &url);
	if (url.n > 0) {
		json_write_key(w, "url");
		json_write_text(w, buf_str(&url));
	}
	buf_free(&url);
}

static void trace_facts(struct json_writer *w, struct model *m, uint32_t trace)
{
	const struct trace *t = model_trace(m, trace);
	const struct events *e = model_events(m);
	bool timed = t->start != TIME_NONE && t->end != TIME_NONE;

	key_id(w, "trace_id", e, t->id);
	key_value(w, "name",
	          (struct value){.type = t->name != 0 ? VALUE_TEXT : VALUE_UNKNOWN,
	                         .text = strings_get(&e->strings, t->name)});
	key_id(w, "session_id", e, t->session != MODEL_NONE ? model_session(m, t->session)->id : 0);
	key_id(w, "user", e, t->user);
	key_time(w, "start_time", t->start);
	key_time(w, "end_time", t->end);
	key_seconds(w, "latency_s", t->latency);
	key_seconds(w, "wall_s", timed && !t->listed ? t->end - t->start : EVENT_UNKNOWN);
	if (!t->counted) {
		unknown_totals(w);
		return;
	}
	json_write_key(w, "explicit");
	json_write_bool(w, t->explicit_event != EVENT_NONE || t->totals.kinds[EVENT_TRACE] > 0);
	output_totals(w, &t->totals);
	json_write_key(w, "errors");
	json_write_int(w, t->totals.errors);
}

/* Null where nothing is wrong. */
static void write_verdict(struct json_writer *w, const struct model *m, uint32_t trace,
                          const struct tree *t)
{
	struct insight found;
	struct buf text = {0};

	insight_find(&found, m, trace, t);
	insight_verdict(&text, model_events(m), &found);
	json_write_key(w, "verdict");
	if (text.n > 0)
		json_write_text(w, buf_str(&text));
	else
		json_write_null(w);
	insight_free(&found);
	buf_free(&text);
}

static void open_node(struct json_writer *w, struct model *m, const struct tree_node *node)
{
	static const char *const marks[] = {NULL, "orphan", "cycle", "self"};
	struct rows row;

	output_event_rows(&row, m, node->event);
	json_begin_object(w);
	output_row(w, &row, 0);
	json_write_key(w, "mark");
	if (marks[node->mark] != NULL)
		json_write_text(w, str_of(marks[node->mark]));
	else
		json_write_null(w);
	json_write_key(w, "children");
	json_begin_array(w);
	rows_free(&row);
}

static void close_node(struct json_writer *w)
{
	json_end_array(w);
	json_end_object(w);
}

static void write_children(struct json_writer *w, struct model *m, const struct tree *t)
{
	uint32_t open = 0; /* nodes whose children array is open */

	json_write_key(w, "children");
	json_begin_array(w);
	for (uint32_t i = 0; i < t->n; i++) {
		for (; open > t->nodes[i].depth; open--)
			close_node(w);
		open_node(w, m, &t->nodes[i]);
		open++;
	}
	for (; open > 0; open--)
		close_node(w);
	json_end_array(w);
}

/* Metrics, feedback and evaluations, as sent. */
static void write_attached(struct json_writer *w, struct model *m, const struct tree *t)
{
	json_write_key(w, "attached");
	json_begin_array(w);
	for (uint32_t i = 0; i < t->n_attached; i++) {
		struct buf line = {0};
		if (events_read(model_events(m), t->attached[i], &line, NULL) == ERR_OK)
			json_write_raw(w, buf_str(&line));
		buf_free(&line);
	}
	json_end_array(w);
}

/* Indents add up to the square of the depth: 10,000 levels would be gigabytes of blanks. */
static bool is_shallow(const struct tree *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->nodes[i].depth > PRETTY_DEPTH)
			return false;
	return true;
}

void print_json_trace(struct explorer *x, uint32_t trace, bool pretty)
{
	struct model *m = explorer_model(x);
	struct json_writer w;
	struct buf out = {0};
	struct tree tree;

	tree_build(&tree, m, trace);
	output_json(&w, &out, pretty && is_shallow(&tree));
	json_begin_object(&w);
	trace_facts(&w, m, trace);
	write_verdict(&w, m, trace, &tree);
	trace_link(&w, x, trace);
	write_children(&w, m, &tree);
	write_attached(&w, m, &tree);
	json_end_object(&w);
	json_writer_end(&w);
	tree_free(&tree);
	buf_free(&out);
}

/* ---- sessions -------------------------------------------------------------------------------------------------------- */

void print_json_session(struct explorer *x, uint32_t session, bool pretty)
{
	struct model *m = explorer_model(x);
	struct json_writer w;
	struct buf out = {0};
	struct rows rows = {.model = m, .n = 1};
	struct query q;

	output_json(&w, &out, pretty);
	query_init(&rows.query, ROWS_SESSIONS);
	rows.at = mem_alloc(1, sizeof(*rows.at));
	rows.at[0] = session;
	json_begin_object(&w);
	output_row(&w, &rows, 0);
	rows_free(&rows);
	query_init(&q, ROWS_TRACES);
	q.session = session;
	rows_build(&rows, m, &q);
	json_write_key(&w, "trace_list");
	json_begin_array(&w);
	for (uint32_t i = 0; i < rows.n; i++) {
		json_begin_object(&w);
		output_row(&w, &rows, i);
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	json_writer_end(&w);
	rows_free(&rows);
	buf_free(&out);
}

/* ---- events ---------------------------------------------------------------------------------------------------------- */

static void key_text(struct json_writer *w, const char *key, struct str text)
{
	json_write_key(w, key);
	json_write_text(w, text);
}

static void key_known(struct json_writer *w, const char *key, struct str text)
{
	if (text.n > 0)
		key_text(w, key, text);
}

/* Arguments that are JSON objects or arrays stand as JSON, anything else as text. */
static void key_arguments(struct json_writer *w, struct str text)
{
	struct json_report report;
	struct json_tree tree;
	enum json_type type = JSON_ABSENT;

	if (json_tree_parse(&tree, text, &report) == ERR_OK)
		type = json_type_of(&tree, 0);
	json_tree_free(&tree);
	json_write_key(w, "arguments");
	if (type == JSON_OBJECT || type == JSON_ARRAY)
		json_write_raw(w, text);
	else
		json_write_text(w, text);
}

/* A call has arguments, a result a result, and everything else a text, empty or not. */
void print_json_part(struct json_writer *w, const struct part *p)
{
	bool call = p->type == PART_TOOL_CALL, result = p->type == PART_TOOL_RESULT;

	json_begin_object(w);
	key_text(w, "side", p->side == SIDE_INPUT ? STR("input") : STR("output"));
	key_text(w, "role", p->role);
	key_text(w, "type", str_of(part_type_name(p->type)));
	if (p->text.n > 0 || (!call && !result))
		key_text(w, "text", p->text);
	key_known(w, "name", p->name);
	key_known(w, "id", p->id);
	if (p->arguments.n > 0 || call)
		key_arguments(w, p->arguments);
	if (p->result.n > 0 || result)
		key_text(w, "result", p->result);
	if (p->failed) {
		json_write_key(w, "failed");
		json_write_bool(w, true);
	}
	json_end_object(w);
}

/* A string's raw slice is without its quotes. */
static void write_node(struct json_writer *w, const struct json_tree *t, uint32_t node)
{
	struct buf text = {0};

	if (node == JSON_NO_NODE) {
		json_write_null(w);
	} else if (json_type_of(t, node) == JSON_STRING) {
		json_text(t, node, &text);
		json_write_text(w, buf_str(&text));
	} else {
		json_write_raw(w, json_raw(t, node));
	}
	buf_free(&text);
}

static void write_payload(struct json_writer *w, const struct detail *d)
{
	const struct json_tree *t = detail_properties(d);

	json_write_key(w, "messages");
	json_begin_array(w);
	for (uint32_t i = 0; i < d->messages.n; i++)
		print_json_part(w, &d->messages.parts[i]);
	json_end_array(w);
	json_write_key(w, "tools");
	write_node(w, t, json_member(t, d->properties, STR("$ai_tools")));
	json_write_key(w, "properties");
	write_node(w, t, d->properties);
}

/* Of what is no call null. */
static void write_cost(struct json_writer *w, struct explorer *x, const struct detail *d)
{
	const struct prices *p = explorer_prices(x);
	struct cost_working work;

	json_write_key(w, "cost");
	if (cost_working_read(&work, p, buf_str(&d->line)))
		print_json_cost(w, p, &work);
	else
		json_write_null(w);
	cost_working_free(&work);
}

int print_json_event(struct explorer *x, uint32_t event, bool pretty)
{
	struct model *m = explorer_model(x);
	struct detail *d = detail_read(model_events(m), event);
	struct json_writer w;
	struct buf out = {0};
	struct rows row;
	bool readable = d->state == DETAIL_READY;

	output_json(&w, &out, pretty);
	output_event_rows(&row, m, event);
	json_begin_object(&w);
	output_row(&w, &row, 0);
	if (readable) {
		write_payload(&w, d);
		write_cost(&w, x, d);
	} else {
		output_error(d->error.msg);
	}
	json_end_object(&w);
	json_writer_end(&w);
	rows_free(&row);
	detail_free(d);
	buf_free(&out);
	return readable ? EXIT_OK : EXIT_UNREADABLE;
}
