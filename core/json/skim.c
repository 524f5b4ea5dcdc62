/* The skimmer: named members of a document, found while the lexer checks it.
 *
 * How it works. The lexer watches one or two levels and reports their values (lexer.c); those that
 * somebody wants are kept as slices. Nearly all members of an event have one form: no blanks, a
 * plain key, and a string, a number or a word as value. pass_usual takes these without the lexer, a
 * member at a time. It moves the lexer on only behind a member that is whole, and stops before
 * anything that it has a doubt about; so it accepts nothing that the lexer would not, and faults
 * and their places are the lexer's alone.
 *
 * A sender writes its members in one order, so the key that follows is mostly the one that followed
 * last time: it takes one comparison, and is neither scanned nor looked up.
 *
 * Left to others: key sets (keys.c), how far strings and digits go on (scan.h). */
#include "json/lexer_internal.h"
#include "json/scan.h"

#include <string.h>

#define SHORTEST 5 /* bytes of a member with its comma: ,"":1 */

/* The members of an object that is watched, and where they go. */
struct watched {
	struct json_keys *keys;
	struct json_slice *out;  /* one for each key */
	struct json_slice *open; /* the one whose object or array is being read, or NULL */
	unsigned behind;         /* the member that was passed last, see json_keys_guess */
};

struct skim {
	struct json_lexer lexer;
	struct watched levels[2];  /* by how many objects are around their members, less one */
	struct json_slice *around; /* the outer member whose members are wanted, or NULL */
	uint8_t top;               /* enum json_type */
};

static void clear(const struct watched *watched)
{
	memset(watched->out, 0, json_keys_count(watched->keys) * sizeof(*watched->out));
}

/* Keeps a member's value and says where; NULL if nobody wants it. */
static inline struct json_slice *keep(struct skim *skim, const struct watched *watched,
                                      size_t number, const struct json_token *value)
{
	struct json_slice *out;

	if (number == JSON_NO_KEY)
		return NULL;
	out = &watched->out[number];
	if (out == skim->around)
		clear(&skim->levels[1]); /* of an earlier member of the same name */
	*out = json_lexer_slice(&skim->lexer, value);
	return out;
}

/* ---- usual members ---- */

static inline void set(struct json_token *token, const uint8_t *from, const uint8_t *to,
                       enum json_type type)
{
	token->text = (struct str){(const char *)from, (size_t)(to - from)};
	token->type = (uint8_t)type;
	token->escaped = false;
}

/* A key that is none of those expected. Gives its length, or 0: it has another form. */
static inline size_t other_key(struct watched *watched, const uint8_t *p, const uint8_t *end,
                               size_t *number)
{
	uint64_t marks = scan_marks_within(p, end);
	size_t n = marks ? (size_t)__builtin_ctzll(marks) / SCAN_MARK : 0;

	if (n == 0 || end - p < (ptrdiff_t)n + 2 || p[n] != '"' || p[n + 1] != ':')
		return 0;
	*number = json_keys_find(watched->keys, (struct str){(const char *)p, n}, false);
	json_keys_learn(watched->keys, watched->behind, *number);
	return n;
}

/* `"key":`, from behind its first quote. Gives where the value begins, or NULL. */
static inline const uint8_t *usual_key(struct watched *watched, const uint8_t *p,
                                       const uint8_t *end, size_t *number)
{
	size_t n = 0;

	if (end - p >= JSON_KEY_GUESSED + 2)
		n = json_keys_guess(watched->keys, watched->behind, p, number);
	if (n == 0)
		n = other_key(watched, p, end, number);
	if (n == 0)
		return NULL;
	watched->behind = json_keys_behind(watched->behind, *number);
	return p + n + 2;
}

/* A function that takes a usual value gives the byte behind it, or NULL. */
static inline const uint8_t *usual_string(const uint8_t *quote, const uint8_t *end,
                                          struct json_token *value)
{
	const uint8_t *p = quote + 1;
	uint64_t marks = p < end ? scan_marks_within(p, end) : 0;
	bool escaped = false;

	if (marks != 0)
		p += __builtin_ctzll(marks) / SCAN_MARK;
	else
		p = scan_near(end - p < SCAN_WIDTH ? p : p + SCAN_WIDTH, end);
	if (p < end && *p != '"')
		p = scan_far(p, end, &escaped);
	if (p == end || *p != '"')
		return NULL;
	set(value, quote + 1, p, JSON_STRING);
	value->escaped = escaped;
	return p + 1;
}

/* Digits, or digits, a point and digits, with another member or the object's end behind them. */
static inline const uint8_t *usual_number(const uint8_t *start, const uint8_t *end,
                                          struct json_token *value)
{
	const uint8_t *p = scan_past_digits(start, end), *point = p;

