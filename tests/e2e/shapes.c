/* Journals of shapes that nobody sends on purpose, for cli_shapes.sh and tmux_shapes.sh: the same bytes for the same words.
 *
 *   shapes SHAPE [N]     N events, bytes or levels, as the table below says
 *
 * Shares no code with the program. Event number i is at START + i ms, so that a list has an order. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void shape(uint64_t n);

/* A line but for its properties and its end; kind is an event's name without the $ai_. */
static void head(const char *kind, uint64_t i, const char *time)
{
	printf("{\"uuid\":\"00000000-0000-4000-8000-%012" PRIu64 "\",\"event\":\"$ai_%s\",", i,
	       kind);
	printf("\"distinct_id\":\"ann\",\"timestamp\":\"%s\",\"properties\":{", time);
}

static void begin(const char *kind, uint64_t i)
{
	char time[64];
	uint64_t second = i / 1000;

	snprintf(time, sizeof(time), "2026-03-%02uT%02u:%02u:%02u.%03uZ",
	         (unsigned)(second / 86400 % 28 + 1), (unsigned)(second / 3600 % 24),
	         (unsigned)(second / 60 % 60), (unsigned)(second % 60), (unsigned)(i % 1000));
	head(kind, i, time);
}

static void end(void)
{
	fputs("}}\n", stdout);
}

/* Ids are a letter and a number; 0 stands for the trace itself. */
static void node(uint64_t i, const char *trace, uint64_t span, uint64_t parent)
{
	begin(i % 2 ? "generation" : "span", i);
	printf("\"$ai_trace_id\":\"%s\",\"$ai_span_id\":\"s%" PRIu64 "\",\"$ai_latency\":0.001",
	       trace, span);
	if (parent > 0)
		printf(",\"$ai_parent_id\":\"s%" PRIu64 "\"", parent);
	if (i % 2)
		fputs(",\"$ai_total_cost_usd\":0.01,\"$ai_input_tokens\":1", stdout);
	if (i % 1000 == 999)
		fputs(",\"$ai_is_error\":true", stdout);
	end();
}

static void chain(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++)
		node(i, "chain", i, i - 1);
}

static void cycle(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++)
		node(i, "cycle", i, i > 1 ? i - 1 : n);
}

static void children(uint64_t n)
{
	node(0, "children", 1, 0);
	for (uint64_t i = 1; i <= n; i++)
		node(i, "children", i + 1, 1);
}

/* Half of them a chain, each of which has a leaf. */
static void comb(uint64_t n)
{
	for (uint64_t i = 1; i <= n / 2; i++) {
		node(2 * i, "comb", 2 * i, i > 1 ? 2 * i - 2 : 0);
		node(2 * i + 1, "comb", 2 * i + 1, 2 * i);
	}
}

static void orphans(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++)
		node(i, "orphans", i, i + n);
}

static void same_id(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++)
		node(i, "same_id", 1, 1);
}

static void selves(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++)
		node(i, "selves", i, i);
}

static void pairs(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		node(i + 1, "pairs", i + 1, (i ^ 1) + 1);
}

/* In every trace a parent 1 with a child 2, and a child of what is in the next trace alone. */
static void collide(uint64_t n)
{
	char trace[32];

	for (uint64_t i = 0; i < n; i++) {
		snprintf(trace, sizeof(trace), "collide%" PRIu64, i);
		node(3 * i + 1, trace, 1, 0);
		node(3 * i + 2, trace, 2, 1);
		node(3 * i + 3, trace, 10 + i, 11 + i);
	}
}

/* A span that has the id of its trace, with a child. */
static void trunk(uint64_t n)
{
	(void)n;
	node(2, "s1", 2, 1);
	node(1, "s1", 1, 0);
}

/* One uuid in two traces: the last wins. */
static void same_uuid(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++) {
		node(i, "first", i, 0);
		node(i, "second", i, 0);
	}
}

static void traces(uint64_t n)
{
	char trace[32];

	for (uint64_t i = 1; i <= n; i++) {
		snprintf(trace, sizeof(trace), "trace%" PRIu64, i);
		node(i, trace, 1, 0);
	}
}

