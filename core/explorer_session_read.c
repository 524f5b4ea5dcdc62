/* What a turn says, read by a worker: its events one after the other, so that no more than one payload is in memory.
 *
 * A part is known again by the hash of what it says, and by which of several that say the same in one call it is: a second "yes"
 * in a history is another one than the first. Known is of each the earliest turn that was read. When an earlier one than that is
 * read later, the other is stale: it says less than what was made of it. */
#include "explorer_session_internal.h"

#include "base/clean.h"
#include "base/mem.h"
#include "message/fingerprint.h"

#define NOBODY     UINT32_MAX
#define KNOWN_MAX  (1u << 19) /* what is said beyond that is new each time */
#define PART_BYTES (TURN_BYTES / 4)

#define ARENA_BYTES 1024 /* of one that holds little */

struct said_known {
	uint64_t print;
	uint32_t turn;          /* the earliest that says it; NOBODY */
	uint32_t reading;       /* in which it became a part last */
	uint32_t call, in_call; /* how often this call has it so far */
};

/* ---- what is known ------------------------------------------------------------------------------------------------ */

void session_known_clear(struct session_known *k)
{
	hash_index_clear(&k->index);
	k->n = k->n_stale = 0;
}

void session_known_free(struct session_known *k)
{
	hash_index_free(&k->index);
	mem_free(k->list);
	mem_free(k->stale);
	buf_free(&k->scratch);
	*k = (struct session_known){0};
}

static bool same_print(const void *ctx, uint32_t number, const void *key)
{
	const struct session_known *k = ctx;

	return k->list[number].print == *(const uint64_t *)key;
}

/* NULL: there is no room. Good until the next one. */
static struct said_known *known_of(struct session_known *k, uint64_t print)
{
	uint32_t at = hash_index_find(&k->index, print, same_print, k, &print);

	if (at != HASH_NONE)
		return &k->list[at];
	if (k->n == KNOWN_MAX)
		return NULL;
	if (k->n == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 256;
		k->list = mem_resize(k->list, k->cap, sizeof(*k->list));
	}
	k->list[k->n] = (struct said_known){.print = print, .turn = NOBODY};
	hash_index_add(&k->index, print, k->n);
	return &k->list[k->n++];
}

/* Providers write the arguments of a call with other blanks when they are sent back. */
static struct str without_blanks(struct buf *out, struct str text)
{
	buf_clear(out);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != ' ' && text.p[i] != '\n' && text.p[i] != '\t')
			buf_add(out, text.p[i]);
	return buf_str(out);
}

static uint64_t print_of(struct session_known *k, const struct part *p)
{
	struct part said = *p;

	said.id = STR_EMPTY;
	said.failed = false;
	said.text = str_trim(p->text);
	said.arguments = without_blanks(&k->scratch, p->arguments);
	return fingerprint_part(0, &said);
}

static struct said_known *occurrence(struct session_known *k, const struct part *p)
{
	uint64_t print = print_of(k, p);
	struct said_known *said = known_of(k, print);
	uint64_t words[2];

	if (said == NULL)
		return NULL;
	if (said->call != k->call)
		said->in_call = 0;
	said->call = k->call;
	if (said->in_call++ == 0)
		return said;
	words[0] = print;
	words[1] = said->in_call;
	return known_of(k, hash64((struct str){(const char *)words, sizeof(words)}));
}

static void add_stale(struct session_known *k, uint32_t turn)
{
	if (k->n_stale > 0 && k->stale[k->n_stale - 1] == turn)
		return;
	if (k->n_stale == k->cap_stale) {
		k->cap_stale = k->cap_stale ? k->cap_stale * 2 : 16;
		k->stale = mem_resize(k->stale, k->cap_stale, sizeof(*k->stale));
	}
	k->stale[k->n_stale++] = turn;
}

/* False: an earlier turn has said it. */
static bool claim(struct session_known *k, struct said_known *said, uint32_t turn)
{
	if (said->turn < turn)
		return false;
	if (said->turn > turn && said->turn != NOBODY)
		add_stale(k, said->turn);
	said->turn = turn;
	return true;
}

/* ---- a turn ------------------------------------------------------------------------------------------------------- */

void turn_free(struct turn *t)
{
	if (t == NULL)
		return;
	messages_free(&t->messages);
	mem_free(t->said);
	buf_free(&t->failed);
	mem_free(t);
}

/* An arena has up to as much again in its blocks. */
size_t turn_bytes(const struct turn *t)
{
	return sizeof(*t) + ARENA_BYTES + 2 * t->messages.arena.bytes +
	       t->messages.n * (sizeof(*t->messages.parts) + sizeof(*t->said));
}

void turn_reading_fini(struct turn_reading *r)
{
	turn_free(r->out);
	buf_free(&r->names);
	mem_free(r->items);
}

/* Cut between characters. */
static struct str keep(struct turn *t, struct str text, uint64_t *cut)
{
	size_t n = text.n;

