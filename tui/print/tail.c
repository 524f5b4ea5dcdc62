/* Prints the last events that are there, then every new one, until interrupted; with --no-follow all of them, and ends.
 * Lines stand in the order of arrival. What becomes of a file is said on stderr. */
#include "print/tail.h"

#include "base/utf8.h"
#include "draw/format.h"
#include "draw/source_text.h"
#include "print/fetch.h"
#include "print/output.h"

#include <signal.h>
#include <stdio.h>

#define LAST_SHOWN 10

struct tail {
	struct loop *loop;
	struct explorer *x;
	bool json, all;
	bool live;        /* what was there at the start is printed */
	uint32_t printed; /* events before this number are */
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
	if (r->cost != EVENT_NO_COST) {
		buf_puts(&line, r->flags & EVENT_COST_ESTIMATED ? "  ~" : "  ");
		format_money(&line, r->cost);
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

static void print_new(struct tail *t)
{
	uint32_t n = explorer_events(t->x)->n;

	if (!t->live) {
		if (explorer_loading(t->x))
			return;
		t->live = true;
		if (!t->all && n > LAST_SHOWN)
			t->printed = n - LAST_SHOWN;
	}
	for (; t->printed < n; t->printed++)
		print_event(t->x, t->printed, t->json);
	fflush(stdout);
	/* A pipe that has ended brings nothing more. */
	if (ferror(stdout) || explorer_ended(t->x))
		loop_stop(t->loop);
}

static void on_change(void *ctx)
{
	print_new(ctx);
}

static void on_interrupt(void *ctx)
{
	loop_stop(((struct tail *)ctx)->loop);
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
	loop_run(t->loop);
	loop_signal_free(interrupt);
	loop_signal_free(end);
	if (explorer_ended(t->x))
		return output_exit(o, t->printed, output_sources_code(t->x, code));
	return EXIT_INTERRUPTED;
}

static int print_all(struct tail *t, const struct options *o, int code)
{
	t->all = true;
	explorer_start(t->x, false);
	explorer_load(t->x);
	if (explorer_posthog(t->x) != NULL)
		code = fetch_all(t->x, o);
	print_new(t);
	return output_exit(o, t->printed, output_sources_code(t->x, code));
}

int print_tail(struct options *o)
{
	struct tail t = {.loop = loop_new(), .json = o->format != FORMAT_TEXT};
	int code;

	t.x = output_open(t.loop, o, o->words, o->n_words, &code);
	/* Of the journal there may be more soon, of files that are not there there won't. */
	if (t.x != NULL && explorer_source_count(t.x) == 0 && explorer_posthog(t.x) == NULL &&
	    (o->no_follow || o->n_words > 0))
		code = EXIT_NOTHING;
	else if (t.x != NULL)
		code = o->no_follow ? print_all(&t, o, code) : follow(&t, o, code);
	if (t.x != NULL)
		explorer_free(t.x);
	loop_free(t.loop);
	return output_end(code);
}
