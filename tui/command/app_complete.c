/* Tab in a prompt: fields and scopes, then the values that events have with how many have each, the most frequent first; names of
 * saved views. The first Tab puts in what all of them share and opens a menu, the next ones go through it. Values are counted
 * in slices, a draw each, and come in as they are known. */
#include "command/app_internal.h"

#include "base/clean.h"
#include "base/time.h"
#include "config/config.h"
#include "draw/format.h"
#include "draw/width.h"
#include "query/split.h"
#include "term/input.h"

#include <string.h>

#define MENU_ROWS   8
#define COUNT_SLICE 4000 /* microseconds of a draw */

void app_close_offers(struct app *a)
{
	struct offers *c = &a->offers;

	seen_free(c->seen);
	arena_free(&c->arena);
	*c = (struct offers){0};
}

/* ---- gathering ------------------------------------------------------------------------------------------------------- */

static void add(struct offers *c, struct str text, const char *suffix, struct str note,
                uint32_t events)
{
	struct buf whole = {0};

	if (c->n == OFFERS_MAX)
		return;
	buf_append(&whole, text);
	buf_puts(&whole, suffix);
	c->list[c->n++] = (struct offer){arena_copy(&c->arena, buf_str(&whole)),
	                                 arena_copy(&c->arena, note), events};
	buf_free(&whole);
}

static void add_names(struct offers *c, struct str begins)
{
	const char *word;

	for (size_t i = FIELD_ANYTHING + 1; i < FIELDS; i++)
		if (str_starts(str_of(fields[i].name), begins))
			add(c, str_of(fields[i].name), i < FIELD_PROPERTY ? ":" : "",
			    str_of(fields[i].help), 0);
	for (size_t i = 0; (word = filter_word(i)) != NULL; i++)
		if (str_starts(str_of(word), begins))
			add(c, str_of(word), strchr(word, '(') ? "" : ":", STR_EMPTY, 0);
}

static void add_words(struct offers *c, const char *const *words, struct str begins)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (str_starts(str_of(words[i]), begins))
			add(c, str_of(words[i]), "", STR_EMPTY, 0);
}

static void add_field_words(struct offers *c, const struct field *field, struct str begins)
{
	for (size_t i = 0; field->words[i] != NULL; i++) {
		struct str word = str_of(field->words[i]);
		const char *help = field_word_help(field, word);

		if (str_starts(word, begins))
			add(c, word, "", help != NULL ? str_of(help) : STR_EMPTY, 0);
	}
}

static void add_keys(struct offers *c, struct str begins)
{
	for (size_t i = FIELD_ANYTHING + 1; i < FIELD_SYSTEM; i++) {
		struct str name = str_of(fields[i].name);

		if (str_starts(name, begins) && rows_column_of(ROWS_GENERATIONS, name) != NULL)
			add(c, name, "", str_of(fields[i].help), 0);
	}
}

static bool is_of_sdk(struct str name)
{
	return str_starts(name, STR("$"));
}

/* "@release:"; those of an app before those of its SDK. */
static void add_properties(struct offers *c, const struct field *field, bool sdk)
{
	uint32_t n;
	const struct seen_value *names = seen_values(c->seen, &n);

	for (uint32_t i = 0; i < n; i++) {
		struct buf term = {0};

		if (is_of_sdk(names[i].text) != sdk)
			continue;
		if (c->bare) {
			buf_puts(&term, field->name);
			buf_append(&term, names[i].text);
		} else {
			filter_append_term(&term, field, names[i].text, STR("x"));
			term.n--;
		}
		add(c, buf_str(&term), "", STR_EMPTY, names[i].events);
		buf_free(&term);
	}
}

/* As it has to be typed behind the colon. */
static void add_seen(struct offers *c, const struct field *field)
{
	uint32_t n;
	const struct seen_value *values = seen_values(c->seen, &n);

	c->n = 0;
	arena_free(&c->arena);
	c->sample = seen_sample(c->seen);
	if (c->names) {
		add_properties(c, field, false);
		add_properties(c, field, true);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct buf term = {0};
		size_t colon;

		filter_append_term(&term, field, STR("x"), values[i].text);
		colon = str_find(buf_str(&term), STR(":"), 0, false);
		add(c, str_sub(buf_str(&term), colon + 1, SIZE_MAX), "", STR_EMPTY,
		    values[i].events);
		buf_free(&term);
	}
}

