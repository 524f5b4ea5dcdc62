# The document of `tracehog stats`: every number of it, on a file made for it and on what SDKs sent.
. e2e/lib.sh

DAY=2026-03-01T10:00

some_events()
{
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		event generation "$(uuid "$i")" "t$i" "$DAY:$((i + 10))Z" \
			",\"\$ai_latency\":$i,\"\$ai_model\":\"m\",\"\$ai_input_tokens\":$i,\"\$ai_output_tokens\":2,\"\$ai_total_cost_usd\":0.1"
	done
	event embedding "$(uuid 11)" t1 "$DAY:30Z" ',"$ai_model":"pocket","$ai_input_tokens":5'
	event span "$(uuid 12)" t1 "$DAY:31Z" ',"$ai_span_id":"s","$ai_input_tokens":1000,"$ai_is_error":true'
	event trace "$(uuid 13)" t1 "$DAY:32Z" ',"$ai_session_id":"sess","$ai_error":""'
	event metric "$(uuid 14)" t1 "$DAY:33Z" ',"$ai_error":null'
	event feedback "$(uuid 15)" t1 "$DAY:34Z" ',"$ai_error":"no"'
	event evaluation "$(uuid 16)" t1 "$DAY:35Z"
	event newest_thing "$(uuid 17)" only_here "$DAY:36Z" ',"$ai_is_error":false'
	printf '{"uuid":"%s","event":"click","distinct_id":"bob","timestamp":"%s","properties":{}}\n' "$(uuid 18)" "$DAY:50Z"
	printf '\n   \nno json\n'
}

document()
{
	some_events >"$D/a.ndjson"
	exits 0 stats "$D/a.ndjson" --json
	quiet
	valid_json
	json source/files 1
	json source/bytes "$(wc -c <"$D/a.ndjson" | tr -d ' ')"
	json source/lines 19
	json source/bad_lines 1
	json source/other_events 1
	json source/duplicates 0
	json 'events/*' "$(printf '10\n1\n1\n1\n1\n1\n1\n1')"
	json events/other_ai 1
	json traces 11
	json sessions 1
	json users 1
	json errors 2
	json 'tokens/*' "$(printf '60\n20\n0\n0\n0')"
	json cost/reported_usd 1
	json cost/total_usd 1
	json cost/reported_events 10
	json cost/unpriced_events 1
	json 'latency_s/generation/*' "$(printf '5\n9\n10\n10\n10')"
	json latency_s/generation/p50 5
	json per_model/m/events 10
	json per_model/m/input 55
	json per_model/m/output 20
	json per_model/m/cost_usd 1
	json per_model/pocket/input 5
	json per_model/pocket/cost_usd '(absent)'
	json time/first 2026-03-01T10:00:11.000000Z
	json time/last 2026-03-01T10:00:36.000000Z
}

# Every key of the contract, in its order, and no number in quotes.
keys()
{
	exits 0 stats "$D/a.ndjson" --json
	equal keys 'source events traces sessions users errors tokens cost latency_s per_model time' \
		"$(sed -n 's/^  "\([a-z_]*\)".*/\1/p' "$D/out" | tr '\n' ' ' | sed 's/ $//')"
	! grep -q '"[0-9.]*",*$' "$D/out" || fail 'stats: a number in quotes'
}

# Money adds up exactly, and large counts stay whole.
exact()
{
	for i in 1 2 3; do
		event generation "$(uuid "$i")" t "$DAY:0${i}Z" ',"$ai_total_cost_usd":0.1,"$ai_input_tokens":300000000001'
	done >"$D/exact.ndjson"
	exits 0 stats "$D/exact.ndjson" --json
	json cost/total_usd 0.3
	json tokens/input 900000000003
}

no_events()
{
	: >"$D/none.ndjson"
	exits 1 stats "$D/none.ndjson" --json
	valid_json
	json source/lines 0
	json traces 0
	json latency_s/trace/p50 '(absent)'
	json time '{0}'
	exits 1 stats "$D/none.ndjson"
	out_has 'events   0'
}

since_and_until()
{
	exits 0 stats "$D/a.ndjson" --json --since "$DAY:15Z" --until "$DAY:18Z"
	json events/generation 3
	json tokens/input 18
	exits 1 stats "$D/a.ndjson" --json --since 2027-01-01T00:00:00Z
	json events/generation 0
	exits 2 stats "$D/a.ndjson" --since yesterdayish
	explained
}

fail_if()
{
	exits 7 stats "$D/a.ndjson" --fail-if any
	exits 0 stats "$D/a.ndjson" --fail-if none
	exits 7 stats "$D/none.ndjson" --fail-if none
	exits 1 stats "$D/none.ndjson" --fail-if any
	exits 2 stats "$D/a.ndjson" --fail-if sometimes
	explained
}

