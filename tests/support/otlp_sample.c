#include "support/otlp_sample.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the wire ---- */

void otlp_sample_varint(struct buf *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_add(out, (char)(value | 0x80));
	buf_add(out, (char)value);
}

static void tag(struct buf *out, unsigned field, unsigned type)
{
	otlp_sample_varint(out, (uint64_t)field << 3 | type);
}

void otlp_sample_bytes(struct buf *out, unsigned field, struct str bytes)
{
	tag(out, field, 2);
	otlp_sample_varint(out, bytes.n);
	buf_append(out, bytes);
}

static void fixed64(struct buf *out, unsigned field, uint64_t value)
{
	tag(out, field, 1);
	for (unsigned i = 0; i < 8; i++)
		buf_add(out, (char)(value >> (8 * i)));
}

/* Frees the message. */
static void message(struct buf *out, unsigned field, struct buf *inner)
{
	otlp_sample_bytes(out, field, buf_str(inner));
	buf_free(inner);
}

/* ---- JSON ---- */

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

static uint64_t number(const cJSON *item)
{
	if (cJSON_IsString(item))
		return strtoull(item->valuestring, NULL, 10);
	return cJSON_IsNumber(item) ? (uint64_t)item->valuedouble : 0;
}

static void text(struct buf *out, unsigned field, const cJSON *item)
{
	if (cJSON_IsString(item))
		otlp_sample_bytes(out, field, str_of(item->valuestring));
}

static void hex(struct buf *out, unsigned field, const cJSON *item)
{
	struct buf bytes = {0};
	const char *digits = cJSON_IsString(item) ? item->valuestring : "";

	for (; digits[0] && digits[1]; digits += 2)
		buf_add(&bytes, (char)strtoul((char[]){digits[0], digits[1], '\0'}, NULL, 16));
	if (bytes.n > 0)
		otlp_sample_bytes(out, field, buf_str(&bytes));
	buf_free(&bytes);
}

/* ---- messages ---- */

static void attributes(struct buf *out, unsigned field, const cJSON *list);

static void value(struct buf *out, const cJSON *any)
{
	const cJSON *item = any ? any->child : NULL, *element;
	struct buf inner = {0};

	if (!item) {
		return;
	} else if (strcmp(item->string, "stringValue") == 0) {
		text(out, 1, item);
	} else if (strcmp(item->string, "boolValue") == 0) {
		tag(out, 2, 0);
		otlp_sample_varint(out, cJSON_IsTrue(item) ? 1 : 0);
	} else if (strcmp(item->string, "intValue") == 0) {
		tag(out, 3, 0);
		otlp_sample_varint(out, cJSON_IsString(item)
		                                ? (uint64_t)strtoll(item->valuestring, NULL, 10)
		                                : (uint64_t)(int64_t)item->valuedouble);
	} else if (strcmp(item->string, "doubleValue") == 0) {
		uint64_t bits;

		memcpy(&bits, &item->valuedouble, sizeof(bits));
		fixed64(out, 4, bits);
	} else if (strcmp(item->string, "arrayValue") == 0) {
		cJSON_ArrayForEach(element, member(item, "values"))
		{
			struct buf one = {0};

			value(&one, element);
			message(&inner, 1, &one);
		}
		message(out, 5, &inner);
	} else if (strcmp(item->string, "kvlistValue") == 0) {
		attributes(&inner, 1, member(item, "values"));
		message(out, 6, &inner);
	}
	buf_free(&inner);
}

static void attributes(struct buf *out, unsigned field, const cJSON *list)
{
	const cJSON *pair;

	cJSON_ArrayForEach(pair, list)
	{
		struct buf inner = {0}, any = {0};

		text(&inner, 1, member(pair, "key"));
		value(&any, member(pair, "value"));
		message(&inner, 2, &any);
		message(out, field, &inner);
	}
}

static void event(struct buf *out, const cJSON *item)
{
	fixed64(out, 1, number(member(item, "timeUnixNano")));
	text(out, 2, member(item, "name"));
	attributes(out, 3, member(item, "attributes"));
}

static void status(struct buf *out, const cJSON *item)
{
	text(out, 2, member(item, "message"));
	tag(out, 3, 0);
	otlp_sample_varint(out, number(member(item, "code")));
}

static void span(struct buf *out, const cJSON *item)
{
	const cJSON *one;

	hex(out, 1, member(item, "traceId"));
	hex(out, 2, member(item, "spanId"));
	hex(out, 4, member(item, "parentSpanId"));
	text(out, 5, member(item, "name"));
	tag(out, 6, 0); /* kind */
	otlp_sample_varint(out, 1);
	fixed64(out, 7, number(member(item, "startTimeUnixNano")));
	fixed64(out, 8, number(member(item, "endTimeUnixNano")));
	attributes(out, 9, member(item, "attributes"));
	cJSON_ArrayForEach(one, member(item, "events"))
	{
		struct buf inner = {0};

		event(&inner, one);
		message(out, 11, &inner);
	}
	if (member(item, "status")) {
		struct buf inner = {0};

		status(&inner, member(item, "status"));
		message(out, 15, &inner);
	}
	tag(out, 16, 5); /* flags */
	for (unsigned i = 0; i < 4; i++)
		buf_add(out, '\0');
}

