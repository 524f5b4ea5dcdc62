/* Who may speak to the capture endpoint. A page in the developer's browser reaches every loopback
 * port, and a DNS name that its owner points at 127.0.0.1 makes it same-origin: so the Host is one
 * of an exact list of names, and an Origin is a loopback one or was named by the person. Ports are
 * not compared: a development server may sit on any. Pure functions. */
#include "collect/listener_internal.h"

#define PORT_DIGITS 5

static const char *const loopback_names[] = {"localhost", "127.0.0.1", "[::1]", NULL};

static bool listed(struct str name, const char *const *list)
{
	for (; list && *list; list++) {
		struct str one = str_of(*list);

		if (one.n == name.n && str_find(name, one, 0, true) == 0)
			return true;
	}
	return false;
}

/* "name", "name:80", "[::1]:80": the part before the port. */
static bool host_name(struct str host, struct str *name)
{
	size_t bracket = str_starts(host, STR("[")) ? str_find(host, STR("]"), 0, false) : 0;
	size_t end = bracket == SIZE_MAX ? SIZE_MAX : str_find(host, STR(":"), bracket, false);
	struct str port = str_sub(host, end, SIZE_MAX);

	if (bracket == SIZE_MAX || port.n > 1 + PORT_DIGITS)
		return false;
	for (size_t i = 1; i < port.n; i++)
		if (port.p[i] < '0' || port.p[i] > '9')
			return false;
	*name = str_sub(host, 0, end);
	return true;
}

bool listener_host_allowed(struct str host, const char *const *allowed)
{
	struct str name;

	return host_name(host, &name) && (listed(name, loopback_names) || listed(name, allowed));
}

bool listener_origin_allowed(struct str origin, const char *const *allowed)
{
	size_t scheme = str_starts(origin, STR("http://"))    ? sizeof("http://") - 1
	                : str_starts(origin, STR("https://")) ? sizeof("https://") - 1
	                                                      : 0;
	struct str name;

	if (listed(origin, allowed))
		return true;
	return scheme && host_name(str_sub(origin, scheme, SIZE_MAX), &name) &&
	       listed(name, loopback_names);
}
