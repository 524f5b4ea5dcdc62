/* PostHog's mapping of spans, row by row: each as JSON and as protobuf, through the batch and into a
 * journal line. */
#include "support/otlp_sample.h"

#include "collect/otlp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CROWD 70 /* more than the list has room for at first */

#define TRACE "0102030405060708090a0b0c0d0e0f10"
#define SPAN  "1112131415161718"

/* Single quotes stand for double ones. */
struct row {
	const char *what;
	const char *attributes; /* of the span, plain */
	const char *more;       /* members of the span, of its resource and scope */
	const char *event;
	const char *expected; /* properties that must be there */
	const char *absent;   /* and those that must not, one blank between */
};

#define CHILD "'parentSpanId':'2122232425262728',"

static const struct row general[] = {
	{"ids, name, latency, source", "{'gen_ai.operation.name':'chat'}", "", "$ai_generation",
         "{'$ai_trace_id':'" TRACE "','$ai_span_id':'" SPAN
         "','$ai_span_name':'step','$ai_latency':1.5,"
         "'$ai_ingestion_source':'otel','$geoip_disable':true,'$lib':'posthog-otel'}",
         "$ai_parent_id gen_ai.operation.name $ai_is_error"},
	{"a parent", "{'gen_ai.operation.name':'chat'}", CHILD, "$ai_generation",
         "{'$ai_parent_id':'2122232425262728'}", ""},
	{"a parent of zeros is none", "{'gen_ai.x':1}", "'parentSpanId':'0000000000000000',",
         "$ai_trace", "{}", "$ai_parent_id"},
	{"a span without parent is the trace", "{'gen_ai.operation.name':'invoke_agent'}", "",
         "$ai_trace", "{}", "gen_ai.operation.name"},
	{"with parent it is a span", "{'gen_ai.operation.name':'execute_tool'}", CHILD, "$ai_span",
         "{}", "gen_ai.operation.name"},
	{"embeddings", "{'gen_ai.operation.name':'embeddings'}", "", "$ai_embedding", "{}", ""},
	{"messages are parsed",
         "{'gen_ai.operation.name':'chat',"
         "'gen_ai.input.messages':'[{\\'role\\':\\'user\\',\\'parts\\':[]}]',"
         "'gen_ai.output.messages':'[{\\'role\\':\\'assistant\\',\\'parts\\':[]}]'}",
         "", "$ai_generation",
         "{'$ai_input':[{'role':'user','parts':[]}],"
         "'$ai_output_choices':[{'role':'assistant','parts':[]}]}",
         "gen_ai.input.messages gen_ai.output.messages"},
	{"messages that are no JSON stay text",
         "{'gen_ai.input.messages':'[cut','gen_ai.output.messages':''}", "", "$ai_trace",
         "{'$ai_input':'[cut','$ai_output_choices':''}", ""},
	{"messages as values of their own",
         "{'gen_ai.input.messages':[{'role':'user','content':'hi'}]}", "", "$ai_trace",
         "{'$ai_input':[{'role':'user','content':'hi'}]}", ""},
	{"instructions lead",
         "{'gen_ai.input.messages':'[{\\'role\\':\\'user\\'}]','gen_ai.system_instructions':"
         "'[{\\'type\\':\\'text\\',\\'content\\':\\'A\\'},{\\'type\\':\\'x\\',\\'content\\':\\'B\\'},"
         "{\\'type\\':\\'text\\',\\'content\\':\\'C\\'}]'}",
         "", "$ai_trace", "{'$ai_input':[{'role':'system','content':'A\\n\\nC'},{'role':'user'}]}",
         "gen_ai.system_instructions"},
	{"instructions as text, and no messages", "{'gen_ai.system_instructions':'Be brief.'}", "",
         "$ai_trace", "{'$ai_input':[{'role':'system','content':'Be brief.'}]}", ""},
	{"instructions before no message",
         "{'gen_ai.input.messages':'[ ]','gen_ai.system_instructions':'S'}", "", "$ai_trace",
         "{'$ai_input':[{'role':'system','content':'S'}]}", ""},
	{"there is a system message",
         "{'gen_ai.input.messages':'[{\\'role\\':\\'system\\'}]','gen_ai.system_instructions':'S'}",
         "", "$ai_trace", "{'$ai_input':[{'role':'system'}]}", "gen_ai.system_instructions"},
	{"tokens",
         "{'gen_ai.usage.input_tokens':10,'gen_ai.usage.output_tokens':4,"
         "'gen_ai.usage.cache_read.input_tokens':3,'gen_ai.usage.cache_creation.input_tokens':2}",
         "", "$ai_trace",
         "{'$ai_input_tokens':10,'$ai_output_tokens':4,'$ai_cache_read_input_tokens':3,"
         "'$ai_cache_creation_input_tokens':2}",
         "gen_ai.usage.input_tokens"},
	{"tokens by older names",
         "{'gen_ai.usage.prompt_tokens':10,'gen_ai.usage.completion_tokens':4,"
         "'gen_ai.usage.output_tokens':5}",
         "", "$ai_trace", "{'$ai_input_tokens':10,'$ai_output_tokens':5}",
         "gen_ai.usage.prompt_tokens gen_ai.usage.completion_tokens"},
	{"model and provider",
         "{'gen_ai.request.model':'gpt','gen_ai.response.model':'gpt-1','gen_ai.system':'old',"
         "'gen_ai.provider.name':'new','server.address':'api.example'}",
         "", "$ai_trace", "{'$ai_model':'gpt-1','$ai_provider':'new','$ai_base_url':'api.example'}",
         "gen_ai.request.model gen_ai.system server.address"},
	{"model and provider by their second names",
         "{'gen_ai.request.model':'gpt','gen_ai.system':'old'}", "", "$ai_trace",
         "{'$ai_model':'gpt','$ai_provider':'old'}", ""},
	{"the SDK on a span",
         "{'gen_ai.x':1,'telemetry.sdk.name':'ot','telemetry.sdk.version':'2'}", "", "$ai_trace",
         "{'$ai_lib':'ot','$ai_lib_version':'2'}", "telemetry.sdk.language"},
	{"resource under span, without the machine", "{'gen_ai.x':1,'a':'span'}",
         "'resource':{'a':'resource','service.name':'s','host.name':'h','os.type':'o','process.pid':1,"
         "'telemetry.sdk.name':'t'},'scope':{'version':'6.7.1'},",
         "$ai_trace", "{'a':'span','service.name':'s','$lib_version':'6.7.1','gen_ai.x':1}",
         "host.name os.type process.pid telemetry.sdk.name $ai_lib"},
	{"a session by the conversation", "{'gen_ai.conversation.id':'c'}", "", "$ai_trace",
         "{'$ai_session_id':'c','gen_ai.conversation.id':'c'}", ""},
	{"what is given directly", "{'gen_ai.conversation.id':'c','$ai_session_id':'s'}", "",
         "$ai_trace", "{'$ai_session_id':'s'}", ""},
	{"groups", "{'gen_ai.x':1,'$groups':'{\\'company\\':\\'acme\\'}'}", "", "$ai_trace",
         "{'$groups':{'company':'acme'}}", ""},
	{"groups that are none", "{'gen_ai.x':1,'$groups':'acme'}", "", "$ai_trace",
         "{'$groups':'acme'}", ""},
	{"geoip", "{'gen_ai.x':1,'posthog.geoip_disable':false}", "", "$ai_trace",
         "{'$geoip_disable':false}", "posthog.geoip_disable"},
	{"what is stripped",
         "{'gen_ai.x':1,'user.id':'u','posthog.distinct_id':'d','posthog.ai.debug':true,"
         "'telemetry.sdk.language':'c'}",
         "", "$ai_trace", "{}",
         "user.id posthog.distinct_id posthog.ai.debug telemetry.sdk.language"},
	{"Logfire's events",
         "{'gen_ai.x':1,'events':'[{\\'event.name\\':\\'gen_ai.user.message\\',\\'content\\':\\'B\\',"
         "\\'gen_ai.message.index\\':1},{\\'event.name\\':\\'gen_ai.system.message\\',"
         "\\'content\\':\\'A\\',\\'gen_ai.message.index\\':0},{\\'event.name\\':\\'gen_ai.choice\\',"
         "\\'message\\':{\\'role\\':\\'assistant\\',\\'content\\':\\'C\\'}},"
         "{\\'event.name\\':\\'other\\'}]'}",
         "", "$ai_trace",
         "{'$ai_input':[{'role':'system','content':'A'},{'role':'user','content':'B'}],"
         "'$ai_output_choices':[{'role':'assistant','content':'C'}]}",
         "events"},
	{"values of every kind",
         "{'gen_ai.x':{'i':-7,'d':0.1,'b':false,'l':['a',1],'o':{'s':'t'}},'big':1e300}", "",
         "$ai_trace",
         "{'gen_ai.x':{'i':-7,'d':0.1,'b':false,'l':['a',1],'o':{'s':'t'}},'big':1e300}", ""},
};

