/* The table of commands, the key tables that README.md and the man page have of it, and what the
 * man page says of commands and options. UPDATE=1 writes the key tables anew. */
#include "command/table.h"
#include "print/options.h"
#include "query/field.h"
#include "term/input.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define README   "../README.md"
#define MAN_PAGE "../tui/tracehog.1"
#define FILE_MAX ((size_t)1 << 20)

/* ---- words -------------------------------------------------------------------------------------- */

static bool next_word(struct str *rest, struct str *word)
{
	size_t end;

	*rest = str_trim(*rest);
	end = str_find(*rest, STR(" "), 0, false);
	*word = str_sub(*rest, 0, end);
	*rest = str_sub(*rest, word->n, SIZE_MAX);
	return word->n > 0;
}

static bool next_line(struct str *rest, struct str *line)
{
	if (rest->n == 0)
		return false;
	*line = str_sub(*rest, 0, str_find(*rest, STR("\n"), 0, false));
	*rest = str_sub(*rest, line->n + 1, SIZE_MAX);
	return true;
}

static bool has(struct str text, struct str needle)
{
	return str_find(text, needle, 0, false) != SIZE_MAX;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || c == '-';
}

/* "Fl -name" or "Cm name": the macro before it, no more letters behind it. */
static bool man_has(struct str page, const char *macro, struct str name)
{
	struct buf wanted = {0};
	bool found = false;
	size_t at = 0;

	buf_puts(&wanted, macro);
	buf_append(&wanted, name);
	while (!found && (at = str_find(page, buf_str(&wanted), at, false)) != SIZE_MAX) {
		at += wanted.n;
		found = at == page.n || !is_name(page.p[at]);
	}
	buf_free(&wanted);
	return found;
}

static void read_whole(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(buf_reserve(out, FILE_MAX));
	out->n = fread(out->p, 1, FILE_MAX, file);
	assert_true(out->n > 0 && out->n < FILE_MAX);
	assert_int_equal(fclose(file), 0);
}

static void write_whole(const char *path, struct str text)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

/* ---- the table -------------------------------------------------------------------------------- */

/* A word is a key's name or two plain characters. */
static bool read_keys(struct str word, uint32_t *first, uint32_t *second)
{
	*second = 0;
	*first = key_named(word);
	if (*first != 0)
		return true;
	if (word.n != 2 || word.p[0] <= ' ' || word.p[0] > '~' || word.p[1] <= ' ' ||
	    word.p[1] > '~')
		return false;
	*first = (unsigned char)word.p[0];
	*second = (unsigned char)word.p[1];
	return true;
}

static void expect_command(struct str word, const struct command *expected)
{
	uint32_t first, second;
	bool is_prefix;
	const struct command *found;

	if (!read_keys(word, &first, &second))
		fail_msg("%s: %.*s is no key", expected->name, STR_ARG(word));
	found = command_of_key(0, first, &is_prefix);
	if (second != 0) {
		if (found != NULL || !is_prefix)
			fail_msg("%.*s: its first key alone does something", STR_ARG(word));
		found = command_of_key(first, second, &is_prefix);
	}
	if (found == NULL)
		fail_msg("%.*s does nothing", STR_ARG(word));
	if (found != expected)
		fail_msg("%.*s is both %s and %s", STR_ARG(word), found->name, expected->name);
	if (is_prefix)
		fail_msg("%.*s is a command and begins another", STR_ARG(word));
}

/* So no two commands share a key. */
static void every_key_gives_its_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < commands_count; i++) {
		struct str rest = str_of(commands[i].keys), word;

		if (commands[i].name == NULL)
			continue;
		if (rest.n == 0)
			fail_msg("%s has no key", commands[i].name);
		while (next_word(&rest, &word))
			expect_command(word, &commands[i]);
	}
}

