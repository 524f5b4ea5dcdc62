/* Protobuf to spans: a reader of the fields that matter, by their numbers in opentelemetry-proto
 * (collector, trace, logs, common, resource, v1). Everything else, groups too, is passed over, so
 * that a newer exporter is understood as far as it can be.
 *
 * A field that others depend on may come after them, so a message is gone through once for each of
 * the two: resource before spans, scope before spans.
 *
 * Invariants: nothing is read outside the request; a length that lies ends everything, with the
 * byte where it stands. Strings are borrowed, never copied. */
#include "collect/otlp_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum wire_type { WIRE_VARINT, WIRE_FIXED64, WIRE_BYTES, WIRE_GROUP, WIRE_GROUP_END, WIRE_FIXED32 };

/* The fields that are read. */
enum {
	REQUEST_RESOURCES = 1, /* resource_spans, resource_logs */
	RESOURCES_RESOURCE = 1,
	RESOURCES_SCOPES = 2,
	RESOURCE_ATTRIBUTES = 1,
	SCOPES_SCOPE = 1,
	SCOPES_SPANS = 2, /* log_records, too */
	SCOPE_VERSION = 2,
	SPAN_TRACE_ID = 1,
	SPAN_SPAN_ID = 2,
	SPAN_PARENT_ID = 4,
	SPAN_NAME = 5,
	SPAN_START = 7,
	SPAN_END = 8,
	SPAN_ATTRIBUTES = 9,
	SPAN_EVENTS = 11,
	SPAN_STATUS = 15,
	EVENT_NAME = 2,
	EVENT_ATTRIBUTES = 3,
	STATUS_MESSAGE = 2,
	STATUS_CODE = 3,
	STATUS_ERROR = 2, /* a code */
	RECORD_TIME = 1,
	RECORD_BODY = 5,
	RECORD_ATTRIBUTES = 6,
	RECORD_TRACE_ID = 9,
	RECORD_SPAN_ID = 10,
	RECORD_OBSERVED = 11,
	RECORD_EVENT_NAME = 12,
	KEY = 1, /* of an attribute */
	VALUE = 2,
	VALUE_STRING = 1,
	VALUE_BOOL = 2,
	VALUE_INT = 3,
	VALUE_DOUBLE = 4,
	VALUE_ARRAY = 5, /* in it, 1 is every value */
	VALUE_MAP = 6,   /* in it, 1 is every attribute */
	VALUE_BYTES = 7,
	MEMBERS = 1,
};

struct field {
	uint64_t number;
	enum wire_type type;
	uint64_t value;   /* of VARINT and FIXED64 */
	struct str bytes; /* of BYTES */
};

/* ---- the wire ---- */

/* At its end a slice still points into the request, so that the place can be told. */
static void advance(struct str *rest, size_t n)
{
	rest->p += n;
	rest->n -= n;
}

static bool varint(struct otlp *o, struct str *rest, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < rest->n && i < 10; i++) {
		uint64_t byte = (unsigned char)rest->p[i];

		*out |= (byte & 0x7F) << (7 * i);
		if (byte < 0x80) {
			advance(rest, i + 1);
			return true;
		}
	}
	return otlp_break(o, rest->p);
}

static bool fixed(struct otlp *o, struct str *rest, size_t n, uint64_t *out)
{
	if (rest->n < n)
		return otlp_break(o, rest->p);
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out |= (uint64_t)(unsigned char)rest->p[i] << (8 * i);
	advance(rest, n);
	return true;
}

static bool bytes(struct otlp *o, struct str *rest, struct str *out)
{
	const char *at = rest->p;
	uint64_t n;

	if (!varint(o, rest, &n))
		return false;
	if (n > rest->n)
		return otlp_break(o, at);
	*out = (struct str){rest->p, (size_t)n};
	advance(rest, (size_t)n);
	return true;
}

static bool one_field(struct otlp *o, struct str *rest, struct field *f)
{
	const char *at = rest->p;
	uint64_t tag;

	*f = (struct field){0};
	if (!varint(o, rest, &tag))
		return false;
	f->number = tag >> 3;
	f->type = tag & 7;
	if (f->number == 0)
		return otlp_break(o, at);
	switch (f->type) {
	case WIRE_VARINT:
		return varint(o, rest, &f->value);
	case WIRE_FIXED64:
		return fixed(o, rest, 8, &f->value);
	case WIRE_BYTES:
		return bytes(o, rest, &f->bytes);
	case WIRE_FIXED32:
		return fixed(o, rest, 4, &f->value);
	case WIRE_GROUP:
	case WIRE_GROUP_END:
		return true;
	}
	return otlp_break(o, at);
}

/* The next field that is in no group; false at the end, or where the message is broken. */
static bool next(struct otlp *o, struct str *rest, struct field *f)
{
	size_t groups = 0;

	while (rest->n > 0 && !o->broken) {
		const char *at = rest->p;

		if (!one_field(o, rest, f))
			return false;
		if (f->type == WIRE_GROUP)
			groups++;
		else if (f->type == WIRE_GROUP_END && groups-- == 0)
			return otlp_break(o, at);
		else if (f->type != WIRE_GROUP_END && groups == 0)
			return true;
	}
	return groups > 0 && otlp_break(o, rest->p);
}