static const struct row failures[] = {
	{"an exception", "{'gen_ai.x':1,'http.response.status_code':429}",
         "'status':{'code':2,'message':'no'},'events':[{'name':'exception','attributes':{"
         "'exception.type':'First'}},{'name':'exception','attributes':{'exception.type':'RateLimit',"
         "'exception.message':'Too many'}},{'name':'gen_ai.x'}],",
         "$ai_trace",
         "{'$ai_is_error':true,'$ai_error':'RateLimit: Too many','$ai_http_status':429}", ""},
	{"a status", "{'gen_ai.x':1}", "'status':{'code':2,'message':'no luck'},", "$ai_trace",
         "{'$ai_is_error':true,'$ai_error':'no luck','$ai_http_status':500}", ""},
	{"nothing but a code", "{'gen_ai.x':1}", "'status':{'code':2},", "$ai_trace",
         "{'$ai_is_error':true,'$ai_error':'OpenTelemetry span status error','$ai_http_status':500}",
         ""},
	{"a code in the text", "{'gen_ai.x':1}",
         "'status':{'code':2,'message':'Status code: 401'},'events':[{'attributes':{"
         "'exception.message':'failed with HTTP 429'}}],",
         "$ai_trace", "{'$ai_error':'failed with HTTP 429','$ai_http_status':429}", ""},
	{"a code in the status", "{'gen_ai.x':1}",
         "'status':{'code':2,'message':'status_code=503'},", "$ai_trace", "{'$ai_http_status':503}",
         ""},
	{"numbers that are no code", "{'gen_ai.x':1}",
         "'status':{'code':2,'message':'status of 200 records, https://a/404, http 4040'},",
         "$ai_trace", "{'$ai_http_status':500}", ""},
	{"what is given directly", "{'gen_ai.x':1,'$ai_error':'mine','$ai_http_status':418}",
         "'status':{'code':2},", "$ai_trace",
         "{'$ai_is_error':true,'$ai_error':'mine','$ai_http_status':418}", ""},
	{"an exception that was survived", "{'gen_ai.x':1}",
         "'status':{'code':1},'events':[{'name':'exception'}],", "$ai_trace", "{}",
         "$ai_is_error $ai_error $ai_http_status"},
};

