/* How fast are spans taken, beside the same calls as a PostHog SDK sends them?
 *
 *   otlp_probe FILE [ROUNDS]      FILE has one $ai_generation a line, as gen_events makes them
 *
 * The events go in requests of a hundred, from a body in memory to journal lines in memory: as a batch, as spans in
 * protobuf, as spans in JSON, in turns. Prints the medians, in events a second of processor time, and their ratios to the
 * batch. Built and driven by otlp.sh. */
#include "collect/capture.h"
#include "collect/otlp.h"
#include "support/otlp_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AT_ONCE    100
#define MAX_ROUNDS 99

enum form { BATCH, PROTOBUF, JSON, FORMS };
static const char *const names[FORMS] = {"batch", "protobuf", "json"};
static const char *const types[FORMS] = {"application/json", "application/x-protobuf",
                                         "application/json"};

struct bodies {
	struct buf of[FORMS];
	size_t events;
	struct bodies *next;
};

/* ---- requests ---- */

static void attribute(cJSON *plain, const char *name, const cJSON *properties, const char *from)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(properties, from);
	char *text = cJSON_IsArray(value) ? cJSON_PrintUnformatted(value) : NULL;

	if (text)
		cJSON_AddStringToObject(plain, name, text);
	else if (value)
		cJSON_AddItemToObject(plain, name, cJSON_Duplicate(value, 1));
	cJSON_free(text);
}

static cJSON *span_of(const cJSON *event, size_t number)
{
	static const char *const pairs[][2] = {
		{"gen_ai.input.messages", "$ai_input"},
		{"gen_ai.output.messages", "$ai_output_choices"},
		{"gen_ai.response.model", "$ai_model"},
		{"gen_ai.provider.name", "$ai_provider"},
		{"gen_ai.usage.input_tokens", "$ai_input_tokens"},
		{"gen_ai.usage.output_tokens", "$ai_output_tokens"},
		{"gen_ai.usage.cache_read.input_tokens", "$ai_cache_read_input_tokens"},
		{"$ai_session_id", "$ai_session_id"},
	};
	const cJSON *properties = cJSON_GetObjectItemCaseSensitive(event, "properties");
	cJSON *span = cJSON_CreateObject(), *plain = cJSON_CreateObject();
	char id[33];

	snprintf(id, sizeof(id), "%032zx", number / 5 + 1);
	cJSON_AddStringToObject(span, "traceId", id);
	snprintf(id, sizeof(id), "%016zx", number + 1);
	cJSON_AddStringToObject(span, "spanId", id);
	cJSON_AddStringToObject(span, "parentSpanId", "00f067aa0ba902b7");
	cJSON_AddStringToObject(span, "name", "chat");
	cJSON_AddStringToObject(span, "startTimeUnixNano", "1795304624338000000");
	cJSON_AddStringToObject(span, "endTimeUnixNano", "1795304625838000000");
	cJSON_AddStringToObject(plain, "gen_ai.operation.name", "chat");
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		attribute(plain, pairs[i][0], properties, pairs[i][1]);
	cJSON_AddItemToObject(span, "attributes", otlp_sample_attributes(plain));
	cJSON_Delete(plain);
	return span;
}

static void end_bodies(struct bodies *b, cJSON *spans)
{
	cJSON *request = cJSON_CreateObject(), *scope = cJSON_CreateObject(),
	      *resource = cJSON_CreateObject();
	char *text;

	cJSON_AddItemToObject(scope, "spans", spans);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(resource, "scopeSpans"), scope);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(request, "resourceSpans"), resource);
	otlp_sample_protobuf(&b->of[PROTOBUF], request);
	text = cJSON_PrintUnformatted(request);
	buf_puts(&b->of[JSON], text);
	buf_puts(&b->of[BATCH], "]}");
	cJSON_free(text);
	cJSON_Delete(request);
}

/* The next hundred lines as requests; NULL at the end. */
static struct bodies *read_bodies(FILE *f, size_t before)
{
	struct bodies *b = calloc(1, sizeof(*b));
	cJSON *spans = cJSON_CreateArray(), *event;
	char *line = NULL;
	size_t room = 0;

	buf_puts(&b->of[BATCH], "{\"api_key\":\"phc_local\",\"batch\":[");
	while (b->events < AT_ONCE && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		event = cJSON_Parse(line);
		if (b->events > 0)
			buf_add(&b->of[BATCH], ',');
		buf_puts(&b->of[BATCH], line);
		cJSON_AddItemToArray(spans, span_of(event, before + b->events));
		cJSON_Delete(event);
		b->events++;
	}
	free(line);
	end_bodies(b, spans);
	return b->events > 0 ? b : NULL;
}

/* ---- taking them ---- */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void take(struct flattener *f, const struct bodies *b, enum form form, struct buf *lines)
{
	struct capture_request r = {.method = STR("POST"),
	                            .content_type = str_of(types[form]),
	                            .body = buf_str(&b->of[form]),
	                            .now = INT64_C(1795304622360000)};
	struct capture_taken taken = {0};
	struct otlp_counts counts;
	struct errinfo e = {0};
	struct buf decoded = {0};
	struct str json;
	int status;

	if (form == BATCH) {
		status = capture_decode(&r, &decoded, &json, &e);
	} else {
		status = otlp_batch(&r, r.body, CAPTURE_OTEL, &decoded, &counts, &e);
		json = buf_str(&decoded);
	}
	if (status == 0)
		status = capture_flatten(f, json, &r, CAPTURE_V0, lines, &taken, NULL, &e);
	if (status != 0 || taken.events != b->events) {
		fprintf(stderr, "otlp_probe: %s: %s\n", names[form], e.msg);
		exit(1);
	}
	buf_clear(lines);
	buf_free(&decoded);
}

static double round_of(struct flattener *f, const struct bodies *all, enum form form)
{
	struct buf lines = {.max = CAPTURE_MAX_LINES};
	double began = seconds();
	size_t events = 0;

	for (const struct bodies *b = all; b; b = b->next) {
		take(f, b, form, &lines);
		events += b->events;
	}
	buf_free(&lines);
	return (double)events / (seconds() - began);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	FILE *f = argc > 1 ? fopen(argv[1], "r") : NULL;
	int rounds = argc > 2 ? atoi(argv[2]) : 9;
	struct flattener *flattener = flattener_new();
	struct bodies *all = NULL, *b;
	double rates[FORMS][MAX_ROUNDS], median[FORMS];

	if (!f || rounds < 1 || rounds > MAX_ROUNDS) {
		fputs("usage: otlp_probe FILE [ROUNDS]\n", stderr);
		return 2;
	}
	for (size_t n = 0; (b = read_bodies(f, n)) != NULL; n += b->events) {
		b->next = all;
		all = b;
	}
	for (int i = 0; i < rounds; i++)
		for (int form = 0; form < FORMS; form++)
			rates[form][i] = round_of(flattener, all, (enum form)form);
	for (int form = 0; form < FORMS; form++) {
		qsort(rates[form], (size_t)rounds, sizeof(double), by_size);
		median[form] = rates[form][rounds / 2];
		printf("%-9s %10.0f ev/s   %.2f\n", names[form], median[form],
		       median[form] / median[BATCH]);
	}
	return 0;
}
