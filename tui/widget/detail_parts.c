/* The parts of a message as pieces: who says it, what it is laid out by, and what it shows while it is folded.
 *
 * Texts are borrowed from the payload; what is put together here (a call with its arguments, the head of a result) is kept by
 * the reader. Left to others: which parts are shown (detail_chat.c). */
#include "widget/detail_chat.h"

#include "widget/json_text.h"
#include "widget/markdown.h"

#define OPEN_BYTES    65536 /* a longer text starts folded */
#define PREVIEW       3     /* rows of a folded text */
#define LONG_PREVIEW  12    /* of what would be open if it were shorter */
#define RESULT_INLINE 60    /* bytes of a result that stand behind its name */
#define HEAD_COLUMNS  60    /* of the arguments in a result's head */
#define LOOK_BACK     256   /* parts before a result that its call is looked for in */

/* ---- who says it ------------------------------------------------------------------------------------ */

struct voice {
	struct str label;
	enum role role;
};

static struct voice voice_of(const struct part *p)
{
	static const struct {
		const char *name, *label;
		enum role role;
	} roles[] = {
		{"system", "system", ROLE_SYSTEM},   {"developer", "develop", ROLE_SYSTEM},
		{"user", "user", ROLE_USER},         {"assistant", "asst", ROLE_ASSISTANT},
		{"tool", "tool", ROLE_TOOL_MESSAGE}, {"", "-", ROLE_DIM},
	};

	if (p->type == PART_REASONING)
		return (struct voice){STR("think"), ROLE_REASONING};
	if (p->type == PART_TOOL_CALL)
		return (struct voice){STR("call"), ROLE_TOOL};
	if (p->type == PART_TOOL_RESULT)
		return (struct voice){p->failed ? STR("tool !") : STR("tool"),
		                      p->failed ? ROLE_ERROR : ROLE_TOOL_MESSAGE};
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (str_eq(p->role, str_of(roles[i].name)))
			return (struct voice){str_of(roles[i].label), roles[i].role};
	return (struct voice){p->role, ROLE_LABEL};
}

/* The label stands once for what one message says in one voice. */
static void say(struct chat *c, const struct part *p, struct reader_piece *piece)
{
	bool nobody = c->states && (p->type == PART_TEXT || p->type == PART_UNKNOWN);
	struct voice voice = nobody ? (struct voice){STR_EMPTY, ROLE_TEXT} : voice_of(p);
	bool follows = c->message == p->message;
	uint32_t at = (uint32_t)(p - c->d->messages.parts);

	if (!follows || !str_eq(c->label, voice.label))
		piece->label = voice.label;
	piece->label_role = (uint8_t)voice.role;
	piece->across = nobody;
	piece->begins = !follows;
	if (!follows)
		piece->gutter = chat_gutter_message(c, at, chat_run_end(c, at));
	piece->group = c->group;
	if (!follows && str_eq(p->role, STR("user")) && p->side == SIDE_INPUT &&
	    p->type != PART_TOOL_RESULT)
		piece->tag = DETAIL_TAG_USER;
	reader_add_piece(c->r, piece);
	c->message = p->message;
	c->label = voice.label;
}

/* ---- texts ------------------------------------------------------------------------------------------ */

/* What was asked last and what was answered stand open. */
static bool starts_open(const struct chat *c, const struct part *p)
{
	if (p->type == PART_REASONING)
		return false;
	return c->states || p->side == SIDE_OUTPUT || c->preset == CHAT_USER_AND_ANSWER ||
	       p->message == c->last_user;
}

static void say_text(struct chat *c, const struct part *p, enum role role, struct str text)
{
	bool open = starts_open(c, p);
	bool json = json_text_likely(text);
	struct reader_piece piece = {
		.text = text,
		.role = (uint8_t)(json && role == ROLE_TEXT ? ROLE_CODE : role),
		.fold = READER_SELF,
		.preview = open ? LONG_PREVIEW : PREVIEW,
		.open = open && text.n <= OPEN_BYTES};

	if (!c->as_sent)
		piece.lay = json ? json_text_lay : markdown_lay;
	if (p->type == PART_REASONING)
		piece.preview = 1;
	if (text.n == 0)
		piece.summary = STR("(empty)");
	piece.open = piece.open && text.n > 0;
	say(c, p, &piece);
}

