/* Every path that a PostHog SDK calls, in one table: those that take events, and those that must
 * not be missing. There are no flags, surveys or recordings here, so the answers say "none" in the
 * form that each SDK survives: `flags` makes the answer v2; `supportedCompression` without gzip-js
 * makes browsers send plain JSON; a missing script is a feature that does not load.
 *
 * SDKs allow a prefix before the path (a reverse proxy's /ingest), so paths are compared from their
 * ends. The first match counts: longer paths stand before their own endings where they differ. */
#include "collect/route.h"

#include "collect/uuid.h"
#include "json/writer.h"

#include <string.h>

#define ANY       "GET, HEAD, POST, OPTIONS"
#define JSON_TYPE "application/json"
#define TEXT_TYPE "text/plain; charset=utf-8"

#define FLAGS                                                           \
	"{\"flags\":{},\"featureFlags\":{},\"featureFlagPayloads\":{}," \
	"\"errorsWhileComputingFlags\":false,\"requestId\":\"%u\"}"
#define DEFINITIONS     "{\"flags\":[],\"group_type_mapping\":{},\"cohorts\":{}}"
#define DEFINITIONS_TAG "\"no-flags-1\""
#define CONFIG                                                                      \
	"{\"token\":%t,\"supportedCompression\":[],\"hasFeatureFlags\":false,"      \
	"\"sessionRecording\":false,\"surveys\":false,\"heatmaps\":false,"          \
	"\"capturePerformance\":false,\"autocapture_opt_out\":true,"                \
	"\"defaultIdentifiedOnly\":true,\"siteApps\":[],\"isAuthenticated\":false," \
	"\"toolbarParams\":{}}"
#define NOT_FOUND "{\"detail\":\"not found\"}"

/* clang-format off */

#define CAPTURE(path, dialect) {path, ANY, ROUTE_CAPTURE, dialect, 0, NULL, NULL, NULL}
#define TAGGED(path, status, type, text, etag) \
	{path, ANY, ROUTE_ANSWER, CAPTURE_V0, status, type, text, etag}
#define ANSWER(path, status, type, text) TAGGED(path, status, type, text, NULL)

static const struct route routes[] = {
	CAPTURE("/batch",                CAPTURE_V0),
	CAPTURE("/i/v0/ai/batch",        CAPTURE_V0),
	CAPTURE("/i/v0/ai",              CAPTURE_MULTIPART),
	CAPTURE("/i/v0/e",               CAPTURE_V0),
	CAPTURE("/e",                    CAPTURE_V0),
	CAPTURE("/capture",              CAPTURE_V0),
	CAPTURE("/track",                CAPTURE_V0),
	CAPTURE("/engage",               CAPTURE_ENGAGE),
	CAPTURE("/i/v1/analytics/events", CAPTURE_V1),
	CAPTURE("/s",                    CAPTURE_V0),
	CAPTURE("/i/v0/ai/otel",         CAPTURE_OTEL),

	ANSWER("/flags",                 200, JSON_TYPE, FLAGS),
	ANSWER("/decide",                200, JSON_TYPE, FLAGS),
	TAGGED("/flags/definitions",     200, JSON_TYPE, DEFINITIONS, DEFINITIONS_TAG),
	TAGGED("/api/feature_flag/local_evaluation", 200, JSON_TYPE, DEFINITIONS, DEFINITIONS_TAG),
	ANSWER("/api/projects/*/feature_flags/*/remote_config", 404, JSON_TYPE, NOT_FOUND),
	ANSWER("/api/environments/*/llm_prompts/name/*", 404, JSON_TYPE, NOT_FOUND),
	ANSWER("/api/surveys",           200, JSON_TYPE, "{\"surveys\":[]}"),
	ANSWER("/api/product_tours",     200, JSON_TYPE, "{\"product_tours\":[]}"),
	ANSWER("/api/web_experiments",   200, JSON_TYPE, "{\"experiments\":[]}"),
	ANSWER("/api/early_access_features", 200, JSON_TYPE, "{\"earlyAccessFeatures\":[]}"),
	ANSWER("/array/*/config",        200, JSON_TYPE, CONFIG),
	ANSWER("/array/*/config.js",     200, "application/javascript", ""),
	ANSWER("/static/*",              404, TEXT_TYPE, "not found"),
	ANSWER("/static/*/*",            404, TEXT_TYPE, "not found"),
	ANSWER("/i/v1/logs",             200, JSON_TYPE, "{}"),
	ANSWER("/i/v1/metrics",          200, JSON_TYPE, "{}"),
	/* What exporters make of OTEL_EXPORTER_OTLP_ENDPOINT, whatever path that has. */
	CAPTURE("/v1/traces",            CAPTURE_OTEL),
	CAPTURE("/v1/logs",              CAPTURE_OTEL_LOGS),
	CAPTURE("/v1/metrics",           CAPTURE_OTEL_METRICS),
	ANSWER("/test/black_hole",       200, JSON_TYPE, CAPTURE_TAKEN),
	ANSWER("/_liveness",             200, JSON_TYPE, "{\"status\":\"ok\"}"),
	ANSWER("/_readiness",            200, JSON_TYPE, "{\"status\":\"ok\"}"),
};
static const struct route root = ANSWER("/", 200, TEXT_TYPE, "capture");

/* clang-format on */

/* The last segment of *path, which is cut off. */
static struct str last_segment(struct str *path)
{
	size_t at = path->n;
	struct str segment;

	while (at > 0 && path->p[at - 1] != '/')
		at--;
	segment = str_sub(*path, at, SIZE_MAX);
	*path = str_sub(*path, 0, at > 0 ? at - 1 : 0);
	return segment;
}

static bool matches(struct str pattern, struct str path, struct str *segment)
{
	while (pattern.n > 0) {
		struct str want, have;

		if (path.n == 0)
			return false;
		want = last_segment(&pattern);
		have = last_segment(&path);
		if (str_eq(want, STR("*")) && have.n > 0)
			*segment = have;
		else if (!str_eq(want, have))
			return false;
	}
	return true;
}

const struct route *route_find(struct str path, struct str *segment)
{
	*segment = STR_EMPTY;
	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	if (path.n == 0)
		return &root;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (matches(str_of(routes[i].path), path, segment))
			return &routes[i];
	return NULL;
}

static void append_text(struct buf *out, struct str text)
{
	struct json_writer w = {.out = out};

	json_write_text(&w, text);
	json_writer_end(&w);
}

void route_answer(const struct route *route, struct str segment, int64_t now, struct buf *out)
{
	uint8_t uuid[UUID_BYTES];

	for (const char *p = route->text; *p; p++) {
		if (p[0] != '%') {
			buf_add(out, *p);
			continue;
		}
		p++;
		if (*p == 't') {
			append_text(out, segment);
		} else {
			uuid_make(now, uuid);
			uuid_append(out, uuid);
		}
	}
}
