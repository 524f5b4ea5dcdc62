/* The frame around a view: the head line with crumbs, sums and the last event's time; the status line with position,
 * the equivalent command, a message or a prompt. */
#include "base/time.h"
#include "base/utf8.h"
#include "command/app_internal.h"
#include "command/remote.h"
#include "draw/format.h"
#include "draw/source_text.h"
#include "draw/width.h"

#include <string.h>

#define MIN_ROWS      8
#define MIN_COLS      40
#define LOADING_SHOWN 1000000 /* bytes to go */
#define TABS_COLS     120
#define ALARM_ROWS    3  /* at most */
#define HEAD_CLOCK    11 /* columns, with the blanks before it */
#define HEAD_EDGES    3  /* between the crumbs and what is right of them, and at the end */
#define TALL          20 /* rows of a screen that has as many to spare */
#define NAMES_SHOWN   3u /* of sources */

static struct str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return str_of(slash != NULL && slash[1] != '\0' ? slash + 1 : path);
}

/* An endpoint's journal is known by its address. */
static const char *origin_name(const struct app *a, uint32_t origin)
{
	const struct explorer *x = a->world.explorer;
	bool endpoint = a->world.intake != NULL && a->world.intake->origin == origin;

	return endpoint ? a->world.intake->name : explorer_origin_name(x, origin);
}

/* "local:8765 + dev + 3 more" */
static void append_sources(const struct app *a, struct buf *out)
{
	uint32_t n = explorer_origin_count(a->world.explorer);
	uint32_t shown = n <= NAMES_SHOWN ? n : NAMES_SHOWN - 1;

	for (uint32_t i = 0; i < shown; i++) {
		buf_puts(out, i > 0 ? " + " : "");
		clean_append(out, str_of(origin_name(a, i)), 0);
	}
	if (n > shown)
		buf_printf(out, " + %u more", n - shown);
}

static void append_source(const struct app *a, struct buf *out)
{
	struct buf name = {0};

	if (explorer_origin_count(a->world.explorer) > 1) {
		append_sources(a, out);
		return;
	}
	if (a->world.intake != NULL)
		buf_puts(&name, a->world.intake->name);
	else if (!remote_name(a->world.explorer, &name))
		buf_append(&name, base_name(a->world.source));
	clean_append(out, buf_str(&name), 0);
	buf_free(&name);
}

/* What the crumbs begin with, in the colours that rows have. */
static void colour_sources(const struct app *a, struct surface *s, struct area row,
                           struct str crumbs)
{
	uint32_t n = explorer_origin_count(a->world.explorer);
	struct buf text = {0};
	int col = 1, width;

	buf_add(&text, ' ');
	append_source(a, &text);
	if (n < 2 || !str_starts(crumbs, buf_str(&text)))
		n = 0;
	for (uint32_t i = 0; i < (n <= NAMES_SHOWN ? n : NAMES_SHOWN - 1); i++) {
		buf_clear(&text);
		clean_append(&text, str_of(origin_name(a, i)), 0);
		width = width_text(buf_str(&text));
		surface_put(s, row, 0, col, width, source_role(i), buf_str(&text));
		col += width + (int)strlen(" + ");
	}
	buf_free(&text);
}

static const char *view_label(int number)
{
	static const char *const labels[10] = {
		[0] = "Sources", [1] = "Traces", [2] = "Sessions", [3] = "Generations",
		[4] = "Users",   [5] = "Errors", [6] = "Stats",    [7] = "Live",
		[8] = "Models",  [9] = "Tools",
	};

	return labels[number];
}

static void crumbs_from(struct app *a, int first, struct buf *out)
{
	struct stack *s = &a->stacks[a->current];

	buf_clear(out);
	buf_add(out, ' ');
	if (first < 0)
		append_source(a, out);
	for (int i = first > 0 ? first : 0; i < s->n; i++) {
		buf_puts(out, i > first ? " > " : "");
		clean_append(out, str_of(s->views[i]->title), 0);
	}
}

