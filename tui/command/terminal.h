/* The explorer on a terminal: binds app to a screen, keys, signals and the frame timer. */
#ifndef COMMAND_TERMINAL_H
#define COMMAND_TERMINAL_H

#include "command/app.h"
#include "draw/theme.h"

struct terminal_options {
	enum theme_depth depth;
	const struct theme *theme;
};

/* Runs until the person quits, the terminal goes away (SIGHUP, end of input) or SIGTERM comes; the terminal is always given
 * back. ERR_IO, ERR_USAGE: see screen_open; nothing was drawn then. */
enum err terminal_run(struct app *app, struct loop *loop, struct explorer *x,
                      const struct terminal_options *options, struct errinfo *e) MUST_USE;
/* Handlers that give the terminal back when the program crashes or runs out of memory. Once, at start. */
void terminal_guard(void);

#endif
