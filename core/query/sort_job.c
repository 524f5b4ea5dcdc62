/* Gathers keys on the loop, and has a worker sort them.
 *
 * Texts are interned as they come, so that each is there once, however many rows have it. The worker sorts these, and the
 * rows then go by the ranks of theirs, as numbers. So most columns of text cost what a column of numbers does.
 *
 * From sort_job_start on until its end the job is the worker's, but for `off` and `percent`. What is large is freed there. */
#include "query/sort_job.h"

#include "base/mem.h"
#include "index/strings.h"
#include "query/radix.h"
#include "query/sort.h"

#include <stdatomic.h>

#define FEW   2048u /* rows that are sorted at once */
#define PIECE 2000  /* microseconds until a worker looks whether it was called off */

struct sort_job {
	struct sort_key *keys;
	uint32_t n;
	bool falling;
	struct strings texts;
	uint32_t *order; /* what comes of it */
	bool running, done;
	atomic_bool off; /* nobody wants it any more */
	atomic_uint percent;
	loop_fn *on_done;
	void *ctx;
};

/* ---- gathering ---- */

struct sort_job *sort_job_new(uint32_t n, bool falling)
{
	struct sort_job *j = mem_zero(1, sizeof(*j));

	j->keys = mem_alloc(n, sizeof(*j->keys));
	mem_ask_large(j->keys, n * sizeof(*j->keys));
	j->falling = falling;
	strings_init(&j->texts);
	return j;
}

void sort_job_add(struct sort_job *j, uint32_t row, const struct value *v)
{
	struct sort_key key = {.row = row, .known = v->type != VALUE_UNKNOWN};

	if (v->type == VALUE_TEXT)
		key.text = strings_add(&j->texts, v->text) + 1;
	else if (key.known)
		key.number = v->number;
	j->keys[j->n++] = key;
}

/* ---- sorting ---- */

/* False: it was called off. Then, too, s is to be freed. */
static bool sort(struct sort_job *j, struct sorting *s, unsigned from, unsigned to)
{
	bool done = false;

	while (!done && !atomic_load(&j->off)) {
		struct slice slice = {.until = time_monotonic() + PIECE};

		done = sorting_step(s, &slice);
		atomic_store(&j->percent, from + (to - from) * sorting_percent(s) / 100);
	}
	return done;
}

/* What all texts begin with says nothing of their order. */
static size_t common_start(const struct strings *t)
{
	size_t n = t->list[1].n;

	for (uint32_t i = 2; i < t->n; i++) {
		size_t at = 0;

		while (at < n && at < t->list[i].n && t->list[i].p[at] == t->list[1].p[at])
			at++;
		n = at;
	}
	return n;
}

/* Eight bytes from there on, of which the first counts most. */
static uint64_t word_at(struct str text, size_t at)
{
	uint64_t word = 0;

	for (size_t i = 0; i < sizeof(word); i++)
		word = word << 8 | (at + i < text.n ? (uint8_t)text.p[at + i] : 0);
	return word;
}

static int compare_texts(const void *texts, const struct sort_key *a, const struct sort_key *b)
{
	int order = sort_by_number(NULL, a, b);

	return order ? order : str_cmp(strings_get(texts, a->row), strings_get(texts, b->row));
}

/* The rank of every text, by its number, or NULL: called off. */
static uint32_t *rank_texts(struct sort_job *j)
{
	uint32_t n = j->texts.n, *ranks = NULL;
	struct sort_key *keys = mem_alloc(n, sizeof(*keys));
	size_t start = n > 1 ? common_start(&j->texts) : 0;
	struct sorting s;

	for (uint32_t i = 0; i < n; i++)
		keys[i] = (struct sort_key){
			.number = word_at(j->texts.list[i], start), .row = i, .known = true};
	sorting_start_numbers(&s, keys, n, compare_texts, &j->texts);
	if (sort(j, &s, 0, 50)) {
		ranks = mem_alloc(n, sizeof(*ranks));
		for (uint32_t i = 0; i < n; i++)
			ranks[s.keys[i].row] = i;
	}
	sorting_free(&s);
	return ranks;
}

struct range {
	money low, high; /* both are in it */
};

static struct range range_of(const struct sort_job *j)
{
	struct range range = {0, -1};
	bool any = false;