# The last wins: sources as named, then the place in the file.
duplicates()
{
	event generation "$(uuid 1)" t "$DAY:01Z" ',"$ai_input_tokens":1' >"$D/one.ndjson"
	{
		event generation "$(uuid 1)" t "$DAY:02Z" ',"$ai_input_tokens":20'
		event generation "$(uuid 1)" t "$DAY:03Z" ',"$ai_input_tokens":300'
		event generation '' t "$DAY:04Z" ',"$ai_input_tokens":4000'
		event generation '' t "$DAY:04Z" ',"$ai_input_tokens":4000'
	} >"$D/two.ndjson"
	exits 0 stats "$D/one.ndjson" "$D/two.ndjson" --json
	json source/files 2
	json source/duplicates 2
	json tokens/input 8300
	json events/generation 3
	exits 0 stats "$D/two.ndjson" "$D/one.ndjson" --json
	json tokens/input 8001
	exits 0 stats "$D/one.ndjson" "$D/one.ndjson" --json
	json source/duplicates 1
	json tokens/input 1
	# ... whichever is loaded first: a large one takes longer.
	{
		seq -f '{"event":"$ai_span","uuid":"filler-%.0f","timestamp":"2026-03-01T10:00:00Z","properties":{"$ai_trace_id":"f"}}' 60000
		cat "$D/one.ndjson"
	} >"$D/large.ndjson"
	exits 0 stats "$D/large.ndjson" "$D/two.ndjson" --json
	json tokens/input 8300
	exits 0 stats "$D/two.ndjson" "$D/large.ndjson" --json
	json tokens/input 8001
}

one_line()
{
	exits 0 stats "$D/a.ndjson" --jsonl
	lines 1
	valid_json
}

# What SDKs sent, against what is known of it.
real_events()
{
	local pair
	exits 0 stats data/real_events.ndjson --json
	for pair in tokens/input:totals/input tokens/output:totals/output tokens/cache_read:totals/cache_read \
		tokens/cache_write:totals/cache_creation tokens/reasoning:totals/reasoning \
		cost/reported_usd:totals/cost_given_usd errors:totals/errors source/lines:events \
		'events/generation:by_event/$ai_generation' 'events/embedding:by_event/$ai_embedding' \
		'events/span:by_event/$ai_span' 'events/trace:by_event/$ai_trace' \
		'events/metric:by_event/$ai_metric' 'events/feedback:by_event/$ai_feedback'; do
		json "${pair%%:*}" "$("$CHECK" json "${pair#*:}" <data/expected.json)"
	done
	json source/bad_lines 0
	json source/other_events 4
	equal traces "$("$CHECK" json traces <data/expected.json)" "{$(at traces)}"
	equal sessions "$("$CHECK" json sessions <data/expected.json)" "{$(at sessions)}"
	"$CHECK" json 'models' 'per_model' <data/expected.json >"$D/models"
	equal models "$(head -1 "$D/models")" "$(at per_model)"
}

# Figures for each value of something.
by()
{
	call()
	{
		printf '{"event":"$ai_generation","uuid":"%s","timestamp":"2026-03-01T10:0%d:00Z","distinct_id":"%s","properties":{"$ai_trace_id":"%s","$ai_model":"%s","$ai_latency":%s,"$ai_total_cost_usd":%s,"release":%s,"$groups":{"company":"acme"}%s}}\n' "$@"
	}
	{
		call 1 1 anna t1 gpt-5 2 0.25 '"a"' ''
		call 2 2 anna t1 gpt-5 4 0.25 1 ',"$ai_is_error":true'
		call 3 3 bob t2 haiku 6 1.5 true ''
		call 4 4 bob t2 haiku 8 null null ''
		printf '{"event":"$ai_span","uuid":"5","timestamp":"2026-03-01T10:09:00Z","distinct_id":"bob","properties":{"$ai_trace_id":"t3"}}\n'
	} >"$D/by.ndjson"
	exits 0 stats "$D/by.ndjson" --by model --json
	valid_json
	json traces 3
	json by/gpt-5/calls 2
	json by/gpt-5/cost_usd 0.5
	json by/gpt-5/p50_s 2
	json by/gpt-5/p90_s 4
	json by/gpt-5/error_percent 50
	json by/gpt-5/traces 1
	json by/haiku/cost_usd 1.5
	json by/haiku/cost_percent 75
	json by/haiku/unpriced_events 1
	exits 0 stats "$D/by.ndjson" --by user --fields value,events,cost_usd --csv
	equal rows "$(printf "%s\n" 'value,events,cost_usd' 'bob,3,1.5' 'anna,2,0.5')" "$(cat "$D/out")"
	exits 0 stats "$D/by.ndjson" --by @release --fields value,calls --sort value --tsv
	equal rows "$(printf "%s\n" "$(printf 'value\tcalls')" "$(printf '1\t1')" "$(printf 'a\t1')" "$(printf 'true\t1')" "$(printf '\t1')")" "$(cat "$D/out")"
	exits 0 stats "$D/by.ndjson" --by '$groups.company' --fields value,events --csv
	equal rows "$(printf "%s\n" 'value,events' 'acme,4' ',1')" "$(cat "$D/out")"
	# The same said by the filter, which also chooses events; what is left out is said.
	exits 0 stats "$D/by.ndjson" -f 'by:name sort:calls limit:1 user:anna' --json
	json by//events 2
	exits 0 stats "$D/by.ndjson" --by status --limit 1
	out_has '+2 more'
	exits 2 stats "$D/by.ndjson" --by modle
	err_has 'did you mean model'
	exits 2 stats "$D/by.ndjson" -f 'by:cost'
	err_has '--filter'
	exits 2 stats "$D/by.ndjson" --csv
	err_has '--by'
	exits 1 stats "$D/by.ndjson" --by model -f user:nobody --json
	equal by '{0}' "$(at by)"
}

document
by
keys
exact
no_events
since_and_until
fail_if
duplicates
one_line
real_events
verdict
