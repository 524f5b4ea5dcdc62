/* The sum of one call. Amounts sent count before anything computed; the sum is computed all the same, for whoever compares.
 * The rules are PostHog's (input-costs.ts, output-costs.ts, context-tiers.ts and their neighbours), but that a count or price
 * which cannot be is none, and that text tokens never come out negative. */
#include "cost/cost.h"

struct sum {
	const struct cost_usage *u;
	const int64_t *own; /* prices sent with the event, or NULL */
	const struct price_row *row;
	struct cost *out;
	bool anthropic;
	bool input_gap, output_gap; /* tokens of this side have no price */
};

void cost_usage_init(struct cost_usage *u)
{
	*u = (struct cost_usage){.model = STR_EMPTY, .provider = STR_EMPTY};
	u->framework = u->service_tier = STR_EMPTY;
	u->input = u->output = u->cache_read = u->cache_write = COST_UNKNOWN;
	u->cache_write_5m = u->cache_write_1h = u->reasoning = COST_UNKNOWN;
	u->audio_input = u->image_input = u->cache_read_audio = COST_UNKNOWN;
	u->text_output = u->audio_output = u->image_output = COST_UNKNOWN;
	u->requests = u->searches = COST_UNKNOWN;
	u->sent_input = u->sent_output = u->sent_request = u->sent_search = COST_UNKNOWN;
	u->sent_total = COST_UNKNOWN;
	for (int of = 0; of < PRICES; of++)
		u->own_price[of] = PRICE_NONE;
}

const char *cost_line_name(enum cost_line line)
{
	static const char *const names[COST_LINES] = {
		[COST_TEXT_INPUT] = "fresh input",    [COST_CACHE_READ] = "cache read",
		[COST_CACHE_WRITE] = "cache write",   [COST_CACHE_WRITE_1H] = "1-hour write",
		[COST_AUDIO_INPUT] = "audio input",   [COST_AUDIO_CACHE] = "cached audio",
		[COST_IMAGE_INPUT] = "image input",   [COST_TEXT_OUTPUT] = "output",
		[COST_REASONING] = "reasoning",       [COST_AUDIO_OUTPUT] = "audio output",
		[COST_IMAGE_OUTPUT] = "image output", [COST_REQUESTS] = "requests",
		[COST_SEARCHES] = "web searches",
	};

	return names[line];
}

/* ---- counts ------------------------------------------------------------------ */

static bool is_count(int64_t count)
{
	return (uint64_t)count <= COST_COUNT_MAX;
}

static int64_t or_none(int64_t count)
{
	return is_count(count) ? count : 0;
}

static bool is_known(int64_t count)
{
	return is_count(count);
}

bool cost_usage_suspect(const struct cost_usage *u)
{
	const int64_t counts[] = {
		u->input,          u->output,           u->cache_read,  u->cache_write,
		u->cache_write_5m, u->cache_write_1h,   u->reasoning,   u->audio_input,
		u->image_input,    u->cache_read_audio, u->text_output, u->audio_output,
		u->image_output,   u->requests,         u->searches};
	const int64_t amounts[] = {u->sent_input, u->sent_output, u->sent_request, u->sent_search,
	                           u->sent_total};
	bool suspect = false;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		suspect |= counts[i] != COST_UNKNOWN && !is_count(counts[i]);
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		suspect |= amounts[i] != COST_UNKNOWN && amounts[i] < 0;
	for (int of = 0; of < PRICES; of++)
		suspect |= u->own_price[of] != PRICE_NONE && u->own_price[of] < 0;
	return suspect;
}

/* ---- how caches are reported --------------------------------------------------- */

static bool equals(struct str text, struct str word)
{
	return text.n == word.n && str_find(text, word, 0, true) == 0;
}

static bool contains(struct str text, struct str word)
{
	return text.n >= word.n && str_find(text, word, 0, true) != SIZE_MAX;
}

static bool is_anthropic(const struct cost_usage *u)
{
	return equals(u->provider, STR("anthropic")) || contains(u->model, STR("anthropic")) ||
	       equals(str_sub(u->model, 0, 6), STR("claude"));
}

static bool splits_writes(const struct cost_usage *u)
{
	return is_known(u->cache_write_5m) && is_known(u->cache_write_1h);
}

static int64_t writes_of(const struct cost_usage *u, bool anthropic)
{
	if (anthropic && splits_writes(u))
		return u->cache_write_5m + u->cache_write_1h;
	return or_none(u->cache_write);
}

