/* Which trouble an answer is, and the sentence for it: what went wrong, what PostHog said (its detail,
 * clipped), what to do. What PostHog said is taken as text only; nothing in it is followed.
 *
 * Left to others: waiting and trying again (posthog_api.c), cleaning for the screen. */
#include "collect/posthog_trouble.h"

#include "base/hash.h"
#include "base/time.h"
#include "json/lexer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define SMALL       ((size_t)64 << 10) /* bytes of a body that is read for an error */
#define DETAIL_MAX  120                /* bytes of what PostHog said that stand in a sentence */
#define SETTINGS    "/settings/user-api-keys"
#define LONGEST     30 /* units of a pause */
#define HIDDEN_KEY  "phx_***"
#define SCOPE_BEGIN "required scope '"

enum member {
	MEMBER_DETAIL,
	MEMBER_ERROR,
	MEMBER_RESULTS,
	MEMBER_STATUS,
	MEMBER_START,
	MEMBER_EXTRA,
	MEMBERS,
};
enum status_member {
	STATUS_RESULTS,
	STATUS_ERROR,
	STATUS_MEMBERS,
};

struct reading {
	const struct http_answer *answer;
	const struct posthog_asked *asked;
	struct json_slice members[MEMBERS], status[STATUS_MEMBERS];
	enum json_fault fault; /* of the body; JSON_EMPTY too if it was too big to look at */
	enum json_type top;
	struct buf detail; /* what PostHog said, complete, without the key */
};

/* ---- the body ---- */

static void skim(struct reading *r)
{
	const struct str names[MEMBERS] = {STR("detail"),       STR("error"), STR("results"),
	                                   STR("query_status"), STR("start"), STR("extra")};
	const struct str inner[STATUS_MEMBERS] = {STR("results"), STR("error_message")};
	struct json_want want = {.outer = json_keys_new(names, MEMBERS),
	                         .inner = json_keys_new(inner, STATUS_MEMBERS),
	                         .inner_at = MEMBER_STATUS};
	struct json_report report;

	r->fault = json_skim(r->answer->body, &want, r->members, r->status, &r->top, &report);
	json_keys_free((struct json_keys *)want.outer);
	json_keys_free((struct json_keys *)want.inner);
}

static bool is_object(const struct reading *r)
{
	return r->fault == JSON_OK && r->top == JSON_OBJECT;
}

static char first_byte(struct str body)
{
	struct str s = str_trim(body);

	return s.n > 0 ? s.p[0] : '\0';
}

static bool is_page(const struct http_answer *answer)
{
	struct str html = STR("text/html"), type = str_trim(answer->content_type);
	char first = first_byte(answer->body);

	if (first == '<' || first == '{')
		return first == '<';
	return type.n >= html.n && strncasecmp(type.p, html.p, html.n) == 0;
}

/* A server that sends the key back must not bring it to a screen. */
static void append_without_key(struct buf *out, struct str text, struct str key)
{
	size_t at = 0, found;

	while (key.n > 0 && (found = str_find(text, key, at, false)) != SIZE_MAX) {
		buf_append(out, str_sub(text, at, found - at));
		buf_puts(out, HIDDEN_KEY);
		at = found + key.n;
	}
	buf_append(out, str_sub(text, at, SIZE_MAX));
}

static void take_text(struct reading *r, const struct json_slice *slice)
{
	struct buf text = {0};

	if (r->detail.n > 0 || slice->type != JSON_STRING)
		return;
	json_unescape(&text, json_slice_str(r->answer->body, *slice));
	append_without_key(&r->detail, str_trim(buf_str(&text)), r->asked->key);
	buf_free(&text);
}

static void read_detail(struct reading *r)
{
	struct str body = str_trim(str_sub(r->answer->body, 0, SMALL));

	if (is_object(r)) {
		take_text(r, &r->members[MEMBER_DETAIL]);
		take_text(r, &r->members[MEMBER_ERROR]);
		take_text(r, &r->status[STATUS_ERROR]);
	} else if (body.n > 0 && body.p[0] != '{' && !is_page(r->answer)) {
		append_without_key(&r->detail, body, r->asked->key);
	}
}

