/* See standin_sql.h: text to a tree, by precedence. */
#include "standin_sql.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct arena *arena;
	const cJSON *values;
	const char *at, *wrong;
	int depth;
};

static struct sql_expr *expression(struct reader *r);
static struct sql_select *selection(struct reader *r);

/* ---- letters ---- */

static void blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->at))
		r->at++;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '.';
}

static void fail_at(struct reader *r)
{
	if (r->wrong == NULL)
		r->wrong = r->at;
	r->at = "";
}

/* A word or a sign, if it is next. */
static bool take(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	blanks(r);
	if (strncmp(r->at, word, n) != 0 || (is_name(word[0]) && is_name(r->at[n])))
		return false;
	r->at += n;
	return true;
}

static void want(struct reader *r, const char *word)
{
	if (!take(r, word))
		fail_at(r);
}

static const char *copy(struct reader *r, const char *text, size_t n)
{
	char *out = arena_alloc(r->arena, n + 1);

	memcpy(out, text, n);
	return out;
}

static const char *name(struct reader *r)
{
	const char *from;

	blanks(r);
	from = r->at;
	while (is_name(*r->at))
		r->at++;
	if (r->at == from)
		fail_at(r);
	return copy(r, from, (size_t)(r->at - from));
}

/* ---- nodes ---- */

static struct sql_expr *node(struct reader *r, enum sql_kind kind, const char *of)
{
	struct sql_expr *e = arena_alloc(r->arena, sizeof(*e));

	e->kind = kind;
	e->name = of;
	return e;
}

static void add(struct reader *r, struct sql_expr *e, struct sql_expr *arg)
{
	if (e->n == SQL_ARGS)
		fail_at(r);
	else
		e->args[e->n++] = arg;
}

static struct sql_expr *both(struct reader *r, const char *of, struct sql_expr *left,
                             struct sql_expr *right)
{
	struct sql_expr *e = node(r, SQL_OPERATOR, of);

	add(r, e, left);
	add(r, e, right);
	return e;
}

/* ---- constants ---- */

static struct sql_expr *quoted(struct reader *r)
{
	struct sql_expr *e = node(r, SQL_CONSTANT, "");
	char *out = arena_alloc(r->arena, strlen(r->at) + 1);

	e->value = (struct sql_value){.type = SQL_TEXT, .text = out};
	for (r->at++; *r->at != '\0' && *r->at != '\''; r->at++) {
		if (*r->at == '\\')
			r->at++;
		*out++ = *r->at;
	}
	want(r, "'");
	return e;
}

static struct sql_expr *number(struct reader *r)
{
	struct sql_expr *e = node(r, SQL_CONSTANT, "");
	char *end;

	e->value = (struct sql_value){.type = SQL_NUMBER, .number = strtod(r->at, &end)};
	r->at = end;
	return e;
}

static struct sql_expr *of_json(struct reader *r, const cJSON *value)
{
	struct sql_expr *e = node(r, cJSON_IsArray(value) ? SQL_LIST : SQL_CONSTANT, "");

	if (cJSON_IsString(value))
		e->value = (struct sql_value){.type = SQL_TEXT, .text = value->valuestring};
	else if (cJSON_IsNumber(value))
		e->value = (struct sql_value){.type = SQL_NUMBER, .number = value->valuedouble};
	else if (cJSON_IsArray(value))
		e->value = (struct sql_value){.type = SQL_JSON, .json = value};
	else
		fail_at(r);
	return e;
}

static struct sql_expr *placeholder(struct reader *r)
{
	const char *of;

	r->at++;
	of = name(r);
	want(r, "}");
	return of_json(r, cJSON_GetObjectItemCaseSensitive(r->values, of));
}

/* ---- what stands alone ---- */

static struct sql_expr *list(struct reader *r, struct sql_expr *e)
{
	if (take(r, ")"))
		return e;
	do
		add(r, e, expression(r));
	while (take(r, ","));
	want(r, ")");
	return e;
}

static struct sql_expr *named(struct reader *r)
{
	const char *of = name(r);

	if (strcmp(of, "NULL") == 0)
		return node(r, SQL_CONSTANT, "");
	if (*r->at != '(')
		return node(r, SQL_COLUMN, of);
	r->at++;
	return list(r, node(r, SQL_CALL, of));
}

static struct sql_expr *alone(struct reader *r)
{
	struct sql_expr *e;

