/* Events that mean harm, for the scripts; with the path of a list of strings, those as well. */
#include "support/hostile.h"

int main(int argc, char **argv)
{
	FILE *list = argc > 1 ? fopen(argv[1], "r") : NULL;

	hostile_write(stdout);
	if (argc > 1 && list == NULL)
		return 1;
	if (list != NULL) {
		hostile_write_list(stdout, list);
		fclose(list);
	}
	return fflush(stdout) != 0;
}
