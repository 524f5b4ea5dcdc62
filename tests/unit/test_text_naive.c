/* query/text_search.h: finds what a naive loop over the messages finds, however texts are escaped and wherever they stand. */
#include "base/utf8.h"
#include "message/message.h"
#include "support/encoder.h"
#include "support/text_bench.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t random_state;

static uint32_t below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

/* ---- random events ---- */

static const char *const words[] = {
	"refund",
	"Refund",
	"order 17274",
	"caf\xc3\xa9",
	"\xc3\x9c"
	"ber",
	"stra\xc3\x9f"
	"e",
	"\xc4\xb0stanbul",
	"\xe2\x84\xaa"
	"elvin",
	"mi\xc5\xbf"
	"t",
	"risk",
	"\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82",
	"\xd0\x9c\xd0\x98\xd0\xa0",
	"\xe9\x80\x80\xe6\xac\xbe",
	"\xf0\x9f\xa6\x94",
	"say \"so\"",
	"C:\\new",
	"it's",
	"a<b && c>d",
	"https://x.y/z?q=1",
	"1+1=2",
	"tab\there",
	"two\nlines",
	"\x01\x7f",
	"nbsp\xc2\xa0.",
	"{\"k\": \"v\"}",
	"\xff",
	"u00e9",
	"xe9",
	"\\u00e9",
	"ud83e\\udd94",
	"\\\\nThe",
	"the\\",
	"x",
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static void add_words(struct buf *out)
{
	for (uint32_t n = 1 + below(5); n > 0; n--) {
		buf_puts(out, words[below(WORDS)]);
		buf_puts(out, below(4) ? " " : "");
	}
}

static enum encoder encoder;

static void add_text(struct buf *out)
{
	struct buf text = {0};

	add_words(&text);
	encoder_string(out, buf_str(&text), encoder);
	buf_free(&text);
}

/* What is appended to `inner` becomes a string. */
static void add_encoded(struct buf *out, struct buf *inner)
{
	encoder_string(out, buf_str(inner), (enum encoder)below(ENCODERS));
	buf_free(inner);
}

static void add_object(struct buf *out)
{
	struct buf inner = {0};

	buf_puts(out, "{\"city\":");
	add_text(out);
	buf_puts(out, ",\"deep\":[1.5,null,{\"note\":");
	if (below(2)) {
		buf_puts(&inner, "{\"json\":");
		add_text(&inner);
		buf_puts(&inner, "}");
		add_encoded(out, &inner);
	} else {
		add_text(out);
	}
	buf_puts(out, "}]}");
}

static void add_arguments(struct buf *out)
{
	struct buf inner = {0};

	if (below(2)) {
		add_object(out);
		return;
	}
	add_object(&inner);
	add_encoded(out, &inner);
}

static void add_message(struct buf *out)
{
	static const char *const roles[] = {"user", "assistant", "system", "developer", "tool"};
	struct buf inner = {0};

	buf_printf(out, "{\"role\":\"%s\",", roles[below(5)]);
	switch (below(8)) {
	case 0:
		buf_puts(out, "\"content\":[{\"type\":\"text\",\"text\":");
		add_text(out);
		buf_puts(out, "},{\"type\":\"thinking\",\"thinking\":");
		add_text(out);
		buf_puts(out, "}]}");
		break;
	case 1:
		buf_puts(out, "\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":"
		              "\"function\",\"function\":{\"name\":\"get_weather\","
		              "\"arguments\":");
		add_arguments(out);
		buf_puts(out, "}}]}");
		break;
	case 2:
		buf_puts(out, "\"tool_call_id\":\"call_1\",\"content\":");
		add_object(&inner);
		add_encoded(out, &inner);
		buf_puts(out, "}");
		break;
	case 3:
		buf_puts(out, "\"content\":");
		add_text(out);
		buf_puts(out, ",\"strange\":");
		add_object(out);
		buf_puts(out, "}");
		break;
	case 4:
		buf_puts(out, "\"parts\":[{\"text\":");
		add_text(out);
		buf_puts(out, "}],\"content\":");
		add_text(out);
		buf_puts(out, "}");
		break;
	case 5:
		buf_puts(out, "\"message\":{\"role\":\"assistant\",\"content\":");
		add_text(out);
		buf_puts(out, "},\"metadata\":{\"text\":");
		add_text(out);
		buf_puts(out, "}}");
		break;
	case 6:
		buf_puts(out, "\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"call_1\","
		              "\"content\":[{\"type\":\"text\",\"text\":");
		add_text(out);
		buf_puts(out, "},{\"type\":\"document\",\"content\":");
		add_text(out);
		buf_puts(out, "}]}]}");
		break;
	default:
		buf_puts(out, "\"content\":");
		add_text(out);
		buf_puts(out, "}");
	}
}

static void add_messages(struct buf *out)
{
	buf_puts(out, "[");
	for (uint32_t n = below(4); n > 0; n--) {
		add_message(out);
		buf_puts(out, ",");
	}
	add_message(out);
	buf_puts(out, "]");
}

/* [{'role': 'user', 'content': '...'}] */
static void add_repr(struct buf *out)
{
	struct buf list = {0}, text = {0};

	add_words(&text);
	buf_puts(&list, "[{'role': 'user', 'content': ");
	encoder_repr(&list, buf_str(&text));
	buf_puts(&list, "}]");
	add_encoded(out, &list);
	buf_free(&text);
}

static void add_side(struct buf *out, const char *property, const char *state)
{
	struct buf inner = {0};

	encoder = (enum encoder)below(ENCODERS);
	switch (below(9)) {
	case 0:
		buf_printf(out, ",\"%s\":", state);
		add_object(out);
		break;
	case 4:
		buf_printf(out, ",\"%s\":{\"query\":", state);
		add_text(out);
		buf_puts(out, ",\"messages\":");
		add_messages(out);
		buf_printf(out, "}");
		break;
	case 5:
		buf_printf(out, ",\"%s\":{\"text\":", state);
		add_text(out);
		buf_printf(out, ",\"name\":\"refund\"},\"%s\":", property);
		add_messages(out);
		break;
	case 6:
		buf_printf(out, ",\"%s\":", property);
		add_text(out);
		break;
	case 1:
		buf_printf(out, ",\"%s\":", property);
		add_messages(&inner);
		add_encoded(out, &inner);
		break;
	case 2:
		buf_printf(out, ",\"%s\":", property);
		add_repr(out);
		break;
	case 3:
		buf_printf(out, ",\"%s\":null,\"%s\":", property, state);
		add_text(out);
		break;
	default:
		buf_printf(out, ",\"%s\":", property);
		add_messages(out);
	}
}

static void add_properties(struct buf *out)
{
	buf_puts(out, "{\"$ai_trace_id\":\"t1\",\"$ai_span_name\":");
	add_text(out);
	if (below(3) == 0) {
		buf_puts(out, ",\"$ai_error\":");
		add_arguments(out);
	}
	buf_puts(out, ",\"$ai_tools\":");
	add_object(out);
	add_side(out, "$ai_input", "$ai_input_state");
	add_side(out, "$ai_output_choices", "$ai_output_state");
	buf_puts(out, "}");
}

static void add_event(struct buf *out)
{
	struct buf inner = {0};

	encoder = (enum encoder)below(ENCODERS);
	/* What follows stands anywhere in what is looked at at once. */
	buf_printf(out, "{\"event\":\"$ai_generation\",\"distinct_id\":\"%.*s\",\"properties\":",
	           (int)below(64),
	           "-------- -------- -------- -------- -------- -------- -------- --------");
	if (below(8) == 0) {
		add_properties(&inner);
		add_encoded(out, &inner);
	} else {
		add_properties(out);
	}
	buf_puts(out, "}");
}

/* ---- the naive loop ---- */

struct naive {
	struct str *texts; /* of an event, all of them, JSON undone as well */
	uint32_t n, cap;
	struct buf made; /* what stands in parts and was not sent: found or not */
	struct arena arena;
};

static void keep(struct naive *all, struct str text)
{
	if (text.n == 0)
		return;
	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 64;
		all->texts = realloc(all->texts, all->cap * sizeof(*all->texts));
	}
	all->texts[all->n++] = arena_copy(&all->arena, text);
}

