/* The config file: what it may hold, what every mistake is called, who may own it, and the folders. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct config *parse(const char *text)
{
	struct config *c = NULL;
	struct errinfo e = {0};

	if (config_parse(&c, "C", str_of(text), &e) != ERR_OK)
		fail_msg("%s: %s", text, e.msg);
	return c;
}

static void expect_error(const char *text, const char *message)
{
	struct config *c = NULL;
	struct errinfo e = {0};

	if (config_parse(&c, "C", str_of(text), &e) != ERR_PARSE)
		fail_msg("%s: taken", text);
	assert_string_equal(e.msg, message);
	assert_null(c);
}

static void expect_setting(const struct config *c, const char *section, const char *key,
                           const char *value)
{
	assert_non_null(config_get(c, section, key));
	assert_string_equal(config_get(c, section, key), value);
}

static void settings_and_sections(void **state)
{
	struct config *c = parse("# mine\n\n theme=mono \r\nkeep =\t4G,30d\n"
	                         "allow_origin = https://a\nallow_origin = https://b\n"
	                         "[prod]\nsource = posthog:12\nhost = https://eu.posthog.com\n"
	                         "key_command = pass show x # \"y\"\nproject = 12\n"
	                         "[ old.1-x ]\nsource=/traces");

	(void)state;
	expect_setting(c, "", "theme", "mono");
	expect_setting(c, "", "keep", "4G,30d");
	expect_setting(c, "", "allow_origin", "https://a");
	expect_setting(c, "prod", "source", "posthog:12");
	expect_setting(c, "prod", "key_command", "pass show x # \"y\"");
	expect_setting(c, "old.1-x", "source", "/traces");
	assert_null(config_get(c, "", "color"));
	assert_null(config_get(c, "prod", "theme"));
	assert_null(config_get(c, "old.1-x", "host"));
	assert_true(config_has(c, "prod"));
	assert_false(config_has(c, "pro"));
	assert_false(config_has(c, ""));
	assert_int_equal(config_find(c, "prod", "host")->number, 9);
	assert_string_equal(config_path(c), "C");
	config_free(c);
}

static void lines_in_their_order(void **state)
{
	struct config *c = parse("\xEF\xBB\xBF"
	                         "allow_host = a\n[x]\nsource = journal:\n");

	(void)state;
	assert_string_equal(config_line(c, 0)->setting->name, "allow_host");
	assert_null(config_line(c, 1)->setting);
	assert_string_equal(config_line(c, 1)->section, "x");
	assert_int_equal(config_line(c, 1)->number, 2);
	assert_string_equal(config_line(c, 2)->value, "journal:");
	assert_null(config_line(c, 3));
	config_free(c);
	config_free(NULL);
	c = parse("");
	assert_null(config_line(c, 0));
	config_free(c);
}

static void mistakes_have_their_place(void **state)
{
	(void)state;
	expect_error("theme = a\n\ncolour = 16",
	             "C:3: colour: no such setting: did you mean color");
	expect_error("[x]\nsource = a\nkeyfile = b",
	             "C:3: keyfile: no such setting: did you mean key_file");
	expect_error("theme", "C:1: neither a setting nor a section: write name = value");
	expect_error("= x", "C:1: no setting's name before the =: write name = value");
	expect_error("a\x01 = x", "C:1: no setting's name before the =: write name = value");
	expect_error("theme =", "C:1: theme: it has no value: give one, or leave the line out");
	expect_error("theme = a\x1b[m",
	             "C:1: theme: a control character in its value: take it out");
	expect_error("theme = a\ntheme = b", "C:2: theme: it stands twice: leave one out (line 1)");
	expect_error("host = a", "C:1: host: it belongs to a source: put it below a [name] line");
	expect_error("[x]\ntheme = a",
	             "C:2: theme: it belongs to no source: put it above the first [name] line");
	expect_error("\n[x]\nhost = h",
	             "C:2: [x] has no source: add source = posthog:, a path or journal:");
	expect_error("[x", "C:1: a section's line ends with ]: write [name]");
	expect_error("[]", "C:1: no name for a source: use up to 64 letters, digits, _ - and .");
	expect_error("[a/b]", "C:1: no name for a source: use up to 64 letters, digits, _ - and .");
	expect_error("[x]\nsource=a\n[x]",
	             "C:3: [x] stands twice: choose another name, or put both together");
	expect_error("[x]\nsource=a\nproject=0", "C:3: project: no number: use 1 or more");
	expect_error("[x]\nsource=a\nproject=4294967296", "C:3: project: no number: use 1 or more");
}

static void a_key_is_refused_and_not_repeated(void **state)
{
	static const char *const texts[] = {
		"key = phx_SECRET",
		"phx_SECRET",
		"phx_SECRET = 1",
		"[x]\nsource = a\nkey_file = phx_SECRET",
		"theme = \"phx_SECRET\"",
		"[x]\nkey_command = echo 'phx_SECRET'",
		"[phx_SECRET]",
		"theme = PHX_SECRET",
		"theme = a phx_SECRET-_0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config *c = NULL;
		struct errinfo e = {0};
		if (config_parse(&c, "C", str_of(texts[i]), &e) != ERR_PARSE)
			fail_msg("%s: taken", texts[i]);
		assert_null(strstr(e.msg, "SECRET"));
	}
}

static void what_looks_like_a_key(void **state)
{
	(void)state;
	assert_true(config_holds_key(STR("phx_a")));
	assert_true(config_holds_key(STR("--key=phx_a1")));
	assert_true(config_holds_key(STR("https://user:phx_a@host")));
	assert_true(config_holds_key(STR("https://phx_a@host")));
	assert_true(config_holds_key(STR("phx_ x phx_b")));
	assert_false(config_holds_key(STR("phx_")));
	assert_false(config_holds_key(STR("phc_abc")));
	assert_false(config_holds_key(STR("/home/ann/phx_key")));
	assert_false(config_holds_key(STR("phx_traces.ndjson")));
	assert_false(config_holds_key(STR("graphx_a")));
	assert_false(config_holds_key(STR_EMPTY));
}

static void paths_may_begin_with_home(void **state)
{
	struct config *c;

	(void)state;
	setenv("HOME", "/home/ann", 1);
	c = parse("journal = ~/j\ntheme = ~/t\n[x]\nsource = ~/a b\nkey_file = x~/y\n"
	          "key_command = ~/c");
	expect_setting(c, "", "journal", "/home/ann/j");
	expect_setting(c, "", "theme", "~/t");
	expect_setting(c, "x", "source", "/home/ann/a b");
	expect_setting(c, "x", "key_file", "x~/y");
	expect_setting(c, "x", "key_command", "~/c");
	config_free(c);
}

static void too_long_is_refused(void **state)
{
	struct config *c = NULL;
	struct errinfo e = {0};
	struct buf text = {0};

	(void)state;
	buf_pad(&text, '#', CONFIG_MAX_BYTES);
	assert_int_equal(config_parse(&c, "C", buf_str(&text), &e), ERR_OK);
	config_free(c);
	buf_add(&text, '\n');
	assert_int_equal(config_parse(&c, "C", buf_str(&text), &e), ERR_LIMIT);
	buf_free(&text);
}

/* ---- the file -------------------------------------------------------------------------------- */

