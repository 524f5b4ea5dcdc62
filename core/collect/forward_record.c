/* A request to the text of a record, and back: "/batch/?x=1\n", lines "Name: value\n", an empty line, the
 * body. What may not go is told here.
 *
 * Invariant: a record holds a path that begins with a slash and printable ASCII alone, so that behind our
 * origin it can lead to no other; no line of its header holds a line break.
 *
 * Left to others: where records are kept (forward_queue.c), and what may stand in a header that is sent
 * (http_headers.c). */
#include "collect/forward_internal.h"

#include "collect/mask.h"

#include <string.h>

/* ---- what goes ---- */

static bool same(struct str a, struct str b)
{
	return a.n == b.n && str_find(a, b, 0, true) == 0;
}

/* Cuts the next line off. */
static struct str next_line(struct str *text)
{
	size_t end = str_find(*text, STR("\n"), 0, false);
	struct str line = str_sub(*text, 0, end);

	*text = end == SIZE_MAX ? STR_EMPTY : str_sub(*text, end + 1, SIZE_MAX);
	return line;
}

/* "Name: value" to its two parts. */
static struct str split(struct str line, struct str *value)
{
	size_t colon = str_find(line, STR(":"), 0, false);

	*value = colon == SIZE_MAX ? STR_EMPTY : str_trim(str_sub(line, colon + 1, SIZE_MAX));
	return str_sub(line, 0, colon);
}

/* The value of the first header of that name. */
static struct str header(const struct capture_request *r, struct str name)
{
	struct str rest = r->headers, value;

	while (rest.n > 0)
		if (same(split(next_line(&rest), &value), name))
			return value;
	return STR_EMPTY;
}

/* Whether the list "close, X-Once" holds the name. */
static bool lists(struct str list, struct str name)
{
	while (list.n > 0) {
		size_t comma = str_find(list, STR(","), 0, false);

		if (same(str_trim(str_sub(list, 0, comma)), name))
			return true;
		list = comma == SIZE_MAX ? STR_EMPTY : str_sub(list, comma + 1, SIZE_MAX);
	}
	return false;
}

/* Of the connection to us, or libcurl's own; and what a browser keeps for all of localhost. */
static bool is_ours(struct str name, struct str connection)
{
	static const char *const names[] = {
		"Host",    "Connection", "Keep-Alive",        "TE",     "Trailer",
		"Upgrade", "Expect",     "Transfer-Encoding", "Cookie", "Content-Length",
		"Via",     "Cookie2",    "Accept-Encoding",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same(name, str_of(names[i])))
			return true;
	return name.n == 0 || same(str_sub(name, 0, 6), STR("Proxy-")) || lists(connection, name);
}

/* ---- what does not ---- */

static void add_field(struct mask *keys, struct str form, struct str name, struct buf *value)
{
	buf_clear(value);
	if (capture_field(form, name, value))
		mask_add(keys, str_trim(buf_str(value)));
}

/* The body as a form, if it may be one: what begins as JSON is none, whatever its label. *inflated is to be freed. */
static struct str form_of(const struct capture_request *r, struct buf *inflated)
{
	struct str type = STR("application/x-www-form-urlencoded"), body = r->body;
	struct errinfo unused;

	/* Most bodies are JSON, and say so. */
	if (same(str_sub(r->content_type, 0, 16), STR("application/json")) ||
	    capture_inflate(r, inflated, &body, &unused) != 0)
		return STR_EMPTY;
	if (same(str_sub(r->content_type, 0, type.n), type) || str_starts(body, STR("data=")))
		return body;
	return STR_EMPTY;
}

/* Keys that stand outside of the events. */
static void add_keys(struct mask *keys, const struct capture_request *r)
{
	struct str bearer = str_trim(r->authorization), form;
	struct buf value = {0}, inflated = {0};

	if (str_find(str_sub(bearer, 0, 7), STR("bearer "), 0, true) == 0)
		mask_add(keys, str_trim(str_sub(bearer, 7, SIZE_MAX)));
	form = form_of(r, &inflated);
	add_field(keys, r->query, STR("token"), &value);
	add_field(keys, r->query, STR("api_key"), &value);
	add_field(keys, form, STR("token"), &value);
	add_field(keys, form, STR("api_key"), &value);
	buf_free(&value);
	buf_free(&inflated);
}

static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
			return false;
	return true;
}

