/* The pane beside a list: what the row under the cursor is. A trace shows its tree and what was asked and answered, a session
 * its turns, a generation its conversation, a user or a model its numbers. It leaves choosing the row to table.c. */
#include "view/table.h"

#include "base/clean.h"
#include "draw/format.h"
#include "draw/width.h"
#include "widget/insight_text.h"

#define INSIGHT_ROWS 6    /* of a tree, from which on what stands out in it has rows of its own */
#define FACT_ROWS    20   /* the same for each fact */
#define ASKED_ROWS   2    /* at least, under the tree */
#define TITLE_BYTES  4096 /* of a name that are looked at */
#define TURN_ROWS    4    /* of a session: of a turn, at least */
#define TURN_LABELS  7
#define TURN_EDGES   (TURN_LABELS + 3) /* columns that what is said in a turn does not have */

/* ---- previews of rows ---------------------------------------------------------------------------------------------- */

bool table_preview(struct table *t, uint64_t row, struct str *asked, struct str *answered)
{
	struct explorer *x = t->view.world->explorer;
	uint32_t trace = t->rows.at[row];
	const struct preview *p;

	if (t->query.kind == ROWS_SESSIONS)
		trace = model_session(explorer_model(x), trace)->latest_trace;
	if (trace == MODEL_NONE)
		return false;
	p = explorer_preview(x, trace);
	if (p == NULL) {
		t->pane.waiting = true;
		return false;
	}
	*asked = p->asked;
	*answered = p->answered;
	return true;
}

/* ---- traces -------------------------------------------------------------------------------------------------------- */

static void fill_asked(struct table *t, uint32_t trace)
{
	const struct preview *p = explorer_preview(t->view.world->explorer, trace);
	struct reader *r = &t->pane.reader;

	reader_clear(r);
	r->label_width = 7;
	if (p == NULL) {
		t->pane.waiting = true;
		return;
	}
	if (p->asked.n > 0)
		reader_add(r, ROLE_TEXT, 0, ROLE_USER, STR(" user"), p->asked);
	if (p->answered.n > 0)
		reader_add(r, ROLE_TEXT, 0, ROLE_ASSISTANT, STR(" asst"), p->answered);
}

/* Whole or not at all: half a number would be a wrong number. Where it has no room, a mark stands if there is room for that. */
static bool add_number(struct buf *title, const struct buf *number, int cols)
{
	int room = cols - width_text(buf_str(title)) - 2;
	bool fits = width_text(buf_str(number)) <= room;

	if (room > 0) {
		buf_puts(title, "  ");
		buf_append(title, fits ? buf_str(number) : str_of(glyph(GLYPH_CLIP)));
	}
	return fits;
}

/* counted: t leaves nothing out. */
static bool add_numbers(struct buf *title, int64_t time, bool goes_on, const struct totals *t,
                        bool counted, int cols)
{
	struct value cost = value_of_known_cost(t, counted);
	struct buf number = {0};
	bool fits = true;

	if (time != EVENT_UNKNOWN) {
		buf_puts(&number, goes_on ? ">=" : "");
		format_seconds(&number, time);
		fits = add_number(title, &number, cols);
	}
	if (fits && totals_has_calls(t)) {
		buf_clear(&number);
		format_value(&number, &cost, 0, 0);
		fits = add_number(title, &number, cols);
	}
	if (fits && t->errors > 0) {
		buf_clear(&number);
		buf_printf(&number, "%s%u error%s", counted ? "" : ">=", t->errors,
		           t->errors == 1 ? "" : "s");
		fits = add_number(title, &number, cols);
	}
	buf_free(&number);
	return fits;
}

static void trace_title(const struct model *m, const struct trace *trace, int cols, struct buf *out)
{
	const struct events *e = model_events(m);
	struct str name = strings_get(&e->strings, trace->name);
	bool whole;

	buf_add(out, ' ');
	view_short_id(out, &e->ids, trace->id);
	if (name.n > 0)
		buf_puts(out, "  ");
	clean_append(out, str_sub(name, 0, TITLE_BYTES), 0);
	whole = add_numbers(out, trace->latency, false, &trace->totals, trace->counted, cols);
	if (whole && trace->listed)
		buf_puts(out, "  (listed: not all of it is here)");
	else if (whole && trace->explicit_event == EVENT_NONE)
		buf_puts(out, "  (no $ai_trace event)");
	if (width_text(buf_str(out)) < cols)
		buf_add(out, ' ');
}

