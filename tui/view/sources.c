/* Where events come from: every source with its state, size and counts, and every bad or irregular line with its number, byte
 * position and reason; a cursor over those, and the raw line that one is. */
#include "base/mem.h"
#include "base/time.h"
#include "draw/format.h"
#include "draw/source_text.h"
#include "view/view.h"
#include "widget/reader.h"

#define RAW_BYTES ((size_t)1 << 20) /* of a raw line that are shown */
#define LABELS    2                 /* columns: the cursor's mark */
#define INDENT    1

/* A bad line: its source, and which of the source's. */
struct bad_place {
	uint32_t source, at;
	uint32_t paragraph; /* in the text */
};

struct sources_view {
	struct view view;
	struct reader reader; /* the list */
	struct bad_place *bad;
	uint32_t n_bad, cap_bad;
	uint32_t cursor;  /* in bad */
	bool moved;       /* the cursor has to be brought into sight */
	uint64_t made_of; /* bytes loaded, states and the cursor when the text was made */

	bool raw_shown, raw_read;
	struct bad_place raw_of;
	struct reader raw; /* the line, once it was read */
	struct buf line;   /* its bytes, as far as they are shown */
};

/* ---- the text -------------------------------------------------------------------------------- */

/* How far it is the stream says then: what it is loaded from grows as well. */
static bool is_streaming(const struct explorer *x, uint32_t source)
{
	struct stream_status s;

	return explorer_source_stream(x, source, &s) && !s.ended;
}

static void add_state(struct reader *r, const struct explorer *x, uint32_t source)
{
	const struct loader_status *s = explorer_source(x, source);
	struct buf text = {0};
	enum role role = source_state_text(&text, s, explorer_source_nameless(x, source));

	/* What is here is in, but the stream goes on. */
	if (s->state == LOADER_DONE && is_streaming(x, source)) {
		buf_clear(&text);
		buf_puts(&text, "open: more may come");
	} else if (s->state == LOADER_LOADING && s->began == 0) {
		buf_puts(&text, " when the source before it is in");
	} else if (s->state == LOADER_LOADING && !is_streaming(x, source)) {
		buf_puts(&text, "   ");
		source_progress_text(&text, s, time_monotonic());
	}
	reader_add(r, role, INDENT, ROLE_TEXT, STR_EMPTY, str_trim(buf_str(&text)));
	buf_free(&text);
}

