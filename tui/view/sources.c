/* Where events come from: every source with its state, size and counts, and every bad or irregular line with its number, byte
 * position and reason. */
#include "base/mem.h"
#include "draw/format.h"
#include "view/view.h"
#include "widget/reader.h"

struct sources_view {
	struct view view;
	struct reader reader;
	uint64_t made_of; /* bytes, states and requests when the text was made */
};

static const char *state_text(const struct loader_status *s)
{
	switch (s->state) {
	case LOADER_LOADING:
		return "loading";
	case LOADER_DONE:
		return "loaded";
	case LOADER_SHRUNK:
		return "truncated since it was read: no longer followed";
	case LOADER_GONE:
		return "deleted or replaced: no longer followed";
	default:
		return s->error.msg;
	}
}

static void add_counts(struct reader *r, const struct loader_status *s)
{
	struct buf line = {0};

	format_bytes(&line, s->loaded);
	buf_puts(&line, " of ");
	format_bytes(&line, s->bytes);
	buf_puts(&line, "   ");
	format_count(&line, (int64_t)s->counts.lines);
	buf_puts(&line, " lines   ");
	format_count(&line, (int64_t)s->counts.other_events);
	buf_puts(&line, " events of other kinds (not $ai_*)");
	reader_add(r, ROLE_TEXT, 3, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	buf_free(&line);
	reader_addf(r, s->counts.bad_lines > 0 ? ROLE_ERROR : ROLE_DIM, 3,
	            "%llu bad lines   %llu irregular   %llu suspect",
	            (unsigned long long)s->counts.bad_lines,
	            (unsigned long long)s->counts.irregular, (unsigned long long)s->counts.suspect);
	if (s->pending > 0)
		reader_addf(r, ROLE_WARNING, 3,
		            "%llu bytes of an unfinished last line wait for their end",
		            (unsigned long long)s->pending);
}

static void add_bad_lines(struct reader *r, const struct loader_status *s)
{
	uint64_t all = s->counts.bad_lines + s->counts.irregular;

	for (uint32_t i = 0; i < s->n_bad; i++) {
		const struct bad_line *b = &s->bad[i];
		reader_addf(r, b->irregular ? ROLE_WARNING : ROLE_ERROR, 3,
		            "%s line %llu: %s at byte %llu of the line (%llu of the file)",
		            b->irregular ? "irregular" : "bad", (unsigned long long)b->line, b->why,
		            (unsigned long long)b->pos, (unsigned long long)b->offset + b->pos);
	}
	if (all > s->n_bad)
		reader_addf(r, ROLE_DIM, 3, "... +%llu more (only the first %d are kept)",
		            (unsigned long long)(all - s->n_bad), LOADER_BAD_LINES_KEPT);
}

static const char *tail_text(const struct posthog_status *s)
{
	if (s->offline || (s->api.wait_until != 0 && !s->api.limited))
		return "offline: this is what was fetched before";
	if (!s->ready)
		return "connecting";
	if (s->tail == POSTHOG_TAIL_STREAM)
		return "what is new comes by the live stream, and by a query every 30 s";
	return s->tail == POSTHOG_TAIL_POLLING ? "what is new comes by a query every 30 s"
	                                       : "nothing new is fetched";
}

/* Its files, which follow, are those of the cache. */
static void add_posthog(struct reader *r, const struct posthog *posthog)
{
	struct posthog_status s;
	struct buf line = {0};

	posthog_read_status(posthog, &s);
	buf_puts(&line, "posthog:");
	if (s.project != 0)
		buf_printf(&line, "%u ", s.project);
	buf_puts(&line, s.name);
	reader_add(r, ROLE_STRONG, 0, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	reader_addf(r, ROLE_TEXT, 3, "%s", tail_text(&s));
	buf_clear(&line);
	format_count(&line, (int64_t)s.api.requests);
	buf_puts(&line, " requests   ");
	format_bytes(&line, s.api.bytes);
	buf_puts(&line, " fetched since the start");
	reader_add(r, ROLE_TEXT, 3, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	reader_addf(r, ROLE_TEXT, 0, "%s", "");
	buf_free(&line);
}

/* Of what the text is made; another number when it is to be made again. */
static uint64_t state_of(struct explorer *x)
{
	struct posthog_status s;
	uint64_t loaded, bytes, sum;

	explorer_progress(x, &loaded, &bytes);
	sum = loaded + bytes + 1;
	for (uint32_t i = 0; i < explorer_source_count(x); i++)
		sum += (uint64_t)explorer_source(x, i)->state * 31;
	if (explorer_posthog(x) == NULL)
		return sum;
	posthog_read_status(explorer_posthog(x), &s);
	return sum * 31 + s.api.requests * 7 + s.api.bytes + (uint64_t)s.tail * 5 +
	       (s.offline ? 3 : 0) + (s.ready ? 2 : 0) + (s.api.wait_until != 0 ? 11 : 0);
}

static void fill(struct sources_view *v)
{
	struct explorer *x = v->view.world->explorer;
	struct reader *r = &v->reader;
	uint32_t top = r->top, top_row = r->top_row;

	reader_clear(r);
	if (explorer_posthog(x) != NULL)
		add_posthog(r, explorer_posthog(x));
	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);
		reader_add(r, ROLE_STRONG, 0, ROLE_TEXT, STR_EMPTY,
		           str_of(explorer_source_path(x, i)));
		reader_addf(r, s->state <= LOADER_DONE ? ROLE_GOOD : ROLE_ERROR, 3, "%s",
		            state_text(s));
		add_counts(r, s);
		add_bad_lines(r, s);
		reader_addf(r, ROLE_TEXT, 0, "%s", "");
	}
	r->top = top;
	r->top_row = top_row;
}

static void sources_draw(struct view *view, struct surface *s, struct area a)
{
	struct sources_view *v = (struct sources_view *)view;
	uint64_t now = state_of(view->world->explorer);

	if (now != v->made_of)
		fill(v);
	v->made_of = now;
	reader_draw(&v->reader, s, a);
}

static bool sources_act(struct view *view, enum action action, int argument)
{
	(void)argument;
	if (action == ACTION_LEFT) {
		view->world->wish.kind = WISH_CLOSE;
		return true;
	}
	if (action == ACTION_RELOAD) {
		fill((struct sources_view *)view);
		return true;
	}
	return reader_act(&((struct sources_view *)view)->reader, action);
}

static bool sources_find(struct view *view, struct str needle, int direction)
{
	return reader_find(&((struct sources_view *)view)->reader, needle, direction);
}

static void sources_head(struct view *view, struct buf *out)
{
	uint32_t n = explorer_source_count(view->world->explorer);

	buf_printf(out, "%u source%s", n, n == 1 ? "" : "s");
}

static void sources_status(struct view *view, struct buf *out)
{
	buf_printf(out, "%d%%", reader_percent(&((struct sources_view *)view)->reader));
}

static void sources_command(struct view *view, struct buf *out)
{
	(void)view;
	buf_puts(out, "tracehog stats -v");
}

static void sources_go(struct view *view, uint64_t number, bool percent)
{
	struct reader *r = &((struct sources_view *)view)->reader;

	reader_go(r, (uint32_t)view_place(number, percent, r->n));
}

/* The id of a source is its path; the text is what stands here, with the places of bad lines. */
static bool sources_copy(struct view *view, enum copy_what what, struct buf *out)
{
	struct explorer *x = view->world->explorer;

	if (what == COPY_SMART) {
		reader_copy(&((struct sources_view *)view)->reader, out);
	} else if (what == COPY_ID) {
		for (uint32_t i = 0; i < explorer_source_count(x); i++) {
			buf_puts(out, i > 0 ? "\n" : "");
			buf_puts(out, explorer_source_path(x, i));
		}
		view->world->copied = "path";
	}
	return out->n > 0;
}

static void sources_free(struct view *view)
{
	reader_fini(&((struct sources_view *)view)->reader);
	mem_free(view);
}

static const struct view_class sources_class = {
	.title = "Sources",
	.free = sources_free,
	.draw = sources_draw,
	.act = sources_act,
	.find = sources_find,
	.head = sources_head,
	.status = sources_status,
	.command = sources_command,
	.go = sources_go,
	.copy = sources_copy,
};

struct view *view_sources_new(struct world *w)
{
	struct sources_view *v = mem_zero(1, sizeof(*v));

	v->view = (struct view){.class = &sources_class, .world = w, .title = "Sources"};
	reader_init(&v->reader);
	return &v->view;
}
