/* The filter of all lists, as screens use it. */
#include "view/view.h"

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
