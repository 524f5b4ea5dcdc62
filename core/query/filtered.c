/* Works the plan of a filter out in rounds. A round begins with how many events, traces and sessions there are, and brings
 * every node up to that: first what the records say, then what follows from it, then, of what is still open and matters,
 * trees and texts. Results of searches and columns come in later rounds.
 *
 * Invariant: while a job of a sweep runs, the round stands still in STAGE_RECORDS. */
#include "base/mem.h"
#include "query/errors.h"
#include "query/filtered_internal.h"

#define VERSIONS (sizeof(((struct filtered *)NULL)->changed) / sizeof(uint32_t))

/* ---- verdicts ---- */

void filtered_set(struct plan *p, uint32_t at, enum verdict verdict)
{
	enum verdict before = verdict_of(&p->v, at);

	if (before == verdict)
		return;
	p->flips += before != VERDICT_OPEN;
	bits_reach(&p->v.yes, at + 1);
	bits_reach(&p->v.known, at + 1);
	bits_set(&p->v.yes, at, verdict == VERDICT_YES);
	bits_set(&p->v.known, at, verdict != VERDICT_OPEN);
	p->version++;
}

void filtered_changed(void *ctx)
{
	struct filtered *d = ctx;

	d->again = true;
	if (d->with.changed != NULL)
		d->with.changed(d->with.ctx);
}

/* ---- AND, OR, NOT ---- */

static void start_word(const struct plan *p, uint64_t *yes, uint64_t *no)
{
	*yes = p->kind == PLAN_OR ? 0 : UINT64_MAX;
	*no = ~*yes;
}

/* Of what is not known, neither yes nor no is set. */
static void add_word(const struct plan *p, const struct plan *child, uint32_t at, uint64_t *yes,
                     uint64_t *no)
{
	uint64_t known = at < child->v.known.n ? child->v.known.words[at] : 0;
	uint64_t holds = at < child->v.yes.n ? child->v.yes.words[at] & known : 0;

	switch (p->kind) {
	case PLAN_AND:
		*yes &= holds;
		*no |= known & ~holds;
		break;
	case PLAN_OR:
		*yes |= holds;
		*no &= known & ~holds;
		break;
	default:
		*yes = known & ~holds;
		*no = holds;
	}
}

static uint32_t versions_below(const struct plan *p)
{
	uint32_t sum = 0;

	for (const struct plan *at = p->first; at != NULL; at = at->next)
		sum += at->version;
	return sum;
}

static void put_word(struct plan *p, uint32_t at, uint64_t yes, uint64_t known)
{
	uint64_t *old_yes = &p->v.yes.words[at], *old_known = &p->v.known.words[at];

	p->version += yes != *old_yes || known != *old_known;
	p->flips += (*old_known & (~known | (yes ^ *old_yes))) != 0;
	*old_yes = yes;
	*old_known = known;
}

static void combine_word(struct plan *p, uint32_t at, uint64_t among)
{
	uint64_t yes, no;

	start_word(p, &yes, &no);
	for (const struct plan *child = p->first; child != NULL; child = child->next)
		add_word(p, child, at, &yes, &no);
	put_word(p, at, yes & among, (yes | no) & among);
}

static bool combine(struct filtered *d, struct plan *p, struct slice *slice)
{
	uint32_t n = d->n[p->of], words = bits_words(n), seen = versions_below(p);

	if (p->at == n && p->seen_version == seen)
		return true;
	bits_reach(&p->v.yes, n);
	bits_reach(&p->v.known, n);
	for (; p->low < words; p->low++) {
		if (slice_over(slice))
			return false;
		combine_word(p, p->low, bits_below(p->low, n));
	}
	p->at = n;
	p->low = 0;
	p->seen_version = seen;
	return true;
}

static bool update(struct filtered *d, struct plan *p, struct slice *slice)
{
	switch (p->kind) {
	case PLAN_PROPERTY:
		return property_update(d, p, slice);
	case PLAN_TEXT:
		return text_update(d, p, slice);
	case PLAN_LIKE:
		return like_update(d, p, slice);
	case PLAN_ASKED:
		return asked_update(d, p, slice);
	case PLAN_SLOW:
		return slow_update(d, p, slice);
	case PLAN_OWN:
		return own_update(d, p, slice);
	case PLAN_OF_TRACE:
	case PLAN_OF_SESSION:
	case PLAN_ANY:
	case PLAN_COUNT:
		return rows_update(d, p, slice);
	case PLAN_PARENT:
	case PLAN_ANCESTOR:
	case PLAN_BELOW:
	case PLAN_DEPTH:
	case PLAN_ORPHAN:
	case PLAN_LOOP:
		return trees_forget(d, p, slice);
	default:
		return p->record || combine(d, p, slice);
	}
}

