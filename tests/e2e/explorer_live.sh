# The explorer with the capture endpoint: what an empty list advises works, what is sent shows at once; another process's journal
# is followed and taken over; what must not be overlooked has a line.
. e2e/lib_tmux.sh
command -v curl >/dev/null || exit 77
J=$D/journal

url()
{
	screen | grep -o 'http://127.0.0.1:[0-9]*' | head -1
}

send()
{
	curl -s -m 9 -o /dev/null -H 'Content-Type: application/json' "$1/batch/" -d '{"api_key":"phc_local","batch":[
		{"event":"$ai_generation","distinct_id":"ann","properties":{"$ai_trace_id":"'"$2"'","$ai_input":"asked by '"$2"'"}}]}' ||
		fail "sending to $1"
}

# The command stands on the screen, from `curl` to the quote that ends it.
advised()
{
	screen | sed -n "/ Try  *curl/,/}'\$/p" | sed '1s/.*Try *//'
}

terminal 80 24
explore "--listen 127.0.0.1:0 --journal $J"
wait_for 'Nothing has come in yet'
wait_for 'tracehog run -- CMD'
URL=$(url)
wait_for "local:${URL##*:}"
advised >"$D/advised"
equal 'the answer' '{"status":1}' "$(bash "$D/advised" 2>/dev/null)"
wait_for 'Hello? -> Hello!'
wait_gone 'Nothing has come in yet'
wait_for '1 trace '
keys Enter
wait_for 'no $ai_trace event: made from its parts'
keys h
send "$URL" second
wait_for 'asked by second'
wait_for '2 traces'

# A second process reads along; when the first one ends it has the port.
"$TRACEHOG" capture --listen "${URL#http://}" --journal "$J" >"$D/out" 2>"$D/err" </dev/null &
other=$!
waits 'the second process says whom it follows' grep -qF "$URL" "$D/err"
text Q
wait_prompt
waits 'the second process listens' grep -q "listening on $URL" "$D/out"
explore "--listen ${URL#http://} --journal $J"
wait_for 'journal (followed)'
wait_for '2 traces'
send "$URL" third
wait_for 'asked by third'
kill "$other"
wait "$other"
wait_for "local:${URL##*:}"
send "$URL" fourth
wait_for 'asked by fourth'
"$TRACEHOG" --listen "${URL#http://}" --journal "$D/none" >"$D/out" 2>"$D/err" </dev/null
equal 'without a terminal nothing listens' 1 $?
text Q
wait_prompt

explore "--listen 0.0.0.0:0 --journal $J"
wait_for 'every machine that can reach this one can send events here'
wait_for '4 traces'
text Q
wait_prompt

# A port that somebody else has.
"$TRACEHOG" capture --listen :0 --journal "$D/third" >"$D/out" 2>&1 </dev/null &
other=$!
waits 'it listens' grep -q listening "$D/out"
URL=$(grep -o 'http://.*' "$D/out")
shell "clear; $TRACEHOG --listen ${URL#http://} --journal $D/fourth; echo exit \$?"
wait_for 'exit 4'
kill "$other"
wait "$other"
verdict
