# Of a long file the end is loaded first: the live view ends with it, whenever that is opened, and goes on with what comes.
. e2e/lib_tmux.sh

# spans FIRST LAST: lines of 1 kB, a trace each.
spans()
{
	awk -v first="$1" -v last="$2" -v pad="$(printf '%0900d' 0)" 'BEGIN {
		for (i = first; i <= last; i++)
			printf "{\"event\":\"$ai_span\",\"uuid\":\"u%d\",\"distinct_id\":\"p\"," \
			       "\"timestamp\":\"2026-03-01T10:%02d:%02dZ\",\"properties\":{" \
			       "\"$ai_trace_id\":\"t%d\",\"$ai_span_id\":\"s%d\",\"$ai_latency\":0.1," \
			       "\"$ai_span_name\":\"name-%d\",\"pad\":\"%s\"}}\n",
				i, i / 60, i % 60, i, i, i, pad
	}'
}

spans 1 3000 >"$D/events.ndjson"
terminal 100 30
explore "$D/events.ndjson"
wait_for '3,000 traces'
keys 7
wait_cursor name-3000
shows name-2995 || fail 'what came last does not stand together'
lacks name-900 || fail 'what was loaded later stands as if it had come later'
spans 3001 3001 >>"$D/events.ndjson"
wait_cursor name-3001
shows name-3000 || fail 'what is new does not stand behind the end'
text Q
wait_prompt

# The view is there before all is loaded.
explore "$D/events.ndjson"
keys 7
wait_cursor name-3001
keys 1
wait_for '3,001 traces'
keys 7
wait_cursor name-3001
shows name-2996 || fail 'the view is another after loading'
text Q
wait_prompt
verdict
