/* Points in time: microseconds since 1970-01-01 UTC, for years 0 to 9999. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/buf.h"

#define TIME_NONE     INT64_MIN /* unknown or unparsable */
#define TIME_SECOND   INT64_C(1000000)
#define TIME_EARLIEST (INT64_C(-62167219200) * TIME_SECOND) /* 0000-01-01: no time is before it */

/* RFC 3339 (any offset, any fraction; digits beyond microseconds are cut), the same with a blank
 * for the T or without zone (then UTC), date only, slashes for dashes, RFC 2822, and epoch
 * seconds or milliseconds (a number of 12 or more digits before the point is milliseconds; 15 or
 * more microseconds). These are the forms PostHog's capture accepts. 23:59:60 UTC (a leap second)
 * reads as 23:59:59.999999. TIME_NONE for anything else and for years outside 0..9999. Never
 * depends on TZ. */
int64_t time_parse(struct str text);
/* What a person types after --since and --until: 15m 2h 3d (before now), today, yesterday, 14:00,
 * a date or a date with time; without a zone it is local time. TIME_NONE if it is none of these. */
int64_t time_parse_range(struct str text, int64_t now);
/* "2026-01-01T00:00:00.000000Z"; "?" for TIME_NONE. */
void time_append_rfc3339(struct buf *out, int64_t t);
/* Local wall time: "22:14:01" or "2026-11-21 22:14:01"; "?" for TIME_NONE. */
void time_append_clock(struct buf *out, int64_t t);
void time_append_local(struct buf *out, int64_t t);
/* t + span; TIME_NONE if either is or the sum lies outside those years. */
int64_t time_add(int64_t t, int64_t span);
int64_t time_now(void);       /* wall clock */
int64_t time_monotonic(void); /* microseconds, for durations */

#endif
