/* Figures split by a value: against a plain walk that knows nothing of parts. */
#include "base/mem.h"
#include "query/breakdown.h"
#include "query/sort.h"
#include "support/events_fixture.h"
#include "support/filter_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MANY       40000u /* events: several chunks, several units */
#define MANY_PARTS 9000

static uint64_t seed = 7;

static uint32_t any(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

static const char *maybe(char *text, const char *what, uint32_t below)
{
	uint32_t number = any(below + 1);

	if (number == below)
		return NULL;
	snprintf(text, 16, "%s%u", what, number);
	return text;
}

/* Of any size, edges of bins and what no record holds among them. */
static int64_t any_latency(void)
{
	if (any(5) == 0)
		return 0;
	if (any(8) == 0)
		return breakdown_edges[any(BREAKDOWN_BINS - 1)] - any(2);
	return any(20) == 0 ? (int64_t)1 << any(50) : 1 + any(3000) * 1000;
}

static void add_any(struct fixture *f)
{
	static const enum event_kind kinds[] = {EVENT_GENERATION, EVENT_GENERATION, EVENT_EMBEDDING,
	                                        EVENT_SPAN,       EVENT_TRACE,      EVENT_FEEDBACK};
	char uuid[16], trace[16], session[16], user[16], name[16], model[16];
	struct fixture_event e = {.kind = kinds[any(6)]};

	e.uuid = maybe(uuid, "e", 30000);
	e.trace = maybe(trace, "t", 900);
	e.session = any(4) == 0 ? maybe(session, "s", 20) : NULL;
	e.user = maybe(user, "u", 300);
	e.name = maybe(name, "n", 5);
	e.model = any(20) == 0 ? NULL : maybe(model, "m", 3);
	e.provider = any(3) == 0 ? "azure" : "openai";
	e.time = any(50) == 0 ? 0 : 1000 + any(100000);
	e.latency = any_latency();
	e.first_token = any(2) == 0 ? 0 : 1 + any(900);
	e.input = any(3) == 0 ? 0 : any(5000);
	e.output = any(4000);
	e.cache_read = any(3) == 0 ? 0 : (int64_t)any(3000) - 1;
	e.cost = any(4) == 0 ? 0 : any(900);
	e.flags = (any(9) == 0 ? EVENT_ERROR : 0) | (any(9) == 0 ? EVENT_RUNNING : 0) |
	          (any(9) == 0 ? EVENT_SUSPECT : 0);
	if (e.kind == EVENT_SPAN && any(2) == 0)
		e.flags |= EVENT_TOOL;
	fixture_add(f, &e);
}

/* ---- the plain walk ---- */

struct plain {
	int64_t *latencies, *first_tokens;
	size_t n_latencies, n_first_tokens;
	bool *traces, *sessions, *users;
	struct breakdown_part part;
};

static void plain_add(struct plain *p, const struct model *m, uint32_t at, bool all)
{
	const struct events *t = model_events(m);
	const struct event *e = events_get(t, at);
	bool call = all || event_kind(e) == EVENT_GENERATION || event_kind(e) == EVENT_EMBEDDING;
	int64_t latency = events_latency(t, at), first;
	int64_t cached = events_cache_read(t, at), prompt = events_prompt(t, at);

	totals_add_event(&p->part.totals, t, at);
	if (cached != EVENT_UNKNOWN && prompt != EVENT_UNKNOWN) {
		p->part.prompt += prompt;
		p->part.cached += cached;
	}
	if (e->trace != 0 && !p->traces[e->trace]) {
		uint32_t session = model_trace(m, model_trace_of(m, at))->session;

		p->traces[e->trace] = true;
		p->part.traces++;
		if (session != MODEL_NONE && !p->sessions[session]) {
			p->sessions[session] = true;
			p->part.sessions++;
		}
	}
	if (e->user != 0 && !(e->flags & EVENT_PERSONLESS) && !p->users[e->user]) {
		p->users[e->user] = true;
		p->part.users++;
	}
	if (e->time != TIME_NONE && (p->part.first == TIME_NONE || e->time < p->part.first))
		p->part.first = e->time;
	if (e->time != TIME_NONE && (p->part.last == TIME_NONE || e->time > p->part.last))
		p->part.last = e->time;
	if (e->flags & EVENT_SUSPECT && event_is_call(e))
		p->part.suspect_calls++;
	if (e->flags & EVENT_SUSPECT && event_kind(e) == EVENT_SPAN)
		p->part.suspect_spans++;
	if (!call)
		return;
	p->part.calls++;
	p->part.failed += (e->flags & EVENT_ERROR) != 0;
	if (latency != EVENT_UNKNOWN)
		p->latencies[p->n_latencies++] = latency;
	if (events_extra(t, at, EVENT_FIRST_TOKEN, &first))
		p->first_tokens[p->n_first_tokens++] = first;
}

static int64_t nearest(int64_t *values, size_t n, unsigned percent)
{
	sort_values(values, n);
	return n == 0 ? EVENT_UNKNOWN : values[(n * percent + 99) / 100 - 1];
}

static struct plain plain_walk(struct fixture *f, struct split *s, uint32_t key,
                               const struct breakdown_query *q)
{
	struct plain p = {.part = {.first = TIME_NONE, .last = TIME_NONE}};

	p.latencies = mem_alloc(f->events.n + 1, sizeof(int64_t));
	p.first_tokens = mem_alloc(f->events.n + 1, sizeof(int64_t));
	p.traces = mem_zero(f->events.ids.n + 1, sizeof(bool));
	p.sessions = mem_zero(f->events.ids.n + 1, sizeof(bool));
	p.users = mem_zero(f->events.ids.n + 1, sizeof(bool));
	for (uint32_t at = 0; at < f->events.n; at++) {
		int64_t time = events_get(&f->events, at)->time;
		bool in = !model_superseded(f->model, at) && (!s || split_key(s, at) == key);

		if (q->since != TIME_NONE && (time == TIME_NONE || time < q->since))
			in = false;
		if (q->until != TIME_NONE && (time == TIME_NONE || time >= q->until))
			in = false;
		if (in)
			plain_add(&p, f->model, at, s && split_times_all(s));
	}
	return p;
}

static void plain_free(struct plain *p)
{
	mem_free(p->latencies);
	mem_free(p->first_tokens);
	mem_free(p->traces);
	mem_free(p->sessions);
	mem_free(p->users);
}

static void expect_part(const struct breakdown_part *part, struct plain *p)
{
	uint32_t bins[BREAKDOWN_BINS] = {0};

	for (size_t i = 0; i < p->n_latencies; i++) {
		unsigned bin = 0;

		while (bin < BREAKDOWN_BINS - 1 && p->latencies[i] >= breakdown_edges[bin])
			bin++;
		bins[bin]++;
	}
	assert_memory_equal(&part->totals, &p->part.totals, sizeof(part->totals));
	assert_int_equal(part->traces, p->part.traces);
	assert_int_equal(part->sessions, p->part.sessions);
	assert_int_equal(part->users, p->part.users);
	assert_int_equal(part->calls, p->part.calls);
	assert_int_equal(part->failed, p->part.failed);
	assert_int_equal(part->suspect_calls, p->part.suspect_calls);
	assert_int_equal(part->suspect_spans, p->part.suspect_spans);
	assert_int_equal(part->prompt, p->part.prompt);
	assert_int_equal(part->cached, p->part.cached);
	assert_int_equal(part->first, p->part.first);
	assert_int_equal(part->last, p->part.last);
	assert_int_equal(part->latency.p50, nearest(p->latencies, p->n_latencies, 50));
	assert_int_equal(part->latency.p90, nearest(p->latencies, p->n_latencies, 90));
	assert_int_equal(part->latency.p95, nearest(p->latencies, p->n_latencies, 95));
	assert_int_equal(part->latency.p99, nearest(p->latencies, p->n_latencies, 99));
	assert_int_equal(part->latency.max, nearest(p->latencies, p->n_latencies, 100));
	assert_int_equal(part->first_token_p50, nearest(p->first_tokens, p->n_first_tokens, 50));
	assert_int_equal(part->first_token_p95, nearest(p->first_tokens, p->n_first_tokens, 95));
	assert_memory_equal(part->bins, bins, sizeof(bins));
}

/* Every part that the plain walk has is there, once, with its figures. */
static void check(struct fixture *f, struct loop *loop, struct split *s, int64_t since,
                  int64_t until)
{
	struct breakdown_query q = {f->model, s, NULL, since, until};
	struct breakdown *b = breakdown_new(loop, &q, NULL, NULL);
	uint32_t events = 0, expected = 0;

	breakdown_wait(b);
	assert_true(breakdown_done(b) && breakdown_is_current(b));
	assert_int_equal(breakdown_percent(b), 100);
	for (uint32_t i = 0; i < breakdown_count(b); i++) {
		const struct breakdown_part *part = breakdown_part(b, i);
		struct plain p = plain_walk(f, s, part->key, &q);

		expect_part(part, &p);
		assert_true(part->totals.events > 0);
		events += part->totals.events;
		plain_free(&p);
	}
	for (uint32_t at = 0; at < f->events.n; at++) {
		int64_t time = events_get(&f->events, at)->time;

		expected += !model_superseded(f->model, at) &&
		            (!s || split_key(s, at) != SPLIT_OUT) &&
		            (since == TIME_NONE || (time != TIME_NONE && time >= since)) &&
		            (until == TIME_NONE || (time != TIME_NONE && time < until));
	}
	assert_int_equal(events, expected);
	breakdown_free(b);
}

static void any_events_by_any_value(void **state)
{
	static const char *const by[] = {"model", "provider", "user", "session", "name",
	                                 "tool",  "status",   "kind", "finish",  "code"};
	struct loop *loop = loop_new();
	struct errinfo e;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	while (f.events.n < MANY)
		add_any(&f);
	check(&f, loop, NULL, TIME_NONE, TIME_NONE);
	check(&f, loop, NULL, 5000, 60000);
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		struct split *s;

		assert_int_equal(split_new(&s, str_of(by[i]), f.model, NULL, &e), ERR_OK);
		check(&f, loop, s, TIME_NONE, i % 2 ? 70000 : TIME_NONE);
		split_free(s);
	}
	fixture_fini(&f);
	loop_free(loop);
}

