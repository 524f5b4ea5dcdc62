/* Which row is for a model: first whose name fits, by the steps below in their order; then whose prices, since a name that fits
 * may have prices of several providers.
 *
 * Rows of "posthog-manual" are PostHog's manual table, those of "openrouter" the default prices of a name; all others are a
 * provider's own, which count for the same bare name where the event names that provider. */
#include "cost/prices_internal.h"

#define MANUAL  STR("posthog-manual")
#define DEFAULT STR("openrouter")
#define SPECIAL STR("gemini-2.5-pro-preview")

/* OpenRouter's promise; the table has no such rows, PostHog's has them with prices of zero. */
static const struct price_row free_row = {
	.model = {":free", 5},
	.provider = {"openrouter", 10},
	.price =
		{
			[PRICE_PROMPT] = 0,
			[PRICE_COMPLETION] = 0,
			[PRICE_CACHE_READ... PRICE_AUDIO_CACHE] = PRICE_NONE,
		},
};

/* ---- names ------------------------------------------------------------------ */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool digits_at_end(struct str s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_digit(s.p[s.n - 1 - i]))
			return false;
	return true;
}

/* -2025-08-07, -20250807, @20250807 */
static struct str without_date(struct str s)
{
	if (s.n > 11 && s.p[s.n - 11] == '-' && s.p[s.n - 6] == '-' && s.p[s.n - 3] == '-' &&
	    digits_at_end(s, 2) && digits_at_end(str_sub(s, 0, s.n - 3), 2) &&
	    digits_at_end(str_sub(s, 0, s.n - 6), 4))
		return str_sub(s, 0, s.n - 11);
	if (s.n > 9 && (s.p[s.n - 9] == '-' || s.p[s.n - 9] == '@') && digits_at_end(s, 8))
		return str_sub(s, 0, s.n - 9);
	return s;
}

static struct str joined(struct arena *a, struct str begin, struct str end)
{
	char *p = arena_alloc(a, begin.n + end.n + 1);

	memcpy(p, begin.p, begin.n);
	memcpy(p + begin.n, end.p, end.n);
	return (struct str){p, begin.n + end.n};
}

/* An inference profile of Bedrock (us.anthropic.claude-...) by the name that its prices stand under; empty if it is none. */
static struct str profile_name(struct arena *a, struct str name)
{
	static const char *const regions[] = {"us.", "us-gov.", "eu.", "apac.",
	                                      "au.", "jp.",     "ca."};

	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		struct str region = str_of(regions[i]);

		if (str_starts(name, region))
			return joined(a, STR("regional."), str_sub(name, region.n, SIZE_MAX));
	}
	return str_starts(name, STR("global.")) ? name : STR_EMPTY;
}

/* ---- which rows are asked ------------------------------------------------------ */

struct looking {
	const struct prices *prices;
	struct str provider; /* by its key in the table */
	bool as_posthog; /* which has neither a person's rows nor those that only a provider names */
};

enum among {
	AMONG_OWN,
	AMONG_MANUAL,
	AMONG_NAMES, /* all others */
	AMONG_PARTS, /* those of them whose names count when they are not quite the same */
};

static bool is_manual(const struct price_row *row)
{
	return str_eq(row->provider, MANUAL);
}

static bool is_default(const struct price_row *row)
{
	return row->provider.n == 0 || str_eq(row->provider, DEFAULT);
}

static bool is_among(const struct looking *l, const struct price_row *row, enum among among)
{
	bool is_own = row->table == PRICES_OWN;

	if (l->as_posthog && (is_own || (!is_manual(row) && !is_default(row))))
		return false;
	if (among == AMONG_OWN)
		return is_own;
	if (is_manual(row) != (among == AMONG_MANUAL))
		return false;
	return among != AMONG_PARTS || is_own || is_default(row) ||
	       str_eq(row->provider, l->provider);
}

static const struct price_list *list_of(const struct looking *l, int table)
{
	return &l->prices->lists[table];
}

static const struct price_row *row_at(const struct price_list *list, uint32_t entry)
{
	return list->entries[entry].row;
}

