/* The demo's sample: valid, consistent, the same every time. */
#include "base/mem.h"
#include "base/time.h"
#include "collect/demo.h"
#include "collect/demo_cast.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW  INT64_C(1795311000123456)
#define MOST 256

/* An event taken apart; texts belong to json. */
struct seen {
	cJSON *json, *properties;
	const char *uuid, *event, *user, *trace, *session, *span, *parent;
	int64_t after, end, latency; /* microseconds; latency -1: none */
};

struct day {
	struct demo *demo;
	struct seen seen[MOST];
	size_t n;
};

static const cJSON *property(const struct seen *e, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(e->properties, key);
}

static const char *text(const struct seen *e, const char *key)
{
	return cJSON_GetStringValue(property(e, key));
}

static double number(const struct seen *e, const char *key)
{
	const cJSON *value = property(e, key);
	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static bool is(const struct seen *e, const char *event)
{
	return strcmp(e->event, event) == 0;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static const char *top_text(const cJSON *json, const char *key)
{
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
	assert_non_null(value);
	return value;
}

static void take_apart(struct seen *e, const struct demo_event *event)
{
	const char *end = NULL, *time;
	const cJSON *latency;
	assert_null(memchr(event->line.p, '\n', event->line.n));
	e->json = cJSON_ParseWithLengthOpts(event->line.p, event->line.n, &end, false);
	assert_non_null(e->json);
	assert_ptr_equal(end, event->line.p + event->line.n);
	e->uuid = top_text(e->json, "uuid");
	e->event = top_text(e->json, "event");
	e->user = top_text(e->json, "distinct_id");
	time = top_text(e->json, "timestamp");
	assert_int_equal(strlen(time), strlen("2026-01-01T00:00:00.000Z"));
	e->end = time_parse(str_of(time));
	assert_true(e->end != TIME_NONE);
	e->properties = cJSON_GetObjectItemCaseSensitive(e->json, "properties");
	assert_true(cJSON_IsObject(e->properties));
	e->trace = text(e, "$ai_trace_id");
	assert_non_null(e->trace);
	e->session = text(e, "$ai_session_id");
	e->span = text(e, "$ai_span_id");
	e->parent = text(e, "$ai_parent_id");
	latency = property(e, "$ai_latency");
	e->latency = latency ? (int64_t)(latency->valuedouble * 1e6 + 0.5) : -1;
	e->after = event->after_us;
}

static int set_up(void **state)
{
	struct day *day = mem_zero(1, sizeof *day);
	day->demo = demo_new(NOW, 1);
	day->n = demo_count(day->demo);
	assert_in_range(day->n, 1, MOST);
	for (size_t i = 0; i < day->n; i++)
		take_apart(&day->seen[i], demo_event(day->demo, i));
	*state = day;
	return 0;
}

static int tear_down(void **state)
{
	struct day *day = *state;
	for (size_t i = 0; i < day->n; i++)
		cJSON_Delete(day->seen[i].json);
	demo_free(day->demo);
	mem_free(day);
	return 0;
}

static bool is_node(const struct seen *e)
{
	return is(e, "$ai_span") || is(e, "$ai_generation") || is(e, "$ai_embedding");
}

/* The event of the parent, or NULL: the trace, or nothing. */
static const struct seen *parent_of(const struct day *day, const struct seen *e)
{
	for (size_t i = 0; e->parent && i < day->n; i++) {
		const struct seen *other = &day->seen[i];
		if (same(other->trace, e->trace) && same(other->span, e->parent))
			return other;
	}
	return NULL;
}

static const struct seen *trace_of(const struct day *day, const struct seen *e)
{
	for (size_t i = 0; i < day->n; i++)
		if (is(&day->seen[i], "$ai_trace") && same(day->seen[i].trace, e->trace))
			return &day->seen[i];
	return NULL;
}

/* ---- shape ---- */

static size_t distinct(const struct day *day, const char *(*what)(const struct seen *))
{
	size_t n = 0;
	for (size_t i = 0; i < day->n; i++) {
		size_t j = 0;
		while (j < i && !same(what(&day->seen[j]), what(&day->seen[i])))
			j++;
		n += j == i && what(&day->seen[i]);
	}
	return n;
}

static const char *trace_of_event(const struct seen *e)
{
	return e->trace;
}

static const char *session_of_event(const struct seen *e)
{
	return e->session;
}

static const char *user_of_event(const struct seen *e)
{
	return e->user;
}

static const char *model_of_event(const struct seen *e)
{
	return text(e, "$ai_model");
}

static const char *uuid_of_event(const struct seen *e)
{
	return e->uuid;
}

static void test_counts(void **state)
{
	const struct day *day = *state;
	assert_in_range(day->n, 150, 200);
	assert_in_range(distinct(day, trace_of_event), 22, 28);
	assert_in_range(distinct(day, session_of_event), 8, 10);
	assert_in_range(distinct(day, user_of_event), 8, 20);
	assert_in_range(distinct(day, model_of_event), 6, 10);
	assert_int_equal(distinct(day, uuid_of_event), day->n);
}

static void test_uuids_are_of_version_7(void **state)
{
	const struct day *day = *state;
	for (size_t i = 0; i < day->n; i++) {
		const char *uuid = day->seen[i].uuid;
		assert_int_equal(strlen(uuid), 36);
		assert_int_equal(strspn(uuid, "0123456789abcdef-"), 36);
		assert_int_equal(uuid[14], '7');
		assert_non_null(strchr("89ab", uuid[19]));
	}
}

static void test_arrival(void **state)
{
	const struct day *day = *state;
	size_t at_once = 0;
	int64_t before = 0;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		int64_t from_now = e->end - NOW / 1000 * 1000;
		assert_true(e->after >= before);
		assert_true(e->after == (from_now > 0 ? from_now : 0));
		assert_true(from_now > -10 * 3600 * TIME_SECOND);
		before = e->after;
		at_once += e->after == 0;
	}
	assert_in_range(at_once * 100, day->n * 80, day->n * 90);
	assert_in_range(before, 10 * TIME_SECOND, 14 * TIME_SECOND);
}

/* SDKs send at the end of an operation: children first, the trace last of its nodes. */
static void test_children_come_before_parents(void **state)
{
	const struct day *day = *state;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i], *parent = parent_of(day, e);
		const struct seen *trace = trace_of(day, e);
		if (!is_node(e))
			continue;
		assert_true(!parent || parent > e);
		assert_true(!trace || trace > e);
	}
}

