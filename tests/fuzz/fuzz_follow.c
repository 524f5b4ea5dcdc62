/* A journal that grows, shrinks, is written anew, replaced, renamed and deleted while it is loaded, against the plain
 * way of reading it (follow.h): no event is lost or comes twice, bad lines have their numbers and places, and what was
 * truncated brings nothing more.
 *
 * Input: a byte for the size of the pieces, a byte for how the loader starts, then steps, each a byte and what it takes
 * of the rest. The files are real, and so is the loop. What a file holds when a load begins is what the load has to
 * bring. */
#include "fuzz/follow.h"
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_STEPS  300u
#define MOST_PIECES 500u /* of a file: tiny ones take a job each */
#define MOST_BYTES  ((size_t)200 << 10)
#define MOST_TURNS  100000u

static uint8_t take(struct bench *b)
{
	if (b->n_script == 0)
		return 0;
	b->n_script--;
	return *b->script++;
}

/* ---- turning the loop ---------------------------------------------------------------------------- */

static void look(struct bench *b)
{
	loader_check(b->sources[b->n_sources - 1].loader);
	observe(b);
}

static bool is_busy(const struct bench *b)
{
	const struct source *newest = &b->sources[b->n_sources - 1];
	const struct loader_status *status = loader_status(newest->loader);
	bool other = status->state == LOADER_SHRUNK || status->state == LOADER_REPLACED;

	/* A successor is looked for when the last piece has come back. */
	if (other && b->mode != FED && b->here && b->n_sources < MOST_SOURCES)
		return true;
	for (unsigned i = 0; i < b->n_sources; i++)
		if (is_loading(&b->sources[i]))
			return true;
	return false;
}

/* Until all that is there is loaded, by what a look tells and nothing else. */
static void settle(struct bench *b)
{
	unsigned turns = 0;
	bool more = true;

	while (more) {
		uint32_t loads = b->loads;

		look(b);
		more = is_busy(b) || b->loads > loads;
		while (is_busy(b)) {
			CHECK(turns++ < MOST_TURNS);
			loop_step(b->loop, true);
			observe(b);
		}
	}
	check_settled(b);
}

/* ---- files --------------------------------------------------------------------------------------- */

static struct file *make_file(struct bench *b, const char *path)
{
	struct file *f;

	if (b->n_files == MOST_FILES)
		return NULL;
	f = &b->files[b->n_files++];
	f->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CHECK(f->fd >= 0);
	return f;
}

static void set_time(struct bench *b, struct file *f)
{
	struct timespec times[2] = {{.tv_sec = ++b->clock}, {.tv_sec = b->clock}};

	CHECK(futimens(f->fd, times) == 0);
}

static void append(struct bench *b, struct file *f, struct str bytes)
{
	size_t most = b->piece > 0 && b->piece * MOST_PIECES < MOST_BYTES ? b->piece * MOST_PIECES
	                                                                  : MOST_BYTES;

	if (!f)
		return;
	bytes = str_sub(bytes, 0, f->text.n < most ? most - f->text.n : 0);
	CHECK(pwrite(f->fd, bytes.p, bytes.n, (off_t)f->text.n) == (ssize_t)bytes.n);
	buf_append(&f->text, bytes);
	set_time(b, f);
}

/* Pieces that are under way may get the new bytes, the old ones, or some of both. A line that was not finished may be taken
 * back. */
static void begin_cut(struct bench *b, const struct file *f, size_t at)
{
	for (unsigned i = 0; i < b->n_sources; i++) {
		struct source *s = &b->sources[i];

		if (s->file != f)
			continue;
		s->loose = s->loose || is_loading(s);
		s->cut = s->cut || s->loose || at < s->plain.at;
		s->plain.torn = true;
	}
}

static void truncate_to(struct bench *b, struct file *f, size_t n)
{
	if (!f || n >= f->text.n)
		return;
	begin_cut(b, f, n);
	CHECK(ftruncate(f->fd, (off_t)n) == 0);
	f->text.n = n;
	set_time(b, f);
}

