#include "support/http_client.h"

#include "base/mem.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PATIENCE_US (INT64_C(20) * 1000000)
#define PULSE_MS    5

static void nothing(void *ctx)
{
	(void)ctx;
}

struct client *client_new(const struct http_server_scene *scenes)
{
	struct client *t = mem_zero(1, sizeof(*t));

	t->loop = loop_new();
	/* No step of the loop takes longer. */
	loop_timer_start(loop_timer_new(t->loop, nothing, NULL), PULSE_MS, PULSE_MS);
	t->http = http_new(t->loop);
	t->server = http_server_start(scenes);
	return t;
}

void client_free(struct client *t)
{
	http_free(t->http);
	assert_int_equal(t->ended, t->seen);
	http_server_stop(t->server);
	loop_free(t->loop);
	buf_free(&t->parts);
	buf_free(&t->url);
	mem_free(t);
}

const char *client_url(struct client *t, const char *path)
{
	buf_clear(&t->url);
	buf_printf(&t->url, "http://127.0.0.1:%u%s", http_server_port(t->server), path);
	return buf_text(&t->url);
}

static void copy_text(char *to, size_t size, struct str from)
{
	snprintf(to, size, "%.*s", (int)(from.n < size ? from.n : size - 1), from.p);
}

static void on_done(void *ctx, const struct http_answer *answer)
{
	struct client *t = ctx;
	struct outcome *o = &t->outcome;

	*o = (struct outcome){.end = answer->end,
	                      .status = answer->status,
	                      .body_bytes = answer->body.n,
	                      .retry_after = answer->retry_after,
	                      .bytes = answer->bytes};
	copy_text(o->body, sizeof(o->body), answer->body);
	copy_text(o->type, sizeof(o->type), answer->content_type);
	copy_text(o->says, sizeof(o->says), str_of(answer->says));
	t->ended++;
	if (t->on_done)
		t->on_done(t);
}

struct http_request client_request(struct client *t, const char *path)
{
	return (struct http_request){
		.method = "GET", .url = client_url(t, path), .done = on_done, .ctx = t};
}

void client_part(void *ctx, struct str bytes)
{
	struct client *t = ctx;

	buf_append(&t->parts, bytes);
	if (t->on_part)
		t->on_part(t);
}

struct http_call *client_send(struct client *t, const struct http_request *r)
{
	unsigned before = t->ended;

	t->call = http_send(t->http, r);
	t->sent++;
	assert_int_equal(t->ended, before);
	return t->call;
}

void client_until(struct client *t, bool (*condition)(struct client *t))
{
	int64_t from = time_monotonic();

	while (!condition(t)) {
		if (time_monotonic() - from > PATIENCE_US)
			fail_msg("waited too long");
		loop_step(t->loop, true);
	}
}

static bool has_ended(struct client *t)
{
	return t->ended > t->seen;
}

const struct outcome *client_wait(struct client *t)
{
	client_until(t, has_ended);
	t->seen++;
	return &t->outcome;
}

const struct outcome *client_ask(struct client *t, const struct http_request *r)
{
	client_send(t, r);
	return client_wait(t);
}

const struct outcome *client_get(struct client *t, const char *path)
{
	struct http_request r = client_request(t, path);

	return client_ask(t, &r);
}