static void by_time(void **state)
{
	struct loop *loop = loop_new();
	struct buf text = {0};
	struct fixture f;
	struct split *s;
	struct breakdown *b;

	(void)state;
	fixture_init(&f);
	while (f.events.n < 20000)
		add_any(&f);
	s = split_by_time(f.model, 1000, 91000, 9);
	check(&f, loop, s, TIME_NONE, TIME_NONE);
	b = breakdown_new(loop, &(struct breakdown_query){f.model, s, NULL, TIME_NONE, TIME_NONE},
	                  NULL, NULL);
	breakdown_wait(b);
	assert_int_equal(breakdown_count(b), 9);
	for (uint32_t i = 0; i < 9; i++)
		assert_int_equal(breakdown_part(b, i)->key, i + 1);
	assert_true(breakdown_part(b, 1)->first >= 11000 && breakdown_part(b, 1)->last < 21000);
	split_text(s, 2, &text);
	assert_true(str_eq(buf_str(&text), STR("1970-01-01T00:00:00.011000Z")));
	buf_free(&text);
	breakdown_free(b);
	split_free(s);
	fixture_fini(&f);
	loop_free(loop);
}

static void the_dearest_first(void **state)
{
	struct loop *loop = loop_new();
	struct buf names = {0};
	struct errinfo e;
	struct fixture f;
	struct split *s;
	struct breakdown *b;

	(void)state;
	fixture_init(&f);
	FIXTURE_ADD(&f, .model = "free", .cost = -1);
	FIXTURE_ADD(&f, .model = "unknown");
	FIXTURE_ADD(&f, .model = "unknown too");
	FIXTURE_ADD(&f, .model = "unknown too");
	FIXTURE_ADD(&f, .model = "dear", .cost = 5);
	FIXTURE_ADD(&f, .cost = 3);
	FIXTURE_ADD(&f, .kind = EVENT_SPAN);
	assert_int_equal(split_new(&s, STR("model"), f.model, NULL, &e), ERR_OK);
	b = breakdown_new(loop, &(struct breakdown_query){f.model, s, NULL, TIME_NONE, TIME_NONE},
	                  NULL, NULL);
	breakdown_wait(b);
	for (uint32_t i = 0; i < breakdown_count(b); i++) {
		split_text(s, breakdown_part(b, i)->key, &names);
		buf_add(&names, '|');
	}
	assert_true(str_eq(buf_str(&names), STR("dear||free|unknown too|unknown|")));
	FIXTURE_ADD(&f, .model = "another");
	assert_false(breakdown_is_current(b));
	buf_free(&names);
	breakdown_free(b);
	split_free(s);
	fixture_fini(&f);
	loop_free(loop);
}

