/* Parsing with getopt_long over the table of options; nothing here does what an option asks for. */
#include "print/options_internal.h"

#include "base/time.h"
#include "journal/writer.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static enum command_kind command_of(const char *word)
{
	for (unsigned i = 0; i < COMMAND_KINDS; i++)
		if (option_commands[i].name != NULL && strcmp(word, option_commands[i].name) == 0)
			return (enum command_kind)i;
	return COMMAND_EXPLORE;
}

static enum err take(struct options *o, const struct option_entry *entry, const char *value,
                     struct errinfo *e)
{
	if ((entry->where & AT(o->command)) == 0)
		return err_set(e, ERR_USAGE, "--%s is no option of `%s`: see `tracehog %s%s--help`",
		               entry->name,
		               o->command == COMMAND_EXPLORE ? "tracehog"
		                                             : option_commands[o->command].name,
		               o->command == COMMAND_EXPLORE ? ""
		                                             : option_commands[o->command].name,
		               o->command == COMMAND_EXPLORE ? "" : " ");
	o->given[entry - option_entries] = value != NULL ? value : "";
	return entry->set(o, value, e);
}

static enum err refuse_key(const char *word, struct errinfo *e)
{
	if (word == NULL || !config_holds_key(str_of(word)))
		return ERR_OK;
	return err_set(e, ERR_USAGE,
	               "a personal API key on the command line, where others can see it: make a "
	               "new one, and set TRACEHOG_POSTHOG_KEY or name a key_file in the config "
	               "(for a file of such a name write ./ before it)");
}

/* getopt's own tables, from ours: val is the entry's number + 256, or its letter. */
static void long_options(struct option *out)
{
	for (size_t i = 0; i < option_count; i++)
		out[i] = (struct option){option_entries[i].name,
		                         option_entries[i].value != NULL ? required_argument
		                                                         : no_argument,
		                         NULL, (int)i + 256};
	out[option_count] = (struct option){0};
}

static const struct option_entry *entry_of(int code)
{
	for (size_t i = 0; i < option_count; i++)
		if (code == (int)i + 256 ||
		    (option_entries[i].letter != 0 && code == option_entries[i].letter))
			return &option_entries[i];
	return NULL;
}

static enum err check_words(const struct options *o, struct errinfo *e)
{
	const char *name = option_commands[o->command].name;

	/* What is run has words of its own. */
	for (int i = 0; i < o->n_words && o->command != COMMAND_RUN; i++) {
		enum err err = refuse_key(o->words[i], e);
		if (err != ERR_OK)
			return err;
	}
	if ((o->command == COMMAND_DEMO || o->command == COMMAND_CAPTURE) && o->n_words > 0)
		return err_set(e, ERR_USAGE, "%s: it takes no source: %s: leave it out", name,
		               o->words[0]);
	if (o->command == COMMAND_RUN && o->n_words == 0)
		return err_set(e, ERR_USAGE,
		               "run: the program is missing: use `tracehog run -- CMD [ARG...]`");
	return ERR_OK;
}

enum err options_parse(struct options *o, int argc, char **argv, struct errinfo *e)
{
	struct option table[OPTIONS_KINDS + 1];
	const char *letters;
	enum err err = ERR_OK;
	int code;

