/* What the end-to-end scripts ask about an output on standard input. Deliberately shares no code with the program.
 *
 *   check json [PATH...]    one JSON document, strictly RFC 8259; prints the values at the paths
 *   check jsonl [PATH...]   one document a line
 *   check clean [ascii]     nothing that acts on a terminal or hides; with ascii: nothing but ASCII
 *
 * A PATH is keys and positions with slashes between them: source/lines, 0/trace_id; an asterisk is any one. A string is printed as it
 * stands between its quotes, an object as {MEMBERS}, an array as [ELEMENTS]. `depth` alone prints the deepest nesting.
 * Exit 1 and a sentence when the input is not what it should be. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	size_t key, key_end;   /* of an object's member; else both 0 */
	size_t start, end;     /* of the value, strings without quotes */
	size_t parent, index;  /* node number; position in it */
	size_t members, depth; /* of an object or array; 0 at the top */
	char type;             /* { [ " 0 (number) t (true, false, null) */
};

struct parse {
	const char *text;
	size_t n, at;
	struct node *nodes;
	size_t n_nodes, cap;
	size_t deepest;
};

_Noreturn static void fail(const char *why, size_t at)
{
	printf("at byte %zu: %s\n", at, why);
	exit(1);
}

/* Bytes of the UTF-8 character at `at`, and its code; 0 if there is none. */
static size_t character(const char *text, size_t n, size_t at, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[at];
	size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : 4;

	*code = length == 1 ? first : first & (0xFFu >> (length + 1));
	if (length == 4 && first >> 3 != 30)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if (at + i >= n || ((unsigned char)text[at + i] & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)text[at + i] & 0x3F);
	}
	if (*code < least[length] || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF))
		return 0;
	return length;
}

