/* The command line: one table of commands and one of options; parsing and --help are made from them. */
#ifndef PRINT_OPTIONS_H
#define PRINT_OPTIONS_H

#include "base/buf.h"
#include "config/config.h"

enum command_kind {
	COMMAND_EXPLORE,
	COMMAND_DEMO,
	COMMAND_CAPTURE,
	COMMAND_RUN,
	COMMAND_LS,
	COMMAND_SHOW,
	COMMAND_REPLAY,
	COMMAND_PRICES,
	COMMAND_TREE,
	COMMAND_DIFF,
	COMMAND_STATS,
	COMMAND_TAIL,
	COMMAND_HOGQL,
	COMMAND_KINDS,
};

enum output_format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_JSON_LINES,
	FORMAT_CSV,
	FORMAT_TSV,
	FORMAT_MARKDOWN,
	FORMAT_PLAIN, /* a line per value: for screen readers */
};

enum fail_if {
	FAIL_NEVER,
	FAIL_ANY,
	FAIL_NONE,
	FAIL_CONDITION,
};

#define OPTIONS_NAMES 16 /* values of an option that may be given again */
#define OPTIONS_KINDS 40 /* options there may be */

struct options {
	enum command_kind command;
	char **words; /* what is no option, after the command: borrowed from argv */
	int n_words;
	enum output_format format;
	int64_t since, until; /* microseconds; TIME_NONE: no bound */
	const char *sort;     /* NULL: the own order */
	const char *by;       /* stats: what figures are split by; NULL: nothing */
	const char *fields;   /* comma-separated; NULL: the command's own */
	uint32_t limit;       /* 0: none */
	enum fail_if fail_if;
	const char *condition;                  /* of FAIL_CONDITION: "cost>1" */
	const char *filters[OPTIONS_NAMES + 1]; /* -f: all of them hold */
	const char *theme, *color;
	const char *listen;  /* ADDR:PORT; NULL: the default */
	const char *journal; /* the journal's folder; NULL: the default */
	uint64_t keep_bytes; /* of the journal; 0: no limit */
	int64_t keep_seconds;
	const char *allow_origins[OPTIONS_NAMES + 1], *allow_hosts[OPTIONS_NAMES + 1];
	const char *forward;     /* where what comes in is sent on to; NULL: nowhere */
	const char *host;        /* of PostHog; NULL: the config's or the default */
	uint32_t project;        /* of PostHog; 0: not told */
	bool no_cache;           /* keep nothing of what PostHog sent */
	bool previous;           /* diff: with the call before */
	bool fold_repeats;       /* tree */
	const char *break_at;    /* the explorer: what its live view stops at; NULL: nothing */
	bool send, edit;         /* replay: sends it; lets it be edited before */
	const char *base_url;    /* of a provider; NULL: the config's, or its own */
	bool until_match;        /* tail: end with the first */
	const char *exec;        /* tail: a command for each; NULL: none */
	const char *config_file; /* NULL: the own one */
	bool print_config;
	bool no_follow, verbose, help, version;
	const struct config *config; /* from options_settle on; NULL: none */
	struct source_keys *keys;    /* print/source.h, where sources are opened later, too; NULL */
	const char *color_from;      /* the variable that decided on color; NULL: none did */
	const char *given[OPTIONS_KINDS]; /* what the command line gave; see options_given */
};

/* argv is reordered. ERR_USAGE with one sentence. A word that looks like a personal API key is refused,
 * and not repeated: other users can see a command line. */
enum err options_parse(struct options *o, int argc, char **argv, struct errinfo *e) MUST_USE;
/* Where the command line is silent: the environment, then the config, which is borrowed. ERR_USAGE with
 * file and line. */
enum err options_settle(struct options *o, const struct config *c, struct errinfo *e) MUST_USE;
/* The value that the command line gave an option ("" if it takes none), the last one; NULL if it was
 * not given. In name, a setting's of the config, _ stands for -, too. */
const char *options_given(const struct options *o, const char *name);
/* Help on a command, or on the program (COMMAND_EXPLORE). */
void options_help(enum command_kind command, struct buf *out);

/* Exit codes of CLI contract. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_NOTHING = 1,
	EXIT_BAD_USAGE = 2,
	EXIT_NOT_ALLOWED = 3,
	EXIT_NETWORK = 4, /* the port is taken, too */
	EXIT_LIMITED = 5,
	EXIT_UNREADABLE = 6,
	EXIT_FAIL_IF = 7,
	EXIT_INTERRUPTED = 130,
};
int exit_of_err(enum err err);

#endif