/* Its lines stand in a temporary journal, which takes room on a disk, or worse. */
static void add_stream(struct reader *r, const struct explorer *x, uint32_t source)
{
	const char *notice = explorer_source_notice(x, source);
	struct stream_status s;
	struct buf text = {0};

	if (!explorer_source_stream(x, source, &s) || s.began == 0)
		return;
	source_stream_text(&text, &s);
	reader_add(r, ROLE_TEXT, INDENT, ROLE_TEXT, STR_EMPTY, buf_str(&text));
	if (notice != NULL)
		reader_add(r, ROLE_WARNING, INDENT, ROLE_TEXT, STR_EMPTY, str_of(notice));
	buf_free(&text);
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
	buf_puts(&line, " other events and log lines (not $ai_*)");
	reader_add(r, ROLE_TEXT, INDENT, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	buf_free(&line);
	reader_addf(r, s->counts.bad_lines > 0 ? ROLE_ERROR : ROLE_DIM, INDENT,
	            "%llu bad lines   %llu irregular   %llu suspect",
	            (unsigned long long)s->counts.bad_lines,
	            (unsigned long long)s->counts.irregular, (unsigned long long)s->counts.suspect);
	if (s->too_long > 0)
		reader_addf(r, ROLE_ERROR, INDENT, "%llu of them too long to be read",
		            (unsigned long long)s->too_long);
	if (s->pending > 0)
		reader_addf(r, ROLE_WARNING, INDENT,
		            "%llu bytes of an unfinished last line are not counted",
		            (unsigned long long)s->pending);
}

static void add_place(struct sources_view *v, struct bad_place place)
{
	if (v->n_bad == v->cap_bad) {
		v->cap_bad = v->cap_bad > 0 ? v->cap_bad * 2 : 64;
		v->bad = mem_resize(v->bad, v->cap_bad, sizeof(*v->bad));
	}
	v->bad[v->n_bad++] = place;
}

static void add_bad_lines(struct sources_view *v, uint32_t source)
{
	const struct loader_status *s = explorer_source(v->view.world->explorer, source);
	uint64_t all = s->counts.bad_lines + s->counts.irregular;
	struct buf text = {0};

	for (uint32_t i = 0; i < s->n_bad; i++) {
		const struct bad_line *b = &s->bad[i];
		uint64_t in_file = b->offset + b->pos;
		bool here = v->n_bad == v->cursor;

		buf_clear(&text);
		buf_printf(&text, "%s line %llu: %s at byte %llu of the line (%llu of the file)",
		           b->irregular ? "irregular" : "bad", (unsigned long long)b->line, b->why,
		           (unsigned long long)b->pos, (unsigned long long)in_file);
		add_place(v,
		          (struct bad_place){.source = source, .at = i, .paragraph = v->reader.n});
		reader_add(&v->reader, b->irregular ? ROLE_WARNING : ROLE_ERROR, INDENT,
		           ROLE_MARKER, here ? STR(">") : STR_EMPTY, buf_str(&text));
	}
	if (all > s->n_bad && s->state == LOADER_LOADING)
		reader_addf(&v->reader, ROLE_DIM, INDENT,
		            "... +%llu more (listed once all is loaded)",
		            (unsigned long long)(all - s->n_bad));
	else if (all > s->n_bad)
		reader_addf(&v->reader, ROLE_DIM, INDENT,
		            "... +%llu more (only the first %d are kept)",
		            (unsigned long long)(all - s->n_bad), LOADER_BAD_LINES_KEPT);
	buf_free(&text);
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
	struct errinfo why;
	struct buf line = {0};

	posthog_read_status(posthog, &s);
	buf_puts(&line, "posthog:");
	if (s.project != 0)
		buf_printf(&line, "%u ", s.project);
	buf_puts(&line, s.name);
	reader_add(r, ROLE_STRONG, 0, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	if (posthog_last_trouble(posthog, &why) != POSTHOG_FINE)
		reader_addf(r, ROLE_ERROR, INDENT, "%s", why.msg);
	reader_addf(r, ROLE_TEXT, INDENT, "%s", tail_text(&s));
	buf_clear(&line);
	format_count(&line, (int64_t)s.api.requests);
	buf_puts(&line, " requests   ");
	format_bytes(&line, s.api.bytes);
	buf_puts(&line, " fetched since the start");
	reader_add(r, ROLE_TEXT, INDENT, ROLE_TEXT, STR_EMPTY, buf_str(&line));
	reader_addf(r, ROLE_TEXT, 0, "%s", "");
	buf_free(&line);
}

static void add_file(struct sources_view *v, uint32_t source)
{
	struct explorer *x = v->view.world->explorer;
	struct reader *r = &v->reader;

	reader_add_across(r, ROLE_STRONG, str_of(explorer_source_path(x, source)));
	add_state(r, x, source);
	add_stream(r, x, source);
	add_counts(r, explorer_source(x, source));
	add_bad_lines(v, source);
	reader_addf(r, ROLE_TEXT, 0, "%s", "");
}

/* The name that rows have, in its colour, and what it stands for. */
static void add_origin(struct sources_view *v, uint32_t origin)
{
	struct explorer *x = v->view.world->explorer;
	struct reader *r = &v->reader;
	struct buf line = {0};

	if (explorer_origin_count(x) > 1) {
		buf_printf(&line, "%s   ", explorer_origin_name(x, origin));
		format_count(&line, explorer_origin_events(x, origin));
		buf_puts(&line, " events");
		reader_add_across(r, source_role(origin), buf_str(&line));
	}
	if (explorer_origin_posthog(x, origin) != NULL)
		add_posthog(r, explorer_origin_posthog(x, origin));
	for (uint32_t i = 0; i < explorer_source_count(x); i++)
		if (explorer_origin_of(x, i) == origin)
			add_file(v, i);
	buf_free(&line);
}

static void fill(struct sources_view *v)
{
	struct explorer *x = v->view.world->explorer;
	struct reader *r = &v->reader;
	struct reader_place top = r->top;

	reader_clear(r);
	v->n_bad = 0;
	r->label_width = LABELS;
	for (uint32_t i = 0; i < explorer_origin_count(x); i++)
		add_origin(v, i);
	if (explorer_origin_count(x) > 1)
		reader_addf(r, ROLE_DIM, 0, "%s",
		            ":source NAME opens one more, :source -NAME hides one's rows");
	r->top = top;
}

static uint64_t what_it_is_made_of(const struct sources_view *v)
{
	struct explorer *x = v->view.world->explorer;
	uint64_t made = v->cursor + UINT64_C(1);
	struct stream_status stream;
	struct posthog_status p;
	struct posthog *project;

	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);

		if (explorer_source_stream(x, i, &stream))
			made = made * 31 + stream.taken * 2 + stream.ended;
		made = made * 31 + s->loaded;
		made = made * 31 + s->bytes + s->pending;
		made = made * 31 + (uint64_t)s->state * 2 + s->succeeded;
		made = made * 31 + (uint64_t)s->error.code;
		made = made * 31 + (uint64_t)s->since;
	}
	for (uint32_t i = 0; (project = explorer_project(x, i)) != NULL; i++) {
		posthog_read_status(project, &p);
		made = made * 31 + p.api.requests * 7 + p.api.bytes + (uint64_t)p.tail * 5 +
		       (p.offline ? 3 : 0) + (p.ready ? 2 : 0) + (p.api.wait_until != 0 ? 11 : 0);
	}
	return made * 31 + explorer_origin_count(x);
}

