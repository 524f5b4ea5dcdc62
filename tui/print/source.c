/* From a word to a source. Only PostHog's is opened here; see print/open.c for the others. */
#include "print/source.h"

#include "collect/posthog_host.h"
#include "collect/posthog_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define POSTHOG "posthog:"
#define JOURNAL "journal:"

static bool is_folder(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* ---- PostHog --------------------------------------------------------------------------------- */

/* A setting of the source's section; NULL if it has none. */
static const char *setting(const struct options *o, const char *section, const char *key)
{
	return section != NULL ? config_get(o->config, section, key) : NULL;
}

static enum err choose_host(struct source_choice *s, const struct options *o, const char *section,
                            struct errinfo *e)
{
	const char *url = setting(o, section, "host"), *what = "host";
	struct buf host = {0};
	enum err err;

	if (o != NULL && o->host != NULL) {
		url = o->host;
		what = "--host";
	}
	err = posthog_host_read(&host, what, url != NULL ? url : POSTHOG_HOST_US, e);
	if (err == ERR_OK && host.n >= sizeof(s->host))
		err = err_set(e, ERR_USAGE, "%s: longer than %zu bytes: is it an address", what,
		              sizeof(s->host) - 1);
	if (err == ERR_OK)
		snprintf(s->host, sizeof(s->host), "%s", buf_text(&host));
	buf_free(&host);
	return err;
}

static enum err choose_project(struct source_choice *s, const struct options *o,
                               const char *section, const char *id, struct errinfo *e)
{
	const char *configured = setting(o, section, "project");
	int64_t n = 0, other = 0;

	if (id[0] != '\0' && (!str_to_i64(str_of(id), &n) || n < 1 || n > UINT32_MAX))
		return err_set(e, ERR_USAGE,
		               POSTHOG "%.40s: no project's number: use " POSTHOG "12, or " POSTHOG
		                       " for the key's own",
		               id);
	if (configured != NULL)
		(void)str_to_i64(str_of(configured), &other);
	if (o != NULL && o->project != 0)
		other = o->project;
	if (n != 0 && other != 0 && n != other)
		return err_set(e, ERR_USAGE, "%.40s: project %lld here, %lld there: leave one out",
		               s->name, (long long)n, (long long)other);
	s->project = (uint32_t)(n != 0 ? n : other);
	return ERR_OK;
}

static enum err choose_live_host(struct source_choice *s, const struct options *o,
                                 const char *section, struct errinfo *e)
{
	const char *url = getenv("TRACEHOG_POSTHOG_LIVE_HOST"), *what = "live_host";
	struct buf host = {0};
	enum err err;

	if (url != NULL && url[0] != '\0')
		what = "TRACEHOG_POSTHOG_LIVE_HOST";
	else
		url = setting(o, section, "live_host");
	/* PostHog Cloud's is known. */
	if (url == NULL || posthog_live_host(s->host) != NULL)
		return ERR_OK;
	err = posthog_host_read(&host, what, url, e);
	buf_free(&host);
	s->live_host = url;
	return err;
}

/* id: what stands behind the colon. */
static enum err choose_posthog(struct source_choice *s, const struct options *o,
                               const char *section, const char *id, struct errinfo *e)
{
	enum err err = choose_project(s, o, section, id, e);

	s->kind = SOURCE_POSTHOG;
	s->no_cache = o != NULL && o->no_cache;
	s->key.file = setting(o, section, "key_file");
	s->key.command = setting(o, section, "key_command");
	if (err == ERR_OK)
		err = choose_host(s, o, section, e);
	return err == ERR_OK ? choose_live_host(s, o, section, e) : err;
}

enum err source_keys_look(struct source_keys *k, struct errinfo *e)
{
	enum err err = k->looked ? ERR_OK : posthog_key_of_environment(&k->environment, e);

	k->looked = true;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

void source_keys_wipe(struct source_keys *k)
{
	posthog_key_wipe(&k->environment);
}

enum err source_read_key(struct buf *key, struct source_keys *keys,
                         const struct source_choice *choice, struct errinfo *e)
{
	bool own = choice->key.command != NULL || choice->key.file != NULL;
	enum err err;

	posthog_key_protect();
	err = source_keys_look(keys, e);
	if (err != ERR_OK)
		return err;
	if (keys->environment.n == 0 || (own && keys->several))
		return posthog_key_own(key, &choice->key, e);
	buf_append(key, buf_str(&keys->environment));
	return ERR_OK;
}

enum posthog_trouble source_open_posthog(struct explorer *x, const struct source_choice *choice,
                                         struct str key, bool patient, struct errinfo *e)
{
	struct posthog_options options = {.host = choice->host,
	                                  .live_host = choice->live_host,
	                                  .key = key,
	                                  .project = choice->project,
	                                  .patient = patient};
	struct buf cache = {0};
	enum err err = choice->no_cache ? ERR_OK : config_folder(&cache, CONFIG_CACHE, e);

	if (err == ERR_OK) {
		options.cache = choice->no_cache ? NULL : buf_text(&cache);
		err = explorer_add_posthog(x, &options, e);
	}
	buf_free(&cache);
	if (err == ERR_OK)
		return POSTHOG_FINE;
	/* Nothing was asked: it is what was typed. */
	return err == ERR_USAGE || err == ERR_LIMIT ? POSTHOG_BAD_HOST : POSTHOG_AWAY;
}

/* ---- all ------------------------------------------------------------------------------------- */

bool source_is_local(const struct source_choice *s)
{
	return s->kind == SOURCE_JOURNAL && s->path[0] == '\0';
}

/* "/data/app.ndjson.gz" is app. */
static struct str base_name(struct str path)
{
	static const char *const endings[] = {".gz", ".zst", ".ndjson", ".jsonl", ".json"};
	const char *slash;

	while (path.n > 1 && str_ends(path, STR("/")))
		path.n--;
	while ((slash = memchr(path.p, '/', path.n)) != NULL && path.n > 1)
		path = str_sub(path, (size_t)(slash - path.p) + 1, SIZE_MAX);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (path.n > strlen(endings[i]) && str_ends(path, str_of(endings[i])))
			path.n -= strlen(endings[i]);
	return path;
}

static void put_label(struct source_choice *s, const char *word)
{
	struct str text = str_of(s->section != NULL ? s->section : word);

	if (source_is_local(s) && s->section == NULL)
		text = STR("local");
	else if (s->section == NULL && s->kind != SOURCE_POSTHOG)
		text = base_name(text);
	if (str_ends(text, STR(":")))
		text.n--;
	snprintf(s->label, sizeof(s->label), "%.*s", STR_ARG(text));
}

/* What looks like a path is one, also where nothing is. */
static enum err check_name(const struct options *o, const char *word, struct errinfo *e)
{
	const char *near = o != NULL && o->config != NULL && strpbrk(word, "./") == NULL
	                           ? config_nearest(o->config, word)
	                           : NULL;
	struct stat status;

	if (near == NULL || stat(word, &status) == 0)
		return ERR_OK;
	return err_set(e, ERR_USAGE,
	               "%.60s: neither a file nor a source of the config: did you mean %s?", word,
	               near);
}

static enum err choose_kind(struct source_choice *s, const struct options *o, const char *word,
                            struct errinfo *e)
{
	if (str_starts(str_of(word), STR(POSTHOG)))
		return choose_posthog(s, o, s->section, word + strlen(POSTHOG), e);
	if (str_starts(str_of(word), STR(JOURNAL))) {
		s->kind = SOURCE_JOURNAL;
		s->path = word + strlen(JOURNAL);
		return ERR_OK;
	}
	s->kind = is_folder(word) ? SOURCE_FOLDER : SOURCE_FILE;
	if (strcmp(word, "-") == 0)
		s->kind = SOURCE_STDIN;
	s->path = word;
	return s->kind == SOURCE_FILE && s->section == NULL ? check_name(o, word, e) : ERR_OK;
}

enum err source_choose(struct source_choice *out, const struct options *o, const char *word,
                       struct errinfo *e)
{
	enum err err;

	*out = (struct source_choice){.name = word};
	if (o != NULL && o->config != NULL && config_has(o->config, word)) {
		out->section = word;
		word = config_get(o->config, out->section, "source");
	}
	err = choose_kind(out, o, word, e);
	put_label(out, word);
	return err;
}

/* However it is written. What is not there is nowhere. */
static bool same_place(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool has_folder(const struct source_choice *s)
{
	return s->kind == SOURCE_JOURNAL || s->kind == SOURCE_FOLDER;
}

bool source_is_same(const struct source_choice *a, const struct source_choice *b)
{
	if (a->kind != b->kind)
		return has_folder(a) && has_folder(b) && same_place(a->path, b->path);
	if (a->section != NULL && same_text(a->section, b->section))
		return true;
	switch (a->kind) {
	case SOURCE_STDIN:
		return true;
	case SOURCE_JOURNAL:
		return strcmp(a->path, b->path) == 0 || same_place(a->path, b->path);
	case SOURCE_POSTHOG:
		return strcmp(a->host, b->host) == 0 && a->project == b->project &&
		       (a->project != 0 || (same_text(a->key.file, b->key.file) &&
		                            same_text(a->key.command, b->key.command)));
	default:
		return same_place(a->path, b->path);
	}
}

bool source_reads_stdin(const struct options *o)
{
	struct source_choice choice;
	struct errinfo e;

	for (int i = 0; i < o->n_words; i++)
		if (source_choose(&choice, o, o->words[i], &e) == ERR_OK &&
		    choice.kind == SOURCE_STDIN)
			return true;
	return false;
}
