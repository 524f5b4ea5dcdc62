# `tracehog ls`: every kind and format, order, choice of fields.
. e2e/lib.sh

DAY=2026-03-01T10:00
FILE=$D/list.ndjson
{
	event trace "$(uuid 1)" t1 "$DAY:01Z" ',"$ai_session_id":"s1","$ai_span_name":"first"'
	event generation "$(uuid 2)" t1 "$DAY:05Z" ',"$ai_span_id":"g","$ai_parent_id":"t1","$ai_latency":1.5,"$ai_time_to_first_token":0.25,"$ai_model":"m1","$ai_provider":"p","$ai_input_tokens":10,"$ai_output_tokens":20,"$ai_cache_read_input_tokens":3,"$ai_cache_creation_input_tokens":4,"$ai_reasoning_tokens":5,"$ai_total_cost_usd":0.00000000003,"$ai_http_status":200,"$ai_session_id":"s1"'
	event generation "$(uuid 3)" t2 "$DAY:04Z" ',"$ai_model":"m2","$ai_total_cost_usd":2,"$ai_is_error":true,"$ai_error":"boom, \"quoted\""'
	event embedding "$(uuid 4)" t3 "$DAY:04Z" ',"$ai_model":"=1+zqx","$ai_input_tokens":"7"'
	event span "$(uuid 5)" t3 "$DAY:06Z" ',"$ai_span_name":"a|b\tc\nd","$process_person_profile":false'
	event generation '' t0 "$DAY:02Z"
} >"$FILE"

# Both events without a person profile and one person: two rows.
kinds()
{
	local pair
	for pair in traces:4 sessions:1 generations:4 spans:1 users:2 models:4; do
		exits 0 ls "${pair%:*}" "$FILE" --json
		quiet
		valid_json
		json '' "[${pair#*:}]"
		for format in --jsonl --csv --tsv --md --plain --color=never; do
			exits 0 ls "${pair%:*}" "$FILE" "$format"
			quiet
			[ -s "$D/out" ] || fail "$RAN: nothing"
		done
	done
}

keys_are()
{
	local key
	exits 0 ls "$1" "$FILE" --json
	for key in $2; do
		[ "$(at "0/$key")" != '(absent)' ] || fail "$RAN: no $key"
	done
	equal "$RAN: first keys" "$2" \
		"$(sed -n '3,/^  }/s/^    "\([a-z0-9_]*\)".*/\1/p' "$D/out" | head -n "$(echo $2 | wc -w)" |
			tr '\n' ' ' | sed 's/ $//')"
}

keys()
{
	keys_are generations 'uuid event time start_time trace_id session_id span_id parent_id name model provider user status latency_s ttft_s input_tokens output_tokens cache_read_tokens cache_write_tokens reasoning_tokens cost_usd cost_source error'
	keys_are traces 'trace_id name start_time end_time session_id user generations events errors input_tokens output_tokens cost_usd latency_s'
	keys_are sessions 'session_id user traces generations errors cost_usd latency_s first_time last_time'
	keys_are users 'user traces sessions generations errors input_tokens output_tokens cost_usd last_time'
	keys_are models 'model provider generations errors input_tokens output_tokens cost_usd p50_s p95_s ttft_p50_s'
}

values()
{
	exits 0 ls generations "$FILE" --json
	json '*/uuid' "$(printf '%s\n' "$(uuid 2)" "$(uuid 4)" "$(uuid 3)" null)"
	json '0/start_time' 2026-03-01T10:00:03.500000Z
	json '0/time' 2026-03-01T10:00:05.000000Z
	json '0/cost_usd' 0.00000000003
	json '0/latency_s' 1.5
	json '0/ttft_s' 0.25
	json '0/cache_write_tokens' 4
	json '0/span_id' g
	json '0/parent_id' t1
	json '0/session_id' s1
	json '1/event' '$ai_embedding'
	json '1/input_tokens' 7
	json '1/span_id' null
	json '2/error' 'boom, \"quoted\"'
	json '3/trace_id' t0
	json '3/model' null
}

