/* Where a call that is sent again may go, and whose key goes with it. Hosts are compared as libcurl reads them, so that
 * what is judged here is what it would connect to. */
#include "collect/replay.h"

#include "collect/http_internal.h"
#include "collect/posthog_key.h"
#include "json/tree.h"

#include <stdlib.h>
#include <string.h>

#define KEY_MAX   4096 /* bytes */
#define SHOWN_MAX 80   /* bytes of an address in a message */

/* ---- the address ----------------------------------------------------------------------------------- */

/* OpenTelemetry's server.address is the host alone. */
static bool same_origin(struct str named, const struct http_target *own, struct http_target *other)
{
	struct buf url = {0};
	char says[HTTP_SAYS];
	bool same;

	if (str_find(named, STR("://"), 0, false) == SIZE_MAX)
		buf_puts(&url, "https://");
	buf_append(&url, named);
	same = memchr(named.p, '\0', named.n) == NULL &&
	       http_target_read(other, buf_text(&url), says) &&
	       str_eq(buf_str(&other->origin), buf_str(&own->origin));
	buf_free(&url);
	return same;
}

static enum err check_named(struct str named, const struct http_target *own, struct errinfo *e)
{
	struct http_target other = {0};
	enum err err = ERR_OK;

	if (named.n > 0 && !same_origin(named, own, &other)) {
		struct str shown = other.host.n > 0 ? buf_str(&other.origin)
		                                    : str_sub(named, 0, SHOWN_MAX);

		err = err_set(e, ERR_USAGE,
		              "the event names another address than %s, and one is never taken "
		              "from an event: give --base-url for %.*s",
		              own->origin.p, (int)str_sub(shown, 0, SHOWN_MAX).n, shown.p);
	}
	http_target_free(&other);
	return err;
}

static enum err read_target(struct http_target *t, const char *url, struct errinfo *e)
{
	char says[HTTP_SAYS] = "";

	if (!http_target_read(t, url, says))
		return err_set(e, ERR_USAGE, "base URL: %.160s", says);
	if (strpbrk(url, "?#") != NULL)
		return err_set(e, ERR_USAGE,
		               "base URL: it has a query: give what stands before "
		               "/chat/completions or the like, as https://api.openai.com/v1");
	return ERR_OK;
}

enum err replay_address(struct replay_address *out, const struct provider_request *request,
                        struct str named, const char *base_url, struct errinfo *e)
{
	struct http_target t = {0};
	enum err err;

	*out = (struct replay_address){0};
	if (base_url == NULL && request->address == NULL)
		return err_set(e, ERR_USAGE,
		               "no public address is known for this provider, and none is taken "
		               "from an event: give --base-url");
	err = read_target(&t, base_url != NULL ? base_url : request->address, e);
	if (err == ERR_OK && base_url == NULL)
		err = check_named(named, &t, e);
	if (err == ERR_OK) {
		while (str_ends(buf_str(&t.url), STR("/")))
			t.url.p[--t.url.n] = '\0';
		buf_append(&out->url, buf_str(&t.url));
		buf_append(&out->url, buf_str(&request->path));
		buf_append(&out->origin, buf_str(&t.origin));
		out->loopback = t.loopback;
	}
	http_target_free(&t);
	return err;
}

void replay_address_free(struct replay_address *a)
{
	buf_free(&a->url);
	buf_free(&a->origin);
}

const char *replay_base_url(const struct config *c, const char *provider)
{
	const struct config_line *line;
	size_t n = strlen(provider);

	for (size_t i = 0; c != NULL && (line = config_line(c, i)) != NULL; i++)
		if (line->setting != NULL && strcmp(line->setting->name, "provider_url") == 0 &&
		    strncmp(line->value, provider, n) == 0 && strchr(" \t", line->value[n]) &&
		    line->value[n] != '\0')
			return line->value + n + strspn(line->value + n, " \t");
	return NULL;
}

/* ---- the key --------------------------------------------------------------------------------------- */

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

enum err replay_key(struct buf *key, const char *variable, const struct replay_address *address,
                    struct errinfo *e)
{
	struct str value;

	posthog_key_protect();
	value = str_trim(str_of(getenv(variable)));
	if (value.n == 0 && address->loopback)
		return ERR_OK;
	if (value.n == 0)
		return err_set(e, ERR_NOT_FOUND,
		               "no key: set %s in the environment; it is sent to %.100s alone",
		               variable, address->origin.p);
	/* Growing would leave a copy behind. */
	if (!is_plain(value) || value.n > KEY_MAX || !buf_reserve(key, value.n))
		return err_set(
			e, ERR_USAGE,
			"%s: blanks or other than plain characters in it: give the key alone",
			variable);
	buf_append(key, value);
	return ERR_OK;
}

/* ---- the body -------------------------------------------------------------------------------------- */

static size_t line_of(struct str text, size_t pos)
{
	size_t line = 1;

	for (size_t at = 0; at < pos && at < text.n; at++)
		line += text.p[at] == '\n';
	return line;
}

enum err replay_check_body(struct str body, struct errinfo *e)
{
	struct json_report report;
	struct json_tree tree;
	enum err err = json_tree_parse(&tree, body, &report);

	if (err == ERR_OK && json_type_of(&tree, 0) != JSON_OBJECT)
		err = err_set(e, ERR_PARSE, "the request is no JSON object");
	else if (err != ERR_OK)
		err = err_set(e, ERR_PARSE, "the request is no JSON: line %zu: %s",
		              line_of(body, report.pos), json_fault_text(report.fault));
	json_tree_free(&tree);
	return err;
}
