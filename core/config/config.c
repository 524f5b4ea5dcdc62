/* The config file: lines to settings, each checked as it is read, so that whoever asks later finds
 * what may stand there. No message repeats a value: it may be a secret. What a value means is for
 * those who use it. */
#include "config/config.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 64 /* of a section */

const struct config_setting config_settings[] = {
	{"theme", CONFIG_TEXT, false, false, "NAME", "default", "the theme"},
	{"color", CONFIG_TEXT, false, false, "auto|never|16|256", "auto", "colours at most"},
	{"break", CONFIG_TEXT, false, false, "QUERY", NULL,
         "what the live view stops at when it arrives"},
	{"keep", CONFIG_TEXT, false, false, "SIZE,AGE", "4G,30d",
         "how much of the journal is kept, and how long; 0: no limit"},
	{"journal", CONFIG_PATH, false, false, "DIR", NULL, "the folder of the local journal"},
	{"listen", CONFIG_TEXT, false, false, "ADDR:PORT", "127.0.0.1:8765",
         "where to take in events"},
	{"forward", CONFIG_TEXT, false, false, "URL", NULL,
         "where what comes in is sent on to, such as https://us.i.posthog.com"},
	{"allow_origin", CONFIG_TEXT, false, true, "ORIGIN", NULL,
         "pages of this origin may send events; may be given again"},
	{"allow_host", CONFIG_TEXT, false, true, "NAME", NULL,
         "requests may call this machine so; may be given again"},
	{"provider_url", CONFIG_TEXT, false, true, "PROVIDER URL", NULL,
         "where calls of a provider (openai, anthropic ...; other) are sent again; may be given "
         "again"},
	{"source", CONFIG_PATH, true, false, "SOURCE", NULL,
         "what the name stands for: posthog:, posthog:ID, journal:, a file or a folder"},
	{"host", CONFIG_TEXT, true, false, "URL", "https://us.posthog.com", "PostHog's address"},
	{"live_host", CONFIG_TEXT, true, false, "URL", NULL,
         "the live stream's address, where it is not PostHog Cloud"},
	{"key_command", CONFIG_COMMAND, true, false, "COMMAND", NULL,
         "prints the personal API key; run by /bin/sh"},
	{"key_file", CONFIG_PATH, true, false, "FILE", NULL,
         "holds the personal API key; nobody else may read it"},
	{"project", CONFIG_NUMBER, true, false, "ID", NULL, "the project; else the key's own"},
};
const size_t config_settings_count = sizeof(config_settings) / sizeof(config_settings[0]);

struct config {
	char *path;
	struct config_line *lines;
	size_t n, cap;
	const char *section; /* while reading: that of the lines to come */
};

/* ---- errors ---------------------------------------------------------------------------------- */

static enum err wrong(const struct config *c, uint32_t number, struct errinfo *e, const char *what)
{
	return err_set(e, ERR_PARSE, "%s:%u: %s", c->path, number, what);
}

static enum err wrong_setting(const struct config *c, uint32_t number, struct errinfo *e,
                              const struct config_setting *setting, const char *what)
{
	return err_set(e, ERR_PARSE, "%s:%u: %s: %s", c->path, number, setting->name, what);
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_name_byte(s.p[i]))
			return false;
	return s.n > 0 && s.n <= NAME_MAX_BYTES && s.p[0] != '-' && s.p[0] != '.';
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static const struct config_setting *nearest(struct str name)
{
	const struct config_setting *best = &config_settings[0];
	size_t least_edits = SIZE_MAX;

	for (size_t i = 0; i < config_settings_count; i++) {
		size_t edits = str_edits(name, str_of(config_settings[i].name));
		if (edits >= least_edits)
			continue;
		least_edits = edits;
		best = &config_settings[i];
	}
	return best;
}

static const struct config_setting *setting_named(struct str name)
{
	for (size_t i = 0; i < config_settings_count; i++)
		if (str_eq(name, str_of(config_settings[i].name)))
			return &config_settings[i];
	return NULL;
}

