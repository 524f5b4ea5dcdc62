/* The menu of columns: those that are shown, in their order, then all others, properties of the row under the cursor, any other
 * property by its name, and the kind's own choice again. */
#include "view/table.h"

#define NAME_COLS   24
#define NAME_MAX    60 /* bytes of a property that is offered */
#define VALUE_MAX   200
#define OFFERED_MAX TABLE_OFFERED

/* ---- what the row has ---------------------------------------------------------------------------------------------- */

/* The event whose properties are offered; EVENT_NONE. */
static uint32_t event_of(const struct table *t)
{
	struct model *m = explorer_model(t->view.world->explorer);
	uint32_t id = table_current(t);

	if (id == MODEL_NONE || t->rows.groups != NULL)
		return EVENT_NONE;
	if (t->query.kind == ROWS_SESSIONS)
		id = model_session(m, id)->latest_trace;
	if (table_is_of_events(t) || id == MODEL_NONE)
		return id;
	return model_trace(m, id)->explicit_event != EVENT_NONE ? model_trace(m, id)->explicit_event
	                                                        : model_trace(m, id)->first_event;
}

static bool is_plain(enum json_type type)
{
	return type == JSON_STRING || type == JSON_NUMBER || type == JSON_TRUE ||
	       type == JSON_FALSE;
}

static void offer(struct table *t, const struct json_tree *tree, uint32_t at)
{
	struct table_offer *o = &t->offered[t->n_offered];
	struct buf key = {0};

	json_key(tree, at, &key);
	buf_clear(&o->name);
	buf_clear(&o->value);
	if (key.n <= NAME_MAX && table_property_name(buf_str(&key), &o->name)) {
		json_text(tree, at, &o->value);
		t->n_offered++;
	}
	buf_free(&key);
}

/* Those of the SDK, or those of its user. */
static void offer_some(struct table *t, const struct json_tree *tree, uint32_t properties, bool sdk)
{
	for (uint32_t at = json_first(tree, properties);
	     at != JSON_NO_NODE && t->n_offered < OFFERED_MAX;
	     at = json_next(tree, properties, at)) {
		const char *key = tree->doc.p + tree->nodes[at].key_off;
		bool is_sdk = tree->nodes[at].key_len > 0 && key[0] == '$';

		if (is_sdk == sdk && is_plain(json_type_of(tree, at)) &&
		    json_raw(tree, at).n <= VALUE_MAX)
			offer(t, tree, at);
	}
}

/* Once its payload is there. */
static void take_offers(struct table *t)
{
	uint32_t event = event_of(t);
	const struct detail *d = NULL;
	const struct json_tree *tree;

	if (t->offers_taken || event == EVENT_NONE)
		return;
	d = explorer_detail(t->view.world->explorer, event);
	t->offers_taken = d->state != DETAIL_LOADING;
	if (d->state != DETAIL_READY)
		return;
	tree = detail_properties(d);
	offer_some(t, tree, d->properties, false);
	offer_some(t, tree, d->properties, true);
}

void table_choose_fini(struct table *t)
{
	for (size_t i = 0; i < OFFERED_MAX; i++) {
		buf_free(&t->offered[i].name);
		buf_free(&t->offered[i].value);
	}
}

/* ---- its entries --------------------------------------------------------------------------------------------------- */

struct entry {
	enum { ENTRY_COLUMN, ENTRY_OFFER, ENTRY_TYPE, ENTRY_RESET } what;
	const struct column *column; /* NULL: what was asked */
	const struct table_offer *offer;
	bool shown, room;
};

struct entries {
	struct entry list[TABLE_COLUMNS + TABLE_ALL + OFFERED_MAX + 3];
	size_t n;
};

static void add_column(struct entries *e, const struct column *c, bool shown, bool room)
{
	e->list[e->n++] = (struct entry){
		.what = ENTRY_COLUMN, .column = c, .shown = shown, .room = room};
}

static bool is_column(const struct table *t, struct str name)
{
	const struct column *all[TABLE_ALL];
	size_t n = table_columns_all(t, all);

	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(all[i]->name), name))
			return true;
	return false;
}

static void list_entries(const struct table *t, struct entries *e)
{
	const struct column *all[TABLE_ALL];
	size_t n = table_columns_all(t, all), at;

	e->n = 0;
	for (size_t i = 0; i < t->columns.n; i++)
		add_column(e, t->columns.list[i], true, !(t->columns.no_room & 1u << i));
	for (size_t i = 0; i < n; i++)
		if (!table_column_at(t, all[i], &at))
			add_column(e, all[i], false, true);
	if (table_can_show_asked(t) && !table_column_at(t, NULL, &at))
		add_column(e, NULL, false, true);
	for (size_t i = 0; i < t->n_offered; i++)
		if (!is_column(t, buf_str(&t->offered[i].name)))
			e->list[e->n++] = (struct entry){.what = ENTRY_OFFER,
			                                 .offer = &t->offered[i]};
	e->list[e->n++] = (struct entry){.what = ENTRY_TYPE};
	e->list[e->n++] = (struct entry){.what = ENTRY_RESET};
}

