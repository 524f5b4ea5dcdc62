# Files that are not as they should be: a bad line costs itself and nothing else, what cannot be read is named.
. e2e/lib.sh

DAY=2026-03-01T10:00
GOOD=$D/good.ndjson
event generation "$(uuid 1)" good "$DAY:01Z" ',"$ai_input_tokens":1' >"$GOOD"

# counts FILE LINES BAD GENERATIONS
counts()
{
	run stats "$1" --json
	valid_json
	json source/lines "$2"
	json source/bad_lines "$3"
	json events/generation "$4"
	clean
}

# Each of the printing commands on one source gives 6 and says why.
unreadable()
{
	local command
	for command in 'stats' 'stats --json' 'ls traces' 'ls traces --json' 'show last' 'show last --json' \
		'tree last' 'tail --no-follow' 'tail --no-follow --json'; do
		exits 6 $command "$1"
		explained
		clean
		[ ! -s "$D/out" ] || fail "$RAN: output"
	done
	exits 6 "$1"
	[ "$(grep -vc '^tracehog: ' "$D/err")" = 0 ] || fail "$RAN: stderr"
	exits 6 stats "$GOOD" "$1" --json
	valid_json
	json events/generation 1
	explained
	exits 6 ls traces "$1" "$GOOD" --json
	json '' '[1]'
	exits 6 show good "$1" "$GOOD" --json
	json trace_id good
	exits 6 tail --no-follow "$1" "$GOOD"
	lines 1
}

cannot_be_opened()
{
	ln -s loop "$D/loop"
	unreadable "$D/missing"
	unreadable "$(printf '%s/\033[2J\n\302\233evil' "$D")"
	unreadable "$D/loop"
	unreadable "$GOOD/below"
	[ "$(id -u)" = 0 ] && return
	cp "$GOOD" "$D/secret"
	chmod 0 "$D/secret"
	unreadable "$D/secret"
}

# Files of a folder by name; the last wins.
folders()
{
	mkdir "$D/folder" "$D/bare"
	event generation "$(uuid 1)" a "$DAY:01Z" ',"$ai_input_tokens":100' >"$D/folder/2.jsonl"
	cp "$GOOD" "$D/folder/1.ndjson"
	echo 'no events' >"$D/folder/notes.txt"
	exits 0 stats "$D/folder" --json
	json source/files 2
	json source/duplicates 1
	json tokens/input 100
	exits 0 stats "$D/bare" "$GOOD" --json
	json source/files 1
	exits 1 ls traces "$D/bare" --json
	equal "$RAN" '[]' "$(cat "$D/out")"
	explained
}

# The local journal, under its name and without one.
journal()
{
	export XDG_STATE_HOME=$D/state
	exits 1 stats --json
	valid_json
	explained
	exits 1 ls traces journal: --json
	exits 1 show last
	exits 1 tail --no-follow
	mkdir -p "$D/state/tracehog/journal"
	cp "$GOOD" "$D/state/tracehog/journal/1.ndjson"
	exits 0 stats --json
	quiet
	json events/generation 1
	event generation "$(uuid 2)" b "$DAY:01Z" >"$D/more.ndjson"
	exits 0 stats "$D/more.ndjson" journal: --json
	json events/generation 2
	exits 0 stats journal: "$D/more.ndjson" --json
	json events/generation 2
	exits 0 show good
}

bad_lines()
{
	: >"$D/f"
	counts "$D/f" 0 0 0
	equal "$RAN: exit" 1 "$CODE"
	printf '\n  \n\r\n\t\n' >"$D/f"
	counts "$D/f" 0 0 0
	printf 'x\n{\n[1,2,3]\n[]\n{}\n5\nnull\n"text"\n{"a":1}\n{"event":5}\nNaN\n{"event":"$ai_generation",}\n' >"$D/f"
	counts "$D/f" 12 12 0
	equal "$RAN: exit" 1 "$CODE"
	exits 1 stats -v "$D/f"
	out_has "$D/f:2: bad:"
	exits 1 ls generations "$D/f"
	exits 1 show last "$D/f"
	printf '\376\377\0{\0}' >"$D/f"
	run stats "$D/f" --json
	json events/generation 0
	head -c 3000 /dev/zero >"$D/f"
	echo >>"$D/f"
	cat "$GOOD" >>"$D/f"
	counts "$D/f" 2 1 1
}

