/* Texts and the events they stand in. A template is JSON with ' for ", @ for the text and # for its number. */
#include "support/hostile.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX  128
#define LINE_BYTES ((size_t)1 << 20)

/* ---- texts ----------------------------------------------------------------------------------------------------------- */

/* NOLINTBEGIN: that they mislead is what they are for */
static const char *const texts[] = {
	/* what acts: raw, then as JSON spells it */
	"\033[8;5;31mPWNED",
	"\\u001b[8;5;31mPWNED",
	"\033]52;c;PWNED=\007 \033]52;c;UFdORUQ=\033\\\\",
	"\\u001b]52;c;PWNED=\\u0007",
	"\033]0;PWNED\007\033]2;PWNED\033\\\\\033kPWNED\033\\\\",
	"\\u001b]0;PWNED\\u0007\\u001bkPWNED\\u001b\\\\",
	"\033]8;;http://evil.example/PWNED\033\\\\link\033]8;;\033\\\\",
	"\033]1337;File=name=PWNED:AAAA\007\033]9;PWNED\007\033]777;notify;PWNED\007",
	"\033P+q544ePWNED\033\\\\\033P1$tx\033\\\\\033Pq#0PWNED\033\\\\",
	"\\u001bPtmux;\\u001b\\u001b]52;c;PWNED\\u0007\\u001b\\\\",
	"\033_Gi=1;PWNED\033\\\\\033^PWNED\033\\\\\033XPWNED\033\\\\",
	"\033[6nPWNED\033[cPWNED\033[>qPWNED\033[21tPWNED\033[5i\005",
	"\\u001b[6nPWNED\\u001b[c\\u001b[?1$p\\u0005",
	"\033[2J\033[H\033[999BPWNED\033[1000000bPWNED",
	"\033cPWNED\033(0lqkPWNED\016PWNED\017\033#8\033>\033=PWNED",
	"\033[?1049lPWNED\033[?1000hPWNED\033[4hPWNED\033[?2026hPWNED",
	"\033[201~PWNED\033[?2004lPWNED",
	"\xC2\x9B"
	"8;5;31mPWNED\xC2\x9D"
	"0;PWNED\xC2\x9C\xC2\x90PWNED\xC2\x9C\xC2\x85PWNED",
	"\\u009b8;5;31mPWNED\\u009d0;PWNED\\u009c\\u0090PWNED\\u009c\\u0085PWNED",
	"\x9B"
	"8;5;31mPWNED\x9D"
	"0;PWNED\x9C\x90PWNED\x9C\x85PWNED",
	"\001\002\003\004\005\006\007\010\011\013\014\015\016\017\020\021\022\023PWNED\b\bXX",
	"\024\025\026\027\030\031\032\033\034\035\036\037\177PWNED\r\rXX",
	"\\u0000\\u0001\\u0007\\u000b\\u000e\\u001b\\u001f\\u007f\\b\\f\\r\\tPWNED",
	"one\\ntwo\\r\\nthree\\rover\\n\\n\\u2028four\\u2029five\\u0085six\\u000bseven",
	/* what hides, or turns around */
	"a\xE2\x80\xAE"
	"b\xE2\x80\xAD"
	"c\xE2\x80\xAA"
	"d\xE2\x80\xAB"
	"e\xE2\x80\xAC f",
	"a\xE2\x81\xA6"
	"b\xE2\x81\xA7"
	"c\xE2\x81\xA8"
	"d\xE2\x81\xA9 e\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C",
	"\\u202e\\u2066\\u200f\\u061c evil",
	"x\xF3\xA0\x80\x81\xF3\xA0\x81\x81\xF3\xA0\x81\xBF tag",
	"\\udb40\\udc41\\udb40\\udc42\\udb40\\udd00 tag",
	"\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2\xF3\xA0\x81\xBF flag",
	"p\xC2\xADq\xCD\x8Fr\xE2\x80\x8Bs\xE2\x80\x8Ct\xE2\x80\x8Du\xE2\x81\xA0v\xEF\xBB\xBFw",
	"\xEF\xB8\x8E\xEF\xB8\x8F\xEF\xB8\x80x\xEF\xB8\x8F\xF3\xA0\x84\x80y\xE1\xA0\x8Ez\xE1\xA0\x8B",
	"\xE1\x85\x9F\xE1\x85\xA0\xE3\x85\xA4\xEF\xBE\xA0\xE2\xA0\x80 fillers",
	"\xEF\xBF\xB9note\xEF\xBF\xBA\xEF\xBF\xBB\xF0\x9D\x85\xB3\xF0\x9B\xB2\xA0\xF0\x93\x90\xB0",
	"\xD8\x80\xD8\x81\xDB\x9D\xDC\x8F\xE0\xA3\xA2 numbers",
	"\xC2\xA0\xE3\x80\x80\xE2\x80\x87\xE2\x80\xAF\xE1\x9A\x80 blanks \xC2\xA0",
	/* what breaks columns */
	"\xCC\x81starts with a mark \xCC\x81\xE2\x83\x9D",
	"e\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85\xCC\x86 \xE2\x83\x9D \xE2\x83\xA3",
	"\xE7\xBF\xBB\xE8\xA8\xB3\xE3\x81\xAE\xE3\x83\x86\xEF\xBD\xB6\xEF\xBE\x9E\xEF\xBC\xA1",
	"\xED\x95\x9C\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x85\xA1\xE1\x86\xAB\xE1\x85\xA1",
	"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7\xF0\x9F\x8F\xBD",
	"\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xA9 1\xEF\xB8\x8F\xE2\x83\xA3 \xE2\x9D\xA4\xEF\xB8\x8F"
	"\xE2\x80\x8D\xF0\x9F\x94\xA5",
	"\xD8\xA7\xD9\x84\xD8\xB9\xD8\xB1\xD8\xA8\xD9\x8A\xD8\xA9 \xD7\xA2\xD7\x91\xD7\xA8 ltr",
	"\xE0\xA4\x95\xE0\xA5\x8D\xE0\xA4\xB7\xE0\xA4\xBF \xE0\xB8\x99\xE0\xB9\x89\xE0\xB8\xB3 "
	"\xE1\x9E\x81\xE1\x9F\x92\xE1\x9E\x98\xE1\x9F\x82 \xE0\xAE\x95\xE0\xAF\x8C",
	"\xEF\xB7\xBD\xF0\x92\x90\xAB\xE2\xB8\xBB\xEA\xA7\x85\xEF\xB7\xBA",
	/* what is no text */
	"\x80 \xBF\xBF \xC0\xAF \xC1\x81 \xE0\x80\xAF \xF0\x80\x80\xAF",
	"\xED\xA0\x80 \xED\xBF\xBF \xED\xA0\xBD\xED\xB8\x80",
	"\xF4\x90\x80\x80 \xF8\x88\x80\x80\x80 \xFC\x84\x80\x80\x80\x80 \xFE\xFF",
	"cut \xE2\x82",
	"cut \xF0\x9F\x98",
	"\\ud800",
	"\\udc00\\ud800 \\ud83d",
	"\\uffff\\ufffe\\ufdd0 \xEF\xBF\xBF \xF4\x8F\xBF\xBF \xEE\x80\x80 \xEF\xBF\xBD",
	/* words of some language */
	"=cmd|' /C calc'!A0",
	"+1+1",
	"-2-3",
	"@SUM(1+1)",
	"\\t=1+1",
	"$(reboot) `id` ; rm -rf / | x && y > z",
	"' or ''='",
	"\\\" or \\\"\\\"=\\\"",
	"%s%n%n%1000000d%x %",
	"../../../../etc/passwd",
	"--help",
	"-",
	"",
	" ",
	"null",
	"<script>alert(1)</script> | a | b |",
	"{\\\"role\\\":\\\"\\u001b[31mPWNED\\\",\\\"\\u202e\\\":[\\\"\\u009b31mPWNED\\\"]}",
	"data:image/png;base64,\\u001b[31mPWNED",
	"```\\u001b[31mPWNED\\n# head\\n```",
};
/* NOLINTEND */
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

