/* See seen_names.h. Properties are an object, or one in a string; what an event sets of a person may stand in them or beside them. */
#include "query/seen_names.h"

#include "journal/journal.h"
#include "json/tree.h"

#define NAME_MAX_BYTES 100u

struct finding {
	struct strings *names;
	uint32_t *found, n;
};

static void add(struct finding *f, struct str name)
{
	uint32_t number;

	if (f->n == SEEN_NAMES_MAX || name.n == 0 || name.n > NAME_MAX_BYTES)
		return;
	number = strings_add(f->names, name);
	for (uint32_t i = 0; i < f->n; i++)
		if (f->found[i] == number)
			return;
	f->found[f->n++] = number;
}

static void add_members(struct finding *f, const struct json_tree *t, uint32_t object)
{
	struct buf name = {0};

	if (json_type_of(t, object) != JSON_OBJECT)
		return;
	for (uint32_t at = json_first(t, object); at != JSON_NO_NODE;
	     at = json_next(t, object, at)) {
		buf_clear(&name);
		json_key(t, at, &name);
		add(f, buf_str(&name));
	}
	buf_free(&name);
}

static void add_person(struct finding *f, const struct json_tree *t, uint32_t object)
{
	add_members(f, t, json_member(t, object, STR("$set")));
	add_members(f, t, json_member(t, object, STR("$set_once")));
}

static void add_properties(struct finding *f, const struct json_tree *t, uint32_t object,
                           bool of_person)
{
	if (of_person)
		add_person(f, t, object);
	else
		add_members(f, t, object);
}

static void add_event(struct finding *f, const struct json_tree *event, bool of_person)
{
	uint32_t properties = json_member(event, 0, STR("properties"));
	struct json_tree inner = {0};
	struct json_report report;
	struct buf text = {0};

	if (of_person)
		add_person(f, event, 0);
	if (json_type_of(event, properties) != JSON_STRING) {
		add_properties(f, event, properties, of_person);
		return;
	}
	json_text(event, properties, &text);
	if (json_tree_parse(&inner, buf_str(&text), &report) == ERR_OK)
		add_properties(f, &inner, 0, of_person);
	json_tree_free(&inner);
	buf_free(&text);
}

uint32_t seen_names_of(const struct events *t, uint32_t event, bool of_person,
                       struct strings *names, uint32_t found[SEEN_NAMES_MAX])
{
	const struct event *e = events_get(t, event);
	struct finding f = {.names = names, .found = found};
	struct json_tree tree = {0};
	struct json_report report;
	struct buf line = {0};
	struct errinfo unused;

	if (e->length <= SEEN_EVENT_MAX &&
	    journal_read_exact(t->journals[event_journal(e)], event_offset(e), e->length, &line,
	                       &unused) == ERR_OK &&
	    json_tree_parse(&tree, buf_str(&line), &report) == ERR_OK)
		add_event(&f, &tree, of_person);
	json_tree_free(&tree);
	buf_free(&line);
	return f.n;
}
