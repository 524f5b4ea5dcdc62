#!/bin/bash
# Does what is forwarded slow down who sends? A queue of 100,000 requests is sent to a stand-in of PostHog while events are
# posted at a steady pace; beside that, in turns, the same pace without --forward, and with an empty queue. Says for each
# how long answers took, and the median of the rounds' ratios. No clock fails anything.
#
# From the environment: TRACEHOG and STANDIN (the programs), BENCH_DATA (a folder), ROUNDS, QUEUED (requests), PACE (requests
# of one event of 2 kB a second), SECONDS_EACH.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tracehog=${TRACEHOG:-$root/build/release/tracehog}
standin=${STANDIN:-$root/build/asan/tests/posthog_standin}
data=${BENCH_DATA:-$root/build/bench}
rounds=${ROUNDS:-5}
queued=${QUEUED:-100000}
pace=${PACE:-1000}
seconds=${SECONDS_EACH:-5}

for program in "$tracehog" "$standin"; do
	[ -x "$program" ] || { echo "forward.sh: there is no program $program: build it, or set TRACEHOG and STANDIN" >&2; exit 2; }
done
mkdir -p "$data/bin" || exit 2
work=$(mktemp -d "$data/work.XXXXXX") || exit 2
started=()
trap 'kill -9 "${started[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export HOME=$work LC_ALL=C.UTF-8 XDG_STATE_HOME=$work/state
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME
cc -O2 -w -o "$data/bin/capture_paced" "$here/capture_paced.c" || exit 2

# start FILE PROGRAM ARG...: in the background, until it has said where it listens; its number is $pid, its port $port.
start()
{
	local out=$1
	shift
	: >"$out"
	"$@" >"$out" 2>"$out.err" &
	pid=$!
	started+=("$pid")
	for _ in $(seq 200); do
		port=$(sed -n '1s/^listening on .*:\([0-9]*\)$/\1/p' "$out")
		[ -n "$port" ] && return
		sleep 0.05
	done
	echo "forward.sh: $1 did not start: $(cat "$out.err")" >&2
	exit 2
}

stop()
{
	kill -9 "$pid"
	{ wait "$pid"; } 2>/dev/null
}

# paced SECONDS PACE: prints the 99th percentile of the answers, in milliseconds.
paced()
{
	"$data/bin/capture_paced" 127.0.0.1 "$port" "$2" 1 "$1" 2000 >"$work/paced"
	sed 's/.*"p99":\([0-9.]*\).*/\1/' "$work/paced"
}

# round NAME [ARG...]: adds its figure to a file.
round()
{
	local name=$1 p99
	shift
	rm -rf "$work/journal"
	start "$work/out" "$tracehog" capture --listen 127.0.0.1:0 --journal "$work/journal" "$@"
	p99=$(paced "$seconds" "$pace")
	echo "$p99" >>"$work/p99.$name"
	stop
}

start "$work/upstream" "$standin" --capture /dev/null
upstream=$port
stop
start "$work/out" "$tracehog" capture --listen 127.0.0.1:0 --journal "$work/journal" --forward "http://127.0.0.1:$upstream"
paced "$((queued / 10000))" 10000 >/dev/null
stop
cp -r "$XDG_STATE_HOME" "$work/full"
printf 'queue: %s\n' "$(du -sh "$work/full" | cut -f1)"
start "$work/upstream" "$standin" --capture /dev/null --port "$upstream"
for _ in $(seq "$rounds"); do
	round plain
	rm -rf "$XDG_STATE_HOME"
	round empty --forward "http://127.0.0.1:$upstream"
	rm -rf "$XDG_STATE_HOME"
	cp -r "$work/full" "$XDG_STATE_HOME"
	round full --forward "http://127.0.0.1:$upstream"
done
# ratio NAME: the median of the rounds, to the one without.
ratio()
{
	paste "$work/p99.plain" "$work/p99.$1" | awk '{ print $2 / $1 }' | sort -n |
		awk '{ a[NR] = $1 } END { printf "%.2f", NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'
}

paste "$work/p99.plain" "$work/p99.empty" "$work/p99.full" |
	awk '{ print "p99 in ms: without " $1 "  forwarding " $2 "  with a queue " $3 }'
echo "median of the ratios: forwarding $(ratio empty), with a queue $(ratio full)"
