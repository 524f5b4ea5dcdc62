/* Starts an endpoint, or finds the one that has the journal, and runs a program that is told of it. Its standard error is passed
 * through byte by byte and line by line into the journal, over HTTP as everything else. When it has ended, what is still under
 * way gets a second; then the events that came since the start are summed up.
 *
 * When more of its lines wait than WAITING_MAX, its standard error is not read: nothing of it is lost, it waits for us. */
#include "print/run.h"

#include "base/mem.h"
#include "base/time.h"
#include "collect/folder.h"
#include "collect/sender.h"
#include "collect/uuid.h"
#include "draw/format.h"
#include "print/capture.h"
#include "print/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)64 << 10)
#define WAITING_MAX    ((size_t)8 << 20) /* bytes of lines that are not in the journal yet */
#define TICK_MS        50
#define LATE           TIME_SECOND       /* after its end */
#define QUIET          (TIME_SECOND / 4) /* without anything new: no more is waited for */

#define NOT_FOUND 127
#define NOT_RUN   126
#define BY_SIGNAL 128

struct run;

struct passed_signal {
	struct run *run;
	int number;
	struct loop_signal *catcher;
};

struct run {
	struct options *options;
	struct loop *loop;
	struct explorer *x;
	struct endpoint *endpoint;
	struct sender *sender;
	struct loop_child *child;
	struct loop_reader *reader;
	struct loop_timer *timer;
	struct passed_signal signals[4];
	struct buf folder, url;
	bool temporary;  /* the folder is ours alone */
	int error_pipe;  /* its standard error, to read; -1: at its end */
	struct buf line; /* of it, not ended yet */
	bool mid_line;   /* what was passed through did not end with a newline */
	bool ended;
	int code;
	int64_t ended_at, moved_at; /* monotonic; when something last came in */
};

/* ---- where to send ------------------------------------------------------------------------------------- */

static void on_taken(void *ctx)
{
	struct run *r = ctx;

	r->moved_at = time_monotonic();
	explorer_check(r->x);
}

static void on_change(void *ctx)
{
	((struct run *)ctx)->moved_at = time_monotonic();
}

static void close_endpoint(struct run *r)
{
	endpoint_close(r->endpoint);
	r->endpoint = NULL;
	explorer_free(r->x);
	r->x = NULL;
}

/* The explorer passes over what the journal holds before anything can come in. */
static enum err open_endpoint(struct run *r, const char *address, struct errinfo *e)
{
	struct endpoint_options options;
	enum err err;

	r->x = explorer_new(r->loop);
	err = explorer_add_folder(r->x, buf_text(&r->folder), e);
	if (err != ERR_OK)
		return err;
	explorer_skip(r->x);
	capture_endpoint_options(&options, r->options, buf_text(&r->folder));
	options.listener.address = address;
	return endpoint_open(&r->endpoint, r->loop, &options, on_taken, r, e);
}

static enum err open_temporary(struct run *r, struct errinfo *e)
{
	enum err err;

	close_endpoint(r);
	buf_clear(&r->folder);
	err = folder_make_temporary(&r->folder, e);
	if (err != ERR_OK)
		return err;
	r->temporary = true;
	return open_endpoint(r, ":0", e);
}

/* The port that was asked for, or any that is free; or another process's, if it has this journal. */
static enum err find_endpoint(struct run *r, struct errinfo *e)
{
	enum err err = open_endpoint(r, r->options->listen, e);

	if (err == ERR_BUSY && r->options->listen == NULL) {
		close_endpoint(r);
		err = open_endpoint(r, ":0", e);
	}
	if (err != ERR_OK || folder_read_url(buf_text(&r->folder), &r->url))
		return err;
	if (endpoint_state(r->endpoint) == ENDPOINT_FOLLOWING)
		err = open_temporary(r, e);
	if (err == ERR_OK)
		buf_puts(&r->url, endpoint_url(r->endpoint));
	return err;
}

/* ---- its standard error -------------------------------------------------------------------------------- */

