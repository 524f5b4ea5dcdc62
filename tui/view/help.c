/* Help: text that somebody else writes (from the table of commands), read, searched and closed here. */
#include "base/mem.h"
#include "view/view.h"
#include "widget/reader.h"

struct help_view {
	struct view view;
	struct reader reader;
};

static void help_draw(struct view *v, struct surface *s, struct area a)
{
	reader_draw(&((struct help_view *)v)->reader, s, a);
}

static bool help_act(struct view *v, enum action action, int argument)
{
	(void)argument;
	if (action == ACTION_LEFT || action == ACTION_HELP || action == ACTION_CANCEL) {
		v->world->wish.kind = WISH_CLOSE;
		return true;
	}
	return reader_act(&((struct help_view *)v)->reader, action);
}

static bool help_find(struct view *v, struct str needle, int direction)
{
	return reader_find(&((struct help_view *)v)->reader, needle, direction);
}

static void help_status(struct view *v, struct buf *out)
{
	buf_printf(out, "%d%%  / finds a key or a word, q closes",
	           reader_percent(&((struct help_view *)v)->reader));
}

static void help_command(struct view *v, struct buf *out)
{
	(void)v;
	(void)out;
}

static void help_go(struct view *v, uint64_t number, bool percent)
{
	reader_go(&((struct help_view *)v)->reader, number, percent);
}

static void help_free(struct view *v)
{
	reader_fini(&((struct help_view *)v)->reader);
	mem_free(v);
}

static const struct view_class help_class = {
	.title = "Help",
	.free = help_free,
	.draw = help_draw,
	.act = help_act,
	.find = help_find,
	.status = help_status,
	.command = help_command,
	.go = help_go,
};

struct view *view_help_new(struct world *w, void (*fill)(struct reader *r))
{
	struct help_view *h = mem_zero(1, sizeof(*h));

	h->view = (struct view){.class = &help_class, .world = w, .title = "Help"};
	reader_init(&h->reader);
	fill(&h->reader);
	return &h->view;
}
