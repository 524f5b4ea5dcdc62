/* Events from PostHog, in every form it sends them, as the lines that capture would have written.
 *
 * What PostHog took apart is put together again: `properties` that came as JSON text become an object,
 * and the columns of posthog.ai_events go back under their property names. The heavy ones are PostHog's
 * only copy, so a filled one wins; the others only fill in what is missing.
 *
 * An event without a name or a uuid is none: nothing could tell it from its next copy. Project tokens
 * are masked as in flatten.c. Too deep properties stay as they are: every reader of the line says so.
 *
 * Invariant: each line is one JSON object, or too deep. */
#include "collect/posthog_rows_internal.h"

#include "base/time.h"
#include "collect/mask.h"
#include "collect/uuid.h"
#include "json/writer.h"

/* PostHog's AI_PROPERTY_TO_COLUMN: a column, and the property that it was before. */
static const struct mapping {
	const char *column, *property;
	bool heavy; /* JSON text, not in the properties */
} mappings[] = {
	{"input", "$ai_input", true},
	{"output", "$ai_output", true},
	{"output_choices", "$ai_output_choices", true},
	{"input_state", "$ai_input_state", true},
	{"output_state", "$ai_output_state", true},
	{"tools", "$ai_tools", true},
	{"trace_id", "$ai_trace_id", false},
	{"session_id", "$ai_session_id", false},
	{"parent_id", "$ai_parent_id", false},
	{"span_id", "$ai_span_id", false},
	{"span_type", "$ai_span_type", false},
	{"generation_id", "$ai_generation_id", false},
	{"span_name", "$ai_span_name", false},
	{"trace_name", "$ai_trace_name", false},
	{"prompt_name", "$ai_prompt_name", false},
	{"model", "$ai_model", false},
	{"provider", "$ai_provider", false},
	{"framework", "$ai_framework", false},
	{"total_tokens", "$ai_total_tokens", false},
	{"input_tokens", "$ai_input_tokens", false},
	{"output_tokens", "$ai_output_tokens", false},
	{"text_input_tokens", "$ai_text_input_tokens", false},
	{"text_output_tokens", "$ai_text_output_tokens", false},
	{"image_input_tokens", "$ai_image_input_tokens", false},
	{"image_output_tokens", "$ai_image_output_tokens", false},
	{"audio_input_tokens", "$ai_audio_input_tokens", false},
	{"audio_output_tokens", "$ai_audio_output_tokens", false},
	{"video_input_tokens", "$ai_video_input_tokens", false},
	{"video_output_tokens", "$ai_video_output_tokens", false},
	{"reasoning_tokens", "$ai_reasoning_tokens", false},
	{"cache_read_input_tokens", "$ai_cache_read_input_tokens", false},
	{"cache_creation_input_tokens", "$ai_cache_creation_input_tokens", false},
	{"web_search_count", "$ai_web_search_count", false},
	{"input_cost_usd", "$ai_input_cost_usd", false},
	{"output_cost_usd", "$ai_output_cost_usd", false},
	{"total_cost_usd", "$ai_total_cost_usd", false},
	{"request_cost_usd", "$ai_request_cost_usd", false},
	{"web_search_cost_usd", "$ai_web_search_cost_usd", false},
	{"audio_cost_usd", "$ai_audio_cost_usd", false},
	{"image_cost_usd", "$ai_image_cost_usd", false},
	{"video_cost_usd", "$ai_video_cost_usd", false},
	{"latency", "$ai_latency", false},
	{"time_to_first_token", "$ai_time_to_first_token", false},
	{"is_error", "$ai_is_error", false},
	{"error", "$ai_error", false},
	{"error_type", "$ai_error_type", false},
	{"error_normalized", "$ai_error_normalized", false},
};
#define MAPPINGS (sizeof(mappings) / sizeof(mappings[0]))

/* One event; values as sent, empty if absent. */
struct parts {
	struct str uuid, event, distinct_id, timestamp, properties;
};

/* A column that may go into the properties. */
struct extra {
	const struct mapping *mapping;
	struct str value;
	bool done; /* the properties have it */
};

