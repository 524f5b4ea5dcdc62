/* Conversations of the demo's story: what an agent has heard and said so far, written in the
 * shape of each provider's messages, and the generation that sends it all again.
 *
 * Invariants: everything that was said stays in the history, so a call's input starts with the
 * whole input of the call before it. Cached tokens are a prefix of the input that was sent
 * before with the same tools; they are counted inside the input.
 *
 * Left to others: nesting and time (demo_story.c). */
#include "collect/demo_story_internal.h"

#include <assert.h>
#include <string.h>

#define MAX_MESSAGES 48
#define IMAGE_TOKENS 765

enum speaker { SPEAKER_USER, SPEAKER_MODEL, SPEAKER_TOOL };

struct message {
	enum speaker speaker;
	const char *text, *thinks;
	bool image;
	struct story_call calls[STORY_CALLS];
	char ids[STORY_CALLS][STORY_ID];
	bool answered[STORY_CALLS];
	const char *tool; /* of a result; its call's id is ids[0] */
	bool failed;
};

struct story_agent {
	struct story *story;
	const struct story_role *role;
	const char *tools, *cached_tools;
	struct message messages[MAX_MESSAGES];
	int count;
	int64_t cached, cached_at;   /* tokens of the prompt before, and when it was sent */
	int open_message, open_call; /* of the tool that began and did not end yet */
};

struct story_agent *story_agent(struct story *s, const struct story_role *role)
{
	struct story_agent *agent = arena_alloc(&s->arena, sizeof *agent);
	agent->story = s;
	agent->role = role;
	agent->tools = role->tools;
	return agent;
}

static struct message *add_message(struct story_agent *agent, enum speaker speaker,
                                   const char *text)
{
	struct message *message = &agent->messages[agent->count++];
	assert(agent->count <= MAX_MESSAGES);
	message->speaker = speaker;
	message->text = text;
	return message;
}

void story_says(struct story_agent *agent, const char *text)
{
	add_message(agent, SPEAKER_USER, text);
}

void story_shows(struct story_agent *agent, const char *text)
{
	add_message(agent, SPEAKER_USER, text)->image = true;
}

void story_retool(struct story_agent *agent, const char *tools)
{
	agent->tools = tools;
}

static const char *last_text(const struct story_agent *agent, enum speaker speaker)
{
	for (int i = agent->count; i-- > 0;)
		if (agent->messages[i].speaker == speaker && agent->messages[i].text)
			return agent->messages[i].text;
	return NULL;
}

const char *story_question(const struct story_agent *agent)
{
	return agent->role->private ? NULL : last_text(agent, SPEAKER_USER);
}

const char *story_answer(const struct story_agent *agent)
{
	return agent->role->private ? NULL : last_text(agent, SPEAKER_MODEL);
}

/* ---- tokens ---- */

static int64_t message_tokens(const struct message *m)
{
	int64_t sum = 4 + story_tokens(m->text) + (m->image ? IMAGE_TOKENS : 0);
	for (int i = 0; i < STORY_CALLS && m->calls[i].tool; i++)
		sum += 8 + story_tokens(m->calls[i].tool) + story_tokens(m->calls[i].arguments);
	return sum;
}

static int64_t prompt_tokens(const struct story_agent *agent)
{
	int64_t sum = 4 + story_tokens(agent->role->system) + story_tokens(agent->tools);
	for (int i = 0; i < agent->count; i++)
		sum += message_tokens(&agent->messages[i]);
	return sum;
}

/* Providers keep a prompt for about five minutes, in blocks, and none that is small. */
static int64_t cached_tokens(const struct story_agent *agent)
{
	bool fresh = agent->story->clock - agent->cached_at < INT64_C(300000000);
	if (!agent->role->caches || !fresh || agent->cached_tools != agent->tools ||
	    agent->cached < 1024)
		return 0;
	return agent->cached / 128 * 128;
}

/* ---- messages ---- */

