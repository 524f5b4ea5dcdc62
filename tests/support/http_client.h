/* The HTTP client with a server of the test's own, and what a call ended with. */
#ifndef SUPPORT_HTTP_CLIENT_H
#define SUPPORT_HTTP_CLIENT_H

#include "collect/http_internal.h"
#include "support/http_server.h"

/* An answer that outlives done. */
struct outcome {
	enum http_end end;
	int status;
	char body[256], type[128], says[256];
	size_t body_bytes; /* of the whole body */
	int64_t retry_after;
	uint64_t bytes;
};

struct client {
	struct loop *loop;
	struct http *http;
	struct http_server *server;
	struct outcome outcome;     /* of the newest call that ended */
	unsigned sent, ended, seen; /* calls */
	struct buf parts, url;
	void (*on_part)(struct client *t); /* NULL, or called in client_part */
	void (*on_done)(struct client *t);
	struct http_call *call; /* the newest */
};

struct client *client_new(const struct http_server_scene *scenes);
void client_free(struct client *t);                         /* nothing more may end meanwhile */
const char *client_url(struct client *t, const char *path); /* until the next one */
/* A GET that ends in t; its URL lasts until the next client_url. */
struct http_request client_request(struct client *t, const char *path);
void client_part(void *ctx, struct str bytes); /* adds to parts */
struct http_call *client_send(struct client *t, const struct http_request *r);
/* Until one call more than at the last time has ended; fails if that takes too long. */
const struct outcome *client_wait(struct client *t);
const struct outcome *client_ask(struct client *t, const struct http_request *r);
const struct outcome *client_get(struct client *t, const char *path);
/* Turns the loop until condition(t); fails if that takes too long. */
void client_until(struct client *t, bool (*condition)(struct client *t));

#endif
