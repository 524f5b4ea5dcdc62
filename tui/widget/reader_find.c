/* Finding in a text, folded parts too. Pieces are looked into one after the other until READER_SLICE has passed; then the rest
 * waits for the next drawing, so that no key has to. What is folded is laid out for the time of looking, and unfolds when something in it is
 * gone to.
 *
 * A hit is a line that holds the needle; the next one is looked for behind the row in which the last one is seen. */
#include "widget/reader_internal.h"

#include "base/mem.h"
#include "base/time.h"
#include "draw/width.h"
#include "widget/search.h"

/* ---- one piece ------------------------------------------------------------------------------------- */

static bool is_folded(const struct reader *r, uint32_t piece)
{
	const struct reader_piece *p = &r->pieces[piece];

	return reader_hidden(r, piece) || (p->fold == READER_SELF && !p->open);
}

static void count_piece(struct reader *r, uint32_t piece)
{
	struct reader_lines scratch = {0};
	struct reader_lines *l = reader_lines_unfolded(r, piece, &scratch);
	uint32_t hits = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		size_t length;

		hits += match_find(r->match, reader_line_text(l, i), 0, &length) != SIZE_MAX;
	}
	reader_lines_free(&scratch);
	r->pieces[piece].hits = hits;
	r->hits += hits;
}

static size_t find_last(struct match *m, struct str text, size_t before)
{
	size_t last = SIZE_MAX, length, at = match_find(m, text, 0, &length);

	while (at < before) {
		last = at;
		at = match_find(m, text, at + length, &length);
	}
	return last;
}

/* From a line and a byte on; line READER_NONE: from the end. */
static bool find_in_piece(struct reader *r, uint32_t piece, uint32_t line, size_t from,
                          int direction, struct reader_place *hit, size_t *at)
{
	struct reader_lines scratch = {0};
	struct reader_lines *l = reader_lines_unfolded(r, piece, &scratch);
	bool found = false;
	size_t length;

	if (line >= l->n) {
		line = l->n - 1;
		from = SIZE_MAX;
	}
	while (!found) {
		struct str text = reader_line_text(l, line);

		*at = direction > 0 ? match_find(r->match, text, from, &length)
		                    : find_last(r->match, text, from);
		found = *at != SIZE_MAX;
		*hit = (struct reader_place){.piece = piece, .line = line};
		if (direction > 0 ? line + 1 == l->n : line == 0)
			break;
		line += direction > 0 ? 1 : UINT32_MAX;
		from = direction > 0 ? 0 : SIZE_MAX;
	}
	reader_lines_free(&scratch);
	return found;
}

/* ---- going there ----------------------------------------------------------------------------------- */

/* Scrolls, if needed, so that the hit stands in the upper part of what is seen. */
static void show_hit(struct reader *r)
{
	struct reader_place hit = r->hit, end;
	const struct reader_piece *p = &r->pieces[hit.piece];
	struct reader_lines *l;
	int rows = 1, above = r->height / 3, width, column;

	hit.row = reader_row_of_byte(r, hit.piece, hit.line, r->hit_at);
	reader_settle_top(r);
	end = r->top;
	while (rows < r->height && reader_step(r, &end, 1))
		rows++;
	if (reader_compare(hit, r->top) < 0 || reader_compare(hit, end) > 0) {
		r->top = hit;
		while (above-- > 0 && reader_step(r, &r->top, -1))
			;
		reader_settle_top(r);
	}
	if (r->wrap)
		return;
	l = reader_lines_of(r, hit.piece);
	width = reader_text_width(r, p, l->at[hit.line].indent);
	column = width_text(str_sub(reader_line_text(l, hit.line), 0, r->hit_at));
	if (column < r->left || column - r->left > width * 3 / 4)
		r->left = column > width / 2 ? column - width / 2 : 0;
}

static void unfold(struct reader *r, uint32_t piece)
{
	uint32_t group = r->pieces[piece].group;

	if (!is_folded(r, piece))
		return;
	if (group > 0)
		reader_set_open(r, group - 1, true);
	reader_set_open(r, reader_head(r, piece), true);
}

static void go_to_hit(struct reader *r, struct reader_place hit, size_t at)
{
	r->seek_left = 0;
	unfold(r, hit.piece);
	r->hit = hit;
	r->hit_at = at;
	r->has_hit = true;
	r->current = hit.piece;
	show_hit(r);
}

/* ---- the search ------------------------------------------------------------------------------------ */

static bool hit_in_sight(struct reader *r, struct reader_place *hit)
{
	struct reader_place end = r->top;
	int rows = 1;

	if (!r->has_hit || reader_hidden(r, r->hit.piece))
		return false;
	*hit = r->hit;
	hit->row = reader_row_of_byte(r, hit->piece, hit->line, r->hit_at);
	while (rows < r->height && reader_step(r, &end, 1))
		rows++;
	return reader_compare(*hit, r->top) >= 0 && reader_compare(*hit, end) <= 0;
}

