# What means harm, in every field and in the names of file and folder, on a real terminal: every byte that it is sent is looked
# at, in every view, pane, tab and prompt. A payload that came through would be a sequence that no screen is drawn with.
. e2e/lib_tmux.sh

TERMINAL=$BUILD/tests/e2e_terminal
HOSTILE=$D/$(printf 'fold\033]0;PWNED\007er\n\302\233 31m\342\200\256\377')
FILE=$HOSTILE/$(printf '%%n$(reboot)\033[8;5;31mPWNED\n\342\200\213.ndjson')
mkdir "$HOSTILE"
"$BUILD/tests/e2e_hostile_events" >"$FILE" || exit 1
printf 'no \033[8;5;31mPWNED json\n{"uuid":"\033]0;PWNED\007\n\033P\302\220PWNED\n' >>"$FILE"
# Names that no key of tmux types; what is pasted into a prompt.
printf 'exec "$TRACEHOG" "$@" "$HOSTILE"\n' >"$D/open"
printf '\033]52;c;UFdORUQ=\007\033[8;5;31mPWNED\302\233 31m\342\200\256\357\273\277Z\314\201\314\202\314\203\314\204\314\205\n%%n' >"$D/paste"
export TRACEHOG HOSTILE

# hostile COLS ROWS [NAME=VALUE...]: the explorer on the folder, everything it sends kept in $D/bytes.
hostile()
{
	HOW="$*"
	terminal "$1" "$2"
	T set-option -g allow-rename on
	T set-option -g automatic-rename off
	T set-option -s set-clipboard on
	T rename-window -t it window
	T select-pane -t it -T title
	shift 2
	shell clear
	wait_prompt
	: >"$D/bytes"
	EXPLORE_ENV="env $*"
	rm -f "$D/pid"
	T pipe-pane -t it "cat >>$D/bytes"
	shell "sh -c 'echo \$\$ >$D/pid; exec $EXPLORE_ENV sh $D/open'"
	waits 'the alternate screen' eval '[ "$(T display-message -t it -p "#{alternate_on}")" = 1 ]'
	wait_for ' trace'
}

# Nothing of it did anything but be shown.
harmless()
{
	text Q
	wait_prompt
	T pipe-pane -t it
	"$TERMINAL" bytes <"$D/bytes" >"$D/why" || {
		fail "$HOW: $(cat "$D/why")"
		head -c $(($(sed 's/[^0-9]*\([0-9]*\).*/\1/;q' "$D/why") + 20)) "$D/bytes" | tail -c 60 | od -c
	}
	[ "$(wc -c <"$D/bytes")" -gt 10000 ] || fail "$HOW: hardly anything was sent"
	grep -qF PWNED "$D/bytes" || fail "$HOW: nothing that means harm came by"
	equal "$HOW: titles" 'window title' "$(T display-message -t it -p '#{window_name} #{pane_title}')"
	equal "$HOW: the clipboard" '' "$(T list-buffers)"
}

asking()
{
	screen | tail -1 | grep -q '^:'
}

# Only a prompt has a cursor.
prompting()
{
	[ "$(T display-message -t it -p '#{cursor_flag}')" = 1 ]
}

# leave: closes a prompt. The key that follows at once would make of Esc another one.
leave()
{
	keys Escape
	waits 'no prompt' eval '! prompting'
}

# press KEYS...: and waits until the program has answered them: the prompt of the last one is there.
press()
{
	keys "$@" :
	waits "a prompt after $*" asking
	aligned "$*"
	leave
}

aligned()
{
	screen >"$D/screen"
	"$TERMINAL" columns "$(T display-message -t it -p '#{pane_width}')" <"$D/screen" >"$D/why" || {
		fail "$HOW: after $1: $(cat "$D/why")"
		cat "$D/screen"
	}
}

# Every view, some pages of it and its last one.
views()
{
	local view page
	for view in 1 2 3 4 7 8 0; do
		press $view g
		for page in $(seq "$1"); do
			press C-f J
		done
		press G Tab j
	done
}

# Traces and their events, every tab; lines that are none.
traces()
{
	local i
	press 1 g
	for i in $(seq "$1"); do
		press Enter
		press j ] J
		press j ] Enter
		press G
		press ] G
		press ] G
		press q q j C-f
	done
	press 0 g j Enter
	press q j Enter
	press q 1
}

prompts()
{
	local prompt
	press 1
	T load-buffer -b it "$D/paste"
	for prompt in / : T; do
		keys $prompt
		T paste-buffer -p -r -b it -t it
		wait_for '%n'
		aligned "$prompt"
		press Left Left Home Right Enter
		keys $prompt Up
		leave
	done
	T delete-buffer -b it
	keys '?'
	wait_for Moving
	press q R
	keys s
	wait_for 'sort by'
	keys Escape
	wait_gone 'sort by'
}

hostile 120 40
views 3
traces 9
prompts
harmless
hostile 80 24
views 1
traces 5
prompts
harmless
# Where characters are bytes; without colours; small.
hostile 80 24 LANG=C LC_ALL=C TERM=xterm
views 1
traces 3
prompts
LC_ALL=C grep -aq '[^ -~[:cntrl:]]' "$D/bytes" && fail 'LC_ALL=C: not ASCII alone'
harmless
hostile 80 24 NO_COLOR=1 TERM=xterm-256color
views 1
prompts
harmless
hostile 40 10 TERM=tmux-256color
views 2
traces 3
prompts
harmless
verdict
