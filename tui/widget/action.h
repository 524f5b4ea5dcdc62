/* What a person can ask for. Keys, names and help of actions stand in command/table.c; views and widgets know only these. */
#ifndef WIDGET_ACTION_H
#define WIDGET_ACTION_H

enum action {
	ACTION_NONE,
	/* movement */
	ACTION_DOWN,
	ACTION_UP,
	ACTION_PAGE_DOWN,
	ACTION_PAGE_UP,
	ACTION_HALF_DOWN,
	ACTION_HALF_UP,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_OPEN, /* with 'l' as argument by the keys that also go to the right */
	ACTION_LEFT, /* fold, else parent, else back */
	ACTION_SCROLL_LEFT,
	ACTION_SCROLL_RIGHT,
	ACTION_PREVIEW_DOWN,
	ACTION_PREVIEW_UP,
	ACTION_NEXT_PANE,
	ACTION_PREVIOUS_PANE,
	ACTION_NEXT_TAB,
	ACTION_PREVIOUS_TAB,
	ACTION_ZOOM,
	/* finding and ordering */
	ACTION_FIND,
	ACTION_FIND_NEXT,
	ACTION_FIND_PREVIOUS,
	ACTION_FREQUENCY, /* of the values of a column */
	ACTION_BY,        /* what figures are split by */
	ACTION_TOGGLE,    /* the other list of this view */
	ACTION_SORT,
	ACTION_SORT_INVERT,
	ACTION_SORT_LEFT,
	ACTION_SORT_RIGHT,
	ACTION_FILTER,
	ACTION_PICK, /* with '.' to keep or ',' to exclude as argument */
	ACTION_UNDO,
	ACTION_NEXT_ERROR,
	ACTION_PREVIOUS_ERROR,
	ACTION_NEXT_SLOW,
	ACTION_PREVIOUS_SLOW,
	ACTION_DEAREST,
	ACTION_NEXT_SAME_NAME,
	ACTION_PREVIOUS_SAME_NAME,
	ACTION_BOOKMARK,  /* with a note */
	ACTION_BOOKMARKS, /* the list of them */
	ACTION_REMOVE,    /* a bookmark */
	ACTION_MARK,      /* a row of a list; after a break, on; else a page down */
	/* folds */
	ACTION_FOLD_TOGGLE,
	ACTION_FOLD_NONE,
	ACTION_FOLD_ALL,
	ACTION_FOLD_LEVEL, /* with a digit as argument */
	ACTION_NEXT_MESSAGE,
	ACTION_PREVIOUS_MESSAGE,
	/* of a conversation */
	ACTION_PRESET,  /* what is shown at once: last turn, everything, user and answer */
	ACTION_AS_SENT, /* rendered, or as it was sent */
	ACTION_SHARES,  /* what each message cost */
	ACTION_LAST_USER,
	/* of JSON */
	ACTION_FOLD_SIBLINGS,
	ACTION_PATH =
		ACTION_FOLD_SIBLINGS, /* of a tree, the critical one: one key, by what has the focus */
	ACTION_UNFOLD_SIBLINGS,
	ACTION_COLUMNS = ACTION_UNFOLD_SIBLINGS, /* of a list: one key, by what has the focus */
	ACTION_SAME_KEY,
	ACTION_FLAT,
	ACTION_FOLD_REPEATS,
	ACTION_CLOCK, /* clock or offset times */
	ACTION_WRAP,
	/* views and the program */
	ACTION_VIEW, /* with a digit as argument */
	ACTION_LAST_VIEW,
	ACTION_FOLLOW,
	ACTION_BREAK, /* what the live screen stands still at */
	ACTION_CLOSE,
	ACTION_QUIT,
	ACTION_CANCEL,
	ACTION_HELP,
	ACTION_COMMAND_LINE,
	ACTION_REDRAW,
	ACTION_RELOAD,
	ACTION_SUSPEND,
	ACTION_RANGE,         /* asks for a time range */
	ACTION_RANGE_EARLIER, /* the range before this one */
	ACTION_RANGE_LATER,
	ACTION_DIFF,         /* with the call before */
	ACTION_DIFF_MARK,    /* mark, then diff with what is marked */
	ACTION_REPLAY,       /* send a call again */
	ACTION_SIDE_BY_SIDE, /* or inline */
	ACTION_COPY,         /* with what as argument: enum copy_what of view/view.h */
	ACTION_PRINT,        /* the same on the plain terminal */
	ACTION_WRITE,        /* into a file */
	ACTION_EDITOR,
	ACTION_PIPE,
	ACTION_COUNT,
};

#endif
