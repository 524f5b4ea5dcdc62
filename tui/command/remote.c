/* A PostHog source in words. */
#include "command/remote.h"

#include "base/clean.h"
#include "base/time.h"
#include "draw/format.h"

/* What one of several is called before what is said of it. */
static void put_name(const struct explorer *x, uint32_t origin, struct buf *out)
{
	if (explorer_project(x, 1) != NULL)
		buf_printf(out, "%s: ", explorer_origin_name(x, origin));
}

bool remote_name(const struct explorer *x, struct buf *out)
{
	struct posthog_status s;

	if (explorer_posthog(x) == NULL || explorer_origin_count(x) > 1)
		return false;
	posthog_read_status(explorer_posthog(x), &s);
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

/* Of the last that came from there; TIME_NONE. */
static int64_t last_fetched(const struct explorer *x, uint32_t origin)
{
	const struct events *e = explorer_events(x);

	for (uint32_t i = e->n_listings; i > 0; i--)
		if (events_origin(e, e->listings[i - 1].place) == origin)
			return e->listings[i - 1].fetched;
	return TIME_NONE;
}

/* What is shown then was fetched before. */
static void append_offline(const struct explorer *x, uint32_t origin, struct buf *out)
{
	int64_t fetched = last_fetched(x, origin), now = time_now();

	buf_puts(out, "offline");
	if (fetched != TIME_NONE && fetched < now) {
		buf_puts(out, ", as of ");
		format_seconds(out, now - fetched);
		buf_puts(out, " ago");
	}
}

/* Gives whether it is as it should be. */
static bool append_state(const struct explorer *x, uint32_t origin, struct buf *out)
{
	const struct posthog *p = explorer_origin_posthog(x, origin);
	struct posthog_status s;

	posthog_read_status(p, &s);
	if (posthog_last_trouble(p, NULL) == POSTHOG_NOT_ALLOWED)
		buf_puts(out, "not allowed");
	else if (is_away(&s))
		append_offline(x, origin, out);
	else if (!s.ready)
		buf_puts(out, "connecting");
	else if (s.tail == POSTHOG_TAIL_STREAM)
		buf_puts(out, "stream");
	else if (s.tail == POSTHOG_TAIL_POLLING)
		buf_puts(out, "polling");
	return s.ready && s.tail != POSTHOG_TAIL_OFF && !is_away(&s);
}

/* What is the same of all is said once; else what is not as it should be. */
void remote_head(const struct explorer *x, struct buf *out)
{
	struct buf first = {0}, state = {0}, each = {0};
	bool same = true;
	uint32_t n = 0;

	for (uint32_t i = 0; i < explorer_origin_count(x); i++) {
		bool fine;

		if (explorer_origin_posthog(x, i) == NULL)
			continue;
		buf_clear(&state);
		fine = append_state(x, i, &state);
		if (n++ == 0)
			buf_append(&first, buf_str(&state));
		same &= str_eq(buf_str(&first), buf_str(&state));
		if (!fine)
			buf_printf(&each, "%s: %s  ", explorer_origin_name(x, i), buf_text(&state));
	}
	if (!same) {
		clean_append(out, buf_str(&each), 0);
	} else if (first.n > 0) {
		buf_append(out, buf_str(&first));
		buf_puts(out, "  ");
	}
	buf_free(&first);
	buf_free(&state);
	buf_free(&each);
}

static bool is_listing(const struct posthog_status *s)
{
	for (int list = 0; list < POSTHOG_LISTS; list++)
		if (s->listing[list])
			return true;
	return false;
}

static void append_waiting(const struct posthog_status *s, struct buf *out)
{
	if (!s->ready)
		buf_puts(out, "connecting");
	else if (s->opening == 1)
		buf_puts(out, "fetching a trace");
	else if (s->opening > 1)
		buf_printf(out, "fetching %u traces", s->opening);
	else if (is_listing(s))
		buf_puts(out, "fetching rows");
	else
		buf_puts(out, "fetching");
	buf_puts(out, " (Esc cancels)  ");
}

static int64_t append_status(const struct explorer *x, uint32_t origin, struct buf *out)
{
	const struct posthog *p = explorer_origin_posthog(x, origin);
	struct posthog_status s;
	int64_t left;

	posthog_read_status(p, &s);
	left = s.api.wait_until - time_monotonic();
	if (s.api.wait_until != 0 && left > 0) {
		put_name(x, origin, out);
		buf_printf(out, "%s, next in %lld s  ",
		           s.api.limited ? "rate limited" : "PostHog does not answer",
		           (long long)((left + TIME_SECOND - 1) / TIME_SECOND));
		return left % TIME_SECOND + 1;
	}
	/* Without a project nothing is under way. */
	if (s.waiting > 0 && (s.ready || posthog_last_trouble(p, NULL) == POSTHOG_FINE)) {
		put_name(x, origin, out);
		append_waiting(&s, out);
	}
	return 0;
}

int64_t remote_status(const struct explorer *x, struct buf *out)
{
	struct buf text = {0};
	int64_t again = 0;

	for (uint32_t i = 0; i < explorer_origin_count(x); i++) {
		int64_t next = explorer_origin_posthog(x, i) != NULL ? append_status(x, i, &text)
		                                                     : 0;

		if (next != 0 && (again == 0 || next < again))
			again = next;
	}
	clean_append(out, buf_str(&text), 0);
	buf_free(&text);
	return again;
}

bool remote_alarm(const struct explorer *x, struct buf *out)
{
	size_t before = out->n;

	for (uint32_t i = 0; i < explorer_origin_count(x); i++) {
		const struct posthog *p = explorer_origin_posthog(x, i);
		struct posthog_status s;
		struct errinfo why;
		const char *separator = out->n > before ? "; " : "";

		if (p == NULL)
			continue;
		posthog_read_status(p, &s);
		if (posthog_last_trouble(p, &why) != POSTHOG_FINE) {
			buf_puts(out, separator);
			put_name(x, i, out);
			buf_printf(out, "%s (R tries again)", why.msg);
		} else if (s.api.wait_until != 0 && s.api.why.code != ERR_OK) {
			buf_puts(out, separator);
			put_name(x, i, out);
			buf_puts(out, s.api.why.msg);
		}
	}
	return out->n > before;
}