static void say_json(struct chat *c, const struct part *p, struct str text)
{
	bool open = starts_open(c, p) && text.n <= OPEN_BYTES;

	say(c, p,
	    &(struct reader_piece){.text = text,
	                           .role = ROLE_CODE,
	                           .fold = READER_SELF,
	                           .preview = PREVIEW,
	                           .open = open,
	                           .lay = c->as_sent ? NULL : json_text_lay});
}

static void say_line(struct chat *c, const struct part *p, enum role role)
{
	say(c, p,
	    &(struct reader_piece){.text = reader_keep(c->r, buf_str(&c->text)),
	                           .role = (uint8_t)role});
}

/* ---- calls ------------------------------------------------------------------------------------------ */

/* name(arguments) taken apart again. A name with a bracket in it makes arguments that are no JSON. */
static struct str arguments_of(struct str call, struct str *name)
{
	size_t open = str_find(call, STR("("), 0, false);

	if (open == SIZE_MAX)
		open = call.n;
	*name = str_sub(call, 0, open);
	call = str_sub(call, open + 1, call.n);
	return str_sub(call, 0, call.n > 0 ? call.n - 1 : 0);
}

static void add_arguments(struct reader_run *run, struct str arguments, enum role role, int columns)
{
	reader_run_add(run, role, STR("("));
	if (json_text_likely(arguments))
		json_text_members(run, arguments, ROLE_TEXT, "=", columns);
	else
		reader_run_add(run, ROLE_TEXT, str_sub(arguments, 0, (size_t)columns));
	reader_run_add(run, role, STR(")"));
}

static void lay_call_folded(struct reader_lines *out, struct str call, enum role role, int columns)
{
	struct reader_run run = {0};
	struct str name, arguments = arguments_of(call, &name);

	reader_run_add(&run, role, name);
	add_arguments(&run, arguments, role, columns);
	reader_lines_add_spans(out, 0, buf_str(&run.text), run.spans, run.n);
	reader_run_free(&run);
}

static void lay_call(struct reader_lines *out, struct str call, enum role role, int columns)
{
	struct str name, arguments = arguments_of(call, &name);

	reader_lines_add(out, role, 0, str_sub(call, 0, name.n + 1));
	json_text_lay(out, arguments, ROLE_TEXT, columns);
	reader_lines_add(out, role, 0, STR(")"));
}

static void say_call(struct chat *c, const struct part *p)
{
	struct reader_piece piece = {.role = ROLE_TOOL, .fold = READER_SELF, .preview = PREVIEW};

	buf_append(&c->text, p->name.n > 0 ? p->name : STR("?"));
	buf_add(&c->text, '(');
	buf_append(&c->text, p->arguments);
	buf_add(&c->text, ')');
	piece.text = reader_keep(c->r, buf_str(&c->text));
	if (!c->as_sent && json_text_likely(p->arguments)) {
		piece.lay = lay_call;
		piece.folded = lay_call_folded;
	}
	say(c, p, &piece);
}

/* ---- results ---------------------------------------------------------------------------------------- */

/* The call of a result, or NULL. */
static const struct part *call_of(const struct chat *c, const struct part *result)
{
	const struct part *first = c->d->messages.parts;

	for (uint32_t i = 1; i <= LOOK_BACK && result - first >= (ptrdiff_t)i; i++) {
		const struct part *p = result - i;

		if (p->type == PART_TOOL_CALL && result->id.n > 0 && str_eq(p->id, result->id))
			return p;
	}
	return NULL;
}

