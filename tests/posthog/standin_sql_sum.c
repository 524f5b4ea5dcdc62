/* See standin_sql.h: what a group adds up to. NULL is left out of each. */
#include "standin_sql.h"

#include <stdlib.h>
#include <string.h>

enum aggregate {
	COUNT,
	COUNT_IF,
	SUM,
	SUM_IF,
	LEAST,
	MOST,
	ARG_MIN,
	ARG_MAX,
	DIFFERENT,
	GATHERED,
	NAMES
};
static const char *const names[NAMES] = {
	[COUNT] = "count",         [COUNT_IF] = "countIf", [SUM] = "sum",
	[SUM_IF] = "sumIf",        [LEAST] = "min",        [MOST] = "max",
	[ARG_MIN] = "argMin",      [ARG_MAX] = "argMax",   [DIFFERENT] = "uniqExact",
	[GATHERED] = "groupArray",
};

static int number_of(const char *name)
{
	int i = 0;

	while (i < NAMES && strcmp(names[i], name) != 0)
		i++;
	return i;
}

bool sql_is_aggregate(const char *name)
{
	return number_of(name) < NAMES;
}

static bool is_true(struct sql_value v)
{
	return v.type == SQL_NUMBER && v.number != 0;
}

static struct sql_value gather(struct arena *a, const struct sql_value (*args)[2], size_t n)
{
	struct sql_value out = {.type = SQL_ARRAY};

	out.list = arena_alloc(a, (n + 1) * sizeof(*out.list));
	for (size_t i = 0; i < n; i++)
		if (args[i][0].type != SQL_NULL)
			out.list[(size_t)out.number++] = args[i][0];
	return out;
}

static int by_value(const void *left, const void *right)
{
	bool known;

	return sql_order(*(const struct sql_value *)left, *(const struct sql_value *)right, &known);
}

static struct sql_value different(struct arena *a, const struct sql_value (*args)[2], size_t n)
{
	struct sql_value all = gather(a, args, n), out = {.type = SQL_NUMBER};
	size_t known = (size_t)all.number;

	qsort(all.list, known, sizeof(*all.list), by_value);
	for (size_t i = 0; i < known; i++)
		out.number += i == 0 || by_value(&all.list[i - 1], &all.list[i]) != 0;
	return out;
}

/* The value of the row whose `by` is least, or most. */
static struct sql_value extreme(enum aggregate of, const struct sql_value (*args)[2], size_t n)
{
	struct sql_value out = {.type = SQL_NULL}, best = out;

	for (size_t i = 0; i < n; i++) {
		struct sql_value by = args[i][of == ARG_MIN || of == ARG_MAX ? 1 : 0];

		if (args[i][0].type == SQL_NULL || by.type == SQL_NULL)
			continue;
		if (best.type == SQL_NULL ||
		    (of == MOST || of == ARG_MAX ? by.number > best.number
		                                 : by.number < best.number)) {
			best = by;
			out = args[i][0];
		}
	}
	return out;
}

struct sql_value sql_aggregate(struct arena *a, const char *name, const struct sql_value (*args)[2],
                               size_t n)
{
	enum aggregate of = (enum aggregate)number_of(name);
	struct sql_value out = {.type = SQL_NUMBER};

	if (of == DIFFERENT)
		return different(a, args, n);
	if (of == GATHERED)
		return gather(a, args, n);
	if (of == LEAST || of == MOST || of == ARG_MIN || of == ARG_MAX)
		return extreme(of, args, n);
	for (size_t i = 0; i < n; i++) {
		struct sql_value v = args[i][0];

		if (of == COUNT_IF)
			out.number += is_true(v);
		else if (v.type != SQL_NULL && is_true(args[i][1]))
			out.number += of == COUNT ? 1 : v.number;
	}
	return out;
}