static void add_line(struct buf *out, unsigned i)
{
	switch (i % 3 ? 0 : i / 3 % 8) {
	case 1:
		buf_printf(out, "{\"event\":\"$ai_span\",\"uuid\":\"\xff%u\"}\n", i);
		return;
	case 2:
		buf_printf(out, "12:00:%u it says {\"event\":1}\n", i);
		return;
	case 3:
		buf_printf(out, "[{\"event\":\"$ai_span\",\"uuid\":\"a%u\"},7,{\"event\":\"x\"}]\n",
		           i);
		return;
	case 4:
		buf_puts(out, "{\"event\":\"$ai_trace\",\"uuid\":\"cut\n\n");
		return;
	case 5:
		buf_puts(out, " \t\r\n{\"event\":\"\\ud83e\",\"properties\":{\"\x01\":1}}\n");
		return;
	default:
		buf_printf(
			out,
			"{\"event\":\"$ai_generation\",\"uuid\":\"%u\",\"properties\":"
			"{\"$ai_trace_id\":\"t\xC3\xA4\xF0\x9F\xA6\x94\",\"$ai_input_tokens\":%u}}\r\n",
			i, 1000 + i);
	}
}

/* Line after line of every kind: where it is cut, so are lines, characters and numbers. */
static void append_lines(struct bench *b, struct file *f, size_t n)
{
	struct str rest = str_sub(buf_str(&b->lines), b->n_written, n);

	append(b, f, rest);
	b->n_written += rest.n;
}

/* ---- steps --------------------------------------------------------------------------------------- */

static void step_lines(struct bench *b)
{
	append_lines(b, b->here, take(b) * (size_t)3);
}

static void step_bytes(struct bench *b)
{
	size_t n = take(b) % 64;

	n = n < b->n_script ? n : b->n_script;
	append(b, b->here, (struct str){(const char *)b->script, n});
	b->script += n;
	b->n_script -= n;
}

/* Long lines, and such that are not finished for long. */
static void step_long(struct bench *b)
{
	uint8_t n = take(b);
	struct buf text = {0};

	buf_pad(&text, n % 4 ? 'x' : ' ', n * (size_t)256);
	append(b, b->here, buf_str(&text));
	buf_free(&text);
}

static void step_newline(struct bench *b)
{
	append(b, b->here, STR("\n"));
}

static void step_turn(struct bench *b)
{
	loop_step(b->loop, false);
	observe(b);
}

static void step_truncate(struct bench *b)
{
	uint8_t part = take(b);

	if (b->here)
		truncate_to(b, b->here, b->here->text.n * part / 256);
}

static void step_write_anew(struct bench *b)
{
	truncate_to(b, b->here, 0);
	step_lines(b);
}

static void step_overwrite(struct bench *b)
{
	size_t at = take(b);
	struct file *f = b->here;

	if (!f || at >= f->text.n)
		return;
	begin_cut(b, f, at);
	f->text.p[at] = (char)take(b);
	CHECK(pwrite(f->fd, f->text.p + at, 1, (off_t)at) == 1);
	set_time(b, f);
}

static void stand(struct bench *b, struct file *f)
{
	b->old = b->here ? b->here : b->old;
	b->here = f;
}

static void step_create(struct bench *b)
{
	if (!b->here)
		stand(b, make_file(b, b->path));
}

static void step_delete(struct bench *b)
{
	if (!b->here)
		return;
	CHECK(unlink(b->path) == 0);
	stand(b, NULL);
}

static void step_move_away(struct bench *b)
{
	if (!b->here)
		return;
	CHECK(rename(b->path, b->aside) == 0);
	b->moved = b->here;
	stand(b, NULL);
}

static void step_move_back(struct bench *b)
{
	if (!b->moved)
		return;
	CHECK(rename(b->aside, b->path) == 0);
	stand(b, b->moved);
	b->moved = NULL;
}

static void step_replace(struct bench *b)
{
	struct file *f = make_file(b, b->fresh);

	if (!f)
		return;
	append_lines(b, f, take(b) * (size_t)3);
	CHECK(rename(b->fresh, b->path) == 0);
	stand(b, f);
}

static void step_old_lines(struct bench *b)
{
	append_lines(b, b->old, take(b));
}

