/* See cells.h. A trace or a session has the values that its events have. */
#include "print/cells.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "draw/format.h"
#include "print/formats.h"
#include "print/output.h"

#include <stdlib.h>
#include <string.h>

/* ---- choosing columns ---- */

/* Up to the next comma outside of quotes. */
static struct str next_field(struct str list)
{
	bool quoted = false;
	size_t n = 0;

	for (; n < list.n && (quoted || list.p[n] != ','); n++)
		quoted ^= list.p[n] == '"';
	return str_sub(list, 0, n);
}

static struct str unquoted(struct str name)
{
	bool quoted = name.n > 1 && name.p[0] == '"' && name.p[name.n - 1] == '"';

	return quoted ? str_sub(name, 1, name.n - 2) : name;
}

/* @NAME, person.NAME, @"NAME", "@NAME". False: it is no property. */
static bool read_property(struct cells_column *c, struct str field)
{
	field = unquoted(field);
	if (str_starts(field, STR("@"))) {
		c->of = PROPERTY_OF_EVENT;
		c->property_name = unquoted(str_sub(field, 1, SIZE_MAX));
	} else if (str_starts(field, STR("person."))) {
		c->of = PROPERTY_OF_PERSON;
		c->property_name = unquoted(str_sub(field, strlen("person."), SIZE_MAX));
	}
	c->name = field;
	return c->property_name.n > 0;
}

static enum err unknown(enum rows_kind kind, const char *option, struct str name, struct errinfo *e)
{
	const char *near = rows_key_nearest(kind, name), *what = rows_kind_name(kind);
	int n = (int)(name.n > 60 ? 60 : name.n);

	if (near != NULL)
		return err_set(e, ERR_USAGE, "%s%.*s is no field of %s: did you mean %s?", option,
		               n, name.p, what, near);
	return err_set(e, ERR_USAGE,
	               "%s%.*s is no field of %s: see `tracehog ls %s --json --limit 1`", option, n,
	               name.p, what, what);
}

enum err cells_find(struct cells_column *out, enum rows_kind kind, const char *option,
                    struct str name, struct errinfo *e)
{
	*out = (struct cells_column){.own = rows_column_of(kind, name)};
	if (out->own != NULL)
		out->name = str_of(out->own->name);
	else if (!read_property(out, name))
		return unknown(kind, option, name, e);
	else if (rows_add_up(kind))
		return err_set(e, ERR_USAGE,
		               "%s%s add up events: properties are of traces, sessions, "
		               "generations and spans",
		               option, rows_kind_name(kind));
	return ERR_OK;
}

static enum err choose_one(struct cells *c, enum rows_kind kind, struct str field,
                           struct errinfo *e)
{
	enum err err = cells_find(&c->columns[c->n], kind, "--fields: ", field, e);

	if (err == ERR_OK && c->n + 1 == CELLS_COLUMNS_MAX)
		return err_set(e, ERR_USAGE, "--fields: at most %d", CELLS_COLUMNS_MAX - 1);
	c->n++;
	return err;
}

enum err cells_choose(struct cells *c, enum rows_kind kind, const char *fields, struct errinfo *e)
{
	struct str rest = str_of(fields);
	enum err err = ERR_OK;
	bool more = true;

	c->n = 0;
	while (err == ERR_OK && more) {
		struct str field = next_field(rest);

		more = field.n < rest.n;
		err = choose_one(c, kind, str_trim(field), e);
		rest = str_sub(rest, field.n + 1, SIZE_MAX);
	}
	return err;
}

static void add_own(struct cells *c, const struct column *own)
{
	if (c->n < CELLS_COLUMNS_MAX)
		c->columns[c->n++] = (struct cells_column){.name = str_of(own->name), .own = own};
}

void cells_choose_own(struct cells *c, enum rows_kind kind, bool all)
{
	size_t n;
	const struct column *own = rows_columns(kind, &n), *at;

	for (size_t i = 0; all && i < n; i++)
		if (!rows_is_source(&own[i]))
			add_own(c, &own[i]);
	for (unsigned place = 1; !all && (at = rows_column_at(kind, place)) != NULL; place++)
		add_own(c, at);
	if (!all && own[0].priority == 0)
		add_own(c, &own[0]);
}

