/* See filter.h. A comparison is a term of the filter language: it has its fields and units, but is of what a row shows, since
 * rows that add events up are no events. */
#include "print/filter.h"

#include "base/utf8.h"
#include "explorer_pushed.h"
#include "print/output.h"

#include <string.h>

/* ---- mistakes ---- */

void filter_tell(const char *option, struct str text, const struct errinfo *e)
{
	struct buf out = {0};

	buf_printf(&out, "--%s: %s", option, e->msg);
	output_error(buf_text(&out));
	buf_free(&out);
	output_place(text, e->pos);
}

/* ---- filters ---- */

static struct filter *read_text(const char *option, struct str text)
{
	struct filter_reading how = {.now = time_now()};
	struct errinfo e = {.pos = ERR_NO_POS};
	struct filter *f;
	enum filter_state state = filter_parse(&f, text, &how, &e);

	if (state == FILTER_INCOMPLETE || state == FILTER_WRONG)
		filter_tell(option, text, &e);
	return f;
}

static struct filter *read_filter(struct str text)
{
	return read_text("filter", text);
}

bool filter_is_right(const char *option, struct str text)
{
	struct filter *f = read_text(option, text);
	bool right = f != NULL;

	filter_free(f);
	return right;
}

/* Its condition in parentheses, so that an OR in it stays its own; what it says of the list stands outside of them. */
static void append_filter(struct buf *out, const struct filter *f)
{
	struct filter condition = {.root = f->root}, rest = *f;

	rest.root = NULL;
	if (f->root != NULL) {
		buf_add(out, '(');
		filter_print(&condition, out);
		buf_puts(out, ") ");
	}
	filter_print(&rest, out);
	buf_add(out, ' ');
}

int filter_text_of_options(struct buf *out, const struct options *o)
{
	bool several = o->filters[0] != NULL && o->filters[1] != NULL;

	for (size_t i = 0; o->filters[i] != NULL; i++) {
		struct filter *f = read_filter(str_of(o->filters[i]));

		if (f == NULL)
			return EXIT_BAD_USAGE;
		if (several)
			append_filter(out, f);
		else
			buf_puts(out, o->filters[i]);
		filter_free(f);
	}
	return EXIT_OK;
}

int filter_of_options(struct filter **out, const struct options *o)
{
	struct buf text = {0};
	int code = filter_text_of_options(&text, o);

	*out = NULL;
	if (code == EXIT_OK && o->filters[0] != NULL) {
		*out = read_filter(buf_str(&text));
		code = *out != NULL ? EXIT_OK : EXIT_BAD_USAGE;
	}
	buf_free(&text);
	return code;
}

int filter_without_list(const struct filter *f, const char *command)
{
	struct errinfo e = {.pos = ERR_NO_POS};

	if (f->by.n > 0) {
		err_set(&e, ERR_USAGE,
		        "by: splits figures, and %s has none: use `tracehog stats --by`", command);
		e.pos = f->by_at;
	} else if (f->limit > 0) {
		err_set(&e, ERR_USAGE, "limit: is for lists, and %s has none", command);
		e.pos = f->limit_at;
	} else {
		return EXIT_OK;
	}
	filter_tell("filter", f->text, &e);
	return EXIT_BAD_USAGE;
}

static void ignore(void *ctx)
{
	(void)ctx;
}

static const char *source_path(void *ctx, uint32_t journal)
{
	return explorer_source_path(ctx, journal);
}

static bool judges(void *ctx, const struct filter_node *node, enum filtered_of of)
{
	return explorer_judges(ctx, node, of);
}

static enum filtered_word judged(void *ctx, enum filtered_of of, uint32_t number)
{
	return explorer_judged(ctx, of, number);
}

struct filtered *filter_start(struct explorer *x, const struct filter *f, enum filtered_of of,
                              loop_fn *changed, void *ctx)
{
	struct filtered_context with = {.loop = explorer_loop(x),
	                                .model = explorer_model(x),
	                                .properties = explorer_properties(x),
	                                .errors = explorer_errors(x),
	                                .source = source_path,
	                                .changed = changed != NULL ? changed : ignore,
	                                .ctx = changed != NULL ? ctx : x};
	struct errinfo e = {.pos = ERR_NO_POS};
	struct filtered *d = NULL;

	/* Else the context is not the explorer. */
	if (changed == NULL) {
		with.judges = judges;
		with.judged = judged;
	}

	if (filtered_new(&d, f, of, &with, &e) == ERR_OK)
		return d;
	filter_tell("filter", f->text, &e);
	return NULL;
}

enum filtered_of filter_rows(enum rows_kind kind)
{
	if (kind == ROWS_TRACES)
		return FILTERED_TRACES;
	return kind == ROWS_SESSIONS ? FILTERED_SESSIONS : FILTERED_EVENTS;
}

int filter_code(const struct filtered *d, int code)
{
	struct errinfo e = {.msg = ""};
	uint32_t failed = d != NULL ? filtered_failed(d, &e) : 0;
	struct buf text = {0};

	if (failed == 0)
		return code;
	buf_printf(&text, "--filter: %u could not be judged: %s", failed, e.msg);
	output_error(buf_text(&text));
	buf_free(&text);
	return EXIT_UNREADABLE;
}

/* ---- comparisons ---- */

/* A comparison as it is typed: FIELD, sign, VALUE. */
struct typed {
	struct str field, sign, value;
};

static struct typed take_apart(struct str text)
{
	size_t at = strcspn(text.p, "<>=!"), n = strspn(text.p + at, "<>=!");

