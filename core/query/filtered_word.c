/* Words of the filter language that stand for more than themselves: after is:, has:, kind: and status:. */
#include "query/filtered_build.h"

#define WORD(literal)                                                                      \
	{                                                                                  \
		.test = TEST_VALUE, .text = {(literal), sizeof(literal) - 1}, .fold = true \
	}
static const struct filter_value truncated_values[] = {
	WORD("length"), WORD("max_tokens"), WORD("max_output_tokens"), WORD("incomplete")};
static const struct filter_node truncated_words = {.values = truncated_values, .n_values = 4};
static const struct filter_value retrieval_values[] = {WORD("retrieval"), WORD("retriever")};
static const struct filter_node retrieval_words = {.values = retrieval_values, .n_values = 2};
static const struct range over_zero = {1, INT64_MAX}, whatever = {INT64_MIN + 1, INT64_MAX};

/* ---- of events ---- */

static struct plan *status(struct building *b, const struct filter_node *node)
{
	const uint32_t both = EVENT_ERROR | EVENT_RUNNING;
	const char *word = node->field->words[b->word];

	if (str_eq(str_of(word), STR("error")))
		return build_flag(b, EVENT_ERROR, EVENT_ERROR);
	return build_flag(b, both, str_eq(str_of(word), STR("running")) ? EVENT_RUNNING : 0);
}

static struct plan *is_kind(struct building *b, const struct filter_node *node)
{
	static const enum event_kind kinds[KIND_WORDS] = {
		[KIND_TRACE] = EVENT_TRACE,
		[KIND_GENERATION] = EVENT_GENERATION,
		[KIND_SPAN] = EVENT_SPAN,
		[KIND_EMBEDDING] = EVENT_EMBEDDING,
		[KIND_METRIC] = EVENT_METRIC,
		[KIND_FEEDBACK] = EVENT_FEEDBACK,
		[KIND_EVALUATION] = EVENT_EVALUATION,
	};

	(void)node;
	if (b->word == KIND_TOOL)
		return build_flag(b, EVENT_TOOL, EVENT_TOOL);
	if (b->word == KIND_RETRIEVAL)
		return build_extra_text(b, &retrieval_words, EVENT_SPAN_TYPE, true);
	return build_kind(b, kinds[b->word]);
}

static struct plan *media(struct building *b, const struct filter_node *node)
{
	struct text_wanted what = {.places = TEXT_MEDIA, .json = true};

	switch ((enum field_has)b->word) {
	case HAS_IMAGE:
		return build_parts(b, node, PART_IMAGE);
	case HAS_AUDIO:
		return build_parts(b, node, PART_AUDIO);
	default:
		return build_search(b, node, &what);
	}
}

static struct plan *noted(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_node(b, PLAN_ASKED);

	p->asked = ASKED_NOTE;
	if (b->d->with.has_note == NULL)
		build_fail(b, node, "only the explorer knows what has a note");
	return p;
}

static struct plan *has(struct building *b, const struct filter_node *node)
{
	switch ((enum field_has)b->word) {
	case HAS_TOOL:
		return build_both(b, PLAN_OR, build_flag(b, EVENT_TOOL, EVENT_TOOL),
		                  build_parts(b, node, PART_TOOL_CALL));
	case HAS_REASONING:
		return build_both(b, PLAN_OR,
		                  build_within(b, record_extra, EVENT_REASONING, &over_zero),
		                  build_parts(b, node, PART_REASONING));
	case HAS_FEEDBACK:
		return build_kind(b, EVENT_FEEDBACK);
	case HAS_EVAL:
		return build_kind(b, EVENT_EVALUATION);
	case HAS_EMBEDDING:
		return build_kind(b, EVENT_EMBEDDING);
	case HAS_NOTE:
		return noted(b, node);
	default:
		return media(b, node);
	}
}

static struct plan *asked(struct building *b, const struct filter_node *node)
{
	struct plan *p = build_node(b, PLAN_ASKED);

	p->asked = (enum field_is)b->word;
	if (b->d->with.is == NULL)
		build_fail(b, node, "only the explorer knows what is starred, marked or new");
	return p;
}

static struct plan *slow(struct building *b)
{
	if (b->d->slow == NULL)
		b->d->slow = slow_new(b->d->model);
	return build_node(b, PLAN_SLOW);
}

/* All of it has a price. */
static struct plan *priced(struct building *b)
{
	return build_both(b, PLAN_AND, build_within(b, record_cost, 0, &whatever),
	                  build_flag(b, EVENT_COST_INCOMPLETE, 0));
}

