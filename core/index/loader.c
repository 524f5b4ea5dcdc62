/* A journal into the event table. Pieces are read by workers (piece.h) and merged here, on the
 * loop's thread, in the order of the file.
 *
 * How it works. A ring of slots holds the pieces under way. `head` is the next one to merge; its
 * batch is merged in slices of at most SLICE_TIME by an idle function, which runs only while the
 * head has been read. A slot that was merged is given the next piece at once, so workers never wait
 * for the ring to empty. A load goes up to `limit`, the journal's size when it began; what was
 * appended meanwhile is the next load, which begins at `position`, after a pause: a file that grows all
 * the time would otherwise be loaded line by line.
 *
 * The end first. A first load may begin with the pieces from `ahead` on, and goes on with those
 * before when it is told to. What can be told only from all that stands before, the numbers of bad
 * lines, is told when that is in; where the last line stands the end says, unless no line begins in it.
 *
 * Invariants: pieces head..head + in_flight are in the order of the file and have no gap; `lines` counts
 * those before the head's piece, `end` those of the end; nothing changes the table but slices.
 *
 * A file that has been truncated, or that another one stands in for, is not read on under the old
 * number: places of its events would lead to other bytes. Its loader ends, and says `succeed`.
 *
 * Left to others: lines (piece.c), events (record.c), what events mean together (model), which
 * journal succeeds another (explorer). */
#include "index/loader.h"

#include "base/mem.h"
#include "base/time.h"
#include "index/piece.h"

#include <assert.h>
#include <string.h>

#define SLICE_TIME   4000                /* microseconds */
#define SLICE_EVENTS 64u                 /* merged between two looks at the clock */
#define PIECE        (UINT64_C(1) << 19) /* bytes: they fit a core's cache with what they become */
#define END_PIECES   4                   /* that may be loaded ahead: a screen of rows */
#define PAUSE_MS     10

#define BOM_SIZE 3u
#define NOWHERE  UINT64_MAX

struct slot {
	struct piece piece;
	struct loader *loader;
	bool read; /* by its worker */
};

/* Of a part of the journal, from its beginning on. */
struct lines {
	uint64_t next; /* number of the line behind those counted */
	struct bad_line *bad;
	uint32_t n_bad, cap_bad;
};

struct loader {
	struct loop *loop;
	struct events *table;
	struct journal *journal;
	uint32_t number;
	struct loader_events notify;
	struct loop_idle *idle;
	struct loop_watch *watch;
	struct loop_timer *pause;
	struct loader *before; /* of the file that stood at this path; NULL: none */
	struct loader_status status;
	struct lines lines, end; /* the end's count from `ahead`, at 0 */
	atomic_bool cancelled;
	bool follow;
	bool logs;           /* see loader_take_logs */
	bool fed, ended;     /* more may come, of which we are told; nothing does any more */
	struct errinfo late; /* what is wrong with the source, told once all is loaded */

	struct slot *slots;
	struct piece_rooms rooms;
	uint32_t n_slots, head, in_flight;
	uint32_t jobs;         /* not done yet */
	struct events_map map; /* of the head's batch */

	uint64_t piece;       /* bytes */
	uint64_t position;    /* where the next load begins */
	uint64_t limit;       /* where this load ends */
	uint64_t next, until; /* what is to be asked for now */
	uint32_t ids;         /* in the table when this load began */
	uint64_t ahead;       /* from here on the end is loaded first; NOWHERE: it is not */
	uint64_t known_start; /* of a line, behind all lines merged; PIECE_NO_START */
	bool end_knows;       /* known_start is for the end to say */
	bool line_start;      /* a line starts at position */
	bool untold; /* the state: it is not known yet whether another journal succeeds this one */
};

static void slice(void *ctx);
static void look_again(void *ctx);

