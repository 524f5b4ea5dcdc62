/* From a request to the bytes of its JSON, by the recipe of PostHog's capture service.
 *
 * SDKs label what they send badly: posthog-js sends gzip as text/plain with no label at all, curl
 * sends JSON as a form, base64 comes once or twice with '+' turned into ' '. So the bytes are looked
 * at, and the labels are believed only where the bytes say nothing.
 *
 * Invariant: no buffer grows over CAPTURE_MAX_INFLATED and a little. Layers are peeled at most
 * MAX_LAYERS times.
 *
 * Left to others: inflating (payload_inflate.c, payload_lz64.c), fields of forms (payload_form.c),
 * what the JSON means (flatten.c). */
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

/* What the query or form says about the text; what nobody knows counts for nothing, as there. */
static enum payload_coding read_hint(struct str query, struct str form)
{
	enum payload_coding coding;
	struct buf hint = {0};

	if (!capture_field(query, STR("compression"), &hint))
		capture_field(form, STR("compression"), &hint);
	payload_coding_of(buf_str(&hint), &coding);
	buf_free(&hint);
	return coding;
}

/* Where the payload stands and what is said about it. */
static int find_payload(const struct capture_request *r, struct payload *p,
                        enum payload_coding *coding, struct errinfo *e)
{
	struct str form = STR_EMPTY;
	int status;

	if (take_field(p, r->query)) {
		*coding = read_hint(r->query, form);
		return 0;
	}
	status = capture_inflate(r, room(p), &p->text, e);
	if (status == 0 && is_form(r->content_type, p->text))
		form = p->text;
	*coding = read_hint(r->query, form);
	take_field(p, form);
	return status;
}

static int inflate(struct payload *p, enum payload_coding coding, struct errinfo *e)
{
	return payload_inflate(coding, "body", CAPTURE_MAX_INFLATED, room(p), &p->text, e);
}

/* Takes off gzip, base64 and what the hint says, which may stand inside of the two. */
static int peel(struct payload *p, enum payload_coding coding, struct errinfo *e)
{
	for (int layer = 0; layer < MAX_LAYERS; layer++) {
		bool lz64 = coding == PAYLOAD_LZ64; /* looks like base64 */

		if (lz64 || payload_is_gzip(p->text)) {
			int status = inflate(p, coding, e);

			if (status != 0)
				return status;
			coding = PAYLOAD_AS_IS;
		} else if (base64_is(p->text)) {
			struct buf *into = room(p);

			base64_decode(into, p->text);
			p->text = buf_str(into);
		} else {
			break;
		}
	}
	return inflate(p, coding, e);
}

static int decode(const struct capture_request *r, struct payload *p, struct errinfo *e)
{
	enum payload_coding coding;
	int status = find_payload(r, p, &coding, e);

	if (status == 0 && str_trim(p->text).n == 0)
		return payload_refuse(e, 400, "request missing data payload");
	if (status == 0)
		status = peel(p, coding, e);
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
