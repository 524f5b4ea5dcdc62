/* One event looked through.
 *
 * How it works. Most hits stand in a text of which it is plain, without a tree, that it becomes a part as it stands, or in a
 * name (text_walk.c): then no more is looked at. What is left in doubt becomes a tree; its names and its error are looked
 * at, and if the properties that messages are read from hold what they must, their parts.
 *
 * Texts that are JSON (arguments, results, what is not understood) are looked at as they stand and with their escapes undone,
 * as a person sees them, too.
 *
 * Left to others: which bytes are worth a look (text_forms.c), what holds (text_rule.c). */
#include "query/text_confirm.h"

#include "base/mem.h"
#include "index/properties.h"
#include "message/message.h"
#include "query/text_walk.h"

#define UNDONE_MAX 3  /* JSON in strings of JSON in ... */
#define TRIES_MAX  32 /* hits that are looked at without a tree */

#define SIDES (TEXT_INPUT | TEXT_OUTPUT)
#define PARTS                                                                             \
	(SIDES | TEXT_SYSTEM | TEXT_ARGUMENTS | TEXT_RESULT | TEXT_THINKING | TEXT_TOOL | \
	 TEXT_MEDIA)

struct text_confirm {
	struct text_wanted wanted;
	const struct text_forms *forms;
	struct text_rule *rule; /* NULL: TEXT_MEDIA */
	bool literal;           /* it holds wherever its text stands */
	struct text_walk walk;
	struct buf text, undone[2];
	/* Of the event that is looked through. */
	uint32_t flags;
	struct str json;
	struct json_tree event, encoded; /* properties in a string */
	const struct json_tree *tree;    /* what the properties stand in */
	uint32_t properties;
	struct buf encoded_text;
	bool gave_up;
};

enum err text_confirm_new(struct text_confirm **out, const struct text_wanted *wanted,
                          const struct text_forms *forms, struct errinfo *e)
{
	struct text_confirm *c = mem_zero(1, sizeof(*c));
	enum err err = ERR_OK;

	c->wanted = *wanted;
	c->forms = forms;
	text_walk_init(&c->walk);
	c->literal = wanted->value && wanted->value->test == TEST_VALUE;
	if (wanted->value)
		err = text_rule_new(&c->rule, wanted->value, e);
	c->wanted.value = NULL;
	if (err) {
		text_confirm_free(c);
		c = NULL;
	}
	*out = c;
	return err;
}

void text_confirm_free(struct text_confirm *c)
{
	if (!c)
		return;
	text_rule_free(c->rule);
	buf_free(&c->text);
	buf_free(&c->undone[0]);
	buf_free(&c->undone[1]);
	buf_free(&c->encoded_text);
	mem_free(c);
}

/* ---- texts ---- */

static bool holds(struct text_confirm *c, struct str text)
{
	enum text_verdict verdict = text.n > 0 ? text_rule_holds(c->rule, text) : TEXT_IS_NOT;

	c->gave_up = c->gave_up || verdict == TEXT_GIVEN_UP;
	return verdict == TEXT_IS;
}

static bool is_escaped(struct str text)
{
	return text.n > 0 && memchr(text.p, '\\', text.n) != NULL;
}

/* Of what is JSON, or may be. */
static bool json_holds(struct text_confirm *c, struct str text)
{
	bool found = holds(c, text);

	for (int i = 0; i < UNDONE_MAX && !found && is_escaped(text); i++) {
		struct buf *undone = &c->undone[i % 2];

		buf_clear(undone);
		json_unescape(undone, text);
		if (undone->n == text.n)
			break;
		text = buf_str(undone);
		found = holds(c, text);
	}
	return found;
}

static bool value_holds(struct text_confirm *c, const struct json_tree *t, uint32_t at)
{
	enum json_type type = json_type_of(t, at);

	if (type <= JSON_NULL)
		return false;
	if (type == JSON_ARRAY || type == JSON_OBJECT)
		return json_holds(c, json_raw(t, at));
	if (!t->nodes[at].value.escaped)
		return holds(c, json_raw(t, at));
	buf_clear(&c->text);
	json_text(t, at, &c->text);
	return holds(c, buf_str(&c->text));
}

/* ---- names ---- */

static bool member_holds(struct text_confirm *c, enum member which)
{
	return value_holds(c, &c->event, json_member(&c->event, 0, member_names[which]));
}

static bool property_holds(struct text_confirm *c, enum property which)
{
	return value_holds(c, c->tree, json_member(c->tree, c->properties, property_names[which]));
}

