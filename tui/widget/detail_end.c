/* How a call ended: its stop reason, how fast it was, and what of its input was read from a cache, beside the call before it. */
#include "widget/detail_chat.h"

#include "draw/format.h"

/* Of all input, in hundredths; -1 if it is not known. */
static int cached_percent(const struct events *events, uint32_t event)
{
	int64_t all = events_prompt(events, event), cached = events_cache_read(events, event);

	if (all <= 0 || cached < 0)
		return -1;
	return (int)((double)cached / (double)all * 100);
}

static void add_speed(struct buf *line, const struct events *events, uint32_t event)
{
	int64_t output = events_output(events, event), latency = events_latency(events, event);
	int64_t first;

	if (!events_extra(events, event, EVENT_FIRST_TOKEN, &first) || first < 0)
		return;
	detail_gap(line);
	buf_puts(line, "ttft ");
	format_seconds(line, first);
	if (output == EVENT_UNKNOWN || output < 1 || latency == EVENT_UNKNOWN || latency <= first)
		return;
	detail_gap(line);
	buf_printf(line, "%.0f tok/s", (double)output / ((double)(latency - first) / 1e6));
}

static void add_cache(struct buf *line, const struct chat *c)
{
	int now = cached_percent(c->events, c->d->event), before;

	if (now < 0)
		return;
	detail_gap(line);
	buf_printf(line, "cache %d%%", now);
	before = c->previous != NULL ? cached_percent(c->events, c->previous->event) : -1;
	if (before >= 0)
		buf_printf(line, "  (#%u was %d%%)", c->previous->number, before);
}

void chat_say_end(struct chat *c)
{
	int64_t reason;

	buf_clear(&c->text);
	if (events_extra(c->events, c->d->event, EVENT_STOP_REASON, &reason))
		buf_append(&c->text, strings_get(&c->events->strings, (uint32_t)reason));
	add_speed(&c->text, c->events, c->d->event);
	add_cache(&c->text, c);
	if (c->text.n > 0)
		reader_add(c->r, ROLE_TEXT, 0, ROLE_DIM, STR("stop"), buf_str(&c->text));
}
