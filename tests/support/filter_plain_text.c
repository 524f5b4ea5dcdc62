/* Texts of filters against what events say: texts, wildcards, expressions, letters; properties; parts of messages. What these
 * mean is told by the C library here. */
#include "support/filter_plain.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- a text ---------------------------------------------------------------- */

static bool is_expression(const char *pattern, bool fold, const char *text)
{
	regex_t expression;
	bool is;

	assert_int_equal(
		regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB | (fold ? REG_ICASE : 0)),
		0);
	is = regexec(&expression, text, 0, NULL, 0) == 0;
	regfree(&expression);
	return is;
}

static bool is_same(char a, char b, bool fold)
{
	return a == b || (fold && tolower((unsigned char)a) == tolower((unsigned char)b));
}

/* Its letters, in their order, in one word. */
static bool is_fuzzy(const char *letters, bool fold, const char *text)
{
	const char *left = letters;

	for (; *text != 0 && *left != 0; text++) {
		if (*text == ' ')
			left = letters;
		left += is_same(*text, *left, fold);
	}
	return *left == 0;
}

bool plain_text_fits(const struct filter_value *v, const char *text)
{
	struct buf wanted = {0};
	const char *w;
	bool fits;

	if (text[0] == 0 || v->test == TEST_PRESENT || v->test == TEST_RANGE)
		return text[0] != 0 && v->test == TEST_PRESENT;
	buf_append(&wanted, v->text);
	w = buf_text(&wanted);
	if (v->test == TEST_WILDCARD)
		fits = fnmatch(w, text, v->fold ? FNM_CASEFOLD : 0) == 0;
	else if (v->test == TEST_REGEX)
		fits = is_expression(w, v->fold, text);
	else if (v->test == TEST_FUZZY)
		fits = is_fuzzy(w, v->fold, text);
	else
		fits = (v->fold ? strcasestr(text, w) : strstr(text, w)) != NULL;
	buf_free(&wanted);
	return fits;
}

bool plain_any_text(const struct filter_node *n, const char *text)
{
	for (uint32_t i = 0; i < n->n_values; i++)
		if (plain_text_fits(&n->values[i], text))
			return true;
	return false;
}

/* ---- ids ------------------------------------------------------------------- */

static const char *sent(const cJSON *in, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(in, name);

	return cJSON_IsString(value) ? value->valuestring : "";
}

/* Whether any event has it as such an id. */
static bool is_id(const struct plain *p, enum field_number of, struct str id)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const cJSON *in = p->properties[i];

		if (of == FIELD_TRACE && str_eq(str_of(sent(in, "$ai_trace_id")), id))
			return true;
		if (of == FIELD_SESSION && str_eq(str_of(sent(in, "$ai_session_id")), id))
			return true;
		if (of == FIELD_THING_ID && (str_eq(str_of(sent(in, "$ai_span_id")), id) ||
		                             str_eq(str_of(sent(p->json[i], "uuid")), id)))
			return true;
	}
	return false;
}

bool plain_id_fits(const struct plain *p, const struct filter_node *n, enum field_number of,
                   const char *id)
{
	for (uint32_t i = 0; i < n->n_values && id[0] != 0; i++) {
		const struct filter_value *v = &n->values[i];

		if (v->test != TEST_VALUE   ? plain_text_fits(v, id)
		    : is_id(p, of, v->text) ? str_eq(str_of(id), v->text)
		                            : strncmp(id, v->text.p, v->text.n) == 0)
			return true;
	}
	return false;
}

/* ---- properties ------------------------------------------------------------ */

static bool any_pattern(const struct filter_node *n, const char *text)
{
	for (uint32_t i = 0; i < n->n_values; i++)
		if (n->values[i].test != TEST_VALUE && plain_text_fits(&n->values[i], text))
			return true;
	return false;
}

static bool string_fits(const struct filter_node *n, const char *text)
{
	char *end;
	double number = strtod(text, &end);

	if (*end == 0 && plain_any_number(n, number))
		return true;
	return n->field->type == FIELD_NUMBER ? any_pattern(n, text) : plain_any_text(n, text);
}

