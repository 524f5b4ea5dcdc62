/* Themes: from text to styles, and from styles to what a terminal of few colours can show. Colours are
 * kept as written (0..255); fewer of them are chosen when a style is asked for, so that one theme serves
 * every depth. */
#include "draw/theme.h"
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX 65536 /* bytes of a theme file */

struct colour {
	int red, green, blue;
};

/* xterm's. Terminals differ, but less than any two of these. */
static const struct colour basic[16] = {
	{0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
	{0, 0, 238},     {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
	{127, 127, 127}, {255, 0, 0},   {0, 255, 0},   {255, 255, 0},
	{92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255},
};

static struct colour colour_of(int number)
{
	static const int levels[6] = {0, 95, 135, 175, 215, 255};

	if (number < 16)
		return basic[number];
	if (number < 232) {
		number -= 16;
		return (struct colour){levels[number / 36], levels[number / 6 % 6],
		                       levels[number % 6]};
	}
	number = 8 + 10 * (number - 232);
	return (struct colour){number, number, number};
}

static int nearest(struct colour c, int from, int end)
{
	int best = from, best_distance = INT32_MAX;

	for (int i = from; i < end; i++) {
		struct colour other = colour_of(i);
		int red = c.red - other.red, green = c.green - other.green;
		int blue = c.blue - other.blue;
		int distance = red * red + green * green + blue * blue;

		if (distance < best_distance) {
			best = i;
			best_distance = distance;
		}
	}
	return best;
}

/* ---- parsing ---------------------------------------------------------------------------------- */

static bool parse_hex(struct str word, int16_t *out)
{
	int digits[6];

	if (word.n != 7 || word.p[0] != '#')
		return false;
	for (int i = 0; i < 6; i++) {
		char c = word.p[i + 1];

		if (c >= '0' && c <= '9')
			digits[i] = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digits[i] = (c | 0x20) - 'a' + 10;
		else
			return false;
	}
	/* The first 16 are the terminal's own to define. */
	*out = (int16_t)nearest((struct colour){digits[0] * 16 + digits[1],
	                                        digits[2] * 16 + digits[3],
	                                        digits[4] * 16 + digits[5]},
	                        16, 256);
	return true;
}

static bool parse_name(struct str word, int16_t *out)
{
	static const char *const names[8] = {"black", "red",     "green", "yellow",
	                                     "blue",  "magenta", "cyan",  "white"};
	bool bright = str_starts(word, STR("bright_"));

	if (bright)
		word = str_sub(word, strlen("bright_"), word.n);
	for (int i = 0; i < 8; i++) {
		if (str_eq(word, str_of(names[i]))) {
			*out = (int16_t)(bright ? i + 8 : i);
			return true;
		}
	}
	return false;
}

static bool parse_colour(struct str word, int16_t *out)
{
	int64_t number;

	if (str_eq(word, STR("default"))) {
		*out = THEME_DEFAULT;
		return true;
	}
	if (str_to_i64(word, &number)) {
		*out = (int16_t)number;
		return number >= 0 && number <= 255;
	}
	return parse_hex(word, out) || parse_name(word, out);
}

static unsigned attribute_of(struct str word)
{
	static const struct {
		const char *name;
		unsigned attribute;
	} names[] = {
		{"bold", THEME_BOLD},           {"dim", THEME_DIM},
		{"underline", THEME_UNDERLINE}, {"reverse", THEME_REVERSE},
		{"italic", THEME_ITALIC},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(word, str_of(names[i].name)))
			return names[i].attribute;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of text at *at; empty at the end. */
static struct str next_word(struct str text, size_t *at)
{
	size_t start;

	while (*at < text.n && is_blank(text.p[*at]))
		++*at;
	start = *at;
	while (*at < text.n && !is_blank(text.p[*at]))
		++*at;
	return str_sub(text, start, *at - start);
}

/* Gives the word that is wrong, or an empty one. */
static struct str parse_style(struct theme_style *style, struct str text)
{
	bool on = false, has_fg = false, has_bg = false;
	struct str word;

	for (size_t at = 0; (word = next_word(text, &at)).n > 0;) {
		unsigned attribute = attribute_of(word);
		bool *has = on ? &has_bg : &has_fg;

		if (!on && attribute) {
			style->attributes |= (uint8_t)attribute;
		} else if (!on && !has_bg && str_eq(word, STR("on"))) {
			on = true;
		} else if (!*has && parse_colour(word, on ? &style->bg : &style->fg)) {
			*has = true;
			on = false;
		} else {
			return word;
		}
	}
	return on ? STR("on") : STR_EMPTY;
}

static bool find_role(struct str name, enum role *out)
{
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		if (str_eq(name, str_of(role_name(role)))) {
			*out = role;
			return true;
		}
	}
	return false;
}

static enum err parse_line(struct theme *t, struct str line, int number, struct errinfo *e)
{
	size_t equals = str_find(line, STR("="), 0, false);
	struct theme_style style = {THEME_DEFAULT, THEME_DEFAULT, 0};
	struct str name, wrong;
	enum role role;

	if (line.n == 0 || line.p[0] == '#')
		return ERR_OK;
	if (equals == SIZE_MAX)
		return err_set(e, ERR_PARSE, "theme %s, line %d: no \"role = style\"", t->name,
		               number);
	name = str_trim(str_sub(line, 0, equals));
	if (!find_role(name, &role))
		return err_set(e, ERR_PARSE, "theme %s, line %d: no such role: %.*s", t->name,
		               number, STR_ARG(str_sub(name, 0, 40)));
	wrong = parse_style(&style, str_sub(line, equals + 1, line.n));
	if (wrong.n > 0)
		return err_set(e, ERR_PARSE,
		               "theme %s, line %d: neither colour nor attribute: %.*s", t->name,
		               number, STR_ARG(str_sub(wrong, 0, 40)));
	t->styles[role] = style;
	return ERR_OK;
}

enum err theme_parse(struct theme *t, const char *name, struct str text, struct errinfo *e)
{
	int number = 1;

	memset(t, 0, sizeof(*t));
	snprintf(t->name, sizeof(t->name), "%s", name);
	for (enum role role = 0; role < ROLE_COUNT; role++)
		t->styles[role] = (struct theme_style){THEME_DEFAULT, THEME_DEFAULT, 0};
	for (size_t at = 0; at < text.n; number++) {
		size_t end = str_find(text, STR("\n"), at, false);
		struct str line = str_trim(str_sub(text, at, end == SIZE_MAX ? text.n : end - at));
		enum err err = parse_line(t, line, number, e);

		if (err)
			return err;
		at = end == SIZE_MAX ? text.n : end + 1;
	}
	return ERR_OK;
}

/* ---- loading ---------------------------------------------------------------------------------- */

/* A name becomes a part of a path. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n >= sizeof(((struct theme *)NULL)->name) || name[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-' || c == '.'))
			return false;
	}
	return true;
}

/* False if there is no such folder. */
static bool path_of(struct buf *out, const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		buf_puts(out, config);
	else if (home && home[0] == '/')
		buf_printf(out, "%s/.config", home);
	else
		return false;
	buf_printf(out, "/tracehog/themes/%s.theme", name);
	return true;
}

/* ERR_NOT_FOUND if there is no such file. */
static enum err read_file(struct buf *out, const char *path, struct errinfo *e)
{
	FILE *f = fopen(path, "rbe");
	size_t got;
	bool failed;

	if (!f && (errno == ENOENT || errno == ENOTDIR))
		return ERR_NOT_FOUND;
	if (!f)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	if (!buf_reserve(out, FILE_MAX + 1)) {
		fclose(f);
		return err_set(e, ERR_LIMIT, "%s: no memory", path);
	}
	got = fread(out->p, 1, FILE_MAX + 1, f);
	failed = ferror(f);
	fclose(f);
	if (failed)
		return err_set(e, ERR_IO, "%s: cannot be read", path);
	if (got > FILE_MAX)
		return err_set(e, ERR_LIMIT, "%s: longer than %d bytes", path, FILE_MAX);
	out->n = got;
	return ERR_OK;
}

static enum err load_builtin(struct theme *t, const char *name, struct errinfo *e)
{
	struct buf names = {0};
	enum err err;

	for (size_t i = 0; i < theme_builtins_count; i++)
		if (strcmp(theme_builtins[i].name, name) == 0)
			return theme_parse(t, name, str_of(theme_builtins[i].text), e);
	for (size_t i = 0; i < theme_builtins_count; i++)
		buf_printf(&names, " %s", theme_builtins[i].name);
	err = err_set(e, ERR_NOT_FOUND, "no theme %s; built in:%s", name, buf_text(&names));
	buf_free(&names);
	return err;
}

enum err theme_load(struct theme *t, const char *name, struct errinfo *e)
{
	struct buf path = {0}, text = {0};
	enum err err = ERR_NOT_FOUND;

	if (!is_name(name))
		return err_set(e, ERR_USAGE, "%s: no name of a theme (letters, digits, _ - .)",
		               name);
	if (path_of(&path, name))
		err = read_file(&text, buf_text(&path), e);
	if (err == ERR_OK)
		err = theme_parse(t, name, buf_str(&text), e);
	else if (err == ERR_NOT_FOUND)
		err = load_builtin(t, name, e);
	buf_free(&path);
	buf_free(&text);
	return err;
}

/* ---- styles ----------------------------------------------------------------------------------- */

/* What must remain to be seen without colours: some attribute of `any`, else `add`. */
static uint8_t mono_attributes(enum role role, uint8_t attributes)
{
	static const struct {
		enum role role;
		uint8_t any, add;
	} rules[] = {
		{ROLE_CURSOR, THEME_REVERSE, THEME_REVERSE},
		{ROLE_MATCH, 0, THEME_UNDERLINE | THEME_REVERSE},
		{ROLE_HEAD, THEME_REVERSE | THEME_BOLD, THEME_REVERSE},
		{ROLE_STATUS, THEME_REVERSE | THEME_BOLD, THEME_REVERSE},
		{ROLE_ERROR, THEME_REVERSE | THEME_BOLD, THEME_BOLD},
		{ROLE_KEY, THEME_REVERSE | THEME_BOLD, THEME_BOLD},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].role == role && !(attributes & rules[i].any))
			attributes |= rules[i].add;
	return attributes;
}

static struct theme_style style_at(const struct theme *t, enum role role, enum theme_depth depth)
{
	struct theme_style style = t->styles[role];

	if (depth == DEPTH_MONO) {
		style.fg = style.bg = THEME_DEFAULT;
		style.attributes = mono_attributes(role, style.attributes);
	}
	if (depth != DEPTH_16)
		return style;
	if (style.bg >= 16)
		style.bg = (int16_t)nearest(colour_of(style.bg), 0, 16);
	if (style.fg >= 16) {
		style.fg = (int16_t)nearest(colour_of(style.fg), 0, 16);
		/* Many palettes have colour 8 as their background. */
		if (style.fg == 8 && style.bg == THEME_DEFAULT) {
			style.fg = THEME_DEFAULT;
			style.attributes |= THEME_DIM;
		}
	}
	return style;
}

struct theme_style theme_style(const struct theme *t, enum role role, enum role on,
                               enum theme_depth depth)
{
	struct theme_style style = style_at(t, role, depth), over;

	if (!on)
		return style;
	over = style_at(t, on, depth);
	/* A bar has one colour from end to end, and colours made for another ground are not mixed in. */
	if (over.bg != THEME_DEFAULT || (over.attributes & THEME_REVERSE)) {
		style.fg = over.fg;
		style.bg = over.bg;
		style.attributes &= (uint8_t) ~(THEME_DIM | THEME_REVERSE);
		/* Bold makes black grey on many terminals. */
		if (over.fg != THEME_DEFAULT)
			style.attributes &= (uint8_t)~THEME_BOLD;
	} else if (over.fg != THEME_DEFAULT) {
		style.fg = over.fg;
	}
	style.attributes |= over.attributes;
	return style;
}