struct loader *loader_new(struct loop *loop, struct events *table, struct journal *journal,
                          uint32_t number, const struct loader_events *notify)
{
	struct loader *l = mem_zero(1, sizeof(*l));

	l->loop = loop;
	l->table = table;
	l->journal = journal;
	l->number = number;
	l->notify = *notify;
	l->idle = loop_idle_new(loop, slice, l);
	l->pause = loop_timer_new(loop, look_again, l);
	l->status.since = TIME_NONE;
	if (journal_is_awaited(journal))
		l->status.state = LOADER_AWAITED;
	l->piece = PIECE;
	l->ahead = NOWHERE;
	l->lines.next = 1;
	l->line_start = true;
	l->n_slots = loop_workers() + 1;
	l->slots = mem_zero(l->n_slots, sizeof(*l->slots));
	piece_rooms_init(&l->rooms);
	for (uint32_t i = 0; i < l->n_slots; i++)
		l->slots[i].loader = l;
	return l;
}

/* Many journals that are only followed take no memory for pieces. */
static void release(struct loader *l)
{
	for (uint32_t i = 0; i < l->n_slots; i++)
		piece_fini(&l->slots[i].piece);
	piece_rooms_clear(&l->rooms);
}

void loader_free(struct loader *l)
{
	if (!l)
		return;
	atomic_store(&l->cancelled, true);
	loop_idle_free(l->idle);
	loop_watch_free(l->watch);
	loop_timer_free(l->pause);
	l->idle = NULL;
	while (l->jobs > 0)
		loop_step(l->loop, true);
	release(l);
	piece_rooms_fini(&l->rooms);
	events_map_free(&l->map);
	mem_free(l->slots);
	mem_free(l->lines.bad);
	mem_free(l->end.bad);
	mem_free(l);
}

void loader_set_piece(struct loader *l, uint64_t bytes)
{
	l->piece = bytes;
}

void loader_succeed(struct loader *l, struct loader *before)
{
	l->before = before;
}

void loader_skip(struct loader *l)
{
	l->position = l->status.loaded = journal_size(l->journal);
}

const struct loader_status *loader_status(const struct loader *l)
{
	return &l->status;
}

static void changed(struct loader *l)
{
	if (l->notify.changed)
		l->notify.changed(l->notify.ctx);
}

/* ---- giving pieces to workers ---- */

static void read_slot(void *ctx)
{
	struct slot *slot = ctx;

	piece_read(&slot->piece);
}

static void slot_read(void *ctx)
{
	struct slot *slot = ctx;
	struct loader *l = slot->loader;

	slot->read = true;
	l->jobs--;
	if (l->idle && slot == &l->slots[l->head])
		loop_idle_start(l->idle);
}

static void ask(struct loader *l, struct slot *slot)
{
	struct piece *p = &slot->piece;
	uint64_t size = l->piece;

	if (!p->reader)
		piece_init(p);
	p->unfinished = l->next == l->position ? l->status.pending : 0;
	/* An unfinished line is one piece: others would look for its end over and over. */
	if (size < p->unfinished)
		size = p->unfinished;
	/* A byte order mark and the byte behind it are one worker's. */
	if (l->next == 0 && size < BOM_SIZE + 1)
		size = BOM_SIZE + 1;
	p->rooms = &l->rooms;
	p->journal = l->journal;
	p->cancelled = &l->cancelled;
	p->number = l->number;
	p->from = l->next;
	p->to = size < l->until - l->next ? l->next + size : l->until;
	p->limit = l->limit;
	p->line_start = l->next == l->position && l->line_start;
	p->logs = l->logs;
	p->batch.prices = l->table->prices;
	slot->read = false;
	l->next = p->to;
	l->jobs++;
	loop_work(l->loop, read_slot, slot_read, slot);
}

static void ask_more(struct loader *l)
{
	while (l->in_flight < l->n_slots && l->next < l->until) {
		ask(l, &l->slots[(l->head + l->in_flight) % l->n_slots]);
		l->in_flight++;
	}
}