/* Whether cache tokens stand beside the input, not in it. */
static bool is_exclusive(const struct cost_usage *u, bool anthropic, bool *guessed)
{
	*guessed = false;
	if (u->exclusive_known)
		return u->exclusive;
	if (anthropic &&
	    !(equals(u->framework, STR("vercel")) && equals(u->provider, STR("gateway"))))
		return true;
	*guessed = is_known(u->input) &&
	           u->input < or_none(u->cache_read) + writes_of(u, anthropic);
	return *guessed;
}

static int64_t prompt_tokens(const struct cost_usage *u, bool anthropic, bool exclusive)
{
	if (!is_known(u->input))
		return COST_UNKNOWN;
	return exclusive ? u->input + or_none(u->cache_read) + writes_of(u, anthropic) : u->input;
}

int64_t cost_prompt_tokens(const struct cost_usage *u)
{
	bool anthropic = is_anthropic(u), guessed;

	return prompt_tokens(u, anthropic, is_exclusive(u, anthropic, &guessed));
}

/* ---- prices -------------------------------------------------------------------- */

static int64_t price_of(const struct sum *s, enum price_of of)
{
	if (s->own != NULL)
		return s->own[of] >= 0 ? s->own[of] : PRICE_NONE;
	return price_at(s->row, of, s->out->prompt_tokens);
}

static money amount_of(int64_t count, int64_t price)
{
	const int64_t unit = 1000000; /* from 1e-18 to 1e-12 USD */
	int64_t amount;

	/* Nearly always. Division of 128 bits is slow, and this is for every line of every event. */
	if (!__builtin_mul_overflow(count, price, &amount) && amount <= INT64_MAX - unit / 2)
		return (amount + unit / 2) / unit;
	return ((money)count * price + unit / 2) / unit;
}

static void add(struct sum *s, enum cost_line line, int64_t count, int64_t price, bool by_default)
{
	bool *gap = line <= COST_IMAGE_INPUT ? &s->input_gap : &s->output_gap;

	if (price == PRICE_NONE) {
		*gap = *gap || count > 0;
		return;
	}
	s->out->lines |= COST_BITS(line, line);
	s->out->parts[line] = (struct cost_part){count, price, amount_of(count, price), by_default};
}

#define WHOLE 10000 /* of which a share is told */

/* Twice what an event may say that a token costs is more than fits. */
static int64_t share_of(int64_t price, int64_t share)
{
	money part = (money)price * share;

	if (price == PRICE_NONE)
		return PRICE_NONE;
	if (part <= INT64_MAX)
		return (int64_t)part / WHOLE;
	return part / WHOLE < INT64_MAX ? (int64_t)(part / WHOLE) : INT64_MAX;
}

/* At a share of another price, where there is none. */
static void add_or(struct sum *s, enum cost_line line, int64_t count, enum price_of of,
                   enum price_of other, int64_t share)
{
	int64_t price;

	if (count <= 0)
		return;
	price = price_of(s, of);
	if (price != PRICE_NONE)
		add(s, line, count, price, false);
	else
		add(s, line, count, share_of(price_of(s, other), share), true);
}

static bool any_part(const struct cost *c, enum cost_line first, enum cost_line last)
{
	return (c->lines & COST_BITS(first, last)) != 0;
}

static money sum_of(const struct cost *c, enum cost_line first, enum cost_line last)
{
	money sum = 0;

	for (uint32_t left = c->lines & COST_BITS(first, last); left; left &= left - 1)
		sum += c->parts[__builtin_ctz(left)].amount;
	return sum;
}

/* ---- the input ------------------------------------------------------------------ */

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t not_negative(struct sum *s, int64_t count)
{
	if (count >= 0)
		return count;
	s->out->suspect = true;
	return 0;
}

static void add_writes(struct sum *s, int64_t writes)
{
	bool one_price = s->own != NULL && price_of(s, PRICE_CACHE_WRITE) != PRICE_NONE;

	if (!s->anthropic) {
		add_or(s, COST_CACHE_WRITE, writes, PRICE_CACHE_WRITE, PRICE_PROMPT, WHOLE);
		return;
	}
	if (splits_writes(s->u)) {
		writes = s->u->cache_write_5m;
		/* Who sends a price for writes means all of them. */
		add_or(s, COST_CACHE_WRITE_1H, s->u->cache_write_1h, PRICE_CACHE_WRITE_1H,
		       one_price ? PRICE_CACHE_WRITE : PRICE_PROMPT, one_price ? WHOLE : 2 * WHOLE);
	}
	add_or(s, COST_CACHE_WRITE, writes, PRICE_CACHE_WRITE, PRICE_PROMPT, WHOLE * 5 / 4);
}

