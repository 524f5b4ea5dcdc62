/* Finds the personal API key. It passes through memory that is wiped here, whatever comes of it, and
 * no message repeats what was read. */
#include "collect/posthog_key.h"

#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_BYTES   4096  /* of a file, or of what a command prints */
#define LIMIT_MS    10000 /* for a command */
#define GLANCE_MS   20    /* between looks at whether a command has ended */
#define MILLISECOND (TIME_SECOND / 1000)

/* What a file or a command gave. */
struct given {
	char bytes[MAX_BYTES + 1];
	size_t n;
};

void posthog_key_wipe(struct buf *key)
{
	if (key->p != NULL)
		explicit_bzero(key->p, key->cap);
	buf_free(key);
}

void posthog_key_protect(void)
{
	const struct rlimit none = {0, 0};

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

/* ---- what is a key --------------------------------------------------------------------------- */

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* from: where it comes from, for people. */
static enum err take(struct buf *key, struct str text, const char *from, struct errinfo *e)
{
	text = str_trim(text);
	if (text.n == 0)
		return err_set(e, ERR_USAGE, "%s: no key in it: give a personal API key (phx_...)",
		               from);
	if (str_starts(text, STR("phc_")))
		return err_set(e, ERR_USAGE,
		               "%s: this is a project's key (phc_), which cannot read: give a "
		               "personal API key (phx_...)",
		               from);
	if (!is_plain(text))
		return err_set(e, ERR_USAGE,
		               "%s: blanks or other than plain characters in the key: give the key "
		               "alone",
		               from);
	/* Growing would leave a copy behind. */
	if (text.n > MAX_BYTES || !buf_reserve(key, text.n))
		return err_set(e, ERR_USAGE, "%s: too long for a key: give the key alone", from);
	buf_append(key, text);
	return ERR_OK;
}

/* ---- the environment ------------------------------------------------------------------------- */

const char *const posthog_key_variables[] = {"TRACEHOG_POSTHOG_KEY", "POSTHOG_PERSONAL_API_KEY",
                                             NULL};

/* The value's bytes lie where /proc/PID/environ shows them, also after unsetenv. */
static void remove_variable(const char *name)
{
	char *value = getenv(name);

	if (value != NULL)
		explicit_bzero(value, strlen(value));
	unsetenv(name);
}

enum err posthog_key_of_environment(struct buf *key, struct errinfo *e)
{
	enum err err = ERR_NOT_FOUND;

	for (const char *const *name = posthog_key_variables; *name != NULL; name++) {
		const char *value = getenv(*name);
		if (err == ERR_NOT_FOUND && value != NULL && value[0] != '\0')
			err = take(key, str_of(value), *name, e);
		remove_variable(*name);
	}
	return err;
}

/* ---- a file ---------------------------------------------------------------------------------- */

static enum err check_file(int fd, const char *path, struct errinfo *e)
{
	struct stat s;

	if (fstat(fd, &s) != 0)
		return err_set(e, ERR_IO, "key_file: %s: %s", path, strerror(errno));
	if (!S_ISREG(s.st_mode))
		return err_set(e, ERR_IO, "key_file: %s: it is no regular file: name another",
		               path);
	if (s.st_uid != geteuid())
		return err_set(e, ERR_IO,
		               "key_file: %s: it is somebody else's: use one of your own", path);
	if ((s.st_mode & 077) != 0)
		return err_set(e, ERR_IO,
		               "key_file: %s: others can read it: chmod 600 it, and make a new key",
		               path);
	return ERR_OK;
}

/* True at the end of what is there, or once there is too much. */
static bool read_more(int fd, struct given *g, bool *failed)
{
	ssize_t got = read(fd, g->bytes + g->n, sizeof(g->bytes) - g->n);

	*failed = got < 0 && errno != EINTR && errno != EAGAIN;
	if (got > 0)
		g->n += (size_t)got;
	return got == 0 || *failed || g->n == sizeof(g->bytes);
}

static enum err read_file(struct buf *key, const char *path, struct errinfo *e)
{
	/* A pipe without a writer would hold the open. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct given g = {.n = 0};
	bool failed = false;
	enum err err;

	if (fd < 0)
		return err_set(e, ERR_IO, "key_file: %s: %s", path, strerror(errno));
	err = check_file(fd, path, e);
	while (err == ERR_OK && !read_more(fd, &g, &failed))
		;
	if (failed)
		err = err_set(e, ERR_IO, "key_file: %s: cannot be read", path);
	if (err == ERR_OK && g.n > MAX_BYTES)
		err = err_set(e, ERR_USAGE, "key_file: %s: over 4 kB: put the key alone into it",
		              path);
	if (err == ERR_OK)
		err = take(key, (struct str){g.bytes, g.n}, "key_file", e);
	explicit_bzero(&g, sizeof(g));
	close(fd);
	return err;
}

/* ---- a command ------------------------------------------------------------------------------- */

struct command {
	pid_t pid; /* and of its group */
	int out;   /* the end of the pipe that we read; -1 after its end */
	bool ended;
	int status; /* of waitpid */
};

/* In a group of its own, with signals as a shell expects them. */
static int spawn(pid_t *pid, const char *text, int out, bool quiet)
{
	char shell[] = "sh", option[] = "-c";
	char *argv[] = {shell, option, (char *)(uintptr_t)text, NULL}; /* only read */
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, usual;
	int failed;

	sigemptyset(&none);
	sigfillset(&usual);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (quiet)
		posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
	                                       POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &usual);
	failed = posix_spawn(pid, "/bin/sh", &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return failed;
}

static enum err start(struct command *c, const struct posthog_key_options *options,
                      struct errinfo *e)
{
	int ends[2], failed;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(e, ERR_IO, "key_command: %s", strerror(errno));
	failed = spawn(&c->pid, options->command, ends[1], options->quiet);
	close(ends[1]);
	if (failed != 0) {
		close(ends[0]);
		return err_set(e, ERR_IO, "key_command: /bin/sh: %s", strerror(failed));
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	c->out = ends[0];
	return ERR_OK;
}

static void close_output(struct command *c)
{
	if (c->out >= 0)
		close(c->out);
	c->out = -1;
}

/* What is there now, or comes soon. False once there is too much. */
static bool listen_to(struct command *c, struct given *g)
{
	struct pollfd look = {.fd = c->out, .events = POLLIN};
	bool failed;

	/* Whoever holds the pipe's other end after the shell is gone is not waited for. */
	if (poll(&look, 1, c->ended ? 0 : GLANCE_MS) <= 0)
		return true;
	if (read_more(c->out, g, &failed))
		close_output(c);
	return g->n <= MAX_BYTES;
}

/* Until it ends, says too much, or the time is up. True if it ended. */
static bool wait_for(struct command *c, struct given *g, uint32_t limit_ms)
{
	int64_t until = time_monotonic() + limit_ms * MILLISECOND;

	for (;;) {
		if (!listen_to(c, g))
			return false;
		if (c->ended)
			return true;
		c->ended = waitpid(c->pid, &c->status, WNOHANG) == c->pid;
		if (!c->ended && time_monotonic() >= until)
			return false;
	}
}

static void end_group(struct command *c)
{
	kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
		;
}

static enum err judge(const struct command *c, const struct given *g, uint32_t limit_ms,
                      struct errinfo *e)
{
	if (g->n > MAX_BYTES)
		return err_set(e, ERR_IO,
		               "key_command: it prints over 4 kB: let it print the key alone");
	if (!c->ended)
		return err_set(e, ERR_IO,
		               "key_command: no end after %u s: run it by hand (it has no terminal "
		               "to ask on)",
		               (limit_ms + 999) / 1000);
	if (WIFSIGNALED(c->status))
		return err_set(e, ERR_IO, "key_command: ended by signal %d (%s): run it by hand",
		               WTERMSIG(c->status), strsignal(WTERMSIG(c->status)));
	if (WEXITSTATUS(c->status) != 0)
		return err_set(e, ERR_IO, "key_command: exit status %d: run it by hand",
		               WEXITSTATUS(c->status));
	return ERR_OK;
}

static enum err read_command(struct buf *key, const struct posthog_key_options *options,
                             struct errinfo *e)
{
	uint32_t limit_ms = options->limit_ms != 0 ? options->limit_ms : LIMIT_MS;
	struct command c = {.out = -1};
	struct given g = {.n = 0};
	enum err err = start(&c, options, e);
	struct str line;

	if (err != ERR_OK)
		return err;
	if (!wait_for(&c, &g, limit_ms))
		end_group(&c);
	close_output(&c);
	err = judge(&c, &g, limit_ms, e);
	line = (struct str){g.bytes, g.n};
	if (err == ERR_OK)
		err = take(key, str_sub(line, 0, str_find(line, STR("\n"), 0, false)),
		           "key_command", e);
	explicit_bzero(&g, sizeof(g));
	return err;
}

/* ---- the order ------------------------------------------------------------------------------- */

enum err posthog_key_own(struct buf *key, const struct posthog_key_options *options,
                         struct errinfo *e)
{
	if (options->command != NULL)
		return read_command(key, options, e);
	if (options->file != NULL)
		return read_file(key, options->file, e);
	return err_set(e, ERR_NOT_FOUND,
	               "no personal API key: set TRACEHOG_POSTHOG_KEY, or name a key_file or "
	               "key_command in the config");
}

enum err posthog_key_read(struct buf *key, const struct posthog_key_options *options,
                          struct errinfo *e)
{
	enum err err = posthog_key_of_environment(key, e);

	return err != ERR_NOT_FOUND ? err : posthog_key_own(key, options, e);
}
