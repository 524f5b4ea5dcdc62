/* Parsing with getopt_long over the table of options; nothing here does what an option asks for. */
#include "print/options.h"

#include "base/time.h"
#include "collect/posthog_host.h"
#include "journal/writer.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define AT(command) (1u << (command))
#define EVERYWHERE  (AT(COMMAND_KINDS) - 1)
#define LISTENS     (AT(COMMAND_EXPLORE) | AT(COMMAND_CAPTURE) | AT(COMMAND_RUN))
#define PRINTS                                                                     \
	(AT(COMMAND_LS) | AT(COMMAND_SHOW) | AT(COMMAND_TREE) | AT(COMMAND_DIFF) | \
	 AT(COMMAND_STATS) | AT(COMMAND_TAIL))
#define READS (AT(COMMAND_EXPLORE) | AT(COMMAND_REPLAY) | PRINTS)

static const struct {
	const char *name, *words, *help;
} command_table[COMMAND_KINDS] = {
	[COMMAND_EXPLORE] = {NULL, "[SOURCE...]",
                             "open the explorer; without a SOURCE it takes in events as well"},
	[COMMAND_DEMO] = {"demo", "",
                          "the explorer on a sample agent's day, which goes on while you watch"},
	[COMMAND_CAPTURE] = {"capture", "", "takes in events over HTTP, without a screen"},
	[COMMAND_RUN] = {"run", "-- CMD [ARG...]",
                         "runs a program that sends its events here, and sums up what came in"},
	[COMMAND_LS] = {"ls", "WHAT [SOURCE...]",
                        "a table: traces sessions generations spans users models"},
	[COMMAND_SHOW] =
		{"show", "ID [SOURCE...]",
                 "one session, trace, span or generation, by any of its ids, a unique prefix, "
                 "last, last~1, last:error, or FILE:LINE"},
	[COMMAND_REPLAY] = {"replay", "ID [SOURCE...]",
                            "the request of a generation as a curl command; nothing is sent"},
	[COMMAND_TREE] = {"tree", "ID [SOURCE...]", "a trace as a tree with bars, in text"},
	[COMMAND_DIFF] = {"diff", "A [B] [SOURCE...]",
                          "what changed from one generation or trace to another; --previous "
                          "instead of B: from the call before"},
	[COMMAND_STATS] = {"stats", "[SOURCE...]", "totals"},
	[COMMAND_TAIL] = {"tail", "[SOURCE...]",
                          "the last events, then a line per event as it arrives"},
};

struct option_entry {
	const char *name;
	char letter;       /* 0: none */
	const char *value; /* what follows it; NULL: nothing */
	const char *help;
	unsigned where; /* commands that take it */
	enum err (*set)(struct options *o, const char *value, struct errinfo *e);
};

#define FORMAT_SETTER(name, value)                                                   \
	static enum err name(struct options *o, const char *text, struct errinfo *e) \
	{                                                                            \
		(void)text;                                                          \
		(void)e;                                                             \
		o->format = value;                                                   \
		return ERR_OK;                                                       \
	}
FORMAT_SETTER(set_json, FORMAT_JSON)
FORMAT_SETTER(set_json_lines, FORMAT_JSON_LINES)
FORMAT_SETTER(set_csv, FORMAT_CSV)
FORMAT_SETTER(set_tsv, FORMAT_TSV)
FORMAT_SETTER(set_markdown, FORMAT_MARKDOWN)
FORMAT_SETTER(set_plain, FORMAT_PLAIN)

static enum err set_time(int64_t *out, const char *option, const char *value, struct errinfo *e)
{
	*out = time_parse_range(str_of(value), time_now());
	if (*out != TIME_NONE)
		return ERR_OK;
	return err_set(e, ERR_USAGE,
	               "--%s: %s is no time: use 15m, 2h, 3d, today, 14:00 or 2026-11-20T10:00",
	               option, value);
}