	if (p == start || p == end || (*start == '0' && p - start > 1))
		return NULL;
	if (*p == '.') {
		p = scan_past_digits(p + 1, end);
		if (p == point + 1)
			return NULL;
	}
	if (p == end || (*p != ',' && *p != '}'))
		return NULL;
	set(value, start, p, JSON_NUMBER);
	return p;
}

static inline const uint8_t *usual_word(const uint8_t *p, const uint8_t *end,
                                        struct json_token *value)
{
	if (end - p < 5)
		return NULL;
	if (memcmp(p, "true", 4) == 0)
		set(value, p, p + 4, JSON_TRUE);
	else if (memcmp(p, "null", 4) == 0)
		set(value, p, p + 4, JSON_NULL);
	else if (memcmp(p, "false", 5) == 0)
		set(value, p, p + 5, JSON_FALSE);
	else
		return NULL;
	return (const uint8_t *)value->text.p + value->text.n;
}

/* Takes one member, or false: then the lexer stands where it stood. */
static inline bool usual_member(struct skim *skim, struct watched *watched)
{
	struct json_lexer *lexer = &skim->lexer;
	const uint8_t *p = lexer->at, *end = lexer->end;
	struct json_token value;
	size_t number;

	if (end - p < SHORTEST || (lexer->place == JSON_AFTER_VALUE && *p++ != ','))
		return false;
	if (*p++ != '"')
		return false;
	p = usual_key(watched, p, end, &number);
	if (!p || p == end)
		return false;
	if (*p == '"')
		p = usual_string(p, end, &value);
	else if (*p >= '0' && *p <= '9')
		p = usual_number(p, end, &value);
	else
		p = usual_word(p, end, &value);
	if (!p)
		return false;
	keep(skim, watched, number, &value);
	lexer->place = JSON_AFTER_VALUE;
	lexer->at = p;
	return true;
}

static void pass_usual(struct skim *skim)
{
	unsigned level = skim->lexer.depth;

	if (level == 0 || level > skim->lexer.watch ||
	    skim->lexer.end - skim->lexer.start < SCAN_WIDTH)
		return;
	while (usual_member(skim, &skim->levels[level - 1])) {
	}
}

/* ---- what the lexer reports ---- */

/* Keeps the value that was just reported if somebody wants it, and says where. */
static struct json_slice *skim_value(struct skim *skim, unsigned level)
{
	struct watched *watched = &skim->levels[level - 1];
	const struct json_lexer *lexer = &skim->lexer;
	size_t number = json_keys_find(watched->keys, lexer->key.text, lexer->key.escaped);

	return keep(skim, watched, number, &lexer->value);
}

static void skim_scalar(struct skim *skim, unsigned level)
{
	if (level > 0)
		skim_value(skim, level);
	else
		skim->top = skim->lexer.value.type;
}

static void skim_open(struct skim *skim, unsigned level)
{
	bool object = skim->lexer.value.type == JSON_OBJECT;
	struct json_slice *out;

	if (level == 0) {
		skim->top = skim->lexer.value.type;
		skim->lexer.watch = object ? 1 : 0;
		return;
	}
	out = skim_value(skim, level);
	skim->levels[level - 1].open = out;
	if (object && out && out == skim->around) {
		skim->lexer.watch = 2;
		skim->levels[1].behind = JSON_KEYS_START;
	}
}

/* The length of an object or array is known only here. */
static void skim_close(struct skim *skim, unsigned level)
{
	struct json_slice *out = level > 0 ? skim->levels[level - 1].open : NULL;

	if (out)
		out->len = json_lexer_offset(&skim->lexer) - out->off;
	if (level == 1)
		skim->lexer.watch = 1;
}

enum json_fault json_skim(struct str doc, const struct json_want *want,
                          struct json_slice *outer_out, struct json_slice *inner_out,
                          enum json_type *top, struct json_report *report)
{
	struct skim skim;
	struct json_lexer *lexer = &skim.lexer;
	enum json_event event;

	skim.levels[0] = (struct watched){want->outer, outer_out, NULL, JSON_KEYS_START};
	skim.levels[1] = (struct watched){want->inner, inner_out, NULL, JSON_KEYS_START};
	skim.around = want->inner ? &outer_out[want->inner_at] : NULL;
	clear(&skim.levels[0]);
	if (want->inner)
		clear(&skim.levels[1]);
	json_lexer_start(lexer, doc, 0);
	skim.top = JSON_ABSENT;
	do {
		pass_usual(&skim);
		event = json_lexer_next(lexer);
		if (event == JSON_EVENT_SCALAR)
			skim_scalar(&skim, lexer->depth);
		else if (event == JSON_EVENT_OPEN)
			skim_open(&skim, lexer->depth - 1);
		else if (event == JSON_EVENT_CLOSE)
			skim_close(&skim, lexer->depth);
	} while (event != JSON_EVENT_END && event != JSON_EVENT_FAULT);
	*top = (enum json_type)skim.top;
	*report = lexer->report;
	return report->fault;
}
