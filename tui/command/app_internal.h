/* Private to command/: what app*.c and frame.c share. */
#ifndef COMMAND_APP_INTERNAL_H
#define COMMAND_APP_INTERNAL_H

#include "command/app.h"
#include "widget/prompt.h"

#define APP_DEPTH 8 /* views over one another under one number */

enum prompt_of {
	PROMPT_FIND,
	PROMPT_COMMAND,
	PROMPT_RANGE,
	PROMPTS,
};

struct stack {
	struct view *views[APP_DEPTH];
	int n;
};

struct app {
	struct world world;
	struct intake intake;
	loop_fn *on_change;
	void *on_change_ctx;
	app_copy_fn *copy;
	void *copy_ctx;
	enum copy_what copying; /* once the view has read it */
	struct surface surface;
	struct stack stacks[10];        /* by number key */
	int current, last;              /* numbers */
	struct prompt prompts[PROMPTS]; /* each has lines of its own to go back to */
	struct prompt *prompt;          /* the one that was opened last */
	bool prompting;
	struct buf needle;
	struct buf range;   /* " --since 7d": what was asked for, if it was */
	struct buf options; /* that a command needs to find the same source, a blank before each */
	uint32_t prefix;    /* first key of a sequence, or 0 */
	int64_t ctrl_c;     /* when it was pressed last */
	int64_t clock;      /* what stands for the wall clock, or 0 */
	enum app_need need;
	int64_t draw_again_us;
};

struct view *app_top(struct app *a);
bool app_has_view(int number);
/* The command line that prints what is shown, with the source; false, and nothing, if there is none. */
bool app_command_line(struct app *a, struct buf *out);
void app_copy(struct app *a, enum copy_what what);
/* What is typed in the last row. */
void app_open_prompt(struct app *a, enum prompt_of which);
void app_prompt_input(struct app *a, uint32_t key, struct str pasted);
void app_find(struct app *a, int direction);
void app_shift_range(struct app *a, int direction);

#endif