static enum err set_since(struct options *o, const char *value, struct errinfo *e)
{
	return set_time(&o->since, "since", value, e);
}

static enum err set_until(struct options *o, const char *value, struct errinfo *e)
{
	return set_time(&o->until, "until", value, e);
}

static enum err set_sort(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->sort = value;
	return ERR_OK;
}

static enum err set_fields(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->fields = value;
	return ERR_OK;
}

static enum err set_limit(struct options *o, const char *value, struct errinfo *e)
{
	int64_t n;

	if (!str_to_i64(str_of(value), &n) || n < 1 || n > UINT32_MAX)
		return err_set(e, ERR_USAGE, "--limit: %s is no count: use 1 or more", value);
	o->limit = (uint32_t)n;
	return ERR_OK;
}

static enum err set_fail_if(struct options *o, const char *value, struct errinfo *e)
{
	if (strcmp(value, "any") == 0)
		o->fail_if = FAIL_ANY;
	else if (strcmp(value, "none") == 0)
		o->fail_if = FAIL_NONE;
	else
		return err_set(e, ERR_USAGE, "--fail-if: %s is no condition: use any or none",
		               value);
	return ERR_OK;
}

static enum err set_color(struct options *o, const char *value, struct errinfo *e)
{
	static const char *const known[] = {"auto", "never", "16", "256"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(value, known[i]) == 0) {
			o->color = known[i];
			return ERR_OK;
		}
	return err_set(e, ERR_USAGE, "--color: %s is no colour depth: use auto, never, 16 or 256",
	               value);
}

static enum err set_theme(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->theme = value;
	return ERR_OK;
}

static enum err set_listen(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->listen = value;
	return ERR_OK;
}

static enum err set_journal(struct options *o, const char *value, struct errinfo *e)
{
	if (value[0] == '\0')
		return err_set(e, ERR_USAGE, "--journal: the folder's name is empty");
	o->journal = value;
	return ERR_OK;
}

/* A number and one letter of units, which are worth `worth` each. No letter: worth 1. */
static bool read_amount(struct str text, const char *units, const int64_t *worth, int64_t *out)
{
	const char *unit = text.n > 0 ? strchr(units, text.p[text.n - 1]) : NULL;
	int64_t factor = unit != NULL ? worth[unit - units] : 1;

	if (unit != NULL)
		text.n--;
	return str_to_i64(text, out) && *out >= 0 && !__builtin_mul_overflow(*out, factor, out);
}

static enum err set_keep(struct options *o, const char *value, struct errinfo *e)
{
	static const int64_t sizes[] = {1 << 10, 1 << 20, 1 << 30};
	static const int64_t times[] = {1, 60, 3600, 86400};
	struct str text = str_of(value);
	size_t comma = str_find(text, STR(","), 0, false);
	int64_t bytes = 0, seconds = 0;

	if (comma == SIZE_MAX || !read_amount(str_sub(text, 0, comma), "kMG", sizes, &bytes) ||
	    !read_amount(str_sub(text, comma + 1, SIZE_MAX), "smhd", times, &seconds))
		return err_set(e, ERR_USAGE,
		               "--keep: %s is no SIZE,AGE: use something like 4G,30d (k M G; s m h "
		               "d; 0: no limit)",
		               value);
	o->keep_bytes = (uint64_t)bytes;
	o->keep_seconds = seconds;
	return ERR_OK;
}

static enum err add_name(const char **names, const char *option, const char *value,
                         struct errinfo *e)
{
	size_t n = 0;

	while (names[n] != NULL)
		n++;
	if (n == OPTIONS_NAMES)
		return err_set(e, ERR_USAGE, "--%s: at most %d are taken", option, OPTIONS_NAMES);
	names[n] = value;
	return ERR_OK;
}

static enum err add_origin(struct options *o, const char *value, struct errinfo *e)
{
	return add_name(o->allow_origins, "allow-origin", value, e);
}

