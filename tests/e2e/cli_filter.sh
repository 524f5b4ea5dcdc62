# What a filter lets through, in ls, stats and tail; what is wrong with one; columns of properties; --fail-if.
. e2e/lib.sh

DAY=2026-03-01T10:00
FILE=$D/events.ndjson
ODD="-_~.@()!':|"
{
	event trace "$(uuid 1)" t1 "$DAY:01Z" ',"$ai_session_id":"s1","$ai_span_name":"support","release":"2.14","$groups":{"company":"acme"}'
	event generation "$(uuid 2)" t1 "$DAY:05Z" ',"$ai_latency":1.5,"$ai_model":"gpt-5","$ai_input_tokens":10,"$ai_output_tokens":20,"$ai_total_cost_usd":0.25,"$ai_session_id":"s1","release":"2.15","$set":{"plan":"pro"},"deep":{"a":{"b":[1,{"c":2}]}}'
	event generation "$(uuid 3)" t2 "$DAY:04Z" ',"$ai_latency":3,"$ai_model":"gpt-4","$ai_total_cost_usd":2,"$ai_is_error":true,"$ai_error":"boom","release":"2.14","ok":true,"n":-1.50'
	event embedding "$(uuid 4)" t3 "$DAY:04Z" ',"$ai_model":"pocket","$ai_input_tokens":7'
	event span "$(uuid 5)" t3 "$DAY:06Z" ',"$ai_span_name":"lookup","$ai_span_type":"tool","$ai_latency":0.5,"none":null'
	event generation "$(uuid 6)" "$ODD" "$DAY:02Z" ',"$ai_span_name":"a|b\\c\td","release":"-_~"'
} >"$FILE"

# ids WHAT FILTER IDS: of which rows of that kind it lets through.
ids()
{
	local expected=0
	[ -n "$3" ] || expected=1
	exits "$expected" ls "$1" "$FILE" --jsonl --fields id -f "$2"
	quiet
	equal "$RAN" "$3" "$("$CHECK" jsonl "${4:-trace_id}" <"$D/out" | tr '\n' ' ' | sed 's/ $//')"
}

passing()
{
	ids traces 'is:error' t2
	ids traces 'cost:>0.1' 't2 t1'
	ids traces 'cost:>0.1 -is:error' t1
	ids traces 'model:pocket OR is:error' 't3 t2'
	ids traces '@release:2.15' t1
	ids traces 'person.plan:pro' t1
	ids traces 'model:none OR @none:*' ''
	ids traces 'boom' t2
	ids sessions 'cost:<1' s1 session_id
	ids spans 'kind:tool' "$(uuid 5)" uuid
	ids generations 'latency:1s..2s' "$(uuid 2)" uuid
	exits 0 ls tools "$FILE" --json -f 'name:lookup'
	json '*/tool' lookup
	exits 0 ls groups "$FILE" --json
	json '*/key' acme
	exits 0 ls models "$FILE" --json -f 'is:error'
	json '*/model' gpt-4
	exits 0 ls users "$FILE" --json -f 'is:error'
	json '*/generations' 1
	exits 1 ls traces "$FILE" --json -f 'model:nobody'
	equal "$RAN" '[]' "$(cat "$D/out")"
}

several()
{
	exits 0 ls traces "$FILE" --jsonl --fields trace_id -f 'is:error OR model:gpt-5' --filter 'cost:<1'
	equal "$RAN" t1 "$("$CHECK" jsonl trace_id <"$D/out")"
	exits 0 ls traces "$FILE" --jsonl --fields trace_id -f 'cost:>0 OR cost:<1' -f 'sort:cost' -f limit:1
	equal "$RAN" t1 "$("$CHECK" jsonl trace_id <"$D/out")"
	exits 2 ls traces "$FILE" -f sort:cost -f sort:name
	exits 2 ls traces "$FILE" -f is:error -f 'lat:>2s'
	err_has 'did you mean latency'
}

# Its order and limit hold where options are silent.
order()
{
	exits 0 ls traces "$FILE" --json -f 'cost:* sort:cost'
	json '*/trace_id' "$(printf 't1\nt2')"
	exits 0 ls traces "$FILE" --json -f 'cost:* sort:cost-desc limit:1'
	json '*/trace_id' t2
	exits 0 ls traces "$FILE" --json -f 'sort:cost-desc limit:1' --sort trace --limit 2
	json '*/trace_id' "$(printf '%s\nt1' "$ODD")"
	exits 0 ls generations "$FILE" --json --sort latency-desc --limit 1
	json '*/latency_s' 3
	exits 2 ls traces "$FILE" -f 'is:error sort:colour'
	points 'is:error sort:colour' 14
}

