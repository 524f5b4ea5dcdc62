/* The person's own clipboard, wherever the program runs: over ssh, in tmux, on a display. Which way is taken follows from the
 * environment; one that fails gives way to the next, and it is always said which one it was. Nothing is ever read from a
 * clipboard. Loop thread only. */
#ifndef TERM_CLIPBOARD_H
#define TERM_CLIPBOARD_H

#include "base/buf.h"
#include "base/loop.h"

#define CLIPBOARD_MAX (8u << 20) /* bytes of a text */

enum clipboard_way {
	CLIPBOARD_TMUX,       /* tmux load-buffer -w: its buffer, and the terminal's clipboard */
	CLIPBOARD_OSC,        /* OSC 52 */
	CLIPBOARD_OSC_TMUX,   /* OSC 52 that tmux passes through */
	CLIPBOARD_OSC_SCREEN, /* OSC 52 that GNU screen passes through */
	CLIPBOARD_WL_COPY,
	CLIPBOARD_XCLIP,
	CLIPBOARD_XSEL,
	CLIPBOARD_PBCOPY,
	CLIPBOARD_FILE, /* tracehog/copied.txt in the state folder: 0600, one text at a time */
	CLIPBOARD_WAYS,
};

/* The ways for a text of so many bytes, in the order they are tried; gives how many. From the environment:
 * TMUX; STY; WAYLAND_DISPLAY and DISPLAY unless SSH_CONNECTION or SSH_TTY says that they are another machine's; TERM, TERM_PROGRAM
 * and VTE_VERSION for terminals that take no OSC 52. A terminal never answers whether it took one: where that is
 * doubtful (by its kind, or the text is long) the display's tools come before it. The file is last. */
size_t clipboard_ways(size_t bytes, enum clipboard_way out[CLIPBOARD_WAYS]);

/* Appends the control sequence of a CLIPBOARD_OSC way. The text is in it as base64, so no byte of it can act on the terminal.
 * It ends in ST (ESC \), but in screen's wrapper, where ST would end the wrapper, in BEL. */
void clipboard_escape(struct buf *out, enum clipboard_way way, struct str text);

struct clipboard;
typedef bool clipboard_send_fn(void *ctx, struct str bytes); /* to the terminal; false: it cannot */
typedef void clipboard_said_fn(void *ctx, const char *line); /* clean, for a status line */

/* loop is borrowed. Frees what runs with clipboard_free; a program that keeps the text for others lives on. */
struct clipboard *clipboard_new(struct loop *l, clipboard_send_fn *send, clipboard_said_fn *said,
                                void *ctx);
void clipboard_free(struct clipboard *c); /* NULL is allowed */
/* Puts a copy of text into the clipboard; what: "advice" (short, clean). said is called once, in here or later:
 * `copied 4.1 kB advice via OSC 52 (tmux)`, or why not. A text put while another is on its way takes its place.
 * The caller ignores SIGPIPE. */
void clipboard_put(struct clipboard *c, struct str text, const char *what);

#endif
