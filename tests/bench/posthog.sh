#!/bin/bash
# What PostHog's traces cost: bytes for a listed trace, opening one that is cached, and keys while PostHog is 200 ms and
# 10 Mbit/s away. A stand-in answers. No clock fails anything.
#
#   posthog.sh            all of it
#   posthog.sh --bytes    a listed trace, in bytes of PostHog's answers (wanted: under 1,500)
#   posthog.sh --cached   opening a cached trace: `show`, and Enter in the explorer (wanted: under 30 ms)
#   posthog.sh --far      keys in the explorer while it lists and opens from afar (wanted: p99 under 20 ms)
#
# From the environment: TRACEHOG (the binary), STANDIN (tests/posthog_standin of a build with tests), BENCH_DATA (a
# folder), EVENTS (6000), LATENCY (ms), MBIT. Python is needed for the screen; without it that is left out with a word.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tracehog=${TRACEHOG:-$root/build/release/tracehog}
standin=${STANDIN:-$root/build/dev/tests/posthog_standin}
data=${BENCH_DATA:-$root/build/bench}
events=${EVENTS:-6000}
what=${1:---all}

for program in "$tracehog" "$standin"; do
	[ -x "$program" ] || { echo "posthog.sh: there is no program $program: build it (./dev build, ./dev test)" >&2; exit 2; }
done
case $what in
--all | --bytes | --cached | --far) ;;
*) echo "posthog.sh: there is no $what" >&2; exit 2 ;;
esac
mkdir -p "$data/bin" || exit 2
work=$(mktemp -d "$data/work.XXXXXX") || exit 2
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export HOME=$work LC_ALL=C.UTF-8 TERM=xterm-256color TRACEHOG_POSTHOG_KEY=phx_test
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME
export XDG_CACHE_HOME=$work/cache
cc -O2 -w -o "$data/bin/gen_events" "$here/gen_events.c" -lm || exit 2
cc -D_GNU_SOURCE -O2 -w -o "$data/bin/slow_proxy" "$here/slow_proxy.c" || exit 2

# The events end an hour ago and began at most 20 hours before that.
make_events()
{
	"$data/bin/gen_events" --events "$events" --median 2k --seed 5 >"$work/old.ndjson"
	seq "$events" | awk -v last=$(($(date +%s) - 3600)) -v n="$events" \
		'{ printf "@%.6f\n", last - (n - $1) * 72000 / n }' |
		date -u -f - +%Y-%m-%dT%H:%M:%S.%6NZ >"$work/times"
	awk -v times="$work/times" '{
		getline t <times
		sub(/"timestamp":"[^"]*"/, "\"timestamp\":\"" t "\"")
		print
	}' "$work/old.ndjson" >"$work/events.ndjson"
}

# serve NAME COMMAND...: starts it; its address is $url.
serve()
{
	local out=$work/$1
	shift
	"$@" >"$out" &
	servers+=($!)
	for _ in $(seq 100); do
		[ -s "$out" ] && break
		sleep 0.05
	done
	url=$(sed -n 's/^listening on //p' "$out")
	[ -n "$url" ] || { echo "posthog.sh: $1 did not start" >&2; exit 2; }
}

wants()
{
	[ "$what" = --all ] || [ "$what" = "$1" ]
}

# Of the numbers on standard input: how many, median, 99th percentile, greatest.
spread()
{
	sort -n | awk '{ v[NR] = $1 } END {
		if (NR) printf "n %d, p50 %.1f, p99 %.1f, max %.1f\n", NR, v[int((NR + 1) / 2)], v[int((NR * 99 + 99) / 100)], v[NR]
	}'
}

listed()
{
	local limit rows sum
	for limit in 100 1000; do
		: >"$work/log"
		rm -rf "$XDG_CACHE_HOME"
		"$tracehog" ls traces posthog: --host "$host" --limit $limit --csv >"$work/rows"
		rows=$(($(wc -l <"$work/rows") - 1))
		sum=$(awk 'match($0, /"bytes":[0-9]+/) { n += substr($0, RSTART + 8, RLENGTH - 8) } END { print n + 0 }' "$work/log")
		echo "$rows traces listed: $sum bytes of answers in $(wc -l <"$work/log") requests," \
			"$((sum / (rows > 0 ? rows : 1))) bytes a trace"
	done
}

