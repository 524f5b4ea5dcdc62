# The screen of figures says what `stats --by` prints; follows a file that grows, its cursor on its part; and leads to the rows behind
# a part, a stretch of time and a line of the panel.
. e2e/lib_tmux.sh
FILE=$D/figures.ndjson

# call NUMBER MODEL COST: a generation, NUMBER minutes after ten.
call()
{
	event generation "$(uuid "5$1")" "trace$(($1 / 4))" "2026-03-01T10:$1:00Z" \
		",\"\$ai_model\":\"$2\",\"\$ai_latency\":$(($1 % 7)).5,\"release\":\"2.$(($1 % 3))\",\"\$ai_total_cost_usd\":$3,\"\$ai_input_tokens\":100,\"\$ai_output_tokens\":$1"
}

for n in $(seq 10 39); do
	call "$n" gpt-5 0.25
	[ $((n % 3)) = 0 ] && call "$((n + 1))9" claude-sonnet-4-5 0.5
done | sed 's/T10:\([0-9][0-9]\)9:/T10:\1:/' >"$FILE"

# Every value that the command prints has its row here, with the same calls and cost.
same_numbers()
{
	local value calls cost
	"$TRACEHOG" stats --by "$1" --fields value,calls,cost_usd --tsv "$FILE" | tail -n +2 >"$D/parts"
	[ -s "$D/parts" ] || fail "stats --by $1 prints nothing"
	while IFS=$'\t' read -r value calls cost; do
		cost=$(printf '$%.2f' "$cost")
		waits "by $1: $value has $calls calls for $cost" row_of "$value" "$calls" "$cost"
	done <"$D/parts"
}

row_of()
{
	screen | grep -F -e " $1 " | grep -F -e " $2 " | grep -qF -e "$3"
}

terminal 120 40
explore "$FILE"
wait_for ' traces'
text 6
wait_for 'by:model'
same_numbers model
wait_for "stats --by model"
text b
wait_for 'by (model'
text @release
keys Enter
wait_for 'by:@release'
same_numbers @release
text b
wait_for 'by (model'
text model
keys Enter
wait_for 'by:model'

# What comes is taken in, and the cursor stays on its part, wherever that goes.
keys j
wait_cursor 'claude-sonnet-4-5'
for n in 41 42 43 44 45; do
	call "$n" claude-sonnet-4-5 9
done >>"$FILE"
same_numbers model
wait_cursor 'claude-sonnet-4-5'

# The rows behind the part, and back by what q and u undo.
calls=$(grep -c claude "$FILE")
keys Enter
wait_for "$calls of "
wait_for 'Stats > Generations'
text q
wait_for 'f: model:'
text u
wait_for 'f: (none)'
same_numbers model

# A stretch of time, and a line of the panel.
keys Tab G Enter
wait_for 'Stats > Generations'
wait_for ' of '
text qu
wait_for 'f: (none)'
keys Tab Enter
wait_for 'Stats > Generations'
text qu
wait_for 'f: (none)'

text Q
wait_prompt
verdict
