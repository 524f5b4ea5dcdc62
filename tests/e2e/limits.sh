# Small stacks, little memory, few descriptors and files that may not grow: it works, or it ends with a sentence and a code of
# its own. No signal ends it.
. e2e/lib_tmux.sh

export XDG_CACHE_HOME=$D/cache

# Sanitizers need more of everything than any limit here leaves.
if grep -qa '__asan_init\|__tsan_init' "$TRACEHOG"; then
	exit 77
fi

# One trace, in which every span is the parent of the next.
chain()
{
	awk 'BEGIN {
		for (i = 0; i < 10000; i++)
			printf "{\"uuid\":\"00000000-0000-4000-8000-%012d\",\"event\":\"$ai_span\"," \
				"\"timestamp\":\"2026-03-01T10:00:00Z\",\"properties\":{\"$ai_trace_id\":\"chain\"," \
				"\"$ai_span_id\":\"s%d\",\"$ai_parent_id\":\"%s\"}}\n", i, i, i ? "s" (i - 1) : "chain"
	}'
}

# Values as deep as any may be.
deep()
{
	awk 'function times(text, n,   all) { while (n-- > 0) all = all text; return all }
	function event(i, input) {
		printf "{\"uuid\":\"00000000-0000-4000-8000-%012d\",\"event\":\"$ai_generation\"," \
			"\"timestamp\":\"2026-03-01T10:00:00Z\",\"properties\":{\"$ai_trace_id\":\"deep\"," \
			"\"$ai_input\":%s,\"$ai_output_choices\":%s}}\n", i, input, input
	}
	BEGIN {
		event(1, times("[", 1022) times("]", 1022))
		event(2, times("{\"a\":", 1022) 1 times("}", 1022))
		event(3, times("[{\"role\":\"user\",\"content\":", 511) 1 times("}]", 511))
		event(4, times("[", 1023) times("]", 1023))
	}'
}

many()
{
	awk 'BEGIN {
		for (i = 0; i < 20000; i++)
			printf "{\"uuid\":\"00000000-0000-4000-8000-%012d\",\"event\":\"$ai_span\"," \
				"\"timestamp\":\"2026-03-01T10:00:00Z\",\"properties\":{\"$ai_trace_id\":\"t%d\"," \
				"\"x\":\"%d\"}}\n", i, i % 7, i * 7919
	}'
}

# limited LIMIT ARG...: runs the program under one, an option of ulimit and its number.
limited()
{
	local limit=$1
	shift
	RAN="(ulimit $limit) tracehog $*"
	# The shell that sets the limit must not need what is then lacking.
	# shellcheck disable=SC2086
	bash -c 'ulimit '"$limit"' && exec "$@"' limited timeout 60 "$TRACEHOG" "$@" \
		>"$D/out" 2>"$D/err" </dev/null
	CODE=$?
}

# Done, or said why not.
survived()
{
	case $CODE in
	0) ;;
	6) explained ;;
	*) fail "$RAN: exit $CODE: $(head -c 300 "$D/err")" ;;
	esac
}

small_stack()
{
	local file command
	for file in "$D/chain.ndjson" "$D/deep.ndjson" "$D/many.ndjson.gz" data/hostile.ndjson; do
		for command in stats 'ls traces' 'ls spans --json' 'show last --json' 'show last' 'tree last'; do
			# shellcheck disable=SC2086
			run $command "$file"
			mv "$D/out" "$D/expected"
			EXPECTED=$CODE
			# shellcheck disable=SC2086
			limited '-s 256' $command "$file"
			equal "$RAN: exit" "$EXPECTED" "$CODE"
			cmp -s "$D/expected" "$D/out" || fail "$RAN: another output than with a large stack"
		done
	done
	limited '-s 256' show "$(uuid 2)" "$D/deep.ndjson"
	equal "$RAN: exit" 0 "$CODE"
}

# Every screen of the explorer, with the deepest of everything.
small_stack_explorer()
{
	local file key
	for file in "$D/chain.ndjson" "$D/deep.ndjson" "$PWD/data/hostile.ndjson"; do
		terminal 100 30
		shell "ulimit -s 256"
		explore "$file"
		waits 'a row' cursor_on ''
		keys Enter
		wait_for 'Traces > '
		for key in End Home j Enter Tab Tab Tab Escape Escape; do
			keys "$key"
		done
		for key in 1 2 3 4 5 0; do
			text "$key"
		done
		wait_for 'Sources'
		text q
		wait_prompt
	done
}

