/* `tracehog prices [MODEL [PROVIDER]]`: what a model costs, which row says so and how it was found. `tracehog prices update`
 * is prices_update.c's. */
#include "print/prices.h"

#include "base/clean.h"
#include "cost/prices_files.h"
#include "draw/cost_text.h"
#include "print/output.h"
#include "print/prices_update.h"

#define A_MILLION 6 /* decimal places between a token and a million of them */

static const char *table_name(enum price_table table)
{
	static const char *const names[] = {
		[PRICES_BUILTIN] = "built in",
		[PRICES_FETCHED] = "fetched",
		[PRICES_OWN] = "own",
	};

	return names[table];
}

static const char *match_word(enum price_match match)
{
	static const char *const words[] = {
		[MATCH_NONE] = "none",     [MATCH_OWN] = "own",       [MATCH_MANUAL] = "manual",
		[MATCH_EXACT] = "exact",   [MATCH_FREE] = "free",     [MATCH_DATED] = "dated",
		[MATCH_INSIDE] = "inside", [MATCH_AROUND] = "around",
	};

	return words[match];
}

static bool is_of_tokens(enum price_of of)
{
	return of != PRICE_REQUEST && of != PRICE_WEB_SEARCH;
}

/* ---- text ------------------------------------------------------------------------------ */

static void append_clean(struct buf *out, struct str text)
{
	clean_append(out, text, 0);
}

static void append_price(struct buf *out, enum price_of of, int64_t price)
{
	buf_add(out, '$');
	decimal_append(out, price, is_of_tokens(of) ? PRICE_SCALE - A_MILLION : PRICE_SCALE);
}

static void append_tiers(struct buf *out, const struct price_row *row, enum price_of of)
{
	for (uint32_t i = 0; i < row->n_tiers; i++) {
		if (row->tiers[i].of != of)
			continue;
		buf_puts(out, "; ");
		append_price(out, of, row->tiers[i].price);
		buf_printf(out, " above %lld prompt tokens", (long long)row->tiers[i].above);
	}
}

static void append_prices(struct buf *out, const struct price_row *row)
{
	for (int at = 0; at < PRICES; at++) {
		enum price_of of = (enum price_of)at;
		size_t before = out->n;

		if (row->price[of] == PRICE_NONE)
			continue;
		buf_printf(out, "  %s", price_name(of));
		buf_pad(out, ' ', before + 18 > out->n ? before + 18 - out->n : 1);
		append_price(out, of, row->price[of]);
		buf_puts(out, is_of_tokens(of) ? " for a million tokens" : " for one");
		append_tiers(out, row, of);
		buf_add(out, '\n');
	}
}

static void append_row(struct buf *out, const struct prices *p, const struct price_row *row)
{
	struct buf text = {0};

	cost_text_row(&text, p, row);
	append_clean(out, buf_str(&text));
	buf_add(out, '\n');
	buf_free(&text);
}

static void append_posthog(struct buf *out, const struct prices *p,
                           const struct price_choice *choice)
{
	if (choice->posthog == choice->row)
		return;
	buf_puts(out, "PostHog would price it by ");
	if (choice->posthog == NULL) {
		buf_puts(out, "no row: it has no cost there\n");
		return;
	}
	append_row(out, p, choice->posthog);
	append_prices(out, choice->posthog);
}

static void append_choice(struct buf *out, const struct prices *p,
                          const struct price_choice *choice)
{
	if (choice->row == NULL) {
		buf_puts(out, "no price: its cost is shown as $?\n");
		append_posthog(out, p, choice);
		return;
	}
	append_row(out, p, choice->row);
	buf_printf(out, "  found as %s\n", cost_text_match(choice->match));
	if (choice->row != choice->matched) {
		buf_puts(out, "  whose provider has prices of its own; matched was ");
		append_row(out, p, choice->matched);
	}
	append_prices(out, choice->row);
	append_posthog(out, p, choice);
}

/* ---- JSON ------------------------------------------------------------------------------ */

