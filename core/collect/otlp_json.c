/* OTLP's JSON to spans: protobuf's names in camelCase, or as they stand in the .proto files; ids in
 * hex, or in base64 as protobuf's own JSON has bytes; 64-bit numbers as strings or numbers; enums as
 * numbers or names. What is null or {} is absent.
 *
 * The lexer has checked the whole text before anything is taken apart, and taking apart builds
 * nothing: values are borrowed as they were sent. As in protobuf, what others depend on may come
 * after them, so those objects are gone through twice. */
#include "collect/otlp_internal.h"

#include "base/base64.h"
#include "collect/raw.h"

#include <string.h>

/* ---- objects and arrays ---- */

typedef void read_member(struct otlp *o, struct str key, struct str value);
typedef void read_element(struct otlp *o, struct str value);

/* Nothing, if it is no object. */
static void each_member(struct otlp *o, struct str object, read_member *read)
{
	struct raw_walk walk;
	struct str key, value;

	if (!raw_open(&walk, object) || !walk.object)
		return;
	while (!o->broken && raw_next(&walk, &key, &value))
		read(o, key, value);
}

static void each_element(struct otlp *o, struct str array, read_element *read)
{
	struct raw_walk walk;
	struct str key, value;

	if (!raw_open(&walk, array) || walk.object)
		return;
	while (!o->broken && raw_next(&walk, &key, &value))
		read(o, value);
}

/* Whether the key is this name, in camelCase or with underscores: traceId, trace_id. */
static bool is(struct str key, const char *name)
{
	size_t i = 0;

	for (; *name; name++, i++) {
		bool capital = *name >= 'A' && *name <= 'Z';

		if (capital && i + 1 < key.n && key.p[i] == '_' && key.p[i + 1] == (*name | 0x20))
			i++;
		else if (i >= key.n || key.p[i] != *name)
			return false;
	}
	return i == key.n;
}

/* ---- scalars ---- */

static bool is_string(struct str value)
{
	return value.n > 0 && value.p[0] == '"';
}

/* A number may stand in a string. */
static struct str bare(struct str value)
{
	return is_string(value) ? raw_inside(value) : value;
}

/* 0 if it is none. */
static uint64_t nanoseconds(struct str value)
{
	struct str digits = bare(value);
	uint64_t number = 0;

	for (size_t i = 0; i < digits.n; i++) {
		unsigned digit = (unsigned)(digits.p[i] - '0');

		if (digit > 9 || number > (UINT64_MAX - digit) / 10)
			return 0;
		number = number * 10 + digit;
	}
	return number;
}