/* Many of one kind: a base, and what stands on or behind it. */
static const struct {
	const char *base, *rest;
	int times;
} floods[] = {
	{"Zalgo", "\xCC\x81\xCD\x9C\xD2\x89\xE2\x83\x9D", 50},
	{"zero", "\xE2\x80\x8B\xE2\x80\x8D\xEF\xBB\xBF\xE2\x81\xA0", 60},
	{"tags", "\xF3\xA0\x81\x81", 200},
	{"wide", "\xE7\xBF\xBB", 300},
	{"joined", "\xF0\x9F\x91\xA9\xE2\x80\x8D", 100},
	{"\xE0\xBC\x80", "\xE0\xBE\x90\xE0\xBD\xB1", 100},
	{"long", "-and-longer", 60},
	{"lines", "\\n", 200},
	{"tabs", "\\t", 200},
	{"escapes", "\\u001b", 200},
	{"quotes", "\\\"", 200},
};
#define FLOODS (sizeof(floods) / sizeof(floods[0]))

size_t hostile_count(void)
{
	return TEXTS + FLOODS;
}

static const char *flood(size_t i)
{
	static char made[FLOODS][4096];
	char *text = made[i];

	if (text[0] != '\0')
		return text;
	snprintf(text, sizeof(made[i]), "%s", floods[i].base);
	for (int n = 0; n < floods[i].times; n++)
		strncat(text, floods[i].rest, sizeof(made[i]) - strlen(text) - 1);
	return text;
}

