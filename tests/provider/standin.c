/* A stand-in for providers of models: HTTP on 127.0.0.1, on a free port, with the scenes of support/provider_scenes.h.
 *
 *   provider_standin [LOG]
 *
 * Prints "listening on http://127.0.0.1:PORT". LOG has the newest request as it came. Ends with a signal. */
#include "support/provider_scenes.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void write_log(const char *path, struct str text)
{
	char part[4096];
	FILE *f;

	snprintf(part, sizeof(part), "%s.part", path);
	f = fopen(part, "w");
	if (!f)
		return;
	fwrite(text.p, 1, text.n, f);
	if (fclose(f) == 0)
		rename(part, path);
}

int main(int argc, char **argv)
{
	const struct timespec pause = {.tv_nsec = 5000000};
	struct http_server *server = http_server_start(provider_scenes);
	struct buf heard = {0};
	unsigned seen = 0;

	printf("listening on http://127.0.0.1:%u\n", http_server_port(server));
	fflush(stdout);
	for (;;) {
		unsigned requests = http_server_requests(server);

		if (requests != seen && argc > 1) {
			seen = requests;
			buf_clear(&heard);
			http_server_heard(server, &heard);
			write_log(argv[1], buf_str(&heard));
		}
		nanosleep(&pause, NULL);
	}
}
