/* capture_paced HOST PORT RATE BATCH SECONDS SIZE [TIMES]
 * Posts events of SIZE bytes as PostHog batches over one keep-alive connection, RATE events a second and BATCH a request, each
 * request at its own time and not when the last one is done; says as JSON what was sent, what was accepted and how long the
 * answers took. `behind` is how late a request went out at most: a sender that cannot keep up shows there.
 * Every event has a uuid and a name of its own, mk000000 and on; twenty make a trace, a hundred a session, one in fifty is an
 * error. TIMES is a file that gets a line for each event: its number and when its request was sent (seconds of CLOCK_MONOTONIC).
 *   cc -O2 -o capture_paced capture_paced.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PER_TRACE   20
#define PER_SESSION 100
#define MODELS      8
#define USERS       100
#define PER_ERROR   50

static const char *words[] = {"the ", "order ", "was ", "sent ", "to ", "a ", "customer ", "who ", "asked ", "about ", "it "};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void sleep_until(double when)
{
	struct timespec t = {(time_t)when, (long)((when - (double)(time_t)when) * 1e9)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One event; what it lacks of `size` is the text of its input. */
static void put_event(FILE *out, long number, long size)
{
	struct timespec t;
	struct tm utc;
	long start = ftell(out), word = number;

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &utc);
	fprintf(out, "{\"uuid\":\"00000000-0000-4000-8000-%012lx\",\"event\":\"$ai_generation\",", number + 1);
	fprintf(out, "\"distinct_id\":\"user_%ld\",", number / PER_TRACE % USERS);
	fprintf(out, "\"timestamp\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\",", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
	        utc.tm_hour, utc.tm_min, utc.tm_sec, t.tv_nsec / 1000000);
	fprintf(out, "\"properties\":{\"$ai_trace_id\":\"t%ld\",\"$ai_session_id\":\"v%ld\",\"$ai_span_id\":\"s%ld\",",
	        number / PER_TRACE, number / PER_SESSION, number);
	fprintf(out, "\"$ai_span_name\":\"mk%06ld\",\"$ai_model\":\"model-%ld\",\"$ai_provider\":\"openai\",", number, number % MODELS);
	fprintf(out, "\"$ai_input_tokens\":%ld,\"$ai_output_tokens\":%ld,\"$ai_latency\":0.%03ld,", 100 + number % 900,
	        10 + number % 90, 100 + number % 900);
	if (number % PER_ERROR == 0)
		fputs("\"$ai_is_error\":true,\"$ai_error\":\"overloaded\",", out);
	fputs("\"$ai_output_choices\":[{\"role\":\"assistant\",\"content\":\"It was sent.\"}],", out);
	fputs("\"$ai_input\":[{\"role\":\"user\",\"content\":\"", out);
	while (ftell(out) - start < size - 8)
		fputs(words[(word = (word * 7 + 3) % 1009) % 11], out);
	fputs("\"}]}}", out);
}

static char *new_request(const char *host, const char *port, long first, long count, long size, size_t *len)
{
	char *body = NULL, *request = NULL;
	size_t body_len = 0;
	FILE *out = open_memstream(&body, &body_len);

	fputs("{\"api_key\":\"phc_bench\",\"batch\":[", out);
	for (long i = 0; i < count; i++) {
		if (i > 0)
			fputc(',', out);
		put_event(out, first + i, size);
	}
	fputs("]}", out);
	fclose(out);
	out = open_memstream(&request, len);
	fprintf(out, "POST /batch/ HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", host,
	        port, body_len);
	fwrite(body, 1, body_len, out);
	fclose(out);
	free(body);
	return request;
}

static int connected(const char *host, const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	inet_pton(AF_INET, host, &a.sin_addr);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	perror("connect");
	exit(1);
}

/* The status of the answer; 0: the connection broke. */
static int post(int fd, const char *request, size_t len)
{
	char in[4096];
	size_t n = 0;

	while (len > 0) {
		ssize_t done = send(fd, request, len, MSG_NOSIGNAL);

		if (done <= 0)
			return 0;
		request += done;
		len -= (size_t)done;
	}
	for (;;) {
		ssize_t got = recv(fd, in + n, sizeof(in) - 1 - n, 0);
		char *end, *length;

		if (got <= 0)
			return 0;
		n += (size_t)got;
		in[n] = '\0';
		end = strstr(in, "\r\n\r\n");
		length = strcasestr(in, "content-length:");
		if (end && n >= (size_t)(end + 4 - in) + (length && length < end ? (size_t)atol(length + 15) : 0))
			return atoi(in + 9);
	}
}

int main(int argc, char **argv)
{
	if (argc < 7) {
		fprintf(stderr, "usage: capture_paced HOST PORT RATE BATCH SECONDS SIZE [TIMES]\n");
		return 2;
	}
	double rate = atof(argv[3]), secs = atof(argv[5]), behind = 0, start, end;
	long batch = atol(argv[4]), size = atol(argv[6]), requests = (long)(rate * secs / (double)batch), accepted = 0;
	double *answers = calloc((size_t)requests + 1, sizeof(*answers)), bytes = 0;
	FILE *times = argc > 7 ? fopen(argv[7], "w") : NULL;
	int fd = connected(argv[1], argv[2]);

	start = now();
	for (long i = 0; i < requests; i++) {
		size_t len;
		char *request = new_request(argv[1], argv[2], i * batch, batch, size, &len);
		double due = start + (double)(i * batch) / rate, sent;

		sleep_until(due);
		sent = now();
		if (post(fd, request, len) == 200)
			accepted += batch;
		answers[i] = (now() - sent) * 1e3;
		behind = sent - due > behind ? sent - due : behind;
		bytes += (double)len;
		for (long e = 0; times && e < batch; e++)
			fprintf(times, "%ld %.6f\n", i * batch + e, sent);
		free(request);
	}
	end = now();
	if (times)
		fclose(times);
	qsort(answers, (size_t)requests, sizeof(*answers), ascending);
	printf("{\"events\":%ld,\"accepted\":%ld,\"seconds\":%.2f,\"events_per_s\":%.0f,\"mb_per_s\":%.1f,\"behind_ms\":%.1f,"
	       "\"answer_ms\":{\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f}}\n",
	       requests * batch, accepted, end - start, (double)(requests * batch) / (end - start), bytes / (end - start) / 1e6,
	       behind * 1e3, answers[requests / 2], answers[requests * 99 / 100], answers[requests ? requests - 1 : 0]);
	return accepted != requests * batch;
}
