/* See standin_sql.h: a tree over rows. */
#include "standin_sql.h"

#include "standin_groups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An event, or what a SELECT gave. */
struct row {
	const cJSON *event;
	const struct sql_select *of;
	const struct sql_value *values;
};

/* What an expression is evaluated in. */
struct scope {
	struct arena *arena;
	const struct standin *standin;
	const struct row *row;         /* NULL within a group, outside of aggregates */
	const struct row *const *rows; /* of the group */
	size_t n;
	const struct sql_select *select; /* whose names are known, too */
	const struct sql_value *made;    /* of the first of them, as it is being made of a row */
	int n_made;
};

static struct sql_value eval(const struct scope *s, const struct sql_expr *e);

static const struct sql_value null = {.type = SQL_NULL};

static struct sql_value of_number(double number)
{
	return (struct sql_value){.type = SQL_NUMBER, .number = number};
}

static struct sql_value of_text(const char *text)
{
	return (struct sql_value){.type = SQL_TEXT, .text = text};
}

static bool is_true(struct sql_value v)
{
	return v.type == SQL_NUMBER && v.number != 0;
}

static const char *keep(const struct scope *s, const char *text, size_t n)
{
	char *out = arena_alloc(s->arena, n + 1);

	memcpy(out, text, n);
	return out;
}

/* ---- JSON ---- */

/* "" where there is none. */
static const char *raw(const struct scope *s, const cJSON *value)
{
	char *printed = value != NULL ? cJSON_PrintUnformatted(value) : NULL;
	const char *out = printed != NULL ? keep(s, printed, strlen(printed)) : "";

	cJSON_free(printed);
	return out;
}

/* properties.NAME: without the quotes at its ends, escapes as they stand. */
static struct sql_value member_value(const struct scope *s, const cJSON *member)
{
	const char *text = raw(s, member);
	size_t n = strlen(text);

	if (n == 0 || strcmp(text, "null") == 0)
		return null;
	if (n >= 2 && text[0] == '"')
		text = keep(s, text + 1, n - 2);
	return *text != '\0' ? of_text(text) : of_text("");
}

static const cJSON *extract(const struct scope *s, const struct sql_expr *e)
{
	const cJSON *at = eval(s, e->args[0]).json;

	for (int i = 1; i < e->n; i++)
		at = get(at, eval(s, e->args[i]).text);
	return at;
}

/* ---- columns ---- */

/* What the file says beside the properties; else what the event sets. */
static const cJSON *person_of(const cJSON *event)
{
	const cJSON *person = get(event, "person_properties");

	return person != NULL ? person : property(event, "$set");
}

static struct sql_value event_column(const struct scope *s, const cJSON *event, const char *name)
{
	if (strncmp(name, "properties.", 11) == 0)
		return member_value(s, get(get(event, "properties"), name + 11));
	if (strncmp(name, "person.properties.", 18) == 0)
		return member_value(s, get(person_of(event), name + 18));
	if (strcmp(name, "person.properties") == 0)
		return (struct sql_value){.type = SQL_JSON, .json = person_of(event)};
	if (strcmp(name, "properties") == 0)
		return (struct sql_value){.type = SQL_JSON, .json = get(event, "properties")};
	if (strcmp(name, "timestamp") == 0)
		return of_number((double)when(event));
	return of_text(text(get(event, name)));
}

static struct sql_value column(const struct scope *s, const char *name)
{
	const struct sql_select *q = s->row != NULL ? s->row->of : NULL;

	for (int i = 0; i < s->n_made; i++)
		if (strcmp(s->select->names[i], name) == 0)
			return s->made[i];
	for (int i = 0; s->select != NULL && s->made == NULL && i < s->select->n; i++)
		if (strcmp(s->select->names[i], name) == 0 &&
		    strcmp(s->select->columns[i]->name, name) != 0)
			return eval(s, s->select->columns[i]);
	if (s->row == NULL && s->n > 0) {
		struct scope first = *s;

		first.row = s->rows[0];
		first.select = NULL;
		first.made = NULL;
		first.n_made = 0;
		return column(&first, name);
	}
	for (int i = 0; q != NULL && i < q->n; i++)
		if (strcmp(q->names[i], name) == 0)
			return s->row->values[i];
	return s->row != NULL && s->row->event != NULL ? event_column(s, s->row->event, name)
	                                               : null;
}

