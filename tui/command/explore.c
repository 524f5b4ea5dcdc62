/* Opens sources and runs the explorer on them. The demo's journal is played while it is watched, and removed at the end. */
#include "command/explore.h"

#include "base/time.h"
#include "collect/demo.h"
#include "command/terminal.h"
#include "print/demo.h"
#include "print/ls.h"
#include "print/output.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool set_in_environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

/* https://no-color.org and CLICOLOR; --color wins. */
static enum theme_depth wanted_depth(const struct options *o)
{
	const char *clicolor = getenv("CLICOLOR");

	if (o->color != NULL && strcmp(o->color, "never") == 0)
		return DEPTH_MONO;
	if (o->color != NULL && strcmp(o->color, "16") == 0)
		return DEPTH_16;
	if (o->color != NULL && strcmp(o->color, "256") == 0)
		return DEPTH_256;
	if (set_in_environment("NO_COLOR") || (clicolor != NULL && strcmp(clicolor, "0") == 0))
		return DEPTH_MONO;
	return DEPTH_256;
}

static bool have_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' &&
	       strcmp(term, "dumb") != 0;
}

/* Where there is no terminal to explore on, the list of traces. */
static int list_instead(struct options *o)
{
	char traces[] = "traces", *words[64] = {traces};
	struct options list = {.command = COMMAND_LS,
	                       .since = TIME_NONE,
	                       .until = TIME_NONE,
	                       .words = words,
	                       .n_words = 1};

	output_error("no terminal to explore on: this is `tracehog ls traces`");
	for (int i = 0; i < o->n_words && list.n_words < 64; i++)
		words[list.n_words++] = o->words[i];
	return print_ls(&list);
}

static int run(struct options *o, const struct theme *theme, struct loop *loop, struct explorer *x,
               const char *source)
{
	struct terminal_options options = {.depth = wanted_depth(o), .theme = theme};
	struct errinfo e = {0};
	struct app *app;
	enum err err;

	terminal_guard();
	explorer_start(x, !o->no_follow);
	app = app_new(x, source);
	err = terminal_run(app, loop, x, &options, &e);
	app_free(app);
	if (err != ERR_OK)
		output_error(e.msg);
	return exit_of_err(err);
}

static enum err load_theme(struct theme *theme, const struct options *o)
{
	struct errinfo e = {0};
	enum err err = theme_load(theme, o->theme != NULL ? o->theme : "default", &e);

	if (err != ERR_OK)
		output_error(e.msg);
	return err;
}

int explore_run(struct options *o)
{
	struct theme theme;
	struct loop *loop;
	struct explorer *x;
	int code;

	if (!have_terminal())
		return list_instead(o);
	if (load_theme(&theme, o) != ERR_OK)
		return EXIT_BAD_USAGE;
	loop = loop_new();
	x = output_open(loop, o->words, o->n_words, &code);
	if (x != NULL && explorer_source_count(x) == 0)
		code = EXIT_NOTHING;
	else if (x != NULL)
		code = run(o, &theme, loop, x, o->n_words > 0 ? o->words[0] : "journal:");
	if (x != NULL)
		explorer_free(x);
	loop_free(loop);
	return code;
}

static int demo_on(struct options *o, const struct theme *theme, const char *path, int fd)
{
	struct loop *loop = loop_new();
	struct demo *demo = demo_new(time_now(), 1);
	struct demo_player *player = demo_player_new(loop, demo, fd);
	struct explorer *x = explorer_new(loop);
	struct errinfo e = {0};
	enum err err = explorer_add_file(x, path, &e);
	int code = exit_of_err(err);

	if (err == ERR_OK)
		code = run(o, theme, loop, x, path);
	else
		output_error(e.msg);
	explorer_free(x);
	demo_player_free(player);
	demo_free(demo);
	loop_free(loop);
	return code;
}

int explore_demo(struct options *o)
{
	char path[PATH_MAX];
	struct theme theme;
	struct errinfo e = {0};
	int fd, code;

	if (!have_terminal())
		return print_demo();
	if (load_theme(&theme, o) != ERR_OK)
		return EXIT_BAD_USAGE;
	if (demo_file(path, sizeof(path), &fd, &e) != ERR_OK) {
		output_error(e.msg);
		return EXIT_UNREADABLE;
	}
	code = demo_on(o, &theme, path, fd);
	close(fd);
	demo_file_remove(path);
	return code;
}
