/* Events by hand, for tests of what stands above the table. */
#include "support/events_fixture.h"

void fixture_init(struct fixture *f)
{
	events_init(&f->events);
	f->model = model_new(&f->events);
}

void fixture_fini(struct fixture *f)
{
	model_free(f->model);
	events_fini(&f->events);
}

static uint32_t id(struct fixture *f, const char *text)
{
	return ids_add(&f->events.ids, str_of(text));
}

static uint32_t text_number(struct fixture *f, const char *text)
{
	return strings_add(&f->events.strings, str_of(text));
}

/* 0 is absent, -1 is 0. */
static uint32_t narrow(int64_t value)
{
	if (value == 0)
		return EVENT_ABSENT32;
	if (value >= EVENT_WIDE32)
		return EVENT_WIDE32;
	return value < 0 ? 0 : (uint32_t)value;
}

static void set_wide(struct fixture *f, enum event_field field, int64_t value)
{
	if (value >= EVENT_WIDE32)
		events_set_extra(&f->events, field, value);
}

static struct event record(struct fixture *f, const struct fixture_event *from)
{
	struct model_pair pair = {text_number(f, from->model), text_number(f, from->provider)};

	return (struct event){
		.time = from->time ? from->time : TIME_NONE,
		.cost = from->cost ? (from->cost < 0 ? 0 : from->cost) : EVENT_NO_COST,
		.place = from->place ? from->place : (uint64_t)f->events.n * 1000 + 1,
		.length = 100,
		.flags = (uint32_t)from->kind | from->flags | (from->uuid ? 0 : EVENT_NO_UUID),
		.latency = narrow(from->latency),
		.input = narrow(from->input),
		.output = narrow(from->output),
		.cache_read = narrow(from->cache_read),
		.span = id(f, from->span),
		.parent = id(f, from->parent),
		.trace = id(f, from->trace),
		.user = id(f, from->user),
		.name = text_number(f, from->name),
		.model = events_add_model(&f->events, pair),
	};
}

uint32_t fixture_add(struct fixture *f, const struct fixture_event *event)
{
	struct event e = record(f, event);
	uint32_t uuid = id(f, event->uuid), session = id(f, event->session);
	uint32_t number = events_add(&f->events, &e, uuid, session);

	if (event->first_token)
		events_set_extra(&f->events, EVENT_FIRST_TOKEN, event->first_token);
	set_wide(f, EVENT_WIDE_LATENCY, event->latency);
	set_wide(f, EVENT_WIDE_INPUT, event->input);
	set_wide(f, EVENT_WIDE_OUTPUT, event->output);
	set_wide(f, EVENT_WIDE_CACHE_READ, event->cache_read);
	model_add(f->model, number);
	return number;
}
