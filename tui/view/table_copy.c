/* What is copied of the row under the cursor of a list. It leaves what there is to copy of an event or a trace to copy.c. */
#include "view/table.h"

#include "collect/posthog_pushed.h"
#include "explorer_pushed.h"

/* The column that names the row; NULL: its id does. */
static const struct column *naming_column(const struct table *t)
{
	switch (t->query.kind) {
	case ROWS_MODELS:
		return rows_column(ROWS_MODELS, STR("model"));
	case ROWS_TOOLS:
		return rows_column(ROWS_TOOLS, STR("tool"));
	case ROWS_GROUPS:
		return rows_column(ROWS_GROUPS, STR("key"));
	case ROWS_ERRORS:
		return rows_column(ROWS_ERRORS, STR("error"));
	default:
		return NULL;
	}
}

static bool copy_id(struct table *t, uint32_t id, struct buf *out)
{
	const struct column *c = naming_column(t);
	struct buf scratch = {0};
	struct value v = {0};

	if (c == NULL)
		return view_copy_id(t->view.world, id, out);
	c->get(&t->rows, (uint32_t)t->list.cursor, &v, &scratch);
	if (v.type == VALUE_TEXT)
		buf_append(out, v.text);
	buf_free(&scratch);
	return out->n > 0;
}

/* Of several projects the one that the row under the cursor is from was asked for it; without a row any will do. */
static const struct posthog *project_of_row(const struct table *t)
{
	const struct explorer *x = t->view.world->explorer;
	uint32_t row = (uint32_t)t->list.cursor,
		 from = row < t->rows.n ? rows_origins(&t->rows, row) : 0;

	for (uint32_t i = 0; i < explorer_origin_count(x); i++)
		if ((from >> i & 1) != 0 && explorer_origin_posthog(x, i) != NULL)
			return explorer_origin_posthog(x, i);
	return explorer_posthog(x);
}

static bool copy_hogql(const struct table *t, struct buf *out)
{
	const struct posthog *p = project_of_row(t);
	enum posthog_list list;

	if (p != NULL && explorer_list_of(t->query.kind, &list))
		posthog_pushed_text(p, list, out);
	return out->n > 0;
}

static void offer_hogql(const struct table *t)
{
	struct buf text = {0};

	if (copy_hogql(t, &text))
		t->view.world->offered |= UINT32_C(1) << COPY_HOGQL;
	buf_free(&text);
}

bool table_copy_row(struct table *t, enum copy_what what, struct buf *out)
{
	struct world *w = t->view.world;
	uint32_t id = table_current(t);

	if (what == COPY_HOGQL)
		return copy_hogql(t, out);
	if (what == COPY_OFFERED)
		offer_hogql(t);
	if (id == MODEL_NONE)
		return false;
	switch (t->query.kind) {
	case ROWS_TRACES:
		return view_copy_trace(w, id, what, out);
	case ROWS_GENERATIONS:
	case ROWS_SPANS:
		if ((what == COPY_SMART || what == COPY_SHOWN) && t->pane_focused &&
		    t->pane_visible)
			return view_copied(w, detail_copy_tab(&t->pane.detail, w->explorer, out),
			                   out);
		return view_copy_event(w, id, what, out);
	case ROWS_SESSIONS:
		if (what != COPY_SMART)
			return view_copy_session(w, id, what, out);
		return view_copy_values(w, &t->rows, (uint32_t)t->list.cursor, out);
	default:
		if (what == COPY_ID)
			return copy_id(t, id, out);
		return what == COPY_SMART &&
		       view_copy_values(w, &t->rows, (uint32_t)t->list.cursor, out);
	}
}
