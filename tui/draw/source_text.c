/* See source_text.h. */
#include "draw/source_text.h"

#include "base/time.h"
#include "draw/format.h"

#define RATE_AFTER (TIME_SECOND / 5) /* before, a rate says nothing */
#define DATE_CHARS 11                /* "2026-11-21 " before the time of day */

static void append_clock(struct buf *out, const char *what, int64_t at)
{
	struct buf text = {0};

	time_append_local(&text, at);
	buf_puts(out, what);
	buf_append(out, str_sub(buf_str(&text), text.n > DATE_CHARS ? DATE_CHARS : 0, SIZE_MAX));
	buf_free(&text);
}

static void append_successor(struct buf *out, const struct loader_status *s, const char *fine)
{
	if (s->error.code == ERR_OK)
		buf_puts(out, fine);
	else
		buf_printf(out, ", but %s", s->error.msg);
}

enum role source_state_text(struct buf *out, const struct loader_status *s)
{
	switch (s->state) {
	case LOADER_LOADING:
		buf_puts(out, "loading");
		return ROLE_GOOD;
	case LOADER_DONE:
		buf_puts(out, "loaded");
		if (s->since != TIME_NONE)
			append_clock(out, ", there since ", s->since);
		return ROLE_GOOD;
	case LOADER_AWAITED:
		buf_puts(out, "not there yet: waited for");
		return ROLE_WARNING;
	case LOADER_SHRUNK:
		append_clock(out, "truncated at ", s->since);
		append_successor(out, s, ", read again from its start");
		return ROLE_WARNING;
	case LOADER_GONE:
		append_clock(out, "deleted or renamed at ", s->since);
		buf_puts(out, ", followed again if it comes back");
		return ROLE_WARNING;
	case LOADER_REPLACED:
		append_clock(out, "replaced at ", s->since);
		append_successor(out, s, ", read to its end; the new file is read too");
		return ROLE_WARNING;
	case LOADER_FAILED:
		buf_puts(out, s->error.msg);
		return ROLE_ERROR;
	}
	return ROLE_TEXT;
}

void source_progress_text(struct buf *out, const struct loader_status *s, int64_t now)
{
	uint64_t done = s->loaded - s->began_at, left = s->bytes - s->loaded;
	double seconds = (double)(now - s->began) / (double)TIME_SECOND, rate;

	if (s->began == 0 || s->bytes == 0 || s->loaded > s->bytes)
		return;
	buf_printf(out, "%d%% of ", (int)((double)s->loaded * 100 / (double)s->bytes));
	format_bytes(out, s->bytes);
	if (now - s->began < RATE_AFTER || done == 0)
		return;
	rate = (double)done / seconds;
	buf_puts(out, "   ");
	format_bytes(out, (uint64_t)rate);
	buf_puts(out, "/s   ");
	format_seconds(out, (int64_t)((double)left / rate * (double)TIME_SECOND));
	buf_puts(out, " left");
}

void source_bad_line_text(struct buf *out, const char *path, const struct bad_line *b)
{
	uint64_t in_file = b->offset + b->pos;

	buf_printf(out, "%s:%llu: %s: %s at byte %llu of the line (%llu of the file)", path,
	           (unsigned long long)b->line, b->irregular ? "irregular" : "bad", b->why,
	           (unsigned long long)b->pos, (unsigned long long)in_file);
}