dressed()
{
	{
		printf '\357\273\277'
		sed 's/$/\r/' "$GOOD"
		printf '\r\n\n   \n'
		event generation "$(uuid 2)" b "$DAY:02Z" | tr -d '\n'
	} >"$D/f"
	counts "$D/f" 2 0 2
	exits 0 show good "$D/f" --json
	json trace_id good
	exits 0 show b "$D/f"
}

# A last line without its newline: complete JSON counts, a torn one is pending and not bad.
torn()
{
	{ cat "$GOOD"; head -c 70 "$GOOD"; } >"$D/f"
	counts "$D/f" 1 0 1
	exits 0 stats "$D/f"
	out_has 'unfinished last line 70 bytes'
	{ cat "$GOOD"; printf '{"event":"$ai_generation","properties":{}} x'; } >"$D/f"
	run stats "$D/f" --json
	json events/generation 1
}

members()
{
	local a b
	a=$(event generation "$(uuid 1)" t "$DAY:01Z")
	b=$(event generation "$(uuid 2)" t "$DAY:02Z")
	printf '[%s, %s]\n' "$a" "$b" >"$D/f"
	counts "$D/f" 2 0 2
	printf '[%s,17,%s]\n' "$a" "$b" >"$D/f"
	counts "$D/f" 3 1 2
	printf '{"api_key":"phc_x","batch":[%s,%s]}\n' "$a" "$b" >"$D/f"
	counts "$D/f" 2 0 2
	exits 0 show "$(uuid 2)" "$D/f" --json
	json uuid "$(uuid 2)"
	json 'properties/$ai_trace_id' t
	printf '{"batch":[]}\n' >"$D/f"
	counts "$D/f" 1 1 0
}

# What the events carry in forms of their own.
forms()
{
	printf '%s\n' \
		'{"uuid":"u1","event":"$ai_generation","distinct_id":42,"timestamp":"2026-03-01T10:00:01Z","properties":"{\"$ai_trace_id\":\"in a string\",\"$ai_input\":\"hello\",\"$ai_input_tokens\":3}"}' \
		'{"uuid":"u2","event":"$ai_generation","distinct_id":"d","timestamp":"2026-03-01T10:00:02Z","properties":{"$ai_trace_id":42,"$ai_span_id":7.50,"$ai_input_tokens":"12","$ai_latency":"0.5"}}' \
		'{"event":"$ai_generation","event":"$ai_span","properties":{"$ai_trace_id":"one","$ai_trace_id":"two"},"uuid":"u3","timestamp":"nonsense"}' \
		'{"event":"$ai_generation"}' >"$D/f"
	counts "$D/f" 4 0 3
	exits 0 show 'in a string' "$D/f" --json
	json user 42
	json tokens/input 3
	exits 0 show u1 "$D/f" --json
	json messages/0/text hello
	json 'properties/$ai_input_tokens' 3
	exits 0 show 42 "$D/f" --json
	json trace_id 42
	json children/0/span_id 7.50
	json children/0/latency_s 0.5
	exits 0 show two "$D/f" --json
	json children/0/event '$ai_span'
	json start_time null
	exits 1 show one "$D/f"
}

nested()
{
	awk -v n="$1" 'BEGIN {
		printf "{\"uuid\":\"deep\",\"event\":\"$ai_generation\",\"timestamp\":\"2026-03-01T10:00:01Z\",\"properties\":{\"$ai_trace_id\":\"t\",\"x\":"
		for (i = 2; i < n; i++) printf "["
		for (i = 2; i < n; i++) printf "]"
		print "}}"
	}'
}

# 1,024 levels are read, one more is a bad line.
depth()
{
	nested 1024 >"$D/f"
	counts "$D/f" 1 0 1
	exits 0 show deep "$D/f" --json
	equal "$RAN: depth, from 0" 1023 "$("$CHECK" json depth <"$D/out")"
	exits 0 show deep "$D/f"
	{ nested 1025; nested 200000; cat "$GOOD"; } >"$D/f"
	counts "$D/f" 3 2 1
	exits 0 stats -v "$D/f"
	out_has 'too deep'
}

