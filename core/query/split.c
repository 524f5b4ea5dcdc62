/* One table of what figures can be split by: how an event's number is found, and how a number is said.
 *
 * Values of records have numbers already, of ids or of strings. Values of properties have one in each column, from 1; a field that
 * stands for several properties gives them numbers of its own, the same for the same text. */
#include "query/split.h"

#include "base/mem.h"
#include "index/strings.h"

#include <string.h>

#define CODE_MAX 999 /* an HTTP status has three digits (RFC 9110) */

enum numbering { OF_IDS, OF_STRINGS, OF_NUMBERS, OF_STATUS, OF_KINDS, OF_TIME, OF_VALUES };

struct splitting {
	enum field_number field;
	enum numbering numbering;
	bool times_all;
	uint32_t (*key)(const struct split_records *r, uint32_t event); /* NULL: no record's */
};

/* The values of one property. */
struct value_column {
	const struct property *property;
	uint32_t *keys, n_keys; /* by number of the value in its column; 0: not met yet */
};

struct split {
	const struct splitting *how;
	struct model *model;
	const struct events *events;
	char *name; /* of the property that was named; NULL: none */
	struct value_column columns[PROPERTY_NAMES];
	uint32_t n_columns;
	bool told; /* keys are of values alone */
	struct strings values;
	int64_t since, until; /* of time, as all that follows */
	uint32_t n;
};

/* ---- keys ---- */

static uint32_t key_model(const struct split_records *r, uint32_t at)
{
	const struct event *e = events_get(r->events, at);
	uint32_t model = r->events->models[e->model].model;

	return event_is_call(e) ? model : SPLIT_OUT;
}

static uint32_t key_provider(const struct split_records *r, uint32_t at)
{
	const struct event *e = events_get(r->events, at);
	uint32_t provider = r->events->models[e->model].provider;

	return event_is_call(e) ? provider : SPLIT_OUT;
}

static uint32_t key_user(const struct split_records *r, uint32_t at)
{
	const struct event *e = events_get(r->events, at);

	return e->flags & EVENT_PERSONLESS ? SPLIT_NONE : e->user;
}

static uint32_t session_of_trace(struct model *m, uint32_t event)
{
	uint32_t trace = model_trace_of(m, event);

	if (trace == MODEL_NONE || model_trace(m, trace)->session == MODEL_NONE)
		return SPLIT_NONE;
	return model_session_id(m, model_trace(m, trace)->session);
}

/* The one that it names, else its trace's: as session: has it. */
static uint32_t key_session(const struct split_records *r, uint32_t at)
{
	uint32_t session = events_session(r->events, at);

	if (session != 0)
		return session;
	if (r->model != NULL)
		return session_of_trace(r->model, at);
	return r->session_ids[r->sessions[r->traces[events_get(r->events, at)->trace]]];
}

static uint32_t key_trace(const struct split_records *r, uint32_t at)
{
	return events_get(r->events, at)->trace;
}

static uint32_t key_name(const struct split_records *r, uint32_t at)
{
	return events_get(r->events, at)->name;
}

static uint32_t key_tool(const struct split_records *r, uint32_t at)
{
	const struct event *e = events_get(r->events, at);

	return e->flags & EVENT_TOOL ? e->name : SPLIT_OUT;
}

/* In the order of status:'s words. */
static uint32_t key_status(const struct split_records *r, uint32_t at)
{
	uint32_t flags = events_get(r->events, at)->flags;

	if (flags & EVENT_ERROR)
		return 2;
	return flags & EVENT_RUNNING ? 3 : 1;
}

static uint32_t key_kind(const struct split_records *r, uint32_t at)
{
	return event_kind(events_get(r->events, at)) + 1u;
}

static uint32_t extra_of(const struct split_records *r, uint32_t at, enum event_field field)
{
	int64_t value;

	if (!events_extra(r->events, at, field, &value) || value < 0 || value >= SPLIT_OUT)
		return SPLIT_NONE;
	return (uint32_t)value;
}

static uint32_t key_finish(const struct split_records *r, uint32_t at)
{
	return event_is_call(events_get(r->events, at)) ? extra_of(r, at, EVENT_STOP_REASON)
	                                                : SPLIT_OUT;
}

/* Beyond what a status can be there is none: a key is a place in a list. */
static uint32_t key_code(const struct split_records *r, uint32_t at)
{
	uint32_t code = extra_of(r, at, EVENT_HTTP_STATUS);

	if (!event_is_call(events_get(r->events, at)))
		return SPLIT_OUT;
	return code <= CODE_MAX ? code : SPLIT_NONE;
}

static uint32_t key_library(const struct split_records *r, uint32_t at)
{
	return extra_of(r, at, EVENT_LIBRARY);
}

