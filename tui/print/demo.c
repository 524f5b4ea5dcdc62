/* The whole sample at once, sent to an endpoint of its own with a journal that is removed at the end. */
#include "print/demo.h"

#include "base/time.h"
#include "collect/demo.h"
#include "collect/endpoint.h"
#include "collect/folder.h"
#include "collect/sender.h"
#include "print/ls.h"
#include "print/output.h"
#include "print/show.h"
#include "print/stats.h"

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
		print_trace_tree(x, found.number, false);
	}
	output_write(STR("\nTotals\n\n"));
	stats_build(&s, m, TIME_NONE, TIME_NONE, NULL);
	print_stats_text(x, &s, false);
	stats_free(&s);
}

static int load_and_print(struct loop *loop, char *folder)
{
	char *words[] = {folder};
	int code;
	struct explorer *x = output_load(loop, NULL, words, 1, &code);

	if (x == NULL)
		return code;
	print_all(x);
	explorer_free(x);
	return code;
}

static void ignore(void *ctx)
{
	(void)ctx;
}

static enum err send_all(struct loop *loop, const char *url, struct errinfo *e)
{
	struct demo *demo = demo_new(time_now(), 1);
	struct sender *sender = sender_new(loop, url, ignore, NULL);
	struct demo_player *player = demo_player_new(loop, demo, sender);
	enum err err;

	demo_player_rush(player);
	while (sender_waiting(sender) > 0 && loop_step(loop, true))
		;
	err = sender_error(sender, e);
	demo_player_free(player);
	sender_free(sender);
	demo_free(demo);
	return err;
}

static enum err fill(struct loop *loop, const char *folder, struct errinfo *e)
{
	struct endpoint_options options = {.folder = folder, .listener = {.address = ":0"}};
	struct endpoint *endpoint = NULL;
	enum err err = endpoint_open(&endpoint, loop, &options, ignore, NULL, e);

	if (err == ERR_OK)
		err = send_all(loop, endpoint_url(endpoint), e);
	endpoint_close(endpoint);
	return err;
}

int print_demo(void)
{
	struct buf folder = {0};
	struct errinfo e = {0};
	struct loop *loop = loop_new();
	int code;
	enum err err = folder_make_temporary(&folder, &e);

	if (err == ERR_OK)
		err = fill(loop, buf_text(&folder), &e);
	if (err == ERR_OK) {
		code = load_and_print(loop, folder.p);
	} else {
		output_error(e.msg);
		code = exit_of_err(err);
	}
	loop_free(loop);
	folder_remove_temporary(buf_text(&folder));
	buf_free(&folder);
	return output_end(code);
}
