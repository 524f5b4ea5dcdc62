#!/bin/bash
# How many events a second does the capture endpoint take, beside a Node server that does the same
# work; how does the explorer feel while 10,000 a second are posted to it; and how long is an event on
# its way to the screen? No clock fails anything.
#
#   capture.sh            all of it
#   capture.sh --flood    the endpoint alone
#   capture.sh --sustain  10,000 events of 2 kB a second posted to the explorer, and keys pressed:
#                         what is lost, how long a key takes, what memory an event takes
#   capture.sh --arrive   from the POST of an event to its row on the screen
#   capture.sh --screen   from a line appended to a file to its row on the screen
#
# From the environment: TRACEHOG (the binary), BENCH_DATA (a folder), SECONDS_EACH, ROUNDS,
# SUSTAIN_SECONDS. Node and Python are left out with a word where they are missing.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tracehog=${TRACEHOG:-$root/build/release/tracehog}
data=${BENCH_DATA:-$root/build/bench}
seconds=${SECONDS_EACH:-4}
rounds=${ROUNDS:-3}
sustain_seconds=${SUSTAIN_SECONDS:-30}
what=${1:---all}

[ -x "$tracehog" ] || { echo "capture.sh: there is no program $tracehog: build it, or set TRACEHOG" >&2; exit 2; }
mkdir -p "$data/bin" || exit 2
bin=$data/bin
work=$(mktemp -d "$data/work.XXXXXX") || exit 2
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
case $what in
--all | --flood | --sustain | --arrive | --screen) ;;
*) echo "capture.sh: there is no $what" >&2; exit 2 ;;
esac
export HOME=$work LC_ALL=C.UTF-8 TERM=xterm-256color
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_DATA_HOME

cc -O2 -w -o "$bin/gen_events" "$here/gen_events.c" -lm || exit 2
cc -O2 -w -o "$bin/capture_flood" "$here/capture_flood.c" || exit 2
cc -O2 -w -o "$bin/capture_paced" "$here/capture_paced.c" || exit 2
"$bin/gen_events" --small --events 20000 --seed 3 >"$work/small.ndjson"
"$bin/gen_events" --events 4000 --median 2k --seed 4 >"$work/normal.ndjson"

wait_for_line()
{
	for _ in $(seq 100); do
		[ -s "$1" ] && return
		sleep 0.05
	done
	echo "capture.sh: the endpoint did not start" >&2
	exit 2
}

start_tracehog()
{
	"$tracehog" capture --listen 127.0.0.1:0 --journal "$work/journal" >"$work/out" 2>"$work/err" &
	servers+=($!)
	wait_for_line "$work/out"
	port=$(sed -n '1s/.*:\([0-9]*\)$/\1/p' "$work/out")
}

start_node()
{
	node_port=$((20000 + RANDOM % 20000))
	node "$here/capture_node.mjs" "$node_port" "$work/node.ndjson" &
	servers+=($!)
	sleep 1
}

events_per_second()
{
	"$bin/capture_flood" 127.0.0.1 "$1" "$2" 4 "$3" "$seconds" | sed -n 's/.*"events_per_s":\([0-9.]*\).*/\1/p'
}

median()
{
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

flood()
{
	local file=$1 batch=$2 ours=$work/ours theirs=$work/theirs
	: >"$ours"
	: >"$theirs"
	for _ in $(seq "$rounds"); do
		events_per_second "$port" "$work/$file.ndjson" "$batch" >>"$ours"
		[ -n "$node_port" ] && events_per_second "$node_port" "$work/$file.ndjson" "$batch" >>"$theirs"
		rm -f "$work/node.ndjson"
	done
	awk -v file="$file" -v batch="$batch" -v a="$(median <"$ours")" -v b="$(median <"$theirs")" 'BEGIN {
		printf "%-7s batch %3d   tracehog %9.0f ev/s", file, batch, a
		if (b > 0) printf "   node %9.0f ev/s   tracehog/node %.2f", b, a / b
		print ""
	}'
}

wants()
{
	[ "$what" = --all ] || [ "$what" = "$1" ]
}