struct reading {
	int64_t now;
	struct buf *lines;
	struct posthog_found *found;
	bool checked; /* the lexer accepted all of what was sent */
	struct extra extras[MAPPINGS];
	size_t n_extras;
	struct str name; /* of a trace, as sent: whether an event bears it */
	bool name_borne;
	bool has_trace; /* a $ai_trace event was sent */
	struct buf properties, text, sent, line;
};

static void reading_free(struct reading *r)
{
	buf_free(&r->properties);
	buf_free(&r->text);
	buf_free(&r->sent);
	buf_free(&r->line);
}

static bool is_full(const struct reading *r)
{
	return r->lines->full || r->properties.full || r->text.full || r->sent.full || r->line.full;
}

static bool is_empty(struct str value)
{
	return value.n == 0 || str_eq(value, STR("null")) || str_eq(value, STR("\"\""));
}

/* ---- properties ---- */

static bool is_token(struct str key)
{
	return raw_key_is(key, STR("token")) || raw_key_is(key, STR("$token")) ||
	       raw_key_is(key, STR("api_key"));
}

static void put_property(struct reading *r, struct mask *mask, struct str key, struct str value)
{
	if (!is_token(key) || raw_inside(value).n == 0) {
		posthog_rows_put(&r->sent, key, value);
		return;
	}
	mask_add(mask, raw_inside(value));
	posthog_rows_put(&r->sent, key, STR("\""));
	mask_append_token(&r->sent, raw_inside(value));
	buf_add(&r->sent, '"');
}

/* JSON in a string becomes JSON; a string that holds none stays one. */
static void put_heavy(struct reading *r, struct str key, struct str value)
{
	buf_clear(&r->text);
	json_unescape(&r->text, raw_inside(value));
	if (value.p[0] == '"' && posthog_rows_fault(buf_str(&r->text)) == JSON_OK)
		value = buf_str(&r->text);
	posthog_rows_put(&r->sent, key, value);
}

static void put_extra(struct reading *r, const struct extra *extra)
{
	struct str key = str_of(extra->mapping->property);

	if (extra->mapping->heavy)
		put_heavy(r, key, extra->value);
	else if (raw_key_is(key, STR("$ai_is_error")) && str_eq(extra->value, STR("1")))
		posthog_rows_put(&r->sent, key, STR("true"));
	else
		posthog_rows_put(&r->sent, key, extra->value);
}

/* Whether the property stays out, because a column has it; otherwise no column is to add it. */
static bool gives_way(struct reading *r, struct str key)
{
	for (size_t i = 0; i < r->n_extras; i++)
		if (raw_key_is(key, str_of(r->extras[i].mapping->property))) {
			r->extras[i].done = !r->extras[i].mapping->heavy;
			return r->extras[i].mapping->heavy;
		}
	return false;
}

static void note_property(struct reading *r, bool is_call, struct str key, struct str value)
{
	if (is_empty(value))
		return;
	if (is_call && (raw_key_is(key, STR("$ai_input")) || raw_key_is(key, STR("$ai_output")) ||
	                raw_key_is(key, STR("$ai_output_choices"))))
		r->found->has_bodies = true;
	if (str_eq(value, r->name) &&
	    (raw_key_is(key, STR("$ai_span_name")) || raw_key_is(key, STR("$ai_trace_name"))))
		r->name_borne = true;
}

/* The object in properties that came as text; anything else as it stands. */
static struct str properties_of(struct reading *r, struct str sent)
{
	enum json_fault fault;
	struct str text;

	if (is_empty(sent))
		return STR("{}");
	if (sent.p[0] != '"')
		return sent;
	buf_clear(&r->properties);
	json_unescape(&r->properties, raw_inside(sent));
	text = str_trim(buf_str(&r->properties));
	fault = posthog_rows_fault(text);
	return text.n > 0 && text.p[0] == '{' && (fault == JSON_OK || fault == JSON_TOO_DEEP)
	               ? text
	               : sent;
}

