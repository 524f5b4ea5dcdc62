# `--forward`: what an SDK sends to us reaches PostHog with the bytes that were sent, whatever PostHog is doing at the moment,
# and its key is nowhere but in the queue.
. e2e/lib_capture.sh

command -v curl >/dev/null || exit 77
STANDIN=$BUILD/tests/posthog_standin
TOKEN=phc_TheKeyOfTheProject0123456789
J=$D/journal
Q=$XDG_STATE_HOME/tracehog/forward
JSON='Content-Type: application/json'

# upstream ARG...: PostHog, at the port it had before if it had one. What it takes is in $D/taken.
upstream()
{
	: >"$D/upstream"
	"$STANDIN" --capture "$D/taken" --log "$D/log" ${HOST:+--port "${HOST##*:}"} "$@" >"$D/upstream" 2>&1 &
	UPSTREAM=$!
	disown "$UPSTREAM" # no word of its end
	STARTED="$STARTED $UPSTREAM"
	until_true grep -q '^listening' "$D/upstream"
	HOST=$(sed -n 's/^listening on //p' "$D/upstream")
}

upstream_ends()
{
	kill -9 "$UPSTREAM"
	while kill -0 "$UPSTREAM" 2>/dev/null; do
		sleep 0.02
	done
}

forwards()
{
	capture out --listen :0 --journal "$J" --forward "$HOST" "$@"
	listening out
}

