/* Private to the list screen: what the files of table*.c share. */
#ifndef VIEW_TABLE_H
#define VIEW_TABLE_H

#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "explorer_figures.h"
#include "query/slow.h"
#include "view/view_filter.h"
#include "widget/detail.h"
#include "widget/list.h"
#include "widget/search.h"
#include "widget/waterfall.h"

#include <string.h>

#define TABLE_COLUMNS    24 /* that a list shows at most */
#define TABLE_PROPERTIES 16 /* of them, and of those that were */
#define TABLE_ALL        64 /* there are to choose from */
#define TABLE_OFFERED    40 /* properties of the row under the cursor */
#define TABLE_TURNS      64 /* of a session that the pane shows, at most */

/* What the pane shows of the row under the cursor. */
struct table_pane {
	uint32_t shown;             /* id of the row that it was made for */
	uint32_t version;           /* of the model, or the session, then */
	struct waterfall waterfall; /* traces */
	struct detail_pane detail;  /* generations and spans */
	struct reader reader;       /* the others */
	/* Of a session: the latest turns by time, of how many, and the earliest of all. */
	uint32_t turns[TABLE_TURNS], n_turns, n_here, first_turn;
	int rows, cols; /* that they were laid out for */
	bool waiting;   /* a preview has not come yet */
};

/* A row with a price; id MODEL_NONE: none. */
struct table_priced {
	uint32_t id;
	money cost;
};

/* What is looked for among the rows. */
struct table_sought {
	enum table_sought_kind {
		TABLE_TEXT,
		TABLE_ERROR,
		TABLE_SLOW,
		TABLE_NAMESAKE,
		TABLE_DEAREST,
	} what;
	struct buf needle; /* the text, or the name */
	uint32_t from;     /* id of the row that it began at */
	uint32_t dearest;  /* id of the row that DEAREST went to last, or MODEL_NONE */
	struct table_priced last, next, first; /* that one, who comes after it, who of all */
};

/* What a list shows of its rows. */
struct table_columns {
	const struct column
		*list[TABLE_COLUMNS]; /* left to right; NULL: what was asked and answered */
	size_t n;
	struct property_column *properties[TABLE_PROPERTIES]; /* that were asked for */
	size_t n_properties;
	enum rows_kind kind;
	uint32_t version; /* of the choices that it was made from */
	uint32_t origins; /* there were then */
	uint32_t no_room; /* bits 1 << place in list: not drawn last */
};

/* A property of the row under the cursor that may become a column. */
struct table_offer {
	struct buf name, value; /* "@release" */
};

/* What stands over the rows for a choice. */
enum table_menu {
	TABLE_NO_MENU,
	TABLE_SORT,      /* by which column */
	TABLE_CHOOSE,    /* which columns are shown */
	TABLE_FREQUENCY, /* which value is kept */
};

/* Users or groups of a PostHog project as PostHog adds them up, while not all of their events are here. */
struct table_figures {
	struct figures *figures; /* NULL: they are not asked for */
	unsigned taken;          /* figures_status.told that rows were made of; 0: none */
	struct group *rows;
	struct people *people; /* who they are; with rows */
	int64_t since, until;  /* of the list, then */
};

