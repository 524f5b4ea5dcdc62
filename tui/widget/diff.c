/* The rows of a comparison: tokens, where the cache is lost, tools, parameters, messages. Texts are borrowed; only lines with
 * marked words are written anew. */
#include "widget/diff.h"

#include "base/clean.h"
#include "base/mem.h"
#include "draw/format.h"
#include "draw/measures.h"
#include "draw/width.h"

#define CALL_INLINE  4096 /* bytes of a call's arguments that stand behind its name */
#define LABEL        11   /* columns of what stands before a text, printed */
#define CONTEXT      2    /* lines of an unchanged text that are printed */
#define VALUE_INLINE 120  /* bytes of two values that stand on one line */
#define SAME_MAX     2000 /* bytes of a run of unchanged words that are shown whole */
#define SAME_KEPT    400  /* else so many at either end */
#define LINES_INLINE 200  /* lines of a value that are compared one by one */
#define MARKED_MAX \
	65536 /* bytes of a changed line whose words are marked; a longer one stands as it was and as it is */

enum section {
	SECTION_TOKENS,
	SECTION_CACHE,
	SECTION_PARAMETERS,
	SECTION_TOOLS,
	SECTION_INPUT,
	SECTION_OUTPUT,
	SECTION_END,
};

/* ---- rows ------------------------------------------------------------------------------------ */

static struct diff_row *add(struct diff *d, enum diff_shape shape, enum change change,
                            struct str label, struct str text)
{
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 64;
		d->rows = mem_resize(d->rows, d->cap, sizeof(*d->rows));
	}
	d->rows[d->n] = (struct diff_row){
		.shape = shape, .change = change, .label = label, .text = text};
	return &d->rows[d->n++];
}

/* Takes text over. */
static struct str keep(struct diff *d, struct buf *text)
{
	struct str kept = arena_copy(&d->arena, buf_str(text));

	buf_free(text);
	return kept;
}

void diff_count(struct buf *out, uint32_t same, uint32_t added, uint32_t removed, uint32_t changed)
{
	const struct {
		uint32_t n;
		enum change change;
	} counts[] = {{same, CHANGE_NONE},
	              {added, CHANGE_ADDED},
	              {removed, CHANGE_REMOVED},
	              {changed, CHANGE_CHANGED}};
	size_t from = out->n;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].n == 0)
			continue;
		buf_puts(out, out->n > from ? ", " : "");
		format_count(out, counts[i].n);
		buf_printf(out, " %s", change_name(counts[i].change));
	}
	if (out->n == from)
		buf_puts(out, "none");
}

/* ---- counts ---------------------------------------------------------------------------------- */

static void add_number(struct buf *out, int64_t n)
{
	if (n == EVENT_UNKNOWN)
		buf_add(out, '?');
	else
		format_count(out, n);
}

static void add_tokens(struct diff *d, const char *label, int64_t before, int64_t after)
{
	bool known = before != EVENT_UNKNOWN && after != EVENT_UNKNOWN;
	struct buf text = {0};
	int64_t more;

	add_number(&text, before);
	buf_puts(&text, " -> ");
	add_number(&text, after);
	if (known && before == after)
		buf_puts(&text, "  same");
	else if (known && !__builtin_sub_overflow(after, before, &more)) {
		buf_puts(&text, more > 0 ? "  +" : "  ");
		format_count(&text, more);
	}
	add(d, DIFF_FACT, CHANGE_NONE, str_of(label), keep(d, &text));
}

/* One that stands in no source has what was worked out of it. */
static void measure(const struct diff *d, const struct detail *of, struct measures *out)
{
	if (of->event != EVENT_NONE)
		measures_of_event(out, d->events, of->event);
	else
		measures_of_working(out, of->has_cost ? &of->cost : NULL);
}

static void add_cost(struct diff *d, const struct measures *before, const struct measures *after)
{
	struct buf text = {0};

	format_value(&text, &before->cost, 0, 0);
	buf_puts(&text, " -> ");
	format_value(&text, &after->cost, 0, 0);
	add(d, DIFF_FACT, CHANGE_NONE, STR("cost"), keep(d, &text));
}

