/* A session as turns: what each says that none before it has said, whatever is read first; and finding in all of it. */
#include "base/time.h"
#include "explorer_session.h"
#include "explorer_session_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE (20 * TIME_SECOND)

struct bench {
	struct loop *loop;
	struct loop_timer *tick; /* so that waiting for something that never comes ends */
	struct explorer *explorer;
	struct session_chat *chat;
	char path[64];
	unsigned events;
};

static void nothing(void *ctx)
{
	(void)ctx;
}

static void open_bench(struct bench *b)
{
	int fd;

	*b = (struct bench){.path = "/tmp/test_session.XXXXXX"};
	fd = mkstemp(b->path);
	assert_true(fd >= 0);
	close(fd);
	b->loop = loop_new();
	b->tick = loop_timer_new(b->loop, nothing, NULL);
	loop_timer_start(b->tick, 20, 20);
	b->explorer = explorer_new(b->loop);
}

static void load(struct bench *b)
{
	struct errinfo e;
	uint32_t session;

	assert_int_equal(explorer_add_file(b->explorer, b->path, &e), ERR_OK);
	explorer_start(b->explorer, true);
	explorer_load(b->explorer);
	session = model_find_session(explorer_model(b->explorer),
	                             ids_find(&explorer_events(b->explorer)->ids, STR("s")));
	assert_int_not_equal(session, MODEL_NONE);
	b->chat = explorer_session_chat(b->explorer, session);
}

static void close_bench(struct bench *b)
{
	session_chat_end(b->chat);
	explorer_free(b->explorer);
	loop_timer_free(b->tick);
	loop_free(b->loop);
	unlink(b->path);
}

/* An event of turn `turn`, which is the trace of that number. */
static void write_event(struct bench *b, const char *kind, unsigned turn, const char *properties)
{
	FILE *f = fopen(b->path, "ab");

	assert_non_null(f);
	b->events++;
	fprintf(f,
	        "{\"uuid\":\"00000000-0000-4000-8000-%012u\",\"event\":\"%s\",\"timestamp\":"
	        "\"2026-11-01T%02u:%02u:00.%03uZ\",\"properties\":{\"$ai_trace_id\":\"t%u\","
	        "\"$ai_session_id\":\"s\"%s%s}}\n",
	        b->events, kind, turn / 60 % 24, turn % 60, b->events % 1000, turn,
	        properties[0] ? "," : "", properties);
	assert_int_equal(fclose(f), 0);
}

/* A call that is sent a message for each letter, small ones by the user, capitals by the assistant, and answers one. */
static void write_call(struct bench *b, unsigned turn, const char *sent, char answer)
{
	char text[8192] = "\"$ai_input\":[";
	size_t n = strlen(text);

	for (const char *c = sent; *c; c++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		                      "%s{\"role\":\"%s\",\"content\":\"word %c\"}",
		                      c == sent ? "" : ",", *c < 'a' ? "assistant" : "user", *c);
	snprintf(text + n, sizeof(text) - n,
	         "],\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"word %c\"}]",
	         answer);
	write_event(b, "$ai_generation", turn, text);
}

static void show(struct bench *b, uint32_t first, uint32_t end)
{
	(void)session_chat_show(b->chat, first, end, first, end);
}

/* Shows a turn as soon as it is known how many there are: that is read first. */
static void list_showing(struct bench *b, uint32_t turn)
{
	int64_t until = time_monotonic() + DEADLINE;

	for (show(b, turn, turn + 1); !session_chat_is_listed(b->chat); show(b, turn, turn + 1))
		assert_true(time_monotonic() < until);
}

static void list(struct bench *b)
{
	list_showing(b, 0);
}

static const struct turn *wait_turn(struct bench *b, uint32_t turn)
{
	int64_t until = time_monotonic() + DEADLINE;

	for (show(b, turn, turn + 1); session_chat_turn(b->chat, turn) == NULL;
	     show(b, turn, turn + 1)) {
		assert_true(time_monotonic() < until);
		loop_step(b->loop, true);
	}
	return session_chat_turn(b->chat, turn);
}