	return (struct typed){.field = str_trim(str_sub(text, 0, at)),
	                      .sign = str_sub(text, at, n),
	                      .value = str_trim(str_sub(text, at + n, SIZE_MAX))};
}

/* As a term: cost:>1. False: there is no such sign. */
static bool append_term(struct buf *out, struct typed t, bool *differs)
{
	static const struct {
		const char *sign, *term;
	} signs[] = {{">", ">"}, {">=", ">="}, {"<", "<"}, {"<=", "<="},
	             {"=", ""},  {"==", ""},   {"!=", ""}};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (!str_eq(t.sign, str_of(signs[i].sign)))
			continue;
		*differs = t.sign.p[0] == '!';
		buf_append(out, t.field);
		buf_printf(out, ":%s", signs[i].term);
		buf_append(out, t.value);
		return true;
	}
	return false;
}

static bool is_amount(const struct field *f)
{
	return f->type == FIELD_MONEY || f->type == FIELD_COUNT || f->type == FIELD_SECONDS;
}

static enum err wrong_term(struct errinfo *e, const char *what)
{
	err_set(e, ERR_USAGE, "%s", what);
	e->pos = 0;
	return ERR_USAGE;
}

/* One value of one field that is an amount. */
static enum err check_term(struct condition *c, struct errinfo *e)
{
	const struct filter *f = c->filter;
	const struct filter_node *n = f->root;

	if (n == NULL || n->kind != FILTER_TERM || n->n_values != 1 || f->sort.n > 0 ||
	    f->by.n > 0 || f->limit > 0)
		return wrong_term(e, "it wants one field, a sign and a number: 'cost>1'");
	if (!is_amount(n->field) || !n->values->is_number)
		return wrong_term(e, "that is no amount: compare cost, tokens, latency, errors "
		                     "and the like");
	c->field = n->field;
	return ERR_OK;
}

/* Where in what was typed the byte of the term came from. */
static size_t typed_place(struct str text, struct typed t, size_t pos)
{
	size_t sign = t.sign.p[0] == '<' || t.sign.p[0] == '>' ? t.sign.n : 0;

	if (pos < t.field.n)
		return (size_t)(t.field.p - text.p) + pos;
	pos -= pos > t.field.n ? t.field.n + 1 : t.field.n;
	if (pos < sign || t.value.n == 0)
		return (size_t)(t.sign.p - text.p) + (t.value.n == 0 ? t.sign.n : pos);
	return (size_t)(t.value.p - text.p) + pos - sign;
}

static enum err read_condition(struct condition *c, struct str text, struct errinfo *e)
{
	struct filter_reading how = {.now = time_now()};
	struct typed t = take_apart(text);
	struct buf term = {0};
	enum filter_state state;

	if (!append_term(&term, t, &c->differs)) {
		err_set(e, ERR_USAGE, "no such sign: use > >= < <= = or !=");
		e->pos = (uint64_t)(t.sign.p - text.p);
		return ERR_USAGE;
	}
	state = filter_parse(&c->filter, buf_str(&term), &how, e);
	buf_free(&term);
	if (state == FILTER_VALID)
		(void)check_term(c, e);
	if (c->field == NULL && e->pos != ERR_NO_POS)
		e->pos = typed_place(text, t, (size_t)e->pos);
	return c->field != NULL ? ERR_OK : ERR_USAGE;
}

int condition_of_options(struct condition *c, const struct options *o)
{
	struct errinfo e = {.pos = ERR_NO_POS};

	*c = (struct condition){0};
	if (o->fail_if != FAIL_CONDITION || read_condition(c, str_of(o->condition), &e) == ERR_OK)
		return EXIT_OK;
	filter_tell("fail-if", str_of(o->condition), &e);
	return EXIT_BAD_USAGE;
}

void condition_free(struct condition *c)
{
	filter_free(c->filter);
	*c = (struct condition){0};
}

/* Of an event it is 1 or 0, for which it has no column. */
static bool is_event_errors(const struct condition *c, enum rows_kind kind)
{
	return c->field->number == FIELD_ERRORS && (kind == ROWS_GENERATIONS || kind == ROWS_SPANS);
}

bool condition_fits(const struct condition *c, enum rows_kind kind)
{
	struct buf text = {0};

	if (c->field == NULL || is_event_errors(c, kind) ||
	    rows_column_of(kind, str_of(c->field->name)) != NULL)
		return true;
	buf_printf(&text, "--fail-if: %s is no field of %s", c->field->name, rows_kind_name(kind));
	output_error(buf_text(&text));
	buf_free(&text);
	return false;
}

bool condition_holds(const struct condition *c, const struct value *v)
{
	const struct filter_value *range = c->filter->root->values;
	bool within = (!range->has_low || v->number > range->low ||
	               (v->number == range->low && !range->without_low)) &&
	              (!range->has_high || v->number < range->high ||
	               (v->number == range->high && !range->without_high));

	return v->type != VALUE_UNKNOWN && within != c->differs;
}

bool condition_holds_row(const struct condition *c, const struct rows *r, uint32_t row)
{
	const struct events *t = model_events(r->model);
	struct value v = {.type = VALUE_COUNT};
	struct buf scratch = {0};

	if (c->field == NULL)
		return false;
	if (is_event_errors(c, r->query.kind))
		v.number = (events_get(t, r->at[row])->flags & EVENT_ERROR) != 0;
	else
		rows_column_of(r->query.kind, str_of(c->field->name))->get(r, row, &v, &scratch);
	buf_free(&scratch);
	return condition_holds(c, &v);
}
