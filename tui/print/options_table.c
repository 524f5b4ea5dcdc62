/* The table of commands and the one of options; an option's function checks its value and keeps it. */
#include "print/options_internal.h"

#include "base/time.h"
#include "collect/forward.h"
#include "collect/posthog_host.h"

#include <string.h>

#define EVERYWHERE (AT(COMMAND_KINDS) - 1)
#define LISTENS    (AT(COMMAND_EXPLORE) | AT(COMMAND_CAPTURE) | AT(COMMAND_RUN))
#define PRINTS                                                                     \
	(AT(COMMAND_LS) | AT(COMMAND_SHOW) | AT(COMMAND_TREE) | AT(COMMAND_DIFF) | \
	 AT(COMMAND_STATS) | AT(COMMAND_TAIL))
#define READS  (AT(COMMAND_EXPLORE) | AT(COMMAND_REPLAY) | AT(COMMAND_HOGQL) | PRINTS)
#define TABLES (AT(COMMAND_LS) | AT(COMMAND_STATS) | AT(COMMAND_HOGQL))

const struct option_command option_commands[COMMAND_KINDS] = {
	[COMMAND_EXPLORE] = {NULL, "[SOURCE...]",
                             "open the explorer; without a SOURCE it takes in events as well"},
	[COMMAND_DEMO] = {"demo", "",
                          "the explorer on a sample agent's day, which goes on while you watch"},
	[COMMAND_CAPTURE] = {"capture", "", "takes in events over HTTP, without a screen"},
	[COMMAND_RUN] = {"run", "-- CMD [ARG...]",
                         "runs a program that sends its events here, and sums up what came in"},
	[COMMAND_LS] =
		{"ls", "WHAT [SOURCE...]",
                 "a table: traces sessions generations spans users groups errors models tools"},
	[COMMAND_SHOW] =
		{"show", "ID [SOURCE...]",
                 "one session, trace, span or generation, by any of its ids, a unique prefix, "
                 "last, last~1, last:error, or FILE:LINE"},
	[COMMAND_REPLAY] =
		{"replay", "ID [SOURCE...]",
                 "the request of a generation as a curl command; --send sends it, and streams the answer"},
	[COMMAND_PRICES] = {"prices", "[MODEL [PROVIDER] | update]",
                            "the price used for a model, and why; the tables of prices; update "
                            "fetches OpenRouter's"},
	[COMMAND_TREE] = {"tree", "ID [SOURCE...]", "a trace as a tree with bars, in text"},
	[COMMAND_DIFF] = {"diff", "A [B] [SOURCE...]",
                          "what changed from one generation or trace to another; --previous "
                          "instead of B: from the call before"},
	[COMMAND_STATS] = {"stats", "[SOURCE...]", "totals"},
	[COMMAND_TAIL] = {"tail", "[SOURCE...]",
                          "the last events, then a line per event as it arrives"},
	[COMMAND_HOGQL] =
		{"hogql", "QUERY [posthog:...]",
                 "any query in HogQL, its result as a table; - reads it from standard input"},
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

static enum err set_by(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->by = value;
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
	else if (strpbrk(value, "<>=") != NULL)
		o->fail_if = FAIL_CONDITION;
	else
		return err_set(e, ERR_USAGE,
		               "--fail-if: %s is no condition: use any, none, or a comparison "
		               "such as 'cost>1'",
		               value);
	o->condition = value;
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

static enum err add_filter(struct options *o, const char *value, struct errinfo *e)
{
	return add_name(o->filters, "filter", value, e);
}

static enum err add_origin(struct options *o, const char *value, struct errinfo *e)
{
	return add_name(o->allow_origins, "allow-origin", value, e);
}

static enum err add_host_name(struct options *o, const char *value, struct errinfo *e)
{
	return add_name(o->allow_hosts, "allow-host", value, e);
}

static enum err set_forward(struct options *o, const char *value, struct errinfo *e)
{
	o->forward = value;
	return forward_url_check("--forward", value, e);
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

static enum err set_fold_repeats(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->fold_repeats = true;
	return ERR_OK;
}

static enum err set_previous(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->previous = true;
	return ERR_OK;
}

static enum err set_send(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->send = true;
	return ERR_OK;
}

static enum err set_edit(struct options *o, const char *value, struct errinfo *e)
{
	o->edit = true;
	return set_send(o, value, e);
}

static enum err set_base_url(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->base_url = value;
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

static enum err set_break(struct options *o, const char *value, struct errinfo *e)
{
	(void)e;
	o->break_at = value;
	return ERR_OK;
}

static enum err set_until_match(struct options *o, const char *value, struct errinfo *e)
{
	(void)value;
	(void)e;
	o->until_match = true;
	return ERR_OK;
}

static enum err set_exec(struct options *o, const char *value, struct errinfo *e)
{
	if (value[0] == '\0')
		return err_set(e, ERR_USAGE, "--exec: no command: give one, as in 'jq .event'");
	o->exec = value;
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

const struct option_entry option_entries[] = {
	{"filter", 'f', "QUERY",
         "only what it lets through, as in the explorer: 'is:error cost:>0.05'; again: both hold",
         AT(COMMAND_EXPLORE) | AT(COMMAND_LS) | AT(COMMAND_STATS) | AT(COMMAND_TAIL), add_filter},
	{"break", 0, "QUERY",
         "the live view stops, with a bell, when that arrives: 'is:error OR cost:>0.50'",
         AT(COMMAND_EXPLORE) | AT(COMMAND_DEMO), set_break},
	{"since", 0, "TIME", "only from then on: 15m 2h 3d today 14:00 2026-11-20T10:00",
         AT(COMMAND_LS) | AT(COMMAND_STATS), set_since},
	{"until", 0, "TIME", "only before then", AT(COMMAND_LS) | AT(COMMAND_STATS), set_until},
	{"sort", 0, "FIELD",
         "by a field, ascending; FIELD-desc descends (cost, or cost_usd as in --json; @PROPERTY)",
         AT(COMMAND_LS) | AT(COMMAND_STATS), set_sort},
	{"by", 0, "FIELD",
         "figures for each value of it: model, provider, user, session, name, tool, status, kind, env, "
         "version, $groups.TYPE, @PROPERTY",
         AT(COMMAND_STATS), set_by},
	{"limit", 0, "N", "at most so many rows", TABLES, set_limit},
	{"fields", 0, "A,B,C",
         "these fields in this order; of events, traces and sessions also @PROPERTY, person.NAME",
         AT(COMMAND_LS) | AT(COMMAND_STATS), set_fields},
	{"json", 0, NULL, "one JSON document (tail, capture: an object a line)",
         PRINTS | AT(COMMAND_CAPTURE) | AT(COMMAND_PRICES) | AT(COMMAND_REPLAY) | AT(COMMAND_HOGQL),
         set_json},
	{"jsonl", 0, NULL, "a JSON object a line",
         PRINTS | AT(COMMAND_CAPTURE) | AT(COMMAND_PRICES) | AT(COMMAND_HOGQL), set_json_lines},
	{"csv", 0, NULL, "comma-separated values with a title line", TABLES, set_csv},
	{"tsv", 0, NULL, "tab-separated values with a title line", TABLES, set_tsv},
	{"md", 0, NULL, "Markdown: a table, show: the conversation", TABLES | AT(COMMAND_SHOW),
         set_markdown},
	{"plain", 0, NULL, "a line per value, for screen readers; show: the conversation as text",
         TABLES | AT(COMMAND_SHOW), set_plain},
	{"fold-repeats", 0, NULL, "a tool called again with the same arguments is one row",
         AT(COMMAND_TREE), set_fold_repeats},
	{"previous", 0, NULL, "with the call of its trace that it shares most messages with",
         AT(COMMAND_DIFF), set_previous},
	{"send", 0, NULL,
         "send it, with the key of the environment (OPENAI_API_KEY and the like); 2: not sent, or "
         "refused as wrong, 3: the key, 4: no whole answer, 5: too many calls",
         AT(COMMAND_REPLAY), set_send},
	{"edit", 0, NULL, "the same, but $VISUAL or $EDITOR has the request before",
         AT(COMMAND_REPLAY), set_edit},
	{"base-url", 0, "URL",
         "where to, in place of the provider's own address: https://gate.example/v1",
         AT(COMMAND_REPLAY) | AT(COMMAND_EXPLORE), set_base_url},
	{"fail-if", 0, "WHAT", "exit 7 when it holds: any or none of them is there, or 'cost>1'",
         AT(COMMAND_LS) | AT(COMMAND_STATS) | AT(COMMAND_TAIL), set_fail_if},
	{"until-match", 0, NULL,
         "end with the first that is printed, exit 0; 1 if the input ends before", AT(COMMAND_TAIL),
         set_until_match},
	{"exec", 0, "CMD",
         "on each that is printed run /bin/sh -c CMD, the event on its stdin, one after the "
         "other; it speaks on stdout, with --json on stderr; --until-match waits for it and "
         "has its exit code unless that is 0",
         AT(COMMAND_TAIL), set_exec},
	{"listen", 0, "ADDR:PORT", "where to take in events (127.0.0.1:8765); port 0: a free one",
         LISTENS, set_listen},
	{"journal", 0, "DIR", "the folder to keep events in", LISTENS, set_journal},
	{"keep", 0, "SIZE,AGE", "how much of it, and how long (4G,30d; 0: no limit)", LISTENS,
         set_keep},
	{"forward", 0, "URL",
         "send what comes in on to PostHog in the background: https://us.i.posthog.com", LISTENS,
         set_forward},
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
const size_t option_count = sizeof(option_entries) / sizeof(option_entries[0]);
_Static_assert(sizeof(option_entries) / sizeof(option_entries[0]) <= OPTIONS_KINDS,
               "room for what is given");