struct place {
	char folder[64], path[96], link[96], own[96];
};

static int enter(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->folder, sizeof(p->folder), "/tmp/config-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof(p->path), "%s/tracehog", p->folder);
	assert_int_equal(mkdir(p->path, 0700), 0);
	snprintf(p->own, sizeof(p->own), "%s/tracehog", p->folder);
	snprintf(p->path, sizeof(p->path), "%s/tracehog/config", p->folder);
	snprintf(p->link, sizeof(p->link), "%s/link", p->folder);
	*state = p;
	return 0;
}

static int leave(void **state)
{
	struct place *p = *state;

	unlink(p->link);
	unlink(p->path);
	rmdir(p->own);
	rmdir(p->folder);
	free(p);
	return 0;
}

static void write_file(const struct place *p, const char *text, mode_t mode)
{
	FILE *f = fopen(p->path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(p->path, mode), 0);
}

static void expect_unread(const char *path, const char *word)
{
	struct config *c = NULL;
	struct errinfo e = {0};

	assert_int_equal(config_read(&c, path, &e), ERR_IO);
	if (strstr(e.msg, word) == NULL)
		fail_msg("%s lacks %s", e.msg, word);
}

static void the_file_is_ours_alone(void **state)
{
	struct place *p = *state;
	struct config *c = NULL;
	struct errinfo e = {0};

	expect_unread(p->path, "no such file");
	expect_unread("", "--config");
	expect_unread(p->folder, "no regular file");
	expect_unread("/dev/null", "no regular file");
	write_file(p, "theme = mono\n", 0620);
	expect_unread(p->path, "chmod go-w");
	write_file(p, "theme = mono\n", 0602);
	expect_unread(p->path, "chmod go-w");
	write_file(p, "theme = mono\n", 0644);
	assert_int_equal(symlink(p->path, p->link), 0);
	assert_int_equal(config_read(&c, p->link, &e), ERR_OK);
	expect_setting(c, "", "theme", "mono");
	assert_string_equal(config_path(c), p->link);
	config_free(c);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	expect_unread(p->path, "no regular file");
}

