/* See formats.h. */
#include "print/formats.h"

#include "base/clean.h"
#include "base/csv.h"
#include "base/mem.h"
#include "draw/format.h"
#include "draw/surface.h"
#include "draw/width.h"
#include "print/output.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TERMINAL_ROWS_MAX 10000 /* rows measured for the widths of a table */

/* ---- text ---- */

static void put_cell(struct buf *line, struct str text, int width, bool right, bool last)
{
	int used = width_text(text);

	if (right && used < width)
		buf_pad(line, ' ', (size_t)(width - used));
	buf_append(line, text);
	if (!right && !last && used < width)
		buf_pad(line, ' ', (size_t)(width - used));
	if (!last)
		buf_puts(line, "  ");
}

static int terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
	    size.ws_col == 0)
		return 0;
	return size.ws_col;
}

static void end_line(struct buf *line, int columns)
{
	int used;

	if (columns > 0 && width_text(buf_str(line)) > columns) {
		line->n = width_fit(buf_str(line), columns - 1, &used);
		buf_puts(line, glyph(GLYPH_CLIP));
	}
	buf_add(line, '\n');
	output_write(buf_str(line));
	buf_clear(line);
}

static struct str title_of(const struct sheet *s, size_t column, struct buf *scratch)
{
	buf_clear(scratch);
	s->class->title(s->of, column, scratch);
	return buf_str(scratch);
}

