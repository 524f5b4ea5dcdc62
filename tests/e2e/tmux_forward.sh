# The screen says what waits to be forwarded and why, and never the key.
. e2e/lib_tmux.sh

command -v curl >/dev/null || exit 77
TOKEN=phc_TheKeyOfTheProject0123456789
export XDG_STATE_HOME=$D/state XDG_CONFIG_HOME=$D/config

terminal 120 30
text "XDG_STATE_HOME=$D/state $TRACEHOG --listen :0 --forward http://127.0.0.1:1"
keys Enter
wait_for 'forward 0 waiting'
PORT=$(screen | head -1 | grep -o 'local:[0-9]*' | cut -d: -f2)
for i in 1 2 3; do
	curl -s -o /dev/null "http://127.0.0.1:$PORT/i/v0/e/" -H 'Content-Type: application/json' -d \
		"{\"api_key\":\"$TOKEN\",\"event\":\"\$ai_generation\",\"distinct_id\":\"u\",\"properties\":{\"\$ai_trace_id\":\"t$i\"}}"
done
wait_for 'forward 3 waiting'
wait_for 'forwarding: 127.0.0.1: no answer'
keys 7
wait_for 'forward 3 waiting'
lacks "$TOKEN" || fail 'the key is on the screen'
text Q
wait_prompt
wait_for 'forward 3 waiting: they are sent when'
lacks "$TOKEN" || fail 'the key is on the terminal'
verdict
