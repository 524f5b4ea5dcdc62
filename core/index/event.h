/* What stays in memory of one event: a hot record of 72 bytes, two parallel columns, and sparse extras. Payloads (messages,
 * states, tools) stay in the journal. */
#ifndef INDEX_EVENT_H
#define INDEX_EVENT_H

#include "base/decimal.h"
#include "base/time.h"

enum event_kind {
	EVENT_GENERATION,
	EVENT_EMBEDDING,
	EVENT_SPAN,
	EVENT_TRACE,
	EVENT_METRIC,
	EVENT_FEEDBACK,
	EVENT_EVALUATION,
	EVENT_OTHER_AI, /* any other name that starts with $ai_ */
	EVENT_KINDS,
};
struct str event_kind_name(enum event_kind kind); /* "$ai_generation"...; EVENT_OTHER_AI: empty */

enum event_flags {
	EVENT_KIND_MASK = 0xf,
	EVENT_ERROR = 1 << 4, /* $ai_is_error true, or $ai_error that is neither null nor empty */
	EVENT_STREAM =
		1
		<< 5, /* $ai_stream, or stream(ing) in the model parameters, or a time to first token */
	EVENT_PRIVATE = 1 << 6,   /* input, output or a state is there and null: withheld */
	EVENT_HAS_INPUT = 1 << 7, /* $ai_input or $ai_input_state, not null */
	EVENT_HAS_OUTPUT =
		1 << 8,           /* $ai_output_choices, $ai_output or $ai_output_state, not null */
	EVENT_HAS_TOOLS = 1 << 9, /* $ai_tools offered */
	EVENT_TOOL = 1 << 10, /* a span that is a tool call ($ai_span_type tool, or mcp_tools) */
	EVENT_PERSONLESS = 1 << 11, /* $process_person_profile false */
	EVENT_SUSPECT = 1 << 12,    /* holds a value that cannot be: see event_suspect */
	EVENT_IRREGULAR =
		1 << 13, /* the line holds raw control bytes, invalid UTF-8 or lone surrogates */
	EVENT_OTEL = 1 << 14,            /* the timestamp is the start, not the end */
	EVENT_COST_ESTIMATED = 1 << 15,  /* the cost was computed here, or only one side was sent */
	EVENT_RUNNING = 1 << 16,         /* no latency, output, error, stop reason or status yet */
	EVENT_CACHE_EXCLUSIVE = 1 << 17, /* cache tokens stand beside the input: as
	                                $ai_cache_reporting_exclusive says, else, of calls, by
	                                PostHog's rule (cost/cost.h) */
	EVENT_NO_UUID = 1 << 18,         /* the event carried none: never a duplicate */
	EVENT_MORE_TOKENS = 1 << 19,     /* set with the extras: they have EVENT_CACHE_WRITE or
	                                EVENT_REASONING */
	EVENT_COST_INCOMPLETE = 1 << 20, /* some of it has no price: the cost is what is known */
	EVENT_COST_MISMATCH =
		1 << 21, /* what was sent and the sum computed here differ by over 1 % */
	/* This part of the cost was not sent: its extra was computed here. */
	EVENT_COST_INPUT_COMPUTED = 1 << 22,
	EVENT_COST_OUTPUT_COMPUTED = 1 << 23,
	EVENT_COST_REQUEST_COMPUTED = 1 << 24,
	EVENT_COST_SEARCH_COMPUTED = 1 << 25,
};

#define EVENT_NONE     UINT32_MAX /* no event */
#define EVENT_NO_COST  INT64_MIN
#define EVENT_UNKNOWN  INT64_MIN        /* of latency and tokens, as the getters below give it */
#define EVENT_ABSENT32 UINT32_MAX       /* in the record: not known */
#define EVENT_WIDE32   (UINT32_MAX - 1) /* in the record: too large for it, see the extra */