static const struct row vercel[] = {
	{"a request",
         "{'ai.operationId':'ai.generateText.doGenerate','ai.prompt.messages':"
         "'[{\\'role\\':\\'user\\',\\'content\\':\\'hi\\'}]','ai.response.text':'hello',"
         "'ai.response.finishReason':'stop','gen_ai.system':'openai.chat','ai.model.id':'m',"
         "'gen_ai.usage.input_tokens':3,'ai.usage.inputTokenDetails.noCacheTokens':3,"
         "'ai.usage.outputTokenDetails.reasoningTokens':2,'ai.request.headers.user-agent':'x',"
         "'ai.telemetry.metadata.posthog_distinct_id':'u','ai.telemetry.metadata.other':'o',"
         "'ai.telemetry.metadata.$ai_session_id':'s','ai.telemetry.metadata.$ai_prompt_name':'p',"
         "'ai.telemetry.metadata.$ai_prompt_version':7,'ai.telemetry.functionId':'weather'}",
         CHILD, "$ai_generation",
         "{'$ai_input':[{'role':'user','content':'hi'}],"
         "'$ai_output_choices':[{'role':'assistant','content':'hello'}],'$ai_stop_reason':'stop',"
         "'$ai_provider':'openai.chat','$ai_input_tokens':3,'$ai_cache_reporting_exclusive':false,"
         "'$ai_reasoning_tokens':2,'posthog_distinct_id':'u','$ai_session_id':'s',"
         "'$ai_prompt_name':'p','$ai_prompt_version':7,'functionId':'weather','$ai_span_name':'step',"
         "'$ai_framework':'vercel','$ai_lib':'opentelemetry/vercel-ai'}",
         "ai.operationId ai.prompt.messages ai.response.text ai.model.id ai.request.headers.user-agent "
         "ai.telemetry.metadata.other ai.telemetry.functionId $ai_input_state"},
	{"tool calls and tools",
         "{'ai.operationId':'ai.streamText.doStream','ai.response.text':'Let me see.',"
         "'ai.response.toolCalls':'[{\\'toolCallId\\':\\'c\\',\\'toolName\\':\\'t\\',\\'input\\':{}}]',"
         "'ai.prompt.tools':['{\\'name\\':\\'t\\'}'],'gen_ai.response.finish_reasons':['tool-calls']}",
         CHILD, "$ai_generation",
         "{'$ai_output_choices':[{'role':'assistant','content':[{'type':'text','text':'Let me see.'},"
         "{'type':'tool-call','toolCallId':'c','toolName':'t','input':{}}]}],"
         "'$ai_tools':[{'name':'t'}],'$ai_stop_reason':'tool-calls'}",
         "ai.response.toolCalls ai.prompt.tools gen_ai.response.finish_reasons"},
	{"the function",
         "{'ai.operationId':'ai.generateText','ai.telemetry.functionId':'weather','ai.prompt':"
         "'{\\'system\\':\\'S\\',\\'messages\\':[{\\'role\\':\\'user\\',\\'content\\':\\'1\\'},"
         "{\\'role\\':\\'assistant\\'},{\\'role\\':\\'user\\',\\'content\\':\\'2\\'}]}',"
         "'ai.response.text':'done'}",
         "", "$ai_trace",
         "{'$ai_input':[{'role':'system','content':'S'},{'role':'user','content':'1'},"
         "{'role':'assistant'},{'role':'user','content':'2'}],"
         "'$ai_input_state':{'role':'user','content':'2'},"
         "'$ai_output_state':{'role':'assistant','content':'done'},'$ai_span_name':'weather'}",
         "ai.prompt ai.response.text"},
	{"its prompt as a text in an object",
         "{'ai.operationId':'ai.streamText','ai.prompt':'{\\'prompt\\':\\'Weather?\\'}'}", CHILD,
         "$ai_span",
         "{'$ai_input':[{'role':'user','content':'Weather?'}],"
         "'$ai_input_state':{'role':'user','content':'Weather?'}}",
         "$ai_output_state"},
	{"its prompt as a list",
         "{'ai.operationId':'ai.streamText','ai.prompt':'[{\\'role\\':\\'user\\'}]'}", CHILD,
         "$ai_span", "{'$ai_input':[{'role':'user'}]}", ""},
	{"its prompt as a text", "{'ai.operationId':'ai.streamText','ai.prompt':'hi'}", CHILD,
         "$ai_span", "{'$ai_input':[{'role':'user','content':'hi'}]}", ""},
	{"a tool",
         "{'ai.operationId':'ai.toolCall','ai.toolCall.name':'look','ai.toolCall.id':'c',"
         "'ai.toolCall.args':'{\\'q\\':1}','ai.toolCall.result':'\\'sunny\\''}",
         CHILD, "$ai_span",
         "{'$ai_span_name':'look','$ai_input_state':{'q':1},'$ai_output_state':'sunny'}",
         "ai.toolCall.name ai.toolCall.id ai.toolCall.args ai.toolCall.result"},
	{"embedding", "{'ai.operationId':'ai.embedMany.doEmbed'}", CHILD, "$ai_embedding", "{}",
         ""},
	{"version 7 has the general names",
         "{'gen_ai.operation.name':'chat','ai.usage.outputTokenDetails.reasoningTokens':5}", CHILD,
         "$ai_generation", "{}", ""},
	{"the operation tells, not the general name",
         "{'gen_ai.operation.name':'chat','ai.operationId':'ai.toolCall'}", CHILD, "$ai_span", "{}",
         ""},
	{"a name and groups from metadata",
         "{'ai.operationId':'ai.toolCall','ai.telemetry.metadata.$ai_span_name':'mine',"
         "'ai.telemetry.metadata.$groups':'{\\'a\\':\\'b\\'}'}",
         CHILD, "$ai_span", "{'$ai_span_name':'mine','$groups':{'a':'b'}}", ""},
};

