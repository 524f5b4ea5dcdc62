/* Events made up for tests of the model, and a text of everything the model says about them that
 * must not depend on the order of arrival. */
#ifndef SUPPORT_MODEL_SAMPLE_H
#define SUPPORT_MODEL_SAMPLE_H

#include "model/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL and zero: not sent. Times and latencies in seconds; has_* where 0 means something. */
struct sample {
	enum event_kind kind;
	const char *trace, *span, *parent, *uuid, *session, *user, *name;
	uint64_t place;
	uint32_t flags; /* besides the kind */
	bool has_time, has_latency, has_cost, has_input, has_output, has_cache_write,
		has_cache_read;
	double time, latency;
	int64_t cost, input, output, cache_write, cache_read; /* cost: 1e-12 USD */
};

static inline uint32_t sample_id(struct events *t, const char *text)
{
	return text ? ids_add(&t->ids, str_of(text)) : 0;
}

static inline uint32_t sample_narrow(bool known, int64_t value)
{
	if (!known)
		return EVENT_ABSENT32;
	return value < EVENT_WIDE32 ? (uint32_t)value : EVENT_WIDE32;
}

static inline uint32_t sample_add(struct events *t, const struct sample *s)
{
	int64_t latency = (int64_t)(s->latency * (double)TIME_SECOND);
	struct event e = {
		.time = s->has_time ? (int64_t)(s->time * (double)TIME_SECOND) : TIME_NONE,
		.cost = s->has_cost ? s->cost : EVENT_NO_COST,
		.place = s->place,
		.flags = (uint32_t)s->kind | s->flags | (s->uuid ? 0 : EVENT_NO_UUID),
		.latency = sample_narrow(s->has_latency, latency),
		.input = sample_narrow(s->has_input, s->input),
		.output = sample_narrow(s->has_output, s->output),
		.cache_read = sample_narrow(s->has_cache_read, s->cache_read),
		.span = sample_id(t, s->span),
		.parent = sample_id(t, s->parent),
		.trace = sample_id(t, s->trace),
		.user = sample_id(t, s->user),
		.name = strings_add(&t->strings, str_of(s->name)),
	};
	uint32_t event = events_add(t, &e, sample_id(t, s->uuid), sample_id(t, s->session));

	if (s->has_cache_write)
		events_set_extra(t, EVENT_CACHE_WRITE, s->cache_write);
	if (e.latency == EVENT_WIDE32)
		events_set_extra(t, EVENT_WIDE_LATENCY, latency);
	if (e.input == EVENT_WIDE32)
		events_set_extra(t, EVENT_WIDE_INPUT, s->input);
	if (e.output == EVENT_WIDE32)
		events_set_extra(t, EVENT_WIDE_OUTPUT, s->output);
	return event;
}

#define SAMPLE_BYTES 8 /* that sample_decode reads */

static const char *const sample_traces[] = {"T", "T", "T", "a trace id of over 15 bytes", NULL};
static const char *const sample_uuids[] = {
	"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002",
	"00000000-0000-4000-8000-000000000003", "00000000-0000-4000-8000-000000000004",
	"00000000-0000-4000-8000-000000000005", "00000000-0000-4000-8000-000000000006",
	"10000000-0000-4000-8000-000000000007", "no uuid at all, but an id",
	"00000000-0000-4000-8000-000000000009", "00000000-0000-4000-8000-000000000010",
	"00000000-0000-4000-8000-000000000011", NULL,
};
static const char *const sample_spans[] = {
	NULL,
	NULL,
	"a",
	"b",
	"c",
	"d",
	"e",
	"T",
	"a trace id of over 15 bytes",
	"00000000-0000-4000-8000-000000000001",
};
static const char *const sample_parents[] = {
	NULL,
	"missing",
	"a",
	"b",
	"c",
	"d",
	"e",
	"T",
	"a trace id of over 15 bytes",
	"00000000-0000-4000-8000-000000000001",
	"00000000-0000-4000-8000-000000000002",
};
static const char *const sample_few[] = {NULL, NULL, "s-1", "s-2", "s-3"};
static const double sample_latencies[] = {0, 0, 0.5, 1, 2, 5000};

/* Any bytes make an event, most of them a troublesome one: ids are few and shared by traces, spans
 * and uuids. */
static inline struct sample sample_decode(const uint8_t *bytes, uint64_t place)
{
#define PICK(list, byte) (list)[(byte) % (sizeof(list) / sizeof *(list))]
	return (struct sample){
		.kind = bytes[0] % 16 < EVENT_KINDS ? (enum event_kind)(bytes[0] % 16) : EVENT_SPAN,
		.flags = (bytes[0] & 16 ? EVENT_ERROR : 0) | (bytes[0] & 32 ? EVENT_OTEL : 0) |
	                 (bytes[0] & 64 ? EVENT_COST_ESTIMATED : 0) |
	                 ((bytes[0] & 65) == 65 ? EVENT_COST_INCOMPLETE : 0) |
	                 (bytes[0] & 128 ? EVENT_PERSONLESS : 0),
		.trace = PICK(sample_traces, bytes[1]),
		.session = PICK(sample_few, bytes[1] / 8),
		.span = PICK(sample_spans, bytes[2]),
		.name = bytes[2] & 128 ? NULL : PICK(sample_few, bytes[2] / 16),
		.parent = PICK(sample_parents, bytes[3]),
		.user = PICK(sample_few, bytes[3] / 16),
		.uuid = PICK(sample_uuids, bytes[4]),
		.has_time = bytes[5] % 8 > 0,
		.time = bytes[5] % 8,
		.latency = PICK(sample_latencies, bytes[6]),
		.has_latency = bytes[6] % 6 > 0,
		.has_cost = bytes[7] & 1,
		.cost = bytes[7] / 16,
		.has_input = bytes[7] & 2,
		.input = bytes[6] & 128 ? INT64_MAX : bytes[7],
		.has_output = bytes[7] & 4,
		.output = bytes[7] / 32,
		.has_cache_write = bytes[7] & 8,
		.cache_write = bytes[6],
		.place = (place & 1) << 48 | place,
	};
#undef PICK
}