# send NAME...: a request each, with a uuid of its own made of the name's number.
send()
{
	local name
	for name in "$@"; do
		printf '{"api_key":"%s","batch":[{"uuid":"%s",%s]}' "$TOKEN" "$(uuid "${name##*-}")" \
			"$(generation "$name" | cut -c2-)" >"$D/body"
		sends 200 /batch/ -H "$JSON" --data-binary @"$D/body"
	done
}

# How often PostHog has taken each of them: "2 name" lines, by name.
taken()
{
	grep -ao '"$ai_trace_id":"[^"]*"' "$D/taken" 2>/dev/null | cut -d'"' -f4 | sort -V | uniq -c | awk '{ print $1, $2 }'
}

# Every one of NAME-1 to NAME-N was taken once.
all_taken()
{
	[ "$(taken | grep -c "^1 $1-")" = "$2" ] && [ "$(taken | grep -c " $1-")" = "$2" ]
}

asked()
{
	[ "$(wc -l <"$D/log")" -ge "$1" ]
}

# No request is on disk any more.
empty()
{
	[ -z "$(find "$Q" -name '*.queue*')" ]
}

# The key is in no place that anybody else reads.
secret()
{
	! grep -qF "$TOKEN" "$D"/out "$D"/out.err "$J"/* "$J"/.port || fail "$1: the key is there"
	! tr '\0' ' ' <"/proc/$PID/cmdline" | grep -qF "$TOKEN" || fail "$1: the key is on the command line"
}

original_bytes()
{
	upstream
	forwards
	printf '{"api_key":"%s","event":"$ai_generation" , "distinct_id":"ann","n":1.50}' "$TOKEN" | gzip >"$D/body"
	sends 200 '/batch/?compression=gzip-js&ver=1' -H 'Content-Type: text/plain' -H 'Cookie: a=b' --data-binary @"$D/body"
	until_true asked 1
	until_true empty
	head -c -1 "$D/taken" | cmp - "$D/body" || fail 'other bytes'
	grep -qF '"path":"/batch/?compression=gzip-js&ver=1"' "$D/log" || fail 'another path'
	sends 200 '/flags/?v=2' -H "$JSON" -d "{\"api_key\":\"$TOKEN\"}"
	sends 200 /batch/ -H "$JSON" -d '{"api_key":"phc_local","batch":[{"event":"a","distinct_id":"b"}]}'
	sends 200 /batch/ -H "$JSON" -d '{"api_key":"phx_MyOwnKey0123456789","batch":[{"event":"a","distinct_id":"b"}]}'
	until_true grep -q 'forward 0 waiting, 2 kept back: .*personal API key' "$D/out.err"
	! grep -q phx_MyOwn "$D/out.err" "$J"/* || fail 'the personal key is there'
	equal 'asked' 1 "$(wc -l <"$D/log")"
	secret 'original bytes'
	ends TERM 0
	upstream_ends
}

# Bodies that are no JSON of ours: as they came, to where they came.
other_forms()
{
	: >"$D/taken" && : >"$D/log"
	upstream
	forwards
	printf -- '--b\r\nContent-Disposition: form-data; name="event"\r\nContent-Type: application/json\r\n\r\n%s\r\n--b--\r\n' \
		'{"event":"$ai_generation","distinct_id":"ann","uuid":"00000000-0000-4000-8000-000000000001","properties":{"$ai_model":"m"}}' >"$D/body"
	sends 200 /i/v0/ai -H 'Content-Type: multipart/form-data; boundary=b' -H "Authorization: Bearer $TOKEN" --data-binary @"$D/body"
	until_true asked 1
	cat "$D/body" >"$D/sent" && echo >>"$D/sent"
	printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%032d","spanId":"%016d","name":"chat","startTimeUnixNano":"1",' 1 1 >"$D/body"
	printf '"endTimeUnixNano":"2","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}' >>"$D/body"
	sends 200 /i/v0/ai/otel -H "$JSON" -H 'Authorization: Bearer phx_MyOwnKey0123456789' --data-binary @"$D/body"
	sends 200 /i/v0/ai/otel -H "$JSON" -H "Authorization: Bearer $TOKEN" --data-binary @"$D/body"
	until_true asked 2
	cat "$D/body" >>"$D/sent" && echo >>"$D/sent"
	cmp "$D/sent" "$D/taken" || fail 'other forms: other bytes'
	equal 'paths' '/i/v0/ai /i/v0/ai/otel' "$(sed 's/.*"path":"\([^"]*\)".*/\1/' "$D/log" | xargs)"
	secret 'other forms'
	ends TERM 0
	upstream_ends
}

# Two of us with journals of their own share the queue's folder: what one leaves behind, the other one sends.
two()
{
	local first
	forwards
	send $(seq -f 'left-%.0f' 5)
	first=$PID
	capture second --listen :0 --journal "$D/second.journal" --forward "$HOST"
	listening second
	send $(seq -f 'own-%.0f' 5)
	upstream --latency 50
	kill -9 "$first"
	until_true all_taken left 5
	until_true all_taken own 5
	until_true empty
	ends TERM 0
	upstream_ends
}

# It is dead when events come, and when we are killed; the queue outlives both.
dead()
{
	forwards
	send $(seq -f 'dead-%.0f' 30)
	until_true grep -q 'forward .* waiting: .*no answer' "$D/out.err"
	[ "$(find "$Q" -name '*.queue' -perm 600 | wc -l)" = 1 ] || fail 'no queue with mode 600'
	equal 'modes of its folders' '700 700' "$(stat -c %a "$Q" "$Q"/* | xargs)"
	grep -rqF "$TOKEN" "$Q" || fail 'the queue is empty'
	secret dead
	ends KILL 137
	upstream
	forwards
	until_true all_taken dead 30
	until_true empty
	ends TERM 0
	upstream_ends
}

# It answers late: senders hear at once, and the end of us waits for what is under way.
slow()
{
	upstream --latency 400
	forwards
	send $(seq -f 'slow-%.0f' 10)
	ends TERM 0
	all_taken slow 10 || fail "slow: $(taken | grep slow)"
	upstream_ends
}

# refusing STATUS: for good.
refusing()
{
	: >"$D/log"
	upstream --fault "*:$1"
	forwards
	send "refused-$1"
	until_true grep -q "forward 0 waiting, 1 refused: .* answered $1: a request was refused for good" "$D/out.err"
	until_true empty
	equal "asked after $1" 1 "$(wc -l <"$D/log")"
	ends TERM 0
	upstream_ends
}

# busy FAULT SAYS: it goes better later.
busy()
{
	: >"$D/log"
	upstream --fault "1:$1,2:$1"
	forwards
	send "busy$1-1"
	until_true grep -qF "$2" "$D/out.err"
	until_true all_taken "busy$1" 1
	until_true empty
	equal "asked after $1" 3 "$(wc -l <"$D/log")"
	ends TERM 0
	upstream_ends
}

# A redirect leads nowhere.
redirecting()
{
	: >"$D/log"
	upstream --fault '*:elsewhere'
	forwards
	send moved-1
	until_true grep -q 'forward 1 waiting: .*redirects to http://127.0.0.2:1' "$D/out.err"
	ends TERM 0
	grep -q 'forward 1 waiting: they are sent when' "$D/out.err" || fail 'no word at the end'
	upstream_ends
	upstream
	forwards
	until_true all_taken moved 1
	ends TERM 0
	upstream_ends
}

# What is no queue is set aside with a word.
broken()
{
	upstream
	printf 'no queue, but long enough to be taken for one' >"$(dirname "$(find "$Q" -type d | tail -1)/x")/0000000000000000001.queue"
	forwards
	until_true grep -q 'broken at byte 0: it is set aside' "$D/out.err"
	send broken-1
	until_true all_taken broken 1
	ends TERM 0
	[ -n "$(find "$Q" -name '*.queue.broken')" ] || fail 'it was not kept'
	find "$Q" -name '*.broken' -delete
	upstream_ends
}

# `run` waits for what its program has sent.
run_forwards()
{
	upstream
	printf '{"api_key":"%s","event":"$ai_generation","distinct_id":"u","properties":{"$ai_trace_id":"run-1"}}' "$TOKEN" >"$D/body"
	printf 'curl -s -o /dev/null "$POSTHOG_HOST/i/v0/e/" -H "%s" -d @"%s"\necho an error line >&2\n' "$JSON" "$D/body" >"$D/app"
	exits 0 run --journal "$D/other" --forward "$HOST" -- bash "$D/app"
	all_taken run 1 || fail "run: $(cat "$D/err")"
	cat "$D"/other/*.ndjson | grep -qF 'an error line' || fail 'its standard error was not kept'
	! grep -qF 'an error line' "$D/taken" || fail 'its standard error was forwarded'
	upstream_ends
}

bad_usage()
{
	local url
	for url in http://us.i.posthog.com https://us.i.posthog.com/?a ftp://localhost 'https://a:b@c' ''; do
		exits 2 capture --listen :0 --journal "$J" --forward "$url"
		explained
		err_has --forward
	done
	exits 2 stats --forward https://us.i.posthog.com
	printf 'forward = http://us.i.posthog.com\n' >"$D/config.bad"
	exits 2 capture --listen :0 --journal "$J" --config "$D/config.bad"
	err_has "$D/config.bad:1: "
}

original_bytes
other_forms
dead
two
slow
for status in 400 401 413; do
	refusing $status
done
busy 500 'answered 500'
busy 503 'answered 503'
busy 429+1 'answered 429'
redirecting
broken
run_forwards
bad_usage
verdict