static void send_line(struct run *r)
{
	struct buf event = {0}, text = {0};
	struct json_writer w = {.out = &event};
	uint8_t uuid[UUID_BYTES];
	int64_t now = time_now();

	json_begin_object(&w);
	uuid_make(now, uuid);
	uuid_append(&text, uuid);
	json_write_key(&w, "uuid");
	json_write_text(&w, buf_str(&text));
	json_write_key(&w, "event");
	json_write_text(&w, STR("$log"));
	json_write_key(&w, "distinct_id");
	json_write_text(&w, str_of(r->options->words[0]));
	buf_clear(&text);
	time_append_rfc3339(&text, now);
	json_write_key(&w, "timestamp");
	json_write_text(&w, buf_str(&text));
	json_write_key(&w, "properties");
	json_begin_object(&w);
	json_write_key(&w, "text");
	json_write_text(&w, buf_str(&r->line));
	json_end_object(&w);
	json_end_object(&w);
	json_writer_end(&w);
	sender_add(r->sender, buf_str(&event));
	buf_clear(&r->line);
	buf_free(&text);
	buf_free(&event);
}

/* A line that is too long goes on in the next one. */
static void keep_lines(struct run *r, struct str bytes)
{
	while (bytes.n > 0) {
		size_t room = LINE_MAX_BYTES - r->line.n;
		size_t most = bytes.n < room ? bytes.n : room;
		const char *newline = memchr(bytes.p, '\n', most);
		size_t n = newline != NULL ? (size_t)(newline - bytes.p) : most;
		buf_append(&r->line, str_sub(bytes, 0, n));
		if (newline != NULL || r->line.n == LINE_MAX_BYTES)
			send_line(r);
		bytes = str_sub(bytes, n + (newline != NULL), SIZE_MAX);
	}
}

