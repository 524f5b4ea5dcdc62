/* What a person types in the last row: what to find, commands. It leaves editing the line to the prompt, and the time
 * range to app_range.c. */
#include "command/app_internal.h"

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
	else if (is_command(line, STR("source"), &argument))
		app_source(a, argument);
	else if (is_command(line, STR("save"), &argument))
		app_save_view(a, argument);
	else if (is_command(line, STR("view"), &argument))
		app_use_view(a, argument);
	else if (str_eq(line, STR("q")) || str_eq(line, STR("quit")))
		a->need = APP_QUIT;
	else
		buf_printf(
			&a->world.message,
			"no command: %s (:123 :50%% :open :filter :break :source :save :view :hogql :quit)",
			buf_text(&a->prompt->text));
}

/* ---- the line --------------------------------------------------------------------------------------------------------- */

static void use_typed(struct app *a, struct str typed)
{
	switch ((enum prompt_of)(a->prompt - a->prompts)) {
	case PROMPT_COMMAND:
		command_line(a, typed);
		break;
	case PROMPT_RANGE:
		app_set_range(a, str_trim(typed));
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
	if (app_ranges_input(a, key) || app_offers_input(a, key))
		return;
	switch (prompt_key(a->prompt, key, pasted)) {
	case PROMPT_EDITING:
		return;
	case PROMPT_CANCELLED:
		app_prompt_close(a);
		break;
	case PROMPT_DONE:
		/* What was typed may ask for more. */
		app_prompt_close(a);
		use_typed(a, buf_str(&a->prompt->text));
		break;
	}
}

void app_prompt_close(struct app *a)
{
	a->prompting = false;
	app_ranges_close(a);
}

void app_open_prompt(struct app *a, enum prompt_of which)
{
	static const struct {
		char mark;
		const char *label, *hint;
	} kinds[PROMPTS] = {
		[PROMPT_FIND] = {'/', NULL, NULL},
		[PROMPT_COMMAND] = {':', NULL, NULL},
		[PROMPT_RANGE] = {'T', "range", APP_RANGE_HINT},
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