static struct otlp_value text_of(struct str value)
{
	return is_string(value) ? otlp_json(value) : otlp_text(STR_EMPTY);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool undo_hex(struct buf *out, struct str text)
{
	for (size_t i = 0; i + 1 < text.n; i += 2) {
		int high = hex_digit(text.p[i]), low = hex_digit(text.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		buf_add(out, (char)(high << 4 | low));
	}
	return text.n % 2 == 0;
}

/* Hex, or base64 of as many bytes as such an id has; what is neither stays, where it is plain text. */
static struct str id_of(struct otlp *o, struct str value, size_t bytes)
{
	struct str id = raw_inside(value);
	bool hex = undo_hex(&o->scratch, id);

	if (!hex) {
		buf_clear(&o->scratch);
		if (base64_is(id))
			base64_decode(&o->scratch, id);
	}
	if (hex || o->scratch.n == bytes)
		id = otlp_hex_id(o, buf_str(&o->scratch));
	buf_clear(&o->scratch);
	return memchr(id.p, '\\', id.n) ? STR_EMPTY : id;
}

/* ---- values ---- */

/* The member of an object that is not null, under its name; the last if there are several. */
static bool value_of(struct str object, struct str *name, struct str *value)
{
	struct raw_walk walk;
	struct str key, member;

	*name = STR_EMPTY;
	for (bool more = raw_open(&walk, object) && walk.object;
	     more && raw_next(&walk, &key, &member);) {
		if (str_eq(member, STR("null")))
			continue;
		*name = key;
		*value = member;
	}
	return name->n > 0;
}

/* Of an attribute; the key is whole, with its quotes. */
static bool pair_of(struct str object, struct str *key, struct str *value)
{
	struct raw_walk walk;
	struct str name, member;

	*key = *value = STR_EMPTY;
	for (bool more = raw_open(&walk, object) && walk.object;
	     more && raw_next(&walk, &name, &member);) {
		if (is(name, "key"))
			*key = member;
		else if (is(name, "value"))
			*value = member;
	}
	return raw_inside(*key).n > 0;
}

/* Anything else than a number, such as "NaN", is null. */
static void put_number(struct otlp *o, struct str value)
{
	enum json_type type;

	if (otlp_is_json(o, bare(value), &type) && type == JSON_NUMBER)
		buf_append(&o->scratch, str_trim(bare(value)));
	else
		buf_puts(&o->scratch, "null");
}

static void put_bytes(struct buf *out, struct str base64)
{
	struct buf plain = {0};

	base64_decode(&plain, base64);
	otlp_put_hex(out, buf_str(&plain));
	buf_free(&plain);
}

static bool put_value(struct otlp *o, struct str object, unsigned depth);

/* What stands in "values": of an array, or the pairs of a map. */
static void put_values(struct otlp *o, struct str object, bool map, unsigned depth)
{
	struct raw_walk walk;
	struct str name, values, key, element;
	bool more = value_of(object, &name, &values) && is(name, "values") &&
	            raw_open(&walk, values) && !walk.object;

	buf_add(&o->scratch, map ? '{' : '[');
	while (more && !o->broken && raw_next(&walk, &key, &element)) {
		size_t before = o->scratch.n;

		if (map && !pair_of(element, &key, &element))
			continue;
		otlp_separate(&o->scratch);
		if (map) {
			buf_append(&o->scratch, key);
			buf_add(&o->scratch, ':');
		}
		if (!put_value(o, element, depth))
			o->scratch.n = before;
	}
	buf_add(&o->scratch, map ? '}' : ']');
}

/* False: it is null, or none that is known; nothing was appended. */
static bool put_value(struct otlp *o, struct str object, unsigned depth)
{
	struct str name, value;

	if (depth == OTLP_MAX_DEPTH)
		return otlp_too_deep(o, object.p);
	if (!value_of(object, &name, &value))
		return false;
	if (is(name, "stringValue") || is(name, "boolValue"))
		buf_append(&o->scratch, value);
	else if (is(name, "intValue") || is(name, "doubleValue"))
		put_number(o, value);
	else if (is(name, "arrayValue"))
		put_values(o, value, false, depth + 1);
	else if (is(name, "kvlistValue"))
		put_values(o, value, true, depth + 1);
	else if (is(name, "bytesValue"))
		put_bytes(&o->scratch, raw_inside(value));
	else
		return false;
	return true;
}

/* Strings, which are nearly all, are not copied. */
static bool read_value(struct otlp *o, struct str object, struct otlp_value *out)
{
	struct str name, value;
	bool any;

	if (!value_of(object, &name, &value))
		return false;
	*out = otlp_json(value);
	if (is(name, "stringValue"))
		return is_string(value);
	any = put_value(o, object, 0);
	*out = otlp_json(arena_copy(o->arena, buf_str(&o->scratch)));
	buf_clear(&o->scratch);
	return any;
}

static void read_attribute(struct otlp *o, struct str pair)
{
	struct otlp_value read;
	struct str key, value;
	struct buf plain = {0};

	if (!pair_of(pair, &key, &value) || !read_value(o, value, &read))
		return;
	key = raw_inside(key);
	if (memchr(key.p, '\\', key.n)) {
		json_unescape(&plain, key);
		key = arena_copy(o->arena, buf_str(&plain));
		buf_free(&plain);
	}
	otlp_list_add(o->list, key, read);
}

/* ---- spans ---- */

static void read_event(struct otlp *o, struct str object)
{
	struct raw_walk walk;
	struct str key, value, name = STR_EMPTY;

	otlp_begin_event(o);
	for (bool more = raw_open(&walk, object) && walk.object;
	     more && raw_next(&walk, &key, &value);) {
		if (is(key, "name"))
			name = raw_inside(value);
		else if (is(key, "attributes"))
			each_element(o, value, read_attribute);
	}
	otlp_end_event(o, name);
}

static void read_status(struct otlp *o, struct str key, struct str value)
{
	if (is(key, "message"))
		o->span.status = text_of(value);
	else if (is(key, "code"))
		o->span.failed = str_eq(bare(value), STR("2")) ||
		                 str_eq(bare(value), STR("STATUS_CODE_ERROR"));
}

static void read_span_member(struct otlp *o, struct str key, struct str value)
{
	struct otlp_span *span = &o->span;

	if (is(key, "attributes"))
		each_element(o, value, read_attribute);
	else if (is(key, "traceId"))
		span->trace_id = id_of(o, value, 16);
	else if (is(key, "spanId"))
		span->span_id = id_of(o, value, 8);
	else if (is(key, "parentSpanId"))
		span->parent_id = id_of(o, value, 8);
	else if (is(key, "name"))
		span->name = text_of(value);
	else if (is(key, "startTimeUnixNano"))
		span->start = nanoseconds(value);
	else if (is(key, "endTimeUnixNano"))
		span->end = nanoseconds(value);
	else if (is(key, "events"))
		each_element(o, value, read_event);
	else if (is(key, "status"))
		each_member(o, value, read_status);
}

static void read_record_member(struct otlp *o, struct str key, struct str value)
{
	struct otlp_span *record = &o->span;

	if (is(key, "attributes"))
		each_element(o, value, read_attribute);
	else if (is(key, "traceId"))
		record->trace_id = id_of(o, value, 16);
	else if (is(key, "spanId"))
		record->span_id = id_of(o, value, 8);
	else if (is(key, "eventName"))
		record->name = text_of(value);
	else if (is(key, "timeUnixNano"))
		record->start = nanoseconds(value);
	else if (is(key, "observedTimeUnixNano"))
		record->observed = nanoseconds(value);
	else if (is(key, "body"))
		read_value(o, value, &record->body);
}

static void read_span(struct otlp *o, struct str object)
{
	otlp_begin_span(o, object);
	each_member(o, object, o->logs ? read_record_member : read_span_member);
	otlp_end_span(o);
}

/* ---- what they stand in ---- */

static void read_version(struct otlp *o, struct str key, struct str value)
{
	if (is(key, "version"))
		o->version = text_of(value);
}

static void read_scope(struct otlp *o, struct str key, struct str value)
{
	if (is(key, "scope"))
		each_member(o, value, read_version);
}

static void read_spans(struct otlp *o, struct str key, struct str value)
{
	if (is(key, o->logs ? "logRecords" : "spans"))
		each_element(o, value, read_span);
}

static void read_scope_spans(struct otlp *o, struct str object)
{
	o->version = otlp_text(STR_EMPTY);
	each_member(o, object, read_scope);
	each_member(o, object, read_spans);
}

static void read_resource_member(struct otlp *o, struct str key, struct str value)
{
	if (is(key, "attributes"))
		each_element(o, value, read_attribute);
}

static void read_resource(struct otlp *o, struct str key, struct str value)
{
	if (is(key, "resource"))
		each_member(o, value, read_resource_member);
}

static void read_scopes(struct otlp *o, struct str key, struct str value)
{
	if (is(key, o->logs ? "scopeLogs" : "scopeSpans"))
		each_element(o, value, read_scope_spans);
}

static void read_resource_spans(struct otlp *o, struct str object)
{
	otlp_begin_resources(o);
	each_member(o, object, read_resource);
	otlp_end_resource(o);
	each_member(o, object, read_scopes);
}

static void read_request(struct otlp *o, struct str key, struct str value)
{
	if (is(key, o->logs ? "resourceLogs" : "resourceSpans"))
		each_element(o, value, read_resource_spans);
}

void otlp_json_read(struct otlp *o)
{
	each_member(o, o->request, read_request);
}
