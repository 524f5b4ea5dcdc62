/* Keys out of bytes. Sequences may come late and in any split; replies of the terminal are swallowed, pastes come whole: neither
 * ever acts as keys. Forms: ECMA-48 CSI, SS3, OSC, DCS, SOS/PM/APC; UTF-8; xterm's bracketed paste. No terminal here:
 * bytes in, keys out. */
#ifndef TERM_INPUT_H
#define TERM_INPUT_H

#include "base/buf.h"

/* Unicode scalar values stand for themselves. Ctrl-letter is KEY_CTRL('D'); Enter, Tab, Esc, Backspace have names. */
enum key_code {
	KEY_BASE = 0x110000,
	KEY_ENTER_,
	KEY_TAB_,
	KEY_BACK_TAB,
	KEY_ESCAPE,
	KEY_BACK_SPACE,
	KEY_UP_,
	KEY_DOWN_,
	KEY_LEFT_,
	KEY_RIGHT_,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME_,
	KEY_END_,
	KEY_INSERT_,
	KEY_DELETE_,
	KEY_FUNCTION,                      /* KEY_FUNCTION + 1 is F1 ... + 12 is F12 */
	KEY_CTRL_BASE = KEY_FUNCTION + 16, /* KEY_CTRL('A') ... */
	KEY_PASTE = KEY_CTRL_BASE + 64,    /* the text is in input_paste */
};
#define KEY_CTRL(letter) (KEY_CTRL_BASE + ((letter)&0x1f))

struct input;
struct input *input_new(void);
void input_free(struct input *in);
/* now: microseconds, monotonic. */
void input_feed(struct input *in, struct str bytes, int64_t now);
/* The next key, or 0 if there is none yet. Call until 0. */
uint32_t input_next(struct input *in, int64_t now);
/* Microseconds after which input_next should be asked again though no byte came (a lone ESC becomes a key after 50 ms), or -1. */
int64_t input_wait(const struct input *in, int64_t now);
/* The text of the last KEY_PASTE: valid UTF-8 or not, at most 64 kB kept. */
struct str input_paste(const struct input *in);

/* "j", "Ctrl-D", "Enter", "Shift-Tab", "PgDn", "F1", "Space". */
void key_name(uint32_t key, struct buf *out);
/* The reverse; 0 if it is no key's name. */
uint32_t key_named(struct str name);

#endif
