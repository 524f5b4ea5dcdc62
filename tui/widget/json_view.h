/* JSON as a tree that folds: drawn from the nodes of a parsed document, without a copy, so that one of many megabytes opens at
 * once. A row is a value; a long string unfolds to its lines, one that holds JSON to a tree of its own.
 *
 * Text that is looked for is a line of a string, or a key; what is folded is looked into and unfolds. Loop thread only. */
#ifndef WIDGET_JSON_VIEW_H
#define WIDGET_JSON_VIEW_H

#include "base/match.h"
#include "draw/surface.h"
#include "widget/list.h"
#include "json/tree.h"

/* A row: of a node of a document its own (0), or one of the rows of its unfolded text (from 1). */
struct json_place {
	uint32_t doc, node, row;
};

struct json_doc;
struct json_string;

struct json_view {
	struct list list;         /* rows */
	struct json_place cursor; /* the row list.cursor; of none if there is no document */
	struct errinfo error;     /* why the last thing looked for is none */
	/* private */
	struct json_doc *docs; /* 0: what is shown; then what stands in its strings */
	uint32_t n_docs, cap_docs;
	struct json_string *texts; /* strings that are unfolded */
	uint32_t n_texts, cap_texts;
	int columns;   /* of the last drawing */
	bool numbered; /* list has the numbers of rows as they are folded now */
	struct match *match;
	struct buf typed, line;
	struct json_place seek; /* where the search goes on */
	size_t seek_line;       /* and at which byte of a string */
	size_t seek_before, seek_last;
	uint64_t seek_left; /* nodes to look into; 0: none is under way */
	int seek_direction;
	bool wrapped; /* the search went past the end, or the beginning */
	struct json_place hit;
	size_t hit_line;
	bool has_hit;
	struct {
		struct json_place at;   /* an unfolded string, which gets rows as far as `to` */
		size_t to;              /* bytes of its raw text */
		bool under_way, to_hit; /* to_hit: the cursor goes there then */
	} laying;
	struct json_place count; /* where counting goes on */
	size_t count_line;
	struct json_hits {
		uint64_t lines, folded;
	} counting, found; /* found: of all of it */
	bool known;        /* found is, for folds as they are or were */
	bool counted;      /* as they are */
	struct {
		uint32_t doc, parent, node, index;
	} indexes[32]; /* of array elements met last, by their depth */
};

void json_view_init(struct json_view *v);
void json_view_fini(struct json_view *v);
/* Shows a document from its top, members of its `properties` unfolded. t is borrowed until the next call; NULL: nothing. */
void json_view_show(struct json_view *v, const struct json_tree *t);

void json_view_draw(struct json_view *v, struct surface *s, struct area a);
/* Movement, OPEN LEFT, FOLD_TOGGLE FOLD_NONE FOLD_ALL FOLD_LEVEL (argument: levels) FOLD_SIBLINGS UNFOLD_SIBLINGS, SAME_KEY.
 * False for any other, for LEFT on the outermost value, and where no other place has this key. */
bool json_view_act(struct json_view *v, enum action action, int argument);
/* As reader_find, reader_busy, reader_find_status, reader_go (numbers of rows). */
bool json_view_find(struct json_view *v, struct str typed, int direction);
bool json_view_busy(const struct json_view *v);
void json_view_find_status(const struct json_view *v, struct buf *out);
void json_view_go(struct json_view *v, uint64_t number, bool percent);
int json_view_percent(const struct json_view *v);

enum json_copy {
	JSON_COPY_VALUE, /* a string's text, else the JSON as sent */
	JSON_COPY_KEY,
	JSON_COPY_PATH, /* properties.$ai_input[0].content */
	JSON_COPY_JQ, /* .properties["$ai_input"][0].content; of JSON in a string: .a | fromjson | .b */
};
/* Of what the cursor is on, any bytes, appended to out. False: there is none (an element has no key). */
bool json_view_copy(struct json_view *v, enum json_copy what, struct buf *out);

#endif
