/* POST /i/v0/ai: one event whose large properties come as parts of a form.
 *
 * PostHog puts these parts into a store and their addresses into the properties. Here they become the
 * properties themselves: JSON as it was sent, text as a string, anything else as base64. What comes
 * out is the event as any other request would bring it.
 *
 * The checks are PostHog's, so that what is taken here is taken there; sizes are those of the parts
 * as they come. $ai_model is asked of the events that are calls alone.
 *
 * Invariant: only text that the lexer accepted is put together with other text. */
#include "collect/payload_internal.h"

#include "base/base64.h"
#include "base/mem.h"
#include "collect/multipart.h"
#include "collect/raw.h"
#include "collect/uuid.h"
#include "json/lexer.h"
#include "json/writer.h"

#include <stdio.h>

#define MAX_PARTS    256
#define MAX_EVENT    ((size_t)32 << 10)  /* bytes of the part `event` */
#define MAX_COMBINED ((size_t)960 << 10) /* bytes of it and `event.properties` */
#define MAX_SUM      ((size_t)25 << 20)  /* bytes of all parts */

#define BLOB "event.properties."

enum member { EVENT, DISTINCT_ID, UUID, PROPERTIES, MODEL, MEMBERS };

/* A part that is read: bytes lie in the request or in one of the two buffers. */
struct content {
	struct buf inflated, repaired;
	struct str bytes;
	enum json_type type; /* of JSON, as is what follows */
	struct json_slice found[MEMBERS];
};

struct form {
	struct multipart_part parts[MAX_PARTS];
	size_t count;
	struct json_keys *keys;
	struct content event, properties, blob; /* blob: one after the other */
	struct errinfo *e;
};

static struct str shortened(struct str text)
{
	return str_sub(text, 0, 64);
}

static bool same_word(struct str a, struct str b)
{
	return a.n == b.n && str_find(a, b, 0, true) == 0;
}

static int refuse_part(struct form *f, const struct multipart_part *part, const char *why)
{
	return payload_refuse(f->e, 400, "failed to parse request: the part '%.*s' %s",
	                      STR_ARG(shortened(part->name)), why);
}

/* ---- which parts there are ---- */

static bool is_blob(const struct multipart_part *part)
{
	return str_starts(part->name, STR(BLOB));
}

static struct str blob_name(const struct multipart_part *part)
{
	return str_sub(part->name, sizeof(BLOB) - 1, SIZE_MAX);
}

static bool is_twice(const struct form *f, struct str name)
{
	size_t times = 0;

	for (size_t i = 0; i < f->count; i++)
		times += str_eq(f->parts[i].name, name);
	return times > 1;
}

/* The media type of a Content-Type, without its parameters. */
static struct str media_type(const struct multipart_part *part)
{
	struct str type = part->type.p ? part->type : STR_EMPTY;

	return str_trim(str_sub(type, 0, str_find(type, STR(";"), 0, false)));
}

static int check_blob(struct form *f, const struct multipart_part *part)
{
	struct str type = media_type(part), name = blob_name(part);

	if (name.n == 0 || str_find(name, STR("."), 0, false) != SIZE_MAX)
		return refuse_part(f, part, "names no property of the event itself");
	if (part->body.n == 0)
		return refuse_part(f, part, "is empty");
	if (!same_word(type, STR("application/json")) && !same_word(type, STR("text/plain")) &&
	    !same_word(type, STR("application/octet-stream")))
		return refuse_part(f, part,
		                   "needs a Content-Type of application/json, text/plain or "
		                   "application/octet-stream");
	return 0;
}

static int check_part(struct form *f, const struct multipart_part *part)
{
	if (part == f->parts && !str_eq(part->name, STR("event")))
		return refuse_part(f, part, "is the first one, which must be 'event'");
	if (is_twice(f, part->name))
		return refuse_part(f, part, "stands twice");
	if (is_blob(part))
		return check_blob(f, part);
	if (!str_eq(part->name, STR("event")) && !str_eq(part->name, STR("event.properties")))
		return refuse_part(f, part,
		                   "is neither 'event' nor 'event.properties' nor one of that");
	return 0;
}

