/* What a SOURCE of the command line means: files, folders, journals, PostHog, names from the config. */
#ifndef PRINT_SOURCE_H
#define PRINT_SOURCE_H

#include "collect/posthog_api.h"
#include "collect/posthog_key.h"
#include "explorer.h"
#include "print/options.h"

enum source_kind {
	SOURCE_FILE, /* or what is not there */
	SOURCE_FOLDER,
	SOURCE_JOURNAL,
	SOURCE_POSTHOG,
	SOURCE_STDIN,
};

#define SOURCE_HOST_BYTES  256
#define SOURCE_LABEL_BYTES 64

/* Everything but host and label is borrowed from the options, the config and the environment. */
struct source_choice {
	enum source_kind kind;
	const char *name;    /* to be shown: as it was written */
	const char *path;    /* of a file, folder or journal; "": the local journal */
	const char *section; /* of the config; NULL: it is not named there */
	/* What rows are told apart by: the name of the config, of a path its last part, "local", "posthog:12". */
	char label[SOURCE_LABEL_BYTES];

	char host[SOURCE_HOST_BYTES]; /* of PostHog: "https://us.posthog.com" */
	/* Of a host that posthog_live_host does not know, as told by TRACEHOG_POSTHOG_LIVE_HOST or the
	 * config; NULL: not told. */
	const char *live_host;
	uint32_t project; /* 0: the key's own */
	struct posthog_key_options key;
	bool no_cache;
};

/* A name of the config goes before a file of that name. o NULL: no options, no config. ERR_USAGE: a bad
 * host, no project's number, --project beside another one, or what is neither a file nor a name, but nearly one. */
enum err source_choose(struct source_choice *out, const struct options *o, const char *word,
                       struct errinfo *e) MUST_USE;

/* Whether a word of a command whose words are all sources means standard input. */
bool source_reads_stdin(const struct options *o);

bool source_is_local(const struct source_choice *s); /* the local journal */
/* The same thing: two of them would only show it twice. The local journal has no path of its own. */
bool source_is_same(const struct source_choice *a, const struct source_choice *b);

/* The key of the environment, read but once: no child is to inherit it. Where there are several projects, one that has a key of
 * its own in the config uses that: nobody's key goes to another's host. */
struct source_keys {
	struct buf environment; /* empty: none */
	bool looked, several;
};
void source_keys_wipe(struct source_keys *k);
enum err source_keys_look(struct source_keys *k,
                          struct errinfo *e) MUST_USE; /* loop thread; ERR_USAGE */
/* Wipe with posthog_key_wipe. May take seconds; after source_keys_look any thread. ERR_USAGE, ERR_IO, ERR_NOT_FOUND. */
enum err source_read_key(struct buf *key, struct source_keys *keys,
                         const struct source_choice *choice, struct errinfo *e) MUST_USE;
/* Adds a PostHog project to the explorer. patient: it goes on trying when PostHog does not answer (posthog_api.h). */
enum posthog_trouble source_open_posthog(struct explorer *x, const struct source_choice *choice,
                                         struct str key, bool patient, struct errinfo *e) MUST_USE;

#endif
