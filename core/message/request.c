/* Which provider a call was made to, its address and its parameters. What the messages and tools of each look like is
 * request_messages.c's, the command request_curl.c's. */
#include "message/request_internal.h"

#include "base/clean.h"

#include <string.h>

#define ANTHROPIC_TOKENS 4096 /* it has to be told, and events may not say */

/* ---- providers ------------------------------------------------------------------------------------------------------- */

static const struct provider providers[] = {
	{"openai", API_CHAT, "https://api.openai.com/v1", "OPENAI_API_KEY", true},
	{"anthropic", API_ANTHROPIC, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", false},
	{"gemini", API_GEMINI, "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY",
         false},
	{"google", API_GEMINI, "https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY",
         false},
	{"openrouter", API_CHAT, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", true},
	{"groq", API_CHAT, "https://api.groq.com/openai/v1", "GROQ_API_KEY", true},
	{"mistral", API_CHAT, "https://api.mistral.ai/v1", "MISTRAL_API_KEY", false},
	{"mistralai", API_CHAT, "https://api.mistral.ai/v1", "MISTRAL_API_KEY", false},
	{"deepseek", API_CHAT, "https://api.deepseek.com", "DEEPSEEK_API_KEY", true},
	{"together", API_CHAT, "https://api.together.xyz/v1", "TOGETHER_API_KEY", true},
	{"fireworks", API_CHAT, "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY",
         false},
	{"xai", API_CHAT, "https://api.x.ai/v1", "XAI_API_KEY", true},
	{"cerebras", API_CHAT, "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", true},
	{"perplexity", API_CHAT, "https://api.perplexity.ai", "PERPLEXITY_API_KEY", false},
};
/* Whoever stands at an address that a person named, and is none of those. */
static const struct provider compatible = {NULL, API_CHAT, NULL, "OPENAI_API_KEY", true};

/* Where no provider was sent: whose models are called so. */
static const struct {
	const char *begins, *provider;
} families[] = {
	{"gpt-", "openai"},   {"chatgpt-", "openai"},
	{"o1", "openai"},     {"o3", "openai"},
	{"o4", "openai"},     {"claude", "anthropic"},
	{"gemini", "gemini"}, {"models/gemini", "gemini"},
};

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* "openai", "openai.chat", "OpenAI": but Azure's and Vertex's addresses are of one customer, and who is "openai-compatible"
 * or "openai_like" is somebody else. */
static const struct provider *provider_of(struct str text)
{
	static const char *const others[] = {"azure", "vertex", "compatible", "like"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (str_find(text, str_of(others[i]), 0, true) != SIZE_MAX)
			return NULL;
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
		struct str name = str_of(providers[i].name);

		if (str_find(str_sub(text, 0, name.n), name, 0, true) == 0 &&
		    (text.n == name.n || !is_letter_or_digit(text.p[name.n])))
			return &providers[i];
	}
	return NULL;
}

static const struct provider *provider_of_model(struct str model)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (str_starts(model, str_of(families[i].begins)))
			return provider_of(str_of(families[i].provider));
	return NULL;
}

struct place request_property(const struct request *r, const char *name)
{
	const struct json_tree *t = r->from->tree;

	return (struct place){t, json_member(t, r->from->properties, str_of(name))};
}

static void property_text(const struct request *r, const char *name, struct buf *out)
{
	struct place at = request_property(r, name);

	if (place_type(at) == JSON_STRING)
		json_text(at.tree, at.at, out);
}

void request_note(struct request *r, const char *text, struct str outside)
{
	buf_printf(&r->out->notes, "# %s", text);
	clean_append(&r->out->notes, outside, 0);
	buf_add(&r->out->notes, '\n');
}

static const struct provider *find_provider(struct request *r, struct str model, struct errinfo *e)
{
	const struct provider *p;
	struct buf name = {0};

	property_text(r, "$ai_provider", &name);
	p = name.n > 0 ? provider_of(buf_str(&name)) : provider_of_model(model);
	if (p == NULL && r->elsewhere) {
		p = &compatible;
		request_note(r, "the provider is taken to speak as OpenAI does: ", buf_str(&name));
	} else if (p == NULL && name.n > 0) {
		err_set(e, ERR_NOT_FOUND,
		        "no public address is known for the provider %.60s: none is taken from the event",
		        buf_text(&name));
	} else if (p == NULL) {
		err_set(e, ERR_NOT_FOUND,
		        "the event names no provider, and its model tells none: %.60s",
		        model.n > 0 ? model.p : "no model");
	} else if (name.n == 0) {
		request_note(r, "the provider was not sent: taken from the model's name",
		             STR_EMPTY);
	}
	buf_free(&name);
	return p;
}

/* The event does not say which of OpenAI's interfaces was called, but for its shapes. */
static bool is_responses(const struct request *r)
{
	struct buf url = {0};
	bool named;

	property_text(r, "$ai_request_url", &url);
	named = str_find(buf_str(&url), STR("/responses"), 0, false) != SIZE_MAX;
	buf_free(&url);
	return named || (!request_is_native(r, API_CHAT) && request_is_native(r, API_RESPONSES));
}

/* ---- parameters ------------------------------------------------------------------------------------------------------ */

static const struct parameter {
	const char *name;       /* in the event */
	const char *told[APIS]; /* in the request; NULL: it has none */
} parameters[] = {
	{"temperature", {"temperature", "temperature", "temperature", "temperature"}},
	{"top_p", {"top_p", "top_p", "top_p", "topP"}},
	{"topP", {"top_p", "top_p", "top_p", "topP"}},
	{"top_k", {NULL, NULL, "top_k", "topK"}},
	{"topK", {NULL, NULL, "top_k", "topK"}},
	{"max_completion_tokens",
         {"max_completion_tokens", "max_output_tokens", "max_tokens", "maxOutputTokens"}},
	{"max_tokens", {"max_tokens", "max_output_tokens", "max_tokens", "maxOutputTokens"}},
	{"max_output_tokens", {"max_tokens", "max_output_tokens", "max_tokens", "maxOutputTokens"}},
	{"maxOutputTokens", {"max_tokens", "max_output_tokens", "max_tokens", "maxOutputTokens"}},
	{"frequency_penalty", {"frequency_penalty", NULL, NULL, "frequencyPenalty"}},
	{"presence_penalty", {"presence_penalty", NULL, NULL, "presencePenalty"}},
	{"seed", {"seed", NULL, NULL, "seed"}},
	{"n", {"n", NULL, NULL, "candidateCount"}},
	{"candidate_count", {"n", NULL, NULL, "candidateCount"}},
	{"stop", {"stop", NULL, NULL, NULL}},
	{"stop_sequences", {"stop", NULL, "stop_sequences", "stopSequences"}},
	{"response_format", {"response_format", NULL, NULL, NULL}},
	{"response_mime_type", {NULL, NULL, NULL, "responseMimeType"}},
	{"response_schema", {NULL, NULL, NULL, "responseSchema"}},
	{"tool_choice", {"tool_choice", "tool_choice", "tool_choice", NULL}},
	{"parallel_tool_calls", {"parallel_tool_calls", "parallel_tool_calls", NULL, NULL}},
	{"reasoning_effort", {"reasoning_effort", NULL, NULL, NULL}},
	{"reasoning", {NULL, "reasoning", NULL, NULL}},
	{"text", {NULL, "text", NULL, NULL}},
	{"thinking", {NULL, NULL, "thinking", NULL}},
	{"logprobs", {"logprobs", NULL, NULL, NULL}},
	{"top_logprobs", {"top_logprobs", "top_logprobs", NULL, NULL}},
	{"logit_bias", {"logit_bias", NULL, NULL, NULL}},
	{"stream", {"stream", "stream", "stream", NULL}},
	{"streaming", {"stream", "stream", "stream", NULL}},
};
#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))

/* PostHog takes these out of the parameters, some SDKs send them beside them. */
static struct place hoisted(const struct request *r, const char *name)
{
	if (strcmp(name, "temperature") == 0)
		return request_property(r, "$ai_temperature");
	if (strcmp(name, "max_tokens") == 0)
		return request_property(r, "$ai_max_tokens");
	if (strcmp(name, "stream") == 0)
		return request_property(r, "$ai_stream");
	return (struct place){r->from->tree, JSON_NO_NODE};
}

static bool was_told(const char *const *told, const char *name)
{
	for (; *told != NULL; told++)
		if (strcmp(*told, name) == 0)
			return true;
	return false;
}

/* Gemini's stream is asked for in its path. */
static void write_stream(struct request *r)
{
	if (!r->streamed || r->api == API_GEMINI)
		return;
	json_write_key(&r->json, "stream");
	json_write_bool(&r->json, true);
	if (r->api != API_CHAT || !r->provider->asked_for_usage)
		return;
	json_write_key(&r->json, "stream_options");
	json_begin_object(&r->json);
	json_write_key(&r->json, "include_usage");
	json_write_bool(&r->json, true);
	json_end_object(&r->json);
}

static void write_parameters(struct request *r, struct place sent)
{
	const char *told[PARAMETERS + 1] = {NULL};
	size_t n = 0;

	for (size_t i = 0; i < PARAMETERS; i++) {
		const struct parameter *p = &parameters[i];
		struct place value = place_member(sent, p->name);

		if (place_type(value) <= JSON_NULL)
			value = hoisted(r, p->name);
		if (p->told[r->api] == NULL || place_type(value) <= JSON_NULL ||
		    was_told(told, p->told[r->api]) ||
		    (r->streamed && strcmp(p->told[r->api], "stream") == 0))
			continue;
		json_write_key(&r->json, p->told[r->api]);
		json_write_raw(&r->json, place_json(value));
		told[n++] = p->told[r->api];
	}
	write_stream(r);
	if (r->api == API_ANTHROPIC && !was_told(told, "max_tokens")) {
		json_write_key(&r->json, "max_tokens");
		json_write_int(&r->json, ANTHROPIC_TOKENS);
		request_note(r, "max_tokens was not sent: a value of ours", STR_EMPTY);
	}
}

static bool is_parameter(struct str name, enum api api)
{
	for (size_t i = 0; i < PARAMETERS; i++)
		if (str_eq(str_of(parameters[i].name), name))
			return parameters[i].told[api] != NULL || str_starts(name, STR("stream"));
	return false;
}

/* What was sent and the provider may not know. */
static void note_parameters(struct request *r, struct place sent)
{
	uint32_t child = json_first(sent.tree, sent.at);
	struct buf names = {0}, name = {0};

	if (place_type(sent) != JSON_OBJECT)
		return;
	for (; child != JSON_NO_NODE; child = json_next(sent.tree, sent.at, child)) {
		buf_clear(&name);
		json_key(sent.tree, child, &name);
		if (json_type_of(sent.tree, child) <= JSON_NULL ||
		    is_parameter(buf_str(&name), r->api))
			continue;
		buf_printf(&names, "%s%s", names.n > 0 ? ", " : "", buf_text(&name));
	}
	if (names.n > 0)
		request_note(r, "parameters that are left out: ", buf_str(&names));
	buf_free(&names);
	buf_free(&name);
}

/* ---- the body -------------------------------------------------------------------------------------------------------- */

void request_json(struct request *r, struct str text, bool object)
{
	struct json_report report;
	struct json_tree tree;
	enum json_type type = JSON_ABSENT;

	if (json_tree_parse(&tree, text, &report) == ERR_OK)
		type = json_type_of(&tree, 0);
	json_tree_free(&tree);
	if (type == JSON_OBJECT || (!object && type != JSON_ABSENT)) {
		json_write_raw(&r->json, text);
	} else if (object) {
		json_begin_object(&r->json);
		json_end_object(&r->json);
	} else {
		json_write_text(&r->json, text);
	}
}

static void write_body(struct request *r, struct str model)
{
	struct place sent = request_property(r, "$ai_model_parameters");
	struct json_writer *w = &r->json;

	w->out = &r->out->body;
	w->pretty = true;
	json_begin_object(w);
	if (r->api != API_GEMINI) {
		json_write_key(w, "model");
		json_write_text(w, model);
		write_parameters(r, sent);
	} else {
		json_write_key(w, "generationConfig");
		json_begin_object(w);
		write_parameters(r, sent);
		json_end_object(w);
	}
	note_parameters(r, sent);
	request_messages(r);
	request_tools(r);
	json_end_object(w);
	json_writer_end(w);
	buf_add(&r->out->body, '\n');
}

static void note_losses(struct request *r)
{
	struct buf count = {0};
	struct str body = buf_str(&r->out->body);
	uint32_t redacted = 0;

	for (size_t at = 0; (at = str_find(body, STR(" redacted]"), at, false)) != SIZE_MAX; at++)
		redacted++;
	buf_printf(&count, "%u", redacted);
	if (redacted > 0)
		request_note(r, "images or files that the SDK left out, put them back: ",
		             buf_str(&count));
	buf_clear(&count);
	buf_printf(&count, "%u", r->left_out);
	if (r->left_out > 0)
		request_note(r, "parts that cannot be sent again (reasoning, media, unknown): ",
		             buf_str(&count));
	if (str_find(body, STR("[truncated]"), 0, false) != SIZE_MAX)
		request_note(r, "the SDK cut something off: look for [truncated]", STR_EMPTY);
	buf_free(&count);
}

/* ---- where it goes --------------------------------------------------------------------------------------------------- */

/* A model's name in a path. */
static void append_name(struct buf *out, struct str name)
{
	if (str_starts(name, STR("models/")))
		name = str_sub(name, 7, SIZE_MAX);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_')
			buf_add(out, c);
		else
			buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

static void write_path(struct request *r, struct str model)
{
	struct buf *out = &r->out->path;

	switch (r->api) {
	case API_CHAT:
		buf_puts(out, "/chat/completions");
		break;
	case API_RESPONSES:
		buf_puts(out, "/responses");
		break;
	case API_ANTHROPIC:
		buf_puts(out, "/messages");
		break;
	default:
		buf_puts(out, "/models/");
		append_name(out, model);
		buf_puts(out, r->streamed ? ":streamGenerateContent?alt=sse" : ":generateContent");
		break;
	}
}

static void tell_key(struct provider_request *out, const struct provider *p)
{
	out->provider = p->name;
	out->address = p->address;
	out->key_variable = p->key;
	out->key_header = p->api == API_ANTHROPIC ? "x-api-key"
	                  : p->api == API_GEMINI  ? "x-goog-api-key"
	                                          : "Authorization";
	out->key_before = p->api == API_ANTHROPIC || p->api == API_GEMINI ? "" : "Bearer ";
	out->version = p->api == API_ANTHROPIC ? "2023-06-01" : NULL;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------- */

static enum err check_input(const struct request *r, struct errinfo *e)
{
	if (r->from->messages->input_withheld)
		return err_set(e, ERR_NOT_FOUND,
		               "the input was withheld (privacy mode): there is nothing to repeat");
	for (uint32_t i = 0; i < r->from->messages->n; i++)
		if (r->from->messages->parts[i].side == SIDE_INPUT)
			return ERR_OK;
	return err_set(e, ERR_NOT_FOUND, "no input was sent: there is nothing to repeat");
}

static enum err make(struct request *r, struct errinfo *e)
{
	struct buf model = {0};
	enum err err = check_input(r, e);

	property_text(r, "$ai_model", &model);
	if (err == ERR_OK)
		r->provider = find_provider(r, (struct str){buf_text(&model), model.n}, e);
	if (r->provider == NULL) {
		buf_free(&model);
		return ERR_NOT_FOUND;
	}
	r->api = r->provider->api;
	if (r->provider == &providers[0] && is_responses(r))
		r->api = API_RESPONSES;
	tell_key(r->out, r->provider);
	buf_append(&r->out->model, buf_str(&model));
	write_path(r, buf_str(&model));
	write_body(r, buf_str(&model));
	note_losses(r);
	buf_free(&model);
	return ERR_OK;
}

enum err request_make(struct provider_request *out, const struct request_event *from,
                      unsigned options, struct errinfo *e)
{
	struct request r = {.from = from,
	                    .out = out,
	                    .streamed = (options & REQUEST_STREAMED) != 0,
	                    .elsewhere = (options & REQUEST_ELSEWHERE) != 0};

	*out = (struct provider_request){0};
	return make(&r, e);
}

void request_free(struct provider_request *r)
{
	buf_free(&r->model);
	buf_free(&r->path);
	buf_free(&r->body);
	buf_free(&r->notes);
}