/* "  call 2 of 3": which of the calls of its message. */
static void add_turn(struct chat *c, const struct part *call)
{
	const struct part *first = c->d->messages.parts, *end = first + c->d->messages.n;
	uint32_t number = 1, all = 1;

	for (const struct part *p = call; p > first && p[-1].message == call->message; p--)
		number += p[-1].type == PART_TOOL_CALL;
	all = number;
	for (const struct part *p = call + 1; p < end && p->message == call->message; p++)
		all += p->type == PART_TOOL_CALL;
	if (all > 1)
		buf_printf(&c->text, "  call %u of %u", number, all);
}

static void add_head(struct chat *c, const struct part *p)
{
	const struct part *call = call_of(c, p);
	struct reader_run run = {0};

	buf_append(&c->text, p->name.n > 0 ? p->name : p->id.n > 0 ? p->id : STR("?"));
	if (call == NULL)
		return;
	add_arguments(&run, call->arguments, ROLE_TEXT, HEAD_COLUMNS);
	buf_append(&c->text, buf_str(&run.text));
	reader_run_free(&run);
	add_turn(c, call);
}

static void say_result(struct chat *c, const struct part *p)
{
	bool json = json_text_likely(p->result);
	bool beside = !json && p->result.n <= RESULT_INLINE &&
	              str_find(p->result, STR("\n"), 0, false) == SIZE_MAX;
	struct reader_piece piece = {.text = p->result,
	                             .role = p->failed ? ROLE_ERROR : ROLE_TEXT,
	                             .indent = 2,
	                             .fold = READER_SELF,
	                             .preview = PREVIEW};

	add_head(c, p);
	buf_puts(&c->text, beside ? " -> " : "");
	if (beside)
		buf_append(&c->text, p->result.n > 0 ? p->result : STR("(empty)"));
	say_line(c, p, p->failed ? ROLE_ERROR : ROLE_TOOL_MESSAGE);
	if (beside)
		return;
	if (json && !c->as_sent) {
		piece.lay = json_text_lay;
		piece.folded = json_text_brief;
	}
	say(c, p, &piece);
}

/* ---- the rest --------------------------------------------------------------------------------------- */

static void say_thing(struct chat *c, const struct part *p)
{
	buf_add(&c->text, '[');
	buf_puts(&c->text, part_type_name(p->type));
	detail_gap(&c->text);
	buf_append(&c->text, p->name);
	if (p->name.n > 0 && p->text.n > 0)
		detail_gap(&c->text);
	buf_append(&c->text, p->text);
	buf_add(&c->text, ']');
	say_line(c, p, ROLE_DIM);
}

void chat_say(struct chat *c, const struct part *p)
{
	buf_clear(&c->text);
	switch (p->type) {
	case PART_TEXT:
		say_text(c, p, ROLE_TEXT, p->text);
		break;
	case PART_REASONING:
		say_text(c, p, ROLE_REASONING, p->text);
		break;
	case PART_REFUSAL:
		buf_puts(&c->text, "refused: ");
		buf_append(&c->text, p->text);
		say_line(c, p, ROLE_WARNING);
		break;
	case PART_TOOL_CALL:
		say_call(c, p);
		break;
	case PART_TOOL_RESULT:
		say_result(c, p);
		break;
	case PART_IMAGE:
	case PART_AUDIO:
	case PART_FILE:
	case PART_SOURCE:
		say_thing(c, p);
		break;
	case PART_UNKNOWN:
	case PART_TYPES:
		say_json(c, p, p->text);
		break;
	}
}

void detail_add_parts(struct reader *r, const struct messages *m, uint32_t from, uint32_t end,
                      struct parts_how how)
{
	struct detail d = {.messages = *m};
	struct chat c = {.r = r, .d = &d, .as_sent = how.as_sent, .group = how.group};

	c.preset = how.open ? CHAT_USER_AND_ANSWER : CHAT_ALL;
	c.last_user = c.message = UINT32_MAX;
	for (; from < end; from++)
		chat_say(&c, &m->parts[from]);
	buf_free(&c.text);
}
