# Terminals that are unknown, dumb, without colours or without UTF-8.
. e2e/lib_tmux.sh
FILE=$D/some.ndjson
{
	some_traces
	trace 翻訳 13
} >"$FILE"

terminal 80 24
EXPLORE_ENV='env TERM=nonsense'
explore "$FILE"
wait_for '4 traces'
wait_for 'this TERM is unknown'
text Q
wait_prompt

EXPLORE_ENV='env TERM=dumb'
explore "$FILE"
wait_for 'no terminal to explore on'
wait_for alpha
wait_prompt

EXPLORE_ENV='env -u TERM'
explore "$FILE"
wait_for 'no terminal to explore on'
wait_prompt

coloured()
{
	T capture-pane -t it -p -e | grep -qE $'\x1b\\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;|m)'
}
EXPLORE_ENV='env TERM=screen-256color'
explore "$FILE"
wait_for '4 traces'
waits 'colours' coloured
text Q
wait_prompt
for way in NO_COLOR=1 CLICOLOR=0; do
	EXPLORE_ENV="env $way TERM=screen-256color"
	explore "$FILE"
	wait_for '4 traces'
	wait_cursor 翻訳
	text j
	wait_cursor gamma
	! coloured || fail "$way: colours"
	text Q
	wait_prompt
done
EXPLORE_ENV='env TERM=screen-256color'
explore "--color=never $FILE"
wait_for '4 traces'
! coloured || fail '--color=never: colours'
text Q
wait_prompt

ascii_only()
{
	! screen | LC_ALL=C grep -q '[^ -~]'
}
shell clear
EXPLORE_ENV='env LC_ALL=C'
explore "$FILE"
wait_for '4 traces'
wait_for '\u{7FFB}'
waits 'ASCII only' ascii_only
keys j Enter
wait_for 'Traces > gamma'
waits 'ASCII only in a trace' ascii_only
text Q
wait_prompt
EXPLORE_ENV='env LC_ALL=C.UTF-8'
explore "$FILE"
wait_for '4 traces'
wait_for 翻訳
! ascii_only || fail 'UTF-8: nothing but ASCII'
text Q
wait_prompt
verdict
