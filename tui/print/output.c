/* See output.h. The only global is the standard output's own state, which is the process's. */
#include "print/output.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "draw/width.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
		if (!rows_have(r->model, &c[i]))
			continue;
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
