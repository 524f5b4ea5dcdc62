#!/bin/bash
# How many events a second does the capture endpoint take, beside a Node server that does the same
# work; and how long is an event on its way to the screen? No clock fails anything.
#
#   capture.sh           both
#   capture.sh --flood   the endpoint alone
#   capture.sh --screen  the way to the screen alone
#
# From the environment: TRACEHOG (the binary), BENCH_DATA (a folder), SECONDS_EACH, ROUNDS. Node and
# Python are left out with a word where they are missing.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tracehog=${TRACEHOG:-$root/build/release/tracehog}
data=${BENCH_DATA:-$root/build/bench}
seconds=${SECONDS_EACH:-4}
rounds=${ROUNDS:-3}
what=${1:-all}

[ -x "$tracehog" ] || { echo "capture.sh: there is no program $tracehog: build it, or set TRACEHOG" >&2; exit 2; }
mkdir -p "$data/bin" || exit 2
bin=$data/bin
work=$(mktemp -d "$data/work.XXXXXX") || exit 2
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export HOME=$work LC_ALL=C.UTF-8 TERM=xterm-256color
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_DATA_HOME

cc -O2 -w -o "$bin/gen_events" "$here/gen_events.c" -lm || exit 2
cc -O2 -w -o "$bin/capture_flood" "$here/capture_flood.c" || exit 2
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

if [ "$what" != --screen ]; then
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

if [ "$what" != --flood ]; then
	command -v python3 >/dev/null || { echo "python3 is not here: no way to the screen"; exit 0; }
	for rate in 10 1000; do
		head -n 200 "$work/small.ndjson" >"$work/grows.ndjson"
		tail -n +201 "$work/small.ndjson" >"$work/rest.ndjson"
		python3 "$here/tty_probe" --size 120x40 --ready 'LangGraph|support' --quit Q --before-tail 7,G \
			--tail "$work/grows.ndjson" --source "$work/rest.ndjson" --rate "$rate" --tail-seconds 5 \
			-- "$tracehog" "$work/grows.ndjson" >"$work/tail.json" 2>/dev/null
		echo "$rate events/s appended: $(tr -d '\n ' <"$work/tail.json" | sed -n 's/.*"tail":\({.*}\),"memory.*/\1/p')"
	done
fi
