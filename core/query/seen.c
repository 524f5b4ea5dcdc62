/* Values are counted by the numbers that tables give them, an event after the other; then those that begin as wanted are
 * gathered, the most frequent first. */
#include "query/seen.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/slice.h"
#include "query/seen_names.h"

enum from {
	FROM_NAME,
	FROM_MODEL,
	FROM_PROVIDER,
	FROM_STOP_REASON,
	FROM_LIBRARY,
	FROM_USER,
	FROM_SESSION,
	FROM_COLUMN,
	FROM_NAMES_OF_EVENT,
	FROM_NAMES_OF_PERSON,
};

struct counts {
	uint32_t *list; /* by number; 0 is what has none */
	uint32_t cap;
	const struct property *column;
};

struct seen {
	struct model *model;
	enum from from;
	bool tools_alone;
	struct counts counts[PROPERTY_NAMES];
	uint32_t n_counts;
	uint32_t first, next; /* event */
	struct strings names; /* of properties */
	struct buf begins;
	uint32_t at, number; /* what is gathered from next */
	struct seen_value best[SEEN_MAX];
	uint32_t n_best;
	struct arena arena;
	struct buf scratch;
};

/* ---- where values come from ------------------------------------------------------------------ */

static bool source_of(struct seen *s, const struct field *field)
{
	static const struct {
		enum field_number field;
		enum from from;
	} known[] = {
		{FIELD_NAME, FROM_NAME},          {FIELD_TOOL, FROM_NAME},
		{FIELD_MODEL, FROM_MODEL},        {FIELD_PROVIDER, FROM_PROVIDER},
		{FIELD_FINISH, FROM_STOP_REASON}, {FIELD_LIB, FROM_LIBRARY},
		{FIELD_USER, FROM_USER},          {FIELD_SESSION, FROM_SESSION},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].field == field->number) {
			s->from = known[i].from;
			s->tools_alone = field->number == FIELD_TOOL;
			s->n_counts = 1;
			return true;
		}
	return false;
}

static void add_column(struct seen *s, struct properties *p, enum property_of of, struct str name)
{
	s->from = FROM_COLUMN;
	s->counts[s->n_counts++].column = properties_column(p, of, name);
}

static bool columns_of(struct seen *s, struct properties *p, const struct field *field,
                       struct str name)
{
	const char *names[PROPERTY_NAMES];
	uint32_t n = property_names_of(field->number, names);

	if (field->type == FIELD_VALUE && name.n > 0)
		add_column(s, p,
		           field->number == FIELD_PERSON ? PROPERTY_OF_PERSON : PROPERTY_OF_EVENT,
		           name);
	for (uint32_t i = 0; i < n && field->type == FIELD_TEXT; i++)
		add_column(s, p, PROPERTY_OF_EVENT, str_of(names[i]));
	return s->n_counts > 0;
}

static bool is_of_names(const struct seen *s)
{
	return s->from == FROM_NAMES_OF_EVENT || s->from == FROM_NAMES_OF_PERSON;
}

/* Of the last events that there are. */
static bool names_of(struct seen *s, const struct field *field, struct str name)
{
	uint32_t n = model_events(s->model)->n;

	if (field->type != FIELD_VALUE || name.n > 0)
		return false;
	s->from = field->number == FIELD_PERSON ? FROM_NAMES_OF_PERSON : FROM_NAMES_OF_EVENT;
	s->n_counts = 1;
	s->first = s->next = n > SEEN_SAMPLE ? n - SEEN_SAMPLE : 0;
	strings_init(&s->names);
	return true;
}

struct seen *seen_new(struct model *m, struct properties *p, const struct field *field,
                      struct str name)
{
	struct seen *s = mem_zero(1, sizeof(*s));

	s->model = m;
	if (source_of(s, field) || names_of(s, field, name) || columns_of(s, p, field, name))
		return s;
	mem_free(s);
	return NULL;
}

void seen_free(struct seen *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < s->n_counts; i++)
		mem_free(s->counts[i].list);
	if (is_of_names(s))
		strings_fini(&s->names);
	arena_free(&s->arena);
	buf_free(&s->begins);
	buf_free(&s->scratch);
	mem_free(s);
}

/* ---- counting -------------------------------------------------------------------------------- */

static uint32_t number_of(const struct seen *s, uint32_t event)
{
	const struct events *t = model_events(s->model);
	const struct event *e = events_get(t, event);
	int64_t extra;

	switch (s->from) {
	case FROM_NAME:
		return !s->tools_alone || (e->flags & EVENT_TOOL) ? e->name : 0;
	case FROM_MODEL:
		return t->models[e->model].model;
	case FROM_PROVIDER:
		return t->models[e->model].provider;
	case FROM_STOP_REASON:
		return events_extra(t, event, EVENT_STOP_REASON, &extra) ? (uint32_t)extra : 0;
	case FROM_LIBRARY:
		return events_extra(t, event, EVENT_LIBRARY, &extra) ? (uint32_t)extra : 0;
	case FROM_USER:
		return e->user;
	case FROM_SESSION:
		return events_session(t, event);
	case FROM_COLUMN:
	case FROM_NAMES_OF_EVENT:
	case FROM_NAMES_OF_PERSON:
		break;
	}
	return 0;
}