static void no_key_stands_twice(void **state)
{
	struct str keys[256];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < commands_count; i++) {
		struct str rest = str_of(commands[i].keys), word;

		while (next_word(&rest, &word)) {
			for (size_t k = 0; k < n; k++)
				if (str_eq(keys[k], word))
					fail_msg("%.*s stands twice", STR_ARG(word));
			assert_true(n < sizeof(keys) / sizeof(keys[0]));
			keys[n++] = word;
		}
	}
	assert_true(n > 0);
}

static void every_action_has_a_command(void **state)
{
	bool seen[ACTION_COUNT] = {false};

	(void)state;
	for (size_t i = 0; i < commands_count; i++) {
		assert_in_range(commands[i].action, 0, ACTION_COUNT - 1);
		seen[commands[i].action] = true;
		assert_int_equal(commands[i].action == ACTION_NONE, commands[i].name == NULL);
	}
	for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++)
		if (!seen[action])
			fail_msg("action %d has no command", action);
}

static void names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < commands_count; i++) {
		const char *name = commands[i].name;

		if (name == NULL) {
			assert_non_null(commands[i].help);
			assert_string_equal(commands[i].keys, "");
			continue;
		}
		assert_true(name[0] != '\0');
		for (size_t k = 0; k < i; k++)
			if (commands[k].name != NULL && strcmp(commands[k].name, name) == 0)
				fail_msg("%s stands twice", name);
	}
}

static void help_is_a_phrase(void **state)
{
	(void)state;
	for (size_t i = 0; i < commands_count; i++) {
		struct str help = str_of(commands[i].help);

		if (commands[i].help == NULL)
			continue;
		assert_true(help.n > 0);
		assert_false(str_ends(help, STR(".")));
		assert_false(has(help, STR("\n")));
	}
}

static void other_keys_do_nothing(void **state)
{
	bool is_prefix = true;

	(void)state;
	assert_null(command_of_key(0, KEY_FUNCTION + 12, &is_prefix));
	assert_false(is_prefix);
	assert_null(command_of_key('z', 'j', &is_prefix));
	assert_null(command_of_key('j', 'a', &is_prefix));
	assert_null(command_of_key(0, KEY_CTRL('C'), &is_prefix));
}

/* ---- the key tables ----------------------------------------------------------------------------- */

static void readme_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (strchr("|<>*_\\", text.p[i]) != NULL)
			buf_add(out, '\\');
		buf_add(out, text.p[i]);
	}
}

static void readme_keys(struct buf *out, struct str keys)
{
	struct str word;
	const char *before = "";

	while (next_word(&keys, &word)) {
		buf_printf(out, "%s`%.*s`", before, STR_ARG(word));
		before = " ";
	}
}

static void readme_table(struct buf *out)
{
	for (size_t i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];

		if (c->help == NULL)
			continue;
		if (c->name == NULL) {
			buf_printf(out, "\n**%s**\n\n| Keys | |\n|---|---|\n", c->help);
			continue;
		}
		buf_puts(out, "| ");
		readme_keys(out, str_of(c->keys));
		buf_puts(out, " | ");
		readme_text(out, str_of(c->help));
		buf_puts(out, " |\n");
	}
	buf_add(out, '\n');
}

/* What mdoc takes for punctuation or roff for a request is text here. */
static void man_text(struct buf *out, struct str text)
{
	if (text.n > 0 && strchr(".,:;()[]?!|'", text.p[0]) != NULL)
		buf_puts(out, "\\&");
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\')
			buf_puts(out, "\\e");
		else if (text.p[i] == '-' && text.n == 1)
			buf_puts(out, "\\-");
		else
			buf_add(out, text.p[i]);
	}
}

static void man_keys(struct buf *out, struct str keys)
{
	struct str word;
	const char *before = ".It Ic ";

	while (next_word(&keys, &word)) {
		buf_puts(out, before);
		man_text(out, word);
		before = " , ";
	}
	buf_add(out, '\n');
}