void cells_tell_sources(struct cells *c, const struct model *m, enum rows_kind kind)
{
	const struct column *source = rows_source_column(m, kind);
	size_t n = c->n;

	if (source == NULL)
		return;
	add_own(c, source);
	for (size_t i = n; c->n > n && i > 1; i--) {
		struct cells_column last = c->columns[i];

		c->columns[i] = c->columns[i - 1];
		c->columns[i - 1] = last;
	}
}

void cells_ask(struct cells_column *columns, size_t n, struct explorer *x)
{
	for (size_t i = 0; i < n; i++)
		if (columns[i].own == NULL)
			columns[i].property = properties_column(
				explorer_properties(x), columns[i].of, columns[i].property_name);
}

bool cells_read(struct cells_column *columns, size_t n, struct explorer *x)
{
	struct buf text = {0};
	bool all = true;

	cells_ask(columns, n, x);
	for (size_t i = 0; i < n; i++) {
		struct property *p = columns[i].property;

		while (p != NULL && !property_done(p) && loop_step(explorer_loop(x), true))
			;
		if (p == NULL || property_failed(p) == 0)
			continue;
		buf_clear(&text);
		buf_printf(&text, "%.*s: not known of %u events: %s",
		           STR_ARG(str_sub(columns[i].name, 0, 60)), property_failed(p),
		           property_failure(p)->msg);
		output_error(buf_text(&text));
		all = false;
	}
	buf_free(&text);
	return all;
}

/* ---- the values of a property ---- */

struct found {
	uint32_t text, event, order;
};
/* Different ones, in the order in which they arrived. */
struct values {
	const struct property *property;
	struct found *list;
	uint32_t n, cap;
};

static void add_value(struct values *v, uint32_t event)
{
	uint32_t text = property_get(v->property, event).text;

	if (text == 0)
		return;
	if (v->n == v->cap) {
		v->cap = v->cap > 0 ? v->cap * 2 : 4;
		v->list = mem_resize(v->list, v->cap, sizeof(*v->list));
	}
	v->list[v->n] = (struct found){text, event, v->n};
	v->n++;
}

static void add_trace(struct values *v, const struct model *m, uint32_t trace)
{
	uint32_t event = model_trace(m, trace)->first_event;

	for (; event != EVENT_NONE; event = model_next_event(m, event))
		add_value(v, event);
}

static int by_text(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->text != y->text)
		return x->text < y->text ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
	return ((const struct found *)a)->order < ((const struct found *)b)->order ? -1 : 1;
}

static void keep_different(struct values *v)
{
	uint32_t n = 0;

	if (v->n < 2)
		return;
	qsort(v->list, v->n, sizeof(*v->list), by_text);
	for (uint32_t i = 0; i < v->n; i++)
		if (i == 0 || v->list[i].text != v->list[i - 1].text)
			v->list[n++] = v->list[i];
	v->n = n;
	qsort(v->list, v->n, sizeof(*v->list), by_order);
}

static struct values values_of(const struct cells *c, size_t column, uint32_t row)
{
	const struct rows *r = c->rows;
	struct values v = {.property = c->columns[column].property};
	uint32_t at = r->at[row];

	if (r->query.kind == ROWS_TRACES) {
		add_trace(&v, r->model, at);
	} else if (r->query.kind == ROWS_SESSIONS) {
		at = model_session(r->model, at)->first_trace;
		for (; at != MODEL_NONE; at = model_next_trace(r->model, at))
			add_trace(&v, r->model, at);
	} else {
		add_value(&v, at);
	}
	keep_different(&v);
	return v;
}

/* Nothing is cut in what is printed. */
static void append_text(const struct property *p, const struct found *found, struct buf *out)
{
	struct buf json = {0};
	struct str text = property_text(p, found->text);

	if (property_get(p, found->event).cut &&
	    property_read(p, found->event, &json, NULL) == ERR_OK)
		text = buf_str(&json);
	if (json.n > 1 && json.p[0] == '"')
		json_unescape(out, str_sub(text, 1, text.n - 2));
	else
		buf_append(out, text);
	buf_free(&json);
}

static void values_text(const struct cells *c, size_t column, uint32_t row, struct buf *out)
{
	struct values v = values_of(c, column, row);

	for (uint32_t i = 0; i < v.n; i++) {
		if (i > 0)
			buf_puts(out, ", ");
		append_text(v.property, &v.list[i], out);
	}
	mem_free(v.list);
}

