/* Child processes over libuv. What they say is not for here: their standard error is a descriptor of
 * the caller's. */
#include "base/loop_internal.h"

#include "base/mem.h"
#include "base/str.h"

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

/* Ours without those of env, then env. The array is the caller's, its texts are not. */
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
	for (; *env; env++)
		all[n++] = (char *)(uintptr_t)*env; /* libuv does not write to it */
	return all;
}

static void on_exit_of_child(uv_process_t *handle, int64_t status, int signum)
{
	struct loop_child *c = handle->data;

	c->ended = true;
	c->fn(c->ctx, (int)status, signum);
}

static int spawn(struct loop *l, struct loop_child *c, char *const *argv, const char *const *env,
                 int error_fd)
{
	uv_stdio_container_t streams[3];
	uv_process_options_t options = {0};
	int failed;

	for (int fd = 0; fd < 3; fd++) {
		streams[fd].flags = UV_INHERIT_FD;
		streams[fd].data.fd = fd == STDERR_FILENO ? error_fd : fd;
	}
	options.file = argv[0];
	options.args = (char **)(uintptr_t)argv; /* only read */
	options.env = whole_environment(env);
	options.stdio = streams;
	options.stdio_count = 3;
	options.exit_cb = on_exit_of_child;
	failed = uv_spawn(&l->uv, &c->handle, &options);
	mem_free(options.env);
	return failed;
}

enum err loop_child_new(struct loop_child **out, struct loop *l, char *const *argv,
                        const char *const *env, int error_fd, loop_child_fn *ended, void *ctx,
                        struct errinfo *e)
{
	struct loop_child *c = mem_zero(1, sizeof(*c));
	int failed;

	c->fn = ended;
	c->ctx = ctx;
	c->handle.data = c;
	failed = spawn(l, c, argv, env, error_fd);
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