static uint32_t key_time(const struct split *s, const struct split_records *r, uint32_t at)
{
	int64_t time = events_get(r->events, at)->time;

	if (time == TIME_NONE || time < s->since || time >= s->until)
		return SPLIT_OUT;
	return (uint32_t)((unsigned __int128)(time - s->since) * s->n /
	                  (uint64_t)(s->until - s->since)) +
	       1;
}

static uint32_t key_of_value(struct split *s, struct value_column *c, uint32_t value)
{
	if (value >= c->n_keys) {
		uint32_t n = value >= c->n_keys * 2 ? value + 1 : c->n_keys * 2;

		c->keys = mem_resize(c->keys, n, sizeof(*c->keys));
		memset(c->keys + c->n_keys, 0, (n - c->n_keys) * sizeof(*c->keys));
		c->n_keys = n;
	}
	if (c->keys[value] == 0)
		c->keys[value] = strings_add(&s->values, property_text(c->property, value));
	return c->keys[value];
}

/* Of several properties the first that it has. */
static uint32_t key_value(struct split *s, uint32_t at)
{
	for (uint32_t i = 0; i < s->n_columns; i++) {
		struct property_value v = property_get(s->columns[i].property, at);

		if (v.type != PROPERTY_ABSENT)
			return key_of_value(s, &s->columns[i], v.text);
	}
	return SPLIT_NONE;
}

static const struct splitting by_time = {FIELDS, OF_TIME, false, NULL};

static const struct splitting table[] = {
	{FIELD_MODEL, OF_STRINGS, false, key_model},
	{FIELD_PROVIDER, OF_STRINGS, false, key_provider},
	{FIELD_USER, OF_IDS, false, key_user},
	{FIELD_SESSION, OF_IDS, false, key_session},
	{FIELD_TRACE, OF_IDS, false, key_trace},
	{FIELD_NAME, OF_STRINGS, true, key_name},
	{FIELD_TOOL, OF_STRINGS, true, key_tool},
	{FIELD_STATUS, OF_STATUS, false, key_status},
	{FIELD_KIND, OF_KINDS, true, key_kind},
	{FIELD_FINISH, OF_STRINGS, false, key_finish},
	{FIELD_CODE, OF_NUMBERS, false, key_code},
	{FIELD_LIB, OF_STRINGS, false, key_library},
	{FIELD_ENV, OF_VALUES, false, NULL},
	{FIELD_VERSION, OF_VALUES, false, NULL},
	{FIELD_URL, OF_VALUES, false, NULL},
	{FIELD_EVAL, OF_VALUES, false, NULL},
	{FIELD_FEEDBACK, OF_VALUES, false, NULL},
	{FIELD_PROPERTY, OF_VALUES, false, NULL},
	{FIELD_PERSON, OF_VALUES, false, NULL},
};
#define TABLE (sizeof(table) / sizeof(table[0]))

const char *split_word(size_t i)
{
	return i < TABLE ? fields[table[i].field].name : NULL;
}

/* ---- made ---- */

static const struct splitting *splitting_of(enum field_number field)
{
	for (size_t i = 0; i < TABLE; i++)
		if (table[i].field == field)
			return &table[i];
	return NULL;
}

static enum err refuse(struct str by, struct errinfo *e)
{
	const char *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < TABLE; i++) {
		size_t distance = field_distance(by, split_word(i));

		if (distance >= least)
			continue;
		least = distance;
		best = split_word(i);
	}
	if (best != NULL)
		return err_set(e, ERR_USAGE, "by: does not know %.*s: did you mean %s?",
		               STR_ARG(str_sub(by, 0, 64)), best);
	return err_set(e, ERR_USAGE,
	               "by: does not know %.*s: use model, provider, user, session, name, tool, "
	               "status, kind, env, version, $groups.TYPE or any @property",
	               STR_ARG(str_sub(by, 0, 64)));
}

/* What by names: its place in the table and, of properties, their name. $groups.TYPE is such a property, too. */
static const struct splitting *read_by(struct str by, struct str *name)
{
	static const enum field_number named[] = {FIELD_PROPERTY, FIELD_PERSON};
	const struct field *field = field_named(by);

	*name = STR_EMPTY;
	if (str_starts(by, STR("$groups.")) && by.n > 8) {
		*name = by;
		return splitting_of(FIELD_PROPERTY);
	}
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		struct str begin = str_of(fields[named[i]].name);

		if (!str_starts(by, begin) || by.n == begin.n)
			continue;
		*name = str_sub(by, begin.n, SIZE_MAX);
		return splitting_of(named[i]);
	}
	return field != NULL ? splitting_of(field->number) : NULL;
}

