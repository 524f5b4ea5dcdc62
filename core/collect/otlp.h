/* What OpenTelemetry's exporters send, turned into a batch as PostHog's SDKs send one: spans become
 * events by PostHog's own mapping (rust/capture/src/otel, then nodejs/src/ingestion/pipelines/ai/otel),
 * so that a local trace looks as it will there. The batch is then flattened like any other.
 *
 * Where this differs from PostHog, on purpose:
 *   - no limit on the number of spans, only on bytes: CAPTURE_MAX_INFLATED in, CAPTURE_MAX_LINES out;
 *   - an event's uuid is made from its ids (a log record's from its bytes), so that what an exporter
 *     sends twice counts once; PostHog makes a new one;
 *   - kept are what PostHog drops: Vercel's tool calls and tools (ai.response.toolCalls,
 *     ai.prompt.tools) as parts of the answer and $ai_tools, Traceloop's entity.input and .output as
 *     states, contents in parts of OpenInference's messages;
 *   - a distinct_id that nobody gave is made of the session's or trace's id with another hash.
 * As in PostHog, a span without an attribute of one of the AI conventions is left out, also where it
 * stands between two that are not: a child of it has a parent that is nowhere. */
#ifndef COLLECT_OTLP_H
#define COLLECT_OTLP_H

#include "collect/capture.h"

/* Values in arrays in values; deeper ones are refused. */
#define OTLP_MAX_DEPTH 64

struct otlp_counts {
	uint64_t events;  /* in the batch */
	uint64_t skipped; /* spans and log records that become none */
};

/* Whether the request's content type is protobuf's; the answer then is protobuf, too. */
bool otlp_is_protobuf(const struct capture_request *r);

/* The request's body, decompressed, as the text {"batch":[...]} in *batch, which must be empty: an
 * ExportTraceServiceRequest or, where the dialect says so, an ExportLogsServiceRequest, in protobuf
 * or JSON as the content type says. Of log records only gen_ai.evaluation.result are events. Gives 0,
 * or the status to answer with (400, 413, 415) and a text in e that says where; the outputs are then
 * of no use. Any thread; nothing is kept. */
int otlp_batch(const struct capture_request *r, struct str body, enum capture_dialect dialect,
               struct buf *batch, struct otlp_counts *counts, struct errinfo *e);

#endif
