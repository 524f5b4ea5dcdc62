# A query in HogQL on a real terminal: its result, an id that is opened from it, a mistake, one that is cancelled, a large one, and what
# is kept of them.
. e2e/lib_posthog.sh
EVENTS_FOLDER=$D
. e2e/lib_tmux.sh
trap 'T kill-server 2>/dev/null; end_all; rm -rf "$EVENTS_FOLDER"' EXIT

recent data/real_events.ndjson >"$EVENTS"
export XDG_STATE_HOME=$EVENTS_FOLDER/state
HISTORY=$XDG_STATE_HOME/tracehog/hogql

opens()
{
	explore "posthog: --host $HOST"
	wait_for ' Traces'
}

ends_at_once()
{
	text Q
	wait_prompt
}

has_copied()
{
	[ "$(T show-buffer 2>/dev/null)" = "$1" ]
}

standin
terminal 80 24
opens
text ':hogql SELECT kinds'
keys Enter
wait_for '11 rows  3 columns'
wait_for '\x1B]0;title\x07\x1B[31mred\u{202E}'
wait_cursor text
text lls
wait_for 'value^'
text s
wait_for 'valuev'
wait_cursor text
text G
wait_cursor text
text s
wait_gone 'valuev'
text /
text '=1+1'
keys Enter
wait_cursor formula
text yy
waits 'the value' has_copied '=1+1'
text yj
waits 'the row' has_copied '{"kind":"formula","value":"=1+1","value_2":18446744073709551615}'
text yh
waits 'the query' has_copied 'SELECT kinds'
text yC
waits 'the command line' has_copied "tracehog hogql 'SELECT kinds' posthog: --host $HOST"
text yT
waits 'the table' sh -c "tmux -L '$SOCKET' show-buffer 2>/dev/null | grep -qx \"formula,'=1+1,18446744073709551615\""
keys Enter
wait_for 'row 10'
text q

# ---- a mistake, and the query again ----------------------------------------------------------------------------------
text e
wait_for 'HogQL (Up: before): SELECT kinds'
keys C-u
text 'SELECT a FORM events'
keys Enter
wait_for "mismatched input 'FORM'"
wait_for '         ^'
# The last result stays.
wait_for 'formula'
text e
keys Up
wait_for 'SELECT a FORM events'
keys Up
wait_for 'before): SELECT kinds'
keys Enter
wait_for '11 rows  3 columns'

# ---- from an id to its trace -----------------------------------------------------------------------------------------
text ':hogql SELECT trace_id FROM events'
keys Enter
wait_for 'trace_id_here'
keys Enter
wait_for 'HogQL > Trace'
text q
wait_for 'trace_id_here'

# ---- many ------------------------------------------------------------------------------------------------------------
text ':hogql SELECT * FROM numbers(50000), columns(20) LIMIT 50000'
keys Enter
wait_for '50,000 rows  20 columns'
text lI
wait_for 'c1v'
text G
wait_for '/50000'
text L
wait_for 'column 14/20'
text H
wait_for 'L: '
text Q
wait_prompt
equal 'mode of the history' 600 "$(stat -c %a "$HISTORY")"
equal 'the history' 4 "$(wc -l <"$HISTORY")"
mannerly
secret

# ---- slow, and cancelled ---------------------------------------------------------------------------------------------
standin --latency 300000
explore "posthog:12 --host $HOST"
text ':hogql SELECT kinds'
keys Enter
wait_for 'running '
text '?'
wait_for 'finds a key or a word'
text q
keys Escape
wait_for 'cancelled: R asks again'
ends_at_once

terminal 40 10
standin
opens
text ':hogql SELECT kinds'
keys Enter
wait_cursor text
ends_at_once
explore "$EVENTS"
text ':hogql SELECT 1'
keys Enter
wait_for 'HogQL is asked of PostHog'
ends_at_once
verdict
