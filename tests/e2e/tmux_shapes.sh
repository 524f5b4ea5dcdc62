# Traces of shapes that nobody sends on purpose, on the screen: they open, move, fold and say what was cut.
# TRACEHOG_SLOW=1: with a million nodes.
. e2e/lib_tmux.sh
. e2e/lib_shapes.sh
[ "${TRACEHOG_SLOW:-0}" = 1 ] && DEADLINE=120

# opens SIZE SHAPE [N]: the list, then the first trace.
opens()
{
	local size=$1
	shift
	terminal "${size% *}" "${size#* }"
	shape "$@"
	explore "$FILE"
	wait_for 'Traces'
	wait_gone loading
	waits 'a row' eval 'cursor_line | grep -qE "[0-9]{2}-[0-9]{2}"'
	keys Enter
	wait_for 'Traces > '
	wait_for ' SPAN '
	wait_gone 'building the tree'
}

closes()
{
	text Q
	wait_prompt
}

for size in '80 24' '120 40'; do
	opens "$size" chain "$MANY"
	keys End
	wait_cursor "..$MANY"
	keys PageUp
	wait_gone "..$MANY "
	text e
	wait_cursor '!'
	text zM
	wait_cursor "+$((MANY - 1))"
	text zR
	keys End
	wait_cursor "..$MANY"
	closes

	opens "$size" cycle "$MANY"
	wait_for ' @ '
	keys End
	wait_cursor "..$MANY"
	closes

	opens "$size" children "$MANY"
	keys End
	wait_for "/$((MANY + 2))"
	keys PageUp PageUp Home
	wait_cursor Trace
	# A flat list by start, folds, and what is dearest.
	text zl
	wait_for 'by start'
	text zl
	wait_gone 'by start'
	text zM
	wait_for "+$MANY"
	text '$'
	wait_cursor Generation
	keys Tab
	wait_for 'Tab tree'
	keys Tab
	text '/s77'
	keys Enter
	wait_gone '/s77'
	closes
done

opens '80 24' years
wait_for 5000y
text zt
wait_for 9999-12-31
closes

# A session of many traces, many sessions of one, and live.
terminal 120 40
shape session "$TRACES"
explore "$FILE"
wait_for 'Traces'
wait_gone loading
text 2
wait_for Sessions
wait_for ' 1-1/1 '
text l
wait_for 'session1'
keys End
wait_for "-$TRACES/$TRACES"
text 7
wait_for 'Live'
wait_for '+'
keys Home
keys End
wait_cursor Generation
text Q
wait_prompt
verdict
