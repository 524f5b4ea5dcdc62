/* What the explorer keeps for a person on disk: filters and queries that were used, one a line, and saved views, "name = filter". A worker
 * writes, as a disk may be slow. */
#include "command/app_internal.h"

#include "base/mem.h"
#include "config/lines.h"

#define NAME_MAX_BYTES 64

/* ---- writing --------------------------------------------------------------------------------------------------------- */

struct keep_job {
	struct buf path, key, line;
	struct errinfo error;
	struct app *app; /* to say how it went; NULL: nobody waits for it */
};

static void job_work(void *ctx)
{
	struct keep_job *job = ctx;

	if (lines_put(buf_text(&job->path), buf_str(&job->key), buf_str(&job->line), &job->error) ==
	    ERR_OK)
		job->error.code = ERR_OK;
}

static void job_free(struct keep_job *job)
{
	buf_free(&job->path);
	buf_free(&job->key);
	buf_free(&job->line);
	mem_free(job);
}

static void job_done(void *ctx)
{
	struct keep_job *job = ctx;
	struct app *a = job->app;

	if (a != NULL) {
		a->keeping = NULL;
		buf_clear(&a->world.message);
		if (job->error.code != ERR_OK)
			buf_printf(&a->world.message, "not saved: %s", job->error.msg);
		else
			buf_printf(&a->world.message, "saved in %s", buf_text(&job->path));
		if (a->on_change != NULL)
			a->on_change(a->on_change_ctx);
	}
	job_free(job);
}

void app_stop_keeping(struct app *a)
{
	if (a->keeping != NULL)
		a->keeping->app = NULL;
	a->keeping = NULL;
}

/* ---- what was typed before  ------------------------------------------------------------------------------------------ */

static const char *const histories[PROMPTS] = {
	[PROMPT_FILTER] = "filters",
	[PROMPT_BREAK] = "filters",
	[PROMPT_HOGQL] = "hogql",
};

void app_keep_in_history(struct app *a, enum prompt_of which, struct str line)
{
	struct keep_job *job;

	if (!a->remembers || line.n == 0)
		return;
	job = mem_zero(1, sizeof(*job));
	buf_append(&job->line, line);
	/* A history that cannot be kept is nothing to stop for. */
	if (own_file_path(&job->path, CONFIG_STATE, histories[which], NULL) == ERR_OK)
		loop_work(explorer_loop(a->world.explorer), job_work, job_done, job);
	else
		job_free(job);
}

void app_read_history(struct app *a, enum prompt_of which)
{
	struct buf path = {0}, lines = {0};

	if (a->remembers && own_file_path(&path, CONFIG_STATE, histories[which], NULL) == ERR_OK &&
	    own_file_read(&lines, buf_text(&path), NULL) == ERR_OK && lines.n > 0)
		prompt_set_history(&a->prompts[which], buf_str(&lines));
	buf_free(&path);
	buf_free(&lines);
}

/* ---- saved views ----------------------------------------------------------------------------------------------------- */

static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == '=' || name.p[i] == 0x7f)
			return false;
	return name.n > 0 && name.n <= NAME_MAX_BYTES;
}

void app_save_view(struct app *a, struct str name)
{
	struct keep_job *job;

	if (!is_name(name)) {
		app_say(a, ":save wants a name without blanks");
		return;
	}
	if (a->keeping != NULL || a->world.filter.n == 0) {
		app_say(a, a->keeping != NULL ? "another one is being saved still"
		                              : "there is no filter to save: f asks for one");
		return;
	}
	job = mem_zero(1, sizeof(*job));
	if (own_file_path(&job->path, CONFIG_CONFIG, "views", &job->error) != ERR_OK) {
		app_say(a, job->error.msg);
		job_free(job);
		return;
	}
	buf_append(&job->key, name);
	buf_puts(&job->key, " = ");
	buf_append(&job->line, buf_str(&job->key));
	buf_append(&job->line, buf_str(&a->world.filter));
	job->app = a;
	a->keeping = job;
	loop_work(explorer_loop(a->world.explorer), job_work, job_done, job);
}

bool app_read_views(struct app *a, struct buf *out)
{
	struct buf path = {0};
	struct errinfo e = {0};

	if (own_file_path(&path, CONFIG_CONFIG, "views", &e) != ERR_OK ||
	    own_file_read(out, buf_text(&path), &e) != ERR_OK)
		app_say(a, e.msg);
	buf_free(&path);
	return e.code == ERR_OK;
}

bool app_next_view(struct str *lines, struct str *name, struct str *filter)
{
	while (lines->n > 0) {
		size_t end = str_find(*lines, STR("\n"), 0, false), equals;
		struct str line = str_sub(*lines, 0, end);

		*lines = end == SIZE_MAX ? STR_EMPTY : str_sub(*lines, end + 1, SIZE_MAX);
		equals = str_find(line, STR("="), 0, false);
		*name = str_trim(str_sub(line, 0, equals));
		*filter = str_trim(
			str_sub(line, equals == SIZE_MAX ? line.n : equals + 1, SIZE_MAX));
		if (is_name(*name) && name->p[0] != '#' && equals != SIZE_MAX)
			return true;
	}
	return false;
}

void app_use_view(struct app *a, struct str wanted)
{
	struct buf text = {0}, known = {0};
	struct str lines, name, filter;
	bool found = false;

	if (app_read_views(a, &text)) {
		lines = buf_str(&text);
		while (!found && app_next_view(&lines, &name, &filter)) {
			found = str_eq(name, wanted);
			buf_printf(&known, " %.*s", STR_ARG(name));
		}
		if (found)
			app_set_filter(a, filter);
		else if (known.n > 0)
			buf_printf(&a->world.message, "no view of that name; there are%s",
			           buf_text(&known));
		else
			app_say(a, "no views are saved yet: :save NAME saves the filter");
	}
	buf_free(&text);
	buf_free(&known);
}
