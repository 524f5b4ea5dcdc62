/* An HTTP server of a few lines that says what it is told, byte by byte, and how: whole, dripping,
 * cut, without end. Threads of its own; whatever fails here fails the test. */
#ifndef SUPPORT_HTTP_SERVER_H
#define SUPPORT_HTTP_SERVER_H

#include "base/buf.h"

enum http_server_then {
	HTTP_SERVER_KEEP,  /* waits for the next request */
	HTTP_SERVER_CLOSE, /* the connection, properly */
	HTTP_SERVER_RESET,
	HTTP_SERVER_HANG,   /* says nothing more until the other end closes */
	HTTP_SERVER_REPEAT, /* text again and again until the other end closes */
	HTTP_SERVER_DRIP,   /* text byte by byte, 20 ms apart, again and again */
};

/* What a request for path is answered with. An unknown path gets a 404. */
struct http_server_scene {
	const char *path;
	struct str text; /* header and body, as they go out */
	enum http_server_then then;
	struct str again; /* for REPEAT and DRIP, after text */
};

struct http_server;

/* On 127.0.0.1. scenes end with a path of NULL and are borrowed. */
struct http_server *http_server_start(const struct http_server_scene *scenes);
void http_server_stop(struct http_server *s);
uint16_t http_server_port(const struct http_server *s);
unsigned http_server_connections(struct http_server *s); /* taken so far */
unsigned http_server_requests(struct http_server *s);
unsigned http_server_open(struct http_server *s); /* connections that are not over */
/* Appends the newest request as it came, header and body. */
void http_server_heard(struct http_server *s, struct buf *out);

#endif
