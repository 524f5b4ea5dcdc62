/* One call to a provider. Its answer is a stream of events, or one document: the first byte tells.
 *
 * Invariants: `events` holds what has come so far, without the key: of a stream a list of its events that is not closed
 * yet, else the document as it is. What it says beyond the pieces that a screen needs is left in there, for who reads the event
 * in the end (replay_event.c). */
#include "collect/replay_internal.h"

#include "base/mem.h"
#include "base/time.h"
#include "collect/posthog_key.h"

#include <string.h>

#define LOOK_MAX   \
	((size_t)1 \
	 << 20) /* bytes of a message that is looked into on the loop: images are longer */
#define HEAD_MAX  ((size_t)120) /* bytes of what is no answer that are shown */
#define KEY_MIN   ((size_t)16)  /* bytes of what is a secret */
#define STATUS_OK 200

/* ---- what comes in --------------------------------------------------------------------------------- */

/* The provider may say the key back to us. No provider's key is shorter than KEY_MIN: what is, is the word that a server of
 * one's own is content with (EMPTY, null, ollama), no secret, and an answer or its JSON may well hold that word. */
static void hide_key(const struct replay *r, struct buf *b, size_t from)
{
	struct str whole = buf_str(b), key = buf_str(&r->key);

	if (key.n < KEY_MIN)
		return;
	for (size_t at = from; (at = str_find(whole, key, at, false)) != SIZE_MAX; at += key.n)
		memset(b->p + at, '*', key.n);
}

/* False if it is no JSON. What is too long to be looked into is taken for some. */
static bool look_into(struct replay *r, struct str json)
{
	struct json_report report;
	struct json_tree tree;
	bool good;

	if (json.n > LOOK_MAX) {
		r->answer.model_spoke = true;
		return true;
	}
	good = json_tree_parse(&tree, json, &report) == ERR_OK;
	if (good)
		answer_take(&r->answer, &tree, &r->state.text, &r->state.reasoning);
	json_tree_free(&tree);
	return good;
}

static void on_message(void *ctx, struct str data)
{
	struct replay *r = ctx;
	size_t before = r->events.n, from;

	r->messages++;
	if (str_eq(str_trim(data), STR("[DONE]"))) {
		r->answer.ended = true;
		return;
	}
	buf_puts(&r->events, before == 0 ? "[" : ",\n");
	from = r->events.n;
	buf_append(&r->events, data);
	hide_key(r, &r->events, from);
	if (!look_into(r, str_sub(buf_str(&r->events), from, SIZE_MAX))) {
		r->events.n = before;
		r->bad_message = r->bad_message != 0 ? r->bad_message : r->messages;
	}
	if (r->state.first < 0 && r->answer.model_spoke)
		r->state.first = r->clock() - r->began;
}

static void on_part(void *ctx, struct str bytes)
{
	struct replay *r = ctx;
	size_t wanted = HEAD_MAX + r->key.n; /* a key that begins in what is shown is there whole */
	struct str begin;

	if (r->head.n < wanted)
		buf_append(&r->head, str_sub(bytes, 0, wanted - r->head.n));
	begin = str_trim(buf_str(&r->head));
	if (!r->known && begin.n > 0) {
		r->known = true;
		r->document = begin.p[0] == '{' || begin.p[0] == '[';
	}
	if (r->document)
		buf_append(&r->events, bytes);
	else
		posthog_sse_feed(&r->sse, bytes);
	r->state.latency = r->clock() - r->began;
	if (r->came)
		r->came(r->ctx);
}

/* ---- the end --------------------------------------------------------------------------------------- */

static enum replay_end end_of_status(int status)
{
	switch (status) {
	case 400:
	case 413:
	case 422:
		return REPLAY_REFUSED;
	case 401:
	case 403:
		return REPLAY_NOT_ALLOWED;
	case 429:
		return REPLAY_LIMITED;
	default:
		return REPLAY_BROKEN;
	}
}

/* What the provider says of its refusal. */
static void say_refusal(struct replay *r, const struct http_answer *answer)
{
	struct buf *says = &r->state.says;
	struct json_report report;
	struct json_tree body;
	size_t before;

	buf_printf(says, "%s answered %d", buf_text(&r->host), answer->status);
	if (answer->retry_after >= 0)
		buf_printf(says, " (not before %lld s from now)", (long long)answer->retry_after);
	before = says->n;
	buf_puts(says, ": ");
	if (json_tree_parse(&body, answer->body, &report) == ERR_OK)
		answer_trouble(&body, says);
	json_tree_free(&body);
	if (says->n == before + 2)
		says->n = before;
}

/* Why an answer with status 200 is none, or NULL. */
static const char *why_broken(const struct replay *r)
{
	if (r->messages == 0 && !r->document)
		return "no answer of a model: it begins: ";
	if (r->answer.trouble.n > 0)
		return "";
	if (r->bad_message != 0)
		return "a message of its stream is no JSON: number ";
	if (r->sse.skipped > 0)
		return "a message of its stream is over 16 MB, and left out";
	return r->answer.ended ? NULL : "its stream ended before the answer did";
}

