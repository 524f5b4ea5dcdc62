/* The headers of a request: whether they can be sent, the lines that libcurl gets, and the secrets in them, which
 * no message holds and no memory keeps. */
#include "collect/http_internal.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- secrets ------------------------------------------------------------------------------------- */

void http_strings_wipe(struct curl_slist **list)
{
	for (struct curl_slist *l = *list; l; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(*list);
	*list = NULL;
}

void http_secrets_hide(const struct http_call *c, char *text)
{
	struct str whole = str_of(text);

	for (const struct curl_slist *l = c->secrets; l; l = l->next) {
		struct str key = str_of(l->data);

		for (size_t at = 0; (at = str_find(whole, key, at, true)) != SIZE_MAX; at += key.n)
			memset(text + at, '*', key.n);
	}
}

/* ---- what can be sent ---------------------------------------------------------------------------- */

static bool is_key(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
			return false;
	return true;
}

static bool is_token(struct str text)
{
	static const char letters[] = "!#$%&'*+-.^_`|~0123456789"
				      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return text.n > 0 && strspn(text.p, letters) == text.n;
}

/* A line break would begin a header of its own. */
static bool is_value(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

const char *http_headers_refusal(const struct http_request *request)
{
	if (!is_key(request->bearer))
		return "the key holds a blank or another byte that no key has";
	for (size_t i = 0; i < request->n_headers; i++) {
		const struct http_header *h = &request->headers[i];

		if (!is_token(str_of(h->name)))
			return "the name of a header holds a byte that none may have";
		if (h->secret && !is_key(h->value))
			return "the key holds a blank or another byte that no key has";
		if (!is_value(h->value))
			return "the value of a header holds a line break or another control byte";
	}
	return NULL;
}

/* ---- lines for libcurl --------------------------------------------------------------------------- */

static void add_text(struct curl_slist **list, const char *name, const char *mark, struct str value)
{
	size_t n = strlen(name) + strlen(mark) + value.n + 1;
	char *line = mem_alloc(n, 1);

	snprintf(line, n, "%s%s%.*s", name, mark, (int)value.n, value.p);
	*list = curl_slist_append(*list, line);
	explicit_bzero(line, n);
	mem_free(line);
}

static void add_header(struct http_call *c, const char *name, struct str value, bool secret)
{
	/* libcurl's own ways: a colon alone takes a header out, a semicolon stands for an empty one. */
	add_text(&c->headers, name, value.n > 0 ? ": " : ";", value);
	if (secret && value.n > 0)
		add_text(&c->secrets, "", "", value);
}

static bool is_asked(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return true;
	return false;
}

void http_headers_make(struct http_call *c, const struct http_request *request)
{
	if (!is_asked(request, "Accept"))
		add_header(c, "Accept",
		           str_of(request->accept ? request->accept : "application/json"), false);
	add_header(c, "Accept-Encoding", STR("gzip, deflate"), false);
	add_text(&c->headers, "Expect", ":", STR_EMPTY);
	if ((c->sent.n > 0 || strcmp(c->method, "POST") == 0) && !is_asked(request, "Content-Type"))
		add_header(c, "Content-Type", STR("application/json"), false);
	if (request->bearer.n > 0) {
		add_text(&c->headers, "Authorization", ": Bearer ", request->bearer);
		add_text(&c->secrets, "", "", request->bearer);
	}
	for (size_t i = 0; i < request->n_headers; i++)
		add_header(c, request->headers[i].name, request->headers[i].value,
		           request->headers[i].secret);
}
