/* Numbers and times as people read them, in few columns. Units always shown; unknown is never 0. */
#ifndef DRAW_FORMAT_H
#define DRAW_FORMAT_H

#include "cost/prices.h"
#include "draw/role.h"
#include "query/rows.h"

void format_count(struct buf *out, int64_t n);  /* 4,812 */
void format_tokens(struct buf *out, int64_t n); /* 310, 6.4k, 41k, 1.2M */
void format_money(struct buf *out,
                  money amount); /* $0.184, $1.64, $0.000012; 4 significant digits below $1 */
/* Where a sum is shown so that it can be checked: every digit, cents at least. Prices of tokens are those of a million. */
void format_amount(struct buf *out, money amount); /* $0.11204, $1.50 */
void format_price(struct buf *out, enum price_of of,
                  int64_t price); /* $10.00/M, $0.075/M, $0.01 (a search); PRICE_NONE: $? */
void format_seconds(struct buf *out, int64_t microseconds); /* 24ms 0.4s 12.4s 1m12 2h05 3d04h */
void format_bytes(struct buf *out, uint64_t n); /* 412 B, 4.1 kB, 1.2 GB (powers of 1000) */
/* A value in at most `width` columns (0: any): unknown is "-", money that is missing "$?"; what does not fit is told with
 * less precision, at last as ###; text is cleaned and cut with GLYPH_CLIP. An estimate starts with ~, a sum that leaves
 * something out with >= (and is rounded down), one of which both hold with >=~. Times are clock times of today, else dates (with the time if there is room). Gives the role it is
 * to be drawn with. */
enum role format_value(struct buf *out, const struct value *v, int width, int64_t now);
/* What calls cost together, in at most `width` columns (0: any). The sum says what it leaves out: "~$2.89 + 3 unpriced" if that
 * fits, else as format_value has it: ">=~$2.89"; "$? (3 unpriced)", else "$?", where no call has a price; "-" where there is
 * no call. Gives the role. */
enum role format_cost(struct buf *out, const struct totals *t, int width);
enum role format_event_cost(struct buf *out, const struct event *e); /* of one event, likewise */
/* The role and the one-letter mark of a node: '*' generation, 'E' embedding, 'T' tool, 'v' other span. */
enum role format_event_role(const struct event *e);
char format_event_mark(const struct event *e);

#endif