static void test_one_orphan(void **state)
{
	const struct day *day = *state;
	int orphans = 0;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		if (!e->parent || parent_of(day, e) || same(e->parent, e->trace))
			continue;
		assert_string_equal(text(e, "$ai_span_name"), "log_metrics");
		orphans++;
	}
	assert_int_equal(orphans, 1);
}

static void inside(const struct seen *e, const struct seen *outer)
{
	assert_true(e->end <= outer->end);
	assert_true(e->end - (e->latency > 0 ? e->latency : 0) >= outer->end - outer->latency);
}

static void test_intervals_nest(void **state)
{
	const struct day *day = *state;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i], *parent = parent_of(day, e);
		const struct seen *trace = trace_of(day, e);
		if (!is_node(e))
			continue;
		if (parent)
			inside(e, parent);
		if (trace)
			inside(e, trace);
	}
}

/* ---- numbers ---- */

static const struct story_model *model_named(const char *name)
{
	static const struct story_model *const models[] = {
		&demo_gpt_5, &demo_gpt_5_mini, &demo_sonnet, &demo_haiku,
		&demo_flash, &demo_embedder,   &demo_llama};
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		if (same(models[i]->name, name))
			return models[i];
	fail_msg("no model %s", name);
	return NULL;
}

static void near(double a, double b)
{
	assert_true(a - b < 1e-9 && b - a < 1e-9);
}

