/* A call sent again, on the screen: the request, the answer while it comes and when it is there, and what differs.
 * golden/replay_NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew. The provider is a stand-in on loopback, and no time passes. */
#include "support/golden.h"
#include "support/provider_scenes.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CALLS "data/replay.ndjson"

struct played {
	struct stage stage;
	struct http_server *server;
	struct replay_settings settings;
	char base_url[64];
	struct buf edited; /* what the editor leaves; empty: it is not there */
};

static int64_t no_time(void)
{
	return 1;
}

static void on_take(void *ctx, enum app_taker by, struct str text, const char *argument)
{
	struct played *p = ctx;

	assert_int_equal(by, APP_CHANGE);
	assert_string_equal(argument, "request.json");
	if (p->edited.n == 0)
		buf_append(&p->edited, text);
}

/* scene NULL: the provider's own address. */
static void begin(struct played *p, const char *scene, int rows, int cols)
{
	*p = (struct played){.settings.clock = no_time};
	p->server = http_server_start(provider_scenes);
	snprintf(p->base_url, sizeof(p->base_url), "http://127.0.0.1:%u/%s/v1",
	         http_server_port(p->server), scene != NULL ? scene : "");
	p->settings.base_url = scene != NULL ? p->base_url : NULL;
	setenv("OPENAI_API_KEY", PROVIDER_KEY, 1);
	setenv("ANTHROPIC_API_KEY", PROVIDER_KEY, 1);
	stage_open(&p->stage, CALLS, CALLS, rows, cols);
	app_set_replays(p->stage.app, &p->settings);
	app_on_take(p->stage.app, on_take, p);
}

static void end(struct played *p)
{
	stage_close(&p->stage);
	http_server_stop(p->server);
	buf_free(&p->edited);
}

static bool says(const struct played *p, const char *text)
{
	struct buf screen = {0};
	bool found;

	surface_dump(p->stage.surface, false, &screen);
	found = str_find(buf_str(&screen), str_of(text), 0, false) != SIZE_MAX;
	buf_free(&screen);
	return found;
}

static void compare(const struct played *p, const char *name)
{
	struct buf screen = {0}, file = {0};

	buf_printf(&file, "replay_%s_%dx%d", name, p->stage.surface->cols, p->stage.surface->rows);
	surface_dump(p->stage.surface, true, &screen);
	golden_compare(buf_text(&file), buf_str(&screen));
	assert_null(strstr(screen.p, PROVIDER_KEY));
	buf_free(&screen);
	buf_free(&file);
}

static const struct {
	int rows, cols;
} sizes[] = {{24, 80}, {40, 120}, {10, 40}};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* ---- screens --------------------------------------------------------------------------------------------------------- */

static void the_request(void **state)
{
	struct played p;

	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		begin(&p, NULL, sizes[i].rows, sizes[i].cols);
		stage_keys(&p.stage, "3 g x");
		compare(&p, "request");
		end(&p);
	}
}

static void the_answer(void **state)
{
	struct played p;

	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		begin(&p, "ok", sizes[i].rows, sizes[i].cols);
		stage_keys(&p.stage, "3 g x s");
		compare(&p, "answer");
		stage_keys(&p.stage, "D");
		compare(&p, "diff");
		end(&p);
	}
}

static void an_answer_with_thoughts_and_calls(void **state)
{
	struct played p;

	(void)state;
	begin(&p, "ok", 40, 120);
	stage_keys(&p.stage, "3 g j j x s");
	compare(&p, "anthropic");
	end(&p);
}

/* The original's text ends, the answer's does not. */
static bool has_begun(const struct played *p)
{
	struct buf screen = {0};
	size_t first, second;

	surface_dump(p->stage.surface, false, &screen);
	first = str_find(buf_str(&screen), STR("It is"), 0, false);
	second = first == SIZE_MAX ? SIZE_MAX
	                           : str_find(buf_str(&screen), STR("It is"), first + 1, false);
	buf_free(&screen);
	return second != SIZE_MAX;
}

static void an_answer_that_comes(void **state)
{
	struct played p;

	(void)state;
	for (size_t i = 0; i < SIZES; i++) {
		begin(&p, "slow", sizes[i].rows, sizes[i].cols);
		stage_keys(&p.stage, "3 g x");
		app_key(p.stage.app, 's', STR_EMPTY);
		stage_draw(&p.stage);
		while (!says(&p, "It is 41.") || !has_begun(&p)) {
			loop_step(p.stage.loop, true);
			stage_draw(&p.stage);
		}
		compare(&p, "coming");
		app_key(p.stage.app, 'e', STR_EMPTY);
		stage_draw(&p.stage);
		assert_true(sizes[i].cols < 80 || says(&p, "still coming: Esc stops it"));
		stage_keys(&p.stage, "Esc");
		compare(&p, "stopped");
		end(&p);
	}
}

/* ---- keys ------------------------------------------------------------------------------------------------------------ */

