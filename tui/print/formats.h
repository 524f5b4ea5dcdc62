/* A table in every format that --json, --csv and their like ask for. What stands in it is asked cell by cell. */
#ifndef PRINT_FORMATS_H
#define PRINT_FORMATS_H

#include "print/options.h"
#include "json/writer.h"

struct sheet_class {
	struct str (*name)(const void *of,
	                   size_t column); /* of a value in JSON and CSV; any bytes */
	/* Both append, clean and on one line. */
	void (*title)(const void *of, size_t column, struct buf *out); /* of a column of text */
	void (*text)(const void *of, size_t column, uint32_t row, struct buf *out);
	/* For programs, likewise; see base/csv.h. */
	void (*separated)(const void *of, size_t column, uint32_t row, bool escaped,
	                  struct buf *out);
	void (*json)(const void *of, size_t column, uint32_t row, struct json_writer *w);
	bool (*right)(const void *of, size_t column); /* stands at the right of its column */
};

struct sheet {
	const struct sheet_class *class;
	const void *of;
	size_t columns;
	uint32_t rows;
	int longest; /* columns of a value on a terminal, where a longer one says how much is left out; 0: all */
};

void sheet_print(const struct sheet *s, enum output_format format);

#endif