/* After a drawing: scrolls if the cursor's line is not wholly seen, and says whether it did. */
static bool bring_into_sight(struct sources_view *v)
{
	struct reader *r = &v->reader;
	bool moved;

	if (v->cursor >= v->n_bad)
		return false;
	moved = reader_show_piece(r, v->bad[v->cursor].paragraph);
	/* What the first line belongs to is seen with it, if there is room. */
	if (moved && v->cursor == 0) {
		reader_go(r, 1, false);
		reader_show_piece(r, v->bad[0].paragraph);
	}
	return moved;
}

/* ---- the raw line ---------------------------------------------------------------------------- */

static const struct bad_line *line_of(const struct sources_view *v, struct bad_place place)
{
	return &explorer_source(v->view.world->explorer, place.source)->bad[place.at];
}

static void open_raw(struct sources_view *v)
{
	v->raw_of = v->bad[v->cursor];
	v->raw_shown = true;
	v->raw_read = false;
	buf_clear(&v->line);
}

/* Until a worker has read it, its place alone. */
static void fill_raw(struct sources_view *v)
{
	struct explorer *x = v->view.world->explorer;
	const struct bad_line *b = line_of(v, v->raw_of);
	uint64_t n = b->length < RAW_BYTES ? b->length : RAW_BYTES;
	const struct source_bytes *bytes = explorer_source_bytes(x, v->raw_of.source, b->offset,
	                                                         (size_t)n);
	struct buf title = {0};

	reader_clear(&v->raw);
	source_bad_line_text(&title, explorer_source_path(x, v->raw_of.source), b);
	reader_add(&v->raw, b->irregular ? ROLE_WARNING : ROLE_ERROR, 0, ROLE_TEXT, STR_EMPTY,
	           buf_str(&title));
	buf_free(&title);
	reader_addf(&v->raw, ROLE_TEXT, 0, "%s", "");
	v->raw_read = bytes->state != DETAIL_LOADING;
	if (bytes->state == DETAIL_FAILED)
		reader_addf(&v->raw, ROLE_ERROR, 0, "%s", bytes->error.msg);
	if (bytes->state != DETAIL_READY)
		return;
	buf_append(&v->line, buf_str(&bytes->bytes));
	reader_add(&v->raw, ROLE_CODE, 0, ROLE_TEXT, STR_EMPTY, buf_str(&v->line));
	if (b->length > n)
		reader_addf(&v->raw, ROLE_DIM, 0, "... +%llu bytes more%s",
		            (unsigned long long)(b->length - n),
		            b->length > JOURNAL_MAX_LINE ? " at least" : "");
}

static bool raw_act(struct sources_view *v, enum action action)
{
	if (action == ACTION_LEFT || action == ACTION_CLOSE || action == ACTION_CANCEL) {
		v->raw_shown = false;
		return true;
	}
	return action != ACTION_OPEN && reader_act(&v->raw, action);
}

