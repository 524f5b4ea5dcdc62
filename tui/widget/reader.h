/* Text to read: pieces with labels, folded and unfolded, wrapped to the width, scrolled and searched. Only what is near the
 * screen is cleaned and laid out, so a text of any size opens at once; the one movement table holds here too. A very long text
 * goes on in pieces of their own, which are added, folded and copied with it. */
#ifndef WIDGET_READER_H
#define WIDGET_READER_H

#include "base/arena.h"
#include "base/match.h"
#include "draw/surface.h"
#include "widget/action.h"

/* A part of a line in a role of its own: up to byte `end`, from where the span before ends. */
struct reader_span {
	uint32_t end;
	uint8_t role;
};

/* What stands in the indent of a line: before its first row, and before the others. */
struct reader_margin {
	struct str first, rest; /* clean */
	uint8_t role;
};

/* A line before wrapping. */
struct reader_line {
	struct str text; /* clean if `clean`, else as it came */
	const struct reader_span *spans;
	const struct reader_margin *margin; /* or NULL */
	uint32_t n_spans;
	uint32_t rows; /* wrapped, at the width its piece was counted for; 0: not counted */
	uint8_t role, indent;
	bool clean;
};

struct reader_lines {
	struct reader_line *at;
	uint32_t n, cap;
	struct arena arena;
};

/* For who lays out a text. indent: columns. text is one line of any bytes and has to outlive the lines (reader_lines_keep); a
 * very long one becomes several. With spans the text has to be clean (base/clean.h) and short; both are copied. */
void reader_lines_add(struct reader_lines *l, enum role role, int indent, struct str text);
void reader_lines_add_spans(struct reader_lines *l, int indent, struct str clean,
                            const struct reader_span *spans, size_t n);
/* Every line of a text of any bytes. */
void reader_lines_split(struct reader_lines *l, enum role role, int indent, struct str text);
/* The margin of the line that was added last; as wide as its indent, clean, copied. */
void reader_lines_margin(struct reader_lines *l, const struct reader_margin *margin);
struct str reader_lines_keep(struct reader_lines *l, struct str text);
void reader_lines_free(struct reader_lines *l); /* ready for use again */

#define READER_LAID_MAX \
	(256u           \
	 << 10) /* bytes: a longer text is not laid out, but stands line by line as it came, and says so */

/* Lays a piece's text out in lines of its own; role is the piece's, columns what there is for a line. Called when the lines are
 * needed, and again when they were dropped or the width changed; with READER_LAID_MAX bytes at most. */
typedef void reader_lay(struct reader_lines *out, struct str text, enum role role, int columns);

enum reader_fold {
	READER_FIXED, /* does not fold */
	READER_SELF, /* folded it shows what `folded` lays out, else its summary, else its first rows and how much more there is */
	READER_GROUP, /* a line that hides the pieces of its group while it is folded */
};

struct reader_piece {
	struct str text;    /* any bytes */
	struct str label;   /* any bytes; before its first row, in a column of its own */
	struct str mark;    /* before its other rows there, as label is; borrowed, or empty */
	struct str gutter;  /* before the label of its first row: clean, borrowed, or empty */
	struct str summary; /* one line of any bytes, or empty */
	reader_lay *lay;    /* NULL: line by line as it is */
	reader_lay *folded; /* or NULL; a line or two */
	uint32_t group;     /* number of the group's piece + 1; 0: none */
	uint8_t role, label_role;
	uint8_t indent;  /* columns after the label column */
	uint8_t preview; /* READER_SELF without summary: rows shown while folded */
	uint8_t tag;     /* the caller's, for reader_go_tag; 0: none */
	uint8_t fold;    /* enum reader_fold */
	bool open;
	bool begins; /* a message begins here: { } stop at it */
	bool across; /* starts where labels start */
	/* private */
	uint32_t of; /* the piece whose text goes on here, and 1; 0: none */
	size_t own;  /* bytes of text that stand here; more goes on in the pieces after it */
	struct reader_lines lines;
	uint32_t rows; /* 0: not counted */
	uint32_t hits; /* lines that hold what is looked for */
	int laid_for;  /* columns; 0: there are no lines */
	bool exact;    /* rows are counted, not estimated */
};

struct reader_place {
	uint32_t piece, line, row; /* a row of a line of a piece */
};

