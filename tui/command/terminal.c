/* Keys are answered at once. News of the model are drawn at once while they are fewer than ten a second; more of them are
 * gathered to ten frames a second. An idle program sets no timer and sends nothing. */
#include "command/terminal.h"

#include "base/mem.h"
#include "base/time.h"
#include "command/outside.h"
#include "term/clipboard.h"
#include "term/input.h"
#include "term/osc.h"
#include "term/program.h"
#include "term/screen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FRAME  100000 /* microseconds that a frame costs which no key asked for */
#define FRAMES 3 /* that can be saved up: what comes ten times a second never waits for the beat */

struct terminal {
	struct app *app;
	struct loop *loop;
	struct screen *screen;
	struct input *input;
	const struct theme *theme;
	struct loop_reader *reader;
	struct loop_timer *frame, *key_timer;
	struct loop_signal *signals[5];
	struct clipboard *clipboard;
	struct loop_timer *outside; /* runs while something is to be taken outside */
	enum app_taker taker;
	struct buf taken, argument;
	struct explorer *explorer;
	uint32_t version; /* of the model as it was drawn last */
	int64_t credit;   /* microseconds saved up for frames, as of `counted` */
	int64_t counted;
	struct buf notice; /* of a hit, to be told after the frame */
	bool gone;         /* the terminal is away: write nothing to it */
};

static void ms_timer(struct loop_timer *timer, int64_t microseconds)
{
	loop_timer_start(timer, (uint64_t)(microseconds + 999) / 1000, 0);
}

static int64_t credit_now(struct terminal *t)
{
	int64_t now = time_monotonic();

	t->credit += now - t->counted;
	t->counted = now;
	if (t->credit > FRAMES * FRAME)
		t->credit = FRAMES * FRAME;
	return t->credit;
}

static void send_notice(struct terminal *t)
{
	struct buf sequence = {0};

	osc_append_notice(&sequence, buf_str(&t->notice));
	screen_bell(t->screen);
	if (sequence.n > 0)
		screen_send(t->screen, buf_str(&sequence));
	buf_free(&sequence);
	buf_clear(&t->notice);
}

static void draw(struct terminal *t)
{
	int row, col;
	int64_t again;
	const struct surface *s;

	loop_timer_stop(t->frame);
	s = app_draw(t->app, &row, &col);
	screen_draw(t->screen, s, t->theme, row, col);
	if (t->notice.n > 0)
		send_notice(t);
	if (t->version != model_version(explorer_model(t->explorer)))
		t->credit = credit_now(t) > FRAME ? t->credit - FRAME : 0;
	t->version = model_version(explorer_model(t->explorer));
	again = app_draw_again(t->app);
	if (again > 0)
		ms_timer(t->frame, again);
}

static void on_frame(void *ctx)
{
	draw(ctx);
}

static void on_change(void *ctx)
{
	struct terminal *t = ctx;
	int64_t credit = credit_now(t);

	/* A payload that somebody waits for is no news of the model, and comes once a cursor. */
	if (credit >= FRAME || t->version == model_version(explorer_model(t->explorer)))
		draw(t);
	else if (!loop_timer_active(t->frame))
		ms_timer(t->frame, FRAME - credit);
}

/* Not drawn at once: it may be that a frame is being drawn. */
static void on_said(void *ctx, const char *line)
{
	struct terminal *t = ctx;

	app_say(t->app, line);
	ms_timer(t->frame, 0);
}

static bool on_send(void *ctx, struct str bytes)
{
	return screen_send(((struct terminal *)ctx)->screen, bytes);
}

static void on_alert(void *ctx, struct str notice)
{
	buf_append(&((struct terminal *)ctx)->notice, notice);
}

static void on_copy(void *ctx, struct str text, const char *what)
{
	clipboard_put(((struct terminal *)ctx)->clipboard, text, what);
}

static void resize(struct terminal *t)
{
	int rows, cols;

	screen_update_size(t->screen);
	screen_size(t->screen, &rows, &cols);
	app_resize(t->app, rows, cols);
	draw(t);
}

/* Not at once: it may be that a frame is being drawn. */
static void on_take(void *ctx, enum app_taker by, struct str text, const char *argument)
{
	struct terminal *t = ctx;

	t->taker = by;
	buf_clear(&t->taken);
	buf_append(&t->taken, text);
	buf_clear(&t->argument);
	buf_puts(&t->argument, argument);
	ms_timer(t->outside, 0);
}

static void on_outside(void *ctx)
{
	struct terminal *t = ctx;
	struct buf line = {0};
	bool changed = false;

	screen_suspend(t->screen);
	if (t->taker == APP_CHANGE)
		changed = program_change(&t->taken, buf_text(&t->argument), &line);
	else
		outside_take(t->taker, buf_str(&t->taken), buf_text(&t->argument), &line);
	screen_resume(t->screen);
	app_say(t->app, buf_text(&line));
	if (changed)
		app_edited(t->app, buf_str(&t->taken));
	buf_free(&t->taken);
	buf_free(&line);
	resize(t);
}

