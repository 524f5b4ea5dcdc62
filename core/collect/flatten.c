/* From a payload's JSON to journal lines, one event a line.
 *
 * A payload is checked as a whole by the lexer. If that refuses it for its depth alone, the events
 * are checked one by one, so that a bomb costs no other event: it becomes a line as it was sent,
 * which every reader reports as too deep.
 *
 * Invariant: a line holds no raw line end but its last byte. Memory: the lines, one event twice, 17
 * bytes an event of a v1 batch; nothing is built per value.
 *
 * Left to others: bytes to JSON (payload.c), taking JSON apart (raw.c), what a line says
 * (flatten_line.c), what a property means (index/record.c). */
#include "collect/flatten_internal.h"

#include "base/mem.h"
#include "collect/raw.h"

#include <string.h>

#define MADE 256               /* bytes that a line has more than its event, about */
#define KEPT ((size_t)4 << 20) /* bytes of memory for an event that are kept between payloads */

/* One verdict of a v1 answer. */
struct verdict {
	uint8_t uuid[UUID_BYTES];
	uint8_t what; /* enum verdict_kind */
};
enum verdict_kind { VERDICT_OK, VERDICT_DROP, VERDICT_TWICE };

/* ---- reading ---- */

/* The value that walk stands before, and what of it matters if it is the properties. */
static bool read_properties(struct raw_walk *walk, bool checked, struct parts *parts,
                            struct str *properties)
{
	struct raw_walk inside;
	struct str key, value;