static void test_costs_are_tokens_by_price(void **state)
{
	const struct day *day = *state;
	int unpriced = 0, wrong = 0;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		const struct story_model *m;
		double fresh, cached, as_fresh;
		if (!text(e, "$ai_model") || property(e, "$ai_error"))
			continue;
		m = model_named(text(e, "$ai_model"));
		unpriced += !property(e, "$ai_total_cost_usd");
		assert_int_equal(!property(e, "$ai_total_cost_usd"), !m->input);
		cached = number(e, "$ai_cache_read_input_tokens");
		fresh = number(e, "$ai_input_tokens") - cached;
		assert_true(fresh >= 0);
		as_fresh = (fresh + cached) * (double)m->input / 1e12;
		if (cached > 0 && number(e, "$ai_input_cost_usd") > as_fresh - 1e-9)
			wrong++;
		else
			near(number(e, "$ai_input_cost_usd"),
			     (fresh * (double)m->input + cached * (double)m->cache_read) / 1e12);
		near(number(e, "$ai_output_cost_usd"),
		     number(e, "$ai_output_tokens") * (double)m->output / 1e12);
		near(number(e, "$ai_total_cost_usd"),
		     number(e, "$ai_input_cost_usd") + number(e, "$ai_output_cost_usd"));
	}
	assert_in_range(unpriced, 1, 4);
	/* One call, whose cache is paid as fresh input: for the Cost tab. */
	assert_int_equal(wrong, 1);
}

static size_t length_as_json(const cJSON *value)
{
	char *printed = value ? cJSON_PrintUnformatted(value) : NULL;
	size_t n = printed ? strlen(printed) : 0;
	cJSON_free(printed);
	return n;
}

static void test_tokens_fit_the_text(void **state)
{
	const struct day *day = *state;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		size_t bytes = length_as_json(property(e, "$ai_input")) +
		               length_as_json(property(e, "$ai_tools"));
		double tokens = number(e, "$ai_input_tokens");
		if (!is(e, "$ai_generation") || property(e, "$ai_error"))
			continue;
		assert_true(number(e, "$ai_output_tokens") > 0);
		assert_true(number(e, "$ai_reasoning_tokens") < number(e, "$ai_output_tokens"));
		if (cJSON_IsNull(property(e, "$ai_input")))
			continue;
		assert_true(tokens > (double)bytes / 10);
		assert_true(tokens < (double)bytes / 2);
	}
}

static void test_first_token_comes_before_the_last(void **state)
{
	const struct day *day = *state;
	int streamed = 0;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		double first = number(e, "$ai_time_to_first_token");
		if (!property(e, "$ai_time_to_first_token"))
			continue;
		assert_true(first > 0 && first < number(e, "$ai_latency"));
		streamed++;
	}
	assert_in_range(streamed, 10, 60);
}

/* ---- the story ---- */

/* A later call of the same conversation sends everything that was sent before. */
static void test_generations_repeat_the_history(void **state)
{
	const struct day *day = *state;
	const cJSON *before = NULL;
	int calls = 0;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		const cJSON *input = property(e, "$ai_input"), *now;
		if (!is(e, "$ai_generation") || !same(e->session, "s_77"))
			continue;
		assert_true(cJSON_GetArraySize(input) > cJSON_GetArraySize(before));
		now = input->child;
		for (const cJSON *old = before ? before->child : NULL; old; old = old->next) {
			assert_true(cJSON_Compare(old, now, true));
			now = now->next;
		}
		before = input;
		calls++;
	}
	assert_int_equal(calls, 10);
}

static const struct seen *find(const struct day *day, const char *event, const char *key,
                               const char *value)
{
	for (size_t i = 0; i < day->n; i++)
		if (is(&day->seen[i], event) && same(text(&day->seen[i], key), value))
			return &day->seen[i];
	fail_msg("no %s with %s %s", event, key, value);
	return NULL;
}

