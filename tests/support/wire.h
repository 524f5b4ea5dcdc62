/* A listener without a journal and raw sockets that speak to it. The capture answers a whole event
 * with 503 then, a broken body with 400, GET / with 200: so a status tells what arrived. */
#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

#include "collect/listener.h"

#define WIRE_EVENT "{\"api_key\":\"phc_x\",\"event\":\"$ai_span\",\"distinct_id\":\"u\"}"
#define WIRE_HELLO "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

struct wire {
	struct capture *capture;
	struct listener *listener;
};

struct wire wire_open(const struct listener_options *options); /* NULL: the defaults; a free port */
void wire_close(struct wire *s);

int wire_connect(int family, uint16_t port); /* -1 if nobody listens */
int wire_dial(const struct wire *s);
/* False when the other end does not take it any more. */
bool wire_give_bytes(int fd, const char *p, size_t n);
bool wire_give(int fd, const char *text);
bool wire_give_waste(int fd, size_t n); /* n times 'x' */
/* The next byte; -1 at the end, also after a reset. */
int wire_take_byte(int fd);
bool wire_at_end(int fd);
/* The status of the next answer, 0 at the end of the connection; its body is read away. */
int wire_take_answer(int fd, char *head, size_t size);
int wire_status(int fd);
/* One request on its own connection. */
int wire_ask(const struct wire *s, const char *request, char *head, size_t size);
int wire_ask_status(const struct wire *s, const char *request);
int64_t wire_ms_since(int64_t from); /* from is a monotonic time */

#endif
