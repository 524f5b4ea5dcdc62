/* From the words of a command line to an explorer with its sources (see output.h). One that cannot be opened holds up no
 * other. */
#include "print/source.h"

#include "base/mem.h"
#include "print/capture.h"
#include "print/fetch.h"
#include "print/output.h"
#include "print/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who follows waits for a file that is not there yet; but where a command could stand, a word that looks like
 * no file is more likely a command with a slip. */
static bool is_awaited(const struct options *o, const char *path)
{
	struct stat status;

	if (o == NULL || o->no_follow || lstat(path, &status) == 0 || errno != ENOENT)
		return false;
	return o->command == COMMAND_TAIL ||
	       (o->command == COMMAND_EXPLORE && strpbrk(path, "./") != NULL);
}

static bool add(struct explorer *x, const struct options *follows, const char *path, int *code)
{
	struct errinfo e = {0};
	bool awaited = is_awaited(follows, path);
	enum err err = awaited ? explorer_await_file(x, path, &e) : explorer_add_file(x, path, &e);

	if (awaited && err == ERR_OK)
		err_set(&e, ERR_OK, "%s: not there yet: waited for", path);
	if (awaited || err != ERR_OK)
		output_error(e.msg);
	if (err != ERR_OK)
		*code = EXIT_UNREADABLE;
	return err == ERR_OK;
}

static void error_about(const char *path, const char *what)
{
	struct buf text = {0};

	buf_printf(&text, "%s: %s", path, what);
	output_error(buf_text(&text));
	buf_free(&text);
}

struct folder_walk {
	struct explorer *explorer;
	uint32_t added;
	int *code;
};

static void on_file(void *ctx, const char *path)
{
	struct folder_walk *w = ctx;

	w->added += add(w->explorer, NULL, path, w->code);
}

static void on_trouble(void *ctx, const char *why)
{
	struct folder_walk *w = ctx;

	output_error(why);
	*w->code = EXIT_UNREADABLE;
}

/* A folder without events is no error, nor is one that does not exist yet. */
static uint32_t add_folder(struct explorer *x, const char *folder, int *code)
{
	struct folder_walk w = {.explorer = x, .code = code};
	struct walk_events events = {.file = on_file, .trouble = on_trouble, .ctx = &w};

	walk_folder(folder, &events);
	if (w.added == 0 && *code == EXIT_OK)
		error_about(folder, "no events here yet: name a file, or try `tracehog demo`");
	return w.added;
}

/* A copy: the terminal may come to stand in its place. */
static bool add_stdin(struct explorer *x, int *code)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	struct errinfo e = {0};
	enum err err;

	if (fd < 0)
		err = err_set(&e, ERR_IO, "standard input cannot be read (%s)", strerror(errno));
	else
		err = explorer_add_stdin(x, fd, &e);
	if (err == ERR_OK)
		return true;
	output_error(e.msg);
	*code = EXIT_UNREADABLE;
	return false;
}

/* What the capture endpoint wrote, with the segments that come while it is followed. */
static uint32_t add_journal(struct explorer *x, const struct options *o, const char *named,
                            int *code)
{
	uint32_t before = explorer_source_count(x), added;
	struct buf folder = {0};
	struct errinfo e = {0};
	enum err err = ERR_OK;

	if (named[0] != '\0')
		buf_puts(&folder, named);
	else
		err = capture_folder(&folder, o, &e);
	if (err == ERR_OK)
		err = explorer_add_folder(x, buf_text(&folder), &e);
	added = explorer_source_count(x) - before;
	if (err != ERR_OK) {
		output_error(e.msg);
		*code = EXIT_UNREADABLE;
	} else if (added == 0) {
		error_about(buf_text(&folder),
		            "no events here yet: name a file, or try `tracehog demo`");
	}
	buf_free(&folder);
	return added;
}

static uint32_t add_posthog(struct explorer *x, const struct options *o,
                            const struct source_choice *s, struct source_keys *keys, int *code)
{
	bool tails = o != NULL && o->command == COMMAND_TAIL && !o->no_follow;
	bool patient = tails || (o != NULL && o->command == COMMAND_EXPLORE);
	enum posthog_trouble trouble = POSTHOG_NOT_ALLOWED;
	struct source_choice choice = *s;
	struct errinfo e = {0};
	struct buf key = {0};

	/* What was fetched before is nothing that arrives. */
	choice.no_cache |= tails;
	if (source_read_key(&key, keys, &choice, &e) == ERR_OK)
		trouble = source_open_posthog(x, &choice, buf_str(&key), patient, &e);
	posthog_key_wipe(&key);
	if (trouble == POSTHOG_FINE)
		return 1;
	if (keys->several)
		error_about(choice.label, e.msg);
	else
		output_error(e.msg);
	*code = output_trouble_code(trouble);
	return 0;
}

/* What the words of a command line mean. */
struct sources {
	struct source_choice *all;
	int n;
	bool without_local; /* the local journal is there already */
};

/* A file may be named twice, as one of several that a pattern of the shell gives: what it has again counts once, by its uuid. */
static enum err check_pair(const struct source_choice *a, const struct source_choice *b,
                           struct errinfo *e)
{
	bool files = a->kind == SOURCE_FILE && a->section == NULL && b->section == NULL;

	if (files || !source_is_same(a, b))
		return ERR_OK;
	if (a->kind == SOURCE_STDIN)
		return err_set(e, ERR_USAGE, "-: standard input can be read once: name it once");
	if (strcmp(a->name, b->name) == 0)
		return err_set(e, ERR_USAGE, "%.60s: named twice: name it once", a->name);
	return err_set(e, ERR_USAGE, "%.60s: the same as %.60s: name one of them", b->name,
	               a->name);
}