static void on_resize(void *ctx)
{
	resize(ctx);
}

static void stop_self(struct terminal *t)
{
	screen_suspend(t->screen);
	/* The default action: our own handler is not set for SIGTSTP. */
	raise(SIGTSTP);
	screen_resume(t->screen);
	resize(t);
}

static void serve_needs(struct terminal *t)
{
	switch (app_need(t->app)) {
	case APP_QUIT:
		loop_stop(t->loop);
		break;
	case APP_SUSPEND:
		stop_self(t);
		break;
	case APP_REDRAW:
		screen_redraw_all(t->screen);
		break;
	case APP_NOTHING:
		break;
	}
}

static void take_keys(struct terminal *t)
{
	uint32_t key;
	int64_t wait;

	while ((key = input_next(t->input, time_monotonic())) != 0) {
		app_key(t->app, key, input_paste(t->input));
		serve_needs(t);
	}
	wait = input_wait(t->input, time_monotonic());
	if (wait >= 0)
		ms_timer(t->key_timer, wait);
	draw(t);
}

static void on_key_timer(void *ctx)
{
	take_keys(ctx);
}

static void hang_up(struct terminal *t)
{
	t->gone = true;
	loop_stop(t->loop);
}

static void on_input(void *ctx)
{
	struct terminal *t = ctx;
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		hang_up(t);
		return;
	}
	input_feed(t->input, (struct str){bytes, (size_t)n}, time_monotonic());
	take_keys(t);
}

static void on_end(void *ctx)
{
	loop_stop(((struct terminal *)ctx)->loop);
}

static void on_hang_up(void *ctx)
{
	hang_up(ctx);
}

static void listen_to(struct terminal *t)
{
	t->input = input_new();
	t->reader = loop_reader_new(t->loop, STDIN_FILENO, on_input, t);
	t->frame = loop_timer_new(t->loop, on_frame, t);
	t->key_timer = loop_timer_new(t->loop, on_key_timer, t);
	t->outside = loop_timer_new(t->loop, on_outside, t);
	t->clipboard = clipboard_new(t->loop, on_send, on_said, t);
	t->signals[0] = loop_signal_new(t->loop, SIGWINCH, on_resize, t);
	t->signals[1] = loop_signal_new(t->loop, SIGTERM, on_end, t);
	t->signals[2] = loop_signal_new(t->loop, SIGHUP, on_hang_up, t);
	t->signals[3] = loop_signal_new(t->loop, SIGINT, on_end, t);
	t->signals[4] = loop_signal_new(t->loop, SIGCONT, on_resize, t);
}

static void stop_listening(struct terminal *t)
{
	for (size_t i = 0; i < sizeof(t->signals) / sizeof(t->signals[0]); i++)
		loop_signal_free(t->signals[i]);
	clipboard_free(t->clipboard);
	loop_timer_free(t->outside);
	buf_free(&t->taken);
	buf_free(&t->argument);
	buf_free(&t->notice);
	loop_timer_free(t->key_timer);
	loop_timer_free(t->frame);
	loop_reader_free(t->reader);
	input_free(t->input);
}

/* The end has begun: a second SIGHUP, as a dying terminal sends it, must not cut off the clearing up. */
static void ignore_hurry(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
}

enum err terminal_run(struct app *app, struct loop *loop, struct explorer *x,
                      const struct terminal_options *options, struct errinfo *e)
{
	struct terminal t = {.app = app, .loop = loop, .explorer = x, .theme = options->theme};
	struct screen_options screen_options = {.depth = options->depth};
	const char *notice = NULL;
	enum err err = screen_open(&t.screen, &screen_options, &notice, e);

	if (err != ERR_OK)
		return err;
	if (notice != NULL)
		app_say(app, notice);
	listen_to(&t);
	explorer_on_change(x, on_change, &t);
	app_on_change(app, on_change, &t);
	app_on_copy(app, on_copy, &t);
	app_on_take(app, on_take, &t);
	app_on_alert(app, on_alert, &t);
	resize(&t);
	loop_run(loop);
	explorer_on_change(x, NULL, NULL);
	app_on_change(app, NULL, NULL);
	app_on_copy(app, NULL, NULL);
	app_on_take(app, NULL, NULL);
	app_on_alert(app, NULL, NULL);
	stop_listening(&t);
	ignore_hurry();
	screen_close(t.screen);
	return ERR_OK;
}

/* ---- crashes ------------------------------------------------------------------------------------------------------- */

static void on_crash(int signum)
{
	screen_emergency_restore();
	/* SA_RESETHAND: the default action follows, with its core and exit status. */
	raise(signum);
}

void terminal_guard(void)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_crash;
	action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigaction(crashes[i], &action, NULL);
	mem_on_failure(screen_emergency_restore);
	signal(SIGPIPE, SIG_IGN);
}