# Traces by their first event, newest first, then by id descending; people and models dearest first.
order()
{
	exits 0 ls traces "$FILE" --json
	json '*/trace_id' "$(printf 't3\nt2\nt0\nt1')"
	json '*/events' "$(printf '2\n1\n1\n2')"
	exits 0 ls users "$FILE" --json
	json '*/user' "$(printf 'ann\n(anonymous)')"
	json '0/generations' 3
	exits 0 ls models "$FILE" --json
	json '0/model' m2
	json '1/model' m1
	json '1/ttft_p50_s' 0.25
	exits 0 ls sessions "$FILE" --json
	json '*/session_id' s1
	json '0/last_time' 2026-03-01T10:00:05.000000Z
}

# Ascending by the field's name, descending with -desc; what is unknown stands last either way.
sorting()
{
	exits 0 ls generations "$FILE" --json --sort cost_usd
	json '*/cost_usd' "$(printf '0.00000000003\n2\nnull\nnull')"
	exits 0 ls generations "$FILE" --json --sort cost_usd-desc
	json '*/cost_usd' "$(printf '2\n0.00000000003\nnull\nnull')"
	exits 0 ls traces "$FILE" --json --sort trace_id --limit 2
	json '*/trace_id' "$(printf 't0\nt1')"
	exits 2 ls traces "$FILE" --sort colour
	explained
	exits 2 ls traces "$FILE" --sort -desc
	explained
}

fields()
{
	exits 0 ls traces "$FILE" --json --fields errors,trace_id --limit 1
	json '0' '{2}'
	exits 0 ls traces "$FILE" --csv --fields 'trace_id, errors'
	equal "$RAN" "$(printf 'trace_id,errors\nt3,0\nt2,1\nt0,0\nt1,0')" "$(cat "$D/out")"
	exits 0 ls traces "$FILE" --fields trace_id,errors
	equal "$RAN" TRACE "$(awk 'NR == 1 {print $1}' "$D/out")"
	lines 5
	exits 2 ls traces "$FILE" --fields trace_id,colour
	explained
	exits 2 ls traces "$FILE" --fields trace_id,,errors
	explained
}

limits()
{
	local bad
	for bad in 0 -1 x '' 1.5 99999999999999999999 ; do
		exits 2 ls traces "$FILE" --limit "$bad"
		explained
	done
	exits 0 ls traces "$FILE" --jsonl --limit 3
	lines 3
	"$CHECK" jsonl <"$D/out" >/dev/null || fail "$RAN: no JSON lines"
	event generation "$(uuid 1)" t "$DAY:05Z" >"$D/many.ndjson"
	for i in $(seq 2 1500); do
		event generation "$(uuid "$i")" "t$i" "$DAY:05Z"
	done >>"$D/many.ndjson"
	exits 0 ls traces "$D/many.ndjson" --json
	json '' '[1500]'
}

