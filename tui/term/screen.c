/* The terminal as output. Curses is given only the cells that differ from the last frame, and only
 * styles in the colours that the terminal has. Bytes from the keyboard are never read here, and
 * curses' own handlers of signals are taken out again: both belong to the event loop.
 * Invariant: `shown` is what curses holds, unless all_stale. */
#include "term/screen.h"
#include "base/clean.h"
#include "base/mem.h"
#include "base/utf8.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#define SIDE_MAX   1000 /* rows, columns */
#define PAIRS_MAX  256
#define PASTE_ON   "\033[?2004h"
#define PASTE_OFF  "\033[?2004l"
#define WRITE_WAIT 1000 /* ms */

struct pair {
	int16_t fg, bg;
};

struct screen {
	SCREEN *curses;
	enum theme_depth depth;
	int rows, cols;
	bool paste;         /* the terminal knows bracketed paste */
	bool default_color; /* and colour -1 */
	bool suspended, all_stale;
	struct surface shown;
	struct theme theme;
	int cursor_row, cursor_col;
	struct pair pairs[PAIRS_MAX]; /* [0] is the terminal's own */
	int n_pairs, pair_limit;
};

/* For handlers of fatal signals, which are given nothing. Filled while no terminal is taken. */
static struct {
	volatile sig_atomic_t armed;
	struct termios modes;
	char bytes[256];
	size_t n;
} emergency;

/* ---- the emergency ---------------------------------------------------------------------------- */

/* What terminfo answers for a capability that is no string. */
static const char *const absent_capability = (const char *)-1;

/* Without the padding ($<5>) that terminfo has for slow terminals. */
static void emergency_add(const char *text)
{
	if (!text || text == absent_capability)
		return;
	while (*text && emergency.n < sizeof(emergency.bytes)) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>'))
			text = strchr(text, '>') + 1;
		else
			emergency.bytes[emergency.n++] = *text++;
	}
}

static void emergency_prepare(const struct screen *s)
{
	emergency.n = 0;
	if (s->paste)
		emergency_add(PASTE_OFF);
	emergency_add(exit_attribute_mode);
	emergency_add(orig_pair);
	emergency_add(cursor_normal);
	emergency_add(exit_ca_mode ? exit_ca_mode : "\r\n");
}

void screen_emergency_restore(void)
{
	size_t at = 0;
	int error = errno;

	if (!emergency.armed)
		return;
	emergency.armed = 0;
	while (at < emergency.n) {
		ssize_t n = write(STDOUT_FILENO, emergency.bytes + at, emergency.n - at);

		if (n <= 0 && errno != EINTR)
			break;
		at += n > 0 ? (size_t)n : 0;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &emergency.modes);
	errno = error;
}

/* ---- taking and giving back ------------------------------------------------------------------- */

/* Waits for a terminal that somebody else has set not to block. */
static bool can_write(void)
{
	struct pollfd terminal = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return errno == EINTR || (errno == EAGAIN && poll(&terminal, 1, WRITE_WAIT) > 0);
}

static bool write_out(struct str bytes)
{
	size_t at = 0;

	while (at < bytes.n) {
		ssize_t sent = write(STDOUT_FILENO, bytes.p + at, bytes.n - at);

		if (sent <= 0 && !can_write())
			return false;
		at += sent > 0 ? (size_t)sent : 0;
	}
	return true;
}

/* Whether terminfo has it, and it can place the cursor and clear. */
static bool is_known(const char *term)
{
	int status;
	bool known;

	if (setupterm(term, STDOUT_FILENO, &status) != OK)
		return false;
	known = cursor_address && clear_screen && !hard_copy;
	del_curterm(cur_term);
	return known;
}

static const char *choose_terminal(const char **notice)
{
	const char *term = getenv("TERM");

	*notice = NULL;
	if (is_known(term))
		return term;
	*notice = "this TERM is unknown: taken for an xterm";
	if (is_known("xterm"))
		return "xterm";
	*notice = "this TERM is unknown: taken for a vt100";
	return is_known("vt100") ? "vt100" : NULL;
}

static bool is_old_terminal(const char *term)
{
	return strncmp(term, "vt", 2) == 0 && term[2] >= '0' && term[2] <= '9';
}

static enum err check_terminal(struct errinfo *e)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, ERR_IO, "standard input and output must be a terminal");
	if (!term || !term[0] || strcmp(term, "dumb") == 0)
		return err_set(e, ERR_USAGE, "TERM is %s: no screen can be drawn on it",
		               term && term[0] ? "dumb" : "not set");
	return ERR_OK;
}

/* Curses' handlers would end the program by themselves. */
static SCREEN *start_curses(const char *term)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
	struct sigaction before[4];
	SCREEN *curses;

	/* LINES and COLUMNS say what a shell once saw. */
	use_env(FALSE);
	use_tioctl(TRUE);
	for (int i = 0; i < 4; i++)
		sigaction(signals[i], NULL, &before[i]);
	curses = newterm(term, stdout, stdin);
	for (int i = 0; i < 4; i++)
		sigaction(signals[i], &before[i], NULL);
	return curses;
}

