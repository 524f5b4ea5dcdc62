/* The config file: `key = value` lines, `# comments`, and `[name]` sections that are named sources
 * (CLI.md). Read once at start. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"
#include "base/err.h"

struct config;

/* path NULL: ${XDG_CONFIG_HOME:-~/.config}/tracehog/config, which need not be there (an empty config).
 * ERR_IO if it cannot be read, ERR_PARSE with `file:line: what is wrong: what to do`: an unknown key or a
 * section without a source is an error, with the nearest known name. At most 1 MiB; a byte order mark
 * and CRLF are accepted. */
enum err config_read(struct config **out, const char *path, struct errinfo *e) MUST_USE;
void config_free(struct config *c); /* NULL is allowed */

/* A value of section name ("" for the lines before the first section); NULL if it is not set. */
const char *config_get(const struct config *c, const char *section, const char *key);
/* True if there is such a section. */
bool config_has(const struct config *c, const char *section);

/* The folder that config, cache and state live in: ${XDG_CACHE_HOME:-~/.cache}/tracehog and so on,
 * appended to out. ERR_IO if neither variable is set. */
enum config_place {
	CONFIG_CONFIG,
	CONFIG_CACHE,
	CONFIG_STATE,
};
enum err config_folder(struct buf *out, enum config_place place, struct errinfo *e) MUST_USE;

#endif
