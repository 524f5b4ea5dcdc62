/* Why a call read less from a cache than the call before it, in words. */
#include "draw/format.h"
#include "widget/detail_internal.h"

static void add_idle(struct buf *out, const struct cache_miss *m)
{
	if (m->idle == EVENT_UNKNOWN) {
		buf_puts(out, "; the time between is not known");
	} else if (m->idle < 0) {
		buf_printf(out, "; #%u had not ended", m->number);
	} else if (m->idle <= MISS_DROPPED) {
		buf_puts(out, "; not time (");
		format_seconds(out, m->idle);
		buf_add(out, ')');
	} else {
		buf_puts(out, "; or time (");
		format_seconds(out, m->idle);
		buf_puts(out, " without use)");
	}
}

static void add_break(struct buf *out, const struct cache_miss *m)
{
	buf_puts(out, "prefix broke at ");
	buf_append(out, buf_str(&m->path));
	if (m->at != BREAK_MODEL) {
		buf_puts(out, ", byte ");
		format_count(out, (int64_t)m->byte);
	}
	add_idle(out, m);
}

static void add_same(struct buf *out, const struct cache_miss *m)
{
	if (m->idle > MISS_DROPPED) {
		buf_puts(out, "same prefix: it was probably dropped after ");
		format_seconds(out, m->idle);
		buf_puts(out, " without use");
		return;
	}
	buf_puts(out, "same prefix");
	add_idle(out, m);
}

void detail_miss_text(struct buf *out, const struct cache_miss *m)
{
	buf_printf(out, "%d%% (#%u was %d%%): ", m->percent, m->number, m->percent_before);
	if (m->state == MISS_LOADING)
		buf_printf(out, "comparing with #%u ...", m->number);
	else if (m->state == MISS_FAILED)
		buf_puts(out, m->error.msg);
	else if (m->state == MISS_WITHHELD)
		buf_puts(out, "the prompts are not in the events, so nothing tells why");
	else if (m->at != BREAK_NONE)
		add_break(out, m);
	else
		add_same(out, m);
}

static void add_more(struct reader *r, const struct cache_miss *m, const struct cost_working *w)
{
	struct value v = {.type = VALUE_MONEY, .estimate = true};
	struct buf text = {0};
	bool known = cost_cache_missed(&w->cost, &w->usage, m->tokens, &v.number);

	if (known)
		format_value(&text, &v, 0, 0);
	else
		buf_puts(&text, "$?");
	buf_printf(&text, " more than with #%u's %d%%", m->number, m->percent_before);
	reader_add(r, known ? ROLE_ESTIMATE : ROLE_UNKNOWN, 0, ROLE_LABEL, STR_EMPTY,
	           buf_str(&text));
	buf_free(&text);
}

void detail_add_miss(struct reader *r, const struct cache_miss *m, const struct detail *d)
{
	struct buf text = {0};

	if (m->state == MISS_NONE || m->before == EVENT_NONE)
		return;
	detail_miss_text(&text, m);
	reader_add(r, ROLE_WARNING, 0, ROLE_LABEL, STR("cache lost"), buf_str(&text));
	add_more(r, m, &d->cost);
	buf_free(&text);
}
