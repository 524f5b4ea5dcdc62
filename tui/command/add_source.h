/* Opens sources while the explorer runs (`:source NAME`): what a command line could have named. Loop thread. */
#ifndef COMMAND_ADD_SOURCE_H
#define COMMAND_ADD_SOURCE_H

#include "command/app.h"
#include "print/options.h"

struct source_adder;
/* All are borrowed; o->keys is set. The app asks it from then on. */
struct source_adder *source_adder_new(struct explorer *x, struct app *app, const struct options *o);
void source_adder_free(
	struct source_adder
		*a); /* a key that is still being read is wiped when it comes; NULL is allowed */

#endif