static void member(uint64_t i, uint64_t session)
{
	begin("generation", i);
	printf("\"$ai_trace_id\":\"trace%" PRIu64 "\",\"$ai_session_id\":\"session%" PRIu64 "\"", i,
	       session);
	end();
}

static void session(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++)
		member(i, 1);
}

static void sessions(uint64_t n)
{
	for (uint64_t i = 1; i <= n; i++)
		member(i, i);
}

/* Names of N bytes: of a trace, and of a span in it. */
static void name(uint64_t n)
{
	for (uint64_t i = 1; i <= 2; i++) {
		begin(i == 1 ? "trace" : "span", i);
		fputs("\"$ai_trace_id\":\"name\",\"$ai_span_name\":\"", stdout);
		for (uint64_t at = 0; at < n; at++)
			putchar('a' + (int)(at % 26));
		putchar('"');
		end();
	}
}

static void properties(uint64_t n)
{
	begin("generation", 1);
	fputs("\"$ai_trace_id\":\"properties\"", stdout);
	for (uint64_t i = 1; i <= n; i++)
		printf(",\"property %" PRIu64 "\":%" PRIu64, i, i);
	end();
}

/* A line of exactly N bytes without its newline, then one that is fine. */
static void line(uint64_t n)
{
	static const char before[] = "{\"event\":\"$ai_span\",\"properties\":{\"$ai_trace_id\":"
				     "\"line\",\"$ai_input_state\":\"";
	static const char after[] = "\"}}";

	fputs(before, stdout);
	for (uint64_t at = sizeof(before) + sizeof(after) - 2; at < n; at++)
		putchar('x');
	printf("%s\n", after);
	node(1, "after", 1, 0);
}

static void newlines(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		putchar('\n');
}

/* Arrays N deep altogether, the line's own two objects included; then a line that is fine. */
static void deep(uint64_t n)
{
	begin("span", 1);
	fputs("\"$ai_trace_id\":\"deep\",\"$ai_input_state\":", stdout);
	for (uint64_t i = 2; i < n; i++)
		putchar('[');
	for (uint64_t i = 2; i < n; i++)
		putchar(']');
	end();
	node(2, "after", 1, 0);
}

static void years(uint64_t n)
{
	static const char *const times[] = {
		"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z",
		"2026-03-01T10:00:00Z", "10000-01-01T00:00:00Z",       "yesterday",
	};

	(void)n;
	for (uint64_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		head("span", i + 1, times[i]);
		printf("\"$ai_trace_id\":\"years\",\"$ai_span_name\":\"%s\",\"$ai_latency\":1",
		       times[i]);
		end();
	}
}

static void numbers(uint64_t n)
{
	static const char *const values[] = {
		"1e999", "-1e999", "9223372036854775808", "9223372036854775807",
		"-1",    "1e-999", "\"1e999\"",           "4503599627370497.5",
		"1e12",  "null",
	};

	(void)n;
	for (uint64_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		begin("generation", i + 1);
		printf("\"$ai_trace_id\":\"numbers\",\"$ai_span_name\":\"n %" PRIu64 "\"", i);
		printf(",\"$ai_latency\":%s,\"$ai_total_cost_usd\":%s", values[i], values[i]);
		printf(",\"$ai_input_tokens\":%s,\"$ai_output_tokens\":%s", values[i], values[i]);
		end();
	}
}

static const struct {
	const char *name;
	shape *write;
} shapes[] = {
	{"chain", chain},         {"cycle", cycle},
	{"children", children},   {"comb", comb},
	{"orphans", orphans},     {"same_id", same_id},
	{"selves", selves},       {"pairs", pairs},
	{"collide", collide},     {"trunk", trunk},
	{"same_uuid", same_uuid}, {"traces", traces},
	{"session", session},     {"sessions", sessions},
	{"name", name},           {"properties", properties},
	{"line", line},           {"newlines", newlines},
	{"deep", deep},           {"years", years},
	{"numbers", numbers},
};

int main(int argc, char **argv)
{
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

	for (size_t i = 0; argc > 1 && i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (strcmp(shapes[i].name, argv[1]) == 0) {
			shapes[i].write(n);
			return fflush(stdout) == 0 ? 0 : 1;
		}
	fprintf(stderr, "shapes: which shape?\n");
	return 2;
}
