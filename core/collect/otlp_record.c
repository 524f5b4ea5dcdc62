/* Log records named gen_ai.evaluation.result become $ai_evaluation (PostHog's logs.rs). */
#include "collect/otlp_internal.h"

#include "collect/uuid.h"

#include <string.h>

#define PREFIX "gen_ai.evaluation."

/* Trimmed; empty: there is no such text. */
static struct str text_at(struct otlp *o, const char *name)
{
	struct otlp_event e = {.o = o};
	struct str text = STR_EMPTY;

	otlp_string(&e, otlp_list_get(&o->span.attributes, name), &text);
	return str_trim(text);
}

static const struct otlp_value *score_of(const struct otlp *o)
{
	const struct otlp_value *value = otlp_list_get(&o->span.attributes, PREFIX "score.value");
	char first = value ? otlp_begin(*value) : '"';

	return first == '-' || (first >= '0' && first <= '9') ? value : NULL;
}

bool otlp_is_evaluation(struct otlp *o)
{
	struct otlp_event e = {.o = o};
	struct str name;

	return otlp_string(&e, &o->span.name, &name) && str_eq(name, STR(PREFIX "result")) &&
	       text_at(o, PREFIX "name").n > 0 &&
	       (text_at(o, PREFIX "score.label").n > 0 || score_of(o));
}

/* The same when it is sent again. */
static void set_id(struct otlp_event *e)
{
	struct buf text = {0};
	uint8_t id[UUID_BYTES];

	otlp_make_uuid(e->o, id);
	uuid_append(&text, id);
	otlp_set(e, "$ai_evaluation_id", otlp_text(arena_copy(&e->o->made, buf_str(&text))));
	buf_free(&text);
}

static void set_score(struct otlp_event *e)
{
	struct str label = text_at(e->o, PREFIX "score.label");
	const struct otlp_value *found = score_of(e->o);
	struct otlp_value score = found ? *found : otlp_text(STR_EMPTY);

	if (found)
		otlp_set(e, "$ai_evaluation_score_value", score);
	if (label.n > 0)
		otlp_set(e, "$ai_evaluation_score_label", otlp_text(label));
	otlp_set(e, "$ai_evaluation_result", label.n > 0 ? otlp_text(label) : score);
	otlp_set_json(e, "$ai_evaluation_result_type", label.n > 0 ? "\"label\"" : "\"number\"");
}

void otlp_map_record(struct otlp_event *e)
{
	const struct otlp_span *record = &e->o->span;
	const struct otlp_value *explanation;
	struct str text;

	e->kind = OTLP_EVALUATION;
	otlp_identify(e);
	otlp_default(e, "$geoip_disable", otlp_json(STR("true")));
	set_id(e);
	otlp_set(e, "$ai_evaluation_name", otlp_text(text_at(e->o, PREFIX "name")));
	otlp_set_json(e, "$ai_evaluation_runtime", "\"otel\"");
	otlp_set_json(e, "$ai_ingestion_source", "\"otel\"");
	if (record->trace_id.n > 0)
		otlp_set(e, "$ai_trace_id", otlp_text(record->trace_id));
	if (record->span_id.n > 0)
		otlp_set(e, "$ai_target_span_id", otlp_text(record->span_id));
	set_score(e);
	explanation = otlp_get(e, PREFIX "explanation");
	if (otlp_string(e, explanation, &text))
		otlp_set(e, "$ai_evaluation_reasoning", *explanation);
	if (record->body.text.n > 0)
		otlp_set(e, "$otel_log_body", record->body);
}
