/* Filters over random events against a plain walk over their JSON: the same rows pass, however the events came. */
#include "support/filter_plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILTERS 60
#define SEEDS   6

static uint64_t seed;

static uint32_t any(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

static const char *one_of(const char *const *list, uint32_t n)
{
	return list[any(n)];
}
#define ONE_OF(...)                                \
	one_of((const char *const[]){__VA_ARGS__}, \
	       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- events ---------------------------------------------------------------- */

static void maybe(struct buf *out, const char *name, const char *value)
{
	if (any(3) > 0)
		buf_printf(out, ",\"%s\":%s", name, value);
}

static void maybe_number(struct buf *out, const char *name, uint32_t below, const char *after)
{
	if (any(3) > 0)
		buf_printf(out, ",\"%s\":%u%s", name, any(below), after);
}

#define LIST(messages)         "[" messages "]"
#define MESSAGE(role, content) "{\"role\":\"" role "\",\"content\":\"" content "\"}"
#define BRIEFED                MESSAGE("system", "Be kind") "," MESSAGE("user", "weather in Kyoto")
#define TOLD                   "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"sunny banana\"}"
#define CALL                                                                                         \
	"{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":" \
	"{\"name\":\"get_weather\",\"arguments\":\"{\\\"city\\\":\\\"Kyoto\\\"}\"}}]}"

/* What one side alone costs in all is told elsewhere. */
static void add_costs(struct buf *out)
{
	buf_printf(out, ",\"$ai_total_cost_usd\":%u.25", any(4));
	maybe_number(out, "$ai_input_cost_usd", 3, ".5");
	maybe_number(out, "$ai_output_cost_usd", 3, ".5");
}

static void add_call(struct buf *out)
{
	maybe(out, "$ai_model",
	      ONE_OF("\"gpt-5\"", "\"gpt-5-mini\"", "\"Claude-Opus\"", "\"gemini\""));
	maybe(out, "$ai_provider", ONE_OF("\"openai\"", "\"anthropic\"", "\"google\""));
	if (any(10) == 0)
		buf_puts(out, ",\"$ai_input_tokens\":8000000000");
	else
		maybe_number(out, "$ai_input_tokens", 300, "");
	maybe_number(out, "$ai_output_tokens", 100, "");
	maybe_number(out, "$ai_cache_read_input_tokens", 100, "");
	maybe_number(out, "$ai_reasoning_tokens", 3, "");
	if (any(3) > 0)
		add_costs(out);
	maybe_number(out, "$ai_time_to_first_token", 2, ".5");
	maybe(out, "$ai_stop_reason", ONE_OF("\"stop\"", "\"length\"", "\"Tool_Use\""));
	maybe(out, "$ai_input",
	      ONE_OF(LIST(MESSAGE("user", "a refund please")),
	             LIST(MESSAGE("user", "Banana bread")), LIST(BRIEFED), LIST(TOLD), "null"));
	maybe(out, "$ai_output_choices",
	      ONE_OF(LIST(MESSAGE("assistant", "no refund")),
	             LIST(MESSAGE("assistant", "a recipe")), LIST(CALL)));
}

/* Of any kind: what no record holds. */
static void add_properties(struct buf *out)
{
	maybe(out, "release", ONE_OF("\"2.14\"", "\"2.15-beta\"", "3", "true", "null"));
	maybe(out, "ok", ONE_OF("true", "false", "1", "0", "\"true\""));
	maybe(out, "latency_ms", ONE_OF("250", "2500", "90000", "\"150\"", "\"fast\""));
	maybe(out, "environment", ONE_OF("\"prod\"", "\"staging\""));
	maybe(out, "env", ONE_OF("\"dev\"", "\"prod\""));
	maybe(out, "$ai_temperature", ONE_OF("0.5", "1", "\"1.5\"", "\"warm 1\""));
	maybe(out, "$set", ONE_OF("{\"plan\":\"pro\"}", "{\"plan\":\"free\",\"seats\":12}"));
	maybe(out, "$ai_stream", ONE_OF("true", "false"));
}

static void add_judgement(struct buf *out, const char *kind)
{
	if (strcmp(kind, "evaluation") == 0) {
		maybe(out, "$ai_evaluation_name", ONE_OF("\"relevance\"", "\"Tone\""));
		maybe(out, "$ai_evaluation_score_value", ONE_OF("0.5", "1"));
		maybe(out, "$ai_evaluation_result", ONE_OF("true", "false"));
	}
	if (strcmp(kind, "feedback") == 0)
		maybe(out, "$ai_feedback_text", ONE_OF("\"Great answer\"", "\"no use\""));
}

/* Some ids begin others: uu0, tr1, se. */
static void add_ids(struct buf *out, uint32_t i, uint32_t trace)
{
	uint32_t number = any(12) == 0 ? any(PLAIN_EVENTS) : i; /* some come twice */

	if (number == 60)
		buf_puts(out, ",\"uuid\":\"uu0\"");
	else
		buf_printf(out, ",\"uuid\":\"uu%03u\"", number);
	buf_printf(out, ",\"properties\":{\"number\":%u,\"$ai_span_id\":\"sp%03u\"", i, i);
	if (trace == 13)
		buf_puts(out, ",\"$ai_trace_id\":\"tr1\",\"$ai_session_id\":\"se\"");
	else if (trace > 0)
		buf_printf(out, ",\"$ai_trace_id\":\"tr%02u\"", trace);
	if (trace < 13 && trace % 3 == 1)
		buf_printf(out, ",\"$ai_session_id\":\"se%u\"", trace % 4);
}

/* One from before, its trace, or none that is there. */
static void add_parent(struct buf *out, uint32_t i, uint32_t trace)
{
	uint32_t parent = any(i + 1);

	if (any(5) == 0)
		buf_printf(out, ",\"$ai_parent_id\":\"tr%02u\"", trace);
	else
		buf_printf(out, ",\"$ai_parent_id\":\"%s%03u\"", parent == i ? "gone" : "sp",
		           parent);
}

static void add_event(struct buf *out, uint32_t i)
{
	const char *kind = ONE_OF("generation", "generation", "span", "span", "embedding", "trace",
	                          "metric", "feedback", "evaluation");
	uint32_t trace = any(14);

	/* Some in the past. */
	buf_printf(out, "{\"event\":\"$ai_%s\",\"distinct_id\":\"u_%u\"", kind, any(6));
	if (any(15) > 0)
		buf_printf(out, ",\"timestamp\":\"2026-11-22T10:%02u:%02uZ\"", any(60), any(60));
	add_ids(out, i, trace);
	if (any(3) > 0)
		add_parent(out, i, trace);
	maybe(out, "$ai_span_name", ONE_OF("\"agent\"", "\"search\"", "\"Plan\""));
	if (any(4) == 0)
		buf_puts(out, ",\"$ai_span_type\":\"tool\"");
	maybe_number(out, "$ai_latency", 6, ".5");
	if (any(5) == 0)
		buf_puts(out, ",\"$ai_is_error\":true,\"$ai_error\":\"it went boom\"");
	maybe(out, "$ai_http_status", ONE_OF("200", "429", "500"));
	maybe(out, "$ai_lib", ONE_OF("\"posthog-python\"", "\"posthog-js\""));
	if (strcmp(kind, "generation") == 0 || strcmp(kind, "embedding") == 0)
		add_call(out);
	add_judgement(out, kind);
	add_properties(out);
	buf_puts(out, "}}\n");
}

/* ---- filters --------------------------------------------------------------- */

static const char *word_term(void)
{
	return ONE_OF("is:error", "is:running", "is:done", "is:cached", "is:uncached",
	              "is:truncated", "is:priced", "is:unpriced", "is:pseudo", "is:orphan",
	              "is:slow", "is:streamed", "is:error,cached", "status:ok", "status:error",
	              "status:running,error", "kind:generation", "kind:span", "kind:tool",
	              "kind:trace", "kind:embedding,evaluation", "has:feedback", "has:eval",
	              "has:tool", "has:embedding", "has:reasoning");
}

static const char *name_term(void)
{
	return ONE_OF("model:gpt", "model:Claude", "model:*mini", "model:g*t-*", "-model:*",
	              "model:(gpt-5 OR gemini)", "provider:openai", "provider:open",
	              "name:agent,search", "name:plan", "name:/^S/i", "name:/a.e/", "name:~srch",
	              "user:u_1", "user:*_2", "user:u", "finish:stop", "finish:tool",
	              "finish:/^(stop|length)$/", "lib:python", "eval:tone", "eval:*",
	              "feedback:great", "env:prod", "env:dev,staging", "version:2.1");
}

static const char *id_term(void)
{
	return ONE_OF("trace:tr01", "trace:tr03,tr04", "trace:tr1", "trace:tr", "trace:tr0",
	              "trace:*1", "-trace:tr1,tr05", "session:*", "session:se1", "session:se",
	              "session:s", "session:/[12]$/", "id:uu7", "id:uu0", "id:uu01", "id:uu1,sp02",
	              "id:sp12", "id:sp", "id:tr1", "id:se", "id:*7", "-id:uu0");
}

static const char *number_term(void)
{
	return ONE_OF("latency:>2s", "latency:1..3.5", "latency:0.5", "latency:*",
	              "latency:>=1500ms", "latency:<0.1m", "-latency:<=2.5s", "latency:..2.5",
	              "latency:[* TO 1.5]", "tokens:>100", "tokens:[50 TO 150]", "tokens:0.1k..",
	              "in:<60", "in:>1M", "out:>=50", "cost:$0.25", "cost:>1", "cost:>=1",
	              "cost:<$1.5", "cost:*", "cost:..0.5,2", "cost.in:>0.5", "cost.in:$0.5",
	              "cost.out:*", "cost.out:<1", "cache:>0", "cache:0..10", "cache%:>30",
	              "cache%:<=50", "tps:>20", "reasoning:1..9", "ttft:<1s", "code:429",
	              "code:400..599", "depth:1", "depth:>1", "gens:>0", "tools:1", "errors:0",
	              "errors:0..1,3", "temp:1", "temp:>0.7", "temp:*", "score:>=0.5", "score:1",
	              "score:0");
}

static const char *time_term(void)
{
	return ONE_OF("since:2026-11-22T10:20Z", "until:2026-11-22T10:40Z",
	              "since:2026-11-22T10:20:30Z until:2026-11-22T10:50Z", "at:2026-11-22T10:30Z",
	              "at:2026-11-22T10:10Z..2026-11-22T10:15Z", "since:100m", "until:75m");
}

static const char *property_term(void)
{
	return ONE_OF("@release:2.14", "@release:3", "@release:true", "@release:>2", "@release:*",
	              "@release:2.1*", "@ok:1", "@ok:true", "@ok:fal", "@ok:<1", "-@ok:false",
	              "@ok:*", "@latency_ms:>2s", "@latency_ms:250ms", "@latency_ms:.1s..1m",
	              "@latency_ms:>1k", "@latency_ms:fast", "@latency_ms:<$200", "person.plan:pro",
	              "person.seats:>10", "-person.plan:*", "person.plan:fr*");
}

static const char *text_term(void)
{
	return ONE_OF("refund", "in:refund", "out:recipe", "Banana", "banana", "error:boom",
	              "error:*", "kyoto", "-kyoto", "Kyoto", "~wthr", "/re(fund|cipe)/",
	              "/RE(fund|cipe)/i", "get_weather", "u_3", "openai", "tr07", "in:kyoto",
	              "out:kyoto", "in:~bnn", "out:/^no /", "system:kind", "system:refund",
	              "tool:get_weather", "tool:search", "tool.args:kyoto", "tool.args:city",
	              "tool.result:sunny", "tool.result:refund", "role:user banana",
	              "role:tool banana", "role:assistant refund", "role:system kind",
	              "-role:user kyoto", "\"a refund\"", "refund OR recipe");
}

static void add_term(struct buf *out)
{
	static const char *(*const kinds[])(void) = {
		word_term, name_term, id_term, number_term, time_term, property_term, text_term};

	buf_printf(out, "(%s)", kinds[any(sizeof(kinds) / sizeof(kinds[0]))]());
}

static void add_filter(struct buf *out, uint32_t depth)
{
	uint32_t what = depth == 0 ? 0 : any(14);

	switch (what) {
	case 1:
	case 2:
	case 3:
		add_filter(out, depth - 1);
		buf_puts(out, " ");
		add_filter(out, depth - 1);
		break;
	case 4:
	case 5:
		buf_puts(out, "(");
		add_filter(out, depth - 1);
		buf_puts(out, " OR ");
		add_filter(out, depth - 1);
		buf_puts(out, ")");
		break;
	case 6:
	case 7:
		buf_puts(out, "-(");
		add_filter(out, depth - 1);
		buf_puts(out, ")");
		break;
	case 8:
	case 9:
	case 10:
		buf_puts(out, ONE_OF("trace(", "session(", "any(", "all(", "none(", "span("));
		add_filter(out, depth - 1);
		buf_puts(out, ")");
		break;
	case 11:
		buf_puts(out, "span(");
		add_filter(out, depth - 1);
		buf_puts(out, ONE_OF(" > ", " >> "));
		add_filter(out, depth - 1);
		buf_puts(out, ")");
		break;
	case 12:
		buf_puts(out, "count(");
		add_filter(out, depth - 1);
		buf_puts(out, ONE_OF("):>1", "):0", "):2..4"));
		break;
	default:
		add_term(out);
	}
}

/* ---- both ------------------------------------------------------------------ */

static void expect_all(const struct plain *p, const struct filter *f, enum filtered_of of,
                       struct buf *out)
{
	struct model *m = p->b->model;
	uint32_t n = of == FILTERED_EVENTS   ? p->n
	             : of == FILTERED_TRACES ? model_trace_count(m)
	                                     : model_session_count(m);

	for (uint32_t i = 0; i < n; i++) {
		bool there = of == FILTERED_EVENTS   ? !p->lost[i]
		             : of == FILTERED_TRACES ? trace_exists(model_trace(m, i))
		                                     : session_exists(model_session(m, i));

		if (!there ||
		    (f->root != NULL && !(of == FILTERED_EVENTS ? plain_of_event(p, f->root, i)
		                                                : plain_of_row(p, f->root, of, i))))
			continue;
		buf_printf(out, "%s%u", out->n > 0 ? " " : "", i);
	}
}

static void feed_some(struct plain *p)
{
	for (uint32_t n = any(60); n > 0 && p->b->at < p->b->text.n; n--)
		filter_bench_feed(p->b);
}

/* Little by little, with a filter that is kept up, and then with one that sees all at once. */
static void compare(struct plain *p, const struct filter *f, enum filtered_of of, const char *text)
{
	struct buf expected = {0}, passing = {0};
	struct filtered *d = filter_bench_new(p->b, f, of);
	struct filtered *later;

	while (p->b->at < p->b->text.n) {
		feed_some(p);
		if (any(2) == 0)
			filtered_step(d, 0);
		else
			filtered_wait(d);
	}
	plain_find_lost(p);
	filtered_wait(d);
	if (!filtered_done(d))
		fail_msg("%d, never done: %s", of, text);
	expect_all(p, f, of, &expected);
	filter_bench_passing(p->b, d, of, &passing);
	if (!str_eq(buf_str(&passing), buf_str(&expected)))
		fail_msg("%d, kept up: %s\n%s instead of\n%s", of, text, buf_text(&passing),
		         buf_text(&expected));
	later = filter_bench_new(p->b, f, of);
	filtered_wait(later);
	buf_clear(&passing);
	filter_bench_passing(p->b, later, of, &passing);
	if (!str_eq(buf_str(&passing), buf_str(&expected)))
		fail_msg("%d, at once: %s\n%s instead of\n%s", of, text, buf_text(&passing),
		         buf_text(&expected));
	filtered_free(later);
	filtered_free(d);
	buf_free(&expected);
	buf_free(&passing);
}

static struct filter *random_filter(struct buf *text)
{
	buf_clear(text);
	add_filter(text, 3);
	return filter_bench_parse(buf_text(text));
}

static void run(struct str lines)
{
	struct filter_bench b;
	struct plain p = {.b = &b};
	struct buf text = {0};
	struct filter *f = random_filter(&text);
	enum filtered_of of = (enum filtered_of)any(FILTERED_SESSIONS + 1);

	filter_bench_open(&b, lines);
	for (size_t at = 0, i = 0; at < lines.n; i++) {
		size_t end = str_find(lines, STR("\n"), at, false);

		p.json[i] = cJSON_ParseWithLength(lines.p + at, end - at);
		assert_non_null(p.json[i]);
		p.properties[i] = cJSON_GetObjectItemCaseSensitive(p.json[i], "properties");
		at = end + 1;
	}
	compare(&p, f, of, buf_text(&text));
	for (uint32_t i = 0; i < PLAIN_EVENTS; i++)
		cJSON_Delete(p.json[i]);
	filter_free(f);
	buf_free(&text);
	filter_bench_close(&b);
}

static void as_the_plain_walk(void **state)
{
	const char *from = getenv("FILTER_SEED");

	(void)state;
	for (uint64_t s = 1; s <= SEEDS; s++) {
		struct buf lines = {0};

		seed = (from != NULL ? strtoull(from, NULL, 10) : 0) + s * 7919;
		for (uint32_t i = 0; i < PLAIN_EVENTS; i++)
			add_event(&lines, i);
		for (uint32_t i = 0; i < FILTERS; i++)
			run(buf_str(&lines));
		buf_free(&lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_plain_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
