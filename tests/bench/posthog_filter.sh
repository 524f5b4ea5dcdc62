#!/bin/bash
# What a filter costs on a project of many events: queries and bytes of answers for the rows shown, beside those of fetching all
# events. A stand-in answers. No clock fails anything.
#
#   posthog_filter.sh [EVENTS]   1000000 events of a day, ten to a trace; about 3 kB of memory each in the stand-in
#
# From the environment: TRACEHOG (the binary), STANDIN (tests/posthog_standin of a build with tests), BENCH_DATA (a folder).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tracehog=${TRACEHOG:-$root/build/release/tracehog}
standin=${STANDIN:-$root/build/dev/tests/posthog_standin}
data=${BENCH_DATA:-$root/build/bench}
events=${1:-1000000}

mkdir -p "$data" && work=$(mktemp -d "$data/work.XXXXXX") || exit 2
trap 'kill "${server:-}" 2>/dev/null; rm -rf "$work"' EXIT
export HOME=$work LC_ALL=C.UTF-8 TRACEHOG_POSTHOG_KEY=phx_test XDG_CACHE_HOME=$work/cache
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_DATA_HOME

# One trace in a hundred is of the model rare-1, one in a thousand of rare-2.
awk -v n="$events" -v now="$(date +%s)" 'BEGIN {
	for (i = 0; i < n; i++) {
		t = int(i / 10)
		model = t % 1000 == 7 ? "rare-2" : t % 100 == 3 ? "rare-1" : "gpt-5"
		time = strftime("%Y-%m-%dT%H:%M:%SZ", now - 3600 - int((n - i) * 72000 / n), 1)
		printf "{\"uuid\":\"00000000-0000-4000-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"u%d\",\"timestamp\":\"%s\",\"properties\":{\"$ai_trace_id\":\"t%07d\",\"$ai_model\":\"%s\",\"$ai_latency\":1,\"$ai_input_tokens\":12,\"$ai_total_cost_usd\":0.01}}\n", i, t % 50, time, t, model
	}
}' >"$work/events.ndjson" || exit 2
"$standin" --events "$work/events.ndjson" --log "$work/log" >"$work/says" &
server=$!
until [ -s "$work/says" ]; do
	kill -0 "$server" || exit 2
	sleep 0.2
done
host=$(sed -n 's/^listening on //p' "$work/says")

# shown WHAT ARG...: rows, queries and bytes.
shown()
{
	local rows what=$1
	shift
	: >"$work/log"
	rm -rf "$XDG_CACHE_HOME"
	rows=$("$tracehog" ls "$@" posthog: --host "$host" --csv --fields trace_id 2>"$work/err" | tail -n +2 | wc -l)
	awk -v what="$what" -v rows="$rows" '/query/ && match($0, /"bytes":[0-9]+/) { n++; sum += substr($0, RSTART + 8, RLENGTH - 8) }
		END { printf "%-44s %6d rows %4d queries %10d bytes, %d a row\n", what, rows, n, sum, rows ? sum / rows : 0 }' "$work/log"
	head -c 300 "$work/err"
}

echo "$events events, $((events / 10)) traces"
for limit in 20 100 500; do
	shown "model:rare-1, the first $limit" traces -f model:rare-1 --limit $limit
done
shown 'model:rare-2, all' traces -f model:rare-2
shown 'model:rare-1 cost:>0.05 (some of it here)' traces -f 'model:rare-1 cost:>0.05'
