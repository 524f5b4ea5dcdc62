/* Keys out of bytes: a machine that looks only at the bytes and at the pauses between them, never at how
 * they were cut into reads. A pause of LONE makes an ESC a key; what then still comes as the tail of a
 * sequence is taken as one, since lines are slow and people do not type so. Everything that a
 * terminal says by itself is swallowed. Invariants: memory grows with keys not yet asked for alone, and from
 * every state there is a way back to keys: an end, CAN, Esc, or a pause. What a whole
 * sequence means is in sequence.c, names of keys are in keys.c. */
#include "term/input.h"
#include "base/mem.h"
#include "term/sequence.h"

#include <string.h>

#define LONE        INT64_C(50000)    /* microseconds: after them an ESC is a key */
#define STALE       INT64_C(3000000)  /* an unfinished sequence is given up */
#define PASTE_STALE INT64_C(10000000) /* so is a paste: what came is its text */
#define PASTE_MAX   65536
#define NUMBER_MAX  0x10FFFF
#define HELD_MAX    6

#define ESC 0x1B
#define CAN 0x18
#define SUB 0x1A
#define BEL 0x07

static const char paste_end[] = "\033[201~";

enum state {
	GROUND,
	UTF8,
	ESCAPED,    /* after ESC */
	LATE,       /* after an ESC that became a key */
	HELD,       /* after that, what may be a key or the start of a tail */
	CSI,        /* ESC [ */
	CONSOLE,    /* ESC [ [, the Linux console's F1 to F5 */
	MOUSE,      /* three bytes after ESC [ M */
	SS3,        /* ESC O */
	STRING,     /* OSC, DCS, SOS, PM, APC */
	STRING_ESC, /* an ESC in one */
	PASTE,
};

struct input {
	enum state state;
	int64_t last;    /* when the last byte came */
	struct buf keys; /* uint32_t each; KEY_PASTE is followed by the length of its text */
	size_t keys_at;
	struct buf pastes; /* the texts of those, one after the other */
	size_t pastes_at;
	struct buf shown, paste; /* the last one given out; the one being read */
	size_t matched;          /* bytes of paste_end */
	uint32_t code;           /* UTF-8 */
	unsigned need;
	unsigned char low, high; /* what its next byte may be */
	bool swallow;            /* with Alt: no key */
	struct csi csi;
	unsigned mouse;       /* bytes left */
	unsigned char string; /* its introducer */
	bool empty, doubt;    /* nothing in it yet; and then a pause: perhaps it is none */
	char held[HELD_MAX];
	size_t n_held;
};

struct input *input_new(void)
{
	struct input *in = mem_zero(1, sizeof(*in));

	in->paste.max = PASTE_MAX;
	return in;
}

void input_free(struct input *in)
{
	if (!in)
		return;
	buf_free(&in->keys);
	buf_free(&in->pastes);
	buf_free(&in->shown);
	buf_free(&in->paste);
	mem_free(in);
}

static void push(struct input *in, uint32_t key)
{
	if (key)
		buf_append(&in->keys, (struct str){(const char *)&key, sizeof(key)});
}

/* ---- states: each takes a byte, or changes the state and gives false to have it taken again -------- */

static void end_csi(struct input *in, unsigned char final)
{
	const struct csi *c = &in->csi;

	in->state = GROUND;
	if (final == 'M' && !c->any) {
		in->state = MOUSE;
		in->mouse = 3;
		return;
	}
	if (c->intermediate && final != '$')
		return;
	if (final == '~' && !c->private && c->numbers[0][0] == 200) {
		in->state = PASTE;
		in->matched = 0;
		buf_clear(&in->paste);
		return;
	}
	push(in, sequence_csi(c, final));
}

static bool again(struct input *in, enum state state)
{
	in->state = state;
	return false;
}

static void start_string(struct input *in, unsigned char introducer)
{
	in->state = STRING;
	in->string = introducer;
	in->empty = true;
	in->doubt = false;
}