static void ask_no_more(struct loader *l)
{
	l->next = l->until;
	l->ahead = NOWHERE;
}

static void begin_at(struct loader *l, uint64_t from)
{
	if (l->status.state == LOADER_DONE)
		l->status.state = LOADER_LOADING;
	l->status.bytes = journal_size(l->journal);
	l->status.began = time_monotonic();
	l->status.began_at = l->status.loaded;
	l->ids = l->table->ids.n;
	l->next = from;
	l->until = l->limit = l->status.bytes;
	l->known_start = PIECE_NO_START;
	ask_more(l);
	if (l->in_flight == 0)
		loop_idle_start(l->idle); /* nothing to read is told like everything else */
}

static void begin(struct loader *l)
{
	begin_at(l, l->position);
}

/* What is refused for its beginning has no end to show. */
static bool is_utf16(const struct loader *l)
{
	char head[JOURNAL_UTF16_BYTES];
	int64_t got = journal_read(l->journal, 0, head, sizeof(head));

	return got > 0 && journal_is_utf16((struct str){head, (size_t)got});
}

bool loader_load_end(struct loader *l)
{
	uint64_t size = journal_size(l->journal), end = END_PIECES * l->piece;

	if (l->status.state != LOADER_LOADING || l->position > 0 || size <= end + BOM_SIZE ||
	    is_utf16(l))
		return false;
	l->ahead = size - end;
	begin_at(l, l->ahead);
	return true;
}

static void begin_before_end(struct loader *l)
{
	assert(l->status.end_loaded);
	l->status.end_loaded = false;
	l->status.began = time_monotonic();
	l->status.began_at = l->status.loaded;
	l->ids = l->table->ids.n;
	l->next = l->position;
	l->until = l->ahead;
	ask_more(l);
}

/* ---- what became of the file ---- */

/* No more of it is loaded, and what is not in yet is left out. */
static bool is_over(enum loader_state state)
{
	return state == LOADER_FAILED || state == LOADER_SHRUNK;
}

static bool is_open_ended(enum loader_state state)
{
	return state == LOADER_GONE || state == LOADER_REPLACED;
}

/* Something else stands at its path now. */
static bool is_other(enum loader_state state)
{
	return state == LOADER_SHRUNK || state == LOADER_REPLACED;
}

static void tell(struct loader *l)
{
	l->untold = false;
	if (l->notify.happened)
		l->notify.happened(l->notify.ctx, l->number);
}

/* What becomes of the path is its successor's, once there is one; whether there is one is told with it. */
static void set_state(struct loader *l, enum loader_state state)
{
	if (l->status.state == state || (l->status.succeeded && is_open_ended(state)))
		return;
	l->status.state = state;
	l->status.since = time_now();
	l->untold = is_other(state) && l->follow && l->notify.succeed;
	if (!l->untold)
		tell(l);
}

static void stop_following(struct loader *l)
{
	l->follow = false;
	loop_watch_free(l->watch);
	l->watch = NULL;
}

/* What stands at its path may be taken on once the old is in: its events come first. */
static void offer(struct loader *l)
{
	struct loader_status *status = &l->status;
	struct errinfo before;

	if (!is_other(status->state) || !l->follow || l->in_flight > 0 || status->succeeded ||
	    !l->notify.succeed)
		return;
	before = status->error;
	status->error = (struct errinfo){0};
	status->succeeded = l->notify.succeed(l->notify.ctx, l->number, &status->error);
	if (status->succeeded)
		stop_following(l);
	if (l->untold || strcmp(before.msg, status->error.msg) != 0)
		tell(l);
}

/* The writer took back what it could not finish, as on a full disk: the next load begins at position. */
static void forget_pending(struct loader *l)
{
	l->limit = l->position;
	l->status.loaded -= l->status.pending;
	l->status.pending = 0;
}

