/* The table of settings as a run of these options finds it. Neither a key nor a command, which may hold
 * one, is printed. */
#include "print/settings.h"

#include "base/clean.h"
#include "collect/posthog_key.h"
#include "journal/writer.h"
#include "print/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_COLUMN  16
#define ORIGIN_COLUMN 52

/* A source that no section names: what holds for it is the command line's and the environment's. */
#define UNNAMED "posthog:"

static void print_line(const char *name, const char *value, const char *origin)
{
	struct buf line = {0};

	buf_puts(&line, name);
	if (line.n < VALUE_COLUMN)
		buf_pad(&line, ' ', VALUE_COLUMN - line.n);
	buf_puts(&line, " = ");
	clean_append(&line, config_holds_key(str_of(value)) ? STR("(not shown)") : str_of(value),
	             0);
	if (line.n < ORIGIN_COLUMN)
		buf_pad(&line, ' ', ORIGIN_COLUMN - line.n);
	buf_puts(&line, "  # ");
	clean_append(&line, str_of(origin), 0);
	buf_add(&line, '\n');
	output_write(buf_str(&line));
	buf_free(&line);
}

static void print_from_file(const struct options *o, const struct config_line *line)
{
	struct buf origin = {0};
	bool secret = line->setting->type == CONFIG_COMMAND;

	buf_printf(&origin, "%s:%u", config_path(o->config), line->number);
	print_line(line->setting->name, secret ? "(not shown)" : line->value, buf_text(&origin));
	buf_free(&origin);
}

/* False if the file has none in that section. */
static bool print_all_from_file(const struct options *o, const char *section,
                                const struct config_setting *setting)
{
	const struct config_line *line;
	bool any = false;

	for (size_t i = 0; (line = config_line(o->config, i)) != NULL; i++) {
		if (line->setting != setting || strcmp(line->section, section) != 0)
			continue;
		print_from_file(o, line);
		any = true;
	}
	return any;
}

static void print_default(const struct config_setting *setting)
{
	struct buf folder = {0};

	if (strcmp(setting->name, "journal") == 0 && journal_folder(&folder, NULL) == ERR_OK)
		print_line(setting->name, buf_text(&folder), "default");
	else
		print_line(setting->name, setting->without != NULL ? setting->without : "",
		           setting->without != NULL ? "default" : "not set");
	buf_free(&folder);
}

/* Those of an option that may be given again, all of them. */
static bool print_given_again(const struct options *o, const struct config_setting *setting)
{
	const char *const *values = strcmp(setting->name, "allow_host") == 0 ? o->allow_hosts
	                                                                     : o->allow_origins;

	if (!setting->many || options_given(o, setting->name) == NULL)
		return false;
	for (; *values != NULL; values++)
		print_line(setting->name, *values, "command line");
	return true;
}

static bool print_given(const struct options *o, const struct config_setting *setting)
{
	const char *value = options_given(o, setting->name);

	if (value != NULL)
		print_line(setting->name, value, "command line");
	return value != NULL;
}

static bool print_from_environment(const struct options *o, const struct config_setting *setting)
{
	const char *variable = NULL, *value = NULL;
	struct buf origin = {0};

	if (strcmp(setting->name, "color") == 0) {
		variable = o->color_from;
		value = o->color;
	} else if (strcmp(setting->name, "live_host") == 0) {
		variable = "TRACEHOG_POSTHOG_LIVE_HOST";
		value = getenv(variable);
	}
	if (variable == NULL || value == NULL || value[0] == '\0')
		return false;
	buf_printf(&origin, "environment: %s", variable);
	print_line(setting->name, value, buf_text(&origin));
	buf_free(&origin);
	return true;
}

/* The key itself goes before both settings that tell of one. */
static void print_key(void)
{
	for (const char *const *name = posthog_key_variables; *name != NULL; name++) {
		const char *value = getenv(*name);
		struct buf line = {0};
		if (value == NULL || value[0] == '\0')
			continue;
		buf_printf(&line, "# the personal API key is that of %s (environment)\n", *name);
		output_write(buf_str(&line));
		buf_free(&line);
		return;
	}
}

static void print_section(const struct options *o, const char *section, bool of_source)
{
	for (size_t i = 0; i < config_settings_count; i++) {
		const struct config_setting *setting = &config_settings[i];
		bool unnamed = strcmp(section, UNNAMED) == 0;
		if (setting->of_source != of_source)
			continue;
		if (unnamed && strcmp(setting->name, "source") == 0)
			print_line(setting->name, UNNAMED, "default");
		else if (!print_from_environment(o, setting) && !print_given_again(o, setting) &&
		         !print_given(o, setting) && !print_all_from_file(o, section, setting))
			print_default(setting);
	}
}

static void print_title(const char *name, bool as_comment)
{
	struct buf line = {0};

	buf_printf(&line, as_comment ? "\n# %s\n" : "\n[%s]\n", name);
	output_write(buf_str(&line));
	buf_free(&line);
}

int print_settings(const struct options *o)
{
	const struct config_line *line;
	struct buf title = {0};

	buf_puts(&title, "# ");
	if (config_path(o->config)[0] != '\0')
		clean_append(&title, str_of(config_path(o->config)), 0);
	else
		buf_puts(&title, "no config file");
	buf_add(&title, '\n');
	output_write(buf_str(&title));
	buf_free(&title);
	print_section(o, "", false);
	print_title("a source that is named posthog: or posthog:ID", true);
	print_key();
	print_section(o, UNNAMED, true);
	for (size_t i = 0; (line = config_line(o->config, i)) != NULL; i++) {
		if (line->setting != NULL)
			continue;
		print_title(line->section, false);
		print_section(o, line->section, true);
	}
	return output_end(EXIT_OK);
}
