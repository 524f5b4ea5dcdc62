# A session read as one conversation: its turns, what is folded, what is found that was not read yet, and what comes meanwhile.
. e2e/lib_tmux.sh
LONG=$D/long.ndjson

# turn NUMBER WORD: one that is sent nothing of the others.
turn()
{
	printf '{"uuid":"00000000-0000-4000-8000-%012d","event":"$ai_generation","distinct_id":"ann",' "$1"
	printf '"timestamp":"2026-03-01T%02d:%02d:%02dZ",' $(($1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60))
	printf '"properties":{"$ai_trace_id":"t%d","$ai_session_id":"long","$ai_model":"m",' "$1"
	printf '"$ai_input":[{"role":"user","content":"asked %d"}],' "$1"
	printf '"$ai_output_choices":[{"role":"assistant","content":"%s %d"}]}}\n' "$2" "$1"
}

for n in $(seq 400); do
	turn "$n" "$([ "$n" = 333 ] && echo needle || echo answered)"
done >"$LONG"

terminal 80 24
explore data/session.ndjson
wait_for '16 traces'
text 2
wait_for '1 session'
keys Enter
wait_for '16 turns'
wait_for 'refund order 8841, it arrived broken'
lacks 'Be brief' || fail 'the prompt is not folded'
text e
wait_cursor '! refund_tool 500 +2'
text D
wait_for 'Diff'
text q
wait_cursor '! refund_tool 500 +2'
keys Enter
wait_for 'support_agent  '
wait_for 'DUR'
text q
wait_cursor '! refund_tool 500 +2'
# Its traces are a tab, which is where one that was opened there leads back to; each tab stays as it was left.
text l
wait_for '[ Traces ]'
text j
wait_cursor 'evil'
keys Enter
wait_gone '[ Traces ]'
text q
wait_for '[ Traces ]'
wait_cursor 'evil'
text f
text is:error
keys Enter
wait_for ' 2 traces'
text h
wait_for '[ Chat ]'
wait_cursor '! refund_tool 500 +2'
text ']'
wait_for ' 2 traces'
text u
wait_for '16 traces'
text '['
wait_cursor '! refund_tool 500 +2'
text '/ledger'
keys Enter
wait_for 'ledger is locked'
text Q
wait_prompt

# What was never on the screen is found, and what is written now is a turn.
explore "$LONG"
wait_for '400 traces'
text 2
wait_for '1 session'
keys Enter
wait_for 'answered 1'
text '/needle'
keys Enter
wait_for 'needle 333'
text '/zzz'
keys Enter
wait_for 'not found'
text G
wait_for 'answered 400'
turn 401 arrived >>"$LONG"
wait_for 'arrived 401'
wait_for '401 turns'
text g
wait_cursor '#1 '
text ':200'
keys Enter
wait_cursor '#200 '
text Q
wait_prompt

shell clear
terminal 40 10
EXPLORE_ENV='env LC_ALL=C NO_COLOR=1 TERM=xterm'
explore data/session.ndjson
text 2
wait_for '1 session'
keys Enter
wait_for 'support_agent'
text zRG
wait_for 'turn 16/16'
! screen | LC_ALL=C grep -q '[^ -~]' || fail 'not ASCII'
text Q
wait_prompt
verdict
