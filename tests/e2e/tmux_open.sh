# The explorer on a terminal: rows, keys, find, help, sizes.
. e2e/lib_tmux.sh
FILE=$D/some.ndjson
some_traces >"$FILE"

terminal 80 24
explore "$FILE"
wait_for '3 traces'
wait_cursor gamma
wait_for 'question of gamma'
keys j
wait_cursor beta
keys Enter
wait_for 'Traces > beta'
wait_for call_beta
keys e Enter
wait_for 'boom'
keys q
wait_for 'tree '
keys q
wait_gone 'Traces > beta'
wait_cursor beta
keys Up
wait_cursor gamma
text /alpha
wait_for /alpha
keys Enter
wait_cursor alpha
text /nowhere
keys Enter
wait_for 'not found: nowhere'
text '?'
wait_for 'Moving'
text q
wait_gone 'Moving'

for size in '40 10' '39 7' '1 1' '120 40' '500 200' '80 24'; do
	T resize-window -t it -x "${size% *}" -y "${size#* }"
	case $size in
	'39 7') wait_for 'tracehog needs 40x8' ;;
	'1 1') waits 'one cell' eval '[ -z "$(screen | tr -d t)" ]' ;; # curses cannot write the last cell
	*) wait_cursor alpha ;;
	esac
done

text q
wait_prompt
wait_for started

# The same from the start.
for size in '1 1' '40 10' '500 200'; do
	terminal "${size% *}" "${size#* }"
	explore "$FILE"
	waits 'the alternate screen' eval '[ "$(T display-message -t it -p "#{alternate_on}")" = 1 ]'
	[ "$size" = '1 1' ] || wait_cursor gamma
	text Q
	wait_prompt
done
verdict
