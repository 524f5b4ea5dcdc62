/* See posthog_paste.h. In a body the values stand apart from the HogQL; a person wants one text. */
#include "collect/posthog_paste.h"

#include <cjson/cJSON.h>
#include <stdio.h>

void posthog_append_literal(struct buf *out, struct str text)
{
	buf_add(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '\'' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '\t')
			buf_puts(out, "\\t");
		else if (c == '\r')
			buf_puts(out, "\\r");
		else if (c == '\0')
			buf_puts(out, "\\0");
		else
			buf_add(out, (char)c);
	}
	buf_add(out, '\'');
}

static void paste_value(struct buf *out, const cJSON *value)
{
	const cJSON *each;
	char *printed;

	if (cJSON_IsString(value)) {
		posthog_append_literal(out, str_of(value->valuestring));
	} else if (cJSON_IsArray(value)) {
		buf_add(out, '(');
		cJSON_ArrayForEach(each, value)
		{
			buf_puts(out, each == value->child ? "" : ", ");
			posthog_append_literal(out, str_of(cJSON_GetStringValue(each)));
		}
		buf_add(out, ')');
	} else {
		printed = cJSON_PrintUnformatted(value);
		buf_puts(out, printed != NULL ? printed : "NULL");
		cJSON_free(printed);
	}
}

/* Behind the literal that starts at `at`. */
static size_t literal_end(struct str text, size_t at)
{
	for (at++; at < text.n && text.p[at] != '\''; at++)
		at += text.p[at] == '\\';
	return at < text.n ? at + 1 : text.n;
}

static void paste_all(struct buf *out, struct str text, const cJSON *values)
{
	char name[32];

	for (size_t at = 0; at < text.n;) {
		size_t from = at, end = str_find(text, STR("}"), at, false);

		if (text.p[at] == '\'') {
			at = literal_end(text, at);
			buf_append(out, str_sub(text, from, at - from));
		} else if (text.p[at] == '{' && end < text.n && end - at < sizeof(name)) {
			snprintf(name, sizeof(name), "%.*s", (int)(end - at - 1), text.p + at + 1);
			paste_value(out, cJSON_GetObjectItemCaseSensitive(values, name));
			at = end + 1;
		} else {
			buf_add(out, text.p[at++]);
		}
	}
}

void posthog_paste(struct str body, struct buf *out)
{
	cJSON *all = cJSON_ParseWithLength(body.p, body.n);
	const cJSON *query = cJSON_GetObjectItemCaseSensitive(all, "query");
	const char *hogql = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(query, "query"));

	if (hogql != NULL)
		paste_all(out, str_of(hogql), cJSON_GetObjectItemCaseSensitive(query, "values"));
	cJSON_Delete(all);
}
