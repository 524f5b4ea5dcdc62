/* Models are known by hashes of 128 bits with a seed of this process: texts from outside need no room here, however long they
 * are, and nobody can make two that meet. When the memo is full it is emptied: what is still in use is back at once, and what
 * made it full was used once.
 *
 * Nearly every event has one of a few models with short names: those met last are told by their texts alone. */
#include "cost/prices_memo.h"

#include "base/hash.h"
#include "base/mem.h"
#include "cost/prices_internal.h"

#define KEPT_MAX    4096u
#define RECENT      64u /* a power of two */
#define RECENT_TEXT 56u /* bytes of model and provider together */

struct memo_key {
	uint8_t model[16], provider[16];
	uint64_t more; /* what else makes a difference, see more_of */
};
struct kept {
	struct memo_key key;
	struct price_choice choice;
};
struct recent {
	struct price_choice choice;
	uint8_t model, provider; /* bytes */
	uint8_t more;            /* as in the key, with RECENT_SET */
	char text[RECENT_TEXT];  /* of both */
};
#define RECENT_SET 4u
struct prices_memo {
	const struct prices *prices;
	struct recent recent[RECENT];
	struct kept *kept;
	uint32_t n, cap;
	struct hash_index index;
};

struct prices_memo *prices_memo_new(void)
{
	return mem_zero(1, sizeof(struct prices_memo));
}

void prices_memo_free(struct prices_memo *m)
{
	if (m == NULL)
		return;
	mem_free(m->kept);
	hash_index_free(&m->index);
	mem_free(m);
}

static void forget_all(struct prices_memo *m)
{
	m->n = 0;
	hash_index_clear(&m->index);
	memset(m->recent, 0, sizeof(m->recent));
}

/* What makes a difference beside model and provider. */
static uint8_t more_of(struct str service_tier, int64_t prompt_tokens)
{
	return (uint8_t)((prices_is_flex(service_tier) ? 1 : 0) |
	                 (prompt_tokens > PRICES_LARGE ? 2 : 0));
}

struct question {
	struct str model, provider, service_tier;
	int64_t prompt_tokens;
	uint8_t more;
};

static bool same(const void *ctx, uint32_t number, const void *key)
{
	const struct prices_memo *m = ctx;

	return memcmp(&m->kept[number].key, key, sizeof(struct memo_key)) == 0;
}

static uint64_t hash_of(const struct memo_key *key)
{
	uint64_t model, provider;

	memcpy(&model, key->model, sizeof(model));
	memcpy(&provider, key->provider, sizeof(provider));
	return model ^ provider * 3 ^ key->more;
}

static struct kept *add(struct prices_memo *m, const struct memo_key *key)
{
	if (m->n == KEPT_MAX)
		forget_all(m);
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 32;
		m->kept = mem_resize(m->kept, m->cap, sizeof(*m->kept));
	}
	m->kept[m->n].key = *key;
	hash_index_add(&m->index, hash_of(key), m->n);
	return &m->kept[m->n++];
}

static const struct price_choice *find_kept(struct prices_memo *m, const struct question *q)
{
	struct memo_key key = {.more = q->more};
	struct kept *kept;
	uint32_t number;

	hash128(q->model, key.model);
	hash128(q->provider, key.provider);
	number = hash_index_find(&m->index, hash_of(&key), same, m, &key);
	if (number != HASH_NONE)
		return &m->kept[number].choice;
	kept = add(m, &key);
	prices_find(m->prices, q->model, q->provider, q->service_tier, q->prompt_tokens,
	            &kept->choice);
	return &kept->choice;
}

/* ---- met last ---- */

static struct recent *place_of(struct prices_memo *m, const struct question *q)
{
	size_t n = q->model.n;
	unsigned mixed = (unsigned)(n * 7 + q->provider.n);

	/* Names of one family differ behind their first letters. */
	if (n > 0)
		mixed += (uint8_t)q->model.p[n / 2] * 5u + (uint8_t)q->model.p[n - 1] * 3u;
	return &m->recent[mixed % RECENT];
}

static bool is_recent(const struct recent *r, const struct question *q)
{
	return r->more == (q->more | RECENT_SET) && r->model == q->model.n &&
	       r->provider == q->provider.n && memcmp(r->text, q->model.p, q->model.n) == 0 &&
	       memcmp(r->text + q->model.n, q->provider.p, q->provider.n) == 0;
}

static void remember(struct recent *r, const struct question *q, const struct price_choice *choice)
{
	r->choice = *choice;
	r->model = (uint8_t)q->model.n;
	r->provider = (uint8_t)q->provider.n;
	r->more = q->more | RECENT_SET;
	memcpy(r->text, q->model.p, q->model.n);
	memcpy(r->text + q->model.n, q->provider.p, q->provider.n);
}

const struct price_choice *prices_memo_find(struct prices_memo *m, const struct prices *p,
                                            struct str model, struct str provider,
                                            struct str service_tier, int64_t prompt_tokens)
{
	const struct question q = {model, provider, service_tier, prompt_tokens,
	                           more_of(service_tier, prompt_tokens)};
	struct recent *recent = place_of(m, &q);

	if (m->prices != p) {
		forget_all(m);
		m->prices = p;
	}
	if (model.n + provider.n > RECENT_TEXT)
		return find_kept(m, &q);
	if (!is_recent(recent, &q))
		remember(recent, &q, find_kept(m, &q));
	return &recent->choice;
}
