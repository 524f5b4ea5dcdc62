/* Bytes -> a few events -> traces and trees, in two orders of arrival. */
#include "fuzz/fuzz.h"
#include "support/tree_check.h"

#define MOST_EVENTS 64u /* the checks look at every pair of events */

static struct buf run(const uint8_t *data, uint32_t count, bool backwards)
{
	struct events events;
	struct buf out = {0};
	struct model *m;

	events_init(&events);
	m = model_new(&events);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = backwards ? count - 1 - i : i;
		struct sample s = sample_decode(data + (size_t)at * SAMPLE_BYTES, at);

		model_add(m, sample_add(&events, &s));
	}
	check_model(m);
	sample_dump(&out, m);
	model_free(m);
	events_fini(&events);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t count = size / SAMPLE_BYTES > MOST_EVENTS ? MOST_EVENTS
	                                                   : (uint32_t)(size / SAMPLE_BYTES);
	struct buf forwards = run(data, count, false), backwards = run(data, count, true);

	CHECK(str_eq(buf_str(&forwards), buf_str(&backwards)));
	buf_free(&forwards);
	buf_free(&backwards);
	return 0;
}
