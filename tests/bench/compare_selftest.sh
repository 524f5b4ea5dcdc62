#!/bin/bash
# A comparison that cannot fail is none: compare_truth.awk has to pass a right document, and to
# notice each of its numbers when that one alone is wrong or missing.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

cat >"$work/truth" <<'TRUTH'
{
  "seed": 3,
  "bytes": 1001984,
  "events": 120,
  "bad_lines": 4,
  "$ai_trace": 1,
  "$ai_span": 31,
  "$ai_generation": 76,
  "$ai_embedding": 12,
  "traces": 46,
  "sessions": 13,
  "input_tokens": 165260,
  "output_tokens": 19355,
  "cache_read_input_tokens": 61571,
  "cache_creation_input_tokens": 19930,
  "reasoning_tokens": 2095,
  "errors": 5,
  "with_cost": 43,
  "input_cost_usd": 0.145582480,
  "total_cost_usd": 12345678901234.567890120,
  "latency_sum_s": 460.846,
  "needle": "xyzzy-quokka-7741",
  "first_ms": 1772323199117,
  "last_ms": 1772323200780,
  "per_model": {"gpt-4.1": 70, "meta-llama/llama-4-maverick": 18}
}
TRUTH

# A line with a tab before it holds one value that must be right; the others hold none.
cat >"$work/right" <<'STATS'
{"source":{"files":1,
	"bytes":1001984,
	"lines":124,
	"bad_lines":4,
"other_events":0,"duplicates":0},"events":{
	"generation":76,
	"embedding":12,
	"span":31,
	"trace":1,
	"metric":0,
	"feedback":0,
	"evaluation":0,
	"other_ai":0
},
	"traces":46,
	"sessions":13,
"users":40,
	"errors":5,
"tokens":{
	"input":165260,
	"output":19355,
	"cache_read":61571,
	"cache_write":19930,
	"reasoning":2095
},"cost":{
	"reported_usd":12345678901234.56789012,
"estimated_usd":0.5,"total_usd":12345678901235.06789012,
	"reported_events":43,
"estimated_events":30,"unpriced_events":15},
"latency_s":{"generation":{"p50":1.5,"max":9.25},"trace":{}},"per_model":{
"gpt-4.1":{
	"events":70,
"input":100000,"output":10000,"cost_usd":0.25},
"meta-llama/llama-4-maverick":{
	"events":18,
"input":65260,"output":9355,"cost_usd":0}},"time":{
	"first":"2026-02-28T23:59:59.117000Z",
	"last":"2026-03-01T00:00:00.780000Z"
}}
STATS

complain()
{
	echo "compare_truth.awk: $*"
	bad=1
}

compare() # TRUTH STATS
{
	awk -f "$here/compare_truth.awk" "$work/$1" "$work/$2" >"$work/said"
}

# Line $1 of the document differs: that has to fail, and to name what differs.
notices() # LINE CHANGE
{
	local name
	name=$(sed -n "$1s/.*\"\([a-z_]*\)\":.*/\1/p" "$work/right")
	case $name in metric | feedback | evaluation | other_ai) name="the sum of events" ;; esac
	compare truth wrong && complain "passed with the $name of line $1 $2"
	grep -q "^\(.*[.]\)\{0,1\}$name: " "$work/said" || complain "did not name $name, $2"
}

compare truth right || complain "a right document fails: $(cat "$work/said")"

tab=$(printf '\t')
grep -n "^$tab" "$work/right" | cut -d: -f1 >"$work/lines"
while read -r line; do
	# The last digit of the value is another one: 0 becomes 1, all others 0.
	sed -e "${line}s/0\([Z\",]*\)\$/=\1/" -e "${line}s/[1-9]\([Z\",]*\)\$/0\1/" \
		-e "${line}s/=/1/" "$work/right" >"$work/wrong"
	cmp -s "$work/right" "$work/wrong" && complain "line $line was left as it is"
	notices "$line" changed
	# Absent where it is 0 changes no sum.
	sed -n "${line}p" "$work/right" | grep -q ':0,*$' && continue
	sed "${line}d" "$work/right" >"$work/wrong"
	notices "$line" missing
done <"$work/lines"

sed 's/^"gpt-4.1":{/"gpt-9":{"events":0},&/' "$work/right" >"$work/wrong"
compare truth wrong && complain "passed with a model too many"
: >"$work/wrong"
compare truth wrong && complain "passed an empty document"
compare wrong right && complain "passed an empty truth"

exit $bad
