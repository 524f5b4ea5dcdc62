/* tracehog: a terminal explorer of LLM traces. Reads the command line and hands over to the command. */
#include "base/clean.h"
#include "base/loop.h"
#include "base/mem.h"
#include "command/explore.h"
#include "print/capture.h"
#include "print/diff.h"
#include "print/hogql.h"
#include "print/ls.h"
#include "print/output.h"
#include "print/prices.h"
#include "print/replay.h"
#include "print/run.h"
#include "print/settings.h"
#include "print/show.h"
#include "print/stats.h"
#include "print/tail.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Only what characters are: numbers are written the same everywhere. */
static void read_locale(void)
{
	setlocale(LC_CTYPE, "");
	clean_set_ascii(strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
	tzset();
}

/* Otherwise the first file opened would become a standard stream. Nothing can be written to what is put there. */
static void occupy_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			return;
}

static int help(const struct options *o)
{
	struct buf text = {0};

	options_help(o->command, &text);
	output_write(buf_str(&text));
	buf_free(&text);
	return output_end(EXIT_OK);
}

static int run(struct options *o)
{
	switch (o->command) {
	case COMMAND_DEMO:
		return explore_demo(o);
	case COMMAND_CAPTURE:
		return print_capture(o);
	case COMMAND_RUN:
		return print_run(o);
	case COMMAND_LS:
		return print_ls(o);
	case COMMAND_SHOW:
		return print_show(o);
	case COMMAND_REPLAY:
		return print_replay(o);
	case COMMAND_PRICES:
		return print_prices(o);
	case COMMAND_TREE:
		return print_tree(o);
	case COMMAND_DIFF:
		return print_diff(o);
	case COMMAND_STATS:
		return print_stats(o);
	case COMMAND_TAIL:
		return print_tail(o);
	case COMMAND_HOGQL:
		return print_hogql(o);
	default:
		return explore_run(o);
	}
}

static int run_configured(struct options *o)
{
	struct config *config = NULL;
	struct errinfo e = {0};
	enum err err = config_read(&config, o->config_file, &e);
	int code;

	if (err == ERR_OK)
		err = options_settle(o, config, &e);
	if (err == ERR_OK && !o->print_config)
		err = loop_probe(&e);
	if (err != ERR_OK)
		output_error(e.msg);
	if (err == ERR_OK)
		code = o->print_config ? print_settings(o) : run(o);
	else
		code = err == ERR_IO ? EXIT_UNREADABLE : EXIT_BAD_USAGE;
	config_free(config);
	return code;
}

int main(int argc, char **argv)
{
	struct options o;
	struct errinfo e = {0};
	enum err err;

	occupy_standard_streams();
	mem_start();
	/* A file that may not grow any more is an error of write() like others. Children have the default again. */
	signal(SIGXFSZ, SIG_IGN);
	read_locale();
	umask(077);
	err = options_parse(&o, argc, argv, &e);
	if (err != ERR_OK) {
		output_error(e.msg);
		return exit_of_err(err);
	}
	if (o.version) {
		output_write(STR("tracehog " TRACEHOG_VERSION "\n"));
		return output_end(EXIT_OK);
	}
	return o.help ? help(&o) : run_configured(&o);
}