/* Names of sources that are open. */
static void gather_open(struct app *a, struct str begins)
{
	const struct explorer *x = a->world.explorer;

	for (uint32_t i = 0; i < explorer_origin_count(x); i++)
		if (str_starts(str_of(explorer_origin_name(x, i)), begins))
			add(&a->offers, str_of(explorer_origin_name(x, i)), "", STR_EMPTY,
			    explorer_origin_events(x, i));
}

static void gather_values(struct app *a, const struct filter_completion *at, struct str begins)
{
	static const char *const times[] = {"15m", "1h", "1d", "today", "yesterday", NULL};
	struct offers *c = &a->offers;
	struct explorer *x = a->world.explorer;

	if (at->field->number == FIELD_SOURCE)
		gather_open(a, begins);
	else if (at->field->words != NULL)
		add_field_words(c, at->field, begins);
	else if (at->field->type == FIELD_TIME)
		add_words(c, times, begins);
	else
		c->seen = seen_new(explorer_model(x), explorer_properties(x), at->field, at->name);
	if (c->seen == NULL)
		return;
	if (str_starts(begins, STR("\"")))
		begins = str_sub(begins, 1, SIZE_MAX);
	seen_look(c->seen, begins);
	c->field = at->field;
	c->counted = seen_step(c->seen, time_monotonic() + COUNT_SLICE);
	add_seen(c, at->field);
}

/* Names behind @ and person. */
static bool gather_properties(struct app *a, struct str begins)
{
	struct offers *c = &a->offers;
	struct explorer *x = a->world.explorer;
	struct str prefix;

	for (size_t i = FIELD_PROPERTY; i < FIELDS; i++) {
		prefix = str_of(fields[i].name);
		if (!str_starts(begins, prefix))
			continue;
		c->seen = seen_new(explorer_model(x), explorer_properties(x), &fields[i],
		                   STR_EMPTY);
		c->names = true;
		seen_look(c->seen, str_sub(begins, prefix.n, SIZE_MAX));
		c->field = &fields[i];
		c->counted = seen_step(c->seen, time_monotonic() + COUNT_SLICE);
		add_seen(c, c->field);
		return true;
	}
	return false;
}

/* In a filter that begins at byte `start` of the line. */
static void gather_in_filter(struct app *a, size_t start)
{
	struct offers *c = &a->offers;
	struct prompt *p = a->prompt;
	struct str text = str_sub(buf_str(&p->text), start, SIZE_MAX), begins;
	struct filter_completion at;

	if (!filter_at(&at, text, p->at - start))
		return;
	c->from = (uint32_t)start + at.from;
	c->to = (uint32_t)start + at.to;
	begins = str_sub(text, at.from, p->at - start - at.from);
	if (at.field != NULL)
		gather_values(a, &at, begins);
	else if (at.name.n > 0)
		add_keys(c, begins);
	else if (!gather_properties(a, begins))
		add_names(c, begins);
}

/* Names of saved views, each with its filter. */
static void gather_views(struct app *a, struct str begins)
{
	struct buf text = {0};
	struct str lines, name, filter;

	if (app_read_views(a, &text)) {
		lines = buf_str(&text);
		while (app_next_view(&lines, &name, &filter))
			if (str_starts(name, begins))
				add(&a->offers, name, "", filter, 0);
	}
	buf_free(&text);
}

