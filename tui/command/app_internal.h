/* Private to command/: what app*.c and frame.c share. */
#ifndef COMMAND_APP_INTERNAL_H
#define COMMAND_APP_INTERNAL_H

#include "command/app.h"
#include "draw/plot.h"
#include "explorer_figures.h"
#include "query/seen.h"
#include "view/view_filter.h"
#include "widget/prompt.h"

#define APP_DEPTH 8 /* views over one another under one number */
#define APP_STATS 6 /* the number of the screen of figures */
#define APP_LIVE  7 /* and of the live one */

enum prompt_of {
	PROMPT_FIND,
	PROMPT_COMMAND,
	PROMPT_RANGE,
	PROMPT_PIPE,
	PROMPT_WRITE,
	PROMPT_OVERWRITE,
	PROMPT_NOTE,
	PROMPT_VIEW, /* a question of the view */
	PROMPT_BY,   /* likewise: what figures are split by */
	PROMPT_FILTER,
	PROMPT_BREAK, /* another filter */
	PROMPT_HOGQL,
	PROMPTS,
};

struct stack {
	struct view *views[APP_DEPTH];
	int n;
};

enum copy_to {
	TO_CLIPBOARD,
	TO_TERMINAL,
	TO_EDITOR,
	TO_PIPE,
	TO_FILE,
};

struct write_job;
struct keep_job;

/* What Tab offers for the place of the cursor in a prompt. */
#define OFFERS_MAX 128
struct offer {
	struct str text, note; /* what is put in; what it is */
	uint32_t events;       /* that have it; 0: not counted */
};
struct offers {
	struct offer list[OFFERS_MAX];
	unsigned n;
	struct arena arena;
	bool open;
	int chosen;        /* by Tab; -1: none yet */
	uint32_t from, to; /* bytes of the line that are replaced */
	struct seen *seen; /* counts values while the menu is open; NULL: nothing to count */
	bool bare;         /* names of properties as they are, with no value to follow */
	bool names;        /* of properties, not their values: */
	uint32_t sample;   /* of so many events, the last; 0: of all */
	const struct field *field; /* whose */
	bool counted;              /* all that there is now */
};

/* The line that a filter is typed in. */
struct filter_bar {
	struct buf before; /* what held when it was opened */
	enum filter_state state;
	struct errinfo error;
};

/* The ranges that T offers, and the events in each slice of the one that is looked at. */
#define RANGE_SLICES 160
struct range_slice {
	uint32_t events, errors;
};
struct ranges {
	int64_t now; /* when it was opened; 0: it is not */
	int chosen;  /* of what is offered, while nothing is typed */
	struct plot_slots
		slots;   /* of what is looked at; n 0: no range is typed, or no event has a time */
	int slice, mark; /* the one under the cursor, the other end of what is taken; -1: none */
	int64_t looked;  /* when counting began; monotonic */
	struct view_filter filter; /* of the events that are counted */
	struct figures *figures;   /* NULL: none are asked for yet */
	struct range_slice slices[RANGE_SLICES];
	bool counted; /* the slices have what there is in the slots */
};

struct app {
	struct world world;
	struct intake intake;
	loop_fn *on_change;
	void *on_change_ctx;
	app_copy_fn *copy;
	void *copy_ctx;
	app_take_fn *take;
	void *take_ctx;
	app_source_fn *add_source;
	void *add_source_ctx;
	const struct config *config; /* NULL: none */
	app_alert_fn *alert;
	void *alert_ctx;
	struct write_job *writing; /* a file; NULL: none */
	enum copy_what copying;    /* once the view has read it */
	enum copy_to copying_to;
	struct buf argument; /* the command or the file of the last that was typed */
	bool overwrite;      /* the file that stands there */
	struct surface surface;
	struct stack stacks[10];        /* by number key */
	int current, last;              /* numbers */
	struct prompt prompts[PROMPTS]; /* each has lines of its own to go back to */
	struct prompt *prompt;          /* the one that was opened last */
	bool prompting;
	struct buf needle;
	struct buf opening; /* an id that is looked for in PostHog; empty: none is */
	struct buf range;   /* " --since 7d": what was asked for, if it was */
	struct ranges ranges;
	struct buf options; /* that a command needs to find the same source, a blank before each */
	uint32_t prefix;    /* first key of a sequence, or 0 */
	int64_t ctrl_c;     /* when it was pressed last */
	int64_t clock;      /* what stands for the wall clock, or 0 */
	enum app_need need;
	int64_t draw_again_us; /* as app_look_again says */
	struct filter_bar bar;
	struct offers offers;
	char picking;             /* '.' or ',' while a value of the row is picked, or 0 */
	struct terms terms;       /* of the row, while it is */
	bool remembers;           /* what was used is kept on disk */
	struct keep_job *keeping; /* a view; NULL: none */
};

struct view *app_top(struct app *a);
/* While it is drawn: it wants to be drawn again in so many microseconds, at the latest; 0: that is not needed. What stands above a
 * view asks here, since a view that does not change leaves its own draw_again_us as it is. */
