/* The files of events below a folder. */
#ifndef PRINT_WALK_H
#define PRINT_WALK_H

#include "base/err.h"

struct walk_events {
	void (*file)(void *ctx, const char *path);
	/* What cannot be looked into or is no file of events though it is named like one; why is a sentence with the path. */
	void (*trouble)(void *ctx, const char *why);
	void *ctx;
};

/* Every regular file named *.ndjson, *.jsonl or *.json, or such a name with .gz or .zst behind it, in folder and the folders
 * below, by name (byte order). Hidden ones and links to folders are passed over; links to files are not. A folder that is not
 * there has none. */
void walk_folder(const char *folder, const struct walk_events *events);

#endif
