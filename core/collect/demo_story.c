/* The pen of the demo's story: clock, ids, nesting, spans, and what every event has in common.
 *
 * Invariants: an event is written when its operation ends, at the clock; so whatever happens
 * inside an operation has an earlier or equal timestamp and was written before. The clock only
 * goes back to the start of a branch, and by story_past and story_live between traces.
 *
 * Left to others: conversations and generations (demo_talk.c), the order of arrival (demo.c),
 * the story (demo_day.c, demo_evening.c, demo_crew.c). */
#include "collect/demo_story_internal.h"

#include "base/mem.h"
#include "base/time.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MS INT64_C(1000)

/* ---- ids ---- */

/* splitmix64: small, and the same everywhere. */
uint64_t story_random(struct story *s)
{
	uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void story_uuid(struct story *s, int64_t time, char out[STORY_ID])
{
	uint64_t ms = (uint64_t)(time / MS), a = story_random(s), b = story_random(s);
	snprintf(out, STORY_ID,
	         "%08" PRIx64 "-%04" PRIx64 "-7%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
	         ms >> 16 & 0xffffffff, ms & 0xffff, a & 0xfff, 0x8000 | (b >> 48 & 0x3fff),
	         b & UINT64_C(0xffffffffffff));
}

void story_hex(struct story *s, const char *prefix, int digits, char out[STORY_ID])
{
	snprintf(out, STORY_ID, "%s%016" PRIx64, prefix, story_random(s));
	out[strlen(prefix) + (size_t)digits] = '\0';
}

/* ---- events ---- */

static void write_timestamp(struct story *s, int64_t time)
{
	struct buf text = {0};
	time_append_rfc3339(&text, time);
	/* SDKs send milliseconds: "...:00.000000Z" without its last three zeros. */
	assert(text.n > 4 && time % MS == 0);
	text.n -= 4;
	buf_add(&text, 'Z');
	json_write_text(&s->writer, buf_str(&text));
	buf_free(&text);
}

static void write_who(struct story *s)
{
	if (s->user->plan)
		story_write_text(s, "plan", s->user->plan);
	if (s->user->company) {
		json_write_key(&s->writer, "$groups");
		json_begin_object(&s->writer);
		story_write_text(s, "company", s->user->company);
		json_end_object(&s->writer);
	}
	story_write_text(s, "env", "prod");
	story_write_text(s, "release",
	                 s->clock > s->now - 150 * 60 * TIME_SECOND ? "2.14.1" : "2.14.0");
}

void story_event_begin(struct story *s, const char *event, int64_t end_time, char *uuid)
{
	char id[STORY_ID];
	story_uuid(s, end_time, id);
	if (uuid)
		memcpy(uuid, id, sizeof id);
	buf_clear(&s->line);
	s->writer = (struct json_writer){.out = &s->line};
	json_begin_object(&s->writer);
	story_write_text(s, "uuid", id);
	story_write_text(s, "event", event);
	story_write_text(s, "distinct_id", s->user->id);
	json_write_key(&s->writer, "timestamp");
	write_timestamp(s, end_time);
	json_write_key(&s->writer, "properties");
	json_begin_object(&s->writer);
	story_write_text(s, "$ai_trace_id", s->frames[0].id);
	story_write_text(s, "$ai_session_id", s->session);
}

void story_event_end(struct story *s, int64_t end_time)
{
	story_write_text(s, "$ai_framework", s->sdk->framework);
	story_write_text(s, "$ai_lib", s->sdk->ai_library);
	story_write_text(s, "$lib", s->sdk->library);
	story_write_text(s, "$lib_version", s->sdk->version);
	write_who(s);
	json_end_object(&s->writer);
	json_end_object(&s->writer);
	json_writer_end(&s->writer);
	demo_add(s->demo, end_time - s->now, buf_str(&s->line));
}

void story_write_text(struct story *s, const char *key, const char *text)
{
	if (!text)
		return;
	json_write_key(&s->writer, key);
	json_write_text(&s->writer, str_of(text));
}

void story_write_int(struct story *s, const char *key, int64_t value)
{
	json_write_key(&s->writer, key);
	json_write_int(&s->writer, value);
}

void story_write_ms(struct story *s, const char *key, int64_t ms)
{
	json_write_key(&s->writer, key);
	json_write_decimal(&s->writer, ms, 3);
}

void story_write_value(struct story *s, const char *text)
{
	if (text[0] == '{' || text[0] == '[')
		json_write_raw(&s->writer, str_of(text));
	else
		json_write_text(&s->writer, str_of(text));
}

void story_write_state(struct story *s, const char *key, const char *text)
{
	if (!text)
		return;
	json_write_key(&s->writer, key);
	story_write_value(s, text);
}

void story_write_parent(struct story *s, int frame)
{
	if (s->sdk->nodes)
		story_write_text(s, "$ai_parent_id", s->frames[frame].id);
}

void story_write_node(struct story *s)
{
	char id[STORY_ID];
	story_hex(s, "", 16, id);
	if (s->sdk->nodes)
		story_write_text(s, "$ai_span_id", id);
	story_write_parent(s, s->depth - 1);
}

int64_t story_tokens(const char *text)
{
	return text ? (int64_t)(strlen(text) + 3) / 4 : 0;
}

void story_write_costs(struct story *s, const struct story_model *model, int64_t input,
                       int64_t cache_read, int64_t output)
{
	int64_t in = (input - cache_read) * model->input + cache_read * model->cache_read;
	int64_t out = output * model->output;
	if (!model->input && !model->output)
		return;
	json_write_key(&s->writer, "$ai_input_cost_usd");
	json_write_decimal(&s->writer, in, MONEY_SCALE);
	if (model->output) {
		json_write_key(&s->writer, "$ai_output_cost_usd");
		json_write_decimal(&s->writer, out, MONEY_SCALE);
	}
	json_write_key(&s->writer, "$ai_total_cost_usd");
	json_write_decimal(&s->writer, in + out, MONEY_SCALE);
}

/* ---- time and place ---- */

void story_past(struct story *s, int minutes)
{
	assert(!s->depth);
	/* Nobody writes on the full minute. */
	s->clock = s->now - minutes * 60 * TIME_SECOND + (int64_t)(story_random(s) % 40000) * MS;
}

void story_live(struct story *s, int ms)
{
	assert(!s->depth);
	s->clock = s->now + ms * MS;
}

void story_wait(struct story *s, int ms)
{
	s->clock += ms * MS;
}

void story_session(struct story *s, const struct story_user *user, const char *session)
{
	s->user = user;
	s->session = session;
}

static struct story_frame *push(struct story *s, const char *name)
{
	struct story_frame *frame = &s->frames[s->depth++];
	assert(s->depth <= STORY_DEPTH);
	*frame = (struct story_frame){.name = name, .start = s->clock};
	return frame;
}

void story_trace_begin(struct story *s, const struct story_sdk *sdk, const char *name)
{
	assert(!s->depth);
	s->sdk = sdk;
	story_uuid(s, s->clock, push(s, name)->id);
}

void story_trace_leave(struct story *s)
{
	assert(s->depth == 1);
	s->depth = 0;
}

static void write_talk_state(struct story *s, const char *key, const char *word, const char *text)
{
	if (!text)
		return;
	json_write_key(&s->writer, key);
	json_begin_object(&s->writer);
	story_write_text(s, word, text);
	json_end_object(&s->writer);
}

void story_trace_end(struct story *s, const struct story_agent *agent)
{
	struct story_frame *trace = &s->frames[0];
	story_wait(s, 12 + (int)(story_random(s) % 30));
	story_event_begin(s, "$ai_trace", s->clock, NULL);
	if (s->sdk->langchain)
		story_write_text(s, "$ai_span_id", trace->id);
	story_write_text(s, "$ai_span_name", trace->name);
	story_write_ms(s, "$ai_latency", (s->clock - trace->start) / MS);
	if (agent) {
		write_talk_state(s, "$ai_input_state", "question", story_question(agent));
		write_talk_state(s, "$ai_output_state", "answer", story_answer(agent));
	}
	story_event_end(s, s->clock);
	story_trace_leave(s);
}

/* ---- spans ---- */

void story_span_begin(struct story *s, const char *name, const char *type, const char *input)
{
	struct story_frame *frame;
	assert(s->depth);
	story_wait(s, 2 + (int)(story_random(s) % 8));
	frame = push(s, name);
	story_hex(s, "", 16, frame->id);
	frame->type = type;
	frame->input = input;
}

static void write_span(struct story *s, const struct story_frame *span)
{
	story_write_text(s, "$ai_span_id", span->id);
	story_write_parent(s, s->depth - 2);
	story_write_text(s, "$ai_span_name", span->name);
	story_write_text(s, "$ai_span_type", span->type);
	story_write_state(s, "$ai_input_state", span->input);
}

void story_span_end(struct story *s, const char *output)
{
	struct story_frame *span = &s->frames[s->depth - 1];
	assert(s->depth > 1 && s->sdk->nodes);
	story_wait(s, 2 + (int)(story_random(s) % 8));
	story_event_begin(s, "$ai_span", s->clock, NULL);
	write_span(s, span);
	story_write_ms(s, "$ai_latency", (s->clock - span->start) / MS);
	story_write_state(s, "$ai_output_state", output);
	story_event_end(s, s->clock);
	s->depth--;
}

void story_span(struct story *s, const char *name, const char *input, const char *output, int ms)
{
	story_span_begin(s, name, NULL, input);
	story_wait(s, ms);
	story_span_end(s, output);
}

void story_orphan(struct story *s, const char *name, const char *input, int ms)
{
	char real[STORY_ID];
	memcpy(real, s->frames[s->depth - 1].id, sizeof real);
	story_hex(s, "", 16, s->frames[s->depth - 1].id);
	story_span(s, name, input, NULL, ms);
	memcpy(s->frames[s->depth - 1].id, real, sizeof real);
}

/* A failed tool tells what failed twice: to people ($ai_error) and to the model (the result). */
static void write_tool_outcome(struct story *s, const struct story_result *result)
{
	story_write_state(s, "$ai_output_state", result->result);
	if (!result->error)
		return;
	json_write_key(&s->writer, "$ai_is_error");
	json_write_bool(&s->writer, true);
	story_write_text(s, "$ai_error", result->error);
	if (result->status)
		story_write_int(s, "$ai_http_status", result->status);
}

void story_write_tool(struct story *s, const char *arguments, const struct story_result *result)
{
	struct story_frame *span = push(s, result->tool);
	story_hex(s, "", 16, span->id);
	span->type = "tool";
	span->input = arguments;
	story_wait(s, result->ms);
	story_event_begin(s, "$ai_span", s->clock, NULL);
	write_span(s, span);
	story_write_ms(s, "$ai_latency", result->ms);
	write_tool_outcome(s, result);
	story_event_end(s, s->clock);
	s->depth--;
}

void story_write_running_tool(struct story *s, const char *tool, const char *arguments)
{
	struct story_frame *span = push(s, tool);
	story_hex(s, "", 16, span->id);
	span->type = "tool";
	span->input = arguments;
	story_event_begin(s, "$ai_span", s->clock, NULL);
	write_span(s, span);
	story_event_end(s, s->clock);
	s->depth--;
}

void story_parallel(struct story *s)
{
	struct story_frame *frame = &s->frames[s->depth - 1];
	frame->fork = frame->join = s->clock;
}

void story_branch(struct story *s)
{
	struct story_frame *frame = &s->frames[s->depth - 1];
	if (s->clock > frame->join)
		frame->join = s->clock;
	s->clock = frame->fork + (int64_t)(story_random(s) % 6) * MS;
}

void story_join(struct story *s)
{
	struct story_frame *frame = &s->frames[s->depth - 1];
	if (s->clock < frame->join)
		s->clock = frame->join;
}

/* ---- embeddings and verdicts ---- */

void story_embedding(struct story *s, const struct story_model *model, const char *name,
                     const char *input, int ms)
{
	story_wait(s, ms);
	story_event_begin(s, "$ai_embedding", s->clock, NULL);
	story_write_node(s);
	story_write_text(s, "$ai_span_name", name);
	story_write_text(s, "$ai_model", model->name);
	story_write_text(s, "$ai_provider", model->provider);
	story_write_text(s, "$ai_base_url", model->base_url);
	story_write_int(s, "$ai_http_status", 200);
	story_write_state(s, "$ai_input", input);
	story_write_int(s, "$ai_input_tokens", story_tokens(input));
	story_write_costs(s, model, story_tokens(input), 0, 0);
	story_write_ms(s, "$ai_latency", ms);
	story_event_end(s, s->clock);
}

void story_feedback(struct story *s, const char *text)
{
	story_event_begin(s, "$ai_feedback", s->clock, NULL);
	story_write_text(s, "$ai_feedback_text", text);
	story_event_end(s, s->clock);
}

void story_metric(struct story *s, const char *name, const char *value)
{
	story_event_begin(s, "$ai_metric", s->clock, NULL);
	story_write_text(s, "$ai_metric_name", name);
	story_write_text(s, "$ai_metric_value", value);
	story_event_end(s, s->clock);
}

void story_evaluation(struct story *s, const char *name, int score, const char *reasoning)
{
	char id[STORY_ID];
	story_uuid(s, s->clock, id);
	story_event_begin(s, "$ai_evaluation", s->clock, NULL);
	story_write_text(s, "$ai_evaluation_id", id);
	story_write_text(s, "$ai_evaluation_name", name);
	story_write_text(s, "$ai_evaluation_type", "llm_judge");
	story_write_text(s, "$ai_evaluation_result_type", "number");
	json_write_key(&s->writer, "$ai_evaluation_result");
	json_write_decimal(&s->writer, score, 2);
	story_write_text(s, "$ai_evaluation_reasoning", reasoning);
	story_write_text(s, "$ai_target_event_id", s->last_generation);
	story_event_end(s, s->clock);
}

/* ---- the whole ---- */

const char *story_keep(struct story *s, const struct buf *text)
{
	char *copy = arena_alloc(&s->arena, text->n + 1);
	if (text->n)
		memcpy(copy, text->p, text->n);
	return copy;
}

void story_tell(struct demo *d, int64_t now, uint64_t seed)
{
	struct story s = {.demo = d, .now = now - now % MS, .random = seed};
	demo_day(&s);
	demo_evening(&s);
	demo_crew(&s);
	assert(!s.depth);
	buf_free(&s.line);
	arena_free(&s.arena);
}
