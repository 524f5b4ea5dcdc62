/* What a person types in the last row: what to find, commands, the time range. It leaves editing the line to the prompt. */
#include "command/app_internal.h"

#include "base/time.h"

#define RANGE_HINT     "1h 7d today 2026-11-01..2026-11-05 all"
#define ALL_OF_POSTHOG (366 * 24 * 3600 * TIME_SECOND) /* lists are bounded there */

/* ---- finding and commands --------------------------------------------------------------------------------------------- */

void app_find(struct app *a, int direction)
{
	struct view *v = app_top(a);

	if (a->needle.n == 0)
		buf_puts(&a->world.message, "nothing to find yet: / asks");
	else if (v->class->find == NULL)
		buf_puts(&a->world.message, "nothing to find in here");
	else if (!v->class->find(v, buf_str(&a->needle), direction))
		buf_printf(&a->world.message, "not found: %s", buf_text(&a->needle));
}

static void go_to(struct app *a, struct str text, bool percent)
{
	struct view *v = app_top(a);
	int64_t number;

	if (!str_to_i64(text, &number) || number < 0 || (percent && number > 100))
		buf_printf(&a->world.message, "not a place: %s", buf_text(&a->prompt->text));
	else if (v->class->go == NULL)
		buf_puts(&a->world.message, "this screen has no rows to go to");
	else
		v->class->go(v, (uint64_t)number, percent);
}

/* Also without an argument: what it wants is then its own to say. */
static bool is_command(struct str line, struct str name, struct str *argument)
{
	if (!str_starts(line, name) || (line.n > name.n && line.p[name.n] != ' '))
		return false;
	*argument = str_trim(str_sub(line, name.n, SIZE_MAX));
	return true;
}

static void command_line(struct app *a, struct str line)
{
	struct str argument;

	line = str_trim(line);
	if (line.n == 0)
		return;
	if (str_ends(line, STR("%")))
		go_to(a, str_sub(line, 0, line.n - 1), true);
	else if (line.p[0] >= '0' && line.p[0] <= '9')
		go_to(a, line, false);
	else if (is_command(line, STR("open"), &argument))
		app_open_id(a, argument);
	else if (is_command(line, STR("filter"), &argument))
		app_set_filter(a, argument);
	else if (is_command(line, STR("break"), &argument))
		app_set_break(a, argument);
	else if (is_command(line, STR("hogql"), &argument))
		app_hogql(a, argument);
	else if (is_command(line, STR("save"), &argument))
		app_save_view(a, argument);
	else if (is_command(line, STR("view"), &argument))
		app_use_view(a, argument);
	else if (str_eq(line, STR("q")) || str_eq(line, STR("quit")))
		a->need = APP_QUIT;
	else
		buf_printf(
			&a->world.message,
			"no command: %s (:123 :50%% :open :filter :break :save :view :hogql :quit)",
			buf_text(&a->prompt->text));
}

/* ---- the time range ------------------------------------------------------------------------------------------------ */

static void use_range(struct app *a, int64_t since, int64_t until)
{
	struct undo step = {.what = UNDO_RANGE, .since = a->world.since, .until = a->world.until};

	buf_append(&step.text, buf_str(&a->range));
	undo_push(&a->world.undos, step);
	a->world.since = since;
	a->world.until = until;
	explorer_set_window(a->world.explorer, since, until);
	buf_puts(&a->world.message, "shown: ");
	if (since == TIME_NONE) {
		buf_puts(&a->world.message, "all there is");
		return;
	}
	time_append_local(&a->world.message, since);
	buf_puts(&a->world.message, " to ");
	if (until == TIME_NONE)
		buf_puts(&a->world.message, "now");
	else
		time_append_local(&a->world.message, until);
}

/* What says the same on a command line. */
static void keep_range(struct app *a, struct str since, struct str until)
{
	buf_clear(&a->range);
	if (since.n > 0) {
		buf_puts(&a->range, " --since ");
		view_quote(&a->range, since);
	}
	if (until.n > 0) {
		buf_puts(&a->range, " --until ");
		view_quote(&a->range, until);
	}
}

static void keep_times(struct app *a, int64_t since, int64_t until)
{
	struct buf from = {0}, to = {0};

	if (since != TIME_NONE)
		time_append_rfc3339(&from, since);
	if (until != TIME_NONE)
		time_append_rfc3339(&to, until);
	keep_range(a, buf_str(&from), buf_str(&to));
	buf_free(&from);
	buf_free(&to);
}