# points QUERY COLUMN: a sentence, the query, and a caret below the place, counted from 0.
points()
{
	equal "$RAN: lines on stderr" 3 "$(wc -l <"$D/err" | tr -d ' ')"
	grep -q '^tracehog: --[a-z-]*: ' "$D/err" || fail "$RAN: no sentence"
	equal "$RAN: query" "  $1" "$(sed -n 2p "$D/err")"
	equal "$RAN: caret" "$(printf '%*s^' "$(($2 + 2))" '')" "$(sed -n 3p "$D/err")"
	[ ! -s "$D/out" ] || fail "$RAN: stdout has something"
	clean
}

mistakes()
{
	exits 2 ls traces "$FILE" -f 'cost:>1 lat:>2s'
	points 'cost:>1 lat:>2s' 8
	exits 2 stats "$FILE" -f 'model:"gpt'
	points 'model:"gpt' 10
	exits 2 tail --no-follow "$FILE" -f 'é日 ()'
	grep -q '^      *^$' "$D/err" || fail "$RAN: no caret"
	exits 2 ls traces "$FILE" -f 'is:marked'
	points 'is:marked' 0
	exits 2 ls traces "$FILE" -f "$(printf 'a\033[31m lat:1')"
	clean
	exits 2 ls traces "$FILE" -f "$(printf 'x%.0s' $(seq 300)) lat:1 $(printf 'y%.0s' $(seq 300))"
	[ "$(sed -n 2p "$D/err" | wc -c)" -lt 160 ] || fail "$RAN: a long line"
	exits 2 ls traces "$FILE" -f 'by:model'
	exits 2 stats "$FILE" -f 'is:error limit:3'
	points 'is:error limit:3' 15
	exits 2 ls traces "$FILE" -f 'is:error /a(b/'
	points 'is:error /a(b/' 13
	exits 2 show t1 "$FILE" -f is:error
	explained
	exits 2 ls traces "$FILE" -f
	explained
}

sums()
{
	exits 0 stats "$FILE" --json -f 'is:error'
	json errors 1
	json traces 1
	json events/generation 1
	json cost/total_usd 2
	json source/lines 6
	exits 1 stats "$FILE" --json -f 'model:nobody'
	json cost/reported_usd 0
	json traces 0
	exits 0 stats "$FILE" -f 'is:error sort:cost'
}

# tail shows the last of those that pass, and what comes and passes.
following()
{
	exits 0 tail --no-follow "$FILE" -f 'kind:generation -is:error'
	lines 2
	exits 0 tail --no-follow "$FILE" -f 'kind:generation limit:1' --json
	equal "$RAN" "$(uuid 6)" "$("$CHECK" jsonl uuid <"$D/out")"
	exits 1 tail --no-follow "$FILE" -f 'model:nobody'
	cp "$FILE" "$D/grow.ndjson"
	RAN='tail -f is:error'
	"$TRACEHOG" tail "$D/grow.ndjson" -f 'is:error' >"$D/out" 2>"$D/err" </dev/null &
	for i in $(seq 1 30); do
		event generation "$(uuid $((100 + i)))" "new-$i" "$DAY:09Z" \
			",\"\$ai_is_error\":$([ "$i" = 30 ] && echo true || echo false)"
		[ "$i" = 15 ] && sleep 0.2
	done >>"$D/grow.ndjson"
	for i in $(seq 200); do
		grep -q new-30 "$D/out" && break
		sleep 0.1
	done
	kill $!
	wait $!
	equal "$RAN" 2 "$(wc -l <"$D/out" | tr -d ' ')"
	out_has t2
	out_has new-30
}

