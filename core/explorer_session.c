/* Which turns a session has, which of them are read, and in what order.
 *
 * One job at a time reads turns: it alone has what is known of what was said. Before a turn is read the one before it is noted,
 * since a history that grows is all in that. What is on the screen comes first, then what is looked for, then the others in their
 * order, until enough is read ahead. A job takes so few bytes that none of these waits long; and what stands in memory of its turns
 * is looked at before it starts, of a large trace in several calls: meanwhile it is being made.
 *
 * When the order of the turns becomes another one all begins anew. Left to others: which events a turn is made of
 * (explorer_session_events.c), and what it says (explorer_session_read.c). */
#include "explorer_session_internal.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/time.h"

#include <stdatomic.h>
#include <string.h>

#define SLICE        3000            /* microseconds that the list of turns may take of a call */
#define LIST_AGAIN   INT64_C(200000) /* microseconds until it, or a turn, is looked at again */
#define TURNS_WANTED 128u            /* of a screen, at most, that are fetched at once */
#define READINGS     64u             /* of a job */
#define LOOKS        4096u           /* at events, for it, of a call */
#define BATCH_BYTES  ((uint64_t)1 << 20)   /* of their events */
#define KEPT_BYTES   ((size_t)16 << 20)    /* of turns out of sight */
#define AHEAD_BYTES  ((size_t)4 << 20)     /* of turns that nobody asked for */
#define AHEAD_READ   ((uint64_t)128 << 20) /* of events that are read for them */

struct session_chats {
	unsigned jobs;
	struct loop *loop;
};

struct chat_turn {
	struct turn *turn; /* NULL: not read */
	uint32_t version;  /* of its trace then */
	int64_t read;      /* when; monotonic */
	bool stale;
};

struct session_job {
	struct session_chat *chat;
	struct turn_reading readings[READINGS];
	uint32_t n;
	uint32_t settled; /* of them */
	struct turn_settling settling;
	uint64_t bytes; /* that are to be read for those that are settled */
	bool ahead;     /* nobody asked for its turns */
	uint32_t generation;
	struct match *match; /* the chat's; NULL: nothing is looked for */
	atomic_bool unwanted;
};

struct session_chat {
	struct explorer *explorer;
	uint32_t session;
	struct rows rows;        /* newest first */
	struct rows_build *next; /* NULL: none is under way */
	uint32_t listed_version; /* of the session when that began */
	int64_t listed;          /* when it was done last; 0: never */
	struct chat_turn *turns; /* in their order */
	uint32_t n;
	struct bits noted;
	size_t bytes;        /* of those that are read */
	uint32_t first, end; /* what is shown */
	uint32_t version;
	uint32_t ahead; /* turns before it were read, or are not to be */
	uint64_t ahead_bytes;
	struct session_job *making; /* NULL: none is being made */
	struct session_job *job;    /* NULL: none runs */
	struct session_known known;
	uint32_t generation, known_of; /* of the order of turns; what known was made for */
	struct match *match;
	struct buf typed;
	struct session_found found;
	uint32_t find_left;
	int direction;
	bool frozen, ended;
};

/* ---- which turns -------------------------------------------------------------------------------------------------- */

uint32_t session_chat_turns(const struct session_chat *c)
{
	return c->n;
}

bool session_chat_is_listed(const struct session_chat *c)
{
	return c->listed != 0;
}

uint32_t session_chat_trace(const struct session_chat *c, uint32_t turn)
{
	return c->rows.at[c->n - 1 - turn];
}

const struct turn *session_chat_turn(const struct session_chat *c, uint32_t turn)
{
	return c->turns[turn].turn;
}

uint32_t session_chat_version(const struct session_chat *c)
{
	return c->version;
}

static void drop_turn(struct session_chat *c, uint32_t turn)
{
	struct chat_turn *t = &c->turns[turn];

	if (t->turn == NULL)
		return;
	c->bytes -= turn_bytes(t->turn);
	turn_free(t->turn);
	*t = (struct chat_turn){0};
	if (turn >= c->first && turn < c->end)
		c->version++;
}

static void begin_anew(struct session_chat *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		drop_turn(c, i);
	session_chat_find_end(c);
	c->generation++;
	c->ahead = 0;
	bits_clear(&c->noted);
}

/* Turns are numbered from the earliest, rows from the latest. */
static bool goes_on(const struct rows *before, const struct rows *now)
{
	size_t new = now->n - before->n;

	return now->n >= before->n &&
	       (before->n == 0 ||
	        memcmp(before->at, now->at + new, before->n * sizeof(*before->at)) == 0);
}