/* "7d", "today", "2026-11-01", "2026-11-01..2026-11-05", "all". */
static void set_range(struct app *a, struct str text)
{
	size_t dots = str_find(text, STR(".."), 0, false);
	int64_t now = time_now(), since = TIME_NONE, until = TIME_NONE;
	struct str until_text = STR_EMPTY;
	bool good = true, all;

	if (dots != SIZE_MAX) {
		until_text = str_trim(str_sub(text, dots + 2, SIZE_MAX));
		until = time_parse_range(until_text, now);
		good = until != TIME_NONE;
		text = str_trim(str_sub(text, 0, dots));
	}
	all = str_eq(text, STR("all"));
	if (all && explorer_posthog(a->world.explorer) != NULL) {
		since = now - ALL_OF_POSTHOG;
		text = STR("366d");
	} else if (!all) {
		since = time_parse_range(text, now);
	}
	good = good && (since != TIME_NONE || all);
	if (good && (until == TIME_NONE || since == TIME_NONE || since < until)) {
		use_range(a, since, until);
		keep_range(a, since != TIME_NONE ? text : STR_EMPTY, until_text);
	} else if (text.n > 0) {
		buf_puts(&a->world.message, "no range: " RANGE_HINT);
	}
}

void app_shift_range(struct app *a, int direction)
{
	int64_t since = a->world.since;
	int64_t until = a->world.until != TIME_NONE ? a->world.until : time_now();
	int64_t by = since == TIME_NONE ? 0 : direction * (until - since);

	if (by == 0 || time_add(since, by) == TIME_NONE || time_add(until, by) == TIME_NONE) {
		buf_puts(&a->world.message, "no range to shift: T asks for one");
		return;
	}
	use_range(a, since + by, until + by);
	keep_times(a, a->world.since, a->world.until);
}

/* ---- the line --------------------------------------------------------------------------------------------------------- */

static void use_typed(struct app *a, struct str typed)
{
	switch ((enum prompt_of)(a->prompt - a->prompts)) {
	case PROMPT_COMMAND:
		command_line(a, typed);
		break;
	case PROMPT_RANGE:
		set_range(a, str_trim(typed));
		break;
	case PROMPT_PIPE:
		buf_clear(&a->argument);
		buf_append(&a->argument, str_trim(typed));
		app_copy(a, COPY_SHOWN, TO_PIPE);
		break;
	case PROMPT_WRITE:
		app_file_typed(a, str_trim(typed));
		break;
	case PROMPT_OVERWRITE:
		app_overwrite_typed(a, str_trim(typed));
		break;
	case PROMPT_VIEW:
	case PROMPT_BY:
		if (app_top(a)->class->typed != NULL)
			app_top(a)->class->typed(app_top(a), typed);
		break;
	case PROMPT_HOGQL:
		if (str_trim(typed).n > 0)
			app_hogql(a, typed);
		break;
	case PROMPT_NOTE:
		view_bookmark_note(&a->world, str_trim(typed));
		break;
	default:
		if (typed.n > 0) {
			buf_clear(&a->needle);
			buf_append(&a->needle, typed);
		}
		app_find(a, 1);
		break;
	}
}

void app_prompt_input(struct app *a, uint32_t key, struct str pasted)
{
	if (app_offers_input(a, key))
		return;
	switch (prompt_key(a->prompt, key, pasted)) {
	case PROMPT_EDITING:
		return;
	case PROMPT_CANCELLED:
		a->prompting = false;
		break;
	case PROMPT_DONE:
		/* What was typed may ask for more. */
		a->prompting = false;
		use_typed(a, buf_str(&a->prompt->text));
		break;
	}
}

void app_open_prompt(struct app *a, enum prompt_of which)
{
	static const struct {
		char mark;
		const char *label, *hint;
	} kinds[PROMPTS] = {
		[PROMPT_FIND] = {'/', NULL, NULL},
		[PROMPT_COMMAND] = {':', NULL, NULL},
		[PROMPT_RANGE] = {'T', "range", RANGE_HINT},
		[PROMPT_PIPE] = {'|', "pipe to", "a command; empty: $PAGER"},
		[PROMPT_WRITE] = {'w', "write to", ".md .ndjson .sh .txt"},
		[PROMPT_FILTER] = {'f', "f", NULL},
		[PROMPT_BREAK] = {'B', "break", NULL},
		[PROMPT_OVERWRITE] = {'!', "the file exists: overwrite it", "y or n"},
		[PROMPT_NOTE] = {'M', "note", "may be empty"},
		[PROMPT_BY] = {'b', "by", "model user tool @release"},
		[PROMPT_HOGQL] = {'e', "HogQL", "Up: before"},
	};

	a->prompt = &a->prompts[which];
	a->prompting = true;
	if (kinds[which].label != NULL)
		prompt_ask(a->prompt, kinds[which].mark, kinds[which].label, kinds[which].hint);
	else
		prompt_open(a->prompt, kinds[which].mark);
}
