# The command line itself: help, version, options where they belong, and what happens without a terminal.
. e2e/lib.sh

FILE=data/real_events.ndjson

help_and_version()
{
	local command
	exits 0 --version
	grep -qE '^tracehog [0-9]+\.[0-9]+\.[0-9]+$' "$D/out" || fail "$RAN: $(cat "$D/out")"
	lines 1
	exits 0 --help
	for command in demo ls show tree diff stats tail; do
		out_has "tracehog $command"
	done
	for command in demo ls show tree diff stats tail; do
		exits 0 $command --help
		quiet
		clean ascii
		out_has "tracehog $command"
		cp "$D/out" "$D/help"
		exits 0 $command -h
		cmp -s "$D/out" "$D/help" || fail "$RAN: differs from --help"
	done
}

# What every command takes does no harm where it has nothing to do, before or after other words.
common_options()
{
	local command option
	for command in 'ls traces' 'show last' 'tree last' 'stats' 'tail --no-follow'; do
		for option in --no-follow -v '--color never' --color=auto '--theme default'; do
			exits 0 $command $option $FILE
			exits 0 $command $FILE $option
		done
		exits 0 $command -- $FILE
		exits 0 $command --json $FILE
		exits 0 $command --jsonl $FILE
	done
}

# Exit 2, a sentence and nothing else.
bad_usage()
{
	local arguments
	for arguments in '--bogus' '-z' 'ls' 'ls traces --bogus' 'ls traces --limit' 'ls traces --limit=x' 'ls groups_' \
		'show' 'tree' 'show --sort=x last' 'stats --csv' 'tail --md' 'tail --sort=time' 'ls traces --since=never' \
		'ls traces --until=' 'stats --fail-if=' 'stats --color=pink' 'demo file' 'ls traces --json=yes'; do
		exits 2 $arguments
		explained
		clean
		[ ! -s "$D/out" ] || fail "$RAN: output"
	done
}

# The list of traces, and a word on stderr.
no_terminal()
{
	exits 0 ls traces $FILE
	cp "$D/out" "$D/list"
	exits 0 $FILE
	cmp -s "$D/out" "$D/list" || fail "$RAN: not the list of traces"
	err_has 'ls traces'
	explained
	exits 6 "$D/missing"
	: >"$D/none"
	exits 1 "$D/none"
	TERM=dumb run $FILE
	equal "$RAN: exit" 0 "$CODE"
}

# Its sessions, a tree, the totals; and nothing of it stays behind.
demo()
{
	mkdir "$D/home" "$D/tmp"
	for i in 1 2; do
		HOME=$D/home XDG_CACHE_HOME=$D/home/cache XDG_STATE_HOME=$D/home/state TMPDIR=$D/tmp run demo
		equal "$RAN: exit" 0 "$CODE"
		quiet
		clean
		out_has Sessions
		out_has Totals
		out_has support_agent
		out_has 'traces   '
	done
	equal 'files left by the demo' '' "$(find "$D/home" "$D/tmp" -type f)"
	LC_ALL=C run demo
	clean ascii
}

# What is written for programs depends neither on the time zone nor on the locale.
anywhere()
{
	local command
	for command in 'ls generations --json' 'ls traces --csv' 'show last:error --json' 'stats --json' 'tail --no-follow --json'; do
		run $command $FILE
		cp "$D/out" "$D/here"
		LC_ALL=C TZ=Asia/Kathmandu run $command $FILE
		case $command in
		*csv*) ;;
		*) cmp -s "$D/out" "$D/here" || fail "$RAN: differs in another place" ;;
		esac
		TZ=America/St_Johns LINES=1 COLUMNS=1 run $command $FILE
		cmp -s "$D/out" "$D/here" || fail "$RAN: differs in another time zone"
	done
}

help_and_version
common_options
bad_usage
no_terminal
demo
anywhere
verdict