static bool names_hold(struct text_confirm *c)
{
	static const enum member members[] = {MEMBER_UUID, MEMBER_USER, MEMBER_USER_ALIAS};
	static const enum property names[] = {
		PROPERTY_SPAN_NAME, PROPERTY_TRACE_NAME, PROPERTY_MODEL, PROPERTY_PROVIDER,
		PROPERTY_TRACE,     PROPERTY_SESSION,    PROPERTY_SPAN,  PROPERTY_GENERATION,
		PROPERTY_PARENT,    PROPERTY_USER,
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (member_holds(c, members[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (property_holds(c, names[i]))
			return true;
	}
	/* The names of the kinds are the same of all. */
	return (c->flags & EVENT_KIND_MASK) == EVENT_OTHER_AI && member_holds(c, MEMBER_EVENT);
}

/* ---- parts ---- */

static bool has_role(const struct part *p, enum field_role role)
{
	switch (role) {
	case FIELD_ROLE_USER:
		return str_eq(p->role, STR("user"));
	case FIELD_ROLE_ASSISTANT:
		return str_eq(p->role, STR("assistant"));
	case FIELD_ROLE_SYSTEM:
		return str_eq(p->role, STR("system")) || str_eq(p->role, STR("developer"));
	case FIELD_ROLE_TOOL:
		return str_eq(p->role, STR("tool")) || str_eq(p->role, STR("function"));
	default:
		return true;
	}
}

static bool any_holds(struct text_confirm *c, const struct part *p)
{
	bool json = p->type == PART_UNKNOWN;

	return (json ? json_holds(c, p->text) : holds(c, p->text)) || holds(c, p->name) ||
	       json_holds(c, p->arguments) || json_holds(c, p->result) || holds(c, p->id);
}

/* What a span that is a tool call took and gave is arguments and result. */
static bool is_whole(const struct text_confirm *c, const struct part *p)
{
	unsigned places = c->wanted.places;
	bool tool = c->flags & EVENT_TOOL, input = p->side == SIDE_INPUT;

	return (places & (input ? TEXT_INPUT : TEXT_OUTPUT)) ||
	       (tool && (places & (input ? TEXT_ARGUMENTS : TEXT_RESULT))) ||
	       ((places & TEXT_SYSTEM) && has_role(p, FIELD_ROLE_SYSTEM)) ||
	       ((places & TEXT_THINKING) && p->type == PART_REASONING);
}

static bool is_json(struct str text)
{
	struct json_tree tree;
	struct json_report report;
	bool json;

	text = str_trim(text);
	if (text.n < 2 || (text.p[0] != '{' && text.p[0] != '['))
		return false;
	json = json_tree_parse(&tree, text, &report) == ERR_OK;
	json_tree_free(&tree);
	return json;
}

static bool part_holds(struct text_confirm *c, const struct part *p)
{
	unsigned places = c->wanted.places;

	if (!has_role(p, c->wanted.role))
		return false;
	if (places & TEXT_MEDIA) {
		if (c->wanted.parts & 1u << p->type)
			return true;
		if (c->wanted.json && p->type == PART_TEXT && is_json(p->text))
			return true;
	}
	if (!c->rule)
		return false;
	if (is_whole(c, p))
		return any_holds(c, p);
	if (p->type == PART_TOOL_CALL)
		return ((places & TEXT_ARGUMENTS) && json_holds(c, p->arguments)) ||
		       ((places & TEXT_TOOL) && holds(c, p->name));
	return p->type == PART_TOOL_RESULT && (places & TEXT_RESULT) && json_holds(c, p->result);
}

static bool parts_hold(struct text_confirm *c)
{
	struct messages messages;
	bool found = false;

	messages_read(&messages, c->tree, c->properties);
	for (uint32_t i = 0; i < messages.n && !found; i++)
		found = part_holds(c, &messages.parts[i]);
	messages_free(&messages);
	return found;
}

/* ---- hits ---- */

/* What is known without a tree. */
enum guess { GUESS_NO, GUESS_YES, GUESS_DOUBT };

static bool is_wanted(const struct text_confirm *c, enum text_stands stands)
{
	unsigned places = c->wanted.places;

	if (stands == TEXT_STANDS_NAME)
		return places & TEXT_NAMES;
	return c->wanted.role == FIELD_ROLE_ANY &&
	       (places & (stands == TEXT_STANDS_INPUT ? TEXT_INPUT : TEXT_OUTPUT));
}

static bool raw_holds(struct text_confirm *c, const struct text_hits *hits, struct str raw)
{
	if (c->literal && text_hits_is_literal(hits, (size_t)(raw.p - hits->raw.p)))
		return true;
	if (!is_escaped(raw))
		return holds(c, raw);
	buf_clear(&c->text);
	json_unescape(&c->text, raw);
	return holds(c, buf_str(&c->text));
}

static enum guess guess(struct text_confirm *c, struct str json, size_t from)
{
	struct text_hits hits = {.forms = c->forms, .raw = json};
	size_t at = text_hits_next(&hits, from);
	enum guess guess = GUESS_NO;

	text_walk_begin(&c->walk, json);
	for (int i = 0; at != SIZE_MAX; i++) {
		struct str text = STR_EMPTY;
		enum text_stands stands = text_walk_to(&c->walk, at, &text);
		bool wanted = stands >= TEXT_STANDS_NAME && is_wanted(c, stands);

		if (i == TRIES_MAX)
			return GUESS_DOUBT;
		if (wanted && raw_holds(c, &hits, text))
			return GUESS_YES;
		if (wanted || stands != TEXT_STANDS_NOWHERE)
			guess = GUESS_DOUBT;
		/* All of a text has been looked at. */
		at = wanted ? (size_t)(text.p + text.n - json.p) : at + 1;
		at = text_hits_next(&hits, at);
	}
	return guess;
}

/* Whether the bytes that a side's messages are read from hold what they must. */
static bool side_has_hit(const struct text_confirm *c, enum part_side side)
{
	uint32_t at = messages_property(c->tree, c->properties, side);
	struct text_hits hits = {.forms = c->forms, .raw = json_raw(c->tree, at)};

	return at != JSON_NO_NODE && text_hits_next(&hits, 0) != SIZE_MAX;
}

static bool messages_hold(struct text_confirm *c)
{
	/* A result has the name of its call, which may stand on the other side. */
	return (!c->forms || side_has_hit(c, SIDE_INPUT) || side_has_hit(c, SIDE_OUTPUT)) &&
	       parts_hold(c);
}

/* ---- the event ---- */

static enum err parse(struct json_tree *tree, const struct journal *journal, struct str json,
                      struct errinfo *e)
{
	struct json_report report;
	enum err err = json_tree_parse(tree, json, &report);

	if (err == ERR_LIMIT && report.fault == JSON_OK)
		return err_set(e, err, "not enough memory to open an event of %zu bytes", json.n);
	return err ? journal_changed(journal, json_fault_text(report.fault), err, e) : ERR_OK;
}

/* An object, or one in a string; without any, the event itself. */
static void find_properties(struct text_confirm *c)
{
	uint32_t at = json_member(&c->event, 0, STR("properties"));
	struct json_report report;

	c->tree = &c->event;
	c->properties = json_type_of(&c->event, at) == JSON_OBJECT ? at : JSON_NO_NODE;
	if (json_type_of(&c->event, at) != JSON_STRING)
		return;
	buf_clear(&c->encoded_text);
	json_text(&c->event, at, &c->encoded_text);
	if (json_tree_parse(&c->encoded, buf_str(&c->encoded_text), &report) == ERR_OK &&
	    json_type_of(&c->encoded, 0) == JSON_OBJECT) {
		c->tree = &c->encoded;
		c->properties = 0;
	}
}

static bool look(struct text_confirm *c)
{
	unsigned places = c->wanted.places;

	if (c->rule) {
		if ((places & TEXT_NAMES) && names_hold(c))
			return true;
		if ((places & TEXT_TOOL) && (c->flags & EVENT_TOOL) &&
		    property_holds(c, PROPERTY_SPAN_NAME))
			return true;
		if ((places & TEXT_ERROR) && property_holds(c, PROPERTY_ERROR))
			return true;
	}
	return (places & PARTS) && messages_hold(c);
}

enum text_verdict text_confirm(struct text_confirm *c, const struct journal *journal,
                               struct str json, size_t from, uint32_t flags, struct errinfo *e)
{
	enum text_verdict verdict = TEXT_UNREADABLE;
	enum guess known = c->forms ? guess(c, json, from) : GUESS_DOUBT;

	if (known != GUESS_DOUBT)
		return known == GUESS_YES ? TEXT_IS : TEXT_IS_NOT;
	c->gave_up = false;
	c->flags = flags;
	c->encoded = (struct json_tree){0};
	if (parse(&c->event, journal, json, e) == ERR_OK) {
		find_properties(c);
		verdict = look(c) ? TEXT_IS : c->gave_up ? TEXT_GIVEN_UP : TEXT_IS_NOT;
	}
	json_tree_free(&c->encoded);
	json_tree_free(&c->event);
	return verdict;
}