static void begin_block(struct json_writer *w, struct story *s, const char *type)
{
	json_begin_object(w);
	story_write_text(s, "type", type);
}

static void write_text_block(struct story *s, const char *text)
{
	begin_block(&s->writer, s, "text");
	story_write_text(s, "text", text);
	json_end_object(&s->writer);
}

static void write_image_block(struct story *s, enum story_dialect dialect)
{
	struct json_writer *w = &s->writer;
	bool openai = dialect == DIALECT_OPENAI;
	begin_block(w, s, openai ? "image_url" : "image");
	json_write_key(w, openai ? "image_url" : "source");
	json_begin_object(w);
	if (openai) {
		story_write_text(s, "url", "[base64 image/jpeg redacted]");
	} else {
		story_write_text(s, "type", "base64");
		story_write_text(s, "media_type", "image/jpeg");
		story_write_text(s, "data", "[base64 image/jpeg redacted]");
	}
	json_end_object(w);
	json_end_object(w);
}

static void write_thinking_block(struct story *s, enum story_dialect dialect, const char *text)
{
	struct json_writer *w = &s->writer;
	begin_block(w, s, dialect == DIALECT_OPENAI ? "reasoning" : "thinking");
	if (dialect == DIALECT_OPENAI) {
		json_write_key(w, "summary");
		json_begin_array(w);
		begin_block(w, s, "summary_text");
		story_write_text(s, "text", text);
		json_end_object(w);
		json_end_array(w);
	} else {
		story_write_text(s, "thinking", text);
	}
	json_end_object(w);
}

/* {"name":..., "arguments":...}: OpenAI's arguments are JSON inside a string. */
static void write_function(struct story *s, enum story_dialect dialect,
                           const struct story_call *call)
{
	json_write_key(&s->writer, "function");
	json_begin_object(&s->writer);
	story_write_text(s, "name", call->tool);
	if (dialect == DIALECT_OPENAI)
		story_write_text(s, "arguments", call->arguments);
	else
		story_write_state(s, "arguments", call->arguments);
	json_end_object(&s->writer);
}

static void write_function_block(struct story *s, enum story_dialect dialect,
                                 const struct story_call *call, const char *id)
{
	begin_block(&s->writer, s, "function");
	if (dialect != DIALECT_GEMINI)
		story_write_text(s, "id", id);
	write_function(s, dialect, call);
	json_end_object(&s->writer);
}

static void write_tool_use_block(struct story *s, const struct story_call *call, const char *id)
{
	begin_block(&s->writer, s, "tool_use");
	story_write_text(s, "id", id);
	story_write_text(s, "name", call->tool);
	story_write_state(s, "input", call->arguments);
	json_end_object(&s->writer);
}

static void begin_message(struct story *s, const char *role)
{
	json_begin_object(&s->writer);
	story_write_text(s, "role", role);
	json_write_key(&s->writer, "content");
}

static void write_user(struct story *s, enum story_dialect dialect, const struct message *m)
{
	begin_message(s, "user");
	if (m->image || dialect == DIALECT_GEMINI) {
		json_begin_array(&s->writer);
		write_text_block(s, m->text);
		if (m->image)
			write_image_block(s, dialect);
		json_end_array(&s->writer);
	} else {
		json_write_text(&s->writer, str_of(m->text));
	}
	json_end_object(&s->writer);
}

/* What a model said, as OpenAI wants to hear it again: without its thoughts. */
static void write_past_openai(struct story *s, const struct message *m)
{
	struct json_writer *w = &s->writer;
	begin_message(s, "assistant");
	if (m->text)
		json_write_text(w, str_of(m->text));
	else
		json_write_null(w);
	if (m->calls[0].tool) {
		json_write_key(w, "tool_calls");
		json_begin_array(w);
		for (int i = 0; i < STORY_CALLS && m->calls[i].tool; i++)
			write_function_block(s, DIALECT_OPENAI, &m->calls[i], m->ids[i]);
		json_end_array(w);
	}
	json_end_object(w);
}