static bool value_fits(const struct filter_node *n, const cJSON *value)
{
	const char *word = cJSON_IsTrue(value) ? "true" : "false";
	char digits[32];

	if (cJSON_IsString(value))
		return string_fits(n, value->valuestring);
	if (cJSON_IsBool(value) && n->field->type == FIELD_NUMBER)
		return plain_any_number(n, cJSON_IsTrue(value));
	if (cJSON_IsBool(value))
		return plain_any_whole(n, word) || any_pattern(n, word);
	snprintf(digits, sizeof(digits), "%g", value->valuedouble);
	return plain_any_number(n, value->valuedouble) || any_pattern(n, digits);
}

bool plain_property_fits(const struct plain *p, const struct filter_node *n, uint32_t event)
{
	static const struct {
		enum field_number field;
		const char *names[2];
	} fields_of[] = {
		{FIELD_ENV, {"environment", "env"}},
		{FIELD_VERSION, {"release", NULL}},
		{FIELD_TEMP, {"$ai_temperature", NULL}},
		{FIELD_EVAL, {"$ai_evaluation_name", NULL}},
		{FIELD_SCORE, {"$ai_evaluation_score_value", "$ai_evaluation_result"}},
		{FIELD_FEEDBACK, {"$ai_feedback_text", NULL}},
	};
	const cJSON *in = p->properties[event], *value = NULL;
	struct buf name = {0};

	if (n->field->number == FIELD_PERSON)
		in = cJSON_GetObjectItemCaseSensitive(in, "$set");
	buf_append(&name, n->name);
	if (n->field->type == FIELD_VALUE)
		value = cJSON_GetObjectItemCaseSensitive(in, buf_text(&name));
	buf_free(&name);
	for (size_t i = 0; i < sizeof(fields_of) / sizeof(fields_of[0]); i++)
		for (size_t k = 0; k < 2 && fields_of[i].field == n->field->number; k++)
			if ((value == NULL || cJSON_IsNull(value)) && fields_of[i].names[k] != NULL)
				value = cJSON_GetObjectItemCaseSensitive(in, fields_of[i].names[k]);
	return value != NULL && !cJSON_IsNull(value) && value_fits(n, value);
}

/* ---- messages -------------------------------------------------------------- */

static const cJSON *first_of(const cJSON *in, const char *name)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(in, name);

	return cJSON_IsArray(list) ? list->child : NULL;
}

static bool call_fits(const struct filter_node *n, const cJSON *call, unsigned places)
{
	const cJSON *function = cJSON_GetObjectItemCaseSensitive(call, "function");

	return ((places & (PLAIN_TEXTS | PLAIN_TOOLS)) &&
	        plain_any_text(n, sent(function, "name"))) ||
	       ((places & (PLAIN_TEXTS | PLAIN_ARGUMENTS)) &&
	        plain_any_text(n, sent(function, "arguments")));
}

static bool message_fits(const struct filter_node *n, const cJSON *message, unsigned places)
{
	const char *role = sent(message, "role");
	const cJSON *call;

	if (n->role != FIELD_ROLE_ANY && strcmp(role, fields[FIELD_ROLE].words[n->role - 1]) != 0)
		return false;
	if (((places & PLAIN_TEXTS) || ((places & PLAIN_SYSTEM) && strcmp(role, "system") == 0) ||
	     ((places & PLAIN_RESULTS) && strcmp(role, "tool") == 0)) &&
	    plain_any_text(n, sent(message, "content")))
		return true;
	for (call = first_of(message, "tool_calls"); call != NULL; call = call->next)
		if (call_fits(n, call, places))
			return true;
	return false;
}

bool plain_messages_fit(const struct plain *p, const struct filter_node *n, uint32_t event,
                        const char *side, unsigned places)
{
	for (const cJSON *message = first_of(p->properties[event], side); message != NULL;
	     message = message->next)
		if (message_fits(n, message, places))
			return true;
	return false;
}

bool plain_calls_tools(const struct plain *p, uint32_t event)
{
	for (const cJSON *message = first_of(p->properties[event], "$ai_output_choices");
	     message != NULL; message = message->next)
		if (first_of(message, "tool_calls") != NULL)
			return true;
	return false;
}
