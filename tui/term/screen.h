/* The terminal as output: the only file that includes curses. Curses does the one diff between frames. */
#ifndef TERM_SCREEN_H
#define TERM_SCREEN_H

#include "draw/surface.h"
#include "draw/theme.h"

struct screen;

struct screen_options {
	enum theme_depth depth; /* at most this; the terminal may have less */
};

/* Takes the terminal (alternate screen, raw keys without echo, bracketed paste on). An unknown TERM falls back to xterm, then
 * vt100, and *notice says so (static text, else NULL). ERR_IO when stdin or stdout is no terminal, ERR_USAGE for TERM=dumb
 * or none: then plain output serves better. One screen a process. */
enum err screen_open(struct screen **out, const struct screen_options *options, const char **notice,
                     struct errinfo *e) MUST_USE;
void screen_close(struct screen *s); /* gives the terminal back */
void screen_size(const struct screen *s, int *rows, int *cols);
bool screen_update_size(struct screen *s); /* asks the kernel; true if it changed */
/* Draws the surface; the terminal's cursor goes to row, col, or is hidden if row is negative. */
void screen_draw(struct screen *s, const struct surface *surface, const struct theme *theme,
                 int row, int col);
void screen_redraw_all(struct screen *s); /* the next frame is sent whole */
enum theme_depth screen_depth(const struct screen *s);
void screen_bell(struct screen *s);
/* A control sequence that draws nothing (the clipboard's), between two frames. False if it did not get through: the terminal
 * is given back, or takes no bytes. */
bool screen_send(struct screen *s, struct str bytes);
/* For ctrl-Z and $EDITOR: gives the terminal back, and takes it again. */
void screen_suspend(struct screen *s);
void screen_resume(struct screen *s);
/* Gives the terminal back with async-signal-safe calls only: for handlers of fatal signals and abort. Does nothing if no
 * screen is open. */
void screen_emergency_restore(void);

#endif
