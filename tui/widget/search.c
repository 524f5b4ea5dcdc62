/* See search.h. Places are numbers and nothing else: where rows come and go meanwhile, one may be missed, or seen twice. */
#include "widget/search.h"

#include "base/slice.h"

void search_begin(struct search *s, uint64_t from, uint64_t count, int direction)
{
	*s = (struct search){
		.at = from, .left = count, .count = count, .from = from, .direction = direction};
}

static uint64_t place_after(const struct search *s)
{
	if (s->direction > 0)
		return s->at + 1 < s->count ? s->at + 1 : 0;
	return s->at > 0 ? s->at - 1 : s->count - 1;
}

enum search_state search_more(struct search *s, int64_t slice,
                              bool (*holds)(void *ctx, uint64_t place), void *ctx)
{
	struct slice time = {.until = time_monotonic() + slice};

	while (s->left > 0) {
		uint64_t before = s->at;

		if (slice_over(&time))
			return SEARCH_GOES_ON;
		s->at = place_after(s);
		s->wrapped |= s->direction > 0 ? s->at <= before : s->at >= before;
		s->left--;
		if (holds(ctx, s->at)) {
			s->rest = s->left;
			s->left = 0;
			return SEARCH_FOUND;
		}
	}
	return SEARCH_NONE;
}

void search_resume(struct search *s)
{
	s->left = s->rest;
}

bool search_goes_on(const struct search *s)
{
	return s->left > 0;
}

bool search_cancel(struct search *s)
{
	bool went_on = s->left > 0;

	s->left = 0;
	return went_on;
}

const char *search_wrapped(const struct search *s)
{
	if (!s->wrapped)
		return NULL;
	if (s->at == s->from)
		return "there is no other";
	return s->direction > 0 ? "wrapped to the top" : "wrapped to the bottom";
}

void search_status(const struct search *s, struct buf *out)
{
	if (s->left > 0)
		buf_printf(out, "searching %u %%  ",
		           (unsigned)((s->count - s->left) * 100 / s->count));
}

void search_say_found(struct buf *out, uint64_t lines, uint64_t folded, bool all)
{
	if (lines == 0 && all) {
		buf_puts(out, "not found");
		return;
	}
	buf_printf(out, "%s%llu line%s found", all ? "" : ">=", (unsigned long long)lines,
	           lines == 1 && all ? "" : "s");
	if (folded > 0 && all)
		buf_printf(out, ", %llu in folds", (unsigned long long)folded);
	buf_puts(out, " (n N)");
}

void search_say_wrapped(struct buf *out, int direction)
{
	buf_printf(out, ", wrapped to the %s", direction > 0 ? "top" : "bottom");
}