/* ---- whose name fits --------------------------------------------------------- */

/* The first row that has the text as this form of its name. */
static const struct price_row *find_equal(const struct looking *l, struct str text, int as,
                                          enum among among)
{
	for (int table = PRICE_TABLES - 1; table >= 0; table--) {
		const struct price_list *list = list_of(l, table);
		const struct price_form *form;
		uint32_t at = 0;

		while ((form = price_list_next(list, text, &at)) != NULL)
			if ((form->is & 1 << as) != 0 && str_eq(form->text, text) &&
			    is_among(l, row_at(list, form->entry), among))
				return row_at(list, form->entry);
	}
	return NULL;
}

static const struct price_row *find_name_or_bare(const struct looking *l,
                                                 const struct str forms[PRICE_FORMS],
                                                 enum among among)
{
	const struct price_row *row = find_equal(l, forms[FORM_NAME], FORM_NAME, among);

	return row != NULL ? row : find_equal(l, forms[FORM_AFTER_SLASH], FORM_NAME, among);
}

/* Newer ids leave away what stands behind the model in the table: -v1:0, or :0. */
static bool is_version(struct str rest)
{
	return rest.n == 0 || rest.p[0] == ':' || str_starts(rest, STR("-v"));
}

static const struct price_row *find_profile(const struct looking *l, struct arena *a,
                                            struct str name)
{
	struct str profile = profile_name(a, name);
	const struct price_list *list = list_of(l, PRICES_BUILTIN);
	const struct price_form *form;
	uint32_t at = 0;

	while (profile.n > 0 && (form = price_list_next(list, profile, &at)) != NULL)
		if (str_starts(form->text, profile) &&
		    is_version(str_sub(form->text, profile.n, SIZE_MAX)) &&
		    is_among(l, row_at(list, form->entry), AMONG_NAMES))
			return row_at(list, form->entry);
	return NULL;
}

struct longest {
	const struct price_row *row;
	size_t n;
	uint32_t entry;
};

/* The longest of a table's forms that stands in the text; of several the first row. */
static void look_inside(const struct looking *l, const struct price_list *list, struct str text,
                        struct longest *best)
{
	for (; text.n > best->n || (text.n == best->n && text.n > 0);
	     text = str_sub(text, 1, SIZE_MAX)) {
		const struct price_form *form;
		uint32_t at = 0;

		while ((form = price_list_next(list, text, &at)) != NULL)
			if ((form->text.n > best->n ||
			     (form->text.n == best->n && form->entry < best->entry)) &&
			    str_starts(text, form->text) &&
			    is_among(l, row_at(list, form->entry), AMONG_PARTS))
				*best = (struct longest){row_at(list, form->entry), form->text.n,
				                         form->entry};
	}
}

static const struct price_row *find_inside(const struct looking *l,
                                           const struct str forms[PRICE_FORMS])
{
	struct longest best = {0};

	for (int table = PRICE_TABLES - 1; table >= 0; table--) {
		best.entry = 0; /* a table before this one is not beaten by the same length */
		for (int form = 0; form < PRICE_FORMS; form++)
			if (form == 0 || !str_eq(forms[form], forms[form - 1]))
				look_inside(l, list_of(l, table), forms[form], &best);
	}
	return best.row;
}

static const struct price_row *find_around(const struct looking *l,
                                           const struct str forms[PRICE_FORMS])
{
	for (int table = PRICE_TABLES - 1; table >= 0; table--) {
		const struct price_list *list = list_of(l, table);
		uint32_t first = list->n;

		for (int form = 0; form < PRICE_FORMS; form++) {
			uint32_t entry = list->n;

			if (form == 0 || !str_eq(forms[form], forms[form - 1]))
				entry = price_list_around(list, forms[form], 0);
			while (entry < first && !is_among(l, row_at(list, entry), AMONG_PARTS))
				entry = price_list_around(list, forms[form], entry + 1);
			first = entry < first ? entry : first;
		}
		if (first < list->n)
			return row_at(list, first);
	}
	return NULL;
}

