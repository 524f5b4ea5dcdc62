/* A turn of a session in a line, for the list of sessions and for the conversation. */
#include "draw/format.h"
#include "view/view.h"

#define NAME_COLUMNS   40
#define FAILED_COLUMNS 60

static void append_text(struct buf *out, struct str text, int columns)
{
	struct value v = {.type = VALUE_TEXT, .text = text};

	format_value(out, &v, columns, 0);
}

static void append_errors(struct buf *out, uint32_t errors, struct str failed)
{
	buf_puts(out, "  ! ");
	if (failed.n == 0)
		buf_printf(out, "%u error%s", errors, errors == 1 ? "" : "s");
	else
		append_text(out, failed, FAILED_COLUMNS);
	if (failed.n > 0 && errors > 1)
		buf_printf(out, " +%u", errors - 1);
}

void view_turn(const struct model *m, uint32_t trace, uint32_t number, struct str failed,
               struct buf *out)
{
	const struct trace *t = model_trace(m, trace);
	struct str name = strings_get(&model_events(m)->strings, t->name);
	struct value cost = value_of_cost(&t->totals);

	buf_printf(out, "  #%u", number);
	if (name.n > 0) {
		buf_puts(out, "  ");
		append_text(out, name, NAME_COLUMNS);
	}
	if (t->counted)
		buf_printf(out, "  %u gen", t->totals.kinds[EVENT_GENERATION]);
	else
		buf_puts(out, "  ? gen");
	if (totals_has_calls(&t->totals)) {
		buf_puts(out, "  ");
		format_value(out, &cost, 0, 0);
	}
	if (t->latency != EVENT_UNKNOWN) {
		buf_puts(out, "  ");
		format_seconds(out, t->latency);
	}
	if (t->totals.running > 0)
		buf_puts(out, "  running");
	if (t->totals.errors > 0)
		append_errors(out, t->totals.errors, failed);
}
