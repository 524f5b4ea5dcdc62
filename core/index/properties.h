/* The one table of the member names that a record needs. Where each goes is record.c's. */
#ifndef INDEX_PROPERTIES_H
#define INDEX_PROPERTIES_H

#include "base/str.h"

/* Members of the event itself. */
#define MEMBER_TABLE(X)                      \
	X(MEMBER_UUID, "uuid")               \
	X(MEMBER_EVENT, "event")             \
	X(MEMBER_USER, "distinct_id")        \
	X(MEMBER_USER_ALIAS, "$distinct_id") \
	X(MEMBER_TIME, "timestamp")          \
	X(MEMBER_PROPERTIES, "properties")   \
	X(MEMBER_BATCH, "batch")

/* Members of its properties. */
#define PROPERTY_TABLE(X)                                            \
	X(PROPERTY_USER, "distinct_id")                              \
	X(PROPERTY_TRACE, "$ai_trace_id")                            \
	X(PROPERTY_SESSION, "$ai_session_id")                        \
	X(PROPERTY_SPAN, "$ai_span_id")                              \
	X(PROPERTY_GENERATION, "$ai_generation_id")                  \
	X(PROPERTY_PARENT, "$ai_parent_id")                          \
	X(PROPERTY_SPAN_NAME, "$ai_span_name")                       \
	X(PROPERTY_TRACE_NAME, "$ai_trace_name")                     \
	X(PROPERTY_SPAN_TYPE, "$ai_span_type")                       \
	X(PROPERTY_PROVIDER, "$ai_provider")                         \
	X(PROPERTY_MODEL, "$ai_model")                               \
	X(PROPERTY_MODEL_PARAMETERS, "$ai_model_parameters")         \
	X(PROPERTY_INPUT, "$ai_input")                               \
	X(PROPERTY_INPUT_STATE, "$ai_input_state")                   \
	X(PROPERTY_OUTPUT_CHOICES, "$ai_output_choices")             \
	X(PROPERTY_OUTPUT, "$ai_output")                             \
	X(PROPERTY_OUTPUT_STATE, "$ai_output_state")                 \
	X(PROPERTY_TOOLS, "$ai_tools")                               \
	X(PROPERTY_HTTP_STATUS, "$ai_http_status")                   \
	X(PROPERTY_LATENCY, "$ai_latency")                           \
	X(PROPERTY_FIRST_TOKEN, "$ai_time_to_first_token")           \
	X(PROPERTY_STOP_REASON, "$ai_stop_reason")                   \
	X(PROPERTY_STREAM, "$ai_stream")                             \
	X(PROPERTY_IS_ERROR, "$ai_is_error")                         \
	X(PROPERTY_ERROR, "$ai_error")                               \
	X(PROPERTY_AI_LIBRARY, "$ai_lib")                            \
	X(PROPERTY_LIBRARY, "$lib")                                  \
	X(PROPERTY_FRAMEWORK, "$ai_framework")                       \
	X(PROPERTY_INGESTION_SOURCE, "$ai_ingestion_source")         \
	X(PROPERTY_PERSON_PROFILE, "$process_person_profile")        \
	X(PROPERTY_INPUT_TOKENS, "$ai_input_tokens")                 \
	X(PROPERTY_OUTPUT_TOKENS, "$ai_output_tokens")               \
	X(PROPERTY_CACHE_READ, "$ai_cache_read_input_tokens")        \
	X(PROPERTY_CACHE_WRITE, "$ai_cache_creation_input_tokens")   \
	X(PROPERTY_REASONING, "$ai_reasoning_tokens")                \
	X(PROPERTY_CACHE_EXCLUSIVE, "$ai_cache_reporting_exclusive") \
	X(PROPERTY_COST_INPUT, "$ai_input_cost_usd")                 \
	X(PROPERTY_COST_OUTPUT, "$ai_output_cost_usd")               \
	X(PROPERTY_COST_REQUEST, "$ai_request_cost_usd")             \
	X(PROPERTY_COST_SEARCH, "$ai_web_search_cost_usd")           \
	X(PROPERTY_COST_TOTAL, "$ai_total_cost_usd")                 \
	X(PROPERTY_TEXT, "text") /* of a $log event */               \
	/* of a $listed_trace or $listed_session */                  \
	X(PROPERTY_FIRST_TIME, "first_time")                         \
	X(PROPERTY_LAST_TIME, "last_time")                           \
	X(PROPERTY_GENERATIONS, "generations")                       \
	X(PROPERTY_EMBEDDINGS, "embeddings")                         \
	X(PROPERTY_SPANS, "spans")                                   \
	X(PROPERTY_METRICS, "metrics")                               \
	X(PROPERTY_FEEDBACKS, "feedbacks")                           \
	X(PROPERTY_TRACES, "traces")                                 \
	X(PROPERTY_ERRORS, "errors")                                 \
	X(PROPERTY_UNPRICED, "unpriced")                             \
	X(PROPERTY_OPENED, "opened")                                 \
	X(PROPERTY_BODIES, "bodies")

#define PROPERTIES_NUMBER(number, name) number,
enum member { MEMBER_TABLE(PROPERTIES_NUMBER) MEMBERS };
enum property { PROPERTY_TABLE(PROPERTIES_NUMBER) PROPERTIES };
#undef PROPERTIES_NUMBER

/* The names by number. */
extern const struct str member_names[MEMBERS];
extern const struct str property_names[PROPERTIES];

#endif