static bool acts_or_hides(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0xAD || code == 0x61C ||
	       (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
	       (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
	       (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE0FFF);
}

static void check_clean(const struct parse *p, bool ascii, bool tabs)
{
	size_t length;
	uint32_t code;

	for (size_t at = 0; at < p->n; at += length) {
		length = character(p->text, p->n, at, &code);
		if (length == 0)
			fail("invalid UTF-8", at);
		if (code != '\n' && !(tabs && code == '\t') && acts_or_hides(code))
			fail("a character that acts on a terminal or hides", at);
		if (ascii && code > 0x7F)
			fail("not ASCII", at);
	}
}

static char next(const struct parse *p)
{
	return p->at < p->n ? p->text[p->at] : '\0';
}

static void skip_blank(struct parse *p)
{
	while (p->at < p->n && strchr(" \n\r\t", p->text[p->at]) != NULL && p->text[p->at] != '\0')
		p->at++;
}

static void escape(struct parse *p)
{
	if (next(p) == 'u') {
		for (int i = 1; i <= 4; i++)
			if (p->at + (size_t)i >= p->n ||
			    strchr("0123456789abcdefABCDEF", p->text[p->at + (size_t)i]) == NULL)
				fail("bad \\u", p->at);
		p->at += 5;
	} else if (next(p) != '\0' && strchr("\"\\/bfnrt", next(p)) != NULL) {
		p->at++;
	} else {
		fail("bad escape", p->at);
	}
}

static void string(struct parse *p, size_t *start, size_t *end)
{
	uint32_t code;

	if (next(p) != '"')
		fail("a string is missing", p->at);
	*start = ++p->at;
	while (next(p) != '"') {
		size_t length = p->at < p->n ? character(p->text, p->n, p->at, &code) : 0;
		if (length == 0 || code < 0x20)
			fail("a string with raw control bytes, invalid UTF-8 or no end", p->at);
		p->at += length;
		if (code == '\\')
			escape(p);
	}
	*end = p->at++;
}

static void digits(struct parse *p)
{
	if (next(p) < '0' || next(p) > '9')
		fail("a digit is missing", p->at);
	while (next(p) >= '0' && next(p) <= '9')
		p->at++;
}

static void number(struct parse *p)
{
	if (next(p) == '-')
		p->at++;
	if (next(p) == '0')
		p->at++;
	else
		digits(p);
	if (next(p) == '.') {
		p->at++;
		digits(p);
	}
	if (next(p) == 'e' || next(p) == 'E') {
		p->at++;
		if (next(p) == '+' || next(p) == '-')
			p->at++;
		digits(p);
	}
}

static void scalar(struct parse *p, struct node *node)
{
	static const char *const words[] = {"true", "false", "null"};

	if (next(p) == '"') {
		node->type = '"';
		string(p, &node->start, &node->end);
		return;
	}
	node->start = p->at;
	node->type = 't';
	for (size_t i = 0; i < 3; i++)
		if (p->n - p->at >= strlen(words[i]) &&
		    memcmp(p->text + p->at, words[i], strlen(words[i])) == 0)
			p->at += strlen(words[i]);
	if (p->at == node->start) {
		node->type = '0';
		number(p);
	}
	node->end = p->at;
}

/* Opens a value below `parent`; gives its number. A scalar is complete then. */
static size_t value(struct parse *p, size_t parent, struct node node)
{
	if (p->n_nodes == p->cap) {
		p->cap = p->cap * 2 + 64;
		p->nodes = realloc(p->nodes, p->cap * sizeof(*p->nodes));
		if (p->nodes == NULL)
			fail("not enough memory", p->at);
	}
	node.parent = parent;
	if (p->n_nodes > 0) {
		node.index = p->nodes[parent].members++;
		node.depth = p->nodes[parent].depth + 1;
	}
	if (node.depth > p->deepest)
		p->deepest = node.depth;
	if (next(p) == '{' || next(p) == '[')
		node.type = p->text[p->at++];
	else
		scalar(p, &node);
	p->nodes[p->n_nodes] = node;
	return p->n_nodes++;
}

/* The next member of the open value, or its end: gives what is open then. */
static size_t step(struct parse *p, size_t open)
{
	struct node member = {0};
	char type = p->nodes[open].type;
	size_t made;

	skip_blank(p);
	if (next(p) == (type == '{' ? '}' : ']')) {
		p->at++;
		return p->nodes[open].parent;
	}
	if (p->nodes[open].members > 0) {
		if (next(p) != ',')
			fail("a comma is missing", p->at);
		p->at++;
		skip_blank(p);
	}
	if (type == '{') {
		string(p, &member.key, &member.key_end);
		skip_blank(p);
		if (next(p) != ':')
			fail("a colon is missing", p->at);
		p->at++;
		skip_blank(p);
	}
	made = value(p, open, member);
	return p->nodes[made].type == '{' || p->nodes[made].type == '[' ? made : open;
}

#define TOP SIZE_MAX

static void parse(struct parse *p)
{
	size_t open;

	p->at = p->n_nodes = p->deepest = 0;
	skip_blank(p);
	value(p, TOP, (struct node){0});
	open = p->nodes[0].type == '{' || p->nodes[0].type == '[' ? 0 : TOP;
	while (open != TOP)
		open = step(p, open);
	skip_blank(p);
	if (p->at < p->n)
		fail("something after the value", p->at);
}

static bool segment_fits(const struct parse *p, const struct node *node, const char *s, size_t n)
{
	char position[32];

	if (n == 1 && *s == '*')
		return true;
	if (p->nodes[node->parent].type == '{')
		return n == node->key_end - node->key && memcmp(p->text + node->key, s, n) == 0;
	snprintf(position, sizeof(position), "%zu", node->index);
	return n == strlen(position) && memcmp(position, s, n) == 0;
}

static bool fits(const struct parse *p, size_t at, const char *path)
{
	const char *end = path + strlen(path);

	for (; p->nodes[at].depth > 0; at = p->nodes[at].parent) {
		const char *start = end;
		while (start > path && start[-1] != '/')
			start--;
		if (!segment_fits(p, &p->nodes[at], start, (size_t)(end - start)))
			return false;
		end = start > path ? start - 1 : path;
	}
	return end == path;
}

static void print(const struct parse *p, const struct node *node)
{
	if (node->type == '{')
		printf("{%zu}\n", node->members);
	else if (node->type == '[')
		printf("[%zu]\n", node->members);
	else
		printf("%.*s\n", (int)(node->end - node->start), p->text + node->start);
}

static size_t depth_of(const char *path)
{
	size_t depth = path[0] != '\0';

	for (; *path != '\0'; path++)
		depth += *path == '/';
	return depth;
}

static void answer(const struct parse *p, char **paths)
{
	for (; *paths != NULL; paths++) {
		size_t depth = depth_of(*paths);
		bool found = false;
		if (strcmp(*paths, "depth") == 0) {
			printf("%zu\n", p->deepest);
			continue;
		}
		for (size_t i = 0; i < p->n_nodes; i++) {
			if (p->nodes[i].depth != depth || !fits(p, i, *paths))
				continue;
			print(p, &p->nodes[i]);
			found = true;
		}
		if (!found)
			puts("(absent)");
	}
}

static void check_lines(const struct parse *all, char **paths)
{
	for (size_t start = 0; start < all->n;) {
		const char *newline = memchr(all->text + start, '\n', all->n - start);
		if (newline == NULL)
			fail("a line without its end", start);
		struct parse line = {.text = all->text + start,
		                     .n = (size_t)(newline - all->text) - start};
		parse(&line);
		answer(&line, paths);
		free(line.nodes);
		start += line.n + 1;
	}
}

static char *read_all(size_t *n)
{
	size_t cap = 1 << 16, got;
	char *text = malloc(cap);

	*n = 0;
	while (text != NULL && (got = fread(text + *n, 1, cap - *n, stdin)) > 0) {
		*n += got;
		if (*n == cap)
			text = realloc(text, cap *= 2);
	}
	if (text == NULL)
		fail("not enough memory", 0);
	return text;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct parse p = {0};
	char *text = read_all(&p.n);

	p.text = text;
	if (strcmp(what, "clean") == 0) {
		check_clean(&p, argc > 2 && strcmp(argv[2], "ascii") == 0,
		            argc > 2 && strcmp(argv[2], "tabs") == 0);
	} else if (strcmp(what, "jsonl") == 0) {
		check_lines(&p, argv + 2);
	} else if (strcmp(what, "json") == 0) {
		parse(&p);
		answer(&p, argv + 2);
	} else {
		fail("usage: check json|jsonl|clean", 0);
	}
	free(p.nodes);
	free(text);
	return 0;
}
