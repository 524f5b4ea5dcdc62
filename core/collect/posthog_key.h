/* The personal API key (phx_...) of a PostHog source: from the environment, a file that nobody else
 * can read, or a command; never from the command line. */
#ifndef COLLECT_POSTHOG_KEY_H
#define COLLECT_POSTHOG_KEY_H

#include "base/buf.h"
#include "base/err.h"

struct posthog_key_options {
	/* From the config; NULL: none. file is refused if others can read it, or it is not ours;
	 * of what command prints, run by /bin/sh for at most 10 s, the first line is the key. */
	const char *file, *command;
	uint32_t limit_ms; /* for the command, for tests; 0: 10000 */
	bool quiet; /* what it writes to its standard error goes nowhere: there is a screen */
};

/* The variables that may hold one, NULL-terminated: no program that we start is told of them. */
extern const char *const posthog_key_variables[];

/* In this order: TRACEHOG_POSTHOG_KEY, POSTHOG_PERSONAL_API_KEY, the command, the file. Both variables
 * are taken out of our environment, so that no child inherits them. Blanks around a key are cut; one
 * that holds anything but printable ASCII, or begins with phc_ (a project's key, which cannot read), is
 * refused. Runs the command to its end: before the screen is taken. ERR_USAGE or ERR_IO with a sentence
 * that says what to do and never the key; ERR_NOT_FOUND when there is none. Wipe with posthog_key_wipe. */
enum err posthog_key_read(struct buf *key, const struct posthog_key_options *options,
                          struct errinfo *e) MUST_USE;
/* The same in two parts, for several sources: what the variables hold, once, and what one has of its own. */
enum err posthog_key_of_environment(struct buf *key, struct errinfo *e) MUST_USE;
enum err posthog_key_own(struct buf *key, const struct posthog_key_options *options,
                         struct errinfo *e) MUST_USE;
void posthog_key_wipe(struct buf *key); /* overwrites (explicit_bzero), frees */

/* From now on no core is written of this process and none of the same user traces it or reads its
 * memory. Called before a key is read. */
void posthog_key_protect(void);

#endif
