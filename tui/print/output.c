/* See output.h. The only global is the standard output's own state, which is the process's. */
#include "print/output.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/width.h"
#include "print/capture.h"
#include "print/fetch.h"
#include "print/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of a long text that are shown around a mistake. */
#define BEFORE 60u
#define AFTER  60u

void output_write(struct str bytes)
{
	if (!ferror(stdout))
		fwrite(bytes.p, 1, bytes.n, stdout);
}

int output_end(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	output_error("standard output: cannot be written: is the disk full?");
	return EXIT_UNREADABLE;
}

int output_exit(const struct options *o, uint64_t n, bool held, int code)
{
	if (code != EXIT_OK)
		return code;
	if ((o->fail_if == FAIL_ANY && n > 0) || (o->fail_if == FAIL_NONE && n == 0) ||
	    (o->fail_if == FAIL_CONDITION && held))
		return EXIT_FAIL_IF;
	return n > 0 ? EXIT_OK : EXIT_NOTHING;
}

static void flush_json(void *ctx, struct str bytes)
{
	(void)ctx;
	output_write(bytes);
}

void output_json(struct json_writer *w, struct buf *out, bool pretty)
{
	*w = (struct json_writer){.out = out, .flush = flush_json, .pretty = pretty};
}

void output_error(const char *text)
{
	struct buf clean = {0};

	buf_puts(&clean, "tracehog: ");
	clean_append(&clean, str_of(text), 0);
	buf_add(&clean, '\n');
	fwrite(clean.p, 1, clean.n, stderr);
	buf_free(&clean);
}

/* Not within a character. */
static size_t between(struct str text, size_t at)
{
	while (at < text.n && at > 0 && ((unsigned char)text.p[at] & 0xc0) == 0x80)
		at--;
	return at < text.n ? at : text.n;
}

static void put_place(struct buf *out, struct str text, size_t pos)
{
	size_t from = pos > BEFORE ? between(text, pos - BEFORE) : 0;
	size_t to = between(text, pos + AFTER);
	size_t line = out->n;
	int column;

	buf_puts(out, from > 0 ? "  ..." : "  ");
	clean_append(out, str_sub(text, from, pos - from), 0);
	column = width_text(str_sub(buf_str(out), line, SIZE_MAX));
	clean_append(out, str_sub(text, pos, to - pos), 0);
	buf_puts(out, to < text.n ? "...\n" : "\n");
	buf_pad(out, ' ', (size_t)column);
	buf_puts(out, "^\n");
}

void output_place(struct str text, uint64_t pos)
{
	struct buf out = {0};
	size_t at = pos < text.n ? (size_t)pos : text.n, start = at;

	if (pos == ERR_NO_POS)
		return;
	while (start > 0 && text.p[start - 1] != '\n')
		start--;
	text = str_sub(text, start, SIZE_MAX);
	text = str_sub(text, 0, str_find(text, STR("\n"), at - start, false));
	put_place(&out, text, at - start);
	fwrite(buf_str(&out).p, 1, out.n, stderr);
	buf_free(&out);
}

void output_value(struct json_writer *w, const struct value *v)
{
	struct buf time = {0};

	switch (v->type) {
	case VALUE_UNKNOWN:
		json_write_null(w);
		break;
	case VALUE_TEXT:
		json_write_text(w, v->text);
		break;
	case VALUE_COUNT:
	case VALUE_TOKENS:
		json_write_decimal(w, v->number, 0);
		break;
	case VALUE_MONEY:
	case VALUE_PERCENT:
		json_write_decimal(w, v->number, MONEY_SCALE);
		break;
	case VALUE_SECONDS:
		json_write_decimal(w, v->number, 6);
		break;
	case VALUE_TIME:
		time_append_rfc3339(&time, (int64_t)v->number);
		json_write_text(w, buf_str(&time));
		buf_free(&time);
		break;
	case VALUE_BOOL:
		json_write_bool(w, v->number != 0);
		break;
	}
}

void output_row(struct json_writer *w, const struct rows *r, uint32_t row)
{
	size_t n;
	const struct column *c = rows_columns(r->query.kind, &n);
	struct buf scratch = {0};
	struct value v;

	for (size_t i = 0; i < n; i++) {
		c[i].get(r, row, &v, &scratch);
		json_write_key(w, c[i].name);
		output_value(w, &v);
	}
	buf_free(&scratch);
}

void output_event_rows(struct rows *r, struct model *m, uint32_t event)
{
	*r = (struct rows){.model = m, .n = 1, .total = 1};
	query_init(&r->query, ROWS_GENERATIONS);
	r->at = mem_alloc(1, sizeof(*r->at));
	r->at[0] = event;
}

void output_key_int(struct json_writer *w, const char *key, int64_t value)
{
	json_write_key(w, key);
	json_write_int(w, value);
}

void output_key_money(struct json_writer *w, const char *key, money value)
{
	json_write_key(w, key);
	json_write_decimal(w, value, MONEY_SCALE);
}

