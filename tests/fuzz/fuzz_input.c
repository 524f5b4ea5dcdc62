/* Any bytes at any pace: what comes out is a key, waits are sane, memory stays bounded, and cutting the
 * bytes elsewhere changes nothing. Byte 0xFE is a pause, as long as the byte after it says. */
#include "fuzz/fuzz.h"
#include "term/input.h"

#include <stdlib.h>

static int64_t pause_of(uint8_t byte)
{
	return (int64_t)byte * byte * 1000;
}

static void keep(struct input *in, int64_t now, struct buf *out)
{
	struct buf name = {0};
	uint32_t key;

	while ((key = input_next(in, now)) != 0) {
		if (key > KEY_PASTE || (key >= 0xD800 && key < 0xE000))
			abort();
		buf_clear(&name);
		key_name(key, &name);
		if (name.n == 0 || input_paste(in).n > 65536)
			abort();
		buf_append(out, buf_str(&name));
		if (key == KEY_PASTE)
			buf_append(out, input_paste(in));
	}
	if (input_wait(in, now) == 0 || input_wait(in, now) > 10000000)
		abort();
	buf_free(&name);
}

/* step: bytes fed at once. */
static void run(const uint8_t *data, size_t size, size_t step, struct buf *out)
{
	struct input *in = input_new();
	int64_t now = 0;

	for (size_t at = 0; at < size;) {
		size_t n = 0;

		if (data[at] == 0xFE && at + 1 < size) {
			now += pause_of(data[at + 1]);
			keep(in, now, out);
			at += 2;
			continue;
		}
		while (at + n < size && n < step && (n == 0 || data[at + n] != 0xFE))
			n++;
		input_feed(in, (struct str){(const char *)data + at, n}, now);
		at += n;
	}
	keep(in, now, out);
	keep(in, now + 60000000, out);
	input_free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf one = {0}, all = {0};

	run(data, size, 1, &one);
	run(data, size, size, &all);
	if (!str_eq(buf_str(&one), buf_str(&all)))
		abort();
	buf_free(&one);
	buf_free(&all);
	return 0;
}
