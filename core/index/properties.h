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
#define PROPERTY_TABLE(X)                                                  \
	X(PROPERTY_USER, "distinct_id")                                    \
	X(PROPERTY_TRACE, "$ai_trace_id")                                  \
	X(PROPERTY_SESSION, "$ai_session_id")                              \
	X(PROPERTY_SPAN, "$ai_span_id")                                    \
	X(PROPERTY_GENERATION, "$ai_generation_id")                        \
	X(PROPERTY_PARENT, "$ai_parent_id")                                \
	X(PROPERTY_SPAN_NAME, "$ai_span_name")                             \
	X(PROPERTY_TRACE_NAME, "$ai_trace_name")                           \
	X(PROPERTY_SPAN_TYPE, "$ai_span_type")                             \
	X(PROPERTY_PROVIDER, "$ai_provider")                               \
	X(PROPERTY_MODEL, "$ai_model")                                     \
	X(PROPERTY_MODEL_PARAMETERS, "$ai_model_parameters")               \
	X(PROPERTY_INPUT, "$ai_input")                                     \
	X(PROPERTY_INPUT_STATE, "$ai_input_state")                         \
	X(PROPERTY_OUTPUT_CHOICES, "$ai_output_choices")                   \
	X(PROPERTY_OUTPUT, "$ai_output")                                   \
	X(PROPERTY_OUTPUT_STATE, "$ai_output_state")                       \
	X(PROPERTY_TOOLS, "$ai_tools")                                     \
	X(PROPERTY_HTTP_STATUS, "$ai_http_status")                         \
	X(PROPERTY_LATENCY, "$ai_latency")                                 \
	X(PROPERTY_FIRST_TOKEN, "$ai_time_to_first_token")                 \
	X(PROPERTY_STOP_REASON, "$ai_stop_reason")                         \
	X(PROPERTY_STREAM, "$ai_stream")                                   \
	X(PROPERTY_IS_ERROR, "$ai_is_error")                               \
	X(PROPERTY_ERROR, "$ai_error")                                     \
	X(PROPERTY_AI_LIBRARY, "$ai_lib")                                  \
	X(PROPERTY_LIBRARY, "$lib")                                        \
	X(PROPERTY_FRAMEWORK, "$ai_framework")                             \
	X(PROPERTY_INGESTION_SOURCE, "$ai_ingestion_source")               \
	X(PROPERTY_PERSON_PROFILE, "$process_person_profile")              \
	X(PROPERTY_INPUT_TOKENS, "$ai_input_tokens")                       \
	X(PROPERTY_OUTPUT_TOKENS, "$ai_output_tokens")                     \
	X(PROPERTY_CACHE_READ, "$ai_cache_read_input_tokens")              \
	X(PROPERTY_CACHE_WRITE, "$ai_cache_creation_input_tokens")         \
	X(PROPERTY_REASONING, "$ai_reasoning_tokens")                      \
	X(PROPERTY_CACHE_EXCLUSIVE, "$ai_cache_reporting_exclusive")       \
	X(PROPERTY_COST_INPUT, "$ai_input_cost_usd")                       \
	X(PROPERTY_COST_OUTPUT, "$ai_output_cost_usd")                     \
	X(PROPERTY_COST_REQUEST, "$ai_request_cost_usd")                   \
	X(PROPERTY_COST_SEARCH, "$ai_web_search_cost_usd")                 \
	X(PROPERTY_COST_TOTAL, "$ai_total_cost_usd")                       \
	X(PROPERTY_TEXT, "text") /* of a $log event */                     \
	/* what the price of a call goes by, beside tokens */              \
	X(PROPERTY_USAGE, "$ai_usage")                                     \
	X(PROPERTY_SERVICE_TIER, "$ai_service_tier")                       \
	X(PROPERTY_CACHE_WRITE_5M, "$ai_cache_creation_5m_input_tokens")   \
	X(PROPERTY_CACHE_WRITE_1H, "$ai_cache_creation_1h_input_tokens")   \
	X(PROPERTY_AUDIO_INPUT, "$ai_audio_input_tokens")                  \
	X(PROPERTY_IMAGE_INPUT, "$ai_image_input_tokens")                  \
	X(PROPERTY_CACHE_READ_AUDIO, "$ai_cache_read_audio_tokens")        \
	X(PROPERTY_TEXT_OUTPUT, "$ai_text_output_tokens")                  \
	X(PROPERTY_AUDIO_OUTPUT, "$ai_audio_output_tokens")                \
	X(PROPERTY_IMAGE_OUTPUT, "$ai_image_output_tokens")                \
	X(PROPERTY_REQUESTS, "$ai_request_count")                          \
	X(PROPERTY_SEARCHES, "$ai_web_search_count")                       \
	X(PROPERTY_PRICE_INPUT, "$ai_input_token_price")                   \
	X(PROPERTY_PRICE_OUTPUT, "$ai_output_token_price")                 \
	X(PROPERTY_PRICE_CACHE_READ, "$ai_cache_read_token_price")         \
	X(PROPERTY_PRICE_CACHE_WRITE, "$ai_cache_write_token_price")       \
	X(PROPERTY_PRICE_CACHE_WRITE_1H, "$ai_cache_write_1h_token_price") \
	X(PROPERTY_PRICE_REQUEST, "$ai_request_price")                     \
	X(PROPERTY_PRICE_SEARCH, "$ai_web_search_price")

