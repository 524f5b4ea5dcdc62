/* From a payload's JSON to journal lines, one event a line.
 *
 * Values are copied as the bytes that were sent. What is made here is little: a uuid and a timestamp
 * where there is none, received_at, the masks on project tokens, and for capture v1 what its SDKs
 * took out of the properties.
 *
 * A payload is checked as a whole by the lexer. If that refuses it for its depth alone, the events
 * are checked one by one, so that a bomb costs no other event: it becomes a line as it was sent,
 * which every reader reports as too deep.
 *
 * Invariant: a line holds no raw line end but its last byte. Memory: the lines, one event twice, 17
 * bytes an event of a v1 batch; nothing is built per value.
 *
 * Left to others: bytes to JSON (payload.c), taking JSON apart (raw.c), what a property means
 * (index/record.c). */
#include "collect/capture.h"

#include "base/hash.h"
#include "base/time.h"
#include "collect/mask.h"
#include "collect/raw.h"
#include "collect/uuid.h"
#include "json/lexer.h"

#include <string.h>

#define MAX_OFFSET INT64_C(4000000000000) /* milliseconds; about 127 years */
#define MADE       256                    /* bytes that a line has more than its event, about */

enum member {
	UUID,
	EVENT,
	DISTINCT_ID,
	TIMESTAMP,
	PROPERTIES,
	RECEIVED_AT,
	WRITTEN_FIRST, /* those before are written by name, the rest is copied behind them */
	SESSION_ID = WRITTEN_FIRST,
	WINDOW_ID,
	OPTIONS,
	LIFTED, /* those before go into the properties in v1 */
	TOKEN = LIFTED,
	DOLLAR_TOKEN,
	API_KEY,
	DOLLAR_DISTINCT_ID,
	OFFSET,
	DOLLAR_LIB,
	MEMBERS
};

static const struct str members[MEMBERS] = {
	[UUID] = {"uuid", 4},
	[EVENT] = {"event", 5},
	[DISTINCT_ID] = {"distinct_id", 11},
	[TIMESTAMP] = {"timestamp", 9},
	[PROPERTIES] = {"properties", 10},
	[RECEIVED_AT] = {"received_at", 11},
	[SESSION_ID] = {"session_id", 10},
	[WINDOW_ID] = {"window_id", 9},
	[OPTIONS] = {"options", 7},
	[TOKEN] = {"token", 5},
	[DOLLAR_TOKEN] = {"$token", 6},
	[API_KEY] = {"api_key", 7},
	[DOLLAR_DISTINCT_ID] = {"$distinct_id", 12},
	[OFFSET] = {"offset", 6},
	[DOLLAR_LIB] = {"$lib", 4},
};
#define LONGEST (sizeof("$distinct_id") - 1)

/* An option of capture v1 and the property that the SDK made it from. Others get a '$'. */
static const struct {
	struct str option, property;
} options[] = {
	{{"disable_skew_correction", 23}, {"$ignore_sent_at", 15}},
};

/* One verdict of a v1 answer. */
struct verdict {
	uint8_t uuid[UUID_BYTES];
	uint8_t what; /* enum verdict_kind */
};
enum verdict_kind { VERDICT_OK, VERDICT_DROP, VERDICT_TWICE };

struct flattening {
	const struct capture_request *r;
	enum capture_dialect dialect;
	bool checked; /* the payload was accepted by the lexer as a whole */
	struct buf *lines;
	struct capture_taken *taken;
	struct mask mask;                      /* the request's tokens */
	struct buf sent, line, made, verdicts; /* sent: the line but for its line ends and tokens */
	struct hash_index by_uuid;
	const char *skipped; /* why the last event that was no event was skipped */
};

/* The members of one event that matter here, whole; empty if absent. */
struct parts {
	struct str of[MEMBERS];
	struct str inside[MEMBERS]; /* of the properties */
	bool others;                /* some are not written by name */
};

static bool is_absent(struct str value)
{
	return value.n == 0 || str_eq(value, STR("null"));
}

/* ---- reading ---- */

static enum member member_of(struct str key)
{
	bool escaped = memchr(key.p, '\\', key.n) != NULL;
	unsigned end = escaped || key.n <= LONGEST ? MEMBERS : 0;