/* Looks at the file; gives whether there is something to load. What is open can be read on when its
 * name is gone: all of it is loaded. */
static bool look(struct loader *l)
{
	bool loading = l->in_flight > 0 || l->status.state == LOADER_LOADING;
	enum journal_change change = journal_check(l->journal, loading ? UINT64_MAX : l->position);

	if (journal_is_awaited(l->journal)) {
		l->status.error = *journal_why_awaited(l->journal);
		return false;
	}
	if (l->status.state == LOADER_AWAITED)
		l->status.error = (struct errinfo){0};
	if (change == JOURNAL_SHRUNK) {
		ask_no_more(l);
		l->status.bytes = l->status.loaded;
		l->status.pending = 0;
		set_state(l, LOADER_SHRUNK);
		return false;
	}
	if (change == JOURNAL_GONE)
		set_state(l, LOADER_GONE);
	else if (change == JOURNAL_REPLACED)
		set_state(l, LOADER_REPLACED);
	else if (l->status.state == LOADER_AWAITED || is_open_ended(l->status.state))
		set_state(l, LOADER_DONE); /* it is there, or there again */
	l->status.bytes = journal_size(l->journal);
	if (!loading && l->status.bytes < l->limit)
		forget_pending(l);
	return l->status.bytes > l->limit;
}

/* ---- taking them in ---- */

/* `next` is the number of the first of n lines, of which some are bad. */
static void count_lines(struct lines *lines, const struct bad_line *bad, uint32_t n_bad, uint64_t n)
{
	for (uint32_t i = 0; i < n_bad && lines->n_bad < LOADER_BAD_LINES_KEPT; i++) {
		if (lines->n_bad == lines->cap_bad) {
			lines->cap_bad = lines->cap_bad > 0 ? lines->cap_bad * 2 : 8;
			lines->bad = mem_resize(lines->bad, lines->cap_bad, sizeof(*lines->bad));
		}
		lines->bad[lines->n_bad] = bad[i];
		lines->bad[lines->n_bad++].line += lines->next;
	}
	lines->next += n;
}

static void take_start(struct loader *l, const struct piece *p, bool end)
{
	if (l->end_knows && !end)
		return;
	if (p->known_start != PIECE_NO_START || p->too_long) {
		l->known_start = p->known_start;
		l->end_knows = end;
	}
}

static void absorb(struct loader *l, const struct piece *p)
{
	struct loader_status *status = &l->status;
	bool end = p->from >= l->ahead;

	record_counts_add(&status->counts, &p->counts);
	status->too_long += p->too_long;
	count_lines(end ? &l->end : &l->lines, p->bad, p->n_bad, p->newlines);
	status->bad = l->lines.bad;
	status->n_bad = l->lines.n_bad;
	take_start(l, p, end);
	status->loaded += p->to - p->from - p->unfinished;
	ids_expect(&l->table->ids, l->ids, status->loaded - status->began_at,
	           status->bytes - status->loaded);
	if (p->error.code != ERR_OK) {
		status->error = p->error;
		ask_no_more(l);
		stop_following(l);
		set_state(l, LOADER_FAILED);
	} else if (end && p->to == l->limit) {
		status->end_loaded = true;
		status->began = 0;
	}
}

/* All lines before it are counted. */
static void number_end(struct loader *l)
{
	count_lines(&l->lines, l->end.bad, l->end.n_bad, l->end.next);
	l->end.next = l->end.n_bad = 0;
	l->end_knows = false;
	l->ahead = NOWHERE;
	l->status.bad = l->lines.bad;
	l->status.n_bad = l->lines.n_bad;
}

static void tell_late(struct loader *l)
{
	if (l->status.state != LOADER_DONE || l->late.code == ERR_OK)
		return;
	l->status.error = l->late;
	set_state(l, LOADER_FAILED);
}