/* Members of the properties of a $listed_trace or $listed_session, beside those. */
#define LISTED_TABLE(X)                      \
	X(LISTED_FIRST_TIME, "first_time")   \
	X(LISTED_LAST_TIME, "last_time")     \
	X(LISTED_GENERATIONS, "generations") \
	X(LISTED_EMBEDDINGS, "embeddings")   \
	X(LISTED_SPANS, "spans")             \
	X(LISTED_METRICS, "metrics")         \
	X(LISTED_FEEDBACKS, "feedbacks")     \
	X(LISTED_TRACES, "traces")           \
	X(LISTED_ERRORS, "errors")           \
	X(LISTED_UNPRICED, "unpriced")       \
	X(LISTED_OPENED, "opened")           \
	X(LISTED_BODIES, "bodies")

/* Members of what $ai_usage holds: a provider's own usage, at whatever depth it stands in there. */
#define USAGE_TABLE(X)                                         \
	X(USAGE_USAGE, "usage")                                \
	X(USAGE_RAW, "raw")                                    \
	X(USAGE_RAW_RESPONSE, "rawResponse")                   \
	X(USAGE_USAGE_METADATA, "usageMetadata")               \
	X(USAGE_RAW_USAGE, "rawUsage")                         \
	X(USAGE_PROVIDER_METADATA, "providerMetadata")         \
	X(USAGE_GOOGLE, "google")                              \
	X(USAGE_ANTHROPIC, "anthropic")                        \
	X(USAGE_AMAZON_BEDROCK, "amazonBedrock")               \
	X(USAGE_BEDROCK, "bedrock")                            \
	X(USAGE_CACHE_DETAILS, "cacheDetails")                 \
	X(USAGE_INPUT_TOKENS, "inputTokens")                   \
	X(USAGE_TTL, "ttl")                                    \
	X(USAGE_CACHE_CREATION, "cache_creation")              \
	X(USAGE_5M, "ephemeral_5m_input_tokens")               \
	X(USAGE_1H, "ephemeral_1h_input_tokens")               \
	X(USAGE_PROMPT_DETAILS, "promptTokensDetails")         \
	X(USAGE_PROMPT_DETAILS_, "prompt_tokens_details")      \
	X(USAGE_OUTPUT_DETAILS, "candidatesTokensDetails")     \
	X(USAGE_OUTPUT_DETAILS_, "candidates_tokens_details")  \
	X(USAGE_OUTPUT_DETAIL, "outputTokenDetails")           \
	X(USAGE_CACHE_TOKENS_DETAILS, "cacheTokensDetails")    \
	X(USAGE_CACHE_TOKENS_DETAILS_, "cache_tokens_details") \
	X(USAGE_CACHED_DETAILS, "cached_tokens_details")       \
	X(USAGE_AUDIO, "audio_tokens")                         \
	X(USAGE_MODALITY, "modality")                          \
	X(USAGE_COUNT, "tokenCount")                           \
	X(USAGE_COUNT_, "token_count")                         \
	X(USAGE_TEXT_TOKENS, "textTokens")                     \
	X(USAGE_AUDIO_TOKENS, "audioTokens")                   \
	X(USAGE_IMAGE_TOKENS, "imageTokens")

#define PROPERTIES_NUMBER(number, name) number,
enum member { MEMBER_TABLE(PROPERTIES_NUMBER) MEMBERS };
enum property { PROPERTY_TABLE(PROPERTIES_NUMBER) PROPERTIES };
enum listed { LISTED_TABLE(PROPERTIES_NUMBER) LISTED };
enum usage_member { USAGE_TABLE(PROPERTIES_NUMBER) USAGES };
#undef PROPERTIES_NUMBER

/* The names by number. */
extern const struct str member_names[MEMBERS];
extern const struct str property_names[PROPERTIES];
extern const struct str listed_names[LISTED];
extern const struct str usage_names[USAGES];

#endif
