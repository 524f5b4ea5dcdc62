/* Which event is meant; what the command is made of is message/request.c's, and what is done to send it replay_send.c's. */
#include "print/replay.h"

#include "print/output.h"
#include "print/show.h"

static int print_request(struct explorer *x, const char *id, const struct options *o)
{
	struct errinfo e = {0};
	struct lookup found;
	enum err err = print_find(x, str_of(id), &found, &e);

	if (err == ERR_OK && found.kind != LOOKUP_EVENT)
		err = err_set(
			&e, ERR_USAGE,
			"replay: %.80s is no single call: see `tracehog tree %.80s` for those of a trace",
			id, id);
	if (err == ERR_OK && o->send)
		return print_replay_send(x, found.number, o);
	if (err == ERR_OK)
		return print_explorer_text(x, &found, TEXT_REQUEST);
	output_error(e.msg);
	return exit_of_err(err);
}

int print_replay(struct options *o)
{
	struct loop *loop;
	struct explorer *x;
	int code, printed;

	if (!o->send && (o->base_url != NULL || o->format != FORMAT_TEXT)) {
		output_error("replay: --base-url and --json are for --send");
		return EXIT_BAD_USAGE;
	}
	if (o->n_words == 0) {
		output_error("replay: which one: give the id of a generation, or a prefix of one");
		return EXIT_BAD_USAGE;
	}
	loop = loop_new();
	x = output_load(loop, o, o->words + 1, o->n_words - 1, &code);
	if (x != NULL) {
		printed = print_request(x, o->words[0], o);
		code = code == EXIT_OK ? printed : code;
		explorer_free(x);
	}
	loop_free(loop);
	return output_end(code);
}