	memset(parts->inside, 0, sizeof(parts->inside)); /* the last of that name counts */
	raw_enter(walk, &inside, checked);
	while (raw_next(&inside, &key, &value)) {
		enum member member = flatten_member(key);

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
		enum member member = flatten_member(key);
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

static void note_keys(struct flattener *f, const struct mask *mask)
{
	f->taken->project_key |= mask->project;
	f->taken->personal_key |= mask->personal;
}

/* ---- events ---- */

static bool same_uuid(const void *ctx, uint32_t number, const void *key)
{
	const struct flattener *f = ctx;
	const char *at = f->verdicts.p + (size_t)number * sizeof(struct verdict);

	return memcmp(at, key, UUID_BYTES) == 0;
}

static void add_verdict(struct flattener *f, const uint8_t uuid[UUID_BYTES], uint8_t what)
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

static void skip_event(struct flattener *f, const struct parts *parts, const char *why)
{
	uint8_t uuid[UUID_BYTES];

	f->taken->skipped++;
	f->skipped = why;
	if (f->dialect == CAPTURE_V1 && uuid_parse(raw_inside(parts->of[UUID]), uuid))
		add_verdict(f, uuid, VERDICT_DROP);
}

/* Of an event as well, once the payload's own members were read. */
static enum json_fault check(struct flattener *f, struct str json)
{
	struct json_want want = {.outer = f->wrapped};
	struct json_report report;
	enum json_type top;

	return json_skim(json, &want, f->found, NULL, &top, &report);
}

static void flatten_event(struct flattener *f, struct str event, const struct parts *parts)
{
	enum json_fault fault = f->checked ? JSON_OK : check(f, event);
	struct mask mask = f->mask;
	uint8_t uuid[UUID_BYTES];
	struct str name = parts->of[EVENT];

	if (flatten_is_absent(name) && f->dialect == CAPTURE_ENGAGE)
		name = STR("\"$identify\"");
	add_tokens(&mask, parts->of);
	add_tokens(&mask, parts->inside);
	note_keys(f, &mask);
	if (event.p[0] != '{' || (fault != JSON_OK && fault != JSON_TOO_DEEP)) {
		skip_event(f, parts, "failed to parse request: an event is not a JSON object");
		return;
	}
	if (raw_inside(name).n == 0) {
		skip_event(f, parts, "event submitted with an empty event name");
		return;
	}
	buf_clear(&f->sent);
	buf_clear(&f->line);
	buf_reserve(&f->sent, event.n + MADE);
	if (fault == JSON_TOO_DEEP)
		buf_append(&f->sent, event);
	else
		flatten_line(f, event, parts, name, uuid);
	if (fault == JSON_OK && f->dialect == CAPTURE_V1)
		add_verdict(f, uuid, VERDICT_OK);
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

static void add_request_tokens(struct flattener *f, struct buf *query)
{
	struct str bearer = str_trim(f->r->authorization);

	if (str_find(str_sub(bearer, 0, 7), STR("bearer "), 0, true) == 0)
		mask_add(&f->mask, str_trim(str_sub(bearer, 7, SIZE_MAX)));
	if (capture_field(f->r->query, STR("token"), query))
		mask_add(&f->mask, str_trim(buf_str(query)));
}

/* What the lexer would have found, had it not refused the payload for its depth. */
static bool find_by_walking(struct flattener *f, struct str json, struct str *batch)
{
	struct str of[MEMBERS] = {{0}}, key, value;
	struct raw_walk walk;

	if (!raw_open(&walk, json) || !walk.object)
		return true;
	while (raw_next(&walk, &key, &value)) {
		enum member member = flatten_member(key);

		if (member != MEMBERS)
			of[member] = value;
		else if (raw_key_is(key, STR("batch")) && value.p[0] == '[')
			*batch = value;
	}
	add_tokens(&f->mask, of);
	return !walk.broken;
}

/* The array of events in *batch, or the single event itself. False if the text is broken. */
static bool find_batch(struct flattener *f, struct str json, struct str *batch)
{
	*batch = str_trim(json);
	if (!f->checked)
		return find_by_walking(f, json, batch);
	for (unsigned i = 0; i < WRAPPED_BATCH; i++)
		if (f->found[i].type == JSON_STRING)
			mask_add(&f->mask, json_slice_str(json, f->found[i]));
	if (f->found[WRAPPED_BATCH].type == JSON_ARRAY)
		*batch = json_slice_str(json, f->found[WRAPPED_BATCH]);
	return true;
}

/* The event that batch stands before. */
static bool flatten_next(struct flattener *f, struct raw_walk *batch)
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

static bool flatten_all(struct flattener *f, struct str batch)
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

static void put_results(struct flattener *f, struct buf *out)
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

static int flatten_payload(struct flattener *f, struct str json, enum json_fault fault,
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

struct flattener *flattener_new(void)
{
	static const struct str names[WRAPPED] = {
		[WRAPPED_TOKEN] = {"token", 5},
		[WRAPPED_DOLLAR_TOKEN] = {"$token", 6},
		[WRAPPED_API_KEY] = {"api_key", 7},
		[WRAPPED_BATCH] = {"batch", 5},
	};
	struct flattener *f = mem_zero(1, sizeof(*f));

	f->wrapped = json_keys_new(names, WRAPPED);
	return f;
}

void flattener_free(struct flattener *f)
{
	if (!f)
		return;
	json_keys_free(f->wrapped);
	buf_free(&f->sent);
	buf_free(&f->line);
	buf_free(&f->made);
	buf_free(&f->verdicts);
	mem_free(f);
}

/* Nothing of the payload stays but some memory. */
static void end(struct flattener *f)
{
	struct buf *kept[] = {&f->sent, &f->line, &f->made, &f->verdicts};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		buf_clear(kept[i]);
		if (kept[i]->cap > KEPT)
			buf_free(kept[i]);
	}
	hash_index_free(&f->by_uuid);
	f->r = NULL;
}

int capture_flatten(struct flattener *f, struct str json, const struct capture_request *r,
                    enum capture_dialect dialect, struct buf *lines, struct capture_taken *taken,
                    struct buf *results, struct errinfo *e)
{
	struct buf repaired = {0}, token = {0};
	enum json_fault fault = check(f, json);
	int status;

	if (fault != JSON_OK && raw_repair(&repaired, json)) {
		json = buf_str(&repaired);
		fault = check(f, json);
	}
	f->r = r;
	f->dialect = dialect;
	f->lines = lines;
	f->taken = taken;
	f->skipped = NULL;
	f->mask = (struct mask){0};
	add_request_tokens(f, &token);
	status = flatten_payload(f, json, fault, e);
	if (status == 0 && results)
		put_results(f, results);
	end(f);
	buf_free(&repaired);
	buf_free(&token);
	return status;
}