static void append_clipped(struct buf *out, struct str text, size_t max)
{
	size_t n = text.n;

	if (n > max) {
		n = max;
		while (n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
			n--; /* no half character */
	}
	buf_append(out, str_sub(text, 0, n));
	if (n < text.n)
		buf_printf(out, "... (%zu bytes more)", text.n - n);
}

/* ": " and what PostHog said, in one line's length. */
static void add_detail(struct buf *out, const struct reading *r)
{
	if (r->detail.n == 0)
		return;
	buf_puts(out, ": ");
	append_clipped(out, buf_str(&r->detail), DETAIL_MAX);
}

/* ---- a query that is refused ---- */

static bool read_count(struct str doc, struct json_slice slice, uint64_t *out)
{
	int64_t n;

	if (slice.type != JSON_NUMBER || !str_to_i64(json_slice_str(doc, slice), &n) || n < 0)
		return false;
	*out = (uint64_t)n;
	return true;
}

/* "start" beside the detail, or within "extra". */
static uint64_t read_start(const struct reading *r)
{
	const struct str name = STR("start");
	struct str body = r->answer->body;
	struct str extra = json_slice_str(body, r->members[MEMBER_EXTRA]);
	struct json_want want = {.outer = json_keys_new(&name, 1)};
	struct json_slice start = {0};
	struct json_report report;
	enum json_type top;
	uint64_t at = ERR_NO_POS;

	if (is_object(r) && !read_count(body, r->members[MEMBER_START], &at) &&
	    r->members[MEMBER_EXTRA].type == JSON_OBJECT &&
	    json_skim(extra, &want, &start, NULL, &top, &report) == JSON_OK)
		read_count(extra, start, &at);
	json_keys_free(want.outer);
	return at;
}

static void tell_refused(struct posthog_verdict *out, const struct reading *r)
{
	struct buf text = {0};

	append_clipped(&text, buf_str(&r->detail), POSTHOG_SAID);
	snprintf(out->said, sizeof(out->said), "%s", buf_text(&text));
	buf_free(&text);
	out->start = read_start(r);
}

/* ---- sentences ---- */

static enum err code_of(enum posthog_trouble trouble)
{
	switch (trouble) {
	case POSTHOG_BAD_QUERY:
	case POSTHOG_BAD_HOST:
		return ERR_USAGE;
	case POSTHOG_NOT_FOUND:
		return ERR_NOT_FOUND;
	case POSTHOG_LIMITED:
	case POSTHOG_TOO_BIG:
		return ERR_LIMIT;
	default:
		return ERR_IO;
	}
}

static void conclude(struct posthog_verdict *out, enum posthog_trouble trouble, struct buf *text)
{
	out->trouble = trouble;
	err_set(&out->why, code_of(trouble), "%s", buf_text(text));
	buf_free(text);
}

static bool host_is(const char *host, const char *name)
{
	return strncmp(host, "https://", 8) == 0 && strcasecmp(host + 8, name) == 0;
}

static void add_region(struct buf *text, const char *host)
{
	if (host_is(host, "eu.posthog.com"))
		buf_puts(text, "a key of the US region needs --host https://us.posthog.com");
	else if (host_is(host, "us.posthog.com") || host_is(host, "app.posthog.com"))
		buf_puts(text, "a key of the EU region needs --host https://eu.posthog.com");
	else
		buf_printf(text, "make a key at %.60s" SETTINGS, host);
}

static void say_page(const struct reading *r, struct buf *text)
{
	buf_printf(text,
	           "%.80s answered %d with a web page: a captive portal or a proxy? Look at it in "
	           "a browser, or check --host",
	           r->asked->host, r->answer->status);
}

static void say_not_accepted(const struct reading *r, struct buf *text)
{
	buf_puts(text, "PostHog does not accept the key");
	add_detail(text, r);
	buf_puts(text, ": ");
	add_region(text, r->asked->host);
}

static bool say_scope(const struct reading *r, struct buf *text)
{
	struct str detail = buf_str(&r->detail), begin = STR(SCOPE_BEGIN), scope;
	size_t at = str_find(detail, begin, 0, true), end;

	if (at == SIZE_MAX)
		return false;
	scope = str_sub(detail, at + begin.n, SIZE_MAX);
	end = str_find(scope, STR("'"), 0, false);
	if (end == SIZE_MAX || end == 0 || end > 40)
		return false;
	buf_printf(text, "the key lacks the scope %.*s: add it to the key at %.80s" SETTINGS,
	           (int)end, scope.p, r->asked->host);
	return true;
}

static void say_not_allowed(const struct reading *r, struct buf *text)
{
	if (say_scope(r, text))
		return;
	if (str_find(buf_str(&r->detail), STR("API keys with scoped"), 0, true) != SIZE_MAX) {
		buf_puts(text, "the key is for certain projects only: name the project: "
		               "posthog:PROJECT_ID");
		return;
	}
	buf_puts(text, "PostHog does not allow it");
	add_detail(text, r);
	buf_puts(text, ": is the project's number right, and may the key read it?");
}

static void say_not_found(const struct reading *r, struct buf *text)
{
	buf_printf(text, "%.60s has no such project", r->asked->host);
	add_detail(text, r);
	buf_puts(text, ": check its number, and the region (--host)");
}

static void say_limited(const struct reading *r, struct buf *text)
{
	buf_puts(text, "PostHog limits how much may be asked");
	add_detail(text, r);
	if (r->answer->retry_after >= 0 && r->detail.n == 0)
		buf_printf(text, ": try again in %lld s", (long long)r->answer->retry_after);
}

static void say_status(const struct reading *r, struct buf *text, const char *what)
{
	buf_printf(text, "%.80s %s (%d)", r->asked->host, what, r->answer->status);
	add_detail(text, r);
}

/* ---- verdicts ---- */

static void judge_refusal(struct posthog_verdict *out, const struct reading *r)
{
	int status = r->answer->status;
	enum posthog_trouble trouble = POSTHOG_AWAY;
	void (*say)(const struct reading *, struct buf *) = NULL;
	struct buf text = {0};

	if (status == 401) {
		trouble = POSTHOG_NOT_ALLOWED;
		say = say_not_accepted;
	} else if (status == 402 || status == 403) {
		trouble = POSTHOG_NOT_ALLOWED;
		say = say_not_allowed;
	} else if (status == 404) {
		trouble = POSTHOG_NOT_FOUND;
		say = say_not_found;
	} else if (status == 429) {
		trouble = POSTHOG_LIMITED;
		say = say_limited;
	} else if (status == 400 || status == 422) {
		trouble = POSTHOG_BAD_QUERY;
	}
	out->again = status == 429 || status == 408 || status >= 500;
	if (is_page(r->answer))
		say_page(r, &text);
	else if (say)
		say(r, &text);
	else if (trouble == POSTHOG_BAD_QUERY)
		say_status(r, &text, "refuses the query");
	else
		say_status(r, &text, status >= 500 ? "failed" : "answered what cannot be used");
	conclude(out, trouble, &text);
}

static void judge_senseless(struct posthog_verdict *out, const struct reading *r)
{
	struct buf text = {0};

	if (is_page(r->answer))
		say_page(r, &text);
	else if (str_trim(r->answer->body).n == 0)
		buf_printf(&text, "%.80s answered nothing: is it PostHog?", r->asked->host);
	else if (r->fault != JSON_OK && first_byte(r->answer->body) == '{')
		buf_printf(&text, "%.80s answered broken JSON (%s)", r->asked->host,
		           json_fault_text(r->fault));
	else
		buf_printf(&text, "%.80s answered what is no JSON object: is it PostHog?",
		           r->asked->host);
	conclude(out, POSTHOG_AWAY, &text);
}

/* A query can fail with status 200: then it has no results. */
static bool failed_inside(const struct reading *r)
{
	const struct json_slice *error = &r->members[MEMBER_ERROR];
	uint16_t results = r->members[MEMBER_RESULTS].type;

	if (error->type == JSON_ABSENT || error->type == JSON_NULL || error->type == JSON_FALSE)
		return false;
	if (error->type == JSON_STRING && error->len == 0)
		return false;
	return results == JSON_ABSENT || results == JSON_NULL;
}

static void judge_body(struct posthog_verdict *out, const struct reading *r)
{
	struct buf text = {0};

	if (first_byte(r->answer->body) != '{' || (r->fault != JSON_OK && r->fault != JSON_EMPTY)) {
		judge_senseless(out, r);
	} else if (is_object(r) && failed_inside(r)) {
		say_status(r, &text, "refuses the query");
		conclude(out, POSTHOG_BAD_QUERY, &text);
	} else if (!r->asked->polled) {
		out->body = r->answer->body;
		out->store = r->answer->store;
	} else if (is_object(r) && r->status[STATUS_RESULTS].type == JSON_OBJECT) {
		out->body = json_slice_str(r->answer->body, r->status[STATUS_RESULTS]);
		out->store = r->answer->store;
	} else {
		judge_senseless(out, r);
	}
}

static void judge_answer(struct posthog_verdict *out, struct reading *r)
{
	int status = r->answer->status;

	r->fault = JSON_EMPTY;
	if (r->answer->body.n <= SMALL || r->asked->polled)
		skim(r);
	if (status == 202) {
		out->running = true;
		return;
	}
	read_detail(r);
	if (status == 200 || status == 201)
		judge_body(out, r);
	else
		judge_refusal(out, r);
	if (out->trouble == POSTHOG_BAD_QUERY)
		tell_refused(out, r);
	buf_free(&r->detail);
}

static enum posthog_trouble trouble_of(enum http_end end)
{
	switch (end) {
	case HTTP_BAD_URL:
		return POSTHOG_BAD_HOST;
	case HTTP_TOO_BIG:
		return POSTHOG_TOO_BIG;
	default:
		return POSTHOG_AWAY;
	}
}

static void judge_end(struct posthog_verdict *out, const struct http_answer *answer)
{
	struct buf text = {0};

	out->again = answer->end == HTTP_NO_NAME || answer->end == HTTP_NO_REPLY ||
	             answer->end == HTTP_TOO_SLOW || answer->end == HTTP_CUT;
	buf_printf(&text, "%.190s", answer->says);
	if (answer->end == HTTP_TOO_BIG)
		buf_puts(&text, ": ask for a shorter time or fewer rows");
	conclude(out, trouble_of(answer->end), &text);
}

void posthog_judge(struct posthog_verdict *out, const struct http_answer *answer,
                   const struct posthog_asked *asked)
{
	struct reading r = {.answer = answer, .asked = asked};

	*out = (struct posthog_verdict){.start = ERR_NO_POS};
	if (answer->end == HTTP_ANSWERED)
		judge_answer(out, &r);
	else
		judge_end(out, answer);
}

/* ---- pauses ---- */

static uint64_t random_number(void)
{
	uint64_t number;
	int64_t now;

	if (getrandom(&number, sizeof(number), 0) == (ssize_t)sizeof(number))
		return number;
	now = time_monotonic();
	return hash64((struct str){(const char *)&now, sizeof(now)});
}

uint64_t posthog_pause(unsigned failures, uint32_t pace_ms)
{
	uint64_t units = failures < 4 ? UINT64_C(2) << failures : LONGEST;
	uint64_t half = units * pace_ms / 2;

	return half + random_number() % (half + 1);
}