static uint64_t characters(struct str text)
{
	uint64_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

static void clip(struct buf *cell, int width)
{
	struct buf hidden = {0};
	int used;
	size_t kept = width_fit(buf_str(cell), width, &used);

	buf_puts(&hidden, "... +");
	format_count(&hidden, (int64_t)characters(str_sub(buf_str(cell), kept, SIZE_MAX)));
	cell->n = kept;
	buf_append(cell, buf_str(&hidden));
	buf_puts(cell, " chars");
	buf_free(&hidden);
}

/* columns: of the terminal; 0: it is none. */
static struct str value_of(const struct sheet *s, size_t column, uint32_t row, int columns,
                           struct buf *cell)
{
	buf_clear(cell);
	s->class->text(s->of, column, row, cell);
	if (columns > 0 && s->longest > 0 && width_text(buf_str(cell)) > s->longest)
		clip(cell, s->longest);
	return buf_str(cell);
}

static int widest(const struct sheet *s, size_t column, int columns, struct buf *cell)
{
	int most = width_text(title_of(s, column, cell));

	for (uint32_t row = 0; row < s->rows && row < TERMINAL_ROWS_MAX; row++) {
		int width = width_text(value_of(s, column, row, columns, cell));

		if (width > most)
			most = width;
	}
	return most;
}

static void print_table(const struct sheet *s)
{
	int *widths, columns = terminal_columns();
	struct buf line = {0}, cell = {0};

	if (s->rows == 0)
		return;
	widths = mem_alloc(s->columns, sizeof(*widths));
	for (size_t i = 0; i < s->columns; i++)
		widths[i] = widest(s, i, columns, &cell);
	for (size_t i = 0; i < s->columns; i++)
		put_cell(&line, title_of(s, i, &cell), widths[i], s->class->right(s->of, i),
		         i + 1 == s->columns);
	end_line(&line, columns);
	for (uint32_t row = 0; row < s->rows; row++) {
		for (size_t i = 0; i < s->columns; i++)
			put_cell(&line, value_of(s, i, row, columns, &cell), widths[i],
			         s->class->right(s->of, i), i + 1 == s->columns);
		end_line(&line, columns);
	}
	mem_free(widths);
	buf_free(&line);
	buf_free(&cell);
}

static void print_plain(const struct sheet *s)
{
	struct buf line = {0};

	for (uint32_t row = 0; row < s->rows; row++) {
		for (size_t i = 0; i < s->columns; i++) {
			clean_append(&line, s->class->name(s->of, i), 0);
			buf_puts(&line, ": ");
			s->class->text(s->of, i, row, &line);
			end_line(&line, 0);
		}
		end_line(&line, 0);
	}
	buf_free(&line);
}

/* ---- Markdown ---- */

/* A backslash counts as such where it would escape what follows; at the end that is our blank. */
static void put_markdown(struct buf *line, struct str cell)
{
	static const char punctuation[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

	buf_puts(line, "| ");
	for (size_t i = 0; i < cell.n; i++) {
		bool escapes = cell.p[i] == '\\' && i + 1 < cell.n &&
		               strchr(punctuation, cell.p[i + 1]) != NULL;

		if (cell.p[i] == '|' || escapes)
			buf_add(line, '\\');
		buf_add(line, cell.p[i]);
	}
	buf_add(line, ' ');
}

static void print_markdown(const struct sheet *s)
{
	struct buf line = {0}, cell = {0};

	for (size_t i = 0; i < s->columns; i++)
		put_markdown(&line, title_of(s, i, &cell));
	buf_puts(&line, "|\n");
	for (size_t i = 0; i < s->columns; i++)
		buf_puts(&line, s->class->right(s->of, i) ? "|---:" : "|---");
	buf_puts(&line, "|");
	end_line(&line, 0);
	for (uint32_t row = 0; row < s->rows; row++) {
		for (size_t i = 0; i < s->columns; i++) {
			buf_clear(&cell);
			s->class->text(s->of, i, row, &cell);
			put_markdown(&line, buf_str(&cell));
		}
		buf_puts(&line, "|");
		end_line(&line, 0);
	}
	buf_free(&line);
	buf_free(&cell);
}

/* ---- separated values ---- */

static void put_separated(struct buf *line, struct str cell, char separator, bool last)
{
	if (separator == ',')
		csv_field(line, cell);
	else
		buf_append(line, cell);
	if (!last)
		buf_add(line, separator);
}

static void print_separated(const struct sheet *s, char separator)
{
	struct buf line = {0}, cell = {0};

	for (size_t i = 0; i < s->columns; i++) {
		buf_clear(&cell);
		clean_append(&cell, s->class->name(s->of, i), 0);
		put_separated(&line, buf_str(&cell), separator, i + 1 == s->columns);
	}
	end_line(&line, 0);
	for (uint32_t row = 0; row < s->rows; row++) {
		for (size_t i = 0; i < s->columns; i++) {
			buf_clear(&cell);
			s->class->separated(s->of, i, row, separator == '\t', &cell);
			put_separated(&line, buf_str(&cell), separator, i + 1 == s->columns);
		}
		end_line(&line, 0);
	}
	buf_free(&line);
	buf_free(&cell);
}

/* ---- JSON ---- */

static void json_row(struct json_writer *w, const struct sheet *s, uint32_t row)
{
	json_begin_object(w);
	for (size_t i = 0; i < s->columns; i++) {
		json_write_key_text(w, s->class->name(s->of, i));
		s->class->json(s->of, i, row, w);
	}
	json_end_object(w);
}

static void print_json(const struct sheet *s)
{
	struct json_writer w;
	struct buf out = {0};

	output_json(&w, &out, true);
	json_begin_array(&w);
	for (uint32_t row = 0; row < s->rows; row++)
		json_row(&w, s, row);
	json_end_array(&w);
	json_writer_end(&w);
	output_write(STR("\n"));
	buf_free(&out);
}

static void print_json_lines(const struct sheet *s)
{
	struct buf out = {0};

	for (uint32_t row = 0; row < s->rows; row++) {
		struct json_writer w;

		output_json(&w, &out, false);
		json_row(&w, s, row);
		json_writer_end(&w);
		output_write(STR("\n"));
	}
	buf_free(&out);
}

void sheet_print(const struct sheet *s, enum output_format format)
{
	switch (format) {
	case FORMAT_TEXT:
		print_table(s);
		break;
	case FORMAT_JSON:
		print_json(s);
		break;
	case FORMAT_JSON_LINES:
		print_json_lines(s);
		break;
	case FORMAT_CSV:
		print_separated(s, ',');
		break;
	case FORMAT_TSV:
		print_separated(s, '\t');
		break;
	case FORMAT_MARKDOWN:
		print_markdown(s);
		break;
	case FORMAT_PLAIN:
		print_plain(s);
		break;
	}
}
