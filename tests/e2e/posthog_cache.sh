# What was fetched from PostHog is kept for its owner alone, and neither fetched nor lost again.
. e2e/lib_posthog.sh

recent data/real_events.ndjson >"$EVENTS"
ID=trace_id_here

# Who may read what: "MODE TYPE" of everything in the cache.
modes()
{
	find "$XDG_CACHE_HOME/tracehog" -printf '%m %y\n' | sort -u | xargs
}

again()
{
	standin
	forget
	asks 0 show $ID posthog: --json
	cp "$D/out" "$D/first"
	: >"$LOG"
	asks 0 show $ID posthog: --json
	cmp -s "$D/out" "$D/first" || fail "$RAN: differs from the first time"
	quiet
	asked_for project
	: >"$LOG"
	asks 0 show $ID posthog:12 --json
	! grep -q POST "$LOG" || fail "$RAN: asked $(asked | xargs)"
	asks 0 ls traces posthog: --json
	cp "$D/out" "$D/first"
	: >"$LOG"
	asks 0 ls traces posthog: --json
	cmp -s "$D/out" "$D/first" || fail "$RAN: differs from the first time"
	asked_for 'project tracehog:traces'
	equal 'modes of the cache' '600 f 700 d' "$(modes)"
	secret
}

# With PostHog out of reach.
offline()
{
	asks 0 show $ID posthog: --json
	cp "$D/out" "$D/first"
	asks 0 ls traces posthog: --json
	cp "$D/out" "$D/list"
	gone
	asks 0 show $ID posthog: --json
	cmp -s "$D/out" "$D/first" || fail "$RAN: differs from before"
	err_has 'out of reach'
	explained
	asks 0 show $ID posthog:12 --json
	cmp -s "$D/out" "$D/first" || fail "$RAN: differs from before"
	asks 4 show no-such-id posthog:
	explained
	asks 4 ls traces posthog: --json
	explained
	cmp -s "$D/out" "$D/list" || fail "$RAN: the rows are gone"
	equal 'modes of the cache' '600 f 700 d' "$(modes)"
	secret
}

# A trace that may still grow is fetched again.
growing()
{
	local id
	recent data/real_events.ndjson 5 >"$EVENTS"
	standin
	forget
	id=$(tail -1 "$EVENTS" | grep -o '"\$ai_trace_id":"[^"]*"' | cut -d '"' -f 4)
	asks 0 show "$id" posthog: --json
	: >"$LOG"
	asks 0 show "$id" posthog: --json
	asked | grep -qx tracehog:trace || fail "$RAN: asked $(asked | xargs)"
	recent data/real_events.ndjson >"$EVENTS"
}

# What a trace and a list have got since: the same numbers as from a file with all of it.
grown()
{
	recent data/real_events.ndjson >"$D/all"
	head -60 "$D/all" >"$EVENTS"
	standin
	forget
	BUT='"(start_time|wall_s)"' same ls traces --json
	same ls sessions --json
	cp "$D/all" "$EVENTS"
	standin --port "${HOST##*:}"
	BUT='"(start_time|wall_s)"' same ls traces --json
	asked_for 'project tracehog:traces tracehog:trace-totals'
	same ls sessions --json
	same ls generations --json
	mannerly
}

kept_nowhere()
{
	standin
	forget
	asks 0 ls traces posthog: --json --no-cache
	cp "$D/out" "$D/list"
	asks 0 show $ID posthog: --json --no-cache
	asks 4 ls traces posthog:13 --no-cache
	[ ! -e "$XDG_CACHE_HOME" ] || fail "--no-cache: there is $(find "$XDG_CACHE_HOME")"
	equal 'temporary folders' '' "$(ls "$D/tmp")"
	timeout -s INT 1 "$TRACEHOG" tail posthog: --no-cache --host "$HOST" >/dev/null 2>&1 </dev/null
	equal 'temporary folders' '' "$(ls "$D/tmp")"
	asks 0 ls traces posthog: --json
	cmp -s "$D/out" "$D/list" || fail "$RAN: differs from --no-cache"
}

# The second does not wait for the first, and writes elsewhere.
together()
{
	local i pids=
	standin --latency 300
	forget
	for i in 1 2 3; do
		"$TRACEHOG" ls traces posthog: --json --host "$HOST" >"$D/out.$i" 2>"$D/err.$i" </dev/null &
		pids="$pids $!"
	done
	for i in $pids; do
		wait "$i" || fail "one of three at once: exit $?"
	done
	for i in 1 2 3; do
		[ ! -s "$D/err.$i" ] || fail "three at once: $(cat "$D/err.$i")"
		grep -vE '"(start_time|wall_s)"' "$D/out.$i" | cmp -s - <(grep -vE '"(start_time|wall_s)"' "$D/list") ||
			fail 'three at once: other rows'
	done
	equal 'temporary folders' '' "$(ls "$D/tmp")"
	equal 'modes of the cache' '600 f 700 d' "$(modes)"
}

# A torn line and a strange one, as a crash and another program leave them.
damaged()
{
	standin
	forget
	asks 0 show $ID posthog: --json
	cp "$D/out" "$D/first"
	printf 'senseless\n{"event":"$listed_trace","properties":{"$ai_tra' >>"$(find "$XDG_CACHE_HOME" -name '*.ndjson')"
	asks 0 show $ID posthog: --json
	cmp -s "$D/out" "$D/first" || fail "$RAN: differs from before"
	asks 0 ls traces posthog: --json
	# The note of the project is another's.
	echo 4711 >"$(find "$XDG_CACHE_HOME" -name project)"
	asks 0 ls traces posthog: --json
	rm -rf "$XDG_CACHE_HOME"
	: >"$XDG_CACHE_HOME"
	run ls traces posthog: --json --host "$HOST"
	[ "$CODE" != 0 ] || fail "$RAN: a cache that cannot be made"
	explained
	rm "$XDG_CACHE_HOME"
}

# Where the key is: not with the commands that the program runs, nor among its arguments.
key()
{
	mkdir -p "$XDG_CONFIG_HOME/tracehog"
	standin --latency 500
	forget
	printf 'env >%s; echo %s\n' "$D/seen" "$KEY" >"$D/command"
	printf '[prod]\nsource = posthog:12\nhost = %s\nkey_command = %s\n' "$HOST" "sh $D/command" \
		>"$XDG_CONFIG_HOME/tracehog/config"
	chmod 600 "$XDG_CONFIG_HOME/tracehog/config"
	TRACEHOG_POSTHOG_KEY= POSTHOG_PERSONAL_API_KEY= exits 0 ls traces prod --json
	[ -s "$D/seen" ] || fail "$RAN: the command did not run"
	! grep -qF "$KEY" "$D/seen" || fail "$RAN: the command sees the key"
	secret
	"$TRACEHOG" ls traces posthog: --host "$HOST" >/dev/null 2>&1 </dev/null &
	until_true grep -q project "$LOG"
	! tr '\0' '\n' <"/proc/$!/cmdline" | grep -F "$KEY" || fail 'the key is an argument'
	wait $!
	printf '%s\n' "$KEY" >"$D/key"
	printf '[prod]\nsource = posthog:\nhost = %s\nkey_file = %s\n' "$HOST" "$D/key" >"$XDG_CONFIG_HOME/tracehog/config"
	chmod 644 "$D/key"
	TRACEHOG_POSTHOG_KEY= exits 3 ls traces prod
	explained
	chmod 600 "$D/key"
	TRACEHOG_POSTHOG_KEY= exits 0 ls traces prod
	secret
}

again
offline
growing
grown
kept_nowhere
together
damaged
key
verdict
