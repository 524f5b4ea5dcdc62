/* Lines into records. Every rule about a property stands here: which one wins, what null means,
 * what cannot be. The rules are PostHog's.
 *
 * How it works. A line was skimmed once (json/lexer.h) into slices of the members and properties of
 * properties.h; a draft gathers record, extras and doubts from them and is added to the batch as a
 * whole. Nothing is copied but strings with escapes, and nothing is allocated for an event.
 *
 * Left to others: what a line is (line.c), what a value of any JSON type says (value.c), what a call
 * says of its use (usage.c) and costs (pricing.c), links and duplicates (model), where lines begin (loader.c). */
#include "index/record.h"

#include "base/hash.h"
#include "base/mem.h"
#include "index/draft.h"
#include "json/pretty.h"

#include <string.h>

#define LATENCY_SCALE     6                             /* seconds to microseconds */
#define LATENCY_LIKELY    (INT64_C(3600) * TIME_SECOND) /* longer is suspect */
#define FIRST_TOKEN_RATIO 10   /* more than that many latencies is suspect */
#define ID_LIKELY         200u /* bytes; longer is suspect */
#define ARGUMENTS_LAID \
	65536 /* bytes of arguments whose white space does not count; of more it does */

struct record_reader *record_reader_new(void)
{
	struct record_reader *r = mem_zero(1, sizeof(*r));

	r->members = json_keys_new(member_names, MEMBERS);
	r->properties = json_keys_new(property_names, PROPERTIES);
	r->listed = json_keys_new(listed_names, LISTED);
	r->usage = json_keys_new(usage_names, USAGES);
	r->memo = prices_memo_new();
	value_reader_init(&r->values);
	return r;
}

void record_reader_free(struct record_reader *r)
{
	if (!r)
		return;
	json_keys_free(r->members);
	json_keys_free(r->properties);
	json_keys_free(r->listed);
	json_keys_free(r->usage);
	prices_memo_free(r->memo);
	value_reader_fini(&r->values);
	buf_free(&r->decoded);
	buf_free(&r->arguments);
	mem_free(r);
}

/* ---- what a draft is asked ---- */

/* Sent, null included. */
static bool is_null(const struct draft *d, enum property which)
{
	return draft_property(d, which).type == JSON_NULL;
}

static bool is_there(const struct draft *d, enum property which)
{
	return draft_property(d, which).type > JSON_NULL;
}

static bool is_true(const struct draft *d, enum property which)
{
	return value_true(d->properties, draft_property(d, which));
}

static void set_extra(struct draft *d, enum event_field field, int64_t value)
{
	extras_set(&d->extras, field, value);
}

static void set_string(struct draft *d, enum event_field field, uint32_t number)
{
	if (number)
		set_extra(d, field, number);
}

static void set_flag(struct draft *d, enum event_flags flag, bool on)
{
	if (on)
		d->event.flags |= (uint32_t)flag;
}

/* ---- ids ---- */

/* 1 for the characters of PostHog's alphabet for ids: letters, digits, and -_~.@()!':| */
static const uint8_t id_alphabet[256] = {
	['a' ... 'z'] = 1, ['A' ... 'Z'] = 1, ['0' ... '9'] = 1, ['-'] = 1, ['_'] = 1,
	['~'] = 1,         ['.'] = 1,         ['@'] = 1,         ['('] = 1, [')'] = 1,
	['!'] = 1,         ['\''] = 1,        [':'] = 1,         ['|'] = 1,
};

static bool is_likely_id(struct str id)
{
	size_t good = 0;

	if (id.n > ID_LIKELY)
		return false;
	for (size_t i = 0; i < id.n; i++)
		good += id_alphabet[(uint8_t)id.p[i]];
	return good == id.n;
}

uint32_t draft_id(struct draft *d, enum property which)
{
	struct json_slice sent = draft_property(d, which);
	struct str name = value_text(&d->reader->values, d->properties, sent);
	bool digits;
	uint32_t number = ids_add_sent(&d->batch->ids, name, &digits);

	if (number == 0 || digits)
		return number;
	if (sent.type == JSON_OBJECT || sent.type == JSON_ARRAY || !is_likely_id(name))
		d->suspect |= SUSPECT_ID;
	return number;
}

uint32_t draft_user(struct draft *d)
{
	struct record_reader *r = d->reader;
	struct json_slice sent = r->member[MEMBER_USER];

	if (value_absent(sent))
		sent = r->member[MEMBER_USER_ALIAS];
	if (value_absent(sent))
		return ids_add(&d->batch->ids, draft_text(d, PROPERTY_USER));
	return ids_add(&d->batch->ids, value_text(&r->values, d->doc, sent));
}

