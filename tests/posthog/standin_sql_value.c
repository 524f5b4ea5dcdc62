/* See standin_sql.h: what is done with single values. */
#include "standin_sql.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(struct arena *a, const char *text)
{
	size_t n = strlen(text);

	return memcpy(arena_alloc(a, n + 1), text, n);
}

/* ---- LIKE ---- */

static uint32_t next_letter(struct str s, size_t *at, bool fold)
{
	int32_t code = utf8_next(s, at);

	if (fold && code >= 'A' && code <= 'Z')
		code += 'a' - 'A';
	return (uint32_t)code;
}

bool sql_like(const char *text, const char *pattern, bool fold)
{
	struct str t = str_of(text), p = str_of(pattern);
	size_t at = 0, in = 0, star = SIZE_MAX, taken = 0;

	while (at < t.n) {
		size_t t_next = at, p_next = in;
		uint32_t letter, wanted;

		if (in < p.n && p.p[in] == '%') {
			star = ++in;
			taken = at;
			continue;
		}
		letter = next_letter(t, &t_next, fold);
		if (in < p.n && p.p[in] == '\\' && in + 1 < p.n)
			p_next = in + 1;
		wanted = p_next < p.n ? next_letter(p, &p_next, fold) : UINT32_MAX;
		if (in < p.n && (p.p[in] == '_' || wanted == letter)) {
			at = t_next;
			in = p_next;
		} else if (star != SIZE_MAX) {
			(void)utf8_next(t, &taken);
			at = taken;
			in = star;
		} else {
			return false;
		}
	}
	while (in < p.n && p.p[in] == '%')
		in++;
	return in == p.n;
}

/* ---- JSON ---- */

struct sql_value sql_members(struct arena *a, const cJSON *object)
{
	struct sql_value out = {.type = SQL_ARRAY};
	const cJSON *each;

	out.list = arena_alloc(a, ((size_t)cJSON_GetArraySize(object) + 1) * sizeof(*out.list));
	if (!cJSON_IsObject(object))
		return out;
	cJSON_ArrayForEach(each, object)
	{
		struct sql_value *pair = arena_alloc(a, 2 * sizeof(*pair));
		char *printed = cJSON_PrintUnformatted(each);

		pair[0] = (struct sql_value){.type = SQL_TEXT, .text = each->string};
		pair[1] = (struct sql_value){.type = SQL_TEXT, .text = keep(a, printed)};
		cJSON_free(printed);
		out.list[(size_t)out.number++] = (struct sql_value){
			.type = SQL_ARRAY, .number = 2, .list = pair};
	}
	return out;
}

const char *sql_unquoted(struct arena *a, const char *json)
{
	cJSON *value = cJSON_Parse(json);
	const char *out = cJSON_IsString(value) ? keep(a, value->valuestring) : "";

	cJSON_Delete(value);
	return out;
}

const char *sql_number_text(struct arena *a, double number)
{
	char text[32];

	snprintf(text, sizeof(text), "%.17g", number);
	return keep(a, text);
}

const char *sql_substring(struct arena *a, const char *text, double from, double n)
{
	struct str all = str_of(text);
	struct str part = str_sub(all, (size_t)from - 1, (size_t)n);
	char *out = arena_alloc(a, part.n + 1);

	return memcpy(out, part.p, part.n);
}

const char *sql_lower(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, strlen(text) + 1);

	for (size_t i = 0; text[i] != '\0'; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
	return out;
}

/* ---- numbers ---- */

/* A whole text that is a number, infinities too; else NULL. */
struct sql_value sql_to_float(struct sql_value v)
{
	char *end;
	double number;

	if (v.type != SQL_TEXT)
		return v;
	number = strtod(v.text, &end);
	if (*v.text == '\0' || *end != '\0' || strchr(" \t\n\r+", v.text[0]) != NULL ||
	    strpbrk(v.text, "xX") != NULL)
		return (struct sql_value){.type = SQL_NULL};
	return (struct sql_value){.type = SQL_NUMBER, .number = number};
}
