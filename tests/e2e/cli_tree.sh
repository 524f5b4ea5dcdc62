# `tracehog tree`: the trace as text and as JSON, and chains that are deep.
. e2e/lib.sh

DAY=2026-03-01T10:00
DEEP=10000

small()
{
	local file=$D/small.ndjson
	{
		event trace "$(uuid 1)" tr "$DAY:00Z" ',"$ai_span_name":"whole","$ai_latency":4'
		event span "$(uuid 2)" tr "$DAY:04Z" ',"$ai_span_id":"a","$ai_parent_id":"tr","$ai_span_name":"outer","$ai_latency":4'
		event generation "$(uuid 3)" tr "$DAY:02Z" ',"$ai_span_id":"b","$ai_parent_id":"a","$ai_span_name":"inner","$ai_latency":1,"$ai_is_error":true'
	} >"$file"
	exits 0 tree tr "$file"
	quiet
	clean
	equal "$RAN: order" 'whole outer inner' "$(sed '1,/SPAN/d' "$D/out" | grep -oE 'whole|outer|inner' | tr '\n' ' ' | sed 's/ $//')"
	cp "$D/out" "$D/tree"
	exits 0 tree "$(uuid 3)" "$file"
	cmp -s "$D/out" "$D/tree" || fail "$RAN: another tree than its trace's"
	exits 0 tree last "$file" --json
	valid_json
	json trace_id tr
	json verdict 'inner failed at +6.0s, nothing came after it'
	json children/0/children/0/span_id b
	cp "$D/out" "$D/tree"
	exits 0 show tr "$file" --json
	cmp -s "$D/out" "$D/tree" || fail 'tree --json differs from show --json'
	LC_ALL=C run tree tr "$file"
	clean ascii
	exits 1 tree nothing "$file"
	explained
}

# Lines in reverse, so that every parent comes after its child.
chain()
{
	awk -v n="$1" 'BEGIN {
		for (i = n; i >= 1; i--)
			printf "{\"uuid\":\"u-%d\",\"event\":\"$ai_span\",\"distinct_id\":\"d\",\"timestamp\":\"2026-03-01T10:00:00Z\"," \
				"\"properties\":{\"$ai_trace_id\":\"chain\",\"$ai_span_id\":\"s%d\",\"$ai_parent_id\":\"%s\"}}\n",
				i, i, i == 1 ? "chain" : "s" (i - 1)
	}'
}

deep()
{
	chain $DEEP >"$D/deep.ndjson"
	exits 0 tree chain "$D/deep.ndjson" --json
	equal 'depth of the tree' $((DEEP * 2 + 1)) "$("$CHECK" json depth <"$D/out")"
	equal 'nodes of the tree' $DEEP "$(grep -o '"span_id"' "$D/out" | wc -l | tr -d ' ')"
	[ "$(wc -c <"$D/out")" -lt 20000000 ] || fail "$RAN: $(wc -c <"$D/out") bytes"
	exits 0 tree chain "$D/deep.ndjson" --jsonl
	lines 1
	exits 0 tree chain "$D/deep.ndjson"
	[ "$(wc -l <"$D/out")" -ge $DEEP ] || fail "$RAN: rows are missing: $(wc -l <"$D/out")"
	clean
	exits 0 show u-5000 "$D/deep.ndjson" --json
	json span_id s5000
}

# A ring of parents: everything is there once, and one node is marked.
ring()
{
	chain 500 | sed 's/"chain","$ai_span_id":"s1","$ai_parent_id":"chain"/"chain","$ai_span_id":"s1","$ai_parent_id":"s500"/' >"$D/ring.ndjson"
	exits 0 tree chain "$D/ring.ndjson" --json
	equal 'nodes of the ring' 500 "$(grep -o '"span_id"' "$D/out" | wc -l | tr -d ' ')"
	equal 'cuts of the ring' 1 "$(grep -o '"mark": *"cycle"' "$D/out" | wc -l | tr -d ' ')"
	exits 0 tree chain "$D/ring.ndjson"
}

# Trees as the SDKs sent them: every node under its parent.
real_events()
{
	local trace
	for trace in $("$CHECK" jsonl '' <data/real_events.ndjson >/dev/null && "$TRACEHOG" ls traces data/real_events.ndjson --csv --fields trace_id | tail -n +2); do
		exits 0 tree "$trace" data/real_events.ndjson --json
		equal "$trace: nodes" "$("$CHECK" json "traces/$trace/nodes/*/uuid" <data/expected.json | grep -v absent | sort)" \
			"$(sed -n 's/^ *"uuid": "\(.*\)",$/\1/p' "$D/out" | sort)"
		exits 0 tree "$trace" data/real_events.ndjson
		clean
	done
}

# A tool called again and again with the same arguments: tr-a three times, tr-b twice, tr-c four times.
loops()
{
	exits 0 tree tr-a data/loops.ndjson
	equal 'every call has its row' 3 "$(grep -c 'T update_address' "$D/out")"
	exits 0 tree tr-a data/loops.ndjson --fold-repeats
	equal 'they are one row' 1 "$(grep -c 'update_address x3 same args 1 err .*5.0s .*\$0.025' "$D/out")"
	equal 'and what is none stays' 4 "$(grep -c '\* gpt-5\|support_agent' "$D/out")"
	exits 0 ls traces data/loops.ndjson -f is:loop --csv --fields trace_id
	equal 'traces in a loop' "$(printf 'tr-a\ntr-c')" "$(tail -n +2 "$D/out" | sort)"
	exits 0 ls spans data/loops.ndjson -f 'is:loop trace:tr-c' --jsonl
	equal 'calls in a loop' 4 "$(wc -l <"$D/out" | tr -d ' ')"
	exits 1 ls traces data/loops.ndjson -f 'is:loop trace:tr-b'
}

small
loops
deep
ring
real_events
verdict
