/* Streams: what comes out of pipes and files, compressed or not, in any split; what cut, broken, endless and foreign input
 * leaves; that memory stays bounded and the end comes at once. */
#include "base/buf.h"
#include "base/mem.h"
#include "collect/stream.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

struct bench {
	struct loop *loop;
	char folder[64];
	char path[96]; /* of a file in it */
	struct stream_options options;
	/* of the last run */
	struct buf got;
	struct errinfo error;
	struct stream_status status;
	unsigned changes;
};

static int enter(void **state)
{
	struct bench *b = mem_zero(1, sizeof(*b));

	signal(SIGPIPE, SIG_IGN);
	b->loop = loop_new();
	snprintf(b->folder, sizeof(b->folder), "/tmp/tracehog-stream-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/file", b->folder);
	b->options = (struct stream_options){.name = "it", .folder = b->folder};
	*state = b;
	return 0;
}

static int leave(void **state)
{
	struct bench *b = *state;

	unlink(b->path);
	/* Nothing else was left there. */
	assert_int_equal(rmdir(b->folder), 0);
	loop_free(b->loop);
	buf_free(&b->got);
	mem_free(b);
	return 0;
}

static void on_change(void *ctx)
{
	((struct bench *)ctx)->changes++;
}

/* Streams fd to its end. */
static void run(struct bench *b, int fd)
{
	struct errinfo e = {0};
	struct stream *s;
	struct journal *j;

	assert_int_equal(stream_new(&s, fd, &b->options, &e), ERR_OK);
	stream_read_status(s, &b->status);
	assert_int_equal(b->status.taken, 0);
	assert_int_equal(b->status.began, 0);
	stream_start(s, b->loop, on_change, b);
	while (!stream_ended(s))
		loop_step(b->loop, true);
	j = stream_journal(s);
	(void)journal_check(j, 0);
	stream_read_status(s, &b->status);
	b->error = stream_error(s) != NULL ? *stream_error(s) : (struct errinfo){0};
	buf_clear(&b->got);
	if (journal_size(j) < BUF_MAX)
		assert_int_equal(journal_read_exact(j, 0, journal_size(j), &b->got, &e), ERR_OK);
	stream_free(s);
}

static void write_file(const struct bench *b, struct str bytes)
{
	int fd = open(b->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	close(fd);
}

static void run_file(struct bench *b, struct str bytes)
{
	write_file(b, bytes);
	run(b, open(b->path, O_RDONLY));
}

/* ---- a pipe that is written in pieces -------------------------------------------------------- */

struct feeder {
	int fd;
	struct str bytes;
	unsigned seed;
};

static void *feed(void *ctx)
{
	struct feeder *f = ctx;

	while (f->bytes.n > 0) {
		size_t most = rand_r(&f->seed) % 4 == 0 ? 70000 : 9;
		size_t n = (size_t)rand_r(&f->seed) % most + 1;
		struct str part = str_sub(f->bytes, 0, n);

		if (write(f->fd, part.p, part.n) != (ssize_t)part.n)
			break;
		f->bytes = str_sub(f->bytes, part.n, SIZE_MAX);
	}
	close(f->fd);
	return NULL;
}

static void run_pipe(struct bench *b, struct str bytes, unsigned seed)
{
	struct feeder f = {.bytes = bytes, .seed = seed};
	pthread_t thread;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	f.fd = ends[1];
	assert_int_equal(pthread_create(&thread, NULL, feed, &f), 0);
	run(b, ends[0]);
	pthread_join(thread, NULL);
}

/* ---- making input ---------------------------------------------------------------------------- */

static void add_events(struct buf *out, unsigned n, unsigned seed)
{
	for (unsigned i = 0; i < n; i++)
		buf_printf(
			out,
			"{\"event\":\"$ai_span\",\"uuid\":\"%u\",\"properties\":{\"x\":\"%u\"}}\n",
			i, rand_r(&seed));
}

static void gzip(struct buf *out, struct str bytes)
{
	z_stream z = {0};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_true(buf_reserve(out, deflateBound(&z, bytes.n)));
	z.next_in = (Bytef *)(uintptr_t)bytes.p;
	z.avail_in = (uInt)bytes.n;
	z.next_out = (Bytef *)out->p + out->n;
	z.avail_out = (uInt)(out->cap - out->n);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n += z.total_out;
	deflateEnd(&z);
}

static void zstd(struct buf *out, struct str bytes)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t n;

	assert_true(buf_reserve(out, ZSTD_compressBound(bytes.n)));
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	n = ZSTD_compress2(context, out->p + out->n, out->cap - out->n, bytes.p, bytes.n);
	assert_false(ZSTD_isError(n));
	out->n += n;
	ZSTD_freeCCtx(context);
}

