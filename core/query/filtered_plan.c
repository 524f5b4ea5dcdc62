/* Makes the plan of a filter. Terms of events are leaves; those of the record that stand together become one node, which
 * workers judge as a whole. Of a trace or a session a term is its own value, or it is what any of its events says. What a
 * word stands for is in filtered_term.c. */
#include "base/mem.h"
#include "query/filtered_build.h"

/* ---- nodes ---- */

static void *add_to_list(void *list, uint32_t n, uint32_t *cap)
{
	if (n < *cap)
		return list;
	*cap = *cap ? *cap * 2 : 16;
	return mem_resize(list, *cap, sizeof(void *));
}

static struct plan_part *new_part(struct filtered *d, enum filtered_of of, struct plan *user)
{
	struct plan_part *part = arena_alloc(&d->arena, sizeof(*part));

	part->of = of;
	part->user = user;
	d->parts = add_to_list(d->parts, d->n_parts, &d->cap_parts);
	d->parts[d->n_parts++] = part;
	return part;
}

struct plan *build_node(struct building *b, enum plan_kind kind)
{
	struct plan *p = arena_alloc(&b->d->arena, sizeof(*p));

	p->kind = kind;
	p->of = b->part->of;
	p->in = b->part;
	p->item = WALK_FRESH;
	p->seen_model = p->seen_version = UINT32_MAX;
	p->record = kind == PLAN_RECORD;
	p->made = b->d->made;
	b->d->made = p;
	return p;
}

static enum record_rank rank_of(const struct plan *p)
{
	enum record_rank rank = p->test.rank;

	for (const struct plan *at = p->first; at != NULL; at = at->next)
		if (at->test.rank > rank)
			rank = at->test.rank;
	return rank;
}

/* The cheap ones first, and those of the record before all others. */
static bool goes_before(const struct plan *a, const struct plan *b)
{
	if (a->record != b->record)
		return a->record;
	return a->record && a->test.rank < b->test.rank;
}

void build_add(struct plan *p, struct plan *child)
{
	struct plan **at = &p->first;

	while (*at != NULL && !goes_before(child, *at))
		at = &(*at)->next;
	child->next = *at;
	*at = child;
}

/* After the last child: those of the record become one. */
struct plan *build_end(struct building *b, struct plan *p)
{
	struct plan *last = NULL, *group;
	uint32_t records = 0, others = 0;

	for (struct plan *at = p->first; at != NULL; at = at->next) {
		if (at->record)
			last = at;
		records += at->record;
		others += !at->record;
	}
	p->record = others == 0 && p->of == FILTERED_EVENTS;
	p->test.rank = rank_of(p);
	if (others > 0 && records > 1) {
		group = build_node(b, p->kind);
		group->record = true;
		group->first = p->first;
		group->next = last->next;
		group->test.rank = rank_of(p);
		last->next = NULL;
		p->first = group;
	}
	return p;
}

struct plan *build_both(struct building *b, enum plan_kind kind, struct plan *one,
                        struct plan *other)
{
	struct plan *p = build_node(b, kind);

	build_add(p, one);
	build_add(p, other);
	return build_end(b, p);
}

struct plan *build_not(struct building *b, struct plan *child)
{
	struct plan *p = build_node(b, PLAN_NOT);

	build_add(p, child);
	return build_end(b, p);
}

struct plan *build_nothing(struct building *b)
{
	return build_end(b, build_node(b, PLAN_OR));
}

static struct plan *everything(struct building *b, const struct filter_node *node)
{
	(void)node;
	return build_end(b, build_node(b, PLAN_AND));
}

enum err build_fail(struct building *b, const struct filter_node *node, const char *why)
{
	if (b->err == ERR_OK) {
		b->err = err_set(b->e, ERR_USAGE, "%s", why);
		if (b->e != NULL)
			b->e->pos = node->at;
	}
	return ERR_USAGE;
}

/* ---- other parts ---- */

struct plan *build_look(struct building *b, enum plan_kind kind, enum filtered_of of,
                        const struct filter_node *node, build_fn *build)
{
	struct plan *p = build_node(b, kind);
	struct plan_part *above = b->part;

	p->looks = b->part = new_part(b->d, of, p);
	p->looks->top = build(b, node);
	b->part = above;
	return p;
}