static int check_sizes(struct form *f)
{
	size_t event = f->parts[0].body.n, combined = 0, sum = 0;

	for (size_t i = 0; i < f->count; i++) {
		sum += f->parts[i].body.n;
		combined += is_blob(&f->parts[i]) ? 0 : f->parts[i].body.n;
	}
	if (event > MAX_EVENT)
		return payload_refuse(
			f->e, 413, "maximum event size exceeded: the part 'event' is over 32 KiB");
	if (combined > MAX_COMBINED)
		return payload_refuse(f->e, 413,
		                      "maximum event size exceeded: the parts 'event' and "
		                      "'event.properties' are over 960 KiB");
	if (sum > MAX_SUM)
		return payload_refuse(f->e, 413,
		                      "maximum event size exceeded: all parts are over 25 MiB");
	return 0;
}

static int read_parts(struct form *f, struct str type, struct str body)
{
	struct multipart walk;
	struct multipart_part part;

	for (multipart_open(&walk, type, body); multipart_next(&walk, &part);) {
		if (f->count == MAX_PARTS)
			return payload_refuse(f->e, 400, "failed to decode request: over %d parts",
			                      MAX_PARTS);
		f->parts[f->count++] = part;
	}
	if (walk.fault)
		return payload_refuse(f->e, 400, "failed to decode request: multipart: %s",
		                      walk.fault);
	if (f->count == 0)
		return payload_refuse(f->e, 400, "failed to decode request: multipart: no part");
	for (size_t i = 0; i < f->count; i++) {
		int status = check_part(f, &f->parts[i]);

		if (status != 0)
			return status;
	}
	return check_sizes(f);
}

/* ---- what stands in them ---- */

static int read_bytes(struct form *f, const struct multipart_part *part, size_t max,
                      struct content *content)
{
	struct str encoding = part->encoding.p ? part->encoding : STR_EMPTY;
	enum payload_coding coding;
	char what[sizeof("part ''") + 64];

	content->bytes = part->body;
	if (!payload_coding_of(encoding, &coding))
		return payload_refuse(f->e, 415, "unsupported content encoding: %.*s",
		                      STR_ARG(shortened(encoding)));
	if (coding == PAYLOAD_AS_IS)
		return 0; /* a blob may be gzip by itself */
	snprintf(what, sizeof(what), "part '%.*s'", STR_ARG(shortened(part->name)));
	return payload_inflate(coding, what, max, &content->inflated, &content->bytes, f->e);
}

static enum json_fault check_json(struct form *f, struct content *content)
{
	struct json_want want = {.outer = f->keys};
	struct json_report report;

	return json_skim(content->bytes, &want, content->found, NULL, &content->type, &report);
}

static int read_json(struct form *f, const struct multipart_part *part, size_t max,
                     struct content *content)
{
	int status = read_bytes(f, part, max, content);
	enum json_fault fault;

	if (status != 0)
		return status;
	content->bytes = str_trim(content->bytes);
	fault = check_json(f, content);
	buf_clear(&content->repaired);
	if (fault != JSON_OK && raw_repair(&content->repaired, content->bytes)) {
		content->bytes = buf_str(&content->repaired);
		fault = check_json(f, content);
	}
	return fault == JSON_OK ? 0 : refuse_part(f, part, json_fault_text(fault));
}

/* ---- the event ---- */

static bool is_call(struct str name)
{
	return raw_key_is(name, STR("$ai_generation")) || raw_key_is(name, STR("$ai_embedding"));
}

static bool is_taken(struct str name)
{
	return is_call(name) || raw_key_is(name, STR("$ai_trace")) ||
	       raw_key_is(name, STR("$ai_span")) || raw_key_is(name, STR("$ai_metric")) ||
	       raw_key_is(name, STR("$ai_feedback"));
}