static void the_own_file_need_not_be_there(void **state)
{
	struct place *p = *state;
	struct config *c = NULL;
	struct errinfo e = {0};

	setenv("XDG_CONFIG_HOME", p->folder, 1);
	assert_int_equal(config_read(&c, NULL, &e), ERR_OK);
	assert_null(config_line(c, 0));
	assert_string_equal(config_path(c), "");
	config_free(c);
	write_file(p, "theme = mono\nbad\n", 0600);
	assert_int_equal(config_read(&c, NULL, &e), ERR_PARSE);
	assert_true(str_starts(str_of(e.msg), str_of(p->path)));
	assert_non_null(strstr(e.msg, ":2: "));
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	assert_int_equal(config_read(&c, NULL, &e), ERR_OK);
	config_free(c);
}

static void expect_folder(enum config_place place, const char *path)
{
	struct buf out = {0};
	struct errinfo e = {0};

	buf_puts(&out, ">");
	assert_int_equal(config_folder(&out, place, &e), path != NULL ? ERR_OK : ERR_IO);
	if (path != NULL)
		assert_string_equal(buf_text(&out), path);
	buf_free(&out);
}

static void folders(void **state)
{
	(void)state;
	setenv("HOME", "/home/ann", 1);
	setenv("XDG_STATE_HOME", "/state", 1);
	setenv("XDG_CACHE_HOME", "relative", 1);
	unsetenv("XDG_CONFIG_HOME");
	expect_folder(CONFIG_STATE, ">/state/tracehog");
	expect_folder(CONFIG_CACHE, ">/home/ann/.cache/tracehog");
	expect_folder(CONFIG_CONFIG, ">/home/ann/.config/tracehog");
	setenv("HOME", "", 1);
	expect_folder(CONFIG_STATE, ">/state/tracehog");
	expect_folder(CONFIG_CONFIG, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_and_sections),
		cmocka_unit_test(lines_in_their_order),
		cmocka_unit_test(mistakes_have_their_place),
		cmocka_unit_test(a_key_is_refused_and_not_repeated),
		cmocka_unit_test(what_looks_like_a_key),
		cmocka_unit_test(paths_may_begin_with_home),
		cmocka_unit_test(too_long_is_refused),
		cmocka_unit_test_setup_teardown(the_file_is_ours_alone, enter, leave),
		cmocka_unit_test_setup_teardown(the_own_file_need_not_be_there, enter, leave),
		cmocka_unit_test(folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