static void json_tokens(struct json_writer *w, const struct totals *t)
{
	json_write_key(w, "tokens");
	json_begin_object(w);
	output_key_int(w, "input", t->input);
	output_key_int(w, "output", t->output);
	output_key_int(w, "cache_read", t->cache_read);
	output_key_int(w, "cache_write", t->cache_write);
	output_key_int(w, "reasoning", t->reasoning);
	json_end_object(w);
}

/* Absent means unknown. */
static void json_cost(struct json_writer *w, const struct totals *t)
{
	money total;

	json_write_key(w, "cost");
	json_begin_object(w);
	output_key_money(w, "reported_usd", t->cost_reported);
	output_key_money(w, "estimated_usd", t->cost_estimated);
	if (totals_cost(t, &total) || t->unpriced == 0)
		output_key_money(w, "total_usd", total);
	output_key_int(w, "reported_events", t->reported);
	output_key_int(w, "estimated_events", t->estimated);
	output_key_int(w, "unpriced_events", t->unpriced);
	json_end_object(w);
}

void output_totals(struct json_writer *w, const struct totals *t)
{
	json_tokens(w, t);
	json_cost(w, t);
}

/* ---- sources ------------------------------------------------------------------------------------------------------- */

/* Who follows waits for a file that is not there yet; but where a command could stand, a word that looks like
 * no file is more likely a command with a slip. */
static bool is_awaited(const struct options *o, const char *path)
{
	struct stat status;

	if (o == NULL || o->no_follow || lstat(path, &status) == 0 || errno != ENOENT)
		return false;
	return o->command == COMMAND_TAIL ||
	       (o->command == COMMAND_EXPLORE && strpbrk(path, "./") != NULL);
}

static bool add(struct explorer *x, const struct options *follows, const char *path, int *code)
{
	struct errinfo e = {0};
	bool awaited = is_awaited(follows, path);
	enum err err = awaited ? explorer_await_file(x, path, &e) : explorer_add_file(x, path, &e);

	if (awaited && err == ERR_OK)
		err_set(&e, ERR_OK, "%s: not there yet: waited for", path);
	if (awaited || err != ERR_OK)
		output_error(e.msg);
	if (err != ERR_OK)
		*code = EXIT_UNREADABLE;
	return err == ERR_OK;
}

static void error_about(const char *path, const char *what)
{
	struct buf text = {0};

	buf_printf(&text, "%s: %s", path, what);
	output_error(buf_text(&text));
	buf_free(&text);
}

struct folder_walk {
	struct explorer *explorer;
	uint32_t added;
	int *code;
};

static void on_file(void *ctx, const char *path)
{
	struct folder_walk *w = ctx;

	w->added += add(w->explorer, NULL, path, w->code);
}

static void on_trouble(void *ctx, const char *why)
{
	struct folder_walk *w = ctx;

	output_error(why);
	*w->code = EXIT_UNREADABLE;
}

/* A folder without events is no error, nor is one that does not exist yet. */
static uint32_t add_folder(struct explorer *x, const char *folder, int *code)
{
	struct folder_walk w = {.explorer = x, .code = code};
	struct walk_events events = {.file = on_file, .trouble = on_trouble, .ctx = &w};

	walk_folder(folder, &events);
	if (w.added == 0 && *code == EXIT_OK)
		error_about(folder, "no events here yet: name a file, or try `tracehog demo`");
	return w.added;
}

/* A copy: the terminal may come to stand in its place. */
static bool add_stdin(struct explorer *x, int *code)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	struct errinfo e = {0};
	enum err err;

	if (fd < 0)
		err = err_set(&e, ERR_IO, "standard input cannot be read (%s)", strerror(errno));
	else
		err = explorer_add_stdin(x, fd, &e);
	if (err == ERR_OK)
		return true;
	output_error(e.msg);
	*code = EXIT_UNREADABLE;
	return false;
}

/* What the capture endpoint wrote, with the segments that come while it is followed. */
static uint32_t add_journal(struct explorer *x, const struct options *o, const char *named,
                            int *code)
{
	uint32_t before = explorer_source_count(x), added;
	struct buf folder = {0};
	struct errinfo e = {0};
	enum err err = ERR_OK;

	if (named[0] != '\0')
		buf_puts(&folder, named);
	else
		err = capture_folder(&folder, o, &e);
	if (err == ERR_OK)
		err = explorer_add_folder(x, buf_text(&folder), &e);
	added = explorer_source_count(x) - before;
	if (err != ERR_OK) {
		output_error(e.msg);
		*code = EXIT_UNREADABLE;
	} else if (added == 0) {
		error_about(buf_text(&folder),
		            "no events here yet: name a file, or try `tracehog demo`");
	}
	buf_free(&folder);
	return added;
}

static uint32_t add_posthog(struct explorer *x, const struct options *o,
                            const struct source_choice *s, int *code)
{
	bool tails = o != NULL && o->command == COMMAND_TAIL && !o->no_follow;
	bool patient = tails || (o != NULL && o->command == COMMAND_EXPLORE);
	struct source_choice choice = *s;
	struct errinfo e = {0};
	enum posthog_trouble trouble;

	/* What was fetched before is nothing that arrives. */
	choice.no_cache |= tails;
	trouble = source_open_posthog(x, &choice, patient, &e);

	if (trouble == POSTHOG_FINE)
		return 1;
	output_error(e.msg);
	*code = output_trouble_code(trouble);
	return 0;
}

