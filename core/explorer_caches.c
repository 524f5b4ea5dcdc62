/* What the explorer keeps beside its model, made and let go of together; and the columns of properties, which are made when
 * somebody first asks for one. */
#include "explorer_internal.h"
#include "explorer_persons.h"

#include "query/errors.h"
#include "query/memberships.h"
#include "query/property.h"

void caches_open(struct caches *c, struct loop *loop, struct model *model, loop_fn *changed,
                 void *ctx)
{
	const struct events *events = model_events(model);

	*c = (struct caches){.changed = changed, .ctx = ctx};
	c->details = detail_cache_new(loop, events, changed, ctx);
	c->previews = preview_cache_new(loop, model, changed, ctx);
	c->bytes = bytes_cache_new(loop, changed, ctx);
	c->previous = previous_cache_new(loop, model, changed, ctx);
	c->repeats = repeats_cache_new(loop, model, changed, ctx);
	c->compares = compares_new(loop, events, changed, ctx);
	c->prepares = prepares_new(loop, events, changed, ctx);
	c->texts = text_cache_new(loop, model, changed, ctx);
	c->chats = session_chats_new(loop);
}

void caches_stop(struct caches *c)
{
	persons_free(c->persons);
	c->persons = NULL;
}

void caches_close(struct caches *c)
{
	caches_stop(c);
	errors_free(c->errors);
	memberships_free(c->memberships);
	properties_free(c->properties);
	c->errors = NULL; /* those that are waited for below still tell of changes */
	c->properties = NULL;
	session_chats_free(c->chats);
	text_cache_free(c->texts);
	prepares_free(c->prepares);
	compares_free(c->compares);
	repeats_cache_free(c->repeats);
	previous_cache_free(c->previous);
	bytes_cache_free(c->bytes);
	preview_cache_free(c->previews);
	detail_cache_free(c->details);
	*c = (struct caches){0};
}

void caches_update(struct caches *c)
{
	if (c->properties != NULL)
		properties_refresh(c->properties);
	if (c->errors != NULL)
		errors_refresh(c->errors);
}

struct properties *explorer_properties(struct explorer *x)
{
	struct caches *c = explorer_caches(x);

	if (c->properties == NULL) {
		c->properties = properties_new(explorer_loop(x), explorer_events(x));
		properties_on_change(c->properties, c->changed, c->ctx);
		c->persons = persons_new(x, c->properties);
	}
	return c->properties;
}

struct memberships *explorer_memberships(struct explorer *x)
{
	struct caches *c = explorer_caches(x);

	if (c->memberships == NULL)
		c->memberships = memberships_new(explorer_properties(x));
	return c->memberships;
}

struct errors *explorer_errors(struct explorer *x)
{
	struct caches *c = explorer_caches(x);

	if (c->errors == NULL) {
		c->errors = errors_new(explorer_loop(x), explorer_events(x));
		errors_on_change(c->errors, c->changed, c->ctx);
	}
	return c->errors;
}
