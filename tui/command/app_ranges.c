/* What T offers above its line: the usual ranges, and of the one that is looked at how many events came in each slice of it. A slice,
 * or those from one to another, can be taken as the range: so a spike is a few keys away.
 *
 * Keys are the list's and the slices' while the line is empty: no range begins with a letter that means something here. Once
 * something is typed it is what is looked at, and Tab goes into its slices. Slices begin at round times (draw/plot.h), so that the
 * first may begin before the range and the last end after it. How it looks is app_ranges_draw.c. */
#include "command/app_internal.h"

#include "base/time.h"
#include "term/input.h"

#include <string.h>

#define LOOK_SLICE 4000              /* microseconds of a draw */
#define LOOK_AGAIN (2 * TIME_SECOND) /* before events that came are counted */

static const char *const texts[] = {
	"", "15m", "1h", "6h", "24h", "7d", "30d", "today", "yesterday..today", "all", NULL,
};
#define LAST ((int)(sizeof(texts) / sizeof(texts[0])) - 2)

const char *app_ranges_text(int number)
{
	return number <= LAST ? texts[number] : NULL;
}

static void leave_slices(struct ranges *r)
{
	r->slice = r->mark = -1;
}

static void forget_counts(struct ranges *r)
{
	figures_free(r->figures);
	r->figures = NULL;
	r->counted = false;
	leave_slices(r);
}

void app_ranges_close(struct app *a)
{
	forget_counts(&a->ranges);
	view_filter_free(&a->ranges.filter);
	a->ranges.now = 0;
}

/* Of what lists let through, if events can be judged by it. */
static void begin_filter(struct app *a)
{
	struct errinfo e = {0};

	if (a->world.filter.n > 0 &&
	    view_filter_read(&a->ranges.filter, &a->world, buf_str(&a->world.filter), &e) &&
	    !view_filter_begin(&a->ranges.filter, &a->world, FILTERED_EVENTS, &e))
		buf_printf(&a->world.message, "counted without the filter: %s", e.msg);
}

void app_ranges_open(struct app *a)
{
	app_ranges_close(a);
	a->ranges = (struct ranges){.now = app_now(a)};
	leave_slices(&a->ranges);
	app_open_prompt(a, PROMPT_RANGE);
	begin_filter(a);
}

/* ---- which slices ---------------------------------------------------------------------------------------------------- */

static bool range_looked_at(const struct app *a, int64_t *since, int64_t *until)
{
	const struct ranges *r = &a->ranges;
	struct str typed = str_trim(buf_str(&a->prompt->text));

	if (typed.n == 0 && r->chosen == 0) {
		*since = a->world.since;
		*until = a->world.until;
		return true;
	}
	return app_read_range(a, typed.n > 0 ? typed : str_of(texts[r->chosen]), r->now, since,
	                      until);
}

/* A range without an end goes to now, one without a beginning begins with the first event. */
static bool bounds(const struct app *a, int64_t *since, int64_t *until)
{
	const struct model *m = explorer_model(a->world.explorer);
	int64_t last = model_last_time(m);

	if (!range_looked_at(a, since, until))
		return false;
	if (*until == TIME_NONE && *since == TIME_NONE)
		*until = last != TIME_NONE ? last + 1 : TIME_NONE;
	else if (*until == TIME_NONE)
		*until = a->ranges.now + TIME_SECOND;
	if (*since == TIME_NONE)
		*since = model_first_time(m);
	return *since != TIME_NONE && *until != TIME_NONE && *since < *until;
}

/* ---- counting -------------------------------------------------------------------------------------------------------- */

static void take_counts(struct ranges *r)
{
	const struct breakdown *b = figures_breakdown(r->figures);

	memset(r->slices, 0, sizeof(r->slices));
	for (uint32_t i = 0; i < breakdown_count(b); i++) {
		const struct breakdown_part *part = breakdown_part(b, i);

		if (part->key >= 1 && part->key <= (uint32_t)r->slots.n)
			r->slices[part->key - 1] = (struct range_slice){part->totals.events,
			                                                part->totals.errors};
	}
	r->counted = true;
}

static void begin_counting(struct app *a)
{
	struct ranges *r = &a->ranges;
	struct figures_query query = {.slices = (uint32_t)r->slots.n,
	                              .filtered = r->filter.filtered,
	                              .filter = r->filter.filter,
	                              .since = r->slots.since,
	                              .until = r->slots.until};

	figures_free(r->figures);
	r->figures = figures_new(a->world.explorer, &query, a->world.redraw, a->world.redraw_ctx,
	                         NULL);
	r->looked = time_monotonic();
}