static void pass_through(struct run *r, struct str bytes)
{
	r->mid_line = bytes.p[bytes.n - 1] != '\n';
	while (bytes.n > 0) {
		ssize_t n = write(STDERR_FILENO, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		/* Nobody reads it: the program runs on all the same. */
		if (n < 0)
			return;
		bytes = str_sub(bytes, (size_t)n, SIZE_MAX);
	}
}

static void end_of_error(struct run *r)
{
	loop_reader_free(r->reader);
	r->reader = NULL;
	close(r->error_pipe);
	r->error_pipe = -1;
	if (r->line.n > 0)
		send_line(r);
}

static void on_error_output(void *ctx)
{
	struct run *r = ctx;
	char bytes[1 << 16];
	ssize_t n = read(r->error_pipe, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	r->moved_at = time_monotonic();
	if (n <= 0) {
		end_of_error(r);
		return;
	}
	pass_through(r, (struct str){bytes, (size_t)n});
	keep_lines(r, (struct str){bytes, (size_t)n});
	if (sender_waiting(r->sender) > WAITING_MAX) {
		loop_reader_free(r->reader);
		r->reader = NULL;
	}
}

static void on_sent(void *ctx)
{
	struct run *r = ctx;

	r->moved_at = time_monotonic();
	if (r->reader == NULL && r->error_pipe >= 0 && sender_waiting(r->sender) < WAITING_MAX / 2)
		r->reader = loop_reader_new(r->loop, r->error_pipe, on_error_output, r);
}

/* ---- signals ------------------------------------------------------------------------------------------- */

/* What a terminal's keys send goes to the program as well: a second one would be one too many. */
static bool terminal_sends_to_both(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	bool both = fd >= 0 && tcgetpgrp(fd) == getpgrp();

	if (fd >= 0)
		close(fd);
	return both;
}

static void on_signal(void *ctx)
{
	struct passed_signal *s = ctx;

	if (s->run->child != NULL && (s->number == SIGTERM || !terminal_sends_to_both()))
		loop_child_signal(s->run->child, s->number);
}

static void catch_signals(struct run *r)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	for (size_t i = 0; i < 4; i++) {
		r->signals[i] = (struct passed_signal){.run = r, .number = numbers[i]};
		r->signals[i].catcher = loop_signal_new(r->loop, numbers[i], on_signal,
		                                        &r->signals[i]);
	}
	/* Whoever reads our standard error may go away before the program does. */
	signal(SIGPIPE, SIG_IGN);
}

/* ---- the program --------------------------------------------------------------------------------------- */

static void on_tick(void *ctx)
{
	struct run *r = ctx;
	int64_t now = time_monotonic();
	bool still = r->error_pipe < 0 && sender_waiting(r->sender) == 0 &&
	             !explorer_loading(r->x) && now - r->moved_at >= QUIET;

	if (still || now - r->ended_at >= LATE)
		loop_stop(r->loop);
}

static void on_ended(void *ctx, int status, int signum)
{
	struct run *r = ctx;

	r->ended = true;
	r->code = signum != 0 ? BY_SIGNAL + signum : status;
	r->ended_at = r->moved_at = time_monotonic();
	loop_timer_start(r->timer, TICK_MS, TICK_MS);
}

/* gRPC, which many exporters speak unless told otherwise, is not spoken here. */
static bool speaks_http(void)
{
	const char *protocol = getenv("OTEL_EXPORTER_OTLP_PROTOCOL");

	return protocol != NULL && str_starts(str_of(protocol), STR("http/"));
}

static enum err start_program(struct run *r, struct errinfo *e)
{
	struct buf host = {0}, otlp = {0};
	const char *env[4] = {0};
	int ends[2];
	enum err err;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(e, ERR_IO, "making a pipe: %s", strerror(errno));
	buf_printf(&host, "POSTHOG_HOST=%s", buf_text(&r->url));
	buf_printf(&otlp, "OTEL_EXPORTER_OTLP_ENDPOINT=%s", buf_text(&r->url));
	env[0] = buf_text(&host);
	env[1] = buf_text(&otlp);
	env[2] = speaks_http() ? NULL : "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf";
	err = loop_child_new(&r->child, r->loop, r->options->words, env, ends[1], on_ended, r, e);
	close(ends[1]);
	r->error_pipe = ends[0];
	buf_free(&host);
	buf_free(&otlp);
	return err;
}

/* Everything that is in the journal by now. */
static void load_rest(struct run *r)
{
	explorer_check(r->x);
	while (explorer_loading(r->x) && loop_step(r->loop, true))
		;
}

static void summarise(struct run *r)
{
	struct stats s;
	struct buf line = {0};

	stats_build(&s, explorer_model(r->x), TIME_NONE, TIME_NONE, NULL);
	buf_printf(&line, "%u trace%s, %u error%s, ", s.traces, s.traces == 1 ? "" : "s",
	           s.totals.errors, s.totals.errors == 1 ? "" : "s");
	if (totals_has_calls(&s.totals))
		format_cost(&line, &s.totals, 0);
	else
		format_money(&line, 0);
	if (r->mid_line)
		pass_through(r, STR("\n"));
	output_error(buf_text(&line));
	buf_free(&line);
	stats_free(&s);
}

static void report(struct run *r)
{
	struct errinfo e = {0};

	if (sender_error(r->sender, &e) != ERR_OK) {
		output_error("not all lines of its standard error are in the journal");
		output_error(e.msg);
	}
	if (endpoint_failing(r->endpoint, &e))
		output_error(e.msg);
}

static int run_program(struct run *r)
{
	struct errinfo e = {0};
	enum err err;

	explorer_on_change(r->x, on_change, r);
	explorer_start(r->x, true);
	r->sender = sender_new(r->loop, buf_text(&r->url), on_sent, r);
	r->timer = loop_timer_new(r->loop, on_tick, r);
	catch_signals(r);
	err = start_program(r, &e);
	if (err != ERR_OK) {
		output_error(e.msg);
		return err == ERR_NOT_FOUND ? NOT_FOUND : NOT_RUN;
	}
	r->reader = loop_reader_new(r->loop, r->error_pipe, on_error_output, r);
	loop_run(r->loop);
	report(r);
	return r->code;
}

static void end(struct run *r)
{
	for (size_t i = 0; i < 4; i++)
		loop_signal_free(r->signals[i].catcher);
	loop_timer_free(r->timer);
	loop_reader_free(r->reader);
	loop_child_free(r->child);
	sender_free(r->sender);
	if (r->ended)
		capture_end_forward(r->loop, r->endpoint, CAPTURE_END_MS);
	endpoint_close(r->endpoint);
	if (r->ended) {
		load_rest(r);
		summarise(r);
	}
	explorer_free(r->x);
	loop_free(r->loop);
	if (r->error_pipe >= 0)
		close(r->error_pipe);
	if (r->temporary)
		folder_remove_temporary(buf_text(&r->folder));
	buf_free(&r->folder);
	buf_free(&r->url);
	buf_free(&r->line);
}

int print_run(struct options *o)
{
	struct run r = {.options = o, .loop = loop_new(), .error_pipe = -1};
	struct errinfo e = {0};
	enum err err = capture_folder(&r.folder, o, &e);
	int code;

	if (err == ERR_OK)
		err = find_endpoint(&r, &e);
	if (err == ERR_OK) {
		capture_warn(r.endpoint);
		if (explorer_prices_notice(r.x) != NULL)
			output_error(explorer_prices_notice(r.x));
		code = run_program(&r);
	} else {
		output_error(e.msg);
		code = exit_of_err(err);
	}
	end(&r);
	return code;
}
