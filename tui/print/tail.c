/* Prints the last events that are there, then every new one, until interrupted; with --no-follow all of them, and ends.
 * Lines stand in the order of arrival. What becomes of a file is said on stderr. What is printed is a match: --until-match ends with
 * the first, --exec runs a command on each. */
#include "print/tail.h"

#include "base/utf8.h"
#include "draw/format.h"
#include "draw/source_text.h"
#include "print/fetch.h"
#include "print/filter.h"
#include "print/output.h"
#include "print/tail_exec.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define LAST_SHOWN 10
#define SLICE_TIME 3000 /* microseconds */

struct tail {
	struct loop *loop;
	struct explorer *x;
	bool json, all, follows;
	bool live;             /* what was there at the start is printed */
	uint32_t done;         /* events before this number are printed, or do not pass */
	uint32_t passed;       /* of them */
	struct filter *filter; /* NULL: all pass */
	struct filtered *passing;
	struct loop_idle *judging; /* runs while there is something to judge */
	struct condition condition;
	bool held; /* the condition, of any event */
	bool until_match, interrupted;
	struct tail_exec *exec; /* NULL: no command */
};

static void append_number(struct buf *line, bool known, const char *unit, int64_t n,
                          void (*format)(struct buf *out, int64_t n))
{
	if (!known)
		return;
	buf_puts(line, "  ");
	format(line, n);
	buf_puts(line, unit);
}

static void event_label(const struct events *t, uint32_t event, struct buf *out)
{
	struct str name = events_name(t, event), model = events_model(t, event);
	enum event_kind kind = event_kind(events_get(t, event));

	clean_append(out, event_kind_name(kind), 0);
	if (name.n > 0) {
		buf_add(out, ' ');
		clean_append(out, name, 0);
	}
	if (model.n > 0) {
		buf_add(out, ' ');
		clean_append(out, model, 0);
	}
}

static void append_error(const struct events *t, uint32_t event, struct buf *line)
{
	struct buf error = {0};

	if ((events_get(t, event)->flags & EVENT_ERROR) == 0)
		return;
	events_error_text(t, event, &error);
	buf_puts(line, "  ! ");
	clean_append(line, buf_str(&error), 0);
	buf_free(&error);
}

/* Of both sides together; EVENT_UNKNOWN if neither is known. */
static int64_t tokens(const struct events *t, uint32_t event)
{
	int64_t in = events_input(t, event), out = events_output(t, event), sum;

	if (in == EVENT_UNKNOWN || out == EVENT_UNKNOWN)
		return in == EVENT_UNKNOWN ? out : in;
	return __builtin_add_overflow(in, out, &sum) ? INT64_MAX : sum;
}

static void print_line(struct explorer *x, uint32_t event)
{
	const struct events *e = explorer_events(x);
	const struct event *r = events_get(e, event);
	int64_t latency = events_latency(e, event), both = tokens(e, event);
	struct buf line = {0}, id = {0};

	time_append_local(&line, r->time);
	buf_puts(&line, "  ");
	event_label(e, event, &line);
	append_number(&line, both != EVENT_UNKNOWN, " tok", both, format_tokens);
	append_number(&line, latency != EVENT_UNKNOWN, "", latency, format_seconds);
	if (r->cost != EVENT_NO_COST || event_kind(r) <= EVENT_EMBEDDING) {
		buf_puts(&line, "  ");
		format_event_cost(&line, r);
	}
	ids_text(&e->ids, r->trace, &id);
	buf_puts(&line, "  ");
	clean_append(&line, buf_str(&id), 0);
	append_error(e, event, &line);
	buf_add(&line, '\n');
	output_write(buf_str(&line));
	buf_free(&line);
	buf_free(&id);
}