failing()
{
	exits 7 ls traces "$FILE" --fail-if 'cost>1'
	exits 0 ls traces "$FILE" --fail-if 'cost>2'
	exits 7 ls traces "$FILE" --fail-if 'cost >= 2'
	exits 0 ls traces "$FILE" -f '-is:error' --fail-if 'errors>=1'
	exits 7 ls traces "$FILE" --fail-if 'errors>=1'
	exits 7 ls generations "$FILE" --fail-if 'latency>2s'
	exits 0 ls generations "$FILE" --fail-if 'latency>3s'
	exits 7 ls generations "$FILE" --fail-if 'latency=1500ms'
	exits 7 ls generations "$FILE" --fail-if 'errors==1'
	exits 7 ls users "$FILE" --fail-if 'cost>$2.2'
	exits 7 ls models "$FILE" --fail-if 'in<10'
	exits 7 stats "$FILE" --fail-if 'cost>2.2'
	exits 0 stats "$FILE" -f 'is:error' --fail-if 'cost>2.2'
	exits 7 stats "$FILE" --fail-if 'errors!=0'
	exits 0 stats "$FILE" --fail-if 'tokens>1k'
	exits 7 stats "$FILE" --fail-if 'tokens=37'
	exits 7 stats "$FILE" --fail-if 'latency>2s'
	exits 7 tail --no-follow "$FILE" --fail-if 'cost>1'
	exits 0 tail --no-follow "$FILE" -f '-is:error' --fail-if 'cost>1'
	exits 7 tail --no-follow "$FILE" --fail-if 'errors>0'
	exits 7 ls traces "$FILE" -f 'is:error' --fail-if any
	exits 0 ls traces "$FILE" -f 'is:error' --fail-if none
	exits 7 ls traces "$FILE" -f 'model:nobody' --fail-if none
	exits 2 ls traces "$FILE" --fail-if 'cost>'
	points 'cost>' 5
	exits 2 ls traces "$FILE" --fail-if 'cast>1'
	points 'cast>1' 0
	exits 2 ls traces "$FILE" --fail-if 'cost>1 OR errors>1'
	exits 2 ls traces "$FILE" --fail-if 'cost>1 limit:3'
	exits 2 ls traces "$FILE" --fail-if 'cost>1 by:model'
	exits 2 ls traces "$FILE" --fail-if 'model=gpt-5'
	exits 2 ls traces "$FILE" --fail-if 'cost<>1'
	points 'cost<>1' 4
	exits 2 ls users "$FILE" --fail-if 'ttft>1s'
	explained
	exits 2 stats "$FILE" --fail-if 'ttft>1s'
	exits 2 ls traces "$FILE" --fail-if sometimes
	explained
}

# Of traces and sessions what their events say, each value once.
properties()
{
	exits 0 ls generations "$FILE" --json --sort latency --fields '@release,person.plan,@ok,@n,@deep,@deep.a.b,@none' --limit 2
	json '0' '{7}'
	json '0/@release' 2.15
	json '0/person.plan' pro
	json '0/@deep/a/b/1/c' 2
	json '0/@deep.a.b/0' 1
	json '0/@ok' null
	json '1/@ok' true
	json '1/@n' -1.50
	out_has '"@release": "2.15"'
	exits 0 ls traces "$FILE" --json --fields 'trace_id,@release' --sort trace_id-desc
	json '0/@release' null
	json '1/@release' 2.14
	json '2/@release/0' 2.14
	json '2/@release/1' 2.15
	exits 0 ls sessions "$FILE" --csv --fields 'session,@release'
	equal "$RAN" "$(printf 'session_id,@release\ns1,"2.14, 2.15"')" "$(cat "$D/out")"
	exits 0 ls traces "$FILE" --fields 'trace,@release' --sort cost-desc --limit 1
	equal "$RAN" "$(printf 'TRACE  @release\nt2     2.14')" "$(cat "$D/out")"
	exits 2 ls users "$FILE" --fields 'user,@release'
	explained
	exits 2 ls traces "$FILE" --fields '@'
	explained
	exits 0 ls traces "$FILE" --json --fields '"@a, b",@"c, d"' --limit 1
	json '0' '{2}'
	event generation "$(uuid 1)" t "$DAY:00Z" ",\"long\":\"$(printf 'x%.0s' $(seq 6000))end\"" >"$D/long.ndjson"
	for format in --json --jsonl --csv --tsv --md --plain; do
		exits 0 ls traces "$D/long.ndjson" "$format" --fields @long
		out_has xend
	done
}

# sorted ORDER NAMES: whose values stand in which order, said by an option and by a filter.
sorted()
{
	exits 0 ls generations "$D/sorted.ndjson" --jsonl --fields name --sort "$1"
	equal "$RAN" "$2" "$("$CHECK" jsonl name <"$D/out" | tr '\n' ' ' | sed 's/ $//')"
	exits 0 ls generations "$D/sorted.ndjson" --jsonl --fields name -f "cost:<1 sort:$1"
	equal "$RAN" "$2" "$("$CHECK" jsonl name <"$D/out" | tr '\n' ' ' | sed 's/ $//')"
}

