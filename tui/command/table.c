/* The table of commands and what is read off it. Defaults are those of the key map in the README. */
#include "command/table.h"

#include "query/field.h"
#include "term/input.h"
#include "view/view.h"
#include "widget/reader.h"

#include <string.h>

#define GROUP(title)                            \
	{                                       \
		ACTION_NONE, 0, NULL, "", title \
	}

const struct command commands[] = {
	GROUP("Moving"),
	{ACTION_DOWN, 0, "down", "j Down", "one row down"},
	{ACTION_UP, 0, "up", "k Up", "one row up"},
	{ACTION_HALF_DOWN, 0, "half-page-down", "Ctrl-D", "half a page down"},
	{ACTION_HALF_UP, 0, "half-page-up", "Ctrl-U", "half a page up"},
	{ACTION_PAGE_DOWN, 0, "page-down", "Ctrl-F PgDn", "a page down"},
	{ACTION_PAGE_UP, 0, "page-up", "Ctrl-B PgUp", "a page up"},
	{ACTION_FIRST, 0, "first", "g Home", "first row; in a list of the newest: follow again"},
	{ACTION_LAST, 0, "last", "G End", "last row"},
	{ACTION_OPEN, 0, "open", "Enter",
         "open: a fold unfolds, a row goes to its own screen, a session to its conversation"},
	{ACTION_OPEN, 'l', "right", "l Right",
         "the same, of a session its traces; in a result of HogQL to the right, as h to the left"},
	{ACTION_LEFT, 0, "left", "h Left", "fold, else go to the parent, else back"},
	{ACTION_PREVIEW_DOWN, 0, "preview-down", "J", "scroll the other pane down"},
	{ACTION_PREVIEW_UP, 0, "preview-up", "K", "scroll the other pane up"},
	{ACTION_NEXT_PANE, 0, "next-pane", "Tab", "the other pane"},
	{ACTION_PREVIOUS_PANE, 0, "previous-pane", "Shift-Tab", "the other pane"},
	{ACTION_NEXT_TAB, 0, "next-tab", "]",
         "next tab of the detail: Chat, In, Out, Tools, JSON, Props, Cost, Raw; of a session: "
         "Chat, Traces; of figures the next"},
	{ACTION_PREVIOUS_TAB, 0, "previous-tab", "[", "previous tab of the detail"},
	{ACTION_ZOOM, 0, "zoom", "Z", "this pane alone, and back"},
	{ACTION_SCROLL_LEFT, 0, "scroll-left", "H",
         "scroll names, unwrapped text and columns left"},
	{ACTION_SCROLL_RIGHT, 0, "scroll-right", "L",
         "scroll names, unwrapped text and columns right"},

	GROUP("Views"),
	{ACTION_VIEW, 1, "traces", "1", "traces, newest first"},
	{ACTION_VIEW, 2, "sessions", "2", "sessions"},
	{ACTION_VIEW, 3, "generations", "3", "generations and embeddings; t: spans"},
	{ACTION_VIEW, 4, "users", "4", "users, dearest first; t: groups"},
	{ACTION_VIEW, 5, "errors", "5",
         "errors by what they say, the most frequent first; Enter: where each happened"},
	{ACTION_VIEW, 6, "stats", "6",
         "figures: cost, calls, errors and latency over time, and by model, user or any property"},
	{ACTION_VIEW, 7, "live", "7", "live: what came last, growing as it arrives"},
	{ACTION_VIEW, 8, "models", "8", "models, dearest first"},
	{ACTION_VIEW, 9, "tools", "9",
         "tools, by the time they took; of spans alone, not of what calls ask for"},
	{ACTION_TOGGLE, 0, "toggle", "t",
         "the other list: generations or spans, users or groups (of $groups)"},
	{ACTION_VIEW, 0, "sources", "0",
         "sources: state, counts, bad lines with their place and reason"},
	{ACTION_LAST_VIEW, 0, "last-view", "-", "the view before, as cd -"},
	{ACTION_CLOSE, 0, "close", "q", "close this screen; the last one quits"},
	{ACTION_QUIT, 0, "quit", "Q", "quit (Ctrl-C twice quits at once)"},
	{ACTION_CANCEL, 0, "cancel", "Esc",
         "close a prompt or a menu, cancel what PostHog is asked; never leaves a screen"},
	{ACTION_HELP, 0, "help", "? F1", "this help"},

	GROUP("Finding and ordering"),
	{ACTION_FIND, 0, "find", "/ F3", "find; small letters match both cases"},
	{ACTION_FIND_NEXT, 0, "find-next", "n", "next place found"},
	{ACTION_FIND_PREVIOUS, 0, "find-previous", "N", "previous place found"},
	{ACTION_FILTER, 0, "filter", "f & F4",
         "what all lists show: words, field:value, is:error, latency:>2s; empty: everything"},
	{ACTION_PICK, '.', "keep", ".",
         "keep what is like this: by its user, model, error or another of its values"},
	{ACTION_PICK, ',', "exclude", ",", "the reverse: leave it out"},
	{ACTION_UNDO, 0, "undo", "u",
         "undo the last change of filter, order, time range, folds of a tree, or a bookmark"},
	{ACTION_NEXT_ERROR, 0, "next-error", "e", "next error; of HogQL: change the query"},
	{ACTION_PREVIOUS_ERROR, 0, "previous-error", "E", "previous error"},
	{ACTION_NEXT_SLOW, 0, "next-slow", "w",
         "next that took unusually long: over 95 % of its name, of 20 or more"},
	{ACTION_PREVIOUS_SLOW, 0, "previous-slow", "W", "previous that took unusually long"},
	{ACTION_RANGE, 0, "range", "T",
         "the time that lists show: 1h, 7d, today, 2026-11-01..2026-11-05, all; j k choose one, Tab "
         "goes into its slices, e to an error, m marks from where to where"},
	{ACTION_RANGE_EARLIER, 0, "range-earlier", "(", "the time before it"},
	{ACTION_RANGE_LATER, 0, "range-later", ")", "the time after it"},
	{ACTION_DEAREST, 0, "dearest", "$",
         "the most expensive, then the next one; of one event what it costs"},
	{ACTION_NEXT_SAME_NAME, 0, "next-same-name", "o",
         "next of the same name, in a list of sessions of the same user; in a call: its output"},
	{ACTION_PREVIOUS_SAME_NAME, 0, "previous-same-name", "O", "previous of the same name"},
	{ACTION_SORT, 0, "sort", "s F6",
         "choose what a list is sorted by; a result of HogQL goes by this column"},
	{ACTION_COLUMNS, 0, "columns", "C",
         "the columns of a list, any property too; in JSON: unfold this and all beside it"},
	{ACTION_FREQUENCY, 0, "frequency", "#",
         "how often each value of a column is there; < and > go to other columns"},
	{ACTION_BY, 0, "by", "b", "what figures are split by: model, user, tool, @release"},
	{ACTION_SORT_INVERT, 0, "sort-invert", "I", "turn the order round"},
	{ACTION_SORT_LEFT, 0, "sort-left", "<",
         "sort by the column to the left; in an event: the call before, in a session the turn"},
	{ACTION_SORT_RIGHT, 0, "sort-right", ">",
         "sort by the column to the right; in an event: the call after, in a session the turn"},

	{ACTION_BOOKMARK, 0, "bookmark", "M",
         "bookmark a trace, session, user or call, with a note; it is kept on disk"},
	{ACTION_BOOKMARKS, 0, "bookmarks", "'", "the bookmarks"},
	{ACTION_REMOVE, 0, "remove-bookmark", "X", "remove the bookmark of this"},
	{ACTION_MARK, 0, "mark", "Space",
         "mark a row of a list, d compares two, Esc clears them; in text: a page down; after a break: on"},

	GROUP("The tree of a trace"),
	{ACTION_FOLD_TOGGLE, 0, "fold", "za", "fold or unfold what is under the cursor"},
	{ACTION_FOLD_NONE, 0, "fold-none", "zR", "unfold all"},
	{ACTION_FOLD_ALL, 0, "fold-all", "zM", "fold all"},
	{ACTION_FOLD_LEVEL, 1, "fold-level-1", "z1", "show one level (z1 to z9)"},
	{ACTION_FOLD_LEVEL, 2, "fold-level-2", "z2", NULL},
	{ACTION_FOLD_LEVEL, 3, "fold-level-3", "z3", NULL},
	{ACTION_FOLD_LEVEL, 4, "fold-level-4", "z4", NULL},
	{ACTION_FOLD_LEVEL, 5, "fold-level-5", "z5", NULL},
	{ACTION_FOLD_LEVEL, 6, "fold-level-6", "z6", NULL},
	{ACTION_FOLD_LEVEL, 7, "fold-level-7", "z7", NULL},
	{ACTION_FOLD_LEVEL, 8, "fold-level-8", "z8", NULL},
	{ACTION_FOLD_LEVEL, 9, "fold-level-9", "z9", NULL},
	{ACTION_FOLD_REPEATS, 0, "fold-repeats", "zr",
         "a tool called again with the same arguments: one row, x3 same args, and back"},
	{ACTION_FLAT, 0, "flat", "zl", "a flat list by start, and back"},
	{ACTION_CLOCK, 0, "clock", "zt", "clock times or offsets in the scale"},
	{ACTION_NEXT_MESSAGE, 0, "next-message", "}", "the next message of a conversation"},
	{ACTION_PREVIOUS_MESSAGE, 0, "previous-message", "{", "the message before"},
	{ACTION_LAST_USER, 0, "last-user", "i", "the last user message of a conversation"},
	{ACTION_PRESET, 0, "preset", "V",
         "show the last turn, everything, what the user and the answer said"},
	{ACTION_AS_SENT, 0, "as-sent", "r", "texts rendered, or as they were sent"},
	{ACTION_SHARES, 0, "shares", "z$",
         "~ % of the input's cost before each message, and how many calls of the session were sent it"},
	{ACTION_PATH, 0, "critical-path", "c",
         "# marks the spans that the end hangs on, yy copies them; in JSON: fold this and all beside it"},
	{ACTION_SAME_KEY, 0, "same-key", "*", "JSON: the next place with this key"},
	{ACTION_DIFF, 0, "diff", "D F8", "what changed since the call before"},
	{ACTION_DIFF_MARK, 0, "diff-mark", "d",
         "what differs between two marked calls, or traces in their list; else mark this one, and compare it on another"},
	{ACTION_REPLAY, 0, "replay", "x",
         "the request of a call, to be sent again: there s sends it, e edits it before, D compares"},
	{ACTION_SIDE_BY_SIDE, 0, "side-by-side", "S",
         "a diff side by side, or one below the other"},
	{ACTION_WRAP, 0, "wrap", "zw", "wrap long lines of text or not"},

	GROUP("Copying"),
	{ACTION_COPY, COPY_SMART, "copy", "yy",
         "copy the text of this thing: of a call what was asked and answered (y lists all there is)"},
	{ACTION_COPY, COPY_ID, "copy-id", "yi", "copy its id; of a source its path"},
	{ACTION_COPY, COPY_TRANSCRIPT, "copy-transcript", "yt",
         "copy the conversation; of a trace all its calls, what is sent again once"},
	{ACTION_COPY, COPY_MARKDOWN, "copy-markdown", "ym", "the same as Markdown"},
	{ACTION_COPY, COPY_JSON, "copy-json", "yj",
         "copy the event as it was sent; of a trace all its events, a line each"},
	{ACTION_COPY, COPY_ARGUMENTS, "copy-arguments", "ya",
         "copy the arguments of its tool calls"},
	{ACTION_COPY, COPY_RESULT, "copy-result", "yr", "copy what its tools gave back"},
	{ACTION_COPY, COPY_SYSTEM, "copy-system", "ys", "copy the system prompt"},
	{ACTION_COPY, COPY_CURL, "copy-curl", "yc", "copy a curl command that repeats the request"},
	{ACTION_COPY, COPY_LINK, "copy-link", "yu", "copy the link to where PostHog shows it"},
	{ACTION_COPY, COPY_HOGQL, "copy-hogql", "yh", "copy what PostHog was asked, in HogQL"},
	{ACTION_COPY, COPY_FILTER, "copy-filter", "yf", "the filter that shows this alone"},
	{ACTION_COPY, COPY_COMMAND, "copy-command", "yC",
         "copy the command line that prints what is shown"},
	{ACTION_COPY, COPY_VALUE, "copy-value", "yv", "JSON: copy the value at the cursor"},
	{ACTION_COPY, COPY_KEY, "copy-key", "yk", "JSON: copy its key"},
	{ACTION_COPY, COPY_PATH, "copy-path", "yp", "JSON: copy the path to it"},
	{ACTION_COPY, COPY_JQ, "copy-jq", "yq", "JSON: copy the path for jq"},
	{ACTION_COPY, COPY_TABLE, "copy-table", "yT", "of HogQL: copy the table as CSV"},
	{ACTION_WRITE, 0, "write", "yw",
         "write a file: .md .ndjson .sh (curl) or .txt; never over another without asking"},
	{ACTION_PRINT, COPY_SMART, "print", "pp py",
         "print it to the plain terminal, to be selected there (p lists all there is)"},
	{ACTION_PRINT, COPY_ID, "print-id", "pi", NULL},
	{ACTION_PRINT, COPY_TRANSCRIPT, "print-transcript", "pt", NULL},
	{ACTION_PRINT, COPY_MARKDOWN, "print-markdown", "pm", NULL},
	{ACTION_PRINT, COPY_JSON, "print-json", "pj", NULL},
	{ACTION_PRINT, COPY_ARGUMENTS, "print-arguments", "pa", NULL},
	{ACTION_PRINT, COPY_RESULT, "print-result", "pr", NULL},
	{ACTION_PRINT, COPY_SYSTEM, "print-system", "ps", NULL},
	{ACTION_PRINT, COPY_CURL, "print-curl", "pc", NULL},
	{ACTION_PRINT, COPY_LINK, "print-link", "pu", NULL},
	{ACTION_PRINT, COPY_COMMAND, "print-command", "pC", NULL},
	{ACTION_EDITOR, 0, "editor", "v", "open what is shown in $VISUAL or $EDITOR"},
	{ACTION_PIPE, 0, "pipe", "|", "pipe what is shown to a command; empty: $PAGER"},

	GROUP("The program"),
	{ACTION_FOLLOW, 0, "follow", "F F7", "freeze what is shown, and follow again"},
	{ACTION_BREAK, 0, "break", "B",
         "what the live view stops at when it arrives, with a bell: is:error OR cost:>0.50; empty: nothing"},
	{ACTION_RELOAD, 0, "reload", "R",
         "build the rows again, also while frozen; of PostHog, fetch again"},
	{ACTION_REDRAW, 0, "redraw", "Ctrl-L", "draw the whole screen again"},
	{ACTION_COMMAND_LINE, 0, "command-line", ":",
         ":123 goes to a row, :50% to a place, :open ID, :filter QUERY, :break QUERY, "
         ":source NAME opens one more and :source -NAME hides one, :save NAME and :view NAME "
         "keep filters, :hogql QUERY asks PostHog, :quit"},
	{ACTION_SUSPEND, 0, "suspend", "Ctrl-Z", "give the terminal back; fg returns"},
	{ACTION_QUIT, 0, "quit-by-function-key", "F10", NULL},
};
const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

