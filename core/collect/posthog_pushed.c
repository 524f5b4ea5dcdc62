/* Filters of lists. A server that knows some word of one not (400) is asked without, for as long as the filter is the same. */
#include "collect/posthog_internal.h"
#include "collect/posthog_paste.h"

static struct pushed *pushed_of(const struct posthog *p, enum posthog_list list)
{
	return (struct pushed *)&p->pushed[list];
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

enum filtered_of posthog_list_of(enum posthog_list list)
{
	return list == POSTHOG_TRACES     ? FILTERED_TRACES
	       : list == POSTHOG_SESSIONS ? FILTERED_SESSIONS
	                                  : FILTERED_EVENTS;
}

bool posthog_push(struct posthog *p, enum posthog_list list, struct posthog_filter *f)
{
	struct pushed *s = pushed_of(p, list);
	bool other = !same_filter(&s->filter, f);

	posthog_filter_free(&s->filter);
	s->filter = *f;
	*f = (struct posthog_filter){0};
	if (!other)
		return false;
	s->refused = false;
	pushed_begin(p, list);
	/* Pages of another filter do not go on from those of this one. */
	posthog_list_stop(p, list);
	return true;
}

bool posthog_is_pushed(const struct posthog *p, enum posthog_list list)
{
	const struct pushed *s = pushed_of(p, list);

	return is_active(s) && !p->offline && s->took >= 0;
}

/* ---- for the lists ---- */

void pushed_init(struct posthog *p)
{
	for (int list = 0; list < POSTHOG_LISTS; list++) {
		p->pushed[list].filter.of = posthog_list_of((enum posthog_list)list);
		ids_init(&p->pushed[list].said);
	}
}

void pushed_fini(struct posthog *p)
{
	for (int list = 0; list < POSTHOG_LISTS; list++) {
		posthog_filter_free(&p->pushed[list].filter);
		ids_fini(&p->pushed[list].said);
		buf_free(&p->pushed[list].body);
	}
}

void pushed_begin(struct posthog *p, enum posthog_list list)
{
	struct pushed *s = pushed_of(p, list);

	ids_clear(&s->said);
	s->rows = 0;
	s->more = false;
	s->took = -1;
	s->asked = TIME_NONE;
	s->pages++;
}

const struct posthog_filter *pushed_ask(struct posthog *p, enum posthog_list list)
{
	struct pushed *s = pushed_of(p, list);

	s->asked = time_monotonic();
	return is_active(s) ? &s->filter : NULL;
}

void pushed_keep(struct posthog *p, enum posthog_list list, const struct buf *body)
{
	struct pushed *s = pushed_of(p, list);

	buf_clear(&s->body);
	buf_append(&s->body, buf_str(body));
}

void pushed_answer(struct posthog *p, enum posthog_list list, const struct posthog_rows *ids,
                   uint32_t n, bool more)
{
	struct pushed *s = pushed_of(p, list);

	s->took = time_monotonic() - s->asked;
	for (uint32_t i = 0; i < ids->n; i++)
		ids_add(&s->said, ids->rows[i].id);
	s->rows += n;
	s->more = more;
	s->pages++;
}

bool pushed_refuse(struct posthog *p, enum posthog_list list, enum posthog_trouble trouble)
{
	struct pushed *s = pushed_of(p, list);

	if (trouble != POSTHOG_BAD_QUERY || !is_active(s))
		return false;
	s->refused = true;
	s->pages++;
	return true;
}

/* ---- what is said ---- */

enum posthog_word posthog_says(const struct posthog *p, enum posthog_list list, struct str id)
{
	const struct pushed *s = pushed_of(p, list);

	if (!posthog_is_pushed(p, list))
		return POSTHOG_SAYS_NOTHING;
	return ids_find(&s->said, id) != 0 ? POSTHOG_SAYS_YES : POSTHOG_SAYS_NO;
}

bool posthog_has_refused(const struct posthog *p, enum posthog_list list)
{
	return p->pushed[list].refused;
}

uint32_t posthog_said(const struct posthog *p, enum posthog_list list)
{
	return p->pushed[list].pages;
}

static bool is_asked(const struct posthog *p, enum posthog_list list)
{
	for (const struct ask *a = p->asks; a != NULL; a = a->next)
		if (a->kind == ASK_LIST && a->list == list && a->id.n == 0)
			return true;
	return false;
}

void posthog_read_pushed(const struct posthog *p, enum posthog_list list,
                         struct posthog_pushed *out)
{
	const struct pushed *s = pushed_of(p, list);
	const struct posthog_filter *f = &s->filter;

	*out = (struct posthog_pushed){
		.here = buf_str(&f->here), .took = s->took, .rows = s->rows, .more = s->more};
	if (f->where.n == 0 && f->here.n == 0)
		out->judge = POSTHOG_JUDGES_NOTHING;
	else if (f->where.n == 0)
		out->judge = POSTHOG_JUDGES_NONE;
	else if (s->refused)
		out->judge = POSTHOG_REFUSES;
	else if (!p->offline && s->took >= 0)
		out->judge = POSTHOG_JUDGES;
	else if (!p->offline && (s->asked == TIME_NONE || is_asked(p, list)))
		out->judge = POSTHOG_IS_ASKED;
	else
		out->judge = POSTHOG_IS_SILENT;
}

void posthog_pushed_text(const struct posthog *p, enum posthog_list list, struct buf *out)
{
	posthog_paste(buf_str(&p->pushed[list].body), out);
}