static const struct row others[] = {
	{"Traceloop",
         "{'llm.request.type':'chat','traceloop.span.kind':'x','gen_ai.prompt.1.role':'user',"
         "'gen_ai.prompt.1.content':'hi','gen_ai.prompt.0.role':'system','gen_ai.prompt.0.content':'S',"
         "'gen_ai.prompt.10.role':'tool','gen_ai.prompt.10.tool_call_id':'c',"
         "'gen_ai.prompt.2.role':'assistant','gen_ai.prompt.2.tool_calls.0.id':'c',"
         "'gen_ai.prompt.2.tool_calls.0.name':'look','gen_ai.prompt.2.tool_calls.0.arguments':'{}',"
         "'gen_ai.completion.0.role':'assistant','gen_ai.completion.0.content':'yes',"
         "'gen_ai.completion.0.finish_reason':'stop','llm.request.functions.0.name':'look',"
         "'llm.request.functions.0.parameters':'{}','llm.usage.total_tokens':9,"
         "'traceloop.association.properties.user':'u'}",
         CHILD, "$ai_generation",
         "{'$ai_input':[{'role':'system','content':'S'},{'role':'user','content':'hi'},"
         "{'role':'assistant','tool_calls':[{'id':'c','name':'look','arguments':'{}'}]},"
         "{'role':'tool','tool_call_id':'c'}],"
         "'$ai_output_choices':[{'role':'assistant','content':'yes','finish_reason':'stop'}],"
         "'$ai_tools':[{'name':'look','parameters':'{}'}],'$ai_stop_reason':'stop',"
         "'$ai_lib':'opentelemetry/traceloop'}",
         "gen_ai.prompt.0.role gen_ai.completion.0.content llm.request.functions.0.name "
         "llm.usage.total_tokens traceloop.span.kind llm.request.type "
         "traceloop.association.properties.user"},
	{"Traceloop in Go",
         "{'llm.request.type':'completion','llm.prompts.0.role':'user','llm.prompts.0.content':'hi',"
         "'llm.completions.0.role':'assistant','llm.completions.0.tool_calls.0.name':'t',"
         "'llm.request.model':'m','llm.response.model':'m-1','llm.usage.prompt_tokens':3,"
         "'llm.usage.completion_tokens':4,'llm.vendor':'openai','llm.response.finish_reason':'stop'}",
         CHILD, "$ai_generation",
         "{'$ai_input':[{'role':'user','content':'hi'}],"
         "'$ai_output_choices':[{'role':'assistant','tool_calls':[{'name':'t'}]}],'$ai_model':'m-1',"
         "'$ai_input_tokens':3,'$ai_output_tokens':4,'$ai_provider':'openai','$ai_stop_reason':'stop'}",
         "llm.request.model llm.vendor llm.usage.prompt_tokens"},
	{"Traceloop's workflow",
         "{'traceloop.span.kind':'workflow','traceloop.entity.input':'{\\'a\\':1}',"
         "'traceloop.entity.output':'done'}",
         "", "$ai_trace", "{'$ai_input_state':{'a':1},'$ai_output_state':'done'}",
         "traceloop.entity.input"},
	{"a request for embeddings", "{'llm.request.type':'embedding'}", CHILD, "$ai_embedding",
         "{}", ""},
	{"Pydantic AI's agent",
         "{'pydantic_ai.all_messages':'[{\\'role\\':\\'system\\'},{\\'role\\':\\'user\\',\\'n\\':1},"
         "{\\'role\\':\\'user\\',\\'n\\':2},{\\'role\\':\\'assistant\\'}]','final_result':'42 is it',"
         "'gen_ai.agent.name':'planner','agent_name':'old','model_name':'m','logfire.msg':'x'}",
         CHILD, "$ai_span",
         "{'$ai_input_state':{'role':'user','n':1},'$ai_output_state':'42 is it',"
         "'$ai_span_name':'planner','$ai_model':'m','$ai_lib':'opentelemetry/pydantic-ai'}",
         "pydantic_ai.all_messages final_result gen_ai.agent.name agent_name model_name logfire.msg"},
	{"its last answer, where there is no result",
         "{'pydantic_ai.all_messages':'[{\\'role\\':\\'user\\'},{\\'role\\':\\'assistant\\',\\'n\\':1},"
         "{\\'role\\':\\'tool\\',\\'n\\':2},{\\'role\\':\\'user\\'}]'}",
         "", "$ai_trace", "{'$ai_output_state':{'role':'tool','n':2}}", ""},
	{"its tool",
         "{'gen_ai.x':1,'logfire.msg':'m','tool_arguments':'{\\'q\\':1}','tool_response':'ok',"
         "'gen_ai.tool.name':'look','gen_ai.tool.call.id':'c'}",
         CHILD, "$ai_span",
         "{'$ai_input_state':{'q':1},'$ai_output_state':'ok','$ai_span_name':'look'}",
         "tool_arguments tool_response gen_ai.tool.name gen_ai.tool.call.id"},
	{"its tool, by newer names",
         "{'gen_ai.x':1,'logfire.msg':'m','gen_ai.tool.call.arguments':'{\\'q\\':2}',"
         "'gen_ai.tool.call.result':'[1]'}",
         CHILD, "$ai_span", "{'$ai_input_state':{'q':2},'$ai_output_state':[1]}",
         "gen_ai.tool.call.arguments"},
	{"its stop reason",
         "{'gen_ai.operation.name':'chat','logfire.msg':'m',"
         "'gen_ai.output.messages':'[{\\'finish_reason\\':\\'length\\'}]'}",
         CHILD, "$ai_generation", "{'$ai_stop_reason':'length'}", ""},
	{"OpenInference",
         "{'openinference.span.kind':'LLM','llm.input_messages.0.message.role':'user',"
         "'llm.input_messages.0.message.content':'hi','llm.output_messages.0.message.role':'assistant',"
         "'llm.output_messages.0.message.tool_calls.0.tool_call.id':'c',"
         "'llm.output_messages.0.message.tool_calls.0.tool_call.function.name':'look',"
         "'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments':'{}',"
         "'llm.tools.0.tool.json_schema':'{\\'name\\':\\'look\\'}','llm.token_count.prompt':3,"
         "'llm.token_count.completion':4,'llm.token_count.total':7,"
         "'llm.token_count.prompt_details.cache_read':1,'llm.token_count.prompt_details.cache_write':2,"
         "'llm.model_name':'m','llm.provider':'p','llm.finish_reason':'stop','session.id':'s',"
         "'llm.invocation_parameters':'{\\'temperature\\':0}','input.value':'x','output.value':'y'}",
         CHILD, "$ai_generation",
         "{'$ai_input':[{'role':'user','content':'hi'}],"
         "'$ai_output_choices':[{'role':'assistant','tool_calls':[{'id':'c','type':'function',"
         "'function':{'name':'look','arguments':'{}'}}]}],'$ai_tools':[{'name':'look'}],"
         "'$ai_input_tokens':3,'$ai_output_tokens':4,'$ai_cache_read_input_tokens':1,"
         "'$ai_cache_creation_input_tokens':2,'$ai_model':'m','$ai_provider':'p',"
         "'$ai_stop_reason':'stop','$ai_session_id':'s','$ai_model_parameters':{'temperature':0},"
         "'$ai_lib':'opentelemetry/openinference'}",
         "openinference.span.kind input.value output.value llm.token_count.total llm.model_name "
         "llm.invocation_parameters"},
	{"its contents in parts, which PostHog leaves where they are",
         "{'openinference.span.kind':'LLM','llm.input_messages.0.message.role':'user',"
         "'llm.input_messages.0.message.contents.1.message_content.text':'b',"
         "'llm.input_messages.0.message.contents.1.message_content.type':'text',"
         "'llm.input_messages.0.message.contents.0.message_content.type':'image'}",
         CHILD, "$ai_generation",
         "{'$ai_input':[{'role':'user','content':[{'type':'image'},{'text':'b','type':'text'}]}]}",
         ""},
	{"its whole payload",
         "{'openinference.span.kind':'CHAIN','input.value':'in','output.value':'out'}", CHILD,
         "$ai_span",
         "{'$ai_input':[{'role':'user','content':'in'}],"
         "'$ai_output_choices':[{'role':'assistant','content':'out'}]}",
         "input.value"},
	{"its embedding", "{'openinference.span.kind':'EMBEDDING'}", CHILD, "$ai_embedding", "{}",
         ""},
	{"LangWatch",
         "{'langwatch.input':'{\\'type\\':\\'json\\',\\'value\\':[{\\'role\\':\\'user\\'}]}',"
         "'langwatch.output':'{\\'type\\':\\'json\\',\\'value\\':{\\'choices\\':[{\\'message\\':"
         "{\\'role\\':\\'assistant\\',\\'content\\':\\'yes\\',\\'refusal\\':\\'\\',\\'tool_calls\\':[]},"
         "\\'finish_reason\\':\\'stop\\'}]}}','langwatch.instructions':'S','gen_ai.operation.name':'chat',"
         "'url.path':'/'}",
         CHILD, "$ai_generation",
         "{'$ai_input':[{'role':'system','content':'S'},{'role':'user'}],"
         "'$ai_output_choices':[{'role':'assistant','content':'yes'}],'$ai_stop_reason':'stop',"
         "'$ai_lib':'opentelemetry/langwatch'}",
         "langwatch.input langwatch.output langwatch.instructions url.path"},
	{"its texts",
         "{'langwatch.input':'{\\'type\\':\\'text\\',\\'value\\':\\'hi\\'}',"
         "'langwatch.output':'{\\'type\\':\\'text\\',\\'value\\':\\'yes\\'}'}",
         CHILD, "$ai_span",
         "{'$ai_input':[{'role':'user','content':'hi'}],"
         "'$ai_output_choices':[{'role':'assistant','content':'yes'}]}",
         ""},
	{"its responses",
         "{'langwatch.output':'{\\'value\\':{\\'output\\':[{\\'type\\':\\'message\\',\\'content\\':"
         "[{\\'text\\':\\'a\\'},{\\'text\\':\\'b\\'}]},{\\'type\\':\\'function_call\\',\\'call_id\\':\\'c\\',"
         "\\'name\\':\\'look\\',\\'arguments\\':\\'{}\\'}]}}'}",
         CHILD, "$ai_span",
         "{'$ai_output_choices':[{'role':'assistant','content':'ab'},{'role':'assistant','content':null,"
         "'tool_calls':[{'id':'c','type':'function','function':{'name':'look','arguments':'{}'}}]}]}",
         ""},
	{"Anthropic",
         "{'gen_ai.operation.name':'chat','anthropic.session.id':'s','gen_ai.conversation.id':'c',"
         "'gen_ai.usage.input_tokens':10,'gen_ai.usage.cache_write.input_tokens':6,"
         "'gen_ai.usage.reasoning.output_tokens':2,"
         "'anthropic.usage.cache_creation.ephemeral_5m_input_tokens':6,"
         "'anthropic.usage.compaction.input_tokens':5,'anthropic.message.stop_reason':'end_turn',"
         "'gen_ai.request.max_tokens':100,'gen_ai.request.stream':true,'gen_ai.output.messages':"
         "'[{\\'parts\\':[{\\'type\\':\\'server_tool_call\\',\\'name\\':\\'web_search\\',"
         "\\'id\\':\\'srvtoolu_1\\'},{\\'type\\':\\'tool_call\\',\\'name\\':\\'web_search\\',"
         "\\'id\\':\\'toolu_1\\'}]}]'}",
         CHILD, "$ai_generation",
         "{'$ai_session_id':'s','$ai_input_tokens':15,'$ai_cache_creation_input_tokens':6,"
         "'$ai_cache_creation_5m_input_tokens':6,'$ai_cache_creation_1h_input_tokens':0,"
         "'$ai_reasoning_tokens':2,'$ai_stop_reason':'end_turn','$ai_max_tokens':100,'$ai_stream':true,"
         "'$ai_web_search_count':1,'$ai_cache_reporting_exclusive':false,"
         "'$ai_lib':'opentelemetry/anthropic'}",
         "anthropic.session.id gen_ai.usage.cache_write.input_tokens"},
	{"its tool",
         "{'gen_ai.operation.name':'execute_tool','anthropic.x':1,'gen_ai.tool.name':'look',"
         "'gen_ai.tool.call.arguments':'{\\'q\\':1}','anthropic.tool_result.content':'ok'}",
         CHILD, "$ai_span",
         "{'$ai_span_name':'look','$ai_input_state':{'q':1},'$ai_output_state':'ok'}",
         "gen_ai.tool.name anthropic.tool_result.content"},
	{"a breakdown that does not add up stays",
         "{'gen_ai.operation.name':'chat','gen_ai.usage.cache_write.input_tokens':9,"
         "'anthropic.usage.cache_creation.ephemeral_1h_input_tokens':6}",
         CHILD, "$ai_generation",
         "{'$ai_cache_creation_input_tokens':9,"
         "'anthropic.usage.cache_creation.ephemeral_1h_input_tokens':6}",
         "$ai_cache_creation_1h_input_tokens"},
};

