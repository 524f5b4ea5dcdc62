/* Inside OTLP: two readers (otlp_proto.c, otlp_json.c) fill a span, the mapping makes an event of it
 * (otlp_map.c: what holds for all; a file each for what instrumentations have of their own), and
 * otlp.c writes it. One span at a time: memory does not grow with their number.
 *
 * Texts are borrowed from the body, static, or live in the request's arenas. Names of attributes and
 * properties are static C strings; lists of them end with NULL, and in them a name that ends with '.'
 * stands for all that begin with it. */
#ifndef COLLECT_OTLP_INTERNAL_H
#define COLLECT_OTLP_INTERNAL_H

#include "base/arena.h"
#include "collect/otlp.h"
#include "collect/uuid.h"
#include "json/lexer.h"

/* An attribute's value: JSON text, strings with their quotes, as it was sent or made; or, from
 * protobuf, the bytes of a string. */
struct otlp_value {
	struct str text;
	bool json;
};

struct otlp_attribute {
	struct str key; /* bytes; empty where it was removed */
	struct otlp_value value;
};

/* In the order sent. Of two of one name the last counts, as readers of JSON have it. */
struct otlp_list {
	struct otlp_attribute *at;
	size_t n, cap;
};
void otlp_list_add(struct otlp_list *list, struct str key, struct otlp_value value);
const struct otlp_value *otlp_list_get(const struct otlp_list *list, const char *name);
bool otlp_list_has_any(const struct otlp_list *list, const char *const *names);

/* A span, or a log record. Absent is empty or 0. */
struct otlp_span {
	struct str trace_id, span_id, parent_id; /* lower-case hex, or what was sent instead */
	struct otlp_value name;                  /* of a record: its event's */
	uint64_t start, end;                     /* nanoseconds since 1970; of a record: start, */
	uint64_t observed;                       /* else this */
	struct otlp_value status, body;          /* what a failure says; what a record says */
	bool failed;
	struct str bytes; /* as sent */
	struct otlp_list attributes;
	struct otlp_list exception; /* the attributes of the last span event that is one */
};

/* One request on its way. */
struct otlp {
	struct str request;
	bool logs;
	struct otlp_list resource; /* without what only describes the machine */
	struct otlp_value version; /* of the scope */
	struct otlp_span span;
	struct otlp_list inner; /* attributes of a span's event, while it is read */
	struct otlp_list properties;
	struct arena lasting;   /* what the resource needs */
	struct arena made;      /* what the span needs */
	struct buf scratch;     /* empty but while a value is made */
	struct json_keys *none; /* no names: for JSON that is only checked */
	struct buf *batch;
	struct otlp_counts counts;
	/* Of the readers. */
	struct arena *arena; /* that values go to, and the list that attributes do */
	struct otlp_list *list;
	const char *broken; /* the byte in the request that cannot be; then no more is read */
	bool deep;          /* for the depth of a value */
};

/* The readers of o->request. otlp_json_read wants JSON that the lexer has accepted. */
void otlp_proto_read(struct otlp *o);
void otlp_json_read(struct otlp *o);

/* What readers call around a resource, before and behind one of a span's events, and around a span.
 * The begins set list and arena. What was read into o->inner is kept if that event is an exception;
 * a span becomes an event in the batch, or counts as skipped. */
void otlp_begin_resources(struct otlp *o);
void otlp_end_resource(struct otlp *o);
void otlp_begin_event(struct otlp *o);
void otlp_end_event(struct otlp *o, struct str name);
void otlp_begin_span(struct otlp *o, struct str bytes);
void otlp_end_span(struct otlp *o);
/* Nothing more is read; false, for `return otlp_break(...)`. */
bool otlp_break(struct otlp *o, const char *at);
bool otlp_too_deep(struct otlp *o, const char *at);
/* Lower-case hex of an id's bytes; empty if they are all zero, which says that there is none. */
struct str otlp_hex_id(struct otlp *o, struct str bytes);

/* ---- otlp_event.c: an event while it is made ---- */

enum otlp_kind { OTLP_SPAN, OTLP_GENERATION, OTLP_EMBEDDING, OTLP_TRACE, OTLP_EVALUATION };

struct otlp_event {
	enum otlp_kind kind;
	struct otlp_value distinct_id;
	struct otlp_list *properties; /* o's */
	struct otlp *o;               /* whose memory it uses */
};

/* NULL: absent. Good until the next property is set, defaulted or renamed. */
const struct otlp_value *otlp_get(const struct otlp_event *e, const char *name);
void otlp_set(struct otlp_event *e, const char *name, struct otlp_value value);
void otlp_set_json(struct otlp_event *e, const char *name, const char *json);       /* static */
void otlp_default(struct otlp_event *e, const char *name, struct otlp_value value); /* if absent */
void otlp_remove(struct otlp_event *e, const char *name);
void otlp_strip(struct otlp_event *e, const char *const *names);
/* from's value becomes to's and from is removed: always, or only where there is no `to`. The last
 * pair has NULLs. */
struct otlp_rename {
	const char *from, *to;
};
void otlp_rename(struct otlp_event *e, const struct otlp_rename *list);
void otlp_rename_absent(struct otlp_event *e, const struct otlp_rename *list);

