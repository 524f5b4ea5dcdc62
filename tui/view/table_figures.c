/* A list of users or groups of a PostHog project: while not all events of the range are here, rows are what PostHog adds up. Until it answers,
 * and where it does not, the list is what the events here add up to, and says so. */
#include "view/table.h"

#include "base/clean.h"
#include "draw/format.h"
#include "explorer_users.h"

static bool wants_figures(const struct table *t)
{
	return explorer_adds_up(t->query.kind) &&
	       explorer_origin_count(t->view.world->explorer) == 1 &&
	       explorer_is_partial(t->view.world->explorer);
}

void table_figures_drop(struct table *t)
{
	struct table_figures *f = &t->figures;

	people_free(f->people);
	figures_free(f->figures);
	mem_free(f->rows);
	*f = (struct table_figures){0};
	if (t->query.given == NULL)
		return;
	t->query.given = NULL;
	t->query.n_given = 0;
	table_ask(t);
}

static void ask(struct table *t)
{
	const struct view_filter *filter = table_filter_in_use(t);
	struct figures_query query = explorer_added_up(t->query.kind);

	query.filtered = filter->filtered;
	query.filter = filter->filter;
	query.since = t->query.since;
	query.until = t->query.until;
	t->figures.since = t->query.since;
	t->figures.until = t->query.until;
	t->figures.figures = figures_new(t->view.world->explorer, &query, table_changed, t, NULL);
}

/* What is worked out of the events here, the list does as well. */
static void take(struct table *t)
{
	struct explorer *x = t->view.world->explorer;
	struct table_figures *f = &t->figures;
	struct figures_status status;

	figures_read_status(f->figures, &status);
	if (!status.done || status.from != FIGURES_SERVER || f->taken == status.told)
		return;
	people_free(f->people);
	mem_free(f->rows);
	f->people = NULL;
	f->taken = status.told;
	t->query.n_given = explorer_given(x, t->query.kind, f->figures, &f->rows);
	t->query.given = f->rows;
	if (t->query.kind == ROWS_USERS)
		f->people = people_new(x, f->rows, t->query.n_given, f->since, f->until,
		                       table_changed, t);
	table_ask(t);
}

/* What was left out, once somebody comes near the end of what is there. */
static void want_all(struct table *t)
{
	if (t->query.given != NULL && t->rows.n > 0 && t->built != 0 && !t->asked &&
	    t->list.cursor + 2 * (uint64_t)t->list.height >= t->rows.n)
		figures_want_all(t->figures.figures);
}

void table_figures_follow(struct table *t)
{
	struct table_figures *f = &t->figures;

	if (f->figures != NULL &&
	    (!wants_figures(t) || f->since != t->query.since || f->until != t->query.until))
		table_figures_drop(t);
	if (!wants_figures(t))
		return;
	if (f->figures == NULL)
		ask(t);
	if (!figures_step(f->figures, time_monotonic() + t->slice))
		t->view.draw_again_us = VIEW_AT_ONCE;
	take(t);
	want_all(t);
	if (f->people != NULL && people_take(f->people))
		table_ask(t);
}

static const char *what_of_them(const struct figures_status *status)
{
	if (status->fetching)
		return "on their way";
	return status->can_want_all ? "left out (G)" : "left out (T, f: fewer)";
}

/* How many are not here, and which key helps. Why they were refused is a field of its own: a narrow line does without it,
 * but not without the number. */
static void append_left_out(const struct figures_status *status, struct buf *out)
{
	if (!status->at_least) {
		format_count(out, status->left_out);
		buf_add(out, ' ');
	}
	buf_printf(out, "%s %s  ", status->by_value ? "more of them" : "cheaper ones",
	           what_of_them(status));
	if (status->why.code == ERR_OK)
		return;
	clean_append(out, str_of(status->why.msg), 0);
	buf_puts(out, "  ");
}

bool table_figures_status(const struct table *t, struct buf *out)
{
	struct figures_status status;

	if (t->figures.figures == NULL)
		return false;
	figures_read_status(t->figures.figures, &status);
	if (status.from == FIGURES_SERVER && t->query.given != NULL) {
		buf_printf(out, "server %lld ms  ", (long long)(status.took / 1000));
		if (status.left_out > 0)
			append_left_out(&status, out);
		return true;
	}
	if (status.from == FIGURES_SERVER)
		buf_puts(out, "server ...  ");
	else if (status.why.code != ERR_OK) {
		buf_puts(out, "local only: ");
		clean_append(out, str_of(status.why.msg), 0);
		buf_puts(out, "  ");
	}
	return false;
}
