/* One element of a document as lines: an event, a row of a query, a trace.
 *
 * What PostHog took apart is put together by posthog_rows.h, an element at a time, so that a query
 * result of any length needs the memory of one. Nothing is checked but that: a line is checked by who
 * reads it. */
#include "collect/document_internal.h"

#include "collect/posthog_rows_internal.h"
#include "collect/uuid.h"

#include <string.h>

/* An answer with that element alone. */
static void wrap(struct buf *out, struct str columns, struct str element)
{
	buf_add(out, '{');
	if (columns.n > 0)
		posthog_rows_put(out, STR("columns"), columns);
	posthog_rows_put(out, STR("results"), STR("["));
	buf_append(out, element);
	buf_puts(out, "]}");
}

/* Lines end where blanks may stand, so they are taken one by one. */
static void write_lines(struct document *d, struct str lines)
{
	while (lines.n > 0) {
		const char *feed = memchr(lines.p, '\n', lines.n);
		size_t n = feed ? (size_t)(feed - lines.p) : lines.n;

		document_write_line(d, str_sub(lines, 0, n));
		lines = str_sub(lines, n + 1, SIZE_MAX);
	}
}

/* ---- rows ---- */

static void write_row(struct document *d, struct str row)
{
	struct buf answer = {0}, lines = {0};
	struct posthog_found found;
	enum err rc = ERR_PARSE;

	if (d->value.has_columns) {
		wrap(&answer, buf_str(&d->value.columns), row);
		rc = posthog_read_events(buf_str(&answer), 1, d->now, &lines, &found, NULL);
		posthog_found_free(&found);
	}
	if (rc == ERR_OK && lines.n > 0)
		write_lines(d, buf_str(&lines));
	else
		document_write_line(d, row);
	buf_free(&answer);
	buf_free(&lines);
}

void document_release_rows(struct document *d)
{
	struct str rest = buf_str(&d->value.rows);

	while (rest.n > 0) {
		const char *feed = memchr(rest.p, '\n', rest.n);
		size_t n = feed ? (size_t)(feed - rest.p) : rest.n;

		write_row(d, str_sub(rest, 0, n));
		rest = str_sub(rest, n + 1, SIZE_MAX);
	}
	buf_free(&d->value.rows);
}

static void take_row(struct document *d, struct str row)
{
	struct document_value *v = &d->value;
	struct document_compact c = {0};

	if (!v->has_columns && !v->rows_late && v->rows.n + row.n >= DOCUMENT_ROWS) {
		document_release_rows(d);
		v->rows_late = true;
	}
	if (v->has_columns || v->rows_late) {
		write_row(d, row);
		return;
	}
	document_compact(&c, &v->rows, row);
	buf_add(&v->rows, '\n');
}

/* ---- traces ---- */

/* Those that posthog_read_trace leaves out. */
static void write_others(struct document *d, struct str events)
{
	uint8_t uuid[UUID_BYTES];
	struct raw_walk walk;
	struct str key, event;

	raw_open(&walk, events);
	while (raw_next(&walk, &key, &event)) {
		struct str id = posthog_rows_member(event, STR("id"));
		struct str name = posthog_rows_member(event, STR("event"));

		if (!uuid_parse(raw_inside(id), uuid) || raw_inside(name).n == 0)
			document_write_line(d, event);
	}
}

static void write_trace(struct document *d, struct str trace, struct str events)
{
	struct buf answer = {0}, lines = {0}, id = {0};
	struct posthog_found found;
	struct errinfo e = {0};
	enum err rc;

	wrap(&answer, STR_EMPTY, trace);
	json_unescape(&id, raw_inside(posthog_rows_member(trace, STR("id"))));
	rc = posthog_read_trace(buf_str(&answer), buf_str(&id), d->now, &lines, &found, &e);
	/* Here nobody has the real one. */
	if (rc == ERR_OK)
		buf_append(&lines, buf_str(&found.folded));
	posthog_found_free(&found);
	if (rc == ERR_OK && lines.n > 0) {
		write_lines(d, buf_str(&lines));
		if (e.msg[0] != '\0')
			write_others(d, events);
	} else {
		document_write_line(d, trace);
	}
	buf_free(&answer);
	buf_free(&lines);
	buf_free(&id);
}

/* The `events` of an object that is no event itself; else empty. */
static struct str events_of(struct str text)
{
	struct str found = STR_EMPTY, key, value;
	struct raw_walk walk;

	if (!raw_open(&walk, text) || !walk.object)
		return STR_EMPTY;
	while (raw_next(&walk, &key, &value)) {
		if (value.p[0] == '"' && raw_key_is(key, STR("event")))
			return STR_EMPTY;
		if (value.p[0] == '[' && raw_key_is(key, STR("events")))
			found = value;
	}
	return found;
}

void document_event(struct document *d, struct str text)
{
	struct str events;

	if (d->value.results && text.p[0] == '[') {
		take_row(d, text);
		return;
	}
	events = events_of(text);
	if (events.n > 0)
		write_trace(d, text, events);
	else
		document_write_line(d, text);
}
