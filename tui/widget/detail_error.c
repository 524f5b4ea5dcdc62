/* An error as what it is: SDKs send a text, a JSON object, one in a string, or what Python prints of an exception. The message
 * comes first, then its type and status, then a stack, folded; and all of it as it was sent. */
#include "widget/detail_chat.h"

#include "draw/format.h"
#include "widget/json_text.h"

#define PREVIEW 6 /* rows of a long message */

struct error {
	struct str text;  /* as sent, unescaped */
	const char *form; /* NULL: a text */
	struct str message, type, code, stack;
};

/* Members of the names, the first that is there and no object; in `error` too, where providers put theirs. */
static struct str member_text(struct reader *r, const struct json_tree *t, uint32_t object,
                              const char *const *names)
{
	uint32_t inner = json_member(t, object, STR("error"));
	struct buf text = {0};
	struct str kept;

	for (; *names && text.n == 0; names++) {
		uint32_t at = json_member(t, object, str_of(*names));
		enum json_type type = json_type_of(t, at);

		if (type == JSON_ABSENT || type == JSON_OBJECT || type == JSON_NULL)
			at = json_member(t, inner, str_of(*names));
		type = json_type_of(t, at);
		if (type != JSON_ABSENT && type != JSON_OBJECT && type != JSON_NULL)
			json_text(t, at, &text);
	}
	kept = reader_keep(r, buf_str(&text));
	buf_free(&text);
	return kept;
}

static void read_object(struct error *e, struct reader *r, const struct json_tree *t, uint32_t at)
{
	static const char *const messages[] = {"message", "error", "detail", "msg", "reason", NULL};
	static const char *const types[] = {"type", "name", "class", NULL};
	static const char *const codes[] = {"code", "status", "status_code", NULL};
	static const char *const stacks[] = {"stack", "stacktrace", "traceback", "trace", NULL};

	e->message = member_text(r, t, at, messages);
	e->type = member_text(r, t, at, types);
	e->code = member_text(r, t, at, codes);
	e->stack = member_text(r, t, at, stacks);
}

static bool read_json(struct error *e, struct reader *r)
{
	struct json_report report;
	struct json_tree tree;
	bool object = json_tree_parse(&tree, e->text, &report) == ERR_OK &&
	              json_type_of(&tree, 0) == JSON_OBJECT;

	if (object)
		read_object(e, r, &tree, 0);
	json_tree_free(&tree);
	return object;
}

static struct str last_line(struct str text)
{
	size_t at;

	text = str_trim(text);
	for (at = text.n; at > 0 && text.p[at - 1] != '\n'; at--)
		;
	return str_sub(text, at, text.n - at);
}

/* A traceback ends with what went wrong; other texts begin with it. */
static void read_text(struct error *e)
{
	size_t newline = str_find(e->text, STR("\n"), 0, false);

	if (str_find(e->text, STR("Traceback (most recent"), 0, false) != SIZE_MAX) {
		e->form = "a Python traceback";
		e->message = last_line(e->text);
		e->stack = e->text;
	} else if (newline != SIZE_MAX &&
	           str_find(e->text, STR("\n    at "), 0, false) == newline) {
		e->message = str_sub(e->text, 0, newline);
		e->stack = str_sub(e->text, newline + 1, e->text.n);
	} else {
		e->message = e->text;
	}
}

/* {'error': ...} or Name('...'). */
static bool is_repr(struct str text)
{
	size_t quote = str_find(text, STR("'"), 0, false);

	if (quote == SIZE_MAX || quote == 0 || text.n < 4)
		return false;
	return text.p[quote - 1] == '{' || (text.p[quote - 1] == '(' && text.p[text.n - 1] == ')');
}

static void read_error(struct error *e, struct chat *c, const struct json_tree *t, uint32_t at)
{
	buf_clear(&c->text);
	json_text(t, at, &c->text);
	e->text = reader_keep(c->r, buf_str(&c->text));
	if (json_type_of(t, at) == JSON_OBJECT) {
		e->form = "a JSON object";
		read_object(e, c->r, t, at);
	} else if (json_text_likely(e->text) && read_json(e, c->r)) {
		e->form = "a JSON object in a text";
	} else if (is_repr(e->text)) {
		e->form = "what Python prints of it";
		e->message = e->text;
	} else {
		read_text(e);
	}
}

static void say_facts(struct chat *c, const struct error *e)
{
	int64_t status;

	buf_clear(&c->text);
	buf_append(&c->text, e->type);
	if (e->code.n > 0) {
		detail_gap(&c->text);
		buf_puts(&c->text, "code ");
		buf_append(&c->text, e->code);
	}
	if (events_extra(c->events, c->d->event, EVENT_HTTP_STATUS, &status)) {
		detail_gap(&c->text);
		buf_printf(&c->text, "HTTP %lld", (long long)status);
	}
	if (e->form != NULL) {
		detail_gap(&c->text);
		buf_printf(&c->text, "sent as %s", e->form);
	}
	if (c->last_user != UINT32_MAX && !c->states) {
		detail_gap(&c->text);
		buf_puts(&c->text, "i: what was asked");
	}
	if (c->text.n > 0)
		reader_add(c->r, ROLE_DIM, 0, ROLE_TEXT, STR_EMPTY, buf_str(&c->text));
}

static void say_folded(struct chat *c, const char *name, struct str text, reader_lay *lay)
{
	struct reader_piece piece = {.text = text, .fold = READER_SELF, .lay = lay};

	buf_clear(&c->text);
	buf_printf(&c->text, "%s ... +", name);
	format_bytes(&c->text, text.n);
	buf_puts(&c->text, " (Enter)");
	piece.summary = reader_keep(c->r, buf_str(&c->text));
	piece.role = ROLE_DIM;
	reader_add_piece(c->r, &piece);
}

void chat_say_error(struct chat *c)
{
	const struct json_tree *t = detail_properties(c->d);
	uint32_t at = json_member(t, c->d->properties, STR("$ai_error"));
	enum json_type type = json_type_of(t, at);
	struct error e = {0};

	if (type == JSON_ABSENT || type == JSON_NULL)
		return;
	read_error(&e, c, t, at);
	if (e.text.n == 0)
		return;
	reader_add_piece(c->r, &(struct reader_piece){.text = e.message.n > 0 ? e.message : e.text,
	                                              .label = STR("error !"),
	                                              .label_role = ROLE_ERROR,
	                                              .role = ROLE_ERROR,
	                                              .fold = READER_SELF,
	                                              .preview = PREVIEW,
	                                              .begins = true});
	say_facts(c, &e);
	if (e.stack.n > 0)
		say_folded(c, "stack", e.stack, NULL);
	if (json_text_likely(e.text))
		say_folded(c, "all of it", e.text, json_text_lay);
}
