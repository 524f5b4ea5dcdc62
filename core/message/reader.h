/* Private to message/: what its files share while one event's messages are read. */
#ifndef MESSAGE_READER_H
#define MESSAGE_READER_H

#include "message/decode.h"
#include "message/message.h"

/* What a value takes from the message around it. */
struct context {
	struct str role; /* normalised; empty: nobody has said it yet */
	uint32_t message;
	enum part_side side;
	bool inside;    /* a message: what follows belongs to it and is no message of its own */
	bool skip_text; /* text blocks were joined into a tool's result already */
};

/* One entry a type of block. read gives false, and adds nothing, if the block is not what its
 * type says. */
struct reader;
struct block;
typedef bool block_fn(struct reader *r, const struct context *c, struct place at,
                      const struct block *b);
struct block {
	struct str type;
	block_fn *read;
	enum part_type part;
	struct str name; /* of the tool that the type stands for */
};
/* NULL if there is no entry of that type. */
const struct block *block_find(struct str type);
/* The entry of an object's type, else of a key that tells an untyped one (Gemini, Bedrock);
 * *inner is what it reads. */
const struct block *block_of(struct place at, struct place *inner);
block_fn block_text, block_call, block_result, block_builtin, block_hits, block_source, block_media;

/* A list that is being read, or the members of a message that come after its content. */
struct frame {
	struct context context;
	struct place parent;
	uint32_t child;           /* the element to be read next; JSON_NO_NODE at the end */
	const struct block *hint; /* of elements that do not say their type */
	struct decoded *decoded; /* the document that the list stands in, if it is the list's own */
	bool tail;
	uint32_t step;       /* tail: the next member */
	uint32_t parts_then; /* tail: how many parts there were before the message */
};

#define READER_DEPTH 16 /* lists in lists that are taken apart; what is deeper stays JSON */

struct reader {
	struct messages *out;
	uint32_t cap;
	uint32_t next_message;
	struct frame stack[READER_DEPTH];
	uint32_t depth;
	struct buf scratch;
};

/* Reads everything that stands at a property. */
void reader_value(struct reader *r, enum part_side side, struct place at);
void reader_state(struct reader *r, enum part_side side, struct place at);

/* The new part is valid until the next is added. */
struct part *reader_part(struct reader *r, const struct context *c, enum part_type type);
void reader_unknown(struct reader *r, const struct context *c, struct place at);
/* Elements of a list follow at once, after whatever the caller adds before it returns. */
void reader_list(struct reader *r, const struct context *c, struct place list,
                 const struct block *hint);
bool reader_full(const struct reader *r); /* no room for another list */

/* Strings unescaped, null and absent as the empty text, everything else as sent. Lives in the
 * list's arena. */
struct str reader_text(struct reader *r, struct place at);
struct str role_of(struct arena *arena, struct str word);
/* Whether a word that stands as a type says who speaks ("human", "AIMessage"). */
bool role_known(struct str word);

#endif