/* Those before the first that changes more than a file's end are for a journal that is fed. */
#define FED_STEPS 7u
static void (*const steps[])(struct bench *b) = {
	step_lines,     step_bytes,     step_long,       step_newline,   look,        step_turn,
	settle,         step_truncate,  step_write_anew, step_overwrite, step_create, step_delete,
	step_move_away, step_move_back, step_replace,    step_old_lines,
};
#define STEPS (sizeof(steps) / sizeof(*steps))

/* ---- the run ------------------------------------------------------------------------------------- */

/* More comes before its end is in, and before the rest is asked for. */
static void load_end(struct bench *b, struct loader *loader)
{
	const struct loader_status *status = loader_status(loader);

	if (!loader_load_end(loader))
		return;
	observe(b);
	step_lines(b);
	while (!status->end_loaded && status->state == LOADER_LOADING) {
		loop_step(b->loop, true);
		observe(b);
	}
	step_lines(b);
}

static void begin(struct bench *b)
{
	static const uint64_t pieces[] = {0, 0, 4, 5, 17, 50, 200, 1000};
	struct source *s;
	struct journal *journal;

	b->piece = pieces[take(b) % 8];
	b->mode = take(b) % MODES;
	if (b->mode != AWAITED) {
		b->here = make_file(b, b->path);
		step_lines(b);
		CHECK(journal_open(&journal, b->path, NULL) == ERR_OK);
	} else {
		journal = journal_await(b->path);
	}
	s = add_source(b, journal);
	if (b->mode == SKIPPED) {
		loader_skip(s->loader);
		s->plain.at = b->here->text.n;
	}
	if (b->mode == FED)
		loader_feed(s->loader);
	if (b->mode == END_FIRST)
		load_end(b, s->loader);
	loader_start(s->loader, b->mode != FED);
	observe(b);
}

/* One for all runs: the system takes its time to close what watches files, and to remove a folder. */
static struct loop *shared_loop;
static char folder[] = "/tmp/tracehog-follow-XXXXXX";

static void remove_folder(void)
{
	loop_free(shared_loop);
	rmdir(folder);
}

static void share(void)
{
	shared_loop = loop_new();
	CHECK(shared_loop != NULL);
	CHECK(mkdtemp(folder) != NULL);
	CHECK(atexit(remove_folder) == 0);
}

static void open_bench(struct bench *b, const uint8_t *data, size_t size)
{
	b->script = data;
	b->n_script = size;
	b->loop = shared_loop;
	b->reader = record_reader_new();
	events_init(&b->table);
	for (unsigned i = 0; b->lines.n < (size_t)32 << 10; i++)
		add_line(&b->lines, i);
	snprintf(b->path, sizeof(b->path), "%s/a.ndjson", folder);
	snprintf(b->aside, sizeof(b->aside), "%s/aside", folder);
	snprintf(b->fresh, sizeof(b->fresh), "%s/fresh", folder);
}

static void close_files(struct bench *b)
{
	for (unsigned i = 0; i < b->n_files; i++) {
		close(b->files[i].fd);
		buf_free(&b->files[i].text);
	}
	if (b->here)
		CHECK(unlink(b->path) == 0);
	if (b->moved)
		CHECK(unlink(b->aside) == 0);
}

static void close_bench(struct bench *b)
{
	for (unsigned i = 0; i < b->n_sources; i++) {
		struct source *s = &b->sources[i];

		loader_free(s->loader);
		events_fini(&s->plain.events);
		buf_free(&s->seen);
	}
	events_fini(&b->table);
	for (unsigned i = 0; i < b->n_sources; i++)
		journal_close(b->sources[i].journal);
	record_reader_free(b->reader);
	close_files(b);
	buf_free(&b->lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bench bench;
	struct bench *b = &bench;

	if (size < 3)
		return 0;
	if (!shared_loop)
		share();
	*b = (struct bench){0};
	open_bench(b, data, size);
	begin(b);
	for (unsigned n = 0; b->n_script > 0 && n < MOST_STEPS; n++)
		steps[take(b) % (b->mode == FED ? FED_STEPS : STEPS)](b);
	/* Now and then it is left in the middle of loading. */
	if (data[size - 1] % 8 > 0) {
		if (b->mode == FED)
			loader_end(b->sources[0].loader, NULL);
		settle(b);
	}
	close_bench(b);
	return 0;
}
