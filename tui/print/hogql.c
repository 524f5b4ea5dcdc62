/* The query is the first word, or standard input where that is - or the source stands in its place; the source is posthog:
 * where none is named, since nothing else can be asked in HogQL. Asking is collect/posthog_hogql.c's. */
#include "print/hogql.h"

#include "base/clean.h"
#include "base/csv.h"
#include "collect/posthog_hogql.h"
#include "draw/format.h"
#include "print/formats.h"
#include "print/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define QUERY_MAX     ((size_t)1 << 20)
#define VALUE_COLUMNS 60

/* What the command line says. */
struct asked {
	struct buf query;
	char *source;
};

static bool is_posthog(const struct options *o, const char *word)
{
	struct source_choice choice;

	return source_choose(&choice, o, word, NULL) == ERR_OK && choice.kind == SOURCE_POSTHOG;
}

static enum err read_stdin(struct buf *query, struct errinfo *e)
{
	char bytes[4096];
	ssize_t n;

	if (isatty(STDIN_FILENO))
		return err_set(
			e, ERR_USAGE,
			"hogql: the query is missing: use `tracehog hogql 'SELECT ...'`, or - "
			"for standard input");
	query->max = QUERY_MAX;
	while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_append(query, (struct str){bytes, (size_t)n});
	if (n < 0)
		return err_set(e, ERR_IO, "standard input cannot be read (%s)", strerror(errno));
	if (query->full)
		return err_set(e, ERR_USAGE, "hogql: a query over 1 MiB: is it one?");
	return ERR_OK;
}

static enum err read_words(struct asked *asked, const struct options *o, struct errinfo *e)
{
	static char posthog[] = "posthog:";
	bool source_first = o->n_words == 1 && is_posthog(o, o->words[0]);
	bool has_query = o->n_words > 0 && !source_first;
	char *named = o->n_words > 1 ? o->words[1] : source_first ? o->words[0] : posthog;
	enum err err = ERR_OK;

	asked->source = named;
	if (o->n_words > 2)
		return err_set(e, ERR_USAGE,
		               "hogql: one query and one source: quote the query: %.60s",
		               o->words[2]);
	if (!is_posthog(o, named))
		return err_set(e, ERR_USAGE,
		               "hogql: %.60s is no PostHog source: HogQL is asked of PostHog: use "
		               "posthog:, posthog:PROJECT_ID or a name of one from the config",
		               named);
	if (has_query && strcmp(o->words[0], "-") != 0)
		buf_puts(&asked->query, o->words[0]);
	else
		err = read_stdin(&asked->query, e);
	if (err == ERR_OK && str_trim(buf_str(&asked->query)).n == 0)
		err = err_set(e, ERR_USAGE, "hogql: the query is empty: use 'SELECT ...'");
	return err;
}

/* ---- the result ---- */

static const struct hogql_column *column_of(const void *of, size_t column)
{
	return &((const struct hogql_result *)of)->columns[column];
}

static struct str key(const void *of, size_t column)
{
	return column_of(of, column)->key;
}

static void title(const void *of, size_t column, struct buf *out)
{
	clean_append(out, column_of(of, column)->name, 0);
}

static bool is_right(const void *of, size_t column)
{
	return column_of(of, column)->numeric;
}

static void cell_text(const void *of, size_t column, uint32_t row, struct buf *out)
{
	struct buf raw = {0};

	hogql_text(of, row, (uint32_t)column, &raw);
	if (hogql_type(of, row, (uint32_t)column) == JSON_NULL)
		buf_add(&raw, '-');
	clean_append(out, buf_str(&raw), 0);
	buf_free(&raw);
}

static void cell_separated(const void *of, size_t column, uint32_t row, bool escaped,
                           struct buf *out)
{
	struct buf raw = {0};

	hogql_text(of, row, (uint32_t)column, &raw);
	csv_guarded(out, buf_str(&raw), escaped);
	buf_free(&raw);
}

static void cell_json(const void *of, size_t column, uint32_t row, struct json_writer *w)
{
	json_write_raw(w, hogql_json(of, row, (uint32_t)column));
}

static void print_result(const struct hogql_result *r, const struct options *o)
{
	static const struct sheet_class class = {
		.name = key,
		.title = title,
		.text = cell_text,
		.separated = cell_separated,
		.json = cell_json,
		.right = is_right,
	};
	struct sheet s = {.class = &class,
	                  .of = r,
	                  .columns = r->n_columns,
	                  .rows = r->rows,
	                  .longest = VALUE_COLUMNS};

	if (o->limit != 0 && o->limit < s.rows)
		s.rows = o->limit;
	sheet_print(&s, o->format);
}

static void say_missing(const struct hogql_result *r)
{
	struct buf text = {0};

	if (r->more) {
		format_count(&text, r->rows);
		buf_puts(&text, " rows, more on the server: add LIMIT to the query");
		output_error(buf_text(&text));
	}
	buf_clear(&text);
	if (r->left_out > 0) {
		format_count(&text, r->left_out);
		buf_puts(&text, " of the rows from PostHog made no sense: left out");
		output_error(buf_text(&text));
	}
	buf_free(&text);
}

/* ---- asking ---- */

static void on_change(void *ctx)
{
	(void)ctx;
}

static int tell_failure(const struct hogql *h)
{
	struct buf text = {0};

	if (h->said.n > 0) {
		buf_puts(&text, "PostHog refuses the query: ");
		buf_append(&text, buf_str(&h->said));
		output_error(buf_text(&text));
	} else {
		output_error(h->why.msg);
	}
	buf_free(&text);
	output_place(buf_str(&h->query), h->why.pos);
	return output_trouble_code(h->trouble);
}

static int ask(struct explorer *x, const struct asked *asked, const struct options *o)
{
	struct hogql *h = hogql_new(explorer_posthog(x), on_change, NULL);
	int code;

	hogql_ask(h, buf_str(&asked->query));
	while (h->state == HOGQL_RUNNING && loop_step(explorer_loop(x), true))
		;
	if (h->state == HOGQL_DONE) {
		print_result(h->result, o);
		say_missing(h->result);
		code = h->result->rows > 0 ? EXIT_OK : EXIT_NOTHING;
	} else {
		code = tell_failure(h);
	}
	hogql_free(h);
	return code;
}

int print_hogql(const struct options *o)
{
	struct loop *loop = loop_new();
	struct asked asked = {0};
	struct explorer *x = NULL;
	struct errinfo e = {0};
	enum err err = read_words(&asked, o, &e);
	int code = exit_of_err(err);

	if (err == ERR_OK)
		x = output_open(loop, o, &asked.source, 1, &code);
	else
		output_error(e.msg);
	if (x != NULL)
		code = ask(x, &asked, o);
	explorer_free(x);
	loop_free(loop);
	buf_free(&asked.query);
	return output_end(code);
}
