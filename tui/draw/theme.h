/* Themes: role -> colours and attributes. Files of `role = [colour] [on colour] [bold dim underline reverse italic]`. */
#ifndef DRAW_THEME_H
#define DRAW_THEME_H

#include "base/err.h"
#include "base/str.h"
#include "draw/role.h"

enum theme_attribute {
	THEME_BOLD = 1,
	THEME_DIM = 2,
	THEME_UNDERLINE = 4,
	THEME_REVERSE = 8,
	THEME_ITALIC = 16,
};
#define THEME_DEFAULT (-1) /* the terminal's own colour */

struct theme_style {
	int16_t fg,
		bg; /* THEME_DEFAULT or 0..255 as written; theme_style gives what the depth has */
	uint8_t attributes;
};
struct theme {
	char name[32];
	struct theme_style styles[ROLE_COUNT];
};
enum theme_depth {
	DEPTH_MONO,
	DEPTH_16, /* 8 or 16 */
	DEPTH_256,
};

/* Compiled in from themes/ by the build. */
struct theme_builtin {
	const char *name;
	const char *text;
};
extern const struct theme_builtin theme_builtins[];
extern const size_t theme_builtins_count;

/* Colours: names black red green yellow blue magenta cyan white, bright_ + name, default, 0..255, #rrggbb (nearest of 256).
 * Lines starting with # after blanks are comments. ERR_PARSE with the line in e->msg; roles not named stay plain. */
enum err theme_parse(struct theme *t, const char *name, struct str text,
                     struct errinfo *e) MUST_USE;
/* By name: ${XDG_CONFIG_HOME}/tracehog/themes/NAME.theme, else a built-in. */
enum err theme_load(struct theme *t, const char *name, struct errinfo *e) MUST_USE;
/* The style of a role, with one painted over it (0: none), at a depth: 256-colour numbers go to the nearest of 16; in mono
 * colours vanish and the roles that matter (cursor, match, error, head, status, key) keep reverse, bold or underline. */
struct theme_style theme_style(const struct theme *t, enum role role, enum role on,
                               enum theme_depth depth);

#endif
