/* The player and the sender: the demo, all of it and in its order, over HTTP into an endpoint's journal. */
#include "base/loop.h"
#include "base/mem.h"
#include "base/time.h"
#include "collect/demo.h"
#include "collect/endpoint.h"
#include "collect/folder.h"
#include "collect/sender.h"
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW INT64_C(1795311000123456)

struct stage {
	struct loop *loop;
	struct demo *demo;
	struct buf folder;
	struct endpoint *endpoint;
	struct sender *sender;
	int moved;
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static void on_moved(void *ctx)
{
	((struct stage *)ctx)->moved++;
}

static int stage_up(void **state)
{
	struct stage *stage = mem_zero(1, sizeof *stage);
	struct endpoint_options options = {.listener = {.address = ":0"}};

	stage->loop = loop_new();
	stage->demo = demo_new(NOW, 1);
	assert_int_equal(folder_make_temporary(&stage->folder, NULL), ERR_OK);
	options.folder = buf_text(&stage->folder);
	assert_int_equal(
		endpoint_open(&stage->endpoint, stage->loop, &options, nothing, NULL, NULL),
		ERR_OK);
	stage->sender = sender_new(stage->loop, endpoint_url(stage->endpoint), on_moved, stage);
	*state = stage;
	return 0;
}

static int stage_down(void **state)
{
	struct stage *stage = *state;

	sender_free(stage->sender);
	endpoint_close(stage->endpoint);
	demo_free(stage->demo);
	loop_free(stage->loop);
	folder_remove_temporary(buf_text(&stage->folder));
	assert_int_equal(access(buf_text(&stage->folder), F_OK), -1);
	buf_free(&stage->folder);
	mem_free(stage);
	return 0;
}

static void wait_until_sent(struct stage *stage)
{
	while (sender_waiting(stage->sender) > 0)
		assert_true(loop_step(stage->loop, true));
}

/* The journal holds exactly the first events, in order; gives how many. */
static uint32_t events_in_journal(struct stage *stage)
{
	struct explorer *x = explorer_new(stage->loop);
	const struct events *events;
	uint32_t n;

	assert_int_equal(explorer_add_folder(x, buf_text(&stage->folder), NULL), ERR_OK);
	explorer_load(x);
	events = explorer_events(x);
	n = events->n;
	assert_true(n <= demo_count(stage->demo));
	for (uint32_t i = 0; i < n; i++) {
		struct detail *detail = detail_read(events, i);
		struct str line = buf_str(&detail->line), told = demo_event(stage->demo, i)->line;
		/* {"uuid":"...": the first of both. */
		assert_true(str_eq(str_sub(line, 0, 46), str_sub(told, 0, 46)));
		detail_free(detail);
	}
	explorer_free(x);
	return n;
}

static size_t there_from_the_start(const struct demo *d)
{
	size_t n = 0;

	while (n < demo_count(d) && demo_event(d, n)->after_us == 0)
		n++;
	return n;
}

static void the_player_rushes(void **state)
{
	struct stage *stage = *state;
	struct demo_player *p = demo_player_new(stage->loop, stage->demo, stage->sender);

	wait_until_sent(stage);
	assert_true(stage->moved > 0);
	assert_int_equal(events_in_journal(stage), there_from_the_start(stage->demo));
	assert_false(demo_player_done(p));
	demo_player_rush(p);
	assert_true(demo_player_done(p));
	wait_until_sent(stage);
	assert_int_equal(events_in_journal(stage), demo_count(stage->demo));
	demo_player_rush(p);
	assert_int_equal(sender_waiting(stage->sender), 0);
	assert_int_equal(sender_error(stage->sender, NULL), ERR_OK);
	demo_player_free(p);
}

static void the_player_waits_for_what_is_due(void **state)
{
	struct stage *stage = *state;
	size_t first = there_from_the_start(stage->demo);
	int64_t start = time_monotonic();
	struct demo_player *p = demo_player_new(stage->loop, stage->demo, stage->sender);

	wait_until_sent(stage);
	while (sender_waiting(stage->sender) == 0)
		assert_true(loop_step(stage->loop, true));
	assert_true(time_monotonic() - start >= demo_event(stage->demo, first)->after_us);
	assert_false(demo_player_done(p));
	demo_player_free(p);
}

/* An event that is larger than a batch, and many of them. */
static void the_sender_makes_batches(void **state)
{
	struct stage *stage = *state;
	struct capture_counts counts;
	struct buf event = {0};

	for (int i = 0; i < 40; i++) {
		buf_clear(&event);
		buf_printf(&event,
		           "{\"event\":\"$log\",\"distinct_id\":\"%d\",\"properties\":{\"text\":\"",
		           i);
		buf_pad(&event, 'x', i == 7 ? 3000000 : 100000);
		buf_puts(&event, "\"}}");
		sender_add(stage->sender, buf_str(&event));
	}
	assert_true(sender_waiting(stage->sender) > 6900000);
	wait_until_sent(stage);
	assert_in_range(stage->moved, 4, 10);
	endpoint_counts(stage->endpoint, &counts);
	assert_int_equal(counts.events, 40);
	assert_int_equal(counts.requests, stage->moved);
	buf_free(&event);
}

static void the_sender_says_what_was_refused(void **state)
{
	struct stage *stage = *state;
	struct errinfo e = {0};

	sender_add(stage->sender, STR("{this is no JSON"));
	wait_until_sent(stage);
	assert_int_equal(sender_error(stage->sender, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "400"));
}

/* Nobody listens: it is tried again; an end does not wait for that. */
static void the_sender_may_end_early(void **state)
{
	struct stage *stage = *state;

	endpoint_close(stage->endpoint);
	stage->endpoint = NULL;
	sender_add(stage->sender, STR("{}"));
	for (int i = 0; i < 3; i++)
		loop_step(stage->loop, true);
	assert_true(sender_waiting(stage->sender) > 0);
}

static void the_note_of_the_url(void **state)
{
	struct stage *stage = *state;
	struct buf url = {0}, path = {0};
	const char *folder = buf_text(&stage->folder);

	assert_true(folder_read_url(folder, &url));
	assert_string_equal(buf_text(&url), endpoint_url(stage->endpoint));
	buf_clear(&url);
	folder_note_url(folder, "http://0.0.0.0:77");
	assert_true(folder_read_url(folder, &url));
	assert_string_equal(buf_text(&url), "http://127.0.0.1:77");
	buf_clear(&url);
	folder_note_url(folder, "http://127.0.0.1:1/\ninjected=1");
	assert_false(folder_read_url(folder, &url));
	folder_note_url(folder, "https://example.com");
	assert_false(folder_read_url(folder, &url));
	folder_forget_url(folder);
	assert_false(folder_read_url(folder, &url));
	buf_printf(&path, "%s/.port", folder);
	assert_int_equal(symlink("/etc/hostname", buf_text(&path)), 0);
	assert_false(folder_read_url(folder, &url));
	assert_int_equal(url.n, 0);
	buf_free(&path);
	buf_free(&url);
}

static void a_temporary_folder_is_private(void **state)
{
	struct stage *stage = *state;
	struct buf path = {0};
	struct errinfo e = {0};
	struct stat st;

	assert_int_equal(stat(buf_text(&stage->folder), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	setenv("TMPDIR", buf_text(&stage->folder), 1);
	assert_int_equal(folder_make_temporary(&path, &e), ERR_OK);
	assert_memory_equal(buf_text(&path), stage->folder.p, stage->folder.n);
	folder_remove_temporary(buf_text(&path));
	assert_int_equal(access(buf_text(&path), F_OK), -1);
	buf_clear(&path);
	setenv("TMPDIR", "/nonexistent/folder", 1);
	assert_int_equal(folder_make_temporary(&path, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "/nonexistent/folder"));
	unsetenv("TMPDIR");
	buf_free(&path);
}

static void other_folders_are_left_alone(void **state)
{
	char path[] = "/tmp/tracehog-other-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(path));
	folder_remove_temporary(path);
	assert_int_equal(access(path, F_OK), 0);
	rmdir(path);
}

#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, stage_up, stage_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_player_rushes),
		ON_STAGE(the_player_waits_for_what_is_due),
		ON_STAGE(the_sender_makes_batches),
		ON_STAGE(the_sender_says_what_was_refused),
		ON_STAGE(the_sender_may_end_early),
		ON_STAGE(the_note_of_the_url),
		ON_STAGE(a_temporary_folder_is_private),
		cmocka_unit_test(other_folders_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