static money cost_of(const struct breakdown_part *p)
{
	money cost;

	return totals_cost(&p->totals, &cost) ? cost : -1;
}

static bool is_in_order(const struct breakdown_part *a, const struct breakdown_part *b)
{
	money x = cost_of(a), y = cost_of(b);

	if (x != y)
		return x > y;
	return a->calls != b->calls ? a->calls > b->calls : a->first < b->first;
}

/* Costs and calls that many have alike; the time tells in which order they came. */
static void many_in_order(void **state)
{
	struct loop *loop = loop_new();
	struct errinfo e;
	struct fixture f;
	struct split *s;
	struct breakdown *b;
	char trace[16];

	(void)state;
	fixture_init(&f);
	for (int i = 0; i < MANY_PARTS; i++)
		for (uint32_t call = 0, calls = 1 + any(3); call < calls; call++) {
			snprintf(trace, sizeof(trace), "t%d", i);
			FIXTURE_ADD(&f, .trace = trace, .time = 1000 + i,
			            .cost = (int)any(3) * (int)any(2));
		}
	assert_int_equal(split_new(&s, STR("trace"), f.model, NULL, &e), ERR_OK);
	b = breakdown_new(loop, &(struct breakdown_query){f.model, s, NULL, TIME_NONE, TIME_NONE},
	                  NULL, NULL);
	breakdown_wait(b);
	assert_int_equal(breakdown_count(b), MANY_PARTS);
	for (uint32_t i = 1; i < MANY_PARTS; i++)
		assert_true(is_in_order(breakdown_part(b, i - 1), breakdown_part(b, i)));
	breakdown_free(b);
	split_free(s);
	fixture_fini(&f);
	loop_free(loop);
}

