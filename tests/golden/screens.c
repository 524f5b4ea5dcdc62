/* Screens as they must be, without a terminal: a journal, keys, and what is then to be seen, with the role of every cell.
 * golden/NAME_COLSxROWS.txt holds each; UPDATE=1 writes them anew: look at every one before it is committed.
 * Then hostile strings in every field at every size: no cell may hold what acts on a terminal or hides. */
#include "support/golden.h"
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL    "data/real_events.ndjson"
#define HOSTILE "data/hostile.ndjson"
#define DEMO    "demo.ndjson" /* in a folder of this run */
#define LISTED  "data/listed.ndjson"
#define LONG    "data/session.ndjson" /* one of many turns */
#define EMPTY   "empty.ndjson"
#define MISSING "data/missing.ndjson" /* is not there */
#define LOCAL   "local.ndjson"        /* as empty, but events can be sent here */

struct size {
	int rows, cols;
};
/* By letter. */
static const struct size sizes[] = {
	['S'] = {24, 80}, ['M'] = {40, 120}, ['L'] = {48, 160},
	['T'] = {10, 40}, ['X'] = {7, 39},   ['1'] = {1, 1},
};

struct scene {
	const char *name, *file, *sizes, *keys;
	bool loading; /* before anything was read */
};

static const struct scene scenes[] = {
	{"traces", DEMO, "SMLTX1", "", false},
	{"traces_middle", DEMO, "SM", "Ctrl-D j j k", false},
	{"traces_error", DEMO, "SMT", "e", false},
	{"traces_last", DEMO, "S", "G", false},
	{"traces_zoomed", DEMO, "SM", "Z", false},
	{"traces_pane_alone", DEMO, "T", "Tab", false},
	{"traces_dearest", DEMO, "SM", "s j j j j j j j j j Enter g", false},
	{"traces_real", REAL, "SM", "", false},
	{"traces_loading", DEMO, "ST", "", true},
	{"traces_empty", EMPTY, "SMT", "", false},
	{"welcome", LOCAL, "SLT", "", false},
	{"welcome_live", LOCAL, "S", "7", false},
	{"listed", LISTED, "SMT", "", false},
	{"listed_trace", LISTED, "SM", "j j Enter", false},
	{"listed_trace_unknown", LISTED, "S", "Enter", false},
	{"listed_errors", LISTED, "S", "e", false},
	{"listed_dearest", LISTED, "S", "s j j j j j j j j j Enter g", false},
	{"listed_live", LISTED, "M", "7", false},
	{"listed_sessions", LISTED, "SM", "2", false},
	{"listed_session", LISTED, "S", "2 l", false},
	{"listed_session_chat", LISTED, "S", "2 Enter", false},
	{"sessions", DEMO, "SMLT", "2", false},
	{"sessions_long", LONG, "SML", "2", false},
	{"session_traces", DEMO, "SM", "2 j l", false},
	{"session_chat", DEMO, "SML", "2 j Enter", false},
	{"generations", DEMO, "SMLT", "3", false},
	{"generations_error", DEMO, "SM", "3 e", false},
	{"generations_real", REAL, "SM", "3", false},
	{"users", DEMO, "SMT", "4", false},
	{"user_generations", DEMO, "S", "4 Enter", false},
	{"models", DEMO, "SMT", "8", false},
	{"model_generations", DEMO, "S", "8 Enter", false},
	{"keep_of_many", DEMO, "T", "3 e .", false},
	{"tools", DEMO, "SMLT", "9", false},
	{"tool_spans", DEMO, "S", "9 j Enter", false},
	{"anonymous", DEMO, "S", "4 G Enter", false},
	{"live", DEMO, "SMT", "7", false},
	{"live_hostile", HOSTILE, "SM", "7", false},
	{"sources", REAL, "SM", "0", false},
	{"sources_bad_lines", HOSTILE, "SMT", "0", false},
	{"sources_bad_line", HOSTILE, "SMT", "0 j j j", false},
	{"sources_bad_last", HOSTILE, "ST", "0 G", false},
	{"sources_raw", HOSTILE, "SMT", "0 j Enter", false},
	{"sources_awaited", MISSING, "SMT", "0", false},
	{"key_without_command", DEMO, "S", "6", false},
	{"key_unused_here", DEMO, "S", "za", false},
	{"sort_picker_inverted", DEMO, "S", "s I Esc", false},
	{"users_inverted", DEMO, "S", "4 I", false},
	{"live_place", DEMO, "S", "7 : 2 Enter", false},
	{"live_dearest", DEMO, "S", "7 g $", false},
	{"trace_names_scrolled", DEMO, "S", "e Enter L", false},
	{"trace_unknown_output", REAL, "S", ":open Space trace-openai_embeddings Enter", false},

	{"trace", DEMO, "SMLT", "Enter", false},
	{"trace_error", DEMO, "SML", "e Enter e", false},
	{"trace_moved", DEMO, "S", "e Enter j j j", false},
	{"trace_folded", DEMO, "SM", "e Enter zM", false},
	{"trace_level", DEMO, "S", "e Enter z1", false},
	{"trace_flat", DEMO, "SM", "e Enter zl", false},
	{"trace_path", DEMO, "SMLT", "/research_crew Enter Enter c", false},
	{"trace_path_left", DEMO, "S", "/research_crew Enter Enter c j c", false},
	{"trace_answered_after", DEMO, "S", "e Enter G", false},
	{"trace_clock", DEMO, "M", "e Enter zt", false},
	{"trace_dearest", DEMO, "S", "e Enter $", false},
	{"trace_detail", DEMO, "SMT", "e Enter e Tab", false},
	{"trace_detail_zoomed", DEMO, "S", "e Enter e Tab Z", false},
	{"trace_properties", DEMO, "SM", "e Enter e [ [ [", false},
	{"trace_raw", DEMO, "SM", "e Enter e [", false},
	{"trace_orphan", REAL, "SM", "/rag_pipeline Enter Enter G", false},
	{"trace_crew", DEMO, "SML", "/research_crew Enter Enter", false},

	{"event_tools", REAL, "SML", "3 /user_openai_tools Enter n n Enter Enter", false},
	{"event_anthropic", REAL, "SM", "3 /user_anthropic Enter Enter Enter", false},
	{"event_reasoning", REAL, "SM", "3 /o3-mini Enter Enter Enter", false},
	{"event_privacy", REAL, "SM", "3 /user_privacy Enter n Enter Enter", false},
	{"event_error", REAL, "SMT", "3 /user_openai_errors Enter Enter Enter", false},
	{"event_responses", REAL, "S", "3 /user_openai_responses Enter Enter Enter", false},
	{"event_langchain", REAL, "S", "3 /ChatOpenAI Enter Enter Enter", false},
	{"event_embedding", REAL, "S", "3 /text-embedding Enter Enter Enter", false},
	{"event_long", REAL, "ST", "3 /user_manual_long Enter Enter Enter", false},
	{"event_properties", REAL, "SM", "3 /user_openai_tools Enter Enter Enter [ [ [", false},
	{"event_raw", REAL, "SM", "3 /user_openai_tools Enter Enter Enter [", false},
	{"event_raw_unwrapped", REAL, "S", "3 /user_openai_tools Enter Enter Enter [ zw", false},
	{"event_wide", DEMO, "SMT", "/u_kenji Enter Enter j Enter", false},
	{"event_found", REAL, "S", "3 /user_openai_tools Enter Enter Enter /tool Enter n", false},

	{"help", DEMO, "SMT", "?", false},
	{"help_end", DEMO, "S", "? G", false},
	{"sort_picker", DEMO, "SMT", "s j j", false},
	{"sort_inverted", DEMO, "S", "> > > I", false},
	{"find_prompt", DEMO, "ST", "/ 翻訳 a Left", false},
	{"find_hit", DEMO, "SM", "/kenji Enter", false},
	{"find_nothing", DEMO, "S", "/zzz Enter", false},
	{"command_line", DEMO, "S", ":50%", false},
	{"command_unknown", DEMO, "S", ":nonsense Enter", false},
	{"command_place", DEMO, "S", ":50% Enter", false},
	{"prefix", DEMO, "S", "z", false},
	{"copy_nothing", DEMO, "S", "? yy", false},
	{"ctrl_c", DEMO, "S", "Ctrl-C", false},
	{"frozen", DEMO, "S", "F", false},

	{"hostile_traces", HOSTILE, "SMT", "", false},
	{"hostile_generations", HOSTILE, "SM", "3 Ctrl-F", false},
	{"hostile_users", HOSTILE, "S", "4", false},
	{"hostile_models", HOSTILE, "M", "8", false},
	{"hostile_trace", HOSTILE, "SM", "j j j Enter j j", false},
	{"hostile_deep", HOSTILE, "SM", "/deep Enter Enter G", false},
	{"hostile_cycle", HOSTILE, "S", "/cycle Enter Enter j", false},
	{"hostile_event", HOSTILE, "SM", "G k k Enter j j Enter", false},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

/* ---- comparing ------------------------------------------------------------------------------------------------------- */

struct take {
	const struct scene *scene;
	struct size size;
	char name[80];
};

static char folder[64] = "/tmp/tracehog-screens-XXXXXX";

/* ---- scenes ---------------------------------------------------------------------------------------------------------- */

static void path_of(const char *file, char *out, size_t size)
{
	if (strchr(file, '/') != NULL)
		snprintf(out, size, "%s", file);
	else
		snprintf(out, size, "%s/%s", folder, file);
}

static void open_scene(struct stage *s, const struct take *t)
{
	static const struct intake local = {.name = "local:8765", .url = "http://127.0.0.1:8765"};
	char path[160];

	path_of(t->scene->file, path, sizeof(path));
	if (t->scene->loading)
		stage_open_live(s, path, t->scene->file, t->size.rows, t->size.cols);
	else
		stage_open(s, path, t->scene->file, t->size.rows, t->size.cols);
	if (strcmp(t->scene->file, LOCAL) != 0)
		return;
	app_set_intake(s->app, &local);
	stage_settle(s);
}

static void play(void **state)
{
	const struct take *t = *state;
	struct stage s;
	struct buf screen = {0};

	open_scene(&s, t);
	stage_keys(&s, t->scene->keys);
	surface_dump(s.surface, true, &screen);
	if (s.cursor_row >= 0)
		buf_printf(&screen, "cursor at %d,%d\n", s.cursor_row, s.cursor_col);
	golden_compare(t->name, buf_str(&screen));
	buf_free(&screen);
	stage_close(&s);
}

/* ---- hostile strings at every size --------------------------------------------------------------------------------------- */

/* Ways to every screen. After each key and at each size stage_draw looks at every cell. */
static const char *const ways[] = {
	"",
	"Enter",
	"Enter [ [ [",
	"Enter [",
	"Enter Enter",
	"Enter Enter [ [ [",
	"Enter Enter [",
	"2",
	"2 Enter",
	"3",
	"3 Enter",
	"4",
	"4 Enter",
	"8",
	"8 Enter",
	"0",
	"s",
	"?",
	"/",
	":x",
};

static void hostile_everywhere(void **state)
{
	static const struct size all[] = {{24, 80},   {40, 120}, {48, 160}, {10, 40},
	                                  {8, 40},    {9, 61},   {30, 45},  {12, 119},
	                                  {200, 500}, {3, 200},  {100, 2},  {1, 1}};
	struct stage s;

	(void)state;
	stage_open(&s, HOSTILE, "evil\x1b]0;x\x07\xe2\x80\xae\xff.ndjson", 24, 80);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		stage_keys(&s, "1 g");
		for (size_t j = 0; j < i; j++)
			stage_keys(&s, "j");
		stage_keys(&s, ways[i]);
		for (size_t j = 0; j < sizeof(all) / sizeof(all[0]); j++) {
			app_resize(s.app, all[j].rows, all[j].cols);
			stage_settle(&s);
		}
		stage_keys(&s, "Esc Esc h h h");
	}
	stage_close(&s);
}

