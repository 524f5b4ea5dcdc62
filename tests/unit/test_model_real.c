/* Events that real SDKs sent, against what is known of their traces: read, linked and summed up by
 * everything from the line to the tree, forwards and backwards. */
#include "index/record.h"
#include "model/tree.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#define MOST_LINES 1000

struct fixture {
	struct buf text;
	struct events events;
	struct model *model;
	cJSON *expected;
};

static struct buf read_file(const char *path)
{
	struct buf out = {0};
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t got;

	assert_non_null(f);
	while ((got = fread(part, 1, sizeof(part), f)) > 0)
		buf_append(&out, (struct str){part, got});
	fclose(f);
	return out;
}

static void index_line(struct fixture *f, struct record_reader *reader, struct str line)
{
	struct record_counts counts = {0};
	struct json_report report;
	const char *why = NULL;
	uint64_t offset = (uint64_t)(line.p - f->text.p);

	assert_true(record_line(reader, &f->events, 0, offset, line, &counts, &report, &why));
}

static void load(struct fixture *f, bool backwards)
{
	struct record_reader *reader = record_reader_new();
	static struct str lines[MOST_LINES];
	size_t n = 0, start = 0;

	f->text = read_file("data/real_events.ndjson");
	for (size_t at = 0; at < f->text.n; at++) {
		if (f->text.p[at] != '\n')
			continue;
		assert_true(n < MOST_LINES);
		lines[n++] = (struct str){f->text.p + start, at - start};
		start = at + 1;
	}
	events_init(&f->events);
	f->model = model_new(&f->events);
	for (size_t i = 0; i < n; i++)
		index_line(f, reader, lines[backwards ? n - 1 - i : i]);
	for (uint32_t event = 0; event < f->events.n; event++)
		model_add(f->model, event);
	record_reader_free(reader);
}

static int setup(void **state, bool backwards)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct buf expected = read_file("data/expected.json");

	load(f, backwards);
	f->expected = cJSON_Parse(buf_text(&expected));
	assert_non_null(f->expected);
	buf_free(&expected);
	*state = f;
	return 0;
}

static int setup_forwards(void **state)
{
	return setup(state, false);
}

static int setup_backwards(void **state)
{
	return setup(state, true);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(f->expected);
	model_free(f->model);
	events_fini(&f->events);
	buf_free(&f->text);
	free(f);
	return 0;
}

static const cJSON *get(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	assert_non_null(item);
	return item;
}

static int64_t number(const cJSON *object, const char *key)
{
	return (int64_t)get(object, key)->valuedouble;
}

static uint32_t id_of(const struct fixture *f, const char *text)
{
	return ids_find(&f->events.ids, str_of(text));
}

static uint32_t trace_of(const struct fixture *f, const char *text)
{
	uint32_t trace = model_find_trace(f->model, id_of(f, text));

	assert_int_not_equal(trace, MODEL_NONE);
	return trace;
}

static void totals_of_every_trace(void **state)
{
	struct fixture *f = *state;
	const cJSON *expected, *traces = get(f->expected, "traces");

	assert_int_equal(model_trace_count(f->model), cJSON_GetArraySize(traces));
	cJSON_ArrayForEach(expected, traces)
	{
		const struct trace *t = model_trace(f->model, trace_of(f, expected->string));
		const cJSON *tokens = get(expected, "tokens");

		assert_int_equal(t->totals.events, number(expected, "events"));
		assert_int_equal(t->explicit_event != EVENT_NONE,
		                 cJSON_IsTrue(get(expected, "explicit_trace")));
		assert_int_equal(t->first_time / 1000, number(expected, "first_ms"));
		assert_int_equal(t->last_time / 1000, number(expected, "last_ms"));
		assert_int_equal(t->totals.errors, number(expected, "errors"));
		assert_int_equal(t->totals.input, number(tokens, "input"));
		assert_int_equal(t->totals.output, number(tokens, "output"));
		assert_int_equal(t->totals.cache_read, number(tokens, "cache_read"));
		assert_int_equal(t->totals.cache_write, number(tokens, "cache_creation"));
		assert_int_equal(t->totals.reasoning, number(tokens, "reasoning"));
	}
}

