/* Opens sources and runs the explorer on them: files, the local journal with the capture endpoint beside it, or the demo, which
 * is sent to an endpoint of its own. */
#include "command/explore.h"

#include "base/clean.h"
#include "base/time.h"
#include "collect/demo.h"
#include "collect/folder.h"
#include "collect/sender.h"
#include "command/add_source.h"
#include "command/terminal.h"
#include "draw/source_text.h"
#include "print/capture.h"
#include "print/demo.h"
#include "print/filter.h"
#include "print/ls.h"
#include "print/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum theme_depth wanted_depth(const struct options *o)
{
	if (o->color != NULL && strcmp(o->color, "never") == 0)
		return DEPTH_MONO;
	return o->color != NULL && strcmp(o->color, "16") == 0 ? DEPTH_16 : DEPTH_256;
}

static bool have_screen(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' &&
	       strcmp(term, "dumb") != 0;
}

static bool have_terminal(void)
{
	return isatty(STDIN_FILENO) && have_screen();
}

/* Where there is no terminal to explore on, the list of traces. */
static int list_instead(struct options *o)
{
	char traces[] = "traces", *words[64] = {traces};
	struct options list = *o;

	list.command = COMMAND_LS;
	list.words = words;
	list.n_words = 1;
	output_error("no terminal to explore on: this is `tracehog ls traces`");
	for (int i = 0; i < o->n_words && list.n_words < 64; i++)
		words[list.n_words++] = o->words[i];
	return print_ls(&list);
}

/* ---- the explorer -------------------------------------------------------------------------------------------------- */

/* What is on the screen: the sources, and the endpoint that adds to them, if there is one. */
struct showing {
	struct options *options;
	struct theme theme;
	struct loop *loop;
	struct explorer *x;
	struct app *app; /* while the terminal is ours */
	struct source_adder *adder;
	struct endpoint *endpoint;
	uint32_t origin;    /* of the endpoint's journal */
	const char *name;   /* stands for the source in the head line; NULL: the endpoint's port */
	struct intake told; /* to the app */
	struct replay_settings replays;
};

/* Its commands name the other sources, too; and without these options they would ask another PostHog. */
static void name_options(struct showing *s, const char *source)
{
	const struct options *o = s->options;
	struct buf line = {0};

	for (int i = 0; i < o->n_words; i++)
		if (strcmp(o->words[i], source) != 0) {
			buf_add(&line, ' ');
			view_quote(&line, str_of(o->words[i]));
		}

	if (explorer_posthog(s->x) != NULL && o->host != NULL) {
		buf_puts(&line, " --host ");
		view_quote(&line, str_of(o->host));
	}
	if (explorer_posthog(s->x) != NULL && o->project != 0)
		buf_printf(&line, " --project %u", o->project);
	app_set_options(s->app, buf_str(&line));
	buf_free(&line);
}

static void on_source(void *ctx, uint32_t source)
{
	struct showing *s = ctx;
	struct buf text = {0};

	if (s->app == NULL)
		return;
	buf_printf(&text, "%s: ", explorer_source_path(s->x, source));
	source_state_text(&text, explorer_source(s->x, source),
	                  explorer_source_nameless(s->x, source));
	app_say(s->app, buf_text(&text));
	buf_free(&text);
}

static void say_awaited(struct showing *s)
{
	for (uint32_t i = 0; i < explorer_source_count(s->x); i++)
		if (explorer_source(s->x, i)->state == LOADER_AWAITED)
			on_source(s, i);
}

static void say_prices(struct showing *s)
{
	struct buf text = {0};

	if (explorer_prices_notice(s->x) == NULL)
		return;
	clean_append(&text, str_of(explorer_prices_notice(s->x)), 0);
	app_say(s->app, buf_text(&text));
	buf_free(&text);
}

/* That it can be read was seen before. */
static void use_filter(struct showing *s)
{
	struct buf text = {0};

	if (filter_text_of_options(&text, s->options) == EXIT_OK && text.n > 0)
		app_set_filter(s->app, buf_str(&text));
	buf_free(&text);
}

static void use_break(struct showing *s)
{
	if (s->options->break_at != NULL)
		app_set_break(s->app, str_of(s->options->break_at));
}

static int run(struct showing *s, const char *source)
{
	struct terminal_options options = {.depth = wanted_depth(s->options), .theme = &s->theme};
	struct errinfo e = {0};
	enum err err;

	terminal_guard();
	explorer_load_end_first(s->x);
	explorer_start(s->x, !s->options->no_follow);
	explorer_set_window(
		s->x, s->options->since != TIME_NONE ? s->options->since : time_now() - POSTHOG_DAY,
		s->options->until);
	explorer_tail(s->x, !s->options->no_follow);
	s->app = app_new(s->x, source);
	s->adder = source_adder_new(s->x, s->app, s->options);
	app_remember(s->app);
	s->replays = (struct replay_settings){.config = s->options->config,
	                                      .base_url = s->options->base_url};
	app_set_replays(s->app, &s->replays);
	use_filter(s);
	use_break(s);
	name_options(s, source);
	explorer_on_source(s->x, on_source, s);
	say_awaited(s);
	say_prices(s);
	if (s->endpoint != NULL)
		app_set_intake(s->app, &s->told);
	err = terminal_run(s->app, s->loop, s->x, &options, &e);
	source_adder_free(s->adder);
	app_free(s->app);
	s->app = NULL;
	if (err != ERR_OK)
		output_error(e.msg);
	return exit_of_err(err);
}

