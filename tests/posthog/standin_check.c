/* Why a query is not as it should be: the rules of core/collect/posthog_query.h, checked on what came; and what is said of one. */
#include "standin.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* A word of its own, in capitals as our queries have them. */
static bool has_word(const char *sql, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(sql, word); at != NULL; at = strstr(at + 1, word)) {
		bool begins = at == sql || !isalnum((unsigned char)at[-1]);

		if (begins && !isalnum((unsigned char)at[n]) && at[n] != '_')
			return true;
	}
	return false;
}

static size_t count(const char *sql, const char *part)
{
	size_t n = 0;

	for (const char *at = strstr(sql, part); at != NULL; at = strstr(at + 1, part))
		n++;
	return n;
}

/* The first brace from there on that is in no literal; NULL: none. */
static const char *next_brace(const char *at)
{
	for (bool quoted = false; *at != '\0' && (quoted || *at != '{'); at++) {
		if (quoted && *at == '\\')
			at++;
		else if (*at == '\'')
			quoted = !quoted;
	}
	return *at != '\0' ? at : NULL;
}

static const char *check_placeholders(const char *sql, const cJSON *values)
{
	const cJSON *value;
	char name[64];

	for (const char *at = next_brace(sql); at != NULL; at = next_brace(at + 1)) {
		size_t n = strcspn(at + 1, "}");

		if (n >= sizeof(name))
			return "a placeholder has no end";
		memcpy(name, at + 1, n);
		name[n] = '\0';
		if (cJSON_GetObjectItemCaseSensitive(values, name) == NULL)
			return "a placeholder has no value";
	}
	cJSON_ArrayForEach(value, values)
	{
		char wanted[80] = "{";

		strncat(wanted, value->string, sizeof(wanted) - 3);
		strcat(wanted, "}");
		if (strstr(sql, wanted) == NULL)
			return "a value is not used";
	}
	return NULL;
}

static const char *check_limits(const char *sql)
{
	const char *at = strstr(sql, "LIMIT ");

	if (at == NULL)
		return "no LIMIT";
	for (; at != NULL; at = strstr(at + 1, "LIMIT "))
		if (strtol(at + 6, NULL, 10) < 1 || strtol(at + 6, NULL, 10) > 5001)
			return "LIMIT is not in 1..5001";
	return NULL;
}

static const char *check_hogql(const cJSON *query)
{
	static const char *const forbidden[] = {"OFFSET", "JOIN", "OVER", "INSERT", "SETTINGS"};
	const char *sql = text_of(query, "query"), *wrong;

	if (sql == NULL)
		return "a HogQLQuery without a query";
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (has_word(sql, forbidden[i]))
			return "OFFSET, JOIN, OVER or the like";
	if (count(sql, "timestamp >= ") < count(sql, "FROM events"))
		return "a WHERE on events without a bound in time";
	if (strchr(sql, ';') != NULL || strstr(sql, "--") != NULL)
		return "more than one statement, or a comment";
	wrong = check_limits(sql);
	return wrong != NULL
	               ? wrong
	               : check_placeholders(sql, cJSON_GetObjectItemCaseSensitive(query, "values"));
}

const char *check_query(const cJSON *body)
{
	const cJSON *query = cJSON_GetObjectItemCaseSensitive(body, "query");
	const char *kind = text_of(query, "kind"), *name = text_of(body, "name");
	const char *refresh = text_of(body, "refresh"), *id = text_of(body, "client_query_id");

	if (name == NULL || strncmp(name, "tracehog:", 9) != 0)
		return "no name tracehog:...";
	if (refresh == NULL || strcmp(refresh, "force_blocking") != 0)
		return "refresh is not force_blocking";
	if (id == NULL || strlen(id) != 36)
		return "no client_query_id";
	if (kind != NULL && strcmp(kind, "TraceQuery") == 0)
		return text_of(query, "traceId") == NULL ||
		                       cJSON_GetObjectItemCaseSensitive(query, "dateRange") == NULL
		               ? "a TraceQuery without traceId or dateRange"
		               : NULL;
	if (kind == NULL || strcmp(kind, "HogQLQuery") != 0)
		return "a kind that we do not send";
	if (strcmp(name, "tracehog:hogql") != 0)
		return check_hogql(query);
	/* What a person writes is theirs, but it goes without anything of ours. */
	if (text_of(query, "query") == NULL || cJSON_GetObjectItemCaseSensitive(query, "values"))
		return "a person's query that is none, or that has values";
	return NULL;
}

char *answer_error(const char *type, const char *code, const char *detail)
{
	cJSON *root = cJSON_CreateObject();
	char *out;

	cJSON_AddStringToObject(root, "type", type);
	cJSON_AddStringToObject(root, "code", code);
	cJSON_AddStringToObject(root, "detail", detail);
	cJSON_AddNullToObject(root, "attr");
	out = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return out;
}