	*o = (struct options){.since = TIME_NONE,
	                      .until = TIME_NONE,
	                      .keep_bytes = JOURNAL_KEEP_BYTES,
	                      .keep_seconds = JOURNAL_KEEP_SECONDS};
	if (argc > 1)
		o->command = command_of(argv[1]);
	if (o->command != COMMAND_EXPLORE) {
		argv++;
		argc--;
	}
	long_options(table);
	opterr = 0;
	optind = 1;
	/* What follows the program that is run is the program's. */
	letters = o->command == COMMAND_RUN ? "+:hvf:" : ":hvf:";
	while (err == ERR_OK && (code = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		const struct option_entry *entry = entry_of(code);
		err = refuse_key(argv[optind - 1], e);
		if (err == ERR_OK)
			err = refuse_key(optarg, e);
		if (err != ERR_OK)
			return err;
		if (code == ':')
			return err_set(e, ERR_USAGE, "%s needs a value: see --help",
			               argv[optind - 1]);
		if (entry == NULL)
			return err_set(e, ERR_USAGE, "%s is no option: see --help",
			               argv[optind - 1]);
		err = take(o, entry, optarg, e);
	}
	o->words = argv + optind;
	o->n_words = argc - optind;
	return err != ERR_OK || o->help || o->version ? err : check_words(o, e);
}

/* ---- where the command line is silent ----------------------------------------------------------- */

static char plain(char c)
{
	return c == '_' ? '-' : c;
}

static const struct option_entry *entry_named(const char *name)
{
	for (size_t i = 0; i < option_count; i++) {
		size_t n = 0;
		while (name[n] != '\0' && plain(name[n]) == option_entries[i].name[n])
			n++;
		if (name[n] == '\0' && option_entries[i].name[n] == '\0')
			return &option_entries[i];
	}
	return NULL;
}

const char *options_given(const struct options *o, const char *name)
{
	const struct option_entry *entry = entry_named(name);

	return entry != NULL ? o->given[entry - option_entries] : NULL;
}

/* https://no-color.org and CLICOLOR; --color wins. */
static void heed_environment(struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *clicolor = getenv("CLICOLOR");

	if (o->color != NULL && strcmp(o->color, "auto") != 0)
		return;
	if (no_color != NULL && no_color[0] != '\0')
		o->color_from = "NO_COLOR";
	else if (clicolor != NULL && strcmp(clicolor, "0") == 0)
		o->color_from = "CLICOLOR";
	if (o->color_from != NULL)
		o->color = "never";
}

static enum err take_setting(struct options *o, const struct config *c,
                             const struct config_line *line, struct errinfo *e)
{
	const struct option_entry *entry = entry_named(line->setting->name);
	struct errinfo why = {0};
	enum err err;

	if (entry == NULL) /* without an option: whoever it is for asks the config */
		return ERR_OK;
	if (o->given[entry - option_entries] != NULL ||
	    (strcmp(entry->name, "color") == 0 && o->color_from != NULL))
		return ERR_OK;
	err = entry->set(o, line->value, &why);
	if (err == ERR_OK)
		return ERR_OK;
	return err_set(e, err, "%s:%u: %s", config_path(c), line->number,
	               why.msg + strspn(why.msg, "-"));
}

enum err options_settle(struct options *o, const struct config *c, struct errinfo *e)
{
	const struct config_line *line;
	enum err err = ERR_OK;

	o->config = c;
	heed_environment(o);
	for (size_t i = 0; err == ERR_OK && (line = config_line(c, i)) != NULL; i++)
		if (line->setting != NULL && !line->setting->of_source)
			err = take_setting(o, c, line, e);
	return err;
}

/* ---- help ---------------------------------------------------------------------------------------- */

static void help_options(enum command_kind command, struct buf *out)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_entry *o = &option_entries[i];
		size_t from = out->n;
		if ((o->where & AT(command)) == 0)
			continue;
		buf_puts(out, "  ");
		if (o->letter != 0)
			buf_printf(out, "-%c, ", o->letter);
		buf_printf(out, "--%s%s%s", o->name, o->value != NULL ? " " : "",
		           o->value != NULL ? o->value : "");
		if (out->n - from < 24)
			buf_pad(out, ' ', 24 - (out->n - from));
		buf_printf(out, "  %s\n", o->help);
	}
}

void options_help(enum command_kind command, struct buf *out)
{
	const char *name = option_commands[command].name;

	buf_printf(out, "tracehog %s%s%s\n    %s\n", name != NULL ? name : "",
	           name != NULL ? " " : "", option_commands[command].words,
	           option_commands[command].help);
	if (command == COMMAND_EXPLORE) {
		buf_puts(out, "\nCommands:\n");
		for (unsigned i = 1; i < COMMAND_KINDS; i++) {
			size_t from = out->n;
			buf_printf(out, "  tracehog %s %s", option_commands[i].name,
			           option_commands[i].words);
			if (out->n - from < 34)
				buf_pad(out, ' ', 34 - (out->n - from));
			buf_printf(out, "  %s\n", option_commands[i].help);
		}
		buf_puts(
			out,
			"\nSOURCE: a file of PostHog events, an event a line or a JSON document of them, also gzip or zstd; a folder of\n"
			"  such files (.ndjson .jsonl .json, .gz and .zst of these); -, standard input;\n"
			"  journal:, the local journal, which is also what is read without a SOURCE:\n"
			"  ${XDG_STATE_HOME:-~/.local/state}/tracehog/journal/*.ndjson; or journal:DIR, another journal;\n"
			"  posthog: or posthog:ID, a PostHog project (its key from TRACEHOG_POSTHOG_KEY or the config); or a name from the config.\n");
	}
	buf_puts(out, "\nOptions:\n");
	help_options(command, out);
	buf_puts(
		out,
		"\nExit: 0 rows, 1 nothing matched, 2 usage, 3 not allowed, 4 network or port taken, 5 rate limit, 6 input unreadable, 7 --fail-if held, 130 interrupted.\n");
}

int exit_of_err(enum err err)
{
	switch (err) {
	case ERR_OK:
		return EXIT_OK;
	case ERR_NOT_FOUND:
		return EXIT_NOTHING;
	case ERR_USAGE:
	case ERR_AMBIGUOUS:
		return EXIT_BAD_USAGE;
	case ERR_BUSY:
		return EXIT_NETWORK;
	default:
		return EXIT_UNREADABLE;
	}
}