struct reader {
	struct reader_piece *pieces;
	uint32_t n, cap;
	struct arena arena; /* owns the texts of reader_add */
	int label_width;    /* columns kept for labels, 0: none */
	/* Columns kept before the labels, 0: none; where there is little room, as many of them. */
	int gutter_width, gutter_least;
	bool wrap;  /* default true; else lines are cut and `left` scrolls */
	bool marks; /* a column says which piece is the current one: whose fold keys act on */
	int left;
	struct reader_place top; /* first seen row; brought into range where it is used */
	uint32_t current;        /* piece */
	int height, width;       /* of the last drawing */
	struct errinfo error;    /* why the last thing looked for is none */
	/* private */
	uint64_t bytes; /* of all texts */
	int rows_width, rows_labels, rows_gutter;
	uint32_t *starts; /* where the rows of the line starts_of of starts_piece begin */
	uint32_t starts_piece, starts_of, n_starts, cap_starts;
	struct match *match;
	struct buf typed;
	struct reader_place hit; /* row is not used */
	size_t hit_at;
	bool has_hit;
	uint32_t hits, counted;   /* counted: pieces looked into for hits */
	struct reader_place seek; /* where a search that is under way goes on */
	size_t seek_at;
	uint32_t seek_left; /* pieces to look into; 0: none is under way */
	int seek_direction;
	bool wrapped; /* the search went past the end, or the beginning */
	uint64_t go;  /* lines behind the start of going_in to the line that was asked for */
	uint32_t going_in;
	bool going; /* it is not reached yet */
};

void reader_init(struct reader *r);
void reader_fini(struct reader *r);
void reader_clear(struct reader *r); /* texts and position; wrap and what is looked for stay */
/* Adds a piece as it is described, and the pieces that its text goes on in. Its texts are borrowed: they must stay as long as it
 * does. Gives its number. */
uint32_t reader_add_piece(struct reader *r, const struct reader_piece *p);
/* Adds a copy of text (any bytes); the label stands before its first line. */
void reader_add(struct reader *r, enum role role, int indent, enum role label_role,
                struct str label, struct str text);
void reader_addf(struct reader *r, enum role role, int indent, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* Without label, over the label column too: for titles and rules between labelled parts. */
void reader_add_across(struct reader *r, enum role role, struct str text);
struct str reader_keep(struct reader *r,
                       struct str text); /* a copy that lives as long as the pieces */

void reader_draw(struct reader *r, struct surface *s,
                 struct area a); /* with a scroll bar in the last column */
/* Movement, WRAP, SCROLL_LEFT and _RIGHT; with marks also OPEN and LEFT (false where nothing unfolds or folds), FOLD_TOGGLE,
 * FOLD_NONE, FOLD_ALL, NEXT_MESSAGE, PREVIOUS_MESSAGE. */
bool reader_act(struct reader *r, enum action action);
/* Moves so that the next (direction 1) or previous (-1) row with what is looked for (base/match.h) is in sight; what is folded is
 * looked into and unfolds. Wraps around. False if it is nowhere, or is no expression (r->error). In a large text the search may
 * go on while the reader is drawn: reader_busy. */
bool reader_find(struct reader *r, struct str typed, int direction);
/* Wants to be drawn again at once: it is searching, counting what it found, or on the way to a line. */
bool reader_busy(const struct reader *r);
/* For the status line: "3 lines found, 2 in folds (n N)"; nothing if nothing is looked for. */
void reader_find_status(const struct reader *r, struct buf *out);
void reader_copy(const struct reader *r, struct buf *out); /* every text as it came, labels too */
uint32_t reader_hits(const struct reader *r);              /* lines found so far */
/* To the line of that number, from 1, or to a hundredth part. To a line far down it may go on while the reader is drawn. */
void reader_go(struct reader *r, uint64_t number, bool percent);
/* To the last (else first) piece with that tag; false if there is none. It becomes the current one. */
bool reader_go_tag(struct reader *r, uint8_t tag, bool last);
/* Scrolls as little as brings all rows of a piece into sight, after a drawing; says whether it did. */
bool reader_show_piece(struct reader *r, uint32_t piece);
/* 0..100, how far down the last seen row is; 100 if all is seen. */
int reader_percent(struct reader *r);

#endif
