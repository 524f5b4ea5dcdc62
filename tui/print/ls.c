/* Which rows, in which order, with which columns; cells.h writes them. */
#include "print/ls.h"

#include "base/mem.h"
#include "explorer_users.h"
#include "print/cells.h"
#include "print/fetch.h"
#include "print/filter.h"
#include "print/output.h"
#include "print/stats_server.h"
#include "query/errors.h"
#include "query/memberships.h"

#include <string.h>

/* What the command line asks for. */
struct listing {
	struct query query;
	struct cells cells;
	struct cells_column sort;      /* no name: the own order, or the filter's */
	struct property_column sorted; /* where it is a property's */
	struct filter *filter;         /* NULL: none */
	struct condition condition;
	struct figures *figures; /* of users or groups; NULL: events add up to them */
	struct group *given;
	struct people *people;
};

static enum err read_kind(struct query *q, const struct options *o, struct errinfo *e)
{
	const char *what = o->n_words > 0 ? o->words[0] : "what to list is missing";
	enum rows_kind kind;

	if (o->n_words == 0 || !rows_kind_of(str_of(what), &kind) || kind == ROWS_PARTS)
		return err_set(e, ERR_USAGE,
		               "ls: %s: use traces, sessions, generations, spans, users, groups, "
		               "errors, models or tools",
		               what);
	query_init(q, kind);
	return ERR_OK;
}

static enum err read_sort(struct listing *l, const char *sort, struct errinfo *e)
{
	struct str name = str_of(sort);

	l->query.ascending = !str_ends(name, STR("-desc"));
	if (!l->query.ascending)
		name.n -= strlen("-desc");
	return cells_find(&l->sort, l->query.kind, "--sort: ", name, e);
}

static enum err read_query(struct listing *l, const struct options *o, struct errinfo *e)
{
	struct query *q = &l->query;
	enum err err = read_kind(q, o, e);

	if (err != ERR_OK)
		return err;
	q->since = o->since;
	q->until = o->until;
	q->limit = o->limit;
	if (o->sort != NULL)
		err = read_sort(l, o->sort, e);
	if (err == ERR_OK && o->fields != NULL)
		err = cells_choose(&l->cells, q->kind, o->fields, e);
	if (l->cells.n == 0)
		cells_choose_own(&l->cells, q->kind,
		                 o->format != FORMAT_TEXT && o->format != FORMAT_MARKDOWN);
	return err;
}

/* What the filter says of the list, where options are silent. */
static bool heed_filter(struct listing *l, const struct filter *f)
{
	struct errinfo e = {.pos = ERR_NO_POS};
	struct query *q = &l->query;

	if (f->by.n > 0) {
		err_set(&e, ERR_USAGE, "by: is for figures: use `tracehog stats --by %.*s`",
		        STR_ARG(str_sub(f->by, 0, 60)));
		e.pos = f->by_at;
	}
	if (e.pos == ERR_NO_POS && l->sort.name.n == 0 && f->sort.n > 0) {
		q->ascending = !f->descending;
		if (cells_find(&l->sort, q->kind, "sort: ", f->sort, &e) != ERR_OK)
			e.pos = f->sort_at;
	}
	if (q->limit == 0)
		q->limit = f->limit;
	if (e.pos != ERR_NO_POS)
		filter_tell("filter", f->text, &e);
	return e.pos == ERR_NO_POS;
}

/* EXIT_BAD_USAGE, with what is wrong on stderr, or EXIT_OK. */
static int read_listing(struct listing *l, const struct options *o)
{
	struct errinfo e = {0};
	int code = EXIT_BAD_USAGE;

	if (read_query(l, o, &e) != ERR_OK) {
		output_error(e.msg);
		return code;
	}
	code = filter_of_options(&l->filter, o);
	if (code == EXIT_OK && l->filter != NULL && !heed_filter(l, l->filter))
		code = EXIT_BAD_USAGE;
	if (code == EXIT_OK)
		code = condition_of_options(&l->condition, o);
	if (code == EXIT_OK && !condition_fits(&l->condition, l->query.kind))
		code = EXIT_BAD_USAGE;
	return code;
}

void print_rows_table(struct model *m, const struct query *q)
{
	struct rows rows = {0};
	struct cells cells = {.rows = &rows};

	rows_build(&rows, m, q);
	cells_choose_own(&cells, q->kind, false);
	cells_print(&cells, FORMAT_TEXT);
	rows_free(&rows);
}

/* Groups are in a property. */
static void know_groups(struct query *q, struct explorer *x)
{
	const struct property *p;

	q->memberships = explorer_memberships(x);
	p = memberships_property(q->memberships);
	while (!property_done(p) && loop_step(explorer_loop(x), true))
		;
}

/* What errors say is in the journals. */
static void know_errors(struct query *q, struct explorer *x)
{
	struct errors *all = explorer_errors(x);

	q->errors = all;
	errors_begin(all);
	while (!errors_done(all) && loop_step(explorer_loop(x), true))
		;
}

