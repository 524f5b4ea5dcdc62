/* Text to read: paragraphs with roles, wrapped to the width, scrolled and searched. The one movement table holds here too. */
#ifndef WIDGET_READER_H
#define WIDGET_READER_H

#include "base/arena.h"
#include "draw/surface.h"
#include "widget/action.h"

struct reader_line {      /* a paragraph: one line of text before wrapping */
	struct str text;  /* any bytes; tabs become blanks, the rest is cleaned when drawn */
	struct str label; /* drawn left of it, in its own column; may be empty */
	uint8_t role, label_role;
	uint8_t indent; /* columns after the label column */
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
	uint32_t *rows_of; /* wrapped rows per paragraph for rows_width */
	int rows_width;
	uint64_t rows;
};

void reader_init(struct reader *r);
void reader_fini(struct reader *r);
void reader_clear(struct reader *r); /* text and position; wrap and needle stay */
/* Copies text and splits it at newlines; the label goes to the first line. */
void reader_add(struct reader *r, enum role role, int indent, enum role label_role,
                struct str label, struct str text);
void reader_addf(struct reader *r, enum role role, int indent, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
void reader_draw(struct reader *r, struct surface *s,
                 struct area a);                       /* with a scroll bar in the last column */
bool reader_act(struct reader *r, enum action action); /* movement, WRAP, SCROLL_LEFT/RIGHT */
/* Moves to the next (direction 1) or previous (-1) paragraph that holds the needle; false if none does. Wraps around. */
bool reader_find(struct reader *r, struct str needle, int direction);
uint32_t reader_hits(const struct reader *r); /* paragraphs that hold the needle */
void reader_go(struct reader *r, uint32_t line);
/* 0..100, how far down the last seen row is; 100 if all is seen. */
int reader_percent(const struct reader *r);

#endif