/* One slice a draw: the list's comes first. */
static void update_tree(struct table *t, struct waterfall *w, struct model *m)
{
	int64_t again;

	if (t->view.draw_again_us == VIEW_AT_ONCE)
		return;
	again = waterfall_update(w, m, t->view.world->follow);
	if (again != 0 && (t->view.draw_again_us == 0 || again < t->view.draw_again_us))
		t->view.draw_again_us = again;
}

static void put_row(struct surface *s, struct area *a, int column, enum role role, struct str text)
{
	if (text.n == 0)
		return;
	view_put_clipped(s, *a, 0, column, a->cols - column - 1, role, text);
	a->row++;
	a->rows--;
}

/* Of two rows, where there is room and it takes them. */
static void put_verdict(struct surface *s, struct area *a, struct str text)
{
	size_t fits;
	int columns;

	if (text.n == 0)
		return;
	surface_puts(s, *a, 0, 1, ROLE_ERROR, "!");
	fits = width_fit(text, a->cols - 4, &columns);
	while (fits < text.n && fits > 0 && text.p[fits] != ' ')
		fits--;
	if (fits == text.n || fits == 0 || a->rows < FACT_ROWS) {
		put_row(s, a, 3, ROLE_WARNING, text);
		return;
	}
	put_row(s, a, 3, ROLE_WARNING, str_sub(text, 0, fits));
	put_row(s, a, 3, ROLE_WARNING, str_sub(text, fits + 1, SIZE_MAX));
}

/* What went wrong, and where money and time went: a row, or one each where there is room. Gives what is left of the area. */
static struct area draw_insight(struct table *t, struct surface *s, struct area a, uint32_t trace)
{
	struct model *m = explorer_model(t->view.world->explorer);
	const struct insight *found = &t->pane.waterfall.insight;
	struct buf line = {0};

	if (a.rows < INSIGHT_ROWS)
		return a;
	insight_verdict(&line, model_events(m), found);
	put_verdict(s, &a, buf_str(&line));
	buf_clear(&line);
	insight_facts(&line, m, trace, found);
	if (a.rows < FACT_ROWS || width_text(buf_str(&line)) < a.cols - 1) {
		put_row(s, &a, 1, ROLE_DIM, buf_str(&line));
	} else {
		for (int i = 0; i < INSIGHT_FACTS; i++) {
			buf_clear(&line);
			insight_fact(&line, m, trace, found, i);
			put_row(s, &a, 1, ROLE_DIM, buf_str(&line));
		}
	}
	buf_free(&line);
	return a;
}

/* The tree takes the rows that it needs, at most two thirds; what was asked and answered takes the rest. */
static void draw_trace(struct table *t, struct surface *s, struct area a, uint32_t trace)
{
	struct model *m = explorer_model(t->view.world->explorer);
	struct waterfall *w = &t->pane.waterfall;
	struct area tree = {a.row + 1, a.col, a.rows - 1, a.cols}, asked;
	struct buf title = {0};

	trace_title(m, model_trace(m, trace), a.cols - 4, &title);
	view_put_clipped(s, a, 0, 2, a.cols - 4, ROLE_STRONG, buf_str(&title));
	buf_free(&title);
	if (w->trace != trace) {
		waterfall_fini(w);
		waterfall_init(w, trace);
	}
	update_tree(t, w, m);
	tree = draw_insight(t, s, tree, trace);
	if (tree.rows > ASKED_ROWS + 2) {
		int most = tree.rows * 2 / 3;
		asked = tree;
		tree.rows = (int64_t)w->n_rows + 1 < most ? (int)w->n_rows + 1 : most;
		asked.row += tree.rows;
		asked.rows -= tree.rows;
		fill_asked(t, trace);
		reader_draw(&t->pane.reader, s, asked);
	}
	waterfall_draw(w, m, s, tree, false);
}

/* ---- sessions ------------------------------------------------------------------------------------------------------ */

/* Of the same time the one of the lower number. */
static bool is_before(const struct model *m, uint32_t a, uint32_t b)
{
	int64_t x = model_trace(m, a)->first_time, y = model_trace(m, b)->first_time;

	return x != y ? x < y : a < b;
}

static void take_turn(struct table_pane *p, const struct model *m, uint32_t trace)
{
	uint32_t at = p->n_turns;

	if (p->n_here++ == 0 || is_before(m, trace, p->first_turn))
		p->first_turn = trace;
	if (at == TABLE_TURNS && is_before(m, trace, p->turns[0]))
		return;
	if (at == TABLE_TURNS)
		memmove(p->turns, p->turns + 1, --at * sizeof(p->turns[0]));
	p->n_turns = at + 1;
	for (; at > 0 && is_before(m, trace, p->turns[at - 1]); at--)
		p->turns[at] = p->turns[at - 1];
	p->turns[at] = trace;
}

