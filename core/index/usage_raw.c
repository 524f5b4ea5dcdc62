/* Token counts out of $ai_usage: what a provider's own API said, as SDKs pass it on. PostHog's ingestion reads it so
 * (modality-tokens.ts): OpenAI's audio tokens, Gemini's modalities, how long Anthropic and Bedrock keep what is written to
 * their caches; each of them as the provider names it, as Vercel's SDK does, or inside that SDK's wrappers.
 *
 * Only JSON numbers count here. An object is skimmed once for each level that it stands at, and there are no more than six. */
#include "index/draft.h"

#define DETAILS_MAX 64 /* elements of an array that are looked at: senders have one a modality */

struct raw {
	struct draft *draft;
	struct cost_usage *out;
};
struct level { /* the members of one object */
	struct str doc;
	struct json_slice member[USAGES];
};

/* ---- values ---- */

/* Of an object; anything else has no members. */
static bool enter(const struct raw *raw, struct level *level, struct str object)
{
	struct json_want want = {.outer = raw->draft->reader->usage};
	struct json_report report;
	enum json_type top;

	level->doc = object;
	return object.n > 0 &&
	       json_skim(object, &want, level->member, NULL, &top, &report) == JSON_OK &&
	       top == JSON_OBJECT;
}

static struct str value_at(const struct level *level, enum usage_member which, enum json_type type)
{
	struct json_slice v = level->member[which];

	return v.type == type ? json_slice_str(level->doc, v) : STR_EMPTY;
}

static bool enter_member(const struct raw *raw, struct level *inner, const struct level *level,
                         enum usage_member which)
{
	return enter(raw, inner, value_at(level, which, JSON_OBJECT));
}

/* The next element of an array, of the first few. */
static bool next_detail(struct str array, size_t *at, uint32_t *seen, struct str *element)
{
	*element = *seen < DETAILS_MAX ? value_next_element(array, at) : STR_EMPTY;
	++*seen;
	return element->n > 0;
}

static bool is(struct str text, struct str word) /* in any case */
{
	return text.n == word.n && str_find(text, word, 0, true) == 0;
}

static bool is_there(const struct level *level, enum usage_member which)
{
	return level->member[which].type > JSON_NULL;
}

static bool number(const struct raw *raw, const struct level *level, enum usage_member which,
                   int64_t *out)
{
	struct json_slice v = level->member[which];

	if (v.type != JSON_NUMBER)
		return false;
	if (value_count(&raw->draft->reader->values, level->doc, v, out) != VALUE_OK) {
		raw->draft->suspect |= SUSPECT_TOKENS;
		return false;
	}
	*out = draft_count(raw->draft, *out);
	return *out != COST_UNKNOWN;
}

/* SDKs send 0 for what a call had none of, where another property may know better. */
static void take_some(const struct raw *raw, const struct level *level, enum usage_member which,
                      int64_t *out)
{
	int64_t count;

	if (out != NULL && number(raw, level, which, &count) && count > 0)
		*out = count;
}

static void take(const struct raw *raw, const struct level *level, enum usage_member which,
                 int64_t *out)
{
	int64_t count;

	if (out != NULL && number(raw, level, which, &count))
		*out = count;
}

/* ---- modalities ---- */

/* Where the counts of a modality go; NULL: nowhere. */
struct modalities {
	int64_t *text, *audio, *image;
};

/* {"modality":"AUDIO","tokenCount":750} */
static void read_modality(const struct raw *raw, struct str element, const struct modalities *to)
{
	struct level level;
	enum usage_member count;
	struct str name;

	if (!enter(raw, &level, element))
		return;
	count = is_there(&level, USAGE_COUNT) ? USAGE_COUNT : USAGE_COUNT_;
	name = value_at(&level, USAGE_MODALITY, JSON_STRING);
	if (is(name, STR("text")))
		take(raw, &level, count, to->text);
	else if (is(name, STR("audio")))
		take_some(raw, &level, count, to->audio);
	else if (is(name, STR("image")))
		take_some(raw, &level, count, to->image);
}

static void read_modalities(const struct raw *raw, const struct level *level,
                            enum usage_member which, const struct modalities *to)
{
	struct str array = value_at(level, which, JSON_ARRAY), element;
	struct level inner;
	uint32_t seen = 0;
	size_t at = 1;

	if (array.n > 0) {
		while (next_detail(array, &at, &seen, &element))
			read_modality(raw, element, to);
	} else if (enter_member(raw, &inner, level, which)) {
		take(raw, &inner, USAGE_TEXT_TOKENS, to->text);
		take_some(raw, &inner, USAGE_AUDIO_TOKENS, to->audio);
		take_some(raw, &inner, USAGE_IMAGE_TOKENS, to->image);
	}
}

