/* The whole sample at once, into a journal of its own that is removed at the end. */
#include "print/demo.h"

#include "base/time.h"
#include "collect/demo.h"
#include "print/ls.h"
#include "print/output.h"
#include "print/show.h"
#include "print/stats.h"

#include <limits.h>
#include <unistd.h>

static void print_all(struct explorer *x)
{
	struct model *m = explorer_model(x);
	struct stats s;
	struct lookup found;
	struct query q;

	output_write(STR("Sessions\n\n"));
	query_init(&q, ROWS_SESSIONS);
	print_rows_table(m, &q);
	if (lookup_find(&found, m, STR("last:error"), NULL) == ERR_OK &&
	    found.kind == LOOKUP_TRACE) {
		output_write(STR("\nThe newest trace with an error\n\n"));
		print_trace_tree(x, found.number);
	}
	output_write(STR("\nTotals\n\n"));
	stats_build(&s, m, TIME_NONE, TIME_NONE);
	print_stats_text(x, &s);
	stats_free(&s);
}

static int load_and_print(struct loop *loop, char *path)
{
	char *words[] = {path};
	int code;
	struct explorer *x = output_load(loop, words, 1, &code);

	if (x == NULL)
		return code;
	print_all(x);
	explorer_free(x);
	return code;
}

static int play_and_print(struct loop *loop, char *path, int fd)
{
	struct demo *demo = demo_new(time_now(), 1);
	struct demo_player *player = demo_player_new(loop, demo, fd);
	struct errinfo e = {0};
	int code = EXIT_UNREADABLE;

	demo_player_rush(player);
	if (demo_player_error(player, &e) == ERR_OK)
		code = load_and_print(loop, path);
	else
		output_error(e.msg);
	demo_player_free(player);
	demo_free(demo);
	return code;
}

int print_demo(void)
{
	char path[PATH_MAX];
	struct errinfo e = {0};
	struct loop *loop;
	int fd, code;
	enum err err = demo_file(path, sizeof(path), &fd, &e);

	if (err != ERR_OK) {
		output_error(e.msg);
		return exit_of_err(err);
	}
	loop = loop_new();
	code = play_and_print(loop, path, fd);
	loop_free(loop);
	close(fd);
	demo_file_remove(path);
	return output_end(code);
}