/* What a turn says: the last letter of each part's text, after '<' for what stands before, '=' for what is said again. */
static void say(const struct turn *t, char said[256])
{
	size_t n = 0;

	for (uint32_t i = 0; i < t->messages.n && n + 3 < 256; i++) {
		struct str text = t->messages.parts[i].text;

		if (t->said[i].as == SAID_BEFORE)
			said[n++] = '<';
		if (t->said[i].as == SAID_AGAIN)
			said[n++] = '=';
		said[n++] = text.n > 0 ? text.p[text.n - 1] : '?';
	}
	said[n] = '\0';
}

/* At last: what is read of another turn may take something from it. */
static void assert_says(struct bench *b, uint32_t turn, const char *expected)
{
	int64_t until = time_monotonic() + DEADLINE;
	char said[256];

	for (;;) {
		say(wait_turn(b, turn), said);
		if (strcmp(said, expected) == 0)
			return;
		if (time_monotonic() >= until)
			assert_string_equal(said, expected);
		loop_step(b->loop, true);
	}
}

/* ---- tests ------------------------------------------------------------------------------------------------------------ */

/* Each call has all that was said before it. */
static void write_history(struct bench *b, unsigned turns)
{
	char sent[64] = "";

	for (unsigned i = 0; i < turns; i++) {
		size_t n = strlen(sent);

		sent[n] = (char)('a' + i);
		write_call(b, i, sent, (char)('A' + i));
		sent[n + 1] = (char)('A' + i);
		sent[n + 2] = '\0';
	}
}

static void test_history_is_said_once(void **state)
{
	struct bench b;
	const char *const says[] = {"aA", "bB", "cC", "dD", "eE"};

	(void)state;
	open_bench(&b);
	write_history(&b, 5);
	load(&b);
	list(&b);
	assert_int_equal(session_chat_turns(b.chat), 5);
	for (uint32_t i = 0; i < 5; i++)
		assert_says(&b, i, says[i]);
	close_bench(&b);
}

static void test_last_turn_first(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_history(&b, 20);
	load(&b);
	list_showing(&b, 19);
	assert_says(&b, 19, "tT");
	assert_says(&b, 7, "hH");
	assert_says(&b, 0, "aA");
	assert_says(&b, 19, "tT");
	close_bench(&b);
}

/* The turn before has not what an earlier one has: what was made of the later one is stale when that is read. */
static void test_later_turn_is_read_again(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, 0, "x", 'X');
	for (unsigned i = 1; i < 40; i++)
		write_call(&b, i, "y", 'Y');
	write_call(&b, 40, "xXz", 'Z');
	load(&b);
	list_showing(&b, 40);
	while (session_chat_turn(b.chat, 40) == NULL)
		loop_step(b.loop, true);
	assert_int_equal(session_chat_turn(b.chat, 40)->messages.n, 4); /* <x <X z Z */
	assert_says(&b, 0, "xX");
	assert_says(&b, 40, "zZ");
	close_bench(&b);
}

static void test_same_words_again(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, 0, "a", 'A');
	write_call(&b, 1, "aAa", 'A');   /* a second one in the history is another one */
	write_call(&b, 2, "a", 'B');     /* without the history it is said again */
	write_call(&b, 3, "aAaAb", 'C'); /* and here nothing is */
	load(&b);
	list(&b);
	assert_says(&b, 0, "aA");
	assert_says(&b, 1, "aA");
	assert_says(&b, 2, "=aB");
	assert_int_equal(session_chat_turn(b.chat, 2)->said[0].first, 0);
	assert_says(&b, 3, "bC");
	close_bench(&b);
}

/* What no turn here has said stands before what is asked now. */
static void test_history_from_before(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_call(&b, 0, "aAbBcd", 'D');
	write_call(&b, 1, "aAbBcdDe", 'E');
	load(&b);
	list(&b);
	assert_says(&b, 0, "<a<A<b<BcdD");
	assert_says(&b, 1, "eE");
	close_bench(&b);
}

