/* Inside the listener: what its four files share. */
#ifndef COLLECT_LISTENER_INTERNAL_H
#define COLLECT_LISTENER_INTERNAL_H

#include "collect/listener.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#define LISTENER_CLIENTS    512                /* connections at a time, both families together */
#define LISTENER_HEADER_MAX 16384              /* bytes, with the request line */
#define LISTENER_DRAIN_MAX  ((size_t)64 << 20) /* bytes of a refused body that are read away */
#define LISTENER_WAIT_MAX   ((size_t)1 << 20)  /* bytes of lines that wait; then they are written */
#define LISTENER_HELD_MAX   ((size_t)256 << 20) /* bytes of all bodies that are in memory */

/* listener_access.c: who may speak to us. */

/* A Host header's name is localhost, 127.0.0.1, [::1] or one of allowed (NULL-terminated or NULL);
 * any port or none. */
bool listener_host_allowed(struct str host, const char *const *allowed);
/* An Origin is http or https on one of the three names, any port, or literally one of allowed. */
bool listener_origin_allowed(struct str origin, const char *const *allowed);

/* listener_address.c: listening sockets. */

struct listener_sockets {
	int fds[2]; /* non-blocking, listening */
	int count;
	uint16_t port;
	bool loopback;
	char url[80];
};
/* address as in struct listener_options. ERR_USAGE, ERR_BUSY, ERR_IO. */
enum err listener_bind(struct listener_sockets *out, const char *address,
                       struct errinfo *e) MUST_USE;
void listener_unbind(struct listener_sockets *s);

/* One connection. Only the listener's thread sees it. */
enum listener_phase {
	LISTENER_WAITING, /* for the first byte of a request */
	LISTENER_HEADER,
	LISTENER_BODY,
	LISTENER_TAKEN,   /* its lines wait to be written with those of others */
	LISTENER_SETTLED, /* they are, or could not be: its answer is known */
	LISTENER_ANSWER,
	LISTENER_ENDING, /* shut down; libmicrohttpd has yet to notice */
	LISTENER_LINGER, /* libmicrohttpd is done with it; what still comes is read away */
};

/* What is looked at of a request's header. p is NULL where there was none. */
struct listener_header {
	struct str host, origin, fetch_site, content_length, transfer_encoding, expect;
	struct str wanted_headers, content_type, content_encoding, authorization, sdk_info,
		request_id, none_match;
	bool malformed; /* a name with a blank, or twice what may stand once */
};

struct listener_client {
	struct listener *listener;
	struct listener_client *previous, *next;
	int fd; /* libmicrohttpd's; our own copy while lingering */
	enum listener_phase phase;
	int64_t since;     /* HEADER, BODY: the request's first byte; else: the phase's start */
	struct buf target; /* as in the request line */
	struct listener_header header; /* libmicrohttpd's bytes, as long as the request lives */
	struct buf headers;            /* as in struct capture_request */
	struct buf body;
	struct capture_answer answer; /* TAKEN, SETTLED */
	size_t taken;                 /* bytes of the body that came */
	int refusal;                  /* the status that waits for the body's end, 0: none */
	bool cors;                    /* the answer may be read by the page that asked */
	bool complete;                /* the request was read to its end */
};

struct listener {
	struct capture *capture;
	char **allow_origins, **allow_hosts; /* own copies, NULL-terminated */
	int64_t header_time, body_time;      /* microseconds */
	struct listener_sockets sockets;
	struct MHD_Daemon *daemon;
	struct listener_client *clients;
	int count;
	size_t held;                /* bytes in all bodies */
	int64_t accept_from;        /* no new connections before: descriptors had run out */
	struct MHD_Response *usual; /* the answer that nearly all get; NULL: none had it yet */
	int wake;                   /* eventfd: stopping was set */
	atomic_bool stopping;
	pthread_t thread;
};

/* listener_request.c: libmicrohttpd's callbacks about requests; cls is the struct listener. */

struct listener_client *listener_client_of(struct MHD_Connection *connection);
void *listener_on_target(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result listener_on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *upload,
                                    size_t *upload_size, void **state);
void listener_on_completed(void *cls, struct MHD_Connection *connection, void **state,
                           enum MHD_RequestTerminationCode code);
/* Writes what waits of all requests taken, and so settles them. False if there was nothing. */
bool listener_settle(struct listener *l);
/* An empty answer straight to the socket, where libmicrohttpd takes none: 408 or 413. */
void listener_send_status(const struct listener_client *c, int status);

#endif
