/* What a line is: an event, a batch or array of them, or bad. What stands in an event is record.c's,
 * what is JSON the skimmer's, where lines begin the piece's. */
#include "index/draft.h"

static struct json_want want_of(struct record_reader *r)
{
	return (struct json_want){r->members, r->properties, MEMBER_PROPERTIES, &r->found};
}

enum json_fault draft_skim(struct record_reader *r, struct str doc, enum json_type *top,
                           struct json_report *report)
{
	struct json_want want = want_of(r);

	return json_skim(doc, &want, r->member, r->property, top, report);
}

/* Every element is a line of its own. Without any event in it all of it is one bad line. */
static bool read_array(struct record_reader *r, struct events *batch, uint64_t place,
                       struct str array, struct record_counts *counts, size_t *first_other)
{
	uint64_t events = 0, others = 0;
	struct str element;
	size_t at = 1;

	while ((element = value_next_element(array, &at)).n > 0) {
		struct json_report report;
		enum json_type top;

		if (draft_skim(r, element, &top, &report) == JSON_OK &&
		    r->member[MEMBER_EVENT].type == JSON_STRING) {
			record_event(r, batch, place + (uint64_t)(element.p - array.p), element,
			             report.irregular != 0, counts);
			events++;
		} else if (others++ == 0) {
			*first_other = (size_t)(element.p - array.p);
		}
	}
	counts->lines += events ? events + others : 1;
	counts->bad_lines += events ? others : 1;
	return events > 0;
}

static struct str trim(struct str line)
{
	while (line.n && value_is_blank(line.p[0])) {
		line.p++;
		line.n--;
	}
	while (line.n && value_is_blank(line.p[line.n - 1]))
		line.n--;
	return line;
}

static uint64_t place_of(uint32_t number, uint64_t offset)
{
	return (uint64_t)number << 48 | offset;
}

static bool bad(struct record_counts *counts)
{
	counts->lines++;
	counts->bad_lines++;
	return false;
}

bool record_line(struct record_reader *r, struct events *batch, uint32_t number, uint64_t offset,
                 struct str line, struct record_counts *counts, struct json_report *report,
                 const char **why)
{
	struct str doc = trim(line), array;
	size_t lead = doc.n ? (size_t)(doc.p - line.p) : 0, other = SIZE_MAX;
	uint64_t place = place_of(number, offset + lead);
	enum json_type top;
	bool good;

	*report = (struct json_report){0};
	*why = NULL;
	if (doc.n == 0)
		return true;
	draft_skim(r, doc, &top, report);
	report->pos += lead;
	if (report->fault != JSON_OK)
		return bad(counts);
	if (r->member[MEMBER_EVENT].type == JSON_STRING) {
		record_event(r, batch, place, doc, report->irregular != 0, counts);
		counts->lines++;
		return true;
	}
	array = top == JSON_ARRAY ? doc : json_slice_str(doc, r->member[MEMBER_BATCH]);
	if (top != JSON_ARRAY && r->member[MEMBER_BATCH].type != JSON_ARRAY) {
		*why = "no event in it";
		report->pos = lead;
		return bad(counts);
	}
	good = read_array(r, batch, place + (uint64_t)(array.p - doc.p), array, counts, &other);
	if (!good || other != SIZE_MAX) {
		*why = good ? "an element is no event" : "no event in it";
		report->pos = good ? lead + (size_t)(array.p - doc.p) + other : lead;
	}
	return good;
}

size_t record_next_line(struct record_reader *r, struct events *batch, uint32_t number,
                        uint64_t offset, struct str text, struct record_counts *counts,
                        struct json_report *report)
{
	struct json_want want = want_of(r);
	struct str doc = text;

	if (text.n > UINT32_MAX || text.n == 0 || text.p[0] != '{')
		return RECORD_UNREAD;
	if (!json_skim_line(text, &want, r->member, r->property, &doc.n, report) ||
	    r->member[MEMBER_EVENT].type != JSON_STRING)
		return RECORD_UNREAD;
	record_event(r, batch, place_of(number, offset), trim(doc), report->irregular != 0, counts);
	counts->lines++;
	return doc.n;
}