static void add_cached_audio(struct sum *s, int64_t cached)
{
	bool as_read = cached > 0 && price_of(s, PRICE_CACHE_READ) != PRICE_NONE;

	add_or(s, COST_AUDIO_CACHE, cached, PRICE_AUDIO_CACHE,
	       as_read ? PRICE_CACHE_READ : PRICE_PROMPT, as_read ? WHOLE : WHOLE / 2);
}

static bool has_input(const struct cost_usage *u, bool anthropic)
{
	return is_known(u->input) || is_known(u->cache_read) || is_known(u->cache_write) ||
	       (anthropic && splits_writes(u)) || is_known(u->audio_input) ||
	       is_known(u->image_input);
}

static void add_input(struct sum *s)
{
	const struct cost_usage *u = s->u;
	int64_t read = or_none(u->cache_read), writes = writes_of(u, s->anthropic);
	int64_t audio = or_none(u->audio_input), image = or_none(u->image_input);
	int64_t cached_audio = smaller(or_none(u->cache_read_audio), smaller(audio, read));
	int64_t text = or_none(u->input) - audio - image;

	read -= cached_audio;
	if (!s->out->exclusive)
		text -= read + writes;
	if (is_known(u->input))
		add(s, COST_TEXT_INPUT, not_negative(s, text), price_of(s, PRICE_PROMPT), false);
	add_or(s, COST_CACHE_READ, read, PRICE_CACHE_READ, PRICE_PROMPT,
	       s->anthropic ? WHOLE / 10 : WHOLE / 2);
	add_writes(s, writes);
	add_or(s, COST_AUDIO_INPUT, audio - cached_audio, PRICE_AUDIO, PRICE_PROMPT, WHOLE);
	add_cached_audio(s, cached_audio);
	add_or(s, COST_IMAGE_INPUT, image, PRICE_IMAGE, PRICE_PROMPT, WHOLE);
	if (!is_known(u->input) && !any_part(s->out, COST_TEXT_INPUT, COST_IMAGE_INPUT))
		add(s, COST_TEXT_INPUT, 0, price_of(s, PRICE_PROMPT), false);
}

/* ---- the output ----------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Models that do not count reasoning in the output: gemini-2.5-* and gemini-3[.x]-*. */
static bool reasons_beside(struct str model)
{
	for (size_t i = model.n; i > 0; i--)
		if (model.p[i - 1] == '/') {
			model = str_sub(model, i, SIZE_MAX);
			break;
		}
	if (equals(str_sub(model, 0, 11), STR("gemini-2.5-")))
		return true;
	if (!equals(str_sub(model, 0, 8), STR("gemini-3")))
		return false;
	model = str_sub(model, 8, SIZE_MAX);
	if (model.n > 1 && model.p[0] == '.' && is_digit(model.p[1])) {
		model = str_sub(model, 2, SIZE_MAX);
		while (model.n > 0 && is_digit(model.p[0]))
			model = str_sub(model, 1, SIZE_MAX);
	}
	return model.n > 0 && model.p[0] == '-';
}

static bool adds_reasoning(const struct cost_usage *u)
{
	return is_known(u->reasoning) && reasons_beside(u->model);
}

static bool has_output(const struct cost_usage *u)
{
	return is_known(u->output) || is_known(u->text_output) || is_known(u->audio_output) ||
	       is_known(u->image_output) || adds_reasoning(u);
}

static void add_output(struct sum *s)
{
	const struct cost_usage *u = s->u;
	int64_t audio = or_none(u->audio_output), image = or_none(u->image_output);
	int64_t text = is_known(u->text_output) ? u->text_output
	                                        : or_none(u->output) - audio - image;
	int64_t completion = price_of(s, PRICE_COMPLETION);

	if (is_known(u->text_output) || is_known(u->output))
		add(s, COST_TEXT_OUTPUT, not_negative(s, text), completion, false);
	if (adds_reasoning(u) && u->reasoning > 0)
		add(s, COST_REASONING, u->reasoning, completion, false);
	add_or(s, COST_AUDIO_OUTPUT, audio, PRICE_AUDIO_OUTPUT, PRICE_COMPLETION, WHOLE);
	add_or(s, COST_IMAGE_OUTPUT, image, PRICE_IMAGE_OUTPUT, PRICE_COMPLETION, WHOLE);
	if (!any_part(s->out, COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT))
		add(s, COST_TEXT_OUTPUT, 0, completion, false);
}

