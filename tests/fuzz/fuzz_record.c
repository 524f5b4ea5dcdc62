/* Lines into records: nothing crashes, every byte range lies in the line, counts and verdict agree,
 * and reading a line twice gives the same. */
#include "fuzz/fuzz.h"
#include "index/record.h"

#include <stdlib.h>
#include <string.h>

#define OFFSET 7u

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_event(const struct events *t, uint32_t at, struct str line)
{
	const struct event *e = events_get(t, at);
	struct buf text = {0};
	int64_t value;

	check(event_offset(e) >= OFFSET && e->length >= 2);
	check(event_offset(e) - OFFSET + e->length <= line.n);
	check(line.p[event_offset(e) - OFFSET] == '{');
	check(line.p[event_offset(e) - OFFSET + e->length - 1] == '}');
	if (events_extra(t, at, EVENT_ERROR_TEXT, &value))
		check(((uint64_t)value >> 32) + (uint32_t)value <= e->length);
	check(events_latency(t, at) >= 0 || events_latency(t, at) == EVENT_UNKNOWN);
	check(events_input(t, at) >= 0 || events_input(t, at) == EVENT_UNKNOWN);
	check(e->trace < t->ids.n && e->span < t->ids.n && e->name < t->strings.n);
	check(e->model < t->n_models);
	events_start(t, at);
	events_end(t, at);
	ids_text(&t->ids, events_node_id(t, at), &text);
	buf_free(&text);
}

static void check_listing(const struct events *t, const struct event_listing *l)
{
	const int64_t sums[] = {l->input,     l->output, l->cache_read, l->cache_write,
	                        l->reasoning, l->cost,   l->latency};
	uint32_t counts = l->errors | l->unpriced;

	for (int kind = 0; kind < LISTING_KINDS; kind++)
		counts |= l->kinds[kind];
	check(l->counted || counts == 0);
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		check(sums[i] == EVENT_UNKNOWN || (l->counted && sums[i] >= 0));
	check(l->trace < t->ids.n && l->session < t->ids.n && l->user < t->ids.n);
	check(l->name < t->strings.n && (l->is_session ? l->session : l->trace) != 0);
}

static void check_merge(const struct events *batch)
{
	struct events_map map = {0};
	struct events t;

	events_init(&t);
	while (!events_merge(&t, batch, &map, 1))
		continue;
	check(t.n == batch->n && t.ids.n <= batch->ids.n);
	for (uint32_t i = 0; i < t.n; i++) {
		check(str_eq(events_name(&t, i), events_name(batch, i)));
		check(events_input(&t, i) == events_input(batch, i));
	}
	check(t.n_listings == batch->n_listings);
	for (uint32_t i = 0; i < t.n_listings; i++)
		check_listing(&t, &t.listings[i]);
	events_fini(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str line = {(const char *)data, size};
	struct record_reader *r = record_reader_new();
	struct record_counts counts = {0}, again = {0};
	struct json_report report;
	struct events batch;
	const char *why;
	uint32_t n;
	bool good;

	events_init(&batch);
	good = record_line(r, &batch, 0, OFFSET, line, &counts, &report, &why);
	n = batch.n;
	check(good || (counts.lines == 1 && counts.bad_lines == 1 && n == 0));
	check(good || (report.fault != JSON_OK) == (why == NULL));
	check(report.pos <= size);
	/* What is left are lines of a listing, of which some may name nothing. */
	check(counts.lines >= counts.bad_lines + counts.other_events + n + batch.n_listings);
	for (uint32_t i = 0; i < n; i++)
		check_event(&batch, i, line);
	for (uint32_t i = 0; i < batch.n_listings; i++)
		check_listing(&batch, &batch.listings[i]);
	check_merge(&batch);
	check(record_line(r, &batch, 0, OFFSET, line, &again, &report, &why) == good);
	check(memcmp(&counts, &again, sizeof(counts)) == 0 && batch.n == 2 * n);
	events_fini(&batch);
	record_reader_free(r);
	return 0;
}
