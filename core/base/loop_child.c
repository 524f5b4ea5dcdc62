/* Child processes over libuv. What they say is not for here: their standard error is a descriptor of
 * the caller's, or nothing. */
#include "base/loop_internal.h"

#include "base/mem.h"
#include "base/str.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

struct loop_child {
	uv_process_t handle;
	bool ended;
	loop_child_fn *fn;
	void *ctx;
};

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return strcspn(b, "=") == n && strncmp(a, b, n) == 0;
}

static bool is_replaced(const char *variable, const char *const *env)
{
	for (; *env; env++) {
		if (same_name(variable, *env))
			return true;
	}
	return false;
}

/* Ours without those of env, then those of env that have a value. The array is the caller's, its
 * texts are not. */
static char **whole_environment(const char *const *env)
{
	size_t n = 0, most = 1;
	char **all;

	for (char **variable = environ; *variable; variable++)
		most++;
	for (const char *const *variable = env; *variable; variable++)
		most++;
	all = mem_zero(most, sizeof(*all));
	for (char **variable = environ; *variable; variable++) {
		if (!is_replaced(*variable, env))
			all[n++] = *variable;
	}
	for (; *env; env++) {
		if (strchr(*env, '='))
			all[n++] = (char *)(uintptr_t)*env; /* libuv does not write to it */
	}
	return all;
}

static void on_exit_of_child(uv_process_t *handle, int64_t status, int signum)
{
	struct loop_child *c = handle->data;

	c->ended = true;
	c->fn(c->ctx, (int)status, signum);
}

static int spawn(struct loop *l, struct loop_child *c, uv_process_options_t *options,
                 char *const *argv, const char *const *env)
{
	int failed;

	options->file = argv[0];
	options->args = (char **)(uintptr_t)argv; /* only read */
	options->env = whole_environment(env);
	options->stdio_count = 3;
	options->exit_cb = on_exit_of_child;
	failed = uv_spawn(&l->uv, &c->handle, options);
	mem_free(options->env);
	return failed;
}

static enum err start(struct loop_child **out, struct loop *l, struct loop_child *c,
                      uv_process_options_t *options, char *const *argv, const char *const *env,
                      struct errinfo *e)
{
	int failed = spawn(l, c, options, argv, env);

	/* libuv may have begun with the handle: it is closed like one that runs. */
	c->handle.data = c;
	if (failed) {
		c->ended = true;
		loop_child_free(c);
		return err_set(e, failed == UV_ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", argv[0],
		               uv_strerror(failed));
	}
	*out = c;
	return ERR_OK;
}

static struct loop_child *new_child(loop_child_fn *ended, void *ctx)
{
	struct loop_child *c = mem_zero(1, sizeof(*c));

	c->fn = ended;
	c->ctx = ctx;
	c->handle.data = c;
	return c;
}

enum err loop_child_new(struct loop_child **out, struct loop *l, char *const *argv,
                        const char *const *env, int error_fd, loop_child_fn *ended, void *ctx,
                        struct errinfo *e)
{
	uv_stdio_container_t streams[3];
	uv_process_options_t options = {.stdio = streams};

	for (int fd = 0; fd < 3; fd++) {
		streams[fd].flags = UV_INHERIT_FD;
		streams[fd].data.fd = fd == STDERR_FILENO ? error_fd : fd;
	}
	return start(out, l, new_child(ended, ctx), &options, argv, env, e);
}

/* ---- a text for its standard input ---------------------------------------------------------------- */

struct feed {
	uv_pipe_t pipe;
	uv_write_t write;
	size_t n;
	char text[];
};

static void on_fed(uv_write_t *write, int status)
{
	(void)status; /* who ends without reading says so by its exit */
	loop_close_object((uv_handle_t *)write->handle);
}

static struct feed *feed_new(struct loop *l, struct str input)
{
	struct feed *f = mem_alloc(1, sizeof(*f) + input.n);
	int failed = uv_pipe_init(&l->uv, &f->pipe, 0);

	assert(!failed); /* it opens nothing yet */
	(void)failed;
	f->pipe.data = f;
	f->n = input.n;
	if (input.n > 0)
		memcpy(f->text, input.p, input.n);
	return f;
}

static void feed_start(struct feed *f)
{
	uv_buf_t bytes = uv_buf_init(f->text, (unsigned)f->n);

	if (uv_write(&f->write, (uv_stream_t *)&f->pipe, &bytes, 1, on_fed) != 0)
		loop_close_object((uv_handle_t *)&f->pipe);
}

static enum err start_fed(struct loop_child **out, struct loop *l, uv_process_options_t *options,
                          char *const *argv, const char *const *env, struct str input,
                          loop_child_fn *ended, void *ctx, struct errinfo *e)
{
	struct feed *f = feed_new(l, input);
	enum err err;

	options->stdio[0].flags = (uv_stdio_flags)(UV_CREATE_PIPE | UV_READABLE_PIPE);
	options->stdio[0].data.stream = (uv_stream_t *)&f->pipe;
	err = start(out, l, new_child(ended, ctx), options, argv, env, e);
	if (err == ERR_OK)
		feed_start(f);
	else
		loop_close_object((uv_handle_t *)&f->pipe);
	return err;
}

enum err loop_child_feed(struct loop_child **out, struct loop *l, char *const *argv,
                         struct str input, loop_child_fn *ended, void *ctx, struct errinfo *e)
{
	static const char *const nothing[] = {NULL};
	uv_stdio_container_t streams[3] = {
		{.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_IGNORE}};
	uv_process_options_t options = {.stdio = streams, .flags = UV_PROCESS_DETACHED};

	return start_fed(out, l, &options, argv, nothing, input, ended, ctx, e);
}

enum err loop_child_give(struct loop_child **out, struct loop *l, char *const *argv,
                         const char *const *env, struct str input, int output_fd,
                         loop_child_fn *ended, void *ctx, struct errinfo *e)
{
	uv_stdio_container_t streams[3] = {{.flags = UV_IGNORE},
	                                   {.flags = UV_INHERIT_FD, .data.fd = output_fd},
	                                   {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO}};
	uv_process_options_t options = {.stdio = streams};

	return start_fed(out, l, &options, argv, env, input, ended, ctx, e);
}

void loop_child_signal(struct loop_child *c, int signum)
{
	if (!c->ended)
		uv_process_kill(&c->handle, signum);
}

void loop_child_free(struct loop_child *c)
{
	if (c)
		loop_close_object((uv_handle_t *)&c->handle);
}
