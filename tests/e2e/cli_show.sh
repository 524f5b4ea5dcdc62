# `tracehog show`: what an id names, and what is said of it.
. e2e/lib.sh

DAY=2026-03-01T10:00
FILE=$D/show.ndjson
{
	event trace abc-trace-event t-one "$DAY:00Z" ',"$ai_span_id":"root-span","$ai_session_id":"s-one","$ai_span_name":"the trace"'
	event span "$(uuid 1)" t-one "$DAY:01Z" ',"$ai_span_id":"sp-1","$ai_parent_id":"t-one","$ai_span_name":"outer","$ai_latency":3'
	event generation "$(uuid 2)" t-one "$DAY:02Z" ',"$ai_generation_id":"gen-1","$ai_span_id":"other-span","$ai_parent_id":"sp-1","$ai_model":"m","$ai_input_tokens":5,"$ai_output_tokens":6,"$ai_total_cost_usd":0.25,"$ai_latency":1,"$ai_input":[{"role":"system","content":"be brief"},{"role":"user","content":"hi\nthere"}],"$ai_output_choices":[{"role":"assistant","content":"yes","tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"q\": 9007199254740993}"}}]}],"$ai_tools":[{"type":"function","function":{"name":"look"}}],"big":9007199254740993,"n":1.10'
	event generation "$(uuid 3)" t-two "$DAY:03Z" ',"$ai_span_id":"s-one","$ai_is_error":true,"$ai_error":{"message":"no"},"$ai_input":null'
	event generation "$(uuid 4)" same "$DAY:04Z" ',"$ai_span_id":"same"'
	event metric "$(uuid 5)" same "$DAY:05Z" ',"$ai_metric_name":"score"'
	event span '' same "$DAY:04Z" ',"$ai_span_id":"orphan","$ai_parent_id":"nobody"'
	event span '' same "$DAY:04Z" ',"$ai_span_id":"self","$ai_parent_id":"self"'
	event span '' same "$DAY:04Z" ',"$ai_span_id":"c-1","$ai_parent_id":"c-2"'
	event span '' same "$DAY:04Z" ',"$ai_span_id":"c-2","$ai_parent_id":"c-1"'
} >"$FILE"

# names ID KEY VALUE: show ID --json, and in text.
names()
{
	exits 0 show "$1" "$FILE" --json
	quiet
	valid_json
	json "$2" "$3"
	exits 0 show "$1" "$FILE"
	out_has "$3"
	clean
}

ids()
{
	names "$(uuid 2)" uuid "$(uuid 2)"
	names gen-1 uuid "$(uuid 2)"
	names sp-1 uuid "$(uuid 1)"
	names t-two trace_id t-two
	names root-span trace_id t-one
	names t-o trace_id t-one
	names gen uuid "$(uuid 2)"
	names 00000000-0000-4000-8000-000000000003 uuid "$(uuid 3)"
	names "$(uuid 5)" event '$ai_metric'
}

# An exact id wins over a prefix, a trace over a span, a span over a session of the same id.
precedence()
{
	names same trace_id same
	names s-one uuid "$(uuid 3)"
	exits 2 show 0000 "$FILE"
	explained
	err_has "$(uuid 1)"
	exits 2 show t- "$FILE"
	err_has t-one
	err_has t-two
	exits 2 show c- "$FILE"
	[ ! -s "$D/out" ] || fail "$RAN: output"
}

unknown()
{
	local id
	for id in nope '' last~99 last~-1 last~x last~ LAST %s ../x "$(printf '\033[31m')" "$(printf 'x%.0s' $(seq 5000))"; do
		exits 1 show "$id" "$FILE"
		explained
		clean
		[ ! -s "$D/out" ] || fail "$RAN: output"
	done
	exits 2 show
	explained
	exits 2 tree
	explained
}

newest()
{
	names last trace_id same
	names last~0 trace_id same
	names last~1 trace_id t-two
	names last~2 trace_id t-one
	names last:error trace_id t-two
	exits 1 show last~3 "$FILE"
	event span "$(uuid 1)" t "$DAY:00Z" >"$D/fine.ndjson"
	exits 1 show last:error "$D/fine.ndjson"
	explained
}

