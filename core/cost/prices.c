/* The rows of the price tables: read from TSV, kept in the order in which they count: a person's own, those that were fetched,
 * those built in. How names are found is left to prices_forms.c, which row is for a model to prices_match.c. */
#include "base/decimal.h"
#include "base/mem.h"
#include "cost/prices_internal.h"

#define COLUMNS_MAX 32
#define TIERS_MAX   16 /* of a row */

const char *price_name(enum price_of of)
{
	static const char *const names[PRICES] = {
		[PRICE_PROMPT] = "prompt",
		[PRICE_COMPLETION] = "completion",
		[PRICE_CACHE_READ] = "cache_read",
		[PRICE_CACHE_WRITE] = "cache_write",
		[PRICE_CACHE_WRITE_1H] = "cache_write_1h",
		[PRICE_REQUEST] = "request",
		[PRICE_WEB_SEARCH] = "web_search",
		[PRICE_IMAGE] = "image",
		[PRICE_IMAGE_OUTPUT] = "image_output",
		[PRICE_AUDIO] = "audio",
		[PRICE_AUDIO_OUTPUT] = "audio_output",
		[PRICE_AUDIO_CACHE] = "audio_cache",
	};

	return names[of];
}

int64_t price_at(const struct price_row *row, enum price_of of, int64_t prompt_tokens)
{
	int64_t price = row->price[of];

	for (uint32_t i = 0; i < row->n_tiers; i++)
		if (row->tiers[i].of == of && prompt_tokens > row->tiers[i].above)
			price = row->tiers[i].price;
	return price;
}

/* ---- reading a table --------------------------------------------------------- */

struct reading {
	enum price_table table;
	struct price_list *list; /* being made */
	uint32_t line;
	int columns[COLUMNS_MAX]; /* enum price_of, or one of these; by place */
#define COLUMN_OTHER    (-1)
#define COLUMN_MODEL    (-2)
#define COLUMN_PROVIDER (-3)
#define COLUMN_TIERS    (-4)
	uint32_t n_columns; /* 0: not named yet */
	struct errinfo *e;
};

static enum err wrong(const struct reading *r, const char *why, struct str text)
{
	enum err code = err_set(r->e, ERR_PARSE, "line %u: %s: %.*s", r->line, why,
	                        (int)(text.n < 60 ? text.n : 60), text.p);

	if (r->e != NULL)
		r->e->pos = r->line;
	return code;
}

/* Up to the next `mark`, which is taken too. False at the end. */
static bool next_field(struct str *rest, char mark, struct str *field)
{
	const char *end;

	if (rest->p == NULL)
		return false;
	end = rest->n > 0 ? memchr(rest->p, mark, rest->n) : NULL;
	if (end == NULL) {
		*field = *rest;
		rest->p = NULL;
		return true;
	}
	*field = (struct str){rest->p, (size_t)(end - rest->p)};
	*rest = str_sub(*rest, field->n + 1, SIZE_MAX);
	return true;
}

static int price_named(struct str name)
{
	for (int of = 0; of < PRICES; of++)
		if (str_eq(name, str_of(price_name((enum price_of)of))))
			return of;
	return COLUMN_OTHER;
}

static int column_named(struct str name)
{
	if (str_eq(name, STR("model")))
		return COLUMN_MODEL;
	if (str_eq(name, STR("provider")))
		return COLUMN_PROVIDER;
	return str_eq(name, STR("tiers")) ? COLUMN_TIERS : price_named(name);
}

static enum err read_columns(struct reading *r, struct str line)
{
	bool model = false;
	struct str name;

	while (next_field(&line, '\t', &name)) {
		if (r->n_columns == COLUMNS_MAX)
			return wrong(r, "too many columns", name);
		r->columns[r->n_columns] = column_named(str_trim(name));
		model = model || r->columns[r->n_columns] == COLUMN_MODEL;
		r->n_columns++;
	}
	return model ? ERR_OK : wrong(r, "no column is named model", line.p ? line : STR_EMPTY);
}

static enum err read_price(struct reading *r, struct str text, int64_t *out)
{
	if (decimal_parse(text, PRICE_SCALE, out) != ERR_OK || *out < 0)
		return wrong(r, "not a price in USD", text);
	return ERR_OK;
}

/* `prompt>200000=0.000006` */
static enum err read_tier(struct reading *r, struct str text, struct price_tier *out)
{
	size_t above = str_find(text, STR(">"), 0, false),
	       equals = str_find(text, STR("="), 0, false);
	int of;

	if (above == SIZE_MAX || equals == SIZE_MAX || equals < above)
		return wrong(r, "not a tier", text);
	of = price_named(str_sub(text, 0, above));
	if (of < 0 || !str_to_i64(str_sub(text, above + 1, equals - above - 1), &out->above) ||
	    out->above < 0)
		return wrong(r, "not a tier", text);
	out->of = (enum price_of)of;
	return read_price(r, str_sub(text, equals + 1, SIZE_MAX), &out->price);
}

static enum err read_tiers(struct reading *r, struct str text, struct price_row *row)
{
	struct price_tier *tiers = arena_alloc(&r->list->arena, TIERS_MAX * sizeof(*tiers));
	struct price_tier tier = {0};
	struct str one;