	if (n > PART_BYTES) {
		n = PART_BYTES;
		while (n > PART_BYTES - 4 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
			n--;
	}
	*cut += text.n - n;
	return arena_copy(&t->messages.arena, str_sub(text, 0, n));
}

static bool has_room(struct turn *t)
{
	uint32_t n = t->messages.n;

	if (n >= TURN_PARTS || t->messages.arena.bytes >= TURN_BYTES) {
		t->left_out++;
		return false;
	}
	/* Sizes are powers of two, and full when they are reached. */
	if ((n & (n - 1)) == 0) {
		uint32_t cap = n > 0 ? n * 2 : 1;

		t->messages.parts = mem_resize(t->messages.parts, cap, sizeof(*t->messages.parts));
		t->said = mem_resize(t->said, cap, sizeof(*t->said));
	}
	return true;
}

/* Messages are numbered anew: those of a turn come from several calls. */
static void add_part(struct turn *t, const struct part *p, struct said said, uint32_t *message)
{
	uint32_t n = t->messages.n;
	struct part *to;
	bool follows;

	if (!has_room(t))
		return;
	follows = n > 0 && t->said[n - 1].event == said.event && t->said[n - 1].as == said.as &&
	          *message == p->message;
	*message = p->message;
	to = &t->messages.parts[n];
	*to = *p;
	to->message = n == 0 ? 0 : to[-1].message + !follows;
	to->role = keep(t, p->role, &said.cut);
	to->text = keep(t, p->text, &said.cut);
	to->name = keep(t, p->name, &said.cut);
	to->id = keep(t, p->id, &said.cut);
	to->arguments = keep(t, p->arguments, &said.cut);
	to->result = keep(t, p->result, &said.cut);
	t->said[n] = said;
	t->messages.n = n + 1;
}

static void add_line(struct turn *t, const struct turn_item *item, enum said_as as, struct str text)
{
	struct part p = {.side = SIDE_OUTPUT, .type = PART_TEXT, .text = text, .failed = true};
	uint32_t message = UINT32_MAX;

	p.failed = as == SAID_ERROR;
	if (text.n > 0)
		add_part(t, &p, (struct said){.event = item->event, .as = (uint8_t)as}, &message);
}

/* ---- a call ------------------------------------------------------------------------------------------------------- */

/* How a call's messages are gone through. */
struct telling {
	struct session_known *known;
	struct turn_reading *reading;
	const struct turn_item *item;
	const struct messages *messages;
	uint32_t asked;     /* message: the first of the last that users say one after the other */
	uint32_t message;   /* of the part that was added last */
	bool first, states; /* the turn's first call; what nobody said */
	bool said_user;     /* something that the user says is a part */
	const struct part *again; /* what the user says, and turn again_in has said */
	uint32_t again_in;
};

static bool by_user(const struct part *p)
{
	return p->side == SIDE_INPUT && p->type != PART_TOOL_RESULT && str_eq(p->role, STR("user"));
}

static bool by_system(const struct part *p)
{
	return str_eq(p->role, STR("system")) || str_eq(p->role, STR("developer"));
}

static uint32_t find_asked(const struct messages *m)
{
	uint32_t asked = 0, i = m->n;

	while (i > 0 && !by_user(&m->parts[i - 1]))
		i--;
	for (; i > 0 && by_user(&m->parts[i - 1]); i--)
		asked = m->parts[i - 1].message;
	return asked;
}

/* One part a side, of no role of a conversation. */
static bool are_states(const struct messages *m)
{
	for (uint32_t i = 1; i < m->n; i++)
		if (m->parts[i].side == m->parts[i - 1].side)
			return false;
	return true;
}

static enum said_as as_what(const struct telling *t, const struct part *p)
{
	if (t->states)
		return SAID_STATE;
	if (p->side == SIDE_INPUT && (by_system(p) || (t->first && p->message < t->asked)))
		return SAID_BEFORE;
	return SAID_MESSAGE;
}

static void tell(struct telling *t, const struct part *p)
{
	struct said_known *known = occurrence(t->known, p);
	bool mine = known == NULL || claim(t->known, known, t->reading->turn);
	enum said_as as = as_what(t, p);

	if (t->reading->note || (known != NULL && known->reading == t->known->reading) ||
	    (p->type == PART_TEXT && str_trim(p->text).n == 0))
		return;
	/* Two calls may answer the same. */
	if (!mine && p->side == SIDE_INPUT) {
		if (as == SAID_MESSAGE && by_user(p)) {
			t->again = p;
			t->again_in = known->turn;
		}
		return;
	}
	if (known != NULL)
		known->reading = t->known->reading;
	t->said_user |= as == SAID_MESSAGE && by_user(p);
	add_part(t->reading->out, p, (struct said){.event = t->item->event, .as = (uint8_t)as},
	         &t->message);
}

/* The parts of the input stand before those of the output. */
static void tell_all(struct telling *t)
{
	const struct messages *m = t->messages;
	uint32_t i = 0;

	for (; i < m->n && m->parts[i].side == SIDE_INPUT; i++)
		tell(t, &m->parts[i]);
	if (t->first && !t->said_user && t->again != NULL && by_user(&m->parts[i - 1]))
		add_part(t->reading->out, t->again,
		         (struct said){t->item->event, t->again_in, 0, SAID_AGAIN}, &t->message);
	for (; i < m->n; i++)
		tell(t, &m->parts[i]);
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static void append_error(struct buf *out, const struct detail *d)
{
	const struct json_tree *t = detail_properties(d);
	uint32_t at = json_member(t, d->properties, STR("$ai_error"));

	if (json_type_of(t, at) > JSON_NULL)
		json_text(t, at, out);
}

static void tell_event(struct telling *t, const struct detail *d)
{
	struct turn *out = t->reading->out;
	struct buf text = {0};

	if (t->item->as > SAID_STATE) {
		detail_note(d, (enum event_kind)t->item->kind, &text);
		if (!t->reading->note)
			add_line(out, t->item, (enum said_as)t->item->as, buf_str(&text));
		buf_free(&text);
		return;
	}
	t->known->call++;
	t->messages = &d->messages;
	out->messages.input_withheld |= d->messages.input_withheld;
	out->messages.output_withheld |= d->messages.output_withheld;
	t->message = UINT32_MAX;
	t->asked = find_asked(&d->messages);
	t->states = t->item->as == SAID_STATE && are_states(&d->messages);
	tell_all(t);
	t->messages = NULL;
	t->again = NULL;
	t->first = false;
	if (t->reading->note || !t->item->failed)
		return;
	append_error(&text, d);
	add_line(out, t->item, SAID_ERROR, buf_str(&text));
	buf_free(&text);
}

static void add_tool(struct turn_reading *r, const struct turn_item *item)
{
	struct str name = str_sub(buf_str(&r->names), item->name, item->name_length);
	struct part p = {
		.side = SIDE_OUTPUT, .type = PART_TOOL_CALL, .name = name, .failed = item->failed};
	uint32_t message = UINT32_MAX;

	add_part(r->out, &p, (struct said){.event = item->event, .as = SAID_TOOL}, &message);
}

static void read_item(struct telling *t)
{
	struct detail d = {.state = DETAIL_LOADING};

	if (t->item->as == SAID_TOOL) {
		if (!t->reading->note)
			add_tool(t->reading, t->item);
		return;
	}
	detail_fill(&d, t->item->place);
	if (d.state == DETAIL_READY) {
		tell_event(t, &d);
	} else {
		t->reading->out->unread++;
		t->reading->out->error = d.error;
	}
	detail_fini(&d);
}

/* Most providers have no mark for a result that is an error: the span knows. It began after its call was answered. */
static void mark_failed(struct turn *t, uint32_t span)
{
	struct part *parts = t->messages.parts;

	for (uint32_t i = span; i-- > 0;) {
		if (parts[i].type != PART_TOOL_CALL || t->said[i].as == SAID_TOOL ||
		    parts[i].failed || !str_eq(parts[i].name, parts[span].name))
			continue;
		parts[i].failed = true;
		return;
	}
}

/* What messages tell of tools their spans need not say, but that they failed. */
static void drop_spans(struct turn *t)
{
	uint32_t kept = 0, told = 0;

	for (uint32_t i = 0; i < t->messages.n; i++)
		if (t->said[i].as == SAID_TOOL && t->messages.parts[i].failed)
			mark_failed(t, i);

	for (uint32_t i = 0; i < t->messages.n; i++)
		told += t->messages.parts[i].type == PART_TOOL_CALL && t->said[i].as != SAID_TOOL;
	for (uint32_t i = 0; told > 0 && i < t->messages.n; i++) {
		if (t->said[i].as == SAID_TOOL)
			continue;
		t->messages.parts[kept] = t->messages.parts[i];
		t->said[kept++] = t->said[i];
	}
	if (told > 0)
		t->messages.n = kept;
}

void turn_read(struct session_known *k, struct turn_reading *r)
{
	struct telling t = {.known = k, .reading = r, .first = true};

	k->reading++;
	for (size_t i = 0; i < r->n; i++) {
		t.item = &r->items[i];
		read_item(&t);
	}
	drop_spans(r->out);
}

/* ---- finding ------------------------------------------------------------------------------------------------------ */

/* Line by line, clean, as it is shown. */
static bool has_line(struct session_known *k, struct str text, struct match *m)
{
	size_t length;

	while (text.n > 0) {
		const char *newline = memchr(text.p, '\n', text.n);
		size_t end = newline != NULL ? (size_t)(newline - text.p) : text.n;

		buf_clear(&k->scratch);
		clean_append(&k->scratch, str_sub(text, 0, end), 0);
		if (match_find(m, buf_str(&k->scratch), 0, &length) != SIZE_MAX)
			return true;
		text = str_sub(text, end + 1, SIZE_MAX);
	}
	return false;
}

bool turn_has(struct session_known *k, const struct turn *t, struct match *m)
{
	for (uint32_t i = 0; i < t->messages.n; i++) {
		const struct part *p = &t->messages.parts[i];

		if (has_line(k, p->text, m) || has_line(k, p->name, m) ||
		    has_line(k, p->arguments, m) || has_line(k, p->result, m))
			return true;
	}
	return false;
}
