/*
 * measure FILE COMMAND [ARG...]: runs a command and writes to FILE what it took: wall, user and
 * system seconds and the peak resident memory in kB. Exits as the command does; 126 if it was
 * ended by a signal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage used;
	double start, wall;
	int status;
	pid_t child;
	FILE *out;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARG...]\n");
		return 2;
	}
	start = now();
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0) {
		perror("measure");
		return 126;
	}
	wall = now() - start;
	out = fopen(argv[1], "w");
	if (!out) {
		perror(argv[1]);
		return 126;
	}
	fprintf(out, "%.6f %.6f %.6f %ld\n", wall, seconds_of(used.ru_utime),
	        seconds_of(used.ru_stime), used.ru_maxrss);
	if (fclose(out) != 0)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
