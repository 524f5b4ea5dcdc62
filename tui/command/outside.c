/* What is done with a text on the terminal that was given back. */
#include "command/outside.h"

#include "base/clean.h"
#include "collect/folder.h"
#include "term/program.h"

#include <errno.h>
#include <unistd.h>

/* ---- the plain terminal ---------------------------------------------------------------------------------------------- */

static void wait_for_enter(const char *state)
{
	struct buf line = {0};
	char byte = 0;
	ssize_t n;

	buf_printf(&line, "[%sEnter goes back] ", state);
	if (program_write_all(STDOUT_FILENO, buf_str(&line)))
		do
			n = read(STDIN_FILENO, &byte, 1);
		while ((n > 0 && byte != '\n') || (n < 0 && errno == EINTR));
	buf_free(&line);
}

static void print(struct str text)
{
	struct buf clean = {0};

	clean_append(&clean, text, CLEAN_LINES | CLEAN_TABS);
	if (!str_ends(buf_str(&clean), STR("\n")))
		buf_add(&clean, '\n');
	if (program_write_all(STDOUT_FILENO, buf_str(&clean)))
		wait_for_enter("");
	buf_free(&clean);
}

/* ---- the text in a file ---------------------------------------------------------------------------------------------- */

static void pipe_to(const struct program_away *a, const char *path, const char *command,
                    struct buf *line)
{
	static char shell[] = "sh", c[] = "-c";
	const char *pager = program_variable("PAGER");
	struct buf text = {0}, state = {0};
	int status = 0;

	if (command[0] == '\0')
		command = pager != NULL ? pager : "less";
	buf_puts(&text, command);
	if (program_run((char *[]){shell, c, text.p, NULL}, path, &status, line)) {
		program_restore_modes(a);
		program_say_status(&state, status);
		buf_append(line, buf_str(&state));
		buf_puts(&state, ", ");
		wait_for_enter(buf_text(&state));
	}
	buf_free(&text);
	buf_free(&state);
}

static void take_file(const struct program_away *a, enum app_taker by, struct str text,
                      const char *argument, struct buf *line)
{
	struct buf clean = {0}, folder = {0}, path = {0};

	if (by == APP_PIPE && argument[0] == '\0') {
		clean_append(&clean, text, CLEAN_LINES | CLEAN_TABS);
		text = buf_str(&clean);
	}
	if (program_write_file(text, "tracehog.txt", &folder, &path, line)) {
		if (by == APP_EDITOR)
			program_edit(&path, line);
		else
			pipe_to(a, buf_text(&path), argument, line);
	}
	if (folder.n > 0)
		folder_remove_temporary(buf_text(&folder));
	buf_free(&clean);
	buf_free(&folder);
	buf_free(&path);
}

void outside_take(enum app_taker by, struct str text, const char *argument, struct buf *line)
{
	struct program_away a;

	program_leave(&a);
	if (by == APP_PAPER)
		print(text);
	else
		take_file(&a, by, text, argument, line);
	program_come_back(&a);
}