static void add_counts(struct diff *d)
{
	struct measures a, b;

	measure(d, &d->compared->before, &a);
	measure(d, &d->compared->after, &b);
	add(d, DIFF_TITLE, CHANGE_NONE, STR("Tokens"), STR_EMPTY);
	add_tokens(d, "input", a.input, b.input);
	add_tokens(d, "cache read", a.cache_read, b.cache_read);
	add_tokens(d, "output", a.output, b.output);
	add_cost(d, &a, &b);
}

static void add_cache(struct diff *d)
{
	const struct break_place *cache = &d->compared->comparison.cache;
	struct buf text = {0};

	if (cache->at == BREAK_NONE) {
		buf_puts(&text, "the shorter prompt is all in the longer one");
	} else {
		buf_puts(&text, "breaks at ");
		buf_append(&text, cache->path);
		if (cache->at != BREAK_MODEL) {
			buf_puts(&text, ", byte ");
			format_count(&text, (int64_t)cache->byte);
		}
		buf_puts(&text, ": what stands behind is not read from the cache");
	}
	add(d, DIFF_FACT, cache->at == BREAK_NONE ? CHANGE_NONE : CHANGE_CHANGED, STR("prefix"),
	    keep(d, &text));
}

/* ---- lines ----------------------------------------------------------------------------------- */

static struct str without_end(struct str text)
{
	return str_ends(text, STR("\n")) ? str_sub(text, 0, text.n - 1) : text;
}

/* Of what is the same and long only what stands next to a change. */
static void add_same(struct buf *out, struct str run)
{
	size_t head = SAME_KEPT, tail = run.n > SAME_KEPT ? run.n - SAME_KEPT : 0;

	if (run.n <= SAME_MAX) {
		clean_append(out, run, 0);
		return;
	}
	while (head > 0 && ((unsigned char)run.p[head] & 0xC0) == 0x80)
		head--;
	while (tail < run.n && ((unsigned char)run.p[tail] & 0xC0) == 0x80)
		tail++;
	clean_append(out, str_sub(run, 0, head), 0);
	buf_puts(out, " (... ");
	format_bytes(out, tail - head);
	buf_puts(out, " same ...) ");
	clean_append(out, str_sub(run, tail, SIZE_MAX), 0);
}

static struct str marked_line(struct diff *d, const struct line_change *line)
{
	const struct comparison *c = &d->compared->comparison;
	struct buf text = {0};

	for (uint32_t i = 0; i < line->words.n; i++) {
		const struct word_change *word = &c->words[line->words.first + i];
		struct str run = without_end(word->text);

		if (run.n == 0)
			continue;
		if (word->change == CHANGE_NONE) {
			add_same(&text, run);
			continue;
		}
		buf_puts(&text, word->change == CHANGE_REMOVED ? DIFF_OLD : DIFF_NEW);
		clean_append(&text, run, 0);
		buf_puts(&text, DIFF_END);
	}
	return keep(d, &text);
}

static bool is_short(const struct diff *d, const struct line_change *line)
{
	const struct word_change *words = d->compared->comparison.words + line->words.first;
	size_t bytes = 0;

	for (uint32_t i = 0; i < line->words.n; i++)
		bytes += words[i].change == CHANGE_NONE && words[i].text.n > SAME_MAX
		                 ? SAME_MAX
		                 : words[i].text.n;
	return bytes <= MARKED_MAX;
}

static void add_line(struct diff *d, const struct line_change *line, struct str label)
{
	struct str before = without_end(line->before), after = without_end(line->after);
	uint32_t first = d->n;

	if (line->change == CHANGE_CHANGED && is_short(d, line)) {
		add(d, DIFF_TEXT, line->change, label, marked_line(d, line))->marked = true;
	} else if (line->change == CHANGE_CHANGED) {
		add(d, DIFF_TEXT, CHANGE_REMOVED, label, before);
		add(d, DIFF_TEXT, CHANGE_ADDED, STR_EMPTY, after);
	} else {
		add(d, DIFF_TEXT, line->change, label,
		    line->change == CHANGE_REMOVED ? before : after)
			->whole = line->change == CHANGE_NONE;
	}
	d->rows[first].begins = line->change != CHANGE_NONE;
}

/* ---- values and tools ------------------------------------------------------------------------ */

