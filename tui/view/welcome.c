/* What stands in an empty list while events can be sent here: how each SDK is pointed at this machine. Lines are short enough
 * for 80 columns and can be copied as they stand. */
#include "draw/width.h"
#include "view/view.h"

#define LABEL  1
#define TEXT   9
#define NARROW 64 /* columns under which the address does not fit beside the first line */

/* %s stands for the URL. */
static const struct {
	const char *label, *text;
	enum role role;
} lines[] = {
	{"Python", "Posthog(\"phc_local\", host=\"%s\", flush_at=1)", ROLE_TEXT},
	{"Node", "new PostHog(\"phc_local\", {host: \"%s\", flushAt: 1})", ROLE_TEXT},
	{"Browser", "posthog.init(\"phc_local\", {api_host: \"%s\"})", ROLE_TEXT},
	{"Go", "posthog.Config{Endpoint: \"%s\", BatchSize: 1}", ROLE_TEXT},
	{"Ruby", "PostHog::Client.new(api_key:\"phc_local\", host:\"%s\")", ROLE_TEXT},
	{"PHP", "PostHog::init(\"phc_local\", [\"host\" => \"%s\"])", ROLE_TEXT},
	{NULL, "flush_at=1 and flushAt: 1 send each event at once; others wait.", ROLE_DIM},
	{NULL, "posthog-node reads no environment variable: give it the host.", ROLE_DIM},
	{NULL, NULL, ROLE_TEXT},
	{"Try", "curl %s/batch/ \\", ROLE_TEXT},
	{NULL, "-H 'Content-Type: application/json' -d '{\"batch\":[{", ROLE_TEXT},
	{NULL, "\"event\":\"$ai_generation\",\"distinct_id\":\"me\",\"properties\":{", ROLE_TEXT},
	{NULL, "\"$ai_trace_id\":\"first\",\"$ai_model\":\"none\",\"$ai_input\":\"Hello?\",",
         ROLE_TEXT},
	{NULL, "\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"Hello!\"}]",
         ROLE_TEXT},
	{NULL, "}}],\"api_key\":\"phc_local\"}'", ROLE_TEXT},
	{NULL, NULL, ROLE_TEXT},
	{"Or", "tracehog run -- CMD", ROLE_TEXT},
	{NULL, "runs CMD with POSTHOG_HOST and OTEL_EXPORTER_OTLP_ENDPOINT set.", ROLE_DIM},
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

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
	struct str text = str_of(lines[i].text);
	size_t at = str_find(text, STR("%s"), 0, false);
	struct buf line = {0};

	buf_append(&line, str_sub(text, 0, at));
	if (at != SIZE_MAX) {
		buf_append(&line, url);
		buf_append(&line, str_sub(text, at + 2, SIZE_MAX));
	}
	put_marked(s, a, row, TEXT, lines[i].role, buf_str(&line));
	buf_free(&line);
}

void view_welcome_draw(struct surface *s, struct area a, const struct intake *intake)
{
	int row = a.rows > (int)LINES + 3 ? 1 : 0;

	surface_puts(s, a, row, LABEL, ROLE_STRONG, "Nothing has come in yet.");
	if (intake->url[0] == '\0') {
		surface_puts(
			s, a, row + 2, LABEL, ROLE_TEXT,
			"Another tracehog takes in events for this journal: they show here, too.");
		return;
	}
	/* The address is what must be read: it has a row of its own where it does not fit. */
	if (a.cols < NARROW)
		surface_puts(s, a, ++row, LABEL, ROLE_TEXT, intake->url);
	else
		surface_printf(s, a, row, LABEL + 26, ROLE_TEXT, "Send events to %s", intake->url);
	row += 2;
	if (row + (int)LINES > a.rows) {
		surface_puts(s, a, a.rows - 1, LABEL, ROLE_DIM, "... more in 80x24");
		a.rows--;
	}
	for (size_t i = 0; i < LINES && row < a.rows; i++, row++) {
		if (lines[i].label != NULL)
			surface_puts(s, a, row, LABEL, ROLE_STRONG, lines[i].label);
		if (lines[i].text != NULL)
			put_text(s, a, row, i, str_of(intake->url));
	}
}