static void only_calls_are_sent(void **state)
{
	struct played p;

	(void)state;
	begin(&p, NULL, 24, 80);
	stage_keys(&p.stage, "1 x");
	assert_true(says(&p, "not a generation"));
	stage_keys(&p.stage, "3 g j j j x s");
	assert_true(says(&p, "the input was withheld"));
	assert_false(says(&p, "the request is not made yet"));
	stage_keys(&p.stage, "q g j x s");
	assert_true(says(&p, "another address than https://api.openai.com"));
	stage_keys(&p.stage, "q g Enter x D");
	assert_true(says(&p, "there is no answer to compare yet"));
	unsetenv("OPENAI_API_KEY");
	stage_keys(&p.stage, "s");
	assert_true(says(&p, "no key: set OPENAI_API_KEY"));
	stage_keys(&p.stage, "q x");
	assert_true(says(&p, "key: $OPENAI_API_KEY, which is not set: nothing can be sent"));
	assert_int_equal(http_server_requests(p.server), 0);
	end(&p);
}

/* As the terminal does it. */
static void leave_editor(struct played *p)
{
	struct buf text = p->edited;

	p->edited = (struct buf){0};
	app_edited(p->stage.app, buf_str(&text));
	buf_free(&text);
	stage_settle(&p->stage);
}

static void an_edited_request(void **state)
{
	struct played p;
	struct buf heard = {0};

	(void)state;
	begin(&p, "ok", 24, 80);
	stage_keys(&p.stage, "3 g x e");
	leave_editor(&p); /* as it was */
	assert_true(says(&p, "the request is as it was: send it"));
	stage_keys(&p.stage, "n Enter");
	assert_true(says(&p, "nothing is sent"));
	buf_puts(&p.edited, " \n");
	stage_keys(&p.stage, "e");
	leave_editor(&p);
	assert_true(says(&p, "the request is empty"));
	buf_puts(&p.edited, "{\n\"model\": }");
	stage_keys(&p.stage, "e");
	leave_editor(&p);
	assert_true(says(&p, "the request is no JSON: line 2"));
	assert_int_equal(http_server_requests(p.server), 0);
	buf_puts(&p.edited, "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\","
	                    "\"content\":\"nine by seven?\"}]}");
	stage_keys(&p.stage, "e");
	leave_editor(&p);
	assert_true(says(&p, "It is 42."));
	http_server_heard(p.server, &heard);
	assert_non_null(strstr(heard.p, "nine by seven?"));
	stage_keys(&p.stage, "e");
	leave_editor(&p);
	stage_keys(&p.stage, "y Enter");
	assert_int_equal(http_server_requests(p.server), 2);
	buf_free(&heard);
	stage_keys(&p.stage, "D zR");
	assert_true(says(&p, "nine"));
	end(&p);
}

static void failures_are_said(void **state)
{
	static const char *const faults[][2] = {
		{"401", "answered 401: Incorrect API key"},
		{"429", "not before 7 s"},
		{"cut", "its answer is broken"},
		{"garbage", "is no JSON: number 3"},
		{"html", "no answer of a model"},
		{"harm", "]0;owned"},
		{"echo", "Your key is ****"},
	};
	struct played p;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		begin(&p, faults[i][0], 40, 160);
		stage_keys(&p.stage, "3 g x s");
		if (!says(&p, faults[i][1]))
			fail_msg("%s does not say %s", faults[i][0], faults[i][1]);
		assert_false(says(&p, PROVIDER_KEY));
		stage_keys(&p.stage, "D q Tab G g s");
		end(&p);
	}
}

/* Views that are left while a call is under way, and at any size. */
static void views_come_and_go(void **state)
{
	static const char keys[] = "sKJ\tsDqGgsx";
	struct played p;

	(void)state;
	begin(&p, "slow", 24, 80);
	for (int i = 0; i < 4; i++) {
		stage_keys(&p.stage, "3 g x");
		app_key(p.stage.app, 's', STR_EMPTY);
		for (int step = 0; step < i * 20; step++)
			loop_step(p.stage.loop, false);
		app_key(p.stage.app, 'q', STR_EMPTY);
	}
	end(&p);
	begin(&p, "ok", 24, 80);
	stage_keys(&p.stage, "3 g x");
	for (int size = 1; size < 30; size++) {
		app_resize(p.stage.app, size, size * 5 - 4);
		app_key(p.stage.app, (unsigned char)keys[size % (int)(sizeof(keys) - 1)],
		        STR_EMPTY);
		stage_settle(&p.stage);
	}
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_request),
		cmocka_unit_test(the_answer),
		cmocka_unit_test(an_answer_with_thoughts_and_calls),
		cmocka_unit_test(an_answer_that_comes),
		cmocka_unit_test(only_calls_are_sent),
		cmocka_unit_test(an_edited_request),
		cmocka_unit_test(failures_are_said),
		cmocka_unit_test(views_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
