/* Any bytes as a config: it is taken whole, with every setting in its place, or refused with a place;
 * written out again from what was read it reads the same. */
#include "config/config.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_line(const struct config *c, const struct config_line *line)
{
	if (line->setting == NULL) {
		require(config_has(c, line->section));
		require(config_get(c, line->section, "source") != NULL);
		return;
	}
	require(line->value[0] != '\0' && strpbrk(line->value, "\r\n\x1b") == NULL);
	require(!config_holds_key(str_of(line->value)));
	require(line->setting->of_source == (line->section[0] != '\0'));
	require(line->setting->many || config_find(c, line->section, line->setting->name) == line);
}

static void write_line(struct buf *out, const struct config_line *line)
{
	if (line->setting == NULL)
		buf_printf(out, "[%s]\n", line->section);
	else
		buf_printf(out, "%s = %s\n", line->setting->name, line->value);
}

static void check_again(const struct config *c, struct str text)
{
	struct config *again = NULL;
	size_t i = 0;

	require(config_parse(&again, "again", text, NULL) == ERR_OK);
	for (; config_line(c, i) != NULL; i++) {
		const struct config_line *a = config_line(c, i), *b = config_line(again, i);
		require(b != NULL && a->setting == b->setting && !strcmp(a->section, b->section) &&
		        !strcmp(a->value, b->value));
	}
	require(config_line(again, i) == NULL);
	config_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *c = NULL;
	struct errinfo e = {0};
	struct buf out = {0};
	const struct config_line *line;
	enum err err = config_parse(&c, "C", (struct str){(const char *)data, size}, &e);

	if (err != ERR_OK) {
		require(err == ERR_PARSE && strncmp(e.msg, "C:", 2) == 0 && c == NULL);
		require(!config_holds_key(str_of(e.msg)));
		return 0;
	}
	for (size_t i = 0; (line = config_line(c, i)) != NULL; i++) {
		check_line(c, line);
		write_line(&out, line);
	}
	check_again(c, buf_str(&out));
	config_free(c);
	buf_free(&out);
	return 0;
}
