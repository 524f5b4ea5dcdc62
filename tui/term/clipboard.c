/* Ways into the clipboard: which ones there are here, the control sequences, and trying one after the other.
 *
 * Invariant: one program at a time runs for us, and its end is always waited for (it is killed when it takes too long), so
 * that none is left undead. It leaves writing to the terminal to whoever owns that. */
#include "term/clipboard.h"

#include "base/base64.h"
#include "base/clean.h"
#include "base/mem.h"
#include "config/config.h"
#include "draw/format.h"
#include "term/osc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OSC_SURE 74994 /* bytes: 100,000 with base64 around them, the least of known limits */
#define OSC_MAX  ((size_t)512 << 10) /* tmux takes sequences of a megabyte */
#define PATIENCE 2000                /* ms for a program */

/* ---- the environment ------------------------------------------------------------------------------------------------ */

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

static bool variable_is(const char *name, const char *text)
{
	const char *value = getenv(name);

	return value != NULL && strcmp(value, text) == 0;
}

/* GNOME's terminals have refused it for long. */
static bool is_doubtful(size_t bytes)
{
	return bytes > OSC_SURE || is_set("VTE_VERSION");
}

static size_t add_tools(enum clipboard_way *out, size_t n)
{
	if (is_set("SSH_CONNECTION") || is_set("SSH_TTY"))
		return n;
	if (is_set("WAYLAND_DISPLAY"))
		out[n++] = CLIPBOARD_WL_COPY;
	if (is_set("DISPLAY")) {
		out[n++] = CLIPBOARD_XCLIP;
		out[n++] = CLIPBOARD_XSEL;
	}
	if (variable_is("TERM_PROGRAM", "Apple_Terminal"))
		out[n++] = CLIPBOARD_PBCOPY;
	return n;
}

size_t clipboard_ways(size_t bytes, enum clipboard_way out[CLIPBOARD_WAYS])
{
	static const enum clipboard_way osc[] = {[OSC_PLAIN] = CLIPBOARD_OSC,
	                                         [OSC_TMUX] = CLIPBOARD_OSC_TMUX,
	                                         [OSC_SCREEN] = CLIPBOARD_OSC_SCREEN};
	bool tools_first = is_doubtful(bytes), no_osc = bytes > OSC_MAX || osc_is_refused();
	size_t n = 0;

	if (is_set("TMUX"))
		out[n++] = CLIPBOARD_TMUX;
	if (tools_first)
		n = add_tools(out, n);
	if (!no_osc)
		out[n++] = osc[osc_way()];
	if (!tools_first)
		n = add_tools(out, n);
	out[n++] = CLIPBOARD_FILE;
	return n;
}

/* ---- control sequences ----------------------------------------------------------------------------------------------- */

static bool is_osc(enum clipboard_way way)
{
	return way == CLIPBOARD_OSC || way == CLIPBOARD_OSC_TMUX || way == CLIPBOARD_OSC_SCREEN;
}

void clipboard_escape(struct buf *out, enum clipboard_way way, struct str text)
{
	static const enum osc_way ways[] = {[CLIPBOARD_OSC] = OSC_PLAIN,
	                                    [CLIPBOARD_OSC_TMUX] = OSC_TMUX,
	                                    [CLIPBOARD_OSC_SCREEN] = OSC_SCREEN};
	struct buf body = {0};

	assert(is_osc(way));
	buf_puts(&body, "52;c;");
	base64_encode(&body, text);
	osc_append(out, ways[way], buf_str(&body));
	buf_free(&body);
}

/* ---- the file -------------------------------------------------------------------------------------------------------- */

static void make_parents(struct buf *path)
{
	for (size_t i = 1; i < path->n; i++) {
		if (path->p[i] != '/')
			continue;
		path->p[i] = '\0';
		mkdir(path->p, 0700);
		path->p[i] = '/';
	}
}

static bool write_all(int fd, struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		ssize_t n = write(fd, text.p + at, text.n - at);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static enum err write_file(struct str text, struct buf *path, struct errinfo *e)
{
	enum err err = config_folder(path, CONFIG_STATE, e);
	int fd, error;

	if (err != ERR_OK)
		return err;
	buf_puts(path, "/copied.txt");
	make_parents(path);
	/* A new file each time: what stands there may be a link, or open to others. */
	unlink(path->p);
	fd = open(path->p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, ERR_IO, "%s: %s", path->p, strerror(errno));
	error = write_all(fd, text) ? 0 : errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error != 0)
		return err_set(e, ERR_IO, "%s: %s", path->p, strerror(error));
	return ERR_OK;
}

/* ---- trying ---------------------------------------------------------------------------------------------------------- */

struct clipboard {
	struct loop *loop;
	clipboard_send_fn *send;
	clipboard_said_fn *said;
	void *ctx;
	struct buf text;
	char what[32];
	enum clipboard_way ways[CLIPBOARD_WAYS];
	size_t n, next;
	struct loop_child *child; /* runs for ways[next - 1] */
	struct loop_timer *timer;
	bool outdated; /* the text was replaced while it ran */
};

static const char *way_name(enum clipboard_way way)
{
	static const char *const names[CLIPBOARD_WAYS] = {
		"tmux load-buffer -w",
		"OSC 52",
		"OSC 52 (tmux)",
		"OSC 52 (screen)",
		"wl-copy",
		"xclip",
		"xsel",
		"pbcopy",
	};

	return names[way];
}