static void sources_draw(struct view *view, struct surface *s, struct area a)
{
	struct sources_view *v = (struct sources_view *)view;
	uint64_t now = what_it_is_made_of(v);

	if (v->raw_shown && !v->raw_read)
		fill_raw(v);
	if (v->raw_shown) {
		reader_draw(&v->raw, s, a);
		return;
	}
	if (now != v->made_of)
		fill(v);
	v->made_of = now;
	reader_draw(&v->reader, s, a);
	if (v->moved && bring_into_sight(v)) {
		for (int row = 0; row < a.rows; row++)
			surface_fill(s, a, row, 0, a.cols, ROLE_TEXT, ' ');
		reader_draw(&v->reader, s, a);
	}
	v->moved = false;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* False if there is no such line: the text scrolls then. */
static bool move(struct sources_view *v, enum action action)
{
	uint32_t before = v->cursor;

	if (v->n_bad == 0)
		return false;
	if (action == ACTION_DOWN && v->cursor + 1 < v->n_bad)
		v->cursor++;
	if (action == ACTION_UP && v->cursor > 0)
		v->cursor--;
	if (action == ACTION_FIRST)
		v->cursor = 0;
	if (action == ACTION_LAST)
		v->cursor = v->n_bad - 1;
	v->moved = v->cursor != before;
	return v->moved;
}

static bool sources_act(struct view *view, enum action action, int argument)
{
	struct sources_view *v = (struct sources_view *)view;

	(void)argument;
	if (v->raw_shown)
		return raw_act(v, action);
	if (action == ACTION_LEFT) {
		view->world->wish.kind = WISH_CLOSE;
		return true;
	}
	if (action == ACTION_RELOAD) {
		fill(v);
		return true;
	}
	if (action == ACTION_OPEN && v->cursor < v->n_bad) {
		open_raw(v);
		return true;
	}
	return move(v, action) || reader_act(&v->reader, action);
}

static struct reader *shown(struct view *view)
{
	struct sources_view *v = (struct sources_view *)view;

	return v->raw_shown ? &v->raw : &v->reader;
}

static bool sources_find(struct view *view, struct str needle, int direction)
{
	return reader_find(shown(view), needle, direction);
}

static void sources_head(struct view *view, struct buf *out)
{
	uint32_t n = explorer_source_count(view->world->explorer);

	buf_printf(out, "%u source%s", n, n == 1 ? "" : "s");
}

static void sources_status(struct view *view, struct buf *out)
{
	struct sources_view *v = (struct sources_view *)view;

	if (v->raw_shown)
		buf_puts(out, "the line as it stands  ");
	else if (v->n_bad > 0)
		buf_printf(out, "%u/%u bad  ", v->cursor + 1, v->n_bad);
	buf_printf(out, "%d%%", reader_percent(shown(view)));
}

static void sources_command(struct view *view, struct buf *out)
{
	(void)view;
	buf_puts(out, "tracehog stats -v");
}

static void sources_go(struct view *view, uint64_t number, bool percent)
{
	reader_go(shown(view), number, percent);
}

/* Of a bad line its place; without any the text. */
static void copy_smart(struct sources_view *v, struct buf *out)
{
	struct explorer *x = v->view.world->explorer;

	if (v->raw_shown) {
		buf_append(out, buf_str(&v->line));
	} else if (v->cursor < v->n_bad) {
		struct bad_place place = v->bad[v->cursor];

		buf_printf(out, "%s:%llu", explorer_source_path(x, place.source),
		           (unsigned long long)line_of(v, place)->line);
		v->view.world->copied = "place";
	} else {
		reader_copy(&v->reader, out);
	}
}

/* The id of a source is its path. */
static bool sources_copy(struct view *view, enum copy_what what, struct buf *out)
{
	struct explorer *x = view->world->explorer;

	if (what == COPY_SMART) {
		copy_smart((struct sources_view *)view, out);
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
	struct sources_view *v = (struct sources_view *)view;

	reader_fini(&v->reader);
	reader_fini(&v->raw);
	mem_free(v->bad);
	buf_free(&v->line);
	mem_free(v);
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
	reader_init(&v->raw);
	return &v->view;
}
