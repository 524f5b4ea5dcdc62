/* One outermost value: where its events begin and end, and which of its bytes are kept.
 *
 * The scanner says where things begin; the bytes it passes go into what is being read: the event, a
 * key, the columns. An object is held from its first byte, since it may be an event; when it turns out
 * to hold events, what was held goes. */
#include "collect/document_internal.h"

#include "collect/raw.h"
#include "journal/journal.h"

#define KEPT        ((size_t)1 << 20) /* bytes of a buffer that are worth keeping */
#define KEY_MAX     ((size_t)64)      /* none of ours is longer, escaped or not */
#define COLUMNS_MAX ((size_t)1 << 20)

void document_value_start(struct document *d)
{
	struct document_value *v = &d->value;

	document_value_free(d);
	*v = (struct document_value){
		.key.max = KEY_MAX,
		.columns.max = COLUMNS_MAX,
	};
}

void document_value_free(struct document *d)
{
	buf_free(&d->value.held);
	buf_free(&d->value.key);
	buf_free(&d->value.columns);
	buf_free(&d->value.rows);
}

static void drop_held(struct document_value *v)
{
	v->holding = false;
	if (v->held.cap > KEPT)
		buf_free(&v->held);
	else
		buf_clear(&v->held);
}

static void end_through(struct document *d)
{
	document_write(d, STR("\n"));
	d->value.through = false;
	d->value.compact = (struct document_compact){0};
}

static void hold(struct document *d, struct str bytes)
{
	struct document_value *v = &d->value;

	if (!v->through && v->held.n + bytes.n > JOURNAL_MAX_LINE) {
		document_write_part(d, &v->compact, buf_str(&v->held));
		buf_free(&v->held);
		v->through = true;
	}
	if (v->through)
		document_write_part(d, &v->compact, bytes);
	else
		buf_append(&v->held, bytes);
}

static void keep(struct document *d, struct str bytes)
{
	struct document_value *v = &d->value;

	if (v->holding)
		hold(d, bytes);
	if (v->reading_key)
		buf_append(&v->key, bytes);
	if (v->reading_columns)
		buf_append(&v->columns, bytes);
}

static bool key_is(const struct document_value *v, struct str name)
{
	return !v->key.full && raw_key_is(raw_inside(buf_str(&v->key)), name);
}

static void begin_member(struct document *d, char first)
{
	struct document_value *v = &d->value;
	bool results = key_is(v, STR("results"));

	if (first == '"' && key_is(v, STR("event")))
		v->is_event = true;
	if (first != '[' || v->is_event)
		return;
	if (key_is(v, STR("columns"))) {
		buf_clear(&v->columns);
		v->reading_columns = true;
	} else if (results || key_is(v, STR("batch"))) {
		v->shape = SHAPE_MEMBER;
		v->results = results;
		v->scanner.watch = 2;
		drop_held(v);
		if (v->through)
			end_through(d);
	}
}

static void begin(struct document *d, char first)
{
	struct document_value *v = &d->value;

	if (v->scanner.level == 0) {
		v->object = first == '{';
		v->shape = v->object ? SHAPE_WHOLE : SHAPE_ARRAY;
		v->holding = v->object;
		v->scanner.watch = 1;
	} else if (v->shape == SHAPE_ARRAY || v->shape == SHAPE_MEMBER) {
		v->holding = true;
	} else {
		begin_member(d, first);
	}
}

static void end_event(struct document *d)
{
	struct document_value *v = &d->value;

	if (v->through)
		end_through(d);
	else
		document_event(d, buf_str(&v->held));
	drop_held(v);
}

static void end_member(struct document *d)
{
	struct document_value *v = &d->value;

	if (v->reading_columns) {
		v->reading_columns = false;
		v->has_columns = !v->columns.full;
		document_release_rows(d);
	}
	if (v->shape == SHAPE_MEMBER) {
		v->shape = SHAPE_BEHIND;
		v->scanner.watch = 1;
	}
}

/* True at the end of all of it. */
static bool end(struct document *d)
{
	struct document_value *v = &d->value;
	unsigned level = v->scanner.level;

	if (level == 0) {
		if (v->shape == SHAPE_WHOLE)
			end_event(d);
		document_release_rows(d);
		return true;
	}
	if (level == 1 && v->object)
		end_member(d);
	else
		end_event(d);
	return false;
}

struct str document_value_held(const struct document *d)
{
	return buf_str(&d->value.held);
}

void document_value_break(struct document *d, size_t but)
{
	struct document_value *v = &d->value;
	struct str held = buf_str(&v->held);

	document_release_rows(d);
	if (v->through)
		end_through(d);
	else if (v->holding)
		document_as_it_stands(d, str_sub(held, 0, held.n - but));
	drop_held(v);
}

size_t document_value_feed(struct document *d, struct str bytes, enum document_verdict *verdict)
{
	struct document_value *v = &d->value;
	struct str rest = bytes;

	*verdict = VALUE_MORE;
	while (rest.n > 0 && *verdict == VALUE_MORE) {
		enum scanner_mark mark;
		size_t n = json_scan(&v->scanner, rest, &mark);

		keep(d, str_sub(rest, 0, n));
		rest = str_sub(rest, n, SIZE_MAX);
		if (mark == SCANNER_BEGIN)
			begin(d, rest.p[0]);
		else if (mark == SCANNER_END && end(d))
			*verdict = VALUE_DONE;
		else if (mark == SCANNER_KEY)
			buf_clear(&v->key);
		else if (mark == SCANNER_FAULT)
			*verdict = VALUE_BROKEN;
		v->reading_key = mark == SCANNER_KEY || (v->reading_key && mark == SCANNER_MORE);
	}
	return bytes.n - rest.n;
}