	if (take(r, "(")) {
		e = expression(r);
		want(r, ")");
		return e;
	}
	if (*r->at == '\'')
		return quoted(r);
	if (*r->at == '{')
		return placeholder(r);
	if (isdigit((unsigned char)*r->at) || *r->at == '-')
		return number(r);
	return named(r);
}

static struct sql_expr *product(struct reader *r)
{
	struct sql_expr *left = alone(r);

	while (take(r, "*"))
		left = both(r, "*", left, alone(r));
	return left;
}

static struct sql_expr *sum(struct reader *r)
{
	struct sql_expr *left = product(r);

	while (take(r, "+"))
		left = both(r, "+", left, product(r));
	return left;
}

/* ---- comparisons ---- */

/* Behind IN. */
static struct sql_expr *members(struct reader *r)
{
	struct sql_expr *e;

	blanks(r);
	if (*r->at == '{')
		return placeholder(r);
	want(r, "(");
	if (!take(r, "SELECT"))
		return list(r, node(r, SQL_LIST, ""));
	e = node(r, SQL_SELECTED, "");
	e->select = selection(r);
	want(r, ")");
	return e;
}

static struct sql_expr *comparison(struct reader *r)
{
	static const char *const signs[] = {"!=", "<=", ">=", "=", "<", ">", "LIKE", "ILIKE"};
	struct sql_expr *left = sum(r), *in;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (take(r, signs[i]))
			return both(r, signs[i], left, sum(r));
	if (take(r, "IN"))
		return both(r, "IN", left, members(r));
	if (!take(r, "NOT"))
		return left;
	want(r, "IN");
	in = node(r, SQL_OPERATOR, "NOT");
	add(r, in, both(r, "IN", left, members(r)));
	return in;
}

static struct sql_expr *negation(struct reader *r)
{
	struct sql_expr *e;

	if (!take(r, "NOT"))
		return comparison(r);
	e = node(r, SQL_OPERATOR, "NOT");
	add(r, e, negation(r));
	return e;
}

static struct sql_expr *conjunction(struct reader *r)
{
	struct sql_expr *left = negation(r);

	while (take(r, "AND"))
		left = both(r, "AND", left, negation(r));
	return left;
}

static struct sql_expr *expression(struct reader *r)
{
	struct sql_expr *left;

	if (++r->depth > 200)
		fail_at(r);
	left = conjunction(r);
	while (take(r, "OR"))
		left = both(r, "OR", left, conjunction(r));
	r->depth--;
	return left;
}

/* ---- SELECT ---- */

static void columns(struct reader *r, struct sql_select *q)
{
	do {
		if (q->n == SQL_COLUMNS) {
			fail_at(r);
			return;
		}
		q->columns[q->n] = expression(r);
		q->names[q->n] = take(r, "AS") ? name(r) : q->columns[q->n]->name;
		q->n++;
	} while (take(r, ","));
}

static void order(struct reader *r, struct sql_select *q)
{
	want(r, "BY");
	do {
		if (q->n_orders == SQL_ORDERS) {
			fail_at(r);
			return;
		}
		q->orders[q->n_orders] = expression(r);
		q->falling[q->n_orders++] = take(r, "DESC");
	} while (take(r, ","));
}

/* Behind the word SELECT. */
static struct sql_select *selection(struct reader *r)
{
	struct sql_select *q = arena_alloc(r->arena, sizeof(*q));

	columns(r, q);
	want(r, "FROM");
	if (take(r, "(")) {
		want(r, "SELECT");
		q->from = selection(r);
		want(r, ")");
	} else {
		want(r, "events");
	}
	if (take(r, "WHERE"))
		q->where = expression(r);
	if (take(r, "GROUP")) {
		want(r, "BY");
		q->group = name(r);
		if (take(r, ","))
			q->then = name(r);
	}
	if (take(r, "HAVING"))
		q->having = expression(r);
	if (take(r, "ORDER"))
		order(r, q);
	if (take(r, "LIMIT"))
		q->limit = (size_t)number(r)->value.number;
	return q;
}

struct sql_expr *sql_parse_expr(struct arena *a, const char *sql, const cJSON *values,
                                const char **wrong)
{
	struct reader r = {.arena = a, .values = values, .at = sql};
	struct sql_expr *e = expression(&r);

	*wrong = r.wrong;
	return e;
}

struct sql_select *sql_parse_select(struct arena *a, const char *sql, const cJSON *values,
                                    const char **wrong)
{
	struct reader r = {.arena = a, .values = values, .at = sql};
	struct sql_select *q;

	want(&r, "SELECT");
	q = selection(&r);
	*wrong = r.wrong;
	return q;
}
