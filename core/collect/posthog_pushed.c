/* Filters of lists. A server that knows some word of one not (400) is asked without, for as long as the filter is the same. */
#include "collect/posthog_internal.h"
#include "collect/posthog_paste.h"

static struct pushed *pushed_of(const struct posthog *p, enum filtered_of of)
{
	return (struct pushed *)&p->pushed[of];
}

static bool is_active(const struct pushed *s)
{
	return s->filter.where.n > 0 && !s->refused;
}

static bool same_value(const struct posthog_value *a, const struct posthog_value *b)
{
	return a->is_number == b->is_number && str_eq(buf_str(&a->text), buf_str(&b->text));
}

static bool same_filter(const struct posthog_filter *a, const struct posthog_filter *b)
{
	if (a->n_values != b->n_values || !str_eq(buf_str(&a->where), buf_str(&b->where)) ||
	    !str_eq(buf_str(&a->facts), buf_str(&b->facts)))
		return false;
	for (uint32_t i = 0; i < a->n_values; i++)
		if (!same_value(&a->values[i], &b->values[i]))
			return false;
	return true;
}

static void end_events(struct posthog *p)
{
	struct ask *a = p->asks;

	while (a != NULL && (a->kind != ASK_EVENTS || a->for_tail))
		a = a->next;
	p->all = false;
	if (a != NULL)
		ask_end(a);
}

bool posthog_push(struct posthog *p, struct posthog_filter *f)
{
	struct pushed *s = pushed_of(p, f->of);
	bool other = !same_filter(&s->filter, f);

	posthog_filter_free(&s->filter);
	s->filter = *f;
	*f = (struct posthog_filter){0};
	if (!other)
		return false;
	s->refused = false;
	pushed_begin(p, s->filter.of);
	/* Pages of another filter do not go on from those of this one. */
	if (s->filter.of == FILTERED_EVENTS)
		end_events(p);
	else
		posthog_list_stop(p, s->filter.of == FILTERED_TRACES ? POSTHOG_TRACES
		                                                     : POSTHOG_SESSIONS);
	return true;
}

/* ---- for the lists ---- */

void pushed_init(struct posthog *p)
{
	for (int of = 0; of < POSTHOG_PUSHED; of++) {
		p->pushed[of].filter.of = (enum filtered_of)of;
		ids_init(&p->pushed[of].said);
	}
}

void pushed_fini(struct posthog *p)
{
	for (int of = 0; of < POSTHOG_PUSHED; of++) {
		posthog_filter_free(&p->pushed[of].filter);
		ids_fini(&p->pushed[of].said);
		buf_free(&p->pushed[of].body);
	}
}

void pushed_begin(struct posthog *p, enum filtered_of of)
{
	struct pushed *s = pushed_of(p, of);

	ids_clear(&s->said);
	s->rows = 0;
	s->more = false;
	s->took = -1;
	s->asked = TIME_NONE;
	s->pages++;
}

const struct posthog_filter *pushed_ask(struct posthog *p, enum filtered_of of)
{
	struct pushed *s = pushed_of(p, of);

	s->asked = time_monotonic();
	return is_active(s) ? &s->filter : NULL;
}

void pushed_keep(struct posthog *p, enum filtered_of of, const struct buf *body)
{
	struct pushed *s = pushed_of(p, of);

	buf_clear(&s->body);
	buf_append(&s->body, buf_str(body));
}

void pushed_answer(struct posthog *p, enum filtered_of of, const struct posthog_rows *rows)
{
	struct pushed *s = pushed_of(p, of);

	s->took = time_monotonic() - s->asked;
	for (uint32_t i = 0; rows != NULL && i < rows->n; i++)
		ids_add(&s->said, rows->rows[i].id);
	s->rows += rows != NULL ? rows->n : 0;
	s->more = rows != NULL && rows->more;
	s->pages++;
}

bool pushed_refuse(struct posthog *p, enum filtered_of of, enum posthog_trouble trouble)
{
	struct pushed *s = pushed_of(p, of);

	if (trouble != POSTHOG_BAD_QUERY || !is_active(s))
		return false;
	s->refused = true;
	s->pages++;
	return true;
}

/* ---- what is said ---- */

enum posthog_word posthog_says(const struct posthog *p, enum filtered_of of, struct str id)
{
	const struct pushed *s = pushed_of(p, of);

	if (!is_active(s) || p->offline || s->took < 0)
		return POSTHOG_SAYS_NOTHING;
	return ids_find(&s->said, id) != 0 ? POSTHOG_SAYS_YES : POSTHOG_SAYS_NO;
}

bool posthog_has_refused(const struct posthog *p, enum filtered_of of)
{
	return p->pushed[of].refused;
}

uint32_t posthog_said(const struct posthog *p, enum filtered_of of)
{
	return p->pushed[of].pages;
}

static bool is_asked(const struct posthog *p, enum filtered_of of)
{
	enum posthog_list list = of == FILTERED_TRACES ? POSTHOG_TRACES : POSTHOG_SESSIONS;

	for (const struct ask *a = p->asks; a != NULL; a = a->next) {
		bool same = of == FILTERED_EVENTS ? a->kind == ASK_EVENTS && !a->for_tail
		                                  : a->kind == ASK_LIST && a->list == list;

		if (same && a->id.n == 0)
			return true;
	}
	return false;
}

void posthog_pushed_status(const struct posthog *p, enum filtered_of of, struct buf *out)
{
	const struct pushed *s = pushed_of(p, of);
	const struct posthog_filter *f = &s->filter;

	if (f->where.n == 0 && f->here.n == 0)
		return;
	if (!is_active(s) || p->offline) {
		buf_puts(out, "local only: ");
		if (f->where.n == 0)
			buf_append(out, buf_str(&f->here));
		else
			buf_puts(out, s->refused ? "PostHog refused the filter"
			                         : "PostHog did not answer");
	} else if (s->took < 0) {
		buf_puts(out, s->asked == TIME_NONE || is_asked(p, s->filter.of)
		                      ? "server ..."
		                      : "local only: PostHog did not answer");
	} else if (f->here.n == 0) {
		buf_printf(out, "server %lld ms", (long long)(s->took / 1000));
	} else {
		buf_printf(out, "server + local over %u%s: ", s->rows, s->more ? "+" : "");
		buf_append(out, buf_str(&f->here));
	}
}

void posthog_pushed_text(const struct posthog *p, enum filtered_of of, struct buf *out)
{
	posthog_paste(buf_str(&p->pushed[of].body), out);
}
