#!/bin/bash
# How long does a filter over a million events take, and how long does it hold the loop?
#
#   filter.sh        prints a table; needs the release build (build/release), a C compiler and pkg-config
#
# "cpu" is processor time of all threads, so that other programs do not count; on two free cores "wall" is about half of it.
# "loop" is what of it is the loop's, "longest" its longest step, which must stay under 4 ms. "pass" is one look at every
# cache line of the records, "ratio" the cpu time by that. The medians of some rounds.
# sort:COLUMN is the list of generations put in that order, from its own.
#
# From the environment: BUILD (the folder of the release build), BENCH_DATA (with the s1m.ndjson that run.sh --load makes),
# ROUNDS.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$root/build/release}
data=${BENCH_DATA:-$root/build/bench}
rounds=${ROUNDS:-7}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

[ -f "$build/libcore.a" ] || { echo "filter.sh: build the release first" >&2; exit 2; }
mkdir -p "$data"
if [ ! -f "$data/s1m.ndjson" ]; then
	echo "filter.sh: $data/s1m.ndjson is missing: run.sh --load makes it" >&2
	exit 2
fi
# shellcheck disable=SC2046
cc -O2 -std=gnu11 -I"$root/core" -o "$work/filter_probe" "$here/filter_probe.c" "$build/libcore.a" \
	$(pkg-config --libs libuv libxxhash libutf8proc libpcre2-8 libmicrohttpd zlib libzstd \
		libcurl libcjson) -lpthread -lm || exit 2

filters=(
	'model:gpt-5 latency:>2s -is:error cost:>$0.001'
	'is:error'
	'tokens:>1000 OR finish:length'
	'user:user_01'
	'id:0192'
	'trace:0192'
	'trace(is:error)'
	'span(kind:span >> is:error)'
	'is:slow'
	'sort:cost_usd-desc'
	'sort:latency_s'
	'sort:name'
	'sort:trace_id'
)
printf '%-48s %9s %8s %8s %8s %8s %8s %6s\n' filter passed wall cpu loop longest pass ratio
for filter in "${filters[@]}"; do
	for ((i = 0; i < rounds; i++)); do echo "$filter"; done
done | "$work/filter_probe" "$data/s1m.ndjson" > "$work/out" || exit 2
for i in "${!filters[@]}"; do
	tail -n "+$((i * rounds + 1))" "$work/out" | head -n "$rounds" | sort -n -k 4 |
		awk -v filter="${filters[$i]}" -v middle="$(((rounds + 1) / 2))" '
			$6 > longest { longest = $6 }
			NR == middle { passed = $1; wall = $3; cpu = $4; loop = $5; pass = $7 }
			END { printf "%-48s %9d %8.2f %8.2f %8.2f %8.2f %8.2f %6.2f\n",
				filter, passed, wall, cpu, loop, longest, pass, cpu / pass }'
done
