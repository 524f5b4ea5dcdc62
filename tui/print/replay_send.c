/* A call sent again from the command line. Whatever comes is cleaned; nothing is kept of it. */
#include "print/replay.h"

#include "base/clean.h"
#include "collect/posthog_key.h"
#include "draw/measures.h"
#include "explorer_replay.h"
#include "print/output.h"
#include "print/show.h"
#include "term/program.h"

#include <stdio.h>
#include <unistd.h>

struct sending {
	struct explorer *explorer;
	uint32_t event;
	const struct options *options;
	struct prepared *prepared;
	struct replay_address address;
	struct buf body, key;
	struct replay *replay;
	size_t printed; /* bytes of the answer's text */
};

/* ---- before ---------------------------------------------------------------------------------- */

static int code_of_end(enum replay_end end)
{
	switch (end) {
	case REPLAY_ANSWERED:
		return EXIT_OK;
	case REPLAY_REFUSED:
		return EXIT_BAD_USAGE;
	case REPLAY_NOT_ALLOWED:
		return EXIT_NOT_ALLOWED;
	case REPLAY_LIMITED:
		return EXIT_LIMITED;
	default:
		return EXIT_NETWORK;
	}
}

static int fail(const struct errinfo *e, int code)
{
	output_error(e->msg);
	return code;
}

/* True to go on. */
static bool asked(const char *question)
{
	char answer = 0, more;

	fputs(question, stderr);
	fflush(stderr);
	if (read(STDIN_FILENO, &answer, 1) != 1)
		return false;
	for (more = answer; more != '\n' && read(STDIN_FILENO, &more, 1) == 1;)
		;
	return answer == 'y' || answer == 'Y';
}

static int edit(struct sending *s)
{
	struct buf before = {0}, line = {0};
	struct errinfo e = {.msg = ""};
	int code = EXIT_OK;

	buf_append(&before, buf_str(&s->body));
	if (!program_change(&s->body, "request.json", &line))
		err_set(&e, ERR_USAGE, "replay: nothing is sent: %.180s", buf_text(&line));
	else if (str_trim(buf_str(&s->body)).n == 0)
		err_set(&e, ERR_USAGE, "replay: nothing is sent: the request is empty");
	else if (str_eq(buf_str(&before), buf_str(&s->body)) &&
	         !asked("The request is as it was. Send it? [y/N] "))
		err_set(&e, ERR_USAGE, "replay: nothing is sent");
	if (e.msg[0] != '\0')
		code = fail(&e, EXIT_BAD_USAGE);
	buf_free(&before);
	buf_free(&line);
	return code;
}

static int prepare(struct sending *s)
{
	const struct provider_request *r = &s->prepared->request;
	const char *base = s->options->base_url;
	struct errinfo e;
	enum err err;
	int code = EXIT_OK;

	if (s->prepared->state == DETAIL_FAILED)
		return fail(&s->prepared->error, exit_of_err(s->prepared->error.code));
	if (base == NULL)
		base = replay_base_url(s->options->config, r->provider ? r->provider : "other");
	err = replay_address(&s->address, r, buf_str(&s->prepared->named), base, &e);
	if (err != ERR_OK)
		return fail(&e, EXIT_BAD_USAGE);
	if (replay_key(&s->key, r->key_variable, &s->address, &e) != ERR_OK)
		return fail(&e, EXIT_NOT_ALLOWED);
	buf_append(&s->body, buf_str(&r->body));
	if (s->options->edit)
		code = edit(s);
	if (code == EXIT_OK && replay_check_body(buf_str(&s->body), &e) != ERR_OK)
		code = fail(&e, EXIT_BAD_USAGE);
	return code;
}

