/* Requests as OpenTelemetry's exporters send them: written in JSON, and the same in protobuf, by an
 * encoder that shares nothing with the program. */
#ifndef SUPPORT_OTLP_SAMPLE_H
#define SUPPORT_OTLP_SAMPLE_H

#include "base/buf.h"

#include <cjson/cJSON.h>

/* An ExportTraceServiceRequest or ExportLogsServiceRequest in OTLP's JSON, in protobuf. */
void otlp_sample_protobuf(struct buf *out, const cJSON *request);
/* A list of attributes as OTLP's JSON has it, of a plain object. */
cJSON *otlp_sample_attributes(const cJSON *object);

/* Adds an attribute that means nothing, the number-th, to the first span, if that has any. */
void otlp_sample_crowd(cJSON *request, int number);

/* The wire, for requests that are wrong. */
void otlp_sample_varint(struct buf *out, uint64_t value);
void otlp_sample_bytes(struct buf *out, unsigned field, struct str bytes);

#endif
