/* Where a request may go, and what its end means. URLs are taken apart by libcurl's own parser and
 * sent on as it wrote them, so that what is judged here is what it connects to. */
#include "base/time.h"
#include "collect/http_internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define LOOPBACK_NET 127            /* 127.0.0.0/8 */
#define MAX_WAIT     INT64_C(86400) /* seconds */
#define MICROSECONDS INT64_C(1000000)

static bool is_loopback_four(const struct in_addr *address)
{
	return ntohl(address->s_addr) >> 24 == LOOPBACK_NET;
}

bool http_address_is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return is_loopback_four(
			&((const struct sockaddr_in *)(const void *)address)->sin_addr);
	if (address->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(
			&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
	return false;
}

static bool is_loopback_host(const char *host)
{
	struct in_addr four;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &four) == 1 && is_loopback_four(&four);
}

/* Appends a part of the URL; false if it has none. */
static bool add_part(struct buf *out, CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return false;
	buf_puts(out, text);
	curl_free(text);
	return true;
}

static void to_lower(struct buf *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->p[i] = (char)tolower((unsigned char)b->p[i]);
}

/* False if it has no scheme or host. */
static bool take_apart(struct http_target *t, CURLU *url)
{
	struct buf port = {0};

	if (!add_part(&t->origin, url, CURLUPART_SCHEME, 0))
		return false;
	buf_puts(&t->origin, "://");
	if (!add_part(&t->host, url, CURLUPART_HOST, 0) || t->host.n == 0)
		return false;
	to_lower(&t->host);
	buf_append(&t->origin, buf_str(&t->host));
	if (add_part(&port, url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT))
		buf_printf(&t->origin, ":%s", buf_text(&port));
	buf_free(&port);
	t->secure = str_starts(buf_str(&t->origin), STR("https://"));
	t->loopback = is_loopback_host(buf_text(&t->host));
	return add_part(&t->url, url, CURLUPART_URL, 0);
}

static bool judge(const struct http_target *t, char says[HTTP_SAYS])
{
	if (t->secure || (t->loopback && str_starts(buf_str(&t->origin), STR("http://"))))
		return true;
	if (str_starts(buf_str(&t->origin), STR("http://")))
		snprintf(says, HTTP_SAYS, "http goes to this machine only: use https for %.180s",
		         t->host.p);
	else
		snprintf(says, HTTP_SAYS, "only https:// is spoken, not %.*s",
		         (int)strcspn(t->origin.p, ":") % 32, t->origin.p);
	return false;
}

bool http_target_read(struct http_target *t, const char *url, char says[HTTP_SAYS])
{
	CURLU *parsed = curl_url();
	CURLUcode code = curl_url_set(parsed, CURLUPART_URL, url ? url : "", CURLU_DISALLOW_USER);
	bool good = false;

	*t = (struct http_target){0};
	if (code == CURLUE_USER_NOT_ALLOWED)
		snprintf(says, HTTP_SAYS, "a URL with a user name or a password in it is refused");
	else if (code != CURLUE_OK)
		snprintf(says, HTTP_SAYS, "no URL: %s", curl_url_strerror(code));
	else if (!take_apart(t, parsed))
		snprintf(says, HTTP_SAYS, "a URL without a host");
	else
		good = judge(t, says);
	curl_url_cleanup(parsed);
	return good;
}

void http_target_free(struct http_target *t)
{
	buf_free(&t->url);
	buf_free(&t->host);
	buf_free(&t->origin);
}

enum http_end http_end_of(CURLcode code, bool answered)
{
	switch (code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_URL_MALFORMAT:
		return HTTP_BAD_URL;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_NO_NAME;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TOO_SLOW;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_UNTRUSTED;
	default:
		return answered ? HTTP_CUT : HTTP_NO_REPLY;
	}
}

/* curl_getdate knows all three forms of RFC 9110, and more. */
static int64_t until(struct str date)
{
	char text[64];
	time_t then;
	int64_t wait;

	if (date.n >= sizeof(text))
		return -1;
	memcpy(text, date.p, date.n);
	text[date.n] = '\0';
	then = curl_getdate(text, NULL);
	if (then < 0)
		return -1;
	wait = (int64_t)then - time_now() / MICROSECONDS;
	return wait < 0 ? 0 : wait;
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	}
	return s.n > 0;
}

int64_t http_retry_after(struct str value)
{
	int64_t wait;

	value = str_trim(value);
	if (!is_digits(value))
		wait = until(value);
	else if (!str_to_i64(value, &wait))
		wait = MAX_WAIT; /* too many digits */
	return wait > MAX_WAIT ? MAX_WAIT : wait;
}