static void keep_json(struct naive *all, struct str text)
{
	struct buf undone = {0};

	keep(all, text);
	for (int i = 0; i < 3 && text.n > 0 && memchr(text.p, '\\', text.n); i++) {
		buf_clear(&undone);
		json_unescape(&undone, text);
		keep(all, buf_str(&undone));
		text = arena_copy(&all->arena, buf_str(&undone));
	}
	buf_free(&undone);
}

static void keep_member(struct naive *all, const struct json_tree *t, uint32_t at, const char *name)
{
	struct buf text = {0};
	uint32_t member = json_member(t, at, str_of(name));

	if (json_type_of(t, member) > JSON_NULL)
		json_text(t, member, &text);
	if (json_type_of(t, member) == JSON_OBJECT)
		keep_json(all, buf_str(&text));
	else
		keep(all, buf_str(&text));
	buf_free(&text);
}

/* "file 12 B" was not sent. */
static bool is_made(const struct part *p)
{
	return p->type == PART_FILE && str_ends(p->text, STR(" B"));
}

static void read_texts(struct naive *all, const struct json_tree *t, uint32_t properties)
{
	struct messages m;

	keep_member(all, t, properties, "$ai_trace_id");
	keep_member(all, t, properties, "$ai_span_name");
	keep_member(all, t, properties, "$ai_error");
	messages_read(&m, t, properties);
	for (uint32_t i = 0; i < m.n; i++) {
		const struct part *p = &m.parts[i];

		if (p->type == PART_UNKNOWN)
			keep_json(all, p->text);
		else if (is_made(p))
			buf_append(&all->made, p->text);
		else
			keep(all, p->text);
		keep(all, p->name);
		keep(all, p->id);
		keep_json(all, p->arguments);
		keep_json(all, p->result);
	}
	messages_free(&m);
}

