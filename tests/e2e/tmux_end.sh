# However it ends or stops, the terminal is as it was before.
. e2e/lib_tmux.sh
FILE=$D/some.ndjson
some_traces >"$FILE"

modes()
{
	rm -f "$D/modes"
	shell "stty -a | tail -n +2 >$D/modes.new; mv $D/modes.new $D/modes"
	waits 'stty has answered' test -s "$D/modes"
	cat "$D/modes"
}

opened()
{
	explore "$FILE"
	wait_for '3 traces'
	wait_cursor gamma
	waits 'the alternate screen' eval '[ "$(T display-message -t it -p "#{alternate_on}")" = 1 ]'
}

as_before()
{
	wait_prompt
	equal "modes after $1" "$BEFORE" "$(modes)"
	wait_for "sentence before"
}

terminal 80 24
shell 'PS1="sentence before> "'
BEFORE=$(modes)

for way in q Q C-c; do
	opened
	keys "$way"
	[ "$way" != C-c ] || { wait_for 'Ctrl-C again'; keys C-c; }
	as_before "$way"
done

for signal in TERM HUP INT ABRT SEGV BUS; do
	opened
	kill -"$signal" "$(program)"
	as_before "SIG$signal"
done

opened
keys C-z
wait_for Stopped
as_before Ctrl-Z
shell fg
wait_for '3 traces'
keys j
wait_cursor beta
keys C-z
wait_for Stopped
T resize-window -t it -x 60 -y 20
shell fg
wait_cursor beta
keys Q
wait_prompt
T resize-window -t it -x 80 -y 24
as_before 'Ctrl-Z twice'

# The terminal goes away: it ends, and soon.
opened
pid=$(program)
T kill-session -t it
ended()
{
	! kill -0 "$pid" 2>/dev/null
}
DEADLINE=3 waits 'the program ends with its terminal' ended 2>/dev/null
verdict
