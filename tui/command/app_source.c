/* Sources by name, while the explorer runs: opened beside the others, and hidden by a term of the filter, which is seen and taken
 * back like any other. */
#include "command/app_internal.h"

#include "base/clean.h"
#include "config/config.h"

static uint32_t find_origin(const struct app *a, struct str name)
{
	const struct explorer *x = a->world.explorer;
	uint32_t n = explorer_origin_count(x), at = 0;

	while (at < n && !str_eq(str_of(explorer_origin_name(x, at)), name))
		at++;
	return at;
}

static void say_names(struct app *a)
{
	const struct explorer *x = a->world.explorer;

	buf_puts(&a->world.message, "open:");
	for (uint32_t i = 0; i < explorer_origin_count(x); i++)
		buf_printf(&a->world.message, " %s", explorer_origin_name(x, i));
	buf_puts(&a->world.message, "   :source NAME opens one more, :source -NAME hides one");
}

static void hide(struct app *a, struct str name)
{
	struct buf term = {0};

	if (find_origin(a, name) == explorer_origin_count(a->world.explorer)) {
		say_names(a);
	} else {
		buf_add(&term, '-');
		filter_append_term(&term, &fields[FIELD_SOURCE], STR_EMPTY, name);
		app_add_term(a, buf_str(&term));
	}
	buf_free(&term);
}

/* The filter without the term that hides it; false: it has none. */
static bool show(struct app *a, struct str name)
{
	struct str filter = buf_str(&a->world.filter);
	struct buf term = {0}, rest = {0};
	size_t at;
	bool hidden;

	buf_add(&term, '-');
	filter_append_term(&term, &fields[FIELD_SOURCE], STR_EMPTY, name);
	at = str_find(filter, buf_str(&term), 0, false);
	hidden = at != SIZE_MAX && (at == 0 || filter.p[at - 1] == ' ') &&
	         (at + term.n == filter.n || filter.p[at + term.n] == ' ');
	if (hidden) {
		buf_append(&rest, str_trim(str_sub(filter, 0, at)));
		if (rest.n > 0)
			buf_add(&rest, ' ');
		buf_append(&rest, str_trim(str_sub(filter, at + term.n, SIZE_MAX)));
		app_set_filter(a, str_trim(buf_str(&rest)));
	}
	buf_free(&term);
	buf_free(&rest);
	return hidden;
}

static void use_open(struct app *a, uint32_t origin, struct str name)
{
	if (show(a, name) || explorer_origin_posthog(a->world.explorer, origin) == NULL) {
		buf_printf(&a->world.message, "%.*s is open", STR_ARG(name));
		return;
	}
	explorer_choose_posthog(a->world.explorer, origin);
	buf_printf(&a->world.message, "%.*s is open; HogQL asks it from now on", STR_ARG(name));
}

void app_source(struct app *a, struct str name)
{
	uint32_t origin = find_origin(a, name);

	if (name.n == 0)
		say_names(a);
	else if (origin < explorer_origin_count(a->world.explorer))
		use_open(a, origin, name);
	else if (name.p[0] == '-' && name.n > 1)
		hide(a, str_sub(name, 1, SIZE_MAX));
	else if (a->add_source == NULL)
		buf_puts(&a->world.message, "no sources can be opened here");
	else
		a->add_source(a->add_source_ctx, name);
}

void app_on_source(struct app *a, app_source_fn *add, void *ctx, const struct config *config)
{
	a->add_source = add;
	a->add_source_ctx = ctx;
	a->config = config;
}

void app_source_added(struct app *a, uint32_t origin, const char *word)
{
	struct world *w = &a->world;

	buf_add(&a->options, ' ');
	view_quote(&a->options, str_of(word));
	if (w->since != TIME_NONE && explorer_origin_posthog(w->explorer, origin) != NULL)
		explorer_set_window(w->explorer, w->since, w->until);
	buf_clear(&w->message);
	buf_printf(&w->message, "%s is open", explorer_origin_name(w->explorer, origin));
}
