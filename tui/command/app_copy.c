/* Copying: what a key asks for is taken from the view, or made here, and handed to whoever has a clipboard. What a view must read
 * first is asked for again with every frame until it is there or the next key comes. */
#include "command/app_internal.h"

/* Only these commands know of a time. */
static bool takes_range(struct str line)
{
	return str_find(line, STR("tracehog ls "), 0, false) != SIZE_MAX ||
	       str_find(line, STR("tracehog stats"), 0, false) != SIZE_MAX;
}

bool app_command_line(struct app *a, struct buf *out)
{
	struct view *v = app_top(a);
	size_t before = out->n;

	v->class->command(v, out);
	if (out->n == before)
		return false;
	buf_add(out, ' ');
	view_quote(out, str_of(a->world.source));
	if (takes_range(str_sub(buf_str(out), before, SIZE_MAX)))
		buf_append(out, buf_str(&a->range));
	buf_append(out, buf_str(&a->options));
	return true;
}

static bool take(struct app *a, enum copy_what what, struct buf *text)
{
	struct view *v = app_top(a);

	a->world.copied = NULL;
	a->world.reading = false;
	if (what == COPY_COMMAND)
		return app_command_line(a, text);
	return v->class->copy != NULL && v->class->copy(v, what, text);
}

static const char *name_of(enum copy_what what)
{
	return what == COPY_ID ? "id" : what == COPY_COMMAND ? "command line" : "text";
}

static void hand_over(struct app *a, enum copy_what what, const struct buf *text)
{
	const char *copied = a->world.copied != NULL ? a->world.copied : name_of(what);

	if (text->full)
		app_say(a, "this is too much to copy");
	else if (a->copy != NULL)
		a->copy(a->copy_ctx, buf_str(text), copied);
	else
		app_say(a, "there is no clipboard here");
}

void app_copy(struct app *a, enum copy_what what)
{
	struct buf text = {0};

	buf_clear(&a->world.message);
	a->copying = COPY_NOTHING;
	if (take(a, what, &text)) {
		hand_over(a, what, &text);
	} else if (a->world.reading) {
		a->copying = what;
		app_say(a, "reading what is to be copied ...");
	} else if (a->world.message.n == 0) {
		buf_printf(&a->world.message, "no %s to copy here", name_of(what));
	}
	buf_free(&text);
}