static void count(struct counts *c, uint32_t number)
{
	uint32_t cap = c->cap;

	if (number >= cap) {
		while (number >= cap)
			cap = cap > 0 ? cap * 2 : 256;
		c->list = mem_resize(c->list, cap, sizeof(*c->list));
		memset(c->list + c->cap, 0, (cap - c->cap) * sizeof(*c->list));
		c->cap = cap;
	}
	c->list[number]++;
}

static void count_names(struct seen *s, uint32_t event)
{
	uint32_t found[SEEN_NAMES_MAX];
	uint32_t n = seen_names_of(model_events(s->model), event, s->from == FROM_NAMES_OF_PERSON,
	                           &s->names, found);

	for (uint32_t i = 0; i < n; i++)
		count(&s->counts[0], found[i]);
}

/* Of several names the first that the event has. */
static void count_event(struct seen *s, uint32_t event)
{
	if (model_superseded(s->model, event))
		return;
	if (is_of_names(s)) {
		count_names(s, event);
		return;
	}
	if (s->from != FROM_COLUMN) {
		count(&s->counts[0], number_of(s, event));
		return;
	}
	for (uint32_t i = 0; i < s->n_counts; i++) {
		struct property_value v = property_get(s->counts[i].column, event);

		if (v.type == PROPERTY_ABSENT)
			continue;
		count(&s->counts[i], v.text);
		return;
	}
}

/* Events of which all columns are known. */
static uint32_t known(const struct seen *s)
{
	uint32_t n = model_events(s->model)->n;

	for (uint32_t i = 0; i < s->n_counts; i++)
		if (s->counts[i].column != NULL && property_known(s->counts[i].column) < n)
			n = property_known(s->counts[i].column);
	return n;
}

/* ---- gathering ------------------------------------------------------------------------------- */

static struct str text_of(struct seen *s, const struct counts *c, uint32_t number)
{
	const struct events *t = model_events(s->model);

	if (c->column != NULL)
		return property_text(c->column, number);
	if (is_of_names(s))
		return strings_get(&s->names, number);
	if (s->from != FROM_USER && s->from != FROM_SESSION)
		return strings_get(&t->strings, number);
	buf_clear(&s->scratch);
	ids_text(&t->ids, number, &s->scratch);
	return buf_str(&s->scratch);
}

static bool begins(const struct seen *s, struct str text)
{
	struct str head = str_sub(text, 0, s->begins.n);

	return head.n == s->begins.n && str_find(head, buf_str(&s->begins), 0, true) == 0;
}

static void gather(struct seen *s, const struct counts *c, uint32_t number)
{
	uint32_t events = c->list[number], at = s->n_best;
	struct str text;

	if (events == 0 || (at == SEEN_MAX && s->best[at - 1].events >= events))
		return;
	text = text_of(s, c, number);
	if (text.n == 0 || !begins(s, text))
		return;
	if (at == SEEN_MAX)
		at--;
	else
		s->n_best++;
	for (; at > 0 && s->best[at - 1].events < events; at--)
		s->best[at] = s->best[at - 1];
	s->best[at] = (struct seen_value){arena_copy(&s->arena, text), events};
}

static void gather_anew(struct seen *s)
{
	arena_free(&s->arena);
	s->n_best = 0;
	s->at = 0;
	s->number = 1;
}

void seen_look(struct seen *s, struct str wanted)
{
	buf_clear(&s->begins);
	buf_append(&s->begins, wanted);
	gather_anew(s);
}

bool seen_step(struct seen *s, int64_t until)
{
	struct slice slice = {.until = until};
	uint32_t end = known(s);

	if (s->next < end)
		gather_anew(s);
	for (; s->next < end; s->next++) {
		if (slice_over(&slice))
			return false;
		count_event(s, s->next);
		if (is_of_names(s))
			slice_was_large(&slice);
	}
	for (; s->at < s->n_counts; s->at++, s->number = 1)
		for (; s->number < s->counts[s->at].cap; s->number++) {
			if (slice_over(&slice))
				return false;
			gather(s, &s->counts[s->at], s->number);
		}
	return true;
}

unsigned seen_percent(const struct seen *s)
{
	uint32_t n = model_events(s->model)->n - s->first;

	return n == 0 ? 100 : (unsigned)(100ull * (s->next - s->first) / n);
}

uint32_t seen_sample(const struct seen *s)
{
	return is_of_names(s) ? s->next - s->first : 0;
}

const struct seen_value *seen_values(const struct seen *s, uint32_t *n)
{
	*n = s->n_best;
	return s->best;
}
