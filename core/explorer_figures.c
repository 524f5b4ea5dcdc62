/* Figures of a range: of the events that are here, a breakdown that begins once the values that it is split by are read; or PostHog
 * is asked, and its answer told to a breakdown. What it does not answer is worked out here, and said to be of a part. */
#include "explorer_figures.h"

#include "base/mem.h"
#include "base/slice.h"
#include "collect/posthog_figures.h"
#include "collect/posthog_hogql.h"
#include "collect/posthog_query.h"

#include <string.h>

#define TYPED_MS 150   /* what is asked for so long is asked of PostHog */
#define PAGE     2000u /* parts of a page, when all are wanted */
#define COMPARED 1000u /* parts that one is compared with while a person waits */

/* What PostHog is asked, until it has answered. */
struct asked {
	struct posthog_figures what;
	struct posthog_filter filter;
	struct hogql *hogql;
	struct loop_timer *typed;
	bool counting; /* how many parts there are; else which */
	uint32_t row;  /* of the answer, to be read */
	struct breakdown_part *parts;
	uint32_t n_parts;
	struct buf after; /* the last value of the pages so far */
};

struct figures {
	struct explorer *explorer;
	struct figures_query query; /* but for `by` */
	char *by;
	struct split *split;
	struct breakdown *breakdown; /* NULL: values are being read, or PostHog is asked */
	struct asked *asked;         /* NULL: not PostHog */
	enum figures_from from;
	int64_t took;
	uint32_t left_out;
	bool at_least;
	bool by_value;
	bool wanted_all; /* once is enough */
	unsigned told;
	enum posthog_trouble trouble;
	struct errinfo why;
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

static enum err split_here(struct figures *f, struct errinfo *e)
{
	const struct figures_query *q = &f->query;
	struct model *m = explorer_model(f->explorer);
	struct str by = str_of(f->by);

	split_free(f->split);
	f->split = NULL;
	f->from = explorer_is_partial(f->explorer) ? FIGURES_PARTLY : FIGURES_HERE;
	if (q->slices > 0)
		f->split = split_by_time(m, q->since, q->until, q->slices);
	else if (by.n > 0)
		return split_new(&f->split, by, m, explorer_properties(f->explorer), e);
	return ERR_OK;
}

/* ---- at PostHog ---- */

/* The project whose events are all that is looked at, and not all here. */
static struct posthog *project_of(struct explorer *x)
{
	if (explorer_origin_count(x) != 1 || !explorer_is_partial(x))
		return NULL;
	return explorer_project(x, 0);
}

static void asked_free(struct asked *a)
{
	if (a == NULL)
		return;
	loop_timer_free(a->typed);
	hogql_free(a->hogql);
	posthog_filter_free(&a->filter);
	buf_free(&a->after);
	mem_free(a->parts);
	mem_free(a);
}

static bool write_question(const struct asked *a, struct buf *body, char *query_id)
{
	posthog_query_id(query_id);
	return a->counting ? posthog_query_figures_parts(body, &a->what, query_id)
	                   : posthog_query_figures(body, &a->what, query_id);
}

static void ask(void *ctx)
{
	struct asked *a = ctx;
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};

	if (write_question(a, &body, query_id))
		hogql_send(a->hogql, &body, query_id);
	buf_free(&body);
}

/* What PostHog said before stays. */
static void fall_back(struct figures *f)
{
	asked_free(f->asked);
	f->asked = NULL;
	if (f->query.each_group && f->breakdown == NULL)
		f->from = FIGURES_PARTLY;
	else if (f->breakdown == NULL)
		(void)split_here(f, NULL); /* it was checked */
}

static bool finish(struct figures *f)
{
	struct asked *a = f->asked;
	struct breakdown_query of = {.model = explorer_model(f->explorer),
	                             .split = f->split,
	                             .since = a->what.since,
	                             .until = a->what.until};

	breakdown_free(f->breakdown);
	f->breakdown = breakdown_told(&of, a->parts, a->n_parts, f->left_out == 0);
	f->by_value = a->what.by_value;
	f->told++;
	asked_free(a);
	f->asked = NULL;
	return true;
}

/* Behind the last value of a page. A server whose pages do not go on is asked no more. */
static bool next_page(struct figures *f, uint32_t last)
{
	struct asked *a = f->asked;
	struct buf value = {0};
	bool goes_on;

	hogql_text(a->hogql->result, last, 0, &value);
	goes_on = str_cmp(buf_str(&value), buf_str(&a->after)) > 0;
	buf_free(&a->after);
	a->after = value;
	a->what.after = buf_str(&a->after);
	a->row = 0;
	if (goes_on && a->n_parts < FIGURES_MOST) {
		ask(a);
		return true;
	}
	f->left_out = 1;
	f->at_least = true;
	return finish(f);
}