static enum err add_host_name(struct options *o, const char *value, struct errinfo *e)
{
	return add_name(o->allow_hosts, "allow-host", value, e);
}

static enum err set_host(struct options *o, const char *value, struct errinfo *e)
{
	struct buf host = {0};
	enum err err = posthog_host_read(&host, "--host", value, e);

	buf_free(&host);
	o->host = value;
	return err;
}

static enum err set_project(struct options *o, const char *value, struct errinfo *e)
{
	int64_t n;

	if (!str_to_i64(str_of(value), &n) || n < 1 || n > UINT32_MAX)
		return err_set(e, ERR_USAGE,
		               "--project: %s is no project's number: take it from PostHog's "
		               "address, /project/12",
		               value);
	o->project = (uint32_t)n;
	return ERR_OK;
}

static enum err set_no_cache(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->no_cache = true;
	return ERR_OK;
}

static enum err set_previous(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->previous = true;
	return ERR_OK;
}

static enum err set_config_file(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->config_file = value;
	return ERR_OK;
}

static enum err set_print_config(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->print_config = true;
	return ERR_OK;
}

static enum err set_no_follow(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->no_follow = true;
	return ERR_OK;
}

static enum err set_verbose(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->verbose = true;
	return ERR_OK;
}

static enum err set_help(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->help = true;
	return ERR_OK;
}

static enum err set_version(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->version = true;
	return ERR_OK;
}

static const struct option_entry entries[] = {
	{"since", 0, "TIME", "only from then on: 15m 2h 3d today 14:00 2026-11-20T10:00",
         AT(COMMAND_LS) | AT(COMMAND_STATS), set_since},
	{"until", 0, "TIME", "only before then", AT(COMMAND_LS) | AT(COMMAND_STATS), set_until},
	{"sort", 0, "FIELD", "by a field, ascending; FIELD-desc descends", AT(COMMAND_LS),
         set_sort},
	{"limit", 0, "N", "at most so many rows", AT(COMMAND_LS), set_limit},
	{"fields", 0, "A,B,C", "these fields in this order", AT(COMMAND_LS), set_fields},
	{"json", 0, NULL, "one JSON document (tail, capture: an object a line)",
         PRINTS | AT(COMMAND_CAPTURE), set_json},
	{"jsonl", 0, NULL, "a JSON object a line", PRINTS | AT(COMMAND_CAPTURE), set_json_lines},
	{"csv", 0, NULL, "comma-separated values with a title line", AT(COMMAND_LS), set_csv},
	{"tsv", 0, NULL, "tab-separated values with a title line", AT(COMMAND_LS), set_tsv},
	{"md", 0, NULL, "Markdown: a table, show: the conversation",
         AT(COMMAND_LS) | AT(COMMAND_SHOW), set_markdown},
	{"plain", 0, NULL, "a line per value, for screen readers; show: the conversation as text",
         AT(COMMAND_LS) | AT(COMMAND_SHOW), set_plain},
	{"previous", 0, NULL, "with the call of its trace that it shares most messages with",
         AT(COMMAND_DIFF), set_previous},
	{"fail-if", 0, "any|none", "exit 7 when it holds of the rows",
         AT(COMMAND_LS) | AT(COMMAND_STATS) | AT(COMMAND_TAIL), set_fail_if},
	{"listen", 0, "ADDR:PORT", "where to take in events (127.0.0.1:8765); port 0: a free one",
         LISTENS, set_listen},
	{"journal", 0, "DIR", "the folder to keep events in", LISTENS, set_journal},
	{"keep", 0, "SIZE,AGE", "how much of it, and how long (4G,30d; 0: no limit)", LISTENS,
         set_keep},
	{"allow-origin", 0, "ORIGIN", "let pages of this origin send events", LISTENS, add_origin},
	{"allow-host", 0, "NAME", "take requests that call this machine so", LISTENS,
         add_host_name},
	{"host", 0, "URL", "PostHog's address (https://us.posthog.com)", READS, set_host},
	{"project", 0, "ID", "the PostHog project; else the key's own", READS, set_project},
	{"no-cache", 0, NULL, "keep nothing of what PostHog sends", READS, set_no_cache},
	{"config", 0, "FILE", "the config file", EVERYWHERE, set_config_file},
	{"print-config", 0, NULL, "every setting, its value and where it comes from", EVERYWHERE,
         set_print_config},
	{"no-follow", 0, NULL, "do not follow what grows (only tail and the explorer do)",
         EVERYWHERE, set_no_follow},
	{"verbose", 'v', NULL, "stats: every bad and irregular line with its place and reason",
         EVERYWHERE, set_verbose},
	{"color", 0, "DEPTH", "auto, never, 16 or 256 (only the explorer has colours)", EVERYWHERE,
         set_color},
	{"theme", 0, "NAME", "default, mono, or a file NAME.theme in the config's themes folder",
         EVERYWHERE, set_theme},
	{"help", 'h', NULL, "this help", EVERYWHERE, set_help},
	{"version", 0, NULL, "the version", EVERYWHERE, set_version},
};
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))
_Static_assert(ENTRIES <= OPTIONS_KINDS, "room for what is given");

