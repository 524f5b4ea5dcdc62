/* A request's spans, one after the other, into the text of a batch.
 *
 * Invariants: memory of a span is given back before the next one; the batch never grows over
 * CAPTURE_MAX_LINES.
 *
 * Left to others: bytes to spans (otlp_proto.c, otlp_json.c), what a span means (otlp_map.c,
 * otlp_record.c), events to journal lines (flatten.c). */
#include "collect/otlp.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"
#include "collect/otlp_internal.h"
#include "collect/uuid.h"

#include <string.h>

#define KEPT ((size_t)1 << 20) /* bytes of memory of one span that stay for the next */

/* ---- what readers call ---- */

/* Of a resource: what describes the machine and the SDK, as PostHog leaves it out. */
static const char *const noise[] = {"host.", "process.", "os.", "telemetry.", NULL};

static bool is_noise(struct str key)
{
	for (size_t i = 0; noise[i]; i++)
		if (str_starts(key, str_of(noise[i])))
			return true;
	return false;
}

void otlp_begin_resources(struct otlp *o)
{
	arena_free(&o->lasting);
	o->resource.n = 0;
	o->list = &o->resource;
	o->arena = &o->lasting;
}

void otlp_end_resource(struct otlp *o)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->resource.n; i++)
		if (!is_noise(o->resource.at[i].key))
			o->resource.at[kept++] = o->resource.at[i];
	o->resource.n = kept;
}

void otlp_begin_span(struct otlp *o, struct str bytes)
{
	struct otlp_list attributes = o->span.attributes, exception = o->span.exception;

	attributes.n = exception.n = 0;
	o->span = (struct otlp_span){
		.bytes = bytes, .attributes = attributes, .exception = exception};
	o->list = &o->span.attributes;
	o->arena = &o->made;
}

void otlp_begin_event(struct otlp *o)
{
	o->inner.n = 0;
	o->list = &o->inner;
}

void otlp_end_event(struct otlp *o, struct str name)
{
	static const char *const marks[] = {"exception.message", "exception.type", NULL};
	struct otlp_list read = o->inner;

	o->list = &o->span.attributes;
	if (!str_eq(name, STR("exception")) && !otlp_list_has_any(&read, marks))
		return;
	o->inner = o->span.exception;
	o->span.exception = read;
}

bool otlp_break(struct otlp *o, const char *at)
{
	if (!o->broken)
		o->broken = at;
	return false;
}

bool otlp_too_deep(struct otlp *o, const char *at)
{
	o->deep = !o->broken;
	return otlp_break(o, at);
}

struct str otlp_hex_id(struct otlp *o, struct str bytes)
{
	struct buf hex = {0};
	struct str id = STR_EMPTY;
	bool any = false;

	for (size_t i = 0; i < bytes.n; i++)
		any |= bytes.p[i] != 0;
	if (!any)
		return id;
	otlp_put_hex(&hex, bytes);
	id = arena_copy(&o->made, str_sub(buf_str(&hex), 1, hex.n - 2));
	buf_free(&hex);
	return id;
}

/* ---- writing ---- */

/* The same for what an exporter sends again: of a span made from its ids, of anything without both
 * from its bytes. Version 8 of RFC 9562 leaves to us what is in it. */
void otlp_make_uuid(const struct otlp *o, uint8_t uuid[UUID_BYTES])
{
	const struct otlp_span *span = &o->span;
	struct buf ids = {0};

	buf_append(&ids, span->trace_id);
	buf_add(&ids, '/');
	buf_append(&ids, span->span_id);
	if (o->logs || span->trace_id.n == 0 || span->span_id.n == 0)
		buf_append(&ids, span->bytes);
	hash128_lasting(buf_str(&ids), uuid);
	uuid[6] = (uint8_t)(0x80 | (uuid[6] & 0x0F));
	uuid[8] = (uint8_t)(0x80 | (uuid[8] & 0x3F));
	buf_free(&ids);
}

static void put_properties(struct buf *out, const struct otlp_list *list)
{
	buf_add(out, '{');
	for (size_t i = 0; i < list->n; i++) {
		const struct otlp_attribute *a = &list->at[i];

		if (a->key.n == 0)
			continue;
		otlp_separate(out);
		otlp_put(out, otlp_text(a->key));
		buf_add(out, ':');
		otlp_put(out, a->value);
	}
	buf_add(out, '}');
}

