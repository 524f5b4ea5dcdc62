/* See source_text.h. */
#include "draw/source_text.h"

#include "base/time.h"
#include "draw/format.h"

#define RATE_AFTER (TIME_SECOND / 5) /* before, a rate says nothing */
#define DATE_CHARS 11                /* "2026-11-21 " before the time of day */

enum role source_role(uint32_t origin)
{
	return (enum role)(ROLE_SOURCE1 + origin % ROLE_SOURCES);
}

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

static void append_doubles(struct buf *out, const struct loader_status *s, uint32_t nameless)
{
	if (s->succeeded && nameless > 0)
		buf_printf(out, "; without a uuid were %u events: those in it again count twice",
		           nameless);
}

enum role source_state_text(struct buf *out, const struct loader_status *s, uint32_t nameless)
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
		if (s->error.code != ERR_OK)
			buf_printf(out, " (there is: %s)", s->error.msg);
		return ROLE_WARNING;
	case LOADER_SHRUNK:
		append_clock(out, "truncated at ", s->since);
		append_successor(out, s, ", read again from its start");
		append_doubles(out, s, nameless);
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

void source_rate_text(struct buf *out, uint64_t done, uint64_t left, int64_t took)
{
	double rate = (double)done / ((double)took / (double)TIME_SECOND);

	if (took < RATE_AFTER || done == 0)
		return;
	buf_puts(out, "   ");
	format_bytes(out, (uint64_t)rate);
	buf_puts(out, "/s");
	if (left == 0)
		return;
	buf_puts(out, "   ");
	format_seconds(out, (int64_t)((double)left / rate * (double)TIME_SECOND));
	buf_puts(out, " left");
}

static void append_percent(struct buf *out, uint64_t done, uint64_t all)
{
	buf_printf(out, "%d%% of ", (int)((double)done * 100 / (double)all));
	format_bytes(out, all);
}

void source_progress_text(struct buf *out, const struct loader_status *s, int64_t now)
{
	if (s->began == 0 || s->bytes == 0 || s->loaded > s->bytes)
		return;
	append_percent(out, s->loaded, s->bytes);
	source_rate_text(out, s->loaded - s->began_at, s->bytes - s->loaded, now - s->began);
}

void source_stream_text(struct buf *out, const struct stream_status *s)
{
	bool known = s->taken < s->size; /* it may have grown since */

	if (known)
		append_percent(out, s->taken, s->size);
	else
		format_bytes(out, s->taken);
	buf_puts(out, s->ended && s->size == 0 ? " read, then it ended" : " read");
	if (s->last != 0 && !s->ended)
		source_rate_text(out, s->taken, known ? s->size - s->taken : 0, s->last - s->began);
	buf_puts(out, "   temporary journal ");
	format_bytes(out, s->written);
}

static void append_requests(struct buf *out, const char *before, uint64_t n, const char *what)
{
	buf_puts(out, before);
	format_count(out, (int64_t)n);
	buf_puts(out, what);
}

void source_forward_text(struct buf *out, const struct forward_counts *c)
{
	append_requests(out, "forward ", c->waiting, " waiting");
	if (c->refused > 0)
		append_requests(out, ", ", c->refused, " refused");
	if (c->kept_back > 0)
		append_requests(out, ", ", c->kept_back, " kept back");
}

void source_bad_line_text(struct buf *out, const char *path, const struct bad_line *b)
{
	uint64_t in_file = b->offset + b->pos;

	buf_printf(out, "%s:%llu: %s: %s at byte %llu of the line (%llu of the file)", path,
	           (unsigned long long)b->line, b->irregular ? "irregular" : "bad", b->why,
	           (unsigned long long)b->pos, (unsigned long long)in_file);
}
