/* One thing as text: a session with its traces, a trace with its tree, an event with its conversation; or as a transcript, the
 * same as the explorer gives away. JSON is show_json.c's. */
#include "print/show.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/cost_text.h"
#include "draw/format.h"
#include "print/ls.h"
#include "print/output.h"
#include "widget/insight_text.h"
#include "widget/waterfall.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PIPE_COLUMNS 120
#define PAGE         200   /* rows of a tree drawn at a time */
#define INDENT       4     /* columns before the text of a message */
#define TAB          8     /* columns of a tab */
#define PART         65536 /* bytes of a file read at a time */

/* ---- the tree ---------------------------------------------------------------------------------------------------------- */

static int text_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
	    size.ws_col < 40)
		return PIPE_COLUMNS;
	return size.ws_col;
}

/* The same drawing as on the screen, page by page; the title line stands once. */
static void draw_page(struct waterfall *w, struct model *m, struct surface *s, uint64_t from)
{
	struct area a = surface_area(s);
	struct buf text = {0};
	struct str out;

	w->list.top = w->list.cursor = from;
	surface_clear(s);
	waterfall_draw(w, m, s, a, false);
	surface_dump(s, false, &text);
	out = buf_str(&text);
	if (from > 0)
		out = str_sub(out, str_find(out, STR("\n"), 0, false) + 1, SIZE_MAX);
	output_write(out);
	buf_free(&text);
}

/* What stands out, before the tree: a line each, if there is anything. */
static void print_insight(const struct waterfall *w, const struct model *m)
{
	struct buf out = {0};
	size_t from;

	insight_verdict(&out, model_events(m), &w->insight);
	buf_puts(&out, out.n > 0 ? "\n" : "");
	from = out.n;
	insight_facts(&out, m, w->trace, &w->insight);
	buf_puts(&out, out.n > from ? "\n" : "");
	output_write(buf_str(&out));
	buf_free(&out);
}

void print_trace_tree(struct explorer *x, uint32_t trace, bool fold_repeats)
{
	struct model *m = explorer_model(x);
	struct waterfall w;
	struct surface s;
	int columns = text_columns();

	waterfall_init(&w, trace);
	waterfall_fold_repeats(&w, fold_repeats);
	waterfall_complete(&w, m);
	print_insight(&w, m);
	for (uint64_t from = 0; from < w.n_rows; from += PAGE) {
		uint64_t rows = w.n_rows - from < PAGE ? w.n_rows - from : PAGE;
		surface_init(&s, (int)rows + 1, columns);
		draw_page(&w, m, &s, from);
		surface_fini(&s);
	}
	waterfall_fini(&w);
}

/* ---- events ------------------------------------------------------------------------------------------------------------ */

static void text_facts(const struct rows *r)
{
	size_t n;
	const struct column *c = rows_columns(r->query.kind, &n);
	struct buf line = {0}, scratch = {0}, raw = {0};
	struct value v;

	for (size_t i = 0; i < n; i++) {
		c[i].get(r, 0, &v, &scratch);
		if ((v.type == VALUE_UNKNOWN && !v.partial) || !rows_have(r->model, &c[i]))
			continue;
		buf_clear(&raw);
		if (v.type == VALUE_TIME)
			time_append_rfc3339(&raw, (int64_t)v.number);
		else
			format_value(&raw, &v, 0, 0);
		buf_printf(&line, "%-20s ", c[i].name);
		clean_append(&line, buf_str(&raw), 0);
		buf_add(&line, '\n');
	}
	output_write(buf_str(&line));
	buf_free(&line);
	buf_free(&scratch);
	buf_free(&raw);
}

static void append_line(struct buf *out, struct str line)
{
	buf_pad(out, ' ', INDENT);
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '\t')
			buf_pad(out, ' ', TAB);
		else
			buf_add(out, line.p[i]);
	}
	buf_add(out, '\n');
}

/* Text of several lines, each indented; tabs are blanks. */
static void append_indented(struct buf *out, struct str text)
{
	struct buf clean = {0};
	struct str rest;

	clean_append(&clean, text, CLEAN_LINES | CLEAN_TABS);
	for (rest = buf_str(&clean); rest.n > 0;) {
		size_t end = str_find(rest, STR("\n"), 0, false);
		append_line(out, str_sub(rest, 0, end));
		rest = end < rest.n ? str_sub(rest, end + 1, SIZE_MAX) : STR_EMPTY;
	}
	buf_free(&clean);
}

static void append_part(struct buf *out, const struct part *p)
{
	buf_printf(out, "\n%s ", p->side == SIDE_INPUT ? "in " : "out");
	clean_append(out, p->role, 0);
	if (p->type != PART_TEXT)
		buf_printf(out, "  [%s]", part_type_name(p->type));
	if (p->name.n > 0) {
		buf_add(out, ' ');
		clean_append(out, p->name, 0);
	}
	if (p->failed)
		buf_puts(out, "  ! failed");
	buf_add(out, '\n');
	append_indented(out, p->text);
	append_indented(out, p->arguments);
	append_indented(out, p->result);
}

