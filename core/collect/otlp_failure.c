/* What went wrong, of a span whose status says ERROR: PostHog's rules (error_status.rs). The status
 * code of HTTP is taken from where instrumentations put it, else looked for in the text of the
 * exception, and is 500 where nobody says. */
#include "collect/otlp_internal.h"

#include <string.h>

static const char *const code_names[] = {
	"$ai_http_status", "http.response.status_code", "http.status_code",      "http.status",
	"status_code",     "error.status_code",         "exception.status_code", NULL,
};

static bool is_code(int64_t code)
{
	return code >= 100 && code <= 599;
}

/* Of attributes; 0: none says it. */
static int64_t code_in(const struct otlp_event *e, const struct otlp_list *list)
{
	for (size_t i = 0; code_names[i]; i++) {
		const struct otlp_value *value = otlp_list_get(list, code_names[i]);
		struct str text;
		int64_t code;

		if (!value)
			continue;
		if (!otlp_string(e, value, &text))
			text = value->text;
		if (str_to_i64(text, &code) && is_code(code))
			return code;
	}
	return 0;
}

/* ---- in a text ---- */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static struct str skip_blanks(struct str text)
{
	while (text.n > 0 && (text.p[0] == ' ' || (text.p[0] >= '\t' && text.p[0] <= '\r')))
		text = str_sub(text, 1, SIZE_MAX);
	return text;
}

/* Three digits with no word behind them. */
static int64_t code_at(struct str text)
{
	int64_t code;

	text = skip_blanks(text);
	if (text.n < 3 || text.p[0] < '0' || text.p[0] > '9' ||
	    (text.n > 3 && is_word(text.p[3])) || !str_to_i64(str_sub(text, 0, 3), &code) ||
	    !is_code(code))
		return 0;
	return code;
}

/* Behind ':' or '=', or where `bare` without either. */
static int64_t code_behind(struct str text, bool bare)
{
	text = skip_blanks(text);
	if (str_starts(text, STR("://")))
		return 0;
	if (text.n > 0 && (text.p[0] == ':' || text.p[0] == '='))
		return code_at(str_sub(text, 1, SIZE_MAX));
	return bare ? code_at(text) : 0;
}

/* Cuts the word off, with the blanks before it. */
static bool skip_word(struct str *text, const char *word)
{
	struct str rest = skip_blanks(*text);
	size_t n = strlen(word);

	if (rest.n < n || str_find(str_sub(rest, 0, n), str_of(word), 0, true) != 0 ||
	    (rest.n > n && is_word(rest.p[n])))
		return false;
	*text = str_sub(rest, n, SIZE_MAX);
	return true;
}

/* "status: 429", "status code 429"; "http 429" and "http status: 429". */
static int64_t code_behind_word(struct str rest, const char *word)
{
	bool bare = strcmp(word, "status") != 0;

	if (strcmp(word, "http") == 0 && skip_word(&rest, "status"))
		bare = skip_word(&rest, "code");
	else if (strcmp(word, "status") == 0)
		bare = skip_word(&rest, "code");
	return code_behind(rest, bare);
}

static int64_t code_by_word(struct str text, const char *word)
{
	size_t n = strlen(word), at = 0;

	while ((at = str_find(text, str_of(word), at, true)) != SIZE_MAX) {
		bool whole = (at == 0 || !is_word(text.p[at - 1])) &&
		             (at + n == text.n || !is_word(text.p[at + n]));
		int64_t code = whole ? code_behind_word(str_sub(text, at + n, SIZE_MAX), word) : 0;

		if (code != 0)
			return code;
		at += n;
	}
	return 0;
}

static int64_t code_in_text(struct str text)
{
	static const char *const words[] = {"status_code", "status code", "status", "http"};
	int64_t code = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && code == 0; i++)
		code = code_by_word(text, words[i]);
	return code;
}

/* ---- the event ---- */

static struct str exception_text(const struct otlp_event *e, const char *name)
{
	struct str text = STR_EMPTY;

	otlp_string(e, otlp_list_get(&e->o->span.exception, name), &text);
	return text;
}

static int64_t exception_code(const struct otlp_event *e)
{
	int64_t code = code_in(e, &e->o->span.exception);

	if (code == 0)
		code = code_in_text(exception_text(e, "exception.message"));
	if (code == 0)
		code = code_in_text(exception_text(e, "error.message"));
	return code;
}

static void set_code(struct otlp_event *e)
{
	int64_t code = exception_code(e);
	struct str status;

	if (otlp_get(e, "$ai_http_status"))
		return;
	if (code == 0)
		code = code_in(e, e->properties);
	if (code == 0 && otlp_string(e, &e->o->span.status, &status))
		code = code_in_text(status);
	buf_printf(&e->o->scratch, "%d", code == 0 ? 500 : (int)code);
	otlp_set(e, "$ai_http_status", otlp_made(e));
}

/* "type: message" of the exception, or what there is of it; else what the status says. */
static struct otlp_value description(struct otlp_event *e)
{
	struct str type = exception_text(e, "exception.type");
	struct str message = exception_text(e, "exception.message"), text;
	struct buf joined = {0};

	if (type.n == 0 && message.n == 0) {
		if (otlp_string(e, &e->o->span.status, &text) && text.n > 0)
			return e->o->span.status;
		return otlp_text(STR("OpenTelemetry span status error"));
	}
	buf_append(&joined, type);
	if (type.n > 0 && message.n > 0)
		buf_puts(&joined, ": ");
	buf_append(&joined, message);
	text = arena_copy(&e->o->made, buf_str(&joined));
	buf_free(&joined);
	return otlp_text(text);
}

void otlp_map_failure(struct otlp_event *e)
{
	if (!e->o->span.failed)
		return;
	otlp_set_json(e, "$ai_is_error", "true");
	if (!otlp_get(e, "$ai_error"))
		otlp_set(e, "$ai_error", description(e));
	set_code(e);
}