/* The calls of one turn: each sends what the one before was sent and answered. */
static void test_turn_of_several_calls(void **state)
{
	struct bench b;
	const struct turn *t;

	(void)state;
	open_bench(&b);
	write_event(
		&b, "$ai_generation", 0,
		"\"$ai_input\":[{\"role\":\"user\",\"content\":\"go\"}],\"$ai_output_choices\":[{"
		"\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":"
		"\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{\\\"a\\\":1}\"}}]}]");
	write_event(&b, "$ai_span", 0,
	            "\"$ai_span_name\":\"look\",\"$ai_span_type\":\"tool\",\"$ai_is_error\":true,"
	            "\"$ai_http_status\":503");
	write_event(
		&b, "$ai_generation", 0,
		"\"$ai_input\":[{\"role\":\"user\",\"content\":\"go\"},{\"role\":\"assistant\","
		"\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{"
		"\"name\":\"look\",\"arguments\":\"{ \\\"a\\\": 1 }\"}}]},{\"role\":\"tool\","
		"\"tool_call_id\":\"c1\",\"content\":\"seen\"}],\"$ai_output_choices\":[{\"role\":"
		"\"assistant\",\"content\":\"done\"}]");
	write_event(&b, "$ai_feedback", 0, "\"$ai_feedback_text\":\"thumbs down\"");
	load(&b);
	list(&b);
	t = wait_turn(&b, 0);
	assert_int_equal(t->messages.n, 5);
	assert_int_equal(t->messages.parts[1].type, PART_TOOL_CALL);
	assert_true(t->messages.parts[1].failed); /* as its span says */
	assert_int_equal(t->messages.parts[2].type, PART_TOOL_RESULT);
	assert_true(str_eq(t->messages.parts[3].text, STR("done")));
	assert_int_equal(t->said[4].as, SAID_FEEDBACK);
	assert_true(str_eq(buf_str(&t->failed), STR("look 503")));
	close_bench(&b);
}

static void test_turn_grows(void **state)
{
	struct bench b;
	int64_t until = time_monotonic() + DEADLINE;

	(void)state;
	open_bench(&b);
	write_call(&b, 0, "a", 'A');
	load(&b);
	list(&b);
	assert_says(&b, 0, "aA");
	write_call(&b, 0, "aAb", 'B');
	write_call(&b, 1, "aAbBc", 'C');
	while (session_chat_turns(b.chat) < 2 || session_chat_turn(b.chat, 0)->messages.n < 4) {
		assert_true(time_monotonic() < until);
		loop_step(b.loop, true);
		show(&b, 0, 2);
	}
	assert_says(&b, 0, "aAbB");
	assert_says(&b, 1, "cC");
	close_bench(&b);
}

/* A turn that comes before the others makes other numbers of them. */
static void test_earlier_turn_arrives_late(void **state)
{
	struct bench b;
	int64_t until = time_monotonic() + DEADLINE;

	(void)state;
	open_bench(&b);
	write_call(&b, 5, "aAb", 'B');
	load(&b);
	list(&b);
	assert_says(&b, 0, "<a<AbB");
	write_call(&b, 4, "a", 'A');
	while (session_chat_turns(b.chat) < 2) {
		assert_true(time_monotonic() < until);
		loop_step(b.loop, true);
		show(&b, 0, 2);
	}
	assert_says(&b, 0, "aA");
	assert_says(&b, 1, "bB");
	close_bench(&b);
}

static const struct session_found *wait_found(struct bench *b)
{
	int64_t until = time_monotonic() + DEADLINE;

	while (session_chat_found(b->chat)->state == SESSION_FIND_GOES_ON) {
		assert_true(time_monotonic() < until);
		show(b, 0, 1);
		loop_step(b->loop, true);
	}
	return session_chat_found(b->chat);
}

