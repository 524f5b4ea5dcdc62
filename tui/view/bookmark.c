/* How a screen sets a bookmark, takes it away, and tells that a thing has one. The list of them is bookmarks.c. */
#include "view/view.h"

#include "base/clean.h"
#include "widget/waterfall.h"

/* Number of its id; 0: it has none. */
static uint32_t id_of(const struct world *w, enum bookmark_of of, uint32_t number)
{
	struct model *m = explorer_model(w->explorer);

	if (number == MODEL_NONE)
		return 0;
	switch (of) {
	case BOOKMARK_TRACE:
		return model_trace(m, number)->id;
	case BOOKMARK_SESSION:
		return model_session(m, number)->id;
	case BOOKMARK_USER:
		return number;
	default:
		return events_uuid(model_events(m), number);
	}
}

static void append_name(const struct world *w, enum bookmark_of of, uint32_t number,
                        struct buf *out)
{
	struct model *m = explorer_model(w->explorer);
	const struct events *t = model_events(m);

	if (of == BOOKMARK_EVENT)
		waterfall_label(t, number, out);
	else if (of == BOOKMARK_TRACE)
		buf_append(out, strings_get(&t->strings, model_trace(m, number)->name));
	else if (of == BOOKMARK_SESSION && model_session(m, number)->user != 0)
		ids_text(&t->ids, model_session(m, number)->user, out);
}

const struct bookmark *view_bookmarked(struct world *w, enum bookmark_of of, uint32_t number)
{
	if (w->bookmarks == NULL || bookmarks_count(w->bookmarks) == 0)
		return NULL;
	bookmarks_resolve(w->bookmarks, &explorer_events(w->explorer)->ids);
	return bookmarks_find(w->bookmarks, of, id_of(w, of, number));
}

void view_bookmark_status(struct world *w, enum bookmark_of of, uint32_t number, struct buf *out)
{
	const struct bookmark *b = view_bookmarked(w, of, number);

	if (b == NULL)
		return;
	buf_puts(out, "  bookmarked");
	if (b->note.n > 0)
		buf_puts(out, ": ");
	clean_append(out, b->note, 0);
}

/* What undoes a change of a bookmark that is about to come. */
static struct undo step_of(const struct bookmark *b, bool had)
{
	struct undo step = {.what = UNDO_BOOKMARK, .of = b->of, .had = had, .time = b->time};

	buf_append(&step.text, b->id);
	buf_append(&step.name, b->name);
	buf_append(&step.note, b->note);
	return step;
}

/* Pushes the step of a change that was made; else a message says why it was not. */
static bool changed(struct world *w, struct undo *step, enum err err, const struct errinfo *e)
{
	if (err == ERR_OK) {
		undo_push(&w->undos, *step);
		return true;
	}
	undo_free(step);
	buf_puts(&w->message, e->msg);
	return false;
}

void view_unbookmark(struct world *w, const struct bookmark *b)
{
	struct errinfo e = {0};
	struct undo step;
	enum err err;

	if (b == NULL) {
		buf_puts(&w->message, "no bookmark here (M sets one)");
		return;
	}
	step = step_of(b, true);
	err = bookmarks_remove(w->bookmarks, b->of, b->id, &e);
	if (changed(w, &step, err, &e))
		buf_puts(&w->message, "no longer bookmarked (u takes that back)");
}

void view_undo_bookmark(struct world *w, const struct undo *step)
{
	struct bookmark b = {.of = step->of,
	                     .id = buf_str(&step->text),
	                     .name = buf_str(&step->name),
	                     .note = buf_str(&step->note),
	                     .time = step->time};
	struct errinfo e = {0};
	enum err err;

	if (step->had)
		err = bookmarks_set(w->bookmarks, &b, &e);
	else
		err = bookmarks_remove(w->bookmarks, b.of, b.id, &e);
	if (err != ERR_OK)
		buf_puts(&w->message, e.msg);
	else
		buf_puts(&w->message,
		         step->had ? "the bookmark is as it was before" : "no longer bookmarked");
}

static void copy(struct buf *to, struct str text)
{
	buf_clear(to);
	buf_append(to, text);
}

void view_ask_note(struct world *w, const struct bookmark *b)
{
	struct noted *n = &w->noted;

	n->of = b->of;
	copy(&n->id, b->id);
	copy(&n->name, b->name);
	copy(&n->note, b->note);
	w->wish.kind = WISH_NOTE;
}

bool view_bookmark(struct world *w, enum action action, enum bookmark_of of, uint32_t number)
{
	const struct bookmark *b = view_bookmarked(w, of, number);
	uint32_t id = id_of(w, of, number);
	struct buf text = {0}, name = {0};

	if (action == ACTION_REMOVE) {
		view_unbookmark(w, b);
	} else if (w->bookmarks == NULL || number == MODEL_NONE) {
		buf_puts(&w->message, "nothing here to bookmark");
	} else if (id == 0) {
		buf_puts(&w->message, "this has no id to find it again by");
	} else {
		ids_text(&explorer_events(w->explorer)->ids, id, &text);
		append_name(w, of, number, &name);
		view_ask_note(w, &(struct bookmark){.of = of,
		                                    .id = buf_str(&text),
		                                    .name = buf_str(&name),
		                                    .note = b != NULL ? b->note : STR_EMPTY});
	}
	buf_free(&text);
	buf_free(&name);
	return true;
}

/* Also of what is not loaded. */
static const struct bookmark *find(const struct world *w, enum bookmark_of of, struct str id)
{
	for (uint32_t i = 0; i < bookmarks_count(w->bookmarks); i++) {
		const struct bookmark *b = bookmarks_at(w->bookmarks, i);

		if (b->of == of && str_eq(b->id, id))
			return b;
	}
	return NULL;
}

void view_bookmark_note(struct world *w, struct str note)
{
	struct bookmark b = {.of = w->noted.of,
	                     .id = buf_str(&w->noted.id),
	                     .name = buf_str(&w->noted.name),
	                     .note = note,
	                     .time = w->now};
	const struct bookmark *old = find(w, b.of, b.id);
	struct undo step = step_of(old != NULL ? old : &b, old != NULL);
	struct errinfo e = {0};
	enum err err = bookmarks_set(w->bookmarks, &b, &e);

	if (changed(w, &step, err, &e))
		buf_puts(&w->message, "bookmarked (' lists them, X removes)");
}
