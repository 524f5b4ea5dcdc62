#!/bin/bash
# How long do figures of a million events take, split by a field or over time, and how long do they hold the loop?
#
#   breakdown.sh         prints a table; needs the release build (build/release), a C compiler and pkg-config
#   breakdown.sh FILE    the same of these events
#
# "wall" and "cpu" (processor time of all threads) are the medians of some rounds, "least" is the shortest wall time: what
# other programs disturb the least. "loop" is what of it is the loop's, "longest" its longest step in any round, which must
# stay under 4 ms. Columns of properties are read before.
#
# From the environment: BUILD (the folder of the release build), BENCH_DATA (with the s1m.ndjson that run.sh --load makes),
# ROUNDS.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$root/build/release}
file=${1:-${BENCH_DATA:-$root/build/bench}/s1m.ndjson}
rounds=${ROUNDS:-7}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

[ -f "$build/libcore.a" ] || { echo "breakdown.sh: build the release first" >&2; exit 2; }
[ -f "$file" ] || { echo "breakdown.sh: $file is missing: run.sh --load makes s1m.ndjson" >&2; exit 2; }
# shellcheck disable=SC2046
cc -O2 -std=gnu11 -I"$root/core" -o "$work/breakdown_probe" "$here/breakdown_probe.c" "$build/libcore.a" \
	$(pkg-config --libs libuv libxxhash libutf8proc libpcre2-8 libmicrohttpd zlib libzstd \
		libcurl libcjson) -lpthread -lm || exit 2

splits=(model provider user session name status tool @environment time:60)
printf '%-14s %8s %8s %8s %8s %8s %8s\n' by parts wall least cpu loop longest
printf '%s\n' "${splits[@]}" | "$work/breakdown_probe" "$file" "$rounds" >"$work/out" || exit 2
for i in "${!splits[@]}"; do
	tail -n "+$((i * rounds + 1))" "$work/out" | head -n "$rounds" | sort -n -k 3 |
		awk -v by="${splits[$i]}" -v middle="$(((rounds + 1) / 2))" '
			NR == 1 { least = $3 }
			$6 > longest { longest = $6 }
			NR == middle { parts = $1; wall = $3; cpu = $4; loop = $5 }
			END { printf "%-14s %8d %8.2f %8.2f %8.2f %8.2f %8.2f\n",
				by, parts, wall, least, cpu, loop, longest }'
done