static void read_ids(struct draft *d)
{
	struct record_reader *r = d->reader;

	d->uuid = ids_append(&d->batch->ids,
	                     value_text(&r->values, d->doc, r->member[MEMBER_UUID]));
	set_flag(d, EVENT_NO_UUID, d->uuid == 0);
	d->session = draft_id(d, PROPERTY_SESSION);
	d->event.trace = draft_id(d, PROPERTY_TRACE);
	d->event.span = draft_id(d, PROPERTY_SPAN);
	if (draft_has(d, PROPERTY_GENERATION)) {
		set_extra(d, EVENT_SPAN_SENT, d->event.span);
		d->event.span = draft_id(d, PROPERTY_GENERATION);
	}
	d->event.parent = draft_id(d, PROPERTY_PARENT);
	d->event.user = draft_user(d);
}

/* ---- time ---- */

int64_t draft_timestamp(struct draft *d)
{
	struct json_slice sent = d->reader->member[MEMBER_TIME];
	int64_t time = TIME_NONE;

	if (sent.type == JSON_STRING || sent.type == JSON_NUMBER)
		time = value_time(&d->reader->values, value_text(&d->reader->values, d->doc, sent));
	if (time == TIME_NONE)
		d->suspect |= SUSPECT_TIME;
	return time;
}

/* Seconds as microseconds, or EVENT_UNKNOWN. */
int64_t draft_duration(struct draft *d, enum property which, enum event_suspect doubt)
{
	int64_t value = 0;
	enum value_verdict verdict;

	if (!draft_has(d, which))
		return EVENT_UNKNOWN;
	verdict = value_decimal(&d->reader->values, d->properties, draft_property(d, which),
	                        LATENCY_SCALE, &value);
	if (verdict == VALUE_OK && value >= 0)
		return value;
	d->suspect |= (uint32_t)doubt;
	return EVENT_UNKNOWN;
}

/* Fits a value that is not negative into the record; what is too large for it becomes an extra. */
static uint32_t narrow(struct draft *d, int64_t value, enum event_field wide)
{
	if (value == EVENT_UNKNOWN)
		return EVENT_ABSENT32;
	if (value < EVENT_WIDE32)
		return (uint32_t)value;
	set_extra(d, wide, value);
	return EVENT_WIDE32;
}

static void read_times(struct draft *d)
{
	int64_t latency = draft_duration(d, PROPERTY_LATENCY, SUSPECT_LATENCY);
	int64_t first = draft_duration(d, PROPERTY_FIRST_TOKEN, SUSPECT_FIRST_TOKEN);

	d->event.time = draft_timestamp(d);
	if (latency > LATENCY_LIKELY)
		d->suspect |= SUSPECT_LATENCY;
	d->event.latency = narrow(d, latency, EVENT_WIDE_LATENCY);
	if (first == EVENT_UNKNOWN)
		return;
	set_extra(d, EVENT_FIRST_TOKEN, first);
	set_flag(d, EVENT_STREAM, true);
	if (latency > 0 && latency < INT64_MAX / FIRST_TOKEN_RATIO &&
	    first > latency * FIRST_TOKEN_RATIO)
		d->suspect |= SUSPECT_FIRST_TOKEN;
}

/* ---- tokens and money ---- */

static void keep_tokens(struct draft *d, const struct cost_usage *u)
{
	d->event.input = narrow(d, u->input, EVENT_WIDE_INPUT);
	d->event.output = narrow(d, u->output, EVENT_WIDE_OUTPUT);
	d->event.cache_read = narrow(d, u->cache_read, EVENT_WIDE_CACHE_READ);
	if (u->cache_write != COST_UNKNOWN)
		set_extra(d, EVENT_CACHE_WRITE, u->cache_write);
	if (u->reasoning != COST_UNKNOWN)
		set_extra(d, EVENT_REASONING, u->reasoning);
}

static void read_costs(struct draft *d)
{
	struct cost_usage u;

	if (!draft_is_charged(d) && !draft_found(d, DRAFT_TOKENS | DRAFT_COSTS)) {
		d->event.input = d->event.output = d->event.cache_read = EVENT_ABSENT32;
		d->event.cost = EVENT_NO_COST;
		return;
	}
	draft_read_usage(d, &u);
	keep_tokens(d, &u);
	draft_price(d, &u);
	set_flag(d, EVENT_CACHE_EXCLUSIVE, u.exclusive);
}

/* ---- names and flags ---- */