	for (unsigned i = 0; i < end; i++)
		if (escaped ? raw_key_is(key, members[i])
		            : key.n == members[i].n && memcmp(key.p, members[i].p, key.n) == 0)
			return (enum member)i;
	return MEMBERS;
}

/* The value that walk stands before, and what of it matters if it is the properties. */
static bool read_properties(struct raw_walk *walk, bool checked, struct parts *parts,
                            struct str *properties)
{
	struct raw_walk inside;
	struct str key, value;

	memset(parts->inside, 0, sizeof(parts->inside)); /* the last of that name counts */
	raw_enter(walk, &inside, checked);
	while (raw_next(&inside, &key, &value)) {
		enum member member = member_of(key);

		if (member != MEMBERS)
			parts->inside[member] = value;
	}
	return raw_leave(walk, &inside, properties);
}

/* parts must be zeroed. */
static void read_parts(struct raw_walk *event, bool checked, struct parts *parts)
{
	struct str key, value;

	while (raw_key(event, &key)) {
		enum member member = member_of(key);
		bool whole = member == PROPERTIES ? read_properties(event, checked, parts, &value)
		                                  : raw_value(event, &value);

		if (!whole)
			return;
		if (member >= WRITTEN_FIRST)
			parts->others = true;
		if (member != MEMBERS)
			parts->of[member] = value;
	}
}

static void add_tokens(struct mask *mask, const struct str *of)
{
	mask_add(mask, raw_inside(of[TOKEN]));
	mask_add(mask, raw_inside(of[DOLLAR_TOKEN]));
	mask_add(mask, raw_inside(of[API_KEY]));
}

/* ---- writing one line ---- */

/* key and value as sent; a comma if something stands before. */
static void put(struct buf *out, struct str key, struct str value)
{
	if (out->n > 0 && out->p[out->n - 1] != '{')
		buf_add(out, ',');
	buf_add(out, '"');
	buf_append(out, key);
	buf_append(out, STR("\":"));
	buf_append(out, value);
}

static void put_text(struct buf *out, struct str key, struct str text)
{
	put(out, key, STR("\""));
	buf_append(out, text);
	buf_add(out, '"');
}

static void put_token(struct buf *out, struct str key, struct str value)
{
	if (raw_inside(value).n == 0) {
		put(out, key, value);
		return;
	}
	put(out, key, STR("\""));
	mask_append_token(out, raw_inside(value));
	buf_add(out, '"');
}

static bool is_token(enum member member)
{
	return member == TOKEN || member == DOLLAR_TOKEN || member == API_KEY;
}

static void put_time(struct buf *out, enum member member, int64_t time)
{
	put(out, members[member], STR("\""));
	time_append_rfc3339(out, time);
	buf_add(out, '"');
}

/* The sent value where there is one; else made from the offset or the moment of receiving. */
static void put_timestamp(struct flattening *f, const struct parts *parts)
{
	struct str sent = parts->of[TIMESTAMP];
	int64_t ago, time = f->r->now;

	if (!is_absent(sent) && !str_eq(sent, STR("\"\""))) {
		put(&f->sent, members[TIMESTAMP], sent);
		return;
	}
	if (str_to_i64(parts->of[OFFSET], &ago) && ago > -MAX_OFFSET && ago < MAX_OFFSET)
		time -= ago * 1000;
	put_time(&f->sent, TIMESTAMP, time);
}

static void put_distinct_id(struct flattening *f, const struct parts *parts)
{
	struct str value = parts->of[DISTINCT_ID];

	if (is_absent(value))
		value = parts->of[DOLLAR_DISTINCT_ID];
	if (is_absent(value))
		value = parts->inside[DISTINCT_ID];
	if (is_absent(value))
		value = parts->inside[DOLLAR_DISTINCT_ID];
	if (!is_absent(value))
		put(&f->sent, members[DISTINCT_ID], value);
}

/* ---- properties ---- */

/* $session_id from session_id; the value as sent. */
static void put_lifted(struct flattening *f, struct str name, struct str value)
{
	if (value.n == 0)
		return;
	buf_clear(&f->made);
	buf_add(&f->made, '$');
	buf_append(&f->made, name);
	put(&f->sent, buf_str(&f->made), value);
}

