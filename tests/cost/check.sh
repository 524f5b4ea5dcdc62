#!/bin/bash
# Does every generated call cost what a second working of PostHog's rules gives?
#
#   check.sh [EVENTS [SEED]]
#
# TRACEHOG is the program. Exit status 77: there is no python3.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tracehog=${TRACEHOG:-$root/build/release/tracehog}
events=${1:-20000}
seed=${2:-1}

python3 -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null ||
	{ echo "skipped: there is no python3"; exit 77; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# A fetched table of our own, and nobody's settings.
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state
mkdir -p "$work/cache/tracehog" && cp "$here/prices.tsv" "$work/cache/tracehog/prices.tsv" || exit 2

python3 "$here/generate.py" "$events" "$seed" >"$work/events.ndjson" || exit 2
"$tracehog" ls generations "$work/events.ndjson" --jsonl --fields uuid,cost_usd,cost_source \
	>"$work/listing.jsonl" || { echo "the program failed"; exit 1; }
python3 "$here/recompute.py" "$work/events.ndjson" "$work/listing.jsonl" \
	"$here/prices.tsv" "$root/core/cost/model-prices.tsv"
