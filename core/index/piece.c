/* One piece of a journal, read by a worker.
 *
 * A piece has the lines that start in from..to. Whether one starts at `from` itself, the byte
 * before tells; if not, everything up to the next newline belongs to an earlier piece. The last
 * line is read on past `to`. So pieces of any size have the same lines between them.
 *
 * Line numbers: a worker knows only its own newlines. It counts those in from..to and numbers bad
 * lines from the start of the piece; the loader adds what lies before. */
#include "index/piece.h"

#include "base/mem.h"
#include "index/value.h"

#include <errno.h>
#include <string.h>

#define READ_ON    ((size_t)64 << 10) /* bytes read at first when a line goes on behind a piece */
#define KEEP_ROOM  ((size_t)4 << 20)  /* a larger room is not kept for the next piece */
#define NO_NEWLINE SIZE_MAX
#define UNFINISHED ((uint64_t)64 << 10) /* bytes from which on an unfinished line is not reparsed */

void piece_init(struct piece *p)
{
	*p = (struct piece){.known_start = PIECE_NO_START};
	p->reader = record_reader_new();
	events_init_batch(&p->batch);
}

void piece_fini(struct piece *p)
{
	events_fini(&p->batch);
	record_reader_free(p->reader);
	mem_free(p->bad);
	*p = (struct piece){0};
}

static void reset(struct piece *p)
{
	events_clear(&p->batch);
	p->counts = (struct record_counts){0};
	p->newlines = 0;
	p->known_start = PIECE_NO_START;
	p->too_long = 0;
	p->n_bad = 0;
	p->error = (struct errinfo){0};
	p->n = 0;
}

/* ---- rooms ---- */

struct piece_room {
	struct piece_room *next; /* of those that are spare */
	size_t size;             /* bytes */
	char bytes[];
};

void piece_rooms_init(struct piece_rooms *rooms)
{
	pthread_mutex_init(&rooms->lock, NULL);
	rooms->spare = NULL;
}

void piece_rooms_clear(struct piece_rooms *rooms)
{
	while (rooms->spare) {
		struct piece_room *room = rooms->spare;

		rooms->spare = room->next;
		mem_free(room);
	}
}

void piece_rooms_fini(struct piece_rooms *rooms)
{
	piece_rooms_clear(rooms);
	pthread_mutex_destroy(&rooms->lock);
}

/* There may be none yet. */
static void take_room(struct piece *p)
{
	pthread_mutex_lock(&p->rooms->lock);
	p->room = p->rooms->spare;
	if (p->room)
		p->rooms->spare = p->room->next;
	pthread_mutex_unlock(&p->rooms->lock);
	p->data = p->room ? p->room->bytes : NULL;
}

static void give_back_room(struct piece *p)
{
	if (p->room && p->room->size > KEEP_ROOM) {
		mem_free(p->room);
	} else if (p->room) {
		pthread_mutex_lock(&p->rooms->lock);
		p->room->next = p->rooms->spare;
		p->rooms->spare = p->room;
		pthread_mutex_unlock(&p->rooms->lock);
	}
	p->room = NULL;
	p->data = NULL;
}

static bool reserve(struct piece *p, size_t size)
{
	size_t has = p->room ? p->room->size : 0;
	struct piece_room *room;

	if (size <= has)
		return true;
	/* Lines that are longer still come: not every one is to move what is there. */
	if (size < has + has / 2)
		size = has + has / 2;
	room = mem_try(sizeof(*room) + size);
	if (!room)
		return false;
	room->size = size;
	if (p->n)
		memcpy(room->bytes, p->data, p->n);
	mem_free(p->room);
	p->room = room;
	p->data = room->bytes;
	return true;
}

/* ---- bytes ---- */

/* Fills the room up to size bytes, or to the journal's end, which may come early when the file was
 * cut. It is large enough. */
static bool fill(struct piece *p, size_t size)
{
	while (p->n < size) {
		int64_t got = journal_read(p->journal, p->base + p->n, p->data + p->n, size - p->n);

		if (got < 0) {
			err_set(&p->error, ERR_IO, "cannot be read (%s): %s", strerror(errno),
			        journal_path(p->journal));
			p->error.pos = p->base + p->n;
			return false;
		}
		if (got == 0) {
			p->limit = p->base + p->n;
			break;
		}
		p->n += (size_t)got;
	}
	return true;
}