static enum err load_theme(struct showing *s)
{
	const char *name = s->options->theme;
	struct errinfo e = {0};
	enum err err = theme_load(&s->theme, name != NULL ? name : "default", &e);

	if (err != ERR_OK)
		output_error(e.msg);
	return err;
}

/* Events come from standard input: keys come from the terminal itself, which takes its place once the events have a
 * descriptor of their own. */
static enum err take_keys_from_terminal(struct errinfo *e)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	bool taken = fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO;

	if (!taken)
		err_set(e, ERR_IO, "no keys can be read from the terminal (%s): /dev/tty",
		        strerror(errno));
	if (fd >= 0)
		close(fd);
	return taken ? ERR_OK : ERR_IO;
}

static bool terminal_can_be_opened(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int run_on_stdin(struct showing *s)
{
	struct options *o = s->options;
	struct errinfo e = {0};
	int code;

	s->x = output_open(s->loop, o, o->words, o->n_words, &code);
	if (s->x == NULL)
		return code;
	if (take_keys_from_terminal(&e) == ERR_OK)
		return run(s, o->words[0]);
	output_error(e.msg);
	return EXIT_UNREADABLE;
}

static int run_on_sources(struct showing *s)
{
	struct options *o = s->options;
	int code;

	s->x = output_open(s->loop, o, o->words, o->n_words, &code);
	if (s->x == NULL)
		return code;
	if (explorer_source_count(s->x) == 0 && explorer_posthog(s->x) == NULL)
		return EXIT_NOTHING;
	return run(s, o->words[0]);
}

/* ---- with an endpoint ------------------------------------------------------------------------------------------------ */

static void read_forward(const struct showing *s, struct intake *out)
{
	struct forward_counts counts;
	struct buf text = {0};

	if (!endpoint_forwards(s->endpoint, &counts))
		return;
	source_forward_text(&text, &counts);
	snprintf(out->forward, sizeof(out->forward), "%s", buf_text(&text));
	out->forward_trouble = counts.trouble;
	buf_free(&text);
}

static void read_intake(const struct showing *s, struct intake *out)
{
	const char *url = endpoint_url(s->endpoint), *port = url != NULL ? strrchr(url, ':') : NULL;

	*out = (struct intake){.origin = s->origin};
	if (port != NULL) {
		snprintf(out->name, sizeof(out->name), "local%s", port);
		snprintf(out->url, sizeof(out->url), "%s", url);
		out->exposed = !endpoint_is_loopback(s->endpoint);
	} else {
		snprintf(out->name, sizeof(out->name), "journal (followed)");
	}
	if (s->name != NULL)
		snprintf(out->name, sizeof(out->name), "%s", s->name);
	if (!endpoint_failing(s->endpoint, &out->failing))
		memset(&out->failing, 0, sizeof(out->failing));
	read_forward(s, out);
}

static bool same_intake(const struct intake *a, const struct intake *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->url, b->url) == 0 &&
	       a->exposed == b->exposed && a->failing.code == b->failing.code &&
	       strcmp(a->failing.msg, b->failing.msg) == 0 && strcmp(a->forward, b->forward) == 0 &&
	       strcmp(a->forward_trouble.msg, b->forward_trouble.msg) == 0;
}

static void tell(struct showing *s)
{
	struct intake now;

	read_intake(s, &now);
	if (same_intake(&now, &s->told))
		return;
	s->told = now;
	if (s->app != NULL)
		app_set_intake(s->app, &now);
}

static void on_taken(void *ctx)
{
	struct showing *s = ctx;

	/* Within endpoint_open it has no name yet. */
	if (s->endpoint != NULL)
		tell(s);
	explorer_check(s->x);
}

static enum err open_endpoint(struct showing *s, const char *folder, const char *address,
                              struct errinfo *e)
{
	struct endpoint_options options;
	enum err err;

	s->x = explorer_new(s->loop);
	capture_endpoint_options(&options, s->options, folder);
	if (address != NULL) {
		options.listener.address = address;
		options.forward.url = NULL;
	}
	err = endpoint_open(&s->endpoint, s->loop, &options, on_taken, s, e);
	s->origin = explorer_begin_origin(s->x, s->name != NULL ? s->name : "local");
	if (err == ERR_OK)
		err = explorer_add_folder(s->x, folder, e);
	if (err == ERR_OK)
		tell(s);
	return err;
}