/* ---- the stages: each is true when it is done ---- */

static bool find_lost(struct filtered *d, struct slice *slice)
{
	uint64_t duplicates = model_duplicates(d->model);

	bits_reach(&d->lost, d->n[FILTERED_EVENTS]);
	if (duplicates != d->duplicates)
		d->lost_at = 0;
	d->duplicates = duplicates;
	if (duplicates == 0)
		d->lost_at = d->n[FILTERED_EVENTS];
	for (; d->lost_at < d->n[FILTERED_EVENTS]; d->lost_at++) {
		if (slice_over(slice))
			return false;
		bits_set(&d->lost, d->lost_at, model_superseded(d->model, d->lost_at));
	}
	return true;
}

static bool combine_all(struct filtered *d, struct slice *slice)
{
	for (; d->index < d->n_order; d->index++)
		if (!update(d, d->order[d->index], slice))
			return false;
	return true;
}

static void begin_wanting(struct filtered *d)
{
	for (uint32_t i = 0; i < d->n_parts; i++) {
		struct plan_part *part = d->parts[i];

		part->at = 0;
		part->item = WALK_FRESH;
		part->wanted = false;
		bits_reach(&part->want, d->n[part->of]);
		bits_clear(&part->want);
	}
}

static void want_open(struct filtered *d, struct plan_part *part)
{
	const struct bits *known = &part->top->v.known;

	for (uint32_t i = 0; i < bits_words(d->n[part->of]); i++) {
		uint64_t lost = part->of == FILTERED_EVENTS ? d->lost.words[i] : 0;

		part->want.words[i] = bits_below(i, d->n[part->of]) & ~lost &
		                      ~(i < known->n ? known->words[i] : 0);
	}
}

static bool find_wanted(struct filtered *d, struct slice *slice)
{
	for (; d->index < d->n_parts; d->index++) {
		struct plan_part *part = d->parts[d->index];

		if (!part->costly)
			continue;
		if (part->user == NULL)
			want_open(d, part);
		else if (!rows_spread(d, part, slice))
			return false;
	}
	return true;
}

static bool do_trees(struct filtered *d, struct slice *slice)
{
	for (; d->index < d->n_order; d->index++) {
		struct plan *p = d->order[d->index];
		uint32_t before = p->version;
		bool done = !plan_is_tree(p->kind) || trees_update(d, p, slice);

		d->moved |= p->version != before;
		if (!done)
			return false;
	}
	return true;
}

/* Of several texts in a part one goes after the other, since each leaves less for the next. */
static void ask_texts(struct filtered *d)
{
	for (uint32_t i = 0; i < d->n_parts; i++)
		d->parts[i]->wanted = false;
	for (uint32_t i = 0; i < d->n_order; i++) {
		struct plan *p = d->order[i];

		if (p->kind == PLAN_TEXT && !p->in->wanted)
			p->in->wanted = text_ask(d, p);
	}
}

/* ---- what comes of it ---- */

static uint64_t there_word(struct filtered *d, uint32_t at)
{
	uint64_t there = bits_below(at, d->n[d->of]);

	if (d->of == FILTERED_EVENTS)
		return there & ~d->lost.words[at];
	for (uint64_t left = there; left != 0; left &= left - 1) {
		uint32_t bit = (uint32_t)__builtin_ctzll(left), row = at * WORD_BITS + bit;
		bool exists = d->of == FILTERED_TRACES
		                      ? trace_exists(model_trace(d->model, row))
		                      : session_exists(model_session(d->model, row));

		if (!exists)
			there &= ~(UINT64_C(1) << bit);
	}
	return there;
}

static void note_change(struct filtered *d, uint32_t at, uint64_t word)
{
	uint64_t differs = d->result.words[at] ^ word;
	uint32_t number;

	if (differs == 0)
		return;
	number = at * WORD_BITS + (uint32_t)__builtin_ctzll(differs);
	if (number < d->first_change)
		d->first_change = number;
	d->count += (uint32_t)__builtin_popcountll(word);
	d->count -= (uint32_t)__builtin_popcountll(d->result.words[at]);
	d->result.words[at] = word;
}

