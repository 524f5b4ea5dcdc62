/* A person's own rows have no date that counts: they are right until they are changed. */
#include "print/price_tables.h"

#include "base/time.h"
#include "draw/format.h"

#define A_DAY (24 * 3600 * TIME_SECOND)

/* Since a date, YYYY-MM-DD; -1 if it is none. */
static int64_t days_since(struct str date, int64_t now)
{
	struct buf text = {0};
	int64_t time;

	buf_append(&text, date);
	buf_puts(&text, "T00:00:00Z");
	time = time_parse(buf_str(&text));
	buf_free(&text);
	return time == TIME_NONE || time > now ? -1 : (now - time) / A_DAY;
}

/* Of the newest table; -1 if none has a date. */
static int64_t age_of(const struct prices *p, int64_t now)
{
	int64_t built_in = days_since(prices_date(p, PRICES_BUILTIN), now);
	int64_t fetched = days_since(prices_date(p, PRICES_FETCHED), now);

	if (built_in < 0 || fetched < 0)
		return built_in > fetched ? built_in : fetched;
	return built_in < fetched ? built_in : fetched;
}

static void append_table(struct buf *out, const struct prices *p, enum price_table table,
                         const char *name)
{
	struct str date = prices_date(p, table);
	size_t rows = prices_count_of(p, table);

	if (rows == 0)
		return;
	buf_printf(out, "   %s ", name);
	buf_append(out, table == PRICES_OWN ? STR_EMPTY : date);
	buf_puts(out, table == PRICES_OWN || date.n == 0 ? "" : ", ");
	format_count(out, (int64_t)rows);
	buf_puts(out, rows == 1 ? " row" : " rows");
}

void price_tables_text(struct buf *out, const struct prices *p, int64_t now, bool all)
{
	int64_t days = age_of(p, now);

	if (!all && days <= PRICE_TABLES_DAYS)
		return;
	buf_puts(out, "prices");
	append_table(out, p, PRICES_BUILTIN, "built in");
	append_table(out, p, PRICES_FETCHED, "fetched");
	append_table(out, p, PRICES_OWN, "own");
	if (days > PRICE_TABLES_DAYS) {
		buf_puts(out, "   ");
		format_count(out, days);
		buf_puts(out, " days old: `tracehog prices update` fetches newer ones");
	}
	buf_add(out, '\n');
}