static void print_json(struct explorer *x, uint32_t event)
{
	struct json_writer w;
	struct buf out = {0};
	struct rows row;

	output_json(&w, &out, false);
	output_event_rows(&row, explorer_model(x), event);
	json_begin_object(&w);
	output_row(&w, &row, 0);
	json_end_object(&w);
	json_writer_end(&w);
	output_write(STR("\n"));
	rows_free(&row);
	buf_free(&out);
}

void print_event(struct explorer *x, uint32_t event, bool json)
{
	if (json)
		print_json(x, event);
	else
		print_line(x, event);
}

static bool passes(const struct tail *t, uint32_t event)
{
	return t->passing == NULL || filtered_has(t->passing, event);
}

static void test_condition(struct tail *t, uint32_t event)
{
	struct rows row;

	if (t->condition.field == NULL || t->held)
		return;
	output_event_rows(&row, explorer_model(t->x), event);
	t->held = condition_holds_row(&t->condition, &row, 0);
	rows_free(&row);
}

/* The first event that is shown of the n that are there at the start. */
static uint32_t first_shown(const struct tail *t, uint32_t n)
{
	uint32_t few = t->filter != NULL ? t->filter->limit : 0;

	if (few == 0 && t->all)
		return 0;
	if (few == 0)
		few = LAST_SHOWN;
	while (n > 0 && few > 0)
		few -= passes(t, --n);
	return n;
}

/* Whether what has arrived is judged; else it is gone on with soon. */
static bool judge(struct tail *t)
{
	if (t->passing == NULL)
		return true;
	if (filtered_step(t->passing, time_monotonic() + SLICE_TIME))
		loop_idle_stop(t->judging);
	else
		loop_idle_start(t->judging);
	return filtered_done(t->passing);
}

/* Who reads us has gone: quietly, as without a command, for whose sake the signal is ignored. */
static void flush(const struct tail *t)
{
	if (fflush(stdout) != 0 && errno == EPIPE && t->exec != NULL) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
}

static void finish_commands(struct tail *t)
{
	while (t->exec != NULL && tail_exec_is_busy(t->exec) && !t->interrupted)
		loop_step(t->loop, true);
}

/* The line stands before what the command says. Where nothing new can come there is time to wait. */
static void run_command(struct tail *t, uint32_t event)
{
	if (t->exec == NULL)
		return;
	flush(t);
	while (!t->follows && tail_exec_is_full(t->exec))
		loop_step(t->loop, true);
	tail_exec_add(t->exec, event);
}

static void take_match(struct tail *t, uint32_t event)
{
	print_event(t->x, event, t->json);
	test_condition(t, event);
	t->passed++;
	run_command(t, event);
}

static bool is_over(const struct tail *t)
{
	return t->until_match && t->passed > 0;
}

static void print_new(struct tail *t)
{
	uint32_t n = explorer_events(t->x)->n;

	if ((!t->live && explorer_loading(t->x)) || !judge(t))
		return;
	if (!t->live)
		t->done = first_shown(t, n);
	t->live = true;
	for (; t->done < n && !is_over(t); t->done++)
		if (passes(t, t->done))
			take_match(t, t->done);
	flush(t);
	/* A pipe that has ended brings nothing more. */
	if (ferror(stdout) || explorer_ended(t->x) || is_over(t))
		loop_stop(t->loop);
}

static void on_change(void *ctx)
{
	print_new(ctx);
}

static void on_interrupt(void *ctx)
{
	struct tail *t = ctx;

	t->interrupted = true;
	loop_stop(t->loop);
}

/* On stderr, behind the lines that came before. */
static void on_source(void *ctx, uint32_t source)
{
	struct tail *t = ctx;
	struct buf text = {0};

	if (t->live)
		print_new(t);
	buf_printf(&text, "%s: ", explorer_source_path(t->x, source));
	source_state_text(&text, explorer_source(t->x, source),
	                  explorer_source_nameless(t->x, source));
	output_error(buf_text(&text));
	buf_free(&text);
}