struct table {
	struct view view;
	struct query query;
	struct rows rows;
	struct rows_build *next; /* the rows that come after these, while they are built */
	bool asked;              /* somebody waits for them */
	bool turned; /* their order was chosen anew: the cursor stays on its thing, newest or not */
	struct list list;
	uint32_t known;   /* events whose properties were known then, of those that the rows need */
	uint32_t version; /* of the model that the rows were built from; or next, while there is */
	int64_t built, build_after, spent; /* when; not before; on next */
	int64_t slice;     /* microseconds that a draw may take for next, or for a search */
	struct totals sum; /* of the rows, as long as query and rows stand */
	uint64_t waiting;  /* rows that came above the cursor and were not looked at */
	struct search search;
	struct table_sought sought;
	struct table_columns columns;
	struct table_offer offered[TABLE_OFFERED];
	size_t n_offered;
	bool offers_taken;
	struct table_frequency *frequency; /* NULL: not open */
	enum table_menu menu;
	struct list menu_list;          /* its rows */
	struct view_filter kept, typed; /* the list is of typed, if there is one */
	struct filter *within;          /* what it is narrowed to; NULL: nothing, or not read yet */
	uint32_t said;                  /* explorer_said, as of the filter */
	bool has_typed, refilter;       /* the rows are still of another filter */
	struct buf refused;             /* the world's filter, which cannot be used here: */
	struct errinfo filter_error;
	uint32_t filtered_version; /* that the rows were built from */
	bool filter_settled;       /* then all was judged */
	int cols;                  /* of the screen */
	const struct column *own_sort;
	bool own_ascending,
		sort_is_filters; /* the order is the filter's: own_... is that from before */
	bool zoomed, pane_focused, pane_visible;
	struct table_pane pane;
	struct table_figures figures;
};

/* Id of a row (trace, session, event, group key), or MODEL_NONE where there is none; and of the one under the cursor. */
uint32_t table_id_at(const struct table *t, uint64_t row);
uint32_t table_current(const struct table *t);
uint64_t table_row_of(const struct table *t, uint32_t id); /* UINT64_MAX: it is not there */
bool table_is_of_events(const struct table *t);            /* generations or spans */
/* Its rows are those of one user, model, tool or the like. */
bool table_is_narrowed(const struct table *t);
/* Events, of which what passes, of what they are narrowed to, is asked for page by page. */
bool table_is_pushed(const struct table *t);
void table_ask(struct table *t); /* rows anew; until they are there those from before stay */
void table_changed(void *table); /* something that was worked out in the background is there */
/* What was asked and answered in the row; false while it is not there. */
bool table_preview(struct table *t, uint64_t row, struct str *asked, struct str *answered);

/* True while somebody waits for rows: the first, or those of another order. */
bool table_counting(const struct table *t, unsigned *percent);
bool table_has_preview(const struct table *t);
bool table_row_has_error(const struct table *t, uint64_t row);

bool table_find(struct view *v, struct str needle, int direction);
/* NEXT/PREVIOUS_ERROR, _SLOW, _SAME_NAME, DEAREST; false for any other action. */
bool table_jump(struct table *t, enum action action);
bool table_find_more(struct table *t); /* with every draw; true: work is left */

void table_draw_list(struct table *t, struct surface *s, struct area a);

/* The column that they are sorted by. */
const struct column *table_sorted_by(const struct table *t);
/* SORT opens the menu, SORT_INVERT, SORT_LEFT, SORT_RIGHT; false for any other action. */
bool table_sort_act(struct table *t, enum action action);
/* A menu's: false for what means nothing in it, which then closes it. */
bool table_sort_menu_act(struct table *t, enum action action);
/* A menu over the list: its title, and n rows of which draw puts one, from column 3 on; the cursor is menu_list's. title_short
 * stands under 60 columns. */
typedef void table_menu_row(struct surface *s, struct area box, int row, const void *ctx,
                            uint64_t at);
void table_menu_draw(struct table *t, struct surface *s, struct area a, const char *title,
                     const char *title_short, uint64_t n, table_menu_row *draw, const void *ctx);
void table_sort_menu_draw(struct table *t, struct surface *s, struct area a);

/* Brings t->columns up to date; with each draw. */
void table_columns_update(struct table *t);
void table_columns_fini(struct table *t);
const char *table_column_name(const struct column *c); /* "asked" of NULL */
bool table_column_at(const struct table *t, const struct column *c,
                     size_t *at); /* if it is shown */