static int run_on_journal(struct showing *s)
{
	struct buf folder = {0};
	struct errinfo e = {0};
	enum err err = capture_folder(&folder, s->options, &e);
	int code = EXIT_OK;

	if (err == ERR_OK)
		err = open_endpoint(s, buf_text(&folder), NULL, &e);
	if (err == ERR_OK && s->options->n_words > 1 &&
	    !output_add_beside(s->x, s->options, &code)) {
		buf_free(&folder);
		return code;
	}
	if (err == ERR_OK) {
		code = run(s, s->options->journal != NULL ? s->options->journal : "journal:");
	} else {
		output_error(e.msg);
		code = exit_of_err(err);
	}
	buf_free(&folder);
	return code;
}

/* ---- the commands ---------------------------------------------------------------------------------------------------- */

static int in_session(struct options *o, int (*command)(struct showing *s))
{
	struct source_keys keys = {0};
	struct showing s = {.options = o};
	int code;

	o->keys = &keys;

	if (load_theme(&s) != ERR_OK)
		return EXIT_BAD_USAGE;
	s.loop = loop_new();
	code = command(&s);
	if (s.endpoint != NULL)
		capture_end_forward(s.loop, s.endpoint, 0);
	endpoint_close(s.endpoint);
	explorer_free(s.x);
	loop_free(s.loop);
	source_keys_wipe(&keys);
	o->keys = NULL;
	return code;
}

static int explore_stdin(struct options *o)
{
	if (!have_screen() || !terminal_can_be_opened())
		return list_instead(o);
	if (!isatty(STDIN_FILENO))
		return in_session(o, run_on_stdin);
	output_error("-: standard input is the terminal: give it events, as in `app | tracehog -`");
	return EXIT_BAD_USAGE;
}

/* The local one is among the sources. What cannot be told is said when it is opened. */
static bool is_journal(const struct options *o)
{
	struct source_choice choice;
	struct errinfo e;

	for (int i = 0; i < o->n_words; i++)
		if (source_choose(&choice, o, o->words[i], &e) == ERR_OK &&
		    source_is_local(&choice))
			return true;
	return o->n_words == 0 && o->host == NULL && o->project == 0;
}

/* The config may say these for every run. */
static bool asks_to_listen(const struct options *o)
{
	return options_given(o, "listen") != NULL || options_given(o, "journal") != NULL ||
	       options_given(o, "forward") != NULL || options_given(o, "allow-origin") != NULL ||
	       options_given(o, "allow-host") != NULL;
}

/* The same journal without an endpoint. */
static int read_journal(struct options *o)
{
	struct buf source = {0};
	char *words[1];
	int code;

	buf_printf(&source, "journal:%s", o->journal != NULL ? o->journal : "");
	words[0] = source.p;
	o->words = words;
	o->n_words = 1;
	code = have_terminal() ? in_session(o, run_on_sources) : list_instead(o);
	buf_free(&source);
	return code;
}

/* Said while there is no screen yet. */
static bool filters_are_right(const struct options *o)
{
	struct buf text = {0};
	int code = filter_text_of_options(&text, o);

	buf_free(&text);
	return code == EXIT_OK &&
	       (o->break_at == NULL || filter_is_right("break", str_of(o->break_at)));
}

int explore_run(struct options *o)
{
	if (!filters_are_right(o))
		return EXIT_BAD_USAGE;
	if (!is_journal(o) && asks_to_listen(o)) {
		output_error("the capture options are for the local journal: leave the source out");
		return EXIT_BAD_USAGE;
	}
	if (source_reads_stdin(o))
		return explore_stdin(o);
	if (!is_journal(o) || (o->n_words > 1 && (!have_terminal() || o->no_follow)))
		return have_terminal() ? in_session(o, run_on_sources) : list_instead(o);
	if (!have_terminal() || o->no_follow)
		return read_journal(o);
	return in_session(o, run_on_journal);
}

static void ignore(void *ctx)
{
	(void)ctx;
}

/* What is there from the start is in the journal before the screen opens. */
static int play_demo(struct showing *s, const char *folder)
{
	struct demo *demo = demo_new(time_now(), 1);
	struct sender *sender = sender_new(s->loop, endpoint_url(s->endpoint), ignore, NULL);
	struct demo_player *player = demo_player_new(s->loop, demo, sender);
	struct errinfo e = {0};
	int code;

	while (sender_waiting(sender) > 0 && loop_step(s->loop, true))
		;
	code = run(s, folder);
	if (sender_error(sender, &e) != ERR_OK)
		output_error(e.msg);
	demo_player_free(player);
	sender_free(sender);
	demo_free(demo);
	return code;
}

static int run_on_demo(struct showing *s)
{
	struct buf folder = {0};
	struct errinfo e = {0};
	enum err err = folder_make_temporary(&folder, &e);
	int code = EXIT_UNREADABLE;

	s->name = "demo";
	if (err == ERR_OK)
		err = open_endpoint(s, buf_text(&folder), ":0", &e);
	if (err == ERR_OK)
		code = play_demo(s, buf_text(&folder));
	else
		output_error(e.msg);
	endpoint_close(s->endpoint);
	s->endpoint = NULL;
	folder_remove_temporary(buf_text(&folder));
	buf_free(&folder);
	return code;
}

int explore_demo(struct options *o)
{
	if (!filters_are_right(o))
		return EXIT_BAD_USAGE;
	return have_terminal() ? in_session(o, run_on_demo) : print_demo();
}
