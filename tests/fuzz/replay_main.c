/*
 * Runs a fuzz target over files instead of over a fuzzer's inventions: every file named, and every
 * file below every folder named. Without libFuzzer it is the target's main, so that the seeds are
 * an ordinary test. A folder that does not exist holds no files; the empty input always runs.
 */
#include "fuzz/fuzz.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static size_t replay_count;

/* The buffer is of the input's exact size: a read past the end is then seen by the sanitizer. */
static int replay_stream(FILE *f, size_t size)
{
	uint8_t *data = malloc(size > 0 ? size : 1);
	if (!data)
		return -1;
	size_t got = fread(data, 1, size, f);
	if (got == size)
		LLVMFuzzerTestOneInput(data, size);
	free(data);
	return got == size ? 0 : -1;
}

static int replay_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at;
	if (type == FTW_NS || type == FTW_DNR) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return -1;
	}
	if (!S_ISREG(st->st_mode))
		return 0;
	FILE *f = fopen(path, "rb");
	int rc = f ? replay_stream(f, (size_t)st->st_size) : -1;
	if (f)
		fclose(f);
	if (rc != 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	replay_count++;
	return rc;
}

int main(int argc, char **argv)
{
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		struct stat st;
		if (stat(argv[i], &st) != 0 && errno == ENOENT)
			continue;
		if (nftw(argv[i], replay_entry, 16, 0) != 0)
			return 1;
	}
	printf("%zu inputs replayed\n", replay_count);
	return 0;
}