static void read_event(struct naive *all, const struct events *t, uint32_t event)
{
	struct buf line = {0}, inner = {0};
	struct json_tree tree, encoded = {0};
	struct json_report report;
	uint32_t properties;

	assert_int_equal(events_read(t, event, &line, NULL), ERR_OK);
	assert_int_equal(json_tree_parse(&tree, buf_str(&line), &report), ERR_OK);
	keep_member(all, &tree, 0, "distinct_id");
	properties = json_member(&tree, 0, STR("properties"));
	if (json_type_of(&tree, properties) == JSON_STRING) {
		json_text(&tree, properties, &inner);
		assert_int_equal(json_tree_parse(&encoded, buf_str(&inner), &report), ERR_OK);
		read_texts(all, &encoded, 0);
	} else {
		read_texts(all, &tree, properties);
	}
	json_tree_free(&encoded);
	json_tree_free(&tree);
	buf_free(&inner);
	buf_free(&line);
}

static bool text_has(struct str text, struct str needle, bool fold)
{
	size_t length;

	return fold ? utf8_find(text, needle, 0, &length) != SIZE_MAX
	            : str_find(text, needle, 0, false) != SIZE_MAX;
}

static bool naive_has(const struct naive *all, struct str needle, bool fold)
{
	for (uint32_t i = 0; i < all->n; i++) {
		if (text_has(all->texts[i], needle, fold))
			return true;
	}
	return false;
}

static void naive_free(struct naive *all)
{
	free(all->texts);
	buf_free(&all->made);
	arena_free(&all->arena);
}

/* ---- both ---- */

/* Up to so many characters from a random one on. */
static void add_some(struct buf *out, struct str text, uint32_t most)
{
	size_t from = 0, end, start = below((uint32_t)text.n);

	while (from < start)
		utf8_next(text, &from);
	end = from;
	for (uint32_t length = 1 + below(most); length > 0 && end < text.n; length--)
		utf8_next(text, &end);
	buf_append(out, str_sub(text, from, end - from));
}

/* Of the texts; or of the lines, where names, escapes and brackets stand as well. */
static void pick_needle(struct buf *out, const struct naive *events, uint32_t n, struct str lines)
{
	const struct naive *of = &events[below(n)];

	if (below(4) == 0)
		add_some(out, lines, 14);
	else
		add_some(out, of->texts[below(of->n)], below(4) ? 14 : 1);
	/* Without a capital, case does not matter. */
	for (size_t i = 0; i < out->n && below(2) == 0; i++) {
		if (out->p[i] >= 'A' && out->p[i] <= 'Z')
			out->p[i] |= 0x20;
	}
}

static void expect_as_naive(struct loader_bench *b, const struct naive *events, struct str needle)
{
	struct filter_value value = {.test = TEST_VALUE, .text = needle};
	uint64_t among[8];
	struct text_bench s;

	value.fold = !utf8_has_capital(needle);
	text_bench_begin(&s, b, &value, (struct text_wanted){.places = TEXT_ANYWHERE});
	for (int i = 0; i < 8; i++)
		among[i] = below(3) ? UINT64_MAX : (uint64_t)below(UINT32_MAX) * UINT32_MAX;
	text_search_add(s.search, 0, b->table.n / 2, among);
	text_search_add(s.search, b->table.n / 2, b->table.n - b->table.n / 2, NULL);
	text_bench_finish(&s);
	for (uint32_t i = 0; i < b->table.n; i++) {
		bool asked = i >= b->table.n / 2 || (among[i / 64] >> i % 64 & 1);
		bool wanted = asked && naive_has(&events[i], needle, value.fold);

		if (wanted != text_search_has(s.search, i) &&
		    !text_has(buf_str(&events[i].made), needle, value.fold)) {
			struct buf line = {0};

			assert_int_equal(events_read(&b->table, i, &line, NULL), ERR_OK);
			fail_msg("\"%.*s\" is %sin event %u: %s", STR_ARG(needle),
			         wanted ? "" : "not ", (unsigned)i, buf_text(&line));
		}
	}
	assert_int_equal(text_search_failed(s.search, NULL), 0);
	text_search_free(s.search);
}

static void what_a_naive_loop_finds_is_found(void **state)
{
	struct loader_bench *b = *state;

	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct buf lines = {0};
		struct naive *events;
		uint32_t n = 40;

		random_state = seed;
		for (uint32_t i = 0; i < n; i++) {
			add_event(&lines);
			buf_add(&lines, '\n');
		}
		loader_bench_write(b, O_TRUNC, buf_str(&lines));
		loader_bench_load(b, 0);
		assert_int_equal(b->table.n, n);
		events = calloc(n, sizeof(*events));
		for (uint32_t i = 0; i < n; i++)
			read_event(&events[i], &b->table, i);
		for (int i = 0; i < 60; i++) {
			struct buf needle = {0};

			pick_needle(&needle, events, n, buf_str(&lines));
			expect_as_naive(b, events, buf_str(&needle));
			buf_free(&needle);
		}
		for (uint32_t i = 0; i < n; i++)
			naive_free(&events[i]);
		free(events);
		loader_bench_close(b);
		buf_free(&lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_a_naive_loop_finds_is_found,
	                                        loader_bench_enter, loader_bench_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