static enum command_kind command_of(const char *word)
{
	for (unsigned i = 0; i < COMMAND_KINDS; i++)
		if (command_table[i].name != NULL && strcmp(word, command_table[i].name) == 0)
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
		                                             : command_table[o->command].name,
		               o->command == COMMAND_EXPLORE ? "" : command_table[o->command].name,
		               o->command == COMMAND_EXPLORE ? "" : " ");
	o->given[entry - entries] = value != NULL ? value : "";
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
	for (size_t i = 0; i < ENTRIES; i++)
		out[i] = (struct option){entries[i].name,
		                         entries[i].value != NULL ? required_argument : no_argument,
		                         NULL, (int)i + 256};
	out[ENTRIES] = (struct option){0};
}

static const struct option_entry *entry_of(int code)
{
	for (size_t i = 0; i < ENTRIES; i++)
		if (code == (int)i + 256 || (entries[i].letter != 0 && code == entries[i].letter))
			return &entries[i];
	return NULL;
}

static enum err check_words(const struct options *o, struct errinfo *e)
{
	const char *name = command_table[o->command].name;

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
	struct option table[ENTRIES + 1];
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
	letters = o->command == COMMAND_RUN ? "+:hv" : ":hv";
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
	for (size_t i = 0; i < ENTRIES; i++) {
		size_t n = 0;
		while (name[n] != '\0' && plain(name[n]) == entries[i].name[n])
			n++;
		if (name[n] == '\0' && entries[i].name[n] == '\0')
			return &entries[i];
	}
	return NULL;
}

const char *options_given(const struct options *o, const char *name)
{
	const struct option_entry *entry = entry_named(name);

	return entry != NULL ? o->given[entry - entries] : NULL;
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

	if (o->given[entry - entries] != NULL || (entry->set == set_color && o->color_from != NULL))
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
	for (size_t i = 0; i < ENTRIES; i++) {
		const struct option_entry *o = &entries[i];
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
	const char *name = command_table[command].name;

	buf_printf(out, "tracehog %s%s%s\n    %s\n", name != NULL ? name : "",
	           name != NULL ? " " : "", command_table[command].words,
	           command_table[command].help);
	if (command == COMMAND_EXPLORE) {
		buf_puts(out, "\nCommands:\n");
		for (unsigned i = 1; i < COMMAND_KINDS; i++) {
			size_t from = out->n;
			buf_printf(out, "  tracehog %s %s", command_table[i].name,
			           command_table[i].words);
			if (out->n - from < 34)
				buf_pad(out, ' ', 34 - (out->n - from));
			buf_printf(out, "  %s\n", command_table[i].help);
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