/* ---- a row's request ---- */

/* With double quotes; two backslashes before one stay a backslash. */
static cJSON *parsed(const char *what, const char *text)
{
	char *copy = strdup(text);
	cJSON *json;

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	json = cJSON_Parse(copy);
	if (!json)
		fail_msg("%s: no JSON: %s", what, copy);
	free(copy);
	return json;
}

static cJSON *nested_list(cJSON *object, const char *name)
{
	cJSON *inner = cJSON_CreateObject();

	cJSON_AddItemToArray(cJSON_AddArrayToObject(object, name), inner);
	return inner;
}

/* Plain attributes become lists. */
static void expand(cJSON *object, const char *name)
{
	cJSON *plain = cJSON_DetachItemFromObjectCaseSensitive(object, name);

	if (plain)
		cJSON_AddItemToObject(object, name, otlp_sample_attributes(plain));
	cJSON_Delete(plain);
}

static cJSON *request_of(const struct row *row)
{
	struct buf text = {0};
	cJSON *request = cJSON_CreateObject(), *resource = nested_list(request, "resourceSpans");
	cJSON *scope = cJSON_CreateObject(), *span, *plain, *event;

	buf_printf(
		&text,
		"{%s'attributes':%s,'traceId':'" TRACE "','spanId':'" SPAN "','name':'step',"
		"'startTimeUnixNano':'1795304624338000000','endTimeUnixNano':'1795304625838000000'}",
		row->more, row->attributes);
	span = parsed(row->what, buf_text(&text));
	buf_free(&text);
	expand(span, "attributes");
	cJSON_ArrayForEach(event, cJSON_GetObjectItemCaseSensitive(span, "events"))
		expand(event, "attributes");
	plain = cJSON_DetachItemFromObjectCaseSensitive(span, "resource");
	if (plain)
		cJSON_AddItemToObject(cJSON_AddObjectToObject(resource, "resource"), "attributes",
		                      otlp_sample_attributes(plain));
	cJSON_Delete(plain);
	plain = cJSON_DetachItemFromObjectCaseSensitive(span, "scope");
	if (plain)
		cJSON_AddItemToObject(scope, "scope", plain);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(scope, "spans"), span);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(resource, "scopeSpans"), scope);
	return request;
}

