/* The config file: `key = value` lines, `# comments`, and `[name]` sections that are named sources
 * (CLI.md). Read once at start. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"
#include "base/err.h"

#define CONFIG_MAX_BYTES ((size_t)1 << 20) /* of the file */

struct config;

/* ---- settings: the one table of what may stand in the file ---------------------------------- */

enum config_type {
	CONFIG_TEXT,
	CONFIG_PATH,    /* a leading ~/ is the home folder; a relative one starts where one is */
	CONFIG_NUMBER,  /* 1 to 4294967295 */
	CONFIG_COMMAND, /* for /bin/sh; may tell secrets: not shown */
};
struct config_setting {
	const char *name;
	enum config_type type;
	bool of_source;      /* stands in a [name] section, else before the first of them */
	bool many;           /* may be given again */
	const char *value;   /* what to put for it, in help */
	const char *without; /* what holds without it, in words or as a value; NULL: nothing */
	const char *help;
};
extern const struct config_setting config_settings[];
extern const size_t config_settings_count;

/* ---- the file -------------------------------------------------------------------------------- */

/* path NULL: ${XDG_CONFIG_HOME:-~/.config}/tracehog/config, which need not be there (an empty config).
 * ERR_IO if it cannot be read, ERR_PARSE with `file:line: what is wrong: what to do`: an unknown key or a
 * section without a source is an error, with the nearest known name; so is a personal API key, which is
 * not repeated. ERR_IO for a file that others than its owner can write, or that is another's: it names
 * commands. At most 1 MiB; a byte order mark and CRLF are accepted; a value goes on to the end of its
 * line, without blanks around it, quotes and # are a part of it. */
enum err config_read(struct config **out, const char *path, struct errinfo *e) MUST_USE;
/* The same of a text; path is for messages. ERR_PARSE, ERR_LIMIT. */
enum err config_parse(struct config **out, const char *path, struct str text,
                      struct errinfo *e) MUST_USE;
void config_free(struct config *c); /* NULL is allowed */

/* A value of section name ("" for the lines before the first section); NULL if it is not set. */
const char *config_get(const struct config *c, const char *section, const char *key);
/* True if there is such a section. */
bool config_has(const struct config *c, const char *section);
/* The section that was probably meant; NULL if none is near. */
const char *config_nearest(const struct config *c, const char *section);

/* One line of the file. Of a [name] line setting is NULL. All borrowed from the config. */
struct config_line {
	const struct config_setting *setting;
	const char *section; /* "" before the first */
	const char *value;
	uint32_t number; /* from 1 */
};
/* In the order of the file; NULL past the last. */
const struct config_line *config_line(const struct config *c, size_t i);
/* NULL if the setting is not set there. */
const struct config_line *config_find(const struct config *c, const char *section, const char *key);
const char *config_path(const struct config *c); /* of the file, "" if there is none */

/* True of a text with a word that begins as a personal API key does (phx_): never repeat it. */
bool config_holds_key(struct str text);

/* The folder that config, cache and state live in: ${XDG_CACHE_HOME:-~/.cache}/tracehog and so on,
 * appended to out. ERR_IO if neither variable is set. */
enum config_place {
	CONFIG_CONFIG,
	CONFIG_CACHE,
	CONFIG_STATE,
};
enum err config_folder(struct buf *out, enum config_place place, struct errinfo *e) MUST_USE;

#endif
