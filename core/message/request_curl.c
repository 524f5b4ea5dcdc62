/* A request as a command for a shell. */
#include "message/request.h"

static void append_headers(struct buf *out, const struct provider_request *r)
{
	buf_puts(out, " \\\n  -H 'Content-Type: application/json' \\\n");
	if (r->version != NULL)
		buf_printf(out, "  -H 'anthropic-version: %s' \\\n", r->version);
	buf_printf(out, "  -H \"%s: %s$%s\" \\\n", r->key_header, r->key_before, r->key_variable);
}

/* No line of a JSON text is the mark: outside of strings there are no such words, and in them a newline is escaped. */
static void append_body(struct buf *out, const struct buf *body)
{
	buf_puts(out, "  --data-binary @- <<'BODY'\n");
	buf_append(out, buf_str(body));
	buf_puts(out, "BODY\n");
}

enum err request_curl(struct buf *out, const struct request_event *from, struct errinfo *e)
{
	struct provider_request r;
	enum err err = request_make(&r, from, 0, e);

	if (err == ERR_OK) {
		buf_append(out, buf_str(&r.notes));
		buf_printf(out, "curl -sS %s%s", r.address, buf_text(&r.path));
		append_headers(out, &r);
		append_body(out, &r.body);
	}
	request_free(&r);
	return err;
}
