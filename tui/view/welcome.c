/* What stands in an empty list while events can be sent here: how each SDK is pointed at this machine. Lines are short enough
 * for 80 columns and can be copied as they stand, by a mouse too. */
#include "draw/width.h"
#include "view/view.h"

#define LABEL  1
#define TEXT   9
#define NARROW 64 /* columns under which the address does not fit beside the first line */

enum kind {
	CODE,
	MORE_CODE, /* the line before it goes on; that one's backslash is for the screen */
	COMMENT,
	SCREEN_ONLY,
};

/* %s stands for the URL. */
static const struct {
	const char *label, *text;
	enum kind kind;
} lines[] = {
	{"Python", "Posthog(\"phc_local\", host=\"%s\", flush_at=1)", CODE},
	{"Node", "new PostHog(\"phc_local\", {host: \"%s\", flushAt: 1})", CODE},
	{"Browser", "posthog.init(\"phc_local\", {api_host: \"%s\"})", CODE},
	{"Go", "posthog.Config{Endpoint: \"%s\", BatchSize: 1}", CODE},
	{"Ruby", "PostHog::Client.new(api_key:\"phc_local\", host:\"%s\")", CODE},
	{"PHP", "PostHog::init(\"phc_local\", [\"host\" => \"%s\"])", CODE},
	{NULL, "flush_at=1 and flushAt: 1 send each event at once; others wait.", COMMENT},
	{NULL, "posthog-node reads no environment variable: give it the host.", COMMENT},
	{NULL, NULL, SCREEN_ONLY},
	{"Try", "curl %s/batch/ \\", CODE},
	{NULL, "-H 'Content-Type: application/json' -d '{\"batch\":[{", MORE_CODE},
	{NULL, "\"event\":\"$ai_generation\",\"distinct_id\":\"me\",\"properties\":{", MORE_CODE},
	{NULL, "\"$ai_trace_id\":\"first\",\"$ai_model\":\"none\",\"$ai_input\":\"Hello?\",",
         MORE_CODE},
	{NULL, "\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"Hello!\"}]",
         MORE_CODE},
	{NULL, "}}],\"api_key\":\"phc_local\"}'", MORE_CODE},
	{NULL, NULL, SCREEN_ONLY},
	{"Or", "tracehog run -- CMD", CODE},
	{NULL, "runs CMD with POSTHOG_HOST and OTEL_EXPORTER_OTLP_ENDPOINT set.", COMMENT},
	{NULL, "yy copies these lines, yi the address.", SCREEN_ONLY},
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

bool view_is_waiting(const struct world *w)
{
	return w->intake != NULL && explorer_events(w->explorer)->n == 0 &&
	       !explorer_loading(w->explorer);
}

static void append_text(struct buf *out, size_t i, struct str url)
{
	struct str text = str_of(lines[i].text);
	size_t at = str_find(text, STR("%s"), 0, false);

	buf_append(out, str_sub(text, 0, at));
	if (at == SIZE_MAX)
		return;
	buf_append(out, url);
	buf_append(out, str_sub(text, at + 2, SIZE_MAX));
}

/* ---- for pasting ----------------------------------------------------------------------------------------------------- */

/* A program's label and a comment begin with #: what is pasted into a shell by mistake does less harm. */
static void copy_line(struct buf *out, size_t i, struct str url)
{
	if (lines[i].kind == MORE_CODE) {
		while (out->n > 0 && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\\'))
			out->n--;
	} else if (lines[i].label != NULL) {
		buf_printf(out, "%s# %s\n", i > 0 ? "\n" : "", lines[i].label);
	}
	if (lines[i].kind == COMMENT)
		buf_puts(out, "# ");
	append_text(out, i, url);
	buf_add(out, '\n');
}

bool view_welcome_copy(struct world *w, enum copy_what what, struct buf *out)
{
	struct str url = str_of(w->intake->url);

	if (url.n == 0 || (what != COPY_SMART && what != COPY_ID))
		return false;
	w->copied = what == COPY_ID ? "address" : "advice";
	if (what == COPY_ID)
		buf_append(out, url);
	for (size_t i = 0; what == COPY_SMART && i < LINES; i++)
		if (lines[i].kind != SCREEN_ONLY)
			copy_line(out, i, url);
	return true;
}

/* ---- on the screen --------------------------------------------------------------------------------------------------- */

/* What is cut says so; the last row names the size that shows all. */
static void put_marked(struct surface *s, struct area a, int row, int col, enum role role,
                       struct str text)
{
	surface_put(s, a, row, col, a.cols - col, role, text);
	if (width_text(text) > a.cols - col)
		surface_puts(s, a, row, a.cols - 1, ROLE_DIM, glyph(GLYPH_CLIP));
}

static void put_text(struct surface *s, struct area a, int row, size_t i, struct str url)
{
	bool code = lines[i].kind == CODE || lines[i].kind == MORE_CODE;
	struct buf line = {0};

	append_text(&line, i, url);
	put_marked(s, a, row, TEXT, code ? ROLE_TEXT : ROLE_DIM, buf_str(&line));
	buf_free(&line);
}

void view_welcome_draw(struct surface *s, struct area a, const struct intake *intake)
{
	bool narrow = a.cols < NARROW;
	int row = a.rows > (int)LINES + 2 + narrow ? 1 : 0;

	surface_puts(s, a, row, LABEL, ROLE_STRONG, "Nothing has come in yet.");
	if (intake->url[0] == '\0') {
		surface_puts(
			s, a, row + 2, LABEL, ROLE_TEXT,
			"Another tracehog takes in events for this journal: they show here, too.");
		return;
	}
	/* The address is what must be read: it has a row of its own where it does not fit. */
	if (narrow)
		surface_puts(s, a, ++row, LABEL, ROLE_TEXT, intake->url);
	else
		surface_printf(s, a, row, LABEL + 26, ROLE_TEXT, "Send events to %s", intake->url);
	row += 2;
	if (row + (int)LINES > a.rows) {
		surface_puts(s, a, a.rows - 1, LABEL, ROLE_DIM, "... more in 80x24; yy copies all");
		a.rows--;
	}
	for (size_t i = 0; i < LINES && row < a.rows; i++, row++) {
		if (lines[i].label != NULL)
			surface_puts(s, a, row, LABEL, ROLE_STRONG, lines[i].label);
		if (lines[i].text != NULL)
			put_text(s, a, row, i, str_of(intake->url));
	}
}