static void write_tiers(struct json_writer *w, const struct price_row *row)
{
	json_write_key(w, "tiers");
	json_begin_array(w);
	for (uint32_t i = 0; i < row->n_tiers; i++) {
		json_begin_object(w);
		json_write_key(w, "price");
		json_write_text(w, str_of(price_name(row->tiers[i].of)));
		json_write_key(w, "above_tokens");
		json_write_int(w, row->tiers[i].above);
		json_write_key(w, "usd");
		json_write_decimal(w, row->tiers[i].price, PRICE_SCALE);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_row(struct json_writer *w, const char *key, const struct prices *p,
                      const struct price_row *row)
{
	json_write_key(w, key);
	if (row == NULL) {
		json_write_null(w);
		return;
	}
	json_begin_object(w);
	json_write_key(w, "model");
	json_write_text(w, row->model);
	json_write_key(w, "provider");
	json_write_text(w, row->provider);
	json_write_key(w, "table");
	json_write_text(w, str_of(table_name(row->table)));
	json_write_key(w, "date");
	json_write_text(w, prices_date(p, row->table));
	json_write_key(w, "line");
	json_write_int(w, row->line);
	json_write_key(w, "usd");
	json_begin_object(w);
	for (int of = 0; of < PRICES; of++)
		if (row->price[of] != PRICE_NONE) {
			json_write_key(w, price_name((enum price_of)of));
			json_write_decimal(w, row->price[of], PRICE_SCALE);
		}
	json_end_object(w);
	write_tiers(w, row);
	json_end_object(w);
}

void print_json_price_choice(struct json_writer *w, const struct prices *p,
                             const struct price_choice *choice)
{
	json_write_key(w, "match");
	json_write_text(w, str_of(match_word(choice->match)));
	write_row(w, "row", p, choice->row);
	write_row(w, "posthog", p, choice->posthog);
}

static void write_choice(const struct options *o, const struct prices *p, struct str model,
                         struct str provider, const struct price_choice *choice)
{
	struct buf out = {0};
	struct json_writer w;

	output_json(&w, &out, o->format == FORMAT_JSON);
	json_begin_object(&w);
	json_write_key(&w, "model");
	json_write_text(&w, model);
	json_write_key(&w, "provider");
	json_write_text(&w, provider);
	print_json_price_choice(&w, p, choice);
	json_end_object(&w);
	json_writer_end(&w);
	output_write(STR("\n"));
	buf_free(&out);
}

/* ---- the command -------------------------------------------------------------------------- */

static int print_model(const struct options *o, const struct prices *p)
{
	struct str model = str_of(o->words[0]);
	struct str provider = o->n_words > 1 ? str_of(o->words[1]) : STR_EMPTY;
	struct price_choice choice;
	struct buf out = {0};

	prices_find(p, model, provider, STR_EMPTY, 0, &choice);
	if (o->format == FORMAT_JSON || o->format == FORMAT_JSON_LINES) {
		write_choice(o, p, model, provider, &choice);
	} else {
		append_choice(&out, p, &choice);
		output_write(buf_str(&out));
	}
	buf_free(&out);
	return choice.row != NULL ? EXIT_OK : EXIT_NOTHING;
}

static void append_table(struct buf *out, const struct prices *p, enum price_table table)
{
	struct buf path = {0};
	struct str date = prices_date(p, table);
	size_t n = prices_count_of(p, table);

	buf_printf(out, "%-9s %5zu rows", table_name(table), n);
	if (date.n > 0) {
		buf_puts(out, "  ");
		buf_append(out, date);
	}
	if (table != PRICES_BUILTIN && prices_path(&path, table, NULL) == ERR_OK) {
		buf_puts(out, "  ");
		append_clean(out, buf_str(&path));
	}
	if (table == PRICES_FETCHED && n == 0)
		buf_puts(out, "  (`tracehog prices update` fetches it)");
	buf_add(out, '\n');
	buf_free(&path);
}

static int print_tables(const struct prices *p)
{
	struct buf out = {0};

	append_table(&out, p, PRICES_OWN);
	append_table(&out, p, PRICES_FETCHED);
	append_table(&out, p, PRICES_BUILTIN);
	output_write(buf_str(&out));
	buf_free(&out);
	return EXIT_OK;
}

int print_prices(struct options *o)
{
	struct prices *p;
	struct errinfo e = {0};
	int code;

	if (o->n_words > 0 && str_eq(str_of(o->words[0]), STR("update")))
		return print_prices_update(o);
	if (o->n_words > 2) {
		output_error("prices: too many words: give a model, and a provider if you like");
		return EXIT_BAD_USAGE;
	}
	if (prices_open(&p, &e) != ERR_OK)
		output_error(e.msg);
	code = o->n_words == 0 ? print_tables(p) : print_model(o, p);
	prices_free(p);
	return output_end(e.code != ERR_OK ? EXIT_UNREADABLE : code);
}
