/* See tail_exec.h. What waits is numbers of events: each is read from its source when its turn has come. */
#include "print/tail_exec.h"

#include "base/mem.h"
#include "collect/posthog_key.h"
#include "print/output.h"

#include <signal.h>

#define NOT_STARTED 127
#define BY_SIGNAL   128

struct tail_exec {
	struct loop *loop;
	const struct events *events;
	struct buf command;
	int output_fd;
	struct loop_child *child; /* NULL: none runs */
	uint32_t waiting[TAIL_EXEC_WAITING];
	uint32_t first, n; /* of them, going round */
	uint64_t left_out;
	int status;
	bool failed; /* said */
};

static void say_failure(struct tail_exec *x, const char *why)
{
	struct buf text = {0};

	if (x->failed)
		return;
	x->failed = true;
	buf_printf(&text, "--exec: %s (said once)", why);
	output_error(buf_text(&text));
	buf_free(&text);
}

static void take_status(struct tail_exec *x, int status, int signum)
{
	struct buf why = {0};

	x->status = signum != 0 ? BY_SIGNAL + signum : status;
	if (signum != 0)
		buf_printf(&why, "the command was ended by signal %d", signum);
	else
		buf_printf(&why, "the command ended with exit %d", status);
	if (x->status != 0)
		say_failure(x, buf_text(&why));
	buf_free(&why);
}

static void run_next(struct tail_exec *x);

static void on_ended(void *ctx, int status, int signum)
{
	struct tail_exec *x = ctx;

	loop_child_free(x->child);
	x->child = NULL;
	take_status(x, status, signum);
	run_next(x);
}

static enum err start(struct tail_exec *x, uint32_t event, struct errinfo *e)
{
	static char shell[] = "/bin/sh", c[] = "-c";
	char *words[] = {shell, c, x->command.p, NULL};
	struct buf line = {0};
	enum err err = events_read(x->events, event, &line, e);

	buf_add(&line, '\n');
	if (err == ERR_OK)
		err = loop_child_give(&x->child, x->loop, words, posthog_key_variables,
		                      buf_str(&line), x->output_fd, on_ended, x, e);
	buf_free(&line);
	return err;
}

static void run_next(struct tail_exec *x)
{
	struct errinfo e = {0};

	while (x->child == NULL && x->n > 0) {
		uint32_t event = x->waiting[x->first];

		x->first = (x->first + 1) % TAIL_EXEC_WAITING;
		x->n--;
		if (start(x, event, &e) == ERR_OK)
			return;
		x->status = NOT_STARTED;
		say_failure(x, e.msg);
	}
}

bool tail_exec_is_full(const struct tail_exec *x)
{
	return x->n == TAIL_EXEC_WAITING;
}

void tail_exec_add(struct tail_exec *x, uint32_t event)
{
	if (!tail_exec_is_full(x)) {
		x->waiting[(x->first + x->n++) % TAIL_EXEC_WAITING] = event;
		run_next(x);
		return;
	}
	if (x->left_out++ == 0)
		output_error("--exec: the command is slower than what comes: some are left out");
}

bool tail_exec_is_busy(const struct tail_exec *x)
{
	return x->child != NULL;
}

int tail_exec_status(const struct tail_exec *x)
{
	return x->status;
}

struct tail_exec *tail_exec_new(struct loop *l, const struct events *events, const char *command,
                                int output_fd)
{
	struct tail_exec *x = mem_zero(1, sizeof(*x));

	x->loop = l;
	x->events = events;
	x->output_fd = output_fd;
	buf_puts(&x->command, command);
	signal(SIGPIPE, SIG_IGN);
	return x;
}

static void say_left_out(uint64_t n)
{
	struct buf text = {0};

	buf_printf(&text, "--exec: %llu were left out", (unsigned long long)n);
	output_error(buf_text(&text));
	buf_free(&text);
}

void tail_exec_free(struct tail_exec *x)
{
	if (x == NULL)
		return;
	if (x->left_out + x->n > 0)
		say_left_out(x->left_out + x->n);
	loop_child_free(x->child);
	buf_free(&x->command);
	mem_free(x);
}
