/* Turns of a session as text: a head line each, what the user says, the calls of tools as one line that unfolds, what is answered,
 * and what was said about it. Only some turns are laid out at a time; what outlives that is kept by turn and piece.
 *
 * Texts are borrowed from the turns: what is laid out lasts as long as the chat's version. */
#include "view/session.h"

#include "base/mem.h"
#include "base/time.h"
#include "draw/format.h"
#include "widget/detail.h"
#include "widget/json_text.h"

#define LABELS     8
#define NAMES_MAX  8     /* of tools that a line tells */
#define LOOK_AHEAD 64u   /* parts behind a call that its result is looked for in */
#define FOLDS_MAX  4096u /* that are remembered */
#define DAY_BYTES  10    /* of a time: its date */
#define OPEN_BYTES 65536 /* a longer error starts folded */

/* ---- places ------------------------------------------------------------------------------------------------------ */

uint32_t session_turn_of(const struct session_view *s, uint32_t piece)
{
	uint32_t low = s->first, high = s->end;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (s->heads[middle - s->first] <= piece)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* A piece of a turn, or its last where it has fewer. */
static uint32_t piece_of(const struct session_view *s, uint32_t turn, uint32_t piece)
{
	uint32_t head, end;

	if (turn < s->first || turn >= s->end)
		return 0;
	head = s->heads[turn - s->first];
	end = s->heads[turn - s->first + 1];
	return piece < end - head ? head + piece : end - 1;
}

/* ---- folds ------------------------------------------------------------------------------------------------------- */

static void forget_folds_of_shown(struct session_view *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_folds; i++)
		if (s->folds[i].turn < s->first || s->folds[i].turn >= s->end)
			s->folds[kept++] = s->folds[i];
	s->n_folds = kept;
}

static void keep_fold(struct session_view *s, uint32_t piece)
{
	uint32_t turn = session_turn_of(s, piece);

	if (s->n_folds == FOLDS_MAX)
		return;
	if (s->n_folds == s->cap_folds) {
		s->cap_folds = s->cap_folds ? s->cap_folds * 2 : 16;
		s->folds = mem_resize(s->folds, s->cap_folds, sizeof(*s->folds));
	}
	s->folds[s->n_folds++] = (struct session_fold){turn, piece - s->heads[turn - s->first],
	                                               s->reader.pieces[piece].open};
}

void session_remember(struct session_view *s)
{
	const struct reader *r = &s->reader;
	uint32_t turn;

	if (s->laid == 0 || r->n == 0)
		return;
	turn = session_turn_of(s, r->top.piece);
	s->top = (struct session_place){turn, r->top.piece - s->heads[turn - s->first], r->top.line,
	                                r->top.row};
	s->current = session_turn_of(s, r->current);
	s->current_piece = r->current - s->heads[s->current - s->first];
	forget_folds_of_shown(s);
	for (uint32_t i = 0; i < r->n; i++)
		if (r->pieces[i].fold != READER_FIXED && r->pieces[i].open != bits_get(&s->open, i))
			keep_fold(s, i);
}

void session_forget_folds(struct session_view *s, enum session_folds all)
{
	s->n_folds = 0;
	s->all = all;
}

static void put_folds_back(struct session_view *s)
{
	struct reader *r = &s->reader;

	bits_clear(&s->open);
	bits_reach(&s->open, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		struct reader_piece *p = &r->pieces[i];

		if (p->fold == READER_FIXED)
			continue;
		if (s->all != SESSION_FOLDS_OWN)
			p->open = s->all == SESSION_FOLDS_OPEN;
		bits_set(&s->open, i, p->open);
	}
	for (size_t i = 0; i < s->n_folds; i++) {
		const struct session_fold *f = &s->folds[i];
		uint32_t piece = piece_of(s, f->turn, f->piece);

		if (f->turn >= s->first && f->turn < s->end &&
		    r->pieces[piece].fold != READER_FIXED)
			r->pieces[piece].open = f->open;
	}
}

/* ---- the head line ------------------------------------------------------------------------------------------------ */

/* With the date where it is another than that of the turn before; of the first one, than today's. */
static void append_time(const struct session_view *s, uint32_t turn, struct buf *out)
{
	const struct model *m = explorer_model(s->view.world->explorer);
	int64_t time = model_trace(m, session_chat_trace(s->chat, turn))->first_time;
	int64_t last = s->view.world->now;
	struct buf now = {0}, before = {0};

	if (turn > 0)
		last = model_trace(m, session_chat_trace(s->chat, turn - 1))->first_time;
	time_append_local(&before, last);
	time_append_local(&now, time);
	if (!str_eq(str_sub(buf_str(&now), 0, DAY_BYTES), str_sub(buf_str(&before), 0, DAY_BYTES)))
		buf_append(out, buf_str(&now));
	else
		time_append_clock(out, time);
	buf_free(&now);
	buf_free(&before);
}

