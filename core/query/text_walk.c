/* From the beginning of an event to a byte of it. Hits of words that are frequent stand early in an event, and to follow names,
 * strings and brackets so far takes a small part of what a tree of all of it does.
 *
 * What is plain: the names of the members of the event and of its properties. Of $ai_input and $ai_output_choices, which are read
 * before the other properties, strings, and those that [message.]content, [message.]content.text and [message.]parts.text lead
 * to. Of the states, where those are not there, members that say something. All that only if they look like prose: what is no
 * document, no payload and no address stands in a part as it was sent, whatever else is there.
 *
 * The JSON was well-formed when it was loaded. Whatever it is by now, nothing around it is read. */
#include "query/text_walk.h"

#define PROSE_MAX 256 /* bytes in which a text has a blank */

enum step {
	STEP_EVENT,
	STEP_PROPERTIES,
	STEP_MESSAGES,
	STEP_MESSAGE,
	STEP_CONTENT,
	STEP_PARTS,
	STEP_STATE,
	STEP_SAID,
	STEP_TOLD, /* of a state */
	STEP_NAME,
	STEP_NOWHERE,
	STEP_UNKNOWN,
	STEPS,
};

/* Where a member's name leads to. */
struct way {
	struct str name;
	enum step to;
};
static const struct way of_event[] = {
	{STR("properties"), STEP_PROPERTIES},
	{STR("uuid"), STEP_NAME},
	{STR("distinct_id"), STEP_NAME},
	{STR("timestamp"), STEP_NOWHERE},
	{{NULL, 0}, STEP_UNKNOWN},
};
static const struct way of_properties[] = {
	{STR("$ai_input"), STEP_MESSAGES},
	{STR("$ai_output_choices"), STEP_MESSAGES},
	{STR("$ai_input_state"), STEP_STATE},
	{STR("$ai_output_state"), STEP_STATE},
	{STR("$ai_tools"), STEP_NOWHERE},
	{STR("$ai_trace_id"), STEP_NAME},
	{STR("$ai_session_id"), STEP_NAME},
	{STR("$ai_span_id"), STEP_NAME},
	{STR("$ai_parent_id"), STEP_NAME},
	{STR("$ai_span_name"), STEP_NAME},
	{STR("$ai_model"), STEP_NAME},
	{STR("$ai_provider"), STEP_NAME},
	{{NULL, 0}, STEP_UNKNOWN},
};
static const struct way of_messages[] = {
	{STR("content"), STEP_CONTENT},
	{STR("message"), STEP_MESSAGE},
	{STR("parts"), STEP_PARTS},
	{{NULL, 0}, STEP_UNKNOWN},
};
static const struct way of_message[] = {
	{STR("content"), STEP_CONTENT},
	{STR("parts"), STEP_PARTS},
	{{NULL, 0}, STEP_UNKNOWN},
};
static const struct way of_content[] = {
	{STR("text"), STEP_SAID},
	{{NULL, 0}, STEP_UNKNOWN},
};
/* None of these is quiet (message/leftover.c), whatever the state is. */
static const struct way of_state[] = {
	{STR("query"), STEP_TOLD},  {STR("question"), STEP_TOLD}, {STR("input"), STEP_TOLD},
	{STR("text"), STEP_TOLD},   {STR("result"), STEP_TOLD},   {STR("output"), STEP_TOLD},
	{STR("answer"), STEP_TOLD}, {{NULL, 0}, STEP_UNKNOWN},
};
static const struct way nowhere[] = {{{NULL, 0}, STEP_NOWHERE}};
static const struct way unknown[] = {{{NULL, 0}, STEP_UNKNOWN}};

static const struct way *const ways[STEPS] = {
	[STEP_EVENT] = of_event,       [STEP_PROPERTIES] = of_properties,
	[STEP_MESSAGES] = of_messages, [STEP_MESSAGE] = of_message,
	[STEP_CONTENT] = of_content,   [STEP_PARTS] = of_content,
	[STEP_STATE] = of_state,       [STEP_SAID] = unknown,
	[STEP_TOLD] = unknown,         [STEP_NAME] = unknown,
	[STEP_NOWHERE] = nowhere,      [STEP_UNKNOWN] = unknown,
};

/* Names of one length begin alike more often than they end so. */
static bool is_name(struct str name, struct str wanted)
{
	return name.n == wanted.n && name.p[name.n - 1] == wanted.p[name.n - 1] &&
	       memcmp(name.p, wanted.p, name.n) == 0;
}

static enum step step_to(enum step from, struct str name)
{
	const struct way *way = ways[from];

	while (way->name.p && !is_name(name, way->name))
		way++;
	return way->to;
}

/* ---- strings ---- */

static bool is_letter(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '.';
}

/* Several words, or no ASCII, are no payload; and no document if they do not begin as one. */
static bool is_prose(struct str raw)
{
	size_t n = 0;

	if (raw.n < 2 || strchr(" \t\n\v\f\r[{", raw.p[0]) || (raw.p[0] == '\\' && raw.p[1] == '"'))
		return false;
	if (raw.p[0] & 0x80)
		return true;
	while (n < raw.n && is_letter(raw.p[n]))
		n++;
	return n < raw.n && !strchr("=(:", raw.p[n]) &&
	       memchr(raw.p + n, ' ', raw.n - n < PROSE_MAX ? raw.n - n : PROSE_MAX);
}

