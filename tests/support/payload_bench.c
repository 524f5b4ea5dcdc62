#include "support/payload_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

int payload_enter(void **state)
{
	static struct payload_bench bench;

	bench = (struct payload_bench){0};
	*state = &bench;
	return 0;
}

int payload_leave(void **state)
{
	struct payload_bench *b = *state;
	struct buf *bufs[] = {&b->body, &b->spare, &b->query, &b->out, &b->answer};

	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_free(bufs[i]);
	return 0;
}

void payload_gives(struct payload_bench *b, const struct capture_request *r, struct str expected)
{
	struct str json;
	int status = capture_decode(r, &b->out, &json, &b->e);

	if (status != 0)
		fail_msg("%d %s", status, b->e.msg);
	if (!str_eq(json, expected))
		fail_msg("got %.*s", STR_ARG(json));
}

void payload_refused(struct payload_bench *b, const struct capture_request *r, int status,
                     const char *text)
{
	struct str json;
	int got = capture_decode(r, &b->out, &json, &b->e);

	if (got != status || !strstr(b->e.msg, text))
		fail_msg("%d %s, not %d %s", got, b->e.msg, status, text);
}

void payload_read(const char *name, struct buf *out)
{
	char path[64], piece[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "data/encodings/%s", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s cannot be opened", path);
	buf_clear(out);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_append(out, (struct str){piece, n});
	fclose(f);
}
