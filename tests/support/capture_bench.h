/* What tests of the capture endpoint share: bodies as SDKs send them, and looks into what came
 * out. */
#ifndef SUPPORT_CAPTURE_BENCH_H
#define SUPPORT_CAPTURE_BENCH_H

#include "collect/capture.h"

/* 2026-11-21T23:43:42.360000Z */
#define BENCH_NOW INT64_C(1795304622360000)

struct capture_request bench_post(const char *path, struct str body);
void bench_gzip(struct buf *out, struct str bytes);
void bench_base64(struct buf *out, struct str bytes);
/* Everything but letters and digits as %XX. */
void bench_percent(struct buf *out, struct str bytes);
/* The raw value of a top-level member of the line ("" if absent), and of one of its properties. */
struct str bench_member(struct str line, const char *name);
struct str bench_property(struct str line, const char *name);
/* Line number `at` of the text, without its newline. */
struct str bench_nth(struct str lines, size_t at);
size_t bench_lines(struct str lines);

#endif
