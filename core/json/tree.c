/* The flat tree: every value of a document as one node in the order of the text, so that a subtree
 * is a range and a walk is a loop. It drives the lexer with all levels watched and adds nothing to
 * what it accepts.
 *
 * Invariants: a node's subtree is nodes[at .. next). While an object or array is open, its `next`
 * holds the number of the node around it; closing sets it to what it says, which gives the way back
 * up without a stack.
 *
 * Memory: 32 bytes a node, decided by outside data (`[1,1,1...` is 16 bytes of tree for one of
 * text), so running out is an error and not the end of the program. */
#include "json/tree.h"

#include "base/mem.h"
#include "json/lexer_internal.h"

#include <string.h>

#define FIRST_NODES 64

struct builder {
	struct json_tree *tree;
	uint32_t cap;
	uint32_t open; /* the innermost open object or array, or JSON_NO_NODE */
};

static bool grow(struct builder *builder)
{
	uint32_t cap = builder->cap ? builder->cap * 2 : FIRST_NODES;
	struct json_tree *tree = builder->tree;
	struct json_node *nodes;

	if (cap < builder->cap)
		return false;
	nodes = mem_try(cap * sizeof(*nodes));
	if (!nodes)
		return false;
	if (tree->n > 0)
		memcpy(nodes, tree->nodes, tree->n * sizeof(*nodes));
	mem_free(tree->nodes);
	tree->nodes = nodes;
	builder->cap = cap;
	return true;
}

/* Adds the value that the lexer reported; false when memory ran out. */
static bool add_node(struct builder *builder, const struct json_lexer *lexer, bool opens)
{
	struct json_tree *tree = builder->tree;
	uint32_t around = builder->open;
	struct json_node *node;

	if (tree->n == builder->cap && !grow(builder))
		return false;
	node = &tree->nodes[tree->n];
	*node = (struct json_node){.value = json_lexer_slice(lexer, &lexer->value),
	                           .next = tree->n + 1};
	if (around != JSON_NO_NODE) {
		tree->nodes[around].count++;
		if (tree->nodes[around].value.type == JSON_OBJECT) {
			struct json_slice key = json_lexer_slice(lexer, &lexer->key);

			node->key_off = key.off;
			node->key_len = key.len;
			node->key_escaped = key.escaped;
		}
	}
	if (opens) {
		node->next = around;
		builder->open = tree->n;
	}
	tree->n++;
	return true;
}

static void close_node(struct builder *builder, const struct json_lexer *lexer)
{
	struct json_node *node = &builder->tree->nodes[builder->open];

	node->value.len = json_lexer_offset(lexer) - node->value.off;
	builder->open = node->next;
	node->next = builder->tree->n;
}

enum err json_tree_parse(struct json_tree *t, struct str doc, struct json_report *report)
{
	struct builder builder = {.tree = t, .open = JSON_NO_NODE};
	struct json_lexer lexer;
	enum json_event event;
	bool room = true;

	*t = (struct json_tree){.doc = doc};
	json_lexer_start(&lexer, doc, JSON_MAX_DEPTH);
	do {
		event = json_lexer_next(&lexer);
		if (event == JSON_EVENT_SCALAR || event == JSON_EVENT_OPEN)
			room = add_node(&builder, &lexer, event == JSON_EVENT_OPEN);
		else if (event == JSON_EVENT_CLOSE)
			close_node(&builder, &lexer);
	} while (room && event != JSON_EVENT_END && event != JSON_EVENT_FAULT);
	*report = lexer.report;
	if (event == JSON_EVENT_END)
		return ERR_OK;
	json_tree_free(t);
	return !room || report->fault == JSON_TOO_DEEP ? ERR_LIMIT : ERR_PARSE;
}

void json_tree_free(struct json_tree *t)
{
	mem_free(t->nodes);
	*t = (struct json_tree){0};
}

uint32_t json_first(const struct json_tree *t, uint32_t at)
{
	return at != JSON_NO_NODE && t->nodes[at].count > 0 ? at + 1 : JSON_NO_NODE;
}

uint32_t json_next(const struct json_tree *t, uint32_t parent, uint32_t child)
{
	if (parent == JSON_NO_NODE || child == JSON_NO_NODE)
		return JSON_NO_NODE;
	return t->nodes[child].next < t->nodes[parent].next ? t->nodes[child].next : JSON_NO_NODE;
}

static struct str raw_key(const struct json_tree *t, uint32_t at)
{
	return str_sub(t->doc, t->nodes[at].key_off, t->nodes[at].key_len);
}

static bool has_name(const struct json_tree *t, uint32_t at, struct str name)
{
	struct str raw = raw_key(t, at);
	struct buf key = {0};
	bool same;

	if (!t->nodes[at].key_escaped)
		return str_eq(raw, name);
	if (raw.n < name.n || raw.n / 6 > name.n) /* a byte takes up to six as an escape */
		return false;
	json_unescape(&key, raw);
	same = str_eq(buf_str(&key), name);
	buf_free(&key);
	return same;
}

uint32_t json_member(const struct json_tree *t, uint32_t object, struct str name)
{
	uint32_t found = JSON_NO_NODE;

	if (json_type_of(t, object) != JSON_OBJECT)
		return JSON_NO_NODE;
	for (uint32_t c = json_first(t, object); c != JSON_NO_NODE; c = json_next(t, object, c))
		if (has_name(t, c, name))
			found = c;
	return found;
}

enum json_type json_type_of(const struct json_tree *t, uint32_t at)
{
	return at == JSON_NO_NODE ? JSON_ABSENT : (enum json_type)t->nodes[at].value.type;
}

struct str json_raw(const struct json_tree *t, uint32_t at)
{
	return at == JSON_NO_NODE ? STR_EMPTY : json_slice_str(t->doc, t->nodes[at].value);
}

void json_key(const struct json_tree *t, uint32_t at, struct buf *out)
{
	struct str raw = at == JSON_NO_NODE ? STR_EMPTY : raw_key(t, at);

	json_unescape(out, raw);
}

void json_text(const struct json_tree *t, uint32_t at, struct buf *out)
{
	if (at != JSON_NO_NODE)
		json_slice_text(out, t->doc, t->nodes[at].value);
}
