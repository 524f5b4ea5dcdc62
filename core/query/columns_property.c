/* Columns of properties. An event has its own; a trace that of its $ai_trace event, else of its earliest event that has it; a
 * session that of the earliest event in it that has it. Rows that add up have none.
 *
 * Of a trace or session no more than LOOKED_AT of its events are looked at, those that arrived first: a row is asked for its
 * values with every drawing. */
#include "query/columns.h"
#include "query/property.h"

#define LOOKED_AT 1000u

struct looking {
	const struct property *property;
	const struct events *events;
	uint32_t best; /* EVENT_NONE: none yet */
	uint32_t left;
};

static bool has(const struct looking *l, uint32_t event)
{
	return property_get(l->property, event).type != PROPERTY_ABSENT;
}

static void look_through_trace(struct looking *l, struct model *m, uint32_t trace)
{
	for (uint32_t at = model_trace(m, trace)->first_event; at != EVENT_NONE && l->left > 0;
	     at = model_next_event(m, at), l->left--)
		if (has(l, at) &&
		    (l->best == EVENT_NONE || events_compare_start(l->events, at, l->best) < 0))
			l->best = at;
}

static void look_through_session(struct looking *l, struct model *m, uint32_t session)
{
	for (uint32_t at = model_session(m, session)->first_trace; at != MODEL_NONE && l->left > 0;
	     at = model_next_trace(m, at))
		look_through_trace(l, m, at);
}

/* The event whose value the row shows; EVENT_NONE. */
static uint32_t event_of(const struct rows *r, const struct property *p, uint32_t row)
{
	struct looking l = {p, model_events(r->model), EVENT_NONE, LOOKED_AT};
	uint32_t number = r->at[row], own;

	switch (r->query.kind) {
	case ROWS_GENERATIONS:
	case ROWS_SPANS:
		return number;
	case ROWS_TRACES:
		own = model_trace(r->model, number)->explicit_event;
		if (own != EVENT_NONE && has(&l, own))
			return own;
		look_through_trace(&l, r->model, number);
		return l.best;
	case ROWS_SESSIONS:
		look_through_session(&l, r->model, number);
		return l.best;
	default:
		return EVENT_NONE;
	}
}

static struct property_value value_of(const struct rows *r, const struct property *p, uint32_t row)
{
	uint32_t event = event_of(r, p, row);

	if (event == EVENT_NONE)
		return (struct property_value){.type = PROPERTY_ABSENT};
	return property_get(p, event);
}

/* By it the column of a property is known. */
static void get_nothing(const struct rows *r, uint32_t row, struct value *out, struct buf *scratch)
{
	(void)r;
	(void)row;
	(void)scratch;
	*out = (struct value){.type = VALUE_UNKNOWN};
}

const struct property *column_property(const struct column *c)
{
	return c->get == get_nothing ? ((const struct property_column *)c)->property : NULL;
}

void rows_value(const struct rows *r, const struct column *c, uint32_t row, struct value *out,
                struct buf *scratch)
{
	const struct property *p = column_property(c);
	struct property_value v;

	if (p == NULL) {
		c->get(r, row, out, scratch);
		return;
	}
	v = value_of(r, p, row);
	if (v.type == PROPERTY_ABSENT)
		*out = (struct value){.type = VALUE_UNKNOWN};
	else
		*out = columns_text(property_text(p, v.text));
}

void columns_sorted(const struct rows *r, const struct column *c, uint32_t row, struct value *out,
                    struct buf *scratch)
{
	const struct property *p = column_property(c);
	struct property_value v;

	if (p == NULL) {
		c->get(r, row, out, scratch);
		return;
	}
	v = value_of(r, p, row);
	*out = (struct value){.type = VALUE_UNKNOWN};
	if (v.has_number)
		*out = (struct value){.type = VALUE_COUNT, .number = v.number};
	else if (v.type != PROPERTY_ABSENT)
		*out = (struct value){.type = VALUE_TEXT, .text = property_text(p, v.text)};
}

void property_column_init(struct property_column *c, const char *name, const struct property *p)
{
	c->column = (struct column){.name = name,
	                            .title = name[0] == '@' ? name + 1 : name,
	                            .help = "a property, as sent",
	                            .type = VALUE_TEXT,
	                            .width = 12,
	                            .get = get_nothing};
	c->property = p;
}