/* Everything up to the limit is in. */
static void finish(struct loader *l)
{
	bool pending = l->known_start < l->limit;

	loop_idle_stop(l->idle);
	if (!is_over(l->status.state))
		number_end(l);
	if (!is_over(l->status.state) && l->limit > l->position) {
		l->status.pending = pending ? l->limit - l->known_start : 0;
		l->line_start = pending || l->known_start == l->limit;
		l->position = pending ? l->known_start : l->limit;
	}
	l->status.loaded_once = true;
	if (l->status.state == LOADER_LOADING)
		l->status.state = LOADER_DONE;
	if (l->status.state == LOADER_DONE || is_open_ended(l->status.state)) {
		if (look(l) && (l->ended || is_open_ended(l->status.state)))
			begin(l);
		else if ((l->follow || l->fed) && l->status.state == LOADER_DONE)
			loop_timer_start(l->pause, PAUSE_MS, 0);
	}
	tell_late(l);
	if (l->in_flight == 0)
		release(l);
	offer(l);
}

/* Merges some events and listings of the head's batch; gives whether it is all in. */
static bool merge_some(struct loader *l, struct piece *p)
{
	uint32_t before = l->table->n, listed = l->table->n_listings;
	bool whole = events_merge(l->table, &p->batch, &l->map, SLICE_EVENTS);

	for (uint32_t at = before; l->notify.added && at < l->table->n; at++)
		l->notify.added(l->notify.ctx, at);
	for (uint32_t at = listed; l->notify.listed && at < l->table->n_listings; at++)
		l->notify.listed(l->notify.ctx, at);
	return whole;
}

static void slice(void *ctx)
{
	struct loader *l = ctx;
	int64_t until = time_monotonic() + SLICE_TIME;

	while (l->in_flight > 0 && l->slots[l->head].read) {
		struct piece *p = &l->slots[l->head].piece;

		/* What comes behind a piece that could not be read is left out, and of a file that was
		 * truncated what is not in yet: it may be of the new content, out of its order. */
		bool left_out = is_over(l->status.state);

		if (left_out || merge_some(l, p)) {
			if (!left_out)
				absorb(l, p);
			l->head = (l->head + 1) % l->n_slots;
			l->in_flight--;
			ask_more(l);
		}
		if (time_monotonic() >= until)
			break;
	}
	if (l->in_flight == 0 && !l->status.end_loaded)
		finish(l);
	else if (l->in_flight == 0 || !l->slots[l->head].read)
		loop_idle_stop(l->idle);
	/* The end is to be seen at once. */
	if (l->until <= l->ahead || l->status.end_loaded)
		changed(l);
}

/* ---- following ---- */

static void look_again(void *ctx)
{
	loader_check(ctx);
}

void loader_start(struct loader *l, bool follow)
{
	l->follow = follow;
	if (follow)
		l->watch = loop_watch_new(l->loop, journal_watched(l->journal), look_again, l);
	if (l->status.state == LOADER_AWAITED)
		loader_check(l); /* it may have come before it was watched */
	else if (l->ahead != NOWHERE)
		begin_before_end(l);
	else if (l->status.state == LOADER_LOADING)
		begin(l);
}

static void check(struct loader *l)
{
	enum loader_state before = l->status.state;
	enum err error = l->status.error.code;

	if (before == LOADER_FAILED)
		return;
	if (look(l) && l->in_flight == 0 && before != LOADER_LOADING)
		begin(l);
	offer(l);
	if (l->status.state != before || l->status.error.code != error)
		changed(l);
}

void loader_check(struct loader *l)
{
	if (l->before)
		check(l->before);
	check(l);
}

void loader_take_logs(struct loader *l)
{
	l->logs = true;
}

void loader_feed(struct loader *l)
{
	l->fed = true;
}

void loader_end(struct loader *l, const struct errinfo *why)
{
	l->fed = false;
	l->ended = true;
	if (why)
		l->late = *why;
	loader_check(l);
	tell_late(l);
}