static void man_table(struct buf *out)
{
	bool open = false;

	for (size_t i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];

		if (c->help == NULL)
			continue;
		if (c->name == NULL) {
			if (open)
				buf_puts(out, ".El\n");
			buf_printf(out, ".Ss %s\n.Bl -tag -width \"PgDn, Space\"\n", c->help);
			open = true;
			continue;
		}
		man_keys(out, str_of(c->keys));
		man_text(out, str_of(c->help));
		buf_add(out, '\n');
	}
	buf_puts(out, ".El\n");
}

/* What stands between the lines `from` and `to` of the file is `table`. */
static void expect_table(const char *path, struct str from, struct str to, struct str table)
{
	struct buf file = {0}, new = {0};
	struct str text, old;
	size_t start, end;

	read_whole(path, &file);
	text = buf_str(&file);
	start = str_find(text, from, 0, false);
	if (start == SIZE_MAX)
		fail_msg("%s: no line \"%.*s\"", path, STR_ARG(from));
	start += from.n;
	end = str_find(text, to, start, false);
	if (end == SIZE_MAX)
		fail_msg("%s: no line \"%.*s\"", path, STR_ARG(to));
	old = str_sub(text, start, end - start);
	if (!str_eq(old, table) && getenv("UPDATE") == NULL)
		fail_msg("%s: what follows \"%.*s\" is not so: UPDATE=1 writes it", path,
		         STR_ARG(from));
	if (!str_eq(old, table)) {
		buf_append(&new, str_sub(text, 0, start));
		buf_append(&new, table);
		buf_append(&new, str_sub(text, end, SIZE_MAX));
		write_whole(path, buf_str(&new));
	}
	buf_free(&new);
	buf_free(&file);
}

static void the_readme_has_the_keys(void **state)
{
	struct buf table = {0};

	(void)state;
	readme_table(&table);
	expect_table(README, STR("<!-- keys of tui/command/table.c -->\n"),
	             STR("<!-- end of keys -->\n"), buf_str(&table));
	buf_free(&table);
}

static void the_man_page_has_the_keys(void **state)
{
	struct buf table = {0};

	(void)state;
	man_table(&table);
	expect_table(MAN_PAGE, STR(".\\\" keys of tui/command/table.c\n"),
	             STR(".\\\" end of keys\n"), buf_str(&table));
	buf_free(&table);
}

static void man_words(struct buf *out, const char *const *words)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		buf_printf(out, "%s%s", i == 0 ? ": " : ", ", words[i]);
}

static void the_man_page_has_the_fields(void **state)
{
	struct buf table = {0};

	(void)state;
	for (size_t i = FIELD_ANYTHING + 1; i < FIELD_PROPERTY; i++) {
		buf_printf(&table, ".It Li %s\n", fields[i].name);
		man_text(&table, str_of(fields[i].help));
		man_words(&table, fields[i].words);
		buf_puts(&table, ".\n");
	}
	expect_table(MAN_PAGE, STR(".\\\" fields of core/query/field.c\n"),
	             STR(".\\\" end of fields\n"), buf_str(&table));
	buf_free(&table);
}

/* ---- commands and options ------------------------------------------------------------------------- */

/* Names of the options in a help text, each with a blank before and behind it. */
static void help_options(enum command_kind command, struct buf *names)
{
	struct buf help = {0};
	struct str rest, line, word;

	options_help(command, &help);
	rest = buf_str(&help);
	while (next_line(&rest, &line)) {
		if (!str_starts(line, STR("  -")))
			continue;
		while (next_word(&line, &word) && str_starts(word, STR("-"))) {
			if (str_ends(word, STR(",")))
				word.n--;
			buf_add(names, ' ');
			buf_append(names, str_sub(word, 1, SIZE_MAX));
			buf_add(names, ' ');
		}
	}
	buf_free(&help);
}