static void add_value(struct diff *d, const struct value_change *v)
{
	const struct comparison *c = &d->compared->comparison;
	struct buf text = {0};

	if (v->lines.n > 0 && v->lines.n <= LINES_INLINE &&
	    v->before.n + v->after.n > VALUE_INLINE) {
		add(d, DIFF_FACT, CHANGE_CHANGED, STR_EMPTY, v->path)->begins = true;
		for (uint32_t i = 0; i < v->lines.n; i++)
			add_line(d, &c->lines[v->lines.first + i], STR_EMPTY);
		return;
	}
	if (v->before.n + v->after.n > CALL_INLINE) {
		add(d, DIFF_FACT, v->change, STR_EMPTY, v->path)->begins = true;
		if (v->before.n > 0)
			add(d, DIFF_TEXT, CHANGE_REMOVED, STR_EMPTY, v->before);
		if (v->after.n > 0)
			add(d, DIFF_TEXT, CHANGE_ADDED, STR_EMPTY, v->after);
		return;
	}
	buf_append(&text, v->path);
	buf_puts(&text, ": ");
	buf_append(&text, v->before);
	buf_puts(&text, v->change == CHANGE_CHANGED ? " -> " : "");
	buf_append(&text, v->after);
	add(d, DIFF_FACT, v->change, STR_EMPTY, keep(d, &text))->begins = true;
}

static void add_tool(struct diff *d, const struct tool_change *t)
{
	const struct compared *c = d->compared;
	const struct tool *tool = t->change == CHANGE_REMOVED ? &c->before.tools.list[t->before]
	                                                      : &c->after.tools.list[t->after];
	struct buf text = {0};

	for (uint32_t i = 0; i < t->values.n; i++)
		add_value(d, &c->comparison.values[t->values.first + i]);
	if (t->moved) {
		buf_append(&text, tool->name);
		buf_printf(&text, " moved: tools[%u] -> tools[%u]", t->before, t->after);
		add(d, DIFF_FACT, CHANGE_CHANGED, STR_EMPTY, keep(d, &text))->begins = true;
	} else if (t->change == CHANGE_ADDED || t->change == CHANGE_REMOVED) {
		add(d, DIFF_FACT, t->change, STR_EMPTY, tool->name.n > 0 ? tool->name : tool->json)
			->begins = true;
	}
}

static void add_title(struct diff *d, const char *label, const uint32_t counts[4])
{
	struct buf text = {0};

	diff_count(&text, counts[CHANGE_NONE], counts[CHANGE_ADDED], counts[CHANGE_REMOVED],
	           counts[CHANGE_CHANGED]);
	add(d, DIFF_TITLE, CHANGE_NONE, str_of(label), keep(d, &text));
}

/* One more; false at the end. */
static bool step_tools(struct diff *d)
{
	const struct comparison *c = &d->compared->comparison;
	uint32_t counts[4] = {0};

	for (uint32_t i = 0; d->item == 0 && i < c->n_tools; i++)
		counts[c->tools[i].change]++;
	if (d->item == 0)
		add_title(d, "Tools", counts);
	if (d->item >= c->n_tools)
		return false;
	add_tool(d, &c->tools[d->item++]);
	return true;
}

static bool step_parameters(struct diff *d)
{
	const struct comparison *c = &d->compared->comparison;

	if (d->item == 0)
		add(d, DIFF_TITLE, CHANGE_NONE, STR("Model and parameters"),
		    c->parameters.n == 0 ? STR("same") : STR_EMPTY);
	if (d->item >= c->parameters.n)
		return false;
	add_value(d, &c->values[c->parameters.first + d->item++]);
	return true;
}

/* ---- messages -------------------------------------------------------------------------------- */

static struct str speaker(const struct part *p)
{
	static const char *const labels[][2] = {{"developer", "develop"}, {"assistant", "asst"}};

	if (p->type == PART_REASONING)
		return STR("think");
	if (p->type == PART_TOOL_CALL)
		return STR("call");
	if (p->type == PART_TOOL_RESULT)
		return p->failed ? STR("tool !") : STR("tool");
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (str_eq(p->role, str_of(labels[i][0])))
			return str_of(labels[i][1]);
	return p->role.n > 0 ? p->role : STR("-");
}