static bool add_head(struct session_view *s, uint32_t turn)
{
	const struct model *m = explorer_model(s->view.world->explorer);
	const struct trace *trace = model_trace(m, session_chat_trace(s->chat, turn));
	const struct turn *t = session_chat_turn(s->chat, turn);
	bool failed = trace->totals.errors > 0;
	struct buf line = {0};

	if (turn > 0)
		reader_add(&s->reader, ROLE_TEXT, 0, ROLE_TEXT, STR_EMPTY, STR_EMPTY);
	append_time(s, turn, &line);
	view_turn(m, session_chat_trace(s->chat, turn), turn + 1,
	          t != NULL ? buf_str(&t->failed) : STR_EMPTY, &line);
	reader_add_across(&s->reader, failed ? ROLE_ERROR : ROLE_STRONG, buf_str(&line));
	s->reader.pieces[s->reader.n - 1].begins = true;
	buf_free(&line);
	return t != NULL;
}

/* ---- runs of parts ------------------------------------------------------------------------------------------------ */

static bool is_of_tools(const struct turn *t, uint32_t i)
{
	const struct part *p = &t->messages.parts[i];

	return (t->said[i].as == SAID_MESSAGE || t->said[i].as == SAID_TOOL) &&
	       (p->type == PART_TOOL_CALL || p->type == PART_TOOL_RESULT ||
	        p->type == PART_REASONING);
}

static uint32_t run_end(const struct turn *t, uint32_t from)
{
	uint32_t end = from + 1;

	while (end < t->messages.n && is_of_tools(t, end) == is_of_tools(t, from) &&
	       (is_of_tools(t, from) || t->said[end].as == t->said[from].as))
		end++;
	return end;
}

static const struct part *result_of(const struct messages *m, uint32_t call, uint32_t end)
{
	const struct part *c = &m->parts[call];

	for (uint32_t i = call + 1; i < end && i - call <= LOOK_AHEAD; i++) {
		const struct part *p = &m->parts[i];

		if (p->type == PART_TOOL_RESULT &&
		    (c->id.n > 0 ? str_eq(p->id, c->id) : str_eq(p->name, c->name)))
			return p;
	}
	return NULL;
}

enum ending { ENDING_UNKNOWN, ENDING_OK, ENDING_FAILED };

static enum ending ending_of(const struct turn *t, uint32_t call, uint32_t end)
{
	const struct part *p = &t->messages.parts[call];

	if (t->said[call].as != SAID_TOOL && !p->failed)
		p = result_of(&t->messages, call, end);
	if (p == NULL)
		return ENDING_UNKNOWN;
	return p->failed ? ENDING_FAILED : ENDING_OK;
}

static bool same_call(const struct turn *t, uint32_t a, uint32_t b, uint32_t end)
{
	return str_eq(t->messages.parts[a].name, t->messages.parts[b].name) &&
	       ending_of(t, a, end) == ending_of(t, b, end);
}

static uint32_t next_call(const struct turn *t, uint32_t from, uint32_t end)
{
	while (from < end && t->messages.parts[from].type != PART_TOOL_CALL)
		from++;
	return from;
}

/* "vision_check ok, web_fetch failed x3": what follows itself is told once. */
static void append_calls(const struct turn *t, uint32_t from, uint32_t end, struct buf *out)
{
	static const char *const endings[] = {" ?", " ok", " failed"};
	uint32_t call = next_call(t, from, end), told = 0;

	while (call < end && told++ < NAMES_MAX) {
		uint32_t next = next_call(t, call + 1, end), times = 1;
		struct str name = t->messages.parts[call].name;

		for (; next < end && same_call(t, call, next, end); times++)
			next = next_call(t, next + 1, end);
		buf_puts(out, told == 1 ? ": " : ", ");
		buf_append(out, name.n > 0 ? name : STR("?"));
		buf_puts(out, endings[ending_of(t, call, end)]);
		if (times > 1)
			buf_printf(out, " x%u", times);
		call = next;
	}
	if (call < end)
		buf_puts(out, ", ... (za)");
}

static void append_results(const struct turn *t, uint32_t from, uint32_t end, struct buf *out)
{
	uint32_t told = 0;

	for (; from < end && told < NAMES_MAX; from++) {
		const struct part *p = &t->messages.parts[from];

		if (p->type != PART_TOOL_RESULT)
			continue;
		buf_puts(out, told++ == 0 ? "result of " : ", ");
		buf_append(out, p->name.n > 0 ? p->name : STR("?"));
		buf_puts(out, p->failed ? " failed" : "");
	}
}

