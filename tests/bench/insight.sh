#!/bin/bash
# What does the insight of a trace of 10,000 and of 1,000,000 spans cost, and how long does it hold the loop?
#
#   insight.sh           prints a table; needs the release build (build/release), a C compiler and pkg-config
#
# "cpu" and "longest" are processor time in milliseconds, so that other programs do not count: the median of some rounds of all
# steps, and the longest step in any round, which must stay under 4. Of 10,000 spans "million" is how many million
# instructions it takes, counted by callgrind, where that is there.
#
# From the environment: BUILD (the folder of the release build), ROUNDS.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$root/build/release}
rounds=${ROUNDS:-5}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

[ -f "$build/libcore.a" ] || { echo "insight.sh: build the release first" >&2; exit 2; }
# shellcheck disable=SC2046
cc -O2 -fno-inline -std=gnu11 -I"$root/core" -o "$work/insight_probe" "$here/insight_probe.c" "$build/libcore.a" \
	$(pkg-config --libs libuv libxxhash libutf8proc libpcre2-8 libmicrohttpd zlib libzstd \
		libcurl libcjson) -lpthread -lm || exit 2

# A trace of agents of 50 spans: generations, each followed by tools whose arguments mostly differ.
write_trace() # SPANS
{
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			agent = i - i % 50
			kind = i % 50 == 0 ? "span" : i % 4 == 1 ? "generation" : "span"
			printf "{\"uuid\":\"00000000-0000-4000-8000-%012d\",\"event\":\"$ai_%s\",", i, kind
			printf "\"timestamp\":\"2026-11-%02dT%02d:%02d:%02d.%03dZ\",", 1 + i / 50 / 86400,
				i / 50 / 3600 % 24, i / 50 / 60 % 60, i / 50 % 60, i % 50 * 20
			printf "\"properties\":{\"$ai_trace_id\":\"t\",\"$ai_span_id\":\"s%d\",", i
			printf "\"$ai_parent_id\":\"%s\",\"$ai_latency\":0.5,", i == agent ? "t" : "s" agent
			if (kind == "generation")
				printf "\"$ai_model\":\"gpt-5\",\"$ai_input_tokens\":%d,\"$ai_output_tokens\":9," \
					"\"$ai_cache_read_input_tokens\":%d}}\n", 100 + i % 5000, i % 100
			else if (i == agent)
				printf "\"$ai_span_name\":\"agent %d\"}}\n", i % 7
			else
				printf "\"$ai_span_name\":\"tool %d\",\"$ai_span_type\":\"tool\",\"$ai_is_error\":%s," \
					"\"$ai_input_state\":{\"order\":%d}}}\n", i % 9, i % 97 ? "false" : "true",
					i % 10 == 3 ? 7 : i
		}
	}'
}

instructions() # FILE
{
	command -v valgrind >/dev/null || return
	for part in tree alike insight path; do
		valgrind --tool=callgrind --callgrind-out-file="$work/out" --toggle-collect="make_$part" \
			"$work/insight_probe" "$1" >"$work/log" 2>&1 &&
			awk -v part="$part" '$1 == "summary:" || $1 == "totals:" { n = $2 }
				END { printf "%s %.1f\n", part, n / 1e6 }' "$work/out"
	done
}

printf '%-8s %9s %9s %9s %9s\n' what spans cpu longest million
for spans in 10000 1000000; do
	write_trace "$spans" >"$work/trace.ndjson"
	: >"$work/counts"
	[ "$spans" = 10000 ] && instructions "$work/trace.ndjson" >"$work/counts"
	"$work/insight_probe" "$work/trace.ndjson" "$rounds" >"$work/steps" || exit 2
	for part in tree alike insight path; do
		grep "^$part " "$work/steps" | sort -n -k 3 |
			awk -v middle="$(((rounds + 1) / 2))" \
				-v million="$(sed -n "s/^$part //p" "$work/counts")" '
				$4 > longest { longest = $4 }
				NR == middle { what = $1; spans = $2; cpu = $3 }
				END { printf "%-8s %9d %9.2f %9.2f %9s\n", what, spans, cpu, longest,
					million == "" ? "-" : million }'
	done
done