/* Every trace, event and tab of it, from top to bottom. */
static void hostile_every_trace(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, HOSTILE, HOSTILE, 30, 100);
	for (int i = 0; i < 60; i++) {
		stage_keys(&s, "Enter j j ] ] ] ] ] ] ] ] j j G Enter ] ] ] ] ] ] ] ] G q q j");
		if (app_need(s.app) == APP_QUIT)
			break;
	}
	stage_close(&s);
}

/* ---- */

static void add_takes(const struct scene *scene, struct take *takes, struct CMUnitTest *tests,
                      size_t *n)
{
	for (const char *letter = scene->sizes; *letter != '\0'; letter++) {
		struct take *t = &takes[*n];

		t->scene = scene;
		t->size = sizes[(unsigned char)*letter];
		snprintf(t->name, sizeof(t->name), "%s_%dx%d", scene->name, t->size.cols,
		         t->size.rows);
		tests[*n] = (struct CMUnitTest){t->name, play, NULL, NULL, t};
		++*n;
	}
}

static int enter(void **state)
{
	char path[160];

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	path_of(DEMO, path, sizeof(path));
	stage_write_demo(path);
	path_of(EMPTY, path, sizeof(path));
	fclose(fopen(path, "w"));
	path_of(LOCAL, path, sizeof(path));
	fclose(fopen(path, "w"));
	return 0;
}

static int leave(void **state)
{
	char path[160];

	(void)state;
	path_of(DEMO, path, sizeof(path));
	unlink(path);
	path_of(EMPTY, path, sizeof(path));
	unlink(path);
	path_of(LOCAL, path, sizeof(path));
	unlink(path);
	return rmdir(folder);
}

int main(int argc, char **argv)
{
	static struct take takes[SCENES * 8];
	static struct CMUnitTest tests[SCENES * 8];
	size_t n = 0;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	for (size_t i = 0; i < SCENES; i++)
		add_takes(&scenes[i], takes, tests, &n);
	tests[n++] = (struct CMUnitTest){"hostile_everywhere", hostile_everywhere, NULL, NULL,
	                                 NULL};
	tests[n++] = (struct CMUnitTest){"hostile_every_trace", hostile_every_trace, NULL, NULL,
	                                 NULL};
	return _cmocka_run_group_tests("screens", tests, n, enter, leave);
}
