/* One event to the text of its journal line.
 *
 * Values are copied as the bytes that were sent. What is made here is little: a uuid and a timestamp
 * where there is none, received_at, the masks where a token is expected, and for capture v1 what its
 * SDKs took out of the properties.
 *
 * Left to others: line ends, and tokens that stand elsewhere (flatten.c). */
#include "collect/flatten_internal.h"

#include "base/time.h"
#include "collect/raw.h"

#include <string.h>

#define MAX_OFFSET INT64_C(4000000000000) /* milliseconds; about 127 years */

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

/* ---- names ---- */

/* The members whose names are that long; other lengths have the number of one that is not. */
static const uint8_t of_length[LONGEST + 1][2] = {
	[4] = {UUID, DOLLAR_LIB},          [5] = {EVENT, TOKEN},
	[6] = {DOLLAR_TOKEN, OFFSET},      [7] = {OPTIONS, API_KEY},
	[9] = {TIMESTAMP, WINDOW_ID},      [10] = {PROPERTIES, SESSION_ID},
	[11] = {DISTINCT_ID, RECEIVED_AT}, [12] = {DOLLAR_DISTINCT_ID, DOLLAR_DISTINCT_ID},
};

enum member flatten_member(struct str key)
{
	for (unsigned i = 0; i < 2 && key.n <= LONGEST; i++) {
		enum member member = of_length[key.n][i];

		if (key.n == members[member].n && memcmp(key.p, members[member].p, key.n) == 0)
			return member;
	}
	if (!memchr(key.p, '\\', key.n))
		return MEMBERS;
	for (unsigned i = 0; i < MEMBERS; i++)
		if (raw_key_is(key, members[i]))
			return (enum member)i;
	return MEMBERS;
}

bool flatten_is_absent(struct str value)
{
	return value.n == 0 || str_eq(value, STR("null"));
}

/* ---- values ---- */

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
static void put_timestamp(struct flattener *f, const struct parts *parts)
{
	struct str sent = parts->of[TIMESTAMP];
	int64_t ago, time = f->r->now;

	if (!flatten_is_absent(sent) && !str_eq(sent, STR("\"\""))) {
		put(&f->sent, members[TIMESTAMP], sent);
		return;
	}
	if (str_to_i64(parts->of[OFFSET], &ago) && ago > -MAX_OFFSET && ago < MAX_OFFSET)
		time -= ago * 1000;
	put_time(&f->sent, TIMESTAMP, time);
}

static void put_distinct_id(struct flattener *f, const struct parts *parts)
{
	struct str value = parts->of[DISTINCT_ID];

	if (flatten_is_absent(value))
		value = parts->of[DOLLAR_DISTINCT_ID];
	if (flatten_is_absent(value))
		value = parts->inside[DISTINCT_ID];
	if (flatten_is_absent(value))
		value = parts->inside[DOLLAR_DISTINCT_ID];
	if (!flatten_is_absent(value))
		put(&f->sent, members[DISTINCT_ID], value);
}

/* ---- properties ---- */

/* $session_id from session_id; the value as sent. */
static void put_lifted(struct flattener *f, struct str name, struct str value)
{
	if (value.n == 0)
		return;
	buf_clear(&f->made);
	buf_add(&f->made, '$');
	buf_append(&f->made, name);
	put(&f->sent, buf_str(&f->made), value);
}

static void put_options(struct flattener *f, struct str sent)
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
static void put_library(struct flattener *f, const struct parts *parts)
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
static bool lifts(const struct flattener *f, const struct parts *parts)
{
	struct str properties = parts->of[PROPERTIES];

	return f->dialect == CAPTURE_V1 &&
	       (flatten_is_absent(properties) || properties.p[0] == '{');
}

static bool has_tokens(const struct str *of)
{
	return of[TOKEN].n > 0 || of[DOLLAR_TOKEN].n > 0 || of[API_KEY].n > 0;
}

static void put_properties(struct flattener *f, const struct parts *parts)
{
	struct str sent = parts->of[PROPERTIES], key, value;
	struct raw_walk walk;

	if (!flatten_is_absent(sent) && !has_tokens(parts->inside) && !lifts(f, parts)) {
		put(&f->sent, members[PROPERTIES], sent);
		return;
	}
	put(&f->sent, members[PROPERTIES], STR("{"));
	for (bool more = raw_open(&walk, sent); more && raw_next(&walk, &key, &value);) {
		if (is_token(flatten_member(key)))
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

static void put_others(struct flattener *f, struct str event, const struct parts *parts)
{
	unsigned skip = lifts(f, parts) ? LIFTED : WRITTEN_FIRST;
	struct raw_walk walk;
	struct str key, value;

	for (bool more = raw_open(&walk, event); more && raw_next(&walk, &key, &value);) {
		enum member member = flatten_member(key);

		if (member < skip)
			continue;
		if (is_token(member))
			put_token(&f->sent, key, value);
		else
			put(&f->sent, key, value);
	}
}

void flatten_line(struct flattener *f, struct str event, const struct parts *parts, struct str name,
                  uint8_t uuid[UUID_BYTES])
{
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
}
