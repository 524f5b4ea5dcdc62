/* Getting things out: what a key asks for is taken from the view, or made here, and handed to whoever takes it: the clipboard, the
 * plain terminal, an editor, a command, a file. What a view must read first is asked for again with every frame until it is
 * there or the next key comes. It leaves terminals and programs to who has them. */
#include "command/app_internal.h"
#include "command/table.h"

/* ---- taking ---------------------------------------------------------------------------------------------------------- */

/* Only these commands know of a time. */
static bool takes_range(struct str line)
{
	return str_find(line, STR("tracehog ls "), 0, false) != SIZE_MAX ||
	       str_find(line, STR("tracehog stats"), 0, false) != SIZE_MAX;
}

/* Where " -- " begins, behind which are words, whatever they look like; the line's end. In a word that has blanks, which is
 * quoted, it is none. */
static size_t find_words(struct str line)
{
	size_t quoted = str_find(line, STR("'"), 0, false);
	size_t words = str_find(str_sub(line, 0, quoted), STR(" -- "), 0, false);

	return words == SIZE_MAX ? line.n : words;
}

bool app_command_line(struct app *a, struct buf *out)
{
	struct view *v = app_top(a);
	struct buf line = {0};
	size_t words;

	v->class->command(v, &line);
	if (line.n == 0)
		return false;
	words = find_words(buf_str(&line));
	buf_append(out, str_sub(buf_str(&line), 0, words));
	if (words < line.n)
		buf_append(out, buf_str(&a->options));
	buf_append(out, str_sub(buf_str(&line), words, SIZE_MAX));
	buf_add(out, ' ');
	view_quote(out, str_of(a->world.source));
	if (takes_range(buf_str(&line)))
		buf_append(out, buf_str(&a->range));
	if (words == line.n)
		buf_append(out, buf_str(&a->options));
	buf_free(&line);
	return true;
}

static bool take_filter(struct app *a, struct buf *text)
{
	struct view *v = app_top(a);
	struct terms terms = {0};

	if (v->class->terms != NULL)
		v->class->terms(v, &terms);
	buf_append(text, terms.which);
	terms_free(&terms);
	return text->n > 0;
}

static bool take(struct app *a, enum copy_what what, struct buf *text)
{
	struct view *v = app_top(a);

	a->world.copied = NULL;
	a->world.reading = false;
	if (what == COPY_COMMAND)
		return app_command_line(a, text);
	if (what == COPY_FILTER)
		return take_filter(a, text);
	if (v->class->copy == NULL)
		return false;
	if (v->class->copy(v, what, text))
		return true;
	/* What is no conversation has a text all the same. */
	return what == COPY_SHOWN && !a->world.reading && a->world.message.n == 0 &&
	       v->class->copy(v, COPY_SMART, text);
}

/* In the menu, and where there is none. */
static const char *name_of(enum copy_what what)
{
	static const char *const names[COPY_OFFERED] = {
		[COPY_SMART] = "text",
		[COPY_ID] = "id",
		[COPY_TRANSCRIPT] = "transcript",
		[COPY_MARKDOWN] = "Markdown",
		[COPY_JSON] = "JSON as sent",
		[COPY_ARGUMENTS] = "tool arguments",
		[COPY_RESULT] = "tool result",
		[COPY_SYSTEM] = "system prompt",
		[COPY_CURL] = "curl command",
		[COPY_LINK] = "PostHog link",
		[COPY_HOGQL] = "HogQL",
		[COPY_COMMAND] = "command line",
		[COPY_FILTER] = "filter",
		[COPY_VALUE] = "value",
		[COPY_KEY] = "key",
		[COPY_PATH] = "path",
		[COPY_JQ] = "jq path",
		[COPY_TABLE] = "table as CSV",
		[COPY_SHOWN] = "text",
	};

	return names[what] != NULL ? names[what] : "text";
}

/* ---- handing over ---------------------------------------------------------------------------------------------------- */

static void to_clipboard(struct app *a, enum copy_what what, struct str text)
{
	if (a->copy == NULL)
		app_say(a, "there is no clipboard here");
	else
		a->copy(a->copy_ctx, text,
		        a->world.copied != NULL ? a->world.copied : name_of(what));
}

static void to_taker(struct app *a, enum app_taker by, struct str text)
{
	if (a->take == NULL)
		app_say(a, "there is no terminal here");
	else
		a->take(a->take_ctx, by, text, buf_text(&a->argument));
}