static void write_past_blocks(struct story *s, enum story_dialect dialect, const struct message *m)
{
	begin_message(s, dialect == DIALECT_GEMINI ? "model" : "assistant");
	json_begin_array(&s->writer);
	if (m->thinks)
		write_thinking_block(s, dialect, m->thinks);
	if (m->text)
		write_text_block(s, m->text);
	for (int i = 0; i < STORY_CALLS && m->calls[i].tool; i++) {
		if (dialect == DIALECT_ANTHROPIC)
			write_tool_use_block(s, &m->calls[i], m->ids[i]);
		else
			write_function_block(s, dialect, &m->calls[i], m->ids[i]);
	}
	json_end_array(&s->writer);
	json_end_object(&s->writer);
}

static void write_result_openai(struct story *s, const struct message *m)
{
	begin_message(s, "tool");
	json_write_text(&s->writer, str_of(m->text));
	if (!s->sdk->langchain)
		story_write_text(s, "tool_call_id", m->ids[0]);
	json_end_object(&s->writer);
}

static void write_result_block(struct story *s, enum story_dialect dialect, const struct message *m)
{
	struct json_writer *w = &s->writer;
	bool gemini = dialect == DIALECT_GEMINI;
	begin_block(w, s, gemini ? "function" : "tool_result");
	story_write_text(s, gemini ? "tool_name" : "tool_use_id", gemini ? m->tool : m->ids[0]);
	json_write_key(w, "content");
	if (gemini)
		story_write_value(s, m->text);
	else
		json_write_text(w, str_of(m->text));
	if (m->failed && !gemini) {
		json_write_key(w, "is_error");
		json_write_bool(w, true);
	}
	json_end_object(w);
}

/* Anthropic and Gemini hear all results of one reply in one message. Returns how many messages
 * went into it. */
static int write_results(struct story *s, enum story_dialect dialect, const struct message *m,
                         int left)
{
	int n = 0;
	begin_message(s, "user");
	json_begin_array(&s->writer);
	while (n < left && m[n].speaker == SPEAKER_TOOL)
		write_result_block(s, dialect, &m[n++]);
	json_end_array(&s->writer);
	json_end_object(&s->writer);
	return n;
}

/* Returns how many messages were written. */
static int write_message(struct story *s, enum story_dialect dialect, const struct message *m,
                         int left)
{
	if (m->speaker == SPEAKER_TOOL && dialect != DIALECT_OPENAI)
		return write_results(s, dialect, m, left);
	if (m->speaker == SPEAKER_TOOL)
		write_result_openai(s, m);
	else if (m->speaker == SPEAKER_USER)
		write_user(s, dialect, m);
	else if (dialect == DIALECT_OPENAI)
		write_past_openai(s, m);
	else
		write_past_blocks(s, dialect, m);
	return 1;
}

static void write_history(const struct story_agent *agent)
{
	struct story *s = agent->story;
	json_begin_array(&s->writer);
	if (agent->role->system) {
		begin_message(s, "system");
		json_write_text(&s->writer, str_of(agent->role->system));
		json_end_object(&s->writer);
	}
	for (int i = 0; i < agent->count;)
		i += write_message(s, agent->role->model->dialect, &agent->messages[i],
		                   agent->count - i);
	json_end_array(&s->writer);
}

/* One message with all blocks, as PostHog's wrappers put it together. An error has none. */
static void write_choices(struct story *s, enum story_dialect dialect, const struct message *m)
{
	json_begin_array(&s->writer);
	if (m) {
		begin_message(s, "assistant");
		json_begin_array(&s->writer);
		if (m->thinks)
			write_thinking_block(s, dialect, m->thinks);
		if (m->text)
			write_text_block(s, m->text);
		for (int i = 0; i < STORY_CALLS && m->calls[i].tool; i++)
			write_function_block(s, dialect, &m->calls[i], m->ids[i]);
		json_end_array(&s->writer);
		json_end_object(&s->writer);
	}
	json_end_array(&s->writer);
}