static struct plan *any_inside(struct building *b, const struct filter_node *node)
{
	return build_any(b, node, b->inside);
}

struct plan *build_any(struct building *b, const struct filter_node *node, build_fn *build)
{
	if (b->part->of == FILTERED_TRACES)
		return build_look(b, PLAN_ANY, FILTERED_EVENTS, node, build);
	b->inside = build;
	return build_look(b, PLAN_ANY, FILTERED_TRACES, node, any_inside);
}

static struct plan *count_inside(struct building *b, const struct filter_node *node)
{
	return build_look(b, PLAN_COUNT, FILTERED_EVENTS, node, b->inside);
}

struct plan *build_count(struct building *b, const struct filter_node *node, build_fn *build)
{
	struct plan *p;

	b->inside = build;
	if (b->part->of == FILTERED_EVENTS)
		p = build_look(b, PLAN_BELOW, FILTERED_EVENTS, node, build);
	else if (b->part->of == FILTERED_TRACES)
		p = count_inside(b, node);
	else
		p = build_look(b, PLAN_COUNT, FILTERED_TRACES, node, count_inside);
	p->ranges = ranges_of(&b->d->arena, node, 1);
	return p;
}

/* ---- logic and scopes ---- */

static struct plan *logic(struct building *b, const struct filter_node *node, build_fn *build)
{
	static const enum plan_kind kinds[] = {
		[FILTER_AND] = PLAN_AND, [FILTER_OR] = PLAN_OR, [FILTER_NOT] = PLAN_NOT};
	struct plan *p = build_node(b, kinds[node->kind]);

	for (const struct filter_node *at = node->first; at != NULL; at = at->next)
		build_add(p, build(b, at));
	return build_end(b, p);
}

static struct plan *counted(struct building *b, const struct filter_node *node)
{
	return build_event(b, node->first);
}

/* What an event, and some event related to it, say. */
static struct plan *related(struct building *b, const struct filter_node *node)
{
	enum plan_kind kind = node->kind == FILTER_CHILD ? PLAN_PARENT : PLAN_ANCESTOR;
	struct plan *above = build_look(b, kind, FILTERED_EVENTS, node->first, build_event);

	return build_both(b, PLAN_AND, above, build_event(b, node->first->next));
}

static struct plan *scoped(struct building *b, const struct filter_node *node);

static struct plan *of_session(struct building *b, const struct filter_node *node)
{
	return build_look(b, PLAN_OF_SESSION, FILTERED_SESSIONS, node, scoped);
}

static struct plan *event_scope(struct building *b, const struct filter_node *node)
{
	switch (node->scope) {
	case SCOPE_SPAN:
		return build_event(b, node->first);
	case SCOPE_TRACE:
		return build_look(b, PLAN_OF_TRACE, FILTERED_TRACES, node->first, scoped);
	case SCOPE_SESSION:
		return build_look(b, PLAN_OF_TRACE, FILTERED_TRACES, node->first, of_session);
	default:
		return build_look(b, PLAN_OF_TRACE, FILTERED_TRACES, node, scoped);
	}
}

struct plan *build_event(struct building *b, const struct filter_node *node)
{
	switch (node->kind) {
	case FILTER_AND:
	case FILTER_OR:
	case FILTER_NOT:
		return logic(b, node, build_event);
	case FILTER_SCOPE:
		return event_scope(b, node);
	case FILTER_CHILD:
	case FILTER_DESCENDANT:
		return related(b, node);
	case FILTER_COUNT:
		return build_count(b, node, counted);
	case FILTER_TERM:
		break;
	}
	return build_term(b, node);
}

static struct plan *not_event(struct building *b, const struct filter_node *node)
{
	return build_not(b, build_event(b, node));
}

/* Of a trace or session; none of this says anything of one without events, but `none`. */
static struct plan *row_scope(struct building *b, const struct filter_node *node)
{
	bool of_trace = b->part->of == FILTERED_TRACES;
	const struct filter_node *inner = node->first;

