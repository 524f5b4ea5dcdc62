/* See view_breaks.h. A hit is known by its number among all that the breakpoint found. */
#include "view/view_breaks.h"

#include "base/mem.h"
#include "widget/waterfall.h"

/* What a PostHog source is asked for arrives as well, however old it is. */
static enum err begin(struct breaks *b, struct world *w, struct errinfo *e)
{
	struct filtered_context with = view_filter_context(w);
	int64_t since = explorer_posthog(w->explorer) != NULL ? time_now() : TIME_NONE;

	return breakpoint_new(&b->point, b->filter.filter, since, &with, e);
}

struct breaks *breaks_new(struct world *w, struct str text, struct errinfo *e)
{
	struct breaks *b = mem_zero(1, sizeof(*b));

	if (!view_filter_read(&b->filter, w, text, e) || begin(b, w, e) != ERR_OK) {
		breaks_free(b);
		return NULL;
	}
	/* What is still being loaded is there already. */
	if (explorer_loading(w->explorer)) {
		breakpoint_free(b->point);
		b->point = NULL;
	}
	return b;
}

void breaks_free(struct breaks *b)
{
	if (b == NULL)
		return;
	breakpoint_free(b->point);
	view_filter_free(&b->filter);
	mem_free(b);
}

uint32_t breaks_step(struct breaks *b, struct world *w, int64_t until, bool *rests)
{
	uint32_t before, found;

	*rests = true;
	if (b->point == NULL && (explorer_loading(w->explorer) || begin(b, w, NULL) != ERR_OK))
		return 0;
	before = breakpoint_count(b->point);
	*rests = breakpoint_step(b->point, until);
	found = breakpoint_count(b->point) - before;
	if (found > 0 && !b->held)
		breaks_go_on(b);
	return found;
}

struct breakpoint_hit breaks_hit(const struct breaks *b)
{
	return breakpoint_hit(b->point, b->seen - 1);
}

uint32_t breaks_waiting(const struct breaks *b)
{
	return b->point != NULL ? breakpoint_count(b->point) - b->seen : 0;
}

void breaks_go_on(struct breaks *b)
{
	b->held = breaks_waiting(b) > 0;
	b->seen += b->held;
}

void breaks_let_go(struct breaks *b)
{
	b->seen += breaks_waiting(b);
	b->held = false;
}

void breaks_say(const struct breaks *b, const struct events *events, struct buf *out)
{
	struct breakpoint_hit hit = breaks_hit(b);
	int64_t status;

	buf_append(out, breakpoint_alternative(b->point, hit.alternative));
	buf_puts(out, " hit: ");
	waterfall_label(events, hit.event, out);
	if (events_extra(events, hit.event, EVENT_HTTP_STATUS, &status))
		buf_printf(out, " %lld", (long long)status);
	else if (events_get(events, hit.event)->flags & EVENT_ERROR)
		buf_puts(out, " error");
}
