/* Every different text of $groups is read once, when an event with it is first asked for. Its groups stand one after the other
 * in list; where, is kept by the number of the text. A group's text is its type, a NUL and its key. */
#include "query/memberships.h"
#include "base/mem.h"
#include "json/tree.h"

#include <string.h>

struct set {
	uint32_t first, n; /* in list */
	bool read;
};

struct memberships {
	const struct property *property;
	struct set *sets; /* by number of the text */
	uint32_t n_sets;
	uint32_t *list, n_list, cap_list;
	struct strings names;
};

struct memberships *memberships_new(struct properties *p)
{
	struct memberships *m = mem_zero(1, sizeof(*m));

	m->property = properties_column(p, PROPERTY_OF_EVENT, STR("$groups"));
	strings_init(&m->names);
	return m;
}

void memberships_free(struct memberships *m)
{
	if (m == NULL)
		return;
	mem_free(m->sets);
	mem_free(m->list);
	strings_fini(&m->names);
	mem_free(m);
}

/* ---- reading --------------------------------------------------------------- */

static void add_group(struct memberships *m, struct set *set, struct str name)
{
	uint32_t group = strings_add(&m->names, name);

	for (uint32_t i = set->first; i < m->n_list; i++)
		if (m->list[i] == group)
			return;
	if (m->n_list == m->cap_list) {
		m->cap_list = m->cap_list ? m->cap_list * 2 : 64;
		m->list = mem_resize(m->list, m->cap_list, sizeof(*m->list));
	}
	m->list[m->n_list++] = group;
	set->n++;
}

static bool is_plain(enum json_type type)
{
	return type == JSON_STRING || type == JSON_NUMBER || type == JSON_TRUE ||
	       type == JSON_FALSE;
}

static void read_members(struct memberships *m, struct set *set, const struct json_tree *t)
{
	struct buf name = {0};

	for (uint32_t at = json_first(t, 0); at != JSON_NO_NODE; at = json_next(t, 0, at)) {
		size_t start;

		buf_clear(&name);
		json_key(t, at, &name);
		/* A NUL in a type would move its end. */
		if (!is_plain(json_type_of(t, at)) || memchr(buf_text(&name), '\0', name.n) != NULL)
			continue;
		buf_add(&name, '\0');
		start = name.n;
		json_text(t, at, &name);
		if (name.n > start)
			add_group(m, set, buf_str(&name));
	}
	buf_free(&name);
}

static void read_set(struct memberships *m, struct set *set, struct str text)
{
	struct json_report report;
	struct json_tree t;

	set->read = true;
	set->first = m->n_list;
	if (json_tree_parse(&t, text, &report) == ERR_OK && json_type_of(&t, 0) == JSON_OBJECT)
		read_members(m, set, &t);
	json_tree_free(&t);
}

/* ---- asking ---------------------------------------------------------------- */

static struct set *set_of(struct memberships *m, uint32_t text)
{
	if (text >= m->n_sets) {
		uint32_t n = text + 1 > m->n_sets * 2 ? text + 1 : m->n_sets * 2;

		m->sets = mem_resize(m->sets, n, sizeof(*m->sets));
		memset(m->sets + m->n_sets, 0, (n - m->n_sets) * sizeof(*m->sets));
		m->n_sets = n;
	}
	return &m->sets[text];
}

const uint32_t *memberships_of(struct memberships *m, uint32_t event, uint32_t *n)
{
	struct property_value v = property_get(m->property, event);
	struct set *set;

	*n = 0;
	if (v.type != PROPERTY_TEXT || v.cut)
		return NULL;
	set = set_of(m, v.text);
	if (!set->read)
		read_set(m, set, property_text(m->property, v.text));
	*n = set->n;
	return m->list + set->first;
}

bool memberships_has(struct memberships *m, uint32_t event, uint32_t group)
{
	uint32_t n;
	const uint32_t *groups = memberships_of(m, event, &n);

	for (uint32_t i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

uint32_t memberships_add(struct memberships *m, struct str type, struct str key)
{
	struct buf name = {0};
	uint32_t group;

	if (key.n == 0 || str_find(type, (struct str){"", 1}, 0, false) != SIZE_MAX)
		return 0;
	buf_append(&name, type);
	buf_add(&name, '\0');
	buf_append(&name, key);
	group = strings_add(&m->names, buf_str(&name));
	buf_free(&name);
	return group;
}

struct str memberships_type(const struct memberships *m, uint32_t group)
{
	struct str name = strings_get(&m->names, group);

	return str_sub(name, 0, strnlen(name.p, name.n));
}

struct str memberships_key(const struct memberships *m, uint32_t group)
{
	struct str name = strings_get(&m->names, group);

	return str_sub(name, strnlen(name.p, name.n) + 1, SIZE_MAX);
}

uint32_t memberships_count(const struct memberships *m)
{
	return m->names.n - 1;
}

const struct property *memberships_property(const struct memberships *m)
{
	return m->property;
}