	switch (node->scope) {
	case SCOPE_ANY:
	case SCOPE_SPAN:
		return build_any(b, inner, build_event);
	case SCOPE_NONE:
		return build_not(b, build_any(b, inner, build_event));
	case SCOPE_ALL:
		return build_both(b, PLAN_AND, build_any(b, inner, everything),
		                  build_not(b, build_any(b, inner, not_event)));
	case SCOPE_TRACE:
		return of_trace ? scoped(b, inner)
		                : build_look(b, PLAN_ANY, FILTERED_TRACES, inner, scoped);
	case SCOPE_SESSION:
		return of_trace ? of_session(b, inner) : scoped(b, inner);
	}
	return build_nothing(b);
}

/* Whether it says something of a whole trace or session. */
static bool is_of_rows(const struct filter_node *node)
{
	if (node->kind == FILTER_COUNT || (node->kind == FILTER_SCOPE && node->scope != SCOPE_SPAN))
		return true;
	if (node->kind != FILTER_AND && node->kind != FILTER_OR && node->kind != FILTER_NOT)
		return false;
	for (const struct filter_node *at = node->first; at != NULL; at = at->next)
		if (is_of_rows(at))
			return true;
	return false;
}

/* Within trace() and session(): what does not say how many is said of one event. */
static struct plan *scoped(struct building *b, const struct filter_node *node)
{
	if (!is_of_rows(node))
		return build_any(b, node, build_event);
	if (node->kind == FILTER_SCOPE)
		return row_scope(b, node);
	if (node->kind == FILTER_COUNT)
		return build_count(b, node, counted);
	return logic(b, node, scoped);
}

struct plan *build_row(struct building *b, const struct filter_node *node)
{
	switch (node->kind) {
	case FILTER_AND:
	case FILTER_OR:
	case FILTER_NOT:
		return logic(b, node, build_row);
	case FILTER_SCOPE:
		return row_scope(b, node);
	case FILTER_COUNT:
		return build_count(b, node, counted);
	case FILTER_TERM:
		return build_row_term(b, node);
	default:
		return build_any(b, node, build_event);
	}
}

/* A server's word, or what is here says it. */
static struct plan *build_judged(struct building *b, const struct filter_node *node)
{
	const struct filtered_context *with = &b->d->with;
	struct plan *yes, *look, *here = build_row(b, node);

	if (with->judges == NULL || !with->judges(with->ctx, node, b->d->of))
		return here;
	yes = build_node(b, PLAN_ASKED);
	yes->asked = ASKED_YES;
	look = build_node(b, PLAN_ASKED);
	look->asked = ASKED_LOOK;
	return build_both(b, PLAN_OR, yes, build_both(b, PLAN_AND, look, here));
}

/* Each of the parts that all have to hold. */
static struct plan *build_rows(struct building *b, const struct filter_node *root)
{
	return root->kind == FILTER_AND ? logic(b, root, build_judged) : build_judged(b, root);
}

/* ---- all of it ---- */

/* Nodes within one of the record have no verdicts of their own. */
static void collect(struct filtered *d, struct plan *p)
{
	if (!p->record)
		for (struct plan *at = p->first; at != NULL; at = at->next)
			collect(d, at);
	if (p->looks != NULL)
		collect(d, p->looks->top);
	d->order = add_to_list(d->order, d->n_order, &d->cap_order);
	d->order[d->n_order++] = p;
	d->has_records |= p->record;
	d->has_trees |= plan_is_tree(p->kind);
	d->has_texts |= p->kind == PLAN_TEXT;
	if (plan_is_tree(p->kind) || p->kind == PLAN_TEXT)
		p->in->costly = true;
}

/* A part from whose items others are looked at matters as those do. */
static void find_costly(struct filtered *d)
{
	for (uint32_t i = d->n_parts; i-- > 1;)
		if (d->parts[i]->costly)
			d->parts[i]->user->in->costly = true;
}

enum err filtered_compile(struct filtered *d, struct errinfo *e)
{
	struct building b = {.d = d, .e = e};
	const struct filter_node *root = d->filter->root;

	b.part = new_part(d, d->of, NULL);
	if (root == NULL)
		b.part->top = everything(&b, NULL);
	else
		b.part->top = d->of == FILTERED_EVENTS ? build_event(&b, root)
		                                       : build_rows(&b, root);
	if (b.err == ERR_OK)
		collect(d, b.part->top);
	find_costly(d);
	return b.err;
}
