/* The capture endpoint's socket side, on libmicrohttpd: its own thread, limits, deadlines, who may speak to it. */
#ifndef COLLECT_LISTENER_H
#define COLLECT_LISTENER_H

#include "collect/capture.h"

#define LISTENER_PORT 8765

struct listener_options {
	const char *
		address; /* "127.0.0.1:8765", "[::1]:0", ":0" (loopback), "0.0.0.0:8765"; NULL: loopback and LISTENER_PORT.
	                         Loopback listens on 127.0.0.1 and, where the machine has it, on ::1. */
	const char *const *allow_origins; /* beyond loopback origins; NULL-terminated; NULL: none */
	const char *const *allow_hosts;   /* beyond localhost, 127.0.0.1, [::1] */
	/* Deadlines in milliseconds; 0: 10 s each. They run from the request's first byte; dripping does not extend them. */
	uint32_t header_ms, body_ms;
};

struct listener;
/* Binds and starts the thread. ERR_BUSY if the port is taken (the message names it), ERR_USAGE for a bad address, ERR_IO. The
 * capture is used by the listener's thread alone while it runs. */
enum err listener_start(struct listener **out, struct capture *capture,
                        const struct listener_options *options, struct errinfo *e) MUST_USE;
uint16_t listener_port(const struct listener *l);
bool listener_is_loopback(const struct listener *l); /* false: say so loudly */
const char *listener_url(const struct listener *l);  /* "http://127.0.0.1:8765" */
void listener_stop(
	struct listener *l); /* answers what is under way, then ends the thread; NULL is allowed */

#endif