static void put_event(struct otlp *o, const struct otlp_event *event)
{
	static const char *const names[] = {
		[OTLP_SPAN] = "$ai_span",
		[OTLP_GENERATION] = "$ai_generation",
		[OTLP_EMBEDDING] = "$ai_embedding",
		[OTLP_TRACE] = "$ai_trace",
		[OTLP_EVALUATION] = "$ai_evaluation",
	};
	uint64_t start = o->span.start ? o->span.start : o->span.observed;
	struct buf *out = o->batch;
	uint8_t uuid[UUID_BYTES];

	otlp_make_uuid(o, uuid);
	otlp_separate(out);
	buf_puts(out, "{\"uuid\":\"");
	uuid_append(out, uuid);
	buf_puts(out, "\",\"event\":\"");
	buf_puts(out, names[event->kind]);
	buf_puts(out, "\",\"distinct_id\":");
	otlp_put(out, event->distinct_id);
	if (start > 0) {
		buf_puts(out, ",\"timestamp\":\"");
		time_append_rfc3339(out, (int64_t)(start / 1000));
		buf_add(out, '"');
	}
	buf_puts(out, ",\"properties\":");
	put_properties(out, &o->properties);
	buf_add(out, '}');
}

static void add_all(struct otlp_list *to, const struct otlp_list *from)
{
	for (size_t i = 0; i < from->n; i++)
		otlp_list_add(to, from->at[i].key, from->at[i].value);
}

static void take_span(struct otlp *o)
{
	struct otlp_event event = {.properties = &o->properties, .o = o};

	if (!(o->logs ? otlp_is_evaluation(o) : otlp_is_ai(&o->span.attributes))) {
		o->counts.skipped++;
		return;
	}
	o->properties.n = 0;
	add_all(&o->properties, &o->resource);
	add_all(&o->properties, &o->span.attributes);
	if (o->logs)
		otlp_map_record(&event);
	else
		otlp_map_span(&event);
	put_event(o, &event);
	o->counts.events++;
}

void otlp_end_span(struct otlp *o)
{
	if (!o->broken)
		take_span(o);
	if (o->batch->full)
		otlp_break(o, o->span.bytes.p);
	if (o->made.bytes > KEPT)
		arena_free(&o->made);
}

/* ---- requests ---- */

static bool has_type(const struct capture_request *r, struct str type)
{
	struct str sent = str_trim(r->content_type);

	return str_find(str_sub(sent, 0, type.n), type, 0, true) == 0;
}

bool otlp_is_protobuf(const struct capture_request *r)
{
	return has_type(r, STR("application/x-protobuf")) ||
	       has_type(r, STR("application/protobuf"));
}

static int refuse(struct errinfo *e, int status, const char *text)
{
	err_set(e, status == 413 ? ERR_LIMIT : ERR_PARSE, "%s", text);
	return status;
}

static int check_json(struct otlp *o, struct errinfo *e)
{
	struct json_want want = {.outer = o->none};
	struct json_report report;
	struct json_slice unused;
	enum json_type top;
	enum json_fault fault = json_skim(o->request, &want, &unused, NULL, &top, &report);

	if (fault == JSON_OK && top == JSON_OBJECT)
		return 0;
	if (fault == JSON_OK)
		return refuse(e, 400, "failed to parse request: the body is no JSON object");
	err_set(e, ERR_PARSE, "failed to parse request: the body %s at byte %zu",
	        json_fault_text(fault), report.pos);
	return 400;
}

static int read_request(struct otlp *o, const struct capture_request *r, struct errinfo *e)
{
	int status = otlp_is_protobuf(r) ? 0 : check_json(o, e);

	if (status != 0)
		return status;
	if (otlp_is_protobuf(r))
		otlp_proto_read(o);
	else
		otlp_json_read(o);
	if (o->batch->full)
		return refuse(e, 413, "maximum event size exceeded: too many spans");
	if (!o->broken)
		return 0;
	err_set(e, ERR_PARSE, "failed to parse request: %s at byte %zu",
	        o->deep ? "a value is nested too deep" : "the protobuf is broken",
	        (size_t)(o->broken - o->request.p));
	return 400;
}

static void release(struct otlp *o)
{
	struct otlp_list *lists[] = {&o->resource, &o->span.attributes, &o->span.exception,
	                             &o->inner, &o->properties};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		mem_free(lists[i]->at);
	arena_free(&o->lasting);
	arena_free(&o->made);
	buf_free(&o->scratch);
	json_keys_free(o->none);
}

int otlp_batch(const struct capture_request *r, struct str body, enum capture_dialect dialect,
               struct buf *batch, struct otlp_counts *counts, struct errinfo *e)
{
	struct otlp o = {
		.request = body,
		.logs = dialect == CAPTURE_OTEL_LOGS,
		.batch = batch,
	};
	int status;

	if (!otlp_is_protobuf(r) && !has_type(r, STR("application/json")))
		return refuse(e, 415,
		              "failed to decode request: the content type is neither "
		              "application/x-protobuf nor application/json");
	o.none = json_keys_new(NULL, 0);
	batch->max = CAPTURE_MAX_LINES;
	buf_puts(batch, "{\"batch\":[");
	status = read_request(&o, r, e);
	buf_puts(batch, "]}");
	*counts = o.counts;
	release(&o);
	return status;
}
