# The filter in a terminal: what is typed counts at once, what was used and saved is on disk for the next time, -f begins with one.
. e2e/lib_tmux.sh
FILE=$D/traces.ndjson
some_traces >"$FILE"
STATE=$D/state CONFIG=$D/config
EXPLORE_ENV="env XDG_STATE_HOME=$STATE XDG_CONFIG_HOME=$CONFIG"

terminal 80 24
explore "$FILE"
wait_for 'f: (none)   3 traces'
text 'fname:alpha'
wait_for 'ok 1 of 3 traces'
text ')'
wait_for 'without its ('
wait_for 'x 1 of 3 traces'
keys Escape
wait_for 'f: (none)   3 traces'
text 'fname:alpha'
keys Enter
wait_for 'f: name:alpha   1 of 3 traces'
trace alphabet 20 >>"$FILE"
wait_for 'f: name:alpha   2 of 4 traces'
trace other 21 >>"$FILE"
wait_for 'f: name:alpha   2 of 5 traces'
text F
wait_for frozen
trace alphabeta 22 >>"$FILE"
wait_for 'f: name:alpha   2 of 6 traces'
keys j
wait_cursor 'question of alpha '
wait_for 'f: name:alpha   2 of 6 traces'
text F
wait_for 'f: name:alpha   3 of 6 traces'
text ':save first'
keys Enter
wait_for 'saved in'
text u
wait_for '6 traces'
text 'f-name:alpha'
keys Enter
wait_for 'f: -name:alpha   3 of 6 traces'
text Q
wait_prompt
equal 'filters that were used' "$(printf 'name:alpha\n-name:alpha')" "$(cat "$STATE/tracehog/filters")"
equal 'who may read them' 600 "$(stat -c %a "$STATE/tracehog/filters")"
equal 'saved views' 'first = name:alpha' "$(cat "$CONFIG/tracehog/views")"

explore "$FILE"
wait_for '6 traces'
text f
keys Up Up
wait_for 'f: name:alpha'
keys C-u
text pha
keys C-r
wait_for 'f: -name:alpha  '
keys C-r
wait_for 'f: name:alpha  '
wait_for 'ok 3 of 6 traces'
keys Escape
wait_for 'f: (none)   6 traces'
text ':view fi'
keys Tab Enter
wait_for 'f: name:alpha   3 of 6 traces'
text Q
wait_prompt

explore -f name:other "$FILE"
wait_for 'f: name:other   1 of 6 traces'
# What is live is judged as it comes.
text 7
wait_for 'f: name:other  1 of 6 traces'
wait_cursor call_other
trace another 24 >>"$FILE"
wait_for 'f: name:other  2 of 7 traces'
wait_cursor call_another
trace last 25 >>"$FILE"
wait_for 'f: name:other  2 of 8 traces'
wait_cursor call_another
text u
wait_for call_last
text f
text name:other
keys Enter
wait_gone call_last
text 1
# An expression that would take for ever is stopped, and that is said.
trace "$(printf 'x%.0s' {1..2000})" 23 >>"$FILE"
wait_for 'of 9 traces'
text f
keys C-u
text '/(x+x+)+[yz]/'
keys Enter
wait_for 'not judged: the regular expression takes too long'
text Q
wait_prompt
verdict
