/* From a word to a source. Only PostHog's is opened here; see print/output.c for the others. */
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

static enum err take_key(struct buf *key, const struct posthog_key_options *options,
                         struct errinfo *e)
{
	posthog_key_protect();
	return posthog_key_read(key, options, e);
}

enum posthog_trouble source_open_posthog(struct explorer *x, const struct source_choice *choice,
                                         bool patient, struct errinfo *e)
{
	struct posthog_options options = {.host = choice->host,
	                                  .live_host = choice->live_host,
	                                  .project = choice->project,
	                                  .patient = patient};
	struct buf key = {0}, cache = {0};
	enum err err;

	if (take_key(&key, &choice->key, e) != ERR_OK)
		return POSTHOG_NOT_ALLOWED;
	options.key = buf_str(&key);
	err = choice->no_cache ? ERR_OK : config_folder(&cache, CONFIG_CACHE, e);
	if (err == ERR_OK) {
		options.cache = choice->no_cache ? NULL : buf_text(&cache);
		err = explorer_add_posthog(x, &options, e);
	}
	posthog_key_wipe(&key);
	buf_free(&cache);
	if (err == ERR_OK)
		return POSTHOG_FINE;
	return err == ERR_USAGE ? POSTHOG_BAD_HOST : POSTHOG_AWAY;
}

/* ---- all ------------------------------------------------------------------------------------- */

enum err source_choose(struct source_choice *out, const struct options *o, const char *word,
                       struct errinfo *e)
{
	const char *section = NULL;

	*out = (struct source_choice){.name = word};
	if (o != NULL && o->config != NULL && config_has(o->config, word)) {
		section = word;
		word = config_get(o->config, section, "source");
	}
	if (str_starts(str_of(word), STR(POSTHOG)))
		return choose_posthog(out, o, section, word + strlen(POSTHOG), e);
	if (str_starts(str_of(word), STR(JOURNAL))) {
		out->kind = SOURCE_JOURNAL;
		out->path = word + strlen(JOURNAL);
		return ERR_OK;
	}
	out->kind = is_folder(word) ? SOURCE_FOLDER : SOURCE_FILE;
	if (strcmp(word, "-") == 0)
		out->kind = SOURCE_STDIN;
	out->path = word;
	return ERR_OK;
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