# An event without a uuid goes by its place.
places()
{
	exits 0 show "$FILE:7" "$FILE" --json
	json span_id orphan
	json uuid null
	exits 0 show show.ndjson:8 "$FILE" --json
	json span_id self
	exits 0 show show.ndjson:1 "$FILE" --json
	json uuid abc-trace-event
	exits 1 show show.ndjson:11 "$FILE"
	exits 1 show show.ndjson:0 "$FILE"
	exits 1 show other.ndjson:1 "$FILE"
	explained
	{
		printf '\357\273\277\r\n\nnot json\n['
		event span '' t "$DAY:01Z" | tr -d '\n'
		printf ','
		event span '' t "$DAY:01Z" | tr -d '\n'
		printf ']\r\n'
		event span '' t "$DAY:01Z" ',"$ai_span_id":"last one"' | tr -d '\n'
	} >"$D/odd.ndjson"
	exits 2 show odd.ndjson:4 "$D/odd.ndjson"
	explained
	exits 0 show odd.ndjson:5 "$FILE" "$D/odd.ndjson" --json
	json span_id 'last one'
	exits 1 show odd.ndjson:3 "$D/odd.ndjson"
}

payload()
{
	exits 0 show gen-1 "$FILE" --json
	json parent_id sp-1
	json cost_usd 0.25
	json 'messages/*/side' "$(printf 'input\ninput\noutput\noutput')"
	json 'messages/*/type' "$(printf 'text\ntext\ntext\ntool_call')"
	json messages/1/text 'hi\nthere'
	json messages/3/name look
	json messages/3/id c1
	json messages/3/arguments/q 9007199254740993
	json tools/0/function/name look
	json properties/big 9007199254740993
	json properties/n 1.10
	out_has '"$ai_trace_id":"t-one"'
	exits 0 show "$(uuid 3)" "$FILE" --json
	json error '{\"message\":\"no\"}'
	json messages '[0]'
	exits 0 show gen-1 "$FILE" --jsonl
	lines 1
	valid_json
}

# Each part has what its type promises, also when that is empty.
empty_parts()
{
	event generation "$(uuid 1)" t "$DAY:00Z" ',"$ai_input":[{"role":"user","content":""},{"role":"assistant","content":null,"tool_calls":[{"id":"c","function":{"name":"f","arguments":""}}]},{"role":"tool","tool_call_id":"c","content":""}],"$ai_output_choices":"plain"' >"$D/parts.ndjson"
	exits 0 show "$(uuid 1)" "$D/parts.ndjson" --json
	json 'messages/*/type' "$(printf 'text\ntool_call\ntool_result\ntext')"
	json messages/0/text ''
	json messages/1/arguments ''
	json messages/2/result ''
	json messages/2/name f
	json messages/3/text plain
	json messages/3/role assistant
	json tools null
}