static void say_where(const struct sending *s)
{
	struct buf line = {0};

	clean_append(&line, buf_str(&s->prepared->request.notes), CLEAN_LINES);
	buf_puts(&line, "# to ");
	clean_append(&line, buf_str(&s->address.origin), 0);
	buf_puts(&line, s->key.n > 0 ? "\n" : ", without a key\n");
	fwrite(line.p, 1, line.n, stderr);
	buf_free(&line);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void print_clean(struct str text)
{
	struct buf clean = {0};

	clean_append(&clean, text, CLEAN_LINES | CLEAN_TABS);
	output_write(buf_str(&clean));
	buf_free(&clean);
}

static void on_came(void *ctx)
{
	struct sending *s = ctx;
	struct str text = buf_str(&replay_state(s->replay)->text);

	if (s->options->format != FORMAT_TEXT || text.n == s->printed)
		return;
	print_clean(str_sub(text, s->printed, SIZE_MAX));
	fflush(stdout);
	s->printed = text.n;
}

static void on_done(void *ctx)
{
	loop_stop(explorer_loop(((struct sending *)ctx)->explorer));
}

/* What the stream did not say as text. */
static void print_rest(const struct sending *s, const struct messages *m)
{
	bool at_line = s->printed == 0 || replay_state(s->replay)->text.p[s->printed - 1] == '\n';

	for (uint32_t i = 0; i < m->n; i++) {
		const struct part *p = &m->parts[i];
		bool call = p->type == PART_TOOL_CALL;

		if (p->side != SIDE_OUTPUT || p->type == PART_REASONING ||
		    (!call && s->printed > 0))
			continue;
		if (!at_line)
			output_write(STR("\n"));
		print_clean(call ? p->name : p->text);
		if (call) {
			output_write(STR("("));
			print_clean(p->arguments);
			output_write(STR(")"));
		}
		at_line = false;
	}
	if (!at_line)
		output_write(STR("\n"));
	fflush(stdout);
}

static void print_summary(const struct sending *s, const struct compared *c)
{
	const struct events *t = explorer_events(s->explorer);
	struct measures before, after;
	struct buf line = {0};

	measures_of_event(&before, t, s->event);
	measures_of_answer(&after, replay_state(s->replay),
	                   c->after.has_cost ? &c->after.cost : NULL);
	clean_append(&line,
	             str_sub(c->after.has_cost ? c->after.cost.usage.model : STR_EMPTY, 0, 60), 0);
	buf_puts(&line, line.n > 0 ? "  " : "");
	measures_append(&line, &after);
	buf_puts(&line, "   original: ");
	measures_append(&line, &before);
	buf_add(&line, '\n');
	fwrite(line.p, 1, line.n, stderr);
	buf_free(&line);
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static void key_count(struct json_writer *w, const char *key, int64_t count)
{
	json_write_key(w, key);
	if (count == ANSWER_UNKNOWN)
		json_write_null(w);
	else
		json_write_int(w, count);
}

static void key_value(struct json_writer *w, const char *key, struct value v)
{
	json_write_key(w, key);
	output_value(w, &v);
}

static void key_seconds(struct json_writer *w, const char *key, int64_t microseconds)
{
	key_value(w, key,
	          (struct value){.type = microseconds < 0 ? VALUE_UNKNOWN : VALUE_SECONDS,
	                         .number = microseconds});
}

static void write_usage(struct json_writer *w, const struct answer_usage *u)
{
	json_write_key(w, "usage");
	json_begin_object(w);
	key_count(w, "input_tokens", u->input);
	key_count(w, "output_tokens", u->output);
	key_count(w, "cache_read_tokens", u->cache_read);
	key_count(w, "cache_write_tokens", u->cache_write);
	key_count(w, "reasoning_tokens", u->reasoning);
	json_end_object(w);
}

static void write_messages(struct json_writer *w, const struct messages *m)
{
	json_write_key(w, "messages");
	json_begin_array(w);
	for (uint32_t i = 0; i < m->n; i++)
		if (m->parts[i].side == SIDE_OUTPUT)
			print_json_part(w, &m->parts[i]);
	json_end_array(w);
}

static void write_answer(struct json_writer *w, const struct sending *s, const struct compared *c)
{
	const struct replay_state *r = replay_state(s->replay);
	struct measures m;

	measures_of_answer(&m, r, c->after.has_cost ? &c->after.cost : NULL);
	json_write_key(w, "answer");
	json_begin_object(w);
	write_messages(w, &c->after.messages);
	write_usage(w, &r->usage);
	key_seconds(w, "latency_s", r->latency);
	key_seconds(w, "ttft_s", r->first);
	key_value(w, "cost_usd", m.cost);
	key_value(w, "cost_estimated",
	          (struct value){.type = m.cost.type == VALUE_MONEY ? VALUE_BOOL : VALUE_UNKNOWN,
	                         .number = m.cost.estimate});
	key_value(w, "status",
	          (struct value){.type = r->status != 0 ? VALUE_COUNT : VALUE_UNKNOWN,
	                         .number = r->status});
	key_value(w, "error",
	          (struct value){.type = r->says.n > 0 ? VALUE_TEXT : VALUE_UNKNOWN,
	                         .text = buf_str(&r->says)});
	json_end_object(w);
}

static void print_json(const struct sending *s, const struct compared *c)
{
	struct json_writer w;
	struct buf out = {0};
	struct rows row;

	output_json(&w, &out, true);
	output_event_rows(&row, explorer_model(s->explorer), s->event);
	json_begin_object(&w);
	json_write_key(&w, "original");
	json_begin_object(&w);
	output_row(&w, &row, 0);
	write_messages(&w, &c->before.messages);
	json_end_object(&w);
	write_answer(&w, s, c);
	json_end_object(&w);
	json_writer_end(&w);
	output_write(STR("\n"));
	rows_free(&row);
	buf_free(&out);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int print_end(const struct sending *s)
{
	const struct replay_state *r = replay_state(s->replay);
	struct buf event = {0};
	struct compared *c;

	replay_event(s->replay, &event);
	c = compared_read_answer(explorer_events(s->explorer), s->event, buf_str(&event));
	if (s->options->format != FORMAT_TEXT)
		print_json(s, c);
	else
		print_rest(s, &c->after.messages);
	if (s->options->format == FORMAT_TEXT && r->status == 200)
		print_summary(s, c);
	if (r->says.n > 0)
		output_error(r->says.p);
	compared_free(c);
	buf_free(&event);
	return code_of_end(r->end);
}

static int send_it(struct sending *s)
{
	struct http *http = http_new(explorer_loop(s->explorer));
	struct replay_order order = {.request = &s->prepared->request,
	                             .address = &s->address,
	                             .body = buf_str(&s->body),
	                             .key = buf_str(&s->key),
	                             .came = on_came,
	                             .done = on_done,
	                             .ctx = s};
	int code;

	say_where(s);
	s->replay = replay_send(http, &order);
	posthog_key_wipe(&s->key);
	loop_run(explorer_loop(s->explorer));
	code = print_end(s);
	replay_free(s->replay);
	http_free(http);
	return code;
}

int print_replay_send(struct explorer *x, uint32_t event, const struct options *o)
{
	struct sending s = {.explorer = x, .event = event, .options = o};
	int code;

	s.prepared = prepared_read(explorer_events(x), event);
	code = prepare(&s);
	if (code == EXIT_OK)
		code = send_it(&s);
	posthog_key_wipe(&s.key);
	buf_free(&s.body);
	replay_address_free(&s.address);
	prepared_free(s.prepared);
	return code;
}