static void nothing_at_all(void **state)
{
	struct loop *loop = loop_new();
	struct fixture f;
	struct breakdown *b;

	(void)state;
	fixture_init(&f);
	b = breakdown_new(loop,
	                  &(struct breakdown_query){f.model, NULL, NULL, TIME_NONE, TIME_NONE},
	                  NULL, NULL);
	breakdown_wait(b);
	assert_true(breakdown_done(b));
	assert_int_equal(breakdown_count(b), 0);
	breakdown_free(b);
	fixture_fini(&f);
	loop_free(loop);
}

/* Whenever it is given up, and whatever is added meanwhile. */
static void given_up(void **state)
{
	struct loop *loop = loop_new();
	struct errinfo e;
	struct fixture f;
	struct split *s;

	(void)state;
	fixture_init(&f);
	while (f.events.n < MANY)
		add_any(&f);
	assert_int_equal(split_new(&s, STR("trace"), f.model, NULL, &e), ERR_OK);
	for (int turns = 0; turns < 40; turns++) {
		struct breakdown_query q = {f.model, turns % 2 ? s : NULL, NULL, TIME_NONE,
		                            TIME_NONE};
		struct breakdown *b = breakdown_new(loop, &q, NULL, NULL);

		for (int i = 0; i < turns; i++) {
			if (breakdown_step(b, i < 3 ? 0 : SLICE_WHOLE))
				loop_step(loop, !breakdown_done(b));
			add_any(&f);
		}
		breakdown_free(b);
	}
	split_free(s);
	fixture_fini(&f);
	loop_free(loop);
}