typedef void pack_fn(struct buf *out, struct str bytes);
static pack_fn *const packs[] = {gzip, zstd};

static void assert_got(const struct bench *b, struct str expected)
{
	assert_int_equal(b->got.n, expected.n);
	assert_memory_equal(b->got.p, expected.p, expected.n);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_plain(void **state)
{
	struct bench *b = *state;
	struct buf events = {0};

	add_events(&events, 3000, 1);
	buf_puts(&events, "{broken\n\r\n{\"event\":\"x\"}\r\n{\"event\":\"$ai_sp");
	for (unsigned seed = 0; seed < 4; seed++) {
		run_pipe(b, buf_str(&events), seed);
		assert_int_equal(b->error.code, ERR_OK);
		assert_got(b, buf_str(&events));
	}
	run_file(b, buf_str(&events));
	assert_got(b, buf_str(&events));
	run_file(b, STR_EMPTY);
	assert_int_equal(b->error.code, ERR_OK);
	assert_int_equal(b->got.n, 0);
	/* Fewer bytes than it takes to tell what it is. */
	run_file(b, STR("\x28\xb5"));
	assert_got(b, STR("\x28\xb5"));
	buf_free(&events);
}

static void test_packed(void **state)
{
	struct bench *b = *state;
	struct buf events = {0};

	add_events(&events, 3000, 2);
	for (size_t i = 0; i < 2; i++) {
		struct buf packed = {0};
		struct str half = str_sub(buf_str(&events), 0, events.n / 2);

		packs[i](&packed, buf_str(&events));
		assert_true(packed.n < events.n);
		for (unsigned seed = 0; seed < 4; seed++) {
			run_pipe(b, buf_str(&packed), seed);
			assert_int_equal(b->error.code, ERR_OK);
			assert_got(b, buf_str(&events));
		}
		/* One member or frame after the other, an empty one between. */
		buf_clear(&packed);
		packs[i](&packed, half);
		packs[i](&packed, STR_EMPTY);
		packs[i](&packed, str_sub(buf_str(&events), half.n, SIZE_MAX));
		if (packs[i] == gzip)
			buf_pad(&packed, '\0', 1000);
		run_pipe(b, buf_str(&packed), 5);
		assert_int_equal(b->error.code, ERR_OK);
		assert_got(b, buf_str(&events));
		run_file(b, buf_str(&packed));
		assert_got(b, buf_str(&events));
		assert_true(b->changes > 0);
		buf_free(&packed);
	}
	buf_free(&events);
}

static void test_skippable_frame_first(void **state)
{
	struct bench *b = *state;
	struct buf packed = {0};

	buf_append(&packed, (struct str){"\x55\x2a\x4d\x18\x03\0\0\0abc", 11});
	zstd(&packed, STR("{\"event\":\"x\"}\n"));
	run_pipe(b, buf_str(&packed), 1);
	assert_int_equal(b->error.code, ERR_OK);
	assert_got(b, STR("{\"event\":\"x\"}\n"));
	buf_free(&packed);
}

/* Wherever it is cut: what came before is kept, and the end is told with its place. */
static void test_cut(void **state)
{
	struct bench *b = *state;
	struct buf events = {0};
	char expected[64];

	add_events(&events, 3000, 3);
	for (size_t i = 0; i < 2; i++) {
		struct buf packed = {0};
		size_t before = 0;

		packs[i](&packed, buf_str(&events));
		for (size_t n = 5; n < packed.n; n += packed.n / 7) {
			run_file(b, str_sub(buf_str(&packed), 0, n));
			assert_int_equal(b->error.code, ERR_PARSE);
			assert_int_equal(b->error.pos, n);
			snprintf(expected, sizeof(expected), "cut at byte %zu: the %s data ends", n,
			         i == 0 ? "gzip" : "zstd");
			assert_non_null(strstr(b->error.msg, expected));
			assert_non_null(strstr(b->error.msg, ": it"));
			assert_true(b->got.n >= before && b->got.n <= events.n);
			assert_memory_equal(b->got.p ? b->got.p : "", events.p, b->got.n);
			before = b->got.n;
		}
		assert_true(before > 0);
		run_file(b, str_sub(buf_str(&packed), 0, packed.n - 1));
		assert_int_equal(b->error.code, ERR_PARSE);
		buf_free(&packed);
	}
	buf_free(&events);
}

static void test_broken(void **state)
{
	struct bench *b = *state;
	struct buf events = {0}, packed = {0};

	add_events(&events, 100, 4);
	gzip(&packed, buf_str(&events));
	packed.p[packed.n - 6] ^= 1; /* of the CRC */
	run_file(b, buf_str(&packed));
	assert_int_equal(b->error.code, ERR_PARSE);
	assert_non_null(strstr(b->error.msg, "broken gzip data (incorrect data check)"));
	assert_got(b, buf_str(&events));
	packed.p[packed.n - 6] ^= 1;
	buf_puts(&packed, "more");
	run_file(b, buf_str(&packed));
	assert_int_equal(b->error.code, ERR_PARSE);
	assert_non_null(strstr(b->error.msg, "something else follows its gzip data"));
	assert_got(b, buf_str(&events));
	buf_clear(&packed);
	zstd(&packed, buf_str(&events));
	packed.p[packed.n - 2] ^= 1; /* of the checksum */
	run_file(b, buf_str(&packed));
	assert_int_equal(b->error.code, ERR_PARSE);
	assert_non_null(strstr(b->error.msg, "broken zstd data"));
	packed.p[packed.n - 2] ^= 1;
	buf_puts(&packed, "more");
	run_file(b, buf_str(&packed));
	assert_int_equal(b->error.code, ERR_PARSE);
	assert_non_null(strstr(b->error.msg, "something else follows its zstd data"));
	assert_got(b, buf_str(&events));
	/* A window of 1 GiB. */
	run_file(b, (struct str){"\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00", 9});
	assert_int_equal(b->error.code, ERR_LIMIT);
	assert_non_null(strstr(b->error.msg, "over 128 MiB"));
	buf_free(&packed);
	buf_free(&events);
}

static void test_utf16(void **state)
{
	static const struct str texts[] = {
		{"\xFF\xFE{\0}\0", 6}, {"\xFE\xFF\0{\0}", 6}, {"{\0\"\0e\0", 6}, {"\0{\0\"\0e", 6}};
	struct bench *b = *state;

	for (size_t i = 0; i < 4; i++) {
		struct buf packed = {0};

		gzip(&packed, texts[i]);
		run_pipe(b, i % 2 == 0 ? texts[i] : buf_str(&packed), 1);
		assert_int_equal(b->error.code, ERR_PARSE);
		assert_non_null(strstr(b->error.msg, "UTF-16"));
		assert_int_equal(b->got.n, 0);
		buf_free(&packed);
	}
	/* Two bytes of it are all there is. */
	run_pipe(b, STR("\xFF\xFE"), 1);
	assert_int_equal(b->error.code, ERR_PARSE);
	assert_string_equal(b->error.msg, "UTF-16, not UTF-8: convert it first: it");
}

/* How far it is: in bytes of the input, of a file in all of them. */
static void test_status(void **state)
{
	struct bench *b = *state;
	struct buf events = {0}, packed = {0};

	add_events(&events, 100, 5);
	gzip(&packed, buf_str(&events));
	run_file(b, buf_str(&packed));
	assert_int_equal(b->status.taken, packed.n);
	assert_int_equal(b->status.size, packed.n);
	assert_int_equal(b->status.written, events.n);
	assert_true(b->status.began > 0);
	assert_true(b->status.ended);
	run_pipe(b, buf_str(&packed), 1);
	assert_int_equal(b->status.taken, packed.n);
	assert_int_equal(b->status.size, 0);
	buf_free(&events);
	buf_free(&packed);
}

static void test_logs(void **state)
{
	struct bench *b = *state;
	const char *second;

	b->options.logs = true;
	run_pipe(b, STR("{\"event\":\"x\"}\nit \"works\"\n\n{\"event\":\"y\"}\n"), 1);
	assert_int_equal(b->error.code, ERR_OK);
	assert_true(str_starts(buf_str(&b->got), STR("{\"event\":\"x\"}\n")));
	second = strchr(b->got.p, '\n') + 1;
	assert_non_null(strstr(second, "\"event\":\"$log\""));
	assert_non_null(strstr(second, "it \\\"works\\\""));
	assert_true(str_ends(buf_str(&b->got), STR("\n\n{\"event\":\"y\"}\n")));
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void test_limit(void **state)
{
	struct bench *b = *state;
	struct buf events = {0}, packed = {0};

	add_events(&events, 60000, 6);
	assert_true(events.n > 3 << 20);
	gzip(&packed, buf_str(&events));
	b->options.max_bytes = 1 << 20;
	run_file(b, buf_str(&packed));
	assert_int_equal(b->error.code, ERR_LIMIT);
	assert_non_null(strstr(b->error.msg, "over 1 MiB"));
	assert_got(b, str_sub(buf_str(&events), 0, 1 << 20));
	b->options.max_bytes = events.n;
	run_file(b, buf_str(&packed));
	assert_int_equal(b->error.code, ERR_OK);
	assert_got(b, buf_str(&events));
	buf_free(&events);
	buf_free(&packed);
}

static long peak_kilobytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* A gibibyte of blanks in about a megabyte. */
static void make_bomb(struct buf *out)
{
	static char blanks[1 << 20];
	z_stream z = {0};

	memset(blanks, ' ', sizeof(blanks));
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_true(buf_reserve(out, 2 << 20));
	z.next_out = (Bytef *)out->p;
	z.avail_out = (uInt)out->cap;
	for (int i = 0; i < 1024; i++) {
		z.next_in = (Bytef *)blanks;
		z.avail_in = sizeof(blanks);
		assert_int_equal(deflate(&z, i < 1023 ? Z_NO_FLUSH : Z_FINISH),
		                 i < 1023 ? Z_OK : Z_STREAM_END);
	}
	out->n = z.total_out;
	deflateEnd(&z);
}

static void test_bomb(void **state)
{
	struct bench *b = *state;
	struct buf bomb = {0};
	long before;

	make_bomb(&bomb);
	assert_true(bomb.n < 2 << 20);
	b->options.max_bytes = 8 << 20;
	write_file(b, buf_str(&bomb));
	buf_free(&bomb);
	before = peak_kilobytes();
	run(b, open(b->path, O_RDONLY));
	assert_int_equal(b->error.code, ERR_LIMIT);
	assert_true(b->error.pos < 100000);
	/* What was read back is 8 MiB, in a buffer that doubles. */
	assert_true(peak_kilobytes() - before < 64 << 10);
}

/* Endless bytes without a line end: the size is what ends them; the rest of the line is not kept. */
static void test_endless(void **state)
{
	struct bench *b = *state;

	b->options.max_bytes = (uint64_t)300 << 20;
	run(b, stream_open_file("/dev/zero"));
	assert_int_equal(b->error.code, ERR_LIMIT);
	assert_int_equal(b->got.n, JOURNAL_MAX_LINE + 1);
}

static void test_full_disk(void **state)
{
	struct bench *b = *state;
	struct rlimit before, small;
	struct buf events = {0};
	int ends[2];

	add_events(&events, 60000, 7);
	write_file(b, buf_str(&events));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 100000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	run(b, open(b->path, O_RDONLY));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(b->error.code, ERR_IO);
	assert_non_null(strstr(b->error.msg, "cannot be written"));
	assert_got(b, str_sub(buf_str(&events), 0, 100000));
	b->options.folder = b->path; /* no folder */
	assert_int_equal(pipe(ends), 0);
	{
		struct stream *s;
		struct errinfo e = {0};

		assert_int_equal(stream_new(&s, ends[0], &b->options, &e), ERR_IO);
		assert_non_null(strstr(e.msg, "XDG_CACHE_HOME"));
		assert_int_equal(fcntl(ends[0], F_GETFD), -1);
	}
	close(ends[1]);
	buf_free(&events);
}

/* ---- starting and stopping ------------------------------------------------------------------- */

/* Nobody will ever write: the end comes all the same. */
static void test_stop(void **state)
{
	struct bench *b = *state;
	struct errinfo e = {0};
	struct stream *s;
	int fd;

	assert_int_equal(mkfifo(b->path, 0600), 0);
	fd = stream_open_file(b->path);
	assert_true(fd >= 0);
	assert_int_equal(stream_new(&s, fd, &b->options, &e), ERR_OK);
	assert_false(stream_is_finite(s));
	stream_start(s, b->loop, on_change, b);
	stream_free(s);
	/* In the middle of endless bytes. */
	fd = stream_open_file("/dev/zero");
	assert_int_equal(stream_new(&s, fd, &b->options, &e), ERR_OK);
	stream_start(s, b->loop, on_change, b);
	while (b->changes == 0)
		loop_step(b->loop, true);
	stream_free(s);
	/* One that was never started. */
	assert_int_equal(stream_new(&s, open("/dev/null", O_RDONLY), &b->options, &e), ERR_OK);
	stream_free(s);
	stream_free(NULL);
}

static void test_news_come_while_it_waits(void **state)
{
	struct bench *b = *state;
	struct errinfo e = {0};
	struct stream *s;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(stream_new(&s, ends[0], &b->options, &e), ERR_OK);
	stream_start(s, b->loop, on_change, b);
	for (uint64_t i = 1; i <= 50; i++) {
		assert_int_equal(write(ends[1], "{\"event\":1}\n", 12), 12);
		while (journal_size(stream_journal(s)) < i * 12) {
			loop_step(b->loop, true);
			(void)journal_check(stream_journal(s), 0);
		}
	}
	assert_false(stream_ended(s));
	close(ends[1]);
	while (!stream_ended(s))
		loop_step(b->loop, true);
	assert_null(stream_error(s));
	stream_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bomb, enter, leave),
		cmocka_unit_test_setup_teardown(test_plain, enter, leave),
		cmocka_unit_test_setup_teardown(test_packed, enter, leave),
		cmocka_unit_test_setup_teardown(test_skippable_frame_first, enter, leave),
		cmocka_unit_test_setup_teardown(test_cut, enter, leave),
		cmocka_unit_test_setup_teardown(test_broken, enter, leave),
		cmocka_unit_test_setup_teardown(test_utf16, enter, leave),
		cmocka_unit_test_setup_teardown(test_status, enter, leave),
		cmocka_unit_test_setup_teardown(test_logs, enter, leave),
		cmocka_unit_test_setup_teardown(test_limit, enter, leave),
		cmocka_unit_test_setup_teardown(test_endless, enter, leave),
		cmocka_unit_test_setup_teardown(test_full_disk, enter, leave),
		cmocka_unit_test_setup_teardown(test_stop, enter, leave),
		cmocka_unit_test_setup_teardown(test_news_come_while_it_waits, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