/* The line that hides a run of tool calls, their results, and what was thought. Gives whether any failed. */
static bool tell_tools(const struct turn *t, uint32_t from, uint32_t end, struct buf *out)
{
	uint32_t calls = 0, thoughts = 0;
	bool failed = false;

	for (uint32_t i = from; i < end; i++) {
		calls += t->messages.parts[i].type == PART_TOOL_CALL;
		thoughts += t->messages.parts[i].type == PART_REASONING;
		failed |= t->messages.parts[i].failed;
	}
	if (calls > 0) {
		buf_printf(out, "%u tool call%s", calls, calls == 1 ? "" : "s");
		append_calls(t, from, end, out);
	} else {
		append_results(t, from, end, out);
	}
	if (thoughts > 0)
		buf_puts(out, out->n > 0 ? "; thought" : "thought");
	return failed;
}

static void tell_before(const struct turn *t, uint32_t from, uint32_t end, struct buf *out)
{
	uint32_t messages = 0;
	uint64_t prompt = 0;

	for (uint32_t i = from; i < end; i++) {
		const struct part *p = &t->messages.parts[i];
		bool system = str_eq(p->role, STR("system")) || str_eq(p->role, STR("developer"));

		if (system)
			prompt += p->text.n;
		else if (i == from || p->message != p[-1].message)
			messages++;
	}
	if (prompt > 0) {
		buf_puts(out, "system prompt ");
		format_bytes(out, prompt);
	}
	if (messages > 0)
		buf_printf(out, "%s%u message%s from before", prompt > 0 ? ", " : "", messages,
		           messages == 1 ? "" : "s");
	if (out->n == 0)
		buf_puts(out, "what was sent before");
}

/* ---- pieces ------------------------------------------------------------------------------------------------------- */

/* A line that hides what is added to its group, which it gives. */
static uint32_t add_group(struct reader *r, struct str label, enum role label_role, enum role role,
                          const struct buf *text)
{
	return 1 + reader_add_piece(r, &(struct reader_piece){.text = reader_keep(r, buf_str(text)),
	                                                      .label = label,
	                                                      .label_role = (uint8_t)label_role,
	                                                      .role = (uint8_t)role,
	                                                      .fold = READER_GROUP,
	                                                      .begins = true});
}

static void add_parts(struct session_view *s, const struct turn *t, uint32_t from, uint32_t end,
                      uint32_t group)
{
	detail_add_parts(&s->reader, &t->messages, from, end,
	                 (struct parts_how){.group = group, .as_sent = s->as_sent, .open = true});
}

static void add_tools(struct session_view *s, const struct turn *t, uint32_t from, uint32_t end)
{
	struct buf text = {0};
	bool failed = tell_tools(t, from, end, &text);
	uint32_t group = add_group(&s->reader, STR("..."), ROLE_DIM,
	                           failed ? ROLE_ERROR : ROLE_TOOL, &text);

	add_parts(s, t, from, end, group);
	buf_free(&text);
}

static void add_before(struct session_view *s, const struct turn *t, uint32_t from, uint32_t end)
{
	struct buf text = {0};

	tell_before(t, from, end, &text);
	add_parts(s, t, from, end, add_group(&s->reader, STR("..."), ROLE_DIM, ROLE_DIM, &text));
	buf_free(&text);
}

static void add_again(struct session_view *s, const struct turn *t, uint32_t from, uint32_t end)
{
	struct buf text = {0};

	buf_printf(&text, "the same as in #%u", t->said[from].first + 1);
	add_parts(s, t, from, end, add_group(&s->reader, STR("user"), ROLE_USER, ROLE_DIM, &text));
	buf_free(&text);
}

static void add_states(struct session_view *s, const struct turn *t, uint32_t from, uint32_t end)
{
	for (; from < end; from++) {
		const struct part *p = &t->messages.parts[from];
		bool json = json_text_likely(p->text);

		reader_add_piece(&s->reader,
		                 &(struct reader_piece){
					 .text = p->text,
					 .label = p->side == SIDE_INPUT ? STR("in") : STR("out"),
					 .label_role = ROLE_LABEL,
					 .role = json ? ROLE_CODE : ROLE_TEXT,
					 .lay = json && !s->as_sent ? json_text_lay : NULL,
					 .fold = READER_SELF,
					 .preview = 3,
					 .open = p->text.n <= OPEN_BYTES,
					 .begins = true});
	}
}