/* The way to here; its beginning gives way before what is here. */
static void crumbs(struct app *a, int width, struct buf *out)
{
	int first = -1, last = a->stacks[a->current].n - 1;

	crumbs_from(a, first, out);
	while (first < last && width_text(buf_str(out)) > width)
		crumbs_from(a, ++first, out);
}

/* Columns of what must stand of it, at most so many. */
static int last_crumb(struct app *a, int most)
{
	struct buf text = {0};
	int width;

	crumbs_from(a, a->stacks[a->current].n - 1, &text);
	width = width_text(buf_str(&text));
	buf_free(&text);
	return width < most ? width : most;
}

/* text without the fields that do not fit, from its left (keep_right) or its right. Two blanks or more are between fields:
 * half a number would be a wrong number. */
static struct str whole_fields(struct str text, int width, bool keep_right)
{
	while (width_text(text) > width) {
		size_t cut = SIZE_MAX, at = str_find(text, STR("  "), 0, false);

		for (; at != SIZE_MAX; at = str_find(text, STR("  "), at + 1, false)) {
			cut = at;
			if (keep_right && at > 0)
				break;
		}
		if (cut == SIZE_MAX)
			return keep_right ? STR_EMPTY : text;
		text = keep_right ? str_trim(str_sub(text, cut, SIZE_MAX)) : str_sub(text, 0, cut);
	}
	return text;
}

static void progress(struct app *a, struct buf *out)
{
	uint64_t loaded, bytes;

	if (!explorer_loading(a->world.explorer))
		return;
	explorer_progress(a->world.explorer, &loaded, &bytes);
	/* A followed file is a few lines behind at times: that is no news. */
	if (bytes - loaded < LOADING_SHOWN)
		return;
	buf_printf(out, "loading %u%% of ", bytes == 0 ? 0 : (unsigned)(loaded * 100 / bytes));
	format_bytes(out, bytes);
	buf_puts(out, "  ");
}

/* Of the source that is being loaded; the time is that of all. */
static void append_rate(const struct app *a, struct buf *out)
{
	const struct explorer *x = a->world.explorer;
	uint64_t loaded, bytes;

	explorer_progress(x, &loaded, &bytes);
	if (bytes - loaded < LOADING_SHOWN)
		return;
	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);
		struct stream_status stream;

		if (s->state == LOADER_LOADING && s->began != 0 &&
		    !explorer_source_stream(x, i, &stream))
			source_rate_text(out, s->loaded - s->began_at, bytes - loaded,
			                 time_monotonic() - s->began);
	}
}

static const int tab_order[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0};
#define TABS (sizeof(tab_order) / sizeof(tab_order[0]))

/* Of the others only the numbers where there is no room for their names. */
static void tab_text(const struct app *a, size_t i, bool names, struct buf *out)
{
	int number = tab_order[i];

	if (number == a->current)
		buf_printf(out, "[%d %s]", number, view_label(number));
	else if (names)
		buf_printf(out, " %d %s ", number, view_label(number));
	else
		buf_printf(out, " %d ", number);
}

static int tabs_width(const struct app *a, bool names)
{
	struct buf text = {0};
	int width;

	for (size_t i = 0; i < TABS; i++)
		tab_text(a, i, names, &text);
	width = (int)text.n;
	buf_free(&text);
	return width;
}

static int draw_tabs(const struct app *a, struct surface *s, struct area row, int col, bool names)
{
	struct buf text = {0};

	for (size_t i = 0; i < TABS; i++) {
		bool here = tab_order[i] == a->current;

		buf_clear(&text);
		tab_text(a, i, names, &text);
		col += surface_put(s, row, 0, col, (int)text.n, here ? ROLE_HEAD_STRONG : ROLE_HEAD,
		                   buf_str(&text));
	}
	buf_free(&text);
	return col;
}

