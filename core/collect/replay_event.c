/* What was sent and what came, as the event that PostHog's SDKs make of a call. */
#include "collect/replay_internal.h"
#include "json/tree.h"
#include "json/writer.h"

#include <string.h>

#define SECONDS_SCALE 6 /* of microseconds */

struct writing {
	struct json_writer w;
	const struct replay *replay;
	struct json_tree body;
};

static void write_count(struct writing *w, const char *key, int64_t count)
{
	if (count == ANSWER_UNKNOWN)
		return;
	json_write_key(&w->w, key);
	json_write_int(&w->w, count);
}

static void write_time(struct writing *w, const char *key, int64_t microseconds)
{
	if (microseconds < 0)
		return;
	json_write_key(&w->w, key);
	json_write_decimal(&w->w, microseconds, SECONDS_SCALE);
}

static void write_text(struct writing *w, const char *key, struct str text)
{
	if (text.n == 0)
		return;
	json_write_key(&w->w, key);
	json_write_text(&w->w, text);
}

/* A value of the body with its quotes and brackets. */
static struct str value_of(const struct writing *w, uint32_t node)
{
	struct str raw = json_raw(&w->body, node);

	if (json_type_of(&w->body, node) == JSON_STRING)
		raw = (struct str){raw.p - 1, raw.n + 2};
	return raw;
}

/* ---- what was sent --------------------------------------------------------------------------------- */

static bool is_parameter(struct str name)
{
	static const char *const others[] = {
		"model",          "messages",         "input",
		"instructions",   "system",           "contents",
		"tools",          "stream",           "generationConfig",
		"stream_options", "systemInstruction"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_eq(name, str_of(others[i])))
			return false;
	return true;
}

/* Those of the body, or of an object in it. The first opens the list of them. */
static void write_members(struct writing *w, uint32_t object, bool *any)
{
	struct buf name = {0};

	for (uint32_t at = json_first(&w->body, object); at != JSON_NO_NODE;
	     at = json_next(&w->body, object, at)) {
		buf_clear(&name);
		json_key(&w->body, at, &name);
		if (!is_parameter(buf_str(&name)))
			continue;
		if (!*any) {
			json_write_key(&w->w, "$ai_model_parameters");
			json_begin_object(&w->w);
			*any = true;
		}
		json_write_key_text(&w->w, buf_str(&name));
		json_write_raw(&w->w, value_of(w, at));
	}
	buf_free(&name);
}

static void write_parameters(struct writing *w)
{
	uint32_t config = json_member(&w->body, 0, STR("generationConfig"));
	bool any = false;

	write_members(w, 0, &any);
	if (json_type_of(&w->body, config) == JSON_OBJECT)
		write_members(w, config, &any);
	if (any)
		json_end_object(&w->w);
}

static void write_sent(struct writing *w)
{
	uint32_t model = json_member(&w->body, 0, STR("model"));
	uint32_t tools = json_member(&w->body, 0, STR("tools"));
	struct buf text = {0};

	json_text(&w->body, model, &text);
	write_text(w, "$ai_model", text.n > 0 ? buf_str(&text) : buf_str(&w->replay->model));
	buf_free(&text);
	json_write_key(&w->w, "$ai_input");
	json_write_raw(&w->w, buf_str(&w->replay->body));
	if (tools != JSON_NO_NODE) {
		json_write_key(&w->w, "$ai_tools");
		json_write_raw(&w->w, value_of(w, tools));
	}
	write_parameters(w);
}

/* ---- what came ------------------------------------------------------------------------------------- */

static void write_came(struct writing *w)
{
	const struct replay *r = w->replay;
	const struct answer_usage *u = &r->state.usage;

	if (r->events.n > 0) {
		json_write_key(&w->w, "$ai_output_choices");
		json_write_raw(&w->w, buf_str(&r->events));
	}
	write_count(w, "$ai_input_tokens", u->input);
	write_count(w, "$ai_output_tokens", u->output);
	write_count(w, "$ai_cache_read_input_tokens", u->cache_read);
	write_count(w, "$ai_cache_creation_input_tokens", u->cache_write);
	write_count(w, "$ai_reasoning_tokens", u->reasoning);
	if (r->answer.usage_json.n > 0) {
		json_write_key(&w->w, "$ai_usage");
		json_write_raw(&w->w, buf_str(&r->answer.usage_json));
	}
	write_time(w, "$ai_latency", r->state.latency);
	write_time(w, "$ai_time_to_first_token", r->state.first);
	if (r->state.status != 0)
		write_count(w, "$ai_http_status", r->state.status);
	json_write_key(&w->w, "$ai_is_error");
	json_write_bool(&w->w, r->state.end != REPLAY_ANSWERED);
	write_text(w, "$ai_error", buf_str(&r->state.says));
}

void replay_event(const struct replay *r, struct buf *line)
{
	struct writing w = {.w = {.out = line}, .replay = r};
	struct json_report report;

	if (json_tree_parse(&w.body, buf_str(&r->body), &report) != ERR_OK)
		return; /* it was an object when it was sent: no memory */
	json_begin_object(&w.w);
	json_write_key(&w.w, "event");
	json_write_text(&w.w, STR("$ai_generation"));
	json_write_key(&w.w, "properties");
	json_begin_object(&w.w);
	write_text(&w, "$ai_provider", str_of(r->provider));
	write_sent(&w);
	write_came(&w);
	json_end_object(&w.w);
	json_end_object(&w.w);
	json_writer_end(&w.w);
	json_tree_free(&w.body);
}