/* Names of the config, and behind a - what is open. */
static void gather_sources(struct app *a, struct str begins)
{
	const struct explorer *x = a->world.explorer;
	const struct config_line *line;
	struct buf name = {0};

	for (size_t i = 0; a->config != NULL && (line = config_line(a->config, i)) != NULL; i++)
		if (line->setting == NULL && str_starts(str_of(line->section), begins))
			add(&a->offers, str_of(line->section), "",
			    str_of(config_get(a->config, line->section, "source")), 0);
	for (uint32_t i = 0; i < explorer_origin_count(x); i++) {
		buf_clear(&name);
		buf_printf(&name, "-%s", explorer_origin_name(x, i));
		if (str_starts(buf_str(&name), begins))
			add(&a->offers, buf_str(&name), "", STR("hides its rows"), 0);
	}
	buf_free(&name);
}

/* In a command: its first word, what :filter, :break and :view take. */
static void gather_in_command(struct app *a)
{
	static const char *const words[] = {"break ", "filter ", "hogql ", "open ", "quit",
	                                    "save ",  "source ", "view ",  NULL};
	struct offers *c = &a->offers;
	struct prompt *p = a->prompt;
	struct str typed = str_sub(buf_str(&p->text), 0, p->at);

	if (str_starts(typed, STR("filter ")) || str_starts(typed, STR("break "))) {
		gather_in_filter(a, typed.p[0] == 'f' ? 7 : 6);
		return;
	}
	c->to = (uint32_t)p->at;
	if (str_starts(typed, STR("source "))) {
		c->from = 7;
		gather_sources(a, str_sub(typed, 7, SIZE_MAX));
	} else if (str_starts(typed, STR("view "))) {
		c->from = 5;
		gather_views(a, str_sub(typed, 5, SIZE_MAX));
	} else {
		add_words(c, words, typed);
	}
}

/* What figures can be split by: fields, and names of properties. */
static void gather_by(struct app *a)
{
	struct offers *c = &a->offers;
	struct str begins = str_sub(buf_str(&a->prompt->text), 0, a->prompt->at);
	const char *word;

	c->to = (uint32_t)a->prompt->at;
	c->bare = true;
	if (gather_properties(a, begins))
		return;
	for (size_t i = 0; (word = split_word(i)) != NULL; i++) {
		const struct field *field = field_named(str_of(word));

		if (str_starts(str_of(word), begins))
			add(c, str_of(word), "",
			    field != NULL ? str_of(field->help) : STR("any property by its name"),
			    0);
	}
}

static void gather(struct app *a)
{
	a->offers.chosen = -1;
	a->offers.counted = true;
	if (app_is_filtering(a))
		gather_in_filter(a, 0);
	else if (a->prompt == &a->prompts[PROMPT_COMMAND])
		gather_in_command(a);
	else if (a->prompt == &a->prompts[PROMPT_BY])
		gather_by(a);
}

/* ---- putting in ------------------------------------------------------------------------------------------------------ */

static void put_in(struct app *a, struct str text)
{
	struct offers *c = &a->offers;

	prompt_replace(a->prompt, c->from, c->to, text);
	c->to = (uint32_t)a->prompt->at;
}

/* What all of them begin with. */
static struct str shared(const struct offers *c)
{
	struct str s = c->list[0].text;