static void add_call(struct diff *d, const struct part *p, enum change change)
{
	struct buf text = {0};

	buf_append(&text, p->name.n > 0 ? p->name : STR("?"));
	buf_add(&text, '(');
	if (p->arguments.n <= CALL_INLINE)
		buf_append(&text, p->arguments);
	buf_puts(&text, p->arguments.n <= CALL_INLINE ? ")" : "");
	add(d, DIFF_TEXT, change, speaker(p), keep(d, &text));
	if (p->arguments.n > CALL_INLINE)
		add(d, DIFF_TEXT, change, STR_EMPTY, p->arguments);
}

static void add_thing(struct diff *d, const struct part *p, enum change change)
{
	struct buf text = {0};

	buf_printf(&text, "[%s]", part_type_name(p->type));
	if (p->name.n > 0)
		buf_add(&text, ' ');
	buf_append(&text, p->name);
	add(d, DIFF_TEXT, change, speaker(p), keep(d, &text));
	if (p->text.n > 0)
		add(d, DIFF_TEXT, change, STR_EMPTY, p->text);
}

static void add_part(struct diff *d, const struct part *p, enum change change)
{
	struct buf text = {0};

	switch (p->type) {
	case PART_TEXT:
	case PART_REASONING:
		add(d, DIFF_TEXT, change, speaker(p), p->text);
		break;
	case PART_TOOL_CALL:
		add_call(d, p, change);
		break;
	case PART_TOOL_RESULT:
		buf_append(&text, p->name.n > 0 ? p->name : p->id);
		buf_puts(&text, " ->");
		add(d, DIFF_TEXT, change, speaker(p), keep(d, &text));
		add(d, DIFF_TEXT, change, STR_EMPTY, p->result);
		break;
	default:
		add_thing(d, p, change);
	}
}

struct messages_side {
	const struct message_change *list;
	uint32_t n;
	const struct compared_message *before, *after;
};

static void add_fold(struct diff *d, const struct messages_side *side)
{
	uint32_t end = d->item;
	struct buf text = {0};

	while (end < side->n && side->list[end].change == CHANGE_NONE)
		end++;
	format_count(&text, end - d->item);
	buf_puts(&text, end - d->item == 1 ? " message same" : " messages same");
	add(d, DIFF_FOLD, CHANGE_NONE, STR("........"), keep(d, &text));
}

static bool after_same(const struct diff *d, const struct messages_side *side)
{
	return d->item > 0 && side->list[d->item - 1].change == CHANGE_NONE;
}

/* The next part of a message that is whole on one side, or on both. */
static bool step_parts(struct diff *d, const struct messages *m, const struct compared_message *of,
                       enum change change)
{
	uint32_t from = d->n;

	add_part(d, &m->parts[of->part + d->part], change);
	d->rows[from].begins = change != CHANGE_NONE && d->part == 0;
	for (uint32_t i = from; i < d->n; i++)
		d->rows[i].inside = change == CHANGE_NONE;
	return ++d->part < of->n_parts;
}

static bool step_lines(struct diff *d, const struct message_change *m,
                       const struct compared_message *after)
{
	const struct compared *c = d->compared;
	struct str label = d->part == 0 ? speaker(&c->after.messages.parts[after->part])
	                                : STR_EMPTY;

	add_line(d, &c->comparison.lines[m->lines.first + d->part], label);
	return ++d->part < m->lines.n;
}

static bool step_messages(struct diff *d, const char *title, const struct messages_side *side)
{
	const struct compared *c = d->compared;
	const struct message_change *m = &side->list[d->item];
	uint32_t counts[4] = {0};
	bool more;

	for (uint32_t i = 0; d->item + d->part == 0 && i < side->n; i++)
		counts[side->list[i].change]++;
	if (d->item + d->part == 0)
		add_title(d, title, counts);
	if (d->item >= side->n)
		return false;
	if (m->change == CHANGE_NONE && d->part == 0 && !after_same(d, side))
		add_fold(d, side);
	if (m->change == CHANGE_CHANGED && m->lines.n > 0)
		more = step_lines(d, m, &side->after[m->after]);
	else if (m->change == CHANGE_REMOVED)
		more = step_parts(d, &c->before.messages, &side->before[m->before], m->change);
	else
		more = step_parts(d, &c->after.messages, &side->after[m->after], m->change);
	if (!more) {
		d->item++;
		d->part = 0;
	}
	return true;
}

