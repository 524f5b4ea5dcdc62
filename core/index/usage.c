/* What a generation or embedding says of its use and costs. Every rule about such a property stands here, but for what stands
 * inside $ai_usage (usage_raw.c); what follows from it is core/cost's.
 *
 * A count is a whole number from 0 to COST_COUNT_MAX, a price a number from 0 to 9 USD, an amount any number below 9 million
 * USD; all of them may be strings that hold one. Anything else counts as not sent, and is a doubt. So is a negative amount,
 * which counts, as it does at PostHog. Unknown is the same number for all of them. */
#include "index/usage.h"

#include "index/draft.h"

#include <stddef.h>

/* ---- one property ---- */

int64_t draft_tokens(struct draft *d, enum property which)
{
	int64_t value = 0;
	enum value_verdict verdict;

	if (!draft_has(d, which))
		return EVENT_UNKNOWN;
	verdict = value_count(&d->reader->values, d->properties, draft_property(d, which), &value);
	if (verdict == VALUE_WRONG)
		d->suspect |= SUSPECT_TOKENS;
	return verdict == VALUE_OK ? value : EVENT_UNKNOWN;
}

int64_t draft_count(struct draft *d, int64_t count)
{
	if (count <= COST_COUNT_MAX)
		return count;
	d->suspect |= SUSPECT_TOKENS;
	return COST_UNKNOWN;
}

static int64_t count_of(struct draft *d, enum property which)
{
	return draft_count(d, draft_tokens(d, which));
}

int64_t draft_amount(struct draft *d, enum property which)
{
	int64_t value = EVENT_NO_COST;
	enum value_verdict verdict;

	if (!draft_has(d, which))
		return EVENT_NO_COST;
	verdict = value_decimal(&d->reader->values, d->properties, draft_property(d, which),
	                        MONEY_SCALE, &value);
	if (verdict == VALUE_WRONG || value < 0)
		d->suspect |= SUSPECT_COST;
	return verdict == VALUE_OK ? value : EVENT_NO_COST;
}

static int64_t price_of(struct draft *d, enum property which)
{
	int64_t value = 0;
	enum value_verdict verdict;

	if (!draft_has(d, which))
		return PRICE_NONE;
	verdict = value_decimal(&d->reader->values, d->properties, draft_property(d, which),
	                        PRICE_SCALE, &value);
	if (verdict == VALUE_OK && value >= 0)
		return value;
	d->suspect |= SUSPECT_COST;
	return PRICE_NONE;
}

/* ---- all of them ---- */

/* What most events do not have. */
struct rare {
	enum property which;
	uint32_t at; /* of an int64_t in struct cost_usage */
};
#define RARE(which, member)                                                     \
	{                                                                       \
		PROPERTY_##which, (uint32_t)offsetof(struct cost_usage, member) \
	}
static const struct rare rare_counts[] = {
	RARE(CACHE_WRITE_5M, cache_write_5m),
	RARE(CACHE_WRITE_1H, cache_write_1h),
	RARE(AUDIO_INPUT, audio_input),
	RARE(IMAGE_INPUT, image_input),
	RARE(CACHE_READ_AUDIO, cache_read_audio),
	RARE(TEXT_OUTPUT, text_output),
	RARE(AUDIO_OUTPUT, audio_output),
	RARE(IMAGE_OUTPUT, image_output),
	RARE(REQUESTS, requests),
	RARE(SEARCHES, searches),
};
static const struct rare rare_prices[] = {
	RARE(PRICE_INPUT, own_price[PRICE_PROMPT]),
	RARE(PRICE_OUTPUT, own_price[PRICE_COMPLETION]),
	RARE(PRICE_CACHE_READ, own_price[PRICE_CACHE_READ]),
	RARE(PRICE_CACHE_WRITE, own_price[PRICE_CACHE_WRITE]),
	RARE(PRICE_CACHE_WRITE_1H, own_price[PRICE_CACHE_WRITE_1H]),
	RARE(PRICE_REQUEST, own_price[PRICE_REQUEST]),
	RARE(PRICE_SEARCH, own_price[PRICE_WEB_SEARCH]),
};
#define COUNTS (sizeof(rare_counts) / sizeof(rare_counts[0]))
#define OWN    (sizeof(rare_prices) / sizeof(rare_prices[0]))
static int64_t *number_at(struct cost_usage *u, const struct rare *rare)
{
	return (int64_t *)(void *)((char *)u + rare->at);
}

static void read_rare(struct draft *d, struct cost_usage *u)
{
	for (size_t i = 0; i < COUNTS; i++)
		*number_at(u, &rare_counts[i]) = count_of(d, rare_counts[i].which);
	for (size_t i = 0; i < OWN; i++)
		*number_at(u, &rare_prices[i]) = price_of(d, rare_prices[i].which);
	/* What the provider said itself wins. */
	if (draft_has(d, PROPERTY_USAGE))
		draft_read_raw_usage(d, u);
}

static void read_tokens(struct draft *d, struct cost_usage *u)
{
	uint16_t exclusive = draft_property(d, PROPERTY_CACHE_EXCLUSIVE).type;

	u->input = count_of(d, PROPERTY_INPUT_TOKENS);
	u->output = count_of(d, PROPERTY_OUTPUT_TOKENS);
	u->cache_read = count_of(d, PROPERTY_CACHE_READ);
	u->cache_write = count_of(d, PROPERTY_CACHE_WRITE);
	u->reasoning = count_of(d, PROPERTY_REASONING);
	u->exclusive = exclusive == JSON_TRUE;
	u->exclusive_known = exclusive == JSON_TRUE || exclusive == JSON_FALSE;
}