	for (unsigned i = 1; i < c->n; i++) {
		size_t n = 0;

		while (n < s.n && n < c->list[i].text.n && s.p[n] == c->list[i].text.p[n])
			n++;
		s.n = n;
	}
	/* Half a character is none. */
	while (s.n > 0 && s.n < c->list[0].text.n &&
	       ((unsigned char)c->list[0].text.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

static void begin(struct app *a)
{
	struct offers *c = &a->offers;

	gather(a);
	/* That no event has such a property is worth a word. */
	if (c->n == 0 && c->counted && !c->names) {
		app_close_offers(a);
		return;
	}
	if (c->n == 1 && c->counted) {
		put_in(a, c->list[0].text);
		app_close_offers(a);
		return;
	}
	c->open = true;
	if (c->n > 0 && shared(c).n > a->prompt->at - c->from)
		put_in(a, shared(c));
}

static void next(struct app *a, bool back)
{
	struct offers *c = &a->offers;
	int n;

	if (!c->open) {
		begin(a);
		return;
	}
	n = (int)c->n;
	if (n == 0)
		return;
	c->chosen = c->chosen < 0 ? (back ? n - 1 : 0) : (c->chosen + (back ? n - 1 : 1)) % n;
	put_in(a, c->list[c->chosen].text);
}

void app_ask_by(struct app *a)
{
	app_open_prompt(a, PROMPT_BY);
	begin(a);
}

bool app_offers_input(struct app *a, uint32_t key)
{
	bool arrow = a->offers.open && (key == KEY_DOWN_ || key == KEY_UP_);

	if (arrow || key == KEY_TAB_ || key == KEY_BACK_TAB) {
		next(a, key == KEY_BACK_TAB || key == KEY_UP_);
		return true;
	}
	if (key == KEY_ESCAPE && a->offers.open) {
		app_close_offers(a);
		return true;
	}
	app_close_offers(a);
	return false;
}

/* ---- the menu -------------------------------------------------------------------------------------------------------- */

static int widest(const struct offers *c, int most)
{
	int width = 8;

	for (unsigned i = 0; i < c->n; i++) {
		struct buf clean = {0};
		int w;

		clean_append(&clean, c->list[i].text, 0);
		w = width_text(buf_str(&clean));
		width = w > width ? w : width;
		buf_free(&clean);
	}
	return width < most ? width : most;
}

static void draw_offer(const struct offers *c, struct surface *s, struct area menu, int row,
                       unsigned i, int width)
{
	const struct offer *offer = &c->list[i];
	struct buf note = {0};

	if (offer->events > 0) {
		format_count(&note, offer->events);
		if (c->sample > 0)
			buf_printf(&note, " of the last %u", c->sample);
		else
			buf_printf(&note, " event%s", offer->events == 1 ? "" : "s");
	}
	buf_append(&note, offer->note);
	view_put_clipped(s, menu, row, 2, width, ROLE_NAME, offer->text);
	view_put_clipped(s, menu, row, width + 4, menu.cols - width - 5, ROLE_DIM, buf_str(&note));
	if ((int)i == c->chosen) {
		surface_puts(s, menu, row, 0, ROLE_MARKER, ">");
		surface_paint(s, menu, row, 0, menu.cols, ROLE_CURSOR);
	}
	buf_free(&note);
}

/* Goes on counting, unless Tab has been there: what it goes through must not move. */
static void count_on(struct app *a)
{
	struct offers *c = &a->offers;

	if (c->seen == NULL || c->counted || c->chosen >= 0)
		return;
	c->counted = seen_step(c->seen, time_monotonic() + COUNT_SLICE) &&
	             seen_percent(c->seen) == 100;
	add_seen(c, c->field);
}

void app_draw_offers(struct app *a, struct surface *s, struct area body)
{
	struct offers *c = &a->offers;
	struct area menu = body;
	int most = body.rows - 2 < MENU_ROWS ? body.rows - 2 : MENU_ROWS, width;
	unsigned first;

	if (!c->open)
		return;
	count_on(a);
	menu.rows = 1 + ((int)c->n < most ? (int)c->n : most);
	menu.row = body.row + body.rows - menu.rows;
	first = c->chosen < menu.rows - 1 ? 0 : (unsigned)(c->chosen - menu.rows + 2);
	width = widest(c, menu.cols / 2);
	surface_rule(s, menu, 0, 0, menu.cols, ROLE_RULE);
	if (!c->counted)
		surface_printf(s, menu, 0, 1, ROLE_STRONG, " %u, counting %u %% ", c->n,
		               c->seen != NULL ? seen_percent(c->seen) : 100);
	else if (c->n == 0 && c->sample > 0)
		surface_printf(s, menu, 0, 1, ROLE_STRONG, " none in the last %u events ",
		               c->sample);
	else
		surface_printf(s, menu, 0, 1, ROLE_STRONG, " %u ", c->n);
	surface_put_right(s, menu, 0, 0, menu.cols - 1, ROLE_RULE, STR(" Tab next  Esc closes "));
	for (int row = 1; row < menu.rows; row++) {
		surface_fill(s, menu, row, 0, menu.cols, ROLE_TEXT, ' ');
		draw_offer(c, s, menu, row, first + (unsigned)row - 1, width);
	}
}