/* ---- as text --------------------------------------------------------------------------------- */

static void add_marked(struct buf *out, struct str text)
{
	bool old = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == DIFF_OLD[0] || c == DIFF_NEW[0]) {
			old = c == DIFF_OLD[0];
			buf_puts(out, old ? "[-" : "{+");
		} else if (c == DIFF_END[0]) {
			buf_puts(out, old ? "-]" : "+}");
		} else {
			buf_add(out, c);
		}
	}
}

void diff_begin_line(struct buf *out, enum change change, struct str label, size_t columns)
{
	size_t from, used;

	buf_add(out, " +-~"[change]);
	buf_add(out, ' ');
	from = out->n;
	clean_append(out, label, 0);
	used = (size_t)width_text(str_sub(buf_str(out), from, SIZE_MAX));
	buf_pad(out, ' ', used < columns ? columns - used : 1);
}

static size_t count_lines(struct str text)
{
	size_t n = text.n > 0 && text.p[text.n - 1] != '\n';

	for (size_t at = 0; at < text.n; at++)
		n += text.p[at] == '\n';
	return n;
}

static void append_lines(struct buf *out, const struct diff_row *row)
{
	struct str rest = row->text, label = row->label;
	size_t most = row->whole ? CONTEXT : SIZE_MAX;

	for (size_t n = 0; n < most && (rest.n > 0 || n == 0); n++) {
		size_t end = str_find(rest, STR("\n"), 0, false);

		diff_begin_line(out, row->change, label, LABEL);
		clean_append(out, str_sub(rest, 0, end), CLEAN_TABS);
		buf_add(out, '\n');
		rest = end < rest.n ? str_sub(rest, end + 1, SIZE_MAX) : STR_EMPTY;
		label = STR_EMPTY;
	}
	if (rest.n == 0)
		return;
	diff_begin_line(out, row->change, STR_EMPTY, LABEL);
	buf_printf(out, "... %zu more lines same (--json has all)\n", count_lines(rest));
}

void diff_row_append(const struct diff_row *row, struct buf *out)
{
	if (row->shape == DIFF_TEXT && !row->marked) {
		append_lines(out, row);
		return;
	}
	if (row->shape == DIFF_TITLE) {
		buf_add(out, '\n');
		buf_append(out, row->label);
		buf_puts(out, row->text.n > 0 ? ": " : "");
	} else {
		diff_begin_line(out, row->change, row->label, LABEL);
	}
	if (row->marked)
		add_marked(out, row->text);
	else
		clean_append(out, row->text, 0);
	buf_add(out, '\n');
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool step_section(struct diff *d)
{
	const struct comparison *c = &d->compared->comparison;
	const struct messages_side in = {c->inputs, c->n_inputs, c->inputs_before, c->inputs_after};
	const struct messages_side out = {c->outputs, c->n_outputs, c->outputs_before,
	                                  c->outputs_after};

	switch ((enum section)d->section) {
	case SECTION_TOKENS:
		add_counts(d);
		return false;
	case SECTION_CACHE:
		add_cache(d);
		return false;
	case SECTION_PARAMETERS:
		return step_parameters(d);
	case SECTION_TOOLS:
		return step_tools(d);
	case SECTION_INPUT:
		return step_messages(d, "Messages", &in);
	case SECTION_OUTPUT:
		return d->outputs && step_messages(d, "Output", &out);
	case SECTION_END:
		break;
	}
	return false;
}

bool diff_step(struct diff *d)
{
	if (d->section == SECTION_END)
		return false;
	if (step_section(d))
		return true;
	d->section++;
	d->item = d->part = 0;
	return d->section != SECTION_END;
}

void diff_init(struct diff *d, const struct events *events, const struct compared *compared,
               bool outputs)
{
	*d = (struct diff){.compared = compared, .events = events, .outputs = outputs};
}

void diff_fini(struct diff *d)
{
	mem_free(d->rows);
	arena_free(&d->arena);
	*d = (struct diff){0};
}