# What a call costs, by a table of one's own: 1,000 of which 200 are cached, and 100: 0.008 + 0.0002 + 0.007 = 0.0152; all of the
# input as fresh would be 0.01 + 0.007.
working()
{
	local file=$D/working.ndjson before=${XDG_CONFIG_HOME:-}
	mkdir -p "$D/config/tracehog"
	printf '# 2026-11-20\nmodel\tprompt\tcompletion\tcache_read\nmy-kettle\t0.00001\t0.00007\t0.000001\n' \
		>"$D/config/tracehog/prices.tsv"
	{
		event generation "$(uuid 1)" t "$DAY:00Z" ',"$ai_model":"my-kettle","$ai_input_tokens":1000,"$ai_cache_read_input_tokens":200,"$ai_output_tokens":100,"$ai_input_cost_usd":0.01,"$ai_output_cost_usd":0.007'
		event generation "$(uuid 2)" t "$DAY:01Z" ',"$ai_model":"no-\u001b[31msuch-urn","$ai_input_tokens":1000,"$ai_output_tokens":-1'
		event span "$(uuid 3)" t "$DAY:02Z"
	} >"$file"
	export XDG_CONFIG_HOME=$D/config

	exits 0 show "$(uuid 1)" "$file"
	clean
	out_has '    $0.017 reported, $0.0152 recomputed: reported is 12% more'
	out_has '    cause        cache read paid as fresh input'
	out_has '    cache read   200 x  $1.00/M = $0.0002'
	out_has '    total           $0.0152    $0.017'
	out_has '    prices       my-kettle (line 3 of the own table, 2026-11-20)'
	out_has '    cache        20% of the prompt read from it: $0.0018 saved against fresh input'
	exits 0 show "$(uuid 1)" "$file" --json
	json cost/source reported
	json cost/total_usd 0.017
	json cost/computed_usd 0.0152
	json cost/differs true
	json cost/cause 'cache read paid as fresh input'
	json 'cost/lines/*/name' "$(printf 'fresh input\ncache read\noutput')"
	json 'cost/lines/*/count' "$(printf '800\n200\n100')"
	json 'cost/lines/*/cost_usd' "$(printf '0.008\n0.0002\n0.007')"
	json cost/lines/1/price_usd 0.000001
	json cost/input/reported_usd 0.01
	json cost/input/computed_usd 0.0082
	json cost/requests/computed_usd null
	json cost/match own
	json cost/row/line 3
	json cost/cache/counting inclusive
	json cost/cache/reads_saved_usd 0.0018

	exits 0 show "$(uuid 2)" "$file"
	clean
	out_has '$? no cost was sent, and none can be computed'
	out_has "$D/config/tracehog/prices.tsv"
	out_has 'suspect      $ai_output_tokens: no count'
	exits 0 show "$(uuid 2)" "$file" --json
	json cost/source unpriced
	json cost/total_usd null
	json cost/lines '[0]'
	json cost/row null
	json cost/suspect_properties '$ai_output_tokens'
	exits 0 show "$(uuid 3)" "$file" --json
	json cost null
	exits 0 show "$(uuid 3)" "$file"
	out_lacks recomputed
	export XDG_CONFIG_HOME=$before
}

trace()
{
	exits 0 show t-one "$FILE" --json
	json name 'the trace'
	json session_id s-one
	json user ann
	json start_time 2026-03-01T09:59:58.000000Z
	json end_time 2026-03-01T10:00:02.000000Z
	json wall_s 4
	json tokens/input 5
	json cost/total_usd 0.25
	json errors 0
	json children '[1]'
	json children/0/span_id sp-1
	json children/0/mark null
	json children/0/children/0/uuid "$(uuid 2)"
	json children/0/children/0/children '[0]'
	exits 0 show t-one "$FILE" --jsonl
	lines 1
	valid_json
}

# A node of the trace's id has the trace's children below it; orphans, cycles and selves are roots with a mark.
marks()
{
	exits 0 show same "$FILE" --json
	equal 'marks' "$(printf 'c-1 cycle\norphan orphan\nself self')" \
		"$(paste -d ' ' <("$CHECK" json '*/*/span_id' '*/*/*/*/span_id' <"$D/out") \
			<("$CHECK" json '*/*/mark' '*/*/*/*/mark' <"$D/out") | grep -v 'null$' | sort)"
	equal 'events in the tree' 5 "$(grep -c '"span_id"' "$D/out")"
}

session()
{
	local file=$D/session.ndjson
	event generation "$(uuid 1)" t1 "$DAY:00Z" ',"$ai_session_id":"sess","$ai_latency":1' >"$file"
	event generation "$(uuid 2)" t2 "$DAY:09Z" ',"$ai_session_id":"sess","$ai_latency":2' >>"$file"
	exits 0 show sess "$file" --json
	json session_id sess
	json traces 2
	json latency_s 3
	json first_time 2026-03-01T10:00:00.000000Z
	exits 0 show sess "$file"
	out_has t1
	out_has t2
	exits 2 tree sess "$file"
	explained
}

real_events()
{
	local id
	for id in $("$CHECK" json 'traces/*/nodes/*/uuid' <data/expected.json | head -40); do
		exits 0 show "$id" data/real_events.ndjson --json
		json uuid "$id"
		json messages "[$(grep -c '^      "side":' "$D/out")]"
		exits 0 show "$id" data/real_events.ndjson
		clean
	done
	exits 0 show d9222e05-8708-41b8-98ea-d4a21849e761 data/real_events.ndjson --json
	json name rag_pipeline
	json latency_s 4.2
	json session_id session-abc-123
}

ids
precedence
unknown
newest
places
payload
empty_parts
working
trace
marks
session
real_events
verdict
