/* The explorer as a program without a terminal: keys in, a surface out. What a key means, which views there are, the head line, the
 * status line, prompts. Loop thread only. */
#ifndef COMMAND_APP_H
#define COMMAND_APP_H

#include "view/view.h"

struct app;

/* explorer is borrowed; source is how a person names what is open (a path: cleaned before it is shown). */
struct app *app_new(struct explorer *x, const char *source);
void app_free(struct app *a);
/* Reads what is kept for a person on disk (bookmarks, columns), and keeps it there from now on; what is wrong with it is said. Without it
 * they last as long as the program. */
void app_remember(struct app *a);
void app_resize(struct app *a, int rows, int cols);
/* key as term/input.h has it; pasted is the text of a KEY_PASTE. */
void app_key(struct app *a, uint32_t key, struct str pasted);
/* Draws what is to be seen now. The terminal's cursor belongs at *row, *col; *row is -1 when it is hidden. */
const struct surface *app_draw(struct app *a, int *row, int *col);
/* Microseconds after which it should be drawn again though nothing happened; 0: never. As of the last app_draw. */
int64_t app_draw_again(const struct app *a);
/* Dates are shown as seen from this moment (microseconds since 1970) instead of the wall clock's. For tests. */
void app_set_clock(struct app *a, int64_t now);
/* Lists show what this filter lets through from now on; undo goes back. What is wrong with it is said, and nothing changes:
 * false. */
bool app_set_filter(struct app *a, struct str text);
/* The live screen stands still when what this filter says arrives; empty: no more. What is wrong with it is said. */
void app_set_break(struct app *a, struct str text);
/* What is known of the capture endpoint now; copied. */
void app_set_intake(struct app *a, const struct intake *intake);
/* What the command line of a screen needs besides the source to find it again (" --host URL"), quoted for a shell;
 * copied. */
void app_set_options(struct app *a, struct str options);
/* changed(ctx) after app_set_intake: it should be drawn again. NULL: nobody. */
void app_on_change(struct app *a, loop_fn *changed, void *ctx);
/* add(ctx, name) when a source is to be opened beside the others; it says how that went by app_say, or by app_source_added
 * once it is there. The config, borrowed, says which names there are; NULL: none. NULL: nobody can. */
typedef void app_source_fn(void *ctx, struct str name);
void app_on_source(struct app *a, app_source_fn *add, void *ctx, const struct config *config);
void app_source_added(struct app *a, uint32_t origin,
                      const char *word); /* as a command line names it */
/* A line to show until the next key. */
void app_say(struct app *a, const char *text);
/* copy(ctx, text, what) when a person has asked for text to be copied, in app_key or app_draw; what: "advice". It says how that
 * went by app_say. NULL: nobody can. */
typedef void app_copy_fn(void *ctx, struct str text, const char *what);
void app_on_copy(struct app *a, app_copy_fn *copy, void *ctx);

/* take(ctx, by, text, argument) when a text is to leave the screen for a while, in app_key or app_draw; argument: the
 * command (APP_PIPE; empty: the pager). It says how that went by app_say. NULL: nobody can. */
enum app_taker {
	APP_PAPER, /* the plain terminal, to be selected there */
	APP_EDITOR,
	APP_PIPE,
	APP_CHANGE, /* an editor, whose result goes to app_edited; argument: the file's name */
};
typedef void app_take_fn(void *ctx, enum app_taker by, struct str text, const char *argument);
void app_on_take(struct app *a, app_take_fn *take, void *ctx);
/* What was left of a text for APP_CHANGE, if all went well. */
void app_edited(struct app *a, struct str text);
/* Where calls are sent again; borrowed. */
void app_set_replays(struct app *a, const struct replay_settings *settings);

/* alert(ctx, notice) when the breakpoint was hit, in app_draw; once, however many hits there are until the user has gone on from
 * the last. notice: a line, not clean. NULL: nobody is told. */
typedef void app_alert_fn(void *ctx, struct str notice);
void app_on_alert(struct app *a, app_alert_fn *alert, void *ctx);

enum app_need {
	APP_NOTHING,
	APP_QUIT,
	APP_SUSPEND,
	APP_REDRAW,
};
/* What the program asks of the terminal; asking clears it (but APP_QUIT stays). */
enum app_need app_need(struct app *a);

#endif