/* ---- operators ---- */

static struct sql_value logic(const struct scope *s, const struct sql_expr *e, bool any)
{
	struct sql_value left = eval(s, e->args[0]), right;

	if (left.type != SQL_NULL && is_true(left) == any)
		return of_number(any);
	right = eval(s, e->args[1]);
	if (right.type != SQL_NULL && is_true(right) == any)
		return of_number(any);
	return left.type == SQL_NULL || right.type == SQL_NULL ? null : of_number(!any);
}

int sql_order(struct sql_value a, struct sql_value b, bool *known)
{
	*known = true;
	if (a.type == SQL_TEXT && b.type == SQL_TEXT)
		return strcmp(a.text, b.text);
	if (a.type == SQL_TEXT)
		a.number = strtod(a.text, NULL);
	if (b.type == SQL_TEXT)
		b.number = strtod(b.text, NULL);
	*known = !isnan(a.number) && !isnan(b.number);
	return (a.number > b.number) - (a.number < b.number);
}

static struct sql_value compare(const char *sign, struct sql_value a, struct sql_value b)
{
	bool known, holds;
	int by;

	if (a.type == SQL_NULL || b.type == SQL_NULL)
		return null;
	by = sql_order(a, b, &known);
	if (strcmp(sign, "=") == 0)
		holds = by == 0;
	else if (strcmp(sign, "!=") == 0)
		return of_number(!known || by != 0);
	else if (sign[0] == '<')
		holds = by < 0 || (by == 0 && sign[1] == '=');
	else
		holds = by > 0 || (by == 0 && sign[1] == '=');
	return of_number(known && holds);
}

static struct sql_value is_member(const struct scope *s, const struct sql_expr *e)
{
	struct sql_value v = eval(s, e->args[0]);
	const struct sql_expr *among = e->args[1];
	const char **texts;
	size_t n;

	const cJSON *each;

	if (v.type == SQL_NULL)
		return null;
	cJSON_ArrayForEach(each, among->value.json)
	{
		if (v.type == SQL_TEXT && strcmp(text(each), v.text) == 0)
			return of_number(1);
	}
	if (among->kind != SQL_SELECTED) {
		for (int i = 0; i < among->n; i++)
			if (is_true(compare("=", v, eval(s, among->args[i]))))
				return of_number(1);
		return of_number(0);
	}
	texts = sql_texts(s->arena, among->select, s->standin, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(texts[i], v.text) == 0)
			return of_number(1);
	return of_number(0);
}

static struct sql_value operate(const struct scope *s, const struct sql_expr *e)
{
	struct sql_value a, b;

	if (strcmp(e->name, "AND") == 0 || strcmp(e->name, "OR") == 0)
		return logic(s, e, e->name[0] == 'O');
	if (strcmp(e->name, "IN") == 0)
		return is_member(s, e);
	a = eval(s, e->args[0]);
	if (strcmp(e->name, "NOT") == 0)
		return a.type == SQL_NULL ? null : of_number(!is_true(a));
	b = eval(s, e->args[1]);
	if (a.type == SQL_NULL || b.type == SQL_NULL)
		return null;
	if (strcmp(e->name, "+") == 0)
		return of_number(a.number + b.number);
	if (strcmp(e->name, "*") == 0)
		return of_number(a.number * b.number);
	if (strstr(e->name, "LIKE") != NULL)
		return of_number(sql_like(a.text, b.text, e->name[0] == 'I'));
	return compare(e->name, a, b);
}

/* ---- functions ---- */

static struct sql_value first_known(const struct scope *s, const struct sql_expr *e)
{
	struct sql_value v = null;