static void append_cost(struct buf *out, struct explorer *x, const struct detail *d)
{
	struct cost_working work;
	struct buf text = {0};

	if (cost_working_read(&work, explorer_prices(x), buf_str(&d->line))) {
		cost_text_plain(&text, explorer_prices(x), &work);
		buf_puts(out, "\ncost\n");
		append_indented(out, buf_str(&text));
	}
	cost_working_free(&work);
	buf_free(&text);
}

static int print_event(struct explorer *x, uint32_t event)
{
	struct model *m = explorer_model(x);
	struct detail *d = detail_read(model_events(m), event);
	struct buf out = {0};
	struct rows row;
	bool failed;

	output_event_rows(&row, m, event);
	text_facts(&row);
	rows_free(&row);
	append_cost(&out, x, d);
	if (d->messages.input_withheld)
		buf_puts(&out, "\nin   withheld (null was sent: privacy mode)\n");
	for (uint32_t i = 0; i < d->messages.n; i++)
		append_part(&out, &d->messages.parts[i]);
	if (d->messages.output_withheld)
		buf_puts(&out, "\nout  withheld (null was sent: privacy mode)\n");
	output_write(buf_str(&out));
	failed = d->state == DETAIL_FAILED;
	if (failed)
		output_error(d->error.msg);
	detail_free(d);
	buf_free(&out);
	return failed ? EXIT_UNREADABLE : EXIT_OK;
}

/* ---- traces and sessions ------------------------------------------------------------------------------------------------- */

static void one_row(struct rows *r, struct model *m, enum rows_kind kind, uint32_t number)
{
	*r = (struct rows){.model = m, .n = 1, .total = 1};
	query_init(&r->query, kind);
	r->at = mem_alloc(1, sizeof(*r->at));
	r->at[0] = number;
}

void print_trace_link(struct explorer *x, uint32_t trace, struct buf *out)
{
	const struct posthog *posthog = explorer_trace_project(x, trace);
	struct buf id = {0};

	if (posthog == NULL)
		return;
	ids_text(&explorer_events(x)->ids, model_trace(explorer_model(x), trace)->id, &id);
	posthog_trace_url(posthog, buf_str(&id), out);
	buf_free(&id);
}

static void print_trace(struct explorer *x, uint32_t trace)
{
	struct buf url = {0}, line = {0};
	struct rows r;

	one_row(&r, explorer_model(x), ROWS_TRACES, trace);
	text_facts(&r);
	rows_free(&r);
	print_trace_link(x, trace, &url);
	if (url.n > 0)
		buf_printf(&line, "%-20s %s\n", "url", buf_text(&url));
	buf_add(&line, '\n');
	output_write(buf_str(&line));
	print_trace_tree(x, trace, false);
	buf_free(&line);
	buf_free(&url);
}

static void print_session(struct explorer *x, uint32_t session)
{
	struct query q;
	struct rows r;

	one_row(&r, explorer_model(x), ROWS_SESSIONS, session);
	text_facts(&r);
	rows_free(&r);
	output_write(STR("\n"));
	query_init(&q, ROWS_TRACES);
	q.session = session;
	print_rows_table(explorer_model(x), &q);
}

/* ---- the commands -------------------------------------------------------------------------------------------------------- */

static int print_text(struct explorer *x, const struct lookup *found)
{
	switch (found->kind) {
	case LOOKUP_SESSION:
		print_session(x, found->number);
		break;
	case LOOKUP_TRACE:
		print_trace(x, found->number);
		break;
	case LOOKUP_EVENT:
		return print_event(x, found->number);
	}
	return EXIT_OK;
}

static int print_json(struct explorer *x, const struct lookup *found, bool pretty)
{
	int code = EXIT_OK;

	switch (found->kind) {
	case LOOKUP_SESSION:
		print_json_session(x, found->number, pretty);
		break;
	case LOOKUP_TRACE:
		print_json_trace(x, found->number, pretty);
		break;
	case LOOKUP_EVENT:
		code = print_json_event(x, found->number, pretty);
		break;
	}
	output_write(STR("\n"));
	return code;
}

int print_explorer_text(struct explorer *x, const struct lookup *found, enum text_form form)
{
	static const enum text_of kinds[] = {
		[LOOKUP_SESSION] = TEXT_OF_SESSION,
		[LOOKUP_TRACE] = TEXT_OF_TRACE,
		[LOOKUP_EVENT] = TEXT_OF_EVENT,
	};
	struct text_wish wish = {kinds[found->kind], form, found->number};
	struct explorer_text *text = explorer_text_read(x, &wish);
	struct buf clean = {0};
	int code = EXIT_OK;

	clean_append(&clean, buf_str(&text->text), CLEAN_LINES | CLEAN_TABS);
	output_write(buf_str(&clean));
	if (text->state == DETAIL_FAILED) {
		output_error(text->error.msg);
		code = text->error.code == ERR_NOT_FOUND ? EXIT_NOTHING : EXIT_UNREADABLE;
	}
	buf_free(&clean);
	explorer_text_free(text);
	return code;
}

