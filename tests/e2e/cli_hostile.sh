# Text that means harm, in every field and through every command: nothing of it reaches a terminal raw, in any locale.
. e2e/lib.sh

# Every character that acts or hides, raw where JSON takes it and escaped.
hostile_texts()
{
	printf '\033[31m\033]0;title\007\n'
	printf '\\u001b[2J\\u001b]52;c;aGk=\\u0007\n'
	printf '\302\233 2J \302\220q\302\234 \177 \\u009b31m \\u007f\n'
	printf '\342\200\256evil\342\200\254 \342\201\246x\342\201\251 \\u202e\\u2066\n'
	printf '\342\200\213\342\200\215\357\273\277 \\u200b\\ufeff\342\200\250\\u2029\n'
	printf '\363\240\201\201\363\240\201\277 \\udb40\\udc41\n'
	printf '\377\376 \300\200 \355\240\200 \364\220\200\200 \200\n'
	printf '\\ud800 \\udc00\\ud800 \\u0000 \\r\\n\\t\\b\\f\n'
	printf '\001\002\010\013\014\016\037\n'
	printf 'Z\314\201\314\202\314\203\314\204\314\205\314\206\314\207\314\210 \357\267\275\n'
	printf '%%s%%n%%1000000d $(reboot) `id` ../../etc/passwd =cmd|x!A1 <script>\n'
}

# The text $1 in everything that a record or a payload holds; $2 makes it unique.
hostile_event()
{
	local t=$1
	printf '{"uuid":"%s%s","event":"$ai_generation","distinct_id":"%s","timestamp":"2026-03-01T10:00:%02dZ","properties":{' "$t" "$2" "$t" "$2"
	printf '"$ai_trace_id":"%s","$ai_span_id":"%s%s","$ai_parent_id":"%s","$ai_session_id":"%s","$ai_span_name":"%s",' "$t" "$t" "$2" "$t" "$t" "$t"
	printf '"$ai_model":"%s","$ai_provider":"%s","$ai_error":"%s","$ai_is_error":true,"$ai_framework":"%s","$ai_stop_reason":"%s",' "$t" "$t" "$t" "$t" "$t"
	printf '"$ai_input":[{"role":"%s","content":"%s"},{"role":"tool","name":"%s","tool_call_id":"%s","content":[{"type":"%s","%s":"%s"}]}],' "$t" "$t" "$t" "$t" "$t" "$t" "$t"
	printf '"$ai_output_choices":[{"role":"assistant","content":"%s","tool_calls":[{"id":"%s","type":"function","function":{"name":"%s","arguments":"%s"}}]}],' "$t" "$t" "$t" "$t"
	printf '"$ai_tools":[{"function":{"name":"%s","description":"%s"}}],"%s":"%s"}}\n' "$t" "$t" "$t" "$t"
}

# everything FILE: each command and format once; what it prints is clean, and JSON where it should be.
everything()
{
	local file=$1 kind format command
	for kind in traces sessions generations spans users models; do
		for format in --json --jsonl --csv --md --plain --color=never; do
			run ls "$kind" "$file" "$format"
			judge "$format"
		done
		run ls "$kind" "$file" --tsv
		[ "$CODE" -le 1 ] || fail "$RAN: exit $CODE"
		"$CHECK" clean tabs <"$D/out" >"$D/why" || fail "$RAN: $(cat "$D/why")"
	done
	for command in stats tail\ --no-follow show\ last tree\ last show\ last:error; do
		for format in --json --jsonl ''; do
			run $command "$file" $format
			judge "$format $command"
		done
	done
	run stats -v "$file"
	judge ''
	run "$file"
	judge ''
}

judge()
{
	[ "$CODE" -le 1 ] || fail "$RAN: exit $CODE"
	clean $ASCII
	case $1 in
	'--jsonl'* | '--json tail'*) "$CHECK" jsonl <"$D/out" >"$D/why" || fail "$RAN: $(cat "$D/why")" ;;
	'--json'*) [ ! -s "$D/out" ] || valid_json ;;
	esac
}

ASCII=
N=0
: >"$D/all.ndjson"
while IFS= read -r text; do
	N=$((N + 1))
	hostile_event "$text" $N >>"$D/all.ndjson"
done <<END
$(hostile_texts)
END

equal 'hostile texts' 11 "$N"
run stats "$D/all.ndjson" --json
json source/bad_lines 0
json events/generation 11
everything "$D/all.ndjson"

# Every event by its own name, in both forms.
for i in $(seq 11); do
	for format in --json --color=never; do
		run show "all.ndjson:$i" "$D/all.ndjson" $format
		equal "$RAN: exit" 0 "$CODE"
		judge "$format"
	done
done

# Where characters are bytes there is nothing but ASCII in what people read; JSON is UTF-8 everywhere.
export LC_ALL=C
for command in 'ls traces' 'ls generations --csv' 'ls models --md' 'ls users --plain' 'stats' 'stats -v' 'show last' 'tree last' 'show all.ndjson:1' 'show all.ndjson:7' 'tail --no-follow'; do
	run $command "$D/all.ndjson"
	equal "$RAN: exit" 0 "$CODE"
	clean ascii
done
run show last "$D/all.ndjson" --json
valid_json
clean
export LC_ALL=C.UTF-8

# Words of the command line come back in messages.
bad=$(printf '\033[2J\302\233\342\200\256\377%%s%%n')
for arguments in "show $bad" "ls $bad" "ls traces --sort=$bad" "ls traces --fields=$bad" "stats --since=$bad" "stats --fail-if=$bad" "stats --color=$bad" "stats --$bad" "ls traces --limit=$bad" "tree $bad" "$bad" "stats $bad"; do
	case $arguments in "$bad" | "stats $bad") run $arguments ;; *) run $arguments "$D/all.ndjson" ;; esac
	[ "$CODE" != 0 ] || fail "$RAN: exit 0"
	explained
	clean
done

# The Big List of Naughty Strings, in every field.
run stats data/blns.ndjson --json
json source/bad_lines 0
everything data/blns.ndjson
for i in $(seq 1 97 "$(wc -l <data/blns.ndjson)"); do
	run show "blns.ndjson:$i" data/blns.ndjson --json
	equal "$RAN: exit" 0 "$CODE"
	judge --json
done
export LC_ALL=C
run tail --no-follow data/blns.ndjson
clean ascii
run ls generations data/blns.ndjson
clean ascii
verdict