# The value at a path of a JSON file, as in `at sent.events FILE`; nothing where there is none.
at()
{
	python3 -c 'import functools, json, sys
value = functools.reduce(lambda v, k: v[int(k)] if k.lstrip("-").isdigit() else v[k], sys.argv[1].split("."), json.load(open(sys.argv[2])))
print(json.dumps(value) if isinstance(value, (dict, list)) else value)' "$1" "$2"
}

# explorer WHAT RATE BATCH SECONDS SIZE: the explorer with a journal of its own, posted to; the figures are in $work/probe.json.
explorer()
{
	local free=$((20000 + RANDOM % 12000))
	rm -rf "$work/posted"
	python3 "$here/endpoint_probe" "$1" --sender "$bin/capture_paced 127.0.0.1 $free $2 $3 $4 $5" \
		-- "$tracehog" --journal "$work/posted" --listen "127.0.0.1:$free" >"$work/probe.json" && return
	echo "capture.sh: no figures of $1" >&2
	return 1
}

sustain()
{
	local figures=$work/probe.json
	explorer sustain 10000 100 "$sustain_seconds" 2000 || return
	"$tracehog" stats --json "$work/posted" >"$work/stats.json"
	echo "posted to the explorer: $(at sent.events "$figures") events, $(at sent.events_per_s "$figures") a second," \
		"$(at sent.mb_per_s "$figures") MB/s, at most $(at sent.behind_ms "$figures") ms late"
	echo "  accepted $(at sent.accepted "$figures"), in the journal $(cat "$work"/posted/*.ndjson | wc -l)," \
		"counted by stats $(at events.generation "$work/stats.json")"
	echo "  an answer, ms              $(at sent.answer_ms "$figures")"
	echo "  a key to the next output   $(at key_ms "$figures")"
	echo "  a key to another title     $(at title_ms "$figures")"
	echo "  slowest keys, ms           $(at slowest "$figures")"
	echo "  keys without an answer     $(at unanswered "$figures")"
	echo "  memory                     $(at memory "$figures")"
	echo "  bytes of memory an event   $(at rss_bytes_per_event "$figures")"
}

arrive()
{
	local rate figures=$work/probe.json
	for rate in 10 1000; do
		explorer arrive "$rate" 1 $((rate == 10 ? 10 : 5)) 800 || return
		echo "$rate events/s posted one by one: $(at events "$figures") sent, $(at seen "$figures") seen," \
			"$(at scrolled_by "$figures") scrolled by before a frame, $(at never "$figures") in no frame"
		echo "  POST to the first frame with it or a later one, ms   $(at ms "$figures")"
		echo "  POST to its row, of those seen, ms                   $(at seen_ms "$figures")"
	done
}

if wants --flood; then
	node_port=
	start_tracehog
	if command -v node >/dev/null; then start_node; else echo "node is not here: its column is left out"; fi
	flood small 100
	flood small 1
	flood normal 100
	kill -TERM "${servers[0]}"
	wait "${servers[0]}"
	echo "in the journal: $(cat "$work"/journal/*.ndjson | wc -l) lines"
fi

if ! wants --sustain && ! wants --arrive && ! wants --screen; then
	exit 0
fi
command -v python3 >/dev/null || { echo "python3 is not here: no screen"; exit 0; }
wants --sustain && sustain
wants --arrive && arrive
if wants --screen; then
	for rate in 10 100; do # more than a screen takes in a frame would be --arrive
		head -n 200 "$work/small.ndjson" >"$work/grows.ndjson"
		# Each in a trace of its own, which is the last block of the view; in an older trace, a row is above the screen.
		tail -n +201 "$work/small.ndjson" |
			awk '{sub(/"\$ai_trace_id":"[^"]*"/, "\"$ai_trace_id\":\"row" NR "\""); print}' >"$work/rest.ndjson"
		python3 "$here/tty_probe" --size 120x40 --ready 'LangGraph|support' --quit Q --before-tail 7,G \
			--tail "$work/grows.ndjson" --source "$work/rest.ndjson" --rate "$rate" --tail-seconds 5 \
			-- "$tracehog" "$work/grows.ndjson" >"$work/tail.json" 2>/dev/null
		echo "$rate events/s appended: $(tr -d '\n ' <"$work/tail.json" | sed -n 's/.*"tail":\({.*}\),"memory.*/\1/p')"
	done
fi
exit 0