static void read_names(struct draft *d)
{
	struct model_pair pair = {draft_string(d, PROPERTY_MODEL),
	                          draft_string(d, PROPERTY_PROVIDER)};
	uint32_t library = draft_string(d, PROPERTY_AI_LIBRARY);

	d->event.model = events_add_model(d->batch, pair);
	d->event.name = draft_string(d, PROPERTY_SPAN_NAME);
	if (!d->event.name && event_kind(&d->event) == EVENT_TRACE)
		d->event.name = draft_string(d, PROPERTY_TRACE_NAME);
	set_string(d, EVENT_LIBRARY, library ? library : draft_string(d, PROPERTY_LIBRARY));
	d->framework = draft_string(d, PROPERTY_FRAMEWORK);
	set_string(d, EVENT_FRAMEWORK, d->framework);
	set_string(d, EVENT_SPAN_TYPE, draft_string(d, PROPERTY_SPAN_TYPE));
	set_string(d, EVENT_STOP_REASON, draft_string(d, PROPERTY_STOP_REASON));
}

static void read_error(struct draft *d)
{
	struct json_slice error = draft_property(d, PROPERTY_ERROR);
	bool filled = !value_empty(d->properties, error);

	set_flag(d, EVENT_ERROR, filled || is_true(d, PROPERTY_IS_ERROR));
	/* In decoded properties its place is none of the journal's. */
	if (filled && d->properties.p == d->doc.p) {
		error = value_raw(error);
		set_extra(d, EVENT_ERROR_TEXT, (int64_t)((uint64_t)error.off << 32 | error.len));
	}
}

#define PAYLOADS                                                           \
	(DRAFT_BIT(PROPERTY_INPUT) | DRAFT_BIT(PROPERTY_INPUT_STATE) |     \
	 DRAFT_BIT(PROPERTY_OUTPUT_CHOICES) | DRAFT_BIT(PROPERTY_OUTPUT) | \
	 DRAFT_BIT(PROPERTY_OUTPUT_STATE) | DRAFT_BIT(PROPERTY_TOOLS))

static void read_payload_flags(struct draft *d)
{
	bool withheld;

	if (!draft_found(d, PAYLOADS))
		return;
	withheld = is_null(d, PROPERTY_INPUT) || is_null(d, PROPERTY_INPUT_STATE);

	set_flag(d, EVENT_HAS_INPUT,
	         is_there(d, PROPERTY_INPUT) || is_there(d, PROPERTY_INPUT_STATE));
	set_flag(d, EVENT_HAS_OUTPUT,
	         is_there(d, PROPERTY_OUTPUT_CHOICES) || is_there(d, PROPERTY_OUTPUT) ||
	                 is_there(d, PROPERTY_OUTPUT_STATE));
	set_flag(d, EVENT_HAS_TOOLS,
	         !value_empty(d->properties, draft_property(d, PROPERTY_TOOLS)));
	/* An embedding has no output to withhold: SDKs send null there always. */
	if (event_kind(&d->event) != EVENT_EMBEDDING)
		withheld |= is_null(d, PROPERTY_OUTPUT_CHOICES) || is_null(d, PROPERTY_OUTPUT) ||
		            is_null(d, PROPERTY_OUTPUT_STATE);
	set_flag(d, EVENT_PRIVATE, withheld);
}

static bool is_tool(struct draft *d)
{
	struct str type = draft_text(d, PROPERTY_SPAN_TYPE);

	return event_kind(&d->event) == EVENT_SPAN &&
	       (str_eq(type, STR("tool")) || str_eq(type, STR("mcp_tools")));
}

/* As they would stand without white space, strings left as they are. */
static struct str without_blanks(struct record_reader *r, struct str json)
{
	size_t end;

	if (json.n > ARGUMENTS_LAID)
		return json;
	buf_clear(&r->arguments);
	for (size_t at = json_skip_blanks(json, 0); at < json.n; at = json_skip_blanks(json, end)) {
		end = json.p[at] == '"' ? json_string_end(json, at) : at + 1;
		buf_append(&r->arguments, str_sub(json, at, end - at));
	}
	return buf_str(&r->arguments);
}

/* 56 bits, so that an extra holds them in 8 bytes. What was withheld or not sent is like nothing else. */
static void read_arguments(struct draft *d)
{
	enum property which = is_there(d, PROPERTY_INPUT_STATE) ? PROPERTY_INPUT_STATE
	                                                        : PROPERTY_INPUT;
	struct str sent;

	if (!is_there(d, which))
		return;
	sent = json_slice_str(d->properties, value_raw(draft_property(d, which)));
	set_extra(d, EVENT_ARGUMENTS, (int64_t)(hash64(without_blanks(d->reader, sent)) >> 8));
}

static void read_flags(struct draft *d)
{
	read_error(d);
	read_payload_flags(d);
	set_flag(d, EVENT_STREAM,
	         is_true(d, PROPERTY_STREAM) ||
	                 value_streams(&d->reader->values, d->properties,
	                               draft_property(d, PROPERTY_MODEL_PARAMETERS)));
	if (is_tool(d)) {
		set_flag(d, EVENT_TOOL, true);
		read_arguments(d);
	}
	set_flag(d, EVENT_PERSONLESS,
	         value_false(d->properties, draft_property(d, PROPERTY_PERSON_PROFILE)));
	set_flag(d, EVENT_OTEL, str_eq(draft_text(d, PROPERTY_INGESTION_SOURCE), STR("otel")));
}