static enum replay_end judge(struct replay *r)
{
	const char *why = why_broken(r);
	struct buf *says = &r->state.says;

	if (why == NULL)
		return REPLAY_ANSWERED;
	buf_printf(says, "%s: %s", buf_text(&r->host), why);
	if (r->messages == 0 && !r->document) {
		hide_key(r, &r->head, 0);
		buf_append(says, str_trim(str_sub(buf_str(&r->head), 0, HEAD_MAX)));
	} else if (r->answer.trouble.n > 0) {
		buf_append(says, buf_str(&r->answer.trouble));
	} else if (r->bad_message != 0) {
		buf_printf(says, "%llu", (unsigned long long)r->bad_message);
	}
	return REPLAY_BROKEN;
}

static void end_document(struct replay *r)
{
	struct json_report report;
	struct json_tree tree;

	hide_key(r, &r->events, 0);
	if (json_tree_parse(&tree, buf_str(&r->events), &report) == ERR_OK) {
		answer_take_whole(&r->answer, &tree);
	} else {
		buf_printf(&r->answer.trouble, "its answer is no JSON: byte %zu: %s", report.pos,
		           json_fault_text(report.fault));
		buf_clear(&r->events);
	}
	json_tree_free(&tree);
}

/* What came is whole from here on. */
static void close_answer(struct replay *r)
{
	r->call = NULL;
	r->state.latency = r->clock() - r->began;
	if (r->document)
		end_document(r);
	else if (r->events.n > 0)
		buf_add(&r->events, ']');
	r->state.usage = r->answer.usage;
}

static void on_done(void *ctx, const struct http_answer *answer)
{
	struct replay *r = ctx;

	close_answer(r);
	r->state.status = answer->status;
	if (answer->end != HTTP_ANSWERED) {
		r->state.end = REPLAY_BROKEN;
		buf_puts(&r->state.says, answer->says);
	} else if (answer->status != STATUS_OK) {
		r->state.end = end_of_status(answer->status);
		say_refusal(r, answer);
	} else {
		r->state.end = judge(r);
	}
	hide_key(r, &r->state.says, 0);
	posthog_key_wipe(&r->key);
	r->done(r->ctx);
}

void replay_stop(struct replay *r)
{
	if (!r->call)
		return;
	http_cancel(r->call);
	close_answer(r);
	r->state.end = REPLAY_BROKEN;
	buf_puts(&r->state.says, "stopped: what came before stands here");
	posthog_key_wipe(&r->key);
}

/* ---- beginning ------------------------------------------------------------------------------------- */

static void ask(struct replay *r, struct http *http, const struct replay_order *o)
{
	const struct provider_request *p = o->request;
	bool bearer = strcmp(p->key_header, "Authorization") == 0;
	struct http_header headers[2];
	struct http_request request = {.method = "POST",
	                               .url = o->address->url.p,
	                               .body = buf_str(&r->body),
	                               .accept = "text/event-stream, application/json",
	                               .headers = headers,
	                               .max_answer = REPLAY_MAX_ANSWER,
	                               .total_ms = HTTP_NO_LIMIT,
	                               .idle_ms = o->idle_ms != 0 ? o->idle_ms : REPLAY_IDLE_MS,
	                               .part = on_part,
	                               .done = on_done,
	                               .ctx = r};

	if (bearer)
		request.bearer = o->key;
	else if (o->key.n > 0)
		headers[request.n_headers++] = (struct http_header){p->key_header, o->key,
		                                                    .secret = true};
	if (p->version != NULL)
		headers[request.n_headers++] = (struct http_header){"anthropic-version",
		                                                    str_of(p->version), false};
	r->call = http_send(http, &request);
}

struct replay *replay_send(struct http *http, const struct replay_order *order)
{
	struct replay *r = mem_zero(1, sizeof(*r));

	r->came = order->came;
	r->done = order->done;
	r->ctx = order->ctx;
	r->provider = order->request->provider;
	r->sse.message = on_message;
	r->sse.ctx = r;
	r->state.first = -1;
	answer_init(&r->answer);
	r->state.usage = r->answer.usage;
	buf_append(&r->body, order->body);
	buf_append(&r->model, buf_str(&order->request->model));
	buf_append(&r->host, buf_str(&order->address->origin));
	buf_reserve(&r->key, order->key.n); /* growing would leave a copy behind */
	buf_append(&r->key, order->key);
	r->clock = order->clock != NULL ? order->clock : time_monotonic;
	r->began = r->clock();
	ask(r, http, order);
	return r;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	if (r->call)
		http_cancel(r->call);
	posthog_key_wipe(&r->key);
	posthog_sse_free(&r->sse);
	answer_free(&r->answer);
	buf_free(&r->state.text);
	buf_free(&r->state.reasoning);
	buf_free(&r->state.says);
	buf_free(&r->body);
	buf_free(&r->model);
	buf_free(&r->host);
	buf_free(&r->events);
	buf_free(&r->head);
	mem_free(r);
}

const struct replay_state *replay_state(const struct replay *r)
{
	return &r->state;
}
