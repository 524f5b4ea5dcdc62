/* Leaves of a plan: tests of the record, tables and sets of ids that they look up, searches. */
#include "query/filtered_build.h"

/* ---- the record ---- */

struct plan *build_record(struct building *b, record_fill *fill, enum record_rank rank)
{
	struct plan *p = build_node(b, PLAN_RECORD);

	p->test.fill = fill;
	p->test.rank = rank;
	return p;
}

struct plan *build_flag(struct building *b, uint32_t mask, uint32_t flags)
{
	struct plan *p = build_record(b, record_flags, RECORD_PLAIN);

	p->test.mask = mask;
	p->test.flags = flags;
	return p;
}

struct plan *build_kind(struct building *b, enum event_kind is)
{
	return build_flag(b, EVENT_KIND_MASK, is);
}

struct plan *build_number(struct building *b, const struct filter_node *node, record_fill *fill,
                          int64_t scale)
{
	struct plan *p = build_record(b, fill, RECORD_PLAIN);

	p->test.ranges = ranges_of(&b->d->arena, node, scale);
	return p;
}

struct plan *build_extra(struct building *b, const struct filter_node *node, enum event_field field)
{
	struct plan *p = build_number(b, node, record_extra, 1);

	p->test.rank = RECORD_EXTRA;
	p->test.field = field;
	return p;
}

struct plan *build_within(struct building *b, record_fill *fill, unsigned field,
                          const struct range *range)
{
	struct plan *p = build_record(b, fill, fill == record_extra ? RECORD_EXTRA : RECORD_PLAIN);

	p->test.field = field;
	p->test.ranges.list = arena_alloc(&b->d->arena, sizeof(*range));
	p->test.ranges.list[0] = *range;
	p->test.ranges.n = 1;
	return p;
}

/* ---- texts and ids ---- */

static void add_tests(struct building *b, struct table *t, const struct filter_node *node)
{
	struct errinfo why;

	t->tests = arena_alloc(&b->d->arena, (size_t)node->n_values * sizeof(*t->tests) + 1);
	for (uint32_t i = 0; i < node->n_values && b->err == ERR_OK; i++) {
		bool by_id = t->of >= TABLE_TRACES && node->values[i].test == TEST_VALUE;

		if (by_id)
			continue;
		if (text_test_init(&t->tests[t->n_tests], b->d, &node->values[i], &why) != ERR_OK)
			build_fail(b, node, why.msg);
		else
			t->n_tests++;
	}
}

struct table *build_table(struct building *b, enum table_of of, const struct filter_node *node)
{
	struct table *t = arena_alloc(&b->d->arena, sizeof(*t));

	t->of = of;
	t->node = node;
	t->next = b->d->tables;
	b->d->tables = t;
	add_tests(b, t, node);
	if (of >= TABLE_TRACES)
		t->is_id = arena_alloc(&b->d->arena,
		                       (size_t)node->n_values * sizeof(*t->is_id) + 1);
	return t;
}

struct plan *build_text_of(struct building *b, const struct filter_node *node, record_fill *fill,
                           enum table_of of)
{
	struct plan *p = build_record(b, fill, RECORD_TABLE);

	p->test.table = build_table(b, of, node);
	return p;
}

struct plan *build_extra_text(struct building *b, const struct filter_node *node,
                              enum event_field field, bool whole)
{
	struct plan *p = build_record(b, record_extra_text, RECORD_EXTRA);
	struct table *t = build_table(b, TABLE_STRINGS, node);

	t->whole = whole;
	p->test.table = t;
	p->test.field = field;
	return p;
}

/* ---- payloads, own values ---- */

struct plan *build_search(struct building *b, const struct filter_node *node,
                          const struct text_wanted *what)
{
	struct plan *p = build_node(b, PLAN_TEXT);
	struct errinfo why;

	p->node = node;
	if (b->err == ERR_OK && text_term_new(b->d, p, what, &why) != ERR_OK)
		build_fail(b, node, why.msg);
	return p;
}

struct plan *build_parts(struct building *b, const struct filter_node *node, enum part_type type)
{
	struct text_wanted what = {.places = TEXT_MEDIA, .parts = UINT32_C(1) << type};

	return build_search(b, node, &what);
}

struct plan *build_own(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_node(b, PLAN_OWN);

	p->node = node;
	p->asked = (enum field_is)b->word;
	return p;
}