/* What the words of a command line mean. */
struct sources {
	struct source_choice *all;
	int n;
};

static enum err choose_all(struct sources *s, const struct options *o, char *const *words,
                           struct errinfo *e)
{
	enum err err = ERR_OK;
	bool posthog = false;
	int n_stdin = 0;

	for (int i = 0; err == ERR_OK && i < s->n; i++) {
		err = source_choose(&s->all[i], o, words[i], e);
		posthog |= s->all[i].kind == SOURCE_POSTHOG;
		n_stdin += s->all[i].kind == SOURCE_STDIN;
	}
	if (err == ERR_OK && n_stdin > 1)
		err = err_set(e, ERR_USAGE, "-: standard input can be read once: name it once");
	if (err == ERR_OK && posthog && s->n > 1)
		err = err_set(
			e, ERR_USAGE,
			"a PostHog source beside another one: that cannot be yet: name it alone");
	if (err == ERR_OK && !posthog && o != NULL && (o->host != NULL || o->project != 0))
		err = err_set(e, ERR_USAGE, "--%s: none of the sources is PostHog's: name posthog:",
		              o->host != NULL ? "host" : "project");
	return err;
}

static uint32_t add_all(struct explorer *x, const struct options *o, bool follows,
                        const struct sources *s, int *code)
{
	uint32_t added = 0;
	bool journal = false;

	for (int i = 0; i < s->n; i++) {
		const struct source_choice *choice = &s->all[i];
		/* An explorer follows one folder. */
		if (journal && choice->kind == SOURCE_JOURNAL)
			continue;
		journal |= choice->kind == SOURCE_JOURNAL;
		switch (choice->kind) {
		case SOURCE_FILE:
			added += add(x, follows ? o : NULL, choice->path, code);
			break;
		case SOURCE_STDIN:
			added += add_stdin(x, code);
			break;
		case SOURCE_FOLDER:
			added += add_folder(x, choice->path, code);
			break;
		case SOURCE_JOURNAL:
			added += add_journal(x, o, choice->path, code);
			break;
		case SOURCE_POSTHOG:
			added += add_posthog(x, o, choice, code);
			break;
		}
	}
	return added;
}

static void say_notices(const struct explorer *x)
{
	if (explorer_prices_notice(x) != NULL)
		output_error(explorer_prices_notice(x));
	for (uint32_t i = 0; i < explorer_source_count(x); i++)
		if (explorer_source_notice(x, i) != NULL)
			output_error(explorer_source_notice(x, i));
}

/* A source takes a descriptor or two: as many as may be open without asking anybody. */
static void allow_descriptors(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

static struct explorer *open_all(struct loop *loop, const struct options *o, bool follows,
                                 char *const *words, int n, int *code)
{
	static char journal[] = "journal:";
	static char *const no_words[] = {journal};
	struct sources s = {.n = n > 0 ? n : 1};
	struct explorer *x = explorer_new(loop);
	struct errinfo e = {0};
	uint32_t added = 0;
	enum err err;

	allow_descriptors();
	s.all = mem_zero((size_t)s.n, sizeof(*s.all));
	err = choose_all(&s, o, n > 0 ? words : no_words, &e);
	*code = exit_of_err(err);
	if (err == ERR_OK)
		added = add_all(x, o, follows, &s, code);
	else
		output_error(e.msg);
	say_notices(x);
	mem_free(s.all);
	if (added > 0 || *code == EXIT_OK)
		return x;
	explorer_free(x);
	return NULL;
}

struct explorer *output_open(struct loop *loop, const struct options *o, char *const *words, int n,
                             int *code)
{
	return open_all(loop, o, true, words, n, code);
}

struct explorer *output_load(struct loop *loop, const struct options *o, char *const *words, int n,
                             int *code)
{
	struct explorer *x = open_all(loop, o, false, words, n, code);

	if (x == NULL)
		return NULL;
	explorer_start(x, false);
	explorer_load(x);
	if (explorer_posthog(x) != NULL)
		*code = fetch_all(x, o);
	*code = output_sources_code(x, *code);
	return x;
}

int output_trouble_code(enum posthog_trouble trouble)
{
	switch (trouble) {
	case POSTHOG_FINE:
		return EXIT_OK;
	case POSTHOG_BAD_QUERY:
	case POSTHOG_BAD_HOST:
		return EXIT_BAD_USAGE;
	case POSTHOG_NOT_ALLOWED:
		return EXIT_NOT_ALLOWED;
	case POSTHOG_LIMITED:
		return EXIT_LIMITED;
	default:
		return EXIT_NETWORK;
	}
}

int output_sources_code(const struct explorer *x, int code)
{
	for (uint32_t i = 0; i < explorer_source_count(x); i++) {
		const struct loader_status *s = explorer_source(x, i);
		if (s->state != LOADER_FAILED)
			continue;
		output_error(s->error.msg);
		code = EXIT_UNREADABLE;
	}
	return code;
}
