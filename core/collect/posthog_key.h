/* The personal API key (phx_...) of a PostHog source: from the environment, a file that nobody else
 * can read, or a command; never from the command line. */
#ifndef COLLECT_POSTHOG_KEY_H
#define COLLECT_POSTHOG_KEY_H

#include "base/buf.h"
#include "base/err.h"

struct posthog_key_options {
	const char *
		file; /* from the config; NULL: none. Refused if others can read it, or it is not ours */
	const char *
		command; /* from the config, run by /bin/sh; its first line is the key; 10 s; NULL: none */
};

/* In this order: TRACEHOG_POSTHOG_KEY, POSTHOG_PERSONAL_API_KEY, the command, the file. Both variables
 * are taken out of our environment, so that no child inherits them. Blanks around a key are cut; one
 * that holds anything but printable ASCII, or begins with phc_ (a project's key, which cannot read), is
 * refused. Runs the command to its end: before the screen is taken. ERR_USAGE or ERR_IO with a sentence
 * that says what to do and never the key; ERR_NOT_FOUND when there is none. Wipe with posthog_key_wipe. */
enum err posthog_key_read(struct buf *key, const struct posthog_key_options *options,
                          struct errinfo *e) MUST_USE;
void posthog_key_wipe(struct buf *key); /* overwrites (explicit_bzero), frees */

#endif