# Numbers by value, then texts, what is absent last; what is alike as it would stand.
properties_as_orders()
{
	local n=0 value
	for value in '"n":10' '"n":9' '"n":"x"' '"n":null' '"n":"-1.5"' '"n":"abc"' '"m":1,"$set":{"plan":"b"}' '"n":9.0,"$set":{"plan":"a"}'; do
		n=$((n + 1))
		event generation "$(uuid $n)" t "$DAY:0${n}Z" ",\"\$ai_span_name\":\"g$n\",\"\$ai_total_cost_usd\":0.5,$value"
	done >"$D/sorted.ndjson"
	sorted @n 'g5 g8 g2 g1 g6 g3 g7 g4'
	sorted @n-desc 'g3 g6 g1 g8 g2 g5 g7 g4'
	exits 0 ls generations "$D/sorted.ndjson" --jsonl --fields name --sort '@"n"' --limit 1
	json name g5
	exits 0 ls generations "$D/sorted.ndjson" --jsonl --fields name -f 'cost:<1 sort:"@n" limit:1'
	json name g5
	sorted person.plan 'g8 g7 g6 g5 g4 g3 g2 g1'
	sorted @none-desc 'g8 g7 g6 g5 g4 g3 g2 g1'
	exits 0 ls traces "$D/sorted.ndjson" --json --fields trace_id,@m --sort @m
	json '0/@m' 1
	exits 2 ls users "$D/sorted.ndjson" --sort @n
	explained
	exits 2 ls users "$D/sorted.ndjson" -f 'cost:<1 sort:@n'
	points 'cost:<1 sort:@n' 13
	exits 2 ls traces "$D/sorted.ndjson" --sort @
	explained
	exits 2 ls traces "$D/sorted.ndjson" --fields "$(seq -s, -f @%g 70)"
	explained
}

# What is in a cell stays in it, and can be told from what it is not.
escapes()
{
	{
		event span "$(uuid 1)" '=1' "$DAY:01Z" ',"$ai_span_name":"=1+1"'
		event span "$(uuid 2)" '-5' "$DAY:02Z" ',"$ai_span_name":"-5"'
		event span "$(uuid 3)" '+a' "$DAY:03Z" ',"$ai_span_name":"\tx"'
		event span "$(uuid 4)" '@a' "$DAY:04Z" ',"$ai_span_name":"a,\"b\"\r\nc"'
		event span "$(uuid 5)" 'x' "$DAY:05Z" ',"$ai_span_name":"a\\tb\tc\\|d|"'
	} >"$D/cells.ndjson"
	exits 0 ls spans "$D/cells.ndjson" --csv --fields trace_id,name --sort time
	equal "$RAN" "$(printf '%s\n' 'trace_id,name' "'=1,'=1+1" '-5,-5' "'+a,'\\tx" \
		"'@a,\"a,\"\"b\"\"\\r\\nc\"" 'x,a\tb\tc\|d|')" "$(cat "$D/out")"
	exits 0 ls spans "$D/cells.ndjson" --tsv --fields name --sort time-desc
	equal "$RAN" "$(printf '%s\n' name 'a\\tb\tc\\|d|' 'a,"b"\r\nc' "'\\tx" -5 "'=1+1")" "$(cat "$D/out")"
	exits 0 ls spans "$D/cells.ndjson" --md --fields name --sort time-desc --limit 1
	equal "$RAN" '| a\tb\tc\\\|d\| |' "$(sed -n 3p "$D/out")"
}

# Every character that PostHog allows in an id.
odd_ids()
{
	exits 0 ls traces "$FILE" --jsonl --fields trace_id -f "trace:\"$ODD\""
	json trace_id "$ODD"
	exits 0 ls traces "$FILE" --csv --fields trace_id -f "trace:\"$ODD\""
	equal "$RAN" "'$ODD" "$(sed -n 2p "$D/out")"
	exits 0 ls generations "$FILE" --tsv --fields @release -f "trace:\"$ODD\""
	equal "$RAN" "'-_~" "$(sed -n 2p "$D/out")"
	exits 0 ls generations "$FILE" --jsonl --fields uuid -f '@release:"-_~"'
	json uuid "$(uuid 6)"
}

passing
several
order
mistakes
sums
following
failing
properties
properties_as_orders
escapes
odd_ids
verdict