/* ---- generations ---- */

/* One call of a model, worked out before it is written. */
struct call {
	const struct story_reply *reply;
	const struct message *said; /* NULL: it failed */
	int64_t input, cache_read, output, reasoning;
	int64_t ms, first_token;
};

static const char *stop_reason(enum story_dialect dialect, const struct message *said)
{
	if (dialect == DIALECT_GEMINI)
		return "STOP";
	if (dialect == DIALECT_ANTHROPIC)
		return said->calls[0].tool ? "tool_use" : "end_turn";
	return said->calls[0].tool ? "tool_calls" : "stop";
}

static struct message *hear(struct story_agent *agent, const struct story_reply *reply)
{
	bool anthropic = agent->role->model->dialect == DIALECT_ANTHROPIC;
	struct message *m = add_message(agent, SPEAKER_MODEL, reply->says);
	m->thinks = reply->thinks;
	memcpy(m->calls, reply->calls, sizeof m->calls);
	for (int i = 0; i < STORY_CALLS && m->calls[i].tool; i++)
		story_hex(agent->story, anthropic ? "toolu_" : "call_", 12, m->ids[i]);
	return m;
}

static struct call measure(struct story_agent *agent, const struct story_reply *reply)
{
	struct call call = {.reply = reply, .ms = reply->ms};
	if (reply->error)
		return call;
	call.input = prompt_tokens(agent);
	call.cache_read = cached_tokens(agent);
	call.said = hear(agent, reply);
	call.reasoning = story_tokens(reply->thinks);
	call.output = message_tokens(call.said) - 4 + call.reasoning;
	if (!call.ms)
		call.ms = 380 + call.input / 40 + call.output * 12 +
		          (int64_t)(story_random(agent->story) % 160);
	if (agent->role->streams)
		call.first_token = reply->first_token_ms
		                           ? reply->first_token_ms
		                           : 220 + call.reasoning * 8 + call.input / 80;
	if (call.first_token > call.ms * 4 / 5)
		call.first_token = call.ms * 4 / 5;
	agent->cached = call.input;
	agent->cached_tools = agent->tools;
	agent->cached_at = agent->story->clock;
	return call;
}

static void write_parameters(const struct story_agent *agent)
{
	struct json_writer *w = &agent->story->writer;
	json_write_key(w, "$ai_model_parameters");
	json_begin_object(w);
	if (agent->role->temperature) {
		json_write_key(w, "temperature");
		json_write_decimal(w, agent->role->temperature, 2);
	}
	story_write_int(agent->story, "max_tokens", 4096);
	if (agent->role->streams) {
		json_write_key(w, "stream");
		json_write_bool(w, true);
	}
	json_end_object(w);
}

static void write_usage(struct story *s, const struct story_model *model, const struct call *call)
{
	story_write_int(s, "$ai_input_tokens", call->input);
	story_write_int(s, "$ai_output_tokens", call->output);
	if (call->reasoning)
		story_write_int(s, "$ai_reasoning_tokens", call->reasoning);
	if (call->cache_read) {
		story_write_int(s, "$ai_cache_read_input_tokens", call->cache_read);
		json_write_key(&s->writer, "$ai_cache_reporting_exclusive");
		json_write_bool(&s->writer, false);
	}
	story_write_costs(s, model, call->input, s->sdk->pays_cache_as_fresh ? 0 : call->cache_read,
	                  call->output);
	story_write_text(s, "$ai_stop_reason", stop_reason(model->dialect, call->said));
}

static void write_failure(struct story *s, const struct story_reply *reply)
{
	json_write_key(&s->writer, "$ai_is_error");
	json_write_bool(&s->writer, true);
	story_write_text(s, "$ai_error", reply->error);
}