static void read_amounts(struct draft *d, struct cost_usage *u)
{
	u->sent_input = draft_amount(d, PROPERTY_COST_INPUT);
	u->sent_output = draft_amount(d, PROPERTY_COST_OUTPUT);
	u->sent_request = draft_amount(d, PROPERTY_COST_REQUEST);
	u->sent_search = draft_amount(d, PROPERTY_COST_SEARCH);
	u->sent_total = draft_amount(d, PROPERTY_COST_TOTAL);
}

void draft_read_usage(struct draft *d, struct cost_usage *u)
{
	cost_usage_init(u);
	if (draft_found(d, DRAFT_TOKENS))
		read_tokens(d, u);
	if (draft_found(d, DRAFT_COSTS))
		read_amounts(d, u);
	if (draft_found(d, DRAFT_RARE))
		read_rare(d, u);
}

/* ---- one event by itself ---- */

static bool is_charged(struct str name)
{
	return str_eq(name, event_kind_name(EVENT_GENERATION)) ||
	       str_eq(name, event_kind_name(EVENT_EMBEDDING));
}

/* Appends the text; gives its length. */
static size_t keep_text(struct draft *d, enum property which, struct buf *texts)
{
	struct str text = draft_text(d, which);

	buf_append(texts, text);
	return text.n;
}

static void read_texts(struct draft *d, struct buf *texts, struct cost_usage *u)
{
	const enum property which[] = {PROPERTY_MODEL, PROPERTY_PROVIDER, PROPERTY_FRAMEWORK,
	                               PROPERTY_SERVICE_TIER};
	struct str *const out[] = {&u->model, &u->provider, &u->framework, &u->service_tier};
	size_t at = 0;

	buf_clear(texts);
	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++)
		out[i]->n = keep_text(d, which[i], texts);
	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		*out[i] = str_sub(buf_str(texts), at, out[i]->n);
		at += out[i]->n;
	}
}

/* What was sent, and is not known or below nothing. */
static uint64_t doubts(struct draft *d, struct cost_usage *u)
{
	const struct {
		enum property which;
		int64_t value;
	} usual[] = {
		{PROPERTY_INPUT_TOKENS, u->input},      {PROPERTY_OUTPUT_TOKENS, u->output},
		{PROPERTY_CACHE_READ, u->cache_read},   {PROPERTY_CACHE_WRITE, u->cache_write},
		{PROPERTY_REASONING, u->reasoning},     {PROPERTY_COST_INPUT, u->sent_input},
		{PROPERTY_COST_OUTPUT, u->sent_output}, {PROPERTY_COST_REQUEST, u->sent_request},
		{PROPERTY_COST_SEARCH, u->sent_search}, {PROPERTY_COST_TOTAL, u->sent_total},
	};
	uint64_t doubted = 0;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (draft_has(d, usual[i].which) && usual[i].value < 0)
			doubted |= DRAFT_BIT(usual[i].which);
	for (size_t i = 0; i < COUNTS; i++)
		if (draft_has(d, rare_counts[i].which) && *number_at(u, &rare_counts[i]) < 0)
			doubted |= DRAFT_BIT(rare_counts[i].which);
	for (size_t i = 0; i < OWN; i++)
		if (draft_has(d, rare_prices[i].which) && *number_at(u, &rare_prices[i]) < 0)
			doubted |= DRAFT_BIT(rare_prices[i].which);
	return doubted;
}

static bool read_line(struct record_reader *r, struct str line, struct buf *texts,
                      struct cost_usage *out, struct cost_working *w)
{
	struct json_report report;
	enum json_type top;
	struct draft d;

	cost_usage_init(out);
	if (draft_skim(r, line, &top, &report) != JSON_OK ||
	    !is_charged(value_text(&r->values, line, r->member[MEMBER_EVENT])))
		return false;
	draft_start(&d, r, NULL, line);
	draft_decode_properties(&d);
	draft_read_usage(&d, out);
	read_texts(&d, texts, out);
	if (w != NULL) {
		w->suspect = d.suspect;
		w->doubted = doubts(&d, out);
	}
	return true;
}

bool usage_read(struct record_reader *r, struct str line, struct buf *texts, struct cost_usage *out)
{
	return read_line(r, line, texts, out, NULL);
}

static void work_out(struct cost_working *w, const struct prices *prices)
{
	const struct cost_usage *u = &w->usage;
	struct price_choice choice;

	prices_find(prices, u->model, u->provider, u->service_tier, cost_prompt_tokens(u), &choice);
	cost_compute(&w->cost, u, &choice);
	w->cause = cost_cause(&w->cost, u);
}

bool cost_working_read(struct cost_working *w, const struct prices *prices, struct str line)
{
	struct record_reader *r = record_reader_new();
	bool charged;

	*w = (struct cost_working){0};
	charged = read_line(r, line, &w->texts, &w->usage, w);
	if (charged)
		work_out(w, prices);
	record_reader_free(r);
	return charged;
}

void cost_working_doubts(const struct cost_working *w, struct buf *out)
{
	bool first = true;

	for (int which = 0; which < PROPERTIES; which++) {
		if ((w->doubted & DRAFT_BIT(which)) == 0)
			continue;
		buf_puts(out, first ? "" : ", ");
		buf_append(out, property_names[which]);
		first = false;
	}
}

void cost_working_free(struct cost_working *w)
{
	buf_free(&w->texts);
	*w = (struct cost_working){0};
}