/* What a listing counts may be more than memory holds. */
static void choose_turns(struct table_pane *p, struct model *m, uint32_t session)
{
	p->n_turns = p->n_here = 0;
	for (uint32_t at = model_session(m, session)->first_trace; at != MODEL_NONE;
	     at = model_next_trace(m, at))
		take_turn(p, m, at);
}

static void add_said(struct reader *r, enum role role, struct str who, struct str text, int columns)
{
	struct value v = {.type = VALUE_TEXT, .text = text};
	struct buf said = {0};

	if (text.n == 0)
		return;
	format_value(&said, &v, columns, 0);
	reader_add(r, ROLE_TEXT, 1, role, who, buf_str(&said));
	buf_free(&said);
}

/* columns: of what was asked in it, and of what was answered. */
static void add_turn(struct table *t, uint32_t trace, uint32_t turn, int columns)
{
	struct explorer *x = t->view.world->explorer;
	struct model *m = explorer_model(x);
	const struct trace *tr = model_trace(m, trace);
	const struct preview *p = explorer_preview(x, trace);
	struct reader *r = &t->pane.reader;
	struct buf line = {0};

	buf_add(&line, ' ');
	time_append_clock(&line, tr->first_time);
	view_turn(m, trace, turn, STR_EMPTY, &line);
	reader_add_across(r, tr->totals.errors > 0 ? ROLE_ERROR : ROLE_STRONG, buf_str(&line));
	buf_free(&line);
	if (p == NULL) {
		t->pane.waiting = true;
		return;
	}
	add_said(r, ROLE_USER, STR("  user"), p->asked, columns);
	add_said(r, ROLE_ASSISTANT, STR("  asst"), p->answered, columns);
}

/* The first and the latest, of each as much as leaves room for the others; what is not shown is not read. */
static void add_turns(struct table *t)
{
	struct table_pane *p = &t->pane;
	uint32_t n = p->n_here, room = (uint32_t)p->rows / TURN_ROWS, shown;
	int text_rows;

	room = room < 2 ? 2 : room > TABLE_TURNS ? TABLE_TURNS : room;
	shown = n < room ? n : room;
	if (shown == 0)
		return;
	text_rows = (p->rows / (int)shown - 2) / 2;
	text_rows = text_rows < 1 ? 1 : text_rows;
	text_rows *= p->cols - TURN_EDGES;
	if (shown < n) {
		add_turn(t, p->first_turn, 1, text_rows);
		reader_addf(&p->reader, ROLE_DIM, 0, "... +%u turn%s (Enter)", n - shown,
		            n - shown == 1 ? "" : "s");
		shown--;
	}
	for (uint32_t i = p->n_turns - shown; i < p->n_turns; i++)
		add_turn(t, p->turns[i], n - p->n_turns + i + 1, text_rows);
}

static void fill_session(struct table *t, uint32_t session)
{
	const struct session *s = model_session(explorer_model(t->view.world->explorer), session);
	uint32_t n = t->pane.n_here;

	t->pane.reader.label_width = TURN_LABELS;
	add_turns(t);
	if (s->listed && s->counted && s->traces > n)
		reader_addf(&t->pane.reader, ROLE_DIM, 0, "%u more turns are not here",
		            s->traces - n);
	else if (s->listed && !s->counted)
		reader_add_across(&t->pane.reader, ROLE_DIM, STR("its turns are not here"));
}

static void session_title(const struct model *m, const struct session *s, int cols, struct buf *out)
{
	const struct ids *ids = &model_events(m)->ids;
	bool known = s->first_time != TIME_NONE && s->last_time > s->first_time;
	struct buf turns = {0};

	buf_add(out, ' ');
	view_short_id(out, ids, s->id);
	if (s->user != 0) {
		buf_puts(out, "  ");
		view_short_id(out, ids, s->user);
	}
	if (s->listed && !s->counted)
		buf_add(&turns, '?');
	else
		format_count(&turns, s->traces);
	buf_puts(&turns, s->traces == 1 ? " turn" : " turns");
	if (add_number(out, &turns, cols))
		add_numbers(out, known ? s->last_time - s->first_time : EVENT_UNKNOWN,
		            s->totals.running > 0, &s->totals, s->counted, cols);
	buf_free(&turns);
	if (width_text(buf_str(out)) < cols)
		buf_add(out, ' ');
}

/* ---- users and models ------------------------------------------------------------------------------------------------ */