/* history is what was sent, written before the reply joined it. */
static void write_generation(struct story_agent *agent, const struct call *call, struct str history)
{
	struct story *s = agent->story;
	const struct story_model *model = agent->role->model;
	story_write_node(s);
	if (s->sdk->nodes)
		story_write_text(s, "$ai_span_name", agent->role->name);
	story_write_text(s, "$ai_model", model->name);
	story_write_text(s, "$ai_provider", model->provider);
	story_write_text(s, "$ai_base_url", model->base_url);
	write_parameters(agent);
	story_write_state(s, "$ai_tools", agent->tools);
	json_write_key(&s->writer, "$ai_input");
	if (agent->role->private)
		json_write_null(&s->writer);
	else
		json_write_raw(&s->writer, history);
	json_write_key(&s->writer, "$ai_output_choices");
	if (agent->role->private)
		json_write_null(&s->writer);
	else
		write_choices(s, model->dialect, call->said);
	story_write_int(s, "$ai_http_status", call->reply->status ? call->reply->status : 200);
	story_write_ms(s, "$ai_latency", call->ms);
	if (call->first_token)
		story_write_ms(s, "$ai_time_to_first_token", call->first_token);
	if (call->reply->error)
		write_failure(s, call->reply);
	else
		write_usage(s, model, call);
}

void story_model(struct story_agent *agent, const struct story_reply *reply)
{
	struct story *s = agent->story;
	struct buf history = {0};
	struct call call;
	assert(s->depth);
	s->writer = (struct json_writer){.out = &history};
	write_history(agent);
	json_writer_end(&s->writer);
	call = measure(agent, reply);
	story_wait(s, (int)call.ms);
	story_event_begin(s, "$ai_generation", s->clock, s->last_generation);
	write_generation(agent, &call, buf_str(&history));
	story_event_end(s, s->clock);
	buf_free(&history);
	story_wait(s, 1 + (int)(story_random(s) % 5));
}

/* ---- tools ---- */

/* The first call of tool in the model's last reply that has no answer yet. */
static const struct story_call *take_call(struct story_agent *agent, const char *tool)
{
	struct message *m;
	int at = agent->count, i;
	while (at > 0 && agent->messages[at - 1].speaker != SPEAKER_MODEL)
		at--;
	assert(at > 0);
	m = &agent->messages[at - 1];
	for (i = 0; i < STORY_CALLS; i++)
		if (m->calls[i].tool && !m->answered[i] && strcmp(m->calls[i].tool, tool) == 0)
			break;
	assert(i < STORY_CALLS); /* no tool answers that nobody called */
	m->answered[i] = true;
	agent->open_message = at - 1;
	agent->open_call = i;
	return &m->calls[i];
}

static void hear_result(struct story_agent *agent, const char *tool, const char *result)
{
	struct message *m = add_message(agent, SPEAKER_TOOL, result);
	memcpy(m->ids[0], agent->messages[agent->open_message].ids[agent->open_call], STORY_ID);
	m->tool = tool;
}

void story_tool(struct story_agent *agent, const struct story_result *result)
{
	struct story *s = agent->story;
	const struct story_call *call = take_call(agent, result->tool);
	if (s->sdk->nodes)
		story_write_tool(s, call->arguments, result);
	else
		story_wait(s, result->ms);
	hear_result(agent, result->tool, result->result);
	agent->messages[agent->count - 1].failed = result->error != NULL;
	story_wait(s, 1 + (int)(story_random(s) % 5));
}

void story_tool_begin(struct story_agent *agent, const char *tool, const char *type)
{
	story_span_begin(agent->story, tool, type, take_call(agent, tool)->arguments);
}

void story_tool_end(struct story_agent *agent, const char *result)
{
	struct story *s = agent->story;
	hear_result(agent, s->frames[s->depth - 1].name, result);
	story_span_end(s, result);
}

void story_tool_runs(struct story_agent *agent, const char *tool)
{
	story_write_running_tool(agent->story, tool, take_call(agent, tool)->arguments);
}
