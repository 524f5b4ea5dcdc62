/* The rows of a breakdown, chosen, sorted and printed as those of ls are. */
#include "print/stats_by.h"

#include "base/mem.h"
#include "print/cells.h"
#include "print/filter.h"
#include "print/output.h"

#include <string.h>

struct stats_by {
	struct str field; /* borrowed */
	struct query query;
	struct cells cells;
	struct figures *figures;
	struct rows rows;
};

static enum err read_sort(struct stats_by *by, struct str name, bool descending, struct errinfo *e)
{
	struct cells_column column;
	enum err err = cells_find(&column, ROWS_PARTS, "sort: ", name, e);

	if (err == ERR_OK && column.own == NULL)
		err = err_set(e, ERR_USAGE, "sort: %.*s has many values in a part",
		              STR_ARG(str_sub(name, 0, 60)));
	by->query.sort = column.own;
	by->query.ascending = !descending;
	return err;
}

static enum err read_options(struct stats_by *by, const struct options *o, struct errinfo *e)
{
	struct str sort = o->sort != NULL ? str_of(o->sort) : STR_EMPTY;
	bool descending = str_ends(sort, STR("-desc"));
	enum err err = split_check(by->field, e);

	if (descending)
		sort.n -= strlen("-desc");
	if (err == ERR_OK && o->sort != NULL)
		err = read_sort(by, sort, descending, e);
	if (err == ERR_OK && o->fields != NULL)
		err = cells_choose(&by->cells, ROWS_PARTS, o->fields, e);
	if (by->cells.n == 0)
		cells_choose_own(&by->cells, ROWS_PARTS,
		                 o->format != FORMAT_TEXT && o->format != FORMAT_MARKDOWN);
	by->query.limit = o->limit;
	return err;
}

/* What the filter says, where options are silent; errors have their place in it. */
static enum err read_filter(struct stats_by *by, const struct options *o, const struct filter *f,
                            struct errinfo *e)
{
	enum err err = ERR_OK;

	if (o->limit == 0)
		by->query.limit = f->limit;
	if (o->sort == NULL && f->sort.n > 0) {
		err = read_sort(by, f->sort, f->descending, e);
		e->pos = f->sort_at;
	}
	if (err == ERR_OK && o->by == NULL) {
		err = split_check(f->by, e);
		e->pos = f->by_at;
	}
	return err;
}

/* Options that mean nothing without it. */
static int refuse_rest(const struct options *o, const struct filter *f)
{
	bool rows = o->format != FORMAT_TEXT && o->format != FORMAT_JSON &&
	            o->format != FORMAT_JSON_LINES;

	if (f != NULL && filter_without_list(f, "stats without --by") != EXIT_OK)
		return EXIT_BAD_USAGE;
	if (!rows && o->sort == NULL && o->fields == NULL && o->limit == 0)
		return EXIT_OK;
	output_error(
		"stats: these are one row of totals: --by FIELD makes more of them, for --csv, "
		"--tsv, --md, --plain, --sort, --fields and --limit");
	return EXIT_BAD_USAGE;
}

int stats_by_of_options(struct stats_by **out, const struct options *o, const struct filter *f)
{
	struct str field = o->by != NULL ? str_of(o->by) : f != NULL ? f->by : STR_EMPTY;
	struct errinfo e = {.pos = ERR_NO_POS};
	struct stats_by *by;

	*out = NULL;
	if (field.n == 0 && o->by == NULL)
		return refuse_rest(o, f);
	*out = by = mem_zero(1, sizeof(*by));
	by->field = field;
	query_init(&by->query, ROWS_PARTS);
	if (f != NULL && read_filter(by, o, f, &e) != ERR_OK) {
		filter_tell("filter", f->text, &e);
		return EXIT_BAD_USAGE;
	}
	if (read_options(by, o, &e) != ERR_OK) {
		output_error(e.msg);
		return EXIT_BAD_USAGE;
	}
	return EXIT_OK;
}

void stats_by_build(struct stats_by *by, struct explorer *x, const struct figures_query *what)
{
	struct figures_query q = *what;
	struct errinfo e;

	q.by = by->field;
	by->figures = figures_new(x, &q, NULL, NULL, &e);
	if (by->figures == NULL)
		return; /* it was checked */
	figures_wait(by->figures);
	by->query.split = figures_split(by->figures);
	by->query.breakdown = figures_breakdown(by->figures);
	rows_build(&by->rows, explorer_model(x), &by->query);
	by->cells.rows = &by->rows;
}

void stats_by_clear(struct stats_by *by)
{
	if (by == NULL)
		return;
	rows_free(&by->rows);
	figures_free(by->figures);
	by->figures = NULL;
	by->query.split = NULL;
	by->query.breakdown = NULL;
}

const struct figures *stats_by_figures(const struct stats_by *by)
{
	return by->figures;
}

void stats_by_free(struct stats_by *by)
{
	stats_by_clear(by);
	mem_free(by);
}

static void json_part(const struct stats_by *by, uint32_t row, struct json_writer *w)
{
	struct buf scratch = {0};
	struct value v;

	json_begin_object(w);
	for (size_t i = 0; i < by->cells.n; i++) {
		const struct column *c = by->cells.columns[i].own;

		c->get(&by->rows, row, &v, &scratch);
		if (v.type == VALUE_UNKNOWN || strcmp(c->name, "value") == 0)
			continue;
		json_write_key(w, c->name);
		output_value(w, &v);
	}
	json_end_object(w);
	buf_free(&scratch);
}

void stats_by_json(const struct stats_by *by, struct json_writer *w)
{
	struct buf value = {0};

	json_write_key(w, "by");
	json_begin_object(w);
	for (uint32_t row = 0; row < by->rows.n; row++) {
		const struct breakdown_part *p = breakdown_part(by->query.breakdown,
		                                                by->rows.at[row]);

		buf_clear(&value);
		split_text(by->query.split, p->key, &value);
		json_write_key_text(w, buf_str(&value));
		json_part(by, row, w);
	}
	json_end_object(w);
	buf_free(&value);
}

void stats_by_print(const struct stats_by *by, enum output_format format)
{
	struct buf rest = {0};

	cells_print(&by->cells, format);
	if (format == FORMAT_TEXT && by->rows.n < by->rows.total) {
		buf_printf(&rest, "... +%u more (--limit %u)\n", by->rows.total - by->rows.n,
		           by->rows.n);
		output_write(buf_str(&rest));
	}
	buf_free(&rest);
}
