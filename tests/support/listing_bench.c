/* See listing_bench.h. */
#include "support/listing_bench.h"
#include "support/rows_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int listing_bench_enter(void **state)
{
	struct listing_bench *b = calloc(1, sizeof(*b));

	fixture_init(&b->f);
	events_init(&b->batch);
	b->reader = record_reader_new();
	*state = b;
	return 0;
}

int listing_bench_leave(void **state)
{
	struct listing_bench *b = *state;

	record_reader_free(b->reader);
	events_fini(&b->batch);
	fixture_fini(&b->f);
	free(b);
	return 0;
}

void listing_bench_read(struct listing_bench *b, const char *line)
{
	struct json_report report;
	const char *why;

	assert_true(record_line(b->reader, &b->batch, 0, b->offset, str_of(line), &b->counts,
	                        &report, &why));
	b->offset += strlen(line) + 1;
}

void listing_bench_take(struct listing_bench *b)
{
	struct events *t = &b->f.events;
	uint32_t event = t->n, listing = t->n_listings;
	struct events_map map = {0};

	while (!events_merge(t, &b->batch, &map, 1))
		;
	events_clear(&b->batch);
	for (; event < t->n; event++)
		model_add(b->f.model, event);
	for (; listing < t->n_listings; listing++)
		model_add_listing(b->f.model, listing);
}

void listing_bench_feed(struct listing_bench *b, const char *line)
{
	listing_bench_read(b, line);
	listing_bench_take(b);
}

void listing_bench_empty(struct listing_bench *b)
{
	fixture_fini(&b->f);
	fixture_init(&b->f);
}

uint32_t listing_bench_number(const struct listing_bench *b, const char *trace)
{
	return model_find_trace(b->f.model, ids_find(&b->f.events.ids, str_of(trace)));
}

const struct session *listing_bench_session(const struct listing_bench *b, const char *id)
{
	uint32_t at = model_find_session(b->f.model, ids_find(&b->f.events.ids, str_of(id)));

	return at == MODEL_NONE ? NULL : model_session(b->f.model, at);
}

void listing_bench_check_sums(struct listing_bench *b)
{
	struct totals sum = {0};
	const struct totals *all = model_totals(b->f.model);
	struct rows r;

	rows_build_all(&r, &b->f, ROWS_TRACES);
	for (uint32_t row = 0; row < r.n; row++)
		totals_add(&sum, &model_trace(b->f.model, r.at[row])->totals);
	assert_memory_equal(&sum, all, sizeof(sum));
	rows_free(&r);
}