static void ask_columns(struct split *s, struct properties *p, struct str name)
{
	const char *names[PROPERTY_NAMES];

	if (name.n == 0) {
		s->n_columns = property_names_of(s->how->field, names);
		for (uint32_t i = 0; i < s->n_columns; i++)
			s->columns[i].property = properties_column(p, PROPERTY_OF_EVENT,
			                                           str_of(names[i]));
		return;
	}
	s->n_columns = 1;
	s->name = mem_copy_text(name.p, name.n);
	s->columns[0].property = properties_column(
		p, s->how->field == FIELD_PERSON ? PROPERTY_OF_PERSON : PROPERTY_OF_EVENT, name);
}

static struct split *make(const struct splitting *how, struct model *m)
{
	struct split *s = mem_zero(1, sizeof(*s));

	s->how = how;
	s->model = m;
	s->events = model_events(m);
	strings_init(&s->values);
	return s;
}

enum err split_new(struct split **out, struct str by, struct model *m, struct properties *p,
                   struct errinfo *e)
{
	struct str name;
	const struct splitting *how = read_by(by, &name);

	*out = NULL;
	if (how == NULL)
		return refuse(by, e);
	*out = make(how, m);
	if (how->numbering == OF_VALUES)
		ask_columns(*out, p, name);
	return ERR_OK;
}

enum err split_told(struct split **out, struct str by, struct model *m, struct errinfo *e)
{
	struct str name;
	const struct splitting *how = read_by(by, &name);

	*out = NULL;
	if (how == NULL)
		return refuse(by, e);
	*out = make(how, m);
	(*out)->told = true;
	if (name.n > 0)
		(*out)->name = mem_copy_text(name.p, name.n);
	return ERR_OK;
}

uint32_t split_tell(struct split *s, struct str value)
{
	return strings_add(&s->values, value);
}

enum err split_check(struct str by, struct errinfo *e)
{
	struct str name;

	return read_by(by, &name) != NULL ? ERR_OK : refuse(by, e);
}

struct split *split_by_time(struct model *m, int64_t since, int64_t until, uint32_t n)
{
	struct split *s = make(&by_time, m);

	s->since = since;
	s->until = until;
	s->n = n;
	return s;
}

void split_free(struct split *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < s->n_columns; i++)
		mem_free(s->columns[i].keys);
	strings_fini(&s->values);
	mem_free(s->name);
	mem_free(s);
}

/* ---- asked ---- */

bool split_is_of_records(const struct split *s)
{
	return s->how->numbering != OF_VALUES;
}

uint32_t split_record_key(const struct split *s, const struct split_records *r, uint32_t event)
{
	return s->how->numbering == OF_TIME ? key_time(s, r, event) : s->how->key(r, event);
}

uint32_t split_key(struct split *s, uint32_t event)
{
	struct split_records now = {.events = s->events, .model = s->model};

	return split_is_of_records(s) ? split_record_key(s, &now, event) : key_value(s, event);
}

static void time_text(const struct split *s, uint32_t key, struct buf *out)
{
	__int128 width = s->until - s->since;

	time_append_rfc3339(out, s->since + (int64_t)(width * (key - 1) / s->n));
}

static void kind_text(enum event_kind kind, struct buf *out)
{
	struct str name = event_kind_name(kind);

	buf_append(out, name.n > 0 ? str_sub(name, strlen("$ai_"), SIZE_MAX) : STR("other"));
}

void split_text(const struct split *s, uint32_t key, struct buf *out)
{
	if (key == SPLIT_NONE)
		return;
	switch (s->told ? OF_VALUES : s->how->numbering) {
	case OF_IDS:
		ids_text(&s->events->ids, key, out);
		break;
	case OF_STRINGS:
		buf_append(out, strings_get(&s->events->strings, key));
		break;
	case OF_NUMBERS:
		buf_printf(out, "%u", key);
		break;
	case OF_STATUS:
		buf_puts(out, fields[FIELD_STATUS].words[key - 1]);
		break;
	case OF_KINDS:
		kind_text((enum event_kind)(key - 1), out);
		break;
	case OF_TIME:
		time_text(s, key, out);
		break;
	case OF_VALUES:
		buf_append(out, strings_get(&s->values, key));
		break;
	}
}

bool split_ready(const struct split *s)
{
	for (uint32_t i = 0; i < s->n_columns; i++)
		if (!property_done(s->columns[i].property))
			return false;
	return true;
}

const struct field *split_field(const struct split *s, struct str *name)
{
	*name = s->name != NULL ? str_of(s->name) : STR_EMPTY;
	return s->how->field == FIELDS ? NULL : &fields[s->how->field];
}

bool split_times_all(const struct split *s)
{
	return s->how->times_all;
}