/* ---- drawing ------------------------------------------------------------------------------------------------------- */

static void draw_entry(struct surface *s, struct area a, int row, const struct entry *e)
{
	int room = a.cols - NAME_COLS - 8;

	switch (e->what) {
	case ENTRY_COLUMN:
		surface_puts(s, a, row, 3, ROLE_MARKER, e->shown ? "[x]" : "[ ]");
		view_put_clipped(s, a, row, 7, NAME_COLS - 1, ROLE_NAME,
		                 str_of(table_column_name(e->column)));
		view_put_clipped(s, a, row, 7 + NAME_COLS, room, ROLE_DIM,
		                 !e->room            ? STR("no room for it")
		                 : e->column != NULL ? str_of(e->column->help)
		                                     : STR("what was asked and answered"));
		break;
	case ENTRY_OFFER:
		surface_puts(s, a, row, 3, ROLE_MARKER, "[ ]");
		view_put_clipped(s, a, row, 7, NAME_COLS - 1, ROLE_NAME, buf_str(&e->offer->name));
		view_put_clipped(s, a, row, 7 + NAME_COLS, room, ROLE_DIM,
		                 buf_str(&e->offer->value));
		break;
	case ENTRY_TYPE:
		surface_puts(s, a, row, 7, ROLE_TEXT, "another property ...");
		break;
	case ENTRY_RESET:
		surface_puts(s, a, row, 7, ROLE_TEXT, "the list's own columns again");
		break;
	}
}

static void draw_row(struct surface *s, struct area box, int row, const void *ctx, uint64_t at)
{
	const struct entries *e = ctx;

	draw_entry(s, box, row, &e->list[at]);
}

void table_choose_draw(struct table *t, struct surface *s, struct area a)
{
	struct entries e;

	take_offers(t);
	list_entries(t, &e);
	table_menu_draw(t, s, a, "columns  (Enter shows or hides, < > move, Esc leaves)",
	                "columns  (Enter, < > move, Esc)", e.n, draw_row, &e);
}

/* ---- acting -------------------------------------------------------------------------------------------------------- */

void table_choose_open(struct table *t)
{
	t->menu = TABLE_CHOOSE;
	t->menu_list = (struct list){.height = t->list.height};
	t->n_offered = 0;
	t->offers_taken = false;
}

/* To a column, wherever it stands now. */
static void follow(struct table *t, const struct column *c)
{
	struct entries e;

	list_entries(t, &e);
	t->menu_list.count = e.n;
	for (size_t i = 0; i < e.n; i++)
		if (e.list[i].what == ENTRY_COLUMN && e.list[i].column == c)
			list_go(&t->menu_list, i);
}

static void turn_property(struct table *t, struct str name)
{
	const struct column *c = table_property(t, name);

	if (c == NULL) {
		buf_printf(&t->view.world->message, "at most %d properties", TABLE_PROPERTIES);
		return;
	}
	table_columns_turn(t, c);
	follow(t, c);
}

static void turn(struct table *t, const struct entry *e)
{
	struct world *w = t->view.world;

	switch (e->what) {
	case ENTRY_COLUMN:
		table_columns_turn(t, e->column);
		if (!e->shown) /* else the cursor is on the next one */
			follow(t, e->column);
		break;
	case ENTRY_OFFER:
		turn_property(t, buf_str(&e->offer->name));
		break;
	case ENTRY_TYPE:
		if (t->rows.groups != NULL) {
			buf_puts(&w->message,
			         "rows that add up events have no properties: lists 1, 2 and 3 do");
			break;
		}
		w->question = (struct question){'@', "property", "release, $lib, person.plan"};
		w->wish.kind = WISH_QUESTION;
		break;
	case ENTRY_RESET:
		table_columns_reset(t);
		break;
	}
}

void table_typed(struct view *v, struct str text)
{
	struct table *t = (struct table *)v;
	struct buf name = {0};

	if (t->menu != TABLE_CHOOSE || str_trim(text).n == 0)
		return;
	if (table_property_name(text, &name))
		turn_property(t, buf_str(&name));
	else
		buf_puts(&v->world->message, "no name of a property that can be a column");
	buf_free(&name);
}

bool table_choose_act(struct table *t, enum action action)
{
	struct entries e;
	const struct entry *at;

	list_entries(t, &e);
	if (t->menu_list.cursor >= e.n)
		t->menu_list.cursor = e.n - 1;
	at = &e.list[t->menu_list.cursor];
	if (list_act(&t->menu_list, action))
		return true;
	if (action == ACTION_OPEN || action == ACTION_MARK) {
		turn(t, at);
	} else if (action == ACTION_SORT_LEFT || action == ACTION_SORT_RIGHT) {
		if (at->what == ENTRY_COLUMN && at->shown) {
			table_columns_move(t, at->column, action == ACTION_SORT_RIGHT ? 1 : -1);
			follow(t, at->column);
		}
	} else {
		return false;
	}
	return true;
}
