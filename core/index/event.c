/* The names of the event kinds. */
#include "index/event.h"

struct str event_kind_name(enum event_kind kind)
{
	switch (kind) {
	case EVENT_GENERATION:
		return STR("$ai_generation");
	case EVENT_EMBEDDING:
		return STR("$ai_embedding");
	case EVENT_SPAN:
		return STR("$ai_span");
	case EVENT_TRACE:
		return STR("$ai_trace");
	case EVENT_METRIC:
		return STR("$ai_metric");
	case EVENT_FEEDBACK:
		return STR("$ai_feedback");
	case EVENT_EVALUATION:
		return STR("$ai_evaluation");
	case EVENT_OTHER_AI:
	case EVENT_KINDS:
		break;
	}
	return STR_EMPTY;
}
