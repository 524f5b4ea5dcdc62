/* Figures of a range, of the events that are here: a breakdown, begun once the values that it is split by are read. */
#include "explorer_figures.h"

#include "base/mem.h"
#include "base/slice.h"

#include <string.h>

struct figures {
	struct explorer *explorer;
	struct figures_query query; /* but for `by` */
	struct split *split;
	struct breakdown *breakdown; /* NULL: values are being read */
	loop_fn *changed;
	void *ctx;
};

/* ---- here ---- */

static void begin_here(struct figures *f)
{
	const struct figures_query *q = &f->query;
	struct breakdown_query of = {explorer_model(f->explorer), f->split, q->filtered, q->since,
	                             q->until};

	f->breakdown = breakdown_new(explorer_loop(f->explorer), &of, f->changed, f->ctx);
}

static bool step_here(struct figures *f, int64_t until)
{
	if (f->breakdown == NULL) {
		if (f->split != NULL && !split_ready(f->split))
			return true;
		begin_here(f);
	}
	return breakdown_step(f->breakdown, until);
}

/* ---- all of it ---- */

static enum err make_split(struct figures *f, const struct figures_query *q, struct errinfo *e)
{
	struct model *m = explorer_model(f->explorer);

	if (q->slices > 0)
		f->split = split_by_time(m, q->since, q->until, q->slices);
	else if (q->by.n > 0)
		return split_new(&f->split, q->by, m, explorer_properties(f->explorer), e);
	return ERR_OK;
}

struct figures *figures_new(struct explorer *x, const struct figures_query *query, loop_fn *changed,
                            void *ctx, struct errinfo *e)
{
	struct figures *f = mem_zero(1, sizeof(*f));

	f->explorer = x;
	f->query = *query;
	f->query.by = STR_EMPTY;
	f->changed = changed;
	f->ctx = ctx;
	if (make_split(f, query, e) == ERR_OK)
		return f;
	figures_free(f);
	return NULL;
}

void figures_free(struct figures *f)
{
	if (f == NULL)
		return;
	breakdown_free(f->breakdown);
	split_free(f->split);
	mem_free(f);
}

bool figures_step(struct figures *f, int64_t until)
{
	return step_here(f, until);
}

void figures_wait(struct figures *f)
{
	struct loop *loop = explorer_loop(f->explorer);

	while (f->split != NULL && !split_ready(f->split) && loop_step(loop, true))
		;
	figures_step(f, SLICE_WHOLE);
	if (f->breakdown != NULL)
		breakdown_wait(f->breakdown);
}

void figures_read_status(const struct figures *f, struct figures_status *out)
{
	bool partial = explorer_is_partial(f->explorer);

	*out = (struct figures_status){.took = -1, .why = {.pos = ERR_NO_POS}};
	out->from = partial ? FIGURES_PARTLY : FIGURES_HERE;
	out->done = figures_breakdown(f) != NULL;
	out->percent = f->breakdown != NULL ? breakdown_percent(f->breakdown) : 0;
}

const struct breakdown *figures_breakdown(const struct figures *f)
{
	return f->breakdown != NULL && breakdown_done(f->breakdown) ? f->breakdown : NULL;
}

struct split *figures_split(const struct figures *f)
{
	return f->split;
}

bool figures_is_current(const struct figures *f)
{
	return f->breakdown == NULL || breakdown_is_current(f->breakdown);
}

/* ---- what says a part ---- */

static void append_slice(const struct figures *f, uint32_t key, struct buf *out)
{
	buf_puts(out, "since:");
	split_text(f->split, key, out);
	buf_puts(out, " until:");
	if (key < f->query.slices)
		split_text(f->split, key + 1, out);
	else
		time_append_rfc3339(out, f->query.until);
}

enum alike {
	NONE_ALIKE,
	SOME_CONTAIN, /* a text means all that contain it */
	SOME_EQUAL,   /* but for case, which an expression in small letters ignores */
};

static enum alike alike_among(const struct figures *f, uint32_t key, struct str value)
{
	struct buf other = {0};
	enum alike found = NONE_ALIKE;

	for (uint32_t i = 0; i < breakdown_count(f->breakdown) && found != SOME_EQUAL; i++) {
		uint32_t at = breakdown_part(f->breakdown, i)->key;

		buf_clear(&other);
		if (at != key)
			split_text(f->split, at, &other);
		if (str_find(buf_str(&other), value, 0, true) == SIZE_MAX)
			continue;
		found = other.n == value.n ? SOME_EQUAL : SOME_CONTAIN;
	}
	buf_free(&other);
	return found;
}

static void append_name(struct buf *out, const struct field *field, struct str name)
{
	struct buf term = {0};

	filter_append_term(&term, field, name, STR("x"));
	buf_append(out, str_sub(buf_str(&term), 0, term.n - 1));
	buf_free(&term);
}

/* An expression that matches this text alone. */
static void append_whole(struct buf *out, struct str value, bool of_this_case)
{
	buf_puts(out, of_this_case ? "/(?-i)^" : "/^");
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c < ' ') {
			buf_printf(out, "\\x%02x", c);
			continue;
		}
		if (strchr("\\^$.|?*+()[]{}/", c) != NULL)
			buf_add(out, '\\');
		buf_add(out, (char)c);
	}
	buf_puts(out, "$/");
}

static void append_value(const struct figures *f, uint32_t key, const struct field *field,
                         struct str name, struct buf *out)
{
	bool contains = field->type == FIELD_TEXT || field->type == FIELD_VALUE;
	enum alike alike = NONE_ALIKE;
	struct buf value = {0};

	split_text(f->split, key, &value);
	if (contains)
		alike = alike_among(f, key, buf_str(&value));
	if (alike == NONE_ALIKE) {
		filter_append_term(out, field, name, buf_str(&value));
	} else {
		append_name(out, field, name);
		append_whole(out, buf_str(&value), alike == SOME_EQUAL);
	}
	buf_free(&value);
}

static bool append_none(const struct field *field, struct str name, struct buf *out)
{
	if (field->number == FIELD_STATUS || field->number == FIELD_KIND)
		return false;
	buf_add(out, '-');
	append_name(out, field, name);
	buf_add(out, '*');
	return true;
}

bool figures_append_term(const struct figures *f, const struct breakdown_part *part,
                         struct buf *out)
{
	const struct field *field;
	struct str name;

	if (f->split == NULL)
		return false;
	field = split_field(f->split, &name);
	if (field == NULL)
		append_slice(f, part->key, out);
	else if (part->key == SPLIT_NONE)
		return append_none(field, name, out);
	else
		append_value(f, part->key, field, name, out);
	return true;
}