	for (int i = 0; i < e->n && v.type == SQL_NULL; i++)
		v = eval(s, e->args[i]);
	return v;
}

static int by_value(const void *left, const void *right)
{
	bool known;

	return sql_order(*(const struct sql_value *)left, *(const struct sql_value *)right, &known);
}

static struct sql_value sorted(const struct scope *s, struct sql_value v)
{
	size_t n = (size_t)v.number;
	struct sql_value *list = arena_alloc(s->arena, (n + 1) * sizeof(*list));

	if (v.list != NULL)
		memcpy(list, v.list, n * sizeof(*list));
	qsort(list, n, sizeof(*list), by_value);
	v.list = list;
	return v;
}

/* Of texts alone; nothing of what is NULL. */
static struct sql_value concat(const struct scope *s, const struct sql_expr *e)
{
	struct buf all = {0};
	const char *out;

	for (int i = 0; i < e->n; i++) {
		struct sql_value v = eval(s, e->args[i]);

		buf_puts(&all, v.type == SQL_TEXT ? v.text : "");
	}
	out = keep(s, buf_text(&all), all.n);
	buf_free(&all);
	return of_text(out);
}

/* Of one value. */
static struct sql_value convert(const struct scope *s, const struct sql_expr *e)
{
	struct sql_value v = eval(s, e->args[0]);

	if (strcmp(e->name, "isNull") == 0)
		return of_number(v.type == SQL_NULL);
	if (strcmp(e->name, "isNotNull") == 0)
		return of_number(v.type != SQL_NULL);
	if (v.type == SQL_NULL)
		return null;
	if (strcmp(e->name, "toFloat") == 0)
		return sql_to_float(v);
	if (strcmp(e->name, "floor") == 0)
		return of_number(floor(v.number));
	if (strcmp(e->name, "length") == 0)
		return of_number(v.type == SQL_TEXT ? (double)strlen(v.text) : v.number);
	if (strcmp(e->name, "toString") == 0 && v.type == SQL_NUMBER)
		return of_text(sql_number_text(s->arena, v.number));
	if (strcmp(e->name, "arraySort") == 0)
		return sorted(s, v);
	if (strcmp(e->name, "lower") == 0)
		return v.type == SQL_TEXT ? of_text(sql_lower(s->arena, v.text)) : v;
	if (strcmp(e->name, "toDateTime") == 0)
		return of_number((double)parse(v.text));
	return v; /* toString, of what is a text; arrayJoin, of which join_rows makes rows */
}

static struct sql_value call_two(const struct scope *s, const struct sql_expr *e)
{
	struct sql_value a = eval(s, e->args[0]), b = eval(s, e->args[1]);

	if (strcmp(e->name, "nullIf") == 0)
		return is_true(compare("=", a, b)) ? null : a;
	if (strcmp(e->name, "intDiv") == 0)
		return of_number(trunc(a.number / b.number));
	if (strcmp(e->name, "arrayElement") == 0 || strcmp(e->name, "tupleElement") == 0)
		return b.number >= 1 && b.number <= a.number ? a.list[(size_t)b.number - 1] : null;
	if (strcmp(e->name, "dateDiff") == 0)
		return of_number(eval(s, e->args[2]).number - b.number);
	if (a.text == NULL || b.text == NULL)
		return null;
	return of_number(strncmp(a.text, b.text, strlen(b.text)) == 0); /* startsWith */
}

static struct sql_value aggregate(const struct scope *s, const struct sql_expr *e)
{
	struct sql_value(*args)[2] = arena_alloc(s->arena, (s->n + 1) * sizeof(*args));
	struct scope of = *s;

	of.select = NULL;
	of.made = NULL;
	of.n_made = 0;
	for (size_t i = 0; i < s->n; i++) {
		of.row = s->rows[i];
		args[i][0] = e->n > 0 ? eval(&of, e->args[0]) : of_number(1);
		args[i][1] = e->n > 1 ? eval(&of, e->args[1]) : of_number(1);
	}
	return sql_aggregate(s->arena, e->name, (const struct sql_value(*)[2])args, s->n);
}

