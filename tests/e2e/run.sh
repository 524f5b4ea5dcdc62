# `tracehog run`: a program that sends its events to us. Its exit code, its standard error, signals, and what came in.
. e2e/lib_capture.sh

command -v curl >/dev/null || exit 77
J=$D/journal
FREE="--listen 127.0.0.1:0 --journal $J"

# Every line of standard error that is in the journal.
logged()
{
	cat "${1:-$J}"/*.ndjson | grep '"event":"$log"' | sed 's/.*"text":"\(.*\)"},.*/\1/'
}

exit_codes()
{
	exits 0 run $FREE -- true
	err_has 'tracehog: 0 traces, 0 errors, $0'
	exits 41 run $FREE sh -c 'exit 41'
	exits 137 run $FREE -- sh -c 'kill -9 $$'
	exits 143 run $FREE -- sh -c 'kill $$'
	exits 127 run $FREE -- "$D/missing"
	explained
	: >"$D/no_program"
	exits 126 run $FREE -- "$D/no_program"
	explained
	exits 2 run
	explained
	exits 2 run --listen nowhere -- true
	exits 0 run --help
}

# What it reads and writes is its own; what is an option of its own stays one.
streams()
{
	printf 'in\n' | "$TRACEHOG" run $FREE -- sh -c 'cat; echo "$1"; printf "bad \377\nlast" >&2' sh --version >"$D/out" 2>"$D/err"
	equal 'stdout' "$(printf 'in\n--version')" "$(cat "$D/out")"
	printf 'bad \377\nlast\ntracehog: 0 traces, 0 errors, $0\n' | cmp -s - "$D/err" || fail "stderr: $(cat "$D/err")"
	equal 'lines in the journal' "$(printf 'bad \357\277\275\nlast')" "$(logged | tail -2)"
	head -c 70000 /dev/zero | tr '\0' x >"$D/long"
	exits 0 run $FREE -- sh -c "cat $D/long >&2"
	equal 'a long line in two' '65536 4464' "$(logged | tail -2 | awk '{ print length($0) }' | xargs)"
	exits 0 run $FREE -- sh -c 'seq 20000 >&2'
	equal 'many lines' "$(seq 20000 | cksum)" "$(logged | tail -20000 | cksum)"
	exits 0 run $FREE -- sh -c 'echo words >/dev/stderr'
	err_has words
	"$TRACEHOG" run $FREE -- sh -c 'sleep 0.2; echo to nobody >&2; exit 5' 2>&1 >/dev/null | true
	equal 'to nobody' 5 "${PIPESTATUS[0]}"
}

send()
{
	printf 'curl -s -m 9 -H "Content-Type: application/json" -d %s "$POSTHOG_HOST/batch/" >/dev/null' \
		"'{\"batch\":[$(generation one ',"$ai_total_cost_usd":0.0123'),$(generation two ',"$ai_is_error":true')],\"api_key\":\"phc_local\"}'"
}

sums()
{
	exits 3 run $FREE -- sh -c "$(send); test \$OTEL_EXPORTER_OTLP_ENDPOINT = \$POSTHOG_HOST && test \$OTEL_EXPORTER_OTLP_PROTOCOL = http/protobuf && exit 3"
	err_has 'tracehog: 2 traces, 1 error, $0.0123 + 1 unpriced'
	# The same journal again: only what came in now is counted.
	exits 0 run $FREE -- sh -c "$(send)"
	err_has 'tracehog: 2 traces, 1 error, $0.0123 + 1 unpriced'
	# What comes late is waited for.
	exits 0 run $FREE -- sh -c "(sleep 0.15; $(send)) >/dev/null 2>&1 &"
	err_has 'tracehog: 2 traces'
	run stats "$J" --json
	json events/generation 6
}

signals()
{
	local pid name
	for name in INT TERM; do
		env --default-signal=INT setsid "$TRACEHOG" run $FREE -- sh -c \
			"trap 'echo got $name >&2; exit 9' $name; echo ready >&2; while :; do sleep 0.05; done" 2>"$D/err" >/dev/null &
		pid=$!
		STARTED="$STARTED $pid"
		until_true grep -q ready "$D/err"
		kill -$name "$pid"
		wait "$pid"
		equal "exit after $name" 9 $?
		grep -q "got $name" "$D/err" || fail "$name: $(cat "$D/err")"
	done
}

# Somebody else has the journal: its endpoint is used. Somebody else has the port: another one is.
neighbours()
{
	local port
	capture one --listen :0 --journal "$J"
	listening one
	port=${URL##*:}
	exits 0 run --journal "$J" -- sh -c 'echo $POSTHOG_HOST; echo for the neighbour >&2'
	equal 'the neighbour' "$URL" "$(cat "$D/out")"
	logged | grep -q 'for the neighbour' || fail "$RAN: not in its journal"
	exits 4 run --listen "127.0.0.1:$port" --journal "$D/other" -- true
	explained
	rm "$J/.port"
	exits 0 run --journal "$J" -- sh -c 'echo $POSTHOG_HOST; echo lost >&2'
	[ "$(cat "$D/out")" != "$URL" ] || fail "$RAN: a port that nobody told"
	equal 'temporary folders' '' "$(ls "$D/tmp")"
	ends TERM 0
}

exit_codes
streams
sums
signals
neighbours
verdict
