/* One JSON text -> the records of the events in it. Every rule about a property (fallbacks, units, numeric strings, null
 * against absent) stands in record.c and nowhere else; the rules are PostHog's. What a line is stands in line.c. */
#ifndef INDEX_RECORD_H
#define INDEX_RECORD_H

#include "index/events.h"
#include "json/lexer.h"

/* What one line (or one document) turned out to be. */
struct record_counts {
	uint64_t lines; /* not blank; a line that is an array or a batch counts as its members */
	uint64_t bad_lines;
	uint64_t
		irregular; /* events kept with raw control bytes, invalid UTF-8 or lone surrogates */
	uint64_t other_events; /* events whose name does not start with $ai_; lines of a listing are
	                          none */
	uint64_t suspect;
};
static inline void record_counts_add(struct record_counts *to, const struct record_counts *more)
{
	to->lines += more->lines;
	to->bad_lines += more->bad_lines;
	to->irregular += more->irregular;
	to->other_events += more->other_events;
	to->suspect += more->suspect;
}

struct record_reader; /* scratch space of one worker */
struct record_reader *record_reader_new(void);
void record_reader_free(struct record_reader *r);

/* Reads one line (no newline at its end; CR and blanks allowed), which stands at byte `offset` of journal `number`, and adds
 * its events to batch. Gives false if the line is bad: report then has fault and position, or *why a sentence when it
 * is JSON but no event ("no event in it"). Blank lines are neither lines nor bad. A good line may have something to tell
 * too: report->irregular with its position, or *why, when it is an array in which some elements are no events (each of
 * them a bad line). line must be under 4 GiB. */
bool record_line(struct record_reader *r, struct events *batch, uint32_t number, uint64_t offset,
                 struct str line, struct record_counts *counts, struct json_report *report,
                 const char **why);

/* As record_line, of a text's first line, whose end nobody has looked for. Gives its length, without the newline, or
 * RECORD_UNREAD if it is not one good event: then nothing was added, and record_line has to tell what it is. */
#define RECORD_UNREAD SIZE_MAX
size_t record_next_line(struct record_reader *r, struct events *batch, uint32_t number,
                        uint64_t offset, struct str text, struct record_counts *counts,
                        struct json_report *report);

#endif
