/* The time that lists show: what a person writes for it, and the windows before and after it. Which ranges there are to choose from is
 * app_ranges.c. */
#include "command/app_internal.h"

#include "base/time.h"

#define ALL_OF_POSTHOG (366 * 24 * 3600 * TIME_SECOND) /* lists are bounded there */

static void use_range(struct app *a, int64_t since, int64_t until)
{
	struct undo step = {.what = UNDO_RANGE, .since = a->world.since, .until = a->world.until};

	buf_append(&step.text, buf_str(&a->range));
	undo_push(&a->world.undos, step);
	a->world.since = since;
	a->world.until = until;
	explorer_set_window(a->world.explorer, since, until);
	buf_puts(&a->world.message, "shown: ");
	if (since == TIME_NONE && until == TIME_NONE) {
		buf_puts(&a->world.message, "all there is");
		return;
	}
	if (since == TIME_NONE)
		buf_puts(&a->world.message, "from the first event");
	else
		time_append_local(&a->world.message, since);
	buf_puts(&a->world.message, " to ");
	if (until == TIME_NONE)
		buf_puts(&a->world.message, "now");
	else
		time_append_local(&a->world.message, until);
}

/* What says the same on a command line. */
static void keep_range(struct app *a, struct str since, struct str until)
{
	buf_clear(&a->range);
	if (since.n > 0) {
		buf_puts(&a->range, " --since ");
		view_quote(&a->range, since);
	}
	if (until.n > 0) {
		buf_puts(&a->range, " --until ");
		view_quote(&a->range, until);
	}
}

void app_set_times(struct app *a, int64_t since, int64_t until)
{
	struct buf from = {0}, to = {0};

	use_range(a, since, until);
	if (since != TIME_NONE)
		time_append_rfc3339(&from, since);
	if (until != TIME_NONE)
		time_append_rfc3339(&to, until);
	keep_range(a, buf_str(&from), buf_str(&to));
	buf_free(&from);
	buf_free(&to);
}

/* "since" and "until" of "since..until". */
static void split_range(struct str text, struct str *since, struct str *until)
{
	size_t dots = str_find(text, STR(".."), 0, false);

	*since = str_trim(str_sub(text, 0, dots));
	*until = dots == SIZE_MAX ? STR_EMPTY : str_trim(str_sub(text, dots + 2, SIZE_MAX));
}

bool app_read_range(const struct app *a, struct str text, int64_t now, int64_t *since,
                    int64_t *until)
{
	bool dots = str_find(text, STR(".."), 0, false) != SIZE_MAX, all;
	struct str from, to;

	split_range(text, &from, &to);
	all = str_eq(from, STR("all"));
	*since = all ? TIME_NONE : time_parse_range(from, now);
	*until = dots ? time_parse_range(to, now) : TIME_NONE;
	if ((*since == TIME_NONE && !all) || (*until == TIME_NONE && dots))
		return false;
	if (all && explorer_posthog(a->world.explorer) != NULL)
		*since = now - ALL_OF_POSTHOG;
	return *until == TIME_NONE || *since < *until;
}

void app_set_range(struct app *a, struct str text)
{
	struct str from, to;
	int64_t since, until;

	if (!app_read_range(a, text, app_now(a), &since, &until)) {
		if (text.n > 0)
			buf_puts(&a->world.message, "no range: " APP_RANGE_HINT);
		return;
	}
	split_range(text, &from, &to);
	if (str_eq(from, STR("all")))
		from = since == TIME_NONE ? STR_EMPTY : STR("366d");
	use_range(a, since, until);
	keep_range(a, from, to);
}

void app_shift_range(struct app *a, int direction)
{
	int64_t since = a->world.since;
	int64_t until = a->world.until != TIME_NONE ? a->world.until : app_now(a);
	int64_t by = since == TIME_NONE ? 0 : direction * (until - since);

	if (by == 0 || time_add(since, by) == TIME_NONE || time_add(until, by) == TIME_NONE) {
		buf_puts(&a->world.message, "no range to shift: T asks for one");
		return;
	}
	app_set_times(a, since + by, until + by);
}
