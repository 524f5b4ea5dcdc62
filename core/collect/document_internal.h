/* The parts of a document. Private to document*.c. */
#ifndef COLLECT_DOCUMENT_INTERNAL_H
#define COLLECT_DOCUMENT_INTERNAL_H

#include "base/buf.h"
#include "collect/document.h"
#include "json/scanner.h"

/* Text on its way to one line. Zero-initialise for each. */
struct document_compact {
	bool in_string, escaped; /* escaped: a backslash was the last byte */
};

enum document_shape {
	SHAPE_WHOLE,  /* an object that may be an event: held */
	SHAPE_ARRAY,  /* elements of the outermost array */
	SHAPE_MEMBER, /* elements of `batch` or `results` */
	SHAPE_BEHIND, /* other members of such an object */
};

/* One outermost value. */
struct document_value {
	struct json_scanner scanner;
	enum document_shape shape;
	bool object, is_event, results;
	bool holding, reading_key, reading_columns; /* what the bytes passed go into */
	bool through;                               /* the event is too long and flows through */
	bool has_columns, rows_late;                /* late: they were given on as they stand */
	struct document_compact compact;
	struct buf held, key, columns, rows; /* rows: a line each */
};

enum document_mode {
	MODE_GATHER,  /* a line in `line`, until it decides */
	MODE_REST,    /* the rest of a line, as it stands */
	MODE_LINES,   /* for good */
	MODE_VALUE,   /* inside a document */
	MODE_BETWEEN, /* behind one */
	MODE_BROKEN,  /* at the byte that cannot stand there */
};

struct document {
	struct document_options options;
	int64_t now;
	enum document_mode mode;
	bool begun;      /* some line has been decided about: no byte order mark any more */
	bool undecided;  /* `line` is ready */
	bool recovering; /* a document was broken */
	struct document_value value;
	struct buf line, out;
	struct buf again; /* comes before what is fed */
	size_t again_at;
	struct buf log;
	bool log_begun;
	bool log_split;   /* the line in `log` goes on from one that was too long */
	bool log_through; /* a line too long to be looked at, JSON by its first byte */
};

/* ---- document_out.c ---- */

void document_compact(struct document_compact *c, struct buf *out, struct str text);
void document_write(struct document *d, struct str bytes); /* gathered, then written */
void document_flush(struct document *d);
/* Text without its blanks; the line's end is left to the caller. */
void document_write_part(struct document *d, struct document_compact *c, struct str text);
void document_write_line(struct document *d, struct str text);
/* Lines of the input, or parts of them; to the log if they are none of JSON. */
void document_as_it_stands(struct document *d, struct str bytes);
void document_end_logs(struct document *d);

/* ---- document_event.c ---- */

/* An element, or an outermost object, as lines. */
void document_event(struct document *d, struct str text);
/* Rows whose columns are known now, or will never be. */
void document_release_rows(struct document *d);

/* ---- document_value.c ---- */

enum document_verdict { VALUE_MORE, VALUE_DONE, VALUE_BROKEN };
void document_value_start(struct document *d);
/* Gives how many bytes were passed. */
size_t document_value_feed(struct document *d, struct str bytes, enum document_verdict *verdict);
/* What is held of an event that has not ended. */
struct str document_value_held(const struct document *d);
/* The value ends here without its end: what is held is given on as it stands, but its last bytes. */
void document_value_break(struct document *d, size_t but);
void document_value_free(struct document *d);

#endif