static void say_size(const struct clipboard *c, struct buf *line)
{
	buf_puts(line, "copied ");
	format_bytes(line, c->text.n);
	buf_add(line, ' ');
	buf_puts(line, c->what);
}

static void say(struct clipboard *c, struct buf *line)
{
	buf_free(&c->text);
	c->said(c->ctx, buf_text(line));
	buf_free(line);
}

static void say_way(struct clipboard *c, enum clipboard_way way)
{
	struct buf line = {0};

	say_size(c, &line);
	buf_printf(&line, " via %s", way_name(way));
	if (is_osc(way) && is_doubtful(c->text.n))
		buf_puts(&line, c->text.n > OSC_SURE ? ": many terminals refuse over 75 kB"
		                                     : ": GNOME's terminals may refuse it");
	say(c, &line);
}

/* Why it did not go to the terminal, where that is known before. */
static const char *why_file(const struct clipboard *c)
{
	if (c->text.n > OSC_MAX)
		return ": more than terminals take";
	return osc_is_refused() ? ": this terminal has no clipboard for us" : "";
}

static void copy_to_file(struct clipboard *c)
{
	struct buf path = {0}, line = {0};
	struct errinfo e = {0};

	if (write_file(buf_str(&c->text), &path, &e) == ERR_OK) {
		say_size(c, &line);
		buf_puts(&line, " to ");
		clean_append(&line, buf_str(&path), 0);
		buf_puts(&line, why_file(c));
	} else {
		buf_puts(&line, "no way to copy: ");
		clean_append(&line, str_of(e.msg), 0);
	}
	buf_free(&path);
	say(c, &line);
}

static void try_next(struct clipboard *c);

static void start(struct clipboard *c)
{
	c->outdated = false;
	c->next = 0;
	c->n = clipboard_ways(c->text.n, c->ways);
	try_next(c);
}

static void on_ended(void *ctx, int status, int signum)
{
	struct clipboard *c = ctx;

	loop_timer_stop(c->timer);
	loop_child_free(c->child);
	c->child = NULL;
	if (c->outdated)
		start(c);
	else if (status == 0 && signum == 0)
		say_way(c, c->ways[c->next - 1]);
	else
		try_next(c);
}

static void on_late(void *ctx)
{
	loop_child_signal(((struct clipboard *)ctx)->child, SIGKILL);
}

static bool run(struct clipboard *c, enum clipboard_way way)
{
	static char tmux[] = "tmux", load[] = "load-buffer", out[] = "-w", input[] = "-";
	static char wl_copy[] = "wl-copy", xclip[] = "xclip", selection[] = "-selection";
	static char clipboard[] = "clipboard", xsel[] = "xsel", b[] = "-b", i[] = "-i";
	static char pbcopy[] = "pbcopy";
	static char *const lines[CLIPBOARD_WAYS][5] = {
		[CLIPBOARD_TMUX] = {tmux, load, out, input},
		[CLIPBOARD_WL_COPY] = {wl_copy},
		[CLIPBOARD_XCLIP] = {xclip, selection, clipboard},
		[CLIPBOARD_XSEL] = {xsel, b, i},
		[CLIPBOARD_PBCOPY] = {pbcopy},
	};

	if (loop_child_feed(&c->child, c->loop, lines[way], buf_str(&c->text), on_ended, c, NULL) !=
	    ERR_OK)
		return false;
	loop_timer_start(c->timer, PATIENCE, 0);
	return true;
}

static bool send_escape(struct clipboard *c, enum clipboard_way way)
{
	struct buf sequence = {0};
	bool sent;

	clipboard_escape(&sequence, way, buf_str(&c->text));
	sent = c->send(c->ctx, buf_str(&sequence));
	buf_free(&sequence);
	if (sent)
		say_way(c, way);
	return sent;
}

/* Until one is said to be done, or is on its way. */
static void try_next(struct clipboard *c)
{
	bool taken = false;

	while (!taken) {
		enum clipboard_way way = c->ways[c->next++];

		if (way == CLIPBOARD_FILE) {
			copy_to_file(c);
			taken = true;
		} else {
			taken = is_osc(way) ? send_escape(c, way) : run(c, way);
		}
	}
}

void clipboard_put(struct clipboard *c, struct str text, const char *what)
{
	struct buf line = {0};

	if (text.n > CLIPBOARD_MAX) {
		format_bytes(&line, text.n);
		buf_puts(&line, " are too much to copy: ");
		format_bytes(&line, CLIPBOARD_MAX);
		buf_puts(&line, " at most");
		c->said(c->ctx, buf_text(&line));
		buf_free(&line);
		return;
	}
	buf_clear(&c->text);
	buf_append(&c->text, text);
	c->what[0] = '\0';
	strncat(c->what, what, sizeof(c->what) - 1);
	if (c->child == NULL) {
		start(c);
		return;
	}
	c->outdated = true;
	loop_child_signal(c->child, SIGKILL);
}

struct clipboard *clipboard_new(struct loop *l, clipboard_send_fn *send, clipboard_said_fn *said,
                                void *ctx)
{
	struct clipboard *c = mem_zero(1, sizeof(*c));

	c->loop = l;
	c->send = send;
	c->said = said;
	c->ctx = ctx;
	c->timer = loop_timer_new(l, on_late, c);
	return c;
}

void clipboard_free(struct clipboard *c)
{
	if (c == NULL)
		return;
	loop_child_free(c->child);
	loop_timer_free(c->timer);
	buf_free(&c->text);
	mem_free(c);
}