# Values separated: quotes only where needed, no formula, one row a line.
separated()
{
	exits 0 ls generations "$FILE" --csv --fields error,cost_usd,model
	out_has '"boom, ""quoted""",2,m2'
	out_has "'=1+zqx"
	exits 0 ls spans "$FILE" --tsv --fields name,uuid
	equal "$RAN" "$(printf 'name\tuuid\na|b\\tc\\nd\t%s' "$(uuid 5)")" "$(cat "$D/out")"
	exits 0 ls spans "$FILE" --md --fields name
	out_has '| a\|b\tc\nd |'
	lines 3
	exits 0 ls spans "$FILE" --plain --fields name,uuid
	equal "$RAN" "name: a|b\\tc\\nd" "$(head -1 "$D/out")"
	exits 0 ls generations "$FILE" --csv
	equal "$RAN: columns" 1 "$(sed 's/"[^"]*"//g' "$D/out" | awk -F, '{print NF}' | sort -u | wc -l | tr -d ' ')"
}

nothing()
{
	: >"$D/none.ndjson"
	exits 1 ls traces "$D/none.ndjson" --json
	equal "$RAN" '[]' "$(cat "$D/out")"
	exits 1 ls traces "$D/none.ndjson" --jsonl
	exits 1 ls traces "$D/none.ndjson"
	exits 7 ls traces "$D/none.ndjson" --fail-if none
	exits 7 ls traces "$FILE" --fail-if any
	exits 0 ls traces "$FILE" --fail-if none
	exits 1 ls traces "$FILE" --since 2027-01-01T00:00:00Z --json
	equal "$RAN" '[]' "$(cat "$D/out")"
}

bounds()
{
	exits 0 ls generations "$FILE" --json --since "$DAY:04Z" --until "$DAY:05Z"
	json '' '[2]'
	exits 0 ls traces "$FILE" --json --since "$DAY:04Z"
	json '*/trace_id' "$(printf 't3\nt2')"
}

what()
{
	exits 2 ls
	explained
	exits 2 ls nonsense "$FILE"
	explained
	exits 2 ls traces "$FILE" --no-such
	explained
	exits 2 ls traces "$FILE" --limit
	explained
}

# Every trace and session that the SDKs sent is there, with its sums.
real_events()
{
	local id
	"$CHECK" json traces sessions <data/expected.json >"$D/expected"
	exits 0 ls traces data/real_events.ndjson --json
	equal traces "$(sed -n 1p "$D/expected" | tr '{}' '[]')" "$(at '')"
	for id in $(at '*/trace_id'); do
		"$TRACEHOG" show "$id" data/real_events.ndjson --json >"$D/out"
		RAN="show $id"
		for pair in tokens/input:input tokens/output:output tokens/reasoning:reasoning tokens/cache_read:cache_read; do
			json "${pair%:*}" "$("$CHECK" json "traces/$id/tokens/${pair#*:}" <data/expected.json)"
		done
		json errors "$("$CHECK" json "traces/$id/errors" <data/expected.json)"
		json cost/reported_usd "$("$CHECK" json "traces/$id/cost_given_usd" <data/expected.json)"
	done
	exits 0 ls sessions data/real_events.ndjson --json
	equal sessions "$(sed -n 2p "$D/expected" | tr '{}' '[]')" "$(at '')"
}

# What errors say, how often; the count of each is that of the events that are like it.
errors()
{
	local e=data/errors.ndjson n
	exits 0 ls errors "$e" --json --fields count
	json '*/count' "$(printf '9\n5\n4\n3\n3\n2\n1\n1\n1')"
	n=$(grep -c '"$ai_is_error": true' "$e")
	equal 'all errors' "$n" "$(at '*/count' | awk '{n += $1} END {print n}')"
	exits 0 ls errors "$e" --json --sort last_time-desc --limit 1
	json '0/error' 'agent run failed after N attempts'
	json '0/example' 'agent run failed after 3 attempts'
	exits 0 ls errors "$e" --jsonl -f user:u_ben --fields error,count
	lines 5
	out_has '{"error":"ValueError: order N is not refundable","count":3}'
	exits 0 ls spans "$e" --jsonl -f 'error.like:"connect ECONNREFUSED 127.0.0.1:1"'
	lines 4
	exits 0 ls traces "$e" --jsonl -f 'error.like:Overloaded OR error.like:"overloaded_error: Overloaded"'
	lines 3
	exits 7 ls errors "$e" --fail-if 'errors>8'
	exits 0 ls errors "$e" --fail-if 'errors>9'
	exits 1 ls errors "$e" -f user:nobody --json
	json '' '[0]'
}

kinds
keys
values
order
sorting
fields
limits
separated
nothing
bounds
what
real_events
errors
verdict
