/* Requests and transcripts of any JSON, at every interface: nothing in a command acts on a terminal, its here-document ends at its
 * end, and its body is JSON. */
#include "base/clean.h"
#include "fuzz/fuzz.h"
#include "message/request.h"
#include "message/transcript.h"

#include <assert.h>

static void check_body(struct str command)
{
	struct str begin = STR("<<'BODY'\n"), end = STR("\nBODY\n"), body;
	size_t from = str_find(command, begin, 0, false) + begin.n;
	struct json_report report;
	struct json_tree tree;

	/* The first line that is the mark is the last of all. */
	assert(str_find(command, end, from, false) == command.n - end.n);
	body = str_sub(command, from, command.n - end.n - from);
	assert(json_tree_parse(&tree, body, &report) == ERR_OK);
	json_tree_free(&tree);
}

static void check_command(struct str command)
{
	struct buf clean = {0};

	check_body(command);
	clean_append(&clean, command, CLEAN_LINES);
	for (size_t i = 0; i < clean.n; i++)
		assert(clean.p[i] == '\n' || (unsigned char)clean.p[i] >= ' ');
	assert(str_find(command, STR("\033"), 0, false) == SIZE_MAX);
	buf_free(&clean);
}

static void tell(const struct messages *m, const struct tools *tools)
{
	struct buf out = {0};
	struct transcript t = {.out = &out};

	for (int form = TRANSCRIPT_PLAIN; form <= TRANSCRIPT_MARKDOWN; form++) {
		t.form = (enum transcript_form)form;
		transcript_call(&t, STR("a call"), m, STR("error"));
		transcript_tools(&t, tools);
	}
	transcript_arguments(&out, m);
	transcript_results(&out, m);
	transcript_system(&out, m);
	transcript_free(&t);
	buf_free(&out);
}

static void run(struct str properties)
{
	struct json_report report;
	struct buf command = {0};
	struct messages m;
	struct json_tree tree;
	struct tools tools;

	if (json_tree_parse(&tree, properties, &report) == ERR_OK &&
	    json_type_of(&tree, 0) == JSON_OBJECT) {
		messages_read(&m, &tree, 0);
		tools_read(&tools, &tree, 0);
		tell(&m, &tools);
		if (request_curl(&command, &(struct request_event){&tree, 0, &m, &tools}, NULL) ==
		    ERR_OK)
			check_command(buf_str(&command));
		tools_free(&tools);
		messages_free(&m);
	}
	json_tree_free(&tree);
	buf_free(&command);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const providers[] = {"openai", "anthropic", "gemini", "groq"};
	struct str text = {(const char *)data, size};
	struct buf event = {0};

	run(text);
	for (size_t i = 0; i < 4; i++) {
		buf_clear(&event);
		buf_printf(&event, "{\"$ai_provider\":\"%s\",\"$ai_model\":\"m\",\"$ai_input\":",
		           providers[i]);
		buf_append(&event, text);
		buf_puts(&event, ",\"$ai_tools\":");
		buf_append(&event, text);
		buf_puts(&event, ",\"$ai_model_parameters\":");
		buf_append(&event, text);
		buf_add(&event, '}');
		run(buf_str(&event));
	}
	buf_free(&event);
	return 0;
}
