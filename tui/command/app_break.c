/* The breakpoint: set by a line of the filter language, looked at with every frame, whatever screen is shown; a hit is told to the
 * terminal, unless one is stood at already. Standing still is the live screen's. */
#include "command/app_internal.h"

#include "base/time.h"
#include "view/view_breaks.h"

#define SLICE 4000 /* microseconds of a frame */

bool app_break_is_right(struct app *a, struct str text, struct errinfo *e)
{
	struct breaks *b = breaks_new(&a->world, text, e);

	breaks_free(b);
	return b != NULL;
}

void app_use_break(struct app *a, struct str text)
{
	struct errinfo e = {0};
	struct breaks *b = NULL;

	if (text.n > 0 && (b = breaks_new(&a->world, text, &e)) == NULL) {
		buf_printf(&a->world.message, "break: %s", e.msg);
		return;
	}
	breaks_free(a->world.breaks);
	a->world.breaks = b;
	if (b == NULL)
		buf_puts(&a->world.message, "nothing is waited for");
	else if (a->current != APP_LIVE)
		buf_printf(&a->world.message, "the live view, 7, stops at: %.*s", STR_ARG(text));
}

/* "is:error hit: update_address 409 (3 hits)" */
static void append_hits(struct app *a, uint32_t hits, struct buf *out)
{
	breaks_say(a->world.breaks, explorer_events(a->world.explorer), out);
	if (hits > 1)
		buf_printf(out, " (%u hits)", hits);
}

static void tell(struct app *a, uint32_t hits)
{
	struct buf text = {0};

	buf_puts(&text, "tracehog: ");
	append_hits(a, hits, &text);
	if (a->alert != NULL)
		a->alert(a->alert_ctx, buf_str(&text));
	buf_free(&text);
	if (a->current == APP_LIVE && a->stacks[APP_LIVE].n == 1)
		return;
	buf_clear(&a->world.message);
	buf_printf(&a->world.message, "break: %c goes there: ", a->current == APP_LIVE ? 'q' : '7');
	append_hits(a, hits, &a->world.message);
}

bool app_watch(struct app *a)
{
	struct breaks *b = a->world.breaks;
	bool held, rests;
	uint32_t hits;

	if (b == NULL)
		return true;
	held = b->held;
	hits = breaks_step(b, &a->world, time_monotonic() + SLICE, &rests);
	if (hits > 0 && !held)
		tell(a, hits);
	return rests;
}