/* By its own name: exact, or the same but for what parts its words. */
static const struct price_row *find_exact(const struct looking *l, struct arena *a,
                                          const struct str forms[PRICE_FORMS])
{
	const struct price_row *row = find_equal(l, forms[FORM_NAME], FORM_NAME, AMONG_NAMES);

	if (row == NULL && !l->as_posthog)
		row = find_profile(l, a, forms[FORM_AFTER_SLASH]);
	if (row == NULL && !l->as_posthog && forms[FORM_BARE].n > 0)
		row = find_equal(l, forms[FORM_BARE], FORM_BARE, AMONG_PARTS);
	return row;
}

static const struct price_row *find_loosely(const struct looking *l, struct arena *a,
                                            struct str name, enum price_match *match)
{
	struct str cut = l->as_posthog ? name : without_date(name);
	struct str forms[PRICE_FORMS];
	const struct price_row *row = NULL;

	prices_forms(a, cut, forms);
	if (cut.n != name.n) {
		*match = MATCH_DATED;
		row = find_exact(l, a, forms);
	}
	if (row == NULL) {
		*match = MATCH_INSIDE;
		row = find_inside(l, forms);
	}
	if (row == NULL) {
		*match = MATCH_AROUND;
		row = find_around(l, forms);
	}
	return row;
}

static const struct price_row *find_name(const struct looking *l, struct arena *a, struct str name,
                                         enum price_match *match)
{
	struct str forms[PRICE_FORMS];
	const struct price_row *row;

	prices_forms(a, name, forms);
	*match = MATCH_OWN;
	row = find_name_or_bare(l, forms, AMONG_OWN);
	if (row == NULL) {
		*match = MATCH_MANUAL;
		row = find_name_or_bare(l, forms, AMONG_MANUAL);
	}
	if (row == NULL) {
		*match = MATCH_EXACT;
		row = find_exact(l, a, forms);
	}
	if (row == NULL && str_ends(name, STR(":free"))) {
		*match = MATCH_FREE;
		row = &free_row;
	}
	if (row == NULL)
		row = find_loosely(l, a, name, match);
	if (row == NULL)
		*match = MATCH_NONE;
	return row;
}

/* ---- whose prices ------------------------------------------------------------ */

/* Providers as events call them: PostHog's aliases (provider-matching.ts), and the names of SDKs and of OpenTelemetry's
 * gen_ai.provider.name; each with the table's key. */
static const char *const aliases[][2] = {
	{"claude", "anthropic"},
	{"anthropic-claude", "anthropic"},
	{"oai", "openai"},
	{"openai-api", "openai"},
	{"open-ai", "openai"},
	{"google-ai-studio", "google"},
	{"google-ai", "google"},
	{"google-gemini", "google"},
	{"google-genai", "google"},
	{"google-generative-ai", "google"},
	{"google-vertex", "google"},
	{"google-vertexai", "google"},
	{"gemini", "google"},
	{"vertex", "google"},
	{"vertex-ai", "google"},
	{"vertexai", "google"},
	{"vertex-us", "google"},
	{"vertex-europe", "google"},
	{"vertex-global", "google"},
	{"gcp-gemini", "google"},
	{"gcp-gen-ai", "google"},
	{"gcp-vertex-ai", "google"},
	{"amazon", "aws"},
	{"amazon-bedrock", "aws"},
	{"aws-bedrock", "aws"},
	{"bedrock", "aws"},
	{"bedrock-converse", "aws"},
	{"azure-ai", "azure"},
	{"azure-openai", "azure"},
	{"azure-ai-openai", "azure"},
	{"azure-ai-inference", "azure"},
	{"az-ai-openai", "azure"},
	{"az-ai-inference", "azure"},
	{"cohere-ai", "cohere"},
	{"mistralai", "mistral"},
	{"mistral-ai", "mistral"},
	{"grok", "x-ai"},
	{"grok-fast", "x-ai"},
	{"xai", "x-ai"},
	{"xai-turbo", "x-ai"},
	{"deep-seek", "deepseek"},
	{"fireworks-ai", "fireworks"},
	{"groq-cloud", "groq"},
	{"perplexity-ai", "perplexity"},
	{"pplx", "perplexity"},
	{"together-ai", "together"},
	{"togetherai", "together"},
	{"moonshot", "moonshotai"},
	{"moonshot-ai", "moonshotai"},
	{"zai", "zhipuai"},
	{"z-ai", "zhipuai"},
	{"voyage", "voyageai"},
	{"voyage-ai", "voyageai"},
	{"or", "openrouter"},
};