static struct plan *unpriced(struct building *b)
{
	struct plan *call = build_both(b, PLAN_OR, build_kind(b, EVENT_GENERATION),
	                               build_kind(b, EVENT_EMBEDDING));

	return build_both(b, PLAN_AND, call, build_not(b, priced(b)));
}

static struct plan *uncached(struct building *b)
{
	return build_both(b, PLAN_AND, build_kind(b, EVENT_GENERATION),
	                  build_not(b, build_within(b, record_cache, 0, &over_zero)));
}

static struct plan *is(struct building *b, const struct filter_node *node)
{
	switch ((enum field_is)b->word) {
	case IS_ERROR:
		return build_flag(b, EVENT_ERROR, EVENT_ERROR);
	case IS_RUNNING:
		return build_flag(b, EVENT_RUNNING, EVENT_RUNNING);
	case IS_DONE:
		return build_flag(b, EVENT_RUNNING, 0);
	case IS_CACHED:
		return build_within(b, record_cache, 0, &over_zero);
	case IS_UNCACHED:
		return uncached(b);
	case IS_TRUNCATED:
		return build_extra_text(b, &truncated_words, EVENT_STOP_REASON, true);
	case IS_PRICED:
		return priced(b);
	case IS_UNPRICED:
		return unpriced(b);
	case IS_MISMATCH:
		return build_flag(b, EVENT_COST_MISMATCH, EVENT_COST_MISMATCH);
	case IS_STREAMED:
		return build_flag(b, EVENT_STREAM, EVENT_STREAM);
	case IS_PRIVATE:
		return build_flag(b, EVENT_PRIVATE, EVENT_PRIVATE);
	case IS_SUSPECT:
		return build_flag(b, EVENT_SUSPECT, EVENT_SUSPECT);
	case IS_SLOW:
		return slow(b);
	case IS_LOOP:
		return build_node(b, PLAN_LOOP);
	case IS_ORPHAN:
		return build_node(b, PLAN_ORPHAN);
	case IS_PSEUDO:
		return build_look(b, PLAN_OF_TRACE, FILTERED_TRACES, node, build_own);
	default:
		return asked(b, node);
	}
}

/* ---- of traces and sessions ---- */

/* A word after has: of a row. */
static struct plan *row_has(struct building *b, const struct filter_node *node)
{
	return b->word == HAS_NOTE ? noted(b, node) : build_any(b, node, has);
}

/* A word after is: of a row. */
static struct plan *row_is(struct building *b, const struct filter_node *node)
{
	bool of_trace = b->part->of == FILTERED_TRACES;

	switch ((enum field_is)b->word) {
	case IS_ERROR:
	case IS_RUNNING:
	case IS_DONE:
		return build_own(b, node);
	case IS_PSEUDO:
		return of_trace ? build_own(b, node)
		                : build_look(b, PLAN_ANY, FILTERED_TRACES, node, build_own);
	case IS_SLOW:
		return of_trace ? slow(b) : build_look(b, PLAN_ANY, FILTERED_TRACES, node, row_is);
	case IS_STARRED:
	case IS_MARKED:
	case IS_NEW:
		return asked(b, node);
	default:
		return build_any(b, node, is);
	}
}

/* ---- one after the other ---- */

static struct plan *words(struct building *b, const struct filter_node *node, build_fn *each)
{
	struct plan *p = build_node(b, PLAN_OR);

	for (uint32_t i = 0; i < node->n_values; i++) {
		b->word = field_word(node->field, node->values[i].text);
		if (node->values[i].test == TEST_PRESENT)
			build_add(p, build_not(b, build_nothing(b)));
		else if (node->values[i].test != TEST_VALUE || b->word < 0)
			build_fail(b, node, "one of its words has to follow");
		else
			build_add(p, each(b, node));
	}
	return build_end(b, p);
}

struct plan *build_words(struct building *b, const struct filter_node *node)
{
	switch (node->field->number) {
	case FIELD_STATUS:
		return words(b, node, status);
	case FIELD_IS:
		return words(b, node, is);
	case FIELD_HAS:
		return words(b, node, has);
	default:
		return words(b, node, is_kind);
	}
}

struct plan *build_row_words(struct building *b, const struct filter_node *node)
{
	switch (node->field->number) {
	case FIELD_STATUS:
		return words(b, node, build_own);
	case FIELD_IS:
		return words(b, node, row_is);
	case FIELD_HAS:
		return words(b, node, row_has);
	default:
		return build_any(b, node, build_event);
	}
}