static void draw_head(struct app *a, struct surface *s, struct area row)
{
	struct view *v = app_top(a);
	int64_t last = model_last_time(explorer_model(a->world.explorer));
	struct buf left = {0}, right = {0};
	int used, room, spare;

	surface_fill(s, row, 0, 0, row.cols, ROLE_HEAD, ' ');
	progress(a, &right);
	if (a->world.intake != NULL && a->world.intake->forward[0] != '\0')
		buf_printf(&right, "%s  ", a->world.intake->forward);
	remote_head(a->world.explorer, &right);
	v->head_cols = row.cols - last_crumb(a, row.cols / 2) - width_text(buf_str(&right)) -
	               (last != TIME_NONE ? HEAD_CLOCK : 0) - HEAD_EDGES;
	if (v->class->head != NULL)
		v->class->head(v, &right);
	if (last != TIME_NONE) {
		buf_puts(&right, "   ");
		time_append_clock(&right, last);
	}
	room = row.cols - width_text(buf_str(&right)) - 4;
	crumbs(a, room > row.cols / 4 ? room : row.cols / 4, &left);
	used = surface_put(s, row, 0, 0, room > row.cols / 2 ? room : row.cols / 2,
	                   ROLE_HEAD_STRONG, buf_str(&left));
	if (width_text(buf_str(&left)) <= used)
		colour_sources(a, s, row, buf_str(&left));
	room = row.cols - used - 3;
	spare = room - 1 - width_text(buf_str(&right));
	if (row.cols >= TABS_COLS && spare >= tabs_width(a, false)) {
		used = draw_tabs(a, s, row, used + 2, spare >= tabs_width(a, true));
		room = row.cols - used - 2; /* a tab ends in a blank */
	}
	surface_put_right(s, row, 0, row.cols - 1 - room, room, ROLE_HEAD,
	                  whole_fields(buf_str(&right), room, true));
	buf_free(&left);
	buf_free(&right);
}

static void draw_command(struct app *a, struct surface *s, struct area row, int used)
{
	struct buf line = {0};
	int room = row.cols - used - 2, width;
	bool any;

	buf_puts(&line, "cmd: ");
	any = app_command_line(a, &line);
	width = width_text(buf_str(&line));
	if (any && width <= room)
		surface_put_right(s, row, 0, row.cols - 1 - width, width, ROLE_STATUS,
		                  buf_str(&line));
	else if (room >= 6)
		surface_put_right(s, row, 0, row.cols - 7, 6, ROLE_STATUS, STR("? keys"));
	buf_free(&line);
}

/* A line that is not cut without a mark. */
static void put_line(struct surface *s, struct area row, int col, int width, enum role role,
                     struct str text)
{
	bool cut = width_text(text) > width;
	int used;

	if (cut)
		text = str_sub(text, 0, width_fit(text, width - 1, &used));
	used = surface_put(s, row, 0, col, width, role, text);
	if (cut)
		surface_puts(s, row, 0, col + used, role, glyph(GLYPH_CLIP));
}

static void draw_status(struct app *a, struct surface *s, struct area row)
{
	struct view *v = app_top(a);
	struct buf text = {0};
	int used;

	surface_fill(s, row, 0, 0, row.cols, ROLE_STATUS, ' ');
	if (a->world.message.n > 0) {
		clean_append(&text, buf_str(&a->world.message), 0);
		put_line(s, row, 1, row.cols - 2, ROLE_WARNING, buf_str(&text));
		buf_free(&text);
		return;
	}
	if (a->prefix != 0)
		buf_printf(&text, "%c-  ", (int)a->prefix);
	app_look_again(a, remote_status(a->world.explorer, &text));
	v->class->status(v, &text);
	append_rate(a, &text);
	used = 1 + surface_put(s, row, 0, 1, row.cols - 2, ROLE_STATUS,
	                       whole_fields(buf_str(&text), row.cols - 2, false));
	draw_command(a, s, row, used + 1);
	buf_free(&text);
}