static void test_errors(void **state)
{
	const struct day *day = *state;
	const struct seen *refund = find(day, "$ai_span", "$ai_span_name", "refund_tool");
	int errors = 0, limited = 0;
	assert_true(number(refund, "$ai_http_status") == 500);
	assert_true(cJSON_IsTrue(property(refund, "$ai_is_error")));
	for (size_t i = 0; i + 2 < day->n; i++) {
		const struct seen *e = &day->seen[i];
		errors += property(e, "$ai_error") != NULL;
		if (number(e, "$ai_http_status") != 429)
			continue;
		limited++;
		assert_true(number(e + 2, "$ai_http_status") == 200);
		assert_true(cJSON_Compare(property(e, "$ai_input"), property(e + 2, "$ai_input"),
		                          true));
	}
	assert_int_equal(limited, 1);
	assert_in_range(errors, 7, 12);
}

static void test_the_loop_and_the_running_tool(void **state)
{
	const struct day *day = *state;
	const struct seen *last = &day->seen[day->n - 1], *tried = NULL;
	int tries = 0;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		if (!same(text(e, "$ai_span_name"), "update_address"))
			continue;
		assert_true(!tried || cJSON_Compare(property(tried, "$ai_input_state"),
		                                    property(e, "$ai_input_state"), true));
		tried = e;
		tries++;
	}
	assert_int_equal(tries, 3);
	for (size_t i = 0; i < day->n; i++)
		if (is_node(&day->seen[i]))
			assert_int_equal(day->seen[i].latency < 0, &day->seen[i] == last);
	assert_null(property(last, "$ai_output_state"));
	assert_null(trace_of(day, last));
}

static int depth_of(const struct day *day, const struct seen *e)
{
	int depth = 0;
	for (; e; e = parent_of(day, e))
		depth++;
	return depth;
}

static void test_the_crew(void **state)
{
	const struct day *day = *state;
	const struct seen *crew = find(day, "$ai_trace", "$ai_span_name", "research_crew");
	int nodes = 0, depth = 0, together = 0;
	for (size_t i = 0; i < day->n; i++) {
		const struct seen *e = &day->seen[i];
		if (!same(e->trace, crew->trace) || !is_node(e))
			continue;
		nodes++;
		if (depth_of(day, e) > depth)
			depth = depth_of(day, e);
		for (size_t j = 0; j < i; j++)
			together += same(day->seen[j].parent, e->parent) &&
			            day->seen[j].end > e->end - e->latency;
	}
	assert_in_range(nodes, 30, 45);
	assert_int_equal(depth, 4);
	assert_in_range(together, 6, 60);
}

static void test_the_private_one(void **state)
{
	const struct day *day = *state;
	const struct seen *e = find(day, "$ai_generation", "$ai_span_name", "triage_notes");
	assert_true(cJSON_IsNull(property(e, "$ai_input")));
	assert_true(cJSON_IsNull(property(e, "$ai_output_choices")));
	assert_true(number(e, "$ai_input_tokens") > 0);
	for (size_t i = 0; i < day->n; i++) {
		struct str line = demo_event(day->demo, i)->line;
		assert_int_equal(str_find(line, STR("never written"), 0, false), SIZE_MAX);
	}
}

static void test_many_scripts_and_shapes(void **state)
{
	static const char *const wanted[] = {"\xe7\xb4\xab\xe7\xa0\x82" /* Chinese */,
	                                     "\xe4\xbc\x91\xe6\x9a\x87" /* Japanese */,
	                                     "\xeb\x85\xb9\xec\xb0\xa8" /* Korean */,
	                                     "\xf0\x9f\x9a\x84" /* an emoji */,
	                                     "```sql",
	                                     "|:-------|",
	                                     "\"image_url\"",
	                                     "\"thinking\"",
	                                     "\"reasoning\"",
	                                     "\"tool_result\"",
	                                     "\"functionDeclarations\"",
	                                     "\"langchain\"",
	                                     "\"posthog-ai\"",
	                                     "\"tool_call_id\"",
	                                     "\"$ai_feedback\"",
	                                     "\"$ai_metric\"",
	                                     "\"$ai_evaluation\"",
	                                     "\"$groups\""};
	const struct day *day = *state;
	for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++) {
		size_t i = 0;
		while (i < day->n && str_find(demo_event(day->demo, i)->line, str_of(wanted[w]), 0,
		                              false) == SIZE_MAX)
			i++;
		if (i == day->n)
			fail_msg("nowhere: %s", wanted[w]);
	}
}