static void put_properties(struct reading *r, const struct parts *parts, struct mask *mask)
{
	struct str all = properties_of(r, parts->properties), key, value;
	bool is_call = str_eq(parts->event, STR("\"$ai_generation\"")) ||
	               str_eq(parts->event, STR("\"$ai_embedding\""));
	struct raw_walk walk;

	if (!raw_open(&walk, all) || !walk.object) {
		posthog_rows_put(&r->sent, STR("properties"), all);
		return;
	}
	posthog_rows_put(&r->sent, STR("properties"), STR("{"));
	while (raw_next(&walk, &key, &value)) {
		if (gives_way(r, key))
			continue;
		note_property(r, is_call, key, value);
		put_property(r, mask, key, value);
	}
	for (size_t i = 0; i < r->n_extras; i++) {
		if (r->extras[i].done)
			continue;
		note_property(r, is_call, str_of(r->extras[i].mapping->property),
		              r->extras[i].value);
		put_extra(r, &r->extras[i]);
	}
	buf_add(&r->sent, '}');
}

/* ---- events ---- */

static void put_if(struct buf *out, struct str key, struct str value)
{
	if (value.n > 0)
		posthog_rows_put(out, key, value);
}

/* False if it is no event. */
static bool write_event(struct reading *r, const struct parts *parts)
{
	uint8_t uuid[UUID_BYTES];
	struct mask mask = {0};
	enum json_fault fault = JSON_OK;

	if (!uuid_parse(raw_inside(parts->uuid), uuid) || raw_inside(parts->event).n == 0)
		return false;
	buf_clear(&r->sent);
	buf_clear(&r->line);
	buf_add(&r->sent, '{');
	posthog_rows_put(&r->sent, STR("uuid"), parts->uuid);
	posthog_rows_put(&r->sent, STR("event"), parts->event);
	put_if(&r->sent, STR("distinct_id"), parts->distinct_id);
	put_if(&r->sent, STR("timestamp"), parts->timestamp);
	put_properties(r, parts, &mask);
	posthog_rows_put_time(&r->sent, STR("received_at"), r->now);
	buf_add(&r->sent, '}');
	if (!r->checked)
		fault = posthog_rows_fault(buf_str(&r->sent));
	if (fault != JSON_OK && fault != JSON_TOO_DEEP)
		return false;
	posthog_rows_end_line(&r->line, buf_str(&r->sent));
	mask_append(&mask, r->lines, buf_str(&r->line));
	r->found->events++;
	r->has_trace |= str_eq(parts->event, STR("\"$ai_trace\""));
	return true;
}

/* For the next page. */
static void note_last(struct reading *r, const struct parts *parts)
{
	int64_t time;

	buf_clear(&r->text);
	if (raw_inside(parts->timestamp).n > 0)
		json_unescape(&r->text, raw_inside(parts->timestamp));
	else
		buf_append(&r->text, parts->timestamp);
	time = time_parse(buf_str(&r->text));
	if (time == TIME_NONE)
		return;
	r->found->last_time = time;
	buf_clear(&r->found->last_uuid);
	json_unescape(&r->found->last_uuid, raw_inside(parts->uuid));
}

/* An id with a NUL inside is none that could be asked for. */
static void note_trace(struct reading *r, struct str sent)
{
	struct buf *traces = &r->found->traces;
	size_t at = 0;

	buf_clear(&r->text);
	json_unescape(&r->text, raw_inside(sent));
	if (r->text.n == 0 || memchr(r->text.p, '\0', r->text.n) != NULL)
		return;
	for (; at < traces->n; at += strlen(traces->p + at) + 1)
		if (str_eq(str_of(traces->p + at), buf_str(&r->text)))
			return;
	buf_append(traces, buf_str(&r->text));
	buf_add(traces, '\0');
}

void posthog_found_free(struct posthog_found *found)
{
	buf_free(&found->last_uuid);
	buf_free(&found->traces);
	buf_free(&found->folded);
}

/* Ends every reading: on ERR_OK lines holds what was written, else what it held before. */
static enum err finish(struct reading *r, enum err rc, size_t before, struct errinfo *e)
{
	if (rc == ERR_OK && is_full(r))
		rc = err_set(e, ERR_PARSE, "PostHog's answer is too big");
	if (rc != ERR_OK) {
		r->lines->n = before;
		posthog_found_free(r->found);
		*r->found = (struct posthog_found){.last_time = TIME_NONE};
	}
	reading_free(r);
	return rc;
}

/* ---- rows of HogQL ---- */