static void take_rows(struct session_chat *c)
{
	struct rows before = c->rows;

	rows_take(c->next, &c->rows);
	c->next = NULL;
	if (!goes_on(&before, &c->rows))
		begin_anew(c);
	c->turns = mem_resize(c->turns, c->rows.n + (size_t)1, sizeof(*c->turns));
	for (uint32_t i = c->n; i < c->rows.n; i++)
		c->turns[i] = (struct chat_turn){0};
	bits_reach(&c->noted, c->rows.n);
	if (c->n != c->rows.n)
		c->version++;
	c->n = c->rows.n;
	c->listed = time_monotonic();
	rows_free(&before);
}

static void rows_changed(void *ctx)
{
	explorer_changed(((struct session_chat *)ctx)->explorer);
}

/* Gives as session_chat_show does. */
static int64_t list_turns(struct session_chat *c)
{
	struct model *m = explorer_model(c->explorer);
	uint32_t version = model_session(m, c->session)->version;
	int64_t now = time_monotonic();
	struct query q;

	/* Turns stay as they are while a worker, or who makes work for it, looks at them. */
	if (c->job != NULL || c->making != NULL || (c->frozen && c->listed != 0))
		return 0;
	if (c->next == NULL && c->listed != 0 && c->listed_version == version)
		return 0;
	if (c->next == NULL && c->listed != 0 && now < c->listed + LIST_AGAIN)
		return c->listed + LIST_AGAIN - now;
	if (c->next == NULL) {
		query_init(&q, ROWS_TRACES);
		q.session = c->session;
		c->next = rows_start(m, &q, c->listed != 0 ? &c->rows : NULL);
		rows_on_workers(c->next, explorer_loop(c->explorer), rows_changed, c);
		c->listed_version = version;
	}
	if (rows_step(c->next, now + SLICE)) {
		take_rows(c);
		return 0;
	}
	return rows_waits(c->next) ? 0 : 1;
}

/* ---- jobs --------------------------------------------------------------------------------------------------------- */

static void add_reading(struct session_job *job, uint32_t turn, bool note)
{
	job->readings[job->n++] = (struct turn_reading){
		.turn = turn, .note = note, .out = mem_zero(1, sizeof(struct turn))};
}

static void add_turn(struct session_job *job, uint32_t turn)
{
	bool known = turn == 0 || bits_get(&job->chat->noted, turn - 1);

	for (uint32_t i = 0; i < job->n; i++)
		known |= job->readings[i].turn + 1 == turn;
	if (!known)
		add_reading(job, turn - 1, true);
	add_reading(job, turn, false);
}

static bool wants_reading(const struct session_chat *c, uint32_t turn)
{
	const struct chat_turn *t = &c->turns[turn];

	return t->turn == NULL || t->stale;
}

/* Of the turns that are shown, those from `from` on first. */
static void add_shown(struct session_job *job, uint32_t from)
{
	const struct session_chat *c = job->chat;
	uint32_t n = c->end - c->first;

	for (uint32_t i = 0; i < n && job->n < READINGS - 1; i++) {
		uint32_t turn = c->first + (from - c->first + i) % n;

		if (wants_reading(c, turn))
			add_turn(job, turn);
	}
}

static uint32_t after(const struct session_chat *c, uint32_t turn, int direction)
{
	if (direction > 0)
		return turn + 1 < c->n ? turn + 1 : 0;
	return turn > 0 ? turn - 1 : c->n - 1;
}

/* What was read is not read again. */
static void add_looked_for(struct session_job *job)
{
	const struct session_chat *c = job->chat;
	uint32_t turn = c->found.turn;

	job->match = c->match;
	for (uint32_t left = c->find_left; left > 0 && job->n < READINGS - 1; left--) {
		if (wants_reading(c, turn))
			add_turn(job, turn);
		else
			job->readings[job->n++] = (struct turn_reading){
				.turn = turn, .kept = c->turns[turn].turn};
		turn = after(c, turn, c->direction);
	}
}

static void add_ahead(struct session_job *job)
{
	struct session_chat *c = job->chat;

	if (c->bytes >= AHEAD_BYTES || c->ahead_bytes >= AHEAD_READ)
		return;
	while (c->ahead < c->n && !wants_reading(c, c->ahead))
		c->ahead++;
	job->ahead = true;
	for (uint32_t turn = c->ahead; turn < c->n && job->n < READINGS - 1; turn++)
		if (wants_reading(c, turn))
			add_turn(job, turn);
}

/* Readings beyond the bytes of a job, or the looks of a call, are left to the next one: no turn waits for what another one has
 * in memory. False: even the first has more than can be looked at now. */
