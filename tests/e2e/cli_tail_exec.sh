# `tracehog tail --until-match` ends with the first that is printed; `--exec CMD` runs a command on each.
. e2e/lib.sh

FILE=$D/events.ndjson

# call NUMBER [MORE]: an event, of the trace trace-NUMBER.
call()
{
	event generation "$(uuid "$1")" "trace-$1" 2026-03-01T10:00:00Z "${2:-}"
}

failed()
{
	call "$1" ',"$ai_is_error":true'
}

# until_true COMMAND...
until_true()
{
	local i
	for i in $(seq 200); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	fail "$RAN: never: $*"
}

# follow ARG...: in the background; its number is $FOLLOWER.
follow()
{
	RAN="tracehog tail $*"
	: >"$D/out"
	env --default-signal=INT "$TRACEHOG" tail "$@" >"$D/out" 2>"$D/err" </dev/null &
	FOLLOWER=$!
}

# ended CODE: waits for it.
ended()
{
	wait "$FOLLOWER"
	equal "$RAN: exit" "$1" $?
}

until_match()
{
	{ call 1; failed 2; call 3; failed 4; } >"$FILE"
	exits 0 tail --no-follow "$FILE" --until-match
	lines 1
	out_has trace-1
	exits 0 tail --no-follow "$FILE" -f is:error --until-match --json
	equal "$RAN: the match" trace-2 "$(at trace_id)"
	exits 1 tail --no-follow "$FILE" -f zzzz --until-match
	lines 0
	exits 7 tail --no-follow "$FILE" -f is:error --until-match --fail-if any
	lines 1
	cat "$FILE" | timeout 60 "$TRACEHOG" tail - -f zzzz --until-match >"$D/out" 2>"$D/err"
	equal 'a stream without a match' 1 $?
	cat "$FILE" | timeout 60 "$TRACEHOG" tail - -f is:error --until-match >"$D/out" 2>"$D/err"
	equal 'a stream with one' 0 $?
	lines 1
	# What is there when it starts is no match where only what comes is asked for.
	timeout 1 "$TRACEHOG" tail "$FILE" -f 'is:error since:0s' --until-match >"$D/out" 2>"$D/err"
	equal 'what was there is old' 124 $?
	follow "$FILE" -f 'cost:>1' --until-match
	call 5 >>"$FILE"
	call 6 ',"$ai_total_cost_usd":0.5' >>"$FILE"
	{ call 7 ',"$ai_total_cost_usd":2'; call 8 ',"$ai_total_cost_usd":3'; } >>"$FILE"
	ended 0
	lines 1
	out_has trace-7
	follow "$FILE" -f zzzz --until-match
	until_true test -e "/proc/$FOLLOWER/fd/3"
	sleep 0.2
	kill -INT "$FOLLOWER"
	ended 130
	lines 0
}

# What an event holds is data, whatever it looks like.
hostile()
{
	local harm='$(touch '"$D"'/harmed) `touch '"$D"'/harmed`; \" '"'"' && touch '"$D"'/harmed\n\u0000\u001b]0;x\u0007'
	call 1 ",\"\$ai_model\":\"$harm\",\"\$ai_input\":\"$harm\"" >"$FILE"
	exits 0 tail --no-follow "$FILE" --exec "cat >>$D/given"
	[ ! -e "$D/harmed" ] || fail 'what an event holds was run'
	cmp -s "$FILE" "$D/given" || fail "$RAN: the command is not given the event as it was sent"
	quiet
	clean
	call 2 ",\"\$ai_input\":\"$(printf 'x%.0s' $(seq 300000))\"" >"$FILE"
	exits 0 tail --no-follow "$FILE" --exec 'wc -c'
	out_has "$(wc -c <"$FILE")"
	exits 0 tail --no-follow "$FILE" --exec 'true'
	quiet
	exits 0 tail --no-follow "$FILE" --exec 'exec <&-; head -c 1 /dev/null'
	quiet
}

# One after the other, in their order, however many.
in_order()
{
	for i in $(seq 300); do
		call "$i"
	done >"$FILE"
	exits 0 tail --no-follow "$FILE" --exec "grep -o 'trace-[0-9]*' >>$D/order"
	equal "$RAN: order" "$(seq -f 'trace-%g' 1 300)" "$(cat "$D/order")"
	lines 300
	rm "$D/order"
	follow "$FILE" -f is:error --exec "grep -o 'trace-[0-9]*' >>$D/order"
	{ failed 301; call 302; failed 303; } >>"$FILE"
	until_true grep -q trace-303 "$D/order"
	failed 304 >>"$FILE"
	until_true grep -q trace-304 "$D/order"
	kill -TERM "$FOLLOWER"
	ended 130
	equal "$RAN: order" 'trace-301 trace-303 trace-304' "$(tr '\n' ' ' <"$D/order" | sed 's/ $//')"
}

# Where it speaks: with us, but where that is for programs.
where_it_speaks()
{
	{ call 1; call 2; } >"$FILE"
	exits 0 tail --no-follow "$FILE" --exec 'cat >/dev/null; echo said'
	lines 4
	exits 0 tail --no-follow --json "$FILE" --exec 'cat >/dev/null; echo said'
	lines 2
	"$CHECK" jsonl uuid <"$D/out" >/dev/null || fail "$RAN: no JSON lines"
	equal "$RAN: on stderr" 'said said' "$(tr '\n' ' ' <"$D/err" | sed 's/ $//')"
}

failures()
{
	for i in 1 2 3; do
		call "$i"
	done >"$FILE"
	exits 0 tail --no-follow "$FILE" --exec 'exit 5'
	equal "$RAN: said once" 1 "$(wc -l <"$D/err")"
	err_has 'tracehog: --exec: the command ended with exit 5'
	exits 5 tail --no-follow "$FILE" --until-match --exec 'exit 5'
	exits 0 tail --no-follow "$FILE" --until-match --exec "sleep 0.3; echo >$D/waited"
	[ -e "$D/waited" ] || fail "$RAN: the command was not waited for"
	exits 143 tail --no-follow "$FILE" --until-match --exec 'kill -TERM $$'
	err_has 'ended by signal 15'
	exits 127 tail --no-follow "$FILE" --until-match --exec '/nonexistent/command 2>/dev/null'
	exits 2 tail --no-follow "$FILE" --exec ''
	exits 2 ls traces "$FILE" --exec true
	"$TRACEHOG" tail --no-follow "$FILE" --exec 'cat >/dev/null' 2>"$D/err" </dev/null | head -1 >"$D/out"
	RAN='tail --exec into head'
	quiet
}

# A key of PostHog in our environment is not the command's.
secrets()
{
	call 1 >"$FILE"
	export TRACEHOG_POSTHOG_KEY=phx_secret_one POSTHOG_PERSONAL_API_KEY=phx_secret_two KEPT=kept
	exits 0 tail --no-follow "$FILE" --exec env
	out_has KEPT=kept
	out_lacks phx_secret
	out_lacks POSTHOG_KEY
}

until_match
hostile
in_order
where_it_speaks
failures
secrets
verdict
