/* Takes what the HTTP client will take, and of that only what has no path: the API's is put behind. */
#include "collect/posthog_host.h"

#include "collect/http_internal.h"

#include <string.h>

static bool has_path(const char *url)
{
	const char *host = strstr(url, "://"), *path;

	if (host == NULL)
		return false;
	path = host + 3 + strcspn(host + 3, "/?#");
	return path[0] != '\0' && strcmp(path, "/") != 0;
}

enum err posthog_host_read(struct buf *out, const char *what, const char *url, struct errinfo *e)
{
	struct http_target target;
	char says[HTTP_SAYS] = "";
	enum err err = ERR_OK;

	if (!http_target_read(&target, url, says))
		err = err_set(e, ERR_USAGE, "%s: %.150s: use something like " POSTHOG_HOST_US, what,
		              says);
	else if (has_path(url))
		err = err_set(e, ERR_USAGE,
		              "%s: only scheme, host and port: use something like " POSTHOG_HOST_US,
		              what);
	else
		buf_append(out, buf_str(&target.origin));
	http_target_free(&target);
	return err;
}
