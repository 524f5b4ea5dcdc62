/* Terms about what an event's record holds, a column of a block of events at a time. Runs in workers: what is read here is
 * a block, and tables that nobody changes meanwhile.
 *
 * Every function is the same loop around one question, which the compiler puts into it. */
#include "query/filtered_internal.h"

typedef bool holds_fn(const struct record_test *t, const struct block *b, uint32_t at);

static inline __attribute__((always_inline)) void fill(const struct record_test *t,
                                                       const struct block *b, const uint64_t *among,
                                                       uint64_t *out, holds_fn *holds)
{
	for (uint32_t word = 0; word < BLOCK_WORDS; word++) {
		uint64_t got = 0;

		for (uint64_t left = among[word]; left != 0; left &= left - 1) {
			uint32_t bit = (uint32_t)__builtin_ctzll(left);

			got |= (uint64_t)holds(t, b, word * WORD_BITS + bit) << bit;
		}
		out[word] = got;
	}
}

/* ---- values ---- */

static inline int64_t extra_of(const struct block *b, uint32_t at, unsigned field)
{
	int64_t value;

	if (b->extras_at[at] == 0 ||
	    !extras_find(b->extras + b->extras_at[at], (enum event_field)field, &value))
		return EVENT_UNKNOWN;
	return value;
}

static inline int64_t wide(const struct block *b, uint32_t at, uint32_t value, unsigned field)
{
	if (value < EVENT_WIDE32)
		return value;
	return value == EVENT_WIDE32 ? extra_of(b, at, field) : EVENT_UNKNOWN;
}

static inline int64_t latency_of(const struct block *b, uint32_t at)
{
	return wide(b, at, b->events[at].latency, EVENT_WIDE_LATENCY);
}

static inline int64_t input_of(const struct block *b, uint32_t at)
{
	return wide(b, at, b->events[at].input, EVENT_WIDE_INPUT);
}

static inline int64_t output_of(const struct block *b, uint32_t at)
{
	return wide(b, at, b->events[at].output, EVENT_WIDE_OUTPUT);
}

static inline int64_t cache_of(const struct block *b, uint32_t at)
{
	return wide(b, at, b->events[at].cache_read, EVENT_WIDE_CACHE_READ);
}

static int64_t clamped(money value)
{
	return value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

/* One of the two is enough, as in the lists. */
static int64_t tokens_of(const struct block *b, uint32_t at)
{
	int64_t input = input_of(b, at), output = output_of(b, at);

	if (input == EVENT_UNKNOWN || output == EVENT_UNKNOWN)
		return input == EVENT_UNKNOWN ? output : input;
	return clamped((money)input + output);
}

/* Of a hundred, times FILTER_SCALE; of all that events_prompt counts. */
static int64_t cache_share_of(const struct block *b, uint32_t at)
{
	int64_t input = input_of(b, at), cached = cache_of(b, at), written;
	money all = input;

	if (input < 0 || cached < 0)
		return EVENT_UNKNOWN;
	if (b->events[at].flags & EVENT_CACHE_EXCLUSIVE || cached > input) {
		written = extra_of(b, at, EVENT_CACHE_WRITE);
		all += cached;
		all += written > 0 ? written : 0;
	}
	return all > 0 ? (int64_t)((money)cached * 100 * FILTER_SCALE / all) : 0;
}

/* Output tokens a second, times FILTER_SCALE. */
static int64_t speed_of(const struct block *b, uint32_t at)
{
	int64_t output = output_of(b, at), latency = latency_of(b, at);
	int64_t first = extra_of(b, at, EVENT_FIRST_TOKEN);

	if (output < 0 || latency <= 0)
		return EVENT_UNKNOWN;
	if (first >= 0 && first < latency)
		latency -= first;
	return clamped((money)output * TIME_SECOND * FILTER_SCALE / latency);
}

static bool time_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, b->events[at].time);
}

/* As events_start and events_end have it. */
static struct range times_of(const struct block *b, uint32_t at)
{
	int64_t time = b->events[at].time, latency = latency_of(b, at), other;
	bool from_start = b->events[at].flags & EVENT_OTEL;

	if (time == TIME_NONE || latency == EVENT_UNKNOWN)
		return (struct range){time, time};
	other = time_add(time, from_start ? latency : -latency);
	if (from_start)
		return (struct range){time, other == TIME_NONE ? time : other};
	return (struct range){other == TIME_NONE ? TIME_EARLIEST : other, time};
}

static bool span_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	struct range times = times_of(b, at);

	return ranges_meet(&t->ranges, times.low, times.high);
}

static bool cost_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, b->events[at].cost);
}

static bool latency_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, latency_of(b, at));
}

static bool input_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, input_of(b, at));
}

static bool output_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, output_of(b, at));
}

static bool cache_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, cache_of(b, at));
}

static bool tokens_hold(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, tokens_of(b, at));
}

static bool cache_share_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, cache_share_of(b, at));
}

