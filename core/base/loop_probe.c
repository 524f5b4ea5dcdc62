/* Whether the system gives what a loop and its workers cannot do without. libuv aborts where it does not: so it is asked
 * for beforehand, all at once, and given back. The workers are then started, so that what is there now is theirs. */
#include "base/loop_internal.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* libuv's own six, what is read, and what a stream takes. */
#define DESCRIPTORS 10

static enum err probe_descriptors(struct errinfo *e)
{
	int files[DESCRIPTORS], n = 0;

	while (n < DESCRIPTORS && (files[n] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	for (int i = 0; i < n; i++)
		close(files[i]);
	if (n == DESCRIPTORS)
		return ERR_OK;
	return err_set(e, ERR_IO,
	               "too few files may be open: %d more, and %d are needed: raise `ulimit -n`",
	               n, DESCRIPTORS);
}

static void *wait_for(void *ctx)
{
	pthread_mutex_t *held = ctx;

	pthread_mutex_lock(held);
	pthread_mutex_unlock(held);
	return NULL;
}

static enum err probe_threads(struct errinfo *e)
{
	unsigned wanted = loop_workers(), n = 0;
	pthread_t *threads = mem_alloc(wanted, sizeof(*threads));
	pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
	int error = 0;

	pthread_mutex_lock(&held);
	while (n < wanted && (error = pthread_create(&threads[n], NULL, wait_for, &held)) == 0)
		n++;
	pthread_mutex_unlock(&held);
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	mem_free(threads);
	if (error == 0)
		return ERR_OK;
	return err_set(e, ERR_IO,
	               "no threads to work with (%s): %u of %u: see `ulimit -v` and `ulimit -u`",
	               strerror(error), n, wanted);
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static enum err start_workers(struct errinfo *e)
{
	struct loop *l = loop_new();

	if (!l)
		return err_set(e, ERR_IO, "the system gives no event loop: raise `ulimit -n`");
	loop_work(l, nothing, NULL, NULL);
	loop_free(l);
	return ERR_OK;
}

enum err loop_probe(struct errinfo *e)
{
	enum err err = probe_descriptors(e);

	if (err == ERR_OK)
		err = probe_threads(e);
	return err == ERR_OK ? start_workers(e) : err;
}
