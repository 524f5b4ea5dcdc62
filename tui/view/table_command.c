/* The command line that prints the rows of a list. What all of them belong to is said by terms of the filter that hold of nothing
 * else: names by expressions for the whole of them, as field:value would take every name that holds this one. */
#include "view/table.h"

#include "base/clean.h"
#include "base/match.h"
#include "query/errors.h"
#include "query/memberships.h"

/* ---- terms ----------------------------------------------------------------------------------------------------------- */

static bool has_letter(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return true;
	}
	return false;
}

/* False: what is no clean text cannot be typed. */
static bool append_whole(struct buf *out, struct str text)
{
	struct buf clean = {0}, pattern = {0};
	bool same;

	clean_append(&clean, text, 0);
	same = str_eq(buf_str(&clean), text);
	for (size_t i = 0; i < text.n; i++) {
		if (memchr(".^$*+?()[]{}|\\/", text.p[i], 15) != NULL)
			buf_add(&pattern, '\\');
		buf_add(&pattern, text.p[i]);
	}
	/* An expression without a capital ignores case. */
	buf_puts(out, has_letter(text) && !match_has_capital(buf_str(&pattern)) ? "/^(?-i)" : "/^");
	buf_append(out, buf_str(&pattern));
	buf_puts(out, "\\z/");
	buf_free(&clean);
	buf_free(&pattern);
	return same;
}

/* Of what has no name: -name:*. */
static bool append_name(struct buf *out, const char *field, struct str name)
{
	if (name.n == 0) {
		buf_printf(out, "-%s:*", field);
		return true;
	}
	buf_printf(out, "%s:", field);
	return append_whole(out, name);
}

static bool append_id(struct buf *out, enum field_number field, const struct ids *ids, uint32_t id)
{
	struct buf text = {0};
	bool can;

	ids_text(ids, id, &text);
	if (field == FIELD_USER) {
		can = append_name(out, fields[field].name, buf_str(&text));
	} else {
		filter_append_term(out, &fields[field], STR_EMPTY, buf_str(&text));
		can = true;
	}
	buf_free(&text);
	return can;
}

/* A dot would lead into an object. */
static bool append_group(struct buf *out, const struct query *q)
{
	struct str type = memberships_type(q->memberships, q->group);
	struct buf name = {0};

	buf_puts(&name, "$groups.");
	buf_append(&name, type);
	filter_append_term(out, &fields[FIELD_PROPERTY], buf_str(&name), STR("x"));
	out->n--; /* its value */
	buf_free(&name);
	return str_find(type, STR("."), 0, false) == SIZE_MAX &&
	       append_whole(out, memberships_key(q->memberships, q->group));
}

/* Of those without a text: is:error -error.like:*. */
static void append_error(struct buf *out, const struct query *q)
{
	struct str text = errors_text(q->errors, q->error);

	if (text.n > 0)
		filter_append_term(out, &fields[FIELD_ERROR_LIKE], STR_EMPTY, text);
	else
		buf_puts(out, "is:error -error.like:*");
}

bool table_append_restriction(const struct table *t, struct buf *out)
{
	struct model *m = explorer_model(t->view.world->explorer);
	const struct events *e = model_events(m);
	const struct query *q = &t->query;
	const struct model_pair *pair = &e->models[q->model_pair];

	if (q->session != MODEL_NONE)
		return append_id(out, FIELD_SESSION, &e->ids, model_session(m, q->session)->id);
	if (q->user != 0)
		return append_id(out, FIELD_USER, &e->ids, q->user);
	if (q->anonymous)
		buf_puts(out, "(-user:* OR @$process_person_profile:false)");
	if (q->tool != MODEL_NONE) {
		buf_puts(out, "kind:tool ");
		return append_name(out, "name", strings_get(&e->strings, q->tool));
	}
	if (q->group != 0)
		return append_group(out, q);
	if (q->error != 0) {
		append_error(out, q);
		return true;
	}
	if (q->model_pair == 0)
		return true;
	if (!append_name(out, "model", strings_get(&e->strings, pair->model)))
		return false;
	buf_add(out, ' ');
	return append_name(out, "provider", strings_get(&e->strings, pair->provider));
}

/* ---- the line -------------------------------------------------------------------------------------------------------- */

/* What was asked is no field. */
static void append_fields(const struct table *t, struct buf *out)
{
	struct buf names = {0};

	if (t->view.world->choices.of_kind[t->query.kind].n == 0)
		return;
	for (size_t i = 0; i < t->columns.n; i++)
		if (t->columns.list[i] != NULL)
			buf_printf(&names, "%s%s", names.n > 0 ? "," : "",
			           t->columns.list[i]->name);
	if (names.n > 0) {
		buf_puts(out, " --fields ");
		view_quote(out, buf_str(&names));
	}
	buf_free(&names);
}

void table_command(struct view *v, struct buf *out)
{
	struct table *t = (struct table *)v;
	struct buf filter = {0};
	bool can = table_filter_is_printable(t);

	view_append_filter(v->world, &filter);
	if (filter.n > 0)
		buf_add(&filter, ' ');
	can = can && table_append_restriction(t, &filter);
	while (filter.n > 0 && filter.p[filter.n - 1] == ' ')
		filter.n--;
	/* An error may be of any kind of event; tail has neither range nor order. */
	can = can &&
	      (t->query.error == 0 || (t->query.since == TIME_NONE && t->query.until == TIME_NONE &&
	                               t->query.sort == NULL));
	if (can && t->query.error != 0)
		buf_puts(out, "tracehog tail --no-follow");
	else if (can) {
		buf_printf(out, "tracehog ls %s", rows_kind_name(t->query.kind));
		append_fields(t, out);
		if (t->query.sort != NULL)
			buf_printf(out, " --sort %s%s", t->query.sort->name,
			           t->query.ascending ? "" : "-desc");
	}
	if (can && filter.n > 0) {
		buf_puts(out, " -f ");
		view_quote(out, buf_str(&filter));
	}
	buf_free(&filter);
}