/* What may stand around a word in a value, an option or a command. */
static bool is_edge(char c)
{
	return (unsigned char)c <= ' ' || c == '"' || c == '\'' || c == '=' || c == ':' ||
	       c == '@' || c == ',' || c == ';';
}

static bool begins_word(struct str text, size_t at)
{
	return at == 0 || is_edge(text.p[at - 1]) || str_ends(str_sub(text, 0, at), STR("//"));
}

bool config_holds_key(struct str text)
{
	static const struct str begin = {"phx_", 4};

	for (size_t at = 0; (at = str_find(text, begin, at, true)) != SIZE_MAX; at++) {
		size_t end = at + begin.n;
		if (!begins_word(text, at))
			continue;
		while (end < text.n && is_name_byte(text.p[end]) && text.p[end] != '.')
			end++;
		if (end > at + begin.n && (end == text.n || is_edge(text.p[end])))
			return true;
	}
	return false;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void add(struct config *c, const struct config_line *line)
{
	if (c->n == c->cap) {
		c->cap = c->cap > 0 ? c->cap * 2 : 16;
		c->lines = mem_resize(c->lines, c->cap, sizeof(*c->lines));
	}
	c->lines[c->n++] = *line;
}

static enum err read_section(struct config *c, struct str name, uint32_t number, struct errinfo *e)
{
	char *copy;

	if (name.n == 0 || name.p[name.n - 1] != ']')
		return wrong(c, number, e, "a section's line ends with ]: write [name]");
	name = str_trim(str_sub(name, 0, name.n - 1));
	if (!is_name(name) || config_holds_key(name))
		return wrong(c, number, e,
		             "no name for a source: use up to 64 letters, digits, _ - and .");
	copy = mem_copy_text(name.p, name.n);
	if (config_has(c, copy)) {
		mem_free(copy);
		return err_set(e, ERR_PARSE,
		               "%s:%u: [%.*s] stands twice: choose another name, or put both "
		               "together",
		               c->path, number, STR_ARG(name));
	}
	add(c, &(struct config_line){.section = copy, .value = "", .number = number});
	c->section = copy;
	return ERR_OK;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\t')
			return true;
	return false;
}

static enum err check_value(const struct config *c, const struct config_setting *setting,
                            struct str value, uint32_t number, struct errinfo *e)
{
	int64_t n;

	if (value.n == 0)
		return wrong_setting(c, number, e, setting,
		                     "it has no value: give one, or leave the line out");
	if (has_control(value))
		return wrong_setting(c, number, e, setting,
		                     "a control character in its value: take it out");
	if (setting->type == CONFIG_NUMBER && (!str_to_i64(value, &n) || n < 1 || n > UINT32_MAX))
		return wrong_setting(c, number, e, setting, "no number: use 1 or more");
	return ERR_OK;
}

static enum err check_place(const struct config *c, const struct config_setting *setting,
                            uint32_t number, struct errinfo *e)
{
	const struct config_line *before = config_find(c, c->section, setting->name);

	if (setting->of_source && c->section[0] == '\0')
		return wrong_setting(c, number, e, setting,
		                     "it belongs to a source: put it below a [name] line");
	if (!setting->of_source && c->section[0] != '\0')
		return wrong_setting(c, number, e, setting,
		                     "it belongs to no source: put it above the first [name] line");
	if (before != NULL && !setting->many)
		return err_set(e, ERR_PARSE, "%s:%u: %s: it stands twice: leave one out (line %u)",
		               c->path, number, setting->name, before->number);
	return ERR_OK;
}

static char *copy_value(const struct config_setting *setting, struct str value)
{
	const char *home = getenv("HOME");
	struct buf path = {0};
	char *copy;

	if (setting->type != CONFIG_PATH || !str_starts(value, STR("~/")) || home == NULL)
		return mem_copy_text(value.p, value.n);
	buf_puts(&path, home);
	buf_append(&path, str_sub(value, 1, SIZE_MAX));
	copy = mem_copy_text(buf_text(&path), path.n);
	buf_free(&path);
	return copy;
}

static enum err unknown(const struct config *c, struct str name, uint32_t number, struct errinfo *e)
{
	if (!is_name(name))
		return wrong(c, number, e, "no setting's name before the =: write name = value");
	return err_set(e, ERR_PARSE, "%s:%u: %.*s: no such setting: did you mean %s", c->path,
	               number, STR_ARG(name), nearest(name)->name);
}

static enum err read_setting(struct config *c, struct str line, uint32_t number, struct errinfo *e)
{
	size_t equals = str_find(line, STR("="), 0, false);
	struct str name = str_trim(str_sub(line, 0, equals)), value;
	const struct config_setting *setting = setting_named(name);
	enum err err;

	if (config_holds_key(line))
		return wrong(c, number, e,
		             "a personal API key: put it into a file of its own and name that with "
		             "key_file");
	if (equals == SIZE_MAX)
		return wrong(c, number, e, "neither a setting nor a section: write name = value");
	if (setting == NULL)
		return unknown(c, name, number, e);
	value = str_trim(str_sub(line, equals + 1, SIZE_MAX));
	err = check_place(c, setting, number, e);
	if (err == ERR_OK)
		err = check_value(c, setting, value, number, e);
	if (err == ERR_OK)
		add(c, &(struct config_line){.setting = setting,
		                             .section = c->section,
		                             .value = copy_value(setting, value),
		                             .number = number});
	return err;
}

static enum err check_sources(const struct config *c, struct errinfo *e)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->lines[i].setting == NULL &&
		    config_get(c, c->lines[i].section, "source") == NULL)
			return err_set(
				e, ERR_PARSE,
				"%s:%u: [%s] has no source: add source = posthog:, a path or journal:",
				c->path, c->lines[i].number, c->lines[i].section);
	return ERR_OK;
}