/* --host and --project are of the one project that is named. */
static enum err check_options(const struct sources *s, const struct options *o, int projects,
                              struct errinfo *e)
{
	if (o == NULL || (o->host == NULL && o->project == 0))
		return ERR_OK;
	if (projects == 0)
		return err_set(e, ERR_USAGE,
		               "--%s: none of the sources is PostHog's: name posthog:",
		               o->host != NULL ? "host" : "project");
	if (projects > 1 && o->project != 0)
		return err_set(e, ERR_USAGE,
		               "--project: %d projects are named: write posthog:ID for each",
		               projects);
	for (int i = 0; i < s->n && projects > 1; i++)
		if (s->all[i].section != NULL && s->all[i].kind == SOURCE_POSTHOG)
			return err_set(e, ERR_USAGE,
			               "--host: %.60s has one in the config: leave it out",
			               s->all[i].name);
	return ERR_OK;
}

static enum err choose_all(struct sources *s, const struct options *o, char *const *words,
                           struct errinfo *e)
{
	enum err err = ERR_OK;
	int projects = 0;

	for (int i = 0; err == ERR_OK && i < s->n; i++) {
		err = source_choose(&s->all[i], o, words[i], e);
		projects += s->all[i].kind == SOURCE_POSTHOG;
		for (int k = 0; err == ERR_OK && k < i; k++)
			err = check_pair(&s->all[k], &s->all[i], e);
	}
	return err == ERR_OK ? check_options(s, o, projects, e) : err;
}

/* Two files of one name are told apart by their paths. */
static void tell_apart(struct sources *s)
{
	for (int i = 0; i < s->n; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(s->all[i].label, s->all[k].label) == 0)
				snprintf(s->all[i].label, sizeof(s->all[i].label), "%s",
				         s->all[i].name);
}

static uint32_t add_source(struct explorer *x, const struct options *o, bool follows,
                           const struct source_choice *choice, struct source_keys *keys, int *code)
{
	explorer_begin_origin(x, choice->label);
	switch (choice->kind) {
	case SOURCE_FILE:
		return add(x, follows ? o : NULL, choice->path, code);
	case SOURCE_STDIN:
		return add_stdin(x, code);
	case SOURCE_FOLDER:
		return add_folder(x, choice->path, code);
	case SOURCE_JOURNAL:
		return add_journal(x, o, choice->path, code);
	case SOURCE_POSTHOG:
		return add_posthog(x, o, choice, keys, code);
	}
	return 0;
}

static uint32_t add_all(struct explorer *x, const struct options *o, bool follows,
                        const struct sources *s, int *code)
{
	struct source_keys own = {0}, *keys = o != NULL && o->keys != NULL ? o->keys : &own;
	uint32_t added = 0;
	int projects = 0;

	for (int i = 0; i < s->n; i++)
		projects += s->all[i].kind == SOURCE_POSTHOG;
	keys->several = projects > 1;
	for (int i = 0; i < s->n; i++)
		if (!s->without_local || !source_is_local(&s->all[i]))
			added += add_source(x, o, follows, &s->all[i], keys, code);
	source_keys_wipe(&own);
	return added;
}

static void say_notices(const struct explorer *x)
{
	if (explorer_prices_notice(x) != NULL)
		output_error(explorer_prices_notice(x));
	for (uint32_t i = 0; i < explorer_source_count(x); i++)
		if (explorer_source_notice(x, i) != NULL)
			output_error(explorer_source_notice(x, i));
}

/* A source takes a descriptor or two: as many as may be open without asking anybody. */
static void allow_descriptors(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

/* Into x; false: there is nothing to go on with. */
static bool add_words(struct explorer *x, const struct options *o, bool follows, struct sources *s,
                      char *const *words, int *code)
{
	struct errinfo e = {0};
	uint32_t added = 0;
	enum err err;

	allow_descriptors();
	s->all = mem_zero((size_t)s->n, sizeof(*s->all));
	err = choose_all(s, o, words, &e);
	*code = exit_of_err(err);
	if (err == ERR_OK) {
		tell_apart(s);
		added = add_all(x, o, follows, s, code);
	} else {
		output_error(e.msg);
	}
	say_notices(x);
	mem_free(s->all);
	return added > 0 || *code == EXIT_OK;
}

static struct explorer *open_all(struct loop *loop, const struct options *o, bool follows,
                                 char *const *words, int n, int *code)
{
	static char journal[] = "journal:";
	static char *const no_words[] = {journal};
	struct sources s = {.n = n > 0 ? n : 1};
	struct explorer *x = explorer_new(loop);

	if (add_words(x, o, follows, &s, n > 0 ? words : no_words, code))
		return x;
	explorer_free(x);
	return NULL;
}

bool output_add_beside(struct explorer *x, const struct options *o, int *code)
{
	struct sources s = {.n = o->n_words, .without_local = true};

	return add_words(x, o, true, &s, o->words, code) || *code != EXIT_BAD_USAGE;
}

struct explorer *output_open(struct loop *loop, const struct options *o, char *const *words, int n,
                             int *code)
{
	return open_all(loop, o, true, words, n, code);
}

struct explorer *output_load(struct loop *loop, const struct options *o, char *const *words, int n,
                             int *code)
{
	struct explorer *x = open_all(loop, o, false, words, n, code);

	if (x == NULL)
		return NULL;
	explorer_start(x, false);
	explorer_load(x);
	*code = fetch_all(x, o, *code);
	*code = output_sources_code(x, *code);
	return x;
}

int output_sources_code(const struct explorer *x, int code)
{
	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);
		if (s->state != LOADER_FAILED)
			continue;
		output_error(s->error.msg);
		code = EXIT_UNREADABLE;
	}
	return code;
}