/* Then no state is read. */
static bool has_messages(struct text_walk *w)
{
	enum { UNKNOWN, NO, YES };
	uint8_t *known = &w->messages_known[w->output];

	if (*known == UNKNOWN)
		*known = find_bytes(&w->messages[w->output], w->json, 0) == SIZE_MAX ? NO : YES;
	return *known == YES;
}

static enum text_stands said(const struct text_walk *w, struct str raw)
{
	if (!is_prose(raw))
		return TEXT_STANDS_UNKNOWN;
	return w->output ? TEXT_STANDS_OUTPUT : TEXT_STANDS_INPUT;
}

static enum text_stands value_stands(struct text_walk *w, enum step step, struct str raw)
{
	switch (step) {
	case STEP_NAME:
		return TEXT_STANDS_NAME;
	case STEP_NOWHERE:
		return TEXT_STANDS_NOWHERE;
	case STEP_MESSAGES:
	case STEP_CONTENT:
	case STEP_SAID:
		return said(w, raw);
	case STEP_TOLD:
		return has_messages(w) ? TEXT_STANDS_UNKNOWN : said(w, raw);
	default:
		return TEXT_STANDS_UNKNOWN;
	}
}

static enum text_stands name_stands(enum step step)
{
	return step <= STEP_PROPERTIES || step == STEP_NOWHERE ? TEXT_STANDS_NOWHERE
	                                                       : TEXT_STANDS_UNKNOWN;
}

/* ---- the walk ---- */

/* Whether a backslash makes it a part of the string, which begins at start. */
static bool is_escaped(const char *quote, const char *start)
{
	const char *p = quote;

	while (p > start && p[-1] == '\\')
		p--;
	return (quote - p) % 2 != 0;
}

/* The quote that ends the string, or the end of the text. */
static size_t string_end(struct str json, size_t start)
{
	const char *end = json.p + json.n, *at = json.p + start, *quote;

	for (; (quote = memchr(at, '"', (size_t)(end - at))) != NULL; at = quote + 1) {
		if (quote[-1] != '\\' || !is_escaped(quote, json.p + start))
			return (size_t)(quote - json.p);
	}
	return json.n;
}

static void pass_name(struct text_walk *w, struct text_walk_level *level)
{
	struct str name = str_sub(w->json, w->start, w->end - w->start);

	level->value = (uint8_t)step_to((enum step)level->step, name);
	level->name_next = false;
	if (level->value == STEP_STATE || level->value == STEP_MESSAGES)
		w->output = str_starts(name, STR("$ai_output"));
}

static void pass_string(struct text_walk *w, struct text_walk_level *level)
{
	w->start = w->at + 1;
	w->end = string_end(w->json, w->start);
	w->at = w->end + 1;
	w->is_name = level->name_next;
	if (w->is_name)
		pass_name(w, level);
}

static void enter(struct text_walk *w, bool object)
{
	uint8_t step = w->depth > 0 ? w->levels[w->depth - 1].value : STEP_EVENT;

	w->lost = w->depth == TEXT_WALK_DEPTH;
	if (w->lost)
		return;
	w->levels[w->depth++] = (struct text_walk_level){
		.step = step, .value = step, .object = object, .name_next = object};
	w->at++;
}

static const bool begins_or_ends[UINT8_MAX + 1] = {
	['"'] = true, [','] = true, ['['] = true, [']'] = true, ['{'] = true, ['}'] = true,
};

/* To the next byte that begins or ends something, and past what that is; there is a level. */
static void walk_on(struct text_walk *w)
{
	struct text_walk_level *level = &w->levels[w->depth - 1];
	size_t at = w->at;

	while (at < w->json.n && !begins_or_ends[(uint8_t)w->json.p[at]])
		at++;
	w->at = at;
	w->lost = at == w->json.n;
	switch (w->lost ? '\0' : w->json.p[at]) {
	case '"':
		pass_string(w, level);
		return;
	case '{':
	case '[':
		enter(w, w->json.p[at] == '{');
		return;
	case '}':
	case ']':
		w->lost = --w->depth == 0;
		break;
	case ',':
		level->name_next = level->object;
		break;
	default:
		break;
	}
	w->at++;
}

void text_walk_init(struct text_walk *w)
{
	static const struct str names[] = {STR("\"$ai_input\""), STR("\"$ai_output_choices\"")};

	*w = (struct text_walk){.lost = true};
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < names[side].n; i++)
			find_bytes_add(&w->messages[side], (uint8_t)names[side].p[i], 0);
	}
}

void text_walk_begin(struct text_walk *w, struct str json)
{
	w->json = json;
	w->at = w->start = w->end = 0;
	w->depth = 0;
	w->messages_known[0] = w->messages_known[1] = 0;
	w->output = false;
	w->lost = json.n == 0 || json.p[0] != '{';
	if (!w->lost)
		enter(w, true);
}

enum text_stands text_walk_to(struct text_walk *w, size_t byte, struct str *text)
{
	size_t end = byte < w->json.n ? byte + 1 : w->json.n;
	const struct text_walk_level *level;

	while (!w->lost && w->at < end)
		walk_on(w);
	if (w->lost || byte < w->start || byte >= w->end)
		return TEXT_STANDS_UNKNOWN;
	*text = str_sub(w->json, w->start, w->end - w->start);
	level = &w->levels[w->depth - 1];
	return w->is_name ? name_stands((enum step)level->step)
	                  : value_stands(w, (enum step)level->value, *text);
}