static enum err read_lines(struct config *c, struct str text, struct errinfo *e)
{
	uint32_t number = 1;
	enum err err = ERR_OK;

	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_sub(text, 3, SIZE_MAX);
	for (size_t at = 0; err == ERR_OK && at < text.n; number++) {
		size_t end = least(str_find(text, STR("\n"), at, false), text.n);
		struct str line = str_trim(str_sub(text, at, end - at));
		at = end + 1;
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] == '[')
			err = read_section(c, str_sub(line, 1, SIZE_MAX), number, e);
		else
			err = read_setting(c, line, number, e);
	}
	return err != ERR_OK ? err : check_sources(c, e);
}

enum err config_parse(struct config **out, const char *path, struct str text, struct errinfo *e)
{
	struct config *c;
	enum err err;

	if (text.n > CONFIG_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s: longer than 1 MiB: is it the config", path);
	c = mem_zero(1, sizeof(*c));
	c->path = mem_copy_text(path, strlen(path));
	c->section = "";
	err = read_lines(c, text, e);
	if (err == ERR_OK)
		*out = c;
	else
		config_free(c);
	return err;
}

void config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++) {
		/* A name is owned by its [name] line, a value by its setting's. */
		const char *owned = c->lines[i].setting == NULL ? c->lines[i].section
		                                                : c->lines[i].value;
		mem_free((char *)(uintptr_t)owned);
	}
	mem_free(c->lines);
	mem_free(c->path);
	mem_free(c);
}

/* ---- asking ---------------------------------------------------------------------------------- */

const struct config_line *config_line(const struct config *c, size_t i)
{
	return i < c->n ? &c->lines[i] : NULL;
}

const struct config_line *config_find(const struct config *c, const char *section, const char *key)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct config_line *line = &c->lines[i];
		if (line->setting != NULL && strcmp(line->section, section) == 0 &&
		    strcmp(line->setting->name, key) == 0)
			return line;
	}
	return NULL;
}

const char *config_get(const struct config *c, const char *section, const char *key)
{
	const struct config_line *line = config_find(c, section, key);

	return line != NULL ? line->value : NULL;
}

bool config_has(const struct config *c, const char *section)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->lines[i].setting == NULL && strcmp(c->lines[i].section, section) == 0)
			return true;
	return false;
}

