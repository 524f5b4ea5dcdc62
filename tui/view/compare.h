/* Two traces beside each other: what the files of this screen share. Nobody else includes it. */
#ifndef VIEW_COMPARE_H
#define VIEW_COMPARE_H

#include "view/view.h"
#include "widget/list.h"
#include "widget/search.h"

enum compare_output { OUTPUT_UNKNOWN, OUTPUT_SAME, OUTPUT_DIFFERS, OUTPUT_UNREADABLE };

struct compare_row {
	uint32_t nodes[2];   /* of the trees, or ALIKE_NONE */
	uint8_t differences; /* alike_differences */
	uint8_t output;      /* enum compare_output: read as rows are seen */
};

/* What is shown, or made to be shown next. */
struct compare_state {
	uint32_t versions[2]; /* of the traces */
	struct tree trees[2];
	struct alike_sequence keys[2];
	const struct paired *paired;
	struct compare_row
		*rows; /* rows[0..n): done; as many as there are pairs when it is ready */
	uint32_t n;
	uint32_t same, only[2];
	uint32_t unread; /* of same: both outputs are not compared yet, or cannot be */
	bool ready;
	/* Until it is: */
	int side; /* of which the tree is made, then the keys */
	struct tree_build *building;
};

struct compare_view {
	struct view view;
	uint32_t traces[2];
	struct compare_state shown, next;
	bool making; /* next */
	struct list list;
	bool side_by_side, chosen; /* chosen: by a key, whatever the width */
	const struct compared *compared;
	uint32_t reading; /* the row that it is of */
	struct search search;
	bool awaits; /* the outputs of the row that the search has come to, before it goes on */
	struct buf needle, copy;
	uint32_t told; /* rows in copy */
	bool telling;
};

static inline const struct compare_row *compare_at(const struct compare_view *c, uint64_t row)
{
	return &c->shown.rows[row];
}
/* Of a row on a side; EVENT_NONE. */
static inline uint32_t compare_event(const struct compare_view *c, uint64_t row, int side)
{
	uint32_t node = compare_at(c, row)->nodes[side];

	return node == ALIKE_NONE ? EVENT_NONE : c->shown.trees[side].nodes[node].event;
}
/* Whether there is anything to see in it: one side alone, or something is another there. */
static inline bool compare_is_change(const struct compare_row *r)
{
	return r->nodes[0] == ALIKE_NONE || r->nodes[1] == ALIKE_NONE || r->differences != 0 ||
	       r->output == OUTPUT_DIFFERS;
}
char compare_sign(const struct compare_row *r); /* + - ~ or a blank */

/* compare_draw.c */
void compare_draw(struct compare_view *c, struct surface *s, struct area a);
/* A row as text, and what comes before the first. */
void compare_tell(const struct compare_view *c, uint64_t row, struct buf *out);
void compare_tell_totals(const struct compare_view *c, int side, struct buf *out);
/* "3 same, 41 not read, 1 changed, 2 only before". */
void compare_tell_counts(const struct compare_view *c, struct buf *out);

#endif