/* Gives the rows that the text took. */
static int draw_wrapped(struct surface *s, struct area row, int rows, enum role role,
                        struct str text)
{
	int n = 0, width = row.cols - 2;

	for (; text.n > 0; n++, row.row++) {
		size_t next = text.n, end = text.n;

		if (n + 1 < rows)
			end = width_wrap(text, width, &next);
		surface_fill(s, row, 0, 0, row.cols, role, ' ');
		put_line(s, row, 1, width, role, str_sub(text, 0, end));
		text = str_sub(text, next, SIZE_MAX);
	}
	return n;
}

/* What must not be overlooked, in lines of its own below the head; gives how many rows that takes. */
static int draw_alarm(const struct app *a, struct surface *s, struct area row)
{
	const struct intake *intake = a->world.intake;
	struct buf text = {0}, clean = {0};
	enum role role = ROLE_ERROR;
	int rows;

	if (intake != NULL && intake->failing.code != ERR_OK) {
		buf_printf(&text, "events are refused: %s", intake->failing.msg);
	} else if (intake != NULL && intake->exposed) {
		role = ROLE_WARNING;
		buf_puts(&text, "every machine that can reach this one can send events here");
	} else if (intake != NULL && intake->forward_trouble.code != ERR_OK) {
		role = ROLE_WARNING;
		buf_printf(&text, "forwarding: %s", intake->forward_trouble.msg);
	} else {
		remote_alarm(a->world.explorer, &text);
	}
	clean_append(&clean, buf_str(&text), 0);
	rows = draw_wrapped(s, row, s->rows >= TALL ? ALARM_ROWS : ALARM_ROWS - 1, role,
	                    buf_str(&clean));
	buf_free(&text);
	buf_free(&clean);
	return rows;
}

static void draw_too_small(struct surface *s)
{
	surface_put(s, surface_area(s), 0, 0, s->cols, ROLE_WARNING, STR("tracehog needs 40x8"));
}

void app_look_again(struct app *a, int64_t after)
{
	if (after != 0 && (a->draw_again_us == 0 || after < a->draw_again_us))
		a->draw_again_us = after;
}

const struct surface *app_draw(struct app *a, int *row, int *col)
{
	struct surface *s = &a->surface;
	struct area all = surface_area(s), body = all, status = all;
	struct view *v;
	bool rests;

	app_open_found(a);
	v = app_top(a);
	*row = -1;
	*col = 0;
	a->draw_again_us = 0;
	surface_clear(s);
	if (all.rows < MIN_ROWS || all.cols < MIN_COLS) {
		draw_too_small(s);
		return s;
	}
	a->world.now = app_now(a);
	body.row = 1 + draw_alarm(a, s, (struct area){1, 0, 1, all.cols});
	body.rows -= body.row + 1 + app_is_filtering(a);
	status.row = all.rows - 1;
	status.rows = 1;
	rests = app_watch(a);
	v->class->draw(v, s, body);
	draw_head(a, s, (struct area){0, 0, 1, all.cols});
	if (a->copying != COPY_NOTHING)
		app_copy(a, a->copying, a->copying_to);
	app_draw_menu(a, s, body);
	app_draw_picker(a, s, body);
	app_draw_offers(a, s, body);
	if (app_is_filtering(a)) {
		*row = status.row - 1;
		*col = app_draw_filter(a, s, (struct area){*row, 0, 1, all.cols}, status);
	} else if (a->prompting) {
		app_ranges_draw(a, s, body);
		*col = prompt_draw(a->prompt, s, status);
		*row = status.row;
	} else {
		draw_status(a, s, status);
	}
	app_look_again(a, v->draw_again_us);
	if (!rests || (a->offers.open && !a->offers.counted && a->offers.chosen < 0))
		app_look_again(a, VIEW_AT_ONCE);
	return s;
}