/* What rows are sorted by may be a property, too. */
static void know_order(struct listing *l, struct explorer *x)
{
	if (l->sort.name.n == 0)
		return;
	cells_read(&l->sort, 1, x);
	if (l->sort.property != NULL)
		property_column_init(&l->sorted, "", l->sort.property);
	l->query.sort = l->sort.property != NULL ? &l->sorted.column : l->sort.own;
}

static bool is_person(const struct cells_column *c)
{
	return c->own != NULL && strcmp(c->own->name, "person") == 0;
}

static bool wants_people(const struct listing *l)
{
	bool wants = is_person(&l->sort);

	for (size_t i = 0; i < l->cells.n; i++)
		wants |= is_person(&l->cells.columns[i]);
	return wants && l->query.kind == ROWS_USERS;
}

/* Who users are, if that is printed, or says their order: it is a question for each PEOPLE_AT_ONCE of them. */
static void know_people(struct listing *l, struct explorer *x, const struct options *o)
{
	if (!wants_people(l))
		return;
	l->people = people_new(x, l->given, l->query.n_given, o->since, o->until, NULL, NULL);
	people_wait(l->people);
}

/* The dearest are what PostHog gives first. */
static bool wants_all(const struct listing *l)
{
	return l->query.limit == 0 || l->query.limit > FIGURES_PARTS || l->sort.name.n > 0;
}

/* Users or groups of a PostHog project, as it adds them up; where it does not, all events are fetched. Gives the exit code so
 * far. */
static int know_given(struct listing *l, struct explorer *x, const struct options *o, int code)
{
	struct figures_query query = explorer_added_up(l->query.kind);
	struct figures_status status;

	query.filtered = (struct filtered *)(uintptr_t)l->query.filter;
	query.filter = l->filter;
	query.since = o->since;
	query.until = o->until;
	query.all = wants_all(l);
	l->figures = figures_new(x, &query, NULL, NULL, NULL);
	figures_wait(l->figures);
	figures_read_status(l->figures, &status);
	if (status.done && status.from == FIGURES_SERVER) {
		l->query.n_given = explorer_given(x, l->query.kind, l->figures, &l->given);
		l->query.given = l->given;
		know_people(l, x, o);
		if (query.all)
			stats_server_left_out(l->figures, rows_kind_name(l->query.kind));
		return code;
	}
	if (status.why.code != ERR_OK)
		output_error(status.why.msg);
	if (code == EXIT_OK)
		code = fetch_events(x, o);
	if (query.filtered != NULL)
		filtered_wait(query.filtered);
	return code;
}

static int print_rows(struct listing *l, struct explorer *x, const struct options *o, int code)
{
	struct rows rows = {0};
	bool held = false;

	if (explorer_adds_up(l->query.kind) && explorer_is_partial(x))
		code = know_given(l, x, o, code);
	if (l->query.kind == ROWS_GROUPS)
		know_groups(&l->query, x);
	if (l->query.kind == ROWS_ERRORS)
		know_errors(&l->query, x);
	if (o->fields == NULL)
		cells_tell_sources(&l->cells, explorer_model(x), l->query.kind);
	cells_ask(l->cells.columns, l->cells.n, x);
	know_order(l, x);
	rows_build(&rows, explorer_model(x), &l->query);
	l->cells.rows = &rows;
	cells_read(l->cells.columns, l->cells.n, x);
	cells_print(&l->cells, o->format);
	for (uint32_t row = 0; row < rows.n && !held; row++)
		held = condition_holds_row(&l->condition, &rows, row);
	code = output_exit(o, rows.n, held, code);
	rows_free(&rows);
	people_free(l->people);
	figures_free(l->figures);
	mem_free(l->given);
	return code;
}

static int print_passing(struct listing *l, struct explorer *x, const struct options *o, int code)
{
	struct filtered *d = filter_start(x, l->filter, filter_rows(l->query.kind), NULL, NULL);

	if (d == NULL)
		return EXIT_BAD_USAGE;
	filtered_wait(d);
	l->query.filter = d;
	code = print_rows(l, x, o, filter_code(d, code));
	filtered_free(d);
	return code;
}

static int print_listing(struct listing *l, const struct options *o)
{
	struct loop *loop = loop_new();
	int code;
	struct explorer *x = output_load(loop, o, o->words + 1, o->n_words - 1, &code);

	if (x != NULL && l->filter != NULL)
		code = print_passing(l, x, o, code);
	else if (x != NULL)
		code = print_rows(l, x, o, code);
	explorer_free(x);
	loop_free(loop);
	return code;
}

int print_ls(struct options *o)
{
	struct listing l = {0};
	int code;

	fetch_bound(o, o->words + 1, o->n_words - 1);
	code = read_listing(&l, o);
	if (code == EXIT_OK)
		code = print_listing(&l, o);
	filter_free(l.filter);
	condition_free(&l.condition);
	return output_end(code);
}
