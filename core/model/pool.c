/* Items of one size in blocks that never move, so that pointers into them last while more are
 * added. */
#include "base/mem.h"
#include "model/model_internal.h"

#define BLOCK_ITEMS (1u << POOL_BITS)

void *model_pool_add(struct model_pool *p)
{
	uint32_t block = p->n >> POOL_BITS;

	if (block == p->n_blocks) {
		/* Room for twice as many each time there are a power of two. */
		if ((block & (block - 1)) == 0)
			p->blocks = mem_resize(p->blocks, block ? (size_t)block * 2 : 1,
			                       sizeof(*p->blocks));
		p->blocks[block] = mem_zero(BLOCK_ITEMS, p->item);
		p->n_blocks++;
	}
	return model_pool_at(p, p->n++);
}

size_t model_pool_bytes(const struct model_pool *p)
{
	return p->n_blocks * (BLOCK_ITEMS * p->item + sizeof(*p->blocks));
}

void model_pool_free(struct model_pool *p)
{
	for (uint32_t i = 0; i < p->n_blocks; i++)
		mem_free(p->blocks[i]);
	mem_free(p->blocks);
	p->blocks = NULL;
	p->n = p->n_blocks = 0;
}