static const char lines[] =
	"{\"event\":\"$ai_generation\",\"properties\":{\"$ai_total_cost_usd\":1,\"release\":\"a\","
	"\"$groups\":{\"company\":\"acme\"},\"environment\":\"prod\"}}\n"
	"{\"event\":\"$ai_generation\",\"properties\":{\"$ai_total_cost_usd\":2,\"release\":1,"
	"\"$groups\":{\"company\":\"umbrella\"},\"env\":\"prod\"}}\n"
	"{\"event\":\"$ai_span\",\"properties\":{\"release\":\"1\",\"$set\":{\"plan\":\"pro\"}}}\n"
	"{\"event\":\"$ai_generation\",\"properties\":{\"$ai_total_cost_usd\":4,"
	"\"$groups\":{\"company\":\"acme\"}}}\n";

static void expect_split(struct filter_bench *bench, const char *by, const char *expected)
{
	struct buf said = {0};
	struct errinfo e;
	struct split *s;
	struct breakdown *b;

	assert_int_equal(split_new(&s, str_of(by), bench->model, bench->properties, &e), ERR_OK);
	while (!split_ready(s))
		loop_step(bench->loop, true);
	b = breakdown_new(bench->loop,
	                  &(struct breakdown_query){bench->model, s, NULL, TIME_NONE, TIME_NONE},
	                  NULL, NULL);
	breakdown_wait(b);
	for (uint32_t i = 0; i < breakdown_count(b); i++) {
		split_text(s, breakdown_part(b, i)->key, &said);
		buf_printf(&said, "=%u ", breakdown_part(b, i)->totals.events);
	}
	assert_string_equal(buf_text(&said), expected);
	buf_free(&said);
	breakdown_free(b);
	split_free(s);
}

/* A number is a place in a list of the parts: none that was sent makes it long. */
static void statuses(void **state)
{
	struct filter_bench b;

	(void)state;
	filter_bench_open(
		&b,
		STR("{\"event\":\"$ai_generation\",\"properties\":{\"$ai_http_status\":429}}\n"
	            "{\"event\":\"$ai_generation\",\"properties\":{\"$ai_http_status\":4294967294}}\n"));
	filter_bench_feed_all(&b);
	expect_split(&b, "code", "429=1 =1 ");
	filter_bench_close(&b);
}

static void by_properties(void **state)
{
	struct filter_bench b;

	(void)state;
	filter_bench_open(&b, STR(lines));
	filter_bench_feed_all(&b);
	properties_refresh(b.properties);
	expect_split(&b, "@release", "=1 1=2 a=1 ");
	expect_split(&b, "env", "=2 prod=2 ");
	expect_split(&b, "$groups.company", "acme=2 umbrella=1 =1 ");
	expect_split(&b, "person.plan", "=3 pro=1 ");
	filter_bench_close(&b);
}

static void what_cannot_be_split_by(void **state)
{
	struct errinfo e;
	struct fixture f;
	struct split *s;

	(void)state;
	fixture_init(&f);
	assert_int_equal(split_new(&s, STR("modle"), f.model, NULL, &e), ERR_USAGE);
	assert_non_null(strstr(e.msg, "did you mean model?"));
	assert_int_equal(split_new(&s, STR("latency"), f.model, NULL, &e), ERR_USAGE);
	assert_int_equal(split_new(&s, STR("@"), f.model, NULL, &e), ERR_USAGE);
	assert_int_equal(split_new(&s, STR(""), f.model, NULL, &e), ERR_USAGE);
	assert_null(s);
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_events_by_any_value), cmocka_unit_test(by_time),
		cmocka_unit_test(the_dearest_first),       cmocka_unit_test(many_in_order),
		cmocka_unit_test(nothing_at_all),          cmocka_unit_test(given_up),
		cmocka_unit_test(by_properties),           cmocka_unit_test(statuses),
		cmocka_unit_test(what_cannot_be_split_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
