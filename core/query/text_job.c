/* Reading and looking.
 *
 * Events that stand near each other are read together, in pieces that stay in a processor's cache while they are looked
 * through. Where something is certain of the bytes, the whole piece is searched for it, and only events with hits are
 * confirmed; else all of them are.
 *
 * A file may change while it is read. What cannot be read together is read one by one, so that only what is lost fails. */
#include "query/text_job.h"

#include "base/mem.h"
#include "base/time.h"

#define TIME       (8 * TIME_SECOND / 1000) /* after which others have their turn */
#define PIECE      ((size_t)256 << 10)      /* bytes */
#define GAP        ((size_t)16 << 10)       /* bytes between two events that are read along */
#define READ       ((size_t)1 << 20)        /* bytes after which it is asked whether to go on */
#define LARGE      ((size_t)4 << 20)        /* bytes that are asked for, and not kept */
#define ROOM_TIMES 3 /* memory that an event takes when it is looked through, in events */

void text_job_init(struct text_job *j)
{
	*j = (struct text_job){.forms = NULL};
}

void text_job_fini(struct text_job *j)
{
	text_confirm_free(j->confirm);
	buf_free(&j->piece);
	mem_free(j->items);
	mem_free(j->found);
}

void text_job_start(struct text_job *j)
{
	j->n = j->next = j->n_found = j->n_failed = 0;
	j->bytes = 0;
	j->error = (struct errinfo){0};
}

void text_job_add(struct text_job *j, struct text_item item)
{
	if (j->n == j->cap) {
		j->cap = j->cap ? j->cap * 2 : 64;
		j->items = mem_resize(j->items, j->cap, sizeof(*j->items));
	}
	j->items[j->n++] = item;
}

/* Items of one journal mostly stand together. */
static bool is_journals_first(const struct text_job *j, uint32_t at)
{
	return at == 0 || j->items[at].journal != j->items[at - 1].journal;
}

void text_job_cancel(struct text_job *j)
{
	atomic_store(&j->cancelled, true);
	for (uint32_t at = 0; at < j->n; at++)
		if (is_journals_first(j, at))
			journal_hold(j->items[at].journal);
}

void text_job_release(struct text_job *j)
{
	for (uint32_t at = 0; at < j->n; at++)
		if (is_journals_first(j, at))
			journal_release(j->items[at].journal);
	j->n = j->next = 0;
}

/* ---- what came out ---- */

static bool is_over(const struct text_job *j)
{
	return atomic_load_explicit(&j->cancelled, memory_order_relaxed) ||
	       time_monotonic() >= j->until;
}

static void fail(struct text_job *j, const struct errinfo *e)
{
	if (j->n_failed++ == 0)
		j->error = *e;
}

static void find(struct text_job *j, uint32_t event)
{
	if (j->n_found == j->cap_found) {
		j->cap_found = j->cap_found ? j->cap_found * 2 : 64;
		j->found = mem_resize(j->found, j->cap_found, sizeof(*j->found));
	}
	j->found[j->n_found++] = event;
}

/* Looks through items up to `to`; those that were not confirmed are not it. */
static void pass(struct text_job *j, uint32_t to)
{
	for (; j->next < to; j->next++)
		j->bytes += j->items[j->next].length;
}

static void confirm(struct text_job *j, const struct text_item *item, struct str json, size_t from)
{
	struct errinfo e = {0};

	switch (text_confirm(j->confirm, item->journal, json, from, item->flags, &e)) {
	case TEXT_IS:
		find(j, item->event);
		break;
	case TEXT_IS_NOT:
		break;
	case TEXT_GIVEN_UP:
		err_set(&e, ERR_LIMIT, "the regular expression takes too long");
		fail(j, &e);
		break;
	case TEXT_UNREADABLE:
		fail(j, &e);
		break;
	}
}

/* ---- pieces ---- */

static uint64_t end_of(const struct text_item *item)
{
	return item->offset + item->length;
}

