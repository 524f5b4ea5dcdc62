/* Looks for a text in the payloads of events: a worker scans the raw bytes of a journal for what every escaped form of the
 * text must hold, and what has it is confirmed in the parts that the messages are made of. Results come in as they are found.
 * Loop thread. */
#ifndef QUERY_TEXT_SEARCH_H
#define QUERY_TEXT_SEARCH_H

#include "base/loop.h"
#include "index/events.h"
#include "query/filter.h"

/* Where a text may stand. */
enum text_place {
	TEXT_INPUT = 1 << 0,     /* any part of the input side */
	TEXT_OUTPUT = 1 << 1,    /* any of the output side */
	TEXT_SYSTEM = 1 << 2,    /* parts of role system */
	TEXT_ARGUMENTS = 1 << 3, /* of tool calls */
	TEXT_RESULT = 1 << 4,    /* of tools */
	TEXT_THINKING = 1 << 5,  /* reasoning */
	TEXT_TOOL =
		1
		<< 6, /* names of tools that were called: in messages, or the span that is the call */
	TEXT_NAMES = 1 << 7, /* the event's own names, ids, model, user */
	TEXT_ERROR = 1 << 8, /* the error's text */
	TEXT_MEDIA = 1 << 9, /* kinds of parts instead of texts: see text_wanted.parts */
	TEXT_ANYWHERE = TEXT_INPUT | TEXT_OUTPUT | TEXT_NAMES | TEXT_ERROR,
};

struct text_wanted {
	const struct filter_value
		*value;       /* a text, wildcard, regular expression or fuzzy; copied */
	unsigned places;      /* enum text_place bits */
	enum field_role role; /* of a message's parts; FIELD_ROLE_ANY */
	uint32_t
		parts; /* of TEXT_MEDIA: bits 1 << enum part_type, one of which there must be; value is NULL */
	bool json; /* of TEXT_MEDIA: a text part that is JSON (has:json) */
};

/* ERR_USAGE: not a regular expression; pos is the byte in it. */
struct text_search;
enum err text_search_new(struct text_search **out, struct loop *loop, const struct events *t,
                         const struct text_wanted *wanted, loop_fn *changed, void *ctx,
                         struct errinfo *e) MUST_USE;
/* Also while it runs: what workers are doing is thrown away, and not waited for. */
void text_search_free(struct text_search *s); /* NULL is allowed */
/* Looks through events first..first+n-1 as well, those of them whose bit is set in `among` (bit 0 is event `first`; NULL:
 * all; copied). `changed` is called on the loop's thread when some more is known. Ranges are added in rising order. */
void text_search_add(struct text_search *s, uint32_t first, uint32_t n, const uint64_t *among);
bool text_search_done(const struct text_search *s); /* with all that was added */
/* Bytes looked through, and in all, which is an estimate until all of it is being looked through. */
void text_search_progress(const struct text_search *s, uint64_t *done, uint64_t *bytes);
/* False also for what was not looked at yet. */
bool text_search_has(const struct text_search *s, uint32_t event);
uint32_t text_search_found(const struct text_search *s); /* events */
/* Events in which it gave up (a regular expression over its limit) or that could not be read; e says about the first. */
uint32_t text_search_failed(const struct text_search *s, struct errinfo *e);

#endif