static void test_bare_clients_have_no_nodes(void **state)
{
	const struct day *day = *state;
	const struct seen *chat = find(day, "$ai_generation", "$ai_lib", "posthog-ai");
	assert_null(chat->span);
	assert_null(chat->parent);
	assert_null(trace_of(day, chat));
}

static void test_a_verdict_names_its_generation(void **state)
{
	const struct day *day = *state;
	const struct seen *verdict = find(day, "$ai_evaluation", "$ai_evaluation_name", "helpful");
	const char *target = text(verdict, "$ai_target_event_id");
	for (size_t i = 0; i < day->n; i++)
		if (same(day->seen[i].uuid, target)) {
			assert_true(is(&day->seen[i], "$ai_generation"));
			assert_string_equal(day->seen[i].trace, verdict->trace);
			return;
		}
	fail_msg("the verdict's target is not in the day");
}

/* ---- the same every time ---- */

static size_t differences(const struct demo *a, const struct demo *b)
{
	size_t n = 0;
	assert_int_equal(demo_count(a), demo_count(b));
	for (size_t i = 0; i < demo_count(a); i++)
		n += demo_event(a, i)->after_us != demo_event(b, i)->after_us ||
		     !str_eq(demo_event(a, i)->line, demo_event(b, i)->line);
	return n;
}

static void test_determinism(void **state)
{
	const struct day *day = *state;
	struct demo *again = demo_new(NOW, 1), *other = demo_new(NOW, 2);
	assert_int_equal(differences(day->demo, again), 0);
	assert_int_equal(differences(day->demo, other), day->n);
	demo_free(again);
	demo_free(other);
}

static void test_other_seeds_keep_the_order(void **state)
{
	struct day other = {0};
	void *that = &other;
	(void)state;
	for (uint64_t seed = 2; seed < 12; seed++) {
		other.demo = demo_new(NOW + (int64_t)seed * 86400 * TIME_SECOND, seed);
		other.n = demo_count(other.demo);
		for (size_t i = 0; i < other.n; i++)
			take_apart(&other.seen[i], demo_event(other.demo, i));
		test_children_come_before_parents(&that);
		test_intervals_nest(&that);
		test_one_orphan(&that);
		test_the_loop_and_the_running_tool(&that);
		for (size_t i = 0; i < other.n; i++)
			cJSON_Delete(other.seen[i].json);
		demo_free(other.demo);
	}
}

int main(void)
{
	const struct CMUnitTest day[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_uuids_are_of_version_7),
		cmocka_unit_test(test_arrival),
		cmocka_unit_test(test_children_come_before_parents),
		cmocka_unit_test(test_one_orphan),
		cmocka_unit_test(test_intervals_nest),
		cmocka_unit_test(test_costs_are_tokens_by_price),
		cmocka_unit_test(test_tokens_fit_the_text),
		cmocka_unit_test(test_first_token_comes_before_the_last),
		cmocka_unit_test(test_generations_repeat_the_history),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_the_loop_and_the_running_tool),
		cmocka_unit_test(test_the_crew),
		cmocka_unit_test(test_the_private_one),
		cmocka_unit_test(test_many_scripts_and_shapes),
		cmocka_unit_test(test_bare_clients_have_no_nodes),
		cmocka_unit_test(test_a_verdict_names_its_generation),
		cmocka_unit_test(test_determinism),
		cmocka_unit_test(test_other_seeds_keep_the_order),
	};
	return cmocka_run_group_tests(day, set_up, tear_down);
}
