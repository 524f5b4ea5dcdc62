/* Programs on the terminal that was given back. They are in our group, as a shell's children are: what the terminal sends to
 * interrupt or stop them reaches us, too, and means them alone. */
#include "term/program.h"

#include "base/mem.h"
#include "collect/folder.h"
#include "collect/posthog_key.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX   32                 /* of an editor's command */
#define CHANGED_MAX ((size_t)64 << 20) /* bytes of what an editor leaves */

/* ---- signals and modes ----------------------------------------------------------------------------------------------- */

static const int quiet[] = {SIGINT, SIGQUIT};
static const int deadly[] = {SIGTERM, SIGHUP}; /* no loop runs that would heed them */
_Static_assert(sizeof(quiet) / sizeof(quiet[0]) == PROGRAM_QUIET, "room for each");
_Static_assert(sizeof(deadly) / sizeof(deadly[0]) == PROGRAM_DEADLY, "room for each");

void program_leave(struct program_away *a)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_handler = SIG_IGN;
	for (size_t i = 0; i < PROGRAM_QUIET; i++)
		sigaction(quiet[i], &action, &a->quiet[i]);
	action.sa_handler = SIG_DFL;
	for (size_t i = 0; i < PROGRAM_DEADLY; i++)
		sigaction(deadly[i], &action, &a->deadly[i]);
	a->has_modes = tcgetattr(STDIN_FILENO, &a->modes) == 0;
}

void program_restore_modes(const struct program_away *a)
{
	if (a->has_modes)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &a->modes);
}

void program_come_back(const struct program_away *a)
{
	program_restore_modes(a);
	for (size_t i = 0; i < PROGRAM_QUIET; i++)
		sigaction(quiet[i], &a->quiet[i], NULL);
	for (size_t i = 0; i < PROGRAM_DEADLY; i++)
		sigaction(deadly[i], &a->deadly[i], NULL);
}

/* ---- programs -------------------------------------------------------------------------------------------------------- */

static bool holds_key(const char *variable)
{
	struct str name = str_sub(str_of(variable), 0, strcspn(variable, "="));

	for (const char *const *key = posthog_key_variables; *key != NULL; key++)
		if (str_eq(name, str_of(*key)))
			return true;
	return false;
}

/* Ours but for the keys. The array is the caller's, its texts are not. */
static char **environment(void)
{
	size_t n = 0, most = 1;
	char **all;

	for (char **variable = environ; *variable != NULL; variable++)
		most++;
	all = mem_zero(most, sizeof(*all));
	for (char **variable = environ; *variable != NULL; variable++)
		if (!holds_key(*variable))
			all[n++] = *variable;
	return all;
}

/* Gives an error's number. input: a path for its standard input; NULL: ours. */
static int start(pid_t *pid, char *const *words, const char *input)
{
	static const int ours[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ, SIGTSTP};
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t files;
	char **env = environment();
	sigset_t signals;
	int failed;

	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_init(&files);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaddset(&signals, ours[i]);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (input != NULL)
		posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input, O_RDONLY, 0);
	failed = posix_spawnp(pid, words[0], &files, &attributes, words, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	mem_free(env);
	return failed;
}

/* One that stopped itself alone would leave the shell waiting for us: we stop as well, and go on together. */
static int wait_for(pid_t pid)
{
	int status = 0;

	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno != EINTR)
				return status;
		} else if (WIFSTOPPED(status)) {
			raise(SIGTSTP);
			kill(pid, SIGCONT);
		} else {
			return status;
		}
	}
}

void program_say_status(struct buf *out, int status)
{
	if (WIFSIGNALED(status))
		buf_printf(out, "ended by signal %d", WTERMSIG(status));
	else
		buf_printf(out, "exit %d", WEXITSTATUS(status));
}

bool program_run(char *const *words, const char *input, int *status, struct buf *line)
{
	pid_t pid;
	int failed = start(&pid, words, input);

	if (failed != 0) {
		buf_printf(line, "not started: %s: %s", words[0], strerror(failed));
		return false;
	}
	*status = wait_for(pid);
	return true;
}

/* ---- the text in a file ---------------------------------------------------------------------------------------------- */

bool program_write_all(int fd, struct str text)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	size_t at = 0;

	while (at < text.n) {
		ssize_t n = write(fd, text.p + at, text.n - at);

		if (n < 0 && errno == EAGAIN)
			poll(&ready, 1, -1);
		else if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool program_write_file(struct str text, const char *name, struct buf *folder, struct buf *path,
                        struct buf *line)
{
	struct errinfo e = {0};
	bool written;
	int fd;

	if (folder_make_temporary(folder, &e) != ERR_OK) {
		buf_puts(line, e.msg);
		buf_clear(folder);
		return false;
	}
	buf_printf(path, "%s/%s", buf_text(folder), name);
	fd = open(buf_text(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	written = fd >= 0 && program_write_all(fd, text);
	if (fd >= 0 && close(fd) == 0 && written)
		return true;
	buf_printf(line, "%s: %s", buf_text(path), strerror(errno));
	return false;
}

const char *program_variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *editor(void)
{
	const char *name = program_variable("VISUAL");

	if (name == NULL)
		name = program_variable("EDITOR");
	return name != NULL ? name : "vi";
}

/* Ends each word in place; gives how many there are. */
static size_t split(char *text, char **words)
{
	size_t n = 0;

	while (n < WORDS_MAX) {
		text += strspn(text, " \t");
		if (*text == '\0')
			break;
		words[n++] = text;
		text += strcspn(text, " \t");
		if (*text != '\0')
			*text++ = '\0';
	}
	return n;
}

void program_edit(struct buf *path, struct buf *line)
{
	struct buf command = {0};
	char *words[WORDS_MAX + 2];
	size_t n;
	int status = 0;

	buf_puts(&command, editor());
	n = split(command.p, words);
	words[n] = path->p;
	words[n + 1] = NULL;
	if (program_run(words, NULL, &status, line) && status != 0) {
		buf_printf(line, "%s: ", words[0]);
		program_say_status(line, status);
	}
	buf_free(&command);
}

static bool read_file(const char *path, struct buf *out, struct buf *line)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char bytes[4096];
	ssize_t n = 0;

	while (fd >= 0 && !out->full && (n = read(fd, bytes, sizeof(bytes))) != 0)
		if (n > 0)
			buf_append(out, (struct str){bytes, (size_t)n});
		else if (errno != EINTR)
			break;
	if (fd < 0 || n < 0 || out->full)
		buf_printf(line, "%s: %s", path, out->full ? "too big" : strerror(errno));
	if (fd >= 0)
		close(fd);
	return line->n == 0;
}

bool program_change(struct buf *text, const char *name, struct buf *line)
{
	struct buf folder = {0}, path = {0}, changed = {.max = CHANGED_MAX};
	struct program_away away;
	bool good = false;

	program_leave(&away);
	if (program_write_file(buf_str(text), name, &folder, &path, line)) {
		program_edit(&path, line);
		good = line->n == 0 && read_file(buf_text(&path), &changed, line);
	}
	program_come_back(&away);
	if (folder.n > 0)
		folder_remove_temporary(buf_text(&folder));
	if (good) {
		buf_clear(text);
		buf_append(text, buf_str(&changed));
	}
	buf_free(&changed);
	buf_free(&folder);
	buf_free(&path);
	return good;
}
