/* Messages of any JSON: as an event's properties if it is an object, else as its input and
 * output. */
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "message/message.h"

#include <assert.h>

static void check(const struct messages *m)
{
	for (uint32_t i = 0; i < m->n; i++) {
		const struct part *p = &m->parts[i];

		assert(p->type < PART_TYPES && p->role.n > 0);
		assert(p->text.p && p->name.p && p->id.p && p->arguments.p && p->result.p);
		assert(i == 0 || p->side >= p[-1].side);
		assert(i == 0 || p->message >= p[-1].message);
		assert(p->type != PART_UNKNOWN || p->text.n > 0);
	}
	assert(messages_asked(m).p && messages_answered(m).p);
}

static void run(struct str doc)
{
	struct json_report report;
	struct json_tree tree;
	struct messages m;

	if (json_tree_parse(&tree, doc, &report) == ERR_OK) {
		messages_read(&m, &tree, 0);
		check(&m);
		messages_free(&m);
	}
	json_tree_free(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct buf doc = {0};

	run(text);
	buf_puts(&doc, "{\"$ai_input\":");
	buf_append(&doc, text);
	buf_puts(&doc, ",\"$ai_output_state\":");
	buf_append(&doc, text);
	buf_puts(&doc, "}");
	run(buf_str(&doc));
	buf_free(&doc);
	return 0;
}
