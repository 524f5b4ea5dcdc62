/* The queue of requests to be forwarded: what is put into it comes out once, also of files that a process
 * left behind; what is broken is set aside, and nothing that was not put in comes out. */
#include "collect/forward_internal.h"
#include "support/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 16 /* bytes of a record before its text */

static int enter(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place_make(place);
	*state = place;
	return 0;
}

static int leave(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

static struct forward_queue *open_queue(const struct place *place)
{
	struct forward_queue *q;
	struct errinfo e = {0};

	if (forward_queue_open(&q, place->folder, FORWARD_LIMIT, FORWARD_SEGMENT, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	forward_queue_adopt(q, &e);
	return q;
}

static enum err put(struct forward_queue *q, const char *text)
{
	struct buf record = {0};
	size_t began = forward_queue_begin_record(&record);
	struct errinfo e = {0};
	enum err err;

	buf_puts(&record, text);
	forward_queue_end_record(&record, began);
	err = forward_queue_append(q, buf_str(&record), 1, &e);
	buf_free(&record);
	return err;
}

/* The next text is that one; it stays under way in item. */
static void expect(struct forward_queue *q, const char *text, struct forward_item *item)
{
	struct errinfo e = {0};

	assert_true(forward_queue_next(q, item, &e));
	assert_int_equal(item->text.n, strlen(text));
	assert_memory_equal(item->text.p, text, item->text.n);
	buf_free(&item->text);
}

static void expect_done(struct forward_queue *q, const char *text)
{
	struct forward_item item;

	expect(q, text, &item);
	forward_queue_done(q, &item);
}

static void expect_nothing(struct forward_queue *q)
{
	struct forward_item item;
	struct errinfo e = {0};

	assert_false(forward_queue_next(q, &item, &e));
	assert_int_equal(forward_queue_waiting(q), 0);
}

/* How many files with that end of their names there are; path is that of one of them. */
static int files(const struct place *place, const char *end, char path[400])
{
	DIR *folder = opendir(place->folder);
	struct dirent *entry;
	int n = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (!str_ends(str_of(entry->d_name), str_of(end)))
			continue;
		snprintf(path, 400, "%s/%s", place->folder, entry->d_name);
		n++;
	}
	closedir(folder);
	return n;
}

static void test_comes_out_once(void **state)
{
	const struct place *place = *state;
	struct forward_queue *q = open_queue(place);
	struct forward_item first, second;
	struct stat about;
	char path[400];

	expect_nothing(q);
	assert_int_equal(put(q, "one"), ERR_OK);
	assert_int_equal(put(q, "two"), ERR_OK);
	assert_int_equal(put(q, ""), ERR_OK);
	assert_int_equal(forward_queue_waiting(q), 3);
	expect(q, "one", &first);
	expect(q, "two", &second);
	assert_int_equal(forward_queue_waiting(q), 3);
	forward_queue_again(q, &first);
	forward_queue_done(q, &second);
	assert_int_equal(put(q, "four"), ERR_OK);
	expect_done(q, "");
	expect_done(q, "four");
	expect_done(q, "one");
	expect_nothing(q);
	assert_int_equal(files(place, ".queue", path), 1);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(stat(place->folder, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	forward_queue_tick(q);
	assert_int_equal(files(place, "", path), 2); /* . and .. */
	assert_int_equal(put(q, "five"), ERR_OK);
	expect_done(q, "five");
	forward_queue_close(q);
	assert_int_equal(files(place, "", path), 2);
}

static void test_what_was_left_behind(void **state)
{
	const struct place *place = *state;
	struct forward_queue *q = open_queue(place), *other;
	struct forward_item item;
	struct errinfo e = {0};

	for (int i = 0; i < 3; i++) {
		char text[24];

		snprintf(text, sizeof(text), "text %d", i);
		assert_int_equal(put(q, text), ERR_OK);
	}
	expect(q, "text 0", &item);
	expect_done(q, "text 1");
	/* While somebody has it, it is nobody else's. */
	other = open_queue(place);
	expect_nothing(other);
	forward_queue_close(q);
	forward_queue_adopt(other, &e);
	assert_int_equal(e.code, ERR_OK);
	assert_int_equal(forward_queue_waiting(other), 2);
	assert_int_equal(put(other, "new"), ERR_OK);
	expect_done(other, "text 0");
	expect_done(other, "text 2");
	expect_done(other, "new");
	expect_nothing(other);
	forward_queue_close(other);
}

static void test_many_files(void **state)
{
	const struct place *place = *state;
	struct forward_queue *q;
	struct errinfo e = {0};
	char path[400];

	assert_int_equal(forward_queue_open(&q, place->folder, 12 * (HEAD + 5), 2 * (HEAD + 5), &e),
	                 ERR_OK);
	for (int i = 0; i < 12; i++)
		assert_int_equal(put(q, i == 11 ? "last!" : "aaaaa"), ERR_OK);
	assert_int_equal(files(place, ".queue", path), 6);
	/* The oldest are kept. */
	assert_int_equal(put(q, "aaaaa"), ERR_LIMIT);
	assert_int_equal(forward_queue_waiting(q), 12);
	expect_done(q, "aaaaa");
	expect_done(q, "aaaaa");
	forward_queue_tick(q);
	assert_int_equal(files(place, ".queue", path), 5);
	assert_int_equal(put(q, "again"), ERR_OK);
	for (int i = 0; i < 9; i++)
		expect_done(q, "aaaaa");
	expect_done(q, "last!");
	expect_done(q, "again");
	expect_nothing(q);
	forward_queue_close(q);
	assert_int_equal(files(place, ".queue", path), 0);
}

/* A file with three records, left behind. */
static void leave_three(const struct place *place, struct buf *bytes, char path[400])
{
	struct forward_queue *q = open_queue(place);

	assert_int_equal(put(q, "first"), ERR_OK);
	assert_int_equal(put(q, "second"), ERR_OK);
	assert_int_equal(put(q, "third"), ERR_OK);
	forward_queue_close(q);
	assert_int_equal(files(place, ".queue", path), 1);
	place_read(path, bytes);
	unlink(path);
}

static void write_bytes(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	close(fd);
}

/* How many records come out, each of which was put in. */
static int drain(const struct place *place, struct errinfo *e)
{
	struct forward_queue *q;
	struct forward_item item;
	int n = 0;

	assert_int_equal(forward_queue_open(&q, place->folder, FORWARD_LIMIT, FORWARD_SEGMENT, e),
	                 ERR_OK);
	forward_queue_adopt(q, e);
	for (; forward_queue_next(q, &item, e); n++) {
		struct str text = buf_str(&item.text);

		assert_true(str_eq(text, STR("first")) || str_eq(text, STR("second")) ||
		            str_eq(text, STR("third")));
		forward_queue_done(q, &item);
		buf_free(&item.text);
	}
	assert_int_equal(forward_queue_waiting(q), 0);
	forward_queue_close(q);
	return n;
}

/* Its writer was killed in the middle of a record: nobody was told that it was taken. */
static void test_torn(void **state)
{
	const struct place *place = *state;
	struct buf bytes = {0};
	char path[400], left[400];

	leave_three(place, &bytes, path);
	for (size_t n = 0; n <= bytes.n; n++) {
		struct errinfo e = {0};
		int whole = n >= bytes.n ? 3 : n >= 2 * HEAD + 11 ? 2 : n >= HEAD + 5 ? 1 : 0;

		write_bytes(path, str_sub(buf_str(&bytes), 0, n));
		assert_int_equal(drain(place, &e), whole);
		assert_int_equal(e.code, ERR_OK);
		assert_int_equal(files(place, ".queue", left), 0);
		assert_int_equal(files(place, ".broken", left), 0);
	}
	buf_free(&bytes);
}

/* One byte is another: at most its record and those behind it are lost, which is said, and the file stays. */
static void test_broken(void **state)
{
	const struct place *place = *state;
	struct buf bytes = {0};
	char path[400], left[400];

	leave_three(place, &bytes, path);
	for (size_t i = 0; i < 8 * bytes.n; i++) {
		struct errinfo e = {0};
		int n;

		bytes.p[i / 8] ^= (char)(1 << i % 8);
		write_bytes(path, buf_str(&bytes));
		bytes.p[i / 8] ^= (char)(1 << i % 8);
		n = drain(place, &e);
		assert_in_range(n, 0, 2);
		assert_int_equal(files(place, ".queue", left), 0);
		assert_int_equal(e.code, ERR_PARSE);
		assert_non_null(strstr(e.msg, ".broken"));
		assert_int_equal(files(place, ".broken", left), 1);
		unlink(left);
	}
	buf_free(&bytes);
}

static void test_what_is_no_queue(void **state)
{
	const struct place *place = *state;
	struct forward_queue *q = open_queue(place);
	char path[400];

	forward_queue_close(q);
	place_write(place->folder, "0001795304622360000.queue", "{\"event\":\"$ai_generation\"}\n");
	place_write(place->folder, "notes.txt", "mine");
	snprintf(path, sizeof(path), "%s/0001795304622360001.queue", place->folder);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof(path), "%s/0001795304622360002.queue", place->folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	q = open_queue(place);
	expect_nothing(q);
	forward_queue_close(q);
	assert_true(place_has(place->folder, "0001795304622360000.queue.broken"));
	assert_true(place_has(place->folder, "0001795304622360001.queue"));
	assert_true(place_has(place->folder, "notes.txt"));
}

static void test_folders_refused(void **state)
{
	const struct place *place = *state;
	struct forward_queue *q = open_queue(place);
	struct errinfo e = {0};
	char link[400];

	forward_queue_close(q);
	assert_int_equal(chmod(place->folder, 0770), 0);
	assert_int_equal(forward_queue_open(&q, place->folder, 1, 1, &e), ERR_IO);
	assert_non_null(strstr(e.msg, "others can write"));
	assert_int_equal(chmod(place->folder, 0700), 0);
	snprintf(link, sizeof(link), "%s/link", place->top);
	assert_int_equal(symlink(place->folder, link), 0);
	assert_int_equal(forward_queue_open(&q, link, 1, 1, &e), ERR_IO);
	assert_int_equal(forward_queue_open(&q, "/proc/nothing", 1, 1, &e), ERR_IO);
	assert_null(q);
}

static void expect_path(const char *path, const char *expected)
{
	struct capture_request r = {.method = STR("POST"), .path = str_of(path)};
	struct buf record = {0};

	forward_record_append(&record, &r, STR("1.1 us"));
	assert_true(str_starts(buf_str(&record), str_of(expected)));
	assert_int_equal(record.p[strlen(expected)], '\n');
	buf_free(&record);
}

static void test_paths(void **state)
{
	(void)state;
	expect_path("/batch/", "/batch/");
	expect_path("/v1/traces", "/i/v0/ai/otel");
	expect_path("/ingest/v1/logs/", "/ingest/i/v0/ai/otel");
	expect_path("/i/v0/ai/otel/", "/i/v0/ai/otel/");
	expect_path("/i/v0/ai/otel/v1/traces", "/i/v0/ai/otel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test_setup_teardown(test_comes_out_once, enter, leave),
		cmocka_unit_test_setup_teardown(test_what_was_left_behind, enter, leave),
		cmocka_unit_test_setup_teardown(test_many_files, enter, leave),
		cmocka_unit_test_setup_teardown(test_torn, enter, leave),
		cmocka_unit_test_setup_teardown(test_broken, enter, leave),
		cmocka_unit_test_setup_teardown(test_what_is_no_queue, enter, leave),
		cmocka_unit_test_setup_teardown(test_folders_refused, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
