/* Tool definitions. */
#include "message/tools.h"

#include "base/mem.h"

void tools_read(struct tools *t, const struct json_tree *tree, uint32_t properties)
{
	(void)tree;
	(void)properties;
	*t = (struct tools){0};
}

void tools_free(struct tools *t)
{
	mem_free(t->list);
	arena_free(&t->arena);
	*t = (struct tools){0};
}

uint32_t tools_called(const struct messages *m, struct str name)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n; i++)
		n += m->parts[i].side == SIDE_OUTPUT && m->parts[i].type == PART_TOOL_CALL &&
		     str_eq(m->parts[i].name, name);
	return n;
}
