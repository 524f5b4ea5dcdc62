# A terminal for the end-to-end scripts: a shell in a tmux server of its own, keys sent to it, its screen waited for.
# Nothing here sleeps for a fixed time to let something happen; every wait ends when it has, or fails after $DEADLINE.

command -v tmux >/dev/null || exit 77
. e2e/lib.sh

DEADLINE=${DEADLINE:-15}
SOCKET=tracehog-$$
export TMUX_TMPDIR=$D
PROMPT='shell> '
trap 'tmux -L "$SOCKET" kill-server 2>/dev/null; rm -rf "$D"' EXIT

T()
{
	tmux -u -L "$SOCKET" -f /dev/null "$@"
}

# terminal COLS ROWS: a new one with a shell at its prompt.
terminal()
{
	tmux -L "$SOCKET" kill-session -t it 2>/dev/null
	T new-session -d -s it -x "$1" -y "$2" \
		"env -u NO_COLOR -u CLICOLOR PS1='$PROMPT' bash --norc --noprofile" || exit 77
	T set-option -g status off
	T resize-window -t it -x "$1" -y "$2"
	T set-option -g escape-time 0
}

screen()
{
	T capture-pane -t it -p
}

# waits WHAT COMMAND...: until the command succeeds.
waits()
{
	local what=$1 end=$((SECONDS + DEADLINE))
	shift
	until "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			fail "waited in vain: $what"
			screen
			return 1
		fi
		sleep 0.05
	done
}

shows()
{
	screen | grep -qF -e "$1"
}

lacks()
{
	! shows "$1"
}

wait_for()
{
	waits "the screen shows <$1>" shows "$1"
}

wait_gone()
{
	waits "the screen shows <$1> no more" lacks "$1"
}

# The line that the cursor > is on.
cursor_line()
{
	screen | grep -m 1 '^>'
}

cursor_on()
{
	cursor_line | grep -qF -e "$1"
}

wait_cursor()
{
	waits "the cursor is on <$1>" cursor_on "$1"
}

# keys NAME...: as tmux names them.
keys()
{
	T send-keys -t it "$@"
}

# text TEXT: every character a key.
text()
{
	T send-keys -t it -l -- "$1"
}

# shell LINE: types a command to the shell.
shell()
{
	text "$1"
	keys Enter
}

at_prompt()
{
	[ "$(T display-message -t it -p '#{pane_current_command} #{alternate_on} #{cursor_flag}')" = 'bash 0 1' ]
}

wait_prompt()
{
	waits "the shell has its terminal back" at_prompt
}

# explore ARG...: starts the program on the terminal; its process number is in $D/pid.
explore()
{
	rm -f "$D/pid"
	shell "clear; echo started; sh -c 'echo \$\$ >$D/pid; exec $EXPLORE_ENV $TRACEHOG $*'"
}
EXPLORE_ENV=env

program()
{
	cat "$D/pid"
}

# Two more events to look at a minute: trace NAME MINUTE
trace()
{
	event trace "$(uuid "1$2")" "$1" "2026-03-01T10:$2:02Z" ",\"\$ai_span_name\":\"$1\",\"\$ai_latency\":1.5"
	event generation "$(uuid "2$2")" "$1" "2026-03-01T10:$2:01Z" \
		",\"\$ai_span_name\":\"call_$1\",\"\$ai_model\":\"gpt-5\",\"\$ai_latency\":1,\"\$ai_input\":\"question of $1\",\"\$ai_output_choices\":\"answer to $1\"${3:-}"
}

some_traces()
{
	trace alpha 10
	trace beta 11 ',"$ai_is_error":true,"$ai_error":"boom"'
	trace gamma 12
}