/* Of what was waited for, the command's own where that says that it failed. */
static int ending(const struct tail *t, const struct options *o, int code)
{
	int status = t->exec != NULL && is_over(t) ? tail_exec_status(t->exec) : 0;

	if (status != 0)
		return status;
	return output_exit(o, t->passed, t->held,
	                   filter_code(t->passing, output_sources_code(t->x, code)));
}

static int follow(struct tail *t, const struct options *o, int code)
{
	struct loop_signal *interrupt = loop_signal_new(t->loop, SIGINT, on_interrupt, t);
	struct loop_signal *end = loop_signal_new(t->loop, SIGTERM, on_interrupt, t);

	/* What comes out of a pipe is new. */
	for (uint32_t i = 0; i < explorer_source_count(t->x); i++)
		t->all |= explorer_source_arrives(t->x, i);
	explorer_on_change(t->x, on_change, t);
	explorer_on_source(t->x, on_source, t);
	explorer_start(t->x, true);
	explorer_tail(t->x, true);
	/* Where nothing is there yet, everything that comes is new. */
	print_new(t);
	if (!is_over(t))
		loop_run(t->loop);
	if (!t->interrupted)
		finish_commands(t);
	loop_signal_free(interrupt);
	loop_signal_free(end);
	return t->interrupted ? EXIT_INTERRUPTED : ending(t, o, code);
}

static int print_all(struct tail *t, const struct options *o, int code)
{
	t->all = true;
	explorer_start(t->x, false);
	explorer_load(t->x);
	code = fetch_all(t->x, o, code);
	if (t->passing != NULL)
		filtered_wait(t->passing);
	print_new(t);
	finish_commands(t);
	return ending(t, o, code);
}

/* Of the journal there may be more soon, of files that are not there there won't. */
static bool has_nothing(const struct tail *t, const struct options *o)
{
	return explorer_source_count(t->x) == 0 && explorer_posthog(t->x) == NULL &&
	       (o->no_follow || o->n_words > 0);
}

static int print_events(struct tail *t, const struct options *o, int code)
{
	if (has_nothing(t, o))
		return EXIT_NOTHING;
	if (t->filter != NULL) {
		t->passing = filter_start(t->x, t->filter, FILTERED_EVENTS, on_change, t);
		t->judging = loop_idle_new(t->loop, on_change, t);
		if (t->passing == NULL)
			return EXIT_BAD_USAGE;
	}
	if (o->exec != NULL)
		t->exec = tail_exec_new(t->loop, explorer_events(t->x), o->exec,
		                        t->json ? STDERR_FILENO : STDOUT_FILENO);
	return o->no_follow ? print_all(t, o, code) : follow(t, o, code);
}

static int open_and_print(struct tail *t, const struct options *o)
{
	int code;

	t->loop = loop_new();
	t->x = output_open(t->loop, o, o->words, o->n_words, &code);
	if (t->x != NULL)
		code = print_events(t, o, code);
	tail_exec_free(t->exec);
	loop_idle_free(t->judging);
	filtered_free(t->passing);
	explorer_free(t->x);
	loop_free(t->loop);
	return code;
}

static int read_asked(struct tail *t, const struct options *o)
{
	int code = filter_of_options(&t->filter, o);

	if (code == EXIT_OK && t->filter != NULL && t->filter->by.n > 0)
		code = filter_without_list(t->filter, "tail");
	if (code == EXIT_OK)
		code = condition_of_options(&t->condition, o);
	if (code == EXIT_OK && !condition_fits(&t->condition, ROWS_GENERATIONS))
		code = EXIT_BAD_USAGE;
	return code;
}

int print_tail(struct options *o)
{
	struct tail t = {.json = o->format != FORMAT_TEXT,
	                 .until_match = o->until_match,
	                 .follows = !o->no_follow};
	int code = read_asked(&t, o);

	if (code == EXIT_OK)
		code = open_and_print(&t, o);
	filter_free(t.filter);
	condition_free(&t.condition);
	return output_end(code);
}