static void read_gemini(const struct raw *raw, const struct level *level)
{
	struct cost_usage *u = raw->out;
	const struct modalities input = {.audio = &u->audio_input, .image = &u->image_input};
	const struct modalities output = {.text = &u->text_output, .image = &u->image_output};
	const struct modalities cache = {.audio = &u->cache_read_audio};
	enum usage_member out = USAGE_OUTPUT_DETAIL;

	if (is_there(level, USAGE_OUTPUT_DETAILS))
		out = USAGE_OUTPUT_DETAILS;
	else if (is_there(level, USAGE_OUTPUT_DETAILS_))
		out = USAGE_OUTPUT_DETAILS_;
	read_modalities(raw, level,
	                is_there(level, USAGE_PROMPT_DETAILS) ? USAGE_PROMPT_DETAILS
	                                                      : USAGE_PROMPT_DETAILS_,
	                &input);
	read_modalities(raw, level, out, &output);
	read_modalities(raw, level,
	                is_there(level, USAGE_CACHE_TOKENS_DETAILS) ? USAGE_CACHE_TOKENS_DETAILS
	                                                            : USAGE_CACHE_TOKENS_DETAILS_,
	                &cache);
}

static void read_openai(const struct raw *raw, const struct level *level)
{
	struct level prompt, cached;

	if (!enter_member(raw, &prompt, level, USAGE_PROMPT_DETAILS_))
		return;
	take_some(raw, &prompt, USAGE_AUDIO, &raw->out->audio_input);
	if (enter_member(raw, &cached, &prompt, USAGE_CACHED_DETAILS))
		take_some(raw, &cached, USAGE_AUDIO, &raw->out->cache_read_audio);
}

/* ---- how long caches keep what is written ---- */

static void read_anthropic(const struct raw *raw, const struct level *level)
{
	struct level written;

	if (!enter_member(raw, &written, level, USAGE_CACHE_CREATION))
		return;
	take(raw, &written, USAGE_5M, &raw->out->cache_write_5m);
	take(raw, &written, USAGE_1H, &raw->out->cache_write_1h);
}

/* {"inputTokens":100,"ttl":"5m"} */
static bool add_detail(const struct raw *raw, struct str element, int64_t sums[2])
{
	struct level level;
	struct str ttl;
	int64_t count;
	bool hour;

	if (!enter(raw, &level, element))
		return false;
	ttl = value_at(&level, USAGE_TTL, JSON_STRING);
	hour = is(ttl, STR("1h")) || is(ttl, STR("t1h"));
	if (!hour && !is(ttl, STR("5m")) && !is(ttl, STR("t5m")))
		return false;
	if (!number(raw, &level, USAGE_INPUT_TOKENS, &count))
		return false;
	sums[hour] += count;
	return true;
}

static void read_bedrock(const struct raw *raw, const struct level *level)
{
	struct level bedrock, usage;
	int64_t sums[2] = {0, 0}; /* for five minutes, for an hour */
	struct str details, element;
	uint32_t seen = 0;
	size_t at = 1;
	bool found = false;

	if (!enter_member(raw, &bedrock, level, USAGE_AMAZON_BEDROCK) &&
	    !enter_member(raw, &bedrock, level, USAGE_BEDROCK))
		return;
	if (!enter_member(raw, &usage, &bedrock, USAGE_USAGE))
		return;
	details = value_at(&usage, USAGE_CACHE_DETAILS, JSON_ARRAY);
	while (next_detail(details, &at, &seen, &element))
		found |= add_detail(raw, element, sums);
	if (!found)
		return;
	raw->out->cache_write_5m = draft_count(raw->draft, sums[0]);
	raw->out->cache_write_1h = draft_count(raw->draft, sums[1]);
}

/* ---- wrappers ---- */

/* A provider's own usage. */
static void read_usage(const struct raw *raw, const struct level *level)
{
	read_anthropic(raw, level);
	read_gemini(raw, level);
	read_openai(raw, level);
}

static void read_usage_at(const struct raw *raw, const struct level *level, enum usage_member which,
                          enum usage_member inside)
{
	struct level wrapper, usage;

	if (enter_member(raw, &wrapper, level, which) &&
	    enter_member(raw, &usage, &wrapper, inside))
		read_usage(raw, &usage);
}

/* What Vercel's SDK puts around it, of which @posthog/ai may put another around that. */
static void read_wrappers(const struct raw *raw, const struct level *level)
{
	struct level metadata, google;

	read_usage_at(raw, level, USAGE_USAGE, USAGE_RAW);
	read_usage_at(raw, level, USAGE_RAW_RESPONSE, USAGE_USAGE_METADATA);
	if (!enter_member(raw, &metadata, level, USAGE_PROVIDER_METADATA))
		return;
	if (enter_member(raw, &google, &metadata, USAGE_GOOGLE))
		read_usage(raw, &google);
	read_bedrock(raw, &metadata);
	read_usage_at(raw, &metadata, USAGE_ANTHROPIC, USAGE_USAGE);
}

void draft_read_raw_usage(struct draft *d, struct cost_usage *u)
{
	const struct raw raw = {d, u};
	struct json_slice sent = draft_property(d, PROPERTY_USAGE);
	struct level level, wrapped;

	if (sent.type != JSON_OBJECT || !enter(&raw, &level, json_slice_str(d->properties, sent)))
		return;
	read_usage(&raw, &level);
	read_wrappers(&raw, &level);
	if (enter_member(&raw, &wrapped, &level, USAGE_RAW_USAGE))
		read_wrappers(&raw, &wrapped);
}
