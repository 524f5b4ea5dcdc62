/* Which columns a list shows, from left to right: its kind's own, or those that a person chose. Columns of properties are made
 * when they are first asked for, and stay with the list, since rows may be sorted by them. */
#include "view/table.h"

#include "query/errors.h"
#include "query/memberships.h"

#define NAME_MAX 200u /* bytes of a property's name */

/* ---- properties ---------------------------------------------------------------------------------------------------- */

static const struct column *find_property(const struct table *t, struct str name)
{
	for (size_t i = 0; i < t->columns.n_properties; i++)
		if (str_eq(str_of(t->columns.properties[i]->column.name), name))
			return &t->columns.properties[i]->column;
	return NULL;
}

static struct property *property_of(const struct table *t, struct str name)
{
	struct properties *all = explorer_properties(t->view.world->explorer);
	const struct str person = STR("person.");

	if (str_starts(name, person))
		return properties_column(all, PROPERTY_OF_PERSON,
		                         str_sub(name, person.n, SIZE_MAX));
	return properties_column(all, PROPERTY_OF_EVENT, str_sub(name, 1, SIZE_MAX));
}

bool table_property_name(struct str typed, struct buf *out)
{
	const struct str person = STR("person.");

	typed = str_trim(typed);
	if (!str_starts(typed, STR("@")) && !str_starts(typed, person))
		buf_add(out, '@');
	buf_append(out, typed);
	return out->n > 1 && !str_eq(buf_str(out), person) && out->n <= NAME_MAX &&
	       memchr(out->p, ',', out->n) == NULL && memchr(out->p, '\n', out->n) == NULL &&
	       memchr(out->p, '\0', out->n) == NULL;
}

const struct column *table_property(struct table *t, struct str name)
{
	struct table_columns *c = &t->columns;
	const struct column *found = find_property(t, name);
	struct property_column *made;

	if (found != NULL || c->n_properties == TABLE_PROPERTIES)
		return found;
	made = mem_zero(1, sizeof(*made));
	property_column_init(made, mem_copy_text(name.p, name.n), property_of(t, name));
	c->properties[c->n_properties++] = made;
	return &made->column;
}

static bool say_reading(const struct property *p, struct buf *out)
{
	uint64_t done, bytes;

	if (p == NULL || property_done(p))
		return false;
	property_progress(p, &done, &bytes);
	buf_puts(out, "reading ");
	buf_append(out, property_name(p));
	buf_printf(out, " %u %%  ", bytes > 0 ? (unsigned)(done * 100 / bytes) : 0);
	return true;
}

static bool say_reading_errors(const struct table *t, struct buf *out)
{
	const struct errors *e = t->query.errors;
	uint32_t n = explorer_events(t->view.world->explorer)->n;

	if (e == NULL || errors_done(e))
		return false;
	buf_printf(out, "reading errors %u %%  ", (unsigned)((uint64_t)errors_known(e) * 100 / n));
	return true;
}

void table_reading(const struct table *t, struct buf *out)
{
	if (say_reading_errors(t, out))
		return;
	if (t->query.memberships != NULL &&
	    say_reading(memberships_property(t->query.memberships), out))
		return;
	for (size_t i = 0; i < t->columns.n_properties; i++)
		if (say_reading(t->columns.properties[i]->property, out))
			return;
}

/* ---- the columns --------------------------------------------------------------------------------------------------- */

const char *table_column_name(const struct column *c)
{
	return c != NULL ? c->name : "asked";
}

bool table_column_at(const struct table *t, const struct column *c, size_t *at)
{
	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.list[i] == c) {
			*at = i;
			return true;
		}
	return false;
}

/* False: it is there already, or there is no place for one more. */
static bool add(struct table *t, const struct column *c)
{
	size_t at;

	if (t->columns.n == TABLE_COLUMNS || table_column_at(t, c, &at))
		return false;
	t->columns.list[t->columns.n++] = c;
	return true;
}

static void put_asked_at(struct table *t, size_t at)
{
	for (size_t i = t->columns.n++; i > at; i--)
		t->columns.list[i] = t->columns.list[i - 1];
	t->columns.list[at] = NULL;
}

bool table_can_show_asked(const struct table *t)
{
	return t->query.kind == ROWS_TRACES || t->query.kind == ROWS_SESSIONS;
}

/* What was asked stands behind the last text of a trace, and at the end of a session. */
static void take_own(struct table *t)
{
	struct model *m = explorer_model(t->view.world->explorer);
	const struct column *c, *source = rows_source_column(m, t->query.kind);
	size_t asked = 0;

	t->columns.n = 0;
	for (unsigned place = 1; (c = rows_column_at(t->query.kind, place)) != NULL; place++) {
		add(t, c);
		if (place == 1 && source != NULL)
			add(t, source);
		if (c->type == VALUE_TEXT || t->query.kind == ROWS_SESSIONS)
			asked = t->columns.n;
	}
	if (table_can_show_asked(t))
		put_asked_at(t, asked);
}

