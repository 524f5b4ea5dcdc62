/* What the head line and the status line say of a list, and the command that prints it. */
#include "view/table.h"

#include "draw/format.h"
#include "query/memberships.h"

static bool is_restricted(const struct query *q)
{
	return q->session != MODEL_NONE || q->user != 0 || q->anonymous || q->model_pair != 0 ||
	       q->tool != MODEL_NONE || q->group != 0;
}

/* The provider first: it is what is left out where both have no room. */
static void append_model(const struct events *e, struct model_pair pair, struct buf *out)
{
	struct str provider = strings_get(&e->strings, pair.provider);
	struct str model = strings_get(&e->strings, pair.model);

	if (provider.n > 0) {
		buf_puts(out, "provider ");
		buf_append(out, provider);
	}
	buf_puts(out, provider.n > 0 ? "  model " : "model ");
	buf_append(out, model.n > 0 ? model : STR("(no name)"));
}

/* What all rows belong to. */
static void append_restriction(const struct table *t, struct buf *out)
{
	struct model *m = explorer_model(t->view.world->explorer);
	const struct events *e = model_events(m);
	const struct query *q = &t->query;
	struct str name;

	if (q->session != MODEL_NONE) {
		buf_puts(out, "session ");
		view_short_id(out, &e->ids, model_session(m, q->session)->id);
	} else if (q->user != 0) {
		buf_puts(out, "user ");
		view_short_id(out, &e->ids, q->user);
	} else if (q->anonymous) {
		buf_puts(out, "user (anonymous)");
	} else if (q->model_pair != 0) {
		append_model(e, e->models[q->model_pair], out);
	} else if (q->tool != MODEL_NONE) {
		name = strings_get(&e->strings, q->tool);
		buf_puts(out, "tool ");
		buf_append(out, name.n > 0 ? name : STR("(no name)"));
	} else if (q->group != 0) {
		buf_append(out, memberships_type(q->memberships, q->group));
		buf_add(out, ' ');
		buf_append(out, memberships_key(q->memberships, q->group));
	} else {
		return;
	}
	buf_puts(out, "   ");
}

void table_head(struct view *v, struct buf *out)
{
	struct table *t = (struct table *)v;

	append_restriction(t, out);
	if (table_filter_head(t, out))
		return;
	if (t->built != 0)
		format_count(out, t->rows.n);
	else
		buf_add(out, '?');
	if (t->query.session == MODEL_NONE && explorer_has_more(v->world->explorer, t->query.kind))
		buf_add(out, '+');
	buf_printf(out, " %s", rows_kind_name(t->query.kind));
	if (t->rows.n == 1)
		out->p[--out->n] = '\0'; /* all kinds have an s at their end */
}

void table_status(struct view *v, struct buf *out)
{
	struct table *t = (struct table *)v;
	const struct totals *sum = &t->sum;
	unsigned percent, n_marked;

	search_status(&t->search, out);
	table_filter_status(t, out);
	table_reading(t, out);
	if (table_counting(t, &percent))
		buf_printf(out, "counting %u %%  ", percent);
	if (t->waiting > 0)
		buf_printf(out, "+%llu new (g)  ", (unsigned long long)t->waiting);
	if (!v->world->follow)
		buf_puts(out, "frozen (F)  ");
	if (t->built != 0)
		list_position(&t->list, out);
	if (t->query.kind != ROWS_TRACES && t->query.kind != ROWS_SESSIONS &&
	    explorer_is_partial(v->world->explorer))
		buf_puts(out, "  of what was fetched (R fetches all)");
	n_marked = marks_count(&v->world->marks, t->query.kind);
	if (n_marked > 0)
		buf_printf(out, "  %u marked", n_marked);
	if (totals_has_calls(sum)) {
		buf_puts(out, "  sum ");
		format_cost(out, sum, 0);
	}
	if (sum->errors > 0)
		buf_printf(out, "  %u error%s", sum->errors, sum->errors == 1 ? "" : "s");
	if (t->query.sort != NULL)
		buf_printf(out, "  by %s%s", t->query.sort->name,
		           t->query.ascending ? "" : ", falling");
	table_bookmark_status(t, out);
}

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

	/* ls has no way yet to keep to one session, user, model, tool or group. */
	if (is_restricted(&t->query) || !table_filter_is_printable(t))
		return;
	buf_printf(out, "tracehog ls %s", rows_kind_name(t->query.kind));
	append_fields(t, out);
	if (t->query.sort != NULL)
		buf_printf(out, " --sort %s%s", t->query.sort->name,
		           t->query.ascending ? "" : "-desc");
	if (v->world->filter.n > 0) {
		buf_puts(out, " -f ");
		view_quote(out, buf_str(&v->world->filter));
	}
}