static void test_find(void **state)
{
	struct bench b;
	const struct session_found *f;

	(void)state;
	open_bench(&b);
	write_history(&b, 20);
	load(&b);
	list(&b);
	session_chat_find(b.chat, STR("word m"), 0, 1);
	f = wait_found(&b);
	assert_int_equal(f->state, SESSION_FIND_FOUND);
	assert_int_equal(f->turn, 12); /* later ones are sent it, too */
	session_chat_find(b.chat, STR("/d [CK]$/"), 11, -1);
	f = wait_found(&b);
	assert_int_equal(f->turn, 10);
	assert_false(f->wrapped);
	session_chat_find(b.chat, STR("/d [CK]$/"), 20, 1);
	f = wait_found(&b);
	assert_int_equal(f->turn, 2);
	assert_true(f->wrapped);
	session_chat_find(b.chat, STR("word z"), 3, 1);
	f = wait_found(&b);
	assert_int_equal(f->state, SESSION_FIND_NOWHERE);
	assert_int_equal(f->looked, 20);
	session_chat_find(b.chat, STR("/(/"), 3, 1);
	assert_int_equal(session_chat_found(b.chat)->state, SESSION_FIND_NOWHERE);
	assert_int_not_equal(session_chat_found(b.chat)->error.code, ERR_OK);
	session_chat_find(b.chat, STR("word z"), 3, 1);
	show(&b, 0, 1); /* and it is ended while a worker reads for it */
	close_bench(&b);
}

/* What is kept of a turn has an end, which is told. */
static void test_large_turn(void **state)
{
	struct bench b;
	const struct turn *t;
	struct buf text = {0};

	(void)state;
	open_bench(&b);
	buf_puts(&text, "\"$ai_input\":[{\"role\":\"user\",\"content\":\"");
	buf_pad(&text, 'x', 400000);
	buf_puts(&text, "\"}");
	for (unsigned i = 0; i < 2 * TURN_PARTS; i++)
		buf_printf(&text, ",{\"role\":\"user\",\"content\":\"more %u\"}", i);
	buf_puts(&text, "]");
	write_event(&b, "$ai_generation", 0, buf_text(&text));
	write_event(&b, "$ai_generation", 0, "\"$ai_input\":[17,{\"role\":[]}]");
	load(&b);
	list(&b);
	t = wait_turn(&b, 0);
	assert_int_equal(t->messages.n, TURN_PARTS);
	assert_true(t->left_out >= TURN_PARTS + 1);
	assert_int_equal(t->said[0].cut, 400000 - TURN_BYTES / 4);
	buf_free(&text);
	close_bench(&b);
}

/* Spans of tools at any seconds of turn 0, and what is said of each is its place in that order. */
static void write_spans(struct bench *b, unsigned n)
{
	FILE *f = fopen(b->path, "ab");

	assert_non_null(f);
	for (unsigned i = 0; i < n; i++) {
		unsigned at = (unsigned)((uint64_t)i * 7919 % n); /* a prime: each place once */

		fprintf(f,
		        "{\"uuid\":\"00000000-0000-4000-9000-%012u\",\"event\":\"$ai_span\","
		        "\"timestamp\":\"2026-11-01T%02u:%02u:%02uZ\",\"properties\":{"
		        "\"$ai_trace_id\":\"t0\",\"$ai_session_id\":\"s\",\"$ai_span_name\":"
		        "\"%u\",\"$ai_span_type\":\"tool\"}}\n",
		        i, 1 + at / 3600, at / 60 % 60, at % 60, at);
	}
	assert_int_equal(fclose(f), 0);
}

static void assert_span(const struct turn *t, uint32_t part, unsigned at)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%u", at);
	assert_int_equal(t->said[part].as, SAID_TOOL);
	assert_true(str_eq(t->messages.parts[part].name, str_of(name)));
}

/* Of very many events the first and the last are read, and every other one is counted. */
static void test_many_events(void **state)
{
	const unsigned n = 21000, half = TURN_PICKED / 2;
	struct bench b;
	const struct turn *t;

	(void)state;
	open_bench(&b);
	write_spans(&b, n);
	load(&b);
	list(&b);
	t = wait_turn(&b, 0);
	assert_int_equal(t->messages.n, TURN_PICKED);
	assert_int_equal(t->left_out, n - TURN_PICKED);
	for (unsigned i = 0; i < half; i++) {
		assert_span(t, i, i);
		assert_span(t, half + i, n - half + i);
	}
	close_bench(&b);
}

