/* A PostHog source in words. */
#include "command/remote.h"

#include "base/time.h"
#include "draw/format.h"

static bool read_status(const struct explorer *x, struct posthog_status *out)
{
	if (explorer_posthog(x) == NULL)
		return false;
	posthog_read_status(explorer_posthog(x), out);
	return true;
}

bool remote_name(const struct explorer *x, struct buf *out)
{
	struct posthog_status s;

	if (!read_status(x, &s))
		return false;
	buf_puts(out, "posthog:");
	if (s.project != 0)
		buf_printf(out, "%u", s.project);
	if (s.name[0] != '\0')
		buf_printf(out, " %s", s.name);
	return true;
}

/* It does not answer, or not what it should, or may not. */
static bool is_away(const struct posthog_status *s)
{
	return s->offline || (s->api.wait_until != 0 && !s->api.limited);
}

/* What is shown then was fetched before. */
static void append_offline(const struct explorer *x, struct buf *out)
{
	const struct events *e = explorer_events(x);
	int64_t fetched = e->n_listings > 0 ? e->listings[e->n_listings - 1].fetched : TIME_NONE;
	int64_t now = time_now();

	buf_puts(out, "offline");
	if (fetched != TIME_NONE && fetched < now) {
		buf_puts(out, ", as of ");
		format_seconds(out, now - fetched);
		buf_puts(out, " ago");
	}
	buf_puts(out, "  ");
}

void remote_head(const struct explorer *x, struct buf *out)
{
	struct posthog_status s;

	if (!read_status(x, &s))
		return;
	if (posthog_last_trouble(explorer_posthog(x), NULL) == POSTHOG_NOT_ALLOWED)
		buf_puts(out, "not allowed  ");
	else if (is_away(&s))
		append_offline(x, out);
	else if (!s.ready)
		buf_puts(out, "connecting  ");
	else if (s.tail == POSTHOG_TAIL_STREAM)
		buf_puts(out, "stream  ");
	else if (s.tail == POSTHOG_TAIL_POLLING)
		buf_puts(out, "polling  ");
}

static void append_waiting(const struct posthog_status *s, struct buf *out)
{
	if (!s->ready)
		buf_puts(out, "connecting");
	else if (s->opening == 1)
		buf_puts(out, "fetching a trace");
	else if (s->opening > 1)
		buf_printf(out, "fetching %u traces", s->opening);
	else if (s->listing[POSTHOG_TRACES] || s->listing[POSTHOG_SESSIONS])
		buf_puts(out, "fetching rows");
	else
		buf_puts(out, "fetching");
	buf_puts(out, " (Esc cancels)  ");
}

int64_t remote_status(const struct explorer *x, struct buf *out)
{
	struct posthog_status s;
	int64_t left;

	if (!read_status(x, &s))
		return 0;
	left = s.api.wait_until - time_monotonic();
	if (s.api.wait_until != 0 && left > 0) {
		buf_printf(out, "%s, next in %lld s  ",
		           s.api.limited ? "rate limited" : "PostHog does not answer",
		           (long long)((left + TIME_SECOND - 1) / TIME_SECOND));
		return left % TIME_SECOND + 1;
	}
	/* Without a project nothing is under way. */
	if (s.waiting > 0 &&
	    (s.ready || posthog_last_trouble(explorer_posthog(x), NULL) == POSTHOG_FINE))
		append_waiting(&s, out);
	return 0;
}

bool remote_alarm(const struct explorer *x, struct buf *out)
{
	struct posthog_status s;
	struct errinfo why;

	if (!read_status(x, &s))
		return false;
	if (posthog_last_trouble(explorer_posthog(x), &why) != POSTHOG_FINE)
		buf_printf(out, "%s (R tries again)", why.msg);
	else if (s.api.wait_until != 0 && s.api.why.code != ERR_OK)
		buf_puts(out, s.api.why.msg);
	return out->n > 0;
}