static void put_options(struct flattening *f, struct str sent)
{
	struct raw_walk walk;
	struct str key, value;

	if (!raw_open(&walk, sent) || !walk.object)
		return;
	while (raw_next(&walk, &key, &value)) {
		bool renamed = false;

		for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
			if (raw_key_is(key, options[i].option)) {
				put(&f->sent, options[i].property, value);
				renamed = true;
			}
		if (!renamed)
			put_lifted(f, key, value);
	}
}

/* A header's text may hold what JSON strings cannot. */
static struct str harmless_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '"' || text.p[i] == '\\')
			return str_sub(text, 0, i);
	return text;
}

/* posthog-python/7.42.0 */
static void put_library(struct flattening *f, const struct parts *parts)
{
	struct str info = harmless_text(str_trim(f->r->sdk_info));
	size_t slash = str_find(info, STR("/"), 0, false);

	if (info.n == 0 || parts->inside[DOLLAR_LIB].n > 0)
		return;
	put_text(&f->sent, STR("$lib"), str_sub(info, 0, slash));
	if (slash != SIZE_MAX)
		put_text(&f->sent, STR("$lib_version"), str_sub(info, slash + 1, SIZE_MAX));
}

/* Whether session_id, window_id and options go into the properties. */
static bool lifts(const struct flattening *f, const struct parts *parts)
{
	struct str properties = parts->of[PROPERTIES];

	return f->dialect == CAPTURE_V1 && (is_absent(properties) || properties.p[0] == '{');
}

static bool has_tokens(const struct str *of)
{
	return of[TOKEN].n > 0 || of[DOLLAR_TOKEN].n > 0 || of[API_KEY].n > 0;
}

static void put_properties(struct flattening *f, const struct parts *parts)
{
	struct str sent = parts->of[PROPERTIES], key, value;
	struct raw_walk walk;

	if (!is_absent(sent) && !has_tokens(parts->inside) && !lifts(f, parts)) {
		put(&f->sent, members[PROPERTIES], sent);
		return;
	}
	put(&f->sent, members[PROPERTIES], STR("{"));
	for (bool more = raw_open(&walk, sent); more && raw_next(&walk, &key, &value);) {
		if (is_token(member_of(key)))
			put_token(&f->sent, key, value);
		else
			put(&f->sent, key, value);
	}
	if (lifts(f, parts)) {
		put_lifted(f, members[SESSION_ID], parts->of[SESSION_ID]);
		put_lifted(f, members[WINDOW_ID], parts->of[WINDOW_ID]);
		put_options(f, parts->of[OPTIONS]);
		put_library(f, parts);
	}
	buf_add(&f->sent, '}');
}

/* ---- events ---- */

static bool same_uuid(const void *ctx, uint32_t number, const void *key)
{
	const struct flattening *f = ctx;
	const char *at = f->verdicts.p + (size_t)number * sizeof(struct verdict);

	return memcmp(at, key, UUID_BYTES) == 0;
}

static void add_verdict(struct flattening *f, const uint8_t uuid[UUID_BYTES], uint8_t what)
{
	struct verdict verdict = {.what = what};
	uint64_t hash = hash64((struct str){(const char *)uuid, UUID_BYTES});
	uint32_t number = hash_index_find(&f->by_uuid, hash, same_uuid, f, uuid);

	if (number != HASH_NONE) {
		verdict.what = VERDICT_TWICE;
		memcpy(f->verdicts.p + (size_t)number * sizeof(verdict) + UUID_BYTES, &verdict.what,
		       1);
		return;
	}
	memcpy(verdict.uuid, uuid, UUID_BYTES);
	number = (uint32_t)(f->verdicts.n / sizeof(verdict));
	buf_append(&f->verdicts, (struct str){(const char *)&verdict, sizeof(verdict)});
	if (!f->verdicts.full)
		hash_index_add(&f->by_uuid, hash, number);
}

