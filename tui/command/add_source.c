/* From a name to a source beside those that are open. A worker reads the key, since a command of the config may take seconds; one
 * at a time. */
#include "command/add_source.h"

#include "base/mem.h"
#include "print/capture.h"
#include "print/source.h"
#include "print/walk.h"

#include <stdio.h>
#include <string.h>

struct key_job;
struct source_adder {
	struct explorer *explorer;
	struct app *app;
	const struct options *options;
	struct key_job *job;          /* NULL: none is under way */
	char *opened[EVENTS_ORIGINS]; /* names, beside the words of the command line */
	uint32_t n_opened;
};

/* What a worker has: nothing of it is anybody else's until it is done. */
struct key_job {
	struct source_adder *adder; /* NULL: it is gone */
	char *name;                 /* that choice borrows */
	struct source_choice choice;
	struct source_keys keys;
	struct buf key;
	enum err err;
	struct errinfo e;
};

static void say(struct source_adder *a, const char *name, const char *what)
{
	struct buf text = {0};

	buf_printf(&text, "%s: %s", name, what);
	app_say(a->app, buf_text(&text));
	buf_free(&text);
}

static void added(struct source_adder *a, uint32_t origin, const char *name)
{
	if (a->n_opened < EVENTS_ORIGINS)
		a->opened[a->n_opened++] = mem_copy_text(name, strlen(name));
	app_source_added(a->app, origin, name);
}

/* name NULL: what says it too. */
static void failed(struct source_adder *a, const char *name, const char *what)
{
	explorer_drop_origin(a->explorer);
	if (name != NULL)
		say(a, name, what);
	else
		app_say(a->app, what);
}

/* ---- PostHog --------------------------------------------------------------------------------- */

static void free_job(void *ctx)
{
	struct key_job *j = ctx;

	if (j->adder != NULL)
		j->adder->job = NULL;
	posthog_key_wipe(&j->key);
	source_keys_wipe(&j->keys);
	mem_free(j->name);
	mem_free(j);
}

static void read_key(void *ctx)
{
	struct key_job *j = ctx;

	j->err = source_read_key(&j->key, &j->keys, &j->choice, &j->e);
}

static void open_project(struct source_adder *a, struct key_job *j)
{
	uint32_t origin = explorer_begin_origin(a->explorer, j->choice.label);

	if (source_open_posthog(a->explorer, &j->choice, buf_str(&j->key), true, &j->e) ==
	    POSTHOG_FINE)
		added(a, origin, j->choice.name);
	else
		failed(a, j->choice.label, j->e.msg);
}

static void on_key(void *ctx)
{
	struct key_job *j = ctx;

	if (j->adder != NULL && j->err == ERR_OK)
		open_project(j->adder, j);
	else if (j->adder != NULL)
		say(j->adder, j->choice.label, j->e.msg);
	free_job(j);
}

/* Takes name, which choice borrows. */
static void begin_project(struct source_adder *a, const struct source_choice *choice, char *name)
{
	struct key_job *j = mem_zero(1, sizeof(*j));

	*j = (struct key_job){.adder = a, .name = name, .choice = *choice};
	j->choice.key.quiet = true;
	j->keys.several = true;
	a->job = j;
	if (source_keys_look(a->options->keys, &j->e) != ERR_OK) {
		say(a, choice->label, j->e.msg);
		free_job(j);
		return;
	}
	j->keys.looked = true;
	buf_append(&j->keys.environment, buf_str(&a->options->keys->environment));
	say(a, choice->label, "opening ...");
	loop_work_alone(explorer_loop(a->explorer), read_key, on_key, free_job, j);
}

/* ---- files ----------------------------------------------------------------------------------- */

struct adding {
	struct source_adder *adder;
	enum err err;
	struct errinfo e; /* of the first that failed */
};

static void add_file(void *ctx, const char *path)
{
	struct adding *d = ctx;
	enum err err = explorer_add_file(d->adder->explorer, path, d->err == ERR_OK ? &d->e : NULL);

	d->err = d->err == ERR_OK ? err : d->err;
}

static void on_trouble(void *ctx, const char *why)
{
	struct adding *d = ctx;

	if (d->err == ERR_OK)
		d->err = err_set(&d->e, ERR_IO, "%s", why);
}

static void add_journal(struct adding *d, const struct source_choice *choice)
{
	struct buf folder = {0};

	if (choice->path[0] != '\0')
		buf_puts(&folder, choice->path);
	else
		d->err = capture_folder(&folder, d->adder->options, &d->e);
	if (d->err == ERR_OK)
		d->err = explorer_add_folder(d->adder->explorer, buf_text(&folder), &d->e);
	buf_free(&folder);
}

