/* What the stand-in answers to queries that a person wrote (tracehog:hogql). It understands no HogQL: it looks for
 *
 *   numbers(N)      N rows of number, half, word; with columns(M) of M columns of numbers
 *   FROM events     trace_id, uuid, event, session_id of the file's events
 *   kinds           a row for each kind of value, and names that are alike
 *   WHERE 0         no rows
 *   FORM            a mistake with line and column
 *   nothing         a mistake with the character in "extra"
 *   failed          no results and an error, with status 200
 *
 * As PostHog does it gives what LIMIT says, else 100 rows and whether there are more; 50,000 at most. */
#include "standin_groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_ROWS 100
#define MOST_ROWS    50000

static const char kinds[] =
	"{\"columns\":[\"kind\",\"value\",\"value\"],"
	"\"types\":[[\"kind\",\"String\"],[\"value\",\"Nullable(String)\"],[\"value\",\"UInt64\"]],"
	"\"results\":[[\"text\",\"caf\\u00e9 \xe7\xbf\xbb\xe8\xa8\xb3\",1],[\"null\",null,2],"
	"[\"whole\",9007199254740993,3],[\"exact\",1.10,4],[\"yes\",true,5],[\"list\",[1,[\"a\",null]],6],"
	"[\"object\",{\"a\":{\"b\":\"c\"}},7],[\"lines\",\"first\\nsecond\\tthird\",8],"
	"[\"harmful\",\"\\u001b]0;title\\u0007\\u001b[31mred\\u202e\",9],"
	"[\"formula\",\"=1+1\",18446744073709551615],[\"quotes\",\"a \\\"b\\\", c | d\",10]],"
	"\"hasMore\":false}";

static size_t number_in(const char *sql, const char *word)
{
	const char *at = strstr(sql, word);

	return at ? strtoul(at + strlen(word), NULL, 10) : 0;
}

static size_t most_rows(const char *sql)
{
	size_t limit = number_in(sql, "LIMIT ");

	if (limit == 0)
		limit = DEFAULT_ROWS;
	return limit < MOST_ROWS ? limit : MOST_ROWS;
}

static void end_rows(struct buf *out, const char *sql, size_t all)
{
	buf_puts(out, "]");
	if (strstr(sql, "LIMIT ") == NULL)
		buf_printf(out, ",\"hasMore\":%s,\"limit\":100,\"offset\":0",
		           all > DEFAULT_ROWS ? "true" : "false");
	buf_puts(out, "}");
}

static void wide(struct buf *out, size_t rows, size_t columns)
{
	buf_puts(out, "{\"columns\":[\"c0\"");
	for (size_t i = 1; i < columns; i++)
		buf_printf(out, ",\"c%zu\"", i);
	buf_puts(out, "],\"results\":[");
	for (size_t row = 0; row < rows; row++) {
		buf_printf(out, "%s[%zu", row > 0 ? "," : "", row);
		for (size_t i = 1; i < columns; i++)
			buf_printf(out, ",%zu", (row * 7919 + i) % 100000);
		buf_puts(out, "]");
	}
}

static void narrow(struct buf *out, size_t rows)
{
	static const char *const words[] = {"north", "east", "south", "west"};

	buf_puts(out,
	         "{\"columns\":[\"number\",\"half\",\"word\"],\"types\":[[\"number\",\"UInt64\"],"
	         "[\"half\",\"Float64\"],[\"word\",\"String\"]],\"results\":[");
	for (size_t row = 0; row < rows; row++)
		buf_printf(out, "%s[%zu,%zu.%d,\"%s\"]", row > 0 ? "," : "", row, row / 2,
		           row % 2 ? 5 : 0, words[row % 4]);
}

static char *take(struct buf *out)
{
	char *text = strdup(buf_text(out));

	buf_free(out);
	return text;
}

static char *numbers(const char *sql)
{
	size_t all = number_in(sql, "numbers("), columns = number_in(sql, "columns(");
	size_t rows = most_rows(sql);
	struct buf out = {0};

	rows = all < rows ? all : rows;
	if (columns > 0)
		wide(&out, rows, columns);
	else
		narrow(&out, rows);
	end_rows(&out, sql, all);
	return take(&out);
}

static char *events(const struct standin *s, const char *sql)
{
	size_t most = most_rows(sql), n = 0, all = 0;
	struct buf out = {0};

	buf_puts(&out,
	         "{\"columns\":[\"trace_id\",\"uuid\",\"event\",\"session_id\"],\"results\":[");
	for (size_t i = 0; i < s->n_events; i++) {
		const cJSON *event = s->events[i];

		all += is_ai(event);
		if (!is_ai(event) || n == most)
			continue;
		buf_printf(&out, "%s[\"%s\",\"%s\",\"%s\",\"%s\"]", n++ > 0 ? "," : "",
		           property_text(event, "$ai_trace_id"), text(get(event, "uuid")),
		           text(get(event, "event")), property_text(event, "$ai_session_id"));
	}
	end_rows(&out, sql, all);
	return take(&out);
}

static unsigned characters(const char *from, const char *to)
{
	unsigned n = 0;

	for (; from < to; from++)
		n += ((unsigned char)*from & 0xC0) != 0x80;
	return n;
}

/* The place as the parser says it: the line from 1, the characters before it on that line. */
static char *form(const char *sql)
{
	const char *at = strstr(sql, "FORM"), *line = sql;
	unsigned number = 1;
	char said[200];

	for (const char *p = sql; p < at; p++)
		if (*p == '\n') {
			number++;
			line = p + 1;
		}
	snprintf(said, sizeof(said),
	         "Syntax error at line %u, column %u: mismatched input 'FORM' expecting {<EOF>, "
	         "'FROM', ';'} \033[31m",
	         number, characters(line, at));
	return answer_error("validation_error", "syntax_error", said);
}

static char *nothing(const char *sql)
{
	struct buf out = {0};

	buf_printf(
		&out,
		"{\"type\":\"validation_error\",\"code\":\"invalid_input\",\"detail\":\"Unable to "
		"resolve field: nothing\",\"attr\":null,\"extra\":{\"start\":%u}}",
		characters(sql, strstr(sql, "nothing")));
	return take(&out);
}

char *answer_hogql(const struct standin *s, const char *sql, int *status)
{
	*status = 200;
	if (strstr(sql, "failed") != NULL)
		return strdup("{\"results\":null,\"error\":\"Query exceeds the memory limit\"}");
	if (strstr(sql, "WHERE 0") != NULL)
		return strdup(
			"{\"columns\":[\"one\"],\"types\":[[\"one\",\"UInt8\"]],\"results\":[]}");
	if (strstr(sql, "numbers(") != NULL)
		return numbers(sql);
	if (strstr(sql, "FROM events") != NULL)
		return events(s, sql);
	if (strstr(sql, "kinds") != NULL)
		return strdup(kinds);
	*status = 400;
	if (strstr(sql, "FORM") != NULL)
		return form(sql);
	if (strstr(sql, "nothing") != NULL)
		return nothing(sql);
	return answer_error("validation_error", "invalid_input",
	                    "the stand-in knows no such query");
}