static void record(struct buf *out, const cJSON *item)
{
	struct buf body = {0};

	fixed64(out, 1, number(member(item, "timeUnixNano")));
	value(&body, member(item, "body"));
	message(out, 5, &body);
	attributes(out, 6, member(item, "attributes"));
	hex(out, 9, member(item, "traceId"));
	hex(out, 10, member(item, "spanId"));
	fixed64(out, 11, number(member(item, "observedTimeUnixNano")));
	text(out, 12, member(item, "eventName"));
}

static void scope(struct buf *out, const cJSON *item)
{
	const cJSON *one;
	struct buf inner = {0};

	text(&inner, 1, member(member(item, "scope"), "name"));
	text(&inner, 2, member(member(item, "scope"), "version"));
	message(out, 1, &inner);
	cJSON_ArrayForEach(one, member(item, "spans"))
	{
		span(&inner, one);
		message(out, 2, &inner);
	}
	cJSON_ArrayForEach(one, member(item, "logRecords"))
	{
		record(&inner, one);
		message(out, 2, &inner);
	}
}

static void resources(struct buf *out, const cJSON *list, const char *scopes)
{
	const cJSON *item, *one;

	cJSON_ArrayForEach(item, list)
	{
		struct buf inner = {0}, nested = {0};

		attributes(&nested, 1, member(member(item, "resource"), "attributes"));
		message(&inner, 1, &nested);
		cJSON_ArrayForEach(one, member(item, scopes))
		{
			scope(&nested, one);
			message(&inner, 2, &nested);
		}
		message(out, 1, &inner);
	}
}

void otlp_sample_protobuf(struct buf *out, const cJSON *request)
{
	resources(out, member(request, "resourceSpans"), "scopeSpans");
	resources(out, member(request, "resourceLogs"), "scopeLogs");
}

/* ---- attributes ---- */

static cJSON *any_value(const cJSON *plain)
{
	cJSON *any = cJSON_CreateObject(), *inner, *values;
	const cJSON *element;

	if (cJSON_IsString(plain)) {
		cJSON_AddStringToObject(any, "stringValue", plain->valuestring);
	} else if (cJSON_IsBool(plain)) {
		cJSON_AddBoolToObject(any, "boolValue", cJSON_IsTrue(plain));
	} else if (cJSON_IsNumber(plain) &&
	           plain->valuedouble == (double)(int64_t)plain->valuedouble) {
		cJSON_AddNumberToObject(any, "intValue", plain->valuedouble);
	} else if (cJSON_IsNumber(plain)) {
		cJSON_AddNumberToObject(any, "doubleValue", plain->valuedouble);
	} else if (cJSON_IsObject(plain)) {
		inner = cJSON_AddObjectToObject(any, "kvlistValue");
		cJSON_AddItemToObject(inner, "values", otlp_sample_attributes(plain));
	} else if (cJSON_IsArray(plain)) {
		inner = cJSON_AddObjectToObject(any, "arrayValue");
		values = cJSON_AddArrayToObject(inner, "values");
		cJSON_ArrayForEach(element, plain) cJSON_AddItemToArray(values, any_value(element));
	}
	return any;
}

cJSON *otlp_sample_attributes(const cJSON *object)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		cJSON *pair = cJSON_CreateObject();

		cJSON_AddStringToObject(pair, "key", item->string);
		cJSON_AddItemToObject(pair, "value", any_value(item));
		cJSON_AddItemToArray(list, pair);
	}
	return list;
}

static cJSON *first_of(const cJSON *object, const char *list)
{
	return cJSON_GetArrayItem(cJSON_GetObjectItem(object, list), 0);
}

void otlp_sample_crowd(cJSON *request, int number)
{
	cJSON *span = first_of(first_of(first_of(request, "resourceSpans"), "scopeSpans"), "spans");
	cJSON *attributes = cJSON_GetObjectItem(span, "attributes"), *plain, *list;
	char name[24];

	if (!attributes)
		return;
	snprintf(name, sizeof(name), "crowd.%d", number);
	plain = cJSON_CreateObject();
	cJSON_AddStringToObject(plain, name, "x");
	list = otlp_sample_attributes(plain);
	cJSON_AddItemToArray(attributes, cJSON_DetachItemFromArray(list, 0));
	cJSON_Delete(list);
	cJSON_Delete(plain);
}
