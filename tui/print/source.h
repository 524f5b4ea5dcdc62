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

#define SOURCE_HOST_BYTES 256

/* Everything but host is borrowed from the options, the config and the environment. */
struct source_choice {
	enum source_kind kind;
	const char *name; /* to be shown: as it was written */
	const char *path; /* of a file, folder or journal; "": the local journal */

	char host[SOURCE_HOST_BYTES]; /* of PostHog: "https://us.posthog.com" */
	/* Of a host that posthog_live_host does not know, as told by TRACEHOG_POSTHOG_LIVE_HOST or the
	 * config; NULL: not told. */
	const char *live_host;
	uint32_t project; /* 0: the key's own */
	struct posthog_key_options key;
	bool no_cache;
};

/* A name of the config goes before a file of that name. o NULL: no options, no config. ERR_USAGE: a bad
 * host, no project's number, or --project beside another one. */
enum err source_choose(struct source_choice *out, const struct options *o, const char *word,
                       struct errinfo *e) MUST_USE;

/* Whether a word of a command whose words are all sources means standard input. */
bool source_reads_stdin(const struct options *o);

/* Adds a PostHog project to the explorer. Reads its key, so before the screen is taken. patient: it goes on
 * trying when PostHog does not answer (posthog_api.h). */
enum posthog_trouble source_open_posthog(struct explorer *x, const struct source_choice *choice,
                                         bool patient, struct errinfo *e) MUST_USE;

#endif
