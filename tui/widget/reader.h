/* Text to read: paragraphs with roles, wrapped to the width, scrolled and searched. The one movement table holds here too. */
#ifndef WIDGET_READER_H
#define WIDGET_READER_H

#include "base/arena.h"
#include "draw/surface.h"
#include "widget/action.h"

struct reader_line {      /* a paragraph: one line of text before wrapping */
	struct str text;  /* clean, tabs are blanks */
	struct str label; /* clean; drawn left of it, in its own column; may be empty */
	uint8_t role, label_role;
	uint8_t indent; /* columns after the label column */
	bool across;    /* starts where labels start */
};

struct reader {
	struct reader_line *lines;
	uint32_t n, cap;
	struct arena arena; /* owns the texts */
	int label_width;    /* columns kept for labels, 0: none */
	bool wrap;          /* default true; else lines are cut and `left` scrolls */
	int left;
	/* position: first seen paragraph and first wrapped row of it */
	uint32_t top;
	uint32_t top_row;
	int height, width; /* of the last drawing */
	struct buf needle; /* what find looks for; matches are painted */
	/* private */
	uint32_t *first_row; /* n + 1: wrapped rows before each paragraph; NULL: not counted */
	int rows_width, rows_labels; /* columns and label_width that they were counted for */
	uint32_t *starts;            /* where the rows of paragraph starts_of begin */
	uint32_t starts_of, n_starts, cap_starts;
	uint32_t hits, hit_line; /* paragraphs that hold the needle; the one that find found last */
	size_t hit_at;
	bool hits_known, has_hit;
};

void reader_init(struct reader *r);
void reader_fini(struct reader *r);
void reader_clear(struct reader *r); /* text and position; wrap and needle stay */
/* Copies and cleans text (any bytes) and splits it at newlines; the label goes to the first line. */
void reader_add(struct reader *r, enum role role, int indent, enum role label_role,
                struct str label, struct str text);
void reader_addf(struct reader *r, enum role role, int indent, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* Without label, over the label column too: for titles and rules between labelled parts. */
void reader_add_across(struct reader *r, enum role role, struct str text);
void reader_draw(struct reader *r, struct surface *s,
                 struct area a);                       /* with a scroll bar in the last column */
bool reader_act(struct reader *r, enum action action); /* movement, WRAP, SCROLL_LEFT/RIGHT */
/* Moves so that the next (direction 1) or previous (-1) row with the needle is in sight; false if none has it. Wraps around. */
bool reader_find(struct reader *r, struct str needle, int direction);
void reader_copy(const struct reader *r, struct buf *out); /* all of it, not wrapped, labels too */
uint32_t reader_hits(const struct reader *r);              /* paragraphs that hold the needle */
void reader_go(struct reader *r, uint32_t line);
/* 0..100, how far down the last seen row is; 100 if all is seen. */
int reader_percent(const struct reader *r);

#endif
