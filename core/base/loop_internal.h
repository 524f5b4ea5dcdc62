/* Private to the loop's files: what loop*.c share. */
#ifndef BASE_LOOP_INTERNAL_H
#define BASE_LOOP_INTERNAL_H

#include "base/loop.h"

#include <uv.h>

struct job;

struct loop {
	uv_loop_t uv;
	struct job *jobs; /* not done yet */
	bool closing;     /* done functions do not run any more */
};

/* Closes a handle whose data is the object around it, and frees that when libuv has let go of it. */
void loop_close_object(uv_handle_t *handle);

/* For uv_walk: closes the watch that the handle belongs to, if it does. */
void loop_close_watches(uv_handle_t *handle, void *unused);

#endif
