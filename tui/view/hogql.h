/* Private to the screen of a query in HogQL: what the files of hogql*.c share. */
#ifndef VIEW_HOGQL_H
#define VIEW_HOGQL_H

#include "collect/posthog_hogql.h"
#include "view/view.h"
#include "widget/list.h"
#include "widget/reader.h"
#include "widget/search.h"

struct hogql_view {
	struct view view;
	struct hogql *hogql;
	uint32_t version; /* of its result, which all below is about */

	struct list list;      /* rows, in the order shown */
	uint32_t column, left; /* under the cursor; the first one that is seen */
	uint32_t seen;         /* columns that are seen whole */
	int room;              /* for columns, as of the last drawing */
	bool clipped;          /* the value under the cursor is */

	uint32_t *order; /* rows; NULL: as they were sent */
	uint32_t sorted; /* the column that they go by */
	bool falling;
	struct hogql_job *sorting, *exporting;
	struct buf table; /* as CSV, once it was asked for */
	bool has_table;

	struct search search;
	struct buf needle;

	bool row_shown; /* one row with its whole values, in: */
	struct reader reader;
};

/* The row of the result that stands at a place of the list. */
uint32_t hogql_row(const struct hogql_view *v, uint64_t place);
void hogql_draw(struct hogql_view *v, struct surface *s, struct area a);
/* What is beyond the edge becomes the first column seen, or the last. */
void hogql_scroll(struct hogql_view *v, bool right);

/* hogql_jobs.c: what takes its time. */
/* By that column; the rows stay as they are until a worker is done. */
void hogql_sort(struct hogql_view *v, uint32_t column, bool falling);
void hogql_unsort(struct hogql_view *v);
/* The table as CSV, in the order shown: false, and world.reading, until a worker has made it. */
bool hogql_export(struct hogql_view *v, struct buf *out);
void hogql_stop_jobs(struct hogql_view *v);

#endif
