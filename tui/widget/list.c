/* Cursor and window arithmetic of lists. Invariant after every call: top <= cursor < top + height, cursor < count (or 0). */
#include "widget/list.h"

static uint64_t seen(const struct list *l)
{
	return l->height > 0 ? (uint64_t)l->height : 1;
}

/* Brings cursor and top into range, scrolling as little as needed. */
static void settle(struct list *l)
{
	uint64_t height = seen(l);

	if (l->cursor >= l->count)
		l->cursor = l->count > 0 ? l->count - 1 : 0;
	if (l->cursor < l->top)
		l->top = l->cursor;
	if (l->cursor - l->top >= height)
		l->top = l->cursor - height + 1;
	/* No empty rows below while there are rows above. */
	if (l->count < l->top + height)
		l->top = l->count > height ? l->count - height : 0;
}

void list_set(struct list *l, uint64_t count, int height)
{
	l->count = count;
	l->height = height;
	settle(l);
}

void list_place(struct list *l, uint64_t cursor)
{
	uint64_t above = l->cursor - l->top;

	l->cursor = cursor;
	l->top = cursor > above ? cursor - above : 0;
	settle(l);
}

void list_go(struct list *l, uint64_t cursor)
{
	l->cursor = cursor;
	settle(l);
}

static void move(struct list *l, bool down, uint64_t rows)
{
	if (down)
		l->cursor = l->count - l->cursor > rows ? l->cursor + rows : l->count;
	else
		l->cursor = l->cursor > rows ? l->cursor - rows : 0;
	settle(l);
}

/* A page keeps what is under the cursor at its place on the screen. */
static void page(struct list *l, bool down, uint64_t rows)
{
	if (down)
		l->top = l->count - l->top > rows ? l->top + rows : l->top;
	else
		l->top = l->top > rows ? l->top - rows : 0;
	move(l, down, rows);
}

bool list_act(struct list *l, enum action action)
{
	uint64_t height = seen(l);
	uint64_t whole = height > 1 ? height - 1 : 1, half = height > 1 ? height / 2 : 1;

	switch (action) {
	case ACTION_DOWN:
	case ACTION_UP:
		move(l, action == ACTION_DOWN, 1);
		return true;
	case ACTION_PAGE_DOWN:
	case ACTION_PAGE_UP:
		page(l, action == ACTION_PAGE_DOWN, whole);
		return true;
	case ACTION_HALF_DOWN:
	case ACTION_HALF_UP:
		page(l, action == ACTION_HALF_DOWN, half);
		return true;
	case ACTION_FIRST:
		list_go(l, 0);
		return true;
	case ACTION_LAST:
		list_go(l, l->count);
		return true;
	default:
		return false;
	}
}

void list_position(const struct list *l, struct buf *out)
{
	uint64_t last = l->top + seen(l);

	if (l->count == 0) {
		buf_puts(out, "0/0");
		return;
	}
	if (last > l->count)
		last = l->count;
	buf_printf(out, "%llu-%llu/%llu", (unsigned long long)l->top + 1, (unsigned long long)last,
	           (unsigned long long)l->count);
}