/* One word of a key list: a named key, or a sequence of two plain characters. */
static void word_keys(struct str word, uint32_t *first, uint32_t *second)
{
	*second = 0;
	*first = key_named(word);
	if (*first == 0 && word.n == 2) {
		*first = (unsigned char)word.p[0];
		*second = (unsigned char)word.p[1];
	}
}

static bool next_word(struct str *list, struct str *word)
{
	const char *end;

	*list = str_trim(*list);
	if (list->n == 0)
		return false;
	end = memchr(list->p, ' ', list->n);
	*word = (struct str){list->p, end == NULL ? list->n : (size_t)(end - list->p)};
	*list = str_sub(*list, word->n, SIZE_MAX);
	return true;
}

static bool command_has_key(const struct command *c, uint32_t prefix, uint32_t key, bool *is_prefix)
{
	struct str list = str_of(c->keys), word;
	uint32_t first, second;

	while (next_word(&list, &word)) {
		word_keys(word, &first, &second);
		if (prefix == 0 && second != 0 && first == key)
			*is_prefix = true;
		if (second == 0 ? (prefix == 0 && first == key)
		                : (prefix == first && second == key))
			return true;
	}
	return false;
}

const struct command *command_of_key(uint32_t prefix, uint32_t key, bool *is_prefix)
{
	*is_prefix = false;
	for (size_t i = 0; i < commands_count; i++)
		if (commands[i].name != NULL &&
		    command_has_key(&commands[i], prefix, key, is_prefix))
			return &commands[i];
	return NULL;
}

