# Time ranges on a terminal: T shows when events came, a spike of them is taken in a few keys, u goes back, ( and ) shift.
. e2e/lib_tmux.sh
export TZ=UTC

# 3 calls an hour on one day, but 40 within the hour from 14:00, which fail.
awk 'function call(n, hour, minute, more) {
	printf "{\"uuid\":\"00000000-0000-4000-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"ann\",", n
	printf "\"timestamp\":\"2026-03-01T%02d:%02d:00Z\",\"properties\":{\"$ai_trace_id\":\"t%d\",", hour, minute, n
	printf "\"$ai_model\":\"gpt-5\",\"$ai_span_name\":\"at_%d_%d\"%s}}\n", hour, minute, more
}
BEGIN {
	for (hour = 0; hour < 24; hour++)
		for (i = 0; i < 3; i++)
			call(++n, hour, 5 + i * 20, "")
	for (i = 0; i < 40; i++)
		call(++n, 14, i, ",\"$ai_is_error\":true,\"$ai_error\":\"boom\"")
}' >"$D/day.ndjson"

terminal 80 24
explore "$D/day.ndjson"
wait_for '112 traces'
text T
wait_for '112 events, 40 errors'
# The highest slice, and the one after it.
keys Tab
wait_for '03-01 14:00:00 to 14:30:00  32 events, 30 errors'
text ml
wait_for '03-01 14:00:00 to 15:00:00  43 events, 40 errors'
keys Enter
wait_for '43 traces'
wait_for 'shown: 2026-03-01 14:00:00 to 2026-03-01 15:00:00'
text u
wait_for '112 traces'

# What is typed is looked at, and Tab goes into it.
text T
text '2026-03-01T14:00..2026-03-01T15:00'
wait_for '43 events, 40 errors'
keys Tab
wait_for '14:05:00 to 14:06:00  2 events, 1 error'
keys Escape
wait_for '43 events, 40 errors'
keys Enter
wait_for '43 traces'
text ')'
wait_for 'shown: 2026-03-01 15:00:00 to 2026-03-01 16:00:00'
wait_for '3 traces'
text '('
text '('
wait_for 'shown: 2026-03-01 13:00:00 to 2026-03-01 14:00:00'

# The list, and how it ends.
text T
wait_for '> as shown'
text 'Gkgjj'
wait_for '> 1h'
wait_for '0 events'
keys Escape
wait_gone 'time range'
text T
wait_for 'j k chooses'
text h
wait_for 'Enter takes it  Esc'
keys Escape
wait_for 'j k chooses'
keys Escape
wait_gone 'time range'
text Q
wait_prompt
verdict