static void put_others(struct flattening *f, struct str event, const struct parts *parts)
{
	unsigned skip = lifts(f, parts) ? LIFTED : WRITTEN_FIRST;
	struct raw_walk walk;
	struct str key, value;

	for (bool more = raw_open(&walk, event); more && raw_next(&walk, &key, &value);) {
		enum member member = member_of(key);

		if (member < skip)
			continue;
		if (is_token(member))
			put_token(&f->sent, key, value);
		else
			put(&f->sent, key, value);
	}
}

/* Builds f->sent; name is whole, with its quotes. */
static void build_line(struct flattening *f, struct str event, const struct parts *parts,
                       struct str name)
{
	uint8_t uuid[UUID_BYTES];
	bool sent = uuid_parse(raw_inside(parts->of[UUID]), uuid);

	buf_puts(&f->sent, "{");
	if (sent) {
		put(&f->sent, members[UUID], parts->of[UUID]);
	} else {
		uuid_make(f->r->now, uuid);
		put(&f->sent, members[UUID], STR("\""));
		uuid_append(&f->sent, uuid);
		buf_add(&f->sent, '"');
	}
	put(&f->sent, members[EVENT], name);
	put_distinct_id(f, parts);
	put_timestamp(f, parts);
	put_properties(f, parts);
	put_time(&f->sent, RECEIVED_AT, f->r->now);
	if (parts->others)
		put_others(f, event, parts);
	buf_add(&f->sent, '}');
	if (f->dialect == CAPTURE_V1)
		add_verdict(f, uuid, VERDICT_OK);
}

static void skip_event(struct flattening *f, const struct parts *parts, const char *why)
{
	uint8_t uuid[UUID_BYTES];

	f->taken->skipped++;
	f->skipped = why;
	if (f->dialect == CAPTURE_V1 && uuid_parse(raw_inside(parts->of[UUID]), uuid))
		add_verdict(f, uuid, VERDICT_DROP);
}

/* Only for payloads that were refused as a whole. */
static enum json_fault fault_of(struct str json)
{
	struct json_keys *none = json_keys_new(NULL, 0);
	struct json_want want = {.outer = none};
	struct json_report report;
	struct json_slice out[1];
	enum json_type top;
	enum json_fault fault = json_skim(json, &want, out, NULL, &top, &report);

	json_keys_free(none);
	return fault;
}

static void flatten_event(struct flattening *f, struct str event, const struct parts *parts)
{
	enum json_fault fault = f->checked ? JSON_OK : fault_of(event);
	struct mask mask = f->mask;
	struct str name = parts->of[EVENT];

	if (is_absent(name) && f->dialect == CAPTURE_ENGAGE)
		name = STR("\"$identify\"");
	if (event.p[0] != '{' || (fault != JSON_OK && fault != JSON_TOO_DEEP)) {
		skip_event(f, parts, "failed to parse request: an event is not a JSON object");
		return;
	}
	if (raw_inside(name).n == 0) {
		skip_event(f, parts, "event submitted with an empty event name");
		return;
	}
	add_tokens(&mask, parts->of);
	add_tokens(&mask, parts->inside);
	buf_clear(&f->sent);
	buf_clear(&f->line);
	buf_reserve(&f->sent, event.n + MADE);
	if (fault == JSON_TOO_DEEP)
		buf_append(&f->sent, event);
	else
		build_line(f, event, parts, name);
	raw_append(&f->line, buf_str(&f->sent));
	mask_append(&mask, f->lines, buf_str(&f->line));
	buf_add(f->lines, '\n');
	f->taken->events++;
	f->taken->ai_events += str_starts(raw_inside(name), STR("$ai_"));
}

/* ---- payloads ---- */

static int refuse(struct errinfo *e, int status, enum err code, const char *text)
{
	err_set(e, code, "%s", text);
	return status;
}

static void add_request_tokens(struct flattening *f, struct buf *query)
{
	struct str bearer = str_trim(f->r->authorization);

	if (str_find(str_sub(bearer, 0, 7), STR("bearer "), 0, true) == 0)
		mask_add(&f->mask, str_trim(str_sub(bearer, 7, SIZE_MAX)));
	if (capture_field(f->r->query, members[TOKEN], query))
		mask_add(&f->mask, str_trim(buf_str(query)));
}