static void value_json(const struct property *p, const struct found *found, struct json_writer *w)
{
	struct property_value value = property_get(p, found->event);
	struct str text = property_text(p, found->text);
	struct buf whole = {0};

	if (value.cut && property_read(p, found->event, &whole, NULL) == ERR_OK)
		json_write_raw(w, buf_str(&whole));
	else if (value.type == PROPERTY_BOOL)
		json_write_bool(w, value.number != 0);
	else if (value.type == PROPERTY_NUMBER || (value.composite && !value.cut))
		json_write_raw(w, text);
	else
		json_write_text(w, text);
	buf_free(&whole);
}

static void values_json(const struct cells *c, size_t column, uint32_t row, struct json_writer *w)
{
	struct values v = values_of(c, column, row);

	if (v.n == 0)
		json_write_null(w);
	if (v.n > 1)
		json_begin_array(w);
	for (uint32_t i = 0; i < v.n; i++)
		value_json(v.property, &v.list[i], w);
	if (v.n > 1)
		json_end_array(w);
	mem_free(v.list);
}

/* ---- cells ---- */

static void own_text(const struct cells *c, size_t column, uint32_t row, struct buf *out)
{
	struct buf scratch = {0};
	struct value v;

	c->columns[column].own->get(c->rows, row, &v, &scratch);
	if (v.type == VALUE_TIME)
		time_append_local(out, (int64_t)v.number);
	else
		format_value(out, &v, 0, 0);
	buf_free(&scratch);
}

static void cell_text(const void *of, size_t column, uint32_t row, struct buf *out)
{
	const struct cells *c = of;
	struct buf raw = {0};

	if (c->columns[column].own != NULL)
		own_text(c, column, row, &raw);
	else
		values_text(c, column, row, &raw);
	if (raw.n == 0)
		buf_add(&raw, '-');
	clean_append(out, buf_str(&raw), 0);
	buf_free(&raw);
}

static void own_separated(const struct value *v, bool escaped, struct buf *out)
{
	switch (v->type) {
	case VALUE_UNKNOWN:
		break;
	case VALUE_TEXT:
		csv_guarded(out, v->text, escaped);
		break;
	case VALUE_TIME:
		time_append_rfc3339(out, (int64_t)v->number);
		break;
	case VALUE_MONEY:
	case VALUE_PERCENT:
		money_append(out, v->number);
		break;
	case VALUE_SECONDS:
		decimal_append(out, v->number, 6);
		break;
	case VALUE_BOOL:
		buf_puts(out, v->number != 0 ? "true" : "false");
		break;
	default:
		decimal_append(out, v->number, 0);
		break;
	}
}

static void cell_separated(const void *of, size_t column, uint32_t row, bool escaped,
                           struct buf *out)
{
	const struct cells *c = of;
	struct buf scratch = {0};
	struct value v;

	if (c->columns[column].own != NULL) {
		c->columns[column].own->get(c->rows, row, &v, &scratch);
		own_separated(&v, escaped, out);
	} else {
		values_text(c, column, row, &scratch);
		csv_guarded(out, buf_str(&scratch), escaped);
	}
	buf_free(&scratch);
}

/* Of a property as it was sent; of several values a list. */
static void cell_json(const void *of, size_t column, uint32_t row, struct json_writer *w)
{
	const struct cells *c = of;
	struct buf scratch = {0};
	struct value v;

	if (c->columns[column].own == NULL) {
		values_json(c, column, row, w);
		return;
	}
	c->columns[column].own->get(c->rows, row, &v, &scratch);
	output_value(w, &v);
	buf_free(&scratch);
}

static struct str column_name(const void *of, size_t column)
{
	return ((const struct cells *)of)->columns[column].name;
}

static void column_title(const void *of, size_t column, struct buf *out)
{
	const struct cells_column *c = &((const struct cells *)of)->columns[column];

	if (c->own != NULL)
		buf_puts(out, c->own->title);
	else
		clean_append(out, c->name, 0);
}

static bool is_right(const void *of, size_t column)
{
	const struct column *own = ((const struct cells *)of)->columns[column].own;

	return own != NULL && own->type != VALUE_TEXT && own->type != VALUE_TIME &&
	       own->type != VALUE_BOOL;
}

void cells_print(const struct cells *c, enum output_format format)
{
	static const struct sheet_class class = {
		.name = column_name,
		.title = column_title,
		.text = cell_text,
		.separated = cell_separated,
		.json = cell_json,
		.right = is_right,
	};
	struct sheet s = {.class = &class, .of = c, .columns = c->n, .rows = c->rows->n};

	sheet_print(&s, format);
}
