/* What a screen shows of the capture endpoint: its name in the head line, how to send to it, and alarms. */
#include "base/buf.h"
#include "command/app.h"
#include "draw/source_text.h"
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct stage {
	struct loop *loop;
	struct explorer *x;
	struct app *app;
	int changes;
};

static void on_change(void *ctx)
{
	((struct stage *)ctx)->changes++;
}

static void open_stage(struct stage *s, int rows, int cols)
{
	*s = (struct stage){.loop = loop_new()};
	s->x = explorer_new(s->loop);
	explorer_start(s->x, false);
	s->app = app_new(s->x, "journal:");
	app_on_change(s->app, on_change, s);
	app_resize(s->app, rows, cols);
}

static void close_stage(struct stage *s)
{
	app_free(s->app);
	explorer_free(s->x);
	loop_free(s->loop);
}

/* What is on the screen, a line a row. */
static void look(struct stage *s, struct buf *out)
{
	int row, col;

	buf_clear(out);
	surface_dump(app_draw(s->app, &row, &col), false, out);
}

static void expect(struct stage *s, const char *text, bool there)
{
	struct buf seen = {0};

	look(s, &seen);
	if ((strstr(buf_text(&seen), text) != NULL) != there)
		fail_msg("%s <%s>:\n%s", there ? "not to be seen:" : "to be seen:", text,
		         buf_text(&seen));
	buf_free(&seen);
}

static struct intake listening(void)
{
	struct intake in = {0};

	snprintf(in.name, sizeof(in.name), "local:65535");
	snprintf(in.url, sizeof(in.url), "http://127.0.0.1:65535");
	return in;
}

/* Every line whole in 80 columns, also with the longest port. */
static void an_empty_list_says_how_to_send(void **state)
{
	static const char *const whole[] = {
		"Posthog(\"phc_local\", host=\"http://127.0.0.1:65535\", flush_at=1)",
		"new PostHog(\"phc_local\", {host: \"http://127.0.0.1:65535\", flushAt: 1})",
		"posthog.init(\"phc_local\", {api_host: \"http://127.0.0.1:65535\"})",
		"posthog.Config{Endpoint: \"http://127.0.0.1:65535\", BatchSize: 1}",
		"PostHog::Client.new(api_key:\"phc_local\", host:\"http://127.0.0.1:65535\")",
		"PostHog::init(\"phc_local\", [\"host\" => \"http://127.0.0.1:65535\"])",
		"\"phc_local\"}'",
		"OTEL_EXPORTER_OTLP_ENDPOINT set.",
	};
	struct intake in = listening();
	struct stage s;

	(void)state;
	open_stage(&s, 24, 80);
	expect(&s, "flush_at", false);
	app_set_intake(s.app, &in);
	assert_int_equal(s.changes, 1);
	expect(&s, "local:65535 > Traces", true);
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		expect(&s, whole[i], true);
	close_stage(&s);
}

static void what_must_not_be_overlooked_has_a_line(void **state)
{
	struct intake in = listening();
	struct stage s;

	(void)state;
	open_stage(&s, 24, 80);
	app_set_intake(s.app, &in);
	expect(&s, "every machine", false);
	in.exposed = true;
	app_set_intake(s.app, &in);
	expect(&s, "every machine that can reach this one can send events here", true);
	err_set(&in.failing, ERR_IO, "the disk is full\x1b[2J");
	app_set_intake(s.app, &in);
	expect(&s, "events are refused: the disk is full", true);
	expect(&s, "\x1b", false);
	app_resize(s.app, 8, 40);
	expect(&s, "events are refused", true);
	memset(&in.failing, 0, sizeof(in.failing));
	in.exposed = false;
	app_set_intake(s.app, &in);
	expect(&s, "events are refused", false);
	assert_int_equal(s.changes, 4);
	close_stage(&s);
}

static void what_is_forwarded_is_said(void **state)
{
	struct forward_counts counts = {.waiting = 1200, .refused = 3, .kept_back = 1};
	struct intake in = listening();
	struct buf text = {0};
	struct stage s;

	(void)state;
	source_forward_text(&text, &counts);
	assert_string_equal(buf_text(&text), "forward 1,200 waiting, 3 refused, 1 kept back");
	snprintf(in.forward, sizeof(in.forward), "%s", buf_text(&text));
	open_stage(&s, 24, 120);
	app_set_intake(s.app, &in);
	expect(&s, "forward 1,200 waiting, 3 refused, 1 kept back", true);
	expect(&s, "forwarding:", false);
	err_set(&in.forward_trouble, ERR_IO, "us.i.posthog.com answered 503\x1b[2J");
	app_set_intake(s.app, &in);
	expect(&s, "forwarding: us.i.posthog.com answered 503\\x1B[2J", true);
	expect(&s, "\x1b", false);
	close_stage(&s);
	buf_free(&text);
}

static void another_process_is_followed(void **state)
{
	struct intake in = {.name = "journal (followed)"};
	struct stage s;

	(void)state;
	open_stage(&s, 24, 80);
	app_set_intake(s.app, &in);
	expect(&s, "journal (followed) > Traces", true);
	expect(&s, "Another tracehog", true);
	expect(&s, "flush_at", false);
	close_stage(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_list_says_how_to_send),
		cmocka_unit_test(what_must_not_be_overlooked_has_a_line),
		cmocka_unit_test(what_is_forwarded_is_said),
		cmocka_unit_test(another_process_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
