/* From a request to the bytes of its JSON, by the recipe of PostHog's capture service.
 *
 * SDKs label what they send badly: posthog-js sends gzip as text/plain with no label at all, curl
 * sends JSON as a form, base64 comes once or twice with '+' turned into ' '. So the bytes are looked
 * at, and the labels are believed only where the bytes say nothing.
 *
 * Invariant: no buffer grows over CAPTURE_MAX_INFLATED and a little. Layers are peeled at most
 * MAX_LAYERS times.
 *
 * Left to others: inflating (payload_inflate.c), fields of forms (payload_form.c), what the JSON
 * means (flatten.c). */
#include "collect/payload_internal.h"

#include "base/base64.h"

#define MAX_LAYERS 4

static bool is_form(struct str type, struct str body)
{
	struct str form = STR("application/x-www-form-urlencoded");

	/* curl labels whatever it sends as a form. */
	if (payload_is_json(body))
		return false;
	return str_find(str_sub(type, 0, form.n), form, 0, true) == 0 ||
	       str_starts(body, STR("data="));
}

/* What is decoded: text lies in the request or in one of the two buffers. */
struct payload {
	struct str text;
	struct buf in[2];
};

/* The buffer that the text does not lie in, for what comes out of it. */
static struct buf *room(struct payload *p)
{
	struct buf *other = &p->in[p->in[0].p && p->text.p == p->in[0].p];

	buf_clear(other);
	return other;
}

/* Whether the field stands there; then it is the text. */
static bool take_field(struct payload *p, struct str form)
{
	struct buf *value = room(p);

	if (!capture_field(form, STR("data"), value))
		return false;
	p->text = buf_str(value);
	return true;
}

/* What the query or form says about the text. */
static int read_hint(const struct capture_request *r, struct str form, enum payload_coding *coding,
                     struct errinfo *e)
{
	struct buf hint = {0};
	int status;

	if (!capture_field(r->query, STR("compression"), &hint))
		capture_field(form, STR("compression"), &hint);
	status = payload_coding_of(buf_str(&hint), false, coding, e);
	buf_free(&hint);
	return status;
}

/* Where the payload stands and what is said about it. */
static int find_payload(const struct capture_request *r, struct payload *p,
                        enum payload_coding *coding, struct errinfo *e)
{
	struct str form = STR_EMPTY;
	int status;

	if (take_field(p, r->query))
		return read_hint(r, form, coding, e);
	status = capture_inflate(r, room(p), &p->text, e);
	if (status != 0)
		return status;
	if (is_form(r->content_type, p->text))
		form = p->text;
	status = read_hint(r, form, coding, e);
	take_field(p, form);
	return status;
}

/* Takes off gzip and base64 until neither is left. *coding becomes AS_IS if it was gzip's. */
static int peel(struct payload *p, enum payload_coding *coding, struct errinfo *e)
{
	for (int layer = 0; layer < MAX_LAYERS; layer++) {
		struct buf *into = room(p);
		int status;

		if (payload_is_gzip(p->text)) {
			status = payload_inflate(PAYLOAD_GZIP, "body", CAPTURE_MAX_INFLATED, into,
			                         &p->text, e);
			if (status != 0)
				return status;
			*coding = PAYLOAD_AS_IS;
		} else if (base64_is(p->text)) {
			base64_decode(into, p->text);
			p->text = buf_str(into);
		} else {
			break;
		}
	}
	return 0;
}

static int decode(const struct capture_request *r, struct payload *p, struct errinfo *e)
{
	enum payload_coding coding;
	int status = find_payload(r, p, &coding, e);

	if (status == 0 && str_trim(p->text).n == 0)
		return payload_refuse(e, 400, "request missing data payload");
	if (status == 0)
		status = peel(p, &coding, e);
	if (status == 0)
		status = payload_inflate(coding, "body", CAPTURE_MAX_INFLATED, room(p), &p->text,
		                         e);
	if (status == 0 && p->text.n == 0)
		return payload_refuse(e, 400, "request holds no event");
	return status;
}

int capture_decode(const struct capture_request *r, struct buf *out, struct str *json,
                   struct errinfo *e)
{
	struct payload p = {.text = r->body, .in = {*out}};
	int status = decode(r, &p, e);
	bool second = p.text.n > 0 && p.text.p == p.in[1].p;

	*out = p.in[second];
	buf_free(&p.in[!second]);
	if (str_starts(p.text, STR("\xEF\xBB\xBF")))
		p.text = str_sub(p.text, 3, SIZE_MAX);
	*json = status == 0 ? p.text : STR_EMPTY;
	return status;
}
