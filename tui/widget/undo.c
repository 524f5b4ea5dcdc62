/* Steps to be taken back. */
#include "widget/undo.h"

#include <string.h>

void undo_free(struct undo *step)
{
	buf_free(&step->text);
	buf_free(&step->name);
	buf_free(&step->note);
}

static void drop(struct undos *u, unsigned i)
{
	undo_free(&u->list[i]);
	memmove(&u->list[i], &u->list[i + 1], (u->n - i - 1) * sizeof(u->list[0]));
	u->n--;
}

void undo_push(struct undos *u, struct undo step)
{
	if (u->n == UNDO_MAX)
		drop(u, 0);
	u->list[u->n++] = step;
}

bool undo_pop(struct undos *u, struct undo *out)
{
	if (u->n == 0)
		return false;
	*out = u->list[--u->n];
	return true;
}

void undo_forget(struct undos *u, const struct view *v)
{
	for (unsigned i = u->n; i-- > 0;)
		if (u->list[i].view == v)
			drop(u, i);
}

void undos_fini(struct undos *u)
{
	while (u->n > 0)
		drop(u, u->n - 1);
}
