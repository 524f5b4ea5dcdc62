# A breakpoint in a real tmux, events sent to the real endpoint: the live view stands still, the bell rings, the window is
# flagged, the desktop is told, Space goes on.
. e2e/lib_tmux.sh
command -v curl >/dev/null || exit 77
J=$D/journal

# send LINE...: a request with all of them.
send()
{
	local lines=$1
	shift
	for line; do
		lines="$lines,$line"
	done
	curl -s -m 20 -o /dev/null -H 'Content-Type: application/json' -d "{\"api_key\":\"phc_x\",\"batch\":[$lines]}" "$URL/batch/"
}

# call NUMBER NAME [MORE]
call()
{
	event generation "$(uuid "$1")" talk 2026-03-01T10:00:00Z ",\"\$ai_span_name\":\"$2\"${3:-}"
}

failed()
{
	call "$1" "$2" ',"$ai_is_error":true,"$ai_http_status":500'
}

flagged()
{
	[ "$(T list-windows -t it -F '#{window_index} #{window_bell_flag}' | grep -m 1 '^0 ')" = '0 1' ]
}

bells()
{
	tr -cd '\a' <"$D/bytes" | wc -c | tr -d ' '
}

sent()
{
	waits "the bytes $1" grep -qaF -e "$1" "$D/bytes"
}

terminal 100 30
T set-option -g monitor-bell on
explore "--listen 127.0.0.1:0 --journal $J"
wait_for 'yy copies these lines'
URL=$(screen | grep -o 'http://127.0.0.1:[0-9]*' | head -1)
send "$(failed 1 before)"
wait_for before
keys 7
wait_cursor before
text 'Bis:eror'
wait_for 'did you mean'
keys C-u
text 'is:error'
wait_for 'Enter keeps'
keys Enter
wait_for 'FOLLOW  break: is:error'

# The program stands in a window that nobody looks at.
T new-window -t it:9
flagged && fail 'flagged before anything came'
: >"$D/bytes"
T pipe-pane -t it:0 "cat >>$D/bytes"
send "$(call 2 fine)"
send "$(failed 3 "refund\\u001b]0;x\\u0007\$(id)")"
waits 'the window is flagged' flagged
T select-window -t it:0
wait_cursor 'refund\x1B]0;x'
wait_for 'break: is:error hit 1 of 1'
wait_for 'BREAK  break: is:error'
sent $'\ePtmux;\e\e]9;tracehog: is:error hit: refund'
equal 'bells of one hit' 1 "$(bells)"
grep -qaF $'\e]0;x' "$D/bytes" && fail 'what an event holds acts on the terminal'

# What comes meanwhile waits and rings no bell; what is sent again does not hit again.
send "$(call 4 more)" "$(failed 5 second)" "$(failed 6 third)" "$(failed 3 refund)"
wait_for '2 more hits'
wait_cursor 'refund'
shows second && fail 'the rows did not stand still'
wait_for 'hit 1 of 3'
keys Space
wait_cursor second
keys Space
wait_cursor third
wait_for 'hit 3 of 3'
keys Space
wait_for 'FOLLOW  break: is:error'
send "$(call 7 last)"
wait_cursor last

# From another screen: it stays, and says where the hit is.
keys 3
wait_for Generations
send "$(failed 8 elsewhere)"
wait_for 'break: 7 goes there: is:error hit: elsewhere 500'
sent '9;tracehog: is:error hit: elsewhere'
equal 'bells, none while a hit was stood at' 2 "$(bells)"
equal 'notices' 2 "$(grep -aoF '9;tracehog: ' "$D/bytes" | wc -l | tr -d ' ')"
keys 7
wait_cursor elsewhere
text B
keys C-u Enter
wait_for 'nothing is waited for'
wait_cursor elsewhere
send "$(failed 9 unheeded)"
wait_cursor unheeded
T pipe-pane -t it:0
text Q
wait_prompt

# Without tmux around it; set on the command line, where what is there at the start is no hit; a trace as a whole.
EXPLORE_ENV='env -u TMUX -u STY -u TERM_PROGRAM'
: >"$D/bytes"
call 20 agent >"$D/file.ndjson"
failed 21 old >>"$D/file.ndjson"
explore "--break \"trace(any(name:agent) any(is:error))\" $D/file.ndjson"
wait_for '1 trace '
keys 7
wait_for 'FOLLOW'
failed 22 again >>"$D/file.ndjson"
wait_cursor again
shows 'hit 1' && fail 'a trace that passed before hit'
T pipe-pane -t it:0 "cat >>$D/bytes"
text ':break name:wanted'
keys Enter
wait_for 'break: name:wanted'
call 23 wanted >>"$D/file.ndjson"
wait_cursor wanted
wait_for 'hit 1 of 1'
sent $'\e]9;tracehog: name:wanted hit: wanted\e\\'
grep -qaF 'Ptmux' "$D/bytes" && fail 'wrapped for a tmux that is not there'
T pipe-pane -t it:0
text Q
wait_prompt

# What cannot be read is said before there is a screen; the config may say it.
RAN='tracehog --break'
"$TRACEHOG" --break 'lat:5' "$D/file.ndjson" >"$D/out" 2>"$D/err" </dev/null
equal "$RAN: exit" 2 $?
err_has 'tracehog: --break: no field "lat"'
verdict