# Milliseconds of a command, as many times as wanted.
times()
{
	local n=$1 from i
	shift
	for i in $(seq "$n"); do
		from=${EPOCHREALTIME/./}
		"$@" >/dev/null
		echo "$((${EPOCHREALTIME/./} - from))" | awk '{ print $1 / 1000 }'
	done
}

# A figure of the probe's, as in `figure keys.0.frame_ms`.
figure()
{
	python3 -c 'import functools, json, sys
value = functools.reduce(lambda v, k: v[int(k)] if k.lstrip("-").isdigit() else v[k], sys.argv[1].split("."), json.load(open(sys.argv[2])))
print(json.dumps(value) if isinstance(value, (dict, list)) else value)' "$1" "$work/probe.json"
}

# probe HOST KEYS: the explorer's figures in $work/probe.json.
probe()
{
	python3 "$here/tty_probe" --size 120x40 --ready "$ready" --keys "$2" --quit Q \
		-- "$tracehog" posthog:12 --host "$1" >"$work/probe.json" 2>"$work/probe.err" && return
	echo "posthog.sh: no figures: $(head -c 300 "$work/probe.err")"
	return 1
}

has_screen()
{
	command -v python3 >/dev/null && return
	echo "python3 is not here: no screen"
	return 1
}

# Five traces, one after the other.
opening=Enter,q,j,Enter,q,j,Enter,q,j,Enter,q,j,Enter

cached()
{
	local id
	rm -rf "$XDG_CACHE_HOME"
	"$tracehog" ls traces posthog:12 --host "$host" >/dev/null
	id=$("$tracehog" ls traces posthog:12 --host "$host" --limit 1 --csv --fields trace_id | tail -1)
	"$tracehog" show "$id" posthog:12 --host "$host" >/dev/null
	echo "show of a cached trace, a process, ms:            $(times 50 "$tracehog" show "$id" posthog:12 --host "$host" | spread)"
	echo "  the cache: $(find "$XDG_CACHE_HOME" -name '*.ndjson' -printf '%s\n' | awk '{ n += $1 } END { print n }') bytes"
	has_screen || return
	# The first explorer fetches and keeps them, the second finds them.
	probe "$host" "$opening" && : >"$work/log" && probe "$host" "$opening" || return
	echo "Enter on a cached trace, to its last output, ms:  $(for i in 0 3 6 9 12; do figure keys.$i.frame_ms.max; done | spread)"
	echo "  asked meanwhile: $(sed -n 's/.*"name":"\([^"]*\)".*/\1/p' "$work/log" | sort | uniq -c | xargs)"
}

far()
{
	local url
	rm -rf "$XDG_CACHE_HOME"
	serve proxy "$data/bin/slow_proxy" --to "${host#http://}" --latency "${LATENCY:-200}" --mbit "${MBIT:-10}"
	echo "PostHog ${LATENCY:-200} ms and ${MBIT:-10} Mbit/s away:"
	echo "  ls traces, nothing cached, ms:                  $(times 5 "$tracehog" ls traces posthog: --no-cache --limit 100 --host "$url" | spread)"
	has_screen || return
	# Each of these changes the screen; G asks for the next page, Enter for a trace.
	probe "$url" 'j*60,k*30,G,k*20,G,k*20,G,k*20,g,Enter,Tab*20,q,j,Enter,Tab*20,q,j*10,k*10' || return
	echo "  the list's first rows, ms from the start:       $(figure start.ready_ms)"
	python3 - "$work/probe.json" <<'END'
import json, sys
for k in json.load(open(sys.argv[1]))["keys"]:
	print("  key %-8s n %-4s first %s  frame %s" % (k["key"], k["n"], k["first_ms"], k["frame_ms"]))
END
}

make_events
serve standin "$standin" --events "$work/events.ndjson" --log "$work/log"
host=$url
ready=$("$tracehog" ls traces posthog: --host "$host" --no-cache --limit 1 --csv --fields trace_id | tail -1 | cut -c -8)
wants --bytes && listed
wants --cached && cached
wants --far && far
exit 0
