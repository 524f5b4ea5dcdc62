/* What the tests of listings share: lines, and a table with its model that they are fed to. */
#ifndef SUPPORT_LISTING_BENCH_H
#define SUPPORT_LISTING_BENCH_H

#include "index/record.h"
#include "support/events_fixture.h"

#define USD     INT64_C(1000000000000)
#define FETCHED "2026-11-22T10:00:00Z"
#define LATER   "2026-11-22T11:00:00Z"
#define FIRST   "2026-11-22T09:00:00Z"
#define LAST    "2026-11-22T09:00:30Z"

#define LISTED(what, fetched, properties)                          \
	"{\"event\":\"$listed_" what "\",\"timestamp\":\"" fetched \
	"\",\"distinct_id\":\"ann\",\"properties\":{" properties "}}"
#define COUNTS(generations, errors, unpriced)                                       \
	"\"generations\":" #generations                                             \
	",\"embeddings\":0,\"spans\":1,\"traces\":1,\"metrics\":0,\"feedbacks\":0," \
	"\"errors\":" #errors ",\"unpriced\":" #unpriced
#define TIMES "\"first_time\":\"" FIRST "\",\"last_time\":\"" LAST "\""
#define SUMS                                                                                       \
	"\"$ai_input_tokens\":300,\"$ai_output_tokens\":70,\"$ai_cache_read_input_tokens\":20,"    \
	"\"$ai_cache_creation_input_tokens\":4,\"$ai_reasoning_tokens\":9,\"$ai_total_cost_usd\":" \
	"0.25,\"$ai_latency\":4.5"

/* Of trace T, in session S: three generations, a span, a $ai_trace. */
#define COUNTED                                                                                    \
	LISTED("trace", FETCHED,                                                                   \
	       "\"$ai_trace_id\":\"T\",\"$ai_session_id\":\"S\",\"$ai_span_name\":\"chat\"," TIMES \
	       "," COUNTS(3, 1, 1) "," SUMS)
#define PLAIN                  \
	LISTED("trace", LATER, \
	       "\"$ai_trace_id\":\"T\",\"$ai_session_id\":\"R\",\"$ai_span_name\":\"plain\"," TIMES)
#define OPENED LISTED("trace", LATER, "\"$ai_trace_id\":\"T\",\"opened\":true,\"bodies\":\"later\"")
#define EVENT(kind, uuid, time, properties)                                                        \
	"{\"event\":\"$ai_" kind "\",\"uuid\":\"" uuid "\",\"distinct_id\":\"bob\",\"timestamp\":" \
	"\"2026-11-22T09:00:" time "Z\",\"properties\":{\"$ai_trace_id\":\"T\"" properties "}}"
#define GENERATION(uuid, time)          \
	EVENT("generation", uuid, time, \
	      ",\"$ai_input_tokens\":100,\"$ai_total_cost_usd\":0.5,\"$ai_latency\":2")

#define SESSION(fetched, properties) \
	LISTED("session", fetched, "\"$ai_session_id\":\"S\"," TIMES properties)
#define SESSION_COUNTS(generations, traces)                                                      \
	",\"generations\":" #generations ",\"embeddings\":0,\"spans\":4,\"traces\":" #traces "," \
	"\"metrics\":0,\"feedbacks\":0,\"errors\":2,\"unpriced\":0,\"$ai_total_cost_usd\":7"

struct listing_bench {
	struct fixture f;
	struct record_reader *reader;
	struct events batch;
	struct record_counts counts;
	uint64_t offset;
};

/* Setup and teardown of a test; *state is the bench. */
int listing_bench_enter(void **state);
int listing_bench_leave(void **state);

/* Into the batch; the line must be a good one. Its place is behind the line before. */
void listing_bench_read(struct listing_bench *b, const char *line);
/* Takes the batch into the table, bit by bit, and tells the model, as the explorer does. */
void listing_bench_take(struct listing_bench *b);
/* Both. */
void listing_bench_feed(struct listing_bench *b, const char *line);
/* All of it is forgotten, but for the offset of the next line. */
void listing_bench_empty(struct listing_bench *b);

/* By their ids; MODEL_NONE and NULL. */
uint32_t listing_bench_number(const struct listing_bench *b, const char *trace);
const struct session *listing_bench_session(const struct listing_bench *b, const char *id);
/* Rows and the head line agree, whatever was looked at before. */
void listing_bench_check_sums(struct listing_bench *b);

#endif