static bool is(const struct field *f, uint64_t number, enum wire_type type)
{
	return f->number == number && f->type == type;
}

/* ---- values ---- */

static void put_double(struct buf *out, uint64_t bits)
{
	char text[32];
	double value;

	memcpy(&value, &bits, sizeof(value));
	if (!isfinite(value)) {
		buf_puts(out, "null");
		return;
	}
	/* The shortest that reads back as the same. */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_puts(out, text);
}

static bool put_value(struct otlp *o, struct str message, struct buf *out, unsigned depth);

static void put_array(struct otlp *o, struct str rest, struct buf *out, unsigned depth)
{
	struct field f;

	buf_add(out, '[');
	while (next(o, &rest, &f)) {
		size_t before = out->n;

		if (!is(&f, MEMBERS, WIRE_BYTES))
			continue;
		otlp_separate(out);
		if (!put_value(o, f.bytes, out, depth))
			out->n = before;
	}
	buf_add(out, ']');
}

static bool read_pair(struct otlp *o, struct str rest, struct str *key, struct str *value)
{
	struct field f;

	*key = *value = STR_EMPTY;
	while (next(o, &rest, &f)) {
		if (is(&f, KEY, WIRE_BYTES))
			*key = f.bytes;
		else if (is(&f, VALUE, WIRE_BYTES))
			*value = f.bytes;
	}
	return key->n > 0 && value->n > 0;
}

static void put_map(struct otlp *o, struct str rest, struct buf *out, unsigned depth)
{
	struct field f;

	buf_add(out, '{');
	while (next(o, &rest, &f)) {
		size_t before = out->n;
		struct str key, value;

		if (!is(&f, MEMBERS, WIRE_BYTES) || !read_pair(o, f.bytes, &key, &value))
			continue;
		otlp_separate(out);
		otlp_put(out, otlp_text(key));
		buf_add(out, ':');
		if (!put_value(o, value, out, depth))
			out->n = before;
	}
	buf_add(out, '}');
}

static bool put_field(struct otlp *o, const struct field *f, struct buf *out, unsigned depth)
{
	if (is(f, VALUE_STRING, WIRE_BYTES))
		otlp_put(out, otlp_text(f->bytes));
	else if (is(f, VALUE_BOOL, WIRE_VARINT))
		buf_puts(out, f->value ? "true" : "false");
	else if (is(f, VALUE_INT, WIRE_VARINT))
		buf_printf(out, "%" PRId64, (int64_t)f->value);
	else if (is(f, VALUE_DOUBLE, WIRE_FIXED64))
		put_double(out, f->value);
	else if (is(f, VALUE_ARRAY, WIRE_BYTES))
		put_array(o, f->bytes, out, depth);
	else if (is(f, VALUE_MAP, WIRE_BYTES))
		put_map(o, f->bytes, out, depth);
	else if (is(f, VALUE_BYTES, WIRE_BYTES))
		otlp_put_hex(out, f->bytes);
	else
		return false;
	return true;
}

/* The one field of a value that is set: the last. */
static bool value_field(struct otlp *o, struct str rest, struct field *found)
{
	struct field f;

	*found = (struct field){0};
	while (next(o, &rest, &f))
		if (f.number >= VALUE_STRING && f.number <= VALUE_BYTES)
			*found = f;
	return found->number > 0;
}

/* False: there is none, and nothing that matters was appended. */
static bool put_value(struct otlp *o, struct str message, struct buf *out, unsigned depth)
{
	struct field f;

	if (depth == OTLP_MAX_DEPTH)
		return otlp_too_deep(o, message.p);
	return value_field(o, message, &f) && put_field(o, &f, out, depth + 1);
}

/* False: the value is null, or none that is known. */
static bool read_value(struct otlp *o, struct str message, struct otlp_value *value)
{
	struct buf *out = &o->scratch;
	struct field f;
	bool any;

	if (!value_field(o, message, &f))
		return false;
	if (is(&f, VALUE_STRING, WIRE_BYTES)) {
		*value = otlp_text(f.bytes);
		return true;
	}
	any = put_field(o, &f, out, 1);
	*value = otlp_json(arena_copy(o->arena, buf_str(out)));
	buf_clear(out);
	return any;
}

static void read_attribute(struct otlp *o, struct str message)
{
	struct otlp_value value;
	struct str key, inner;

	if (read_pair(o, message, &key, &inner) && read_value(o, inner, &value))
		otlp_list_add(o->list, key, value);
}

/* ---- spans and records ---- */