static const struct column *property_named(struct table *t, struct str name)
{
	struct buf property = {0};
	const struct column *c = NULL;

	if ((str_starts(name, STR("@")) || str_starts(name, STR("person."))) &&
	    table_property_name(name, &property))
		c = table_property(t, buf_str(&property));
	buf_free(&property);
	return c;
}

const struct column *table_order_named(struct table *t, struct str name)
{
	const struct column *c = rows_column_of(t->query.kind, name);

	return c != NULL || rows_add_up(t->query.kind) ? c : property_named(t, name);
}

/* What is no column any more is passed over. */
static void take_name(struct table *t, struct str name)
{
	const struct column *c = rows_column(t->query.kind, name);

	if (c == NULL)
		c = property_named(t, name);
	if (c != NULL || (table_can_show_asked(t) && str_eq(name, STR("asked"))))
		add(t, c);
}

static void take_names(struct table *t, struct str names)
{
	t->columns.n = 0;
	while (names.n > 0) {
		size_t comma = str_find(names, STR(","), 0, false);

		take_name(t, str_trim(str_sub(names, 0, comma)));
		names = comma == SIZE_MAX ? STR_EMPTY : str_sub(names, comma + 1, SIZE_MAX);
	}
}

void table_columns_update(struct table *t)
{
	const struct choices *choices = &t->view.world->choices;
	struct str names = buf_str(&choices->of_kind[t->query.kind]);
	uint32_t origins = explorer_origin_count(t->view.world->explorer);

	if (t->columns.n > 0 && t->columns.version == choices->version &&
	    t->columns.kind == t->query.kind && t->columns.origins == origins)
		return;
	t->columns.version = choices->version;
	t->columns.origins = origins;
	t->columns.kind = t->query.kind;
	take_names(t, names);
	if (t->columns.n == 0)
		take_own(t);
}

size_t table_columns_all(const struct table *t, const struct column *out[TABLE_ALL])
{
	const struct model *m = explorer_model(t->view.world->explorer);
	size_t own, n = 0;
	const struct column *c = rows_columns(t->query.kind, &own);

	for (size_t i = 0; i < own; i++)
		if (rows_have(m, &c[i]))
			out[n++] = &c[i];
	for (size_t i = 0; i < t->columns.n_properties; i++)
		out[n++] = &t->columns.properties[i]->column;
	return n;
}

/* ---- choosing ------------------------------------------------------------------------------------------------------ */

static void keep(struct table *t)
{
	struct buf names = {0};
	struct errinfo e = {0};

	for (size_t i = 0; i < t->columns.n; i++)
		buf_printf(&names, "%s%s", i > 0 ? "," : "", table_column_name(t->columns.list[i]));
	if (choices_set(&t->view.world->choices, t->query.kind, buf_str(&names), &e) != ERR_OK)
		buf_puts(&t->view.world->message, e.msg);
	t->columns.version = t->view.world->choices.version;
	buf_free(&names);
}

void table_columns_turn(struct table *t, const struct column *c)
{
	size_t at;

	if (!table_column_at(t, c, &at)) {
		if (!add(t, c))
			buf_printf(&t->view.world->message, "at most %d columns", TABLE_COLUMNS);
	} else if (t->columns.n == 1) {
		buf_puts(&t->view.world->message, "the last column stays");
	} else {
		for (t->columns.n--; at < t->columns.n; at++)
			t->columns.list[at] = t->columns.list[at + 1];
	}
	keep(t);
}

void table_columns_move(struct table *t, const struct column *c, int direction)
{
	const struct column **list = t->columns.list;
	size_t at;

	if (!table_column_at(t, c, &at) || (direction < 0 ? at == 0 : at + 1 == t->columns.n))
		return;
	if (direction < 0)
		at--;
	c = list[at];
	list[at] = list[at + 1];
	list[at + 1] = c;
	keep(t);
}

void table_columns_reset(struct table *t)
{
	struct errinfo e = {0};

	if (choices_set(&t->view.world->choices, t->query.kind, STR_EMPTY, &e) != ERR_OK)
		buf_puts(&t->view.world->message, e.msg);
	table_columns_update(t);
}

void table_columns_fini(struct table *t)
{
	for (size_t i = 0; i < t->columns.n_properties; i++) {
		mem_free((void *)(uintptr_t)t->columns.properties[i]->column.name);
		mem_free(t->columns.properties[i]);
	}
}