static void start_csi(struct input *in)
{
	in->state = CSI;
	memset(&in->csi, 0, sizeof(in->csi));
}

static void start_utf8(struct input *in, unsigned char byte)
{
	in->state = UTF8;
	in->need = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
	in->code = byte & (0x3Fu >> in->need);
	/* Nothing overlong, no surrogates, nothing beyond Unicode. */
	in->low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
	in->high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
}

static bool take_ground(struct input *in, unsigned char byte)
{
	if (byte == ESC)
		in->state = ESCAPED;
	else if (byte < ' ' || byte == 0x7F)
		push(in, sequence_control(byte));
	else if (byte < 0x80)
		push(in, byte);
	else if (byte >= 0xC2 && byte <= 0xF4)
		start_utf8(in, byte);
	if (in->state != UTF8)
		in->swallow = false;
	return true;
}

static bool take_utf8(struct input *in, unsigned char byte)
{
	if (byte < in->low || byte > in->high) {
		in->swallow = false;
		return again(in, GROUND);
	}
	in->code = in->code << 6 | (byte & 0x3Fu);
	in->low = 0x80;
	in->high = 0xBF;
	if (--in->need > 0)
		return true;
	if (!in->swallow && in->code >= 0xA0)
		push(in, in->code);
	in->swallow = false;
	in->state = GROUND;
	return true;
}

static bool take_escaped(struct input *in, unsigned char byte)
{
	switch (byte) {
	case ESC:
		push(in, KEY_ESCAPE);
		return true;
	case '[':
		start_csi(in);
		return true;
	case 'O':
		in->state = SS3;
		return true;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		start_string(in, byte);
		return true;
	default:
		/* With Alt: nothing. */
		in->state = GROUND;
		in->swallow = byte >= 0x80;
		return byte < 0x80;
	}
}

static bool take_late(struct input *in, unsigned char byte)
{
	if (byte != '[' && byte != 'O' && byte != ']' && byte != 'P')
		return again(in, GROUND);
	in->held[0] = (char)byte;
	in->n_held = 1;
	in->state = HELD;
	return true;
}

/* They were keys. */
static void release_held(struct input *in)
{
	for (size_t i = 0; i < in->n_held; i++)
		push(in, (unsigned char)in->held[i]);
	in->n_held = 0;
	in->state = GROUND;
}

static bool is_one_of(const char *set, unsigned char byte)
{
	return byte && strchr(set, byte);
}

/* What a sequence needs to be believed, when its ESC was taken for a key. */
static bool take_held(struct input *in, unsigned char byte)
{
	bool digits = in->n_held > 1, number = byte >= '0' && byte <= '9';

	switch (in->held[0]) {
	case '[':
		if (is_one_of("ABCDFHIMOPQRSZ", byte) || (byte >= '0' && byte <= '?')) {
			start_csi(in);
			return false;
		}
		break;
	case 'O':
		if (is_one_of("ABCDFHMPQRS", byte))
			return again(in, SS3);
		break;
	case ']':
		if (digits && byte == ';') {
			start_string(in, ']');
			return false;
		}
		break;
	default:
		if (is_one_of("$+>!|", byte)) {
			start_string(in, 'P');
			return false;
		}
		number = number || (digits && byte == ';');
		break;
	}
	if (!number || in->n_held == HELD_MAX) {
		release_held(in);
		return false;
	}
	in->held[in->n_held++] = (char)byte;
	return true;
}

static void take_number(struct csi *c, unsigned char byte)
{
	uint32_t *number;

	if (c->count >= CSI_PARAMETERS || c->part >= CSI_PARTS)
		return;
	number = &c->numbers[c->count][c->part];
	*number = *number * 10 + (uint32_t)(byte - '0');
	if (*number > NUMBER_MAX)
		*number = NUMBER_MAX + 1;
}