/* Items from `next` on that are read together. */
static uint32_t piece_end(const struct text_job *j)
{
	const struct text_item *first = &j->items[j->next];
	uint32_t end = j->next + 1;

	for (; end < j->n; end++) {
		const struct text_item *item = &j->items[end], *before = item - 1;

		if (item->journal != first->journal || item->offset < end_of(before) ||
		    item->offset - end_of(before) > GAP || end_of(item) - first->offset > PIECE)
			break;
	}
	return end;
}

/* Lines of 256 MiB exist: what is asked for here and given back is there a moment later for those who cannot fail. */
static bool has_room(struct text_job *j, size_t length, struct errinfo *e)
{
	void *room;

	if (length <= LARGE)
		return true;
	room = mem_try(length * ROOM_TIMES);
	mem_free(room);
	if (!room || !buf_reserve(&j->piece, length)) {
		err_set(e, ERR_LIMIT, "not enough memory to open an event of %zu bytes", length);
		return false;
	}
	return true;
}

/* False without an error: it was cancelled. */
static bool read_piece(struct text_job *j, const struct text_item *first, size_t length,
                       struct errinfo *e)
{
	buf_clear(&j->piece);
	if (!has_room(j, length, e))
		return false;
	while (j->piece.n < length) {
		size_t left = length - j->piece.n;

		if (atomic_load(&j->cancelled) ||
		    journal_read_exact(first->journal, first->offset + j->piece.n,
		                       left < READ ? left : READ, &j->piece, e) != ERR_OK)
			return false;
	}
	return true;
}

static struct str json_of(const struct text_job *j, const struct text_item *first,
                          const struct text_item *item)
{
	return str_sub(buf_str(&j->piece), item->offset - first->offset, item->length);
}

/* Only events with hits. */
static void look_at_hits(struct text_job *j, uint32_t end)
{
	const struct text_item *first = &j->items[j->next];
	struct text_hits hits = {.forms = j->forms, .raw = buf_str(&j->piece)};
	size_t hit = text_hits_next(&hits, 0);

	while (hit != SIZE_MAX) {
		const struct text_item *item = &j->items[j->next];
		size_t next = hit + 1;

		while (first->offset + hit >= end_of(item)) {
			pass(j, j->next + 1);
			if (j->next == end)
				return;
			item++;
		}
		if (first->offset + hit >= item->offset) {
			confirm(j, item, json_of(j, first, item),
			        (size_t)(first->offset + hit - item->offset));
			next = (size_t)(end_of(item) - first->offset);
			pass(j, j->next + 1);
			if (j->next == end || is_over(j))
				return;
		}
		hit = text_hits_next(&hits, next);
	}
	pass(j, end);
}

static void look_at_all(struct text_job *j, uint32_t end)
{
	const struct text_item *first = &j->items[j->next];

	do {
		const struct text_item *item = &j->items[j->next];

		confirm(j, item, json_of(j, first, item), 0);
		pass(j, j->next + 1);
	} while (j->next < end && !is_over(j));
}

/* Of what cannot be read together, the first alone. */
static void run_piece(struct text_job *j, uint32_t end)
{
	const struct text_item *first = &j->items[j->next];
	struct errinfo e = {0};
	bool read = read_piece(j, first, end_of(&j->items[end - 1]) - first->offset, &e);

	if (!read && e.code && end - j->next > 1) {
		end = j->next + 1;
		e = (struct errinfo){0};
		read = read_piece(j, first, first->length, &e);
	}
	if (!read && e.code) {
		fail(j, &e);
		pass(j, end);
	} else if (read && j->forms) {
		look_at_hits(j, end);
	} else if (read) {
		look_at_all(j, end);
	}
}

void text_job_run(struct text_job *j)
{
	j->until = time_monotonic() + TIME;
	do
		run_piece(j, piece_end(j));
	while (j->next < j->n && !is_over(j));
	if (j->piece.cap > LARGE)
		buf_free(&j->piece);
}