static void add_field(struct reader *r, const struct field *f)
{
	struct buf label = {0};

	buf_printf(&label, "%s%s", f->name, f->number < FIELD_PROPERTY ? ":" : "NAME:");
	reader_add(r, ROLE_TEXT, 1, ROLE_KEY, buf_str(&label), str_of(f->help));
	for (size_t i = 0; f->words != NULL && f->words[i] != NULL; i++) {
		const char *help = field_word_help(f, str_of(f->words[i]));

		buf_clear(&label);
		buf_printf(&label, "%s:%s", f->name, f->words[i]);
		reader_add(r, ROLE_TEXT, 1, ROLE_KEY, buf_str(&label),
		           help != NULL ? str_of(help) : STR_EMPTY);
	}
	buf_free(&label);
}

/* What f takes, and -f. */
static void add_filter(struct reader *r)
{
	static const char *const forms[][2] = {
		{"word \"two words\"", "text in messages, tools, names, ids and errors"},
		{"/re/ /re/i", "a regular expression there"},
		{"field:value",
	         "names contain it, ids begin so; field:*x* is all of it, field:a,b either"},
		{"field:>n field:a..b", "compared: ms s m h, k M, $, %"},
		{"field:*", "there is a value"},
		{"-term NOT term", "not that"},
		{"a b, a OR b, ( )", "both, either"},
		{"trace(x) session(x)", "x holds of any event in it; any( ) all( ) none( )"},
		{"span(a > b) (a >> b)", "b, of which a is the parent, or further above"},
		{"count(x):>5", "so many of what is below it"},
		{"same:field", "the value of the row under the cursor"},
		{"sort:field limit:n", "the order, at most so many; sort:field-desc"},
	};

	reader_add(r, ROLE_TEXT, 0, ROLE_STRONG, STR("The filter"), STR_EMPTY);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		reader_add(r, ROLE_TEXT, 1, ROLE_KEY, str_of(forms[i][0]), str_of(forms[i][1]));
	for (size_t i = FIELD_ANYTHING + 1; i < FIELDS; i++)
		add_field(r, &fields[i]);
}