/* The member if it is a text, else nothing. */
static struct str text_of(const struct content *content, enum member member)
{
	struct json_slice slice = content->found[member];

	return slice.type == JSON_STRING ? json_slice_str(content->bytes, slice) : STR_EMPTY;
}

static int refuse_event(struct form *f, const char *why)
{
	return payload_refuse(f->e, 400, "failed to parse request: %s", why);
}

static int check_event(struct form *f)
{
	struct str name = text_of(&f->event, EVENT);
	uint8_t uuid[UUID_BYTES];

	if (f->event.type != JSON_OBJECT)
		return refuse_event(f, "the part 'event' is not an object");
	if (!is_taken(name))
		return refuse_event(f, "the event must be $ai_generation, $ai_embedding, $ai_span, "
		                       "$ai_trace, $ai_metric or $ai_feedback");
	if (text_of(&f->event, DISTINCT_ID).n == 0)
		return refuse_event(f, "the event has no distinct_id, or it is no string");
	if (!uuid_parse(text_of(&f->event, UUID), uuid))
		return refuse_event(f, "the event has no uuid, or it is none");
	if (f->properties.type != JSON_OBJECT)
		return refuse_event(f, "the event's properties are not an object");
	if (is_call(name) && text_of(&f->properties, MODEL).n == 0)
		return refuse_event(f, "the event has no $ai_model, or it is no string");
	return 0;
}

/* The properties are a part of their own, a member of the event, or none. */
static int read_properties(struct form *f)
{
	const struct multipart_part *part = NULL;
	struct json_slice inside = f->event.found[PROPERTIES];

	for (size_t i = 0; i < f->count; i++)
		if (str_eq(f->parts[i].name, STR("event.properties")))
			part = &f->parts[i];
	if (part && inside.type != JSON_ABSENT)
		return refuse_event(f, "the event has properties, and so has 'event.properties'");
	if (part)
		return read_json(f, part, MAX_COMBINED, &f->properties);
	f->properties.bytes = inside.type == JSON_ABSENT ? STR("{}")
	                                                 : json_slice_str(f->event.bytes, inside);
	check_json(f, &f->properties);
	return 0;
}

/* ---- one JSON of all ---- */

static void put_text(struct buf *out, struct str text)
{
	struct json_writer w = {.out = out};

	json_write_text(&w, text);
	json_writer_end(&w);
}

static void put_comma(struct buf *out)
{
	if (out->n > 0 && out->p[out->n - 1] != '{')
		buf_add(out, ',');
}

/* The members of an object as sent; left_out, if not empty, is the name of those that are not. */
static void put_members(struct buf *out, struct str object, struct str left_out)
{
	struct raw_walk walk;
	struct str key, value;

	for (bool more = raw_open(&walk, object); more && raw_next(&walk, &key, &value);) {
		if (left_out.n > 0 && raw_key_is(key, left_out))
			continue;
		put_comma(out);
		buf_add(out, '"');
		buf_append(out, key);
		buf_puts(out, "\":");
		buf_append(out, value);
	}
}

static void put_bytes(struct buf *out, struct str type, struct str bytes)
{
	if (same_word(type, STR("text/plain"))) {
		put_text(out, bytes);
	} else {
		buf_add(out, '"');
		base64_encode(out, bytes);
		buf_add(out, '"');
	}
}

static int put_blob(struct form *f, const struct multipart_part *part, struct buf *out)
{
	struct str type = media_type(part);
	bool json = same_word(type, STR("application/json"));
	int status = json ? read_json(f, part, CAPTURE_MAX_INFLATED, &f->blob)
	                  : read_bytes(f, part, CAPTURE_MAX_INFLATED, &f->blob);

	if (status != 0)
		return status;
	put_comma(out);
	put_text(out, blob_name(part));
	buf_add(out, ':');
	if (json)
		buf_append(out, f->blob.bytes);
	else
		put_bytes(out, type, f->blob.bytes);
	return 0;
}