static bool settle(struct session_job *job)
{
	const struct session_chat *c = job->chat;
	const struct model *m = explorer_model(c->explorer);
	uint32_t looks = LOOKS;

	for (; job->settled < job->n && job->bytes < BATCH_BYTES; job->settled++) {
		struct turn_reading *r = &job->readings[job->settled];

		if (r->kept != NULL) {
			job->bytes += turn_bytes(r->kept);
			continue;
		}
		if (job->settling.reading != r)
			turn_settle_begin(&job->settling, r, m, session_chat_trace(c, r->turn));
		if (!turn_settle(&job->settling, m, &looks))
			break;
		job->bytes += r->bytes;
	}
	if (job->settled == 0)
		return false;
	while (job->n > job->settled)
		turn_reading_fini(&job->readings[--job->n]);
	return true;
}

static void job_free(struct session_job *job)
{
	for (uint32_t i = 0; i < job->n; i++)
		turn_reading_fini(&job->readings[i]);
	mem_free(job);
}

static void job_work(void *ctx)
{
	struct session_job *job = ctx;
	struct session_known *k = &job->chat->known;

	if (job->chat->known_of != job->generation)
		session_known_clear(k);
	job->chat->known_of = job->generation;
	for (uint32_t i = 0; i < job->n && !atomic_load(&job->unwanted); i++) {
		struct turn_reading *r = &job->readings[i];

		if (r->kept == NULL)
			turn_read(k, r);
		r->done = true;
		r->hit = job->match != NULL && !r->note &&
		         turn_has(k, r->kept != NULL ? r->kept : r->out, job->match);
		if (r->hit)
			break;
	}
}

static void limit(struct session_chat *c)
{
	uint32_t low = 0, high = c->n;

	while (c->bytes > KEPT_BYTES && (low < c->first || high > c->end)) {
		bool lower = c->first - low > high - c->end && low < c->first;

		drop_turn(c, lower || high <= c->end ? low++ : --high);
	}
}

static void keep_turn(struct session_chat *c, struct turn_reading *r)
{
	struct chat_turn *t = &c->turns[r->turn];

	bits_set(&c->noted, r->turn, true);
	if (r->note || r->kept != NULL)
		return;
	drop_turn(c, r->turn);
	*t = (struct chat_turn){.turn = r->out, .version = r->version, .read = time_monotonic()};
	r->out = NULL;
	c->bytes += turn_bytes(t->turn);
	if (r->turn >= c->first && r->turn < c->end)
		c->version++;
}

/* True: it was looked at, and the search ends there. */
static bool found_in(struct session_chat *c, const struct turn_reading *r)
{
	struct session_found *f = &c->found;

	if (r->note || f->state != SESSION_FIND_GOES_ON || r->turn != f->turn)
		return false;
	f->looked++;
	c->find_left--;
	if (r->hit) {
		f->state = SESSION_FIND_FOUND;
		return true;
	}
	if (c->find_left == 0)
		f->state = SESSION_FIND_NOWHERE;
	f->wrapped |= r->turn == (c->direction > 0 ? c->n - 1 : 0);
	f->turn = after(c, r->turn, c->direction);
	return c->find_left == 0;
}

static void take_job(struct session_chat *c, struct session_job *job)
{
	for (uint32_t i = 0; i < job->n && job->readings[i].done; i++)
		keep_turn(c, &job->readings[i]);
	for (uint32_t i = 0; i < c->known.n_stale; i++)
		if (c->known.stale[i] < c->n && c->turns[c->known.stale[i]].turn != NULL)
			c->turns[c->known.stale[i]].stale = true;
	c->known.n_stale = 0;
	for (uint32_t i = 0; job->match != NULL && job->match == c->match && i < job->n; i++)
		if (!job->readings[i].done || found_in(c, &job->readings[i]))
			break;
	limit(c);
}

static void chat_free(struct session_chat *c)
{
	rows_drop(c->next);
	rows_free(&c->rows);
	for (uint32_t i = 0; i < c->n; i++)
		turn_free(c->turns[i].turn);
	mem_free(c->turns);
	mem_free(c->noted.words);
	session_known_free(&c->known);
	match_free(c->match);
	buf_free(&c->typed);
	mem_free(c);
}

static void job_done(void *ctx)
{
	struct session_job *job = ctx;
	struct session_chat *c = job->chat;

	explorer_caches(c->explorer)->chats->jobs--;
	c->job = NULL;
	if (!c->ended && job->generation == c->generation)
		take_job(c, job);
	if (job->match != c->match)
		match_free(job->match);
	job_free(job);
	if (c->ended)
		chat_free(c);
	else
		explorer_changed(c->explorer);
}

/* NULL: there is nothing to do. */
static struct session_job *make_job(struct session_chat *c, uint32_t from)
{
	struct session_job *job = mem_zero(1, sizeof(*job));

	job->chat = c;
	job->generation = c->generation;
	atomic_init(&job->unwanted, false);
	if (c->end > c->first)
		add_shown(job, from);
	if (job->n == 0 && c->found.state == SESSION_FIND_GOES_ON)
		add_looked_for(job);
	if (job->n == 0)
		add_ahead(job);
	if (job->n > 0)
		return job;
	job_free(job);
	return NULL;
}