static size_t find_newline(const struct piece *p, size_t from)
{
	const char *found = from < p->n ? memchr(p->data + from, '\n', p->n - from) : NULL;

	return found ? (size_t)(found - p->data) : NO_NEWLINE;
}

/* ---- bad lines ---- */

static void add_bad(struct piece *p, struct bad_line line)
{
	if (p->n_bad == LOADER_BAD_LINES_KEPT)
		return;
	if (p->n_bad == p->cap_bad) {
		p->cap_bad = p->cap_bad ? p->cap_bad * 2 : 16;
		p->bad = mem_resize(p->bad, p->cap_bad, sizeof(*p->bad));
	}
	line.line = p->newlines;
	p->bad[p->n_bad++] = line;
}

static const char *irregular_text(uint32_t irregular)
{
	if (irregular & JSON_RAW_CONTROL)
		return "has a raw control byte in a string";
	if (irregular & JSON_BAD_UTF8)
		return "has invalid UTF-8";
	return "has half of a surrogate pair";
}

static void report_line(struct piece *p, size_t start, size_t end, bool good,
                        const struct json_report *report, const char *why)
{
	struct bad_line line = {.offset = p->base + start,
	                        .length = end - start,
	                        .pos = report->pos,
	                        .why = why,
	                        .irregular = good && !why};

	if (!why && !good)
		line.why = json_fault_text(report->fault);
	else if (!why)
		line.why = irregular_text(report->irregular);
	add_bad(p, line);
}

static void add_too_long(struct piece *p, size_t start, const char *why)
{
	p->too_long++;
	p->counts.lines++;
	p->counts.bad_lines++;
	add_bad(p, (struct bad_line){.offset = p->base + start,
	                             .length = p->n - start,
	                             .pos = p->n - start,
	                             .why = why});
}

/* ---- lines ---- */

static void add_log(struct piece *p, size_t start, struct str line)
{
	struct event_log log = {.place = (uint64_t)p->number << 48 | (p->base + start),
	                        .length = (uint32_t)line.n,
	                        .text_length = (uint32_t)line.n,
	                        .time = TIME_NONE,
	                        .plain = true};

	if (str_ends(line, STR("\r")))
		log.text_length--;
	p->counts.lines++;
	p->counts.other_events++;
	events_add_log(&p->batch, &log);
}

static bool read_line(struct piece *p, size_t start, size_t end, struct json_report *report)
{
	struct str line = {p->data + start, end - start};
	struct record_counts counts = p->counts;
	const char *why;
	bool good = record_line(p->reader, &p->batch, p->number, p->base + start, line, &p->counts,
	                        report, &why);

	if (p->logs && report->fault != JSON_OK) {
		p->counts = counts;
		add_log(p, start, line);
		return true;
	}
	if (!good || why || report->irregular)
		report_line(p, start, end, good, report, why);
	return good;
}

/* Reads the line at *at, which has a newline before `end`, and moves *at to it; false if it is not one
 * good event. */
static bool read_good_line(struct piece *p, size_t *at, size_t end)
{
	struct json_report report;
	size_t n = record_next_line(p->reader, &p->batch, p->number, p->base + *at,
	                            (struct str){p->data + *at, end - *at}, &p->counts, &report);

	if (n == RECORD_UNREAD)
		return false;
	if (report.irregular)
		report_line(p, *at, *at + n, true, &report, NULL);
	*at += n;
	return true;
}

/* The last line, which no newline ends. It counts if it is whole; a lone number or word could still
 * go on. Gives false if it has to wait for the rest. */
static bool read_last_line(struct piece *p, size_t start)
{
	struct record_counts counts = p->counts;
	struct json_report report;
	uint32_t n_bad = p->n_bad;
	size_t first = start;

	while (first < p->n && value_is_blank(p->data[first]))
		first++;
	if (first == p->n)
		return true;
	if (p->data[first] != '{' && p->data[first] != '[')
		return false;
	if (read_line(p, start, p->n, &report) || report.fault == JSON_OK)
		return true;
	p->counts = counts;
	p->n_bad = n_bad;
	return false;
}

/* Reads on until the line that starts at `start` has its newline in the room. NO_NEWLINE: the
 * journal ends before, the line is too long (then it is reported and *lost is set), or reading
 * failed. */
