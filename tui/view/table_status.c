/* What the head line and the status line say of a list. */
#include "view/table.h"

#include "base/clean.h"
#include "draw/format.h"
#include "draw/width.h"
#include "query/errors.h"
#include "query/memberships.h"

#define FIELD_GAP 3 /* blanks behind a field of the head line */
#define FIELD_MIN 6 /* columns that a text of it has at least */

/* brief: without the provider. */
static void append_model(const struct events *e, struct model_pair pair, bool brief,
                         struct buf *out)
{
	struct str provider = strings_get(&e->strings, pair.provider);
	struct str model = strings_get(&e->strings, pair.model);

	if (provider.n > 0 && !brief) {
		buf_puts(out, "provider ");
		clean_append(out, provider, 0);
		buf_puts(out, "  ");
	}
	buf_puts(out, "model ");
	clean_append(out, model.n > 0 ? model : STR("(no name)"), 0);
}

/* What all rows belong to; of a session that is said by the screen that they are a tab of. */
static void append_restriction(const struct table *t, bool brief, struct buf *out)
{
	const struct events *e = explorer_events(t->view.world->explorer);
	const struct query *q = &t->query;
	struct str name;

	if (q->user != 0) {
		buf_puts(out, "user ");
		view_short_id(out, &e->ids, q->user);
	} else if (q->anonymous) {
		buf_puts(out, "user (anonymous)");
	} else if (q->model_pair != 0) {
		append_model(e, e->models[q->model_pair], brief, out);
	} else if (q->tool != MODEL_NONE) {
		name = strings_get(&e->strings, q->tool);
		buf_puts(out, "tool ");
		clean_append(out, name.n > 0 ? name : STR("(no name)"), 0);
	} else if (q->group != 0) {
		clean_append(out, memberships_type(q->memberships, q->group), 0);
		buf_add(out, ' ');
		clean_append(out, memberships_key(q->memberships, q->group), 0);
	} else if (q->error != 0) {
		name = errors_text(q->errors, q->error);
		buf_puts(out, "error ");
		clean_append(out, name.n > 0 ? name : STR("(no text)"), 0);
	}
}

static void append_count(const struct table *t, struct buf *out)
{
	if (t->view.world->filter.n > 0) {
		table_filter_count(t, out);
		return;
	}
	if (t->built != 0)
		format_count(out, t->rows.n);
	else
		buf_add(out, '?');
	if (t->query.session == MODEL_NONE &&
	    explorer_has_more(t->view.world->explorer, t->query.kind))
		buf_add(out, '+');
	buf_printf(out, " %s", t->query.error != 0 ? "events" : rows_kind_name(t->query.kind));
	if (t->rows.n == 1)
		out->p[--out->n] = '\0'; /* all kinds have an s at their end */
	/* What calls ask for stands in their bodies, which nobody reads for a list. */
	if (t->query.kind == ROWS_TOOLS)
		buf_puts(out, " (of spans)");
}

/* A text of the head line in so many columns, and the blanks behind it. */
static void append_field(struct buf *out, const struct buf *text, int width)
{
	struct value v = {.type = VALUE_TEXT, .text = {text->p, text->n}};

	if (width < FIELD_MIN && width < width_text(v.text))
		return;
	format_value(out, &v, width, 0);
	buf_puts(out, "   ");
}

/* Columns of the filter where another text wants some, too: what one leaves of its half is the other's. */
static int filter_cols(int room, int wanted, int other)
{
	if (wanted + other <= room)
		return wanted;
	if (other <= room / 2)
		return room - other;
	return wanted < room / 2 ? wanted : room / 2;
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* The count is never cut: half a number would be a wrong one. */
void table_head(struct view *v, struct buf *out)
{
	struct table *t = (struct table *)v;
	struct buf count = {0}, filter = {0}, restriction = {0};
	int room, wanted, other;

	append_count(t, &count);
	table_filter_head(t, &filter);
	append_restriction(t, false, &restriction);
	room = v->head_cols - width_text(buf_str(&count)) - FIELD_GAP;
	room -= restriction.n > 0 ? FIELD_GAP : 0;
	wanted = smaller(width_text(buf_str(&filter)), t->cols / 3 + 3);
	if (width_text(buf_str(&restriction)) + wanted > room) {
		buf_clear(&restriction);
		append_restriction(t, true, &restriction);
	}
	other = smaller(width_text(buf_str(&restriction)), t->cols / 3 + 3);
	/* That there is no filter need not be said. */
	if (v->world->filter.n == 0 && (t->query.error != 0 || wanted + other > room))
		wanted = 0;
	wanted = filter_cols(room, wanted, other);
	if (other > 0)
		append_field(out, &restriction, smaller(room - wanted, other));
	if (wanted > 0)
		append_field(out, &filter, wanted);
	buf_append(out, buf_str(&count));
	buf_free(&count);
	buf_free(&filter);
	buf_free(&restriction);
}

void table_status(struct view *v, struct buf *out)
{
	struct table *t = (struct table *)v;
	const struct totals *sum = &t->sum;
	unsigned percent, n_marked;

	search_status(&t->search, out);
	if (!table_figures_status(t, out))
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
	    t->query.given == NULL && !table_is_pushed(t) &&
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
