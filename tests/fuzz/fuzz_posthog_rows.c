/* Any answer of PostHog: it is refused and nothing was written, or it became lines of which each is one
 * JSON object with what its kind has, or is too deep.
 *
 * Input: one byte that chooses the reader and the limit, then the answer. */
#include "collect/posthog_query.h"
#include "collect/posthog_rows.h"
#include "fuzz/fuzz.h"
#include "json/tree.h"

#include <stdlib.h>
#include <string.h>

#define NOW    INT64_C(1795304622360000)
#define BEFORE "{}\n" /* stands in the lines already */

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* Gives whether it is an event. */
static bool check_line(struct str line)
{
	struct json_report report;
	struct json_tree tree;
	enum err rc = json_tree_parse(&tree, line, &report);
	bool is_event = str_starts(line, STR("{\"uuid\":"));

	check(rc == ERR_OK || report.fault == JSON_TOO_DEEP);
	check(!memchr(line.p, '\r', line.n));
	check(is_event || str_starts(line, STR("{\"event\":\"$listed_")));
	if (rc == ERR_OK) {
		check(json_member(&tree, 0, STR("event")) != JSON_NO_NODE);
		check(json_member(&tree, 0, STR("properties")) != JSON_NO_NODE);
		check(json_member(&tree, 0, STR("received_at")) != JSON_NO_NODE);
	}
	json_tree_free(&tree);
	return is_event;
}

static void check_lines(struct str lines, uint32_t *events, uint32_t *listed)
{
	check(str_starts(lines, STR(BEFORE)));
	lines = str_sub(lines, sizeof(BEFORE) - 1, SIZE_MAX);
	while (lines.n > 0) {
		size_t end = str_find(lines, STR("\n"), 0, false);

		check(end != SIZE_MAX);
		if (check_line(str_sub(lines, 0, end)))
			(*events)++;
		else
			(*listed)++;
		lines = str_sub(lines, end + 1, SIZE_MAX);
	}
}

static void check_rows(const struct posthog_rows *rows, uint32_t limit)
{
	check(rows->n <= limit);
	for (uint32_t i = 0; i < rows->n; i++)
		check(rows->rows[i].id.p >= rows->ids.p &&
		      rows->rows[i].id.p + rows->rows[i].id.n <= rows->ids.p + rows->ids.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str answer = {(const char *)data + 1, size - 1};
	struct posthog_found found = {0};
	struct posthog_rows rows = {0};
	struct buf lines = {0};
	struct errinfo e = {0};
	uint32_t events = 0, listed = 0, limit;
	enum err rc;

	if (size == 0)
		return 0;
	limit = (uint32_t)data[0] / 8 + 1;
	buf_puts(&lines, BEFORE);
	switch (data[0] % 8) {
	case 0:
		rc = posthog_read_traces(answer, limit, NOW, &lines, &rows, &e);
		break;
	case 1:
		rc = posthog_read_sessions(answer, limit, NOW, &lines, &rows, &e);
		break;
	case 2:
		rc = posthog_read_trace_totals(answer, NOW, &lines, &e);
		break;
	case 3:
		rc = posthog_read_session_totals(answer, NOW, &lines, &e);
		break;
	case 4:
		rc = posthog_read_live(answer, NOW, &lines, &e);
		break;
	case 5:
		rc = posthog_read_trace(answer, STR("t-1"), NOW, &lines, &found, &e);
		break;
	case 6:
		rc = posthog_read_find(answer, &rows, &e);
		limit = POSTHOG_MAX_FOUND;
		break;
	default:
		rc = posthog_read_events(answer, limit, NOW, &lines, &found, &e);
		break;
	}
	check(rc == ERR_OK || rc == ERR_PARSE);
	check(rc == ERR_OK || (lines.n == sizeof(BEFORE) - 1 && e.msg[0] != '\0'));
	check_lines(buf_str(&lines), &events, &listed);
	check(data[0] % 8 < 5 || events == found.events);
	check(data[0] % 8 > 1 || listed == rows.n);
	check_rows(&rows, limit);
	buf_free(&lines);
	posthog_found_free(&found);
	posthog_rows_free(&rows);
	return 0;
}