static void take_parameter(struct csi *c, unsigned char byte)
{
	if (byte <= '9') {
		take_number(c, byte);
	} else if (byte == ':') {
		c->part += c->part < CSI_PARTS;
	} else if (byte == ';') {
		c->count += c->count < CSI_PARAMETERS;
		c->part = 0;
	} else {
		c->private = byte;
	}
}

/* What ends or breaks any sequence early; true if byte did. */
static bool breaks(struct input *in, unsigned char byte)
{
	if (byte == ESC)
		in->state = ESCAPED;
	else if (byte == CAN || byte == SUB)
		in->state = GROUND;
	else
		return false;
	return true;
}

static bool take_csi(struct input *in, unsigned char byte)
{
	struct csi *c = &in->csi;

	if (breaks(in, byte))
		return true;
	if (byte < ' ' || byte > '~')
		return again(in, GROUND);
	if (byte == '[' && !c->any) {
		in->state = CONSOLE;
		return true;
	}
	if (byte >= '@') {
		end_csi(in, byte);
		return true;
	}
	if (byte >= '0') {
		take_parameter(c, byte);
	} else {
		c->intermediate = byte;
		/* rxvt ends Shift-Home with it; a terminal's report of a mode has two parameters. */
		if (byte == '$' && c->any && !c->private && c->count == 0)
			end_csi(in, byte);
	}
	c->any = true;
	return true;
}

static bool take_console(struct input *in, unsigned char byte)
{
	if (breaks(in, byte))
		return true;
	if (byte < ' ' || byte > '~')
		return again(in, GROUND);
	if (byte >= 'A' && byte <= 'E')
		push(in, (uint32_t)(KEY_FUNCTION + 1 + byte - 'A'));
	in->state = GROUND;
	return true;
}

static bool take_mouse(struct input *in, unsigned char byte)
{
	if (byte < ' ')
		return again(in, GROUND);
	if (--in->mouse == 0)
		in->state = GROUND;
	return true;
}

static bool take_ss3(struct input *in, unsigned char byte)
{
	if (breaks(in, byte))
		return true;
	if (byte < ' ' || byte > '~')
		return again(in, GROUND);
	if ((byte >= '0' && byte <= '9') || byte == ';')
		return true;
	in->state = GROUND;
	push(in, byte == 'M' ? (uint32_t)KEY_ENTER_ : sequence_letter(byte));
	return true;
}

/* Whether a string may start so. */
static bool is_string_start(unsigned char introducer, unsigned char byte)
{
	switch (introducer) {
	case ']':
		return (byte >= '0' && byte <= '9') || is_one_of("lLI", byte);
	case 'P':
		return (byte >= '0' && byte <= '?') || is_one_of("$+!|", byte);
	case '_':
		return byte == 'G';
	default:
		return false;
	}
}

static bool take_string(struct input *in, unsigned char byte)
{
	if (in->doubt && !is_string_start(in->string, byte)) {
		in->doubt = false;
		return again(in, GROUND);
	}
	in->empty = in->doubt = false;
	if (byte == ESC)
		in->state = STRING_ESC;
	else if (byte == CAN || byte == SUB || (byte == BEL && in->string == ']'))
		in->state = GROUND;
	return true;
}

static bool take_string_escape(struct input *in, unsigned char byte)
{
	bool lone = in->doubt;

	in->doubt = false;
	if (byte == '\\') {
		in->state = GROUND;
		return true;
	}
	if (lone)
		push(in, KEY_ESCAPE);
	return again(in, lone ? LATE : ESCAPED);
}

static void end_paste(struct input *in)
{
	size_t before = in->pastes.n;
	uint32_t pair[2];

	buf_append(&in->pastes, buf_str(&in->paste));
	pair[0] = KEY_PASTE;
	pair[1] = (uint32_t)(in->pastes.n - before);
	buf_append(&in->keys, (struct str){(const char *)pair, sizeof(pair)});
	buf_clear(&in->paste);
	in->state = GROUND;
}