const char *config_nearest(const struct config *c, const char *section)
{
	struct str name = str_of(section);
	const char *best = NULL;
	size_t fewest = name.n / 2 + 1; /* of more letters something else was meant */

	for (size_t i = 0; i < c->n && name.n <= STR_EDITS_MAX; i++) {
		size_t edits = c->lines[i].setting == NULL
		                       ? str_edits(name, str_of(c->lines[i].section))
		                       : SIZE_MAX;

		if (edits >= fewest)
			continue;
		fewest = edits;
		best = c->lines[i].section;
	}
	return best;
}

const char *config_path(const struct config *c)
{
	return c->path;
}

/* ---- the file -------------------------------------------------------------------------------- */

/* It names commands that are run. */
static enum err check_owner(const struct stat *s, const char *path, struct errinfo *e)
{
	if (!S_ISREG(s->st_mode))
		return err_set(e, ERR_IO, "%s: it is no regular file: name another", path);
	if (s->st_uid != geteuid() && s->st_uid != 0)
		return err_set(
			e, ERR_IO,
			"%s: it is somebody else's: use one of your own (it can name commands)",
			path);
	if ((s->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, ERR_IO,
		               "%s: others can write it, and it can name commands: chmod go-w it",
		               path);
	return ERR_OK;
}

static enum err read_open(struct buf *text, FILE *f, const char *path, struct errinfo *e)
{
	struct stat s;
	enum err err;

	if (fstat(fileno(f), &s) != 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	err = check_owner(&s, path, e);
	if (err != ERR_OK)
		return err;
	if (!buf_reserve(text, CONFIG_MAX_BYTES + 1))
		return err_set(e, ERR_LIMIT, "%s: no memory", path);
	text->n = fread(text->p, 1, CONFIG_MAX_BYTES + 1, f);
	return ferror(f) ? err_set(e, ERR_IO, "%s: %s", path, strerror(errno)) : ERR_OK;
}

/* ERR_NOT_FOUND without a word if there is none. */
static enum err read_file(struct buf *text, const char *path, struct errinfo *e)
{
	/* A pipe without a writer would hold the open. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *f = fd >= 0 ? fdopen(fd, "rb") : NULL;
	enum err err;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ERR_NOT_FOUND;
	if (f == NULL) {
		err = err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = read_open(text, f, path, e);
	fclose(f);
	return err;
}

enum err config_read(struct config **out, const char *path, struct errinfo *e)
{
	struct buf place = {0}, text = {0};
	enum err err = ERR_OK;

	if (path != NULL)
		buf_puts(&place, path);
	else if (config_folder(&place, CONFIG_CONFIG, NULL) == ERR_OK)
		buf_puts(&place, "/config");
	if (place.n > 0)
		err = read_file(&text, buf_text(&place), e);
	else if (path != NULL)
		err = err_set(e, ERR_IO, "--config: the file's name is empty: name one");
	if (err == ERR_NOT_FOUND && path != NULL)
		err = err_set(e, ERR_IO, "%s: no such file: name one that is there", path);
	if (err == ERR_NOT_FOUND) {
		buf_clear(&place);
		err = ERR_OK;
	}
	if (err == ERR_OK)
		err = config_parse(out, buf_text(&place), buf_str(&text), e);
	buf_free(&text);
	buf_free(&place);
	return err;
}

enum err config_folder(struct buf *out, enum config_place place, struct errinfo *e)
{
	static const struct {
		const char *variable, *below_home;
	} places[] = {
		[CONFIG_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
		[CONFIG_CACHE] = {"XDG_CACHE_HOME", ".cache"},
		[CONFIG_STATE] = {"XDG_STATE_HOME", ".local/state"},
	};
	const char *own = getenv(places[place].variable), *home = getenv("HOME");

	/* The XDG rules: a relative path is no path. */
	if (own != NULL && own[0] == '/')
		buf_printf(out, "%s/tracehog", own);
	else if (home != NULL && home[0] == '/')
		buf_printf(out, "%s/%s/tracehog", home, places[place].below_home);
	else
		return err_set(e, ERR_IO, "neither %s nor HOME is set to a path: set one of them",
		               places[place].variable);
	return ERR_OK;
}