const char *hostile_text(size_t i)
{
	return i < TEXTS ? texts[i] : flood(i - TEXTS);
}

/* ---- events ---------------------------------------------------------------------------------------------------------- */

#define IDS "'$ai_trace_id':'@ t#','$ai_session_id':'@ s#','$ai_span_id':'@ #"
#define ORIGIN                                                                                    \
	"'$lib':'@','$ai_lib':'@','$lib_version':'@','$ai_framework':'@','$ai_provider':'@',"     \
	"'$ai_ingestion_source':'@','$ai_span_type':'@','$ai_base_url':'@','$ai_request_url':'@'" \
	",'$ai_http_status':'@','$ai_version':'@'"
#define NO_NUMBERS                                                                             \
	"'$ai_latency':'@','$ai_time_to_first_token':'@','$ai_input_tokens':'@',"              \
	"'$ai_output_tokens':'@','$ai_total_cost_usd':'@','$ai_input_cost_usd':'@',"           \
	"'$ai_is_error':'@','$ai_stream':'@','$process_person_profile':'@','$ai_temperature':" \
	"'@','$ai_max_tokens':'@'"

/* NOLINTBEGIN: long lines are put together of several strings */
static const char *const templates[] = {
	"{'uuid':'@a#','event':'$ai_trace','distinct_id':'@','timestamp':'2026-03-01T10:00:00Z',"
	"'properties':{'$ai_trace_id':'@ t#','$ai_session_id':'@ s#','$ai_trace_name':'@',"
	"'$ai_span_name':'@','$ai_latency':3,'$ai_input_state':'@','$ai_output_state':{'@':'@'},"
	"'$ai_error':'@'," ORIGIN "}}",

	"{'uuid':'@b#','event':'$ai_generation','distinct_id':'@','timestamp':"
	"'2026-03-01T10:00:01Z','properties':{" IDS "g','$ai_parent_id':'@ t#','$ai_generation_id'"
	":'@ #g','$ai_span_name':'@','$ai_model':'@','$ai_is_error':true,'$ai_error':{'message':"
	"'@','type':'@','code':'@'},'$ai_stop_reason':'@','$ai_input_tokens':5,'$ai_latency':1,"
	"'$ai_model_parameters':{'@':'@','temperature':'@'},"
	"'$ai_input':[{'role':'system','content':'@'},{'role':'@','content':'@'},{'role':'user',"
	"'content':'@'},{'role':'user','content':[{'type':'text','text':'@'},{'type':'@','@':'@'},"
	"{'type':'image_url','image_url':{'url':'@'}},{'type':'file','file':{'filename':'@',"
	"'file_data':'@'}}]},{'role':'tool','name':'@','tool_call_id':'@','content':'@'}],"
	"'$ai_output_choices':[{'role':'assistant','content':'@','refusal':'@','tool_calls':"
	"[{'id':'@','type':'function','function':{'name':'@','arguments':'@'}}]}],"
	"'$ai_tools':[{'type':'@','function':{'name':'@','description':'@','parameters':"
	"{'@':'@'}}}],'@':'@','@ object':{'@':['@',{'@':null}]}," ORIGIN "}}",

	"{'uuid':'@c#','event':'$ai_generation','distinct_id':'@','timestamp':"
	"'2026-03-01T10:00:02Z','properties':{" IDS "h','$ai_parent_id':'@ #g','$ai_model':'@',"
	"'$ai_input':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'@','content'"
	":[{'type':'text','text':'@'}],'is_error':true}]}],'$ai_output_choices':[{'role':"
	"'assistant','content':[{'type':'thinking','thinking':'@','signature':'@'},{'type':"
	"'tool_use','id':'@','name':'@','input':{'@':'@'}},{'type':'text','text':'@','citations':"
	"[{'url':'@','title':'@'}]}]}],'$ai_stop_reason':'@'," NO_NUMBERS "," ORIGIN "}}",

	"{'uuid':'@d#','event':'$ai_embedding','distinct_id':'@','timestamp':"
	"'2026-03-01T10:00:03Z','properties':{" IDS "e','$ai_parent_id':'@ #g','$ai_model':'@',"
	"'$ai_input':'@','$ai_error':'@'," ORIGIN "}}",

	"{'uuid':'@e#','event':'$ai_span','distinct_id':'@','timestamp':'2026-03-01T10:00:04Z',"
	"'properties':{" IDS "p','$ai_parent_id':'@ nobody','$ai_span_name':'@','$ai_input_state'"
	":{'@':{'@':'@'}},'$ai_output_state':['@'],'$ai_latency':1," ORIGIN "}}",

	"{'uuid':'@f#','event':'$ai_metric','distinct_id':'@','timestamp':'2026-03-01T10:00:05Z',"
	"'properties':{" IDS "m','$ai_metric_name':'@','$ai_metric_value':'@'}}",

	"{'uuid':'@g#','event':'$ai_feedback','distinct_id':'@','timestamp':"
	"'2026-03-01T10:00:06Z','properties':{" IDS "f','$ai_feedback_text':'@'}}",

	"{'uuid':'@h#','event':'$ai_@','distinct_id':'@','timestamp':'@','properties':{" IDS
	"x','$ai_span_name':'@'}}",

	"{'uuid':'@i#','event':'$log','distinct_id':'@','timestamp':'2026-03-01T10:00:07Z',"
	"'properties':{'text':'@'}}",

	"{'uuid':'@j#','event':'@','distinct_id':'@','timestamp':'@','properties':{'@':'@'}}",
};
/* NOLINTEND */
#define TEMPLATES (sizeof(templates) / sizeof(templates[0]))