static void read_event(struct otlp *o, struct str rest)
{
	struct str name = STR_EMPTY;
	struct field f;

	otlp_begin_event(o);
	while (next(o, &rest, &f)) {
		if (is(&f, EVENT_NAME, WIRE_BYTES))
			name = f.bytes;
		else if (is(&f, EVENT_ATTRIBUTES, WIRE_BYTES))
			read_attribute(o, f.bytes);
	}
	otlp_end_event(o, name);
}

static void read_status(struct otlp *o, struct str rest)
{
	struct otlp_span *span = &o->span;
	struct field f;

	while (next(o, &rest, &f)) {
		if (is(&f, STATUS_MESSAGE, WIRE_BYTES))
			span->status = otlp_text(f.bytes);
		else if (is(&f, STATUS_CODE, WIRE_VARINT))
			span->failed = f.value == STATUS_ERROR;
	}
}

static void read_span_bytes(struct otlp *o, const struct field *f)
{
	struct otlp_span *span = &o->span;

	switch (f->number) {
	case SPAN_TRACE_ID:
		span->trace_id = otlp_hex_id(o, f->bytes);
		break;
	case SPAN_SPAN_ID:
		span->span_id = otlp_hex_id(o, f->bytes);
		break;
	case SPAN_PARENT_ID:
		span->parent_id = otlp_hex_id(o, f->bytes);
		break;
	case SPAN_NAME:
		span->name = otlp_text(f->bytes);
		break;
	case SPAN_ATTRIBUTES:
		read_attribute(o, f->bytes);
		break;
	case SPAN_EVENTS:
		read_event(o, f->bytes);
		break;
	case SPAN_STATUS:
		read_status(o, f->bytes);
		break;
	default:
		break;
	}
}

static void read_span(struct otlp *o, struct str rest)
{
	struct field f;

	while (next(o, &rest, &f)) {
		if (f.type == WIRE_BYTES)
			read_span_bytes(o, &f);
		else if (is(&f, SPAN_START, WIRE_FIXED64))
			o->span.start = f.value;
		else if (is(&f, SPAN_END, WIRE_FIXED64))
			o->span.end = f.value;
	}
}

static void read_record_bytes(struct otlp *o, const struct field *f)
{
	struct otlp_span *record = &o->span;

	switch (f->number) {
	case RECORD_BODY:
		read_value(o, f->bytes, &record->body);
		break;
	case RECORD_ATTRIBUTES:
		read_attribute(o, f->bytes);
		break;
	case RECORD_TRACE_ID:
		record->trace_id = otlp_hex_id(o, f->bytes);
		break;
	case RECORD_SPAN_ID:
		record->span_id = otlp_hex_id(o, f->bytes);
		break;
	case RECORD_EVENT_NAME:
		record->name = otlp_text(f->bytes);
		break;
	default:
		break;
	}
}

static void read_record(struct otlp *o, struct str rest)
{
	struct field f;

	while (next(o, &rest, &f)) {
		if (f.type == WIRE_BYTES)
			read_record_bytes(o, &f);
		else if (is(&f, RECORD_TIME, WIRE_FIXED64))
			o->span.start = f.value;
		else if (is(&f, RECORD_OBSERVED, WIRE_FIXED64))
			o->span.observed = f.value;
	}
}

/* ---- what they stand in ---- */

static void read_scope(struct otlp *o, struct str rest)
{
	struct field f;

	while (next(o, &rest, &f))
		if (is(&f, SCOPE_VERSION, WIRE_BYTES))
			o->version = otlp_text(f.bytes);
}

static void read_scopes(struct otlp *o, struct str message)
{
	struct str rest = message;
	struct field f;

	o->version = otlp_text(STR_EMPTY);
	while (next(o, &rest, &f))
		if (is(&f, SCOPES_SCOPE, WIRE_BYTES))
			read_scope(o, f.bytes);
	for (rest = message; next(o, &rest, &f);) {
		if (!is(&f, SCOPES_SPANS, WIRE_BYTES))
			continue;
		otlp_begin_span(o, f.bytes);
		if (o->logs)
			read_record(o, f.bytes);
		else
			read_span(o, f.bytes);
		otlp_end_span(o);
	}
}

static void read_resource(struct otlp *o, struct str rest)
{
	struct field f;

	while (next(o, &rest, &f))
		if (is(&f, RESOURCE_ATTRIBUTES, WIRE_BYTES))
			read_attribute(o, f.bytes);
}

static void read_resources(struct otlp *o, struct str message)
{
	struct str rest = message;
	struct field f;

	otlp_begin_resources(o);
	while (next(o, &rest, &f))
		if (is(&f, RESOURCES_RESOURCE, WIRE_BYTES))
			read_resource(o, f.bytes);
	otlp_end_resource(o);
	for (rest = message; next(o, &rest, &f);)
		if (is(&f, RESOURCES_SCOPES, WIRE_BYTES))
			read_scopes(o, f.bytes);
}

void otlp_proto_read(struct otlp *o)
{
	struct str rest = o->request;
	struct field f;

	while (next(o, &rest, &f))
		if (is(&f, REQUEST_RESOURCES, WIRE_BYTES))
			read_resources(o, f.bytes);
}