struct event {
	int64_t time;     /* timestamp as sent, microseconds; TIME_NONE if missing or unparsable */
	int64_t cost;     /* USD * 1e12, as sent, else computed here; EVENT_NO_COST if unknown */
	uint64_t place;   /* journal number << 48 | byte offset of the event's JSON in it */
	uint32_t length;  /* bytes of that JSON */
	uint32_t flags;   /* enum event_flags, kind in the low bits */
	uint32_t latency; /* microseconds */
	uint32_t input, output, cache_read; /* tokens as sent */
	uint32_t span, parent, trace,
		user;   /* numbers in ids; 0 absent. span falls back to $ai_generation_id first */
	uint32_t name;  /* number in strings: $ai_span_name, on $ai_trace else $ai_trace_name */
	uint32_t model; /* number in the table of (model, provider) pairs; 0: neither */
};

/* Sparse extras: a number for an event that few have. Strings are numbers in strings. */
enum event_field {
	EVENT_FIRST_TOKEN, /* time to first token, microseconds */
	EVENT_CACHE_WRITE, /* tokens */
	EVENT_REASONING,   /* tokens */
	/* USD * 1e12, as sent, else computed here: see EVENT_COST_INPUT_COMPUTED. The cache's part, of reads and writes, is
	 * within the input's; it is always computed. Exact but for amounts of over a million USD and negative ones (extras.h). */
	EVENT_COST_INPUT,
	EVENT_COST_OUTPUT,
	EVENT_COST_REQUEST,
	EVENT_COST_SEARCH,
	EVENT_COST_CACHE,
	EVENT_HTTP_STATUS,
	EVENT_STOP_REASON, /* string */
	EVENT_SPAN_TYPE,   /* string */
	EVENT_FRAMEWORK,   /* string */
	EVENT_LIBRARY,     /* string: $ai_lib, else $lib */
	EVENT_NAME,        /* string: the event's own name, for EVENT_OTHER_AI */
	EVENT_ERROR_TEXT, /* where $ai_error's raw JSON stands in the event: offset << 32 | length */
	EVENT_WIDE_LATENCY,
	EVENT_WIDE_INPUT,
	EVENT_WIDE_OUTPUT,
	EVENT_WIDE_CACHE_READ,
	EVENT_SPAN_SENT,   /* id: $ai_span_id (0: none) where $ai_generation_id names the node */
	EVENT_SUSPECT_WHY, /* enum event_suspect bits */
	EVENT_ARGUMENTS,   /* of EVENT_TOOL: a hash of what it was called with, the process's own */
	EVENT_FIELDS,
};

enum event_suspect {
	SUSPECT_LATENCY = 1,     /* over an hour, or negative */
	SUSPECT_FIRST_TOKEN = 2, /* longer than ten times the latency, or negative */
	SUSPECT_TOKENS =
		4, /* a count that is negative, absurd or no whole number: left out; or more cached
	                       tokens than there are */
	SUSPECT_COST =
		8, /* no finite number, or negative: left out if it is no number, or a price */
	SUSPECT_ID =
		16, /* an id with characters outside PostHog's alphabet (letters, digits, -_~.@()!':|) or over 200 bytes */
	SUSPECT_TIME = 32, /* missing or unparsable timestamp */
};

static inline enum event_kind event_kind(const struct event *e)
{
	return (enum event_kind)(e->flags & EVENT_KIND_MASK);
}
/* A generation or embedding: what a model was called for, and what it is charged for. */
static inline bool event_flags_call(uint32_t flags)
{
	uint32_t kind = flags & EVENT_KIND_MASK;

	return kind == EVENT_GENERATION || kind == EVENT_EMBEDDING;
}
static inline bool event_is_call(const struct event *e)
{
	return event_flags_call(e->flags);
}
/* Whether a part of its cost, one of EVENT_COST_INPUT..EVENT_COST_CACHE, was computed here, if it is there. */
static inline bool event_cost_computed(const struct event *e, enum event_field part)
{
	return part == EVENT_COST_CACHE ||
	       (e->flags & (uint32_t)EVENT_COST_INPUT_COMPUTED << (part - EVENT_COST_INPUT)) != 0;
}
static inline uint32_t event_journal(const struct event *e)
{
	return (uint32_t)(e->place >> 48);
}
static inline uint64_t event_offset(const struct event *e)
{
	return e->place & ((UINT64_C(1) << 48) - 1);
}

#endif
