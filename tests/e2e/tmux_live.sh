# The live view shows what arrives, in a trace that was dropped from it long ago, too.
. e2e/lib_tmux.sh

# span NUMBER TRACE NAME
span()
{
	event span "$(uuid "$1")" "$2" "2026-03-01T10:$(printf '%02d:%02d' $(($1 / 60)) $(($1 % 60)))Z" \
		",\"\$ai_span_id\":\"s$1\",\"\$ai_span_name\":\"$3\",\"\$ai_latency\":0.1"
}

span 1 long first >"$D/events.ndjson"
terminal 100 30
explore "$D/events.ndjson"
wait_for '1 trace '
keys 7
wait_for first
for i in $(seq 2 160); do
	span "$i" "trace-$i" "name-$i"
done >>"$D/events.ndjson"
wait_for name-160
span 161 trace-160 near >>"$D/events.ndjson"
wait_cursor near
span 162 long late >>"$D/events.ndjson"
wait_cursor late
shows first || fail 'the trace is not there as a whole'
span 163 long later >>"$D/events.ndjson"
wait_cursor later
equal 'blocks of the trace' 1 "$(screen | cut -c1-50 | grep -c '▾ first')"
text Q
wait_prompt
verdict
