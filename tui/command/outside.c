/* Programs on the terminal that was given back. They are in our group, as a shell's children are: what the terminal sends to
 * interrupt or stop them reaches us, too, and means them alone. */
#include "command/outside.h"

#include "base/clean.h"
#include "base/mem.h"
#include "collect/folder.h"
#include "collect/posthog_key.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define WORDS_MAX 32 /* of an editor's command */

/* ---- signals and modes ----------------------------------------------------------------------------------------------- */

static const int quiet[] = {SIGINT, SIGQUIT};
static const int deadly[] = {SIGTERM, SIGHUP}; /* no loop runs that would heed them */
#define QUIET  (sizeof(quiet) / sizeof(quiet[0]))
#define DEADLY (sizeof(deadly) / sizeof(deadly[0]))

struct away {
	struct sigaction quiet[QUIET], deadly[DEADLY];
	struct termios modes;
	bool has_modes;
};

static void leave(struct away *a)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_handler = SIG_IGN;
	for (size_t i = 0; i < QUIET; i++)
		sigaction(quiet[i], &action, &a->quiet[i]);
	action.sa_handler = SIG_DFL;
	for (size_t i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &action, &a->deadly[i]);
	a->has_modes = tcgetattr(STDIN_FILENO, &a->modes) == 0;
}

static void restore_modes(const struct away *a)
{
	if (a->has_modes)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &a->modes);
}

static void come_back(const struct away *a)
{
	restore_modes(a);
	for (size_t i = 0; i < QUIET; i++)
		sigaction(quiet[i], &a->quiet[i], NULL);
	for (size_t i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &a->deadly[i], NULL);
}

/* ---- the plain terminal ---------------------------------------------------------------------------------------------- */

static bool write_all(int fd, struct str text)
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

static void wait_for_enter(const char *state)
{
	struct buf line = {0};
	char byte = 0;
	ssize_t n;

	buf_printf(&line, "[%sEnter goes back] ", state);
	if (write_all(STDOUT_FILENO, buf_str(&line)))
		do
			n = read(STDIN_FILENO, &byte, 1);
		while ((n > 0 && byte != '\n') || (n < 0 && errno == EINTR));
	buf_free(&line);
}

static void print(struct str text)
{
	struct buf clean = {0};

	clean_append(&clean, text, CLEAN_LINES | CLEAN_TABS);
	if (!str_ends(buf_str(&clean), STR("\n")))
		buf_add(&clean, '\n');
	if (write_all(STDOUT_FILENO, buf_str(&clean)))
		wait_for_enter("");
	buf_free(&clean);
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

static void say_status(struct buf *out, int status)
{
	if (WIFSIGNALED(status))
		buf_printf(out, "ended by signal %d", WTERMSIG(status));
	else
		buf_printf(out, "exit %d", WEXITSTATUS(status));
}

/* False, with a line to say, if it could not be started. */
static bool run(char *const *words, const char *input, int *status, struct buf *line)
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

static bool write_file(struct str text, struct buf *folder, struct buf *path, struct buf *line)
{
	struct errinfo e = {0};
	int fd;

	if (folder_make_temporary(folder, &e) != ERR_OK) {
		buf_puts(line, e.msg);
		buf_clear(folder);
		return false;
	}
	buf_printf(path, "%s/tracehog.txt", buf_text(folder));
	fd = open(buf_text(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && write_all(fd, text) && close(fd) == 0)
		return true;
	buf_printf(line, "%s: %s", buf_text(path), strerror(errno));
	return false;
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *editor(void)
{
	const char *name = variable("VISUAL");

	if (name == NULL)
		name = variable("EDITOR");
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

static void edit(struct buf *path, struct buf *line)
{
	struct buf command = {0};
	char *words[WORDS_MAX + 2];
	size_t n;
	int status = 0;

	buf_puts(&command, editor());
	n = split(command.p, words);
	words[n] = path->p;
	words[n + 1] = NULL;
	if (run(words, NULL, &status, line) && status != 0) {
		buf_printf(line, "%s: ", words[0]);
		say_status(line, status);
	}
	buf_free(&command);
}

static void pipe_to(const struct away *a, const char *path, const char *command, struct buf *line)
{
	static char shell[] = "sh", c[] = "-c";
	const char *pager = variable("PAGER");
	struct buf text = {0}, state = {0};
	int status = 0;

	if (command[0] == '\0')
		command = pager != NULL ? pager : "less";
	buf_puts(&text, command);
	if (run((char *[]){shell, c, text.p, NULL}, path, &status, line)) {
		restore_modes(a);
		say_status(&state, status);
		buf_append(line, buf_str(&state));
		buf_puts(&state, ", ");
		wait_for_enter(buf_text(&state));
	}
	buf_free(&text);
	buf_free(&state);
}

static void take_file(const struct away *a, enum app_taker by, struct str text,
                      const char *argument, struct buf *line)
{
	struct buf clean = {0}, folder = {0}, path = {0};

	if (by == APP_PIPE && argument[0] == '\0') {
		clean_append(&clean, text, CLEAN_LINES | CLEAN_TABS);
		text = buf_str(&clean);
	}
	if (write_file(text, &folder, &path, line)) {
		if (by == APP_EDITOR)
			edit(&path, line);
		else
			pipe_to(a, buf_text(&path), argument, line);
	}
	if (folder.n > 0)
		folder_remove_temporary(buf_text(&folder));
	buf_free(&clean);
	buf_free(&folder);
	buf_free(&path);
}

void outside_take(enum app_taker by, struct str text, const char *argument, struct buf *line)
{
	struct away a;

	leave(&a);
	if (by == APP_PAPER)
		print(text);
	else
		take_file(&a, by, text, argument, line);
	come_back(&a);
}
