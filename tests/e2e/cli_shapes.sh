# Traces, files and lines of shapes that nobody sends on purpose, through the printing commands: all of it is there once, what was
# cut is marked, and memory stays bounded. TRACEHOG_SLOW=1: a million nodes instead of ten thousand, and lines of 256 MiB.
. e2e/lib.sh
. e2e/lib_shapes.sh

# marks MARK: how many nodes bear it, in the JSON of a tree.
marks()
{
	grep -o "\"mark\": *\"$1\"" "$D/out" | wc -l
}

# peak_below KIB ARG...: the memory of the whole process. Sanitizers have their own ideas of it.
peak_below()
{
	local most=$1 peak
	shift
	nm "$TRACEHOG" 2>/dev/null | grep -q '__[at]san_init' && return
	peak=$(/usr/bin/time -f %M "$TRACEHOG" "$@" 2>&1 >/dev/null | tail -1)
	[ "$peak" -lt "$most" ] || fail "tracehog $*: $peak kB, not below $most"
}

# tree_of SHAPE N NODES: every node once, as a tree, as JSON and in the totals.
tree_of()
{
	shape "$1" "$2"
	exits 0 stats "$FILE" --json
	json traces 1
	exits 0 tree "$1" "$FILE" --json
	equal "$1: nodes" "$3" "$(grep -o '"span_id"' "$D/out" | wc -l)"
	equal "$1: each once" "$3" "$(grep -o '"uuid": *"[^"]*"' "$D/out" | sort -u | wc -l)"
	exits 0 tree "$1" "$FILE"
	equal "$1: rows and their heads" $(($3 + 2)) "$(grep -c '^ ' "$D/out")"
	run tree "$1" "$FILE" --json
}

trees()
{
	tree_of chain "$MANY" "$MANY"
	equal 'cuts of a chain' 0 "$(marks cycle)"
	exits 0 tree chain "$FILE"
	out_has "..$MANY"
	tree_of cycle "$MANY" "$MANY"
	equal 'cuts of a cycle' 1 "$(marks cycle)"
	exits 0 tree cycle "$FILE"
	equal 'marks of a cycle' 1 "$(grep -c ' @ ' "$D/out")"
	tree_of children "$MANY" $((MANY + 1))
	json children/0/children/0/mark null
	tree_of comb "$MANY" "$MANY"
	tree_of orphans "$MANY" "$MANY"
	equal 'orphans' "$MANY" "$(marks orphan)"
	tree_of selves "$MANY" "$MANY"
	equal 'selves' "$MANY" "$(marks self)"
	tree_of same_id "$MANY" "$MANY"
	tree_of pairs "$MANY" "$MANY"
	equal 'pairs' $((MANY / 2)) "$(marks cycle)"
	# 181 bytes an event and 145 a node were measured, and what the program takes for itself.
	peak_below $((MANY / 1024 * 500 + 60000)) tree pairs "$FILE"
}

# Ids of one trace mean nothing in another.
collisions()
{
	local i
	shape collide 3
	for i in 0 1 2; do
		exits 0 tree "collide$i" "$FILE" --json
		json 'children/*/span_id' "$(printf 's1\ns%d' $((10 + i)))"
		json children/0/children/0/span_id s2
		json children/1/mark orphan
		equal "collide$i: nodes" 3 "$(grep -o '"span_id"' "$D/out" | wc -l)"
	done
	shape trunk 1
	exits 0 tree s1 "$FILE" --json
	json 'children/*/span_id' s1
	json 'children/*/mark' null
	json children/0/children/0/span_id s2
	shape same_uuid 3
	exits 0 stats "$FILE" --json
	json source/duplicates 3
	json traces 1
	exits 0 tree second "$FILE" --json
	equal 'one uuid in two traces' 3 "$(grep -o '"span_id"' "$D/out" | wc -l)"
	exits 1 tree first "$FILE"
}

crowds()
{
	shape traces "$TRACES"
	exits 0 ls traces "$FILE" --jsonl
	lines "$TRACES"
	shape session "$TRACES"
	exits 0 ls sessions "$FILE" --json
	json '*/traces' "$TRACES"
	exits 0 show session1 "$FILE"
	peak_below $((TRACES / 1024 * 1500 + 60000)) ls sessions "$FILE"
	shape sessions "$SESSIONS"
	exits 0 ls sessions "$FILE" --jsonl
	lines "$SESSIONS"
}

lengths()
{
	shape name 1048576
	exits 0 tree name "$FILE"
	lines 3
	[ "$(wc -L <"$D/out")" -le 120 ] || fail "$RAN: $(wc -L <"$D/out") columns"
	exits 0 ls traces "$FILE" --json
	equal 'a name of 1 MiB' 1048576 "$(at 0/name | tr -d '\n' | wc -c)"
	shape properties 10000
	exits 0 show 00000000-0000-4000-8000-000000000001 "$FILE" --json
	json 'properties/property 10000' 10000
	shape newlines "$BLANK"
	run stats "$FILE" --json
	equal "$RAN" 1 "$CODE"
	json source/lines 0
	peak_below 60000 stats "$FILE"
}

depths()
{
	shape deep 1024
	exits 0 stats "$FILE" --json
	json source/bad_lines 0
	json traces 2
	shape deep 1025
	exits 0 stats "$FILE" -v
	out_has 'bad 1 '
	out_has 'is nested too deep'
	exits 0 tree after "$FILE"
}

# No time at all is after all times.
times()
{
	local first='["0000-01-01T00:00:00.000000Z"]' last='["9999-12-31T23:59:59.999999Z"]'
	shape years
	exits 0 stats "$FILE" --json
	equal 'the first year' "$first" "[\"$(at time/first)\"]"
	equal 'the last year' "$last" "[\"$(at time/last)\"]"
	exits 0 tree years "$FILE"
	lines 8
	head -1 "$D/out" | grep -qE ' 0s +2000y +4000y' || fail "$RAN: a scale without years: $(head -1 "$D/out")"
	clean
	exits 0 ls spans "$FILE" --jsonl --fields time
	lines 6
	equal 'times that are none' 2 "$(tail -2 "$D/out" | grep -c null)"
}

numbers()
{
	local format
	shape numbers
	exits 0 stats "$FILE" --json
	valid_json
	json events/generation 10
	json tokens/input 1000000000000
	for format in --json --csv --plain; do
		exits 0 ls generations "$FILE" $format
		! grep -qiE '\b(inf|nan)\b' "$D/out" || fail "$RAN: no number"
	done
	exits 0 show numbers "$FILE" --json
	valid_json
	exits 0 tree numbers "$FILE"
	lines 12
}

# The longest line, and one that is longer by a byte: skipped to its end, and counted.
long_lines()
{
	[ "${TRACEHOG_SLOW:-0}" = 1 ] || return
	shape line 268435456
	exits 0 stats "$FILE" --json
	json source/bad_lines 0
	json traces 2
	peak_below 700000 stats "$FILE"
	shape line 268435457
	exits 0 stats "$FILE" -v
	out_has 'of them too long 1'
	exits 0 tree after "$FILE"
	peak_below 700000 stats "$FILE"
	rm -f "$FILE"
	run stats /dev/zero
	equal "$RAN" 6 "$CODE"
	peak_below 700000 stats /dev/zero
}

trees
collisions
crowds
lengths
depths
times
numbers
long_lines
verdict