static void start_colors(struct screen *s)
{
	if (s->depth == DEPTH_MONO || !has_colors() || start_color() != OK) {
		s->depth = DEPTH_MONO;
		return;
	}
	s->default_color = use_default_colors() == OK;
	if (COLORS < 256 && s->depth == DEPTH_256)
		s->depth = DEPTH_16;
	if (COLORS < 8)
		s->depth = DEPTH_MONO;
	s->pair_limit = COLOR_PAIRS < PAIRS_MAX ? COLOR_PAIRS : PAIRS_MAX;
}

enum err screen_open(struct screen **out, const struct screen_options *options, const char **notice,
                     struct errinfo *e)
{
	enum err err = check_terminal(e);
	struct screen *s;
	const char *term;

	*out = NULL;
	*notice = NULL;
	if (err)
		return err;
	term = choose_terminal(notice);
	if (!term || tcgetattr(STDIN_FILENO, &emergency.modes) != 0)
		return err_set(e, ERR_USAGE, "no description of this terminal (TERM) was found");
	s = mem_zero(1, sizeof(*s));
	s->depth = options->depth;
	s->curses = start_curses(term);
	if (!s->curses) {
		mem_free(s);
		return err_set(e, ERR_USAGE, "the terminal cannot be set up");
	}
	s->paste = !is_old_terminal(term);
	emergency_prepare(s);
	emergency.armed = 1;
	raw();
	noecho();
	nonl();
	start_colors(s);
	surface_init(&s->shown, 0, 0);
	s->rows = s->cols = -1;
	screen_update_size(s);
	if (s->paste)
		write_out(STR(PASTE_ON));
	*out = s;
	return ERR_OK;
}

static void give_back(struct screen *s)
{
	if (s->suspended)
		return;
	s->suspended = true;
	if (s->paste)
		write_out(STR(PASTE_OFF));
	curs_set(1);
	endwin();
	emergency.armed = 0;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	give_back(s);
	delscreen(s->curses);
	surface_fini(&s->shown);
	mem_free(s);
}

void screen_suspend(struct screen *s)
{
	give_back(s);
}

void screen_resume(struct screen *s)
{
	if (!s->suspended)
		return;
	s->suspended = false;
	emergency.armed = 1;
	reset_prog_mode();
	screen_update_size(s);
	screen_redraw_all(s);
	if (s->paste)
		write_out(STR(PASTE_ON));
}

/* ---- size ------------------------------------------------------------------------------------- */

static int bounded(int n, int otherwise)
{
	if (n <= 0)
		n = otherwise;
	return n < 1 ? 1 : n > SIDE_MAX ? SIDE_MAX : n;
}

void screen_size(const struct screen *s, int *rows, int *cols)
{
	*rows = s->rows;
	*cols = s->cols;
}

bool screen_update_size(struct screen *s)
{
	struct winsize w = {0};
	int rows_before = s->rows, cols_before = s->cols;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
		w.ws_row = w.ws_col = 0;
	s->rows = bounded(w.ws_row, lines > 0 ? lines : 24);
	s->cols = bounded(w.ws_col, columns > 0 ? columns : 80);
	if (s->rows == rows_before && s->cols == cols_before)
		return false;
	resizeterm(s->rows, s->cols);
	surface_resize(&s->shown, s->rows, s->cols);
	screen_redraw_all(s);
	return true;
}

void screen_redraw_all(struct screen *s)
{
	s->all_stale = true;
}

enum theme_depth screen_depth(const struct screen *s)
{
	return s->depth;
}

void screen_bell(struct screen *s)
{
	if (!s->suspended)
		beep();
}

/* Curses has sent all of a frame when screen_draw returns. */
bool screen_send(struct screen *s, struct str bytes)
{
	return !s->suspended && write_out(bytes);
}

/* ---- drawing ---------------------------------------------------------------------------------- */

/* The colour as the terminal numbers it; *bold where 8 colours need it to be bright. */
static int16_t real_color(const struct screen *s, int16_t color, int16_t otherwise, bool *bold)
{
	*bold = false;
	if (color == THEME_DEFAULT)
		return s->default_color ? -1 : otherwise;
	if (color < COLORS)
		return color;
	*bold = true;
	return color & 7;
}

/* Pairs are few on some terminals: where they run out, the terminal's own colours must do. */
static short pair_of(struct screen *s, int16_t fg, int16_t bg)
{
	for (int i = 1; i < s->n_pairs; i++)
		if (s->pairs[i].fg == fg && s->pairs[i].bg == bg)
			return (short)i;
	if (s->n_pairs >= s->pair_limit || init_pair((short)s->n_pairs, fg, bg) != OK)
		return 0;
	s->pairs[s->n_pairs] = (struct pair){fg, bg};
	return (short)s->n_pairs++;
}