static void find_extras(struct reading *r, const struct posthog_answer_rows *a,
                        const struct str *cells)
{
	r->n_extras = 0;
	for (size_t i = 0; i < MAPPINGS; i++) {
		struct str value = posthog_rows_cell(a, cells, str_of(mappings[i].column));

		if (!is_empty(value))
			r->extras[r->n_extras++] = (struct extra){.mapping = &mappings[i],
			                                          .value = value};
	}
}

static bool read_row(struct reading *r, const struct posthog_answer_rows *a, struct str row)
{
	struct str cells[POSTHOG_COLUMNS];
	struct parts parts;

	if (!posthog_rows_cells(a, row, true, cells))
		return false;
	parts = (struct parts){
		.uuid = posthog_rows_cell(a, cells, STR("uuid")),
		.event = posthog_rows_cell(a, cells, STR("event")),
		.distinct_id = posthog_rows_cell(a, cells, STR("distinct_id")),
		.timestamp = posthog_rows_cell(a, cells, STR("timestamp")),
		.properties = posthog_rows_cell(a, cells, STR("properties")),
	};
	find_extras(r, a, cells);
	if (!write_event(r, &parts))
		return false;
	note_last(r, &parts);
	note_trace(r, posthog_rows_cell(a, cells, STR("trace_id")));
	return true;
}

enum err posthog_read_events(struct str answer, uint32_t limit, int64_t now, struct buf *lines,
                             struct posthog_found *found, struct errinfo *e)
{
	struct reading r = {.now = now, .lines = lines, .found = found};
	struct posthog_answer_rows a;
	enum err rc = posthog_rows_open(&a, answer, true, e);
	size_t before = lines->n;
	uint32_t seen = 0;
	struct str row;

	*found = (struct posthog_found){.last_time = TIME_NONE};
	r.checked = a.checked;
	while (rc == ERR_OK && !found->more && posthog_rows_next(&a, &row)) {
		if (seen++ == limit)
			found->more = true;
		else
			a.bad += !read_row(&r, &a, row);
	}
	a.bad += rc == ERR_OK && a.walk.broken;
	posthog_rows_close(&a, e);
	return finish(&r, rc, before, e);
}

/* ---- a TraceQuery ---- */

/* The trace with that id among the results, whole; else empty. */
static struct str find_trace(struct reading *r, struct posthog_answer_rows *a, struct str id)
{
	struct str row;

	while (posthog_rows_next(a, &row)) {
		struct str sent = posthog_rows_member(row, STR("id"));

		buf_clear(&r->text);
		json_unescape(&r->text, raw_inside(sent));
		if (str_eq(buf_str(&r->text), id))
			return row;
	}
	return STR_EMPTY;
}

/* A uuid (version 8) that is the same for the same trace: FNV-1a over its id, in two lanes. The seeded
 * hashes differ from process to process. */
static void trace_uuid(struct str id, uint8_t out[UUID_BYTES])
{
	uint64_t lanes[2] = {UINT64_C(0xCBF29CE484222325), UINT64_C(0x84222325CBF29CE4)};

	for (size_t i = 0; i < id.n; i++)
		for (int lane = 0; lane < 2; lane++)
			lanes[lane] = (lanes[lane] ^ (uint8_t)id.p[i]) * UINT64_C(0x100000001B3);
	for (size_t i = 0; i < UUID_BYTES; i++)
		out[i] = (uint8_t)(lanes[i / 8] >> (56 - 8 * (i % 8)));
	out[6] = (uint8_t)(0x80 | (out[6] & 0x0F));
	out[8] = (uint8_t)(0x80 | (out[8] & 0x3F));
}

/* The $ai_trace event that PostHog folded into the trace. */
static bool write_trace_event(struct reading *r, struct str trace, struct str id,
                              struct parts parts)
{
	struct str input = posthog_rows_member(trace, STR("inputState"));
	struct str output = posthog_rows_member(trace, STR("outputState"));
	struct str session = posthog_rows_member(trace, STR("aiSessionId"));
	struct buf uuid = {0}, properties = {0}, *lines = r->lines;
	uint8_t bytes[UUID_BYTES];
	bool good = true;