/* ---- and what comes of it ---- */

static cJSON *event_of(const struct row *row, struct str body, const char *type)
{
	struct capture_request r = {.content_type = str_of(type)};
	struct otlp_counts counts = {0};
	struct errinfo e = {0};
	struct buf batch = {0};
	cJSON *json, *event;

	if (otlp_batch(&r, body, CAPTURE_OTEL, &batch, &counts, &e) != 0)
		fail_msg("%s: %s", row->what, e.msg);
	if (counts.events != 1 || counts.skipped != 0)
		fail_msg("%s: %d events", row->what, (int)counts.events);
	json = cJSON_ParseWithOpts(buf_text(&batch), NULL, 1);
	if (!json)
		fail_msg("%s: no JSON: %s", row->what, buf_text(&batch));
	event = cJSON_DetachItemFromArray(cJSON_GetObjectItem(json, "batch"), 0);
	cJSON_Delete(json);
	buf_free(&batch);
	return event;
}

/* Of two of one name the last counts. */
static const cJSON *last(const cJSON *object, const char *name)
{
	const cJSON *found = NULL, *item;

	cJSON_ArrayForEach(item, object) if (strcmp(item->string, name) == 0) found = item;
	return found;
}

static void has_expected(const struct row *row, const char *type, const cJSON *properties)
{
	cJSON *expected = parsed(row->what, row->expected);
	const cJSON *item;

	cJSON_ArrayForEach(item, expected)
	{
		const cJSON *got = last(properties, item->string);

		if (!cJSON_Compare(item, got, true))
			fail_msg("%s as %s: %s is %s", row->what, type, item->string,
			         got ? cJSON_PrintUnformatted(got) : "absent");
	}
	cJSON_Delete(expected);
}