/* ---- what the model says, as text ---- */

static inline void sample_dump_place(struct buf *out, const struct events *t, uint32_t event)
{
	if (event == EVENT_NONE)
		buf_puts(out, " -");
	else
		buf_printf(out, " @%llx", (unsigned long long)events_get(t, event)->place);
}

static inline void sample_dump_totals(struct buf *out, const struct totals *t)
{
	buf_printf(out, " events %u errors %u kinds", t->events, t->errors);
	for (int i = 0; i < EVENT_KINDS; i++)
		buf_printf(out, " %u", t->kinds[i]);
	buf_printf(out, " priced %u %u %u cost ", t->reported, t->estimated, t->unpriced);
	money_append(out, t->cost_reported);
	buf_add(out, ' ');
	money_append(out, t->cost_estimated);
	buf_printf(out, " tokens %lld/%u %lld/%u %lld/%u\n", (long long)t->input, t->input_known,
	           (long long)t->output, t->output_known, (long long)t->cache_write,
	           t->cache_write_known);
}

static inline void sample_dump_sum(struct buf *out, const struct tree_sum *s)
{
	buf_printf(out, " sum %d %d %d %d %d %u ", s->cost_known, s->cost_estimated,
	           s->latency_known, s->input_known, s->output_known, s->unpriced);
	money_append(out, s->cost);
	buf_printf(out, " %lld %lld %lld\n", (long long)s->latency, (long long)s->input,
	           (long long)s->output);
}

static inline void sample_dump_tree(struct buf *out, const struct model *m, uint32_t trace)
{
	const struct events *events = model_events(m);
	struct tree t;

	tree_build(&t, m, trace);
	for (uint32_t i = 0; i < t.n; i++) {
		const struct tree_node *node = &t.nodes[i];

		sample_dump_place(out, events, node->event);
		buf_printf(out, " parent %d depth %u subtree %u errors %u mark %d last %d",
		           (int)node->parent, node->depth, node->subtree, node->errors,
		           (int)node->mark, node->last);
		sample_dump_sum(out, &node->sum);
	}
	buf_puts(out, "attached");
	for (uint32_t i = 0; i < t.n_attached; i++)
		sample_dump_place(out, events, t.attached[i]);
	buf_puts(out, "\n");
	tree_free(&t);
}

static inline void sample_dump_id(struct buf *out, const struct events *t, uint32_t id)
{
	buf_add(out, ' ');
	ids_text(&t->ids, id, out);
}

static inline void sample_dump_trace(struct buf *out, const struct model *m, uint32_t trace)
{
	const struct events *events = model_events(m);
	const struct trace *t = model_trace(m, trace);

	buf_puts(out, "trace");
	sample_dump_id(out, events, t->id);
	buf_printf(out, " name '%.*s' user", STR_ARG(strings_get(&events->strings, t->name)));
	sample_dump_id(out, events, t->user);
	buf_printf(out, " personless %d explicit", t->personless);
	sample_dump_place(out, events, t->explicit_event);
	buf_printf(out, " times %lld %lld %lld %lld latency %lld", (long long)t->first_time,
	           (long long)t->last_time, (long long)t->start, (long long)t->end,
	           (long long)t->latency);
	sample_dump_totals(out, &t->totals);
	sample_dump_tree(out, m, trace);
}

static inline void sample_dump_session(struct buf *out, struct model *m, uint32_t session)
{
	const struct session *s = model_session(m, session);

	buf_puts(out, "session");
	sample_dump_id(out, model_events(m), s->id);
	buf_puts(out, " user");
	sample_dump_id(out, model_events(m), s->user);
	buf_printf(out, " traces %u times %lld %lld latency %lld", s->traces,
	           (long long)s->first_time, (long long)s->last_time, (long long)s->latency);
	sample_dump_totals(out, &s->totals);
}

/* Traces and sessions of the ids that sample_decode uses, in a fixed order. */
static inline void sample_dump(struct buf *out, struct model *m)
{
	static const char *const traces[] = {"T", "a trace id of over 15 bytes"};
	static const char *const sessions[] = {"s-1", "s-2", "s-3"};
	const struct events *t = model_events(m);

	for (size_t i = 0; i < 2; i++) {
		uint32_t trace = model_find_trace(m, ids_find(&t->ids, str_of(traces[i])));

		if (trace != MODEL_NONE)
			sample_dump_trace(out, m, trace);
	}
	for (size_t i = 0; i < 3; i++) {
		uint32_t session = model_find_session(m, ids_find(&t->ids, str_of(sessions[i])));

		if (session != MODEL_NONE)
			sample_dump_session(out, m, session);
	}
	buf_printf(out, "whole %llu %lld %lld", (unsigned long long)model_duplicates(m),
	           (long long)model_first_time(m), (long long)model_last_time(m));
	sample_dump_totals(out, model_totals(m));
}

#endif