/* The array of events in *batch, or the single event itself. False if the text is broken. */
static bool find_batch(struct flattening *f, struct str json, struct str *batch)
{
	struct str of[MEMBERS] = {{0}}, key, value;
	struct raw_walk walk;

	*batch = str_trim(json);
	if (!raw_open(&walk, json) || !walk.object)
		return true;
	while (raw_next(&walk, &key, &value)) {
		enum member member = member_of(key);

		if (member != MEMBERS)
			of[member] = value;
		else if (raw_key_is(key, STR("batch")) && value.p[0] == '[')
			*batch = value;
	}
	add_tokens(&f->mask, of);
	return !walk.broken;
}

/* The event that batch stands before. */
static bool flatten_next(struct flattening *f, struct raw_walk *batch)
{
	struct parts parts = {0};
	struct raw_walk inside;
	struct str event;

	raw_enter(batch, &inside, f->checked);
	read_parts(&inside, f->checked, &parts);
	if (!raw_leave(batch, &inside, &event))
		return false;
	flatten_event(f, event, &parts);
	return true;
}

static bool flatten_all(struct flattening *f, struct str batch)
{
	struct raw_walk walk = {0};
	struct parts parts = {0};
	struct str key;

	if (!raw_open(&walk, batch) || walk.object) {
		read_parts(&walk, f->checked, &parts);
		flatten_event(f, batch, &parts);
		return true;
	}
	while (!f->lines->full && raw_key(&walk, &key))
		if (!flatten_next(f, &walk))
			return false;
	return !walk.broken;
}

static void put_results(struct flattening *f, struct buf *out)
{
	static const char *const texts[] = {
		[VERDICT_OK] = "\":{\"result\":\"ok\"}",
		[VERDICT_DROP] = "\":{\"result\":\"drop\",\"details\":\"invalid_event\"}",
		[VERDICT_TWICE] =
			"\":{\"result\":\"warning\",\"details\":\"duplicate_event_uuid\"}",
	};
	const struct verdict *verdicts = (const void *)f->verdicts.p;
	size_t count = f->verdicts.n / sizeof(*verdicts);

	buf_puts(out, "{\"results\":{");
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, i > 0 ? ",\"" : "\"");
		uuid_append(out, verdicts[i].uuid);
		buf_puts(out, texts[verdicts[i].what]);
	}
	buf_puts(out, "}}");
}

static int flatten_payload(struct flattening *f, struct str json, enum json_fault fault,
                           struct errinfo *e)
{
	struct str batch;
	bool whole;

	f->checked = fault == JSON_OK;
	whole = (f->checked || fault == JSON_TOO_DEEP) && find_batch(f, json, &batch) &&
	        flatten_all(f, batch);
	if (f->lines->full || f->sent.full || f->line.full || f->verdicts.full)
		return refuse(e, 413, ERR_LIMIT, "maximum event size exceeded: too many events");
	if (!whole) {
		err_set(e, ERR_PARSE, "failed to parse request: the body %s",
		        json_fault_text(fault));
		return 400;
	}
	if (f->taken->events == 0)
		return refuse(e, 400, ERR_PARSE,
		              f->skipped ? f->skipped : "request holds no event");
	return 0;
}

int capture_flatten(struct str json, const struct capture_request *r, enum capture_dialect dialect,
                    struct buf *lines, struct capture_taken *taken, struct buf *results,
                    struct errinfo *e)
{
	struct flattening f = {.r = r, .dialect = dialect, .lines = lines, .taken = taken};
	struct buf repaired = {0}, token = {0};
	enum json_fault fault = fault_of(json);
	int status;

	if (fault != JSON_OK && raw_repair(&repaired, json)) {
		json = buf_str(&repaired);
		fault = fault_of(json);
	}
	add_request_tokens(&f, &token);
	status = flatten_payload(&f, json, fault, e);
	if (status == 0 && results)
		put_results(&f, results);
	buf_free(&repaired);
	buf_free(&token);
	buf_free(&f.sent);
	buf_free(&f.line);
	buf_free(&f.made);
	buf_free(&f.verdicts);
	hash_index_free(&f.by_uuid);
	return status;
}
