# What stands out in a trace, in a real tmux: c marks the critical path, yy copies it, zr folds what repeats; the same without
# colours, in ASCII and on a terminal that can little; and nothing of it where there is no event.
. e2e/lib_tmux.sh

# span NUMBER NAME SECOND TYPE MORE: it ends at that second, below the trace.
span()
{
	event span "$(uuid "$1")" t "2026-03-01T10:00:$3Z" \
		",\"\$ai_span_id\":\"s$1\",\"\$ai_parent_id\":\"t\",\"\$ai_span_name\":\"$2\",\"\$ai_span_type\":\"$4\"$5"
}
{
	span 1 look_up 02 tool ',"$ai_latency":1,"$ai_input_state":{"order":7}'
	span 2 look_up 04 tool ',"$ai_latency":1,"$ai_input_state":{"order":7}'
	span 3 look_up 06 tool ',"$ai_latency":1,"$ai_input_state":{"order":7}'
	span 4 answer 19 chain ',"$ai_latency":12'
	span 5 aside 12 chain ',"$ai_latency":1'
} >"$D/events.ndjson"

terminal 100 24
T set-option -s set-clipboard on
explore "$D/events.ndjson"
wait_for '1 trace'
keys Enter
wait_for 'x3 same arguments'
keys j c
wait_for 'critical path '
screen | grep -q '^ *#- answer' || fail 'what the end hangs on is not marked'
screen | grep -q '^ *#- aside' && fail 'what the end does not hang on is marked'
text yy
wait_for 'copied '
T show-buffer | grep -q 'answer$' || fail 'the path is not copied'
T show-buffer | grep -q aside && fail 'more than the path is copied'
rows=$(screen | grep -c 'look_up')
text zr
waits 'repeats fold' eval "[ \"\$(screen | grep -c look_up)\" != $rows ]"
text c
wait_gone 'critical path '
text Q
wait_prompt

EXPLORE_ENV='env NO_COLOR=1 LC_ALL=C TERM=xterm'
explore "$D/events.ndjson"
wait_for '1 trace'
keys Enter
wait_for 'x3 same arguments'
keys j c
wait_for 'critical path '
screen | grep -q '^ *#- answer' || fail 'what the end hangs on is not marked without colours'
screen | LC_ALL=C grep -q '[^ -~]' && fail 'a character that is not ASCII'
text Q
wait_prompt

: >"$D/empty.ndjson"
explore "$D/empty.ndjson"
wait_for '0 traces'
text c
wait_for 'path: nothing to do here'
text zr
wait_for 'fold-repeats: nothing to do here'
text Q
wait_prompt
verdict