static void all_options(struct buf *names)
{
	for (int command = 0; command < COMMAND_KINDS; command++)
		help_options((enum command_kind)command, names);
	assert_true(has(buf_str(names), STR(" -json ")) && has(buf_str(names), STR(" v ")));
}

static void the_man_page_has_every_option(void **state)
{
	struct buf page = {0}, names = {0};
	struct str rest, name;

	(void)state;
	read_whole(MAN_PAGE, &page);
	all_options(&names);
	rest = buf_str(&names);
	while (next_word(&rest, &name))
		if (!man_has(buf_str(&page), ".It Fl ", name) &&
		    !man_has(buf_str(&page), " , Fl ", name))
			fail_msg("%s: nothing of -%.*s", MAN_PAGE, STR_ARG(name));
	buf_free(&names);
	buf_free(&page);
}

static void the_man_page_has_no_other_option(void **state)
{
	struct buf page = {0}, names = {0}, wanted = {0};
	struct str text;
	size_t at = 0;

	(void)state;
	read_whole(MAN_PAGE, &page);
	all_options(&names);
	text = buf_str(&page);
	while ((at = str_find(text, STR("Fl "), at, false)) != SIZE_MAX) {
		buf_clear(&wanted);
		buf_add(&wanted, ' ');
		for (at += 3; at < text.n && is_name(text.p[at]); at++)
			buf_add(&wanted, text.p[at]);
		buf_add(&wanted, ' ');
		if (!has(buf_str(&names), buf_str(&wanted)))
			fail_msg("%s: there is no option -%s", MAN_PAGE, buf_text(&wanted) + 1);
	}
	buf_free(&wanted);
	buf_free(&names);
	buf_free(&page);
}

static void expect_documented(struct str readme, struct str page, struct str command)
{
	struct buf usage = {0};

	buf_puts(&usage, "`tracehog ");
	buf_append(&usage, command);
	if (!has(readme, buf_str(&usage)))
		fail_msg("%s: nothing of %s`", README, buf_text(&usage));
	if (!man_has(page, ".It Cm ", command))
		fail_msg("%s: nothing of the command %.*s", MAN_PAGE, STR_ARG(command));
	buf_free(&usage);
}

static void readme_and_man_page_have_every_command(void **state)
{
	struct buf readme = {0}, page = {0}, help = {0};
	struct str rest, line, name;
	int n = 0;

	(void)state;
	read_whole(README, &readme);
	read_whole(MAN_PAGE, &page);
	options_help(COMMAND_EXPLORE, &help);
	rest = buf_str(&help);
	while (next_line(&rest, &line)) {
		if (!str_starts(line, STR("  tracehog ")))
			continue;
		line = str_sub(line, strlen("  tracehog "), SIZE_MAX);
		assert_true(next_word(&line, &name));
		expect_documented(buf_str(&readme), buf_str(&page), name);
		n++;
	}
	assert_int_equal(n, COMMAND_KINDS - 1);
	buf_free(&help);
	buf_free(&page);
	buf_free(&readme);
}

static void every_word_of_a_field_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIELDS; i++)
		for (size_t w = 0; fields[i].words != NULL && fields[i].words[w] != NULL; w++)
			if (field_word_help(&fields[i], str_of(fields[i].words[w])) == NULL)
				fail_msg("no help: %s:%s", fields[i].name, fields[i].words[w]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_a_field_is_explained),
		cmocka_unit_test(every_key_gives_its_command),
		cmocka_unit_test(no_key_stands_twice),
		cmocka_unit_test(every_action_has_a_command),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(help_is_a_phrase),
		cmocka_unit_test(other_keys_do_nothing),
		cmocka_unit_test(the_readme_has_the_keys),
		cmocka_unit_test(the_man_page_has_the_keys),
		cmocka_unit_test(the_man_page_has_the_fields),
		cmocka_unit_test(the_man_page_has_every_option),
		cmocka_unit_test(the_man_page_has_no_other_option),
		cmocka_unit_test(readme_and_man_page_have_every_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