/* Where to look from: the row after the last hit while it is in sight, or before it; else the first row seen. */
static void start(struct reader *r, int direction)
{
	struct reader_place from = r->top;

	r->seek_direction = direction;
	r->wrapped = false;
	r->seek_left = r->n + 1; /* the first piece comes twice: its other part is last */
	if (!hit_in_sight(r, &from)) {
		r->seek = r->top;
		r->seek_at = reader_row_start(r, r->top);
		return;
	}
	r->seek = from;
	if (!r->wrap) {
		r->seek_at = r->hit_at + (direction > 0);
	} else if (direction < 0) {
		r->seek_at = reader_row_start(r, from);
	} else if (from.row + 1 < reader_line_rows(r, from.piece, from.line)) {
		from.row++;
		r->seek_at = reader_row_start(r, from);
	} else {
		/* No row of this line is left: its end is no place of a hit. */
		r->seek_at = SIZE_MAX;
	}
}

/* The piece that comes after, round the end. */
static uint32_t after(const struct reader *r, uint32_t piece, int direction)
{
	if (direction > 0)
		return piece + 1 < r->n ? piece + 1 : 0;
	return piece > 0 ? piece - 1 : r->n - 1;
}

/* Gives whether the search has ended. */
static bool seek_piece(struct reader *r)
{
	int direction = r->seek_direction;
	uint32_t line = r->seek.line;
	size_t from = r->seek_at, at;
	struct reader_place hit;

	/* A folded piece has other lines than those seen: all of it is looked into. */
	if (is_folded(r, r->seek.piece)) {
		line = direction > 0 ? 0 : READER_NONE;
		from = 0;
	} else if (direction > 0 && from == SIZE_MAX) {
		line++;
		from = 0;
	}
	if (direction > 0 && line != READER_NONE && !is_folded(r, r->seek.piece) &&
	    line >= reader_lines_of(r, r->seek.piece)->n) {
		; /* nothing of it is left */
	} else if (find_in_piece(r, r->seek.piece, line, from, direction, &hit, &at)) {
		go_to_hit(r, hit, at);
		return true;
	}
	r->wrapped |= r->seek.piece == (direction > 0 ? r->n - 1 : 0);
	r->seek = (struct reader_place){.piece = after(r, r->seek.piece, direction)};
	r->seek.line = direction > 0 ? 0 : READER_NONE;
	r->seek_at = 0;
	return --r->seek_left == 0;
}

void reader_find_more(struct reader *r)
{
	int64_t until = time_monotonic() + READER_SLICE;

	if (r->match == NULL)
		return;
	while (r->seek_left > 0 && !seek_piece(r) && time_monotonic() < until)
		;
	while (r->seek_left == 0 && r->counted < r->n && time_monotonic() < until)
		count_piece(r, r->counted++);
}

void reader_find_again(struct reader *r)
{
	r->hits = r->counted = 0;
	if (r->has_hit && r->pieces[r->hit.piece].lay != NULL)
		r->has_hit = false;
	if (r->seek_left == 0)
		return;
	r->seek_left = r->n + 1;
	r->seek.line = r->seek_direction > 0 ? 0 : READER_NONE;
	r->seek_at = 0;
}

static bool take(struct reader *r, struct str typed)
{
	if (r->match != NULL && str_eq(typed, buf_str(&r->typed)))
		return true;
	match_free(r->match);
	r->match = NULL;
	r->has_hit = false;
	r->hits = r->counted = r->seek_left = 0;
	r->error = (struct errinfo){0};
	buf_clear(&r->typed);
	buf_append(&r->typed, typed);
	return typed.n > 0 && match_new(&r->match, typed, &r->error) == ERR_OK;
}

bool reader_find(struct reader *r, struct str typed, int direction)
{
	if (!take(r, typed) || r->n == 0)
		return false;
	if (r->counted == r->n && r->hits == 0)
		return false;
	r->going = false;
	reader_lay_out(r);
	reader_settle_top(r);
	start(r, direction);
	reader_find_more(r);
	return r->has_hit || reader_busy(r) || r->hits > 0;
}

bool reader_busy(const struct reader *r)
{
	return r->going || (r->match != NULL && (r->seek_left > 0 || r->counted < r->n));
}

uint32_t reader_hits(const struct reader *r)
{
	return r->match != NULL ? r->hits : 0;
}

static uint32_t folded_hits(const struct reader *r)
{
	uint32_t hits = 0;

	for (uint32_t i = 0; i < r->counted; i++)
		hits += is_folded(r, i) ? r->pieces[i].hits : 0;
	return hits;
}

void reader_find_status(const struct reader *r, struct buf *out)
{
	if (r->match == NULL)
		return;
	if (r->seek_left > 0 && !r->has_hit)
		buf_printf(out, "searching %u %%",
		           (unsigned)(100 - (uint64_t)r->seek_left * 100 / (r->n + 1)));
	else
		search_say_found(out, r->hits, folded_hits(r), r->counted >= r->n);
	if (r->has_hit && r->wrapped)
		search_say_wrapped(out, r->seek_direction);
	if (match_gave_up(r->match))
		buf_puts(out, ", given up where it takes too long");
}