static void add_lines(struct session_view *s, const struct turn *t, uint32_t from, uint32_t end)
{
	static const struct {
		const char *label;
		enum role label_role, role;
	} kinds[] = {
		[SAID_ERROR] = {"error", ROLE_ERROR, ROLE_ERROR},
		[SAID_FEEDBACK] = {"fb", ROLE_LABEL, ROLE_TEXT},
		[SAID_SCORE] = {"eval", ROLE_LABEL, ROLE_TEXT},
		[SAID_METRIC] = {"metric", ROLE_LABEL, ROLE_TEXT},
	};

	for (; from < end; from++) {
		struct str text = t->messages.parts[from].text;
		uint8_t as = t->said[from].as;

		reader_add_piece(&s->reader,
		                 &(struct reader_piece){.text = text,
		                                        .label = str_of(kinds[as].label),
		                                        .label_role = (uint8_t)kinds[as].label_role,
		                                        .role = (uint8_t)kinds[as].role,
		                                        .fold = READER_SELF,
		                                        .preview = 3,
		                                        .open = text.n <= OPEN_BYTES,
		                                        .begins = true});
	}
}

static void add_run(struct session_view *s, const struct turn *t, uint32_t from, uint32_t end)
{
	if (is_of_tools(t, from)) {
		add_tools(s, t, from, end);
		return;
	}
	switch ((enum said_as)t->said[from].as) {
	case SAID_BEFORE:
		add_before(s, t, from, end);
		break;
	case SAID_AGAIN:
		add_again(s, t, from, end);
		break;
	case SAID_STATE:
		add_states(s, t, from, end);
		break;
	case SAID_MESSAGE:
	case SAID_TOOL:
		add_parts(s, t, from, end, 0);
		break;
	case SAID_ERROR:
	case SAID_FEEDBACK:
	case SAID_SCORE:
	case SAID_METRIC:
		add_lines(s, t, from, end);
		break;
	}
}

/* ---- what is not there -------------------------------------------------------------------------------------------- */

static void add_missing(struct session_view *s, const struct trace *trace, const struct turn *t)
{
	struct reader *r = &s->reader;
	uint64_t cut = 0;

	for (uint32_t i = 0; i < t->messages.n; i++)
		cut += t->said[i].cut;
	if (t->messages.input_withheld || t->messages.output_withheld)
		reader_addf(r, ROLE_WARNING, 0, "%s withheld: privacy mode",
		            !t->messages.input_withheld    ? "output"
		            : !t->messages.output_withheld ? "input"
		                                           : "input and output");
	else if (t->messages.n == 0 && t->unread == 0)
		reader_addf(r, ROLE_DIM, 0, "%s",
		            trace->bodies == BODIES_GONE
		                    ? "over 30 days old: PostHog has no inputs and outputs"
		            : trace->listed ? "listed: not all of it is here"
		                            : "no messages");
	if (t->unread > 0)
		reader_addf(r, ROLE_ERROR, 0, "%u event%s cannot be read: %s", t->unread,
		            t->unread == 1 ? "" : "s", t->error.msg);
	if (t->left_out > 0)
		reader_addf(r, ROLE_DIM, 0, "... +%u more (Enter: the trace)", t->left_out);
	if (cut > 0)
		reader_addf(r, ROLE_DIM, 0, "... +%llu bytes of long texts (Enter: the trace)",
		            (unsigned long long)cut);
}

static void add_turn(struct session_view *s, uint32_t turn)
{
	const struct model *m = explorer_model(s->view.world->explorer);
	const struct turn *t = session_chat_turn(s->chat, turn);

	if (!add_head(s, turn)) {
		reader_addf(&s->reader, ROLE_DIM, 0, "reading ...");
		return;
	}
	for (uint32_t i = 0, end; i < t->messages.n; i = end) {
		end = run_end(t, i);
		add_run(s, t, i, end);
	}
	add_missing(s, model_trace(m, session_chat_trace(s->chat, turn)), t);
}

void session_lay(struct session_view *s)
{
	struct reader *r = &s->reader;

	reader_clear(r);
	r->marks = true;
	r->label_width = LABELS;
	s->heads = mem_resize(s->heads, s->end - s->first + 1, sizeof(*s->heads));
	for (uint32_t turn = s->first; turn < s->end; turn++) {
		s->heads[turn - s->first] = r->n;
		add_turn(s, turn);
	}
	s->heads[s->end - s->first] = r->n;
	put_folds_back(s);
	r->top = (struct reader_place){piece_of(s, s->top.turn, s->top.piece), s->top.line,
	                               s->top.row};
	r->current = piece_of(s, s->current, s->current_piece);
	s->laid = session_chat_version(s->chat);
}
