# Standard input as a source on a terminal: rows arrive while keys come from the terminal itself; log lines stand between the
# events; that the writer has ended is said.
. e2e/lib_tmux.sh

# feeds FILE...: a writer that sends a file's bytes when it is told to go on, and ends at the end.
feed()
{
	local file
	for file in "$@"; do
		printf 'cat %s\nuntil [ -e %s.read ]; do sleep 0.05; done\n' "$file" "$file"
	done >"$D/feed"
}

# explore_fed ARG...: the program with its standard input a pipe from the writer.
explore_fed()
{
	rm -f "$D"/*.read
	shell "clear; echo started; sh $D/feed | $TRACEHOG $*"
}

trace alpha 10 >"$D/a"
{
	echo '[app] INFO starting up'
	printf 'WARN \033[8;5;31mred\033]0;owned\007\n'
	trace beta 11 ',"$ai_is_error":true,"$ai_error":"boom"'
	echo '[app] after beta'
} >"$D/b"
trace gamma 12 >"$D/c"
feed "$D/a" "$D/b" "$D/c"

# Rows as they arrive.
terminal 80 24
explore_fed -
wait_for '1 trace '
wait_cursor alpha
touch "$D/a.read"
wait_for '2 traces'
text F
wait_for frozen
text F
wait_gone frozen
text G
wait_cursor alpha
touch "$D/b.read"
wait_for '3 traces'
wait_cursor alpha

# Keys are the terminal's.
text e
wait_cursor beta
keys Enter
wait_for 'Traces > beta'
text q
wait_cursor beta
text 7
wait_for Live
wait_for '[app] INFO starting up'
wait_for 'WARN \x1B[8;5;31mred\x1B]0;owned\x07'
order()
{
	screen | grep -o 'starting up\|x1B\|after beta\|call_[a-z]*' | uniq | tr '\n' ' '
}
equal 'what stands where' 'call_alpha starting up x1B call_beta after beta call_gamma ' "$(order)"

# A log line is dim, an event is not.
dim()
{
	T capture-pane -t it -p -e | grep -F "$1" | grep -q $'\x1b\\[[0-9;]*\\(2\\|38;5;[0-9]*\\|90\\)m'
}
waits 'a dim log line' dim 'after beta'

text 0
wait_for Sources
wait_for ' read '
wait_for ' read '
lacks 'it ended' || fail 'the writer has not ended yet'
touch "$D/c.read"
wait_for 'read, then it ended'
text 1
wait_for '3 traces'
text Q
wait_prompt
wait_for started

# Quit while the writer goes on: it is told by its pipe.
feed "$D/a" "$D/b"
explore_fed -
wait_for '1 trace '
text Q
touch "$D/a.read" "$D/b.read"
wait_prompt

# Before anything came, both ways out.
for end in Q C-c; do
	printf 'until [ -e %s/a.read ]; do sleep 0.05; done\n' "$D" >"$D/feed"
	explore_fed -
	wait_for 'Traces'
	keys $end
	[ "$end" = Q ] || keys $end
	touch "$D/a.read"
	wait_prompt
done

# A file as standard input is a file: it is followed.
cat "$D/a" "$D/c" >"$D/file"
shell "clear; echo started; $TRACEHOG - <$D/file"
wait_for '2 traces'
wait_cursor gamma
cat "$D/b" >>"$D/file"
wait_for '3 traces'
text Q
wait_prompt

# The terminal itself is no input.
shell "clear; $TRACEHOG -"
wait_for 'standard input is the terminal'
wait_prompt
verdict