/* A row that makes no sense is none. */
static bool read_rows(struct figures *f, int64_t until)
{
	struct asked *a = f->asked;
	const struct hogql_result *answer = a->hogql->result;
	uint32_t n = answer->rows < a->what.limit ? answer->rows : a->what.limit;

	if (a->row == 0)
		a->parts = mem_resize(a->parts, a->n_parts + n + 1u, sizeof(*a->parts));
	for (; a->row < n; a->row++) {
		if (a->row > 0 && until != SLICE_WHOLE && time_monotonic() >= until)
			return false;
		a->n_parts += posthog_read_figures(answer, a->row, f->split, &a->parts[a->n_parts]);
	}
	f->took = a->hogql->took;
	if (answer->rows > n && a->what.by_value)
		return next_page(f, n - 1);
	if (answer->rows > n) {
		a->counting = true;
		ask(a);
		return true;
	}
	f->left_out = 0;
	return finish(f);
}

/* The parts are here, whatever becomes of the count; that there are more of them is known. */
static bool read_count(struct figures *f)
{
	const struct hogql *h = f->asked->hogql;
	uint32_t n = 0;

	if (h->state == HOGQL_RUNNING)
		return true;
	f->at_least = h->state != HOGQL_DONE || !posthog_read_figures_count(h->result, &n) ||
	              n <= FIGURES_PARTS;
	f->left_out = f->at_least ? 1 : n - FIGURES_PARTS;
	return finish(f);
}

static bool step_asked(struct figures *f, int64_t until)
{
	const struct hogql *h = f->asked->hogql;

	if (f->asked->counting)
		return read_count(f);
	switch (h->state) {
	case HOGQL_DONE:
		return read_rows(f, until);
	case HOGQL_FAILED:
		f->trouble = h->trouble;
		f->why = h->why;
		fall_back(f);
		return false;
	case HOGQL_CANCELLED:
		err_set(&f->why, ERR_NOT_FOUND, "cancelled");
		fall_back(f);
		return false;
	default:
		return true;
	}
}

static enum err split_there(struct figures *f, struct errinfo *e)
{
	const struct figures_query *q = &f->query;
	struct model *m = explorer_model(f->explorer);

	if (q->slices > 0)
		f->split = split_by_time(m, q->since, q->until, q->slices);
	else if (*f->by != '\0')
		return split_told(&f->split, str_of(f->by), m, e);
	return ERR_OK;
}

/* Where the query has no bounds it is of what lists cover. */
static void bound(const struct figures *f, struct posthog_figures *what)
{
	int64_t since, until;

	explorer_window(f->explorer, &since, &until);
	what->since = f->query.since != TIME_NONE ? f->query.since : since;
	what->until = f->query.until != TIME_NONE ? f->query.until : until;
	if (what->since == TIME_NONE)
		what->since = 0;
	if (what->until == TIME_NONE)
		what->until = time_now() + TIME_SECOND;
}

static bool can_ask(struct figures *f)
{
	struct asked *a = f->asked;
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};
	bool can = a->filter.here.n == 0;

	if (!can) {
		err_set(&f->why, ERR_USAGE, "PostHog cannot judge: %s", buf_text(&a->filter.here));
	} else if (!write_question(a, &body, query_id)) {
		err_set(&f->why, ERR_USAGE, "PostHog cannot split by %s", f->by);
		can = false;
	}
	buf_free(&body);
	return can;
}

static void begin_asking(struct figures *f, bool all)
{
	struct asked *a = mem_zero(1, sizeof(*a));

	f->asked = a;
	f->wanted_all |= all;
	posthog_filter_make(&a->filter, f->query.filter, FILTERED_EVENTS);
	a->what = (struct posthog_figures){.split = f->split,
	                                   .slices = f->query.slices,
	                                   .filter = &a->filter,
	                                   .limit = all ? PAGE : FIGURES_PARTS,
	                                   .each_group = f->query.each_group,
	                                   .by_value = all};
	bound(f, &a->what);
}

static void begin_there(struct figures *f, struct posthog *p)
{
	struct loop *loop = explorer_loop(f->explorer);
	struct asked *a;

	f->from = FIGURES_SERVER;
	begin_asking(f, f->query.all);
	a = f->asked;
	if (!can_ask(f)) {
		fall_back(f);
		return;
	}
	a->hogql = hogql_new(p, f->changed, f->ctx);
	a->typed = loop_timer_new(loop, ask, a);
	loop_timer_start(a->typed, TYPED_MS, 0);
}