bool table_can_show_asked(const struct table *t);
/* All that rows can be sorted by; gives how many. */
size_t table_columns_all(const struct table *t, const struct column *out[TABLE_ALL]);
/* Appends the name of a property's column as it was probably meant; false: it can be none. */
bool table_property_name(struct str typed, struct buf *out);
/* What rows are to be sorted by, as people type it: a column, a field of the filter language, a property; NULL: there is none. */
const struct column *table_order_named(struct table *t, struct str name);
/* The column of that name, made if need be; NULL: there are too many. */
const struct column *table_property(struct table *t, struct str name);
/* Shows or hides it; moves it left (-1) or right; the kind's own again. The choice is kept, for all lists of the kind. */
void table_columns_turn(struct table *t, const struct column *c);
void table_columns_move(struct table *t, const struct column *c, int direction);
void table_columns_reset(struct table *t);

/* The menu of columns. */
void table_choose_open(struct table *t);
void table_choose_draw(struct table *t, struct surface *s, struct area a);
bool table_choose_act(struct table *t, enum action action);
void table_choose_fini(struct table *t);
void table_typed(struct view *v, struct str text);

/* How often the values of a column are there. */
void table_frequency_open(struct table *t);
void table_frequency_close(struct table *t);
bool table_frequency_more(struct table *t); /* with every draw; true: work is left */
void table_frequency_draw(struct table *t, struct surface *s, struct area a);
bool table_frequency_act(struct table *t, enum action action);
/* Appends the term of the filter language that says that a column has a value; false: there is none. */
bool table_term(const struct column *c, const struct value *v, struct buf *out);

/* Space, and Esc while rows are marked; BOOKMARK and REMOVE; false for any other action. */
bool table_mark_act(struct table *t, enum action action);
bool table_is_bookmarked(const struct table *t, uint64_t row);
void table_bookmark_status(const struct table *t, struct buf *out);

void table_head(struct view *v, struct buf *out);
void table_status(struct view *v, struct buf *out);
void table_command(struct view *v, struct buf *out);
/* "reading @release 37 %  " while a property that the rows need is being read. */
void table_reading(const struct table *t, struct buf *out);
/* The list that the toggle leads to: of spans, of groups, and back. False: there is none here. */
bool table_toggle(struct table *t);

enum filtered_of table_filtered_of(enum rows_kind kind); /* what a filter is asked about */
void table_filter_follow(struct table *t);               /* the world's */
void table_filter_renew(struct table *t);                /* marks and bookmarks may be others */
/* A slice of it. True: there are rows to be shown, or it is known that there are none. */
bool table_filter_step(struct table *t);
bool table_filter_changed(const struct table *t); /* other rows pass than those that were built */
/* What rows that are built now may be made from: those that there are, or NULL. */
const struct rows *table_filter_begin(struct table *t);
/* "f: is:error", "f: (none)"; and how many it lets through, "123 of 4,812 traces". */
void table_filter_head(const struct table *t, struct buf *out);
void table_filter_count(const struct table *t, struct buf *out);
void table_filter_status(const struct table *t,
                         struct buf *out); /* what it cannot judge, and why */
/* False where it asks for what only is known here, such as marks, or is not for this list. */
bool table_filter_is_printable(const struct table *t);
/* Of its class. */
bool table_passed(struct view *v, struct buf *out, struct errinfo *e);
void table_terms(struct view *v, struct terms *out);
void table_undo(struct view *v, const struct undo *step);
void table_sort_remember(struct table *t); /* before the order changes */

/* Appends what all rows belong to in the filter's language, nothing if that is nothing; false: no filter can say it. */
bool table_append_restriction(const struct table *t, struct buf *out);

bool table_copy_row(struct table *t, enum copy_what what, struct buf *out);

/* With every draw: asks for them, and takes the answer. */
void table_figures_follow(struct table *t);
/* Before the filter that they are of is another. */
void table_figures_drop(struct table *t);
/* "server 38 ms  "; false: the list is made of the events here. */
bool table_figures_status(const struct table *t, struct buf *out);
const struct view_filter *table_filter_in_use(const struct table *t);

void table_pane_init(struct table *t);
void table_pane_fini(struct table *t);
void table_pane_draw(struct table *t, struct surface *s, struct area a, bool side_by_side);
bool table_pane_act(struct table *t, enum action action);

#endif