static void hand_over(struct app *a, enum copy_what what, enum copy_to to, struct buf *text)
{
	if (text->full) {
		app_say(a, "this is too much to take out");
		return;
	}
	switch (to) {
	case TO_CLIPBOARD:
		to_clipboard(a, what, buf_str(text));
		break;
	case TO_TERMINAL:
		to_taker(a, APP_PAPER, buf_str(text));
		break;
	case TO_EDITOR:
		to_taker(a, APP_EDITOR, buf_str(text));
		break;
	case TO_PIPE:
		to_taker(a, APP_PIPE, buf_str(text));
		break;
	case TO_FILE:
		app_write_file(a, text);
		break;
	}
}

void app_copy(struct app *a, enum copy_what what, enum copy_to to)
{
	struct buf text = {0};

	buf_clear(&a->world.message);
	a->copying = COPY_NOTHING;
	if (take(a, what, &text)) {
		hand_over(a, what, to, &text);
	} else if (a->world.reading) {
		a->copying = what;
		a->copying_to = to;
		app_say(a, "reading what is to be copied ...");
	} else if (a->world.message.n == 0) {
		buf_printf(&a->world.message, "no %s to copy here", name_of(what));
	}
	buf_free(&text);
}

/* ---- the menu -------------------------------------------------------------------------------------------------------- */

#define ENTRY_COLS 20
#define BIT(what)  (1u << (what))

static uint32_t offered(struct app *a)
{
	struct view *v = app_top(a);
	struct buf nothing = {0};
	struct buf line = {0};

	a->world.offered = 0;
	if (v->class->copy != NULL && !v->class->copy(v, COPY_OFFERED, &nothing))
		a->world.offered |= BIT(COPY_SMART) | BIT(COPY_ID);
	if (app_command_line(a, &line))
		a->world.offered |= BIT(COPY_COMMAND);
	if (take_filter(a, &nothing))
		a->world.offered |= BIT(COPY_FILTER);
	buf_free(&nothing);
	buf_free(&line);
	return a->world.offered;
}

/* Of the first key's sequences, those that there is something for. */
static bool is_entry(const struct app *a, const struct command *c, uint32_t offer)
{
	if (c->name == NULL || (uint32_t)c->keys[0] != a->prefix || c->keys[1] == '\0' ||
	    c->keys[1] == ' ')
		return false;
	if (c->action == ACTION_WRITE)
		return (offer & (BIT(COPY_TRANSCRIPT) | BIT(COPY_SMART))) != 0;
	return (c->action == ACTION_COPY || c->action == ACTION_PRINT) &&
	       (offer & BIT(c->argument)) != 0;
}

static int count_entries(const struct app *a, uint32_t offer)
{
	int n = 0;

	for (size_t i = 0; i < commands_count; i++)
		n += is_entry(a, &commands[i], offer);
	return n;
}

static void draw_entry(struct surface *s, struct area menu, int at, const struct command *c)
{
	int per_row = menu.cols / ENTRY_COLS, row = 1 + at / per_row;
	int col = 1 + at % per_row * (menu.cols / per_row);

	surface_printf(s, menu, row, col, ROLE_KEY, "%c", c->keys[1]);
	surface_puts(s, menu, row, col + 2, ROLE_TEXT,
	             c->action == ACTION_WRITE ? "to a file"
	                                       : name_of((enum copy_what)c->argument));
}

static bool has_menu(const struct app *a)
{
	return !a->prompting && (a->prefix == 'y' || a->prefix == 'p');
}

void app_draw_menu(struct app *a, struct surface *s, struct area body)
{
	uint32_t offer = has_menu(a) ? offered(a) : 0;
	int n = offer != 0 ? count_entries(a, offer) : 0, at = 0;
	int rows = 1 + (n + body.cols / ENTRY_COLS - 1) / (body.cols / ENTRY_COLS);
	struct area menu = {body.row + body.rows - rows, body.col, rows, body.cols};

	if (n == 0 || rows > body.rows)
		return;
	surface_rule(s, menu, 0, 0, menu.cols, ROLE_RULE);
	surface_puts(s, menu, 0, 1, ROLE_STRONG, a->prefix == 'y' ? " copy " : " print ");
	for (int row = 1; row < rows; row++)
		surface_fill(s, menu, row, 0, menu.cols, ROLE_TEXT, ' ');
	for (size_t i = 0; i < commands_count; i++)
		if (is_entry(a, &commands[i], offer))
			draw_entry(s, menu, at++, &commands[i]);
	surface_put_right(s, menu, 0, 0, menu.cols - 1, ROLE_RULE, STR(" Esc closes "));
}
