/* The screen of a query in HogQL: golden/hogql_NAME_COLSxROWS.txt. PostHog is a server on the same loop that answers when the test says
 * so. How long an answer took is no part of a screen here: its digits are left out, and of the head line's blanks one is
 * kept. UPDATE=1 writes them anew. */
#include "support/golden.h"
#include "support/manual_server.h"
#include "support/scenes.h"
#include "support/stage.h"

#include "base/time.h"
#include "term/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FILE_OF_EVENTS "data/real_events.ndjson"
#define GIVE_UP        (20 * TIME_SECOND)
#define ASKED          "tracehog:hogql"

#define KINDS                                                                                     \
	"{\"columns\":[\"kind\",\"value\",\"id\"],"                                               \
	"\"types\":[[\"kind\",\"String\"],[\"value\",\"Nullable(String)\"],[\"id\",\"UInt64\"]]," \
	"\"results\":[[\"text\",\"caf\\u00e9 \xe7\xbf\xbb\xe8\xa8\xb3\",1],[\"null\",null,2],"    \
	"[\"whole\",9007199254740993,3],[\"exact\",1.10,4],[\"list\",[1,[\"a\",null]],6],"        \
	"[\"object\",{\"a\":{\"b\":\"c\"}},7],[\"lines\",\"first\\nsecond\\tthird\",8],"          \
	"[\"harmful\",\"\\u001b]0;title\\u0007\\u001b[31mred\\u202e\",18446744073709551615]]}"
#define WIDE                                                                                              \
	"{\"columns\":[\"trace_id\",\"what was asked, and much more of it than a title has room for\","   \
	"\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"],\"results\":["                                              \
	"[\"0190a1b2-0000-7000-8000-000000000001\",\"Where is my parcel? It should have come last "       \
	"Tuesday, and nobody answers the telephone.\",1000000,2.5,3,4,5,6],"                              \
	"[\"0190a1b2-0000-7000-8000-000000000002\",\"\xe7\xbf\xbb\xe8\xa8\xb3\xe3\x81\x97\xe3\x81\xa6\"," \
	"-1,0.125,30,400,5000,60000]],\"hasMore\":true}"
#define WRONG \
	"{\"detail\":\"Syntax error at line 1, column 9: mismatched input 'FORM' expecting {<EOF>, 'FROM'}\"}"
#define UNPLACED "{\"detail\":\"Query exceeds the memory limit\"}"

static const char none[] = "{\"columns\":[\"a\"],\"results\":[]}";

/* The keys come after the answer; then the screen shows `until`. */
struct play {
	struct scene scene;
	const char *query;
	int status;
	const char *answer, *until;
};

static const struct play plays[] = {
	{{"kinds", "STM", ""}, "SELECT kinds", 200, KINDS, "1-"},
	{{"row", "ST", "j j j j l Enter"}, "SELECT kinds", 200, KINDS, "row 5"},
	{{"sorted", "ST", "l l s"}, "SELECT kinds", 200, KINDS, "id^"},
	{{"falling", "S", "l l I"}, "SELECT kinds", 200, KINDS, "idv"},
	{{"found", "S", "/ second Enter"}, "SELECT kinds", 200, KINDS, "7"},
	{{"wide", "STM", ""}, "SELECT wide", 200, WIDE, "1-"},
	{{"wide_right", "STM", "j L"}, "SELECT wide", 200, WIDE, "column"},
	{{"wide_value", "ST", "l Enter"}, "SELECT wide", 200, WIDE, "telephone"},
	{{"none", "S", ""}, "SELECT none", 200, none, "no rows"},
	{{"wrong", "STM", ""}, "SELECT a FORM events", 400, WRONG, "^"},
	{{"unplaced", "S", ""}, "SELECT a", 400, UNPLACED, "memory"},
	{{"menu", "ST", "y"}, "SELECT kinds", 200, KINDS, "copy"},
	{{"edited", "S", "e"}, "SELECT kinds", 200, KINDS, "before"},
};
#define PLAYS (sizeof(plays) / sizeof(plays[0]))

static const struct play *play_of(const struct scene *scene)
{
	return (const struct play *)(const void *)((const char *)scene -
	                                           offsetof(struct play, scene));
}

static bool shows(struct stage *s, const char *text)
{
	struct buf screen = {0};
	bool found;

	stage_draw(s);
	surface_dump(s->surface, false, &screen);
	found = strstr(buf_text(&screen), text) != NULL;
	buf_free(&screen);
	return found;
}

