/* Models are known by hashes of 128 bits with a seed of this process: texts from outside need no room here, however long they
 * are, and nobody can make two that meet. When the memo is full it is emptied: what is still in use is back at once, and what
 * made it full was used once. */
#include "cost/prices_memo.h"

#include "base/hash.h"
#include "base/mem.h"
#include "cost/prices_internal.h"

#define KEPT_MAX 4096u

struct memo_key {
	uint8_t model[16], provider[16];
	uint64_t more; /* what else makes a difference, see key_of */
};
struct kept {
	struct memo_key key;
	struct price_choice choice;
};
struct prices_memo {
	const struct prices *prices;
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
}

static struct memo_key key_of(struct str model, struct str provider, struct str service_tier,
                              int64_t prompt_tokens)
{
	struct memo_key key;

	hash128(model, key.model);
	hash128(provider, key.provider);
	key.more = (prices_is_flex(service_tier) ? 1u : 0) |
	           (prompt_tokens > PRICES_LARGE ? 2u : 0);
	return key;
}

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

const struct price_choice *prices_memo_find(struct prices_memo *m, const struct prices *p,
                                            struct str model, struct str provider,
                                            struct str service_tier, int64_t prompt_tokens)
{
	struct memo_key key = key_of(model, provider, service_tier, prompt_tokens);
	struct kept *kept;
	uint32_t number;

	if (m->prices != p) {
		forget_all(m);
		m->prices = p;
	}
	number = hash_index_find(&m->index, hash_of(&key), same, m, &key);
	if (number != HASH_NONE)
		return &m->kept[number].choice;
	kept = add(m, &key);
	prices_find(p, model, provider, service_tier, prompt_tokens, &kept->choice);
	return &kept->choice;
}