static int64_t count(struct app *a)
{
	struct ranges *r = &a->ranges;
	int64_t now = time_monotonic();

	if (r->filter.filtered != NULL && !filtered_step(r->filter.filtered, now + LOOK_SLICE))
		return VIEW_AT_ONCE;
	if (r->figures == NULL) {
		begin_counting(a);
	} else if (figures_breakdown(r->figures) != NULL && !figures_is_current(r->figures)) {
		if (now - r->looked < LOOK_AGAIN)
			return LOOK_AGAIN - (now - r->looked);
		begin_counting(a);
	}
	if (!figures_step(r->figures, now + LOOK_SLICE))
		return VIEW_AT_ONCE;
	if (figures_breakdown(r->figures) != NULL)
		take_counts(r);
	return 0;
}

int64_t app_ranges_look(struct app *a, int most)
{
	struct ranges *r = &a->ranges;
	struct plot_slots slots = {0};
	int64_t since, until;

	if (most > RANGE_SLICES)
		most = RANGE_SLICES;
	if (most > 0 && bounds(a, &since, &until))
		plot_slots(&slots, since, until, most);
	if (slots.since != r->slots.since || slots.until != r->slots.until ||
	    slots.n != r->slots.n) {
		forget_counts(r);
		r->slots = slots;
	}
	return r->slots.n > 0 ? count(a) : 0;
}

/* ---- keys ------------------------------------------------------------------------------------------------------------ */

static int within(int number, int last)
{
	return number < 0 ? 0 : number > last ? last : number;
}

/* From nowhere to the first or the last. */
static void move_slice(struct ranges *r, int by)
{
	int last = r->slots.n - 1, from = r->slice >= 0 ? r->slice : by > 0 ? -1 : last + 1;

	if (last >= 0)
		r->slice = within(from + by, last);
}

/* Where most events are. */
static void go_to_highest(struct ranges *r)
{
	for (int i = 0; i < r->slots.n; i++)
		if (r->slice < 0 || r->slices[i].events > r->slices[r->slice].events)
			r->slice = i;
}

static void go_to_error(struct ranges *r, int direction)
{
	int from = r->slice >= 0 ? r->slice : direction > 0 ? -1 : r->slots.n;

	for (int i = from + direction; i >= 0 && i < r->slots.n; i += direction)
		if (r->slices[i].errors > 0) {
			r->slice = i;
			return;
		}
}

static void choose(struct ranges *r, int by)
{
	r->chosen = within(r->chosen + by, LAST);
}

static void take_slices(struct app *a)
{
	const struct ranges *r = &a->ranges;
	int first = r->slice, last = r->mark < 0 ? r->slice : r->mark;
	int64_t since, until;

	if (first > last) {
		first = last;
		last = r->slice;
	}
	since = plot_slot_time(&r->slots, first);
	until = plot_slot_time(&r->slots, last + 1);
	app_prompt_close(a);
	app_set_times(a, since, until);
}

static void take_chosen(struct app *a)
{
	int chosen = a->ranges.chosen;

	app_prompt_close(a);
	if (chosen > 0)
		app_set_range(a, str_of(texts[chosen]));
}

/* Keys of the slices: the one under the cursor, and the other end. */
static bool slice_input(struct ranges *r, uint32_t key)
{
	switch (key) {
	case KEY_LEFT_:
	case 'h':
		move_slice(r, -1);
		return true;
	case KEY_RIGHT_:
	case 'l':
		move_slice(r, 1);
		return true;
	case KEY_TAB_:
		if (r->slice >= 0)
			leave_slices(r);
		else
			go_to_highest(r);
		return true;
	case 'e':
	case 'E':
		go_to_error(r, key == 'e' ? 1 : -1);
		return true;
	case KEY_ESCAPE:
		if (r->slice < 0)
			return false;
		leave_slices(r);
		return true;
	case ' ':
	case 'm':
		r->mark = r->mark == r->slice ? -1 : r->slice;
		return true;
	case 'g':
	case 'G':
	case KEY_HOME_:
	case KEY_END_:
		if (r->slice < 0)
			return false;
		move_slice(r, key == 'g' || key == KEY_HOME_ ? -r->slots.n : r->slots.n);
		return true;
	default:
		return false;
	}
}

static bool list_input(struct ranges *r, uint32_t key)
{
	switch (key) {
	case KEY_DOWN_:
	case 'j':
		choose(r, 1);
		return true;
	case KEY_UP_:
	case 'k':
		choose(r, -1);
		return true;
	case 'g':
	case 'G':
	case KEY_HOME_:
	case KEY_END_:
		choose(r, key == 'g' || key == KEY_HOME_ ? -LAST : LAST);
		return true;
	default:
		return false;
	}
}

bool app_ranges_input(struct app *a, uint32_t key)
{
	struct ranges *r = &a->ranges;
	bool typed = a->prompt->text.n > 0;

	if (r->now == 0)
		return false;
	if (key == KEY_ENTER_ && r->slice >= 0)
		take_slices(a);
	else if (key == KEY_ENTER_ && !typed)
		take_chosen(a);
	else
		return ((!typed || r->slice >= 0 || key == KEY_TAB_) && slice_input(r, key)) ||
		       (!typed && list_input(r, key));
	return true;
}