void app_look_again(struct app *a, int64_t after);
void app_push(struct app *a, struct view *v);
int64_t app_now(const struct app *a); /* wall clock, or what stands for it */
void app_grant(struct app *a);        /* what the world wishes */
/* The command line that prints what is shown, with the source; false, and nothing, if there is none. */
bool app_command_line(struct app *a, struct buf *out);
/* Takes what there is of the thing shown, and hands it over; later, if it must be read first. */
void app_copy(struct app *a, enum copy_what what, enum copy_to to);
/* "no key yQ": of a sequence its first key, too; nothing of Esc. */
void app_say_unbound(struct app *a, uint32_t prefix, uint32_t key);
/* What the menu of a sequence's first key lists over the bottom rows, if it has one. */
void app_draw_menu(struct app *a, struct surface *s, struct area body);
/* A file's name to write to, made from what is shown; then what was typed. */
void app_ask_file(struct app *a);
void app_file_typed(struct app *a, struct str path);
void app_overwrite_typed(struct app *a, struct str answer);
void app_write_file(struct app *a, struct buf *text); /* takes what is in text */
void app_stop_writing(struct app *a);
/* What is typed in the last row. */
void app_open_prompt(struct app *a, enum prompt_of which);
void app_prompt_close(struct app *a);
void app_prompt_input(struct app *a, uint32_t key, struct str pasted);
/* FILTER, BREAK, PICK and UNDO; false for any other action. */
bool app_act_on_filter(struct app *a, enum action action, int argument);
/* Opens what the id is of; of what is not here PostHog is asked, and app_open_found opens it once it has come. */
void app_open_id(struct app *a, struct str id);
void app_open_found(struct app *a);
/* Shows what PostHog answers to a query; of none asks for one. */
void app_hogql(struct app *a, struct str query);
void app_ask_hogql(struct app *a, struct str begin); /* the line begins so */
/* The line that a filter is typed in, what lists show or what is waited for, over two rows at the bottom. */
bool app_is_filtering(const struct app *a);
void app_filter_input(struct app *a, uint32_t key, struct str pasted);
void app_filter_leave(struct app *a); /* as it was before */
int app_draw_filter(struct app *a, struct surface *s, struct area bar, struct area below);
/* What was used and saved, on disk. */
void app_keep_in_history(struct app *a, enum prompt_of which, struct str line);
void app_read_history(struct app *a, enum prompt_of which); /* into the prompt */
void app_save_view(struct app *a, struct str name);
void app_use_view(struct app *a, struct str name);
bool app_read_views(struct app *a, struct buf *out); /* false: a message says why not */
/* Takes the next of them off the front of their lines; false after the last. */
bool app_next_view(struct str *lines, struct str *name, struct str *filter);
void app_stop_keeping(struct app *a);
/* What the live screen stands still at. */
bool app_break_is_right(struct app *a, struct str text, struct errinfo *e);
void app_use_break(struct app *a, struct str text); /* one that can be read; empty: none */
bool app_watch(struct app *a); /* looks at what arrived; false: there is more to be done now */
/* In a prompt. Tab: what can stand at the cursor; again the next of it, Shift-Tab the one before, while the menu of them is open
 * Down and Up likewise. Esc closes it. Any other key does, too, and is for others: false. */
bool app_offers_input(struct app *a, uint32_t key);
void app_close_offers(struct app *a);
void app_ask_by(struct app *a); /* what figures are split by; the menu is open */
void app_draw_offers(struct app *a, struct surface *s, struct area body);
/* Keeps or excludes what is like the thing under the cursor. A key that the menu does not name closes it and is refused, as the
 * second key of any sequence is; the other of the two turns keeping into excluding. */
void app_pick(struct app *a, char key); /* '.' and ',' */
void app_picked(struct app *a, uint32_t key);
bool app_add_term(struct app *a, struct str term); /* to the filter; false: it cannot be */
/* `:source NAME` opens it or shows it again, `:source -NAME` hides its rows. */
void app_source(struct app *a, struct str name);
void app_draw_picker(struct app *a, struct surface *s, struct area body);
void app_find(struct app *a, int direction);
/* The time that lists show. Text as a person writes it ("7d", "2026-11-01..2026-11-05", "all"); what is wrong with it is said. */
#define APP_RANGE_HINT "1h 7d today 2026-11-01..2026-11-05 all"
void app_set_range(struct app *a, struct str text);
void app_set_times(struct app *a, int64_t since, int64_t until);
void app_shift_range(struct app *a, int direction);
/* False: it is no range. TIME_NONE: no bound. */
bool app_read_range(const struct app *a, struct str text, int64_t now, int64_t *since,
                    int64_t *until);
/* What T offers above the line: ranges to choose from, and when in the one that is looked at events came, to take a part of it. */
void app_ranges_open(struct app *a);
void app_ranges_close(struct app *a);
bool app_ranges_input(struct app *a, uint32_t key); /* false: it is for the line */
void app_ranges_draw(struct app *a, struct surface *s, struct area body);
/* The same, for who draws: the text of what is offered (NULL past the last; "" is what is shown now); looks at the range under the
 * cursor in so many slices at most, and gives in how many microseconds there is more to do (0: when something changes). */
const char *app_ranges_text(int number);
int64_t app_ranges_look(struct app *a, int most);

#endif
