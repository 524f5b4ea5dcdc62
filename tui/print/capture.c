/* Prints where it listens, then generations and embeddings as they arrive. While another process has the journal nothing is
 * printed: the first line of standard output says where to send events, whenever that is. */
#include "print/capture.h"

#include "collect/folder.h"
#include "draw/source_text.h"
#include "print/output.h"
#include "print/tail.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define KEPT 65536u /* records of events; what is printed is needed no more */

struct capture_command {
	struct loop *loop;
	struct explorer *x;
	struct endpoint *endpoint;
	bool json, announced, failing;
	struct errinfo told; /* of what is forwarded */
	uint32_t printed;    /* events before this number are, or are none of ours */
};

/* ---- for all that listen --------------------------------------------------------------------------- */

enum err capture_folder(struct buf *out, const struct options *o, struct errinfo *e)
{
	if (o == NULL || o->journal == NULL)
		return journal_folder(out, e);
	buf_puts(out, o->journal);
	return ERR_OK;
}

void capture_endpoint_options(struct endpoint_options *out, const struct options *o,
                              const char *folder)
{
	*out = (struct endpoint_options){
		.folder = folder,
		.writer = {.keep_bytes = o->keep_bytes, .keep_seconds = o->keep_seconds},
		.listener = {.address = o->listen,
	                     .allow_origins = o->allow_origins,
	                     .allow_hosts = o->allow_hosts},
		.forward = {.url = o->forward},
	};
}

static void ignore(void *ctx)
{
	(void)ctx;
}

void capture_end_forward(struct loop *loop, const struct endpoint *p, uint64_t ms)
{
	struct loop_timer *timer = loop_timer_new(loop, ignore, NULL);
	struct forward_counts counts;
	struct buf text = {0};

	loop_timer_start(timer, ms, 0);
	while (endpoint_forwards(p, &counts) && counts.waiting > 0 && !counts.stuck &&
	       loop_timer_active(timer))
		loop_step(loop, true);
	loop_timer_free(timer);
	if (endpoint_forwards(p, &counts) && counts.waiting > 0) {
		source_forward_text(&text, &counts);
		buf_puts(&text, ": they are sent when a tracehog that forwards there runs again");
		output_error(buf_text(&text));
	}
	buf_free(&text);
}

void capture_warn(const struct endpoint *p)
{
	if (endpoint_state(p) == ENDPOINT_LISTENING && !endpoint_is_loopback(p))
		output_error("warning: every machine that can reach this one can send events here");
}

/* ---- the command ----------------------------------------------------------------------------------- */

static void write_url(const struct capture_command *c)
{
	struct buf line = {0};
	struct json_writer w;

	if (c->json) {
		output_json(&w, &line, false);
		json_begin_object(&w);
		json_write_key(&w, "listening");
		json_write_text(&w, str_of(endpoint_url(c->endpoint)));
		json_end_object(&w);
		json_writer_end(&w);
		output_write(STR("\n"));
	} else {
		buf_printf(&line, "listening on %s\n", endpoint_url(c->endpoint));
		output_write(buf_str(&line));
	}
	fflush(stdout);
	buf_free(&line);
}

static void announce(struct capture_command *c)
{
	if (c->announced || endpoint_state(c->endpoint) != ENDPOINT_LISTENING)
		return;
	c->announced = true;
	c->printed = explorer_events(c->x)->n;
	write_url(c);
	capture_warn(c->endpoint);
	if (ferror(stdout))
		loop_stop(c->loop);
}

static void tell_failing(struct capture_command *c)
{
	struct errinfo e = {0};
	bool failing = endpoint_failing(c->endpoint, &e);

	if (failing && !c->failing)
		output_error(e.msg);
	c->failing = failing;
}

/* A word about each trouble, not one for every request. */
static void tell_forward(struct capture_command *c)
{
	struct forward_counts counts;
	struct buf text = {0};

	if (!endpoint_forwards(c->endpoint, &counts) || counts.trouble.code == ERR_OK ||
	    strcmp(counts.trouble.msg, c->told.msg) == 0)
		return;
	c->told = counts.trouble;
	source_forward_text(&text, &counts);
	buf_printf(&text, ": %s", counts.trouble.msg);
	output_error(buf_text(&text));
	buf_free(&text);
}

static void on_taken(void *ctx)
{
	struct capture_command *c = ctx;

	/* Within endpoint_open it has no name yet. */
	if (c->endpoint == NULL)
		return;
	announce(c);
	tell_failing(c);
	tell_forward(c);
	explorer_check(c->x);
}

static void print_new(struct capture_command *c)
{
	const struct events *events = explorer_events(c->x);

	for (; c->printed < events->n; c->printed++)
		if (event_is_call(events_get(events, c->printed)))
			print_event(c->x, c->printed, c->json);
	fflush(stdout);
	if (ferror(stdout))
		loop_stop(c->loop);
}

static void on_change(void *ctx)
{
	struct capture_command *c = ctx;

	if (c->announced)
		print_new(c);
	if (explorer_events(c->x)->n > KEPT && !explorer_loading(c->x)) {
		explorer_forget(c->x);
		c->printed = 0;
	}
}

static void on_end(void *ctx)
{
	loop_stop(((struct capture_command *)ctx)->loop);
}

static void tell_followed(const char *folder)
{
	struct buf url = {0}, text = {0};

	folder_read_url(folder, &url);
	buf_printf(&text, "another tracehog writes %s (%s): waiting until it ends", folder,
	           url.n > 0 ? buf_text(&url) : "it has not said where it listens");
	output_error(buf_text(&text));
	buf_free(&text);
	buf_free(&url);
}

static void listen_until_signal(struct capture_command *c)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct loop_signal *ends[3];

	for (size_t i = 0; i < 3; i++)
		ends[i] = loop_signal_new(c->loop, signals[i], on_end, c);
	explorer_on_change(c->x, on_change, c);
	explorer_start(c->x, true);
	loop_run(c->loop);
	for (size_t i = 0; i < 3; i++)
		loop_signal_free(ends[i]);
}

/* What came in is in the journal; of that, what was not printed yet. */
static void print_rest(struct capture_command *c)
{
	explorer_check(c->x);
	while (explorer_loading(c->x) && loop_step(c->loop, true))
		;
	on_change(c);
}

static int capture_on(struct capture_command *c, const struct options *o, const char *folder)
{
	struct endpoint_options options;
	struct errinfo e = {0};
	enum err err = explorer_add_folder(c->x, folder, &e);

	if (err == ERR_OK) {
		explorer_skip(c->x);
		capture_endpoint_options(&options, o, folder);
		err = endpoint_open(&c->endpoint, c->loop, &options, on_taken, c, &e);
	}
	if (err != ERR_OK) {
		output_error(e.msg);
		return exit_of_err(err);
	}
	announce(c);
	if (!c->announced)
		tell_followed(folder);
	listen_until_signal(c);
	capture_end_forward(c->loop, c->endpoint, CAPTURE_END_MS);
	endpoint_close(c->endpoint);
	print_rest(c);
	return EXIT_OK;
}

int print_capture(struct options *o)
{
	struct capture_command c = {.json = o->format != FORMAT_TEXT};
	struct buf folder = {0};
	struct errinfo e = {0};
	int code;
	enum err err = capture_folder(&folder, o, &e);

	if (err != ERR_OK) {
		output_error(e.msg);
		return exit_of_err(err);
	}
	c.loop = loop_new();
	c.x = explorer_new(c.loop);
	code = capture_on(&c, o, buf_text(&folder));
	explorer_free(c.x);
	loop_free(c.loop);
	buf_free(&folder);
	return output_end(code);
}