static inline struct otlp_value otlp_text(struct str text)
{
	return (struct otlp_value){text, false};
}
static inline struct otlp_value otlp_json(struct str text)
{
	return (struct otlp_value){text, true};
}
/* '[' '{' '"' of an array, object or string, else the first byte of a number, true, false, null. */
char otlp_begin(struct otlp_value value);
/* Whether the value is a string (NULL is none); its text, unescaped. */
bool otlp_string(const struct otlp_event *e, const struct otlp_value *value, struct str *text);
/* The same of a property, and that it is not empty. */
bool otlp_string_of(const struct otlp_event *e, const char *name, struct str *text);
bool otlp_is(const struct otlp_event *e, const char *name, const char *text);
bool otlp_was_sent(const struct otlp_event *e, const char *name,
                   const char *text); /* with the span */
/* A number, also in a string. */
bool otlp_integer_of(const struct otlp_event *e, const char *name, int64_t *out);
/* Whether text is JSON and nothing else; what it is. */
bool otlp_is_json(const struct otlp *o, struct str text, enum json_type *type);
/* The JSON that a string holds; the value itself if it is no string, or holds none. */
struct otlp_value otlp_parsed(const struct otlp_event *e, struct otlp_value value);
/* A list of strings that hold JSON becomes a list of what they hold. */
struct otlp_value otlp_parsed_list(struct otlp_event *e, struct otlp_value list);

/* from's value, parsed if it is JSON in a string, becomes to's, whatever that was. */
void otlp_take_state(struct otlp_event *e, const char *from, const char *to);

/* Appends JSON. */
void otlp_separate(struct buf *out); /* a comma, if something stands before in the brackets */
void otlp_put_hex(struct buf *out, struct str bytes); /* as a string */
void otlp_put(struct buf *out, struct otlp_value value);
void otlp_put_member(struct buf *out, const char *name, struct str json); /* empty: nothing */
void otlp_put_message(struct buf *out, const char *role, struct otlp_value content);
/* What stands in the scratch becomes a value, and the scratch empty. */
struct otlp_value otlp_made(struct otlp_event *e);

/* ---- otlp_messages.c: JSON of messages ---- */

/* An object's member as sent, strings with their quotes; empty: absent. */
struct str otlp_member(struct str object, const char *name);
bool otlp_member_is(struct str object, const char *name, const char *text);
/* Of an array's objects, one; empty: there is none. An answer is of neither user nor system. */
enum otlp_pick { OTLP_FIRST_USER, OTLP_LAST_USER, OTLP_LAST_ANSWER, OTLP_LAST };
struct str otlp_pick_message(struct otlp_value array, enum otlp_pick pick);
/* text leads $ai_input as a system message, unless there is one or $ai_input is no list. */
void otlp_lead_with_system(struct otlp_event *e, struct str text);
/* The first finish_reason in $ai_output_choices becomes $ai_stop_reason. */
void otlp_lift_stop_reason(struct otlp_event *e);
/* Logfire's `events`: span events of the older conventions, as messages. */
void otlp_convert_events(struct otlp_event *e);

/* ---- otlp_indexed.c: lists whose members are attributes of their own ---- */

/* prefix.{i}.member, prefix.{i}.calls.{j}.member and prefix.{i}.parts.{j}.member become
 * [{"member":..,"tool_calls":[{..}],"content":[{..}]}]. */
struct otlp_indexed {
	const char *prefix; /* "llm.input_messages." */
	const char *inner;  /* what stands before every member and is left out: "message." */
	const char *const *members; /* those that are taken */
	const char *calls, *parts;  /* "tool_calls.", "contents."; NULL: none */
	const char *call, *part; /* left out of names in them: "tool_call.", "message_content." */
	bool bare;               /* members are no objects but the value of the one that is taken */
};
/* Sets the property to what its attributes say, which are removed; false if there are none. Where
 * the property is there already nothing is done. */
bool otlp_gather(struct otlp_event *e, const char *name, const struct otlp_indexed *form);

/* ---- what is done to a span ---- */

/* otlp.c: the same for what an exporter sends again. */
void otlp_make_uuid(const struct otlp *o, uint8_t uuid[UUID_BYTES]);
/* otlp_map.c: whether a span is of one of the AI conventions; what it is, and its properties. */
bool otlp_is_ai(const struct otlp_list *attributes);
void otlp_map_span(struct otlp_event *e);
/* Sets the distinct_id, of a record too. */
void otlp_identify(struct otlp_event *e);
/* otlp_failure.c: $ai_is_error and what goes with it. */
void otlp_map_failure(struct otlp_event *e);
/* otlp_record.c: whether a log record is an evaluation; its properties. */
bool otlp_is_evaluation(struct otlp *o);
void otlp_map_record(struct otlp_event *e);

/* What an instrumentation has of its own, around the general mapping. */
struct otlp_dialect {
	const char *library;                  /* $ai_lib: opentelemetry/ and this */
	const char *const *marks;             /* the first dialect that has one of these counts */
	void (*before)(struct otlp_event *e); /* NULL: nothing */
	void (*after)(struct otlp_event *e);
};
extern const struct otlp_dialect otlp_pydantic, otlp_traceloop, otlp_vercel, otlp_langwatch,
	otlp_openinference, otlp_anthropic;

#endif
