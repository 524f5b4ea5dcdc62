/* Terms are read off a row's columns: what a list can show can be filtered by. */
#include "query/terms.h"

#include "base/utf8.h"
#include "query/errors.h"

#define ERROR_MAX \
	80 /* bytes of an error's text: the rest has numbers and times that no other has */

static const struct {
	char key;
	enum field_number field;
	const char *column;
} sources[] = {
	{'u', FIELD_USER, "user"},         {'s', FIELD_SESSION, "session_id"},
	{'i', FIELD_TRACE, "trace_id"},    {'n', FIELD_NAME, "name"},
	{'t', FIELD_TOOL, "tool"},         {'m', FIELD_MODEL, "model"},
	{'p', FIELD_PROVIDER, "provider"}, {'x', FIELD_STATUS, "status"},
	{'e', FIELD_ERROR, "error"},
};

void terms_free(struct terms *t)
{
	arena_free(&t->arena);
	*t = (struct terms){0};
}

/* The first line of it, and of that what two errors of a kind share. */
static struct str error_of(struct str text)
{
	size_t end, at = 0;

	text = str_trim(text);
	end = str_find(text, STR("\n"), 0, false);
	text = str_trim(str_sub(text, 0, end));
	while (at < text.n && at < ERROR_MAX) {
		end = at;
		utf8_next(text, &at);
	}
	return str_sub(text, 0, at > ERROR_MAX ? end : at);
}

static void add(struct terms *t, char key, enum field_number field, struct str value)
{
	if (field == FIELD_ERROR)
		value = error_of(value);
	if (value.n == 0 || t->n == TERMS_MAX)
		return;
	t->list[t->n++] = (struct term){key, &fields[field], arena_copy(&t->arena, value)};
}

static bool column_text(const struct rows *r, uint32_t row, const char *name, struct str *out,
                        struct buf *scratch)
{
	const struct column *c = rows_column(r->query.kind, str_of(name));
	struct value v = {0};

	buf_clear(scratch);
	if (c == NULL)
		return false;
	c->get(r, row, &v, scratch);
	*out = v.text;
	return v.type == VALUE_TEXT;
}

/* A trace, session or user that has errors has them among its events. */
static bool has_errors(const struct rows *r, uint32_t row)
{
	const struct column *c = rows_column(r->query.kind, STR("errors"));
	struct buf scratch = {0};
	struct value v = {0};

	if (c != NULL)
		c->get(r, row, &v, &scratch);
	buf_free(&scratch);
	return v.type == VALUE_COUNT && v.number > 0;
}

/* Of what names the row alone. */
static void name_it(struct terms *t, const struct rows *r, uint32_t row)
{
	static const struct {
		enum field_number field;
		const char *column;
	} names[ROWS_KINDS] = {
		[ROWS_TRACES] = {FIELD_TRACE, "trace_id"},
		[ROWS_SESSIONS] = {FIELD_SESSION, "session_id"},
		[ROWS_GENERATIONS] = {FIELD_THING_ID, "uuid"},
		[ROWS_SPANS] = {FIELD_THING_ID, "uuid"},
		[ROWS_USERS] = {FIELD_USER, "user"},
		[ROWS_MODELS] = {FIELD_MODEL, "model"},
		[ROWS_TOOLS] = {FIELD_TOOL, "tool"},
		[ROWS_ERRORS] = {FIELD_ERROR_LIKE, "error"},
	};
	enum rows_kind kind = r->query.kind;
	struct buf scratch = {0}, text = {0};
	struct str value;

	if (names[kind].column && column_text(r, row, names[kind].column, &value, &scratch) &&
	    value.n > 0) {
		filter_append_term(&text, &fields[names[kind].field], STR_EMPTY, value);
		t->which = arena_copy(&t->arena, buf_str(&text));
	}
	buf_free(&scratch);
	buf_free(&text);
}

/* Of what says the same there is but this to say. */
static void of_error(struct terms *t, const struct rows *r, uint32_t row)
{
	add(t, 'e', FIELD_ERROR_LIKE, errors_text(r->query.errors, r->groups[r->at[row]].key));
	if (t->n > 0)
		name_it(t, r, row);
}

void terms_of_row(struct terms *out, const struct rows *r, uint32_t row)
{
	struct buf scratch = {0};
	struct str value;

	terms_free(out);
	if (r->query.kind == ROWS_ERRORS) {
		of_error(out, r, row);
		return;
	}
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (column_text(r, row, sources[i].column, &value, &scratch))
			add(out, sources[i].key, sources[i].field, value);
	if (terms_find(out, FIELD_ERROR) == NULL && has_errors(r, row))
		add(out, 'e', FIELD_IS, STR("error"));
	name_it(out, r, row);
	buf_free(&scratch);
}

static void of_one(struct terms *out, struct model *m, enum rows_kind kind, uint32_t number)
{
	struct rows r = {.model = m, .at = &number, .n = 1, .total = 1};

	query_init(&r.query, kind);
	terms_of_row(out, &r, 0);
}

void terms_of_event(struct terms *out, struct model *m, uint32_t event)
{
	const struct event *e = events_get(model_events(m), event);

	of_one(out, m, event_kind(e) == EVENT_SPAN ? ROWS_SPANS : ROWS_GENERATIONS, event);
	if (e->flags & EVENT_TOOL)
		add(out, 't', FIELD_TOOL, strings_get(&model_events(m)->strings, e->name));
}

void terms_of_trace(struct terms *out, struct model *m, uint32_t trace)
{
	of_one(out, m, ROWS_TRACES, trace);
}

const struct term *terms_find(const struct terms *t, enum field_number field)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->list[i].field->number == field)
			return &t->list[i];
	return NULL;
}