static void write_line(FILE *out, const char *template, const char *text, size_t number)
{
	for (const char *p = template; *p != '\0'; p++) {
		if (*p == '@')
			fputs(text, out);
		else if (*p == '#')
			fprintf(out, "%zu", number);
		else
			fputc(*p == '\'' ? '"' : *p, out);
	}
	fputc('\n', out);
}

static void write_events(FILE *out, const char *text, size_t number)
{
	for (size_t i = 0; i < TEMPLATES; i++)
		write_line(out, templates[i], text, number);
}

void hostile_write(FILE *out)
{
	for (size_t i = 0; i < hostile_count(); i++)
		write_events(out, hostile_text(i), i);
}

void hostile_write_list(FILE *out, FILE *list)
{
	static const char before[] = "\"$ai_model\":\"", behind[] = "\",\"$ai_provider\"";
	char *line = malloc(LINE_BYTES);
	size_t number = 0;

	while (line != NULL && fgets(line, LINE_BYTES, list) != NULL) {
		char *text = strstr(line, before), *end = strstr(line, behind);

		/* Every other line has it in other fields. */
		if (++number % 2 == 0 || text == NULL || end == NULL)
			continue;
		*end = '\0';
		write_events(out, text + sizeof(before) - 1, number);
	}
	free(line);
}