static void lacks_absent(const struct row *row, const char *type, const cJSON *properties)
{
	struct str rest = str_of(row->absent);

	while (rest.n > 0) {
		size_t end = str_find(rest, STR(" "), 0, false);
		struct str name = str_sub(rest, 0, end);
		const cJSON *item;

		cJSON_ArrayForEach(item, properties) if (str_eq(str_of(item->string), name))
			fail_msg("%s as %s: %s is there", row->what, type, item->string);
		rest = end == SIZE_MAX ? STR_EMPTY : str_sub(rest, end + 1, SIZE_MAX);
	}
}

static void check_body(const struct row *row, struct str body, const char *type)
{
	cJSON *event = event_of(row, body, type);
	const cJSON *properties = cJSON_GetObjectItem(event, "properties");

	assert_string_equal(cJSON_GetObjectItem(event, "timestamp")->valuestring,
	                    "2026-11-21T23:43:44.338000Z");
	if (strcmp(cJSON_GetObjectItem(event, "event")->valuestring, row->event) != 0)
		fail_msg("%s as %s: %s", row->what, type,
		         cJSON_GetObjectItem(event, "event")->valuestring);
	has_expected(row, type, properties);
	lacks_absent(row, type, properties);
	cJSON_Delete(event);
}

/* Also among ever more attributes that mean nothing, so that the list of properties grows at every place of the mapping once. */
static void check_row(const struct row *row)
{
	cJSON *request = request_of(row);
	struct buf protobuf = {0};

	otlp_sample_protobuf(&protobuf, request);
	check_body(row, buf_str(&protobuf), "application/x-protobuf");
	for (int i = 0; i < CROWD; i++) {
		char *json = cJSON_PrintUnformatted(request);

		check_body(row, str_of(json), "application/json");
		cJSON_free(json);
		otlp_sample_crowd(request, i);
	}
	buf_free(&protobuf);
	cJSON_Delete(request);
}

#define CHECK_ALL(rows)                                               \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
	check_row(&(rows)[i])

static void test_general(void **state)
{
	(void)state;
	CHECK_ALL(general);
}

static void test_failures(void **state)
{
	(void)state;
	CHECK_ALL(failures);
}

static void test_vercel(void **state)
{
	(void)state;
	CHECK_ALL(vercel);
}

static void test_others(void **state)
{
	(void)state;
	CHECK_ALL(others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_general),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_vercel),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
