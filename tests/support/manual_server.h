/* An HTTP server on the test's own loop that answers nothing by itself: what comes is kept in order, and
 * the test says when and what to answer. So a test decides what happens before what, without a clock.
 * Whatever fails here fails the test. */
#ifndef SUPPORT_MANUAL_SERVER_H
#define SUPPORT_MANUAL_SERVER_H

#include "base/buf.h"
#include "base/loop.h"

struct manual_server;

struct manual_server *manual_server_new(struct loop *l); /* on 127.0.0.1 */
void manual_server_free(struct manual_server *s);
const char *manual_server_url(const struct manual_server *s); /* "http://127.0.0.1:PORT" */

/* Requests that came whole, numbered from 0 in their order. */
unsigned manual_server_count(const struct manual_server *s);
struct str manual_server_request(const struct manual_server *s, unsigned i); /* header and body */
bool manual_server_begins(const struct manual_server *s, unsigned i, const char *text);
/* Not answered, and the other end is still there. */
bool manual_server_waits(const struct manual_server *s, unsigned i);
unsigned manual_server_most(const struct manual_server *s); /* that ever waited at once */

/* headers: lines with \r\n, or "". The connection stays. */
void manual_server_answer(struct manual_server *s, unsigned i, int status, const char *headers,
                          const char *body);
/* Bytes as they are, on the connection of a request. */
void manual_server_give(struct manual_server *s, unsigned i, struct str bytes);
void manual_server_close(struct manual_server *s, unsigned i);

#endif