/* The file names the traces that have a $ai_trace event; others take the name of a span. */
static void names_of_explicit_traces(void **state)
{
	struct fixture *f = *state;
	const cJSON *expected;

	cJSON_ArrayForEach(expected, get(f->expected, "traces"))
	{
		const struct trace *t = model_trace(f->model, trace_of(f, expected->string));
		const cJSON *name = get(expected, "name");

		if (cJSON_IsString(name))
			assert_true(str_eq(strings_get(&f->events.strings, t->name),
			                   str_of(name->valuestring)));
	}
}

static void every_session_has_its_traces(void **state)
{
	struct fixture *f = *state;
	const cJSON *expected, *member, *sessions = get(f->expected, "sessions");

	assert_int_equal(model_session_count(f->model), cJSON_GetArraySize(sessions));
	cJSON_ArrayForEach(expected, sessions)
	{
		uint32_t session = model_find_session(f->model, id_of(f, expected->string));

		assert_int_not_equal(session, MODEL_NONE);
		assert_int_equal(model_session(f->model, session)->traces,
		                 cJSON_GetArraySize(expected));
		cJSON_ArrayForEach(member, expected)
		{
			uint32_t trace = trace_of(f, member->valuestring);

			assert_int_equal(model_trace(f->model, trace)->session, session);
		}
	}
}

static void check_node(const struct fixture *f, const struct tree *t, const cJSON *expected)
{
	uint32_t uuid = id_of(f, get(expected, "uuid")->valuestring);
	const char *parent = get(expected, "parent")->valuestring;
	uint32_t at = 0;

	while (at < t->n && events_uuid(&f->events, t->nodes[at].event) != uuid)
		at++;
	assert_true(at < t->n);
	assert_int_equal(events_node_id(&f->events, t->nodes[at].event),
	                 id_of(f, get(expected, "id")->valuestring));
	assert_int_equal(t->nodes[at].mark, strcmp(parent, "missing") ? TREE_LINKED : TREE_ORPHAN);
	if (strcmp(parent, "missing") == 0 || strcmp(parent, "trace") == 0)
		assert_int_equal(t->nodes[at].parent, TREE_ROOT);
	else
		assert_int_equal(events_uuid(&f->events, t->nodes[t->nodes[at].parent].event),
		                 id_of(f, parent));
}

static void every_node_has_its_parent(void **state)
{
	struct fixture *f = *state;
	const cJSON *expected, *node;

	cJSON_ArrayForEach(expected, get(f->expected, "traces"))
	{
		const cJSON *nodes = get(expected, "nodes");
		struct tree t;

		tree_build(&t, f->model, trace_of(f, expected->string));
		assert_int_equal(t.n, cJSON_GetArraySize(nodes));
		cJSON_ArrayForEach(node, nodes)
		{
			check_node(f, &t, node);
		}
		tree_free(&t);
	}
}

static void totals_of_everything(void **state)
{
	struct fixture *f = *state;
	const cJSON *expected = get(f->expected, "totals");
	const struct totals *t = model_totals(f->model);

	assert_int_equal(t->input, number(expected, "input"));
	assert_int_equal(t->output, number(expected, "output"));
	assert_int_equal(t->cache_read, number(expected, "cache_read"));
	assert_int_equal(t->cache_write, number(expected, "cache_creation"));
	assert_int_equal(t->reasoning, number(expected, "reasoning"));
	assert_int_equal(t->errors, number(expected, "errors"));
	assert_int_equal(model_duplicates(f->model), 0);
}

int main(void)
{
#define BOTH(function)                                                       \
	cmocka_unit_test_setup_teardown(function, setup_forwards, teardown), \
		cmocka_unit_test_setup_teardown(function, setup_backwards, teardown)
	const struct CMUnitTest tests[] = {
		BOTH(totals_of_every_trace),        BOTH(names_of_explicit_traces),
		BOTH(every_session_has_its_traces), BOTH(every_node_has_its_parent),
		BOTH(totals_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