	if (r->has_trace ||
	    (is_empty(input) && is_empty(output) && (is_empty(r->name) || r->name_borne)))
		return true;
	trace_uuid(id, bytes);
	buf_add(&uuid, '"');
	uuid_append(&uuid, bytes);
	buf_add(&uuid, '"');
	buf_add(&properties, '{');
	put_if(&properties, STR("$ai_trace_id"), posthog_rows_member(trace, STR("id")));
	put_if(&properties, STR("$ai_session_id"), session);
	if (!is_empty(r->name))
		posthog_rows_put(&properties, STR("$ai_span_name"), r->name);
	put_if(&properties, STR("$ai_input_state"), input);
	put_if(&properties, STR("$ai_output_state"), output);
	buf_add(&properties, '}');
	parts.uuid = buf_str(&uuid);
	parts.event = STR("\"$ai_trace\"");
	parts.timestamp = posthog_rows_member(trace, STR("createdAt"));
	parts.properties = buf_str(&properties);
	r->lines = &r->found->folded;
	good = write_event(r, &parts);
	r->lines = lines;
	r->found->events -= good;
	buf_free(&uuid);
	buf_free(&properties);
	return good;
}

/* Gives the number of elements that are no events. */
static uint64_t read_trace(struct reading *r, struct str trace, struct str id)
{
	struct str user = posthog_rows_member(trace, STR("distinctId")), key, event;
	struct raw_walk walk;
	uint64_t bad = 0;

	if (is_empty(user))
		user = posthog_rows_member(posthog_rows_member(trace, STR("person")),
		                           STR("distinct_id"));
	r->name = posthog_rows_member(trace, STR("traceName"));
	if (raw_open(&walk, posthog_rows_member(trace, STR("events"))) && !walk.object)
		while (raw_next(&walk, &key, &event)) {
			struct parts parts = {
				.uuid = posthog_rows_member(event, STR("id")),
				.event = posthog_rows_member(event, STR("event")),
				.distinct_id = user,
				.timestamp = posthog_rows_member(event, STR("createdAt")),
				.properties = posthog_rows_member(event, STR("properties")),
			};

			if (write_event(r, &parts))
				note_last(r, &parts);
			else
				bad++;
		}
	return bad + !write_trace_event(r, trace, id, (struct parts){.distinct_id = user});
}

enum err posthog_read_trace(struct str answer, struct str trace, int64_t now, struct buf *lines,
                            struct posthog_found *found, struct errinfo *e)
{
	struct reading r = {.now = now, .lines = lines, .found = found};
	struct posthog_answer_rows a;
	enum err rc = posthog_rows_open(&a, answer, false, e);
	size_t before = lines->n;
	struct str row;

	*found = (struct posthog_found){.last_time = TIME_NONE};
	r.checked = a.checked;
	if (rc == ERR_OK) {
		row = find_trace(&r, &a, trace);
		if (row.n > 0)
			a.bad += read_trace(&r, row, trace);
	}
	posthog_rows_close(&a, e);
	return finish(&r, rc, before, e);
}

/* ---- the live stream ---- */

enum err posthog_read_live(struct str message, int64_t now, struct buf *lines, struct errinfo *e)
{
	struct posthog_found found = {.last_time = TIME_NONE};
	struct reading r = {.now = now, .lines = lines, .found = &found};
	enum json_fault fault = posthog_rows_fault(message);
	struct buf repaired = {0};
	size_t before = lines->n;
	enum err rc = ERR_OK;
	struct parts parts;

	if (fault != JSON_OK && fault != JSON_TOO_DEEP && raw_repair(&repaired, message)) {
		message = buf_str(&repaired);
		fault = posthog_rows_fault(message);
	}
	r.checked = fault == JSON_OK;
	parts = (struct parts){
		.uuid = posthog_rows_member(message, STR("uuid")),
		.event = posthog_rows_member(message, STR("event")),
		.distinct_id = posthog_rows_member(message, STR("distinct_id")),
		.timestamp = posthog_rows_member(message, STR("timestamp")),
		.properties = posthog_rows_member(message, STR("properties")),
	};
	if (fault != JSON_OK && fault != JSON_TOO_DEEP)
		rc = err_set(e, ERR_PARSE, "a live message makes no sense: its JSON %s",
		             json_fault_text(fault));
	else if (!write_event(&r, &parts))
		rc = err_set(e, ERR_PARSE, "a live message makes no sense: no event in it");
	rc = finish(&r, rc, before, e);
	buf_free(&repaired);
	return rc;
}