static size_t find_line_end(struct piece *p, size_t start, bool *lost)
{
	size_t newline = find_newline(p, start);

	while (newline == NO_NEWLINE && p->base + p->n < p->limit) {
		size_t seen = p->n, have = p->n - start;
		size_t more = have > READ_ON ? have : READ_ON;

		if (have > JOURNAL_MAX_LINE) {
			add_too_long(p, start, "over 256 MiB");
			*lost = true;
			return NO_NEWLINE;
		}
		if (more > JOURNAL_MAX_LINE + 1 - have)
			more = JOURNAL_MAX_LINE + 1 - have;
		if (more > p->limit - p->base - p->n)
			more = (size_t)(p->limit - p->base - p->n);
		if (!reserve(p, p->n + more)) {
			add_too_long(p, start, "no memory for a line so long");
			*lost = true;
			return NO_NEWLINE;
		}
		if (!fill(p, p->n + more))
			return NO_NEWLINE;
		newline = find_newline(p, seen);
	}
	if (newline == NO_NEWLINE && p->n - start > JOURNAL_MAX_LINE) {
		add_too_long(p, start, "over 256 MiB");
		*lost = true;
	}
	return newline;
}

static void read_lines(struct piece *p, size_t at)
{
	const char *last = p->n > 0 ? memrchr(p->data, '\n', p->n) : NULL;
	size_t whole = last ? (size_t)(last - p->data) + 1 : 0;

	while (p->base + at < p->to && at < p->n && !atomic_load(p->cancelled)) {
		struct json_report report;
		bool lost = false;
		size_t newline = at;

		if (at < whole && read_good_line(p, &newline, whole)) {
			p->newlines += p->base + newline < p->to;
			at = newline + 1;
			continue;
		}
		newline = find_line_end(p, at, &lost);
		if (lost || p->error.code != ERR_OK) {
			p->known_start = PIECE_NO_START;
			return;
		}
		if (newline == NO_NEWLINE) {
			if (read_last_line(p, at))
				at = p->n;
			break;
		}
		read_line(p, at, newline, &report);
		if (p->base + newline < p->to)
			p->newlines++;
		at = newline + 1;
	}
	p->known_start = p->base + at;
}

/* ---- the piece ---- */

/* Whether a long unfinished line that has grown can still not be whole, told from its new bytes
 * alone: else a slow writer would make every byte be read as often as it writes. */
static bool still_unfinished(struct piece *p)
{
	uint64_t at = p->from + p->unfinished;
	char last = '\0';

	if (p->unfinished < UNFINISHED || p->limit - p->from > JOURNAL_MAX_LINE)
		return false;
	for (; at < p->limit; at += p->n) {
		size_t size = p->limit - at < READ_ON ? (size_t)(p->limit - at) : READ_ON;

		p->base = at;
		p->n = 0;
		if (!reserve(p, size) || !fill(p, size) || p->n == 0)
			return false;
		if (find_newline(p, 0) != NO_NEWLINE)
			return false;
		for (size_t i = 0; i < p->n; i++)
			if (!value_is_blank(p->data[i]))
				last = p->data[i];
	}
	return last != '}' && last != ']';
}

/* Where in the room the first line of the piece starts, or NO_NEWLINE. */
static size_t first_start(struct piece *p)
{
	size_t newline;

	if (p->base == 0 && str_starts((struct str){p->data, p->n}, STR("\xEF\xBB\xBF")))
		return 3;
	if (p->line_start)
		return 0;
	newline = find_newline(p, 0);
	if (newline == NO_NEWLINE)
		return NO_NEWLINE;
	/* The byte before the piece is not one of its own. */
	if (newline > 0)
		p->newlines++;
	return newline + 1;
}

static void read_piece(struct piece *p)
{
	size_t size, at;

	if (still_unfinished(p)) {
		p->known_start = p->from;
		return;
	}
	p->base = p->line_start ? p->from : p->from - 1;
	p->n = 0;
	size = (size_t)(p->to - p->base);
	if (!reserve(p, size + READ_ON)) {
		err_set(&p->error, ERR_IO, "no memory to read: %s", journal_path(p->journal));
		return;
	}
	if (p->error.code != ERR_OK || !fill(p, size))
		return;
	if (p->base == 0 && journal_is_utf16((struct str){p->data, p->n})) {
		err_set(&p->error, ERR_PARSE, "UTF-16, not UTF-8: convert it first: %s",
		        journal_path(p->journal));
		return;
	}
	at = first_start(p);
	if (at != NO_NEWLINE)
		read_lines(p, at);
}

void piece_read(struct piece *p)
{
	reset(p);
	if (atomic_load(p->cancelled))
		return;
	take_room(p);
	read_piece(p);
	give_back_room(p);
}