/* ---- how many ---- */

static void nothing(void *ctx)
{
	(void)ctx;
}

static bool count_events(struct figures *f, struct posthog *p, uint64_t *out)
{
	struct hogql *h = hogql_new(p, nothing, NULL);
	char query_id[POSTHOG_QUERY_ID];
	struct buf body = {0};
	uint32_t n = 0;
	bool counted;

	posthog_query_id(query_id);
	posthog_query_figures_events(&body, &f->asked->what, query_id);
	hogql_send(h, &body, query_id);
	while (h->state == HOGQL_RUNNING && loop_step(explorer_loop(f->explorer), true))
		;
	counted = h->state == HOGQL_DONE && posthog_read_figures_count(h->result, &n);
	*out = n;
	hogql_free(h);
	buf_free(&body);
	return counted;
}

bool figures_count_events(struct explorer *x, const struct figures_query *query, uint64_t *out)
{
	struct figures *f = figures_new(x, query, NULL, NULL, NULL);
	bool counted = false;

	if (f != NULL && f->asked != NULL) {
		loop_timer_stop(f->asked->typed);
		counted = count_events(f, project_of(x), out);
	}
	figures_free(f);
	return counted;
}

/* ---- all of it ---- */

struct figures *figures_new(struct explorer *x, const struct figures_query *query, loop_fn *changed,
                            void *ctx, struct errinfo *e)
{
	static const struct filter all;
	struct figures *f = mem_zero(1, sizeof(*f));
	struct posthog *p = query->here ? NULL : project_of(x);

	f->explorer = x;
	f->query = *query;
	f->query.filter = query->filter != NULL ? query->filter : &all;
	f->by = mem_copy_text(query->by.p, query->by.n);
	f->took = -1;
	f->why.pos = ERR_NO_POS;
	f->changed = changed != NULL ? changed : nothing;
	f->ctx = ctx;
	f->from = FIGURES_PARTLY;
	if ((p != NULL || query->each_group ? split_there(f, e) : split_here(f, e)) != ERR_OK) {
		figures_free(f);
		return NULL;
	}
	if (p != NULL)
		begin_there(f, p);
	return f;
}

/* More than that nobody scrolls through: the dearest are better than the first by name. */
static bool can_want_all(const struct figures *f)
{
	return project_of(f->explorer) != NULL && f->asked == NULL && !f->wanted_all &&
	       f->left_out > 0 && !f->at_least && f->left_out <= FIGURES_LATER;
}

void figures_want_all(struct figures *f)
{
	if (!can_want_all(f))
		return;
	begin_asking(f, true);
	f->asked->hogql = hogql_new(project_of(f->explorer), f->changed, f->ctx);
	ask(f->asked);
}

void figures_free(struct figures *f)
{
	if (f == NULL)
		return;
	asked_free(f->asked);
	breakdown_free(f->breakdown);
	split_free(f->split);
	mem_free(f->by);
	mem_free(f);
}

bool figures_step(struct figures *f, int64_t until)
{
	if (f->asked != NULL)
		return step_asked(f, until);
	return f->from == FIGURES_SERVER || f->query.each_group || step_here(f, until);
}

static bool is_hopeless(const struct figures *f)
{
	return f->query.each_group && f->asked == NULL;
}

/* When the loop has nothing left to do, what it did last may let a step begin more. */
void figures_wait(struct figures *f)
{
	int idle = 0;

	while (figures_breakdown(f) == NULL && !is_hopeless(f) && idle < 2) {
		(void)figures_step(f, SLICE_WHOLE);
		if (figures_breakdown(f) == NULL)
			idle = loop_step(explorer_loop(f->explorer), true) ? 0 : idle + 1;
	}
}

void figures_read_status(const struct figures *f, struct figures_status *out)
{
	*out = (struct figures_status){.from = f->from,
	                               .took = f->took,
	                               .left_out = f->left_out,
	                               .at_least = f->at_least,
	                               .by_value = f->by_value,
	                               .can_want_all = can_want_all(f),
	                               .fetching = f->asked != NULL && f->breakdown != NULL,
	                               .told = f->told,
	                               .trouble = f->trouble,
	                               .why = f->why};
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
	bool partial = explorer_is_partial(f->explorer);

	if ((!f->query.here && partial == (f->from == FIGURES_HERE)) ||
	    (f->from == FIGURES_SERVER && project_of(f->explorer) == NULL))
		return false;
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

	/* Parts that are not looked at may be anything. */
	if (f->left_out > 0 || breakdown_count(f->breakdown) > COMPARED)
		return SOME_EQUAL;
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
