/* The order of a result and its table as CSV, made by workers. A job shares the result, so that another one may come meanwhile;
 * the view that it is for may go, too. */
#include "view/hogql.h"

#include "base/csv.h"
#include "base/mem.h"

struct hogql_job {
	struct hogql_view *view; /* NULL: nobody waits for it */
	struct loop *loop;
	struct hogql_result *result;
	uint32_t column;
	bool falling;
	uint32_t *order; /* what is made, or what the table goes by; NULL: as sent */
	struct buf table;
};

static struct hogql_job *job_new(struct hogql_view *v)
{
	struct hogql_job *job = mem_zero(1, sizeof(*job));

	job->view = v;
	job->loop = explorer_loop(v->view.world->explorer);
	job->result = hogql_result_share(v->hogql->result);
	return job;
}

static void job_free(struct hogql_job *job)
{
	hogql_result_drop(job->result, job->loop);
	mem_free(job->order);
	buf_free(&job->table);
	mem_free(job);
}

/* The loop is being freed. */
static void job_drop(void *ctx)
{
	struct hogql_job *job = ctx;

	job->loop = NULL;
	job_free(job);
}

static void redraw(const struct hogql_view *v)
{
	struct world *w = v->view.world;

	if (w->redraw != NULL)
		w->redraw(w->redraw_ctx);
}

void hogql_stop_jobs(struct hogql_view *v)
{
	if (v->sorting != NULL)
		v->sorting->view = NULL;
	if (v->exporting != NULL)
		v->exporting->view = NULL;
	v->sorting = v->exporting = NULL;
	v->has_table = false;
	buf_free(&v->table);
}

/* ---- order ---- */

/* The cursor stays on its row. */
static void use_order(struct hogql_view *v, uint32_t *order)
{
	uint32_t row = hogql_row(v, v->list.cursor);
	uint64_t place = 0;

	mem_free(v->order);
	v->order = order;
	v->has_table = false;
	while (place + 1 < v->list.count && hogql_row(v, place) != row)
		place++;
	list_place(&v->list, place);
}

static void sort_work(void *ctx)
{
	struct hogql_job *job = ctx;

	job->order = hogql_order(job->result, job->column, job->falling);
}

static void sort_done(void *ctx)
{
	struct hogql_job *job = ctx;
	struct hogql_view *v = job->view;

	if (v != NULL) {
		v->sorting = NULL;
		v->sorted = job->column;
		v->falling = job->falling;
		use_order(v, job->order);
		job->order = NULL;
		redraw(v);
	}
	job_free(job);
}

void hogql_sort(struct hogql_view *v, uint32_t column, bool falling)
{
	struct hogql_job *job = job_new(v);

	if (v->sorting != NULL)
		v->sorting->view = NULL;
	v->sorting = job;
	job->column = column;
	job->falling = falling;
	loop_work_alone(job->loop, sort_work, sort_done, job_drop, job);
}

void hogql_unsort(struct hogql_view *v)
{
	if (v->sorting != NULL)
		v->sorting->view = NULL;
	v->sorting = NULL;
	use_order(v, NULL);
}

/* ---- the table ---- */

static void add_value(struct buf *table, struct str text)
{
	struct buf clean = {0};

	csv_guarded(&clean, text, false);
	csv_field(table, buf_str(&clean));
	buf_free(&clean);
}

static void add_row(struct buf *table, const struct hogql_result *r, uint32_t row)
{
	struct buf text = {0};

	for (uint32_t i = 0; i < r->n_columns; i++) {
		buf_clear(&text);
		hogql_text(r, row, i, &text);
		if (i > 0)
			buf_add(table, ',');
		add_value(table, buf_str(&text));
	}
	buf_add(table, '\n');
	buf_free(&text);
}

static void export_work(void *ctx)
{
	struct hogql_job *job = ctx;
	const struct hogql_result *r = job->result;

	for (uint32_t i = 0; i < r->n_columns; i++) {
		if (i > 0)
			buf_add(&job->table, ',');
		add_value(&job->table, r->columns[i].key);
	}
	buf_add(&job->table, '\n');
	for (uint32_t i = 0; i < r->rows; i++)
		add_row(&job->table, r, job->order != NULL ? job->order[i] : i);
}

static void export_done(void *ctx)
{
	struct hogql_job *job = ctx;
	struct hogql_view *v = job->view;

	if (v != NULL) {
		v->exporting = NULL;
		buf_free(&v->table);
		v->table = job->table;
		v->has_table = true;
		job->table = (struct buf){0};
		redraw(v);
	}
	job_free(job);
}

bool hogql_export(struct hogql_view *v, struct buf *out)
{
	struct hogql_job *job;

	if (v->has_table) {
		*out = v->table;
		v->table = (struct buf){0};
		v->has_table = false;
		return true;
	}
	v->view.world->reading = true;
	if (v->exporting != NULL)
		return false;
	job = job_new(v);
	if (v->order != NULL) {
		job->order = mem_alloc(job->result->rows, sizeof(*job->order));
		memcpy(job->order, v->order, job->result->rows * sizeof(*job->order));
	}
	v->exporting = job;
	loop_work_alone(job->loop, export_work, export_done, job_drop, job);
	return false;
}
