/* Asserts about rows and what their columns give. */
#ifndef SUPPORT_ROWS_CHECK_H
#define SUPPORT_ROWS_CHECK_H

#include "query/rows.h"
#include "support/events_fixture.h"

/* expected NULL: unknown. */
void rows_expect_text(const struct rows *r, uint32_t row, const char *name, const char *expected);
#define ROWS_UNKNOWN INT64_MIN
void rows_expect_number(const struct rows *r, uint32_t row, const char *name, int64_t expected);
/* The texts of a column, row by row, with blanks between and "-" for the unknown. */
void rows_expect_column(const struct rows *r, const char *name, const char *expected);
/* Of a column that is no text. */
struct value rows_value_of(const struct rows *r, uint32_t row, const char *name);
/* All rows of a kind, in its own order. */
void rows_build_all(struct rows *r, struct fixture *f, enum rows_kind kind);

#endif