static void add_legend(struct reader *r)
{
	static const char *const marks[][2] = {
		{">", "the cursor"},
		{"+", "before a row: marked"},
		{"!", "an error"},
		{"*", "a generation; in the first column: bookmarked"},
		{"E", "an embedding"},
		{"T", "a tool call"},
		{"#", "before a name: on the critical path (c)"},
		{"!after", "behind a call: it answered after a tool had failed"},
		{"^", "behind a time: longer than 95 % of its name"},
		{"?", "before a name: the parent is missing; as a value: unknown"},
		{"@", "cut off a cycle of parents, or its own parent"},
		{"-", "unknown: nothing was sent (never 0)"},
		{"!", "behind tokens: a jump; behind a share: lost from the cache"},
		{"$?", "a cost that is not known"},
		{"~", "before a number: an estimate, or a sum with one in it"},
		{">=", "before a sum: calls without a price are left out; of an estimate >=~"},
		{">$0", "such a sum, too small for the room: more than nothing"},
		{"+", "after a time: still running"},
		{"\\x1b", "a byte that does not print, made visible"},
	};

	reader_add(r, ROLE_TEXT, 0, ROLE_STRONG, STR("Marks"), STR_EMPTY);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		reader_add(r, ROLE_TEXT, 1, ROLE_KEY, str_of(marks[i][0]), str_of(marks[i][1]));
}

void command_help(struct reader *r)
{
	r->label_width = 21;
	for (size_t i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];
		if (c->help == NULL)
			continue;
		if (c->name == NULL) {
			if (i > 0)
				reader_add(r, ROLE_TEXT, 0, ROLE_TEXT, STR_EMPTY, STR_EMPTY);
			reader_add(r, ROLE_TEXT, 0, ROLE_STRONG, str_of(c->help), STR_EMPTY);
			continue;
		}
		reader_add(r, ROLE_TEXT, 1, ROLE_KEY, str_of(c->keys), str_of(c->help));
	}
	reader_add(r, ROLE_TEXT, 0, ROLE_TEXT, STR_EMPTY, STR_EMPTY);
	add_filter(r);
	reader_add(r, ROLE_TEXT, 0, ROLE_TEXT, STR_EMPTY, STR_EMPTY);
	add_legend(r);
}
