# What ends by its deadline only, and what comes by polling: 100 s, all at the same time. TRACEHOG_SLOW=1 runs it, as
# ./dev check does.
if [ "${TRACEHOG_SLOW:-0}" != 1 ]; then
	echo 'skipped: it waits for deadlines: TRACEHOG_SLOW=1 runs it'
	exit 77
fi
. e2e/lib_posthog.sh

# each NAME: a folder, a cache and a stand-in of its own; in a subshell.
each()
{
	D=$D/$1
	STANDIN_PID=
	mkdir -p "$D/tmp"
	export XDG_CACHE_HOME=$D/cache TMPDIR=$D/tmp
	shift
	standin "$@"
}

# ends WHAT CODE AT...: each query at the place AT (see the stand-in), or the project's request, is answered so. The
# exit code, within 100 s.
ends()
{
	local what=$1 expected=$2 at from
	shift 2
	for at in "$@"; do
		(
			each "$what.${at/\*/all}" --fault "$at:$what"
			from=$SECONDS
			timeout 110 "$TRACEHOG" ls traces posthog: --host "$HOST" --json >"$D/out" 2>"$D/err" </dev/null
			CODE=$?
			RAN="fault $at:$what"
			echo "$RAN: exit $CODE after $((SECONDS - from)) s: $(head -c 200 "$D/err")"
			[ "$CODE" = "$expected" ] || fail "$RAN: exit $CODE, not $expected"
			[ $((SECONDS - from)) -lt 100 ] || fail "$RAN: took $((SECONDS - from)) s"
			[ "$CODE" = 0 ] || explained
			[ "$CODE" != 0 ] || quiet
			clean
			valid_json
			mannerly
			secret
			gone
			[ "$FAILED" = 0 ] || touch "$D/failed"
		) &
	done
}

# Without a token a query now and then brings what is new.
polling()
{
	(
		each polling
		RAN='tracehog tail posthog:, polling'
		"$TRACEHOG" tail posthog: --host "$HOST" --json >"$D/out" 2>"$D/err" </dev/null &
		PID=$!
		sleep 65
		kill -TERM $PID
		wait $PID
		equal 'queries of a minute' 3 "$(asked | grep -cx tracehog:events)"
		equal 'streams' 0 "$(asked | grep -cx stream)"
		"$CHECK" jsonl uuid <"$D/out" | sort >"$D/uuids"
		equal 'events' 10 "$(wc -l <"$D/uuids")"
		equal 'each once' '' "$(uniq -d "$D/uuids")"
		mannerly
		secret
		gone
		[ "$FAILED" = 0 ] || touch "$D/failed"
	) &
}

: >"$EVENTS"
for i in $(seq 10); do
	event generation "$(uuid "$i")" "t$i" "$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)" ',"$ai_model":"gpt-5"'
done >>"$EVENTS"
for what in hang drip; do
	ends $what 4 '*' p
	# Asked once more, all is well.
	ends $what 0 1 2
done
ends bomb 4 '*' p 2
polling
wait
FAILED=$(find "$D" -name failed | wc -l)
verdict