static bool is_of_two(const char *name)
{
	static const char *const names[] = {"nullIf",       "startsWith",   "intDiv",
	                                    "arrayElement", "tupleElement", "dateDiff"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static struct sql_value call(const struct scope *s, const struct sql_expr *e)
{
	const cJSON *found;

	if (sql_is_aggregate(e->name))
		return aggregate(s, e);
	if (strcmp(e->name, "coalesce") == 0 || strcmp(e->name, "ifNull") == 0)
		return first_known(s, e);
	if (strcmp(e->name, "if") == 0)
		return eval(s, e->args[is_true(eval(s, e->args[0])) ? 1 : 2]);
	if (is_of_two(e->name))
		return call_two(s, e);
	if (strcmp(e->name, "concat") == 0)
		return concat(s, e);
	if (strcmp(e->name, "substring") == 0)
		return of_text(sql_substring(s->arena, eval(s, e->args[0]).text,
		                             eval(s, e->args[1]).number,
		                             eval(s, e->args[2]).number));
	if (strncmp(e->name, "JSONExtract", 11) != 0)
		return convert(s, e);
	if (e->n == 1)
		return of_text(sql_unquoted(s->arena, eval(s, e->args[0]).text));
	found = extract(s, e);
	if (strcmp(e->name, "JSONExtractRaw") == 0)
		return of_text(raw(s, found));
	if (strcmp(e->name, "JSONExtractKeysAndValuesRaw") == 0)
		return sql_members(s->arena, found);
	return of_text(text(found));
}

static struct sql_value eval(const struct scope *s, const struct sql_expr *e)
{
	switch (e->kind) {
	case SQL_COLUMN:
		return column(s, e->name);
	case SQL_CALL:
		return call(s, e);
	case SQL_OPERATOR:
		return operate(s, e);
	default:
		return e->value;
	}
}

bool sql_holds(struct arena *a, const struct sql_expr *e, const cJSON *event)
{
	struct row row = {.event = event};
	struct scope s = {.arena = a, .row = &row};

	return is_true(eval(&s, e));
}

/* ---- SELECT ---- */

struct rows {
	struct row *at;
	size_t n, cap;
};

static struct rows all_events(struct arena *a, const struct standin *s)
{
	struct rows out = {.at = arena_alloc(a, (s->n_events + 1) * sizeof(*out.at))};

	for (; out.n < s->n_events; out.n++)
		out.at[out.n].event = s->events[out.n];
	return out;
}

struct keyed {
	const char *key;
	const struct row *row;
};

static int by_key(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;
	int by = strcmp(a->key, b->key);

	return by != 0 ? by : (a->row > b->row) - (a->row < b->row);
}

/* The first column may be there already. */
static void add_columns(struct scope *s, const struct sql_value *first, struct rows *out)
{
	const struct sql_select *q = s->select;
	struct sql_value *values = arena_alloc(s->arena, (size_t)q->n * sizeof(*values));

	for (int i = 0; i < q->n; i++) {
		struct scope own = *s;

		own.made = values;
		own.n_made = i;
		values[i] = i == 0 && first != NULL ? *first : eval(&own, q->columns[i]);
	}
	if (out->n == out->cap) {
		size_t cap = out->cap * 2 + 16;
		struct row *at = arena_alloc(s->arena, cap * sizeof(*at));

		if (out->n > 0)
			memcpy(at, out->at, out->n * sizeof(*at));
		out->at = at;
		out->cap = cap;
	}
	out->at[out->n++] = (struct row){.of = q, .values = values};
}

/* A first column that is arrayJoin gives a row for each of its values. */
static void add_row(struct scope *s, struct rows *out)
{
	const struct sql_expr *first = s->select->columns[0];
	struct sql_value values;

	if (s->select->having != NULL && !is_true(eval(s, s->select->having)))
		return;
	if (first->kind != SQL_CALL || strcmp(first->name, "arrayJoin") != 0) {
		add_columns(s, NULL, out);
		return;
	}
	values = eval(s, first);
	for (size_t i = 0; i < (size_t)values.number; i++)
		add_columns(s, &values.list[i], out);
}

/* Rows of one key after the other. */
static void add_groups(struct scope *s, const struct keyed *all, size_t n, struct rows *out)
{
	const struct row **group = arena_alloc(s->arena, (n + 1) * sizeof(struct row *));

	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && strcmp(all[end].key, all[i].key) == 0; end++)
			group[end - i] = all[end].row;
		s->row = s->select->group != NULL ? NULL : group[0];
		s->rows = group;
		s->n = end - i;
		add_row(s, out);
	}
}