static void add_calls(struct sum *s)
{
	int64_t price = price_of(s, PRICE_REQUEST);
	int64_t requests = is_known(s->u->requests) ? s->u->requests : 1;

	/* Paid for the call itself, whether tokens are known or not. */
	if (price != PRICE_NONE && price > 0 && requests > 0)
		add(s, COST_REQUESTS, requests, price, false);
	price = price_of(s, PRICE_WEB_SEARCH);
	if (price != PRICE_NONE && or_none(s->u->searches) > 0)
		add(s, COST_SEARCHES, s->u->searches, price, false);
}

/* ---- all of it ------------------------------------------------------------------- */

static void compute(struct sum *s)
{
	struct cost *out = s->out;

	if (has_input(s->u, s->anthropic))
		add_input(s);
	if (has_output(s->u))
		add_output(s);
	add_calls(s);
	out->computed = any_part(out, 0, COST_LINES - 1);
	out->computed_partial = s->input_gap || s->output_gap || !has_input(s->u, s->anthropic) ||
	                        (!has_output(s->u) && price_of(s, PRICE_COMPLETION) > 0);
	out->computed_input = sum_of(out, COST_TEXT_INPUT, COST_IMAGE_INPUT);
	out->computed_output = sum_of(out, COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT);
	out->computed_total = sum_of(out, 0, COST_LINES - 1);
}

/* One of the four sums of the total: as sent, else as computed. */
static bool side(const struct cost *c, int64_t sent, enum cost_line first, enum cost_line last,
                 money *sum)
{
	if (sent != COST_UNKNOWN) {
		*sum += sent;
		return true;
	}
	*sum += sum_of(c, first, last);
	return any_part(c, first, last);
}

static void total_by_sides(const struct sum *s)
{
	const struct cost_usage *u = s->u;
	struct cost *out = s->out;
	bool in = side(out, u->sent_input, COST_TEXT_INPUT, COST_IMAGE_INPUT, &out->total);
	bool result = side(out, u->sent_output, COST_TEXT_OUTPUT, COST_IMAGE_OUTPUT, &out->total);
	bool request = side(out, u->sent_request, COST_REQUESTS, COST_REQUESTS, &out->total);
	bool search = side(out, u->sent_search, COST_SEARCHES, COST_SEARCHES, &out->total);

	out->source = in || result || request || search ? COST_ESTIMATED : COST_UNPRICED;
	out->incomplete = out->source == COST_ESTIMATED &&
	                  ((u->sent_input == COST_UNKNOWN && s->input_gap) ||
	                   (u->sent_output == COST_UNKNOWN && s->output_gap));
}

static void take_total(const struct sum *s)
{
	const struct cost_usage *u = s->u;
	struct cost *out = s->out;

	/* Also with $ai_cost_passthrough: what was sent counts in any case. */
	out->source = COST_REPORTED;
	if (u->sent_total != COST_UNKNOWN) {
		out->total = u->sent_total;
	} else if (u->sent_input != COST_UNKNOWN && u->sent_output != COST_UNKNOWN) {
		out->total = (money)u->sent_input + u->sent_output;
		out->total += u->sent_request != COST_UNKNOWN ? u->sent_request : 0;
		out->total += u->sent_search != COST_UNKNOWN ? u->sent_search : 0;
	} else {
		total_by_sides(s);
	}
}

void cost_compute_sound(struct cost *out, const struct cost_usage *u,
                        const struct price_choice *choice)
{
	struct sum s = {.u = u, .out = out, .row = choice->row, .anthropic = is_anthropic(u)};

	memset(out, 0, sizeof(*out));
	out->choice = *choice;
	for (int line = 0; line < COST_LINES; line++)
		out->parts[line].count = COST_UNKNOWN;
	out->exclusive = is_exclusive(u, s.anthropic, &out->exclusive_guessed);
	out->prompt_tokens = prompt_tokens(u, s.anthropic, out->exclusive);
	out->own_prices = u->own_price[PRICE_PROMPT] >= 0 && u->own_price[PRICE_COMPLETION] >= 0;
	if (out->own_prices) {
		s.own = u->own_price;
		out->choice = (struct price_choice){0};
	}
	if (s.own != NULL || s.row != NULL)
		compute(&s);
	else
		s.input_gap = s.output_gap = true;
	take_total(&s);
}

void cost_compute(struct cost *out, const struct cost_usage *u, const struct price_choice *choice)
{
	cost_compute_sound(out, u, choice);
	out->suspect |= cost_usage_suspect(u);
}
