/* A PostHog source in words. */
#include "command/remote.h"

#include "base/time.h"

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

void remote_head(const struct explorer *x, struct buf *out)
{
	struct posthog_status s;

	if (!read_status(x, &s))
		return;
	if (posthog_last_trouble(explorer_posthog(x), NULL) == POSTHOG_NOT_ALLOWED)
		buf_puts(out, "not allowed  ");
	else if (is_away(&s))
		buf_puts(out, "offline  ");
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