/* All of it is one group, also when there is nothing. */
static void add_whole(struct scope *s, const struct keyed *all, size_t n, struct rows *out)
{
	const struct row **group = arena_alloc(s->arena, (n + 1) * sizeof(struct row *));

	for (size_t i = 0; i < n; i++)
		group[i] = all[i].row;
	s->row = NULL;
	s->rows = group;
	s->n = n;
	add_row(s, out);
}

/* NULL is a group of its own, before all others. */
static const char *key_text(const struct scope *s, struct sql_value key)
{
	char text[32];

	if (key.type == SQL_NULL)
		return "";
	if (key.type == SQL_TEXT) {
		size_t n = strlen(key.text);
		char *out = arena_alloc(s->arena, n + 2);

		out[0] = 't';
		memcpy(out + 1, key.text, n);
		return out;
	}
	snprintf(text, sizeof(text), "n%.17g", key.number);
	return keep(s, text, strlen(text));
}

static const char *group_key(const struct scope *s)
{
	const struct sql_select *q = s->select;
	const char *first = q->group != NULL ? key_text(s, column(s, q->group)) : "";
	struct buf both = {0};

	if (q->then == NULL)
		return first;
	buf_printf(&both, "%s\x01%s", first, key_text(s, column(s, q->then)));
	first = keep(s, buf_text(&both), both.n);
	buf_free(&both);
	return first;
}

static struct rows select_rows(struct arena *a, const struct sql_select *q,
                               const struct standin *of)
{
	struct rows from = q->from != NULL ? select_rows(a, q->from, of) : all_events(a, of);
	struct rows out = {0};
	struct keyed *all = arena_alloc(a, (from.n + 1) * sizeof(*all));
	struct scope s = {.arena = a, .standin = of};
	size_t n = 0;

	for (size_t i = 0; i < from.n; i++) {
		s.row = &from.at[i];
		s.select = NULL;
		if (q->where != NULL && !is_true(eval(&s, q->where)))
			continue;
		s.select = q;
		all[n++] = (struct keyed){group_key(&s), &from.at[i]};
	}
	s.select = q;
	qsort(all, n, sizeof(*all), by_key);
	if (q->group != NULL) {
		add_groups(&s, all, n, &out);
		return out;
	}
	if (q->columns[0]->kind == SQL_CALL && sql_is_aggregate(q->columns[0]->name)) {
		add_whole(&s, all, n, &out);
		return out;
	}
	for (size_t i = 0; i < n; i++) {
		s.row = all[i].row;
		add_row(&s, &out);
	}
	return out;
}

struct sql_rows sql_rows(struct arena *a, const struct sql_select *q, const struct standin *s)
{
	struct rows rows = select_rows(a, q, s);
	struct sql_rows out = {.n = rows.n};

	out.values = arena_alloc(a, (rows.n + 1) * sizeof(*out.values));
	for (size_t i = 0; i < rows.n; i++)
		out.values[i] = rows.at[i].values;
	return out;
}

const char **sql_texts(struct arena *a, const struct sql_select *q, const struct standin *s,
                       size_t *n)
{
	struct rows rows = select_rows(a, q, s);
	const char **out = arena_alloc(a, (rows.n + 1) * sizeof(char *));

	*n = 0;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.at[i].values[0].type == SQL_TEXT)
			out[(*n)++] = rows.at[i].values[0].text;
	return out;
}