	for (uint32_t i = 0; i < j->n; i++) {
		const struct sort_key *key = &j->keys[i];

		if (!key->known || key->text != 0)
			continue;
		if (!any || key->number < range.low)
			range.low = key->number;
		if (!any || key->number > range.high)
			range.high = key->number;
		any = true;
	}
	return range;
}

/* Texts become numbers above all numbers. Gives the range of all that is known. */
static struct range use_ranks(struct sort_job *j, const uint32_t *ranks)
{
	struct range range = range_of(j);

	for (uint32_t i = 0; i < j->n; i++)
		if (j->keys[i].text != 0)
			j->keys[i].number = range.high + 1 + ranks[j->keys[i].text - 1];
	range.high += j->texts.n;
	return range;
}

/* Numbers that are too far apart for digits. */
static void merge_rows(struct sort_job *j)
{
	struct sorting s;

	for (uint32_t i = 0; j->falling && i < j->n; i++)
		j->keys[i].number = -j->keys[i].number;
	sorting_start(&s, j->keys, j->n, sort_by_number, NULL);
	j->keys = NULL; /* they are the sorting's now */
	if (sort(j, &s, 50, 100))
		for (uint32_t i = 0; i < j->n; i++)
			j->order[i] = s.keys[i].row;
	sorting_free(&s);
}

/* Keys are distances from where they begin; what is unknown is one further than the furthest. */
static void digit_rows(struct sort_job *j, struct range range)
{
	struct radix_item *items = mem_alloc(j->n, sizeof(*items)), *sorted;
	struct radix_item *other = mem_alloc(j->n, sizeof(*other));

	for (uint32_t i = 0; i < j->n; i++) {
		const struct sort_key *key = &j->keys[i];
		money distance = j->falling ? range.high - key->number : key->number - range.low;

		items[i].key = (uint64_t)(key->known ? distance : range.high - range.low + 1);
		items[i].row = key->row;
	}
	sorted = radix_sort(items, other, j->n, &j->off);
	for (uint32_t i = 0; sorted != NULL && i < j->n; i++)
		j->order[i] = sorted[i].row;
	mem_free(items);
	mem_free(other);
}

static void free_means(struct sort_job *j)
{
	mem_free(j->keys);
	j->keys = NULL;
	strings_fini(&j->texts);
}

/* In a worker. */
static void work(void *ctx)
{
	struct sort_job *j = ctx;
	uint32_t *ranks = rank_texts(j);

	if (ranks != NULL) {
		struct range range = use_ranks(j, ranks);

		j->order = mem_alloc(j->n, sizeof(*j->order));
		if ((unsigned __int128)range.high - (unsigned __int128)range.low < UINT64_MAX)
			digit_rows(j, range);
		else
			merge_rows(j);
	}
	mem_free(ranks);
	free_means(j);
	if (atomic_load(&j->off)) {
		mem_free(j->order);
		j->order = NULL;
	}
}

/* ---- on the loop ---- */

static void destroy(struct sort_job *j)
{
	free_means(j);
	mem_free(j->order);
	mem_free(j);
}

static void on_done(void *ctx)
{
	struct sort_job *j = ctx;

	j->running = false;
	j->done = true;
	if (atomic_load(&j->off))
		destroy(j);
	else
		j->on_done(j->ctx);
}

static void on_dropped(void *ctx)
{
	struct sort_job *j = ctx;

	j->running = false;
	if (atomic_load(&j->off))
		destroy(j);
}

void sort_job_start(struct sort_job *j, struct loop *loop, loop_fn *done, void *ctx)
{
	j->on_done = done;
	j->ctx = ctx;
	j->running = loop != NULL && j->n > FEW;
	if (j->running) {
		loop_work_alone(loop, work, on_done, on_dropped, j);
	} else {
		work(j);
		j->done = true;
	}
}

bool sort_job_is_done(const struct sort_job *j)
{
	return j->done;
}

unsigned sort_job_percent(const struct sort_job *j)
{
	return atomic_load(&j->percent);
}

uint32_t *sort_job_take(struct sort_job *j)
{
	uint32_t *order = j->order;

	j->order = NULL;
	return order;
}

void sort_job_free(struct sort_job *j)
{
	if (j == NULL)
		return;
	atomic_store(&j->off, true);
	if (!j->running)
		destroy(j);
}