/* False: a job is still being made. */
static bool start(struct session_chat *c, uint32_t from)
{
	struct session_job *job = c->making != NULL ? c->making : make_job(c, from);

	c->making = job;
	if (job == NULL)
		return true;
	if (!settle(job))
		return false;
	c->making = NULL;
	/* A note is the last one if the turn after it was left to the next job. */
	if (job->ahead) {
		c->ahead = job->readings[job->n - 1].turn + 1;
		c->ahead_bytes += job->bytes;
	}
	c->job = job;
	explorer_caches(c->explorer)->chats->jobs++;
	loop_work(explorer_loop(c->explorer), job_work, job_done, job);
	return true;
}

static void stop_making(struct session_chat *c)
{
	if (c->making != NULL)
		job_free(c->making);
	c->making = NULL;
}

/* ---- asking ------------------------------------------------------------------------------------------------------- */

/* Turns that have changed since they were read. Gives as session_chat_show does. */
static int64_t look_at_read(struct session_chat *c)
{
	const struct model *m = explorer_model(c->explorer);
	int64_t now = time_monotonic(), again = 0;

	for (uint32_t i = c->first; i < c->end; i++) {
		struct chat_turn *t = &c->turns[i];
		uint32_t trace = session_chat_trace(c, i);

		if (t->turn == NULL || c->frozen || t->version == model_trace(m, trace)->version)
			continue;
		if (now >= t->read + LIST_AGAIN)
			t->stale = true;
		else
			again = t->read + LIST_AGAIN - now;
	}
	return again;
}

/* What was fetched may be on its way in. */
static void want_turns(struct session_chat *c, uint32_t from, uint32_t to)
{
	uint32_t traces[TURNS_WANTED], n = 0;

	if (explorer_is_behind(c->explorer))
		return;
	for (uint32_t i = from; i < to && n < TURNS_WANTED; i++)
		traces[n++] = session_chat_trace(c, i);
	explorer_want_traces(c->explorer, traces, n, false);
}

int64_t session_chat_show(struct session_chat *c, uint32_t first, uint32_t end, uint32_t from,
                          uint32_t to)
{
	int64_t again = list_turns(c), changed;

	end = end < c->n ? end : c->n;
	first = first < end ? first : end;
	if (first != c->first || end != c->end)
		c->version++;
	c->first = first;
	c->end = end;
	from = from >= first && from < end ? from : first;
	want_turns(c, from, to < end ? to : end);
	changed = look_at_read(c);
	if (c->job == NULL && !start(c, from))
		return 1;
	return again == 0 || (changed > 0 && changed < again) ? changed : again;
}

void session_chat_freeze(struct session_chat *c, bool frozen)
{
	c->frozen = frozen;
}

void session_chat_find(struct session_chat *c, struct str typed, uint32_t from, int direction)
{
	session_chat_find_end(c);
	buf_append(&c->typed, typed);
	c->found = (struct session_found){.state = SESSION_FIND_NOWHERE};
	if (c->n == 0 || match_new(&c->match, typed, &c->found.error) != ERR_OK)
		return;
	c->found.state = SESSION_FIND_GOES_ON;
	c->found.turn = from < c->n ? from : direction > 0 ? 0 : c->n - 1;
	c->found.wrapped = from >= c->n;
	c->find_left = c->n;
	c->direction = direction;
	explorer_changed(c->explorer);
}

/* A job that looks for something has its match; who is done with it frees it. */
void session_chat_find_end(struct session_chat *c)
{
	stop_making(c);
	if (c->job == NULL || c->job->match != c->match)
		match_free(c->match);
	c->match = NULL;
	buf_clear(&c->typed);
	c->found = (struct session_found){0};
}

const struct session_found *session_chat_found(const struct session_chat *c)
{
	return &c->found;
}

struct session_chat *explorer_session_chat(struct explorer *x, uint32_t session)
{
	struct session_chat *c = mem_zero(1, sizeof(*c));

	c->explorer = x;
	c->session = session;
	c->version = 1;
	return c;
}

void session_chat_end(struct session_chat *c)
{
	if (c == NULL)
		return;
	stop_making(c);
	c->ended = true;
	if (c->job == NULL)
		chat_free(c);
	else
		atomic_store(&c->job->unwanted, true);
}

struct session_chats *session_chats_new(struct loop *loop)
{
	struct session_chats *chats = mem_zero(1, sizeof(*chats));

	chats->loop = loop;
	return chats;
}

void session_chats_free(struct session_chats *chats)
{
	while (chats->jobs > 0)
		loop_step(chats->loop, true);
	mem_free(chats);
}