static void until_shown(struct stage *s, const char *text)
{
	for (int64_t from = time_monotonic(); !shows(s, text);) {
		assert_true(time_monotonic() - from < GIVE_UP);
		loop_step(s->loop, true);
	}
}

/* The number of a request that holds this and is not answered. */
static unsigned asked_for(struct stage *s, struct manual_server *server, const char *asked)
{
	int64_t from = time_monotonic();
	unsigned i = 0;

	while (i == manual_server_count(server) || !manual_server_waits(server, i) ||
	       str_find(manual_server_request(server, i), str_of(asked), 0, false) == SIZE_MAX) {
		assert_true(time_monotonic() - from < GIVE_UP);
		if (i < manual_server_count(server)) {
			i++;
			continue;
		}
		loop_step(s->loop, true);
		i = 0;
	}
	return i;
}

static void answer(struct stage *s, struct manual_server *server, const char *asked, int status,
                   const char *body)
{
	manual_server_answer(server, asked_for(s, server, asked), status, "", body);
}

static void press(struct stage *s, const char *script)
{
	while (*script != '\0') {
		struct str word = {script, strcspn(script, " ")};
		uint32_t key = key_named(word);

		for (size_t i = 0; i < word.n; i += key != 0 ? word.n : 1)
			app_key(s->app, key != 0 ? key : (uint32_t)word.p[i], STR_EMPTY);
		stage_draw(s);
		script += word.n + (script[word.n] == ' ');
	}
}