long_lines()
{
	local text
	text=$(head -c 5000000 /dev/zero | tr '\0' x)
	{
		event generation "$(uuid 7)" long "$DAY:03Z" ",\"\$ai_input\":\"$text\",\"\$ai_model\":\"m\"" 
		cat "$GOOD"
	} >"$D/f"
	counts "$D/f" 2 0 2
	exits 0 show "$(uuid 7)" "$D/f" --json
	equal "$RAN: text" 5000000 "$(at messages/0/text | tr -d '\n' | wc -c | tr -d ' ')"
	exits 0 show "$(uuid 7)" "$D/f"
	exits 0 tail --no-follow "$D/f"
	lines 2
	# ... and broken, and in an id and a name.
	{ printf '{"event":"%s' "$text"; echo; cat "$GOOD"; } >"$D/f"
	counts "$D/f" 2 1 1
	event generation "$(uuid 8)" "$text" "$DAY:03Z" ",\"\$ai_span_name\":\"$text\",\"\$ai_model\":\"$text\",\"\$ai_error\":\"$text\"" >"$D/f"
	counts "$D/f" 1 0 1
	for command in 'ls traces' 'ls traces --json' 'ls models --csv' 'tree last' 'show last' 'show last --json' 'tail --no-follow'; do
		exits 0 $command "$D/f"
	done
}

# Numbers at and over every edge. A cost may be negative: a refund.
numbers()
{
	local value
	for value in -1 1e999 -1e999 9223372036854775807 9223372036854775808 18446744073709551616 1e18 0.5 1e-400 '"12abc"' '""' true null '{}' '[]' '"NaN"' '-0'; do
		event generation "$(uuid 9)" t "$DAY:03Z" ",\"\$ai_input_tokens\":$value,\"\$ai_output_tokens\":$value,\"\$ai_latency\":$value,\"\$ai_total_cost_usd\":$value,\"\$ai_time_to_first_token\":$value,\"\$ai_http_status\":$value"
	done | awk '{sub(/000000000009/, sprintf("%012d", NR)); print}' >"$D/f"
	counts "$D/f" 17 0 17
	! grep -qE 'put": -|inf|nan' "$D/out" || fail "$RAN: $(grep -E 'put": -|inf|nan' "$D/out")"
	for command in 'ls generations --json' 'ls generations' 'ls traces' 'ls users' 'ls models --json' 'show last --json' 'tree last' 'tail --no-follow' 'stats'; do
		exits 0 $command "$D/f"
		clean
	done
	event generation "$(uuid 1)" t "$DAY:03Z" ',"$ai_input_tokens":9223372036854775807,"$ai_output_tokens":9223372036854775807' >"$D/f"
	exits 0 tail --no-follow "$D/f"
	! grep -qE -e '-[0-9.]+[a-zA-Z]* tok' "$D/out" || fail "$RAN: $(cat "$D/out")"
	for value in 0000-00-00T00:00:00Z 9999-12-31T23:59:59Z 99999-01-01T00:00:00Z 2026-02-30T00:00:00Z 1969-12-31T23:59:59Z '' x 1e999; do
		event generation '' "t$value" "$value" ',"$ai_latency":1e12'
	done >"$D/f"
	counts "$D/f" 8 0 8
	exits 0 ls traces "$D/f" --json
	valid_json
	exits 0 ls generations "$D/f"
	exits 0 tree last "$D/f"
}

cannot_be_written()
{
	local command
	for command in 'stats' 'stats --json' 'ls traces' 'ls traces --json' 'ls traces --csv' 'show last' 'show last --json' 'tree last' 'tail --no-follow' '--help' '--version'; do
		case $command in --*) set -- $command ;; *) set -- $command "$GOOD" ;; esac
		timeout 20 "$TRACEHOG" "$@" >/dev/full 2>"$D/err" </dev/null
		equal "$* >/dev/full" 6 $?
		: >"$D/out"
		RAN="tracehog $* >/dev/full"
		explained
		timeout 20 "$TRACEHOG" "$@" >&- 2>"$D/err" </dev/null
		equal "$* >&-" 6 $?
	done
	for i in $(seq 3000); do event generation '' "t$i" "$DAY:03Z"; done >"$D/f"
	for command in 'ls traces' 'ls traces --json' 'tail --no-follow' 'show last --json'; do
		timeout 20 "$TRACEHOG" $command "$D/f" 2>"$D/err" </dev/null | head -c 10 >"$D/out"
		RAN="tracehog $command | head"
		quiet
	done
}

cannot_be_opened
folders
journal
bad_lines
dressed
torn
members
forms
depth
long_lines
numbers
cannot_be_written
verdict