static struct str provider_key(struct arena *a, struct str provider)
{
	struct str forms[PRICE_FORMS];

	prices_forms(a, provider, forms);
	provider = forms[FORM_DASHED];
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (str_eq(provider, str_of(aliases[i][0])))
			return str_of(aliases[i][1]);
	return provider.n > 0 ? provider : DEFAULT;
}

/* A provider's own row of a bare name; part: its key has the text in it. */
static const struct price_row *find_provider(const struct looking *l, struct str bare,
                                             struct str provider, bool part)
{
	for (int table = PRICES_FETCHED; table >= PRICES_BUILTIN; table--) {
		const struct price_list *list = list_of(l, table);
		const struct price_form *form;
		uint32_t at = 0;

		while ((form = price_list_next(list, bare, &at)) != NULL) {
			struct str key = row_at(list, form->entry)->provider;

			if ((form->is & 1 << FORM_BARE) == 0 || !str_eq(form->text, bare) ||
			    str_eq(key, MANUAL))
				continue;
			if (part ? str_find(key, provider, 0, false) != SIZE_MAX
			         : str_eq(key, provider))
				return row_at(list, form->entry);
		}
	}
	return NULL;
}

static const struct price_row *priced_by(const struct looking *l, struct arena *a,
                                         const struct price_row *matched, bool flex)
{
	struct str forms[PRICE_FORMS], key = l->provider;
	const struct price_row *row = NULL;

	if (matched == &free_row || matched->table == PRICES_OWN || is_manual(matched))
		return matched;
	prices_forms(a, matched->model, forms);
	if (flex)
		row = find_provider(l, forms[FORM_BARE], joined(a, key, STR("-flex")), false);
	if (row == NULL && str_eq(matched->provider, key))
		return matched;
	if (row == NULL)
		row = find_provider(l, forms[FORM_BARE], key, false);
	if (row == NULL)
		row = find_provider(l, forms[FORM_BARE], key, true);
	if (row == NULL && !is_default(matched))
		row = find_provider(l, forms[FORM_BARE], DEFAULT, false);
	return row != NULL ? row : matched;
}

/* ---- all of it ------------------------------------------------------------------ */

/* PostHog: a model that costs more above a length of the prompt, and whose versions are all one. */
static struct str special_name(struct str name, int64_t prompt_tokens)
{
	if (str_find(name, SPECIAL, 0, false) == SIZE_MAX)
		return name;
	return prompt_tokens > PRICES_LARGE ? STR("gemini-2.5-pro-preview:large") : SPECIAL;
}

void prices_find(const struct prices *p, struct str model, struct str provider,
                 struct str service_tier, int64_t prompt_tokens, struct price_choice *out)
{
	struct looking ours = {.prices = p}, theirs = {.prices = p, .as_posthog = true};
	bool flex = prices_is_flex(service_tier);
	struct arena a = {0};
	enum price_match ignored;
	struct str name;

	*out = (struct price_choice){0};
	model = str_trim(model);
	if (model.n == 0 || model.n > PRICES_MODEL_MAX)
		return;
	name = special_name(prices_lower(&a, model), prompt_tokens);
	ours.provider = provider_key(&a, prices_lower(&a, str_trim(provider)));
	theirs.provider = ours.provider;
	out->matched = find_name(&ours, &a, name, &out->match);
	if (out->matched != NULL)
		out->row = priced_by(&ours, &a, out->matched, flex);
	out->posthog = find_name(&theirs, &a, name, &ignored);
	if (out->posthog != NULL)
		out->posthog = priced_by(&theirs, &a, out->posthog, flex);
	arena_free(&a);
}
