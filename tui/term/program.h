/* Programs that take the terminal for a while, which whoever has it has given back before. Waits until they are over: nothing
 * else happens meanwhile, but what listener and workers do. None of them has the PostHog key in its environment. */
#ifndef TERM_PROGRAM_H
#define TERM_PROGRAM_H

#include "base/buf.h"

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

#define PROGRAM_QUIET  2
#define PROGRAM_DEADLY 2

/* What was before: program_leave and program_come_back stand around whatever uses the terminal. */
struct program_away {
	struct sigaction quiet[PROGRAM_QUIET], deadly[PROGRAM_DEADLY];
	struct termios modes;
	bool has_modes;
};
void program_leave(struct program_away *a);
void program_come_back(const struct program_away *a);
void program_restore_modes(const struct program_away *a); /* whatever a program left them as */

/* words end with NULL; the first is looked for in PATH. input: a path for its standard input; NULL: ours. False, with a line to
 * say, if it could not be started; else *status is waitpid's. */
bool program_run(char *const *words, const char *input, int *status, struct buf *line);
void program_say_status(struct buf *out, int status); /* "exit 1", "ended by signal 9" */

/* Puts text into a 0600 file of that name, in a 0700 folder under TMPDIR or /tmp; appends where. False, with a line to say; a
 * folder that was made has to go in any case (folder_remove_temporary). */
bool program_write_file(struct str text, const char *name, struct buf *folder, struct buf *path,
                        struct buf *line);
bool program_write_all(int fd, struct str text);
/* Runs $VISUAL, else $EDITOR, else vi on the file: a program and its arguments between blanks, no shell's words. Appends a
 * line to say if it did not end well. */
void program_edit(struct buf *path, struct buf *line);
/* The text in the editor, in a file of that name. False, with a line to say: it did not end well, or what it left cannot be
 * read; text is as it was then. */
bool program_change(struct buf *text, const char *name, struct buf *line);
const char *program_variable(const char *name); /* of the environment; NULL if it is empty */

#endif
