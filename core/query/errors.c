/* Goes over the events once, in the order in which they came, a batch at a time: those with an error are listed on the loop, their
 * texts read and brought into their form by workers, the forms numbered on the loop; then the next batch.
 *
 * Invariants: known <= asked <= events in the table, and between them lies the one batch that workers are at; nothing but `turn`
 * and its end change what is known. */
#include "query/errors.h"

#include "base/chunks.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/slice.h"
#include "query/error_text.h"
#include "query/property_internal.h"
#include "json/lexer.h"

#define BATCH     2048u /* events with an error */
#define UNIT      32u   /* of them, for a worker at a time */
#define LOOK_TIME 2000  /* microseconds of the loop for listing them */
#define RAW_MAX    \
	((size_t)1 \
	 << 16) /* bytes of JSON that are read of a text: a traceback says at its end what it is about */
#define WHOLE_MAX (UINT32_C(16) << 20) /* bytes of an event that is looked through for one */

struct found {
	const struct journal *journal;
	uint64_t offset; /* of the text's JSON; without one, of the event's */
	uint32_t length, event;
	bool whole; /* the event is to be looked through: no place is known */
	/* Made by a worker. */
	uint32_t form_at, form_n; /* in the unit's texts */
	uint16_t status;
	bool failed;
};
struct batch {
	struct found list[BATCH];
	uint32_t n;
	struct buf texts[BATCH / UNIT]; /* by unit */
};

struct error {
	uint16_t status;
};

struct errors {
	struct loop *loop;
	const struct events *table;
	struct loop_idle *idle;
	struct parallel *work; /* NULL: workers have nothing to do */
	struct batch *batch;
	struct chunks numbers; /* by event: EVENTS_CHUNK of them each */
	uint32_t asked, known; /* events */
	struct strings forms;  /* [0] is of no event, [1] has no text */
	struct error *list;    /* by number, like forms */
	uint32_t cap;
	bool begun;
	uint32_t failed;
	struct errinfo failure;
	loop_fn *changed;
	void *ctx;
};

/* ---- reading: in workers ----------------------------------------------------------------------- */

/* The text in its JSON, which may be cut. */
static void append_text(struct str json, struct buf *out)
{
	bool ends = json.n > 1 && json.p[json.n - 1] == '"';

	if (json.n > 0 && json.p[0] == '"')
		json_unescape(out, str_sub(json, 1, json.n - 1 - ends));
	else
		buf_append(out, json);
}

/* The text of an event whose properties came as a string, or that has none. */
static void append_from_event(struct str event, struct buf *out)
{
	const struct property_wanted wanted = {PROPERTY_OF_EVENT, STR("$ai_error")};
	struct property_reader *r = property_reader_new(&wanted, 1);

	if (property_reader_open(r, event))
		append_text(property_reader_json(r, 0), out);
	property_reader_free(r);
}

static bool read_text(const struct found *f, struct buf *raw, struct buf *out)
{
	size_t n = f->whole || f->length < RAW_MAX ? f->length : RAW_MAX;

	buf_clear(raw);
	if (f->whole && n > WHOLE_MAX)
		return true;
	if (journal_read_exact(f->journal, f->offset, n, raw, NULL) != ERR_OK)
		return false;
	if (f->whole)
		append_from_event(buf_str(raw), out);
	else
		append_text(buf_str(raw), out);
	return true;
}

static void read_one(struct found *f, struct buf *forms, struct buf *raw, struct buf *text)
{
	unsigned status = 0;

	buf_clear(text);
	f->failed = !read_text(f, raw, text);
	f->form_at = (uint32_t)forms->n;
	if (!f->failed)
		error_form(buf_str(text), forms, &status);
	f->form_n = (uint32_t)forms->n - f->form_at;
	f->status = (uint16_t)status;
}

static void read_unit(void *ctx, uint32_t unit)
{
	struct batch *b = ((struct errors *)ctx)->batch;
	uint32_t end = (unit + 1) * UNIT < b->n ? (unit + 1) * UNIT : b->n;
	struct buf raw = {0}, text = {0};

	buf_clear(&b->texts[unit]);
	for (uint32_t i = unit * UNIT; i < end; i++)
		read_one(&b->list[i], &b->texts[unit], &raw, &text);
	buf_free(&raw);
	buf_free(&text);
}

/* ---- what is known ----------------------------------------------------------------------------- */

static uint32_t *number_of(const struct errors *e, uint32_t event)
{
	uint32_t *chunk = e->numbers.list[event / EVENTS_CHUNK];

	return &chunk[event % EVENTS_CHUNK];
}

static uint32_t number_form(struct errors *e, struct str form, uint16_t status)
{
	uint32_t number = strings_add(&e->forms, form.n > 0 ? form : STR("\n"));

	if (number >= e->cap) {
		uint32_t cap = e->cap ? e->cap * 2 : 64;

		e->list = mem_resize(e->list, cap, sizeof(*e->list));
		memset(e->list + e->cap, 0, (cap - e->cap) * sizeof(*e->list));
		e->cap = cap;
	}
	if (e->list[number].status == 0)
		e->list[number].status = status;
	return number;
}