/* However late in its journal a call, or what failed, is found. */
static void test_call_after_many_events(void **state)
{
	struct bench b;
	const struct turn *t;

	(void)state;
	open_bench(&b);
	write_event(&b, "$ai_span", 0, "\"$ai_span_name\":\"x\",\"$ai_input_state\":{\"a\":1}");
	write_spans(&b, 21000);
	write_call(&b, 0, "a", 'A');
	write_event(&b, "$ai_span", 0, "\"$ai_span_name\":\"broken\",\"$ai_is_error\":true");
	load(&b);
	list(&b);
	t = wait_turn(&b, 0);
	assert_int_equal(t->said[0].as, SAID_MESSAGE);
	assert_true(str_eq(t->messages.parts[0].text, STR("word a")));
	assert_true(str_eq(t->messages.parts[1].text, STR("word A")));
	assert_int_equal(t->left_out, 21001 - TURN_PICKED);
	assert_true(str_eq(buf_str(&t->failed), STR("broken")));
	close_bench(&b);
}

/* It may be left after any event, and goes on there. */
static void test_settle_in_stretches(void **state)
{
	struct bench b;
	const struct model *m;
	struct turn_settling s = {0};
	struct turn out = {0};
	struct turn_reading r = {.out = &out};
	uint32_t looks = 0, calls = 0;

	(void)state;
	open_bench(&b);
	write_spans(&b, 1000);
	load(&b);
	m = explorer_model(b.explorer);
	turn_settle_begin(&s, &r, m, 0);
	for (; !turn_settle(&s, m, &looks); looks = 7, calls++)
		assert_int_equal(looks, 0);
	assert_int_equal(calls, 143);
	assert_int_equal(looks, 1);
	assert_int_equal(r.n, TURN_PICKED);
	assert_int_equal(out.left_out, 1000 - TURN_PICKED);
	r.out = NULL;
	turn_reading_fini(&r);
	close_bench(&b);
}

/* Of a trace that takes several calls nothing is left behind when it is not wanted any more. */
static void test_end_while_settling(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b);
	write_spans(&b, 21000);
	load(&b);
	list(&b);
	session_chat_find(b.chat, STR("nowhere"), 0, 1);
	assert_int_equal(session_chat_show(b.chat, 0, 0, 0, 0), 1);
	session_chat_find(b.chat, STR("20999"), 0, 1);
	assert_int_equal(wait_found(&b)->state, SESSION_FIND_FOUND);
	session_chat_end(b.chat);
	b.chat = explorer_session_chat(b.explorer, 0);
	list(&b);
	assert_int_equal(session_chat_show(b.chat, 0, 1, 0, 1), 1);
	close_bench(&b);
}

static void test_unreadable(void **state)
{
	struct bench b;
	const struct turn *t;

	(void)state;
	open_bench(&b);
	write_call(&b, 0, "a", 'A');
	load(&b);
	assert_int_equal(truncate(b.path, 10), 0);
	list(&b);
	t = wait_turn(&b, 0);
	assert_int_equal(t->unread, 1);
	assert_int_equal(t->messages.n, 0);
	assert_int_not_equal(t->error.code, ERR_OK);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history_is_said_once),
		cmocka_unit_test(test_last_turn_first),
		cmocka_unit_test(test_later_turn_is_read_again),
		cmocka_unit_test(test_same_words_again),
		cmocka_unit_test(test_history_from_before),
		cmocka_unit_test(test_turn_of_several_calls),
		cmocka_unit_test(test_turn_grows),
		cmocka_unit_test(test_earlier_turn_arrives_late),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_large_turn),
		cmocka_unit_test(test_many_events),
		cmocka_unit_test(test_call_after_many_events),
		cmocka_unit_test(test_settle_in_stretches),
		cmocka_unit_test(test_end_while_settling),
		cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