static attr_t attributes_of(const struct theme_style *style)
{
	attr_t attributes = A_NORMAL;

	if (style->attributes & THEME_BOLD)
		attributes |= A_BOLD;
	if (style->attributes & THEME_DIM)
		attributes |= A_DIM;
	if (style->attributes & THEME_UNDERLINE)
		attributes |= A_UNDERLINE;
	if (style->attributes & THEME_REVERSE)
		attributes |= A_REVERSE;
	if (style->attributes & THEME_ITALIC)
		attributes |= A_ITALIC;
	return attributes;
}

static short colors_of(struct screen *s, const struct theme_style *style, attr_t *attributes)
{
	bool bright, ignored;
	int16_t fg, bg;

	if (s->depth == DEPTH_MONO || (style->fg == THEME_DEFAULT && style->bg == THEME_DEFAULT))
		return 0;
	fg = real_color(s, style->fg, COLOR_WHITE, &bright);
	bg = real_color(s, style->bg, COLOR_BLACK, &ignored);
	if (bright)
		*attributes |= A_BOLD;
	return pair_of(s, fg, bg);
}

static void decode_cell(const struct cell *cell, wchar_t out[CCHARW_MAX + 1])
{
	struct str text = str_of(cell->text);
	int n = 0;

	for (size_t at = 0; at < text.n && n < CCHARW_MAX;) {
		int32_t code = utf8_next(text, &at);

		out[n++] = code < ' ' || (code > '~' && clean_ascii()) ? L'?' : (wchar_t)code;
	}
	out[n] = L'\0';
}

static void draw_cell(struct screen *s, const struct cell *cell, int row, int col, bool fits)
{
	struct theme_style style = theme_style(&s->theme, (enum role)cell->role,
	                                       (enum role)cell->on, s->depth);
	attr_t attributes = attributes_of(&style);
	short pair = colors_of(s, &style, &attributes);
	wchar_t text[CCHARW_MAX + 1];
	cchar_t c;

	decode_cell(cell, text);
	if (!fits || setcchar(&c, text, attributes, pair, NULL) != OK)
		setcchar(&c, L"?", attributes, pair, NULL);
	/* ERR in the last corner, where the cell is drawn all the same. */
	mvadd_wch(row, col, &c);
}

/* The curses cell right of a wide character belongs to it. */
static bool is_wide(const struct cell *line, int col, int cols)
{
	return col + 1 < cols && !line[col + 1].text[0];
}

static bool draw_row(struct screen *s, const struct surface *surface, int row, int cols)
{
	const struct cell *line = surface->cells + (size_t)row * (size_t)surface->cols;
	struct cell *before = s->shown.cells + (size_t)row * (size_t)s->shown.cols;
	bool changed = false;

	for (int col = 0; col < cols; col++) {
		bool cut = col == cols - 1 && is_wide(line, col, surface->cols);

		if (!s->all_stale && memcmp(&line[col], &before[col], sizeof(*line)) == 0)
			continue;
		changed = true;
		before[col] = line[col];
		if (line[col].text[0])
			draw_cell(s, &line[col], row, col, !cut);
	}
	return changed;
}

static bool same_styles(const struct theme *a, const struct theme *b)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct theme_style *x = &a->styles[role], *y = &b->styles[role];

		if (x->fg != y->fg || x->bg != y->bg || x->attributes != y->attributes)
			return false;
	}
	return true;
}

static bool use_theme(struct screen *s, const struct theme *theme)
{
	if (s->n_pairs > 0 && same_styles(&s->theme, theme))
		return false;
	s->theme = *theme;
	s->n_pairs = 1;
	s->all_stale = true;
	return true;
}

static bool place_cursor(struct screen *s, int row, int col)
{
	bool hidden = row < 0 || row >= s->rows || col < 0 || col >= s->cols;
	bool changed;

	if (hidden)
		row = col = -1;
	changed = s->all_stale || row != s->cursor_row || col != s->cursor_col;
	if (!changed)
		return false;
	if (hidden != (s->cursor_row < 0) || s->all_stale)
		curs_set(hidden ? 0 : 1);
	s->cursor_row = row;
	s->cursor_col = col;
	return true;
}

void screen_draw(struct screen *s, const struct surface *surface, const struct theme *theme,
                 int row, int col)
{
	int rows = surface->rows < s->rows ? surface->rows : s->rows;
	int cols = surface->cols < s->cols ? surface->cols : s->cols;
	bool changed;

	if (s->suspended)
		return;
	changed = use_theme(s, theme);
	if (s->all_stale) {
		/* What a smaller surface leaves free must not show what stood there. */
		surface_clear(&s->shown);
		erase();
		clearok(curscr, TRUE);
		changed = true;
	}
	for (int i = 0; i < rows; i++)
		changed |= draw_row(s, surface, i, cols);
	changed |= place_cursor(s, row, col);
	s->all_stale = false;
	if (!changed)
		return;
	leaveok(stdscr, s->cursor_row < 0);
	move(s->cursor_row < 0 ? 0 : s->cursor_row, s->cursor_row < 0 ? 0 : s->cursor_col);
	refresh();
}