static bool find_result(struct filtered *d, struct slice *slice)
{
	const struct verdicts *v = &d->parts[0]->top->v;
	uint32_t words = bits_words(d->n[d->of]);

	for (; d->index < words; d->index++) {
		uint64_t there, known;

		if (slice_over(slice))
			return false;
		there = there_word(d, d->index);
		known = d->index < v->known.n ? v->known.words[d->index] : 0;
		note_change(d, d->index,
		            d->index < v->yes.n ? v->yes.words[d->index] & known & there : 0);
		d->unknown += (uint32_t)__builtin_popcountll(there & ~known);
	}
	if (d->first_change != UINT32_MAX)
		d->changed[++d->version % VERSIONS] = d->first_change;
	return true;
}

/* ---- rounds ---- */

static bool has_news(const struct filtered *d)
{
	if (d->again || d->events->n != d->n[FILTERED_EVENTS] ||
	    d->events->n_origins != d->n_origins || model_version(d->model) != d->model_version)
		return true;
	for (uint32_t i = 0; i < d->n_order; i++)
		if ((d->order[i]->kind == PLAN_PROPERTY && property_has_more(d, d->order[i])) ||
		    (d->order[i]->kind == PLAN_LIKE && like_has_more(d, d->order[i])) ||
		    (d->order[i]->kind == PLAN_TEXT && text_has_more(d->order[i])))
			return true;
	return false;
}

static void begin_round(struct filtered *d)
{
	d->again = false;
	d->model_version = model_version(d->model);
	if (d->events->n_origins != d->n_origins)
		known_name_sources(d);
	d->n_origins = d->events->n_origins;
	if (d->with.properties != NULL && d->n[FILTERED_EVENTS] != d->events->n)
		properties_refresh(d->with.properties);
	if (d->with.errors != NULL && d->n[FILTERED_EVENTS] != d->events->n)
		errors_refresh(d->with.errors);
	d->n[FILTERED_EVENTS] = d->events->n;
	d->n[FILTERED_TRACES] = model_trace_count(d->model);
	d->n[FILTERED_SESSIONS] = model_session_count(d->model);
}

static enum stage stage_after(const struct filtered *d)
{
	switch (d->stage) {
	case STAGE_COMBINE:
		return d->has_trees || d->has_texts ? STAGE_WANT : STAGE_RESULT;
	case STAGE_TREES:
		return d->moved ? STAGE_COMBINE : STAGE_TEXTS;
	case STAGE_RESULT:
		return STAGE_IDLE;
	default:
		return d->stage + 1;
	}
}

static void begin_stage(struct filtered *d, enum stage stage)
{
	d->stage = stage;
	d->index = 0;
	switch (stage) {
	case STAGE_LOST:
		begin_round(d);
		break;
	case STAGE_WANT:
		begin_wanting(d);
		break;
	case STAGE_TREES:
		d->moved = false;
		break;
	case STAGE_RESULT:
		bits_reach(&d->result, d->n[d->of]);
		d->unknown = 0;
		d->first_change = UINT32_MAX;
		break;
	default:
		break;
	}
}

static bool run_stage(struct filtered *d, struct slice *slice)
{
	switch (d->stage) {
	case STAGE_LOST:
		return find_lost(d, slice);
	case STAGE_KNOWN:
		return known_step(d, slice);
	case STAGE_RECORDS:
		return sweep_step(d, slice);
	case STAGE_COMBINE:
		return combine_all(d, slice);
	case STAGE_WANT:
		return find_wanted(d, slice);
	case STAGE_TREES:
		return do_trees(d, slice);
	case STAGE_TEXTS:
		ask_texts(d);
		return true;
	case STAGE_RESULT:
		return find_result(d, slice);
	case STAGE_IDLE:
		break;
	}
	return true;
}

static bool step(struct filtered *d, struct slice *slice)
{
	if (d->stage == STAGE_IDLE) {
		if (!has_news(d))
			return true;
		begin_stage(d, STAGE_LOST);
	}
	d->done = false;
	while (d->stage != STAGE_IDLE) {
		if (!run_stage(d, slice))
			return d->sweep != NULL;
		begin_stage(d, stage_after(d));
	}
	d->judged |= d->unknown == 0;
	if (has_news(d))
		return false;
	d->done = d->unknown == 0;
	return true;
}