/* Gives up what looked like the end. */
static void keep_matched(struct input *in)
{
	for (size_t i = 0; i < in->matched; i++)
		buf_add(&in->paste, paste_end[i]);
	in->matched = 0;
}

static bool take_paste(struct input *in, unsigned char byte)
{
	if (byte != (unsigned char)paste_end[in->matched])
		keep_matched(in);
	/* Its first byte stands in it once, so that a new start is the only other way to go on. */
	if (byte != (unsigned char)paste_end[in->matched])
		buf_add(&in->paste, (char)byte);
	else if (++in->matched == sizeof(paste_end) - 1)
		end_paste(in);
	return true;
}

static bool take(struct input *in, unsigned char byte)
{
	static bool (*const takers[])(struct input *, unsigned char) = {
		[GROUND] = take_ground,
		[UTF8] = take_utf8,
		[ESCAPED] = take_escaped,
		[LATE] = take_late,
		[HELD] = take_held,
		[CSI] = take_csi,
		[CONSOLE] = take_console,
		[MOUSE] = take_mouse,
		[SS3] = take_ss3,
		[STRING] = take_string,
		[STRING_ESC] = take_string_escape,
		[PASTE] = take_paste,
	};

	return takers[in->state](in, byte);
}

/* ---- time -------------------------------------------------------------------------------------- */

static void pause_lone(struct input *in)
{
	if (in->state == ESCAPED) {
		push(in, KEY_ESCAPE);
		in->state = LATE;
	} else if (in->state == HELD) {
		release_held(in);
	} else if (in->state == STRING_ESC || (in->state == STRING && in->empty)) {
		in->doubt = true;
	}
}

static void pause_stale(struct input *in)
{
	if (in->state == STRING_ESC)
		in->state = LATE;
	else if (in->state >= CSI && in->state <= STRING)
		in->state = GROUND;
}

static void let_pass(struct input *in, int64_t now)
{
	int64_t pause = now - in->last;

	if (pause >= LONE)
		pause_lone(in);
	if (pause >= STALE)
		pause_stale(in);
	if (pause >= PASTE_STALE && in->state == PASTE) {
		keep_matched(in);
		end_paste(in);
	}
}

void input_feed(struct input *in, struct str bytes, int64_t now)
{
	if (bytes.n == 0)
		return;
	let_pass(in, now);
	in->last = now;
	for (size_t i = 0; i < bytes.n; i++)
		while (!take(in, (unsigned char)bytes.p[i]))
			;
}

static uint32_t pull(struct input *in)
{
	uint32_t value;

	memcpy(&value, in->keys.p + in->keys_at, sizeof(value));
	in->keys_at += sizeof(value);
	return value;
}

uint32_t input_next(struct input *in, int64_t now)
{
	uint32_t key;

	let_pass(in, now);
	if (in->keys_at == in->keys.n) {
		buf_clear(&in->keys);
		buf_clear(&in->pastes);
		in->keys_at = in->pastes_at = 0;
		return 0;
	}
	key = pull(in);
	if (key == KEY_PASTE) {
		size_t length = pull(in);

		buf_clear(&in->shown);
		buf_append(&in->shown, str_sub(buf_str(&in->pastes), in->pastes_at, length));
		in->pastes_at += length;
	}
	return key;
}

int64_t input_wait(const struct input *in, int64_t now)
{
	int64_t due = in->state == PASTE ? PASTE_STALE : LONE;
	int64_t left = in->last + due - now;

	if (in->keys_at < in->keys.n)
		return 0;
	if (in->state != ESCAPED && in->state != HELD && in->state != PASTE)
		return -1;
	return left > 0 ? left : 0;
}

struct str input_paste(const struct input *in)
{
	return buf_str(&in->shown);
}
