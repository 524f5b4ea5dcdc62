/* Files of prices are read once, at start: a sum must not change under the eyes of who looks at it. */
#include "cost/prices_files.h"

#include "config/own_file.h"

enum err prices_path(struct buf *out, enum price_table table, struct errinfo *e)
{
	return own_file_path(out, table == PRICES_OWN ? CONFIG_CONFIG : CONFIG_CACHE, "prices.tsv",
	                     e);
}

static enum err open_table(struct prices *p, enum price_table table, struct errinfo *e)
{
	struct buf path = {0}, text = {0};
	struct errinfo why = {0};
	enum err err;

	/* Where there is no folder for it there is no file. */
	if (prices_path(&path, table, NULL) != ERR_OK)
		return ERR_OK;
	err = own_file_read(&text, buf_text(&path), e);
	if (err == ERR_OK && text.n > 0) {
		err = prices_add(p, table, buf_str(&text), &why);
		if (err != ERR_OK)
			err_set(e, err, "%s: %s: mend or remove it", buf_text(&path), why.msg);
	}
	buf_free(&path);
	buf_free(&text);
	return err;
}

enum err prices_open(struct prices **out, struct errinfo *e)
{
	enum err fetched, own;

	*out = prices_new();
	fetched = open_table(*out, PRICES_FETCHED, e);
	own = open_table(*out, PRICES_OWN, e);
	return own != ERR_OK ? own : fetched;
}
