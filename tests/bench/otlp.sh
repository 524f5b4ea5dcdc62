#!/bin/bash
# How fast are OpenTelemetry's spans taken, beside the same calls in /batch: from bodies in memory to journal lines, no sockets.
#
#   otlp.sh          prints medians and their ratio to the batch; needs the release build (build/release), a C compiler and
#                    pkg-config
#
# From the environment: BUILD (the folder of the release build), ROUNDS.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$root/build/release}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

[ -f "$build/libcore.a" ] || { echo "otlp.sh: build the release first" >&2; exit 2; }
cc -O2 -w -o "$work/gen_events" "$here/gen_events.c" -lm || exit 2
# shellcheck disable=SC2046
cc -O2 -std=gnu11 -I"$root/core" -I"$root/tests" -o "$work/otlp_probe" "$here/otlp_probe.c" "$root/tests/support/otlp_sample.c" \
	"$build/libcore.a" $(pkg-config --cflags --libs libuv libxxhash libutf8proc libpcre2-8 libmicrohttpd zlib libzstd \
		libcurl libcjson) -lpthread -lm || exit 2
for size in 500 2k 16k; do
	# Tools would be JSON in one form and a text that holds JSON in the other.
	"$work/gen_events" --events 2000 --median "$size" --seed 4 | grep '"event":"$ai_generation"' | grep -v '"$ai_tools"' \
		>"$work/events.ndjson"
	echo "about $size an event, $(wc -l <"$work/events.ndjson") of them"
	"$work/otlp_probe" "$work/events.ndjson" "${ROUNDS:-9}"
done
