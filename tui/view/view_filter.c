/* The filter of all lists, as screens use it: what only is known here, such as marks and bookmarks, is asked of the world. */
#include "view/view_filter.h"

#include "explorer_pushed.h"

/* ---- what is known here ---------------------------------------------------------------------------------------------- */

static const struct bookmark *bookmarked(struct world *w, enum filtered_of of, uint32_t number)
{
	static const enum bookmark_of bookmarks[] = {[FILTERED_EVENTS] = BOOKMARK_EVENT,
	                                             [FILTERED_TRACES] = BOOKMARK_TRACE,
	                                             [FILTERED_SESSIONS] = BOOKMARK_SESSION};

	return view_bookmarked(w, bookmarks[of], number);
}

static bool has_note(void *ctx, enum filtered_of of, uint32_t number)
{
	const struct bookmark *b = bookmarked(ctx, of, number);

	return b != NULL && b->note.n > 0;
}

static bool is_marked(const struct world *w, enum filtered_of of, uint32_t number)
{
	static const enum rows_kind kinds[] = {[FILTERED_EVENTS] = ROWS_GENERATIONS,
	                                       [FILTERED_TRACES] = ROWS_TRACES,
	                                       [FILTERED_SESSIONS] = ROWS_SESSIONS};

	return marks_has(&w->marks, kinds[of], number);
}

static int64_t last_time(const struct world *w, enum filtered_of of, uint32_t number)
{
	struct model *m = explorer_model(w->explorer);

	if (of == FILTERED_TRACES)
		return model_trace(m, number)->last_time;
	return of == FILTERED_SESSIONS ? model_session(m, number)->last_time
	                               : events_get(model_events(m), number)->time;
}

/* What came after the program was opened is new. */
static bool is(void *ctx, enum field_is what, enum filtered_of of, uint32_t number)
{
	struct world *w = ctx;

	switch (what) {
	case IS_MARKED:
		return is_marked(w, of, number);
	case IS_STARRED:
		return bookmarked(w, of, number) != NULL;
	case IS_NEW:
		return last_time(w, of, number) >= w->opened;
	default:
		return false;
	}
}

static const char *source_path(void *ctx, uint32_t journal)
{
	return explorer_source_path(((const struct world *)ctx)->explorer, journal);
}

static bool judges(void *ctx, const struct filter_node *node, enum filtered_of of)
{
	return explorer_judges(((const struct world *)ctx)->explorer, node, of);
}

static enum filtered_word judged(void *ctx, enum filtered_of of, uint32_t number)
{
	return explorer_judged(((const struct world *)ctx)->explorer, of, number);
}

static void on_change(void *ctx)
{
	const struct world *w = ctx;

	if (w->redraw != NULL)
		w->redraw(w->redraw_ctx);
}

/* ---- using one ------------------------------------------------------------------------------------------------------- */

void view_filter_free(struct view_filter *f)
{
	filtered_free(f->filtered);
	filter_free(f->filter);
	buf_free(&f->text);
	*f = (struct view_filter){0};
}

bool view_filter_read(struct view_filter *f, const struct world *w, struct str text,
                      struct errinfo *e)
{
	const struct filter_reading how = {.now = w->now};

	*f = (struct view_filter){0};
	if (filter_parse(&f->filter, text, &how, e) > FILTER_VALID)
		return false;
	buf_append(&f->text, text);
	return true;
}

struct filtered_context view_filter_context(struct world *w)
{
	return (struct filtered_context){.loop = explorer_loop(w->explorer),
	                                 .model = explorer_model(w->explorer),
	                                 .properties = explorer_properties(w->explorer),
	                                 .errors = explorer_errors(w->explorer),
	                                 .is = is,
	                                 .has_note = has_note,
	                                 .source = source_path,
	                                 .changed = on_change,
	                                 .ctx = w};
}

bool view_filter_begin(struct view_filter *f, struct world *w, enum filtered_of of,
                       struct errinfo *e)
{
	struct filtered_context with = view_filter_context(w);

	with.judges = judges;
	with.judged = judged;
	if (f->filter->root == NULL ||
	    filtered_new(&f->filtered, f->filter, of, &with, e) == ERR_OK)
		return true;
	view_filter_free(f);
	return false;
}

static bool is_known_here(const struct field *f, struct str text)
{
	int word = field_word(f, text);

	if (f->number == FIELD_HAS)
		return word == HAS_NOTE;
	return f->number == FIELD_IS && (word == IS_MARKED || word == IS_STARRED || word == IS_NEW);
}

/* As deep as FILTER_MAX_DEPTH lets it be. */
static bool asks_for_known_here(const struct filter_node *node)
{
	bool asks = false;

	for (uint32_t i = 0; node->field != NULL && i < node->n_values && !asks; i++)
		asks = is_known_here(node->field, node->values[i].text);
	for (const struct filter_node *at = node->first; at != NULL && !asks; at = at->next)
		asks = asks_for_known_here(at);
	return asks;
}

bool view_filter_asks_here(const struct filter *f)
{
	return f != NULL && f->root != NULL && asks_for_known_here(f->root);
}

void view_append_filter(const struct world *w, struct buf *out)
{
	const struct filter_reading how = {.now = w->now};
	struct filter *f, order, terms;

	if (filter_parse(&f, buf_str(&w->filter), &how, NULL) != FILTER_VALID || f->root == NULL ||
	    f->root->kind != FILTER_OR) {
		buf_append(out, buf_str(&w->filter));
		filter_free(f);
		return;
	}
	order = (struct filter){.sort = f->sort, .descending = f->descending, .limit = f->limit};
	terms = (struct filter){.root = f->root};
	filter_print(&order, out);
	buf_puts(out, out->n > 0 ? " (" : "(");
	filter_print(&terms, out);
	buf_add(out, ')');
	filter_free(f);
}