/* Nothing that only the end of a call can tell is there. */
static bool is_running(const struct draft *d)
{
	enum event_kind kind = event_kind(&d->event);

	if (kind != EVENT_GENERATION && kind != EVENT_SPAN && kind != EVENT_EMBEDDING)
		return false;
	return d->event.latency == EVENT_ABSENT32 &&
	       !(d->event.flags & (EVENT_HAS_OUTPUT | EVENT_ERROR)) &&
	       !draft_has(d, PROPERTY_STOP_REASON) && !draft_has(d, PROPERTY_HTTP_STATUS);
}

static void read_status(struct draft *d)
{
	int64_t status;

	if (draft_has(d, PROPERTY_HTTP_STATUS) &&
	    value_count(&d->reader->values, d->properties, draft_property(d, PROPERTY_HTTP_STATUS),
	                &status) == VALUE_OK)
		set_extra(d, EVENT_HTTP_STATUS, status);
	set_flag(d, EVENT_RUNNING, is_running(d));
}

/* ---- one event ---- */

static enum event_kind kind_of(struct str name)
{
	for (int kind = 0; kind < EVENT_OTHER_AI; kind++)
		if (str_eq(name, event_kind_name((enum event_kind)kind)))
			return (enum event_kind)kind;
	return EVENT_OTHER_AI;
}

void draft_decode_properties(struct draft *d)
{
	struct record_reader *r = d->reader;
	struct json_want want = {.outer = r->properties, .found = &r->found};
	struct json_report report;
	enum json_type top;

	if (r->member[MEMBER_PROPERTIES].type != JSON_STRING)
		return;
	buf_clear(&r->decoded);
	json_unescape(&r->decoded, json_slice_str(d->doc, r->member[MEMBER_PROPERTIES]));
	d->properties = buf_str(&r->decoded);
	if (json_skim(d->properties, &want, r->property, NULL, &top, &report) != JSON_OK)
		r->found = 0;
}

static void add_draft(struct draft *d)
{
	if (d->suspect) {
		set_flag(d, EVENT_SUSPECT, true);
		set_extra(d, EVENT_SUSPECT_WHY, d->suspect);
	}
	events_add(d->batch, &d->event, d->uuid, d->session);
	events_set_extras(d->batch, &d->extras);
}

/* A line of standard error, as `tracehog run` keeps it. */
static void read_log(struct draft *d, uint64_t place)
{
	struct json_slice text = draft_property(d, PROPERTY_TEXT);
	struct event_log log = {.place = place, .length = (uint32_t)d->doc.n};

	if (text.type != JSON_STRING || d->reader->member[MEMBER_PROPERTIES].type != JSON_OBJECT)
		return;
	log.text_at = text.off;
	log.text_length = text.len;
	log.time = draft_timestamp(d);
	events_add_log(d->batch, &log);
}

static void read_other(struct draft *d, uint64_t place, struct str name,
                       struct record_counts *counts)
{
	bool is_session = str_eq(name, STR("$listed_session"));

	if (is_session || str_eq(name, STR("$listed_trace"))) {
		draft_read_listing(d, place, is_session);
		return;
	}
	counts->other_events++;
	if (str_eq(name, STR("$log")))
		read_log(d, place);
}

/* Not as a whole: most of a draft is room for extras, and `has` tells of them. */
void draft_start(struct draft *d, struct record_reader *r, struct events *batch, struct str doc)
{
	d->reader = r;
	d->batch = batch;
	d->doc = doc;
	d->properties = doc;
	d->event = (struct event){0};
	d->uuid = d->session = d->framework = d->suspect = d->extras.has = 0;
}

void record_event(struct record_reader *r, struct events *batch, uint64_t place, struct str doc,
                  bool irregular, struct record_counts *counts)
{
	struct str name = value_text(&r->values, doc, r->member[MEMBER_EVENT]);
	enum event_kind kind;
	struct draft d;

	draft_start(&d, r, batch, doc);
	counts->irregular += irregular;
	if (!str_starts(name, STR("$ai_"))) {
		read_other(&d, place, name, counts);
		return;
	}
	kind = kind_of(name);
	d.event = (struct event){.place = place, .length = (uint32_t)doc.n, .flags = kind};
	set_flag(&d, EVENT_IRREGULAR, irregular);
	if (kind == EVENT_OTHER_AI)
		set_string(&d, EVENT_NAME, strings_add(&batch->strings, name));
	draft_decode_properties(&d);
	read_ids(&d);
	read_times(&d);
	read_names(&d);
	read_costs(&d);
	read_flags(&d);
	read_status(&d);
	add_draft(&d);
	counts->suspect += d.suspect != 0;
}
