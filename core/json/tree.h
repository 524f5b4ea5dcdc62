/* A flat tree of raw slices over one JSON document: no copies, no recursion, members in the order
 * they were sent. */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include "json/lexer.h"

#define JSON_NO_NODE UINT32_MAX

struct json_node {
	struct json_slice value;   /* objects and arrays: brackets included */
	uint32_t key_off, key_len; /* raw, without quotes; both 0 outside objects */
	uint32_t next;             /* the node after this one's subtree */
	uint32_t count;            /* members or elements */
	bool key_escaped;
};

/* nodes[0] is the document's value; a node's first child, if count > 0, is the next node. */
struct json_tree {
	struct str doc; /* borrowed: must outlive the tree */
	struct json_node *nodes;
	uint32_t n;
};

/* ERR_PARSE, or ERR_LIMIT for nesting (JSON_TOO_DEEP) or lack of memory (JSON_OK), with report
 * filled. On error the tree is empty. Free with json_tree_free in either case. */
enum err json_tree_parse(struct json_tree *t, struct str doc, struct json_report *report) MUST_USE;
void json_tree_free(struct json_tree *t);

/* Children: for (c = json_first(t, at); c != JSON_NO_NODE; c = json_next(t, at, c)). All take
 * JSON_NO_NODE and give it back, so that look-ups can be chained. */
uint32_t json_first(const struct json_tree *t, uint32_t at);
uint32_t json_next(const struct json_tree *t, uint32_t parent, uint32_t child);
/* The last member of that name, or JSON_NO_NODE. */
uint32_t json_member(const struct json_tree *t, uint32_t object, struct str name);
/* JSON_ABSENT for JSON_NO_NODE. */
enum json_type json_type_of(const struct json_tree *t, uint32_t at);
/* As sent; strings without quotes. */
struct str json_raw(const struct json_tree *t, uint32_t at);
void json_key(const struct json_tree *t, uint32_t at, struct buf *out);
/* Strings unescaped, everything else as sent. */
void json_text(const struct json_tree *t, uint32_t at, struct buf *out);

#endif
