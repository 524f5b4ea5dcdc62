# `tracehog tail posthog:`: what is there, what PostHog's live stream brings, each event once. Nothing of it is
# kept. Polling alone is in posthog_slow.sh.
. e2e/lib_posthog.sh

LIVE=$D/live

# follow ARG...: in the background; its number is $FOLLOWER.
follow()
{
	RAN="tracehog tail $*"
	: >"$D/out"
	TRACEHOG_POSTHOG_LIVE_HOST=$HOST env --default-signal=INT "$TRACEHOG" tail "$@" --host "$HOST" \
		>"$D/out" 2>"$D/err" </dev/null &
	FOLLOWER=$!
	STARTED="$STARTED $FOLLOWER"
}

prints()
{
	until_true grep -qF -e "$1" "$D/out"
}

streaming()
{
	until_true grep -q '"name":"stream"' "$LOG"
}

ends()
{
	kill -"$1" "$FOLLOWER"
	wait "$FOLLOWER"
	equal "$RAN: exit after $1" 130 $?
}

# now NUMBER: an event of this moment.
now()
{
	event generation "$(uuid "$1")" "live-$1" "$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)" ',"$ai_model":"gpt-5"'
}

all_there()
{
	recent data/real_events.ndjson >"$EVENTS"
	standin
	asks 0 tail --no-follow --json posthog:
	quiet
	# AI events only: the file has others.
	equal 'events' "$(grep -c '"event":"$ai_' "$EVENTS")" "$(wc -l <"$D/out")"
	"$CHECK" jsonl uuid <"$D/out" | sort >"$D/uuids"
	equal 'each once' '' "$(uniq -d "$D/uuids")"
	asked_for 'project tracehog:events'
	asks 7 tail --no-follow posthog: --fail-if any
	mannerly
	secret
}

# Each in its own line as soon as it comes, whatever else stands in the stream.
stream()
{
	local i
	: >"$EVENTS"
	: >"$LIVE"
	standin --live "$LIVE"
	forget
	follow posthog: --json
	streaming
	for i in $(seq 3); do
		now "$i" >>"$LIVE"
		prints "\"live-$i\""
	done
	printf 'not json\n{"event":"$pageview","properties":{}}\n{"results":\n[1,2]\n\n{}\n' >>"$LIVE"
	printf '{"event":"$ai_span","uuid":"\033[31m","properties":{"$ai_trace_id":"\033]0;x\007"}}\n' >>"$LIVE"
	now 4 >>"$LIVE"
	prints '"live-4"'
	# The same again is no other event.
	cat "$LIVE" >"$D/again"
	cat "$D/again" >>"$LIVE"
	now 5 >>"$LIVE"
	prints '"live-5"'
	for i in $(seq 5); do
		equal "lines of event $i" 1 "$(grep -c "\"live-$i\"" "$D/out")"
	done
	for i in $(seq 100 400); do
		now "$i"
	done >>"$LIVE"
	prints '"live-400"'
	equal 'of many at once' 301 "$(grep -c '"live-[1-4][0-9][0-9]"' "$D/out")"
	ends INT
	clean
	! grep -v '^tracehog: ' "$D/err" || fail "$RAN: stderr"
	mannerly
	secret
	! grep -rlF live-token-for-tests "$D/out" "$D/err" || fail 'the token is there'
}

# What the stream brings and what the query brings is the same: an event that both have is printed once. The query's
# answer comes later.
both()
{
	now 1 >"$EVENTS"
	cp "$EVENTS" "$LIVE"
	standin --live "$LIVE" --latency 2500
	forget
	follow posthog:12
	streaming
	prints live-1
	until_true grep -q tracehog:events "$LOG"
	now 2 >>"$LIVE"
	prints live-2
	equal "$RAN: lines" 1 "$(grep -c live-1 "$D/out")"
	ends TERM
	mannerly
}

# The end of a stream is not the end of the tail: the next one begins, here with all that was sent before.
again()
{
	: >"$EVENTS"
	: >"$LIVE"
	standin --live "$LIVE"
	forget
	follow posthog: --json
	streaming
	now 1 >>"$LIVE"
	prints '"live-1"'
	echo end >>"$LIVE"
	until_true streams 2
	now 2 >>"$LIVE"
	prints '"live-2"'
	echo end >>"$LIVE"
	until_true streams 3
	now 3 >>"$LIVE"
	prints '"live-3"'
	equal 'each once' 3 "$(grep -c '"live-' "$D/out")"
	ends INT
	mannerly
	secret
}

streams()
{
	[ "$(grep -c '"name":"stream"' "$LOG")" -ge "$1" ]
}

all_there
stream
both
again
verdict