	/* Of two columns of that name the last counts, as it does for prices. */
	row->n_tiers = 0;
	while (next_field(&text, ';', &one)) {
		uint32_t at = row->n_tiers;

		if (at == TIERS_MAX)
			return wrong(r, "too many tiers", one);
		if (read_tier(r, str_trim(one), &tier) != ERR_OK)
			return ERR_PARSE;
		for (; at > 0 && tiers[at - 1].above > tier.above; at--)
			tiers[at] = tiers[at - 1];
		tiers[at] = tier;
		row->n_tiers++;
	}
	row->tiers = tiers;
	return ERR_OK;
}

static enum err read_field(struct reading *r, int column, struct str text, struct price_row *row)
{
	if (text.n == 0 || column == COLUMN_OTHER)
		return ERR_OK;
	if (column == COLUMN_MODEL)
		row->model = prices_lower(&r->list->arena, text);
	else if (column == COLUMN_PROVIDER)
		row->provider = prices_lower(&r->list->arena, text);
	else if (column == COLUMN_TIERS)
		return read_tiers(r, text, row);
	else
		return read_price(r, text, &row->price[column]);
	return ERR_OK;
}

static bool has_price(const struct price_row *row)
{
	for (int of = 0; of < PRICES; of++)
		if (row->price[of] != PRICE_NONE)
			return true;
	return false;
}

static void add_row(struct price_list *list, const struct price_row *row)
{
	struct price_entry *entry;

	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 256;
		list->entries = mem_resize(list->entries, list->cap, sizeof(*list->entries));
	}
	entry = &list->entries[list->n++];
	entry->row = arena_alloc(&list->arena, sizeof(*row));
	*entry->row = *row;
}

static enum err read_row(struct reading *r, struct str line)
{
	struct price_row row = {.table = r->table, .line = r->line};
	struct str field, rest = line;

	for (int of = 0; of < PRICES; of++)
		row.price[of] = PRICE_NONE;
	for (uint32_t i = 0; i < r->n_columns && next_field(&rest, '\t', &field); i++)
		if (read_field(r, r->columns[i], str_trim(field), &row) != ERR_OK)
			return ERR_PARSE;
	if (row.model.n == 0)
		return wrong(r, "no model", line);
	if (!has_price(&row))
		return wrong(r, "no price", line);
	add_row(r->list, &row);
	return ERR_OK;
}

/* YYYY-MM-DD: dates of one form compare as texts. */
static void read_remark(struct price_list *list, struct str line)
{
	static const char form[] = "0000-00-00";

	for (size_t at = 0; at + sizeof(form) - 1 <= line.n; at++) {
		struct str date = str_sub(line, at, sizeof(form) - 1);
		bool fits = true;

		for (size_t i = 0; fits && i < date.n; i++)
			fits = form[i] == '-' ? date.p[i] == '-'
			                      : date.p[i] >= '0' && date.p[i] <= '9';
		if (fits && str_cmp(date, list->date) > 0)
			list->date = arena_copy(&list->arena, date);
	}
}

static enum err read_line(struct reading *r, struct str line)
{
	r->line++;
	if (str_ends(line, STR("\r")))
		line.n--;
	if (str_trim(line).n == 0)
		return ERR_OK;
	if (line.p[0] == '#') {
		read_remark(r->list, line);
		return ERR_OK;
	}
	return r->n_columns == 0 ? read_columns(r, line) : read_row(r, line);
}

static void list_free(struct price_list *list)
{
	mem_free(list->entries);
	mem_free(list->forms);
	arena_free(&list->arena);
	*list = (struct price_list){0};
}

enum err prices_add(struct prices *p, enum price_table table, struct str text, struct errinfo *e)
{
	struct price_list list = {0};
	struct reading r = {.table = table, .list = &list, .e = e};
	struct str line;

	while (next_field(&text, '\n', &line))
		if (read_line(&r, line) != ERR_OK) {
			list_free(&list);
			return ERR_PARSE;
		}
	price_list_index(&list);
	list_free(&p->lists[table]);
	p->lists[table] = list;
	return ERR_OK;
}

struct prices *prices_new(void)
{
	struct prices *p = mem_zero(1, sizeof(*p));
	struct errinfo e = {0};
	enum err code = prices_add(p, PRICES_BUILTIN, prices_builtin, &e);

	assert(code == ERR_OK); /* the table is ours */
	(void)code;
	return p;
}

void prices_free(struct prices *p)
{
	if (p == NULL)
		return;
	for (int table = 0; table < PRICE_TABLES; table++)
		list_free(&p->lists[table]);
	mem_free(p);
}

struct str prices_date(const struct prices *p, enum price_table table)
{
	return p->lists[table].date;
}

size_t prices_count_of(const struct prices *p, enum price_table table)
{
	return p->lists[table].n;
}

size_t prices_count(const struct prices *p)
{
	size_t n = 0;

	for (int table = 0; table < PRICE_TABLES; table++)
		n += p->lists[table].n;
	return n;
}