static bool speed_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, speed_of(b, at));
}

static bool extra_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return ranges_have(&t->ranges, extra_of(b, at, t->field));
}

/* ---- flags, texts, ids ---- */

static bool flags_hold(const struct record_test *t, const struct block *b, uint32_t at)
{
	return (b->events[at].flags & t->mask) == t->flags;
}

static bool extra_text_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	int64_t text = extra_of(b, at, t->field);

	return text != EVENT_UNKNOWN && table_has(t->table, (uint32_t)text);
}

static bool name_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return table_has(t->table, b->events[at].name);
}

static bool model_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return table_has(t->table, b->events[at].model);
}

static bool source_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return table_has(t->table, event_journal(&b->events[at]));
}

static bool user_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return table_has(t->table, b->events[at].user);
}

static bool id_holds(const struct record_test *t, uint32_t id)
{
	return table_has(t->table, id);
}

static bool trace_id_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return id_holds(t, b->events[at].trace);
}

static bool session_id_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	return id_holds(t, b->sessions[at]);
}

/* $ai_span_id too where another id names the node. */
static bool thing_id_holds(const struct record_test *t, const struct block *b, uint32_t at)
{
	int64_t sent;

	if (id_holds(t, b->uuids[at]) || id_holds(t, b->events[at].span))
		return true;
	sent = extra_of(b, at, EVENT_SPAN_SENT);
	return sent > 0 && id_holds(t, (uint32_t)sent);
}

static bool has_no_session(const struct record_test *t, const struct block *b, uint32_t at)
{
	(void)t;
	return b->sessions[at] == 0;
}

#define RECORD_FILL(name, holds)                                                             \
	void name(const struct record_test *t, const struct block *b, const uint64_t *among, \
	          uint64_t *out)                                                             \
	{                                                                                    \
		fill(t, b, among, out, holds);                                               \
	}
RECORD_FILL(record_flags, flags_hold)
RECORD_FILL(record_time, time_holds)
RECORD_FILL(record_span_of_time, span_holds)
RECORD_FILL(record_cost, cost_holds)
RECORD_FILL(record_latency, latency_holds)
RECORD_FILL(record_input, input_holds)
RECORD_FILL(record_output, output_holds)
RECORD_FILL(record_cache, cache_holds)
RECORD_FILL(record_tokens, tokens_hold)
RECORD_FILL(record_cache_share, cache_share_holds)
RECORD_FILL(record_speed, speed_holds)
RECORD_FILL(record_extra, extra_holds)
RECORD_FILL(record_extra_text, extra_text_holds)
RECORD_FILL(record_name, name_holds)
RECORD_FILL(record_model, model_holds)
RECORD_FILL(record_source, source_holds)
RECORD_FILL(record_user, user_holds)
RECORD_FILL(record_trace_id, trace_id_holds)
RECORD_FILL(record_session_id, session_id_holds)
RECORD_FILL(record_thing_id, thing_id_holds)
RECORD_FILL(record_no_session, has_no_session)

/* ---- several ---- */

static bool is_empty(const uint64_t *words)
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < BLOCK_WORDS; i++)
		all |= words[i];
	return all == 0;
}

static void judge_all(const struct plan *p, const struct block *b, const uint64_t *among,
                      uint64_t *out)
{
	uint64_t left[BLOCK_WORDS];

	memcpy(left, among, sizeof(left));
	for (const struct plan *at = p->first; at != NULL && !is_empty(left); at = at->next) {
		record_judge(at, b, left, out);
		memcpy(left, out, sizeof(left));
	}
	memcpy(out, left, sizeof(left));
}

static void judge_any(const struct plan *p, const struct block *b, const uint64_t *among,
                      uint64_t *out)
{
	uint64_t left[BLOCK_WORDS], got[BLOCK_WORDS], all[BLOCK_WORDS] = {0};

	memcpy(left, among, sizeof(left));
	for (const struct plan *at = p->first; at != NULL && !is_empty(left); at = at->next) {
		record_judge(at, b, left, got);
		for (uint32_t i = 0; i < BLOCK_WORDS; i++) {
			all[i] |= got[i];
			left[i] &= ~got[i];
		}
	}
	memcpy(out, all, sizeof(all));
}

/* What is not looked at any more costs nothing: of AND what failed already, of OR what passed. As deep as filters may be
 * nested, which is bounded. */
void record_judge(const struct plan *p, const struct block *b, const uint64_t *among, uint64_t *out)
{
	switch (p->kind) {
	case PLAN_AND:
		judge_all(p, b, among, out);
		break;
	case PLAN_OR:
		judge_any(p, b, among, out);
		break;
	case PLAN_NOT:
		record_judge(p->first, b, among, out);
		for (uint32_t i = 0; i < BLOCK_WORDS; i++)
			out[i] = among[i] & ~out[i];
		break;
	default:
		p->test.fill(&p->test, b, among, out);
	}
}