bool filtered_step(struct filtered *d, int64_t until)
{
	struct slice slice = {.until = until};
	bool rests;

	d->slice = &slice;
	rests = step(d, &slice);
	d->slice = NULL;
	return rests;
}

bool filtered_done(const struct filtered *d)
{
	return d->done;
}

bool filtered_judged(const struct filtered *d)
{
	return d->judged;
}

/* The turn that brings the last of the news is the one after which the loop has nothing to wait for. */
void filtered_wait(struct filtered *d)
{
	bool waits;

	do {
		waits = filtered_step(d, SLICE_WHOLE) && !d->done;
	} while (!d->done && (!waits || loop_step(d->with.loop, true) || has_news(d)));
}

static unsigned share(uint64_t done, uint64_t all)
{
	return all > 0 ? (unsigned)((money)done * 100 / all) : 100;
}

/* What reads journals takes nearly all of the time. */
unsigned filtered_percent(const struct filtered *d)
{
	uint64_t done = 0, all = 0;

	if (d->done)
		return 100;
	for (uint32_t i = 0; i < d->n_order; i++) {
		const struct plan *p = d->order[i];
		uint64_t some = 0, of = 0;

		if (p->kind == PLAN_TEXT)
			text_progress(p, &some, &of);
		else if (p->kind == PLAN_PROPERTY)
			property_progress_of(p, &some, &of);
		done += some;
		all += of;
	}
	if (all == 0)
		return share(d->n_records, d->events->n) * 99 / 100;
	return share(done, all) * 99 / 100;
}

uint32_t filtered_version(const struct filtered *d)
{
	return d->version;
}

uint32_t filtered_changed_since(const struct filtered *d, uint32_t version)
{
	uint32_t first = UINT32_MAX;

	if (d->version - version > VERSIONS)
		return 0;
	for (; version != d->version; version++)
		if (d->changed[(version + 1) % VERSIONS] < first)
			first = d->changed[(version + 1) % VERSIONS];
	return first;
}

bool filtered_has(const struct filtered *d, uint32_t number)
{
	return bits_get(&d->result, number);
}

uint32_t filtered_count(const struct filtered *d)
{
	return d->count;
}

uint32_t filtered_failed(const struct filtered *d, struct errinfo *e)
{
	uint32_t unread = 0, failed;
	struct errinfo why, first = d->failure;

	for (uint32_t i = 0; i < d->n_order; i++) {
		if (d->order[i]->kind == PLAN_PROPERTY)
			failed = property_term_failed(d->order[i], &why);
		else if (d->order[i]->kind == PLAN_LIKE)
			failed = like_term_failed(d, &why);
		else
			continue;
		if (d->failed == 0 && failed > unread)
			first = why;
		unread = failed > unread ? failed : unread;
	}
	if (d->failed + unread > 0 && e != NULL)
		*e = first;
	return d->failed + unread;
}

/* ---- all of it ---- */

enum err filtered_new(struct filtered **out, const struct filter *f, enum filtered_of of,
                      const struct filtered_context *with, struct errinfo *e)
{
	struct filtered *d = mem_zero(1, sizeof(*d));
	enum err err;

	d->filter = f;
	d->of = of;
	d->with = *with;
	d->model = with->model;
	d->events = model_events(with->model);
	d->again = true;
	/* None that another one had, which may have stood at the same place: rows remember place and version. */
	d->version = (uint32_t)time_monotonic();
	err = filtered_compile(d, e);
	if (err) {
		filtered_free(d);
		d = NULL;
	}
	*out = d;
	return err;
}

static void free_plan(struct plan *p)
{
	property_term_free(p);
	text_term_free(p);
	like_term_free(p);
	for (uint32_t i = 0; i < p->n_tests; i++)
		text_test_fini(&p->tests[i]);
	mem_free(p->v.yes.words);
	mem_free(p->v.known.words);
	mem_free(p->final);
	mem_free(p->lows);
	mem_free(p->opens);
}

void filtered_free(struct filtered *d)
{
	if (d == NULL)
		return;
	sweep_free(d);
	trees_drop(d);
	for (struct plan *p = d->made; p != NULL; p = p->made)
		free_plan(p);
	for (uint32_t i = 0; i < d->n_parts; i++)
		mem_free(d->parts[i]->want.words);
	known_fini(d);
	mem_free(d->order);
	mem_free(d->parts);
	mem_free(d->lost.words);
	mem_free(d->result.words);
	buf_free(&d->scratch);
	arena_free(&d->arena);
	mem_free(d);
}
