/* The one table of commands: their names, keys, places and help. Key handling, the help screen and the man page's key table are
 * made from it. */
#ifndef COMMAND_TABLE_H
#define COMMAND_TABLE_H

#include "base/buf.h"
#include "widget/action.h"

struct reader;

struct command {
	enum action action;
	int argument;
	const char *name; /* as the palette and the config name it */
	const char
		*keys; /* blank-separated; a key's name, or a sequence of plain keys such as "za" */
	const char *help; /* what it does, without a full stop */
};

/* Groups of commands, for help: a group's first entry has a NULL action name and its title in help. */
extern const struct command commands[];
extern const size_t commands_count;

/* The command of a key pressed after `prefix` (0: none). *is_prefix is set when the key only begins a sequence. NULL if
 * there is none. */
const struct command *command_of_key(uint32_t prefix, uint32_t key, bool *is_prefix);
/* Help as text to read: every group, its keys and what they do, and the legend of marks. */
void command_help(struct reader *r);

#endif
