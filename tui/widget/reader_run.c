/* Text with roles: what is added is cleaned, and joins the span before if it has the same role. */
#include "widget/reader_run.h"

#include "base/clean.h"
#include "base/mem.h"

void reader_run_add(struct reader_run *r, enum role role, struct str text)
{
	clean_append(&r->text, text, 0);
	if (r->n == 0 || r->spans[r->n - 1].role != role) {
		if (r->n == r->cap) {
			r->cap = r->cap ? r->cap * 2 : 8;
			r->spans = mem_resize(r->spans, r->cap, sizeof(*r->spans));
		}
		r->spans[r->n++].role = (uint8_t)role;
	}
	r->spans[r->n - 1].end = (uint32_t)r->text.n;
}

void reader_run_clear(struct reader_run *r)
{
	buf_clear(&r->text);
	r->n = 0;
}

void reader_run_free(struct reader_run *r)
{
	buf_free(&r->text);
	mem_free(r->spans);
	*r = (struct reader_run){0};
}