# Less and less, until the program cannot even be loaded.
small_memory()
{
	local kilobytes=400000 command worked=0 refused=0
	while [ "$kilobytes" -gt 8000 ]; do
		for command in "stats $D/many.ndjson" "stats $D/many.ndjson.gz" "tree last $D/chain.ndjson" \
			"show last $D/deep.ndjson --json"; do
			# shellcheck disable=SC2086
			limited "-v $kilobytes" $command
			# The system's own word for it.
			if [ "$CODE" -ge 126 ] && grep -q 'shared librar\|timeout\|cannot execute' "$D/err"; then
				[ "$refused" -gt 0 ] || fail "$RAN: nothing was refused before"
				return
			fi
			survived
			[ "$CODE" = 0 ] && worked=$((worked + 1)) || refused=$((refused + 1))
		done
		kilobytes=$((kilobytes * 4 / 5))
	done
	[ "$worked" -gt 0 ] || fail 'no amount of memory is enough'
}

# A long line is left out of what there is no memory for, and that is said.
long_line()
{
	local kilobytes=500000 whole=0 left_out=0
	{
		printf '{"uuid":"%s","event":"$ai_generation","timestamp":"2026-03-01T10:00:00Z",' "$(uuid 1)"
		printf '"properties":{"$ai_trace_id":"t","$ai_model":"long","$ai_input":"'
		head -c 28000000 /dev/zero | tr '\0' x
		echo '"}}'
		event span "$(uuid 2)" t 2026-03-01T10:00:01Z
	} >"$D/long.ndjson"
	while [ "$kilobytes" -gt 65000 ]; do
		limited "-v $kilobytes" show "$(uuid 1)" "$D/long.ndjson" --json
		case $CODE in
		0)
			[ "$(wc -c <"$D/out")" -gt 28000000 ] && whole=$((whole + 1)) || left_out=$((left_out + 1))
			[ -s "$D/err" ] && err_has 'not enough memory to open an event of 28'
			;;
		1)
			limited "-v $kilobytes" stats -v "$D/long.ndjson"
			# Where there is just enough, what one run has no room for another one has: threads take theirs in any order.
			[ "$CODE" = 6 ] || grep -q 'generations 1 ' "$D/out" || out_has 'no memory for a line so long'
			left_out=$((left_out + 1))
			;;
		*) survived ;;
		esac
		limited "-v $kilobytes" show "$(uuid 2)" "$D/long.ndjson" --json
		survived
		kilobytes=$((kilobytes * 3 / 4))
	done
	[ "$whole" -gt 0 ] || fail 'a line of 28 MB: there was never enough memory'
	[ "$left_out" -gt 0 ] || fail 'a line of 28 MB: there was always enough memory'
}

files_that_may_not_grow()
{
	limited '-f 8' stats "$D/many.ndjson.gz" --json
	equal "$RAN: exit" 6 "$CODE"
	explained
	err_has 'cannot be written'
	err_has 'many.ndjson.gz'
	[ "$(at events/span)" -gt 10 ] || fail "$RAN: nothing of what came before"
	RAN='(ulimit -f 8) tracehog stats -'
	# shellcheck disable=SC2016
	bash -c 'cat "$2" | { ulimit -f 8; exec "$1" stats - --json; }' limited "$TRACEHOG" \
		"$D/many.ndjson" >"$D/out" 2>"$D/err"
	equal "$RAN: exit" 6 $?
	explained
	[ "$(at events/span)" -gt 10 ] || fail "$RAN: nothing of what came before"
	limited '-f 8' ls spans --json "$D/many.ndjson"
	equal "$RAN: exit" 6 "$CODE"
	err_has 'standard output: cannot be written'
}

few_descriptors()
{
	local n i files=()
	for i in $(seq 30); do
		event span "$(uuid "$i")" t 2026-03-01T10:00:00Z >"$D/few$i.ndjson"
		files+=("$D/few$i.ndjson")
	done
	limited '-n 64' stats "${files[@]}" --json
	equal "$RAN: exit" 0 "$CODE"
	json events/span 30
	limited '-n 16' stats "${files[@]}" --json
	equal "$RAN: exit" 6 "$CODE"
	explained
	[ "$(at events/span)" -ge 1 ] || fail "$RAN: nothing of what could be opened"
	err_has 'few30.ndjson'
	for n in 20 18 16 14 13 12 11 10 9 8 7 6; do
		limited "-n $n" stats "$D/many.ndjson.gz"
		survived
		limited "-n $n" tail --no-follow "$D/few1.ndjson"
		survived
		limited "-n $n" tree last "${files[@]}"
		survived
	done
	equal "$RAN: exit" 6 "$CODE"
}

chain >"$D/chain.ndjson"
deep >"$D/deep.ndjson"
many >"$D/many.ndjson"
gzip -k "$D/many.ndjson"
small_stack
small_stack_explorer
small_memory
long_line
files_that_may_not_grow
few_descriptors
verdict
