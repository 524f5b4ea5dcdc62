#!/bin/bash
# The totals of generated events are exactly those that their generator counted.
set -u
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")/../bench" && pwd)
command -v cc >/dev/null || { echo "skipped: there is no C compiler cc"; exit 77; }

bash "$bench/compare_selftest.sh" || exit 1
[ -z "${BUILD:-}" ] || export BENCH_DATA=$BUILD/bench
exec bash "$bench/run.sh" --quick