static void open_posthog(struct stage *s, struct manual_server *server)
{
	struct posthog_options options = {.host = manual_server_url(server),
	                                  .key = STR("phx_of_the_tests"),
	                                  .project = 7,
	                                  .patient = true};
	struct posthog_status status = {0};
	int64_t from = time_monotonic();
	struct errinfo e = {0};

	if (explorer_add_posthog(s->explorer, &options, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	answer(s, server, "GET /api/projects/7/", 200, "{\"id\":7,\"name\":\"Hogs\"}");
	while (status.name[0] == '\0') {
		assert_true(time_monotonic() - from < GIVE_UP);
		loop_step(s->loop, true);
		posthog_read_status(explorer_posthog(s->explorer), &status);
	}
	/* What a source that is opened later lists at once: no more than two are asked at a time. */
	answer(s, server, "tracehog:traces", 200, "{\"results\":[]}");
	answer(s, server, "tracehog:sessions", 200, "{\"results\":[]}");
	while (status.waiting > 0) {
		assert_true(time_monotonic() - from < GIVE_UP);
		loop_step(s->loop, true);
		posthog_read_status(explorer_posthog(s->explorer), &status);
	}
}

static void ask(struct stage *s, const char *query)
{
	app_key(s->app, ':', STR_EMPTY);
	app_key(s->app, KEY_PASTE, STR("hogql "));
	app_key(s->app, KEY_PASTE, str_of(query));
	app_key(s->app, key_named(STR("Enter")), STR_EMPTY);
}

/* "   12 ms" of the first line becomes " N ms"; all its blanks one. */
static void without_time(struct str screen, struct buf *out)
{
	size_t end = str_find(screen, STR("\n"), 0, false), ms;
	struct buf line = {0};

	for (size_t i = 0; i < end; i++)
		if (screen.p[i] != ' ' || i == 0 || screen.p[i - 1] != ' ')
			buf_add(&line, screen.p[i]);
	ms = str_find(buf_str(&line), STR(" ms "), 0, false);
	if (ms != SIZE_MAX) {
		size_t from = ms;

		while (from > 0 && line.p[from - 1] != ' ')
			from--;
		buf_append(out, str_sub(buf_str(&line), 0, from));
		buf_add(out, 'N');
		buf_append(out, str_sub(buf_str(&line), ms, SIZE_MAX));
	} else {
		buf_append(out, buf_str(&line));
	}
	buf_append(out, str_sub(screen, end, SIZE_MAX));
	buf_free(&line);
}

static void on_pulse(void *ctx)
{
	(void)ctx;
}

/* No turn of the loop takes longer than its pulse, so that what never comes fails the test. */
static void stage_for(struct stage *s, char letter)
{
	static const int rows[] = {['T'] = 10, ['S'] = 24, ['M'] = 40};
	static const int cols[] = {['T'] = 40, ['S'] = 80, ['M'] = 120};

	stage_open(s, FILE_OF_EVENTS, FILE_OF_EVENTS, rows[(unsigned char)letter],
	           cols[(unsigned char)letter]);
	loop_timer_start(loop_timer_new(s->loop, on_pulse, s), 50, 50);
}

static void play(void **state)
{
	const struct scene_take *t = *state;
	const struct play *p = play_of(t->scene);
	struct manual_server *server;
	struct buf screen = {0}, fixed = {0};
	struct stage s;

	stage_for(&s, t->letter);
	server = manual_server_new(s.loop);
	open_posthog(&s, server);
	ask(&s, p->query);
	answer(&s, server, ASKED, p->status, p->answer);
	until_shown(&s, p->status == 200 && p->answer != none ? "column " : p->until);
	press(&s, p->scene.keys);
	until_shown(&s, p->until);
	surface_dump(s.surface, true, &screen);
	without_time(buf_str(&screen), &fixed);
	golden_compare(t->name, buf_str(&fixed));
	buf_free(&screen);
	buf_free(&fixed);
	manual_server_free(server);
	stage_close(&s);
}

/* ---- what happens ---- */

static void cancelled(void **state)
{
	struct manual_server *server;
	struct stage s;

	(void)state;
	stage_for(&s, 'S');
	server = manual_server_new(s.loop);
	open_posthog(&s, server);
	ask(&s, "SELECT kinds");
	until_shown(&s, "running");
	answer(&s, server, ASKED, 200, KINDS);
	until_shown(&s, "8 rows");
	/* The last result stays while the next one runs, and when it is taken back. */
	press(&s, "R");
	until_shown(&s, "before: 8 rows");
	assert_true(shows(&s, "harmful"));
	asked_for(&s, server, ASKED);
	press(&s, "Esc");
	assert_true(shows(&s, "cancelled"));
	assert_true(shows(&s, "harmful"));
	answer(&s, server, "DELETE /api/projects/7/query/", 200, "{}");
	press(&s, "R");
	answer(&s, server, ASKED, 400, WRONG);
	until_shown(&s, "mismatched");
	assert_true(shows(&s, "harmful"));
	manual_server_free(server);
	stage_close(&s);
}

/* Of what is not here PostHog is asked. */
static void an_id_is_opened(void **state)
{
	static const char here[] =
		"{\"columns\":[\"trace_id\"],\"results\":[[\"trace_id_here\"],[\"elsewhere\"]]}";
	static const char found[] =
		"{\"columns\":[\"trace_id\",\"session_id\",\"first_time\",\"last_time\"],\"results\":[]}";
	struct manual_server *server;
	struct stage s;

	(void)state;
	stage_for(&s, 'S');
	server = manual_server_new(s.loop);
	open_posthog(&s, server);
	ask(&s, "SELECT trace_id");
	answer(&s, server, ASKED, 200, here);
	until_shown(&s, "2 rows");
	press(&s, "j Enter");
	assert_true(shows(&s, "PostHog is asked for it"));
	/* As an id, then as the beginning of one. */
	answer(&s, server, "\"id\":\"elsewhere\"", 200, found);
	answer(&s, server, "\"id\":\"elsewhere\"", 200, found);
	until_shown(&s, "PostHog has nothing");
	press(&s, "k Enter");
	assert_true(shows(&s, "SPAN"));
	manual_server_free(server);
	stage_close(&s);
}

static void not_without_posthog(void **state)
{
	struct stage s;

	(void)state;
	stage_for(&s, 'S');
	ask(&s, "SELECT 1");
	assert_true(shows(&s, "no PostHog source is open"));
	stage_close(&s);
}

int main(void)
{
	static struct CMUnitTest tests[SCENE_TAKES];
	size_t n = 0;

	for (size_t i = 0; i < PLAYS; i++)
		n += scenes_add(&plays[i].scene, 1, "hogql", play, &tests[n]);
	tests[n++] = (struct CMUnitTest){"cancelled", cancelled, NULL, NULL, NULL};
	tests[n++] = (struct CMUnitTest){"an_id_is_opened", an_id_is_opened, NULL, NULL, NULL};
	tests[n++] = (struct CMUnitTest){"not_without_posthog", not_without_posthog, NULL, NULL,
	                                 NULL};
	return _cmocka_run_group_tests("hogql", tests, n, NULL, NULL);
}