static size_t count_lines(struct str text)
{
	size_t n = 0;

	for (; text.n > 0; n++)
		next_line(&text);
	return n;
}

bool forward_is_meant(const struct capture_request *r)
{
	return str_eq(r->method, STR("POST")) &&
	       !str_starts(header(r, STR("User-Agent")), STR("tracehog/"));
}

/* Whatever it is called there: what stands beside the events is no text of theirs. */
static bool has_personal(struct str text)
{
	return str_find(text, STR("phx_"), 0, true) != SIZE_MAX;
}

const char *forward_objection(const struct capture_request *r, const struct capture_taken *taken,
                              struct str via)
{
	struct mask keys = {0};

	add_keys(&keys, r);
	if (keys.personal || taken->personal_key || has_personal(r->headers) ||
	    has_personal(r->query))
		return "a request with a personal API key (phx_): events take the project's (phc_)";
	if (!keys.project && !taken->project_key)
		return "a request without a project key (phc_...; phc_local is none)";
	if (str_find(r->headers, via, 0, false) != SIZE_MAX)
		return "a request that was here before: what it is forwarded to leads back here";
	if (!str_starts(r->path, STR("/")) || !is_plain(r->path) || !is_plain(r->query))
		return "a request whose path is none that can be sent on";
	if (count_lines(r->headers) >= FORWARD_HEADERS)
		return "a request with too many headers";
	return NULL;
}

/* ---- records ---- */

static void append_header(struct buf *out, struct str name, struct str value)
{
	buf_append(out, name);
	buf_puts(out, ": ");
	buf_append(out, value);
	buf_add(out, '\n');
}

/* Where exporters of OpenTelemetry send by themselves PostHog has nothing: it takes what they send at a path of its own. Given
 * that as their base, they put the usual one behind it. */
#define OWN_PATH "/i/v0/ai/otel"
static void append_path(struct buf *out, struct str path)
{
	static const char *const usual[] = {"/v1/traces", "/v1/logs"};
	struct str trimmed = path;

	while (str_ends(trimmed, STR("/")))
		trimmed.n--;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (str_ends(trimmed, str_of(usual[i]))) {
			trimmed.n -= strlen(usual[i]);
			buf_append(out, trimmed);
			if (!str_ends(trimmed, STR(OWN_PATH)))
				buf_puts(out, OWN_PATH);
			return;
		}
	buf_append(out, path);
}

void forward_record_append(struct buf *out, const struct capture_request *r, struct str via)
{
	struct str rest = r->headers, connection = header(r, STR("Connection")), value, line;
	struct buf path = {0};

	append_path(out, r->path);
	if (r->query.n > 0)
		buf_add(out, '?');
	buf_append(out, r->query);
	buf_add(out, '\n');
	while (rest.n > 0) {
		line = next_line(&rest);
		if (!is_ours(split(line, &value), connection))
			append_header(out, split(line, &value), value);
	}
	value = header(r, STR("Via"));
	if (value.n > 0)
		buf_printf(&path, "%.*s, ", (int)value.n, value.p);
	buf_append(&path, via);
	append_header(out, STR("Via"), buf_str(&path));
	buf_free(&path);
	buf_add(out, '\n');
	buf_append(out, r->body);
}

/* An Authorization: Bearer goes where the HTTP client keeps keys. */
static void add_header(struct forward_request *out, char *name, struct str value)
{
	if (same(str_of(name), STR("Authorization")) &&
	    str_find(str_sub(value, 0, 7), STR("bearer "), 0, true) == 0) {
		out->bearer = str_trim(str_sub(value, 7, SIZE_MAX));
		return;
	}
	out->headers[out->n_headers++] = (struct http_header){.name = name, .value = value};
}

bool forward_record_read(struct forward_request *out, char *text, size_t n)
{
	struct str rest = {text, n}, line, name, value;

	*out = (struct forward_request){.target = next_line(&rest), .bearer = STR_EMPTY};
	if (!str_starts(out->target, STR("/")) || !is_plain(out->target))
		return false;
	while (rest.n > 0 && (line = next_line(&rest)).n > 0) {
		name = split(line, &value);
		if (name.n == line.n || out->n_headers == FORWARD_HEADERS)
			return false;
		text[name.p - text + (ptrdiff_t)name.n] = '\0';
		add_header(out, text + (name.p - text), value);
	}
	out->body = rest;
	return true;
}