static int print_found(struct explorer *x, const struct lookup *found, enum output_format format)
{
	switch (format) {
	case FORMAT_TEXT:
		return print_text(x, found);
	case FORMAT_MARKDOWN:
		return print_explorer_text(x, found, TEXT_MARKDOWN);
	case FORMAT_PLAIN:
		return print_explorer_text(x, found, TEXT_TRANSCRIPT);
	default:
		return print_json(x, found, format == FORMAT_JSON);
	}
}

/* ---- FILE:LINE, the name of an event without a uuid ---------------------------------------------------------------------- */

/* Where a line starts and ends, its number counted from 1; false if there are fewer. */
static bool line_bytes(const struct journal *j, int64_t line, uint64_t *from, uint64_t *to)
{
	char part[PART];
	uint64_t at = 0;
	int64_t got;

	*from = 0;
	for (; (got = journal_read(j, at, part, sizeof(part))) > 0; at += (uint64_t)got) {
		for (int64_t i = 0; i < got; i++) {
			if (part[i] != '\n')
				continue;
			*to = at + (uint64_t)i;
			if (--line == 0)
				return true;
			*from = *to + 1;
		}
	}
	*to = at;
	return line == 1;
}

/* A source by its path or the last part of it. */
static bool is_path(const char *path, struct str name)
{
	const char *slash = strrchr(path, '/');

	return str_eq(str_of(path), name) || (slash != NULL && str_eq(str_of(slash + 1), name));
}

/* Adds to *n the events of that line; the last one goes to *event. */
static void find_in_source(struct explorer *x, uint32_t source, int64_t line, uint32_t *n,
                           uint32_t *event)
{
	const struct events *e = explorer_events(x);
	uint64_t from, to;

	if (!line_bytes(e->journals[source], line, &from, &to))
		return;
	for (uint32_t i = 0; i < e->n; i++) {
		const struct event *r = events_get(e, i);
		if (event_journal(r) != source || event_offset(r) < from || event_offset(r) >= to)
			continue;
		*event = i;
		(*n)++;
	}
}

/* ERR_NOT_FOUND leaves e as it is: the text was no name of this kind. */
static enum err find_line(struct explorer *x, struct str text, struct lookup *out,
                          struct errinfo *e)
{
	const char *colon = memrchr(text.p, ':', text.n);
	size_t name = colon != NULL ? (size_t)(colon - text.p) : text.n;
	uint32_t n = 0;
	int64_t line;

	if (!str_to_i64(str_sub(text, name + 1, SIZE_MAX), &line) || line < 1)
		return ERR_NOT_FOUND;
	out->kind = LOOKUP_EVENT;
	for (uint32_t i = 0; i < explorer_source_count(x); i++)
		if (is_path(explorer_source_path(x, i), str_sub(text, 0, name)))
			find_in_source(x, i, line, &n, &out->number);
	if (n > 1)
		return err_set(e, ERR_AMBIGUOUS, "%u events stand there: %.*s: give a uuid", n,
		               (int)(text.n > 80 ? 80 : text.n), text.p);
	return n == 1 ? ERR_OK : ERR_NOT_FOUND;
}

enum err print_find(struct explorer *x, struct str text, struct lookup *out, struct errinfo *e)
{
	enum err err = lookup_find(out, explorer_model(x), text, e);

	return err == ERR_NOT_FOUND ? find_line(x, text, out, e) : err;
}

static int find_and_print(struct options *o, bool tree)
{
	struct loop *loop = loop_new();
	struct errinfo e = {0};
	struct lookup found;
	int code, shown = EXIT_OK;
	struct explorer *x = output_load(loop, o, o->words + 1, o->n_words - 1, &code);
	enum err err;

	if (x == NULL) {
		loop_free(loop);
		return code;
	}
	err = print_find(x, str_of(o->words[0]), &found, &e);
	if (err == ERR_OK && tree && found.kind == LOOKUP_EVENT) {
		found.number = model_trace_of(explorer_model(x), found.number);
		found.kind = LOOKUP_TRACE;
	}
	if (err == ERR_OK && tree && (found.kind != LOOKUP_TRACE || found.number == MODEL_NONE))
		err = err_set(&e, ERR_USAGE, "tree: %.80s is no trace: see `tracehog ls traces`",
		              o->words[0]);
	if (err != ERR_OK)
		output_error(e.msg);
	else if (tree && o->format == FORMAT_TEXT)
		print_trace_tree(x, found.number, o->fold_repeats);
	else
		shown = print_found(x, &found, o->format);
	if (code == EXIT_OK)
		code = err != ERR_OK ? exit_of_err(err) : shown;
	explorer_free(x);
	loop_free(loop);
	return output_end(code);
}

static int find(struct options *o, const char *command, bool tree)
{
	struct buf line = {0};

	if (o->n_words > 0)
		return find_and_print(o, tree);
	buf_printf(&line, "%s: which one: give an id, a prefix of one, or `last`", command);
	output_error(buf_text(&line));
	buf_free(&line);
	return EXIT_BAD_USAGE;
}

int print_show(struct options *o)
{
	return find(o, "show", false);
}

int print_tree(struct options *o)
{
	return find(o, "tree", true);
}