static void fill_values(struct table *t)
{
	size_t n;
	const struct column *c = rows_columns(t->query.kind, &n);
	struct buf text = {0}, scratch = {0};

	t->pane.reader.label_width = 22;
	for (size_t i = 0; i < n; i++) {
		struct value v = {0};
		enum role role;
		buf_clear(&text);
		buf_clear(&scratch);
		c[i].get(&t->rows, (uint32_t)t->list.cursor, &v, &scratch);
		role = format_value(&text, &v, 0, t->view.world->now);
		reader_add(&t->pane.reader, role, 1, ROLE_LABEL, str_of(c[i].name), buf_str(&text));
	}
	buf_free(&text);
	buf_free(&scratch);
}

static uint32_t version_of(const struct table *t, uint32_t id)
{
	struct model *m = explorer_model(t->view.world->explorer);

	return t->query.kind == ROWS_SESSIONS ? model_session(m, id)->version : model_version(m);
}

static void draw_reader(struct table *t, struct surface *s, struct area a, uint32_t id)
{
	struct model *m = explorer_model(t->view.world->explorer);
	bool same = t->pane.shown == id;
	bool changed = !same || (t->view.world->follow && t->pane.version != version_of(t, id));
	bool resized = t->pane.rows != a.rows || t->pane.cols != a.cols;

	t->pane.rows = a.rows;
	t->pane.cols = a.cols;
	if (changed || resized || t->pane.waiting) {
		struct reader_place top = t->pane.reader.top;

		reader_clear(&t->pane.reader);
		t->pane.waiting = false;
		if (t->query.kind == ROWS_SESSIONS && changed)
			choose_turns(&t->pane, m, id);
		if (t->query.kind == ROWS_SESSIONS)
			fill_session(t, id);
		else
			fill_values(t);
		if (same)
			t->pane.reader.top = top;
		if (changed)
			t->pane.version = version_of(t, id);
	}
	reader_draw(&t->pane.reader, s, a);
}

static void draw_session(struct table *t, struct surface *s, struct area a, uint32_t session)
{
	struct model *m = explorer_model(t->view.world->explorer);
	struct area below = {a.row + 1, a.col, a.rows - 1, a.cols};
	struct buf title = {0};

	session_title(m, model_session(m, session), a.cols - 4, &title);
	view_put_clipped(s, a, 0, 2, a.cols - 4, ROLE_STRONG, buf_str(&title));
	buf_free(&title);
	if (below.rows > 0)
		draw_reader(t, s, below, session);
}

/* ---- the pane ------------------------------------------------------------------------------------------------------ */

void table_pane_draw(struct table *t, struct surface *s, struct area a, bool side_by_side)
{
	uint32_t id = table_current(t);
	struct area body = a;

	/* A trace or session writes its title on the rule, a generation its tabs. */
	if (!side_by_side)
		surface_rule(s, a, 0, 0, a.cols, t->pane_focused ? ROLE_MARKER : ROLE_RULE);
	if (!side_by_side && t->rows.groups != NULL) {
		body.row++;
		body.rows--;
	}
	if (id == MODEL_NONE || body.rows < 1)
		return;
	switch (t->query.kind) {
	case ROWS_TRACES:
		t->pane.waiting = false;
		draw_trace(t, s, body, id);
		break;
	case ROWS_SESSIONS:
		draw_session(t, s, body, id);
		break;
	case ROWS_GENERATIONS:
	case ROWS_SPANS:
		detail_pane_event(&t->pane.detail, id);
		detail_pane_draw(&t->pane.detail, t->view.world->explorer, s, body,
		                 t->pane_focused);
		break;
	default:
		draw_reader(t, s, body, id);
		break;
	}
	t->pane.shown = id;
}

bool table_pane_act(struct table *t, enum action action)
{
	switch (t->query.kind) {
	case ROWS_TRACES:
		return list_act(&t->pane.waterfall.list, action);
	case ROWS_GENERATIONS:
	case ROWS_SPANS:
		return detail_pane_act(&t->pane.detail, action, 0);
	default:
		return reader_act(&t->pane.reader, action);
	}
}

void table_pane_init(struct table *t)
{
	t->pane.shown = MODEL_NONE;
	waterfall_init(&t->pane.waterfall, MODEL_NONE);
	detail_pane_init(&t->pane.detail);
	reader_init(&t->pane.reader);
}

void table_pane_fini(struct table *t)
{
	waterfall_fini(&t->pane.waterfall);
	detail_pane_fini(&t->pane.detail);
	reader_fini(&t->pane.reader);
}