static void add_path(struct source_adder *a, const struct source_choice *choice)
{
	struct adding d = {.adder = a};
	struct walk_events events = {.file = add_file, .trouble = on_trouble, .ctx = &d};
	uint32_t origin = explorer_begin_origin(a->explorer, choice->label);

	if (choice->kind == SOURCE_JOURNAL)
		add_journal(&d, choice);
	else if (choice->kind == SOURCE_FOLDER)
		walk_folder(choice->path, &events);
	else
		add_file(&d, choice->path);
	if (d.err == ERR_OK)
		added(a, origin, choice->name);
	else
		failed(a, NULL, d.e.msg);
}

/* ---- the name -------------------------------------------------------------------------------- */

/* What it is called beside the others; false: it is one of them. */
static bool find_label(struct source_adder *a, struct source_choice *choice)
{
	for (int try = 0; try < 2; try++) {
		uint32_t n = explorer_origin_count(a->explorer), i = 0;

		while (i < n && strcmp(explorer_origin_name(a->explorer, i), choice->label) != 0)
			i++;
		if (i == n)
			return true;
		snprintf(choice->label, sizeof(choice->label), "%s", choice->name);
	}
	return false;
}

/* The local journal with its path, which may be named as well; folder has it. */
static struct source_choice placed(const struct source_adder *a, const struct source_choice *choice,
                                   struct buf *folder)
{
	struct source_choice at = *choice;

	if (source_is_local(choice) && capture_folder(folder, a->options, NULL) == ERR_OK)
		at.path = buf_text(folder);
	return at;
}

static bool means(const struct source_adder *a, const char *word,
                  const struct source_choice *choice)
{
	struct buf folder = {0}, same_folder = {0};
	struct source_choice other, here;
	bool same = false;

	if (source_choose(&other, a->options, word, NULL) == ERR_OK) {
		other = placed(a, &other, &folder);
		here = placed(a, choice, &same_folder);
		same = source_is_same(&other, &here);
	}
	buf_free(&folder);
	buf_free(&same_folder);
	return same;
}

/* A project may be known by its key alone, or by another name of the config. */
static bool is_open_project(const struct source_adder *a, const struct source_choice *choice)
{
	const struct posthog *p;

	for (uint32_t i = 0; (p = explorer_project(a->explorer, i)) != NULL; i++)
		if (posthog_is(p, choice->host, choice->project))
			return true;
	return false;
}

static bool is_open(const struct source_adder *a, const struct source_choice *choice)
{
	const struct options *o = a->options;

	/* Without words it is the local journal that is shown. */
	if (o->n_words == 0 && explorer_origin_count(a->explorer) > 0 &&
	    strcmp(explorer_origin_name(a->explorer, 0), "local") == 0 &&
	    means(a, "journal:", choice))
		return true;
	if (choice->kind == SOURCE_POSTHOG && is_open_project(a, choice))
		return true;
	for (int i = 0; i < o->n_words; i++)
		if (means(a, o->words[i], choice))
			return true;
	for (uint32_t i = 0; i < a->n_opened; i++)
		if (means(a, a->opened[i], choice))
			return true;
	return false;
}

/* Why it cannot be opened; NULL: it can. */
static const char *refusal(struct source_adder *a, struct source_choice *choice)
{
	if (a->job != NULL)
		return "another source is being opened: wait for it";
	if (choice->kind == SOURCE_STDIN)
		return "standard input is for the command line";
	if (is_open(a, choice) || !find_label(a, choice))
		return "it is open already";
	if (explorer_origin_count(a->explorer) == EVENTS_ORIGINS)
		return "no more sources can be told apart";
	return NULL;
}

static void add(void *ctx, struct str text)
{
	struct source_adder *a = ctx;
	char *name = mem_copy_text(text.p, text.n);
	struct source_choice choice;
	struct errinfo e = {0};
	const char *why;

	if (source_choose(&choice, a->options, name, &e) != ERR_OK)
		app_say(a->app, e.msg);
	else if ((why = refusal(a, &choice)) != NULL)
		say(a, name, why);
	else if (choice.kind != SOURCE_POSTHOG)
		add_path(a, &choice);
	else {
		begin_project(a, &choice, name);
		return;
	}
	mem_free(name);
}

struct source_adder *source_adder_new(struct explorer *x, struct app *app, const struct options *o)
{
	struct source_adder *a = mem_zero(1, sizeof(*a));

	*a = (struct source_adder){.explorer = x, .app = app, .options = o};
	app_on_source(app, add, a, o->config);
	return a;
}

void source_adder_free(struct source_adder *a)
{
	if (a == NULL)
		return;
	if (a->job != NULL)
		a->job->adder = NULL;
	for (uint32_t i = 0; i < a->n_opened; i++)
		mem_free(a->opened[i]);
	mem_free(a);
}