static void on_read(void *ctx)
{
	struct errors *e = ctx;
	struct batch *b = e->batch;

	parallel_stop(e->work);
	e->work = NULL;
	for (uint32_t i = 0; i < b->n; i++) {
		const struct found *f = &b->list[i];
		struct str form = str_sub(buf_str(&b->texts[i / UNIT]), f->form_at, f->form_n);

		if (f->failed && e->failed++ == 0)
			journal_changed(f->journal, NULL, ERR_IO, &e->failure);
		if (!f->failed)
			*number_of(e, f->event) = number_form(e, form, f->status);
	}
	e->known = e->asked;
	b->n = 0;
	errors_refresh(e);
	if (e->changed != NULL)
		e->changed(e->ctx);
}

/* ---- which are read ---------------------------------------------------------------------------- */

static void list_event(struct errors *e, uint32_t event)
{
	const struct event *record = events_get(e->table, event);
	struct found *f = &e->batch->list[e->batch->n++];
	int64_t place;

	*f = (struct found){.journal = e->table->journals[event_journal(record)],
	                    .offset = event_offset(record),
	                    .length = record->length,
	                    .event = event,
	                    .whole = true};
	if (!events_extra(e->table, event, EVENT_ERROR_TEXT, &place))
		return;
	f->whole = false;
	f->offset += (uint64_t)place >> 32;
	f->length = (uint32_t)place;
}

static void list_some(struct errors *e)
{
	struct slice slice = {.until = time_monotonic() + LOOK_TIME};

	for (; e->asked < e->table->n && e->batch->n < BATCH && !slice_over(&slice); e->asked++) {
		if (e->asked % EVENTS_CHUNK == 0)
			chunks_add(&e->numbers);
		*number_of(e, e->asked) = 0;
		if (events_get(e->table, e->asked)->flags & EVENT_ERROR)
			list_event(e, e->asked);
	}
}

static void turn(void *ctx)
{
	struct errors *e = ctx;
	struct batch *b = e->batch;

	list_some(e);
	if (b->n < BATCH && e->asked < e->table->n)
		return;
	loop_idle_stop(e->idle);
	e->work = parallel_start(e->loop, (b->n + UNIT - 1) / UNIT, read_unit, on_read, e);
}

void errors_refresh(struct errors *e)
{
	if (e->begun && e->work == NULL && e->idle != NULL && e->asked < e->table->n)
		loop_idle_start(e->idle);
}

void errors_begin(struct errors *e)
{
	e->begun = true;
	errors_refresh(e);
}

/* ---- all of it --------------------------------------------------------------------------------- */

struct errors *errors_new(struct loop *loop, const struct events *t)
{
	struct errors *e = mem_zero(1, sizeof(*e));

	e->loop = loop;
	e->table = t;
	e->batch = mem_zero(1, sizeof(*e->batch));
	e->numbers.size = EVENTS_CHUNK * sizeof(uint32_t);
	e->idle = loop_idle_new(loop, turn, e);
	strings_init(&e->forms);
	return e;
}

void errors_free(struct errors *e)
{
	if (e == NULL)
		return;
	parallel_stop(e->work);
	loop_idle_free(e->idle);
	for (size_t i = 0; i < sizeof(e->batch->texts) / sizeof(e->batch->texts[0]); i++)
		buf_free(&e->batch->texts[i]);
	mem_free(e->batch);
	chunks_free(&e->numbers);
	strings_fini(&e->forms);
	mem_free(e->list);
	mem_free(e);
}

void errors_on_change(struct errors *e, loop_fn *fn, void *ctx)
{
	e->changed = fn;
	e->ctx = ctx;
}

uint32_t errors_known(const struct errors *e)
{
	return e->known;
}

bool errors_done(const struct errors *e)
{
	return e->known == e->table->n;
}

uint32_t errors_of(const struct errors *e, uint32_t event)
{
	return event < e->known ? *number_of(e, event) : 0;
}

uint32_t errors_count(const struct errors *e)
{
	return e->forms.n - 1;
}

uint32_t errors_find(const struct errors *e, struct str form)
{
	return strings_find(&e->forms, form.n > 0 ? form : STR("\n"));
}

/* What has no text is kept under one that no form is. */
struct str errors_text(const struct errors *e, uint32_t error)
{
	return str_trim(strings_get(&e->forms, error));
}

unsigned errors_status(const struct errors *e, uint32_t error)
{
	return error < e->cap ? e->list[error].status : 0;
}

uint32_t errors_failed(const struct errors *e)
{
	return e->failed;
}

const struct errinfo *errors_failure(const struct errors *e)
{
	return &e->failure;
}