static int put_event(struct form *f, struct buf *out)
{
	buf_clear(out);
	out->max = CAPTURE_MAX_INFLATED;
	buf_add(out, '{');
	put_members(out, f->event.bytes, STR("properties"));
	buf_puts(out, ",\"properties\":{");
	put_members(out, f->properties.bytes, STR_EMPTY);
	/* Parts that nobody can take are not inflated. */
	for (size_t i = 0; i < f->count && !out->full; i++) {
		int status = is_blob(&f->parts[i]) ? put_blob(f, &f->parts[i], out) : 0;

		if (status != 0)
			return status;
	}
	buf_puts(out, "}}");
	if (out->full)
		return payload_refuse(
			f->e, 413, "maximum event size exceeded: the parts are too large together");
	return 0;
}

static int make_event(struct form *f, struct buf *out)
{
	int status = read_json(f, &f->parts[0], MAX_COMBINED, &f->event);

	if (status == 0)
		status = read_properties(f);
	if (status == 0)
		status = check_event(f);
	return status == 0 ? put_event(f, out) : status;
}

/* ---- the answer ---- */

static void put_header(struct json_writer *w, const char *key, struct str value)
{
	json_write_key(w, key);
	if (value.p)
		json_write_text(w, value);
	else
		json_write_null(w);
}

static void put_answer(const struct form *f, struct buf *answer)
{
	struct json_writer w = {.out = answer};

	json_begin_object(&w);
	json_write_key(&w, "accepted_parts");
	json_begin_array(&w);
	for (size_t i = 0; i < f->count; i++) {
		json_begin_object(&w);
		put_header(&w, "name", f->parts[i].name);
		json_write_key(&w, "length");
		json_write_int(&w, (int64_t)f->parts[i].body.n);
		put_header(&w, "content-type", f->parts[i].type);
		put_header(&w, "content-encoding", f->parts[i].encoding);
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	json_writer_end(&w);
}

/* ---- the request ---- */

static bool has_bearer(struct str authorization)
{
	struct str text = str_trim(authorization);

	return same_word(str_sub(text, 0, 7), STR("Bearer ")) &&
	       str_trim(str_sub(text, 7, SIZE_MAX)).n > 0;
}

static struct form *form_new(struct errinfo *e)
{
	static const struct str names[MEMBERS] = {
		[EVENT] = {"event", 5},     [DISTINCT_ID] = {"distinct_id", 11},
		[UUID] = {"uuid", 4},       [PROPERTIES] = {"properties", 10},
		[MODEL] = {"$ai_model", 9},
	};
	struct form *f = mem_zero(1, sizeof(*f));

	f->keys = json_keys_new(names, MEMBERS);
	f->e = e;
	return f;
}

static void form_free(struct form *f)
{
	struct content *contents[] = {&f->event, &f->properties, &f->blob};

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		buf_free(&contents[i]->inflated);
		buf_free(&contents[i]->repaired);
	}
	json_keys_free(f->keys);
	mem_free(f);
}

bool capture_is_multipart(const struct capture_request *r)
{
	return multipart_is(r->content_type);
}

int capture_multipart(const struct capture_request *r, struct buf *out, struct str *json,
                      struct buf *answer, struct errinfo *e)
{
	struct buf inflated = {0};
	struct str body;
	struct form *f;
	int status;

	if (!has_bearer(r->authorization))
		return payload_refuse(e, 401, "event submitted without an api_key");
	status = capture_inflate(r, &inflated, &body, e);
	f = form_new(e);
	if (status == 0)
		status = read_parts(f, r->content_type, body);
	if (status == 0)
		status = make_event(f, out);
	if (status == 0)
		put_answer(f, answer);
	*json = status == 0 ? buf_str(out) : STR_EMPTY;
	form_free(f);
	buf_free(&inflated);
	return status;
}
